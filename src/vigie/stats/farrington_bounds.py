"""The largest count that would not surprise, from a mean that is itself an estimate.

In: what a regression predicts. Out: expected count, limit, score, probability, by array.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, TypeAlias

import numpy as np

from vigie.model.errors import MissingExtraError
from vigie.stats.arrays import FloatArray
from vigie.stats.counts_distribution import cumulative, upper_quantile

Power: TypeAlias = Literal["2/3", "1/2", "none"]
Threshold: TypeAlias = Literal["delta", "nbPlugin", "muan"]
THRESHOLDS: tuple[Threshold, ...] = ("delta", "nbPlugin", "muan")
POWERS: dict[Power, float] = {"2/3": 2 / 3, "1/2": 1 / 2, "none": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """What regressions say of the judged period, shape (C,) each; NaN where they did not converge.

    Attributes:
        mean: expected count.
        log_variance: variance of the logarithm of that mean, as it is estimated.
        phi: dispersion of a count around its mean.
        slope: change of the logarithm of the mean by period; NaN without trend.
    """

    mean: FloatArray
    log_variance: FloatArray
    phi: FloatArray
    slope: FloatArray


def bound(
    observed: FloatArray, model: Prediction, *, tail: float, power: Power, threshold: Threshold
) -> dict[str, FloatArray]:
    """expected, upper, score, p_value and nb_mean, shape (C,) each.

    "delta": on the scale of counts to a power (2/3 takes the skewness away, 1/2 makes the variance constant) the difference between
    a count and its estimated mean m is normal: limit = (m^p + z p m^(p-1) sqrt(m phi + Var m))^(1/p), not below zero.
    "nbPlugin": the 1 - tail quantile of a negative binomial count of mean m and variance phi m. "muan": the same for the
    1 - tail quantile of the estimated mean, taken as log-normal.
    score = (observed - expected) / (limit - expected).
    Source: Farrington et al. (1996), 3.7; Noufaily et al. (2013), 3.3; Salmon, Schumacher and Höhle (2016) for "muan".
    Known weakness: "nbPlugin" takes the estimated mean for the true one; "delta" is poor below a mean of about 1.
    """
    z = NormalDist().inv_cdf(1 - tail)
    mean = model.mean
    if threshold == "delta":
        p = POWERS[power]
        deviation = p * mean ** (p - 1) * np.sqrt(mean * model.phi + model.log_variance * mean**2)
        centre = mean**p
        upper = np.maximum(centre + z * deviation, 0.0) ** (1 / p)
        p_value = _normal_tail((observed**p - centre) / deviation)
        nb_mean = np.full(mean.shape, np.nan)
    else:
        nb_mean = mean if threshold == "nbPlugin" else mean * np.exp(z * np.sqrt(model.log_variance))
        nb_mean = np.where(np.isnan(model.phi), np.nan, nb_mean)
        upper = upper_quantile(tail, nb_mean, model.phi)
        p_value = 1 - cumulative(np.ceil(observed) - 1, nb_mean, model.phi)
    expected = np.where(np.isnan(upper), np.nan, mean)
    room = upper - expected
    score = np.where(room > 0, (observed - expected) / room, np.nan)
    return {"expected": expected, "upper": upper, "score": score, "p_value": p_value, "nb_mean": nb_mean}


def _normal_tail(z: FloatArray) -> FloatArray:
    try:
        from scipy.special import ndtr
    except ImportError as error:
        raise MissingExtraError("probabilities of counts", "stats") from error
    found: FloatArray = ndtr(-z)
    return found
