"""How far a name that is found goes, and which of its neighbours in a list are names, too.

In: spans of names and of all capitalised words. Out: the spans, longer, and new ones.
`EL [Fassi]`, `[Salvador] de Jesus`, `[Jack] "Tiny" Hargrove`, `[Fanta], Kévin et Sofia`.
Left out: words that the lists know as places, organisations, roles or words of sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from vigie.redact.name_runs import is_given
from vigie.redact.name_unknown import unknown
from vigie.redact.sequences import PARTICLE, Span
from vigie.redact.wordlists import Lists

_BEFORE = re.compile(rf"(?<![\w])(?:{PARTICLE})[ \u00a0]$|(?<![\w])[dl]['’]$")
_AFTER = re.compile(rf"[ \u00a0](?:{PARTICLE})[ \u00a0]|[ \u00a0][dl]['’]")
_BOTH_CASES = frozenset(
    [
        "el",
        "dos",
        "da",
        "das",
        "do",
        "di",
        "del",
        "van",
        "von",
        "der",
        "den",
        "ben",
        "bin",
        "ibn",
        "ould",
        "ait",
        "al",
        "ter",
        "de",
        "du",
        "la",
        "le",
        "des",
        "mc",
        "mac",
    ]
)
_AFTER_CASES = frozenset({"ni", "nic", "o", "ua", "mac"})
_ARTICLES = frozenset({"le", "la", "les", "de", "du", "des", "al"})
_FRENCH = frozenset({"de", "du", "des", "la", "le", "les", "d'", "d’", "l'", "l’", "i", "y", "lo"})
_GAELIC = frozenset({"mac", "nic", "ni", "o"})
_MISTER = frozenset({"m.", "mm.", "mr.", "dr.", "me.", "pr.", "no.", "st.", "n.", "p."})
_OPENS = frozenset('.!?\n:«"(—–-;[>')
_LISTED = re.compile(
    r"\s?(?:,|;|/|\+)\s(?:et |and |& |ou |or |puis )?|\s(?:et|and|&|ou|or|avec|with|puis|ni)\s"
)
_LISTED_BEFORE = re.compile(rf"(?:{_LISTED.pattern})$")
_AND = re.compile(r"\s(?:et|and|&)\s")
_AND_BEFORE = re.compile(r"\s(?:et|and|&)\s$")
_BEFORE_PLACE = re.compile(r"\b(?:a|en|in|at|near|de|vers|from|la|natif de)\s$")
_NICK = re.compile(r"[ \u00a0][\"“«'‘(]\s?([^\"”»'’)\n]{2,24}?)\s?[\"”»'’)][ \u00a0]")
_NICK_BEFORE = re.compile(_NICK.pattern + "$")
_FAR_AND = 5
_MOST = 4


def extended(spans: list[Span], tokens: Iterable[Span], text: str, folded: str, words: Lists) -> list[Span]:
    """The spans with what belongs to them on both sides."""
    starts = dict(tokens)
    ends = {end: start for start, end in starts.items()}
    return [
        (
            _leftmost(start, end, ends, text, folded, words),
            _rightmost(start, end, starts, text, folded, words),
        )
        for start, end in spans
    ]


def _leftmost(start: int, end: int, ends: dict[int, int], text: str, folded: str, words: Lists) -> int:
    single = " " not in text[start:end]
    for _ in range(_MOST):
        if not start:
            break
        at = ends.get(start - 1) if text[start - 1] in " \u00a0-'’" else ends.get(start)
        if at is None and text[start - 2 : start - 1] in "\"»”'’)":
            nick = _NICK_BEFORE.search(text, max(0, start - 30), start)
            if (
                nick
                and (at := ends.get(nick.start())) is not None
                and folded[at : nick.start()] in words.given
            ):
                start = at
            break
        if at is None:
            particle = _BEFORE.search(text, max(0, start - 8), start)
            if not particle or particle.start() < 2 or (at := ends.get(particle.start() - 1)) is None:
                break
            if folded[at : particle.start() - 1] not in words.listed or _stops(
                folded[at : particle.start() - 1], words
            ):
                break
            start = at
            continue
        stop = start - 1 if ends.get(start - 1) == at else start
        if not _goes_before(at, stop, single, text, folded, words):
            break
        start = at
    return start


def _goes_before(at: int, stop: int, single: bool, text: str, folded: str, words: Lists) -> bool:
    low = folded[at:stop]
    opens = (
        not at or text[at - 1] in _OPENS or (at > 1 and text[at - 1] in " \u00a0" and text[at - 2] in _OPENS)
    )
    if low.endswith("."):
        return low not in _MISTER or (
            low == "m."
            and (
                _english(folded) or folded[max(0, at - 7) : at].endswith(("la paix ", "agent ", "gendarme "))
            )
        )
    if low in _BOTH_CASES:
        return (
            (text[at:stop].isupper() and stop - at > 1)
            or low not in _ARTICLES
            or (low == "de" and opens)
            or not opens
        )
    if low in words.nicknaming:
        return single
    if _stops(low, words) or low in words.speech:
        return False
    if low in words.listed:
        if text[at:stop].isupper() and stop - at > 1:
            return single or low not in words.places
        return low not in words.not_names and low not in words.brands and low not in words.places
    if text[at:stop].isupper():
        return single and stop - at > 1 and low not in words.places
    return single and not opens and low not in words.places and not low.endswith(("ment", "ant"))


def _rightmost(start: int, end: int, starts: dict[int, int], text: str, folded: str, words: Lists) -> int:
    single = " " not in text[start:end]
    size = len(text)
    for _ in range(_MOST):
        if end >= size:
            break
        if (
            folded[end : end + 4] == " an "
            and folded[text.rfind(" ", 0, end) + 1 : end] in _GAELIC
            and end + 4 in starts
        ):
            end = starts[end + 4]
            continue
        until = starts.get(end + 1) if text[end] in " \u00a0-'’" else None
        if until is not None:
            if not _goes_after(end + 1, until, single, starts, text, folded, words):
                break
            end = until
            continue
        particle = _AFTER.match(text, end)
        after = starts.get(particle.end()) if particle else None
        foreign = particle is not None and particle.group().strip() not in _FRENCH
        if after is None or particle is None or not (single or foreign):
            nick = _NICK.match(text, end) if single else None
            after = starts.get(nick.end()) if nick else None
            if after is None or _stops(folded[nick.end() : after], words):  # type: ignore[union-attr]
                break
            end = after
            continue
        low = folded[particle.end() : after]
        if _stops(low, words) or ((low in words.places or low in words.towns) and low not in words.surnames):
            break
        if text[particle.end() : after].isupper() and not text[start:end].isupper():
            break
        if low not in words.surnames and not foreign:
            break
        end = after
    return end


def _goes_after(
    at: int, end: int, single: bool, starts: dict[int, int], text: str, folded: str, words: Lists
) -> bool:
    low = folded[at:end]
    if text[at - 2] == "." and text[at - 1] == " ":
        return False
    if low in _BOTH_CASES or low in _AFTER_CASES:
        return end + 1 in starts and folded[end + 1 : starts[end + 1]] not in words.org_words
    if _stops(low, words):
        return False
    if low in words.not_names or low in words.places:
        return low in words.listed and single and not folded[end : end + 2].strip(" ,").isdigit()
    return low in words.listed or single or low.endswith(".")


def _stops(low: str, words: Lists) -> bool:
    return (
        (
            (
                low in words.org_words
                or low in words.roles
                or low in words.titles
                or low in words.named_after
                or low in words.bearers
                or low in words.not_names
            )
            and low not in words.listed
        )
        or low in words.titles
        or low + "." in words.titles
    )


def _english(folded: str) -> bool:
    return folded.count(" the ") > folded.count(" le ") + folded.count(" la ")


def listed_beside(spans: list[Span], tokens: list[Span], text: str, folded: str, words: Lists) -> list[Span]:
    """Capitalised words in a list with a name: names of the word lists, and unknown words between two names."""
    found = _pairs(tokens, text, folded, words)
    if not spans and not found:
        return []
    every = [*spans, *found]
    name_ends, name_starts = {b for _, b in every}, {a for a, _ in every}
    for way in (tokens, tokens[::-1]):
        for start, end in way:
            if start in name_starts or end in name_ends:
                continue
            low = folded[start:end]
            if (
                low in words.org_words
                or low in words.brands
                or (low in words.not_names and low not in words.given)
            ):
                continue
            # What joins two names takes two to eight code points.
            near = not name_ends.isdisjoint(range(start - 8, start))
            left = _LISTED_BEFORE.search(folded, max(0, start - 8), start) if near else None
            near = not name_starts.isdisjoint(range(end + 1, end + 10))
            after = _LISTED.match(folded, end) if near else None
            before_ok = left is not None and left.start() in name_ends
            after_ok = after is not None and after.end() in name_starts
            if not (before_ok or after_ok):
                continue
            if (
                (low in words.places or low in words.towns)
                and (
                    low not in words.given
                    or not (before_ok and after_ok)
                    or _BEFORE_PLACE.search(folded, max(0, start - 12), start)
                )
                and not (low in words.alone and not _BEFORE_PLACE.search(folded, max(0, start - 12), start))
            ):
                continue
            if (
                low in words.listed
                or is_given(low, words)
                or (
                    len(low) > _FAR_AND - 2
                    and not text[start:end].isupper()
                    and (
                        (before_ok and left is not None and _AND.fullmatch(left.group()))
                        or (after_ok and after is not None and _AND.fullmatch(after.group()))
                    )
                    and unknown(low)
                )
                or (before_ok and after_ok and low not in words.roles and not text[start:end].isupper())
            ):
                found.append((start, end))
                name_ends.add(end)
                name_starts.add(start)
    return found


def unknown_beside(spans: list[Span], runs: list[Span], text: str, folded: str, words: Lists) -> list[Span]:
    """Two or three unknown capitalised words that "et" or "and" joins to a full name."""
    full = [(a, b) for a, b in spans if " " in text[a:b]]
    starts, ends = {a for a, _ in full}, {b for _, b in full}
    found: list[Span] = []
    for start, end in runs:
        after = _AND.match(folded, end)
        before = _AND_BEFORE.search(folded, max(0, start - 5), start)
        if not ((after and after.end() in starts) or (before and before.start() in ends)):
            continue
        lows = re.findall(r"[\w'\-]+", folded[start:end])
        if (
            not any(
                _stops(low, words)
                or low in words.places
                or low in words.not_names
                or low in words.brands
                or low in words.towns
                for low in lows
            )
            and not text[start:end].isupper()
        ):
            found.append((start, end))
    return found


def _pairs(tokens: list[Span], text: str, folded: str, words: Lists) -> list[Span]:
    """Two given names that are also words, joined by "et" or "and"."""
    found: list[Span] = []
    for (start, end), (low, high) in pairwise(tokens):
        if low - end > _FAR_AND or not _AND.fullmatch(folded, end, low):
            continue
        both = (folded[start:end], folded[low:high])
        if both[0] != both[1] and all(
            name in words.given
            and len(name) > 2
            and not (
                name in words.slang
                or name in words.towns
                or name in words.places
                or name in words.brands
                or name in words.not_names
            )
            for name in both
        ):
            found += [(start, end), (low, high)]
    return found
