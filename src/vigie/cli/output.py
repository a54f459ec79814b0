"""Standard output carries data only; standard error carries what a person should know.

Errors name an input and a reason and never show document text: of an unexpected exception only the class is
told, because its message may quote the text that caused it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import typer

# A password in an address that was given where a file or folder belongs: messages name what was given.
_PASSWORD = re.compile(r"(:/{1,2}[^\s/:@]*):[^\s]*@|(?i:\b(password|passwd|sslpassword)=)[^\s&'\"]+")
_LEAST = 10  # columns that a cut cell keeps
_before: list[Callable[[], None]] = []


def use_utf8() -> None:
    """UTF-8 and plain line feeds whatever the locale; a name that is not valid text is shown escaped."""
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors=errors, newline="\n")


def before_words(do: Callable[[], None]) -> None:
    """Do this before anything is told: of a store on a server nothing is told as done that is not there."""
    if do not in _before:
        _before.append(do)


def _ready() -> None:
    for do in _before:
        do()


def write(text: str) -> None:
    """Write data. A reader that stops early (`| head`) has what it wanted: leave quietly."""
    _ready()
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except UnicodeEncodeError:  # half a surrogate pair: no valid UTF-8 exists for it
        sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8"))
    except BrokenPipeError:
        leave_closed_pipe()


def leave_closed_pipe() -> None:
    """Nobody reads standard output any more: point it elsewhere so that the flush at exit stays silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    raise typer.Exit(0)


def write_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        line = json.dumps(value, ensure_ascii=True, allow_nan=False)
    write(line + "\n")


def say(text: str) -> None:
    """One line for the person, on standard error."""
    _ready()
    try:
        print(without_password(text), file=sys.stderr, flush=True)
    except BrokenPipeError:
        leave_closed_pipe()


def without_password(text: str) -> str:
    """A message, with the password hidden of an address that it names."""
    return _PASSWORD.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}:…@" if found[1] else f"{found[2]}=…"


def fail(message: str, code: int) -> typer.Exit:
    """Say why and give the exit to raise."""
    say(f"vigie: {message}")
    return typer.Exit(code)


def terminal_width() -> int | None:
    """Columns of the terminal that standard output is; None where it is a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, widest: int = 60, width: int | None = None
) -> str:
    """Columns aligned with spaces; a cell longer than `widest` is cut with an ellipsis.

    With `width` the widest columns are cut further until a line fits it, none below the width of its header.
    """
    cells = [[_cell(value, widest) for value in row] for row in rows]
    if not cells:
        return ""
    widths = [max(len(column[i]) for column in [list(header), *cells]) for i in range(len(header))]
    while width is not None and sum(widths) + 2 * (len(widths) - 1) > width:
        most = max(range(len(widths)), key=lambda i: widths[i] - max(len(header[i]), _LEAST))
        if widths[most] <= max(len(header[most]), _LEAST):
            break
        widths[most] -= 1
    lines = [list(header), ["-" * wide for wide in widths], *cells]
    return "".join(
        "  ".join(_cut(c, w).ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def _cut(text: str, widest: int) -> str:
    return text if len(text) <= widest else text[: widest - 1] + "…"


def _cell(value: object, widest: int) -> str:
    if value is None:
        return ""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    # One code point a column: accents written apart would shift all that follows.
    return _cut(" ".join(unicodedata.normalize("NFC", text).split()), widest)
