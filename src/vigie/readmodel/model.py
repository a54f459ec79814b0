"""Reads a read-model file: every question of a page is a method that takes the filters.

In: a file of `build.py`. Out: records. Left out: words; the gate, which was passed when the file was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType

from vigie.readmodel.records import (
    AlertRow,
    AreaFigures,
    Document,
    DocumentRow,
    FactRow,
    Filters,
    Group,
    IndexRow,
    Level,
    PeriodFigures,
    SourceRow,
    Step,
    TermRow,
    Totals,
)

Key = tuple[str, ...]


class ReadModel:
    """One open file; safe to use from many threads. Use as a context manager.

    Attributes:
        public: whether it is the edition for anyone.
        built_on: day for which it was built; the public delay counts from it.
        stamp: changes with what the file holds: for ETags and caches.
        path: the file.
    """

    public: bool
    built_on: date
    stamp: str
    path: Path

    @classmethod
    def open(cls, path: Path | str, *, memory_mb: int = 200, threads: int = 2) -> ReadModel:
        """Open a file. Raises StoreError with the repair if there is none, or it is of another version."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> ReadModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def totals(self, f: Filters) -> Totals:
        """What is counted under the filters; a period keeps the statements that speak of it."""
        raise NotImplementedError

    def groups(self, f: Filters, topic: str) -> list[Group]:
        """The groups of a topic, most stated first, as in the bulletin: each against the period before."""
        raise NotImplementedError

    def series(self, f: Filters, topic: str, key: Key, step: Step = "quarter") -> list[PeriodFigures]:
        """One group over time, from the first period of the store to the last (or within the filter's), none left out.

        A key of two parts where the bulletin tells markets apart pools them; pages should ask for a key that `groups` gave.
        """
        raise NotImplementedError

    def by_area(
        self, f: Filters, topic: str, key: Key | None, level: Level = "department"
    ) -> list[AreaFigures]:
        """One group (or the whole topic: counts only) by area, in order of code. Only areas with something to say:
        "shown", and "zero" where documents were collected that say nothing of it. Others: nothing collected; for the public "withheld"."""
        raise NotImplementedError

    def counts(self, f: Filters, types: Sequence[str], step: Step) -> list[PeriodFigures]:
        """Statements of these types over time, none left out; no types: all of them."""
        raise NotImplementedError

    def facts(
        self, f: Filters, topic: str | None = None, key: Key | None = None, limit: int = 50, offset: int = 0
    ) -> tuple[list[FactRow], int]:
        """Statements, latest first, and how many there are in all.

        With a topic those that its figures count; without, also those that no figure counts. Public: only what may be
        quoted; the total is of these."""
        raise NotImplementedError

    def fact(self, address: str) -> FactRow | None:
        """One statement by its address; None if there is none (or the public may not read it)."""
        raise NotImplementedError

    def documents(self, f: Filters, limit: int = 50, offset: int = 0) -> tuple[list[DocumentRow], int]:
        """Documents, latest first, and how many in all; a period keeps those published in it, a substance or an area
        those that speak of it. Public: official publications only."""
        raise NotImplementedError

    def document(self, doc_id: str) -> Document | None:
        raise NotImplementedError

    def alerts(self, f: Filters, *, lang: str = "fr") -> list[AlertRow]:
        """Alerts, latest first, without their evidence. Official warnings and releases in words of `lang`."""
        raise NotImplementedError

    def alert(self, alert_id: str, *, lang: str = "fr") -> AlertRow | None:
        """One alert with its evidence and signals."""
        raise NotImplementedError

    def sources(self, f: Filters) -> list[SourceRow]:
        """Sources, best grade first."""
        raise NotImplementedError

    def terms(self, limit: int = 50) -> list[TermRow]:
        """Words that may be new, likeliest first; none for the public."""
        raise NotImplementedError

    def substances(self, f: Filters) -> list[tuple[str, int]]:
        """(id, statements), most stated first; the filter's own substance is left aside."""
        raise NotImplementedError

    def areas(self, f: Filters, level: Level | None = None) -> list[tuple[str, int]]:
        """(code, statements) of departments, regions and countries, most stated first; the filter's own area is left aside."""
        raise NotImplementedError

    def periods(self, step: Step = "quarter") -> list[str]:
        """Every period from the first statement to the last publication, in order."""
        raise NotImplementedError

    def languages(self) -> list[tuple[str, int]]:
        """(language, documents), most first; none for the public."""
        raise NotImplementedError

    def indices(self, f: Filters) -> list[IndexRow]:
        """Price indices by quarter, in order of substance, unit, area and period; see `build.py` for what they rest on."""
        raise NotImplementedError
