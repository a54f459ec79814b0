"""Sections that several pages share, and what is said where there is nothing.

In: groups, figures, facts of a read model. Out: Section, Missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import AreaFigures, Figures, Filters, Group, Level, Totals
from vigie.report.period import quarter_of
from vigie.web import drawn
from vigie.web.content import Block, Content, Missing, More, Section, Target, Why, to
from vigie.web.groups import compared, group_table
from vigie.web.words import PageWords

ROWS = 40  # of a table on a page that has others
MOST_ROWS = 100  # of one table: up to 750 bytes a row, two such tables a page beside the tables of its charts: 300 KB a page at the most
FEW_ROWS = 60  # of one table of a page with three of them


def empty_store(model: ReadModel, words: PageWords) -> Missing:
    """The whole read model is empty: the analyst is told how to fill it, the public why it may be."""
    if model.public:
        return Missing(
            why="withheld",
            text=words["empty.public"],
            repair=words["empty.public_repair"],
            target=to("about"),
            target_text=words["nav.about"],
        )
    return Missing(
        why="nothing-collected",
        text=words["empty.store"],
        repair=words["empty.store_repair"],
        command="vigie add ./documents",
    )


def nothing(model: ReadModel, filters: Filters, page: str, words: PageWords, **params: str) -> Missing:
    """Nothing under these filters: the page says whether anything was collected at all, and leads back to where there is."""
    totals = model.totals(Filters())
    if not totals.observations:
        return empty_store(model, words)
    why: Why = (
        "withheld" if model.public else "none" if model.totals(filters).documents else "nothing-collected"
    )
    clear = to(page, None, **params) if filters else None
    return Missing(
        why=why, text=words[f"empty.{why}"], repair=words["empty.clear"] if clear else words[f"empty.{why}_repair"],
        target=clear, target_text=words["filters.clear"] if clear else "",
    )  # fmt: skip


def topic_section(
    model: ReadModel, filters: Filters, topic: str, words: PageWords, *, groups: Sequence[Group] | None = None,
    before: Sequence[Block] = (), most: int = ROWS, more: Target | None = None, missing: Missing | None = None,
    page: str = "", start: int = 0,
) -> Section:  # fmt: skip
    """A topic's table under its heading, or what is missing. `page`: the one that shows the other rows, `most` at a time, from `start` on."""
    found = compared(model, filters, topic) if groups is None else groups
    blocks: list[Block] = list(before)
    if found:
        blocks.append(group_table(topic, found[start : start + most], words, filters))
        if len(found) > most and more is not None:
            blocks.append(More(links=((words.fill("more.all", n=words.figures.number(len(found))), more),)))
        elif page:
            blocks += rest_of(page, filters, topic, start, len(found), words, most)
    else:
        blocks.append(missing or none_of(model, filters, topic, words))
    return Section(
        id=topic, title=words[f"topics.{topic}"], lead=words.get(f"leads.{topic}"), blocks=tuple(blocks)
    )


def start_of(own: Mapping[str, str], most: int) -> int:
    """The first row of a part of a table, from the parameter `from`: 0, `most`, twice that…"""
    text = own.get("from", "")
    return int(text) // most * most if text.isascii() and text.isdigit() and len(text) < 8 else 0


def rest_of(
    page: str, filters: Filters | None, topic: str, start: int, total: int, words: PageWords, most: int
) -> tuple[Block, ...]:
    """Links to the rows of a long table before and after those that are shown; nothing where all are. `topic`: "" on a page of one table."""
    links, of = [], {"topic": topic} if topic else {}
    if start:
        back = of | {"from": str(start - most)} if start > most else {}
        links.append((words["more.rows_before"], to(page, filters, **back)))
    if start + most < total:
        last, number = min(start + 2 * most, total), words.figures.number
        after = to(page, filters, **of, **{"from": str(start + most)})
        links.append(
            (
                words.fill(
                    "more.rows_after",
                    first=number(start + most + 1),
                    last=number(last),
                    total=number(total),
                ),
                after,
            )
        )
    return (More(links=tuple(links), label=words["more.pages"]),) if links else ()


def part_of(
    model: ReadModel, filters: Filters, words: PageWords, page: str, groups: Mapping[str, Sequence[Group]],
    own: Mapping[str, str], most: int,
) -> Content | None:  # fmt: skip
    """The page of one topic's rows from `from` on, where they are asked for; None where the whole page is."""
    topic, start = own.get("topic", ""), start_of(own, most)
    if not start or start >= len(groups.get(topic, ())):
        return None
    section = topic_section(
        model, filters, topic, words, groups=groups[topic], most=most, page=page, start=start
    )
    return Content(
        title=words[f"{page}.title"],
        crumbs=((words[f"nav.{page}"], to(page, filters)),),
        sections=(section,),
    )


def none_of(model: ReadModel, filters: Filters, topic: str, words: PageWords) -> Missing:
    """No group of a topic: to the public too few sources or none, which must not be told apart; to the analyst none said."""
    if model.public:
        return Missing(
            why="withheld", text=words.fill("empty.topic_public", topic=words[f"topics.{topic}"].lower())
        )
    collected = model.totals(filters).documents
    why: Why = "none" if collected else "nothing-collected"
    text = words.fill(
        f"empty.topic_{'none' if collected else 'nothing'}",
        topic=words[f"topics.{topic}"].lower(),
        documents=words.count("document", collected),
    )
    return Missing(why=why, text=text)


def map_of(
    model: ReadModel,
    filters: Filters,
    topic: str,
    words: PageWords,
    *,
    title: str,
    id: str = "map",
    width: int = 720,
) -> tuple[Block, ...]:
    """Departments and overseas collectivities of France, where any is named: none without a state of its own."""
    levels: tuple[Level, ...] = ("region", "department")
    drawable = dict(drawn.territories())
    found = {
        r.code: r
        for level in levels
        for r in model.by_area(filters, topic, None, level)
        if r.code in drawable
    }
    if not any(r.figures.n for r in found.values()):
        return ()
    # What the model does not name is not empty on the map: nobody looked there, or too few sources let it be told.
    other = Figures(state="withheld" if model.public else "nothing-collected")
    for code, label in drawable.items():
        found.setdefault(code, AreaFigures(code=code, name=label, figures=other))
    return drawn.area_map(id, title, list(found.values()), words, width=width)


def lead_of(totals: Totals, words: PageWords, *, public: bool) -> str:
    """ "1 234 mentions de 12 sources, publiés du … au …": days for the analyst, quarters for the public, one where they are the same."""
    counts = [words.count("statement", totals.observations)]
    if totals.documents:
        counts.insert(0, words.count("document", totals.documents))
    counts.append(words.count("source", totals.sources))
    text = ", ".join(counts)
    if totals.first and totals.last:
        day = _quarter if public else _day
        first, last = (day(d, words) for d in (totals.first, totals.last))
        key = "from_to" if first != last else "in_quarter" if public else "on_day"
        text += words.fill(key, first=first, last=last)
    return text + "."


def _day(day: date, words: PageWords) -> str:
    return words.figures.day(day.isoformat())


def _quarter(day: date, words: PageWords) -> str:
    return words.period(quarter_of(day).label)
