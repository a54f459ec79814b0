"""Observations of rows as columns, before they have a document: what the fields of one block of a mapping say.

In: a Group of picked columns, clean. Out: Drafts, one column for each column of the store's table, and the faults of its lines. Each
kind of table is one function of `KINDS`. Values are read by `normalise.py`, `days.py`, `figures.py`, distinct cells once.
Left out: ages, names and free text, which no mapping has a field for; documents and ids (`vigie.store.table_rows`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.intake import normalise
from vigie.intake.days import FIELDS as DAY_FIELDS
from vigie.intake.days import Days
from vigie.intake.figures import Figures, figure_column
from vigie.intake.lookup import EMPTY, SEPARATOR, UNKNOWN, Flags, Ints, Lookup, joined, spread
from vigie.model.observation import LOAD_UNIT
from vigie.model.period import When
from vigie.model.place import Place
from vigie.stats.arrays import FloatArray
from vigie.tables.mapping import Field

TEXT, FLOAT, DAY = pa.string(), pa.float64(), pa.date32()
_PLACE = ("name", "label", "code", "level", "lat", "lon", "department", "region", "country")
MOST_COUNTED = 1e7  # persons, seizures or samples of one row


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drafts:
    """Observations of one type.

    Attributes:
        columns: names of the store's columns, each of shape (n,).
        lines: shape (n,), the line of the group that each observation is of.
    """

    columns: Mapping[str, pa.Array]
    lines: Ints


@dataclass(slots=True, kw_only=True, eq=False)
class Faults:
    """What is wrong with the lines of a group: the first fault of each counts."""

    reason: list[str] = field(default_factory=list)
    column: list[str] = field(default_factory=list)
    of_line: Ints

    def add(self, wrong: Flags, reason: str, column: str) -> None:
        fresh = wrong & (self.of_line < 0)
        if fresh.any():
            self.of_line[fresh] = len(self.reason)
            self.reason.append(reason)
            self.column.append(column)

    @property
    def good(self) -> Flags:
        return np.asarray(self.of_line < 0)


class Meanings:
    """The questions of one run: what distinct cells mean, remembered from block to block."""

    def __init__(self, lang: str, *, day_first: bool, decimal: str, open_bounds: bool = False) -> None:
        self.lang, self.decimal, self.open_bounds = lang, decimal, open_bounds
        ask = normalise
        self.substance = Lookup(lambda text: ask.product(text, lang))
        self.form = Lookup(lambda text: ask.form(text, lang))
        self.unit = Lookup(lambda text: ask.unit(text, lang))
        self.currency = Lookup(lambda text: ask.currency(text, lang))
        self.place = Lookup(lambda text: ask.place(*text.split(SEPARATOR, 1), lang=lang))
        self.country = Lookup(lambda text: ask.place_of_country(text, lang))
        self.day = Lookup(Days(lang, day_first=day_first).when)
        self.words = {
            name: Lookup(partial(ask.word, name)) for name in ("price_kind", "measure", "event", "mode")
        }
        self.rate = Lookup(_rate)

    @property
    def unknown(self) -> Mapping[str, Lookup[Any]]:
        """Field -> its questions, for the report of what is not known. Days and places are asked with other cells."""
        return {"substance": self.substance, "form": self.form, "unit": self.unit, "currency": self.currency,
                "place": self.place, "country": self.country, "date": self.day, **self.words}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rate:
    euros: float | None
    note: str | None


def _rate(text: str) -> _Rate:
    """Euros for one unit of a currency on a day: the rate of the text grammar, taken of a million so that no figure is lost."""
    code, day = text.split(SEPARATOR)
    euros, note = normalise.to_eur(1e6, code, None if not day else np.datetime64(day).astype(object))
    return _Rate(euros=None if euros is None else euros / 1e6, note=note)


class Lines:
    """The lines of one group, field by field."""

    def __init__(
        self, fields: Mapping[str, Field], columns: Mapping[str, pa.Array], size: int, meanings: Meanings, *, alone: bool
    ) -> None:  # fmt: skip
        self.fields, self._columns, self.size, self.meanings, self.alone = (
            fields,
            columns,
            size,
            meanings,
            alone,
        )
        self.faults = Faults(of_line=np.full(size, -1, dtype=np.int64))
        self.common: dict[str, pa.Array] = {}
        self.found: list[Drafts] = []

    def has(self, name: str) -> bool:
        return name in self.fields

    def cells(self, name: str) -> pa.Array:
        found = self._columns.get(name)
        return pa.nulls(self.size, TEXT) if found is None else found

    def header(self, name: str) -> str:
        """The column that a field is read from, for messages; the field itself for a constant."""
        entry = self.fields.get(name)
        return entry.columns[0] if entry is not None and entry.columns else name

    def asked(self, name: str, lookup: Lookup[Any], *, needed: bool | None = None) -> Ints:
        """Positions of a word's answers; unknown words are faults, empty ones where the mapping does not allow them."""
        entry = self.fields.get(name)
        positions = lookup.positions(self.cells(name))
        self.faults.add(positions == UNKNOWN, f"unknown-{name.replace('_', '-')}", self.header(name))
        if (entry is not None and not entry.null_ok) if needed is None else needed:
            self.faults.add(positions == EMPTY, f"no-{name.replace('_', '-')}", self.header(name))
        return positions

    def counted(self, name: str) -> Figures:
        """A column of counts: a part of a person, and more of them than a country has, are faults."""
        found = self.figures(name, most=MOST_COUNTED)
        with np.errstate(invalid="ignore"):
            parts = (np.nan_to_num(found.low) % 1 != 0) | (np.nan_to_num(found.high) % 1 != 0)
        self.faults.add(parts, "no-whole-number", self.header(name))
        return found

    def figures(self, name: str, *, most: float | None = None, needed: bool | None = None) -> Figures:
        """A column of figures; what is none, is negative or is beyond `most` is a fault."""
        found = figure_column(self.cells(name), self.meanings.decimal, self.meanings.lang)
        self.faults.add(found.wrong, "no-figure", self.header(name))
        with np.errstate(invalid="ignore"):
            self.faults.add((found.low < 0) | (found.high < 0), "negative-figure", self.header(name))
            if most is not None:
                self.faults.add((found.low > most) | (found.high > most), "out-of-range", self.header(name))
        entry = self.fields.get(name)
        if (entry is not None and not entry.null_ok) if needed is None else needed:
            self.faults.add(found.empty, f"no-{name}", self.header(name))
        return found

    def read_common(self, *, product_needed: bool | None = None) -> None:
        """Substance, form, place, period and attribution: what every observation of a line has."""
        m = self.meanings
        products = self.asked("substance", m.substance, needed=product_needed)
        forms = self.asked("form", m.form)
        told = m.substance.column(products, lambda p: p.form, TEXT)
        found = {
            "substance": m.substance.column(products, lambda p: p.substance, TEXT),
            "form": pc.coalesce(m.form.column(forms, lambda f: f, TEXT), told),
        }
        found |= self._where()
        found |= self._when()
        attribution = self.cells("attribution")
        found["attribution"] = pc.cast(attribution, TEXT)
        self.common = found

    def _where(self) -> dict[str, pa.Array]:
        m, country = self.meanings, self.cells("country")
        named = np.asarray(self.cells("place").is_valid().to_numpy(zero_copy_only=False))
        whole = joined([self.cells("place"), country])
        only = pc.if_else(pa.array(named), whole, pa.scalar(None, TEXT))
        places = m.place.positions(only)
        self.faults.add(places == UNKNOWN, "unknown-place", self.header("place"))
        countries = m.country.positions(
            pc.if_else(pa.array(named), pa.scalar(None, TEXT), pc.cast(country, TEXT))
        )
        self.faults.add(countries == UNKNOWN, "unknown-country", self.header("country"))
        entry = self.fields.get("place")
        if entry is not None and not entry.null_ok:
            self.faults.add((places == EMPTY) & (countries == EMPTY), "no-place", self.header("place"))
        types = dict.fromkeys(("lat", "lon"), FLOAT)
        answers: list[Place] = [*m.place.answers, *m.country.answers]
        at = np.where(places >= 0, places, np.where(countries >= 0, countries + len(m.place.answers), EMPTY))
        return {
            f"place_{n}": spread([getattr(p, n) for p in answers], at, types.get(n, TEXT)) for n in _PLACE
        }

    def _when(self) -> dict[str, pa.Array]:
        m = self.meanings
        present = [name for name in DAY_FIELDS if self.has(name)]
        # A clock time makes every cell another: days are asked by their first ten characters.
        cells = {
            n: pc.replace_substring_regex(pc.cast(self.cells(n), TEXT), r"^(\d{4}-\d{2}-\d{2})[T ].*$", r"\1")
            for n in present
        }
        blank = pa.nulls(self.size, TEXT)
        positions = m.day.positions(joined([cells.get(n, blank) for n in DAY_FIELDS]))
        first = present[0] if present else "date"
        self.faults.add(positions == UNKNOWN, "unknown-date", self.header(first))
        if not any(self.fields[n].null_ok for n in present[:1]) or len(present) > 1:
            self.faults.add(positions == EMPTY, "no-date", self.header(first))
        get: Callable[[Callable[[When], Any], pa.DataType], pa.Array] = partial(m.day.column, positions)
        return {
            "when_start": get(lambda w: w.start, DAY), "when_end": get(lambda w: w.end, DAY),
            "when_precision": get(lambda w: w.precision, TEXT),
            "when_basis": pc.fill_null(get(lambda w: w.basis, TEXT), "unknown"),
        }  # fmt: skip

    def drafts(self, type_: str, which: Flags, **columns: Any) -> Drafts:
        """Observations of the lines `which` that are right; scalars stand for whole columns."""
        lines = np.flatnonzero(which & self.faults.good)
        at = pa.array(lines)
        whole = {"type": type_, **self.common, **columns}
        return Drafts(columns={n: _taken(v, at, len(lines)) for n, v in whole.items()}, lines=lines)


