"""One input that fails never stops the others, and its text never shows."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from store_samples import card, document, observation
from vigie import pipeline
from vigie.lexicon import version
from vigie.model.document import CleanDocument, RawDocument
from vigie.model.errors import InputRefused, SettingsError
from vigie.model.observation import Observation
from vigie.pipeline import (
    Cleaned,
    Reading,
    Refusal,
    add,
    clean,
    clean_stream,
    inputs,
    observe,
    reextract,
    refusal,
)
from vigie.redact.marks import Marker
from vigie.settings import Settings
from vigie.store import Store
from vigie.store.integrity import faults

SECRET = "Jeanne Exemple 06 39 98 12 34"


def articles(folder: Path, count: int) -> Path:
    """`count` invented notes, each with one price."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(
            f"2024-03-{number % 28 + 1:02}\n\nNote {number}\n\n"
            f"À Lyon, le gramme de cocaïne se vend {50 + number} euros, selon les intervenants de rue.\n",
            encoding="utf-8",
        )
    return folder


def read_all(folder: Path) -> Iterator[Cleaned | Refusal]:
    for found in inputs([folder]):
        if isinstance(found, Refusal):
            yield found
        else:
            yield from clean(found, Reading())


def test_a_file_becomes_a_clean_document_with_observations(tmp_path: Path) -> None:
    (file,) = inputs([articles(tmp_path / "a", 1)])
    assert isinstance(file, Path)
    (item,) = clean(file, Reading(source=card()))
    assert isinstance(item, Cleaned) and item.source == card()
    found = observe(item.document)
    assert not isinstance(found, Refusal)
    assert [o.type for o in found if o.substance == "cocaine"][:1] == ["price"]
    for o in found:
        assert item.document.text[o.start : o.end] == o.quote


def test_refusals_have_names_and_reasons(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 20)
    for name in ("empty.txt", "noise.bin", "missing.txt"):
        (item,) = clean(tmp_path / name, Reading())
        assert isinstance(item, Refusal) and item.name.endswith(name) and item.reason
    (item,) = clean_stream("-", b"", Reading())
    assert isinstance(item, Refusal) and item.name == "-"


ERRORS = [
    (InputRefused("a.pdf", "encrypted", "remove the password"), "a.pdf: encrypted (remove the password)"),
    (SettingsError("source.toml: no id"), "x: source.toml: no id"),
    (FileNotFoundError(2, "no"), "x: no such file"),
    (PermissionError(13, "no"), "x: may not be read (change its permissions)"),
    (ValueError(SECRET), "x: unexpected ValueError (please report it with the kind of file)"),
]


@pytest.mark.parametrize(("error", "expected"), ERRORS, ids=lambda e: type(e).__name__)
def test_a_refusal_says_what_happened_and_no_text(error: Exception, expected: str) -> None:
    assert str(refusal("x", error)) == expected


def test_a_reader_that_breaks_half_way_keeps_what_it_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def two_then_crash(*_args: object, **_options: object) -> Iterator[RawDocument]:
        yield RawDocument(path="c#1", format="text", text="Un texte.")
        yield RawDocument(path="c#2", format="text", text="Un autre texte.")
        raise RuntimeError(SECRET)

    monkeypatch.setattr(pipeline, "read", two_then_crash)
    one, two, last = clean(Path("c"), Reading())
    assert isinstance(one, Cleaned) and isinstance(two, Cleaned)
    assert isinstance(last, Refusal) and last.name == "c"
    assert last.reason.startswith("unexpected RuntimeError at pipeline.py:")


def test_a_redactor_that_breaks_loses_one_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = pipeline.redact

    def picky(raw: RawDocument, marker: Marker | None = None) -> CleanDocument:
        if "Note 1" in (raw.title, raw.text):
            raise KeyError(SECRET)
        return real(raw, marker)

    monkeypatch.setattr(pipeline, "redact", picky)
    items = list(read_all(articles(tmp_path / "a", 3)))
    assert [isinstance(i, Cleaned) for i in items] == [True, False, True]
    assert SECRET not in str(items[1])


