"""Price indices find what was put into invented prices, agree with R, and say where they cannot speak."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from price_samples import World, sample
from vigie.model.errors import SeriesError
from vigie.stats.design import dummies, independent, merge_rare
from vigie.stats.euda_index import euda_index
from vigie.stats.hedonic import Hedonic
from vigie.stats.median_price import Median, median_interval
from vigie.stats.mixed import fit_mixed
from vigie.stats.prices import PriceIndex, PriceRows, PriceState
from vigie.stats.regression import LinearFit, regress

REFERENCE = Path(__file__).parent / "reference"


# Agreement with R (benchmarks/r/price_index.R)


@cache
def reference() -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[tuple[str, str], np.ndarray]]:
    """(design, log price, source, R's numbers by fit and kind)."""
    rows = list(csv.DictReader((REFERENCE / "price_index_rows.csv").open(encoding="utf-8")))
    columns = [np.ones(len(rows)), np.log([float(r["quantity"]) for r in rows])]
    for name in ("period", "area", "channel"):
        columns += [
            np.array([float(r[name] == label) for r in rows]) for label in sorted({r[name] for r in rows})[1:]
        ]
    numbers: dict[tuple[str, str], list[float]] = {}
    for line in csv.DictReader((REFERENCE / "price_index.csv").open(encoding="utf-8")):
        numbers.setdefault((line["fit"], line["what"]), []).append(float(line["value"]))
    source = np.unique([r["source"] for r in rows], return_inverse=True)[1]
    found = {key: np.array(values) for key, values in numbers.items()}
    return np.column_stack(columns), np.log([float(r["price"]) for r in rows]), source, found


def fitted(loss: str, *, clusters: bool = False) -> LinearFit:
    design, y, source, _ = reference()
    start = regress(design, y).coefficients if loss == "tukey" else None  # R starts from least squares
    return regress(design, y, loss=loss, clusters=source if clusters else None, start=start)  # type: ignore[arg-type]


@pytest.mark.parametrize("loss", ["squares", "huber", "tukey"])
def test_coefficients_and_scale_are_those_of_r(loss: str) -> None:
    """lm, and MASS::rlm with psi.huber (k = 1.345) and psi.bisquare (c = 4.685)."""
    fit, numbers = fitted(loss), reference()[3]
    assert fit.converged
    np.testing.assert_allclose(fit.coefficients, numbers[loss, "coefficient"], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(fit.scale, numbers[loss, "scale"][0], rtol=1e-8)


@pytest.mark.parametrize("loss", ["squares", "huber"])
def test_standard_errors_are_those_of_r(loss: str) -> None:
    np.testing.assert_allclose(
        np.sqrt(np.diag(fitted(loss).covariance)), reference()[3][loss, "error"], rtol=1e-8
    )


def test_cluster_errors_are_those_of_r() -> None:
    """sandwich::vcovCL, type HC1."""
    errors = np.sqrt(np.diag(fitted("squares", clusters=True).covariance))
    np.testing.assert_allclose(errors, reference()[3]["squares", "cluster_error"], rtol=1e-8)


# Columns that cannot be told apart

ONE, TWO = np.array([0.0, 1, 2, 3]), np.array([1.0, 0, 1, 0])
COLUMNS = [
    ("plain", {"a": ONE, "b": TWO}, ("intercept", "a", "b"), {}),
    ("constant", {"a": np.full(4, 3.0), "b": TWO}, ("intercept", "b"), {"a": "constant"}),
    ("twice", {"a": ONE, "b": 2 * ONE + 1}, ("intercept", "a"), {"b": "collinear"}),
    ("sum of two", {"a": ONE, "b": TWO, "c": ONE - TWO}, ("intercept", "a", "b"), {"c": "collinear"}),
    ("all dummies", {"a": TWO, "b": 1 - TWO}, ("intercept", "a"), {"b": "collinear"}),
    ("large and small", {"a": 1e6 + ONE, "b": 1e-6 * TWO}, ("intercept", "a", "b"), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "names", "dropped"), [c[1:] for c in COLUMNS], ids=[c[0] for c in COLUMNS]
)
def test_columns_that_depend_are_named(
    columns: dict[str, np.ndarray], names: tuple[str, ...], dropped: dict[str, str]
) -> None:
    design = independent(columns)
    assert (design.names, dict(design.dropped)) == (names, dropped)
    assert np.linalg.matrix_rank(design.matrix) == len(names)


def test_dummies_leave_out_the_most_frequent() -> None:
    assert list(dummies("form", ["b", "a", "b", "c"])) == ["form=a", "form=c"]
    assert merge_rare(["a", "a", "b"], 2) == ["a", "a", "other"]


# What is put in comes out


def test_gross_errors_weigh_nothing() -> None:
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(80), rng.normal(size=80)])
    y = x @ [2.0, -0.3] + rng.normal(0, 0.1, 80)
    y[:12] += 5
    fit = regress(x, y, loss="tukey")
    np.testing.assert_allclose(fit.coefficients, [2.0, -0.3], atol=0.05)
    assert fit.weights[:12].max() == 0
    assert abs(regress(x, y).coefficients[0] - 2.0) > 0.5


