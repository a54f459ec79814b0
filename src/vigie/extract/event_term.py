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

_VERB = 60  # code points from a verb to the unit of a length


def term_hits(analysis: Analysis) -> list[Hit]:
    """A hit for each verb that a length of prison follows, in order of text."""
    verb, length, units = _patterns(analysis.lang)
    hits = []
    for unit in units:  # looked for as plain text, which is several times as fast as one pattern
        at = analysis.folded.find(unit)
        while at >= 0:
            before = None
            if analysis.folded[at - 1 : at] in (" ", "-") and length.match(analysis.folded, at):
                before = verb.search(analysis.folded, max(0, at - _VERB), at - 1)
            if before is not None:
                hits.append(Hit(before.start("verb"), before.end("verb"), _sentence(analysis.lang)))
            at = analysis.folded.find(unit, at + len(unit))
    return sorted(hits, key=lambda hit: hit.start)


@cache
def _sentence(lang: str) -> Term:
    """The entry of sentences with the person before the verb, who must be there."""
    terms = load_terms("events", lang)
    term = next(t for t in terms if t.id == "sentence" and t.extra.get("role") == "passive")
    return replace(term, extra={**term.extra, "needs": ["persons"]})


@cache
def _patterns(lang: str) -> tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]]:
    """A verb with what may stand between it and a length of prison; the unit of that length, closed as one; units."""
    words = data_toml("grammar", "persons.toml")[lang]["term"]
    number = (
        rf"(?:\d{{1,2}}|{alternation(grammar(lang).numbers)}(?:[ -]{alternation(grammar(lang).numbers)})?)"
    )
    return (
        re.compile(
            rf"\b(?P<verb>{alternation(words['verbs'])})[ ](?:{alternation(words['before'])}[ ])?(?:an? )?{number}$"
        ),
        re.compile(
            rf"{alternation(words['units'])}\b(?=[ ]?(?:$|[.,;:)\n]|{alternation(words['after'])}\b))"
        ),
        tuple(words["stems"]),
    )
