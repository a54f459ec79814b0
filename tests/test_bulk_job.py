"""One archive to its parts; the run on one machine: broken inputs, a full disk, lost workers, two runs at once."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from bulk_samples import Page, archive_of, hit, html, miss, mixed, packed, records, write_warc
from vigie.bulk import local, workplace
from vigie.bulk.account import TRUNCATED, Account
from vigie.bulk.archive import Archive
from vigie.bulk.folder import Folder
from vigie.bulk.job import Done, Report, Stop, attempt, run_one
from vigie.bulk.plan import Plan
from vigie.bulk.progress import Course, Progress, duration
from vigie.bulk.tally import Tally
from vigie.model.errors import InputRefused, SettingsError, StoreError
from vigie.pipeline import Refusal
from vigie.store.part_rows import read_part

PLAN = Plan(audit_one_in=1)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "out")
    made.begin(PLAN)
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def account_of(folder: Folder, archive: Archive) -> Account:
    found = folder.account(archive.key)
    assert found is not None
    return found


def test_an_archive_becomes_parts_and_an_account(folder: Folder, tmp_path: Path) -> None:
    archive = archive_of(write_warc(tmp_path / "a.warc.gz", mixed(8, [1, 5])))
    done = run_one(archive, PLAN, folder.root)
    assert (done.fresh, done.documents, done.problem) == (True, 2, None)
    account = account_of(folder, archive)
    tally = account.tally
    assert tally.pages == 8 and tally.kept == 2 and tally.bytes_in == archive.size
    assert tally.pages == tally.kept + sum(tally.rejected.values()) - tally.rejected["not-a-page"]
    assert len(tally.audit) == 6 and {one.archive for one in tally.audit} == {archive.key}
    (part,) = account.parts()
    entries = list(read_part({table: folder.path(file) for table, file in part.items()}))
    assert [e.document.path.partition("#")[0] for e in entries] == ["a.warc.gz"] * 2
    assert sum(len(e.observations) for e in entries) == sum(tally.observations.values()) > 0
    assert not (folder.root / workplace.FOLDER).exists()


def test_what_is_done_is_not_done_again_and_what_is_damaged_is(folder: Folder, tmp_path: Path) -> None:
    archive = archive_of(write_warc(tmp_path / "a.warc.gz", mixed(3, [1])))
    run_one(archive, PLAN, folder.root)
    before = contents(folder.root)
    closed = replace(archive, open=partial(never_opened))  # type: ignore[arg-type]
    assert run_one(closed, PLAN, folder.root).fresh is False
    file = account_of(folder, archive).files[0]
    folder.path(file).write_bytes(b"x" * file.bytes)
    assert run_one(archive, PLAN, folder.root).fresh is True
    assert contents(folder.root) == before


def never_opened() -> BinaryIO:
    raise AssertionError("opened")


@dataclass(frozen=True)
class Fails:
    """An archive whose place fails."""

    error: int

    def __call__(self) -> BinaryIO:
        raise OSError(self.error, os.strerror(self.error))


def broken(tmp_path: Path, how: str) -> Archive:
    members = [packed([part]) for part in records([hit(0), miss(1), hit(2)])]
    path = tmp_path / f"{how}.warc.gz"
    if how == "member":
        middle = bytearray(members[4])
        middle[len(middle) // 2] ^= 0xFF
        members[4] = bytes(middle)
    path.write_bytes(b"".join(members)[: -40 if how == "cut" else None])
    if how == "no archive":
        path.write_bytes(b"invented words\n" * 50)
    found = archive_of(path)
    if how in ("EACCES", "EIO"):
        return replace(found, open=Fails(getattr(errno, how)))
    if how == "gone":
        path.unlink()
    return found


# how it is broken, documents that are read (None: refused), what is said
BROKEN = [
    ("member", 2, "damaged"),
    ("cut", 1, "breaks off"),
    ("no archive", None, ""),
    ("gone", None, "no such file"),
    ("EACCES", None, "may not be read"),
    ("EIO", None, "input/output error"),
]


@pytest.mark.parametrize(("how", "documents", "said"), BROKEN, ids=[row[0] for row in BROKEN])
def test_broken_archives_are_read_as_far_as_they_can_be(
    folder: Folder, tmp_path: Path, how: str, documents: int | None, said: str
) -> None:
    archive = broken(tmp_path, how)
    outcome = attempt(archive, PLAN, folder.root)
    if documents is None:
        assert isinstance(outcome, Refusal) and outcome.name == archive.name and said in outcome.reason
        assert folder.listed() == [] and workplace.places(folder.root) == []
        return
    assert isinstance(outcome, Done) and outcome.problem is not None
    assert outcome.documents == documents
    assert said in outcome.problem.reason and "download it again" in outcome.problem.repair
    again = attempt(archive, PLAN, folder.root)
    assert isinstance(again, Done) and not again.fresh and again.problem == outcome.problem


def test_a_download_that_was_completed_takes_the_place_of_what_was_cut(
    folder: Folder, tmp_path: Path
) -> None:
    data = packed(records(mixed(6, [0, 4])))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(data[: len(data) // 2])
    cut = archive_of(path)
    folder.begin(PLAN, [cut])
    run_one(cut, PLAN, folder.root)
    folder.finish()
    assert account_of(folder, cut).state == TRUNCATED
    path.write_bytes(data)
    whole = archive_of(path)
    folder.begin(PLAN, [whole])
    assert run_one(whole, PLAN, folder.root).fresh
    total = folder.finish()
    assert folder.listed() == [whole.key] and total.kept == 2
    assert {p.name.rpartition("-")[0] for p in folder.root.glob("parts/*/*")} == {whole.key}
    assert json.loads((folder.root / "manifest.json").read_bytes())["missing"] == []


def test_another_archive_of_the_same_name_takes_no_place(folder: Folder, tmp_path: Path) -> None:
    for number, name in enumerate("xy"):
        (tmp_path / name).mkdir()
        pages = mixed(4 + number, [number])
        write_warc(tmp_path / name / "a.warc.gz", pages)
    cut = tmp_path / "x" / "a.warc.gz"
    cut.write_bytes(cut.read_bytes()[:-30])
    head = bytearray((tmp_path / "y" / "a.warc.gz").read_bytes())
    head[4] ^= 1  # the time in the head of the first member
    (tmp_path / "y" / "a.warc.gz").write_bytes(bytes(head))
    for name in "xy":
        run_one(archive_of(tmp_path / name / "a.warc.gz"), PLAN, folder.root)
    folder.finish()
    assert len(folder.listed()) == 2


# ---- the folder


def test_a_folder_of_another_plan_is_refused_with_what_differs(folder: Folder) -> None:
    folder.begin(PLAN)
    with pytest.raises(SettingsError, match=r"audit_one_in: 1 → 7.*another --out"):
        folder.begin(replace(PLAN, audit_one_in=7))


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SettingsError, match="no folder of vigie bulk"):
        Folder(tmp_path).begin(PLAN)
    with pytest.raises(StoreError, match="cannot be written"):
        Folder(tmp_path / "thesis.txt" / "out").begin(PLAN)


def test_what_the_dead_left_is_cleared_and_the_living_keep_theirs(folder: Folder) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with workplace.workplace(folder.root) as own:
        mine = own.name
        theirs = mine.replace(f"-{os.getpid()}-{workplace._started(os.getpid())}-", f"-{child.pid}-{workplace._started(child.pid)}-")  # fmt: skip
        other = "0123456789-7-8-9"  # of another machine: as long as it was touched lately
        old = "9876543210-7-8-9"
        for name in (theirs, other, old):
            (folder.root / workplace.FOLDER / name).mkdir()
        os.utime(folder.root / workplace.FOLDER / old, (1, 1))
        assert {p.name for p in workplace.places(folder.root)} == {mine, theirs, other, old}
        folder.begin(PLAN)
        assert {p.name for p in workplace.places(folder.root)} == {mine, theirs, other}
        child.kill()
        child.wait()
        folder.begin(PLAN)
        assert {p.name for p in workplace.places(folder.root)} == {mine, other}


def test_parts_without_account_go_unless_somebody_is_at_them(folder: Folder) -> None:
    key, home = "ab" * 10, folder.root / "parts" / "ab"
    home.mkdir(parents=True)
    (home / f"{key}-000.documents.parquet").write_bytes(b"x")
    with workplace.workplace(folder.root) as work:
        (work / key).touch()
        folder.finish()
        assert len(list(home.iterdir())) == 1
    folder.finish()
    assert not home.exists()


def test_the_manifest_says_what_is_missing(folder: Folder, tmp_path: Path) -> None:
    archives = [archive_of(write_warc(tmp_path / f"{n}.warc.gz", [miss(n)])) for n in range(3)]
    folder.begin(PLAN, archives)
    run_one(archives[1], PLAN, folder.root)
    folder.finish()
    told = json.loads((folder.root / "manifest.json").read_bytes())
    assert {one["name"] for one in told["missing"]} == {"0.warc.gz", "2.warc.gz"}
    assert [one["name"] for one in told["archives"]] == ["1.warc.gz"]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"kind": "vigie-bulk-archive", "form": 1}', b"[" * 100_000]
)
def test_an_account_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(StoreError):
        Account.from_bytes(data)


# ---- a full disk


def limited(out: Path, archives: list[Archive], most: int) -> tuple[int, str]:
    """A run whose process may write files of so many bytes only; its exit code and what it said."""
    read, told = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(read)
        code = 0
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            outcome = attempt(archives[0], PLAN, out)
            os.write(told, str(outcome).encode())
            code = 3 if isinstance(outcome, Stop) else 4
        finally:
            os._exit(code)
    os.close(told)
    with os.fdopen(read, "rb") as stream:
        said = stream.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said


@pytest.mark.parametrize("most", [100, 3000, 12_000], ids=["claim", "first part", "later part"])
def test_a_full_disk_stops_clearly_and_leaves_nothing_half_written(
    folder: Folder, tmp_path: Path, most: int
) -> None:
    archive = archive_of(write_warc(tmp_path / "a.warc.gz", mixed(4, [0, 3])))
    run_one(archive_of(write_warc(tmp_path / "b.warc.gz", mixed(2, [0]))), PLAN, folder.root)
    before = contents(folder.root)
    code, said = limited(folder.root, [archive], most)
    assert code == 3 and "cannot be written" in said and "free some space" in said
    assert contents(folder.root) == before
    assert run_one(archive, PLAN, folder.root).fresh  # when there is space again


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 160 KB, where the system lets us make one."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(place)], capture_output=True, check=False)  # fmt: skip
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, tmp_path: Path) -> None:
    archives = [archive_of(write_warc(tmp_path / f"{n}.warc.gz", mixed(3, [n % 3]))) for n in range(8)]
    full, free = Folder(small_disk / "out"), Folder(tmp_path / "free")
    for one in (full, free):
        one.begin(PLAN, archives)
    outcomes = [attempt(archive, PLAN, full.root) for archive in archives]
    stops = [outcome for outcome in outcomes if isinstance(outcome, Stop)]
    assert stops and "No space left on device" in stops[0].message
    assert workplace.places(full.root) == []
    assert all(not full.faults(account_of(full, a)) for a in archives if a.key in full.listed())
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    for one in (full, free):
        for archive in archives:
            assert isinstance(attempt(archive, PLAN, one.root), Done)
        one.finish()
    assert contents(full.root) == contents(free.root)


# ---- the run on one machine


@dataclass(frozen=True)
class Dies:
    """Ends the process that opens it, as the system does when memory is short."""

    path: str
    times: str = ""  # a file that counts; "": always

    def __call__(self) -> BinaryIO:
        if self.times:
            with Path(self.times).open("ab") as stream:
                stream.write(b"x")
            if Path(self.times).stat().st_size > 2:
                return Path(self.path).open("rb")
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def test_lost_workers_cost_their_archive_only(tmp_path: Path) -> None:
    archives = [archive_of(write_warc(tmp_path / f"{n}.warc.gz", mixed(2, [0]))) for n in range(4)]
    archives[1] = replace(archives[1], open=Dies(archives[1].place))
    archives[2] = replace(archives[2], open=Dies(archives[2].place, str(tmp_path / "counted")))
    told: list[object] = []
    report = local.run(archives, PLAN, tmp_path / "out", 2, told.append, start="fork")
    assert report.done == 3 and [r.name for r in report.refused] == ["1.warc.gz"]
    assert "lost 3 times" in report.refused[0].reason and "-j" in report.refused[0].repair
    assert (tmp_path / "counted").stat().st_size == 4  # lost twice, then read: its head, and all of it
    assert workplace.places(tmp_path / "out") == []
    looks = [event for event in told if isinstance(event, Progress)]
    assert looks[-1].done == 3 and looks[-1].refused == 1 and looks[-1].bytes_left == 0
    assert {e.name for e in told if isinstance(e, Done)} == {"0.warc.gz", "2.warc.gz", "3.warc.gz"}


@pytest.mark.slow  # test_wall runs it too, from the verb to the store
def test_the_safe_way_of_starting_workers_gives_the_same(tmp_path: Path) -> None:
    archives = [archive_of(write_warc(tmp_path / f"{n}.warc.gz", mixed(3, [n]))) for n in range(3)]
    report = local.run([*archives, archives[0]], PLAN, tmp_path / "out", 1)
    assert (report.archives, report.done, report.fresh, report.documents) == (3, 3, 3, 3)
    local.run(reversed(archives), PLAN, tmp_path / "other", 2, start="fork")
    assert contents(tmp_path / "out") == contents(tmp_path / "other")
    again = local.run(archives, PLAN, tmp_path / "out", 2, start="fork")
    assert again.fresh == 0 and again.documents == 3


def test_two_runs_on_one_folder_do_no_harm(tmp_path: Path) -> None:
    archives = [archive_of(write_warc(tmp_path / f"{n}.warc.gz", mixed(3, [n % 3]))) for n in range(6)]
    out, alone = Folder(tmp_path / "out"), Folder(tmp_path / "alone")

    def one(target: Folder, chosen: list[Archive]) -> None:
        target.begin(PLAN, archives)
        for archive in chosen:
            assert isinstance(attempt(archive, PLAN, target.root), Done)
        target.finish()

    runs = [
        threading.Thread(target=one, args=(out, chosen))
        for chosen in (archives, archives[::-1], archives[::2])
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    one(alone, archives)
    assert contents(out.root) == contents(alone.root)


def test_an_interrupt_ends_the_workers_and_keeps_what_is_done(tmp_path: Path) -> None:
    archives = [archive_of(write_warc(tmp_path / f"{n}.warc.gz", mixed(2, [0]))) for n in range(3)]

    def stop(event: object) -> None:
        if isinstance(event, Done):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        local.run(archives, PLAN, tmp_path / "out", 1, stop, start="fork")
    out = Folder(tmp_path / "out")
    assert len(out.listed()) == 1 and workplace.places(out.root) == []
    assert len(json.loads((out.root / "manifest.json").read_bytes())["missing"]) == 2


# ---- progress


def test_progress_knows_rate_and_time_left() -> None:
    archives = [Archive(name=f"{n}", key=f"{n}", size=1000, open=never_opened) for n in range(4)]
    course = Course(archives)
    course.take(archives[0], Done(key="0", name="0", fresh=False, tally=Tally(), documents=0))
    tally = Tally(pages=10, kept=1)
    tally.rejected.update({"no-term": 9, "not-a-page": 30})
    course.take(archives[1], Done(key="1", name="1", fresh=True, tally=tally, documents=1))
    course.refuse(Refusal(name="x", reason="no archive"))
    look = replace(course.look({"2": {"bytes_in": 500, "pages": 3, "kept": 0}}), seconds=30.0)
    assert (look.archives, look.done, look.before, look.refused) == (5, 2, 1, 1)
    assert look.bytes_read == 1500 and look.bytes_left == 1500 and look.rate == 50 and look.eta == 30.0
    assert all(
        said in look.line() for said in ("1 kept of 13 pages", "dropped: no-term 100.0 %", "0:00:30 left")
    )
    large = replace(look, archives=400, done=399, bytes_read=10**10, pages=10**7, kept=10**4, seconds=1000.0)
    assert all(len(line) < 90 for line in large.line().splitlines())
    assert replace(look, bytes_left=None).eta == pytest.approx(30.0 / 2 * 2)
    assert replace(look, seconds=9.0).eta is None and replace(look, bytes_left=150_000).eta is None
    assert replace(look, bytes_read=0, bytes_left=None, done=0, before=0, refused=0).eta is None
    assert duration(3725.4) == "1:02:05"


def test_reports_add_up() -> None:
    report, tally = Report(archives=2), Tally(kept=2)
    problem = Refusal(name="a", reason="breaks off")
    report.take(Done(key="a", name="a", fresh=True, tally=tally, documents=2, problem=problem))
    report.take(Refusal(name="b", reason="no archive"))
    assert (report.done, report.documents, report.tally.kept) == (1, 2, 2)
    assert report.damaged == [problem] and len(report.refused) == 1


def test_nothing_raw_is_left_by_a_failure(folder: Folder, tmp_path: Path) -> None:
    secret = "Jeanne Inventée, 06 39 98 12 34"
    page = Page("https://journal.example/x", html("Cocaïne à 60 euros le gramme", secret))
    path = write_warc(tmp_path / "a.warc.gz", [page, hit(1)])
    archive = archive_of(path)
    attempt(archive, PLAN, folder.root)
    assert not any(b"39 98" in data or b"39981234" in data for data in contents(folder.root).values())
    with pytest.raises(InputRefused):
        run_one(replace(archive, key="ef" * 10, open=Fails(errno.EIO)), PLAN, folder.root)
