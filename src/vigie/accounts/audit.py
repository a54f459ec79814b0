"""The log of what was done, to which lines are only added: each holds a hash over itself and the line before.

In: who, action, target, detail. Out: lines; what is wrong with them. The chain finds what was changed, removed or reordered. A tail that
was cut, or a log that was made anew, leaves a chain that is whole: that is found by the heads, a file beside (or wherever its owner wants it)
to which each new line's number and hash are added, so that every line must have its head and every head its line, and by a head that was
printed (`vigie doctor`, `vigie serve --auth`) and kept elsewhere. A process that is stopped between line and head leaves a last line without:
the next line says so. Who can write both files and saw no printed head kept can forge both: the log says so nowhere, the documentation does.
Nothing of documents, no name, no address of a machine: ids, codes and numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from vigie.accounts.file import File

_ACTION = re.compile(r"[a-z][a-z_]*(\.[a-z_]+)*")
_TARGET = re.compile(r"[A-Za-z0-9_.:/-]{0,160}")
_DETAIL = re.compile(r"[a-z0-9_ ,=:.>-]{0,160}")
# Lines that excuse what would be a fault else: none of them counts without its own head, which whoever forges a line cannot add.
_TRIM, _HEADLESS = "log.trim", "log.headless"
_SOON = (
    0.05  # seconds in which another process has told the head of a line that is there: it writes some bytes
)
_HEAD = re.compile(r"(\d{1,15}):([0-9a-f]{32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing done: `who` is the id of an account, "local" or "anonymous"."""

    seq: int
    at: str
    who: str
    action: str
    target: str
    detail: str
    hash: str

    def chained(self, before: str) -> str:
        """The hash that the line must have after a line with the hash `before`."""
        said = [before, self.seq, self.at, self.who, self.action, self.target, self.detail]
        return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()


