"""Columns of figures whose header tells what they count: "Cocaïne / Décès", "MDMA", "Nombre de surdoses".

In: headers, and a function that says what a word looks like. Out: the substance and the event that a header tells; one block of a mapping
for each such column. Words of events: data/tables/headers.toml. Left out: which columns hold figures (`guess.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import dataclass

from vigie.lexicon.terms import data_toml
from vigie.tables.mapping import Field, Observe
from vigie.text.normalise import fold

_PARTS = re.compile(r"\s*[/|:;,()\[\]_]\s*|\s[-–—]\s|\n")  # of a header; "3-MMC" is one
_SHORTEST = 3  # letters of a word that may be a substance beside others: "H" and "G" mean too much else


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a header tells: a substance in its own words, the code of an event; "" for neither."""

    substance: str
    event: str


def told_by(header: str, look: Callable[[str], str]) -> Told | None:
    """What the header of figures tells; None for nothing, and for rates."""
    if _words(header) & set(data_toml("tables", "headers.toml")["rates"]["words"]):
        return None
    said = [*_PARTS.split(header), header, *(w for w in header.split() if len(w) >= _SHORTEST)]
    substance = next((" ".join(part.split()) for part in said if part and look(part) == "substance"), "")
    event = event_in(header)
    return Told(substance=substance, event=event) if substance or event else None


def event_in(text: str) -> str:
    """The event that words tell: of several the one that says most ("décès par surdose" is a death)."""
    words = _words(text)
    listed: Dict[str, list[str]] = data_toml("tables", "headers.toml")["events"]
    return next((event for event, known in listed.items() if words & set(known)), "")


def alone(kind: str, told: Dict[int, Told], fields: set[str]) -> dict[int, Told]:
    """The columns that need a block of their own: no other column tells the substance, or several tell an event each."""
    substances = {at: t for at, t in told.items() if t.substance and "substance" not in fields}
    if substances:
        return substances
    events = {at: t for at, t in told.items() if t.event and kind == "harms" and "event" not in fields}
    return events if len(events) > 1 else {}


def blocks(fields: Dict[str, Field], figure: str, wide: Dict[str, Told]) -> tuple[Observe, ...]:
    """One block a column of figures over the fields that all share; one without a name where there is none."""
    if not wide:
        return (Observe(name="", fields=fields),)
    made = []
    for column, told in wide.items():
        own = {**fields, figure: Field(columns=(column,), null_ok=True)}
        if told.substance:
            own["substance"] = Field(value=told.substance)
        if (
            told.event
            and "event" in data_toml("tables", "kinds.toml")["harms"]["fields"]
            and figure == "count"
        ):
            own["event"] = Field(value=told.event)
        made.append(Observe(name=column, fields=own, skip_empty=(figure,)))
    return tuple(made)


def _words(text: str) -> set[str]:
    return set(re.split(r"[\W_]+", fold(text)))
