"""Records as rows: documents with their observations become rows of the schema's tables."""

from __future__ import annotations

import calendar
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from vigie.model.document import CleanDocument, SourceCard
from vigie.model.observation import FlowValue, Observation
from vigie.text.sentences import Span, sentences

Row = dict[str, Any]  # column -> value; a column that is not named is empty
EVIDENCE_MARGIN = (
    400  # code points kept on each side of a quote in a "sentence" without end (a table, a list)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document ready to be stored, with the card of its source (None without one)."""

    document: CleanDocument
    observations: Sequence[Observation]
    source: SourceCard | None = None


def source_row(card: SourceCard) -> Row:
    row: Row = asdict(card)
    row["source_id"] = row.pop("id")
    return row


def document_row(entry: Entry, run_id: int, today: date, months: int) -> Row:
    """One document; its full text is kept `months`."""
    row: Row = asdict(entry.document)
    for apart in ("redactions", "marks"):  # they have tables of their own
        row.pop(apart)
    published = entry.document.published
    return row | {
        "source_id": source_id(entry),
        "satire": entry.source is not None and entry.source.satire,
        "published": str(published) if published else None,
        "published_start": published.first if published else None,
        "published_end": published.last if published else None,
        "chars": len(entry.document.text),
        "stored_on": today,
        "expires_on": months_later(today, months),
        "run_id": run_id,
        "extracted_run": run_id,
    }


def source_id(entry: Entry) -> str:
    return entry.document.source_id or (entry.source.id if entry.source else "")


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day (31 January + 1 month = 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def observation_row(o: Observation) -> Row:
    """The flat form of an observation, and its value as JSON (with the parents of flow places)."""
    value: Row = asdict(o.value)
    row: Row = {
        "id": o.id,
        "doc_id": o.doc_id,
        "type": o.type,
        "span_start": o.start,
        "span_end": o.end,
        "quote": o.quote,
        "substance": o.substance,
        "form": o.form,
        "when_start": o.when.start,
        "when_end": o.when.end,
        "when_precision": o.when.precision,
        "when_basis": o.when.basis,
        "assertion": o.assertion,
        "attribution": o.attribution,
        "confidence": o.confidence,
        "rule": o.rule,
        "value": json.dumps(value, ensure_ascii=False, sort_keys=True),
    }
    if o.place is not None:
        row |= {f"place_{name}": part for name, part in asdict(o.place).items()}
    if not isinstance(o.value, FlowValue):
        return row | value
    row["mode"] = o.value.mode
    for end in ("origin", "destination", "via"):
        place = getattr(o.value, end)
        row |= {f"{end}_code": place and place.code, f"{end}_label": place and place.label}
    return row


def unique(observations: Sequence[Observation]) -> list[Observation]:
    """Without repeats of an id, which would count one fact twice."""
    first: dict[str, Observation] = {}
    for observation in observations:
        first.setdefault(observation.id, observation)
    return list(first.values())


def evidence_rows(document: CleanDocument, observations: Sequence[Observation]) -> Iterator[Row]:
    """The sentence, or sentences, that hold each quote."""
    spans = sentences(document.text) if observations else ()
    starts = [span.start for span in spans]
    for o in observations:
        around = _around(spans, starts, o)
        start = max(around.start, o.start - EVIDENCE_MARGIN)
        end = min(around.end, o.end + EVIDENCE_MARGIN)
        yield {
            "observation_id": o.id,
            "doc_id": document.doc_id,
            "sentence_start": start,
            "sentence_end": end,
            "quote_start": o.start - start,
            "quote_end": o.end - start,
            "sentence": document.text[start:end],
        }


def _around(spans: Sequence[Span], starts: Sequence[int], o: Observation) -> Span:
    first = max(0, bisect_right(starts, o.start) - 1)
    last = max(first, bisect_right(starts, max(o.start, o.end - 1)) - 1)
    return Span(min(spans[first].start, o.start), max(spans[last].end, o.end))


def mark_rows(document: CleanDocument) -> list[Row]:
    """What counts the contacts of a document; nothing unless the owner asked for it."""
    return [{"doc_id": document.doc_id, **asdict(mark)} for mark in document.marks]


def redaction_rows(doc_id: str, redactions: Mapping[str, int]) -> list[Row]:
    return [{"doc_id": doc_id, "kind": kind, "removed": count} for kind, count in sorted(redactions.items())]
