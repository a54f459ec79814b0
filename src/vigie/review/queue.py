"""What is to be read again first: facts of which an error would move published figures most, and a share drawn by chance.

In: a store (or its snapshot). Out: Proposals in order. Score = (1 - confidence) × effect: how much figures are expected to change if the fact is
read. The effect is that on the figures of data/review/review.toml, areas by periods, which only exist with k independent sources:
  threshold  the figure has just k sources, and this one says no more than this fact: without it the figure is not published: 1;
  share      the part of the figure that it is: 1 / (sources × statements of its source);
  shift      how far the median moves without it, as a part of `shift_full`.
The largest counts, times the weight of the figure; a fact of no figure has the effect `base`.
One dated long after its document has a doubt and an effect of its own (`late`).
The drawn share is the facts of the lowest permanent random numbers (E. Ohlsson, in Business Survey Methods, 1995), made of their ids: a fair draw of
all that is stored at any time, which ranking does not touch. Left out: rolling up into coarser cells; near-copies of single sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vigie.review.book import Book
from vigie.review.records import Proposal, Reason
from vigie.review.rules import Level, Rules
from vigie.review.rules import rules as bundled
from vigie.store import Store

# A number of [0, 1) for each fact, the same for ever.
DRAW = "((md5_number_lower('{seed}' || {id}) >> 11)::DOUBLE / 9007199254740992.0)"
_PERIODS = {
    "quarter": "CASE WHEN f.when_precision IN ('day', 'week', 'month', 'quarter') AND date_trunc('quarter', f.when_start) = "
    "date_trunc('quarter', f.when_end) THEN year(f.when_start) || '-Q' || quarter(f.when_start) END",
    "year": "CASE WHEN year(f.when_start) = year(f.when_end) THEN year(f.when_start)::VARCHAR END",
}
# What tells figures apart, and what a fact gives to a median: as `vigie.report.disclosure` has them.
_KIND = (
    "CASE f.type WHEN 'purity' THEN f.measure WHEN 'modality' THEN f.family || ':' || f.code "
    "WHEN 'trend' THEN f.indicator || ':' || f.direction WHEN 'flow' THEN coalesce(f.origin_code, f.origin_label, '') || '>' || "
    "coalesce(f.destination_code, f.destination_label, '') ELSE coalesce(f.kind, '') END"
)
_VALUE = (
    "CASE WHEN f.type = 'price' AND f.unit IS NOT NULL THEN f.eur_per_unit WHEN f.type = 'quantity' THEN coalesce(f.grams, f.units) "
    "WHEN f.type = 'event' AND coalesce(f.unit, 'person') = 'person' THEN f.low "
    "WHEN f.type IN ('purity', 'load') THEN coalesce((f.low + f.high) / 2, f.low, f.high) END"
)
_UNIT = (
    "CASE WHEN v IS NULL THEN '' WHEN f.type = 'quantity' AND f.grams IS NOT NULL THEN 'g' "
    "WHEN f.type IN ('price', 'quantity') THEN coalesce(f.unit, '') ELSE '' END"
)
_TABLES = ("review_facts", "review_figures", "review_effects", "review_names")
_FACTS = f"""
CREATE OR REPLACE TEMP TABLE review_facts AS
SELECT row_number() OVER () AS n, f.id, f.doc_id, f.type, f.confidence, f.review IS NOT NULL AS done, {{draw}} AS draw,
    hash(lower(strip_accents(trim(f.speaker)))) AS voice, {_VALUE} AS v,
    concat_ws('|', f.type, {_KIND}, coalesce(f.substance, ''), {_UNIT}) AS said,
    coalesce(CASE WHEN f.assertion <> 'planned' THEN date_diff('day', f.published_end, f.when_start) END, 0) AS late,
    f.assertion = 'affirmed' AND NOT coalesce(f.satire, false) AS counts, {_PERIODS["quarter"]} AS quarter, {_PERIODS["year"]} AS year,
    coalesce(CASE WHEN f.place_level = 'department' THEN f.place_code END, f.place_department) AS department,
    coalesce(CASE WHEN f.place_level = 'region' THEN f.place_code END, f.place_region) AS region,
    coalesce(CASE WHEN f.place_level = 'country' THEN f.place_code END, f.place_country) AS country
