"""The stages in order: ingest, redact, extract (and store, in `add`).

In: paths. Out: clean documents with their observations, and a Refusal for each input that could not be read.
A raw document lives only between the reader and the redactor, inside `clean`. One input that fails never
stops the others; of an unexpected exception only the class is kept, because its message may quote the
document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vigie.ingest import discover, read, read_stream
from vigie.ingest.sources import card_for
from vigie.model.document import CleanDocument, RawDocument, SourceCard
from vigie.model.errors import InputRefused, VigieError
from vigie.model.observation import Observation
from vigie.redact import redact


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
    """A redacted document and the card of the source it came from, None without one."""

    document: CleanDocument
    source: SourceCard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How inputs are read.

    Attributes:
        source: the card of every input; None looks for the nearest `source.toml`.
        mapping: field of a document -> key of a JSON record, for JSON and JSON Lines.
    """

    source: SourceCard | None = None
    mapping: Mapping[str, str] | None = None


def inputs(paths: Iterable[Path]) -> Iterator[Path | Refusal]:
    """The files that the paths stand for, in order; a path that cannot be walked is a Refusal."""
    for path in paths:
        try:
            yield from discover([path])
        except Exception as error:
            yield refusal(str(path), error)


def clean(path: Path, reading: Reading) -> Iterator[Cleaned | Refusal]:
    """Redacted documents of one input, streamed."""
    try:
        card = reading.source or card_for(path)
        yield from _clean_each(str(path), read(path, source=card, mapping=reading.mapping))
    except Exception as error:
        yield refusal(str(path), error)


def clean_stream(name: str, data: bytes, reading: Reading) -> Iterator[Cleaned | Refusal]:
    """The same for bytes that came without a file (standard input)."""
    try:
        yield from _clean_each(name, read_stream(name, data), reading.source)
    except Exception as error:
        yield refusal(name, error)


def _clean_each(
    name: str, documents: Iterator[RawDocument], source: SourceCard | None = None
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
            document = redact(raw)
        except Exception as error:
            yield refusal(raw.path, error)
            continue
        yield Cleaned(document=document, source=raw.source or source)


def observe(document: CleanDocument) -> list[Observation] | Refusal:
    """What the document states."""
    from vigie.extract import extract  # late: `vigie redact` needs no lexicon of substances

    try:
        return list(extract(document))
    except Exception as error:
        return refusal(document.path, error)


def refusal(name: str, error: Exception) -> Refusal:
    """The verdict on an input that raised `error`."""
    if isinstance(error, InputRefused):
        return Refusal(name=error.name, reason=error.reason, repair=error.repair)
    if isinstance(error, VigieError):
        return Refusal(name=name, reason=str(error))
    if isinstance(error, FileNotFoundError):
        return Refusal(name=name, reason="no such file")
    if isinstance(error, PermissionError):
        return Refusal(name=name, reason="may not be read", repair="change its permissions")
    return Refusal(
        name=name,
        reason=f"unexpected {type(error).__name__}",
        repair="please report it with the kind of file",
    )
