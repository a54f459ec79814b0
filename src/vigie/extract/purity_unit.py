"""The content of one unit in milligrams: "dosé à 140 mg", "« Tesla » à 198 mg", "60 to 110 micrograms".

In: Analysis. Out: Drafts of PurityValue with measure mg-per-unit. Words: data/lexicons/<lang>/purity.toml.
Left out: doses taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.extract.analysis import Analysis, Draft
from vigie.extract.link import Link, link_substance, named_after
from vigie.extract.mentions import QuantityMention
from vigie.extract.purity_context import distance, hits_around, of_another_thing
from vigie.model.observation import PurityValue
from vigie.text.sentences import Span


def milligrams(analysis: Analysis) -> Iterator[Draft]:
    previous_end = -1
    for mention in analysis.quantities:
        if mention.unit not in ("mg", "µg"):
            continue
        sentence = analysis.sentence_at(mention.start)
        link = _in_unit(analysis, mention, sentence, previous_end >= sentence.start)
        if link is None or link.substance is None:
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
            rule=f"purity.mg@2|substance:{link.reason}", confidence=0.8,
        )  # fmt: skip


def _in_unit(analysis: Analysis, mention: QuantityMention, sentence: Span, follows: bool) -> Link | None:
    """The product of a mass that is the content of one unit; None when it is something else."""
    hits = hits_around(analysis, mention, sentence)
    named = named_after(analysis, mention.end)
    brand = analysis.folded[max(0, mention.start - 4) : mention.start]
    listed = re.search(r'["»] ?(?:a|de|at) $', brand) is not None
    unit = any(h.term.id in ("unit", "content") and h.start < mention.end + 40 for h in hits)
    level = any(h.term.id in ("purity", "level") and 0 <= mention.start - h.end < 60 for h in hits)
    named_next = named is not None and named.substance is not None and named.reason == "named"
    level = level or (
        named_next and any(h.term.id == "level" and 0 <= h.start - mention.end < 28 for h in hits)
    )
    if not (unit or level or listed or follows):
        return None
    taken = [h for h in hits if h.term.id == "posology"]
    if not listed and any(distance(h.start, h.end, mention.start, mention.end) < 30 for h in taken):
        return None
    if of_another_thing(analysis, named, mention.end, hits):
        return None
    if named is not None and named.substance:
        return named
    return link_substance(analysis, mention.start, mention.start)
