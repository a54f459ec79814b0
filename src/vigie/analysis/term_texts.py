"""The redacted texts of a store, for the search of new words.

In: an open store, assessed (`vigie.assess`). Out: `Text` records of one language. Left out, and counted by reason: copies and
satire, texts that expired, documents without a date or dated more coarsely than the period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from vigie.analysis.gathering import By, Text
from vigie.store import Store

_PAGE = 500
_DAYS = {"week": 7, "month": 31}  # the coarsest date that still falls in one period
_USABLE = (
    "d.lang = ? AND d.text IS NOT NULL AND d.original_id IS NULL AND NOT d.satire "
    "AND d.published_start IS NOT NULL AND d.published_end - d.published_start < ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a store holds in one language: usable documents with their first and last day, and why the others are not."""

    usable: int
    first: date | None
    last: date | None
    left_out: Mapping[str, int]


def held(store: Store, lang: str, by: By, today: date | None = None) -> Held:
    """Counts of documents; `last` is none after today: a mistyped year would else be the end of every series."""
    row = store.query(
        "SELECT count(*) FILTER (d.satire) AS satire, "
        "count(*) FILTER (NOT d.satire AND d.original_id IS NOT NULL) AS copy, "
        "count(*) FILTER (NOT d.satire AND d.original_id IS NULL AND d.text IS NULL) AS expired, "
        "count(*) FILTER (NOT d.satire AND d.original_id IS NULL AND d.text IS NOT NULL AND d.published_start IS NULL) AS undated, "
        f"count(*) FILTER ({_USABLE}) AS usable, count(*) AS every, "
        f"min(d.published_start) FILTER ({_USABLE}) AS first_day, max(d.published_start) FILTER ({_USABLE} AND d.published_start <= ?) AS last_day "
        "FROM documents d WHERE d.lang = ?",
        [*([lang, _DAYS[by]] * 3), today or date.today(), lang],
    ).to_pylist()[0]
    left = {name: int(row[name]) for name in ("satire", "copy", "expired", "undated")}
    left["dated too coarsely"] = int(row["every"]) - int(row["usable"]) - sum(left.values())
    return Held(
        usable=int(row["usable"]),
        first=row["first_day"],
        last=row["last_day"],
        left_out={reason: count for reason, count in left.items() if count},
    )


def texts(store: Store, lang: str, by: By) -> Iterator[Text]:
    """Usable documents of one language, by id; a page of them in memory at a time."""
    last = ""
    while True:
        page = store.query(
            "SELECT d.doc_id, d.published_start AS day, d.kind, d.text, "
            # Sources of one publisher speak with one voice, as in the view `facts`.
            "coalesce(nullif(trim(s.publisher), ''), nullif(d.source_id, ''), d.outlet) AS speaker "
            "FROM documents d LEFT JOIN sources s ON s.source_id = d.source_id "
            f"WHERE {_USABLE} AND d.doc_id > ? ORDER BY d.doc_id LIMIT {_PAGE}",
            [lang, _DAYS[by], last],
        ).to_pylist()
        if not page:
            return
        last = page[-1]["doc_id"]
        for row in page:
            yield Text(
                doc_id=row["doc_id"],
                day=row["day"],
                source=row["speaker"],
                kind=row["kind"],
                text=row["text"],
            )
