"""A folder of results that somebody prepared, accounts that hold what a stranger wrote, and archives that are nearly alike."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bulk_samples import archive_of, mixed, packed, records, write_warc
from vigie.bulk import workplace
from vigie.bulk.archive import Archive
from vigie.bulk.audit import audit
from vigie.bulk.folder import Folder
from vigie.bulk.job import HEAD, Done, Stop, attempt
from vigie.bulk.plan import Plan
from vigie.model.errors import SettingsError, StoreError

PLAN = Plan(audit_one_in=1)
KEY = "ab" * 10


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "out")
    made.begin(PLAN)
    return made


# ---- what is not ours is neither written nor removed


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """Somebody's files, as old as can be and named as ours are."""
    place = tmp_path / "precious"
    for name in ("thesis", "0123456789-7-8-9", "ab"):
        (place / name).mkdir(parents=True)
        (place / name / f"{KEY}-000.documents.parquet").write_bytes(b"mine")
        os.utime(place / name, (1, 1))
    return place


@pytest.mark.parametrize("name", [".work", "parts", "manifest", "asked"])
def test_a_link_in_place_of_a_folder_of_ours_is_refused(
    folder: Folder, tmp_path: Path, precious: Path, name: str
) -> None:
    before = sorted(precious.rglob("*"))
    (folder.root / name).symlink_to(precious)
    archive = archive_of(write_warc(tmp_path / "a.warc.gz", mixed(2, [0])))
    with pytest.raises(StoreError, match=r"a link.*give another --out"):
        folder.begin(PLAN, [archive])
    with pytest.raises(StoreError, match="a link"):
        folder.finish()
    assert isinstance(attempt(archive, PLAN, folder.root), Stop)  # began before the link was there
    assert sorted(precious.rglob("*")) == before


def test_a_link_among_the_folders_of_parts_is_refused(folder: Folder, tmp_path: Path, precious: Path) -> None:
    archive = archive_of(write_warc(tmp_path / "a.warc.gz", mixed(2, [0])))
    before = sorted(precious.rglob("*"))
    (folder.root / "parts").mkdir()
    for name in (archive.key[:2], "ab"):
        (folder.root / "parts" / name).symlink_to(precious / "ab")
    stopped = attempt(archive, PLAN, folder.root)
    assert isinstance(stopped, Stop) and "a link" in stopped.message
    folder.finish()
    assert sorted(precious.rglob("*")) == before


def test_only_names_of_our_own_form_are_cleared_away(folder: Folder) -> None:
    work, home = folder.root / workplace.FOLDER, folder.root / "parts" / "ab"
    home.mkdir(parents=True)
    strange = [work / "thesis", work / "7-8-9", work / "0123456789-7-8-9-1", work / "0123456789-x-8-9"]
    for path in (*strange, work / "0123456789-7-8-9"):
        path.mkdir(parents=True)
        os.utime(path, (1, 1))
    kept = [home / "prices.parquet", home / f"{KEY}-000.prices.parquet", home / f"cd{KEY[2:]}-000.documents.parquet"]  # fmt: skip
    for path in (*kept, home / f"{KEY}-000.documents.parquet"):
        path.write_bytes(b"x")
    folder.begin(PLAN)
    folder.finish()
    assert sorted(work.iterdir()) == sorted(strange) and sorted(home.iterdir()) == sorted(kept)


def test_a_folder_whose_work_is_not_ours_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / workplace.FOLDER / "thesis").mkdir(parents=True)
    with pytest.raises(SettingsError, match="no folder of vigie bulk"):
        Folder(tmp_path).begin(PLAN)
    with workplace.workplace(tmp_path / "other"):  # of a run that begins at this moment
        Folder(tmp_path / "other").begin(PLAN)


# ---- ids that archives give


CONTACT = "zorro.perez@mail.example"


def with_ids(pages: int, ids: Callable[[int], str]) -> bytes:
    """An archive whose ids are given by `ids`, each record a member of its own."""
    numbers = itertools.count()
    parts = [re.sub(rb"(WARC-Record-ID: <)[^>]*", lambda m: m[1] + ids(next(numbers)).encode(), part) for part in records(mixed(pages, [0]))]  # fmt: skip
    return packed(parts)


