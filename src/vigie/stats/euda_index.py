"""The index of drug prices as the EMCDDA (today EUDA) published it: population-weighted mean of country prices, base year = 100.

In: yearly prices of countries, populations. Out: `EudaIndex`, with each interpolation and each country that was left out.
Source: EMCDDA Statistical Bulletin 2008 and 2011, notes to figures PPP-1 and PPP-2: national prices, weighted by population to one
trend, adjusted for national inflation, indexed to 100 in the base year; countries without a price for two or more consecutive
years are not included; a missing last year takes the price of the year before, a missing first year that of the year after,
other years are interpolated from the adjacent ones. Whether prices or indices are averaged is not said there: here the prices,
so that a dear country weighs more than a cheap one of the same size.
When to use: to continue that series. Known weakness: no interval; a country's price is taken as it is, whatever quantity, purity and
number of figures are behind it; countries that are left out change the level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray, as_series
from vigie.stats.prices import PriceState


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EudaIndex:
    """One index for all countries.

    Attributes:
        price: weighted mean, in the unit of the prices, shape (n_years,); NaN if no country is left.
        index: base year = 100, shape (n_years,).
        filled: prices of the countries with their gaps closed, shape (n_countries, n_years); NaN for those left out.
        state: `PriceState` of each country and year, same shape.
        filled_in: (country, year, "interpolated" or "carried") of each price that was not given.
        left_out: country -> reason.
        weight: share of the population of all countries that is in the index, 0 to 1.
    """

    price: FloatArray
    index: FloatArray
    filled: FloatArray
    state: NDArray[np.int8]
    filled_in: tuple[tuple[str, str, str], ...]
    left_out: dict[str, str]
    weight: float


def euda_index(
    prices: ArrayLike,
    population: ArrayLike,
    *,
    countries: Sequence[str],
    years: Sequence[str],
    base: str | None = None,
) -> EudaIndex:
    """Work out the index.

    Args:
        prices: shape (n_countries, n_years), EUR for one unit, deflated before where wanted; NaN = none.
        population: shape (n_countries,) or (n_countries, n_years), persons.
        years: consecutive, in order; a year without any price belongs in it.
        base: one of the years; None = the first.
    Raises:
        SeriesError: for prices or populations that are zero or negative, shapes that do not fit, an unknown base.
    """
    table = as_series(prices, name="prices")
    if table.shape != (len(countries), len(years)):
        raise SeriesError(
            f"prices: shape {table.shape} for {len(countries)} countries and {len(years)} years"
        )
    if (table <= 0).any():
        raise SeriesError("prices: zero or negative (use NaN where there is none)")
    if base is not None and base not in years:
        raise SeriesError(f"base {base}: no such year (there are {years[0]} to {years[-1]})")
    weights = np.array(population, dtype=np.float64)
    if weights.shape == (len(countries),):
        weights = np.repeat(weights[:, None], len(years), axis=1)
    if weights.shape != table.shape or not (weights > 0).all():
        raise SeriesError("population: give one number > 0 for each country (or for each country and year)")
    filled, state = table.copy(), np.full(table.shape, PriceState.ESTIMATED, dtype=np.int8)
    filled_in: list[tuple[str, str, str]] = []
    left_out: dict[str, str] = {}
    for i, country in enumerate(countries):
        missing = np.isnan(table[i])
        twice = np.flatnonzero(missing[1:] & missing[:-1]).tolist()
        if missing.all() or twice:
            first = f": {years[twice[0]]} and {years[twice[0] + 1]}" if twice and not missing.all() else ""
            left_out[country] = f"no price for two consecutive years{first}" if first else "no price"
            filled[i], state[i] = np.nan, PriceState.DROPPED
            continue
        for j in np.flatnonzero(missing).tolist():
            inner = 0 < j < len(years) - 1
            around = [table[i, k] for k in (j - 1, j + 1) if 0 <= k < len(years)]
            filled[i, j] = float(np.mean(around))
            state[i, j] = PriceState.INTERPOLATED if inner else PriceState.CARRIED
            filled_in.append((country, years[j], "interpolated" if inner else "carried"))
    kept = ~np.isnan(filled).any(axis=1)
    price = np.full(len(years), np.nan)
    if kept.any():
        price = (filled[kept] * weights[kept]).sum(axis=0) / weights[kept].sum(axis=0)
    at = years.index(base) if base is not None else 0
    return EudaIndex(
        price=price, index=100 * price / price[at], filled=filled, state=state, filled_in=tuple(filled_in),
        left_out=left_out, weight=float(weights[kept].sum() / weights.sum()),
    )  # fmt: skip
