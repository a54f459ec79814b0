"""Summaries against values worked out by hand (quartiles by linear interpolation, R's default)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.stats.summary import Summary, change, independent_sources, quantile, summarise

SUMMARIES = [
    # id, values, (low, q1, median, q3, high)
    ("one", [60.0], (60, 60, 60, 60, 60)),
    ("two", [60.0, 70.0], (60, 62.5, 65, 67.5, 70)),
    ("odd_unsorted", [70.0, 50.0, 60.0], (50, 55, 60, 65, 70)),
    ("even", [1.0, 2.0, 3.0, 4.0], (1, 1.75, 2.5, 3.25, 4)),
    ("outlier_leaves_the_median", [60.0, 60.0, 60.0, 60.0, 6000.0], (60, 60, 60, 60, 6000)),
]


@pytest.mark.parametrize(("name", "values", "expected"), SUMMARIES, ids=[c[0] for c in SUMMARIES])
def test_summarise(name: str, values: list[float], expected: tuple[float, ...]) -> None:
    low, q1, median, q3, high = expected
    assert summarise(values) == Summary(n=len(values), low=low, q1=q1, median=median, q3=q3, high=high)


def test_nothing_is_not_zero() -> None:
    assert summarise([]) is None


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 1.5), ([1.0], -0.1)])
def test_quantile_refuses(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="share between 0 and 1"):
        quantile(values, share)


CHANGES = [
    # id, now, before, ratio, state
    ("fall", [60.0, 60.0, 66.0], [80.0, 80.0, 80.0], -0.25, "known"),
    ("same", [60.0] * 3, [60.0] * 4, 0.0, "known"),
    ("two_now", [60.0, 60.0], [80.0] * 5, None, "not-enough-data"),
    ("none_before", [60.0] * 5, [], None, "not-enough-data"),
    ("from_zero", [60.0] * 3, [0.0] * 3, None, "zero-base"),
]


@pytest.mark.parametrize(("name", "now", "before", "ratio", "state"), CHANGES, ids=[c[0] for c in CHANGES])
def test_change(name: str, now: list[float], before: list[float], ratio: float | None, state: str) -> None:
    found = change(now, before)
    assert found.state == state
    assert found.ratio == (pytest.approx(ratio) if ratio is not None else None)


LONG = "Les douanes ont saisi douze kilos de cocaïne dans un camion près de Lille"
COPIES = [
    # id, (source, text) pairs, how many independent
    ("nobody", [], 0),
    ("one_source_twice", [("a", LONG), ("a", "Autre chose")], 1),
    ("copied_by_another", [("a", LONG), ("b", LONG + " lundi")], 1),
    ("punctuation_and_case", [("a", LONG), ("b", LONG.upper() + " !")], 1),
    ("chain_of_copies", [("a", LONG), ("b", LONG + " lundi"), ("c", LONG + " lundi soir")], 1),
    (
        "other_words",
        [("a", LONG), ("b", "Lille : 12 kg de poudre blanche interceptés lundi dans un camion")],
        2,
    ),
    ("same_short_sentence", [("a", "Le gramme est à 60 euros."), ("b", "Le gramme est à 60 euros.")], 2),
    ("unknown_counts_once", [("", "Une phrase"), ("", "Une autre"), ("a", "Une troisième")], 2),
]


@pytest.mark.parametrize(("name", "pairs", "expected"), COPIES, ids=[c[0] for c in COPIES])
def test_independent_sources(name: str, pairs: list[tuple[str, str]], expected: int) -> None:
    assert independent_sources([s for s, _ in pairs], [t for _, t in pairs]) == expected


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_order_of_the_five_figures(values: list[float]) -> None:
    found = summarise(values)
    assert found is not None
    tolerance = 1e-6 * (1 + found.high)
    five = (found.low, found.q1, found.median, found.q3, found.high)
    assert all(a <= b + tolerance for a, b in pairwise(five))
