"""Where a process writes before its files are whole: a folder of its own in `OUT/.work/`, and whether its process is alive.

Whoever is killed leaves it; the next run on the folder, on this machine or on another that shares the disk, removes it. A process
of this machine is asked for by its number and the moment it started; one of another by the time its folder was last touched.
Only folders whose name has our form are looked at or removed, and none behind a link: what else lies there is not ours.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import platform
import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

FOLDER = ".work"
DRIVER = "driver"  # a file in the workplace of whoever leads a run
# A worker touches its workplace every few megabytes; a disk that hangs for minutes is no death.
QUIET_SECONDS = 3600.0
_numbers = itertools.count()
_OURS = re.compile(r"[0-9a-f]{10}-\d+-\d*-\d+")  # node, process, when it started, number


@cache
def _node() -> str:
    """What tells apart machines, boots and containers: process numbers mean something within one only."""
    told = [platform.node()]
    with suppress(OSError):
        told.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
    with suppress(OSError):
        told.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.blake2b("\0".join(told).encode(), digest_size=5).hexdigest()


def _started(pid: int) -> str:
    """When a process of this machine started, in ticks; "" if there is none, "0" where the system does not say."""
    try:
        # The second field may hold spaces and brackets: counted from the last bracket.
        line = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        fields = line.rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return ""
    except OSError:
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        return "0"
    return "0"


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """A new folder on the same disk as `out`, removed with all that is left in it. Raises OSError, also where `.work` is a link."""
    pid = os.getpid()
    if elsewhere(out / FOLDER):
        raise NotADirectoryError(errno.ENOTDIR, f"{FOLDER} is a link, or no folder")
    path = out / FOLDER / f"{_node()}-{pid}-{_started(pid)}-{next(_numbers)}"
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        remove(path)


def remove(path: Path) -> None:
    """A workplace and, if it was the last, the folder of workplaces."""
    shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        path.parent.rmdir()


def places(out: Path) -> list[Path]:
    """The workplaces that are there, of the living and the dead."""
    return _entries(out)[0]


def elsewhere(path: Path) -> bool:
    """Whether a path that should be a folder is there and is a link, or none."""
    try:
        return not stat.S_ISDIR(path.lstat().st_mode)  # asked once: other runs remove it at any moment
    except OSError:
        return False


def strange(out: Path) -> bool:
    """Whether `.work` is or holds something that no run of ours put there."""
    return bool(_entries(out)[1])


def _entries(out: Path) -> tuple[list[Path], list[Path]]:
    """What lies in `.work`: ours, and the rest."""
    folder = out / FOLDER
    if elsewhere(folder):
        return [], [folder]
    ours, rest = list[Path](), list[Path]()
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            mine = _OURS.fullmatch(entry.name) and not entry.is_symlink() and not entry.is_file()
            (ours if mine else rest).append(Path(entry.path))
    return sorted(ours), sorted(rest)


def alive(path: Path) -> bool:
    """Whether the process of a workplace may still be at work."""
    node, _, rest = path.name.partition("-")
    pid, _, rest = rest.partition("-")
    if node == _node() and pid.isdecimal():
        return _started(int(pid)) == rest.partition("-")[0]
    try:
        return time.time() - path.stat().st_mtime < QUIET_SECONDS
    except OSError:
        return False


def sweep(out: Path) -> None:
    """Remove what the dead left."""
    for path in places(out):
        if not alive(path):
            remove(path)
