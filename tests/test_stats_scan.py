"""Scans on small maps: brute force over every window is the judge, planted clusters are found, p-values hold their size."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import cos, log, pi, sin

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray
from vigie.stats.scan import Scan, gumbel
from vigie.stats.scan_windows import Windows


def x_log(x: float, of: float) -> float:
    return x * log(x / of) if x > 0 else 0.0


def poisson(c: float, mu: float, total: float, people: float) -> float:
    return x_log(c, mu) + x_log(total - c, total - mu) if c > mu else 0.0


def bernoulli(c: float, mu: float, total: float, people: float) -> float:
    n = mu * people / total
    out, rest = total - c, people - n
    inside = x_log(c, n) + x_log(n - c, n) + x_log(out, rest) + x_log(rest - out, rest)
    return inside - x_log(total, people) - x_log(people - total, people) if c > mu else 0.0


def expectation(c: float, mu: float, total: float, people: float) -> float:
    return x_log(c, mu) - c + mu if c > mu else 0.0


RATIOS = {"poisson": poisson, "permutation": poisson, "bernoulli": bernoulli, "expectation": expectation}


def windows_of(
    points: FloatArray, risk: FloatArray, windows: Windows
) -> Iterator[tuple[frozenset[int], float]]:
    """Every window, place by place, without any of the shortcuts of the package; with its weight."""
    for centre in range(len(points)):
        for shape, turns in zip(windows.shapes, windows.angles, strict=True):
            for turn in range(turns):
                angle = pi * turn / turns
                gap = points - points[centre]
                along = (gap[:, 0] * cos(angle) + gap[:, 1] * sin(angle)) / shape
                far = np.hypot(along, gap[:, 1] * cos(angle) - gap[:, 0] * sin(angle))
                order = sorted(range(len(points)), key=lambda i: (i != centre, round(far[i], 7), i))
                for size in range(1, len(points) + 1):
                    inside = order[:size]
                    if risk[inside].sum() > windows.max_share * risk.sum() + 1e-9:
                        break
                    if windows.max_radius is not None and far[inside[-1]] > windows.max_radius:
                        break
                    yield frozenset(inside), (4 * shape / (shape + 1) ** 2) ** windows.penalty


def brute(
    scan: Scan, cases: FloatArray, expected: FloatArray, points: FloatArray, risk: FloatArray, people: float
) -> tuple[float, frozenset[int], tuple[int, int]]:
    """The best window of all."""
    periods = cases.shape[1]
    longest = scan.max_periods or max(1, periods // 2)
    best = (0.0, frozenset[int](), (0, 0))
    for inside, weight in windows_of(points, risk, scan.windows):
        held = sorted(inside)
        c_until, mu_until = (np.append(0, np.cumsum(x[held].sum(axis=0))) for x in (cases, expected))
        for start in range(periods):
            for end in range(start + 1, min(start + longest, periods) + 1):
                if scan.prospective and end != periods:
                    continue
                c, mu = c_until[end] - c_until[start], mu_until[end] - mu_until[start]
                if c >= scan.min_cases and c > mu:
                    value = RATIOS[scan.model](c, mu, cases.sum(), people) * weight
                    if value > best[0] + 1e-12:
                        best = (value, inside, (start, end - 1))
    return best


# id, model, periods, prospective, more parameters of the scan, windows
MAPS = [
    ("spatial_poisson", "poisson", 1, False, {}, Windows()),
    ("small_share", "poisson", 1, False, {}, Windows(max_share=0.15)),
    ("radius", "poisson", 1, False, {}, Windows(max_radius=2.5)),
    ("bernoulli", "bernoulli", 1, False, {}, Windows()),
    ("spacetime_poisson", "poisson", 9, False, {}, Windows()),
    ("prospective_poisson", "poisson", 9, True, {"max_periods": 6}, Windows()),
    ("bernoulli_in_time", "bernoulli", 6, True, {}, Windows()),
    ("permutation", "permutation", 9, False, {}, Windows()),
    ("prospective_permutation", "permutation", 9, True, {"max_periods": 9}, Windows()),
    ("expectation", "expectation", 8, True, {"max_periods": 8}, Windows()),
    ("ellipses", "poisson", 1, False, {}, Windows(shapes=(1, 2, 4), angles=(1, 4, 6))),
    ("penalised", "poisson", 5, True, {}, Windows(shapes=(1, 3), angles=(1, 5), penalty=0.5)),
    ("many_cases_needed", "poisson", 1, False, {"min_cases": 9}, Windows()),
    ("whole_study", "poisson", 4, True, {"max_periods": 4}, Windows(max_share=1)),
]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "model", "periods", "prospective", "more", "windows"), MAPS, ids=[m[0] for m in MAPS]
)
def test_the_most_likely_cluster_is_that_of_brute_force(
    name: str, model: str, periods: int, prospective: bool, more: dict[str, int], windows: Windows, seed: int
) -> None:
    random = np.random.default_rng(seed)
    points = random.uniform(0, 10, (23, 2))
    people = random.integers(50, 400, (23, 1)).astype(float)
    cells = np.repeat(people, periods, axis=1)
    rate = np.full((23, periods), 60 / cells.sum())
    rate[:4, -2:] *= 3
    cases = random.poisson(cells * rate).astype(float)
    scan = Scan(model=model, windows=windows, prospective=prospective, replicates=0, **more)  # type: ignore[arg-type]
    given: dict[str, FloatArray] = {}
    risk, total = people[:, 0], 0.0
    expected = cells * cases.sum() / cells.sum()
    if model == "bernoulli":
        controls = random.integers(0, 30, cases.shape).astype(float)
        given, persons = {"controls": controls}, cases + controls
        expected, risk, total = persons * cases.sum() / persons.sum(), persons.sum(axis=1), persons.sum()
    elif model == "permutation":
        expected = np.outer(cases.sum(axis=1), cases.sum(axis=0)) / cases.sum()
        risk = cases.sum(axis=1)
    elif model == "expectation":
        expected = cells * 55 / cells.sum()
        given = {"expected": expected, "population": people[:, 0]}
    else:
        given = {"population": people[:, 0]}
    value, inside, when = brute(scan, cases, expected, points, risk, total)
    found = scan.scan(cases, points, **given).clusters  # type: ignore[arg-type]
    assert found[0].llr == pytest.approx(value, abs=1e-9)
    held = [i for i in inside if risk[i] > 0]
    assert {int(p) for p in found[0].places if risk[p] > 0} == set(held)
    assert (found[0].start, found[0].end) == when
    assert found[0].cases == cases[sorted(inside), when[0] : when[1] + 1].sum()
    # No two clusters share a place, and the statistic falls.
    places = np.concatenate([c.places for c in found])
    assert len(np.unique(places)) == len(places)
    assert all(a.llr >= b.llr for a, b in pairwise(found))


@pytest.mark.parametrize("model", ["poisson", "permutation", "bernoulli", "expectation"])
@pytest.mark.parametrize("prospective", [True, False])
@pytest.mark.parametrize("dense", [True, False])
def test_the_maximum_of_each_replicate_is_that_of_brute_force(
    model: str, prospective: bool, dense: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The replicates are drawn again here and scanned one by one without blocks, tables or bounds."""
    from vigie.stats import scan_replicates
    from vigie.stats.scan_null import Null

    monkeypatch.setattr(scan_replicates, "DENSE", 10**9 if dense else 0)

    random = np.random.default_rng(5)
    points = random.uniform(0, 10, (14, 2))
    cases = random.poisson(1.5, (14, 6)).astype(float)
    persons = cases + random.integers(0, 5, cases.shape)
    expected = persons * cases.sum() / persons.sum()
    given = {
        "poisson": {"expected": persons},
        "permutation": {},
        "bernoulli": {"controls": persons - cases},
        "expectation": {"expected": expected},
    }[model]
    scan = Scan(model=model, prospective=prospective, replicates=12, seed=8)  # type: ignore[arg-type]
    found = scan.scan(cases, points, **given)
    weights = {"permutation": None, "bernoulli": persons}.get(model, expected)
    drawn = Null(model, cases, weights).draw(12, np.random.default_rng(8))  # type: ignore[arg-type]
    risk = cases.sum(axis=1) if model == "permutation" else persons.sum(axis=1)
    if model == "permutation":
        expected = np.outer(cases.sum(axis=1), cases.sum(axis=0)) / cases.sum()
    for number in range(12):
        one = np.zeros_like(cases)
        kept = drawn.replicate == number
        np.add.at(one, (drawn.place[kept], drawn.time[kept]), 1)
        value, _, _ = brute(scan, one, expected, points, risk, persons.sum())
        assert found.maxima[number] == pytest.approx(value, abs=1e-9)


