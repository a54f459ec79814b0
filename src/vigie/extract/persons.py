"""Groups of persons and their size: the subjects and objects of events.

In: Analysis and a stretch of text. Out: Persons in order, coordinated ones as one ("un médecin et trois revendeurs" = 4).
Words: data/grammar/persons.toml. A noun it does not know still counts where a number begins the subject of a verb
that only persons have ("onze barons ont été interpellés").
Left out: fractions ("la moitié d'entre eux"), totals that another sentence gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from vigie.extract.amounts import Amount
from vigie.extract.analysis import Analysis, within
from vigie.lexicon.grammar import alternation, grammar
from vigie.lexicon.terms import data_toml
from vigie.text.normalise import fold

_VERB = re.compile(r"[\w'-]+")
_NATIONAL = re.compile(r"(?<=[ ])([A-ZÀ-Þ][a-zà-ÿ]{3,})\b")
_ARTICLE = re.compile(r"(?:^|[ (])(?P<a>(?:une?|an?)[ ])$")
_PLURAL = re.compile(r"(?:[eut]e?s|ent)$")
_SUBJECT = 120  # code points between a number that opens a subject and its verb
_FAR = 160  # code points between a subject and its verb, asides included
Number = Literal["one", "many", "unsaid"]


@dataclass(frozen=True, slots=True)
class Persons:
    """A group of persons with its size; bounds as said. `whole`: a singular noun for several ("un équipage de 4")."""

    start: int
    end: int
    low: float | None
    high: float | None
    whole: bool = False

    @property
    def several(self) -> bool:
        return (self.low or self.high or 0) > 1


@dataclass(frozen=True, slots=True)
class _Words:
    counted: re.Pattern[str]
    one: re.Pattern[str]
    aged_one: re.Pattern[str]
    sets: re.Pattern[str]
    both: re.Pattern[str]
    part_of: re.Pattern[str]
    opened: re.Pattern[str]
    to_end: re.Pattern[str]
    crew: re.Pattern[str]
    all_of: re.Pattern[str]
    him: re.Pattern[str]
    her: re.Pattern[str]
    follows: re.Pattern[str]
    joint: re.Pattern[str]
    among: re.Pattern[str]
    subject: re.Pattern[str]
    be_one: re.Pattern[str]
    be_many: re.Pattern[str]
    begins_be: re.Pattern[str]
    unknown: re.Pattern[str]
    noun_be: re.Pattern[str]
    pronoun: re.Pattern[str]
    sizes: dict[str, float]
    not_persons: frozenset[str]
    vehicles: frozenset[str]
    stop: frozenset[str]
    out_of: re.Pattern[str]
    body: re.Pattern[str]
    opening: re.Pattern[str]
    part: re.Pattern[str]
    object: re.Pattern[str]
    day: re.Pattern[str]
    aged: re.Pattern[str]


@cache
def _words(lang: str) -> _Words:
    data: dict[str, Any] = data_toml("grammar", "persons.toml")[lang]
    ranges = grammar(lang).words
    plural = set(data["plural"])
    single = [noun for noun in data["nouns"] if noun not in plural]
    forms = {form for noun in data["nouns"] for form in (noun, noun + "s", noun.replace(" ", "s ") + "s")}
    before = rf"(?:{alternation(data['before'])}[ ])"
    # English adjectives stand before the noun, so that any two words may
    free = (
        rf"(?:(?!{alternation(data['stop'])}\b)[a-z-]+[ ]){{0,2}}?" if lang == "en" else rf"{before}{{0,2}}"
    )
    of = "(?:de (?:ses |leurs |ces )?|d'|des )?" if lang == "fr" else "(?:of (?:his |her |their |its )?)?"
    articles = alternation([w for w in data["one"] if not w.endswith("'")])
    elided = alternation([w for w in data["one"] if w.endswith("'")] or ["\0"])
    detail = r"(?:,?[ ](?:(?:agee?s?[ ])?de[ ]|aged[ ])?\(?\d{1,2}(?:[ ]ans)?\)?,?)?"
    where = r"(?:[ ](?:de|du|des|d'|from|in|of)[ ]?[\w-]+)?"
    return _Words(
        counted=re.compile(rf"[ ](?:{of}{free}{alternation(forms)}|{alternation(data['of_them'])})\b"),
        one=re.compile(
            rf"\b(?:{articles}[ ]|{elided})(?:[a-z]+'s[ ])?(?:\d{{1,2}}[ -]year[ -]old[ ](?:[a-z]+[ ])??)?{before}{{0,2}}{alternation(single)}\b"
        ),
        aged_one=re.compile(
            rf"\b(?:an?|the|another|one)[ ]\d{{1,2}}[ -]year[ -]old\b(?![ -](?:[a-z]+[ ])?{alternation(single)}\b)"
        ),
        sets=re.compile(rf"\b(?:(?:une?|ce|le|the|a|this)[ ])(?P<set>{alternation(data['sets'])})\b"),
        part_of=re.compile(r"[ ](?:des|of the|of these|of those|de ces)[ ]"),
        opened=re.compile(rf"\b{alternation(ranges['range_open'])}[ ]$"),
        to_end=re.compile(rf"[ ]{alternation([*ranges['range_and'], *ranges['range_to']])}[ ]"),
        both=re.compile(rf"\bboth[ ]{free}(?:{alternation(forms)}\b|[a-z]+s(?=[ ](?:were|have|had|are)\b))"),
        crew=re.compile(rf"{alternation(data['crew'])}[ ]$"),
        him=re.compile(rf"[ ]{alternation(data['him'])}\b"),
        her=re.compile(rf"{alternation(data['her'])}$"),
        all_of=re.compile(rf",[ ]{alternation(data['all_of'])}[ ](?:\w+[ ])?$"),
        follows=re.compile(rf"{alternation(data['pronouns'])}\b"),
        joint=re.compile(rf"{detail}{where}(?:[ ]|,[ ])(?:(?P<and>{alternation(data['and'])})[ ])?"),
        among=re.compile(rf"\b{alternation(data['among'])}[ ](?:\w+[ ])?$"),
        subject=re.compile(
            rf"(?P<np>(?:[ ][a-z'-]+){{0,7}}?)(?P<aside>,)?(?P<be>(?:[ ]{alternation(data['be'])})*)[ ]?"
        ),
        be_one=re.compile(rf"\b{alternation(data['be_one'])}\b(?:[ ]\w+)?[ ]*$"),
        be_many=re.compile(rf"\b{alternation(data['be_many'])}\b(?:[ ]\w+)?[ ]*$"),
        begins_be=re.compile(rf"{alternation([*data['be'], *data['act']])}\b"),
        unknown=re.compile(
            rf"(?:^|[.,;:»\"][ \n]|[\n–-])(?P<one>(?:une?|an?)[ ](?:[a-z'-]+[ ]){{1,4}}{alternation(data['and'])}[ ])$"
        ),
        noun_be=re.compile(
            rf"\b(?:{articles}[ ]|{elided})(?P<noun>[a-z-]{{3,}})(?P<np>(?:[ ][a-z'-]+){{0,5}}?)(?:,[^,;]{{1,50}},)?"
            rf"(?P<be>(?:[ ]{alternation(data['be'])})*)[ ]?$"
        ),
        pronoun=re.compile(
            rf"\b{alternation(data['pronouns'])}[ ](?P<be>(?:(?:n'|ne )?{alternation(data['be'])}[ ])*)$"
        ),
        sizes={name: float(size) for name, size in data["sets"].items()},
        not_persons=frozenset([*data["not_persons"], *data["vehicles"]]),
        vehicles=frozenset(data["vehicles"]),
        stop=frozenset(data["stop"]),
        body=re.compile(rf"(?:l'|\b(?:le|la|un|une|the|an?)[ ]){alternation(data['bodies'])}[ ]?,[ ]$"),
        opening=re.compile(
            rf"[^\w]*(?:{articles}[ ]|{elided})(?P<noun>[a-z-]{{3,}})(?:[ ][a-z'-]+){{0,3}}?,?[ ](?:qui|who)[ ]"
        ),
        day=re.compile(rf"[ ]{alternation(data['day'])}\b"),
        object=re.compile(r"[ ](?:une?|an?)[ ](?P<noun>[a-z-]{4,})(?=[ ](?:de|d'|age|aged|of)\b|[ ,.]|$)"),
        part=re.compile(rf",[ ]{alternation(data['among'])}[ ][^,;:.]*,"),
        aged=re.compile(rf"\b{alternation(data['aged'])}[ ](?:[a-z]+[ ]|\d+,?[ ]){{0,4}}$"),
        out_of=re.compile(rf"\b{alternation(data['out_of'])}[ ]$"),
    )


def groups(analysis: Analysis, start: int, end: int) -> list[Persons]:
    """Groups of persons of [start, end), in order, coordinated ones joined."""
    words = _words(analysis.lang)
    found: list[Persons] = []
    part: Amount | None = None  # "trois" of "trois des cinq prévenus"
    span: Amount | None = None  # "100" of "entre 100 et 120 personnes"
    for amount in within(analysis.amounts, start, end):
        if not whole_number(analysis, amount):
            continue
        before, part, span = part or span, None, None
        whole = words.part_of.match(analysis.folded, amount.token.end)
        if whole and within(analysis.amounts, whole.end(), whole.end() + 14):
            part = amount
            continue
        if words.opened.search(analysis.folded, max(start, amount.start - 12), amount.start):
            span = amount
        match = words.counted.match(analysis.folded, amount.token.end, end)
        crew = words.crew.search(analysis.folded, max(start, amount.start - 20), amount.start)
        if match or crew:
            begin = crew.start() if crew else amount.start
            stop = match.end() if match else amount.token.end
            group = Persons(begin, stop, amount.low, amount.high, whole=crew is not None)
            gap = analysis.folded[before.token.end : amount.start] if before else ""
            if before is not None and words.part_of.fullmatch(gap):
                group = Persons(before.start, stop, before.low, before.high)
            elif before is not None and words.to_end.fullmatch(gap):
                group = Persons(before.start, stop, before.low, amount.high)
            found.append(group)
    found += _nationals(analysis, start, end, found)
    for match in words.sets.finditer(analysis.folded, start, end):
        size = words.sizes[match["set"]]
        found.append(Persons(match.start(), match.end(), size, size, whole=True))
    found += [Persons(m.start(), m.end(), 2.0, 2.0) for m in words.both.finditer(analysis.folded, start, end)]
    covered = [(group.start, group.end) for group in found]
    found += [
        Persons(match.start(), match.end(), 1.0, 1.0)
        for match in words.one.finditer(analysis.folded, start, end)
        if not any(s < match.end() and match.start() < e for s, e in covered)
    ]
    found += [
        Persons(m.start(), m.end(), 1.0, 1.0) for m in words.aged_one.finditer(analysis.folded, start, end)
    ]
    return _joined(analysis, sorted(found, key=lambda group: group.start))


def _nationals(analysis: Analysis, start: int, end: int, known: list[Persons]) -> list[Persons]:
    """ "deux Bulgares et un Espagnol", "three Romanians": people named by their country or town, with a capital."""
    found = []
    for match in _NATIONAL.finditer(analysis.text, start, end):
        word = analysis.folded[match.start(1) : match.end(1)]
        if word not in people() or any(g.start < match.end() and match.start(1) < g.end for g in known):
            continue
        amounts = [
            a
            for a in within(analysis.amounts, match.start(1) - 24, match.start(1))
            if whole_number(analysis, a)
        ]
        if amounts and amounts[-1].token.end + 1 == match.start(1):
            found.append(Persons(amounts[-1].start, match.end(1), amounts[-1].low, amounts[-1].high))
        elif article := _ARTICLE.search(analysis.folded, max(start, match.start(1) - 5), match.start(1)):
            found.append(Persons(article.start("a"), match.end(1), 1.0, 1.0))
    return found


@cache
def people() -> frozenset[str]:
    """Names of people by their country or town, folded, singular and plural."""
    forms = [f for d in data_toml("gazetteer", "demonyms.toml")["demonym"] for f in d["forms"]]
    forms += [f for nouns in data_toml("grammar", "persons.toml")["people"].values() for f in nouns]
    return frozenset(variant for f in forms for variant in (fold(f), fold(f) + "s"))


def _joined(analysis: Analysis, found: list[Persons]) -> list[Persons]:
    """Runs such as "un médecin, deux pharmaciens et trois revendeurs" as one group; a run needs its "et"."""
    words = _words(analysis.lang)
    result: list[Persons] = []
    index = 0
    while index < len(found):
        last, closed = index, index
        while last + 1 < len(found):
            gap = words.joint.fullmatch(analysis.folded, found[last].end, found[last + 1].start)
            if gap is None or any(group.low is None for group in found[last : last + 2]):
                break
            last += 1
            if gap["and"]:
                closed = last
        run = found[index : closed + 1]
        if len(run) > 2 and run[0].low == sum(group.low or 0.0 for group in run[1:]):
            result.append(run[0])  # "Cinq hommes, quatre Brésiliens et un Surinamais, ont été …"
            index = closed + 1
            continue
        if len(run) > 1:
            total = sum(group.low or 0.0 for group in run)
            high = total if all(group.high == group.low for group in run) else None
            result.append(Persons(run[0].start, run[-1].end, total, high))
        else:
            result.append(run[0])
        index = closed + 1
    return result


def whole_number(analysis: Analysis, amount: Amount) -> bool:
    """Whether an amount may count persons: no unit, no decimals, no year of a date."""
    value = amount.low if amount.low is not None else amount.high
    if amount.unit is not None or amount.token.article or value is None or value != int(value) or value < 1:
        return False
    if _words(analysis.lang).aged.search(analysis.folded, max(0, amount.start - 26), amount.start):
        return False
    word = not analysis.folded[amount.token.start].isdigit()
    return not any(
        d.end > amount.token.start and not (word and d.start >= amount.token.start)  # "sept" is no month here
        for d in within(analysis.dates, amount.token.start - 40, amount.token.end)
    )


def subject(analysis: Analysis, start: int, verb: int, verb_end: int) -> Persons | None:
    """Who a verb in the passive, or a verb of dying, is about: the last group before it that agrees with it."""
    words = _words(analysis.lang)
    start = max(start, verb - 2 * _FAR)
    number = agreement(analysis, start, verb, verb_end)
    known = [g for g in groups(analysis, start, verb) if g.end <= verb and verb - g.end < _FAR]
    known = [g for g in known if not re.search(r"[;:]", analysis.folded[g.end : verb])]
    known = [g for g in known if not _aside(analysis, g, start, verb, words)]
    known = [_whole(analysis, g, start, words) for g in known]
    direct = _counted_subject(analysis, start, verb, verb_end, words)
    if direct is not None and words.among.search(
        analysis.folded, max(start, direct.start - 24), direct.start
    ):
        direct = None  # "cinq guetteurs, dont deux mineurs, attendent"
    if direct is not None and not any(g.start <= direct.start < g.end for g in known):
        known.append(direct)
    pronoun = words.pronoun.search(analysis.folded, max(start, verb - 60), verb)
    if pronoun and (pronoun["be"] or words.begins_be.match(analysis.folded, verb)):
        known.append(Persons(pronoun.start(), verb, 1.0, 1.0))
    agreeing = [g for g in known if g.whole or number == "unsaid" or g.several == (number == "many")]
    best = max(agreeing, key=lambda group: group.start, default=None)
    if best is None and number == "one":
        return (
            _one_unknown(analysis, start, verb, words)
            or _one_bare(analysis, start, verb, words)
            or _opening(analysis, start, verb, words)
        )
    return best if best is None or number == "one" else _with_unknown(analysis, best, start, words)


def _whole(analysis: Analysis, group: Persons, start: int, words: _Words) -> Persons:
    """ "L'équipage, neuf hommes, a été arrêté": the number of a body of persons, whose verb is singular."""
    if group.whole or not words.body.search(analysis.folded, max(start, group.start - 40), group.start):
        return group
    return replace(group, whole=analysis.folded[group.end : group.end + 1] == ",")


def _opening(analysis: Analysis, start: int, verb: int, words: _Words) -> Persons | None:
    """ "Un promeneur qui avait gardé trois pains chez lui, à Étaples, a été interpellé": who opens the sentence."""
    match = words.opening.match(analysis.folded, start, verb)
    if (
        match is None
        or match["noun"] in words.not_persons
        or not words.begins_be.match(analysis.folded, verb)
    ):
        before = words.be_one.search(analysis.folded, max(start, verb - 12), verb)
        if match is None or match["noun"] in words.not_persons or before is None:
            return None
    clause = analysis.folded[match.end() : verb]
    if clause.count(",") < 1 or re.search(r"[;:.]", clause):
        return None
    return Persons(match.start("noun"), verb, 1.0, 1.0)


def _one_unknown(analysis: Analysis, start: int, verb: int, words: _Words) -> Persons | None:
    """ "Le chef présumé a été condamné": one person, whatever the noun, unless it is a thing or a body of persons."""
    match = words.noun_be.search(analysis.folded, max(start, verb - 100), verb)
    if match is None or not (match["be"] or words.begins_be.match(analysis.folded, verb)):
        return None
    if match["noun"] in words.not_persons or words.stop.intersection(match["np"].split()):
        return None
    return Persons(match.start(), verb, 1.0, 1.0)


def _one_bare(analysis: Analysis, start: int, verb: int, words: _Words) -> Persons | None:
    """ "un promeneur hospitalisé après y avoir goûté": one person, without an auxiliary."""
    if analysis.lang != "fr":
        return None
    match = re.compile(r"\bune?[ ](?P<noun>[a-z-]{4,})[ ]$").search(
        analysis.folded, max(start, verb - 40), verb
    )
    if match is None or match["noun"] in words.not_persons:
        return None
    return Persons(match.start(), verb, 1.0, 1.0)


def of_vehicle(analysis: Analysis, start: int, verb: int) -> bool:
    """ "un go-fast parti de Malaga a été arrêté": what was stopped is no person."""
    words = _words(analysis.lang)
    match = words.noun_be.search(analysis.folded, max(start, verb - 100), verb)
    return match is not None and match["noun"] in words.vehicles


def _with_unknown(analysis: Analysis, group: Persons, start: int, words: _Words) -> Persons:
    """ "Un clerc de notaire et deux vendeurs ont été …": who begins the sentence is one more, whatever the noun."""
    match = words.unknown.search(analysis.folded[max(start, group.start - 70) : group.start])
    if match is None or group.low is None or group.whole:
        return group
    begin = max(start, group.start - 70) + match.start("one")
    high = None if group.high is None else group.high + 1
    return Persons(begin, group.end, group.low + 1, high)


def _aside(analysis: Analysis, group: Persons, start: int, verb: int, words: _Words) -> bool:
    """ "Cinq personnes, dont deux mineurs, ont été …": the aside is not the subject."""
    head = analysis.folded[max(start, group.start - 24) : group.start]
    return words.among.search(head) is not None and "," in analysis.folded[group.end : verb]


def _participle(analysis: Analysis, verb: int, verb_end: int, noun: str) -> bool:
    """ "onze frontaliers interpellés", "les neuf autres condamnés": noun and participle agree, without an auxiliary."""
    if analysis.lang != "fr" or not noun.endswith(("s", "x")):
        return False
    return (
        re.fullmatch(r"[a-z]+es|[a-z]+us|[a-z]+is", analysis.folded[verb:verb_end].split(" ")[0]) is not None
    )


def _counted_subject(
    analysis: Analysis, start: int, verb: int, verb_end: int, words: _Words
) -> Persons | None:
    """ "Six ont été hospitalisées", "onze barons ont été interpellés": a number begins the words before the verb."""
    for amount in reversed(within(analysis.amounts, max(start, verb - _SUBJECT), verb)):
        if not whole_number(analysis, amount) or amount.token.end > verb:
            continue
        if words.among.search(analysis.folded, max(start, amount.start - 24), amount.start):
            continue
        said_of = analysis.folded[amount.token.end : verb]
        if '"' in said_of or "," in said_of:  # "Treize « extracteurs », dont cinq mineurs, ont été …"
            said_of = re.sub(
                r"[ ]*\"[ ]?", " ", words.part.sub("", said_of.replace('" ,', '",').replace('",', ","))
            ).replace("  ", " ")
        match = words.subject.fullmatch(said_of)
        if match is None:
            return None
        noun = match["np"].split()
        if words.out_of.search(analysis.folded, max(start, amount.start - 16), amount.start):
            continue
        said = bool(match["be"]) or words.begins_be.match(analysis.folded, verb) is not None
        if noun and (noun[0] in words.not_persons or words.stop.intersection(noun)):
            return None
        bare = not match["aside"] and len(noun) == 1 and _participle(analysis, verb, verb_end, noun[0])
        if said == bool(match["aside"]) and (noun or match["aside"]) and not bare:
            return None
        return Persons(amount.start, verb, amount.low, amount.high)
    return None


def agreement(analysis: Analysis, start: int, verb: int, verb_end: int) -> Number:
    """What auxiliary and participle say of the number of the subject."""
    words = _words(analysis.lang)
    first = _VERB.match(analysis.folded, verb, verb_end)
    head = analysis.folded[max(start, verb - 24) : verb]
    if first is None:
        return "unsaid"
    for pattern, number in ((words.be_many, "many"), (words.be_one, "one")):
        if pattern.search(head) or pattern.search(first.group()):
            return "many" if number == "many" else "one"
    if analysis.lang == "fr" and _PLURAL.search(first.group()):
        return "many"
    if analysis.lang == "fr" and first.group().endswith("e"):
        return "one"
    return "unsaid"


def apposed(analysis: Analysis, start: int, verb: int, verb_end: int, end: int) -> Persons | None:
    """Who a participle that opens its clause is about: "Écroué à Dax, il risque dix ans", "Arrêtés samedi, les deux
    frères ont avoué", "le tribunal en a jugé vingt et une, toutes condamnées"."""
    words = _words(analysis.lang)
    every = words.all_of.search(analysis.folded, max(start, verb - 24), verb)
    if every is not None:
        for amount in reversed(within(analysis.amounts, max(start, every.start() - 60), every.start())):
            if whole_number(analysis, amount):
                return Persons(amount.start, verb_end, amount.low, amount.high)
    if analysis.folded[start:verb].strip(' "«»–—-'):
        return None
    number = agreement(analysis, start, verb, verb_end)
    comma = re.compile(r",[ ]").search(analysis.folded, verb_end, min(end, verb_end + 60))
    if comma is None:
        return Persons(verb, verb_end, 1.0, 1.0) if number == "one" else None
    follows = words.follows.match(analysis.folded, comma.end(), end)
    if follows and number != "many":
        return Persons(verb, follows.end(), 1.0, 1.0)
    for group in groups(analysis, comma.end(), min(end, comma.end() + 80)):
        if group.start - comma.end() <= 4 and (group.whole or group.several == (number == "many")):
            return Persons(verb, group.end, group.low, group.high)
    return None


