"""Contacts counted without being kept: the key's file, the marks in the store, the verbs; and that nothing leaks from them."""

from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from store_samples import VERSIONS, card, document, observation
from vigie.cli import app
from vigie.model.document import ContactMark
from vigie.model.errors import SettingsError
from vigie.model.period import PartialDate
from vigie.redact.keyfile import KEY_BYTES, destroy_key, load_key, load_or_make_key, rotate_key
from vigie.settings import Settings, from_environment
from vigie.store import Store
from vigie.store.contacts import ContactCount, Grouping, count_contacts, marked
from vigie.store.rows import Entry

posix = pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")

# The key's file


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "vigie.contacts.key"


@posix
def test_the_key_is_made_once_for_its_owner_only(key: Path) -> None:
    before = os.umask(0)
    try:
        made = load_or_make_key(key)
    finally:
        os.umask(before)
    assert len(made) == KEY_BYTES
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert load_or_make_key(key) == load_key(key) == made


def spoil_rights(path: Path, rights: int) -> None:
    load_or_make_key(path)
    path.chmod(rights)


def make_link(path: Path) -> None:
    other = path.with_name("elsewhere")
    load_or_make_key(other)
    path.symlink_to(other)


BAD_KEYS = [
    ("group_reads", lambda p: spoil_rights(p, 0o640), "chmod 600"),
    ("all_read", lambda p: spoil_rights(p, 0o604), "chmod 600"),
    ("runs", lambda p: spoil_rights(p, 0o700), "chmod 600"),
    ("link", make_link, "must not be a link"),
    ("dangling_link", lambda p: p.symlink_to(p.with_name("nowhere")), "must not be a link"),
    ("folder", lambda p: p.mkdir(), "not a file"),
    ("empty", lambda p: (p.touch(0o600)), "not a whole contact key"),
    ("cut", lambda p: (p.touch(0o600), p.write_text("vigie contact key 1\nabcdef\n")), "not a whole contact key"),
    ("raw_bytes", lambda p: (p.touch(0o600), p.write_bytes(bytes(range(200, 232)))), "not a whole contact key"),
    ("something_after", lambda p: (load_or_make_key(p), p.write_text(p.read_text() + "x")), "not a whole contact key"),
]  # fmt: skip


@posix
@pytest.mark.parametrize(("harm", "reason"), [row[1:] for row in BAD_KEYS], ids=[row[0] for row in BAD_KEYS])
def test_a_key_that_cannot_be_trusted_is_refused_with_a_repair(key: Path, harm: object, reason: str) -> None:
    harm(key)  # type: ignore[operator]
    content = key.read_bytes() if key.is_file() else b""
    with pytest.raises(SettingsError, match=reason) as caught:
        load_or_make_key(key)
    assert "(" in str(caught.value), "no repair"
    secret = content.decode("latin-1").removeprefix("vigie contact key 1\n").strip()
    assert not secret or secret not in str(caught.value)
    assert caught.value.__cause__ is None


@posix
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_user_is_refused(key: Path) -> None:
    load_or_make_key(key)
    os.chown(key, 4242, -1)
    with pytest.raises(SettingsError, match="belongs to another user"):
        load_key(key)


def test_there_is_no_key_before_the_first_use(key: Path) -> None:
    with pytest.raises(SettingsError, match="no contact key at"):
        load_key(key)
    with pytest.raises(SettingsError, match="check the folder"):
        load_or_make_key(key.parent / "missing" / "key")


def test_rotation_leaves_another_key_and_nothing_of_the_old(key: Path) -> None:
    old = load_or_make_key(key)
    open_before = key.open("rb")  # what another process still has open is overwritten as well
    new = rotate_key(key)
    assert new == load_key(key) != old
    with open_before:
        assert old.hex().encode() not in open_before.read()
    assert [p.name for p in key.parent.iterdir()] == [key.name]


def test_destruction_overwrites_before_it_removes(key: Path) -> None:
    old = load_or_make_key(key)
    twin = key.with_name("hard-link")
    twin.hardlink_to(key)
    assert destroy_key(key)
    assert not key.exists()
    assert old.hex().encode() not in twin.read_bytes()
    assert not destroy_key(key)


@posix
def test_a_key_that_others_may_read_can_still_be_destroyed(key: Path) -> None:
    spoil_rights(key, 0o666)
    assert destroy_key(key)


