"""Postal addresses in rarer forms: numbers in words, words run together or linked, other languages, corners of two streets.

In: text and its folded form. Out: spans. Left out: whatever `addresses` reads; streets without a number (`points_of_sale`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.redact.shape import shape
from vigie.redact.words import marks_at, words_at

_UNITS = (
    "un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept|dix-huit|dix-neuf|vingt|trente"
    "|quarante|cinquante|soixante"
    "|soixante-dix|quatre-vingts?|quatre-vingt-dix|cent|deux cents?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen"
    "|fourteen|fifteen|sixteen"
    "|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|a hundred|one hundred"
)
_SAID = rf"(?:{_UNITS})(?:(?:[- ]| et | and )(?:et[- ])?(?:{_UNITS})){{0,4}}"
_WAY = "ruelle|rue|avenue|av|boulevard|bd|place|allee|chemin|impasse|quai|cours|route|passage|square|esplanade|venelle|traverse|faubourg|chaussee"
_STREET = (
    "street|road|avenue|lane|drive|close|court|crescent|terrace|gardens|grove|way|square|parade|row|mews|walk|rd|ave"
    "|ln|cres|gdns|wharf|yard|hill"
)
_L = r"(?:[ \u00a0]|[_.·]|-\n?|\n|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)"  # what may stand between two words of an address
_OF = rf"(?:(?:de{_L}la|de|du|des|la|le|les){_L}|[dl]['’])"
_BIS = rf"(?:{_L}?(?:bis|ter|quater|[a-f](?![^\W_])))?"
_TAIL = (
    rf"(?:,?{_L}{{0,2}}\(?(?:appartement|appt|apt|apartment|flat|unit|batiment|bat|bloc|block|escalier|esc|etage|floor|boite|porte|room"
    rf"|hall)\.?{_L}{{0,2}}\w{{1,4}}"
    rf"|,?{_L}{{0,2}}\(?\d{{1,2}}(?:e|er|eme|nd|rd|th|st){_L}?(?:etage|floor))?"
)
_FRENCH_SAID = re.compile(
    rf"(?<![^\W_])(?:{_SAID})(?:\s(?:bis|ter))?\s?,?\s(?!cours)(?P<way>{_WAY})\s(?:{_OF}){{0,2}}"
    r"[\w'’\-]+(?:[ ](?:(?:de|du|des|la|le|les)[ ])?[\w'’\-]+){0,3}"
)
_ENGLISH_SAID = re.compile(
    rf"(?<![^\W_])(?:{_SAID})\s(?:[a-z][\w'’\-]*\s){{1,3}}(?:{_STREET})(?![^\W_]){_TAIL}"
)
_LINKED_FRENCH = re.compile(
    rf"\d(?<![\w.,]\d)(?<![\w.,]\d)\d{{0,3}}{_BIS},?{_L}{{1,2}}(?:{_WAY}){_L}(?:{_OF}){{0,2}}[^\W_]{{2,}}(?:(?:[_.·]|-\n?"
    rf"|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)"
    rf"(?:{_OF})?[^\W_]{{2,}}){{0,4}}{_TAIL}"
)
_LINKED_ENGLISH = re.compile(
    rf"\d(?<![\w.,]\d)\d{{0,3}}[a-z]?(?P<by>[_.·\-]"
    rf"|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)(?:[a-z][a-z'’]+(?P=by)){{1,3}}(?:{_STREET})(?![^\W_]){_TAIL}"
)
_RUN_FRENCH = re.compile(
    rf"#?\d(?<![\w.,]\d)\d{{0,3}}(?:bis|ter|quater)?,?(?:{_WAY})(?:dela|des|du|de|la|le|les|d'|l')?[^\W\d_]{{3,}}(?:-[^\W\d_]+)*"
    r"(?:,?\(?(?:appartement|appt|apt|batiment|bat)\.?\w{1,3}|,?\(?\d{1,2}e(?:r|me)?etage)?"
)
_RUN_ENGLISH = re.compile(
    rf"#?\d(?<![\w.,]\d)\d{{0,3}}[^\W\d_]{{3,24}}(?:{_STREET})(?:,?\(?(?:apartment|flat|unit|apt)\w{{1,3}})?(?![^\W_])"
)
_PLACED = re.compile(
    r"(?:\b(?:at|to|from|au|a|in|is|its|it's|address|adress|addy|adresse|loue|habite|lives|come|chez|spot)\W{1,3}|#)$"
)
_SMALL_ENGLISH = re.compile(
    rf"\d(?<![\w.,$£€-]\d)\d{{0,3}}[a-z]?,?\s(?:[a-z][a-z'’\-]+\s){{1,3}}(?:{_STREET})(?![^\W_]){_TAIL}"
)
_FOREIGN = re.compile(
    r"(?:(?<!\w)(?:Calle|C/|Avenida|Avda\.?|Plaza|Paseo|Carrer|Camino|Via|Viale|Piazza|Corso|Vicolo|Largo|Contrada|Strada|Rua|Travessa"
    r"|Praça|Praca|Ulica|ul\.)\s"
    r"(?:(?:de la|de los|de las|del|della|delle|dei|degli|di|da|do|dos|das|de|la|el|las|los)\s)?[A-ZÀ-ÖØ-Þ][\w'’.\-]*(?:\s(?:(?:de|del"
    r"|della|di|da|do|e|y)\s)?[A-ZÀ-ÖØ-Þ][\w'’.\-]*){0,3}"
    r",?\s(?:n\.?\s?[º°]?\s?)?(?:\d{1,4}(?:[/\-]?[A-Za-z])?|s/n|snc)(?!\w)(?:,\s\d{1,2}\.?\s?[ºª°]\s?(?:izda|dcha|[a-z])?\.?)?"
    r"|[A-ZÀ-ÖØ-Þ](?<!\w.)\w*(?:\s[A-ZÀ-ÖØ-Þ]\w*)?(?:straat|laan|kade|gracht|plein|dreef|steenweg|dijk|singel|weg|straße|strasse|gasse"
    r"|platz|allee|damm|ufer)\s\d{1,4}\s?(?:[a-z](?!\w))?"
    r"(?:-[IVX\d]{1,4})?(?:,\s(?:Hinterhaus|Vorderhaus|Seitenflügel|bus|bte|hoog|\d\.\s?(?:OG|Stock|Etage))(?:\s\d{1,3})?){0,2}(?!\w)"
    r"|(?<!\w)(?:ul\.|ulica)\s[A-ZĄĆĘŁŃÓŚŹŻ]\w+(?:\s[A-ZĄĆĘŁŃÓŚŹŻ]\w+)?\s\d{1,4}(?:/\d{1,4})?)"
)
_FOREIGN_WAYS = (
    "calle", "avenida", "avda", "plaza", "paseo", "carrer", "camino", "via", "viale", "piazza", "corso", "vicolo", "largo", "contrada", "strada",
    "rua", "travessa", "praca", "ulica", "ul",
)  # fmt: skip
_FOREIGN_ENDINGS = (
    "straat", "laan", "kade", "gracht", "plein", "dreef", "steenweg", "dijk", "singel", "weg", "straße", "strasse", "gasse", "platz", "allee",
    "damm", "ufer",
)  # fmt: skip
_BELGIAN = re.compile(
    r"(?:[Rr]ue|[Aa]venue|[Cc]hauss[ée]e|[Bb]oulevard|[Pp]lace|[Qq]uai|[Aa]ll[ée]e)\s(?:(?:de la|de l['’]|de|du|des|la|le|les|d['’]"
    r"|l['’])\s?){0,2}[A-ZÀ-ÖØ-Þ][\w'’.\-]*"
    r"(?:\s(?:d['’]|de |du |des |l['’])?[A-ZÀ-ÖØ-Þ][\w'’.\-]*){0,3}\s?,?\s\d{1,3}\s?(?:bis|[a-f](?!\w))?,?\s(?:bo[iî]te|bte|bus)\s\w{1,4}"
)
_CORNER = re.compile(
    rf"(?:angle|croisement|intersection|coin)\s(?:de\s|d['’])?(?:la\s|l['’]|des\s|du\s)?(?:{_WAY})s?\s.{{3,40}}?"
    rf"\set\s(?:de\s|d['’])?(?:la\s|l['’]|du\s)?(?P<way>{_WAY})\s(?:{_OF}){{0,2}}[\w'’\-]+(?:\s[\w'’\-]+)?"
    rf"|corner\sof\s[\w'’ ]{{3,30}}?\s(?:{_STREET}|st)\.?\s(?:and|&)\s[\w'’ ]{{3,30}}?\s(?:{_STREET}|st)(?![^\W_])"
)
_UNIT = re.compile(
    rf"(?<!\w)(?:unit|flat|apartment|apt|block|studio|lockup|garage)\s\w{{1,4}},\s(?:[a-z0-9][\w'’\-]*\s){{1,3}}(?:{_STREET}|house|court"
    rf"|point|tower|mill|works|estate)(?![^\W_])"
)
_WAYS = tuple(_WAY.split("|"))
_STREETS = tuple(_STREET.split("|"))
_CORNERS = ("angle", "croisement", "intersection", "coin", "corner")
_UNIT_WORDS = ("unit", "flat", "apartment", "apt", "block", "studio", "lockup", "garage")
_FIRST_UNITS = tuple(unit.replace("s?", "") for unit in _UNITS.split("|") if unit not in ("un", "une", "one"))
_BOX_WORDS = ("boite", "bte", "bus")
_DIGIT = re.compile(r"\d")
_GLUED = re.compile(r"\d(?<![\w.,]\d)\d{0,3}(?:bis|ter|quater)?,?(?=[^\W\d_]{6})")
_FIRST_WORD = re.compile(r"\s(?:(?:de la|de|du|des|la|le|les)\s|[dl]['’]){0,2}[\w'’\-]+")
_CAPITAL_NEXT = re.compile(r"(?:\s(?:d['’]|de |du |des |la |le |les )?[A-ZÀ-ÖØ-Þ][\w'’\-]+)")


def other_forms(text: str, folded: str) -> Iterator[tuple[int, int]]:
    """Spans of addresses in these forms."""
    ways, streets = words_at(folded, _WAYS), words_at(folded, _STREETS)
    last_way, last_street = ways[-1][0] if ways else -1, streets[-1][0] if streets else -1
    for start, _ in words_at(folded, _FIRST_UNITS):
        said = _FRENCH_SAID.match(folded, start) if start < last_way else None
        if said:
            yield start, _cut(text, said.end("way"), said.end())
        said = _ENGLISH_SAID.match(folded, start) if start < last_street else None
        if said:
            yield said.span()
    boxed = bool(words_at(folded, _BOX_WORDS))
    for start, end in ways:
        if _DIGIT.search(folded, max(0, start - 14), start):
            for match in _LINKED_FRENCH.finditer(folded, max(0, start - 14), min(len(text), end + 72)):
                linked = any(mark in match.group() for mark in "_.·-") or not match.group().isascii()
                if match.start() < start and linked:
                    yield match.span()
        belgian = _BELGIAN.match(text, start, min(len(text), end + 90)) if boxed else None
        if belgian:
            yield belgian.span()
    for start, end in streets:
        if not _DIGIT.search(folded, max(0, start - 60), start):
            continue
        for match in _LINKED_ENGLISH.finditer(folded, max(0, start - 60), min(len(text), end + 24)):
            yield match.span()
        for match in _SMALL_ENGLISH.finditer(folded, max(0, start - 48), min(len(text), end + 24)):
            if match.start() < start and _PLACED.search(folded, max(0, match.start() - 14), match.start()):
                yield match.span()
    for start in shape(text).numbers:
        glued = _GLUED.match(folded, start)
        if glued is None:
            continue
        at = glued.start() - (folded[glued.start() - 1 : glued.start()] == "#")
        run = _RUN_FRENCH.match(folded, at)
        if run is None:
            run = _RUN_ENGLISH.match(folded, at)
            if run and run.group()[0] != "#" and text[slice(*run.span())] == run.group():
                run = None  # in small letters it may be a word that ends like a street
        if run:
            yield run.span()
    for start, end in words_at(folded, _FOREIGN_WAYS):
        if _DIGIT.search(folded, end, end + 60) or "s" in folded[end : end + 60]:
            foreign = _FOREIGN.match(text, start, min(len(text), end + 90))
            if foreign:
                yield foreign.span()
    for start, end in marks_at(folded, _FOREIGN_ENDINGS):
        if folded[end : end + 1] == " " and folded[end + 1 : end + 2].isdecimal():
            for match in _FOREIGN.finditer(text, max(0, start - 40), min(len(text), end + 60)):
                if match.start() <= start < match.end():
                    yield match.span()
    for start, _ in words_at(folded, _CORNERS):
        corner = _CORNER.match(folded, start)
        if corner:
            end = corner.end()
            yield start, _cut(text, corner.end("way"), end) if corner["way"] else end
    for start, _ in words_at(folded, _UNIT_WORDS):
        unit = _UNIT.match(folded, start)
        if unit:
            yield unit.span()


def _cut(text: str, way: int, end: int) -> int:
    """Where the name of a street ends whose kind ends at `way`: after its first word, and those with a capital."""
    first = _FIRST_WORD.match(text, way, end)
    at = first.end() if first else way
    while at < end and (more := _CAPITAL_NEXT.match(text, at)):
        at = more.end()
    return at
