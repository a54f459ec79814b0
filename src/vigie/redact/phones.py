"""Telephone numbers.

In: text. Out: removals of kind "phone".
"""

from __future__ import annotations

from collections.abc import Iterator

import phonenumbers

from vigie.redact.spans import Removal


def find_phones(text: str, lang: str) -> Iterator[Removal]:
    region = "GB" if lang == "en" else "FR"
    for match in phonenumbers.PhoneNumberMatcher(text, region, phonenumbers.Leniency.VALID):
        yield Removal(match.start, match.end, "phone")
