"""Signs of addresses in words or in other signs: `arobase`, `(dot)`, `tiret bas`, `slash`, ` , ` for a dot.

In: a text and its folded form. Out: edits that show the signs; where such a sign stands.
Left out: "point" and spaced commas where nothing says that an address goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.redact.around import around
from vigie.redact.links import leads_to_host
from vigie.redact.views import Edit
from vigie.redact.words import marks_at, words_at

_SURE = re.compile(
    r"(?P<at>\s?[\[({<|]\s?(?:at|@|a(?!\)\s?(?:and|or|et|ou|to|of|the)\s)|arobase|arrobase|arobas|chez)\s?[\])}>|]\s?"
    r"|\s?(?<!\w)(?<!l')(?<!une\s)(?<!signe\s)(?<!caractere\s)(?:arobase|arrobase|arobas|a commercial)\s)"
    r"|(?P<dot>\s?[\[({<|]\s?(?:dot|point|\.|punto|punkt)\s?[\])}>|]\s?)"
    r"|(?P<under>\s(?:underscore|under\sscore|underline|tiret\s(?:du\s)?bas|tiret\s8|barre\sbasse|souligne)\s|(?<=\w)\s_\s?(?=\w)|(?<=\w)_\s(?=\w)"
    r"|(?<=\w)\(underscore\)(?=\w))"
    r"|(?P<invite>\s(?:slash|barre\soblique|forward\sslash)\splus\s(?=\w{8}))"
    r"|(?P<slash>(?:\s|(?<=\s))(?:slash|barre\soblique|forward\sslash)\s|\s?\\\s?|(?<=[a-z])\s/\s?(?=\w)|(?<=[a-z])\s?/\s(?=[\w+~#]))"
    r"|(?P<dash>\s(?:tiret|dash|hyphen|trait\sd'union)\s)"
    r"|(?P<scheme>(?<=http|ttps|hxxp|xxps)\s?:\s?/\s?/\s?)"
    r"|(?P<colon>(?<=https)\s?(?:deux\spoints|colon)\s?)"
)
_SHOWN = {
    "at": "@",
    "dot": ".",
    "under": "_",
    "slash": "/",
    "invite": "/+",
    "dash": "-",
    "colon": ":",
    "scheme": "://",
}
_LIKELY = re.compile(
    r"(?<=\w)(?:\s(?:point|dot|punto)\s|\s?·\s?|\s[.,]\s)(?=[\w+])|(?<=\d)\s(?:virgule|comma)\s(?=\d)"
)
_FRACTION = re.compile(r"\d{3}")
_PLUS = re.compile(r"(?<=/)\s?plus\s(?=\w{8})")
_HOSTS = re.compile(
    r"(?<!\w)(?:t|wa|telegram|signal|discord|whatsapp|chat|snapchat|instagram|facebook|fb|threema|tiktok|twitter|x|linktr|maps|google|www)$"
)
_ENDINGS = frozenset(
    [
        "e",
        "es",
        "s",
        "ne",
        "nes",
        "ere",
        "eres",
        "rice",
        "rices",
        "se",
        "ses",
        "le",
        "les",
        "fe",
        "ve",
        "ves",
        "te",
        "tes",
        "ale",
        "ales",
        "if",
        "ifs",
        "x",
        "eux",
        "euse",
        "euses",
        "trice",
    ]
)
_CHANNEL = re.compile(
    r"(?<!\w)(?:snap\w{0,4}|insta\w{0,4}|telegram\w{0,2}|tg|signal|wickr|discord|tiktok|twitter|x)(?!\w)[^.!?\n]{0,50}$"
)
_CHANNEL_AFTER = re.compile(
    r"[\w.]{2,20}\W{1,3}(?:(?:sur|on|via|dans|in|un|a|an|the|la|le|compte|recherche)\s){0,3}"
    r"(?:snap\w{0,4}|insta\w{0,4}|telegram\w{0,2}|tg|signal|wickr|disc|discord|tiktok|tik\stok|twitter|x|ig)(?!\w)"
)
_AT_AHEAD = re.compile(r"[\w.·-]{1,30}@\w")
_NO_MAILBOX = frozenset(
    [
        "sous",
        "avec",
        "contact",
        "compte",
        "pseudo",
        "account",
        "under",
        "with",
        "name",
        "user",
        "profil",
        "profile",
        "utilisateur",
        "nomme",
    ]
)
_WORD_AFTER = re.compile(r"\w+")
# Words that stand for a sign and for little else.
SIGN_WORDS = (
    "arobase",
    "arrobase",
    "arobas",
    "underscore",
    "tiret",
    "tiret bas",
    "slash",
    "dash",
    "hyphen",
    "barre oblique",
    "barre basse",
)
# What no match of _SURE does without: a sign, or a word of these; and how far it reaches from there.
_SIGN = re.compile(r"[\[({<|_/\\]")
_SAID = (
    "arobas", "arrobas", "a commercial", "under", "tiret", "trait", "barre", "souligne", "slash", "dash", "hyphen", "points", "colon",
)  # fmt: skip
_BEFORE, _AFTER = 16, 48
# The same of _LIKELY.
_DOT_SAID = ("point", "dot", "punto", "·", "virgule", "comma")
_APART = re.compile(r"[.,](?<=\s.)(?=\s)")
_DOT_WORDS = ("point", "dot", "punto")
_LOOSE = (" , ", " . ", "·")  # signs of a dot only where an address goes on
_MARKS = (
    "(.)", "[.]", "(at)", "[at]", "(a)", "[a]", "(@)", "[@]", "(dot)", "[dot]", "(point)", "[point]", "(arobase)", " _ ", *_LOOSE,
)  # fmt: skip


def signed(text: str, folded: str) -> Iterator[Edit]:
    """Signs in plain form, in order."""
    spots = [match.span() for match in _SIGN.finditer(folded)]
    for word in _SAID:
        at = folded.find(word)
        while at >= 0:
            spots.append((at, at + len(word)))
            at = folded.find(word, at + 1)
    spots.sort()
    edits = [
        Edit(m.start(), m.end(), _SHOWN[m.lastgroup])
        for m in around(_SURE, folded, spots, _BEFORE, _AFTER)
        if m.lastgroup
    ]
    if "plus" in folded:
        edits += (Edit(m.start(), m.end(), "+") for m in _PLUS.finditer(folded))
    # At the beginning of an account the sign stands by itself.
    edits = [Edit(e.start, e.end, f" {e.shown}") if e.shown == "@" and _opens(text, e) else e for e in edits]
    if not any(word in folded for word in _DOT_SAID) and not _APART.search(folded):
        return iter(sorted(edits))
    ends = {e.end for e in edits}
    chain = -99
    for match in _LIKELY.finditer(folded):
        low, high = match.span()
        if chain <= low and (
            (low - chain < 40 and " " not in text[chain:low])
            or _goes_on(text, folded, low, high)
            or any(low - 40 < spot <= low and " " not in text[spot:low] for spot in ends)
        ):
            edits.append(Edit(low, high, "."))
            chain = high
    return iter(sorted(edits))


def _opens(text: str, edit: Edit) -> bool:
    """Whether no name stands before the sign: "contact [at]name"."""
    before = text[: edit.start + 1].rstrip()
    return (
        not before
        or (
            text[edit.start].isspace()
            and text[edit.start : edit.end].strip()[:1] not in "[({<|"
            and not _named(before)
        )
        or not (before[-1].isalnum())
    )


def _named(before: str) -> bool:
    """Whether the last word may be the name of a mailbox: with a figure or a sign in it, or long."""
    word = before.rsplit(None, 1)[-1]
    return len(word) > 3 and word.islower() and word not in _NO_MAILBOX


def _goes_on(text: str, folded: str, low: int, high: int) -> bool:
    """Whether the dot at [low, high) leads to a domain, or stands in the name of an account."""
    if text[low - 1 : low].isdecimal() and _FRACTION.match(folded, high):
        return True
    word = _WORD_AFTER.match(folded, high)
    after = word.group() if word else ""
    if text[low:high].strip() == "·" and after in _ENDINGS:
        return False
    return (
        _HOSTS.search(folded, max(0, low - 12), low) is not None
        or after in ("i2p", "onion")
        or leads_to_host(text, high)
        or "@" in text[max(0, low - 60) : low]
        or _AT_AHEAD.match(text, high) is not None
        or _CHANNEL.search(folded[max(0, low - 70) : low]) is not None
        or _CHANNEL_AFTER.match(folded, high) is not None
    )


def sign_spots(text: str, folded: str) -> Iterator[tuple[int, int]]:
    """Where a sign in disguise may stand."""
    yield from words_at(folded, SIGN_WORDS)
    for start, end in words_at(folded, _DOT_WORDS):
        if folded[end : end + 1].isspace() and _goes_on(text, folded, start - 1, end + 1):
            yield start, end
    for start, end in marks_at(folded, _MARKS):
        if folded[start:end] not in _LOOSE or _goes_on(text, folded, start, end):
            yield start, end
