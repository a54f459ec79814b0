"""Rows of tables into the store, by the batch and without a record each: which are known, and those that are not.

In: identities and contents of rows, documents of the redactor, observations as columns. Out: rows of `documents`, `observations`,
`evidence` and `imported_rows`, one transaction a batch, so that a run that is killed loses only its last batch; the next run finds
what is stored "unchanged". Identities are kept as salted hashes. Left out: what cells mean (`vigie.intake`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vigie.model.document import CleanDocument, SourceCard
from vigie.store import reviews, rows, weekly
from vigie.store.database import utc_now
from vigie.store.review_book import forget_decisions
from vigie.store.rows import Entry
from vigie.store.store import Store

UNCHANGED, NEW, CHANGED, PURGED = 0, 1, 2, 3
Ints = npt.NDArray[np.int64]
_TEXT, _FLOAT, _DAY = pa.string(), pa.float64(), pa.date32()
_FLOATS = (
    *("low", "high", "per_value", "eur_low", "eur_high", "eur_per_unit", "grams", "grams_high", "units"),
    *("population", "place_lat", "place_lon"),
)
_TEXTS = (
    *(
        "type",
        "substance",
        "form",
        "attribution",
        "kind",
        "unit",
        "currency",
        "per_unit",
        "eur_note",
        "measure",
        "mode",
    ),
    *(f"place_{name}" for name in ("name", "label", "code", "level", "department", "region", "country")),
    *(f"{end}_{part}" for end in ("origin", "destination") for part in ("code", "label", "json")),
    *("when_precision", "when_basis", "rule"),
)
# What a batch of observations is; a column that is not given is empty.
SCHEMA = pa.schema(
    [("row", pa.int64()), *((n, _TEXT) for n in _TEXTS), *((n, _FLOAT) for n in _FLOATS),
     ("when_start", _DAY), ("when_end", _DAY), ("confidence", _FLOAT)]
)  # fmt: skip
# The fields of each value, as vigie.model.observation has them.
_VALUES = {
    "price": (
        *(
            "kind",
            "low",
            "high",
            "currency",
            "per_value",
            "per_unit",
            "eur_low",
            "eur_high",
            "eur_per_unit",
            "unit",
        ),
        "eur_note",
    ),
    "quantity": ("kind", "low", "high", "unit", "grams", "grams_high", "units"),
    "purity": ("low", "high", "measure"),
    "event": ("kind", "low", "high", "unit"),
    "load": ("low", "high", "unit", "population"),
}
# What tells two contents of a row apart: not labels, coordinates and euros, which follow from these and change with our lists.
_CONTENT = (
    *(
        "type",
        "substance",
        "form",
        "place_code",
        "place_level",
        "kind",
        "low",
        "high",
        "unit",
        "currency",
        "per_value",
    ),
    *(
        "per_unit",
        "measure",
        "mode",
        "when_start",
        "when_end",
        "attribution",
        "population",
        "origin_code",
        "destination_code",
    ),
)
_HASH = "substr(sha256(concat_ws(chr(31), $salt, $scope, {})), 1, 32)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """Which rows of a block are known.

    Attributes:
        states: shape (n,), UNCHANGED, NEW, CHANGED or PURGED.
        mark, content: shape (n,), salted hashes of identity and content.
        said: one text for each observation, of what tells two of them apart.
    """

    states: npt.NDArray[np.int8]
    mark: pa.Array
    content: pa.Array
    said: pa.Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Rows that are stored together.

    Attributes:
        documents: in order of their rows.
        of_row: mark, content, doc_id, row_number, span_start, span_end, quote: one line a row.
        observations: by SCHEMA, and `said` as `judge` gave it; their `row` is the position of a line of `of_row`.
    """

    documents: Sequence[CleanDocument]
    of_row: pa.Table
    observations: pa.Table


