"""What may have been left in a redacted text: a second opinion, for a person to judge.

In: redacted text. Out: leftovers, the worst first, each with its place, its reason and how bad it looks.
It looks at shapes (runs of digits, at signs, disguised hosts, made-up words and capitals near cues) and shares no pattern with the
redactor, so that both do not miss the same thing. Words, thresholds and reasons: data/redaction/audit.toml.
Left out: certainty; repair (a true leftover is a case for tests/cases/redteam_redaction.toml); and keeping: leftovers are shown in
a terminal and never stored or logged, because a true one is what must not be stored.
"""

from __future__ import annotations

import re

from vigie.redact.audit_looks import LOOKS
from vigie.redact.audit_names import names
from vigie.redact.audit_page import SEVERITIES, Leftover, Page, words

_SPACES = re.compile(r"\s+")


def leftovers(text: str, lang: str) -> list[Leftover]:
    """What looks as if it should have gone, the worst first; not overlapping, and never in a placeholder."""
    page = Page(text, lang)
    found = [item for look in (*LOOKS, names) for item in look(page)]
    taken = bytearray(char == "\x00" for char in page.shown)
    kept: list[Leftover] = []
    for item in sorted(
        found, key=lambda one: (SEVERITIES.index(one.severity), one.start - one.end, one.start)
    ):
        if not any(taken[item.start : item.end]):
            taken[item.start : item.end] = b"\x01" * (item.end - item.start)
            kept.append(item)
    return sorted(kept, key=lambda one: (SEVERITIES.index(one.severity), one.start))


def what(reason: str) -> str:
    """A reason in words for a person."""
    return words().reasons[reason].what


def window(text: str, found: Leftover) -> tuple[str, str, str]:
    """The words before, the suspicious ones and the words after, each on one line, for a person to judge."""
    around = words().limits["window"]
    parts = (
        text[max(0, found.start - around) : found.start],
        text[found.start : found.end],
        text[found.end : found.end + around],
    )
    before, inside, after = (_SPACES.sub(" ", part) for part in parts)
    return before, inside, after
