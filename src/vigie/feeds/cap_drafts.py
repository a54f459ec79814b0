"""Alerts as drafts for CAP: which codes, which words, which message they replace.

In: a public alert in both languages; an alert of the analyst with its signals and its log. Out: CapDraft.
Codes and their reasons: data/feeds/cap.toml. Left out: sentences of documents, but for official texts, which are public.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from vigie.feeds.cap import CapDraft, CapInfo, MsgType
from vigie.feeds.entries import updated, url_of
from vigie.feeds.records import PublicAlert
from vigie.feeds.words import said, words_of
from vigie.lexicon.terms import data_toml
from vigie.model.errors import SettingsError
from vigie.report.disclosure import coarse
from vigie.report.words import Words
from vigie.store.alert_versions import AlertVersion
from vigie.store.watchlist import AlertDecision, SavedAlert, SavedSignal

_LANGUAGES: tuple[tuple[Literal["fr", "en"], str], ...] = (("fr", "fr-FR"), ("en", "en-GB"))
_SUBDIVISION, _COUNTRY = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}"), re.compile(r"[A-Z]{2}")


def draft_of_public(
    versions: Sequence[PublicAlert],
    base: str = "",
    known: Sequence[AlertVersion] = (),
    day: date | None = None,
) -> CapDraft:
    """The draft of an alert that anyone may read.

    Args:
        versions: the alert in each language.
        base: address of the site; "" without one.
        known: its versions as written down, so that a later one names every earlier message.
        day: on which the draft is made; None for that of the version. What was published before asks for no action to come.
    """
    alert = versions[0]
    gone = alert.status == "withdrawn"
    codes, kind = _codes(), "withdrawn" if gone else alert.kind
    infos = tuple(
        CapInfo(
            language=tag,
            event=_event(found),
            headline=_headline(found),
            description=" ".join(p for p in (found.note, _description(found)) if p),
            sender_name=said(lang, "observatory"),
            area=found.area_name or said(lang, "nowhere"),
            web=url_of(found, base),
            parameters=_parameters(found),
        )
        for lang, tag in _LANGUAGES
        for found in versions
        if found.lang == lang
    )
    return CapDraft(
        name=alert.identifier,
        version=alert.version,
        sent=updated(alert),
        type=_message(alert.version, gone),
        earlier=_earlier(alert, known),
        public=True,
        urgency=_urgency(
            codes["urgency"].get(kind, codes["urgency"]["other"]),
            alert.first_published,
            day or updated(alert).date(),
        ),
        severity=codes["severity"].get(kind, codes["severity"]["other"]),
        certainty=codes["certainty"]["withdrawn" if gone else alert.grade[-1:] or "F"],
        kind=alert.kind,
        geocode=geocode(alert.area),
        restriction=_both("cap_restriction"),
        note=_both("cap_note"),
        infos=infos,
    )


def draft_of_analyst(
    alert: SavedAlert, signals: Sequence[SavedSignal], log: Sequence[AlertDecision], day: date | None = None
) -> CapDraft:
    """The draft of an alert of the analyst: counts and codes, for those who may know.

    Args:
        day: on which the draft is made; None for that of the version.
    Raises:
        SettingsError: if it is about a source that fell silent, which is no event.
    """
    if alert.kind != "rise":
        raise SettingsError(f"{alert.alert_id} is about sources that fell silent: no event to warn of")
    codes, area = _codes()["analyst"], coarse(alert.area)
    days = _days(alert, log)
    closed = alert.status == "closed"
    return CapDraft(
        name=alert.alert_id,
        version=len(days),
        sent=_moment(days[-1], len(days)),
        type=_message(len(days), closed),
        earlier=tuple((n, _moment(day, n)) for n, day in enumerate(days[:-1], 1)),
        public=False,
        urgency="Past" if closed else _urgency(codes["urgency"][str(alert.grade)], days[-1], day or days[-1]),
        severity=codes["severity"][alert.impact or "unknown"],
        certainty=codes["certainty"][alert.likelihood or "unknown"],
        kind=alert.kind,
        geocode=geocode(area),
        restriction=_both("cap_restriction"),
        note=_both("cap_note"),
        infos=tuple(_told(alert, signals, area, lang, tag) for lang, tag in _LANGUAGES),
    )


def geocode(area: str | None) -> tuple[str, str] | None:
    """The code of an area with the name of its list; None for what no list holds."""
    if area and _SUBDIVISION.fullmatch(area):
        return "ISO 3166-2", area
    return ("ISO 3166-1", area) if area and _COUNTRY.fullmatch(area) else None


def _told(
    alert: SavedAlert, signals: Sequence[SavedSignal], area: str | None, lang: Literal["fr", "en"], tag: str
) -> CapInfo:
    words, names = (
        Words(lang),
        words_of(lang)["indicators"],
    )  # a table's "death@source" is in the words of a bulletin
    what = words.substance(alert.substance) if alert.substance else said(lang, "unnamed")
    where = words.area(area) if area else said(lang, "nowhere")
    last = {s.indicator: s for s in sorted(signals, key=lambda s: s.period_start)}
    lines = [
        said(
            lang, "cap_signal", indicator=names.get(s.indicator, words.signal(s.indicator)), day=words.day(s.period_start.isoformat()),
            observed=words.short(s.observed) if s.observed is not None else "?",
            expected=words.short(s.expected) if s.expected is not None else "?",
        )
        for s in last.values()
    ]  # fmt: skip
    title = said(lang, "cap_rise", what=what[:1].upper() + what[1:], where=where)
    days = {"start": words.day(alert.started.isoformat()), "last": words.day(alert.last_alarm.isoformat())}
    about = said(lang, "cap_rests", speakers=alert.speakers, **days)
    rating = (("grade", str(alert.grade)), ("likelihood", alert.likelihood), ("impact", alert.impact))
    return CapInfo(
        language=tag,
        event=said(lang, "cap_event_rise"),
        headline=title,
        description=" ".join([f"{title}.", about, *lines]),
        sender_name=said(lang, "observatory"),
        area=where,
        parameters=tuple(
            (k, v) for k, v in (("alert", alert.alert_id), ("substance", alert.substance), *rating) if v
        ),
    )


def _codes() -> dict[str, Any]:
    return data_toml("feeds", "cap.toml")


def _urgency(code: str, since: date, day: date) -> str:
    """The code of what happened, or by its age that nobody knows whether, or that no, action is called for."""
    ages, age = _codes()["age"], (day - since).days
    if code != "Future" or age <= ages["future_days"]:
        return code
    return "Unknown" if age <= ages["unknown_days"] else "Past"


def _foreign(alert: PublicAlert) -> bool:
    """True where the official text is in another language than the words around it."""
    return bool(alert.evidence) and alert.evidence_lang not in ("", alert.lang)


def _headline(alert: PublicAlert) -> str:
    if not _foreign(alert):
        return alert.title
    what = alert.substance_name or said(alert.lang, "unnamed")
    return said(alert.lang, "title", what=what[:1].upper() + what[1:], kind=_kind(alert))


def _description(alert: PublicAlert) -> str:
    if not _foreign(alert):
        return alert.evidence or alert.summary
    return said(
        alert.lang, "cap_foreign", headline=_headline(alert), where=alert.area_name or said(alert.lang, "nowhere"),
        day=Words(alert.lang).day(alert.first_published.isoformat()),
    )  # fmt: skip


def _both(key: str) -> str:
    """What stands once in the message, in both languages."""
    return " / ".join(said(lang, key) for lang, _ in _LANGUAGES)


def _message(version: int, gone: bool) -> MsgType:
    if gone:
        return "Cancel"
    return "Alert" if version == 1 else "Update"


def _event(alert: PublicAlert) -> str:
    if alert.status == "withdrawn":
        return said(alert.lang, "cap_event_withdrawn")
    return said(alert.lang, "cap_event", kind=_kind(alert))


def _kind(alert: PublicAlert) -> str:
    if alert.kind == "purity":
        return said(alert.lang, "purity")
    return Words(alert.lang).of("events", alert.kind)


def _parameters(alert: PublicAlert) -> tuple[tuple[str, str], ...]:
    """What a program needs; nothing that the text does not say."""
    # A block has one language: what the official text says in another one is for programs and the person who reviews it.
    original = (alert.title, alert.evidence, alert.evidence_lang) if _foreign(alert) else ("", "", "")
    found = (
        ("alert", alert.address), ("official", "yes" if alert.official else "no"), ("substance", alert.substance or ""),
        ("source", alert.source), ("source-grade", alert.grade), ("originalTitle", original[0]),
        ("originalText", original[1]), ("originalLanguage", original[2]),
    )  # fmt: skip
    return tuple((name, value) for name, value in found if value)


def _earlier(alert: PublicAlert, known: Sequence[AlertVersion]) -> tuple[tuple[int, datetime], ...]:
    """The messages before this one, as written down; without that the first, and that of each correction."""
    days = {1: alert.first_published} | {c.version: c.day for c in alert.corrections}
    days = {v.version: max(v.since, v.first_published) for v in known} or days
    return tuple((n, _moment(days[n], n)) for n in sorted(days) if n < alert.version)


def _days(alert: SavedAlert, log: Sequence[AlertDecision]) -> list[date]:
    """The day of each version: it was opened, regraded, closed."""
    changed = [line.made_on for line in log if line.action in ("regrade", "close")]
    return [alert.first_saved, *changed]


def _moment(day: date, version: int) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC) + timedelta(seconds=version - 1)