def test_folders_that_cannot_be_walked_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_paths: object) -> Iterator[Path]:
        raise OSError("x")

    monkeypatch.setattr(pipeline, "discover", crash)
    (item,) = inputs([Path("a")])
    assert str(item).startswith("a: unexpected OSError at pipeline.py:")


def test_adding_twice_changes_nothing(tmp_path: Path) -> None:
    folder = articles(tmp_path / "a", 7)
    (folder / "twin.txt").write_bytes((folder / "003.txt").read_bytes())
    with Store.open(tmp_path / "s.duckdb", settings=Settings(batch_documents=3)) as store:
        first = add(store, read_all(folder))
        tables = [store.table(name) for name in ("documents", "observations", "evidence", "redactions")]
        assert (first.read, first.new, first.unchanged, first.refused) == (8, 7, 1, ())
        assert first.observations["price"] >= 7
        told: list[object] = []
        second = add(store, read_all(folder), told.append)
        assert (second.read, second.new, second.unchanged, second.observations) == (8, 0, 8, {})
        assert len(told) == 8
        assert [store.table(t) for t in ("documents", "observations", "evidence", "redactions")] == tables
        assert [(r.command, r.status, r.counts.new) for r in store.runs()] == [
            ("add", "done", 7),
            ("add", "done", 0),
        ]
        assert store.runs()[0].versions == pipeline.versions()
        assert faults(store) == []


def test_batches_are_bounded_by_size_of_text_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = Store.write
    monkeypatch.setattr(
        Store, "write", lambda s, run, entries: sizes.append(len(entries)) or real(s, run, entries)
    )
    with Store.open(tmp_path / "s.duckdb", settings=Settings(batch_chars=150)) as store:
        add(store, read_all(articles(tmp_path / "a", 5)))
    assert sum(sizes) == 5 and max(sizes) == 2


def test_a_document_that_cannot_be_extracted_is_refused_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = articles(tmp_path / "a", 3)
    real = pipeline.observe

    def crash(d: CleanDocument, name: str = "") -> list[Observation] | Refusal:
        return Refusal(name=name, reason="unexpected ValueError") if d.title == "Note 1" else real(d)

    with Store.open(tmp_path / "s.duckdb") as store:
        monkeypatch.setattr(pipeline, "observe", crash)
        told: list[object] = []
        summary = add(store, read_all(folder), told.append)
        assert (summary.new, summary.unchanged, len(summary.refused)) == (2, 0, 1)
        assert [t for t in told if isinstance(t, Refusal)] == list(summary.refused)
        monkeypatch.setattr(pipeline, "observe", real)
        summary = add(store, read_all(folder))
        assert (summary.new, summary.unchanged, summary.refused) == (1, 2, ())


def test_an_extractor_that_breaks_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_document: CleanDocument) -> list[Observation]:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr("vigie.extract.extract", crash)
    found = observe(document())
    assert isinstance(found, Refusal) and found.reason.startswith(
        "unexpected ZeroDivisionError at pipeline.py:"
    )


def test_reextraction_shows_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path / "s.duckdb", settings=Settings(batch_documents=2)) as store:
        add(store, read_all(articles(tmp_path / "a", 5)))
        same = reextract(store)
        assert (same.read, same.new, same.unchanged, same.changes) == (5, 0, 5, ())
        before = store.table("observations")

        real = pipeline.observe

        def other(d: CleanDocument) -> list[Observation] | Refusal:
            found = real(d)
            assert not isinstance(found, Refusal)
            if d.title == "Note 1":
                return []
            if d.title == "Note 2":
                return [dataclasses.replace(o, place=None) for o in found]
            if d.title == "Note 3":
                return [*found, observation_in(d)]
            return Refusal(name=d.path, reason="unexpected ValueError") if d.title == "Note 4" else found

        monkeypatch.setattr(pipeline, "observe", other)
        told: list[CleanDocument] = []
        changed = reextract(store, told.append)
        assert len(told) == 5
        assert (changed.new, changed.unchanged, len(changed.refused)) == (3, 1, 1)
        assert {c.what for c in changed.changes} == {"lost", "changed", "gained"}
        assert store.table("observations") != before
        assert faults(store) == []
        monkeypatch.setattr(pipeline, "observe", real)
        reextract(store)
        assert store.table("observations") == before


