"""Makes a read-model file from a store.

In: the path of a store, which edition. Out: one DuckDB file, whole or not at all: what is unfinished has another name.
The analyst's edition holds all that the store holds (it is redacted). The public one holds what `Gate.read` admits, as coarse
as its cell, and nothing else: statements of the press have neither text, title, outlet nor document there, and what is in the file
was written down by `Gate.publish` before. Its price indices are medians of whole cells (`report/open_index.py`); those of the analyst
hold constant what no cell tells and are drawn to other areas and quarters, and would be no sums of cells.
Left out: what is worked out beside the figures (`extras.py`); when a file is built anew (`files.py`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from vigie.lexicon.gazetteer import gazetteer
from vigie.model.errors import StoreError
from vigie.readmodel.extras import Extras, analyst_extras, public_extras
from vigie.readmodel.incoming import public_rows
from vigie.readmodel.numbered import columns_of, insert, number_statements, write_texts
from vigie.readmodel.schema import TABLES, VERSION, inside
from vigie.report.facts import Fact
from vigie.report.public import public_gate
from vigie.settings import Settings
from vigie.store import Store
from vigie.store.database import BusyError, no_progress_bar
from vigie.store.turn import turn

MEMORY_MB = 600  # of the database while it builds; what is more goes to a folder beside the file
NEW_DAYS = 30  # before the last day of publication: what is "new"
Database = Any  # duckdb carries no types


def build(
    store_path: Path | str,
    out: Path,
    *,
    public: bool,
    today: date | None = None,
    settings: Settings | None = None,
) -> str:
    """Write the read model of a store to `out`, in one step; of which state of the store's file it is.

    Args:
        today: the day from which the public delay counts.
    Raises:
        StoreError: if the store cannot be read, or of the public edition not be written: what is shown is written down first.
    """
    path, day, chosen = Path(store_path), today or date.today(), settings or Settings()
    try:
        return _built(path, out, public, day, chosen)
    except duckdb.OutOfMemoryException:
        raise StoreError(
            f"the pages of {path} need more memory than the {chosen.store_memory_mb} MB that its database may take "
            f"(memory_mb = {4 * chosen.store_memory_mb} below [store] in vigie.toml beside the store)"
        ) from None


def _built(path: Path, out: Path, public: bool, day: date, chosen: Settings) -> str:
    if public:
        with turn(path, "w", chosen.store_wait):
            facts, extras = _public(path, day, chosen)
            state = state_of(path)
        _write(path, out, day, chosen, facts, extras)
        return state
    _assess(path, chosen)
    with turn(path, "r", chosen.store_wait):  # nobody writes between what is worked out and what is copied
        extras = _analyst(path, day, chosen)
        state = state_of(path)
        _write(path, out, day, chosen, None, extras)
    return state


def state_of(path: Path) -> str:
    """Changes when the store's file does."""
    stat = path.stat()
    return f"{stat.st_mtime_ns} {stat.st_size}"


def _write(
    path: Path, out: Path, day: date, chosen: Settings, facts: Sequence[Fact] | None, extras: Extras
) -> None:
    """The file. `facts`: those that the gate admitted, for the public edition; None for the analyst's, which copies the store."""
    public = facts is not None
    out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part, spill = (
        out.with_name(f"{out.name}.{os.getpid()}.part"),
        out.with_name(f"{out.name}.{os.getpid()}.spill"),
    )
    try:
        with _database(part, spill, chosen) as db:
            db.execute(TABLES)
            if facts is not None:
                _take_public(db, facts)
            else:
                _take_store(db, path, day)
            number_statements(db, public)
            if not public:
                _lead_on(db)
            _fill(db, extras)
            write_texts(db, public)
            _about(db, public, day, extras)
            db.execute("CHECKPOINT")
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(out)
    except duckdb.Error as error:
        # Its message may quote the values of a row.
        raise StoreError(
            f"the pages of {path} could not be made ({type(error).__name__}): free memory or disk, then run again"
        ) from None
    except OSError as error:
        raise StoreError(f"the pages of {path} could not be written ({error.strerror})") from None
    finally:
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}.wal").unlink(missing_ok=True)
        shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def _database(part: Path, spill: Path, settings: Settings) -> Iterator[Database]:
    part.unlink(missing_ok=True)
    connection = duckdb.connect(
        str(part),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{MEMORY_MB}MB",
            "threads": str(settings.store_threads),
            "temp_directory": str(spill),
        },
    )
    part.chmod(0o600)
    no_progress_bar(connection)  # `__main__` says on standard output what was made
    try:
        yield connection
    finally:
        connection.close()


def _assess(path: Path, settings: Settings) -> None:
    """Bring the schema up to date, and what was not judged yet: only then the store is opened for writing."""
    from vigie.assess import assess_if_due
    from vigie.store.assessment import due

    if not path.exists():
        raise StoreError(f"no store at {path} (make one with: vigie add PATH --store {path})")
    try:
        with Store.open(path, read_only=True, settings=settings) as store:
            if not due(store):
                return
    except BusyError:
        raise
    except StoreError:
        pass  # an older schema; anything else is said again below
    with Store.open(path, settings=settings) as store:
        assess_if_due(store)


