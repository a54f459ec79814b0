"""Rate ratios and associations: by hand, against R, and on counts with known truth."""

from __future__ import annotations

import json
from math import comb, inf, log
from pathlib import Path

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.association import associations
from vigie.stats.rate_ratio import rate_ratios

pytest.importorskip("scipy")
REFERENCE = json.loads((Path(__file__).parent / "reference" / "rate_ratio.json").read_text("utf-8"))


def test_rate_ratios_are_those_of_r() -> None:
    a, b, e_a, e_b, low, high, p = (list(column) for column in zip(*REFERENCE["rate_ratios"], strict=True))
    found = rate_ratios(a, b, exposure_first=e_a, exposure_second=e_b)
    assert found.low == pytest.approx(low, rel=1e-9)
    assert found.high == pytest.approx([inf if h == "inf" else h for h in high], rel=1e-9)
    assert found.p == pytest.approx(p, rel=1e-9)


def test_rates_of_large_counts_keep_their_p() -> None:
    found = rate_ratios([3e9, 1e12], [1.0, 1e12])
    assert found.p.tolist() == [0.0, 1.0]


def test_exposures_that_are_no_numbers_are_refused() -> None:
    for wrong in ("a", [1.0, 2.0, 3.0]):
        with pytest.raises(SeriesError, match="exposure"):
            rate_ratios([3], [4], exposure_first=wrong)


def test_a_rate_ratio_by_hand() -> None:
    """5 against 2 over equal time: 5 or more of 7 tosses, twice: 2 * (21 + 7 + 1) / 128."""
    found = rate_ratios([5], [2])
    assert found.ratio[0] == 2.5
    assert found.p[0] == pytest.approx(2 * 29 / 128)


def test_intervals_cover_the_truth() -> None:
    draw = np.random.default_rng(4)
    first, second = draw.poisson(9.0, 4000), draw.poisson(4.0, 4000)
    found = rate_ratios(first, second, exposure_first=1.5, exposure_second=1.0)
    covered = (found.low <= 1.5) & (found.high >= 1.5)
    assert 0.95 <= covered[found.verdict == Verdict.GIVEN].mean() < 0.995


def test_no_count_is_no_ratio() -> None:
    found = rate_ratios([0, 3, 0], [0, 0, 3])
    assert found.verdict.tolist() == [Verdict.FEW, Verdict.GIVEN, Verdict.GIVEN]
    assert np.isnan(found.ratio[0]) and found.high[1] == inf and found.low[2] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"first": [1, -1], "second": [1, 1]}, "negative"),
        ({"first": [1.5], "second": [1]}, "whole"),
        ({"first": [np.nan], "second": [1]}, "missing"),
        ({"first": ["x"], "second": [1]}, "numbers"),
        ({"first": [1, 2], "second": [1]}, "shapes"),
        ({"first": [1], "second": [1], "exposure_first": 0}, "exposure"),
        ({"first": [1], "second": [1], "level": 1}, "level"),
    ],
)
def test_rate_ratios_refuse_what_cannot_be(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        rate_ratios(**arguments)  # type: ignore[arg-type]


def units(both: int, row: int, column: int, none: int) -> tuple[list[int], list[int]]:
    """Units of a two by two table."""
    return [1] * (both + row) + [0] * (column + none), [1] * both + [0] * row + [1] * column + [0] * none


@pytest.mark.parametrize("row", REFERENCE["fisher"], ids=str)
def test_fisher_is_that_of_r(row: list[float]) -> None:
    a, b = units(*(int(v) for v in row[:4]))
    assert associations([a], [b]).p[0, 0] == pytest.approx(row[4], rel=1e-9)


def test_an_association_by_hand() -> None:
    """Both in 3 of 10 units, each in 4: 16/10 expected, hypergeometric tail, G over four cells."""
    a, b = units(3, 1, 1, 5)
    found = associations([a], [b])
    assert (found.together[0, 0], found.expected[0, 0]) == (3, pytest.approx(1.6))
    assert found.p[0, 0] == pytest.approx((comb(4, 3) * comb(6, 1) + 1) / comb(10, 4))
    g = 2 * (3 * log(3 / 1.6) + 1 * log(1 / 2.4) + 1 * log(1 / 2.4) + 5 * log(5 / 3.6))
    assert found.g[0, 0] == pytest.approx(g)


def test_fewer_than_by_chance_is_negative() -> None:
    a, b = units(0, 5, 5, 0)
    found = associations([a], [b])
    assert found.g[0, 0] < 0 and found.p[0, 0] == 1


def test_planted_associations_stand_out() -> None:
    draw = np.random.default_rng(8)
    rows, columns = draw.random((20, 400)) < 0.15, draw.random((10, 400)) < 0.15
    columns[3] |= rows[7] & (draw.random(400) < 0.7)
    found = associations(rows, columns)
    assert np.unravel_index(found.p.argmin(), found.p.shape) == (7, 3)
    others = np.delete(found.p.ravel(), 7 * 10 + 3)
    assert (others < 0.05).mean() < 0.08


@pytest.mark.parametrize(
    ("rows", "columns", "says"),
    [
        ([[1, 0]], [[1]], "units"),
        ([[2, 0]], [[1, 0]], "neither 0 nor 1"),
        ([], [[1]], "shape"),
        ([["x"]], [[1]], "0 and 1"),
    ],
)
def test_associations_refuse_what_cannot_be(rows: object, columns: object, says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        associations(rows, columns)  # type: ignore[arg-type]
