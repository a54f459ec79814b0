"""Many quasi-Poisson regressions with logarithmic link at once.

In: `Base`, counts of N reference periods for each of C regressions, grouped in seasonal levels. Out: `Fit`.
Model: log E(y) = level + slope * time + offset, variance = dispersion * mean; prior weights allowed.
Iteratively reweighted least squares as R's glm.fit documents it: start at y + 0.1, stop when the deviance changes by less than
1e-8 of itself, at most 25 rounds. The path is followed, not only the limit: where a level holds no case the limit is zero, and
R's answer is the point where it stopped. Left out: other designs and links; step halving.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vigie.stats.arrays import BoolArray, FloatArray, IntArray

TOLERANCE = 1e-8
MOST_ROUNDS = 25
_LEAST_MEAN = float(np.finfo(np.float64).eps)  # the smallest mean of R's logarithmic link
_FAR = 36.0  # exp(-36) is above that mean; from there on rows are looked at one by one
_ALIASED = 1e-13  # share of its sum of squares below which time is explained by the levels
_COMPRESS = 0.7  # share of regressions still open below which those that are done are left out of the arrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """Reference periods of C regressions; rows are sorted by level.

    Attributes:
        counts: shape (N, C); 0 where a row is not used.
        used: shape (N, C), 1 for a reference period, 0 for padding and for what was not collected.
        time: shape (N, C), periods, counted from the one that is judged (negative).
        offset: shape (N, C) or None, natural logarithm of the persons at risk.
        first, others, rows: level 0 has `first` rows; `others` levels of `rows` rows each follow.
    """

    counts: FloatArray
    used: FloatArray
    time: FloatArray
    offset: FloatArray | None
    first: int
    others: int
    rows: int

    def take(self, columns: IntArray | BoolArray) -> Base:
        """The same for some of the regressions."""
        return Base(
            counts=self.counts[:, columns],
            used=self.used[:, columns],
            time=self.time[:, columns],
            offset=None if self.offset is None else self.offset[:, columns],
            first=self.first,
            others=self.others,
            rows=self.rows,
        )

    def sums(self, values: FloatArray) -> FloatArray:
        """Shape (1 + others, C): sums of `values`, shape (N, C), over the rows of each level."""
        found = np.empty((1 + self.others, values.shape[1]))
        np.sum(values[: self.first], axis=0, out=found[0])
        if self.others:
            rest = values[self.first :].reshape(self.others, self.rows, values.shape[1])
            np.sum(rest, axis=1, out=found[1:])
        return found

    def spread(self, levels: FloatArray) -> FloatArray:
        """Shape (N, C): for each row what belongs to its level."""
        return np.repeat(levels, [self.first, *[self.rows] * self.others], axis=0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """What was fitted; K = 1 + others.

    Attributes:
        level, slope: coefficients, shape (K, C) and (C,); slope 0 without trend.
        last_level, last_slope: those of the round before, from which the last round took its weights.
        weight, moment: shape (K, C), sums over a level of working weight and of working weight * time.
        schur: shape (C,), what the levels leave of the sum of squares of time; infinite without (estimable) trend.
        rank: shape (C,), coefficients that could be estimated.
        converged: shape (C,).
    """

    level: FloatArray
    slope: FloatArray
    last_level: FloatArray
    last_slope: FloatArray
    weight: FloatArray
    moment: FloatArray
    schur: FloatArray
    rank: IntArray
    converged: BoolArray

    def unscaled_variance(self) -> FloatArray:
        """Shape (C,): variance of the linear predictor at time 0 of level 0, for a dispersion of 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            centre = self.moment[0] / self.weight[0]
            found: FloatArray = 1 / self.weight[0] + centre**2 / self.schur
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Start:
    """What the first round needs of the counts, whatever their weights; shape (N, C) each.

    Attributes:
        mean: counts + 0.1.
        linear: its logarithm without the offset.
        response: working response without the offset.
        constant: the part of half the deviance that no coefficient changes.
    """

    mean: FloatArray
    linear: FloatArray
    response: FloatArray
    constant: FloatArray


def start_of(base: Base) -> Start:
    """The start of `fit`; two fits of one base can share it."""
    y = base.counts
    mean = y + 0.1
    linear = np.log(mean)
    response = linear - 0.1 / mean
    # The deviance is 2 * (constant + loss), where loss = sum of mean - y * (linear predictor without offset).
    constant = y * (np.log(np.maximum(y, 0.1)) - 1)
    if base.offset is not None:
        response -= base.offset
        linear -= base.offset
        constant -= y * base.offset
    return Start(mean=mean, linear=linear, response=response, constant=constant)


def fit(base: Base, prior: FloatArray, *, trend: bool, start: Start | None = None) -> Fit:
    """Fit all regressions.

    Args:
        base: reference periods.
        prior: shape (N, C), prior weights, 0 where a row is not used.
        trend: whether time is in the model; it is left out (slope 0) where the levels explain it.
        start: `start_of(base)`, if it is at hand.
    Source: McCullagh and Nelder (1989), Generalized Linear Models, 2.5; start and stop as documented for R's glm.fit.
    Known weakness: a path that leaves the range of floating numbers is given up (not converged), no step is halved.
    """
    rounds = _Rounds(base, prior, trend=trend)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        rounds.start(start_of(base) if start is None else start)
        for number in range(MOST_ROUNDS):
            rounds.solve()
            rounds.means()
            if not rounds.judge(first=number == 0):
                break
    return rounds.found


