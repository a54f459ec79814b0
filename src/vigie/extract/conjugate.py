"""The forms of a verb, so that a lexicon names it once.

In: an infinitive ("augmenter", "se répandre", "climb"), a language. Out: its third persons, participles and infinitive,
folded. Endings: data/lexicons/<lang>/verbs.toml. Left out: first and second persons, which press texts hardly use, and
the pronoun of a reflexive verb, which may stand apart ("se seraient répandus").
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from vigie.lexicon.matcher import flatten
from vigie.lexicon.terms import Term, data_toml
from vigie.model.errors import LexiconError
from vigie.text.normalise import fold

_REFLEXIVE = ("se ", "s'")


@cache
def conjugated(verb: str, lang: str) -> tuple[str, ...]:
    """The forms of `verb`, folded, without doubles."""
    data = data_toml("lexicons", lang, "verbs.toml")
    listed = data["irregular"].get(verb)
    if listed is not None:
        return tuple(dict.fromkeys(flatten(fold(form)) for form in listed))
    bare = flatten(fold(verb))
    for pronoun in _REFLEXIVE:
        bare = bare.removeprefix(pronoun)
    fitting = [entry for entry in data["class"] if bare.endswith(entry["infinitive"])]
    if not fitting:
        raise LexiconError(f"data/lexicons/{lang}/verbs.toml has no class for {verb!r}: list its forms there")
    chosen = max(fitting, key=lambda entry: len(entry["infinitive"]))
    stem = bare[: len(bare) - len(chosen["infinitive"])] + chosen.get("add", "")
    return tuple(dict.fromkeys(stem + ending for ending in chosen["endings"]))


def with_verbs(terms: tuple[Term, ...], lang: str) -> tuple[Term, ...]:
    """The terms, those that name `verbs` with the forms of these among their surfaces."""
    return tuple(
        replace(term, surface=tuple(dict.fromkeys([*term.surface, *forms]))) if forms else term
        for term in terms
        for forms in [[form for verb in term.extra.get("verbs", ()) for form in conjugated(verb, lang)]]
    )
