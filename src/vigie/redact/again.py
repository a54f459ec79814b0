"""Redacting what was redacted before: the same removals, found in a text that already has placeholders.

In: a clean text, and where its title ends. Out: removals as offsets of that text, the text without them, and a
Shift that tells where every other offset went. Nothing removed before is touched.
Left out: names that only metadata knew (they were removed the first time).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from vigie.model.document import CleanDocument
from vigie.redact.fields import redact_field
from vigie.redact.paths import redact_path
from vigie.redact.redactor import PASSES, REDACTOR_VERSION, content_id, recheck, removals_of
from vigie.redact.spans import Removal, placeholders
from vigie.text.language import detect


def removals(text: str, lang: str, boundary: int) -> list[Removal]:
    """What the present redactor would still remove from a clean text, in order, not overlapping."""
    whole: list[Removal] = []
    found = removals_of(text, lang, (), boundary)
    for _ in range(PASSES):
        if not found:
            break
        back = Shift(whole, lang).back
        whole = sorted([*whole, *(Removal(back(r.start), back(r.end), r.kind) for r in found)])
        shift = Shift(whole, lang)
        found = recheck(shift.apply(text), lang, (), shift.end(boundary))
    return whole


def redacted_again(document: CleanDocument) -> CleanDocument:
    """A document that nobody vouches for, as the present redactor leaves it; its id is that of the new content.

    It is read in the language that it says, and in its own where that is another one.
    """
    again, lang = _again(document), detect(document.text)
    if lang != document.lang:
        again = replace(_again(replace(again, lang=lang)), lang=document.lang)
    return again


def _again(document: CleanDocument) -> CleanDocument:
    found = removals(document.text, document.lang, len(document.title))
    shift, counts = Shift(found, document.lang), Counter(document.redactions)
    counts.update(r.kind for r in found)
    text = shift.apply(document.text)
    return replace(
        document,
        doc_id=content_id(text, str(document.published or "")),
        title=shift.apply(document.title),
        text=text,
        path=redact_path(document.path, document.lang),
        outlet=redact_field(document.outlet, document.lang),
        redactions=dict(sorted(counts.items())),
        redactor=REDACTOR_VERSION,
    )


class Shift:
    """Where offsets of a text go when spans of it become placeholders.

    Args:
        found: removals of the text, in order, not overlapping.
    """

    def __init__(self, found: Sequence[Removal], lang: str) -> None:
        self._found = found
        self._words = placeholders(lang)
        self._starts = [r.start for r in found]
        self._before = [0]  # code points gained before each removal
        for r in found:
            self._before.append(self._before[-1] + len(self._words[r.kind]) - (r.end - r.start))
        self._ends = [r.end + gained for r, gained in zip(found, self._before[1:], strict=True)]

    def apply(self, text: str, offset: int = 0) -> str:
        """The piece `text`, which stands at `offset` of the whole, with placeholders; a removal over its edge counts whole."""
        parts, at = [], 0
        for r in self._found:
            start, end = r.start - offset, r.end - offset
            if end > 0 and start < len(text):
                parts += [text[at : max(start, 0)], self._words[r.kind]]
                at = min(end, len(text))
        return "".join(parts) + text[at:]

    def start(self, offset: int) -> int:
        """The new place of a first code point; one inside a removal moves to the placeholder's first."""
        n = bisect_right(self._starts, offset) - 1
        if n < 0:
            return offset
        r = self._found[n]
        if offset < r.end:
            return r.start + self._before[n]
        return offset + self._before[n + 1]

    def end(self, offset: int) -> int:
        """The new place of the code point after a span; one inside a removal moves behind the placeholder."""
        n = bisect_right(self._starts, offset - 1) - 1
        if n < 0:
            return offset
        r = self._found[n]
        if offset <= r.end:
            return r.end + self._before[n + 1]
        return offset + self._before[n + 1]

    def back(self, offset: int) -> int:
        """The old place of a new offset that is in no placeholder."""
        n = bisect_right(self._ends, offset)
        return offset - self._before[n]

    def swallows(self, start: int, end: int) -> bool:
        """Whether a removal takes all of [start, end)."""
        n = bisect_right(self._starts, start) - 1
        return n >= 0 and end <= self._found[n].end
