"""From Draft to Observation: place, time, assertion, attribution and id.

In: Analysis and Draft. Out: Observation. Place and time: `vigie.extract.where`, `vigie.extract.when`.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.assertion import assertion_of
from vigie.extract.calibrate import calibrated
from vigie.extract.misspelt import RULE, certainty
from vigie.extract.nearness import compares
from vigie.extract.when import when_of
from vigie.extract.where import place_of
from vigie.model.observation import TYPE_OF_VALUE, Assertion, Observation, Value


def finish(analysis: Analysis, draft: Draft) -> Observation:
    """The observation of a draft."""
    sentence = analysis.sentence_at(draft.start)
    anchor_start, anchor_end = draft.start, draft.anchor if draft.anchor is not None else draft.end
    quote = analysis.text[draft.start : draft.end]
    place = draft.place if draft.place is not None else place_of(analysis, anchor_start, anchor_end, sentence)
    when = (
        draft.when
        if draft.when is not None
        else when_of(analysis, anchor_start, anchor_end, sentence, draft.value)
    )
    assertion: Assertion = draft.assertion or _assertion(analysis, draft)
    attribution = draft.attribution or _attribution(analysis, draft)
    evidence = draft.confidence * (1.0 if assertion == "affirmed" else 0.85)
    rule = draft.rule
    if draft.substance in _only_misspelt(analysis):
        rule, evidence = f"{rule}|{RULE}", evidence * certainty()
    confidence = calibrated(TYPE_OF_VALUE[type(draft.value)], evidence)
    return Observation(
        id=_identifier(analysis.document.doc_id, draft),
        doc_id=analysis.document.doc_id,
        start=draft.start,
        end=draft.end,
        quote=quote,
        substance=draft.substance,
        form=draft.form,
        place=place,
        when=when,
        assertion=assertion,
        attribution=attribution,
        confidence=confidence,
        rule=rule,
        value=draft.value,
    )


@lru_cache(maxsize=4)
def _only_misspelt(analysis: Analysis) -> frozenset[str | None]:
    """Substances that the document names in no other way than misspelt."""
    if not any(mention.misspelt for mention in analysis.substances):
        return frozenset()
    spelt = {mention.substance for mention in analysis.substances if not mention.misspelt}
    return frozenset(mention.substance for mention in analysis.substances) - spelt


def _identifier(doc_id: str, draft: Draft) -> str:
    place = draft.place.code if draft.place else None
    return observation_id(doc_id, draft.start, draft.end, draft.rule, draft.value, draft.substance, place)


def observation_id(
    doc_id: str, start: int, end: int, rule: str, value: Value, substance: str | None, place: str | None
) -> str:
    """The id of a fact. `place`: the code of a place that its rule gives; None for one that its surroundings give."""
    key = (doc_id, start, end, rule.split("|")[0], value, substance, place)
    return "o_" + hashlib.blake2b(repr(key).encode(), digest_size=8).hexdigest()


def _assertion(analysis: Analysis, draft: Draft) -> Assertion:
    governing = (
        cue
        for cue in analysis.cues_over(draft.start, draft.end)
        if not (cue.kind == "negated" and _in_amount(analysis, cue.start, draft))
        and not (cue.end <= draft.start and compares(analysis, cue.end, draft.start))
    )
    return assertion_of(governing, draft.start, draft.end)


def _in_amount(analysis: Analysis, offset: int, draft: Draft) -> bool:
    """Whether a cue is part of an amount: the "never" of "never more than £45" is a bound, no negation."""
    return any(a.start <= offset < a.end for a in within(analysis.amounts, draft.start, draft.end))


def _attribution(analysis: Analysis, draft: Draft) -> str | None:
    best: tuple[int, str] | None = None
    for mention in analysis.attributions_over(draft.start, draft.end):
        distance = min(abs(mention.start - draft.end), abs(draft.start - mention.end))
        if best is None or distance < best[0]:
            best = (distance, mention.source)
    return best[1] if best else None
