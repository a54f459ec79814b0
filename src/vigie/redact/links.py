"""E-mail addresses and links, also disguised.

In: text. Out: removals of kind "email" or "url".
Disguises read: `a arobase b point fr`, `a [at] b [dot] org`, `hxxp`, `t(.)me/x`, `t . me/x`, `name dot com`.
Left out: bare host names without a dot ("localhost" excepted), and links that a redactor has already replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from vigie.lexicon.terms import data_text
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import words_at

_AT = r"(?:\s?@\s?|\s?[\[({<]\s?(?:at|@|a|arobase|arrobase|arobas|chez)\s?[\])}>]\s?|\s(?:arobase|arrobase|arobas|at)\s)"
_DOT = r"(?:\.|\s?[\[({<]\s?(?:dot|point|\.)\s?[\])}>]\s?|\s(?:dot|point)\s|\s\.\s?)"
# What stands between the parts of the name before the at sign.
_JOINT = r"(?:\s(?:dot|point|tiret|underscore|dash|moins|plus|hyphen)\s|\s?[\[({<]\s?(?:dot|point|\.)\s?[\])}>]\s?|\s\.\s)"
_SPELLED_EMAIL = re.compile(r"(?<!\w)\w(?: [\w.\-]){2,40} ?(?:@|\(at\)|\[at\]) ?\w(?: [\w.\-]){3,40}(?!\w)")
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w+-][\w.+-]{0,63}@(?:[a-zA-Z0-9][a-zA-Z0-9-]{0,62}\.){1,5}[a-zA-Z]{2,24}(?![\w@])"
)
_HIDDEN_EMAIL = re.compile(
    rf"(?i)(?<![\w.+-])[\w+-][\w.+-]{{0,40}}(?:{_JOINT}[\w+-]{{1,30}}){{0,3}}{_AT}"
    rf"[a-z0-9][a-z0-9-]{{0,40}}(?:{_DOT}[a-z0-9-]{{2,30}}){{1,3}}(?!\w)"
)
_HOST_AHEAD = re.compile(rf"(?i)[\s\])}}>]{{0,3}}[a-z0-9][a-z0-9-]{{0,40}}{_DOT}[a-z0-9-]{{2,30}}")
# A comma typed for the dot, and "chez" for the sign where what stands before it is no word of a language.
_MISTYPED_EMAIL = re.compile(
    r"(?<![\w.+-])(?:[\w+-][\w.+-]{0,63}@[a-z0-9-]{2,62},|[\w+-]{1,40}[._\d][\w.+-]{0,40}\schez\s[a-z0-9-]{2,62}"
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
_SLASH = re.compile(r"/")
_SPOKEN_SLASH = re.compile(r"\sslash\s")
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
def _tlds() -> tuple[frozenset[str], frozenset[str]]:
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
    """Removals of kind "email" and "url", possibly overlapping. Slow patterns run only where a cheap one saw a mark."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Removal(match.start(), match.end(), "email")
    yield from _hidden_emails(text, folded)
    marks = list(_SCHEME_MARK.finditer(folded)) if "/" in folded or "[:]" in folded else []
    if "www" in folded or (":" in folded and any(word in folded for word in _OTHER_MARKS)):
        marks += _OTHER_MARK.finditer(folded)
    done = 0
    for mark in sorted(marks, key=lambda found: found.start()):
        if mark.start() < done:
            continue
        for start in range(max(0, mark.start() - 9), mark.start() + 1):
            address = _SCHEME.match(text, start)
            if address:
                done = address.end()
                yield _url(text, start, address.end())
                break
    yield from _hidden_hosts(text, folded)
    yield from _bare_hosts(text)
    if "localhost" in folded:
        for match in _LOCALHOST.finditer(text):
            yield _url(text, match.start(), match.end())
    if ".i2p" in text:
        for match in _I2P.finditer(text):
            yield _url(text, match.start(), match.end())
    long_token = shape(text).long_word and _LONG_TOKEN.search(folded)
    if long_token or "onion" in folded or "i2p" in folded:
        for match in _ONION.finditer(text):
            yield Removal(match.start(), match.end(), "url")


def _hidden_emails(text: str, folded: str) -> Iterator[Removal]:
    known, _ = _tlds()
    done = 0
    if " @" in text or "@ " in text or "at)" in folded or "at]" in folded:
        for match in _SPELLED_EMAIL.finditer(text):
            yield Removal(match.start(), match.end(), "email")
    if "@" in text or " chez " in folded:
        for match in _MISTYPED_EMAIL.finditer(text):
            if match.group(1) in known:
                yield Removal(match.start(), match.end(), "email")
    signs = [m.span() for m in _AT_SIGN.finditer(folded)] if any(c in folded for c in "@[({<") else []
    if " at " in folded:
        signs += [m.span() for m in _AT_WORD.finditer(folded)]
    if "arob" in folded or "arrob" in folded:
        signs += words_at(folded, ("arobase", "arrobase", "arobas"))
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
    known, words = _tlds()
    marks = list(_SLASH.finditer(folded))
    if " slash " in folded:
        marks += _SPOKEN_SLASH.finditer(folded)
    done = 0
    for mark in marks:
        if mark.start() < done or text[max(0, mark.start() - 1)] == "/":
            continue
        match = _HIDDEN_HOST.search(text, max(0, mark.start() - 30), mark.end() + 200)
        if (
            match
            and match.start() <= mark.start()
            and ("/" in match.group() or "slash" in match.group().lower())
        ):
            done = match.end()
            yield _url(text, match.start(), match.end())
    dots = [m.span() for m in _DOT_MARK.finditer(folded)] if any(c in folded for c in "[({") else []
    if "dot" in folded or "point" in folded:
        dots += words_at(folded, ("dot", "point"))
    if not any(_leads_to_host(text, end) for _, end in dots):
        return
    for start, end in dots:
        low = max(0, start - 66)
        for match in _DOTTED_HOST.finditer(text, low, min(len(text), end + 220)):
            tld = match.group(1).lower()
            if tld in known and (tld not in words or "/" in match.group() or tld in _LIKELY):
                yield _url(text, match.start(), match.end())


def _leads_to_host(text: str, end: int) -> bool:
    """Whether a top-level domain follows a spoken or bracketed dot, as it does after the last dot of every host."""
    known, words = _tlds()
    match = _TLD.match(text, end)
    if not match:
        return False
    tld = match.group(1).lower()
    return tld in known and (tld not in words or tld in _LIKELY or match.group(2) == "/")


def _bare_hosts(text: str) -> Iterator[Removal]:
    known, words = _tlds()
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
