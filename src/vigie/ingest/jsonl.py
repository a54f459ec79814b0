"""JSON and JSON Lines.

In: one object a line (streamed), or one JSON value that is a record or holds a list of records; `mapping`
says which field is text, title, published, outlet or authors (dots lead into nested objects), else the usual
names are tried. Out: one RawDocument a record with text, its path `name#n`. Left out: other fields, `url`
too (an address may identify someone). Records without a text are left out and named by number, after the others are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import lxml.html

from vigie.ingest import limits
from vigie.ingest.blocks import block_text
from vigie.ingest.dateline import find_dateline, parse_date
from vigie.ingest.decode import decode
from vigie.ingest.html_meta import person_names
from vigie.ingest.reader import Blob, Reader
from vigie.ingest.telegram import chat_documents, is_chat_export
from vigie.lexicon.terms import data_toml
from vigie.model.document import RawDocument
from vigie.model.period import PartialDate
from vigie.text.normalise import repair

_START = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")
_TAGGED = re.compile(r"<(?:p|br|div|span|a|ul|li|h[1-6]|strong|em)\b[^<>]*>", re.IGNORECASE)
_FIELD_NAME = re.compile(r"[A-Za-z_][\w.-]{0,40}")
_EPOCH = range(-2_208_988_800, 4_102_444_800)  # seconds, 1900 to 2100
_NAMED = 8  # records left out that a message names
_FIELDS = ("text", "title", "published", "outlet", "authors", "url")


def _sniff(head: bytes) -> bool:
    return _START.match(head.lstrip(b"\xef\xbb\xbf")) is not None


def _read(blob: Blob) -> Iterator[RawDocument]:
    unknown = sorted(set(blob.mapping or ()) - set(_FIELDS))
    if unknown:
        raise blob.refuse(f"mapping names the unknown field {unknown[0]!r}", f"known: {', '.join(_FIELDS)}")
    number = found = 0
    seen: list[str] = []
    skipped: list[int] = []
    for record in _records(blob):
        number += 1
        document = _document(record, blob, f"{blob.name}#{number}") if isinstance(record, dict) else None
        if document is not None:
            found += 1
            yield document
            continue
        skipped.append(number)
        if not seen and isinstance(record, dict):
            seen = [key for key, value in record.items() if _is_field(key, value)][:12]
    if not found:
        fields = f"; its fields: {', '.join(seen)}" if seen else ""
        raise blob.refuse(f"no record has a text{fields}", "say which field is the text: --map text=FIELD")
    if skipped:
        named = ", ".join(map(str, skipped[:_NAMED])) + (" …" if len(skipped) > _NAMED else "")
        raise blob.refuse(
            f"{len(skipped)} of {number} records hold no text and were left out (number {named}); the others were read",
            "correct these records and add the file again",
        )


def _is_field(key: str, value: Any) -> bool:
    """Whether a key names a field. A file may be keyed by accounts or persons, each with a record of its own."""
    return (
        _FIELD_NAME.fullmatch(key) is not None
        and not isinstance(value, dict)
        and not any(c.isdigit() for c in key)
    )


def _records(blob: Blob) -> Iterator[Any]:
    if _is_lines(blob):
        yield from _lines(blob)
        return
    text = decode(blob.all_bytes(limits.MAX_JSON_BYTES))
    if text is None:
        raise blob.refuse("not text in a known encoding", "save it again as UTF-8")
    try:
        value = json.loads(text)
    except RecursionError:
        raise blob.refuse("nested too deeply", "export it as one flat object a line") from None
    except ValueError:
        raise blob.refuse("is not valid JSON", "export it again") from None
    if is_chat_export(value):
        raise _ChatFoundError(value)
    yield from _listed(value)


class _ChatFoundError(Exception):
    """A chat export in the clothes of a plain JSON file; carries its value to the reader of chats."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def _read_or_chat(blob: Blob) -> Iterator[RawDocument]:
    try:
        yield from _read(blob)
    except _ChatFoundError as chat:
        yield from chat_documents(chat.value, blob)


