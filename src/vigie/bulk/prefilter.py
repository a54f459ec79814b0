"""Whether a page is worth reading, told from its raw bytes in one pass.

In: the bytes of a page or text. Out: yes or no; what was looked for and the rules are in data/bulk/prefilter.toml.
Words are found by hyperscan, whose compiled database is kept in the user's cache folder; without it, by google-re2 and an
Aho-Corasick automaton, with the same verdicts and at a tenth of the speed. Left out: how words are written (`wording.py`).
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Protocol

from vigie.bulk import database
from vigie.bulk.wording import Sought, Tier, settings, sought
from vigie.model.errors import MissingExtraError
from vigie.text.normalise import fold

Buffer = bytes | bytearray | memoryview
_TAG = re.compile(r"<[^<>]*>?")
_TAG_START = re.compile(rb"<(?:[A-Za-z/!]|\Z)")
_SCRIPTS = (
    (b"<script", b"</script"),
    (b"<style", b"</style"),
)  # in capitals they cost time, and no page is lost
_LINKS = (b"<a ", b"<a\n", b"<A ")
_RE2_MEMORY = 256 << 20
_WORD = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16
Found = Callable[[int, int], bool]  # index of what was sought, where it ends; True: enough


class Engine(Protocol):
    """Tells every place where a sought string stands, in order of its end, until told that it is enough."""

    def scan(self, data: Buffer, found: Found) -> None: ...


class Prefilter:
    """Reusable, not shared between threads."""

    def __init__(self, engine: Engine, entries: tuple[Sought, ...]) -> None:
        table = settings()
        limits = table["limits"]
        self._engine = engine
        self.entries = entries
        self.window, self.apart = int(limits["window"]), int(limits["apart"])
        self.enough, self.back = int(limits["enough"]), int(limits["back"])
        cues = table["cues"]
        self.amount = re.compile("|".join((*cues["amount"], *cues["trade"])))
        self.any_cue = re.compile("|".join(cue for group in cues.values() for cue in group))

    @classmethod
    def load(cls, engine: str = "auto") -> Prefilter:
        """`engine`: "hyperscan", "re2", or "auto" for the faster that is installed. Raises MissingExtraError."""
        entries = sought()
        if engine in ("auto", "hyperscan"):
            try:
                return cls(database.Hyperscan(entries), entries)
            except ImportError:
                if engine == "hyperscan":
                    raise MissingExtraError("Matching with hyperscan", "bulk") from None
        return cls(_Portable(entries), entries)

    def passes(self, payload: Buffer) -> bool:
        """Whether the page is worth reading."""
        return self.score(payload) >= 1

    def score(self, payload: Buffer) -> float:
        """1 or more passes; 0.5: a strong word stands alone; 0: nothing that counts."""
        data = payload
        if len(payload) > 1 and (not payload[1] or bytes(payload[:2]) in _WIDE):
            data = _narrow(payload)
        page = _Page(self, data)
        self._engine.scan(data, page.found)
        return page.score


class _Page:
    """What was found in one page so far. Its verdict does not depend on the order in which an engine finds."""

    def __init__(self, rules: Prefilter, data: Buffer) -> None:
        self._rules, self._data = rules, data
        self._bytes = b""  # the page, once there is something to look at
        self._scripts: list[tuple[int, int]] = []
        self._tried: set[tuple[int, Tier]] = set()
        self._looked = 0
        self._first = self._last = -1  # places of strong words without a cue
        self.score = 0.0

    def found(self, index: int, end: int) -> bool:
        """One occurrence; True once the page passes."""
        entry = self._rules.entries[index]
        start = end - len(entry.literal) + entry.lead
        if entry.whole and self._inside(start, end):
            return False
        if (start, entry.tier) in self._tried:
            return False
        self._tried.add((start, entry.tier))
        if self._counts(start, end, entry.tier):
            self.score = 1.0
        return self.score >= 1

    def _inside(self, start: int, end: int) -> bool:
        """Whether it is part of a longer word."""
        data = self._data
        before = start > 0 and data[start - 1] in _WORD and data[start] in _WORD
        return before or (end < len(data) and data[end] in _WORD and data[end - 1] in _WORD)

    def _counts(self, start: int, end: int, tier: Tier) -> bool:
        rules = self._rules
        back = bytes(self._data[max(0, start - rules.back) : start])
        if _in_tag(back) or _in_link(back):
            return False
        if not self._bytes:
            self._bytes = bytes(self._data)
            self._scripts = _scripts(self._bytes)
        before = bisect_right(self._scripts, (start, start)) - 1
        if before >= 0 and start < self._scripts[before][1]:
            return False
        self._looked += 1
        if tier == "alone" or self._looked >= rules.enough:
            return True
        left = self._bytes[max(0, start - rules.window) : start]
        around = _around(left + b" _" + self._bytes[end : end + rules.window])  # the word itself is no cue
        if (rules.any_cue if tier == "strong" else rules.amount).search(around):
            return True
        if tier != "strong":
            return False
        self.score = 0.5
        self._first = start if self._first < 0 else min(self._first, start)
        self._last = max(self._last, start)
        return self._last - self._first >= rules.apart


def _scripts(page: bytes) -> list[tuple[int, int]]:
    """Where scripts and style sheets begin and end."""
    spans = []
    for opening, closing in _SCRIPTS:
        end = 0
        while (start := page.find(opening, end)) >= 0:
            end = page.find(closing, start)
            if end < 0:
                end = len(page)
            spans.append((start, end))
    return sorted(spans)


def _in_tag(back: bytes) -> bool:
    """Whether what follows stands in a tag: in the value of an attribute."""
    opened = back.rfind(b"<")
    return opened > back.rfind(b">") and _TAG_START.match(back, opened) is not None


def _in_link(back: bytes) -> bool:
    """Whether what follows is the text of a link: of another page."""
    opened = max(back.rfind(link) for link in _LINKS)
    return opened >= 0 and opened > max(back.rfind(b"</a"), back.rfind(b"</A"))


def _around(cut: bytes) -> str:
    """The words of a stretch of a page, folded and without tags."""
    text = cut.decode("utf-8", "replace")
    if text.count("\ufffd") > 2:  # more than the two ends of the window explain
        text = cut.decode("cp1252", "replace")
    closing = text.find(">")
    if 0 <= closing < text.find("<"):  # it begins inside a tag
        text = text[closing + 1 :]
    return " ".join(fold(html.unescape(_TAG.sub(" ", text))).split())


def _narrow(payload: Buffer) -> bytes:
    """UTF-16 as UTF-8, which is what is looked for; anything else as it is."""
    data = bytes(payload)
    name = "utf-16" if data[:2] in _WIDE else "utf-16-le"
    return data.decode(name, "replace").encode("utf-8", "replace")


class _Portable:
    """google-re2 tells whether a page has anything at all, which most have not; an automaton then tells where."""

    def __init__(self, entries: tuple[Sought, ...]) -> None:
        import ahocorasick_rs

        try:
            import re2
        except ImportError:
            raise MissingExtraError("Matching with re2", "bulk") from None
        self._entries = entries
        literals = list(dict.fromkeys(entry.literal.lower() for entry in entries))
        self._of: list[list[int]] = [[] for _ in literals]
        place = {literal: number for number, literal in enumerate(literals)}
        for index, entry in enumerate(entries):
            self._of[place[entry.literal.lower()]].append(index)
        self._automaton = ahocorasick_rs.BytesAhoCorasick(literals)
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        options.max_mem = _RE2_MEMORY
        self._any = re2.compile(b"|".join(_alternative(entry) for entry in entries), options=options)

    def scan(self, data: Buffer, found: Found) -> None:
        raw = bytes(data)
        if self._any.search(raw) is None:
            return
        low = raw.lower()
        for number, start, end in sorted(
            self._automaton.find_matches_as_indexes(low, overlapping=True), key=lambda match: match[2]
        ):
            for index in self._of[number]:
                entry = self._entries[index]
                if (not entry.cased or raw[start:end] == entry.literal) and found(index, end):
                    return


def _alternative(entry: Sought) -> bytes:
    literal = re.escape(entry.literal)
    return literal if entry.cased else b"(?i:" + literal + b")"
