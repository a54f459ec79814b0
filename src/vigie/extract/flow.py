"""Flows stated in text: where drugs come from, go to and pass through, and by which mode.

In: Analysis (its places carry the codes). Out: one Draft per origin and destination of a sentence.
Words: data/lexicons/<lang>/flows.toml. Left out: registration of vehicles, where persons come from, and routes told over
several sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby, pairwise, product
from typing import cast

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.clauses import Boundary, boundaries
from vigie.extract.context import Context, context_of
from vigie.extract.link import Link, link_substance
from vigie.extract.mentions import PlaceMention, SubstanceMention
from vigie.extract.scan import Scan, lexicon_file, scan
from vigie.lexicon.matcher import Hit, flatten
from vigie.model.observation import FlowMode, FlowValue
from vigie.model.place import Place
from vigie.text.normalise import fold
from vigie.text.sentences import Span

RULE = "flow.lexicon@1"
_PARTS = ("origin", "destination", "via")
_MODE_AFTER = 40  # characters: "elle venait d'Algérie par bateau"
_GOODS = (
    "drug",
    "goods",
    "post",
    "road",
    "sea",
    "air",
)  # a drug, or what carries it; passengers take the train
_MODES = ("post", "road", "sea", "air", "rail")
_HYPHEN = re.compile(r"\s*[-–—]\s*")
_MODE_REACH = 25  # characters between "vol" and "Cayenne-Paris"
_DRUG_REACH = 3  # sentences: a paragraph that has stopped speaking of drugs yields nothing
_WITH = 80  # characters after a verb of moving within which what is moved may be named
_AHEAD = 45  # characters between "depuis Anvers" and the verb that follows
_RELATIVE = 3  # characters between a place and "d'où"
_SOURCE_REACH = 40  # characters between a verb of moving and "de"
_ADVERBS = re.compile(r"(?:\s[a-z']+){0,3}\s?")  # up to three words: "surtout", "chaque semaine"
_MAX_FLOWS = 6  # of one sentence; a longer list of places is a table, not a sentence
Part = tuple[str, PlaceMention, int]  # part, place, where its evidence begins


def extract_flows(analysis: Analysis) -> Iterator[Draft]:
    """Flows of the body, and those of the title that the body does not state."""
    found = scan(analysis.text, analysis.lang)
    hits = [hit for hit in found.hits["flows"] if hit.term.extra.get("role") != "none"]
    if not hits or not analysis.places:
        return
    context = context_of(analysis.text, analysis.lang)
    drafts: list[Draft] = []
    for index, group in groupby(hits, key=lambda hit: found.sentence_index(hit.start)):
        span = found.spans[index]
        places = within(analysis.places, span.start, span.end)
        if places and _about_drugs(analysis, found, context, index):
            drafts.extend(_sentence(analysis, found, span, list(group), places))
    drafts = list(_merged(analysis, found, drafts))
    in_body = {_route(draft) for draft in drafts if draft.start >= analysis.body_start}
    yield from (d for d in drafts if d.start >= analysis.body_start or _route(d) not in in_body)


def _merged(analysis: Analysis, found: Scan, drafts: list[Draft]) -> Iterator[Draft]:
    """One route told in two sentences: "Le bateau avait quitté Lima. Il allait à Gand" is Lima to Gand."""
    waiting: Draft | None = None
    for draft in drafts:
        value = cast(FlowValue, draft.value)
        if waiting is not None:
            begun = cast(FlowValue, waiting.value)
            index = found.sentence_index(draft.start)
            goes_on = (
                found.sentence_index(waiting.start) == index - 1
                and value.origin is None
                and value.destination is not None
                and _pronoun(analysis.lang).match(found.flat, found.spans[index].start, draft.end)
            )
            if goes_on:
                both = replace(
                    begun,
                    destination=value.destination,
                    via=begun.via or value.via,
                    mode=begun.mode if begun.mode != "unknown" else value.mode,
                )
                yield replace(waiting, end=draft.end, value=both, anchor=waiting.end)
                waiting = None
                continue
            yield waiting
            waiting = None
        if value.origin is not None and value.destination is None:
            waiting = draft
        else:
            yield draft
    if waiting is not None:
        yield waiting


def _route(draft: Draft) -> tuple[str | None, str | None, str | None]:
    value = cast(FlowValue, draft.value)
    return _key(value.origin), _key(value.destination), _key(value.via)


def _key(place: Place | None) -> str | None:
    return (place.code or place.label) if place else None


def _sentence(
    analysis: Analysis, found: Scan, span: Span, hits: list[Hit], places: Sequence[PlaceMention]
) -> Iterator[Draft]:
    cuts = boundaries(analysis.text, found.flat, span, analysis.lang)
    parts: list[Part] = []
    for hit in hits:
        role = hit.term.extra.get("role")
        if hit.term.extra.get("reads") == "before":
            parts += [("origin", p, p.start) for p in places if 0 <= hit.start - p.end <= _RELATIVE]
        elif role in _PARTS and _of_product(analysis, found, hit, cuts, span):
            parts += [(role, p, hit.start) for p in _following(hit.end, found, places, cuts, analysis.lang)]
    usable = [
        hit
        for hit in hits
        if hit.term.extra.get("role") != "source" or _of_product(analysis, found, hit, cuts, span)
    ]
    parts += _by_preposition(found, usable, places, analysis.lang)
    parts += _by_hyphen(analysis.text, hits, places)
    parts += _onward(found, parts, places, analysis.lang)
    taken: dict[int, Part] = {}
    for part in parts:  # the first reading of a place stands
        taken.setdefault(part[1].start, part)
    by_part = {name: [part for part in taken.values() if part[0] == name] for name in _PARTS}
    if not taken:
        return
    start = min(part[2] for part in taken.values())
    end = max(part[1].end for part in taken.values())
    mention = _substance(analysis, span, start, end)
    via = by_part["via"][0][1].place if by_part["via"] else None
    origins: list[Place | None] = [part[1].place for part in by_part["origin"]] or [None]
    destinations: list[Place | None] = [part[1].place for part in by_part["destination"]] or [None]
    mode = _mode(hits, start, end)
    if mode == "unknown":
        mode = _mode_before(analysis, found, span)
    for origin, destination in list(product(origins, destinations))[:_MAX_FLOWS]:
        if origin and destination and _key(origin) == _key(destination):
            continue
        yield Draft(
            start=start,
            end=end,
            value=FlowValue(origin=origin, destination=destination, via=via, mode=mode),
            rule=RULE,
            confidence=0.8 if origin and destination else 0.75,
            substance=mention.substance,
            form=mention.form,
        )


def _about_drugs(analysis: Analysis, found: Scan, context: Context, index: int) -> bool:
    spans = found.spans[max(0, index - _DRUG_REACH) : index + _DRUG_REACH + 1]
    named = within(analysis.substances, spans[0].start, spans[-1].end)
    return any(m.substance for m in named) or context.holds(("drug",), index, _DRUG_REACH)


def _of_product(analysis: Analysis, found: Scan, hit: Hit, cuts: tuple[Boundary, ...], span: Span) -> bool:
    """Whether what comes from there is a product, where the cue may speak of persons ("venu de")."""
    if not hit.term.extra.get("product"):
        return True
    hard = [cut.end for cut in cuts if cut.hard and cut.end <= hit.start]
    begin = max(hard[-1] if hard else span.start, hit.start - 80)
    if any(m.end <= hit.start for m in within(analysis.substances, begin, hit.start)):
        return True
    index = found.sentence_index(span.start)
    if index and _pronoun(analysis.lang).match(found.flat, span.start, hit.start):
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
            or (other.term.id in _MODES and hit.end <= other.start < hit.end + _MODE_AFTER)
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
) -> Iterator[Part]:
    """Places after "depuis", "vers", or two in "de ... à ...", where something is carried."""
    data = lexicon_file("flows", lang)
    reach = int(data.get("move_reach", 80))
    moves = [hit for hit in hits if hit.term.extra.get("role") in ("move", "source", "goods", *_PARTS)]
    moves += [hit for hit in hits if hit.term.id == "post"]  # "a parcel of MDMA from the Netherlands"
    listed: dict[int, str] = {}  # where a place begins -> the part it has as one of a list
    for number, place in enumerate(places):
        if place.start in listed:
            yield listed[place.start], place, place.start
        carried = any(0 <= place.start - hit.end <= reach for hit in moves)
        ahead = any(0 <= hit.start - place.end <= _AHEAD and not hit.term.extra.get("noun") for hit in moves)
        if not carried and not ahead:
            continue
        before = found.flat[max(0, place.start - 24) : place.start]
        for part in _PARTS if carried else ("origin",):
            matched = _words("prepositions", part, lang).search(before)
            if matched:
                yield part, place, place.start
                if part != "via":
                    listed |= {p.start: part for p in _following(place.start, found, places, (), lang)}
        if "origin" not in listed.values() and _from_source(found, moves, place, before, lang):
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


def _onward(found: Scan, parts: list[Part], places: Sequence[PlaceMention], lang: str) -> Iterator[Part]:
    """The place after an origin and "à": "relient Rotterdam à Metz"."""
    origins = {part[1].start for part in parts if part[0] == "origin"}
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


def _by_hyphen(text: str, hits: list[Hit], places: Sequence[PlaceMention]) -> Iterator[Part]:
    """Two places joined by a hyphen after a vehicle: "vol Cayenne-Paris"."""
    carriers = [hit for hit in hits if hit.term.extra.get("role") in ("mode", "move")]
    for first, second in pairwise(places):
        if not _HYPHEN.fullmatch(text, first.end, second.start):
            continue
        near = [hit for hit in carriers if 0 <= first.start - hit.end <= _MODE_REACH]
        if near:
            yield "origin", first, near[-1].start
            yield "destination", second, near[-1].start


def _mode(hits: list[Hit], start: int, end: int) -> FlowMode:
    """The mode named nearest to the flow in its sentence."""
    modes = [hit for hit in hits if _mode_of(hit)]
    if not modes:
        return "unknown"
    nearest = min(modes, key=lambda hit: (max(hit.start - end, start - hit.end, 0), hit.start))
    return cast(FlowMode, _mode_of(nearest))


def _mode_before(analysis: Analysis, found: Scan, span: Span) -> FlowMode:
    """The only mode that the sentence before names, where this one goes on about it ("Il était destiné à Gand")."""
    index = found.sentence_index(span.start)
    if index == 0 or found.spans[index - 1].start < analysis.body_start:
        return "unknown"
    before = found.spans[index - 1]
    modes = {
        _mode_of(hit)
        for hit in found.hits["flows"]
        if before.start <= hit.start < before.end and _mode_of(hit)
    }
    return cast(FlowMode, modes.pop()) if len(modes) == 1 else "unknown"


def _mode_of(hit: Hit) -> str | None:
    mode = hit.term.extra.get("mode", hit.term.id)
    return mode if mode in _MODES else None


def _substance(analysis: Analysis, span: Span, start: int, end: int) -> SubstanceMention | Link:
    """The one named in the sentence, else the one spoken of before ("elle venait d'Algérie")."""
    named = [m for m in within(analysis.substances, span.start, span.end) if m.substance]
    nearest = min(named, key=lambda m: (m.start > start, abs(m.start - start)), default=None)
    return nearest or link_substance(analysis, start, end)


def _alternatives(words: Iterable[str]) -> str:
    folded = sorted((flatten(fold(word)) for word in words), key=len, reverse=True)
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
def _pronoun(lang: str) -> re.Pattern[str]:
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
