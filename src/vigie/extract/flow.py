"""Flows stated in text: where drugs come from, go to and pass through, and by which mode.

In: Analysis (its places carry the codes). Out: one Draft per origin and destination of a sentence.
Words: data/lexicons/<lang>/flows.toml. Left out: registration of vehicles, where persons come from, and routes told over
several sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby, pairwise, product
from typing import cast

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.clauses import Boundary, boundaries
from vigie.extract.context import Context, context_of
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
    in_body = {_route(draft) for draft in drafts if draft.start >= analysis.body_start}
    yield from (d for d in drafts if d.start >= analysis.body_start or _route(d) not in in_body)


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
        if role in _PARTS and _of_product(analysis, found, hit, cuts, span):
            parts += [(role, p, hit.start) for p in _following(hit.end, found, places, cuts, analysis.lang)]
    parts += _by_preposition(found, hits, places, analysis.lang)
    parts += _by_hyphen(analysis.text, hits, places)
    taken: dict[int, Part] = {}
    for part in parts:  # the first reading of a place stands
        taken.setdefault(part[1].start, part)
    by_part = {name: [part for part in taken.values() if part[0] == name] for name in _PARTS}
    if not taken:
        return
    start = min(part[2] for part in taken.values())
    end = max(part[1].end for part in taken.values())
    mention = _substance(analysis, span, start)
    via = by_part["via"][0][1].place if by_part["via"] else None
    origins: list[Place | None] = [part[1].place for part in by_part["origin"]] or [None]
    destinations: list[Place | None] = [part[1].place for part in by_part["destination"]] or [None]
    mode = _mode(hits, start, end)
    for origin, destination in list(product(origins, destinations))[:_MAX_FLOWS]:
        if origin and destination and _key(origin) == _key(destination):
            continue
        yield Draft(
            start=start,
            end=end,
            value=FlowValue(origin=origin, destination=destination, via=via, mode=mode),
            rule=RULE,
            confidence=0.8 if origin and destination else 0.75,
            substance=mention.substance if mention else None,
            form=mention.form if mention else None,
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
    moves = [hit for hit in hits if hit.term.extra.get("role") in ("move", *_PARTS)]
    for number, place in enumerate(places):
        if not any(0 <= place.start - hit.end <= reach for hit in moves):
            continue
        before = found.flat[max(0, place.start - 24) : place.start]
        for part in _PARTS:
            matched = _words("prepositions", part, lang).search(before)
            if matched:
                yield part, place, place.start
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


def _mode_of(hit: Hit) -> str | None:
    mode = hit.term.extra.get("mode", hit.term.id)
    return mode if mode in _MODES else None


def _substance(analysis: Analysis, span: Span, start: int) -> SubstanceMention | None:
    named = [m for m in within(analysis.substances, span.start, span.end) if m.substance]
    return min(named, key=lambda m: (m.start > start, abs(m.start - start)), default=None)


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
