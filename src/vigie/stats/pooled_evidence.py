"""How much likelier the last few counts are if an outbreak began among them; and the count at which that passes a limit.

In: counts, what was expected, its standard error. Out: log of the weighed likelihood ratio. Left out: the baseline.

An outbreak that began d periods ago adds share[j] x size standard deviations of a period's count, j periods after its onset:

    ratio = sum over d of begun[d] x  mean over sizes and errors of prod_j f(count | expected + added)
                                    / mean over errors of prod_j f(count | expected)

f is the negative binomial with variance = dispersion x mean, with and without: the ratio then rises with the count without
end, so that no count is too large to be an outbreak. Errors are nodes of the normal distribution of the log expectation,
the same error in all pooled periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, log, sqrt

import numpy as np

from vigie.model.errors import MissingExtraError
from vigie.stats.arrays import BoolArray, FloatArray, IntArray

# Up to which width of the error, measured in the width of what the pooled counts themselves tell of the mean, and by which
# nodes it is averaged: Gauss-Hermite with three, then even grids so fine that the average is smooth and rises with the count.
_GRIDS = ((1.0, 3), (2.2, 13), (5.0, 29))
_REACH = 3.5  # standard errors that even grids cover
_CELLS = 1_000_000  # of the largest arrays: bounds memory to some 50 MB
_DEVIATIONS = 4.0  # above what was expected, where the search of a limit begins
_HIGHEST = 1e15  # limits are not sought beyond: whole numbers end to be exact there


def shares(periods: int, weeks: float, spread: float) -> FloatArray:
    """Share of an outbreak's cases in each period from its onset, shape (periods,).

    Args:
        periods: how many.
        weeks: length of one. Weeks: outbreaks begin with one (Noufaily 2013). Longer periods: anywhere in one, evenly.
        spread: standard deviation of the log delay from onset in weeks; its median is one week.
    """

    def by(delay: float) -> float:
        return 0.0 if delay <= 0 else 0.5 * (1 + erf(log(delay) / (spread * sqrt(2))))

    onsets = [0.0] if weeks < 2 else [(half + 0.5) / 50 * weeks for half in range(50)]
    unit = 1.0 if weeks < 2 else weeks
    return np.array(
        [
            np.mean([by((j + 1) * unit - onset) - by(j * unit - onset) for onset in onsets])
            for j in range(periods)
        ]
    )


def grid(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Nodes of the standard normal distribution and their weights, each of shape (nodes,)."""
    if nodes == 3:
        return np.array([-sqrt(3.0), 0.0, sqrt(3.0)]), np.array([1.0, 4.0, 1.0]) / 6
    found = np.linspace(-_REACH, _REACH, nodes)
    weight = np.exp(-(found**2) / 2)
    return found, weight / weight.sum()


