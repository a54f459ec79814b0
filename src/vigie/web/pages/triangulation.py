"""Triangulation: one substance, area and period by every kind of source; to the public the figures that the gate let out, side by side.

Left out: how it is worked out (`vigie.analysis.triangulate`) and put into words (`vigie.report.triangulation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vigie.analysis.triangulate import Triangulation
from vigie.lexicon.substances import taxonomy
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters, Group
from vigie.report.evidence import one_line
from vigie.report.period import month_of, quarter_of, year_of
from vigie.report.rules import rules
from vigie.report.tables import seized
from vigie.report.triangulation import lead_text, line_cells, pair_text
from vigie.text.normalise import fold
from vigie.web.content import Block, Cell, Content, Missing, More, Prose, Row, Section, Table, to
from vigie.web.groups import evidence_of
from vigie.web.pages.parts import MOST_ROWS, nothing
from vigie.web.words import PageWords

_TOPICS = ("retail", "purity", "seizures", "harms")
_MOST_PAIRS = 16
_OFFERED = 40


def build(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    title, lead = words["triangulation.title"], words["triangulation.lead"]
    if model.public:
        return _public(model, filters, words)
    sight = model.sight()
    if sight is None:
        large = Missing(
            why="none",
            text=words["triangulation.too_large"],
            command="vigie stats triangulate --substance cocaine",
        )
        return Content(title=title, lead=lead, notes=(large,))
    if filters.substance is None:
        return _choose(model, filters, words)
    found = model.triangulation(filters)
    if found is None or not (found.coverage or found.families):
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "triangulation", words),))
    name = words.figures.substance(filters.substance)
    own = to("substance", filters.replace(substance=None), id=filters.substance)
    crumbs = ((words["nav.substances"], to("substances")), (words.name(name), own))
    sections = (
        _levels(found, words),
        _pairs(found, words),
        _leads(found, words),
        _coverage(found, _names(model), words),
    )
    return Content(
        title=words.fill("triangulation.title_of", substance=name),
        lead=lead,
        crumbs=crumbs,
        sections=sections,
    )


def _choose(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    """Products of the area, those first of which most kinds of source speak."""
    title, lead = words["triangulation.title"], words["triangulation.lead"]
    sight = model.sight()
    area = filters.area or (sight.country() if sight else None)
    offered = sight.spoken_of(area)[:_OFFERED] if sight and area else []
    if not offered:
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "triangulation", words),))
    links = tuple(
        (words.name(words.figures.substance(s)), to("triangulation", filters.replace(substance=s)))
        for s in offered
        if s in taxonomy()
    )
    block = More(links=links, label=words["nav.substances"])
    section = Section(
        id="choose",
        title=words["triangulation.choose"],
        lead=words["triangulation.choose_lead"],
        blocks=(block,),
    )
    return Content(title=title, lead=lead, sections=(section,))


def _period(found: Triangulation, words: PageWords, *, before: bool = False) -> str:
    months = len(found.steps) // 2
    of = {1: month_of, 3: quarter_of, 12: year_of}[months]
    return words.period(of(found.before if before else found.start).label)


def _levels(found: Triangulation, words: PageWords) -> Section:
    figures = words.figures
    where, period = figures.area(found.area), _period(found, words)
    rows = tuple(
        Row(
            id=f"line-{line.measure.replace('.', '-')}",
            cells=(
                Cell(text=cells[0], sub=words.name(figures.of("tri_families", line.family))),
                *(Cell(text=text) for text in cells[1:]),
            ),
        )
        for line in found.lines
        for cells in [line_cells(line, figures)]
    )
    caption = figures.fill("tri_caption", what=figures.substance(found.substance), where=where, period=period)
    table = Table(
        id="lines",
        caption=caption,
        columns=tuple(figures.all()["tri_columns"]),
        rows=rows,
        text_columns=5,
        note=figures["tri_note"],
    )
    blocks: list[Block] = [table]
    if not found.complete:
        blocks.append(Prose(paragraphs=(figures["tri_open"],)))
    lead = words.fill(
        "triangulation.level_lead", where=where, period=period, before=_period(found, words, before=True)
    )
    return Section(id="levels", title=words["triangulation.level"], lead=lead, blocks=tuple(blocks))


def _pairs(found: Triangulation, words: PageWords) -> Section:
    figures = words.figures

    def told(*relations: str) -> tuple[str, ...]:
        return tuple(pair_text(p, found, figures) for p in found.pairs if p.relation in relations)

    blocks: list[Block] = []
    against, alike = told("contradiction"), told("agreement")
    opening = figures["tri_contradictions"] if against else figures["tri_no_contradiction"]
    blocks.append(Prose(paragraphs=(opening,), items=against))
    if alike:
        blocks.append(Prose(paragraphs=(figures["tri_agreements"],), items=alike))
    rest = told("not-established", "not-comparable")[:_MOST_PAIRS]
    if rest:
        blocks.append(Prose(paragraphs=(words["triangulation.others"],), items=rest))
    if not found.pairs:
        blocks = [Prose(paragraphs=(figures["tri_no_pair"],))]
    return Section(id="pairs", title=words["triangulation.pairs"], blocks=tuple(blocks))


def _leads(found: Triangulation, words: PageWords) -> Section:
    figures = words.figures
    told = sorted(found.leads, key=lambda lead: lead.best is None)
    items = tuple(lead_text(lead, found.by, figures) for lead in told)
    block: Block = Prose(items=items) if items else Prose(paragraphs=(figures["tri_no_pair"],))
    return Section(id="leads", title=figures["tri_leads"], lead=figures["tri_leads_lead"], blocks=(block,))


def _names(model: ReadModel) -> dict[str, str]:
    """Names of publishers, and those on the cards of sources, by their ids and by themselves, as sources are told apart: lower case, no accents."""
    cards = [(c.source_id, one_line(c.name)) for c in model.sources(Filters()) if c.name]
    publishers = {fold(key).strip(): one_line(name) for key, name in model.publishers().items()}
    return publishers | {fold(known).strip(): name for id_, name in cards for known in (name, id_)}


def name_of_source(key: str, names: Mapping[str, str]) -> str:
    """The name on the card; of a table the one of its card and, after a stroke, which of its tables it is."""
    if fold(key) in names:
        return names[fold(key)]
    card, stroke, table = key.partition("/")
    return f"{names[fold(card)]} / {table}" if stroke and fold(card) in names else key


def _coverage(found: Triangulation, names: Mapping[str, str], words: PageWords) -> Section:
    figures = words.figures
    rows = tuple(
        Row(
            id=f"kept-{number}",
            cells=(
                Cell(text=name_of_source(one.source, names) or words["unknown"]),
                Cell(text=words.name(figures.of("tri_families", one.family))),
                *(Cell(text="–" if n is None else figures.number(n)) for n in one.counts),
            ),
        )
        for number, one in enumerate(found.coverage[:MOST_ROWS])
    )
    months = (words.period(month_of(day).label) for day in found.steps)
    table = Table(
        id="kept", caption=figures.fill("tri_coverage_caption", where=figures.area(found.area)), rows=rows, text_columns=2,
        columns=(figures["tri_source"], figures["tri_family"], *months),
    )  # fmt: skip
    lead = figures.fill("tri_coverage_lead", unit=figures["tri_month"])
    return Section(id="coverage", title=figures["tri_coverage"], lead=lead, blocks=(table,))


def _public(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    """What the gate let out of each topic, a product a row: no test, no source, nothing that is no sum of whole cells."""
    title = words["triangulation.title"]
    lead = words.figures.fill("tri_public_lead", k=rules().sources)
    by_topic: dict[str, dict[str, Group]] = {}
    for topic in _TOPICS:
        held = by_topic.setdefault(topic, {})
        for group in model.groups(filters, topic):
            substance = group.key[1] if topic == "harms" else group.key[0]
            if substance:
                held.setdefault(substance, group)
    offered = [s for s, _ in model.substances(filters) if filters.substance in (None, s)]
    rows = tuple(
        Row(
            id=f"row-{substance}",
            cells=(
                Cell(text=words.name(words.figures.substance(substance)), target=to("substance", filters.replace(substance=None), id=substance)),
                *(_cell(by_topic[topic].get(substance), filters, words) for topic in _TOPICS),
            ),
        )
        for substance in _several(offered, by_topic)[:_OFFERED]
    )  # fmt: skip
    if not rows:
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "triangulation", words),))
    table = Table(
        id="public-lines", caption=words["triangulation.public_caption"], rows=rows,
        columns=(words["columns.product"], *(words[f"topics.{topic}"] for topic in _TOPICS)),
    )  # fmt: skip
    section = Section(id="public", title=words["triangulation.public"], blocks=(table,))
    return Content(title=title, lead=lead, sections=(section,))


def _several(offered: Iterable[str], by_topic: dict[str, dict[str, Group]]) -> list[str]:
    """Products of which two topics at least may be shown, most stated first."""
    return [s for s in offered if sum(s in held for held in by_topic.values()) > 1]


def _cell(group: Group | None, filters: Filters, words: PageWords) -> Cell:
    """The public figure of a topic with its sources; "–" where the rules let none out."""
    if group is None:
        return Cell(text="–")
    figures, found = words.figures, group.figures
    if group.topic == "harms":
        text = figures.number(found.high) if found.high is not None else figures.number(found.n)
        text = f"{figures.of('events', group.key[0])}{words['colon']}{text}"
    elif found.median is None:
        text = figures.number(found.n)
    elif group.topic == "retail":
        text = f"{figures.euro(found.median)} / {figures.of('units', group.key[1])}"
    elif group.topic == "purity":
        text = (
            figures.percent(found.median)
            if group.key[1] != "mg-per-unit"
            else f"{figures.short(found.median)} mg"
        )
    else:
        text = seized(group.key[1], found.median, figures)
    return Cell(text=text, sub=words.count("source", found.sources), target=evidence_of(group, filters))
