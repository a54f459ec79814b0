"""Contacts in a text: everything by which someone can be reached, located or paid, names excepted.

In: text and its language. Out: removals in order, not overlapping, never inside an earlier placeholder.
"""

from __future__ import annotations

from vigie.redact.links import find_links
from vigie.redact.phones import find_phones
from vigie.redact.spans import Removal, merge, placeholder_spans


def find_contacts(text: str, lang: str) -> list[Removal]:
    found = [*find_links(text), *find_phones(text, lang)]
    return outside(merge(found), placeholder_spans(text))


def outside(found: list[Removal], kept: list[tuple[int, int]]) -> list[Removal]:
    """The removals, less those that touch a span of `kept`."""
    if not kept:
        return found
    return [r for r in found if not any(r.start < end and start < r.end for start, end in kept)]
