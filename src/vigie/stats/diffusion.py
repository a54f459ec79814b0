"""How a practice spreads: its share among documents over time as a logistic curve.

In: counts of what shows it and of all, by time. Out: a `Spread` of each series: growth, doubling time, onset, ceiling.
Left out: sudden changes of a share (`changepoints`); what is counted (`vigie.analysis.spread`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray, as_counts, as_series

LEAST_TIMES = 6  # periods with documents: a curve of three parameters needs more than as many points
LEAST_SHOWN = 5  # documents that show it
_ONSET = 0.1  # of the ceiling: from there on a spread is seen (Rogers 2003: innovators and early adopters)
_CEILINGS = np.concatenate([np.linspace(0.02, 0.3, 15), np.linspace(0.35, 1.0, 14)])
_ROUNDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The curve of one series: share = ceiling / (1 + exp(-(growth (t - middle)))).

    Attributes:
        verdict: `Verdict.GIVEN`; SHORT (too few periods), FEW (too few documents show it), FLAT (all or none do) or UNFITTED.
        growth: of the log odds of share / ceiling, a unit of time; low, high: its limits; p: two-sided, of "no growth".
        doubling: time in which the odds double (halve, where negative); None where the growth may be zero.
        onset: time at which a tenth of the ceiling is passed; None where nothing is shown to grow.
        middle: time at which half of the ceiling is reached; None as before.
        ceiling: 1 unless it was estimated.
        dispersion: Pearson's; variances are multiplied by it where it is above 1.
        first, last: fitted shares at the first and the last time.
    """

    verdict: Verdict
    growth: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    doubling: float | None = None
    onset: float | None = None
    middle: float | None = None
    ceiling: float | None = None
    dispersion: float | None = None
    first: float | None = None
    last: float | None = None

    def direction(self, level: float = 0.05) -> Literal["spreads", "recedes", "none", "unknown"]:
        """ "none" = no growth shown at this level, which is not the proof of none."""
        if self.p is None or self.growth is None:
            return "unknown"
        if self.p >= level:
            return "none"
        return "spreads" if self.growth > 0 else "recedes"


def fit_spread(
    shown: ArrayLike, of: ArrayLike, *, times: ArrayLike | None = None, ceiling: bool = False, confidence: float = 0.95
) -> list[Spread]:  # fmt: skip
    """Binomial logit on time, with overdispersion.

    Args:
        shown: shape (n_times,) or (n_series, n_times), documents that show it; NaN = nothing collected.
        of: documents in all, shape of `shown` or (n_times,); 0 or NaN = nothing collected.
        times: shape (n_times,), in the unit that growth is wanted by; None = 0, 1, 2 …
        ceiling: estimate the share at which the spread ends, by profile likelihood; else it is 1.
    Raises:
        SeriesError: for negative counts, more shown than there are, or shapes that do not fit.
    Source: McCullagh and Nelder (1989) for quasi-binomial fits; Griliches (1957) for the curve. Known weakness: before the middle is
        passed a ceiling is hardly told; limits of the growth take it as known.
    """
    hits, totals = as_counts(shown, name="shown"), as_counts(of, name="of")
    if totals.shape[0] == 1:
        totals = np.broadcast_to(totals, (hits.shape[0], totals.shape[1]))
    if totals.shape != hits.shape:
        raise SeriesError(f"of: shape {totals.shape}, shown has {hits.shape}")
    if (hits > totals).any():
        raise SeriesError("shown: more than there are in all")
    if not 0 < confidence < 1:
        raise SeriesError("spread: confidence lies between 0 and 1")
    when = np.arange(hits.shape[1], dtype=float) if times is None else as_series(times, name="times")[0]
    if when.shape != hits.shape[1:] or np.isnan(when).any():
        raise SeriesError(f"times: shape {when.shape}, the series has {hits.shape[1]} (none may be missing)")
    reach = NormalDist().inv_cdf((1 + confidence) / 2)
    return [_one(k, n, when, ceiling, reach) for k, n in zip(hits, totals, strict=True)]


