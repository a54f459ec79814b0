"""The small words around prices, as pieces of regular expressions.

In: a language and the name of a list of data/grammar/prices.toml. Out: the words, or a group that ends with its space.
"""

from __future__ import annotations

import re
from functools import cache

from vigie.lexicon.grammar import alternation
from vigie.lexicon.terms import data_toml


@cache
def price_words(lang: str, key: str) -> tuple[str, ...]:
    """The words of one list, folded."""
    return tuple(data_toml("grammar", "prices.toml")[lang][key])


@cache
def any_of(lang: str, key: str) -> str:
    """A group of the words of one list, longest first."""
    return alternation(price_words(lang, key))


@cache
def leading(lang: str, key: str) -> str:
    """The same, each word followed by its space unless it ends in an apostrophe."""
    ordered = sorted(set(price_words(lang, key)), key=lambda w: (-len(w), w))
    spaced = (
        re.escape(w).replace(r"\ ", r"[ \n]+") + (r"[ \n]+" if w[-1].isalnum() else r"[ ]*") for w in ordered
    )
    return f"(?:{'|'.join(spaced)})"
