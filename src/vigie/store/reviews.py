"""Final decisions of reviewers, applied to what the store holds: `observations` is what figures use.

In: the connection of a store, inside the transaction that writes observations of documents. Out: `observations` and `evidence` with what final
decisions put in the place of what the extractor read, this kept as it was in `machine_observations`, and `review_states`.
A decision holds for its words, not for the run that found them: after a new extraction it is matched by id, else by type and overlap.
  accept, correct, split, relink: what was decided stands, whether the extractor still finds it or reads it otherwise;
  with another type: also by the type that was decided, which a newer extractor may read by itself;
  reject: the fact stays out; if the extractor reads something else there now, this stands, and may be reviewed anew.
Left out: what a decision may say (`vigie.review.decisions`); how it comes into the store (`reviews_taken.py`);
sums of the overview, which the caller keeps (`weekly.changing`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from vigie.model.observation import Observation
from vigie.store import weekly
from vigie.store.database import Connection
from vigie.store.records import _PLACE_FIELDS as _PLACE
from vigie.store.records import observation_record
from vigie.store.rows import Row

if TYPE_CHECKING:
    from vigie.store.store import Store

TABLES = ("review_decisions", "machine_observations", "review_states")
STATES = {
    "accept": "accepted",
    "correct": "corrected",
    "reject": "rejected",
    "split": "split",
    "relink": "relinked",
}
WRITTEN = (
    "corrected",
    "split",
    "relinked",
    "kept",
)  # states of rows of `observations` that no extractor wrote
_DAYS = ("when_start", "when_end")
_NEEDED = ("substance", "form", "when_start", "when_end", "when_precision", "attribution")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An observation and its sentence, as rows."""

    fact: Row
    proof: Row | None


def packed(pair: Pair) -> str:
    """As a decision keeps it: JSON, columns without a value left out."""
    return json.dumps(_json(pair), ensure_ascii=False, sort_keys=True)


def packed_list(pairs: Iterable[Pair]) -> str:
    return json.dumps([_json(pair) for pair in pairs], ensure_ascii=False, sort_keys=True)


def unpacked(text: str) -> Pair:
    return _pair(json.loads(text))


def unpacked_list(text: str) -> list[Pair]:
    return [_pair(one) for one in json.loads(text)]


def fact_text(row: Row) -> str:
    """A row as JSON, columns without a value left out."""
    return json.dumps(_cells(row), ensure_ascii=False, sort_keys=True)


def _cells(row: Row) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items() if v is not None}


def _json(pair: Pair) -> dict[str, Any]:
    return {"observation": _cells(pair.fact), "evidence": None if pair.proof is None else _cells(pair.proof)}


def _pair(found: Mapping[str, Any]) -> Pair:
    return Pair(fact=_row(found["observation"]), proof=found["evidence"])


def _row(cells: Mapping[str, Any]) -> Row:
    return {k: date.fromisoformat(v) if k in _DAYS else v for k, v in cells.items()}


def machine(connection: Connection, doc_ids: Collection[str]) -> tuple[list[Row], list[Row]]:
    """What the extractor read in the documents, whatever was decided: rows of observations, and of evidence."""
    ids = [list(doc_ids)]
    written = (
        "NOT EXISTS (FROM review_states r WHERE r.doc_id = t.doc_id AND r.observation_id = t.{} "
        f"AND r.state IN ({', '.join(repr(s) for s in WRITTEN)}))"
    )
    facts, proofs = (
        _rows(
            connection,
            f"SELECT * FROM {table} t WHERE doc_id IN (SELECT unnest(?)) AND {written.format(column)}",
            ids,
        )
        for table, column in (("observations", "id"), ("evidence", "observation_id"))
    )
    for row in _rows(
        connection, "SELECT fact, proof FROM machine_observations WHERE doc_id IN (SELECT unnest(?))", ids
    ):
        facts.append(_row(json.loads(row["fact"])))
        if row["proof"] is not None:
            proofs.append(json.loads(row["proof"]))
    return facts, proofs