def _analyst(path: Path, day: date, settings: Settings) -> Extras:
    with Store.open(path, read_only=True, settings=settings) as store:
        return analyst_extras(store, day)


def _public(path: Path, day: date, settings: Settings) -> tuple[list[Fact], Extras]:
    from vigie.assess import assess_if_due

    gate = public_gate(day, settings.public_sources)
    with Store.open(path, settings=settings) as store:
        assess_if_due(store)
        read = gate.read(store, every=False)
        gate.publish(store, read, "pages", "")
        return list(read.facts), public_extras(store, gate, read, day)


def _take_store(db: Database, path: Path, day: date) -> None:
    """Documents, and statements as `incoming`, of a store that stays locked for reading meanwhile."""
    today = f"DATE '{day.isoformat()}'"
    db.execute(f"ATTACH {_text(str(path))} AS store (READ_ONLY)")
    db.execute(
        f"""
        INSERT INTO documents
        SELECT row_number() OVER (ORDER BY d.published_end DESC NULLS LAST, d.doc_id), d.doc_id, d.title,
            CASE WHEN s.source_id IS NULL THEN d.outlet ELSE coalesce(nullif(s.name, ''), s.source_id) END,
            d.published, d.kind, d.grade, d.lang, d.source_id, d.original_id, 0, 0,
            {inside("month", "d.published_start", "d.published_end")}, {inside("quarter", "d.published_start", "d.published_end")},
            {inside("year", "d.published_start", "d.published_end")}, d.published_start, d.published_end,
            coalesce(d.published_start <= {today} AND d.published_end >
                (SELECT max(published_end) FROM store.documents WHERE published_end <= {today}) - {NEW_DAYS}, false)
        FROM store.documents d LEFT JOIN store.sources s ON s.source_id = d.source_id ORDER BY 1;
        INSERT INTO document_ids SELECT doc_id, number FROM documents ORDER BY doc_id;
        INSERT INTO texts SELECT n.number, d.text, (SELECT json_group_object(kind, removed)::VARCHAR FROM (
                SELECT kind, removed FROM store.redactions r WHERE r.doc_id = n.doc_id ORDER BY kind))
            FROM document_ids n JOIN store.documents d USING (doc_id) ORDER BY n.number;
        -- What is known of a document is put together once: every step below would carry its joins through a million whole rows.
        CREATE TEMP TABLE papers AS
        SELECT n.number AS doc, n.doc_id, n.outlet AS named, n.fresh, n.title, n.published, n.kind AS document_kind, n.grade, n.lang,
            n.source_id, n.published_end, coalesce(c.country, '') AS source_country, f.speaker, f.satire,
            row_number() OVER (ORDER BY n.published_end NULLS LAST, n.doc_id) AS rank
        FROM documents n LEFT JOIN store.sources c ON c.source_id = n.source_id
            LEFT JOIN (SELECT doc_id, any_value(speaker) AS speaker, coalesce(bool_or(satire), false) AS satire FROM store.facts GROUP BY doc_id) f
                ON f.doc_id = n.doc_id;
        CREATE TEMP VIEW incoming AS
        SELECT p.*, o.* EXCLUDE (doc_id), o.id AS address, e.sentence, e.quote_start, e.quote_end, r.state AS review,
            o.assertion = 'affirmed' AND NOT p.satire AS affirmed, CASE WHEN p.satire THEN 'satire' ELSE o.assertion END AS stated,
            true AS quotable
        FROM store.observations o JOIN papers p ON p.doc_id = o.doc_id
            LEFT JOIN store.evidence e ON e.observation_id = o.id AND e.doc_id = o.doc_id
            LEFT JOIN store.review_states r ON r.observation_id = o.id AND r.doc_id = o.doc_id
        """
    )


def _lead_on(db: Database) -> None:
    """The address of what the extractor read leads to what a decision put in its place: of several facts the first in the text."""
    db.execute(
        "INSERT INTO addresses SELECT d.observation_id, min(r.ord) FROM store.review_states s "
        "JOIN store.review_decisions d ON d.decision_id = s.decision_id "
        "JOIN raw r ON r.address = s.observation_id AND r.doc_id = s.doc_id "
        "WHERE d.observation_id NOT IN (SELECT address FROM addresses) GROUP BY d.observation_id ORDER BY ALL"
    )


def _take_public(db: Database, facts: Sequence[Fact]) -> None:
    """Statements of public cells as `incoming`, and the documents of those that may be quoted."""
    db.register("admitted", public_rows(facts))
    db.execute("CREATE TEMP VIEW incoming AS SELECT * FROM admitted")
    db.execute(
        f"""
        INSERT INTO documents
        SELECT row_number() OVER (ORDER BY published_end DESC NULLS LAST, doc_id), *
        FROM (SELECT DISTINCT ON (doc_id) doc_id, title, named, published, document_kind, grade, lang, source_id, NULL, 0, 0,
            {inside("month", "published_end", "published_end")}, {inside("quarter", "published_end", "published_end")},
            {inside("year", "published_end", "published_end")}, published_end AS published_start, published_end, false
            FROM incoming WHERE quotable ORDER BY doc_id) ORDER BY 1;
        INSERT INTO document_ids SELECT doc_id, number FROM documents ORDER BY doc_id;
        """
    )


