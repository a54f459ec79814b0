"""E-mail addresses and links, also disguised.

In: text. Out: removals of kind "email" or "url".
Disguises read: `a arobase b point fr`, `a [at] b [dot] org`, `hxxp`, `t(.)me/x`, `t . me/x`, `name dot com`.
Left out: bare host names without a dot ("localhost" excepted), and links that a redactor has already replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from vigie.lexicon.terms import data_text
from vigie.redact.around import around, windows
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import Spans, marks_at, words_at

_AT = r"(?:\s?@\s?|\s?[\[({<]\s?(?:at|@|a|arobase|arrobase|arobas|chez)\s?[\])}>]\s?|\s(?:arobase|arrobase|arobas|at)\s)"
_DOT = r"(?:\.|\s?[\[({<]\s?(?:dot|point|\.)\s?[\])}>]\s?|\s(?:dot|point)\s|\s\.\s?)"
# What stands between the parts of the name before the at sign.
_JOINT = r"(?:\s(?:dot|point|tiret|underscore|dash|moins|plus|hyphen)\s|\s?[\[({<]\s?(?:dot|point|\.)\s?[\])}>]\s?|\s\.\s)"
# The look-behinds of the next patterns stand after the first character: the engine skips what no address begins with.
_SPELLED_EMAIL = re.compile(
    r"\w(?<!\w.)(?<!à)(?: [\w.\-]){2,40} ?(?:@|\(at\)|\[at\]) ?\w(?: [\w.\-]){3,40}(?!\w)"
)
_EMAIL = re.compile(
    r"[\w+-](?<![\w.+-].)[\w.+-]{0,63}@(?:[a-zA-Z0-9][a-zA-Z0-9-]{0,62}\.){1,5}[a-zA-Z]{2,24}(?![\w@])"
)
# Cut off or mistyped: no known domain, but no word either where what stands before the sign is made up.
_BROKEN_EMAIL = re.compile(
    r"\w(?<![\w.+-].)(?:(?<=[^\W\d_])|(?=\w*[^\W\d_]))(?:(?<=[\d_])|(?=\w{0,39}[\d._]))[\w.+-]{3,63}@[^\W\d_][\w-]{1,62}(?:\.[\w-]{1,62}){0,4}"
)
_HIDDEN_EMAIL = re.compile(
    rf"(?i)[\w+-](?<![\w.+-].)[\w.+-]{{0,40}}(?:{_JOINT}[\w+-]{{1,30}}){{0,3}}{_AT}"
    rf"[a-z0-9][a-z0-9-]{{0,40}}(?:{_DOT}[a-z0-9-]{{2,30}}){{1,3}}(?!\w)"
)
_HOST_AHEAD = re.compile(rf"(?i)[\s\])}}>]{{0,3}}[a-z0-9][a-z0-9-]{{0,40}}{_DOT}[a-z0-9-]{{2,30}}")
# A comma typed for the dot, and "chez" for the sign where what stands before it is no word of a language.
_MISTYPED_EMAIL = re.compile(
    r"[\w+-](?<![\w.+-].)(?:[\w.+-]{0,63}@[a-z0-9-]{2,62},|[\w+-]{0,39}[._\d][\w.+-]{0,40}\schez\s[a-z0-9-]{2,62}"
    r"(?:\.|\s(?:point|dot)\s))([a-z]{2,12})(?!\w)"
)
_SCHEME = re.compile(
    r"(?i)(?<![a-z0-9])(?:(?:h(?:tt|xx)ps?|ftp|tg|magnet|tox|xmpp|bitcoin|ethereum|monero|litecoin)"
    r"\s?(?:\[:\]|:)\s?/{0,2}|(?:simplex|sgnl|whatsapp|snapchat|threema|skype|viber|briar):/|www\d?(?:\.|\[\.\]|\(\.\)))(?=[^\s<>\"«»]{3})[^\s<>\"«»\[\]]{2,2000}"
    r"(?:(?:\[\.\]|\[dot\]|\(\.\))[^\s<>\"«»\[\]]{1,200}){0,5}"
)
_HOSTS = (
    r"t|telegram|wa|signal|discord|discordapp|chat\.whatsapp|snapchat|instagram|facebook|fb|m|join\.skype|threema|bit|"
    r"youtu|twitter|x|tiktok|linktr|potato|kik|wire|pastebin|session"
)
_HIDDEN_HOST = re.compile(
    rf"(?i)(?<![\w.])(?:{_HOSTS})\s?(?:\s\.\s?|\s?[\[({{]\s?(?:\.|dot|point)\s?[\])}}]\s?|\s(?:dot|point)\s|\.\s?|,)"
    r"(?:me|com|gg|id|be|ly|ee|org|link|group)(?:\s?(?:/|\sslash\s)\s?[^\s<>\"«»\[\]]{1,200}|(?![\w.]))"
)
_DOTTED_HOST = re.compile(
    r"(?i)(?<![\w.@-])[a-z0-9][a-z0-9-]{1,62}"
    r"(?:\s?(?:[\[({]\s?(?:\.|dot|point)\s?[\])}]|\s(?:dot|point)\s)\s?[a-z0-9][a-z0-9-]{1,62}){0,2}"
    r"\s?(?:[\[({]\s?(?:\.|dot|point)\s?[\])}]|\s(?:dot|point)\s)\s?([a-z]{2,12})(?:/[^\s<>\"«»]{0,200}|(?!\w))"
)
_BARE = re.compile(
    r"(?<![\w@.\-/])(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,5}([a-z]{2,12}|[A-Z]{2,4})"
    r"(?![\w-]|\.[a-z0-9])(?::\d{2,5})?(?:[/?#][^\s<>\"«»\[\]]{0,2000})?"
)
_ONION = re.compile(
    r"(?<![a-z2-7])(?:[a-z2-7]{56}|[a-z2-7]{16}(?=\.onion)|[a-z2-7]{52}(?=\.b32))(?:\.[a-z0-9]+)*(?!\w)"
)
_I2P = re.compile(r"[a-z0-9](?<![\w.-].)[a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,62}){0,2}\.i2p(?!\w)(?:/\S{0,200})?")
_LOCALHOST = re.compile(r"(?<![\w.-])localhost(?::\d{2,5})?(?![\w-])(?:/\S{0,200})?")
_AT_SIGN = re.compile(r"[@\[({<](?:(?<=@)|\s?(?:at|a|chez)\s?[\])}>])")
_AT_WORD = re.compile(r" at (?=[a-z0-9-]{1,40}(?:\.|\s?[\[({]?\s?(?:dot|point)\s?[\])}]?\s?)[a-z])")
_SCHEME_MARK = re.compile(r":\s?/|\[:\]")
_OTHER_MARKS = ("www", "tg:", "magnet:", "tox:", "xmpp:", "bitcoin:", "ethereum:", "monero:", "litecoin:")
_OTHER_MARK = re.compile("|".join(_OTHER_MARKS))
# What no address is without; brackets hold the signs of those that hide.
_SIGN = ("@",)
_OPENING = ("[", "(", "{", "<")
_CHEZ_HOST = re.compile(r"\s[a-z0-9-]{2,62}(?:\.|\s(?:point|dot)\s)[a-z]")
_BEFORE_SLASH = ("me", "com", "gg", "id", "be", "ly", "ee", "org", "link", "group")  # as in _HIDDEN_HOST
_DOT_MARK = re.compile(r"[\[({]\s?(?:\.|dot|point)\s?[\])}]")
_DOT_INSIDE = re.compile(r"\.(?<=[A-Za-z0-9]\.)(?=[A-Za-z]{2})")
_TLD = re.compile(r"(?i)\s{0,2}([a-z]{2,12})(/|(?!\w))")
_LIKELY = ("me", "to", "onion")  # words that are domains of messengers and hidden services
_SPACE = re.compile(r"\s")
_LONG_TOKEN = re.compile(r"[a-z2-7](?<!\w.)[a-z2-7]{51}")
_CUE = re.compile(
    r"(?i)(?:site|sites|sur|chez|via|lien|link|visite[zr]?|on|at|www|shop|boutique)\s*:?\s*$|https?:/*$"
)
_BEFORE_AT = frozenset(
    [
        "look",
        "arrive",
        "be",
        "is",
        "are",
        "was",
        "us",
        "them",
        "it",
        "meet",
        "class",
        "tonight",
        "today",
        "prices",
        "price",
        "sold",
        "start",
    ]
)


@cache
def tlds() -> tuple[frozenset[str], frozenset[str]]:
    known: set[str] = set()
    words: set[str] = set()
    for line in data_text("redaction", "tlds.txt").splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("word:"):
            words.update(line.removeprefix("word:").split())
        known.update(line.removeprefix("word:").split())
    return frozenset(known), frozenset(words)


def find_links(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "email" and "url", possibly overlapping."""
    for match in around(_EMAIL, text, marks_at(folded, _SIGN), 66, 350):
        yield Removal(match.start(), match.end(), "email")
    for match in around(_BROKEN_EMAIL, text, marks_at(folded, _SIGN), 66, 350):
        yield Removal(match.start(), match.end(), "email")
    yield from _hidden_emails(text, folded)
    done = 0
    for mark in sorted(_scheme_marks(folded)):
        if mark < done:
            continue
        for start in range(max(0, mark - 9), mark + 1):
            address = _SCHEME.match(text, start)
            if address:
                done = address.end()
                yield _url(text, start, address.end())
                break
    yield from _hidden_hosts(text, folded)
    yield from _bare_hosts(text)
    for match in around(_LOCALHOST, text, marks_at(folded, ("localhost",)), 1, 208):
        yield _url(text, match.start(), match.end())
    for match in around(_I2P, text, marks_at(folded, (".i2p",)), 200, 208):
        yield _url(text, match.start(), match.end())
    if shape(text).long_word and _LONG_TOKEN.search(folded):
        for match in _ONION.finditer(text):
            yield Removal(match.start(), match.end(), "url")
    for mark, _ in marks_at(folded, (".onion",)):
        hidden = _ONION.match(text, mark - 16) if mark >= 16 else None
        if hidden:
            yield Removal(hidden.start(), hidden.end(), "url")


