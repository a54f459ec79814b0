"""What else a step may be: a straight trend, a season. Each is taken out of a series by a robust fit.

In: series in units of their noise, NaN = a gap. Out: the series without the shape, and what the shape costs in evidence.
Left out: the choice between them (`changepoints`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vigie.stats.arrays import FloatArray

_ROUNDS = 8  # of reweighting: the weights move by less than 1 % after six
_YEARS = 1.5  # seen before a season can be told from anything else


def without_shapes(values: FloatArray, per_year: float | None) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Residuals, shape (n_series, n_times), and the logarithm of the prior cost, shape (n_series,), of each shape.

    Shapes: a trend; with `per_year` (periods a year) and a year and a half of figures also a season (one harmonic), and both.
    The cost is log(n) / 2 for each coefficient (Schwarz 1978).
    """
    time = np.arange(values.shape[1], dtype=float)
    straight = [time - time.mean()]
    shapes = [straight]
    if per_year is not None and values.shape[1] >= _YEARS * per_year > 2 * _YEARS:
        turn = 2 * np.pi * time / per_year
        season = [np.sin(turn), np.cos(turn)]
        shapes += [season, [*straight, *season]]
    size = np.count_nonzero(~np.isnan(values), axis=1)
    for columns in shapes:
        yield _residuals(values, np.array(columns).T), -len(columns) / 2 * np.log(size)


def _residuals(values: FloatArray, columns: FloatArray) -> FloatArray:
    """By least squares reweighted as Student t of 3 degrees weighs: 4 / (3 + r²), gaps 0; the level stays in."""
    here = ~np.isnan(values)
    filled = np.where(here, values, 0.0)
    design = np.column_stack([np.ones(values.shape[1]), columns])
    design = design / np.maximum(np.abs(design).max(axis=0), 1e-12)
    ridge = 1e-9 * np.eye(design.shape[1])
    weights = here.astype(float)
    fit = np.zeros((len(values), design.shape[1]))
    for _ in range(_ROUNDS):
        left = np.einsum("st,ti,tj->sij", weights, design, design) + ridge
        right = np.einsum("st,ti->si", weights * filled, design)
        fit = np.linalg.solve(left, right[..., None])[..., 0]
        weights = np.where(here, 4 / (3 + (filled - fit @ design.T) ** 2), 0.0)
    residuals: FloatArray = values - fit[:, 1:] @ design[:, 1:].T
    return residuals
