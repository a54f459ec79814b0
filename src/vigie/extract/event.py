"""Events: seizures, arrests, deaths, overdoses, hospitalisations, poisonings, sentences, warnings and the like.

In: Analysis. Out: one Draft per event cue that speaks of drugs, with the number of persons when the text gives one, and
one more per figure it is compared with ("47 hospitalisations, contre 19 en 2022").
Words: data/lexicons/<lang>/events.toml. Keys of a term: `role` = where its number stands (noun: before it; passive:
persons before it; active: persons after it; of: a number before or persons after it; state: no number), `also` = a
second kind of event that the word says ("surdose mortelle"), `accented` = surfaces that are participles, so
written with an accent; `needs` = what its sentence must hold for the word to
count (quantity, product, persons, assault, hospital). The id "not" is a phrase that only looks like an event.
Left out: possibilities ("could kill"), totals without a number ("le nombre d'overdoses").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from heapq import merge
from typing import Literal

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.assertion import assertion_of
from vigie.extract.clauses import breaks
from vigie.extract.cues import cue_hits, hits_in
from vigie.extract.event_link import drug_link, may_be_about_drugs
from vigie.extract.event_list import listed_events
from vigie.extract.event_term import term_hits
from vigie.extract.link import Link
from vigie.extract.numbers import number_tokens
from vigie.extract.persons import (
    Persons,
    agreement,
    apposed,
    clitic,
    groups,
    objects,
    of_vehicle,
    subject,
    whole_number,
)
from vigie.extract.tallies import after_noun, later, sites
from vigie.extract.when import told
from vigie.lexicon.grammar import alternation, grammar, link_words, plurals
from vigie.lexicon.matcher import Hit
from vigie.lexicon.terms import data_toml
from vigie.model.observation import Assertion, EventKind, EventValue
from vigie.model.period import When
from vigie.text.sentences import Span

_STATE_KINDS = frozenset({"seizure", "dismantling", "warning", "regulation"})
_PERSON_KINDS = frozenset({"arrest", "sentence", "death", "overdose", "hospitalisation", "poisoning"})
_WINDOW = 300  # what is looked at around a word, however long its sentence
_OBJECT_REACH = 40  # code points from a verb to the persons it is about


def extract_events(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of events, in order of text; at most one per kind, count and sentence."""
    yield from listed_events(analysis)
    seen: set[tuple[str, int, float | None]] = set()
    for hit in merge(cue_hits(analysis, "events"), term_hits(analysis), key=lambda h: h.start):
        for draft in _judge(analysis, hit):
            value = draft.value
            if not isinstance(value, EventValue):
                continue
            index = analysis.sentence_index(hit.start)
            key = (value.kind, index, value.low if value.low is not None else value.high)
            if draft.assertion == "negated" and value.kind == "seizure":
                index = -1 - index  # "n'a saisi aucune drogue, mais a saisi ...": two facts of one sentence
            key = (value.kind, index, key[2])
            bare = (value.kind, index, None)
            if key in seen or (key == bare and any(k[:2] == key[:2] for k in seen)):
                continue
            if key != bare and bare in seen and value.kind in _STATE_KINDS:
                continue
            seen.add(key)
            when = _when(analysis, analysis.sentence_at(draft.start))
            yield draft if when is None else replace(draft, when=when)


def _judge(analysis: Analysis, hit: Hit) -> Iterator[Draft]:
    kind: EventKind = hit.term.id  # type: ignore[assignment]
    if hit.term.id == "not" or not may_be_about_drugs(analysis, hit):
        return
    if analysis.folded[hit.start : hit.end] in hit.term.extra.get("accented", ()) and (
        analysis.text[hit.end - 1] == "e"
    ):
        return  # "elle appréhende une hausse" arrests nobody
    role = str(hit.term.extra.get("role", "state"))
    sentence = analysis.sentence_at(hit.start)
    head = analysis.folded[max(sentence.start, hit.start - 40) : hit.start]
    possible = kind != "regulation" and _possible(analysis.lang).search(head) is not None
    if possible or not _has(analysis, hit, sentence):
        return
    link = drug_link(analysis, hit, sentence)
    if link is None:
        return
    counted = _count(analysis, hit, role, sentence)
    if kind == "arrest" and not counted and of_vehicle(analysis, sentence.start, hit.start):
        if not within(analysis.quantities, sentence.start, min(sentence.end, hit.end + _WINDOW)):
            return
        kind = "seizure"
    if counted and _said_better(analysis, counted[0], hit, role, sentence):
        return
    if not counted and "persons" in hit.term.extra.get("needs", []):
        return
    if role in ("noun", "of") and not counted:
        yield from _uncounted(analysis, hit, kind, link, head)
        return
    own = _own_negation(analysis, hit) or _aside(analysis, hit, counted)
    if kind == "seizure" and not counted:
        denied = _denied_object(analysis, hit, sentence)
        if denied == "other":
            return
        own = own or denied
    kinds: list[EventKind] = [kind, *hit.term.extra.get("also", [])]
    if kind == "death" and role == "passive" and counted and _killing(analysis, hit, sentence):
        kinds.append("violence")
    for one in kinds:
        if not counted:
            yield _draft(hit, one, role, link, None, assertion=own)
        for persons in counted:
            yield _draft(hit, one, role, link, persons, apart=persons is not counted[0], assertion=own)


