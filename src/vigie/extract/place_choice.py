"""Which place a name means, if any.

In: a Candidate (a known name, its surroundings) and the Scene (what the whole text says about where it is). Out: one
gazetteer Entry, or None. Two questions are kept apart: how much evidence an entry needs before it may be read at all
(`_need`: a metropolis little, a village called like an ordinary word much), and which of the entries left is the
likeliest (`_weight`: population, grammar, the divisions the text names). Left out: finding the names.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import lru_cache

from vigie.extract.place_context import Evidence, Left, rules
from vigie.lexicon.gazetteer import Entry, key, word_names

DIVISIONS = ("country", "region", "department", "state", "area")
_DIVISION_LEADS = frozenset(("en", "dans", "au", "aux", "du", "des", "la", "le", "les", "l'", "d'", "depuis", "vers",
                             "entre", "via", "of", "in", "across", "from"))  # fmt: skip
_DEPARTMENT_LEADS = frozenset(("le", "la", "les", "l'"))
_ARTICLES = frozenset(("le", "la", "les", "l'", "un", "une", "au", "aux", "du", "des"))
_JOINTS = frozenset(("et", "ou", ",", "celui", "celle", "ceux", "celles", "ni", "entre"))
_BANKS = frozenset(
    ("sur", "de", "dans", "sous", "long", "bord", "bords", "rives", "quais")
)  # "les quais de la Loire"
_COMPASS = re.compile(r" (?:de |du |des |d['’]|of )|[- ](?:Est|Ouest)\b|-(?:est|ouest)\b")
# "le Nord de la ville", "la Réunion des chefs": with a complement they are ordinary words.
_FOLLOWED = ("FR-59", "FR-974")
# Names of departments that no river, sea or ordinary word shares.
_PLAIN_DEPARTMENTS = frozenset(("finistere", "morbihan", "essonne", "vaucluse", "mayotte", "guadeloupe", "martinique",
                                "guyane", "savoie", "vendee", "calvados", "gironde", "paris"))  # fmt: skip
# Inhabitants from which a city abroad needs evidence 0, 1, 2, 3, 4.
_CITY_SIZES = (200_000, 100_000, 60_000, 15_000, 0)
_ANGLOPHONE = ("US", "GB", "CA", "IE", "AU", "NZ")
_DEPARTMENT = re.compile(r"FR-(?:\d\d|2[AB]|97\d)$")


@lru_cache(maxsize=20_000)
def word_key(raw: str) -> str:
    """`key` of one word or label, remembered."""
    return key(raw)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that the gazetteer knows, before anything is decided."""

    start: int
    end: int
    name: str
    entries: tuple[Entry, ...]
    left: Left
    evidence: Evidence
    codes: frozenset[str]


@dataclass(slots=True)
class Scene:
    """What the whole text says about where it is.

    Attributes:
        codes: of the divisions it names.
        around: of the divisions that hold the large towns it names: a hint between namesakes, no more.
    """

    lang: str
    codes: set[str] = field(default_factory=set)
    around: set[str] = field(default_factory=set)

    @property
    def departments(self) -> bool:
        """The text names a department of France."""
        return any(_DEPARTMENT.match(code) for code in self.codes)

    def near(self, entry: Entry) -> bool:
        """`holds`, or for a city abroad: the text names a large town of the same state ("Bath" beside Bristol)."""
        return self.holds(entry) or (
            entry.level == "city" and bool(entry.region) and entry.region in self.around
        )

    def holds(self, entry: Entry) -> bool:
        """The text names a division that holds `entry` (France says nothing in a French text)."""
        if entry.department in self.codes or (entry.region in self.codes and entry.region != entry.code):
            return True
        return entry.country in self.codes and (entry.country != "FR" or self.lang != "fr")


def _need(candidate: Candidate, entry: Entry, scene: Scene) -> int:
    """The least evidence with which `entry` may be read in `candidate`; 9 is out of reach."""
    name, known = candidate.name, rules()
    word = name in word_names()
    held = scene.holds(entry)
    if entry.level == "department":
        return _need_department(candidate, entry, scene)
    if entry.level in DIVISIONS:
        if name in known.given and name not in known.famous:
            return 2
        return 2 if word else 0
    people = (
        entry.population
        if word_key(entry.label) == name or entry.level == "city"
        else min(entry.population, 4000)
    )
    parts = name.count(" ") + 1
    given = name in known.given and name not in known.famous
    if entry.level == "commune":
        if scene.lang == "en" and not (held and people >= 2000):
            return 0 if people >= 100_000 and not word else 3 if people >= 20_000 else 9
        if word or given:
            need = 2 if people >= 20_000 else 3 if people >= 3000 else 4
        elif parts >= 3:
            need = 0  # "Val-de-Reuil" can hardly be anything else
        else:
            need = 0 if people >= 20_000 else 2 if people >= 5000 else 3
        if need == 3 and not held and _namesakes(candidate, entry):
            need = 4
        return need - 1 if held and need in (2, 4) else need
    if word or given:
        need = 2 if people >= 300_000 else 4
    elif scene.lang == "en" and entry.country not in _ANGLOPHONE:
        need = 0 if people >= 200_000 else 2 if people >= 40_000 else 3
    else:
        need = next(grade for grade, least in enumerate(_CITY_SIZES) if people >= least)
    return need - 1 if held and need else need


