"""Exact intervals: known ranks and critical values, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.order import median_interval, ratio_interval, shift_interval

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
