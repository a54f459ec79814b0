"""How alike the contexts of words are: positive pointwise mutual information, and cosine.

In: how often each word (row) stands beside each context (column). Out: weights of the same shape; likeness of rows.
Sources: K. Church, P. Hanks, "Word association norms", Computational Linguistics 16(1), 1990; O. Levy, Y. Goldberg, I. Dagan,
"Improving distributional similarity with lessons learned from word embeddings", TACL 3, 2015 (smoothing of contexts);
P. Pantel, D. Lin, "Discovering word senses from text", KDD 2002 (discount of what was seen seldom).
Known weakness: few occurrences make few contexts, and the likeness of rare words is mostly chance; opposites stand in the
same contexts and look alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray, as_counts


def ppmi(
    counts: ArrayLike, *, margins: ArrayLike | None = None, smoothing: float = 0.75, discount: bool = True
) -> FloatArray:
    """Positive pointwise mutual information of rows and columns, natural logarithm, 0 where they never meet.

    Args:
        counts: shape (n_words, n_contexts), not negative.
        margins: shape (n_contexts,), how often each context is seen beside any word; None = beside these rows.
        smoothing: power of the margins, 0 to 1; below 1 a rare context tells less.
        discount: multiply by f/(f+1) * m/(m+1), f the count and m the smaller of both margins.
    Raises:
        SeriesError: for counts that are negative or missing, margins of another shape, smoothing outside [0, 1].
    """
    table = as_counts(counts, name="counts")
    if np.isnan(table).any():
        raise SeriesError("counts: a count is missing (0 = they never meet)")
    if not 0 <= smoothing <= 1:
        raise SeriesError(f"smoothing: {smoothing} is outside [0, 1]")
    column = table.sum(axis=0) if margins is None else as_counts(margins, name="margins")[0]
    if column.shape != (table.shape[1],) or np.isnan(column).any():
        raise SeriesError(f"margins: shape {column.shape}, there are {table.shape[1]} contexts")
    row = table.sum(axis=1)
    smooth = column**smoothing * (column > 0)
    share = smooth / smooth.sum() if smooth.sum() else smooth
    expected = row[:, None] * share[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.where((table > 0) & (expected > 0), np.log(table / expected), 0.0)
    found = np.maximum(found, 0.0)
    if discount:
        least = np.minimum(row[:, None], column[None, :])
        found *= table / (table + 1) * least / (least + 1)
    return found


def cosine(left: ArrayLike, right: ArrayLike) -> FloatArray:
    """Cosine of each row of `left` with each row of `right`, shape (n_left, n_right); NaN for a row of zeros.

    Raises:
        SeriesError: if the rows are not of one length.
    """
    a, b = (
        np.atleast_2d(np.asarray(left, dtype=np.float64)),
        np.atleast_2d(np.asarray(right, dtype=np.float64)),
    )
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise SeriesError(f"cosine: shapes {a.shape} and {b.shape} (rows of one length)")
    lengths = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)[None, :]
    found: FloatArray = np.divide(a @ b.T, lengths, out=np.full(lengths.shape, np.nan), where=lengths > 0)
    return found
