"""Lead and lag: R's figures, known truth, gaps, and how seldom a link is claimed where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.lead_lag import LEAST, _fisher, cross_correlation, innovations, lead_lag

REFERENCE = json.loads((Path(__file__).parent / "reference" / "lead_lag.json").read_text("utf-8"))


def series(name: str) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in REFERENCE[name]], dtype=float)


def slow(rng: np.random.Generator, n: int, phi: float) -> np.ndarray:
    shocks, y = rng.standard_normal(n), np.zeros(n)
    for t in range(1, n):
        y[t] = phi * y[t - 1] + shocks[t]
    return y


def followed(rng: np.random.Generator, n: int, by: int) -> tuple[np.ndarray, np.ndarray]:
    """A series and one that follows it by so many periods, each with some noise of its own."""
    x = slow(rng, n + by, 0.5)
    return x[by:], x[:n] + 0.4 * rng.standard_normal(n)


def test_cross_correlations_are_those_of_r() -> None:
    np.testing.assert_allclose(
        cross_correlation(series("a"), series("b"), most_lag=5), series("ccf"), rtol=1e-9
    )


def test_a_cross_correlation_by_hand() -> None:
    """(1, 2, 4) and (2, 1, 3): deviations -4/3, -1/3, 5/3 and 0, -1, 1; spreads 14/3 and 2."""
    spread = np.sqrt(14 / 3 * 2)
    expected = np.array([(-1 / 3) * 0 + 5 / 3 * -1, 1 / 3 + 5 / 3, -4 / 3 * -1 + -1 / 3 * 1]) / spread
    np.testing.assert_allclose(cross_correlation([1, 2, 4], [2, 1, 3], most_lag=1), expected, atol=1e-12)


@pytest.mark.parametrize(("name", "at"), [("gapped", 0), ("b", 1)], ids=["gaps", "whole"])
def test_innovations_are_those_of_r(name: str, at: int) -> None:
    found = innovations(series(name), season=12)
    assert found is not None and found[1] == REFERENCE["orders"][at]
    expected = np.array([np.nan if v is None else v for v in REFERENCE["innovations"][at]], dtype=float)
    np.testing.assert_allclose(found[0], expected, atol=1e-9)


def test_intervals_of_a_correlation_are_those_of_r() -> None:
    for n, r, low, high in REFERENCE["intervals"]:
        np.testing.assert_allclose(_fisher(r, n)[:2], (low, high), rtol=1e-8)


@pytest.mark.parametrize("by", [0, 1, 3], ids=["together", "one", "three"])
def test_a_lead_is_found_with_its_lag_and_its_sign(by: int) -> None:
    first, second = followed(np.random.default_rng(4), 90, by)
    found, turned = lead_lag(first, second), lead_lag(second, first)
    assert found.best is not None and found.best.lag == by and found.best.low > 0
    assert found.earliest is not None and found.latest is not None and found.earliest <= by <= found.latest
    assert turned.best is not None and turned.best.lag == -by
    opposite = lead_lag(first, -second)
    assert opposite.best is not None and opposite.best.high < 0 and opposite.best.lag == by


def test_slow_series_without_a_link_have_no_lead() -> None:
    """The plain cross-correlation of slow series is large by chance; that of their innovations is not (docs/statistics.md has the rates)."""
    rng = np.random.default_rng(11)
    claimed = inside = lags = plain = 0
    for _ in range(60):
        a, b = slow(rng, 60, 0.9), slow(rng, 60, 0.9)
        found = lead_lag(a, b, most_lag=4)
        claimed += found.best is not None
        inside += sum(lag.low <= 0 <= lag.high for lag in found.lags)
        lags += len(found.lags)
        plain += bool((np.abs(cross_correlation(a, b, most_lag=4)) > 1.96 / np.sqrt(60)).any())
    assert claimed <= 7 and 0.92 <= inside / lags <= 0.98  # 5 % of 60, and three standard errors
    assert plain > 30


def test_a_shared_season_and_a_shared_line_are_no_link() -> None:
    rng, months = np.random.default_rng(5), np.arange(72)
    wave = 3 * np.cos(2 * np.pi * months / 12) + 0.1 * months
    a, b = wave + rng.standard_normal(72), wave + rng.standard_normal(72)
    assert lead_lag(a, b, season=12, most_lag=4).best is None
    assert np.abs(cross_correlation(a, b, most_lag=4)).max() > 0.7


def test_what_was_not_collected_is_left_out_and_never_a_zero() -> None:
    first, second = followed(np.random.default_rng(6), 120, 2)
    second[40:52] = np.nan
    found = lead_lag(first, second)
    assert found.best is not None and found.best.lag == 2
    assert all(lag.n < 120 - 12 for lag in found.lags)
    zeroed = np.where(np.isnan(second), 0.0, second)
    assert lead_lag(first, zeroed).lags != found.lags


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (np.arange(LEAST - 1) % 5 * 1.0, np.arange(LEAST - 1) % 3 * 1.0, Verdict.SHORT),
        (np.full(60, np.nan), np.arange(60) % 7 * 1.0, Verdict.SHORT),
        (np.where(np.arange(60) % 2 == 0, 1.0, np.nan), np.arange(60) % 7 * 1.0, Verdict.FLAT),
        (np.where(np.arange(60) % 2 == 0, np.arange(60) * 37 % 11, np.nan), np.arange(60) * 29 % 13 * 1.0, Verdict.GIVEN),
        (np.full(60, 3.0), np.arange(60) % 7 * 1.0, Verdict.FLAT),
        (np.arange(60) * 2.0, np.arange(60) % 7 * 1.0, Verdict.FLAT),
        (np.r_[np.arange(40) % 7 * 1.0, np.full(40, np.nan)], np.r_[np.full(40, np.nan), np.arange(40) % 5 * 1.0], Verdict.SHORT),
    ],
    ids=["short", "nothing_collected", "one_figure_and_gaps", "every_other_period", "constant", "a_line", "never_at_the_same_time"],
)  # fmt: skip
def test_a_verdict_or_the_reason_for_none(first: np.ndarray, second: np.ndarray, verdict: Verdict) -> None:
    found = lead_lag(first, second)
    assert (
        found.verdict is verdict
        and (found.lags == ()) == (verdict is not Verdict.GIVEN)
        and found.best is None
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: lead_lag([1, 2, 3], [1, 2]),
        lambda: lead_lag([[1, 2], [3, 4]], [1, 2]),
        lambda: lead_lag(["x"], [1]),
        lambda: lead_lag([1, 2], [1, 2], most_lag=-1),
        lambda: lead_lag([1, float("inf")], [1, 2]),
        lambda: cross_correlation([1, np.nan], [1, 2], most_lag=0),
        lambda: cross_correlation([1, 1], [1, 2], most_lag=0),
    ],
    ids=["lengths", "two_series", "words", "lag", "infinite", "gap_in_plain", "constant_in_plain"],
)
def test_what_cannot_be_right_is_refused(wrong: object) -> None:
    with pytest.raises(SeriesError):
        wrong()  # type: ignore[operator]


def test_identical_series_have_a_correlation_of_one_and_finite_limits() -> None:
    x = slow(np.random.default_rng(1), 60, 0.3)
    found = lead_lag(x, x)
    assert found.best is not None and found.best.lag == 0 and found.best.r == pytest.approx(1.0)
    assert all(np.isfinite([lag.low, lag.high, lag.p]).all() for lag in found.lags)