def _fill(db: Database, extras: Extras) -> None:
    """What is worked out beside the figures."""
    codes = {
        name: number
        for number, name in db.execute("SELECT number, name FROM names WHERE family = 'area'").fetchall()
    }
    reached = []
    for source, area in extras.areas.items():
        for code in _reached(area):
            if code not in codes:
                codes[code] = max(codes.values(), default=0) + 1
                insert(db, "names", [("area", codes[code], code)])
            reached.append((source, codes[code]))
    db.register("made", columns_of(("source_id", "area"), reached, (pa.string(), pa.int32())))
    db.execute(
        """
        INSERT INTO collected
        SELECT area, month, quarter, year, ascii(grade) - 65, lang, count(DISTINCT number) FROM (
            SELECT 0 AS area, * FROM documents
            UNION ALL SELECT m.area, d.* FROM documents d JOIN made m USING (source_id)
            UNION ALL SELECT t.area, d.* FROM documents d JOIN (
                SELECT DISTINCT doc, unnest([place, department, region, country]) AS area FROM told) t ON t.doc = d.number
            WHERE t.area > 0
        ) WHERE month IS NOT NULL OR year IS NOT NULL GROUP BY ALL ORDER BY ALL;
        INSERT INTO source_months
        SELECT coalesce(nullif(source_id, ''), outlet), month, quarter, year, grade, lang, count(*), min(published_start), max(published_end)
        FROM documents GROUP BY ALL ORDER BY ALL;
        """
    )
    db.unregister("made")
    for table, rows in extras.tables.items():
        insert(db, table, rows)
    for table, columns in extras.columns.items():
        db.register("columns_made", columns)
        db.execute(f"INSERT INTO {table} BY NAME SELECT * FROM columns_made")
        db.unregister("columns_made")
    if extras.alert_facts:
        made = columns_of(("alert_id", "doc_id", "address"), extras.alert_facts, (pa.string(),) * 3)
        db.register("made", made)
        db.execute(
            "INSERT INTO alert_facts SELECT m.alert_id, r.ord FROM made m JOIN raw r ON r.address = m.address AND r.doc_id = m.doc_id "
            "ORDER BY ALL"
        )
        db.unregister("made")


def _reached(area: str) -> list[str]:
    """The area of a source, what holds it and, of a region, its departments: where its silence says something."""
    entry = gazetteer().by_code(area)
    if entry is None:
        return [area]
    below = (
        [e.code for e in gazetteer().places("department") if e.region == entry.code]
        if entry.level == "region"
        else []
    )
    above = [entry.code, entry.department, entry.region, entry.country]
    return list(dict.fromkeys(code for code in (*above, *below) if code))


def _about(db: Database, public: bool, day: date, extras: Extras) -> None:
    digest = hashlib.sha256(f"{VERSION} {public} {extras.stamp}".encode())
    counts = db.execute(
        "SELECT count(*), count(*) FILTER (counted), sum(hash(place, year, key, substance, counted, grade)::HUGEINT)::VARCHAR, "
        "sum(hash(coalesce(value, 0))::HUGEINT)::VARCHAR, min(month) FILTER (counted), max(month) FILTER (counted), "
        "min(year) FILTER (counted), max(year) FILTER (counted) FROM told"
    ).fetchall()[0]
    digest.update(repr(counts).encode())
    for row in db.execute("SELECT alert_id, lang, record FROM alerts ORDER BY ALL").fetchall():
        digest.update(repr(row).encode())
    for row in db.execute("SELECT * FROM versions ORDER BY ALL").fetchall():
        digest.update(repr(row).encode())
    # Texts too: one that expired, or a fact that a reviewer corrected, changes no count.
    for row in db.execute(
        "SELECT count(*), sum(hash(ord, record)::HUGEINT)::VARCHAR FROM evidence UNION ALL "
        "SELECT count(text), sum(hash(number, text, redactions)::HUGEINT)::VARCHAR FROM texts"
    ).fetchall():
        digest.update(repr(row).encode())
    if not public:
        digest.update(
            repr(
                db.execute("SELECT count(*), sum(hash(doc_id, title)::HUGEINT) FROM documents").fetchall()
            ).encode()
        )
        kept = "SELECT count(*), sum(hash(measure, substance, place, source, period, figure, n)::HUGEINT) FROM triangle_rows"
        digest.update(repr(db.execute(kept).fetchall()).encode())
    values = {
        "version": str(VERSION),
        "public": "yes" if public else "no",
        "built_on": day.isoformat(),
        "stamp": digest.hexdigest()[:16],
        "first": extras.first.isoformat() if extras.first else "",
        "last": extras.last.isoformat() if extras.last else "",
        "aside": str(counts[0] - counts[1]),
        "left_out": extras.left_out,
    }
    insert(db, "about", list(values.items()))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
