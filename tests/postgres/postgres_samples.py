"""What the tests of a store on a server write and read."""

from __future__ import annotations

from pathlib import Path

from store_samples import VERSIONS, document, observation
from vigie.store import Store
from vigie.store.postgres.tables import tables
from vigie.store.rows import Entry
from vigie.store.runs import Counts


def contents(path: Path | str) -> dict[str, list[str]]:
    """Every row of every table, as texts."""
    with Store.open(path, read_only=True) as store:
        found = {}
        for table in tables(store.connection):
            columns = ", ".join(f"CAST({c} AS VARCHAR)" for c in table.names.split(", "))
            rows = store.connection.execute(f"SELECT {columns} FROM {table.here}").fetchall()
            found[table.name] = sorted(map(str, rows))
        return found


def add(store: Store, *numbers: int) -> None:
    """A run that stores documents, one observation each."""
    run = store.start_run("add", VERSIONS)
    documents = [document(n) for n in numbers]
    store.write(run, [Entry(document=d, observations=[observation(d)], source=None) for d in documents])
    store.finish_run(run, Counts(new=len(numbers)))


def ids(*numbers: int) -> set[str]:
    return {document(n).doc_id for n in numbers}


def stored(path: Path | str) -> set[str]:
    """Ids of the documents."""
    with Store.open(path, read_only=True) as store:
        return set(store.column("SELECT doc_id FROM documents"))