def test_replicates_keep_what_their_model_keeps() -> None:
    from vigie.stats.scan_null import Null

    random = np.random.default_rng(3)
    cases = random.poisson(2, (9, 5)).astype(float)
    persons = cases + random.integers(0, 4, cases.shape)
    for model, weights in (("permutation", None), ("poisson", persons), ("bernoulli", persons)):
        drawn = Null(model, cases, weights).draw(40, random)  # type: ignore[arg-type]
        for number in range(40):
            one = np.zeros_like(cases)
            kept = drawn.replicate == number
            np.add.at(one, (drawn.place[kept], drawn.time[kept]), 1)
            assert one.sum() == cases.sum()
            if model == "permutation":
                assert (one.sum(axis=0) == cases.sum(axis=0)).all() and (
                    one.sum(axis=1) == cases.sum(axis=1)
                ).all()
            if model == "bernoulli":
                assert (one <= persons).all()


def test_a_planted_cluster_is_found_with_a_small_p() -> None:
    random = np.random.default_rng(11)
    points = np.array([(x, y) for x in range(12) for y in range(12)], dtype=float)
    cases = random.poisson(0.6, (144, 20)).astype(float)
    core = np.flatnonzero(np.hypot(*(points - (5, 6)).T) <= 1.5)
    cases[np.ix_(core, range(17, 20))] += random.poisson(1.8, (len(core), 3))
    for model, given in (("permutation", {}), ("poisson", {"population": np.ones(144)})):
        found = Scan(model=model, prospective=True, replicates=99).scan(cases, points, **given)  # type: ignore[arg-type]
        first = found.clusters[0]
        assert len(set(first.places.tolist()) & set(core.tolist())) >= 0.8 * len(core)
        assert (first.start, first.end) == (17, 19)
        assert first.p == 1 / 100
        assert first.p_gumbel is not None and first.p_gumbel < 0.001


