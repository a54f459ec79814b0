"""Changes of level and trends of series, as rows for the verb `vigie stats changepoints`.

In: `Lines`. Out: rows: one a change, or one that says why a series has none; trends; what may be false among them.
Prices are judged on a logarithmic scale (a step of 10 % is one at every level), counts on that of their root (the noise of a
count grows with it); levels are told in the unit of the series.
Left out: reading (`change_series`, `change_files`); methods (`vigie.stats`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.analysis.change_series import Key, Lines, period_label
from vigie.lexicon.terms import data_toml
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray
from vigie.stats.changepoints import Centre, LevelChanges, find_changes, in_unit_of
from vigie.stats.segmentation import Segmenter
from vigie.stats.trend import Trend, find_trends

COUNTS = frozenset({"seizures", "harms", "mentions"})
COLUMNS = (
    "series", "substance", "area", "indicator", "unit", "by", "verdict", "period", "date", "earliest", "latest", "before", "after",
    "change_pct", "probability", "figures",
)  # fmt: skip
TREND_COLUMNS = (
    "series", "substance", "area", "indicator", "unit", "by", "verdict", "slope_per_year", "low", "high", "pct_per_year", "p",
    "tau", "changes", "figures",
)  # fmt: skip
FEW = "too few figures"
_WHY = {
    Verdict.SHORT: FEW,
    Verdict.FEW: "too few reports",
    Verdict.FLAT: "does not vary",
}
_DAYS_A_YEAR = 365.25
_PER_YEAR = {"week": 365.25 / 7, "month": 12.0, "quarter": 4.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Rows of COLUMNS and of TREND_COLUMNS, in order of series and time.

    `judged` series were given a verdict; `expected_false` of those without any change would be said to change.
    """

    changes: tuple[dict[str, Any], ...]
    trends: tuple[dict[str, Any], ...]
    judged: int
    expected_false: float | None


def judge(lines: Lines, *, segmenter: Segmenter | None = None, seasonal: bool = False) -> Found:
    """Changes and trends of every series.

    Args:
        segmenter: how changes are found; None = `find_changes`.
        seasonal: compare a month (quarter) with the same of other years only; for trends.
    """
    changes: list[dict[str, Any]] = []
    trends: list[dict[str, Any]] = []
    judged = 0
    for number, (found, trend) in enumerate(
        zip(_changes(lines, segmenter), _trends(lines, seasonal), strict=True)
    ):
        judged += found.verdict is Verdict.GIVEN
        about = _about(lines.keys[number], lines.by) | {
            "figures": int(np.count_nonzero(~np.isnan(lines.values[number])))
        }
        changes += _change_rows(found, lines, about)
        trends.append(_trend_row(trend, len(found.changes), lines.values[number], about))
    rate = data_toml("stats", "changepoints.toml")["measured"]["false_alarms"]
    return Found(
        changes=tuple(changes),
        trends=tuple(trends),
        judged=judged,
        expected_false=None if segmenter else round(judged * rate, 2),
    )


def _about(key: Key, by: str) -> dict[str, Any]:
    name = key.name or " ".join(part for part in (key.indicator, key.substance, key.area, key.unit) if part)
    return {
        "series": name or "series",
        "substance": key.substance or None,
        "area": key.area or None,
        "indicator": key.indicator or None,
        "unit": key.unit or None,
        "by": by,
    }


def _changes(lines: Lines, segmenter: Segmenter | None) -> list[LevelChanges]:
    found: list[LevelChanges | None] = [None] * len(lines.keys)
    for indicator in sorted({key.indicator for key in lines.keys}):
        rows = [n for n, key in enumerate(lines.keys) if key.indicator == indicator]
        raw = lines.values[rows]
        centre: Centre = "mean" if indicator in COUNTS else "median"
        if segmenter is None:
            said = find_changes(_scale(indicator, raw)(raw), centre=centre, per_year=_PER_YEAR[lines.by])
        elif segmenter.cost == "poisson":
            said = [segmenter.segment(row) for row in raw]
        else:
            said = [segmenter.segment(_scale(indicator, row)(row)) for row in raw]
        sparse = _sparse(raw) if indicator in COUNTS else np.zeros(len(rows), dtype=bool)
        for row, one, thin in zip(rows, said, sparse, strict=True):
            if thin and one.verdict is Verdict.GIVEN:
                one = replace(one, verdict=Verdict.FEW, changes=(), levels=())
            found[row] = in_unit_of(one, lines.values[row], centre=centre)
    return [one for one in found if one is not None]


def _sparse(counts: FloatArray) -> NDArray[np.bool_]:
    """Series of which a period holds too few reports for a level to be told."""
    here = ~np.isnan(counts)
    least = data_toml("stats", "changepoints.toml")["counts"]["least_mean"]
    thin: NDArray[np.bool_] = np.nansum(counts, axis=1) < least * here.sum(axis=1)
    return thin


def _scale(indicator: str, values: FloatArray) -> Callable[[FloatArray], FloatArray]:
    if indicator in COUNTS:
        return lambda counts: 2 * np.sqrt(counts + 3 / 8)  # Anscombe (1948)
    if indicator == "price" and np.nanmin(values, initial=np.inf) > 0:
        return lambda prices: np.log(prices)
    return lambda figures: figures


def _change_rows(found: LevelChanges, lines: Lines, about: dict[str, Any]) -> list[dict[str, Any]]:
    if not found.changes:
        level = _short(found.levels[0]) if found.levels else None
        return [about | {"verdict": _WHY.get(found.verdict, "no change"), "before": level}]
    label = [period_label(day, lines.by) for day in lines.starts.tolist()]
    return [
        about
        | {
            "verdict": "change",
            "period": label[change.at],
            "date": str(lines.starts[change.at]),
            "earliest": label[change.low],
            "latest": label[change.high],
            "before": _short(change.before),
            "after": _short(change.after),
            "change_pct": _short(100 * change.step / change.before) if change.before > 0 else None,
            "probability": None if change.probability is None else round(change.probability, 3),
        }
        for change in found.changes
    ]


def _trends(lines: Lines, seasonal: bool) -> Sequence[Trend]:
    if not lines.keys:
        return []
    years = lines.starts.astype(np.int64) / _DAYS_A_YEAR
    seasons = [day.month for day in lines.starts.tolist()] if seasonal else None
    return find_trends(lines.values, times=years, seasons=seasons)


def _trend_row(trend: Trend, changes: int, values: FloatArray, about: dict[str, Any]) -> dict[str, Any]:
    if trend.verdict is not Verdict.GIVEN:
        return about | {"verdict": _WHY[trend.verdict], "changes": changes}
    middle = float(np.nanmedian(values))
    slope = trend.slope or 0.0
    return about | {
        "verdict": {"none": "no trend shown"}.get(trend.direction(), trend.direction()),
        "slope_per_year": _short(slope),
        "low": _short(trend.low),
        "high": _short(trend.high),
        "pct_per_year": _short(100 * slope / middle) if middle > 0 else None,
        "p": _short(trend.p),
        "tau": _short(trend.tau),
        "changes": changes,
    }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
