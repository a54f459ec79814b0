"""Limits on the recent past, combined evidence, episodes, grades and silence: on figures worked out otherwise and on simulated truth."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from vigie.lexicon.terms import data_toml
from vigie.model.errors import SeriesError
from vigie.stats.alarms import Alarms, Verdict
from vigie.stats.grading import Case, grade, silence_grade
from vigie.stats.recent import RecentLimit
from vigie.stats.signals import alert_id, cauchy, combine, episodes, levels, tail_of
from vigie.stats.silence import silences
from vigie.stats.watch import judge, stacked, sums_of_last

stats = pytest.importorskip("scipy.stats")

# The limit on the recent past


def test_the_limit_is_the_predictive_quantile() -> None:
    """Twenty weeks of two cases: negative binomial with 40.5 cases known over 20 weeks, worked out by SciPy's own law."""
    y = np.full((1, 25), 2.0)
    y[0, 24] = 9
    found = RecentLimit(guard=4, baseline=20, alpha=0.01).scan(y, at=[24])
    law = stats.nbinom(40.5, 20 / 21)
    assert found.expected[0, 0] == pytest.approx(40.5 / 20)
    assert found.upper[0, 0] == law.isf(0.01)
    assert found.score[0, 0] == pytest.approx(law.sf(8))
    assert found.alarm[0, 0] and found.verdict[0, 0] == Verdict.GIVEN


def test_a_first_report_is_never_unusual_by_itself() -> None:
    y = np.zeros((1, 60))
    y[0, 50], y[0, 59] = 1, 4
    found = RecentLimit(alpha=0.01, baseline=52).scan(y[:, :51], at=[50])
    assert found.score[0, 0] == pytest.approx(1.0) and not found.alarm.any()
    several = RecentLimit(alpha=0.01).scan(np.where(y == 1, 3, y)[:, :51], at=[50])
    law = stats.nbinom(0.5, 47 / 48)  # half a case known over the weeks before the guard: Jeffreys
    assert several.score[0, 0] == pytest.approx(law.sf(2) / law.sf(0), rel=0.15)
    assert several.alarm[0, 0]


def test_a_sum_of_weeks_finds_what_one_week_does_not() -> None:
    y = np.tile([2.0, 1, 3, 2], 20)[None]
    y[0, 70:74] += 3
    week, month = RecentLimit(alpha=0.001), RecentLimit(alpha=0.001, window=4)
    assert not week.scan(y).alarm[0, 70:74].any()
    assert month.scan(y).alarm[0, 73]
    assert month.scan(y, at=[73]).observed[0, 0] == 20


def test_false_alarms_are_no_more_than_stated() -> None:
    rng = np.random.default_rng(4)
    for mean, wide in ((0.1, 1.0), (2.0, 1.0), (2.0, 2.0), (10.0, 3.0)):
        size = mean / (wide - 1) if wide > 1 else None
        draw = (
            rng.poisson(mean, (400, 100))
            if size is None
            else rng.negative_binomial(size, 1 / wide, (400, 100))
        )
        found = RecentLimit(alpha=0.01).scan(draw, at=np.arange(60, 100))
        assert found.alarm.mean() <= 0.015, (mean, wide)


def test_offsets_move_the_expectation() -> None:
    y = np.full((1, 40), 3.0)
    risk = np.ones((1, 40))
    risk[0, 39] = 4
    y[0, 39] = 12
    assert RecentLimit(alpha=0.01).scan(y).alarm[0, 39]
    assert not RecentLimit(alpha=0.01).scan(y, population=risk).alarm[0, 39]


def test_weeks_are_judged_from_what_stands_before_them() -> None:
    rng = np.random.default_rng(2)
    y = rng.poisson(1.5, (8, 90)).astype(float)
    y[2, 30:40] = np.nan
    whole, part = RecentLimit().scan(y), RecentLimit().scan(y[:, :60])
    for name in ("upper", "score", "expected", "verdict"):
        assert np.array_equal(getattr(whole, name)[:, :60], getattr(part, name), equal_nan=True)


