"""Content of active substance: percentages, and milligrams in one unit.

In: Analysis. Out: Drafts with PurityValue. Words: data/lexicons/<lang>/purity.toml.
A percentage counts when a word of purity stands near, when it is said of a content ("40 % de kétamine") or right beside
a product ("cocaïne à 71 %") where contents are the matter, or when it goes on from one that counted ("contre 52 % en
2019"). Of a cannabis product a percentage is THC.
Left out: shares of people, of seizures or of a market; changes ("+15 %"); what a product is cut with; doses taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from vigie.extract.amount_patterns import patterns
from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.cues import hits_in
from vigie.extract.link import Link, link_substance, named_after
from vigie.extract.mentions import PercentMention, SubstanceMention
from vigie.extract.price_words import any_of
from vigie.extract.purity_bare import bare_contents
from vigie.extract.purity_context import (
    CONTENT,
    WINDOW,
    about_contents,
    distance,
    hits_around,
    of_another_thing,
    sampled,
)
from vigie.extract.purity_holds import (
    held_by,
    holder,
    holds_before,
    measured,
    of_another_name,
    of_itself,
)
from vigie.extract.purity_unit import milligrams
from vigie.extract.tallies import changes, later, ranging, stands_alone
from vigie.lexicon.grammar import alternation, grammar, link_words
from vigie.lexicon.matcher import Hit
from vigie.model.observation import PurityMeasure, PurityValue
from vigie.text.sentences import Span

_THC_PRODUCTS = frozenset({"cannabis", "cannabis-herb", "cannabis-resin", "cannabis-oil"})
_PIECES = frozenset({"blotter", "patch"})  # measured in milligrams, not in per cent
_CONSTITUENTS = frozenset({"thc", "cbd"})
_NO = frozenset({"not", "other"})
_PAUSE = re.compile(r"[,:=]")
_REACH = 90  # code points from a word of purity to its figure
_AHEAD = 30  # the same when the word comes after the figure
_CHANGED = 60  # code points from a verb of change to its two figures
_SAID = 48  # code points from a word of purity to a figure without its sign
_LIST = 60  # from one figure to the next of a list
_ORDERED = 6  # sentences back in which "la première", "la seconde" find their two products


@cache
def _change(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){link_words(lang, 'change_before')}(?:plus de |pres de |environ )?$")


@cache
def _cut_with(lang: str) -> re.Pattern[str]:
    """ "coupée avec 20 %", "cut with": the figure is the adulterant's."""
    return re.compile(rf"\b{link_words(lang, 'cut')}[^.;(]*\b{link_words(lang, 'cut_with')}[^.;(]*$")


@cache
def _cut_by(lang: str) -> re.Pattern[str]:
    """ "coupée à 90 % au sucre", with the figure as a bare sign."""
    return re.compile(
        rf"\b{link_words(lang, 'cut')}(?:{link_words(lang, 'content_at')})?%[ ]{link_words(lang, 'cut_with')}"
    )


@cache
def _beside(lang: str) -> re.Pattern[str]:
    """What may stand between a product and its content: "cocaïne à 71 %", "cocaïne coupée (41 %)"."""
    return re.compile(rf"(?:[ ][a-z-]+){{0,4}}[ ]?\(|[ ]?[:=,]?[ ]?(?:{link_words(lang, 'content_at')})?")


@cache
def _ordinal(lang: str, key: str) -> re.Pattern[str]:
    return re.compile(rf"[ ,]*{alternation(grammar(lang).link[key])}\b")


