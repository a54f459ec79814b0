"""What is gathered about words while the texts of a store are read, twice.

In: redacted texts with their day, source and kind. Out: words with enough documents and independent sources; then, of these,
documents by period, contexts, ways of writing, signs of names, and a few sentences.
Left out: what is a candidate, and how sure (`vigie.analysis.terms`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal, TypeAlias

import numpy as np

from vigie.analysis.occurrences import (
    Occurrence,
    Writing,
    announced,
    bounds,
    like_a_name,
    near_drugs,
    occurrences,
    quoted,
    writing,
)
from vigie.analysis.words import BREAK, OPAQUE, PLACEHOLDER, Vocabulary, Words, read
from vigie.lexicon.terms import data_toml
from vigie.stats.arrays import FloatArray

By: TypeAlias = Literal["week", "month"]
_SENTENCES = 5  # kept for the reviewer, of different sources


@cache
def rules() -> Mapping[str, Any]:
    """data/terms/scoring.toml."""
    return data_toml("terms", "scoring.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One redacted document. `source`: its publisher, who speaks with one voice; "" = none is named."""

    doc_id: str
    day: date
    source: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A redacted sentence that holds the candidate, at [start, end) of it."""

    doc_id: str
    day: date
    source: str
    sentence: str
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Seen:
    """What is gathered about one candidate while texts are read."""

    hits: FloatArray
    forms: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    contexts: Counter[str] = field(default_factory=Counter)
    places: int = 0  # occurrences
    named: int = 0  # of them written like a name, where that says something
    plain: int = 0  # of them written like a word, an abbreviation or a code
    names: int = 0  # of them with the signs of a person, a shop or an address beside
    things: int = 0  # of them written like a name and announced by a word for a thing
    near: int = 0  # documents
    informal: int = 0
    first: date | None = None
    last: date | None = None
    evidence: dict[str, Evidence] = field(default_factory=dict)


class Periods:
    """Days to positions of weeks (from Monday) or months, counted from the first text."""

    def __init__(self, first: date, until: date, by: By) -> None:
        self._by, self._origin = by, self._number(first, by)
        self.count = self.of(until) + 1

    @staticmethod
    def _number(day: date, by: By) -> int:
        return day.year * 12 + day.month - 1 if by == "month" else (day.toordinal() - 1) // 7

    def of(self, day: date) -> int:
        return self._number(day, self._by) - self._origin

    def start(self, position: int) -> date:
        number = self._origin + position
        return (
            date(number // 12, number % 12 + 1, 1)
            if self._by == "month"
            else date.fromordinal(number * 7 + 1)
        )

    def end(self, position: int) -> date:
        return date.fromordinal(self.start(position + 1).toordinal() - 1)


def frequent(
    texts: Iterable[Text], known: Vocabulary, since: date, until: date
) -> tuple[dict[str, tuple[int, int]], int]:
    """Words and pairs with enough documents and sources in the recent period: (documents, sources); and its documents."""
    least, uncounted = rules()["least"], frozenset(rules()["sources"]["not_counted"])
    documents: Counter[str] = Counter()
    sources: dict[str, set[str]] = defaultdict(set)
    recent = 0
    for text in texts:
        if not since <= text.day <= until:
            continue
        recent += 1
        found = {o.key for o in occurrences(text.text, read(text.text, known), known, least["letters"])}
        documents.update(found)
        if text.kind not in uncounted:
            for key in found:
                sources[key].add(text.source)
    enough = {
        key: (count, len(sources[key]))
        for key, count in documents.items()
        if count >= least["documents"] and len(sources[key]) >= least["sources"]
    }
    return _apart(enough, documents), recent


def _apart(enough: dict[str, tuple[int, int]], documents: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Pairs that mostly stand together, and words that do not mostly stand in one pair."""
    together = rules()["words"]["together"]
    gone: set[str] = set()
    for key, (count, _) in enough.items():
        if " " not in key:
            continue
        ends = (key.split(" ")[0], key.split(" ")[-1])
        if count < together * min(documents[end] for end in ends):
            gone.add(key)
        else:
            gone |= {end for end in ends if count >= together * documents[end]}
    return {key: value for key, value in enough.items() if key not in gone}


