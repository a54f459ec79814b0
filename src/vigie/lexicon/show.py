"""Entries of the lexicons that answer a query: what `vigie lexicon show` prints.

In: a word as written ("teuch"), or an id ("cannabis-resin"). Out: Terms, in file order.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from vigie.lexicon.matcher import expand
from vigie.lexicon.terms import SHARED, Term, load_terms
from vigie.text.normalise import fold


def show(query: str, lang: str) -> list[Term]:
    """Terms of one language whose id is the query, or one of whose surfaces is; else those that contain it."""
    return [term for _, term in entries(query, (lang, SHARED))]


def entries(query: str, folders: Iterable[str]) -> list[tuple[str, Term]]:
    """The same over several folders of lexicons, each term with its folder."""
    wanted = fold(query.strip()).replace("-", " ")
    if not wanted:
        return []
    exact: list[tuple[str, Term]] = []
    near: list[tuple[str, Term]] = []
    for folder, name in [(at, name) for at in folders for name in lexicon_names(at)]:
        for term in load_terms(name, folder):
            variants = {variant for surface in term.surface for variant, _ in expand(surface)}
            if term.id == query.strip() or wanted in variants:
                exact.append((folder, term))
            elif len(wanted) > 2 and any(wanted in variant for variant in variants):
                near.append((folder, term))
    return exact or near


def lexicon_names(lang: str) -> list[str]:
    """Names of the lexicons of one language, in alphabetical order; [] for an unknown language."""
    folder = resources.files("vigie").joinpath("data", "lexicons", lang)
    if not lang.isalpha() or not folder.is_dir():
        return []
    return sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml"))
