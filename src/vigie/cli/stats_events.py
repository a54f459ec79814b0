"""The verb `vigie stats events`: one row an event, however many documents tell it. For the analyst."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import WRONG_USE
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app

if TYPE_CHECKING:
    from vigie.analysis.incidents import Incident
    from vigie.store import Store

AREA = typer.Option(
    None, "--area", metavar="CODE", help="In this area, with what lies in it: FR-69, FR-ARA, FR."
)
SUBSTANCE = typer.Option(
    None, "--substance", metavar="ID", help="Of it or of a kind of it: cocaine, cannabis."
)
KIND = typer.Option(None, "--kind", metavar="KIND", help="Told as seizure, death, dismantling… (repeatable).")
SINCE = typer.Option(None, "--since", metavar="DATE", help="First day (default: all).")
UNTIL = typer.Option(None, "--until", metavar="DATE", help="Last day (default: all).")
PERIOD = typer.Option(None, "--period", metavar="PERIOD", help="2026, 2026-Q1 or 2026-03, instead of both.")
LEAST = typer.Option(1, "--least", min=1, help="Independent sources that an event needs.")
CONTRADICTED = typer.Option(False, "--contradicted", help="Only events on whose figures sources differ.")
SHOW = typer.Option(None, "--show", metavar="ID", help="The sentences of one event.")
COLUMNS = (
    "id", "kinds", "substances", "place", "place_name", "from", "to", "sources", "documents", "copies", "figures", "differ",
)  # fmt: skip
MORE = ("stated", "published_first", "published_last", "voices", "evidence")
SENTENCES = (
    "published", "source", "copy", "type", "kind", "low", "high", "unit", "substance", "place", "sentence", "doc_id", "observation_id",
)  # fmt: skip


@stats_app.command()
def events(
    area: str | None = AREA, substance: str | None = SUBSTANCE, kind: list[str] | None = KIND, since: str | None = SINCE,
    until: str | None = UNTIL, period: str | None = PERIOD, least: int = LEAST, contradicted: bool = CONTRADICTED,
    show: str | None = SHOW, format: StatsFormat = FORMAT, store: Path | None = STORE,
) -> None:  # fmt: skip
    """Seizures, operations, overdoses and deaths, each once however many documents tell it; for the analyst.

    With its independent sources (an agency and those who print it are one, copies and rewrites none), the figure that they
    bear out best, the range of what is told, and where they differ. JSON lists the observations of each event.

    \b
    Example:
      vigie stats events --period 2026-Q1 --area FR-69
      vigie stats events --kind death --least 2 --format json
      vigie stats events --show e_4c2d15e7fe9a
    """
    if period is not None and (since or until):
        raise fail("--period is both days: leave out --since and --until", WRONG_USE)
    first, last = _day("--since", since), _day("--until", until)
    if first and last and first > last:
        raise fail("--since lies after --until", WRONG_USE)
    from vigie.analysis.counts import last_day
    from vigie.analysis.incident_reports import rules
    from vigie.analysis.incidents import read_incidents
    from vigie.assess import assess_if_due
    from vigie.lexicon.gazetteer import place_by_code
    from vigie.lexicon.substances import taxonomy
    from vigie.report.period import parse_period
    from vigie.store import Store

    area = area and area.upper()
    if area is not None and place_by_code(area) is None:
        raise fail(f"--area {area} is no known code (FR-69, FR-ARA, FR)", WRONG_USE)
    if substance is not None and substance not in taxonomy():
        raise fail(
            f"--substance {substance} is no known id (vigie lexicon show, docs/data-dictionary.md)", WRONG_USE
        )
    known = [k for family in rules()["family"] for k in family["events"]]
    if wrong := [k for k in kind or () if k not in known]:
        raise fail(f"--kind {wrong[0]} is none of {', '.join(known)}", WRONG_USE)
    settings = existing(settings_for(store))
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        if period is not None:
            day = last_day(opened)
            asked = parse_period(period, [day] if day else [])
            first, last = asked.start, asked.end
        found = read_incidents(opened)
        if show is not None:
            shown = [i for i in found.incidents if i.id == show]
            if not shown:
                raise fail(f"--show {show} is no event of this store (vigie stats events lists them)", 1)
            emit(SENTENCES, _sentences(opened, shown[0]), format, about=_row(shown[0], whole=True))
            return
    chosen = [
        i for i in found.incidents
        if i.within(area) and i.of(substance) and (not kind or set(kind) & set(i.kinds)) and i.speakers >= least
        and (first is None or i.day >= first) and (last is None or i.day <= last) and (i.contradictions or not contradicted)
    ]  # fmt: skip
    whole = format is StatsFormat.JSON
    rows = [_row(incident, whole=whole) for incident in chosen]
    about = {"events": len(found.incidents), "reports": found.reports, "left_out": dict(found.left_out)}
    emit((*COLUMNS, *MORE) if whole else COLUMNS, rows, format, about=about)
    left = ", ".join(f"{reason} {count}" for reason, count in found.left_out.items()) or "none"
    say(
        f"{len(chosen)} of {len(found.incidents)} events, from {found.reports} reports; facts left out: {left}"
    )


def _day(option: str, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise fail(f"{option} {value!r} is no day (2026-01-31)", WRONG_USE) from None


def _row(incident: Incident, *, whole: bool) -> dict[str, Any]:
    """An event as a row: lists and figures as JSON holds them, or in words."""
    figures: object = [
        {"what": f.what, "substance": f.substance or None, "unit": f.unit, "best": f.best, "low": f.low, "high": f.high,
         "sources_best": f.support, "sources": f.speakers, "superseded": list(f.superseded),
         "differ": [{"value": value, "sources": count} for value, count in f.others]}
        for f in incident.figures
    ]  # fmt: skip
    row: dict[str, Any] = {
        "id": incident.id, "kinds": list(incident.kinds), "substances": list(incident.substances),
        "place": incident.place or None, "place_name": incident.place_name or None, "from": incident.start.isoformat(),
        "to": incident.end.isoformat(), "sources": incident.speakers, "documents": incident.documents,
        "copies": incident.copies, "figures": figures, "differ": bool(incident.contradictions),
    }  # fmt: skip
    if not whole:
        words = "; ".join(f.words() for f in incident.figures)
        return {**row, "kinds": ", ".join(incident.kinds), "substances": ", ".join(incident.substances),
                "figures": words, "differ": "yes" if incident.contradictions else ""}  # fmt: skip
    evidence = [
        {"doc_id": e.doc_id, "observation_id": e.observation_id, "copy": e.copy} for e in incident.evidence
    ]
    return {**row, "stated": incident.stated, "published_first": incident.published_first.isoformat(),
            "published_last": incident.published_last.isoformat(),
            "voices": [voice for voice in incident.voices if voice], "evidence": evidence}  # fmt: skip


def _sentences(store: Store, incident: Incident) -> list[dict[str, Any]]:
    """Its observations with their redacted sentences, in order of publication."""
    found = store.query(
        "SELECT id, doc_id, published, coalesce(nullif(source_id, ''), outlet) AS source, type, kind, low, high, unit, "
        "substance, place_label, sentence FROM facts WHERE list_contains(?, doc_id)",
        [sorted({e.doc_id for e in incident.evidence})],
    ).to_pylist()
    held = {(row["doc_id"], row["id"]): row for row in found}
    rows = []
    for e in incident.evidence:
        row = held[e.doc_id, e.observation_id]
        rows.append(
            {
                **row,
                "copy": "yes" if e.copy else "",
                "place": row["place_label"],
                "observation_id": e.observation_id,
            }
        )
    return rows
