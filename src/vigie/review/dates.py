"""Dates as a reviewer writes them, and as a choice takes them: "2025-03-11", "2025-03", "2025-Q1", "2025", "2025-03-10/2025-03-16".

In: text, also "11/03/2025" and "T1 2025". Out: ISO text, never more precise than what was written; None for what is no date.
Left out: dates in words (`extract/dates*.py`), what a date is precise to (`decisions`).
"""

from __future__ import annotations

import re
from datetime import date

from vigie.model.period import PartialDate, When

_QUARTER = re.compile(r"(?:(\d{4})[- ]?[QT]([1-4])|[QT]([1-4])[- ]?(\d{4}))", re.IGNORECASE | re.ASCII)
_FRENCH = re.compile(r"(?:(\d{1,2})/)?(\d{1,2})/(\d{4})", re.ASCII)
_PARTS = re.compile(r"\s*/\s*|\s+(?:à|au|to|–|—)\s+")
_LONGEST = 60


def written(when: When) -> str:
    """A date as its field shows it, no more precise than it is; "" where it is unknown."""
    if when.start is None or when.end is None:
        return ""
    first = when.start
    for text in (
        f"{first:%Y-%m-%d}",
        f"{first:%Y-%m}",
        f"{first:%Y}-Q{(first.month + 2) // 3}",
        f"{first:%Y}",
    ):
        if _ends(text) == (when.start, when.end):
            return text
    return f"{when.start.isoformat()}/{when.end.isoformat()}"


def normal(text: str) -> str | None:
    """What was written, in ISO form; "" for an unknown date; None for what is no date or ends before it begins."""
    text = text.strip()[:_LONGEST]
    if not text:
        return ""
    if (one := _one(text)) is not None:
        return one
    parts = [_one(part) for part in _PARTS.split(text)]
    if len(parts) != 2 or parts[0] is None or parts[1] is None:
        return None
    first, last = _ends(parts[0]), _ends(parts[1])
    return (
        f"{first[0].isoformat()}/{last[1].isoformat()}"
        if first[0] <= last[0] and first[1] <= last[1]
        else None
    )


def _one(text: str) -> str | None:
    if found := _QUARTER.fullmatch(text):
        text = f"{found[1] or found[4]}-Q{found[2] or found[3]}"
    elif found := _FRENCH.fullmatch(text):
        text = "-".join(part.zfill(2) for part in (found[3], found[2], found[1]) if part)
    try:
        first, _ = _ends(text)
    except ValueError:
        return None
    return text if 1900 <= first.year <= 2199 else None


def _ends(text: str) -> tuple[date, date]:
    """First and last day. Raises ValueError for what is no date."""
    year, _, quarter = text.partition("-Q")
    if quarter:
        last = PartialDate.parse(f"{year}-{3 * int(quarter):02d}")
        return date(last.year, 3 * int(quarter) - 2, 1), last.last
    partial = PartialDate.parse(text)
    return partial.first, partial.last
