"""One archive of a job, from its bytes to its parts and its account. Every engine calls this and nothing else.

Safe to repeat: what is done is not done again, and what was begun and not ended leaves nothing behind. Two processes at the same
archive write the same bytes under the same names.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from vigie.bulk.account import DONE, TRUNCATED, Account
from vigie.bulk.archive import Archive
from vigie.bulk.folder import Folder, writing
from vigie.bulk.kept_out import KeptOut
from vigie.bulk.plan import Plan
from vigie.bulk.tally import Tally
from vigie.bulk.workplace import workplace
from vigie.model.errors import InputRefused, VigieError
from vigie.pipeline import Refusal, refusal
from vigie.store.parts import PartWriter
from vigie.store.rows import Entry

HEAD = 512  # bytes that tell a longer download of the same archive: about its first record, which names it
TRIES = 3  # of an archive whose worker is lost: once may be the machine's fault, three times is the archive's
Tell = Callable[[Tally], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An archive that has its account.

    Attributes:
        fresh: whether it was read now; else it was done before.
        problem: what could not be read of it, and the repair; None if all was.
    """

    key: str
    name: str
    fresh: bool
    tally: Tally
    documents: int
    problem: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why the whole run cannot go on: the disk, a missing package, a model that is not there."""

    message: str


@dataclass(slots=True, kw_only=True)
class Report:
    """What a run did; any engine's.

    Attributes:
        archives: asked for, each once. done: that have their account. fresh: of these, read by this run.
        documents: found in them. tally: of all that are done.
        refused: archives that were not read. damaged: those that were read as far as they can be.
        seconds: of the run.
    """

    archives: int = 0
    done: int = 0
    fresh: int = 0
    documents: int = 0
    tally: Tally = field(default_factory=Tally)
    refused: list[Refusal] = field(default_factory=list)
    damaged: list[Refusal] = field(default_factory=list)
    seconds: float = 0.0

    def take(self, outcome: Done | Refusal) -> None:
        """Count what became of one archive."""
        if isinstance(outcome, Refusal):
            self.refused.append(outcome)
            return
        self.done += 1
        self.fresh += outcome.fresh
        self.documents += outcome.documents
        self.tally.add(outcome.tally)
        if outcome.problem is not None:
            self.damaged.append(outcome.problem)


def attempt(archive: Archive, plan: Plan, out: Path | str, tell: Tell | None = None) -> Done | Refusal | Stop:
    """`run_one` with its errors as records, which travel from a worker as they are. Lets KeyboardInterrupt through."""
    try:
        return run_one(archive, plan, out, tell)
    except InputRefused as error:
        return refusal(archive.name, error)
    except VigieError as error:
        return Stop(message=str(error))
    except Exception as error:
        return refusal(archive.name, error)


def run_one(archive: Archive, plan: Plan, out: Path | str, tell: Tell | None = None) -> Done:
    """Read an archive into `out`, begun by `Folder.begin`, unless that is done.

    Args:
        tell: hears of the tally while it grows.

    Raises InputRefused if the archive cannot be read; StoreError if `out` cannot be written; other errors as they come.
    """
    folder = Folder(out)
    known = folder.account(archive.key)
    if known is not None and known.plan == plan.fingerprint() and not folder.faults(known):
        return _done(known, fresh=False)
    with ExitStack() as stack:
        with writing(folder.root):
            work = stack.enter_context(workplace(folder.root))
        account = _read(archive, plan, folder, work, tell)
        folder.keep(work, account)
    return _done(account, fresh=True)


def _read(archive: Archive, plan: Plan, folder: Folder, work: Path, tell: Tell | None) -> Account:
    from vigie.bulk.cascade import walk  # late: the driver of a cluster needs no extractor

    tally, claim = Tally(), work / archive.key
    kept_out = KeptOut.of(folder.root)

    def beat(grown: Tally) -> None:
        with suppress(OSError):  # progress is no reason to stop
            claim.write_text(
                json.dumps({"bytes_in": grown.bytes_in, "pages": grown.pages, "kept": grown.kept})
            )
        with suppress(OSError):
            os.utime(work)
        if tell is not None:
            tell(grown)

    with writing(folder.root):
        claim.touch()
    head = head_of(archive)
    writer = PartWriter(work, archive.key, plan.rows_per_part)
    with writer:
        for entry in _read_errors(archive, walk(archive, plan, tally, beat, kept_out)):
            with writing(folder.root):
                writer.add(entry)
        with writing(folder.root):
            files = writer.finish()
    return Account(
        key=archive.key,
        name=archive.name,
        size=archive.size,
        place=archive.place,
        plan=plan.fingerprint(),
        head=head,
        state=TRUNCATED if tally.truncated else DONE,
        tally=tally,
        files=tuple(files),
    )


def _read_errors(archive: Archive, entries: Iterator[Entry]) -> Iterator[Entry]:
    """The same entries; a fault of the system is the archive's, not the folder's."""
    try:
        yield from entries
    except OSError as error:
        raise _unreadable(archive, error) from None


def head_of(archive: Archive) -> str:
    """A digest of the first `HEAD` bytes, "" of a folder. Raises InputRefused if they cannot be read."""
    if archive.files is not None:
        return ""
    try:
        with archive.open() as stream:
            data = stream.read(HEAD)
    except OSError as error:
        raise _unreadable(archive, error) from None
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def _unreadable(archive: Archive, error: OSError) -> InputRefused:
    """What the system says of a place; its message may quote an address, its reason does not."""
    if isinstance(error, FileNotFoundError):
        return InputRefused(
            archive.name, "no such file", "it was there when it was listed: give the paths again"
        )
    if isinstance(error, PermissionError):
        return InputRefused(archive.name, "may not be read", "change its permissions")
    # In lower case: a word with a capital may be taken for a name further on.
    return InputRefused(archive.name, f"cannot be read ({(error.strerror or 'input error').lower()})")


def _done(account: Account, *, fresh: bool) -> Done:
    return Done(
        key=account.key,
        name=account.name,
        fresh=fresh,
        tally=account.tally,
        documents=account.documents,
        problem=problem(account),
    )


def problem(account: Account) -> Refusal | None:
    """What could not be read of an archive, and the repair."""
    parts = []
    if account.state == TRUNCATED:
        parts.append("breaks off; what stands before the break was read")
    if account.tally.damaged:
        parts.append(f"{account.tally.damaged} damaged part(s) passed over, the rest was read")
    if not parts:
        return None
    repair = f"download it again to the same place and run the same command; if its size stays the same, remove manifest/{account.key}.json first"
    return Refusal(name=account.name, reason="; ".join(parts), repair=repair)
