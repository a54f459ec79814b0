"""Where a fact holds: the nearest place of its sentence, else of the sentences before, else the document's.

In: Analysis, the span of a fact and its sentence. Out: a Place or None. Places that only say where a thing comes from,
goes to or is registered are no place of a fact; of a list of places the first one counts; a place inside another wins
over it ("Castets (Landes)").
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from vigie.extract.analysis import Analysis, within
from vigie.extract.mentions import PlaceMention
from vigie.extract.nearness import NEAR_AFTER, cheapest, cost
from vigie.extract.price_words import leading
from vigie.lexicon.grammar import alternation, grammar, link_words
from vigie.model.place import Place
from vigie.text.sentences import Span

_COARSE = (
    20.0  # what a place costs for each step it is coarser: "À Ibiza, la police espagnole a saisi" is Ibiza
)
_JOINED = re.compile(r"[ ]?(?:,|et|ou|and|or)[ ](?:de |d'|du |des |la |le |l'|the |a |au |aux |en |in )?")
_LISTED = re.compile(
    r"[ ]?(?:,|et|ou|and|or)[ ](?:ou |et |or |and )?(?:a |au |aux |en |de |du |d'|dans (?:le |la |les |l')?|in |at )?"
)
_WITHIN = re.compile(
    r",?[ ](?:en |(?:dans|in) (?:(?:le |la |les |l'|the )(?:(?:departement|region|department|county|state) "
    r"(?:de la |de l'|des |du |de |d'|of )?)?)?|in )"
)
_CLOSED = re.compile(r"[ ]?(?:[,.;:)!?»\"\n]|$)")
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


def place_of(analysis: Analysis, start: int, end: int, sentence: Span) -> Place | None:
    """The place of a fact at [start, end)."""
    usable = _where(analysis, sentence.start, sentence.end)
    if usable:
        return _finest(analysis, usable, start, end)
    return _before(analysis, sentence, start >= analysis.body_start)


@lru_cache(maxsize=64)  # many facts of one sentence ask
def _before(analysis: Analysis, sentence: Span, in_body: bool) -> Place | None:
    """The place of a fact whose sentence names none: of the sentences before, else the document's."""
    focus = _focus(analysis)
    index = analysis.sentence_index(sentence.start)
    there = _there(analysis.lang).search(analysis.folded, sentence.start, sentence.end) is not None
    for back in range(1, min(index, 3 if not there else 5) + 1):
        previous = analysis.sentences[index - back]
        gap = analysis.text[previous.end : analysis.sentences[index - back + 1].start]
        if (in_body and previous.start < analysis.body_start) or ("\n" in gap and not there):
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


@cache
def _there(lang: str) -> re.Pattern[str]:
    """ "Le gramme y était à 60 euros": the place named last, were it in the paragraph before."""
    return re.compile(
        r"\b(?:y|s'y|n'y)[ ](?=[a-z])|\bsur place\b"
        if lang == "fr"
        else r"\b(?<!is )(?<!are )there\b(?! (?:is|are|was|were))"
    )


@lru_cache(maxsize=64)  # many facts of one sentence ask
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
    return _inner(analysis, kept)


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

    def price(mention: PlaceMention) -> float:
        if _adjacent(analysis, end, mention.start):
            return 0.2 * (mention.start - end)
        key = (_steps, mention.start, mention.end)  # `found` is all of its sentence
        steps = analysis.once(key, lambda: _steps(analysis, mention, found))
        return cost(analysis, start, end, mention.start, mention.end) + _COARSE * steps

    best = cheapest(found, start, end, lambda _mention: True, price) or found[0]
    return _first_of_list(analysis, found, best, start).place


def _steps(analysis: Analysis, mention: PlaceMention, found: list[PlaceMention]) -> int:
    """How much coarser a place is than it should be: its rank where it may hold another of the sentence, else two at most."""
    rank = _RANK.get(mention.place.level, 3)
    named = analysis.text[mention.start : mention.start + 1].isupper()
    others = [m for m in found if m is not mention and _RANK.get(m.place.level, 3) < rank]
    apart = named and others and not any(_may_hold(mention.place, m.place) for m in others)
    return min(rank, 2) if apart else rank


