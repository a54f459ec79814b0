"""A folder searched to the byte, and every table of a store: where a word still is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vigie.store import Store
from vigie.text.normalise import fold


def forms(word: str) -> Iterator[bytes]:
    """The word as files may hold it: as it is, folded, without spaces, in UTF-8 and UTF-16."""
    for form in {word, word.lower(), fold(word), word.replace(" ", ""), "".join(filter(str.isalnum, word))}:
        yield form.encode()
        yield form.encode("utf-16-le")
        yield form.encode("utf-16-be")


def in_bytes(folder: Path, word: str) -> list[str]:
    """Names of the files under `folder` that hold it, in their bytes or in their names."""
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        if any(form in content or form in path.name.encode() for form in forms(word)):
            found.append(path.name)
    return found


def in_tables(path: Path, word: str) -> list[str]:
    """table.column of every column that holds it, whatever its type: compressed blocks hide nothing from this search."""
    wanted = fold(word)
    with Store.open(path, read_only=True) as store:
        found = []
        for table in store.column("SELECT table_name FROM duckdb_tables() ORDER BY ALL"):
            columns = store.column("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table])
            for column in columns:
                values = store.column(
                    f"SELECT CAST({column} AS VARCHAR) FROM {table} WHERE {column} IS NOT NULL"
                )
                if any(wanted in fold(value) for value in values):
                    found.append(f"{table}.{column}")
        return found


def somewhere(folder: Path, store: Path, word: str) -> list[str]:
    return in_bytes(folder, word) + in_tables(store, word)