def weigh(
    counts: FloatArray,
    expected: FloatArray,
    error: FloatArray,
    dispersion: FloatArray,
    *,
    share: FloatArray,
    sizes: tuple[float, ...],
    begun: tuple[float, ...],
    threshold: float,
    least: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Score and limit at all periods of `counts` but the first n_begun - 1; arguments as in `Evidence.of`, `limit`.

    Where the error is more than five times as wide as what the counts tell, the dispersion is raised until it is not: such
    series are judged by their error alone, and lose little.
    """
    reach = len(begun)
    told = reach * (expected * error**2).max(1)  # over the dispersion: square of that width
    dispersion = np.maximum(dispersion, told / _GRIDS[-1][0] ** 2)
    width = np.sqrt(told / dispersion)
    shape = (len(counts), counts.shape[1] - reach + 1)
    score, upper = np.empty(shape), np.empty(shape)
    below = -1.0
    for highest, nodes in _GRIDS:
        own = np.flatnonzero((width > below) & (width <= highest + (1e-9 if nodes == _GRIDS[-1][1] else 0.0)))
        below = highest
        rows = max(1, _CELLS // (nodes * len(sizes) * reach * counts.shape[1]))
        for first in range(0, own.size, rows):
            part = own[first : first + rows]
            evidence = Evidence.of(
                counts[part],
                expected[part],
                error[part],
                dispersion[part],
                share=share,
                sizes=sizes,
                begun=begun,
                nodes=nodes,
            )
            score[part] = evidence.score(np.nan_to_num(counts[part][:, reach - 1 :]))
            late = expected[part][:, reach - 1 :]
            spread = np.sqrt(dispersion[part][:, None] * late + (error[part][:, reach - 1 :] * late) ** 2)
            upper[part] = evidence.limit(threshold, least[part], _DEVIATIONS * spread)
    return score, upper


def _log_gamma(values: FloatArray) -> FloatArray:
    try:
        from scipy.special import gammaln
    except ImportError as error:
        raise MissingExtraError("evidence pooled over weeks", "stats") from error
    found: FloatArray = gammaln(values)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """All that the score of a count needs but the count; shapes (d, node, size, n_series, n_judged).

    Attributes:
        begun: weight of an outbreak that began d periods ago, shape (n_begun,).
        weight: of the nodes of the error, shape (n_nodes,).
        without, risen: log probabilities of the periods before and constants, without and with an outbreak.
        size_without, size_with: size parameter of the judged period's negative binomial.
    """

    begun: FloatArray
    weight: FloatArray
    without: FloatArray
    risen: FloatArray
    size_without: FloatArray
    size_with: FloatArray

    @classmethod
    def of(
        cls,
        counts: FloatArray,
        expected: FloatArray,
        error: FloatArray,
        dispersion: FloatArray,
        *,
        share: FloatArray,
        sizes: tuple[float, ...],
        begun: tuple[float, ...],
        nodes: int,
    ) -> Evidence:
        """Evidence at all periods of `counts` but the first n_begun - 1, which are only looked back on.

        Args:
            counts, expected: shape (n_series, n_times); NaN counts say nothing.
            error: standard error of the log of `expected`, shape of `counts`.
            dispersion: shape (n_series,), more than 1.
            share: shape (n_begun,), from `shares`.
            nodes: over which the error is averaged, see `grid`.
        """
        reach = len(begun)
        node, weight = grid(nodes)
        n_series, n_times = counts.shape
        judged = n_times - reach + 1
        seen = ~np.isnan(counts)
        cases = np.where(seen, counts, 0.0)
        scale = (dispersion - 1.0)[:, None]
        log_dispersion = np.log(dispersion)[:, None]
        added = np.sqrt(dispersion[:, None] * expected) / scale
        size_without = expected * np.exp(node[:, None, None] * error) / scale
        each = share[:, None, None, None, None] * np.array(sizes)[:, None, None]
        size_with = size_without[None, :, None] + each * added
        constant = -_log_gamma(size_without) - size_without * log_dispersion
        constant_with = -_log_gamma(size_with) - size_with * log_dispersion
        flat = (_log_gamma(cases + size_without) + constant) * seen
        high = (_log_gamma(cases + size_with) + constant_with) * seen
        last = slice(reach - 1, None)
        without = np.empty((reach, nodes, 1, n_series, judged))
        without[:, :, 0] = constant[..., last]
        risen = constant_with[..., last].copy()
        for d in range(1, reach):
            for j in range(d):
                at = slice(reach - 1 - d + j, reach - 1 - d + j + judged)
                without[d, :, 0] += flat[..., at]
                risen[d] += high[j][..., at]
        return cls(
            begun=np.array(begun),
            weight=weight,
            without=without,
            risen=risen,
            size_without=size_without[None, :, None, :, last],
            size_with=size_with[..., last],
        )

    def only(self, chosen: BoolArray) -> Evidence:
        """The evidence of some of (n_series, n_judged), laid out as one series."""
        return Evidence(
            begun=self.begun,
            weight=self.weight,
            without=self.without[..., chosen][..., None, :],
            risen=self.risen[..., chosen][..., None, :],
            size_without=self.size_without[..., chosen][..., None, :],
            size_with=self.size_with[..., chosen][..., None, :],
        )

    def score(self, count: FloatArray) -> FloatArray:
        """Log of the weighed ratio, had the judged periods held `count`; shape (n_series, n_judged), as `count`."""
        without = self.without + _log_gamma(count + self.size_without)
        risen = self.risen + _log_gamma(count + self.size_with)
        top, peak = without.max(axis=(1, 2), keepdims=True), risen.max(axis=(1, 2), keepdims=True)
        weight = self.weight[:, None, None, None]
        below = (weight * np.exp(without - top)).sum(axis=(1, 2))
        above = (weight * np.exp(risen - peak)).sum(axis=(1, 2)) / risen.shape[2]
        each = np.log(above) - np.log(below) + (peak - top)[:, 0, 0] + np.log(self.begun)[:, None, None]
        most = each.max(axis=0)
        found: FloatArray = most + np.log(np.exp(each - most).sum(axis=0))
        return found

    def limit(self, threshold: float, least: FloatArray, width: FloatArray) -> FloatArray:
        """Largest whole count, from `least` rounded down on, whose score does not pass `threshold`.

        Args:
            least: shape (n_series, n_judged).
            width: where a first bound above `least` is tried, shape of `least`.
        """
        low = np.floor(least).ravel()
        high = low + np.ceil(np.maximum(width, 1.0)).ravel()
        shape = least.shape
        low_score = self.score(low.reshape(shape)).ravel()
        high_score = self.score(high.reshape(shape)).ravel()
        none = ~np.isfinite(low_score + high_score)
        low_score[none], high_score[none], high[none] = -np.inf, np.inf, low[none] + 1
        turn = 0
        while (todo := np.flatnonzero((high_score <= threshold) & (high < _HIGHEST))).size:
            low[todo], low_score[todo] = high[todo], high_score[todo]
            high[todo] = np.minimum(4 * high[todo] + 1, _HIGHEST)
            high_score[todo] = self._at(todo, shape, high[todo])
        while (todo := np.flatnonzero(high - low > 1)).size:
            share = np.full(todo.size, 0.5)
            if turn % 3 < 2:  # the score is nearly straight; every third step halves, in case it is not
                share = (threshold - low_score[todo]) / (high_score[todo] - low_score[todo])
            middle = np.rint(low[todo] + np.clip(share, 0.0, 1.0) * (high[todo] - low[todo]))
            middle = np.clip(middle, low[todo] + 1, high[todo] - 1)
            found = self._at(todo, shape, middle)
            over = found > threshold
            high[todo[over]], high_score[todo[over]] = middle[over], found[over]
            low[todo[~over]], low_score[todo[~over]] = middle[~over], found[~over]
            turn += 1
        return low.reshape(shape)

    def _at(self, todo: IntArray, shape: tuple[int, ...], count: FloatArray) -> FloatArray:
        chosen = np.zeros(shape, dtype=bool)
        chosen.ravel()[todo] = True
        found: FloatArray = self.only(chosen).score(count[None, :])[0]
        return found
