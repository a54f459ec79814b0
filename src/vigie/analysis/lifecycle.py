"""What becomes of an alert from one run to the next: new, confirmed, closed; each step in the log, by a role.

In: Findings of a run and the alerts saved before. Out: the store, brought up to date, and how many alerts were opened, seen again,
closed. Rules: data/taxonomy/alerts.toml, `cycle`. A run closes by itself only what nobody has confirmed, and says so.
Left out: making an alert public (`vigie release`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from vigie.analysis.alert_records import Alert, Evidence, Findings
from vigie.analysis.counts import rules
from vigie.model.errors import StoreError
from vigie.store import Store
from vigie.store.watchlist import (
    AUTOMATIC,
    STATUS,
    AlertDecision,
    SavedAlert,
    SavedSignal,
    saved_alert,
    saved_alerts,
    write_alerts,
)

_DAYS = {"week": 7, "month": 31}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a run did to the alerts that are kept."""

    opened: int
    seen_again: int
    closed: int


def known_id(alert: Alert, by: str, saved: list[SavedAlert]) -> str:
    """The id under which an alert is saved; its own where it is not.

    Reports that come late may move the first period of an episode; an alert that is saved keeps its id.
    """
    if alert.kind != "rise" or any(old.alert_id == alert.alert_id for old in saved):
        return alert.alert_id
    near = timedelta(days=(rules()["opening"][f"gap_{by}s"] + 1) * _DAYS[by])
    for old in saved:
        same = (old.kind, old.substance, old.area, old.period) == (
            alert.kind,
            alert.substance,
            alert.area,
            by,
        )
        if same and old.started <= alert.last + near and alert.start <= old.last_alarm + near:
            return old.alert_id
    return alert.alert_id


def save(store: Store, findings: Findings, day: date, *, whole: bool) -> Saved:
    """Bring the saved alerts up to date with a run.

    Args:
        whole: the run looked at all areas and substances: what it did not find is not there.
    Raises:
        StoreError: if the store is open for reading only.
    """
    saved = saved_alerts(store)
    before = {old.alert_id: old for old in saved}
    written: dict[str, tuple[SavedAlert, list[SavedSignal]]] = {}
    log: list[AlertDecision] = []
    for alert in findings.alerts:
        name = known_id(alert, findings.by, saved)
        old = before.get(name)
        if old is None and not alert.open:
            continue  # over before anybody kept alerts: history
        if name in written:  # two runs of alarms that one saved episode joins
            continue
        row = _row(alert, findings, name, day)
        if old is None:
            log.append(_line(name, "open", day, f"found with the grade {alert.grading.name}"))
        else:
            row = replace(
                row, status=old.status, first_saved=old.first_saved, started=min(old.started, row.started),
                last_alarm=max(old.last_alarm, row.last_alarm),
            )  # fmt: skip
            if row.grade != old.grade:
                names = rules()["grade"]["names"]
                log.append(_line(name, "regrade", day, f"{names[old.grade - 1]}, now {names[row.grade - 1]}"))
        written[name] = row, [_signal(e) for e in alert.evidence]
    closed = [] if not whole else [
        _line(old.alert_id, "close", day, why)
        for old in saved
        if old.status == "new" and old.period == findings.by and (why := _over(old, written, findings))
    ]  # fmt: skip
    write_alerts(store, list(written.values()), [*log, *closed])
    opened = sum(line.action == "open" for line in log)
    return Saved(opened=opened, seen_again=len(written) - opened, closed=len(closed))


def decide(store: Store, alert_id: str, action: str, *, role: str, reason: str, day: date) -> SavedAlert:
    """Confirm or close an alert; the alert as it is then.

    Raises:
        StoreError: if it is not saved, or is already what it should become.
    """
    alert = saved_alert(store, alert_id)
    if alert.status == STATUS[action]:
        raise StoreError(f"{alert_id} is {alert.status} already (vigie stats alert show {alert_id})")
    line = AlertDecision(alert_id=alert_id, action=action, made_on=day, role=role, reason=reason)
    write_alerts(store, [], [line])
    return replace(alert, status=STATUS[action])


def _over(old: SavedAlert, found: dict[str, tuple[SavedAlert, list[SavedSignal]]], findings: Findings) -> str:
    """Why a saved alert is over; "" if it is not."""
    last = found[old.alert_id][0].last_alarm if old.alert_id in found else old.last_alarm
    if old.kind != "rise":
        if old.alert_id in found or findings.until < old.last_alarm:
            return ""
        return "published again, or its rhythm allows the gap"
    after = rules()["cycle"][f"close_{findings.by}s"]
    if findings.until - last > timedelta(days=after * _DAYS[findings.by]):
        return f"no signal for {after} {findings.by}s, and nobody confirmed it"
    return ""


def _row(alert: Alert, findings: Findings, name: str, day: date) -> SavedAlert:
    return SavedAlert(
        alert_id=name, doc_id=alert.doc_id or None, kind=alert.kind, substance=alert.substance, area=alert.area,
        period=findings.by, started=alert.start, last_alarm=alert.last, grade=alert.grading.grade,
        likelihood=alert.grading.likelihood, impact=alert.grading.impact, status="new", p=alert.p,
        false_per_month=findings.false_per_month, speakers=alert.speakers, first_saved=day, last_saved=day,
    )  # fmt: skip


def _signal(evidence: Evidence) -> SavedSignal:
    return SavedSignal(
        indicator=evidence.indicator, period_start=evidence.period, periods=evidence.span, observed=evidence.observed,
        expected=evidence.expected, upper=evidence.upper, p=evidence.p, method=evidence.method, facts=evidence.facts,
    )  # fmt: skip


def _line(alert_id: str, action: str, day: date, reason: str) -> AlertDecision:
    return AlertDecision(alert_id=alert_id, action=action, made_on=day, role=AUTOMATIC, reason=reason)
