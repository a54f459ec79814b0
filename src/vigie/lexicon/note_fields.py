"""The layout of a field note: which label opens which field, and where the value of each stands.

In: a text. Out: the fields in order with their spans, the stretches of free text, whether the text is a note at all.
Labels: data/grammar/field_note.toml, in both languages whatever the text's. Left out: what values mean (`vigie.extract.note`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from vigie.lexicon.matcher import Hit
from vigie.lexicon.substances import BLOCKER, ancestors, substance_matcher
from vigie.lexicon.terms import data_toml
from vigie.text.language import detect
from vigie.text.normalise import fold

LANGUAGES = ("fr", "en")
FORMAT = "field-note"  # of a document whose text has this layout
_LEAD = r"[ \t]*(?:[-*+•·|>]+[ \t]+|#{1,6}[ \t]*|\d{1,2}[.)][ \t]+|\|[ \t]*)?[*_]{0,3}[ \t]*"
_CLOSE = r"[ \t]*[*_]{0,3}[ \t]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field: its id, the label printed in each language, all labels folded.

    Attributes:
        many: it belongs to a product, and may be repeated.
        long: its value is prose.
        paragraphs: it may hold blank lines; else what follows one is under no label.
    """

    id: str
    label: Mapping[str, str]
    labels: tuple[str, ...]
    many: bool = False
    long: bool = False
    paragraphs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field as it stands in a text: [start, end) is its value without spaces around it; empty where nothing was written."""

    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The fields of a note in order.

    Attributes:
        fields: every label that stands, with its value.
        free: stretches of text under no label.
        breaks: offsets at which a heading opens another product.
        lang: the language of most labels.
    """

    fields: tuple[Field, ...]
    free: tuple[tuple[int, int], ...]
    breaks: tuple[int, ...]
    lang: str


def words() -> Mapping[str, Any]:
    """data/grammar/field_note.toml."""
    return data_toml("grammar", "field_note.toml")


@cache
def specs() -> Mapping[str, FieldSpec]:
    """The fields by id, in the order of the template."""
    return {
        row["id"]: FieldSpec(
            id=row["id"],
            label=row["label"],
            labels=tuple(dict.fromkeys([*(fold(v) for v in row["label"].values()), *row["also"]])),
            many=row.get("many", False),
            long=row.get("long", False),
            paragraphs=row.get("paragraphs", False),
        )
        for row in words()["field"]
    }


def marked(text: str) -> bool:
    """Whether the text says of itself that it is a note."""
    return words()["layout"]["mark"] in text


def is_note(text: str) -> bool:
    """Whether a text is a field note with fields: by its mark, or by enough labels at the beginnings of its lines."""
    if marked(text):
        return True
    head = text[:20_000]
    found = {spec for _, _, spec in _labels(head)}
    least = words()["layout"]["least_labels"]
    return len(found) >= least and "product" in found and bool(found & {"place", "period"})


def is_label(line: str) -> bool:
    """Whether a line opens a field."""
    return next(_labels(line), None) is not None


def layout(text: str) -> Layout:
    """Where the fields of a note stand."""
    found = list(_labels(text))
    breaks = [match.start() for match in _heading().finditer(fold(text))]
    stops = sorted([*(start for start, _, _ in found), *breaks, len(text)])
    fields: list[Field] = []
    free: list[tuple[int, int]] = []
    first = stops[0]
    if text[:first].strip():
        free.append(_trimmed(text, 0, first))
    for at, value, name in found:
        stop = next(s for s in stops if s > at)
        end = stop
        if not specs()[name].paragraphs:
            blank = _BLANK.search(text, _next_word(text, value, stop), stop)
            if blank and text[blank.end() : stop].strip():
                free.append(_trimmed(text, blank.end(), stop))
                end = blank.start()
        start, end = _trimmed(text, value, max(value, end))
        fields.append(Field(id=name, start=start, end=end))
    for at in breaks:
        line = text.find("\n", at)
        stop = next((s for s in stops if s > at), len(text))
        if line != -1 and line < stop and text[line:stop].strip():
            free.append(_trimmed(text, line, stop))
    return Layout(
        fields=tuple(fields), free=tuple(sorted(free)), breaks=tuple(breaks), lang=_language(text, found)
    )


_BLANK = re.compile(r"\n[ \t]*\n")


def _next_word(text: str, start: int, stop: int) -> int:
    """Where the value begins: a label may stand on a line of its own, with a blank one after it."""
    while start < stop and text[start].isspace():
        start += 1
    return start


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    bare = piece.strip()
    if not bare:
        return start, start
    first = start + len(piece) - len(piece.lstrip())
    return first, first + len(bare)


