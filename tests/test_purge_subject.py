"""A person asks to be erased: found however written, gone to the byte, nothing printed, cleared from what comes later."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from erasure_samples import in_bytes, in_tables, somewhere
from store_samples import TODAY, VERSIONS, card, document, observation
from vigie.cli import app
from vigie.redact.again import Shift, removals
from vigie.redact.spans import Removal
from vigie.redact.subject import Finder, IdentifierError, Mark, cleared, marks_of
from vigie.store import Store
from vigie.store.integrity import faults
from vigie.store.rows import Entry
from vigie.store.tombstones import keyed

# id, what the person gives, a text with every mention in {braces}
FOUND = [
    ("as_given", "Zélie Morvandel", "Ici {Zélie Morvandel} parle."),
    ("accents_and_case", "Zélie Morvandel", "Ici {ZELIE MORVANDEL} et {zelie morvandel}."),
    ("order", "Zélie Morvandel", "Liste : {Morvandel, Zélie} ; suivant."),
    ("hyphen_for_space", "Anne Lise Morvandel", "Avec {Anne-Lise Morvandel} hier."),
    ("account", "@brume_75", "Compte {brume_75}, {Brume75} ou {brume 75}, mais pas brumes 75."),
    ("joined_name", "Zélie Morvandel", "Fichiers {zelie.morvandel}, {morvandelzelie}, {zelie_morvandel}."),
    ("mail", "zmorvandel@courriel.example", "Écrire à {zmorvandel@courriel.example} vite."),
    ("number", "0199001234", "Au {01 99 00 12 34}, {+33 1 99 00 12 34} ou {0033.1.99.00.12.34}."),
    ("number_given_abroad", "+33 1 99 00 12 34", "Au {01-99-00-12-34} le soir."),
    ("number_beside_a_price", "0199001234", "Au {01 99 00 12 34}, 80 € le gramme"),
    ("decomposed", "Ze\u0301lie Morvandel", "Ici {Zélie Morvandel} parle."),
    ("not_a_part_of_a_word", "Zélie Roy", "Le royaume de Zélie, roi. Zélie et Roy"),
    ("not_across_a_paragraph", "Zélie Morvandel", "Dit Zélie\n\nMorvandel est un village."),
    ("not_in_a_placeholder", "nom", "Dit [nom], puis [nom]."),
    ("not_another_number", "0199001234", "Au 01 99 00 12 35, 0199001234567890"),
    ("surname_alone_is_another_line", "Zélie Morvandel", "Morvandel seul."),
]


def marked(text: str) -> tuple[str, list[str]]:
    parts = text.replace("}", "{").split("{")
    return "".join(parts), parts[1::2]


@pytest.mark.parametrize("hashed", [False, True], ids=["plain", "hashed"])
@pytest.mark.parametrize(("_name", "given", "text"), FOUND, ids=[f[0] for f in FOUND])
def test_mentions_are_found_however_written(_name: str, given: str, text: str, hashed: bool) -> None:
    plain, expected = marked(text)
    marks = marks_of(given)
    if hashed:  # as they are kept, under a salt
        marks = [Mark(form=m.form, key=keyed(m.key, b"salt"), words=m.words, kind=m.kind) for m in marks]
    finder = Finder(marks, (lambda key: keyed(key, b"salt")) if hashed else None)
    found = [plain[r.start : r.end] for r in finder.find(plain)]
    assert [f.lstrip("@+") for f in found] == [e.lstrip("@+") for e in expected]


@pytest.mark.parametrize("given", ["", " ", "ab", "a.b", "12345", "@x"])
def test_what_is_too_short_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(IdentifierError, match="give it whole") as error:
        marks_of(given)
    assert len(given.strip()) < 2 or given not in str(error.value)


SHIFTS = [
    ("none", [], 7, 9, (7, 9)),
    ("before", [Removal(0, 3, "name")], 7, 9, (9, 11)),
    ("after", [Removal(9, 12, "name")], 7, 9, (7, 9)),
    ("inside", [Removal(8, 10, "name")], 7, 12, (7, 15)),
    ("over_the_start", [Removal(5, 8, "name")], 7, 12, (5, 14)),
    ("over_the_end", [Removal(10, 15, "name")], 7, 12, (7, 15)),
    ("touching", [Removal(3, 7, "name"), Removal(9, 11, "name")], 7, 9, (8, 10)),
]


@pytest.mark.parametrize(("_name", "found", "start", "end", "new"), SHIFTS, ids=[s[0] for s in SHIFTS])
def test_offsets_move_with_the_text(
    _name: str, found: list[Removal], start: int, end: int, new: tuple[int, int]
) -> None:
    text = "abcdefghijklmnopqrstuvwxyz"
    shift = Shift(found, "fr")
    clean = shift.apply(text)
    assert (shift.start(start), shift.end(end)) == new
    assert clean.count("[nom]") == len(found)
    for offset, char in enumerate(text):  # every character that stays is where the shift says
        if not any(r.start <= offset < r.end for r in found):
            assert clean[shift.start(offset)] == char
            assert shift.back(shift.start(offset)) == offset
    assert clean.endswith(shift.apply(text[20:], 20))  # a piece by itself, as of a text that has expired


def test_what_is_clean_stays_as_it_is() -> None:
    text = "Titre\n\nLe gramme se vend 80 € à Lyon, dit [nom], joignable au [téléphone]."
    assert removals(text, "fr", 5) == []
    d = document(text=text)
    assert cleared(d, Finder(marks_of("Zélie Morvandel"))) is d


NAME, OTHER = "Zélie Morvandel", "brume_75"
TEXT = (
    f"Note de {NAME}\n\nLe gramme se vend 80 € à Lyon selon {NAME}. Appeler {OTHER} le soir. "
    "Une autre phrase à Lyon, avec MORVANDEL Zélie."
)


def run(*args: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args], input=stdin)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """One document that mentions the person, one whose text has expired, one that does not; a card that names them."""
    where = tmp_path / "folder" / "store.duckdb"
    where.parent.mkdir()
    with_name = document(1, text=TEXT, title=f"Note de {NAME}", path="note-zelie-morvandel.txt")
    wide = observation(
        with_name, name="w", end=TEXT.index(".") + 0, quote=TEXT[TEXT.index("80") : TEXT.index(".")]
    )
    inside = observation(
        with_name, name="i", start=TEXT.index(OTHER), end=TEXT.index(OTHER) + 5, quote=OTHER[:5]
    )
    old = document(2, text=TEXT.replace("80", "90 80"), title=f"Note de {NAME}", path="2.txt")
    plain = document(3)
    with Store.open(where) as store:
        store.connection.execute("PRAGMA force_compression='uncompressed'")
        number = store.start_run("add", VERSIONS)
        publisher = card(publisher=f"Blog de {NAME}")
        store.write(
            number,
            [
                Entry(
                    document=with_name, observations=[observation(with_name), wide, inside], source=publisher
                ),
                Entry(document=old, observations=[observation(old, attribution=NAME)]),
                Entry(document=plain, observations=[observation(plain)]),
            ],
            today=TODAY,
        )
        store.connection.execute("UPDATE runs SET status = 'done'")
        store.connection.execute("UPDATE documents SET text = NULL WHERE doc_id = 'd0002'")
    assert in_bytes(where.parent, NAME) == ["store.duckdb"]
    assert set(in_tables(where, NAME)) >= {
        "documents.text", "documents.title", "evidence.sentence", "observations.attribution", "sources.publisher",
    }  # fmt: skip
    return where


def test_mentions_go_and_facts_stay(path: Path) -> None:
    result = run("purge", "--subject-request", "--yes", "--store", path, stdin=f"{NAME}\n{OTHER}\n")
    assert result.exit_code == 0, result.output
    receipt = json.loads(result.stdout)
    assert (len(receipt["documents"]), len(receipt["changed"])) == (0, 2)
    assert (receipt["identifiers"], receipt["facts_dropped"]) == (2, 1)
    for word in (NAME, "morvandel", OTHER, "Zélie", "zelie"):
        assert somewhere(path.parent, path, word) == [], word
        assert word.lower() not in (result.stdout + result.stderr).lower()
    with Store.open(path, read_only=True) as store:
        assert faults(store) == []
        assert store.sizes()["documents"] == 3
        for row in store.query("SELECT * FROM facts").to_pylist():
            assert row["sentence"][row["quote_start"] : row["quote_end"]] == row["quote"]
        (new,) = [d for d in store.clean_documents() if d.doc_id != "d0003"]
        assert new.doc_id != "d0001" and new.title == "Note de [nom]" and new.text.startswith(new.title)
        assert new.text.count("[nom]") == 3 and new.redactions["name"] == 4 and new.redactions["handle"] == 1
        quotes = {o.quote for o in store.records([new.doc_id])[new.doc_id]}
        assert quotes == {"80 €", "80 € à Lyon selon [nom]"}


def test_whole_documents_go_on_demand(path: Path) -> None:
    result = run("purge", "--subject-request", "--whole-documents", "--yes", "--store", path, stdin=NAME)
    assert result.exit_code == 0 and len(json.loads(result.stdout)["documents"]) == 2
    assert somewhere(path.parent, path, NAME) == []
    with Store.open(path, read_only=True) as store:
        assert store.column("SELECT doc_id FROM documents") == ["d0003"]
        assert faults(store) == []


def test_a_count_first_and_nothing_printed(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = path.read_bytes()
    with caplog.at_level(logging.DEBUG):
        result = run(
            "purge", "--subject-request", "--dry-run", "--store", path, stdin=f"\ufeff{NAME}\r\n\r\n"
        )
    assert result.exit_code == 0 and result.stdout == ""
    assert "to change: 2 documents" in result.stderr and "in other tables: 1 rows" in result.stderr
    assert path.read_bytes() == before
    for refused in ("ab\n", ""):
        assert run("purge", "--subject-request", "--yes", "--store", path, stdin=refused).exit_code == 2
    assert "orvandel" not in result.output + caplog.text


def test_the_identifier_is_no_argument(path: Path) -> None:
    """A name on the command line would stand in the shell's history."""
    result = run("purge", "--subject-request", NAME, "--yes", "--store", path)
    assert result.exit_code == 2


