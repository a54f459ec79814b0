"""Names that their form gives away: spelled out, written with figures, in a column of names, surname first, in quotes.

In: text and the capitalised words. Out: spans of names.
`s o p h i e`, `K.A.R.I.M`, `N4bil`; `NOM;PRÉNOM` and the lines below; `Outhwaite, G.;`; `un certain « Titi »`; `Semi Tuilagi-Voss`.
Left out: names in sentences (`name_runs`, `name_unknown`). Words: data/redaction/names.toml, table `forms`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from vigie.lexicon.terms import data_toml
from vigie.redact.name_cues import word_before
from vigie.redact.name_runs import PARTICLES
from vigie.redact.name_unknown import unknown
from vigie.redact.sequences import PARTICLE, Span
from vigie.redact.wordlists import UPPER, Lists
from vigie.redact.words import words_at
from vigie.text.normalise import fold

_LETTERS = re.compile(r"(?<![\w.\-])[^\W\d_](?:([ .\-*_]{1,3})[^\W\d_])(?:\1[^\W\d_]){2,11}(?![\w\-]|\.\w)")
_LEET = re.compile(r"(?<![\w@#/.\-])(?=\w*[a-zA-Z]{2})[^\W\d_]\w*\d[\w]*(?:\.\d+)?(?![\w@])")
_LONGEST = 16  # letters before the first figure
# By class of Latin-1: a letter, a figure, a mark that may stand between letters that are spelled out.
_CLASSES = bytes(
    97 if chr(c).isalpha() else 48 if 48 <= c < 58 else 32 if chr(c) in " .-*_\n" else 35 for c in range(256)
)
# As patterns: a search of bytes within bytes is slower where a text has few classes.
_SPELLED_OUT = tuple(map(re.compile, (rb" a a a a", rb" a  a  a  a", rb" a   a   a   a")))
_FIGURES = str.maketrans("013457@", "oieasta")
_CELLS = re.compile(r"[;\t|,]")
_NAME = rf"[{UPPER}](?:[\w'’\-]*\w|\.)"
_FULL = rf"(?:(?:{PARTICLE}|D[EU]|LE|LA|VAN|VON|AL|EL|BEN)[ ])?{_NAME}(?:[ ](?:(?:{PARTICLE}|D[EU]|LE|LA|VAN|VON)[ ]){{0,2}}{_NAME}){{0,3}}"
_COMMA_PAIR = re.compile(
    rf"({_FULL}), ({_NAME}(?:[ \-]{_NAME}){{0,2}})"
    r"(?=\s?[,;(\n–—|]|\s-\s|\.?\s*$|\.?\s\d|\.\s|\s[a-zé]+[. ])",
    re.MULTILINE,
)
_IN_QUOTES = rf"[{UPPER}][\w'’\-]{{1,14}}"
_QUOTED = re.compile(
    rf"[\"«“]\s?((?:(?:[lL][ea]|El|Il|The|U|Ti|Big|Lil|P'tit|Petit|Gros|Grand) ?)?{_IN_QUOTES}(?: {_IN_QUOTES})?)\s?[\"»”]"
)
_SURNAME_AFTER = re.compile(rf" ([{UPPER}][\w'’\-]{{2,}})")
_COMPOUND = re.compile(rf"[{UPPER}][^\W\d_]{{2,}}-[{UPPER}][^\W\d_]{{2,}}")
_ARTICLES = frozenset({"le", "la", "les", "l", "the", "un", "une", "des"})
_ITEMS = frozenset(
    {": ", "; ", "- ", "– ", "— ", "• ", ". ", ") "}
)  # what ends straight before an item of a list
_APOSTROPHE = "'"
_MOST = 5  # words of a cell
_NEAR = 50


class _Forms(NamedTuple):
    columns: frozenset[str]
    heads: tuple[str, ...]
    quoting: tuple[str, ...]
    quoted: tuple[str, ...]


@cache
def _words() -> _Forms:
    data = data_toml("redaction", "names.toml")["forms"]

    return _Forms(
        frozenset(fold(word) for word in data["columns"]),
        tuple(fold(word) for word in data["columns"]),
        tuple(f" {fold(word).replace(_APOSTROPHE, ' ')}" for word in data["before_quote"]),
        tuple(f" {fold(word)} " for word in data["after_quote"]),
    )


def formed(lone: list[Span], several: list[list[Span]], text: str, folded: str, words: Lists) -> list[Span]:
    """Spans of names that need no word beside them, or only the form of their line."""
    classes = (b" " + text.encode("latin-1", "replace") + b" ").translate(_CLASSES)
    found: list[Span] = []
    if any(form.search(classes) for form in _SPELLED_OUT):
        found += _spelled(text, folded, words)
    at = classes.find(b"a0")
    while at >= 0:
        found += _with_figures(text, folded, at, words)
        at = classes.find(b"a0", at + 1)
    if "\n" in text:
        found += _columns(text, folded, words)
    found += _surname_first(lone, several, text, folded, words)
    if '"' in text or "«" in text or "“" in text:
        found += _in_quotes(text, folded, words)
    found += _compounds(several, text, folded, words)
    return found


def _spelled(text: str, folded: str, words: Lists) -> Iterator[Span]:
    """`s o p h i e`, `K.A.R.I.M`: letters one by one that make a name of the lists."""
    for match in _LETTERS.finditer(text):
        low = re.sub(r"[^a-z]", "", folded[match.start() : match.end()])
        if low in words.listed and low not in words.org_words and len(low) >= 4:
            yield match.span()


def _with_figures(text: str, folded: str, at: int, words: Lists) -> Iterator[Span]:
    """`N4bil`, `samir2.0`: figures for letters, or after a name; a figure stands at `at`."""
    start = at - 1
    while start and text[start - 1].isalpha() and at - start < _LONGEST:
        start -= 1
    match = _LEET.match(text, start)
    if match:
        low = folded[match.start() : match.end()]
        bare = low.rstrip("0123456789.")
        if bare in words.small or low.translate(_FIGURES) in words.small:
            yield match.span()


def _columns(text: str, folded: str, words: Lists) -> Iterator[Span]:
    """The cells below a heading that says name."""
    if not any(_is_head(folded, start, end) for start, end in words_at(folded, _words().heads)):
        return
    at = 0
    mark, named, cells = "", [], 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        found = _CELLS.search(line)
        if not found:
            mark = mark if not line.strip() else ""
            continue
        heads = [cell.strip(' "*') for cell in re.split(r"[;\t|,]", folded[start : start + len(line)])]
        if (
            len(heads) > 1
            and any(head in words_of_columns() for head in heads)
            and not any(any(c.isdigit() for c in head) for head in heads)
        ):
            mark, cells = found.group(), len(heads)
            named = [n for n, head in enumerate(heads) if head in words_of_columns()]
            continue
        if not mark or line.count(mark) + 1 != cells:
            continue
        low = start
        for n, cell in enumerate(line.split(mark)):
            body = cell.strip(' "*')
            if n in named and body and len(body.split()) <= _MOST and not any(c.isdigit() for c in body):
                begin = low + cell.index(body)
                if body[0].isalpha() and fold(body) not in words.not_names:
                    yield begin, begin + len(body)
            low += len(cell) + 1


def _is_head(folded: str, start: int, end: int) -> bool:
    """Whether a word stands alone in a cell."""
    before = folded[max(0, start - 2) : start].strip(' "*')
    after = folded[end : end + 2].strip(' "*')
    ends = ("", "\n", ";", "\t", "|", ",")
    return before[-1:] in ends and after[:1] in ends and before != after


def words_of_columns() -> frozenset[str]:
    """What a heading of a column of names is called."""
    return _words().columns


def _surname_first(
    lone: list[Span], several: list[list[Span]], text: str, folded: str, words: Lists
) -> Iterator[Span]:
    """`MAYOUKA, Télor`, `Outhwaite, G.;`: at the beginning of a line or an item, where either is a name."""
    for start, end in [*lone, *((run[0][0], run[-1][1]) for run in several)]:
        if text[end : end + 2] != ", " or not text[end + 2 : end + 3].isupper():
            continue
        if start and text[start - 1] != "\n" and text[start - 2 : start] not in _ITEMS:
            continue
        match = _COMMA_PAIR.match(text, start)
        if match is None:
            continue
        surname, given = (folded[a:b] for a, b in (match.span(1), match.span(2)))
        lows = [*re.split(r"[ \-]", surname), *re.split(r"[ \-]", given)]
        if any(_other(low, words) for low in lows) or surname in words.towns or given in words.towns:
            continue
        first = given.split(" ")[0]
        if first in _ARTICLES or surname.split(" ")[0] in _ARTICLES - {"le", "la"}:
            continue
        initial = len(first) == 2 and first.endswith(".")
        known = first in words.given or any(low in words.family for low in surname.split(" "))
        upper = text[match.start(1) : match.end(1)].isupper() and len(surname) > 3
        if upper and len(given) > 3 and text[match.start(2) : match.end(2)].isupper():
            continue  # two acronyms
        if not upper and " " in surname and surname.split(" ")[0] not in PARTICLES:
            continue  # a full name, and where it is
        if any(low in words.slang for low in lows):
            continue  # "Molly, Tina"
        if (known and not (initial and not upper and surname in words.common)) or (
            (upper or initial) and (initial or unknown(first)) and unknown(surname.split(" ")[-1])
        ):
            yield match.span(1)
            yield match.span(2)


def _other(low: str, words: Lists) -> bool:
    """A word that is known as something else than a name."""
    return low not in words.listed and (
        low in words.org_words
        or low in words.places
        or low in words.not_names
        or low in words.roles
        or low in words.titles
        or low in words.named_after
        or low in words.bearers
        or low in words.brands
        or (low in words.common and len(low) > 3)
    )


def _in_quotes(text: str, folded: str, words: Lists) -> Iterator[Span]:
    """`un certain « Titi »`, `named "Fai"`: what somebody is called."""
    before, after = _words().quoting, _words().quoted
    for match in _QUOTED.finditer(text):
        start, end = match.span(1)
        if folded[start:end] in words.org_words or folded[start:end] in words.brands:
            continue
        near = " " + folded[max(0, match.start() - _NEAR) : match.start()].replace("\n", " ").replace(
            "'", " "
        ).rstrip(" :")
        next_ = folded[match.end() : match.end() + _NEAR].lstrip(",").replace(".", " ") + " "
        if near.endswith(before) or next_.startswith(after):
            yield start, end
            continue
        surname = _SURNAME_AFTER.match(text, match.end())
        if surname and _sort(folded[slice(*surname.span(1))], words) > 0:
            yield start, end
            yield surname.span(1)


def _compounds(several: list[list[Span]], text: str, folded: str, words: Lists) -> Iterator[Span]:
    """`Semi Tuilagi-Voss`: a compound of two words that are no words, beside a third."""
    for run in several:
        whole = folded[run[0][0] : run[-1][1]]
        if "-" not in whole or whole.replace("-", " ") in words.towns:
            continue
        for index, (start, end) in enumerate(run):
            if (
                "-" not in text[start:end]
                or not _COMPOUND.fullmatch(text, start, end)
                or _sort(folded[start:end], words) < 0
            ):
                continue
            low = index
            while low and low > index - 3 and _sort(folded[slice(*run[low - 1])], words) > 0:
                low -= 1
            high = index
            while (
                high + 1 < len(run) and high < index + 2 and _sort(folded[slice(*run[high + 1])], words) > 0
            ):
                high += 1
            if high == low or word_before(folded, run[low][0]) in words.named_after:
                continue
            if run[low][0] and folded[run[low][0] - 1] in "-@#":
                continue
            yield run[low][0], run[high][1]


def _sort(low: str, words: Lists) -> int:
    """1: a word that may be a part of a name; 0: one that an other must carry; -1: none."""
    low = low.removesuffix("'s")
    parts = low.split("-")
    if any(_other(part, words) or part in words.towns for part in (low, *parts)):
        return -1
    if low.endswith("."):
        return 1 if len(low) == 2 else -1
    return 1 if low in words.listed or (unknown(low) and low not in words.common) else -1
