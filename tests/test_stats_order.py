"""Exact intervals: known ranks and critical values, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.order import (
    median_interval,
    ratio_change,
    ratio_interval,
    ratio_shift,
    shift_interval,
    shift_p,
)

# Ranks of the 95 % interval of a median (any table of the sign test: Conover 1999, table A3) and their coverage.
RANKS = [
    (6, 1, 0.96875),
    (8, 1, 0.9921875),
    (9, 2, 0.9609375),
    (10, 2, 0.978515625),
    (15, 4, 0.96484375),
    (20, 6, 0.958610534667968),
]


@pytest.mark.parametrize(("n", "rank", "level"), RANKS, ids=[f"n{n}" for n, _, _ in RANKS])
def test_ranks_of_the_median(n: int, rank: int, level: float) -> None:
    found = median_interval([float(v) for v in range(n, 0, -1)])
    assert found is not None
    assert (found.low, found.high) == (rank, n - rank + 1)
    assert found.level == pytest.approx(level)


@pytest.mark.parametrize("n", range(6))
def test_too_few_figures_have_no_interval(n: int) -> None:
    assert median_interval([1.0] * n) is None


# Largest U with P(U <= u) <= 2.5 % (Mann and Whitney's table): the lower limit is difference number u + 1.
CRITICAL = [(4, 4, 0), (3, 5, 0), (5, 5, 2), (6, 6, 5), (8, 8, 13), (10, 10, 23), (5, 9, 7), (20, 20, 127)]


@pytest.mark.parametrize(("n", "m", "critical"), CRITICAL, ids=[f"{n}x{m}" for n, m, _ in CRITICAL])
def test_critical_values_of_the_shift(n: int, m: int, critical: int) -> None:
    rng = np.random.default_rng(n * 100 + m)
    now, before = rng.normal(size=n), rng.normal(size=m)
    differences = np.sort(np.subtract.outer(now, before), axis=None)
    found = shift_interval(now.tolist(), before.tolist())
    assert found is not None
    assert (found.low, found.high) == (differences[critical], differences[n * m - critical - 1])
    assert found.level >= 0.95


@pytest.mark.parametrize(("n", "m"), [(0, 5), (5, 0), (3, 3), (3, 4), (1, 30)])
def test_too_few_to_compare(n: int, m: int) -> None:
    assert shift_interval([1.0] * n, [2.0] * m) is None


def test_the_normal_limit_joins_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    now, before = rng.normal(size=20).tolist(), rng.normal(size=21).tolist()
    limit = shift_interval(now, before)
    monkeypatch.setattr("vigie.stats.order._EXACT", 41)
    assert limit is not None
    exact = shift_interval(now, before)
    assert exact is not None
    assert (limit.low, limit.high) == (exact.low, exact.high)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    median = ratio = 0
    for _ in range(2000):
        found = median_interval(np.exp(rng.normal(size=9)).tolist())
        median += found is not None and found.holds(1.0)
        change = ratio_interval(
            (1.2 * np.exp(rng.normal(size=6))).tolist(), np.exp(rng.normal(size=7)).tolist()
        )
        ratio += change is not None and change.holds(0.2)
    assert 0.95 <= median / 2000 <= 0.975  # exact: 0.961
    assert 0.945 <= ratio / 2000 <= 0.98


def test_a_ratio_needs_figures_above_zero() -> None:
    assert ratio_interval([0.0, 1, 2, 3, 4], [1.0, 2, 3, 4, 5]) is None


@pytest.mark.parametrize("level", [0, 1, 95])
def test_levels(level: float) -> None:
    with pytest.raises(SeriesError, match="between 0 and 1"):
        median_interval([1.0] * 9, level)


def test_the_shift_lies_inside_its_interval() -> None:
    """Random sizes and figures, rounded ones with ties among them: the point is of the same estimator as its limits."""
    rng = np.random.default_rng(19)
    seen = 0
    for _ in range(500):
        now, before = (
            np.round(np.exp(rng.normal(size=rng.integers(3, 24))) * 20, rng.integers(-1, 3)) + 1
            for _ in range(2)
        )
        limits = ratio_interval(now.tolist(), before.tolist())
        if limits is not None:
            seen += 1
            assert limits.holds(ratio_shift(now.tolist(), before.tolist()))
        both = (ratio_shift(now.tolist(), before.tolist()), limits) if limits else None
        assert ratio_change(now.tolist(), before.tolist()) == both
    assert seen > 400


# Tables of Mann and Whitney: P(U <= u) doubled. "tied" by hand: of the 6 choices of two of {1, 2, 2, 3}, four are as far out as 2 and 3.
P_VALUES = [
    ("apart_3_3", (4.0, 5, 6), (1.0, 2, 3), 2 / 20),
    ("apart_6_6", (7.0, 8, 9, 10, 11, 12), (1.0, 2, 3, 4, 5, 6), 2 / 924),
    ("one_step_in", (3.0, 5, 6), (1.0, 2, 4), 4 / 20),
    ("alike", (5.0, 5, 5), (5.0, 5, 5, 5), 1.0),
    ("tied", (2.0, 3), (1.0, 2), 4 / 6),
    ("nothing", (), (1.0,), 1.0),
]


@pytest.mark.parametrize(("_name", "now", "before", "p"), P_VALUES, ids=[c[0] for c in P_VALUES])
def test_p_value_of_no_shift(_name: str, now: tuple[float, ...], before: tuple[float, ...], p: float) -> None:
    assert shift_p(now, before) == pytest.approx(p)
    assert shift_p(before, now) == pytest.approx(p)


def test_the_p_value_and_the_interval_say_the_same() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        now, before = rng.normal(0.8, size=rng.integers(4, 12)), rng.normal(size=rng.integers(4, 12))
        limits = shift_interval(now.tolist(), before.tolist())
        assert limits is not None
        assert (limits.low > 0 or limits.high < 0) == (shift_p(now.tolist(), before.tolist()) <= 0.05)


def test_the_normal_p_value_joins_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    now, before = np.round(rng.normal(0.5, size=21), 1).tolist(), np.round(rng.normal(size=22), 1).tolist()
    limit = shift_p(now, before)
    monkeypatch.setattr("vigie.stats.order._EXACT", 43)
    assert limit == pytest.approx(shift_p(now, before), abs=0.005)


def test_a_shift_needs_figures_above_zero() -> None:
    with pytest.raises(SeriesError, match="above 0"):
        ratio_shift([0.0], [1.0])
