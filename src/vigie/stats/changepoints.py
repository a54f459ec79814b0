"""Changes of level in series of prices, purity or counts: where, how large, how sure.

In: series, NaN = nothing collected that period. Out: `LevelChanges` of each.
Two ways: `find_changes`, our own, for heavy tails, gaps, autocorrelation and drift; `segment`, PELT and binary
segmentation by ruptures with the penalties in use. Settings and their reasons: data/stats/changepoints.toml.
Left out: slopes (`trend`), unusual single weeks (`alarms`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from vigie.lexicon.terms import data_toml
from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray, as_series
from vigie.stats.level_model import Jumps, jumps
from vigie.stats.noise import difference_scale
from vigie.stats.smooth_shapes import without_shapes

Centre = Literal["median", "mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of level.

    Attributes:
        at: first position of the new level, 0-based. The same number is R's convention, the 1-based index of the last
            period of the old level. Inside a gap it is the likeliest place, with no figure of its own.
        low, high: positions, 0-based, between which it lies with the probability asked for; `at` where the method gives no interval.
        before, after: levels, in the unit of the series.
        step: `after` - `before`.
        probability: posterior probability of a change near `at`; None where the method gives none.
    """

    at: int
    low: int
    high: int
    before: float
    after: float
    step: float
    probability: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChanges:
    """What a method says of one series.

    Attributes:
        verdict: `Verdict.GIVEN`, or why nothing can be said (then there are no changes).
        changes: in order of time.
        levels: of each segment, one more than changes; () without a verdict.
        scale: of the noise, in the unit of the series.
        evidence: natural logarithm of the Bayes factor of changes against none; None where the method gives none.
        penalty: what each change had to gain; None where the method has none.
    """

    method: str
    verdict: Verdict
    changes: tuple[Change, ...]
    levels: tuple[float, ...]
    scale: float
    evidence: float | None
    penalty: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """data/stats/changepoints.toml, where each has its reason."""

    expected_between: float
    scales: tuple[float, ...]
    autocorrelations: tuple[float, ...]
    drifts: tuple[float, ...]
    shape_doubt: float
    least_observed: int
    least_segment: int
    least_evidence: float
    least_probability: float
    near: int
    interval: float

    def __post_init__(self) -> None:
        if self.expected_between <= 1 or not 0 < self.interval < 1 or not 0 < self.least_probability < 1:
            raise SeriesError("change points: expected_between > 1; interval and least_probability in (0, 1)")
        if self.least_segment < 1 or self.near < 0 or self.least_observed < 2:
            raise SeriesError("change points: least_segment >= 1, near >= 0, least_observed >= 2")


@cache
def change_settings() -> ChangeSettings:
    """As the data file has them."""
    table = data_toml("stats", "changepoints.toml")
    model = table["model"]
    return ChangeSettings(
        expected_between=model["expected_between"],
        scales=tuple(model["scales"]),
        autocorrelations=tuple(model["autocorrelations"]),
        drifts=tuple(model["drifts"]),
        shape_doubt=model["shape_doubt"],
        **table["decision"],
    )


def find_changes(
    values: ArrayLike,
    *,
    settings: ChangeSettings | None = None,
    centre: Centre = "median",
    per_year: float | None = None,
) -> list[LevelChanges]:
    """Changes of level, by the posterior of a level that stays, drifts slowly or jumps, beside a trend and a season.

    A series is said to change where the Bayes factor passes `least_evidence`; then each place is named near which the
    posterior probability of a change passes `least_probability`.

    Args:
        values: shape (n_times,) or (n_series, n_times), evenly spaced; NaN = nothing collected.
        centre: what a level is: the median, or for counts the mean.
        per_year: periods a year (52.18, 12, 4): a season that returns each year is then no change. None = no season.
    Returns:
        one record a series.
    Raises:
        SeriesError: for values that are no numbers or infinite.
    Source: `level_model`. Known weakness: a change whose new level lasts fewer than `least_segment` figures is not
        named; steps near the scale of the noise are found half of the time with twenty figures a side.
    """
    series = as_series(values)
    chosen = settings or change_settings()
    scales = np.array([difference_scale(row) for row in series])
    verdicts = [_verdict(row, scale, chosen) for row, scale in zip(series, scales, strict=True)]
    judged = np.array([verdict is Verdict.GIVEN for verdict in verdicts])
    found = [_nothing(verdict, float(scale)) for verdict, scale in zip(verdicts, scales, strict=True)]
    if not judged.any():
        return found
    rows = series[judged]
    unit = (rows - np.nanmedian(rows, axis=1, keepdims=True)) / scales[judged][:, None]
    probability, evidence = _weighed(unit, chosen, per_year)
    for number, index in enumerate(np.nonzero(judged)[0]):
        sure = evidence[number] > chosen.least_evidence
        places = _places(probability[number], series[index], chosen) if sure else []
        found[index] = _described(
            series[index], places, centre, float(scales[index]), float(evidence[number])
        )
    return found


