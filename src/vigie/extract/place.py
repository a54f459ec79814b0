"""Places named in a text.

In: text and its language. Out: PlaceMention spans in order, not overlapping, never finer than a commune
(arrondissement for Paris, Lyon, Marseille). A name is looked up at capitalised words only, longest match first; its
surroundings (`place_context`) and the other places of the text decide whether it is a place, and which one.
Left out: streets, districts of a town, highways, villages abroad, and names inside those of organisations.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from vigie.extract.mentions import PlaceMention
from vigie.extract.place_choice import DIVISIONS, Candidate, Scene, choose, word_key
from vigie.extract.place_context import Evidence, Left, apposed, judge, left_of
from vigie.extract.place_district import districts, with_district
from vigie.extract.place_phrase import Phrase, phrases
from vigie.lexicon.gazetteer import Entry, gazetteer, key, word_names

_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-ÞŒ][^\W\d_]*")  # opens with a plain set: the scan is then a fast one
_MORE = re.compile(r"(?:['’ \u00a0\u202f-]|\. | - | – )([^\W\d_]+)")
_LIST_JOINT = re.compile(
    r"\s*(?:,|/|&|;|\bet|\bou|\band|\bor|\bpuis|, (?:et|ou|puis|and|or|à))\s+(?:(?:à|a|de|en|au|du|l[ae]s?|d['’]|l['’])\s*)*$"
)
_PAIRS = ("et la", "et le", "et les", "et l'", "et l’", ", la", ", le", ", les", ", l'", ", l’", "et", ",")
_OPENERS = frozenset(("Le", "La", "Les", "L", "Un", "Au", "En", "Il", "On", "De", "Sur", "Des"))
_COUNTY = re.compile(r" (?:County|Counties|Parish)\b")
_SUFFIXED = re.compile(r"[-‐][^\W\d_]")


def find_places(text: str, lang: str) -> list[PlaceMention]:
    """Every place of `text`."""
    found, blocked = phrases(text)
    closed = _Spans([*blocked, *((p.start, p.end) for p in found)])
    candidates = [c for c in _candidates(text) if not closed.meet(c.start, c.end)]
    scene = _scene(text, lang, candidates, found)
    mentions = _resolve(text, candidates, scene)
    taken = _Spans([(m.start, m.end) for m in mentions])
    for phrase in found:
        if not taken.meet(phrase.start, phrase.end):
            name = text[phrase.start : phrase.end]
            mentions.append(PlaceMention(start=phrase.start, end=phrase.end, place=phrase.entry.place(name)))
    mentions.sort(key=lambda m: m.start)
    return districts(text, mentions)


def _scene(text: str, lang: str, candidates: list[Candidate], found: list[Phrase]) -> Scene:
    """The divisions that the text names, and those around its large towns."""
    scene = Scene(lang)
    for phrase in found:
        scene.codes.update(c for c in (phrase.entry.code, phrase.entry.region) if c and ":" not in c)
    scene.codes.update(_paired(text, candidates))
    for candidate in candidates:
        scene.codes.update(candidate.codes)
        largest = max(e.population for e in candidate.entries)
        if largest < 100_000 and not any(e.level in DIVISIONS for e in candidate.entries):
            continue
        best = choose(candidate, scene, text)
        if best is None:
            continue
        if best.level in DIVISIONS:
            if best.code:
                scene.codes.add(best.code)
        elif best.population >= 100_000:
            scene.around.update(c for c in (best.department, best.region, best.country) if c)
    return scene


def _paired(text: str, candidates: list[Candidate]) -> set[str]:
    """Departments named two by two: "la Drôme et l'Ardèche" are hardly rivers."""
    codes: set[str] = set()
    for one, two in pairwise(candidates):
        if two.start - one.end < 12 and text[one.end : two.start].strip() in _PAIRS:
            ends = [next((e.code for e in c.entries if e.level == "department"), None) for c in (one, two)]
            codes.update(code for code in ends if code and None not in ends)
    return codes


class _Spans:
    """Disjoint spans, sorted, for look-up in logarithmic time."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._ends = [end for _, end in self._spans]

    def meet(self, start: int, end: int) -> bool:
        """One of the spans shares a character with [start, end)."""
        index = bisect_left(self._ends, start + 1)
        return index < len(self._spans) and self._spans[index][0] < end


