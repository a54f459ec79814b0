"""Alerts as a JSON Feed (version 1.1). In: PublicAlert records of one language. Out: bytes; the same records give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from vigie.feeds.entries import (
    feed_id,
    id_of,
    latest,
    paragraphs,
    published,
    site,
    stamp,
    tags,
    updated,
    url_of,
)
from vigie.feeds.plain import plain
from vigie.feeds.records import PublicAlert
from vigie.feeds.words import said

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(alerts: Sequence[PublicAlert], *, lang: str, base_url: str = "") -> bytes:
    """The feed of one language; `base_url` is where the site stands, else nothing in it is a link.

    Raises:
        SettingsError: if the language is not known or the base URL is none.
    """
    base = site(base_url)
    links = (
        {"home_page_url": f"{base}/{lang}/alerts", "feed_url": feed_id(lang, base, "json")} if base else {}
    )
    feed = {
        "version": VERSION,
        "title": said(lang, "feed_title"),
        **links,
        "description": said(lang, "feed_about"),
        "language": lang,
        "authors": [{"name": said(lang, "observatory")}],
        "items": [_item(alert, base) for alert in latest(alerts)],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _item(alert: PublicAlert, base: str) -> dict[str, Any]:
    """`_vigie` holds what a program needs: codes, version and status."""
    return {
        "id": id_of(alert, base),
        **({"url": url_of(alert, base)} if base else {}),
        "title": plain(alert.title),
        "content_text": "\n\n".join(f"« {p.text} »" if p.quoted else p.text for p in paragraphs(alert)),
        "date_published": stamp(published(alert)),
        "date_modified": stamp(updated(alert)),
        "authors": [{"name": plain(alert.source) or said(alert.lang, "observatory")}],
        "tags": tags(alert),
        "language": alert.lang,
        "_vigie": {
            "address": alert.address,
            "version": alert.version,
            "status": alert.status,
            "official": alert.official,
            "grade": alert.grade,
            "area": alert.area,
            "substance": alert.substance,
            "kind": alert.kind,
        },
    }