def _weighed(
    unit: FloatArray, settings: ChangeSettings, per_year: float | None
) -> tuple[FloatArray, FloatArray]:
    """Probability of a jump before each time and evidence of any, over what else a jump may be.

    A series that seems to jump is also judged without its trend and without its season; each reading counts by how well it
    explains the whole series, with jumps and without.
    """

    def judged(values: FloatArray) -> Jumps:
        return jumps(
            values,
            hazard=1 / settings.expected_between,
            scales=settings.scales,
            autocorrelations=settings.autocorrelations,
            drifts=settings.drifts,
        )

    said = judged(unit)
    probability, evidence = said.probability, said.with_jumps - said.without
    (doubtful,) = np.nonzero(evidence > settings.least_evidence)
    if not len(doubtful):
        return probability, evidence
    readings = [(probability[doubtful], said.with_jumps[doubtful], said.without[doubtful])]
    for values, cost in without_shapes(unit[doubtful], per_year):
        other = judged(values)
        cost = cost - settings.shape_doubt
        readings.append((other.probability, other.with_jumps + cost, other.without + cost))
    chances, with_jumps, without = (np.array(part) for part in zip(*readings, strict=True))
    weight = np.exp(with_jumps - with_jumps.max(axis=0))
    weight /= weight.sum(axis=0)
    probability[doubtful] = np.einsum("rs,rst->st", weight, chances)
    evidence[doubtful] = np.logaddexp.reduce(with_jumps) - np.logaddexp.reduce(without)
    return probability, evidence


def _verdict(values: FloatArray, scale: float, settings: ChangeSettings) -> Verdict:
    if np.count_nonzero(~np.isnan(values)) < max(settings.least_observed, 2 * settings.least_segment):
        return Verdict.SHORT
    return Verdict.FLAT if scale == 0 else Verdict.GIVEN


def _nothing(verdict: Verdict, scale: float) -> LevelChanges:
    return LevelChanges(
        method="jumps",
        verdict=verdict,
        changes=(),
        levels=(),
        scale=scale,
        evidence=None,
        penalty=None,
    )


Place = tuple[int, int, int, float | None]  # at, low, high, probability


def _places(probability: FloatArray, values: FloatArray, settings: ChangeSettings) -> list[Place]:
    """Windows that hold the most probability, best first, until none holds enough; each clears its neighbourhood."""
    left = probability.copy()
    seen = np.concatenate([[0], np.cumsum(~np.isnan(values))])
    size, near = len(left), settings.near
    first, last = np.maximum(np.arange(size) - near, 0), np.minimum(np.arange(size) + near + 1, size)
    found: list[Place] = []
    while True:
        sums = np.concatenate([[0.0], np.cumsum(left)])
        held = sums[last] - sums[first]
        best = int(np.argmax(held))
        if held[best] < settings.least_probability:
            break
        # All windows that hold about as much: their middle is where the probability lies.
        alike = np.nonzero(held >= held[best] - 0.01)[0]
        middle = int(np.median(alike[np.abs(alike - best) <= near]))
        window = slice(max(0, middle - near), middle + near + 1)
        at = window.start + _quantile(left[window], 0.5)
        edges = [0, *sorted(place[0] for place in found), size]
        if all(
            seen[b] - seen[a] >= settings.least_segment
            for a, b in ((max(e for e in edges if e <= at), at), (at, min(e for e in edges if e > at)))
        ):
            low, high = _reach(left, at, settings)
            found.append((at, low, high, float(min(held[best], 1.0))))
        left[max(0, middle - near - settings.least_segment) : middle + near + settings.least_segment + 1] = 0
    return sorted(found)


def _reach(probability: FloatArray, at: int, settings: ChangeSettings) -> tuple[int, int]:
    """The stretch about `at` that holds the share asked for of what lies within three times `near`."""
    wide = 3 * settings.near
    wanted = settings.interval * min(1.0, float(probability[max(0, at - wide) : at + wide + 1].sum()))
    low = high = at
    held = float(probability[at])
    while held < wanted and (low > 0 or high < len(probability) - 1):
        below = probability[low - 1] if low > 0 else -1.0
        above = probability[high + 1] if high < len(probability) - 1 else -1.0
        if below > above:
            low, held = low - 1, held + float(below)
        else:
            high, held = high + 1, held + float(above)
    return low, high


def _quantile(weights: FloatArray, share: float) -> int:
    """Position at which the running sum passes a share of the whole."""
    running = np.cumsum(weights)
    return int(np.searchsorted(running, share * running[-1]))


def described(
    values: FloatArray,
    positions: Sequence[int],
    *,
    method: str,
    centre: Centre,
    scale: float,
    penalty: float | None,
) -> LevelChanges:
    """The record of a method that gives positions only."""
    return _described(
        values, [(at, at, at, None) for at in positions], centre, scale, None, method=method, penalty=penalty
    )


def _described(
    values: FloatArray,
    places: Sequence[Place],
    centre: Centre,
    scale: float,
    evidence: float | None,
    *,
    method: str = "jumps",
    penalty: float | None = None,
) -> LevelChanges:
    """Levels of the segments, and the record."""
    middle = np.nanmedian if centre == "median" else np.nanmean
    edges = [0, *(place[0] for place in places), len(values)]
    levels = tuple(float(middle(values[a:b])) for a, b in pairwise(edges))
    changes = tuple(
        Change(
            at=at,
            low=low,
            high=high,
            before=levels[number],
            after=levels[number + 1],
            step=levels[number + 1] - levels[number],
            probability=chance,
        )
        for number, (at, low, high, chance) in enumerate(places)
    )
    return LevelChanges(
        method=method,
        verdict=Verdict.GIVEN,
        changes=changes,
        levels=levels,
        scale=scale,
        evidence=evidence,
        penalty=penalty,
    )


def in_unit_of(found: LevelChanges, values: FloatArray, *, centre: Centre = "median") -> LevelChanges:
    """The same changes with levels of `values`, shape (n_times,): for series that were judged on another scale."""
    if found.verdict is not Verdict.GIVEN:
        return found
    places = [(c.at, c.low, c.high, c.probability) for c in found.changes]
    return _described(
        values, places, centre, found.scale, found.evidence, method=found.method, penalty=found.penalty
    )
