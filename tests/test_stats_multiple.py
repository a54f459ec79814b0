"""Many series: adjusted p-values against R's p.adjust, and expected false alarms against what a detector does."""

from __future__ import annotations

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.ears import Ears
from vigie.stats.multiple import WEEKS_A_MONTH, adjust, calibrated_false_alarms, expected_false_alarms

# p.adjust(c(.001, .008, .039, .041, .042, .06, .074, .205, .212, .216), "BH") and "bonferroni" of R 4.2.2
P = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
FDR = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.10571428571428571, 0.216, 0.216, 0.216]
FAMILY = [0.01, 0.08, 0.39, 0.41, 0.42, 0.6, 0.74, 1, 1, 1]
CASES = [
    ("fdr", P, "fdr", FDR, 10),
    ("family", P, "family", FAMILY, 10),
    ("order_does_not_matter", P[::-1], "fdr", FDR[::-1], 10),
    ("no_test_counts_for_nothing", [0.01, np.nan, 0.04], "fdr", [0.02, np.nan, 0.04], 2),
    ("no_test_in_a_family", [0.01, np.nan, 0.04], "family", [0.02, np.nan, 0.08], 2),
    ("equal", [0.02, 0.02], "fdr", [0.02, 0.02], 2),
    ("none", [np.nan], "fdr", [np.nan], 0),
    ("ends", [0.0, 1.0], "family", [0.0, 1.0], 2),
]


@pytest.mark.parametrize(
    ("p", "control", "adjusted", "tests"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_adjusted(p: list[float], control: str, adjusted: list[float], tests: int) -> None:
    found = adjust(p, level=0.05, control=control)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.p, adjusted, rtol=1e-12)
    assert found.tests == tests
    assert found.rejected.tolist() == [a <= 0.05 for a in adjusted]


def test_the_shape_stays() -> None:
    assert adjust(np.full((3, 4), 0.5)).p.shape == (3, 4)


def test_fdr_holds_the_share_of_false_alarms() -> None:
    rng = np.random.default_rng(1)
    from scipy.stats import norm

    true = np.arange(200) < 20
    shares = []
    for _ in range(300):
        p = norm.sf(rng.normal(np.where(true, 3.0, 0.0)))
        found = adjust(p, level=0.1).rejected
        shares.append((found & ~true).sum() / max(1, found.sum()))
    assert np.mean(shares) <= 0.1


@pytest.mark.parametrize(
    ("p", "options"),
    [([1.2], {}), ([-0.1], {}), (["a"], {}), ([0.1], {"level": 0.0}), ([0.1], {"control": "none"})],
    ids=["above", "below", "text", "level", "control"],
)
def test_what_is_no_p_value_is_refused(p: list[object], options: dict[str, object]) -> None:
    with pytest.raises(SeriesError):
        adjust(p, **options)  # type: ignore[arg-type]


def test_nominal_false_alarms() -> None:
    found = expected_false_alarms(100, level=0.01)
    assert found.per_month == pytest.approx(WEEKS_A_MONTH) and found.basis == "nominal"
    assert expected_false_alarms(100, level=0.01, periods_a_month=1).per_month == pytest.approx(1)


def test_simulated_false_alarms_are_those_of_new_series() -> None:
    means = np.full((10, 150), 8.0)
    detector = Ears()
    found = calibrated_false_alarms(detector, means, dispersion=1.5, burn_in=20)
    rng = np.random.default_rng(99)
    fresh = rng.poisson(rng.gamma(8 / 0.5, 0.5, (400, 150)))
    rate = detector.scan(fresh, at=range(20, 150)).alarm.mean()
    assert found.basis == "simulated" and found.simulated == 10 * 20 * 130
    assert found.low <= rate * 10 * WEEKS_A_MONTH <= found.high
    assert (
        found.per_month > 10 * expected_false_alarms(10, level=detector.level).per_month
    )  # seven weeks are few


@pytest.mark.parametrize(
    ("means", "options"),
    [
        ([[0.0] * 50], {}),
        ([[5.0] * 50], {"dispersion": 0.5}),
        ([[5.0] * 5], {}),
        ([[5.0] * 50], {"burn_in": 50}),
    ],
    ids=["zero", "dispersion", "short", "burn_in"],
)
def test_calibration_refuses_what_it_cannot_draw(means: list[list[float]], options: dict[str, float]) -> None:
    with pytest.raises(SeriesError):
        calibrated_false_alarms(Ears(), means, **options)  # type: ignore[arg-type]


def test_holm_steps_down() -> None:
    """Holm (1979): the smallest times their number, the next times one fewer, never below the one before."""
    found = adjust([0.01, np.nan, 0.04, 0.03, 0.005], control="holm")
    assert found.p[[0, 2, 3, 4]] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert found.rejected.tolist() == [True, False, False, False, True]
    assert found.tests == 4
