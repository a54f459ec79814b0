"""Postal addresses below the commune.

In: text. Out: removals of kind "address": the number and the street, the flat, the entry code, the British postcode.
The commune and the French postcode stay (they are no finer than a commune or an arrondissement).
Left out: streets without a number, which are places of the news, and named points of sale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from vigie.redact.address_forms import other_forms
from vigie.redact.around import around, windows
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import marks_at, words_at

# Kinds of street, folded; "." is a full stop that must stand, ".?" one that may. A new one needs no other line.
_KINDS = (
    "rue", "r.", "ruelle", "avenue", "aven.", "av.?", "ave.?", "boulevard", "boul.?", "bd.?", "bld.?", "blvd.?", "place", "pl.?", "plce",
    "alle", "alles", "allee", "allees", "all.", "chemin", "ch.", "che.", "chm.", "chem.", "impasse", "imp.?", "square", "sq.", "quai",
    "cours", "route", "rte.?", "passage", "pass.", "villa", "cite", "residence", "res.", "esplanade", "promenade", "sentie", "sentier",
    "venelle", "traverse", "montee", "rond-point", "parvis", "faubourg", "fb", "fbg", "chaussee", "voie", "lotissement", "lot.", "hameau",
    "galerie", "rampe", "clos", "dreve", "steenweg", "straat", "laan", "viale", "piazza", "calle", "plaza", "rua",
)  # fmt: skip
_KIND = (
    "(?:"
    + "|".join(re.sub(r"\.(?!\?)", r"\.", k).replace(".?", r"\.?").replace("-", "[- ]") for k in _KINDS)
    + ")"
)
_KIND_WORDS = tuple(
    dict.fromkeys(
        word + kind.rstrip(".?")
        for kind in [*_KINDS, "rond point"]
        for word in ("", "la", "de", "du", "des")  # "au 27 derue X": the blank may be lost
    )
)
_PART = r"(?:(?:d'|l'|qu')|(?:de|du|des|la|le|les|l|aux?|en|sur|sous|saint|sainte|st|ste|et|lieutenant|docteur)\s)"
_NAME = rf"(?:{_PART}){{0,4}}[\w'.\-]{{1,30}}"
_S = r"[\s_.\-]"  # also what stands for a blank where somebody hides an address
_NUMBER = rf"\d(?<![\w.,-].)\d{{0,3}}(?:\s?[-/&]\s?\d{{1,4}})?(?:{_S}?(?:bis|ter|quater|[a-f])(?![^\W_]))?"
_FRENCH = re.compile(
    rf"{_NUMBER}\s?,?{_S}{{1,3}}{_KIND}{_S}{{1,3}}(?:(?:{_PART}){{0,4}}|(?:(?:de|du|des|la|le|les|l){_S}){{0,3}})[\w'.\-]{{1,30}}"
    r"(?: [a-z'\-]{3,}){0,2}(?=,\s?(?:bat|app|esc|etage|\d)|,?\s(?:bat|appt)|$)"
    rf"|{_NUMBER}\s?,?{_S}{{1,3}}{_KIND}{_S}{{1,3}}(?:(?:{_PART}){{0,4}}|(?:(?:de|du|des|la|le|les|l){_S}){{0,3}})[\w'.\-]{{1,30}}"
)
# "au 27 de la rue X", "n° 27, rue X": after such a word the article of the street does not make it a count.
_NUMBERED = re.compile(rf"{_NUMBER}\s?,?\s(?:de la|de l'|du|des|de)\s?{_KIND}\s{{1,3}}{_NAME}")
# "terminal 4, quai 12", "R. 5132-74 à R. 5132-88": numbers of berths and of articles are no names of streets.
_COUNTED = re.compile(r"(?<!\w)(?:quai|voie|r\.)\s\d[\d.-]*$")
_REPORTER = re.compile(r"\d+ (?:S\. Ct|L\. Ed|F\. Supp)(?!\w)")  # volumes of case law
_ANNOUNCED = re.compile(r"(?<!\w)(?:au|du|le|n°|no\.?|numero)\s?\Z")
_REVERSED = re.compile(
    r"(?:[Rr]ue|[Aa]venue|[Cc]hauss[ée]e|[Bb]oulevard|[Pp]lace|[Qq]uai|[Dd]r[èe]ve)\s"
    r"(?:(?:de la|de l['’]|de|du|des|la|le|les|d['’]|l['’])\s?){0,2}[A-ZÀ-ÖØ-Þ][\w'’.\-]{1,30}"
    r"(?:\s(?:(?:de la|de|du|des|la|le|les)\s)?[A-ZÀ-ÖØ-Þ][\w'’.\-]{1,30}){0,3}"
    r"\s?,?\s(?:n°\s?|numéro\s)?\d{1,3}(?:\s?(?:bis|ter|[a-f])(?!\w))?(?=\s?[,;.)\n]|\s*$|\s[àa-]\s|\s\d{4})"
)
_STREET = (
    r"(?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|Dr\.?|Close|Court|Ct\.?|Crescent|Cres\.?|Terrace|Ter\.?|Place|Pl\.?|"
    r"Gardens|Grove|Way|Square|Sq\.?|Boulevard|Blvd\.?|Parade|Row|Hill|Mews|Walk|Highway|Hwy\.?|Parkway|Pkwy\.?|Circle|Quay|Green|"
    r"street|road|avenue|lane|drive|close|crescent|terrace|boulevard|"
    r"(?i:street|road|avenue|lane|crescent|terrace|gardens|grove|boulevard))"
)
_SMALL = re.compile(
    r"\d(?<![\w.,$£€-].)\d{0,4}[a-z]?,?[\s_\-](?:[a-z][a-z'’\-]{2,24}[\s_\-]){1,3}"
    r"(?:(?:street|road|avenue|lane|crescent|terrace|gardens|grove|boulevard)(?![^\W_])|(?:close|drive|court|mews|square|place|walk|row)(?=,\s?(?:flat|apartment|apt|unit|room|floor)))"
)
_AT_NUMBER = re.compile(r"(?:at|to|from|address|au|a|loue|adresse)\W{1,3}\Z")
_ENGLISH = re.compile(
    rf"(?:(?:Flat|Apt\.?|Apartment|Unit|Suite|Room)\s\w{{1,5}},?\s)?"
    rf"\d(?<![\w.,$£€-].)\d{{0,4}}[A-Za-z]?,?\s"
    rf"(?:[A-Z][\w'’.\-]{{0,24}}\s|\d{{1,3}}(?:st|nd|rd|th)\s|of\s|the\s){{1,4}}{_STREET}(?!\w)"
    r"(?:,?\s(?:Flat|Apt\.?|Apartment|Unit|Suite|Room|#)\s?\w{1,5})?"
)
_GERMAN = re.compile(
    r"[A-ZÄÖÜ](?<!\w.)[\wäöüß\-]{2,30}(?:straße|strasse|str\.|platz|weg|gasse|allee)\s\d{1,4}\s?[a-z]?(?!\w)"
    r"|Straße\s(?:des|der)\s[\w. ]{2,25}\s\d{1,4}(?!\w)"
)
_UK_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]{1,2}\d[A-Z\d]?|GIR)\s\d[ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9])"
)
_BOX = re.compile(r"(?<![\w])(?:BP|B\.P\.|CS|P\.?O\.? Box)\s?\d{2,6}(?!\d|/\d)")
_CODE = re.compile(
    r"(?<!\w)(?:digicode|code (?:de )?porte|code (?:d')?entree|door code|gate code|interphone)\s?[:=]?\s?"
    r"(?:est\s|is\s)?[a-z]?\d[\da-z]{2,6}(?!\w)|(?<!\w)code\s?:?\s(?:\d{2,5}[ab]|\d{1,3}[ab]\d{1,4}|[ab]\d{4})(?!\w)"
)
_FLAT = re.compile(
    r"(?<!\w)(?:appt?\.?|appartement|apartment|apt\.?|flat|room|unit|suite|bat\.?|batiment|esc\.?|escalier|hall|porte|chambre|cage|floor|etage|boite|bte|landing|block|stair|lot)[\s_.\-]"
    r"(?:n°\s?)?(?:\d{1,4}[a-z]?|[a-z]\d{0,3})(?!\w)(?:\s?,\s?)?"
    r"|(?<!\w)(?:\d{1,2}\s?(?:er|e|eme|nd|st|rd|th)[\s_.\-]?(?:etage|floor)|rez-de-chaussee|ground floor|sous-sol)(?!\w)"
)
_FLAT_WORDS = (
    "app", "appt", "appartement", "apartment", "apt", "flat", "room", "unit", "suite", "bat", "batiment", "esc", "escalier", "hall",
    "porte", "chambre", "cage",
)  # fmt: skip
_FLOOR_WORDS = ("etage", "floor", "rez-de-chaussee", "sous-sol")  # also straight after the number
_GOES_ON = re.compile(
    r"(?:\s|-)(?:(?:d'|l'|de la |de l'|des |de |du |la |le |les |et |en |sur )?)"
    r"(?:[A-ZÀ-ÖØ-Þ][\w'’.\-]{0,29}|1[89]\d\d(?!\d)|\d{1,2}(?:er)?\s(?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre)(?:\s\d{4})?|(?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre)(?:\s\d{4})?)"
)  # fmt: skip


# Words without which a pattern need not be tried.
_STREET_WORDS = tuple(sorted({word.lower() for word in re.findall(r"[A-Za-z]+", _STREET)}))
_GERMAN_WORDS = ("straße", "strasse", "str.", "platz", "weg", "gasse", "allee")
_BOX_WORDS = ("bp", "b.p.", "cs", "box")
_CODE_WORDS = ("code", "interphone")
_RUN = re.compile(r"\d+")


def find_addresses(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "address"."""
    ends = list(_numbered(text, folded, _numbers(folded, words_at(folded, _KIND_WORDS), 34)))
    english = list(_each(_ENGLISH, text, _numbers(text, words_at(folded, _STREET_WORDS), 116)))
    ends += [match.span() for match in around(_ENGLISH, text, english, 24, 0)]  # may begin before the number
    ends = [span for span in ends if not _REPORTER.match(text, *span)]
    for match in around(_SMALL, folded, words_at(folded, _STREET_WORDS), 116, 24):
        if _AT_NUMBER.search(folded, max(0, match.start() - 12), match.start()):
            ends.append(match.span())
    ends += [match.span() for match in around(_GERMAN, text, marks_at(folded, _GERMAN_WORDS), 34, 48)]
    if shape(text).postcode:
        ends += [match.span() for match in _UK_POSTCODE.finditer(text)]
    boxes = [(start, end) for start, end in marks_at(folded, _BOX_WORDS) if _ahead(folded, end).isdecimal()]
    ends += [match.span() for match in around(_BOX, text, boxes, 6, 10)]
    ends += [match.span() for match in around(_CODE, folded, marks_at(folded, _CODE_WORDS), 8, 48)]
    for start, _ in words_at(folded, ("rue", "avenue", "chaussee", "boulevard", "place", "quai", "dreve")):
        reversed_order = _REVERSED.match(text, start)
        if reversed_order:
            ends.append(reversed_order.span())
    ends += other_forms(text, folded)
    for start, end in ends:
        while end > start and text[end - 1] in " ,.;":
            end -= 1
        yield Removal(start, end, "address")
    flats = sorted([*words_at(folded, _FLAT_WORDS), *marks_at(folded, _FLOOR_WORDS)])
    if ends and flats:
        beside = list(ends)
        for match in around(_FLAT, folded, flats, 12, 32):
            for start, end in beside:
                if (
                    abs(match.start() - end) <= 4 or abs(start - match.end()) <= 3
                ):  # "12 rue X, bât. B, 3e étage"
                    beside.append(match.span())
                    yield Removal(min(start, match.start()), max(end, match.end()), "address")
                    break


