"""Telephone numbers written in digits.

In: text and its language. Out: removals of kind "phone".
Read: international and national forms of all countries, any separators, digits one by one, letters that stand for
digits (O6 l2 ...), extensions. Numbers that the text itself makes something else (money, mass, date, law, population) are
masked first. Left out: numbers in words (`spoken`), emergency and public help lines (data/redaction/keep.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import phonenumbers

from vigie.lexicon.terms import data_toml
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import words_at

_SEP = r"[\s.\-/()_*•·|~,;:'’\ufe0f\u20e3\\–—]"
# A window worth looking at: seven digits or look-alikes, at most four separators between two of them.
_WINDOW = re.compile(rf"\d(?:{_SEP}{{0,4}}[+(]?\d){{4,40}}")
_LOOKALIKE = re.compile(rf"\d(?:{_SEP}{{0,3}}[\dOoIlSB]){{4,14}}(?!\w)")
_PLAIN = re.compile(
    r"(?<!\d)(?:0[1-9](?!\s?[:=]\s)(?:[\s.\-/()_*•·|~,;:']{0,3}\d){8,9}|\+\d(?:[\s.\-/()]{0,3}\d){8,13})(?!\d)"
)
_LETTERS = str.maketrans("OoIlSB", "001158")
_UNIT = (
    r"(?:€|\$|£|%|‰|°|¤|e\b|f\b|euros?\b|eur\b|dollars?\b|usd\b|francs?\b|chf\b|livres?\b|pounds?\b|kg\b|kilos?\b|kilogram|"
    r"g\b|gr\b|grammes?\b|grams?\b|mg\b|milligram|ug\b|µg|tonnes?\b|tons?\b|t\b|ml\b|cl\b|l\b|litres?\b|km\b|m2\b|ha\b|"
    r"hectares?\b|acres?\b|millions?\b|milliards?\b|billions?\b|k\b|ans\b|jours?\b|heures?\b|h\b|mois\b|years?\b|days?\b|"
    r"habitants?\b|personnes?\b|people\b|usagers?\b|users?\b|comprimes?\b|pilules?\b|pills?\b|cachets?\b|tablets?\b|doses?\b|"
    r"plants?\b|pieds?\b|deces\b|deaths?\b|cas\b|cases?\b|saisies?\b|seizures?\b|interpell|arrest|condamn|procedur|"
    r"consommateurs?\b|jeunes?\b|eleves?\b|adultes?\b|adults?\b|hommes?\b|femmes?\b|francais|residents?\b|copies?\b)"
)
# What no match of a pattern does without, told from the stretch as it is and folded. A sign of these lists is quick to find.
_LAW_WORDS = (
    "art", "loi", "decret", "arrete", "ordonnance", "directive", "circulaire", "reglement", "regulation", "act", "law", "section",
    "isbn", "issn", "siren", "siret", "rcs", "cas", "doi", "ean", "einecs", "pmid", "ſ", "ı",  # which the pattern reads as s and i
)  # fmt: skip


def _years(text: str, _folded: str) -> bool:
    return "19" in text or "20" in text or "18" in text


def _twice(text: str, _folded: str) -> bool:
    return text.count(".") > 1 or text.count("/") > 1 or text.count("-") > 1


def _hours(text: str, _folded: str) -> bool:
    return ":" in text or "h" in text


def _colon(text: str, _folded: str) -> bool:
    return ":" in text


def _law(_text: str, folded: str) -> bool:
    return any(word in folded for word in _LAW_WORDS)


def _signed(text: str, _folded: str) -> bool:
    return "-" in text or "/" in text


_LAW = re.compile(
    r"(?i)\b(?:art(?:icles?|\.)?|loi|decret|décret|arrêté|arrete|ordonnance|directive|circulaire|reglement|règlement|regulation|act|law|"
    r"section|isbn|issn|siren|siret|rcs|cas|doi|ean|einecs|pmid)\b(?:\s?(?:n[°ºo.]?|no\.?|:))*\s?(?:[LRDAC]\.?\s?\*?\s?)?\d[\d\s.\-/]*\d"
)
# The look-behinds stand after the first figure: the engine then skips from figure to figure.
_NOT_PHONE = [
    # dates and date-times; a two-figure year may not go on into further figures
    (_years, re.compile(
        r"[0-9](?<![\d.,/-].)(?:(?<=[1-9])|(?<=0)[1-9]|(?<=[12])\d|(?<=3)[01])\s?([./\- ])\s?(?:0?[1-9]|1[0-2])\s?\1\s?"
        r"(?:19|20)\d\d(?!\d|\1\d)"
    )),
    (_twice, re.compile(r"[0-9](?<![\d.,/-].)(?:(?<=[1-9])|(?<=0)[1-9]|(?<=[12])\d|(?<=3)[01])([./\-])(?:0?[1-9]|1[0-2])\1\d\d(?![\s./-]?\d)")),
    (_years, re.compile(r"[0-9](?<![\d.,/-].)(?:(?<=[1-9])|(?<=0)[1-9]|(?<=1)[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)\d\d(?!\d)")),
    (_years, re.compile(r"[12](?<![\d.,/-].)(?:(?<=1)9|(?<=2)0)\d\d([./\-])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\d)")),
    # times of day, but not "mon 07 : 07 56 ..."
    (_hours, re.compile(r"\d(?<![\d:].)\d?(?::|\s?h\s?)\d\d(?::\d\d)?(?![\d:])")),
    (_colon, re.compile(r"\d(?<![\d:].)\d?(?:\s:\s?|:\s)\d\d(?![\d:]|[\s.\-]\d\d[\s.\-]\d\d)")),
    # years, ranges and lists of years
    (_years, re.compile(r"[12](?<![\d.,+(].)(?:(?<=1)[89]|(?<=2)0)\d\d(?:\s?[-/–,;]\s?(?:1[89]|20)?\d\d(?!\d))+(?![\s.-]?\d)")),
    (_years, re.compile(r"[12](?<![\d.,+(].)(?:(?<=1)[89]|(?<=2)0)\d\d(?:\s(?:1[89]|20)\d\d(?!\d))+(?![\s.-]?\d)")),
    # law articles, reference numbers of law, CAS numbers
    (_law, _LAW),
    (_signed, re.compile(r"[Nn](?<!\w.)(?:[°º]|[oO]\.?)\s?\d{2,4}[/-]\d{2,4}(?![\d/.-]|\s\d)")),
    (_signed, re.compile(r"[LRD](?<!\w.)\.?\s?\d{3,4}(?:-\d{1,3}){1,4}\b")),
    (_twice, re.compile(r"[1-9](?<![\d-].)\d{1,6}-\d\d-\d(?![\d-])")),
]  # fmt: skip
_THOUSANDS = re.compile(
    r"[1-9](?<![\d.,+(/-].)(?<!\d[\s.)-].)(?<!\+\s.)\d{0,2}(?:([ .,'’\u00a0\u202f])\d{3}(?!\d))(?:\1\d{3}(?!\d))*"
    r"(?:[.,]\d{1,2}(?!\d))?(?![\s.\-/(]{0,2}\d|\s?[xX]\s?\d|\s?ext)"
)
_AMOUNT_AFTER = re.compile(rf"\s?(?:a|à|et|ou|to|-|–)?\s?{_UNIT}")
_MONEY = re.compile(r"[€$£¤]\s?\d{1,3}(?:[ .,]\d{3})*(?:[.,]\d+)?|[€$£¤]\s?\d+(?:[.,]\d+)?")
_DECIMAL = re.compile(r"\d(?<![\d.,].)\d{0,8},\d{1,6}(?![\d,])")
_AMOUNT = re.compile(rf"[1-9](?<![\d.,/+-].)(?<!\d\s.)\d*(?:[.,]\d+)?\s?{_UNIT}")
_EDGE = r"(?<!\d[.,].)(?<![\w#].)"  # before the first sign, behind which it is tried
_S = r"[\s.\-/_*•·|~,;:'’\ufe0f\u20e3\\–—]{0,4}"
# With the signs of which every match has one; without any, it is always tried.
_STRONG = [
    # +33 6 ..., 0033 6 ..., (+31) (12) ..., + 1 (312) ...
    (("+",), re.compile(r"(?<!\d)[(\[]?\s?\+\s?[()\[\]]?\s?[1-9](?:[\s.\-/()\[\]_*•·]{0,4}\d){6,14}(?!\d)")),
    (("00",), re.compile(rf"[(0]{_EDGE}(?:(?<=\()0|(?<=0))0[\s.-]?[1-9](?:[\s.\-/()_*•·]{{0,4}}\d){{7,13}}(?!\d)")),
    (("011",), re.compile(rf"0{_EDGE}11[\s.-][1-9](?:[\s.\-/()]{{0,3}}\d){{7,13}}(?!\d)")),
    # 06 12 34 56 78 and any other ten figures that begin with 0; nine to twelve for other countries
    (("0",), re.compile(rf"[(0]{_EDGE}(?:(?<=\()0|(?<=0))\)?{_S}[1-9](?!\s?[:=]\s)(?:{_S}\d){{8}}(?!\d|[.,]\d)")),
    (("0",), re.compile(rf"0{_EDGE}[1-37-9](?:[\s*_•·|~\-]{{0,3}}\d){{9}}(?!\d|[.,]\d)")),
    (("0",), re.compile(rf"[(0]{_EDGE}(?:(?<=\()0|(?<=0))[1-9]\d{{0,3}}\)?(?:[\s.\-/]{{0,3}}\d){{5,9}}(?!\d|[.,]\d)")),
    (("(",), re.compile(rf"\({_EDGE}\s?0?\d{{1,4}}\s?\)[\s.\-]{{0,2}}\d(?:[\s.\-]?\d){{5,9}}(?!\d|[.,]\d)")),
    # North America: 312-515-2239, (312) 515 2239, 1 312 515 2239
    ((), re.compile(rf"[(1-9]{_EDGE}(?:(?<=1)[\s.\-]?\(?[2-9]|(?<=\()[2-9]|(?<=[2-9]))\d\d\)?[\s.\-]{{0,2}}\d{{3}}[\s.\-]\d{{4}}(?!\d|[.,]\d)")),
    ((".", "-"), re.compile(rf"\d{_EDGE}\d\d([.-])\d{{3}}\1\d{{4}}(?!\d|[.,]\d)")),
    # without the plus: 86-189-1111-1111, 971-50-123-4567
    (("-",), re.compile(rf"\d{_EDGE}\d{{0,2}}-\d{{2,4}}-\d{{3,4}}-\d{{3,4}}(?!\d|[.,-]\d)")),
    (("(", "-"), re.compile(rf"\d{_EDGE}\d{{0,2}}\s(?:\(\d{{1,4}}\)\s?|\d{{3}}-)\d{{4,8}}(?:-\d{{4}})?(?!\d|[.,]\d)")),
    ((), re.compile(rf"[2-4]{_EDGE}(?:(?<=3)(?:3|2|52|77)|(?<=4)(?:1|4)|(?<=2)(?:12|13|16|21|25|37|43))"
        r"[\s.]?(?:\(0\)\s?)?[1-9](?:[\s.\-]\d{2,3}){3,5}(?!\d|[.,]\d)")),
    # glued to the word before by a lost space: "est le06.12..."
    (("0",), re.compile(r"0(?<=[a-z].)[1-9](?:[ .\-]\d\d){4}(?!\d|[.,]\d)")),
    # figures one by one
    ((), re.compile(rf"\d{_EDGE}(?P<one>\s?[\s.\-_*•·|,/]\s?)\d(?:(?P=one)\d(?!\d)){{6,16}}(?![.,]?\d)")),
    # two-figure groups, or four and four, of a number written without its first 0
    (("-",), re.compile(rf"\d{_EDGE}\d{{3,4}}-\d{{4}}(?!\d|[.,-]\d)")),
    ((), re.compile(rf"\d{_EDGE}\d\s\d{{7,9}}(?!\d|[.,]\d)")),
    ((), re.compile(rf"[67]{_EDGE}([ .\-])\d\d(?:\1\d\d){{3}}(?!\d|[.,]\d|\s\d)")),
    # nine figures or more in one run are an identifier of somebody or something
    ((), re.compile(rf"\d{_EDGE}\d{{8,15}}(?!\d|[.,]\d|\w)")),
]  # fmt: skip
_FEWEST = 5  # figures of the shortest match of _STRONG and _CUED
_DIGIT = re.compile(r"\d")
# 06 12 34, puis 56 78: told in two breaths; ten figures in all.
_THEN = re.compile(
    r"0[1-9](?<!\d..)(?:[\s.\-]?\d\d){0,3},?\s(?:et\s|and\s)?(?:puis|apres|ensuite|then|after)\s"
    r"(?:que\s|c'est\s)?\d\d(?:[\s.\-]?\d\d){0,3}(?!\d|[.,]\d)"
)
_THEN_WORDS = ("puis", "apres", "ensuite", "then", "after")
_CUE = re.compile(
    r"(?!(?:tele)?phone\])(?:\btel\b|\btel[.:]|telephone|\bphone|\bportable|\bmobile|\bcell|\bfax|appel(?:e[rz]?|ez|le[rz]?|s)?\b|\bcall|joign|contact|"
    r"joindre|whats ?app|\bsms\b|\btexto|\bwa\b|\bnumero\b|\bnum\b|\bsignal\b|\btext me|\bring\b|\breach\b|\b0rdre|commande[rz]? au|\bstandard\b)"
)
# Every form of _CUE holds one of these; looking for them first is much faster.
_CUE_STEMS = (
    "tel", "phone", "portable", "mobile", "cell", "fax", "appel", "call", "joign", "joindre", "contact", "whats", "sms", "texto",
    "wa", "num", "signal", "text me", "ring", "reach", "0rdre", "commande", "standard",
)  # fmt: skip
_CUED = re.compile(
    rf"[(\d]{_EDGE}(?:(?<=\()\d|(?<=\d))(?:[ \t\u00a0.\-/()]{{0,3}}\d){{4,15}}(?!\d|[.,]\d|\w)"
)
# Figures of the next sentence, where a full stop and a blank do not part the groups of the number itself.
_OPEN_ENDED = frozenset(
    ["phone", "card", "imei", "national-id", "iban", "wallet", "gps", "plate", "handle", "url", "email"]
)
_NEXT_SENTENCE = re.compile(r"(?<=\S)[.!?…]['’\"”»)\]*`]{0,2}\s+\d{1,3}$")
_COUNTED = re.compile(r"\s?(?:[^\W\d_]{2}|[€£$%])")
_FULL_STOP = re.compile(r"\w[.]\s")
_LISTED = re.compile(r"\d\d(?:,\s\d\d){4,}")
_LEAST = 7  # figures of the shortest number that is valid anywhere, with its trunk 0 or country code
_EXTENSION = re.compile(r"(?i)\s?(?:ext\.?|extension|poste|x)\s?\d{1,6}(?!\d)")
_NOT_A_NUMBER = re.compile(
    r"(?i)(?:account|card|carte|compte|dossier|n[°º]\s?finess|zip|code postal|article|loi)\s?(?:number|n[°ºo])?\s?[#:]?\s?$"
)


@cache
def help_lines() -> frozenset[str]:
    return frozenset(re.sub(r"\D", "", n) for n in data_toml("redaction", "keep.toml")["help_lines"])


def _last(pattern: re.Pattern[str], text: str) -> int | None:
    """End of the last match, None without one."""
    end = None
    for match in pattern.finditer(text):
        end = match.end()
    return end


def _digits(text: str) -> str:
    figures = "".join(_DIGIT.findall(text))
    return figures if figures.isascii() else "".join(str(int(c)) for c in figures)


def find_phones(text: str, folded: str, lang: str) -> Iterator[Removal]:
    """Removals of kind "phone", possibly overlapping."""
    seen = shape(text)
    windows = (found for low, high, _ in seen.groups for found in _WINDOW.finditer(text, low, high))
    for window in windows:
        start, end = window.span()
        while start and text[start - 1] in "+([ ":
            start -= 1
        size = len(_DIGIT.findall(window.group()))
        if size < _FEWEST:
            continue
        before = folded[max(0, start - 32) : start]
        cue = _last(_CUE, before) if any(stem in before for stem in _CUE_STEMS) else None
        cued = (
            cue is not None
            and not any(c.isdecimal() for c in before[cue:])
            and (size >= 7 or len(before) - cue < 16)
        )
        if size < 7 and not cued:
            continue
        yield from _in_window(text, folded, start, end, cued, lang)
    for low, high in words_at(folded, _THEN_WORDS):
        for match in _THEN.finditer(folded, max(0, low - 20), min(len(folded), high + 20)):
            if len(_digits(match.group())) == 10:
                yield Removal(match.start(), match.end(), "phone")
    for low, high in seen.mixed:
        for match in _LOOKALIKE.finditer(text, low, min(len(text), high + 1)):
            yield from _disguised(text, match)


def called(folded: str, start: int) -> bool:
    """Whether a word for a number to call stands shortly before, and no other figure after that word."""
    before = folded[max(0, start - 32) : start]
    cue = _last(_CUE, before)
    return cue is not None and not any(c.isdecimal() for c in before[cue:])


def within_sentence(text: str, found: Removal) -> Removal:
    """The removal without the count that opens the next sentence: "... 98 12. 40 kits"."""
    if found.kind in _OPEN_ENDED:
        count = _NEXT_SENTENCE.search(text, max(found.start, found.end - 12), found.end)
        if (
            count
            and count.start() > found.start + 3
            and _COUNTED.match(text, found.end)
            and not _FULL_STOP.search(text, found.start, count.start())
        ):
            return Removal(found.start, count.start(), found.kind)
    return found


def _disguised(text: str, match: re.Match[str]) -> Iterator[Removal]:
    """O6 39 98 l2 34: letters for figures; the first one may be a letter too."""
    start = match.start()
    while start and match.start() - start < 6 and text[start - 1] in "OoIlSB .-+(":
        start -= 1
    word = text[start : match.end()]
    if word.isdecimal() or not any(c.isalpha() for c in word):
        return
    figures = word.translate(_LETTERS)
    for number in _PLAIN.finditer(figures):
        a, b = number.span()
        written = word[a:b]
        outside = text[start + a - 1 : start + a]
        if (
            any(c.isalpha() for c in written)
            and sum(c.isdecimal() for c in written) >= 5
            and not outside.isalnum()
        ):
            yield Removal(start + a, start + b, "phone")


def _in_window(text: str, folded: str, start: int, end: int, cued: bool, lang: str) -> Iterator[Removal]:
    low, high = max(0, start - 30), min(len(text), end + 16)
    shadow = _mask(text[low:high], folded[low:high])
    if len(_DIGIT.findall(shadow)) < _FEWEST:
        return  # all of it was money, dates or law
    found: list[tuple[int, int]] = []
    for signs, pattern in _STRONG:
        if not signs or any(sign in shadow for sign in signs):
            found += [m.span() for m in pattern.finditer(shadow)]
    if cued and not _NOT_A_NUMBER.search(shadow[: start - low]):
        found += [
            m.span()
            for m in _CUED.finditer(shadow, max(0, start - low - 2))
            if not _is_short_figure(m.group())
        ]
    elif not found:
        found += _by_library(shadow, lang)
    for a, b in found:
        while shadow[a] in " \t\n.,;:-/":
            a += 1
        digits = _digits(shadow[a:b])
        if digits in help_lines() or digits.removeprefix("0033").removeprefix("33") in help_lines():
            continue
        if _is_list(shadow[a:b]) or _only_years(shadow[a:b]) or _looks_like_decimal(shadow[a:b]):
            continue
        extension = _EXTENSION.match(text, low + b)
        yield Removal(low + a, extension.end() if extension else low + b, "phone")


def _by_library(shadow: str, lang: str) -> list[tuple[int, int]]:
    """What phonenumbers finds for the countries whose national forms our readers meet."""
    if len(_digits(shadow)) < _LEAST or not (lang == "en" or any(c in shadow for c in "0+(")):
        return []  # what is left after masking is no number anywhere
    found: list[tuple[int, int]] = []
    for region in ("GB", "US") if lang == "en" else ("FR", "BE", "CH"):
        for match in phonenumbers.PhoneNumberMatcher(shadow, region, phonenumbers.Leniency.STRICT_GROUPING):
            found.append((match.start, match.end))  # noqa: PERF401
    return [(a, b) for a, b in found if shadow[a] in "0+(" or lang == "en"]


def _is_short_figure(figure: str) -> bool:
    """After a cue: "appelez avant 2018" and "1 600" are not numbers to call."""
    digits = _digits(figure)
    return len(digits) < 5 or (len(digits) < 7 and digits[0] != "0" and " " in figure.strip())


def _only_years(figure: str) -> bool:
    groups = re.findall(r"\d+", figure)
    return len(groups) > 1 and all(len(g) == 4 and g[:2] in ("18", "19", "20") for g in groups)


def _is_list(figure: str) -> bool:
    """01, 02, 03, 04, 05: numbers of departments."""
    if not _LISTED.fullmatch(figure):
        return False
    values = [int(n) for n in re.findall(r"\d+", figure)]
    return values == sorted(set(values))


def _looks_like_decimal(figure: str) -> bool:
    return re.fullmatch(r"0[.,]\d+", figure) is not None


def _mask(text: str, folded: str) -> str:
    """`text` with the figures that are money, mass, dates or law replaced by "x"; same length."""
    out = _unnumbered(text, folded)
    out = _THOUSANDS.sub(lambda m: _blank(m) if _is_amount(m, folded) else m.group(), out)
    out = _DECIMAL.sub(_blank, out) if re.search(r"\d(?:,\d+){2}", out) is None else out
    return _AMOUNT.sub(lambda m: re.sub(r"\d", "x", m.group()), out) if _AMOUNT.search(folded) else out


def _unnumbered(text: str, folded: str) -> str:
    """`text` with dates, law and money as "x"."""
    out = text
    for likely, pattern in _NOT_PHONE:
        if likely(text, folded):
            out = pattern.sub(_blank, out)
    return _MONEY.sub(_blank, out)


def masked(text: str, folded: str) -> str:
    """`text` with dates, law, money and amounts as "x"; thousands stay, because a cue may make them a number."""
    out = _unnumbered(text, folded)
    return _AMOUNT.sub(lambda m: re.sub(r"\d", "x", m.group()), out) if _AMOUNT.search(folded) else out


def _is_amount(match: re.Match[str], folded: str) -> bool:
    """1 600 tonnes, 149 000 hectares, 12 345 678: grouped by thousands, and short or followed by what it counts."""
    digits = _digits(match.group())
    after = folded[match.end() : match.end() + 14]
    return len(digits) <= 7 or bool(_AMOUNT_AFTER.match(after)) or bool(re.match(r"\s[a-z]{3}", after))


def _blank(match: re.Match[str]) -> str:
    return "x" * (match.end() - match.start())
