"""Signals of several indicators of one cell (substance and area), corroborated into episodes.

In: p-values, shape (n_cells, n_indicators, n_times), NaN = no verdict. Out: combined p-values, episodes, ids.
Method: Fisher's sum of -2 ln p, with its law widened for indicators that rise together (Brown 1975), which sees several moderate
rises; the smallest p times their number (Bonferroni), which sees one that is strong alone; and the Cauchy combination of the
two (Liu and Xie 2020), which holds for tests that depend on each other. Sources: M. B. Brown, "A method for combining
non-independent, one-sided tests of significance", Biometrics 31 (1975); Y. Liu and J. Xie, "Cauchy combination test: a
powerful test with analytic p-value calculation under arbitrary dependency structures", JASA 115 (2020); for mid-p-values of
whole counts H. O. Lancaster, "Significance tests in discrete distributions", JASA 56 (1961).
Known weakness: the covariance is a constant of data/taxonomy/alerts.toml, not that of the cell.
Left out: who reads a store (`vigie.analysis.alerts`); grades (`vigie.stats.grading`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.alarms import Alarms
from vigie.stats.arrays import BoolArray, FloatArray, as_series
from vigie.stats.multiple import WEEKS_A_MONTH

HIGH = 0.9
PERIODS_PER_MONTH = {"week": WEEKS_A_MONTH, "month": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A run of alarms of one cell, gaps of a few periods included.

    Attributes:
        cell: position of the cell.
        start, last: positions of the first and the last alarm, 0-based.
        peak: position of its smallest p.
        p: that p.
    """

    cell: int
    start: int
    last: int
    peak: int
    p: float


def tail_of(alarms: Alarms, alpha: float) -> FloatArray:
    """Probability of as many cases or more, worked out from the limit of a detector that gives no p-value.

    The 2/3 power of a count is nearly normal (Farrington et al. 1996, section 3.6): the limit stands at the 1 - alpha quantile,
    and the count as far from the expectation as its power is. Exact at the limit, approximate away from it.

    Args:
        alpha: the one-sided level of the detector's limit.
    Returns:
        shape of the alarms; NaN where there is no verdict; 1 where nothing was counted.
    """
    special = _scipy()
    with np.errstate(invalid="ignore", divide="ignore"):
        x, m, u = (
            np.cbrt(np.maximum(v, 0.0)) ** 2 for v in (alarms.observed, alarms.expected, alarms.upper + 0.5)
        )
        z = (x - m) / np.where(u > m, u - m, np.nan) * special.ndtri(1 - alpha)
        p: FloatArray = special.ndtr(-z)
    return np.where(alarms.observed == 0, np.where(np.isfinite(p), 1.0, np.nan), p)


def combine(p: ArrayLike, *, covariance: float = 1.0) -> FloatArray:
    """One p-value for the indicators of each cell and time.

    Args:
        p: shape (n_cells, n_indicators, n_times); NaN = this indicator says nothing at this time.
        covariance: of -2 ln p of two indicators; 0 = independent (Fisher).
    Returns:
        shape (n_cells, n_times); NaN where no indicator speaks.
    Raises:
        SeriesError: for values outside [0, 1] or another shape.
    """
    found = np.asarray(p, dtype=np.float64)
    if found.ndim != 3 or (found < 0).any() or (found > 1).any():
        raise SeriesError("p-values: need shape (n_cells, n_indicators, n_times) and values from 0 to 1")
    if covariance < 0:
        raise SeriesError("covariance: is negative (0 = independent indicators)")
    special = _scipy()
    given = np.isfinite(found)
    n = given.sum(axis=1).astype(np.float64)
    kept = np.where(given, np.maximum(found, 1e-300), 1.0)
    smallest = kept.min(axis=1, initial=1.0)
    total = (-2 * np.log(kept)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = 4 * n + n * (n - 1) * covariance
        scale, freedom = variance / (4 * n), 8 * n**2 / variance
        fisher = special.gammaincc(freedom / 2, total / scale / 2)
        both = cauchy(np.stack([fisher, np.minimum(1.0, n * smallest)]))
    return np.asarray(np.where(n == 0, np.nan, np.where(n == 1, smallest, both)), dtype=np.float64)


def cauchy(p: ArrayLike) -> FloatArray:
    """The Cauchy combination of p-values along the first axis, equal weights; NaN is left out.

    Args:
        p: shape (n_tests, ...), values from 0 to 1. One above HIGH counts as HIGH: a certain p of a whole count is no evidence
            against a small one.
    Returns:
        shape (...); NaN where there is none.
    Raises:
        SeriesError: for values outside [0, 1].
    """
    found = np.asarray(p, dtype=np.float64)
    if (found < 0).any() or (found > 1).any():
        raise SeriesError("p-values: outside 0 to 1 (NaN where there was no test)")
    given = np.isfinite(found)
    n = given.sum(axis=0)
    kept = np.clip(np.where(given, found, 0.5), 1e-15, HIGH)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (np.tan((0.5 - kept) * np.pi) * given).sum(axis=0) / n
        combined: FloatArray = (
            np.arctan2(1.0, mean) / np.pi
        )  # 1/2 - arctan(mean)/pi, without loss where p is small
    smallest = np.where(given, found, 1.0).min(axis=0, initial=1.0)
    return np.where(n == 0, np.nan, np.where(smallest < 1e-14, n * smallest, combined))


def levels(judged: ArrayLike, by: str, *, false_per_month: float, largest: float) -> FloatArray:
    """The level of each time, so that all cells together give at most `false_per_month` false alarms.

    Args:
        judged: shape (n_times,), cells that had a verdict at that time.
        by: "week" or "month".
    Returns:
        shape (n_times,); `largest` at most. A later time does not change an earlier level.
    """
    cells = np.maximum(as_series(judged, name="judged")[0], 1.0)
    if by not in PERIODS_PER_MONTH or not (false_per_month > 0 and 0 < largest < 1):
        raise SeriesError("levels: needs by week or month, false_per_month > 0 and 0 < largest < 1")
    found: FloatArray = np.minimum(largest, false_per_month / (cells * PERIODS_PER_MONTH[by]))
    return found


def episodes(combined: ArrayLike, level: ArrayLike, *, gap: int) -> list[Episode]:
    """Runs of p <= level, in order of cell and start; alarms with at most `gap` periods without one between them are one run.

    Args:
        combined: shape (n_cells, n_times). level: shape (n_times,).
    """
    p = as_series(combined, name="combined")
    limit = as_series(level, name="level")[0]
    if limit.shape[0] != p.shape[1] or gap < 0:
        raise SeriesError("episodes: one level for each time, and gap not negative")
    with np.errstate(invalid="ignore"):
        alarm: BoolArray = p <= limit
    found = []
    for cell in np.flatnonzero(alarm.any(axis=1)).tolist():
        times = np.flatnonzero(alarm[cell])
        for run in np.split(times, np.flatnonzero(np.diff(times) > gap + 1) + 1):
            peak = int(run[np.argmin(p[cell, run])])
            found.append(
                Episode(cell=cell, start=int(run[0]), last=int(run[-1]), peak=peak, p=float(p[cell, peak]))
            )
    return found


def alert_id(kind: str, substance: str, area: str, start: date) -> str:
    """The id of an alert: the same as long as its first period is."""
    said = "\n".join((kind, substance, area, start.isoformat()))
    return "a_" + hashlib.sha256(said.encode()).hexdigest()[:12]


def _scipy() -> Any:
    try:
        from scipy import special
    except ImportError as error:
        raise MissingExtraError("combining signals", "stats") from error
    return special