def test_half_of_the_figures_equal_is_rounding_not_certainty() -> None:
    """Without a least scale the median of residuals is zero, and every other figure would count for nothing."""
    y = np.log(np.array([60.0] * 12 + [50, 70, 55, 65, 50, 70, 80]))
    fit = regress(np.ones((19, 1)), y, loss="tukey", least_scale=0.05)
    assert (
        0 < np.sort(fit.weights)[1] < fit.weights.max() and np.sum(fit.weights == 0) == 1
    )  # 80 alone is gross
    assert 57 < np.exp(fit.coefficients[0]) < 62


def test_mixed_model_without_gross_errors_is_best_linear_prediction() -> None:
    """Balanced one-way layout: the prediction of a group is its mean shrunk by n / (n + error² / spread²)."""
    rng = np.random.default_rng(3)
    effects, group = rng.normal(0, 1.0, 30), np.repeat(np.arange(30), 6)
    y = 5 + effects[group] + rng.normal(0, 0.5, 180)
    fit = fit_mixed(np.ones((180, 1)), y, groupings=[group], loss="squares", prior_scale=1e6)
    means = np.array([y[group == g].mean() for g in range(30)])
    shrink = 6 / (6 + (fit.error / fit.spreads[0]) ** 2)
    np.testing.assert_allclose(fit.fixed[0], y.mean(), rtol=1e-9)
    np.testing.assert_allclose(fit.groups[0], shrink * (means - y.mean()), rtol=1e-6, atol=1e-9)
    within = sum(((y[group == g] - means[g]) ** 2).sum() for g in range(30)) / 150
    between = 6 * means.var(ddof=1)
    assert fit.error**2 == pytest.approx(within, rel=0.02)
    # The penalty takes one degree of freedom of 29: the variance is a little above that of the analysis of variance.
    assert (between - within) / 6 < fit.spreads[0] ** 2 < 1.08 * (between - within) / 6


def test_cells_and_groups_are_one_model() -> None:
    """The cells are eliminated by hand; the same labels as a grouping give the same fit."""
    rng = np.random.default_rng(5)
    cell, source = rng.integers(0, 12, 120), rng.integers(0, 9, 120)
    x = np.column_stack([np.ones(120), rng.normal(size=120)])
    y = (
        x @ [1.0, 0.4]
        + rng.normal(0, 0.3, 12)[cell]
        + rng.normal(0, 0.2, 9)[source]
        + rng.normal(0, 0.2, 120)
    )
    one = fit_mixed(x, y, groupings=[source], cells=cell)
    two = fit_mixed(x, y, groupings=[source, cell])
    for c in (0, 7):
        a = one.predict(one.combination(np.array([1.0, 0.0]), [None], c))
        b = two.predict(two.combination(np.array([1.0, 0.0]), [None, c]))
        assert a == pytest.approx(b, rel=1e-3)
    a = one.difference(
        one.combination(np.array([1.0, 0.0]), [None], 1), one.combination(np.array([1.0, 0.0]), [None], 2)
    )
    b = two.difference(
        two.combination(np.array([1.0, 0.0]), [None, 1]), two.combination(np.array([1.0, 0.0]), [None, 2])
    )
    assert a == pytest.approx(b, rel=1e-3)