def _taken(value: Any, at: pa.Array, size: int) -> pa.Array:
    if isinstance(value, str):
        return pa.repeat(pa.scalar(value, TEXT), size)
    if isinstance(value, np.ndarray):
        value = numbers(value)
    return value.take(at)


def numbers(values: FloatArray) -> pa.Array:
    """A column of numbers; NaN is no number."""
    return pa.array(values, FLOAT, mask=np.isnan(values))


def _both(lines: Lines, low: Figures, high: Figures) -> tuple[FloatArray, FloatArray]:
    """Bounds of two columns: without the second, the first gives both, unless the table leaves open bounds empty."""
    if lines.meanings.open_bounds:
        return low.low, high.high
    first = np.where(low.empty, high.low, low.low)
    return first, np.where(high.empty, low.high, high.high)


def _all(lines: Lines) -> Flags:
    return np.ones(lines.size, dtype=bool)


def prices(lines: Lines) -> list[Drafts]:
    """One price a line; euros at the rate of the first day of its period."""
    m = lines.meanings
    lines.read_common()
    low, high = lines.figures("low"), lines.figures("high")
    lines.faults.add(low.empty & high.empty, "no-price", lines.header("low"))
    said = [(low, low.words[n]) if n >= 0 else None for n in low.said]
    codes = m.currency.positions(lines.cells("currency"))
    lines.faults.add(codes == UNKNOWN, "unknown-currency", lines.header("currency"))
    own = (
        [s[1].unit.code if s and s[1].unit and s[1].unit.kind == "money" else None for s in said]
        if any(said)
        else None
    )
    money = m.currency.column(codes, lambda c: c, TEXT)
    money = money if own is None else pc.coalesce(pa.array(own, TEXT), money)
    lines.faults.add(money.is_null().to_numpy(zero_copy_only=False), "no-currency", lines.header("currency"))
    units = lines.asked("per_unit", m.unit)
    per_unit = m.unit.column(units, lambda u: u.code, TEXT)
    per_value = lines.figures("per_value").low
    if any(said):
        per_unit = pc.coalesce(pa.array([s[1].per_unit if s else None for s in said], TEXT), per_unit)
        own_value = np.array([s[1].per_value if s and s[1].per_value is not None else np.nan for s in said])
        per_value = np.where(np.isnan(own_value), per_value, own_value)
    bought = per_unit.is_valid().to_numpy(zero_copy_only=False)
    per_value = np.where(bought, np.where(np.isnan(per_value), 1.0, per_value), np.nan)
    lines.faults.add(per_value == 0, "out-of-range", lines.header("per_value"))
    kinds = lines.asked("price_kind", m.words["price_kind"])
    kind = pc.fill_null(m.words["price_kind"].column(kinds, lambda k: k, TEXT), "retail")
    first, last = _both(lines, low, high)
    start = pc.strftime(lines.common["when_start"].cast(pa.timestamp("s")), format="%Y-%m-%d")
    rates = m.rate.positions(joined([money, start]))
    rate = m.rate.column(rates, lambda r: r.euros, FLOAT)
    note = m.rate.column(rates, lambda r: r.note, TEXT)
    factor = pc.fill_null(rate, float("nan")).to_numpy(zero_copy_only=False)
    eur_low, eur_high = np.round(first * factor, 6), np.round(last * factor, 6)
    masses = np.array([normalise.grams_of(u.code) or np.nan for u in m.unit.answers] + [np.nan])
    grams = masses[np.where(units < 0, -1, units)]  # what is empty or not known has none
    if any(said):
        grams = np.array([normalise.grams_of(u) or np.nan if u else np.nan for u in per_unit.to_pylist()])
    mass = ~np.isnan(grams)
    both = np.where(
        np.isnan(eur_low), eur_high, np.where(np.isnan(eur_high), eur_low, (eur_low + eur_high) / 2)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.round(both / (per_value * np.where(mass, grams, 1.0)), 6)
    unit = pc.if_else(pa.array(mass), pa.scalar("g", TEXT), per_unit)
    return [
        lines.drafts(
            "price", _all(lines), kind=kind, low=first, high=last, currency=money, per_value=per_value, per_unit=per_unit,
            eur_low=eur_low, eur_high=eur_high, eur_per_unit=each, unit=unit, eur_note=note,
        )
    ]  # fmt: skip


def purity(lines: Lines) -> list[Drafts]:
    """One content a line, without a figure where only the presence is told. What it was sold as is told in the line."""
    m = lines.meanings
    lines.read_common()
    lines.asked("expected", m.substance)
    scale = (lines.fields["low"].unit or "%") if lines.has("low") else "%"
    measures = lines.asked("measure", m.words["measure"])
    measure = m.words["measure"].column(measures, lambda w: w, TEXT)
    measure = pc.fill_null(measure, "mg-per-unit" if scale == "mg" else "purity")
    low, high = lines.figures("low"), lines.figures("high")
    first, last = _both(lines, low, high)
    if scale == "fraction":
        bare = low.said < 0
        first, last = np.where(bare, first * 100, first), np.where(bare, last * 100, last)
    share = pc.not_equal(measure, "mg-per-unit").to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        lines.faults.add(share & ((first > 100) | (last > 100)), "out-of-range", lines.header("low"))
    lines.counted("count")
    lines.counted("samples")
    return [lines.drafts("purity", _all(lines), low=first, high=last, measure=measure)]


def seizures(lines: Lines) -> list[Drafts]:
    """Seizures counted, what was seized, and where it came from or went.

    A line dated to a day that counts nothing is one seizure, where its row says nothing else; of a month or year it is a sum.
    """
    m = lines.meanings
    lines.read_common()
    count, quantity = lines.counted("count"), lines.figures("quantity")
    day = pc.fill_null(pc.equal(lines.common["when_precision"], "day"), False).to_numpy(zero_copy_only=False)
    implied = count.empty & day & lines.alone & ~quantity.empty
    counted = ~count.empty | implied
    units = lines.asked("unit", m.unit)
    constant = (
        normalise.unit(lines.fields["quantity"].unit or "", m.lang)
        if lines.has("quantity") and lines.fields["quantity"].unit
        else None
    )
    names = m.unit.column(units, lambda u: u.code, TEXT)
    kinds = m.unit.column(units, lambda u: u.kind, TEXT)
    if constant is not None:
        names, kinds = pc.fill_null(names, constant.code), pc.fill_null(kinds, constant.kind)
    if (quantity.said >= 0).any():
        own = [quantity.words[n].unit if n >= 0 else None for n in quantity.said]
        names = pc.coalesce(pa.array([u.code if u else None for u in own], TEXT), names)
        kinds = pc.coalesce(pa.array([u.kind if u else None for u in own], TEXT), kinds)
    seized = ~quantity.empty
    fit = pc.fill_null(pc.is_in(kinds, value_set=pa.array(["mass", "volume", "piece"])), False).to_numpy(
        zero_copy_only=False
    )
    lines.faults.add(seized & names.is_null().to_numpy(zero_copy_only=False), "no-unit", lines.header("unit"))
    lines.faults.add(seized & ~fit, "unknown-unit", lines.header("unit"))
    lines.faults.add(~seized & ~counted, "no-quantity", lines.header("quantity"))
    factors = {u: normalise.grams_of(u) for u in set(names.to_pylist()) if u} if seized.any() else {}
    coded = pc.dictionary_encode(names)
    table = np.array([factors.get(u) or np.nan for u in coded.dictionary.to_pylist()] + [np.nan])
    factor = table[pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)]
    base = np.where(np.isnan(quantity.low), quantity.high, quantity.low)
    pieces = pc.fill_null(pc.equal(kinds, "piece"), False).to_numpy(zero_copy_only=False)
    ends, moved = _ends(lines)
    modes = lines.asked("mode", m.words["mode"])
    mode = pc.fill_null(m.words["mode"].column(modes, lambda w: w, TEXT), "unknown")
    one = np.where(implied, 1.0, count.low)
    return [
        lines.drafts("event", counted, kind="seizure", low=one, high=np.where(implied, 1.0, count.high), unit="seizure"),
        lines.drafts(
            "quantity", seized, kind="seized", low=quantity.low, high=quantity.high, unit=names, grams=base * factor,
            grams_high=quantity.high * factor, units=np.where(pieces, base, np.nan),
        ),
        lines.drafts("flow", moved, mode=mode, **ends),
    ]  # fmt: skip


