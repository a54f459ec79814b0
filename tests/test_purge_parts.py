"""Purges and periods reach folders of vigie bulk: no column, footer or file holds what went, and no later run brings it back."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from bulk_samples import TOWNS, Page, archive_of, html, miss, write_warc
from vigie.bulk.archive import Archive
from vigie.bulk.folder import Folder
from vigie.bulk.job import Done, attempt
from vigie.bulk.load import loaded
from vigie.bulk.plan import Plan
from vigie.bulk.workplace import workplace
from vigie.cli import app
from vigie.model.document import SourceCard
from vigie.pipeline import Cleaned
from vigie.store import Store
from vigie.store.erase import Selection
from vigie.store.parts import checksum
from vigie.text.normalise import fold
from vigie.upkeep.maintain import maintain
from vigie.upkeep.purge import plan, purge

CARD = SourceCard(id="presse", name="Presse inventée", kind="press", grade="B", retention_months=3)
PLAN = Plan(audit_one_in=1, rows_per_part=4, source=CARD)
WORDS = ("tourlourou", "galimafrée", "coquecigrue", "turlupinade", "brimborion", "calembredaine")
ASKED = "brimborion"  # what a person says to be called; it stands in the fifth page
OLD = 1  # the page of the year before


def prose(number: int) -> str:
    """Sentences of one page and of no other: what two pages share would make one a copy of the other."""
    chance = random.Random(number)

    def word() -> str:
        return "".join(chance.choice("bcdfglmnprst") + chance.choice("aeiou") for _ in range(3))

    return " ".join(
        f"La {word()} est dans le {word()} avec une {word()} pour les {word()}s." for _ in range(20)
    )


def page(number: int) -> Page:
    """A page with facts and a word of its own, in its text and in a sentence with a price."""
    town, word = TOWNS[number], WORDS[number]
    return Page(
        f"https://journal.example/faits-divers/{number}",
        html(
            f"{town} : le prix de la cocaïne relevé en mai",
            f"À {town}, le gramme de cocaïne se vend {40 + number} euros, dit-on au café du {word}.",
            f"Les policiers ont saisi {number + 2} kilos de résine de cannabis lors d'un contrôle routier.",
            f"Le {word} ne répond plus. " + prose(number),
            day="2022-05-04" if number == OLD else "2023-05-04",
        ),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Archive], dict[str, str]]:
    """A folder of two archives of three pages with facts and one without; the id of the document that holds each word."""
    home = tmp_path_factory.mktemp("made")
    archives = [
        archive_of(write_warc(home / f"{name}.warc.gz", [*map(page, numbers), miss(numbers[0])]))
        for name, numbers in (("a", (0, 1, 2)), ("b", (3, 4, 5)))
    ]
    folder = Folder(home / "out")
    folder.begin(PLAN, archives)
    assert all(isinstance(attempt(archive, PLAN, folder.root), Done) for archive in archives)
    folder.finish()
    found = {}
    for item in loaded(folder.root):
        if isinstance(item, Cleaned):
            (word,) = (word for word in WORDS if word in item.document.text)
            found[word] = item.document.doc_id
    assert set(found) == set(WORDS)
    return folder.root, archives, found


@pytest.fixture
def out(made: tuple[Path, list[Archive], dict[str, str]], tmp_path: Path) -> Path:
    """A copy of it, with its times."""
    return shutil.copytree(made[0], tmp_path / "out")


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    def call(*arguments: object, stdin: str | None = None) -> Result:
        told = [*map(str, arguments), "--store", str(tmp_path / "a.duckdb")]
        return CliRunner().invoke(app, told, input=stdin)

    return call


@pytest.fixture
def stored(tmp_path: Path, run: Callable[..., Result], out: Path) -> Path:
    """The store that holds it."""
    done = run("add", out)
    assert done.exit_code == 0, done.stderr
    return tmp_path / "a.duckdb"


def empty(path: Path) -> None:
    Store.open(path).close()


def words_in(folder: Path) -> set[str]:
    """Which of the words stand somewhere: in bytes of any file, in a column or in what a footer says of it."""
    found = set()
    for path in (p for p in folder.rglob("*") if p.is_file()):
        held = path.name + path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            held += json.dumps(table.to_pylist(), default=str, ensure_ascii=False)
            held += str(pq.read_metadata(path).to_dict())
        found |= {word for word in WORDS if fold(word) in fold(held)}
    return found


def holds_together(folder: Path) -> dict[str, int]:
    """The sums of a folder whose accounts name every part and nothing else, each with its checksum."""
    one = Folder(folder)
    accounts = [account for key in one.listed() if (account := one.account(key)) is not None]
    named = {file.name: file.sha256 for account in accounts for file in account.files}
    there = {path.name: checksum(path) for path in (folder / "parts").rglob("*.parquet")}
    assert named == there
    manifest = json.loads((folder / "manifest.json").read_bytes())
    tally = manifest["tally"]
    assert manifest["documents"] == sum(account.documents for account in accounts) == tally["kept"]
    facts = sum(f.rows for account in accounts for f in account.files if f.table == "observations")
    assert sum(tally["observations"].values()) == facts
    assert tally["pages"] == tally["kept"] + sum(tally["rejected"][r] for r in tally["rejected"] if r != "not-a-page")  # fmt: skip
    return {"kept": tally["kept"], "purged": tally["rejected"].get("purged", 0), "audit": tally["audit"]}


def receipt(done: Result) -> dict[str, object]:
    assert done.exit_code == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


def test_a_purged_document_leaves_folder_and_store_and_stays_out(
    made: tuple[Path, list[Archive], dict[str, str]], out: Path, stored: Path, run: Callable[..., Result]
) -> None:
    _, archives, ids = made
    gone = WORDS[2]
    assert words_in(out) == set(WORDS)
    told = receipt(run("purge", "--document", ids[gone], "--parts", out, "--yes"))
    assert told["parts"]["documents"] == 1 and told["parts"]["archives"] == 1  # type: ignore[index]
    assert ids[gone] not in json.dumps(told) and gone not in json.dumps(told)
    assert words_in(out) == set(WORDS) - {gone}
    assert holds_together(out) == {"kept": 5, "purged": 1, "audit": 2}
    # The same job again: what is done is not read; what must be read again is read without it.
    assert [not attempt(a, PLAN, out).fresh for a in archives] == [True, True]  # type: ignore[union-attr]
    for account in (out / "manifest").iterdir():
        account.unlink()
    Folder(out).finish()
    assert all(isinstance(attempt(archive, PLAN, out), Done) for archive in archives)
    Folder(out).finish()
    assert words_in(out) == set(WORDS) - {gone}
    assert holds_together(out) == {"kept": 5, "purged": 1, "audit": 2}
    assert run("add", out).exit_code == 0
    with Store.open(stored, read_only=True) as store:
        assert len(store.column("SELECT doc_id FROM documents")) == 5


def test_a_source_leaves_with_its_card_and_the_sample(out: Path, stored: Path, run: Callable[..., Result]) -> None:  # fmt: skip
    dry = run("purge", "--source", "presse", "--parts", out, "--dry-run")
    assert "6 documents erased" in dry.stderr and words_in(out) == set(WORDS)
    receipt(run("purge", "--source", "presse", "--parts", out, "--yes"))
    assert words_in(out) == set() and not [*out.glob("parts/*/*")]
    assert holds_together(out) == {"kept": 0, "purged": 6, "audit": 0}


def test_what_was_never_loaded_is_reached_and_kept_out_of_the_store(
    made: tuple[Path, list[Archive], dict[str, str]],
    out: Path,
    tmp_path: Path,
    run: Callable[..., Result],
) -> None:
    empty(tmp_path / "a.duckdb")
    told = receipt(run("purge", "--before", "2023-01-01", "--parts", out, "--yes"))
    assert words_in(out) == set(WORDS) - {WORDS[OLD]} and len(told["documents"]) == 1  # type: ignore[arg-type]
    added = run("add", made[0], "--format", "json")  # another copy of the folder
    assert json.loads(added.stdout)["kept_out"] == 1
    again = run("purge", "--document", made[2][WORDS[OLD]], "--parts", out, "--yes")
    assert again.exit_code == 0 and "nothing to erase" in again.stderr
    unknown = run("purge", "--document", "d_0123456789abcdef", "--parts", out, "--yes")
    assert "not in the store" in str(unknown.exception)


@pytest.mark.parametrize("whole", [False, True], ids=["mentions", "documents"])
def test_who_asks_is_cleared_from_parts(
    made: tuple[Path, list[Archive], dict[str, str]],
    out: Path,
    tmp_path: Path,
    run: Callable[..., Result],
    whole: bool,
) -> None:
    empty(tmp_path / "a.duckdb")
    flags = ["--whole-documents"] if whole else []
    done = run("purge", "--subject-request", "--parts", out, "--yes", *flags, stdin=f"{ASKED}\n")
    assert ASKED not in done.stdout + done.stderr
    told = receipt(done)["parts"]
    assert words_in(out) == set(WORDS) - {ASKED}
    assert holds_together(out)["kept"] == 5 + (not whole)
    assert (told["documents"], told["changed"]) == ((1, 0) if whole else (0, 1))  # type: ignore[index]
    items = [item for item in loaded(out) if item is not None]
    assert all(isinstance(item, Cleaned) and item.observations for item in items)  # offsets hold
    assert whole or any("[nom]" in item.document.text for item in items if isinstance(item, Cleaned))
    for account in (out / "manifest").iterdir():
        account.unlink()
    assert all(isinstance(attempt(archive, PLAN, out), Done) for archive in made[1])
    Folder(out).finish()
    assert words_in(out) == set(WORDS) - {ASKED}


def age(out: Path, days: int, key: int = 0) -> None:
    """Have an archive read so many days ago."""
    path = sorted((out / "manifest").iterdir())[key]
    then = path.stat().st_mtime - days * 86_400
    os.utime(path, (then, then))


def test_texts_expire_and_facts_stay(out: Path, stored: Path, run: Callable[..., Result]) -> None:
    age(out, 100)
    before = {path.name: path.stat().st_mtime for path in (out / "manifest").iterdir()}
    assert run("maintain", "--parts", out, "--dry-run").exit_code == 0 and holds_together(out)["kept"] == 6
    done = run("maintain", "--parts", out, "--format", "json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)["parts"]
    assert (told["expired"], told["documents"], told["archives"]) == (3, 0, 1)
    assert holds_together(out) == {
        "kept": 6,
        "purged": 0,
        "audit": 2,
    }  # the default period of the sample is longer
    assert before == {path.name: path.stat().st_mtime for path in (out / "manifest").iterdir()}
    tables = [pq.read_table(path).to_pylist() for path in out.rglob("*.documents.parquet")]
    assert sorted(row["text"] is None for rows in tables for row in rows) == [False] * 3 + [True] * 3
    again = run("add", out)  # what is left of them is no document that can be read
    assert again.exit_code == 0 and "3 texts have expired" in again.stderr
    second = json.loads(run("maintain", "--parts", out, "--format", "json").stdout)["parts"]
    assert second["archives"] == 0
    age(out, 300)
    assert json.loads(run("maintain", "--parts", out, "--format", "json").stdout)["parts"]["sample"] == 1
    receipt(run("purge", "--source", "presse", "--parts", out, "--yes"))  # expired ones too
    assert words_in(out) == set()


def test_a_text_that_expired_in_the_store_expires_in_the_folder(
    out: Path, stored: Path, run: Callable[..., Result]
) -> None:
    with Store.open(stored) as store:
        store.expire(date.today() + timedelta(days=120))
    told = json.loads(run("maintain", "--parts", out, "--format", "json").stdout)["parts"]
    assert told["expired"] == 6


class Killed(BaseException):
    """A stop that nothing handles."""


def stops(at: int, out: Path) -> Iterator[tuple[object, str, object]]:
    """Each call by which a name is given or taken on the disk, made to stop before the one of this number."""
    count = 0
    for owner, name in ((Path, "replace"), (Path, "unlink"), (shutil, "rmtree")):
        real = getattr(owner, name)

        def stopping(
            path: Path, *given: object, real: Callable[..., object] = real, **more: object
        ) -> object:
            nonlocal count
            if out in path.parents:
                count += 1
                if count >= at:  # nothing is tidied up either
                    raise Killed
            return real(path, *given, **more)

        yield owner, name, stopping


def test_a_purge_that_is_stopped_at_any_step_goes_on(
    made: tuple[Path, list[Archive], dict[str, str]], tmp_path: Path
) -> None:
    _, archives, ids = made
    seen, chosen = set[bool](), Selection(documents=(ids[WORDS[2]], ids[WORDS[4]]))
    for at in itertools.chain((1, 2, 3), itertools.count(4, 5)):
        out = shutil.copytree(made[0], tmp_path / f"{at}" / "out")
        with Store.open(tmp_path / f"{at}" / "a.duckdb") as store:
            with pytest.MonkeyPatch.context() as patch:
                for owner, name, stopping in stops(at, out):
                    patch.setattr(owner, name, stopping)
                with suppress(Killed):
                    purge(store, plan(store, chosen, [out]), chosen, [out])
            seen.add(stopped := (out / ".work").exists())
            shutil.rmtree(out / ".work", ignore_errors=True)  # as a run that finds nobody alive does
            # Whatever is there can be loaded; and the same purge ends it, or a run of the job and maintain do.
            assert len([item for item in loaded(out) if isinstance(item, Cleaned)]) in (4, 5, 6)
            if at % 2:
                purge(store, plan(store, chosen, [out]), chosen, [out])
            else:
                assert all(isinstance(attempt(archive, PLAN, out), Done) for archive in archives)
                assert maintain(store, folders=[out]).faults == []
        assert words_in(out) == set(WORDS) - {WORDS[2], WORDS[4]}, at
        assert holds_together(out)["kept"] == 4
        if not stopped:
            break
    assert seen == {True, False} and at > 20


def test_a_run_at_work_and_what_is_no_folder_are_refused(
    out: Path, stored: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    with workplace(out):
        busy = run("purge", "--source", "presse", "--parts", out, "--yes")
    assert "a run goes on" in str(busy.exception) and words_in(out) == set(WORDS)
    none = run("maintain", "--parts", tmp_path)
    assert "no folder of vigie bulk" in str(none.exception)
    alone = run("purge", "--parts", out)
    assert alone.exit_code == 2


def test_a_damaged_part_is_told(out: Path, stored: Path, run: Callable[..., Result]) -> None:
    path = next(out.rglob("*.documents.parquet"))
    path.write_bytes(path.read_bytes()[:-8])
    done = run("purge", "--source", "presse", "--parts", out, "--yes")
    assert done.exit_code == 1 and path.name in done.stderr
    assert any("damaged files" in told for told in json.loads(done.stdout)["not_reached"])


def test_folder_and_list_are_their_owners_alone(out: Path, stored: Path, tmp_path: Path, run: Callable[..., Result]) -> None:  # fmt: skip
    receipt(run("purge", "--source", "presse", "--parts", out, "--yes"))
    assert (out / "purged.json").stat().st_mode & 0o777 == 0o600
    (out / "purged.json").write_text("{}")
    stop = attempt(archive_of(write_warc(tmp_path / "c.warc.gz", [page(0)])), PLAN, out)
    assert "purged.json" in str(stop)  # nobody writes past a list that cannot be read
    before = os.umask(0o022)
    try:
        Folder(tmp_path / "new").begin(PLAN)
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