FROM facts f
"""
# Figures of one level: what they are called, their sources, and the values in the middle of their sorted list, of which the median
# without any one of them is made.
_FIGURES = """
CREATE OR REPLACE TEMP TABLE review_figures AS
WITH g AS (SELECT hash(said, {level}, {period}) AS figure, any_value(said || '|' || {level} || '|' || {period}) AS named,
        count(DISTINCT voice) AS voices, list_sort(list(v) FILTER (v IS NOT NULL)) AS vs, len(vs) AS size
    FROM temp.review_facts WHERE counts AND {level} IS NOT NULL AND {period} IS NOT NULL GROUP BY figure HAVING voices >= {sources})
SELECT figure, named, voices, size, CASE WHEN size % 2 = 1 THEN vs[size // 2 + 1] ELSE (vs[size // 2] + vs[size // 2 + 1]) / 2 END AS middle,
    vs[(size + 1) // 2 - size % 2] AS x0, vs[(size + 1) // 2 + 1 - size % 2] AS x1, vs[(size + 1) // 2 + 2 - size % 2] AS x2 FROM g
"""
# Of 2m + 1 values x0, x1, x2 are the m-th to the (m + 2)-th; of 2m x0 and x1 are the m-th and the next.
_WITHOUT = (
    "CASE WHEN size % 2 = 0 THEN CASE WHEN r <= size // 2 THEN x1 ELSE x0 END WHEN r <= size // 2 THEN (x1 + x2) / 2 "
    "WHEN r = size // 2 + 1 THEN (x0 + x2) / 2 ELSE (x0 + x1) / 2 END"
)
_EFFECTS = f"""
INSERT INTO temp.review_effects
WITH f AS (SELECT n, voice, v, hash(said, {{level}}, {{period}}) AS figure FROM temp.review_facts
        WHERE counts AND {{level}} IS NOT NULL AND {{period}} IS NOT NULL),
    k AS (SELECT f.* FROM f SEMI JOIN temp.review_figures USING (figure)),
    o AS (SELECT figure, voice, count(*) AS own FROM k GROUP BY ALL),
    s AS (SELECT n, row_number() OVER (PARTITION BY figure ORDER BY v, n) AS r FROM k WHERE v IS NOT NULL),
    e AS (SELECT k.n, g.figure, g.voices, CASE WHEN g.voices = {{sources}} AND o.own = 1 THEN 1.0 ELSE 0.0 END AS threshold,
        1.0 / (g.voices * o.own) AS share,
        CASE WHEN s.r IS NULL OR g.size < 2 OR g.middle = 0 THEN 0.0 ELSE abs(({_WITHOUT}) / g.middle - 1) END AS shift
        FROM k JOIN temp.review_figures g USING (figure) JOIN o USING (figure, voice) LEFT JOIN s ON s.n = k.n)
SELECT n, figure, voices, threshold, share, shift, {{weight}} * greatest(threshold, share, least(1.0, shift / {{full}})) AS effect FROM e
WHERE effect > {{base}}
"""
# The first by some order, with what their figure of the largest effect is; only these are joined with the words of it.
_FIRST = """
WITH b AS (SELECT n, max(effect) AS effect FROM temp.review_effects GROUP BY n),
    t AS (SELECT f.n, f.late > {days} AS odd, greatest(coalesce(b.effect, 0.0), CASE WHEN odd THEN {late} ELSE {base} END) AS worth,
        greatest(1 - f.confidence, CASE WHEN odd THEN {doubt} ELSE 0.0 END) * worth AS score, f.draw
        FROM temp.review_facts f LEFT JOIN b USING (n) WHERE NOT f.done AND (len($types) = 0 OR list_contains($types, f.type))
        ORDER BY {order} LIMIT $most),
    e AS (SELECT DISTINCT ON (n) * EXCLUDE (effect) FROM temp.review_effects SEMI JOIN t USING (n) ORDER BY n, effect DESC, figure)
SELECT f.id, f.doc_id, f.type, f.confidence, t.worth AS effect, t.score, t.draw, CASE WHEN t.odd THEN f.late END AS late,
    m.named AS figure, e.voices, e.threshold, e.share, e.shift, coalesce(o.substance, '') AS substance,
    [o.place_code, o.place_department, o.place_region, o.place_country] AS places,
    coalesce(nullif(d.source_id, ''), d.outlet, '') AS source, coalesce(d.outlet, '') AS outlet
FROM t JOIN temp.review_facts f USING (n) JOIN observations o ON o.id = f.id AND o.doc_id = f.doc_id JOIN documents d ON d.doc_id = f.doc_id
    LEFT JOIN e USING (n) LEFT JOIN temp.review_names m ON m.figure = e.figure ORDER BY {order}
"""


def proposals(
    store: Store,
    rules: Rules | None = None,
    *,
    limit: int,
    seed: int | None = None,
    types: Sequence[str] = (),
) -> list[Proposal]:
    """At most `limit` facts that have no final decision, in the order in which they are to be read.

    Memory: that of the facts of the store, in the temporary tables of DuckDB, which may go to the disk.
    """
    chosen, db = rules or bundled(), store.connection
    number = chosen.seed if seed is None else seed
    drawn = -(-limit * round(1000 * chosen.random_share) // 1000)
    try:
        db.execute(_FACTS.format(draw=DRAW.format(seed=int(number), id="f.id")))
        db.execute(
            "CREATE OR REPLACE TEMP TABLE review_effects (n BIGINT, figure UBIGINT, voices BIGINT, threshold DOUBLE, share DOUBLE, "
            "shift DOUBLE, effect DOUBLE)"
        )
        db.execute("CREATE OR REPLACE TEMP TABLE review_names (figure UBIGINT, named VARCHAR)")
        for figure in chosen.figures:
            for sql in (
                _FIGURES,
                _EFFECTS,
                "INSERT INTO temp.review_names SELECT figure, named FROM temp.review_figures",
            ):
                db.execute(_filled(sql, figure, chosen))
        by_chance = _first(store, chosen, types, drawn, "f.draw, f.id")
        ranked = _first(store, chosen, types, limit + drawn, "score DESC, f.draw, f.id")
    finally:
        for table in _TABLES:
            db.execute(f"DROP TABLE IF EXISTS temp.{table}")
    return _mixed(by_chance, ranked, limit, chosen)


def refill(store: Store, book: Book, rules: Rules | None = None) -> int:
    """Give the book a new queue; how many facts are in it."""
    chosen = rules or bundled()
    return book.fill(proposals(store, chosen, limit=chosen.length))


def _first(store: Store, rules: Rules, types: Sequence[str], most: int, order: str) -> list[dict[str, Any]]:
    sql = _FIRST.format(
        base=float(rules.base), days=int(rules.late.days), doubt=float(rules.late.doubt), late=float(rules.late.effect),
        order=order,
    )  # fmt: skip
    found: list[dict[str, Any]] = (
        store.connection.sql(sql, params={"types": list(types), "most": most}).to_arrow_table().to_pylist()
    )
    return found


def _filled(sql: str, figure: Level, rules: Rules) -> str:
    return sql.format(
        level=_column(figure.level, ("department", "region", "country")), period=_column(figure.period, ("quarter", "year")),
        sources=int(rules.sources), weight=float(figure.weight), full=float(rules.shift_full), base=float(rules.base),
    )  # fmt: skip


def _column(name: str, known: Sequence[str]) -> str:
    if name not in known:
        raise ValueError(f"review.toml: {name} (known: {', '.join(known)})")
    return name


def _mixed(
    by_chance: list[dict[str, Any]], ranked: list[dict[str, Any]], limit: int, rules: Rules
) -> list[Proposal]:
    """The ranked and the drawn, at even distances: the first is a ranked one."""
    names = {(row["doc_id"], row["id"]) for row in by_chance}
    first = iter([row for row in ranked if (row["doc_id"], row["id"]) not in names])
    chance, found, share = iter(by_chance), list[Proposal](), rules.random_share
    for n in range(limit):
        turn = int((n + 1) * share + 1e-9) > int(n * share + 1e-9)
        row, drawn = (next(chance, None), True) if turn else (next(first, None), False)
        if row is None:
            row, drawn = (next(first, None), False) if turn else (next(chance, None), True)
        if row is None:
            break
        found.append(_proposal(row, by_chance=drawn))
    return found


def _proposal(row: dict[str, Any], *, by_chance: bool) -> Proposal:
    figure = row["figure"] or ""
    why = [Reason(code="random")] if by_chance else []
    if row["late"]:
        why.append(Reason(code="late", number=float(row["late"])))
    if row["threshold"]:
        why.append(Reason(code="threshold", number=float(row["voices"]), figure=figure))
    if row["shift"]:
        why.append(Reason(code="shift", number=float(row["shift"]), figure=figure))
    if row["share"]:
        why.append(Reason(code="share", number=float(row["share"]), figure=figure))
    why.append(Reason(code="uncertain", number=float(row["confidence"])))
    return Proposal(
        observation_id=row["id"], doc_id=row["doc_id"], type=row["type"], confidence=row["confidence"], effect=row["effect"],
        score=row["score"], why=tuple(why), drawn="random" if by_chance else "ranked", draw=row["draw"],
        substance=row["substance"], places=tuple(dict.fromkeys(code for code in row["places"] if code)), source=row["source"],
        outlet=row["outlet"],
    )  # fmt: skip
