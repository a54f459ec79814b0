"""One fact opened: its sentence with the words marked, its document, who says it, its source's grade.

In: a row of the view `facts`. Out: `Evidence`. For analysts: the sentence is redacted, not public.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a fact rests on.

    Attributes:
        fact: every column of the fact and of its document (docs/data-dictionary.md).
        sentence: the redacted sentence; the quote is sentence[start:end]. None where none is stored.
    """

    fact: Mapping[str, Any]
    sentence: str | None
    start: int
    end: int

    @property
    def quote(self) -> str:
        return str(self.fact["quote"])

    @property
    def value(self) -> dict[str, Any]:
        """Fields by type, as `vigie extract` prints them."""
        found: dict[str, Any] = json.loads(self.fact["value"])
        return found

    @property
    def rating(self) -> str:
        """Grade of the source and credibility of the fact: "B2"."""
        return f"{self.fact['grade']}{self.fact.get('credibility') or ''}"

    def __repr__(self) -> str:
        said = self.sentence if self.sentence is not None else self.quote
        return f"Evidence({self.fact['type']}, {self.rating}, {self.fact['published']}: {said})"

    def _repr_html_(self) -> str:
        said = self.sentence
        quote = (
            f"<mark>{html.escape(self.quote)}</mark>"
            if said is None
            else f"{html.escape(said[: self.start])}<mark>{html.escape(said[self.start : self.end])}</mark>"
            f"{html.escape(said[self.end :])}"
        )
        names = (
            "type",
            "substance",
            "place_label",
            "when_start",
            "when_end",
            "assertion",
            "attribution",
            "rule",
        )
        known = [f"{name}: {self.fact[name]}" for name in names if self.fact.get(name) is not None]
        source = (
            f"{self.fact['outlet']}, {self.fact['published'] or '?'} ({self.rating}): {self.fact['title']}"
        )
        return f"<blockquote>{quote}</blockquote><p>{html.escape(source)}</p><p>{html.escape('; '.join(known))}</p>"


def evidence_of(row: Mapping[str, Any]) -> Evidence:
    """The evidence of one row of the view `facts`."""
    first = row["sentence_start"]
    known = row["sentence"] is not None and first is not None and row["quote_start"] is not None
    start, end = (row["quote_start"], row["quote_end"]) if known else (0, 0)
    return Evidence(fact=dict(row), sentence=row["sentence"] if known else None, start=start, end=end)
