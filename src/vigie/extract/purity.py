"""Content of active substance: percentages, and milligrams in one unit.

In: Analysis. Out: Drafts with PurityValue. Words: data/lexicons/<lang>/purity.toml.
Left out: shares of people, of seizures or of a market; changes ("+15 %"); doses that someone takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from vigie.extract.analysis import Analysis, Draft
from vigie.extract.cues import hits_in
from vigie.extract.link import link_substance, named_after
from vigie.lexicon.grammar import link_words
from vigie.model.observation import PurityMeasure, PurityValue


@cache
def _change(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){link_words(lang, 'change_before')}(?:plus de |pres de |environ )?$")


@cache
def _cut(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{link_words(lang, 'cut')}")


def extract_purities(analysis: Analysis) -> Iterator[Draft]:
    """Drafts of purities, in order of text."""
    yield from _percentages(analysis)
    yield from _milligrams(analysis)


def _percentages(analysis: Analysis) -> Iterator[Draft]:
    last_end = -1
    for percent in analysis.percents:
        top = percent.high if percent.high is not None else percent.low
        if top is None or top > 100:
            continue
        sentence = analysis.sentence_at(percent.start)
        head = analysis.folded[max(sentence.start, percent.start - 24) : percent.start]
        if _change(analysis.lang).search(head):
            continue
        hits = hits_in(analysis, "purity", sentence.start, sentence.end)
        positive = [h for h in hits if h.term.id in ("purity", "thc", "content")]
        named = named_after(analysis, percent.end)
        content = named is not None and named.substance is not None and named.reason == "named"
        sample = any(h.term.id == "sample" for h in hits)
        share = any(h.term.id == "not" for h in hits if 0 <= h.start - percent.end <= 3)
        listed = last_end >= sentence.start and percent.start - last_end < 60 and not share
        if not positive and not (content and sample):
            continue
        cost_yes = min((_distance(h.start, h.end, percent.start, percent.end) for h in positive), default=0)
        negative = [h for h in hits if h.term.id == "not"]
        after_no = [h for h in negative if 0 <= h.start - percent.end <= 2]
        if after_no and not content:
            continue
        before_no = [h for h in negative if 0 <= percent.start - h.end <= 12]
        if before_no and cost_yes > 20:
            continue
        limit = 90 if len(positive) else 40
        if cost_yes > limit and not listed:
            continue
        nearest_cue = min(
            positive, key=lambda h: _distance(h.start, h.end, percent.start, percent.end), default=None
        )
        if nearest_cue is not None and nearest_cue.start - percent.end > 30 and not listed:
            continue
        link = (
            named if content and named is not None else link_substance(analysis, percent.start, percent.end)
        )
        if link.other and not link.substance:
            link = link_substance(analysis, percent.start, percent.start)
        if link.substance is None:
            continue
        cut = _cut(analysis.lang).search(analysis.folded[sentence.start : percent.start]) is not None
        measure: PurityMeasure = (
            "thc"
            if any(
                h.term.id == "thc" and _distance(h.start, h.end, percent.start, percent.end) < 40
                for h in hits
            )
            else "purity"
        )
        if cut and not content:
            continue
        last_end = percent.end
        yield Draft(
            start=percent.start, end=percent.end, substance=link.substance, form=link.form,
            value=PurityValue(low=percent.low, high=percent.high, measure=measure),
            rule=f"purity.percent@1|cue:{nearest_cue.term.id if nearest_cue else 'sample'}|substance:{link.reason}",
            confidence=0.85 * (0.7 + 0.3 * link.weight),
        )  # fmt: skip


def _milligrams(analysis: Analysis) -> Iterator[Draft]:
    previous_end = -1
    for mention in analysis.quantities:
        if mention.unit not in ("mg", "µg"):
            continue
        sentence = analysis.sentence_at(mention.start)
        hits = hits_in(analysis, "purity", sentence.start, sentence.end)
        unit_cue = [h for h in hits if h.term.id in ("unit", "content") and h.start < mention.end + 40]
        named = named_after(analysis, mention.end)
        brand = analysis.folded[max(0, mention.start - 4) : mention.start]
        listed = re.search(r'["] ?(?:a|de|at) $', brand) is not None
        follows = previous_end >= sentence.start
        if not (unit_cue or listed or follows or (named is not None and named.substance and listed)):
            continue
        if (
            any(
                h.term.id == "posology" and _distance(h.start, h.end, mention.start, mention.end) < 30
                for h in hits
            )
            and not listed
        ):
            continue
        link = (
            named
            if named is not None and named.substance
            else link_substance(analysis, mention.start, mention.start)
        )
        if link.substance is None:
            continue
        factor = 0.001 if mention.unit == "µg" else 1.0
        previous_end = mention.end
        yield Draft(
            start=mention.start, end=mention.end, substance=link.substance, form=link.form or "pill",
            value=PurityValue(
                low=mention.low * factor if mention.low is not None else None,
                high=mention.high * factor if mention.high is not None else None,
                measure="mg-per-unit",
            ),
            rule=f"purity.mg@1|substance:{link.reason}", confidence=0.8,
        )  # fmt: skip


def _distance(a_start: int, a_end: int, b_start: int, b_end: int) -> int:
    """Code points between two spans; 0 when they touch or overlap."""
    return max(0, b_start - a_end, a_start - b_end)