@pytest.mark.parametrize("change", [rotate_key, destroy_key], ids=["rotate", "destroy"])
def test_a_file_that_is_no_key_is_left_as_it_is(key: Path, change: object) -> None:
    key.write_text("A thesis.\n", encoding="utf-8")
    key.chmod(0o600)
    with pytest.raises(SettingsError):
        change(key)  # type: ignore[operator]
    assert key.read_text(encoding="utf-8") == "A thesis.\n"


@pytest.mark.parametrize(
    ("environment", "counting", "file"),
    [
        ({}, False, "vigie.contacts.key"),
        ({"VIGIE_COUNT_CONTACTS": "0"}, False, "vigie.contacts.key"),
        ({"VIGIE_COUNT_CONTACTS": "1", "VIGIE_STORE": "a/france.duckdb"}, True, "a/france.contacts.key"),
        ({"VIGIE_CONTACT_KEY": "/safe/key"}, False, "/safe/key"),
    ],
    ids=["default", "off", "beside_the_store", "elsewhere"],
)
def test_counting_is_off_by_default(environment: dict[str, str], counting: bool, file: str) -> None:
    settings = from_environment(environment)
    assert (settings.count_contacts, settings.key_file) == (counting, Path(file))


def test_a_setting_that_is_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(SettingsError, match="VIGIE_COUNT_CONTACTS"):
        from_environment({"VIGIE_COUNT_CONTACTS": "maybe"})


# Counts


def mark(name: str, kind: str = "handle", key_id: str = "k1", times: int = 1) -> ContactMark:
    return ContactMark(kind=kind, mark=name * 64, key_id=key_id, times=times)


