"""Sentences told by their length: "il a pris quatre ans", "they got 18 months, suspended".

In: Analysis. Out: hits that `vigie.extract.event` judges as those of its lexicon. Words: [<lang>.term] of
data/grammar/persons.toml. Left out: lengths that are no sentence ("l'enquête a pris huit mois"): a person must be the subject.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from vigie.extract.analysis import Analysis
from vigie.lexicon.grammar import alternation, grammar
from vigie.lexicon.matcher import Hit
from vigie.lexicon.terms import Term, data_toml, load_terms


def term_hits(analysis: Analysis) -> list[Hit]:
    """A hit for each verb that a length of prison follows, in order of text."""
    pattern, hints = _pattern(analysis.lang)
    if not any(hint in analysis.folded for hint in hints):
        return []
    term = _sentence(analysis.lang)
    return [Hit(match.start("verb"), match.end("verb"), term) for match in pattern.finditer(analysis.folded)]


@cache
def _sentence(lang: str) -> Term:
    """The entry of sentences with the person before the verb, who must be there."""
    terms = load_terms("events", lang)
    term = next(t for t in terms if t.id == "sentence" and t.extra.get("role") == "passive")
    return replace(term, extra={**term.extra, "needs": ["persons"]})


@cache
def _pattern(lang: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    words = data_toml("grammar", "persons.toml")[lang]["term"]
    number = rf"(?:\d{{1,2}}|{alternation(grammar(lang).numbers)}(?:[ -](?:{alternation(grammar(lang).numbers)}))?)"
    return re.compile(
        rf"\b(?P<verb>{alternation(words['verbs'])})[ ](?:{alternation(words['before'])}[ ])?(?:an? )?{number}[ -]"
        rf"{alternation(words['units'])}\b(?=[ ]?(?:$|[.,;:)\n]|{alternation(words['after'])}\b))"
    ), tuple(words["units"])
