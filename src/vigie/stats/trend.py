"""Slow trends: Mann-Kendall's test and Sen's slope, with ties, gaps, uneven times, seasons and autocorrelation.

In: series, NaN = nothing collected; times in any unit, evenly spaced or not. Out: a `Trend` of each.
Left out: jumps of level (`changepoints`): a test of trend answers them too, and cannot tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import erfc, sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray, IntArray, as_series

Correlation = Literal["none", "hamed-rao"]
LEAST = 4  # figures: with three even a perfect order has p = 1/3
_EXACT = 50  # figures below which, without ties, p is exact, as in R's cor.test
_NOTABLE = 0.10  # level at which a correlation of ranks is counted (Hamed and Rao 1998)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What the test says of one series.

    Attributes:
        verdict: `Verdict.GIVEN`, SHORT (fewer than four figures) or FLAT (all figures equal: slope 0, no p).
        n: figures.
        s: Kendall's score: pairs that rise minus pairs that fall.
        tau: S over the pairs that could rise or fall (tau-b), -1 to 1.
        p: two-sided, of "no trend"; None without a verdict.
        slope: Sen's, unit of the series per unit of time; low, high: its confidence limits. None without a verdict.
        inflation: factor on the variance of S for autocorrelation; 1 = none.
        exact: whether p comes from the exact distribution.
    """

    verdict: Verdict
    n: int
    s: float
    tau: float | None
    p: float | None
    slope: float | None
    low: float | None
    high: float | None
    inflation: float
    exact: bool

    def direction(self, level: float = 0.05) -> Literal["up", "down", "none", "unknown"]:
        """ "none" = no trend shown at this level, which is not the proof of none."""
        if self.p is None or self.slope is None:
            return "none" if self.verdict is Verdict.FLAT else "unknown"
        if self.p >= level or self.s == 0:
            return "none"
        return "up" if self.s > 0 else "down"


def find_trends(
    values: ArrayLike,
    *,
    times: ArrayLike | None = None,
    seasons: ArrayLike | None = None,
    correlation: Correlation = "hamed-rao",
    confidence: float = 0.95,
) -> list[Trend]:
    """Mann-Kendall and Sen of each series.

    Args:
        values: shape (n_times,) or (n_series, n_times); NaN = nothing collected.
        times: shape (n_times,), in the unit that slopes are wanted by (years: 2024.25); None = 0, 1, 2 …
        seasons: shape (n_times,), a whole number for the season of each time: figures are compared inside their season only
            (seasonal Kendall), and S takes the covariance of seasons into account.
        correlation: "hamed-rao" widens the variance of S by the autocorrelation of ranks after Sen's slope is taken out,
            and never narrows it; "none" takes neighbours as independent. With `seasons` it is not used.
        confidence: of the limits of the slope.
    Raises:
        SeriesError: for values that are no numbers; times or seasons of another length, infinite or missing.
    Source: Mann (1945), Kendall (1975), Sen (1968), Hirsch, Slack and Smith (1982), Hirsch and Slack (1984),
        Hamed and Rao (1998). Known weakness: with fewer than some twenty figures autocorrelation is seen too
        late, and p is too small.
    """
    series = as_series(values)
    size = series.shape[1]
    if not 0 < confidence < 1:
        raise SeriesError("trend: confidence lies between 0 and 1")
    if correlation not in ("none", "hamed-rao"):
        raise SeriesError("trend: correlation is none or hamed-rao")
    when = _axis(times, size, "times") if times is not None else np.arange(size, dtype=float)
    season = _axis(seasons, size, "seasons").astype(np.int64) if seasons is not None else None
    if (np.diff(when) < 0).any():
        order = np.argsort(when, kind="stable")
        series, when, season = series[:, order], when[order], season if season is None else season[order]
    return [_trend(row, when, season, correlation, confidence) for row in series]


