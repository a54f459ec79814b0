"""What a part says beside its text, held against what Vigie itself could have written there.

In: a document, its card and its observations, as a part gave them. Out: whether each of their words is one of the program's own
(a code, a label of its lists), or quiet for the redactor. A checksum says only that a file is what somebody wrote.
Left out: the text itself, which is redacted again (`vigie.redact.again`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache, lru_cache
from typing import get_args

from vigie.lexicon.gazetteer import gazetteer, place_by_code
from vigie.lexicon.substances import taxonomy
from vigie.lexicon.terms import load_terms
from vigie.model.document import TITLE_SEPARATOR, CleanDocument, DocKind, SourceCard
from vigie.model.observation import Assertion, FlowValue, Observation
from vigie.model.period import Basis, Precision
from vigie.model.place import Place
from vigie.redact.fields import redact_card, redact_field
from vigie.redact.spans import placeholders

_ID = re.compile(r"o_[0-9a-f]{16}")
_RULE = re.compile(r"[a-z]+\.[a-z_]+@\d{1,2}(?:\|[a-z_-]+(?::[a-z_-]+)?){0,8}")
_LANG = re.compile(r"[a-z]{2,3}")
_FORMAT = re.compile(r"[a-z][a-z-]{1,15}")
_CODE = re.compile(r"(?!(?:.*\d){4})[A-Za-zµ0-9][A-Za-zµ0-9%/ -]{0,31}")  # a unit, a form, a currency, a kind
_NOTE = re.compile(r"[a-z ,']{1,80}")  # why there is no rate
_DIGITS = re.compile(r"\d{6}")
_MOST = 1e8  # a greater number, unless it is as round as tonnes in grams, may be somebody's: then the text is read again
_ROUND = 1e5
_MOST_MONTHS = 1200


def holds_together(document: CleanDocument, card: SourceCard | None) -> bool:
    """Whether what stands beside a text is of the form that Vigie gives it, and says nothing of a person."""
    title = document.title
    return (
        (not title or document.text.startswith(title + TITLE_SEPARATOR) or document.text == title)
        and document.kind in get_args(DocKind)
        and document.grade in tuple("ABCDEF")
        and _LANG.fullmatch(document.lang) is not None
        and _FORMAT.fullmatch(document.format) is not None
        and all(kind in placeholders("en") and 0 <= n < _MOST for kind, n in document.redactions.items())
        and document.source_id == (card.id if card is not None else "")
        and (card is None or _card_holds(card))
    )


@lru_cache(maxsize=64)
def _card_holds(card: SourceCard) -> bool:
    plain = (card.id, card.country, card.area, card.language)
    return (
        card.kind in get_args(DocKind)
        and card.grade in tuple("ABCDEF")
        and 0 <= card.retention_months <= _MOST_MONTHS
        and redact_card(card) == card
        and all(_quiet(word, "fr") and _quiet(word, "en") and not _DIGITS.search(word) for word in plain)
    )


def of_vigie(o: Observation, document: CleanDocument) -> bool:
    """Whether an observation holds nothing but its piece of the text, words of Vigie's own lists, and modest numbers."""
    given = o.attribution
    return (
        o.doc_id == document.doc_id
        and _ID.fullmatch(o.id) is not None
        and 0 <= o.start < o.end <= len(document.text)
        and document.text[o.start : o.end] == o.quote
        and (o.substance is None or o.substance in taxonomy())
        and (given is None or given in _sources())
        and o.assertion in get_args(Assertion)
        and o.when.basis in get_args(Basis)
        and (o.when.precision is None or o.when.precision in get_args(Precision))
        and _RULE.fullmatch(o.rule) is not None
        and len(o.rule) <= 160
        and 0 <= o.confidence <= 1
        and (o.form is None or _CODE.fullmatch(o.form) is not None)
        and all(_known(place, document.text) for place in _places(o))
        and _value_holds(o, document.lang)
    )


def _value_holds(o: Observation, lang: str) -> bool:
    if isinstance(o.value, FlowValue):
        return _CODE.fullmatch(o.value.mode) is not None
    for name, value in asdict(o.value).items():
        if isinstance(value, str):
            form = _NOTE if name == "eur_note" else _CODE
            if form.fullmatch(value) is None or not _quiet(value, lang):
                return False
        elif value is not None and not (
            isinstance(value, int | float) and (abs(value) < _MOST or value % _ROUND == 0)
        ):
            return False
    return True


def _places(o: Observation) -> Iterator[Place]:
    ends = (o.value.origin, o.value.destination, o.value.via) if isinstance(o.value, FlowValue) else ()
    yield from (place for place in (o.place, *ends) if place is not None)


def _known(place: Place, text: str) -> bool:
    """Whether the gazetteer has it so, and the text names it so; its name may be its label too."""
    if place.name != place.label and place.name not in text:
        return False
    return _as_listed(place)


@lru_cache(maxsize=4096)
def _as_listed(place: Place) -> bool:
    listed = place_by_code(place.code) if place.code else None
    if place.code is None:
        area = gazetteer().area(place.label)
        listed = area.place(area.label) if area else None
    if listed is None:
        return False
    return asdict(listed) | {"name": place.name} == asdict(place)


@cache
def _sources() -> frozenset[str]:
    """The organisations and roles that texts cite, as observations name them."""
    return frozenset(term.id for lang in ("fr", "en") for term in load_terms("attribution", lang))


@lru_cache(maxsize=4096)
def _quiet(words: str, lang: str) -> bool:
    return redact_field(words, lang) == words