# document number -> (marks, published, kind of document)
HELD = {
    1: ((mark("a"), mark("b", "phone")), PartialDate(2026, 1, 5), "advert"),
    2: ((mark("a", times=4),), PartialDate(2026, 3), "advert"),
    3: ((mark("a"), mark("c")), PartialDate(2026, 4, 1), "chat"),
    4: ((mark("d"),), PartialDate(2026), "press"),
    5: ((), PartialDate(2026, 2, 1), "press"),
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Five documents, of which four hold contacts; documents 1 and 3 state a price in Lyon."""
    path = tmp_path / "vigie.duckdb"
    entries = []
    for number, (marks, published, kind) in HELD.items():
        clean = document(number, marks=marks, published=published, kind=kind)
        entries.append(Entry(document=clean, observations=[observation(clean)] if number in (1, 3) else []))
    with Store.open(path) as opened:
        opened.write(opened.start_run("add", VERSIONS), entries)
    return path


COUNTS: list[tuple[str, Grouping, dict[str, object], list[tuple[object, ...]]]] = [
    # id, by, options, (group, kind, contacts, documents, repeated, repeating, reposts, most)
    ("all", "kind", {}, [("", "all", 4, 4, 1, 3, 2, 3), ("", "handle", 3, 4, 1, 3, 2, 3), ("", "phone", 1, 1, 0, 0, 0, 1)]),
    ("one_kind", "kind", {"kinds": ["phone"]}, [("", "all", 1, 1, 0, 0, 0, 1), ("", "phone", 1, 1, 0, 0, 0, 1)]),
    ("adverts", "kind", {"document_kinds": ["advert"], "kinds": ["handle"]}, [("", "all", 1, 2, 1, 2, 1, 2), ("", "handle", 1, 2, 1, 2, 1, 2)]),
    ("since", "kind", {"since": date(2026, 3, 1), "kinds": ["handle"]}, [("", "all", 2, 2, 1, 2, 1, 2), ("", "handle", 2, 2, 1, 2, 1, 2)]),
    ("until", "kind", {"until": date(2026, 1, 31)}, [("", "all", 2, 1, 0, 0, 0, 1), ("", "handle", 1, 1, 0, 0, 0, 1), ("", "phone", 1, 1, 0, 0, 0, 1)]),
    ("quarters", "quarter", {"kinds": ["handle"]}, [
        ("", "all", 1, 1, 0, 0, 0, 1), ("", "handle", 1, 1, 0, 0, 0, 1),
        ("2026-Q1", "all", 1, 2, 1, 2, 1, 2), ("2026-Q1", "handle", 1, 2, 1, 2, 1, 2),
        ("2026-Q2", "all", 2, 1, 0, 0, 0, 1), ("2026-Q2", "handle", 2, 1, 0, 0, 0, 1)]),
    ("areas", "area", {"kinds": ["handle"]}, [
        ("", "all", 2, 2, 0, 0, 0, 1), ("", "handle", 2, 2, 0, 0, 0, 1),
        ("FR-69", "all", 2, 2, 1, 2, 1, 2), ("FR-69", "handle", 2, 2, 1, 2, 1, 2)]),
    ("kinds_of_document", "document-kind", {"kinds": ["phone"]}, [("advert", "all", 1, 1, 0, 0, 0, 1), ("advert", "phone", 1, 1, 0, 0, 0, 1)]),
    ("nothing", "kind", {"kinds": ["iban"]}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "options", "expected"), [row[1:] for row in COUNTS], ids=[row[0] for row in COUNTS]
)
def test_counts(
    store: Path, by: Grouping, options: dict[str, object], expected: list[tuple[object, ...]]
) -> None:
    with Store.open(store, read_only=True) as opened:
        found = count_contacts(opened, by, **options)  # type: ignore[arg-type]
    names = ContactCount.__dataclass_fields__
    assert [tuple(getattr(count, name) for name in names) for count in found] == expected


def test_marks_of_two_keys_are_never_joined(store: Path) -> None:
    with Store.open(store) as opened:
        other = document(6, marks=(mark("a", key_id="k2"),))
        opened.write(opened.start_run("add", VERSIONS), [Entry(document=other, observations=[])])
        handles = count_contacts(opened, kinds=["handle"])[1]
        assert (handles.contacts, handles.most) == (4, 3)
        assert marked(opened).marks == {"k1": 6, "k2": 1}


def test_known_documents_get_marks_once_and_expired_ones_never(store: Path) -> None:
    with Store.open(store) as opened:
        opened.write_marks([document(5, marks=(mark("a"),)), document(1, marks=(mark("z"),))])
        assert marked(opened).with_marks == 5
        assert len(opened.query("FROM contact_marks WHERE mark LIKE 'z%'")) == 0, (
            "this key has marked it already"
        )
        opened.write_marks([document(1, marks=(mark("z", key_id="k2"),))])
        assert marked(opened).marks == {"k1": 5, "k2": 1}, "marks of the key before are replaced"
        opened.expire(date(2999, 1, 1))
        assert marked(opened).marks == {}
        opened.write_marks([document(1, marks=(mark("z"),))])
        assert marked(opened).marks == {}


def test_marks_end_with_the_text_of_their_own_document(store: Path) -> None:
    with Store.open(store) as opened:
        late = Entry(
            document=document(7, marks=(mark("e"),)), observations=[], source=card(retention_months=600)
        )
        opened.write(opened.start_run("add", VERSIONS), [late])
        opened.expire(date.today().replace(year=date.today().year + 3))
        assert opened.query("SELECT doc_id FROM contact_marks").to_pylist() == [{"doc_id": "d0007"}]


# Verbs

PLANTED = ("39 98 12 34", "639981234", "fleur_fictive13", "39981234")
POSTS = {
    "a.txt": "2026-01-11\n\nMenu\n\nÀ Lyon, le gramme de cocaïne à 60 €. Appelez le 06 39 98 12 34 ou snap : fleur_fictive13.\n",
    "b.txt": "2026-02-11\n\nSuite\n\nÀ Lyon, cocaïne 70 € le gramme. WhatsApp wa.me/33639981234, t.me/Fleur_fictive13\n",
    "c.txt": "2026-04-11\n\nNord\n\nÀ Lille, herbe 10 € le gramme. zéro six trente-neuf quatre-vingt-dix-huit douze trente-quatre\n",
    "d.txt": "2026-04-11\n\nPresse\n\nÀ Lille, la résine se vend 5 € le gramme, selon l'agence régionale de santé.\n",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("VIGIE_STORE", "VIGIE_COUNT_CONTACTS", "VIGIE_CONTACT_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    posts = tmp_path / "posts"
    posts.mkdir()
    for name, text in POSTS.items():
        (posts / name).write_text(text, encoding="utf-8")
    return posts


def run(*args: str | Path, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in args], input=stdin)
    assert not [secret for secret in PLANTED if secret in result.stdout + result.stderr]
    return result


def rows() -> int:
    with Store.open("vigie.duckdb", read_only=True) as opened:
        return sum(marked(opened).marks.values())


def counts() -> dict[str, dict[str, int]]:
    told = json.loads(run("contacts", "--format", "json").stdout)
    return {count["kind"]: count for count in told["counts"]}


def test_without_being_asked_nothing_of_a_contact_is_stored(folder: Path) -> None:
    run("add", folder)
    assert rows() == 0
    assert not list(Path().glob("*.key"))
    assert "--count-contacts" in run("contacts").stderr


def test_reposts_are_counted_however_the_contact_is_written(folder: Path) -> None:
    assert run("add", folder, "--count-contacts").exit_code == 0
    found = counts()
    assert (found["phone"]["contacts"], found["phone"]["documents"], found["phone"]["reposts"]) == (1, 3, 2)
    assert (found["handle"]["contacts"], found["handle"]["documents"]) == (1, 2)
    assert set(found) == {"all", "phone", "handle"}
    quarters = run("contacts", "--by", "quarter", "--kind", "phone").stdout
    assert quarters.splitlines()[2].split() == ["2026-Q1", "all", "1", "2", "1", "2", "1", "2"]


def test_the_environment_may_ask_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_COUNT_CONTACTS", "1")
    monkeypatch.setenv("VIGIE_CONTACT_KEY", str(folder / ".." / "apart"))
    run("add", folder)
    assert rows() == 5
    assert Path("apart").is_file()


def test_no_verb_and_no_export_prints_a_mark(folder: Path) -> None:
    run("add", folder, "--count-contacts")
    with Store.open("vigie.duckdb", read_only=True) as opened:
        secret = [r["mark"] for r in opened.query("SELECT mark FROM contact_marks").to_pylist()]
    secret.append(load_key(Path("vigie.contacts.key")).hex())
    run(
        "export",
        "full",
        "--full",
        "--format",
        "csv",
        "--format",
        "jsonl",
        "--format",
        "parquet",
        "--format",
        "geojson",
    )
    run("export", "public", "--format", "csv")
    written = [f for place in ("full", "public") for f in Path(place).rglob("*") if f.is_file()]
    assert len(written) > 10
    assert not [f.name for f in written if "contact_marks" in f.name]
    told = b"".join(f.read_bytes() for f in written if f.suffix != ".parquet")
    for parquet in (f for f in written if f.suffix == ".parquet"):
        told += repr(duckdb.sql(f"FROM '{parquet}'").fetchall()).encode()
    for args in (["extract", folder], ["redact", folder], ["contacts"], ["key", "status"], ["doctor"]):
        told += run(*args).output.encode()
    assert "contact_marks" not in Path("full/data-dictionary.csv").read_text(encoding="utf-8")
    assert not [mark for mark in secret if mark.encode() in told]


def test_the_planted_contacts_are_in_no_byte_of_the_folder(folder: Path) -> None:
    run("add", folder, "--count-contacts")
    for file in (f for f in Path().iterdir() if f.is_file()):
        content = file.read_bytes()
        assert not [secret for secret in PLANTED if secret.encode() in content], file.name


def test_the_same_documents_again_change_nothing(folder: Path) -> None:
    run("add", folder, "--count-contacts")
    before = rows()
    run("add", folder, "--count-contacts")
    assert rows() == before == 5


def test_documents_stored_before_can_be_counted_later(folder: Path) -> None:
    run("add", folder)
    assert "0 new" in run("add", folder, "--count-contacts").stderr
    assert counts()["phone"]["documents"] == 3


def test_rotation_forgets_and_the_documents_can_be_counted_anew(folder: Path) -> None:
    run("add", folder, "--count-contacts")
    old = json.loads(run("key", "status", "--format", "json").stdout)
    assert old["state"] == "good" and old["marks"] == {old["key_id"]: 5}
    assert run("key", "rotate", "--yes").exit_code == 0
    assert rows() == 0
    run("add", folder, "--count-contacts")
    new = json.loads(run("key", "status", "--format", "json").stdout)
    assert new["key_id"] != old["key_id"] and new["marks"] == {new["key_id"]: 5}


@posix
@pytest.mark.parametrize("harm", ["rights", "link", "folder"])
def test_a_key_that_cannot_be_rotated_keeps_its_marks(folder: Path, harm: str) -> None:
    run("add", folder, "--count-contacts")
    key = Path("vigie.contacts.key")
    if harm == "rights":
        key.chmod(0o644)
    elif harm == "link":
        key.rename("elsewhere")
        key.symlink_to("elsewhere")
    environment = {"VIGIE_CONTACT_KEY": "none/key"} if harm == "folder" else {}
    result = CliRunner().invoke(app, ["key", "rotate", "--yes"], env=environment)
    assert result.exit_code != 0 and rows() == 5


def test_destruction_leaves_neither_key_nor_marks(folder: Path) -> None:
    run("add", folder, "--count-contacts")
    with Store.open("vigie.duckdb", read_only=True) as opened:
        marks = [r["mark"] for r in opened.query("SELECT mark FROM contact_marks").to_pylist()]
    secret = load_key(Path("vigie.contacts.key")).hex()
    assert run("key", "destroy", "--yes").exit_code == 0
    assert not Path("vigie.contacts.key").exists()
    assert rows() == 0
    left = b"".join(f.read_bytes() for f in Path().iterdir() if f.is_file())
    assert secret.encode() not in left
    assert not [m for m in marks if m.encode() in left], "marks stay in the bytes of the store"


def test_purged_documents_leave_no_mark(folder: Path) -> None:
    (folder / "source.toml").write_text('id = "fictif"\nname = "Fictif"\nkind = "advert"\n', encoding="utf-8")
    run("add", folder, "--count-contacts")
    assert rows() == 5
    assert run("purge", "--source", "fictif", "--yes").exit_code == 0
    assert rows() == 0


@pytest.mark.parametrize("at_hand", [True, False])
def test_a_request_without_the_key_says_what_it_could_not_read(folder: Path, at_hand: bool) -> None:
    run("add", folder, "--count-contacts")
    if not at_hand:
        Path("vigie.contacts.key").rename("elsewhere.key")
    done = run("purge", "--subject-request", "--yes", stdin="+33 6 39 98 12 34\n")
    assert done.exit_code == 0
    assert ("their key was not at hand" in done.stderr) is not at_hand


@pytest.mark.parametrize(
    ("identifier", "left"),
    [
        ("+33 6 39 98 12 34", {"handle"}),
        ("@Fleur_Fictive13", {"phone"}),
        ("06 39 98 99 99", {"phone", "handle"}),
    ],
    ids=["number_written_otherwise", "account", "another"],
)
def test_who_asks_to_be_erased_is_no_longer_counted(folder: Path, identifier: str, left: set[str]) -> None:
    run("add", folder, "--count-contacts")
    done = CliRunner().invoke(app, ["purge", "--subject-request", "--yes"], input=identifier + "\n")
    assert done.exit_code == 0
    assert set(counts()) - {"all"} == left


@pytest.mark.parametrize("verb", ["rotate", "destroy"])
def test_what_cannot_be_undone_is_asked_for(folder: Path, verb: str) -> None:
    run("add", folder, "--count-contacts")
    assert run("key", verb).exit_code == 2
    assert rows() == 5


@posix
@pytest.mark.parametrize("verb", ["rotate", "destroy"])
def test_a_key_that_is_a_link_keeps_its_marks(folder: Path, verb: str) -> None:
    run("add", folder, "--count-contacts")
    key = Path("vigie.contacts.key")
    key.rename("elsewhere")
    key.symlink_to("elsewhere")
    assert isinstance(run("key", verb, "--yes").exception, SettingsError)
    assert rows() == 5
    assert load_key(Path("elsewhere"))


def test_a_lost_key_is_told_as_two_keys(folder: Path) -> None:
    run("add", folder / "a.txt", "--count-contacts")
    Path("vigie.contacts.key").unlink()
    run("add", folder / "b.txt", "--count-contacts")
    assert "2 keys" in run("contacts").stderr
    assert counts()["phone"]["contacts"] == 2


@posix
def test_a_key_with_wide_rights_stops_the_run_before_anything_is_read(folder: Path) -> None:
    load_or_make_key(Path("vigie.contacts.key"))
    Path("vigie.contacts.key").chmod(0o644)
    result = run("add", folder, "--count-contacts")
    assert isinstance(result.exception, SettingsError)
    with Store.open("vigie.duckdb", read_only=True) as opened:
        assert opened.sizes()["documents"] == 0
    assert run("key", "status").exit_code == 1


def test_contacts_are_counted_only_while_documents_are_read(folder: Path) -> None:
    run("add", folder)
    assert run("add", "--reextract", "--count-contacts").exit_code == 2


def test_the_settings_of_a_store_name_a_key_of_its_own() -> None:
    settings = Settings(store=Path("a/b.duckdb"))
    assert replace(settings, contact_key=Path("k")).key_file == Path("k")
    assert settings.key_file == Path("a/b.contacts.key")
