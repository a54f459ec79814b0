"""Characters that stand for others: other digits and letters, marks under letters, entities, invisible signs, tags.

In: a view. Out: edits that show the plain characters.
Read: whatever Unicode itself says is a digit or a compatible form of a Latin letter; the letters and signs below, which
it does not say. Left out: what a sign means in a number (O for 0: `series`), which needs its neighbours.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from vigie.redact.views import Edit
from vigie.text.normalise import beyond_ascii

# Letters of other alphabets that look like Latin letters or figures.
_ALIKE = dict(
    zip(
        "аеорсухіїјѕԁһԛԝьАВЕКМНОРСТХУІЈЅԌЗзбԚԜ"
        + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονακιρτυχγεηω"
        + "ɑɡıɩʟᴀʙᴄᴅᴇꜰɢʜɪᴊᴋᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
        "aeopcyxiijsdhqwbABEKMHOPCTXYIJSG336QW"
        + "ABEZHIKMNOPTYXovakiptuxyenw"
        + "agiilabcdefghijkmnoprstuvwyz",
        strict=True,
    )
)
_MIXED = re.compile("[^\\W_]*[" + "".join(c for c in _ALIKE if "\u0370" <= c <= "\u0530") + "][^\\W_]*")
_FOREIGN = re.compile("[\u0370-\u052f]")
_LATIN = re.compile("[A-Za-z]")
# Signs of typography and letters of the Latin alphabets: their presence says nothing.
_COMMON = re.compile(
    "[\u00a0-\u00ac\u00ae-\u0130\u0132-\u024f\u1e00-\u1eff\u2000-\u200a\u2010-\u203a\u20a0-\u20bf\u2116\u2122\u2190-\u22ff\u25a0-\u2775"
    "\u2794-\u27bf\u2b00-\u2bff\ufe0f\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
)
_SMALL = "¹²³"  # alone they are square metres and notes
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}[1-4]?);?")
_BYTES = re.compile(r"(?<=[\w/.%=+@:-])(?:%[2-7][0-9A-Fa-f])+")
_TAG = re.compile(
    r"</?(?:a|b|big|br|code|del|div|em|font|h[1-6]|i|ins|kbd|li|mark|p|pre|s|small|span|strong|sub|sup|td|tr|tt|u|ul|wbr)"
    r"(?:\s(?![^<>]*(?:href|src)\s*=)[^<>]{0,200})?\s?/?>|<!--.{0,80}?-->",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"`{1,3}|\*\*|__(?=\w)|(?<=\w)__|~~|\|\|(?=\S)|(?<=\S)\|\|")
_ESCAPED = re.compile(r"\\(?:u00([0-7][0-9a-fA-F])|x([2-7][0-9a-fA-F]))")
_PICTURE = "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U0001f000-\U0001faff]"
# Pictures between two letters or figures of one word; at the end of a word they are ornaments or cues.
PICTURES = re.compile(rf"(?<=[\w@.]){_PICTURE}{{1,4}}(?=[\w@]|\.\w)|(?<=[\w] ){_PICTURE}{{1,3}}(?= \w)")


@cache
def _shown(char: str) -> str | None:
    """What the character stands for; None: itself."""
    if _MARKS.match(char) or unicodedata.category(char) == "Cf":
        return ""
    if char in _ALIKE and not _FOREIGN.match(char):
        return _ALIKE[char]
    code = ord(char)
    for first in (0x1F130, 0x1F150, 0x1F170):  # squared, negative circled, negative squared
        if first <= code < first + 26:
            return chr(ord("A") + code - first)
    figure = unicodedata.digit(char, None)
    if figure is not None:
        return str(figure)
    value = unicodedata.numeric(char, None)
    if value is not None:  # ⑩, but not ½
        return (
            str(int(value))
            if 10 <= value <= 99 and value == int(value) and "\u2460" <= char <= "\u27ff"
            else None
        )
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain != char and plain.isascii() and plain.strip() and len(plain) <= 4 else None


def strange(text: str) -> bool:
    """Whether a character of the text may stand for another; cheap, since texts share their few strange characters."""
    others = beyond_ascii(text)
    return any(not _COMMON.match(char) for char in others) or sum(char in _SMALL for char in others) > 1


def decoded(text: str) -> Iterator[Edit]:
    """Edits of all strange characters, in order."""
    table = {char: new for char in beyond_ascii(text) if (new := _shown(char)) is not None}
    if "\u20e3" not in table:
        table.pop("\ufe0f", None)  # beside pictures it says nothing
    edits: list[Edit] = []
    if table:
        pattern = re.compile("[" + "".join(map(re.escape, table)) + "]")
        edits += (Edit(m.start(), m.end(), table[m.group()]) for m in pattern.finditer(text))
    if _FOREIGN.search(text):
        foreign, latin = len(_FOREIGN.findall(text)), len(_LATIN.findall(text))
        for word in _MIXED.finditer(text):
            alien = _FOREIGN.findall(word.group())
            if all(c in _ALIKE for c in alien) and (4 * foreign < latin or len(alien) < len(word.group())):
                edits += (Edit(n, n + 1, _ALIKE[text[n]]) for n in range(*word.span()) if text[n] in _ALIKE)
    return iter(sorted(edits))


def marked_up(text: str) -> Iterator[Edit]:
    """Edits of entities, escapes, tags and signs of Markdown, in order."""
    edits: list[Edit] = []
    if "&" in text:
        for match in _ENTITY.finditer(text):
            shown = html.unescape(match.group())
            if shown != match.group():
                edits.append(Edit(match.start(), match.end(), " " if shown.isspace() else shown))
    if "%" in text:
        for match in _BYTES.finditer(text):
            codes = match.group()
            shown = "".join(chr(int(codes[n + 1 : n + 3], 16)) for n in range(0, len(codes), 3))
            edits.append(Edit(match.start(), match.end(), shown))
    if "\\" in text:
        edits += (
            Edit(m.start(), m.end(), chr(int(m.group(1) or m.group(2), 16))) for m in _ESCAPED.finditer(text)
        )
    if "<" in text:
        edits += (Edit(m.start(), m.end(), "") for m in _TAG.finditer(text))
    edits += (Edit(m.start(), m.end(), "") for m in _MARKDOWN.finditer(text))
    return iter(sorted(edits))