SIMULATIONS = 8  # benchmarks/price_index.py runs 300


@cache
def simulated(name: str) -> list[tuple[PriceIndex, PriceIndex | None, PriceIndex, np.ndarray]]:
    """(pooled, each cell alone, raw median, truth) of each simulation."""
    world = {"thin": World(), "bulk moves": World(bulk=0.1, bulk_moves=0.6)}[name]
    found = []
    for seed in range(SIMULATIONS if name == "thin" else 2 * SIMULATIONS):
        rows, truth = sample(seed, world)
        alone = Hedonic(pool=False).index(rows) if name == "thin" else None
        found.append(
            (Hedonic().index(rows), alone, Median(cell_figures=1, cell_sources=1).index(rows), truth.price)
        )
    return found


@pytest.mark.slow  # many samples are drawn
def test_intervals_hold_the_truth() -> None:
    inside = [
        ok for pooled, *_, truth in simulated("thin")
        for ok in ((pooled.low <= truth) & (truth <= pooled.high))[np.isfinite(pooled.price)].tolist()
    ]  # fmt: skip
    assert len(inside) > 400
    assert 0.91 < np.mean(inside) < 0.98


def test_bulk_discount_is_found() -> None:
    slopes = np.array(
        [
            (p.coefficients[0].estimate, p.coefficients[0].low, p.coefficients[0].high)
            for p, *_ in simulated("thin")
        ]
    )
    assert [p.coefficients[0].name for p, *_ in simulated("thin")] == ["log_quantity"] * SIMULATIONS
    assert abs(slopes[:, 0].mean() + 0.15) < 0.01
    assert np.mean((slopes[:, 1] <= -0.15) & (slopes[:, 2] >= -0.15)) > 0.8


def test_pooling_halves_the_error_of_thin_cells() -> None:
    def off(which: int) -> float:
        errors = [
            np.log(run[which].price / run[3])[(run[0].figures > 0) & (run[0].figures < 3) & np.isfinite(run[0].price)]
            for run in simulated("thin")
        ]  # fmt: skip
        return float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))

    assert off(0) < 0.2
    assert off(0) < 0.5 * off(1)
    assert off(0) < 0.5 * off(2)


def test_more_bulk_prices_are_no_fall_of_the_price() -> None:
    """The raw median falls by a fifth only because kilograms are spoken of more; the standardised price does not."""

    def change(which: int) -> float:
        last, first = [
            np.mean([np.nanmean(np.log(run[which].price / run[3])[:, at]) for run in simulated("bulk moves")])
            for at in (-1, 0)
        ]
        return float(last - first)

    assert abs(change(0)) < 0.04
    assert change(2) < -0.15


# Invariance


def subset(rows: PriceRows, keep: np.ndarray) -> PriceRows:
    at = np.flatnonzero(keep) if keep.dtype == bool else keep
    return replace(
        rows, price=rows.price[at], quantity=rows.quantity[at],
        **{name: [getattr(rows, name)[i] for i in at] for name in ("area", "period", "source")},
        parent=None if rows.parent is None else [rows.parent[i] for i in at],
        factors={name: [labels[i] for i in at] for name, labels in rows.factors.items()},
    )  # fmt: skip


def test_order_of_rows_and_currency_do_not_matter() -> None:
    rows, _ = sample(11)
    one = Hedonic().index(rows)
    turned = Hedonic().index(subset(rows, np.random.default_rng(0).permutation(len(rows.price))))
    dear = Hedonic().index(replace(rows, price=7 * rows.price))
    np.testing.assert_allclose(one.price, turned.price, rtol=1e-3)
    np.testing.assert_allclose(7 * one.price, dear.price, rtol=1e-3)
    np.testing.assert_allclose(one.index, dear.index, rtol=1e-3)
    assert one.areas == tuple(sorted(one.areas)) and one.periods == tuple(sorted(one.periods))


