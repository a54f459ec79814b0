"""Linear mixed model: a few fixed columns, many groups whose effects are shrunk to zero, and errors that may be gross.

In: a design, a response, groups of rows. Out: `MixedFit`, which predicts combinations of effects with their error.
Left out: what the groups mean (`price_index.py`). The cells, of which there may be thousands, are eliminated by hand.

    y = X b + sum_k Z_k u_k + W v + e,   u_k ~ N(0, s_k²), v ~ N(0, s_v²), e ~ N(0, s²) with gross errors

Source: mixed model equations, Henderson (1975) Biometrics 31: 423–447; REML, Patterson and Thompson (1971) Biometrika 58:
545–554, by EM; gross errors by pseudo-observations, Fellner (1986) Technometrics 28: 51–60, with Tukey's psi. A spread is
kept from zero by the penalty log s_k of Chung et al. (2013) Psychometrika 78: 685–709, and, where there are two or three groups only,
from infinity by -s_k²/2A²: a Rayleigh prior of scale A. A group's prediction is the
empirical Bayes estimate of Morris (1983) JASA 78: 47–55, and of Fay and Herriot (1979) JASA 74: 269–277.
Known weakness: variances are taken for known, so that errors are somewhat small where groups are few: use t quantiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from vigie.model.errors import MissingExtraError, SeriesError
from vigie.stats.arrays import FloatArray, IntArray
from vigie.stats.regression import TUNING, Loss, mad_scale, psi

_NEVER = 1e-8  # smallest variance of a group, as a share of that of the errors
_ROUNDS = 400  # each with new pseudo-observations and one step of the variances; some 40 are needed
_FLAT = 0.2  # least mean slope of psi: below it half of the rows are gross errors


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixedFit:
    """Effects and their errors.

    Attributes:
        fixed: shape (n_columns,).
        groups: of each grouping the predicted effects, shape (n_groups,).
        cells: shape (n_cells,); empty without cells.
        error, spreads, cell_spread: standard deviations of errors, of each grouping, of cells.
        residuals: shape (n_rows,), of the response as given, all effects taken off.
        weights: shape (n_rows,), 1 = counts in full, 0 = a gross error.
        rows_of_cell: shape (n_cells,).
        converged: False where an iteration stopped at its limit.
    """

    fixed: FloatArray
    groups: tuple[FloatArray, ...]
    cells: FloatArray
    error: float
    spreads: tuple[float, ...]
    cell_spread: float
    residuals: FloatArray
    weights: FloatArray
    rows_of_cell: FloatArray
    converged: bool
    inverse: FloatArray
    joint: FloatArray  # (effects, cells): how a cell's prediction follows an effect
    diagonal: FloatArray
    offsets: tuple[int, ...]

    def combination(
        self, columns: FloatArray, chosen: Sequence[int | None] = (), cell: int | None = None
    ) -> Target:
        """What to predict: fixed effects times `columns`, one group of each grouping (None = the average one), a cell."""
        row = np.zeros(len(self.inverse))
        row[: len(self.fixed)] = columns
        for offset, group in zip(self.offsets, chosen, strict=False):
            if group is not None:
                row[offset + group] = 1.0
        return Target(row=row, cell=cell)

    def predict(self, target: Target) -> tuple[float, float]:
        """(value, standard error), in units of the response."""
        effects = np.concatenate([self.fixed, *self.groups])
        value = float(target.row @ effects)
        row, extra = target.row, 0.0
        if target.cell is not None and len(self.cells):
            value += float(self.cells[target.cell])
            row = row - self.joint[:, target.cell]
            extra = 1 / float(self.diagonal[target.cell])
        return value, self.error * sqrt(max(float(row @ self.inverse @ row + extra), 0.0))

    def difference(self, one: Target, other: Target) -> tuple[float, float]:
        """(one - other, its standard error): errors that both share cancel."""
        value = self.predict(one)[0] - self.predict(other)[0]
        row, extra = one.row - other.row, 0.0
        if one.cell != other.cell and len(self.cells):
            for cell, sign in ((one.cell, 1.0), (other.cell, -1.0)):
                if cell is not None:
                    row = row - sign * self.joint[:, cell]
                    extra += 1 / float(self.diagonal[cell])
        return value, self.error * sqrt(max(float(row @ self.inverse @ row + extra), 0.0))

    def own_share(self, cell: int) -> float:
        """Share of a cell's prediction that its own rows carry, 0 to 1; the rest comes from what it is shrunk to."""
        return float(self.rows_of_cell[cell] / self.diagonal[cell]) if len(self.cells) else 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """A combination of effects: `row` over fixed and group effects, and one cell or none."""

    row: FloatArray
    cell: int | None


