"""Evidence pooled over weeks, on series whose truth is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.model.errors import SeriesError
from vigie.stats.alarms import Alarms, Verdict
from vigie.stats.arrays import FloatArray
from vigie.stats.pooled import Pooled
from vigie.stats.pooled_baseline import columns, fit
from vigie.stats.pooled_evidence import shares, weigh
from vigie.stats.pooled_settings import pooled_settings

WEEKS = 320
JUDGED = np.arange(271, WEEKS)


def noise(mean: FloatArray | float, phi: float, shape: tuple[int, ...], seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    level = np.broadcast_to(np.asarray(mean, dtype=np.float64), shape)
    return rng.poisson(rng.gamma(level / (phi - 1), phi - 1)).astype(np.float64)


def season(weeks: int = WEEKS, height: float = 0.5) -> FloatArray:
    return np.exp(height * np.cos(2 * np.pi * np.arange(weeks) / 52))


MEANS = np.repeat([0.3, 3.0, 30.0, 200.0], 25)[:, None]
QUIET = noise(MEANS * season(), 1.6, (100, WEEKS), 1)


def outbreaks(size: float, seed: int = 2) -> tuple[FloatArray, FloatArray]:
    """QUIET with one outbreak in each series, spread 5 : 4 : 1 over three weeks; and where it runs."""
    rng = np.random.default_rng(seed)
    start = rng.integers(275, WEEKS - 5, len(QUIET))
    deviation = np.sqrt(1.6 * (MEANS * season())[np.arange(len(QUIET)), start])
    counts, runs = QUIET.copy(), np.zeros(QUIET.shape, dtype=bool)
    for week, share in enumerate((0.5, 0.4, 0.1)):
        at = (np.arange(len(QUIET)), start + week)
        counts[at] += rng.poisson(size * share * deviation)
        runs[at] = True
    return counts, runs


@pytest.fixture(scope="module")
def quiet() -> Alarms:
    return Pooled().scan(QUIET, at=JUDGED)


def test_false_alarms_stay_near_the_rate_asked_for(quiet: Alarms) -> None:
    assert (quiet.verdict == Verdict.GIVEN).all()
    assert 0.003 < quiet.alarm.mean() < 0.013
    strict = Pooled(rate=0.001).threshold
    assert ((quiet.score > strict) & quiet.alarm).mean() < 0.003


def test_larger_outbreaks_are_found_more_often_and_pooling_finds_more_than_one_week(quiet: Alarms) -> None:
    found = {}
    for size in (2.0, 6.0, 12.0):
        counts, runs = outbreaks(size)
        found[size] = (Pooled().scan(counts, at=JUDGED).alarm & runs[:, JUDGED]).any(1).mean()
    assert found[2.0] < found[6.0] < found[12.0]
    assert found[6.0] > 0.6
    assert found[12.0] > 0.9
    counts, runs = outbreaks(6.0)
    # the same detector with one week only, its limit moved to the same false alarms
    alone = Pooled(settings=dataclasses.replace(pooled_settings(), begun=(1.0,)))
    calm, loud = alone.scan(QUIET, at=JUDGED), alone.scan(counts, at=JUDGED)
    limit = np.quantile(np.where(calm.observed > calm.expected, calm.score, -np.inf), 1 - quiet.alarm.mean())
    one_week = ((loud.score > limit) & (loud.observed > loud.expected) & runs[:, JUDGED]).any(1).mean()
    assert found[6.0] > one_week


@pytest.mark.parametrize("at", [120, 200, 263])
def test_the_future_changes_nothing(at: int) -> None:
    before = Pooled().scan(QUIET[::20, : at + 1], at=[at])
    changed = QUIET[::20].copy()
    changed[:, at + 1 :] = 5000.0
    after = Pooled().scan(changed, at=[at])
    for name in ("expected", "upper", "score"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), rtol=1e-9)
    np.testing.assert_array_equal(after.alarm, before.alarm)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(130, 250), st.sampled_from(["zero", "huge", "nan", "cut"]))
def test_no_verdict_depends_on_later_weeks(seed: int, at: int, change: str) -> None:
    counts = noise(4.0 * season(260), 2.0, (2, 260), seed)
    later = counts.copy()
    later[:, at + 1 :] = {"zero": 0.0, "huge": 1e6, "nan": np.nan, "cut": 0.0}[change]
    later = later[:, : at + 1] if change == "cut" else later
    one, other = Pooled().scan(counts, at=[at - 1, at]), Pooled().scan(later, at=[at - 1, at])
    np.testing.assert_allclose(one.score, other.score, rtol=1e-9)
    np.testing.assert_array_equal(one.upper, other.upper)


def test_a_series_is_judged_alone_and_the_same_in_any_company_or_selection() -> None:
    some = QUIET[::16, :300]
    together = Pooled().scan(some)
    alone = [Pooled().scan(row, at=[150, 299]) for row in some]
    for name in ("expected", "upper", "score"):
        np.testing.assert_allclose(
            getattr(together, name)[:, [150, 299]],
            np.concatenate([getattr(found, name) for found in alone]),
            rtol=1e-7,
        )
    again = Pooled().scan(some)
    np.testing.assert_array_equal(again.score, together.score)


def test_upper_is_the_largest_count_that_is_no_alarm() -> None:
    counts, _ = outbreaks(8.0)
    counts = counts[::8]
    found = Pooled().scan(counts, at=JUDGED)
    np.testing.assert_array_equal(found.alarm, found.observed > found.upper)
    for more, expected in ((0, False), (1, True)):
        tried = counts.copy()
        tried[:, 300] = found.upper[:, 300 - 271] + more
        assert (Pooled().scan(tried, at=[300]).alarm == expected).all()


def test_an_outbreak_under_way_lowers_the_limit() -> None:
    counts = noise(10.0, 1.5, (1, 261), 7)
    calm = Pooled().scan(counts, at=[260]).upper[0, 0]
    counts[0, 259] += 12
    assert Pooled().scan(counts, at=[260]).upper[0, 0] < calm


@pytest.mark.parametrize(
    ("mean", "error", "dispersion"),
    [
        (0.05, 0.8, 1.01),
        (0.3, 0.5, 3.0),
        (5.0, 0.2, 1.3),
        (150.0, 0.05, 5.0),
        (20_000.0, 0.1, 40.0),
        (1000.0, 0.08, 8.0),
        (60.0, 0.15, 1.2),
        (60.0, 0.4, 1.2),
    ],
    ids=[
        "rare_uncertain",
        "rare_dispersed",
        "usual",
        "frequent",
        "very_frequent",
        "wide",
        "wandering",
        "unknown",
    ],
)
def test_more_cases_are_always_more_evidence(mean: float, error: float, dispersion: float) -> None:
    s = pooled_settings()
    reach = len(s.begun)
    counts = np.unique(np.round(np.geomspace(mean + 1, 1000 * (mean + 1), 300)))
    before = np.full((len(counts), reach - 1), np.floor(mean))
    shape = (len(counts), reach)
    score, upper = weigh(
        np.column_stack([before, counts]),
        np.full(shape, mean),
        np.full(shape, error),
        np.full(len(counts), dispersion),
        share=shares(reach, 1.0, s.delay_spread),
        sizes=s.sizes,
        begun=s.begun,
        threshold=3.0,
        least=np.full((len(counts), 1), mean),
    )
    assert np.isfinite(score).all()
    assert (np.diff(score[:, 0]) > 0).all()
    assert score[-1, 0] > 6
    np.testing.assert_array_equal(counts > upper[:, 0], score[:, 0] > 3.0)


NO_VERDICT = [
    # id, history, verdict at the last week
    ("short", noise(5.0, 1.5, (1, 70), 1)[0], Verdict.SHORT),
    ("all_zero", np.zeros(200), Verdict.FLAT),
    ("constant", np.full(200, 7.0), Verdict.FLAT),
    ("missing_now", np.r_[noise(5.0, 1.5, (1, 200), 1)[0], np.nan], Verdict.MISSING),
    ("mostly_missing", np.r_[np.full(180, np.nan), noise(5.0, 1.5, (1, 60), 1)[0]], Verdict.SHORT),
    ("nothing_collected", np.full(200, np.nan), Verdict.MISSING),
]


@pytest.mark.parametrize(
    ("counts", "verdict"), [row[1:] for row in NO_VERDICT], ids=[row[0] for row in NO_VERDICT]
)
def test_no_verdict_is_told_and_never_a_number(counts: FloatArray, verdict: Verdict) -> None:
    found = Pooled().scan(counts)
    assert found.verdict[0, -1] == verdict
    assert not found.alarm[0, -1]
    assert np.isnan([found.expected[0, -1], found.upper[0, -1], found.score[0, -1]]).all()


REFUSED = [
    ("negative", [3.0, -1.0, 2.0], {}, "negative"),
    ("infinite", [3.0, np.inf, 2.0], {}, "infinite"),
    ("empty", [], {}, "shape"),
    ("text", ["a", "b"], {}, "numbers"),
    ("population_shape", [3.0, 1.0, 2.0], {"population": [1.0, 2.0]}, "population"),
    ("population_zero", [3.0, 1.0, 2.0], {"population": [1.0, 0.0, 2.0]}, "population"),
    ("dates_shape", [3.0, 1.0, 2.0], {"dates": np.array(["2024-01-01"], dtype="datetime64[D]")}, "dates"),
    ("outside", [3.0, 1.0, 2.0], {"at": [3]}, "outside"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "more", "word"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_cannot_be_right_is_refused(counts: list[float], more: dict[str, object], word: str) -> None:
    with pytest.raises(SeriesError, match=word):
        Pooled().scan(counts, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [{"rate": 0.3}, {"rate": 0.0}, {"rate": float("nan")}, {"frequency": 1}, {"settings": "years=3"}],
    ids=str,
)
def test_parameters_outside_their_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SeriesError):
        Pooled(**wrong)  # type: ignore[arg-type]


def test_missing_weeks_say_nothing_and_are_no_zeros() -> None:
    counts = noise(20.0, 1.5, (1, 300), 3)
    holes = counts.copy()
    holes[0, 40:60] = holes[0, 297] = np.nan
    full, some = Pooled().scan(counts, at=[299]), Pooled().scan(holes, at=[299])
    assert some.expected[0, 0] == pytest.approx(full.expected[0, 0], rel=0.05)
    assert some.expected[0, 0] == pytest.approx(20, rel=0.2)


def test_population_is_an_offset() -> None:
    people = np.linspace(1e5, 4e5, 300)
    counts = noise(people / 1e4, 1.3, (1, 300), 4)
    found = Pooled().scan(counts, population=people, at=[299])
    assert found.expected[0, 0] == pytest.approx(40, rel=0.12)
    twice = Pooled().scan(counts, population=2 * people, at=[299])
    assert twice.expected[0, 0] == pytest.approx(found.expected[0, 0], rel=1e-3)


def test_months_are_judged_with_a_season_of_twelve() -> None:
    month = np.arange(120)
    counts = noise(40.0 * np.exp(0.6 * np.cos(2 * np.pi * month / 12)), 1.5, (30, 120), 5)
    dates = np.arange("2015-01", "2025-01", dtype="datetime64[M]").astype("datetime64[D]")
    found = Pooled(frequency=12).scan(counts, dates=dates, at=np.arange(60, 120))
    assert (found.verdict == Verdict.GIVEN).all()
    assert found.alarm.mean() < 0.02
    truth = 40.0 * np.exp(0.6 * np.cos(2 * np.pi * month[60:] / 12))
    assert np.abs(np.log(found.expected / truth)).mean() < 0.12
    counts[:, 119] += 60
    assert Pooled(frequency=12).scan(counts, dates=dates, at=[119]).alarm.mean() > 0.9


def test_the_baseline_finds_known_coefficients_and_spread() -> None:
    s = pooled_settings()
    years = (np.arange(400) - 400) / 52
    design, precision = columns(years, np.arange(400) / 52, s)
    truth = np.exp(2.0 + 0.1 * years + 0.4 * np.cos(2 * np.pi * np.arange(400) / 52))
    base = fit(noise(truth, 2.0, (60, 400), 6), design, precision, np.zeros((1, 400)), s, lags=(3, 12))
    assert base.converged.all()
    expected, error = base.ahead(design[-1:], np.zeros((1, 1)))
    off = np.log(expected[:, 0] / truth[-1])
    assert abs(off.mean()) < 0.05
    assert off.std() == pytest.approx(np.sqrt((error**2).mean()), rel=0.4)
    assert base.dispersion.mean() == pytest.approx(2.0, rel=0.1)
    assert np.median(base.wander) == 0


def test_past_outbreaks_hardly_become_the_expectation() -> None:
    counts = noise(10.0, 1.5, (40, 300), 8)
    struck = counts.copy()
    for start in (60, 130, 200, 250):
        struck[:, start : start + 3] += 25
    trusting = Pooled(settings=dataclasses.replace(pooled_settings(), outlier=1e9))
    calm = Pooled().scan(counts, at=[299]).expected
    rise = (Pooled().scan(struck, at=[299]).expected / calm).mean() - 1
    assert rise < 0.08
    assert rise < 0.7 * ((trusting.scan(struck, at=[299]).expected / calm).mean() - 1)


def test_a_baseline_that_wanders_is_given_room() -> None:
    rng = np.random.default_rng(9)
    drift = np.zeros((40, 320))
    for week in range(1, 320):
        drift[:, week] = 0.95 * drift[:, week - 1] + rng.normal(0, 0.1, 40)
    found = Pooled().scan(noise(60 * np.exp(drift), 1.3, drift.shape, 10), at=np.arange(270, 320))
    stiff = dataclasses.replace(pooled_settings(), wander_noise=1e9)
    without = Pooled(settings=stiff).scan(
        noise(60 * np.exp(drift), 1.3, drift.shape, 10), at=np.arange(270, 320)
    )
    assert found.alarm.mean() < 0.8 * without.alarm.mean()


@pytest.mark.parametrize("weeks", [1.0, 4.348125], ids=["weeks", "months"])
def test_shares_of_an_outbreak_add_up(weeks: float) -> None:
    found = shares(12, weeks, 0.5)
    assert found.sum() == pytest.approx(1, abs=1e-3)
    if weeks == 1.0:  # log-normal(0, 0.5) below one, two, three weeks
        np.testing.assert_allclose(found[:3], [0.5, 0.41719, 0.06883], atol=2e-4)
