"""Contacts written to deceive: where a text may hold one, and the views in which it stands plain.

In: text. Out: views (`views`), few and short; `plain` shows look-alikes of one code point in place.
Built only where something odd stands, so that plain text pays next to nothing. Left out: letters of other alphabets in a
text of that alphabet; invisible characters, which the readers take away too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from vigie.redact import characters, joined
from vigie.redact.around import around, windows
from vigie.redact.shape import shape
from vigie.redact.signs import sign_spots, signed
from vigie.redact.spans import placeholder_spans
from vigie.redact.views import Edit, View
from vigie.redact.words import words_at
from vigie.text.normalise import beyond_ascii, fold

_STRANGE = re.compile(
    "[\uff01-\uff5e\U0001d400-\U0001d7ff\u2460-\u2473\u24b6-\u24e9\u0660-\u0669\u06f0-\u06f9]"
)
_PICTURE = "[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U0001f000-\U0001faff]"
_DISGUISE = re.compile(f"{_STRANGE.pattern}|{_PICTURE}")
# Pictures between two figures part a number; elsewhere they may be a cue ("👉 account") and stay.
_BETWEEN = re.compile(rf"(?<=\d){_PICTURE}{{1,4}}(?=\d)|(?<=\d[ ]){_PICTURE}{{1,3}}(?=[ ]\d)")
_REACH = 160  # code points on either side of something odd that a view shows
_MARKUP = re.compile(r"&[#a-zA-Z]|`|\*\*|<[/a-zA-Z!]|%[2-7][0-9A-Fa-f]|__|~~|\|\||\\[ux]")
_MARKUP_SIGNS = frozenset("&`*<%_~|\\")
# What odd separators hold, each rare in plain text and quick to find; the pattern decides.
_RARE = frozenset("_|*·•~\\^=→\t…#–—")
_PLAIN = bytes(code for code in range(128) if chr(code).isalnum() or chr(code) in " \n,.'-?")
# Each with the signs that it cannot do without.
_PAIRED = (
    (re.compile(r"\)\s?\("), frozenset("()")),
    (re.compile(r"\]\s?\["), frozenset("[]")),
    (re.compile(r"/(?<=\s/)(?=\s)"), frozenset("/")),
)
_WIDE = re.compile(r"  ")
_ODD = re.compile(
    r"[^\W_]\s?(?:[_|*·•~\\^=→]|\)\s?\(|\]\s?\[|\t|…|  )\s{0,3}[^\W_]|\d(?:\s?[–—]\s?|\s/\s)\d+(?:\s?[–—]\s?|\s/\s)\d|#[^\W\d_]{2}"
)
_LINE_END = re.compile(r"\n(?<=[\w@/+:_=\-….]\n)(?=\S)")
_OPENS_LINE = "-–—«\"“'‘•*>("
_EVIDENCE = re.compile(r"[@_]|://|www|\d[A-Za-z]|[A-Za-z]\d|\.[a-z]{2,5}\b|\d{4}")
# The word of a channel with figures for letters, or letter by letter.
_LEET = {
    "a": "[a@4]",
    "e": "[e3€]",
    "i": "[i1!l]",
    "o": "[o0]",
    "s": "[s5$]",
    "t": "[t7+]",
    "l": "[l1|]",
    "g": "[g9]",
    "r": "r",
}
_LEET_CUES = (
    "snapchat", "snap", "instagram", "insta", "telegram", "signal", "wickr", "threema", "session", "discord", "tiktok", "whatsapp",
    "twitter", "facebook", "whats", "bitcoin", "monero", "ethereum", "litecoin",
)  # fmt: skip
_LEET_CUE = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(f"(?P<w{n}>" + "".join(_LEET.get(c, c) for c in cue) + ")" for n, cue in enumerate(_LEET_CUES))
    + r")(?![^\W_])"
)
_LEET_SPOT = re.compile(r"[@$!€0-9](?:(?<=[a-z].)(?=[a-z@$0-9])|(?<!\w.)(?=[a-z]{3}))")
_CHANNEL = re.compile(
    r"(?i)(?<!\w)(?:snap(?:chat)?|insta(?:gram)?|t[ée]l[ée]?gram(?:me)?|tg|signal|wickr|threema|session|discord|tiktok|whatsapp|twitter|ig|x|tele)(?!\w)"
)
_LAST_AND = re.compile(r"[\s,;:(…–-]+(?:et|and)$")
_HALF = re.compile(r"[@_]|^[._]\w|://|\w[./]\w|\d{3}|[A-Z]-?\d|\d-?[A-Z]|\w:\w")
_CHUNK = re.compile(r"[A-Za-z]\d(?<=\w\w)")
# Letters, and what may stand for one in a word; the question mark is what is outside Latin-1.
_SPOTS = bytes(
    97 if chr(code).isalpha() and code < 128 else 48 if chr(code) in "@$!0123456789?" else 32
    for code in range(256)
)
_MEETING = re.compile(rb"a0")
_OPENING = re.compile(rb"0aaa")
_CLASSES = bytes(97 if chr(code).isalnum() and code != 63 else 32 for code in range(256))
# Four words of one character at equal distances, over classes of characters.
_SINGLES = re.compile(rb"(?= (?:a a a a|a  a  a  a|a   a   a   a) )")
_SINGLE = (re.compile(rb" a a a a "), re.compile(rb" a  a  a  a "), re.compile(rb" a   a   a   a "))
_CHANNEL_WORDS = (
    "snap", "snapchat", "insta", "instagram", "telegram", "telegramme", "tg", "signal", "wickr", "threema", "session", "discord",
    "tiktok", "whatsapp", "twitter", "ig", "x", "tele",
)  # fmt: skip
_LIKE_LETTERS = frozenset(
    "\u0130\u0131\u017f\u212a"
)  # to _CHANNEL, which passes over case, they are i, s and k


def plain(text: str) -> str:
    """`text` without those disguises; the same object when there is none."""
    if not any(_DISGUISE.match(char) for char in beyond_ascii(text)):
        return text
    shown = _STRANGE.sub(_as_written, text)
    return _BETWEEN.sub(lambda found: "·" * len(found.group()), shown)


def _as_written(found: re.Match[str]) -> str:
    letter = unicodedata.normalize("NFKC", found.group())
    if len(letter) == 1 and letter.isdecimal():
        return str(unicodedata.decimal(letter))
    return letter if len(letter) == 1 else found.group()


def views(text: str, folded: str) -> Iterator[View]:
    """The views of all stretches in which something odd stands."""
    odd = sorted(_odd(text, folded))
    if not odd:
        return
    for start, end in placeholder_spans(text):  # what stands there is no part of a contact and no cue
        text = text[:start] + "\ue000" * (end - start) + text[end:]
    for low, high in windows(odd, _REACH, _REACH, len(text)):
        while low and not text[low - 1].isspace():
            low -= 1
        while high < len(text) and not text[high].isspace():
            high += 1
        yield from _views(View.of(text, low, high))


def _views(view: View) -> Iterator[View]:
    # Entities first: they may stand for strange characters.
    shown = view.edited(characters.marked_up(view.text)) or view
    shown = shown.edited(characters.decoded(shown.text)) or shown
    if shown is not view:
        yield replace(shown, loose=len(_CHANNEL.findall(shown.text)) > len(_CHANNEL.findall(view.text)))
    text = shown.text
    folded = fold(text)
    cues = [
        Edit(m.start(), m.end(), _LEET_CUES[int(m.lastgroup[1:])])
        for m in _LEET_CUE.finditer(folded)
        if m.lastgroup and m.group() != _LEET_CUES[int(m.lastgroup[1:])]
    ]
    plainly = shown.edited(cues)
    if plainly:
        shown = replace(plainly, loose=True)
        yield shown
        text = shown.text
        folded = fold(text)
    worded = shown.edited(joined.worded(text))
    if worded:  # a word that only this view shows announces codes that are written plainly
        yield replace(worded, loose=True)
    channels = -1  # counted where it is asked
    for edits in (
        joined.spelled(text),
        joined.pictured(text, ""),
        joined.pictured(text, " "),
        joined.regrouped(text, " "),
        joined.regrouped(text, ""),
        joined.unlinked(text),
        joined.relined(text, ""),
        joined.relined(text, " "),
        joined.rechunked(text),
        joined.banked(text),
        joined.reunited(text, folded),
        signed(text, folded),
    ):
        made = shown.edited(edits)
        if made:
            again = made.edited(signed(made.text, fold(made.text)))
            if again:
                yield again
            # A channel word that only the view shows announces accounts that are written plainly.
            if channels < 0:
                channels = len(_CHANNEL.findall(text))
            yield replace(made, loose=True) if len(_CHANNEL.findall(made.text)) > channels else made


def _odd(text: str, folded: str) -> Iterator[tuple[int, int]]:
    """Where something odd stands."""
    others = beyond_ascii(text)
    if others and characters.strange(text):
        yield from ((edit.start, edit.end) for edit in characters.decoded(text))
    signs = text.encode("latin-1", "replace").translate(None, _PLAIN)
    if signs or others or "  " in text:
        yield from _odd_signs(text, others.union(signs.decode("latin-1")))
    yield from _singles(text)
    yield from _leet_and_chunks(text, folded)
    yield from sign_spots(text, folded)
    channels = bool(words_at(folded, _CHANNEL_WORDS)) or not others.isdisjoint(_LIKE_LETTERS)
    for end in _LINE_END.finditer(text):
        after = text[end.end()]
        if text[end.start() - 1] == "." and (after.isupper() or after in _OPENS_LINE):
            continue  # the end of a sentence
        beside = text[max(0, end.start() - 40) : end.end() + 40]
        if _EVIDENCE.search(beside) or (channels and _CHANNEL.search(beside)):
            yield end.span()
    if shape(text).country_digits:
        for edit in joined.banked(text):
            yield edit.start, edit.end
    for start, stop in words_at(folded, joined.CLAUSE_WORDS):
        if _halves(text[max(0, start - 40) : start], text[stop : stop + 24], channels):
            yield start, stop


def _odd_signs(text: str, signs: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The same, where `signs` are what the text has beside letters, figures and the commonest marks."""
    if not signs.isdisjoint(_MARKUP_SIGNS):
        yield from (m.span() for m in _MARKUP.finditer(text))
    odd = [m.span() for pattern, needed in _PAIRED if needed <= signs for m in pattern.finditer(text)]
    odd += (m.span() for m in _WIDE.finditer(text))
    for sign in signs & _RARE:
        at = text.find(sign)
        while at >= 0:
            odd.append((at, at + 1))
            at = text.find(sign, at + 1)
    if odd:
        yield from (m.span() for m in around(_ODD, text, sorted(odd), 4, 40))
    if any(char >= "\u2190" for char in signs):
        yield from (m.span() for m in characters.PICTURES.finditer(text))


