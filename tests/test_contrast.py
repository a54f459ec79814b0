"""Two spans compared, and a panel of sources as one series: by hand, with holes, and where nothing changed."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy.stats import t as student

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.contrast import contrast, joined

NAN = np.nan


def test_a_ratio_of_rates_by_hand() -> None:
    """Two sources, spans of 2: source 1 has 6 and 3 in two periods each, source 2 4 in one and 4 in two.

    Mantel and Haenszel: (6 * 2/4 + 4 * 2/3) / (3 * 2/4 + 4 * 1/3) = 2; Greenland and Robins: (4 * 9/16 + 2 * 8/9) / (17/3 * 17/6).
    """
    past = np.array([[1, 2] * 4, [2, 2] * 4], dtype=float)
    panel = np.concatenate([past, [[1, 2, 4, 2], [2, 2, 4, NAN]]], axis=1)
    found = contrast(panel, 2, kind="count")
    assert found.verdict is Verdict.GIVEN and found.sources == 2
    assert found.ratio is not None and found.ratio + 1 == pytest.approx(
        (6 * 2 / 4 + 4 * 2 / 3) / (3 * 2 / 4 + 4 / 3)
    )
    variance = (4 * 9 / 16 + 2 * 8 / 9) / ((3 + 8 / 3) * (1.5 + 4 / 3))
    # The past never differed from one span to the next: the error is Poisson's, and of the ten periods of history 10 / 2 - 1 = 4 are free.
    assert found.df == pytest.approx(4)
    half = float(student.isf(0.025, 4)) * sqrt(variance)
    assert found.low is not None and found.low + 1 == pytest.approx(exp(log(2) - half))
    assert found.p == pytest.approx(2 * float(student.sf(log(2) / sqrt(variance), 4)))


def test_a_change_of_levels_by_hand() -> None:
    """Spans of one: changes of the past 1, -1, 1, -1, the last one 3: t = 3 with 4 degrees of freedom."""
    found = contrast([[0, 1, 0, 1, 0, 3]], 1, kind="level")
    assert found.ratio is not None and found.ratio + 1 == pytest.approx(exp(3))
    assert found.p == pytest.approx(2 * float(student.sf(3, 4))) and found.df == 4


def test_a_source_that_stops_or_begins_is_no_change() -> None:
    rng = np.random.default_rng(3)
    panel = rng.poisson([[40], [5], [6]], (3, 30)).astype(float)
    panel[0, 27:] = NAN
    stopped = contrast(panel, 3, kind="count")
    assert stopped.sources == 2 and stopped.p is not None and stopped.p > 0.05
    turned = panel[:, ::-1].copy()
    begun = contrast(np.concatenate([turned[:, 3:], turned[:, :3]], axis=1), 3, kind="count")
    assert begun.p is not None and begun.p > 0.05
    # As zeros, the same holes would be the largest fall there is.
    fallen = contrast(np.nan_to_num(panel), 3, kind="count")
    assert fallen.p is not None and fallen.p < 0.01 and fallen.ratio is not None and fallen.ratio < -0.6


def test_a_real_change_is_told_whatever_its_sources() -> None:
    rng = np.random.default_rng(8)
    rate = np.r_[np.ones(36), np.full(3, 2.5)]
    panel = rng.poisson(np.array([[30], [4], [12]]) * rate).astype(float)
    panel[2, 10:20] = NAN
    found = contrast(panel, 3, kind="count")
    assert (
        found.low is not None and found.low > 0.4 and found.high is not None and found.low < 1.5 < found.high
    )


VERDICTS = [
    ("too_short", [[1.0, 2.0, 3.0]], "count", Verdict.SHORT),
    ("little_history", [[5.0, 6.0, 4.0, 5.0, 6.0, 7.0, 5.0, 6.0]], "count", Verdict.SHORT),
    ("no_source_in_both", [[*[5.0] * 22, NAN, NAN], [*[NAN] * 22, 5.0, 5.0]], "count", Verdict.MISSING),
    ("nothing_collected", [[NAN] * 24], "count", Verdict.MISSING),
    ("no_source_at_all", np.zeros((0, 24)), "count", Verdict.MISSING),
    ("too_few_cases", [[*[1.0] * 20, 1.0, 0.0, 0.0, 1.0]], "count", Verdict.FEW),
    ("never_varied", [[4.0] * 24], "level", Verdict.FLAT),
]


@pytest.mark.parametrize(("_name", "panel", "kind", "verdict"), VERDICTS, ids=[v[0] for v in VERDICTS])
def test_no_verdict_says_why(_name: str, panel: object, kind: str, verdict: Verdict) -> None:
    found = contrast(panel, 2, kind=kind)  # type: ignore[arg-type]
    assert found.verdict is verdict and found.p is None and found.low is None
    assert verdict is Verdict.SHORT or found.ratio is None


def test_all_or_none_has_limits() -> None:
    found = contrast([[*[3.0, 4.0] * 12, 4.0, 5.0, 0.0, 0.0]], 2, kind="count")
    assert found.verdict is Verdict.GIVEN and found.ratio is not None and -1 < found.ratio < -0.8
    assert found.high is not None and np.isfinite(found.high)


def test_few_changes_are_claimed_where_there_are_none() -> None:
    """docs/statistics.md has the rates; here that they are near what is promised, with autocorrelation."""
    rng, claimed = np.random.default_rng(2), 0
    for _ in range(150):
        y = np.zeros(30)
        for n in range(1, 30):
            y[n] = 0.7 * y[n - 1] + rng.standard_normal()
        claimed += (contrast(rng.poisson(8 * np.exp(0.2 * y))[None, :], 3, kind="count").p or 1) < 0.05
    assert claimed <= 14  # 7.5 are promised, and three standard errors


def test_a_panel_as_one_series() -> None:
    """One source of 10, one of 30, each with a hole: the series is as if both had been kept."""
    rate = np.array([1.0, 2.0, 1.0, 3.0, 1.0])
    panel = np.array([[10.0], [30.0]]) * rate
    panel[1, 1], panel[0, 3] = NAN, NAN
    np.testing.assert_allclose(joined(panel, kind="count"), 40 * rate, rtol=1e-6)
    np.testing.assert_allclose(
        joined(np.log(panel), kind="level"), np.log(rate) + np.log([10.0, 30.0]).mean(), rtol=1e-6
    )


def test_what_no_source_kept_or_links_is_a_gap() -> None:
    apart = [[4.0, 5.0, 6.0, NAN, NAN, NAN], [NAN, NAN, NAN, NAN, 90.0, 80.0]]
    np.testing.assert_allclose(joined(apart, kind="count"), [4, 5, 6, NAN, NAN, NAN])
    assert np.isnan(joined([[NAN, NAN]], kind="level")).all() and joined(
        np.zeros((0, 3)), kind="count"
    ).shape == (3,)
    assert joined([[0.0, 0.0, NAN]], kind="count").tolist()[:2] == [0.0, 0.0]


@pytest.mark.parametrize("wrong", [([[-1.0, 2.0]], 1), ([[1.0, 2.0]], 0)], ids=["negative", "no_span"])
def test_what_cannot_be_right_is_refused(wrong: tuple[object, int]) -> None:
    with pytest.raises(SeriesError):
        contrast(wrong[0], wrong[1], kind="count")  # type: ignore[arg-type]
