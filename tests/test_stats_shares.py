"""Shares: the worked examples that Newcombe published."""

from __future__ import annotations

import pytest

from vigie.model.errors import SeriesError
from vigie.stats.shares import difference_interval, difference_p, share_interval

# Newcombe (1998), Statistics in Medicine 17: 873-890, table II, method 10.
PUBLISHED = [
    ("a", (56, 70, 48, 80), (0.0524, 0.3339)),
    ("b", (9, 10, 3, 10), (0.1705, 0.8090)),
    ("c", (6, 7, 2, 7), (0.0582, 0.8062)),
    ("d", (5, 56, 0, 29), (-0.0381, 0.1926)),
    ("g", (10, 10, 0, 10), (0.6075, 1.0)),
]


@pytest.mark.parametrize(("counts", "limits"), [p[1:] for p in PUBLISHED], ids=[p[0] for p in PUBLISHED])
def test_published_differences(counts: tuple[int, int, int, int], limits: tuple[float, float]) -> None:
    found = difference_interval(*counts)
    assert (found.low, found.high) == pytest.approx(limits, abs=6e-5)


def test_wilson() -> None:
    """81 of 263 (Newcombe 1998, Statistics in Medicine 17: 857, table I, method 3)."""
    found = share_interval(81, 263)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=6e-5)


@pytest.mark.parametrize(("count", "total"), [(0, 0), (3, 2), (-1, 4)])
def test_no_share(count: int, total: int) -> None:
    with pytest.raises(SeriesError, match="is no share"):
        share_interval(count, total)


# By hand or from R's fisher.test: the tea-taster's 3 of 4 (34/70), five of nine against one of nine, nothing at all.
P_VALUES = [
    ((3, 4, 1, 4), 34 / 70),
    ((5, 9, 1, 9), 0.1312),
    ((0, 5, 0, 7), 1.0),
    ((10, 10, 0, 10), 2 / 184756),
]


@pytest.mark.parametrize(("counts", "p"), P_VALUES, ids=["tea", "nine", "none", "all"])
def test_p_value_of_equal_shares(counts: tuple[int, int, int, int], p: float) -> None:
    count, total, before, total_before = counts
    assert difference_p(count, total, before, total_before) == pytest.approx(p, abs=1e-4)
    assert difference_p(before, total_before, count, total) == pytest.approx(p, abs=1e-4)


def test_no_p_value_of_what_is_no_share() -> None:
    with pytest.raises(SeriesError, match="no share"):
        difference_p(1, 0, 1, 2)