class _Rounds:
    """The regressions that are still open, and what was found for the others."""

    def __init__(self, base: Base, prior: FloatArray, *, trend: bool) -> None:
        self.base, self.prior, self.trend = base, prior, trend
        columns, levels = base.counts.shape[1], 1 + base.others
        self.open = np.arange(columns)
        self.found = Fit(
            level=np.full((levels, columns), np.nan),
            slope=np.full(columns, np.nan),
            last_level=np.full((levels, columns), np.nan),
            last_slope=np.full(columns, np.nan),
            weight=np.full((levels, columns), np.nan),
            moment=np.full((levels, columns), np.nan),
            schur=np.full(columns, np.nan),
            rank=np.zeros(columns, dtype=np.int64),
            converged=np.zeros(columns, dtype=np.bool_),
        )

    def start(self, at: Start) -> None:
        """Sums at mean y + 0.1, which no coefficients give: the first round regresses the working response itself."""
        base, prior = self.base, self.prior
        columns, response = prior.shape[1], at.response
        weight, cases = prior * at.mean, prior * base.counts
        self.constant = np.einsum("nc,nc->c", prior, at.constant)
        self.loss = weight.sum(axis=0) - np.einsum("nc,nc->c", cases, at.linear)
        self.cases = base.sums(cases)
        self.present = base.sums(base.used) > 0
        self.factor = prior if base.offset is None else prior * np.exp(base.offset)
        self.W = base.sums(weight)
        self.right = base.sums(weight * response)
        self.T = np.zeros_like(self.W)
        self.S2, self.case_time, self.right_time = np.zeros((3, columns))
        if self.trend:
            self.time = base.time
            self.reach = np.abs(base.time).max(axis=0)
            self.case_time = np.einsum("nc,nc->c", cases, base.time)
            moment = weight * base.time
            self.T = base.sums(moment)
            self.S2 = np.einsum("nc,nc->c", moment, base.time)
            self.right_time = np.einsum("nc,nc->c", moment, response)
        else:  # all that the means need is one number a level
            self.factor = base.sums(self.factor)
        self.level, self.slope = np.zeros_like(self.W), np.zeros(columns)

    def solve(self) -> None:
        """Weighted least squares; its solution is added to the coefficients."""
        self.last_level, self.last_slope = self.level, self.slope
        self.weight, self.moment = self.W, self.T
        weight = np.where(self.present, self.W, np.inf)
        centre = self.T / weight
        self.schur = np.full(self.slope.shape, np.inf)
        if self.trend:
            schur = self.S2 - (centre * self.T).sum(axis=0)
            self.schur = np.where(schur > _ALIASED * self.S2, schur, np.inf)
        step = (self.right_time - (centre * self.right).sum(axis=0)) / self.schur
        self.slope = self.slope + step
        self.level = self.level + self.right / weight - centre * step

    def means(self) -> None:
        """Sums of means over levels at the new coefficients, and what is left to explain."""
        if not self.trend:
            self.W = np.exp(self.level) * self.factor
        else:
            reach = np.abs(self.slope * self.reach)
            if (np.abs(self.level).max(axis=0) + reach).max() < _FAR:
                mean = np.exp(self.time * self.slope)
                scale = np.exp(self.level)
            else:  # also for NaN
                mean = np.maximum(np.exp(self.base.spread(self.level) + self.time * self.slope), _LEAST_MEAN)
                scale = np.ones_like(self.level)
            mean *= self.factor
            self.W = scale * self.base.sums(mean)
            mean *= self.time
            self.T = scale * self.base.sums(mean)
            mean *= self.time
            self.S2 = (scale * self.base.sums(mean)).sum(axis=0)
            self.right_time = self.case_time - self.T.sum(axis=0)
        self.right = self.cases - self.W

    def judge(self, *, first: bool) -> bool:
        """Note those that have converged, leave out those that are done; False when none is left."""
        total = self.W.sum(axis=0)
        loss = total - (self.level * self.cases).sum(axis=0) - self.slope * self.case_time
        if first:
            change = loss - self.loss
        else:  # of large counts the difference of the two sums would be rounding error
            change = (
                total
                - self.weight.sum(axis=0)
                - ((self.level - self.last_level) * self.cases).sum(axis=0)
                - (self.slope - self.last_slope) * self.case_time
            )
        self.loss = loss
        deviance = 2 * (self.constant + loss)
        done = 2 * np.abs(change) < TOLERANCE * (np.abs(deviance) + 0.1)
        lost = ~np.isfinite(deviance)
        if done.any():
            self._write(done)
        left = ~(done | lost | (self.open < 0))
        self.open = np.where(left, self.open, -1)
        if left.mean() < _COMPRESS:
            self._keep(left)
        return bool(left.any())

    def _write(self, done: BoolArray) -> None:
        fresh = done & (self.open >= 0)
        to, found = self.open[fresh], self.found
        for name in ("level", "slope", "last_level", "last_slope", "weight", "moment", "schur"):
            getattr(found, name)[..., to] = getattr(self, name)[..., fresh]
        found.rank[to] = self.present[:, fresh].sum(axis=0) + np.isfinite(self.schur[fresh])
        found.converged[to] = True

    def _keep(self, left: BoolArray) -> None:
        names = ["open", "level", "slope", "W", "T", "S2", "right", "right_time"]
        names += ["cases", "case_time", "constant", "loss", "present", "factor"]
        if self.trend:
            names += ["time", "reach"]
        for name in names:
            setattr(self, name, getattr(self, name)[..., left])
