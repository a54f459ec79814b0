"""The store's one object: writes batches, reads them back.

In: clean documents with their observations. Out: Arrow tables and frozen records. Each batch is one
transaction, so that a run killed half-way loses at most the batch it was writing, and the next run completes
it. Left out: raw text, and anything the redactor removed.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from vigie import place
from vigie.model.document import CleanDocument
from vigie.model.errors import StoreError
from vigie.model.observation import Observation
from vigie.settings import Settings
from vigie.store import reviews, rewrite, rows, turn, weekly
from vigie.store.beside import forget_copies, is_snapshot
from vigie.store.database import BusyError, Connection, check, connect, utc_now
from vigie.store.records import document_record, observation_record
from vigie.store.rows import Entry
from vigie.store.runs import Counts, Run, Versions
from vigie.store.schema import check_version, load_migrations, migrate, schema_version
from vigie.store.tombstones import Tombstones
from vigie.store.weekly_rows import pending_rows

if TYPE_CHECKING:
    from vigie.store.postgres.session import Session

TABLES = (
    *("sources", "documents", "observations", "evidence", "redactions", "runs", "erasures"),
    *("public_cells", "public_facts", "public_outputs", "alert_releases", "alert_facts", "public_alerts"),
    *("public_versions", "contests", "contest_answers", "corrections"),
    *("analyst_alerts", "analyst_signals", "analyst_evidence", "analyst_decisions"),
    *reviews.TABLES,
)
_TRIES = 20  # that a copy is brought up for one who reads
_PAGE = 200  # documents fetched at a time when all are walked
_on_servers: weakref.WeakSet[Store] = weakref.WeakSet()


class Store:
    """One open DuckDB file. Use as a context manager; one process at a time may write, in turns (`vigie.store.turn`).

    Attributes:
        stands_for: the path whose surroundings (pages, snapshot, deliveries) belong to it: its own, but for a copy that will be put there.
    """

    def __init__(
        self, connection: Connection, path: Path, settings: Settings, *, read_only: bool, held: turn.Held | None = None,
        wait: float = 0.0, stands_for: Path | None = None, session: Session | None = None,
    ) -> None:  # fmt: skip
        self._db = connection
        self.path = path
        self.settings = settings
        self.read_only = read_only
        self.stands_for = stands_for or path
        self._held, self._wait = held, wait
        self._runs = turn.Runs(self.stands_for)
        self._session, self._open = session, True
        self._sessions = [] if session is None else [session]  # emptied by who ends it
        if session is not None:
            _on_servers.add(self)
        self._let_go = weakref.finalize(self, _let_go, self._runs, held, self._sessions)

    @classmethod
    def open(
        cls, path: Path | str, *, read_only: bool = False, settings: Settings | None = None, wait: float | None = None,
        stands_for: Path | None = None,
    ) -> Store:  # fmt: skip
        """Open the file, made and migrated as needed.

        Args:
            path: or the address of a server, `postgresql://…` (docs/team.md), of which a working copy is opened.
            wait: seconds to wait for a turn while other processes have it open; None for what the settings say.
            stands_for: see the class.
        Raises:
            StoreError: with the repair.
        """
        where, chosen = place.of(path), settings or Settings()
        patience = chosen.store_wait if wait is None else wait
        server = place.server_of(where) is not None
        if server and read_only:
            brought_up(where, chosen, patience)
        check(where, read_only=read_only)
        session = _session(where, chosen, patience) if server and not read_only else None
        held: turn.Held | None = None
        try:
            held = None if is_snapshot(where) else _turn(where, chosen, patience, read_only=read_only)
            if session is not None:
                session.begin()
            connection = _connected(where, chosen, read_only=read_only, wait=patience)
            try:
                steps = load_migrations()
                if not read_only:
                    migrate(connection, steps)
                    rewrite.sweep(where)
                    weekly.fill_if_due(connection)
                    _mark_interrupted(connection, stands_for or where)
                elif check_version(connection, steps) < len(steps):
                    raise StoreError(
                        f"{where} has an older schema (bring it up to date: vigie add --reextract --store {where})"
                    )
                opened = cls(
                    connection, where, chosen, read_only=read_only, held=held, wait=patience, stands_for=stands_for,
                    session=session,
                )  # fmt: skip
                if not read_only and rewrite.pending(connection, rewrite.ASKED):
                    opened.rewrite()  # an erasure that was asked for was stopped before its bytes were gone
            except BaseException:
                connection.close()
                raise
        except BaseException:
            if held is not None:
                held.drop()
            if session is not None:
                session.drop(kept=False)
            raise
        return opened

    def close(self) -> None:
        """Raises StoreError if what was written could not be sent to the server of this store: it is then lost."""
        if not self._open:
            return
        self._open, kept = False, False
        try:
            if self._session is not None:
                self._session.send(self._db)
            kept = True
        finally:
            self._db.close()
            self._drop_session(kept=kept)
            self._let_go()

    def settle(self) -> None:
        """What is written counts as kept from here on: of a store on a server it is there. Before anybody is told, or what it was made of goes.

        Within a transaction, what was committed before. Raises StoreError; what was written since the last time is then lost.
        """
        if self._session is not None:
            self._session.send(self._db)

    def breathe(self) -> bool:
        """Between two batches: let those in who wait, and wait for the next turn; whether anybody was let in.

        What a caller remembers of the store may be true no more afterwards, and temporary tables are gone. Not within a transaction.

        Raises:
            StoreError: if the next turn does not come; the store is then closed.
        """
        if self._session is not None and self._session.due:
            self.settle()
        if not self.awaited or self._held is None:
            return False
        began = time.monotonic()
        self.settle()
        self._db.close()
        cost = time.monotonic() - began
        try:
            if self._session is not None:
                self._session.let_in(self._held, self._wait)
            else:
                self._held.again(self._wait)
            began = time.monotonic()
            self._db = _connected(
                self.path, self.settings, read_only=False, wait=max(self._wait, turn.AFTER_BREATH)
            )
        except BaseException:
            self._give_up()
            raise
        if (found := schema_version(self._db)) != len(load_migrations()):
            raise StoreError(
                f"{self.path} has schema {found} now: another version of Vigie wrote it meanwhile (run again with that version)"
            )
        if rewrite.pending(self._db, rewrite.ASKED):
            self.rewrite()  # somebody's erasure was stopped before its bytes were gone
        self._held.began(cost + time.monotonic() - began)
        return True

    def _give_up(self) -> None:
        """There is no connection any more, and nothing to send."""
        self._open = False
        self._drop_session(kept=False)
        self._let_go()

    def _drop_session(self, *, kept: bool) -> None:
        self._session = None
        if self._sessions:
            self._sessions.pop().drop(kept=kept)

    @property
    def awaited(self) -> bool:
        """Whether `breathe` would let somebody in."""
        if self.read_only or self._held is None:
            return False
        return self._held.awaited() or (
            self._session is not None and self._held.alone() and self._session.awaited()
        )

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Writing

    def start_run(self, command: str, versions: Versions) -> int:
        """Record that a run began; its number."""
        number = int(self.column("SELECT coalesce(max(run_id), 0) + 1 FROM runs")[0])
        self._db.execute(
            "INSERT INTO runs (run_id, command, status, started, code_version, lexicon_version, "
            "redactor_version) VALUES (?, ?, 'running', ?, ?, ?, ?)",
            [number, command, utc_now(), versions.code, versions.lexicon, versions.redactor],
        )
        self._runs.begin(number)
        if self._session is not None:
            self._session.begin_run(number)
        return number

    def finish_run(self, run_id: int, counts: Counts) -> None:
        """Record that the run did all it had to."""
        weekly.fold(self._db)
        self._db.execute(
            "UPDATE runs SET status = 'done', finished = ?, documents_read = ?, documents_new = ?, "
            "documents_unchanged = ?, documents_refused = ?, documents_kept_out = ?, observations_written = ? "
            "WHERE run_id = ?",
            [
                utc_now(),
                counts.read,
                counts.new,
                counts.unchanged,
                counts.refused,
                counts.kept_out,
                counts.observations,
                run_id,
            ],
        )
        self.settle()
        self._runs.end(run_id)
        if self._session is not None:
            self._session.end_run(run_id)

    def known(self, doc_ids: Collection[str]) -> set[str]:
        """Those of the ids that are stored."""
        return set(
            self.column("SELECT doc_id FROM documents WHERE doc_id IN (SELECT unnest(?))", [list(doc_ids)])
        )

    def known_paths(self, paths: Collection[str]) -> set[str]:
        """Those of the paths under which a document is stored."""
        return set(
            self.column("SELECT DISTINCT path FROM documents WHERE path IN (SELECT unnest(?))", [list(paths)])
        )

    def write(self, run_id: int, entries: Sequence[Entry], *, today: date | None = None) -> int:
        """Store new documents in one transaction; how many observations were written.

        Raises StoreError if a document is already stored: what is stored is replaced by `replace` only.
        """
        day, keep = today or utc_now().date(), self.settings.months_for
        cards = {e.source.id: e.source for e in entries if e.source is not None}
        with _Transaction(self._db):
            self.insert("sources", [rows.source_row(c) for c in cards.values()], verb="INSERT OR REPLACE")
            cards_say = [e.source.retention_months if e.source else None for e in entries]
            months = [keep(rows.source_id(e), card) for e, card in zip(entries, cards_say, strict=True)]
            documents = [rows.document_row(e, run_id, day, m) for e, m in zip(entries, months, strict=True)]
            self.insert("documents", documents)
            counts = [
                r for e in entries for r in rows.redaction_rows(e.document.doc_id, e.document.redactions)
            ]
            self.insert("redactions", counts)
            self.insert("contact_marks", [r for e in entries for r in rows.mark_rows(e.document)])
            written = self._insert_observations(entries, documents)
            if decided := reviews.decided(self._db, [str(d["doc_id"]) for d in documents]):
                with weekly.changing(self._db, decided, copies=False):
                    reviews.apply(self, decided)
            return written

    def replace(self, run_id: int, entries: Sequence[Entry]) -> int:
        """Replace the observations of stored documents in one transaction; how many were written."""
        ids = [e.document.doc_id for e in entries]
        with _Transaction(self._db), weekly.changing(self._db, ids, copies=False):
            for table in ("observations", "evidence"):
                self._db.execute(f"DELETE FROM {table} WHERE doc_id IN (SELECT unnest(?))", [ids])
            reviews.drop_applied(self._db, ids)
            written = self._insert_observations(entries)
            reviews.apply(self, ids)
            self._db.execute(
                "UPDATE documents SET extracted_run = ? WHERE doc_id IN (SELECT unnest(?))", [run_id, ids]
            )
            return written

    def write_marks(self, documents: Sequence[CleanDocument]) -> None:
        """Marks of documents that were stored without them, or with those of another key. Expired documents stay without."""
        chosen = [(d.doc_id, key) for d in documents for key in {mark.key_id for mark in d.marks}]
        wanting = (
            "SELECT doc_id FROM documents WHERE text IS NOT NULL AND doc_id IN (SELECT unnest(?)) AND NOT EXISTS "
            "(FROM contact_marks m WHERE m.doc_id = documents.doc_id AND m.key_id IN (SELECT unnest(?)))"
        )
        ids = self.column(wanting, [[d for d, _ in chosen], sorted({key for _, key in chosen})])
        if ids:
            with _Transaction(self._db):
                self._db.execute("DELETE FROM contact_marks WHERE doc_id IN (SELECT unnest(?))", [ids])
                found = [r for d in documents if d.doc_id in ids for r in rows.mark_rows(d)]
                self.insert("contact_marks", found)

    def forget_marks(self, marks: Collection[str]) -> int:
        """Delete these marks wherever they stand; how many rows. Their bytes leave the file when it is written anew."""
        (count,) = self.column(
            "SELECT count(*) FROM contact_marks WHERE mark IN (SELECT unnest(?))", [list(marks)]
        )
        self._db.execute("DELETE FROM contact_marks WHERE mark IN (SELECT unnest(?))", [list(marks)])
        return int(count)

    def drop_marks(self) -> int:
        """Delete every mark of a contact, and write the file anew without their bytes; how many."""
        (count,) = self.column("SELECT count(*) FROM contact_marks")
        if count:
            with self.transaction():
                rewrite.record(self._db, self._last_run(), "contacts")
                self._db.execute("DELETE FROM contact_marks")
            self.rewrite()
        return int(count)

    def expire(self, today: date | None = None) -> int:
        """Drop the full texts whose time is over, with their contact marks and prints; how many. Titles, facts, sentences stay."""
        day = today or utc_now().date()
        (count,) = self.column(
            "SELECT count(*) FROM documents WHERE text IS NOT NULL AND expires_on <= ?", [day]
        )
        if count:
            forget_copies(self.stands_for)
            with self.transaction():
                rewrite.record(self._db, self._last_run(), "retention", documents=int(count))
                self._db.execute(
                    "UPDATE documents SET text = NULL WHERE text IS NOT NULL AND expires_on <= ?", [day]
                )
                for table in ("contact_marks", "prints"):
                    self._db.execute(
                        f"DELETE FROM {table} WHERE doc_id IN (SELECT doc_id FROM documents WHERE text IS NULL)"
                    )
            self._db.execute(
                "CHECKPOINT"
            )  # the log still holds them; so does the file, until `vigie maintain`
        return int(count)

    def _last_run(self) -> int:
        return int(self.column("SELECT coalesce(max(run_id), 0) FROM runs")[0])

    @property
    def connection(self) -> Connection:
        """For the modules of this package that change what is stored."""
        return self._db

    @property
    def tombstones(self) -> Tombstones:
        """What was purged and must not come back."""
        return Tombstones(self._db)

    def transaction(self) -> _Transaction:
        """All that is written within it is written, or nothing."""
        return _Transaction(self._db)

    def update_documents(self, doc_ids: Sequence[str], values: Sequence[rows.Row]) -> None:
        """Give stored documents new values of the columns named, their id included; one row of values an id."""
        if not values:
            return
        types = self.query("SELECT * FROM documents LIMIT 0").schema
        columns = list(values[0])
        table = pa.Table.from_pylist(list(values), schema=pa.schema([types.field(name) for name in columns]))
        self._db.register("incoming", table.append_column("old_id", pa.array(doc_ids, pa.string())))
        try:
            chosen = ", ".join(f"{name} = i.{name}" for name in columns)
            self._db.execute(
                f"UPDATE documents SET {chosen} FROM incoming i WHERE documents.doc_id = i.old_id"
            )
        finally:
            self._db.unregister("incoming")

    def rewrite(self) -> None:
        """Write the file anew without the bytes of what was erased. Raises StoreError; the store is then as it was."""
        forget_copies(self.stands_for)
        weekly.fold(self._db, everything=True)
        if self._session is not None:
            self._session.erase(self._db)  # first there: what says here that it is done is sent after
        rewrite.rewrite(self._db, self.path)
        self._db = connect(self.path, read_only=False, settings=self.settings)

    def rewrite_pending(self) -> bool:
        """Whether bytes of what was erased may still be in the file."""
        return rewrite.pending(self._db)

    def _insert_observations(self, entries: Sequence[Entry], documents: Sequence[rows.Row] = ()) -> int:
        """`documents`: their rows, where they are new and the overview has to count them."""
        kept = [(e.document, rows.unique(e.observations)) for e in entries]
        flat = [rows.observation_row(o) for _document, observations in kept for o in observations]
        self.insert("observations", flat)
        proofs = [r for document, observations in kept for r in rows.evidence_rows(document, observations)]
        self.insert("evidence", proofs)
        if documents:
            self.insert("overview_pending", pending_rows(documents, flat))
        return len(flat)

    def insert(self, table: str, values: Sequence[rows.Row], verb: str = "INSERT") -> None:
        """Rows of a table, by the names of its columns."""
        if not values:
            return
        types = self.query(
            f"SELECT * FROM {table} LIMIT 0"
        ).schema  # the schema file is the only list of columns
        self._db.register("incoming", pa.Table.from_pylist(values, schema=types))
        try:
            self._db.execute(f"{verb} INTO {table} BY NAME SELECT * FROM incoming")
        finally:
            self._db.unregister("incoming")

    # Reading

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """Any reading of the tables and of the view `facts` (docs/data-dictionary.md)."""
        return self._db.sql(sql, params=list(parameters)).to_arrow_table()

    def stream(self, sql: str, rows_at_a_time: int, parameters: Sequence[Any] = ()) -> pa.RecordBatchReader:
        """The same for results that may not fit in memory; read it whole before the next call."""
        return self._db.sql(sql, params=list(parameters)).to_arrow_reader(rows_at_a_time)

    def column(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """The first column."""
        return [row[0] for row in self._db.sql(sql, params=list(parameters)).fetchall()]

    def table(self, name: str) -> pa.Table:
        """A whole table, in a stable order."""
        return self.query(f"SELECT * FROM {_known_table(name)} ORDER BY ALL")

    def documents(self, *, text: bool = False) -> pa.Table:
        """Documents in order of publication; with `text`, their full text."""
        columns = "*" if text else "* EXCLUDE (text)"
        return self.query(f"SELECT {columns} FROM documents ORDER BY published_start NULLS LAST, doc_id")

    def observations(
        self,
        *,
        types: Collection[str] = (),
        substances: Collection[str] = (),
        area: str | None = None,
        since: date | None = None,
        until: date | None = None,
        assertions: Collection[str] = (),
        doc_id: str | None = None,
        documents: Collection[str] | None = None,
    ) -> pa.Table:
        """Observations with their sentence and their document's title, date, outlet and grade (view `facts`).

        Args:
            area: code of a place, or of the department, region or country that holds it.
            since, until: keep what speaks of a period that touches [since, until]; undated facts are then
            left out.
            documents: of these only; None for all.
        """
        where, values = ["true"], list[Any]()
        for column, chosen in (("type", types), ("substance", substances), ("assertion", assertions)):
            if chosen:
                where.append(f"{column} IN (SELECT unnest(?))")
                values.append(list(chosen))
        if documents is not None:
            where.append("doc_id IN (SELECT unnest(?))")
            values.append(list(documents))
        if area is not None:
            where.append("? IN (place_code, place_department, place_region, place_country)")
            values.append(area)
        for condition, bound in (
            ("when_end >= ?", since),
            ("when_start <= ?", until),
            ("doc_id = ?", doc_id),
        ):
            if bound is not None:
                where.append(condition)
                values.append(bound)
        order = "ORDER BY when_start NULLS LAST, doc_id, span_start, id"
        return self.query(f"SELECT * FROM facts WHERE {' AND '.join(where)} {order}", values)

    def records(self, doc_ids: Collection[str]) -> dict[str, list[Observation]]:
        """Observations of the documents as they were given, by document, in text order."""
        chosen = "SELECT * FROM observations WHERE doc_id IN (SELECT unnest(?))"
        order = "ORDER BY doc_id, span_start, span_end, id"
        found: dict[str, list[Observation]] = {doc_id: [] for doc_id in doc_ids}
        for row in self.query(f"{chosen} {order}", [list(doc_ids)]).to_pylist():
            found[row["doc_id"]].append(observation_record(row))
        return found

    def machine_records(self, doc_ids: Collection[str]) -> dict[str, list[Observation]]:
        """The same as the extractor read them, whatever reviewers decided since."""
        found: dict[str, list[Observation]] = {doc_id: [] for doc_id in doc_ids}
        facts, _ = reviews.machine(self._db, doc_ids)
        for row in sorted(facts, key=lambda r: (r["doc_id"], r["span_start"], r["span_end"], r["id"])):
            found[row["doc_id"]].append(reviews.record(row))
        return found

    def clean_documents(self) -> Iterator[CleanDocument]:
        """Stored documents whose text has not expired, by id; writing may go on between two of them."""
        last = ""
        while True:
            sql = "SELECT * FROM documents WHERE doc_id > ? AND text IS NOT NULL ORDER BY doc_id LIMIT ?"
            page = self.query(sql, [last, _PAGE]).to_pylist()
            if not page:
                return
            last = page[-1]["doc_id"]
            counts: dict[str, dict[str, int]] = {row["doc_id"]: {} for row in page}
            sql = "SELECT * FROM redactions WHERE doc_id IN (SELECT unnest(?)) ORDER BY ALL"
            for row in self.query(sql, [list(counts)]).to_pylist():
                counts[row["doc_id"]][row["kind"]] = row["removed"]
            for row in page:
                yield document_record(row, counts[row["doc_id"]])

    def runs(self) -> list[Run]:
        """All runs, in order."""
        return [
            Run(
                run_id=r["run_id"],
                command=r["command"],
                status=r["status"],
                started=r["started"],
                finished=r["finished"],
                versions=Versions(
                    code=r["code_version"], lexicon=r["lexicon_version"], redactor=r["redactor_version"]
                ),
                counts=Counts(
                    read=r["documents_read"],
                    new=r["documents_new"],
                    unchanged=r["documents_unchanged"],
                    refused=r["documents_refused"],
                    kept_out=r["documents_kept_out"],
                    observations=r["observations_written"],
                ),
            )
            for r in self.query("SELECT * FROM runs ORDER BY run_id").to_pylist()
        ]

    def schema_version(self) -> int:
        return schema_version(self._db)

    def sizes(self) -> dict[str, int]:
        """Rows of each table."""
        return {name: int(self.column(f"SELECT count(*) FROM {name}")[0]) for name in TABLES}


def brought_up(path: Path, settings: Settings, patience: float) -> None:
    """Before the file itself is read: of a store on a server, the copy at its present state. Raises StoreError."""
    if place.server_of(path) is not None:
        from vigie.store.postgres import bring_up

        bring_up(path, settings, patience)


@contextmanager
def reading_turn(path: Path, settings: Settings, patience: float) -> Iterator[None]:
    """A turn in which the store's file is read; of a store on a server, the copy at a state of the server."""
    held = _turn(path, settings, patience, read_only=True)
    try:
        yield
    finally:
        held.drop()


