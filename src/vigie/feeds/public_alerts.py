"""Alerts that anyone may read without delay: official warnings, and what a named editor released.

In: a store, the public gate, a language. Out: PublicAlert records, the last updated first; one that was taken back or lost its
facts stays, as withdrawn, so that those who read it learn of it. Left out: alerts of the analyst, and every figure (the
bulletin has them). The address of a warning is a hash of its document, which is official; of a release its number: neither
leads to a document that is not public.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from vigie.feeds.plain import plain
from vigie.feeds.records import Correction, PublicAlert
from vigie.feeds.standing import Found, digest_of, standing
from vigie.feeds.words import said
from vigie.model.errors import SettingsError
from vigie.report.public import Admitted, Gate
from vigie.report.words import Words
from vigie.store import Store
from vigie.store.alert_versions import AlertVersion, alert_versions
from vigie.store.corrections import corrections
from vigie.store.publications import Decision, decisions


def public_alerts(
    store: Store, gate: Gate, lang: str, *, read: Admitted | None = None, area: str | None = None
) -> list[PublicAlert]:
    """The alerts that stand or were withdrawn, those of the latest day first.

    Args:
        gate: the public one.
        lang: "fr" or "en": the words around; an official text stays in its own language.
        read: what the gate read already, so that it is not read again.
        area: code of a department, region or country; None for all. What was withdrawn belongs to every area.
    Raises:
        SettingsError: if the gate is the analyst's, or the language is not known.
    """
    return [found.alert for found in found_alerts(store, gate, lang, read=read, area=area)]


def found_alerts(
    store: Store, gate: Gate, lang: str, *, read: Admitted | None = None, area: str | None = None
) -> list[Found]:
    """The same, each with its digest, for those who write versions down (`versions.py`)."""
    if not gate.public:
        raise SettingsError(
            "alerts for anyone pass the public gate (vigie stats alert list shows those of the analyst)"
        )
    words, whole = Words(lang), gate.at(None)
    admitted = whole.read_alerts(store) if read is None else read
    log = [line for line in decisions(store) if line.made_on <= gate.day]
    stand = standing(store, admitted, whole, words)
    here = stand if area is None else standing(store, admitted, gate.at(area), words)
    known, told = alert_versions(store), _told(store)
    current = {f.alert.address: _numbered(f, known.get(f.alert.address, []), told, gate.day) for f in stand}
    found = [_with_number(f, current[f.alert.address]) for f in here]
    # What was taken back, then what was shown once and is supported no more.
    back = _taken_back(log, known, words)
    found += back
    past = {f.alert.address for f in back} | set(current)
    found += [_vanished(rows, gate.day, words) for address, rows in known.items() if address not in past]
    return sorted(
        found, key=lambda f: (-f.alert.updated.toordinal(), -f.alert.first_published.toordinal(), f.alert.address)
    )  # fmt: skip


def _numbered(
    found: Found, rows: Sequence[AlertVersion], told: dict[str, list[Correction]], day: date
) -> Found:
    """With its version, by what was written down: what says something else than the last one is a new version.

    A correction by an editor is one too, so that it is part of the digest.
    """
    alert, notes = found.alert, told.get(found.alert.address, [])
    digest = digest_of(found.digest, *(f"{n.day} {n.note}" for n in notes))
    if not rows:
        updated = max([alert.updated, *(n.day for n in notes)])
        return Found(alert=replace(alert, updated=updated, corrections=tuple(notes)), digest=digest)
    last = rows[-1]
    same = last.shown and last.digest == digest
    version, since = (last.version, last.since) if same else (last.version + 1, day)
    changed = [(r.version, r.since) for r in rows if r.shown and r.version > 1]
    changed += [] if same else [(version, since)]
    # Where an editor said why on that day, the reason says more.
    said_why = {n.day for n in notes}
    lines = [_change(v, d, alert.lang) for v, d in changed if d not in said_why] + notes
    alert = replace(
        alert,
        version=version,
        first_published=rows[0].first_published,
        updated=since,
        corrections=tuple(sorted(lines, key=lambda c: (c.day, c.version))),
    )
    return Found(alert=alert, digest=digest)


def _with_number(found: Found, numbered: Found) -> Found:
    """What an area sees of an alert, under the version that the whole alert has."""
    alert = numbered.alert
    seen = replace(
        found.alert,
        version=alert.version,
        first_published=alert.first_published,
        updated=alert.updated,
        corrections=alert.corrections,
    )
    return Found(alert=seen, digest=numbered.digest)


def _change(version: int, day: date, lang: str) -> Correction:
    note = said(lang, "changed", version=version, day=_day(day, lang))
    return Correction(version=version, day=day, note=note)


def _told(store: Store) -> dict[str, list[Correction]]:
    """What editors said of alerts, by address."""
    found: dict[str, list[Correction]] = {}
    for line in corrections(store):
        if line.address.startswith("alert/"):
            found.setdefault(line.address, []).append(
                Correction(version=line.to_version, day=line.made_on, note=plain(line.reason))
            )
    return found


def _taken_back(log: Sequence[Decision], known: dict[str, list[AlertVersion]], words: Words) -> list[Found]:
    """What is left of it: that it was withdrawn, when, and what to do; nothing of what it said."""
    ends = {line.release_id: line for line in log if line.action == "withdraw"}
    found = []
    for line in log:
        end = ends.get(line.release_id)
        if line.action != "release" or end is None:
            continue
        address = f"alert/r{line.release_id}"
        rows = known.get(address, [])
        version = (rows[-1].version + rows[-1].shown) if rows else 2
        note = said(
            words.lang, "withdrawn", first=_day(line.made_on, words.lang), day=_day(end.made_on, words.lang)
        )
        role = said(words.lang, "released_by", role=end.role)
        since = end.made_on if not rows or rows[-1].shown else rows[-1].since
        found.append(
            _gone(address, version, line.made_on, max(since, end.made_on), note, role, words, official=False)
        )
    return found


def _vanished(rows: Sequence[AlertVersion], day: date, words: Words) -> Found:
    """What was shown, and of which no fact may be told any more: erased, read anew, or too few persons."""
    last = rows[-1]
    version, since = (last.version + 1, day) if last.shown else (last.version, last.since)
    first = rows[0].first_published
    note = said(words.lang, "gone", first=_day(first, words.lang), day=_day(since, words.lang))
    return _gone(last.address, version, first, since, note, "", words, official=last.official)


def _gone(
    address: str, version: int, first: date, day: date, note: str, source: str, words: Words, *, official: bool
) -> Found:  # fmt: skip
    """An alert on which nobody may rely any more."""
    alert = PublicAlert(
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
        source=source,
        lang=words.lang,
        evidence="",
        evidence_lang="",
    )
    return Found(alert=alert, digest="")


def _day(day: date, lang: str) -> str:
    return Words(lang).day(day.isoformat())
