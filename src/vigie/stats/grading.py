"""Grades of alerts: how likely it is that a rise is real, times its impact if it is.

In: Case, what is known of an alert. Out: Grading with its reasons. Points and matrix: data/taxonomy/alerts.toml.
Source: WHO, "Rapid Risk Assessment of Acute Public Health Events" (2012) and ECDC, "Operational tool on rapid risk assessment
methodology" (2019), for likelihood, impact and the matrix of four risks; the points are ours, for an analyst to correct.
Known weakness: points are added as if they were amounts; a grade orders what to read first and measures nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vigie.lexicon.terms import data_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the grade of an alert rests on.

    Attributes:
        indicators: independent ones that signal.
        speakers: independent ones behind them.
        grades: of their sources, A to F.
        kinds: of their documents.
        strength: limit / p at the peak of the episode; 1 = just an alarm.
        harms: kinds of events and measures stated ("death", "purity").
        ratio: observed / expected of the indicator that rises most.
        persons: the most that one report counts.
        areas: with an alert on the same substance at the same time in the same region or country, itself included.
    """

    indicators: int
    speakers: int
    grades: Collection[str]
    kinds: Collection[str]
    strength: float
    harms: Collection[str]
    ratio: float
    persons: float
    areas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """Grade 1 (low) to 4 (very high), its name, and why."""

    grade: int
    name: str
    likelihood: str
    impact: str
    reasons: tuple[str, ...]


def grade(case: Case) -> Grading:
    """The grade of an alert on a rise."""
    rules = data_toml("taxonomy", "alerts.toml")
    likely, heavy = rules["likelihood"], rules["impact"]
    reasons: list[str] = []

    def points(found: float, table: Sequence[Sequence[float]], what: str) -> float:
        value = max((p for least, p in table if found >= least), default=0)
        if value:
            reasons.append(what)
        return value

    first = points(case.indicators, likely["indicators"], f"{case.indicators} independent indicators")
    first += points(case.speakers, likely["speakers"], f"{case.speakers} independent speakers")
    first += points(case.strength, likely["strength"], "far beyond the limit")
    if set(case.kinds) & set(likely["official"]):
        first += likely["official_points"]
        reasons.append("an official publisher")
    if case.grades and set(case.grades) <= set(likely["weak_grades"]):
        first += likely["weak_points"]
        reasons.append("no source better than D, or none judged")
    severity: Mapping[str, int] = heavy["severity"]
    worst = max(case.harms, key=lambda h: (severity.get(h, 0), h), default="")
    second: float = severity.get(worst, 0)
    if second:
        reasons.append(worst)
    second += points(case.ratio, heavy["magnitude"], f"{case.ratio:.1f} times what is expected")
    second += points(case.persons, heavy["persons"], f"{case.persons:g} persons in one report")
    second += points(case.areas, heavy["spread"], f"{case.areas} areas at once")
    row, column = _level(first, likely), _level(second, heavy)
    number = rules["grade"]["matrix"][row][column]
    return Grading(
        grade=number,
        name=rules["grade"]["names"][number - 1],
        likelihood=likely["levels"][row],
        impact=heavy["levels"][column],
        reasons=tuple(reasons),
    )


def silence_grade(*, area: bool) -> Grading:
    """The grade of a silence: of one source, or of all sources of an area."""
    rules = data_toml("taxonomy", "alerts.toml")["grade"]
    number = rules["silence_area" if area else "silence"]
    why = "nothing is collected on the area any more" if area else "one source stopped"
    return Grading(grade=number, name=rules["names"][number - 1], likelihood="", impact="", reasons=(why,))


def _level(points: float, table: Mapping[str, Any]) -> int:
    return max((n for n, least in enumerate(table["least"]) if points >= least), default=0)
