"""Linear regression: least squares and M-estimation, with standard errors that are robust to clusters.

In: a design matrix, a response, a cluster for each row. Out: `LinearFit`. Left out: random effects (`mixed.py`), which columns to take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray, IntArray

Loss = Literal["squares", "huber", "tukey"]
TUNING: dict[str, float] = {
    "huber": 1.345,
    "tukey": 4.685,
}  # each keeps 95 % efficiency where errors are normal
MAD = 0.6745  # median of |x| for a standard normal x, in the four figures that robust statistics print


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearFit:
    """Coefficients of a linear model.

    Attributes:
        coefficients: shape (n_columns,).
        covariance: shape (n_columns, n_columns), of the coefficients; robust to clusters where those were given. NaN where
            it cannot be known: no row to spare, or fewer than two clusters.
        scale: of the residuals, in units of the response: residual standard error, or MAD / 0.6745 for M-estimates.
        weights: shape (n_rows,), 1 for a row that counts in full, 0 for one that does not count.
        residuals: shape (n_rows,).
        clusters: number of clusters; 0 without.
        converged: False where the iteration stopped at its limit.
    """

    coefficients: FloatArray
    covariance: FloatArray
    scale: float
    weights: FloatArray
    residuals: FloatArray
    clusters: int
    converged: bool


def psi(u: FloatArray, loss: Loss, tuning: float) -> tuple[FloatArray, FloatArray]:
    """(psi(u), psi'(u)) of residuals over their scale.

    Source: Huber (1964) Ann. Math. Statist. 35: 73–101; Beaton and Tukey (1974) Technometrics 16: 147–185.
    """
    if loss == "squares":
        return u.copy(), np.ones_like(u)
    if loss == "huber":
        return np.clip(u, -tuning, tuning), (np.abs(u) <= tuning).astype(np.float64)
    inside = np.maximum(1 - (u / tuning) ** 2, 0.0)
    return u * inside**2, inside * (1 - 5 * (u / tuning) ** 2) * (inside > 0)


def mad_scale(residuals: FloatArray) -> float:
    """Median of |residual| over its value for a standard normal: a standard deviation that half the rows cannot spoil."""
    return float(np.median(np.abs(residuals)) / MAD)


def regress(
    design: ArrayLike,
    response: ArrayLike,
    *,
    loss: Loss = "squares",
    tuning: float | None = None,
    clusters: ArrayLike | None = None,
    start: ArrayLike | None = None,
    least_scale: float = 0.0,
    tolerance: float = 1e-12,
    most: int = 500,
) -> LinearFit:
    """Fit response = design @ coefficients + error.

    Args:
        design: shape (n_rows, n_columns), of full rank (`design.independent`).
        response: shape (n_rows,), finite.
        loss: "squares"; "huber"; "tukey" (bisquare), which gives gross errors no weight at all.
        tuning: in units of the scale; None = 1.345 (Huber), 4.685 (Tukey).
        clusters: shape (n_rows,), integers: rows of one source err together.
        start: coefficients to start from; None = least squares, and for "tukey" the Huber estimate.
        least_scale: the scale of M-estimates is taken for no less, see `mixed.fit_mixed`.
        tolerance: of the coefficients, relative to the scale, at which the iteration ends.
    Raises:
        SeriesError: for shapes that do not fit, values that are not finite, fewer rows than columns, rank deficiency.
    Source: iteratively reweighted least squares with the scale MAD / 0.6745 at each step (Holland and Welsch 1977, Comm.
        Statist. A6: 813–827). Covariance: without clusters s² (X'X)⁻¹ for squares and Huber (1981) for M-estimates; with
        clusters the sandwich of Liang and Zeger (1986) with the correction G/(G-1) (N-1)/(N-K).
    Known weakness: an M-estimate does not resist a false value far out in the design (a kilogram taken for a gram); the
        sandwich is too small with fewer than some 20 clusters (Cameron and Miller 2015), hence t quantiles with G - 1.
    """
    x, y = np.asarray(design, dtype=np.float64), np.asarray(response, dtype=np.float64)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise SeriesError(f"design {x.shape} and response {y.shape}: give (n_rows, n_columns) and (n_rows,)")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise SeriesError("design or response: holds NaN or an infinite value (leave such rows out)")
    n, p = x.shape
    if n < p:
        raise SeriesError(f"{n} rows for {p} columns (at least as many rows are needed)")
    groups = None if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1].ravel()
    constant = TUNING.get(loss, 0.0) if tuning is None else tuning
    beta = np.asarray(start, dtype=np.float64) if start is not None else _solve(x, y)
    weights, converged = np.ones(n), True
    if loss == "tukey" and start is None:
        beta = regress(
            x, y, loss="huber", least_scale=least_scale, tolerance=tolerance, most=most
        ).coefficients
    if loss != "squares":
        beta, weights, converged = _reweighted(x, y, beta, loss, constant, least_scale, tolerance, most)
    residuals = y - x @ beta
    spare = n - p
    if loss != "squares":
        scale = max(mad_scale(residuals), least_scale)
    elif spare:
        scale = float(np.sqrt(residuals @ residuals / spare))
    else:
        scale = float("nan")
    return LinearFit(
        coefficients=beta,
        covariance=_covariance(x, residuals, scale, loss, constant, groups),
        scale=scale,
        weights=weights,
        residuals=residuals,
        clusters=0 if groups is None else int(groups.max()) + 1,
        converged=converged,
    )


def _solve(x: FloatArray, y: FloatArray) -> FloatArray:
    beta, _, rank, _ = np.linalg.lstsq(x, y, rcond=None)
    if rank < x.shape[1]:
        raise SeriesError("design: columns depend on each other (drop them with design.independent)")
    return np.asarray(beta, dtype=np.float64)


def _reweighted(
    x: FloatArray,
    y: FloatArray,
    beta: FloatArray,
    loss: Loss,
    tuning: float,
    least_scale: float,
    tolerance: float,
    most: int,
) -> tuple[FloatArray, FloatArray, bool]:
    weights = np.ones(len(y))
    for _ in range(most):
        residuals = y - x @ beta
        scale = max(mad_scale(residuals), least_scale)
        if scale <= 1e-12 * max(1.0, float(np.abs(y).max())):  # more than half of the rows fit exactly
            return beta, (np.abs(residuals) <= 1e-9).astype(np.float64), True
        u = residuals / scale
        bent = psi(u, loss, tuning)[0]
        weights = np.divide(bent, u, out=np.ones_like(u), where=np.abs(u) > 1e-12)
        root = np.sqrt(weights)
        new: FloatArray = np.asarray(
            np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0], dtype=np.float64
        )
        moved = float(np.abs(x @ (new - beta)).max())
        beta = new
        if moved <= tolerance * scale:
            return beta, weights, True
    return beta, weights, False


def _covariance(
    x: FloatArray, residuals: FloatArray, scale: float, loss: Loss, tuning: float, groups: IntArray | None
) -> FloatArray:
    n, p = x.shape
    unknown = np.full((p, p), np.nan)
    if n <= p or not scale > 0:
        return unknown
    bent, slope = psi(residuals / scale, loss, tuning)
    if groups is None:
        inverse = np.linalg.inv(x.T @ x)
        if loss == "squares":
            return np.asarray(scale**2 * inverse)
        m = float(slope.mean())
        inflation = 1 + p / n * float(slope.var(ddof=1)) / m**2
        return np.asarray(inflation**2 * scale**2 * float(bent @ bent) / (n - p) / m**2 * inverse)
    count = int(groups.max()) + 1
    if count < 2:
        return unknown
    bread = x.T @ (x * slope[:, None]) / scale
    try:
        inverse = np.linalg.inv(bread)
    except np.linalg.LinAlgError:
        return unknown
    scores = np.zeros((count, p))
    np.add.at(scores, groups, x * bent[:, None])
    meat = scores.T @ scores * count / (count - 1) * (n - 1) / (n - p)
    return np.asarray(inverse @ meat @ inverse.T)