def objects(analysis: Analysis, start: int, end: int, reach: int, *, bare: bool = False) -> Persons | None:
    """Who a verb in the active is about: the first group after it; with `bare` also a number or "him" right after it."""
    words = _words(analysis.lang)
    at = _after_time(analysis, start) if bare else start
    unknown = words.object.match(analysis.folded, at, end) if bare else None
    if unknown is not None and unknown["noun"] not in words.not_persons:
        if (known := groups(analysis, start, unknown.end() + 1)) and known[0].start <= unknown.start("noun"):
            return known[0]
        return Persons(at + 1, unknown.end(), 1.0, 1.0)
    for group in groups(analysis, start, min(end, start + reach + 60)):
        gap = analysis.folded[start : group.start]
        if group.start - start <= reach and not re.search(r"[;:.]", gap):
            return group
    pronoun = words.him.match(analysis.folded, start) if bare else None
    if pronoun is not None:
        return Persons(start, pronoun.end(), 1.0, 1.0)
    for amount in within(analysis.amounts, at, min(end, at + 3)) if bare else ():
        following = re.match(
            r"[ ]([a-z'-]+)|[.,;)]|$", analysis.folded[amount.token.end : amount.token.end + 24]
        )
        if following and following[1] not in words.not_persons and whole_number(analysis, amount):
            return Persons(amount.start, amount.token.end, amount.low, amount.high)
    return None


def _after_time(analysis: Analysis, start: int) -> int:
    """`start`, or the end of a time right after it: "a condamné lundi un carrossier"."""
    for date in within(analysis.dates, start, start + 4):
        if date.end - start < 30:
            return date.end
    day = _words(analysis.lang).day.match(analysis.folded, start)
    return day.end() if day is not None else start


def clitic(analysis: Analysis, verb: int) -> Persons | None:
    """ "le tribunal l'a condamné": one person, who stands before the verb."""
    found = _words(analysis.lang).her.search(analysis.folded, max(0, verb - 4), verb)
    return Persons(found.start(), verb, 1.0, 1.0) if found is not None else None
