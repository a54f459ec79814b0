"""A public alert that changes, goes or is corrected says so, under the address that it has for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from report_store import build
from test_feeds_public_alerts import TODAY, let_out, listed, papers, take_back
from vigie.feeds.records import PublicAlert
from vigie.feeds.versions import record
from vigie.model.errors import StoreError
from vigie.report.public import public_gate
from vigie.store import Store
from vigie.store.alert_versions import alert_versions
from vigie.store.corrections import Correction, readdress, warning_address, write_correction
from vigie.store.erase import Selection
from vigie.upkeep.purge import plan, purge

LATER = date(2026, 3, 25)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = build(tmp_path / "vigie.duckdb", papers(), today=TODAY)
    let_out(path, "doc001-0")
    assert written(path, TODAY) == 2
    return path


def written(path: Path, day: date) -> int:
    with Store.open(path) as opened:
        return record(opened, public_gate(day))


def by_address(path: Path, day: date = LATER, **more: object) -> dict[str, PublicAlert]:
    return {a.address: a for a in listed(path, day=day, **more)}


def sql(path: Path, text: str) -> None:
    with Store.open(path) as opened:
        opened.connection.execute(text)


WARNING, RELEASE = warning_address("doc000"), "alert/r1"


def test_what_does_not_change_is_written_down_once(store: Path) -> None:
    before = listed(store)
    assert written(store, LATER) == 0
    assert listed(store, day=LATER) == before and {a.version for a in before} == {1}


CHANGES: list[tuple[str, str, str]] = [
    # id, what changes, the alert that it changes
    ("an official title", "UPDATE documents SET title = 'Alerte corrigée' WHERE doc_id = 'doc000'", WARNING),
    ("a grade", "UPDATE documents SET grade = 'B' WHERE doc_id = 'doc000'", WARNING),
    ("how many persons", "UPDATE observations SET low = 9, high = 9 WHERE doc_id = 'doc000'", WARNING),
    ("a figure of a release", "UPDATE observations SET low = 70, high = 70 WHERE id = 'doc001-0'", RELEASE),
    ("a substance", "UPDATE observations SET substance = 'mda' WHERE id = 'doc001-0'", RELEASE),
]


@pytest.mark.parametrize(("id", "change", "address"), CHANGES, ids=[c[0] for c in CHANGES])
def test_what_says_something_else_is_a_new_version(store: Path, id: str, change: str, address: str) -> None:
    first = by_address(store)[address].first_published
    sql(store, change)
    assert written(store, LATER) == 1 and written(store, date(2026, 3, 30)) == 0
    alert = by_address(store, date(2026, 3, 30))[address]
    assert (alert.version, alert.updated, alert.first_published, alert.status) == (2, LATER, first, "current")
    (note,) = alert.corrections
    assert (note.version, note.day) == (2, LATER) and "25 mars 2026" in note.note
    other = ({WARNING, RELEASE} - {address}).pop()
    assert by_address(store)[other].version == 1


UNCHANGED: list[tuple[str, str]] = [
    ("the name of a file", "UPDATE documents SET path = 'autre.txt'"),
    ("a confidence", "UPDATE observations SET confidence = 0.5"),
    ("the title of a field note", "UPDATE documents SET title = 'Autre carnet' WHERE doc_id = 'doc001'"),
    ("a fact that was not released", "UPDATE observations SET eur_per_unit = 20 WHERE id = 'doc001-1'"),
]


@pytest.mark.parametrize(("id", "change"), UNCHANGED, ids=[c[0] for c in UNCHANGED])
def test_what_nobody_reads_is_no_new_version(store: Path, id: str, change: str) -> None:
    sql(store, change)
    assert written(store, LATER) == 0


def erase_document(path: Path, doc_id: str) -> None:
    with Store.open(path) as opened:
        chosen = Selection(documents=(doc_id,))
        purge(opened, plan(opened, chosen), chosen)


GOES: list[tuple[str, Callable[[Path], None], str]] = [
    ("an erased warning", lambda p: erase_document(p, "doc000"), WARNING),
    ("a release whose document is erased", lambda p: erase_document(p, "doc001"), RELEASE),
    ("a warning that is none any more", lambda p: sql(p, "UPDATE documents SET kind = 'press' WHERE doc_id = 'doc000'"), WARNING),
    ("a fact that is denied now", lambda p: sql(p, "UPDATE observations SET assertion = 'negated' WHERE id = 'doc001-0'"), RELEASE),
]  # fmt: skip


@pytest.mark.parametrize(("id", "go", "address"), GOES, ids=[g[0] for g in GOES])
def test_what_is_supported_no_more_is_told_to_those_who_read_it(
    store: Path, id: str, go: Callable[[Path], None], address: str
) -> None:
    before = by_address(store)[address]
    go(store)
    assert written(store, LATER) == 1 and written(store, date(2026, 3, 30)) == 0
    alert = by_address(store, date(2026, 3, 30))[address]
    assert (alert.status, alert.version, alert.updated) == ("withdrawn", 2, LATER)
    assert alert.first_published == before.first_published and alert.official == before.official
    assert (alert.title, alert.summary, alert.evidence) == (f"Alerte retirée ({alert.identifier})", "", "")
    assert "25 mars 2026" in alert.note


def test_nothing_of_an_erased_warning_stays_but_its_address(store: Path) -> None:
    erase_document(store, "doc000")
    with Store.open(store, read_only=True) as opened:
        assert [r.digest for r in alert_versions(opened)[WARNING]] == [""]


def test_a_withdrawal_is_the_version_after_the_last_one(store: Path) -> None:
    sql(store, "UPDATE observations SET low = 70, high = 70 WHERE id = 'doc001-0'")
    written(store, date(2026, 3, 22))
    take_back(store, 1, date(2026, 3, 24))
    for _ in range(2):
        alert = by_address(store)[RELEASE]
        assert (alert.version, alert.updated, alert.status) == (3, date(2026, 3, 24), "withdrawn")
        written(store, LATER)


def test_what_comes_back_is_a_new_version(store: Path) -> None:
    sql(store, "UPDATE documents SET kind = 'press' WHERE doc_id = 'doc000'")
    written(store, date(2026, 3, 22))
    sql(store, "UPDATE documents SET kind = 'warning' WHERE doc_id = 'doc000'")
    written(store, LATER)
    alert = by_address(store)[WARNING]
    assert (alert.version, alert.status, alert.updated) == (3, "current", LATER)


def test_a_correction_by_an_editor_is_read_and_makes_a_version(store: Path) -> None:
    line = Correction(
        address=RELEASE, from_version=1, to_version=2, made_on=LATER, role="médecin de garde", reason="La dose était fausse."
    )  # fmt: skip
    with Store.open(store) as opened:
        write_correction(opened, line)
    written(store, LATER)
    alert = by_address(store)[RELEASE]
    assert (alert.version, alert.updated) == (2, LATER)
    assert [c.note for c in alert.corrections] == ["La dose était fausse."]
    assert written(store, date(2026, 3, 30)) == 0


@pytest.mark.parametrize("area", ["FR-69", "FR-13"])
def test_what_lies_elsewhere_was_not_withdrawn(store: Path, area: str) -> None:
    assert {a.status for a in listed(store, day=LATER, area=area)} <= {"current"}
    assert len(listed(store, day=LATER, area=area)) == (2 if area == "FR-69" else 0)


def test_a_document_whose_id_changes_keeps_its_versions(store: Path) -> None:
    with Store.open(store) as opened:
        readdress(opened.connection, {"doc000": "docNEW"})
        assert warning_address("docNEW") in alert_versions(opened)


def test_a_store_that_is_read_only_shows_what_it_cannot_write_down(store: Path) -> None:
    sql(store, "UPDATE documents SET title = 'Alerte corrigée' WHERE doc_id = 'doc000'")
    assert by_address(store)[WARNING].version == 2
    with Store.open(store, read_only=True) as opened, pytest.raises(StoreError, match="reading only"):
        record(opened, public_gate(LATER))
