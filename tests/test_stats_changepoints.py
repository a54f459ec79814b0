"""Changes of level: series with known truth, R's change points, and what must not be called a change."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Verdict
from vigie.stats.changepoints import change_settings, find_changes
from vigie.stats.noise import difference_autocorrelation, difference_scale
from vigie.stats.segmentation import Segmenter

REFERENCE = Path(__file__).parent / "reference" / "changepoints.json.gz"


def heavy(seed: int, n: int = 120) -> np.ndarray:
    return np.random.default_rng(seed).standard_t(3, n)


def stepped(seed: int, *, n: int = 120, at: int = 60, step: float = 4.0, level: float = 60.0) -> np.ndarray:
    values = level + heavy(seed, n)
    values[at:] += step
    return values


def gappy(values: np.ndarray, seed: int, share: float = 0.3) -> np.ndarray:
    found = values.copy()
    found[np.random.default_rng(seed).random(len(values)) < share] = np.nan
    return found


def outliers(values: np.ndarray, *at: int) -> np.ndarray:
    found = values.copy()
    found[list(at)] += 40
    return found


CHANGES = [
    # id, values, true places, margin
    ("one_step", stepped(1), [60], 2),
    ("down", stepped(2, step=-4), [60], 2),
    ("a_third_missing", gappy(stepped(3), 4), [60], 4),
    ("outliers_are_no_level", outliers(stepped(5), 20, 21, 90), [60], 3),
    ("whole_euros", np.round(stepped(6)), [60], 3),
    ("no_noise_at_all", np.repeat([50.0, 60.0], 20), [20], 0),
    ("far_apart_levels", np.repeat([10.0, 500.0], 20) + heavy(7, 40), [20], 0),
    ("there_and_back", np.concatenate([heavy(8, 50), 5 + heavy(9, 40), heavy(10, 50)]), [50, 90], 3),
    ("tiny_units", stepped(11) * 1e-6, [60], 3),
    ("huge_units", stepped(12) * 1e6, [60], 3),
    ("change_inside_a_gap", np.where(np.arange(120) // 5 == 12, np.nan, stepped(13)), [62], 4),
]


@pytest.mark.parametrize(
    ("values", "places", "margin"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_changes_are_found(values: np.ndarray, places: list[int], margin: int) -> None:
    (found,) = find_changes(values)
    assert found.verdict is Verdict.GIVEN
    assert len(found.changes) == len(places)
    for change, place in zip(found.changes, places, strict=True):
        assert abs(change.at - place) <= margin
        assert change.low - 1 <= place <= change.high + 1
        assert change.probability is not None and change.probability > 0.9
        assert change.step == change.after - change.before
    assert len(found.levels) == len(places) + 1


UNCHANGED = [
    ("heavy_tails", 60 + heavy(20)),
    ("one_outlier", outliers(60 + heavy(21), 50)),
    ("three_outliers_together", outliers(60 + heavy(22), 50, 51, 52)),
    ("a_last_odd_week", outliers(60 + heavy(23), 119)),
    ("slow_trend", 60 + heavy(24) + np.linspace(0, 4, 120)),
    ("season", 60 + heavy(25) + 1.5 * np.sin(np.arange(120) * 2 * np.pi / 52)),
    ("rounded_to_tens", np.round(60 + heavy(26), -1)),
    ("half_missing", gappy(60 + heavy(27), 28, 0.5)),
]


@pytest.mark.parametrize("values", [c[1] for c in UNCHANGED], ids=[c[0] for c in UNCHANGED])
def test_what_is_no_change_of_level(values: np.ndarray) -> None:
    (found,) = find_changes(values)
    assert (found.verdict, found.changes) == (Verdict.GIVEN, ())
    assert len(found.levels) == 1 and found.evidence is not None and found.evidence < 2


def test_a_trend_or_a_season_is_no_step() -> None:
    weeks = np.arange(156)
    season = np.sin(2 * np.pi * weeks / 52.18)
    noise = np.array([heavy(seed, 156) for seed in range(40, 52)])
    for shape in (season, 3 * weeks / 156):
        found = find_changes(noise + shape, per_year=52.18)
        assert sum(bool(one.changes) for one in found) <= 1
    stepped_too = noise + season + 4 * (weeks >= 80)
    hits = [
        any(abs(c.at - 80) <= 5 for c in one.changes) for one in find_changes(stepped_too, per_year=52.18)
    ]
    assert sum(hits) >= 11


SILENT = [
    ("too_short", [60.0] * 5 + [70.0] * 6, Verdict.SHORT),
    ("only_gaps", [np.nan] * 60, Verdict.SHORT),
    ("few_among_gaps", [60.0, np.nan] * 5 + [np.nan] * 40, Verdict.SHORT),
    ("constant", [60.0] * 60, Verdict.FLAT),
    ("all_zero", [0.0] * 60, Verdict.FLAT),
]


@pytest.mark.parametrize(("values", "verdict"), [c[1:] for c in SILENT], ids=[c[0] for c in SILENT])
def test_no_verdict_is_said(values: list[float], verdict: Verdict) -> None:
    for (found,) in (find_changes(values), [Segmenter(least=7).segment(values)]):
        assert (found.verdict, found.changes, found.levels) == (verdict, (), ())


def test_many_series_are_as_each_alone() -> None:
    series = [c[1] for c in (*CHANGES, *UNCHANGED) if len(c[1]) == 120]
    together = find_changes(np.array(series))
    for values, found in zip(series, together, strict=True):
        (alone,) = find_changes(values)
        assert [c.at for c in alone.changes] == [c.at for c in found.changes]
        assert alone.evidence == pytest.approx(found.evidence, abs=1e-9)


def test_a_gap_at_the_end_says_nothing() -> None:
    (short,) = find_changes(stepped(1))
    (longer,) = find_changes(np.concatenate([stepped(1), np.full(50, np.nan)]))
    assert [c.at for c in short.changes] == [c.at for c in longer.changes]


def test_the_unit_does_not_matter() -> None:
    values = stepped(30)
    (one,), (other,) = find_changes(values), find_changes(1000 - 3 * values)
    assert [(c.at, c.low, c.high) for c in one.changes] == [(c.at, c.low, c.high) for c in other.changes]
    assert [c.step * -3 for c in one.changes] == pytest.approx([c.step for c in other.changes])


def test_unchanged_series_are_rarely_alarmed_and_steps_mostly_found() -> None:
    """The full measure is benchmarks/stats_changepoints.py; this floor would catch a broken one."""
    unchanged = find_changes(np.array([gappy(heavy(s), s) for s in range(100, 160)]))
    assert sum(bool(one.changes) for one in unchanged) <= 3
    changed = find_changes(np.array([gappy(stepped(s, step=3.0), s) for s in range(200, 240)]))
    hits = sum(any(abs(c.at - 60) <= 5 for c in one.changes) for one in changed)
    assert hits >= 32


def test_settings_are_checked() -> None:
    for wrong in ({"expected_between": 1}, {"interval": 1.0}, {"least_segment": 0}, {"least_observed": 1}):
        with pytest.raises(SeriesError, match="change points"):
            replace(change_settings(), **wrong)


# Noise


def test_scale_survives_steps_and_outliers() -> None:
    noise = np.random.default_rng(1).normal(0, 2, 2000)
    noise[1000:] += 50
    noise[::50] += 100
    assert difference_scale(noise) == pytest.approx(2, rel=0.1)
    assert difference_scale(np.array([5.0, 5, 5])) == 0
    assert difference_scale(np.array([5.0, 5, 5, 6, 5, 5])) == pytest.approx(0.29)  # rounding hides that much


def test_autocorrelation_survives_steps() -> None:
    generator = np.random.default_rng(2)
    errors = generator.normal(size=4000)
    for at in range(1, 4000):
        errors[at] += 0.5 * errors[at - 1]
    errors[2000:] += 20
    assert difference_autocorrelation(errors) == pytest.approx(0.5, abs=0.08)
    assert difference_autocorrelation(generator.normal(size=4000)) == pytest.approx(0, abs=0.08)
    assert difference_autocorrelation(np.arange(5.0)) == 0


# Segments by ruptures, with penalties in use

REFERENCES = json.loads(gzip.decompress(REFERENCE.read_bytes()))


@pytest.mark.parametrize("case", REFERENCES, ids=[f"{c['series']}-{c['share']}" for c in REFERENCES])
def test_exact_segments_are_those_of_r(case: dict[str, object]) -> None:
    """strucchange's breakpoints for each number of changes (benchmarks/r/changepoints.R)."""
    values = np.array(case["values"], dtype=float)
    least = int(case["share"] * len(values))  # type: ignore[operator]
    for number, wanted in enumerate(case["segments"], start=1):  # type: ignore[arg-type, var-annotated]
        segmenter = Segmenter(method="exact", penalty=0.0, least=least, scaled=False)
        assert [c.at for c in segmenter.segment(values, number=number).changes] == wanted


