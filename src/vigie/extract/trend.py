"""Trends stated in text: what moves (indicator) and which way (direction).

In: Analysis. Out: one Draft per indicator, direction and substance of a sentence. Words: data/lexicons/<lang>/trends.toml.
What two figures say without a word for it is in trend_figures. Left out: trends of anything but drugs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.clauses import Boundary, boundaries, folded_words
from vigie.extract.context import Context, context_of
from vigie.extract.link import Link, link_substance
from vigie.extract.mentions import SubstanceMention
from vigie.extract.scan import Scan, lexicon_file, scan
from vigie.extract.trend_figures import figure_trends
from vigie.lexicon.matcher import Hit
from vigie.lexicon.terms import Term
from vigie.model.observation import Assertion, Direction, Indicator, TrendValue
from vigie.text.sentences import Span

RULE = "trend.lexicon@1"
_DRUG_REACH = 2  # sentences
_TITLED_REACH = 8  # sentences after a drug, in a document whose title names one
_LIST_GAP = 40  # characters between two subjects of one list: "hausse de la consommation et des overdoses"
_OF = re.compile(r"\s(?:de la |de l'|du |des |de |d'|of |in )(?:la |l')?")
_UNIT_OF = re.compile(
    r"\b(?:gramme|gram|kilo|dose|comprime|pilule|pill|galette)s? (?:de |d'|of )(?:la |l')?$"
)
_MONEY = re.compile(r"\d\s?(?:€|euros?\b)|[£$€]\s?\d")
_MONEY_REACH = 40
_CLOSE = (
    14  # characters between a subject and the adjective that must follow it: "demande toujours croissante"
)
# What may stand between a substance and its verb: an aside, an auxiliary, an adverb.
_THEN = re.compile(
    r"\s?(?:,[^,;.:()]{1,60},|,)?\s?(?:\((?:[^()]{1,40})\) )?(?:s'|(?:se |y |a |ont |est |sont |elle |elles |il |ils |aussi |"
    r"encore |has |have |had |is |are |was |were |also |ne |qui |which |that |que |toujours |still |now )*)"
)
_COMPLEMENT = re.compile(
    r"\s(?:liees? |lies? |linked |related |attribuee?s? |due?s? )?(?:au |aux |a la |a l'|de |du |des |de la |de l'|d'|to |to the |of |of the |from )"
)
_OWN = re.compile(r"\b(?:sa|son|leur|its|their)\s(?:\w+\s)?$")
# A subject that stands for the substance spoken of: "elle refait surface", "the drug is back".
_STANDS_FOR = re.compile(
    r"(?:^|[\s«])(?:elles?|(?:le|ce) produit|(?:cette|la) (?:drogue|substance|molecule)|it|(?:the|this) (?:drug|substance))"
    r"\s(?:(?:se|y|a|est|has|is) )?$"
)
# A subject that stands for what was spoken of before: "ils ont baissé", "they have fallen".
_STANDS = re.compile(
    r"(?:^|[\s«\"])(?:ils?|elles?|it|they)\s(?:(?:se|y|en|a|ont|est|sont|has|have|is|are|had|was|were|s'est|se sont)\s|s')*$"
)
# Of a drug, these say that it is used less; "baisse" may be its price.
_WANES = ("recul", "flech", "diminu", "declin", "regress", "fad", "wan")
_NO_CARRY = ("violence", "modality")  # what these speak of need be no substance
_WAYS = {
    family: Term(id=indicator, surface=(family,), extra={"role": "subject", "side": "after", "within": within_})
    for family, indicator, within_ in (
        ("channel", "modality", 16), ("delivery", "modality", 70), ("payment", "modality", 16),
        ("practice", "use", 16),
    )
}  # fmt: skip
_COMMA = 30  # characters that a comma between subject and direction is worth
_NEXT = 5  # characters between "redoutent" and what is feared
_CONFIDENCE = {"both": 0.85, "pair": 0.8, "figures": 0.75, "substance": 0.7}


@dataclass(frozen=True, slots=True)
class _Trend:
    start: int
    end: int
    value: TrendValue
    how: str
    fact: Draft | None = None
    parts: tuple[Span, ...] = ()
    words: Span | None = None


def extract_trends(analysis: Analysis) -> Iterator[Draft]:
    """Trends of the body, and those of the title that the body does not state."""
    found = scan(analysis.text, analysis.lang)
    context = context_of(analysis.text, analysis.lang)
    drugs = {found.sentence_index(m.start) for m in analysis.substances if m.substance}
    titled = any(m.substance and m.start < analysis.body_start for m in analysis.substances)
    drafts: dict[tuple[int, TrendValue, str | None], Draft] = {}
    by_sentence: dict[int, list[Hit]] = {}
    for hit in found.hits["trends"]:
        by_sentence.setdefault(found.sentence_index(hit.start), []).append(hit)
    for amount in analysis.amounts:  # figures may state a trend without a word for one
        if drugs:
            by_sentence.setdefault(found.sentence_index(amount.start), [])
    for index, hits in sorted(by_sentence.items()):
        if not _near_drugs([h for h in hits if h.term.extra.get("context")], index, context, drugs, titled):
            continue  # nothing that the sentence says could count
        for trend in _trends(analysis, found, found.spans[index], hits):
            if not _about_drugs(trend, hits, index, context, drugs, titled):
                continue
            link = _substance(analysis, trend, found.spans[index])
            substance = link.substance if link else None
            draft = Draft(
                start=trend.start,
                end=trend.end,
                value=trend.value,
                rule=f"{RULE}|{trend.how}",
                confidence=_CONFIDENCE[trend.how],
                substance=substance,
                form=link.form if link else None,
                place=trend.fact.place if trend.fact else None,
                assertion=_between(analysis, trend),
            )
            drafts.setdefault((index, trend.value, substance), draft)
    in_body = {draft.value for draft in drafts.values() if draft.start >= analysis.body_start}
    for draft in drafts.values():
        if draft.start >= analysis.body_start or draft.value not in in_body:
            yield draft


def _trends(analysis: Analysis, found: Scan, span: Span, hits: list[Hit]) -> Iterator[_Trend]:
    for hit in hits:
        if hit.term.extra.get("role") == "both":
            indicator, _, way = hit.term.id.partition("/")
            said = _trend(hit.start, hit.end, indicator, way, "both")
            yield replace(said, words=Span(hit.start, hit.end))
        elif hit.term.extra.get("role") == "beside":
            indicator, _, way = hit.term.id.partition("/")
            if own := _beside(analysis, found, span, hit):
                said = _trend(min(own.start, hit.start), max(own.end, hit.end), indicator, way, "substance")
                yield replace(said, words=Span(hit.start, hit.end))
            elif _STANDS_FOR.search(found.flat, max(span.start - 1, 0), hit.start):
                yield _trend(hit.start, hit.end, indicator, way, "substance")
    stated = set()
    for figure in figure_trends(analysis, found, span, hits):
        trend = _trend(figure.start, figure.end, figure.indicator, figure.direction, "figures", figure.fact)
        stated.add(trend.value.indicator)
        yield trend
    subjects = [hit for hit in hits if hit.term.extra.get("role") == "subject"]
    directions = [hit for hit in hits if hit.term.extra.get("role") == "direction"]
    if not directions:
        return
    subjects = _heads(subjects, found) + _ways(analysis, found, span, subjects)
    cuts = boundaries(analysis.text, found.flat, span, analysis.lang)
    reach = int(lexicon_file("trends", analysis.lang).get("reach", 70))
    taken: dict[int, Hit] = {}  # where a direction starts -> the subject nearest to it
    for direction in directions:
        able = [s for s in subjects if _joined(s, direction, found, cuts, reach)]
        if able:
            taken[direction.start] = min(able, key=lambda s: (_distance(s, direction, found), s.start))
    for subject in subjects:
        able = [d for d in directions if d.start in taken and _joined(subject, d, found, cuts, reach)]
        if not able:
            continue
        direction = min(able, key=lambda d: (_distance(subject, d, found), d.start))
        if taken[direction.start] is subject or _listed(taken[direction.start], subject, direction, found):
            start, end = min(subject.start, direction.start), max(subject.end, direction.end)
            pair = _trend(start, end, subject.term.id, direction.term.id, "pair")
            yield replace(
                pair, parts=(Span(subject.start, subject.end), Span(direction.start, direction.end))
            )
    for direction in directions:
        if direction.start in taken or direction.term.extra.get("close"):
            continue
        if direction.term.extra.get("next"):
            continue
        if _OWN.search(found.flat, span.start, direction.start) and direction.term.id in ("up", "down"):
            yield _trend(direction.start, direction.end, "use", direction.term.id, "substance")
            continue
        if not subjects and (spoken := _spoken_of(found, span, direction)):
            yield _trend(direction.start, direction.end, spoken.term.id, direction.term.id, "pair")
            continue
        mention = _beside(analysis, found, span, direction)
        if mention:
            start, end = min(mention.start, direction.start), max(mention.end, direction.end)
            moved = _moved(found, span, mention, direction)
            if moved:
                yield _trend(start, end, moved, direction.term.id, "substance")


def _spoken_of(found: Scan, span: Span, direction: Hit) -> Hit | None:
    """The subject of the sentence before, where a pronoun stands for it: "Les prix ? Ils ont baissé"."""
    if not _STANDS.search(found.flat, max(span.start - 1, 0), direction.start):
        return None
    index = found.sentence_index(span.start)
    begin = found.spans[max(0, index - 1)].start
    told = [h for h in found.hits["trends"] if begin <= h.start < direction.start]
    named = [h for h in told if h.term.extra.get("role") == "subject" and h.start < span.start]
    return named[-1] if named else None


def _beside(analysis: Analysis, found: Scan, span: Span, direction: Hit) -> SubstanceMention | None:
    """The substance whose own rise or fall is stated: "l'essor de la kétamine", "la kétamine explose"."""
    for mention in within(analysis.substances, span.start, span.end):
        if not mention.substance:
            continue
        after = found.flat[direction.end : mention.start] if mention.start >= direction.end else None
        before = found.flat[mention.end : direction.start] if direction.start >= mention.end else None
        if (after is not None and _OF.fullmatch(after)) or (before is not None and _THEN.fullmatch(before)):
            return mention
    return None


def _moved(found: Scan, span: Span, mention: SubstanceMention, direction: Hit) -> str | None:
    """What moves where only a substance is named: its price beside a sum of money, else its use.

    "La cocaïne baisse" alone says neither; what appears ("la kétamine fait son apparition") becomes available.
    """
    if _UNIT_OF.search(found.flat, span.start, mention.start):
        return "price"
    if direction.start >= mention.end:
        if direction.term.id == "emerging":
            return "availability"
        if _MONEY.search(found.flat, direction.end, min(span.end, direction.end + _MONEY_REACH)):
            return "price"
        if direction.term.id == "down" and found.flat.startswith(_WANES, direction.start):
            return "use"
        return None if direction.term.id in ("down", "stable") else "use"
    return "use"


def _heads(subjects: list[Hit], found: Scan) -> list[Hit]:
    """Without the complements of another subject: what moves in "les homicides liés au trafic" is the homicides."""
    return [
        hit
        for number, hit in enumerate(subjects)
        if number == 0 or not _COMPLEMENT.fullmatch(found.flat, subjects[number - 1].end, hit.start)
    ]


def _ways(analysis: Analysis, found: Scan, span: Span, subjects: list[Hit]) -> list[Hit]:
    """Ways of selling and of using as subjects: "la vente de rue recule", "l'injection progresse"."""
    return [
        Hit(mention.start, mention.end, _WAYS[mention.family])
        for mention in analysis.modalities_in(span.start, span.end)
        if mention.family in _WAYS
        and not any(s.start < mention.end and mention.start < s.end for s in subjects)
    ]


def _trend(
    start: int, end: int, indicator: str, direction: str, how: str, fact: Draft | None = None
) -> _Trend:
    value = TrendValue(indicator=cast(Indicator, indicator), direction=cast(Direction, direction))
    return _Trend(start, end, value, how, fact)


def _between(analysis: Analysis, trend: _Trend) -> Assertion | None:
    """Affirmed where only an aside between subject and verb is denied: "le drive, sans attente, se répand"."""
    over = analysis.cues_over(trend.start, trend.end)
    words = trend.words  # "n'apparaissait dans aucun relevé" is how an emergence is told
    if words and over and all(c.kind == "negated" and words.start <= c.start < words.end for c in over):
        return "affirmed"
    if trend.value.direction == "stable" and trend.parts:
        verb = trend.parts[1]  # "n'a pas bougé" says that it is stable, and denies nothing
        inner = [c for c in over if verb.start <= c.start < verb.end]
        if inner and len(inner) == len(over):
            return "affirmed"
    aside = trend.parts and not any(
        c.scope_start < part.end and c.scope_end > part.start for c in over for part in trend.parts
    )
    return "affirmed" if over and aside else None


def _gap(one: Hit, other: Hit) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def _distance(subject: Hit, direction: Hit, found: Scan) -> int:
    """How far apart, a comma making it farther: in "l'offre a crû, disent les usagers" it is the supply that grew."""
    low, high = min(subject.end, direction.end), max(subject.start, direction.start)
    return _gap(subject, direction) + _COMMA * found.flat.count(",", low, high)


def _joined(subject: Hit, direction: Hit, found: Scan, cuts: tuple[Boundary, ...], reach: int) -> bool:
    """Whether the two stand in one clause, near enough, on the side the subject asks for."""
    if _gap(subject, direction) > reach:
        return False
    if direction.term.extra.get("next") and not 0 <= subject.start - direction.end <= _NEXT:
        return False
    if direction.term.extra.get("close") and not 0 <= direction.start - subject.end <= _CLOSE:
        return False
    extra = subject.term.extra
    if _gap(subject, direction) > int(extra.get("within", reach)):
        return False
    if extra.get("side") == "after" and direction.start < subject.end:
        return False
    if extra.get("side") == "before" and direction.start > subject.start:
        return False
    only = extra.get("only")
    if only and found.flat[direction.start : direction.end] not in folded_words(tuple(only)):
        return False
    low, high = min(subject.end, direction.end), max(subject.start, direction.start)
    return not any(cut.hard and low <= cut.start < high for cut in cuts)


def _listed(first: Hit, second: Hit, direction: Hit, found: Scan) -> bool:
    """Whether two subjects stand in one list, so that one direction holds for both."""
    low, high = sorted((first, second), key=lambda hit: hit.start)
    if low.end <= direction.start < high.start:
        return False
    between = found.flat[low.end : high.start]
    return len(between) <= _LIST_GAP and any(mark in between for mark in (" et ", " and ", ","))


def _about_drugs(
    trend: _Trend, hits: list[Hit], index: int, context: Context, drugs: set[int], titled: bool
) -> bool:
    if titled and not drugs.isdisjoint(range(index - _TITLED_REACH, index + 1)):
        return True
    inside = [hit for hit in hits if trend.start <= hit.start < trend.end and hit.term.extra.get("context")]
    return _in_context(inside, index, context, drugs) if inside else _drugs_around(index, context, drugs)


def _near_drugs(hits: list[Hit], index: int, context: Context, drugs: set[int], titled: bool) -> bool:
    """Whether any trend of a sentence could be about drugs; `hits`: its words that ask for a context."""
    if titled and not drugs.isdisjoint(range(index - _TITLED_REACH, index + 1)):
        return True
    return _drugs_around(index, context, drugs) or (bool(hits) and _in_context(hits, index, context, drugs))


def _drugs_around(index: int, context: Context, drugs: set[int]) -> bool:
    reach = range(index - _DRUG_REACH, index + _DRUG_REACH + 1)
    return not drugs.isdisjoint(reach) or context.holds(("drug",), index, _DRUG_REACH)


def _in_context(hits: list[Hit], index: int, context: Context, drugs: set[int]) -> bool:
    kinds = {kind for hit in hits for kind in hit.term.extra["context"]}
    return not drugs.isdisjoint(range(index - 1, index + 2)) or context.holds(kinds, index, 1)


def _substance(analysis: Analysis, trend: _Trend, span: Span) -> SubstanceMention | Draft | Link | None:
    """That of the price or purity compared, else the one named nearest, else the one spoken of before."""
    if trend.fact is not None and trend.fact.substance:
        return trend.fact
    named = [m for m in within(analysis.substances, span.start, span.end) if m.substance]
    if named or trend.value.indicator in _NO_CARRY:
        return min(
            named, key=lambda m: (max(m.start - trend.end, trend.start - m.end, 0), m.start), default=None
        )
    return link_substance(analysis, trend.start, trend.end)
