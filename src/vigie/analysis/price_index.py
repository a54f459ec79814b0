"""Price indices of many products by area and period, with what was left out.

In: `PriceTable`, and what is asked. Out: `Priced`: rows in order of substance, unit, area and period, never of price.
Left out: the indices themselves (`vigie.stats.hedonic`, `median_price`, `euda_index`), printing.
Police valuations and transacted prices are never in one table: a table has one kind.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from vigie.analysis.price_files import Deflator
from vigie.analysis.price_periods import By, between, label_of
from vigie.analysis.prices import Kind, Price, PriceTable, rules
from vigie.lexicon.gazetteer import Entry, gazetteer
from vigie.model.errors import SettingsError
from vigie.stats.euda_index import euda_index
from vigie.stats.hedonic import Hedonic
from vigie.stats.median_price import Median
from vigie.stats.prices import PriceIndex, PriceRows, PriceState, counts

Level: TypeAlias = Literal["country", "region", "department"]
Method: TypeAlias = Literal["hedonic", "median", "euda"]
ALL = "all"  # the area of the EUDA recipe's one index
_OVERSEAS = (
    "FR-97",
    "FR-98",
    "FR-PF",
    "FR-NC",
    "FR-PM",
    "FR-WF",
    "FR-BL",
    "FR-MF",
    "FR-TF",
)  # markets of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to work out.

    Attributes:
        areas: codes to show, with what lies in them; () = all. Areas that are not shown are pooled with all the same.
        base: period that is 100, and whose euros deflated prices are in; None = of each area its first, and the last of all.
        population: area -> period ("" = always) -> persons; for the EUDA recipe.
    """

    by: By = "quarter"
    level: Level = "country"
    method: Method = "hedonic"
    areas: tuple[str, ...] = ()
    base: str | None = None
    purity_adjusted: bool = False
    mean: bool = False
    deflator: Deflator | None = None
    population: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """Rows to print, and what stands behind them."""

    rows: tuple[Mapping[str, object], ...]
    about: Mapping[str, object]


COLUMNS = (
    "substance", "kind", "unit", "area", "period", "price", "low", "high", "index", "index_low", "index_high", "n", "sources",
    "own", "state",
)  # fmt: skip


def price_indices(table: PriceTable, asked: Asked) -> Priced:
    """Work out the index of every product.

    Raises:
        SettingsError: for a method that does not fit the level or period, a base that is no period.
        InputRefused: for a deflator or population without a figure that is needed.
    """
    if asked.method == "euda" and (asked.level != "country" or asked.by != "year"):
        raise SettingsError("the EUDA recipe works on countries and years (add --level country --by year)")
    left: Counter[str] = Counter(table.left_out)
    products: dict[tuple[str, str], list[tuple[Price, str, str]]] = defaultdict(list)
    for price in table.prices:
        placed = _placed(price, asked)
        if isinstance(placed, str):
            left[placed] += 1
        else:
            products[price.substance, price.unit].append(placed)
    last = max((period for listed in products.values() for _, _, period in listed), default="")
    euros = asked.base or last
    if asked.deflator is not None:
        products = {key: _deflated(listed, asked.deflator, euros) for key, listed in products.items()}
    kind: Kind | str = table.prices[0].kind if table.prices else ""
    rows: list[Mapping[str, object]] = []
    abouts = []
    for (substance, unit), listed in sorted(products.items()):
        head = {"substance": substance, "kind": kind, "unit": unit}
        found, about = _euda(listed, asked) if asked.method == "euda" else _indexed(listed, asked)
        rows += [head | row for row in found]
        abouts.append(head | about)
    about = {
        "method": asked.method,
        "price_is": ("mean" if asked.mean else "median") + " of the price for one unit, EUR"
        + (f" of {euros}" if asked.deflator else " of the time"),
        "purity_adjusted": asked.purity_adjusted,
        "deflated_to": euros if asked.deflator else None,
        "left_out": dict(sorted(left.items())),
        "products": abouts,
    }  # fmt: skip
    return Priced(rows=tuple(rows), about=about)


