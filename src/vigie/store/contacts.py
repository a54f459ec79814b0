"""How many contacts, and how often they come back: counts over the marks, never a mark.

In: an open store whose owner counts contacts. Out: one ContactCount for each group and kind.
Left out: which contact, which document, and which contacts stand together: those would be about persons. The counts are for the
analyst; the public rules know nothing of them, so no bulletin, site or export shows them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from vigie.store.store import Store

Grouping = Literal["kind", "quarter", "area", "document-kind"]
ALL_KINDS = "all"
# A document dated less finely than the quarter has none; one that names two departments counts in both.
_GROUPS: dict[Grouping, str] = {
    "kind": "''",
    "quarter": (
        "CASE WHEN date_trunc('quarter', d.published_start) = date_trunc('quarter', d.published_end) "
        "THEN strftime(d.published_start, '%Y') || '-Q' || quarter(d.published_start) ELSE '' END"
    ),
    "area": "coalesce(a.place_department, a.place_country, '')",
    "document-kind": "d.kind",
}
_AREAS = (
    "LEFT JOIN (SELECT DISTINCT doc_id, place_department, "
    "CASE WHEN place_department IS NULL THEN place_country END AS place_country "
    "FROM observations WHERE place_country IS NOT NULL AND (place_country <> 'FR' OR place_department IS NOT NULL)) a "
    "ON a.doc_id = m.doc_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCount:
    """Contacts of one kind in one group of documents.

    Attributes:
        group: quarter ("2026-Q1"), area code or kind of document; "" where the document does not say, or without groups.
        kind: kind of contact, or "all".
        contacts: distinct contacts.
        documents: documents that hold at least one.
        repeated: of the contacts, those in two documents of the group or more.
        repeating: of the documents, those with a contact that another document of the group holds too.
        reposts: appearances of a contact in a further document: the sum over contacts of their documents, less one each.
        most: documents of the contact that is in most of them.
    """

    group: str
    kind: str
    contacts: int
    documents: int
    repeated: int
    repeating: int
    reposts: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What the counts rest on: documents of the store, those with a mark, marks by key id."""

    documents: int
    with_marks: int
    marks: dict[str, int]


def marked(store: Store) -> Marked:
    """How much of the store is marked, and under which keys. Marks of two keys cannot be compared."""
    (row,) = store.query(
        "SELECT (SELECT count(*) FROM documents) AS documents, "
        "(SELECT count(DISTINCT doc_id) FROM contact_marks) AS with_marks"
    ).to_pylist()
    keys = store.query(
        "SELECT key_id, count(*) AS n FROM contact_marks GROUP BY key_id ORDER BY key_id"
    ).to_pylist()
    return Marked(**row, marks={key["key_id"]: key["n"] for key in keys})


def count_contacts(
    store: Store,
    by: Grouping = "kind",
    *,
    kinds: Collection[str] = (),
    document_kinds: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> list[ContactCount]:
    """Counts by group and kind, the kinds together first.

    Args:
        kinds: of contacts; all when empty.
        document_kinds: only documents of these kinds ("advert", "chat"): where contacts are advertised, and not cited.
        since, until: only documents whose date lies in [since, until] whole; undated ones are then left out.
    """
    if by not in get_args(Grouping):
        raise ValueError(by)
    where, values = ["true"], list[object]()
    for column, chosen in (("m.kind", kinds), ("d.kind", document_kinds)):
        if chosen:
            where.append(f"{column} IN (SELECT unnest(?))")
            values.append(list(chosen))
    for condition, bound in (("d.published_start >= ?", since), ("d.published_end <= ?", until)):
        if bound is not None:
            where.append(condition)
            values.append(bound)
    sql = f"""
        WITH held AS (
            SELECT DISTINCT {_GROUPS[by]} AS grp, m.kind, m.key_id || m.mark AS contact, m.doc_id
            FROM contact_marks m JOIN documents d ON d.doc_id = m.doc_id {_AREAS if by == "area" else ""}
            WHERE {" AND ".join(where)}
        ), each AS (
            SELECT * FROM held UNION ALL SELECT grp, '{ALL_KINDS}', kind || contact, doc_id FROM held
        ), sized AS (
            SELECT *, count(*) OVER (PARTITION BY grp, kind, contact) AS size FROM each
        )
        SELECT grp AS "group", kind, count(DISTINCT contact) AS contacts, count(DISTINCT doc_id) AS documents,
            count(DISTINCT contact) FILTER (size > 1) AS repeated, count(DISTINCT doc_id) FILTER (size > 1) AS repeating,
            count(*) - count(DISTINCT contact) AS reposts, max(size) AS most
        FROM sized GROUP BY grp, kind ORDER BY grp, kind <> '{ALL_KINDS}', kind
    """
    return [ContactCount(**row) for row in store.query(sql, values).to_pylist()]
