"""Ways of selling, delivering, paying, marketing, organising and using that a text describes.

In: text, language. Out: ModalityMention spans; `extract_modalities` yields one Draft per code and sentence.
Words: data/lexicons/<lang>/modalities.toml; context: data/lexicons/<lang>/market.toml. An ambiguous word counts only
where a sentence around speaks of a drug market. Left out: who is meant when a text names a population that neither
uses nor sells, and modalities that no word of the lexicon names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from vigie.extract.context import Context, context_of
from vigie.extract.mentions import ModalityMention
from vigie.extract.scan import NEAR, Scan, scan
from vigie.lexicon.matcher import Hit, flatten
from vigie.lexicon.terms import Term
from vigie.model.observation import ModalityValue
from vigie.text.normalise import fold

if TYPE_CHECKING:
    from vigie.extract.analysis import Analysis, Draft

RULE = "modality.lexicon@1"
_MARKET = ("drug", "trade")
_WORD = re.compile(r"[\w']+")
_DRUG_REACH = 3  # sentences: a paragraph that has stopped speaking of drugs yields nothing
_YIELD_REACH = 3  # sentences: the "sites de vente" of a paragraph on the darknet are the darknet's
_CONFIDENCE = {"strong": 0.9, "ambiguous": 0.8}


def find_modalities(text: str, lang: str) -> list[ModalityMention]:
    """Modalities named in `text`, in order; one span may state several codes."""
    return [mention for mention, _status in _mentions(text, lang)]


def extract_modalities(analysis: Analysis) -> Iterator[Draft]:
    """One Draft per code and sentence where drugs are spoken of; the title counts only for what the body omits."""
    from vigie.extract.analysis import Draft  # analysis imports this module's finder

    found = scan(analysis.text, analysis.lang)
    context = context_of(analysis.text, analysis.lang)
    drugs = {found.sentence_index(m.start) for m in analysis.substances if m.substance}
    drugs |= context.sentences("drug")
    if not drugs:
        return
    kept: dict[tuple[str, str, int], tuple[ModalityMention, str]] = {}
    for mention, status in _mentions(analysis.text, analysis.lang):
        sentence = found.sentence_index(mention.start)
        if any(i in drugs for i in range(sentence - _DRUG_REACH, sentence + _DRUG_REACH + 1)):
            kept.setdefault((mention.family, mention.code, sentence), (mention, status))
    in_body = {key[:2] for key, (mention, _) in kept.items() if mention.start >= analysis.body_start}
    for key, (mention, status) in kept.items():
        if mention.start < analysis.body_start and key[:2] in in_body:
            continue
        yield Draft(
            start=mention.start,
            end=mention.end,
            value=ModalityValue(family=mention.family, code=mention.code),
            rule=f"{RULE}|{status}",
            confidence=_CONFIDENCE[status],
        )


def _mentions(text: str, lang: str) -> list[tuple[ModalityMention, str]]:
    found = scan(text, lang)
    context = context_of(text, lang)
    spans = [
        (hit.start, hit.end, hit.term)
        for hit in found.hits["modalities"]
        if not hit.term.id.startswith("none") and _in_context(hit, found, context)
    ]
    spans += [
        (*span, hit.term)
        for hit in found.hits[NEAR]
        if _in_context(hit, found, context) and (span := _near(hit, found)) is not None
    ]
    codes = {(term.id, found.sentence_index(start)) for start, _end, term in spans}
    mentions: dict[tuple[int, int, str], tuple[ModalityMention, str]] = {}
    for start, end, term in spans:
        sentence = found.sentence_index(start)
        around = range(sentence - _YIELD_REACH, sentence + _YIELD_REACH + 1)
        if any((code, i) in codes for code in term.extra.get("yields_to", ()) for i in around):
            continue
        for identifier in (term.id, *term.extra.get("also", ())):
            family, _, code = identifier.partition(":")
            mention = ModalityMention(start=start, end=end, family=family, code=code)
            mentions.setdefault((start, end, identifier), (mention, _status(term)))
    return [mentions[key] for key in sorted(mentions)]


def _status(term: Term) -> str:
    return "ambiguous" if "near" in term.extra else term.status


def _in_context(hit: Hit, found: Scan, context: Context) -> bool:
    """Whether a word that has other meanings stands in talk of a drug market."""
    if _status(hit.term) == "strong":
        return True
    sentence = found.sentence_index(hit.start)
    if context.furniture(sentence):
        return False
    kinds = hit.term.extra.get("context", _MARKET)
    return context.holds(kinds, sentence, hit.term.extra.get("reach", 1), hit.start, hit.end)


def _near(hit: Hit, found: Scan) -> tuple[int, int] | None:
    """Span from the first group's word to a word of the second group, within the entry's number of words."""
    sentence = found.sentence_at(hit.start)
    most = hit.term.extra["words"]
    behind: tuple[int, int] | None = None
    for match in _second_group(tuple(hit.term.extra["near"][1])).finditer(
        found.flat, sentence.start, sentence.end
    ):
        if match.start() >= hit.end:
            if _words_between(found.flat, hit.end, match.start()) < most:
                return hit.start, match.end()
            break
        if match.end() <= hit.start and _words_between(found.flat, match.end(), hit.start) < most:
            behind = match.start(), hit.end
    return behind


def _words_between(flat: str, start: int, end: int) -> int:
    return len(_WORD.findall(flat, start, end))


@cache
def _second_group(words: tuple[str, ...]) -> re.Pattern[str]:
    folded = sorted((flatten(fold(word)) for word in words), key=len, reverse=True)
    alternatives = (re.escape(w[:-1]) + r"\w*" if w.endswith("*") else re.escape(w) for w in folded)
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")(?!\w)")