def decided(connection: Connection, doc_ids: Collection[str]) -> list[str]:
    """Those of the documents on which a final decision stands."""
    if not doc_ids:
        return []
    sql = "SELECT DISTINCT doc_id FROM review_decisions WHERE final AND doc_id IN (SELECT unnest(?)) ORDER BY doc_id"
    return [str(row[0]) for row in connection.execute(sql, [list(doc_ids)]).fetchall()]


def drop_applied(connection: Connection, doc_ids: Collection[str]) -> None:
    """Forget what was applied to documents whose observations are all written anew; `apply` works it out again."""
    for table in ("machine_observations", "review_states"):
        connection.execute(f"DELETE FROM {table} WHERE doc_id IN (SELECT unnest(?))", [list(doc_ids)])


def apply(store: Store, doc_ids: Collection[str]) -> int:
    """Apply all final decisions on documents whose `observations` hold what the extractor read, and no decision; how many stand.

    The sums of the overview are the caller's: `weekly.changing` around it.
    """
    db = store.connection
    chosen = decided(db, doc_ids)
    if not chosen:
        return 0
    facts = _rows(
        db,
        "SELECT * FROM observations WHERE doc_id IN (SELECT unnest(?)) ORDER BY doc_id, span_start, id",
        [chosen],
    )
    proofs = _rows(db, "SELECT * FROM evidence WHERE doc_id IN (SELECT unnest(?))", [chosen])
    finals = _rows(
        db,
        "SELECT * FROM review_decisions WHERE final AND doc_id IN (SELECT unnest(?)) "
        "QUALIFY row_number() OVER (PARTITION BY doc_id, observation_id ORDER BY decided_at DESC, decision_id DESC) = 1 "
        "ORDER BY decided_at DESC, decision_id DESC",
        [chosen],
    )
    by_document: dict[str, list[Row]] = {}
    for row in facts:
        by_document.setdefault(row["doc_id"], []).append(row)
    sentence = {(row["doc_id"], row["observation_id"]): row for row in proofs}
    plan = _Plan()
    for doc_id in chosen:
        mine = [row for row in finals if row["doc_id"] == doc_id]
        plan.document(by_document.get(doc_id, []), mine)
    gone = [{"doc_id": row["doc_id"], "id": row["id"]} for row, _ in plan.out]
    _delete(db, gone)
    store.insert(
        "machine_observations",
        [
            {
                "observation_id": row["id"], "doc_id": row["doc_id"], "decision_id": decision, "fact": fact_text(row),
                "proof": None if (proof := sentence.get((row["doc_id"], row["id"]))) is None else fact_text(proof),
            }
            for row, decision in plan.out
        ],
    )  # fmt: skip
    store.insert("observations", [pair.fact for pair in plan.put])
    store.insert("evidence", [pair.proof for pair in plan.put if pair.proof is not None])
    store.insert("review_states", list(plan.states.values()))
    _rejudge(db, [*(row for row, _ in plan.out), *(pair.fact for pair in plan.put)])
    return plan.stand


def restore(connection: Connection, store: Store, doc_ids: Collection[str]) -> None:
    """Put what the extractor read back in its place, byte for byte, and take out what decisions wrote."""
    ids = [list(doc_ids)]
    written = ", ".join(repr(state) for state in WRITTEN)
    sql = f"SELECT doc_id, observation_id AS id FROM review_states WHERE state IN ({written}) AND doc_id IN (SELECT unnest(?))"
    _delete(connection, _rows(connection, sql, ids))
    aside = _rows(
        connection, "SELECT fact, proof FROM machine_observations WHERE doc_id IN (SELECT unnest(?))", ids
    )
    facts = [_row(json.loads(row["fact"])) for row in aside]
    drop_applied(connection, doc_ids)
    store.insert("observations", facts)
    store.insert("evidence", [json.loads(row["proof"]) for row in aside if row["proof"] is not None])


def again(store: Store, doc_ids: Collection[str]) -> int:
    """Apply the final decisions of these documents as they are now, whatever was applied before; in one transaction of the caller's."""
    with weekly.changing(store.connection, doc_ids, copies=False):
        restore(store.connection, store, doc_ids)
        return apply(store, doc_ids)


