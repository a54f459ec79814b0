"""What happened to an amount of product: seized, shipped, possessed, sold, consumed, produced.

In: Analysis and a mention. Out: the nearest cue of its sentence, else of the sentences before it, else None.
Words: data/lexicons/<lang>/quantity_kinds.toml. Senses of a cue: "actor" (who acts), "arrest" (a person or a convoy is
stopped), "arrival" (a load on its way), "take" and "swallow" (verbs of many uses).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vigie.extract.analysis import Analysis
from vigie.extract.cues import hits_in
from vigie.extract.mentions import QuantityMention
from vigie.lexicon.grammar import link_words
from vigie.model.observation import QuantityKind

_SWALLOWED = 50.0  # grams
_ACTOR = 60.0  # code points
_BULK = 500.0  # grams: nobody consumes that much at once
_MANY = 1000  # pieces: the same


@dataclass(frozen=True, slots=True)
class KindHit:
    """A kind with the position of its cue, and the cue's own sense ("take", "swallow", "actor") where it has one."""

    id: QuantityKind
    at: int
    sense: str = ""


def kind_of(analysis: Analysis, mention: QuantityMention) -> KindHit | None:
    """The nearest cue of the sentence, else of the sentences before it (a list of seizures goes on)."""
    sentence = analysis.sentence_at(mention.start)
    made = re.search(
        rf"\b{link_words(analysis.lang, 'makes')}$",
        analysis.folded[max(0, mention.start - 14) : mention.start],
    )
    if made:
        return KindHit("produced", mention.start)  # "la Colombie produit 1 700 tonnes"
    best: tuple[float, KindHit] | None = None
    for hit in hits_in(analysis, "quantity_kinds", sentence.start, sentence.end):
        kind: QuantityKind = hit.term.id  # type: ignore[assignment]
        if hit.start < mention.end and hit.end > mention.start:
            continue
        gap = (
            analysis.folded[hit.end : mention.start]
            if hit.end <= mention.start
            else analysis.folded[mention.end : hit.start]
        )
        cost = len(gap) + 40.0 * gap.count(";") + 10.0 * gap.count(",")
        if hit.term.extra.get("sense") in ("actor", "arrest"):
            cost += _ACTOR  # "police believe that 6 kg were sold": the verb says more than who speaks
        if hit.start >= mention.end:
            cost += 6
        if best is None or cost < best[0]:
            best = (cost, KindHit(kind, hit.start, str(hit.term.extra.get("sense", ""))))
    if best is not None:
        at_work = hits_in(analysis, "quantity_kinds", sentence.start, sentence.end)
        if (
            best[1].sense == "take"
            and ((mention.grams or 0) >= _BULK or (mention.grams is None and (mention.low or 0) >= _MANY))
            and any(h.term.id == "seized" for h in at_work)
        ):
            return KindHit("seized", best[1].at)  # "les douaniers ont pris 3,4 kg"
        caught = [h.term.extra.get("sense") for h in at_work if h.term.id == "seized"]
        if (best[1].id == "possessed" and any(sense not in ("actor", "arrest") for sense in caught)) or (
            best[1].sense == "arrival" and any(sense != "actor" for sense in caught)
        ):
            return KindHit("seized", best[1].at)  # "un bateau intercepté transportait 3 tonnes"
        if best[1].sense == "swallow" and (mention.grams or 0) >= _SWALLOWED:
            return KindHit("shipped", best[1].at)  # a courier, no consumer
        return best[1]
    if re.search(rf"\b{link_words(analysis.lang, 'possible')}", analysis.folded[mention.end : sentence.end]):
        return None  # "one kilogram could kill": no amount that anyone held
    if any(h.term.id == "sample" for h in hits_in(analysis, "purity", sentence.start, sentence.end)):
        return None  # "the service analysed 14 tablets"
    index = analysis.sentence_index(mention.start)
    for back in (1, 2, 3):
        if index - back < 0 or analysis.sentences[index - back].start < analysis.body_start <= mention.start:
            break
        previous = analysis.sentences[index - back]
        hits = [
            h
            for h in hits_in(analysis, "quantity_kinds", previous.start, previous.end)
            if h.term.id == "seized"
        ]
        if hits:
            return KindHit("seized", hits[-1].start)
    if analysis.body_start and any(
        h.term.id == "seized" for h in hits_in(analysis, "quantity_kinds", 0, analysis.body_start)
    ):
        return KindHit("seized", 0)
    return None
