"""Clusters of reported events in space and time: a store as a map of cases, and what the scan says of it.

In: an open store, assessed (`vigie.assess`), or a `CaseMap`. Out: `CaseMap`, rows for the verb `vigie stats clusters`.
What counts and how often: data/taxonomy/alerts.toml; what a scan starts from: data/stats/clusters.toml.
An event is counted once however many speakers tell it: of a place, period and indicator, as many as the speaker who
tells the most. Left out, and counted by reason: copies, satire, what is denied, what is dated or placed too coarsely.
Known weakness: events are reported where newspapers are. A population is no measure of that; the permutation model, which asks
only whether a place has more than its share of a period, is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, TypeAlias

import numpy as np

from vigie.analysis.cluster_files import CaseMap
from vigie.analysis.cluster_periods import By, Calendar
from vigie.analysis.counts import facts_sql, last_day
from vigie.lexicon.gazetteer import Entry, gazetteer
from vigie.lexicon.terms import data_toml
from vigie.model.errors import SeriesError
from vigie.stats.scan import Cluster, Scan, Scanned
from vigie.store import Store

PlaceLevel: TypeAlias = Literal["commune", "department"]
COLUMNS = (
    "rank", "names", "from", "to", "cases", "expected", "relative_risk", "llr", "p", "p_gumbel", "radius_km", "areas",
)  # fmt: skip
_COARSE = {"commune": "placed more coarsely than a commune", "department": "without a department"}


@cache
def rules() -> Mapping[str, Any]:
    """data/stats/clusters.toml."""
    return data_toml("stats", "clusters.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which reports.

    Attributes:
        indicators: ids of data/taxonomy/alerts.toml.
        substance: canonical id; None = any.
        area: only what lies in this area; None = everywhere.
        since, until: first and last day; None = what the store holds.
        everywhere: places without a report too, with their inhabitants: for the Poisson model.
    """

    level: PlaceLevel = "commune"
    by: By = "week"
    indicators: tuple[str, ...]
    substance: str | None = None
    area: str | None = None
    since: date | None = None
    until: date | None = None
    everywhere: bool = False


def read_cases(store: Store, asked: Asked) -> CaseMap:
    """Events of a store by place and period.

    Raises:
        SeriesError: if the store holds none.
    """
    until = asked.until or last_day(store)
    if until is None:
        raise SeriesError("the store holds no document with a day of publication (add some: vigie add PATH)")
    sql, values = facts_sql(asked.by, "department", None, until)
    rows = store.query(
        f"{sql} SELECT place_code, place_level, place_department, place_region, place_country, indicator, period, "
        "voice, least(count(DISTINCT doc_id), any_value(most)) AS told FROM told "
        "WHERE list_contains(?, indicator) AND (? IS NULL OR substance = ?) AND (? IS NULL OR day >= ?) GROUP BY ALL",
        [*values, list(asked.indicators), asked.substance, asked.substance, asked.since, asked.since],
    ).to_pylist()
    left = Counter[str]()
    most: Counter[tuple[str, date, str]] = Counter()
    for row in rows:
        if asked.area and asked.area not in (
            row["place_code"], row["place_department"], row["place_region"], row["place_country"],
        ):  # fmt: skip
            continue
        code = _place(row, asked.level)
        entry = gazetteer().by_code(code) if code else None
        if entry is None or entry.lat is None:
            left[_COARSE[asked.level] if not code else "a place without coordinates"] += row["told"]
            continue
        assert code is not None
        key = (code, row["period"], row["indicator"])
        most[key] = max(most[key], int(row["told"]))
    if not most:
        raise SeriesError(
            "no event to scan"
            + (f" (left out: {', '.join(f'{why} {n}' for why, n in sorted(left.items()))})" if left else "")
            + ": choose other indicators, another substance or --level department"
        )
    calendar = Calendar.of(asked.since or min(key[1] for key in most), until, asked.by)
    entries = {code: _known(code) for code, *_ in most}
    if asked.everywhere:
        held = {e.country for e in entries.values()}
        for entry in gazetteer().places(asked.level):
            if entry.code and entry.lat is not None and entry.population and entry.country in held:
                code = _city(entry.code) if asked.level == "commune" else entry.code
                if code == entry.code and _inside(entry, asked.area):
                    entries.setdefault(code, entry)
    codes = sorted(entries)
    at = {code: n for n, code in enumerate(codes)}
    cases = np.zeros((len(codes), len(calendar)))
    for (code, period, _), n in most.items():
        cases[at[code], calendar.position(period)] += n
    return CaseMap(
        codes=tuple(codes),
        names=tuple(entries[code].label for code in codes),
        coordinates=np.array([(entries[code].lat, entries[code].lon) for code in codes], dtype=float),
        sphere=True,
        cases=cases,
        population=np.array([float(entries[code].population) for code in codes])
        if asked.everywhere
        else None,
        controls=None,
        calendar=calendar,
        left_out=dict(sorted(left.items())),
    )


