"""The command as a user meets it: standard output, standard error, exit codes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import vigie.cli
from store_samples import VALUES, document, observation
from vigie import __version__
from vigie.cli import app, output
from vigie.cli.parsing import Kind
from vigie.cli.reading import TABLE_HEADER, table_row, value_text
from vigie.model.contract import observation_json

PHONE = "01 99 00 12 34"
TEXT = f"2021-03-04\n\nUn titre\n\nLe gramme de cocaïne se vend 80 € à Lyon, dit-on au {PHONE}.\n"
OBSERVATION_FIELDS = list(observation_json(observation(document())))


def run(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, [str(a) for a in args], input=stdin)


def command(
    *args: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The real command in its own process."""
    return subprocess.run(
        [sys.executable, "-m", "vigie.cli", *map(str, args)],
        input=stdin,
        capture_output=True,
        timeout=120,
        env={**os.environ, **(env or {})},
    )


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# Help and wrong use

VERBS = [
    "add",
    "bulk",
    "bulletin",
    "demo",
    "doctor",
    "eval",
    "export",
    "extract",
    "maintain",
    "template",
    "parse",
    "purge",
    "redact",
]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_an_example(verb: str) -> None:
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert f"vigie {verb}" in result.stdout.partition("Example:")[2]


def test_help_names_every_verb_and_only_those() -> None:
    shown = run("--help").stdout.partition("Commands:")[2]
    names = {line.split()[0] for line in shown.splitlines() if line.startswith("  ") and line.strip()}
    assert set(VERBS) <= names


