"""Places named in a text.

In: text and its language. Out: PlaceMention spans in order, not overlapping, never finer than a commune
(arrondissement for Paris, Lyon, Marseille). A name is looked up at capitalised words only, longest match first; its
surroundings (`place_context`) and the other places of the text decide whether it is a place, and which one.
Left out: streets, districts of a town, highways, villages abroad, and names inside those of organisations.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from vigie.extract.mentions import PlaceMention
from vigie.extract.place_context import Evidence, Left, apposed, judge, left_of, rules
from vigie.extract.place_district import districts, with_district
from vigie.extract.place_phrase import Phrase, phrases
from vigie.lexicon.gazetteer import Entry, gazetteer, key, word_names

_CAPITAL = re.compile(r"(?<![\w@#/&])[A-ZÀ-ÖØ-ÞŒ][^\W\d_]*")
_MORE = re.compile(r"(?:['’ \u00a0\u202f-]|\. | - | – )([^\W\d_]+)")
_LIST_JOINT = re.compile(
    r"\s*(?:,|/|&|;|\bet|\bou|\band|\bor|\bpuis|, (?:et|ou|puis|and|or|à))\s+(?:(?:à|a|de|en|au|du|l[ae]s?|d['’]|l['’])\s*)*$"
)
_DIVISION_LEADS = frozenset(
    "en dans au aux du des la le les l' d' depuis vers entre via of in across from".split(" ")
)
_DEPARTMENT_LEADS = frozenset("le la les l'".split(" "))
_DIVISIONS = ("country", "region", "department", "state", "area")
_SUFFIXED = re.compile(r"[-‐][^\W\d_]")
_COMPASS = re.compile(r" (?:de |du |des |d['’]|of )|[- ](?:Est|Ouest)\b|-(?:est|ouest)\b")
# Names of departments that no river, sea or ordinary word shares.
_BANKS = ("sur", "de", "dans", "sous", "long", "bord", "bords", "rives", "quais")  # "les quais de la Loire"
_PLAIN_DEPARTMENTS = frozenset(
    "finistere morbihan essonne vaucluse mayotte guadeloupe martinique guyane savoie vendee calvados gironde paris".split(
        " "
    )
)
# "le Nord de la ville", "la Réunion des chefs": with a complement they are ordinary words.
_FOLLOWED = ("FR-59", "FR-974")
_ARTICLES = ("le", "la", "les", "l'", "un", "une", "au", "aux", "du", "des", "the")
# Inhabitants from which a city abroad needs evidence 0, 1, 2, 3, 4.
_CITY_SIZES = (200_000, 100_000, 60_000, 15_000, 0)
_ANGLOPHONE = ("US", "GB", "CA", "IE", "AU", "NZ")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A name that the gazetteer knows, before anything is decided."""

    start: int
    end: int
    name: str
    entries: tuple[Entry, ...]
    left: Left
    evidence: Evidence
    codes: frozenset[str]


@dataclass(slots=True)
class _Scene:
    """What the whole text says about where it is: codes of the divisions it names."""

    lang: str
    codes: set[str] = field(default_factory=set)

    def holds(self, entry: Entry) -> bool:
        """The text names a division that holds `entry` (France says nothing in a French text)."""
        if entry.department in self.codes or (entry.region in self.codes and entry.region != entry.code):
            return True
        return entry.country in self.codes and (entry.country != "FR" or self.lang != "fr")


def find_places(text: str, lang: str) -> list[PlaceMention]:
    """Every place of `text`."""
    found, blocked = phrases(text)
    fixed = [(p.start, p.end) for p in found]
    candidates = [
        c
        for c in _candidates(text)
        if not _overlaps(blocked, c.start, c.end) and not _within(fixed, c.start, c.end)
    ]
    scene = _Scene(lang)
    for phrase in found:
        scene.codes.update(
            code for code in (phrase.entry.code, phrase.entry.region) if code and ":" not in code
        )
    for candidate in candidates:
        if candidate.codes:
            scene.codes.update(candidate.codes)
        best = _choose(candidate, scene, text)
        if best is not None and best.level in _DIVISIONS and best.code:
            scene.codes.add(best.code)
    mentions = _resolve(text, candidates, scene)
    taken = [(m.start, m.end) for m in mentions]
    mentions += [_phrase_mention(text, p) for p in found if not _overlaps(taken, p.start, p.end)]
    mentions.sort(key=lambda m: m.start)
    return districts(text, mentions)


