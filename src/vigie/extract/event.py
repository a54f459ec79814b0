"""Events: seizures, arrests, deaths, overdoses, hospitalisations, poisonings, sentences, warnings and the like.

In: Analysis. Out: one Draft per event cue that speaks of drugs, with the number of persons when the text gives one.
Words: data/lexicons/<lang>/events.toml (each with its role) and data/grammar/persons.toml.
Left out: possibilities ("could kill"), totals without a number ("le nombre d'overdoses").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.cues import cue_hits
from vigie.extract.link import NO_LINK, Link, link_substance, products
from vigie.extract.mentions import SubstanceMention
from vigie.extract.numbers import number_tokens
from vigie.lexicon.grammar import alternation, grammar, link_words, plurals
from vigie.lexicon.matcher import Hit
from vigie.lexicon.terms import data_toml
from vigie.model.observation import Assertion, EventKind, EventValue
from vigie.text.sentences import Span

_STATE_KINDS = frozenset({"seizure", "dismantling", "warning", "regulation"})
_HEALTH_KINDS = frozenset({"death", "overdose", "hospitalisation", "poisoning", "warning"})
_PERSON_KINDS = frozenset({"arrest", "sentence", "death", "overdose", "hospitalisation", "poisoning"})


@dataclass(frozen=True, slots=True)
class _Persons:
    """A group of persons with its size; bounds as said."""

    start: int
    end: int
    low: float | None
    high: float | None


def extract_events(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of events, in order of text; at most one per kind, count and sentence."""
    seen: set[tuple[str, int, float | None]] = set()
    for hit in cue_hits(analysis, "events"):
        draft = _judge(analysis, hit)
        if draft is None or not isinstance(draft.value, EventValue):
            continue
        key = (draft.value.kind, analysis.sentence_index(hit.start), draft.value.low)
        bare = (draft.value.kind, analysis.sentence_index(hit.start), None)
        if key in seen or (draft.value.low is None and any(k[:2] == key[:2] for k in seen)):
            continue
        if key != bare and bare in seen and draft.value.kind in _STATE_KINDS:
            continue
        seen.add(key)
        yield draft


def _judge(analysis: Analysis, hit: Hit) -> Draft | None:
    kind: EventKind = hit.term.id  # type: ignore[assignment]
    role = str(hit.term.extra.get("role", "state"))
    sentence = analysis.sentence_at(hit.start)
    head = analysis.folded[max(sentence.start, hit.start - 40) : hit.start]
    if _possible(analysis.lang).search(head):
        return None
    link = _drug_link(analysis, hit, sentence)
    if link is None:
        return None
    persons = _count(analysis, hit, role, sentence)
    if role == "noun" and persons is None:
        refuted = re.search(rf"\b{link_words(analysis.lang, 'none')}(?:\w+[ ])?$", head)
        if refuted:
            return _occurrence(analysis, hit, kind, link, "negated")
        if _feared(analysis, hit):
            return _occurrence(analysis, hit, kind, link, "hypothetical")
        single = re.search(r"(?:\b(?:une?|an?|one)[ ]|d'une[ ]|par[ ])$", head)
        if _vague(analysis.lang).search(head) or not single or kind in ("death", "violence"):
            return None
    start = min(hit.start, persons.start) if persons else hit.start
    end = max(hit.end, persons.end) if persons else hit.end
    low, high = (persons.low, persons.high) if persons else (None, None)
    if kind in _STATE_KINDS:
        low = high = None
    unit = "person" if kind in _PERSON_KINDS and (low is not None or high is not None) else None
    return Draft(
        start=start, end=end, value=EventValue(kind=kind, low=low, high=high, unit=unit), substance=link.substance,
        form=link.form, rule=f"event.{kind}@1|role:{role}|substance:{link.reason}",
        confidence=0.85 if persons or role == "state" else 0.7,
    )  # fmt: skip


