"""Codes that a word announces: plates, papers, identity numbers, whatever their form and their marks.

In: text. Out: removals of kind "plate", "national-id", "gps", "imei": the letters and figures that follow the word, in
one piece or in several. Words and lengths: data/redaction/codes.toml. Also codes whose form or check is proof enough
without a word: Italian tax codes, Spanish and Belgian identity numbers, plus codes.
Left out: codes without a word and without a check (`identifiers` knows the commonest plates).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from vigie.lexicon.terms import data_toml
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import marks_at, words_at

_REACH = 48  # code points after the word within which the code begins
_TOKEN = re.compile(r"[^\W_]+")
_PLACEHOLDER = re.compile(r"\[[a-zàâéèê \-]{2,24}\]|\ue000")  # the second stands for the first in a view
_JOINERS = frozenset(
    [
        "point",
        "dot",
        "tiret",
        "dash",
        "slash",
        "colon",
        "puis",
        "then",
        "ensuite",
        "apres",
        "et",
        "and",
        "after",
        "that",
    ]
)
# What parts two pieces of one code: marks and blanks, or a word that says the mark or the next breath.
_BETWEEN = re.compile(
    r"(?:[^\w\s]|_){0,3}\s{0,3}(?:[^\w\s]|_){0,4}\s?"
    r"|\s?[(\[]?(?:point|dot|tiret|dash|slash|colon)[)\]]?\s?"
    r"|,?\s(?:et\s|and\s)?(?:puis|ensuite|then|apres|after that)\s",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\d+[hH]\d\d(?!\w)|\d+(?:[.,]\d+)?\s?(?:g|gr|kg|mg|ml|cl|l|m|km|h|e|k|ans?|euros?|grammes?|kilos?|jours?|fois|heures?|years?|grams?|days?|people|%|€|£|\$)(?!\w)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d\d(?!\w)|\d{1,2}(?:er)?\s[a-zéû]{3,9}\s(?:19|20)\d\d|[0-3]?\d/[01]?\d/\d{2,4}(?!\w|/)",
    re.IGNORECASE,
)
_TAX = re.compile(r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z](?!\w)", re.IGNORECASE)
_DNI = re.compile(r"(?<![\w.,-])(?:[XYZxyz][ .-]?\d{7}|\d{8}|\d\d\.\d{3}\.\d{3})[ .\-]?([A-Za-z])(?!\w)")
_NISS = re.compile(r"(?<![\w.,-])\d\d[. ]?\d\d[. ]?\d\d[ .-]?\d{3}[ .-]?\d\d(?!\d|[.,]\d)")
_PLUS = re.compile(r"(?<!\w)[2-9CFGHJMPQRVWX]{4,8}\+[2-9CFGHJMPQRVWX]{2,4}(?!\w)", re.IGNORECASE)
_FEWEST = 7  # figures of the shortest of these numbers
_FIGURES = re.compile(
    r"(?:[^\w\s]|_|\s){1,5}(?:(?:[A-Z]{1,3}|(?<=[\-./–_·])[a-z]{1,3})(?:[^\w\s]|_|\s){1,5})?[A-Za-z]{0,3}\d"
)
_CAPITALS = re.compile(r"(?:[^\w\s]|_|\s){1,3}(?:[A-Z]{1,3}|[b-df-hj-np-tv-z]{3})(?!\w)")
_CONSONANTS = re.compile(r"[b-df-hj-np-tv-z]{2,3}")  # of plates in small letters; no word is made of them
_PASSPORT = re.compile(r"(?<![\w-])\d{2}[A-Z]{2}\d{5}(?![\w-])")  # French, since 2009
_BRITISH = re.compile(r"[a-z]{2}\d\d", re.IGNORECASE)  # the first half of a British plate
_HEX = re.compile(r"[0-9A-Fa-f]{1,4}|[0-9A-Fa-f]{12}")
_INSIDE = (":", "-", ".", "/", "_")
_GAP = 16  # code points between two pieces of one code
_LETTERS_MOST = 3  # letters in a row in a plate
_ALPHABET = "2-9CFGHJMPQRVWX"
_GAPS = r"[ \-/.…\n]{0,2}"
_PLUS_APART = re.compile(
    rf"(?<!\w)[{_ALPHABET}](?:{_GAPS}[{_ALPHABET}]){{7}}{_GAPS}\+{_GAPS}[{_ALPHABET}](?:{_GAPS}[{_ALPHABET}]){{1,2}}(?!\w)",
    re.IGNORECASE,
)
_HALF = r"\d{1,3}(?:,|\s?(?:[.·]|\[\.\]|\(\.\)|[(\[]?(?:point|dot|virgule|comma)[)\]]?|_)\s?)\d{4,10}"
_LOOSE_GPS = re.compile(
    rf"(?<![\w.,]){_HALF}\s?[NSns]?[^\w]{{1,6}}(?:(?:puis|then|et|and|ensuite)[^\w]{{1,4}})?-?{_HALF}(?!\d)"
)
_EXCHANGE = re.compile(r"\d+,\d{4}\W[^.·]*")  # two rates of exchange have commas and four decimals
_GPS_WORDS = (
    "point",
    "dot",
    "virgule",
    "comma",
    "puis",
    "then",
    "position",
    "gps",
    "coordonnees",
    "coordinates",
    "cache",
    "stash",
    "drop",
)
_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"  # the check letter of a Spanish number by its remainder of 23


class _Family(NamedTuple):
    kind: str
    words: tuple[str, ...]
    least: int
    most: int
    letters: bool
    hexadecimal: bool
    pieces: int
    reach: int


@cache
def _families() -> tuple[_Family, ...]:
    return tuple(
        _Family(
            entry["kind"],
            tuple(dict.fromkeys(word.replace("-", " ") for word in entry["words"].split())),
            entry["least"],
            entry["most"],
            entry["letters"],
            entry.get("hexadecimal", False),
            entry.get("pieces", 1),
            entry.get("reach", _REACH),
        )
        for entry in data_toml("redaction", "codes.toml")["family"]
    )


def find_codes(text: str, folded: str) -> Iterator[Removal]:
    """Removals of announced codes, and of those that prove themselves."""
    for family in _families():
        for start, end in words_at(folded, family.words):
            if text[start - 1 : start] == "[" and text[end : end + 1] == "]":
                continue  # a placeholder is no cue
            if text[start - 1 : start] in _INSIDE and start:
                continue  # nor is a piece of a code: "02:cb:67"
            span = _code(text, end, family)
            if span:
                yield Removal(*span, family.kind)
    for mark, _ in marks_at(folded, ("+",)):
        for match in _PLUS.finditer(text, max(0, mark - 9), min(len(text), mark + 6)):
            if any(c.isdigit() for c in match.group()) and any(c.isalpha() for c in match.group()):
                yield Removal(match.start(), match.end(), "gps")
        for match in _PLUS_APART.finditer(text, max(0, mark - 26), min(len(text), mark + 12)):
            if any(c.isdigit() for c in match.group()) and any(c.isalpha() for c in match.group()):
                yield Removal(match.start(), match.end(), "gps")
    for start, end in words_at(folded, _GPS_WORDS):
        for match in _LOOSE_GPS.finditer(folded, max(0, start - 40), min(len(folded), end + 80)):
            if not _EXCHANGE.fullmatch(match.group()):
                yield Removal(match.start(), match.end(), "gps")
    seen = shape(text)
    for low, high, _ in seen.groups:
        for match in _PASSPORT.finditer(text, max(0, low - 2), min(len(text), high + 2)):
            yield Removal(match.start(), match.end(), "national-id")
    if seen.country_digits:
        for match in _TAX.finditer(text):
            if match.start() == 0 or not text[match.start() - 1].isalnum():
                yield Removal(match.start(), match.end(), "national-id")
    for low, high, digits in seen.groups:
        if digits < _FEWEST:
            continue
        for match in _DNI.finditer(text, max(0, low - 2), min(len(text), high + 3)):
            if _is_dni(match):
                yield Removal(match.start(), match.end(), "national-id")
        for match in _NISS.finditer(text, low, high):
            if _is_niss(re.sub(r"\D", "", match.group())):
                yield Removal(match.start(), match.end(), "national-id")


def _is_dni(match: re.Match[str]) -> bool:
    body = match.group()[:-1].upper()
    for letter, figure in (("X", "0"), ("Y", "1"), ("Z", "2")):
        body = body.replace(letter, figure)
    return _LETTERS[int(re.sub(r"\D", "", body)) % 23] == match.group(1).upper()


def _is_niss(digits: str) -> bool:
    """Figures of a birth date, an order and a check by 97 (those born since 2000 count with a 2 before)."""
    if not (0 < int(digits[4:6]) <= 31 and int(digits[2:4]) % 20 <= 12):
        return False
    check = int(digits[9:])
    return check in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


def _code(text: str, at: int, family: _Family) -> tuple[int, int] | None:
    """Where the code stands that the word ending at `at` announces."""
    pieces: list[re.Match[str]] = []
    size = 0
    limit = min(len(text), at + family.reach)
    hidden = _PLACEHOLDER.search(text, at, limit)
    if hidden:
        limit = hidden.start()  # what was announced went before
    position, mark = at, ""
    while True:
        token = _TOKEN.search(text, position, len(text) if pieces else limit)
        while pieces and token and token.group().lower() in _JOINERS and token.start() - position <= _GAP:
            token = _TOKEN.search(text, token.end())
        if token is None:
            break
        between = text[position : token.start()] if pieces else ""
        if pieces:
            if not _is_one(
                between, mark, size >= family.least and len(pieces) >= family.pieces
            ) or not _goes_on(text, token, pieces, family):
                break
            if size + len(token.group()) > family.most:
                break
            mark = between
        elif "\n\n" in text[at : token.start()] or re.search(r"[.!?]\s", text[at : token.start()]):
            break
        elif not _begins(text, token, family):
            position = token.end()
            continue
        pieces.append(token)
        size += len(token.group())
        position = token.end()
    written = "".join(piece.group() for piece in pieces)
    if (
        not family.least <= size <= family.most
        or len(pieces) < family.pieces
        or sum(c.isdigit() for c in written) < 2
        or (family.letters and not any(c.isalpha() for c in written))
    ):
        return None
    return pieces[0].start(), pieces[-1].end()


def _is_one(between: str, mark: str, whole: bool) -> bool:
    """Whether two pieces belong to one code: parted as the others are, and not by the end of a sentence."""
    if len(between) > _GAP or "\n\n" in between or not _BETWEEN.fullmatch(between):
        return False
    if re.search(r"(?<!\s)[.;!?]\s", between) or (whole and "," in between and between != mark):
        return False
    return (
        not whole
        or not mark
        or set(between.strip()) == set(mark.strip())
        or between.isspace()
        or between in "-./"
    )


def _begins(text: str, token: re.Match[str], family: _Family) -> bool:
    """A figure, or letters in capitals (or a few small ones before a mark) that figures follow."""
    word = token.group()
    if family.hexadecimal and _HEX.fullmatch(word):
        return any(c.isdigit() for c in word) or _figures_follow(text, token.end())
    if not word.isascii() or _AMOUNT.match(text, token.start()) or _DATE.match(text, token.start()):
        return False
    if any(c.isdigit() for c in word):
        lettered = family.letters and _CAPITALS.match(text, token.end()) is not None
        return len(word) >= 6 or not word.isdigit() or lettered or _figures_follow(text, token.end())
    joined = re.match(r"[-./–_·]\w", text[token.end() : token.end() + 2]) is not None
    return len(word) <= _LETTERS_MOST and (word.isupper() or joined) and _figures_follow(text, token.end())


def _figures_follow(text: str, at: int) -> bool:
    """Another piece with a figure in it follows within a mark or two."""
    return _FIGURES.match(text, at, at + 18) is not None


def _goes_on(text: str, token: re.Match[str], pieces: list[re.Match[str]], family: _Family) -> bool:
    """Further figures or capitals of the same code, not the next amount, date or word."""
    word = token.group()
    before = text[token.start() - 1]
    if not word.isascii():
        return False
    if family.hexadecimal and _HEX.fullmatch(word):
        return True
    if (before.isspace() or before in ",") and _AMOUNT.match(text, token.start()):
        return False
    if any(c.isdigit() for c in word):
        return True
    if len(word) > _LETTERS_MOST:
        return len(word) <= 6 and word.isupper() and before in "-./·_"
    if family.letters and _CONSONANTS.fullmatch(word) and pieces[-1].group().isdigit():
        return True
    if family.letters and len(word) == _LETTERS_MOST and _BRITISH.fullmatch(pieces[-1].group()):
        return True
    return word.isupper() or (
        before in "-./–_·" and any(p.group().islower() or p.group().isdigit() for p in pieces)
    )
