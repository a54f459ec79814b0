"""Tombstones: what was purged and must not come back, by `add`, by the restoring of a copy or by a merge.

In: documents as they are erased; later, documents that want in. Out: which of those hold purged content.
A tombstone is a salted id and a sketch (vigie.store.sketch), so that an edited or better redacted copy is known
too; it tells nothing of the content to who does not hold the content already. The lists leave the store as a file
of their own, to bring another store, or a restored copy, up to date. Left out: why something was purged.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, Literal, Protocol

import pyarrow as pa

from vigie.model.errors import StoreError
from vigie.store import sketch
from vigie.store.database import Connection, utc_now

_FORM, _VERSION = "vigie-tombstones", 1
_MARK = re.compile(r"[0-9a-f]{32}")
_FORMS = ("words", "joined", "digits")
_KINDS = ("email", "handle", "name", "phone")  # what redact.subject replaces an identifier by
_MOST_WORDS = 1000  # of one identifier: a damaged number must not make every text be read for ever
_ASKED = pa.schema([("doc_id", pa.string()), ("source", pa.string()), ("hash", pa.uint64())])


class Content(Protocol):
    """What is asked about: a CleanDocument has both."""

    @property
    def doc_id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def source_id(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Buried:
    """A document to keep out. `text`: its redacted text, or what is left of it (title and sentences)."""

    doc_id: str
    text: str
    source_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An identifier that is cleared from what comes later. `mark` is its keyed hash; see redact.subject.Mark."""

    mark: str
    form: Literal["words", "joined", "digits"]
    words: int
    kind: str


