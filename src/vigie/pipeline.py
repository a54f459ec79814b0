"""The stages in order: ingest, redact, extract, store.

In: paths. Out: clean documents with their observations, and a Refusal for each input that could not be read.
A raw document lives only between the reader and the redactor, inside `clean`. One input that fails never
stops the others; of an unexpected exception only the class is kept, because its message may quote the
document.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from vigie import __version__
from vigie.assess import assess
from vigie.ingest import discover, read, read_stream
from vigie.lexicon.version import data_version
from vigie.model.document import CleanDocument, RawDocument, SourceCard
from vigie.model.errors import InputRefused, SettingsError, VigieError
from vigie.model.observation import Observation
from vigie.model.period import PartialDate
from vigie.redact import REDACTOR_VERSION, redact
from vigie.redact.again import Shift
from vigie.redact.fields import redact_card
from vigie.redact.keyfile import load_key
from vigie.redact.marks import Marker
from vigie.redact.paths import redact_path
from vigie.redact.subject import Finder, Mark, cleared
from vigie.store.changes import Change, compare
from vigie.store.rows import Entry
from vigie.store.runs import Counts, Versions
from vigie.store.store import Store
from vigie.store.tombstones import Tombstones, keyed

KNOWLEDGE = ("gazetteer", "grammar", "lexicons", "taxonomy")  # folders of data/ that decide what is found


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One input that was not read, with the reason and, where there is one, the repair."""

    name: str
    reason: str
    repair: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}" + (f" ({self.repair})" if self.repair else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A redacted document and the card of the source it came from, None without one.

    `name` is the input as given, for messages: in the document's own path the names of its authors are removed
    too, wherever they stand. Messages show it through `shown`. `observations`: what was found in it already; None where
    that is to do.
    """

    document: CleanDocument
    source: SourceCard | None = None
    name: str = ""
    observations: tuple[Observation, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How inputs are read.

    Attributes:
        source: the card of every input; None looks for the nearest `source.toml`.
        mapping: field of a document -> key of a JSON record, for JSON and JSON Lines.
        marker: leaves marks by which contacts can be counted; None, the default, leaves nothing of them.
        published: day of publication of an input that does not say its own, as a feed announces it.
    """

    source: SourceCard | None = None
    mapping: Mapping[str, str] | None = None
    marker: Marker | None = None
    published: PartialDate | None = None


def inputs(paths: Iterable[Path]) -> Iterator[Path | Refusal]:
    """The files that the paths stand for, in order; a path that cannot be walked is a Refusal."""
    for path in paths:
        try:
            yield from discover([path])
        except Exception as error:
            yield refusal(str(path), error)


def clean(path: Path, reading: Reading) -> Iterator[Cleaned | Refusal]:
    """Redacted documents of one input, streamed."""
    if own := written_by_vigie(path):
        yield Refusal(
            name=shown(str(path)), reason=own, repair="leave it out: what it says is stored already"
        )
        return
    found = read(path, source=reading.source, mapping=reading.mapping, shown=shown(str(path)))
    yield from _clean_each(str(path), found, reading.marker)


