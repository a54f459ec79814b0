"""Versions of what is public, notes that contest it, answers and corrections, as rows of the store.

In: rows of vigie.report.corrections and vigie.upkeep.contests. Out: the same, read back. Rows are added, never changed, but by erasure:
`forget` takes what a version showed when facts behind it were erased, and the name of an alert whose document was.

Why values go, though what a version showed is an aggregate that anyone may have copied: of a cell of three facts of which two were
erased, the aggregate and the fact that stays tell the other two. The rows stay, without figures, so that numbers of versions
do not start again and the reader learns that something was removed. Left out: who may be shown what (vigie.report.public).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from vigie.store.database import Connection
from vigie.store.publications import must_write
from vigie.store.store import Store

Cause = Literal["first", "new-data", "correction", "removed", "withdrawn", "method-change"]
Status = Literal["open", "upheld", "rejected", "answered"]
STATUSES: tuple[Status, ...] = ("upheld", "rejected", "answered", "open")
ERASED_ALERT = "alert/erased"
_FIGURES = ("observations", "sources", "figures", "low", "q1", "median", "q3", "high", "parts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What is shown at an address; None where nothing is, or no more.

    Attributes:
        observations: statements; `sources` of them are independent, `figures` of them give a figure.
        low, q1, median, q3, high: in the unit of the address.
        parts: of a trend "up 3, down 4"; of a price index "index 104.3, low 90.0, high 120.0, base 2023-Q1"; else None.
    """

    observations: int | None = None
    sources: int | None = None
    figures: int | None = None
    low: float | None = None
    q1: float | None = None
    median: float | None = None
    q3: float | None = None
    high: float | None = None
    parts: str | None = None

    @property
    def digest(self) -> str:
        """Changes with what is shown."""
        return hashlib.sha256(repr(asdict(self)).encode()).hexdigest()[:16]


NOTHING = Values()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a figure, as written down.

    Attributes:
        shown: False once it is withdrawn.
        values: without figures where nothing is shown, or facts behind it were erased (`digest` is then "").
        gained, lost: public cells that it counts and the version before did not, and the other way round.
    """

    address: str
    version: int
    since: date
    output: str
    cause: Cause
    code_version: str
    shown: bool
    digest: str
    values: Values
    gained: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()

    @property
    def erased(self) -> bool:
        """True if what it showed is kept no more."""
        return self.shown and not self.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A line of the log of corrections (docs/data-dictionary.md)."""

    entry_id: int = 0
    address: str
    from_version: int
    to_version: int
    made_on: date
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A note that contests a figure or alert; `note` is redacted, and "" once its time is over."""

    contest_id: int = 0
    received_on: date
    address: str
    version: int
    language: str
    note: str
    receipt_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of an editor; the last one of a contest stands."""

    entry_id: int = 0
    contest_id: int
    status: Status
    answered_on: date
    role: str
    answer: str


def warning_address(doc_id: str) -> str:
    """The address of an official warning, which is that of its document: the same in every store."""
    return f"alert/w-{hashlib.sha256(f'vigie warning {doc_id}'.encode()).hexdigest()[:12]}"


def versions_of(store: Store, address: str | None = None) -> list[Version]:
    """Every version of an address, or of all, in order."""
    sql = "SELECT * FROM public_versions WHERE ? IS NULL OR address = ? ORDER BY address, version"
    return [_version(row) for row in store.query(sql, [address, address]).to_pylist()]


def versions_changed(store: Store) -> dict[str, list[Version]]:
    """Every version of the addresses at which something else came than new data, or of which an editor said something."""
    sql = (
        "SELECT * FROM public_versions WHERE address IN (SELECT address FROM public_versions WHERE cause NOT IN "
        "('first', 'new-data') UNION SELECT address FROM corrections) ORDER BY address, version"
    )
    found: dict[str, list[Version]] = {}
    for row in store.query(sql).to_pylist():
        found.setdefault(row["address"], []).append(_version(row))
    return found


def latest_versions(store: Store, addresses: Collection[str] | None = None) -> dict[str, Version]:
    """The last version of each address."""
    sql = (
        "SELECT * FROM public_versions WHERE ? OR address IN (SELECT unnest(?)) "
        "QUALIFY row_number() OVER (PARTITION BY address ORDER BY version DESC) = 1 ORDER BY address"
    )
    rows = store.query(sql, [addresses is None, sorted(addresses or ())]).to_pylist()
    return {row["address"]: _version(row) for row in rows}


