"""Divides facts into cells that may be shown: each fact in one cell at most, each cell safe by itself.

In: facts that may be counted, the rule for a figure, the rule for a period that is over. Out: Cells. Whatever is
published is made of whole cells, so that subtracting one figure from another leaves whole cells again, never the few
that were kept back: this is what complementary suppression is for.

A cell of a department that may not be shown is pooled with its like in the region, then in the country; what is still
left at the end of the year, in the same way for the year; the rest in one pool of everything. Only what is dated to
the year or finer counts. Left out: what was published before (`ledger.py`); thresholds (`public.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from vigie.lexicon.gazetteer import gazetteer, place_by_code
from vigie.model.observation import LOAD_UNIT
from vigie.report.facts import Fact
from vigie.report.markets import is_overseas, market_of
from vigie.report.period import Period, quarter_of, year_of
from vigie.report.rules import rules

UNPLACED = ""  # the area of facts without a place: nobody knows how few live there
PLACED = ("department", "region", "country", "none")
STEPS = (
    *(("quarter", level) for level in PLACED),
    *(("year", level) for level in PLACED),
    ("quarter", "all"),
    ("year", "all"),
)
_FINE = frozenset({"day", "week", "month", "quarter"})
_TOLD_APART = frozenset({"modality", "flow"})  # by substance, where every part may be shown

Shows = Callable[[Sequence[Fact], str | None], bool]


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """What a cell counts, in text that a store can keep; "" where there is nothing to say.

    Attributes:
        level: department, region, country, none (without a place) or all (a pool of several countries).
        unit: of the figures; "" for statements without one, which are cells of their own.
    """

    period: str
    level: str
    area: str
    market: str
    type: str
    kind: str
    substance: str
    unit: str

    @property
    def within(self) -> str | None:
        """The area for the rules: None for a pool of everything."""
        return None if self.level == "all" else self.area


@dataclass(frozen=True, slots=True)
class Cell:
    """Facts that are shown together or not at all."""

    label: Label
    facts: tuple[Fact, ...]


def divide(facts: Iterable[Fact], shows: Shows, closed: Callable[[Period], bool]) -> list[Cell]:
    """Cells that may be shown; what is in none has to wait. The same facts in any order give the same cells."""
    cells: list[Cell] = []
    left = sorted(facts, key=lambda f: (f.doc_id, f.id))
    for span, level in STEPS:
        found: dict[Label, list[Fact]] = defaultdict(list)
        waiting: list[Fact] = []
        for fact in left:
            label = label_of(fact, span, level, closed)
            (waiting if label is None else found[label]).append(fact)
        for label in sorted(found):
            if shows(found[label], label.within):
                cells += _told_apart(Cell(label, tuple(found[label])), shows)
            else:
                waiting += found[label]
        left = waiting
    return cells


def label_of(fact: Fact, span: str, level: str, closed: Callable[[Period], bool]) -> Label | None:
    """The cell that would hold the fact at a step; None where it has no place there, or not yet."""
    period, area = _period(fact, span), _area(fact, level)
    if period is None or area is None:
        return None
    # A pool made while facts still come would hold for good what a department could soon show by itself.
    if not closed(period) and (span, level) != _finest(fact):
        return None
    type_, kind, substance, unit, market = indicator(fact)
    told = "" if type_ in _TOLD_APART else substance
    return Label(period.label, level, area, market, type_, kind, told, unit)


def fits(label: Label, fact: Fact) -> bool:
    """True if the fact is still one of those that the cell counts."""
    type_, kind, substance, unit, market = indicator(fact)
    span = "quarter" if "-Q" in label.period else "year"
    period = _period(fact, span)
    return (
        (type_, kind, unit, market) == (label.type, label.kind, label.unit, label.market)
        and label.substance in (substance, *([""] if type_ in _TOLD_APART else []))
        and period is not None
        and period.label == label.period
        and _area(fact, label.level) == label.area
    )


def indicator(fact: Fact) -> tuple[str, str, str, str, str]:
    """Type, kind, substance, unit and market. All of a market for prices only: others may be pooled across them."""
    kind = {
        "purity": fact.measure,
        "modality": f"{fact.family}:{fact.code}",
        "trend": f"{fact.indicator}:{fact.direction}",
        "flow": f"{end_of(fact.origin_code, fact.origin_label)}>"
        f"{end_of(fact.destination_code, fact.destination_label)}",
    }.get(fact.type, fact.kind)
    market = market_of(fact) if fact.type == "price" else ""
    return fact.type, kind or "", fact.substance or "", "" if figure_of(fact) is None else _unit(fact), market


def figure_of(fact: Fact) -> float | None:
    """What the fact gives to a median: euros for one unit, grams or pieces, a share, persons, a load."""
    if fact.type == "price":
        return fact.eur_per_unit if fact.unit else None
    if fact.type == "quantity":
        return fact.grams if fact.grams is not None else fact.units if fact.unit else None
    if fact.type == "event":
        return (fact.persons or None) if fact.kind in rules().events else None
    return fact.middle if fact.type in ("purity", "load") else None


def _unit(fact: Fact) -> str:
    if fact.type == "price":
        return f"EUR/{fact.unit}"
    if fact.type == "quantity":
        return "g" if fact.grams is not None else str(fact.unit)
    purity = "mg" if fact.measure == "mg-per-unit" else "%"
    return {"purity": purity, "event": "person", "load": LOAD_UNIT}[fact.type]


def coarse(code: str | None) -> str | None:
    """The department that holds a place finer than the public sees; abroad the state or the country."""
    place = place_by_code(code) if code else None
    if place is None or place.level not in rules().finer:
        return code
    return place.department or place.region or place.country


def end_of(code: str | None, label: str | None) -> str:
    """An end of a route, as coarse as every other place; "" where it is not stated."""
    if code or not label:
        return coarse(code) or ""
    area = gazetteer().area(label)  # a usual area without a code, which may be some streets of a town
    return (area and (area.department or area.region or area.country)) or label


def _period(fact: Fact, span: str) -> Period | None:
    """The quarter or year that holds all that the fact speaks of."""
    if fact.when_start is None or (span == "quarter" and fact.when_precision not in _FINE):
        return None
    found = quarter_of(fact.when_start) if span == "quarter" else year_of(fact.when_start)
    return found if found.holds(fact.when_start, fact.when_end) else None


def _area(fact: Fact, level: str) -> str | None:
    """The area of that level that holds the fact; None where there is none."""
    areas = {
        "department": fact.place_department,
        "region": fact.place_region,
        "country": fact.place_country,
    }
    if fact.place_code and fact.place_level in areas:
        areas[fact.place_level] = fact.place_code
    if level == "all":
        return UNPLACED
    if level == "none":
        return None if any(areas.values()) else UNPLACED
    if level == "country" and fact.type == "price" and is_overseas(areas["department"], areas["region"]):
        return None  # an overseas territory is a market of its own
    return areas[level] or None


def _finest(fact: Fact) -> tuple[str, str]:
    """The first step that has a place for the fact."""
    span = "year" if _period(fact, "quarter") is None else "quarter"
    return span, next(level for level in PLACED if _area(fact, level) is not None)


def _told_apart(cell: Cell, shows: Shows) -> Iterator[Cell]:
    """The cell by substance, as far as each part and the rest of them may be shown."""
    if cell.label.type not in _TOLD_APART:
        yield cell
        return
    parts: dict[str, list[Fact]] = defaultdict(list)
    for fact in cell.facts:
        parts[fact.substance or ""].append(fact)
    within = cell.label.within
    alone = sorted((s for s in parts if s and shows(parts[s], within)), key=lambda s: (len(parts[s]), s))
    rest = [f for s, found in parts.items() if s not in alone for f in found]
    while rest and alone and not shows(rest, within):
        rest += parts[alone.pop(0)]
    for substance in sorted(alone):
        yield Cell(replace(cell.label, substance=substance), tuple(parts[substance]))
    if rest:
        yield Cell(cell.label, tuple(sorted(rest, key=lambda f: (f.doc_id, f.id))))
