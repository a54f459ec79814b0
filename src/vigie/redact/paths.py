"""Names of inputs: file names, folders and saved addresses hold contacts and names as texts do, written with other marks.

In: a path as given, and the names that metadata gives. Out: the path with placeholders. Suffix, number in a container and the
words that name nobody stay, so that the user still knows which input is meant.
Left out: plain words after a channel ("snap_fleur.txt"); the account in a home folder; a surname alone in lower case.
Words: data/redaction/paths.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from urllib.parse import unquote

from vigie.lexicon.gazetteer import gazetteer, key
from vigie.lexicon.terms import data_toml
from vigie.redact.contacts import find_contacts, outside
from vigie.redact.names import find_names
from vigie.redact.spans import Removal, merge, placeholder_spans, placeholders
from vigie.redact.wordlists import lists
from vigie.redact.words import words_at
from vigie.text.normalise import fold

_PASSES = 16  # as in a text: a removal may bring two words together
_PART = re.compile(r"[^/\\]+")
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# 20240311, 20240311_104500: cameras and scanners name files so; no telephone number has this form.
_STAMP = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[ _-]?[0-2]\d[0-5]\d(?:[0-5]\d)?)?(?!\d)"
)
_SEAM = re.compile(
    r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-zà-ÿ])|(?<=[A-Za-zÀ-ÿ])(?=\d)|(?<=\d)(?=[A-Za-zÀ-ÿ])"
)
_HYPHENED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_ERROR = re.compile(r"[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Timeout)(?![a-z])")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MADE_UP = re.compile(r"[a-z][\w]*\.[a-z]\w*\d*|(?=\w*[a-z]{3})\w*[a-z]\d{1,4}|[a-z]{3,}[_.-]\d{1,3}(?!\d)")


@cache
def _words() -> tuple[re.Pattern[str], ...]:
    """Suffixes of files, keys of a query, folders of accounts, channels before an account, marks that only accounts have."""
    data = data_toml("redaction", "paths.toml")

    def one_of(key: str) -> str:
        return "|".join(re.escape(word) for word in sorted(data[key].split(), key=len, reverse=True))

    return (
        re.compile(rf"(?:\.(?:{one_of('suffixes')})){{1,2}}(?:#\d+)?\Z", re.IGNORECASE),
        re.compile(rf"(?:(?<=[?&;_])|^)(?:{one_of('keys')})=([^&#;/\\]+)", re.IGNORECASE),
        re.compile(rf"(?<![^\W_])(?:(?:{one_of('folders')})/([^/\\?&#]+)|(?:{one_of('folders')})[_-](\w*\d{{3,}}\w*))"),
        re.compile(rf"(?<![^\W_])(?:{one_of('channels')})[ _:.-]{{1,3}}([^\s,;()\[\]/\\]+)"),
        re.compile(rf"(?:(?<![^\W_])(?:{one_of('hosts')})[_+]|(?<![^\W_])@)([\w][\w.]*)"),
    )  # fmt: skip


def redact_path(path: str, lang: str, known: tuple[str, ...] = ()) -> str:
    """`path` with placeholders in the language; `known` are names from metadata."""
    words = placeholders(lang)
    for _ in range(_PASSES):
        found = merge(outside([*_removals(path, lang, known)], placeholder_spans(path)))
        if not found:
            break
        for removal in reversed(found):
            path = path[: removal.start] + words[removal.kind] + path[removal.end :]
    return path


def _removals(path: str, lang: str, known: tuple[str, ...]) -> Iterator[Removal]:
    """All that must go, as spans of the path itself."""
    shown, ends = _decoded(path)
    for removal in _in_decoded(shown, lang, known):
        yield Removal(ends[removal.start][0], ends[removal.end - 1][1], removal.kind)


def _decoded(path: str) -> tuple[str, list[tuple[int, int]]]:
    """The path without percent escapes, and for each of its characters the span that it stands for."""
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for escape in [*_ESCAPED.finditer(path), None]:
        start, end = escape.span() if escape else (len(path), len(path))
        out.append(path[at:start])
        spans += [(n, n + 1) for n in range(at, start)]
        if escape:
            letters = unquote(escape.group(), errors="replace")
            out.append(letters)
            spans += [(start, end)] * len(letters)
        at = end
    return "".join(out), spans


def _in_decoded(path: str, lang: str, known: tuple[str, ...]) -> Iterator[Removal]:
    suffixes, keys, folders, *_ = _words()
    plain = _STAMP.sub(_blank, path.replace("_", " "))
    if plain.count(".") == 1 and "@" not in plain:
        plain = suffixes.sub("", plain)  # a file name with nothing in it is quiet then
    for removal in find_contacts(plain, lang):
        if removal.kind == "handle":
            continue  # a folder named after a channel announces no account
        word = path[removal.start : removal.end]
        if removal.kind not in ("url", "gps") or "@" in word or not _is_file(word):
            yield removal if removal.kind == "url" and "/" in word else _without_suffix(removal, path)
    for pattern in (keys, folders):
        for match in pattern.finditer(path):
            start, end = match.span(match.lastindex or 1)
            yield _without_suffix(Removal(start, end, "handle"), path)
    for part in _PART.finditer(path):
        tail = suffixes.search(part.group())
        stem = part.group()[: tail.start()] if tail else part.group()
        for removal in _in_stem(stem, lang):
            yield Removal(part.start() + removal.start, part.start() + removal.end, removal.kind)
    folded = fold(path)
    for name in known:
        for word in {w for w in re.findall(r"\w+", fold(name)) if len(w) >= 3}:
            for match in re.finditer(rf"(?<![a-z]){re.escape(word)}(?![a-z])", folded):
                yield Removal(match.start(), match.end(), "name")


def _without_suffix(removal: Removal, path: str) -> Removal:
    tail = _words()[0].search(path, removal.start, len(path))
    end = tail.start() if tail and removal.end > tail.start() > removal.start else removal.end
    return Removal(removal.start, end, removal.kind)


@lru_cache(maxsize=1024)
def _in_stem(stem: str, lang: str) -> tuple[Removal, ...]:
    """One folder, or one file without its suffix; remembered, because many inputs share their folders."""
    return tuple(_of_stem(stem, lang))


def _of_stem(stem: str, lang: str) -> Iterator[Removal]:
    *_, channels, marks = _words()
    folded = fold(stem)
    for match in channels.finditer(folded):
        word = _MADE_UP.match(match.group(1))
        if word:
            yield Removal(match.start(1), match.start(1) + word.end(), "handle")
    for match in marks.finditer(folded):
        yield Removal(*match.span(1), "handle")
    yield from (r for r in find_contacts(stem.replace("_", " "), lang) if r.kind == "handle")
    spaced, spans = _spaced(stem)
    low = fold(spaced)
    found = [r for r in find_contacts(spaced, lang) if r.kind == "phone"]
    guarded = [*words_at(folded, lists().protected), *_places_and_errors(stem, folded)]  # Marie-Galante
    for removal in [*found, *find_names(spaced, low), *_small_names(low)]:
        start, end = spans[removal.start][0], spans[removal.end - 1][1]
        if removal.kind != "name" or not any(a < end and start < b for a, b in guarded):
            yield Removal(start, end, removal.kind)


def _places_and_errors(stem: str, folded: str) -> Iterator[tuple[int, int]]:
    """`Bar-le-Duc`, a commune; `PdfiumError`, what a program calls an error."""
    for match in _HYPHENED.finditer(folded):
        if gazetteer().find(key(match.group())):
            yield match.span()
    for match in _ERROR.finditer(stem):
        yield match.span()


def _spaced(stem: str) -> tuple[str, list[tuple[int, int]]]:
    """The stem as words: marks are blanks, and a blank stands where letters change case or meet figures."""
    plain = _STAMP.sub(_blank, re.sub(r"[_.,+\-]", " ", stem))
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    seams = {match.start() for match in _SEAM.finditer(plain)}
    for n, letter in enumerate(plain):
        if n in seams:
            out.append(" ")
            spans.append((n, n))
        out.append(letter)
        spans.append((n, n + 1))
    return "".join(out), spans


def _small_names(folded: str) -> Iterator[Removal]:
    """`martin dupuis`, `dupuis martin`: a given name that is no other word, and a word beside it that may be a surname."""
    tokens = list(_WORD.finditer(folded))
    for one, two in pairwise(tokens):
        if folded[one.end() : two.start()].strip() or len(two.group()) < 3 or len(one.group()) < 3:
            continue
        pairs = ((one.group(), two.group()), (two.group(), one.group()))
        if any(
            _is_given(given) and _is_surname(surname, strict=n == 1)
            for n, (given, surname) in enumerate(pairs)
        ):
            yield Removal(one.start(), two.end(), "name")


def _is_given(word: str) -> bool:
    words = lists()
    return word in words.alone and word not in words.surnames - words.given and word not in words.inert


def _is_surname(word: str, *, strict: bool) -> bool:
    words = lists()
    if word in words.surnames:
        return True
    others = (
        words.not_names,
        words.places,
        words.org_words,
        words.roles,
        words.titles,
        words.named_after,
        words.bearers,
        words.speech,
    )
    return not strict and not any(word in other for other in others) and word not in _common()


@cache
def _common() -> frozenset[str]:
    return frozenset(fold(data_toml("redaction", "paths.toml")["words"]).split())


def _blank(match: re.Match[str]) -> str:
    return "x" * len(match.group())


def _is_file(word: str) -> bool:
    """A file name ("notes.md"), not a host: redacting it would hide from the user which input was meant."""
    return (
        "/" not in word
        and ":" not in word
        and re.search(r"\.(?:md|py|pl|ps|rs|sh|so|zip|cc|mov)$", word) is not None
    )