def _draft(
    hit: Hit,
    kind: EventKind,
    role: str,
    link: Link,
    persons: Persons | None,
    *,
    apart: bool = False,
    assertion: Assertion | None = None,
) -> Draft:
    value = EventValue(kind=kind)
    start, end = hit.start, hit.end
    if persons is not None:
        unit = "site" if kind == "dismantling" else "person" if kind in _PERSON_KINDS else None
        value = EventValue(kind=kind, low=persons.low, high=persons.high, unit=unit)
        start = persons.start if apart else min(start, persons.start)
        end = persons.end if apart else max(end, persons.end)
    return Draft(
        start=start, end=end, value=value, substance=link.substance, form=link.form, assertion=assertion,
        rule=f"event.{kind}@2|role:{role}|substance:{link.reason}",
        confidence=0.85 if persons or role == "state" else 0.7,
    )  # fmt: skip


def _own_negation(analysis: Analysis, hit: Hit) -> Assertion | None:
    """The assertion of a word that is a denial only in form ("retrouvé sans vie", "n'a pas survécu"); None for others."""
    over = [
        c
        for c in analysis.cues_over(hit.start, hit.end)
        if c.scope_start < hit.end and c.scope_end > hit.start
    ]
    inside = [c for c in over if c.kind == "negated" and hit.start <= c.start < hit.end]
    if not inside:
        return None
    return assertion_of((c for c in over if c not in inside), hit.start, hit.end)


def _aside(analysis: Analysis, hit: Hit, counted: list[Persons]) -> Assertion | None:
    """The assertion of a verb whose subject is followed by what is only supposed of it; None without such an aside.

    "Quatre hommes, soupçonnés de vendre de la cocaïne, ont été interpellés": the arrest is a fact.
    """
    if not counted or counted[0].start >= hit.start:
        return None
    over = analysis.cues_over(counted[0].start, hit.end)
    aside = [
        c
        for c in over
        if c.start >= counted[0].start and c.scope_end <= hit.start and c.scope_start > counted[0].start
    ]
    if not aside:
        return None
    return assertion_of((c for c in over if c not in aside), counted[0].start, hit.end)


def _denied_object(
    analysis: Analysis, hit: Hit, sentence: Span
) -> Literal["affirmed", "negated", "other"] | None:
    """What a denied object makes of a seizure; "other": the object is no drug ("n'a saisi aucune arme")."""
    cue = next(
        (
            c
            for c in analysis.cues_over(hit.start, hit.end)
            if c.kind == "negated" and c.start >= hit.end and c.scope_start <= hit.start
        ),
        None,
    )
    if cue is None:
        return None
    if _names_drugs(analysis, cue.start, cue.scope_end):
        return "negated"
    # "aucune arme, mais 2 kg d'héroïne"
    goes_on = within(analysis.quantities, cue.scope_end, sentence.end) or (
        breaks(analysis.folded, Span(cue.scope_end, sentence.end), analysis.lang)
        and _names_drugs(analysis, cue.scope_end, sentence.end)
    )
    return "affirmed" if goes_on else "other"


def _names_drugs(analysis: Analysis, start: int, end: int) -> bool:
    return bool(analysis.products_in(start, end)) or (
        _named(analysis.lang, "product_word").search(analysis.folded, start, end) is not None
    )


def _uncounted(analysis: Analysis, hit: Hit, kind: EventKind, link: Link, head: str) -> Iterator[Draft]:
    """A noun without a number counts only where the text denies it, fears it, or says that it was one."""
    plain = _draft(hit, kind, "noun", link, None)
    if re.search(rf"\b{link_words(analysis.lang, 'none')}(?:\w+[ ])?$", head) or _denied_any(
        analysis, hit, head
    ):
        for one in (kind, *hit.term.extra.get("also", [])):
            yield _occurrence(_draft(hit, one, "noun", link, None), "negated")
    elif _feared(analysis, hit):
        yield _occurrence(plain, "hypothetical")
    elif kind not in ("death", "violence") and re.search(r"(?:\b(?:une?|an?|one)[ ]|d'une[ ]|par[ ])$", head):
        yield plain


