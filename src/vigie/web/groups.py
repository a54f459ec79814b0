"""Groups of a topic as tables and headline figures; every figure leads to the sentences behind it.

In: Group records of a read model, in the order they come (most stated first, never by price). Out: Table, Tile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters, Group
from vigie.report.certainty import thresholds
from vigie.report.compared import limits
from vigie.report.edition import COMPARED
from vigie.report.tables import DIRECTIONS, product_name, purity_value, seized, trend_name
from vigie.stats.order import LEVEL, Interval
from vigie.stats.summary import Change
from vigie.web.content import Cell, Row, Table, Target, Tile, to
from vigie.web.words import PageWords

_SAME = 0.005  # of a change: less is printed as none
KEY = "~"  # between the parts of a group's key in an address


def key_of(text: str) -> tuple[str, ...]:
    return tuple(text.split(KEY))


def index_key(substance: str, unit: str, area: str) -> str:
    """A price index in an address: "cocaine~g~FR-69"."""
    return KEY.join((substance, unit, area))


def evidence_of(group: Group, filters: Filters) -> Target:
    """The page of the sentences behind a figure."""
    return to("evidence", filters, topic=group.topic, key=KEY.join(group.key))


def row_id(group: Group) -> str:
    """A place in a page that a link can name, the same every time."""
    return "-".join("-".join((part or "any").split()) for part in (group.topic, *group.key))


def name_of(topic: str, key: tuple[str, ...], words: PageWords) -> str:
    """What a group is about, in words."""
    figures = words.figures
    if topic in ("retail", "wholesale"):
        return f"{product_name(key, figures)}, {words.fill('per', unit=figures.of('units', key[1]))}"
    if topic == "purity":
        return f"{figures.substance(key[0])}, {figures.of('measures', key[1])}"
    if topic == "harms":
        return figures.of("events", key[0]) + (f", {figures.substance(key[1])}" if key[1] else "")
    if topic == "ways":
        return figures.way(*key)
    if topic == "flows":
        return " → ".join(figures.place(end) if end else words["unknown_end"] for end in key)
    if topic == "trends":
        return trend_name(key, figures)
    return figures.substance(key[0])


def change_of(group: Group) -> Change | None:
    """The record that the words of figures are made of; None where there is no period before."""
    if group.change_state == "none":
        return None
    return Change(ratio=group.change, state=group.change_state)


def compared(model: ReadModel, filters: Filters, topic: str) -> list[Group]:
    """The groups of a topic, with a change only where both periods rest on enough independent sources."""
    least = thresholds().change_sources
    return [
        replace(g, medians=None, moved=None, change_state="not-enough-data")
        if g.change_state == "known" and min(g.figures.sources, g.sources_before) < least
        else g
        for g in model.groups(filters, topic)
    ]


def change_words(group: Group, words: PageWords) -> str:
    """ "−12 % (−17 à −8 %)", as in the bulletin. Equal medians are told as that: they do not establish that nothing changed."""
    if group.change_state != "known" or group.change is None:
        return words.figures.change(change_of(group))
    limits = limits_of(group, words)
    if limits:
        change = words.figures.percent_of(words.figures.signed(100 * group.change))
        return words.fill("change.with", change=change, limits=limits)
    same = abs(group.change) < _SAME
    return (
        words["change.same"]
        if same
        else words.fill("change.alone", change=words.figures.change(change_of(group)))
    )


def limits_of(group: Group, words: PageWords) -> str:
    """The 95 % interval of its change; "" without one."""
    if group.change_low is None or group.change_high is None:
        return ""
    return limits(Interval(low=group.change_low, high=group.change_high, level=LEVEL), words.figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """Columns of a topic (keys of `columns.` in the words) and its cells without the first."""

    columns: tuple[str, ...]
    name: Callable[[Group, PageWords], str]
    cells: Callable[[Group, PageWords], Sequence[str]]
    text_columns: int = 1


def _some(value: float | None, make: Callable[[float], str]) -> str:
    return "–" if value is None else make(value)


def _scale(group: Group) -> tuple[float, str]:
    """Masses by the kilogram where the trade is wholesale."""
    return (1000.0, "kg") if group.topic == "wholesale" and group.key[1] == "g" else (1.0, group.key[1])


def _price_cells(group: Group, words: PageWords) -> Sequence[str]:
    (size, unit), found, figures = _scale(group), group.figures, words.figures
    spread = figures.money_spread
    return (
        figures.of("units", unit),
        _some(found.median, lambda v: figures.euro(v * size)),
        "–" if found.q1 is None or found.q3 is None else spread(found.q1 * size, found.q3 * size),
        "–" if found.low is None or found.high is None else spread(found.low * size, found.high * size),
        change_words(group, words),
    )


def _purity_cells(group: Group, words: PageWords) -> Sequence[str]:
    found, measure = group.figures, group.key[1]
    return (
        words.figures.of("measures", measure),
        _some(found.median, lambda v: purity_value(measure, v, words.figures)),
        "–" if found.q1 is None or found.q3 is None else words.figures.spread(found.q1, found.q3),
        "–" if found.low is None or found.high is None else words.figures.spread(found.low, found.high),
        change_words(group, words),
    )


def _seizure_cells(group: Group, words: PageWords) -> Sequence[str]:
    found, unit = group.figures, group.key[1]
    return tuple(_some(v, lambda v: seized(unit, v, words.figures)) for v in (found.high, found.median))


def _trend_cells(group: Group, words: PageWords) -> Sequence[str]:
    counts: Mapping[str, int] = dict(getattr(group, "directions", ()))
    return tuple(words.figures.number(counts[d]) if counts.get(d) else "–" for d in DIRECTIONS)


_PRICE = ("product", "unit", "median", "half", "range", "change")


def _product(group: Group, words: PageWords) -> str:
    return words.figures.substance(group.key[0])


def _market(group: Group, words: PageWords) -> str:
    return product_name(group.key, words.figures)


def _event(group: Group, words: PageWords) -> str:
    return words.figures.of("events", group.key[0])


def _harm_cells(group: Group, words: PageWords) -> Sequence[str]:
    product = words.figures.substance(group.key[1]) if group.key[1] else "–"
    return product, _some(group.figures.high, words.figures.number)


def _end(label: str, words: PageWords) -> str:
    return words.figures.place(label) if label else words["unknown_end"]


_FORMS: Mapping[str, _Form] = {
    "retail": _Form(columns=_PRICE, name=_market, cells=_price_cells, text_columns=2),
    "wholesale": _Form(columns=_PRICE, name=_market, cells=_price_cells, text_columns=2),
    "purity": _Form(
        columns=("product", "measure", "median", "half", "range", "change"),
        name=_product,
        cells=_purity_cells,
        text_columns=2,
    ),
    "seizures": _Form(columns=("product", "largest", "median"), name=_product, cells=_seizure_cells),
    "harms": _Form(columns=("event", "product", "persons"), name=_event, cells=_harm_cells, text_columns=2),
    "ways": _Form(
        columns=("way", "family"),
        name=lambda g, w: w.figures.way(*g.key),
        cells=lambda g, w: (w.figures.of("families", g.key[0]),),
        text_columns=2,
    ),
    "flows": _Form(
        columns=("origin", "destination"),
        name=lambda g, w: _end(g.key[0], w),
        cells=lambda g, w: (_end(g.key[1], w),),
        text_columns=2,
    ),
    "trends": _Form(
        columns=("subject", *DIRECTIONS), name=lambda g, w: trend_name(g.key, w.figures), cells=_trend_cells
    ),
}
_LAST = ("statements", "sources", "rating", "evidence")


def group_table(
    topic: str, groups: Sequence[Group], words: PageWords, filters: Filters, *, id: str = ""
) -> Table:
    """One row a group, with what it rests on; the last cell leads to its sentences."""
    form = _FORMS[topic]
    rows = []
    for group in groups:
        found = group.figures
        name = words.name(form.name(group, words))
        link = Cell(text=words["evidence.open"], target=evidence_of(group, filters))
        rest = (
            *form.cells(group, words),
            words.figures.number(found.n),
            words.figures.number(found.sources),
            found.rating,
        )
        rows.append(Row(cells=(Cell(text=name), *(Cell(text=t) for t in rest), link), id=row_id(group)))
    names = tuple(words[f"columns.{c}"] for c in (*form.columns, *_LAST))
    return Table(
        id=id or f"{topic}-table",
        caption=words.figures[f"{topic}_caption"],
        columns=names,
        rows=tuple(rows),
        text_columns=form.text_columns,
        note=words["change.note"]
        if "change" in form.columns and any(g.change_state == "known" for g in groups)
        else "",
    )


def basis(group: Group, words: PageWords) -> str:
    """ "4 sources indépendantes, cote B–C"."""
    rated = words.figures.rated(group.figures.rating)
    return ", ".join(part for part in (words.figures.count("source", group.figures.sources), rated) if part)


def tile_of(group: Group, words: PageWords, filters: Filters) -> Tile:
    """The headline figure of a group that has a median."""
    figures, found = words.figures, group.figures
    size, unit = _scale(group) if group.topic in ("retail", "wholesale") else (1.0, "")
    median = (found.median or 0.0) * size
    half = ""
    if group.topic in ("retail", "wholesale"):
        value, per = figures.euro(median), words.fill("per", unit=figures.of("units", unit))
        label = product_name(group.key, figures)
        if found.q1 is not None and found.q3 is not None and found.q1 != found.q3:
            half = words.fill("tile.half", spread=figures.money_spread(found.q1 * size, found.q3 * size))
    elif group.topic == "purity":
        value, per = purity_value(group.key[1], median, figures), figures.of("measures", group.key[1])
        label = figures.substance(group.key[0])
        if found.q1 is not None and found.q3 is not None and found.q1 != found.q3:
            half = words.fill("tile.half", spread=figures.spread(found.q1, found.q3))
    elif group.topic == "seizures":
        value, per = seized(group.key[1], found.high or 0.0, figures), words["tile.largest"]
        label = words.figures["seizures"]
    else:
        value, per, label = (
            figures.number(found.n),
            words["tile.statements"],
            name_of(group.topic, group.key, words),
        )
    # Of what else is on a tile (the largest seizure, a number of statements) nothing is compared.
    known = group.topic in COMPARED and group.change_state == "known" and group.change is not None
    change, direction, sure = "", "", limits_of(group, words)
    if known:
        ratio = group.change or 0.0
        direction = "up" if ratio >= _SAME else "down" if ratio <= -_SAME else "flat"
        moved = words.figures.percent_of(words.figures.signed(100 * ratio))
        change = (
            words.fill("tile.interval", change=moved, limits=sure) if sure
            else words["tile.same"] if direction == "flat" else words.fill("tile.change", change=moved)
        )  # fmt: skip
    return Tile(
        label=words.name(label),
        value=value,
        unit=per,
        change=change,
        direction=direction,  # type: ignore[arg-type]
        detail=tuple(d for d in (half, basis(group, words)) if d),
        target=evidence_of(group, filters),
        id=f"tile-{row_id(group)}",
    )
