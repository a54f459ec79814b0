"""The job on Dask: what two workers write, one of them killed on the way, is what the local engine writes."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import bulk_samples as samples
from vigie.bulk import dask_engine
from vigie.bulk.archive import Archive
from vigie.bulk.dask_engine import Terms, fault_of
from vigie.bulk.folder import Folder
from vigie.bulk.job import Done, attempt
from vigie.bulk.places import LocalFile
from vigie.bulk.plan import Plan
from vigie.model.errors import SettingsError
from vigie.pipeline import Refusal

distributed = pytest.importorskip("distributed")
PLAN = Plan(audit_one_in=3)


def tree(out: Path) -> dict[str, bytes]:
    return {f.relative_to(out).as_posix(): f.read_bytes() for f in sorted(out.rglob("*")) if f.is_file()}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Archive]:
    folder = tmp_path_factory.mktemp("archives")
    paths = [folder / f"{n}.warc.gz" for n in range(4)]
    for number, path in enumerate(paths):
        samples.write_warc(path, samples.mixed(6, (1, number % 3 + 2)))
    return [samples.archive_of(path) for path in paths]


def here(archives: list[Archive], out: Path) -> Path:
    """What a worker of the local engine does, in this process: `tests/test_bulk_kills.py` has the engine itself."""
    folder = Folder(out)
    folder.begin(PLAN, archives)
    for archive in archives:
        assert isinstance(attempt(archive, PLAN, out), Done)
    folder.finish()
    return out


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes, which their nannies start again."""
    dask_engine._quiet()
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
        silence_logs=50,
    ) as running:
        yield running


def test_a_lost_worker_changes_nothing(archives: list[Archive], cluster: Any, tmp_path: Path) -> None:
    """A worker waits for the bytes of a pipe, is killed there, and the file is whole when another worker comes to it."""
    pipe = tmp_path / "late.warc.gz"
    os.mkfifo(pipe)
    late = replace(archives[0], open=LocalFile(str(pipe)))
    source = archives[0].open().read()
    out = tmp_path / "dask"
    lost: list[int] = []

    def kill() -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until and not lost:
            lost.extend(int(claim.parent.name.split("-")[1]) for claim in out.glob(f".work/*/{late.key}"))
            time.sleep(0.02)
        whole = pipe.with_suffix(".whole")
        whole.write_bytes(source)
        whole.replace(pipe)
        for pid in lost[:1]:
            os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    events: list[object] = []
    refused = Refusal(name="gone.warc.gz", reason="not found")
    asked = [late, *archives[1:], refused]
    report = dask_engine.run(asked, PLAN, out, cluster.scheduler_address, events.append)
    killer.join()
    assert lost and lost[0] != os.getpid()
    assert (report.archives, report.done, report.fresh, report.refused) == (5, 4, 4, [refused])
    assert report.documents == 8 and report.tally.kept == 8
    assert tree(out) == tree(here(archives, tmp_path / "here"))
    again = dask_engine.run(archives, PLAN, out, cluster.scheduler_address)
    assert (again.done, again.fresh) == (4, 0)


def test_a_worker_takes_part_on_the_same_terms_only(tmp_path: Path) -> None:
    fine = Terms(plan=PLAN.fingerprint(), python=dask_engine._python(), seen=str(tmp_path))
    assert fault_of(PLAN, fine) == ""
    for terms, said in (
        (replace(fine, python="3.1"), "the driver has 3.1"),
        (replace(fine, plan="0" * 16), "another version of Vigie"),
        (replace(fine, seen=str(tmp_path / "absent")), "does not see the folder of results"),
    ):
        assert said in fault_of(PLAN, terms)


def test_no_scheduler_no_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "CONNECT_SECONDS", 0.2)
    with pytest.raises(SettingsError, match=r"no scheduler answers at tcp://127\.0\.0\.1:1 "):
        dask_engine.run([], PLAN, tmp_path / "out", "tcp://127.0.0.1:1")
    assert not (tmp_path / "out" / ".work").exists()
