"""E-mail addresses and links.

In: text. Out: removals of kind "email" or "url".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.redact.spans import Removal

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w+-][\w.+-]{0,63}@[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){0,5}\.[a-zA-Z]{2,24}\b"
)
_URL = re.compile(r"(?i)(?<!\w)(?:(?:https?|hxxps?|ftp)://|www\d?\.)[^\s<>\"«»]{2,2000}")


def find_links(text: str) -> Iterator[Removal]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Removal(match.start(), match.end(), "email")
    for match in _URL.finditer(text):
        end = match.end()
        while text[end - 1] in ".,;:!?)]'’":
            end -= 1
        yield Removal(match.start(), end, "url")
