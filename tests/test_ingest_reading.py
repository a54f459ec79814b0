"""Finding files, choosing their reader, source cards."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from ingest_samples import FACT, zipped
from vigie.ingest import READERS, Blob, Reader, discover, read, read_stream, registry
from vigie.ingest.reading import printable
from vigie.ingest.sources import card_for, load_card
from vigie.model.document import RawDocument
from vigie.model.errors import InputRefused, SettingsError

CARD = 'id = "courrier"\nname = "Le Courrier fictif"\nkind = "press"\ngrade = "B"\n'


def test_discover(tmp_path: Path) -> None:
    for name in (
        "b/2.txt",
        "b/1.txt",
        "a.txt",
        ".hidden/x.txt",
        "b/.secret.txt",
        "b/source.toml",
        "c/d/e.html",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(FACT)
    os.link(tmp_path / "a.txt", tmp_path / "c" / "same_file.txt")
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    found = [
        p.relative_to(tmp_path).as_posix() for p in discover([tmp_path, tmp_path / "a.txt", tmp_path / "b"])
    ]
    assert found == ["a.txt", "self", "b/1.txt", "b/2.txt", "c/d/e.html"]


def test_discover_yields_what_is_missing_or_named(tmp_path: Path) -> None:
    (tmp_path / ".named.txt").write_text(FACT)
    assert list(discover([tmp_path / "none", tmp_path / ".named.txt"])) == [
        tmp_path / "none",
        tmp_path / ".named.txt",
    ]
    assert list(discover([])) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_permission_denied(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut" / "a.txt").write_text(FACT)
    (tmp_path / "b.txt").write_text(FACT)
    (tmp_path / "shut").chmod(0)
    (tmp_path / "b.txt").chmod(0)
    try:
        for path in discover([tmp_path]):
            with pytest.raises(InputRefused, match="permission denied"):
                list(read(path))
    finally:
        (tmp_path / "shut").chmod(0o700)


def test_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> Iterator[object]:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a").mkdir()
    monkeypatch.setattr(os, "scandir", refuse)
    assert list(discover([tmp_path])) == [tmp_path]


def test_not_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "empty.txt").touch()
    for path, reason in (
        (tmp_path / "none.txt", "no such file"), (tmp_path, "is a folder"), (tmp_path / "pipe", "not a regular file"),
        (Path("/dev/zero"), "not a regular file"), (tmp_path / "loop", "cannot be opened"), (tmp_path / "empty.txt", "empty"),
        (Path("a\0b"), "cannot be opened"),
    ):  # fmt: skip
        with pytest.raises(InputRefused, match=reason):
            list(read(path))


def test_odd_file_name(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9\n.txt")
    file.write_text(FACT)
    (document,) = read(file)
    assert document.path.endswith("caf\ufffd\ufffd.txt") and document.path.encode()
    assert printable("é.txt") == "é.txt"


KINDS = [
    ("html_named_txt", "a.txt", f"<!DOCTYPE html><html><body><p>{FACT}</p></body></html>".encode(), "html"),
    ("json_named_txt", "a.txt", b'{"text": "' + FACT.encode() + b'"}', "json"),
    ("no_suffix", "article", FACT.encode(), "text"),
    ("markdown", "a.md", f"# Prix\n\n{FACT}".encode(), "text"),
    ("unknown_suffix", "a.xyz", FACT.encode(), "text"),
    ("utf16_html", "a.html", f"<html><body><p>{FACT}</p></body></html>".encode("utf-16"), "html"),
    ("text_with_tag_later", "a.txt", f"{FACT}\n<p>".encode(), "text"),
]


@pytest.mark.parametrize(("name", "data", "kind"), [c[1:] for c in KINDS], ids=[c[0] for c in KINDS])
def test_kind(name: str, data: bytes, kind: str) -> None:
    (document,) = read_stream(name, data)
    assert document.format == kind


UNREADABLE = [
    ("png", "a.png", b"\x89PNG\r\n\x1a\n123", "image"),
    ("png_named_txt", "a.txt", b"\x89PNG\r\n\x1a\n123", "image"),
    ("old_word", "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office"),
    ("rtf", "a.rtf", b"{\\rtf1 a}", "RTF"),
    ("csv", "prices.csv", b"a,b\n1,2\n", "vigie import"),
    ("xlsx", "a.xlsx", zipped({"xl/workbook.xml": "<a/>"}), "vigie import"),
    ("zip", "a.zip", zipped({"a.txt": FACT}), "ZIP archive"),
    ("gzip", "a.txt.gz", b"\x1f\x8b\x08\x00" + b"\x00" * 50, "gzip"),
    ("sqlite", "a.db", b"SQLite format 3\x00", "database"),
    ("elf", "a", b"\x7fELF\x02", "program"),
    ("noise", "a.bin", bytes(range(256)) * 4, "unknown kind"),
    ("named_epub", "a.epub", FACT.encode(), "named .epub but is none"),
    ("named_warc", "a.warc.gz", FACT.encode(), "named .warc.gz but is none"),
]


@pytest.mark.parametrize(
    ("name", "data", "reason"), [c[1:] for c in UNREADABLE], ids=[c[0] for c in UNREADABLE]
)
def test_unreadable_kinds(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason) as refusal:
        list(read_stream(name, data))
    assert refusal.value.name == name


def test_docx_without_early_members_is_found_by_its_suffix() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("docProps/thumbnail.jpeg", b"x" * 70_000)
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>{FACT}</w:t></w:r></w:p></w:body></w:document>',
        )
    (document,) = read_stream("a.docx", buffer.getvalue())
    assert document.text == FACT


def test_readers_are_named_once() -> None:
    assert len({r.name for r in READERS}) == len(READERS) and READERS[-1].name == "text"


def test_another_package_adds_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    def shout(blob: Blob) -> Iterator[RawDocument]:
        yield RawDocument(path=blob.name, format="shout", text=blob.all_bytes(100).decode())

    class Entry:
        name = "shout"

        def load(self) -> Reader:
            return Reader(
                name="shout", suffixes=(".shout",), sniff=lambda head: head.startswith(b"SHOUT"), read=shout
            )

    monkeypatch.setattr(registry, "entry_points", lambda group: [Entry()] if group == "vigie.readers" else [])
    registry.readers.cache_clear()
    try:
        assert [d.format for d in read_stream("a.txt", b"SHOUT this")] == ["shout"]
        with pytest.raises(InputRefused, match="larger than"):
            list(read_stream("a.txt", b"SHOUT" + b"x" * 200))
    finally:
        registry.readers.cache_clear()


def test_a_reader_that_stumbles_names_only_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[tuple[BaseException, str]] = [
        (ValueError("SECRET"), "broken shout .ValueError."), (RecursionError("SECRET"), "nested too deeply"), (MemoryError("SECRET"), "memory"),
    ]  # fmt: skip
    for error, reason in errors:

        def stumble(blob: Blob, error: BaseException = error) -> Iterator[RawDocument]:
            raise error
            yield

        reader = Reader(name="shout", suffixes=(), sniff=lambda head: True, read=stumble)
        monkeypatch.setattr("vigie.ingest.reading.readers", lambda reader=reader: (reader, READERS[-1]))
        with pytest.raises(InputRefused, match=reason) as refusal:
            list(read_stream("a.txt", b"x"))
        assert "SECRET" not in str(refusal.value)


def test_source_card(tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text(CARD)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.txt").write_text(FACT)
    card = card_for(tmp_path / "deep" / "er" / "a.txt")
    assert card is not None and (card.id, card.kind, card.grade, card.retention_months) == (
        "courrier",
        "press",
        "B",
        12,
    )
    assert next(read(tmp_path / "deep" / "er" / "a.txt")).source == card
    (tmp_path / "deep" / "source.toml").write_text(CARD.replace("courrier", "autre"))
    nearest = card_for(tmp_path / "deep" / "er")
    assert nearest is not None and nearest.id == "autre"


CARDS = [
    ("unknown_field", CARD + "colour = 1", "unknown field 'colour'"),
    ("missing_id", 'name = "x"', "'id' is missing"),
    ("missing_name", 'id = "x"', "'name' is missing"),
    ("empty_name", 'id = "x"\nname = " "', "name is empty"),
    ("bad_id", 'id = "Le Courrier"\nname = "x"', "lower-case"),
    ("bad_kind", 'id = "x"\nname = "x"\nkind = "blog"', "unknown kind"),
    ("bad_grade", 'id = "x"\nname = "x"\ngrade = "G"', "grade must be"),
    ("small_letter", 'id = "x"\nname = "x"\ngrade = "b"', "one capital letter"),
    ("satire_in_quotes", 'id = "x"\nname = "x"\nsatire = "true"', "true or false, without quotes"),
    ("number_as_text", 'id = "x"\nname = 3', "text in quotes"),
    ("text_as_number", 'id = "x"\nname = "x"\nretention_months = "12"', "whole number"),
    ("bool_as_number", 'id = "x"\nname = "x"\nretention_months = true', "whole number"),
    ("no_retention", 'id = "x"\nname = "x"\nretention_months = 0', "between 1"),
    ("no_toml", "id = ", "not valid TOML"),
    ("huge", "#" * 200_000, "too large"),
]


@pytest.mark.parametrize(("text", "reason"), [c[1:] for c in CARDS], ids=[c[0] for c in CARDS])
def test_bad_card(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text(text)
    with pytest.raises(SettingsError, match=reason):
        load_card(tmp_path / "source.toml")


def test_card_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_card(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(CARD.replace("fictif", "é").encode("latin-1"))
    with pytest.raises(SettingsError, match="UTF-8"):
        load_card(tmp_path / "latin.toml")
