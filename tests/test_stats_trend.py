"""Trends: R's exact and corrected p, Sen's slope by hand, and how often nothing is called a trend."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.trend import find_trends

REFERENCES = json.loads(
    gzip.decompress((Path(__file__).parent / "reference" / "trends.json.gz").read_bytes())
)


@pytest.mark.parametrize("case", REFERENCES, ids=[c["series"] for c in REFERENCES])
def test_p_and_tau_are_those_of_r(case: dict[str, object]) -> None:
    """cor.test(kendall) against time: exact below 50 figures without ties, else corrected (benchmarks/r/changepoints.R)."""
    (found,) = find_trends(case["values"], correlation="none")  # type: ignore[arg-type]
    assert found.exact is case["exact"]
    assert found.tau == pytest.approx(case["tau"], abs=1e-9)
    assert found.p == pytest.approx(case["p"], rel=1e-9)


def test_sen_by_hand() -> None:
    (found,) = find_trends([1.0, 3.0, 2.0, 6.0], correlation="none")
    # slopes 2, 1/2, 5/3, -1, 3/2, 4: the middle of 3/2 and 5/3
    assert found.slope == pytest.approx((3 / 2 + 5 / 3) / 2)
    assert (found.s, found.n, found.tau) == (4, 4, pytest.approx(4 / 6))
    assert found.p == pytest.approx(8 / 24)  # 4 of 24 orders have S of at least 4
    assert (found.low, found.high) == (None, None)  # six slopes have no limits at 95 %


@pytest.mark.parametrize("n", [12, 40, 101])
def test_slopes_are_those_of_scipy(n: int) -> None:
    generator = np.random.default_rng(n)
    times = np.sort(generator.uniform(0, 10, n))
    values = 3 * times + generator.standard_t(3, n) * 4
    (found,) = find_trends(values, times=times, correlation="none")
    slope, _, low, high = stats.theilslopes(values, times, 0.95)
    assert found.slope == pytest.approx(slope)
    # The limits are ranks: ours are rounded outwards.
    assert found.low is not None and found.high is not None
    assert found.low <= low and found.high >= high
    assert found.high - found.low <= (high - low) * (1.2 if n < 20 else 1.05)


def test_gaps_and_order_of_times() -> None:
    values = np.array([1.0, np.nan, 2, 3, np.nan, 5, 4, 8])
    times = np.array([0.0, 1, 2, 3, 4, 5, 6, 7])
    (gapped,) = find_trends(values, times=times, correlation="none")
    here = ~np.isnan(values)
    (alone,) = find_trends(values[here], times=times[here], correlation="none")
    (turned,) = find_trends(values[::-1], times=times[::-1], correlation="none")
    assert gapped == alone == turned
    assert gapped.n == 6


SILENT = [
    ("three_figures", [1.0, 2, 3], Verdict.SHORT, "unknown"),
    ("gaps_only", [np.nan] * 9, Verdict.SHORT, "unknown"),
    ("constant", [5.0] * 9, Verdict.FLAT, "none"),
    ("all_zero", [0.0] * 9, Verdict.FLAT, "none"),
]


@pytest.mark.parametrize(
    ("values", "verdict", "direction"), [c[1:] for c in SILENT], ids=[c[0] for c in SILENT]
)
def test_no_verdict_is_said(values: list[float], verdict: Verdict, direction: str) -> None:
    (found,) = find_trends(values)
    assert (found.verdict, found.p, found.low, found.direction()) == (verdict, None, None, direction)


def alike(seed: int, n: int, share: float) -> np.ndarray:
    errors = np.random.default_rng(seed).normal(size=n)
    for at in range(1, n):
        errors[at] = share * errors[at - 1] + np.sqrt(1 - share**2) * errors[at]
    return errors


def test_autocorrelation_is_no_trend() -> None:
    series = np.array([alike(s, 100, 0.5) for s in range(300)])
    naive = np.mean([t.direction() != "none" for t in find_trends(series, correlation="none")])
    corrected = np.mean([t.direction() != "none" for t in find_trends(series)])
    assert naive > 0.18
    assert corrected < 0.12
    assert all(t.inflation >= 1 for t in find_trends(series[:20]))


def test_a_trend_is_found_and_its_slope_held() -> None:
    times = np.arange(60) / 12
    series = np.array([2 * times + np.random.default_rng(s).standard_t(3, 60) for s in range(200)])
    found = find_trends(series, times=times)
    assert np.mean([t.direction() == "up" for t in found]) > 0.95
    held = np.mean([t.low <= 2 <= t.high for t in found if t.low is not None and t.high is not None])
    assert 0.9 <= held <= 0.99


def test_seasons_do_not_hide_a_trend() -> None:
    months = np.arange(60)
    values = (
        10 * np.sin(2 * np.pi * months / 12) + 0.05 * months + np.random.default_rng(1).normal(0, 0.5, 60)
    )
    (plain,) = find_trends(values, correlation="none")
    (seasonal,) = find_trends(values, seasons=months % 12)
    assert plain.direction() == "none"
    assert seasonal.direction() == "up"
    assert seasonal.slope == pytest.approx(0.05, abs=0.02)


def test_a_season_with_one_figure_says_nothing() -> None:
    """Months 0 to 60 and a thirteenth season with one figure: the trend is that of the others."""
    months = np.arange(60)
    values = 0.05 * months + np.random.default_rng(1).normal(0, 0.5, 60)
    (whole,) = find_trends(values, seasons=months % 12)
    (more,) = find_trends(np.append(values, 99), seasons=np.append(months % 12, 12))
    assert (more.s, more.p) == (whole.s, pytest.approx(whole.p, rel=0.05))


def test_seasonal_false_alarms() -> None:
    """Independent figures, and figures alike from month to month: the covariance of seasons holds the level."""
    seasons = np.tile(np.arange(12), 10)
    for share, most in ((0.0, 0.09), (0.4, 0.12)):
        series = np.array([alike(s, 120, share) for s in range(300)])
        rate = np.mean([t.direction() != "none" for t in find_trends(series, seasons=seasons)])
        assert rate <= most


def test_one_season_is_the_plain_test() -> None:
    values = alike(3, 60, 0.0)
    (plain,) = find_trends(values, correlation="none")
    (seasonal,) = find_trends(values, seasons=np.zeros(60))
    assert (plain.s, plain.slope, plain.p) == (seasonal.s, seasonal.slope, pytest.approx(seasonal.p))


WRONG = [
    ("times_short", {"times": [1.0, 2.0]}, "times: shape"),
    ("times_missing", {"times": [1.0, np.nan, 3, 4, 5]}, "times: shape"),
    ("seasons_short", {"seasons": [1]}, "seasons: shape"),
    ("confidence", {"confidence": 1.5}, "confidence"),
    ("correlation", {"correlation": "magic"}, "hamed-rao"),
]


@pytest.mark.parametrize(("asked", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_input_is_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(SeriesError, match=said):
        find_trends([1.0, 2, 3, 4, 5], **asked)  # type: ignore[arg-type]
