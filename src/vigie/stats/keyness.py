"""Words that one set of documents holds more than another: log-odds ratio with an informative Dirichlet prior.

In: counts of each word in both sets, and in a background. Out: `Keyness`, with a z-score by word.
Source: B. Monroe, M. Colaresi, K. Quinn, "Fightin' words", Political Analysis 16(4), 2008, equations 15, 16 and 22.
Known weakness: words are taken as drawn one by one, so that a word that one document repeats looks surer than it is: count
documents, or sources, rather than occurrences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Keyness:
    """By word, shape (n_words,).

    Attributes:
        delta: log-odds ratio of the first set against the second, no unit; above 0 = more in the first.
        variance: its approximate variance.
        z: delta over its standard deviation.
    """

    delta: FloatArray
    variance: FloatArray
    z: FloatArray


def log_odds(
    first: ArrayLike,
    second: ArrayLike,
    background: ArrayLike,
    *,
    strength: float,
    totals: tuple[float, float, float] | None = None,
) -> Keyness:
    """Compare words of two sets.

    The prior of word w is strength * background_w / total of the background: as if `strength` words of the background had
    been read in each set before.

    Args:
        first, second, background: shape (n_words,), counts; a word's background must be above 0.
        strength: size of the prior, in words; more = rare words are drawn further towards "no difference".
        totals: all words of the three, where the words given are only some of them.
    Raises:
        SeriesError: for counts that are negative, missing or of other shapes, a background of 0, totals below a count.
    """
    a, b, prior = (
        _words(v, n) for v, n in ((first, "first"), (second, "second"), (background, "background"))
    )
    if not a.shape == b.shape == prior.shape:
        raise SeriesError(
            f"log_odds: shapes {a.shape}, {b.shape}, {prior.shape} (give one count a word in each)"
        )
    if not strength > 0:
        raise SeriesError(f"log_odds: strength {strength} is not above 0")
    if (prior <= 0).any():
        raise SeriesError("background: a word has no count (add the words of both sets to it)")
    n_a, n_b, n_prior = totals if totals is not None else (a.sum(), b.sum(), prior.sum())
    if n_a < a.max(initial=0) or n_b < b.max(initial=0) or n_prior < prior.max(initial=0):
        raise SeriesError("totals: below the count of a word (count all words of the set)")
    alpha = strength * prior / n_prior
    with np.errstate(divide="ignore"):
        odds_a = (a + alpha) / (n_a + strength - a - alpha)
        odds_b = (b + alpha) / (n_b + strength - b - alpha)
    if not (
        np.isfinite(odds_a).all() and np.isfinite(odds_b).all() and (odds_a > 0).all() and (odds_b > 0).all()
    ):
        raise SeriesError("log_odds: a word is all there is in a set (compare more than one word)")
    delta = np.log(odds_a) - np.log(odds_b)
    variance = 1 / (a + alpha) + 1 / (b + alpha)
    return Keyness(delta=delta, variance=variance, z=delta / np.sqrt(variance))


def _words(values: ArrayLike, name: str) -> FloatArray:
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError(f"{name}: not an array of numbers (give one count a word)") from error
    if array.ndim != 1 or not array.size:
        raise SeriesError(f"{name}: shape {array.shape} (give one count a word, not empty)")
    if not np.isfinite(array).all() or (array < 0).any():
        raise SeriesError(f"{name}: a count is negative, missing or infinite")
    return array