def _candidates(text: str) -> list[Candidate]:
    """The longest known name at each capitalised word."""
    find = gazetteer().find
    out: list[Candidate] = []
    last = 0
    for match in _CAPITAL.finditer(text):
        start = match.start()
        if start < last:
            continue
        raw = match.group()
        size, bare = _sizes(raw)
        if not size and not bare:
            continue
        before = text[start - 1] if start else " "
        if before.isalnum() or before in "_@#/&":
            continue
        end = match.end()
        if raw in _OPENERS and text[end : end + 1] == " " and text[end + 1 : end + 2].islower():
            continue  # "Les consommateurs": a sentence, no "Les Sables"
        contracted = _contracted(text, start) if bare and before == " " else ()
        size, longest = (size, max(size, bare)) if contracted else (size, size)
        words = [word_key(raw)]
        ends = [end]
        while len(ends) < longest and (more := _MORE.match(text, ends[-1])):
            words.append(word_key(more.group(1)))
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
                if count == 1 and not contracted and _hopeless(text, start, end, name, entries):
                    break
                candidate = _candidate(text, start, end, name, entries, contracted)
                if candidate:
                    out.append(candidate)
                    last = end
                break
    return out


def _hopeless(text: str, start: int, end: int, name: str, entries: tuple[Entry, ...]) -> bool:
    """An ordinary word that opens a sentence or is no town of note: not worth reading its surroundings."""
    if (
        name not in word_names()
        or any(e.level in DIVISIONS for e in entries)
        or text[end : end + 2] in (" (", ", ")
    ):
        return False
    opening = start < 2 or text[start - 1] == "\n" or text[start - 2] in ".!?"
    return opening or all(e.population < (2000 if e.level == "commune" else 40_000) for e in entries)


@lru_cache(maxsize=50_000)
def _sizes(raw: str) -> tuple[int, int]:
    """Words of the longest name that `raw` opens, with and without an article before it; 0 = it opens none."""
    names, word = gazetteer(), word_key(raw)
    return names.heads.get(word, 0), names.articled.get(word, 0)


_ARTICLE = re.compile(r"(?:\b(au|du|le|Au|Du)|\b(aux|des|les|Aux|Des)|\b(la)) $")


def _contracted(text: str, start: int) -> tuple[str, ...]:
    """Articles that the word before `start` may hide: "au Mans" is "à Le Mans"."""
    match = _ARTICLE.search(text, max(0, start - 5), start)
    if not match:
        return ()
    return ("le",) if match.group(1) else ("les",) if match.group(2) else ("la",)


def _candidate(
    text: str, start: int, end: int, name: str, entries: tuple[Entry, ...], contracted: tuple[str, ...]
) -> Candidate | None:
    written = text[start:end]
    tail = re.split(r"[ \u00a0\u202f]", written)[-1]
    if tail[0].islower():  # "Les arcs", "La plagne": an ordinary word; divisions may end so ("Corée du sud")
        entries = tuple(e for e in entries if e.level in DIVISIONS)
    if _COUNTY.match(text, end):  # larger than the town it is named after, or far from it
        entries = tuple(e for e in entries if e.level in DIVISIONS)
    if written.isupper() and len(written) <= 3:
        return None
    if text[start - 1 : start] in ("-", "‐", "–") and start > 1 and text[start - 2].isalnum():
        entries = tuple(e for e in entries if e.level in DIVISIONS or e.population >= 100_000)
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
    return Candidate(start, end, name, entries, left, evidence, codes)


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


def _resolve(text: str, candidates: list[Candidate], scene: Scene) -> list[PlaceMention]:
    """Accept what its surroundings carry, then lists, then repetitions of what was accepted."""
    chosen: dict[int, Entry] = {}
    strong: dict[str, Entry] = {}
    last_end = -1
    for index, candidate in enumerate(candidates):
        if 0 <= last_end >= candidate.start - 24 and _LIST_JOINT.fullmatch(text, last_end, candidate.start):
            candidate = candidates[index] = replace(candidate, evidence=Evidence.STRONG)
        entry = choose(candidate, scene, text)
        if entry is None:
            continue
        chosen[index] = entry
        if candidate.evidence >= Evidence.WEAK or candidate.codes:
            strong.setdefault(candidate.name, entry)
        if candidate.evidence >= Evidence.NAME or entry.population >= 20_000 or candidate.name.count(" ") > 1:
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