def test_mean_is_above_the_median() -> None:
    rows, _ = sample(12)
    median, mean = Hedonic().index(rows), Hedonic(mean=True).index(rows)
    ratio = (mean.price / median.price)[np.isfinite(mean.price)]
    assert ratio == pytest.approx(ratio[0])
    assert 1.01 < ratio[0] < 1.08  # exp(0.25² / 2) = 1.03


def test_base_is_one_hundred() -> None:
    rows, _ = sample(13)
    found = Hedonic().index(rows, base="2024-03")
    at = found.periods.index("2024-03")
    known = np.isfinite(found.price[:, at])
    assert known.any()
    np.testing.assert_allclose(found.index[known, at], 100)
    np.testing.assert_allclose(found.index_low[known, at], 100)
    np.testing.assert_allclose(found.index, 100 * found.price / found.price[:, [at]], rtol=1e-9)
    with pytest.raises(SeriesError, match="no such period"):
        Hedonic().index(rows, base="2031-01")


# States: never a silent number


def simple(**more: object) -> PriceRows:
    """24 figures of 60 ± a little, one area, four periods, six sources."""
    n = 24
    given: dict[str, object] = {
        "price": 60 * np.exp(0.1 * np.sin(np.arange(n))), "quantity": np.where(np.arange(n) % 5 == 0, 10.0, 1.0),
        "area": ["FR"] * n, "period": [f"2024-Q{i % 4 + 1}" for i in range(n)], "source": [f"s{i % 6}" for i in range(n)],
    }  # fmt: skip
    return PriceRows(**{**given, **more})  # type: ignore[arg-type]


def test_one_area_has_its_prices() -> None:
    found = Hedonic().index(simple())
    assert set(found.state.ravel().tolist()) == {PriceState.ESTIMATED}
    assert (found.low < found.price).all() and (found.price < found.high).all()
    assert (abs(found.price - 62) < 12).all()


def test_one_period_has_its_price() -> None:
    found = Hedonic().index(simple(period=["2024"] * 24))
    assert found.state.tolist() == [[PriceState.ESTIMATED]]
    assert found.index.tolist() == [[100.0]]


def test_the_same_quantity_gives_no_discount_and_says_so() -> None:
    found = Hedonic().index(simple(quantity=np.full(24, 1.0)))
    assert found.coefficients == ()
    assert any("bulk discount unknown" in note for note in found.notes)
    kilos = Hedonic().index(simple(quantity=np.full(24, 1000.0)))
    assert kilos.quantity == 1000
    assert any("quantity of 1000" in note for note in kilos.notes)


def test_no_figure_near_one_unit_gives_another_quantity() -> None:
    found = Hedonic().index(simple(quantity=np.where(np.arange(24) % 2 == 0, 500.0, 2000.0)))
    assert found.quantity == pytest.approx(1000)
    assert any("no figure for a quantity near 1" in note for note in found.notes)


def test_quantity_that_goes_with_the_period_leaves_the_period_without_a_price() -> None:
    """Grams in one quarter, kilograms in the next: whether the quarter or the kilogram is cheap nobody can say."""
    period = ["2024-Q1"] * 12 + ["2024-Q2"] * 12
    found = Hedonic().index(simple(period=period, quantity=np.array([1.0] * 12 + [1000.0] * 12)))
    assert PriceState.NOT_IDENTIFIED in found.state
    assert np.isnan(found.price[found.state == PriceState.NOT_IDENTIFIED]).all()


def test_too_few_figures_give_no_price() -> None:
    rows = subset(simple(), np.arange(6))
    found = Hedonic().index(rows)
    assert set(found.state.ravel().tolist()) == {PriceState.TOO_FEW}
    assert np.isnan(found.price).all() and np.isnan(found.index).all()
    assert any("no model" in note for note in found.notes)


