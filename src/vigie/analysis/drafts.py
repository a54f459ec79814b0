"""Candidate words as drafts of lexicon entries, for a person to complete or throw away.

In: `Found`. Out: a data folder: lexicons/<lang>/substances.toml and modalities.toml in the lexicons' own form, every entry marked
`draft = true`, the evidence as comments; the taxonomies beside, so that `vigie lexicon check --data DIR` checks ids.
A draft is never loaded, and the checker names it until the reviewer has removed the mark: nothing enters a lexicon by itself.
Left out: hits and misses. Examples are the author's own sentences; those of the sources stay comments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from vigie.analysis.terms import Candidate, Found
from vigie.analysis.words import stem
from vigie.lexicon.terms import data_text
from vigie.model.errors import LexiconError

TAXONOMIES = ("substances", "modalities")
_FILES = {"substance": "substances", "slang": "substances", "modality": "modalities"}
_WIDEST = 240  # code points of a sentence shown
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]+")
HEADER = """\
# Drafts of `vigie lexicon suggest`, {since} to {until}. Nothing here is in a lexicon: a draft is never loaded.
# For each entry: choose its id (of taxonomy/{name}.toml, or add one there), name its source (a key of references.toml), write
# your own `hit` with [brackets] around the word, and `miss` where the word means something else; then remove `draft = true`.
# Delete what is no term. The sentences in the comments are redacted, for you alone: never copy them into an entry.
# Then: vigie lexicon check --data {folder}
"""
REFERENCES = """\
# Sources of the entries, by key: replace this one by what each entry rests on.
# [field-note-2026-03]
# title = "Field note of March 2026"
"""


def write_drafts(found: Sequence[Found], folder: Path, top: int) -> list[Path]:
    """Write the first `top` candidates of each language; the paths written.

    Raises:
        LexiconError: if a file is there already: it may hold a reviewer's work.
    """
    pages: dict[Path, str] = {folder / "references.toml": REFERENCES}
    for name in TAXONOMIES:
        pages[folder / "taxonomy" / f"{name}.toml"] = data_text("taxonomy", f"{name}.toml")
    for one in found:
        chosen = one.candidates[:top]
        for name in TAXONOMIES:
            entries = [draft(c) for c in chosen if _FILES[c.kind] == name]
            if entries:
                header = HEADER.format(since=one.since, until=one.until, name=name, folder=folder)
                pages[folder / "lexicons" / one.lang / f"{name}.toml"] = "\n".join([header, *entries])
    return save_drafts(pages)


def save_drafts(pages: Mapping[Path, str]) -> list[Path]:
    """Write files that are not there yet; their paths. Raises LexiconError if one is: it may hold a reviewer's work."""
    there = next((path for path in pages if path.exists()), None)
    if there is not None:
        raise LexiconError(f"{there} exists and may hold your work (choose another folder with --out)")
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace")
    return sorted(pages)


def draft(found: Candidate) -> str:
    """One entry, with its evidence above it."""
    return "\n".join([*(f"# {line}" for line in _evidence(found)), *_entry(found)]) + "\n"


def _entry(found: Candidate) -> Iterator[str]:
    near = ", ".join(name.partition("/")[2] for name in found.nearest)
    yield "[[term]]"
    yield "draft = true"
    yield 'id = "to-choose"' + (f"  # nearest by context: {clean_line(near)}" if near else "")
    yield f"surface = {json.dumps(list(surfaces(found)), ensure_ascii=False)}"
    yield 'status = "strong"  # "ambiguous" if it also means something else: see docs/architecture.md'
    yield 'source = ""'
    yield "hit = []"
    yield "miss = []"


def surfaces(found: Candidate) -> tuple[str, ...]:
    """The ways it is written, singular first; a plural in -s is a "+"."""
    written = dict.fromkeys(found.forms)
    plurals = {form for form in written if stem(form) != form and stem(form) in written}
    listed = [f"{form}+" if f"{form}s" in plurals else form for form in written if form not in plurals]
    return tuple(clean_line(form) for form in listed)


def _evidence(found: Candidate) -> Iterator[str]:
    yield f"{clean_line(found.term)}: {found.kind}? score {found.score:.2f}"
    burst = (
        f"burst {found.burst[0]} to {found.burst[1]} (weight {found.weight:.1f})"
        if found.burst
        else "no burst"
    )
    yield (
        f"{found.documents} documents, {found.sources} sources, {found.before} documents before; "
        f"first seen {found.first_seen}, last {found.last_seen}; {burst}; z {found.z:.1f}"
    )
    if found.nearest:
        yield f"contexts like {', '.join(map(clean_line, found.nearest))} (likeness {found.likeness:.2f})"
    if found.family:
        yield f"built like names of {found.family}"
    for one in found.evidence:
        yield f"{one.day} {clean_line(one.source) or 'no source'} {clean_line(one.doc_id)}: {shown(one.sentence, one.start)}"


def shown(sentence: str, start: int) -> str:
    """A long sentence cut around the word."""
    first = max(0, start - _WIDEST // 2)
    cut = sentence[first : first + _WIDEST]
    return ("…" if first else "") + clean_line(cut) + ("…" if first + _WIDEST < len(sentence) else "")


def clean_line(text: str) -> str:
    """On one line, without what a TOML comment may not hold."""
    return _CONTROL.sub(" ", text).strip()
