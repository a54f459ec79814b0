"""EARS, CDC, RKI, Bayes, CUSUM, GLR, outbreakP: against outputs of R on series made for it, and what they say of odd series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from limits_configs import CONFIGS, START, read_tables
from vigie.model.errors import SeriesError
from vigie.stats.alarms import Detector, Verdict
from vigie.stats.bayes import Bayes
from vigie.stats.cdc import Cdc
from vigie.stats.cusum import Cusum
from vigie.stats.detectors import DETECTORS
from vigie.stats.ears import Ears
from vigie.stats.glr import Glr
from vigie.stats.outbreakp import OutbreakP
from vigie.stats.rki import Rki
from vigie.stats.seasonal import SeasonalMean, fit_means

SERIES, TABLES = read_tables(Path(__file__).parent / "reference")
WHOLE = {"cusum_standard", "cusum_season", "glr_poisson_cases"}  # R rounds these limits up to whole counts
# Limits that R's own score contradicts: see SLIPS in benchmarks/stats_reference_limits.py.
NO_LIMIT = {
    "cusum_rossi",
    "cusum_given",
    "cusum_anscombe2",
    "cusum_anscombe_nb",
    "cusum_none",
}
# Of these R's negative binomial fit ends before it has converged (no more spread than Poisson: alpha runs to 0).
NO_SPREAD = {"seasonal", "falling", "level", "sparse"}
ESTIMATED = {"glr_negbin", "glr_negbin_window", "glr_negbin_refit", "glr_negbin_epidemic", "lr_negbin"}


def _left_out(config: str, series: str) -> bool:
    return (
        (config in ESTIMATED and series in NO_SPREAD)
        or (config == "cusum_anscombe_nb" and series == "many")  # alpha m at the edge of R's table
        or (config == "outbreakp" and series == "many")  # R's product leaves the range of doubles
    )


# R's fits stop at a relative change of 1e-8 of the deviance; its table of the Anscombe integral has nine digits.
NEAR = {"cusum_anscombe_nb": 1e-8, "glr_negbin_lasting": 1e-4}
PAIRS = [pair for pair in TABLES if not _left_out(*pair)]


def _off(ours: np.ndarray, theirs: np.ndarray) -> float:
    there = np.isfinite(theirs)
    return float(
        np.max(np.abs(ours - theirs)[there] / np.maximum(1, np.abs(theirs[there])), initial=0.0)
        if np.isfinite(ours[there]).all()
        else np.inf
    )


@pytest.mark.parametrize(("config", "series"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_agrees_with_r(config: str, series: str) -> None:
    table = TABLES[config, series]
    found = CONFIGS[config].scan(SERIES[series], at=table["time"].astype(int))
    upper = np.ceil(found.upper[0] - 1e-9) if config in WHOLE else found.upper[0]
    score = np.exp(found.score[0]) if config == "outbreakp" else found.score[0]
    near = NEAR.get(config, 3e-6 if "negbin" in config else 1e-9)
    assert _off(found.expected[0], table["mean"]) <= max(near, 1e-7)
    assert _off(score, table["score"]) <= near
    if config not in NO_LIMIT:
        assert _off(upper, table["upper"]) <= near
    known = np.isfinite(table["alarm"])
    assert (found.alarm[0] == (table["alarm"] == 1))[known].all()


def test_most_of_the_reference_is_compared() -> None:
    assert len(TABLES) == 319 and len(PAIRS) >= 297


START_EARLY: list[tuple[str, Detector]] = [
    ("ears-c1", Ears()),
    ("ears-c2", Ears(variant="C2")),
    ("ears-c3", Ears(variant="C3")),
    ("cdc", Cdc(b=1)),
    ("rki", Rki.system(2)),
    ("bayes", Bayes.system(2)),
    ("cusum", Cusum(start=60)),
    ("cusum-negbin", Cusum(start=60, transform="anscombe-negbin")),
    ("glr", Glr(start=60, mean=SeasonalMean(trend=False))),
    ("glr-negbin", Glr(start=60, alpha=None, mean=SeasonalMean(harmonics=0, trend=False), window=8)),
    ("glr-epidemic", Glr(start=60, change="epidemic", window=4)),
    ("lr", Glr(start=60, kappa=0.5)),
    ("outbreakp", OutbreakP()),
    ("outbreakp-original", OutbreakP(window=None, restart=False)),
]
each = pytest.mark.parametrize("detector", [d for _, d in START_EARLY], ids=[n for n, _ in START_EARLY])
rng = np.random.default_rng(5)
USUAL = rng.poisson(6, (3, 120)).astype(float)


@each
def test_many_series_as_one_by_one(detector: Detector) -> None:
    together = detector.scan(USUAL)
    for i, series in enumerate(USUAL):
        alone = detector.scan(series)
        for field in ("upper", "score", "expected", "alarm", "verdict"):
            np.testing.assert_allclose(
                getattr(together, field)[i], getattr(alone, field)[0], rtol=1e-9, atol=1e-9
            )


@each
def test_no_later_week_is_used(detector: Detector) -> None:
    cut = detector.scan(USUAL[:, :90])
    whole = detector.scan(USUAL, at=range(90))
    np.testing.assert_allclose(cut.score, whole.score, rtol=1e-9, atol=1e-9)
    assert (cut.alarm == whole.alarm).all() and (cut.verdict == whole.verdict).all()


@each
def test_at_picks_what_is_returned_and_nothing_else(detector: Detector) -> None:
    few, whole = detector.scan(USUAL, at=[70, 119]), detector.scan(USUAL)
    np.testing.assert_allclose(few.score, whole.score[:, [70, 119]], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(few.upper, whole.upper[:, [70, 119]], rtol=1e-9, atol=1e-9)


@each
@pytest.mark.parametrize("level", [0.0, 10.0, 0.1], ids=["zeros", "constant", "constant_share"])
def test_constant_series_get_no_verdict(detector: Detector, level: float) -> None:
    found = detector.scan(np.full((2, 120), level))
    assert (found.verdict != Verdict.GIVEN).all() and not found.alarm.any()
    assert (found.verdict[:, -1] == Verdict.FLAT).all()


@each
def test_short_series_get_no_verdict(detector: Detector) -> None:
    found = detector.scan([3.0])
    assert found.verdict.tolist() == [[Verdict.SHORT]] and not found.alarm.any()


@each
def test_weeks_without_collection_are_no_zeros(detector: Detector) -> None:
    gap = USUAL.copy()
    gap[:, [100, 105]] = np.nan
    found = detector.scan(gap)
    assert (found.verdict[:, [100, 105]] == Verdict.MISSING).all()
    assert (found.verdict[:, -1] == Verdict.GIVEN).all()
    assert np.isfinite(found.score[:, -1]).all() and not np.isnan(found.expected[:, -1]).any()


@each
def test_nothing_collected_at_all(detector: Detector) -> None:
    found = detector.scan(np.full((1, 120), np.nan))
    assert (found.verdict == Verdict.MISSING).all() and not found.alarm.any()


@each
@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        ([1.0, -1.0, 2.0], {}, "negative"),
        ([1.0, np.inf], {}, "infinite"),
        (["a", "b"], {}, "not an array of numbers"),
        ([], {}, "not empty"),
        ([1.0, 2.0], {"population": [10, 10]}, "population"),
        ([1.0, 2.0], {"at": [5]}, "outside"),
        ([1.0, 2.0], {"at": [0.5]}, "not a whole number"),
        ([1.0, 4e15], {}, "more than 1e"),  # SciPy ends the process on the law of such sums
        (np.array([1.0, 2j]), {}, "not an array of numbers"),
        ([1.0, 2.0], {"dates": ["2024-01-08", "2024-01-01"]}, "must rise"),
        ([1.0, 2.0, 3.0], {"dates": ["2024-01-01", "2024-01-08", "2024-01-22"]}, "a period is left out"),
        ([1.0, 2.0], {"dates": ["2024-01-01"]}, "dates: shape"),
        ([1.0, 2.0], {"dates": [1, 2]}, "not an array of dates"),
        ([1.0, 2.0], {"dates": ["2024-01-01", "NaT"]}, "missing"),
    ],
    ids=[
        "negative",
        "infinite",
        "text",
        "empty",
        "population",
        "at",
        "half_position",
        "too_large",
        "complex",
        "dates_fall",
        "dates_gap",
        "dates_few",
        "dates_numbers",
        "dates_missing",
    ],
)
def test_what_cannot_be_right_is_refused(
    detector: Detector, counts: list[object], options: dict[str, object], message: str
) -> None:
    with pytest.raises(SeriesError, match=message):
        detector.scan(counts, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name, _ in DETECTORS])
def test_no_position_asked_is_no_position_judged(name: str) -> None:
    found = dict(DETECTORS)[name]().scan(np.full((3, 300), 4.0), at=[])
    assert found.alarm.shape == found.upper.shape == found.verdict.shape == (3, 0)


def test_a_series_is_judged_alike_alone_and_among_others() -> None:
    draws = np.random.default_rng(5)
    counts = np.stack([draws.poisson(mean, 300) for mean in (6, 40, 0.3)]).astype(float)
    counts[0, [50, 120, 250]] = np.nan
    together = Glr().scan(counts)
    for row, one in enumerate(counts):
        alone = Glr().scan(one)
        np.testing.assert_allclose(alone.score[0], together.score[row], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(alone.upper[0], together.upper[row], rtol=1e-9)


def test_masked_is_not_collected() -> None:
    counts = np.ma.masked_array(np.full(30, 5.0), mask=np.arange(30) == 29)
    assert Ears().scan(counts).verdict[0, 29] == Verdict.MISSING


def test_a_chance_too_small_for_a_number_keeps_a_finite_score() -> None:
    found = Bayes().scan([1.0, 2.0] * 10 + [1e9])
    assert found.alarm[0, 20] and found.score[0, 20] == 307


def _rise(at: int, weeks: int = 6, size: float = 25.0) -> np.ndarray:
    counts = np.random.default_rng(8).poisson(6, 120).astype(float)
    counts[at : at + weeks] += size
    return counts


@each
def test_an_outbreak_is_found(detector: Detector) -> None:
    found = detector.scan(_rise(100))
    assert found.alarm[0, 100:106].any() and found.alarm[0, 61:100].mean() < 0.25


@pytest.mark.slow  # agreement with R holds the limits; this is the same for random series
@each
def test_more_cases_never_speak_against_an_alarm(detector: Detector) -> None:
    scores = []
    for last in (0, 5, 10, 20, 60):
        counts = USUAL[0].copy()
        counts[-1] = last
        found = detector.scan(counts, at=[119])
        scores.append(found.score[0, 0])
        if np.isfinite(found.upper[0, 0]) and not isinstance(detector, Cdc):
            assert found.alarm[0, 0] == (last > found.upper[0, 0])
    assert (np.diff(scores) >= -1e-9).all()


BAD = [
    ("ears_variant", lambda: Ears(variant="C4")),  # type: ignore[arg-type]
    ("ears_alpha", lambda: Ears(alpha=1.0)),
    ("ears_window", lambda: Ears(window=2)),
    ("cdc_years", lambda: Cdc(b=0)),
    ("rki_nothing", lambda: Rki(b=0, w=0)),
    ("rki_reaches_now", lambda: Rki(b=1, w=52)),
    ("rki_system", lambda: Rki.system(4)),  # type: ignore[arg-type]
    ("bayes_alpha", lambda: Bayes(alpha=0.0)),
    ("cusum_transform", lambda: Cusum(transform="log")),  # type: ignore[arg-type]
    ("cusum_start", lambda: Cusum(start=1)),
    ("glr_threshold", lambda: Glr(c=0)),
    ("glr_alpha", lambda: Glr(alpha=-1.0)),
    ("glr_window", lambda: Glr(window=1, least=3)),
    ("glr_epidemic_down", lambda: Glr(change="epidemic", direction="down")),
    ("glr_kappa_sign", lambda: Glr(kappa=-0.5)),
    ("outbreakp_threshold", lambda: OutbreakP(k=0)),
    ("season", lambda: SeasonalMean(harmonics=-1)),
    ("mean_given_dispersion_not", lambda: Glr(alpha=None, mean=3.0).scan(USUAL)),
    ("means_of_other_length", lambda: Cusum(mean=(1.0, 2.0)).scan(USUAL)),
]


@pytest.mark.parametrize("make", [m for _, m in BAD], ids=[n for n, _ in BAD])
def test_parameters_out_of_range_are_refused(make: object) -> None:
    with pytest.raises(SeriesError):
        make()  # type: ignore[operator]


def test_a_first_case_after_zeros_is_judged_where_a_limit_stands() -> None:
    counts = np.zeros(120)
    counts[-1] = 9
    for detector in (Rki.system(2), Bayes.system(2), OutbreakP()):
        found = detector.scan(counts)
        assert found.alarm[0, -1] and found.verdict[0, -1] == Verdict.GIVEN
        assert (found.verdict[0, 2:-1] != Verdict.GIVEN).all()
    assert Ears().scan(counts).verdict[0, -1] == Verdict.FLAT  # no spread, no limit
    assert Ears(min_sigma=0.5).scan(counts).alarm[0, -1]


def test_c3_of_the_article_adds_the_week_itself() -> None:
    counts = np.array([4, 5, 6, 5, 4, 6, 5, 5, 6, 4, 5, 30.0])
    article, like_r = Ears(variant="C3").scan(counts), Ears(variant="C3", as_in_r=True).scan(counts)
    c2 = [(counts[t] - counts[t - 9 : t - 2].mean()) / counts[t - 9 : t - 2].std(ddof=1) for t in (9, 10, 11)]
    assert article.score[0, -1] == pytest.approx(sum(max(0, c - 1) for c in c2))
    assert article.alarm[0, -1] and not like_r.alarm[0, -1]  # R's limit rises with the count it judges


@pytest.mark.parametrize(
    "transform",
    ["standard", "rossi", "anscombe", "anscombe-2nd", "pearson-negbin", "anscombe-negbin", "none"],
)
def test_the_limit_of_cusum_is_the_count_that_reaches_it(transform: str) -> None:
    chart = Cusum(start=60, transform=transform, mean=6.0, k=8 if transform == "none" else 1.04)  # type: ignore[arg-type]
    counts = USUAL[0].copy()
    limit = chart.scan(counts, at=[80]).upper[0, 0]
    counts[80] = limit
    assert chart.scan(counts, at=[80]).score[0, 0] == pytest.approx(chart.h, abs=1e-6)


@pytest.mark.parametrize("alpha", [0.0, 0.3], ids=["poisson", "negbin"])
@pytest.mark.parametrize("window", [None, 5], ids=["all", "window"])
def test_the_limit_of_glr_is_the_count_that_reaches_it(alpha: float, window: int | None) -> None:
    chart = Glr(start=60, alpha=alpha, window=window, mean=SeasonalMean(trend=False))
    counts = USUAL[1].copy()
    limit = chart.scan(counts, at=[75]).upper[0, 0]
    counts[75] = limit
    assert chart.scan(counts, at=[75]).score[0, 0] == pytest.approx(chart.c, abs=1e-6)


def test_epidemic_change_beats_every_lambda_of_a_grid() -> None:
    counts = _rise(70, weeks=10)
    mean, alpha = 6.0, 0.2
    found = (
        Glr(start=60, change="epidemic", mean=mean, alpha=alpha, window=3, c=1e9)
        .scan(counts, at=[74])
        .score[0, 0]
    )
    best = 0.0
    for first in range(71, 75):
        x, before = counts[first:75], counts[first - 1 : 74]
        for rate in np.linspace(0, 8, 4001):
            new = mean + rate * before
            ratio = x * np.log(new / mean) - (x + 1 / alpha) * np.log((1 + alpha * new) / (1 + alpha * mean))
            best = max(best, float(ratio.sum()))
    assert found == pytest.approx(best, rel=1e-5) and found >= best - 1e-12


def test_outbreakp_by_the_definition_of_isotonic_means() -> None:
    counts = np.random.default_rng(3).poisson(np.linspace(2, 5, 40)).astype(float)
    found = OutbreakP(window=None, restart=False).scan(counts).score[0]
    for t in (5, 20, 39):
        x = counts[: t + 1]
        means = [
            max(min(x[i : j + 1].mean() for j in range(s, t + 1)) for i in range(s + 1)) for s in range(t + 1)
        ]
        kept = x > 0
        assert found[t] == pytest.approx(
            float((x * np.log(np.divide(means, x.mean(), where=kept, out=np.ones(t + 1))))[kept].sum())
        )


def test_improved_outbreakp_forgets() -> None:
    counts = np.concatenate([np.full(30, 5.0), np.full(30, 15.0), np.random.default_rng(1).poisson(15, 60)])
    original = OutbreakP(window=None, restart=False).scan(counts).alarm[0]
    improved = OutbreakP().scan(counts).alarm[0]
    assert original[31:].all()  # it never falls silent again
    assert improved[30:34].any() and improved[60:].mean() < 0.1


def test_fit_finds_known_means() -> None:
    model = SeasonalMean(harmonics=1, trend=True)
    design = model.design(np.arange(520.0))
    beta = np.array([2.0, 0.001, 0.4, -0.2])
    draws = np.random.default_rng(2)
    mean = np.exp(design @ beta)
    counts = draws.poisson(draws.gamma(1 / 0.2, 0.2 * mean, (40, 520))).astype(float)
    fit = fit_means(counts, design, None)
    assert fit.converged.all()
    np.testing.assert_allclose(fit.coefficients.mean(axis=0), beta, atol=0.03)
    assert fit.alpha.mean() == pytest.approx(0.2, abs=0.01)
    poisson = fit_means(draws.poisson(mean, (20, 520)).astype(float), design, None)
    assert poisson.converged.all() and (poisson.alpha < 0.02).all()


def test_detectors_are_listed_once() -> None:
    ids = [name for name, _ in DETECTORS]
    assert len(set(ids)) == len(ids) and {"ears", "cdc", "rki", "bayes", "cusum", "glr", "outbreakp"} <= set(
        ids
    )


def test_reference_starts_where_the_configs_do() -> None:
    assert {int(t["time"][0]) for t in TABLES.values()} == {START}
