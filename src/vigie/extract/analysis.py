"""One document under analysis: every kind of mention is found once, on demand, and shared by all extractors.

In: CleanDocument. Out: mentions by kind and the sentences that hold them. Extractors read it and yield Drafts;
`vigie.extract.finish` turns a Draft into an Observation (place, time, assertion, attribution, id).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from vigie.extract.amounts import Amount, amounts, money_mentions, percent_mentions, quantity_mentions
from vigie.extract.assertion import find_assertion_cues, find_attributions
from vigie.extract.dates import find_dates
from vigie.extract.mentions import (
    AssertionCue,
    AttributionMention,
    DateMention,
    ModalityMention,
    MoneyMention,
    PercentMention,
    PlaceMention,
    QuantityMention,
    SubstanceMention,
)
from vigie.extract.modality import named_modalities
from vigie.extract.place import find_places
from vigie.extract.scan import scan
from vigie.extract.substance import find_substances
from vigie.model.document import CleanDocument
from vigie.model.observation import Assertion, Value
from vigie.model.period import When
from vigie.model.place import Place
from vigie.text.normalise import fold
from vigie.text.sentences import Span, sentences

_START = attrgetter("start")
ANTIDOTES = frozenset({"naloxone"})
_NO_PRODUCTS = ANTIDOTES | {"thc", "cbd"}  # named as a content or an antidote
_BEFORE, _AFTER = 2, 6  # sentences; a topic is carried over at most six (vigie.extract.link)


def _blank(text: str) -> str:
    """Spaces for all but line breaks, which still end sentences and paragraphs."""
    return "\n".join(" " * len(line) for line in text.split("\n"))


class Spanned(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Spanned)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A fact found, before place, time and assertion are resolved. None = let `finish` resolve it.

    Attributes:
        anchor: offset the resolver looks around for place and time; the middle of the span when None.
    """

    start: int
    end: int
    value: Value
    rule: str
    confidence: float
    substance: str | None = None
    form: str | None = None
    place: Place | None = None
    when: When | None = None
    assertion: Assertion | None = None
    attribution: str | None = None
    anchor: int | None = None


class _Found(list[S]):
    """Mentions of a whole document, in order, never changed; where they begin is kept apart, as it is asked for often."""

    def __init__(self, mentions: Iterable[S]) -> None:
        super().__init__(mentions)
        self.starts = [mention.start for mention in self]