def _phrase_mention(text: str, phrase: Phrase) -> PlaceMention:
    name = text[phrase.start : phrase.end]
    return PlaceMention(start=phrase.start, end=phrase.end, place=phrase.entry.place(name))


def _overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(s < end and start < e for s, e in spans)


def _within(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(s <= start and end <= e for s, e in spans)


@lru_cache(maxsize=20_000)
def _word(raw: str) -> str:
    return key(raw)


def _candidates(text: str) -> list[_Candidate]:
    """The longest known name at each capitalised word."""
    names = gazetteer()
    heads, find = names.heads, names.find
    out: list[_Candidate] = []
    last = 0
    for match in _CAPITAL.finditer(text):
        start = match.start()
        if start < last:
            continue
        size = heads.get(_word(match.group()), 0)
        contracted = _contracted(text, start)
        if not size and not contracted:
            continue
        words = [_word(match.group())]
        ends = [match.end()]
        while len(ends) < max(size, 6 if contracted else 1) and (more := _MORE.match(text, ends[-1])):
            words.append(_word(more.group(1)))
            ends.append(more.end())
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count])
            entries = find(name) if count <= size else ()
            for article in contracted:
                if named := tuple(e for e in find(f"{article} {name}") if e.level not in ("country", "area")):
                    entries = named + (entries if article == "la" else ())
                    name = f"{article} {name}"
                    break
            if entries:
                end = ends[count - 1]
                candidate = _candidate(text, start, end, name, entries, contracted)
                if candidate:
                    out.append(candidate)
                    last = end
                break
    return out


_ARTICLE = re.compile(r"(?:\b(au|du|le|Au|Du)|\b(aux|des|les|Aux|Des)|\b(la)) $")


def _contracted(text: str, start: int) -> tuple[str, ...]:
    """Articles that the word before `start` may hide: "au Mans" is "à Le Mans"."""
    match = _ARTICLE.search(text, max(0, start - 5), start)
    if not match:
        return ()
    return ("le",) if match.group(1) else ("les",) if match.group(2) else ("la",)


def _candidate(
    text: str, start: int, end: int, name: str, entries: tuple[Entry, ...], contracted: tuple[str, ...]
) -> _Candidate | None:
    written = text[start:end]
    tail = re.split(r"[ \u00a0\u202f]", written)[-1]
    if tail[0].islower():  # "Les arcs", "La plagne": an ordinary word; divisions may end so ("Corée du sud")
        entries = tuple(e for e in entries if e.level in _DIVISIONS)
    if written.isupper() and len(written) <= 3:
        return None
    if text[start - 1 : start] in ("-", "‐", "–") and start > 1 and text[start - 2].isalnum():
        entries = tuple(e for e in entries if e.level in _DIVISIONS or e.population >= 100_000)
        before = re.search(r"[^\W\d_]+$", text[max(0, start - 30) : start - 1])
        if not before or not any(e.population >= 100_000 for e in gazetteer().find(key(before.group()))):
            return None
    if _SUFFIXED.match(text, end) and not re.match(
        r"-(?:là|ci|[Cc]entre|[Ss]ud|[Nn]ord|[Ee]st|[Oo]uest|based)\b", text[end : end + 8]
    ):
        after = re.match(r"[^\W\d_]+", text[end + 1 : end + 30])
        if not after or not any(e.population >= 100_000 for e in gazetteer().find(key(after.group()))):
            return None
    entries = tuple(e for e in entries if _spelt(written, e, name))
    if not entries:
        return None
    left = left_of(text, start)
    if contracted and name.split(" ")[0] in ("le", "les") and key(written) != name:
        left = _expanded(left)
    evidence = judge(text, start, end, name, left)
    if evidence is Evidence.AGAINST:
        return None
    codes = apposed(text, end)
    return _Candidate(start, end, name, entries, left, evidence, codes)


