"""Two neighbouring spans of a series kept by several sources: did it change, by how much such spans differed before?

In: a panel, shape (n_sources, n_times), NaN = nothing collected by that source. Out: Contrast; the panel as one series. Sources are compared with
themselves: only those kept in both spans enter, so that one that stops, or begins, is no change. The error of a change is how much
spans of the same length differed before, at every place of the past: that holds whatever depends on what.
Source: Mantel and Haenszel's ratio of rates and its variance by Greenland and Robins (1985), Biometrics 41: 55-68, for counts; iterative
proportional fitting (Deming and Stephan 1940) for the joined series. Known weakness: four spans of history are the least, and with so
few only large changes are told; a past that changed much itself hides a change.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, nan, sqrt
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray, as_series

Kind: TypeAlias = Literal["count", "level"]
LEAST_DF = 3  # spans of history less one
FEW_CASES = 5  # in both spans together
_SETTLED = 1e-8  # of a logarithm, or of the largest source: what is left to change
_ROUNDS = 60  # of proportional fitting: sources of very different length settle within them


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A change.

    Attributes:
        verdict: GIVEN; MISSING where no source was kept in both spans, SHORT with too little history, FEW cases, FLAT where nothing ever varied.
        ratio: relative change, 0.1 = 10 % more; None without a verdict but where only the history is missing.
        low, high: its 95 % interval; p: two-sided, of no change; None without a verdict.
        sources: kept in both spans.
        df: degrees of freedom of the error.
    """

    verdict: Verdict
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    sources: int = 0
    df: float = 0.0


def contrast(panel: ArrayLike, span: int, *, kind: Kind) -> Contrast:
    """The last `span` periods against the `span` before them.

    Args:
        panel: shape (n_sources, n_times), cases (kind "count") or logarithms of levels ("level"); NaN = nothing collected.
    Raises:
        SeriesError: for negative cases, or a span that is not positive.
    """
    try:
        from scipy.special import stdtr, stdtrit
    except ImportError as error:
        raise MissingExtraError("a comparison of spans", "stats") from error
    values = _panel(panel, kind)
    if span < 1:
        raise SeriesError(f"span: {span} (at least one period)")
    n = values.shape[1]
    if n < 2 * span:
        return Contrast(verdict=Verdict.SHORT)
    sums = _running(np.nan_to_num(values)), _running(np.isfinite(values).astype(np.float64))
    shift, variance, sources, cases = _shift(sums, n, span, kind)
    if sources == 0:
        return Contrast(verdict=Verdict.MISSING)
    if kind == "count" and cases < FEW_CASES:
        return Contrast(verdict=Verdict.FEW, sources=sources)
    past = [_shift(sums, end, span, kind) for end in range(2 * span, n - span + 1)]
    known = [(d, v) for d, v, there, _ in past if there and np.isfinite(d) and v > 0]
    df = (len(known) - 1) / span + 1 if known else 0.0
    if df < LEAST_DF:
        return Contrast(verdict=Verdict.SHORT, ratio=exp(shift) - 1, sources=sources, df=df)
    spread = float(np.mean([d * d / v for d, v in known]))
    if kind == "count":
        spread = max(1.0, spread)  # no count is surer than Poisson's
    width = sqrt(spread * variance)
    if width < 1e-12:
        return Contrast(verdict=Verdict.FLAT, sources=sources, df=df)
    half = -float(stdtrit(df, 0.025)) * width
    low, high = (exp(min(700.0, shift + side * half)) - 1 for side in (-1, 1))
    p = float(2 * stdtr(df, -abs(shift) / width))
    return Contrast(
        verdict=Verdict.GIVEN, ratio=exp(shift) - 1, low=low, high=high, p=p, sources=sources, df=df
    )