def test_a_period_of_one_source_gives_no_price() -> None:
    source = [f"s{i % 6}" if i % 4 else "s0" for i in range(24)]
    found = Hedonic().index(simple(source=source))
    assert found.state[0].tolist() == [PriceState.TOO_FEW, *[PriceState.ESTIMATED] * 3]


def test_a_market_is_not_drawn_to_another() -> None:
    """Ten euros in one territory stay ten beside sixty in the country; with one figure there is no price at all."""
    rows = simple()
    more = {
        "price": np.append(rows.price, [10.0, 10.5, 9.5, 10.0]), "quantity": np.append(rows.quantity, np.ones(4)),
        "area": [*rows.area, *["FR-973"] * 4], "period": [*rows.period, *["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]],
        "source": [*rows.source, "s1", "s2", "s3", "s4"],
    }  # fmt: skip
    found = Hedonic().index(PriceRows(**more, parent=more["area"]))  # type: ignore[arg-type]
    at = found.areas.index("FR-973")
    assert set(found.state[at].tolist()) == {PriceState.POOLED}
    assert (abs(found.price[at] - 10) < 2).all()
    alone = subset(PriceRows(**more, parent=more["area"]), np.arange(25))  # type: ignore[arg-type]
    assert Hedonic().index(alone).state[1].tolist() == [PriceState.TOO_FEW, *[PriceState.NO_FIGURES] * 3]


def test_all_figures_equal_keep_the_width_of_rounding() -> None:
    found = Hedonic().index(simple(price=np.full(24, 60.0)))
    np.testing.assert_allclose(found.price, 60, rtol=1e-6)
    assert (found.low < 59).all() and (found.high > 61).all()


def test_sources_that_are_areas_are_named() -> None:
    area = [f"A{i % 3}" for i in range(24)]
    found = Hedonic().index(simple(area=area, source=area))
    assert any("source of its own" in note for note in found.notes)


def test_one_source_in_all_gives_no_price() -> None:
    found = Hedonic().index(simple(source=["s"] * 24))
    assert set(found.state.ravel().tolist()) == {PriceState.TOO_FEW}
    assert any("one source" in note for note in found.notes)


REFUSED = [
    ("no price", {"price": np.where(np.arange(24) == 3, np.nan, 60.0)}, "price: zero, negative or missing"),
    ("negative price", {"price": np.where(np.arange(24) == 3, -1.0, 60.0)}, "price: zero, negative or missing"),
    ("infinite price", {"price": np.where(np.arange(24) == 3, np.inf, 60.0)}, "price: zero, negative or missing"),
    ("quantity zero", {"quantity": np.zeros(24)}, "quantity: zero, negative or missing"),
    ("rows missing", {"source": ["s"] * 23}, "source: 23 rows, price has 24"),
    ("purity zero", {"purity": np.zeros(24)}, "purity: zero or negative"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_cannot_be_a_price_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(SeriesError, match=said):
        simple(**given)


def test_purity_is_held_constant_where_it_is_known() -> None:
    """Price rises with purity, and purity over time: at constant purity it does not move."""
    rng = np.random.default_rng(2)
    n = 160
    period = np.arange(n) % 8
    purity = 40 + 5 * period + rng.uniform(-10, 10, n)
    rows = PriceRows(
        price=60 * purity / 60 * np.exp(rng.normal(0, 0.05, n)), quantity=np.ones(n), area=["FR"] * n,
        period=[f"2024-{p + 1:02d}" for p in period], source=[f"s{i % 11}" for i in range(n)], purity=purity,
    )  # fmt: skip
    held, free = Hedonic().index(rows), Hedonic().index(replace(rows, purity=None))
    assert abs(held.index[0, -1] - 100) < 8 < 60 < free.index[0, -1] - 100
    assert [c.name for c in held.coefficients if c.low < 1 < c.high] == ["log_purity"]
    some = Hedonic().index(replace(rows, purity=np.where(np.arange(n) % 4 == 0, purity, np.nan)))
    assert any("purity is known of 40 of 160" in note for note in some.notes)


# Median


def test_median_interval_covers_by_order_statistics() -> None:
    assert median_interval([5.0, 1.0, 3.0, 2.0, 4.0, 6.0]) == (1.0, 6.0)  # 1 - 2/64 = 97 %
    assert np.isnan(median_interval([1.0, 2.0, 3.0, 4.0, 5.0])).all()
    assert median_interval([float(i) for i in range(1, 21)]) == (6.0, 15.0)  # the textbook's ranks for n = 20


def test_median_says_too_few() -> None:
    rows = simple(period=["2024-Q1"] * 22 + ["2024-Q2"] * 2)
    found = Median().index(rows)
    assert found.state[0].tolist() == [PriceState.ESTIMATED, PriceState.TOO_FEW]
    assert found.price[0, 0] == np.median(rows.price[:22])
    assert np.isnan(found.price[0, 1])


# The recipe of the EMCDDA


def test_euda_recipe_by_hand() -> None:
    prices = [
        [60.0, np.nan, 50.0, 50.0],  # a single gap: 55
        [80.0, 80.0, 40.0, np.nan],  # last year missing: that of the year before
        [np.nan, 20.0, 20.0, 20.0],  # first year missing: that of the year after
        [90.0, np.nan, np.nan, 90.0],  # two years running: left out
        [np.nan] * 4,
    ]
    found = euda_index(
        prices, [10, 30, 60, 100, 5], countries="ABCDE", years=["2020", "2021", "2022", "2023"]
    )
    expected = [
        (60 * 10 + 80 * 30 + 20 * 60) / 100,
        (55 * 10 + 80 * 30 + 20 * 60) / 100,
        (500 + 1200 + 1200) / 100,
        (500 + 1200 + 1200) / 100,
    ]
    np.testing.assert_allclose(found.price, expected)
    np.testing.assert_allclose(found.index, 100 * np.array(expected) / expected[0])
    assert found.filled_in == (
        ("A", "2021", "interpolated"),
        ("B", "2023", "carried"),
        ("C", "2020", "carried"),
    )
    assert found.left_out == {"D": "no price for two consecutive years: 2021 and 2022", "E": "no price"}
    assert found.weight == pytest.approx(100 / 205)
    assert found.state[3].tolist() == [PriceState.DROPPED] * 4


def test_two_single_gaps_are_both_interpolated() -> None:
    found = euda_index(
        [[10.0, np.nan, 20, np.nan, 40]], [1], countries="A", years=["1", "2", "3", "4", "5"], base="3"
    )
    np.testing.assert_allclose(found.filled, [[10, 15, 20, 30, 40]])
    np.testing.assert_allclose(found.index, [50, 75, 100, 150, 200])


def test_no_country_left_is_no_number() -> None:
    found = euda_index([[10.0, np.nan, np.nan]], [1], countries="A", years=["1", "2", "3"])
    assert np.isnan(found.price).all() and np.isnan(found.index).all() and found.weight == 0


EUDA_REFUSED = [
    ("zero price", [[0.0, 1.0]], [1], None, "zero or negative"),
    ("infinite", [[np.inf, 1.0]], [1], None, "infinite"),
    ("population", [[2.0, 1.0]], [0], None, "population"),
    ("shape", [[2.0, 1.0, 1.0]], [1], None, "shape"),
    ("base", [[2.0, 1.0]], [1], "1999", "no such year"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("prices", "persons", "base", "said"), [r[1:] for r in EUDA_REFUSED], ids=[r[0] for r in EUDA_REFUSED]
)
def test_what_the_recipe_refuses(
    prices: list[list[float]], persons: list[float], base: str | None, said: str
) -> None:
    with pytest.raises(SeriesError, match=said):
        euda_index(prices, persons, countries="A", years=["2020", "2021"], base=base)
