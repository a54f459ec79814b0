"""A text under audit: where its placeholders and its cues stand, and what a suspicion is.

In: redacted text. Out: Page, with which the looks of `audit_looks` and `audit_names` make leftovers.
Words, thresholds and shapes: data/redaction/audit.toml, compiled here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Literal

from vigie.lexicon.terms import data_toml
from vigie.redact.disguise import plain
from vigie.redact.spans import placeholder_spans, placeholders
from vigie.text.normalise import fold

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Leftover:
    """Characters [start, end) of a redacted text that look as if they should have gone."""

    start: int
    end: int
    reason: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Reason:
    severity: Severity
    near: Severity
    what: str


@dataclass(frozen=True, slots=True)
class Words:
    """data/redaction/audit.toml, compiled."""

    reasons: dict[str, Reason]
    limits: dict[str, int]
    cues: re.Pattern[str]
    channels: re.Pattern[str]
    identifiers: re.Pattern[str]
    joints: re.Pattern[str]
    figure: re.Pattern[str]
    titles: frozenset[str]
    persons: frozenset[str]
    after: re.Pattern[str]
    figures: re.Pattern[str]
    hosts: re.Pattern[str]
    marks: re.Pattern[str]
    harmless: tuple[re.Pattern[str], ...]
    shapes: tuple[tuple[str, re.Pattern[str]], ...]
    known: frozenset[str]
    figure_word: re.Pattern[str]
    substance: re.Pattern[str]
    after_channel: frozenset[str]


@cache
def words() -> Words:
    data = data_toml("redaction", "audit.toml")
    cues, hosts, known = data["cues"], data["hosts"], data["known"]
    number = _any_of(data["numbers"]["words"].split())
    dots = "|".join(re.escape(dot).replace(r"\ ", r"\s") for dot in hosts["dots"])
    return Words(
        reasons={name: _reason(entry) for name, entry in data["reason"].items()},
        limits=data["limits"],
        cues=_whole(cues["contact"]),
        channels=re.compile(
            rf"(?<!\w){_any_of(cues['channels'].split())}(?:\s(?:me|id|privé|prive))?\s?"
            r"(?::|=|->|→|👉|\s(?:is|est|c'est)\s)\s?[\"«(]?\s?(@?[^\s,;]+)"
        ),
        identifiers=re.compile(rf"(?<!\w){_any_of(cues['identifiers'].split())}\w{{0,4}}(?!\w)"),
        joints=_whole(cues["joints"]),
        figure=_whole(data["numbers"]["words"]),
        titles=frozenset(cues["titles"].split()),
        persons=frozenset(cues["persons"].split()),
        after=_whole(cues["after"]),
        figures=re.compile(
            rf"(?<!\w)(?:{number}|\d\d?)(?:(?:[\s\-.,/;:]{{1,3}}|\set\s|-et-)(?:{number}|\d\d?)(?!\w))+"
        ),
        hosts=re.compile(
            rf"(?<![\w.@])[a-z0-9][a-z0-9\-]{{1,62}}\s?(?:{dots})\s?{_any_of(hosts['domains'].split())}(?![\w'’-])"
            r"(?!\.\w)(?:\s?/\s?\w+)?"
        ),
        marks=re.compile("|".join(re.escape(mark) for mark in hosts["marks"])),
        harmless=tuple(re.compile(entry["pattern"]) for entry in data["harmless"]),
        shapes=tuple((entry["reason"], re.compile(entry["pattern"])) for entry in data["shape"]),
        known=frozenset(known["words"].split()),
        figure_word=re.compile(known["figure_word"]),
        substance=re.compile(known["substance"]),
        after_channel=frozenset(known["after_channel"].split()),
    )


def _reason(entry: dict[str, str]) -> Reason:
    return Reason(
        _severity(entry["severity"]), _severity(entry.get("near", entry["severity"])), entry["what"]
    )


def _severity(word: str) -> Severity:
    return next(known for known in SEVERITIES if known == word)


def _any_of(words: list[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){_any_of(words.split())}(?!\w)")


class Page:
    """A text under audit.

    Attributes:
        written: the text with placeholders blanked out: they are no words and part what stands beside them.
        shown: the same in plain characters; every form has the same length, so that offsets hold.
        folded: `shown`, folded.
        spots, kinds: [start, end) and kind of each placeholder.
    """

    def __init__(self, text: str, lang: str) -> None:
        self.lang = lang
        self.spots = placeholder_spans(text)
        known = {word: kind for kind, word in placeholders(lang).items()}
        self.kinds = [known.get(text[start:end], "") for start, end in self.spots]
        blank = list(text)
        for start, end in self.spots:
            blank[start:end] = "\x00" * (end - start)
        self.written = "".join(blank)
        self.shown = plain(self.written)
        self.folded = fold(self.shown)
        self._words = [found.start() for found in re.finditer(r"\S+", self.folded)]
        cues = [found.span() for found in words().cues.finditer(self.folded)]
        self._cue_starts = [start for start, _ in cues]
        self._cue_ends = [end for _, end in cues]

    def near_cue(self, start: int, end: int) -> bool:
        """Whether a contact cue ends or begins within a few words."""
        most = words().limits["near"]
        last = bisect_right(self._cue_ends, start) - 1
        if last >= 0 and self._apart(self._cue_ends[last], start) <= most:
            return True
        first = bisect_left(self._cue_starts, end)
        return first < len(self._cue_starts) and self._apart(end, self._cue_starts[first]) <= most

    def _apart(self, start: int, end: int) -> int:
        """Words that begin in [start, end)."""
        return bisect_left(self._words, end) - bisect_left(self._words, start)

    def suspect(self, start: int, end: int, reason: str) -> Leftover:
        """A leftover, as bad as its reason is there."""
        known = words().reasons[reason]
        return Leftover(start, end, reason, known.near if self.near_cue(start, end) else known.severity)
