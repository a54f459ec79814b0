"""The job on a Dask cluster: an archive is a task. Needs the extra `dask`.

In: archives, a plan, a folder that all workers see; the address of a scheduler, or none for workers of this machine. Out: a Report, and
the same bytes in the folder as from `local.py`: both call `job.attempt`, and only the order differs.
Dask gives the archive of a worker that is lost to another; what kills `allowed-failures` workers (3) is refused and the rest goes on. A
few more tasks than workers are handed out at a time. A worker takes one archive at a time, whatever its threads, and none unless it would
give what this driver would: the same Vigie, the same data files, the same folder.
Left out: starting clusters on Slurm or Kubernetes (docs/scale.md); who may reach a scheduler, which is for its owner to see to.
"""

from __future__ import annotations

import logging
import os
import platform
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vigie.bulk.archive import Archive
from vigie.bulk.driving import driving
from vigie.bulk.folder import Folder
from vigie.bulk.job import Done, Report, Stop, attempt
from vigie.bulk.local import Prepare, at_work
from vigie.bulk.plan import Plan
from vigie.bulk.progress import Course, Tell
from vigie.model.errors import MissingExtraError, SettingsError, StoreError
from vigie.pipeline import Refusal

SECONDS = 0.5  # between two looks
AHEAD = 2  # tasks for each worker: one that it is at, one that it need not wait for
CONNECT_SECONDS = 30
_LOST = "the scheduler was lost: run the same command again, what is done stays"
_one = threading.Lock()
Outcome = Done | Refusal | Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What driver and workers must have in common.

    Attributes:
        plan: fingerprint, with the versions of code and data files in it.
        python: major and minor: records travel as pickles.
        seen: a folder in the folder of results that is there while the driver runs.
    """

    plan: str
    python: str
    seen: str


def run(
    archives: Iterable[Archive | Refusal], plan: Plan, out: Path | str, scheduler: str | None = None,
    tell: Tell | None = None, *, jobs: int = 1, asked: Sequence[Archive] = (), prepare: Prepare | None = None,
) -> Report:  # fmt: skip
    """Read all archives into `out`; as `local.run`.

    Args:
        scheduler: "tcp://host:8786", "tls://…", or the path of a file that a scheduler wrote; None starts workers on this machine.
        jobs: how many of them; of no account where there is a scheduler.

    Raises SettingsError for a folder of another plan, a scheduler that does not answer, workers of another version or that do not see
    the folder; StoreError if the disk is full or the scheduler was lost; MissingExtraError; KeyboardInterrupt as it comes.
    """
    try:
        import distributed
    except ImportError:
        raise MissingExtraError("Running on a cluster", "dask") from None
    folder = Folder(os.path.abspath(out))  # noqa: PTH100 - workers have another current folder; a link stays one
    with driving(archives, plan, folder, tell, asked) as drive, ExitStack() as stack:
        client = stack.enter_context(_client(distributed, scheduler, max(1, jobs), stack))
        terms = Terms(plan=plan.fingerprint(), python=_python(), seen=str(drive.place))
        _agree(client, plan, terms)
        task = Task(plan=plan, out=str(folder.root), terms=terms, prepare=prepare)
        _work(distributed, client, task, drive.waiting, folder, drive.course)
    return drive.course.report


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a worker does with one archive."""

    plan: Plan
    out: str
    terms: Terms
    prepare: Prepare | None

    def __call__(self, archive: Archive) -> Outcome:
        with _one:  # compiled matchers have one scratch space a process
            fault = fault_of(self.plan, self.terms)
            if fault:
                return Stop(message=fault)
            _prepared(self.prepare)
            return attempt(archive, self.plan, self.out)


@cache
def _prepared(prepare: Prepare | None) -> None:
    """Once in a process."""
    if prepare is not None:
        prepare()


@cache
def _fingerprint(plan: Plan) -> str:
    return plan.fingerprint()


