"""The field of ways of buying: what its words state, each code once.

In: the redacted text and where the field stands. Out: codes with their spans. Words: data/lexicons/<lang>/modalities.toml, and those of
data/grammar/field_note.toml that state a way only where nothing else is asked for ("rue", "espèces", "on tick").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from vigie.extract.modality import modalities_of_field
from vigie.lexicon.grammar import alternation
from vigie.lexicon.note_fields import words
from vigie.text.normalise import fold


def ways_in(text: str, lang: str, start: int, end: int) -> dict[str, tuple[int, int]]:
    """Code -> [start, end) in the text, in the order of reading; {} where no way is known."""
    found: dict[str, tuple[int, int]] = {}
    for mention in modalities_of_field(text, lang, start, end):
        found.setdefault(f"{mention.family}:{mention.code}", (mention.start, mention.end))
    for match in _way(lang).finditer(fold(text[start:end])):
        code, span = _code_of(lang)[match.group()], (start + match.start(), start + match.end())
        family = code.partition(":")[0]
        if not any(a < span[1] and span[0] < b and c.startswith(family) for c, (a, b) in found.items()):
            found.setdefault(code, span)
    return found


@cache
def _code_of(lang: str) -> Mapping[str, str]:
    return {word: code for code, listed in words()["buying"][lang].items() for word in listed}


@cache
def _way(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){alternation(_code_of(lang))}(?![\w-])")
