"""Figures drawn in a process of its own, for a server: V8 keeps what it took, some 200 MB, and only its end gives that back.

In: a Figure and a form, or nothing. Out: the bytes that `draw.py` makes of it; the script of `bundle.py`. The process is started by the
first drawing, ends once it is larger than a bound or nobody asked for a while, and with the program that started it. Left out: specifications,
which are made here (`figure.py`): the process takes finished ones, by pipe, and writes no file.
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
from pathlib import Path
from typing import IO, Any, Literal

from vigie.charts import bundle, draw
from vigie.charts.figure import Figure

MOST_BYTES = (
    240 << 20
)  # of memory, after which a new process takes its place: one that has drawn everything once has 160 MB, and 70 more with the script
IDLE = 120.0  # seconds
LATE = 60.0  # seconds for one drawing, which takes 0.1: a map on a machine that is full takes ten times that
_FRAME = struct.Struct(">Q")
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from vigie.charts.apart import main; main()"
)
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
Form = Literal["svg", "png"]


class DrawingError(Exception):
    """A figure that was not drawn: the process ended, or took too long."""


class Artist:
    """One process at a time; threads wait for each other."""

    def __init__(self, most_bytes: int = MOST_BYTES, idle: float = IDLE, late: float = LATE) -> None:
        self._most, self._idle, self._late = most_bytes, idle, late
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._timer: threading.Timer | None = None
        self._ended = False  # the program ends: nobody waits for a drawing any more
        self.started = 0  # processes

    def draw(self, figure: Figure, form: Form, width: int = draw.WIDTH) -> bytes:
        """As `draw.svg` (in UTF-8) and `draw.png`. Raises DrawingError."""
        return self._done(
            {"id": figure.id, "alt": figure.alt, "spec": figure.spec, "form": form, "width": width}
        )

    def javascript(self) -> bytes:
        """As `bundle.javascript`; asked once a program, after which the process ends with what that took. Raises DrawingError."""
        made = self._done({})
        self._leave()
        return made

    def _done(self, job: dict[str, Any]) -> bytes:
        asked = json.dumps(job).encode()
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            try:
                drawn = self._ask(asked)
            except (OSError, EOFError):
                self.close()
                if self._ended:
                    raise SystemExit from None  # ends the thread, without a word
                raise DrawingError(f"{job.get('id', 'the script')}: the process that draws ended") from None
            finally:
                self._timer = threading.Timer(self._idle, self._leave)
                self._timer.daemon = True
                self._timer.start()
        if not drawn:
            raise DrawingError(f"{job.get('id', 'the script')}: not drawn")
        return drawn

    def _ask(self, asked: bytes) -> bytes:
        if self._process is not None and (self._owner != os.getpid() or self._process.poll() is not None):
            self.close()
        if self._process is None:
            self._process, self._owner = _start(), os.getpid()
            self.started += 1
        process = self._process
        late = threading.Timer(self._late, process.kill)
        late.daemon = True
        late.start()
        try:
            _send(process.stdin, asked)
            size, drawn = int.from_bytes(_read(process.stdout), "big"), _read(process.stdout)
        finally:
            late.cancel()
        if size > self._most:
            self.close()
        return drawn

    def _leave(self) -> None:
        with self._lock:
            self.close()

    def end(self) -> None:
        """With the program: what is being drawn is wanted no more."""
        self._ended = True
        self.close()

    def close(self) -> None:
        """End the process; the next drawing starts another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():  # a fork holds a copy of the pipe: not its own
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


_ARTIST = Artist()
atexit.register(_ARTIST.end)


def artist() -> Artist:
    """The one of this program."""
    return _ARTIST


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _START, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a library's warning may quote a label
        start_new_session=True,  # Ctrl-C at the terminal is for the program, which ends this one
    )


def main() -> None:
    """The process: a frame in, two frames out (its size in bytes, the drawing; nothing where it failed), until its input ends."""
    take, give = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may write between frames
    with contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            asked = json.loads(_read(take))
            try:
                drawn = _drawn(**asked) if asked else bundle.javascript()
            except Exception:  # one figure that cannot be drawn is no reason to end
                drawn = b""
            _send(give, _size().to_bytes(8, "big"))
            _send(give, drawn)


def _drawn(*, id: str, alt: str, spec: str, form: Form, width: int) -> bytes:
    figure = Figure(id=id, title="", alt=alt, note="", unit="", columns=(), rows=(), make_spec=lambda: spec)
    return draw.png(figure, width=width) if form == "png" else draw.svg(figure, width).encode()


def _size() -> int:
    """Resident bytes; 0 where nothing tells it."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


def _send(pipe: IO[bytes] | None, data: bytes) -> None:
    if pipe is None:
        raise EOFError
    pipe.write(_FRAME.pack(len(data)) + data)
    pipe.flush()


def _read(pipe: IO[bytes] | None) -> bytes:
    head = pipe.read(_FRAME.size) if pipe is not None else b""
    if pipe is None or len(head) < _FRAME.size:
        raise EOFError
    (length,) = _FRAME.unpack(head)
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data
