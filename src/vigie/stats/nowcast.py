"""Recent counts completed for what is still to be reported, so that they are not called falls.

In: a reporting triangle, cases by period of the event and periods until the report. Out: what each period will hold once all is
in, with an interval, or "too early to say".
Source: delays from reports received so far, right-truncated: reverse-time hazards, Lawless (1994), Can J Stat 22: 15-31, and Kalbfleisch and
Lawless (1991); beta posteriors of the hazards (generalised Dirichlet) and the count given its share seen: Höhle and an der
Heiden (2014), Biometrics 70: 993-1002. Delays that vary more between periods than reports drawn one by one widen the interval by their
Pearson dispersion (as in chain ladders of insurers: Renshaw and Verrall 1998). Thresholds: data/stats/nowcast.toml.
Left out: delays that depend on the weekday; reports later than the triangle is wide.
Known weakness: a sudden change of reporting, faster or slower, is read as a rise or a fall until the window has seen it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.lexicon.terms import data_toml
from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.arrays import BoolArray, FloatArray

_NODES = 48  # quantiles of the share seen over which the count is mixed


class Completeness(IntEnum):
    """What a count of one period is worth today."""

    COMPLETE = 0  # all but a trifle is in
    ADJUSTED = 1  # part is in; the estimate completes it
    EARLY = 2  # too early to say
    UNKNOWN = 3  # too few reports to know the delays
    MISSING = 4  # nothing was collected in that period


@cache
def _rules() -> dict[str, Any]:
    return data_toml("stats", "nowcast.toml")


def _rule(section: str, name: str) -> Any:
    return field(default_factory=lambda: _rules()[section][name])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delays:
    """Delay distribution at the end of the window.

    Attributes:
        share: share of cases reported within 0, 1, ... periods, shape (n_delays,), the last 1; NaN without reports.
        sd: standard error of `share`.
        reports: reports in the window.
        dispersion: Pearson, 1 = as if reports came one by one.
    """

    share: FloatArray
    sd: FloatArray
    reports: int
    dispersion: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nowcast:
    """Each of shape (n_series, n_times), NaN where there is no figure.

    Attributes:
        reported: cases known today.
        estimate: median of what the period will hold; `reported` where complete.
        low, high: interval at the level asked for.
        share: share usually in by now.
        state: values of `Completeness`.
        delays: what was learnt of delays, one record for each series, or one for all.
    """

    reported: FloatArray
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    share: FloatArray
    state: NDArray[np.int8]
    delays: tuple[Delays, ...]

    def falls_below(self, level: ArrayLike) -> BoolArray:
        """True where even the high end of the interval is below `level` (shape of `reported`, or one figure).

        Never for a period that is too early, unknown or missing: those are no falls, whatever was reported.
        """
        known = (self.state == Completeness.COMPLETE) | (self.state == Completeness.ADJUSTED)
        return np.asarray(known & (self.high < np.asarray(level, dtype=np.float64)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangle:
    """Cases by period of the event and delay.

    Attributes:
        counts: shape (n_times, n_delays), NaN where the report would be later than today.
        first: first day of the first period.
        beyond: reports later than the triangle is wide, left out.
        backward: reports dated before their event, left out.
    """

    counts: FloatArray
    first: np.datetime64
    beyond: int
    backward: int


def triangle(
    event: ArrayLike,
    report: ArrayLike,
    *,
    today: np.datetime64,
    most_delay: int,
    days: int = 7,
    first: np.datetime64 | None = None,
) -> Triangle:
    """Count pairs of dates; reports after `today` and pairs without a date are not there yet.

    Args:
        event, report: datetime64[D] or ISO dates, shape (n,).
        today: last day of the last period, which is `days` long.
        most_delay: longest delay kept, in periods.
        first: first day looked at; None = the earliest event.
    Raises:
        SeriesError: for dates that cannot be read, arrays of unequal length, or nothing to count.
    """
    try:
        happened = np.asarray(event, dtype="datetime64[D]").ravel()
        told = np.asarray(report, dtype="datetime64[D]").ravel()
        last, begin = _day(today), None if first is None else _day(first)
    except (TypeError, ValueError) as error:
        raise SeriesError("event, report, today, first: not dates (datetime64 or YYYY-MM-DD)") from error
    if happened.shape != told.shape or days < 1 or most_delay < 1:
        raise SeriesError(
            f"{happened.size} events, {told.size} reports, days {days}, most_delay {most_delay} "
            "(one report for each event; at least 1)"
        )
    known = ~np.isnat(happened) & ~np.isnat(told) & (told <= last) & (happened <= last)
    if begin is not None:
        known &= happened >= begin
    happened, told = happened[known], told[known]
    if not happened.size:
        raise SeriesError("no event was reported by today (nothing to learn delays from)")
    # Periods end today, so that the last one is whole; 0 = the last.
    back_event = (last - happened).astype(np.int64) // days
    back_report = (last - told).astype(np.int64) // days
    delay = back_event - back_report
    kept = (delay >= 0) & (delay <= most_delay)
    start = _day(happened.min() if begin is None else begin)
    n = int((last - start).astype(np.int64) // days) + 1
    counts = np.zeros((n, most_delay + 1))
    np.add.at(counts, (n - 1 - back_event[kept], delay[kept]), 1.0)
    counts[~_known(n, most_delay + 1)] = np.nan
    return Triangle(
        counts=counts,
        first=_day(last - np.timedelta64(n * days - 1, "D")),
        beyond=int((delay > most_delay).sum()),
        backward=int((told < happened).sum()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Nowcaster:
    """How recent counts are completed. Defaults and their reasons: data/stats/nowcast.toml.

    Attributes:
        memory: periods of reports that delays are learnt from; None = all.
        pool: whether series share one delay distribution (thin series cannot know theirs).
        level: of the interval.
        least_reports, least_share, complete_share, prior, unseen: see the file.
    """

    memory: int | None = _rule("window", "memory")
    pool: bool = True
    level: float = _rule("interval", "level")
    least_reports: int = _rule("state", "least_reports")
    least_share: float = _rule("state", "least_share")
    complete_share: float = _rule("state", "complete_share")
    prior: float = _rule("interval", "prior")
    unseen: float = _rule("interval", "unseen")

    def __post_init__(self) -> None:
        if not 0 < self.level < 1 or not 0 <= self.least_share < self.complete_share <= 1:
            raise SeriesError(
                "level, least_share, complete_share: between 0 and 1, the last above the second"
            )
        if (self.memory is not None and self.memory < 1) or not (self.prior > 0 and self.unseen > 0):
            raise SeriesError(f"memory {self.memory}, prior {self.prior}, unseen {self.unseen} (positive)")

    def delays(self, counts: ArrayLike) -> Delays:
        """Delay distribution from one triangle, or from all of several; shapes as in `nowcast`."""
        return self._learn(_triangles(counts))

    def nowcast(self, counts: ArrayLike) -> Nowcast:
        """Complete each period.

        Args:
            counts: shape (n_times, n_delays) or (n_series, n_times, n_delays), cases by delay; the last period is today's.
                What would be reported after today is not read; NaN before that = nothing was collected.
        Raises:
            SeriesError: for negative or infinite counts, or another shape.
            MissingExtraError: without SciPy.
        """
        cells = _triangles(counts)
        _, n_times, n_delays = cells.shape
        learnt = [self._learn(cells)] if self.pool else [self._learn(one[None]) for one in cells]
        reached = np.minimum(np.arange(n_times)[::-1], n_delays - 1)  # longest delay that is in by now
        known = _known(n_times, n_delays)
        missing = np.isnan(np.where(known, cells, 0.0)).any(axis=2)
        reported = np.where(missing, np.nan, np.where(known, cells, 0.0).sum(axis=2))
        share = np.stack([d.share[reached] for d in learnt])
        share = np.broadcast_to(share, reported.shape).copy()
        enough = np.array([d.reports >= self.least_reports for d in learnt])[:, None]
        state = np.full(reported.shape, int(Completeness.ADJUSTED), dtype=np.int8)
        with np.errstate(invalid="ignore"):
            state[share < self.least_share] = int(Completeness.EARLY)
            state[share >= self.complete_share] = int(Completeness.COMPLETE)
        state[np.broadcast_to(~enough, state.shape)] = int(Completeness.UNKNOWN)
        state[:, reached == n_delays - 1] = int(Completeness.COMPLETE)
        state[missing] = int(Completeness.MISSING)
        whole = state == Completeness.COMPLETE
        middle, low, high = (np.where(whole, reported, np.nan) for _ in range(3))
        todo = state == Completeness.ADJUSTED
        if todo.any():
            rows, at = np.nonzero(todo)
            which = np.zeros_like(rows) if self.pool else rows
            tail = (1 - self.level) / 2
            found = _quantiles(
                reported[todo],
                np.array([learnt[i].share[reached[t]] for i, t in zip(which, at, strict=True)]),
                np.array([learnt[i].sd[reached[t]] for i, t in zip(which, at, strict=True)]),
                np.array([learnt[i].dispersion for i in which]),
                self.unseen,
                (0.5, tail, 1 - tail),
            )
            for target, values in zip((middle, low, high), found, strict=True):
                target[todo] = values
        return Nowcast(
            reported=reported,
            estimate=middle,
            low=low,
            high=high,
            share=np.where(np.isnan(reported), np.nan, share),
            state=state,
            delays=tuple(learnt),
        )

    def _learn(self, cells: FloatArray) -> Delays:
        """Hazards g(d) = reports with delay d / reports with delay d or less, over periods that can have both."""
        _, n_times, n_delays = cells.shape
        there = _known(n_times, n_delays)
        if self.memory is not None:  # a horizontal cut: only what was reported in the window
            received = np.arange(n_times)[:, None] + np.arange(n_delays)
            there = there & (received >= n_times - self.memory)
        values = np.where(there & ~np.isnan(cells), cells, 0.0)
        # Of a period whose first reports came before the window, delays up to d are needed for the hazard at d.
        seen = np.where(_known(n_times, n_delays) & ~np.isnan(cells), cells, 0.0)
        upto = np.where(there, np.cumsum(seen, axis=2), 0.0)
        at, below = values.sum(axis=(0, 1)), upto.sum(axis=(0, 1))
        reports = int(values.sum())
        if below[0] == 0 or reports == 0:
            nothing = np.full(n_delays, np.nan)
            return Delays(share=nothing, sd=nothing, reports=reports, dispersion=1.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            hazard = np.where(below > 0, at / below, 0.0)
            gap = (values - upto * hazard) ** 2 / (upto * hazard * (1 - hazard))
        used = there & (upto > 0) & (hazard > 0) & (hazard < 1)
        used[:, :, 0] = False
        free = int(used.sum()) - int(((hazard > 0) & (hazard < 1))[1:].sum())
        dispersion = max(1.0, float(gap[used].sum()) / free) if free > 0 else 1.0
        a = self.prior + at / dispersion
        b = self.prior + (below - at) / dispersion
        later = b / (a + b)  # chance that a case within d was within d - 1
        second = later * (b + 1) / (a + b + 1)
        mean = np.ones(n_delays)
        square = np.ones(n_delays)
        for d in range(n_delays - 2, -1, -1):
            mean[d], square[d] = mean[d + 1] * later[d + 1], square[d + 1] * second[d + 1]
        return Delays(
            share=mean,
            sd=np.sqrt(np.maximum(0.0, square - mean**2)),
            reports=reports,
            dispersion=dispersion,
        )


def _day(value: object) -> np.datetime64:
    day: np.datetime64 = np.array([value], dtype="datetime64[D]")[0]
    return day


def _triangles(counts: ArrayLike) -> FloatArray:
    try:
        cells = np.array(counts, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError("triangle: not an array of numbers") from error
    if cells.ndim == 2:
        cells = cells[None]
    if cells.ndim != 3 or cells.size == 0 or cells.shape[2] < 2:
        raise SeriesError(f"triangle: shape {np.shape(counts)} (give (n_times, n_delays), at least 2 delays)")
    if np.isinf(cells).any() or (cells < 0).any():
        raise SeriesError(
            "triangle: a negative or infinite count (a withdrawn report belongs to its first delay)"
        )
    return cells


def _known(n_times: int, n_delays: int) -> BoolArray:
    """Cells whose report is not later than today."""
    return np.asarray(np.arange(n_times)[:, None] + np.arange(n_delays) <= n_times - 1)


def _quantiles(
    reported: FloatArray,
    share: FloatArray,
    sd: FloatArray,
    dispersion: FloatArray,
    unseen: float,
    levels: tuple[float, ...],
) -> list[FloatArray]:
    """Of the whole count: given the share p seen, what is missing is negative binomial (reported + unseen, p); p is beta."""
    try:
        from scipy.special import betainc, betaincinv
    except ImportError as error:
        raise MissingExtraError("the interval of a nowcast", "stats") from error
    size = reported + unseen
    likely = np.maximum(size / share - 1, 1.0)
    # Delays of one period scatter around their mean by the dispersion: rho is its correlation between reports.
    rho = np.minimum((dispersion - 1) / likely, 0.9)
    variance = np.minimum(sd**2 + rho * share * (1 - share), 0.95 * share * (1 - share))
    weight = share * (1 - share) / np.maximum(variance, 1e-12) - 1
    quantiles = (np.arange(_NODES) + 0.5) / _NODES
    nodes = betaincinv((share * weight)[:, None], ((1 - share) * weight)[:, None], quantiles)
    nodes = np.clip(nodes, 1e-9, 1 - 1e-12)

    def below(missing: FloatArray) -> FloatArray:
        return np.asarray(betainc(size[:, None], np.floor(missing)[:, None] + 1, nodes).mean(axis=1))

    found = []
    for level in levels:
        low = np.full(reported.shape, -1.0)
        high = np.maximum(8.0, 4 * size * (1 - share) / share)
        while (short := below(high) < level).any():
            high = np.where(short, 2 * high, high)
        while (high - low > 1).any():
            middle = np.floor((low + high) / 2)
            enough = below(middle) >= level
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
            high = np.ceil(high)
        found.append(reported + high)
    return found
