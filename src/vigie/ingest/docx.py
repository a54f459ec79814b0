"""Word documents (DOCX), read as what they are: XML in a zip.

In: a DOCX. Out: one RawDocument: paragraphs, tables as rows `a | b`, footnotes at the end; title from the
title style or the properties; the author and the last editor are names to remove. Left out: deleted and
hidden text, comments, headers and footers, images.
Read without python-docx, which unpacks every part, images included, before the first word.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from vigie.ingest.archive import SIGNATURE, Archive
from vigie.ingest.office import finish, real_title
from vigie.ingest.reader import Blob, Reader
from vigie.ingest.safexml import attribute, field_text, local_name, parse_xml
from vigie.model.document import RawDocument

_DOCUMENT = "word/document.xml"
_SKIP = frozenset(
    {"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr", "sectPr", "tblPr", "annotationRef"}
)
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_TITLE_STYLES = ("title", "titre")
_TEMPLATE_DATE = "2013-12-23"  # what the template of a common writer program carries for ever


def _sniff(head: bytes) -> bool:
    return head.startswith(SIGNATURE) and b"word/" in head


def _read(blob: Blob) -> Iterator[RawDocument]:
    with Archive(blob) as archive:
        root = parse_xml(archive.read(_DOCUMENT), blob)
        title, lines = "", []
        for element in root.iter("{*}body"):
            for is_title, line in _blocks(element):
                if is_title and not title:
                    title = line
                else:
                    lines.append(line)
        if "word/footnotes.xml" in archive.names:
            lines += [
                line
                for _, line in _blocks(parse_xml(archive.read("word/footnotes.xml"), blob))
                if line.strip()
            ]
        core = (
            parse_xml(archive.read("docProps/core.xml"), blob)
            if "docProps/core.xml" in archive.names
            else None
        )
    fields = {
        name: field_text(core, name) if core is not None else []
        for name in ("title", "creator", "lastModifiedBy")
    }
    saved = field_text(core, "modified", "created") if core is not None else []
    yield finish(
        blob,
        "docx",
        lines,
        title=title or real_title(" ".join(fields["title"])),
        # Last month's bulletin saved under a new name keeps the old creation date: the later date counts.
        dates=sorted((d for d in saved if not d.startswith(_TEMPLATE_DATE)), reverse=True),
        people=[*fields["creator"], *fields["lastModifiedBy"]],
    )


def _blocks(parent: etree._Element) -> Iterator[tuple[bool, str]]:
    """(is a title, text) of each paragraph and table row below `parent`, in order."""
    for child in parent:
        name = local_name(child)
        if name == "p":
            yield _is_title(child), _text(child)
            for box in child.iter("{*}txbxContent"):
                if not any(local_name(a) in _SKIP for a in box.iterancestors()):
                    yield from _blocks(box)
        elif name == "tbl":
            for row in child.iterchildren("{*}tr"):
                cells = [
                    " ".join(line for _, line in _blocks(cell) if line) for cell in row.iterchildren("{*}tc")
                ]
                yield False, " | ".join(" ".join(cell.split()) for cell in cells if cell.strip())
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "footnote", "tc"):
            yield from _blocks(child)


def _is_title(paragraph: etree._Element) -> bool:
    return any(attribute(s, "val").lower() in _TITLE_STYLES for s in paragraph.iterfind("{*}pPr/{*}pStyle"))


def _text(paragraph: etree._Element) -> str:
    """Visible text of a paragraph, without that of text boxes in it."""
    pieces: list[str] = []
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        name = local_name(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name in _MARKS:
            pieces.append(_MARKS[name])
        elif (
            name in _SKIP
            or name == "txbxContent"
            or (name == "r" and element.find("{*}rPr/{*}vanish") is not None)
        ):
            continue
        else:
            stack.extend(reversed(element))
    return "".join(pieces).strip()


READER = Reader(name="docx", suffixes=(".docx", ".docm"), sniff=_sniff, read=_read, binary=True)
