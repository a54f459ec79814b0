"""The bulletin: prices, purity, seizures, harms, ways of selling and warnings of a period, each figure with what
it rests on.

In: a store, a period, an area, a language. Out: files in a folder. The public edition passes the gate of
`public.py`; the analyst's opens every figure to its sentences.
Left out: indices and their intervals, maps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from vigie.report.alerts import alert_evidence, releases
from vigie.report.charts import Chart, Line, bar_chart, line_chart
from vigie.report.facts import Fact, source_lines
from vigie.report.pages import html_page, markdown_page, pdf_page
from vigie.report.period import Period, parse_period, quarters
from vigie.report.public import ANALYST, Admitted, Gate, public_gate
from vigie.report.results import TOPICS, Key, Section, Topic, section, series, warnings
from vigie.report.rules import rules
from vigie.report.sentences import sentences
from vigie.report.tables import (
    TABLES,
    Evidence,
    Table,
    evidence_list,
    evidence_of,
    product_name,
    source_table,
)
from vigie.report.words import Words
from vigie.store import Store

Format = Literal["html", "pdf", "md"]
PAGES: dict[Format, Callable[[Bulletin], bytes]]
QUARTERS_DRAWN = 12
SERIES_DRAWN = 3
LEAST_POINTS = 3  # quarters with figures: below, the table says it better
_TOPIC = {topic.id: topic for topic in TOPICS}
_ORDER = ("retail", "wholesale", "purity", "seizures", "harms", "ways", "flows", "trends")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section of the page: its table and, for some, a chart."""

    table: Table
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """All that a page shows, in words of one language; `satire` only to the analyst, in no figure."""

    lang: str
    public: bool
    title: str
    edition: str
    period: str
    compared: str
    area: str
    rests_on: str
    set_aside: str
    note: str
    sentences: tuple[str, ...]
    warnings: tuple[Evidence, ...]
    parts: tuple[Part, ...]
    sources: Table
    satire: tuple[Evidence, ...]
    method: tuple[str, ...]


PAGES = {"html": html_page, "pdf": pdf_page, "md": markdown_page}


def make_bulletin(
    store: Store, *, period: str | None, area: str | None, lang: str, gate: Gate, note: str = ""
) -> Bulletin:
    """Read the store and put the bulletin into words; nothing is written down."""
    gate = gate.at(area)
    return _worded(store, gate.read(store), period, Words(lang), gate, note)


def _worded(
    store: Store, read: Admitted, period: str | None, words: Words, gate: Gate, note: str
) -> Bulletin:
    place, facts, days = gate.within, read.facts, read.days
    chosen = gate.period(parse_period(period, days))
    inside = [f for f in facts if chosen.holds(f.when_start, f.when_end)]
    aside = [f for f in read.aside if chosen.holds(f.when_start, f.when_end)]
    satire = [f for f in aside if f.satire]
    set_aside = [("aside", len(aside) - len(satire)), ("satire", len(satire))]
    sections = {topic.id: section(topic, facts, chosen, gate) for topic in TOPICS}
    alerts = warnings(read.official, chosen)
    released = releases(store, read, gate, chosen)
    charts = _charts(facts, sections, chosen, days, gate, words)
    parts = [Part(table=TABLES[name](sections[name], words, gate), chart=charts.get(name)) for name in _ORDER]
    earlier = chosen.previous()
    method = (
        *words.all()["method_text"],
        words.fill("method_public", days=rules().delay.days, k=gate.least_sources, persons=gate.least_persons)
        if gate.public
        else words["method_analyst"],
        words["rating_public" if gate.public else "rating_analyst"],
    )
    return Bulletin(
        lang=words.lang,
        public=gate.public,
        title=words["title"],
        edition=words["public" if gate.public else "analyst"],
        period=words.period(chosen),
        compared=words.period(earlier) if earlier else "",
        area=f"{words.area(place)} ({place})" if place else words["everywhere"],
        rests_on=words.fill(
            "rests_on",
            # Of the public the statements: documents of several figures would tell which of them stand together.
            documents=words.count("statement", len(inside))
            if gate.public
            else words.count("document", len({f.doc_id for f in inside})),
            sources=words.count("publisher", len({f.source for f in inside})),
        )
        if inside
        else "",
        set_aside=" ".join(words.count(what, n) for what, n in set_aside if n),
        note=note,
        sentences=tuple(sentences(sections, len(alerts), words)),
        warnings=(
            *(evidence_of(f, words, gate) for f in alerts),
            *(alert_evidence(release, words) for release in released),
        ),
        # A part without rows is left out, but for prices, whose absence is worth saying.
        parts=tuple(p for p in parts if p.table.rows or p.table.id == "retail"),
        sources=source_table(source_lines(inside), words, gate),
        satire=evidence_list(satire, words, gate) if not gate.public else (),
        method=method,
    )


