"""Many series at once: which p-values stand, and how many false alarms to expect.

In: p-values; or the level of a detector and the number of series. Out: adjusted p-values; expected false alarms a month.
Source: Benjamini and Hochberg (1995), J R Stat Soc B 57: 289-300 (share of false alarms among alarms, "fdr"); Bonferroni
(chance of any false alarm, "family"); Holm
(1979), Scand J Stat 6: 65-70 (the same chance, and never fewer that stand, "holm"). NaN = no test: it neither passes nor counts.
Known weakness: "fdr" holds for independent or positively dependent tests; series of one area that share a source are no
such thing the week that source changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Detector, Verdict
from vigie.stats.arrays import BoolArray, FloatArray

WEEKS_A_MONTH = 365.25 / 12 / 7
_Z = 1.959963984540054  # 97.5 % point of the normal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjusted:
    """Shape of the p-values.

    Attributes:
        p: adjusted; NaN where there was no test.
        rejected: adjusted p at or below the level.
        tests: how many there were.
    """

    p: FloatArray
    rejected: BoolArray
    tests: int


def adjust(
    p_values: ArrayLike, *, level: float = 0.05, control: Literal["fdr", "family", "holm"] = "fdr"
) -> Adjusted:
    """Adjust p-values of any shape: "fdr" by Benjamini-Hochberg, "family" by Bonferroni, "holm" by Holm.

    Raises:
        SeriesError: for values outside 0 to 1 or a level outside it.
    """
    try:
        p = np.array(p_values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError("p-values: not an array of numbers (NaN where there was no test)") from error
    if not 0 < level < 1 or control not in ("fdr", "family", "holm"):
        raise SeriesError(f"level {level}, control {control!r} (between 0 and 1; fdr, family or holm)")
    if ((p < 0) | (p > 1)).any():
        raise SeriesError("p-values: outside 0 to 1 (NaN where there was no test)")
    flat = p.ravel()
    there = np.flatnonzero(~np.isnan(flat))
    tests = int(there.size)
    found = np.full(flat.shape, np.nan)
    if control == "family":
        found[there] = np.minimum(1.0, flat[there] * tests)
    elif control == "holm":
        order = there[np.argsort(flat[there], kind="stable")]
        found[order] = np.minimum(1.0, np.maximum.accumulate(flat[order] * np.arange(tests, 0, -1)))
    elif tests:
        order = there[np.argsort(flat[there], kind="stable")]
        scaled = flat[order] * tests / np.arange(1, tests + 1)
        found[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    adjusted = np.asarray(found.reshape(p.shape))
    return Adjusted(p=adjusted, rejected=np.asarray(adjusted <= level), tests=tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarms:
    """What to state beside every alert.

    Attributes:
        per_month: expected number among all series.
        rate: chance of a false alarm by series and period.
        low, high: 95 % interval of `per_month`, from how well the rate is known; both `per_month` for a nominal one.
        basis: "nominal" (the level of the detector) or "simulated" (series like these, nothing happening).
        simulated: judged series-weeks behind the rate; 0 if nominal.
    """

    per_month: float
    rate: float
    low: float
    high: float
    basis: Literal["nominal", "simulated"]
    simulated: int = 0


def expected_false_alarms(
    n_series: int, *, level: float, periods_a_month: float = WEEKS_A_MONTH
) -> FalseAlarms:
    """From the one-sided level alone: right where the detector's model is.

    Args:
        n_series: series judged each period.
        level: chance of a false alarm by series and period.
        periods_a_month: 4.35 for weeks, 1 for months.
    Raises:
        SeriesError: for a level outside 0 to 1 or negative numbers.
    """
    if not 0 <= level <= 1 or not 0 <= n_series < np.inf or not 0 < periods_a_month < np.inf:
        raise SeriesError(f"level {level}, {n_series} series (0 to 1; not negative)")
    expected = level * n_series * periods_a_month
    return FalseAlarms(per_month=expected, rate=level, low=expected, high=expected, basis="nominal")


def calibrated_false_alarms(
    detector: Detector,
    means: ArrayLike,
    *,
    dispersion: ArrayLike | float = 1.0,
    n_series: int | None = None,
    replicates: int = 20,
    burn_in: int = 0,
    seed: int = 1,
    periods_a_month: float = WEEKS_A_MONTH,
) -> FalseAlarms:
    """From series drawn with these means in which nothing happens, judged by the detector itself.

    Args:
        means: expected counts, shape (n_series, n_times): fitted seasons and levels of the series in use.
        dispersion: variance / mean, one figure or shape (n_series,); 1 = Poisson, above it negative binomial.
        n_series: series judged each period; None = those of `means`.
        replicates: how often each series is drawn.
        burn_in: times at the start whose alarms do not count.
    Returns:
        Rate over all times with a verdict. Its interval (Wilson's, on the number of series drawn rather than weeks,
        because weeks of one series share a baseline) widens where few series were drawn.
    Raises:
        SeriesError: for means that are not positive, a dispersion below 1, or if no time got a verdict.
    """
    mean = np.atleast_2d(np.asarray(means, dtype=np.float64))
    spread = np.broadcast_to(np.asarray(dispersion, dtype=np.float64), (mean.shape[0],))
    if mean.ndim != 2 or not (np.isfinite(mean) & (mean > 0)).all() or not (spread >= 1).all():
        raise SeriesError("means must be positive, shape (n_series, n_times), and dispersion 1 or more")
    if replicates < 1 or not 0 <= burn_in < mean.shape[1]:
        raise SeriesError(
            f"replicates {replicates}, burn_in {burn_in} (at least 1; below the number of times)"
        )
    rng = np.random.default_rng(seed)
    mean = np.repeat(mean, replicates, axis=0)
    excess = np.repeat(spread - 1, replicates)[:, None]
    rate = np.where(excess > 0, rng.gamma(mean / np.where(excess > 0, excess, 1.0)) * excess, mean)
    found = detector.scan(rng.poisson(rate), at=np.arange(burn_in, mean.shape[1]))
    judged = np.asarray(found.verdict == int(Verdict.GIVEN))
    weeks = judged.sum(axis=1)
    if not weeks.any():
        raise SeriesError("no time got a verdict (longer series, or a detector that needs less history)")
    share = found.alarm.sum(axis=1)[weeks > 0] / weeks[weeks > 0]
    chance = float(found.alarm[judged].mean())
    count = share.size
    # Between series the share varies more than a coin: its variance, not below the binomial one, sets the width.
    variance = max(
        float(share.var(ddof=1)) if count > 1 else 1.0, chance * (1 - chance) / float(weeks.mean())
    )
    effective = chance * (1 - chance) / (variance / count) if 0 < chance < 1 else float(weeks.sum())
    half = _Z * np.sqrt(chance * (1 - chance) / effective + _Z**2 / (4 * effective**2))
    centre = chance + _Z**2 / (2 * effective)
    scale = (mean.shape[0] // replicates if n_series is None else n_series) * periods_a_month
    return FalseAlarms(
        per_month=chance * scale,
        rate=chance,
        low=max(0.0, float((centre - half) / (1 + _Z**2 / effective))) * scale,
        high=min(1.0, float((centre + half) / (1 + _Z**2 / effective))) * scale,
        basis="simulated",
        simulated=int(weeks.sum()),
    )
