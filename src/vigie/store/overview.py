"""The overview of a store, from its sums: at once, whatever the store holds.

In: an open store, a substance, an area, a period. Out: frozen records. They are the figures of the page of that name (test_overview): a
statement counts once a document, a source is a publisher, and a copied document speaks with the voice of its original. Exact,
medians too: whole histograms are kept. Left out: places below the department, near-copies of single sentences (the pages tell them
apart), grades and languages: these ask the statements themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from vigie.model.errors import StoreError
from vigie.store import weekly
from vigie.store.store import Store
from vigie.text.normalise import fold

NEW_DAYS = 30  # before the last day of publication: what is "new", as on the pages
Level = Literal["department", "region", "country"]
Fineness = Literal["week", "longer", "undated"]
_FINENESS = "CASE WHEN week IS NOT NULL THEN 'week' WHEN period <> '' THEN 'longer' ELSE 'undated' END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is asked about; None asks for everything.

    Attributes:
        area: code of a department, region or country: it, and what lies in it.
        period: 2025, 2025-Q1 or 2025-03: what speaks of a time wholly inside it.
    """

    substance: str | None = None
    area: str | None = None
    period: str | None = None


ALL = Chosen()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What is counted in all.

    Attributes:
        statements: affirmed, no satire, each document's once; `aside`: the others.
        sources: publishers that speak for themselves.
        documents, copies, first, last: of the store, whatever is chosen: first and last day of publication.
        new_documents, new_statements: of the last 30 days before the last day of publication up to today; None where an area or a
            period is chosen, as they go by the day of publication.
        new_since: the first of these 30 days; None where no document has a day of publication.
    """

    statements: int
    aside: int
    sources: int
    substances: int
    documents: int
    copies: int
    first: date | None
    last: date | None
    new_documents: int
    new_statements: int | None
    new_since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One substance or area; `name` is "" for what names none."""

    name: str
    statements: int
    aside: int
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week from its Monday: statements that speak of a time inside it; documents published in it (of the whole store)."""

    monday: date
    statements: int
    aside: int
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """How finely statements are dated: "week" is inside one week, "longer" inside a year, "undated" has no day or crosses a new year."""

    fineness: Fineness
    statements: int
    aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Prices of one product: euros for one unit, quantiles of definition 7 of Hyndman and Fan (1996).

    Attributes:
        country: "" where an area is chosen, and for statements without a place.
    """

    substance: str
    kind: str
    unit: str
    country: str
    n: int
    low: float
    q1: float
    median: float
    q3: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What was collected from one source card, or outlet without one."""

    name: str
    documents: int
    copies: int
    first: date | None
    last: date | None


def totals(store: Store, chosen: Chosen = ALL, today: date | None = None) -> Totals:
    """All that is chosen. Raises StoreError where the sums are not filled."""
    rows = _facts(store, chosen, "substance")
    day = today or date.today()
    (papers,) = _rows(
        store,
        f"SELECT coalesce(sum(documents), 0)::BIGINT AS documents, coalesce(sum(copies), 0)::BIGINT AS copies, "
        f"min(published_start) AS first, max(published_end) AS last FROM {_papers()}",
    )
    newest = f"(SELECT max(published_end) FROM {_papers()} WHERE published_end <= $day)"
    (since,) = _rows(store, f"SELECT {newest} - {NEW_DAYS - 1} AS day", day=day)
    new = f"published_start <= $day AND published_end >= {newest} - {NEW_DAYS - 1}"
    (fresh,) = _rows(
        store, f"SELECT coalesce(sum(documents), 0)::BIGINT AS n FROM {_papers()} WHERE {new}", day=day
    )
    told = None
    if chosen.area is None and chosen.period is None:
        of, values = (
            ("AND substance = $substance", {"substance": chosen.substance}) if chosen.substance else ("", {})
        )
        sql = f"SELECT coalesce(sum(counted), 0)::BIGINT AS n FROM {weekly.now('overview_published')} WHERE {new} {of}"
        told = int(_rows(store, sql, day=day, **values)[0]["n"])
    return Totals(
        statements=sum(row["counted"] for row in rows), aside=sum(row["aside"] for row in rows),
        sources=len(set().union(*_voices(store, chosen, None).values())),
        substances=sum(1 for row in rows if row["name"] and row["counted"]), documents=papers["documents"], copies=papers["copies"],
        first=papers["first"], last=papers["last"], new_documents=fresh["n"], new_statements=told,
        new_since=since["day"],
    )  # fmt: skip


def by_substance(store: Store, chosen: Chosen = ALL) -> list[Counted]:
    """Each substance, most stated first."""
    return _counted(store, chosen, "substance")


def by_area(
    store: Store, chosen: Chosen = ALL, level: Level = "department", *, placed: bool = True
) -> list[Counted]:
    """Each area of the level, most stated first; what is placed in none has the row "" unless only `placed` is asked for."""
    return [row for row in _counted(store, chosen, level) if row.name or not placed]


def by_week(store: Store, chosen: Chosen = ALL) -> list[Week]:
    """Weeks of which something is said, or in which something was published, in order."""
    found: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in _facts(store, chosen, "week"):
        if row["name"] is not None:
            found[row["name"]][:2] = [row["counted"], row["aside"]]
    same = "date_trunc('week', published_start) = date_trunc('week', published_end)"
    sql = f"SELECT date_trunc('week', published_start)::DATE AS week, sum(documents)::BIGINT AS n FROM {_papers()} WHERE {same} GROUP BY week"
    for row in _rows(store, sql):
        if chosen == ALL or row["week"] in found:
            found[row["week"]][2] = row["n"]
    return [
        Week(monday=monday, statements=counted, aside=aside, documents=documents)
        for monday, (counted, aside, documents) in sorted(found.items())
        if counted or aside or documents
    ]


def by_fineness(store: Store, chosen: Chosen = ALL) -> list[Dated]:
    """Statements by how finely they are dated, which is all of them; `by_week` tells those of the first apart."""
    rows = {row["name"]: row for row in _facts(store, chosen, _FINENESS)}
    return [
        Dated(fineness=name, statements=row["counted"], aside=row["aside"])
        for name in get_args(Fineness)
        if (row := rows.get(name)) and (row["counted"] or row["aside"])
    ]


def prices(store: Store, chosen: Chosen = ALL, *, most: int | None = None) -> list[Price]:
    """Each product with its unit and kind of price, by country where no area is chosen; the `most` most stated, in this order."""
    table, country = ("overview_area_prices", "''") if chosen.area else ("overview_prices", "country")
    where, values = _where(chosen)
    keys = "substance, kind, unit, place"

    def at(share: float, more: int) -> str:
        place = f"least(floor((total - 1) * {share}) + {more}, total - 1)"
        return f"min(eur) FILTER (upto > {place})"

    quantiles = ", ".join(
        f"{at(share, 0)} + ({at(share, 1)} - {at(share, 0)}) * any_value((total - 1) * {share} - floor((total - 1) * {share})) AS {name}"
        for share, name in ((0.25, "q1"), (0.5, "median"), (0.75, "q3"))
    )
    rows = f"SELECT substance, kind, unit, {country} AS place, eur, counted FROM {weekly.now(table)} WHERE {where} AND substance <> ''"
    sql = (
        f"WITH top AS (SELECT {keys}, sum(counted) AS total FROM ({rows}) GROUP BY {keys} HAVING sum(counted) > 0 "
        f"ORDER BY total DESC, {keys} LIMIT {'NULL' if most is None else most}), "
        f"h AS (SELECT {keys}, eur, total, sum(counted) AS n FROM ({rows}) JOIN top USING ({keys}) GROUP BY {keys}, eur, total "
        f"HAVING sum(counted) > 0), c AS (SELECT *, sum(n) OVER (PARTITION BY {keys} ORDER BY eur) AS upto FROM h) "
        f"SELECT {keys}, any_value(total)::BIGINT AS n, min(eur) AS low, {quantiles}, max(eur) AS high FROM c GROUP BY {keys} "
        f"ORDER BY n DESC, {keys}"
    )
    return [Price(country=row.pop("place"), **row) for row in _rows(store, sql, **values)]


def sources(store: Store) -> list[Source]:
    """What was collected, most first."""
    sql = (
        "SELECT coalesce(nullif(s.name, ''), nullif(d.source_id, ''), d.outlet) AS name, sum(documents)::BIGINT AS documents, "
        f"sum(copies)::BIGINT AS copies, min(published_start) AS first, max(published_end) AS last FROM {_papers()} d "
        "LEFT JOIN sources s ON s.source_id = d.source_id GROUP BY d.source_id, d.outlet, s.name ORDER BY documents DESC, name"
    )
    return [Source(**row) for row in _rows(store, sql)]


def _counted(store: Store, chosen: Chosen, column: str) -> list[Counted]:
    voices = _voices(store, chosen, column)
    rows = [
        Counted(name=row["name"], statements=row["counted"], aside=row["aside"], sources=len(voices.get(row["name"], ())))
        for row in _facts(store, chosen, column)
        if row["counted"] or row["aside"]
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row.statements, -row.aside, row.name))


def _facts(store: Store, chosen: Chosen, column: str) -> list[dict[str, Any]]:
    where, values = _where(chosen)
    sql = (
        f"SELECT {column} AS name, sum(counted)::BIGINT AS counted, (sum(statements) - sum(counted))::BIGINT AS aside "
        f"FROM {weekly.now('overview_facts')} WHERE {where} GROUP BY {column}"
    )
    return _rows(store, sql, **values)


def _voices(store: Store, chosen: Chosen, column: str | None) -> dict[str, set[str]]:
    """Who speaks for themselves, by the values of a column; of all under "" without one."""
    by_area = chosen.area is not None or column in ("department", "region", "country")
    by_substance = chosen.substance is not None or column == "substance"
    table = "overview_substance_sources"
    if by_area:
        table = "overview_sources" if by_substance else "overview_area_sources"
    where, values = _where(chosen)
    sql = (
        f"SELECT {column or chr(39) * 2} AS name, source_id, outlet FROM {weekly.now(table)} WHERE {where} "
        "GROUP BY ALL HAVING sum(counted) > 0"
    )
    publishers = {row["source_id"]: (row["publisher"] or "").strip() for row in _rows(store, "FROM sources")}
    folded: dict[str, str] = {}
    found: dict[str, set[str]] = defaultdict(set)
    for name, source_id, outlet in zip(*_columns(store, sql, values), strict=True):
        said = publishers.get(source_id) or source_id or outlet
        if said not in folded:
            folded[said] = fold(said).strip()
        found[name].add(folded[said])
    return found


def _where(chosen: Chosen) -> tuple[str, dict[str, Any]]:
    said, values = ["true"], dict[str, Any]()
    if chosen.substance is not None:
        said.append("substance = $substance")
        values["substance"] = chosen.substance
    if chosen.area is not None:
        said.append("$area IN (department, region, country)")
        values["area"] = chosen.area
    if chosen.period is not None:
        said.append("period IN (SELECT unnest($periods))")
        values["periods"] = _inside(chosen.period)
    return " AND ".join(said), values


def _inside(period: str) -> list[str]:
    """The periods that lie wholly inside one, itself included."""
    year, _, rest = period.partition("-")
    quarters = [int(rest[1])] if rest.startswith("Q") else [] if rest else [1, 2, 3, 4]
    months = [f"{year}-{3 * q - 2 + n:02d}" for q in quarters for n in range(3)]
    return [period, *(f"{year}-Q{q}" for q in quarters if f"{year}-Q{q}" != period), *months]


def _papers() -> str:
    return weekly.now("overview_documents")


def _rows(store: Store, sql: str, **values: Any) -> list[dict[str, Any]]:
    if not weekly.filled(store.connection):
        raise StoreError(
            f"{store.path}: the overview is not worked out yet (open it for writing once: vigie maintain --store {store.path})"
        )
    rows: list[dict[str, Any]] = store.connection.sql(sql, params=values).to_arrow_table().to_pylist()
    return rows


def _columns(store: Store, sql: str, values: dict[str, Any]) -> Sequence[list[Any]]:
    return [
        column.to_pylist() for column in store.connection.sql(sql, params=values).to_arrow_table().columns
    ]
