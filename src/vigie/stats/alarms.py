"""One contract for all detectors of unusual counts.

In: counts, shape (n_series, n_times). Out: `Alarms`, what was expected and whether the count passes its limit.
A detector is a frozen record of its parameters with one method, `scan`. No verdict is never a silent number:
`verdict` says why there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.stats.arrays import BoolArray, FloatArray, IntArray


class Verdict(IntEnum):
    """Whether a time of a series was judged and, if not, why."""

    GIVEN = 0
    SHORT = 1  # not enough history before it
    MISSING = 2  # nothing was collected at that time
    FEW = 3  # too few cases lately for the method to speak (limit54 and the like)
    FLAT = 4  # the baseline does not vary, or holds no case: no limit can be drawn from it
    UNFITTED = 5  # the model did not converge


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alarms:
    """What a detector says of each series at each scanned time.

    Attributes:
        method: id of the detector.
        times: positions scanned, shape (n_scanned,), 0-based.
        observed, expected, upper, score: shape (n_series, n_scanned), NaN where the method gives none. `upper` is
            the largest count that is not an alarm, but for charts that sum over weeks (CUSUM: the count at which the sum
            reaches its limit; outbreakP has no limit in counts, so NaN beside a verdict); `score` is the method's own statistic, see its docstring.
        alarm: shape (n_series, n_scanned); False where there is no verdict.
        verdict: shape (n_series, n_scanned), values of `Verdict`.
    """

    method: str
    times: IntArray
    observed: FloatArray
    expected: FloatArray
    upper: FloatArray
    score: FloatArray
    alarm: BoolArray
    verdict: NDArray[np.int8]


class Detector(Protocol):
    """What every detector offers."""

    @property
    def method(self) -> str:
        """Stable id: "farrington-flexible"."""
        ...

    def scan(
        self,
        counts: ArrayLike,
        *,
        population: ArrayLike | None = None,
        dates: NDArray[np.datetime64] | None = None,
        at: ArrayLike | None = None,
    ) -> Alarms:
        """Judge counts prospectively: a time is judged from what stands before it and from itself only.

        Args:
            counts: shape (n_times,) or (n_series, n_times), cases per period; NaN = nothing collected.
            population: persons at risk, shape of `counts` or (n_times,); methods without offsets refuse it.
            dates: first day of each period, shape (n_times,), datetime64[D]; None = periods are counted back.
            at: positions to judge, 0-based; None = all.
        Raises:
            SeriesError: for counts that are negative, infinite or of the wrong shape.
        """
        ...
