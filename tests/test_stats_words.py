"""Bursts, log-odds and contexts: by hand, by all sequences, and on series with known truth."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import log, sqrt

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.burst import bursts, intervals
from vigie.stats.contexts import cosine, ppmi
from vigie.stats.keyness import log_odds


def by_all_sequences(
    hits: list[int], totals: list[int], ratio: float, gamma: float, states: int
) -> tuple[float, tuple[int, ...]]:
    """The cheapest sequence among all, and its cost: the definition of the article, term by term."""
    rate = sum(hits) / sum(totals)
    levels = [min(rate * ratio**j, 0.9999) for j in range(states)]

    def cost(sequence: tuple[int, ...]) -> float:
        found, last = 0.0, 0
        for state, r, d in zip(sequence, hits, totals, strict=True):
            found += max(state - last, 0) * gamma * log(len(hits))
            found -= r * log(levels[state]) + (d - r) * log(1 - levels[state])
            last = state
        return found

    best = min(product(range(states), repeat=len(hits)), key=lambda s: (round(cost(s), 9), s))
    return cost(best), best


@pytest.mark.parametrize("seed", range(40))
def test_bursts_are_the_cheapest_of_all_sequences(seed: int) -> None:
    draw = np.random.default_rng(seed)
    states, ratio, gamma = 2 + seed % 2, (1.5, 2.0, 3.0)[seed % 3], (0.2, 1.0)[seed % 2]
    totals = draw.integers(0, 40, 8)
    totals[0] += 1
    hits = draw.binomial(totals, np.where((np.arange(8) > 3) & (np.arange(8) < 6), 0.35, 0.08))
    hits[0] = max(hits[0], 1)
    cost, _ = by_all_sequences(hits.tolist(), totals.tolist(), ratio, gamma, states)
    found = bursts(hits, totals, ratio=ratio, gamma=gamma, states=states)
    if found.verdict[0] != Verdict.GIVEN:
        pytest.skip("flat")
    levels = np.minimum(found.rate[0] * ratio ** np.arange(states), 0.9999)
    state = found.state[0]
    rises = np.maximum(np.diff(np.concatenate([[0], state])), 0).sum()
    own = (
        rises * gamma * log(8)
        - (hits * np.log(levels[state]) + (totals - hits) * np.log1p(-levels[state])).sum()
    )
    assert own == pytest.approx(cost, rel=1e-12)


def test_a_burst_by_hand() -> None:
    """Two of ten in each of four quiet months, eight of ten in one: rate 16/50, high state 32/50."""
    found = bursts([2, 2, 8, 2, 2], [10] * 5)
    (burst,) = intervals(found)
    weight = 8 * log(2) + 2 * log((1 - 0.64) / (1 - 0.32))  # what the high state saves in that month
    assert weight == pytest.approx(4.273, abs=5e-4) and weight > log(5)  # more than its rise costs
    assert (burst.start, burst.end, burst.level) == (2, 2, 1)
    assert burst.weight == pytest.approx(weight)
    assert found.rate[0] == pytest.approx(0.32)
    assert intervals(bursts([2, 2, 8, 2, 2], [10] * 5, gamma=3)) == ()  # 3 ln 5 = 4.83 is more than it saves


def test_bursts_in_simulated_series_are_found_where_they_are() -> None:
    draw = np.random.default_rng(7)
    totals = draw.poisson(60, 104) + 1
    rates = np.full((200, 104), 0.03)
    starts = draw.integers(20, 80, 200)
    for row, start in enumerate(starts[:100]):
        rates[row, start : start + 12] = 0.18
    found = bursts(draw.binomial(totals, rates), totals, ratio=3, gamma=1.5)
    high = found.state > 0
    inside = np.array([high[row, s : s + 12].mean() for row, s in enumerate(starts[:100])])
    outside = np.array([high[row, : s - 1].mean() for row, s in enumerate(starts[:100])])
    assert inside.mean() > 0.95 and outside.mean() < 0.01
    assert high[100:].any(axis=1).mean() < 0.1  # series without a burst; 0.17 of them with gamma 1


def test_all_terms_at_once_are_each_alone() -> None:
    draw = np.random.default_rng(3)
    totals = draw.integers(5, 50, 60)
    hits = draw.binomial(totals, 0.1, (20, 60))
    together = bursts(hits, totals, states=3)
    for row in range(20):
        alone = bursts(hits[row], totals, states=3)
        assert (alone.state[0] == together.state[row]).all()
    nested = [i for i in intervals(together) if i.level == 2]
    assert all(together.state[i.term, i.start : i.end + 1].min() >= 2 for i in nested)


def test_periods_without_documents_are_no_evidence() -> None:
    with_gap = bursts([1, 6, np.nan, 7, 1, 1, 1, 1], [20, 20, 20, 20, 20, 20, 20, 20])
    (burst,) = intervals(with_gap)
    assert (burst.start, burst.end) == (1, 3)  # nothing collected does not end it
    zero = bursts([1, 6, 0, 7, 1, 1, 1, 1], [20] * 8)
    assert [(b.start, b.end) for b in intervals(zero)] != [(1, 3)]  # nothing written does


@pytest.mark.parametrize(
    ("hits", "why"), [([0, 0, 0], "never"), ([5, 5, 5], "always"), ([np.nan] * 3, "nothing collected")]
)
def test_no_burst_without_a_verdict(hits: list[float], why: str) -> None:
    found = bursts(hits, [5, 5, 5])
    assert found.verdict[0] == Verdict.FLAT and np.isnan(found.rate[0]) and intervals(found) == (), why


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"hits": [3, 6], "totals": [5, 5]}, "each document once"),
        ({"hits": [-1, 2], "totals": [5, 5]}, "negative"),
        ({"hits": [1, 2, 3], "totals": [5, 5]}, "shape"),
        ({"hits": ["a", "b"], "totals": [5, 5]}, "numbers"),
        ({"hits": [1, 2], "totals": [5, 5], "ratio": 1}, "ratio"),
        ({"hits": [1, 2], "totals": [5, 5], "states": 1}, "states"),
        ({"hits": [], "totals": []}, "empty"),
    ],
)
def test_bursts_refuse_what_cannot_be(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        bursts(**arguments)  # type: ignore[arg-type]


def test_log_odds_by_hand() -> None:
    """Three words, 10 and 20 in all; prior of 4 words in the shares of a background of 1, 1 and 2."""
    found = log_odds([6, 2, 2], [3, 9, 8], [1, 1, 2], strength=4)
    prior = (1, 1, 2)
    for word, (a, b) in enumerate(((6, 3), (2, 9), (2, 8))):
        alpha = prior[word]
        odds_a = Fraction(a + alpha, 10 + 4 - a - alpha)
        odds_b = Fraction(b + alpha, 20 + 4 - b - alpha)
        delta = log(odds_a) - log(odds_b)
        variance = 1 / (a + alpha) + 1 / (b + alpha)
        assert found.delta[word] == pytest.approx(delta, rel=1e-12)
        assert found.z[word] == pytest.approx(delta / sqrt(variance), rel=1e-12)
    assert found.delta[0] == pytest.approx(log(7 / 7) - log(4 / 20))  # 7 to 7 against 4 to 20


def test_log_odds_rank_the_words_that_changed() -> None:
    draw = np.random.default_rng(11)
    shares = draw.dirichlet(np.full(500, 0.3))
    moved = shares.copy()
    moved[:10] = moved[:10] + 0.004
    first, second = draw.multinomial(20_000, moved / moved.sum()), draw.multinomial(40_000, shares)
    found = log_odds(first, second, first + second + 0.5, strength=500)
    assert set(np.argsort(-found.z)[:10]) == set(range(10))
    unchanged = found.z[10:]
    assert abs(unchanged.mean()) < 0.25 and 0.5 < unchanged.std() < 1.2


def test_some_words_of_many_are_as_among_all() -> None:
    first, second = [6.0, 2, 2, 30], [3.0, 9, 8, 50]
    background = [1.0, 1, 2, 6]
    whole = log_odds(first, second, background, strength=20)
    part = log_odds(first[:3], second[:3], background[:3], strength=20, totals=(40, 70, 10))
    assert part.z == pytest.approx(whole.z[:3])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"first": [1, 2], "second": [1], "background": [1, 1]}, "shapes"),
        ({"first": [1, 2], "second": [1, 2], "background": [1, 0]}, "background"),
        ({"first": [1, -2], "second": [1, 2], "background": [1, 1]}, "negative"),
        ({"first": [1, np.nan], "second": [1, 2], "background": [1, 1]}, "missing"),
        ({"first": ["x"], "second": [1], "background": [1]}, "numbers"),
        ({"first": [], "second": [], "background": []}, "empty"),
        ({"first": [3, 4], "second": [1, 2], "background": [1, 1], "totals": (2.0, 3.0, 2.0)}, "totals"),
        ({"first": [3], "second": [2], "background": [1]}, "more than one word"),
        ({"first": [3, 4], "second": [1, 2], "background": [1, 1], "strength": 0}, "strength"),
    ],
)
def test_log_odds_refuse_what_cannot_be(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        log_odds(**{"strength": 10.0, **arguments})  # type: ignore[arg-type]


def test_ppmi_by_hand() -> None:
    """Two words, two contexts, 10 occurrences: ln(4/10 / (5/10 * 5/10)) = ln 1.6; what is below chance is 0."""
    found = ppmi([[4, 1], [1, 4]], smoothing=1, discount=False)
    assert found == pytest.approx(np.array([[log(1.6), 0], [0, log(1.6)]]))
    weighed = ppmi([[4, 1], [1, 4]], smoothing=1)
    assert weighed[0, 0] == pytest.approx(log(1.6) * 4 / 5 * 5 / 6)


def test_words_of_the_same_contexts_are_alike() -> None:
    draw = np.random.default_rng(5)
    kinds = draw.dirichlet(np.full(80, 0.2), 2)
    table = np.array([draw.multinomial(300, kinds[n % 2]) for n in range(20)])
    alike = cosine(ppmi(table), ppmi(table))
    same = alike[::2, ::2][~np.eye(10, dtype=bool)]
    assert same.min() > alike[::2, 1::2].max()
    assert np.diag(alike) == pytest.approx(np.ones(20))


def test_a_word_without_contexts_is_like_nothing() -> None:
    assert np.isnan(cosine([[0, 0]], [[1, 2]])).all()
    assert (ppmi([[0, 0], [1, 0]])[:, 1] == 0).all()
    assert cosine([[1, 0], [1, 1]], [[1, 0]])[:, 0] == pytest.approx([1, 1 / sqrt(2)])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ppmi([[1, -1]]), "negative"),
        (lambda: ppmi([[1, np.nan]]), "missing"),
        (lambda: ppmi([[1, 2]], margins=[1, 2, 3]), "margins"),
        (lambda: ppmi([[1, 2]], smoothing=2), "smoothing"),
        (lambda: cosine([[1, 2]], [[1, 2, 3]]), "length"),
    ],
)
def test_contexts_refuse_what_cannot_be(call: object, says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        call()  # type: ignore[operator]
