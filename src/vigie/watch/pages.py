"""What was fetched, before it is read: is it a document of that source, and may it be read.

In: an Answer, the entry that announced it. Out: bytes and a name for `pipeline.clean_stream`, or the reason why not. Words and lists:
data/watch/pages.toml. Left out: reading (`vigie.ingest`).
"""

from __future__ import annotations

import html
import re
from functools import cache
from urllib.parse import unquote, urlsplit, urlunsplit

from lxml import etree

from vigie.fetch.outcome import Answer, Unfetched
from vigie.ingest.decode import decode
from vigie.lexicon.terms import data_toml
from vigie.redact.paths import redact_path
from vigie.text.normalise import fold
from vigie.watch.entries import Entry

MEDIA = (
    "text/html", "application/xhtml+xml", "text/plain", "application/pdf", "application/x-pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.oasis.opendocument.text",
    "application/octet-stream",
)  # fmt: skip
FEED_MEDIA = (
    "application/", "text/xml", "text/plain", "text/html", "text/rss", "text/atom", "text/json",
)  # fmt: skip
_HEAD = 262_144  # bytes in which a page says what it is
_META = re.compile(r"<meta[\s/]", re.IGNORECASE)
_META_CHARS = 4_000
_MOST_METAS = 2_000
_TITLE = re.compile(rb"<title[^<>]{0,500}>([^<]{0,1000})", re.IGNORECASE)
_PASSWORD = re.compile(rb"<input\s[^<>]{0,2000}?type\s*=\s*[\"']?password", re.IGNORECASE)
_PARAGRAPH = re.compile(rb"<p[\s>]", re.IGNORECASE)
_PDF_RESERVED = re.compile(rb"tdm:reservation\s*(?:>|=\s*[\"'])\s*1\b")
_CHARSET = re.compile(rb"charset\s*=", re.IGNORECASE)
_FEW_PARAGRAPHS = 5


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(data_toml("watch", "pages.toml")[key])


def plain_address(url: str) -> str:
    """The address without its fragment and without what says where the reader came from."""
    parts = urlsplit(url)
    # Each part stays as it is written: another writing of the same might be another page to the host.
    query = "&".join(p for p in parts.query.split("&") if not _tracks(unquote(p.partition("=")[0]).lower()))
    path = re.sub(r";jsessionid=[^/?]*", "", parts.path, flags=re.IGNORECASE)
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _tracks(name: str) -> bool:
    return any(name.startswith(t[:-1]) if t.endswith("*") else name == t for t in _words("tracking"))


def may_be_kept(url: str) -> bool:
    """Whether an address may wait on the disk: nothing in it names or reaches anybody, and it has no query."""
    parts = urlsplit(url)
    return (
        not parts.query
        and ";" not in parts.path
        and redact_path(name_of("x", url), "fr") == name_of("x", url)
    )


def name_of(source: str, url: str) -> str:
    """What the document is called: its source and its path, never its query. The redactor sees it before it is kept."""
    path = unquote(urlsplit(url).path, errors="replace").strip("/")
    printable = "".join(c if c.isprintable() else " " for c in path)
    return f"{source}/{printable[:300]}".rstrip("/")


def document(source: str, got: Answer, asked: str) -> tuple[str, bytes]:
    """The name and the bytes of a fetched document.

    Raises:
        Unfetched: "login", "challenge", "reserved", "empty", "media".
    """
    host = urlsplit(got.url).hostname or ""
    body = got.body
    if not body.strip():
        raise Unfetched("empty", host)
    if got.reserved:
        raise Unfetched("reserved", host)
    if got.url != asked and _login_path(got.url) and not _login_path(asked):
        raise Unfetched("login", host)
    if body.startswith(b"%PDF"):
        if _PDF_RESERVED.search(body):
            raise Unfetched("reserved", host)
        return name_of(source, got.url), body
    if body.startswith(b"PK\x03\x04"):
        if got.media in ("text/html", "text/plain"):
            raise Unfetched("media", host)
        return name_of(source, got.url), body
    head = body[:_HEAD]
    if got.media == "application/octet-stream" and b"<" not in head[:4096]:
        raise Unfetched("media", host)
    if _reserved(body, got.charset):
        raise Unfetched("reserved", host)
    title = _TITLE.search(head)
    said = fold(html.unescape(title.group(1).decode("utf-8", "replace")).strip()) if title else ""
    if any(said.startswith(start) for start in _words("challenge_titles")):
        raise Unfetched("challenge", host)
    if _PASSWORD.search(head) and len(_PARAGRAPH.findall(body)) < _FEW_PARAGRAPHS:
        raise Unfetched("login", host)
    return name_of(source, got.url), _readable(body, got.charset)


def _readable(body: bytes, charset: str) -> bytes:
    """Bytes whose encoding only the header told, as UTF-8; readers see no header."""
    if not charset or charset in ("utf-8", "utf8") or _CHARSET.search(body[:4096]):
        return body
    try:
        body.decode("utf-8")
        return body
    except UnicodeDecodeError:
        pass
    try:
        return body.decode(charset).encode("utf-8", "replace")
    except (LookupError, ValueError):
        return body


def _login_path(url: str) -> bool:
    parts = urlsplit(url)
    words = {w for w in re.split(r"[/.?&=]", f"{parts.path}?{parts.query}".lower()) if w}
    first = (parts.hostname or "").partition(".")[0]
    return bool((words | {first}) & _words("login_paths"))


def _reserved(body: bytes, charset: str) -> bool:
    """Whether a <meta> anywhere in the page reserves it, as its encoding reads and as plain bytes read."""
    decoded = decode(body, charset)
    return any(_reserves(text) for text in {decoded or "", body.decode("latin-1")})


def _reserves(text: str) -> bool:
    for number, match in enumerate(_META.finditer(text)):
        if number >= _MOST_METAS:
            break
        # Each by the parser of pages, which knows where an attribute ends; not the whole page, which may be made to grow in it.
        part = text[match.start() : match.start() + _META_CHARS].replace("\0", " ")
        tree = etree.fromstring(
            part.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8", no_network=True)
        )
        meta = next(tree.iter("meta"), None) if tree is not None else None
        if meta is None:
            continue
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        content = (meta.get("content") or "").strip().lower()
        if name == "tdm-reservation" and content == "1":
            return True
        if name in ("robots", "vigie", "ai") and set(re.split(r"[\s,;:]+", content)) & _words(
            "reserved_words"
        ):
            return True
    return False


def entry_page(entry: Entry, language: str) -> bytes:
    """The text of an entry as a page, for the reader of pages: title, day, authors, text."""
    e = html.escape
    day = f'<meta property="article:published_time" content="{entry.published}">' if entry.published else ""
    people = "".join(f'<meta name="author" content="{e(name)}">' for name in entry.authors)
    text = entry.text or f"<p>{e(entry.summary)}</p>"
    if "<" not in text:
        text = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    page = (
        f'<!doctype html><html lang="{e(language or "fr")}"><head><meta charset="utf-8"><title>{e(entry.title)}</title>{day}{people}'
        f"</head><body><article><h1>{e(entry.title)}</h1>{text}</article></body></html>"
    )
    return page.encode("utf-8", "replace")
