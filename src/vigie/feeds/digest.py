"""A digest of alerts: what changed in the last days, as text, as HTML and for programs.

In: public alerts in both languages; alerts of the analyst where they were asked for. Out: Digest, whose id is that of its content:
the same alerts give the same id, so that a repeat is recognised. Left out: sending (`outbox.py`, `mail.py`, `webhook.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any, Literal

from vigie.feeds.cap_drafts import draft_of_analyst
from vigie.feeds.entries import id_of, paragraphs, site, url_of
from vigie.feeds.plain import cut, plain
from vigie.feeds.records import PublicAlert
from vigie.feeds.words import LANGUAGES, said
from vigie.store import Store
from vigie.store.watchlist import alert_log, saved_alerts, signals_of

DAYS = {"day": 1, "week": 7, "month": 31}
Edition = Literal["public", "analyst"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One message for all who get it.

    Attributes:
        id: 32 hex digits over the alerts and their versions; not over the day on which it was made.
        about: addresses of the public alerts in it, so that it goes with what is erased.
        day: the last day on which one of its alerts changed.
        body: what a webhook posts, as JSON bytes.
    """

    id: str
    edition: Edition
    about: tuple[str, ...]
    day: date
    alerts: int
    subject: str
    text: str
    html: str
    body: bytes


def make_digest(
    alerts: Mapping[str, Sequence[PublicAlert]],
    since: date,
    *,
    base_url: str = "",
    saved: Sequence[Mapping[str, Any]] = (),
    edition: Edition = "public",
) -> Digest | None:
    """The digest of what changed since a day; None where nothing did.

    Args:
        alerts: public alerts by language.
        saved: of the analyst's edition: rows of `analyst_rows`.
    """
    base = site(base_url)
    fresh = {lang: [a for a in alerts[lang] if a.updated >= since] for lang in LANGUAGES}
    first = fresh[LANGUAGES[0]]
    if not first and not saved:
        return None
    named = sorted(
        [f"{a.address} {a.version} {a.status}" for a in first] + [f"{r['id']} {r['version']}" for r in saved]
    )
    number = hashlib.sha256("\n".join([edition, *named]).encode()).hexdigest()[:32]
    count = len(first) + len(saved)
    day = max([a.updated for a in first] + [date.fromisoformat(r["updated"]) for r in saved])
    body = {
        "type": "vigie.digest",
        "version": 1,
        "id": number,
        "edition": edition,
        "day": day.isoformat(),
        "alerts": [
            _codes(a) | {"id": id_of(a, base), "url": url_of(a, base)}
            for lang in LANGUAGES
            for a in fresh[lang]
        ],
        **({"analyst": list(saved)} if edition == "analyst" else {}),
    }
    return Digest(
        id=number,
        edition=edition,
        about=tuple(sorted({a.address for a in first})),
        day=day,
        alerts=count,
        subject=_subject(count, first, edition),
        text="\n\n".join(_text(lang, fresh[lang], saved, base, edition) for lang in LANGUAGES) + "\n",
        html=_html(fresh, saved, base, edition),
        body=json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(),
    )


def analyst_rows(store: Store, since: date) -> list[dict[str, Any]]:
    """Alerts of the analyst that were opened, regraded or closed since a day: codes and figures, no sentence."""
    rows = []
    for alert in saved_alerts(store):
        if alert.kind != "rise":
            continue
        draft = draft_of_analyst(alert, signals_of(store, alert.alert_id), alert_log(store, alert.alert_id))
        if draft.sent.date() >= since:
            rows.append(
                {
                    "id": alert.alert_id, "version": draft.version, "updated": draft.sent.date().isoformat(), "status": alert.status,
                    "grade": alert.grade, "substance": alert.substance, "area": draft.geocode[1] if draft.geocode else "",
                    **{lang: info.description for lang, info in zip(LANGUAGES, draft.infos, strict=True)},
                }
            )  # fmt: skip
    return rows


def _codes(alert: PublicAlert) -> dict[str, Any]:
    """The alert as JSON, with text that every program can read."""
    return {k: plain(v) if isinstance(v, str) else v for k, v in alert.as_json().items()}


def _subject(count: int, alerts: Sequence[PublicAlert], edition: Edition) -> str:
    first = f" : {alerts[0].title}" if len(alerts) == 1 and count == 1 else ""
    about = said("fr", "digest_subject" if edition == "public" else "digest_subject_analyst", n=count)
    return cut(f"{about}{first}", 120)


def _text(
    lang: str, alerts: Sequence[PublicAlert], saved: Sequence[Mapping[str, Any]], base: str, edition: Edition
) -> str:
    lines = [said(lang, "feed_title").upper(), ""]
    if edition == "analyst":
        lines += [said(lang, "digest_analyst"), ""]
    for alert in alerts:
        lines += [f"* {plain(alert.title)}", f"  {_about(alert)}"]
        lines += [f"  « {p.text} »" if p.quoted else f"  {p.text}" for p in paragraphs(alert)]
        lines += [f"  {url_of(alert, base)}"] if base else []
        lines += [""]
    for row in saved:
        lines += [f"* {plain(row[lang])}", f"  {row['id']}", ""]
    return "\n".join([*lines, said(lang, "digest_foot"), "-- "])


def _html(
    fresh: Mapping[str, Sequence[PublicAlert]],
    saved: Sequence[Mapping[str, Any]],
    base: str,
    edition: Edition,
) -> str:
    """A page without scripts, images or links but to the site: mail programs show it as it is."""
    title = escape(said("fr", "feed_title"))
    head = f'<meta charset="utf-8"><title>{title}</title>'
    parts = [f'<!DOCTYPE html><html lang="fr"><head>{head}</head><body>']
    for lang in LANGUAGES:
        parts += [f'<section lang="{lang}"><h1>', escape(said(lang, "feed_title")), "</h1>"]
        if edition == "analyst":
            parts += ["<p><strong>", escape(said(lang, "digest_analyst")), "</strong></p>"]
        for alert in fresh[lang]:
            title = escape(plain(alert.title))
            named = f'<a href="{escape(url_of(alert, base))}">{title}</a>' if base else title
            parts += [f"<h2>{named}</h2><p>", escape(_about(alert)), "</p>"]
            for p in paragraphs(alert):
                line = f'<p lang="{escape(p.lang)}">{escape(p.text)}</p>'
                parts += [f"<blockquote>{line}</blockquote>" if p.quoted else line]
        parts += [f"<p>{escape(plain(row[lang]))} ({escape(row['id'])})</p>" for row in saved]
        parts += ["<hr><p>", escape(said(lang, "digest_foot")), "</p></section>"]
    return "".join([*parts, "</body></html>\n"])


def _about(alert: PublicAlert) -> str:
    state = said(alert.lang, "digest_withdrawn" if alert.status == "withdrawn" else "digest_current")
    return said(alert.lang, "digest_about", state=state, version=alert.version, day=alert.updated.isoformat())
