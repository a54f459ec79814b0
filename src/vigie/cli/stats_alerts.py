"""`vigie stats alerts` finds graded alerts; `vigie stats alert` keeps what becomes of them. For the analyst: nothing here is public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import WRONG_USE
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, write_json
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app

if TYPE_CHECKING:
    from vigie.analysis.alert_records import Alert, Findings
    from vigie.store.watchlist import SavedAlert

alert_app = typer.Typer(
    help="What becomes of an alert: list, show, confirm, close.\n\nExample: vigie stats alert list",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
stats_app.add_typer(alert_app, name="alert")


class Period(str, Enum):  # noqa: UP042 - typer reads the values through str
    """What is counted by."""

    WEEK = "week"
    MONTH = "month"


class AreaLevel(str, Enum):  # noqa: UP042
    """The areas of the series."""

    DEPARTMENT = "department"
    REGION = "region"
    COUNTRY = "country"


class OffsetKind(str, Enum):  # noqa: UP042
    """What counts are set in proportion to."""

    SPEAKERS = "speakers"
    DOCUMENTS = "documents"
    NONE = "none"


BY = typer.Option(Period.WEEK, "--by", help="Count by week or by month.")
LEVEL = typer.Option(AreaLevel.DEPARTMENT, "--level", help="Areas that are watched.")
AREA = typer.Option(
    None, "--area", metavar="CODE", help="This area only, with what lies in it: FR-69, FR-ARA, FR."
)
SUBSTANCE = typer.Option(None, "--substance", metavar="ID", help="This substance only: cocaine, 3-mmc.")
UNTIL = typer.Option(
    None, "--until", metavar="DATE", help="Last day that is read (default: of the last document)."
)
OFFSET = typer.Option(
    OffsetKind.SPEAKERS,
    "--offset",
    help="In proportion to: speakers expected to report, documents read, nothing.",
)
FALSE = typer.Option(
    None,
    "--false-alarms",
    metavar="N",
    help="False alerts that may be expected a month in the whole run (default: 1).",
)
EVERY = typer.Option(False, "--all", help="Alerts that are over as well.")
WORDS = typer.Option(
    False, "--words", help="Look for new words beside open alerts as well (reads all texts)."
)
SAVE = typer.Option(False, "--save", help="Keep them: new, seen again, closed where nobody confirmed.")
ID = typer.Argument(..., metavar="ID", help="The alert: a_1f0c…", show_default=False)
ROLE = typer.Option(..., "--role", metavar="ROLE", help="Who decides: a role, never a name.")
WHY = typer.Option(..., "--why", metavar="TEXT", help="Why; kept in the log, without names and contacts.")
COLUMNS = (
    "id", "grade", "kind", "substance", "area", "source", "start", "last", "status", "indicators", "observed",
    "expected", "upper", "method", "speakers", "events", "p", "false_per_month", "reasons",
)  # fmt: skip


@stats_app.command()
def alerts(
    store: Path | None = STORE, by: Period = BY, level: AreaLevel = LEVEL, area: str | None = AREA,
    substance: str | None = SUBSTANCE, until: str | None = UNTIL, offset: OffsetKind = OFFSET,
    false_alarms: float | None = FALSE, every: bool = EVERY, words: bool = WORDS, save: bool = SAVE, format: StatsFormat = FORMAT,
) -> None:  # fmt: skip
    """Find alerts: rises that several indicators bear out, and sources that fell silent.

    Each has a grade, its evidence, and the number of false alerts that the whole run would give in a month without
    any cause. For the analyst: what anyone may see goes through `vigie release`.

    \b
    Example:
      vigie stats alerts
      vigie stats alerts --area FR-69 --by month --format json
      vigie stats alerts --save
    """
    chosen, drug = _area(area), _substance(substance)
    day = _day(until)
    if false_alarms is not None and not 0 < false_alarms <= 1000:
        raise fail("--false-alarms is a number above 0, at most 1000", WRONG_USE)
    from vigie.analysis.alerts import find_alerts
    from vigie.analysis.incidents import events_of
    from vigie.analysis.lifecycle import known_id
    from vigie.analysis.lifecycle import save as keep
    from vigie.store import Store
    from vigie.store.assessment import due
    from vigie.store.watchlist import saved_alerts

    settings = existing(settings_for(store))
    with Store.open(settings.store, read_only=not save, settings=settings) as opened:
        if save:
            from vigie.assess import assess_if_due

            assess_if_due(opened)
        elif due(opened):
            say(
                "vigie: copies are not worked out for all documents (vigie stats alerts --save does it, and vigie add)"
            )
        found = find_alerts(
            opened, by=by.value, level=level.value, area=chosen, substance=drug, until=day, offset=offset.value,
            false_per_month=false_alarms,
        )  # fmt: skip
        if words:
            from vigie.analysis.alert_words import new_words, with_words

            found = with_words(opened, found, new_words(opened, found.until), level=level.value, area=chosen)
        if save:
            done = keep(opened, found, date.today(), whole=chosen is None and drug is None)
        kept = saved_alerts(opened)
        status = {old.alert_id: old.status for old in kept}
        names = {a.alert_id: known_id(a, by.value, kept) for a in found.alerts}
        listed = [a for a in found.alerts if every or a.open]
        behind = {f for a in listed for e in a.evidence for f in e.facts}
        events = events_of(opened, behind) if behind else {}
    rows = [_row(a, names[a.alert_id], status.get(names[a.alert_id]), found, events) for a in listed]
    if format is StatsFormat.JSON:
        write_json(
            _about(found)
            | {"alerts": [r | {"evidence": _evidence(a)} for r, a in zip(rows, listed, strict=True)]}
        )
    else:
        flat = [
            r
            | {
                "indicators": " ".join(r["indicators"]),
                "words": " ".join(r["words"]),
                "reasons": "; ".join(r["reasons"]),
            }
            for r in rows
        ]
        emit(COLUMNS, flat, format)
    say(_summary(found, len(found.alerts) - len(listed)))
    if save:
        say(f"saved: {done.opened} new, {done.seen_again} seen again, {done.closed} closed")


@alert_app.command(name="list")
def list_(store: Path | None = STORE, format: StatsFormat = FORMAT) -> None:
    """Print the alerts that are kept, highest grade first.

    \b
    Example:
      vigie stats alert list
    """
    from vigie.store import Store
    from vigie.store.publications import documents_of
    from vigie.store.watchlist import saved_alerts

    settings = existing(settings_for(store))
    with Store.open(settings.store, read_only=True, settings=settings) as opened:
        kept = saved_alerts(opened)
        documents = documents_of(opened, [a.doc_id for a in kept if a.doc_id])
    columns = (
        "id",
        "grade",
        "kind",
        "substance",
        "area",
        "source",
        "start",
        "last",
        "status",
        "speakers",
        "p",
    )
    rows = []
    for alert in kept:
        document = documents.get(alert.doc_id or "", {})
        rows.append(_saved_row(alert) | {"source": document.get("source_id") or document.get("outlet")})
    if not rows:
        say("no alert is kept (vigie stats alerts --save keeps them)")
    emit(columns, rows, format)


@alert_app.command()
def show(alert_id: str = ID, store: Path | None = STORE, format: StatsFormat = FORMAT) -> None:
    """Print an alert with the sentences behind it, and what was decided on it: not for publication.

    \b
    Example:
      vigie stats alert show a_1f0c52aa90b3
    """
    from vigie.cli.output import table, terminal_width, write
    from vigie.store import Store
    from vigie.store.watchlist import alert_log, saved_alert, sentences_of, signals_of

    settings = existing(settings_for(store))
    with Store.open(settings.store, read_only=True, settings=settings) as opened:
        alert = saved_alert(opened, alert_id)
        signals, said, log = (
            signals_of(opened, alert_id),
            sentences_of(opened, alert_id),
            alert_log(opened, alert_id),
        )
    told = [
        {
            "indicator": s.indicator, "period": s.period_start.isoformat(), "periods": s.periods, "observed": s.observed,
            "expected": s.expected, "upper": s.upper, "p": s.p, "method": s.method, "facts": len(s.facts),
        }
        for s in signals
    ]  # fmt: skip
    decided = [
        {
            "entry": d.entry_id,
            "action": d.action,
            "day": d.made_on.isoformat(),
            "role": d.role,
            "why": d.reason,
        }
        for d in log
    ]
    if format is not StatsFormat.TABLE:
        if format is StatsFormat.JSON:
            write_json(_saved_row(alert) | {"signals": told, "evidence": said, "log": decided})
        else:
            emit(tuple(said[0]) if said else ("indicator", "id", "sentence"), said, format)
        return
    width = terminal_width()
    for rows in ([_saved_row(alert)], told, decided):
        if rows:
            write(table(tuple(rows[0]), [list(r.values()) for r in rows], width=width) + "\n")
    for row in said:
        released = f", released as {row['release_id']}" if row["release_id"] else ""
        write(
            f"{row['indicator']}  {row['id']}  {row['source_id'] or row['outlet']}, {row['published']}{released}\n"
        )
        write(f"    {' '.join((row['sentence'] or '').split())}\n")
    if any(row["type"] in ("event", "purity") for row in said):
        say("an editor makes it public: vigie release add OBS_ID…")


@alert_app.command()
def confirm(alert_id: str = ID, role: str = ROLE, why: str = WHY, store: Path | None = STORE) -> None:
    """Confirm an alert: it stays until a role closes it. It is not public by that.

    \b
    Example:
      vigie stats alert confirm a_1f0c52aa90b3 --role "duty epidemiologist" --why "two emergency wards say the same"
    """
    _decide(alert_id, "confirm", role, why, store)


@alert_app.command()
def close(alert_id: str = ID, role: str = ROLE, why: str = WHY, store: Path | None = STORE) -> None:
    """Close an alert: over, or a false one. It is kept, with its log.

    \b
    Example:
      vigie stats alert close a_1f0c52aa90b3 --role "duty epidemiologist" --why "one affair told by three papers"
    """
    _decide(alert_id, "close", role, why, store)


def _decide(alert_id: str, action: str, role: str, why: str, store: Path | None) -> None:
    who, reason = _role(role), _why(why)
    from vigie.analysis.lifecycle import decide
    from vigie.store import Store

    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        alert = decide(opened, alert_id, action, role=who, reason=reason, day=date.today())
    say(f"{alert.alert_id}: {alert.status}, as decided by: {who}")


def _role(role: str) -> str:
    """The role on one line; empty, or with a name or a contact in it, it is wrong use."""
    from vigie.model.document import RawDocument
    from vigie.redact import redact

    found = " ".join(role.split())
    if not found or len(found) > 80:
        raise fail("--role is a role in at most 80 characters: duty epidemiologist", WRONG_USE)
    from vigie.store.watchlist import AUTOMATIC

    # A second sentence, so that the language of a few words is not guessed.
    text = f"La décision est prise par: {found}."
    if redact(RawDocument(path="-", format="text", text=text)).redactions or found.lower() == AUTOMATIC:
        raise fail(
            "--role seems to hold a name or a contact, or is kept for runs: give a role only", WRONG_USE
        )
    return found


def _why(why: str) -> str:
    """The reason on one line, without names and contacts; too long or empty is wrong use."""
    from vigie.analysis.counts import rules
    from vigie.model.document import RawDocument
    from vigie.redact import redact

    found, most = " ".join(why.split()), rules()["cycle"]["why_longest"]
    if not found or len(found) > most:
        raise fail(f"--why is empty or longer than {most} characters", WRONG_USE)
    clean = redact(RawDocument(path="-", format="text", text=found))
    if clean.redactions:
        say("--why: names or contacts were removed")
    return " ".join(clean.text.split())


def _area(area: str | None) -> str | None:
    from vigie.lexicon.gazetteer import place_by_code

    code = area and area.strip().upper()
    if code is not None and (not code or place_by_code(code) is None):
        raise fail("--area is no known code (FR-69, FR-ARA, FR, INSEE:69123)", WRONG_USE)
    return code


def _substance(substance: str | None) -> str | None:
    from vigie.lexicon.substances import taxonomy

    if substance is not None and substance not in taxonomy():
        raise fail("--substance is no canonical id (docs/data-dictionary.md lists them)", WRONG_USE)
    return substance


def _day(until: str | None) -> date | None:
    try:
        day = None if until is None else datetime.strptime(until, "%Y-%m-%d").date()
    except ValueError:
        raise fail("--until is a day: 2026-03-31", WRONG_USE) from None
    if day is not None and day > date.today():  # every source would be silent then
        raise fail("--until lies in the future", WRONG_USE)
    return day


def _row(
    alert: Alert, name: str, status: str | None, found: Findings, events: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    """`events`: of observations that tell of one; twelve reports of one affair are one event."""
    told = {events[f] for e in alert.evidence for f in e.facts if f in events}
    strongest = min(alert.evidence, key=lambda e: e.p, default=None)
    return {
        "id": name,
        "grade": alert.grading.name,
        "likelihood": alert.grading.likelihood or None,
        "impact": alert.grading.impact or None,
        "kind": alert.kind,
        "substance": alert.substance or None,
        "area": alert.area or None,
        "source": alert.source or None,
        "start": alert.start.isoformat(),
        "last": alert.last.isoformat(),
        "status": status or ("not saved" if alert.open else "over"),
        "indicators": list(alert.indicators),
        "words": list(alert.words),
        "observed": _figure(strongest.observed if strongest else None),
        "expected": _figure(strongest.expected if strongest else None),
        "upper": _figure(strongest.upper if strongest else None),
        "method": strongest and strongest.method,
        "speakers": alert.speakers,
        "events": len(told) or None,
        "p": _figure(alert.p),
        "q": _figure(alert.q),
        "level": _figure(alert.level),
        "false_per_month": _figure(found.false_per_month),
        "reasons": list(alert.grading.reasons),
    }


def _evidence(alert: Alert) -> list[dict[str, Any]]:
    return [
        {
            "indicator": e.indicator, "period": e.period.isoformat(), "periods": e.span, "observed": _figure(e.observed),
            "expected": _figure(e.expected), "upper": _figure(e.upper), "p": _figure(e.p), "method": e.method,
            "observations": [{"doc_id": d, "id": o} for d, o in e.facts],
        }
        for e in alert.evidence
    ]  # fmt: skip


def _about(found: Findings) -> dict[str, Any]:
    return {
        "by": found.by, "until": found.until.isoformat(), "cells": found.cells, "series": found.series,
        "sources": found.sources, "false_per_month": _figure(found.false_per_month), "counted": found.counted,
        "left_out": found.left_out,
    }  # fmt: skip


def _summary(found: Findings, over: int) -> str:
    from vigie.analysis.counts import rules

    text = (
        f"up to {found.until}: {found.cells} cells (substance and area) in {found.series} series with a verdict in the last "
        f"{rules()['cycle'][f'close_{found.by}s']} {found.by}s, {found.sources} sources with a rhythm; "
        f"without any cause at most {found.false_per_month:.2g} alerts a month would be expected"
    )
    if not found.cells:
        text += (
            "\nno cell has a verdict: eight collected weeks (six months) must stand before the week (month) that is judged, and something "
            "must have been collected in it"
        )
    if over:
        text += f"; {over} more are over (--all)"
    if found.left_out:
        text += "\nnot counted: " + ", ".join(f"{n} {why}" for why, n in found.left_out.items())
    return text


def _figure(value: float | None) -> float | None:
    """Four significant figures: more would claim too much."""
    return None if value is None or value != value else float(f"{value:.4g}")


def _saved_row(alert: SavedAlert) -> dict[str, Any]:
    from vigie.analysis.counts import rules

    return {
        "id": alert.alert_id, "grade": rules()["grade"]["names"][alert.grade - 1], "kind": alert.kind,
        "substance": alert.substance or None, "area": alert.area or None, "start": alert.started.isoformat(),
        "last": alert.last_alarm.isoformat(), "status": alert.status, "speakers": alert.speakers, "p": _figure(alert.p),
        "false_per_month": _figure(alert.false_per_month),
    }  # fmt: skip
