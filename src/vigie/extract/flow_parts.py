"""Which places of a sentence are the origin, the destination and the way of a flow.

In: the cues of a sentence (data/lexicons/<lang>/flows.toml), its places. Out: Parts, in order of evidence.
Left out: how parts make flows (`vigie.extract.flow`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from vigie.extract.analysis import Analysis, within
from vigie.extract.clauses import Boundary
from vigie.extract.mentions import PlaceMention, SubstanceMention
from vigie.extract.scan import Scan, lexicon_file
from vigie.lexicon.matcher import Hit, flatten
from vigie.text.normalise import fold
from vigie.text.sentences import Span

PARTS = ("origin", "destination", "via")
MODES = ("post", "road", "sea", "air", "rail")
_GOODS = (
    "drug",
    "goods",
    "post",
    "road",
    "sea",
    "air",
)  # a drug, or what carries it; passengers take the train
_MODE_AFTER = 40  # characters: "elle venait d'Algérie par bateau"
_HYPHEN = re.compile(r"\s*[-–—]\s*")
_MODE_REACH = 25  # characters between "vol" and "Cayenne-Paris"
_WITH = 80  # characters after a verb of moving within which what is moved may be named
_AHEAD = 45  # characters between "depuis Anvers" and the verb that follows
_RELATIVE = 3  # characters between a place and "d'où"
_SOURCE_REACH = 40  # characters between a verb of moving and "de"
_LOCATED_REACH = 60  # characters between "achetée" and "à Cologne"
_PERSON = re.compile(r"\s*(?:ils?|elles?|he|she|they|it)\s")
_CARRIED = 30  # characters between "Leeds" and "by train"
_BRIEF = re.compile(r"(?:,?\s(?!est\b|a\b|ont\b|sont\b)[a-z']+){0,3},?\s")
_ADVERBS = re.compile(
    r"(?:,\s[a-z' ]{2,20},)?(?:\s[a-z']+){0,3}\s?"
)  # up to three words: "surtout", "chaque semaine"


Read = tuple[str, PlaceMention, int]  # role, place, where its evidence begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One place of a flow.

    Attributes:
        role: origin, destination or via.
        start: where its evidence begins.
        product: the drug named right before it ("l'héroïne de Turquie"), else None.
        paired: counts only beside a part of the other role ("achetée à Lille" alone is no flow).
    """

    role: str
    place: PlaceMention
    start: int
    product: SubstanceMention | None = None
    paired: bool = False


def read_parts(
    analysis: Analysis,
    found: Scan,
    span: Span,
    hits: list[Hit],
    places: Sequence[PlaceMention],
    cuts: tuple[Boundary, ...],
) -> list[Part]:
    """The parts of one sentence, one for each place that has any; the first reading of a place stands."""
    lang = analysis.lang
    hits = [hit for hit in hits if not hit.term.extra.get("laden") or _laden(found, hit, hits, places, lang)]
    parts: list[Part] = []
    for hit in hits:
        role = hit.term.extra.get("role")
        if hit.term.extra.get("reads") == "before":
            parts += [_part("origin", p, p.start) for p in places if 0 <= hit.start - p.end <= _RELATIVE]
        elif role in PARTS and _of_product(analysis, found, hit, cuts, span):
            parts += [_part(role, p, hit.start) for p in _following(hit.end, found, places, cuts, lang)]
    usable = [
        hit
        for hit in hits
        if hit.term.extra.get("role") != "source" or _of_product(analysis, found, hit, cuts, span)
    ]
    parts += [_part(*read) for read in _by_preposition(found, usable, places, lang)]
    parts += [_part(*read) for read in _by_hyphen(analysis.text, hits, places)]
    parts += [_part(*read) for read in _onward(found, parts, places, lang)]
    parts += _located(found, span, places, lang)
    parts = [*_elliptic(analysis, found, span, parts, places), *parts]
    taken: dict[int, Part] = {}
    for part in parts:
        taken.setdefault(part.place.start, part)
    roles = {part.role for part in taken.values()}
    other = {"origin": "destination", "destination": "origin"}
    kept = [part for part in taken.values() if not part.paired or other[part.role] in roles]
    return sorted(kept, key=lambda part: part.place.start)