def cells_told(store: Store, start: str = "cell/") -> set[int]:
    """Public cells that the last versions of addresses that begin so count: each cell is in the address of its own label."""
    sql = (
        "SELECT cell FROM (SELECT unnest(string_split(gained, ' ')) AS cell, 1 AS n FROM public_versions WHERE "
        "starts_with(address, $1) UNION ALL SELECT unnest(string_split(lost, ' ')), -1 FROM public_versions WHERE "
        "starts_with(address, $1)) WHERE cell <> '' GROUP BY cell HAVING sum(n) > 0"
    )
    return {int(cell) for cell in store.column(sql, [start])}


def cells_of(store: Store, addresses: Collection[str]) -> dict[str, set[int]]:
    """Public cells that the last version of each address counts."""
    found: dict[str, set[int]] = {address: set() for address in addresses}
    sql = "SELECT address, gained, lost FROM public_versions WHERE address IN (SELECT unnest(?)) ORDER BY version"
    for row in store.query(sql, [sorted(found)]).to_pylist():
        found[row["address"]] |= set(_numbers(row["gained"]))
        found[row["address"]] -= set(_numbers(row["lost"]))
    return found


def like(store: Store, starts: Collection[str]) -> list[str]:
    """Addresses that were written down and begin with the four parts of one of `starts` (figure/TOPIC/KEY/KEY)."""
    sql = (
        "SELECT DISTINCT address FROM public_versions "
        "WHERE array_to_string(string_split(address, '/')[1:4], '/') IN (SELECT unnest(?)) ORDER BY address"
    )
    return [str(address) for address in store.column(sql, [sorted(starts)])]


def below(store: Store, starts: Collection[str]) -> list[str]:
    """Addresses that were written down and are one of `starts` but for their last part; these end in a slash."""
    sql = (
        "SELECT DISTINCT address FROM public_versions WHERE regexp_replace(address, '[^/]*$', '') IN (SELECT unnest(?)) "
        "ORDER BY address"
    )
    return [str(address) for address in store.column(sql, [sorted(starts)])] if starts else []


_OTHER = (
    "FROM public_versions WHERE code_version <> ? AND (address, version) IN "
    "(SELECT (address, max(version)) FROM public_versions GROUP BY address)"
)


def of_other_code(store: Store, code_version: str) -> bool:
    """True if another version of Vigie worked out what stands at some address."""
    return bool(store.column(f"SELECT count(*) {_OTHER}", [code_version])[0])


def worked_out(store: Store, code_version: str) -> None:
    """Note that this version of Vigie found the same figures."""
    store.connection.execute(
        f"UPDATE public_versions SET code_version = ? WHERE (address, version) IN (SELECT (address, version) {_OTHER})",
        [code_version, code_version],
    )


def facts_in_cells(store: Store) -> dict[tuple[str, str], int]:
    """Standing public cell by (document, observation): each fact is in one of them at most."""
    sql = (
        "SELECT f.doc_id, f.observation_id, f.cell_id FROM public_facts f JOIN public_cells c USING (cell_id) "
        "WHERE c.withdrawn_on IS NULL ORDER BY ALL"
    )
    return {(r["doc_id"], r["observation_id"]): r["cell_id"] for r in store.query(sql).to_pylist()}


def erased_cells(store: Store, cells: Collection[int]) -> set[int]:
    """Those of the cells of which facts were erased."""
    sql = f"{_ERASED} AND c.cell_id IN (SELECT unnest(?))"
    return {int(number) for number in store.column(sql, [sorted(cells)])}


_ERASED = (
    "SELECT c.cell_id FROM public_cells c LEFT JOIN (SELECT cell_id, count(*) AS n FROM public_facts GROUP BY cell_id) f "
    "USING (cell_id) WHERE coalesce(f.n, 0) < c.observations"
)


def write_versions(store: Store, versions: Sequence[Version]) -> None:
    """Add versions. Raises StoreError if the store is open for reading only."""
    must_write(store)
    rows = []
    for version in versions:
        row = asdict(version)
        rows.append(row | row.pop("values") | {n: " ".join(map(str, row[n])) for n in ("gained", "lost")})
    with store.transaction():
        store.insert("public_versions", rows)


def corrections(store: Store, address: str | None = None) -> list[Correction]:
    """The log of corrections, in order."""
    sql = "SELECT * FROM corrections WHERE ? IS NULL OR address = ? ORDER BY entry_id"
    return [Correction(**row) for row in store.query(sql, [address, address]).to_pylist()]