VERDICTS = [
    ("short", [1, 2, 3], Verdict.SHORT),
    ("not_collected", [1] * 30 + [np.nan], Verdict.MISSING),
    ("holes_in_the_past", [1, np.nan] * 20 + [1], Verdict.GIVEN),
    ("never_a_case", [0] * 30, Verdict.GIVEN),
]


@pytest.mark.parametrize(("_name", "values", "verdict"), VERDICTS, ids=[v[0] for v in VERDICTS])
def test_no_verdict_is_no_silent_number(_name: str, values: list[float], verdict: Verdict) -> None:
    found = RecentLimit().scan(values)
    assert found.verdict[0, -1] == verdict
    assert np.isnan(found.upper[0, -1]) == (verdict != Verdict.GIVEN)
    assert not found.alarm[0, -1]


@pytest.mark.parametrize(
    "wrong", [{"alpha": 0.0}, {"alpha": 1.0}, {"guard": -1}, {"window": 0}, {"least": 1}, {"baseline": 5}]
)
def test_wrong_parameters_are_told(wrong: dict[str, float]) -> None:
    with pytest.raises(SeriesError):
        replace(RecentLimit(), **wrong).scan([1.0] * 30)  # type: ignore[arg-type]


def test_negative_counts_are_refused() -> None:
    with pytest.raises(SeriesError, match="negative"):
        RecentLimit().scan([1, -1, 2])


# Evidence put together


def test_one_indicator_is_itself() -> None:
    assert combine(np.array([[[0.03], [np.nan]]]))[0, 0] == 0.03
    assert np.isnan(combine(np.full((1, 2, 1), np.nan))[0, 0])


def test_the_cauchy_combination_is_that_of_its_law() -> None:
    """The mean of standard Cauchy quantiles is standard Cauchy again."""
    p = np.array([0.02, 0.3, np.nan, 0.6])
    expected = stats.cauchy.sf(stats.cauchy.isf(p[[0, 1, 3]]).mean())
    assert cauchy(p) == pytest.approx(expected)
    assert cauchy(np.array([0.01, 1.0])) == cauchy(
        np.array([0.01, 0.9])
    )  # nothing counted is no evidence against
    assert cauchy(np.array([1e-20, 0.5])) == pytest.approx(2e-20)
    assert np.isnan(cauchy(np.array([np.nan, np.nan])))
    for wrong in (-0.1, 1.1):
        with pytest.raises(SeriesError, match="outside 0 to 1"):
            cauchy([wrong, 0.5])


def test_fisher_without_covariance() -> None:
    p = [0.02, 0.03, 0.2]
    both = [stats.chi2(6).sf(-2 * np.log(p).sum()), 3 * 0.02]
    assert combine(np.reshape(p, (1, 3, 1)), covariance=0)[0, 0] == pytest.approx(
        float(cauchy(np.array(both)))
    )


def test_browns_law_against_correlated_draws() -> None:
    """Indicators whose -2 ln p have a covariance of 1: at 0.01 no more than 0.012 of draws, and not a tenth of that."""
    rng = np.random.default_rng(7)
    shared = rng.standard_normal((40_000, 1))
    rho = 0.28  # of the normal scores, for a covariance of about 1
    z = np.sqrt(rho) * shared + np.sqrt(1 - rho) * rng.standard_normal((40_000, 4))
    p = stats.norm.sf(z)
    assert np.cov((-2 * np.log(p)).T)[0, 1] == pytest.approx(1.0, abs=0.15)
    share = (combine(p[:, :, None], covariance=1.0)[:, 0] <= 0.01).mean()
    assert 0.001 < share <= 0.012


