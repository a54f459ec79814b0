"""Sources that stopped, and the areas and indicators that are silent with them.

In: an open store and a day. Out: SilentSource and SilentArea records. Method: `vigie.stats.silence`; thresholds:
data/taxonomy/alerts.toml, `silence`. A series of counts that ends because its sources stopped is named here and is never called a
fall. Left out: sources without documents, and documents without a day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from vigie.analysis.counts import Level, facts_sql, rules
from vigie.stats.silence import Gap, silences
from vigie.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentSource:
    """A source that stopped.

    Attributes:
        source: id of its card; its outlet without one.
        last: day of its last document; `doc_id` is one of that day.
        gap: rhythm, p-value and limit.
        indicators: "harms FR-69": of which it gave most reports in the year before it stopped.
    """

    source: str
    voice: str
    area: str
    country: str
    last: date
    doc_id: str
    gap: Gap
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentArea:
    """An area all of whose own sources stopped, since `last`."""

    area: str
    last: date
    doc_id: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """What fell silent, and how many sources have a rhythm to be judged by."""

    judged: int
    sources: tuple[SilentSource, ...]
    areas: tuple[SilentArea, ...]


def read_quiet(store: Store, until: date, *, level: Level = "department") -> Quiet:
    """Sources and areas that are silent on the day `until`."""
    rule = rules()["silence"]
    rows = store.query(
        "SELECT coalesce(nullif(d.source_id, ''), d.outlet) AS source, "
        "lower(strip_accents(trim(coalesce(nullif(trim(s.publisher), ''), nullif(d.source_id, ''), d.outlet)))) AS voice, "
        "upper(coalesce(any_value(s.area), '')) AS area, upper(coalesce(any_value(s.country), '')) AS country, "
        "list(DISTINCT published_start ORDER BY published_start) AS days, arg_max(doc_id, (published_start, doc_id)) AS doc_id "
        "FROM documents d LEFT JOIN sources s ON s.source_id = d.source_id "
        "WHERE published_start = published_end AND published_start <= ? GROUP BY 1, 2 ORDER BY 1, 2",
        [until],
    ).to_pylist()
    rows = [r for r in rows if r["source"]]
    gaps = silences(
        [[day.toordinal() for day in r["days"]] for r in rows], until.toordinal(),
        false_per_year=rule["false_per_year"], least_days_seen=rule["least_days_seen"],
        least_gap_days=rule["least_gap_days"], shapes=(rule["shape_least"], rule["shape_most"]),
    )  # fmt: skip
    silent = [(r, g) for r, g in zip(rows, gaps, strict=True) if g.silent]
    carried = _carried(store, level, until, [(r["voice"], r["days"][-1]) for r, _ in silent])
    sources = tuple(
        SilentSource(
            source=r["source"], voice=r["voice"], area=r["area"], country=r["country"], last=r["days"][-1],
            doc_id=r["doc_id"], gap=g, indicators=said,
        )
        for (r, g), said in zip(silent, carried, strict=True)
    )  # fmt: skip
    by_area: dict[str, list[tuple[bool, dict[str, object]]]] = defaultdict(list)
    for r, g in zip(rows, gaps, strict=True):
        # One that was seen a few times and stopped as long ago does not keep an area alive.
        if r["area"]:
            by_area[r["area"]].append((g.silent or g.gap > YEAR_DAYS, r))
    areas = []
    for code, members in sorted(by_area.items()):
        if all(quiet for quiet, _ in members) and any(s.area == code for s in sources):
            last = max((r["days"][-1], str(r["doc_id"])) for _, r in members)  # type: ignore[index]
            areas.append(
                SilentArea(
                    area=code,
                    last=last[0],
                    doc_id=last[1],
                    sources=tuple(str(r["source"]) for _, r in members),
                )
            )
    return Quiet(judged=sum(g.p == g.p for g in gaps), sources=sources, areas=tuple(areas))


YEAR_DAYS = 365


def _carried(
    store: Store, level: Level, until: date, stopped: Sequence[tuple[str, date]]
) -> list[tuple[str, ...]]:
    """Of each speaker the series that it gave most of in the year before it stopped."""
    if not stopped:
        return []
    sql, values = facts_sql("week", level, None, until)
    rows = store.query(
        f"{sql} SELECT indicator, area, voice, period, count(DISTINCT doc_id) AS n FROM told GROUP BY ALL",
        values,
    ).to_pylist()
    found = []
    for voice, last in stopped:
        own: dict[tuple[str, str], int] = defaultdict(int)
        every: dict[tuple[str, str], int] = defaultdict(int)
        for r in rows:
            if last - timedelta(days=YEAR_DAYS) <= r["period"] <= last:
                every[r["indicator"], r["area"]] += r["n"]
                own[r["indicator"], r["area"]] += r["n"] if r["voice"] == voice else 0
        share = rules()["silence"]["share"]
        found.append(tuple(f"{i} {a}" for (i, a), n in sorted(own.items()) if n and n >= share * every[i, a]))
    return found