def _may_hold(coarse: Place, fine: Place) -> bool:
    """Whether a place may lie in another: all but those known to be of another country."""
    if coarse.level != "country":
        return coarse.country == fine.country or not coarse.country or not fine.country
    return not fine.country or coarse.code == fine.country


def _first_of_list(
    analysis: Analysis, found: list[PlaceMention], best: PlaceMention, start: int
) -> PlaceMention:
    """ "À Gand ou à Courtrai, il s'achète 10 euros" is told of the first; "60 euros à Lille, 70 à Lyon" is no list."""
    index = found.index(best)
    while index and best.end <= start:
        before = found[index - 1]
        same = _RANK.get(before.place.level, 3) == _RANK.get(best.place.level, 3)
        if not same or _LISTED.fullmatch(analysis.folded, before.end, best.start) is None:
            break
        index, best = index - 1, before
    return best


def _adjacent(analysis: Analysis, end: int, mention_start: int) -> bool:
    """Whether a mention stands right after a span: "53 euros dans le Nord"."""
    if mention_start < end or mention_start - end > NEAR_AFTER + 14:
        return False
    return _leads_to_place(analysis.lang).fullmatch(analysis.folded, end, mention_start) is not None


@cache
def _leads_to_place(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"[^,;.:\d]*[ ]{link_words(lang, 'in_place')}(?:{link_words(lang, 'determiners')})?(?:[a-z]+[ ])?[\"]?"
        rf"|[ ]{leading(lang, 'arrived')}(?:{link_words(lang, 'in_place')})?(?:{link_words(lang, 'determiners')})?"
    )


def _inner(analysis: Analysis, mentions: list[PlaceMention]) -> list[PlaceMention]:
    """Without the containers in apposition: of "Castets (Landes)" and "Ketchikan, Alaska" the first stays."""
    kept: list[PlaceMention] = []
    for mention in mentions:
        if kept and _county().fullmatch(analysis.folded, kept[-1].end, mention.start):
            continue  # "Midleton, Co Cork"
        if kept and _apposed(analysis, kept[-1], mention):
            continue
        close = kept and mention.start - kept[-1].end <= 3
        if close and _RANK.get(mention.place.level, 3) > _RANK.get(kept[-1].place.level, 3):
            continue
        kept.append(mention)
    return kept


def _apposed(analysis: Analysis, fine: PlaceMention, coarse: PlaceMention) -> bool:
    """ "À Saint-Denis, en Seine-Saint-Denis, la police": the department or region that holds the town named first."""
    if coarse.place.code is None or coarse.place.code not in (fine.place.department, fine.place.region):
        return False
    return (
        _WITHIN.fullmatch(analysis.folded, fine.end, coarse.start) is not None
        and _CLOSED.match(analysis.folded, coarse.end) is not None
    )


@cache
def _county() -> re.Pattern[str]:
    """What stands before a county that holds the place named first."""
    return re.compile(r",?[ ]\(?(?:co\.?|county|comte d[e'u])[ ]?")


@cache
def _not_where(lang: str) -> re.Pattern[str]:
    moved = rf"{alternation(grammar(lang).link['from_stems'])}\w{{0,3}}[ ](?:(?:par|by|in|en) (?:[a-z-]+ ){{1,3}})?{link_words(lang, 'from_words')}"
    toward = f"{link_words(lang, 'toward')}(?:{link_words(lang, 'determiners')})?"
    more = r"\b(?:moins|plus|fois|autant|aussi)\b[^,;.:\d]{0,24}[ ]" if lang == "fr" else ""
    than = rf"{more}(?:{leading(lang, 'than_in')})(?:{link_words(lang, 'determiners')})?"
    return re.compile(rf"\b(?:{link_words(lang, 'not_where')}|{moved}|{toward}|{than})$")


def _is_where(analysis: Analysis, mention: PlaceMention) -> bool:
    """Not a place that only says where a thing comes from, goes to or is registered."""
    head = analysis.folded[max(0, mention.start - 48) : mention.start]
    return _not_where(analysis.lang).search(head) is None