def _scheme_marks(folded: str) -> Iterator[int]:
    for colon, _ in marks_at(folded, (":",)):
        mark = colon - 1 if folded[max(0, colon - 1) : colon] == "[" else colon
        if _SCHEME_MARK.match(folded, mark):
            yield mark
    for mark, _ in marks_at(folded, _OTHER_MARKS):
        if _OTHER_MARK.match(folded, mark):
            yield mark


def _hidden_emails(text: str, folded: str) -> Iterator[Removal]:
    known, _ = tlds()
    done = 0
    for match in around(_SPELLED_EMAIL, text, marks_at(folded, ("@", "(at)", "[at]")), 86, 86):
        yield Removal(match.start(), match.end(), "email")
    chez = [span for span in words_at(folded, ("chez",)) if _CHEZ_HOST.match(text, span[1])]
    for match in around(_MISTYPED_EMAIL, text, sorted([*marks_at(folded, _SIGN), *chez]), 86, 90):
        if match.group(1) in known:
            yield Removal(match.start(), match.end(), "email")
    signs = [*marks_at(folded, _SIGN), *words_at(folded, ("arobase", "arrobase", "arobas"))]
    signs += _matches(_AT_SIGN, folded, marks_at(folded, _OPENING))
    signs += _matches(
        _AT_WORD, folded, ((start - 1, end) for start, end in words_at(folded, ("at",)) if start)
    )
    for low, high in sorted(signs):
        if not _HOST_AHEAD.match(text, high):
            continue
        for match in _HIDDEN_EMAIL.finditer(text, max(done, low - 60), min(len(text), high + 130)):
            last = re.split(r"[^a-z0-9]+", match.group().lower().rstrip())[-1]
            first = re.match(r"\w*", match.group().lower())
            if last in known and not (first and first.group() in _BEFORE_AT):
                done = match.end()
                yield Removal(match.start(), match.end(), "email")


