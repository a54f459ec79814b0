"""Shapes of contacts that may have been left: one look for each, none shared with the redactor's own patterns.

In: a Page. Out: leftovers, possibly overlapping. Words, thresholds and shapes: data/redaction/audit.toml.
Left out: names (`audit_names`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from vigie.lexicon.matcher import Matcher
from vigie.lexicon.substances import substance_matcher
from vigie.lexicon.terms import data_toml
from vigie.redact.audit_page import Leftover, Page, words
from vigie.redact.spoken import in_figures
from vigie.redact.wordlists import lists

_TOKEN = re.compile(r"[^\W_][\w.\-]*\w|_[\w.\-]*\w|\w")
_RUN = re.compile(r"\+?[(\[]?\d(?:[\s.\-/_*•·|~:()\[\]’'\\–—]{0,3}\d)+")
_LONG = re.compile(r"(?<![^\W_])[A-Za-z0-9]{12,}(?![^\W_])")
_AT_PRICE = re.compile(r"@\s?\d|\s@\s")
_GLUED_BEFORE = re.compile(r"[\w@][\w@.\-]*(?<![.\-])\Z")
_GLUED_AFTER = re.compile(r"(?:\(\.\)|\[\.\])?[\w@][\w@.\-]*")
_NUMBERS, _CONTACTS = ("phone", "iban", "card"), ("phone", "email", "handle", "url", "wallet", "iban", "card")
_FIGURES_BEFORE = re.compile(r"(?<![\w,.])\+?\d\d(?:[\s.\-]\d\d)*[\s.\-/]{0,2}\Z")
_FIGURES_AFTER = re.compile(r"[\s.\-/]{0,2}\d\d(?:[\s.\-]\d\d)*(?![\d,.]*\d|\s?[a-z€$£%/°])")
_SECOND_HALF = re.compile(r",?\s(?:et\s|and\s)?(\w+)\s(\w[\w.]*(?:[ .-]\d+)*)")
_ANNOUNCED = re.compile(r"(?:\W{1,3}\w+){0,3}?\W{1,3}([\w][\w.:/_*•-]*\d[\w.:/_*• -]*)")
_YEAR = re.compile(r"(?:19|20)\d\d\b.*")
_AGES = re.compile(r"\s(?:ans|years)")
_NEAR = 40  # code points read beside a placeholder
_BLANK = re.compile(r"[\s\x00]")
_WIDEST = 80  # code points of a word that holds a mark


def cuts(page: Page) -> Iterator[Leftover]:
    """What touches a placeholder; figures beside that of a number; the second half of a contact told in two breaths."""
    for (start, end), kind in zip(page.spots, page.kinds, strict=True):
        low = max(0, start - _NEAR)
        before, after = page.folded[low:start], page.folded[end : end + _NEAR]
        glued = _GLUED_BEFORE.search(before)
        if glued and not words().cues.search(glued.group()):
            yield page.suspect(low + glued.start(), start, "cut")
        glued = _GLUED_AFTER.match(after)
        if glued:
            yield page.suspect(end, end + glued.end(), "cut")
        if kind in _NUMBERS:
            for beside, at in ((_FIGURES_BEFORE.search(before), low), (_FIGURES_AFTER.match(after), end)):
                if beside:
                    yield page.suspect(at + beside.start(), at + beside.end(), "cut")
            yield from _words_beside(page, low, before, end, after)
        half = _SECOND_HALF.match(after) if kind in _CONTACTS else None
        if (
            half
            and words().joints.fullmatch(half.group(1))
            and any(c.isdigit() or c == "_" for c in half.group(2))
        ):
            yield page.suspect(end + half.start(2), end + half.end(2), "cut")


def _words_beside(page: Page, low: int, before: str, end: int, after: str) -> Iterator[Leftover]:
    """Figures in words next to a number that is gone."""
    figure = words().figure
    last = re.search(r"(\w+)[\s,\-]{1,2}\Z", before)
    if last and figure.fullmatch(last.group(1)):
        yield page.suspect(low + last.start(1), low + last.end(1), "cut")
    first = re.match(r"[\s,\-]{1,2}(\w+)", after)
    if first and figure.fullmatch(first.group(1)):
        yield page.suspect(end + first.start(1), end + first.end(1), "cut")


def signs(page: Page) -> Iterator[Leftover]:
    """At signs; one before a figure is a price."""
    for at in re.finditer("@", page.shown):
        price = _AT_PRICE.match(page.shown, at.start()) or _AT_PRICE.match(page.shown, max(0, at.start() - 1))
        yield page.suspect(*_word(page.shown, at.start(), at.end()), "at-price" if price else "at")


def hosts(page: Page) -> Iterator[Leftover]:
    """Marks of links, and hosts whose dot is written otherwise."""
    for mark in words().marks.finditer(page.folded):
        yield page.suspect(*_word(page.shown, mark.start(), mark.end()), "address-mark")
    for host in words().hosts.finditer(page.folded):
        if not _ends_a_sentence(page.shown[host.start() : host.end()]):
            yield page.suspect(host.start(), host.end(), "host")


def _ends_a_sentence(host: str) -> bool:
    """ "fin. Me voilà", "deux, eu": a stop or comma with a space after it parts sentences and lists."""
    return re.search(r"[.,]\s\w+\Z|\s,|,\w+\Z", host) is not None and " . " not in host


def _word(text: str, start: int, end: int) -> tuple[int, int]:
    """The word that holds a mark, up to a blank or a placeholder."""
    low, high = max(0, start - _WIDEST), end + _WIDEST
    before, after = _BLANK.split(text[low:start])[-1], _BLANK.split(text[end:high], maxsplit=1)[0]
    return start - len(before), end + len(after)


def digits(page: Page) -> Iterator[Leftover]:
    """Runs of digits that the text does not make something else."""
    limits = words().limits
    shadow = page.folded
    for pattern in words().harmless:
        shadow = pattern.sub(lambda found: "\x01" * len(found.group()), shadow)
    for line in _help_lines():
        shadow = re.sub(line, lambda found: "\x01" * len(found.group()), shadow)
    for run in _RUN.finditer(shadow):
        figures = sum(c.isdecimal() for c in run.group())
        if figures < limits["digits"]:
            continue
        number = figures >= limits["number_digits"]
        yield page.suspect(run.start(), run.end(), "digits-number" if number else "digits")


@cache
def _help_lines() -> tuple[str, ...]:
    """Public lines that may stay, with any separators."""
    numbers = data_toml("redaction", "keep.toml")["help_lines"]
    return tuple(r"[\s.\-]?".join(c for c in number if c.isalnum()) for number in numbers)


def spelled(page: Page) -> Iterator[Leftover]:
    """Figures in words, several in a row."""
    least = words().limits["digits"]
    for series in words().figures.finditer(page.folded):
        if len(in_figures(series.group())) >= least and not _AGES.match(page.folded, series.end()):
            yield page.suspect(series.start(), series.end(), "figures-in-words")


def codes(page: Page) -> Iterator[Leftover]:
    """Long runs of letters and figures: wallets, keys, hidden services."""
    least = words().limits["wallet"]
    for token in _LONG.finditer(page.shown):
        word = token.group()
        mixed = any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
        if len(word) >= least and (mixed or len(word) >= 2 * least):
            yield page.suspect(token.start(), token.end(), "wallet")


def tokens(page: Page) -> Iterator[Leftover]:
    """Made-up words: underscores, figures inside letters, inner capitals or dots, endless ones."""
    known = [(hit.start, hit.end) for hit in substances(page.lang).find(page.shown, page.folded)]
    for token in _TOKEN.finditer(page.shown):
        word, low, high = token.group(), token.start(), token.end()
        near = page.near_cue(low, high)
        if not _made_up(word, page.folded[low:high], near) or any(a < high and low < b for a, b in known):
            continue
        # Far from any cue only an underscore, or many figures among letters, is worth a look.
        if near or "_" in word.strip("_") or sum(c.isdigit() for c in word) >= 3:
            yield page.suspect(low, high, "token")


def _made_up(word: str, folded: str, near: bool) -> bool:
    data = words()
    letters, figures = sum(c.isalpha() for c in word), sum(c.isdigit() for c in word)
    if letters < 3 or folded in data.known:
        return near and re.fullmatch(r"[a-z]+\.[a-z]+", word) is not None and folded not in data.known
    if "_" in word:
        return True
    if figures:
        return not data.figure_word.fullmatch(folded) and (near or not data.substance.fullmatch(folded))
    if re.search(r"[a-zà-ÿ][A-ZÀ-Þ]", word):
        return not re.match(r"(?:Mc|Mac|De|Du|La|Le|Van|O)[A-Z]", word)
    if re.fullmatch(r"[a-z]+(?:\.[a-z]+)+", word):
        return True
    return letters >= data.limits["long_word"] and "-" not in word


def substances(lang: str) -> Matcher:
    return substance_matcher("en" if lang == "en" else "fr")


def after_channels(page: Page) -> Iterator[Leftover]:
    """A word after "snap :", which the redactor leaves when it is an ordinary word in running text."""
    data, known = words(), lists()
    for found in data.channels.finditer(page.folded):
        low, high = found.span(1)
        while high > low and not (page.folded[high - 1].isalnum() or page.folded[high - 1] == "_"):
            high -= 1
        word = page.folded[low:high]
        if len(word) < 3 or word in data.after_channel or word in known.not_names or word.isdecimal():
            continue
        yield Leftover(low, high, "after-cue", "medium" if "." not in word and len(word) > 3 else "low")


def shapes(page: Page) -> Iterator[Leftover]:
    """Plates, devices, addresses, positions: shapes that speak for themselves."""
    for reason, pattern in words().shapes:
        for text in {page.written, page.shown}:
            for found in pattern.finditer(text):
                yield page.suspect(found.start(), found.end(), reason)


def announced(page: Page) -> Iterator[Leftover]:
    """What has figures after the word for a plate, a paper or a device."""
    for cue in words().identifiers.finditer(page.folded):
        found = _ANNOUNCED.match(page.folded, cue.end(), cue.end() + _NEAR)
        if (
            found
            and sum(c.isdigit() for c in found.group(1)) >= 3
            and not _YEAR.fullmatch(found.group(1).strip())
        ):
            yield page.suspect(found.start(1), found.end(1), "identifier")


LOOKS = (cuts, signs, hosts, digits, spelled, codes, tokens, after_channels, shapes, announced)