def _each(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Spans of a pattern that can only begin at `starts`, none inside another."""
    done = 0
    for start in starts:
        match = pattern.match(text, start) if start >= done else None
        if match:
            done = match.end()
            yield match.span()


def _numbers(text: str, words: Sequence[tuple[int, int]], before: int) -> list[int]:
    """Where numbers begin that stand so far before the words, or nearer."""
    return [
        match.start()
        for low, high in windows(words, before, 0, len(text))
        for match in _RUN.finditer(text, low, high)
    ]


def _ahead(text: str, end: int) -> str:
    """The next character but for one blank; "" at the end."""
    return text[end : end + 2].lstrip()[:1]


def _numbered(text: str, folded: str, numbers: list[int]) -> Iterator[tuple[int, int]]:
    """The number and the street, in the French order."""
    for start, end in _each(_FRENCH, folded, numbers):
        end = _extend(text, end)
        if not _COUNTED.search(folded, start, end):
            yield start, end
    done = 0
    for number in numbers:
        match = _NUMBERED.match(folded, number) if number >= done else None
        announced = _ANNOUNCED.search(folded, max(0, number - 9), number) if match else None
        if match and announced and announced.start() >= done:
            done = match.end()
            yield announced.start(), _extend(text, done)


def _extend(text: str, end: int) -> int:
    """A street name goes on over further capitalised words, up to a comma, a postcode or a small word."""
    for _ in range(4):
        match = _GOES_ON.match(text, end)
        if not match:
            break
        end = match.end()
    return end
