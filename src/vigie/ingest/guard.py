"""Parsers of hostile formats run in a child process with a time limit per step and a memory limit.

In: the name of a job (worker.JOBS) and its bytes, by pipe: nothing is written to a file. Out: the items of
its answer, as they come. A parser that loops, crashes or eats memory costs its own document and nothing else.
The child is kept for the next document. One child per process and at a time; threads wait for each other.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any

from vigie.ingest import limits

FRAME = struct.Struct(">Q")
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from vigie.ingest.worker import main; main()"
)


class GuardError(Exception):
    """The job did not finish. `reason` and `repair` go to the user as they are: they never quote the
    input.
    """

    def __init__(self, reason: str, repair: str = "") -> None:
        self.reason, self.repair = reason, repair
        super().__init__(reason)


class _Child:
    def __init__(self, memory: int) -> None:
        self.owner = os.getpid()
        self.late = False
        self.served = 0
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, json.dumps(sys.path), str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # parsers print what they choke on
        )

    def kill_late(self) -> None:
        self.late = True
        self.process.kill()

    def close(self) -> None:
        if self.owner != os.getpid():  # a fork holds a copy of the pipe: the child is not its own
            return
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


_lock = threading.RLock()
_child: _Child | None = None


def run(
    job: str, data: bytes, options: dict[str, Any] | None = None, *, seconds: float = 0.0
) -> Iterator[Any]:
    """Items that a job yields. Raises GuardError when one takes longer than `seconds` or the child dies."""
    step = seconds or limits.WORKER_SECONDS
    with _lock:
        child = _borrow()
        finished = False
        try:
            request = json.dumps({"job": job, "options": options or {}}).encode()
            timer = _timer(child, step)
            _send(child, request, data)
            while True:
                answer = _receive(child)
                timer.cancel()
                if "item" not in answer:
                    finished = True
                    break
                yield answer["item"]
                timer = _timer(child, step)
            if "refused" in answer:
                raise GuardError(*answer["refused"])
        except (BrokenPipeError, EOFError):
            if child.late:
                raise GuardError(
                    f"takes longer than {step:g} seconds to read", "print it to a simpler file"
                ) from None
            raise GuardError("breaks the program that reads it", "save or export it again") from None
        finally:
            if not finished:  # a half-read answer would be taken for the next one's
                timer.cancel()
                _discard()


def _timer(child: _Child, seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, child.kill_late)
    timer.daemon = True
    timer.start()
    return timer


def _borrow() -> _Child:
    global _child
    if _child is not None and (
        _child.owner != os.getpid()
        or _child.process.poll() is not None
        or _child.served >= limits.WORKER_JOBS
    ):
        _discard()
    if _child is None:
        _child = _Child(limits.WORKER_MEMORY)
    _child.served += 1
    return _child


def _discard() -> None:
    global _child
    if _child is not None:
        _child.close()
    _child = None


def forget() -> None:
    """Let the child go; the next document gets a new one, with the limits of that moment."""
    with _lock:
        _discard()


atexit.register(_discard)


def _send(child: _Child, *frames: bytes) -> None:
    assert child.process.stdin is not None
    for frame in frames:
        child.process.stdin.write(FRAME.pack(len(frame)))
        child.process.stdin.write(frame)
    child.process.stdin.flush()


def _receive(child: _Child) -> dict[str, Any]:
    assert child.process.stdout is not None
    answer: dict[str, Any] = json.loads(read_frame(child.process.stdout))
    return answer


def read_frame(stream: IO[bytes]) -> bytes:
    """One length-prefixed message. Raises EOFError when the other side is gone."""
    size = FRAME.unpack(_exactly(stream, FRAME.size))[0]
    return _exactly(stream, size)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if data is None or len(data) < size:
        raise EOFError
    return data
