"""A level that stays, drifts slowly or jumps, seen through heavy-tailed noise with gaps: the exact posterior of jumps.

In: series in units of their noise. Out: for each time the probability of a jump just before it, and the evidence.
The level lives on a grid, so that every segmentation is summed in time n_times x n_levels (forward and backward).
Left out: which jumps to name (`changepoints`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from vigie.stats.arrays import FloatArray

_SPACING = 0.25  # of the grid of levels, in units of the scale
_GRIDS = (32, 64, 128, 256)  # sizes of grids: series of about equal range are worked out together
_OUTER = (0.02, 0.98)  # quantiles that levels lie between: what lies beyond is an outlier, not a level
_TOGETHER = 4_000_000  # cells held at once: 32 MB an array


@dataclass(frozen=True, slots=True, kw_only=True)
class Jumps:
    """What the model says of each series.

    Attributes:
        probability: shape (n_series, n_times), that the level jumps between the time before and this one; 0 at the first.
        with_jumps, without: shape (n_series,), natural logarithm of the evidence of a level that may jump, and of one that
            never does; their difference is a Bayes factor.
    """

    probability: FloatArray
    with_jumps: FloatArray
    without: FloatArray


def jumps(
    values: FloatArray,
    *,
    hazard: float,
    scales: Sequence[float],
    autocorrelations: Sequence[float],
    drifts: Sequence[float],
) -> Jumps:
    """Sum over all segmentations, and over scale, autocorrelation and drift, each weighed by its evidence.

    Args:
        values: shape (n_series, n_times), centred, in units of the noise; NaN = a gap, which says nothing.
        hazard: probability of a jump at each time, before looking.
        scales: of the noise (Student t of 3 degrees), in units of `values`.
        autocorrelations: of neighbouring errors; across a gap of g times to the power g.
        drifts: standard deviation of the level's own step at each time.
    Source: Fearnhead (2006) for the exact sums; Romano, Rigaill, Runge and Fearnhead (2021) for drift and
        autocorrelation beside jumps; Fearnhead and Rigaill (2019) for bounded influence.
    Known weakness: the error next to a jump is taken as independent of the one before it.
    """
    probability = np.zeros(values.shape)
    with_jumps, without = np.zeros(len(values)), np.zeros(len(values))
    low, high = np.nanquantile(values, _OUTER, axis=1)
    sizes = np.searchsorted(_GRIDS[:-1], (high - low) / _SPACING + 1)
    settings = np.array(list(product(scales, autocorrelations, drifts)))
    for kind, size in enumerate(_GRIDS):
        (members,) = np.nonzero(sizes == kind)
        step = max(1, _TOGETHER // (values.shape[1] * size * len(settings)))
        for start in range(0, len(members), step):
            some = members[start : start + step]
            grid = np.linspace(low[some], high[some], size, axis=1)
            probability[some], with_jumps[some], without[some] = _weighed(
                values[some], grid, hazard, settings
            )
    return Jumps(probability=probability, with_jumps=with_jumps, without=without)


def _weighed(
    values: FloatArray, grid: FloatArray, hazard: float, settings: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Every series under every setting at once; rows run over settings, then series."""
    series, times = values.shape
    scale, correlation, drift = (np.repeat(column, series) for column in settings.T)
    levels = np.tile(grid, (len(settings), 1))
    spacing = levels[:, 1] - levels[:, 0]
    # A grid coarser than the noise would leave levels that no figure can support.
    scale = np.maximum(scale, spacing)
    spread = np.where(drift > 0, np.minimum((drift / np.maximum(spacing, 1e-12)) ** 2 / 2, 1 / 3), 0.0)[
        :, None
    ]
    seen = np.tile(values, (len(settings), 1))
    alone, given = _densities(seen, levels, scale, correlation)
    forward, with_jumps, without = _forward(alone, given, hazard, spread)
    found = _backward(alone, given, forward, hazard, spread)
    shape = (len(settings), series)
    with_jumps, without = with_jumps.reshape(shape), without.reshape(shape)
    weight = np.exp(with_jumps - with_jumps.max(axis=0))
    weight /= weight.sum(axis=0)
    probability = np.einsum("cs,cst->st", weight, found.reshape(*shape, times))
    return probability, _log_mean(with_jumps), _log_mean(without)