class TableRows:
    """The rows of one run from one source. Call `open_file`, then `judge` and `write` for each batch, then `close_file`.

    Args:
        scope: source and kind: a row is known within it only.
        credibility: of all rows of the source, with the rule that gave it.
    """

    def __init__(
        self, store: Store, run_id: int, *, scope: str, source: SourceCard | None, credibility: tuple[int, str]
    ) -> None:  # fmt: skip
        self._store, self._run, self._scope, self._source, self._credibility = (
            store,
            run_id,
            scope,
            source,
            credibility,
        )
        self._salt = store.tombstones.salt().hex()

    def open_file(self) -> None:
        """A file begins: rows are told apart from those of this run's other files."""
        self._any_seen = self._any_written = False
        self._open(None)

    def breathe(self) -> bool:
        """Let others in who wait; whether anybody was. All rows that were judged must be written: others may have stored the same."""
        if not self._store.awaited:
            return False
        # As text: Arrow knows no integers of 128 bits.
        seen = self._store.query(
            "SELECT mark::VARCHAR AS mark, pair::VARCHAR AS pair, seen FROM temp.table_seen"
        )
        self._store.breathe()
        self._open(seen)
        return True

    def _open(self, seen: pa.Table | None) -> None:
        """What only this connection knows: marks of this file that were stored before it, and the number of its rows.

        The number that a file took stays with it once rows carry it: another process then takes the next one.
        """
        db = self._store.connection
        # Rows that came with another store are known under its salt (vigie.store.merge).
        foreign = "SELECT lower(hex(salt)) FROM erasure_salts WHERE NOT own AND EXISTS (FROM imported_rows) ORDER BY ALL"
        self._foreign = [str(salt) for salt in self._store.column(foreign)]
        if seen is None or not self._any_written:
            last = self._store.column("SELECT coalesce(max(import_id), 0) + 1 FROM imported_rows")
            self._import = int(last[0])
        db.execute("DROP TABLE IF EXISTS temp.table_seen")
        # Of what was stored before: numbers made of marks and contents, a third of their size.
        db.execute("CREATE TEMP TABLE table_seen (mark UHUGEINT, pair UHUGEINT, seen BIGINT)")
        if seen is not None:
            self._insert("temp.table_seen", "mark::UHUGEINT AS mark, pair::UHUGEINT AS pair, seen", seen)

    def judge(self, identity: pa.Array, observations: pa.Table) -> Judged:
        """Which rows are known.

        A row is known by its identity and content, occurrence by occurrence. One whose identity is known with another content
        is CHANGED: what it said before goes when the file is at its end.

        Args:
            identity: shape (n,), text of each row's id, or of its cells; hashed here, never stored.
            observations: by SCHEMA, ordered by row; their `row` is a position in `identity`, and each has one at least.
        """
        told_each, said = self._said(identity, observations)
        mark, content = self._hashes(identity, told_each, self._salt)
        foreign = [self._hashes(identity, told_each, salt) for salt in self._foreign]
        known = _together(self._known(mark), [(self._known(m), m, c) for m, c in foreign], mark, content)
        if not known.num_rows:
            return Judged(
                states=np.full(len(mark), NEW, dtype=np.int8), mark=mark, content=content, said=said
            )
        both = pc.binary_join_element_wise(mark, content, "")
        codes = pc.dictionary_encode(both).indices.to_numpy(zero_copy_only=False).astype(np.int64)
        marks = known["mark"].combine_chunks()
        here = _found(both, pc.binary_join_element_wise(marks, known["content"].combine_chunks(), ""))
        before, seen = (np.where(here >= 0, known[n].to_numpy()[here], 0) for n in ("stored", "seen"))
        coded = pc.dictionary_encode(marks)
        sums = {
            n: np.bincount(coded.indices.to_numpy(zero_copy_only=False), weights=known[n].to_numpy())
            for n in ("stored", "purged")
        }
        of_mark = _found(mark, coded.dictionary)
        told, purged = (np.where(of_mark >= 0, sums[n][of_mark], 0) > 0 for n in ("stored", "purged"))
        states = np.where(
            _occurrence(codes) + seen < before, UNCHANGED, np.where(told & (before == 0), CHANGED, NEW)
        )
        states = np.where(purged, PURGED, states).astype(np.int8)
        at = pa.array(np.flatnonzero(told))
        for under, what in ((mark, content), *foreign):
            self._tell(under.take(at), what.take(at))
        return Judged(states=states, mark=mark, content=content, said=said)

    def _said(self, identity: pa.Array, observations: pa.Table) -> tuple[pa.Array, pa.Array]:
        """What each row says, and what each observation does."""
        there = [n for n in _CONTENT if n in observations.column_names]
        values = ", ".join(f"coalesce(\"{n}\"::VARCHAR, '')" if n in there else "''" for n in _CONTENT)
        said = self._computed(
            f"SELECT concat_ws(chr(31), {values}) AS v FROM table_given", observations.select(there)
        )
        row, each = observations["row"].to_numpy(), said
        if len(row) > len(identity):  # several observations a row
            offsets = np.append(np.flatnonzero(np.diff(row, prepend=-1)), len(row))
            said = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), said), "\x1e")
        return said, each

    def _hashes(self, identity: pa.Array, said: pa.Array, salt: str) -> tuple[pa.Array, pa.Array]:
        """Salted hashes of identities and contents."""
        both = pa.table({"identity": identity, "said": said})
        sql = f"SELECT {_HASH.format('identity')} AS mark, {_HASH.format('said')} AS content FROM table_given"
        found = self._asked(sql, both, {"salt": salt, "scope": self._scope})
        return found["mark"].combine_chunks(), found["content"].combine_chunks()

    def _known(self, mark: pa.Array) -> pa.Table:
        """Of the identities that were stored, or purged, by others than this file: mark, content, stored, purged, and seen in this file."""
        sql = (
            "WITH k AS (SELECT mark, content, count(doc_id) AS stored, count(*) - count(doc_id) AS purged FROM imported_rows "
            "SEMI JOIN table_given USING (mark) WHERE import_id <> $now GROUP BY ALL) "
            "SELECT k.*, coalesce(s.seen, 0)::BIGINT AS seen FROM k LEFT JOIN "
            "(SELECT pair, sum(seen) AS seen FROM temp.table_seen GROUP BY pair) s ON s.pair = md5_number(k.mark || k.content)"
        )
        return self._asked(sql, pa.table({"mark": mark}), {"now": self._import})

    def write(self, batch: Batch, *, today: date | None = None) -> dict[str, int]:
        """Store the rows of a batch in one transaction; observations by type. Raises StoreError, and nothing of it is written."""
        store = self._store
        day = today or utc_now().date()
        stored = store.known([d.doc_id for d in batch.documents])
        fresh = {
            d.doc_id: Entry(document=d, observations=(), source=self._source)
            for d in batch.documents
            if d.doc_id not in stored
        }
        source = self._source
        months = store.settings.months_for(
            source.id if source else "", source.retention_months if source else None
        )
        facts = self._facts(batch)
        if stored or len(fresh) < len(
            batch.documents
        ):  # a document that was emptied before, or another source's: no fact twice
            facts = self._asked(
                "SELECT * FROM table_given t WHERE NOT EXISTS (FROM observations o WHERE o.doc_id = t.doc_id AND o.id = t.id) "
                "AND NOT EXISTS (FROM machine_observations m WHERE m.doc_id = t.doc_id AND m.observation_id = t.id)", facts, {}
            )  # fmt: skip
        counted = pc.value_counts(facts["type"]).to_pylist() if facts.num_rows else []
        types = {str(found["values"]): int(found["counts"]) for found in counted}
        of_row = batch.of_row.select(["mark", "content", "doc_id", "row_number"])
        with store.transaction():
            if source is not None:
                store.insert("sources", [rows.source_row(source)], verb="INSERT OR REPLACE")
            store.insert("documents", [rows.document_row(e, self._run, day, months) for e in fresh.values()])
            counts = [
                r
                for e in fresh.values()
                for r in rows.redaction_rows(e.document.doc_id, e.document.redactions)
            ]
            store.insert("redactions", counts)
            json = [n for n in facts.column_names if n.endswith("_json")]
            plain = f"* EXCLUDE ({', '.join(json)})" if json else "*"
            if types:
                self._insert("observations", f"{plain}, {_value(types)} AS value", facts)
            proof = (
                "id AS observation_id, doc_id, span_start AS sentence_start, span_end AS sentence_end, 0 AS quote_start, "
                "span_end - span_start AS quote_end, quote AS sentence"
            )
            self._insert("evidence", proof, facts.select(["id", "doc_id", "span_start", "span_end", "quote"]))
            self._insert("imported_rows", f"*, {self._import} AS import_id", of_row)
            self._count(facts, list(fresh))
        self._any_written = True
        return types

    def _count(self, facts: pa.Table, fresh: Sequence[str]) -> None:
        """For the overview: rows of tables are each a statement, so that those of a document that was there add to it."""
        ids = pa.table(
            {"doc_id": pc.unique(pa.concat_arrays([*facts["doc_id"].chunks, pa.array(fresh, pa.string())]))}
        )
        sql = f"SELECT {', '.join(weekly.READ['documents'])} FROM documents SEMI JOIN table_given USING (doc_id)"
        weekly.enter_rows(
            self._store.connection, documents=self._asked(sql, ids, {}), observations=facts, fresh=fresh
        )

    def _facts(self, batch: Batch) -> pa.Table:
        """Observations with their document, span, quote and id; one that a row states twice is one."""
        given = batch.observations
        where = batch.of_row.take(given["row"])
        credibility, rule = self._credibility
        size = given.num_rows
        for name in ("doc_id", "span_start", "span_end", "quote"):
            given = given.append_column(name, where[name])
        constants = {
            "assertion": pa.scalar("affirmed"), "credibility": pa.scalar(credibility, pa.int8()),
            "credibility_rule": pa.scalar(rule), "corroborated": pa.scalar(0, pa.int8()),
        }  # fmt: skip
        for name, value in constants.items():
            given = given.append_column(name, pa.repeat(value, size))
        named = ("doc_id", "span_start", "rule", "said")
        sql = "SELECT 'o_' || substr(md5(concat_ws(chr(31), doc_id, span_start, rule, said)), 1, 16) AS v FROM table_given"
        ids = self._computed(sql, given.select(named))
        given = given.drop_columns(["row", "said"]).append_column("id", ids)
        if given.num_rows > batch.of_row.num_rows:
            codes = (
                pc.dictionary_encode(pc.binary_join_element_wise(given["doc_id"], ids, ""))
                .combine_chunks()
                .indices
            )
            given = given.filter(
                pa.array(_occurrence(codes.to_numpy(zero_copy_only=False).astype(np.int64)) == 0)
            )
        return given

    def close_file(self) -> int:
        """Drop what rows of this file said before, where they say something else now; how many rows.

        It is worked out from what is stored: a run that was killed before is completed by the next.
        """
        db = self._store.connection
        if not self._any_seen:
            return 0
        stale = (
            "FROM imported_rows i WHERE i.doc_id IS NOT NULL AND md5_number(i.mark) IN (SELECT mark FROM temp.table_seen) "
            "AND md5_number(i.mark || i.content) NOT IN (SELECT pair FROM temp.table_seen)"
            f" AND i.import_id <> {self._import}"
        )
        count = int(self._store.column(f"SELECT count(*) {stale}")[0])
        if count:
            with self._store.transaction():
                db.execute(
                    f"CREATE OR REPLACE TEMP TABLE table_stale AS SELECT DISTINCT mark, content, doc_id, row_number {stale}"
                )
                # The number of a row opens its line: offsets move when a document is redacted anew, the line keeps its number.
                db.execute(
                    "CREATE OR REPLACE TEMP TABLE table_gone AS SELECT o.id, o.doc_id FROM observations o JOIN temp.table_stale s "
                    "ON s.doc_id = o.doc_id AND s.row_number = TRY_CAST(regexp_extract(o.quote, '^\\S+ ([0-9]+)', 1) AS BIGINT)"
                )
                touched = self._store.column("SELECT DISTINCT doc_id FROM temp.table_gone")
                with weekly.changing(db, touched, copies=False):
                    forget_decisions(self._store.stands_for, reviews.withdrawn(db))
                    for table, name in (("evidence", "observation_id"), ("observations", "id")):
                        db.execute(
                            f"DELETE FROM {table} WHERE ({name}, doc_id) IN (SELECT (id, doc_id) FROM temp.table_gone)"
                        )
                db.execute(
                    "DELETE FROM imported_rows WHERE (mark, content) IN (SELECT (mark, content) FROM temp.table_stale)"
                )
                db.execute("DROP TABLE temp.table_stale")
                db.execute("DROP TABLE temp.table_gone")
        db.execute("DROP TABLE IF EXISTS temp.table_seen")
        return count

    def _tell(self, mark: pa.Array, content: pa.Array) -> None:
        """Rows of this file whose identity was stored before."""
        self._any_seen = self._any_seen or len(mark) > 0
        given = pa.table({"mark": mark, "content": content})
        columns = "md5_number(mark) AS mark, md5_number(mark || content) AS pair, count(*) AS seen"
        self._insert("temp.table_seen", columns, given, "GROUP BY ALL")

    def _insert(self, table: str, columns: str, given: pa.Table, tail: str = "") -> None:
        db = self._store.connection
        # In one piece: DuckDB reads pieces side by side, and would end in many groups of rows that are not whole.
        db.register("table_given", given.combine_chunks())
        try:
            db.execute(f"INSERT INTO {table} BY NAME SELECT {columns} FROM table_given {tail}")
        finally:
            db.unregister("table_given")

    def _asked(self, sql: str, given: pa.Table, values: Mapping[str, Any]) -> pa.Table:
        db = self._store.connection
        db.register("table_given", given)
        try:
            return db.sql(sql, params=dict(values)).to_arrow_table()
        finally:
            db.unregister("table_given")

    def _computed(self, sql: str, given: pa.Table) -> pa.Array:
        """A column worked out row by row, in the order of the rows."""
        return self._asked(sql, given, {})["v"].combine_chunks()


