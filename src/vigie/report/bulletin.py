"""The bulletin of a period and an area: what is said of drugs there, each figure with what it rests on and how sure it is.

In: a store, a period, an area, a language. Out: files in a folder. The public edition passes the gate of
`public.py`; the analyst's opens every figure to its sentences.
Left out: judgement: a bulletin says what sources state, and what may be concluded from how many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from vigie.report import pictures
from vigie.report.alerts import alert_evidence, releases
from vigie.report.compared import change_table
from vigie.report.corrections import correction_words, corrections_of
from vigie.report.coverage import Coverage, coverage, coverage_lines, coverage_table, looked_at
from vigie.report.edition import Edition, edition
from vigie.report.evidence import Evidence, Row, Table, evidence_list, evidence_of, one_line
from vigie.report.facts import Fact, source_lines
from vigie.report.layout import Block, Notices, Part, Picture, Prose, numbered
from vigie.report.overview import areas_part, substances_part
from vigie.report.pages import html_page, markdown_page, pdf_page
from vigie.report.period import parse_period
from vigie.report.public import ANALYST, Admitted, Gate, public_gate, sources_of
from vigie.report.results import warnings
from vigie.report.rules import rules
from vigie.report.sentences import Sentence, cautions, sentences
from vigie.report.tables import TABLES, source_table
from vigie.report.triangulation import triangulation_part
from vigie.report.watch import index_part, watch_parts
from vigie.report.words import Words
from vigie.store import Store

Format = Literal["html", "pdf", "md"]
PAGES: dict[Format, Callable[[Bulletin], bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """All that a page shows, in words of one language; `satire` only to the analyst, in no figure.

    Attributes:
        key: the few numbers under the title, each with what it counts.
        sentences, cautions: what may be said, and what could not be compared.
        tight: of a region or smaller, printed in fewer pages (`printed.py`).
    """

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
    key: tuple[tuple[str, str], ...]
    sentences: tuple[Sentence, ...]
    cautions: tuple[Sentence, ...]
    parts: tuple[Part, ...]
    sources: Table
    satire: tuple[Evidence, ...]
    method: tuple[str, ...]
    contest: tuple[str, ...]
    cite: str
    tight: bool = False

    def table(self, id_: str) -> Table | None:
        """The table of that id; None where the bulletin has none."""
        return next((t for part in self.parts for t in part.tables if t.id == id_), None)

    def rows(self, id_: str) -> tuple[Row, ...]:
        """The rows of that table; () where the bulletin has none."""
        found = self.table(id_)
        return found.rows if found else ()

    @property
    def warnings(self) -> tuple[Evidence, ...]:
        """What is shown as warnings, latest first."""
        return tuple(e for part in self.parts for b in part.blocks if isinstance(b, Notices) for e in b.items)


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
    chosen = gate.period(parse_period(period, read.days))
    found = coverage(store, gate, chosen.end)
    ed = edition(read, chosen, words, gate, found.published, looked_at(found, read, gate, chosen))
    aside = [f for f in read.aside if chosen.holds(f.when_start, f.when_end)]
    satire = [f for f in aside if f.satire]
    set_aside = [("aside", len(aside) - len(satire)), ("satire", len(satire))]
    official = warnings(read.official, chosen)
    released = releases(store, read, gate, chosen)
    notices = (
        *(evidence_of(f, words, gate) for f in official),
        *(alert_evidence(release, words) for release in released),
    )
    place = gate.within
    parts = numbered(
        [
            *_opening(notices, words),
            *watch_parts(store, ed),
            *triangulation_part(store, ed),
            *_topics(ed, index_part(store, ed)),
            *_around(found, ed),
            *_corrected(store, ed),
        ]
    )
    return Bulletin(
        lang=words.lang,
        public=gate.public,
        title=words["title"],
        edition=words["public" if gate.public else "analyst"],
        period=words.period(chosen),
        compared=ed.then,
        area=f"{words.area(place)} ({place})" if place else words["everywhere"],
        rests_on=words.fill(
            "rests_on",
            # Of the public the statements: documents of several figures would tell which of them stand together.
            documents=words.count("statement", len(ed.now))
            if gate.public
            else words.count("document", len({f.doc_id for f in ed.now})),
            sources=words.count("publisher", len({f.source for f in ed.now})),
        )
        if ed.now
        else "",
        set_aside=" ".join(words.count(what, n) for what, n in set_aside if n),
        note=note,
        key=_key(ed, len(official), len(released)),
        sentences=tuple(sentences(ed, len(official))),
        cautions=tuple(cautions(ed)),
        parts=parts,
        sources=replace(
            source_table(source_lines(ed.now), words, gate),
            number=1 + sum(len(part.tables) for part in parts),
        ),
        satire=evidence_list(satire, words, gate) if not gate.public else (),
        tight=ed.tight,
        method=_method(words, gate, ed.now),
        contest=tuple(line.format(anchor=_anchor(parts)) for line in words.all()["contest_text"]),
        cite=words.fill(
            "cite_text",
            title=words["title"],
            edition=words["public" if gate.public else "analyst"].split(" – ")[0].lower(),
            area=words.area(place) if place else words["everywhere"],
            period=words.period(chosen),
            version=version("vigie"),
        ),
    )


def _opening(notices: tuple[Evidence, ...], words: Words) -> list[Part]:
    return [Part(id="warnings", title=words["warnings"], blocks=(Notices(items=notices),))] if notices else []


def _topics(ed: Edition, index: Sequence[Part]) -> list[Part]:
    """Changes, then a section for each topic; one without rows is left out, but for prices, whose absence is worth saying."""
    words = ed.words
    drawn: dict[str, Callable[[], list[Picture]]] = {
        "retail": lambda: [
            *pictures.spread_of_prices(ed),
            *pictures.levels("retail", "g", "price_multiples", "price_axis", ed),
        ],
        "purity": lambda: pictures.levels("purity", "purity", "purity_multiples", "purity_axis", ed),
        "seizures": lambda: _map(ed, "seizures"),
        "ways": lambda: pictures.ways(ed),
        "flows": lambda: pictures.flow_map(ed),
    }
    parts = []
    changed, counted = change_table(ed), pictures.by_topic(ed)
    if changed.rows or counted:
        opening: tuple[Block, ...] = (*([changed] if changed.rows else []), *counted)
        parts.append(Part(id="changes-part", title=words["p_changes"], blocks=opening))
    for name, draw in TABLES.items():
        if name == "purity":
            parts += index  # after all prices
        table = draw(ed.sections[name], ed)
        if table.rows:
            blocks: tuple[Block, ...] = (table, *(drawn[name]() if name in drawn else ()))
        elif name == "retail":
            blocks = (Prose(lines=(words["none"],)),)
        else:
            continue
        parts.append(Part(id=f"{name}-part", title=table.title, blocks=blocks))
    return parts


def _map(ed: Edition, topic: str) -> list[Picture]:
    place = ed.gate.within
    if place and place != "FR":
        return []
    return pictures.department_map(f"map-{topic}", ed.words[f"map_{topic}"], ed.of_topic(topic, ed.now), ed)


def _corrected(store: Store, ed: Edition) -> list[Part]:
    """Public figures of this area and period that changed for other reasons than new data, and why."""
    if not ed.gate.public:
        return []
    found = corrections_of(store, ed.words, area=ed.gate.within, period=ed.period.label, until=ed.gate.day)
    lines = tuple(
        f"{one_line(c.label)}{ed.words['colon']}"
        # A note on what stays has no figure before and after.
        f"{f'{c.before} → {c.now}; ' if c.before or c.now else ''}{one_line(c.line)}"
        for c in found
    )
    title = str(correction_words(ed.words.lang)["title"])
    return [Part(id="corrections", title=title, blocks=(Prose(lines=lines),))] if lines else []


def _around(found: Coverage, ed: Edition) -> list[Part]:
    """By substance, by area, and what was read."""
    words = ed.words
    parts = [*substances_part(ed), *areas_part(ed)] if ed.now else []
    if found.rows:
        lead = [words["coverage_lead"]]
        if ed.gate.public:
            lead.append(words.fill("coverage_public", k=ed.gate.least_sources))
        table = coverage_table(found, ed)
        if ed.tight:
            # What was read has no area: one line of the whole store, which a nation's bulletin has as a table.
            lines = (*lead, *coverage_lines(table, ed))
            return [*parts, Part(id="coverage-part", title=words["p_coverage"], blocks=(Prose(lines=lines),))]
        # The figure last: a table may be broken where a page ends.
        blocks: tuple[Block, ...] = (
            Prose(lines=tuple(lead)),
            table if table.rows else Prose(lines=table.notes),
            *pictures.collected(found, ed),
        )
        parts.append(Part(id="coverage-part", title=words["p_coverage"], blocks=blocks))
    return parts


def _key(ed: Edition, official: int, released: int) -> tuple[tuple[str, str], ...]:
    """The few numbers under the title."""
    if not ed.now:
        return ()
    words = ed.words
    areas = {f.place_department for f in ed.now if f.place_department and f.place_country == "FR"}
    compared = sum(
        ed.certain(t, g).ratio is not None for t in ("retail", "wholesale", "purity") for g in ed.groups(t)
    )
    found = [
        (len(ed.now), "key_statements"),
        (sources_of(ed.now), "key_sources"),
        (len(areas), "key_areas"),
        (compared, "key_compared"),
        (official, "key_warnings"),
        (released, "key_released"),
    ]
    return tuple((words.number(n), words[f"one_{key}" if n == 1 else key]) for n, key in found if n)


def _method(words: Words, gate: Gate, facts: Sequence[Fact]) -> tuple[str, ...]:
    again = sum(f.review is not None for f in facts)
    return (
        words.fill("reviewed", n=words.number(again), total=words.number(len(facts))),
        *words.all()["method_text"],
        words["interval_method"],
        *words.all()["limits_text"],
        *(
            (
                words["interval_public"],
                words.fill(
                    "method_public", days=rules().delay.days, k=gate.least_sources, persons=gate.least_persons
                ),
            )
            if gate.public
            else (words["method_analyst"],)
        ),
        words["rating_public" if gate.public else "rating_analyst"],
    )


def _anchor(parts: Sequence[Part]) -> str:
    """An example of an anchor: the first figure of the bulletin."""
    ids = [row.id for part in parts for t in part.tables for row in t.rows if t.id in TABLES]
    return ids[0] if ids else "retail-cocaine-g"


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
        store: of the public edition it must be open for writing: what is shown is written down in it first. It must be
            assessed (`vigie.assess.assess_if_due`), as the verbs do.
        today: the day from which the public delay counts; the same store and day give the same bytes.
        note: one more line under the title.
    Raises:
        MissingExtraError: without the packages of the `report` extra.
        SettingsError: if the period or language is not known.
        StoreError: if the public edition cannot be written down, or copies are not worked out yet.
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
