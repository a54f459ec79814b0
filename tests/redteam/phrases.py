"""What a set of carriers is made of.

In: nothing. Out: the record that `carriers.py` (DEV) and `held_out.py` (HELD) fill.
In a phrase `{x}` is the contact, `{app}` the name of its service or sort, and figures that must stay are `{p}` a price,
`{q}` an amount, `{m}` a seized mass, `{d}` a date, `{a}` an article of law, `{n}` a count, `{h}` an hour, `{k}` a share,
`{b}` a big sum, `{y}` a range of years,
`{g}` a list of prices, `{s}` a series of counts, `{w}` ages in words, `{v}` a law by its number.
Left out: the choice among them (`generate.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .kinds import Lang

Carrier = Literal["press", "chat", "note"]
CARRIERS: tuple[Carrier, ...] = ("press", "chat", "note")
Lines = Mapping[tuple[Lang, Carrier], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One split.

    Attributes:
        openers, closers: sentences around, by language and carrier.
        bodies: sentences with `{x}`, by family, then language and carrier.
        apps: what a service or sort is called, by kind (or family), then language.
        joins: what stands between two halves of a contact, by language.
        glues: what is written against a contact without a space, by family ("*" for the others), `{app}` allowed.
    """

    openers: Lines
    closers: Lines
    bodies: Mapping[str, Lines]
    apps: Mapping[str, Mapping[Lang, tuple[str, ...]]]
    joins: Mapping[Lang, tuple[str, ...]]
    glues: Mapping[str, tuple[str, ...]]
