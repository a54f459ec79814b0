"""A folder searched to the byte, and every table of a store: where a word still is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
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
    files = [f for f in (path, path.with_name(f"{path.name}.wal")) if f.exists()]
    state = tuple((s.st_ino, s.st_size, s.st_mtime_ns) for s in map(Path.stat, files))
    return [column for column, values in _columns(path.resolve(), state).items() if fold(word) in values]


@lru_cache(maxsize=4)
def _columns(path: Path, _state: object) -> dict[str, str]:
    """All values of each column, folded; a file that nobody wrote since is read once for all words."""
    with Store.open(path, read_only=True) as store:
        found = {}
        for table in store.column("SELECT table_name FROM duckdb_tables() ORDER BY ALL"):
            columns = store.column("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table])
            as_text = ", ".join(f"CAST({column} AS VARCHAR) AS {column}" for column in columns)
            rows = store.query(f"SELECT {as_text} FROM {table}")
            for column in columns:
                values = rows.column(column).to_pylist()
                found[f"{table}.{column}"] = "\n".join(fold(value) for value in values if value is not None)
        return found


def somewhere(folder: Path, store: Path, word: str) -> list[str]:
    return in_bytes(folder, word) + in_tables(store, word)
