"""Bursts of terms: periods in which a term stands in more documents than it usually does.

In: documents that hold each term, and all documents, by period. Out: `Bursts`, the state of each term in each period, and the
intervals in which it was high, with their weight. Left out: which words are terms.
Source: J. Kleinberg, "Bursty and hierarchical structure in streams", KDD 2002, section 4 (batched arrivals).
Known weakness: the base rate is that of the whole series, burst included, so that a term that burst for half of the
series seems usual; what rises in every series (one long report) bursts in all terms at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray, as_counts

_CAP = 0.9999  # no state expects a term in every document: one document without it would then be impossible


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bursts:
    """States of the cheapest sequence, by term and period.

    Attributes:
        state: shape (n_terms, n_times), 0 = usual rate, j = rate times ratio^j.
        gain: shape (n_terms, n_times, n_states - 1); what state j saves over state j - 1 in that period, no unit (natural
            logarithm of a likelihood ratio), negative where it fits worse.
        rate: shape (n_terms,), share of documents in the usual state; NaN without a verdict.
        verdict: shape (n_terms,), values of `Verdict`; FLAT: the term stands in no document or in all of them.
    """

    state: NDArray[np.int8]
    gain: FloatArray
    rate: FloatArray
    verdict: NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A term at `level` or above in periods [start, end], both included.

    Attributes:
        term: position of the series.
        weight: what the level saves over the one below in these periods, no unit.
    """

    term: int
    level: int
    start: int
    end: int
    weight: float


def bursts(
    hits: ArrayLike, totals: ArrayLike, *, ratio: float = 2.0, gamma: float = 1.0, states: int = 2
) -> Bursts:
    """The cheapest sequence of states of each term (exact, by dynamic programming over all terms at once).

    A period costs minus the log of the binomial likelihood of its documents; a rise of j states costs
    j * gamma * ln(n_times), a fall nothing; the sequence begins in state 0, and of two equally cheap ones the lower wins.

    Args:
        hits: shape (n_times,) or (n_terms, n_times), documents that hold the term; NaN = nothing collected.
        totals: shape (n_times,) or that of `hits`, all documents; 0 or NaN = nothing collected, no evidence.
        ratio: rate of a state over that of the one below, above 1.
        gamma: cost of rising, not negative; more = fewer, surer bursts.
        states: 2 or more.
    Raises:
        SeriesError: for counts that are negative or above their total, other shapes, parameters outside their range.
    """
    if not (ratio > 1 and gamma >= 0 and states >= 2):
        raise SeriesError(
            f"bursts: ratio {ratio} is above 1, gamma {gamma} not negative, states {states} >= 2"
        )
    held, every = as_counts(hits, name="hits"), as_counts(totals, name="totals")
    if every.shape[0] == 1:
        every = np.broadcast_to(every, (held.shape[0], every.shape[1]))
    if every.shape != held.shape:
        raise SeriesError(f"totals: shape {every.shape}, hits have {held.shape}")
    seen = ~(np.isnan(held) | np.isnan(every))
    held, every = np.where(seen, held, 0.0), np.where(seen, every, 0.0)
    if (held > every).any():
        raise SeriesError("hits: more documents hold a term than there are (count each document once)")
    n_terms, n_times = held.shape
    some = every.sum(axis=1)
    rate = np.divide(held.sum(axis=1), some, out=np.zeros(n_terms), where=some > 0)
    flat = (rate <= 0) | (rate >= _CAP)
    base = np.where(flat, 0.5, rate)
    levels = np.minimum(base[:, None] * ratio ** np.arange(states), _CAP)
    # shape (n_terms, n_times, states); the binomial coefficient is the same in all states and is left out.
    costs = -(
        held[:, :, None] * np.log(levels)[:, None, :]
        + (every - held)[:, :, None] * np.log1p(-levels)[:, None, :]
    )
    state = _cheapest(costs, gamma * np.log(n_times))
    state[flat] = 0
    gain = costs[:, :, :-1] - costs[:, :, 1:]
    return Bursts(
        state=state,
        gain=np.where(flat[:, None, None], np.nan, gain),
        rate=np.where(flat, np.nan, rate),
        verdict=np.where(flat, Verdict.FLAT, Verdict.GIVEN).astype(np.int8),
    )


def _cheapest(costs: FloatArray, rise: float) -> NDArray[np.int8]:
    """Viterbi: from shape (n_terms, n_times, states) to the states of the cheapest sequences."""
    n_terms, n_times, states = costs.shape
    order = np.arange(states)
    moves = rise * np.maximum(order[None, :] - order[:, None], 0)  # [from, to]
    total = costs[:, 0, :] + moves[0]
    came = np.zeros((n_terms, n_times, states), dtype=np.int8)
    for time in range(1, n_times):
        ways = total[:, :, None] + moves  # [term, from, to]
        came[:, time, :] = ways.argmin(axis=1)
        total = ways.min(axis=1) + costs[:, time, :]
    state = np.zeros((n_terms, n_times), dtype=np.int8)
    state[:, -1] = total.argmin(axis=1)
    rows = np.arange(n_terms)
    for time in range(n_times - 1, 0, -1):
        state[:, time - 1] = came[rows, time, state[:, time]]
    return state


def intervals(found: Bursts) -> tuple[Interval, ...]:
    """All bursts, by term, level and time; those of a higher level lie within those of the one below."""
    listed = []
    for level in range(1, found.gain.shape[2] + 1):
        high = np.pad(found.state >= level, ((0, 0), (1, 1))).astype(np.int8)
        edges = np.diff(high, axis=1)
        for (term, start), (_, after) in zip(np.argwhere(edges == 1), np.argwhere(edges == -1), strict=True):
            weight = float(found.gain[term, start:after, level - 1].sum())
            listed.append(
                Interval(term=int(term), level=level, start=int(start), end=int(after) - 1, weight=weight)
            )
    return tuple(sorted(listed, key=lambda i: (i.term, i.level, i.start)))
