"""What one document tells of one event: its facts of one family, place and time, as a report.

In: rows of facts of one document, in order of the text. Out: Report records, in that order, and reasons for what was left out.
Families of events, lag and distances, with their reasons: data/stats/events.toml.
Left out: which reports of several documents are one event (`incident_links.py`). Known weakness: two seizures in one place
on one day in one text are one report.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from vigie.lexicon.substances import taxonomy
from vigie.lexicon.terms import data_toml
from vigie.text.normalise import fold

FINE = ("arrondissement", "commune", "city")
COARSE = "dated more coarsely than the month"
_WORD = re.compile(r"[^\W\d_]+")
Row = Mapping[str, Any]


@cache
def rules() -> Mapping[str, Any]:
    """data/stats/events.toml."""
    return data_toml("stats", "events.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place, and what contains it. `code` is "" where no place is known."""

    code: str = ""
    label: str = ""
    level: str = ""
    holders: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None

    @property
    def fine(self) -> bool:
        return self.level in FINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure as told.

    Attributes:
        what: "seized", "valuation", or the kind of event whose persons are counted.
        unit: "g", "EUR", "person", or a piece (pill, plant).
        substance: id, "" for none; persons and euros have none.
        low, high: in `unit`; None = open bound.
        provisional, revised: the sentence says that the figure was given before, or corrects one.
    """

    what: str
    unit: str
    substance: str
    low: float | None
    high: float | None
    provisional: bool = False
    revised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one document tells of one event.

    Attributes:
        number: which report of its document.
        voice: who speaks for themselves; copies have the voice of their original.
        original: document that this one copies, "" for none.
        start, end: first and last day (ordinal) on which it can have been; without a date in the text, the days before publication.
        stated: the text gives the date.
        published: first day of publication (ordinal).
        weight: what its word counts for, by grade, office and rumour.
        words: rare or not, without names of places.
        evidence: ids of observations, in order.
    """

    doc_id: str
    number: int
    family: str
    voice: str
    original: str
    kinds: tuple[str, ...]
    substances: frozenset[str]
    spot: Spot
    start: int
    end: int
    stated: bool
    published: int
    weight: float
    figures: tuple[Figure, ...]
    words: frozenset[str]
    evidence: tuple[str, ...]


def family_of(row: Row) -> str:
    """Id of the family of events that a fact belongs to; "" for none."""
    column = {"event": "events", "quantity": "quantities", "price": "prices"}.get(row["type"])
    if column is None:
        return ""
    return next((f["id"] for f in rules()["family"] if row["kind"] in f[column]), "")


@dataclass(slots=True)
class _Group:
    """Facts of one document that are one report so far."""

    family: str
    rows: list[Row]
    spot: Spot
    start: int
    end: int
    stated: bool
    substances: set[str]
    sentences: set[int]


def reports_of(rows: Sequence[Row]) -> tuple[list[Report], Counter[str]]:
    """Reports of one document.

    Args:
        rows: its facts of the view `facts`, in order of the text, with `signed` (an agency or "").
    """
    groups: list[_Group] = []
    left: Counter[str] = Counter()
    totals = {row["sentence_start"] for row in rows if _left_out(row) == COARSE}
    later: list[tuple[str, Row]] = []
    for row in rows:
        family = family_of(row)
        reason = _left_out(row)
        if not family:
            continue
        if row["type"] == "price":
            later.append((family, row))  # a valuation makes no event by itself
        elif reason or (row["sentence_start"] in totals and row["when_basis"] != "text"):
            left[reason or COARSE] += 1  # a verb beside the total of a year has no day of its own
        else:
            _place(groups, family, row)
    for family, row in later:
        same = [g for g in groups if g.family == family and row["assertion"] in ("affirmed", "reported")]
        near = [g for g in same if row["sentence_start"] in g.sentences] or same
        if near:
            near[0].rows.append(row)
    return [_report(group, number) for number, group in enumerate(groups)], left


