"""Confidence is a share of right answers, and a monotone one."""

from __future__ import annotations

import pytest

from vigie.extract.calibrate import _curves, along, calibrated

KNOTS = ((0.5, 0.4), (0.7, 0.6), (0.9, 0.95))


@pytest.mark.parametrize(
    ("x", "y"),
    [(0.1, 0.4), (0.5, 0.4), (0.6, 0.5), (0.7, 0.6), (0.8, 0.775), (0.9, 0.95), (1.0, 0.95)],
)
def test_the_curve_is_straight_between_knots_and_flat_outside(x: float, y: float) -> None:
    assert along(KNOTS, x) == pytest.approx(y)


def test_a_type_without_a_curve_keeps_its_confidence() -> None:
    assert calibrated("flow", 0.42) == 0.42


def test_the_fitted_curves_rise_and_stay_probabilities() -> None:
    assert set(_curves()) == {"price", "quantity", "purity", "event"}
    for knots in _curves().values():
        xs, ys = [k[0] for k in knots], [k[1] for k in knots]
        assert xs == sorted(set(xs)) and ys == sorted(ys)
        assert all(0 < y < 1 for y in ys)