def _one(shown: FloatArray, of: FloatArray, when: FloatArray, ceiling: bool, reach: float) -> Spread:
    here = ~np.isnan(shown) & (np.nan_to_num(of) > 0)
    k, n, t = shown[here], of[here], when[here]
    if len(k) < LEAST_TIMES or t.min() == t.max():
        return Spread(verdict=Verdict.SHORT)
    if k.sum() in (0, n.sum()):
        return Spread(verdict=Verdict.FLAT)
    if min(k.sum(), (n - k).sum() if not ceiling else np.inf) < LEAST_SHOWN:
        return Spread(verdict=Verdict.FEW)
    middle = float(t.mean())
    design = np.column_stack([np.ones_like(t), t - middle])
    tops = [1.0] if not ceiling else [float(c) for c in _CEILINGS]
    fits = [(top, fit) for top in tops if (fit := _fit(k, n, design, top)) is not None]
    if not fits:
        return Spread(verdict=Verdict.UNFITTED)
    top, (start, growth, error, share) = max(fits, key=lambda one: _likelihood(k, n, one[1][3]))
    freedom = max(len(k) - 2 - ceiling, 1)
    dispersion = float(((k - n * share) ** 2 / (n * share * (1 - share))).sum() / freedom)
    error *= sqrt(max(dispersion, 1.0))
    p = 2 * NormalDist().cdf(-abs(growth) / error)
    sure = abs(growth) > reach * error
    half = middle - start / growth if sure else None
    return Spread(
        verdict=Verdict.GIVEN,
        growth=growth,
        low=growth - reach * error,
        high=growth + reach * error,
        p=p,
        doubling=log(2) / growth if sure else None,
        onset=None if half is None or growth < 0 else half + log(_ONSET / (1 - _ONSET)) / growth,
        middle=half,
        ceiling=top,
        dispersion=dispersion,
        first=float(share[0]),
        last=float(share[-1]),
    )


Fit = tuple[float, float, float, FloatArray]  # start, growth, its standard error, shares


def _fit(k: FloatArray, n: FloatArray, design: FloatArray, top: float) -> Fit | None:
    """Fisher scoring with steps that are halved while they worsen the fit; None where it does not settle."""
    base = min(max(float(k.sum() / n.sum()) / top, 1e-3), 0.95)
    beta = np.array([log(base / (1 - base)), 0.0])
    for _ in range(_ROUNDS):
        curve = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        share = np.clip(top * curve, 1e-12, 1 - 1e-12)
        slope = top * curve * (1 - curve)
        weight = n * slope**2 / (share * (1 - share))
        information = design.T @ (weight[:, None] * design)
        if not np.isfinite(information).all() or np.linalg.cond(information) > 1e12:
            return None
        step = np.linalg.solve(information, design.T @ (slope * (k - n * share) / (share * (1 - share))))
        now = _likelihood(k, n, share)
        factor = 1.0
        while factor > 1e-4 and _likelihood(k, n, _shares(design, beta + factor * step, top)) < now - 1e-9:
            factor /= 2
        beta = beta + factor * step
        if np.abs(factor * step).max() < 1e-8:
            error = sqrt(float(np.linalg.inv(information)[1, 1]))
            return float(beta[0]), float(beta[1]), error, _shares(design, beta, top)
    return None


def _shares(design: FloatArray, beta: FloatArray, top: float) -> FloatArray:
    shares: FloatArray = np.clip(top / (1 + np.exp(-np.clip(design @ beta, -30, 30))), 1e-12, 1 - 1e-12)
    return shares


def _likelihood(k: FloatArray, n: FloatArray, share: FloatArray) -> float:
    return float((k * np.log(share) + (n - k) * np.log1p(-share)).sum())