def fit_mixed(
    design: FloatArray,
    response: FloatArray,
    *,
    groupings: Sequence[IntArray] = (),
    cells: IntArray | None = None,
    loss: Loss = "tukey",
    tuning: float | None = None,
    start: FloatArray | None = None,
    least_scale: float = 0.0,
    prior_scale: float = 1.0,
) -> MixedFit:
    """Fit the model.

    Args:
        design: shape (n_rows, n_columns), of full rank; more rows than columns.
        response: shape (n_rows,).
        groupings: each shape (n_rows,), integers from 0 without gaps.
        cells: shape (n_rows,), integers from 0 without gaps; None = no cells.
        start: fixed effects to start from, best those of a robust regression; None = no error is gross at first.
        least_scale: the standard deviation of errors is taken for no less: where half of the rows are one round figure,
            it would be zero.
        prior_scale: A, in units of the response: spreads between groups well above it would be a surprise.
    Raises:
        SeriesError: for as many columns as rows, a residual spread of zero, or a system that cannot be solved.
    """
    n, p = design.shape
    if n <= p:
        raise SeriesError(f"{n} rows for {p} columns (more rows than columns are needed)")
    system = _System(design, groupings, cells, least_scale, prior_scale)
    constant = TUNING.get(loss, 0.0) if tuning is None else tuning
    fitted = design @ start if start is not None else None
    ratios = np.full(len(groupings) + (cells is not None), 0.3)
    scale = None if fitted is None else max(mad_scale(response - fitted), least_scale)
    state: _State | None = None
    converged = False
    for _ in range(_ROUNDS):
        pseudo = response
        if fitted is not None and scale and loss != "squares":
            pseudo = _pseudo(response, fitted, scale, loss, constant)
        state = system.solve(pseudo, ratios)
        moved = float(np.abs(np.log(state.next / state.ratios)).max(initial=0.0))
        near = fitted is not None and float(np.abs(state.fitted - fitted).max()) <= 1e-4 * state.error
        ratios, fitted = state.next, state.fitted
        residuals = response - fitted
        scale = max(mad_scale(residuals) * sqrt(n / max(n - state.used, 1.0)), least_scale)
        if scale <= 1e-12 * max(1.0, float(np.abs(response).max())):
            scale = 0.0  # more than half of the rows fit exactly
        if near and moved <= 2e-3:
            converged = True
            break
    assert state is not None and fitted is not None
    u = (response - fitted) / (scale or state.error)
    weights = np.divide(psi(u, loss, constant)[0], u, out=np.ones_like(u), where=np.abs(u) > 1e-12)
    bend = psi(u, loss, constant)[1]
    small = (
        1 + min(state.used / n, 1.0) * float(bend.var()) / max(float(bend.mean()), _FLAT) ** 2
    )  # Huber (1973)
    return system.result(state, response - fitted, weights, small, converged)


def _pseudo(y: FloatArray, fitted: FloatArray, scale: float, loss: Loss, tuning: float) -> FloatArray:
    """Observations with the same robust fit whose errors behave as normal ones."""
    bent, slope = psi((y - fitted) / scale, loss, tuning)
    return fitted + scale * bent / max(float(slope.mean()), _FLAT)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _State:
    effects: FloatArray
    cells: FloatArray
    inverse: FloatArray
    diagonal: FloatArray
    ratios: FloatArray  # variance of each grouping, then of cells, over that of errors
    next: FloatArray  # what the ratios become
    error: float
    fitted: FloatArray
    used: float  # degrees of freedom that the fit takes


