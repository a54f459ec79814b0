"""Who says it: organisations and roles that a text cites, never persons.

In: text, language. Out: AttributionMention with the sentence it governs. Words: data/lexicons/<lang>/attribution.toml.
"""

from __future__ import annotations

from vigie.extract.mentions import AttributionMention
from vigie.extract.scan import scan


def find_attributions(text: str, lang: str) -> list[AttributionMention]:
    found = scan(text, lang)
    mentions = []
    for hit in found.hits["attribution"]:
        span = found.sentence_at(hit.start)
        mentions.append(
            AttributionMention(
                start=hit.start, end=hit.end, source=hit.term.id, scope_start=span.start, scope_end=span.end
            )
        )
    return mentions
