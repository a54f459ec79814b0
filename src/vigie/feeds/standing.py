"""Alerts that stand, as if each were told for the first time.

In: what the public gate read. Out: Found: a PublicAlert of version 1, and what tells what it says from something else. A warning is
told in its own words, a release as codes and figures. Left out: versions, and what was withdrawn (`public_alerts.py`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from vigie.feeds.plain import plain
from vigie.feeds.records import PublicAlert
from vigie.feeds.words import said
from vigie.report.alerts import Release, alert_area, alert_evidence, releases
from vigie.report.facts import Fact
from vigie.report.period import parse_period
from vigie.report.public import Admitted, Gate, grades_of
from vigie.report.results import warnings
from vigie.report.words import Words
from vigie.store import Store
from vigie.store.corrections import warning_address

_EVERYTHING = parse_period(None, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An alert with what tells one version of it from another, whatever the language: "" where nothing is said."""

    alert: PublicAlert
    digest: str


def standing(store: Store, read: Admitted, gate: Gate, words: Words) -> list[Found]:
    """Those that stand in the gate's area, as if each were told for the first time."""
    official = [f for f in read.every if gate.alerts(f) and gate.holds(f)]
    found = [_of_warning(fact, words) for fact in _originals(warnings(official, _EVERYTHING))]
    return found + [_of_release(release, words) for release in releases(store, read, gate, _EVERYTHING)]


def _originals(found: list[Fact]) -> list[Fact]:
    """An official text that carries another one is no alert of its own."""
    stated = {fact.doc_id for fact in found}
    return [f for f in found if f.original_id is None or f.original_id not in stated]


def _of_warning(fact: Fact, words: Words) -> Found:
    area, day = alert_area(fact), _published(fact)
    kind = _kind(fact)
    alert = PublicAlert(
        address=warning_address(fact.doc_id),
        version=1,
        status="current",
        first_published=day,
        updated=day,
        title=plain(fact.title) or _title(fact, kind, words),
        summary=_summary(fact, kind, words),
        note="",
        area=area,
        area_name=words.area(area) if area else "",
        substance=fact.substance,
        substance_name=words.substance(fact.substance) if fact.substance else "",
        kind=kind,
        persons=int(fact.persons) if kind == fact.kind and fact.persons else None,
        grade=fact.grade,
        official=True,
        source=plain(fact.outlet),
        lang=words.lang,
        evidence=plain(fact.sentence or fact.quote),
        evidence_lang=fact.lang,
    )
    says = digest_of(fact.title, fact.sentence or fact.quote, area, fact.substance, kind, alert.persons, fact.grade, fact.outlet)  # fmt: skip
    return Found(alert=alert, digest=says)


def _of_release(release: Release, words: Words) -> Found:
    first, areas = release.facts[0], list(dict.fromkeys(map(alert_area, release.facts)))
    area = areas[0] if len(areas) == 1 else None
    substances = list(dict.fromkeys(f.substance for f in release.facts))
    substance = substances[0] if len(substances) == 1 else None
    persons = [int(f.persons) for f in release.facts if f.persons]
    alert = PublicAlert(
        address=f"alert/r{release.release_id}",
        version=1,
        status="current",
        first_published=release.made_on,
        updated=release.made_on,
        title=_title(first, _kind(first), words),
        summary=alert_evidence(release, words).before,
        note="",
        area=area,
        area_name=words.area(area) if area else "",
        substance=substance,
        substance_name=words.substance(substance) if substance else "",
        kind=_kind(first),
        persons=max(persons, default=None),
        grade=grades_of(release.facts),
        official=False,
        source=said(words.lang, "released_by", role=release.role),
        lang=words.lang,
        evidence="",
        evidence_lang="",
    )
    # Codes and figures, not words: better wording is no new version.
    says = (
        (f.type, f.kind, f.substance, alert_area(f), f.persons, f.measure, f.middle, f.when_start, f.grade)
        for f in release.facts
    )
    return Found(alert=alert, digest=digest_of(release.role, *says))


def digest_of(*said: object) -> str:
    return hashlib.sha256(repr(said).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _published(fact: Fact) -> date:
    """The last day on which it can have been published; not after it was stored."""
    known = [day for day in (fact.published_end, fact.stored_on) if day is not None]
    return min(known, default=date.min)


def _kind(fact: Fact) -> str:
    if fact.type == "purity":
        return "purity"
    return fact.kind if fact.type == "event" and fact.kind else "warning"


def _title(fact: Fact, kind: str, words: Words) -> str:
    area = alert_area(fact)
    what = words.substance(fact.substance) if fact.substance else said(words.lang, "unnamed")
    named = said(words.lang, "purity") if kind == "purity" else words.of("events", kind)
    title = said(words.lang, "title", what=what[:1].upper() + what[1:], kind=named)
    return f"{title}, {words.area(area)}" if area else title


def _summary(fact: Fact, kind: str, words: Words) -> str:
    """Where the document has no more than a title, its codes: never nothing."""
    text = plain(fact.sentence or fact.quote)
    return text if text and text != plain(fact.title) else _title(fact, kind, words)
