"""Kills runs of vigie bulk at random moments and continues them: python bulk_killer.py FOLDER KILLS SEED. Prints JSON.

Everything is loaded once; each run is a fork of that, the leader of a session of its own, so that it is killed with its workers. Three
ways: the whole session; the driver alone, whose workers must end by themselves; one worker, after which the run goes on and is
killed later. A run that gets to its end is compared with one that was never stopped, and an empty folder is begun.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bulk_samples import archive_of, mixed, packed, records, write_warc
from vigie.bulk import local, workplace
from vigie.bulk.archive import Archive
from vigie.bulk.folder import Folder
from vigie.bulk.job import attempt
from vigie.bulk.plan import Plan

ARCHIVES = 12
PLAN = Plan(audit_one_in=3, rows_per_part=4)
_SUBREAPER = 36  # prctl: orphans become ours, so that we know when the last one has ended


def made(folder: Path) -> list[Archive]:
    """Archives of a few pages; one has a damaged member, one breaks off, one is none."""
    folder.mkdir(parents=True)
    paths = [write_warc(folder / f"{n:02d}.warc.gz", mixed(6, [n % 6])) for n in range(ARCHIVES - 2)]
    members = [packed([part]) for part in records(mixed(6, [0, 4]))]
    middle = bytearray(members[4])
    middle[len(middle) // 2] ^= 0xFF
    paths.append(folder / "damaged.warc.gz")
    paths[-1].write_bytes(b"".join([*members[:4], bytes(middle), *members[5:]]))
    paths.append(folder / "cut.warc.gz")
    paths[-1].write_bytes(b"".join(members)[:-100])
    (folder / "none.warc.gz").write_bytes(b"invented words, no archive")
    return [archive_of(path) for path in [*paths, folder / "none.warc.gz"]]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def started(archives: list[Archive], out: Path) -> int:
    """A run in a process and session of its own."""
    pid = os.fork()
    if pid:
        return pid
    code = 9
    try:
        os.setsid()
        report = local.run(archives, PLAN, out, 2, start="fork")
        code = 0 if report.done + len(report.refused) == len(archives) else 8
    except BaseException as error:
        print(type(error).__name__, file=sys.stderr)
    finally:
        os._exit(code)


def stage(out: Path) -> dict[str, int]:
    """What is there at a moment."""
    counted = {
        name: len(list((out / name).glob(glob))) for name, glob in (("manifest", "*"), ("parts", "*/*"))
    }
    return {**counted, "work": len(workplace.places(out)), "whole": int((out / "manifest.json").exists())}


def worker_of(out: Path, driver: int) -> int | None:
    """A worker that is at an archive."""
    pids = {int(place.name.split("-")[1]) for place in workplace.places(out)} - {driver}
    return random.choice(sorted(pids)) if pids else None


def last(pid: int) -> None:
    """Wait until the whole session has ended."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-pid, os.WNOHANG)[0] == 0:
                time.sleep(0.002)
        except ChildProcessError:
            return
    os.killpg(pid, signal.SIGKILL)
    print("workers outlived their driver", file=sys.stderr)
    os._exit(7)


def main(folder: Path, kills: int, seed: int) -> None:
    random.seed(seed)
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    archives = made(folder / "archives")
    never, out = folder / "never", folder / "out"
    Folder(folder / "warm").begin(PLAN)
    attempt(archives[0], PLAN, folder / "warm")  # what is loaded by the first archive, every fork has
    start = time.monotonic()
    os.waitpid(started(archives, never), 0)
    whole = time.monotonic() - start
    wanted, told, ways, same, ended = contents(never), [], Counter[str](), 0, 0
    while True:
        pid = started(archives, out)
        way = random.choice(["session", "session", "driver", "worker"])
        if len(told) >= kills:
            way = "none"
        else:
            time.sleep(random.uniform(0.05, 0.6) * whole)
        if way == "worker":
            victim = worker_of(out, pid)
            if victim is not None:
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                time.sleep(random.uniform(0, 0.2) * whole)
        if way != "none" and os.waitpid(pid, os.WNOHANG)[0] == 0:
            (os.kill if way == "driver" else os.killpg)(pid, signal.SIGKILL)
            told.append(stage(out))
            ways[way] += 1
            last(pid)
            continue
        if way == "none":
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            assert code == 0, code
        ended += 1
        same += contents(out) == wanted
        if len(told) >= kills:
            break
        shutil.rmtree(out)
    print(
        json.dumps(
            {"kills": told, "ways": ways, "ended": ended, "same": same, "files": len(wanted), "whole": whole}
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