def write_bulletin(
    store: Store | Path | str,
    out_dir: Path | str,
    *,
    period: str | None = None,
    area: str | None = None,
    lang: str = "fr",
    analyst: bool = False,
    formats: Sequence[Format] = ("html", "pdf", "md"),
    today: date | None = None,
    note: str = "",
) -> list[Path]:
    """Write `bulletin-public.*` (the default), or `bulletin-analyst.*`, which is not for publication.

    Args:
        period: "2025", "2025-Q1", "2025-03", "latest" (the year of the last publication) or None (all dates).
        area: code of a department, region or country (a commune in the analyst's edition); None for all.
        store: of the public edition it must be open for writing: what is shown is written down in it first.
        today: the day from which the public delay counts; the same store and day give the same bytes.
        note: one more line under the title.
    Raises:
        MissingExtraError: without the packages of the `report` extra.
        SettingsError: if the period or language is not known.
        StoreError: if the public edition cannot be written down.
    """
    if not isinstance(store, Store):
        with Store.open(store, read_only=analyst) as opened:
            return write_bulletin(
                opened, out_dir, period=period, area=area, lang=lang, analyst=analyst, formats=formats,
                today=today, note=note,
            )  # fmt: skip
    gate = ANALYST if analyst else public_gate(today or date.today(), store.settings.public_sources)
    gate, words = gate.at(area), Words(lang)
    read = gate.read(store)
    gate.publish(store, read, "bulletin", f"{gate.within or ''} {period or ''}".strip())
    bulletin = _worded(store, read, period, words, gate, note)
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for format_ in formats:
        path = folder / f"bulletin-{'analyst' if analyst else 'public'}.{format_}"
        path.write_bytes(PAGES[format_](bulletin))
        written.append(path)
    return written


def _charts(
    facts: Sequence[Fact],
    sections: dict[str, Section],
    chosen: Period,
    days: Sequence[date],
    gate: Gate,
    words: Words,
) -> dict[str, Chart]:
    if not days:
        return {}
    last = min(chosen.end, days[-1])
    drawn = quarters(min(days[0], last), last)[-QUARTERS_DRAWN:]

    def lines(topic: Topic, second: str) -> list[Line]:
        keys: list[Key] = [g.key for g in sections[topic.id].groups if g.key[1] == second]
        found = [
            Line(name=product_name(key, words), points=tuple(series(topic, key, facts, drawn, gate)))
            for key in keys
        ]
        return [line for line in found if sum(p.median is not None for p in line.points) >= LEAST_POINTS][
            :SERIES_DRAWN
        ]

    charts = {
        "retail": line_chart("price", lines(_TOPIC["retail"], "g"), words),
        "purity": line_chart("purity", lines(_TOPIC["purity"], "purity"), words),
        "ways": bar_chart("ways", sections["ways"], words),
    }
    return {name: chart for name, chart in charts.items() if chart is not None}
