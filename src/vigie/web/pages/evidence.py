"""Evidence: the sentences behind a figure, and one statement by its address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vigie.model.errors import SettingsError
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import FactRow, Filters, Group
from vigie.report.addresses import address_of
from vigie.report.results import TOPICS
from vigie.web import drawn
from vigie.web.choices import name_of as chosen_name
from vigie.web.content import Block, Cell, Content, Missing, NotFoundError, Pairs, Quotes, Section, Tiles, to
from vigie.web.facts import quote_of, said
from vigie.web.groups import KEY, compared, key_of, name_of, tile_of
from vigie.web.pages.documents import PER_PAGE, pager, start_of
from vigie.web.pages.parts import nothing
from vigie.web.words import PageWords

TOPIC_IDS = tuple(topic.id for topic in TOPICS)


def each(model: ReadModel) -> Iterator[Mapping[str, str]]:
    for topic in TOPIC_IDS:
        yield from ({"topic": topic, "key": KEY.join(g.key)} for g in model.groups(Filters(), topic))


def each_fact(model: ReadModel) -> Iterator[Mapping[str, str]]:
    offset, total = 0, 1
    while offset < total:
        found, total = model.facts(Filters(), None, None, 500, offset)
        yield from ({"address": fact.address} for fact in found)
        offset += 500


def build(
    model: ReadModel, filters: Filters, words: PageWords, *, topic: str = "", key: str = "", **own: str
) -> Content:
    """Of a figure (`topic` and `key`), or of all that the filters keep."""
    if topic and topic not in TOPIC_IDS:
        raise NotFoundError("topic", topic)
    parts = key_of(key) if topic and key else None
    if parts is not None and len(parts) not in _PARTS[topic]:
        raise NotFoundError("topic", key)
    group = next((g for g in compared(model, filters, topic) if g.key == parts), None) if parts else None
    title = words.name(name_of(topic, parts, words)) if parts and len(parts) > 1 else words["evidence.title"]
    crumbs = ((words[f"topics.{topic}"], to(_HOME[topic], filters)),) if topic else ()
    start = start_of(own.get("from", ""))
    facts, total = model.facts(filters, topic or None, parts, PER_PAGE, start)
    mine = {"topic": topic, "key": key} if topic else {}
    sections = [
        *_figure(model, filters, group, words),
        _sentences(model, filters, facts, total, start, group, words, mine),
    ]
    address = figure_address(filters, group) if group is not None else ""
    version, line = model.version(address, words.lang) if model.public and address else (0, "")
    return Content(
        title=title,
        lead=_lead(filters, words) if topic else words["evidence.lead"],
        crumbs=crumbs,
        sections=tuple(sections),
        address=address,
        version=version,
        version_line=line,
    )


# How many parts the key of a figure has; of a price a third where markets are told apart.
_PARTS = {t.id: (2, 3) if t.by_market else (2,) for t in TOPICS}

_HOME = {
    "retail": "prices", "wholesale": "prices", "purity": "harms", "seizures": "flows", "harms": "harms", "ways": "channels",
    "flows": "flows", "trends": "harms",
}  # fmt: skip


def figure_address(filters: Filters, group: Group) -> str:
    """The stable address of a figure; "" where it is of a choice that no public figure has (a grade, a substance's ways)."""
    if (
        filters.grade
        or filters.lang
        or (filters.substance and group.topic in ("ways", "flows", "harms", "trends"))
    ):
        return ""
    try:
        return address_of(group.topic, group.key, filters.area, filters.period or "")
    except SettingsError:
        return ""


def _lead(filters: Filters, words: PageWords) -> str:
    values = (
        ("substance", filters.substance),
        ("area", filters.area),
        ("period", filters.period),
        ("grade", filters.grade),
        ("language", filters.lang),
    )
    named = [chosen_name(kind, value, words) for kind, value in values if value]
    return words.fill("evidence.of", what=", ".join(named) if named else words["evidence.everything"])


def _figure(model: ReadModel, filters: Filters, group: Group | None, words: PageWords) -> tuple[Section, ...]:
    """The figure again, with its course: what the sentences below add up to."""
    if group is None:
        return ()
    blocks: list[Block] = [Tiles(tiles=(tile_of(group, words, filters),))]
    unit = {
        "retail": words["units.euro"],
        "wholesale": words["units.euro"],
        "purity": "%",
        "seizures": group.key[-1],
    }.get(group.topic, "")
    if group.topic == "harms":  # of persons each period has its largest statement, which makes no course
        rows = model.series(filters.replace(period=None), group.topic, group.key)
        blocks += drawn.counted("course", words["charts.course"], rows, words)
    elif group.figures.median is not None:
        blocks += drawn.lines(
            "course", words["charts.course"], drawn.series_of(model, filters, [group], words), words, unit
        )
    return (Section(id="figure", title=words["evidence.figure"], blocks=tuple(blocks), beside=True),)


def _sentences(
    model: ReadModel, filters: Filters, facts: list[FactRow], total: int, start: int, group: Group | None, words: PageWords,
    params: Mapping[str, str],
) -> Section:  # fmt: skip
    lead = (
        words.fill(
            "evidence.first_last",
            first=words.figures.number(start + 1),
            last=words.figures.number(start + len(facts)),
            total=words.figures.number(total),
        )
        if facts
        else ""
    )
    title = words["evidence.sentences"]
    if model.public and group is not None:
        found = group.figures
        rests = words.fill(
            "evidence.public",
            sources=words.figures.count("source", found.sources),
            grades=found.grades or "–",
        )
        lead = f"{rests} {lead}".strip()
    if not model.public and total:
        again, of = model.reviewed(filters, params.get("topic") or None, None if group is None else group.key)
        line = words.fill("evidence.reviewed", n=words.figures.number(again), total=words.figures.number(of))
        lead = f"{lead} {line}".strip()
    if facts:
        quotes = Quotes(
            items=tuple(quote_of(f, words, public=model.public, told=group is None) for f in facts),
            start=start + 1,
        )
        return Section(
            id="sentences",
            title=title,
            lead=lead,
            blocks=(quotes, *pager("evidence", filters, start, total, words, **params)),
        )
    if model.public and group is not None:
        missing = Missing(
            why="withheld",
            text=words["evidence.not_quoted"],
            target=to("about"),
            target_text=words["nav.about"],
        )
    else:
        missing = nothing(model, filters, "evidence", words, **params)
    return Section(id="sentences", title=title, lead=lead, blocks=(missing,))


def fact(model: ReadModel, filters: Filters, words: PageWords, *, address: str) -> Content:
    found = model.fact(address)
    if found is None:
        raise NotFoundError("fact", address)
    figures = words.figures
    pairs = [(words["fact.type"], Cell(text=words.get(f"types.{found.type}", found.type)))]
    if found.substance:
        pairs.append(
            (
                words["columns.product"],
                Cell(
                    text=words.name(figures.substance(found.substance)),
                    target=to("substance", id=found.substance),
                ),
            )
        )
    if found.place_label:
        pairs.append((words["fact.place"], Cell(text=figures.place(found.place_label))))
    if found.when_start and found.when_end:
        first, last = figures.day(found.when_start.isoformat()), figures.day(found.when_end.isoformat())
        pairs.append(
            (
                words["fact.when"],
                Cell(text=first if first == last else words.fill("alerts.days", first=first, last=last)),
            )
        )
    pairs.append(
        (words["fact.assertion"], Cell(text=words.get(f"assertions.{found.assertion}", found.assertion)))
    )
    if found.confidence is not None:
        pairs.append((words["fact.confidence"], Cell(text=figures.number(found.confidence, 2))))
    if found.rule:
        pairs.append((words["fact.rule"], Cell(text=found.rule)))
    if not model.public:
        pairs.append((words["fact.review"], Cell(text=words[f"reviewed.{found.review or 'none'}"])))
    quote = Quotes(items=(quote_of(found, words, public=model.public, told=False),))
    return Content(
        title=said(found, words),
        crumbs=((words["evidence.title"], to("evidence")),),
        sections=(
            Section(id="sentence", title=words["fact.sentence"], blocks=(quote,)),
            Section(id="read", title=words["fact.read"], blocks=(Pairs(pairs=tuple(pairs)),)),
        ),
    )