def _labels(text: str) -> Iterator[tuple[int, int, str]]:
    """(start of the line, start of the value, field) of each label that opens a line."""
    folded = fold(text)
    for match in _label().finditer(folded):
        name = _by_label()[match["label"]]
        if match["mark"] is None and (match["number"] or match["label"] not in _printed()):
            continue  # "Produit 2" alone is a heading; "Prix" alone may be a word
        yield match.start(), match.end(), name


@cache
def _by_label() -> Mapping[str, str]:
    return {label: spec.id for spec in specs().values() for label in spec.labels}


@cache
def _printed() -> frozenset[str]:
    """The labels of the template: they are known without a colon too."""
    return frozenset(fold(label) for spec in specs().values() for label in spec.label.values())


@cache
def _label() -> re.Pattern[str]:
    known = "|".join(re.escape(label) for label in sorted(_by_label(), key=len, reverse=True))
    number = r"(?P<number>[ \t]*(?:n?[°o]?[ \t]*)\d{1,2})?"
    mark = r"(?P<mark>[:=|]|-[ ])"
    return re.compile(
        rf"^{_LEAD}(?P<label>{known}){number}{_CLOSE}(?:{mark}{_CLOSE}|(?=\n|\Z))", re.MULTILINE
    )


@cache
def _heading() -> re.Pattern[str]:
    """ "## Produit 2": another product begins."""
    named = "|".join(re.escape(label) for label in sorted(specs()["product"].labels, key=len, reverse=True))
    return re.compile(
        rf"^[ \t]*#{{0,6}}[ \t]*(?:{named})[ \t]*(?:n?[°o][ \t]*)?\d{{1,2}}[ \t]*$", re.MULTILINE
    )


def _language(text: str, found: list[tuple[int, int, str]]) -> str:
    """The language in which most labels are written; where they do not tell, that of the text."""
    folded = fold(text)
    votes = dict.fromkeys(LANGUAGES, 0)
    for start, end, name in found:
        line = folded[start:end]
        for lang in LANGUAGES:
            votes[lang] += fold(specs()[name].label[lang]) in line
    first, second = sorted(LANGUAGES, key=lambda lang: -votes[lang])
    if votes[first] > votes[second]:
        return first
    detected = detect(text)
    return detected if detected in LANGUAGES else LANGUAGES[0]


@cache
def _phrases(group: str) -> re.Pattern[str]:
    """All words of the roles or of the degrees of certainty, the longest first."""
    listed = [fold(w) for row in words()[group] for w in (*row["words"], *row["label"].values())]
    every = "|".join(re.escape(word) for word in sorted(set(listed), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{every})(?!\w)")


@cache
def _meaning(group: str) -> Mapping[str, Mapping[str, Any]]:
    return {fold(w): row for row in words()[group] for w in (*row["words"], *row["label"].values())}


def named(group: str, text: str) -> list[tuple[int, int, Mapping[str, Any]]]:
    """The entries of `[[role]]` or `[[sure]]` that a value names, in order: (start, end, entry)."""
    meaning = _meaning(group)
    return [(m.start(), m.end(), meaning[m.group()]) for m in _phrases(group).finditer(fold(text))]


_APART = re.compile(r"[,;/+&\n]|\b(?:et|ou|and|or|puis|plus)\b")


def _of_one(folded: str, one: Hit, other: Hit) -> bool:
    """Whether two names are of one product: "cocaïne (crack)"; "cocaïne et crack" are two."""
    low, high = (one.end, other.start) if one.end <= other.start else (other.end, one.start)
    return _APART.search(folded, low, high) is None


def products(text: str, lang: str) -> list[Hit]:
    """The substances that a product field names: a word that also means something else counts, because nothing else is asked for."""
    folded = fold(text)
    hits = [hit for hit in substance_matcher(lang).find(text, folded) if hit.term.id != BLOCKER]
    kept: list[Hit] = []
    for hit in hits:
        inside = any(
            hit.term.id != h.term.id and hit.term.id in ancestors(h.term.id) and _of_one(folded, hit, h)
            for h in hits
        )
        if not inside and hit.term.id not in {h.term.id for h in kept}:
            kept.append(hit)
    return kept


__all__ = [
    "FORMAT",
    "Field",
    "FieldSpec",
    "Layout",
    "is_note",
    "layout",
    "marked",
    "named",
    "products",
    "specs",
    "words",
]
