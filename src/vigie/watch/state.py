"""What the watch remembers between two rounds: a small database beside the store.

In: feeds asked, documents announced, what became of each. Out: what is due, what is new. Every change is on the disk before the next step,
so that a kill at any moment loses no document and stores none twice:

    queued → storing (with the ids that the store will hold) → done, or refused with a reason

Every source has a verdict of its own: what one refuses is another's document. A document that one source has stored is stored by no other.
Addresses stand here as salted hashes. The address itself is kept only while a document waits, and only if the redactor finds nothing in it
and it has no query: else the feed is asked again for it. No title, no text.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vigie.model.errors import StoreError
from vigie.sqlite_file import refusal, transaction

State = Literal["queued", "storing", "done", "refused"]
_VERSION = 2
_WAIT = 30.0  # seconds for another process to end its transaction
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE feeds (
    source TEXT NOT NULL, feed TEXT NOT NULL, first REAL NOT NULL DEFAULT 0, asked REAL NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0,
    whole REAL NOT NULL DEFAULT 0, etag TEXT NOT NULL DEFAULT '', modified TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '', since REAL NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, feed)
);
CREATE TABLE hosts (host TEXT PRIMARY KEY, until REAL NOT NULL);
"""
_ITEMS = """
CREATE TABLE items (
    item TEXT NOT NULL, source TEXT NOT NULL, feed TEXT NOT NULL, state TEXT NOT NULL, url TEXT,
    day TEXT NOT NULL, published TEXT NOT NULL DEFAULT '', after REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
    documents TEXT NOT NULL DEFAULT '[]', reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (item, source)
);
CREATE INDEX items_of ON items (source, feed, state);
"""
# Version 1 had one verdict for all sources.
_FROM_1 = f"""
DROP INDEX items_of; ALTER TABLE items RENAME TO items_1; {_ITEMS}
INSERT INTO items SELECT item, source, feed, state, url, day, published, after, attempts, documents, reason FROM items_1 ORDER BY rowid;
DROP TABLE items_1;
"""
_REFUSE = "UPDATE items SET state = 'refused', url = NULL, documents = '[]', reason = ? WHERE item = ? AND source = ?"
_STORED = "(state = 'done' OR reason = 'same')"  # the store holds it, or did