def test_who_asked_is_cleared_from_what_comes_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    handle = "brumelune77"
    Path("one.txt").write_text(
        f"2024-03-11\n\nNote\n\nÀ Lyon, le gramme de cocaïne se vend 60 €, écrit {handle}.\n", "utf-8"
    )
    assert run("add", "one.txt").exit_code == 0
    assert in_tables(Path("vigie.duckdb"), handle), (
        "the redactor knows this account: choose another for the test"
    )
    assert run("purge", "--subject-request", "--yes", stdin=handle).exit_code == 0
    summary = json.loads(run("add", "one.txt", "--format", "json").stdout)
    assert (summary["documents"]["unchanged"], summary["documents"]["new"]) == (1, 0)
    Path("two.txt").write_text(
        f"2024-04-11\n\nAutre\n\nÀ Brest, le gramme de kétamine se vend 30 €, écrit {handle.upper()}.\n",
        "utf-8",
    )
    summary = json.loads(run("add", "two.txt", "--format", "json").stdout)
    assert (summary["documents"]["new"], summary["redactions"]) == (1, {"handle": 1})
    assert somewhere(tmp_path, tmp_path / "vigie.duckdb", handle) in (["one.txt"], ["one.txt", "two.txt"])
    with Store.open("vigie.duckdb", read_only=True) as store:
        assert faults(store) == []