class _System:
    """The mixed model equations of one layout of rows: fixed columns and groups together, cells eliminated."""

    def __init__(
        self,
        design: FloatArray,
        groupings: Sequence[IntArray],
        cells: IntArray | None,
        least_scale: float,
        prior: float,
    ) -> None:
        try:
            from scipy import sparse
        except ImportError as error:
            raise MissingExtraError("partial pooling", "stats") from error
        n, p = design.shape
        self.least, self.prior, self.fixed = least_scale**2, prior**2, p
        ones, lines = np.ones(n), np.arange(n)
        parts = [sparse.csr_matrix((ones, (lines, g))) for g in groupings]
        self.sizes = [part.shape[1] for part in parts]
        self.offsets = tuple(p + sum(self.sizes[:k]) for k in range(len(parts)))
        self.effects_of = sparse.hstack([sparse.csr_matrix(design), *parts], format="csr")
        self.cross = (self.effects_of.T @ self.effects_of).toarray()
        self.cell_of = None if cells is None else sparse.csr_matrix((ones, (lines, cells)))
        self.joint = None if self.cell_of is None else (self.effects_of.T @ self.cell_of).tocsc()
        self.rows = np.zeros(0) if cells is None else np.bincount(cells).astype(np.float64)

    def solve(self, y: FloatArray, ratios: FloatArray) -> _State:
        """Effects at these ratios, and the ratios after one step of REML."""
        n = len(y)
        right = self.effects_of.T @ y
        sums = self.cell_of.T @ y if self.cell_of is not None else np.zeros(0)
        full = self.cross.copy()
        for o, q, ratio in zip(self.offsets, self.sizes, ratios, strict=False):
            full[range(o, o + q), range(o, o + q)] += 1 / ratio
        diagonal, reduced = self.rows, right
        if self.joint is not None:
            diagonal = self.rows + 1 / ratios[-1]
            scaled = self.joint.multiply(1 / diagonal).tocsr()
            full -= (scaled @ self.joint.T).toarray()
            reduced = right - scaled @ sums
        try:
            inverse = np.linalg.inv(full)
        except np.linalg.LinAlgError as error:
            raise SeriesError("effects cannot be told apart") from error
        inverse = (inverse + inverse.T) / 2
        effects = inverse @ reduced
        cells = (sums - self.joint.T @ effects) / diagonal if self.joint is not None else sums
        squares = float(y @ y) - float(effects @ right) - float(cells @ sums)
        error2 = max(squares / (n - self.fixed), self.least, 0.0)
        if not error2 > 0:
            raise SeriesError("the rows fit without any error: there is nothing to estimate a spread from")
        new, used = list[float](), float(self.fixed)
        for o, q, ratio in zip(self.offsets, self.sizes, ratios, strict=False):
            trace = float(np.trace(inverse[o : o + q, o : o + q]))
            used += q - trace / ratio
            new.append(_updated(effects[o : o + q], trace, error2, ratio, self.prior))
        fitted = self.effects_of @ effects
        if self.joint is not None and self.cell_of is not None:
            spread = np.asarray(self.joint.multiply(inverse @ self.joint).sum(axis=0)).ravel()
            trace = float((1 / diagonal + spread / diagonal**2).sum())
            used += len(cells) - trace / ratios[-1]
            new.append(_updated(cells, trace, error2, ratios[-1], self.prior))
            fitted = fitted + self.cell_of @ cells
        return _State(
            effects=effects, cells=cells, inverse=inverse, diagonal=diagonal, ratios=ratios, next=np.array(new),
            error=sqrt(error2), fitted=fitted, used=used,
        )  # fmt: skip

    def result(
        self, s: _State, residuals: FloatArray, weights: FloatArray, inflation: float, converged: bool
    ) -> MixedFit:
        joint = np.zeros((len(s.inverse), 0)) if self.joint is None else self.joint.toarray() / s.diagonal
        spreads = [s.error * float(np.sqrt(r)) for r in s.ratios]
        return MixedFit(
            fixed=s.effects[: self.fixed],
            groups=tuple(s.effects[o : o + q] for o, q in zip(self.offsets, self.sizes, strict=True)),
            cells=s.cells, error=s.error * inflation, spreads=tuple(spreads[: len(self.sizes)]),
            cell_spread=spreads[-1] if self.joint is not None else 0.0, residuals=residuals, weights=weights, rows_of_cell=self.rows,
            converged=converged, inverse=s.inverse, joint=joint, diagonal=s.diagonal, offsets=self.offsets,
        )  # fmt: skip


def _updated(effects: FloatArray, trace: float, error2: float, ratio: float, prior: float) -> float:
    """The next variance ratio: where the penalised REML score would be zero if the effects stayed (Schall 1991), or one
    step of EM, which is slow and safe, where they rest on less than one degree of freedom. Both end at the same place."""
    squares = float(effects @ effects)
    freedom = len(effects) - trace / ratio - 1  # the penalty log s takes one
    if freedom < 1:
        squares, freedom = squares + trace * error2, len(effects) - 1
    variance = 2 * squares / (freedom + sqrt(freedom**2 + 4 * squares / prior))
    return max(variance / error2, _NEVER)