def _left_out(row: Row) -> str:
    rule = rules()["facts"]
    if row["assertion"] not in rule["assertions"]:
        return "denied, feared or planned"
    if row["when_start"] is None or row["published_start"] is None:
        return "undated"
    if row["when_precision"] not in rule["precisions"]:
        return COARSE
    if row["when_basis"] != "text" and _past_year(row["sentence"] or "", row["published_start"].year):
        return COARSE
    return ""


def _past_year(sentence: str, year: int) -> bool:
    """Whether a sentence names one of the years before this one, as the time of something."""
    return any(year - 20 <= int(found[1]) < year for found in _year_pattern().finditer(fold(sentence)))


@cache
def _year_pattern() -> re.Pattern[str]:
    words = "|".join(map(re.escape, rules()["facts"]["past_year_after"]))
    return re.compile(
        rf"(?<!\w)(?:{words})\s+((?:19|20)\d\d)(?![\d.,]*\d|\s+(?:kg|g|kilos?|tonnes?|plants?|pieds?)\b)"
    )


def _place(groups: list[_Group], family: str, row: Row) -> None:
    """Put a fact into the report that it fits, or open one."""
    spot, (start, end, stated) = spot_of(row), _days(row)
    substance = row["substance"] or ""
    best: tuple[int, int] | None = None
    for at, group in enumerate(groups):
        if group.family != family:
            continue
        beside = row["sentence_start"] in group.sentences
        if not (beside or not substance or any(related(substance, s) for s in group.substances)
                or not group.substances or (spot.code == group.spot.code and stated == group.stated)):  # fmt: skip
            continue
        slack = rules()["time"]["slack"] if stated and group.stated else 0
        if start - group.end > slack or group.start - end > slack:
            continue
        if not _one_place(spot, group.spot):
            continue
        fit = (2 * beside + (stated and group.stated) + (spot.code == group.spot.code), at)
        best = max(best, fit) if best else fit
    if best is None:
        groups.append(
            _Group(family, [row], spot, start, end, stated, {substance} - {""}, {row["sentence_start"]})
        )
        return
    group = groups[best[1]]
    group.rows.append(row)
    group.sentences.add(row["sentence_start"])
    group.substances |= {substance} - {""}
    if (stated, start - end) > (group.stated, group.start - group.end):  # stated, then shorter
        group.start, group.end, group.stated = start, end, stated
    if _fineness(spot) > _fineness(group.spot):
        group.spot = spot


def _fineness(spot: Spot) -> int:
    levels = {
        "commune": 4,
        "arrondissement": 4,
        "city": 4,
        "department": 3,
        "region": 2,
        "state": 2,
        "area": 1,
        "country": 1,
    }
    return levels.get(spot.level, 0)


def _one_place(one: Spot, other: Spot) -> bool:
    """Whether one text means one place by both."""
    if not one.code or not other.code or one.code == other.code:
        return True
    if one.code in other.holders or other.code in one.holders:
        return True
    gap = km(one, other)
    return one.fine and other.fine and gap is not None and gap <= rules()["place"]["one_text_km"]


def _days(row: Row) -> tuple[int, int, bool]:
    """First and last day on which it can have been, and whether the text says so."""
    end = (row["published_end"] or row["published_start"]).toordinal()
    if row["when_basis"] == "text":
        start, last = row["when_start"].toordinal(), row["when_end"].toordinal()
        return start, max(start, min(last, end)), True  # "this week", in a text of Tuesday, ends there
    return row["published_start"].toordinal() - rules()["time"]["lag"], end, False


@cache
def _cities() -> Mapping[str, str]:
    """Beginnings of codes of arrondissements -> their city."""
    found: Mapping[str, str] = data_toml("stats", "clusters.toml")["cities"]["prefix"]
    return found


def spot_of(row: Row) -> Spot:
    code = row["place_code"]
    if not code or row["place_level"] == "world":
        return Spot()
    held = tuple(
        c for c in (row["place_department"], row["place_region"], row["place_country"]) if c and c != code
    )
    if row["place_level"] == "arrondissement":
        city = next((c for prefix, c in _cities().items() if code.startswith(prefix)), "")
        held = (city, *held) if city else held
    return Spot(
        code=code, label=row["place_label"] or code, level=row["place_level"] or "", holders=held, lat=row["place_lat"],
        lon=row["place_lon"],
    )  # fmt: skip


