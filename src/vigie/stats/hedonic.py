"""Price of a standard quantity by area and period, all else held constant: robust hedonic regression with partial pooling.

In: `PriceRows` of one product. Out: `PriceIndex`.

    log(price of one unit) = period + b log(quantity) + form + channel + kind of source + purity
                             + parent + area + area x period + place + source + error

What is left of a period is fixed; areas, area x period cells, places and sources are random, so that thin ones are drawn to
their parents (`mixed.py`). The price is exp(...) at the standard quantity, the mean mix of forms, channels and kinds of source,
an average source and an average place: a median, or with `mean` the mean by smearing.
Source: quantity discount as a power law, Caulkins and Padman (1993) JASA 88: 748–757; smearing, Duan (1983) JASA 78: 605–610.
When to use: prices of different quantities, places and sources side by side. Known weakness: one discount for all quantities, areas and
times; what is not written in the figures (quality, trust) stays in the price; areas spoken of by one source each cannot be told from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray, IntArray
from vigie.stats.design import Design, codes, dummies, independent, merge_rare
from vigie.stats.mixed import MixedFit, Target, fit_mixed
from vigie.stats.prices import (
    Coefficient,
    PriceIndex,
    PriceRows,
    PriceState,
    base_positions,
    counts,
    t_quantile,
)
from vigie.stats.regression import LinearFit, Loss, regress

FEWEST_SOURCES = 5  # degrees of freedom are taken from this many at least: t with 1 would say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedonic:
    """Parameters; those of `vigie stats` stand in data/stats/prices.toml with their reasons.

    Attributes:
        loss: "tukey", "huber" or "squares".
        least_figures: fewer rows in all give no model.
        rows_per_column: factors are left out, the last first, until there are so many rows for each column.
        least_level, level_sources: a label of a factor with fewer rows, or sources, is joined to "other".
        cell_figures, cell_sources: fewer in a period give no price; fewer in a cell and its price is called pooled.
        own_share: a price that rests less than this on its own figures is called pooled.
        reach: a price at the standard quantity needs a figure within this factor of it.
        purity_share: share of rows with a known purity from which it is held constant.
        pool: False = every cell is a fixed effect: for comparison, thin cells get what their figures say.
        least_scale: errors of the logarithm are taken for no smaller, though half of the figures be one round figure.
        spread: scale of the prior of spreads between areas, places, sources and cells, on the logarithm.
        mean: True = mean price by smearing, False = median.
    """

    loss: Loss = "tukey"
    least_figures: int = 8
    rows_per_column: float = 3.0
    least_level: int = 5
    level_sources: int = 3
    cell_figures: int = 3
    cell_sources: int = 2
    own_share: float = 0.5
    reach: float = 10.0
    purity_share: float = 0.5
    pool: bool = True
    least_scale: float = 0.05
    spread: float = 0.5
    mean: bool = False

    def index(self, rows: PriceRows, *, base: str | None = None) -> PriceIndex:
        """Prices by area and period.

        Args:
            base: period that is 100; None = of each area the first with a price.
        Raises:
            SeriesError: for a base that is no period of the rows; for no rows at all.
        """
        if not len(rows.price):
            raise SeriesError("no prices (give at least one row)")
        model = _Model(rows, self)
        if model.fit is None:
            return model.nothing(base)
        return model.index(base)


class _Model:
    """One fit, with the way from effects back to prices."""

    def __init__(self, rows: PriceRows, options: Hedonic) -> None:
        self.rows, self.options = rows, options
        self.notes: list[str] = []
        self.areas, self.periods = rows.areas, rows.periods
        self.parent_of = dict(zip(rows.area, rows.parent or [""] * len(rows.area), strict=True))
        self.figures, self.sources = counts(rows)
        self.thin_periods = self._thin(rows.period)
        self.thin_parents = self._thin(rows.parent) if rows.parent is not None else set[str]()
        self.y = np.log(np.asarray(rows.price, dtype=np.float64))
        self.area_of, self.period_of = codes(rows.area)[1], codes(rows.period)[1]
        self.quantity = self._standard()
        self.factors: dict[str, dict[str, FloatArray]] = self._factors()
        self.design = self._design()
        self.fit: MixedFit | None = None
        self.robust: LinearFit | None = None
        n, p = self.design.matrix.shape
        if n < options.least_figures or n < p + 2:
            self.notes.append(f"{n} figures in all, for {p} columns: no model")
            return
        self._groups()
        try:
            self.robust = regress(
                self.design.matrix,
                self.y,
                loss=options.loss,
                clusters=codes(rows.source)[1],
                tolerance=1e-9,
                least_scale=options.least_scale,
            )
            self.fit = fit_mixed(
                self.design.matrix, self.y, groupings=[g for _, g in self.groups], cells=self.cell_of,
                loss=options.loss, start=self.robust.coefficients, least_scale=options.least_scale,
                prior_scale=options.spread,
            )  # fmt: skip
        except SeriesError as error:
            self.notes.append(f"no model: {error}")
            self.fit = None

    def _standard(self) -> float:
        """The quantity that prices are given for."""
        quantity = np.asarray(self.rows.quantity, dtype=np.float64)
        if np.ptp(quantity) <= 1e-12 * quantity[0]:
            if quantity[0] != 1:
                self.notes.append(
                    f"all figures are for a quantity of {quantity[0]:g}: the prices are for that quantity"
                )
            return float(quantity[0])
        near = (quantity <= self.options.reach) & (quantity >= 1 / self.options.reach)
        if near.any():
            return 1.0
        middle = float(np.exp(np.median(np.log(quantity))))
        self.notes.append(f"no figure for a quantity near 1: the prices are for a quantity of {middle:g}")
        return middle

    def _factors(self) -> dict[str, dict[str, FloatArray]]:
        found: dict[str, dict[str, FloatArray]] = {}
        for name, labels in self.rows.factors.items():
            told = Counter(label for label, _ in set(zip(labels, self.rows.source, strict=True)))
            known = [label if told[label] >= self.options.level_sources else "other" for label in labels]
            found[name] = dummies(name, merge_rare(known, self.options.least_level))
        purity = self.rows.purity
        if purity is not None:
            measured = np.isfinite(purity)
            if measured.mean() >= self.options.purity_share and measured.sum() >= self.options.least_level:
                logs = np.log(np.where(measured, purity, 1.0))
                centred = np.where(measured, logs - np.median(logs[measured]), 0.0)
                found["purity"] = {"log_purity": centred, "purity=unknown": (~measured).astype(np.float64)}
            elif measured.any():
                self.notes.append(
                    f"purity is known of {int(measured.sum())} of {len(measured)} figures: not held constant"
                )
        return found

    def _design(self) -> Design:
        """Quantity and period first: they are what the answer needs, so that they stay where columns depend on each other."""
        rows, n = self.rows, len(self.y)
        logs = np.log(np.asarray(rows.quantity, dtype=np.float64) / self.quantity)
        first: dict[str, FloatArray] = {"log_quantity": logs, **dummies("period", rows.period)}
        if rows.parent is not None and len(set(rows.parent)) > 1:
            first |= dummies("parent", rows.parent)
        if not self.options.pool and len(self.areas) > 1:
            cells = [f"{a} {p}" for a, p in zip(rows.area, rows.period, strict=True)]
            first = {"log_quantity": logs, **dummies("cell", cells)}
        while True:
            columns = dict(first)
            for parts in self.factors.values():
                columns |= parts
            design = independent(columns)
            if not self.factors or n >= self.options.rows_per_column * design.matrix.shape[1]:
                break
            name = next(reversed(self.factors))
            if self.factors.pop(name):
                self.notes.append(f"{name}: not held constant, too few figures for its columns")
        for name, reason in design.dropped.items():
            if name == "log_quantity":
                self.notes.append("bulk discount unknown: all figures are for the same quantity")
            else:
                self.notes.append(f"{name}: {reason}, no effect of its own")
        return design

    def _groups(self) -> None:
        """Random effects, each only where it has more than one group and is not the same as another."""
        rows = self.rows
        self.groups: list[tuple[str, IntArray]] = []
        self.cell_of: IntArray | None = None
        cells, cell_of = np.unique(self.area_of * len(self.periods) + self.period_of, return_inverse=True)
        self.cell_at = {divmod(int(c), len(self.periods)): i for i, c in enumerate(cells)}
        if self.options.pool and len(self.areas) > 1:
            if rows.parent is None or not _same(self.area_of, codes(rows.parent)[1]):
                self.groups.append(("areas", self.area_of))
            if max(len(self.areas), len(self.periods)) < len(cells) < len(self.y):
                self.cell_of = cell_of.ravel().astype(np.int64)
        for name, labels in (("places", rows.place), ("sources", rows.source)):
            if labels is None:
                continue
            group = codes(labels)[1]
            many = 1 < int(group.max()) + 1 < len(self.y)
            if many and not any(
                _same(group, g) for _, g in (*self.groups, ("", self.area_of), ("", self.period_of))
            ):
                self.groups.append((name, group))
            elif name == "sources" and many:
                self.notes.append(
                    "each area or period has a source of its own: their effects cannot be told apart"
                )
        if len(set(rows.source)) == 1:
            self.notes.append("one source in all: intervals do not say how far another would differ")

    def _names(self, area: int, period: int) -> set[str]:
        """Columns that are 1 for a cell."""
        name, label = self.areas[area], self.periods[period]
        return {f"period={label}", f"parent={self.parent_of[name]}", f"cell={name} {label}"}

    def _target(self, area: int, period: int) -> Target:
        assert self.fit is not None
        columns = np.zeros(len(self.design.names))
        columns[0] = 1.0
        here = self._names(area, period)
        held = {column for parts in self.factors.values() for column in parts} - {
            "log_purity",
            "purity=unknown",
        }
        for i, column in enumerate(self.design.names):
            if column in here:
                columns[i] = 1.0
            elif column in held:
                columns[i] = self.design.matrix[:, i].mean()
        chosen = [area if kind == "areas" else None for kind, _ in self.groups]
        cell = self.cell_at.get((area, period)) if self.cell_of is not None else None
        return self.fit.combination(columns, chosen, cell)

    def _thin(self, labels: Sequence[str]) -> set[str]:
        """Labels with too few figures or sources for a price of any of their cells."""
        told, voices = (
            Counter(labels),
            Counter(label for label, _ in set(zip(labels, self.rows.source, strict=True))),
        )
        return {
            label
            for label in told
            if told[label] < self.options.cell_figures or voices[label] < self.options.cell_sources
        }

    def _own(self, area: int, target: Target) -> float:
        """Share of the price that its own figures carry."""
        assert self.fit is not None
        if target.cell is not None:
            return self.fit.own_share(target.cell)
        if self.groups and self.groups[0][0] == "areas":  # one period: an area is its only cell
            rows = float(self.figures[area].sum())
            return rows / (rows + (self.fit.error / max(self.fit.spreads[0], 1e-12)) ** 2)
        return 1.0

    def _state(self, area: int, period: int) -> PriceState:
        assert self.fit is not None
        options = self.options
        if not self.figures[area, period]:
            return PriceState.NO_FIGURES
        if self._names(area, period) & set(self.design.dropped):
            return PriceState.NOT_IDENTIFIED
        thin = (
            self.figures[area, period] < options.cell_figures
            or self.sources[area, period] < options.cell_sources
        )
        if not options.pool:
            return PriceState.ESTIMATED
        if self.periods[period] in self.thin_periods or self.parent_of[self.areas[area]] in self.thin_parents:
            return PriceState.TOO_FEW
        if thin or self._own(area, self._target(area, period)) < options.own_share:
            return PriceState.POOLED if len(self.areas) > 1 else PriceState.TOO_FEW
        return PriceState.ESTIMATED

    def nothing(self, base: str | None) -> PriceIndex:
        """No model: every cell says so."""
        shape = self.figures.shape
        empty = np.full(shape, np.nan)
        state = np.where(self.figures > 0, PriceState.TOO_FEW, PriceState.NO_FIGURES).astype(np.int8)
        return PriceIndex(
            method="hedonic", areas=self.areas, periods=self.periods, price=empty, low=empty, high=empty,
            index=empty, index_low=empty, index_high=empty, figures=self.figures, sources=self.sources,
            own=empty, state=state, base=base_positions(empty, self.periods, base),
            quantity=self.quantity, notes=tuple(self.notes),
        )  # fmt: skip

    def index(self, base: str | None) -> PriceIndex:
        assert self.fit is not None
        shape = self.figures.shape
        freedom = max(len(set(self.rows.source)), FEWEST_SOURCES) - 1
        quantile = t_quantile(0.975, freedom)
        state = np.zeros(shape, dtype=np.int8)
        logs, errors, own = (np.full(shape, np.nan) for _ in range(3))
        targets: dict[tuple[int, int], Target] = {}
        for at in np.ndindex(*shape):
            area, period = int(at[0]), int(at[1])
            state[at] = self._state(area, period)
            if state[at] in (PriceState.ESTIMATED, PriceState.POOLED):
                targets[area, period] = target = self._target(area, period)
                logs[at], errors[at] = self.fit.predict(target)
                own[at] = self._own(area, target)
        smear = self._smearing()
        bases = base_positions(logs, self.periods, base)
        index, low, high = (np.full(shape, np.nan) for _ in range(3))
        for (area, period), target in targets.items():
            if bases[area] >= 0:
                change, error = self.fit.difference(target, targets[area, int(bases[area])])
                index[area, period] = 100 * np.exp(change)
                low[area, period], high[area, period] = (
                    100 * np.exp(change - quantile * error),
                    100 * np.exp(change + quantile * error),
                )
        return PriceIndex(
            method="hedonic", areas=self.areas, periods=self.periods, price=smear * np.exp(logs),
            low=smear * np.exp(logs - quantile * errors), high=smear * np.exp(logs + quantile * errors),
            index=index, index_low=low, index_high=high, figures=self.figures, sources=self.sources, own=own,
            state=state, base=bases, quantity=self.quantity, coefficients=self._coefficients(quantile),
            spreads=self._spreads(), notes=tuple(self.notes), converged=self.fit.converged,
        )  # fmt: skip

    def _smearing(self) -> float:
        """Mean of exp(error): gross errors weigh nothing."""
        assert self.fit is not None
        if not self.options.mean:
            return 1.0
        weights = self.fit.weights
        return float(weights @ np.exp(np.where(weights > 0, self.fit.residuals, 0.0)) / weights.sum())

    def _coefficients(self, quantile: float) -> tuple[Coefficient, ...]:
        assert self.fit is not None and self.robust is not None
        found = []
        for i, name in enumerate(self.design.names):
            if name == "intercept" or name.startswith(("period=", "cell=", "parent=")):
                continue
            columns = np.zeros(len(self.design.names))
            columns[i] = 1.0
            value, error = self.fit.predict(self.fit.combination(columns))
            cluster = float(np.sqrt(max(self.robust.covariance[i, i], 0.0)))
            half = quantile * error
            found.append(
                Coefficient(
                    name=name, estimate=value, low=value - half, high=value + half, cluster_error=cluster
                )
            )
        return tuple(found)

    def _spreads(self) -> Mapping[str, float]:
        assert self.fit is not None
        found = {"errors": self.fit.error}
        found |= {name: spread for (name, _), spread in zip(self.groups, self.fit.spreads, strict=True)}
        return found | ({"areas x periods": self.fit.cell_spread} if self.cell_of is not None else {})


def _same(one: IntArray, other: IntArray) -> bool:
    """Two groupings that divide the rows alike."""
    pairs = len({(a, b) for a, b in zip(one.tolist(), other.tolist(), strict=True)})
    return pairs == int(one.max()) + 1 == int(other.max()) + 1