def _placed(price: Price, asked: Asked) -> tuple[Price, str, str] | str:
    """(price, area, period), or why it has no place in the table."""
    if price.start is None or price.end is None:
        return "undated"
    period = label_of(price.start, price.end, asked.by)
    if period is None:
        return f"dated more coarsely than the {asked.by}"
    area = area_of(price, asked.level)
    if not area:
        return f"of no known {asked.level}"
    if asked.method != "hedonic" and not price.unadjusted and price.kind == "transacted":
        return "not retail (only the hedonic index holds the quantity constant)"
    if asked.purity_adjusted:
        if price.purity is None:
            return "purity unknown"
        price = replace(price, eur=price.eur * 100 / price.purity, purity=None)
    return price, area, period


def area_of(price: Price, level: Level) -> str:
    """The area of a level; overseas territories are markets of their own, and so are labels that are no codes."""
    holders = {"department": price.department, "region": price.region, "country": price.country}
    if level == "country":
        overseas = next(
            (c for c in (price.department, price.region, price.place) if c.startswith(_OVERSEAS)), ""
        )
        return overseas or price.country or ("" if any(holders.values()) else price.place)
    return holders[level] or ("" if any(holders.values()) else price.place)


def parent_of(price: Price, level: Level) -> str:
    """What areas of the level are drawn to: the region of a department, the country of a region. A country, or overseas
    territory, is a market of its own: it is drawn to its own other periods, never to the price of another market. Labels that
    are no codes are countries at the level of countries, and else parts of one whole."""
    market = area_of(price, "country")
    if level != "country" and not (price.department or price.region or price.country):
        return ""
    return market if level != "department" or market.startswith(_OVERSEAS) else price.region


def _deflated(
    listed: Sequence[tuple[Price, str, str]], deflator: Deflator, base: str
) -> list[tuple[Price, str, str]]:
    factors = {
        key: deflator.factor(*key, base)
        for key in {((p.country or area).upper(), period) for p, area, period in listed}
    }
    return [
        (replace(p, eur=p.eur * factors[(p.country or area).upper(), period]), area, period)
        for p, area, period in listed
    ]


def _rows(listed: Sequence[tuple[Price, str, str]], level: Level) -> PriceRows:
    prices = [price for price, _, _ in listed]
    parents = [parent_of(price, level) for price in prices]
    purity = np.array([np.nan if p.purity is None else p.purity for p in prices])
    return PriceRows(
        price=np.array([p.eur for p in prices]),
        quantity=np.array([p.quantity for p in prices]),
        area=[area for _, area, _ in listed],
        period=[period for _, _, period in listed],
        source=[p.source for p in prices],
        parent=parents if len(set(parents)) > 1 else None,
        place=[p.department if level == "country" and p.department else p.place or area for p, area, _ in listed],
        factors={
            "form": [p.form for p in prices], "source_kind": [p.source_kind for p in prices],
            "channel": [p.channel for p in prices],
        },
        purity=purity if np.isfinite(purity).any() else None,
    )  # fmt: skip


def _indexed(
    listed: Sequence[tuple[Price, str, str]], asked: Asked
) -> tuple[list[dict[str, object]], dict[str, object]]:
    rows = _rows(listed, asked.level)
    base = asked.base if asked.base in rows.periods else None
    if asked.method == "median":
        index = Median(**rules()["median"]).index(rows, base=base)
    else:
        index = Hedonic(**rules()["hedonic"], mean=asked.mean).index(rows, base=base)
    notes = list(index.notes)
    if asked.base is not None and base is None:
        notes.append(f"no figure of the base period {asked.base}: no index")
        index = replace(
            index, index=index.index * np.nan, index_low=index.index * np.nan, index_high=index.index * np.nan
        )
    about: dict[str, object] = {
        "quantity": index.quantity,
        "figures": len(listed),
        "sources": len(set(rows.source)),
        "coefficients": [
            {
                "name": c.name, "estimate": _round(c.estimate), "low": _round(c.low), "high": _round(c.high),
                "cluster_error": _round(c.cluster_error),
            }
            for c in index.coefficients
        ],
        "spreads": {name: _round(spread) for name, spread in index.spreads.items()},
        "converged": index.converged,
        "notes": notes,
    }  # fmt: skip
    return _table(index, asked), about