SEGMENTERS = [
    Segmenter(),
    Segmenter(method="binseg", penalty="bic"),
    Segmenter(method="exact", penalty="mbic", most=3),
    Segmenter(cost="l1", penalty="robust", least=5),
    Segmenter(cost="rank", penalty="bic", least=5),
    Segmenter(cost="normal", penalty="mbic", least=10),
]


@pytest.mark.parametrize("segmenter", SEGMENTERS, ids=lambda s: f"{s.method}-{s.cost}-{s.penalty}")
def test_every_segmenter_finds_a_plain_step(segmenter: Segmenter) -> None:
    values = np.random.default_rng(3).normal(0, 1, 100)
    values[40:] += 4
    values[10:14] = np.nan
    found = segmenter.segment(values)
    assert [c.at for c in found.changes] == [40]
    assert found.changes[0].step == pytest.approx(4, abs=0.6)
    assert found.changes[0].probability is None


def test_pelt_finds_changes_of_counts() -> None:
    generator = np.random.default_rng(4)
    counts = np.concatenate([generator.poisson(3, 60), generator.poisson(9, 60)])
    assert [c.at for c in Segmenter(cost="poisson", penalty="bic").segment(counts).changes] == [60]
    assert Segmenter(cost="poisson").segment(np.repeat([0.0, 5.0], 10)).changes[0].at == 10