def written_by_vigie(path: Path) -> str:
    """What kind of output of Vigie a file is; "" for anything else. Read again, it would bear itself out."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            if head.startswith(b"%PDF"):
                stream.seek(max(0, path.stat().st_size - _TAIL))
                head = stream.read(_TAIL)
    except (OSError, ValueError):
        return ""  # the reader says what is wrong
    if head[8:12] == b"DUCK":
        return "a store, written by Vigie"
    if _PARTS in head:
        return "the account of a job on archives, written by Vigie"
    return "a bulletin, written by Vigie" if any(mark in head for mark in _MARKS) else ""


_HEAD = 600  # bytes
_PARTS = b'{\n "kind": "vigie-bulk'
_TAIL = 1 << 18  # after the author of a PDF come its metadata and its table of objects, 20 bytes each
_MARKS = (
    b'<meta name="generator" content="Vigie">',
    b"<!-- generator: Vigie -->",
    b"/Author(Vigie)/Creator(Typst",
)


def clean_stream(name: str, data: bytes, reading: Reading) -> Iterator[Cleaned | Refusal]:
    """The same for bytes that came without a file (standard input)."""
    found = read_stream(name, data, source=reading.source, mapping=reading.mapping, shown=shown(name))
    yield from _clean_each(name, found, reading.marker, reading.published)


def clean_raw(raw: RawDocument) -> Cleaned | Refusal:
    """The same for one document that another reader made (`vigie.bulk`)."""
    return next(_clean_each(raw.path, iter((raw,))))


def _clean_each(
    name: str,
    documents: Iterator[RawDocument],
    marker: Marker | None = None,
    published: PartialDate | None = None,
) -> Iterator[Cleaned | Refusal]:
    """A fault of the reader ends this input; a fault of the redactor only loses its document."""
    while True:
        try:
            raw = next(documents)
        except StopIteration:
            return
        except Exception as error:
            yield refusal(name, error)
            return
        try:
            card = redact_card(raw.source) if raw.source else None
            if published is not None and raw.published is None:
                raw = replace(raw, published=published)
            yield Cleaned(document=redact(raw, marker), source=card, name=raw.path)
        except Exception as error:
            yield refusal(raw.path, error)


def observe(document: CleanDocument, name: str = "") -> list[Observation] | Refusal:
    """What the document states; a refusal gives the input its `name`."""
    from vigie.extract import extract  # late: `vigie redact` needs no lexicon of substances

    try:
        return list(extract(document))
    except Exception as error:
        return refusal(name or document.path, error)


def shown(name: str) -> str:
    """The name of an input as messages and logs may show it: a file name may hold a contact too. Where something was taken
    out, the size of the file is told, by which its owner finds it.
    """
    path = redact_path(name, "en")
    if path == name:
        return path
    try:
        return f"{path} ({Path(name.partition('#')[0]).stat().st_size} bytes)"
    except (OSError, ValueError):
        return path


def refusal(name: str, error: Exception) -> Refusal:
    """The verdict on an input that raised `error`."""
    name = shown(name)
    if isinstance(error, InputRefused):
        return Refusal(name=shown(error.name), reason=redact_path(error.reason, "en"), repair=error.repair)
    if isinstance(error, VigieError):  # it may name another file than the input: a source card in a folder
        return Refusal(name=name, reason=redact_path(str(error), "en"))
    if isinstance(error, FileNotFoundError):
        return Refusal(name=name, reason="no such file")
    if isinstance(error, PermissionError):
        return Refusal(name=name, reason="may not be read", repair="change its permissions")
    where = place_of(error)
    reason = f"unexpected {type(error).__name__}" + (f" at {where}" if where else "")
    return Refusal(name=name, reason=reason, repair="please report it with the kind of file")


def place_of(error: BaseException) -> str:
    """The line of Vigie that an error came from ("finish.py:88"); "" if none. It says nothing of the document."""
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(__file__).parent  # a checkout may well be named vigie too
    ours = [f"{Path(f.filename).name}:{f.lineno}" for f in frames if package in Path(f.filename).parents]
    return ours[-1] if ours else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run did.

    Attributes:
        new: documents stored (for a re-extraction: whose observations changed).
        unchanged: documents that were stored already.
        refused: inputs that were not read, and documents that could not be worked on.
        observations, redactions: how many of each type or kind, in the new documents.
        changes: what a re-extraction changed.
        expired: full texts dropped because their time was over.
        again: new documents at a path under which another text is stored: both stay, and both count.
        kept_out: paths of documents that were not stored because their content was purged earlier.
    """

    read: int
    new: int
    unchanged: int
    refused: tuple[Refusal, ...]
    observations: Mapping[str, int]
    redactions: Mapping[str, int]
    changes: tuple[Change, ...] = ()
    expired: int = 0
    again: int = 0
    kept_out: tuple[str, ...] = ()


Tell = Callable[[Cleaned | Refusal], None]


