"""What only the analyst sees: alerts that the watch keeps, new words, the price index with its intervals.

In: an open store, an Edition of the analyst. Out: Parts; none in the public edition, whatever the store holds.
Left out: finding alerts (`vigie stats alerts --save` does, and keeps them); what the public is told (`alerts.py`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from vigie.analysis.alert_words import new_words
from vigie.analysis.price_index import Asked, Level, area_of, price_indices
from vigie.analysis.prices import PriceTable, read_prices
from vigie.charts import Point, Series
from vigie.lexicon.gazetteer import gazetteer, place_by_code
from vigie.model.errors import MissingExtraError, SeriesError
from vigie.report.edition import Edition
from vigie.report.evidence import Row, Table, one_line
from vigie.report.layout import Block, Part, Prose
from vigie.report.pictures import LEAST_POINTS, MOST_PANELS, panels
from vigie.report.sentences import capital
from vigie.store import Store
from vigie.store.watchlist import SavedAlert, SavedSignal, saved_alerts, signals_of

_GRADES = ("low", "moderate", "high", "very-high")
_MOST_TERMS = 20
_SPARE = 3  # products more than are drawn: some have too few quarters


def watch_parts(store: Store, ed: Edition) -> list[Part]:
    """Alerts and words of the period and area."""
    if ed.gate.public:
        return []
    return [*_alerts(store, ed), *_terms(store, ed)]


def _alerts(store: Store, ed: Edition) -> list[Part]:
    words, every = ed.words, saved_alerts(store)
    if not every:
        return []
    kept = [
        a
        for a in every
        if (a.area == "" or ed.gate.holds_area(a.area))
        and (ed.period.kind == "all" or (a.started <= ed.period.end and a.last_alarm >= ed.period.start))
    ]
    rows = tuple(_alert_row(a, signals_of(store, a.alert_id), ed) for a in kept)
    columns = (
        "alert_kind",
        "product",
        "area",
        "alert_since",
        "alert_grade",
        "alert_likelihood",
        "alert_impact",
        "alert_status",
        "alert_evidence",
    )
    table = Table(
        id="watch", title=words["p_alerts"], caption=words["alerts_caption"], columns=tuple(words[c] for c in columns),
        rows=rows, text_columns=len(columns),
        notes=(words.fill("alert_note", false=words.short(max((a.false_per_month for a in kept), default=0))),),
    )  # fmt: skip
    block: Block = table if rows else Prose(lines=(words["alerts_none"],))
    return [Part(id="signals", title=words["p_alerts"], blocks=(block,))]


def _alert_row(alert: SavedAlert, signals: list[SavedSignal], ed: Edition) -> Row:
    words = ed.words

    def told(signal: SavedSignal) -> str:
        name = words.signal(signal.indicator)
        if signal.observed is None:
            return name
        limit = f" (> {words.short(signal.upper)})" if signal.upper is not None else ""
        return f"{name} {words.short(signal.observed)}{limit}"

    return Row(
        id=f"alert-{alert.alert_id}",
        cells=(
            words.of("signals", alert.kind),
            words.substance(alert.substance) if alert.substance else "–",
            words.area(alert.area) if alert.area else "–",
            words.day(alert.started.isoformat()),
            words.of("signals", _GRADES[alert.grade - 1]),
            words.of("signals", alert.likelihood) or "–",
            words.of("signals", alert.impact) or "–",
            words.of("signals", alert.status),
            "; ".join([*map(told, signals), words.count("source", alert.speakers)]),
        ),
    )


def _terms(store: Store, ed: Edition) -> list[Part]:
    """Words of the months before the end of the period, of the whole store; a word has no area, so that a region's bulletin has none."""
    words = ed.words
    if not ed.read.days or ed.tight:
        return []
    until = min(ed.period.end, ed.read.days[-1])
    try:
        found = new_words(store, until)[:_MOST_TERMS]
    except (SeriesError, MissingExtraError):
        return []
    rows = tuple(
        Row(
            id=f"term-{n}",
            cells=(
                one_line(c.term),
                ", ".join(words.substance(like.split("/")[-1]) for like in c.nearest[:2]) or "–",
                words.day(c.first_seen.isoformat()),
                words.number(c.documents),
                words.number(c.sources),
            ),
        )
        for n, c in enumerate(found, 1)
    )
    if not rows:
        return []
    table = Table(
        id="terms", title=words["p_terms"], caption=words["terms_caption"],
        columns=tuple(words[c] for c in ("term", "term_like", "term_since", "term_documents", "sources")), rows=rows,
        text_columns=3, notes=(words["terms_note"],),
    )  # fmt: skip
    return [Part(id="new-words", title=words["p_terms"], blocks=(table,))]


def index_part(store: Store, ed: Edition) -> list[Part]:
    """Price of a gram by quarter, by the hedonic model, with 95 % intervals; for the analyst."""
    if ed.gate.public:
        return []
    words, within = ed.words, ed.gate.within
    place = place_by_code(within) if within else None
    level: Level = "country"
    if place is not None and place.level in ("region", "department"):
        level = place.level
    asked = Asked(by="quarter", level=level, areas=(within,) if within else ())
    try:
        table = _most_said(read_prices(store), level, within)
        priced = price_indices(table, asked) if table.prices else None
    except (SeriesError, MissingExtraError):
        return []
    drawn = {quarter.label for quarter in ed.drawn}
    series: dict[tuple[str, str], list[Point]] = defaultdict(list)
    weight: dict[tuple[str, str], int] = defaultdict(int)
    for row in priced.rows if priced else ():
        if row["unit"] != "g" or row["period"] not in drawn:
            continue
        key = (str(row["substance"]), str(row["area"]))
        weight[key] += int(str(row["n"]))
        value = _number(row.get("price")) if row["n"] else None
        series[key].append(
            Point(
                period=str(row["period"]), value=value, low=_number(row.get("low")), high=_number(row.get("high")),
                n=int(str(row["n"])), sources=int(str(row["sources"])),
            )
            if value is not None
            else Point(period=str(row["period"]))
        )  # fmt: skip
    chosen = [
        key
        for key in sorted(series, key=lambda k: (-weight[k], k))
        if sum(p.value is not None for p in series[key]) >= LEAST_POINTS
    ]
    several = len({area for _, area in chosen}) > 1
    lines = [
        Series(
            name=capital(words.substance(s))
            + (f", {words.area(a)}" if several and gazetteer().by_code(a) else ""),
            points=tuple(series[s, a]),
        )
        for s, a in chosen[:MOST_PANELS]
    ]
    blocks = panels(
        "price-index",
        words["index_chart"],
        lines,
        unit=words["interval_unit"],
        note=words["index_note"],
        ed=ed,
    )
    return [Part(id="index", title=words["p_index"], blocks=tuple(blocks))] if blocks else []


def _most_said(table: PriceTable, level: Level, within: str | None) -> PriceTable:
    """Prices of a gram of the products that may be drawn: each is fitted by itself, and a fit of what nobody sees takes as long."""
    grams = [p for p in table.prices if p.unit == "g"]
    said = Counter((p.substance, area_of(p, level)) for p in grams)
    pairs = sorted((k for k in said if within is None or k[1] == within), key=lambda k: (-said[k], k))
    wanted = {substance for substance, _ in pairs[: MOST_PANELS + _SPARE]}
    return replace(table, prices=tuple(p for p in grams if p.substance in wanted))


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None