def _ends(lines: Lines) -> tuple[dict[str, pa.Array], Flags]:
    """Origin and destination: code, label and the whole place as JSON."""
    found: dict[str, pa.Array] = {}
    moved = np.zeros(lines.size, dtype=bool)
    places = lines.meanings.place
    for end in ("origin", "destination"):
        cells = joined([lines.cells(end), pa.nulls(lines.size, TEXT)])
        at = places.positions(cells)
        lines.faults.add(at == UNKNOWN, f"unknown-{end}", lines.header(end))
        found[f"{end}_code"] = places.column(at, lambda p: p.code, TEXT)
        found[f"{end}_label"] = places.column(at, lambda p: p.label, TEXT)
        found[f"{end}_json"] = places.column(at, lambda p: json.dumps(asdict(p), ensure_ascii=False), TEXT)
        moved |= at >= 0
    return found, moved


def harms(lines: Lines) -> list[Drafts]:
    """One count of persons a line; zero is a count. Nothing of who they are."""
    words = lines.meanings.words["event"]
    lines.read_common(product_needed=False)
    kind = words.column(lines.asked("event", words), lambda w: w, TEXT)
    count = lines.counted("count")
    return [lines.drafts("event", _all(lines), kind=kind, low=count.low, high=count.high, unit="person")]


def wastewater(lines: Lines) -> list[Drafts]:
    """One load a line."""
    lines.read_common()
    load, population = lines.figures("load"), lines.figures("population")
    return [
        lines.drafts(
            "load", _all(lines), low=load.low, high=load.high, unit=LOAD_UNIT, population=population.low
        )
    ]


KINDS: Mapping[str, Callable[[Lines], list[Drafts]]] = {
    "prices": prices, "purity": purity, "seizures": seizures, "harms": harms, "wastewater": wastewater,
}  # fmt: skip
