"""Repair and folding.

`repair` may change the length of a text and runs once, in the readers. `fold` never changes it: position i of the
folded text is position i of the text, so that a match found in one is evidence in the other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import ftfy

_MANY = 60  # distinct characters outside ASCII, from which one table is faster than replacements
_FTFY = ftfy.TextFixerConfig(
    unescape_html="auto", remove_terminal_escapes=True, fix_latin_ligatures=True, fix_character_width=True,
    uncurl_quotes=False, fix_line_breaks=True, fix_surrogates=True, remove_control_chars=True,
    normalization="NFC", explain=False,
)  # fmt: skip
# Controls but tabs and line ends, and marks that turn the direction of what follows.
_UNSEEN = dict.fromkeys(
    [*range(9), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb]")


# Text of which `repair` changes nothing, as most is: ASCII without "&" (entities) and controls, and characters of French and English
# between ASCII ones or in the few pairs that these languages have. Mojibake is pairs of others ("Ã©", "â€™", "Å“").
_LOW = "\u00e0\u00e2\u00e7\u00e8\u00e9\u00ea\u00eb\u00ee\u00ef\u00f4\u00f6\u00f9\u00fb\u00fc"
_ALONE = (
    _LOW
    + "\u00a0\u00a3\u00ab\u00b0\u00bb\u00c0\u00c7\u00c8\u00c9\u00ca\u00cb\u00ce\u00d4\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac\u202f"
    + "\u00e1\u00ed\u00f1\u00f3\u00b5"
)
_CLEAN = re.compile(
    r"(?:[\n\t -%'-~]++"  # possessive: what fails, fails at once
    rf"|[{_ALONE}](?=[\n\t -%'-~]|\Z)"
    r"|(?<!\u00e2 )[\u0152\u0153](?=[\n\t -%'-~]|\Z)"  # ftfy takes "\u00e2 \u0153" for a pictogram
    rf"|[{_LOW}](?=[{_LOW}\u00a0\u202f])"
    r"|\u2019(?=[\u00e0\u00e2\u00e8\u00e9\u00ea\u00ee\u00f4\u00c0\u00c8\u00c9\u00ca\u00ce\u0152\u0153])"
    r"|\u00ab(?=[\u00a0\u202f])|\u00a0(?=[\u00bb\u20ac\u2013\u00ab])|\u202f(?=[\u00bb\u20ac])|[\u2013\u20ac\u00bb](?=\u00a0))*+"
)


def repair(text: str) -> str:
    """Undo mojibake, stray control and invisible characters; NFC; lines end in \\n."""
    if _CLEAN.fullmatch(text):
        return text
    fixed = ftfy.fix_text(text, _FTFY)
    return _INVISIBLE.sub("", fixed).replace("\r\n", "\n").replace("\r", "\n")


def typed(text: str) -> str:
    """What somebody wrote into a field, without what they cannot see there; lines end in \\n."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSEEN)


def _fold_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in [
        *range(0x41, 0x5B),
        *range(0xC0, 0x250),
        *range(0x1E00, 0x1F00),
        *range(0x370, 0x400),
        *range(0x400, 0x460),
    ]:
        lower = chr(code).lower()
        base = unicodedata.normalize("NFD", lower)[0] if len(lower) == 1 else lower[0]
        if base != chr(code):
            table[code] = base
    table.update({ord(c): "'" for c in "’‘ʼ´`′"})
    table.update({ord(c): '"' for c in "“”„«»"})
    table.update({ord(c): "-" for c in "‐‑‒–—−"})
    table.update({ord(c): " " for c in "\u00a0\u202f\u2009\u2007\u2008\u200a\u2002\u2003\t"})
    table[ord("¤")] = "€"  # what a Latin-1 page makes of the euro sign of ISO 8859-15
    return table


_FOLD = _fold_table()
_FOLD_ASCII = bytes(ord(_FOLD.get(code, chr(code))) for code in range(128)) + bytes(range(128, 256))
_FOLD_LATIN = bytes(
    ord(base) if (base := _FOLD.get(code, chr(code))) <= "\xff" else code for code in range(256)
)
_ASCII = bytes(range(128))


@lru_cache(maxsize=64)
def beyond_ascii(text: str) -> frozenset[str]:
    """The distinct characters of the text that are not ASCII."""
    if text.isascii():
        return frozenset()
    rest = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return frozenset(rest.decode("utf-8", "surrogatepass"))


def fold_word(word: str) -> str:
    """`fold` of something short, which is not remembered."""
    return word.translate(_FOLD)


@lru_cache(maxsize=64)
def fold(text: str) -> str:
    """Lower case without accents, plain quotes, dashes and spaces; one code point for one code point.

    "œ" and "ß" stay as they are: they have no one-letter form. The last results are remembered, because every
    finder folds the same document.
    """
    others = beyond_ascii(text)
    if len(others) > _MANY:
        return text.translate(_FOLD)
    wide = False  # whether something stays that is outside Latin-1
    for char in others:
        if char > "\xff" or char == "¤":
            base = _FOLD.get(ord(char), char)
            wide = wide or base > "\xff"
            if base != char:
                text = text.replace(char, base)
    # The rest in one pass over the bytes, several times faster than a look-up for every character, and the same result
    # (no character of the table folds to another).
    if not wide:
        return text.encode("latin-1").translate(_FOLD_LATIN).decode("latin-1")
    folded = text.encode("utf-8", "surrogatepass").translate(_FOLD_ASCII).decode("utf-8", "surrogatepass")
    for char in others:
        if char <= "\xff":
            folded = folded.replace(char, _FOLD.get(ord(char), char))
    return folded
