"""Documents: the list, and one with its redacted text, in which what was read is marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Document, DocumentRow, FactRow, Filters
from vigie.report.evidence import one_line
from vigie.web.content import (
    Block,
    Cell,
    Content,
    Missing,
    More,
    NotFoundError,
    Pairs,
    Part,
    Quotes,
    Row,
    Section,
    Table,
    Target,
    Text,
    to,
)
from vigie.web.facts import quote_of
from vigie.web.pages.parts import nothing
from vigie.web.words import PageWords

PER_PAGE = 50
_MOST_CHARS = 60_000  # of a text that one page shows: a long report is cut there, and says so
_MOST_FACTS = 150


def each(model: ReadModel) -> Iterator[Mapping[str, str]]:
    offset, total = 0, 1
    while offset < total:
        found, total = model.documents(Filters(), 500, offset)
        yield from ({"doc_id": row.doc_id} for row in found)
        offset += 500


def start_of(text: str) -> int:
    """The first of a list that goes on, from the parameter `from`: 0, 50, 100…"""
    return (int(text) // PER_PAGE) * PER_PAGE if text.isascii() and text.isdigit() and len(text) < 8 else 0


def pager(
    page: str, filters: Filters, start: int, total: int, words: PageWords, **params: str
) -> tuple[Block, ...]:
    links: list[tuple[str, Target]] = []
    if start:
        before = {"from": str(start - PER_PAGE)} if start > PER_PAGE else {}
        links.append((words["more.newer"], to(page, filters, **params, **before)))
    if start + PER_PAGE < total:
        links.append((words["more.older"], to(page, filters, **params, **{"from": str(start + PER_PAGE)})))
    return (More(links=tuple(links), label=words["more.pages"]),) if links else ()


def title_of(row: DocumentRow, words: PageWords) -> str:
    return one_line(row.title) or words["untitled"]


def listing(model: ReadModel, filters: Filters, words: PageWords, **own: str) -> Content:
    title = words["documents.title"]
    lead = words["documents.lead_public" if model.public else "documents.lead"]
    start = start_of(own.get("from", ""))
    found, total = model.documents(filters, PER_PAGE, start)
    if not found:
        return Content(title=title, lead=lead, notes=(nothing(model, filters, "documents", words),))
    figures = words.figures
    rows = tuple(
        Row(
            id=f"document-{row.doc_id}",
            cells=(
                Cell(
                    text=title_of(row, words),
                    lang=row.lang if row.title else "",
                    target=to("document", doc_id=row.doc_id),
                    sub=words["documents.copy"] if row.copy_of else "",
                ),
                Cell(text=one_line(row.outlet) or figures["unnamed"]),
                Cell(text=figures.day(row.published) if row.published else "–"),
                Cell(text=figures.of("kinds", row.kind)),
                Cell(text=row.grade or "–"),
                Cell(text=figures.number(row.observations)),
            ),
        )
        for row in found
    )
    columns = tuple(
        words[f"columns.{c}"] for c in ("title", "source", "published", "kind", "grade", "statements")
    )
    caption = words.fill(
        "documents.caption",
        first=figures.number(start + 1),
        last=figures.number(start + len(found)),
        total=figures.number(total),
    )
    table = Table(id="documents-table", caption=caption, columns=columns, rows=rows, text_columns=5)
    blocks = (table, *pager("documents", filters, start, total, words))
    return Content(
        title=title, lead=lead, sections=(Section(id="all", title=words["documents.all"], blocks=blocks),)
    )


def build(model: ReadModel, filters: Filters, words: PageWords, *, doc_id: str) -> Content:
    document = model.document(doc_id)
    if document is None:
        raise NotFoundError("document", doc_id)
    row, figures = document.row, words.figures
    pairs = [
        (words["columns.source"], Cell(text=one_line(row.outlet) or figures["unnamed"])),
        (
            words["columns.published"],
            Cell(text=figures.day(row.published) if row.published else words["unknown"]),
        ),
        (words["columns.kind"], Cell(text=figures.of("kinds", row.kind))),
        (words["columns.grade"], Cell(text=row.grade or "–")),
        (words["columns.language"], Cell(text=words.get(f"languages.{row.lang}", row.lang))),
    ]
    if row.copy_of:
        pairs.append(
            (
                words["documents.copy_of"],
                Cell(text=words["documents.original"], target=to("document", doc_id=row.copy_of)),
            )
        )
    if document.redactions:
        removed = ", ".join(
            f"{words.get(f'removed.{kind}', kind)} {figures.number(n)}"
            for kind, n in sorted(document.redactions.items())
        )
        pairs.append((words["documents.removed"], Cell(text=removed)))
    sections = [Section(id="about", title=words["documents.about"], blocks=(Pairs(pairs=tuple(pairs)),))]
    if document.text:
        sections.append(_text(document, document.text, words))
    elif not model.public:
        sections.append(
            Section(
                id="text",
                title=words["documents.text"],
                blocks=(Missing(why="expired", text=words["documents.expired"]),),
            )
        )
    facts = document.facts[:_MOST_FACTS]
    blocks: tuple[Block, ...] = (
        Quotes(items=tuple(quote_of(f, words, public=model.public, titled=False) for f in facts)),
    )
    if not facts:
        blocks = (Missing(why="none", text=words["documents.no_facts"]),)
    sections.append(Section(id="facts", title=words["documents.facts"], blocks=blocks))
    lang = row.lang if row.title and row.lang != words.lang else ""
    return Content(
        title=title_of(row, words),
        title_lang=lang,
        crumbs=((words["nav.documents"], to("documents")),),
        sections=tuple(sections),
    )


def _text(document: Document, text: str, words: PageWords) -> Section:
    shown = text[:_MOST_CHARS]
    blocks: list[Block] = [Text(lang=document.row.lang, paragraphs=paragraphs(shown, document.facts))]
    if len(text) > len(shown):
        blocks.append(
            Missing(why="none", text=words.fill("documents.cut", n=words.figures.number(_MOST_CHARS)))
        )
    return Section(
        id="text", title=words["documents.text"], lead=words["documents.text_lead"], blocks=tuple(blocks)
    )


def _spans(text: str, facts: tuple[FactRow, ...]) -> list[tuple[int, int, str]]:
    """Where the quotes stand in the text, in order, none inside another: found by their sentence."""
    found = []
    for fact in facts[:_MOST_FACTS]:
        sentence, start, end = fact.sentence, fact.quote_start, fact.quote_end
        if sentence is None or start is None or end is None:
            continue
        at = text.find(sentence)
        if at >= 0:
            found.append((at + start, at + end, f"f-{fact.address}"))
    kept: list[tuple[int, int, str]] = []
    for span in sorted(found, key=lambda s: (s[0], -s[1])):
        if span[1] > span[0] and (not kept or span[0] >= kept[-1][1]):
            kept.append(span)
    return kept


def paragraphs(text: str, facts: tuple[FactRow, ...]) -> tuple[tuple[Part, ...], ...]:
    """The text in paragraphs, cut where marks begin and end; a mark over a paragraph's end is in both."""
    spans, found, at = _spans(text, facts), [], 0
    for line in text.split("\n"):
        parts, here, end = [], at, at + len(line)
        for start, stop, address in spans:
            first, last = max(start, at), min(stop, end)
            if first < last:
                if first > here:
                    parts.append(Part(text=text[here:first]))
                parts.append(Part(text=text[first:last], mark=address))
                here = last
        if here < end:
            parts.append(Part(text=text[here:end]))
        if any(p.text.strip() for p in parts):
            found.append(tuple(parts))
        at = end + 1
    return tuple(found)
