"""Alerts of the analyst as they are kept: rows, their evidence, and the log of what was decided on them.

In: rows of vigie.analysis.lifecycle. Out: the same, read back. Alerts are brought up to date, the log only grows; erasure takes
evidence away with its documents. Left out: what is an alert (`vigie.analysis.alerts`); what is public (`vigie.store.publications`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from vigie.model.errors import StoreError
from vigie.store.store import Store

AUTOMATIC = "automatic"
STATUS = {"open": "new", "confirm": "confirmed", "close": "closed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAlert:
    """A row of `analyst_alerts` (docs/data-dictionary.md)."""

    alert_id: str
    doc_id: str | None
    kind: str
    substance: str
    area: str
    period: str
    started: date
    last_alarm: date
    grade: int
    likelihood: str
    impact: str
    status: str
    p: float
    false_per_month: float
    speakers: int
    first_saved: date
    last_saved: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSignal:
    """A row of `analyst_signals`, with (document, observation) of its facts."""

    indicator: str
    period_start: date
    periods: int
    observed: float | None
    expected: float | None
    upper: float | None
    p: float
    method: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDecision:
    """A line of the log: open, regrade, confirm or close, by a role."""

    entry_id: int = 0
    alert_id: str
    action: str
    made_on: date
    role: str
    reason: str


def saved_alerts(store: Store) -> list[SavedAlert]:
    """All of them, highest grade first."""
    sql = "SELECT * FROM analyst_alerts ORDER BY grade DESC, kind, substance, area, started, alert_id"
    return [SavedAlert(**row) for row in store.query(sql).to_pylist()]


def saved_alert(store: Store, alert_id: str) -> SavedAlert:
    """One alert. Raises StoreError where it is not saved."""
    for alert in saved_alerts(store):
        if alert.alert_id == alert_id:
            return alert
    raise StoreError("no such alert is saved (vigie stats alerts --save, then: vigie stats alert list)")


def signals_of(store: Store, alert_id: str) -> list[SavedSignal]:
    """What the alert rests on, in order, with those facts that are still stored."""
    facts: dict[tuple[str, date], list[tuple[str, str]]] = defaultdict(list)
    sql = (
        "SELECT e.* FROM analyst_evidence e SEMI JOIN observations o ON o.id = e.observation_id AND o.doc_id = e.doc_id "
        "WHERE alert_id = ? ORDER BY ALL"
    )
    for row in store.query(sql, [alert_id]).to_pylist():
        facts[row["indicator"], row["period_start"]].append((row["doc_id"], row["observation_id"]))
    sql = "SELECT * EXCLUDE (alert_id, doc_id) FROM analyst_signals WHERE alert_id = ? ORDER BY indicator, period_start"
    return [
        SavedSignal(**row, facts=tuple(facts[row["indicator"], row["period_start"]]))
        for row in store.query(sql, [alert_id]).to_pylist()
    ]


def sentences_of(store: Store, alert_id: str) -> list[dict[str, Any]]:
    """The sentences behind an alert, for the analyst: what each says, where it was published, and whether an editor
    released it (`release_id`)."""
    sql = (
        "SELECT DISTINCT e.indicator, f.id, f.doc_id, f.type, f.published, f.source_id, f.outlet, f.grade, f.credibility, "
        "f.assertion, f.sentence, (SELECT min(a.release_id) FROM alert_facts a WHERE a.observation_id = f.id "
        "AND a.doc_id = f.doc_id) AS release_id FROM analyst_evidence e "
        "JOIN facts f ON f.id = e.observation_id AND f.doc_id = e.doc_id WHERE e.alert_id = ? "
        "ORDER BY e.indicator, f.published, f.doc_id, f.id"
    )
    return list(store.query(sql, [alert_id]).to_pylist())


def alert_log(store: Store, alert_id: str | None = None) -> list[AlertDecision]:
    """Lines of the log, in order."""
    sql = "SELECT * EXCLUDE (doc_id) FROM analyst_decisions WHERE ? IS NULL OR alert_id = ? ORDER BY entry_id"
    return [AlertDecision(**row) for row in store.query(sql, [alert_id, alert_id]).to_pylist()]


def write_alerts(
    store: Store,
    alerts: Sequence[tuple[SavedAlert, Sequence[SavedSignal]]],
    decisions: Sequence[AlertDecision],
) -> None:
    """Put alerts in the place of those with the same id, and add lines to the log, in one transaction.

    Raises:
        StoreError: if the store is open for reading only.
    """
    if store.read_only:
        raise StoreError(
            f"{store.path} is open for reading only: alerts cannot be saved (close what reads it)"
        )
    ids = [alert.alert_id for alert, _ in alerts]
    documents = {alert.alert_id: alert.doc_id for alert, _ in alerts}
    signals, evidence = [], []
    for alert, told in alerts:
        for signal in told:
            row = asdict(signal) | {"alert_id": alert.alert_id, "doc_id": alert.doc_id}
            for doc_id, observation_id in dict.fromkeys(row.pop("facts")):
                evidence.append(
                    {
                        "alert_id": alert.alert_id, "indicator": signal.indicator, "period_start": signal.period_start,
                        "observation_id": observation_id, "doc_id": doc_id,
                    }
                )  # fmt: skip
            signals.append(row)
    (first,) = store.column("SELECT coalesce(max(entry_id), 0) + 1 FROM analyst_decisions")
    known = {
        row["alert_id"]: row["doc_id"]
        for row in store.query("SELECT alert_id, doc_id FROM analyst_alerts").to_pylist()
    }
    lines = [
        asdict(line) | {"entry_id": int(first) + n, "doc_id": (known | documents).get(line.alert_id)}
        for n, line in enumerate(decisions)
    ]
    with store.transaction():
        for table in ("analyst_alerts", "analyst_signals", "analyst_evidence"):
            store.connection.execute(f"DELETE FROM {table} WHERE alert_id IN (SELECT unnest(?))", [ids])
        store.insert("analyst_alerts", [asdict(alert) for alert, _ in alerts])
        store.insert("analyst_signals", signals)
        store.insert("analyst_evidence", evidence)
        store.insert("analyst_decisions", lines)
        for line in decisions:
            if line.action in STATUS:
                store.connection.execute(
                    "UPDATE analyst_alerts SET status = ? WHERE alert_id = ?",
                    [STATUS[line.action], line.alert_id],
                )
