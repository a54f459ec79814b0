"""Places as a reviewer writes them, and back.

In: "Lyon", "FR-69", "Rhône [FR-69]". Out: a place, or which places the name may mean. Nothing is guessed: of two communes of
one name the reviewer says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vigie.lexicon.gazetteer import Entry, gazetteer, key
from vigie.model.place import Level, Place

_CODED = re.compile(r"\[([A-Z]{2,5}[:0-9A-Z-]{0,20})\]\s*$")
_LISTED: tuple[Level, ...] = ("department", "region", "country")
_MOST_NAMESAKES = 6
_LONGEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a text means: a place, or the places it may mean, or nothing."""

    place: Place | None = None
    namesakes: tuple[str, ...] = ()


def written(place: Place | None) -> str:
    """A place as its field shows it."""
    if place is None:
        return ""
    return f"{place.label} [{place.code}]" if place.code else place.label


def meant(text: str) -> Found:
    """The place that a reviewer wrote: by its code, in brackets or alone, else by its name."""
    text = text.strip()[:_LONGEST]
    coded = _CODED.search(text)
    code = coded[1] if coded else text
    entry = gazetteer().by_code(code)
    if entry is None and not coded:
        entries = _distinct(gazetteer().find(key(text)))
        if len(entries) > 1:
            return Found(namesakes=tuple(_told(one) for one in entries[:_MOST_NAMESAKES]))
        entry = entries[0] if entries else None
    if entry is None:
        return Found()
    return Found(place=entry.place(entry.label))


def divisions() -> tuple[str, ...]:
    """Departments, regions and countries, as the field offers them beside the places that the document names."""
    entries = [entry for level in _LISTED for entry in gazetteer().places(level)]
    return tuple(written(entry.place(entry.label)) for entry in entries)


def _distinct(entries: Iterable[Entry]) -> list[Entry]:
    """Largest first, each code once."""
    once = {entry.code or entry.label: entry for entry in entries}
    return sorted(once.values(), key=lambda entry: -entry.population)


def _told(entry: Entry) -> str:
    """A namesake with what contains it: "Saint-Denis [INSEE:93066] (FR-93)"."""
    place = entry.place(entry.label)
    holder = next(
        (code for code in (entry.department, entry.region, entry.country) if code and code != entry.code), ""
    )
    return f"{written(place)}" + (f" ({holder})" if holder else "")