def add(
    store: Store,
    items: Iterable[Cleaned | Refusal],
    tell: Tell | None = None,
    found_with: Versions | None = None,
) -> Summary:
    """Store what is new, in batches of one transaction each. `tell` hears of every item and every refusal.

    `found_with`: what the facts depend on that items bring along; None for the present versions.
    """
    settings, run_id = store.settings, store.start_run("add", found_with or versions())
    tally, pending, chars = _Tally(store.expire()), list[Cleaned](), 0
    clearing, key = suppressing(store), None
    for item in items:
        if tell is not None:
            tell(item)
        if (
            store.breathe()
        ):  # a person may have asked to be erased meanwhile, and the owner destroyed the key of contacts
            clearing, key = suppressing(store), key_id_of(settings.key_file)
            pending = [_as_asked(waiting, clearing, key) for waiting in pending]
        if isinstance(item, Refusal):
            tally.refused.append(item)
            continue
        tally.read += 1
        item = _as_asked(item, clearing, key)
        pending.append(item)
        chars += len(item.document.text)
        if len(pending) >= settings.batch_documents or chars >= settings.batch_chars:
            _flush(store, run_id, pending, tally, tell)
            pending, chars = [], 0
    _flush(store, run_id, pending, tally, tell)
    return tally.finish(store, run_id)


class _Tally:
    """Counts that grow while a run goes on."""

    def __init__(self, expired: int) -> None:
        self.expired = expired
        self.read = self.new = self.unchanged = self.written = self.again = 0
        self.refused: list[Refusal] = []
        self.observations: Counter[str] = Counter()
        self.redactions: Counter[str] = Counter()
        self.changes: list[Change] = []
        self.kept_out: list[str] = []

    def finish(self, store: Store, run_id: int) -> Summary:
        """Judge what the run wrote, record that it ended."""
        assess(store)
        store.finish_run(
            run_id,
            Counts(
                read=self.read,
                new=self.new,
                unchanged=self.unchanged,
                refused=len(self.refused),
                kept_out=len(self.kept_out),
                observations=self.written,
            ),
        )
        return Summary(
            read=self.read,
            new=self.new,
            unchanged=self.unchanged,
            refused=tuple(self.refused),
            observations=dict(sorted(self.observations.items())),
            redactions=dict(sorted(self.redactions.items())),
            changes=tuple(self.changes),
            expired=self.expired,
            again=self.again,
            kept_out=tuple(self.kept_out),
        )


def suppressing(store: Store, *, due: bool = False) -> list[Finder]:
    """What clears documents of the identifiers of persons who asked to be erased; with `due`, of those not yet applied."""
    return finders(store.tombstones, due=due)


def finders(tombstones: Tombstones, *, due: bool = False) -> list[Finder]:
    """The same of lists that lie in no store (`vigie.bulk.kept_out`)."""
    return [
        Finder(
            [Mark(form=s.form, key=s.mark, words=s.words, kind=s.kind) for s in listed],
            partial(keyed, salt=salt),
        )
        for salt, listed in tombstones.suppressed(due=due).items()
    ]


def _as_asked(item: Cleaned, clearing: Iterable[Finder], key: str | None) -> Cleaned:
    """An item without the identifiers of who asked to be erased; given the id of a key, without marks of another one."""
    for finder in clearing:
        item = _without(item, finder)
    if key is not None and any(mark.key_id != key for mark in item.document.marks):
        return replace(item, document=replace(item.document, marks=()))
    return item


def key_id_of(path: Path) -> str:
    """The id of the key of contacts as it is now; "" without one."""
    try:
        return Marker(load_key(path)).key_id
    except SettingsError:
        return ""


def _without(item: Cleaned, finder: Finder) -> Cleaned:
    """A document and its card without what the finder finds; of another text nothing is known yet."""
    document = cleared(item.document, finder)
    return replace(
        item,
        document=document,
        source=cleared_card(item.source, finder) if item.source is not None else None,
        observations=item.observations if document.text == item.document.text else None,
    )


