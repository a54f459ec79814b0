"""What becomes of the documents of a part: erased, without words that must go, or without their text.

In: documents of a part as rows, and what a store says (`Verdict`). Out: the same, revised, or None for what goes; counts in a `Reached`.
Left out: the files (`vigie.upkeep.folders`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

from vigie.pipeline import cleared_card, finders
from vigie.redact.subject import Finder
from vigie.settings import Settings
from vigie.store.erase import Selection
from vigie.store.part_rows import PartDocument, card_record
from vigie.store.rows import Row, months_later, source_row
from vigie.store.store import Store
from vigie.store.tombstones import Buried, Tombstones
from vigie.upkeep.revising import Find, Tidy, locate, revise, tidied, tidied_columns


@dataclass(kw_only=True, slots=True)
class Reached:
    """What was done in folders of parts, or would be; grows.

    Attributes:
        folders: looked at. archives: of them, those whose parts were written anew.
        documents: erased, with all that was found in them; `facts`: how many that is, with those dropped because their quote went.
        changed: documents of which words went; `mentions`: these, by kind. expired: full texts dropped.
        sample: ids of the audit sample that went with their archive's time or source.
        erased: of each document erased, its source; in memory only.
        named: archives whose own name holds an identifier of who asked. faults: files that could not be read, by name.
    """

    folders: int = 0
    archives: int = 0
    documents: int = 0
    facts: int = 0
    changed: int = 0
    expired: int = 0
    sample: int = 0
    named: int = 0
    erased: dict[str, str] = field(default_factory=dict)
    mentions: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, other: Reached) -> None:
        """Count what another counted."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, dict):  # a Counter adds up
                mine.update(theirs)
            elif isinstance(mine, list):
                mine += theirs
            else:
                setattr(self, one.name, mine + theirs)

    @property
    def nothing(self) -> bool:
        """Whether no file is another one for it."""
        return not (self.documents or self.changed or self.expired or self.sample)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a store says of the documents of a folder.

    Attributes:
        tombstones: of the store; what they hold goes, unless it is in the store (`stored`), where a person left it.
        selection: what goes besides (a purge that is planned).
        clearing: pairs of what finds words that must go, and what tidies columns.
        whole: documents that hold such words go whole.
        expired: documents whose text is gone in the store. settings: with the periods. today: None leaves periods alone.
    """

    tombstones: Tombstones
    stored: Callable[[Collection[str]], set[str]]
    settings: Settings
    selection: Selection = field(default_factory=Selection)
    clearing: Sequence[tuple[Find, Tidy]] = ()
    whole: bool = False
    expired: Collection[str] = ()
    today: date | None = None

    def chosen(self, row: Row, day: date) -> bool:
        """Whether the selection names a document of an archive that was read on `day`."""
        s = self.selection
        return (
            s != Selection()
            and (s.source is None or row["source_id"] == s.source)
            and (not s.documents or row["doc_id"] in s.documents)
            and (s.before is None or (row["published_end"] or day) < s.before)
        )

    def samples_end(self, source_id: str, day: date) -> bool:
        """Whether the audit sample of an archive goes: with its source, or with its time."""
        s = self.selection
        purged = s != Selection() and not s.documents
        purged = purged and (s.source is None or s.source == source_id != "")
        purged = purged and (s.before is None or day < s.before)
        return purged or self._over(source_id, None, day)

    def _over(self, source_id: str, card_months: int | None, day: date) -> bool:
        if self.today is None:
            return False
        return months_later(day, self.settings.months_for(source_id, card_months)) <= self.today

    def of(self, batch: Sequence[PartDocument], day: date, reached: Reached) -> list[PartDocument | None]:
        """What becomes of each document; counted."""
        held = self.tombstones.held([content(d) for d in batch])
        held -= self.stored(held)
        found: list[PartDocument | None] = []
        for d in batch:
            new = None if d.document["doc_id"] in held or self.chosen(d.document, day) else self._cleared(d)
            if new is None:
                reached.documents += 1
                reached.erased[d.document["doc_id"]] = d.document["source_id"]
                reached.facts += len(d.observations)
                found.append(None)
                continue
            reached.changed += new is not d
            reached.mentions.update(_removed(new, d))
            reached.facts += len(d.observations) - len(new.observations)
            row, card = new.document, new.card
            months = None if card is None else card["retention_months"]
            gone = row["doc_id"] in self.expired or self._over(row["source_id"], months, day)
            if row["text"] is not None and gone:
                reached.expired += 1
                new = replace(new, document={**row, "text": None})
            found.append(new)
        return found

    def _cleared(self, d: PartDocument) -> PartDocument | None:
        """Without what is found in it; None if it goes for that."""
        for find, tidy in self.clearing:
            found, columns = locate(d.document, d.evidence, find), tidied_columns(d.document, tidy)
            if (found or columns) and self.whole:
                return None
            if found or columns:
                redactor = d.document["redactor"]
                made = revise(d.document, d.observations, d.evidence, found, columns, redactor).revision
                doc_id = made.document["doc_id"]
                counts = Counter({row["kind"]: row["removed"] for row in d.redactions})
                counts.update(made.removed)
                d = replace(
                    d,
                    document={**d.document, **made.document},
                    observations=list(made.observations),
                    evidence=list(made.evidence),
                    redactions=[{"doc_id": doc_id, "kind": k, "removed": n} for k, n in sorted(counts.items())],
                )  # fmt: skip
        return d


def clearing_of(store: Store) -> list[tuple[Find, Tidy]]:
    """What clears documents of the identifiers of who asked that store to be erased."""
    return [found_by(finder) for finder in finders(store.tombstones)]


def found_by(finder: Finder) -> tuple[Find, Tidy]:
    """The same of one finder."""
    return (lambda text, _lang, _edge: finder.find(text)), tidied(finder.find)


def holds(d: PartDocument, finder: Finder) -> bool:
    """Whether a document holds an identifier, in its text or in what stands beside it."""
    find, tidy = found_by(finder)
    return bool(locate(d.document, d.evidence, find) or tidied_columns(d.document, tidy))


def clear_card(row: Row, clearing: Sequence[Finder]) -> Row:
    """A card's row without the identifiers of who asked to be erased."""
    card = card_record(row)
    for finder in clearing:
        card = cleared_card(card, finder)
    return source_row(card)


def content(d: PartDocument) -> Buried:
    """What the lists compare: the text, or what is left of it."""
    row, text = d.document, d.document["text"]
    if text is None:
        text = "\n".join([row["title"], *dict.fromkeys(proof["sentence"] for proof in d.evidence)])
    return Buried(doc_id=row["doc_id"], text=text, source_id=row["source_id"])


def _removed(new: PartDocument, old: PartDocument) -> Counter[str]:
    after, before = (Counter({r["kind"]: r["removed"] for r in d.redactions}) for d in (new, old))
    return after - before
