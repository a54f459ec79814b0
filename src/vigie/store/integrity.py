"""Whether a store holds together. In: an open store. Out: one line for each fault; none when it is sound."""

from __future__ import annotations

from vigie.store import weekly
from vigie.store.store import Store

SUMS = "sums that are no count of what is stored"  # `vigie maintain` counts again
_FAULTS = {
    "observations without a document": "SELECT count(*) FROM observations ANTI JOIN documents USING (doc_id)",
    "sentences without an observation": (
        "SELECT count(*) FROM evidence e ANTI JOIN observations o "
        "ON o.id = e.observation_id AND o.doc_id = e.doc_id"
    ),
    "observations without a sentence": (
        "SELECT count(*) FROM observations o ANTI JOIN evidence e "
        "ON o.id = e.observation_id AND o.doc_id = e.doc_id"
    ),
    "redactions without a document": "SELECT count(*) FROM redactions ANTI JOIN documents USING (doc_id)",
    "observations stored twice": "SELECT count(*) - count(DISTINCT (doc_id, id)) FROM observations",
    "rows of tables without a document": (
        "SELECT count(*) FROM imported_rows ANTI JOIN documents USING (doc_id) WHERE doc_id IS NOT NULL"
    ),
    "documents without a run": "SELECT count(*) FROM documents ANTI JOIN runs USING (run_id)",
    "tombstones without their salt": (
        "SELECT count(*) FROM (SELECT salt_id FROM tombstones UNION ALL SELECT salt_id FROM suppressions) "
        "ANTI JOIN erasure_salts USING (salt_id)"
    ),
    "quotes that are not in their document": (
        "SELECT count(*) FROM observations o JOIN documents d USING (doc_id) WHERE d.text IS NOT NULL "
        "AND substring(d.text, span_start + 1, span_end - span_start) <> quote"
    ),
}
# `substring` counts code points here, as the offsets do.


def faults(store: Store) -> list[str]:
    """What is wrong, with how many rows."""
    found = [(name, store.query(sql).to_pylist()[0]) for name, sql in _FAULTS.items()]
    wrong = [f"{name}: {count}" for name, row in found if (count := next(iter(row.values())))]
    if not weekly.filled(store.connection):
        return wrong
    return [
        *wrong,
        *(f"{SUMS}: {name}" for name in weekly.differing(store.connection)),
    ]