@pytest.mark.parametrize("model", ["poisson", "permutation"])
def test_p_is_uniform_where_there_is_no_cluster(model: str) -> None:
    random = np.random.default_rng(21)
    points = random.uniform(0, 10, (12, 2))
    given = {"population": np.full(12, 100.0)} if model == "poisson" else {}
    ps = []
    for seed in range(60):
        cases = random.multinomial(80, np.full(60, 1 / 60)).reshape(12, 5)
        scan = Scan(model=model, prospective=True, replicates=39, seed=seed)  # type: ignore[arg-type]
        p = scan.scan(cases, points, **given).clusters[0].p  # type: ignore[arg-type]
        ps.append(p or 0)
    # Uniform on 1/40 … 1: the mean of 60 has a standard error of 0.037.
    assert abs(np.mean(ps) - 0.5125) < 4 * 0.037
    assert np.mean(np.array(ps) <= 0.05) <= 0.05 + 4 * (0.05 * 0.95 / 60) ** 0.5


def test_gumbel_and_rank_agree_where_both_can_tell() -> None:
    random = np.random.default_rng(2)
    maxima = random.gumbel(7, 1.2, 20_000)
    for value in (7.5, 9.0, 12.0):
        assert gumbel(maxima, value) == pytest.approx((maxima >= value).mean(), rel=0.1)
    assert gumbel(maxima[:5], 9.0) is None
    assert gumbel(np.full(50, 3.0), 9.0) is None


