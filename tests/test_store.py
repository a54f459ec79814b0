"""The store gives back what it was given, once, whatever happens in between."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from store_samples import (
    LYON,
    PRICE,
    SPAIN,
    TEXT,
    TODAY,
    VALUES,
    VERSIONS,
    card,
    document,
    observation,
)
from vigie.model.errors import SettingsError, StoreError
from vigie.model.period import UNKNOWN_WHEN, PartialDate
from vigie.settings import Settings, from_environment
from vigie.store import Store
from vigie.store.changes import compare
from vigie.store.database import utc_now
from vigie.store.integrity import faults
from vigie.store.rows import EVIDENCE_MARGIN, Entry, evidence_rows, months_later
from vigie.store.runs import Counts
from vigie.store.schema import load_migrations, migrate, schema_version


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.duckdb"


def fill(path: Path, *entries: Entry, **settings: int) -> None:
    with Store.open(path, settings=Settings(**settings)) as store:
        run = store.start_run("add", VERSIONS)
        store.write(run, entries, today=TODAY)
        store.finish_run(run, Counts(read=len(entries), new=len(entries)))


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_an_observation_comes_back_as_it_went_in(path: Path, value: object) -> None:
    d = document()
    for o in (observation(d, value), observation(d, value, place=None, when=UNKNOWN_WHEN, substance=None)):
        path.unlink(missing_ok=True)
        fill(path, Entry(document=d, observations=[o]))
        with Store.open(path, read_only=True) as store:
            assert store.records([d.doc_id]) == {d.doc_id: [o]}
            assert faults(store) == []


@pytest.mark.parametrize(
    "published", [None, PartialDate(2021), PartialDate(2021, 3), PartialDate(2021, 3, 9)]
)
def test_a_document_comes_back_as_it_went_in(path: Path, published: PartialDate | None) -> None:
    d = document(published=published, title="", text="Sans titre, 80 €.", redactions={})
    fill(path, Entry(document=d, observations=[]))
    with Store.open(path, read_only=True) as store:
        assert list(store.clean_documents()) == [d]


def test_flat_columns_say_what_the_value_says(path: Path) -> None:
    d = document()
    flow = observation(d, VALUES[7], "f")
    fill(path, Entry(document=d, observations=[observation(d), flow]))
    with Store.open(path, read_only=True) as store:
        price, flow_row = store.observations(types=["price"]), store.observations(types=["flow"])
    row = price.to_pylist()[0]
    assert (row["eur_per_unit"], row["unit"], row["currency"], row["kind"]) == (80.0, "g", "EUR", "retail")
    assert (row["place_code"], row["place_department"], row["when_end"]) == (
        "INSEE:69123",
        "FR-69",
        date(2024, 3, 31),
    )
    assert row["sentence"] == "Le gramme se vend 80 € à Lyon."
    assert row["sentence"][row["quote_start"] : row["quote_end"]] == "80 €"
    assert (row["title"], row["outlet"], row["document_kind"]) == ("Un titre", "La Gazette", "press")
    row = flow_row.to_pylist()[0]
    assert (row["origin_code"], row["destination_label"], row["mode"], row["kind"]) == (
        "ES",
        "Lyon",
        "road",
        None,
    )


FILTERS = [
    ({}, 4),
    ({"types": ["price"]}, 3),
    ({"types": ["price", "trend"]}, 4),
    ({"substances": ["heroin"]}, 1),
    ({"area": "FR-69"}, 2),
    ({"area": "INSEE:69123"}, 2),
    ({"area": "FR"}, 2),
    ({"area": "FR-6"}, 0),
    ({"since": date(2024, 3, 31)}, 3),
    ({"since": date(2024, 4, 1)}, 0),
    ({"until": date(2024, 2, 29)}, 0),
    ({"assertions": ["negated"]}, 1),
    ({"doc_id": "d0001", "assertions": ["affirmed"]}, 3),
    ({"doc_id": "none"}, 0),
]


@pytest.mark.parametrize(("chosen", "count"), FILTERS)
def test_observations_are_chosen(path: Path, chosen: dict[str, object], count: int) -> None:
    d = document()
    these = [
        observation(d),
        observation(d, name="n", assertion="negated"),
        observation(d, VALUES[6], "t", place=SPAIN, substance="heroin"),
        observation(d, name="u", when=UNKNOWN_WHEN, place=None),
    ]
    fill(path, Entry(document=d, observations=these))
    with Store.open(path, read_only=True) as store:
        assert store.observations(**chosen).num_rows == count  # type: ignore[arg-type]


def test_a_stored_document_is_not_written_twice(path: Path) -> None:
    d = document()
    fill(path, Entry(document=d, observations=[observation(d)]))
    with Store.open(path) as store:
        before = store.sizes()
        assert store.known([d.doc_id, "other"]) == {d.doc_id}
        with pytest.raises(StoreError, match="nothing of it was written") as error:
            store.write(1, [Entry(document=document(2), observations=[]), Entry(document=d, observations=[])])
        assert TEXT not in str(error.value)
        assert store.sizes() == before


def test_a_repeated_observation_counts_once(path: Path) -> None:
    d = document()
    fill(path, Entry(document=d, observations=[observation(d), observation(d)]))
    with Store.open(path, read_only=True) as store:
        assert store.sizes()["observations"] == store.sizes()["evidence"] == 1


def test_replacing_touches_only_the_named_documents(path: Path) -> None:
    one, two = document(1), document(2)
    fill(path, *[Entry(document=d, observations=[observation(d)]) for d in (one, two)])
    with Store.open(path) as store:
        run = store.start_run("reextract", VERSIONS)
        new = [observation(one, name="x"), observation(one, name="y")]
        assert store.replace(run, [Entry(document=one, observations=new)]) == 2
        assert store.records(["d0001", "d0002"]) == {"d0001": new, "d0002": [observation(two)]}
        assert store.documents().column("extracted_run").to_pylist() == [run, 1]
        assert faults(store) == []


RETENTION = [
    ("default", None, 12, date(2025, 5, 31)),
    ("card", card(), 12, date(2024, 8, 31)),
    ("setting", None, 1, date(2024, 6, 30)),
    ("none", None, 0, TODAY),
]


@pytest.mark.parametrize(("_name", "source", "months", "expected"), RETENTION)
def test_the_full_text_has_an_end(
    path: Path, _name: str, source: object, months: int, expected: date
) -> None:
    entry = Entry(document=document(), observations=[], source=source)  # type: ignore[arg-type]
    fill(path, entry, retention_months=months)
    with Store.open(path, read_only=True) as store:
        assert store.documents().column("expires_on").to_pylist() == [expected]
        assert store.table("sources").num_rows == (source is not None)


def test_a_source_card_is_kept_up_to_date(path: Path) -> None:
    fill(path, Entry(document=document(1), observations=[], source=card()))
    fill(path, Entry(document=document(2), observations=[], source=card(grade="A", legal_basis="licence")))
    with Store.open(path, read_only=True) as store:
        (row,) = store.table("sources").to_pylist()
    assert (row["grade"], row["legal_basis"], row["source_id"]) == ("A", "licence", "gazette")


def test_expired_texts_are_not_walked(path: Path) -> None:
    fill(path, *[Entry(document=document(n), observations=[]) for n in (1, 2, 3)])
    with Store.open(path) as store:
        store._db.execute("UPDATE documents SET text = NULL WHERE doc_id = 'd0002'")
        assert [d.doc_id for d in store.clean_documents()] == ["d0001", "d0003"]


def test_all_documents_are_walked_page_by_page(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.store.store._PAGE", 2)
    fill(path, *[Entry(document=document(n), observations=[]) for n in range(5)])
    with Store.open(path, read_only=True) as store:
        assert [d.doc_id for d in store.clean_documents()] == [f"d{n:04}" for n in range(5)]
        assert store.documents(text=True).column("text").to_pylist() == [TEXT] * 5
        assert "text" not in store.documents().schema.names


def test_a_quote_in_an_endless_sentence_keeps_a_bounded_one() -> None:
    d = document(text="a" * 5000 + " 80 € " + "b" * 5000, title="")
    (row,) = evidence_rows(d, [observation(d)])
    assert len(row["sentence"]) == 2 * EVIDENCE_MARGIN + 4
    assert row["sentence"][row["quote_start"] : row["quote_end"]] == "80 €"


def test_a_quote_over_two_sentences_keeps_both() -> None:
    d = document(title="", text="Avant. Le gramme à 80 €. Ou 90 €. Après.")
    o = observation(d)
    (row,) = evidence_rows(d, [dataclasses.replace(o, end=o.end + 9, quote="80 €. Ou 90 €"[:13])])
    assert row["sentence"] == "Le gramme à 80 €. Ou 90 €."


MONTHS = [(date(2024, 1, 31), 1, date(2024, 2, 29)), (date(2023, 12, 1), 1, date(2024, 1, 1)),
          (date(2024, 5, 31), 0, date(2024, 5, 31)), (date(2024, 2, 29), 12, date(2025, 2, 28))]  # fmt: skip


@pytest.mark.parametrize(("day", "months", "expected"), MONTHS)
def test_months_later(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


# What a new extraction changed


def test_changes_are_told_apart() -> None:
    d = document()
    o = observation(d)
    far = dataclasses.replace(o, id="far", start=0, end=2)
    moved = dataclasses.replace(o, id="new", end=o.end + 1)
    same_span_other_type = observation(d, VALUES[6], "t")
    cases = [
        ([o], [o], []),
        ([o], [], ["lost"]),
        ([], [o], ["gained"]),
        ([o], [dataclasses.replace(o, place=None)], ["changed"]),
        ([o], [moved], ["changed"]),
        ([o], [far], ["gained", "lost"]),
        ([o], [same_span_other_type], ["gained", "lost"]),
        ([o, far], [moved], ["changed", "lost"]),
        ([o], [o, o], []),
    ]
    for before, after, expected in cases:
        assert [c.what for c in compare(before, after)] == expected


# Opening


def test_a_foreign_file_is_refused_with_a_repair(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_bytes(b"not a database" * 1000)
    other = tmp_path / "other.duckdb"
    duckdb.connect(str(other)).execute("CREATE TABLE t (a INTEGER)").close()
    for path in (text, other):
        with pytest.raises(StoreError, match=r"not a Vigie store.*--store"):
            Store.open(path)
    assert text.read_bytes() == b"not a database" * 1000


@pytest.mark.parametrize("name", ["prices.csv", "prices.json", "prices.parquet", "prices"])
@pytest.mark.parametrize("read_only", [True, False])
def test_a_table_is_no_store(tmp_path: Path, name: str, read_only: bool) -> None:
    """DuckDB opens a .csv as a table in memory: what is added to it would be lost."""
    path = tmp_path / name
    path.write_text("date,count\n2024-01-01,3\n", encoding="utf-8")
    with pytest.raises(StoreError, match="not a Vigie store"):
        Store.open(path, read_only=read_only)
    assert path.read_text(encoding="utf-8") == "date,count\n2024-01-01,3\n"


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no store at .*vigie add"):
        Store.open(tmp_path / "none.duckdb", read_only=True)
    with pytest.raises(StoreError, match="is a folder"):
        Store.open(tmp_path)
    with pytest.raises(StoreError, match="no folder"):
        Store.open(tmp_path / "missing" / "a.duckdb")


def test_a_damaged_file_is_refused(path: Path) -> None:
    fill(path, Entry(document=document(), observations=[]))
    content = bytearray(path.read_bytes())
    content[0:4096] = b"\0" * 4096
    path.write_bytes(content)
    with pytest.raises(StoreError, match="--store"):
        Store.open(path)


def test_an_empty_file_of_a_run_killed_at_birth_becomes_a_store(path: Path) -> None:
    duckdb.connect(str(path)).close()
    with Store.open(path) as store:
        assert store.sizes()["documents"] == 0


def test_two_processes_do_not_write_one_store(path: Path) -> None:
    script = (
        "import sys; from vigie.store import Store\n"
        f"with Store.open({str(path)!r}): print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdin is not None
        assert other.stdout.readline() == "open\n"
        for read_only in (False, True):
            with pytest.raises(StoreError, match="open in another process"):
                Store.open(path, read_only=read_only)
        other.stdin.close()
        assert other.wait(20) == 0
    Store.open(path).close()


OPENING = [
    ("IO Error: Could not set lock on file", "open in another process"),
    ("exists, but it is not a valid DuckDB database file!", "not a Vigie store"),
    ("cannot access the file because it is being used by another process", "open in another process"),
    ("Trying to read a database file with version number 999", "pip install -U duckdb"),
    ("Permission denied", "may not be opened for writing"),
    ("Corrupt block 17", "damaged"),
]


@pytest.mark.parametrize(("message", "said"), OPENING)
def test_each_reason_not_to_open_has_a_repair(
    path: Path, monkeypatch: pytest.MonkeyPatch, message: str, said: str
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise duckdb.IOException(message)

    monkeypatch.setattr("vigie.store.database.duckdb.connect", refuse)
    with pytest.raises(StoreError, match=said):
        Store.open(path)


# Settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch_documents": 0},
        {"batch_chars": 0},
        {"retention_months": -1},
        {"store_memory_mb": 0},
        {"store_threads": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        Settings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("environment", "store"),
    [({}, "vigie.duckdb"), ({"VIGIE_STORE": ""}, "vigie.duckdb"), ({"VIGIE_STORE": "x"}, "x")],
)
def test_the_environment_may_name_the_store(environment: dict[str, str], store: str) -> None:
    assert from_environment(environment).store == Path(store)


# Migrations


def folder_of(tmp_path: Path, **steps: str) -> Path:
    folder = tmp_path / "schema"
    folder.mkdir(exist_ok=True)
    for name, sql in steps.items():
        (folder / f"{name.strip('_')}.sql").write_text(sql)
    return folder


def test_a_store_of_schema_1_becomes_schema_2(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    d = document()
    fill(path, Entry(document=d, observations=[observation(d)]))
    first = load_migrations()
    number = len(first) + 1
    step = f"_{number:03}_reviewed"
    folder = folder_of(
        tmp_path, **{step: "ALTER TABLE observations ADD COLUMN reviewed BOOLEAN DEFAULT false"}
    )
    second = (*first, dataclasses.replace(load_migrations_of_one(folder), version=number))
    monkeypatch.setattr("vigie.store.store.load_migrations", lambda: second)
    with pytest.raises(StoreError, match="older schema"):
        Store.open(path, read_only=True)
    with Store.open(path) as store:
        assert store.schema_version() == number
        assert store.query("SELECT reviewed FROM observations").to_pylist() == [{"reviewed": False}]
        assert store.records([d.doc_id])[d.doc_id] == [observation(d)]
        assert [
            r["name"] for r in store.query("SELECT name FROM schema_migrations ORDER BY version").to_pylist()
        ] == [
            *(m.name for m in first),
            f"{number:03}_reviewed.sql",
        ]
    monkeypatch.setattr("vigie.store.store.load_migrations", lambda: first)
    with pytest.raises(StoreError, match="pip install -U vigie"):
        Store.open(path)


def load_migrations_of_one(folder: Path) -> object:
    from vigie.store.schema import Migration

    (file,) = folder.iterdir()
    return Migration(0, file.name, file.read_text())


def test_migrations_apply_in_order_and_once(path: Path, tmp_path: Path) -> None:
    steps = load_migrations(
        folder_of(tmp_path, _001_a="CREATE TABLE t (a INTEGER)", _002_b="INSERT INTO t VALUES (1)")
    )
    connection = duckdb.connect(str(path))
    assert migrate(connection, steps[:1]) == (1,)
    assert migrate(connection, steps) == (2,)
    assert migrate(connection, steps) == ()
    assert connection.sql("SELECT * FROM t").fetchall() == [(1,)]


@pytest.mark.skipif(sys.platform == "win32", reason="rights and limits of POSIX")
def test_a_new_store_is_its_owners_and_an_older_one_keeps_its_rights(path: Path) -> None:
    Store.open(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    Store.open(path).close()
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="rights and limits of POSIX")
def test_no_room_for_a_new_store_is_told_as_such(path: Path) -> None:
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from vigie.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "sys.argv = ['vigie', 'add', sys.argv[1], '--store', sys.argv[2]]; main()\n"
    )
    command = [sys.executable, "-c", program, __file__, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the file cannot be written" in done.stderr and "has room" in done.stderr


def test_a_migration_that_fails_leaves_no_half(path: Path, tmp_path: Path) -> None:
    broken = "CREATE TABLE u (a INTEGER); INSERT INTO nowhere VALUES (1)"
    steps = load_migrations(folder_of(tmp_path, _001_a="CREATE TABLE t (a INTEGER)", _002_b=broken))
    connection = duckdb.connect(str(path))
    with pytest.raises(StoreError, match=r"002_b\.sql failed.*unchanged at schema 1"):
        migrate(connection, steps)
    assert schema_version(connection) == 1
    assert {row[0] for row in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()} == {
        "t",
        "schema_migrations",
    }


@pytest.mark.parametrize("names", [("_002_a",), ("_001_a", "_003_b"), ("_001_a", "_001_b"), ("_first_a",)])
def test_migrations_are_numbered_without_a_gap(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(StoreError, match="migration"):
        load_migrations(folder_of(tmp_path, **dict.fromkeys(names, "SELECT 1")))


def test_every_column_is_explained(path: Path) -> None:
    fill(path, Entry(document=document(), observations=[]))
    with Store.open(path, read_only=True) as store:
        sql = (
            "SELECT table_name || '.' || column_name AS name FROM duckdb_columns() WHERE NOT internal "
            "AND comment IS NULL AND table_name NOT IN ('schema_migrations', 'facts')"
        )
        assert store.query(sql).to_pylist() == []


# Runs and integrity


def test_a_run_that_never_ended_is_marked(path: Path) -> None:
    with Store.open(path) as store:
        store.start_run("add", VERSIONS)
        done = store.start_run("add", VERSIONS)
        store.finish_run(done, Counts(read=3, new=2, unchanged=1, refused=4, observations=5))
    with Store.open(path) as store:
        first, second = store.runs()
    assert (first.status, first.finished, first.run_id) == ("interrupted", None, 1)
    assert (second.status, second.versions, second.counts) == (
        "done",
        VERSIONS,
        Counts(read=3, new=2, unchanged=1, refused=4, observations=5),
    )
    assert second.finished is not None and second.started <= second.finished <= utc_now()


BREAK = [
    ("DELETE FROM documents", "observations without a document: 1"),
    ("DELETE FROM evidence", "observations without a sentence: 1"),
    ("DELETE FROM observations", "sentences without an observation: 1"),
    ("INSERT INTO observations SELECT * FROM observations", "observations stored twice: 1"),
    ("UPDATE observations SET span_start = 0, span_end = 4", "quotes that are not in their document: 1"),
    ("DELETE FROM runs", "documents without a run: 1"),
    ("DELETE FROM documents", "redactions without a document: 2"),
]


@pytest.mark.parametrize(("harm", "fault"), BREAK)
def test_faults_are_found(path: Path, harm: str, fault: str) -> None:
    d = document()
    fill(path, Entry(document=d, observations=[observation(d)]))
    with Store.open(path) as store:
        assert faults(store) == []
        store._db.execute(harm)
        assert fault in faults(store)


def test_offsets_count_code_points_in_the_database_too(path: Path) -> None:
    d = document(title="", text="e\u0301 \U0001f469\u200d\U0001f467 à 80 €. \U0001d4d0 fin")
    fill(path, Entry(document=d, observations=[observation(d)]))
    with Store.open(path, read_only=True) as store:
        assert faults(store) == []


def test_an_unknown_table_is_not_read(path: Path) -> None:
    with Store.open(path) as store, pytest.raises(StoreError, match="no table"):
        store.table("documents; DROP TABLE documents")


def test_fixtures_say_what_they_mean() -> None:
    assert document().text[observation(document()).start :].startswith("80 €")
    assert PRICE.eur_per_unit == 80 and LYON.department == "FR-69"