def _leet_and_chunks(text: str, folded: str) -> Iterator[tuple[int, int]]:
    """Where a word may stand with signs for letters, and where chunks of one size do."""
    classes = folded.encode("latin-1", "replace").translate(_SPOTS)
    if b"0" not in classes:
        return
    meetings = [place.start() for place in _MEETING.finditer(classes)]
    for place in sorted([*(at + 1 for at in meetings), *(m.start() for m in _OPENING.finditer(classes))]):
        if _LEET_SPOT.match(folded, place):
            low = place
            while low and not folded[low - 1].isspace() and place - low < 10:
                low -= 1
            if _LEET_CUE.search(folded, low, place + 11):
                yield place, place + 1
    for place in meetings:
        if joined.LEET_SPOT.match(text, place):
            yield place, place + 2
        head = _CHUNK.match(text, place)
        if head and any(True for _ in joined.rechunked(text[max(0, place - 26) : head.end() + 80])):
            yield head.span()


def _halves(before: str, after: str, channels: bool) -> bool:
    """Whether the words on both sides may be halves of one contact."""
    before = _LAST_AND.sub("", before.rstrip(" \t\n\u00a0,;:(…–-"))
    one, two = before.split()[-1:], after.split(maxsplit=1)[:1]
    return _may_be_halves(one[0] if one else "", two[0] if two else "", before if channels else "")


def _may_be_halves(one: str, two: str, before: str) -> bool:
    return (
        _HALF.search(one) is not None
        or _HALF.search(two) is not None
        or (any(map(str.isdecimal, one)) and any(map(str.isdecimal, two)))
        or (before != "" and _CHANNEL.search(before) is not None)
    )


def _singles(text: str) -> Iterable[tuple[int, int]]:
    classes = b" " + text.encode("latin-1", "replace").translate(_CLASSES) + b" "
    if any(pattern.search(classes) for pattern in _SINGLE):
        return ((m.start(), m.start() + 1) for m in _SINGLES.finditer(classes))
    return ()