def _axis(given: ArrayLike, size: int, name: str) -> FloatArray:
    row = as_series(given, name=name)
    if row.shape != (1, size) or np.isnan(row).any():
        raise SeriesError(f"{name}: shape {row.shape[1:]}, the series has {size} times (none may be missing)")
    only: FloatArray = row[0]
    return only


def _trend(
    values: FloatArray,
    times: FloatArray,
    seasons: IntArray | None,
    correlation: Correlation,
    confidence: float,
) -> Trend:
    here = ~np.isnan(values)
    found, when = values[here], times[here]
    season = np.zeros(len(found), dtype=np.int64) if seasons is None else seasons[here]
    score, possible, varied, slopes = 0.0, 0, False, []
    for one in np.unique(season):
        part = season == one
        signs, apart, rises = _pairs(found[part], when[part])
        score += float(signs.sum())
        possible += int(np.count_nonzero(apart))
        varied |= bool(rises.any())
        slopes.append(rises[apart > 0] / apart[apart > 0])
    comparable = np.sort(np.concatenate(slopes)) if slopes else np.zeros(0)
    if len(found) < LEAST or len(comparable) < LEAST:
        return _silent(Verdict.SHORT, len(found))
    if not varied:
        return _silent(Verdict.FLAT, len(found))
    slope = float(np.median(comparable))
    if seasons is not None:
        variance, inflation = _seasonal_variance(found, when, season), 1.0
    else:
        variance = kendall_variance(found, when)
        inflation = 1.0 if correlation == "none" else _inflation(values - slope * times)
    tied = len(np.unique(found)) < len(found) or len(np.unique(when)) < len(when)
    exact = seasons is None and not tied and inflation == 1.0 and len(found) < _EXACT
    p = _exact_p(score, len(found)) if exact else _normal_p(score, variance * inflation)
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance * inflation)
    # Ranks of Sen's limits, rounded outwards.
    first = int(np.floor((len(comparable) - reach) / 2)) - 1
    last = int(np.ceil((len(comparable) + reach) / 2))
    tau_pairs = sqrt(possible * _untied(found, season))
    return Trend(
        verdict=Verdict.GIVEN,
        n=len(found),
        s=score,
        tau=score / tau_pairs,
        p=p,
        slope=slope,
        low=float(comparable[first]) if first >= 0 else None,
        high=float(comparable[last]) if last < len(comparable) else None,
        inflation=inflation,
        exact=exact,
    )


def _silent(verdict: Verdict, n: int) -> Trend:
    return Trend(
        verdict=verdict,
        n=n,
        s=0.0,
        tau=None,
        p=None,
        slope=0.0 if verdict is Verdict.FLAT else None,
        low=None,
        high=None,
        inflation=1.0,
        exact=False,
    )


