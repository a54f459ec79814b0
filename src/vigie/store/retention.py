"""Retention periods: until when the redacted full text of each document may be kept.

In: an open store with its settings. Out: `documents.expires_on`, counted from the day of storing: the settings'
period for its source, else its card's, else the settings' default. Left out: dropping the texts (Store.expire).
"""

from __future__ import annotations

from datetime import date

from vigie.store.database import utc_now
from vigie.store.rows import months_later
from vigie.store.store import Store


def apply(store: Store, *, change: bool = True) -> int:
    """Set the day of expiry of each document by the present periods; how many have another. A text that is gone stays so."""
    found = store.query(
        "SELECT DISTINCT d.source_id, s.retention_months AS card, d.stored_on, d.expires_on "
        "FROM documents d LEFT JOIN sources s USING (source_id) WHERE d.text IS NOT NULL"
    ).to_pylist()
    moved = 0
    for row in found:
        due = months_later(row["stored_on"], store.settings.months_for(row["source_id"], row["card"]))
        if due == row["expires_on"]:
            continue
        where = "source_id = ? AND stored_on = ? AND expires_on = ? AND text IS NOT NULL"
        chosen = [row["source_id"], row["stored_on"], row["expires_on"]]
        moved += int(store.column(f"SELECT count(*) FROM documents WHERE {where}", chosen)[0])
        if change:
            store.connection.execute(f"UPDATE documents SET expires_on = ? WHERE {where}", [due, *chosen])
    return moved


def over(store: Store, today: date | None = None) -> int:
    """Full texts whose time is over by the present periods."""
    day = today or utc_now().date()
    found = store.query(
        "SELECT d.source_id, s.retention_months AS card, d.stored_on, count(*) AS many "
        "FROM documents d LEFT JOIN sources s USING (source_id) WHERE d.text IS NOT NULL GROUP BY ALL"
    ).to_pylist()
    due = [
        row["many"]
        for row in found
        if months_later(row["stored_on"], store.settings.months_for(row["source_id"], row["card"])) <= day
    ]
    return sum(due)