def joined(panel: ArrayLike, *, kind: Kind) -> FloatArray:
    """The panel as one series: cases as if every source had been kept always, or the level of the mean source.

    Returns:
        shape (n_times,); NaN where no source was kept, and where those kept share no period with most of the others.
    """
    values = _panel(panel, kind)
    there = np.isfinite(values)
    there &= _together(there)
    found = np.full(values.shape[1], nan)
    if not there.any():
        return found
    kept = np.where(there, values, 0.0)
    times = there.any(axis=0)
    by_source, by_time, weight = kept.sum(axis=1), kept.sum(axis=0), there.astype(np.float64)
    per_source, per_time = weight.sum(axis=1), weight.sum(axis=0)
    if kind == "level":
        own, level = np.zeros(values.shape[0]), np.zeros(values.shape[1])
        for _ in range(_ROUNDS):
            level = _over(by_time - own @ weight, per_time)
            before, own = own, _over(by_source - weight @ level, per_source)
            if float(np.abs(before - own).max()) < _SETTLED:
                break
        mean = float(own[there.any(axis=1)].mean())
        found[times] = level[times] + mean
        return found
    size, rate = np.ones(values.shape[0]), np.ones(values.shape[1])
    for _ in range(_ROUNDS):
        rate = _over(by_time, size @ weight)
        before, size = size, _over(by_source, weight @ rate)
        if float(np.abs(before - size).max()) < _SETTLED * float(size.max()):
            break
    found[times] = rate[times] * size.sum()
    return found


def _panel(panel: ArrayLike, kind: Kind) -> FloatArray:
    if np.size(panel) == 0:
        return np.zeros((0, np.shape(panel)[-1] if np.ndim(panel) == 2 else 0))
    values = as_series(panel, name="panel")
    if kind == "count" and (values < 0).any():
        raise SeriesError("panel: holds a negative count")
    return values


def _running(values: FloatArray) -> FloatArray:
    """Sums of all periods before each one, shape (n_sources, n_times + 1)."""
    return np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)], axis=1)


def _shift(
    sums: tuple[FloatArray, FloatArray], end: int, span: int, kind: Kind
) -> tuple[float, float, int, float]:
    """(change of the logarithm, its variance but for a factor, sources in both spans, cases) of the spans that end before `end`.

    `sums` are running sums of figures and of periods that were kept.
    """
    figures, kept = sums
    n1, n0 = kept[:, end] - kept[:, end - span], kept[:, end - span] - kept[:, end - 2 * span]
    both = (n1 > 0) & (n0 > 0)
    if not both.any():
        return nan, 0.0, 0, 0.0
    n1, n0 = n1[both], n0[both]
    a = figures[both, end] - figures[both, end - span]
    b = figures[both, end - span] - figures[both, end - 2 * span]
    sources = int(both.sum())
    if kind == "level":
        weight = n1 * n0 / (n1 + n0)
        return float((weight * (a / n1 - b / n0)).sum() / weight.sum()), 1.0, sources, 0.0
    whole = n1 + n0
    cases = float((a + b).sum())
    first, second = float((a * n0 / whole).sum()), float((b * n1 / whole).sum())
    if cases == 0:
        return nan, 0.0, sources, 0.0
    if first == 0 or second == 0:  # half a case, as in tables with an empty cell (Haldane 1956)
        first, second = first + 0.25, second + 0.25
    variance = float((n1 * n0 * (a + b) / whole**2).sum()) / (first * second)
    return log(first / second), variance, sources, cases


def _together(
    there: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Of the groups of sources that no common period links, the one with most periods; shape of `there`."""
    left = there.any(axis=1)
    best = np.zeros_like(there)
    while left.any():
        rows = np.zeros_like(left)
        rows[np.flatnonzero(left)[0]] = True
        while True:
            wider = np.asarray(left & there[:, there[rows].any(axis=0)].any(axis=1))
            if wider.sum() == rows.sum():
                break
            rows = wider
        left = np.asarray(left & ~rows)
        mine = there & rows[:, None]
        if mine.any(axis=0).sum() > best.any(axis=0).sum():
            best = mine
    return best


def _over(sums: FloatArray, sizes: FloatArray) -> FloatArray:
    """Sums over sizes; 0 where there is nothing to divide by."""
    return np.divide(sums, sizes, out=np.zeros_like(sums, dtype=np.float64), where=sizes > 0)
