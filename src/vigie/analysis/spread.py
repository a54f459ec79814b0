"""How ways of selling, paying or using spread: their share among what is reported, by period, as a logistic curve.

In: an open store, assessed (`vigie.assess`). Out: rows, one a code. A unit is a speaker in a period: one that reports a code ten times
in a month reports it once; the share is that of all speakers who state any fact in the period.
Left out: copies, satire, what is denied, feared, planned or hearsay; documents whose publication does not lie in one period.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

import numpy as np

from vigie.analysis.change_series import axis, period_label, period_start
from vigie.stats.alarms import Verdict
from vigie.stats.diffusion import Spread, fit_spread
from vigie.stats.multiple import adjust
from vigie.store import Store

By: TypeAlias = Literal["month", "quarter"]
COLUMNS = (
    "code", "verdict", "growth_per_year", "low", "high", "p_adjusted", "doubling_years", "onset", "ceiling", "share_first",
    "share_last", "reports", "of", "periods",
)  # fmt: skip
_WHY = {
    Verdict.SHORT: "too few periods",
    Verdict.FEW: "too few reports",
    Verdict.FLAT: "does not vary",
    Verdict.UNFITTED: "no curve fits",
}
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Rows of COLUMNS in order of code, and the shares themselves by code and period."""

    rows: tuple[dict[str, Any], ...]
    shares: tuple[dict[str, Any], ...]


def read_spread(
    store: Store,
    *,
    family: str = "channel",
    by: By = "month",
    area: str | None = None,
    substance: str | None = None,
    ceiling: bool = False,
) -> Shares:
    """Spread of every code of a family.

    Args:
        area: what is reported of this area and all that lies in it.
        substance: documents that speak of this substance.
        ceiling: estimate the share at which a spread ends.
    """
    places = "? IN (place_code, place_department, place_region, place_country)"
    rows = store.query(
        "SELECT DISTINCT lower(trim(coalesce(speaker, ''))) AS voice, doc_id, published_start AS first, published_end AS last, "
        "CASE WHEN type = 'modality' AND family = ? THEN code END AS code FROM facts "
        "WHERE assertion = 'affirmed' AND NOT coalesce(satire, false) AND original_id IS NULL AND published_start IS NOT NULL "
        f"AND (CAST(? AS VARCHAR) IS NULL OR {places}) AND (CAST(? AS VARCHAR) IS NULL OR doc_id IN "
        "(SELECT doc_id FROM facts WHERE substance = ? AND assertion = 'affirmed')) ORDER BY doc_id, code",
        [family, area, area, substance, substance],
    ).to_pylist()
    units: set[tuple[date, str]] = set()
    shown: dict[str, set[tuple[date, str]]] = defaultdict(set)
    for row in rows:
        start = period_start(row["first"], by)
        if start != period_start(row["last"], by):
            continue
        # Who is not known is not thereby one and the same.
        unit = (start, row["voice"] or row["doc_id"])
        units.add(unit)
        if row["code"]:
            shown[row["code"]].add(unit)
    if not shown:
        return Shares(rows=(), shares=())
    starts = axis(min(start for start, _ in units), max(start for start, _ in units), by)
    at = {start: number for number, start in enumerate(starts.tolist())}
    codes = sorted(shown)
    of, counts = np.zeros(len(starts)), np.zeros((len(codes), len(starts)))
    for start, _ in units:
        of[at[start]] += 1
    for number, code in enumerate(codes):
        for start, _ in shown[code]:
            counts[number, at[start]] += 1
    years = 1970 + starts.astype(np.int64) / _DAYS_A_YEAR
    found = fit_spread(counts, of, times=years, ceiling=ceiling)
    tested = adjust(np.array([np.nan if one.p is None else one.p for one in found])).p
    told = tuple(
        _row(code, one, float(p), int(count.sum()), int(of.sum()), int(np.count_nonzero(of)), by)
        for code, one, p, count in zip(codes, found, tested, counts, strict=True)
    )
    shares = tuple(
        {"code": code, "period": period_label(start, by), "reports": int(counts[number, n]), "of": int(of[n])}
        for number, code in enumerate(codes)
        for start, n in at.items()
        if of[n]
    )
    return Shares(rows=told, shares=shares)


def _row(code: str, one: Spread, p: float, reports: int, of: int, periods: int, by: By) -> dict[str, Any]:
    row: dict[str, Any] = {"code": code, "reports": reports, "of": of, "periods": periods}
    if one.verdict is not Verdict.GIVEN:
        return row | {"verdict": _WHY[one.verdict]}
    sure = p < 0.05  # of all codes together
    said = {"none": "no growth shown", "unknown": "no growth shown"}.get(one.direction(), one.direction())
    return row | {
        "verdict": said if sure else "no growth shown",
        "growth_per_year": _short(one.growth),
        "low": _short(one.low),
        "high": _short(one.high),
        "p_adjusted": _short(p),
        "doubling_years": _short(one.doubling) if sure else None,
        "onset": _onset(one.onset, by) if sure else None,
        "ceiling": _short(one.ceiling),
        "share_first": _short(one.first),
        "share_last": _short(one.last),
    }


def _onset(year: float | None, by: By) -> str | None:
    """The period; None where the curve puts it outside any calendar."""
    if year is None or not 1900 < year < 2200:
        return None
    day = date(int(year), 1, 1).toordinal() + int((year - int(year)) * _DAYS_A_YEAR)
    return period_label(period_start(date.fromordinal(day), by), by)


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