def watch_folder(store: Path | str) -> Path:
    """`vigie.duckdb.watch` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(store).resolve()
    return target.with_name(f"{target.name}.watch")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is known of a feed. Times in seconds since 1970, 0 for never.

    Attributes:
        first, asked, due: when it was first asked, last asked, when it is to be asked again.
        whole: when it was last read without validators.
        reason: why it gives nothing, "" if it does; `since` when, `failures` times in a row.
    """

    first: float = 0.0
    asked: float = 0.0
    due: float = 0.0
    whole: float = 0.0
    etag: str = ""
    modified: str = ""
    reason: str = ""
    since: float = 0.0
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One announced document. `url` is None where it may not be kept; `day` is that of publication, or of the first sight."""

    item: str
    source: str
    feed: str
    url: str | None
    day: str
    published: str = ""
    attempts: int = 0
    documents: tuple[str, ...] = ()


class _Database(sqlite3.Connection):
    """Says what went wrong with its file as StoreError: busy and a full disk are no damage."""

    file: Path

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            raise _refused(self.file, error) from None

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        try:
            return super().executemany(sql, parameters)
        except sqlite3.Error as error:
            raise _refused(self.file, error) from None


def _refused(file: Path, error: Exception) -> StoreError:
    repair = "delete its folder: documents are asked again, none is stored twice"
    return refusal(file, "the memory of the watch", repair, error)


class WatchState:
    """The file. One process at a time watches with it (`locked`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        file = folder / "state.sqlite"
        fresh = not file.exists()
        try:
            if fresh:
                os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(file, isolation_level=None, timeout=_WAIT, factory=_Database)
            self._db.file = file
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._db.executescript(f"BEGIN; {_TABLES} {_ITEMS} PRAGMA user_version = {_VERSION}; COMMIT;")
            elif version == 1:
                self._db.executescript(
                    f"BEGIN IMMEDIATE; {_FROM_1} PRAGMA user_version = {_VERSION}; COMMIT;"
                )
            elif version > _VERSION:
                raise StoreError(f"{file} is of a newer Vigie (pip install -U vigie)")
        except (OSError, sqlite3.Error) as error:
            raise _refused(file, error) from None
        self._salt = self._made_salt()

    @classmethod
    def existing(cls, store: Path) -> WatchState | None:
        """The state beside a store, None where nothing was ever watched."""
        folder = watch_folder(store)
        return cls(folder) if (folder / "state.sqlite").exists() else None

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> WatchState:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold it. Raises StoreError while another process watches."""
        with (self.folder / "lock").open("a") as file:
            (self.folder / "lock").chmod(0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StoreError(
                    "another vigie watch runs for this store (stop it, or let it work)"
                ) from None
            yield

    def key(self, text: str) -> str:
        """A hash that says nothing without this file."""
        return hashlib.blake2b(
            text.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=16
        ).hexdigest()

    def _made_salt(self) -> bytes:
        self._db.execute("INSERT OR IGNORE INTO meta VALUES ('salt', ?)", [secrets.token_hex(32)])
        (salt,) = self._db.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()
        return bytes.fromhex(salt)

    @contextmanager
    def _all(self) -> Iterator[None]:
        with transaction(self._db):
            yield

    # Feeds

    def feed(self, source: str, feed: str) -> FeedState:
        """`feed` is the key of its address."""
        row = self._db.execute(
            "SELECT first, asked, due, whole, etag, modified, reason, since, failures FROM feeds WHERE source = ? AND feed = ?",
            [source, feed],
        ).fetchone()
        names = ("first", "asked", "due", "whole", "etag", "modified", "reason", "since", "failures")
        return FeedState(**dict(zip(names, row, strict=True))) if row else FeedState()

    def keep_feed(self, source: str, feed: str, state: FeedState) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO feeds (source, feed, first, asked, due, whole, etag, modified, reason, since, failures) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                source, feed, state.first or state.asked, state.asked, state.due, state.whole, state.etag, state.modified,
                state.reason, state.since, state.failures,
            ],
        )  # fmt: skip

    # Documents

    def known(self, source: str, keys: Sequence[str]) -> set[str]:
        """Those that this source announced before, whatever became of them (but for "lost"), and those that any source has stored."""
        return self._among(keys, f"((source = ? AND reason <> 'lost') OR {_STORED})", source)

    def elsewhere(self, source: str, item: str) -> str:
        """What another source has done with this document: "done", "storing" (nobody knows yet), or ""."""
        if self._among([item], f"source <> ? AND {_STORED}", source):
            return "done"
        return "storing" if self._among([item], "source <> ? AND state = 'storing'", source) else ""

    def _among(self, keys: Sequence[str], where: str, source: str) -> set[str]:
        found: set[str] = set()
        for at in range(0, len(keys), 500):
            part = list(keys[at : at + 500])
            marks = ", ".join("?" * len(part))
            sql = f"SELECT item FROM items WHERE item IN ({marks}) AND {where}"
            found |= {r[0] for r in self._db.execute(sql, [*part, source])}
        return found

    def queue(self, items: Sequence[Item], refused: Mapping[str, str] | None = None) -> None:
        """Announced now; those that are known stay as they are, one that was lost waits again.

        Of the refused ones (key -> reason) no address is kept.
        """
        left = refused or {}
        with self._all():
            self._db.executemany(
                "INSERT INTO items (item, source, feed, state, url, day, published, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (item, source) DO UPDATE SET state = excluded.state, url = excluded.url, feed = excluded.feed, "
                "reason = excluded.reason WHERE items.reason = 'lost'",
                [
                    (
                        i.item, i.source, i.feed, "refused" if i.item in left else "queued",
                        None if i.item in left else i.url, i.day, i.published, left.get(i.item, ""),
                    )
                    for i in items
                ],
            )  # fmt: skip

    def lose(self, source: str, feed: str, listed: Collection[str]) -> int:
        """Give up what waits without an address and is listed no longer: nothing tells where it stands. How many."""
        sql = "SELECT item FROM items WHERE source = ? AND feed = ? AND state = 'queued' AND url IS NULL"
        lost = [i for (i,) in self._db.execute(sql, [source, feed]) if i not in listed]
        with self._all():
            self._db.executemany(_REFUSE, [("lost", i, source) for i in lost])
        return len(lost)

    def queued(self, source: str, now: float, *, most: int) -> list[Item]:
        """What waits and may be tried now, in the order of announcement."""
        rows = self._db.execute(
            "SELECT item, source, feed, url, day, published, attempts, documents FROM items "
            "WHERE source = ? AND state = 'queued' AND after <= ? ORDER BY rowid LIMIT ?",
            [source, now, most],
        )
        return [_item(row) for row in rows]

    def waiting(self, source: str, feed: str) -> int:
        """Queued documents of a feed whose address is not kept: it has to be asked whole."""
        sql = "SELECT count(*) FROM items WHERE source = ? AND feed = ? AND state = 'queued' AND url IS NULL"
        return int(self._db.execute(sql, [source, feed]).fetchone()[0])

    def storing(self, item: Item, documents: Sequence[str]) -> None:
        """About to be stored under these ids."""
        self._db.execute(
            "UPDATE items SET state = 'storing', documents = ? WHERE item = ? AND source = ?",
            [json.dumps(list(documents)), item.item, item.source],
        )

    def unsettled(self) -> list[Item]:
        """Documents of which nobody knows whether the store holds them."""
        rows = self._db.execute(
            "SELECT item, source, feed, url, day, published, attempts, documents FROM items WHERE state = 'storing'"
        )
        return [_item(row) for row in rows]

    def settle(self, done: Sequence[Item], again: Sequence[Item] = ()) -> None:
        """The store holds these (or will never); those are tried again."""
        with self._all():
            self._db.executemany(
                "UPDATE items SET state = 'done', url = NULL, documents = '[]', reason = '' WHERE item = ? AND source = ?",
                [(i.item, i.source) for i in done],
            )
            self._db.executemany(
                "UPDATE items SET state = 'queued', documents = '[]' WHERE item = ? AND source = ?",
                [(i.item, i.source) for i in again],
            )

    def refuse(self, item: Item, reason: str) -> None:
        """It is no document, and never tried again."""
        self._db.execute(_REFUSE, [reason, item.item, item.source])

    def postpone(self, item: Item, after: float, reason: str) -> None:
        """It failed and is tried again from `after` on."""
        self._db.execute(
            "UPDATE items SET attempts = attempts + 1, after = ?, reason = ? WHERE item = ? AND source = ?",
            [after, reason, item.item, item.source],
        )

    # Hosts, counts, erasure

    def holds(self) -> dict[str, float]:
        """Keys of hosts that may not be asked yet."""
        return {str(h): float(u) for h, u in self._db.execute("SELECT host, until FROM hosts")}

    def keep_holds(self, holds: dict[str, float]) -> None:
        with self._all():
            self._db.execute("DELETE FROM hosts")
            self._db.executemany("INSERT INTO hosts VALUES (?, ?)", list(holds.items()))

    def days(self, source: str) -> list[str]:
        """ISO days of the source's documents, one an announced document that was stored."""
        sql = "SELECT day FROM items WHERE source = ? AND state = 'done' ORDER BY day"
        return [str(d) for (d,) in self._db.execute(sql, [source])]

    def first_asked(self, source: str) -> float:
        """Seconds since 1970 at which a feed of the source was first asked; 0 for never."""
        row = self._db.execute(
            "SELECT min(nullif(first, 0)) FROM feeds WHERE source = ?", [source]
        ).fetchone()
        return float(row[0] or 0.0)

    def counts(self, source: str) -> dict[str, int]:
        """Documents by state."""
        sql = "SELECT state, count(*) FROM items WHERE source = ? GROUP BY state"
        return {str(s): int(n) for s, n in self._db.execute(sql, [source])}

    def refusals(self, source: str) -> dict[str, int]:
        """Documents that were refused, by reason."""
        sql = "SELECT reason, count(*) FROM items WHERE source = ? AND state = 'refused' GROUP BY reason ORDER BY 1"
        return {str(r): int(n) for r, n in self._db.execute(sql, [source])}

    def forget_addresses(self, source: str) -> int:
        """Drop the addresses that wait of a source, because it is purged; how many."""
        with self._all():
            done = self._db.execute(
                "UPDATE items SET state = 'refused', url = NULL, documents = '[]', reason = 'purged' "
                "WHERE source = ? AND state IN ('queued', 'storing')",
                [source],
            )
        return int(done.rowcount)


def _item(row: Sequence[str | float | None]) -> Item:
    item, source, feed, url, day, published, attempts, documents = row
    return Item(
        item=str(item), source=str(source), feed=str(feed), url=None if url is None else str(url), day=str(day),
        published=str(published), attempts=int(attempts or 0), documents=tuple(json.loads(str(documents))),
    )  # fmt: skip
