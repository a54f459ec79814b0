"""Products that hold a content, by the verb between them: "le speed ne comptait que 12 % d'amphétamine".

In: Analysis, a figure and its sentence. Out: the product, or yes and no. Words: data/grammar/contents.toml.
Left out: contents told without a verb (`vigie.extract.purity`).
"""

from __future__ import annotations

import re
from functools import cache

from vigie.extract.analysis import Analysis
from vigie.extract.mentions import PercentMention, SubstanceMention
from vigie.lexicon.grammar import alternation
from vigie.lexicon.terms import data_toml
from vigie.text.sentences import Span

_NEAR = 40  # code points from a verb of holding to its figure


def words(lang: str, key: str) -> str:
    """The words of contents.toml as one group of alternatives."""
    return alternation(data_toml("grammar", "contents.toml")[lang][key])


@cache
def _between(lang: str) -> re.Pattern[str]:
    """From a product to its content: up to three words, a verb of holding, up to two words, a colon."""
    some = r"(?:[ ][a-z'-]+)"
    aside = r"(?:,[ ][^,;.:()\d%]{2,30},)?"  # "l'héroïne brune, plus rare, plafonnait à 14 %"
    return re.compile(rf"{some}{{0,3}}?{aside}[ ]{words(lang, 'holds')}{some}{{0,2}}?:?[ ]")


@cache
def _holds(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{words(lang, 'holds')}(?:[ ][a-z'-]+){{0,2}}[ ]$")


@cache
def _of_dose(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{words(lang, 'of_dose')}\b")


def holder(analysis: Analysis, percent: PercentMention, sentence: Span) -> SubstanceMention | None:
    """The product before a verb of holding: "ketamine came in at 81 per cent"."""
    before = analysis.products_in(sentence.start, percent.start)
    if before and _between(analysis.lang).fullmatch(analysis.folded, before[-1].end, percent.start):
        return before[-1]
    return None


def held_by(analysis: Analysis, percent: PercentMention, sentence: Span) -> SubstanceMention | None:
    """The product that is so much of a dose: "fentanyl made up 8% of the average bag"."""
    if _of_dose(analysis.lang).match(analysis.folded, percent.end) is None:
        return None
    return holder(analysis, percent, sentence)


def holds_before(analysis: Analysis, start: int, sentence: Span) -> bool:
    """Whether a verb of holding stands right before a figure."""
    head = analysis.folded[max(sentence.start, start - _NEAR) : start]
    return _holds(analysis.lang).search(head) is not None


def measured(analysis: Analysis, percent: PercentMention) -> bool:
    """Whether a verb that only contents have stands before a figure: "la cocaïne affichait 71 %"."""
    head = analysis.folded[max(0, percent.start - _NEAR) : percent.start]
    return _strong(analysis.lang).search(head) is not None


@cache
def _strong(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{words(lang, 'strong')}(?:[ ][a-z'-]+){{0,2}}[ ]$")


def of_itself(analysis: Analysis, end: int) -> bool:
    """ "68 % de produit en moyenne": a share of the product itself, not of a thing in it."""
    return _itself(analysis.lang).match(analysis.folded, end) is not None


@cache
def _itself(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"[ ]{words(lang, 'active')}(?=[ ]?(?:[.,;:)!?]|$)|[ ](?:en|au|on|at|in|dans|selon)\b)"
    )


def of_another_name(analysis: Analysis, start: int, sentence: Span) -> bool:
    """ "contenait du lévamisole, à hauteur de 12 %": the content of a thing that is no drug."""
    head = analysis.folded[max(sentence.start, start - _NEAR) : start]
    match = _other(analysis.lang).search(head)
    if match is None:
        return False
    at = start - len(head) + match.start("w")
    return not any(m.start <= at < m.end for m in analysis.substances)


@cache
def _other(lang: str) -> re.Pattern[str]:
    some = "(?:some |of )" if lang == "en" else "(?:du |de la |de l'|des )"
    return re.compile(rf"\b{some}(?P<w>[a-z-]{{4,}}),?[ ]{words(lang, 'up_to')}[ ]$")
