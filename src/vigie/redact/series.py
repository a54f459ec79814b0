"""Telephone numbers as a series of groups, however each group is written: digits, words, letters that look like digits.

In: text and its folded form. Out: removals of kind "phone".
One grammar for all disguises of a number: `O6 l2 …`, `06, 39, 98 …`, `zéro six 39 quatre-vingt-dix-huit`, `06 39 98, puis
12 34`. What follows a full stop is another sentence. Left out: plain digits with plain separators (`phones`), numbers too
short to be called, and series of counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from vigie.redact.around import windows
from vigie.redact.joined import CLAUSE_WORDS
from vigie.redact.phones import help_lines, masked
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.spoken import ENGLISH, FRENCH, UNITS, opening_words
from vigie.redact.words import marks_at, words_at

_WORDS = sorted({*FRENCH, *ENGLISH}, key=len, reverse=True)
_WORD = "(?:" + "|".join(re.escape(w).replace(r"\-", r"(?:[\s-]|\s-\s)") for w in _WORDS) + ")"


def _tree(words: Iterable[str]) -> str:
    """A pattern of the words by common beginnings, longest first: several times faster than one after the other."""
    branches: dict[str, list[str]] = {}
    for word in words:
        branches.setdefault(word[:1], []).append(word[1:])
    some = [
        (r"(?:[\s-]|\s-\s)" if first == "-" else re.escape(first)) + _tree(rests)
        for first, rests in branches.items()
        if first
    ]
    if not some:
        return ""
    return f"(?:{'|'.join(some)})" + ("?" if "" in branches else "")


_GLUED = f"(?:{_tree(word.replace('-', '') for word in _WORDS)}){{3,20}}"
_ALIKE = str.maketrans("OoQqDIil|!SsBbZz", "0000011111558622"[:16])
# Letters only: no word of a language ("is", "ils", "loi").
_LOOK = (
    r"(?!(?:ils?|lois?|sois?|bois?|bio|os|oil|boil|soil|sol|bol|lob|lis|lili|biz|boss|zoo|bob|lol|ois|s[oi]s|i|z)(?![^\W_]))"
    r"[0-9oqilsbz]{1,12}"
)
_JOINS = (
    r"(?:et\s|and\s|puis\s|then\s)?(?:plus|pour\sfinir|puis|apres|ensuite|then|after(?:\sthat|wards)?|suivie?\s(?:de|par|du)|followed\sby|"
    r"(?:qui\s|se\s|that\s|which\s)?(?:finit|finissant|termine|ends?|ending|finishing|finishes)\s(?:par|en|with|in|on)|et\s(?:enfin|pour\sfinir)|"
    r"(?:and\s)?(?:finally|last(?:ly)?)|la\ssuite|suite|next|(?:et\s|and\s)?(?:les|the)\s(?:derniers?|suivants?|last|rest)(?:\s\w{3,8})?|et|and)"
    r"(?:\s(?:c'est|de|is|that|it's|le|la|les|the|par|with|chiffres|digits|figures))?"
)
_SEP = rf"(?:(?:[^\w.!?\n+]|_|[.!?](?!\s)|\n|\s\.\s){{1,6}}(?:{_JOINS}(?:\s?:)?\s)?)"
_ITEM = rf"(?:{_tree(_WORDS)}(?![^\W_])|{_LOOK}(?![^\W_])|{_GLUED}(?![^\W_]))"
_GLUE = "".join(
    rf"|(?<={cue})"
    for cue in (
        "tel",
        "num",
        "phone",
        "call",
        "text",
        "sms",
        "mob",
        "port",
        "appel",
        "whatsapp",
        "wa",
        "ring",
    )
)
_FIRST = re.escape("".join(sorted({word[0] for word in _WORDS} | set("0123456789oqilsbz+([{p"))))
_SERIES = re.compile(
    rf"(?=[{_FIRST}])(?:(?<![^\W_])(?<!h/)(?<!7/)|(?<=[abeglmpst])(?:{_GLUE[1:]}))(?P<plus>[(\[]?\+[\s)\]]{{0,2}}|plus\s)?[(\[{{]{{0,2}}(?P<body>{_ITEM}(?:{_SEP}{_ITEM}){{0,40}})"
)
_PIECE = re.compile(
    rf"(?P<double>double|triple)|(?P<word>{_WORD})(?![^\W_])|(?P<look>{_LOOK})(?![^\W_])|(?P<glued>{_GLUED})(?![^\W_])"
)
_IN_GLUED = re.compile("|".join(re.escape(w.replace("-", "")) for w in _WORDS))
_FLAT = {word.replace("-", ""): figures for word, figures in {**ENGLISH, **FRENCH}.items()}
_GLUED_MARKS = tuple(a + b for a in ("zero", "oh") for b in UNITS)
_CUE = re.compile(
    r"(?:\b|_)(?:tel|telephone\w*|phone\w*|portable|mobile|fixe|standard|hotline|burner|num|numeros?|numbers?|digits|ligne|line|"
    r"call\w*|texto?s?|texting|sms|mms|appel\w*|rappel\w*|join\w*|rejoin\w*|reach\w*|ring\w*|whats ?app|wh@ts@pp|wa|wsp|contact\w*|"
    r"dial\w*|compos\w*|commande\w*|order\w*|signal|viber|messages?|msg|cell|bigo|bip\w*|sonn\w*|puce|sim|buzz|hmu|hit|reserv\w*|"
    r"book\w*|repond\w*|repondeur|answer\w*|repertoire|coordonnees|livraisons?|deliver\w*|ping|bell|dispatch|plateforme|combine|handset|"
    r"ecri\w*|write|envoy\w*|send|available|dispo|joignable|prendre note|prends note|notez|note|infoline|info line)"
    r"(?![^\W_])[^\w.!?\n]{0,4}(?:[a-z'0-9/]{1,12}[^\w.!?\n]{1,3}){0,5}$"
)
_LEAST = 7  # figures, counted from below: a word of a number is one
_FEWEST = 8  # of a number
_ROW = re.compile(r"(\w+)([^\w.!?]*|\.(?!\s))")
_FIRSTS = frozenset(word.split("-")[0] for word in _WORDS)
_BETWEEN = frozenset(["et", "and", "puis", "then", "ensuite", "apres", "point", "o", "plus"])
_DIGIT_AHEAD = re.compile(r"[^\w\n]{1,3}(?:(?:par|en|with|in|de|c'est|le|la|by)\s){0,2}\d")
_COMMAS = re.compile(r",\s")
# Signs and words that part no figures of statistics; "/" and "." do, in dates.
_ODD = re.compile(r"[_|*•·\[\]{}()<>`~\t]|\s{2}|[^\W\d_]{2}")
# Groups of numbers of other countries, without a 0 or a + before them: Spain, Tunisia, Italy, North America.
_SHAPES = ([3, 3, 3], [3, 2, 2, 2], [2, 3, 3], [3, 3, 4], [3, 6], [3, 7])


class _Group(NamedTuple):
    """One item of a series at [start, end): its figures, and how it is written."""

    start: int
    end: int
    figures: str
    kind: str


def find_series(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "phone"."""
    done = 0
    for low, high in windows(sorted(_openings(text, folded)), 48, 200, len(text)):
        while low and text[low - 1].isalnum():
            low -= 1
        shadow = None
        for match in _SERIES.finditer(folded, max(low, done), high):
            if match.end() - match.start() < _FEWEST:
                continue
            groups = [*_groups(text, folded, match.start("body"), match.end("body"))]
            if sum(len(group.figures) for group in groups) < _FEWEST:
                continue
            if shadow is None:
                shadow = masked(text[low:high], folded[low:high])
            found = _number(text, folded, match, groups, shadow, low)
            if found:
                done = found.end
                yield found