def _hidden_hosts(text: str, folded: str) -> Iterator[Removal]:
    known, words = tlds()
    done = 0
    for low, high in sorted([*marks_at(folded, ("/",)), *words_at(folded, ("slash",))]):
        if low < done or not folded[max(0, low - 8) : low].rstrip().endswith(_BEFORE_SLASH):
            continue
        match = _HIDDEN_HOST.search(text, max(0, low - 30), high + 200)
        if match and match.start() <= low and ("/" in match.group() or "slash" in match.group().lower()):
            done = match.end()
            yield _url(text, match.start(), match.end())
    dots = sorted(
        [*_matches(_DOT_MARK, folded, marks_at(folded, _OPENING)), *words_at(folded, ("dot", "point"))]
    )
    last = [dot for dot in dots if leads_to_host(text, dot[1])]
    for start, end in _within(dots, windows(last, 300, 70, len(text))):
        for match in _DOTTED_HOST.finditer(text, max(0, start - 66), min(len(text), end + 220)):
            tld = match.group(1).lower()
            if tld in known and (tld not in words or "/" in match.group() or tld in _LIKELY):
                yield _url(text, match.start(), match.end())


def _matches(pattern: re.Pattern[str], text: str, spans: Iterable[tuple[int, int]]) -> Spans:
    """Where the pattern matches at the starts of `spans`."""
    found = (pattern.match(text, start) for start, _ in spans)
    return [match.span() for match in found if match]