def _is_lines(blob: Blob) -> bool:
    """Whether the first two lines that hold something are each a whole object."""
    if blob.suffix in (".jsonl", ".ndjson"):
        return True
    lines = [line for line in blob.head.lstrip(b"\xef\xbb\xbf").splitlines()[:20] if line.strip()]
    return (
        len(lines) > 1
        and all(line.strip().startswith(b"{") and line.strip().endswith(b"}") for line in lines[:1])
        and (lines[1].lstrip().startswith(b"{"))
    )


def _lines(blob: Blob) -> Iterator[Any]:
    with blob.open() as stream:
        while line := stream.readline(limits.MAX_RECORD_BYTES + 1):
            if len(line) > limits.MAX_RECORD_BYTES:
                raise blob.refuse(
                    f"one line is larger than {limits.MAX_RECORD_BYTES // limits.MB} MB", "split it"
                )
            if not line.strip():
                continue
            try:
                yield json.loads(line.lstrip(b"\xef\xbb\xbf"))
            except (ValueError, RecursionError):
                yield None


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        for key in data_toml("ingest", "json_fields.toml")["lists"]["keys"]:
            inner = value.get(key)
            if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                return inner
    return [value]


def _document(record: dict[str, Any], blob: Blob, path: str) -> RawDocument | None:
    mapping = blob.mapping or {}
    text = _plain(_field(record, "text", mapping))
    if not text:
        return None
    title = " ".join(_plain(_field(record, "title", mapping)).split())
    authors = _field(record, "authors", mapping)
    return RawDocument(
        path=path,
        format="json",
        title=title if len(title) <= 400 else "",
        text=text,
        outlet=" ".join(_plain(_field(record, "outlet", mapping)).split())[:100],
        published=_date(_field(record, "published", mapping)) or find_dateline(f"{title}\n\n{text}"),
        source=blob.source,
        extra_names=tuple(
            name
            for author in (authors if isinstance(authors, list) else [authors])
            for name in person_names(
                repair(str(author.get("name", "") if isinstance(author, dict) else author or ""))
            )
        ),
    )


@cache
def _usual(wanted: str) -> tuple[str, ...]:
    return tuple(data_toml("ingest", "json_fields.toml")["fields"].get(wanted, ()))


def _field(record: dict[str, Any], wanted: str, mapping: Mapping[str, str]) -> Any:
    if wanted in mapping:
        value: Any = record
        if mapping[wanted] in record:
            return record[mapping[wanted]]
        for key in mapping[wanted].split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value
    lower = {key.lower(): value for key, value in record.items()}
    return next((lower[name] for name in _usual(wanted) if lower.get(name) not in (None, "", [])), None)


def _plain(value: Any) -> str:
    """Text of a field; a list gives its lines, an object its name, HTML its text."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("text")
    if isinstance(value, list):
        value = "\n".join(v for v in value if isinstance(v, str))
    if not isinstance(value, str) or not value.strip():
        return ""
    value = value.encode("utf-8", "replace").decode("utf-8")  # lone surrogates of broken escapes
    if _TAGGED.search(value):
        value = block_text(lxml.html.fragment_fromstring(value, create_parent="div"))
    return repair(value).strip()


def _date(value: Any) -> PartialDate | None:
    if isinstance(value, str):
        return parse_date(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value in range(1900, 2101):
            return PartialDate(int(value))
        seconds = value / 1000 if abs(value) > 10**11 else value
        if int(seconds) in _EPOCH:
            day = datetime.fromtimestamp(seconds, tz=UTC)
            return PartialDate(day.year, day.month, day.day)
    return None


READER = Reader(
    name="json", suffixes=(".json", ".jsonl", ".ndjson", ".geojson"), sniff=_sniff, read=_read_or_chat
)
