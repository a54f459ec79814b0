"""The job on one machine: processes of the standard library, an archive at a time each.

In: archives, a plan, a folder. Out: a Report. Each worker is an executor of one process, so that a worker that is lost (killed, out
of memory) costs its own archive only, which is tried again; nothing waits in a queue, so that nothing piles up. Workers end when
their driver does, however it ends.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from multiprocessing.connection import wait as ended
from multiprocessing.context import BaseContext
from pathlib import Path

from vigie.bulk import workplace
from vigie.bulk.archive import Archive
from vigie.bulk.driving import driving
from vigie.bulk.folder import Folder
from vigie.bulk.job import TRIES, Done, Report, Stop, attempt
from vigie.bulk.plan import Plan
from vigie.bulk.progress import Course, Tell
from vigie.model.errors import StoreError, VigieError
from vigie.pipeline import Refusal

SECONDS = 0.5  # between two looks
# Loaded once by the process that workers are forked from.
_PRELOAD = ["vigie.bulk.job", "vigie.bulk.cascade", "vigie.pipeline", "vigie.extract"]
Prepare = Callable[[], None]


def run(
    archives: Iterable[Archive | Refusal], plan: Plan, out: Path | str, jobs: int, tell: Tell | None = None,
    *, asked: Sequence[Archive] = (), prepare: Prepare | None = None, start: str = "",
) -> Report:  # fmt: skip
    """Read all archives into `out`.

    Args:
        archives: for this driver; one that comes twice is read once.
        jobs: workers, at least 1.
        tell: hears of progress and of every outcome.
        asked: all archives of the job, where other drivers read the others.
        prepare: called once in every worker (what a process may print). Picklable.
        start: how workers are started; "" for what is safe here.

    Raises SettingsError for a folder of another plan; StoreError if the disk is full; KeyboardInterrupt as it comes. Whatever
    ends the run, what is done stays, and the same call continues it.
    """
    with driving(archives, plan, Folder(out), tell, asked) as drive:
        team = _Team(_context(start), prepare, plan, drive.folder, drive.course)
        try:
            team.work(drive.waiting, max(1, jobs))
        finally:
            team.end()
    return drive.course.report


def _context(start: str) -> BaseContext:
    known = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context(start or ("forkserver" if "forkserver" in known else "spawn"))
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(_PRELOAD)
        _serve()
    return context


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """An interrupt that comes now is taken when this is over: a process that is half started cannot be ended."""
    if threading.current_thread() is not threading.main_thread():  # only there signals are heard
        yield
        return
    came: list[object] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


def _serve() -> None:
    """Start the process that workers are forked from, deaf to the interrupt that a terminal sends to all: the driver ends them."""
    if threading.current_thread() is not threading.main_thread():
        return  # it is started with the first worker
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


class _Team:
    """The workers, and what they are at."""

    def __init__(
        self, context: BaseContext, prepare: Prepare | None, plan: Plan, folder: Folder, course: Course
    ) -> None:
        self._context, self._prepare, self._plan, self._folder = context, prepare, plan, folder
        self._course = course
        self._free: list[ProcessPoolExecutor] = []
        self._at: dict[Future[Done | Refusal | Stop], tuple[ProcessPoolExecutor, Archive]] = {}
        self._lost: Counter[str] = Counter()
        self._in_a_row = 0  # workers lost since one did something
        self._before = {process.pid for process in multiprocessing.active_children()}

    def work(self, waiting: deque[Archive], jobs: int) -> None:
        """Until nothing is left. Archives that another run is at come last: it may have ended by then."""
        put_off: deque[Archive] = deque()
        while waiting or put_off or self._at:
            while len(self._at) < jobs and (waiting or put_off):
                first = bool(waiting)
                archive = (waiting or put_off).popleft()
                if first and self._folder.busy(archive.key):
                    put_off.append(archive)
                    continue
                self._give(archive)
            done, _ = wait(self._at, timeout=SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                again = self._take(future)
                if again is not None:
                    waiting.append(again)
            if self._in_a_row >= TRIES * max(jobs, 2):
                raise VigieError("workers end as soon as they start (too little memory? give a smaller -j)")
            wanted = {archive.key for _, archive in self._at.values()}
            self._course.look(at_work(self._folder.root, wanted))

    def _give(self, archive: Archive) -> None:
        with _uninterrupted():
            pool = self._free.pop() if self._free else self._hire()
            try:
                future = pool.submit(attempt, archive, self._plan, self._folder.root)
            except BrokenProcessPool:  # it was lost while it waited
                pool.shutdown(wait=False)
                pool = self._hire()
                future = pool.submit(attempt, archive, self._plan, self._folder.root)
            self._at[future] = (pool, archive)

    def _hire(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, self._context, _begin, (self._prepare,))

    def _take(self, future: Future[Done | Refusal | Stop]) -> Archive | None:
        """Count what became of an archive; the archive if it must be read again. Raises StoreError if nothing can go on."""
        pool, archive = self._at.pop(future)
        try:
            outcome = future.result()
        except BrokenProcessPool:
            pool.shutdown(wait=False)
            self._lost[archive.key] += 1
            self._in_a_row += 1
            if self._lost[archive.key] < TRIES:
                return archive
            outcome = Refusal(
                name=archive.name,
                reason=f"the process that read it was lost {TRIES} times",
                repair="give it more memory (a smaller -j), or leave it out and report it",
            )
            self._in_a_row = 0
        else:
            self._in_a_row = 0
            self._free.append(pool)
        if isinstance(outcome, Stop):
            raise StoreError(outcome.message)
        self._course.take(archive, outcome)
        return None

    def end(self) -> None:
        """Let idle workers go, end those that are at work."""
        pools = {id(pool): pool for pool in [*self._free, *(pool for pool, _ in self._at.values())]}
        if self._at:
            for process in multiprocessing.active_children():
                if process.pid not in self._before:
                    process.kill()
        for pool in pools.values():
            pool.shutdown(wait=True, cancel_futures=True)


def at_work(out: Path, wanted: set[str]) -> dict[str, Mapping[str, int]]:
    """Counts of archives that are being read into `out`, by key, as their workers wrote them; of `wanted` keys only."""
    found: dict[str, Mapping[str, int]] = {}
    for place in workplace.places(out):
        for key in wanted - found.keys():
            with suppress(OSError, ValueError):  # not there, or being written
                told = json.loads((place / key).read_bytes())
                found[key] = {str(name): int(count) for name, count in told.items()}
    return found


def _begin(prepare: Prepare | None) -> None:
    """What a worker does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver ends its workers
    driver = multiprocessing.parent_process()
    if driver is not None:
        threading.Thread(target=_follow, args=(driver.sentinel,), daemon=True).start()
    if prepare is not None:
        prepare()


def _follow(sentinel: int) -> None:
    """End with the driver: one that was killed closes nothing, and its workers would wait for ever."""
    ended([sentinel])
    os._exit(1)