@contextmanager
def whole_turn(path: Path, settings: Settings) -> Iterator[None]:
    """A turn in which the store's file is replaced. Of a store on a server the new one is sent in the end, and what was there erased."""
    patience = settings.store_wait
    session = _session(path, settings, patience) if place.server_of(path) is not None else None
    kept = False
    try:
        with turn.turn(path, "w", patience):
            if session is not None:
                session.begin()
            yield
            if session is not None:
                connection = connect(path, read_only=False, settings=settings)
                try:
                    session.erase(connection)
                finally:
                    connection.close()
            kept = True
    finally:
        if session is not None:
            session.drop(kept=kept)


def settle_open() -> None:
    """`settle` every store on a server that this process has open, but where a run goes on, which is told of in its end."""
    for store in list(_on_servers):
        if store._session is not None and store._session.quiet:
            store.settle()


def _let_go(runs: turn.Runs, held: turn.Held | None, sessions: list[Session]) -> None:
    """The end of an open store: a run that did not end goes on no more, and the next one gets in."""
    runs.end_all()
    if held is not None:
        held.drop()
    while sessions:
        sessions.pop().drop(kept=False)  # of a store that nobody closed: what it did not send is lost


def _session(path: Path, settings: Settings, patience: float) -> Session | None:
    from vigie.store.postgres import Session  # late: most stores are files

    return Session.take(path, settings, patience)