def _log_mean(logs: FloatArray) -> FloatArray:
    most = logs.max(axis=0)
    mean: FloatArray = most + np.log(np.exp(logs - most).mean(axis=0))
    return mean


def _densities(
    seen: FloatArray, levels: FloatArray, scale: FloatArray, correlation: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Density of each figure at each level, shape (n_times, n_rows, n_levels): on its own, and given the figure before.

    Student t of 3 degrees is 1 / (1 + x²/3)² but for a factor: no logarithm is needed, and nothing underflows.
    """
    rows, times = seen.shape
    alone = np.ones((times, rows, levels.shape[1]))
    correlated = np.nonzero(correlation > 0)[0]
    given = alone if not len(correlated) else np.ones_like(alone)
    before, gap = np.full(rows, np.nan), np.zeros(rows)
    for time in range(times):
        gap += 1
        value = seen[:, time]
        here = ~np.isnan(value)
        error = value[:, None] - levels
        alone[time] = np.where(here[:, None], _student(error, scale[:, None]), 1.0)
        if given is not alone:
            share = np.where(here & ~np.isnan(before), correlation**gap, 0.0)[:, None]
            last = np.where(np.isnan(before), 0.0, before)[:, None] - levels
            narrow = scale[:, None] * np.sqrt(1 - share**2)
            given[time] = np.where(here[:, None], _student(error - share * last, narrow), 1.0)
        before, gap = np.where(here, value, before), np.where(here, 0.0, gap)
    return alone, given


def _student(error: FloatArray, scale: FloatArray) -> FloatArray:
    density: FloatArray = 1 / (scale * (1 + (error / scale) ** 2 / 3) ** 2)
    return density


def _forward(
    alone: FloatArray, given: FloatArray, hazard: float, spread: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Distribution of the level after each time, and the logarithm of the evidence with and without jumps."""
    times, _, size = alone.shape
    states = np.empty_like(alone)
    state = alone[0] / size
    total = state.sum(axis=1)
    states[0] = state = state / total[:, None]
    kept = state
    with_jumps, without = np.log(total), np.log(total)
    for time in range(1, times):
        state = (1 - hazard) * _drifted(state, spread) * given[time] + (hazard / size) * alone[time]
        total = state.sum(axis=1)
        states[time] = state = state / total[:, None]
        with_jumps = with_jumps + np.log(total)
        kept = _drifted(kept, spread) * given[time]
        total = kept.sum(axis=1)
        kept = kept / total[:, None]
        without = without + np.log(total)
    return states, with_jumps, without


def _backward(
    alone: FloatArray, given: FloatArray, forward: FloatArray, hazard: float, spread: FloatArray
) -> FloatArray:
    """Posterior probability of a jump before each time, shape (n_rows, n_times)."""
    times, rows, size = alone.shape
    found = np.zeros((rows, times))
    later: NDArray[np.float64] = np.ones((rows, size))
    for time in range(times - 1, 0, -1):
        jump = (hazard / size) * (alone[time] * later).sum(axis=1)
        later = (1 - hazard) * _drifted(given[time] * later, spread) + jump[:, None]
        total = (forward[time - 1] * later).sum(axis=1)
        found[:, time] = jump / total
        later = later / total[:, None]
    return found


def _drifted(state: FloatArray, spread: FloatArray) -> FloatArray:
    """One step of a drift: a share goes to each neighbour on the grid, and stays at its ends."""
    if not spread.any():
        return state
    moved = state * (1 - 2 * spread)
    out = spread * state
    moved[:, 1:] += out[:, :-1]
    moved[:, :-1] += out[:, 1:]
    moved[:, 0] += out[:, 0]
    moved[:, -1] += out[:, -1]
    return moved