def _denied_any(analysis: Analysis, hit: Hit, head: str) -> bool:
    """ "have not made any arrests": a denial before "any" governs the noun."""
    return re.search(r"\b(?:any|de|d')[ ]?(?:\w+[ ])?$", head) is not None and any(
        cue.kind == "negated" and cue.start < hit.start
        for cue in analysis.cues_over(hit.start, hit.start + 1)
    )


def _said_better(analysis: Analysis, persons: Persons, hit: Hit, role: str, sentence: Span) -> bool:
    """Whether another word says what befell the same persons.

    "a tué 17 patients intoxiqués": the participle only says which. "a reçu 17 patients intoxiqués": it says more
    than a verb of many uses.
    """
    if role == "active" and hit.term.extra.get("needs"):
        after = hits_in(analysis, "events", persons.end, persons.end + 2)
        return any(h.term.extra.get("role") == "passive" for h in after)
    if role != "passive" or persons.end >= hit.end or analysis.folded[persons.end : hit.start].strip():
        return False
    verbs = hits_in(analysis, "events", max(sentence.start, persons.start - _WINDOW), persons.start)
    strong = [h for h in verbs if h.term.extra.get("role") == "active" and not h.term.extra.get("needs")]
    return any(objects(analysis, h.end, sentence.end, _OBJECT_REACH) == persons for h in strong)


def _when(analysis: Analysis, sentence: Span) -> When | None:
    """The month of the sentence before, where an event's own gives no time and the paragraph goes on; else None."""
    index = analysis.sentence_index(sentence.start)
    if index == 0 or within(analysis.dates, sentence.start, sentence.end):
        return None
    before = analysis.sentences[index - 1]
    goes_on = before.start >= analysis.body_start and "\n" not in analysis.text[before.end : sentence.start]
    known = told(analysis, before.start, before.end) if goes_on else []
    if len(known) != 1 or known[0].precision not in ("week", "month"):
        return None
    return When(known[0].start_date, known[0].end_date, known[0].precision, "text")


def _occurrence(draft: Draft, assertion: Assertion) -> Draft:
    """An event without a count that the text denies ("aucun décès") or fears ("d'autres surdoses sont à craindre")."""
    return replace(
        draft, rule=draft.rule.replace("role:noun", f"role:{assertion}"), confidence=0.75, assertion=assertion
    )


def _feared(analysis: Analysis, hit: Hit) -> bool:
    """Whether a possibility or a fear governs the cue."""
    return any(cue.kind == "hypothetical" for cue in analysis.cues_over(hit.start, hit.start + 1))


def _has(analysis: Analysis, hit: Hit, sentence: Span) -> bool:
    """Whether the sentence holds what a word of many uses needs ("trouver", "interdire", "blesser", "admettre")."""
    begin, stop = max(sentence.start, hit.start - _WINDOW), min(sentence.end, hit.end + _WINDOW)
    folded = analysis.folded[begin:stop]
    for need in hit.term.extra.get("needs", []):
        if need == "persons":
            continue  # `_judge` asks for them
        drugs = bool(analysis.products_in(begin, stop))
        if need == "quantity":
            first, last = max(sentence.start, hit.start - 60), min(sentence.end, hit.end + 90)
            held = bool(within(analysis.quantities, first, last))
        elif need == "product":
            held = drugs or _named(analysis.lang, "product_word").search(folded) is not None
        else:
            held = _named(analysis.lang, need).search(folded) is not None
        if not held:
            return False
    return True


def _killing(analysis: Analysis, hit: Hit, sentence: Span) -> bool:
    """ "110 personnes sont mortes dans des règlements de comptes": deaths that are killings of the trade."""
    begin, stop = max(sentence.start, hit.start - _WINDOW), min(sentence.end, hit.end + _WINDOW)
    return _violent(analysis.lang).search(analysis.folded, begin, stop) is not None


@cache
def _violent(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b{alternation(data_toml('grammar', 'persons.toml')[lang]['violence']['violent'])}\b"
    )


@cache
def _named(lang: str, key: str) -> re.Pattern[str]:
    return re.compile(rf"\b{alternation(plurals(grammar(lang).link[key]))}\b")


