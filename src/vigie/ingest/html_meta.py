"""What a web page says about itself: title, outlet, publication date, authors, address.

In: the parsed page. Out: PageMeta. Order of trust: JSON-LD, then meta tags, then `<time>`, then the page's
own title. Left out: dates of modification where one of publication is given; authors that are an
organisation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lxml.html import HtmlElement

from vigie.lexicon.terms import data_toml

_ARTICLES = re.compile(
    r"(?:News|Reportage|Report|Analysis|Opinion|Blog|Scholarly|Medical)?"
    r"(?:Article|Posting|NewsArticle|ScholarlyArticle|Report|WebPage)$"
)
_MAX_JSON = 1_000_000
_MAX_NODES = 2_000
_TITLE_CHARS = 400
_DATE_META = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date",
    "dc.date.issued",
    "dcterms.created", "dcterms.issued", "dcterms.date", "citation_publication_date", "citation_date",
    "parsely-pub-date", "sailthru.date", "publication_date", "publish-date", "pubdate", "date_published",
    "cxenseparse:recs:publishtime", "article.published", "originalpublicationdate",
)  # fmt: skip
_DATE_META_LATER = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
)
_OUTLET_META = ("og:site_name", "application-name", "dc.publisher", "publisher", "citation_journal_title")
_TITLE_META = ("og:title", "twitter:title", "dc.title", "citation_title", "headline")
_AUTHOR_META = (
    "author",
    "article:author",
    "dc.creator",
    "byl",
    "parsely-author",
    "sailthru.author",
    "citation_author",
)
# By attribute: half the time of a test of each element.
_AUTHORS = "//@rel[.='author']/.. | //@itemprop[.='author']/.. | //@class[contains(., 'author-name')]/.."
_TITLE_SPLIT = re.compile(r"\s+[|\u2013\u2014\u00b7\u2022»-]\s+")


@dataclass(slots=True)
class PageMeta:
    """Fields are "" or empty where the page does not say."""

    title: str = ""
    outlet: str = ""
    published: str = ""
    kind: str = "unknown"
    authors: list[str] = field(default_factory=list)


def page_meta(tree: HtmlElement) -> PageMeta:
    """Collect what the page declares."""
    meta = PageMeta()
    later = ""
    for node in _json_ld(tree):
        if meta.published and meta.title:
            break
        later = later or _text(node.get("dateModified"))
        _from_json(node, meta)
    tags = _meta_tags(tree)
    meta.title = meta.title or _first(tags, _TITLE_META)
    meta.outlet = meta.outlet or _first(tags, _OUTLET_META)
    meta.published = (
        meta.published
        or _first(tags, _DATE_META)
        or _time_tag(tree)
        or later
        or _first(tags, _DATE_META_LATER)
    )
    meta.authors += [a for name in _AUTHOR_META for a in tags.get(name, ())]
    meta.authors += [e.text_content()[:80] for e in tree.xpath(_AUTHORS)[:10]]
    meta.outlet = " ".join(meta.outlet.split())[:100]
    meta.title = _title(tree, meta)
    meta.authors = list(dict.fromkeys(n for a in meta.authors for n in person_names(a, meta.outlet)))
    return meta


def _title(tree: HtmlElement, meta: PageMeta) -> str:
    heads = [" ".join(e.text_content().split()) for e in tree.xpath("//h1")[:5]]
    heads = [h for h in heads if h and h.casefold() != meta.outlet.casefold()]
    title = " ".join(meta.title.split())
    if not title:
        title = heads[0] if heads else " ".join((tree.findtext(".//title") or "").split())
    parts = _TITLE_SPLIT.split(title)
    if len(parts) > 1 and (
        (meta.outlet and meta.outlet.casefold() in parts[-1].casefold()) or parts[0] in heads
    ):
        title = title[: title.rindex(parts[-1])].rstrip(" |\u2013\u2014\u00b7\u2022»-")
    return title if len(title) <= _TITLE_CHARS else ""


def _json_ld(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Nodes of the page's JSON-LD that are articles, the most specific first."""
    nodes: list[dict[str, Any]] = []
    for script in tree.xpath("//script[@type='application/ld+json']")[:20]:
        raw = script.text or ""
        if len(raw) > _MAX_JSON:
            continue
        try:
            stack: list[Any] = [json.loads(raw, strict=False)]
        except (ValueError, RecursionError):
            continue
        while stack and len(nodes) < _MAX_NODES:
            item = stack.pop()
            if isinstance(item, list):
                stack.extend(item[:200])
            elif isinstance(item, dict):
                nodes.append(item)
                stack.extend(item.get(key) for key in ("@graph", "mainEntity", "mainEntityOfPage"))
    articles = [n for n in nodes if any(_ARTICLES.search(t) for t in _types(n))]
    yield from sorted(articles, key=lambda n: "WebPage" in _types(n))


def _types(node: dict[str, Any]) -> list[str]:
    value = node.get("@type", "")
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def _from_json(node: dict[str, Any], meta: PageMeta) -> None:
    types = _types(node)
    meta.title = meta.title or _text(node.get("headline"))
    meta.published = meta.published or _text(node.get("datePublished"))
    meta.outlet = meta.outlet or _text(_name(node.get("publisher")))
    if any(t.endswith("NewsArticle") for t in types):
        meta.kind = "press"
    elif any(t.endswith("ForumPosting") for t in types):
        meta.kind = "forum"
    authors = node.get("author")
    for author in authors if isinstance(authors, list) else [authors]:
        if not (isinstance(author, dict) and author.get("@type") == "Organization"):
            meta.authors.append(_text(_name(author)))


def _name(value: Any) -> Any:
    if isinstance(value, list):
        value = value[0] if value else None
    return value.get("name") if isinstance(value, dict) else value


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _meta_tags(tree: HtmlElement) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        content = (element.get("content") or "").strip()
        if name and content:
            tags.setdefault(name, []).append(content[:2000])
    return tags


def _first(tags: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((tags[name][0] for name in names if name in tags), "")


def _time_tag(tree: HtmlElement) -> str:
    """The first `<time>` that is marked as the publication date, else the only one of the page's head
    part.
    """
    times = [e for e in tree.iter("time") if e.get("datetime")]
    for element in times:
        marks = (
            f"{element.get('itemprop', '')} {element.get('class', '')} {element.get('pubdate', 'no')}".lower()
        )
        if "publi" in marks or "entry-date" in marks or element.get("pubdate") is not None:
            return element.get("datetime") or ""
    return (times[0].get("datetime") or "") if len(times) == 1 else ""


@cache
def _not_names() -> frozenset[str]:
    return frozenset(data_toml("ingest", "furniture.toml")["names"]["words"])


def person_names(field_text: str, outlet: str = "") -> list[str]:
    """Personal names in an author field ("Par Jeanne Fictive et Paul Exemple"): two words or more, no
    organisation.
    """
    names = []
    if "://" in field_text or "@" in field_text or len(field_text) > 200:
        return []
    for part in re.split(r"[,;&/|\n()]|\b(?:et|and|avec|with|par|by)\b", field_text, flags=re.IGNORECASE):
        words = part.split()
        name = " ".join(words)
        if not 2 <= len(words) <= 5 or name.casefold() in outlet.casefold() or any(c.isdigit() for c in name):
            continue
        if any(w.casefold().strip(".'’") in _not_names() for w in words) or not name[0].isupper():
            continue
        names.append(name)
    return names