def test_moderate_rises_together_say_more_than_each_alone() -> None:
    together = combine(np.full((1, 3, 1), 0.01))[0, 0]
    assert together < 0.003
    strong = combine(np.array([1e-6, 0.9, 0.8]).reshape(1, 3, 1))[0, 0]
    assert strong <= 6.1e-6  # at most twice their number: the others take little away
    assert combine(np.array([1e-6, 1.0, 1.0]).reshape(1, 3, 1))[0, 0] <= 6.1e-6


@pytest.mark.parametrize(
    ("p", "match"),
    [
        (np.full((1, 2, 1), 1.2), "from 0 to 1"),
        (np.full((1, 2, 1), -0.1), "from 0 to 1"),
        (np.zeros((2, 3)), "shape"),
    ],
)
def test_what_is_no_p_value_is_refused(p: np.ndarray, match: str) -> None:
    with pytest.raises(SeriesError, match=match):
        combine(p)


def test_the_tail_is_exact_at_the_limit() -> None:
    def alarms(observed: float) -> Alarms:
        one = np.ones((1, 1))
        return Alarms(
            method="x", times=np.array([0]), observed=observed * one, expected=4.0 * one, upper=9.5 * one,
            score=one, alarm=one > 0, verdict=np.zeros((1, 1), dtype=np.int8),
        )  # fmt: skip

    assert tail_of(alarms(10.0), 0.01)[0, 0] == pytest.approx(0.01)
    assert tail_of(alarms(4.0), 0.01)[0, 0] == pytest.approx(0.5)
    assert tail_of(alarms(0.0), 0.01)[0, 0] == 1.0
    # Near the Poisson law whose quantile the limit is.
    assert tail_of(alarms(12.0), 0.01)[0, 0] == pytest.approx(stats.poisson(4).sf(11), abs=0.002)


def test_levels_share_the_false_alarms_among_cells() -> None:
    level = levels([0, 10, 100, 1000], "week", false_per_month=1.0, largest=0.01)
    assert level.tolist() == pytest.approx(
        [0.01, 0.01, 1 / (100 * 365.25 / 12 / 7), 1 / (1000 * 365.25 / 12 / 7)]
    )
    assert levels([50], "month", false_per_month=1.0, largest=0.5)[0] == pytest.approx(0.02)


def test_episodes() -> None:
    p = np.ones((2, 20))
    p[0, [3, 4, 8, 16]] = [1e-3, 1e-5, 1e-3, 1e-4]
    p[1, 19] = 1e-3
    p[1, 2] = np.nan
    found = episodes(p, np.full(20, 0.01), gap=4)
    assert [(e.cell, e.start, e.last, e.peak, e.p) for e in found] == [
        (0, 3, 8, 4, 1e-5), (0, 16, 16, 16, 1e-4), (1, 19, 19, 19, 1e-3),
    ]  # fmt: skip
    earlier = episodes(p[:, :9], np.full(9, 0.01), gap=4)
    assert [(e.cell, e.start) for e in earlier] == [(0, 3)]


def test_an_id_is_that_of_the_first_period() -> None:
    one = alert_id("rise", "cocaine", "FR-69", date(2025, 6, 2))
    assert one == alert_id("rise", "cocaine", "FR-69", date(2025, 6, 2)) == "a_" + one[2:]
    others = [
        alert_id("rise", "cocaine", "FR-69", date(2025, 6, 9)), alert_id("rise", "crack", "FR-69", date(2025, 6, 2)),
        alert_id("rise", "cocaine", "FR-38", date(2025, 6, 2)), alert_id("silence", "cocaine", "FR-69", date(2025, 6, 2)),
    ]  # fmt: skip
    assert len({one, *others}) == 5


