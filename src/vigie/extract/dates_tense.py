"""Whether the sentence around a date speaks of what was or of what will be.

In: folded text, its atoms, how the text is to be read. Out: the atoms, `coming` where they lie ahead; without those
that are no dates then ("it doubled in two years").
Words: cue:coming and cue:past of data/lexicons/<lang>/dates.toml. Read only where a date leaves it open.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from vigie.extract.dates_atom import Atom
from vigie.extract.dates_words import Words, words

Sense = Literal["press", "plain"]
Tense = Literal["past", "coming"]

_BEFORE, _AFTER = 140, 70  # code points in which the verb is looked for
_SENTENCE_END = re.compile(r"[.!?](?=[ \n]|$)|\n\n")
_CLAUSE_END = re.compile(r"[.!?](?=[ \n]|$)|\n\n|[,;:](?=[ \n])")
_FRONTED = re.compile(r"(?:\W*\w{1,5}(?=\W)){0,5}\W*|\W*\w{1,6}\W*")  # short words: "At 8pm on", "Depuis"
_OPEN = frozenset(
    {
        "date", "day-range", "weekday", "weekday-day", "day-alone", "nth-weekday", "nth-week", "holiday", "season",
        "shift", "figures-range", "quarter", "half",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Cues:
    any: re.Pattern[str]


def in_tense(low: str, atoms: Sequence[Atom], vocabulary: Words, sense: Sense) -> list[Atom]:
    """Atoms that leave their year, month or week open, told by the verb nearest to them."""
    kept: list[Atom] = []
    for atom in atoms:
        if atom.kind in ("ahead", "span-ahead"):
            said = tense(low, atom, vocabulary.lang)
            spans = atom.kind == "span-ahead" and atom.shift is None
            if (said == "past" and vocabulary.lang == "en") or (spans and said != "coming"):
                continue  # "it doubled in two years", "within two weeks of use"
        kept.append(_told(low, atom, vocabulary, sense))
    return kept


def _told(low: str, atom: Atom, vocabulary: Words, sense: Sense, at: int = sys.maxsize) -> Atom:
    """`at`: where the words of the date begin, when they begin before the atom."""
    if atom.base is not None:
        base = _told(low, atom.base, vocabulary, sense, min(at, atom.start))
        inner = replace(atom, base=base) if base is not atom.base else atom
        return inner if atom.kind not in _OPEN else replace(inner, coming=base.coming)
    if atom.kind not in _OPEN or atom.year is not None:
        return atom
    if atom.kind == "shift" and atom.unit != "weekend":
        return atom
    said = tense(low, atom if at >= atom.start else replace(atom, start=at), vocabulary.lang)
    ahead = said == "coming" or (said is None and sense == "plain")
    return replace(atom, coming=True) if ahead else atom


def tense(low: str, atom: Atom, lang: str) -> Tense | None:
    """What the nearest verb before the atom says, else the first one after it in the sentence; None without any."""
    cues = _cues(lang).any
    start = max(0, atom.start - _BEFORE)
    for end in _SENTENCE_END.finditer(low, start, atom.start):
        start = end.end()
    last = None
    for last in cues.finditer(low, start, atom.start):  # noqa: B007 - only the last one counts
        pass
    if last is None:
        # "En mars, il sera jugé" against "Arrêté en mars, il sera jugé"
        fronted = _FRONTED.fullmatch(low, start, atom.start)
        stop = (_SENTENCE_END if fronted else _CLAUSE_END).search(low, atom.end, atom.end + _AFTER)
        last = cues.search(low, atom.end, stop.start() if stop else min(len(low), atom.end + _AFTER))
    if last is None:
        return None
    return "coming" if last.lastgroup == "coming" else "past"


@cache
def _cues(lang: str) -> _Cues:
    f = words(lang).fragments
    if lang == "fr":
        coming = (
            rf"{f['cue:coming']}|(?!(?:{f['not-coming']})\b)\w{{2,}}(?:[ei]r|tr|dr|ur)(?:a|ont|ai|ons|ez)"
        )
        past = rf"{f['cue:past']}|\w{{2,}}(?:ait|aient)"
    else:
        coming = f["cue:coming"]
        past = rf"{f['cue:past']}|(?!(?:{f['not-past']})\b)\w{{2,}}ed"
    return _Cues(any=re.compile(rf"(?<!\w)(?:(?P<coming>{coming})|(?P<past>{past}))(?!\w)"))
