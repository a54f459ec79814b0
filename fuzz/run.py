"""Damaged inputs against the readers and the redactor.

    python fuzz/run.py [--minutes 10] [--seed N] [--target readers|redactor|tables|all] [--save DIR]

The reader of tables gets damaged copies of the malformed set (tests/malformed_tables.py).
Readers get damaged files of every format through the real pipeline (reader, guarded child, redactor); the redactor gets
texts mixed from its own tables of cases. Each input runs in a process of its own kind that may be killed: a crash, a hang
past the limit or an exception is a finding. Also checked: redacting twice changes nothing, what was redacted stays as it
is, the title stands first, time grows with the length and not with its square. Findings are written to DIR (a new folder
of the system's temporary files, never the repository) with the seed that makes them again. Exit code 1 if there are any.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tests")]

import mutate  # noqa: E402 - beside this file
import seeds  # noqa: E402

SECONDS = 10.0  # of processor time, for one input: the same on a busy machine
WAITED = 240.0  # seconds by the clock, after which the process is taken for dead
WORKER_SECONDS = 60.0  # by the clock, of a guarded parser: as limits.WORKER_SECONDS, for a busy machine
SLOW = 2.0  # seconds for a text of at most LONG code points: something grows faster than the text
LONG = 20_000
_REASON = re.compile(r"[\d,]+")


def read_one(name: str, data: bytes) -> str:
    """What came of one file. A finding begins with "FOUND"."""
    from vigie.pipeline import Reading, Refusal, clean_stream

    kinds: Counter[str] = Counter()
    for item in clean_stream(name, data, Reading()):
        if isinstance(item, Refusal):
            if "unexpected" in item.reason:
                return f"FOUND {item.reason}"
            if "longer than" in item.reason and "seconds" in item.reason:
                return f"FOUND {item.reason}"
            kinds["refused: " + _REASON.sub("#", item.reason.partition(";")[0])] += 1
            continue
        kinds["read"] += 1
        if kinds["read"] <= 2 and (fault := check_again(item.document.title, item.document.text)):
            return f"FOUND {fault}"
    return "read" if kinds["read"] else max(kinds, default="nothing")


def check_again(title: str, text: str) -> str:
    """Why a redacted text is not left as it is; "" if it is."""
    from vigie.model.document import TITLE_SEPARATOR, RawDocument
    from vigie.redact import redact

    if title and not text.startswith(title + TITLE_SEPARATOR):
        return "the text does not begin with its title"
    body = text[len(title) + len(TITLE_SEPARATOR) :] if title else text
    again = redact(RawDocument(path="a", format="fuzz", title=title, text=body))
    return "redacting twice changes the text" if again.text != text else ""


def read_table(data: bytes) -> str:
    """What came of one table."""
    from vigie.tables.limits import Limits
    from vigie.tables.read import read
    from vigie.tables.records import Block, TableRefused

    limits = Limits(rows=5_000, unpacked_bytes=30_000_000, strings_bytes=20_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.dat"
        path.write_bytes(data)
        rows: list[tuple[str, int]] = []
        try:
            for part in read(path, limits=limits):
                if isinstance(part, Block):
                    rows += [(part.sheet.name, int(n)) for n in part.rows]
        except TableRefused as refusal:
            return "refused: " + refusal.reason
    return "FOUND a row counts twice" if len(set(rows)) < len(rows) else "read" if rows else "nothing"


def redact_one(title: str, text: str) -> str:
    """What came of one text."""
    from vigie.model.document import RawDocument
    from vigie.redact import redact
    from vigie.redact.spans import placeholder_spans

    began = time.process_time()
    raw = RawDocument(path=title or "a.txt", format="fuzz", title=title, text=text)
    clean = redact(raw)
    took = time.process_time() - began
    if took > SLOW and len(text) <= LONG:
        return f"FOUND slow: {took:.1f} s for {len(text)} characters"
    before = Counter(text[a:b] for a, b in placeholder_spans(text))
    after = Counter(clean.text[a:b] for a, b in placeholder_spans(clean.text))
    if before - after:
        return "FOUND a placeholder was damaged"
    if redact(RawDocument(path=clean.path, format="fuzz", text="")).path != clean.path:
        return "FOUND redacting a path twice changes it"
    return (f"FOUND {fault}" if (fault := check_again(clean.title, clean.text)) else "") or (
        "redacted" if clean.redactions else "unchanged"
    )


def _child(pipe: Connection) -> None:
    from vigie.ingest import guard, limits

    logging.disable(logging.WARNING)  # what a reader left out is no finding
    guard.forget()
    limits.WORKER_SECONDS = WORKER_SECONDS
    while True:
        target, first, second, seconds = pipe.recv()
        signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal ends the process, whatever it is busy with
        try:
            if target == "tables":
                pipe.send(read_table(second))
            else:
                pipe.send(read_one(first, second) if target != "redactor" else redact_one(first, second))
        except Exception as error:
            last = error.__traceback__
            while last and last.tb_next:
                last = last.tb_next
            line = f" at {Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last else ""
            pipe.send(f"FOUND {type(error).__name__}{line}")


class Runner:
    """A process that runs inputs; killed and made anew when one does not come back."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._pipe, there = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_child, args=(there,), daemon=False
        )
        self._process.start()
        there.close()

    def __call__(self, target: str, first: str, second: bytes | str, seconds: float) -> str:
        try:
            self._pipe.send((target, first, second, seconds))
            if self._pipe.poll(WAITED):
                return str(self._pipe.recv())
            verdict = f"FOUND no answer in {WAITED:g} s"
        except (EOFError, OSError):
            self._process.join(WAITED)
            late = self._process.exitcode == -signal.SIGPROF
            verdict = f"FOUND no answer in {seconds:g} s" if late else "FOUND the process died"
        self.close()
        self._start()
        return verdict

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()