def _laden(found: Scan, hit: Hit, hits: list[Hit], places: Sequence[PlaceMention], lang: str) -> bool:
    """Whether a verb of many uses ("took") moves something: beside a cargo or a carrier, or towards a place."""
    others = [h for h in hits if h is not hit and not h.term.extra.get("laden")]
    if any(h.term.extra.get("role") in ("goods", "mode") and not h.term.extra.get("dose") for h in others):
        return True
    to = _words("prepositions", "destination", lang)
    return any(
        place.start >= hit.end and to.search(found.flat[max(hit.end, place.start - 24) : place.start])
        for place in places
    )


def _part(role: str, place: PlaceMention, start: int) -> Part:
    return Part(role=role, place=place, start=start)


def _located(found: Scan, span: Span, places: Sequence[PlaceMention], lang: str) -> Iterator[Part]:
    """Where drugs are bought or loaded, and where they are landed or sold: "achetée à Gand, revendue à Metz"."""
    if len(places) < 2:
        return
    last = span.start
    for place in places:
        before = found.flat[max(last, place.start - _LOCATED_REACH) : place.start]
        at = _words("prepositions", "at", lang).search(before)
        if at:
            for role in ("origin", "destination"):
                match = _stem(role, lang).search(before, 0, at.start() + 1)
                if match:
                    begin = place.start - len(before) + match.start()
                    yield Part(role=role, place=place, start=begin, paired=True)
                    break
        last = place.end


def arrival(
    found: Scan, span: Span, parts: list[Part], places: Sequence[PlaceMention], lang: str
) -> PlaceMention | None:
    """Where a load or a passenger that comes from somewhere was intercepted: "arrivé de Lima, contrôlé à Roissy"."""
    data = lexicon_file("flows", lang).get("arrival", {})
    sentence = found.flat[span.start : span.end]
    if not _any_stem(tuple(data.get("intercepted", ()))).search(sentence):
        return None
    if not _any_word(tuple(data.get("carriers", ()))).search(sentence):
        return None
    taken = {part.place.start for part in parts}
    for place in places:
        before = found.flat[max(span.start, place.start - 30) : place.start]
        if place.start not in taken and _words("arrival", "at", lang).search(before):
            return place
    return None


def departure(
    found: Scan, span: Span, parts: list[Part], places: Sequence[PlaceMention], lang: str
) -> PlaceMention | None:
    """Where those who were about to leave were stopped: "en partance pour Orly, interpellés à l'aéroport de Cayenne"."""
    if not any(_leaving(lang).match(found.flat, part.start, part.place.start) for part in parts):
        return None
    return arrival(found, span, parts, places, lang)


def _elliptic(
    analysis: Analysis, found: Scan, span: Span, parts: list[Part], places: Sequence[PlaceMention]
) -> Iterator[Part]:
    """Origins whose verb is said once: "L'héroïne vient de Turquie, la cocaïne de Colombie"."""
    first = min((part.place.start for part in parts if part.role == "origin"), default=None)
    if first is None:
        return
    named = [m for m in within(analysis.substances, first, span.end) if m.substance]
    for mention in named:
        place = next((p for p in places if p.start >= mention.end), None)
        if place is None or place.start == first or place.start - mention.end > 12:
            continue
        if _of(analysis.lang).fullmatch(found.flat, mention.end, place.start):
            yield Part(role="origin", place=place, start=mention.start, product=mention)


def _of_product(analysis: Analysis, found: Scan, hit: Hit, cuts: tuple[Boundary, ...], span: Span) -> bool:
    """Whether what comes from there is a product, where the cue may speak of persons ("venu de")."""
    if not hit.term.extra.get("product"):
        return True
    hard = [cut.end for cut in cuts if cut.hard and cut.end <= hit.start]
    clause = hard[-1] if hard else span.start
    if hard and _PERSON.match(found.flat, clause, hit.start):
        clause = span.start  # "arrêtés avec 3 kilos d'héroïne ; ils revenaient de Bruxelles"
    begin = max(clause, hit.start - 80)
    if any(m.end <= hit.start for m in within(analysis.substances, begin, hit.start)):
        return True
    index = found.sentence_index(span.start)
    opens = hit.start - span.start <= 2  # "Parti de Séville, il ralliait Hambourg"
    if index and (opens or pronoun(analysis.lang).match(found.flat, span.start, hit.start)):
        before = found.spans[index - 1]
        begin, hit = before.start, Hit(before.end, before.end, hit.term)
        if within(analysis.substances, begin, before.end):
            return True
    if hit.term.extra.get("verbs") and any(
        m.substance for m in within(analysis.substances, hit.end, min(span.end, hit.end + _WITH))
    ):
        return True  # "flies daily from Lisbon with cocaine"
    return any(
        other.term.id in _GOODS
        and (
            begin <= other.start < hit.start
            or (other.term.id in MODES and hit.end <= other.start < hit.end + _MODE_AFTER)
        )
        for name in ("market", "flows")
        for other in found.hits[name]
    )