def _expanded(left: Left) -> Left:
    """The left context with the article of the name taken out: "au" reads "à", "du" reads "de"."""
    plain = {"au": "à", "aux": "à", "du": "de", "des": "de"}.get(left.low[-1])
    words = (*left.words[:-1], plain) if plain else left.words[:-1]
    low = (*left.low[:-1], "a" if plain == "à" else plain) if plain else left.low[:-1]
    return Left(tuple(words), tuple(low), left.opening and not words)


def _spelt(written: str, entry: Entry, name: str) -> bool:
    """Small communes must be written with their own accents: "à Liré" is a town, "À lire" is not."""
    if (
        entry.level != "commune"
        or entry.population >= 20_000
        or written.isupper()
        or key(entry.label) != name
    ):
        return True
    plain = str.maketrans({"-": " ", "’": "'"})
    mine, theirs = written.translate(plain).lower(), entry.label.translate(plain).lower()
    if mine.isascii() and name not in word_names():
        return True
    return theirs.endswith(mine[1:])


def _need(candidate: _Candidate, entry: Entry, scene: _Scene) -> int:
    """The least evidence with which `entry` may be read in `candidate`; 9 is out of reach."""
    name, known = candidate.name, rules()
    word = name in word_names()
    held = scene.holds(entry)
    if entry.level == "department":
        return _need_department(candidate, entry, scene)
    if entry.level in _DIVISIONS:
        if name in known.given and name not in known.famous:
            return 2
        return 2 if word else 0
    people = (
        entry.population if key(entry.label) == name or entry.level == "city" else min(entry.population, 4000)
    )
    parts = name.count(" ") + 1
    given = name in known.given and name not in known.famous
    if entry.level == "commune":
        if scene.lang == "en" and not (held and people >= 2000):
            return 0 if people >= 100_000 and not word else 3 if people >= 20_000 else 9
        if word or given:
            need = 2 if people >= 20_000 else 3 if people >= 3000 else 4
        elif parts >= 4:
            need = 0
        elif parts == 3:
            need = 1
        else:
            need = 0 if people >= 20_000 else 2 if people >= 5000 else 3
        return need - 1 if held and need in (2, 4) else need
    if word or given:
        need = 2 if people >= 300_000 else 4
    elif scene.lang == "en" and entry.country not in _ANGLOPHONE:
        need = 0 if people >= 200_000 else 2 if people >= 80_000 else 3
    else:
        need = next(grade for grade, least in enumerate(_CITY_SIZES) if people >= least)
    return need - 1 if held and need else need


def _need_department(candidate: _Candidate, entry: Entry, scene: _Scene) -> int:
    """Rivers, seas and compass points share the names of departments: grammar tells them apart."""
    left, known = candidate.left, rules()
    one, two, three = (left.at(i) for i in (1, 2, 3))
    if candidate.name.count(" ") or candidate.name in _PLAIN_DEPARTMENTS:
        return 0
    if scene.lang == "en":
        return 0 if one == "(" else 9
    if one in ("(", "en") or (one == "," and left.at(2) != ""):
        return 0 if one != "," else 9
    if one in _DEPARTMENT_LEADS and two == "dans":
        return 0
    others = any(c != entry.code and c.startswith("FR-") and c[3:5].isalnum() and len(c) == 5 for c in scene.codes)
    if others and one in _DIVISION_LEADS and two in ("et", "ou", ",", "celui", "celle", "ceux", "celles", "ni", "entre"):
        return 0
    if one in ("du", "des", "d'") and two in known.department_nouns:
        return 0
    if one in ("la", "l'") and two == "de" and three in known.department_nouns:
        return 0
    if (
        one in ("du", "des", "la", "l'", "le", "les")
        and entry.code in scene.codes
        and two not in _BANKS
    ):
        return 0
    return 9


