"""Clusters of cases in space, or in space and time: the scan statistics of Kulldorff.

In: cases by place, or by place and period; coordinates; population, controls or neither. Out: `Scanned`: the most likely
cluster and those that do not overlap with it, each with its log-likelihood ratio and its Monte Carlo p-value.
Left out: clusters of low rates; covariates (give expected cases that were adjusted before).
Windows: `scan_windows`. Ratios: `scan_likelihood`. Replicates: `scan_null`, `scan_replicates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import exp, pi, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray, IntArray
from vigie.stats.scan_expected import Expected
from vigie.stats.scan_intervals import Intervals
from vigie.stats.scan_likelihood import Likelihood, Model
from vigie.stats.scan_null import Null
from vigie.stats.scan_observed import Found, Observed
from vigie.stats.scan_replicates import DENSE, FamilySource, Maxima, sums
from vigie.stats.scan_windows import Families, Windows, Zones, arc, as_coordinates

_DRAWN = 24_000_000  # cases drawn together: about 1 GB while they are sorted
_CELLS = 50_000_000  # cells × replicates drawn together where counts are dense: 0.4 GB while they are counted
_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cluster:
    """One window with more cases than expected.

    Attributes:
        rank: 1 is the most likely cluster.
        places: positions, the centre first, then by distance.
        radius: distance of the farthest place, km on the sphere; of an ellipse its short axis; NaN for a zone given.
        start, end: first and last period, 0-based, both inside.
        cases, expected: inside the window; `expected` given what the model holds fixed.
        relative_risk: rate inside over rate outside (over the expected rate for "expectation").
        llr: log-likelihood ratio, with the penalty of its shape.
        p: share of replicates whose largest statistic is at least as large, itself counted in; None without replicates.
        p_gumbel: from a Gumbel distribution fitted to those maxima: finer than 1 / (replicates + 1).
    """

    rank: int
    places: IntArray
    radius: float
    shape: float
    angle: float
    start: int
    end: int
    cases: float
    expected: float
    relative_risk: float
    llr: float
    p: float | None
    p_gumbel: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scanned:
    """What a scan found.

    Attributes:
        verdict: "given", or why the map cannot be judged: fewer cases than a window needs, no place or period outside
            any window, or no window within the limits.
        clusters: from the largest statistic down.
        maxima: shape (n_replicates,), largest statistic of each replicate drawn.
        total_cases: on the map, all periods.
        families: how many nested sets of windows were looked at.
    """

    verdict: Literal["given", "few-cases", "one-place", "no-window"]
    clusters: tuple[Cluster, ...] = ()
    maxima: FloatArray = field(default_factory=lambda: np.zeros(0))
    total_cases: float = 0.0
    families: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A scan with its parameters.

    Attributes:
        model: "poisson": cases in proportion to a population. "bernoulli": cases among cases and controls.
            "permutation": space-time, cases only; where and when are independent unless there is a cluster.
            "expectation": each cell has its own expectation, the total is free.
        windows: limits of windows in space.
        max_periods: longest duration; None = half of the study, at least 1.
        prospective: only clusters that last until the last period.
        min_cases: fewest cases of a cluster.
        replicates: Monte Carlo replicates; 0 = none.
        seed: of the generator: the same seed gives the same p-values.
        stop_after: stop once so many replicates passed the most likely cluster; 0 = never.
        most: most clusters reported.
    Sources: Kulldorff (1997), Communications in Statistics 26; Kulldorff (2001), JRSS A 164 (prospective); Kulldorff et
    al. (2005), PLoS Medicine 2 (permutation); Abrams, Kleinman, Kulldorff (2010), International Journal of Health
    Geographics 9 (Gumbel); Besag, Clifford (1991), Biometrika 78 (stopping).
    Known weakness: a window is round or elliptic, clusters along a road come in pieces or with too much around them; the
    p-value of a secondary cluster is too large; counts that vary more than Poisson make p-values too small.
    """

    model: Model = "poisson"
    windows: Windows = field(default_factory=Windows)
    max_periods: int | None = None
    prospective: bool = False
    min_cases: int = 2
    replicates: int = 999
    seed: int = 1
    stop_after: int = 0
    most: int = 10

    def __post_init__(self) -> None:
        if self.model not in ("poisson", "bernoulli", "permutation", "expectation"):
            raise SeriesError(f"model: {self.model!r} (poisson, bernoulli, permutation or expectation)")
        if self.max_periods is not None and self.max_periods < 1:
            raise SeriesError(f"max_periods: {self.max_periods} (give at least 1)")
        for name, least in (("min_cases", 1), ("most", 1), ("replicates", 0), ("stop_after", 0), ("seed", 0)):
            if (given := getattr(self, name)) < least:
                raise SeriesError(f"{name}: {given} (give {least} or more)")

    def scan(
        self,
        cases: ArrayLike,
        coordinates: ArrayLike | None = None,
        *,
        population: ArrayLike | None = None,
        controls: ArrayLike | None = None,
        expected: ArrayLike | None = None,
        zones: Sequence[ArrayLike] | None = None,
        centres: ArrayLike | None = None,
    ) -> Scanned:
        """Look for clusters.

        Args:
            cases: shape (n_places,) or (n_places, n_periods).
            coordinates: shape (n_places, 2): x, y in one unit, or latitude, longitude in degrees (`windows.sphere`).
            population: for "poisson": shape (n_places,) or of `cases`; zero is allowed where there are no cases.
            controls: for "bernoulli": shape of `cases`, whole numbers.
            expected: for "poisson" and "expectation": shape of `cases`, in place of the population; its share still
                limits windows where both are given.
            zones: lists of positions: these windows, instead of circles.
            centres: positions of the places around which windows grow; None = all.
        Raises:
            SeriesError: for cases that are negative, missing or infinite, for cases where nobody lives, for shapes
                that do not fit, for what the model needs and was not given.
        """
        problem = _Problem.of(self, cases, population=population, controls=controls, expected=expected)
        if problem.total < self.min_cases:
            return Scanned(verdict="few-cases", total_cases=problem.total)
        n_places, n_periods = problem.cases.shape
        if n_places == 1 or (self.model == "permutation" and n_periods == 1):
            return Scanned(verdict="one-place", total_cases=problem.total)
        intervals = Intervals(
            n_periods,
            min(self.max_periods or max(1, n_periods // 2), n_periods),
            prospective=self.prospective,
        )
        everywhere: Families | None = None
        families: FamilySource
        if zones is not None:
            families = Zones(zones, n_places)
        elif coordinates is None:
            raise SeriesError("coordinates: none given (give them, or zones)")
        else:
            points = as_coordinates(coordinates, n_places, sphere=self.windows.sphere)
            around = _centres(centres, n_places)
            unbounded = replace(self.windows, max_places=None)
            everywhere = Families(points, unbounded, problem.risk, centres=around)
            # A place that changes neither cases nor expectation makes no new window.
            members = np.flatnonzero(problem.counts_in)
            families = Families(points, self.windows, problem.risk, members=members, centres=around)
        return _run(self, problem, families, everywhere, intervals)


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """Checked input.

    `weights`: expected cases or persons by cell, for drawing; `risk`: by place, for the share of a window; `counts_in`:
    places that may be members of windows.
    """

    cases: FloatArray
    weights: FloatArray | None
    risk: FloatArray
    counts_in: FloatArray
    people: float
    total: float

    @staticmethod
    def of(
        scan: Scan,
        cases: ArrayLike,
        *,
        population: ArrayLike | None,
        controls: ArrayLike | None,
        expected: ArrayLike | None,
    ) -> _Problem:
        counts = _cells(cases, None, "cases")
        total = float(counts.sum())
        needs = {
            "poisson": "population",
            "bernoulli": "controls",
            "permutation": "",
            "expectation": "expected",
        }
        given = {"population": population, "controls": controls, "expected": expected}
        used = [name for name, value in given.items() if value is not None]
        need = needs[scan.model]
        fits = {"poisson": {"population", "expected"}, "expectation": {"population", "expected"}}.get(
            scan.model, {need} - {""}
        )
        if set(used) - fits or (need and not set(used) & ({need, "expected"} & fits)):
            raise SeriesError(
                f"{scan.model}: needs {need or 'cases and dates only'}, was given {', '.join(used) or 'none'}"
            )
        if scan.model == "permutation":
            by_place = counts.sum(axis=1)
            return _Problem(counts, None, by_place, by_place, 0.0, total)
        if scan.model == "bernoulli":
            assert controls is not None
            persons = counts + _cells(controls, counts, "controls")
            by_place = persons.sum(axis=1)
            return _Problem(counts, persons, by_place, by_place, float(persons.sum()), total)
        weights = _cells(expected if expected is not None else population, counts, need)
        if ((weights == 0) & (counts > 0)).any():
            raise SeriesError(f"{need}: zero where there are cases (correct it, or leave those cases out)")
        if not weights.sum() > 0:
            raise SeriesError(f"{need}: zero everywhere")
        risk = weights if population is None else _cells(population, counts, "population")
        if scan.model == "poisson":
            weights = weights * (total / weights.sum())
        return _Problem(counts, weights, risk.sum(axis=1), weights.sum(axis=1) + risk.sum(axis=1), 0.0, total)

    def expectation(self, scan: Scan, intervals: Intervals) -> Expected:
        """Expected cases of the scanned periods."""
        scanned = slice(intervals.offset, None)
        if self.weights is None:
            time = self.cases.sum(axis=0)[scanned] / self.total
            return Expected(place=self.cases.sum(axis=1), time=time)
        weights = self.weights
        if scan.model == "bernoulli":
            weights = weights * (self.total / self.people)
        if np.ptp(weights, axis=1).max() == 0:  # the same at all times: a product
            n = weights.shape[1]
            return Expected(place=weights.sum(axis=1), time=np.full(n, 1 / n)[scanned])
        return Expected(cells=weights[:, scanned])


def _run(
    scan: Scan, problem: _Problem, families: FamilySource, everywhere: Families | None, intervals: Intervals
) -> Scanned:
    expected = problem.expectation(scan, intervals)
    likelihood = Likelihood(model=scan.model, total=problem.total, people=problem.people)
    observed = Observed(
        problem.cases[:, intervals.offset :], families, expected, likelihood, intervals, least=scan.min_cases
    )
    found = list(observed.clusters(scan.most))
    if not found and not any(len(families[n].order) for n in range(len(families))):
        return Scanned(verdict="no-window", total_cases=problem.total, families=len(families))
    maxima = np.zeros(0)
    if scan.replicates:
        maxima = _maxima(scan, problem, families, expected, likelihood, intervals, found)
    clusters = tuple(
        _cluster(rank, one, scan, problem, families, everywhere, intervals, maxima)
        for rank, one in enumerate(found, 1)
    )
    return Scanned(
        verdict="given",
        clusters=clusters,
        maxima=maxima,
        total_cases=problem.total,
        families=len(families),
    )


def _maxima(
    scan: Scan,
    problem: _Problem,
    families: FamilySource,
    expected: Expected,
    likelihood: Likelihood,
    intervals: Intervals,
    found: Sequence[Found],
) -> FloatArray:
    null = Null(scan.model, problem.cases, problem.weights)
    random = np.random.default_rng(scan.seed)
    n_places, n_periods = problem.cases.shape
    at_once = max(1, _DRAWN // max(1, null.n_cases))
    if null.n_cases * DENSE > n_places * n_periods:
        at_once = min(at_once, max(1, _CELLS // (n_places * n_periods)))
    at_once = min(at_once, 1000 if not scan.stop_after else max(100, 2 * scan.stop_after))
    passed: list[FloatArray] = []
    top = float(_top(expected, families))
    drawn_so_far = 0
    while drawn_so_far < scan.replicates:
        n = min(at_once, scan.replicates - drawn_so_far)
        drawn = null.draw(n, random)
        most = int(np.bincount(drawn.replicate, minlength=n).max(initial=0))
        passed.append(
            Maxima(
                sums(drawn, n_places, intervals),
                families,
                expected,
                likelihood,
                intervals,
                least=scan.min_cases,
                most=most,
                n_replicates=n,
                top=top,
            ).find()
        )
        drawn_so_far += n
        if scan.stop_after and found:
            beyond = np.flatnonzero(np.concatenate(passed) >= found[0].value * (1 - 1e-9))
            if len(beyond) >= scan.stop_after:
                return np.concatenate(passed)[: beyond[scan.stop_after - 1] + 1]
    return np.concatenate(passed)


def _top(expected: Expected, families: FamilySource) -> float:
    """Largest expectation of any window, all scanned periods."""
    return max(
        (
            float(expected.prefixes(order).total[-1])
            for n in range(len(families))
            if len(order := families[n].order)
        ),
        default=0.0,
    )


def _cluster(
    rank: int,
    found: Found,
    scan: Scan,
    problem: _Problem,
    families: FamilySource,
    everywhere: Families | None,
    intervals: Intervals,
    maxima: FloatArray,
) -> Cluster:
    family = families[found.family]
    places = family.order[: found.size]
    radius = float("nan")
    if everywhere is not None and family.distance is not None:
        radius = float(family.distance[found.size - 1])
        whole = everywhere[found.family].order
        places = whole[: int(np.flatnonzero(whole == places[-1])[0]) + 1]
        radius = arc(radius) if scan.windows.sphere else radius
    inside = found.cases / found.expected
    outside = 1.0
    if scan.model != "expectation":
        rest = problem.total - found.expected
        outside = (problem.total - found.cases) / rest if rest > 0 else 0.0
    p = p_gumbel = None
    if len(maxima):
        beyond = int((maxima >= found.value * (1 - 1e-9)).sum())
        stopped = scan.stop_after and len(maxima) < scan.replicates
        p = beyond / len(maxima) if stopped and rank == 1 else (1 + beyond) / (1 + len(maxima))
        p_gumbel = gumbel(maxima, found.value)
    return Cluster(
        rank=rank,
        places=places.astype(np.int64),
        radius=radius,
        shape=family.shape,
        angle=family.angle,
        start=found.start + intervals.offset,
        end=found.end - 1 + intervals.offset,
        cases=found.cases,
        expected=found.expected,
        relative_risk=inside / outside if outside > 0 else float("inf"),
        llr=found.value,
        p=p,
        p_gumbel=p_gumbel,
    )


def gumbel(maxima: FloatArray, value: float) -> float | None:
    """Share of a Gumbel distribution, fitted to maxima by their mean and variance, that lies above `value`.

    Source: Abrams, Kleinman, Kulldorff (2010). None for fewer than ten maxima or where they do not vary.
    """
    if len(maxima) < 10 or not maxima.std() > 0:
        return None
    scale = float(maxima.std(ddof=1)) * sqrt(6) / pi
    place = float(maxima.mean()) - _EULER * scale
    height = (place - value) / scale
    return 1.0 if height > 50 else -float(np.expm1(-exp(height)))


def _cells(values: ArrayLike | None, like: FloatArray | None, name: str) -> FloatArray:
    """Shape (n_places, n_periods), of `like` where given."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError(f"{name}: not an array of numbers") from error
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or not array.size:
        raise SeriesError(
            f"{name}: shape {array.shape} (give (n_places,) or (n_places, n_periods), not empty)"
        )
    if like is not None and array.shape == (like.shape[0], 1):
        array = np.repeat(array, like.shape[1], axis=1)
    if like is not None and array.shape != like.shape:
        raise SeriesError(f"{name}: shape {array.shape}, cases have {like.shape}")
    if not np.isfinite(array).all():
        raise SeriesError(f"{name}: missing or infinite (leave out places that nobody counted)")
    if (array < 0).any():
        raise SeriesError(f"{name}: negative (a correction belongs to the cell it corrects)")
    return array


def _centres(values: ArrayLike | None, n_places: int) -> IntArray | None:
    if values is None:
        return None
    found = np.array(values, dtype=np.int64).ravel()
    if not found.size or found.min() < 0 or found.max() >= n_places:
        raise SeriesError(f"centres: none, or outside 0 to {n_places - 1}")
    return np.unique(found)
