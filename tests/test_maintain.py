"""Upkeep: periods are kept, expired texts leave no byte, a better redactor reaches what is stored."""

from __future__ import annotations

import json
import random
import string
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from erasure_samples import in_bytes, in_tables, somewhere
from store_samples import VERSIONS, card, document, observation
from vigie.assess import assess
from vigie.cli import app
from vigie.model.errors import SettingsError
from vigie.redact import redactor
from vigie.redact.spans import Removal
from vigie.settings import Settings, load
from vigie.store import Store
from vigie.store.database import utc_now
from vigie.store.integrity import faults
from vigie.store.rows import Entry
from vigie.upkeep.maintain import maintain

CHANCE = random.Random(20260102)


def token() -> str:
    return "".join(CHANCE.choices(string.ascii_letters, k=28))


def run(*args: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args], input=stdin)


# Settings

GOOD = [
    ("none", "", 12, {}),
    ("default", "[retention]\ndefault_months = 6", 6, {}),
    ("sources", "[retention.sources]\ngazette = 3\nforum = 0", 12, {"gazette": 3, "forum": 0}),
    ("both", "[retention]\ndefault_months = 24\n[retention.sources]\na = 1", 24, {"a": 1}),
]


@pytest.mark.parametrize(("_name", "text", "months", "sources"), GOOD, ids=[g[0] for g in GOOD])
def test_settings_are_read(
    tmp_path: Path, _name: str, text: str, months: int, sources: dict[str, int]
) -> None:
    (tmp_path / "vigie.toml").write_text(text)
    named = tmp_path / "elsewhere.toml"
    named.write_text(text)
    other = tmp_path / "other"
    other.mkdir()
    for store, environment in (
        (tmp_path / "s.duckdb", {}),
        (other / "s.duckdb", {"VIGIE_SETTINGS": str(named)}),
    ):
        settings = load(store, environment)
        assert (settings.retention_months, dict(settings.retention_sources)) == (months, sources)
        assert settings.store == store


BAD = [
    ("section", "[retension]", "unknown key 'retension' (known: retention"),
    ("key", "[retention]\nmonths = 1", "unknown key 'retention.months' (known: default_months, sources)"),
    ("value", "[retention]\ndefault_months = 'x'", "retention.default_months is a number of months"),
    ("bool", "[retention]\ndefault_months = true", "retention.default_months is a number of months"),
    ("negative", "[retention.sources]\na = -1", "retention.sources.a is a number of months"),
    ("no_table", "retention = 3", "retention is a table"),
    ("sources", "[retention]\nsources = 3", "retention.sources is a table"),
    ("no_toml", "[retention", "vigie.toml"),
]