class Analysis:
    """Shared, lazily found mentions of one document (offsets into `text`)."""

    def __init__(self, document: CleanDocument) -> None:
        self.document = document
        self.text = document.text
        self.lang = document.lang if document.lang in ("fr", "en") else "fr"
        self.body_start = document.body_start
        self._cues: dict[int, list[AssertionCue]] = {}
        self._attributions: dict[int, list[AttributionMention]] = {}
        self._once: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` says of this document, asked once for each key: the figures of a long list ask the same."""
        if key not in self._once:
            self._once[key] = make()
        found: T = self._once[key]
        return found

    @property
    def reference(self) -> date | None:
        """The date relative expressions count from: the publication date, if it is known."""
        return self.document.published.first if self.document.published else None

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        return sentences(self.text)

    @cached_property
    def lead_end(self) -> int:
        """End of the first paragraph of the body."""
        cut = self.text.find("\n", self.body_start + 1)
        return len(self.text) if cut < 0 else cut

    @cached_property
    def substances(self) -> list[SubstanceMention]:
        return _Found(find_substances(self.text, self.lang))

    @cached_property
    def products(self) -> list[SubstanceMention]:
        """The mentions that name a product: no bare forms, no constituents, no antidote."""
        return _Found(m for m in self.substances if m.substance and m.substance not in _NO_PRODUCTS)

    def products_in(self, start: int, end: int) -> Sequence[SubstanceMention]:
        """The products that are named in [start, end)."""
        return within(self.products, start, end)

    @cached_property
    def near_drugs(self) -> str:
        """The text with blanks for the sentences far from any drug word; every offset stays.

        Finders of amounts, dates and places need no more than what a fact may be linked to: the title, the first
        paragraph, and the sentences up to `_BEFORE` before and `_AFTER` after a drug word.
        """
        wanted = set(range(self.sentence_index(self.lead_end - 1) + 1)) if self.sentences else set()
        for index in self._speaking:
            wanted.update(range(max(0, index - _BEFORE), index + _AFTER + 1))
        if len(wanted) >= len(self.sentences):
            return self.text
        pieces, at = [], 0
        for index, span in enumerate(self.sentences):
            if index not in wanted:
                pieces += [self.text[at : span.start], _blank(self.text[span.start : span.end])]
                at = span.end
        return "".join([*pieces, self.text[at:]])

    @cached_property
    def places(self) -> list[PlaceMention]:
        return _Found(find_places(self.near_drugs, self.lang))

    @cached_property
    def dates(self) -> list[DateMention]:
        published = self.document.published
        known = published.precision if published else "day"
        return _Found(
            find_dates(self.near_drugs, self.lang, self.reference, known=known, countries=self._countries)
        )

    def _countries(self) -> Iterator[str]:
        """The country of each place named."""
        return (m.place.country or m.place.code or "" for m in self.places)

    @cached_property
    def amounts(self) -> list[Amount]:
        """Every number with its unit, ranges joined."""
        return _Found(amounts(fold(self.near_drugs), self.text, self.lang))

    @cached_property
    def money(self) -> list[MoneyMention]:
        return _Found(money_mentions(self.folded, self.lang, self.amounts, self.countries_near))

    def countries_near(self, offset: int) -> Iterator[str]:
        """Countries of the places named, those of the sentence first, then by distance."""
        here = self.sentence_at(offset)
        own = sorted(within(self.places, here.start, here.end), key=lambda m: abs(m.start - offset))
        for mention in own:
            yield mention.place.country or mention.place.code or ""
        # Mostly the first few are asked for: the others come one by one from either side, without sorting them all.
        places = self.places
        after = bisect_left(places, offset, key=_START)
        before = after - 1
        while before >= 0 or after < len(places):
            nearer = after == len(places) or (
                before >= 0 and offset - places[before].start <= places[after].start - offset
            )
            mention = places[before] if nearer else places[after]
            before, after = (before - 1, after) if nearer else (before, after + 1)
            if not here.start <= mention.start < here.end:
                yield mention.place.country or mention.place.code or ""

    @cached_property
    def quantities(self) -> list[QuantityMention]:
        return _Found(quantity_mentions(self.amounts))

    @cached_property
    def percents(self) -> list[PercentMention]:
        return _Found(percent_mentions(self.amounts))

    def modalities_in(self, start: int, end: int) -> list[ModalityMention]:
        """Modalities that words name in [start, end)."""
        return named_modalities(self.text, self.lang, start, end)

    def cues_over(self, start: int, end: int) -> list[AssertionCue]:
        """The assertion cues whose scope meets [start, end), in order; found only where they are asked for."""
        known = self._cues
        found: list[AssertionCue] = []
        # One sentence more on either side: last words may reach over their end, and "C'est faux." refutes what precedes.
        for index in self._sentences_around(start, end):
            if index not in known:
                known[index] = find_assertion_cues(self.text, self.lang, index)
            found += known[index]
        return [c for c in found if c.scope_start < end and c.scope_end > start]

    def _sentences_around(self, start: int, end: int) -> range:
        """Indexes of the sentences of [start, end), the one before and the one after."""
        last = len(self.sentences) - 1
        return range(max(0, self.sentence_index(start) - 1), min(last, self.sentence_index(end) + 1) + 1)

    def attributions_over(self, start: int, end: int) -> list[AttributionMention]:
        """The cited sources whose scope meets [start, end), in order; found only where they are asked for."""
        starts, known = self._sentence_starts, self._attributions
        found: list[AttributionMention] = []
        for index in self._sentences_around(start, end):
            if index not in known:
                begin = starts[index] if index else 0
                stop = starts[index + 1] if index + 1 < len(starts) else len(self.text)
                known[index] = find_attributions(self.text, self.lang, begin, stop)
            found += known[index]
        return [m for m in found if m.scope_start < end and m.scope_end > start]

    @cached_property
    def _market(self) -> list[int]:
        return [hit.start for hit in scan(self.text, self.lang).hits["market"] if hit.term.id == "drug"]

    @cached_property
    def _speaking(self) -> frozenset[int]:
        """Indexes of the sentences that name a substance or hold a drug word."""
        starts = [*self._market, *(m.start for m in self.substances)]
        return frozenset(self.sentence_index(start) for start in starts)

    def speaks_near(self, index: int, before: int, after: int) -> bool:
        """Whether drugs are spoken of in a sentence, up to `before` ahead of it or up to `after` behind it."""
        return not self._speaking.isdisjoint(range(index - before, index + after + 1))

    @cached_property
    def titled(self) -> bool:
        """Whether the title names a substance."""
        return bool(self.substances) and self.substances[0].start < self.body_start

    def market_in(self, start: int, end: int) -> bool:
        """Whether a word of the drug market, without any substance, stands in [start, end)."""
        return bisect_left(self._market, start) < bisect_left(self._market, end)

    @property
    def in_scope(self) -> bool:
        """Whether the document speaks of drugs at all."""
        return bool(self._market) or bool(self.substances)

    @cached_property
    def prices(self) -> list[Draft]:
        """Price drafts: a mass inside a price is what the price is for, so quantities need them."""
        from vigie.extract.price import extract_prices

        return list(extract_prices(self))

    @cached_property
    def purities(self) -> list[Draft]:
        """Purity drafts: the content of one pill is no amount of product, so quantities need them."""
        from vigie.extract.purity import extract_purities

        return list(extract_purities(self))

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [span.start for span in self.sentences]

    def sentence_index(self, offset: int) -> int:
        """Index in `sentences` of the sentence that holds (or precedes) `offset`."""
        after = bisect_right(self._sentence_starts, offset)
        return after - 1 if after else 0

    def sentence_at(self, offset: int) -> Span:
        return self.sentences[self.sentence_index(offset)]


def within(mentions: Sequence[S], start: int, end: int) -> Sequence[S]:
    """The mentions, sorted by start, that begin in [start, end)."""
    if isinstance(mentions, _Found):
        starts = mentions.starts
        first = bisect_left(starts, start)
        return mentions[first : bisect_left(starts, end, first)]
    first = bisect_left(mentions, start, key=_START)
    return mentions[first : bisect_left(mentions, end, first, key=_START)]