def test_judge_joins_a_week_and_the_last_weeks() -> None:
    rng = np.random.default_rng(5)
    y = rng.poisson(2.0, (3, 80)).astype(float)
    y[0, 70] = 14
    y[2] = 0
    recent = RecentLimit(alpha=0.01)
    found = judge(y, recent=recent, window=replace(recent, window=4), at=[70, 79])
    one, four = (replace(recent, window=w).scan(y, at=[70]) for w in (1, 4))
    assert found.p[0, 0] == pytest.approx(float(cauchy(np.array([one.score[0, 0], four.score[0, 0]]))))
    assert found.mid[0, 0] < found.p[0, 0]  # half of the observed count's own probability
    assert (found.span[0, 0], found.methods[found.method[0, 0]]) == (1, "recent-limit")
    assert np.isnan(found.p[2]).all()  # a series without a case says nothing
    both = stacked(3, [([2], judge(y[2:], recent=recent, window=replace(recent, window=4), at=[70, 79])), ([0, 1], judge(
        y[:2], recent=recent, window=replace(recent, window=4), at=[70, 79]))])  # fmt: skip
    assert np.isnan(both.p[2]).all() and both.observed[0, 0] == 14


def test_long_histories_are_judged_by_season() -> None:
    """Every summer is high: Farrington flexible expects it, and is not doubled by the sum of the last weeks."""
    from vigie.stats.farrington_flexible import FarringtonFlexible

    rng = np.random.default_rng(6)
    weeks = np.arange(52 * 5)
    y = rng.poisson(12 + 8 * np.cos(2 * np.pi * (weeks - 6) / 52), (4, weeks.size)).astype(float)
    dates = np.datetime64("2020-01-06") + 7 * weeks
    recent = RecentLimit(alpha=0.01)
    seasonal = [(156, replace(FarringtonFlexible.improved(alpha=0.01), years=3))]
    at = np.arange(52 * 4, 52 * 4 + 6)
    with_season = judge(
        y, recent=recent, window=replace(recent, window=4), seasonal=seasonal, dates=dates, at=at
    )
    without = recent.scan(y, at=at)
    assert without.expected.max() < 14 and np.median(with_season.expected[with_season.span == 1]) > 16
    assert {with_season.methods[m] for m in np.unique(with_season.method)} <= {
        "farrington-flexible",
        "farrington-flexible-4",
    }
    assert (with_season.p > 0.01).all()


def test_sums_of_last() -> None:
    assert sums_of_last(np.array([[1.0, 2, np.nan, 4, 5]]), 3).tolist() == [[1, 3, 3, 6, 9]]


# Grades

PLAIN = Case(
    indicators=1,
    speakers=1,
    grades={"B"},
    kinds={"press"},
    strength=1,
    harms=set(),
    ratio=2,
    persons=0,
    areas=1,
)
GRADES = [
    ("one_indicator", {}, "low"),
    ("two_with_deaths", {"indicators": 2, "harms": {"death"}}, "high"),
    ("a_death_alone_is_never_low", {"harms": {"death"}}, "moderate"),
    ("everything", {"indicators": 3, "speakers": 8, "kinds": {"warning"}, "strength": 1e4, "harms": {"death"}, "ratio": 20,
                    "persons": 30, "areas": 4}, "very-high"),
    ("many_speakers_of_nothing_grave", {"speakers": 9, "ratio": 1}, "low"),
    ("forum_only", {"indicators": 2, "grades": {"E", "F"}, "harms": {"overdose"}}, "low"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "known", "name"), GRADES, ids=[g[0] for g in GRADES])
def test_grades(_name: str, known: dict[str, object], name: str) -> None:
    assert grade(replace(PLAIN, **known)).name == name  # type: ignore[arg-type]


def test_more_evidence_never_lowers_a_grade() -> None:
    steps = {
        "indicators": (1, 2, 3, 4),
        "speakers": (1, 3, 6),
        "strength": (1.0, 1e3),
        "ratio": (1.0, 4.0, 12.0),
        "persons": (0.0, 6.0, 30.0),
    }
    for values in itertools.product(*steps.values()):
        case = replace(PLAIN, **dict(zip(steps, values, strict=True)), harms={"overdose"})  # type: ignore[arg-type]
        for name, possible in steps.items():
            for higher in [v for v in possible if v > getattr(case, name)]:
                assert grade(replace(case, **{name: higher})).grade >= grade(case).grade  # type: ignore[arg-type]