def _together(
    known: pa.Table, others: Sequence[tuple[pa.Table, pa.Array, pa.Array]], mark: pa.Array, content: pa.Array
) -> pa.Table:
    """Rows known under any salt, by what they are under ours; what says something else keeps its content, which is none of ours."""
    parts = [known]
    for table, marks, contents in others:
        if table.num_rows:
            own = dict(zip(marks.to_pylist(), mark.to_pylist(), strict=True))
            says = dict(
                zip(
                    zip(marks.to_pylist(), contents.to_pylist(), strict=True),
                    content.to_pylist(),
                    strict=True,
                )
            )
            rows = table.to_pylist()
            same = [says.get((row["mark"], row["content"]), row["content"]) for row in rows]
            table = table.set_column(0, "mark", pa.array([own[row["mark"]] for row in rows], pa.string()))
            parts.append(table.set_column(1, "content", pa.array(same, pa.string())))
    if len(parts) == 1:
        return known
    sums = [("stored", "sum"), ("purged", "sum"), ("seen", "max")]
    return (
        pa.concat_tables([part.cast(known.schema) for part in parts])
        .group_by(["mark", "content"])
        .aggregate(sums)
        .rename_columns(["mark", "content", "stored", "purged", "seen"])
    )


def _found(cells: pa.Array, among: pa.Array) -> Ints:
    """Position of each cell in `among`, shape (n,); -1 where it is not."""
    found: Ints = (
        pc.fill_null(pc.index_in(cells, value_set=among), -1).to_numpy(zero_copy_only=False).astype(np.int64)
    )
    return found