def test_a_card_does_not_bring_back_who_was_cleared_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    handle = "brumelune77"
    Path("in").mkdir()
    Path("in/source.toml").write_text(
        f'id = "blog"\nname = "Le Blog"\npublisher = "Atelier {handle}"\nkind = "press"\n', "utf-8"
    )
    for number, price in ((1, 60), (2, 70)):
        Path("in/one.txt").write_text(
            f"2024-0{number}-11\n\nNote\n\nÀ Lyon, le gramme de cocaïne vaut {price} €.\n", "utf-8"
        )
        assert run("add", "in").exit_code == 0
        if number == 1:
            assert in_tables(Path("vigie.duckdb"), handle) == ["sources.publisher"]
            assert run("purge", "--subject-request", "--yes", stdin=handle).exit_code == 0
        else:
            assert in_tables(Path("vigie.duckdb"), handle) == []
    with Store.open("vigie.duckdb", read_only=True) as store:
        assert store.column("SELECT publisher FROM sources") == ["Atelier [handle]"]
        assert store.sizes()["documents"] == 2


def test_codes_are_no_mentions(path: Path) -> None:
    """A person may be called Price or Press; what Vigie calls so is a code, and stays one."""
    assert run("export", path.parent / "open", "--store", path).exit_code == 0
    with Store.open(path) as store:
        store.connection.execute(
            "INSERT INTO public_cells SELECT 1, DATE '2024-01-01', NULL, '2024-Q1', 'country', 'FR', 'FR', 'price', "
            "'retail', 'cocaine', 'EUR/g', 3, 3"
        )
        before = {t: store.table(t).to_pylist() for t in ("public_cells", "sources", "public_outputs")}
    kind = before["sources"][0]["kind"]
    given = f"Price\nRetail\nCocaine\n{kind}\nCountry\nOpen-data\n"
    result = run("purge", "--subject-request", "--yes", "--store", path, stdin=given)
    assert result.exit_code == 0, result.output
    with Store.open(path, read_only=True) as store:
        assert {t: store.table(t).to_pylist() for t in before} == before


def test_a_restored_copy_is_cleared_too(path: Path) -> None:
    copy = path.with_name("copy.duckdb")
    copy.write_bytes(path.read_bytes())
    lists = path.with_name("list.json")
    assert run("purge", "--subject-request", "--yes", "--store", path, stdin=NAME).exit_code == 0
    assert run("purge", "--export-tombstones", lists, "--store", path).exit_code == 0
    assert NAME not in lists.read_text("utf-8") and "orvandel" not in lists.read_text("utf-8")
    assert run("purge", "--import-tombstones", lists, "--store", copy).exit_code == 0
    result = run("maintain", "--store", copy)
    assert result.exit_code == 0, result.output
    assert somewhere(path.parent, copy, NAME) == []
    with Store.open(copy, read_only=True) as store:
        assert store.sizes()["documents"] == 3 and faults(store) == []
