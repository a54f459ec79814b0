"""How well reviewers agree, how often the extractor is right, how much is reviewed.

In: a store whose decisions were taken in. Out: Agreement. Kappa: of the blind pairs, over what each made of the fact (accepted, changed, rejected,
split), and of each field over left or what it was changed to, where both kept one fact. Precision: of the facts of the lowest random numbers only
(`queue.DRAW`), by type, each type a simple random sample: what was read because it was ranked does not enter, unless its number is as low. A fact is
right if the final decision accepts it. Left out: facts that the extractor missed (recall is for `vigie eval`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from vigie.model.observation import OBSERVATION_TYPES, Observation
from vigie.review.decisions import differing
from vigie.review.queue import DRAW
from vigie.review.records import Agreement, Kappa, Precision, Reviewed
from vigie.review.rules import rules
from vigie.stats.kappa import cohen_kappa
from vigie.stats.proportion import exact_interval, stratified
from vigie.store import Store, reviews

FIELDS = ("substance", "form", "value", "place", "when", "assertion", "attribution", "span")
_CLASSES = {
    "accept": "accept",
    "correct": "correct",
    "relink": "correct",
    "reject": "reject",
    "split": "split",
}
_STATES = tuple(reviews.STATES.values())
# What the extractor read of the present documents, with the last final verdict on it.
_MACHINE = f"""
WITH machine AS (
    SELECT o.id, o.doc_id, o.type FROM observations o WHERE NOT EXISTS (FROM review_states r WHERE r.doc_id = o.doc_id
        AND r.observation_id = o.id AND r.state IN ({", ".join(repr(s) for s in reviews.WRITTEN)}))
    UNION ALL SELECT m.observation_id, m.doc_id, json_extract_string(m.fact, '$.type') FROM machine_observations m),
last AS (
    SELECT observation_id, doc_id, verdict, drawn FROM review_decisions WHERE final
    QUALIFY row_number() OVER (PARTITION BY doc_id, observation_id ORDER BY decided_at DESC, decision_id DESC) = 1),
told AS (
    SELECT DISTINCT observation_id, doc_id FROM review_decisions WHERE drawn = 'random' AND final)
SELECT m.type, m.id, {{draw}} AS draw, l.verdict, t.observation_id IS NOT NULL AS drawn
FROM machine m LEFT JOIN last l ON l.observation_id = m.id AND l.doc_id = m.doc_id
    LEFT JOIN told t ON t.observation_id = m.id AND t.doc_id = m.doc_id