class _Plan:
    """What goes out, what comes in, and in which state, document by document."""

    def __init__(self) -> None:
        self.out: list[tuple[Row, str]] = []
        self.put: list[Pair] = []
        self.states: dict[tuple[str, str], Row] = {}
        self.stand = 0

    def document(self, facts: Sequence[Row], finals: Sequence[Row]) -> None:
        """`finals`: latest first: where two speak of the same words, the later one holds."""
        left = {row["id"]: row for row in facts}
        named = {row["observation_id"] for row in finals}
        held: list[Row] = []  # spans on which a later decision stands
        for decision in finals:
            before = unpacked(decision["before"])
            fact = left.pop(decision["observation_id"], None)
            spoken = [before.fact, *_retyped(decision, before)]
            if fact is None and any(_same(one, span) for span in held for one in spoken):
                continue  # an older decision on what was decided again under another id
            twin = None
            if fact is None:
                free = [r for r in left.values() if r["id"] not in named]
                twin = next((r for one in spoken for r in free if _same(one, r)), None)
            self._take(decision, before, fact, twin, left)
            held += spoken

    def _take(
        self, decision: Row, before: Pair, fact: Row | None, twin: Row | None, left: dict[str, Row]
    ) -> None:
        verdict = decision["verdict"]
        if verdict == "reject":
            if fact is not None:
                self.out.append((fact, decision["decision_id"]))
                self._state(decision, fact["id"], "rejected")
                self.stand += 1
            return
        self.stand += 1
        if verdict == "accept" and fact is not None:
            self._state(decision, fact["id"], "accepted")
            return
        if fact is not None or twin is not None:
            gone = fact or twin
            assert gone is not None
            left.pop(gone["id"], None)
            self.out.append((gone, decision["decision_id"]))
        for pair in unpacked_list(decision["after"]):
            if (pair.fact["doc_id"], pair.fact["id"]) in self.states:
                continue  # two facts corrected to the same one
            self.put.append(pair)
            self._state(decision, pair.fact["id"], "kept" if verdict == "accept" else STATES[verdict])

    def _state(self, decision: Row, observation_id: str, state: str) -> None:
        self.states[decision["doc_id"], observation_id] = {
            "observation_id": observation_id, "doc_id": decision["doc_id"], "state": state,
            "decision_id": decision["decision_id"], "decided_on": decision["decided_at"].date(),
        }  # fmt: skip


def _retyped(decision: Row, before: Pair) -> list[Row]:
    """What a decision made facts of another type: a newer extractor may read them so by itself."""
    if decision["verdict"] not in ("correct", "split"):
        return []
    after = [pair.fact for pair in unpacked_list(decision["after"])]
    return [fact for fact in after if fact["type"] != before.fact["type"]]


def _same(one: Row, other: Row) -> bool:
    """The same type of fact, read in words that overlap."""
    return bool(
        one["type"] == other["type"]
        and one["span_start"] < other["span_end"]
        and other["span_start"] < one["span_end"]
    )


def _delete(db: Connection, rows: Sequence[Row]) -> None:
    if not rows:
        return
    db.register("review_gone", pa.Table.from_pylist(list(rows)).select(["doc_id", "id"]))
    try:
        for table, column in (("observations", "id"), ("evidence", "observation_id")):
            db.execute(
                f"DELETE FROM {table} WHERE ({column}, doc_id) IN (SELECT (id, doc_id) FROM review_gone)"
            )
    finally:
        db.unregister("review_gone")


def _rejudge(db: Connection, rows: Sequence[Row]) -> None:
    """Facts of the same subjects lose their verdict, which `assess` works out again: what bore them out may be gone."""
    if rows:
        chosen = sorted({(row["type"], row.get("substance") or "") for row in rows})
        db.execute(
            "UPDATE observations SET credibility = NULL WHERE (type, coalesce(substance, '')) IN "
            "(SELECT (unnest($1), unnest($2)))",
            [[t for t, _ in chosen], [s for _, s in chosen]],
        )


