"""Entries of the lexicons that answer a query: what `vigie lexicon show` prints.

In: a word as written ("teuch"), or an id ("cannabis-resin"). Out: Terms, in file order.
"""

from __future__ import annotations

from importlib import resources

from vigie.lexicon.matcher import expand
from vigie.lexicon.terms import Term, load_terms
from vigie.text.normalise import fold


def show(query: str, lang: str) -> list[Term]:
    """Terms of one language whose id is the query, or one of whose surfaces is; else those that contain it."""
    wanted = fold(query.strip()).replace("-", " ")
    if not wanted:
        return []
    exact: list[Term] = []
    near: list[Term] = []
    for name in lexicon_names(lang):
        for term in load_terms(name, lang):
            variants = {variant for surface in term.surface for variant, _ in expand(surface)}
            if term.id == query.strip() or wanted in variants:
                exact.append(term)
            elif len(wanted) > 2 and any(wanted in variant for variant in variants):
                near.append(term)
    return exact or near


def lexicon_names(lang: str) -> list[str]:
    """Names of the lexicons of one language, in alphabetical order; [] for an unknown language."""
    folder = resources.files("vigie").joinpath("data", "lexicons", lang)
    if not lang.isalpha() or not folder.is_dir():
        return []
    return sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml"))
