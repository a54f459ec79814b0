"""The account of one archive: what was read of it and which files hold what was found. `OUT/manifest/<key>.json`, the only truth.

An archive is done when its account is there and the files that it names hold their checksums; nothing else says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from vigie.bulk.plan import FORM
from vigie.bulk.tally import Tally
from vigie.model.errors import StoreError
from vigie.store.parts import SCHEMAS, PartFile

KIND = "vigie-bulk-archive"
State = Literal["done", "truncated"]
DONE: State = "done"
TRUNCATED: State = "truncated"
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of one archive.

    Attributes:
        key, name, size, place: as of the `Archive`; `place` lets an audit find it again.
        plan: fingerprint of the plan that it was read under.
        head: hash of its first bytes, which a download has in common with what it was when it had broken off.
        state: "done", or "truncated": read up to where it breaks off.
        files: of its parts, in order; empty if nothing was found.
    """

    key: str
    name: str
    size: int | None
    place: str
    plan: str
    head: str
    state: State
    tally: Tally
    files: tuple[PartFile, ...]

    @property
    def documents(self) -> int:
        return sum(file.rows for file in self.files if file.table == "documents")

    def to_bytes(self) -> bytes:
        """The same bytes for the same account."""
        told = {
            "kind": KIND,
            "form": FORM,
            **{f: getattr(self, f) for f in ("key", "name", "size", "place", "plan", "head", "state")},
            "tally": self.tally.to_json(),
            "files": [asdict(file) for file in self.files],
        }
        return json.dumps(told, ensure_ascii=True, indent=1).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Account:
        """Raises StoreError if it is no whole account of this form."""
        try:
            told = json.loads(data)
            if told["kind"] != KIND or told["form"] != FORM:
                raise ValueError
            found = cls(
                key=_plain(told["key"]),
                name=str(told["name"]),
                size=None if told["size"] is None else int(told["size"]),
                place=str(told["place"]),
                plan=str(told["plan"]),
                head=str(told["head"]),
                state=TRUNCATED if told["state"] == TRUNCATED else DONE,
                tally=Tally.from_json(told["tally"]),
                files=tuple(_file(told["key"], file) for file in told["files"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise StoreError("not the account of an archive, or a damaged one") from None
        return found

    def parts(self) -> list[dict[str, PartFile]]:
        """The files of each part by table, in order."""
        found: dict[str, dict[str, PartFile]] = {}
        for file in self.files:
            found.setdefault(file.name.split(".")[0], {})[file.table] = file
        return list(found.values())


def _plain(key: Any) -> str:
    if not isinstance(key, str) or not key or not _HEX.issuperset(key):
        raise ValueError
    return key


def _file(key: str, told: Mapping[str, Any]) -> PartFile:
    """A file of a part; its name is checked, because it becomes a path."""
    file = PartFile(
        name=str(told["name"]),
        table=str(told["table"]),
        rows=int(told["rows"]),
        bytes=int(told["bytes"]),
        sha256=str(told["sha256"]),
    )
    stem, _, number = file.name.removesuffix(f".{file.table}.parquet").rpartition("-")
    if file.table not in SCHEMAS or stem != key or not number.isdecimal():
        raise ValueError
    return file
