"""Bulletins that count by substance: "Passages pour usage de drogues : 320. Cocaïne en cause : 150. Héroïne : 41."

In: Analysis. Out: one Draft per line, of the kind that the line before the list tells with its own figure.
Left out: lines without a heading that counts persons, prices and contents ("Cocaïne : 60 €").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.cues import cue_hits, hits_in
from vigie.extract.persons import whole_number
from vigie.extract.tallies import stands_alone
from vigie.model.observation import EventKind, EventValue
from vigie.text.sentences import Span

_KINDS = frozenset({"hospitalisation", "overdose", "poisoning", "death"})
_LEAD = 4  # code points before the product that opens a line
_LINE = re.compile(r"(?:[ ][a-z'-]+){0,3}[ ]?:[ ]")
_HEADING = re.compile(r"[^.;:\d]{0,60}:[ ]")
_AFTER = re.compile(r"[ ]?(?:$|[.,;(\n])")


def listed_events(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of the lines of such lists, in order of text."""
    kind: EventKind | None = None
    if not any(
        h.term.id in _KINDS and h.term.extra.get("role") == "noun" for h in cue_hits(analysis, "events")
    ):
        return
    for span in analysis.sentences:
        if span.start < analysis.body_start or ":" not in analysis.folded[span.start : span.end]:
            kind = kind if span.start >= analysis.body_start else None
            continue
        line = _line(analysis, span, kind) if kind is not None else None
        if line is not None:
            yield line
        else:
            kind = _heading(analysis, span)


def _heading(analysis: Analysis, span: Span) -> EventKind | None:
    """The kind that a heading with its total counts: "Passages aux urgences : 320"."""
    for hit in hits_in(analysis, "events", span.start, min(span.end, span.start + 60)):
        if hit.term.id not in _KINDS or hit.term.extra.get("role") != "noun":
            continue
        led = _HEADING.match(analysis.folded, hit.end, span.end)
        if led and any(whole_number(analysis, a) for a in within(analysis.amounts, led.end(), led.end() + 2)):
            return hit.term.id  # type: ignore[return-value]
    return None


def _line(analysis: Analysis, span: Span, kind: EventKind) -> Draft | None:
    named = analysis.products_in(span.start, min(span.end, span.start + _LEAD))
    if not named:
        return None
    led = _LINE.match(analysis.folded, named[0].end, span.end)
    for amount in within(analysis.amounts, led.end(), led.end() + 2) if led else ():
        alone = _AFTER.match(analysis.folded, amount.token.end) or stands_alone(analysis, amount.token.end)
        if not alone or not whole_number(analysis, amount):
            return None
        return Draft(
            start=span.start, end=amount.token.end,
            value=EventValue(kind=kind, low=amount.low, high=amount.high, unit="person"),
            substance=named[0].substance, form=named[0].form, assertion=None,
            rule=f"event.{kind}@2|role:list|substance:named", confidence=0.8,
        )  # fmt: skip
    return None
