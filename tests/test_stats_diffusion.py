"""Spread of a share: curves with known truth, R's numbers by hand where they are closed, and what gets no verdict."""

from __future__ import annotations

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.diffusion import fit_spread

TIMES = np.arange(48) / 12


def drawn(seed: int, *, growth: float = 1.5, middle: float = 2.5, top: float = 1.0, n: int = 60, rho: float = 0.0) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    generator = np.random.default_rng(seed)
    share = top / (1 + np.exp(-growth * (TIMES - middle)))
    if rho:
        share = generator.beta(share * (1 / rho - 1), (1 - share) * (1 / rho - 1))
    of = generator.poisson(n, len(TIMES)) + 1
    return generator.binomial(of, share).astype(float), of.astype(float)


@pytest.mark.parametrize("rho", [0.0, 0.05], ids=["binomial", "overdispersed"])
def test_growth_is_held_by_its_limits(rho: float) -> None:
    pairs = [drawn(seed, rho=rho) for seed in range(100)]
    found = fit_spread([k for k, _ in pairs], [n for _, n in pairs], times=TIMES)
    assert all(one.direction() == "spreads" for one in found)
    held = np.mean(
        [one.low <= 1.5 <= one.high for one in found if one.low is not None and one.high is not None]
    )
    assert 0.88 <= held <= 1
    assert np.median([one.doubling or 0 for one in found]) == pytest.approx(np.log(2) / 1.5, rel=0.05)
    assert np.median([one.middle or 0 for one in found]) == pytest.approx(2.5, abs=0.1)
    assert np.median([one.onset or 0 for one in found]) == pytest.approx(2.5 - np.log(9) / 1.5, abs=0.15)


def test_what_does_not_spread_is_rarely_said_to() -> None:
    pairs = [drawn(seed, growth=0.0, rho=0.05) for seed in range(200)]
    found = fit_spread([k for k, _ in pairs], [n for _, n in pairs], times=TIMES)
    assert np.mean([one.direction() != "none" for one in found]) <= 0.09
    assert all(one.onset is None and one.doubling is None for one in found if one.direction() == "none")


def test_a_ceiling_is_found() -> None:
    pairs = [drawn(seed, growth=3.0, middle=1.5, top=0.4, n=100) for seed in range(20)]
    found = fit_spread([k for k, _ in pairs], [n for _, n in pairs], times=TIMES, ceiling=True)
    assert np.median([one.ceiling or 0 for one in found]) == pytest.approx(0.4, abs=0.05)
    assert np.median([one.growth or 0 for one in found]) == pytest.approx(3.0, rel=0.15)


def test_what_recedes() -> None:
    shown, of = drawn(1, growth=-1.5)
    (found,) = fit_spread(shown, of, times=TIMES)
    assert found.direction() == "recedes"
    assert found.doubling is not None and found.doubling < 0 and found.onset is None


def test_two_groups_are_the_log_odds_ratio() -> None:
    """With two times only, the growth is the log odds ratio and its error the known root."""
    shown, of = np.array([5.0] * 3 + [12.0] * 3), np.full(6, 20.0)
    (found,) = fit_spread(shown, of, times=[0, 0, 0, 1, 1, 1])
    odds = np.log(36 / 24) - np.log(15 / 45)
    error = np.sqrt(1 / 36 + 1 / 24 + 1 / 15 + 1 / 45)
    assert found.growth == pytest.approx(odds)
    assert found.high == pytest.approx(odds + 1.959964 * error)


SILENT = [
    ("few_periods", [1.0, 2, 3], [9.0, 9, 9], Verdict.SHORT),
    ("few_shown", [0.0] * 9 + [2.0], [9.0] * 10, Verdict.FEW),
    ("none", [0.0] * 10, [9.0] * 10, Verdict.FLAT),
    ("all", [9.0] * 10, [9.0] * 10, Verdict.FLAT),
    ("nothing_collected", [np.nan] * 10, [0.0] * 10, Verdict.SHORT),
]


@pytest.mark.parametrize(("shown", "of", "verdict"), [c[1:] for c in SILENT], ids=[c[0] for c in SILENT])
def test_no_verdict_is_said(shown: list[float], of: list[float], verdict: Verdict) -> None:
    (found,) = fit_spread(shown, of)
    assert (found.verdict, found.growth, found.direction()) == (verdict, None, "unknown")


def test_a_gap_says_nothing() -> None:
    shown, of = drawn(3)
    gap, none = shown.copy(), of.copy()
    gap[5:9], none[20:25] = np.nan, 0
    gap[20:25] = 0
    here = ~np.isnan(gap) & (none > 0)
    (one,) = fit_spread(gap, none, times=TIMES)
    (other,) = fit_spread(shown[here], of[here], times=TIMES[here])
    assert one == other


WRONG = [
    ("negative", [-1.0], [3.0], "negative"),
    ("more_than_all", [4.0], [3.0], "more than"),
    ("shape", [1.0, 2], [3.0], "shape"),
]


@pytest.mark.parametrize(("shown", "of", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_input_is_refused(shown: list[float], of: list[float], said: str) -> None:
    with pytest.raises(SeriesError, match=said):
        fit_spread(shown, of)