def test_ids_of_records_are_kept_as_marks(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(with_ids(4, lambda number: f"{CONTACT}:{number}"))
    archive = archive_of(path)
    assert isinstance(attempt(archive, PLAN, folder.root), Done)
    folder.finish()
    assert all(CONTACT.encode() not in p.read_bytes() for p in folder.root.rglob("*") if p.is_file())
    account = folder.account(archive.key)
    assert account is not None and len(account.tally.audit) == 3
    place = folder.root / "manifest" / f"{archive.key}.json"
    told = json.loads(place.read_bytes())
    told["tally"]["audit"][0]["record_id"] = CONTACT
    place.write_text(json.dumps(told))
    assert folder.account(archive.key) is None  # such an account is none


def test_pages_of_one_id_are_told_apart_by_their_place(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(with_ids(6, lambda number: "urn:uuid:alike"))
    archive = archive_of(path)
    assert isinstance(attempt(archive, PLAN, folder.root), Done)
    found = audit(folder, lambda *_: archive)
    assert (sum(line.sampled for line in found.lines), sum(line.read for line in found.lines), found.lost) == (5, 5, 0)  # fmt: skip


# ---- archives that are nearly alike


def laid(place: Path, pages: int, *, cut: int = 0, told: bool = True) -> Archive:
    """An archive `a.warc` in a folder of its own; all of them begin alike. `told`: whether its place may be told."""
    place.mkdir(exist_ok=True)
    data = b"".join(records(mixed(pages, [0])))
    assert len(data) > HEAD
    (place / "a.warc").write_bytes(data[: len(data) - cut])
    found = archive_of(place / "a.warc")
    return found if told else replace(found, place="")


def read(folder: Folder, *asked: Archive) -> None:
    """A run that is asked for archives."""
    folder.begin(PLAN, asked)
    assert all(isinstance(attempt(archive, PLAN, folder.root), Done) for archive in asked)
    folder.finish()


@pytest.mark.parametrize("told", [True, False], ids=["place told", "place untold"])
@pytest.mark.parametrize("cut", [0, 40], ids=["whole", "cut"])
def test_an_archive_that_grew_is_counted_once(folder: Folder, tmp_path: Path, cut: int, told: bool) -> None:
    read(folder, laid(tmp_path / "x", 4, cut=cut, told=told))
    grown = laid(tmp_path / "x", 9, told=told)
    read(folder, grown)
    manifest = json.loads((folder.root / "manifest.json").read_bytes())
    assert folder.listed() == [grown.key] and manifest["tally"]["pages"] == 9 and manifest["missing"] == []


@pytest.mark.parametrize("told", [True, False], ids=["place told", "place untold"])
@pytest.mark.parametrize("cut", [0, 40], ids=["whole", "cut"])
def test_two_archives_of_one_name_and_head_are_two(
    folder: Folder, tmp_path: Path, cut: int, told: bool
) -> None:
    two = [laid(tmp_path / "x", 4, cut=cut, told=told), laid(tmp_path / "y", 9, told=told)]
    read(folder, *two)
    assert folder.listed() == sorted(archive.key for archive in two)
    again = [attempt(archive, PLAN, folder.root) for archive in two]
    assert all(isinstance(done, Done) and not done.fresh for done in again)  # it has settled


@pytest.mark.parametrize("told", [True, False], ids=["place told", "place untold"])
def test_of_two_archives_of_one_name_the_one_that_was_not_read_is_missing(
    folder: Folder, tmp_path: Path, told: bool
) -> None:
    one, other = laid(tmp_path / "x", 4, told=told), laid(tmp_path / "y", 9, told=told)
    folder.begin(PLAN, [one, other])
    attempt(one, PLAN, folder.root)
    folder.finish()
    assert folder.missing({one.key: one.name}) == {other.key: "a.warc"}
    manifest = json.loads((folder.root / "manifest.json").read_bytes())
    assert [left["key"] for left in manifest["missing"]] == [other.key]
