"""Columns of a regression, and which of them the figures can tell apart.

In: numbers and labels, one for each row. Out: a `Design`: a matrix of full rank, the names of its columns, and what was left
out with the reason. Left out: any choice of what belongs in a model.
A column that is constant, or a sum of columns before it, has no coefficient: it is named, never given a silent zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray, IntArray

COLLINEAR = 1e-9  # what is left of a column, as a share of its length, where earlier columns give it (rounding leaves 1e-13)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A matrix whose columns are linearly independent.

    Attributes:
        matrix: shape (n_rows, n_columns).
        names: of the columns, in order.
        dropped: name -> reason, of the columns that were left out: "constant" or "collinear".
    """

    matrix: FloatArray
    names: tuple[str, ...]
    dropped: Mapping[str, str]


def independent(columns: Mapping[str, ArrayLike]) -> Design:
    """The columns in order, each kept if those before it do not give it; an intercept comes first by itself.

    Args:
        columns: name -> shape (n_rows,), finite numbers.
    Raises:
        SeriesError: for a column that is not finite, or of another length.
    Source: modified Gram–Schmidt, twice (Giraud, Langou and Rozložník 2005: twice is enough). Known weakness: order
        decides which of two collinear columns stays, so put first what the answer needs.
    """
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    sizes = {a.shape for a in arrays.values()}
    if len(sizes) != 1 or len(next(iter(sizes))) != 1 or next(iter(sizes)) == (0,):
        raise SeriesError(f"columns: shapes {sorted(sizes)} (give each column one number a row)")
    n = next(iter(sizes))[0]
    base = [np.full(n, 1 / np.sqrt(n))]
    kept, names, dropped = [np.ones(n)], ["intercept"], dict[str, str]()
    for name, column in arrays.items():
        if not np.isfinite(column).all():
            raise SeriesError(f"column {name}: holds NaN or an infinite value (leave such rows out)")
        centred = column - column.mean()
        length = np.linalg.norm(centred)
        if length <= COLLINEAR * max(1.0, float(np.abs(column).max())):
            dropped[name] = "constant"
            continue
        rest, basis = centred / length, np.array(base)
        for _ in range(2):
            rest = rest - basis.T @ (basis @ rest)
        left = np.linalg.norm(rest)
        if left <= COLLINEAR:
            dropped[name] = "collinear"
            continue
        base.append(rest / left)
        kept.append(column)
        names.append(name)
    return Design(matrix=np.column_stack(kept), names=tuple(names), dropped=dropped)


def dummies(name: str, labels: Sequence[str], *, base: str | None = None) -> dict[str, FloatArray]:
    """A column of 0 and 1 for each label but the base: "form=resin".

    Args:
        base: the label without a column; None = the most frequent, the first by name among equals.
    """
    counts = Counter(labels)
    chosen = base if base in counts else min(counts, key=lambda label: (-counts[label], label))
    values = np.asarray(labels, dtype=object)
    return {
        f"{name}={label}": (values == label).astype(np.float64) for label in sorted(counts) if label != chosen
    }


def merge_rare(labels: Sequence[str], least: int, other: str = "other") -> list[str]:
    """Labels that stand fewer than `least` times become `other`: a coefficient of two rows is noise."""
    counts = Counter(labels)
    return [label if counts[label] >= least else other for label in labels]


def codes(labels: Sequence[str]) -> tuple[tuple[str, ...], IntArray]:
    """(the distinct labels by name, the position of each row's label among them)."""
    names = tuple(sorted(set(labels)))
    at = {label: i for i, label in enumerate(names)}
    return names, np.array([at[label] for label in labels], dtype=np.int64)
