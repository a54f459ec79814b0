"""Final decisions as gold, in the form that `vigie eval` reads: what people corrected is what the next version is measured on.

In: a store whose decisions were taken in. Out: one line a document on which a final decision stands and whose text is kept:
accepted, corrected, split and relinked facts as facts; a rejected one as nothing, so that finding it again is a fault; what nobody read again as
`may`, neither right nor wrong. Left out: titles, which gold does not annotate; rows of tables; documents whose full text has expired.
The texts are those of the sources, redacted: for the owner of the store alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vigie.evaluate.gold import parse_document
from vigie.model.observation import FlowValue, Observation
from vigie.model.place import Place
from vigie.store import Store

_VALUE = (
    "kind",
    "low",
    "high",
    "currency",
    "per_value",
    "per_unit",
    "unit",
    "grams",
    "measure",
    "family",
    "code",
    "indicator",
    "direction",
)
_PREFIX = {"year": 4, "month": 7, "day": 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One document as gold.

    Attributes:
        record: {id, lang, title, published, text, facts}, ready for JSON. decided: its facts with a final decision, rejected ones counted.
    """

    record: dict[str, Any]
    decided: int


def gold(store: Store) -> Iterator[Line]:
    """Gold lines by document id. Nothing may be asked of the store between two of them."""
    sql = (
        "SELECT DISTINCT d.doc_id, d.lang, d.title, d.published, d.text FROM documents d JOIN review_states s USING (doc_id) "
        "WHERE d.text IS NOT NULL AND d.kind <> 'table' ORDER BY d.doc_id"
    )
    for row in store.query(sql).to_pylist():
        states = {
            r["observation_id"]: r["state"]
            for r in store.query(
                "SELECT observation_id, state FROM review_states WHERE doc_id = ?", [row["doc_id"]]
            ).to_pylist()
        }
        start = len(row["title"]) + 2 if row["title"] else 0
        facts = [
            fact_of(o, may=o.id not in states)
            for o in store.records([row["doc_id"]])[row["doc_id"]]
            if o.start >= start and o.type != "load"
        ]
        record = {
            "id": row["doc_id"], "lang": row["lang"], "title": row["title"], "published": row["published"], "complete": False,
            "text": row["text"][start:], "facts": facts,
        }  # fmt: skip
        parse_document(record)  # what `vigie eval` could not read is not written
        yield Line(record=record, decided=len(states))


def fact_of(o: Observation, *, may: bool = False) -> dict[str, Any]:
    """An observation as a gold fact: fields that its type does not have are left out."""
    fact: dict[str, Any] = {"type": o.type, "quote": o.quote, "assertion": o.assertion, "may": may}
    said = {name: getattr(o.value, name, None) for name in _VALUE}
    if o.type == "price":
        said["unit"] = None  # of the price in euros, which gold does not state
    fact |= {name: value for name, value in said.items() if value is not None}
    if isinstance(o.value, FlowValue):
        ends = {end: _named(getattr(o.value, end)) for end in ("origin", "destination", "via")}
        fact |= {end: name for end, name in ends.items() if name} | {"mode": o.value.mode}
    named = {"substance": o.substance, "form": o.form, "place": _named(o.place), "when": _prefix(o)}
    return fact | {name: value for name, value in named.items() if value}


def _named(place: Place | None) -> str | None:
    return None if place is None else place.label or place.name


def _prefix(o: Observation) -> str | None:
    """The ISO prefix that holds all of a time that the text states; None where it does not state one."""
    when = o.when
    if when.basis != "text" or when.start is None or when.end is None or when.precision is None:
        return None
    length = _PREFIX.get(when.precision)
    if length is None:
        same = (when.start.year, when.start.month) == (when.end.year, when.end.month)
        length = 7 if when.precision == "week" and same else 4
        if when.start.year != when.end.year:
            return None
    return when.start.isoformat()[:length]
