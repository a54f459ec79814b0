"""Log-likelihood ratios of a scan, and the least count that passes a given one.

In: cases and expected cases of windows. Out: the logarithm of the likelihood ratio, 0 where there is no excess.
Sources: Kulldorff (1997), Communications in Statistics 26, for Poisson and Bernoulli; Kulldorff et al. (2005), PLoS
Medicine 2, for the permutation model, which takes the Poisson ratio; Neill, Moore (2005) for the expectation-based one.
Left out: low rates: only windows with more cases than expected are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vigie.stats.arrays import FloatArray, IntArray

Model = Literal["poisson", "bernoulli", "permutation", "expectation"]
_STEPS = 64  # entries of a table for one unit of the square root of the expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """The ratio of one model.

    Attributes:
        total: cases on the whole map; not used by "expectation".
        people: cases and controls together, for "bernoulli".
    """

    model: Model
    total: float
    people: float = 0.0

    def ratio(self, cases: FloatArray, expected: FloatArray) -> FloatArray:
        """Log-likelihood ratio of windows, same shape; 0 where cases are not above what is expected.

        It rises with cases and falls with the expectation, which is what lets whole blocks of windows be left out.
        """
        excess = cases > expected
        c = np.where(excess, cases, 1.0)
        mu = np.where(excess, expected, 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.model == "expectation":
                value = c * np.log(c / mu) - c + mu
            elif self.model == "bernoulli":
                value = self._bernoulli(c, mu)
            else:
                value = c * np.log(c / mu) + _xlog(self.total - c, self.total - mu)
        found: FloatArray = np.where(excess, value, 0.0)
        return found

    def _bernoulli(self, c: FloatArray, mu: FloatArray) -> FloatArray:
        n = np.maximum(mu * (self.people / self.total), c)  # no more cases than persons
        out, rest = self.total - c, self.people - n
        value: FloatArray = (
            _xlog(c, n)
            + _xlog(n - c, n)
            + _xlog(out, rest)
            + _xlog(rest - out, rest)
            - float(_xlog(np.array(self.total), np.array(self.people)))
            - float(_xlog(np.array(self.people - self.total), np.array(self.people)))
        )
        return value

    def table(self, levels: FloatArray, top: float, least: int, most: int) -> Passing:
        """Least counts whose ratio passes each level, for expectations up to `top`.

        Args:
            levels: shape (n_levels,).
            least: counts below are never looked at.
            most: largest count that can occur; what even that does not pass gets most + 1.
        """
        edges = ((np.arange(int(np.ceil(np.sqrt(top) * _STEPS)) + 2) / _STEPS) ** 2)[None, :]
        low = np.full((len(levels), edges.shape[1]), least - 1, dtype=np.int64)
        high = np.full(low.shape, most + 1, dtype=np.int64)
        while (high - low > 1).any():
            middle = (low + high + 1) // 2  # where the two have met this is `high`, and stays
            passes = (
                self.ratio(middle.astype(np.float64), np.broadcast_to(edges, low.shape)) > levels[:, None]
            )
            high, low = np.where(passes, middle, high), np.where(passes | (high - low <= 1), low, middle)
        return Passing(high)


class Passing:
    """Least counts by level and expectation; never above the true ones, by at most what 1/64 of a root makes."""

    def __init__(self, least: IntArray) -> None:
        self._least = least.astype(np.min_scalar_type(int(least.max())))

    def __call__(self, expected: FloatArray) -> NDArray[np.integer]:
        """Shape (n_levels, *expected.shape)."""
        place = np.sqrt(np.maximum(expected, 0)) * _STEPS
        at = np.minimum(place.astype(np.int64), self._least.shape[1] - 1)
        found: NDArray[np.integer] = self._least[:, at]
        return found


def _xlog(x: FloatArray, of: FloatArray) -> FloatArray:
    """x log(x / of); 0 where x is not above 0."""
    held = (x > 0) & (of > 0)
    value: FloatArray = np.where(held, x * np.log(np.where(held, x, 1.0) / np.where(held, of, 1.0)), 0.0)
    return value
