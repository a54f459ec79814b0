"""Substances and forms named in text.

In: text and its language. Out: SubstanceMention spans, in order, not overlapping.
Words: data/lexicons/<lang>/substances.toml and forms.toml; ids: data/taxonomy/substances.toml. A word that also means
something else ("coke", "herbe", "MD") counts only where `vigie.extract.substance_context` finds support for it.
Left out: anaphora ("ce produit"), alcohol, tobacco, and drugs in general ("stupéfiants" is context, not a substance).
"""

from __future__ import annotations

from vigie.extract.mentions import SubstanceMention
from vigie.extract.substance_context import accepted
from vigie.lexicon.matcher import Hit
from vigie.lexicon.substances import BLOCKER, LANGUAGES, form_matcher, substance_matcher
from vigie.text.normalise import fold


def find_substances(text: str, lang: str) -> list[SubstanceMention]:
    """Substances named in `text`; languages without a lexicon are read as French."""
    if lang not in LANGUAGES:
        lang = LANGUAGES[0]
    folded = fold(text)
    hits = [hit for hit in substance_matcher(lang).find(text, folded) if hit.term.id != BLOCKER]
    if not hits:
        return []
    return [_mention(hit) for hit in accepted(text, folded, lang, hits)]


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


def _mention(hit: Hit) -> SubstanceMention:
    return SubstanceMention(
        start=hit.start,
        end=hit.end,
        substance=hit.term.id,
        form=hit.term.extra.get("form"),
        strong=hit.term.status == "strong",
    )
