"""What a process may say when something goes wrong, so that no text of a document reaches a terminal, a log or a file.

In: nothing. Out: hooks and limits of this process, set by `vigie.cli.main` and by nothing else: a program that embeds Vigie
keeps its own. Messages of exceptions, of warnings and of other packages' logs may quote what was read: of the first two the
class and the place are told, the last are left out. A crash leaves no image of the memory.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO


def hush() -> None:
    """Set all of them."""
    leave_no_core()
    warnings.showwarning = _warning
    sys.unraisablehook = _unraisable
    threading.excepthook = _in_thread
    logging.getLogger().addHandler(
        logging.NullHandler()
    )  # else the last resort prints what other packages say
    ours = logging.getLogger("vigie")
    if not any(isinstance(handler, _Ours) for handler in ours.handlers):
        ours.addHandler(_Ours(logging.WARNING))


def leave_no_core() -> None:
    """No core file, whatever the shell allows."""
    with suppress(ImportError, ValueError, OSError):  # not a POSIX system
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def frames(error: BaseException) -> list[str]:
    """Where an error came from, outermost first, and the same of its causes: class, file, line and function, no message."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(type(current).__name__)
        at = current.__traceback__
        while at is not None:
            code = at.tb_frame.f_code
            lines.append(f"  {Path(code.co_filename).name}:{at.tb_lineno} {code.co_name}")
            at = at.tb_next
        current = current.__cause__ or current.__context__
    return lines


class _Ours(logging.Handler):
    """Warnings of Vigie itself, whose words are its own, on standard error as it is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):
            print(record.getMessage(), file=sys.stderr, flush=True)


def _warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    with suppress(OSError, ValueError):
        print(f"vigie: {category.__name__} at {Path(filename).name}:{lineno}", file=sys.stderr, flush=True)


def _unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    _told(unraisable.exc_type, unraisable.exc_traceback)


def _in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_type is not SystemExit:
        _told(arguments.exc_type, arguments.exc_traceback)


def _told(kind: type[BaseException], trace: TracebackType | None) -> None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    with suppress(OSError, ValueError):
        print(f"vigie: unexpected {kind.__name__}{where}", file=sys.stderr, flush=True)