PENALTIES = [
    ("aic", "l2", 4.0),
    ("bic", "l2", 2 * np.log(100)),
    ("mbic", "l2", 3 * np.log(100)),
    ("bic", "normal", 3 * np.log(100)),
    ("mbic", "normal", 4 * np.log(100)),
    (7.5, "l2", 7.5),
]


@pytest.mark.parametrize(("rule", "cost", "value"), PENALTIES, ids=[f"{p[0]}-{p[1]}" for p in PENALTIES])
def test_penalties_are_those_of_their_rules(rule: str | float, cost: str, value: float) -> None:
    segmenter = Segmenter(penalty=rule, cost=cost, least=2)  # type: ignore[arg-type]
    assert segmenter.value(np.arange(100.0)) == pytest.approx(value)


def test_the_robust_penalty_rises_with_autocorrelation() -> None:
    generator = np.random.default_rng(5)
    errors = generator.normal(size=400)
    alike = errors.copy()
    for at in range(1, 400):
        alike[at] += 0.6 * alike[at - 1]
    segmenter = Segmenter(cost="l1", penalty="robust")
    assert segmenter.value(alike) > 2 * segmenter.value(errors)


WRONG = [
    ("cost", {"cost": "l7"}, "cost is one of"),
    ("method", {"method": "magic"}, "method pelt"),
    ("rule", {"penalty": "guess"}, "penalty is"),
    ("negative", {"penalty": -1.0}, "not negative"),
    ("variance_of_one", {"cost": "normal", "least": 1}, "least"),
]


@pytest.mark.parametrize(("asked", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_parameters_are_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(SeriesError, match=said):
        Segmenter(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values", [["a"], [np.inf, 1.0], [], [[[1.0]]]], ids=["text", "infinite", "empty", "cube"]
)
def test_wrong_series_are_refused(values: object) -> None:
    with pytest.raises(SeriesError, match="series"):
        find_changes(values)  # type: ignore[arg-type]
    with pytest.raises(SeriesError, match="series"):
        Segmenter().segment(values)  # type: ignore[arg-type]


def test_one_series_at_a_time_and_no_negative_counts() -> None:
    with pytest.raises(SeriesError, match="one at a time"):
        Segmenter().segment(np.zeros((2, 30)))
    with pytest.raises(SeriesError, match="exact search"):
        Segmenter().segment(np.zeros(30), number=2)
    with pytest.raises(SeriesError, match="negative count"):
        Segmenter(cost="poisson").segment([-1.0] + [3.0, 4.0] * 10)