def _turn(path: Path, settings: Settings, patience: float, *, read_only: bool) -> turn.Held:
    """A turn at the file; of a working copy that is only read, at one that holds nothing but what its server holds."""
    for _ in range(_TRIES):
        held = turn.take(path, "r" if read_only else "w", patience)
        if not read_only or place.server_of(path) is None:
            return held
        from vigie.store.postgres.session import in_doubt

        if not in_doubt(path):
            return held
        held.drop()  # who wrote it meanwhile was killed
        brought_up(path, settings, patience)
    raise BusyError(f"{path} is written by processes that are killed again and again (run again)")


def _connected(path: Path, settings: Settings, *, read_only: bool, wait: float) -> Connection:
    """The file open; while something that stands in no line (another program) has it open, tried again for `wait` seconds."""
    until = time.monotonic() + wait
    while True:
        try:
            return connect(path, read_only=read_only, settings=settings)
        except BusyError:
            if time.monotonic() >= until:
                raise
            time.sleep(turn.LAST_LOOK)


def _mark_interrupted(connection: Connection, path: Path) -> None:
    """Runs that say "running" and that no process goes on with were killed."""
    found = connection.execute("SELECT run_id FROM runs WHERE status = 'running'").fetchall()
    if killed := sorted({row[0] for row in found} - turn.live_runs(path)):
        connection.execute(
            "UPDATE runs SET status = 'interrupted' WHERE run_id IN (SELECT unnest(?))", [killed]
        )


def _known_table(name: str) -> str:
    if name not in TABLES:
        raise StoreError(f"no table {name} (tables: {', '.join(TABLES)})")
    return name


class _Transaction:
    """All or nothing."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def __enter__(self) -> None:
        self._db.execute("BEGIN")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._db.execute("COMMIT")
            return
        self._db.execute("ROLLBACK")
        if kind is not None and kind.__module__.endswith("duckdb"):
            # Its message may quote the values of a row.
            raise StoreError(
                f"the store refused a batch ({kind.__name__}); nothing of it was written"
            ) from None