def km(one: Spot, other: Spot) -> float | None:
    """Kilometres between two places, on a plane: right to a percent over the distances asked for here."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    across = (one.lon - other.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return 111.2 * math.hypot(one.lat - other.lat, across)


@cache
def related(one: str, other: str) -> bool:
    """Whether one is the other or a kind of it."""
    return one == other or one in broader(other) or other in broader(one)


@cache
def broader(substance: str) -> frozenset[str]:
    """The substance and all that it is a kind of."""
    found = [substance]
    for name in found:
        entry = taxonomy().get(name)
        found += [p for p in (entry.parents if entry else ()) if p not in found]
    return frozenset(found)


def _report(group: _Group, number: int) -> Report:
    first = group.rows[0]
    best = rules()["best"]
    weight = best["grades"].get(first["grade"], 0.3)
    weight *= best["official"] if first["document_kind"] in best["official_kinds"] else 1.0
    if all(row["assertion"] == "reported" for row in group.rows):
        weight *= best["rumour"]
    agency = next((a for row in group.rows if (a := agency_of(row["attribution"]))), first["signed"] or "")
    named = {
        w for row in group.rows for w in _WORD.findall(fold(f"{row['place_label']} {row['place_name']}"))
    }
    least = rules()["words"]["letters"]
    words = {
        w for row in {r["sentence_start"]: r for r in group.rows}.values()
        for w in _WORD.findall(fold(row["sentence"] or "")) if len(w) >= least
    }  # fmt: skip
    order = [kind for family in rules()["family"] for kind in family["events"]]
    kinds = {"seizure" if row["type"] != "event" else row["kind"] for row in group.rows}
    return Report(
        doc_id=first["doc_id"], number=number, family=group.family, voice=fold(agency or first["speaker"] or "").strip(),
        original=first["original_id"] or "", kinds=tuple(sorted(kinds, key=order.index)),
        substances=frozenset(group.substances), spot=group.spot, start=group.start, end=group.end, stated=group.stated,
        published=first["published_start"].toordinal(), weight=weight,
        figures=tuple(dict.fromkeys(f for row in group.rows if (f := figure_of(row)))), words=frozenset(words - named),
        evidence=tuple(row["id"] for row in group.rows),
    )  # fmt: skip


@cache
def agency_names() -> Mapping[str, Any]:
    """Names of agencies, and what stands around one that signs: data/taxonomy/copies.toml."""
    found: Mapping[str, Any] = data_toml("taxonomy", "copies.toml")["agencies"]
    return found


def agency_of(attribution: str | None) -> str:
    """The agency that somebody is cited as; "" for anybody else."""
    return attribution if attribution and attribution in agency_names()["names"] else ""


def figure_of(row: Row) -> Figure | None:
    """The figure that a fact gives; None without one."""
    low, high, unit, what, substance = (
        row["low"],
        row["high"],
        row["unit"],
        row["kind"],
        row["substance"] or "",
    )
    if row["type"] == "quantity" and (row["grams"] is not None or row["grams_high"] is not None):
        low, high, unit = row["grams"], row["grams_high"], "g"
    elif row["type"] == "price":
        low, high, unit, what, substance = row["eur_low"], row["eur_high"], "EUR", "valuation", ""
    elif row["type"] == "event":
        unit, substance = unit or "person", ""
    if (low is None and high is None) or (row["type"] == "event" and not low and not high):
        return None
    cues = _cues(fold(row["sentence"] or ""))
    return Figure(what=what, unit=unit or "", substance=substance, low=low, high=high,
                  provisional="provisional" in cues, revised="revised" in cues)  # fmt: skip


@cache
def _cue_pattern() -> re.Pattern[str]:
    parts = [f"(?P<{cue['id']}>{'|'.join(map(re.escape, cue['words']))})" for cue in rules()["cue"]]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


def _cues(sentence: str) -> frozenset[str]:
    return frozenset(m.lastgroup for m in _cue_pattern().finditer(sentence) if m.lastgroup)