def observation_in(d: CleanDocument) -> Observation:
    sample = observation(document())
    return dataclasses.replace(sample, id=f"{d.doc_id}-x", doc_id=d.doc_id, start=0, end=4, quote=d.text[:4])


def test_the_version_of_the_knowledge_follows_its_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert len(pipeline.knowledge_version()) == 12
    words = tmp_path / "data" / "lexicons" / "fr"
    words.mkdir(parents=True)
    (words / "a.toml").write_text("x = 1")
    monkeypatch.setattr(version, "files", lambda _package: tmp_path)
    seen = {pipeline.knowledge_version()}
    (words / "a.toml").write_text("x = 2")
    seen.add(pipeline.knowledge_version())
    (words / "a.toml").rename(words / "b.toml")
    seen.add(pipeline.knowledge_version())
    assert len(seen) == 3
    (words / ".hidden").write_text("x")
    assert pipeline.knowledge_version() in seen


KILLED = """
import sys
from pathlib import Path
from vigie import pipeline
from vigie.settings import Settings
from vigie.store import Store

real = Store.write
def told(self, *args):
    if sys.argv[3] == "before":
        print("batch", flush=True)
    count = real(self, *args)
    if sys.argv[3] == "after":
        print("batch", flush=True)
    return count
Store.write = told
files = pipeline.inputs([Path(sys.argv[1])])
items = (item for file in files for item in pipeline.clean(file, pipeline.Reading()))
with Store.open(sys.argv[2], settings=Settings(batch_documents=4)) as store:
    pipeline.add(store, items)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("moment", [pytest.param("before", marks=pytest.mark.slow), "after"])
def test_a_run_killed_half_way_is_completed_by_the_next(tmp_path: Path, moment: str) -> None:
    folder = articles(tmp_path / "a", 40)
    path = tmp_path / "s.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), str(path), moment], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _batch in range(3):
            assert process.stdout.readline() == "batch\n"
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL
    with Store.open(path, read_only=True) as store:
        assert faults(store) == []  # readable as it was left
        assert [run.status for run in store.runs()] == ["running"]
    with Store.open(path) as store:
        kept = store.sizes()["documents"]
        assert kept in range(8, 40, 4)  # whole batches, and not all of them
        assert faults(store) == []
        assert [run.status for run in store.runs()] == ["interrupted"]
        summary = add(store, read_all(folder))
        assert (summary.new, summary.unchanged) == (40 - kept, kept)
        completed = comparable(store)
    with Store.open(tmp_path / "fresh.duckdb") as store:
        add(store, read_all(folder))
        assert comparable(store) == completed


def comparable(store: Store) -> str:
    """Everything but the numbers of the runs."""
    tables = {
        name: [
            {k: v for k, v in row.items() if k not in ("run_id", "extracted_run")}
            for row in store.table(name).to_pylist()
        ]
        for name in ("sources", "documents", "observations", "evidence", "redactions")
    }
    return json.dumps(tables, default=str, sort_keys=True)


def test_a_contact_in_a_file_name_is_not_shown(tmp_path: Path) -> None:
    empty = tmp_path / "tel 06 39 98 77 66.txt"
    empty.write_bytes(b"")
    (found,) = clean(empty, Reading())
    assert isinstance(found, Refusal)
    assert "39 98" not in str(found) and "empty" in found.reason