def scan_cases(found: CaseMap, scan: Scan) -> Scanned:
    """The scan of a map of cases, with what its model needs.

    Raises:
        SeriesError: if the map does not hold it.
    """
    given: dict[str, Any] = {}
    if scan.model == "poisson":
        given["population"] = found.population
    elif scan.model == "bernoulli":
        given["controls"] = found.controls
    elif scan.model == "permutation" and found.calendar is None:
        raise SeriesError("permutation: needs a date for each case (column date, or another --model)")
    return scan.scan(found.cases, found.coordinates, **given)


def rows_of(found: CaseMap, scanned: Scanned) -> list[dict[str, object]]:
    """A row for each cluster, the most likely first; areas by code, their names beside them."""
    return [_row(found, cluster) for cluster in scanned.clusters]


def _row(found: CaseMap, cluster: Cluster) -> dict[str, object]:
    places = sorted(cluster.places.tolist(), key=lambda place: found.codes[place])
    calendar = found.calendar
    risk = cluster.relative_risk
    return {
        "rank": cluster.rank,
        "names": [found.names[place] for place in places],
        "from": calendar.starts[cluster.start].isoformat() if calendar else None,
        "to": calendar.last_day(cluster.end).isoformat() if calendar else None,
        "cases": cluster.cases,
        "expected": round(cluster.expected, 2),
        "relative_risk": round(risk, 2) if np.isfinite(risk) else None,
        "llr": round(cluster.llr, 6),
        "p": cluster.p,
        "p_gumbel": cluster.p_gumbel,
        "radius_km" if found.sphere else "radius": round(cluster.radius, 2),
        "areas": [found.codes[place] for place in places],
    }


def _place(row: Mapping[str, Any], level: PlaceLevel) -> str | None:
    if level == "department":
        code = row["place_department"]
        return str(code) if code else None
    if row["place_level"] not in ("commune", "arrondissement", "city"):
        return None
    return _city(str(row["place_code"]))


def _city(code: str) -> str:
    """The commune of an arrondissement."""
    prefixes: Mapping[str, str] = rules()["cities"]["prefix"]
    return next((city for prefix, city in prefixes.items() if code.startswith(prefix)), code)


def _known(code: str) -> Entry:
    entry = gazetteer().by_code(code)
    assert entry is not None
    return entry


def _inside(entry: Entry, area: str | None) -> bool:
    return area is None or area in (entry.code, entry.department, entry.region, entry.country)


def no_verdict(scanned: Scanned) -> str:
    """Why a scan found nothing, in words; "" if it found something."""
    if scanned.clusters:
        return ""
    return {
        "few-cases": "too few cases for a cluster",
        "one-place": "one place, or one period for the permutation model: nothing to compare",
        "no-window": "every window is larger than its limits allow (raise --max-share or --max-radius)",
        "given": "no window has more cases than expected",
    }[scanned.verdict]