def cases(target: str, seed: int) -> Iterator[tuple[str, str, bytes | str]]:
    """Inputs without end: (target or reader, file name or title, content)."""
    chance = random.Random(seed)
    files = seeds.seeds()
    pieces = seeds.pieces()
    tables = seeds.tables() if target in ("tables", "all") else []
    while True:
        if target in ("readers", "all"):
            for kind, some in files.items():
                name, data = chance.choice(some)
                changed = mutate.damaged(data, chance)
                if chance.random() < 0.05:
                    name = chance.choice(chance.choice(list(files.values())))[0]
                yield kind, name, changed
        for _ in range(10 if tables else 0):
            name, data = chance.choice(tables)
            yield "tables", name, mutate.damaged(data, chance)
        if target in ("redactor", "all"):
            for _ in range(20):
                title = mutate.text(pieces, chance)[:200] if chance.random() < 0.4 else ""
                yield (
                    "redactor",
                    title,
                    mutate.text(pieces, chance) * chance.choice((1, 1, 1, 1, 1, 1, 1, 30)),
                )


def main() -> int:
    """Run until the time is over; print counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--target", choices=("readers", "redactor", "tables", "all"), default="all")
    parser.add_argument("--save", type=Path, default=None, metavar="DIR", help="where findings go")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(2**32)
    folder = asked.save
    tally: dict[str, Counter[str]] = {}
    found = 0
    run, fresh = Runner(), True
    until = time.monotonic() + 60 * asked.minutes
    for number, (target, first, second) in enumerate(cases(asked.target, seed)):
        if time.monotonic() > until:
            break
        verdict = run(
            target, first, second, 6 * SECONDS if fresh else SECONDS
        )  # the first one loads the word lists
        fresh = verdict.startswith(("FOUND no answer", "FOUND the process"))
        tally.setdefault(target, Counter())[verdict] += 1
        if verdict.startswith("FOUND"):
            found += 1
            folder = folder or Path(tempfile.mkdtemp(prefix="vigie-fuzz-"))
            folder.mkdir(parents=True, exist_ok=True)
            content = (
                second
                if isinstance(second, bytes)
                else f"{first}\n\n{second}".encode("utf-8", "surrogatepass")
            )
            name = first if isinstance(second, bytes) else "text.txt"
            (folder / f"{seed}-{number}-{name}").write_bytes(content)
            print(f"{target} {number}: {verdict.removeprefix('FOUND ')}", file=sys.stderr, flush=True)
    run.close()
    print(f"seed {seed}, {sum(sum(c.values()) for c in tally.values())} inputs, {found} findings")
    for target, counts in sorted(tally.items()):
        print(f"{target}: {sum(counts.values())}")
        for verdict, count in counts.most_common():
            print(f"  {count:7} {verdict}")
    if found:
        print(f"findings are in {folder}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
