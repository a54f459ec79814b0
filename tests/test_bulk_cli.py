"""The verb bulk as a user meets it: results, refusals, summaries, what it would cost, how much it missed."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bulk_samples import FILLER, Page, archive_of, html, mixed, packed, records, write_warc
from vigie.bulk import local
from vigie.bulk.archive import Archive
from vigie.bulk.audit import Line, advised, judged, missed_between
from vigie.bulk.folder import Folder
from vigie.bulk.job import Done, attempt
from vigie.bulk.places import archives
from vigie.bulk.plan import Plan
from vigie.bulk.progress import Course
from vigie.cli import app
from vigie.cli.bulk import course


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are forked from this process, which has everything loaded; the safe way is run by test_bulk_job and test_wall."""
    monkeypatch.setattr(local, "_context", lambda start: multiprocessing.get_context("fork"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["bulk", *map(str, arguments)])


def dig(path: Path, out: Path, **plan: object) -> None:
    """One archive, in this process."""
    chosen = Plan(audit_one_in=1, **plan)  # type: ignore[arg-type]
    (archive,) = archives([str(path)])
    assert isinstance(archive, Archive)
    Folder(out).begin(chosen, [archive])
    assert isinstance(attempt(archive, chosen, out), Done)
    Folder(out).finish()


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with three archives and what became of them: 6 pages with facts, 24 without, of which 1 in 1 is in the sample."""
    root = tmp_path_factory.mktemp("job")
    (root / "in").mkdir()
    Folder(root / "warm").begin(Plan())
    attempt(
        archive_of(write_warc(root / "w.warc.gz", mixed(1, [0]))), Plan(), root / "warm"
    )  # forks have it loaded
    for number in range(3):
        write_warc(root / "in" / f"{number}.warc.gz", mixed(10, [number, number + 4]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "_context", lambda start: multiprocessing.get_context("fork"))
        done = run(root / "in", "--out", root / "out", "-j", "2", "--audit-one-in", "1", "--format", "json")
    assert done.exit_code == 0, done.stderr
    (root / "told.json").write_text(done.stdout)
    yield root


def test_the_summary_accounts_for_every_record(job: Path) -> None:
    told = json.loads((job / "told.json").read_text())
    assert (told["archives"], told["done"], told["fresh"], told["documents"]) == (3, 3, 3, 6)
    tally = told["tally"]
    assert tally["records"] == tally["kept"] + sum(tally["rejected"].values())
    assert tally["pages"] == 30 and tally["audit"] == 24
    assert told["refused"] == told["damaged"] == []


def test_a_second_run_changes_nothing_and_says_so(job: Path) -> None:
    before = {p: p.read_bytes() for p in (job / "out").rglob("*") if p.is_file()}
    done = run(job / "in", "--out", job / "out", "-j", "2", "--audit-one-in", "1")
    assert done.exit_code == 0 and done.stdout == ""
    assert "3 done (0 now)" in done.stderr and f"vigie add {job / 'out'}" in done.stderr
    assert "no-term" in done.stderr and "No word of the subject" in done.stderr
    assert {p: p.read_bytes() for p in (job / "out").rglob("*") if p.is_file()} == before


def test_broken_inputs_are_named_and_the_rest_is_done(tmp_path: Path) -> None:
    write_warc(tmp_path / "good.warc.gz", mixed(3, [1]))
    (tmp_path / "cut.warc.gz").write_bytes(packed(records(mixed(3, [0])))[:-50])
    (tmp_path / "none.warc.gz").write_bytes(b"invented words")
    names = [tmp_path / f"{name}.warc.gz" for name in ("good", "cut", "none", "absent")]
    done = run(*names, "--out", tmp_path / "out", "-j", "1")
    assert done.exit_code == 1
    said = done.stderr.splitlines()
    for name, word in (("cut", "breaks off"), ("none", "refused"), ("absent", "refused")):
        assert any(f"{name}.warc.gz" in line and word in line for line in said), (name, said)
    assert "1 kept" not in done.stdout and "documents: 2" in done.stderr


WRONG = [
    ("no out", ["{in}"], "--out"),
    ("scheduler without dask", ["{in}", "--out", "{tmp}", "--scheduler", "tcp://a:1"], "--engine dask"),
    ("shard", ["{in}", "--out", "{tmp}/x", "--shard", "3"], "I/N"),
    ("shard beyond", ["{in}", "--out", "{tmp}/x", "--shard", "3/2"], "shard"),
    ("no classifier", ["{in}", "--out", "{tmp}/x", "--classifier", "{tmp}/none"], "classifier"),
    ("empty path", [""], "empty"),
    ("audit of nothing", ["audit"], "folder of a job"),
    ("audit of another folder", ["audit", "{in}"], "no folder of vigie bulk"),
    ("a language without facts", ["{in}", "--out", "{tmp}/x", "--lang", "fr", "--lang", "es"], "--lang es"),
    ("another plan", ["{in}", "--out", "{out}", "--seed", "7"], "another --out"),
]


@pytest.mark.parametrize(("arguments", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_use_says_the_repair(job: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    places = {"in": job / "in", "out": job / "out", "tmp": tmp_path}
    done = run(*(argument.format(**places) for argument in arguments))
    # What the entry point tells of an error raised below is tested with it.
    assert said in (done.stderr + str(done.exception or ""))
    assert done.exit_code == 2 or done.exception is not None
    assert not (tmp_path / "x" / "manifest").exists()


def test_a_dry_run_tells_the_cost_and_writes_nothing(
    job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(job / "in", "--dry-run", "-j", "4", "--format", "json", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["archives"], made["jobs"], made["memory_mb"]) == (3, 4, 1600)
    assert made["pages"] == 30 and made["kept"] == made["sampled_kept"] == 6  # all of so little is read
    assert made["bytes"] == made["sampled_bytes"] == sum(p.stat().st_size for p in (job / "in").iterdir())
    real = sum(p.stat().st_size for p in (job / "out" / "parts").rglob("*.parquet"))
    assert 0.5 * real < made["disk"] < 1.5 * real
    assert list(tmp_path.iterdir()) == []
    text = run(job / "in", "--dry-run", "-j", "1").stdout
    assert "1 worker\n" in text and "documents with facts" in text


def test_a_dry_run_reads_some_places_of_a_large_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vigie.bulk import estimate

    monkeypatch.setattr(estimate, "WINDOW", 20_000)
    for packing in (True, False):
        path = write_warc(
            tmp_path / f"{packing}.warc{'.gz' if packing else ''}",
            mixed(300, range(0, 300, 50)),
            gzip=packing,
        )
        made = json.loads(run(path, "--dry-run", "-j", "1", "--format", "json").stdout)
        assert 30_000 < made["sampled_bytes"] <= 60_000 < path.stat().st_size
        assert made["pages"] == pytest.approx(300, rel=0.25)


def test_the_audit_reads_the_sample_again(job: Path) -> None:
    done = run("audit", job / "out", "--format", "json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kept"] == 6
    assert (
        sum(line["read"] for line in found["lines"]) == 24 == sum(line["dropped"] for line in found["lines"])
    )
    assert found["missed"] == found["missed_low"] == found["missed_high"] == 0  # all were read again
    assert found["recall"] == 1.0 and found["enough"] is True
    table = run("audit", job / "out")
    assert "recall: 1.000" in table.stdout and "no-term" in table.stdout
    assert not any(word in done.stdout + table.stdout for word in ("http", "conseil municipal", "Résultats"))


def test_what_was_missed_is_found(tmp_path: Path) -> None:
    """Pages that state a fact and were dropped, because the job was told to judge hard."""
    write_warc(tmp_path / "a.warc.gz", mixed(6, [0, 3]))
    dig(tmp_path / "a.warc.gz", tmp_path / "out", threshold=1.0)
    found = json.loads(run("audit", tmp_path / "out", "--format", "json").stdout)
    by_reason = {line["reason"]: line["missed"] for line in found["lines"]}
    assert found["kept"] == 0 and by_reason["irrelevant"] == 2 == found["missed"]
    assert found["recall"] is None and "nothing was kept" in found["why"]


def test_another_language_is_not_missed(tmp_path: Path) -> None:
    text = "La policía incautó doce kilos de cocaína en el puerto de Valencia, según fuentes de la investigación abierta. "
    page = Page(
        "https://journal.example/es",
        html("Incautados doce kilos de cocaína en Valencia", text * 4, lang="es"),
    )
    write_warc(tmp_path / "a.warc.gz", [page, *mixed(2, [0])])
    dig(tmp_path / "a.warc.gz", tmp_path / "out")
    found = json.loads(run("audit", tmp_path / "out", "--format", "json").stdout)
    assert found["missed"] == 0 and sum(line["read"] for line in found["lines"]) == 2


def test_archives_that_moved_are_named_and_found_again(tmp_path: Path) -> None:
    path = write_warc(tmp_path / "a.warc.gz", mixed(3, [1]))
    dig(path, tmp_path / "out")
    (tmp_path / "else").mkdir()
    path.rename(tmp_path / "else" / "a.warc.gz")
    gone = run("audit", tmp_path / "out")
    assert gone.exit_code == 1 and "a.warc.gz" in gone.stderr and "cannot tell" in gone.stderr
    assert "folder they lie in now" in gone.stderr and "--audit-one-in" not in gone.stderr
    assert "recall:" not in gone.stdout and "missed: 0" not in gone.stdout
    again = run("audit", tmp_path / "out", tmp_path / "else", "--format", "json")
    assert again.exit_code == 0 and json.loads(again.stdout)["gone"] == []


def test_copies_of_what_was_read_from_a_server_are_found(tmp_path: Path) -> None:
    path = write_warc(tmp_path / "a.warc.gz", mixed(3, [1]))
    (near,) = archives([str(path)])
    assert isinstance(near, Archive)
    far = replace(near, key="0123456789abcdef0123", place="")  # a server tells a version that no copy has
    plan = Plan(audit_one_in=1)
    Folder(tmp_path / "out").begin(plan, [far])
    assert isinstance(attempt(far, plan, tmp_path / "out"), Done)
    path.rename(tmp_path / "renamed.warc.gz")
    write_warc(tmp_path / "other.warc.gz", mixed(5, [2]))
    found = run(
        "audit",
        tmp_path / "out",
        tmp_path / "other.warc.gz",
        tmp_path / "renamed.warc.gz",
        "--format",
        "json",
    )
    told = json.loads(found.stdout)
    assert found.exit_code == 0 and told["gone"] == [] and told["lost"] == 0
    assert sum(line["read"] for line in told["lines"]) == 2
    other = run("audit", tmp_path / "out", tmp_path / "other.warc.gz", "--format", "json")
    assert other.exit_code == 1 and json.loads(other.stdout)["gone"] == ["a.warc.gz"]


def test_the_audit_has_its_own_help() -> None:
    told = run("audit", "--help")
    assert told.exit_code == 0 and "bulk audit" in told.stdout
    assert "--prefix" in told.stdout and "--engine" not in told.stdout and "--out" not in told.stdout
    assert "--engine" in run("--help").stdout


def test_a_card_for_all_is_one_source_and_it_is_said(tmp_path: Path) -> None:
    write_warc(tmp_path / "a.warc.gz", mixed(3, [1]))
    (tmp_path / "card.toml").write_text(
        'id = "invented"\nname = "Invented"\nkind = "press"\n', encoding="utf-8"
    )
    with_card = run(tmp_path / "a.warc.gz", "--dry-run", "-j", "1", "--source", tmp_path / "card.toml")
    assert "count as one source" in with_card.stderr, with_card
    assert "one source" not in run(tmp_path / "a.warc.gz", "--dry-run", "-j", "1").stderr


def test_where_all_was_refused_no_results_are_promised(tmp_path: Path) -> None:
    (tmp_path / "some.paths").write_text("absent.warc.gz\n", encoding="utf-8")
    done = run(tmp_path / "some.paths", "--out", tmp_path / "out", "-j", "1")
    assert done.exit_code == 1 and "results:" not in done.stderr
    assert "some.paths" in done.stderr and "--prefix" in done.stderr


def test_an_interrupt_is_told(job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(self: Course, at_work: object = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Course, "look", stop)
    done = run(job / "in", "--out", tmp_path / "out", "-j", "1", "--audit-one-in", "1")
    assert done.exit_code == 130 and "the same command continues it" in done.stderr


def test_without_a_terminal_progress_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.cli.bulk.EVERY", 0.0)
    with course() as tell:
        Course([], tell).look()
    assert "0 of 0 archives" in capsys.readouterr().err


# ---- the estimate

# dropped, read again, missed -> least and greatest number missed; by enumeration of the hypergeometric distribution
INTERVALS = [
    ("all read", 50, 50, 4, (4, 4)),
    ("one of ten", 10, 1, 1, (1, 10)),
    ("none of a hundred", 1000, 100, 0, (0, 34)),
    ("two of five in ten", 10, 5, 2, (2, 7)),
    ("one in ten thousand", 10**8, 10**4, 3, (6188, 87651)),
]


@pytest.mark.parametrize(
    ("dropped", "read", "missed", "wanted"), [r[1:] for r in INTERVALS], ids=[r[0] for r in INTERVALS]
)
def test_intervals(dropped: int, read: int, missed: int, wanted: tuple[int, int]) -> None:
    low, high = missed_between(dropped, read, missed)
    assert (low, high) == pytest.approx(wanted, rel=2e-3)


def test_intervals_hold_what_is_true() -> None:
    """Of all samples of 12 from 60 pages, at most 5 % have an interval without the number that was missed."""
    from math import comb

    for missed in range(61):
        wrong = 0.0
        for seen in range(min(missed, 12) + 1):
            if 12 - seen > 60 - missed:
                continue
            low, high = missed_between(60, 12, seen)
            if not low <= missed <= high:
                wrong += comb(missed, seen) * comb(60 - missed, 12 - seen) / comb(60, 12)
        assert wrong <= 0.05, missed


def line(dropped: int, read: int, missed: int) -> Line:
    return Line(reason="no-term", dropped=dropped, sampled=read, read=read, missed=missed)


# kept, line, enough, part of the reason
VERDICTS = [
    ("plenty", 1000, line(10_000, 5_000, 2), True, ""),
    ("too few", 1000, line(10_000, 50, 0), False, "too few to say anything"),
    ("too wide", 10, line(1_000_000, 200, 0), False, "too few to tell"),
    ("nothing kept", 0, line(1_000, 500, 0), False, "nothing was kept"),
    ("nothing dropped", 10, line(0, 0, 0), False, "nothing was dropped"),
    ("nothing read", 10, line(100, 0, 0), False, "too few"),
]


@pytest.mark.parametrize(
    ("kept", "one", "enough", "why"), [r[1:] for r in VERDICTS], ids=[r[0] for r in VERDICTS]
)
def test_a_small_sample_says_that_it_is(kept: int, one: Line, enough: bool, why: str) -> None:
    found = judged(kept, [one])
    assert found.enough is enough and why in found.why
    if found.recall is not None and found.recall_low is not None and found.recall_high is not None:
        assert 0 <= found.recall_low <= found.recall <= found.recall_high <= 1


# dropped, kept -> what is advised is enough with one page missed, and half as many pages with none
ADVICE = [("a month", 16_000_000, 16_000), ("years", 10**8, 10**4), ("dense", 50_000, 500)]


@pytest.mark.parametrize(("dropped", "kept"), [r[1:] for r in ADVICE], ids=[r[0] for r in ADVICE])
def test_what_is_advised_is_enough(dropped: int, kept: int) -> None:
    read = dropped // advised(dropped, kept)
    assert (
        judged(kept, [line(dropped, read, 1)]).enough and judged(kept, [line(dropped, read // 2, 0)]).enough
    )
    assert not judged(kept, [line(dropped, read // 4, 0)]).enough


def test_filler_has_nothing_of_the_subject() -> None:
    assert "drogue" not in FILLER