class Tombstones:
    """The lists of one store."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    @property
    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM tombstones").fetchall()[0][0])

    def salt(self) -> bytes:
        """The salt of this store, made when first needed."""
        for (salt,) in self._db.execute("SELECT salt FROM erasure_salts WHERE own").fetchall():
            return bytes(salt)
        salt = secrets.token_bytes(32)
        self._db.execute("INSERT INTO erasure_salts VALUES (?, ?, true)", [_salt_id(salt), salt])
        return salt

    def _salts(self) -> dict[str, bytes]:
        return {
            i: bytes(s) for i, s in self._db.execute("SELECT salt_id, salt FROM erasure_salts").fetchall()
        }

    def salted(self, doc_id: str) -> str:
        """The salted id of a document, as receipts show it."""
        return _salted(doc_id, self.salt())

    def bury(self, contents: Iterable[Content], *, everywhere: bool = True, today: date | None = None) -> int:
        """Keep these out from now on; how many. Within the caller's transaction, so that erasing and burying are one.

        Args:
            everywhere: also copies that another source carries; else only those of the same source, or of none.
        """
        salt, day = self.salt(), today or utc_now().date()
        rows = [
            (
                _salt_id(salt),
                _salted(c.doc_id, salt),
                _salted(c.source_id, salt) if c.source_id and not everywhere else None,
                sketch.sketch(c.text, salt),
                day,
                True,
            )
            for c in contents
        ]
        self._insert("tombstones", rows)
        return len(rows)

    def holds(self, document: Content) -> bool:
        """Whether a document, or a text it holds most of, was purged."""
        return bool(self.held([document]))

    def held(self, documents: Sequence[Content], *, same: bool = False) -> set[str]:
        """Ids of those that hold purged content: for documents that want in.

        With `same`, for documents that are stored: only the same text counts, redaction apart, and only entries not yet applied;
        what a person left beside a purge stays.
        """
        if not documents or not self.count:
            return set()
        found = self.held_ids([d.doc_id for d in documents])
        rules = sketch.rules()
        for salt_id, salt in self._salts().items():
            left = [d for d in documents if d.doc_id not in found]
            asked = [
                (d.doc_id, _salted(d.source_id, salt) if d.source_id else None, h)
                for d in left
                for h in sketch.hashes(d.text, salt)
            ]
            self._db.register("asked", _table(asked, _ASKED))
            try:
                hits = self._db.execute(
                    "WITH kept AS (SELECT rowid AS stone, source, len(sketch) AS size, unnest(sketch) AS hash "
                    f"FROM tombstones WHERE salt_id = ? {'AND NOT applied' if same else ''}) "
                    "SELECT DISTINCT doc_id FROM kept k JOIN asked a USING (hash) "
                    "WHERE k.source IS NULL OR a.source IS NULL OR k.source = a.source "
                    "GROUP BY doc_id, stone HAVING count(*) >= ? * any_value(size)",
                    [salt_id, rules.same if same else rules.share],
                ).fetchall()
            finally:
                self._db.unregister("asked")
            found |= {row[0] for row in hits}
        return found

    def held_ids(self, doc_ids: Sequence[str]) -> set[str]:
        """Those of the ids that were purged: all that is known of a document whose text has expired."""
        found: set[str] = set()
        for salt_id, salt in self._salts().items():
            by_mark = {_salted(doc_id, salt): doc_id for doc_id in doc_ids}
            sql = "SELECT DISTINCT mark FROM tombstones WHERE salt_id = ? AND mark IN (SELECT unnest(?))"
            found |= {by_mark[mark] for (mark,) in self._db.execute(sql, [salt_id, list(by_mark)]).fetchall()}
        return found

    # Identifiers of persons

    def suppress(self, marks: Iterable[Suppression], today: date | None = None) -> None:
        """Clear these from what is added later. The marks are keyed with `keyed(key, salt())`.

        What is stored is cleared by the caller, who then says `applied`.
        """
        salt_id, day = _salt_id(self.salt()), today or utc_now().date()
        known = set(self._db.execute("SELECT mark, form FROM suppressions").fetchall())
        fresh = [m for m in dict.fromkeys(marks) if (m.mark, m.form) not in known]
        self._insert("suppressions", [(salt_id, m.mark, m.form, m.words, m.kind, day, False) for m in fresh])

    def due(self) -> bool:
        """Whether some entries were not yet applied to what is stored."""
        sql = "SELECT applied FROM tombstones UNION ALL SELECT applied FROM suppressions"
        return bool(self._db.execute(f"SELECT count(*) FROM ({sql}) WHERE NOT applied").fetchall()[0][0])

    def applied(self) -> None:
        """All that is stored was compared with every entry."""
        for table in ("tombstones", "suppressions"):
            self._db.execute(f"UPDATE {table} SET applied = true WHERE NOT applied")

    def due_again(self) -> None:
        """Say that what is suppressed is to be cleared once more: something may have come that was not cleared."""
        self._db.execute("UPDATE suppressions SET applied = false WHERE applied")

    def suppressed(self, *, due: bool = False) -> dict[bytes, list[Suppression]]:
        """salt -> what is cleared under it; with `due`, what was not yet applied."""
        salts, found = self._salts(), defaultdict[bytes, list[Suppression]](list)
        where = "WHERE NOT applied" if due else ""
        sql = f"SELECT salt_id, mark, form, words, kind FROM suppressions {where} ORDER BY ALL"
        for salt_id, mark, form, words, kind in self._db.execute(sql).fetchall():
            found[salts[salt_id]].append(Suppression(mark=mark, form=form, words=words, kind=kind))
        return dict(found)

    # As a file

    def dump(self) -> dict[str, Any]:
        """All lists with their salts, for another store or a restored copy. Keep it as you keep the store."""
        stones = (
            "SELECT salt_id, mark, source, sketch, strftime(made, '%Y-%m-%d') FROM tombstones ORDER BY ALL"
        )
        marks = "SELECT salt_id, mark, form, words, kind, strftime(made, '%Y-%m-%d') FROM suppressions ORDER BY ALL"
        return {
            "form": _FORM,
            "version": _VERSION,
            "salts": {salt_id: salt.hex() for salt_id, salt in sorted(self._salts().items())},
            "tombstones": [list(row) for row in self._db.execute(stones).fetchall()],
            "suppressions": [list(row) for row in self._db.execute(marks).fetchall()],
        }

    def load(self, listed: Mapping[str, Any]) -> int:
        """Take over lists from `dump`; how many entries were new. Raises StoreError if they are of another form."""
        stones, marks, salts = _checked(listed)
        before = self._entries()
        own = self._db.execute("SELECT count(*) FROM erasure_salts WHERE own").fetchall()[0][0]
        for salt_id, salt in salts.items():
            self._db.execute("INSERT OR IGNORE INTO erasure_salts VALUES (?, ?, false)", [salt_id, salt])
        if not own:
            self.salt()
        known = {tuple(row) for row in self._db.execute("SELECT salt_id, mark FROM tombstones").fetchall()}
        self._insert("tombstones", [row for row in stones if row[:2] not in known])
        known = {
            tuple(row) for row in self._db.execute("SELECT salt_id, mark, form FROM suppressions").fetchall()
        }
        self._insert("suppressions", [row for row in marks if row[:3] not in known])
        return self._entries() - before

    def _entries(self) -> int:
        sql = "SELECT (SELECT count(*) FROM tombstones) + (SELECT count(*) FROM suppressions)"
        return int(self._db.execute(sql).fetchall()[0][0])

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        schema = self._db.sql(f"SELECT * FROM {table} LIMIT 0").to_arrow_table().schema
        self._db.register("incoming", _table(rows, schema))
        try:
            self._db.execute(f"INSERT INTO {table} SELECT * FROM incoming")
        finally:
            self._db.unregister("incoming")


def _table(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    columns = [*zip(*rows, strict=True)] or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def keyed(key: str, salt: bytes) -> str:
    """The hash under which an identifier is suppressed."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16, key=salt).hexdigest()


