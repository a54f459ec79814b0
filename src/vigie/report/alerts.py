"""Alerts that a named editor lets pass without delay.

In: the log of editors, affirmed facts, the gate. Out: Releases, and why a fact may not be released; a summary made of
codes and figures, never a sentence of the document. What an editor may waive is the delay and the number of sources;
not the rule on persons and inhabitants, and not the types of facts (data/taxonomy/public_rules.toml, `releases`).
Left out: official publications, which pass by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from vigie.lexicon.gazetteer import gazetteer
from vigie.model.errors import SettingsError
from vigie.report.disclosure import coarse
from vigie.report.evidence import Evidence
from vigie.report.facts import Fact
from vigie.report.period import Period, quarter_of
from vigie.report.public import Admitted, Gate, grades_of, inhabited, speaks_of_people
from vigie.report.rules import rules
from vigie.report.tables import purity_value
from vigie.report.words import Words
from vigie.store import Store
from vigie.store.publications import decisions, released_facts, write_decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An alert that stands: its facts may be told at the department, as a summary."""

    release_id: int
    made_on: date
    role: str
    facts: tuple[Fact, ...]


def refusal(fact: Fact, gate: Gate) -> str:
    """Why the fact may not be released; "" if it may."""
    if fact.type not in rules().released:
        return f"is a {fact.type}: only {' and '.join(sorted(rules().released))} facts are released without delay"
    if speaks_of_people(fact) and (fact.persons or 0) < gate.least_persons:
        return f"speaks of fewer than {gate.least_persons} persons, or does not say of how many"
    return ""


def add_release(
    store: Store,
    ids: Sequence[str],
    facts: Iterable[Fact],
    gate: Gate,
    *,
    editor: str,
    role: str,
    reason: str,
) -> int:
    """Write the decision down; its number. Raises SettingsError with the repair, naming the fact that is refused."""
    chosen: list[Fact] = []
    by_id: dict[str, list[Fact]] = {}
    for fact in facts:
        by_id.setdefault(fact.id, []).append(fact)
    for name in dict.fromkeys(ids):
        if name not in by_id:
            raise SettingsError(
                f"{name} is no affirmed fact of the store, or repeats one (ids: vigie export DIR --full, table observations)"
            )
        chosen += by_id[name]
    for fact in chosen:
        if why := refusal(fact, gate):
            raise SettingsError(f"{fact.id} {why} (leave it out; official warnings need no release)")
    return write_decision(
        store, "release", day=gate.day, editor=editor, role=role, reason=reason,
        facts=[(f.doc_id, f.id) for f in chosen],
    )  # fmt: skip


def releases(store: Store, read: Admitted, gate: Gate, period: Period) -> list[Release]:
    """The alerts that stand and speak of the area, released or published in the period, latest first."""
    if not gate.public:
        return []
    taken_back = {d.release_id for d in decisions(store) if d.action == "withdraw"}
    behind = released_facts(store)
    known = {(f.doc_id, f.id): f for f in read.every}
    found = []
    for line in decisions(store):
        if line.action != "release" or line.release_id in taken_back or line.made_on > gate.day:
            continue
        facts = [known[key] for key in behind.get(line.release_id, []) if key in known]
        told = tuple(
            f
            for f in facts
            if not refusal(f, gate)
            and gate.holds_area(alert_area(f))
            and (
                period.holds(line.made_on, line.made_on)
                or (f.published_end is not None and period.holds(f.published_end, f.published_end))
            )
        )
        if told:
            found.append(
                Release(release_id=line.release_id, made_on=line.made_on, role=line.role, facts=told)
            )
    return sorted(found, key=lambda r: (r.made_on, r.release_id), reverse=True)


def alert_area(fact: Fact) -> str | None:
    """The department; the region or country where too few live there; None without a place."""
    area = coarse(fact.place_code) or fact.place_department or fact.place_region or fact.place_country
    entry = gazetteer().by_code(area) if area else None
    if not speaks_of_people(fact) or entry is None:
        return area
    return next((c for c in (area, entry.region, entry.country) if inhabited(c or "")), None)


def alert_evidence(release: Release, words: Words) -> Evidence:
    """The alert as the bulletin shows warnings: nothing of it is a quote."""
    return Evidence(
        before=" ".join(dict.fromkeys(_summary(f, words) for f in release.facts)),
        quote="",
        after="",
        lang=words.lang,
        title=words["released"],
        outlet=words.fill("released_by", role=release.role),
        date=words.day(release.made_on.isoformat()),
        grade=grades_of(release.facts),
        attribution="",
        place="",
    )


def _summary(fact: Fact, words: Words) -> str:
    what = words.substance(fact.substance) if fact.substance else ""
    if fact.type == "purity" and fact.middle is not None:
        measure = fact.measure or ""
        said = f"{words.of('measures', measure)} {purity_value(measure, fact.middle, words)}"
    else:
        said = words.of("events", fact.kind or "")
        if speaks_of_people(fact) and fact.persons:
            said += f" ({words.count('person', int(fact.persons))})"
    area = alert_area(fact)
    when = words.quarter(quarter_of(fact.when_start).label) if fact.when_start else ""
    return ", ".join(part for part in (what, said, words.area(area) if area else "", when) if part) + "."
