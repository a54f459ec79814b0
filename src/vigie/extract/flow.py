"""Flows stated in text: where drugs come from, go to and pass through, and by which mode.

In: Analysis (its places carry the codes). Out: one Draft per origin and destination of a sentence.
Words: data/lexicons/<lang>/flows.toml. Left out: registration of vehicles, where persons come from, and routes told over
several sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise, product
from typing import cast

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.clauses import boundaries
from vigie.extract.context import Context, context_of
from vigie.extract.flow_parts import MODES, PARTS, Part, arrival, departure, pronoun, read_parts
from vigie.extract.link import Link, link_substance
from vigie.extract.mentions import PlaceMention, SubstanceMention
from vigie.extract.scan import Scan, scan
from vigie.lexicon.matcher import Hit
from vigie.model.observation import FlowMode, FlowValue
from vigie.model.place import Place
from vigie.text.sentences import Span

RULE = "flow.lexicon@1"
_DRUG_REACH = 3  # sentences: a paragraph that has stopped speaking of drugs yields nothing
_MODE_TAIL = 20  # characters after a route: "from Lima to Gand by sea"
_MAX_FLOWS = 6  # of one sentence; a longer list of places is a table, not a sentence


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
                and pronoun(analysis.lang).match(found.flat, found.spans[index].start, draft.end)
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
    parts = read_parts(analysis, found, span, hits, places, cuts)
    if not parts:
        return
    stops = [cut.start for cut in cuts if analysis.text[cut.start] == ";"]
    routes = _routes(
        parts, [stop for stop in stops if not pronoun(analysis.lang).match(found.flat, stop + 1)]
    )
    for route in routes:
        yield from _flows(analysis, found, span, hits, route, alone=len(routes) == 1)


def _routes(parts: list[Part], stops: list[int]) -> list[list[Part]]:
    """The parts by route: "de Lima à Gand, puis de Gand à Metz" is two, and so is a second drug with its own origin.

    Args:
        stops: semicolons after which something else is spoken of.
    """
    cut = [[p for p in parts if low <= p.place.start < high] for low, high in pairwise([0, *stops, 1 << 60])]
    return [route for group in cut if group for route in _chained(group)]


def _chained(parts: list[Part]) -> list[list[Part]]:
    routes: list[list[Part]] = [[]]
    for part in parts:
        held = {earlier.role for earlier in routes[-1]}
        again = part.role == "origin" and {"origin", "destination"} <= held
        if again or part.product is not None:
            routes.append([])
        routes[-1].append(part)
    whole = all(
        {"origin", "destination"} <= {p.role for p in route} or route[0].product for route in routes[1:]
    )
    return [route for route in routes if route] if whole else [parts]


def _flows(
    analysis: Analysis, found: Scan, span: Span, hits: list[Hit], parts: list[Part], *, alone: bool
) -> Iterator[Draft]:
    by_role = {name: [part for part in parts if part.role == name] for name in PARTS}
    start = min(part.start for part in parts)
    end = max(part.place.end for part in parts)
    mention = parts[0].product or _substance(analysis, span, start, end)
    via = by_role["via"][0].place.place if by_role["via"] else None
    origins: list[Place | None] = [part.place.place for part in by_role["origin"]] or [None]
    destinations: list[Place | None] = [part.place.place for part in by_role["destination"]] or [None]
    if alone and origins != [None] and destinations == [None] and via is None:
        arrived = arrival(found, span, parts, within(analysis.places, span.start, span.end), analysis.lang)
        destinations = [arrived.place if arrived else None]
    if alone and origins == [None] and destinations != [None] and via is None:
        left = departure(found, span, parts, within(analysis.places, span.start, span.end), analysis.lang)
        origins = [left.place if left else None]
    mode = _mode([hit for hit in hits if alone or span.start <= hit.start < end + _MODE_TAIL], start, end)
    if not alone and parts[0].product is not None:
        mode = _mode([hit for hit in hits if start <= hit.start < end + _MODE_TAIL], start, end)
    elif mode == "unknown":
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
    return mode if mode in MODES else None


def _substance(analysis: Analysis, span: Span, start: int, end: int) -> SubstanceMention | Link:
    """The one named in the sentence, else the one spoken of before ("elle venait d'Algérie")."""
    named = [m for m in within(analysis.substances, span.start, span.end) if m.substance]
    nearest = min(named, key=lambda m: (m.start > start, abs(m.start - start)), default=None)
    return nearest or link_substance(analysis, start, end)