@cache
def _possible(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{link_words(lang, 'possible')}(?:\w+[ ]){{0,2}}$")


@cache
def _between(lang: str) -> re.Pattern[str]:
    """What may stand between a number and its noun: English puts any two words there, French few."""
    stop = alternation(grammar(lang).link["no_adjective"])
    free = rf"(?:(?!{stop}\b)[a-z-]+[ ]){{0,3}}" if lang == "en" else ""
    return re.compile(rf"[ ](?:de |d')?(?:{link_words(lang, 'noun_before')}){{0,2}}{free}(?:de |d')?")


def _count(analysis: Analysis, hit: Hit, role: str, sentence: Span) -> list[Persons]:
    """The figures of an event, in order; [] when the text gives none."""
    if hit.term.id == "dismantling":
        return sites(analysis, hit.start, hit.end, sentence)
    if role == "state":
        return []
    persons = None
    if role in ("noun", "of"):
        persons = _number_before(analysis, hit, sentence)
        if role == "noun" and persons is None:
            return after_noun(analysis, hit.end, sentence)
    elif role == "passive":
        if agreement(analysis, sentence.start, hit.start, hit.end) == "unsaid":
            persons = objects(analysis, hit.end, sentence.end, 2)
            if persons is not None and analysis.folded[hit.end : persons.start].strip():
                persons = None  # "needed hospital care, two of them …"
        persons = persons or subject(analysis, sentence.start, hit.start, hit.end)
        persons = persons or apposed(analysis, sentence.start, hit.start, hit.end, sentence.end)
    if persons is None and role == "active":
        persons = clitic(analysis, hit.start)
    if persons is None and role in ("active", "of", "passive"):
        reach = 2 if role == "passive" else _OBJECT_REACH
        sure = role == "active" and not hit.term.extra.get("needs")
        persons = objects(analysis, hit.end, sentence.end, reach, bare=sure)
    if persons is None:
        return []
    end = max(hit.end, persons.end)
    if hit.term.id == "sentence":
        return [persons, *_also_sentenced(analysis, end, sentence)]
    return [persons, *later(analysis, end, sentence)]


def _also_sentenced(analysis: Analysis, end: int, sentence: Span) -> list[Persons]:
    """ "… à douze ans, ses trois complices à des peines de quatre à six ans": a term of their own follows others."""
    found = [
        g for g in groups(analysis, end, sentence.end) if _term(analysis.lang).match(analysis.folded, g.end)
    ]
    return [
        g
        for g in found
        if not re.search(r"[;.]", analysis.folded[end : g.start])
        and not _among(analysis.lang).search(analysis.folded[end : g.start])
    ]


@cache
def _among(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{alternation(data_toml('grammar', 'persons.toml')[lang]['among'])}[ ]$")


@cache
def _term(lang: str) -> re.Pattern[str]:
    if lang == "en":
        return re.compile(
            r",?[ ](?:(?:got|received|to|for|were given|was given) )?(?:[\w-]+ ){1,3}(?:years|months)\b"
        )
    return re.compile(
        r",?[ ](?:(?:ont|a) (?:pris|ecope de) )?(?:a )?(?:des peines|(?:[\w-]+ ){1,3}(?:ans|mois))\b"
    )


def _number_before(analysis: Analysis, hit: Hit, sentence: Span) -> Persons | None:
    """ "trois morts", "plus d'une vingtaine de morts"."""
    for amount in reversed(within(analysis.amounts, max(sentence.start, hit.start - 60), hit.start)):
        if amount.end > hit.start or not whole_number(analysis, amount):
            continue
        if _between(analysis.lang).fullmatch(analysis.folded[amount.token.end : hit.start]):
            part = _part(analysis, amount.start, sentence.start)
            return part or Persons(amount.start, hit.end, amount.low, amount.high)
    nth = _nth(analysis.lang).search(analysis.folded, max(sentence.start, hit.start - 24), hit.start)
    if nth is not None:
        return Persons(nth.start(), hit.end, 1.0, 1.0)
    tokens = number_tokens(analysis.folded, analysis.lang, max(sentence.start, hit.start - 14), hit.start)
    if tokens and tokens[-1].article and analysis.folded[tokens[-1].end : hit.start].strip() == "":
        return Persons(tokens[-1].start, hit.end, 1.0, 1.0)
    return None


def _part(analysis: Analysis, start: int, least: int) -> Persons | None:
    """ "74 of the 213 deaths", "12 des 31 décès": the part that the clause is about, before the whole at `start`."""
    for amount in reversed(within(analysis.amounts, max(least, start - 24), start)):
        gap = analysis.folded[amount.token.end : start]
        if whole_number(analysis, amount) and _of_the(analysis.lang).fullmatch(gap):
            return Persons(amount.start, start, amount.low, amount.high)
    return None


@cache
def _nth(lang: str) -> re.Pattern[str]:
    """ "un premier décès", "a third death": one more."""
    words = data_toml("grammar", "persons.toml")[lang]["tally"]["nth"]
    return re.compile(rf"\b(?:une?|le|la|an?|the)[ ]{alternation(words)}[ ](?:cas (?:de |d'))?$")


@cache
def _of_the(lang: str) -> re.Pattern[str]:
    return re.compile(r"[ ](?:of (?:the|these|those)(?: some| nearly)?|des|de ces|sur les|sur)[ ]")
