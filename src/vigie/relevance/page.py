"""What a classifier of relevance is given, and what it gives.

In: the main text of a page, before redaction: it stays in memory, and no classifier keeps any of it.
Out: a probability that the page is in scope (docs/relevance.md says what that is).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The text of one page.

    Attributes:
        title: its title, "" where it has none.
        text: its main text.
        section: words of the path of its address ("faits-divers/lyon"), without host, query and digits; "" if unknown.
        lang: ISO 639-1 code; another than those of the lexicons, or "", is read as each of them.
    """

    title: str = ""
    text: str = ""
    section: str = ""
    lang: str = ""

    def __repr__(self) -> str:
        """Lengths only: an error that shows the record shows nobody's words."""
        return (
            f"PageText(title of {len(self.title)}, text of {len(self.text)} code points, lang {self.lang!r})"
        )


class Classifier(Protocol):
    """Tells pages that are in scope from those that only name a drug."""

    @property
    def id(self) -> str:
        """Name and version: pages judged by another id are judged anew."""

    @property
    def threshold(self) -> float:
        """From this probability a page is in scope."""

    def score(self, page: PageText) -> float:
        """Probability that the page is in scope, in [0, 1]."""

    def scores(self, pages: Sequence[PageText]) -> list[float]:
        """The same of several pages, in order; cheaper than one by one where the classifier works in batches."""