def write_correction(store: Store, line: Correction) -> int:
    """Add a line to the log of corrections; its number. Raises StoreError if the store is open for reading only."""
    return _add(store, "corrections", asdict(line), "entry_id")


def contests(store: Store, address: str | None = None) -> list[Contest]:
    """Notes, in order."""
    sql = "SELECT * FROM contests WHERE ? IS NULL OR address = ? ORDER BY contest_id"
    return [Contest(**row) for row in store.query(sql, [address, address]).to_pylist()]


def write_contest(store: Store, contest: Contest) -> int:
    """Add a note; its number. One whose receipt is known already is not added twice."""
    sql = "SELECT contest_id FROM contests WHERE receipt_digest = ?"
    known = store.column(sql, [contest.receipt_digest])
    return int(known[0]) if known else _add(store, "contests", asdict(contest), "contest_id")


def answers(store: Store) -> dict[int, Answer]:
    """The answer that stands, by contest."""
    rows = store.query("SELECT * FROM contest_answers ORDER BY entry_id").to_pylist()
    return {row["contest_id"]: Answer(**row) for row in rows}


def write_answer(store: Store, answer: Answer) -> int:
    """Add an answer; its number. Raises StoreError if the store is open for reading only."""
    return _add(store, "contest_answers", asdict(answer), "entry_id")


def notes(store: Store) -> dict[str, list[tuple[date, str, str]]]:
    """(day, reason for French readers, for English ones) of the corrections by address: reasons are shown as the editor wrote them."""
    found: dict[str, list[tuple[date, str, str]]] = {}
    for line in corrections(store):
        found.setdefault(line.address, []).append((line.made_on, line.reason, line.reason))
    return found


def forget(db: Connection, doc_ids: Iterable[str] = ()) -> None:
    """Part of an erasure: what versions showed that rest on erased facts, and the addresses of erased warnings, go.

    Called within its transaction, after the facts are gone.
    """
    cells = [int(row[0]) for row in db.execute(_ERASED).fetchall()]
    if cells:
        # Of an address every version from the one that gained such a cell to the one before it was lost.
        emptied = ", ".join(f"{name} = NULL" for name in _FIGURES)
        db.execute(
            f"UPDATE public_versions SET {emptied}, digest = '' FROM ("
            f"SELECT g.address, g.version AS first, coalesce(min(l.version), 2147483647) AS past "
            f"FROM (SELECT address, version, unnest(string_split(gained, ' ')) AS cell FROM public_versions) g "
            f"LEFT JOIN (SELECT address, version, unnest(string_split(lost, ' ')) AS cell FROM public_versions) l "
            f"ON l.address = g.address AND l.cell = g.cell AND l.version > g.version "
            f"WHERE TRY_CAST(g.cell AS INTEGER) IN (SELECT unnest(?)) GROUP BY g.address, g.version, g.cell) rests "
            f"WHERE public_versions.address = rests.address AND public_versions.version >= rests.first "
            f"AND public_versions.version < rests.past AND public_versions.digest <> ''",
            [cells],
        )
    alerts = [warning_address(doc_id) for doc_id in doc_ids]
    for table in ("contests", "corrections") if alerts else ():
        db.execute(
            f"UPDATE {table} SET address = ? WHERE address IN (SELECT unnest(?))", [ERASED_ALERT, alerts]
        )
    # The address stays, which anyone may have read: else readers of a feed would not learn that the alert went.
    db.execute("UPDATE public_alerts SET digest = '' WHERE address IN (SELECT unnest(?))", [alerts])


def readdress(db: Connection, renamed: Mapping[str, str]) -> None:
    """Part of a revision: what was written to the address of a warning follows its document, whose id is new."""
    for old, new in renamed.items():
        for table in ("contests", "corrections", "public_alerts") if old != new else ():
            db.execute(
                f"UPDATE {table} SET address = ? WHERE address = ?",
                [warning_address(new), warning_address(old)],
            )


def _add(store: Store, table: str, row: dict[str, Any], key: str) -> int:
    must_write(store)
    (number,) = store.column(f"SELECT coalesce(max({key}), 0) + 1 FROM {table}")
    with store.transaction():
        store.insert(table, [row | {key: int(number)}])
    return int(number)


def _version(row: dict[str, Any]) -> Version:
    values = Values(**{name: row.pop(name) for name in _FIGURES})
    gained, lost = (tuple(_numbers(row.pop(name))) for name in ("gained", "lost"))
    return Version(**row, values=values, gained=gained, lost=lost)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split()]
