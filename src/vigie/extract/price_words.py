"""The small words around prices, as pieces of regular expressions.

In: a language and the name of a list of data/grammar/prices.toml. Out: the words, or a group that ends with its space.
"""

from __future__ import annotations

import re
from functools import cache

from vigie.extract.conjugate import conjugated
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


@cache
def verbs_of_price(lang: str) -> str:
    """A group of the verbs that a bare sum may follow, in any third person, with the preposition of those that need one."""
    verbs = data_toml("grammar", "prices.toml")[lang]["verbs"]
    plain, led = (alternation(_said(verbs[key], lang)) for key in ("plain", "with_at"))
    return rf"(?:{plain}[ ]|{led}[ ]{'a' if lang == 'fr' else '(?:at|for)'}[ ])"


@cache
def counting_verbs(lang: str) -> str:
    """A group of the verbs that count things after a pronoun: "il en vendait 30"; never matches where there are none."""
    table = data_toml("grammar", "prices.toml")[lang].get("counted", {"verbs": []})
    forms = _said(table["verbs"], lang)
    return alternation(forms) if forms else r"(?!)"


def _said(verbs: list[str], lang: str) -> list[str]:
    """The forms of verbs; in French with the first person of the imperfect ("je la revendais")."""
    forms = [form for verb in verbs for form in conjugated(verb, lang)]
    return [
        *forms,
        *(form.removesuffix("t") + "s" for form in forms if lang == "fr" and form.endswith("ait")),
    ]