def _following(
    offset: int, found: Scan, places: Sequence[PlaceMention], cuts: tuple[Boundary, ...], lang: str
) -> Iterator[PlaceMention]:
    """The place named right after `offset`, and those listed with it."""
    reach = int(lexicon_file("flows", lang).get("reach", 24))
    ahead = [p for p in places if p.start >= offset]
    if not ahead or ahead[0].start - offset > reach:
        return
    if any(cut.hard and offset <= cut.start < ahead[0].start for cut in cuts):
        return
    yield ahead[0]
    for last, place in pairwise(ahead):
        if not _joins(lang).fullmatch(found.flat, last.end, place.start):
            return
        yield place


def _by_preposition(
    found: Scan, hits: list[Hit], places: Sequence[PlaceMention], lang: str
) -> Iterator[Read]:
    """Places after "depuis", "vers", or two in "de ... à ...", where something is carried."""
    data = lexicon_file("flows", lang)
    reach = int(data.get("move_reach", 80))
    moves = [hit for hit in hits if hit.term.extra.get("role") in ("move", "source", "goods", *PARTS)]
    carriers = [hit for hit in hits if hit.term.extra.get("moves")]
    moves += carriers
    moves += [hit for hit in hits if hit.term.id == "post"]  # "a parcel of MDMA from the Netherlands"
    listed: dict[int, str] = {}  # where a place begins -> the part it has as one of a list
    for number, place in enumerate(places):
        if place.start in listed:
            yield listed[place.start], place, place.start
        carried = any(0 <= place.start - hit.end <= reach for hit in moves)
        ahead = any(0 <= hit.start - place.end <= _AHEAD and not hit.term.extra.get("noun") for hit in moves)
        carried = carried or any(0 <= hit.start - place.end <= _CARRIED for hit in carriers)
        if not carried and not ahead:
            continue
        before = found.flat[max(0, place.start - 24) : place.start]
        for part in PARTS if carried else ("origin",):
            matched = _words("prepositions", part, lang).search(before)
            if matched:
                yield part, place, place.start
                if part != "via":
                    listed |= {p.start: part for p in _following(place.start, found, places, (), lang)}
        told = _from_source(found, moves, place, before, lang) or _carried(
            found, carriers, place, before, lang
        )
        if "origin" not in listed.values() and told:
            yield "origin", place, place.start
            listed |= {p.start: "origin" for p in _following(place.start, found, places, (), lang)}
        second = places[number + 1] if number + 1 < len(places) else None
        if second is None:
            continue
        for opening, closing in (("from", "to"), ("between", "and")):
            if not _words("pair", opening, lang).search(before):
                continue
            if not _linked(closing, lang).fullmatch(found.flat, place.end, second.start):
                continue
            yield "origin", place, place.start
            yield "destination", second, place.start


def _onward(found: Scan, parts: list[Part], places: Sequence[PlaceMention], lang: str) -> Iterator[Read]:
    """The place after an origin and "à": "relient Rotterdam à Metz"."""
    origins = {part.place.start for part in parts if part.role == "origin"}
    for first, second in pairwise(places):
        if first.start in origins and _linked("to", lang).fullmatch(found.flat, first.end, second.start):
            yield "destination", second, first.start


def _from_source(found: Scan, moves: list[Hit], place: PlaceMention, before: str, lang: str) -> bool:
    """A place after "de" and a verb of moving: "arrive surtout d'Anvers", "est partie samedi de Bilbao"."""
    matched = _words("prepositions", "of", lang).search(before)
    if not matched:
        return False
    at = place.start - (len(before) - matched.start())
    near = [h for h in moves if h.term.extra.get("role") == "source" and 0 <= at - h.end <= _SOURCE_REACH]
    return any(_ADVERBS.fullmatch(found.flat, hit.end, at + 1) for hit in near)


