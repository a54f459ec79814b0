"""An alert that is not official passes without delay only when a named editor says so, and never as a quote."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, event, price, purity, way
from vigie.cli import app
from vigie.model.errors import StoreError
from vigie.report.bulletin import make_bulletin, write_bulletin
from vigie.report.public import public_gate
from vigie.store import Store
from vigie.store.erase import erase

TODAY = date.today()
DAY = (TODAY - timedelta(days=2)).isoformat()
SENTENCE = "Un comprimé bleu contient du nitazène, dit un intervenant de Vaulx-en-Velin."
EDITOR, REASON = "Ada Exemple, médecin de garde", "deux centres le confirment"


def said(value: object, substance: str = "nitazenes", place: str | None = "INSEE:69256") -> Said:
    return Said(sentence=SENTENCE, value=value, substance=substance, place=place)  # type: ignore[arg-type]


PAPERS = [
    Paper(
        source="terrain",
        published=DAY,
        kind="field-note",
        grade="C",
        title="Carnet du soir",
        says=[
            said(purity(12)),  # doc000-0
            said(event("overdose", 6)),  # doc000-1
            said(event("overdose", 2)),  # doc000-2
            said(price(40)),  # doc000-3
            said(way("telegram")),  # doc000-4
            said(event("warning", None)),  # doc000-5
            said(event("death", 7), place="FR-PM"),  # doc000-6
            said(event("death", 7), substance="fentanyl", place=None),  # doc000-7
            Said(
                sentence="Peut-être.", value=purity(99), substance="fentanyl", assertion="reported"
            ),  # doc000-8
        ],
    )
]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    return build(tmp_path / "vigie.duckdb", PAPERS)


def run(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


def release(*ids: str) -> Result:
    return run("release", "add", *ids, "--editor", EDITOR, "--reason", REASON)


def page(area: str | None = None, analyst: bool = False, lang: str = "fr") -> str:
    (path,) = write_bulletin(
        "vigie.duckdb", "out", period=str(TODAY.year), area=area, lang=lang, analyst=analyst, formats=["html"]
    )
    return path.read_text("utf-8").replace("\u00a0", " ")


def test_nothing_passes_without_an_editor(store: Path) -> None:
    text = page()
    assert "nitazène" not in text
    assert "Alerte levée" not in text


def test_a_released_alert_is_a_summary_at_the_department(store: Path) -> None:
    result = release("doc000-0", "doc000-1")
    assert (result.exit_code, result.stdout) == (0, "1\n")
    text = page()
    assert "Alerte levée avant le délai" in text
    assert "décision : médecin de garde" in text
    assert "pureté 12 %, Rhône" in text
    assert "surdose (6 personnes), Rhône" in text
    for word in ("Ada", REASON, "intervenant", "Vaulx", "Carnet", "Journal terrain", "terrain", "doc000"):
        assert word not in text, word
    english = page(lang="en")
    assert "Alert released before the delay" in english
    assert "overdose (6 persons), Rhône" in english


@pytest.mark.parametrize(
    ("area", "seen"), [("FR-69", True), ("FR-ARA", True), ("FR", True), ("FR-38", False)]
)
def test_a_released_alert_is_told_in_its_area(store: Path, area: str, seen: bool) -> None:
    release("doc000-0")
    assert ("Alerte levée" in page(area)) is seen


REFUSED = [
    # id, observation, why
    ("two_persons", "doc000-2", "fewer than 5 persons"),
    ("price", "doc000-3", "is a price"),
    ("channel", "doc000-4", "is a modality"),
    ("rumour", "doc000-8", "no affirmed fact"),
    ("unknown", "o_nothing", "no affirmed fact"),
]


@pytest.mark.parametrize(("_name", "observation", "why"), REFUSED, ids=[c[0] for c in REFUSED])
def test_what_an_editor_may_not_release(store: Path, _name: str, observation: str, why: str) -> None:
    """One that is refused stops all: an alert is told whole or not at all."""
    result = release("doc000-0", observation)
    assert result.exit_code != 0
    assert why in str(result.exception)
    assert SENTENCE not in result.output
    assert run("release", "list").stdout == ""


def test_few_inhabitants_roll_up(store: Path) -> None:
    release("doc000-6", "doc000-7")
    text = page()
    assert "décès (7 personnes), France" in text
    assert "Miquelon" not in text
    assert "Alerte levée" not in page("FR-PM")


def test_withdrawn_it_is_shown_no_more(store: Path) -> None:
    release("doc000-0")
    result = run("release", "withdraw", "1", "--editor", EDITOR, "--reason", "démenti")
    assert result.exit_code == 0, result.output
    assert "Alerte levée" not in page()
    assert run("release", "withdraw", "1", "--editor", EDITOR, "--reason", "démenti").exit_code == 1
    assert run("release", "withdraw", "7", "--editor", EDITOR, "--reason", "démenti").exit_code == 1


def test_the_log_keeps_who_when_why_and_what(store: Path) -> None:
    release("doc000-0", "doc000-1")
    run("release", "withdraw", "1", "--editor", "Bo Exemple, rédaction", "--reason", "démenti")
    lines = [json.loads(line) for line in run("release", "list", "--format", "json").stdout.splitlines()]
    shown = [(x["action"], x["release_id"], x["editor"], x["role"], x["reason"], x["facts"]) for x in lines]
    assert shown == [
        ("release", 1, "Ada Exemple", "médecin de garde", REASON, 2),
        ("withdraw", 1, "Bo Exemple", "rédaction", "démenti", 0),
    ]
    assert lines[0]["made_on"] == TODAY.isoformat()
    with Store.open(store, read_only=True) as opened:
        ids = opened.table("alert_facts").to_pylist()
    assert [(row["observation_id"], row["doc_id"]) for row in ids] == [
        ("doc000-0", "doc000"),
        ("doc000-1", "doc000"),
    ]


@pytest.mark.parametrize(
    "editor",
    ["Ada Exemple", "Ada Exemple,", ", médecin", "", "Ada Exemple, [médecin](https://a.example)", "Ada Exemple, mé\u202edecin",
     "Ada Exemple, <b>médecin</b>", "Ada Exemple, **médecin**", "Ada Exemple, " + "médecin " * 20, "Ada\x1b[31m Exemple, médecin"],
)  # fmt: skip
def test_an_editor_has_a_name_and_a_role(store: Path, editor: str) -> None:
    result = run("release", "add", "doc000-0", "--editor", editor, "--reason", REASON)
    assert result.exit_code == 2
    assert "Name, role" in result.stderr


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("médecin de garde", 0),
        ("duty doctor, regional health agency", 0),
        ("responsable de la veille, ARS", 0),
        ("secrétariat de Mme Jeanne Exemplier", 2),
        ("astreinte 01 99 00 12 34", 2),
        ("garde@clinique.example", 2),
    ],
)
def test_the_role_names_nobody(store: Path, role: str, code: int) -> None:
    """It is what the public reads."""
    result = run("release", "add", "doc000-0", "--editor", f"Ada Exemple, {role}", "--reason", REASON)
    assert result.exit_code == code, result.output


def test_a_reason_is_given(store: Path) -> None:
    assert run("release", "add", "doc000-0", "--editor", EDITOR, "--reason", "  ").exit_code == 2


def test_the_analyst_needs_no_release(store: Path) -> None:
    release("doc000-0")
    assert "Alerte levée" not in page(analyst=True)


def test_what_was_erased_is_released_no_more(store: Path) -> None:
    release("doc000-0")
    with Store.open(store) as opened:
        assert erase(opened, 1, "document", ["doc000"])["alert_facts"] == 1
    assert "Alerte levée" not in page()
    assert "release" in run("release", "list").stdout  # that something was decided stays


def test_a_reset_divides_anew_and_is_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    papers = [
        Paper(
            source=s,
            published="2025-02-03",
            says=[Said(sentence=f"Pur, dit {s}.", value=purity(80), place=p)],
        )
        for s, p in zip("abc", ("INSEE:69123", "INSEE:69123", "INSEE:38185"), strict=True)
    ]
    build(tmp_path / "vigie.duckdb", papers)
    gate = public_gate(date(2025, 12, 31))

    def areas() -> set[str | None]:
        with Store.open("vigie.duckdb") as opened:
            return {cell.label.area for cell in gate.read(opened).cells}

    write_bulletin("vigie.duckdb", "out", period="2025", formats=["md"], today=date(2025, 12, 31))
    with Store.open("vigie.duckdb") as opened:
        opened.connection.execute(
            "UPDATE observations SET place_code = 'INSEE:69123', place_department = 'FR-69'"
        )
    assert areas() == {"FR-ARA"}  # as published
    assert run("release", "reset", "--editor", EDITOR, "--reason", "essais").exit_code == 0
    assert areas() == {"FR-69"}
    assert "reset" in run("release", "list").stdout


def test_a_bulletin_of_a_store_that_cannot_be_written_says_so(store: Path) -> None:
    with Store.open(store, read_only=True) as opened:
        with pytest.raises(StoreError, match="for reading only"):
            write_bulletin(opened, "out", period="2025", formats=["md"])
        assert write_bulletin(opened, "out", period="2025", analyst=True, formats=["md"])
        assert make_bulletin(opened, period="2025", area=None, lang="fr", gate=public_gate(TODAY)).public


def test_a_store_that_another_process_holds_is_told_in_one_line(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_WAIT", "0")
    script = "import sys; from vigie.store import Store\nwith Store.open('vigie.duckdb'): print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdin is not None
        assert other.stdout.readline() == "open\n"
        for args in (["export", "out"], ["bulletin", "--format", "md"], ["release", "list"]):
            with pytest.raises(StoreError, match="is open in another process"):
                raise run(*args).exception or AssertionError(args)
        other.stdin.close()
    assert not Path("out").exists()