class Audit:
    """The log in the file of accounts.

    Args:
        heads: the file of heads.
    """

    def __init__(self, file: File, heads: Path) -> None:
        self.file, self.heads = file, heads
        self._written = ""  # the hash of the last line of this process, whose head may be told in a moment

    def add(self, who: str, action: str, target: str = "", detail: str = "", *, now: float) -> Line:
        """Raises ValueError for what is no code: the log holds no words of people or documents."""
        if not _ACTION.fullmatch(action) or not _TARGET.fullmatch(target) or not _DETAIL.fullmatch(detail):
            raise ValueError("a line of the log holds ids, codes and numbers only")
        with self.file.transaction():
            said = [(who, action, target, detail)]
            if lacks := self._headless():
                said.insert(0, ("local", _HEADLESS, str(lacks), ""))
            for one in said:
                done = self._append(*one, now=now)
                self.file.after_commit(partial(self._tell, done))
            self._written = done.hash
        return done

    def _append(self, who: str, action: str, target: str, detail: str, *, now: float) -> Line:
        seq, before = self._last()
        at = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
        line = Line(seq=seq + 1, at=at, who=who, action=action, target=target, detail=detail, hash="")
        done = replace(line, hash=line.chained(before))
        self.file.run("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", *astuple(done))
        return done

    def _headless(self) -> int:
        """The last line if its head was never told, by a process that was stopped or by other hands; 0 if all is well."""
        seq, found = self._last()
        if seq == self._start()[0] or found == self._written:
            return 0
        for wait in (_SOON, 0.0):
            told = self._end_of_heads()
            if told is None or _head(seq, found) in told:
                return 0
            time.sleep(wait)
        return seq

    def _end_of_heads(self) -> list[str] | None:
        """The last heads; None where they cannot be read, which `fault` tells."""
        try:
            with self.heads.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
                return file.read().decode("ascii", "replace").split("\n")
        except OSError:
            return None

    def _tell(self, line: Line) -> None:
        """Add the head after the line is safe: a head without its line would be a false alarm."""
        handle = os.open(
            self.heads, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600
        )
        try:
            os.write(handle, f"{_head(line.seq, line.hash)}\n".encode())
            os.fsync(handle)  # as safe as the line: only the last one may lack its head
        finally:
            os.close(handle)

    def _start(self) -> tuple[int, str]:
        row = self.file.one("SELECT seq, hash FROM audit_start")
        return (int(row[0]), str(row[1])) if row else (0, "")

    def _last(self) -> tuple[int, str]:
        row = self.file.one("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        return (int(row[0]), str(row[1])) if row else self._start()

    def head(self) -> str:
        """Number and hash of the last line, "12:3f…": keep it elsewhere, and a later log can be held against it."""
        seq, found = self._last()
        return _head(seq, found) if seq else ""

    def lines(self, *, last: int | None = None) -> Iterator[Line]:
        """All lines in order, or the last ones."""
        rows = self.file.all("SELECT * FROM audit ORDER BY seq DESC LIMIT ?", -1 if last is None else last)
        for row in reversed(rows):
            yield Line(
                seq=row[0], at=row[1], who=row[2], action=row[3], target=row[4], detail=row[5], hash=row[6]
            )

    def fault(self, printed: str = "") -> str | None:
        """What is wrong with the log, the first thing found; None if nothing is.

        Args:
            printed: a head that was kept elsewhere.
        """
        found = self._fault(printed)
        if found is None:
            return None
        time.sleep(_SOON)  # another process may be between a line and its head
        return self._fault(printed)

    def _fault(self, printed: str) -> str | None:
        (start, before), lines = self._start(), list(self.lines())
        at, known = start, {start: _short(before)}
        for line in lines:
            if line.seq != at + 1:
                return f"line {at + 1} is missing: the next is {line.seq}"
            if line.hash != line.chained(before):
                return f"line {line.seq} is not what was written, or the line before it was changed"
            at, before = line.seq, line.hash
            known[at] = _short(before)
        try:
            heads = self._heads()
        except OSError:
            gone = f"the file of heads is gone, or cannot be read ({self.heads.name})"
            return gone if lines or start else None
        for seq, short in heads:
            if seq >= start and known.get(seq) != short:
                return f"the end was cut or written anew: line {seq} of the heads is not in the log"
        told = {seq for seq, _ in heads}
        if start and start not in told:
            return f"the lines up to {start} were removed, and the heads know nothing of the last of them"
        # Said before it is done: after a stop between the two, the lines that were to go are all there.
        if start > max((_trimmed(line) for line in lines if line.seq in told), default=0):
            return f"the lines up to {start} were removed, and no line says so"
        for line, after in zip(lines, [*lines[1:], None], strict=True):
            if line.seq not in told and not self._excused(line, after, told):
                return f"line {line.seq} has no head: it was not written by Vigie, or the heads were cut"
        return self._against(printed, known, start) if printed else None

    @staticmethod
    def _excused(line: Line, after: Line | None, told: set[int]) -> bool:
        """Whether a process that was stopped between a line and its head explains it."""
        if line.action == _HEADLESS:
            return False
        if after is None:
            return True
        return after.action == _HEADLESS and after.target == str(line.seq) and after.seq in told

    def _against(self, printed: str, known: dict[int, str], start: int) -> str | None:
        found = _HEAD.fullmatch(printed.strip())
        if found is None:
            return "the head is no number and hash as they were printed (12:3f…)"
        seq = int(found[1])
        if seq < start:
            return f"line {seq} was removed with the old lines: it tells nothing"
        return None if known.get(seq) == found[2] else f"line {seq} is not what was printed"

    def _heads(self) -> list[tuple[int, str]]:
        """Raises OSError where there are none."""
        text = self.heads.read_text("ascii", errors="replace")
        listed = text.split("\n")[:-1]  # what a stop left half written has no end
        return [
            (int(found[1]), found[2]) if (found := _HEAD.fullmatch(line)) else (1 << 60, "")
            for line in listed
        ]

    def trim(self, before: str, *, now: float) -> int:
        """Remove the lines before a day (ISO): how many. The log says so itself, before it is done, and goes on from the last of them."""
        with self.file.transaction():
            row = self.file.one("SELECT seq, hash FROM audit WHERE at < ? ORDER BY seq DESC LIMIT 1", before)
            if row is None:
                return 0
            self.add("local", _TRIM, str(row[0]), now=now)
        with self.file.transaction():
            self.file.run("UPDATE audit_start SET seq = ?, hash = ? WHERE seq < ?", row[0], row[1], row[0])
            return self.file.run("DELETE FROM audit WHERE seq <= ?", row[0])


def _trimmed(line: Line) -> int:
    """The last line that this one says was removed; 0 for none."""
    return int(line.target) if line.action == _TRIM and re.fullmatch(r"[0-9]{1,15}", line.target) else 0


def _head(seq: int, found: str) -> str:
    return f"{seq}:{_short(found)}"


def _short(found: str) -> str:
    """Half of the hash: 128 bits are enough to tell, and somebody may have to write them down."""
    return found[:32]