def _pairs(found: FloatArray, when: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of every pair: the sign that it adds to S, the time between, the rise."""
    one, other = np.triu_indices(len(found), 1)
    rises, apart = found[other] - found[one], when[other] - when[one]
    return np.sign(rises) * np.sign(apart), apart, rises


def _untied(found: FloatArray, season: IntArray) -> float:
    """Pairs of one season whose figures differ."""
    total = 0.0
    for one in np.unique(season):
        part = found[season == one]
        ties = np.unique(part, return_counts=True)[1].astype(float)
        total += (len(part) * (len(part) - 1) - float((ties * (ties - 1)).sum())) / 2
    return total


def kendall_variance(found: FloatArray, when: FloatArray) -> float:
    """Variance of S without a trend, with ties in figures and in times.

    Source: Kendall (1975), chapter 4.
    """
    n = float(len(found))
    if n < 2:
        return 0.0  # a season with one figure says nothing
    ties = [np.unique(x, return_counts=True)[1].astype(float) for x in (found, when)]
    one = [float((t * (t - 1)).sum()) for t in ties]
    two = [float((t * (t - 1) * (t - 2)).sum()) for t in ties]
    three = sum(float((t * (t - 1) * (2 * t + 5)).sum()) for t in ties)
    variance = (n * (n - 1) * (2 * n + 5) - three) / 18 + one[0] * one[1] / (2 * n * (n - 1))
    return variance + (two[0] * two[1] / (9 * n * (n - 1) * (n - 2)) if n > 2 else 0.0)


def _normal_p(score: float, variance: float) -> float:
    """Two-sided, with continuity correction: S moves by two."""
    if variance <= 0:
        return 1.0
    return min(1.0, erfc(max(abs(score) - 1, 0.0) / sqrt(variance) / sqrt(2)))


def _exact_p(score: float, n: int) -> float:
    """Two-sided, from the number of inversions of all orders of n figures."""
    chances = np.ones(1)
    for size in range(2, n + 1):
        chances = np.convolve(chances, np.full(size, 1 / size))
    inversions = round((n * (n - 1) / 2 - abs(score)) / 2)
    return min(1.0, 2 * float(chances[: inversions + 1].sum()))


def _inflation(detrended: FloatArray) -> float:
    """Hamed and Rao's n / n*: the variance of S against that of independent figures; at least 1.

    Lags count times of the series, so that a gap removes the pairs that span it. Unlike the article, lags are counted up
    to the first that is not notable: the correlations of a series whose slope was taken out sum to less than zero, and the chance
    negatives of long lags undo the correction (with r = 0.5 and 100 figures 22 % false trends instead of 8 %).
    """
    here = ~np.isnan(detrended)
    n = int(here.sum())
    ranks = np.full(len(detrended), np.nan)
    order = np.argsort(np.argsort(detrended[here], kind="stable"), kind="stable").astype(float)
    ranks[here] = order - order.mean()
    spread = float(np.nanmean(ranks**2))
    bound = NormalDist().inv_cdf(1 - _NOTABLE)
    total = 0.0
    for lag in range(1, len(ranks) - 2):
        products = ranks[lag:] * ranks[:-lag]
        pairs = int(np.count_nonzero(~np.isnan(products)))
        if pairs < LEAST or n - lag <= 2:
            break
        # The mean was estimated: correlations come out lower by about (1 + 4 r) / n (Kendall 1954).
        alike = float(np.nanmean(products)) / spread
        alike = (alike * n + 1) / (n - 4) if n > 8 else alike
        if alike < bound / sqrt(pairs):
            break
        total += (n - lag) * (n - lag - 1) * (n - lag - 2) * min(alike, 1.0)
    return max(1.0, 1 + 2 * total / (n * (n - 1) * (n - 2)))


def _seasonal_variance(found: FloatArray, when: FloatArray, season: IntArray) -> float:
    """Sum of the variances of the seasons and of their covariances, by years that both have."""
    parts = {int(s): (found[season == s], when[season == s]) for s in np.unique(season)}
    variance = sum(kendall_variance(*part) for part in parts.values())
    # The figures of season g in its k-th round stand beside those of season h in its k-th round.
    rounds = _rounds(when, season)
    for one, other in combinations(parts, 2):
        both = sorted(rounds[one].keys() & rounds[other].keys())
        if len(both) < LEAST:
            continue
        a, b = (np.array([found[rounds[s][r]] for r in both]) for s in (one, other))
        signs = np.sign(a[:, None] - a) * np.sign(b[:, None] - b)
        concordant = float(np.triu(signs, 1).sum())
        n = len(both)
        rank_a, rank_b = (np.sign(x[:, None] - x).sum(axis=1) / 2 + (n + 1) / 2 for x in (a, b))
        variance += 2 * (concordant + 4 * float((rank_a * rank_b).sum()) - n * (n + 1) ** 2) / 3
    return max(float(variance), 1e-12)


def _rounds(when: FloatArray, season: IntArray) -> dict[int, dict[int, int]]:
    """Of each season: the position of its figure in each round, a round ending where the season falls back."""
    turn = np.concatenate([[0], np.cumsum(np.diff(season) <= 0)])
    found: dict[int, dict[int, int]] = {int(s): {} for s in np.unique(season)}
    for position, (one, number) in enumerate(zip(season, turn, strict=True)):
        found[int(one)][int(number)] = position
    return found
