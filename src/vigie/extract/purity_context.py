"""What stands around a figure that may be a content: words about contents, other things, the matter of the text.

In: Analysis, a figure and its sentence. Out: hits of data/lexicons/<lang>/purity.toml, or yes and no.
"""

from __future__ import annotations

from collections.abc import Sequence

from vigie.extract.analysis import Analysis, within
from vigie.extract.cues import hits_in
from vigie.extract.link import Link
from vigie.extract.mentions import PercentMention, QuantityMention
from vigie.lexicon.matcher import Hit
from vigie.text.sentences import Span

CONTENT = frozenset({"purity", "thc", "content"})
WINDOW = 300  # what is looked at around a figure, however long its sentence
BACK = 2  # sentences back that tell what figures are about


def of_another_thing(analysis: Analysis, named: Link | None, end: int, hits: Sequence[Hit]) -> bool:
    """ "12 % de caféine": what is said of a figure is neither a substance nor a word of content."""
    if named is None or not named.other or within(analysis.substances, end, end + 16):
        return False
    return not any(0 <= h.start - end < 12 for h in hits if h.term.id != "not")


def hits_around(analysis: Analysis, mention: PercentMention | QuantityMention, sentence: Span) -> list[Hit]:
    """The words about contents near a figure, in its sentence."""
    first = max(sentence.start, mention.start - WINDOW)
    return hits_in(analysis, "purity", first, min(sentence.end, mention.end + WINDOW))


def about_contents(analysis: Analysis, sentence: Span) -> bool:
    """Whether this sentence, the two before or the title speak of contents or of analysed samples."""
    index = analysis.sentence_index(sentence.start)
    first = analysis.sentences[max(0, index - BACK)].start
    spans = ((0, analysis.body_start), (first, sentence.end))
    wanted = CONTENT | {"sample"}
    return any(h.term.id in wanted for start, end in spans for h in hits_in(analysis, "purity", start, end))


def sampled(analysis: Analysis, sentence: Span, start: int) -> bool:
    """Whether samples or tests are named in a sentence before `start`."""
    return any(h.term.id == "sample" for h in hits_in(analysis, "purity", sentence.start, start))


def distance(a_start: int, a_end: int, b_start: int, b_end: int) -> int:
    """Code points between two spans; 0 when they touch or overlap."""
    return max(0, b_start - a_end, a_start - b_end)
