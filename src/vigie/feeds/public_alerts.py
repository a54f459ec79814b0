"""Alerts that anyone may read without delay: official warnings, and what a named editor released.

In: a store, the public gate, a language. Out: PublicAlert records, latest first; one that was taken back stays, as
withdrawn, so that those who read it learn of it. Left out: alerts of the analyst, and every figure (the bulletin has them).
The address of a warning is a hash of its document, which is official; of a release its number: neither leads to a document
that is not public.
"""

from __future__ import annotations

import hashlib
from datetime import date

from vigie.feeds.records import PublicAlert
from vigie.feeds.words import said
from vigie.model.errors import SettingsError
from vigie.report.alerts import Release, alert_area, alert_evidence, releases
from vigie.report.evidence import one_line
from vigie.report.facts import Fact
from vigie.report.period import parse_period
from vigie.report.public import Admitted, Gate, grades_of
from vigie.report.results import warnings
from vigie.report.words import Words
from vigie.store import Store
from vigie.store.publications import Decision, decisions

_EVERYTHING = parse_period(None, ())


def public_alerts(
    store: Store, gate: Gate, lang: str, *, read: Admitted | None = None, area: str | None = None
) -> list[PublicAlert]:
    """The alerts that stand or were withdrawn, those of the latest day first.

    Args:
        gate: the public one.
        lang: "fr" or "en": the words around; an official text stays in its own language.
        read: what the gate read already, so that it is not read again.
        area: code of a department, region or country; None for all.
    Raises:
        SettingsError: if the gate is the analyst's, or the language is not known.
    """
    if not gate.public:
        raise SettingsError(
            "alerts for anyone pass the public gate (vigie stats alert list shows those of the analyst)"
        )
    gate, words = gate.at(area), Words(lang)
    admitted = gate.read_alerts(store) if read is None else read
    found = [_of_warning(fact, words) for fact in _originals(warnings(admitted.official, _EVERYTHING))]
    found += _of_releases(store, releases(store, admitted, gate, _EVERYTHING), gate, words)
    return sorted(found, key=lambda a: (-a.updated.toordinal(), -a.first_published.toordinal(), a.address))


def warning_address(doc_id: str) -> str:
    """ "alert/w-1f0c52aa90b3": the same for the same document in every store."""
    return f"alert/w-{hashlib.sha256(f'vigie warning {doc_id}'.encode()).hexdigest()[:12]}"


def _originals(found: list[Fact]) -> list[Fact]:
    """An official text that carries another one is no alert of its own."""
    stated = {fact.doc_id for fact in found}
    return [f for f in found if f.original_id is None or f.original_id not in stated]


def _of_warning(fact: Fact, words: Words) -> PublicAlert:
    area, day = alert_area(fact), _published(fact)
    kind = _kind(fact)
    return PublicAlert(
        address=warning_address(fact.doc_id),
        version=1,
        status="current",
        first_published=day,
        updated=day,
        title=one_line(fact.title) or _title(fact, kind, words),
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
        source=one_line(fact.outlet),
        lang=words.lang,
        evidence=one_line(fact.sentence or fact.quote),
        evidence_lang=fact.lang,
    )


def _of_releases(store: Store, standing: list[Release], gate: Gate, words: Words) -> list[PublicAlert]:
    """Those that stand, and those that were taken back, from the log of editors."""
    log = [line for line in decisions(store) if line.made_on <= gate.day]
    back = {line.release_id: line for line in log if line.action == "withdraw"}
    return [_of_release(release, words) for release in standing] + [
        _taken_back(line, back[line.release_id], words)
        for line in log
        if line.action == "release" and line.release_id in back
    ]


def _of_release(release: Release, words: Words) -> PublicAlert:
    first, areas = release.facts[0], list(dict.fromkeys(map(alert_area, release.facts)))
    area = areas[0] if len(areas) == 1 else None
    substances = list(dict.fromkeys(f.substance for f in release.facts))
    substance = substances[0] if len(substances) == 1 else None
    persons = [int(f.persons) for f in release.facts if f.persons]
    return PublicAlert(
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


def _taken_back(line: Decision, end: Decision, words: Words) -> PublicAlert:
    """What is left of it: that it was withdrawn, when, and what to do; nothing of what it said."""
    note = said(
        words.lang, "withdrawn", first=words.day(line.made_on.isoformat()), day=words.day(end.made_on.isoformat())
    )  # fmt: skip
    return gone(
        f"alert/r{line.release_id}", line.made_on, end.made_on, 2, note, words, official=False, source=line.role
    )  # fmt: skip


def gone(
    address: str, first: date, day: date, version: int, note: str, words: Words, *, official: bool, source: str
) -> PublicAlert:  # fmt: skip
    """An alert on which nobody may rely any more."""
    return PublicAlert(
        address=address,
        version=version,
        status="withdrawn",
        first_published=first,
        updated=day,
        title=said(words.lang, "withdrawn_title", address=address.partition("/")[2]),
        summary="",
        note=note,
        area=None,
        area_name="",
        substance=None,
        substance_name="",
        kind="withdrawn",
        persons=None,
        grade="",
        official=official,
        source="" if official else said(words.lang, "released_by", role=source),
        lang=words.lang,
        evidence="",
        evidence_lang="",
    )


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
    text = one_line(fact.sentence or fact.quote)
    return text if text and text != one_line(fact.title) else _title(fact, kind, words)
