"""What both kinds of feed say of an alert: its id, its address, its days and its paragraphs.

In: PublicAlert records, the address of the site. Out: ids and times that are the same in every run. Days are all that is
known, so that times are midnight UTC; a second for each version keeps two of one day apart.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from vigie.feeds.plain import plain
from vigie.feeds.records import PublicAlert
from vigie.feeds.words import said
from vigie.model.errors import SettingsError

MOST = 100  # entries in a feed: some readers give up on larger ones
NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)  # a feed without entries has no day of its own
_SPACE = uuid.UUID("6f3a1c52-8f0e-5d0b-9a55-3b1d8d6a7c41")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph of an entry; `quoted` in its own language for an official sentence."""

    text: str
    lang: str
    quoted: bool = False


def site(base_url: str) -> str:
    """The address of the site without its last slash; "" without one. Raises SettingsError if it is none."""
    if not base_url:
        return ""
    try:
        parts = urlsplit(base_url)
        known = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        good = (
            known
            and parts.username is None
            and parts.port != 0
            and base_url == plain(base_url)
            and " " not in base_url
        )
    except ValueError:
        good = False
    if not good:
        raise SettingsError("the base URL is no address of a site (write https://observatory.example/alerts)")
    return base_url.rstrip("/")


def latest(alerts: Iterable[PublicAlert]) -> list[PublicAlert]:
    """Those that a feed shows, the last updated first."""
    return sorted(alerts, key=lambda a: (-updated(a).timestamp(), a.address))[:MOST]


def url_of(alert: PublicAlert, base: str) -> str:
    """Its page; "" where there is no site."""
    return f"{base}/{alert.lang}/alert/{alert.identifier}" if base else ""


def id_of(alert: PublicAlert, base: str) -> str:
    """The address of its page, or without a site a UUID made of what never changes."""
    if base:
        return url_of(alert, base)
    return uuid.uuid5(_SPACE, f"{alert.lang} {alert.address} {alert.first_published}").urn


def feed_id(lang: str, base: str, form: str) -> str:
    return f"{base}/feeds/alerts.{lang}.{form}" if base else uuid.uuid5(_SPACE, f"feed {lang}").urn


def published(alert: PublicAlert) -> datetime:
    return _midnight(alert.first_published)


def updated(alert: PublicAlert) -> datetime:
    return _midnight(max(alert.updated, alert.first_published)) + timedelta(seconds=alert.version - 1)


def stamp(when: datetime) -> str:
    """RFC 3339: "2026-03-18T00:00:00Z"."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def paragraphs(alert: PublicAlert) -> list[Paragraph]:
    """What to say of it, the note to readers of an earlier version first."""
    lang = alert.lang
    found = [Paragraph(text=alert.note, lang=lang)] if alert.note else []
    found += [Paragraph(text=c.note, lang=lang) for c in alert.corrections if c.note != alert.note]
    if alert.evidence:
        found.append(Paragraph(text=alert.evidence, lang=alert.evidence_lang, quoted=True))
    elif alert.summary:
        found.append(Paragraph(text=alert.summary, lang=lang))
    if alert.status == "current":
        key = "rests_official" if alert.official else "rests_released"
        rests = said(
            lang, key, source=alert.source, grade=alert.grade, area=alert.area_name or said(lang, "nowhere")
        )
        found.append(Paragraph(text=rests, lang=lang))
    return [Paragraph(text=plain(p.text), lang=p.lang, quoted=p.quoted) for p in found]


def tags(alert: PublicAlert) -> list[str]:
    """Codes by which a reader may sort: status, substance, area, kind."""
    found = (alert.status, alert.substance, alert.area, alert.kind)
    return [tag for tag in dict.fromkeys(found) if tag]


def _midnight(day: date) -> datetime:
    return datetime.combine(max(day, NOTHING_YET.date()), time(), tzinfo=UTC)