def _carried(found: Scan, carriers: list[Hit], place: PlaceMention, before: str, lang: str) -> bool:
    """A place after "de" and right before how it came: "De Colombie, par la mer"."""
    if not _words("prepositions", "of", lang).search(before):
        return False
    return any(
        _BRIEF.fullmatch(found.flat, place.end, hit.start) for hit in carriers if hit.start >= place.end
    )


def _by_hyphen(text: str, hits: list[Hit], places: Sequence[PlaceMention]) -> Iterator[Read]:
    """Two places joined by a hyphen after a vehicle: "vol Cayenne-Paris"."""
    carriers = [hit for hit in hits if hit.term.extra.get("role") in ("mode", "move")]
    for first, second in pairwise(places):
        if not _HYPHEN.fullmatch(text, first.end, second.start):
            continue
        near = [hit for hit in carriers if 0 <= first.start - hit.end <= _MODE_REACH]
        if near:
            yield "origin", first, near[-1].start
            yield "destination", second, near[-1].start


def _alternatives(words: Iterable[str]) -> str:
    folded = sorted((flatten(fold(word)) for word in words), key=len, reverse=True)
    if not folded:
        return "(?!)"  # a language without such words: nothing, not anything
    return "(?:" + "|".join(re.escape(w) + ("" if w.endswith("'") else r"(?:\s+|$)") for w in folded) + ")"


@cache
def _words(table: str, key: str, lang: str) -> re.Pattern[str]:
    """One of the words of data table `[table] key`, and an article, at the end of a stretch."""
    data = lexicon_file("flows", lang)
    return re.compile(
        rf"(?:^|[\s'(]){_alternatives(data.get(table, {}).get(key, ()))}"
        rf"(?:{_alternatives(data.get('articles', ()))})?$"
    )


@cache
def pronoun(lang: str) -> re.Pattern[str]:
    """A subject that goes on about the thing of the sentence before, at the start of a sentence."""
    return re.compile(rf"[^\w]*{_alternatives(lexicon_file('flows', lang).get('pronouns', ()))}")


@cache
def _linked(key: str, lang: str) -> re.Pattern[str]:
    """What may stand between the two places of a pair."""
    data = lexicon_file("flows", lang)
    to = _alternatives(data.get("pair", {}).get(key, ()))
    return re.compile(rf",?\s*{to}(?:{_alternatives(data.get('articles', ()))})?\s*")


@cache
def _joins(lang: str) -> re.Pattern[str]:
    data = lexicon_file("flows", lang)
    return re.compile(
        rf"\s*(?:,\s*|,?\s*{_alternatives(data.get('join', ()))})(?:{_alternatives(data.get('articles', ()))})?\s*"
    )


@cache
def _leaving(lang: str) -> re.Pattern[str]:
    words = lexicon_file("flows", lang).get("arrival", {}).get("leaving", ())
    return re.compile(_alternatives(words) if words else "(?!)")


@cache
def _any_stem(stems: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(re.escape(fold(stem)) for stem in stems) + ")")


@cache
def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(re.escape(flatten(fold(word))) for word in words) + r")\b")


@cache
def _stem(role: str, lang: str) -> re.Pattern[str]:
    """A verb of [located] `role` and what follows it up to the preposition, other such verbs and marks apart."""
    stems = lexicon_file("flows", lang).get("located", {})
    words = "|".join(re.escape(fold(w)) for w in stems.get(role, ())) or "(?!)"
    every = "|".join(
        re.escape(fold(w)) for key in ("origin", "destination", "stop") for w in stems.get(key, ())
    )
    return re.compile(rf"\b(?:{words})\w{{0,6}}\b(?:(?!\b(?:{every}))[^;:.!?]){{0,45}}$")


@cache
def _of(lang: str) -> re.Pattern[str]:
    """What stands between a drug and where it comes from."""
    data = lexicon_file("flows", lang)
    words = data.get("prepositions", {}).get("elliptic", ())
    return re.compile(rf"\s+{_alternatives(words)}(?:{_alternatives(data.get('articles', ()))})?")
