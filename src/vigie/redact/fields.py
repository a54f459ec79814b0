"""Short fields beside a text: the name of a publication, the words of a source card.

In: a field. Out: the field without contacts and without full names of persons. The names of organisations stay, and links to a
licence or a law; links to accounts and groups go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from vigie.lexicon.terms import data_toml
from vigie.model.document import SourceCard
from vigie.redact.contacts import find_contacts, outside
from vigie.redact.names import find_names
from vigie.redact.spans import merge, placeholder_spans, placeholders
from vigie.text.normalise import fold

_PASSES = 16  # as in a text


def redact_field(text: str, lang: str, known: Sequence[str] = (), *, links: bool = False) -> str:
    """The field with placeholders; `links` keeps addresses of pages that are nobody's account."""
    words = placeholders(lang)
    for _ in range(_PASSES if text else 0):
        found = [
            r
            for r in find_contacts(text, lang)
            if not (links and r.kind == "url" and _is_page(text[r.start : r.end]))
        ]
        found += [r for r in find_names(text, fold(text), known) if " " in text[r.start : r.end]]
        removals = merge(outside(found, placeholder_spans(text)))
        if not removals:
            break
        for removal in reversed(removals):
            text = text[: removal.start] + words[removal.kind] + text[removal.end :]
    return text


@lru_cache(maxsize=64)
def redact_card(card: SourceCard) -> SourceCard:
    """The card as it may be kept: the store and its exports hold it."""
    lang = card.language or "fr"
    return replace(
        card,
        name=redact_field(card.name, lang),
        publisher=redact_field(card.publisher, lang),
        licence=redact_field(card.licence, lang, links=True),
        legal_basis=redact_field(card.legal_basis, lang, links=True),
    )


def _is_page(link: str) -> bool:
    hosts = data_toml("redaction", "paths.toml")["hosts"].split()
    return (
        "@" not in link and "/u/" not in link and "?" not in link and not any(host in link for host in hosts)
    )