"""


def agreement(store: Store) -> Agreement:
    """All of it. Memory: that of the blind pairs."""
    pairs = _pairs(store)
    (adjudicated,) = store.column("SELECT count(*) FROM review_decisions WHERE round = 'adjudication'")
    return Agreement(
        kappas=tuple(_kappas(pairs)),
        precision=tuple(precision(store)),
        reviewed=tuple(reviewed(store)),
        verdicts=dict(sorted(Counter((one["verdict"], other["verdict"]) for one, other in pairs).items())),
        adjudicated=int(adjudicated),
        open=_open(store),
    )


def reviewed(store: Store) -> list[Reviewed]:
    """Of all facts ("") and by type, how many have a final decision."""
    sql = f"SELECT type, verdict, count(*) AS n FROM ({_MACHINE.format(draw='0')}) GROUP BY ALL"
    found: dict[str, Counter[str]] = {}
    for row in store.query(sql).to_pylist():
        state = reviews.STATES[row["verdict"]] if row["verdict"] else ""
        for type_ in ("", row["type"]):
            found.setdefault(type_, Counter())[state] += row["n"]
    return [
        Reviewed(
            type=type_,
            n=sum(n for state, n in found[type_].items() if state),
            m=sum(found[type_].values()),
            states={state: found[type_][state] for state in _STATES if found[type_][state]},
        )
        for type_ in ("", *OBSERVATION_TYPES)
        if type_ in found
    ] or [Reviewed(type="", n=0, m=0)]


def precision(store: Store, seed: int | None = None) -> list[Precision]:
    """All types together (""), then by type, those with facts."""
    draw = DRAW.format(seed=rules().seed if seed is None else int(seed), id="m.id")
    sql = (
        f"WITH all_facts AS ({_MACHINE.format(draw=draw)}), "
        "edge AS (SELECT type, max(draw) FILTER (drawn AND verdict IS NOT NULL) AS last, count(*) AS facts FROM all_facts GROUP BY type) "
        "SELECT type, any_value(facts) AS facts, count(*) FILTER (draw <= last AND verdict IS NOT NULL) AS sampled, "
        "count(*) FILTER (draw <= last AND verdict = 'accept') AS correct, count(*) FILTER (draw <= last AND verdict IS NULL) AS waiting "
        "FROM all_facts JOIN edge USING (type) GROUP BY type"
    )
    rows = {row["type"]: row for row in store.query(sql).to_pylist()}
    each = [_precision(rows[type_]) for type_ in OBSERVATION_TYPES if type_ in rows]
    return [_together(each), *each]


def _precision(row: dict[str, Any]) -> Precision:
    n, right = int(row["sampled"]), int(row["correct"])
    low, high = exact_interval(right, n) if n else (None, None)
    return Precision(
        type=row["type"], facts=int(row["facts"]), sampled=n, right=right, waiting=int(row["waiting"]),
        value=right / n if n else None, low=low, high=high,
    )  # fmt: skip


def _together(each: Sequence[Precision]) -> Precision:
    """Each type weighs as many facts as it has; types of which none was drawn are in no share, and their facts are not counted as sampled."""
    drawn = [p for p in each if p.value is not None and p.low is not None and p.high is not None]
    value = low = high = None
    if drawn:
        value, low, high = stratified(
            [p.value or 0.0 for p in drawn],
            [(p.low or 0.0, p.high or 0.0) for p in drawn],
            [p.facts for p in drawn],
        )
    return Precision(
        type="", facts=sum(p.facts for p in each), sampled=sum(p.sampled for p in each), right=sum(p.right for p in each),
        waiting=sum(p.waiting for p in each), value=value, low=low, high=high,
    )  # fmt: skip


def _pairs(store: Store) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """First and second decisions of one fact, as rows."""
    sql = (
        "SELECT observation_id, doc_id, round, verdict, before, after FROM review_decisions WHERE round IN ('first', 'second') "
        "ORDER BY doc_id, observation_id, decided_at, decision_id"
    )
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    first: dict[str, Any] | None = None
    for row in store.query(sql).to_pylist():
        if row["round"] == "first":
            first = row
        elif first is not None and (first["doc_id"], first["observation_id"]) == (
            row["doc_id"],
            row["observation_id"],
        ):
            found.append((first, row))
            first = None
    return found


def _kappas(pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> Iterable[Kappa]:
    yield _kappa("verdict", [(_CLASSES[one["verdict"]], _CLASSES[other["verdict"]]) for one, other in pairs])
    yield _kappa(
        "right", [(one["verdict"] == "accept", other["verdict"] == "accept") for one, other in pairs]
    )
    kept = [(_made(one), _made(other)) for one, other in pairs]
    both = [(one, other) for one, other in kept if one is not None and other is not None]
    for field in FIELDS:
        yield _kappa(field, [(_chosen(one, field), _chosen(other, field)) for one, other in both])


def _kappa(field: str, chosen: Sequence[tuple[Hashable, Hashable]]) -> Kappa:
    classes = {name: n for n, name in enumerate(dict.fromkeys(name for pair in chosen for name in pair))}
    table = [[0] * max(1, len(classes)) for _ in range(max(1, len(classes)))]
    for one, other in chosen:
        table[classes[one]][classes[other]] += 1
    found = cohen_kappa(table)
    return Kappa(
        field=field,
        pairs=found.pairs,
        agreed=found.observed,
        value=found.value,
        low=found.low,
        high=found.high,
    )


def _made(row: dict[str, Any]) -> tuple[Observation, Observation] | None:
    """The fact before and after a decision that kept it one."""
    after = reviews.unpacked_list(row["after"])
    if len(after) != 1:
        return None
    return reviews.record(reviews.unpacked(row["before"]).fact), reviews.record(after[0].fact)


def _chosen(fact: tuple[Observation, Observation], field: str) -> Hashable:
    """ "" where the field was left as it was, else what it was changed to."""
    before, after = fact
    if field not in differing(before, after):
        return ""
    if field == "span":
        return repr((after.start, after.end))
    return repr(getattr(after, field))


def _open(store: Store) -> int:
    """Facts of which the last decision is the second of two who differ."""
    sql = (
        "SELECT count(*) FROM (SELECT round, final FROM review_decisions "
        "QUALIFY row_number() OVER (PARTITION BY doc_id, observation_id ORDER BY decided_at DESC, decision_id DESC) = 1) "
        "WHERE round = 'second' AND NOT final"
    )
    return int(store.column(sql)[0])
