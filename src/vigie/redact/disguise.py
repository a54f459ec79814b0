"""Characters that look like others: mathematical and full-width letters and figures, emoji between figures.

In: text. Out: the same text in plain characters, one code point for one code point, so that offsets hold.
Left out: letters of other alphabets that look Latin; invisible characters, which the readers take away.
"""

from __future__ import annotations

import re
import unicodedata

from vigie.text.normalise import beyond_ascii

_STRANGE = re.compile(
    "[\uff01-\uff5e\U0001d400-\U0001d7ff\u2460-\u2473\u24b6-\u24e9\u0660-\u0669\u06f0-\u06f9]"
)
_PICTURE = "[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U0001f000-\U0001faff]"
_DISGUISE = re.compile(f"{_STRANGE.pattern}|{_PICTURE}")
# Pictures between two figures part a number; elsewhere they may be a cue ("👉 account") and stay.
_BETWEEN = re.compile(rf"(?<=\d){_PICTURE}{{1,4}}(?=\d)|(?<=\d[ ]){_PICTURE}{{1,3}}(?=[ ]\d)")


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