def _salted(doc_id: str, salt: bytes) -> str:
    return hmac.new(salt, doc_id.encode(), hashlib.sha256).hexdigest()[:32]


def _salt_id(salt: bytes) -> str:
    return hashlib.sha256(salt).hexdigest()[:16]


def _checked(
    listed: Mapping[str, Any],
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], dict[str, bytes]]:
    """Rows of both tables and the salts. A hash under the wrong salt would keep nothing out: ids are computed again."""
    if listed.get("form") != _FORM or listed.get("version") != _VERSION:
        raise StoreError("not a list of tombstones (make one with: vigie purge --export-tombstones FILE)")
    try:
        salts = {name: bytes.fromhex(text) for name, text in listed["salts"].items()}
        stones = [
            (
                str(s),
                str(m),
                None if source is None else str(source),
                [int(h) for h in k],
                date.fromisoformat(d),
                False,
            )
            for s, m, source, k, d in listed["tombstones"]
        ]
        marks = [
            (str(s), str(m), str(form), int(words), str(kind), date.fromisoformat(d), False)
            for s, m, form, words, kind, d in listed["suppressions"]
        ]
        whole = all(_salt_id(salt) == name and 16 <= len(salt) <= 64 for name, salt in salts.items())
        whole = whole and {row[0] for row in [*stones, *marks]} <= set(salts)
        whole = whole and all(0 <= h < 2**64 for row in stones for h in row[3])
        whole = whole and all(_MARK.fullmatch(str(row[1])) for row in [*stones, *marks])
        whole = whole and all(
            form in _FORMS and 0 <= words <= _MOST_WORDS and kind in _KINDS
            for _, _, form, words, kind, _, _ in marks
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        whole = False
    if not whole:
        raise StoreError("the list of tombstones is damaged (export it again)")
    return stones, marks, salts


def read_file(text: str) -> Mapping[str, Any]:
    """The lists of a file. Raises StoreError if it is no JSON object."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, dict):
        raise StoreError("not a list of tombstones (make one with: vigie purge --export-tombstones FILE)")
    return listed


def check_file(text: str) -> None:
    """Raise StoreError unless the text is a list of tombstones of this form, whatever it holds."""
    if read_file(text).get("form") != _FORM:
        raise StoreError("not a list of tombstones (make one with: vigie purge --export-tombstones FILE)")
