"""Identifiers of machines, vehicles and persons, and exact positions.

In: text. Out: removals of kind "ip", "mac", "imei", "plate", "national-id", "gps".
Left out: old French and foreign plates without a word that announces them; section numbers that look like IPv4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.redact.around import around
from vigie.redact.payment import luhn
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import marks_at

_IPV4 = re.compile(
    r"(?<![\w.])\d{1,3}(?:(?:\.|\[\.\])\d{1,3}){3}(?!\w|\.\d)(?:/\d{1,2}(?!\d))?(?::\d{2,5}(?!\d))?"
)
_SECTION = re.compile(
    r"(?:art(?:icle|\.)|section|chap(?:itre|ter|\.)|version|annexe|§|point|paragraphe|\bv\.?)\s?$"
)
_SECTIONS = 9  # the highest number of a section above the last level
_IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4})?(?::[0-9A-Fa-f]{1,4}){0,6}(?![\w:])"
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?(?![\w:])"
)
_HEX_RUN = re.compile(r"[0-9A-Fa-f:]*\w?")
_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
_MAC = re.compile(
    r"[0-9A-Fa-f](?<![\w:-].)[0-9A-Fa-f](?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])"
)
_IMEI = re.compile(r"(?<!\d)\d{2}[ -]?\d{6}[ -]?\d{6}[ -]?\d{1,2}(?!\d)")
_PLATE = re.compile(
    r"[A-HJ-NP-TV-Z](?<![A-Za-z0-9-].)[A-HJ-NP-TV-Z]([- ]?)\d{3}\1[A-HJ-NP-TV-Z]{2}(?![A-Za-z0-9-])"
)
_NIR = re.compile(
    r"[1-478](?<!\d.)[ .-]?\d\d[ .-]?\d\d[ .-]?(?:\d\d|2[ABab])[ .-]?\d{3}[ .-]?\d{3}(?:[ .|/-]{0,3}\d\d)?(?!\d|[.,]\d)"
)
_NINO = re.compile(r"[A-CEGHJ-PR-TW-Z](?<!\w.)[A-CEGHJ-PR-TW-Z][ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D](?!\w)")
_SSN = re.compile(r"(?<![\d-])\d{3}-\d\d-\d{4}(?![\d-])")
_DECIMAL_GPS = re.compile(
    r"\d(?<![\d.,].)\d?[.,]\d{3,10}°?\s?[NSns]?\s?[,;/\s]\s?[-+]?(?:\d{1,3})[.,]\d{3,10}°?\s?[EWOewo]?(?![\d.,]\d|\w)"
)
_DMS = re.compile(
    r"(?i)(?<!\d)\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d+)?\s?['’′]\s?(?:\d{1,2}(?:[.,]\d+)?\s?(?:[\"”″]|''|’’)?)?\s?[NSEWO]\b"
    r"(?:[\s,;/]{1,3}\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d+)?\s?['’′]\s?(?:\d{1,2}(?:[.,]\d+)?\s?(?:[\"”″]|''|’’)?)?\s?[NSEWO]\b)?"
)
# Also where the dots are said, spaced or other marks, and a word is cut by the end of a line.
_DOT = r"(?:\s?(?:[.·,•]|[(\[]\.[)\]])\s?|\s?[(\[]?(?:point|dot)[)\]]?\s?|\s(?:puis|then|et ensuite)\s)"
_WORD = r"(?:[^\W\d_]{1,20}-\n[^\W\d_]{1,20}|[^\W\d_]{3,20})"
_THREE_WORDS = re.compile(
    rf"(?:///|/ / /|//,?\s(?:puis|then|et ensuite|and then)\s|(?:slash\s){{3}})\s?{_WORD}{_DOT}{_WORD}{_DOT}{_WORD}"
)


def find_identifiers(text: str, folded: str) -> Iterator[Removal]:
    """Removals by machine, vehicle, person and position."""
    seen = shape(text)
    dotted = [
        (match, [int(p) for p in re.findall(r"\d+", match.group())[:4]])
        for match in (_IPV4.finditer(text) if seen.dotted else ())
    ]
    numbered = any(
        max(parts) > 255 for _, parts in dotted
    )  # 1.1.1.256: sections of a plan, and so are their likes
    for match, parts in dotted:
        if numbered and max(parts[:3]) <= _SECTIONS:
            continue
        if max(parts) <= 255 and not _SECTION.search(folded[max(0, match.start() - 14) : match.start()]):
            yield Removal(match.start(), match.end(), "ip")
    done = 0
    for mark in _COLONS.finditer(text):
        high = _HEX_RUN.match(
            text, mark.end(), mark.end() + 50
        )  # not into the next address, which it would cut
        for match in _IPV6.finditer(text, max(done, mark.start() - 5), high.end() if high else mark.end()):
            word = match.group()
            done = match.end()
            if ("::" in word and any(c.isalnum() for c in word)) or word.count(":") == 7:
                yield Removal(match.start(), match.end(), "ip")
    for match in _MAC.finditer(text) if seen.pairs else ():
        yield Removal(match.start(), match.end(), "mac")
    yield from _numbers(text, folded)
    yield from _plates(text)
    for match in around(_THREE_WORDS, text, marks_at(folded, ("//", "/ / /", "slash slash slash")), 1, 130):
        yield Removal(match.start(), match.end(), "gps")
    for match in around(_DMS, text, marks_at(folded, ("°",)), 6, 300):
        yield Removal(match.start(), match.end(), "gps")
    for match in _DECIMAL_GPS.finditer(text) if seen.coordinates else ():
        if _is_position(match.group()):
            yield Removal(match.start(), match.end(), "gps")


def _is_position(word: str) -> bool:
    """Two figures with four decimals are a position; exchange rates and sums have fewer, or a comma list."""
    values = re.findall(r"\d+[.,](\d+)", word)
    return (
        len(values) == 2 and min(len(v) for v in values) >= 4 and ("." in word or max(map(len, values)) >= 5)
    )


def _numbers(text: str, folded: str) -> Iterator[Removal]:
    seen = shape(text)
    # The word stands somewhere, the number anywhere.
    for match in _IMEI.finditer(text) if seen.most_digits >= 15 and "imei" in folded else ():
        if (
            luhn(re.sub(r"\D", "", match.group())[:15])
            or "imei" in folded[max(0, match.start() - 30) : match.start()]
        ):
            yield Removal(match.start(), match.end(), "imei")
    for match in _NIR.finditer(text) if seen.most_digits >= 12 else ():
        if _is_nir(match.group(), folded[max(0, match.start() - 60) : match.start()]):
            yield Removal(match.start(), match.end(), "national-id")
    for match in _NINO.finditer(text) if seen.plate else ():
        yield Removal(match.start(), match.end(), "national-id")
    for match in around(_SSN, text, marks_at(folded, ("ssn", "social security")), 0, 60):
        if re.search(r"social security|\bssn\b", folded[max(0, match.start() - 40) : match.start()]):
            yield Removal(match.start(), match.end(), "national-id")


def _is_nir(word: str, before: str) -> bool:
    compact = re.sub(r"[^0-9ABab]", "", word).upper()
    if len(compact) not in (13, 15):
        return False
    if re.search(r"secu|\bnir\b|\binsee\b|immatriculation|social", before):
        return True
    body = int(compact[:13].replace("2A", "19").replace("2B", "18").replace("A", "0").replace("B", "0"))
    return len(compact) == 15 and compact[13:].isdigit() and 97 - body % 97 == int(compact[13:])


def _plates(text: str) -> Iterator[Removal]:
    for match in _PLATE.finditer(text) if shape(text).plate else ():
        yield Removal(match.start(), match.end(), "plate")