def _namesakes(candidate: Candidate, entry: Entry) -> bool:
    """Villages share the name and nothing in the text tells them apart: naming one would be a guess."""
    if entry.population >= 3000 and word_key(entry.label) == candidate.name:
        return False
    return sum(e.level == "commune" and e.population * 5 > entry.population for e in candidate.entries) > 1


def _need_department(candidate: Candidate, entry: Entry, scene: Scene) -> int:
    """Rivers, seas and compass points share the names of departments: grammar tells them apart."""
    left, known = candidate.left, rules()
    one, two, three = (left.at(i) for i in (1, 2, 3))
    if left.opening and candidate.evidence is Evidence.STRONG:
        return 0  # it heads a paragraph
    if candidate.name.count(" ") or candidate.name in _PLAIN_DEPARTMENTS:
        return 0
    if scene.lang == "en":
        return 0 if one == "(" else 9
    if one in ("(", "en"):
        return 0
    if one in _DEPARTMENT_LEADS and two in ("dans", "vers", "depuis"):
        return 0
    if one in _DIVISION_LEADS and two in _JOINTS and scene.departments:
        return 0
    if one in ("du", "des", "d'") and two in known.department_nouns:
        return 0
    if one in ("la", "l'") and two == "de" and three in known.department_nouns:
        return 0
    if (
        one in ("du", "des", "la", "l'", "le", "les")
        and entry.code in scene.codes | scene.around
        and two not in _BANKS
    ):
        return 0
    return 9


def choose(candidate: Candidate, scene: Scene, text: str) -> Entry | None:
    """The entry that the name means, None if it is no place."""
    lead = candidate.left.at(1)
    evidence = int(Evidence.STRONG if lead == "(" else candidate.evidence)
    elsewhere = any(_DEPARTMENT.match(code) for code in candidate.codes)
    scored = []
    for entry in candidate.entries:
        explained = _explained(entry, candidate.codes)
        if entry.level == "commune":
            if elsewhere and not explained:
                continue  # "Charleville (Ardennes)" is not Charleville in the Marne
            explained = explained and lead not in _ARTICLES
        need = _need(candidate, entry, scene)
        if entry.level in DIVISIONS:
            grammar = evidence + (1 if lead in _DIVISION_LEADS else 0)
        else:
            grammar = evidence
            if lead in _ARTICLES:  # towns take none: "la Croix", "les Contes" are words
                grammar = min(grammar, int(Evidence.NAME))
        if explained and candidate.evidence >= Evidence.OPENING:
            grammar = 4
        if grammar >= need or (need == 4 and grammar == 3 and scene.near(entry)):
            scored.append((_weight(candidate, entry, scene, explained), entry))
    if not scored:
        return None
    best = max(scored, key=lambda pair: pair[0])[1]
    article = candidate.name.startswith(("le ", "la ", "les ")) and candidate.name in word_names()
    if (best.code in _FOLLOWED or article) and _COMPASS.match(text, candidate.end):
        return None
    return best


def _explained(entry: Entry, codes: frozenset[str]) -> bool:
    return (
        bool(codes)
        and entry.level not in ("country", "area")
        and bool(codes & {entry.department, entry.region, entry.country} - {entry.code})
    )


_BASE = {"country": 9.0, "region": 7.5, "department": 7.6, "area": 6.8, "state": 7.5}


def _weight(candidate: Candidate, entry: Entry, scene: Scene, explained: bool) -> float:
    """How likely the entry is, in tenfolds of population."""
    lead = candidate.left.at(1)
    at_town = lead in ("a", "pres") or candidate.left.low[-2:] == ("pres", "de")
    towns = [e for e in candidate.entries if e.level == "city"]
    if entry.level in _BASE:
        weight = _BASE[entry.level]
        if entry.level == "state" and any(e.population >= 30_000 and e.region == entry.code for e in towns):
            weight -= 2  # New York, Genève: the city, unless grammar says otherwise
        if entry.level == "country" and scene.lang == "fr" and word_key(entry.label) != candidate.name:
            weight -= 3  # an English name of a country is a city's in French: "Mexico"
        if lead in ("en", "dans", "au", "aux") or (
            lead in _DEPARTMENT_LEADS and candidate.left.at(2) in ("dans", "en", "de")
        ):
            weight += 3
        if entry.level == "state" and entry.country in scene.codes | {
            c[:2] for c in scene.codes if c[2:3] == "-"
        }:
            weight += 4 if candidate.name == "georgia" else 0.2
        return weight + (4 if explained else 0)
    weight = math.log10(entry.population + 10)
    if at_town:
        weight += 4
    if entry.level in ("commune", "arrondissement"):
        abroad = scene.lang == "en"
        weight += -0.5 if abroad else 1.3
        weight += 0.2 if entry.department and len(entry.department) == 5 else 0.0
    elif scene.lang == "en" and entry.country in _ANGLOPHONE:
        weight += 0.5
    if explained:
        weight += 6
    if entry.department in scene.codes:
        weight += 2.5
    elif entry.region in scene.codes:
        weight += 2.5 if entry.level == "city" else 1.5
    elif entry.country in scene.codes and (entry.country != "FR" or scene.lang == "en"):
        weight += 1.5
    elif entry.department in scene.around:
        weight += 1.2
    elif entry.region in scene.around:
        weight += 0.6
    elif entry.country in scene.around and entry.country != "FR":
        weight += 0.5
    return weight
