"""The child process of guard.py.

In: requests on standard input. Out: for each, the items that its job yields, then an end or a refusal, on
standard output. Limits of its own: address space (where the system knows one). Messages never quote the
input.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

from vigie.ingest.guard import FRAME, read_frame
from vigie.model.errors import InputRefused

# Function name by job: `(data, options) -> Iterator[JSON-able]`, imported when first asked for.
JOBS = {
    "html": "vigie.ingest.html_page:parse",
    "pdf": "vigie.ingest.pdf_pages:pages",
}
_PARENT_SECONDS = 2.0
Job = Callable[[bytes, dict[str, Any]], Iterator[Any]]


def main() -> None:
    """Serve requests until standard input ends."""
    _limit_memory(int(sys.argv[2]))
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    logging.disable(logging.CRITICAL)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    sys.stdout = sys.stderr  # a library that prints must not break the answers
    while True:
        try:
            request = json.loads(read_frame(requests))
            data = read_frame(requests)
        except EOFError:
            return
        serve(request, data, answers)


def serve(request: dict[str, Any], data: bytes, answers: IO[bytes]) -> None:
    """Run one job and write its answer."""
    try:
        module, function = JOBS[request["job"]].split(":")
        job: Job = getattr(importlib.import_module(module), function)
        for item in job(data, request["options"]):
            _write(answers, {"item": item})
        _write(answers, {"end": True})
    except InputRefused as refusal:
        _write(answers, {"refused": [refusal.reason, refusal.repair]})
    except RecursionError:
        _write(answers, {"refused": ["nested too deeply", "save it again without its nested parts"]})
    except MemoryError:
        _write(answers, {"refused": ["needs more memory than is allowed", "split it into its documents"]})
    except (
        Exception
    ) as error:  # whatever a parser raises on a broken file: its kind is told, its words are not
        _write(answers, {"refused": [f"broken ({type(error).__name__})", "save or export it again"]})


def _write(answers: IO[bytes], message: dict[str, Any]) -> None:
    # surrogates may come out of a broken text layer; JSON escapes carry them
    payload = json.dumps(message).encode("ascii")
    answers.write(FRAME.pack(len(payload)))
    answers.write(payload)
    answers.flush()


def _end_with_parent(parent: int) -> None:
    """End when the parent is gone: nobody else stops a parser that loops."""
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os._exit(1)


def _limit_memory(limit: int) -> None:
    try:
        import resource
    except ImportError:  # not a POSIX system: the time limit and the page limits hold
        return
    # A parser that crashes must leave no image of the memory behind.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    if soft == resource.RLIM_INFINITY or soft > limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