def extract_purities(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of purities, in order of text."""
    drafts = [*_percentages(analysis), *milligrams(analysis)]
    starts = [m.start for m in analysis.percents] + [m.start for m in analysis.quantities]
    drafts += _said_bare(analysis, drafts)
    for draft in sorted(drafts, key=lambda d: d.start):
        yield draft
        sentence = analysis.sentence_at(draft.start)
        stop = min((start for start in starts if start >= draft.end), default=sentence.end)
        rest = Span(sentence.start, min(sentence.end, stop))
        found = [*_further(analysis, draft, rest), *bare_contents(analysis, draft, rest)]
        yield from {d.end: d for d in reversed(found)}.values()


def _said_bare(analysis: Analysis, drafts: Sequence[Draft]) -> list[Draft]:
    """ "En 2019, la pureté était de 58", after a percentage: a figure without its sign that a word of purity introduces."""
    first = next(
        (d for d in drafts if isinstance(d.value, PurityValue) and d.value.measure != "mg-per-unit"), None
    )
    if first is None:
        return []
    found: list[Draft] = []
    for hit in hits_in(analysis, "purity", first.end, len(analysis.folded)):
        if hit.term.id != "purity":
            continue
        for amount in within(analysis.amounts, hit.end, hit.end + _SAID)[:1]:
            if (
                amount.unit is not None
                or amount.token.article
                or not 0 < (amount.high or amount.low or 0) <= 100
            ):
                continue
            gap = analysis.folded[hit.end : amount.start]
            if not _at(analysis.lang).fullmatch(gap) or not stands_alone(analysis, amount.token.end):
                continue
            if within(analysis.dates, amount.start - 8, amount.end):
                continue
            link = link_substance(analysis, hit.start, hit.end)
            link = link if link.substance is not None else Link(first.substance, first.form, "carried", 0.6)
            measure: PurityMeasure = "thc" if link.substance in _THC_PRODUCTS else "purity"
            value = PurityValue(low=amount.low, high=amount.high, measure=measure)
            found.append(
                Draft(
                    start=amount.start,
                    end=amount.token.end,
                    substance=link.substance,
                    form=link.form,
                    value=value,
                    rule=f"purity.percent@2|figure:said|substance:{link.reason}",
                    confidence=0.7,
                )
            )
    return found


@cache
def _at(lang: str) -> re.Pattern[str]:
    near = alternation(grammar(lang).bounds["near"])
    moved = (
        r"[^.,;:%\d()]{0,24}[ ](?:de|a|est de|etait de)"
        if lang == "fr"
        else r"[^.,;:%\d()]{0,24}[ ](?:of|at|was|is|averages|averaged|to)"
    )
    return re.compile(rf"(?:{moved}|,[ ][^.;:]{{0,24}}[ ]averages)[ ](?:{near}[ ])?")


def _percentages(analysis: Analysis) -> Iterator[Draft]:
    previous: Draft | None = None
    for percent in _ranges(analysis):
        sentence = analysis.sentence_at(percent.start)
        if previous is not None and previous.start < sentence.start:
            previous = None
        draft = _percentage(analysis, percent, sentence, previous)
        if draft is not None:
            previous = draft
            yield from _apart(analysis, draft)


def _apart(analysis: Analysis, draft: Draft) -> list[Draft]:
    """A change told as a range is two contents: "a triplé en vingt ans, de 10 à 30 %"."""
    value = draft.value
    if (
        not isinstance(value, PurityValue)
        or value.low is None
        or value.high is None
        or value.low == value.high
    ):
        return [draft]
    head = analysis.folded[max(analysis.sentence_at(draft.start).start, draft.start - _CHANGED) : draft.start]
    if not changes(analysis, head):
        return [draft]
    return [replace(draft, value=replace(value, low=v, high=v)) for v in (value.low, value.high)]


def _ranges(analysis: Analysis) -> list[PercentMention]:
    """The percentages, with "from 36% to 88%" as one unless a verb of change stands before."""
    p = patterns(analysis.lang)
    found: list[PercentMention] = []
    for percent in analysis.percents:
        last = found[-1] if found else None
        if (
            last is not None
            and last.low is not None
            and last.low == last.high
            and percent.low == percent.high
        ):
            head = analysis.folded[max(0, last.start - 40) : last.start]
            joined = p.join.fullmatch(analysis.folded, last.end, percent.start)
            opened = p.opener.search(head)
            if joined and opened and not p.change.search(head) and last.low < (percent.low or 0):
                start = last.start - len(head) + opened.start()
                found[-1] = replace(last, start=start, end=percent.end, high=percent.high)
                continue
        found.append(percent)
    return found


def _percentage(
    analysis: Analysis, percent: PercentMention, sentence: Span, previous: Draft | None
) -> Draft | None:
    top = percent.high if percent.high is not None else percent.low
    head = analysis.folded[max(sentence.start, percent.start - WINDOW) : percent.start]
    of_dose = held_by(analysis, percent, sentence)
    if top is None or top > 100 or (of_dose is None and _change(analysis.lang).search(head[-24:])):
        return None
    hits = hits_around(analysis, percent, sentence)
    refused = [h for h in hits if h.term.id == "not"]
    named = named_after(analysis, percent.end)
    content = named is not None and named.substance is not None and named.reason == "named"
    share = any(
        0 <= h.start - percent.end <= 3 and "," not in analysis.folded[percent.end : h.start] for h in refused
    )
    if share and not content:
        return None
    if _counts_items(analysis, percent) or _taken_for(analysis, percent, head):
        return None
    if of_dose is None and of_another_thing(analysis, named, percent.end, hits):
        return None
    if of_another_name(analysis, percent.start, sentence):
        return None
    cut = _cut_with(analysis.lang).search(head) or _cut_by(analysis.lang).search(
        head + "%" + analysis.folded[percent.end : percent.end + 8]
    )
    if cut and not content:
        return None
    beside = _product_beside(analysis, percent, sentence)
    held = of_dose or holder(analysis, percent, sentence)
    direct = (
        named is not None and named.substance is not None and holds_before(analysis, percent.start, sentence)
    )
    cue = _cue(analysis, percent, sentence, hits, refused)
    listed = previous is not None and percent.start - previous.end < _LIST
    told = (content or beside is not None or held is not None) and about_contents(analysis, sentence)
    sure = direct or (held is not None and measured(analysis, percent))
    told = told or of_dose is not None or (sure and not any(h.term.id in _NO for h in hits))
    told = told or (_asked(analysis, sentence) and stands_alone(analysis, percent.end))
    told = told or (measured(analysis, percent) and sampled(analysis, sentence, percent.start))
    told = told or of_itself(analysis, percent.end)
    told = told or (content and _average(analysis.lang).match(analysis.folded, percent.end) is not None)
    plain = (
        beside is not None and stands_alone(analysis, percent.end) and not any(h.term.id in _NO for h in hits)
    )
    goes_on = listed and (content or stands_alone(analysis, percent.end))
    if cue is None and not goes_on and not told and not plain:
        return None
    link = _link(analysis, percent, sentence, named, beside or held)
    if link.substance is None:
        return None
    measure: PurityMeasure = "thc" if link.substance in _THC_PRODUCTS else "purity"
    return Draft(
        start=percent.start, end=percent.end, substance=link.substance, form=link.form,
        value=PurityValue(low=percent.low, high=percent.high, measure=measure),
        rule=f"purity.percent@2|cue:{cue or ('list' if listed else 'sample')}|substance:{link.reason}",
        confidence=0.85 * (0.7 + 0.3 * link.weight),
    )  # fmt: skip


def _asked(analysis: Analysis, sentence: Span) -> bool:
    """ "La pureté ? « 74 % en rue »": whether the sentence before asks for contents."""
    index = analysis.sentence_index(sentence.start)
    if index == 0:
        return False
    before = analysis.sentences[index - 1]
    asks = analysis.text[before.start : before.end].rstrip(' »"\u00a0').endswith("?")
    return asks and bool(_positive(hits_in(analysis, "purity", before.start, before.end)))


def _counts_items(analysis: Analysis, percent: PercentMention) -> bool:
    """ "et 4 % dépassent 250 mg": a share of the samples, whose verb follows in the plural."""
    return _share_verb(analysis.lang).match(analysis.folded, percent.end) is not None


@cache
def _share_verb(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{any_of(lang, 'share_verb')}(?!\w)")


def _taken_for(analysis: Analysis, percent: PercentMention, head: str) -> bool:
    """ "pensaient avoir pris de la cocaïne pure à 95 %": what a product was thought to be."""
    return _thought(analysis.lang).search(head[-60:]) is not None


@cache
def _thought(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(lang, 'taken_for')}(?!\w)")


@cache
def _average(lang: str) -> re.Pattern[str]:
    """ "68 % de cocaïne en moyenne": a share of a product that is an average is a content."""
    of, mean = ("(?:de |d')", "en (?:moyenne|mediane)") if lang == "fr" else ("", "on average")
    return re.compile(rf"[ ]{of}[a-z0-9-]+[ ]{mean}\b")


def _positive(hits: Sequence[Hit]) -> list[Hit]:
    return [h for h in hits if h.term.id in CONTENT]


def _cue(
    analysis: Analysis, percent: PercentMention, sentence: Span, hits: Sequence[Hit], refused: Sequence[Hit]
) -> str | None:
    """The id of the word of purity that a percentage obeys."""
    usable = _positive(hits)
    if _other_matter(hits, percent):
        usable = [h for h in usable if h.start >= percent.end]
    elif about_contents(analysis, sentence):
        usable += [h for h in hits if h.term.id == "level"]
    near = min(usable, key=lambda h: distance(h.start, h.end, percent.start, percent.end), default=None)
    if near is None:
        return None
    cost = distance(near.start, near.end, percent.start, percent.end)
    if cost > _REACH or near.start - percent.end > _AHEAD:
        return None
    if cost > 20 and any(0 <= percent.start - h.end <= 12 for h in refused):
        return None
    return near.term.id


def _other_matter(hits: Sequence[Hit], percent: PercentMention) -> bool:
    """ "l'usage atteint 12 %": whether the last word of a matter before a percentage is of use, price or share."""
    said = [h.term.id for h in hits if h.end <= percent.start and h.term.id in CONTENT | {"other"}]
    return bool(said) and said[-1] == "other"


def _product_beside(analysis: Analysis, percent: PercentMention, sentence: Span) -> SubstanceMention | None:
    """The product that stands right before a percentage."""
    before = analysis.products_in(sentence.start, percent.start)
    gap = analysis.folded[before[-1].end : percent.start] if before else ""
    if _PAUSE.search(gap) and not stands_alone(analysis, percent.end):
        return None  # "sur 120 échantillons de cocaïne, 68 % contenaient …"
    if before and _beside(analysis.lang).fullmatch(analysis.folded, before[-1].end, percent.start):
        return before[-1]
    return None


def _link(
    analysis: Analysis,
    percent: PercentMention,
    sentence: Span,
    named: Link | None,
    beside: SubstanceMention | None,
) -> Link:
    """Which product a percentage is of."""
    if (
        named is not None
        and named.substance is not None
        and named.substance not in _CONSTITUENTS
        and (named.reason == "named" or beside is None)
    ):
        return named
    if (ordered := _ordered(analysis, percent.end, sentence)) is not None:
        return ordered
    if beside is not None:
        return Link(beside.substance, beside.form, "beside", 0.9)
    link = link_substance(analysis, percent.start, percent.end)
    if link.substance in _CONSTITUENTS:  # "14 per cent THC"
        link = link_substance(analysis, percent.start, percent.start)
    if link.reason == "carried":
        link = _last_named(analysis, sentence) or link
    if link.substance in _THC_PRODUCTS and _of_powder(analysis, percent.start, sentence):
        link = _last_powder(analysis, percent.start) or link
    if link.substance is None:  # "12 % de produit actif"
        link = link_substance(analysis, percent.start, percent.start)
    return link


def _of_powder(analysis: Analysis, start: int, sentence: Span) -> bool:
    """Whether a powder or crystals are what a content is told of: no cannabis comes so."""
    return (
        re.search(r"\b(?:poudre|cristaux|powder|crystals?)\b", analysis.folded[sentence.start : start])
        is not None
    )


def _last_powder(analysis: Analysis, start: int) -> Link | None:
    """The last product named before that may be a powder."""
    found = [m for m in analysis.products_in(analysis.body_start, start) if m.substance not in _THC_PRODUCTS]
    return Link(found[-1].substance, found[-1].form, "powder", 0.7) if found else None


def _last_named(analysis: Analysis, sentence: Span) -> Link | None:
    """A content goes on from the last product named, even where it is not the text's subject."""
    index = analysis.sentence_index(sentence.start)
    if index == 0:
        return None
    before = analysis.sentences[index - 1]
    found = analysis.products_in(max(before.start, analysis.body_start), before.end)
    pieces = {m.substance for m in analysis.substances if m.form in _PIECES}
    found = [m for m in found if m.substance not in pieces]
    return Link(found[-1].substance, found[-1].form, "carried", 0.7) if found else None


def _ordered(analysis: Analysis, end: int, sentence: Span) -> Link | None:
    """ "plus de 80 % pour la seconde": of the last two products named before."""
    for place, key in ((-2, "first_of_two"), (-1, "second_of_two")):
        if not _ordinal(analysis.lang, key).match(analysis.folded, end, sentence.end):
            continue
        index = analysis.sentence_index(sentence.start)
        start = analysis.sentences[max(0, index - _ORDERED)].start
        found = analysis.products_in(max(start, analysis.body_start), end)
        distinct = list({m.substance: m for m in reversed(found)}.values())[::-1]
        distinct = _two_in_one_sentence(analysis, found) or distinct
        if len(distinct) >= 2:
            return Link(distinct[place].substance, distinct[place].form, "ordinal", 0.8)
    return None


def _two_in_one_sentence(analysis: Analysis, found: Sequence[SubstanceMention]) -> list[SubstanceMention]:
    """The last two products that one sentence names together, in its order; [] where none does."""
    for index in sorted({analysis.sentence_index(m.start) for m in found}, reverse=True):
        here = {m.substance: m for m in found if analysis.sentence_index(m.start) == index}
        if len(here) == 2:
            return list(here.values())
    return []


def _further(analysis: Analysis, draft: Draft, rest: Span) -> Iterator[Draft]:
    """ "172 mg, contre 150 l'été précédent", "78%, ranging from 40 to 95": figures without their unit."""
    value = draft.value
    if not isinstance(value, PurityValue):
        return
    for figure in [*ranging(analysis, draft.end, rest), *later(analysis, draft.end, rest)]:
        if value.measure != "mg-per-unit" and max(figure.low or 0, figure.high or 0) > 100:
            continue
        yield Draft(
            start=figure.start, end=figure.end, substance=draft.substance, form=draft.form,
            value=PurityValue(low=figure.low, high=figure.high, measure=value.measure),
            rule=draft.rule + "|figure:further", confidence=0.75,
        )  # fmt: skip
