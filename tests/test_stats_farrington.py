"""Farrington and Farrington flexible: R's numbers on series made here (tests/reference), and what must hold of any series."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.counts_distribution import cumulative, upper_quantile
from vigie.stats.farrington import Farrington
from vigie.stats.farrington_flexible import FarringtonFlexible
from vigie.stats.irls import Base, fit

REFERENCE = Path(__file__).parent / "reference"
IMPROVED = {"levels": 10, "left_out": 26, "trend_p": 1}
MONTHS = {"frequency": 12, "half_window": 1}
CONFIGS: dict[str, Farrington | FarringtonFlexible] = {
    "default": FarringtonFlexible(),
    "original_like": FarringtonFlexible(weights_threshold=1, alpha=0.01),
    "improved": FarringtonFlexible.improved(),
    "improved_muan": FarringtonFlexible(**IMPROVED, threshold="muan", alpha=0.01),
    "improved_delta": FarringtonFlexible(**IMPROVED),
    "seven_levels": FarringtonFlexible(levels=7, half_window=2, left_out=2, power="1/2", few_cases=0),
    "plain": FarringtonFlexible(reweight=False, trend=False, power="none", few_cases=2, few_periods=6),
    "kept_trend": FarringtonFlexible(reweight=False, trend_p=0.2),
    "no_years_for_trend": FarringtonFlexible(years=2, levels=4, left_out=10, threshold="nbPlugin"),
    "old": Farrington(),
    "old_strict": Farrington(alpha=0.01, power="1/2", few_cases=0),
    "old_plain": Farrington(reweight=False, power="none"),
    "month_default": FarringtonFlexible(**MONTHS),
    "month_levels": FarringtonFlexible(**MONTHS, levels=4, left_out=3, trend_p=1, threshold="muan"),
    "month_old": Farrington(**MONTHS, years=4),
}


def rows(name: str) -> list[dict[str, str]]:
    with gzip.open(REFERENCE / name, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def series() -> dict[str, dict[str, Any]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows("farrington_series.csv.gz"):
        found[row["series"]].append(row)
    return {
        name: {
            "counts": [float(r["count"]) for r in part],
            "dates": np.array([r["date"] for r in part], dtype="datetime64[D]"),
            "population": [float(r["population"]) for r in part] if part[0]["population"] else None,
        }
        for name, part in found.items()
    }


@cache
def reference() -> dict[tuple[str, str, int], list[dict[str, str]]]:
    found: dict[tuple[str, str, int], list[dict[str, str]]] = defaultdict(list)
    for row in rows("farrington.csv.gz"):
        found[row["config"], row["series"], int(row["dated"])].append(row)
    return found


def column(part: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(r[name]) if r[name] else np.nan for r in part])


RUNS = [
    (config, name, dated)
    for config in CONFIGS
    for name in (
        "seasonal",
        "trend",
        "falling",
        "sparse",
        "outbreaks",
        "many",
        "silent",
        "emerging",
        "persons",
        "monthly",
    )
    for dated in (1, 0)
    if (name == "monthly") == config.startswith("month")
    and not (dated and "old" in config)
    and not (name == "persons" and "old" in config)
    and (dated or "old" in config or config in ("default", "improved", "month_default", "month_levels"))
]


@pytest.mark.parametrize(("config", "name", "dated"), RUNS)
def test_as_r(config: str, name: str, dated: int) -> None:
    part, given = reference()[config, name, dated], series()[name]
    found = CONFIGS[config].scan(
        given["counts"],
        population=given["population"],
        dates=given["dates"] if dated else None,
        at=[int(r["time"]) for r in part],
    )
    upper, old = column(part, "upper"), "old" in config
    judged = found.verdict[0] == Verdict.GIVEN
    # R's older function says 0 where it has no limit, the newer one NA.
    assert np.array_equal(judged, upper > 0 if old else np.isfinite(upper))
    assert judged.any() or name in ("sparse", "emerging", "silent")
    np.testing.assert_allclose(found.upper[0][judged], upper[judged], rtol=1e-6)
    assert np.array_equal(found.alarm[0], column(part, "alarm") == 1)
    if not old:
        np.testing.assert_allclose(
            found.expected[0][judged], column(part, "expected")[judged], rtol=1e-6, atol=1e-9
        )
        np.testing.assert_allclose(found.phi[0][judged], column(part, "phi")[judged], rtol=1e-6)
        np.testing.assert_allclose(
            found.p_value[0][judged], column(part, "pvalue")[judged], rtol=1e-5, atol=1e-9
        )
        assert np.array_equal(np.isfinite(found.slope[0][judged]), column(part, "trend")[judged] == 1)


def sample(n_series: int = 4, n: int = 330, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).negative_binomial(6, 0.4, size=(n_series, n)).astype(float)


def test_series_do_not_touch_each_other() -> None:
    """One call for many series says what many calls say, whatever the portions."""
    counts = sample(7) * np.array([1, 1, 3, 1, 40, 1, 1])[:, None]
    detector = FarringtonFlexible.improved()
    together = detector.scan(counts, at=range(300, 330))
    for i, one in enumerate(counts):
        alone = detector.scan(one, at=range(300, 330))
        np.testing.assert_allclose(together.upper[i], alone.upper[0], rtol=1e-12)
        np.testing.assert_allclose(together.phi[i], alone.phi[0], rtol=1e-9)


def test_portions_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = sample()
    whole = FarringtonFlexible().scan(counts)
    monkeypatch.setattr("vigie.stats.farrington_scan.PORTION", 500)
    np.testing.assert_allclose(FarringtonFlexible().scan(counts).upper, whole.upper, rtol=1e-12)


def test_no_future() -> None:
    """Prospective: what comes later changes nothing."""
    counts = sample()
    changed = counts.copy()
    changed[:, 311:] = 500
    detector = FarringtonFlexible.improved()
    np.testing.assert_array_equal(
        detector.scan(counts, at=[305, 310]).upper, detector.scan(changed, at=[305, 310]).upper
    )


def test_missing_weeks_of_the_baseline_are_left_out() -> None:
    """A week without collection is as if it were not there; taken for zero it would lower the limit."""
    counts = np.full(330, 10.0)
    counts[::2] = 12.0
    gaps = counts.copy()
    gaps[320 - 52 * 2 - 2] = np.nan
    detector = FarringtonFlexible(few_cases=0)
    full, dropped = detector.scan(counts, at=[320]), detector.scan(gaps, at=[320])
    zero = detector.scan(np.nan_to_num(gaps), at=[320])
    assert dropped.verdict[0, 0] == Verdict.GIVEN
    assert abs(dropped.expected[0, 0] - full.expected[0, 0]) < 0.05
    assert zero.phi[0, 0] > dropped.phi[0, 0] or zero.expected[0, 0] < dropped.expected[0, 0] - 0.2


NOW = 320
VERDICTS = [
    # id, what is done to a series of about 9 a week, detector, verdict at week 320
    ("sound", lambda y: y, FarringtonFlexible(), Verdict.GIVEN),
    ("missing_now", lambda y: np.where(np.arange(y.size) == NOW, np.nan, y), FarringtonFlexible(), Verdict.MISSING),
    ("few_lately", lambda y: np.where(np.arange(y.size) > NOW - 4, 1, y), FarringtonFlexible(), Verdict.FEW),
    ("never_collected_before", lambda y: np.where(np.arange(y.size) < NOW - 60, np.nan, y), FarringtonFlexible(), Verdict.SHORT),
    ("too_short_for_six_years", lambda y: y, FarringtonFlexible(years=7), Verdict.SHORT),
    ("no_case_before_with_levels", lambda y: np.where(np.arange(y.size) < NOW, 0, y + 5), FarringtonFlexible.improved(), Verdict.FLAT),
    ("no_case_before", lambda y: np.where(np.arange(y.size) < NOW, 0, y + 5), FarringtonFlexible(), Verdict.GIVEN),
    ("constant", lambda y: np.full(y.size, 8.0), FarringtonFlexible(), Verdict.GIVEN),
    ("no_degree_of_freedom", lambda y: y, FarringtonFlexible(years=1, half_window=0), Verdict.UNFITTED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "detector", "verdict"), [c[1:] for c in VERDICTS], ids=[c[0] for c in VERDICTS]
)
def test_verdict(change: Any, detector: FarringtonFlexible, verdict: Verdict) -> None:
    found = detector.scan(change(sample(1)[0] + 1), at=[NOW])
    assert Verdict(int(found.verdict[0, 0])) == verdict
    if verdict != Verdict.GIVEN:
        assert not found.alarm[0, 0]
    if verdict in (Verdict.SHORT, Verdict.FEW, Verdict.FLAT, Verdict.UNFITTED):
        assert np.isnan(found.upper[0, 0])
    else:
        assert np.isfinite(found.upper[0, 0])


REFUSED = [
    ("negative", {"counts": [3.0, -1.0]}, "negative"),
    ("infinite", {"counts": [3.0, np.inf]}, "infinite"),
    ("words", {"counts": ["three"]}, "numbers"),
    ("no_population", {"counts": [3.0, 2.0], "population": [10.0, 0.0]}, "population"),
    ("a_week_left_out", {"counts": [3.0, 2.0], "dates": np.array(["2020-01-06", "2020-01-20"], dtype="datetime64[D]")}, "NaN"),
    ("dates_of_another_length", {"counts": [3.0, 2.0], "dates": np.array(["2020-01-06"], dtype="datetime64[D]")}, "dates"),
    ("at_outside", {"counts": [3.0, 2.0], "at": [7]}, "outside"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "says"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        FarringtonFlexible().scan(**given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"years": 0},
        {"alpha": 0},
        {"alpha": 1.5},
        {"half_window": 40},
        {"levels": 80},
        {"left_out": -1},
        {"threshold": "other"},
        {"power": "3/4"},
        {"few_periods": 0},
        {"weights_threshold": 0},
    ],
    ids=str,
)
def test_parameters_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(SeriesError, match="farrington-flexible"):
        FarringtonFlexible(**wrong)


QUANTILES = [
    # alpha, mean, dispersion, quantile (R 4.2.2: qnbinom(1 - alpha, mu = mean, size = mean / (phi - 1)), qpois for 1)
    (0.05, 1.143051, 1.727406, 4),
    (0.005, 1.143051, 1.727406, 7),
    (0.05, 0.01, 1.0, 0),
    (0.001, 2500.0, 18.0, 3206),
    (0.01, 10.0, 1.0, 18),
    (0.05, 0.0, 1.3, 0),
]


@pytest.mark.parametrize(("alpha", "mean", "phi", "wanted"), QUANTILES)
def test_quantile(alpha: float, mean: float, phi: float, wanted: float) -> None:
    found = upper_quantile(alpha, np.array([mean]), np.array([phi]))
    assert found[0] == wanted
    assert cumulative(found, np.array([mean]), np.array([phi]))[0] >= 1 - alpha
    assert cumulative(found - 1, np.array([mean]), np.array([phi]))[0] < 1 - alpha


def test_regression_meets_its_equations() -> None:
    """At the solution the weighted residuals of each level, and their moment in time, are zero."""
    rng = np.random.default_rng(8)
    counts = rng.poisson(4, size=(30, 50)).astype(float)
    time = -np.repeat(np.arange(1.0, 31.0)[:, None], 50, axis=1)
    base = Base(
        counts=counts,
        used=np.ones_like(counts),
        time=time,
        offset=rng.normal(0, 0.2, counts.shape),
        first=10,
        others=4,
        rows=5,
    )
    prior = rng.uniform(0.5, 1.5, counts.shape)
    found = fit(base, prior, trend=True)
    assert found.converged.all()
    assert (found.rank == 6).all()
    assert base.offset is not None
    residual = prior * (counts - np.exp(base.spread(found.level) + time * found.slope + base.offset))
    np.testing.assert_allclose(base.sums(residual), 0, atol=1e-5)
    np.testing.assert_allclose((residual * time).sum(axis=0), 0, atol=1e-4)
