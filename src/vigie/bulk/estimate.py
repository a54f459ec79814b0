"""What a job would cost, from a sample: pages, hits, time, memory and disk. Writes nothing.

In: archives and a plan. Out: an Estimate. Of some archives, spread over the list, the beginning and some places further on are read
as the job would read them; the rest is taken to be like them, by bytes as stored.
"""

from __future__ import annotations

import io
import re
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import BinaryIO

from vigie.bulk.archive import Archive
from vigie.bulk.audit import advised
from vigie.bulk.plan import Plan
from vigie.bulk.tally import Tally
from vigie.model.errors import InputRefused
from vigie.pipeline import Refusal, refusal
from vigie.store.parts import packed_bytes
from vigie.store.rows import Entry

ARCHIVES = 12  # sampled of a list: the crawls of one source differ by the day more than by the hour
PLACES = 3  # of each
WINDOW = 4 << 20  # bytes as stored, read at each place
FILES = 200  # of a folder
WORKER_MB = 400  # the bound that the cascade keeps
_LOOK = 1 << 20  # within so many bytes a record begins, or the place is passed over
_PLAIN = re.compile(rb"\r\n\r\n(?=WARC/1\.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a job would cost.

    Attributes:
        archives: that were found; `bytes`: their sizes, of the `unknown` ones taken to be like the others.
        sampled_bytes, sampled_kept: what the figures rest on.
        pages, kept: in all archives. seconds: on `jobs` workers. memory_mb: of all workers. disk: bytes of the parts.
        audit_one_in: one dropped page in how many should be sampled so that an audit can tell the recall.
        refused: inputs that cannot be read.
    """

    archives: int
    bytes: int
    unknown: int
    sampled_bytes: int
    sampled_kept: int
    pages: int
    kept: int
    jobs: int
    seconds: float
    memory_mb: int
    disk: int
    audit_one_in: int
    refused: tuple[Refusal, ...]


def estimate(
    found: Iterable[Archive | Refusal], plan: Plan, jobs: int, tell: Callable[[int, int], None] | None = None
) -> Estimate:
    """Sample the archives. `tell` hears how many of the sample are done, and how many there are."""
    items = list(found)
    archives = [item for item in items if isinstance(item, Archive)]
    refused = [item for item in items if isinstance(item, Refusal)]
    step = max(1, len(archives) // ARCHIVES)
    chosen = archives[::step][:ARCHIVES]
    tally, entries, seconds, taken, parts = Tally(), list[Entry](), 0.0, 0, 0
    for number, archive in enumerate(chosen):
        if tell is not None:
            tell(number, len(chosen))
        if not number:  # what is loaded once is no cost of an archive
            with suppress(InputRefused, OSError):
                _read(_window(archive, 0, 1 << 16), plan, Tally())
        try:
            for piece in _pieces(archive):
                own, start = Tally(), time.process_time()
                entries += _read(piece, plan, own)
                seconds += time.process_time() - start
                taken += own.bytes_in
                tally.add(own)
            parts += 1
        except InputRefused as error:
            refused.append(refusal(archive.name, error))
        except OSError as error:
            refused.append(refusal(archive.name, error))
    sizes = [archive.size for archive in archives if archive.size is not None]
    unknown = len(archives) - len(sizes)
    whole = sum(sizes) + (unknown * sum(sizes) // len(sizes) if sizes else 0)
    times = whole / taken if taken else 0.0
    fixed, each = packed_bytes(entries)
    return Estimate(
        archives=len(archives),
        bytes=whole,
        unknown=unknown,
        sampled_bytes=taken,
        sampled_kept=tally.kept,
        pages=round(tally.pages * times),
        kept=round(tally.kept * times),
        jobs=jobs,
        seconds=seconds * times / jobs,
        memory_mb=jobs * WORKER_MB,
        disk=round(fixed * min(len(archives), tally.kept * times) + each * tally.kept * times),
        audit_one_in=advised(round((tally.pages - tally.kept) * times), round(tally.kept * times)),
        refused=tuple(refused),
    )


def _read(archive: Archive, plan: Plan, tally: Tally) -> Sequence[Entry]:
    from vigie.bulk.cascade import walk

    return list(walk(archive, plan, tally))


def _pieces(archive: Archive) -> Iterable[Archive]:
    """Parts of an archive, each as if it were one."""
    if archive.files is not None:
        files = archive.files
        yield replace(archive, files=lambda: islice(files(), FILES))
        return
    if archive.size is None or archive.size <= PLACES * WINDOW:
        yield archive
        return
    for number in range(PLACES):
        at = _record(archive, archive.size * number // PLACES)
        if at is not None:
            yield _window(archive, at, WINDOW)


def _window(archive: Archive, start: int, length: int) -> Archive:
    return replace(archive, open=partial(_cut, archive.open, start, length))


def _cut(opened: Callable[[], BinaryIO], start: int, length: int) -> BinaryIO:
    with opened() as stream:
        if start:
            stream.seek(start)
        return io.BytesIO(stream.read(length))


def _record(archive: Archive, start: int) -> int | None:
    """Where the first record from `start` on begins; None if none does nearby."""
    if not start:
        return 0
    with archive.open() as stream:
        magic = stream.read(2)
        stream.seek(start)
        data = stream.read(_LOOK)
    if magic == b"\x1f\x8b":
        at = data.find(b"\x1f\x8b\x08")
        while at >= 0:
            with suppress(zlib.error):
                if zlib.decompressobj(wbits=31).decompress(data[at : at + 4096], 5) == b"WARC/":
                    return start + at
            at = data.find(b"\x1f\x8b\x08", at + 1)
        return None
    match = _PLAIN.search(data)
    return start + match.end() if match else None
