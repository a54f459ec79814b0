"""From Draft to Observation: place, time, assertion, attribution and id.

In: Analysis and Draft. Out: Observation. The nearest mention in the clause wins, then the sentence, then the sentence
before, then the title; the publication date is the last resort for time, and says so (`basis`).
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from functools import cache, lru_cache

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.assertion import assertion_of
from vigie.extract.calibrate import calibrated
from vigie.extract.mentions import DateMention, PlaceMention
from vigie.lexicon.grammar import alternation, grammar, link_words
from vigie.model.observation import (
    TYPE_OF_VALUE,
    Assertion,
    EventValue,
    Observation,
    QuantityValue,
    TrendValue,
    Value,
)
from vigie.model.period import UNKNOWN_WHEN, When
from vigie.model.place import Place
from vigie.text.sentences import Span

_COARSE = (
    20.0  # what a place costs for each step it is coarser: "À Ibiza, la police espagnole a saisi" is Ibiza
)
_JOINED = re.compile(r"[ ]?(?:,|et|ou|and|or)[ ](?:de |d'|du |des |la |le |l'|the )?")
_PAUSE = re.compile(r"[,;.:]")
_NEAR_AFTER = 26  # code points: "53 euros dans le Nord"
_RANK = {
    "arrondissement": 0,
    "commune": 0,
    "city": 0,
    "department": 1,
    "state": 1,
    "region": 2,
    "area": 3,
    "country": 4,
    "world": 5,
}


def finish(analysis: Analysis, draft: Draft) -> Observation:
    """The observation of a draft."""
    sentence = analysis.sentence_at(draft.start)
    anchor_start, anchor_end = draft.start, draft.anchor if draft.anchor is not None else draft.end
    quote = analysis.text[draft.start : draft.end]
    place = draft.place if draft.place is not None else _place(analysis, anchor_start, anchor_end, sentence)
    when = (
        draft.when
        if draft.when is not None
        else _when(analysis, anchor_start, anchor_end, sentence, draft.value)
    )
    assertion: Assertion = draft.assertion or _assertion(analysis, draft)
    attribution = draft.attribution or _attribution(analysis, draft)
    evidence = draft.confidence * (1.0 if assertion == "affirmed" else 0.85)
    confidence = calibrated(TYPE_OF_VALUE[type(draft.value)], evidence)
    return Observation(
        id=_identifier(analysis.document.doc_id, draft),
        doc_id=analysis.document.doc_id,
        start=draft.start,
        end=draft.end,
        quote=quote,
        substance=draft.substance,
        form=draft.form,
        place=place,
        when=when,
        assertion=assertion,
        attribution=attribution,
        confidence=confidence,
        rule=draft.rule,
        value=draft.value,
    )


def _identifier(doc_id: str, draft: Draft) -> str:
    place = draft.place.code if draft.place else None
    return observation_id(doc_id, draft.start, draft.end, draft.rule, draft.value, draft.substance, place)


def observation_id(
    doc_id: str, start: int, end: int, rule: str, value: Value, substance: str | None, place: str | None
) -> str:
    """The id of a fact. `place`: the code of a place that its rule gives; None for one that its surroundings give."""
    key = (doc_id, start, end, rule.split("|")[0], value, substance, place)
    return "o_" + hashlib.blake2b(repr(key).encode(), digest_size=8).hexdigest()


def _adjacent(analysis: Analysis, end: int, mention_start: int) -> bool:
    """Whether a mention stands right after a span: "53 euros dans le Nord"."""
    if mention_start < end or mention_start - end > _NEAR_AFTER:
        return False
    return _leads_to_place(analysis.lang).fullmatch(analysis.folded, end, mention_start) is not None


@cache
def _leads_to_place(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"[^,;.:\d]*[ ]{link_words(lang, 'in_place')}(?:{link_words(lang, 'determiners')})?[\"]?"
    )


@cache
def _word_of(lang: str, key: str, tail: str = "") -> re.Pattern[str]:
    return re.compile(rf"\b{link_words(lang, key)}{tail}")


def _cost(analysis: Analysis, start: int, end: int, mention_start: int, mention_end: int) -> float:
    """Distance between a span and a mention, longer over commas and semicolons, shorter right after the span."""
    if mention_start >= end:
        gap = analysis.folded[end:mention_start]
        base = (
            float(len(gap))
            if mention_start - end <= _NEAR_AFTER and not _PAUSE.search(gap)
            else len(gap) + 45.0
        )
        base += 40.0 * sum(a.unit is not None for a in within(analysis.amounts, end, mention_start))
    elif mention_end <= start:
        gap = analysis.folded[mention_end:start]
        base = float(len(gap)) + 8.0
    else:
        return 0.0
    if _word_of(analysis.lang, "compared").search(gap):
        base += 60.0  # "40 € le gramme (contre 60 en 2015)"
    return base + 60.0 * gap.count(";") + 14.0 * gap.count(",") + 8.0 * gap.count("(")


def _place(analysis: Analysis, start: int, end: int, sentence: Span) -> Place | None:
    usable = _where(analysis, sentence.start, sentence.end)
    if usable:
        return _finest(analysis, usable, start, end)
    focus = _focus(analysis)
    index = analysis.sentence_index(sentence.start)
    for back in range(1, min(index, 3) + 1):
        previous = analysis.sentences[index - back]
        gap = analysis.text[previous.end : analysis.sentences[index - back + 1].start]
        if previous.start < analysis.body_start <= start or "\n" in gap:
            break  # a paragraph of its own: the document's place is the better guess
        found = _where(analysis, previous.start, previous.end)
        if len(found) == 1 and previous.end - previous.start <= found[0].end - found[0].start + 4:
            return found[0].place  # "Tulle. – Douze pieds de cannabis": a place alone heads what follows
        if found:
            again = [m for m in found if focus is not None and m.place.code == focus.code]
            if len({m.place.code for m in found}) > 1 and focus is not None and not again:
                return focus  # a list of places: none of them is what the next sentence is about
            return (again or [min(found, key=lambda m: (_RANK.get(m.place.level, 3) >= 3, m.start))])[0].place
    return focus


def _where(analysis: Analysis, start: int, end: int) -> list[PlaceMention]:
    """Places of [start, end) where something happens, without the containers in apposition."""
    kept: list[PlaceMention] = []
    left_out: PlaceMention | None = None
    for mention in within(analysis.places, start, end):
        with_it = left_out is not None and _JOINED.fullmatch(analysis.folded, left_out.end, mention.start)
        if with_it or not _is_where(analysis, mention):  # "from Thailand and Canada": neither
            left_out = mention
        else:
            kept.append(mention)
    return _inner(kept)


@lru_cache(maxsize=4)
def _focus(analysis: Analysis) -> Place | None:
    """The place a document is about: of its title, else of its first paragraph, else the only one it names."""
    for start, end in ((0, analysis.body_start), (analysis.body_start, analysis.lead_end)):
        found = _where(analysis, start, end)
        if found:
            return min(found, key=lambda m: (_RANK.get(m.place.level, 3), m.start)).place
    anywhere = _where(analysis, analysis.body_start, len(analysis.text))
    finest = min((_RANK.get(m.place.level, 3) for m in anywhere), default=9)
    named = {m.place.code: m.place for m in anywhere if _RANK.get(m.place.level, 3) == finest}
    return named.popitem()[1] if len(named) == 1 else None


def _finest(analysis: Analysis, found: list[PlaceMention], start: int, end: int) -> Place:
    """The cheapest mention to reach; a place inside another one next to it wins over it ("Castets (Landes)")."""

    def cost(mention: PlaceMention) -> tuple[float, int]:
        coarse = (
            0.0 if _adjacent(analysis, end, mention.start) else _COARSE * _RANK.get(mention.place.level, 3)
        )
        return _cost(analysis, start, end, mention.start, mention.end) + coarse, mention.start

    return min(found, key=cost).place


def _inner(mentions: list[PlaceMention]) -> list[PlaceMention]:
    """Without the containers in apposition: of "Castets (Landes)" and "Ketchikan, Alaska" the first stays."""
    kept: list[PlaceMention] = []
    for mention in mentions:
        close = kept and mention.start - kept[-1].end <= 3
        if close and _RANK.get(mention.place.level, 3) > _RANK.get(kept[-1].place.level, 3):
            continue
        kept.append(mention)
    return kept


@cache
def _not_where(lang: str) -> re.Pattern[str]:
    moved = rf"{alternation(grammar(lang).link['from_stems'])}\w{{0,3}}[ ]{link_words(lang, 'from_words')}"
    toward = f"{link_words(lang, 'toward')}(?:{link_words(lang, 'determiners')})?"
    return re.compile(rf"\b(?:{link_words(lang, 'not_where')}|{moved}|{toward})$")


def _is_where(analysis: Analysis, mention: PlaceMention) -> bool:
    """Not a place that only says where a thing comes from, goes to or is registered."""
    head = analysis.folded[max(0, mention.start - 34) : mention.start]
    return _not_where(analysis.lang).search(head) is None


def _when(analysis: Analysis, start: int, end: int, sentence: Span, value: Value) -> When:
    found = list(within(analysis.dates, sentence.start, sentence.end))
    found = [m for m in found if not _compared(analysis, m) and not _other_side(analysis, start, end, m)]
    found = [m for m in found if not (m.start < end and m.end > start and m.end - m.start > 40)]
    if isinstance(value, TrendValue):  # "15 €, contre 30 il y a deux ans" is a fall of today
        found = [m for m in found if not _compares(analysis, start, max(start, m.start))]
    if found:
        best = min(found, key=lambda m: (_cost(analysis, start, end, m.start, m.end), m.start))
        return _from_mention(best)
    if isinstance(value, EventValue | QuantityValue):
        index = analysis.sentence_index(sentence.start)
        if index > 0:
            previous = analysis.sentences[index - 1]
            carried = within(analysis.dates, max(previous.start, analysis.body_start), previous.end)
            days = [m for m in carried if m.precision == "day"]
            if days and previous.start >= analysis.body_start:
                return _from_mention(days[-1])
    title = [m for m in within(analysis.dates, 0, analysis.body_start) if not m.relative]
    if title:
        return _from_mention(title[0])
    if analysis.document.published is not None:
        return When.of(analysis.document.published, "document")
    return UNKNOWN_WHEN


def _other_side(analysis: Analysis, start: int, end: int, mention: DateMention) -> bool:
    """Whether a comparison stands between a span and a date: "55 € à Lyon, contre 70 € en 2023" is not of 2023."""
    gap = (end, mention.start) if mention.start >= end else (mention.end, start)
    return gap[0] < gap[1] and _compares(analysis, *gap)


def _compared(analysis: Analysis, mention: DateMention) -> bool:
    """Whether a date only serves a comparison ("+15 % par rapport à 2019")."""
    head = analysis.folded[max(0, mention.start - 24) : mention.start]
    return _word_of(analysis.lang, "not_when", "$").search(head) is not None


def _from_mention(mention: DateMention) -> When:
    start: date = mention.start_date
    return When(start, mention.end_date, mention.precision, "text")


def _assertion(analysis: Analysis, draft: Draft) -> Assertion:
    governing = (
        cue
        for cue in analysis.cues
        if cue.scope_start < draft.end
        and cue.scope_end > draft.start
        and not (cue.kind == "negated" and _in_amount(analysis, cue.start, draft))
        and not (cue.end <= draft.start and _compares(analysis, cue.end, draft.start))
    )
    return assertion_of(governing, draft.start, draft.end)


def _compares(analysis: Analysis, start: int, end: int) -> bool:
    """ "aurait chuté à 25 000 euros, contre 32 000 en 2021": what is compared with is stated plainly."""
    return _word_of(analysis.lang, "compared").search(analysis.folded[start:end] + " ") is not None


def _in_amount(analysis: Analysis, offset: int, draft: Draft) -> bool:
    """Whether a cue is part of an amount: the "never" of "never more than £45" is a bound, no negation."""
    return any(a.start <= offset < a.end for a in within(analysis.amounts, draft.start, draft.end))


def _attribution(analysis: Analysis, draft: Draft) -> str | None:
    best: tuple[int, str] | None = None
    for mention in analysis.attributions:
        if mention.scope_start < draft.end and mention.scope_end > draft.start:
            distance = min(abs(mention.start - draft.end), abs(draft.start - mention.end))
            if best is None or distance < best[0]:
                best = (distance, mention.source)
    return best[1] if best else None