def _openings(text: str, folded: str) -> Iterator[tuple[int, int]]:
    seen = shape(text)
    yield from ((low, high) for low, high, count in seen.groups if count >= _LEAST)
    yield from (
        (low, high)
        for low, high in seen.mixed
        if high - low >= _LEAST and sum(map(str.isalnum, text[low:high])) >= _LEAST
    )
    yield from marks_at(folded, _GLUED_MARKS)
    for start, end in opening_words(folded):
        if _is_long(folded, start):
            yield start, end
    for start, end in words_at(folded, CLAUSE_WORDS):
        if any(map(str.isdecimal, folded[max(0, start - 8) : start])) and _DIGIT_AHEAD.match(folded, end):
            yield start, end


def _is_long(folded: str, start: int) -> bool:
    """Whether words of numbers and figures follow each other for long enough to make a number."""
    count = sum(map(str.isdecimal, folded[max(0, start - 14) : start]))
    for token in _ROW.finditer(folded, start, start + 160):
        word = token.group(1)
        if word.isdecimal():
            count += len(word)
        elif word in _FIRSTS:
            count += 1
        elif word not in _BETWEEN:
            return False
        if count >= _LEAST:
            return True
        if len(token.group(2)) > 5:
            return False
    return False


def _number(
    text: str, folded: str, match: re.Match[str], groups: list[_Group], shadow: str, low: int
) -> Removal | None:
    # What the text makes a date, a price or a mass ends the series, or is skipped at its beginning.
    groups = _unmasked(groups, text, shadow, low, plus=match.group("plus") is not None)
    if not groups:
        return None
    # "06 : zéro sept …" and "24h/24, …": what stands before is no part of the number.
    labelled = (
        len(groups) > 1 and ":" in text[groups[0].end : groups[1].start] and len(groups[0].figures) <= 2
    )
    if labelled:
        groups = groups[1:]
    start = groups[0].start
    plus = match.group("plus") is not None and start <= match.start("body") + 2
    if plus:
        start = match.start()
    before = folded[max(0, start - 60) : start]
    cue = _CUE.search(before)
    cued = labelled or (
        cue is not None and not any(map(str.isdecimal, cue.group().replace("24h/24", "").replace("7/7", "")))
    )
    best = None
    figures = ""
    for count, group in enumerate(groups, 1):
        if best is not None and group.kind == "letters":
            break  # "06 39 98 12 34 is my number"
        figures += group.figures
        if _is_number(groups[:count], figures, plus=plus, cued=cued, text=text):
            best = group.end
        if len(figures) > 15:
            break
    if best is None:
        return None
    while start and text[start - 1] in "([{" and start > match.start() - 1:
        start -= 1
    return Removal(start, best, "phone")


