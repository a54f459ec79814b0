"""The public rules as data. In: data/taxonomy/public_rules.toml. Out: Rules. `public.py` applies them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from vigie.lexicon.terms import data_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Thresholds and lists of the public rules; the file says why each.

    Attributes:
        sources: independent sources behind a figure (k).
        delay: after publication, and after the end of a quarter or year that must be over.
        persons, inhabitants: the least of both, where a figure speaks of people.
        events, modalities: kinds of events, and "family:code" of modalities, that speak of people.
        finer: levels of places that are finer than the public sees.
        quoted: kinds of documents whose sentences may be shown.
        named: kinds of documents whose source may be named.
        released: types of facts that an editor may let pass without delay.
    """

    sources: int
    delay: timedelta
    persons: int
    inhabitants: int
    events: frozenset[str]
    modalities: frozenset[str]
    finer: frozenset[str]
    quoted: frozenset[str]
    named: frozenset[str]
    released: frozenset[str]


@cache
def rules() -> Rules:
    """The rules of the bundled file."""
    table = data_toml("taxonomy", "public_rules.toml")
    people = table["people"]
    return Rules(
        sources=table["sources"]["least"],
        delay=timedelta(days=table["delay"]["days"]),
        persons=people["least_persons"],
        inhabitants=people["least_inhabitants"],
        events=frozenset(people["events"]),
        modalities=frozenset(people["modalities"]),
        finer=frozenset(table["places"]["finer"]),
        quoted=frozenset(table["quotes"]["kinds"]),
        named=frozenset(table["names"]["shown"]),
        released=frozenset(table["releases"]["types"]),
    )