def _table(index: PriceIndex, asked: Asked) -> list[dict[str, object]]:
    """A row for each area and period, from the area's first figure to its last."""
    found: list[dict[str, object]] = []
    for a, area in enumerate(index.areas):
        if asked.areas and not _shown(area, asked.areas):
            continue
        told = np.flatnonzero(index.figures[a])
        for period in between(index.periods[int(told[0])], index.periods[int(told[-1])], asked.by):
            if period not in index.periods:  # nobody said anything of any area
                found.append(
                    {
                        "area": area,
                        "period": period,
                        "n": 0,
                        "sources": 0,
                        "state": PriceState.NO_FIGURES.label,
                    }
                )
                continue
            at = (a, index.periods.index(period))
            found.append(
                {
                    "area": area, "period": period, "price": _round(index.price[at]), "low": _round(index.low[at]),
                    "high": _round(index.high[at]), "index": _round(index.index[at]), "index_low": _round(index.index_low[at]),
                    "index_high": _round(index.index_high[at]), "n": int(index.figures[at]), "sources": int(index.sources[at]),
                    "own": _round(index.own[at]), "state": PriceState(int(index.state[at])).label,
                }
            )  # fmt: skip
    return found


def _euda(
    listed: Sequence[tuple[Price, str, str]], asked: Asked
) -> tuple[list[dict[str, object]], dict[str, object]]:
    rows = _rows(listed, "country")
    years = between(rows.periods[0], rows.periods[-1], "year")
    left_out = {c: "no population" for c in rows.areas if c.upper() not in asked.population}
    countries = [c for c in rows.areas if c not in left_out]
    if not countries:
        raise SettingsError(f"no population for {', '.join(left_out)} (give them with --population FILE)")
    table = np.full((len(countries), len(years)), np.nan)
    weights = np.full_like(table, np.nan)
    listed_by: dict[tuple[str, str], list[float]] = defaultdict(list)
    for price, area, period in listed:
        listed_by[area, period].append(price.eur)
    for i, country in enumerate(countries):
        persons = asked.population[country.upper()]
        for j, year in enumerate(years):
            if said := listed_by.get((country, year)):
                table[i, j] = float(np.mean(said))
            weight = persons.get(year, persons.get(""))
            if weight is None:
                raise SettingsError(
                    f"no population of {country} for {year} (add it to the table, or one without period)"
                )
            weights[i, j] = weight
    base = asked.base if asked.base in years else None
    index = euda_index(table, weights, countries=countries, years=years, base=base)
    figures, sources = counts(rows)
    found: list[dict[str, object]] = []
    at_base = years.index(base) if base else 0
    for i, country in enumerate(countries):
        if asked.areas and not _shown(country, asked.areas):
            continue
        for j, year in enumerate(years):
            given = year in rows.periods
            cell = (rows.areas.index(country), rows.periods.index(year)) if given else None
            found.append(
                {
                    "area": country, "period": year, "price": _round(index.filled[i, j]),
                    "index": _round(100 * index.filled[i, j] / index.filled[i, at_base]),
                    "n": int(figures[cell]) if cell else 0, "sources": int(sources[cell]) if cell else 0,
                    "state": PriceState(int(index.state[i, j])).label,
                }
            )  # fmt: skip
    for j, year in enumerate(years):
        of_year = [p for p, _, period in listed if period == year]
        found.append(
            {
                "area": ALL, "period": year, "price": _round(index.price[j]), "index": _round(index.index[j]),
                "n": len(of_year), "sources": len({p.source for p in of_year}),
                "state": "weighted" if np.isfinite(index.price[j]) else PriceState.TOO_FEW.label,
            }
        )  # fmt: skip
    notes = (
        [f"no figure of the base period {asked.base}: {years[0]} is 100"]
        if asked.base and base is None
        else []
    )
    return found, {
        "figures": len(listed), "countries_left_out": {**left_out, **index.left_out}, "population_share": _round(index.weight),
        "filled_in": [{"area": c, "period": y, "how": how} for c, y, how in index.filled_in], "notes": notes,
    }  # fmt: skip


def holds(entry: Entry, level: Level) -> bool:
    """Whether an entry of the gazetteer is an area of the level or holds some."""
    known = {
        "department": ("department", "region", "country"),
        "region": ("region", "country"),
        "country": ("country",),
    }
    return entry.level in (*known[level], "state") or (entry.code or "").startswith(_OVERSEAS)


def _shown(area: str, chosen: Collection[str]) -> bool:
    entry = gazetteer().by_code(area)
    holders = {area} | ({entry.department, entry.region, entry.country} if entry else set())
    return bool(holders & set(chosen))


def _round(value: Any, figures: int = 4) -> float | None:
    """So many significant figures, more would be feigned; None where there is none."""
    number = float(value)
    return float(f"{number:.{figures}g}") if np.isfinite(number) else None