def cleared_card(card: SourceCard, finder: Finder) -> SourceCard:
    """A card without what the finder finds in its words: a person who asked to be erased may be the publisher."""

    def clear(text: str) -> str:
        found = finder.find(text)
        return Shift(found, "en").apply(text) if found else text

    return replace(
        card,
        name=clear(card.name),
        publisher=clear(card.publisher),
        licence=clear(card.licence),
        legal_basis=clear(card.legal_basis),
    )


def clearing(store: Store) -> Callable[[str], str]:
    """What clears words written by hand of the identifiers of persons who asked to be erased."""
    finders = suppressing(store)

    def clear(text: str) -> str:
        for finder in finders:
            found = finder.find(text)
            text = Shift(found, "en").apply(text) if found else text
        return text

    return clear


def _flush(store: Store, run_id: int, pending: list[Cleaned], tally: _Tally, tell: Tell | None) -> None:
    fresh = {item.document.doc_id: item for item in reversed(pending)}  # of twins, the first
    stored = [fresh.pop(doc_id).document for doc_id in sorted(store.known(fresh.keys()))]
    store.write_marks([document for document in stored if document.marks])
    purged = store.tombstones.held([item.document for item in fresh.values()])
    kept_out = [item for item in pending if item.document.doc_id in purged]
    tally.kept_out += [item.document.path for item in kept_out]
    entries: list[Entry] = []
    failed = len(kept_out)
    for item in reversed([item for doc_id, item in fresh.items() if doc_id not in purged]):
        told = item.observations
        found = observe(item.document, item.name) if told is None else list(told)
        if isinstance(found, Refusal):
            tally.refused.append(found)
            failed += 1
            if tell is not None:
                tell(found)
        else:
            entries.append(Entry(document=item.document, observations=found, source=item.source))
    # The number of a document in a container says little: a newer export begins elsewhere.
    tally.again += len(store.known_paths({e.document.path for e in entries} - {"-"} - _numbered(entries)))
    tally.written += store.write(run_id, entries)
    tally.new += len(entries)
    tally.unchanged += len(pending) - len(entries) - failed
    for entry in entries:
        tally.observations.update(o.type for o in entry.observations)
        tally.redactions.update(entry.document.redactions)


def _numbered(entries: Iterable[Entry]) -> set[str]:
    return {e.document.path for e in entries if "#" in e.document.path}


def reextract(store: Store, tell: Callable[[CleanDocument], None] | None = None) -> Summary:
    """Extract again from the stored texts and replace the observations that differ."""
    run_id, tally = store.start_run("reextract", versions()), _Tally(store.expire())
    pending: list[CleanDocument] = []
    for document in store.clean_documents():
        if tell is not None:
            tell(document)
        if document.kind == "table":
            continue  # its facts were read from columns, and no extractor knows these
        pending.append(document)
        if len(pending) >= store.settings.batch_documents:
            _replace(store, run_id, pending, tally)
            pending = []
            store.breathe()
    _replace(store, run_id, pending, tally)
    return tally.finish(store, run_id)


def _replace(store: Store, run_id: int, pending: list[CleanDocument], tally: _Tally) -> None:
    ids = [d.doc_id for d in pending]
    # A page of documents is read ahead: what was erased since by another process is not written again.
    there = store.known(ids)
    stored = store.machine_records(ids)
    entries: list[Entry] = []
    for document in pending:
        if document.doc_id not in there:
            continue
        tally.read += 1
        found = observe(document)
        if isinstance(found, Refusal):
            tally.refused.append(found)
            continue
        changes = compare(stored[document.doc_id], found)
        tally.observations.update(o.type for o in found)
        if changes:
            tally.changes += changes
            tally.new += 1
            entries.append(Entry(document=document, observations=found))
        else:
            tally.unchanged += 1
    tally.written += store.replace(run_id, entries)


@cache
def versions() -> Versions:
    """What the facts found now depend on."""
    return Versions(code=__version__, lexicon=knowledge_version(), redactor=REDACTOR_VERSION)


def knowledge_version() -> str:
    """First 12 hex digits of a SHA-256 over the data files that decide what is found."""
    return data_version(KNOWLEDGE)
