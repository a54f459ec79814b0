"""The finders of contacts without their triggers: every pattern over the whole text, slow and sure.

In: text and its language. Out: what the finders find when nothing tells them where to look.
Left out: cue words that are part of what a pattern means (the word of a channel before an account); they stay.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from vigie.redact.contacts import contacts
from vigie.redact.shape import Shape
from vigie.redact.spans import Removal
from vigie.text.normalise import fold

FINDERS = (
    "contacts",
    "addresses",
    "address_forms",
    "handles",
    "identifiers",
    "links",
    "payment",
    "phones",
    "spoken",
)
Spans = list[tuple[int, int]]


def everything(text: str) -> Shape:
    """A shape that rules nothing out."""
    whole = ((0, len(text)),)
    places = tuple(range(len(text)))
    return Shape(((0, len(text), 99),), True, True, True, True, True, True, places, True, whole)


def _whole(_spans: object, _before: int, _after: int, size: int) -> Spans:
    return [(0, size)]


def _every_place(folded: str, _marks: object) -> Spans:
    return [(i, i + 1) for i in range(len(folded))]


@contextmanager
def no_triggers() -> Iterator[None]:
    """Within it shapes, windows and marks rule nothing out."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*FINDERS, "around"):
            module = importlib.import_module(f"vigie.redact.{name}")
            for attribute, replacement in (
                ("shape", everything),
                ("windows", _whole),
                ("marks_at", _every_place),
            ):
                if hasattr(module, attribute):
                    patch.setattr(module, attribute, replacement)
        yield


def contacts_everywhere(text: str, lang: str) -> list[Removal]:
    """What `contacts` would find if it looked everywhere for everything."""
    with no_triggers():
        return contacts(text, fold(text), lang)