def test_help_loads_nothing_heavy() -> None:
    heavy = (
        "duckdb",
        "pyarrow",
        "trafilatura",
        "rich",
        "lxml",
        "vigie.store",
        "vigie.pipeline",
        "vigie.extract",
    )
    script = (
        "import sys; from typer.testing import CliRunner; import vigie.cli\n"
        "assert CliRunner().invoke(vigie.cli.app, ['--help']).exit_code == 0\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


WRONG = [
    ("nothing",),
    ("extract",),
    ("extract", "--format", "xml", "a.txt"),
    ("parse", "colour"),
    ("parse",),
    ("add",),
    ("add", "a.txt", "--reextract"),
    ("add", "--reextract", "--store", "missing.duckdb"),
    ("extract", "a.txt", "--source", "missing.toml"),
    ("extract", "a.jsonl", "--map", "text"),
    ("extract", "a.jsonl", "--map", "=text"),
    ("export",),
    ("export", "out", "--format", "xlsx"),
    ("bulletin", "--period", "spring", "--area", "FR-69"),
    ("bulletin", "--period", "2026-Q5", "--area", "FR-69"),
    ("bulletin", "--period", "2026-Q1", "--area", "Lyon"),
    ("bulletin", "--period", "2026-Q1", "--lang", "de"),
]


@pytest.mark.parametrize("args", WRONG, ids=" ".join)
def test_wrong_use_is_2_and_writes_no_data(
    args: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr
    assert list(tmp_path.iterdir()) == []


def test_version() -> None:
    assert run("--version").stdout == f"vigie {__version__}\n"


# extract


def test_extract_prints_the_contract(note: Path) -> None:
    result = run("extract", note)
    assert result.exit_code == 0 and result.stderr == ""
    (record,) = lines(result.stdout)
    assert list(record) == [
        "doc_id", "path", "lang", "title", "published", "kind", "grade", "text", "redactions", "observations",
    ]  # fmt: skip
    assert (record["lang"], record["title"], record["published"]) == ("fr", "Un titre", "2021-03-04")
    assert PHONE not in result.stdout and record["redactions"]["phone"] == 1
    price = next(o for o in record["observations"] if o["type"] == "price")
    assert list(price) == OBSERVATION_FIELDS
    assert record["text"][price["start"] : price["end"]] == price["quote"]
    assert (price["value"]["low"], price["value"]["per_unit"], price["substance"]) == (80, "g", "cocaine")


def test_extract_reads_standard_input(note: Path) -> None:
    result = run("extract", "-", stdin=TEXT)
    assert result.exit_code == 0
    (record,) = lines(result.stdout)
    (from_file,) = lines(run("extract", note).stdout)
    assert record["path"] == "-"
    assert [o["value"] for o in record["observations"]] == [o["value"] for o in from_file["observations"]]


def test_extract_goes_on_after_a_refusal(note: Path, tmp_path: Path) -> None:
    bad = tmp_path / "noise.bin"
    bad.write_bytes(bytes(range(256)) * 9)
    result = run("extract", bad, tmp_path / "missing.txt", "https://news.example/a?key=1", note)
    assert result.exit_code == 1
    assert len(lines(result.stdout)) == 1
    for name in ("noise.bin", "missing.txt", "https://news.example/…"):
        assert name in result.stderr
    assert "key=1" not in result.stderr


def test_extract_table_shows_a_row_a_fact(note: Path) -> None:
    result = run("extract", note, "--format", "table")
    assert "2021-03-04" in result.stdout and "80 EUR/g" in result.stdout and "cocaine" in result.stdout
    plain = run("extract", "-", "--format", "table", stdin="Rien à signaler dans ce texte assez long.")
    assert "nothing found" in plain.stdout


VALUE_TEXTS = [
    "retail 80 EUR/g", "other …–5 XXX", "seized 2–… kg", "purity 60–70", "overdose 3 person",
    "delivery postal", "price up", "Espagne → Lyon (road)", "? → ? (unknown)",
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), list(zip(VALUES, VALUE_TEXTS, strict=True)))
def test_a_value_in_a_few_words(value: Any, expected: str) -> None:
    o = observation(document(), value)
    assert value_text(o) == expected
    assert len(table_row(o)) == len(TABLE_HEADER)
    assert table_row(o)[4] == "2024-03"  # a month stays a month


def test_a_source_card_and_a_mapping_are_used(tmp_path: Path) -> None:
    card = tmp_path / "card.toml"
    card.write_text('id = "quai"\nname = "Radio Quai"\nkind = "press"\ngrade = "B"\nlegal_basis = "open"\n')
    records = tmp_path / "a.jsonl"
    records.write_text(json.dumps({"corps": "Le gramme de cocaïne se vend 80 € à Lyon cette année."}) + "\n")
    result = run("extract", records, "--map", "text=corps", "--source", card)
    assert result.exit_code == 0, result.stderr
    (record,) = lines(result.stdout)
    assert record["text"].startswith("Le gramme") and record["grade"] == "B"


def test_a_source_card_that_cannot_be_used_names_itself_once(
    tmp_path: Path, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = tmp_path / "card.toml"
    card.write_text("id = 3\n")
    result = run("extract", note, "--source", card)
    assert (result.exit_code, result.stdout) == (2, "") and result.stderr.count("card.toml") == 1

    def locked(_path: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("vigie.ingest.sources.load_card", locked)
    result = run("extract", note, "--source", card)
    assert result.exit_code == 2 and "card.toml: Permission denied" in result.stderr


def test_too_much_on_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.ingest.limits.MAX_FILE_BYTES", 10)
    result = run("extract", "-", stdin="un texte de plus de dix octets")
    assert (result.exit_code, result.stdout) == (1, "") and "more than 10 bytes" in result.stderr


def test_a_crash_in_one_document_shows_its_class_and_no_text(
    note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(document: Any) -> Any:
        raise ValueError(document.text)

    monkeypatch.setattr("vigie.extract.extract", crash)
    result = run("extract", note)
    assert result.exit_code == 1 and "unexpected ValueError" in result.stderr
    assert "cocaïne" not in result.stderr + result.stdout


# redact


def test_redact_prints_text_and_counts(note: Path) -> None:
    result = run("redact", note)
    assert result.exit_code == 0
    assert "80 € à Lyon" in result.stdout and PHONE not in result.output
    assert "phone 1" in result.stderr and "phone 1" not in result.stdout
    assert "removed nothing" in run("redact", "-", stdin="Rien à enlever ici, vraiment rien.").stderr


def test_redact_as_json(note: Path, tmp_path: Path) -> None:
    result = run("redact", note, tmp_path / "no", "--format", "json")
    assert result.exit_code == 1 and "no" in result.stderr
    (record,) = lines(result.stdout)
    assert record["redactions"] == {"phone": 1} and PHONE not in record["text"]


# parse

PARSED = [
    ("money", "80 € le gramme", {"low": 80, "high": 80, "currency": "EUR", "per_value": 1, "per_unit": "g"}),
    ("quantity", "Il avait 2 kg de résine", {"low": 2, "high": 2, "unit": "kg", "grams": 2000}),
    ("percent", "pure à 60 %", {"low": 60, "high": 60}),
    ("number", "plus de 7 personnes", {"low": 7, "high": None}),
    ("date", "le 3 mars 2021", {"start_date": "2021-03-03", "end_date": "2021-03-03", "precision": "day"}),
    ("place", "Il vit à Marseille.", {"name": "Marseille", "code": "INSEE:13055", "level": "commune"}),
    ("substance", "Deux kilos de cocaïne.", {"substance": "cocaine", "form": None}),
    ("contact", f"Appelez le {PHONE} ce soir", {"kind": "phone"}),
    ("contact", "Zélie Fontarel a appelé", {"kind": "name"}),
    ("modality", "livraison à domicile de cocaïne", {"family": "delivery", "code": "home-delivery"}),
    ("assertion", "Il n'y a pas de fentanyl à Lyon.", {"kind": "negated"}),
]


@pytest.mark.parametrize(("kind", "text", "fields"), PARSED, ids=[row[0] for row in PARSED])
def test_parse_finds_each_kind(kind: str, text: str, fields: dict[str, Any]) -> None:
    result = run("parse", kind, stdin=json.dumps({"id": 7, "text": text, "lang": "fr"}) + "\n")
    assert result.exit_code == 0, result.stderr
    (record,) = lines(result.stdout)
    assert record["id"] == 7
    for item in record["found"]:
        assert text[item["start"] : item["end"]] == item["quote"]
        assert list(item)[:3] == ["start", "end", "quote"]
    (item,) = [i for i in record["found"] if fields.items() <= i.items()]
    if kind == "assertion":
        assert item["cue"] == item["quote"]


def test_every_kind_has_a_row() -> None:
    assert {row[0] for row in PARSED} == {kind.value for kind in Kind}


def test_parse_names_bad_lines_and_goes_on() -> None:
    good = json.dumps({"id": "a", "text": "80 €"})
    bad = [b"{", b"[]", b'{"id": 1}', b'{"text": 1}', b'{"text": "x", "lang": 3}',
           b'{"text": "x", "reference": "soon"}', b'{"text": "x", "reference": 3}', b"\xff\xfe{}", b"[" * 100_000]  # fmt: skip
    stdin = b"\n".join([good.encode(), b"", *bad, b"\xef\xbb\xbf" + good.encode()]) + b"\n"
    result = run("parse", "money", stdin=stdin)
    assert result.exit_code == 1
    assert [record["id"] for record in lines(result.stdout)] == ["a", "a"]
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        f"line {n}" for n in range(3, 12)
    ]


REFERENCES = [("2024-03-11", "2024-03-10"), ("2024-03", "2024-02-29"), (None, None)]


@pytest.mark.parametrize(("reference", "expected"), REFERENCES)
def test_relative_dates_count_from_the_reference(reference: str | None, expected: str | None) -> None:
    line = {"id": 1, "text": "Il a été arrêté hier.", "lang": "fr", "reference": reference}
    (record,) = lines(run("parse", "date", stdin=json.dumps(line)).stdout)
    assert [item["start_date"] for item in record["found"]] == ([expected] if expected else [])


def test_parse_guesses_the_language_and_survives_an_unknown_one() -> None:
    english = "The police said that two kilograms of heroin were found in a house last night."
    for lang in (None, "en", "en-GB", "sv"):
        result = run("parse", "quantity", stdin=json.dumps({"id": 1, "text": english, "lang": lang}))
        assert result.exit_code == 0
    (record,) = lines(run("parse", "quantity", stdin=json.dumps({"id": 1, "text": english})).stdout)
    assert [item["low"] for item in record["found"]] == [2]


def test_a_finder_that_breaks_names_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(text: str, lang: str) -> Any:
        raise RuntimeError(text)

    monkeypatch.setattr("vigie.extract.amounts.find_money", crash)
    result = run("parse", "money", stdin=json.dumps({"id": 1, "text": "secret 80 €"}))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "line 1: unexpected RuntimeError\n"


# Output


def test_output_is_utf8_whatever_the_locale(note: Path) -> None:
    result = command("extract", note, env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    assert "cocaïne" in result.stdout.decode("utf-8")


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.txt").write_text(TEXT * 300, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "vigie.cli", "redact", str(tmp_path), "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_half_a_surrogate_pair_does_not_stop_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_json({"text": "a\ud800b"})
    output.write("a\ud800b\n")
    first, second = capsys.readouterr().out.splitlines()
    assert json.loads(first) == {"text": "a\ud800b"}
    assert second.startswith("a") and second.endswith("b")


def test_a_table_is_aligned_and_cut() -> None:
    text = output.table(("a", "bb"), [(1, None), ("x" * 70, 0.5), ("two\nlines", "é")], widest=10)
    rows = text.splitlines()
    assert rows[0] == "a           bb" and rows[3] == "xxxxxxxxx…  0.5" and rows[4] == "two lines   é"
    assert output.table(("a",), []) == ""


MAIN = [
    ("store_error", "StoreError('broken')", 1, "vigie: broken"),
    ("settings_error", "SettingsError('bad card')", 2, "vigie: bad card"),
    ("unexpected", "ValueError('Jeanne Exemple')", 1, "vigie: unexpected ValueError at "),
    ("interrupted in the database", "RuntimeError('Query interrupted')", 130, "vigie: stopped"),
    ("interrupted at the start", "KeyboardInterrupt('Jeanne')", 130, ""),
]


@pytest.mark.parametrize(("_name", "error", "code", "said"), MAIN, ids=[row[0] for row in MAIN])
def test_what_nobody_caught_is_told_without_text(
    _name: str,
    error: str,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from vigie.model import errors

    def crash() -> None:
        raise eval(error, vars(errors))  # the table's own words

    monkeypatch.delenv("VIGIE_DEBUG", raising=False)
    monkeypatch.setattr(vigie.cli, "app", crash)
    with pytest.raises(SystemExit) as stopped:
        vigie.cli.main()
    assert stopped.value.code == code
    shown = capsys.readouterr()
    assert shown.err.startswith(said) and "Jeanne" not in shown.err and shown.out == ""


def test_debugging_shows_the_way_of_an_error_and_not_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash() -> None:
        try:
            raise KeyError("Jeanne 06 39 98 00 00")
        except KeyError as error:
            raise ValueError("Jeanne Fictive") from error

    monkeypatch.setenv("VIGIE_DEBUG", "1")
    monkeypatch.setattr(vigie.cli, "app", crash)
    with pytest.raises(SystemExit):
        vigie.cli.main()
    shown = capsys.readouterr().err
    assert "ValueError" in shown and "KeyError" in shown and "test_cli.py:" in shown and " crash" in shown
    assert "Jeanne" not in shown and "06 39" not in shown


@pytest.mark.slow
def test_a_bar_is_drawn_on_a_terminal_only(tmp_path: Path, note: Path) -> None:
    args = [sys.executable, "-m", "vigie.cli", "add", str(note), "--store", str(tmp_path / "s.duckdb")]
    quiet = subprocess.run(args, capture_output=True, timeout=120)
    assert b"reading" not in quiet.stderr and b"\x1b" not in quiet.stderr and quiet.stdout == b""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        args, stderr=follower, stdout=subprocess.PIPE, env={**os.environ, "TERM": "xterm"}
    ) as process:
        os.close(follower)
        shown = b""
        while chunk := _read(leader):
            shown += chunk
        assert process.wait(60) == 0
        assert process.stdout is not None and process.stdout.read() == b""
    os.close(leader)
    assert b"reading" in shown


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # the other end was closed
        return b""
