"""Which sentences of a text speak of a drug market, for cues that mean something else elsewhere.

In: a scanned text. Out: for each kind of context (drug, trade, pay, use) the sentences that hold it.
Words: data/lexicons/<lang>/market.toml. Page furniture (share buttons, newsletter boxes) takes the context away.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from vigie.extract.scan import Scan, scan
from vigie.lexicon.matcher import Hit

FURNITURE = "furniture"


class Context:
    """Sentences by kind of context; `holds` asks within a reach of sentences."""

    def __init__(self, found: Scan) -> None:
        self._by_kind: dict[str, dict[int, list[Hit]]] = {}
        self._known: dict[str, set[int]] = {}
        for hit in found.hits["market"]:
            sentences = self._by_kind.setdefault(hit.term.id, {})
            sentences.setdefault(found.sentence_index(hit.start), []).append(hit)

    def also(self, kind: str, sentences: Iterable[int]) -> Context:
        """The same with sentences known to be of `kind` from elsewhere: those that name a substance speak of drugs."""
        other = Context.__new__(Context)
        other._by_kind = self._by_kind
        other._known = {**self._known, kind: set(sentences)}
        return other

    def holds(self, kinds: Iterable[str], sentence: int, reach: int, start: int = -1, end: int = -1) -> bool:
        """Whether one of `kinds` stands at most `reach` sentences away, outside the words at [start, end).

        A drug named within those words does count: "le cannabis en prison" is its own context.
        """
        around = range(sentence - reach, sentence + reach + 1)
        for kind in kinds:  # asked of every cue: loops, which take half the time of expressions within `any`
            known = self._known.get(kind)
            if known and not known.isdisjoint(around):
                return True
        for kind in kinds:
            sentences = self._by_kind.get(kind)
            if not sentences:
                continue
            for index in around:
                for hit in sentences.get(index, ()):
                    if kind == "drug" or hit.end <= start or hit.start >= end:
                        return True
        return False

    def around(self, kind: str, reach: int) -> set[int]:
        """The sentences at most `reach` away from one that speaks of `kind`."""
        speaking = self._by_kind.get(kind, {}).keys() | self._known.get(kind, set())
        return {index + step for index in speaking for step in range(-reach, reach + 1)}

    def speaks_of(self, kind: str) -> bool:
        """Whether any sentence does."""
        return bool(self._by_kind.get(kind) or self._known.get(kind))

    def furniture(self, sentence: int) -> bool:
        return sentence in self._by_kind.get(FURNITURE, ())

    def sentences(self, kind: str) -> set[int]:
        """Indexes of the sentences that hold a word of `kind`."""
        return set(self._by_kind.get(kind, ()))


@lru_cache(maxsize=4)
def context_of(text: str, lang: str) -> Context:
    """The context of `text`, remembered for the last texts."""
    return Context(scan(text, lang))
