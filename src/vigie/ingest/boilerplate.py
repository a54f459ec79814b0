"""Furniture of web pages that survives in copied or extracted text: newsletter boxes, links to other
articles, reader comments.

In: the body of a document. Out: the body without the lines that data/ingest/boilerplate.toml names, with its
reasons and proofs. Conservative: a false cut loses facts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from vigie.lexicon.terms import data_toml
from vigie.model.errors import LexiconError
from vigie.text.normalise import fold

Drop = Literal["line", "next", "tail", "foot", "near"]
_FOOT_SHARE = 1 / 3  # of the page that stands before a count of comments at its foot
_MIN_BEFORE_TAIL = (
    200  # characters of article before a comment section; a page that opens with one is a forum
)
_MAX_TEASER = 160  # characters of the title of another article
_TEASER_END = re.compile(r"[.!?…;:,]\s*$")
_TRIM = " \t\u2022\u00b7*#>|\"'.:;!?-_=[]"
_TRIM_START = " \t\u2022\u00b7*#|\"'-"
_NUMBER = re.compile(r"\d+")
_COUNT = re.compile(r"\s*\(\s*#\s*\)$")


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry of boilerplate.toml; phrases are folded."""

    id: str
    drop: Drop
    line: frozenset[str]
    starts: tuple[str, ...]
    all: tuple[str, ...]
    max_chars: int
    hit: tuple[str, ...]
    miss: tuple[str, ...]

    def matches(self, folded: str) -> bool:
        """Whether a folded line is this furniture."""
        if len(folded) > self.max_chars:
            return False
        if self.line:
            bare = _NUMBER.sub("#", folded.strip(_TRIM))
            return bare in self.line or _COUNT.sub("", bare) in self.line
        if self.starts:
            return folded.lstrip(_TRIM_START).startswith(self.starts)
        return all(phrase in folded for phrase in self.all)


def _cue(entry: dict[str, Any]) -> Cue:
    identifier = entry.get("id", "?")
    forms = [key for key in ("line", "starts", "all") if entry.get(key)]
    if len(forms) != 1 or entry.get("drop") not in get_args(Drop) or not entry.get("hit"):
        raise LexiconError(
            f"data/ingest/boilerplate.toml: {identifier}: needs drop, hit and one of line, starts, all"
        )
    return Cue(
        id=identifier,
        drop=entry["drop"],
        line=frozenset(fold(p) for p in entry.get("line", ())),
        starts=tuple(fold(p) for p in entry.get("starts", ())),
        all=tuple(fold(p) for p in entry.get("all", ())),
        max_chars=entry.get("max_chars", 80),
        hit=tuple(entry["hit"]),
        miss=tuple(entry.get("miss", ())),
    )


@cache
def cues() -> tuple[Cue, ...]:
    """The cues, in file order."""
    return tuple(_cue(entry) for entry in data_toml("ingest", "boilerplate.toml")["cue"])


@cache
def _by_drop() -> dict[Drop, tuple[Cue, ...]]:
    return {drop: tuple(c for c in cues() if c.drop == drop) for drop in get_args(Drop)}


@cache
def _anything() -> tuple[frozenset[str], tuple[str, ...], re.Pattern[str]]:
    """Of all cues together: whole lines, first words, and what stands in a line of the others. Most lines have none of it."""
    lines = frozenset(phrase for cue in cues() for phrase in cue.line)
    starts = tuple(dict.fromkeys(phrase for cue in cues() for phrase in cue.starts))
    firsts = dict.fromkeys(re.escape(cue.all[0]) for cue in cues() if cue.all)
    return lines, starts, re.compile("|".join(firsts) or "(?!)")


def _may_match(folded: str) -> bool:
    """False for a folded line that no cue matches, told at a tenth of the price."""
    lines, starts, inside = _anything()
    bare = _NUMBER.sub("#", folded.strip(_TRIM))
    return (
        bare in lines
        or folded.lstrip(_TRIM_START).startswith(starts)
        or inside.search(folded) is not None
        or _COUNT.sub("", bare) in lines
    )


def kind_of(line: str) -> Drop | None:
    """How a line is dropped, None if it is text; "near" only says that its neighbours decide."""
    folded = fold(line.strip())
    if not folded or not _may_match(folded):
        return None
    for drop, some in _by_drop().items():
        if any(cue.matches(folded) for cue in some):
            return drop
    return None


_LONGEST = 400  # no cue has a longer line


def drop_boilerplate(text: str) -> str:
    """The text without furniture; runs of blank lines shrink to one where a line went."""
    lines = text.split("\n")
    filled = [n for n, line in enumerate(lines) if line.strip()]
    kinds = [kind_of(lines[n]) if len(lines[n]) <= _LONGEST else None for n in filled]
    if not any(kinds):
        return text
    gone = [kind in ("line", "next", "foot") for kind in kinds]
    before = 0
    for i, n in enumerate(filled):
        least = {"tail": 0.0, "foot": _FOOT_SHARE * len(text)}.get(kinds[i] or "")
        if least is not None and before >= max(least, _MIN_BEFORE_TAIL):
            gone[i:] = [True] * (len(filled) - i)
            break
        if kinds[i] == "next" and i + 1 < len(filled) and _is_teaser(lines[filled[i + 1]]):
            gone[i + 1] = True
        if not gone[i]:
            before += len(lines[n])
    _spread(kinds, gone)
    dropped = {n for i, n in enumerate(filled) if gone[i]}
    return _without(lines, dropped) if dropped else text


def _spread(kinds: list[Drop | None], gone: list[bool]) -> None:
    """Lines that only their neighbours condemn, forwards and backwards."""
    for order in (range(1, len(gone)), range(len(gone) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for i in order:
            if kinds[i] == "near" and gone[i + step]:
                gone[i] = True


def _is_teaser(line: str) -> bool:
    return len(line) <= _MAX_TEASER and not _TEASER_END.search(line)


def _without(lines: list[str], dropped: set[int]) -> str:
    kept: list[str] = []
    after_cut = False
    for n, line in enumerate(lines):
        if n in dropped:
            after_cut = True
        elif line.strip() or not (after_cut and (not kept or not kept[-1].strip())):
            kept.append(line)
            after_cut = after_cut and not line.strip()
    return "\n".join(kept).strip()