def test_silence_is_graded_apart() -> None:
    assert (silence_grade(area=False).name, silence_grade(area=True).name) == ("low", "moderate")


def test_rules_hold_together() -> None:
    rules = data_toml("taxonomy", "alerts.toml")
    matrix = np.array(rules["grade"]["matrix"])
    assert matrix.shape == (len(rules["likelihood"]["levels"]), len(rules["impact"]["levels"])) == (4, 4)
    assert (np.diff(matrix, axis=0) >= 0).all() and (np.diff(matrix, axis=1) >= 0).all()
    assert set(matrix.ravel().tolist()) == {1, 2, 3, 4} == set(range(1, len(rules["grade"]["names"]) + 1))
    for section, table in rules.items():
        if isinstance(table, dict):
            assert table.get("reason") or section == "scale", f"{section}: say why"


# Silence


def daily(n: int, step: float = 1.0) -> list[float]:
    return [step * k for k in range(n)]


def test_a_gap_of_random_days_is_lomax() -> None:
    """Shape 1: the waiting time of a gamma-Poisson process, P(gap) = (1 + g / (n m))^-n."""
    days = np.cumsum(np.array([1.0, 9, 2, 2, 30, 4, 1, 1, 3, 7, 2, 10]))
    (found,) = silences([days], days[-1] + 60, shapes=(1.0, 1.0))
    gaps = np.diff(days)
    assert found.p == pytest.approx((1 + 60 / (len(gaps) * gaps.mean())) ** -len(gaps))


SILENCES = [
    ("daily_stopped_a_month", daily(100), 130.0, True),
    ("daily_stopped_ten_days", daily(100), 109.0, False),
    ("weekly_stopped_two_months", daily(60, 7), 59 * 7 + 60.0, True),
    ("weekly_late_by_a_week", daily(60, 7), 59 * 7 + 14.0, False),
    ("quarterly_late_by_a_month", daily(12, 91), 11 * 91 + 120.0, False),
    ("in_bursts_like_before", [100 * k + d for k in range(8) for d in range(5)], 7 * 100 + 100.0, False),
    ("seen_too_little", daily(9), 500.0, False),
]


@pytest.mark.parametrize(("_name", "days", "until", "silent"), SILENCES, ids=[s[0] for s in SILENCES])
def test_silence(_name: str, days: list[float], until: float, silent: bool) -> None:
    (found,) = silences([days], until)
    assert found.silent is silent
    assert silent == (found.gap >= found.longest) or found.days_seen < 10


def test_false_silences_are_as_rare_as_stated() -> None:
    """Sources that never stop, at random and in bursts: at most 0.05 false alarms a year each."""
    rng = np.random.default_rng(8)
    alarms = years = 0.0
    for shape in (1.0, 0.5):
        for mean in (1.0, 7.0):
            for _ in range(6):
                days = np.ceil(np.cumsum(rng.gamma(shape, mean / shape, int(2500 / mean))))
                days = np.unique(days)
                checks = np.arange(days[0] + 400, days[-1], 7)
                was = False
                for until in checks:
                    (found,) = silences([days[days <= until]], float(until))
                    alarms += found.silent and not was
                    was = found.silent
                years += len(checks) * 7 / 365.25
    assert alarms / years <= 0.06


def test_empty_and_odd_days() -> None:
    none, few = silences([[], [1.0]], 100.0)
    assert np.isnan(none.last) and not none.silent and few.days_seen == 1
    for wrong in (["x"], [np.nan], [np.inf]):
        with pytest.raises(SeriesError, match="source 0"):
            silences([wrong], 100.0)
    for until in (np.nan, np.inf):
        with pytest.raises(SeriesError, match="until"):
            silences([], until)
    with pytest.raises(SeriesError, match="least_days_seen"):
        silences([], 1.0, least_days_seen=1)