@pytest.mark.parametrize(("_name", "text", "reason"), BAD, ids=[b[0] for b in BAD])
def test_a_wrong_setting_is_named(tmp_path: Path, _name: str, text: str, reason: str) -> None:
    (tmp_path / "vigie.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"vigie\.toml") as error:
        load(tmp_path / "s.duckdb", {})
    assert reason in str(error.value)
    with pytest.raises(SettingsError, match="cannot be read"):
        load(None, {"VIGIE_SETTINGS": str(tmp_path / "missing.toml")})


# Retention

KEPT, GONE = token(), token()
PERIODS = [
    # id, settings, months of the card (None: no card), months since it was stored, whether the text expires
    ("default_over", {}, None, 13, True),
    ("default_not_over", {}, None, 11, False),
    ("card_over", {}, 3, 4, True),
    ("card_not_over", {}, 24, 13, False),
    ("setting_default", {"retention_months": 6}, None, 7, True),
    ("card_before_default", {"retention_months": 6}, 24, 7, False),
    ("setting_before_card", {"retention_sources": {"gazette": 2}}, 24, 3, True),
    ("setting_may_be_longer", {"retention_sources": {"gazette": 30}}, 3, 13, False),
    ("another_source", {"retention_sources": {"other": 1}}, 24, 13, False),
]


def stored_earlier(path: Path, months: int, card_months: int | None) -> None:
    """A document stored some months ago, under the periods of then."""
    text = f"Un titre\n\nLe gramme {KEPT} se vend 80 € à Lyon. Une autre phrase {GONE}."
    d = document(text=text)
    source = None if card_months is None else card(retention_months=card_months)
    day = utc_now().date() - timedelta(days=31 * months - 15)
    with Store.open(path) as store:
        store.connection.execute("PRAGMA force_compression='uncompressed'")
        number = store.start_run("add", VERSIONS)
        store.write(number, [Entry(document=d, observations=[observation(d)], source=source)], today=day)
        store.connection.execute("UPDATE runs SET status = 'done'")
        store.connection.execute("UPDATE documents SET expires_on = '2999-01-01'")
    assert in_bytes(path.parent, GONE) == [path.name]


@pytest.mark.parametrize(
    ("_name", "settings", "card_months", "months", "over"), PERIODS, ids=[p[0] for p in PERIODS]
)
def test_texts_leave_when_their_time_is_over(
    tmp_path: Path, _name: str, settings: dict[str, Any], card_months: int | None, months: int, over: bool
) -> None:
    path = tmp_path / "s.duckdb"
    stored_earlier(path, months, card_months)
    with Store.open(path, read_only=True, settings=Settings(**settings)) as store:
        told = maintain(store, dry_run=True)
    assert (told.moved, told.expired, told.rewritten) == (1, int(over), False)
    with Store.open(path, settings=Settings(**settings)) as store:
        done = maintain(store)
        assert (done.moved, done.expired, done.rewritten, done.faults) == (1, int(over), over, [])
        assert maintain(store).moved == 0
    assert bool(somewhere(tmp_path, path, GONE)) != over
    assert "evidence.sentence" in in_tables(path, KEPT)  # the sentence of a fact stays


def test_what_add_expires_is_written_away_by_maintain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    path = tmp_path / "vigie.duckdb"
    stored_earlier(path, 13, None)
    with Store.open(path) as store:
        store.connection.execute("UPDATE documents SET expires_on = '2020-01-01'")
        assert store.expire() == 1
    shown = run("doctor", "--format", "json").stdout
    assert "still in the file" in shown and "vigie maintain" in shown
    assert run("maintain").exit_code == 0
    assert somewhere(tmp_path, path, GONE) == []
    assert "still in the file" not in run("doctor", "--format", "json").stdout


def test_hashes_of_a_text_leave_with_it(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    stored_earlier(path, 13, None)
    with Store.open(path) as store:
        assess(store)
        (print_of_text,) = store.column("SELECT of_text FROM prints")
        assert maintain(store).expired == 1
        assert store.column("SELECT count(*) FROM prints") == [0]
    assert in_tables(path, print_of_text) == [] and in_bytes(tmp_path, print_of_text) == []


def test_periods_of_the_settings_hold_for_what_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    Path("vigie.toml").write_text("[retention]\ndefault_months = 1\n[retention.sources]\nquai = 2\n")
    Path("source.toml").write_text('id = "quai"\nname = "Quai"\nretention_months = 9\n')
    Path("a.txt").write_text("À Lyon, le gramme de cocaïne se vend 60 €.", "utf-8")
    assert run("add", "a.txt").exit_code == 0
    with Store.open("vigie.duckdb", read_only=True) as store:
        (row,) = store.documents().to_pylist()
    assert row["expires_on"] - row["stored_on"] < timedelta(days=63)
    Path("vigie.toml").write_text("[retention]\nmonth = 1\n")
    result = run("maintain")
    assert isinstance(result.exception, SettingsError) and "retention.month" in str(result.exception)


def test_maintain_without_a_store_or_with_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    result = run("maintain")
    assert result.exit_code == 1 and "no store at" in str(result.exception)
    assert list(tmp_path.iterdir()) == []
    stored_earlier(tmp_path / "vigie.duckdb", 1, None)
    with Store.open("vigie.duckdb") as store:
        store.connection.execute("DELETE FROM evidence")
    result = run("maintain")
    assert result.exit_code == 1 and "fault: observations without a sentence: 1" in result.stderr


# Redaction anew

PHONE, ACCOUNT, PERSON = "01 99 00 12 34", "brume_lune75", "Zélie Morvandel"
ARTICLE = f"""2024-03-11

Le gramme de cocaïne à 60 € à Lyon, dit le docteur {PERSON}

À Lyon, le gramme de cocaïne se vend entre 60 et 70 €, appeler le {PHONE}, selon l'Ofast. La résine se vend 8 € le gramme à
Brest (Telegram : @{ACCOUNT}, 35 € la livraison), raconte le docteur {PERSON}.

Contact : {PHONE} ou @{ACCOUNT}. Le point de deal du quai rapporte 500 € par jour, d'après la police.
"""
PLANTS = {"phone": PHONE, "handle": ACCOUNT, "name": PERSON}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_text(ARTICLE, "utf-8")
    (articles / "b.txt").write_text("À Nantes, le gramme de kétamine se vend 30 €.", "utf-8")
    return articles


def add_blind(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *blind: str, store: str = "vigie.duckdb"
) -> None:
    """Add with a redactor that does not know some kinds."""
    whole = redactor.contacts

    def contacts(text: str, folded: str, lang: str) -> list[Removal]:
        return [r for r in whole(text, folded, lang) if r.kind not in blind]

    with monkeypatch.context() as patch:
        patch.setattr(redactor, "contacts", contacts)
        if "name" in blind:
            patch.setattr(redactor, "find_names", lambda *_: [])
        result = run("add", folder, "--store", store)
    assert result.exit_code == 0, result.output
    for kind in blind:
        assert in_tables(Path(store), PLANTS[kind]), f"{kind}: the plant is not in the store"


def contents(store: str) -> list[Any]:
    """What documents, facts and sentences say."""
    with Store.open(store, read_only=True) as opened:
        assert faults(opened) == []
        columns = "* EXCLUDE (run_id, extracted_run)"
        return [
            opened.query(f"SELECT {columns} FROM documents ORDER BY ALL").to_pylist(),
            *(opened.query(f"SELECT * FROM {t} ORDER BY ALL").to_pylist() for t in ("observations", "evidence", "redactions")),
        ]  # fmt: skip


@pytest.mark.parametrize(
    "blind",
    [*(pytest.param(p, marks=pytest.mark.slow) for p in (*PLANTS, "phone handle")), "phone handle name"],
)
def test_a_better_redactor_reaches_what_is_stored(
    folder: Path, monkeypatch: pytest.MonkeyPatch, blind: str
) -> None:
    add_blind(folder, monkeypatch, *blind.split())
    result = run("maintain", "--reredact", "--format", "json")
    assert result.exit_code == 0, result.output
    done = json.loads(result.stdout)
    assert done["redacted"]["documents"] == 1 and done["rewritten"]
    for kind in blind.split():
        plant = PLANTS[kind]
        assert in_tables(Path("vigie.duckdb"), plant) == [] and in_bytes(folder.parent, plant) == ["a.txt"]
        assert done["redacted"]["mentions"][kind] >= 2
        assert plant not in result.output
    add_blind(folder, monkeypatch, store="fresh.duckdb")
    assert contents("vigie.duckdb") == contents("fresh.duckdb")  # as if it had been added today
    summary = json.loads(run("add", folder, "--format", "json").stdout)
    assert (summary["documents"]["new"], summary["documents"]["unchanged"]) == (0, 2)
    again = json.loads(run("maintain", "--reredact", "--format", "json").stdout)
    assert again["redacted"]["documents"] == 0 and not again["rewritten"]


def test_a_dry_run_counts_and_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_blind(folder, monkeypatch, "phone")
    before = Path("vigie.duckdb").read_bytes()
    done = json.loads(run("maintain", "--reredact", "--dry-run", "--format", "json").stdout)
    assert done["redacted"]["mentions"] == {"phone": 2} and done["dry_run"]
    assert Path("vigie.duckdb").read_bytes() == before


def test_what_is_left_of_an_expired_text_is_redacted_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_blind(folder, monkeypatch, "phone", "name")
    with Store.open("vigie.duckdb") as store:
        store.connection.execute("UPDATE documents SET expires_on = '2020-01-01'")
        store.expire()
    for word in (PHONE, PERSON):
        assert "evidence.sentence" in in_tables(Path("vigie.duckdb"), word)
    assert run("maintain", "--reredact").exit_code == 0
    for word in (PHONE, PERSON):
        assert in_tables(Path("vigie.duckdb"), word) == [] and in_bytes(folder.parent, word) == ["a.txt"]
    with Store.open("vigie.duckdb", read_only=True) as store:
        assert faults(store) == []
        rows = store.query("SELECT * FROM facts").to_pylist()
        assert len(rows) >= 4
        for row in rows:
            assert row["sentence"][row["quote_start"] : row["quote_end"]] == row["quote"]
            assert row["span_end"] - row["span_start"] == len(row["quote"])


def test_two_documents_that_become_one_are_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repost under another number is the same content once the number is gone."""
    (folder / "c.txt").write_text(ARTICLE.replace(PHONE, "01 99 00 56 78"), "utf-8")
    add_blind(folder, monkeypatch, "phone")
    with Store.open("vigie.duckdb", read_only=True) as store:
        assert store.sizes()["documents"] == 3
    done = json.loads(run("maintain", "--reredact", "--format", "json").stdout)
    assert (done["redacted"]["documents"], done["redacted"]["doubles"]) == (2, 1)
    add_blind(folder, monkeypatch, store="fresh.duckdb")
    assert [row["doc_id"] for row in contents("vigie.duckdb")[0]] == [
        row["doc_id"] for row in contents("fresh.duckdb")[0]
    ]


def test_references_follow_the_new_ids(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_blind(folder, monkeypatch, "phone")
    with Store.open("vigie.duckdb") as store:
        db = store.connection
        db.execute("CREATE TABLE seen AS SELECT doc_id, id AS observation_id FROM observations")
        db.execute(
            "CREATE TABLE sets AS SELECT list(DISTINCT doc_id) AS doc_ids, list(id) AS observation_ids FROM observations"
        )
        before = store.sizes()["observations"]
    assert run("maintain", "--reredact").exit_code == 0
    with Store.open("vigie.duckdb", read_only=True) as store:
        assert store.sizes()["observations"] == before
        joined = "SELECT count(*) FROM seen s JOIN observations o ON o.id = s.observation_id AND o.doc_id = s.doc_id"
        assert store.column(joined) == [before]
        listed = "SELECT count(*) FROM (SELECT unnest(observation_ids) AS id FROM sets) JOIN observations USING (id)"
        assert store.column(listed) == [before]
        assert faults(store) == []


SCRIPT = """
import os, signal, sys
from pathlib import Path
from vigie.store import Store, erase, rewrite
from vigie.upkeep import maintain, walk

moment = sys.argv[2]
def die(*_a, **_k):
    os.kill(os.getpid(), signal.SIGKILL)
def on(owner, name, number, *, after=False):
    whole, calls = getattr(owner, name), []
    def then(*a, **k):
        calls.append(1)
        if len(calls) == number and not after:
            die()
        result = whole(*a, **k)
        if len(calls) == number:
            die()
        return result
    setattr(owner, name, then)
walk._PAGE = 1
{
    "within": lambda: on(erase, "record", 1),
    "one_done": lambda: on(walk, "write", 1, after=True),
    "rewriting": lambda: on(rewrite, "_copy", 1),
    "replaced": lambda: on(Path, "replace", 1, after=True),
}[moment]()
with Store.open(sys.argv[1]) as store:
    maintain.maintain(store, reredact=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize(
    "moment",
    ["within", *(pytest.param(m, marks=pytest.mark.slow) for m in ("one_done", "rewriting")), "replaced"],
)
def test_a_killed_upkeep_is_completed_by_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    (folder / "c.txt").write_text(ARTICLE.replace("Brest", "Rennes"), "utf-8")
    add_blind(folder, monkeypatch, "phone")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "vigie.duckdb", moment], capture_output=True, text=True
    )
    assert done.returncode == -9, done.stderr
    assert run("maintain", "--reredact").exit_code == 0
    assert in_tables(Path("vigie.duckdb"), PHONE) == [] and in_bytes(folder.parent, PHONE) == [
        "a.txt",
        "c.txt",
    ]
    add_blind(folder, monkeypatch, store="fresh.duckdb")
    assert contents("vigie.duckdb") == contents("fresh.duckdb")
    assert not [p for p in folder.parent.iterdir() if "rewriting" in p.name]
