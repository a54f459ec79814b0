"""Segments by PELT, binary segmentation or exact search, through ruptures, with the penalties in use.

In: one series, NaN = nothing collected (left out: positions are given on the whole series). Out: `LevelChanges`.
Costs are -2 log likelihood up to a constant ("l1": the sum of distances to the median, as ruptures has it).
Left out: our own search (`changepoints.find_changes`), which is faster than these on heavy tails and finds more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray, as_series
from vigie.stats.changepoints import LevelChanges, described
from vigie.stats.noise import difference_autocorrelation, difference_scale

Method = Literal["pelt", "binseg", "exact"]
CostName = Literal["l2", "l1", "rank", "normal", "poisson"]
PenaltyRule = Literal["aic", "bic", "mbic", "robust"]
_PARAMETERS = {"l2": 1, "l1": 1, "rank": 1, "normal": 2, "poisson": 1}  # of a segment; its place is one more
_LAPLACE = (
    1.5  # times log n: 3 % of unchanged series alarmed, benchmarks/changepoint_series.py, develop seeds
)
_LEAST_VARIANCE = 1e-10  # two equal neighbours would otherwise be infinitely likely


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmenter:
    """PELT, binary segmentation or exact search.

    Attributes:
        cost: "l2" mean, of known scale; "l1" median; "rank" mean rank; "normal" mean and variance; "poisson" counts.
        penalty: "aic" 2p, "bic" p log n with p the parameters of a segment and its place; "mbic" (p + 1) log n and the
            logarithm of each segment's length (Zhang and Siegmund 2007); "robust": 1.5 log n times the variance that
            autocorrelation adds, (1 + r) / (1 - r), for "l1"; a number is taken as it is.
        least: figures in a segment.
        scaled: "l2" and "l1" of the series divided by the scale of its differences; False = as given.
        most: changes, for "binseg" and "exact".
    Known weakness: "l2" takes an outlier for two changes; "normal" with `least` 2 splits at rounded figures that are equal.
    """

    method: Method = "pelt"
    cost: CostName = "l2"
    penalty: PenaltyRule | float = "mbic"
    least: int = 1
    scaled: bool = True
    most: int = 10

    def __post_init__(self) -> None:
        if self.cost not in _PARAMETERS or self.method not in ("pelt", "binseg", "exact"):
            raise SeriesError(
                f"segments: cost is one of {', '.join(_PARAMETERS)}; method pelt, binseg or exact"
            )
        if self.least < (2 if self.cost == "normal" else 1) or self.most < 1:
            raise SeriesError("segments: least >= 1 (2 for the cost normal), most >= 1")
        if isinstance(self.penalty, str):
            if self.penalty not in ("aic", "bic", "mbic", "robust"):
                raise SeriesError(
                    "segments: penalty is aic, bic, mbic, robust or a number that is not negative"
                )
        elif not 0 <= self.penalty < np.inf:
            raise SeriesError("segments: a penalty is a number that is not negative")

    def segment(self, values: ArrayLike, *, number: int | None = None) -> LevelChanges:
        """Segments of one series.

        Args:
            values: shape (n_times,).
            number: of changes, whatever the penalty says; for "exact" only.
        Raises:
            SeriesError: if values are no numbers, infinite, more than one series, or negative under "poisson".
            MissingExtraError: without the extra `stats`.
        Source: Killick, Fearnhead and Eckley (2012) for PELT; Scott and Knott (1974) for binary segmentation;
            Auger and Lawrence (1989) for the exact search.
        """
        series = as_series(values)
        if len(series) != 1:
            raise SeriesError(f"segments: {len(series)} series (give one at a time)")
        if number is not None and (self.method != "exact" or number < 1):
            raise SeriesError("segments: a number of changes is for the exact search, and at least 1")
        return self._one(series[0], number)

    def _one(self, values: FloatArray, number: int | None) -> LevelChanges:
        places = np.nonzero(~np.isnan(values))[0]
        found, name = values[places], f"{self.method}-{self.cost}"
        scale = difference_scale(found)
        if self.cost == "poisson" and (found < 0).any():
            raise SeriesError("segments: a negative count (the cost poisson needs counts)")
        verdict = Verdict.SHORT if len(found) < max(2 * self.least, 3) else Verdict.FLAT
        if verdict is Verdict.SHORT or scale == 0:
            return LevelChanges(
                method=name,
                verdict=verdict,
                changes=(),
                levels=(),
                scale=scale,
                evidence=None,
                penalty=None,
            )
        penalty = self.value(found)
        unit = found / scale if self.scaled and self.cost in ("l2", "l1") else found
        positions = [int(places[at]) for at in self._search(unit, penalty, number)]
        centre: Literal["median", "mean"] = "median" if self.cost in ("l1", "rank") else "mean"
        return described(values, positions, method=name, centre=centre, scale=scale, penalty=penalty)

    def value(self, found: FloatArray) -> float:
        """What each change must gain, in units of the cost, for figures of shape (n,) without gaps."""
        if not isinstance(self.penalty, str):
            return float(self.penalty)
        parameters, log_n = _PARAMETERS[self.cost] + 1, float(np.log(len(found)))
        if self.penalty == "robust":
            alike = difference_autocorrelation(found)
            return _LAPLACE * log_n * (1 + alike) / (1 - alike)
        return {"aic": 2.0 * parameters, "bic": parameters * log_n, "mbic": (parameters + 1) * log_n}[
            self.penalty
        ]

    def _search(self, found: FloatArray, penalty: float, number: int | None) -> list[int]:
        rpt = _ruptures()
        cost = _as_ruptures(rpt, _cost(self.cost, found), by_length=self.penalty == "mbic", least=self.least)
        if self.method == "pelt":
            search = rpt.Pelt(custom_cost=cost, min_size=self.least, jump=1)
            return [int(at) for at in search.fit(found).predict(pen=penalty)[:-1]]
        if self.method == "binseg":
            return self._binary(cost, len(found), penalty)
        search = rpt.Dynp(custom_cost=cost, min_size=self.least, jump=1).fit(found)
        most = min(self.most, len(found) // self.least - 1)
        wanted = range(1, most + 1) if number is None else [min(number, most)]
        tried = [[len(found)]] if number is None else []
        tried += [[int(end) for end in search.predict(n_bkps=n)] for n in wanted]
        sums = [cost.sum_of_costs(ends) + penalty * (len(ends) - 1) for ends in tried]
        return tried[int(np.argmin(sums))][:-1]

    def _binary(self, cost: Any, size: int, penalty: float) -> list[int]:
        """Not by ruptures.Binseg: it never tries the ends of a segment that its minimum length allows."""
        edges = [0, size]
        while len(edges) - 2 < self.most:
            gains = []
            for start, end in pairwise(edges):
                whole = cost.error(start, end) if end - start >= 2 * self.least else 0.0
                gains += [
                    (whole - cost.error(start, at) - cost.error(at, end), -at)
                    for at in range(start + self.least, end - self.least + 1)
                ]
            gain, place = max(gains, default=(0.0, 0))
            if gain <= penalty:
                break
            edges = sorted([*edges, -place])
        return edges[1:-1]


class _Cost(Protocol):
    def __call__(self, start: int, end: int) -> float: ...


def _cost(name: CostName, found: FloatArray) -> _Cost:
    """-2 log likelihood of figures [start, end) as one segment, by running sums."""
    if name == "rank":
        _, kind, size = np.unique(found, return_inverse=True, return_counts=True)
        ranks = (np.cumsum(size) - (size - 1) / 2)[kind]  # equal figures share their mean rank
        found, name = (ranks - ranks.mean()) / ranks.std(), "l2"
    if name == "l1":
        return lambda start, end: float(np.abs(found[start:end] - np.median(found[start:end])).sum())
    centred = found - found.mean() if name != "poisson" else found
    one = np.concatenate([[0.0], np.cumsum(centred)])
    two = np.concatenate([[0.0], np.cumsum(centred**2)])

    def squares(start: int, end: int) -> float:
        total: float = one[end] - one[start]
        return max(float(two[end] - two[start]) - total**2 / (end - start), 0.0)

    def normal(start: int, end: int) -> float:
        size = end - start
        return float(size * np.log(max(squares(start, end) / size, _LEAST_VARIANCE)))

    def poisson(start: int, end: int) -> float:
        total: float = one[end] - one[start]
        return float(-2 * total * np.log(total / (end - start))) if total > 0 else 0.0

    chosen: dict[str, _Cost] = {"l2": squares, "normal": normal, "poisson": poisson}
    return chosen[name]


def _as_ruptures(rpt: Any, cost: _Cost, *, by_length: bool, least: int) -> Any:
    """The cost as ruptures takes it; with `by_length` each segment pays the logarithm of its length."""

    class Cost(rpt.base.BaseCost):  # type: ignore[misc]
        model = ""
        min_size = least

        def fit(self, signal: FloatArray) -> Cost:
            self.signal = signal
            return self

        def error(self, start: int, end: int) -> float:
            return cost(start, end) + (float(np.log(end - start)) if by_length else 0.0)

    return Cost()


def _ruptures() -> Any:
    try:
        import ruptures
        import ruptures.base
    except ImportError as error:
        raise MissingExtraError("PELT and binary segmentation", "stats") from error
    return ruptures