def _occurrence(analysis: Analysis, hit: Hit, kind: EventKind, link: Link, assertion: Assertion) -> Draft:
    """An event without a count that the text denies ("aucun décès") or fears ("d'autres surdoses sont à craindre")."""
    return Draft(
        start=hit.start, end=hit.end, value=EventValue(kind=kind), substance=link.substance, form=link.form,
        rule=f"event.{kind}@1|role:{assertion}|substance:{link.reason}", confidence=0.75, assertion=assertion,
    )  # fmt: skip


def _feared(analysis: Analysis, hit: Hit) -> bool:
    """Whether a possibility or a fear governs the cue."""
    return any(c.kind == "hypothetical" and c.scope_start <= hit.start < c.scope_end for c in analysis.cues)


def _drug_link(analysis: Analysis, hit: Hit, sentence: Span) -> Link | None:
    """The substance of an event; NO_LINK when only drug words stand near; None when nothing says drugs."""
    kind = hit.term.id
    here = products(within(analysis.substances, sentence.start, sentence.end))
    if kind in ("death", "hospitalisation") and _violent(analysis, sentence):
        return NO_LINK
    if kind in _HEALTH_KINDS and (cause := _adulterant(analysis, sentence)):
        return cause
    if here:
        return _named_here(hit, here, analysis)
    index = analysis.sentence_index(hit.start)
    first = max(0, index - 4)
    last = min(index + 1, len(analysis.sentences) - 1)
    around = Span(analysis.sentences[first].start, analysis.sentences[last].end)
    near = products(within(analysis.substances, around.start, around.end))
    if not near and not analysis.market_in(around.start, around.end):
        return None
    title = products(within(analysis.substances, 0, analysis.body_start))
    if kind in _HEALTH_KINDS and kind != "warning" and _any_drug(analysis, sentence):
        return NO_LINK
    if kind in _HEALTH_KINDS:
        for back in range(index - 1, first - 1, -1):
            if cause := _adulterant(analysis, analysis.sentences[back]):
                return cause
        if title:
            return Link(title[0].substance, None, "title", 0.7)
    if kind in ("arrest", "sentence", "violence") and len({m.substance for m in [*near, *title]}) > 1:
        return NO_LINK
    return link_substance(analysis, hit.start, hit.end) if near or title else NO_LINK


def _any_drug(analysis: Analysis, sentence: Span) -> bool:
    """ "4,859 deaths related to drug poisoning": the sentence counts all drugs."""
    words = alternation(plurals(grammar(analysis.lang).link["any_drug"]))
    return re.search(rf"\b{words}\b", analysis.folded[sentence.start : sentence.end]) is not None


def _violent(analysis: Analysis, sentence: Span) -> bool:
    """ "Deux rixes au couteau ont fait un mort": no product killed."""
    words = alternation(grammar(analysis.lang).link["violent"])
    return re.search(rf"\b{words}\b", analysis.folded[sentence.start : sentence.end]) is not None


def _named_here(hit: Hit, here: Sequence[SubstanceMention], analysis: Analysis) -> Link:
    """Which of the substances of its own sentence an event is about."""
    before = [m for m in here if m.end <= hit.start]
    after = [m for m in here if m.start >= hit.end]
    if hit.term.id == "seizure":
        gap = analysis.folded[hit.end : after[0].start] if after else ""
        if after and ";" not in gap and (not before or len(gap) <= 80):
            return Link(after[0].substance, after[0].form, "object", 0.85)
    elif len({m.substance for m in here}) > 1 and hit.term.id not in _HEALTH_KINDS:
        return NO_LINK
    best = before[-1] if before else here[0]
    return Link(best.substance, best.form, "sentence", 0.8)


def _adulterant(analysis: Analysis, sentence: Span) -> Link | None:
    """ "de l'oxycodone contrefaite contenant des nitazènes": what the product holds is what harms."""
    for mention in products(within(analysis.substances, sentence.start, sentence.end)):
        head = analysis.folded[max(sentence.start, mention.start - 34) : mention.start]
        if _holds(analysis.lang).search(head):
            return Link(mention.substance, mention.form, "adulterant", 0.8)
    return None


@cache
def _holds(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b{link_words(lang, 'adulterant')}(?:{link_words(lang, 'of')}|{link_words(lang, 'list_articles')})?$"
    )


