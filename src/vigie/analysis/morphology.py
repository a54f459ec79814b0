"""Words that are built like names of new substances: 4-XMC, -nitazene, -azolam.

In: a folded word. Out: the form it has, with its weight. Data: data/terms/morphology.toml, each form with names that have it and
words that only look like it. Left out: names of the street, which have no form; whether the lexicon knows the word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from vigie.lexicon.terms import data_toml
from vigie.model.errors import LexiconError
from vigie.text.normalise import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way of building names.

    Attributes:
        id: family of substances that the form tells, or "code".
        weight: 1 = hardly any other word has the form.
        hit, miss: names that have it, words that have not.
    """

    id: str
    pattern: re.Pattern[str]
    weight: float
    reason: str
    hit: tuple[str, ...]
    miss: tuple[str, ...]


@cache
def forms() -> tuple[Form, ...]:
    """All forms, the surest first. Raises LexiconError for one that cannot be used."""
    found = []
    for row in data_toml("terms", "morphology.toml")["pattern"]:
        try:
            form = Form(
                id=row["id"],
                pattern=re.compile(row["pattern"]),
                weight=float(row["weight"]),
                reason=row["reason"],
                hit=tuple(row["hit"]),
                miss=tuple(row["miss"]),
            )
        except (KeyError, re.error) as error:
            raise LexiconError(f"data/terms/morphology.toml: {row.get('id', '?')}: {error}") from error
        found.append(form)
    return tuple(sorted(found, key=lambda form: -form.weight))


@lru_cache(maxsize=50_000)
def form_of(word: str) -> Form | None:
    """The surest form that a word has; its parts may be joined by spaces or hyphens, in any case."""
    joined = "-".join(fold(word).replace("-", " ").split())
    return next((form for form in forms() if form.pattern.fullmatch(joined)), None)
