"""A store of every schema that was ever written is brought up to date, with rows in every table, and says the same as before."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from report_store import Paper, build, said_price
from vigie.assess import assess_if_due
from vigie.model.errors import StoreError
from vigie.report.open_data import write_open_data
from vigie.store import Store, weekly
from vigie.store.backup import backup
from vigie.store.integrity import faults
from vigie.store.publications import public_cells
from vigie.store.schema import load_migrations, migrate
from vigie.store.tombstones import Buried, Suppression

NEWEST = len(load_migrations())
# A test of one takes a second: the first, and one in the middle; the others in `make test-all`.
OFTEN = (1, 8)
WRITTEN_ANEW = ("overview_pending", "overview_state", *weekly.NAMED)
SAMPLES: dict[str, Any] = {
    "VARCHAR": "x", "INTEGER": 1, "BIGINT": 1, "TINYINT": 1, "DOUBLE": 1.0, "BOOLEAN": True, "DATE": date(2025, 5, 1),
    "TIMESTAMP": datetime(2025, 5, 1, 12), "BLOB": b"x" * 32, "UBIGINT[]": [1], "UINTEGER[]": [1], "VARCHAR[]": ["x"],
}  # fmt: skip


def columns(db: Any, table: str, of: str = "") -> dict[str, str]:
    where = f"{of}.main.{table}" if of else table
    return {str(name): str(kind) for name, kind, *_ in db.execute(f"DESCRIBE {where}").fetchall()}


def tables(db: Any) -> list[str]:
    sql = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal ORDER BY ALL"
    return [str(row[0]) for row in db.execute(sql).fetchall()]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the newest schema, with rows in every table."""
    papers = [
        Paper(source=source, published=f"2025-01-1{n}", kind="press", publisher=f"Groupe {source}",
              says=[said_price(70.0 + n, place="FR-69")])
        for n, source in enumerate("abcde")
    ]  # fmt: skip
    path = build(tmp_path_factory.mktemp("full") / "full.duckdb", papers)
    with Store.open(path) as store:
        write_open_data(store, path.parent / "out", ["csv"], as_of=date(2026, 3, 31))
        store.tombstones.bury([Buried(doc_id="gone", text="Un texte qui fut purgé.", source_id="")])
        store.tombstones.suppress([Suppression(mark="0" * 32, form="words", words=2, kind="name")])
        db = store.connection
        for table in tables(db):
            if table in WRITTEN_ANEW or db.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]:
                continue
            row = {name: SAMPLES[kind] for name, kind in columns(db, table).items()}
            row |= {
                name: value
                for name, value in (("doc_id", "doc000"), ("observation_id", "doc000-0"))
                if name in row
            }
            marks = ", ".join(f"? AS {name}" for name in row)
            db.execute(f"INSERT INTO {table} BY NAME SELECT {marks}", list(row.values()))
        assert faults(store) == []
    return path


def older(full: Path, path: Path, schema: int) -> Path:
    """The same store as the Vigie of that schema would have written it."""
    with duckdb.connect(str(path)) as db:
        migrate(db, load_migrations()[:schema])
        db.execute(f"ATTACH '{full}' AS newest (READ_ONLY)")
        for table in tables(db):
            if table != "schema_migrations" and table not in WRITTEN_ANEW:
                names = ", ".join(columns(db, table))
                db.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM newest.main.{table}")
    return path


def rows(path: Path, shape: dict[str, dict[str, str]]) -> dict[str, list[Any]]:
    with duckdb.connect(str(path), read_only=True) as db:
        return {
            table: db.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY ALL").fetchall()
            for table, names in shape.items()
        }


def described(path: Path) -> list[Any]:
    sql = "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    with duckdb.connect(str(path), read_only=True) as db:
        return list(db.execute(sql).fetchall())


SCHEMAS = [
    pytest.param(schema, marks=() if schema in OFTEN else pytest.mark.slow) for schema in range(1, NEWEST + 1)
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_store_of_each_schema_is_brought_up_to_date(full: Path, tmp_path: Path, schema: int) -> None:
    path = older(full, tmp_path / "old.duckdb", schema)
    with duckdb.connect(str(path), read_only=True) as db:
        shape = {t: columns(db, t) for t in tables(db) if t != "schema_migrations" and t not in WRITTEN_ANEW}
    before = rows(path, shape)
    assert all(before.values())
    if schema < NEWEST:
        with pytest.raises(StoreError, match="older schema"):
            Store.open(path, read_only=True)
    with Store.open(path) as store:
        assert store.schema_version() == NEWEST and faults(store) == []
    assert rows(path, shape) == before  # nothing that was there is lost or changed
    assert described(path) == described(full)
    with Store.open(path) as store:
        assess_if_due(store)
        assert weekly.differing(store.connection) == []
        facts = store.observations().drop_columns(["review"]).to_pylist()
        cells = public_cells(store)
    with Store.open(full) as store:
        assert facts == store.observations().drop_columns(["review"]).to_pylist()
        if schema >= 3:
            assert cells == public_cells(store)


def test_a_backup_of_the_first_schema_can_be_restored(full: Path, tmp_path: Path) -> None:
    from vigie.settings import Settings
    from vigie.upkeep.replacing import restore

    old = older(full, tmp_path / "old.duckdb", 1)
    assert backup(old, tmp_path / "point").schema == 1
    done = restore(tmp_path / "point", Settings(store=tmp_path / "new.duckdb", retention_months=600))
    assert done.upkeep.faults == []
    with Store.open(tmp_path / "new.duckdb", read_only=True) as store:
        assert store.sizes()["observations"] == 5
