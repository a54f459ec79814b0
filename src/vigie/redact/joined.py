"""Contacts taken apart: spelled letter by letter, cut by line ends, in chunks, told in two clauses, with odd separators.

In: the text of a view. Out: edits that put the parts together again.
Left out: numbers as such (`series`); whether the whole is a contact (the finders say it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.redact.characters import PICTURES
from vigie.redact.views import Edit
from vigie.text.normalise import beyond_ascii

# One character at a time: "a l i c e", "j-u-l-i-e", "b . c . 1".
_BETWEEN = r"[ \u00a0\u202f]|\.|-|_|·|•|\*|/|\||…|\n|\t|[ ][.\-–/|•·*,_~][ ]|~|,[ ]?"
_SPELLED = re.compile(rf"(?<!\w)\S(?P<s>{_BETWEEN})\S(?:(?P=s){{1,3}}\S){{3,}}(?!\w)")
_SHORT_DOTTED = re.compile(r"(?<![\w.])[^\W_](?P<s>\.)[^\W_](?:\.[^\W_])?(?![\w.])")
# A series of short groups with signs between them that numbers and words do not have.
_ODD = r"(?:\)\s?\(|\]\s?\[|\}\s?\{|>\s?<|\s?[_|*·•~\\^=]+\s?|\s[–—]\s|[–—]|\t|\s{2,4}|…|\s/\s|\s?[→>»›]\s?)"
_GROUPS = re.compile(rf"(?<![^\W_])[^\W_]{{1,8}}(?:{_ODD}[^\W_]{{1,8}}){{1,40}}(?![^\W_])")
_ODD_SIGN = re.compile(_ODD)
_YEARS = re.compile(r"(?:(?:1[89]|20)\d\d\W{0,4}){1,9}")
# A figure between two letters, and the words in reach of it in which figures may stand for letters.
LEET_SPOT = re.compile(r"[A-Za-zÀ-ÿ][013457](?<=\w\w)(?=[a-zA-ZÀ-ÿ])")
_LEET_WORD = re.compile(r"(?<![\w@#.])(?<!\d-)(?=[\w]*[^\W\d_])(?=\w*[013457])[^\W_]+(?![\w@]|-\d)")
_LETTERS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"}
_LEADING = re.compile(r"\d\d|[1-9][A-Za-z]{0,3}$|[A-Z]{1,3}\d+$|[A-Za-z]+\d\d+$|\w*[2689]|0[A-Za-z]$")
_LEAST_LEET = 3
_DIGIT = re.compile(r"\d")
# Words joined into one: rue_des_Acacias, Doc.Marmotte, #DocMarmotte.
_LINKED = re.compile(r"(?<![\w@/.])[^\W_]{1,20}(?:[_.][^\W_]{1,20}){1,8}(?![\w/@])")
_CAMEL = re.compile(r"#[^\W_]{4,60}")
_HUMP = re.compile(r"(?<=[^\W\d_A-ZÀ-Þ])(?=[A-ZÀ-Þ])|(?<=\d)(?=[A-ZÀ-Þ])")
# The end of a line inside a contact: what stands on both sides is no end and no beginning of a sentence.
_LINE = re.compile(r"[ \t]*\n[ \t]*")
_CHUNK = re.compile(r"[\w:]+")
# Of the longest keys and accounts; without an end, each word of a long list would read the whole list.
_MOST_CHUNKS = 40
_CHUNK_SIGNS = frozenset([" ", "-", "…", "...", "/", "\n", ".", " - ", " / ", "–", "|", " | ", "·"])
_IBAN_LIKE = re.compile(
    r"(?<![^\W_])[A-Z]{2}\d{2}(?:[^\w\n.]{1,3}[A-Z0-9]{2,4}){3,8}(?:[^\w\n.]{1,3}[A-Z0-9]{1,4})?(?![^\W_])"
)
_NO_WORD = re.compile(r"\W+")
_PRICED = re.compile(
    r"\d{1,4}\s?(?:g|gr|kg|mg|ml|€|e|euros?|£|x)(?!\w)"
)  # "1g = 60", a line of a list of prices
_CAPITALISED = re.compile(r"[A-ZÀ-Þ](?:[a-zà-ÿ]+)?['’ ,]|(?:et|le|la|les|pour|and|the|for|in|en|a|à)\s")
# The second half, announced.
_CLAUSE = re.compile(
    r"(?<=[\w@./:+_-])(?P<join>(?:\s|[,;:(…–-]{1,3}\s?)(?:et\s|and\s)?(?:puis|apres|ensuite|then|after\sthat|afterwards|"
    r"suivie?\sde|suivi\spar|followed\sby|finit\spar|finissant\spar|se\stermine\spar|et\spour\sfinir|pour\sfinir|la\ssuite|the\srest|et\sles\sderniers|and\slastly|lastly|ends?\s(?:with|in)|ending\s(?:with|in)|"
    r"et\senfin|and\sfinally|and\slast|la\ssuite|suite|next|plus)(?:\s(?:c'est|de|is|that|it's|le|la|the|par|with))?\s?[:,]?\s)(?=[\w@./:+_-])"
)
CLAUSE_WORDS = (
    "puis", "apres", "ensuite", "then", "after that", "afterwards", "suivi de", "suivie de", "suivi par", "followed by",
    "finit par", "finissant par", "se termine par", "end with", "ends with", "ends in", "ending in", "ending with", "et enfin",
    "and finally", "and last", "and lastly", "lastly", "la suite", "suite", "next", "pour finir", "the rest", "plus",
)  # fmt: skip


def spelled(text: str) -> Iterator[Edit]:
    """Separators between single characters passed over; where they stand twice, words are parted."""
    found = [*_SPELLED.finditer(text)]
    if any(match.group("s") == "." for match in found):  # then its short words are written so too
        found = sorted([*found, *_SHORT_DOTTED.finditer(text)], key=lambda match: match.start())
    for match in found:
        low, high = match.span()
        sign = match.group("s")
        body = text[low:high]
        if sum(c.isalnum() for c in body) < (2 if match.re is _SHORT_DOTTED else 4) or (
            "," in sign and not any(c.isalpha() for c in body)
        ):
            continue
        if sign.isspace() and body == body.lower() and not any(map(str.isdecimal, body)):
            if text[low] in "àÀ" or (text[low] in "ay" and text[low + 2 : low + 3] in "àyI"):
                low += 2
            if text[high - 1] in "aàyI" and re.match(r"\s\w\w", text[high : high + 3]):
                high -= 2
        at = low + 1
        while at < high:
            end = at
            while text.startswith(sign, end) and end + len(sign) < high:
                end += len(sign)
            if end == at:
                at += 1
                continue
            yield Edit(at, end, " " if end - at > len(sign) and sign.isspace() else "")
            at = end + 1


def pictured(text: str, shown: str) -> Iterator[Edit]:
    """Pictures inside a word as nothing, or as a blank."""
    if not any(char >= "\u2190" for char in beyond_ascii(text)):
        return
    for match in PICTURES.finditer(text):
        yield Edit(match.start(), match.end(), shown)


def regrouped(text: str, shown: str) -> Iterator[Edit]:
    """Odd signs between short groups as a blank, or as nothing."""
    if not _DIGIT.search(text):
        return
    for match in _GROUPS.finditer(text):
        if not _DIGIT.search(match.group()) or _YEARS.fullmatch(match.group()):
            continue
        for sign in _ODD_SIGN.finditer(text, *match.span()):
            yield Edit(sign.start(), sign.end(), shown)


def worded(text: str) -> Iterator[Edit]:
    """Figures that stand for letters in words ("T4rt1n3", "ru3") as those letters; amounts and codes stay as they are."""
    if not LEET_SPOT.search(text):
        return
    for match in _LEET_WORD.finditer(text):
        word = match.group()
        letters = sum(map(str.isalpha, word))
        if len(word) < _LEAST_LEET or 3 * letters < 2 * (len(word) - letters) or _LEADING.match(word):
            continue
        for n, char in enumerate(word):
            if char in _LETTERS:
                shown = _LETTERS[char]
                capital = word.upper() == word and letters > 1
                yield Edit(match.start() + n, match.start() + n + 1, shown.upper() if capital else shown)


def unlinked(text: str) -> Iterator[Edit]:
    """Words of a name written as one."""
    edits: list[Edit] = []
    for match in _LINKED.finditer(text):
        edits += (
            Edit(n, n + 1, " ")
            for n in range(*match.span())
            if text[n] in "_." and text[n + 1 : n + 2] != " "
        )
    for match in _CAMEL.finditer(text):
        edits.append(Edit(match.start(), match.start() + 1, ""))
        for hump in _HUMP.finditer(text, match.start() + 2, match.end()):
            edits.append(Edit(hump.start() - 1, hump.start(), text[hump.start() - 1] + " "))
    return iter(sorted(edits))


def relined(text: str, shown: str) -> Iterator[Edit]:
    """Ends of lines inside a contact as nothing, or as a blank; a hyphen at the end of a line goes with it."""
    for match in _LINE.finditer(text):
        low, high = match.span()
        if low == 0 or high == len(text) or text[low - 1] in "!?;":
            continue
        if not shown and (_CAPITALISED.match(text, high) or _PRICED.match(text, high)):
            continue
        if text[low - 1] == "-" and low > 1 and text[low - 2].isalnum() and not shown:
            low -= 1
        yield Edit(low, high, shown)


def rechunked(text: str) -> Iterator[Edit]:
    """Chunks of one size with one sign between them, the last chunk shorter, as one word."""
    if not _DIGIT.search(text):
        return  # figures stand in some of them
    words = [match.span() for match in _CHUNK.finditer(text)]
    at = 0
    while at < len(words) - 1:
        low, high = words[at]
        sign = text[high : words[at + 1][0]]
        last = at
        if 4 <= high - low <= 12 and sign in _CHUNK_SIGNS:
            most = min(len(words), at + _MOST_CHUNKS)
            while last + 1 < most and text[words[last][1] : words[last + 1][0]] == sign:
                size = words[last + 1][1] - words[last + 1][0]
                if size > high - low:
                    break
                last += 1
                if size < high - low:
                    break
        if last > at and _is_chunked([text[a:b] for a, b in words[at : last + 1]]):
            for n in range(at, last):
                yield Edit(words[n][1], words[n + 1][0], "")
            at = last - 1
        at += 1


def _is_chunked(parts: list[str]) -> bool:
    """Figures and letters mixed within a chunk; of two chunks only, capitals or long ones."""
    mixed = sum(any(map(str.isdecimal, p)) and any(map(str.isalpha, p)) for p in parts)
    if len(parts) == 2:
        first, second = parts
        return mixed > 0 and (
            (first.isupper() and second == second.upper() and len(first + second) == 8)
            or (len(first) >= 8 and mixed == 2)
        )
    return mixed >= 2 and (mixed * 3 >= len(parts) or len(parts) >= 6)


def banked(text: str) -> Iterator[Edit]:
    """Any signs between the groups of an account number as a blank."""
    for match in _IBAN_LIKE.finditer(text):
        for sign in _NO_WORD.finditer(text, *match.span()):
            yield Edit(sign.start(), sign.end(), " ")


def reunited(text: str, folded: str) -> Iterator[Edit]:
    """What stands between two halves of a contact."""
    for match in _CLAUSE.finditer(folded):
        low, high = match.span("join")
        colons = ":" in text[max(0, low - 10) : low] and ":" in text[high : high + 10]
        yield Edit(low, high, ":" if colons else "")