def _occurrence(codes: Ints) -> Ints:
    """How often each code came before, shape (n,)."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    inside = np.arange(len(codes)) - np.repeat(starts, np.diff(np.append(starts, len(codes))))
    found = np.empty(len(codes), dtype=np.int64)
    found[order] = inside
    return found


def together(parts: Sequence[Mapping[str, pa.Array]]) -> pa.Table:
    """Observations of several types as one table, by SCHEMA: a column that none of them has is left out, as millions of empty
    cells would fill the memory."""
    names = [f for f in SCHEMA if any(f.name in part for part in parts)]
    return pa.concat_tables(
        [
            pa.table(
                {f.name: part.get(f.name, pa.nulls(len(part["row"]), f.type)) for f in names},
                schema=pa.schema(names),
            )
            for part in parts
        ]
    )


def _value(types: Collection[str]) -> str:
    """SQL of the value of these types as JSON, with the field names of each."""
    cases = [
        f"WHEN '{type_}' THEN to_json({{{', '.join(f'{n}: {n}' for n in sorted(names))}}})::VARCHAR"
        for type_, names in _VALUES.items()
        if type_ in types
    ]
    flow = (
        ""
        if "flow" not in types
        else (
            "WHEN 'flow' THEN '{\"destination\": ' || coalesce(destination_json, 'null') || ', \"mode\": \"' || mode || "
            "'\", \"origin\": ' || coalesce(origin_json, 'null') || ', \"via\": null}'"
        )
    )
    return f"CASE type {' '.join(cases)} {flow} END"