def _groups(text: str, folded: str, low: int, high: int) -> Iterator[_Group]:
    repeat = 1
    start = -1
    for piece in _PIECE.finditer(folded, low, high):
        if piece.group("double"):
            repeat = 2 if piece.group() == "double" else 3
            start = piece.start()
            continue
        word = piece.group()
        if piece.group("word"):
            figures, kind = _value(word), "word"
        elif piece.group("glued"):
            figures, kind = "".join(_FLAT[w] for w in _IN_GLUED.findall(word)), "word"
        else:
            figures = text[piece.start() : piece.end()].translate(_ALIKE)
            if not figures.isdecimal():
                figures = "".join(str(int(c)) if c.isdecimal() else "0" for c in figures)
            kind = "digits" if word.isdecimal() else "look" if any(map(str.isdecimal, word)) else "letters"
        yield _Group(piece.start() if start < 0 else start, piece.end(), figures * repeat, kind)
        repeat, start = 1, -1


def _value(word: str) -> str:
    key = re.sub(r"[\s-]+", "-", word)
    return FRENCH.get(key) or ENGLISH.get(key) or "0"


def _unmasked(groups: list[_Group], text: str, shadow: str, low: int, *, plus: bool) -> list[_Group]:
    whole: list[_Group] = []
    for group in groups:
        if shadow[group.start - low : group.end - low] != text[group.start : group.end]:
            if whole:
                break
            continue
        whole.append(group)
    while not plus and whole and whole[0].kind == "letters" and whole[0].figures[0] != "0":
        whole.pop(0)
    return whole


def _is_number(groups: list[_Group], figures: str, *, plus: bool, cued: bool, text: str) -> bool:
    size = len(figures)
    if size < _FEWEST or size > 15 or (groups[-1].kind == "letters" and len(groups) == 1):
        return False
    kinds = [group.kind for group in groups]
    digits = sum(len(g.figures) for g in groups if g.kind in ("digits", "look"))
    words = kinds.count("word")
    letters = sum(len(g.figures) for g in groups if g.kind == "letters")
    if (words == 0 and digits < 4) or letters > digits + 2 * words + 2 * (cued or plus):
        return False
    if words and not cued and not plus and words < 2:
        return False
    if figures in help_lines():
        return False
    if plus:
        return size >= 9
    sizes = [len(g.figures) for g in groups]
    if sizes == [3, 2, 2, 2] and figures[0] in "67" and words == 0:
        return True
    opens = figures[0] == "0" and figures[1] != "0"
    commas = _COMMAS.search(text[groups[0].start : groups[-1].end]) is not None
    if figures.startswith("00"):
        return 10 <= size <= 15 and (cued or words > 0 or "look" in kinds or "letters" in kinds)
    gaps = [text[a.end : b.start] for a, b in pairwise(groups)]
    odd = any(map(_ODD.search, gaps))
    disguised = odd or words > 0 or "look" in kinds or "letters" in kinds
    if (
        sizes in _SHAPES
        and figures[0] in "2345679"
        and disguised
        and not commas
        and words == 0
        and not _all_years(groups)
    ):
        return True
    if commas and not words:
        # "12, 15, 20, 33" are counts; "06, 39, 98, 12, 34" are not, nor is "020, 7946, 0123" after a cue
        pairs = sizes[1:] == [2] * 4 and sizes[0] in (1, 2) and opens
        return (
            (pairs and not _rising(groups))
            or (opens and size in (10, 11) and len(groups) <= 4 and sizes[0] >= 3)
            or (cued and size <= 13 and (opens or (len(groups) <= 4 and max(sizes) >= 3)))
        )
    if opens:
        disguised = words > 0 or "look" in kinds or "letters" in kinds or cued
        return (size in (10, 11) and disguised) or (cued and 9 <= size <= 12)
    if cued:
        return 8 <= size <= 13
    return words >= 5 and (size >= 10 or (size >= 8 and "0" in figures))


def _all_years(groups: list[_Group]) -> bool:
    return all(len(g.figures) == 4 and g.figures[:2] in ("18", "19", "20") for g in groups)


def _rising(groups: list[_Group]) -> bool:
    """01, 02, 03, 04, 05: a list of departments."""
    values = [int(g.figures) for g in groups]
    return all(b - a == 1 for a, b in pairwise(values))