@cache
def _possible(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{link_words(lang, 'possible')}(?:\w+[ ]){{0,2}}$")


@cache
def _vague(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b{link_words(lang, 'vague')}{link_words(lang, 'of_vague')}(?:{link_words(lang, 'determiners')})?$"
    )


@cache
def _between(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ](?:de |d')?(?:{link_words(lang, 'small_noun_before')})?(?:de |d')?")


@cache
def _person_patterns(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = data_toml("grammar", "persons.toml")[lang]
    nouns = {form for noun in data["nouns"] for form in (noun, noun + "s", noun.replace(" ", "s ") + "s")}
    return (
        re.compile(
            rf"[ ](?:(?:autres|jeunes|other|more|young|further|suspected|alleged)[ ])?(?P<n>{alternation(nouns)})\b"
        ),
        re.compile(rf"\b{alternation(data['one'])}\b"),
    )


def _persons(analysis: Analysis, sentence: Span) -> list[_Persons]:
    """Counted groups of persons in a sentence, in order."""
    noun, one = _person_patterns(analysis.lang)
    groups = []
    for amount in within(analysis.amounts, sentence.start, sentence.end):
        match = noun.match(analysis.folded, amount.token.end)
        if not match or amount.unit is not None:
            continue
        if match["n"] == "ans" or (amount.low is not None and amount.low != int(amount.low)):
            continue
        groups.append(_Persons(amount.start, match.end(), amount.low, amount.high))
    covered = [(g.start, g.end) for g in groups]
    groups.extend(
        _Persons(match.start(), match.end(), 1.0, 1.0)
        for match in one.finditer(analysis.folded, sentence.start, sentence.end)
        if not any(s <= match.start() < e for s, e in covered)
    )
    return sorted(groups, key=lambda g: g.start)


def _count(analysis: Analysis, hit: Hit, role: str, sentence: Span) -> _Persons | None:
    if role == "state":
        return None
    if role == "noun":
        return _number_before(analysis, hit, sentence)
    groups = _persons(analysis, sentence)
    if role == "passive":
        before = [g for g in groups if g.end <= hit.start and hit.start - g.end < 90]
        before = [g for g in before if ";" not in analysis.folded[g.end : hit.start]]
        if before:
            return before[-1]
        bare = _bare_subject(analysis, hit, sentence)
        if bare is not None:
            return bare
        after = [g for g in groups if g.start >= hit.end and g.start - hit.end < 3]
        return after[0] if after else None
    after = [g for g in groups if g.start >= hit.end and g.start - hit.end < 30]
    return after[0] if after else None


def _bare_subject(analysis: Analysis, hit: Hit, sentence: Span) -> _Persons | None:
    """ "Six ont été hospitalisées", "five were hospitalised": a number alone is the subject."""
    for amount in reversed(within(analysis.amounts, max(sentence.start, hit.start - 40), hit.start)):
        if amount.unit is not None or amount.low is None or amount.token.article:
            continue
        gap = analysis.folded[amount.token.end : hit.start]
        if re.fullmatch(rf"[ ]{link_words(analysis.lang, 'bare_subject')}", gap):
            return _Persons(amount.start, hit.end, amount.low, amount.high)
    return None


def _number_before(analysis: Analysis, hit: Hit, sentence: Span) -> _Persons | None:
    """ "trois morts", "plus d'une vingtaine de morts"."""
    for amount in reversed(within(analysis.amounts, max(sentence.start, hit.start - 60), hit.start)):
        if amount.end > hit.start or amount.unit is not None:
            continue
        gap = analysis.folded[amount.token.end : hit.start]
        if _between(analysis.lang).fullmatch(gap):
            return _Persons(amount.start, hit.end, amount.low, amount.high)
    tokens = number_tokens(analysis.folded, analysis.lang, max(sentence.start, hit.start - 14), hit.start)
    if tokens and tokens[-1].article and analysis.folded[tokens[-1].end : hit.start].strip() == "":
        singular = not hit.term.surface[0].endswith("s")
        return _Persons(tokens[-1].start, hit.end, 1.0, 1.0) if singular else None
    return None
