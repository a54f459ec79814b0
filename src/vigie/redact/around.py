"""Patterns run only around what must stand in every match of theirs: their triggers.

In: text, a pattern, where its triggers stand. Out: its matches, as a search of the whole text would give them.
How to add a pattern: find what no match can do without (a sign, a stem, a cue word), look for it with `marks_at` or
`words_at`, and pass to `around` how far a match may reach to either side of it. A pattern without a rare sign begins
with a digit or a capital and runs on the numbers or words that `shape` and `sequences` give. The same finder over
`everywhere` must give the same removals: tests/test_redact_windows.py compares them, and a forgotten trigger fails it.
Left out: which patterns exist; each finder says it beside the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Spans = Sequence[tuple[int, int]]


def windows(spans: Spans, before: int, after: int, size: int) -> list[tuple[int, int]]:
    """Spans widened by `before` and `after` code points within a text of `size`; those that meet are one."""
    found: list[tuple[int, int]] = []
    low, high = 0, -1
    for start, end in spans:
        wide = max(0, start - before)
        if wide > high >= 0:
            found.append((low, high))
        if wide > high:
            low = wide
        high = max(high, min(size, end + after))
    if high >= 0:
        found.append((low, high))
    return found


def around(
    pattern: re.Pattern[str], text: str, spans: Spans, before: int, after: int
) -> Iterable[re.Match[str]]:
    """Matches of a pattern whose every match holds a trigger, and reaches so far to either side of it.

    Args:
        spans: where the triggers stand in `text` (or in its folded copy), in order.
        before, after: code points from the trigger to the farthest one that a match or what it looks at can reach.
    """
    if not spans:
        return ()
    stretches = windows(spans, before, after, len(text))
    if len(stretches) == 1:
        return pattern.finditer(text, *stretches[0])
    return [match for low, high in stretches for match in pattern.finditer(text, low, high)]
