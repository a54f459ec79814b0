"""Cue words of a lexicon around a span: found once per document, asked by distance.

In: an Analysis and a lexicon name. Out: hits in order; helpers for "nearest before", "right after".
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from weakref import WeakKeyDictionary

from vigie.extract.analysis import Analysis
from vigie.extract.scan import Scanner
from vigie.lexicon.matcher import Hit, flatten, matcher
from vigie.lexicon.terms import load_terms

_TOGETHER = ("price_context", "quantity_kinds", "purity", "events")
_CACHE: WeakKeyDictionary[Analysis, dict[str, list[Hit]]] = WeakKeyDictionary()


def cue_hits(analysis: Analysis, lexicon: str) -> list[Hit]:
    """All hits of a lexicon in the document, in order."""
    per_document = _CACHE.get(analysis)
    if per_document is None:
        per_document = _CACHE[analysis] = {}
    if lexicon not in per_document:
        if lexicon in _TOGETHER:
            per_document.update(_together(analysis.lang).find(analysis.text, flatten(analysis.folded)))
        else:
            per_document[lexicon] = matcher(lexicon, analysis.lang).find(analysis.text, analysis.folded)
    return per_document[lexicon]


@cache
def _together(lang: str) -> Scanner:
    """The lexicons that nearly every document is asked for, found in one pass."""
    return Scanner({name: load_terms(name, lang) for name in _TOGETHER})


def hits_in(analysis: Analysis, lexicon: str, start: int, end: int) -> list[Hit]:
    """Hits that begin in [start, end)."""
    hits = cue_hits(analysis, lexicon)
    first = bisect_left(hits, (start,))  # comes before all hits that begin there
    return hits[first : bisect_left(hits, (end,), first)]


def nearest(
    analysis: Analysis,
    lexicon: str,
    start: int,
    end: int,
    *,
    before: int,
    after: int,
    ids: frozenset[str] | None = None,
) -> Hit | None:
    """The hit nearest to [start, end), at most `before` code points ahead of it or `after` behind it."""
    best: tuple[int, Hit] | None = None
    for hit in hits_in(analysis, lexicon, max(0, start - before - 40), end + after):
        if ids is not None and hit.term.id not in ids:
            continue
        if hit.end <= start:
            distance = start - hit.end
            if distance > before:
                continue
        elif hit.start >= end:
            distance = hit.start - end
        else:
            continue
        if best is None or distance < best[0]:
            best = (distance, hit)
    return best[1] if best else None