def test_the_same_seed_gives_the_same_maxima_and_stopping_early_changes_none() -> None:
    random = np.random.default_rng(4)
    points, cases = random.uniform(0, 9, (30, 2)), random.poisson(1, (30, 6))
    one, two = (Scan(model="permutation", replicates=150, seed=3).scan(cases, points) for _ in range(2))
    assert (one.maxima == two.maxima).all()
    short = Scan(model="permutation", replicates=5000, stop_after=10, seed=3).scan(cases, points)
    assert 10 <= len(short.maxima) < 5000
    assert (short.maxima >= short.clusters[0].llr * (1 - 1e-9)).sum() == 10
    assert short.clusters[0].p == 10 / len(short.maxima)
    assert short.clusters[0].p == pytest.approx(one.clusters[0].p or 0, abs=0.3)


def test_zones_that_are_given_replace_circles() -> None:
    cases = np.array([[1, 1, 8], [1, 1, 7], [1, 1, 1], [1, 2, 1]])
    found = Scan(model="permutation", replicates=9, prospective=True).scan(
        cases, zones=[[0], [1], [0, 1], [2, 3]]
    )
    assert found.clusters[0].places.tolist() == [0, 1]
    assert (found.clusters[0].start, found.clusters[0].end) == (2, 2)


def test_great_circles_cross_the_date_line_and_tell_kilometres() -> None:
    points = np.array([(0, 179.9), (0, -179.9), (0, 170), (5, 100), (40, 100), (42, 3)])
    cases, people = np.array([40, 40, 5, 5, 5, 5]), np.full(6, 1000)
    scan = Scan(windows=Windows(sphere=True), replicates=9)
    first = scan.scan(cases, points, population=people).clusters[0]
    assert sorted(first.places.tolist()) == [0, 1]
    assert first.radius == pytest.approx(22.24, abs=0.05)
    near = Scan(windows=Windows(sphere=True, max_radius=20), replicates=0)
    assert len(near.scan(cases, points, population=people).clusters[0].places) == 1


