"""The tables of a store in both forms: which columns there are, what type each has on the server, how a value travels.

In: a connection to the working copy. Out: Tables; SQL of both sides. The migrations of the store are the only list of columns: the server's
tables are made of the catalogue that they leave. They are kept in the schema `vigie`, with a number for each row (`_row`) that is never
used twice, and without keys and checks: those are the working copy's. Beside them stand `state` (which state the server is at), `pushes`
(what made each state) and `gone` (numbers of rows that were deleted, by state; never what was in them).
"""

from __future__ import annotations

from dataclasses import dataclass

from vigie.model.errors import StoreError
from vigie.store.copying import name, text
from vigie.store.database import Connection

FORMAT = 1  # of what stands beside the tables
TYPES = {
    "VARCHAR": "text", "DOUBLE": "float8", "DATE": "date", "TIMESTAMP": "timestamp", "BLOB": "bytea", "BOOLEAN": "bool",
    "TINYINT": "int2", "SMALLINT": "int2", "INTEGER": "int4", "UINTEGER": "int8", "BIGINT": "int8",
    "UINTEGER[]": "int8[]", "BIGINT[]": "int8[]", "UBIGINT[]": "numeric[]",
}  # fmt: skip
# PostgreSQL keeps no NUL in a text: it travels as the last code point and 0, that code point itself as itself and 1.
_ESCAPE, _NUL = "chr(1114111)", "chr(0)"
BESIDE = """
CREATE TABLE IF NOT EXISTS vigie.state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), format int4 NOT NULL, schema int4 NOT NULL, version int8 NOT NULL,
    oldest int8 NOT NULL, next_row int8 NOT NULL
);
CREATE TABLE IF NOT EXISTS vigie.pushes (version int8 PRIMARY KEY, push uuid NOT NULL, made timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS vigie.gone (version int8 NOT NULL, table_name text NOT NULL, _row int8 NOT NULL);
CREATE INDEX IF NOT EXISTS gone_version ON vigie.gone (version)
"""
KEPT_BESIDE = ("state", "pushes", "gone")


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `columns`: (name, type of DuckDB), in order."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def here(self) -> str:
        """As SQL of the working copy names it."""
        return f"main.{name(self.name)}"

    @property
    def base(self) -> str:
        return f"vigie_base.main.{name(self.name)}"

    @property
    def there(self) -> str:
        """As SQL of the server names it."""
        return f"vigie.{name(self.name)}"

    @property
    def names(self) -> str:
        return ", ".join(name(column) for column, _ in self.columns)

    @property
    def types(self) -> list[str]:
        """Of the server."""
        return [TYPES[kind] for _, kind in self.columns]

    @property
    def digest(self) -> str:
        """16 bytes of a row: its values as texts, each with its length, so that no two rows are written alike."""
        values = (f"CAST({name(column)} AS VARCHAR)" for column, _ in self.columns)
        parts = ", ".join(f"coalesce(concat(length({value}), ':', {value}), '-')" for value in values)
        return f"unhex(left(sha256(concat_ws(',', {parts})), 32))"

    def sum(self, salt: str) -> str:
        """A quick sum over all rows, which tells whether the table has to be looked at."""
        columns = ", ".join(name(column) for column, _ in self.columns)
        return f"count(*), coalesce(sum(CAST(hash({text(salt)}, {columns}) AS HUGEINT)), 0)"

    def sent(self) -> str:
        """The columns as they travel to the server."""
        return ", ".join(
            f"replace(replace({name(c)}, {_ESCAPE}, {_ESCAPE} || '1'), {_NUL}, {_ESCAPE} || '0')"
            if kind == "VARCHAR"
            else name(c)
            for c, kind in self.columns
        )

    def got(self) -> str:
        """The columns as they are here, of rows as they travelled."""
        return ", ".join(
            f"replace(replace({name(c)}, {_ESCAPE} || '0', {_NUL}), {_ESCAPE} || '1', {_ESCAPE}) AS {name(c)}"
            if kind == "VARCHAR"
            else f"CAST({name(c)} AS {kind}) AS {name(c)}"
            for c, kind in self.columns
        )

    def ddl(self) -> str:
        """Statements that make it on the server. No statistics: they would keep samples of what is erased."""
        columns = ", ".join(f"{name(column)} {TYPES[kind]}" for column, kind in self.columns)
        quiet = ", ".join(f"ALTER COLUMN {name(column)} SET STATISTICS 0" for column, _ in self.columns)
        return (
            f"CREATE TABLE {self.there} (_row int8 PRIMARY KEY, {columns}); ALTER TABLE {self.there} {quiet}"
        )


def tables(connection: Connection) -> list[Table]:
    """The tables of the working copy, in the order that they were made. Raises StoreError for a type that does not travel."""
    sql = (
        "SELECT t.table_name, list(c.column_name ORDER BY c.column_index), list(c.data_type ORDER BY c.column_index) "
        "FROM duckdb_tables() t JOIN duckdb_columns() c USING (database_name, schema_name, table_name) "
        "WHERE t.database_name = current_database() AND NOT t.internal AND NOT t.temporary GROUP BY t.table_name, t.table_oid ORDER BY t.table_oid"
    )
    found = [
        Table(table, tuple(zip(columns, kinds, strict=True)))
        for table, columns, kinds in connection.execute(sql).fetchall()
    ]
    for table in found:
        for column, kind in table.columns:
            if kind not in TYPES:
                raise StoreError(f"{table.name}.{column} is of a type that no server keeps ({kind})")
        if table.name in KEPT_BESIDE:
            raise StoreError(f"a table named {table.name} has no place on a server")
    return found
