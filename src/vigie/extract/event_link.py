"""What an event is about: the substance of its sentence, of its cause, of the text before it.

In: Analysis, the hit of an event and its sentence. Out: a Link; NO_LINK when only words of the market stand near; None
when nothing says drugs. Left out: the product of a number (`vigie.extract.link`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from vigie.extract.analysis import Analysis
from vigie.extract.link import NO_LINK, Link, held, link_substance
from vigie.extract.mentions import SubstanceMention
from vigie.lexicon.grammar import alternation, grammar, link_words, plurals
from vigie.lexicon.matcher import Hit
from vigie.text.sentences import Span

_FAR = 90  # code points from an event to what caused it
_WINDOW = 400  # what is looked at around a word, however long its sentence
_CARRY_PERSONS = 6  # the same for those who were caught or sentenced: their story goes on longer
_NEXT = 3  # sentences ahead in which a warning names what it warns of
_CARRY = 4  # sentences back in which a drug must have been named, unless the title names one
HEALTH_KINDS = frozenset({"death", "overdose", "hospitalisation", "poisoning", "warning"})


def may_be_about_drugs(analysis: Analysis, hit: Hit) -> bool:
    """Whether `drug_link` can say anything: a quick no for events far from every drug and drug word."""
    if hit.term.id in ("death", "hospitalisation"):  # a violent one needs none
        return True
    return analysis.titled or analysis.speaks_near(
        analysis.sentence_index(hit.start), _back(hit.term.id), _NEXT if hit.term.id == "warning" else 1
    )


def _back(kind: str) -> int:
    return _CARRY_PERSONS if kind in ("arrest", "sentence") else _CARRY


def drug_link(analysis: Analysis, hit: Hit, sentence: Span) -> Link | None:
    """The substance of an event; NO_LINK when only drug words stand near; None when nothing says drugs."""
    kind = hit.term.id
    sentence = Span(max(sentence.start, hit.start - _WINDOW), min(sentence.end, hit.end + _WINDOW))
    here = analysis.products_in(sentence.start, sentence.end)
    if kind in ("death", "hospitalisation") and _violent(analysis, sentence):
        return NO_LINK
    if kind in HEALTH_KINDS and (cause := _adulterant(analysis, sentence)):
        return cause
    if kind in HEALTH_KINDS:
        true = [m for m in here if not _only_sold_as(analysis, sentence, m)]
        if here and not true and (cause := _found_next(analysis, hit)):
            return cause
        here = true
    if here:
        return _named_here(hit, here, analysis)
    index = analysis.sentence_index(hit.start)
    first = max(0, index - _back(kind))
    last = min(index + 1, len(analysis.sentences) - 1)
    around = Span(analysis.sentences[first].start, analysis.sentences[last].end)
    near = analysis.products_in(around.start, around.end)
    title = analysis.products_in(0, analysis.body_start)
    if not near and not title and not analysis.market_in(around.start, around.end):
        ahead = analysis.sentences[index + 1 : index + 1 + _NEXT] if kind == "warning" else ()
        return next((link for span in ahead if (link := _told_next(analysis, span))), None)
    if kind in HEALTH_KINDS and kind != "warning" and _any_drug(analysis, sentence):
        return NO_LINK
    if kind in HEALTH_KINDS or kind == "regulation":
        stated = [analysis.sentences[back] for back in range(index - 1, first - 1, -1)]
        for span in [*stated, Span(0, analysis.body_start)]:
            if cause := _adulterant(analysis, span):
                return cause
        named = (
            _only_product(analysis, stated[0]) if stated and len({m.substance for m in title}) > 1 else None
        )
        if named is not None and named.substance in {m.substance for m in title}:
            return Link(named.substance, named.form, "carried", 0.75)
        if title:
            return Link(title[0].substance, None, "title", 0.7)
    if kind in ("arrest", "sentence", "violence") and len({m.substance for m in [*near, *title]}) > 1:
        return _subject(analysis)
    if not near and not title:
        return NO_LINK
    link = link_substance(analysis, hit.start, hit.start)  # what follows the word is no product of a number
    if link.substance is None and kind in HEALTH_KINDS and index < last:
        return _told_next(analysis, analysis.sentences[last]) or link
    return link


def _found_next(analysis: Analysis, hit: Hit) -> Link | None:
    """ "… two tablets sold as diazepam. They contained metonitazene": what the product turned out to hold."""
    index = analysis.sentence_index(hit.start)
    for span in analysis.sentences[index + 1 : index + 1 + _NEXT]:
        if cause := _adulterant(analysis, span):
            return cause
    return None


def _told_next(analysis: Analysis, sentence: Span) -> Link | None:
    """ "Trois personnes ont été hospitalisées après avoir pris des comprimés. Ils contenaient de la MDMA." """
    named = _only_product(analysis, sentence)
    return Link(named.substance, named.form, "next", 0.6) if named is not None else None


def _only_product(analysis: Analysis, sentence: Span) -> SubstanceMention | None:
    """The one product that a sentence of the body names."""
    found = analysis.products_in(max(sentence.start, analysis.body_start), sentence.end)
    return found[-1] if len({m.substance for m in found}) == 1 else None


def _subject(analysis: Analysis) -> Link:
    """The one product that the title names; NO_LINK where it names none or several."""
    title = analysis.products_in(0, analysis.body_start)
    one = len({m.substance for m in title}) == 1
    return Link(title[0].substance, None, "title", 0.6) if one else NO_LINK


def _any_drug(analysis: Analysis, sentence: Span) -> bool:
    """ "4,859 deaths related to drug poisoning": the sentence counts all drugs."""
    text = analysis.folded[sentence.start : sentence.end]
    return _one_of(analysis.lang, "any_drug").search(text) is not None


def _violent(analysis: Analysis, sentence: Span) -> bool:
    """ "Deux rixes au couteau ont fait un mort": no product killed."""
    return (
        _one_of(analysis.lang, "violent").search(analysis.folded[sentence.start : sentence.end]) is not None
    )


@cache
def _one_of(lang: str, key: str) -> re.Pattern[str]:
    words = grammar(lang).link[key]
    return re.compile(rf"\b{alternation(plurals(words) if key == 'any_drug' else words)}\b")


def _named_here(hit: Hit, here: Sequence[SubstanceMention], analysis: Analysis) -> Link:
    """Which of the substances of its own sentence an event is about."""
    before = [m for m in here if m.end <= hit.start]
    after = [m for m in here if m.start >= hit.end]
    if hit.term.id == "seizure":
        gap = analysis.folded[hit.end : after[0].start] if after else ""
        if after and ";" not in gap and (not before or len(gap) <= 80):
            return Link(after[0].substance, after[0].form, "object", 0.85)
    elif len({m.substance for m in here}) > 1 and hit.term.id not in HEALTH_KINDS:
        link = _subject(analysis)
        return link if link.substance in {m.substance for m in here} else NO_LINK
    if hit.term.id in HEALTH_KINDS and after and _caused(analysis, hit.end, after[0].start):
        return Link(after[0].substance, after[0].form, "cause", 0.85)
    best = before[-1] if before else here[0]
    return Link(best.substance, best.form, "sentence", 0.8)


def _only_sold_as(analysis: Analysis, sentence: Span, mention: SubstanceMention) -> bool:
    """ "vendus comme de l'oxycodone": what the product was sold as is not what harmed."""
    head = analysis.folded[max(sentence.start, mention.start - 40) : mention.start]
    return _sold_as(analysis.lang).search(head) is not None


@cache
def _sold_as(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b{link_words(lang, 'sold_as')}(?:{link_words(lang, 'of')}|{link_words(lang, 'list_articles')})?$"
    )


def _caused(analysis: Analysis, end: int, start: int) -> bool:
    """ "deaths involved nitazenes", "hospitalisés samedi après avoir pris de l'ecstasy": the cause follows."""
    near, far = _cause(analysis.lang)
    if near.fullmatch(analysis.folded, end, start):
        return True
    gap = analysis.folded[end:start]
    return len(gap) < _FAR and not re.search(r"[.;:]", gap) and far.search(gap) is not None


@cache
def _cause(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    article = rf"(?:{link_words(lang, 'of')}|{link_words(lang, 'list_articles')})?"
    return (
        re.compile(rf"(?:[ ][a-z-]+){{0,2}}?[ ]{link_words(lang, 'cause')}{article}"),
        re.compile(rf"\b{link_words(lang, 'cause_far')}{article}$"),
    )


def _adulterant(analysis: Analysis, sentence: Span) -> Link | None:
    """ "de l'oxycodone contrefaite contenant des nitazènes": what the product holds is what harms."""
    for mention in analysis.products_in(sentence.start, sentence.end):
        if held(analysis, mention):
            return Link(mention.substance, mention.form, "adulterant", 0.8)
    return None
