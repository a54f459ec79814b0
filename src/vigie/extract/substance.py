"""Substances and forms named in text.

In: text and its language. Out: SubstanceMention spans, in order, not overlapping.
Words: data/lexicons/<lang>/substances.toml and forms.toml; ids: data/taxonomy/substances.toml. A word that also means
something else ("coke", "herbe", "MD") counts only where `vigie.extract.substance_context` finds support for it.
Left out: anaphora ("ce produit"), alcohol, tobacco, and drugs in general ("stupéfiants" is context, not a substance).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from vigie.extract.mentions import SubstanceMention
from vigie.extract.misspelt import RULE, find_misspelt
from vigie.extract.substance_context import accepted
from vigie.lexicon.matcher import Hit
from vigie.lexicon.substances import BLOCKER, LANGUAGES, form_matcher, substance_matcher
from vigie.text.normalise import fold

_OF = re.compile(r"\s(?:(?:de|of)\s(?:la\s|l'|the\s)?|d')[\"']?")
_IN = re.compile(r"[\"']?(?:\s(?:en|in)\s|\s\(?|-)")
_COLOURS = frozenset(
    {"pink", "rose", "blue", "bleue", "white", "blanche", "brown", "yellow", "green", "orange"}
)
_BRAND = re.compile(r"[ ][\"'][ ]?[\w-]")
_SIGNS = ("$", "€", "£")
_LOOSE = frozenset({"pill"})  # "ecstasy" means pills unless the text says powder


def find_substances(text: str, lang: str) -> list[SubstanceMention]:
    """Substances named in `text`; languages without a lexicon are read as French."""
    if lang not in LANGUAGES:
        lang = LANGUAGES[0]
    folded = fold(text)
    every = substance_matcher(lang).find(text, folded)
    hits = [
        hit
        for hit in every
        if hit.term.id != BLOCKER
        and not _colours_a_brand(hit, folded)
        and folded[hit.end : hit.end + 1] not in _SIGNS  # "C$2" is money
    ]
    misspelt = find_misspelt(text, folded, lang, every)
    if not hits and not misspelt:
        return []
    # "un caillou de crack", "des buvards de LSD": the first word is then a form, not a second mention.
    hits = [
        hit
        for hit, after in zip(hits, [*hits[1:], None], strict=False)
        if not (after and hit.term.status == "ambiguous" and _OF.fullmatch(folded, hit.end, after.start))
    ]
    forms = form_matcher(lang).find(text, folded)
    named = [*accepted(text, folded, lang, hits), *misspelt]
    named.sort(key=lambda hit: hit.start)
    return [_mention(hit, folded, forms) for hit in named]


def _colours_a_brand(hit: Hit, folded: str) -> bool:
    """ "a pink \"Tesla\"", "un rose « Punisher »": a colour before the name of a pill is no product."""
    word = folded[hit.start : hit.end]
    return word in _COLOURS and _BRAND.match(folded, hit.end) is not None


def find_forms(text: str, lang: str) -> list[SubstanceMention]:
    """Words for a form ("pilules", "barrette"): `form` is set, `substance` is None."""
    if lang not in LANGUAGES:
        lang = LANGUAGES[0]
    return [
        SubstanceMention(
            start=hit.start, end=hit.end, substance=None, form=hit.term.id, strong=hit.term.status == "strong"
        )
        for hit in form_matcher(lang).find(text)
    ]


def _mention(hit: Hit, folded: str, forms: Sequence[Hit]) -> SubstanceMention:
    stated = hit.term.extra.get("form")
    if stated in (None, *_LOOSE):
        stated = _form_beside(hit, folded, forms) or stated
    return SubstanceMention(
        start=hit.start,
        end=hit.end,
        substance=hit.term.id,
        form=stated,
        strong=hit.term.status == "strong",
        misspelt=hit.term.note == RULE,
    )


def _form_beside(hit: Hit, folded: str, forms: Sequence[Hit]) -> str | None:
    """The form said right before ("comprimés d'ecstasy", "a rock of crack") or after ("MDMA en cristaux")."""
    after = bisect_left(forms, hit.end, key=lambda form: form.start)
    before = bisect_left(forms, hit.start, key=lambda form: form.start) - 1
    if before >= 0 and _OF.fullmatch(folded, forms[before].end, hit.start):
        return forms[before].term.id
    if after < len(forms) and _IN.fullmatch(folded, hit.end, forms[after].start):
        return forms[after].term.id
    return None
