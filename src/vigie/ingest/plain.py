"""Plain text and Markdown.

In: text in any usual encoding. Out: one RawDocument. A first line that is only a date is the publication
date; the next non-empty line of at most TITLE_CHARS followed by a blank line is the title; the rest is the
text. Left out: boxes that a copied web page carries along (boilerplate.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.ingest import limits
from vigie.ingest.boilerplate import drop_boilerplate
from vigie.ingest.chatlog import CHAT_REPAIR, is_chat_log, without_senders
from vigie.ingest.dateline import find_dateline, parse_date_line
from vigie.ingest.decode import decode_repaired, looks_binary
from vigie.ingest.field_note import note_document
from vigie.ingest.reader import Blob, Reader
from vigie.lexicon.note_fields import is_note
from vigie.model.document import RawDocument
from vigie.model.period import PartialDate

TITLE_CHARS = 200
# Text behind this line is packed: what it says could not be redacted.
_PACKED = re.compile(
    r"^Content-Transfer-Encoding\s?:\s?(?:base64|quoted-printable)\b", re.IGNORECASE | re.MULTILINE
)
_HEADING = re.compile(r"^#{1,6}\s+")  # Markdown


def layout(text: str) -> tuple[PartialDate | None, str, str]:
    """Date line, title and body of a plain text."""
    lines = text.split("\n")
    start = _next_line(lines, 0)
    published = parse_date_line(lines[start]) if start < len(lines) else None
    if published is not None:
        start = _next_line(lines, start + 1)
    title = ""
    if start + 1 < len(lines):
        candidate = lines[start].strip()
        rest = _next_line(lines, start + 1)
        if len(candidate) <= TITLE_CHARS and not lines[start + 1].strip() and rest < len(lines):
            title, start = _HEADING.sub("", candidate), rest
    return published, title, "\n".join(lines[start:]).strip()


def _next_line(lines: list[str], start: int) -> int:
    """Index of the first line from `start` on that is not blank; len(lines) if there is none."""
    while start < len(lines) and not lines[start].strip():
        start += 1
    return start


def _sniff(head: bytes) -> bool:
    return not looks_binary(head)


def _read(blob: Blob) -> Iterator[RawDocument]:
    data = blob.all_bytes(limits.MAX_TEXT_BYTES)
    if longest_line(data) > limits.MAX_LINE_CHARS:
        raise blob.refuse("one line is longer than 5 million characters", "this is data, not text")
    text = decode_repaired(data)
    if text is None:
        raise blob.refuse("not text in a known encoding", "save it again as UTF-8 text")
    if _PACKED.search(text):
        raise blob.refuse("is the source of an e-mail, damaged or in part", "save the message again as .eml")
    lawful = blob.source is not None and blob.source.legal_basis.strip() != ""
    if is_chat_log(text):
        if not lawful:
            raise blob.refuse("is the export of a chat that is not a public channel", CHAT_REPAIR)
        text = without_senders(text)
    if is_note(text):
        yield note_document(blob, text)
        return
    published, title, body = layout(text)
    body = drop_boilerplate(body)
    if not body:
        raise blob.refuse("holds no text")
    yield RawDocument(
        path=blob.name,
        format="text",
        title=title,
        text=body,
        published=published or find_dateline(f"{title}\n\n{body}"),
        source=blob.source,
    )


def longest_line(data: bytes) -> int:
    """Bytes of the longest line, without splitting a hostile one."""
    longest = position = 0
    while position < len(data):
        end = data.find(b"\n", position)
        end = len(data) if end < 0 else end
        longest = max(longest, end - position)
        position = end + 1
    return longest


READER = Reader(name="text", suffixes=(".txt", ".text", ".md", ".markdown"), sniff=_sniff, read=_read)