def fault_of(plan: Plan, terms: Terms) -> str:
    """Why this process may not take part, with the repair; "" if it may."""
    host = platform.node()
    if _python() != terms.python:
        return f"worker on {host}: Python {_python()}, the driver has {terms.python} (give all machines the same environment)"
    if _fingerprint(plan) != terms.plan:
        return f"worker on {host}: another version of Vigie or of its data files (give all machines the same environment)"
    if not Path(terms.seen).is_dir():
        return f"worker on {host}: does not see the folder of results (--out must be on a disk that all workers share, by the same path)"
    return ""


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])


def _client(distributed: Any, scheduler: str | None, jobs: int, stack: ExitStack) -> Any:
    """A client of the scheduler, or of a cluster of this machine that ends with the stack."""
    _quiet()
    if not scheduler:
        # Whoever reaches a scheduler runs what he likes: other users of this machine have no certificate.
        try:
            cluster = distributed.LocalCluster(
                n_workers=jobs, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1",
                security=True, silence_logs=logging.CRITICAL,
            )  # fmt: skip
        except ImportError:  # what makes certificates
            raise MissingExtraError("Running on a cluster", "dask") from None
        stack.enter_context(cluster)
        return distributed.Client(cluster, set_as_default=False)
    try:
        if "://" in scheduler:
            return distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        return distributed.Client(scheduler_file=scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise SettingsError(
            f"no scheduler answers at {scheduler} ({type(error).__name__}): start one (dask scheduler), or see docs/scale.md"
        ) from None


def _quiet() -> None:
    """Dask's own log tells of lost connections and of tasks with what they were given; outcomes tell what matters."""
    for name in ["distributed", *logging.root.manager.loggerDict]:
        if name.split(".")[0] in ("distributed", "tornado"):  # Dask sets levels of its own to some of them
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _agree(client: Any, plan: Plan, terms: Terms) -> None:
    """Ask every worker that is there; those that come later are asked by their first task. Raises SettingsError."""
    told = client.run(fault_of, plan, terms, on_error="return")
    for address, fault in sorted(told.items()):
        if isinstance(fault, BaseException):
            raise SettingsError(
                f"worker {address}: cannot run Vigie ({type(fault).__name__}): install the same version there, with vigie[dask]"
            )
        if fault:
            raise SettingsError(fault)


def _work(
    distributed: Any, client: Any, task: Task, waiting: deque[Archive], folder: Folder, course: Course
) -> None:
    """Hand out archives, a few ahead, until nothing is left."""
    at: dict[Any, Archive] = {}
    try:
        while waiting or at:
            while waiting and len(at) < AHEAD * max(1, len(_ask(client.nthreads))):
                archive = waiting.popleft()
                # A key of Dask is in its logs and its dashboard: the hash of the archive, no name.
                key = f"vigie-{archive.key}-{id(course):x}"
                at[_ask(client.submit, task, archive, key=key, pure=False)] = archive
            with client.as_current(), suppress(distributed.TimeoutError, TimeoutError):
                _ask(distributed.wait, list(at), timeout=SECONDS, return_when="FIRST_COMPLETED")
            for future in [future for future in at if future.done()]:
                archive = at.pop(future)
                course.take(archive, _outcome(distributed, future, archive))
            course.look(at_work(folder.root, {archive.key for archive in at.values()}))
    finally:
        with suppress(Exception):  # the scheduler may be gone
            client.cancel(list(at))


def _ask(call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What Dask answers. Raises StoreError where it does not, TimeoutError when it has nothing to tell yet."""
    try:
        return call(*args, **options)
    except TimeoutError:
        raise
    except Exception:  # its errors of lost connections have no common parent
        raise StoreError(_LOST) from None


def _outcome(distributed: Any, future: Any, archive: Archive) -> Done | Refusal:
    """What became of an archive. Raises StoreError if nothing can go on."""
    try:
        outcome: Outcome = future.result()
    except distributed.KilledWorker:
        return Refusal(
            name=archive.name,
            reason="the workers that read it were lost, one after the other",
            repair="give workers more memory, or leave it out and report it",
        )
    except Exception as error:  # cancelled, or the scheduler is gone: nothing of the archive
        raise StoreError(
            f"the cluster gave the job up ({type(error).__name__}): run the same command again, what is done stays"
        ) from None
    if isinstance(outcome, Stop):
        raise StoreError(outcome.message)
    return outcome
