"""Alerts as an Atom feed (RFC 4287). In: PublicAlert records of one language. Out: bytes; the same records give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from vigie.feeds.entries import (
    NOTHING_YET,
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
)  # fmt: skip
from vigie.feeds.plain import plain
from vigie.feeds.records import PublicAlert
from vigie.feeds.words import said

ATOM, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
# The stubs of lxml do not know the default namespace.
_MAIN: Any = {None: ATOM}
_PAGE: Any = {None: XHTML}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def atom(alerts: Sequence[PublicAlert], *, lang: str, base_url: str = "") -> bytes:
    """The feed of one language; `base_url` is where the site stands, else nothing in it is a link.

    Raises:
        SettingsError: if the language is not known or the base URL is none.
    """
    base, shown = site(base_url), latest(alerts)
    feed = etree.Element(f"{{{ATOM}}}feed", {_LANG: lang}, nsmap=_MAIN)
    _add(feed, "id", feed_id(lang, base, "atom"))
    _add(feed, "title", said(lang, "feed_title"))
    _add(feed, "subtitle", said(lang, "feed_about"))
    _add(feed, "updated", stamp(max(map(updated, shown), default=NOTHING_YET)))
    _add(_add(feed, "author"), "name", said(lang, "observatory"))
    _add(feed, "generator", "Vigie")
    if base:
        _add(feed, "link", rel="self", type="application/atom+xml", href=feed_id(lang, base, "atom"))
        _add(feed, "link", rel="alternate", type="text/html", href=f"{base}/{lang}/alerts")
    for alert in shown:
        _entry(feed, alert, base)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _entry(feed: etree._Element, alert: PublicAlert, base: str) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", id_of(alert, base))
    _add(entry, "title", alert.title)
    _add(entry, "published", stamp(published(alert)))
    _add(entry, "updated", stamp(updated(alert)))
    _add(_add(entry, "author"), "name", alert.source or said(alert.lang, "observatory"))
    if base:
        _add(entry, "link", rel="alternate", type="text/html", href=url_of(alert, base))
    for tag in tags(alert):
        _add(entry, "category", term=tag)
    content = _add(entry, "content", type="xhtml")
    page = etree.SubElement(content, f"{{{XHTML}}}div", nsmap=_PAGE)
    for paragraph in paragraphs(alert):
        within = etree.SubElement(page, f"{{{XHTML}}}blockquote") if paragraph.quoted else page
        line = etree.SubElement(within, f"{{{XHTML}}}p", lang=paragraph.lang)
        line.text = paragraph.text


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", {k: plain(v) for k, v in attributes.items()})
    if text:
        element.text = plain(text)
    return element