@dataclass(slots=True, eq=False)
class Corpus:
    """All that the second reading gathers."""

    seen: dict[str, Seen]
    totals: FloatArray
    known: dict[str, Counter[str]]  # contexts of known terms, by class/id
    places: Counter[str]  # of known terms
    words: Counter[str]  # every word, for the margins of contexts
    earlier: int = 0  # words (each once a document) of both periods
    recent: int = 0


def gather(
    texts: Iterable[Text],
    known: Vocabulary,
    chosen: Collection[str],
    periods: Periods,
    since: date,
    until: date,
) -> Corpus:
    least, window = rules()["least"]["letters"], rules()["context"]["window"]
    informal = frozenset(rules()["sources"]["informal"])
    corpus = Corpus(
        seen={key: Seen(hits=np.zeros(periods.count)) for key in chosen},
        totals=np.zeros(periods.count),
        known=defaultdict(Counter),
        places=Counter(),
        words=Counter(),
    )
    for text in texts:
        if text.day > until:
            continue
        words = read(text.text, known)
        period = periods.of(text.day)
        corpus.totals[period] += 1
        corpus.words.update(words.keys)
        for i, identity in enumerate(words.ids):
            if identity and words.keys[i] != "@form":
                name = f"{words.keys[i][1:]}/{identity}"
                corpus.places[name] += 1
                corpus.known[name].update(_around(words, i, i, window))
        here: dict[str, list[Occurrence]] = defaultdict(list)
        every = set()
        for found in occurrences(text.text, words, known, least):
            every.add(found.key)
            if found.key in corpus.seen:
                here[found.key].append(found)
        if text.day >= since:
            corpus.recent += len(every)
        else:
            corpus.earlier += len(every)
        for key, places in here.items():
            _note(corpus.seen[key], text, words, places, known, window, period, text.kind in informal)
    return corpus


def _note(
    seen: Seen,
    text: Text,
    words: Words,
    places: Sequence[Occurrence],
    known: Vocabulary,
    window: int,
    period: int,
    informal: bool,
) -> None:
    """Add what one document says of one candidate."""
    seen.hits[period] += 1
    seen.first = min(seen.first or text.day, text.day)
    seen.last = max(seen.last or text.day, text.day)
    near = in_quotes = False
    for found in places:
        start, end = words.starts[found.first], words.ends[found.last]
        seen.places += 1
        seen.written[text.text[start:end]] += 1
        seen.forms[" ".join(text.text[start:end].lower().replace("’", "'").split())] += 1
        seen.contexts.update(_around(words, found.first, found.last, window))
        written = writing(text.text, words, found)
        seen.named += written is Writing.NAME
        seen.plain += written is Writing.WORD
        seen.names += like_a_name(text.text, words, found, known)
        seen.things += written is Writing.NAME and announced(words, found, known)
        in_quotes |= quoted(text.text, words, found)
        span = bounds(words, found)
        beside = near_drugs(words, span, found)
        near |= beside
        if beside or text.source not in seen.evidence:
            _keep_sentence(seen, text, words, span, found)
    seen.near += near
    seen.informal += informal or in_quotes


def _keep_sentence(seen: Seen, text: Text, words: Words, span: tuple[int, int], found: Occurrence) -> None:
    """One sentence a source, the latest; of few sources."""
    before = seen.evidence.get(text.source)
    if before is not None and before.day >= text.day:
        return
    if before is None and len(seen.evidence) >= _SENTENCES:
        oldest = min(seen.evidence.values(), key=lambda e: (e.day, e.source))
        if oldest.day >= text.day:
            return
        del seen.evidence[oldest.source]
    start, end = words.starts[span[0]], words.ends[span[1] - 1]
    seen.evidence[text.source] = Evidence(
        doc_id=text.doc_id,
        day=text.day,
        source=text.source,
        sentence=text.text[start:end],
        start=words.starts[found.first] - start,
        end=words.ends[found.last] - start,
    )


def _around(words: Words, first: int, last: int, window: int) -> list[str]:
    """Contexts of the words [first, last]: what stands beside, with its side, and what stands near."""
    keys, found = words.keys, []
    for step, start in ((-1, first - 1), (1, last + 1)):
        at = start
        for distance in range(1, window + 1):
            if not 0 <= at < len(keys) or keys[at] == BREAK:
                break
            key = keys[at]
            if key not in (PLACEHOLDER, OPAQUE):
                found.append(key)
                if distance <= 2:
                    found.append(f"{step * distance}:{key}")
            at += step
    return found