SQUARE = np.array([(0, 0), (0, 1), (1, 0), (1, 1)], dtype=float)
ONES = np.ones(4)
# id, cases, coordinates, scan, what is given, words of the error
WRONG = [
    ("nan_cases", [1, np.nan, 2, 3], SQUARE, Scan(), {"population": ONES}, "cases: missing"),
    ("infinite_cases", [1, np.inf, 2, 3], SQUARE, Scan(), {"population": ONES}, "cases: missing or infinite"),
    ("negative_cases", [1, -1, 2, 3], SQUARE, Scan(), {"population": ONES}, "cases: negative"),
    ("words", ["a", "b", "c", "d"], SQUARE, Scan(), {"population": ONES}, "cases: not an array"),
    ("no_cases_at_all", [], SQUARE, Scan(), {"population": ONES}, "cases: shape"),
    ("cases_where_nobody_lives", [1, 1, 2, 3], SQUARE, Scan(), {"population": [0, 5, 5, 5]}, "zero where there are cases"),
    ("negative_population", [1, 1, 2, 3], SQUARE, Scan(), {"population": [-1, 5, 5, 5]}, "population: negative"),
    ("nan_population", [1, 1, 2, 3], SQUARE, Scan(), {"population": [np.nan, 5, 5, 5]}, "population: missing"),
    ("other_shape", [1, 1, 2, 3], SQUARE, Scan(), {"population": [5, 5, 5]}, "population: shape"),
    ("nothing_given", [1, 1, 2, 3], SQUARE, Scan(), {}, "needs population"),
    ("controls_for_poisson", [1, 1, 2, 3], SQUARE, Scan(), {"controls": ONES}, "needs population"),
    ("population_for_permutation", [[1, 1], [2, 3]], SQUARE[:2], Scan(model="permutation"), {"population": [1, 1]}, "needs cases"),
    ("nan_coordinate", [1, 1, 2, 3], SQUARE * np.nan, Scan(), {"population": ONES}, "coordinates: missing"),
    ("three_coordinates", [1, 1, 2, 3], np.ones((4, 3)), Scan(), {"population": ONES}, "coordinates: shape"),
    ("no_coordinates", [1, 1, 2, 3], None, Scan(), {"population": ONES}, "coordinates: none"),
    ("latitude_of_100", [1, 1, 2, 3], SQUARE * 100, Scan(windows=Windows(sphere=True)), {"population": ONES}, "outside ±90"),
    ("half_a_case_shuffled", [[0.5, 1], [2, 3.5]], SQUARE[:2], Scan(model="permutation"), {}, "not whole"),
    ("half_a_control", [1, 1, 2, 3], SQUARE, Scan(model="bernoulli"), {"controls": ONES * 1.5}, "controls: not whole"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "cases", "points", "scan", "given", "words"), WRONG, ids=[w[0] for w in WRONG]
)
def test_a_map_that_cannot_be_right_is_refused(
    name: str, cases: object, points: object, scan: Scan, given: dict[str, object], words: str
) -> None:
    with pytest.raises(SeriesError, match=words):
        scan.scan(cases, points, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"model": "normal"}, "model"),
        ({"max_periods": 0}, "max_periods"),
        ({"replicates": -1}, "replicates"),
        ({"min_cases": 0}, "min_cases"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_parameter_outside_its_range_is_refused(more: dict[str, object], words: str) -> None:
    with pytest.raises(SeriesError, match=words):
        Scan(**more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"max_share": 0}, "max_share"),
        ({"max_radius": -1}, "max_radius"),
        ({"max_places": 0}, "max_places"),
        ({"shapes": (1, 2)}, "one number of directions"),
        ({"shapes": (0.5,)}, "at least 1"),
        ({"shapes": (2,), "sphere": True}, "ellipses need a plane"),
    ],
)
def test_windows_outside_their_range_are_refused(more: dict[str, object], words: str) -> None:
    with pytest.raises(SeriesError, match=words):
        Windows(**more)  # type: ignore[arg-type]


# id, cases, scan, given, verdict
SILENT = [
    ("no_case", np.zeros(4), Scan(), {"population": ONES}, "few-cases"),
    ("one_case", np.array([1, 0, 0, 0]), Scan(), {"population": ONES}, "few-cases"),
    ("one_place", np.array([5]), Scan(), {"population": [10]}, "one-place"),
    ("one_period_shuffled", np.array([[5], [3], [1], [1]]), Scan(model="permutation"), {}, "one-place"),
    ("every_place_above_the_share", np.array([5, 5, 5, 5]), Scan(windows=Windows(max_share=0.1)), {"population": ONES}, "no-window"),
    ("nothing_but_the_expected", np.array([5, 5, 5, 5]), Scan(replicates=9), {"population": ONES}, "given"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "cases", "scan", "given", "verdict"), SILENT, ids=[s[0] for s in SILENT])
def test_no_verdict_says_why_and_no_cluster_is_no_cluster(
    name: str, cases: FloatArray, scan: Scan, given: dict[str, object], verdict: str
) -> None:
    found = scan.scan(cases, SQUARE[: len(cases)], **given)  # type: ignore[arg-type]
    assert (found.verdict, found.clusters) == (verdict, ())
