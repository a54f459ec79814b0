"""What is written on one machine is read on another, value for value; only what changed travels."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Team
from postgres_samples import add, contents

from report_store import Paper, Said, price, said_price, seized
from report_store import _entry as entry_of
from store_samples import VERSIONS
from vigie.assess import assess
from vigie.model.errors import StoreError
from vigie.place import server_of
from vigie.report.bulletin import write_bulletin
from vigie.settings import Settings
from vigie.store import Store
from vigie.store.backup import backup
from vigie.store.postgres.tables import tables
from vigie.store.runs import Counts
from vigie.upkeep.replacing import merge, restore

TODAY = date(2025, 12, 31)
LAST, NUL = chr(0x10FFFF), chr(0)
# Every type of the schema, with what a careless way to the server would change.
HARD: dict[str, list[Any]] = {
    "VARCHAR": ["", "é\t\n\\N\"'", f"a{NUL}b", f"{LAST}0", f"{LAST}{NUL}{LAST}1", "NULL", " ", None],
    "DOUBLE": [0.0, -0.0, 0.1, 5e-324, 1.7976931348623157e308, math.inf, math.nan, None],
    "DATE": [date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29), None],
    "TIMESTAMP": [datetime(1, 1, 1), datetime(2024, 2, 29, 23, 59, 59, 999999), None],
    "BLOB": [b"", b"\x00\xff\\x", None],
    "BOOLEAN": [True, False, None],
    "TINYINT": [-128, 127, None],
    "INTEGER": [-(2**31), 2**31 - 1, None],
    "BIGINT": [-(2**63), 2**63 - 1, None],
    "UINTEGER[]": [[], [0, 2**32 - 1], [1, None], None],
    "UBIGINT[]": [[], [0, 2**64 - 1], None],
}
SAFE = {"VARCHAR": "x", "INTEGER": 7, "BOOLEAN": True, "DATE": date(2024, 1, 1), "TIMESTAMP": datetime(2024, 1, 1),
        "DOUBLE": 1.5, "BLOB": b"b", "TINYINT": 1, "BIGINT": 1, "UINTEGER[]": [1], "UBIGINT[]": [1]}  # fmt: skip


def test_every_value_of_every_table_comes_back(team: Team) -> None:
    hard, simple = 0, 0
    with Store.open(team.at("one")) as store:
        keys = {
            (t, c)
            for t, c in store.connection.execute(
                "SELECT table_name, unnest(constraint_column_names) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
            ).fetchall()
        }
        full = {
            (t, c)
            for t, c in store.connection.execute(
                "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT is_nullable AND NOT internal"
            ).fetchall()
        }
        for table in tables(store.connection):
            if table.name == "schema_migrations":
                continue
            most = max(len(HARD[kind]) for _, kind in table.columns)
            for at in range(most):
                row = []
                for column, kind in table.columns:
                    value = HARD[kind][at % len(HARD[kind])]
                    if (table.name, column) in keys:
                        value = f"key {at}{NUL}" if kind == "VARCHAR" else 1000 + at
                    elif value is None and (table.name, column) in full:
                        value = SAFE[kind]
                    row.append(value)
                marks = ", ".join("?" * len(row))
                try:
                    store.connection.execute(f"INSERT INTO {table.here} VALUES ({marks})", row)
                    hard += 1
                except Exception:  # a check of the schema: then what it lets through
                    continue
            if table.name in ("observations", "evidence"):  # equal rows are told apart by their number alone
                store.connection.execute(f"INSERT INTO {table.here} SELECT * FROM {table.here}")
        simple = store.connection.execute("SELECT count(*) FROM observations").fetchall()[0][0]
    assert hard > 150 and simple > 4
    one = contents(team.at("one"))
    assert sum(bool(rows) for rows in one.values()) >= len(one) - 3
    two = contents(team.at("two"))
    assert two == one
    with Store.open(team.at("two")) as store:  # of what came, nothing is taken for changed
        store.connection.execute("DELETE FROM erasures")
    before = team.version()
    Store.open(team.at("two")).close()
    assert team.version() == before


def test_a_bulletin_is_the_same_from_a_file_and_from_a_server(team: Team, tmp_path: Path) -> None:
    papers = [
        *[Paper(source=s, published="2025-02-03", says=[said_price(p, place="INSEE:69383")]) for s, p in zip("abc", (60, 61, 66), strict=True)],
        Paper(source="d", published="2025-05-06", says=[Said(sentence="Un gramme est à 66 euros.", value=price(66)),
                                                        Said(sentence="Douze kilos saisis.", value=seized(12000))]),
    ]  # fmt: skip
    made = []
    for place in (tmp_path / "vigie.duckdb", team.at("one")):
        with Store.open(place) as store:
            run = store.start_run("add", VERSIONS)
            store.write(run, [entry_of(n, paper) for n, paper in enumerate(papers)], today=TODAY)
            assess(store)
            store.finish_run(run, Counts(read=4, new=4))
    for place, out in ((tmp_path / "vigie.duckdb", "file"), (team.at("two"), "server")):
        path = Store.open(place, read_only=True)
        path.close()
        files = write_bulletin(path.path, tmp_path / out, period="2025", lang="fr", today=TODAY)
        made.append([file.read_bytes() for file in files])
    assert made[0] == made[1]
    published = contents(tmp_path / "vigie.duckdb")["public_cells"]
    assert contents(team.at("one"))["public_cells"] == published  # what it showed is known everywhere


def test_only_what_changed_travels(team: Team) -> None:
    with Store.open(team.at("one")) as store:
        add(store, *range(1, 30))
    assert len(contents(team.at("two"))["documents"]) == 29
    made = team.made("two")
    last = int(team.sql("SELECT next_row FROM vigie.state")[0][0])
    with Store.open(team.at("one")) as store:
        add(store, 30)
        store.connection.execute("UPDATE documents SET title = 'Un autre' WHERE doc_id = 'd0003'")
        store.connection.execute("DELETE FROM observations WHERE doc_id = 'd0004'")
    came = int(team.sql("SELECT next_row FROM vigie.state")[0][0]) - last
    assert 3 <= came < 40
    assert contents(team.at("two")) == contents(team.at("one"))
    assert team.made("two") == made  # not made anew
    assert team.sql("SELECT count(*) FROM vigie.documents") == [["30"]]
    with Store.open(team.at("two")) as store:  # and back
        store.connection.execute("UPDATE documents SET title = 'Encore' WHERE doc_id IN ('d0001', 'd0030')")
    assert contents(team.at("one")) == contents(team.at("two"))


def test_reading_and_opening_send_nothing(team: Team) -> None:
    with Store.open(team.address) as store:
        add(store, 1)
    before = team.version()
    Store.open(team.address).close()
    Store.open(team.address, read_only=True).close()
    assert team.version() == before


def test_a_copy_is_a_name_of_its_server(team: Team) -> None:
    with Store.open(team.address) as store:
        add(store, 1)
        path = store.path
    found = server_of(path)
    assert found is not None and found.shown == f"postgresql://127.0.0.1:{team.server.port}/{team.database}"
    with Store.open(path) as store:
        add(store, 2)
    assert len(contents(team.at("two"))["documents"]) == 2
    assert path.parent.stat().st_mode & 0o077 == 0 and path.stat().st_mode & 0o077 == 0


def test_a_copy_of_another_history_is_made_anew(team: Team) -> None:
    with Store.open(team.at("one")) as store:
        add(store, 1)
    contents(team.at("two"))
    # As after a dump was put back and another client wrote: the same number, another push.
    team.sql(
        "UPDATE vigie.pushes SET push = gen_random_uuid(); DELETE FROM vigie.documents WHERE doc_id = 'd0001'"
    )
    assert contents(team.at("two"))["documents"] == []
    with Store.open(team.at("one")) as store:
        assert store.known(["d0001"]) == set()


def test_a_copy_of_another_duckdb_is_made_anew(team: Team) -> None:
    with Store.open(team.address) as store:
        add(store, 1)
    state = team.copy("one").with_name("vigie.duckdb.server") / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"duckdb": "1.0"}))
    made = team.made("one")
    with Store.open(team.address) as store:
        add(store, 2)
    assert team.made("one") != made
    assert len(contents(team.at("two"))["documents"]) == 2


def test_backup_restore_and_merge(team: Team, tmp_path: Path) -> None:
    with Store.open(team.at("one")) as store:
        add(store, 1, 2)
    made = backup(team.at("two"), tmp_path / "kept")
    assert made.rows["documents"] == 2
    with Store.open(team.at("one")) as store:
        add(store, 3)
    path = store.path
    restore(tmp_path / "kept", Settings(store=path), today=TODAY)
    with Store.open(team.at("two"), read_only=True) as store:
        assert store.known(["d0001", "d0002", "d0003"]) == {"d0001", "d0002"}
    assert team.sql("SELECT count(*) FROM vigie.gone") == [["0"]]
    with Store.open(tmp_path / "other.duckdb") as store:
        add(store, 8)
    merge([tmp_path / "other.duckdb"], Settings(store=path), today=TODAY)
    with Store.open(team.at("three"), read_only=True) as store:
        assert store.known(["d0001", "d0002", "d0003", "d0008"]) == {"d0001", "d0002", "d0008"}


def test_no_store_there(team: Team) -> None:
    with pytest.raises(StoreError, match="no store"):
        Store.open(team.address, read_only=True)