def _within(spans: Spans, stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans that touch one of the stretches; both in order."""
    at = 0
    for low, high in stretches:
        while at < len(spans) and spans[at][1] < low:
            at += 1
        while at < len(spans) and spans[at][0] <= high:
            yield spans[at]
            at += 1


def leads_to_host(text: str, end: int) -> bool:
    """Whether a top-level domain follows a spoken or bracketed dot, as it does after the last dot of every host."""
    known, words = tlds()
    match = _TLD.match(text, end)
    if not match:
        return False
    tld = match.group(1).lower()
    return tld in known and (tld not in words or tld in _LIKELY or match.group(2) == "/")


def _bare_hosts(text: str) -> Iterator[Removal]:
    known, words = tlds()
    done = 0
    for dot in _DOT_INSIDE.finditer(text):
        if dot.start() < done:
            continue
        low = dot.start()
        while low > 0 and low > dot.start() - 64 and (text[low - 1].isalnum() or text[low - 1] in "-._@/"):
            low -= 1
        space = _SPACE.search(text, dot.end(), dot.end() + 2100)
        match = _BARE.search(text, low, space.start() if space else min(len(text), dot.end() + 2100))
        if match and match.start() <= dot.start():
            done = match.end()
            if _is_host(text, match, known, words):
                yield _url(text, match.start(), match.end())


def _is_host(text: str, match: re.Match[str], known: frozenset[str], words: frozenset[str]) -> bool:
    tld = match.group(1)
    low = tld.lower()
    if low not in known:
        return False
    host = text[match.start() : match.start(1)]
    tail = text[match.end(1) : match.end()]
    labels = host.rstrip(".").split(".")
    if tld.isupper() and not host.isupper():
        return False
    if low in words and not (
        len(tail) > 1
        or any(c.isdigit() or c == "-" for c in host)
        or len(labels) > 1
        or _CUE.search(text[max(0, match.start() - 14) : match.start()])
        or (len(labels[0]) <= 4 and low in ("me", "ms", "si", "is", "it", "re") and labels[0].islower())
    ):
        return False
    if len(labels[-1]) < 2 and len(tail) < 2:
        return False
    return not (all(len(label) <= 1 for label in labels) or host.replace(".", "").isdigit())


def _url(text: str, start: int, end: int) -> Removal:
    while end > start and text[end - 1] in ".,;:!?)]'’…*_":
        end -= 1
    return Removal(start, end, "url")