def _rows(db: Connection, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    rows: list[Row] = db.sql(sql, params=list(values)).to_arrow_table().to_pylist()
    return rows


def record(fact: Row) -> Observation:
    """A row whose empty columns may be left out."""
    blank: Row = dict.fromkeys((*_NEEDED, *(f"place_{part}" for part in _PLACE)))
    return observation_record({**blank, **fact})


def aside(connection: Connection, doc_ids: Collection[str]) -> tuple[list[Row], list[Row]]:
    """Rows of machine_observations and of review_decisions that hold quotes of these documents."""
    ids = [list(doc_ids)]
    where = "WHERE doc_id IN (SELECT unnest(?)) ORDER BY ALL"
    return (
        _rows(connection, f"SELECT * FROM machine_observations {where}", ids),
        _rows(
            connection,
            f"SELECT decision_id, doc_id, observation_id, before, after FROM review_decisions {where}",
            ids,
        ),
    )


def pairs_of(machine_rows: Iterable[Row], decisions: Iterable[Row]) -> list[Pair]:
    """All observations that such rows hold."""
    found = [
        Pair(
            fact=_row(json.loads(row["fact"])),
            proof=None if row["proof"] is None else json.loads(row["proof"]),
        )
        for row in machine_rows
    ]
    for row in decisions:
        found += [unpacked(row["before"]), *unpacked_list(row["after"])]
    return found


def revised(
    store: Store,
    doc_ids: Sequence[str],
    machine_rows: Sequence[Sequence[Row]],
    decisions: Sequence[Sequence[Row]],
) -> None:
    """Of documents that lost words, give what stands aside its new form; what is not given had lost its whole quote, and goes."""
    db, ids = store.connection, list(doc_ids)
    db.execute("DELETE FROM machine_observations WHERE doc_id IN (SELECT unnest(?))", [ids])
    store.insert("machine_observations", [row for rows_ in machine_rows for row in rows_])
    given = [row for rows_ in decisions for row in rows_]
    kept = [row["decision_id"] for row in given]
    for table in ("review_decisions", "review_states"):
        db.execute(
            f"DELETE FROM {table} WHERE doc_id IN (SELECT unnest(?)) AND decision_id NOT IN (SELECT unnest(?))",
            [ids, kept],
        )
    for row in given:
        db.execute(
            "UPDATE review_decisions SET observation_id = ?, before = ?, after = ? WHERE decision_id = ?",
            [row["observation_id"], row["before"], row["after"], row["decision_id"]],
        )


def withdrawn(connection: Connection) -> list[str]:
    """Rows of a table say something else now (`temp.table_stale`, and the facts they stated in `temp.table_gone`): decisions on these lapse,
    and what they wrote goes too. The decisions that went: those in the file beside the store go with them, or they would be taken in again.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE table_roots AS SELECT m.observation_id AS id, m.doc_id FROM machine_observations m "
        "JOIN temp.table_stale s ON s.doc_id = m.doc_id AND s.row_number = "
        "TRY_CAST(regexp_extract(json_extract_string(m.fact, '$.quote'), '^\\S+ ([0-9]+)', 1) AS BIGINT) "
        "UNION SELECT id, doc_id FROM temp.table_gone"
    )
    connection.execute(
        "INSERT INTO temp.table_gone SELECT r.observation_id, r.doc_id FROM review_states r JOIN review_decisions d USING (decision_id) "
        "WHERE (d.observation_id, d.doc_id) IN (SELECT (id, doc_id) FROM temp.table_roots) "
        "AND (r.observation_id, r.doc_id) NOT IN (SELECT (id, doc_id) FROM temp.table_gone)"
    )
    where = (
        "WHERE (observation_id, doc_id) IN "
        "(SELECT (id, doc_id) FROM temp.table_roots UNION SELECT (id, doc_id) FROM temp.table_gone)"
    )
    lapsed = connection.execute(f"SELECT decision_id FROM review_decisions {where}").fetchall()
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} {where}")
    connection.execute("DROP TABLE temp.table_roots")
    return [str(row[0]) for row in lapsed]
