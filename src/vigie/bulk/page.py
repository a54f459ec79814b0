"""One page, from bytes to what the redactor reads.

In: a record that the prefilter let through. Out: its main text with title and language, then, for a page in scope, the RawDocument.
The main text is resiliparse's, twelve times as fast as trafilatura, which is asked where resiliparse finds next to nothing, or nothing
of what made the page pass. Title, date, outlet and authors are read as `vigie extract` reads those of a saved page. Raw text stays in
memory.
Left out: whether the page is in scope (`vigie.relevance`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast, get_args
from urllib.parse import unquote, urlsplit

from vigie.bulk.records import Payload, Record
from vigie.ingest import limits
from vigie.ingest.boilerplate import drop_boilerplate
from vigie.ingest.dateline import find_dateline, parse_date
from vigie.ingest.decode import decode
from vigie.ingest.html_page import about, check_depth, main_text, without_title
from vigie.ingest.plain import layout
from vigie.model.document import DocKind, RawDocument, SourceCard
from vigie.model.errors import InputRefused, MissingExtraError
from vigie.model.period import PartialDate
from vigie.relevance import PageText
from vigie.text.language import detect
from vigie.text.normalise import repair

_SHORT = 80  # code points of main text: less may be a caption, with the article lost
# Code points of main text. Dense prose of 342,000 took 8 s to redact and extract, digits of 400,000 took 58 s: a page must not keep a
# worker busy for minutes.
MAX_TEXT = 200_000
_LITTLE = 250  # code points of main text below which trafilatura is asked too
_LARGE = 400_000  # bytes of a page above which it is not: it would take seconds
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]{2,40})", re.IGNORECASE)
# Tags of a page, opened and closed: resiliparse takes 400 bytes a tag at its peak, `about` 300. Pages of the press have 500 to
# 10,000; the largest record that is read (8 MB) can have two million and took 700 MB; these stay below the 400 MB of a worker.
_MOST_TAGS = 200_000
_MANY_TAGS = 4_000  # opened; nested as deep as that, they take 0.3 s
_DIV, _DIV_END = re.compile("<div", re.IGNORECASE), re.compile("</div", re.IGNORECASE)
_BREAKS = re.compile(r"[ \t]*\n\s*")
_SECTION_WORD = re.compile(r"[^\W\d_]{2,}")
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)
_OG_TITLE = re.compile(
    r"<meta[^>]{0,200}?og:title[^>]{0,200}?content\s*=\s*(\"|')(.{0,1000}?)\1", re.IGNORECASE | re.DOTALL
)


class TooLong(InputRefused):
    """More text than one page may have."""

    def __init__(self) -> None:
        super().__init__("", f"main text of more than {MAX_TEXT} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that has text.

    Attributes:
        source: its HTML; "" for a text.
        published: date in the first lines of a text; that of HTML is read once the page is in scope.
    """

    record: Record
    source: str
    title: str
    text: str
    lang: str
    published: PartialDate | None = None

    @property
    def told(self) -> PageText:
        """What a classifier is given."""
        return PageText(title=self.title, text=self.text, section=section(self.record.url), lang=self.lang)


def read_page(record: Record, passes: Callable[[bytes], bool] | None = None) -> Page | None:
    """The page of a record; None where it has no main text. Raises InputRefused for one that parsers cannot take,
    TooLong.

    Args:
        passes: the prefilter: a main text without what made the page pass may have lost its article.
    """
    payload = bytes(record.payload)
    declared = record.charset or _declared(payload)
    text = decode(payload, declared)
    if text is None:
        return None
    if record.kind == "text":
        if len(text) > MAX_TEXT:
            raise TooLong
        return _plain(record, text)
    _check_tags(text)
    title = _quick_title(text)
    body = _extracted(text)
    lost = len(body) < (_LITTLE if passes is None else _SHORT)
    lost = lost or (passes is not None and not passes(body.encode("utf-8", "replace")))
    if lost and len(payload) < _LARGE:
        slow = main_text(text)
        better = len(slow) > len(body) or (passes is not None and passes(slow.encode("utf-8", "replace")))
        body = slow if better else body
    if len(body) > MAX_TEXT:
        raise TooLong
    body = drop_boilerplate(repair(body))
    if not body.strip():
        return None
    return Page(record=record, source=text, title=title, text=body, lang=detect(f"{title}\n\n{body}"))


def _check_tags(text: str) -> None:
    """Raises InputRefused for a page made to keep parsers busy: their memory grows with the tags, their time with the square of what is nested."""
    tags = text.count("<")
    if tags > _MOST_TAGS:
        raise InputRefused("", "more tags than a page has")
    opened = tags - text.count("</")
    if opened <= _MANY_TAGS:
        return
    check_depth(text)
    # Closing tags of nothing hide nesting from a count.
    left = len(_DIV.findall(text)) - len(_DIV_END.findall(text))
    if left > limits.MAX_HTML_DEPTH:
        raise InputRefused("", "many tags that are not closed")


def _plain(record: Record, text: str) -> Page | None:
    published, title, body = layout(repair(text))
    body = drop_boilerplate(body)
    if not body.strip():
        return None
    lang = detect(f"{title}\n\n{body}")
    return Page(record=record, source="", title=title, text=body, lang=lang, published=published)


def raw_document(page: Page, path: str, source: SourceCard | None) -> RawDocument:
    """The page with what it says about itself."""
    if not page.source:
        return RawDocument(
            path=path,
            format="text",
            title=page.title,
            text=page.text,
            published=page.published or find_dateline(f"{page.title}\n\n{page.text}"),
            source=source,
        )
    meta: dict[str, Any] = about(page.source)
    title = " ".join(repair(meta["title"]).split())
    body = without_title(page.text, title)
    kind = (
        meta["kind"]
        if meta["kind"] in get_args(DocKind) and (source is None or source.kind == "unknown")
        else "unknown"
    )
    return RawDocument(
        path=path,
        format="warc" if not page.record.name else "html",
        title=title,
        text=body,
        outlet=repair(meta["outlet"]),
        published=(parse_date(meta["published"]) if meta["published"] else None)
        or find_dateline(f"{title}\n\n{body}"),
        kind=cast(DocKind, kind),
        source=source,
        extra_names=tuple(repair(name) for name in meta["authors"]),
    )


def section(url: str) -> str:
    """The words of the path of an address but its last part, which repeats the title ("faits-divers/lyon")."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return ""
    parts = [" ".join(_SECTION_WORD.findall(part)) for part in path.split("/")[:-1]]
    return "/".join(part for part in parts if part)[:200]


def _declared(payload: Payload) -> str:
    found = _CHARSET.search(bytes(payload[:4096]))
    return found[1].decode("ascii") if found else ""


def _quick_title(text: str) -> str:
    """The title for the classifier: its exact form is made once the page is in scope."""
    head = text[:200_000]
    found = _OG_TITLE.search(head)
    title = found[2] if found else (_TITLE.search(head) or ["", ""])[1]
    return " ".join(repair(html.unescape(title)).split())[:400]


def _extracted(text: str) -> str:
    try:
        from resiliparse.extract.html2text import extract_plain_text
    except ImportError:
        raise MissingExtraError("Reading archives in bulk", "bulk") from None
    found = extract_plain_text(
        text, main_content=True, alt_texts=False, list_bullets=False, preserve_formatting=True
    )
    return _BREAKS.sub("\n", str(found)).strip()  # a line a paragraph, as trafilatura writes them