def _choose(candidate: _Candidate, scene: _Scene, text: str) -> Entry | None:
    """The entry that the name means, None if it is no place."""
    evidence = max(candidate.evidence, Evidence.STRONG if candidate.left.at(1) == "(" else candidate.evidence)
    scored = []
    for entry in candidate.entries:
        explained = _explained(entry, candidate.codes)
        need = _need(candidate, entry, scene)
        if entry.level in _DIVISIONS:
            grammar = int(evidence) + (1 if candidate.left.at(1) in _DIVISION_LEADS else 0)
        else:
            grammar = int(evidence)
            if candidate.left.at(1) in _ARTICLES and evidence <= Evidence.STRONG:
                grammar = min(grammar, _towns_article(candidate, text))
        if explained and candidate.evidence >= Evidence.OPENING:
            grammar = 4
        if grammar >= need or (need == 4 and grammar == 3 and scene.holds(entry)):
            scored.append((_weight(candidate, entry, scene, explained), entry))
    if not scored:
        return None
    _weight_, best = max(scored, key=lambda pair: pair[0])
    article = candidate.name.startswith(("le ", "la ", "les ")) and candidate.name in word_names()
    if (best.code in _FOLLOWED or article) and _COMPASS.match(text, candidate.end):
        return None
    return best


def _towns_article(candidate: _Candidate, text: str) -> int:
    """Towns take no article of their own: "la Croix", "les Contes" are words; "the Denver police" is a place."""
    if candidate.left.at(1) == "the":
        return int(candidate.evidence)
    return int(Evidence.NAME)


def _explained(entry: Entry, codes: frozenset[str]) -> bool:
    return (
        bool(codes)
        and entry.level not in ("country", "area")
        and bool(codes & {entry.department, entry.region, entry.country} - {entry.code})
    )


_BASE = {"country": 9.0, "region": 7.5, "department": 7.0, "area": 6.8, "state": 7.5}


def _weight(candidate: _Candidate, entry: Entry, scene: _Scene, explained: bool) -> float:
    """How likely the entry is, in tenfolds of population."""
    lead = candidate.left.at(1)
    at_town = lead in ("a", "pres") or candidate.left.low[-2:] == ("pres", "de")
    towns = [e for e in candidate.entries if e.level == "city"]
    if entry.level in _BASE:
        weight = _BASE[entry.level]
        if entry.level == "state" and any(e.population >= 30_000 and e.region == entry.code for e in towns):
            weight -= 2  # New York, Genève: the city, unless grammar says otherwise
        if entry.level == "country" and scene.lang == "fr" and key(entry.label) != candidate.name:
            weight -= 3  # an English name of a country is a city's in French: "Mexico"
        if lead in ("en", "dans") or (
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
    return weight


def _resolve(text: str, candidates: list[_Candidate], scene: _Scene) -> list[PlaceMention]:
    """Accept what its surroundings carry, then lists, then repetitions of what was accepted."""
    chosen: dict[int, Entry] = {}
    strong: dict[str, Entry] = {}
    last_end = -1
    for index, candidate in enumerate(candidates):
        if last_end >= 0 and _LIST_JOINT.fullmatch(text, last_end, candidate.start):
            candidate = candidates[index] = replace(candidate, evidence=Evidence.STRONG)
        entry = _choose(candidate, scene, text)
        if entry is None:
            continue
        chosen[index] = entry
        if candidate.evidence >= Evidence.WEAK or candidate.codes:
            strong.setdefault(candidate.name, entry)
        if candidate.evidence >= Evidence.NAME or entry.population >= 100_000 or candidate.name.count(" ") > 1:
            last_end = candidate.end
    mentions: list[PlaceMention] = []
    for index, candidate in enumerate(candidates):
        found = chosen.get(index)
        again = strong.get(candidate.name)
        if (
            again is not None
            and (found is None or not candidate.codes)
            and (candidate.name not in word_names() or candidate.evidence >= Evidence.NAME)
        ):
            if found is None and again.level not in ("commune", "city"):
                continue
            if found is None or found.level == again.level:
                found = again
        if found is not None:
            mentions.append(with_district(text, candidate.start, candidate.end, found))
    return mentions
