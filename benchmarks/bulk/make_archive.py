"""A web archive for measuring: `python benchmarks/bulk/make_archive.py ARCHIVE.warc.gz [--raw-mb 1600] [--share 0.01] [--seed 0]`.

In: the project's published gold (wording of the pages in scope), prose_fr.toml and prose_en.toml (all other wording).
Out: a WARC, one gzip member a record (`.warc`: not compressed), and `ARCHIVE.labels.json`: for each page's record id the ids of the
annotated texts in it, or null. The same seed and options give the same bytes (compressed ones under the same zlib).
Pages are 100 to 200 KB of HTML in UTF-8, UTF-8 with entities or Latin-1, by site, each with scripts, styles, menus, headlines beside,
comments and a footer; some say "herbe", "coke" or "drogue" of something else, some have headlines about drugs beside a text that has none.
Beside them are requests, metadata, redirects, missing pages, images, JSON, PDF, pages again under another address, and revisits.
Left out: layouts, scripts and texts of real sites; the mix is a guess at a news crawl, and its shares are options or constants here.
"""

from __future__ import annotations

import argparse
import base64
import codecs
import gzip
import hashlib
import html
import html.entities
import json
import re
import sys
import tomllib
import uuid
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
GOLD = ("press_dev", "press_open", "press_blind", "market_dev")
SHORT = 200  # characters: annotated sentences shorter than this stand several on a page
SITES = 48
HARD_SHARE = 0.03  # of the pages out of scope: words of ours, said of something else
SIDEBAR_SHARE = 0.06  # of all pages: a headline about drugs beside the text
DUPLICATE_SHARE = 0.02
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8", "utf-8", "entities", "entities", "latin-1")
START = datetime(2024, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """Texts to put on one page: their ids, one language, a title and a day."""

    ids: tuple[str, ...]
    lang: str
    title: str
    published: str
    text: str


def gold_pages(random: Random, together: int = 4) -> list[Gold]:
    """The published gold as contents of pages, in a seeded order; texts without facts are left out.

    Args:
        together: short texts on one page.
    """
    whole, short = [], []
    for name in GOLD:
        for line in (ROOT / f"tests/gold/{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["facts"]:
                (short if len(row["text"]) < SHORT else whole).append({**row, "key": f"{name}:{row['id']}"})
    pages = [_gold([row]) for row in whole]
    for lang in ("fr", "en"):
        rows = [row for row in short if row["lang"] == lang]
        random.shuffle(rows)
        pages += [_gold(rows[at : at + together]) for at in range(0, len(rows), together)]
    random.shuffle(pages)
    return pages


def _gold(rows: list[dict[str, Any]]) -> Gold:
    first = rows[0]
    title = first["title"] or re.split(r"(?<=[.!?;:,])\s", first["text"])[0].strip(" .,;:")[:90]
    text = "\n".join(row["text"] for row in rows)
    day = (first["published"] or "2024-03-01")[:10]
    return Gold(
        ids=tuple(row["key"] for row in rows), lang=first["lang"], title=title, published=day, text=text
    )


class Prose:
    """Invented sentences of one language."""

    def __init__(self, path: Path) -> None:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        self.lang: str = data["lang"]
        self.data = data
        self.topics = [topic for topic in data["topics"] if topic != "neutral"]

    def fill(self, random: Random, pattern: str) -> str:
        if "{" not in pattern:
            return pattern
        data = self.data
        return pattern.format(
            n=random.randint(2, 98),
            m=random.randint(2, 60),
            town=self.town(random),
            month=random.choice(data["months"]),
            year=random.randint(1987, 2023),
            day=random.choice(data["days"]),
        )

    def town(self, random: Random) -> str:
        return random.choice(self.data["town_first"]) + random.choice(self.data["town_last"])

    def sentence(self, random: Random, topic: str) -> str:
        data, words = self.data, self.data["topics"][topic]
        start = random.choice(data["openings"])
        text = start + random.choice(words["subjects"]) + " " + random.choice(words["predicates"])
        text = self.fill(random, text + random.choice(data["tails"]))
        return text[0].upper() + text[1:] + "."

    def paragraph(self, random: Random, topic: str) -> str:
        return " ".join(self.sentence(random, topic) for _ in range(random.randint(2, 5)))

    def headline(self, random: Random, topic: str) -> str:
        words = self.data["topics"][topic]
        text = random.choice(words["subjects"]) + " " + random.choice(words["predicates"])
        text = self.fill(random, text)
        return text[0].upper() + text[1:]


@dataclass(slots=True, kw_only=True)
class Site:
    """One outlet: what all its pages share, encoded as the site does."""

    host: str
    prose: Prose
    encoding: str
    declared: str  # charset of the HTTP header; "" = the header names none
    prefix: str  # of its class names
    head: bytes = b""
    menu: bytes = b""
    foot: bytes = b""
    links: int = 30
    store: list[str] = field(default_factory=list)

    def encode(self, text: str) -> bytes:
        if self.encoding == "latin-1":
            return text.encode("latin-1", "xmlcharrefreplace")
        if self.encoding == "entities":
            return text.encode("ascii", "namedentities").replace(b"\n", b"\r\n")
        return text.encode()


def _named(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    names = (html.entities.codepoint2name.get(ord(sign)) for sign in error.object[error.start : error.end])
    points = (ord(sign) for sign in error.object[error.start : error.end])
    return "".join(
        f"&{name};" if name else f"&#{point};" for name, point in zip(names, points, strict=True)
    ), error.end


def hexes(random: Random, length: int) -> str:
    return f"{random.getrandbits(4 * length):0{length}x}"


def word(random: Random, most: int = 4) -> str:
    parts = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ra", "se", "ti", "vu", "xa", "zo", "er")
    return "".join(random.choice(parts) for _ in range(random.randint(1, most)))


def styles(random: Random, prefix: str, rules: int) -> str:
    """Styles as tools write them: short, dense, much the same."""
    kinds = ("margin", "padding", "font-size", "line-height", "width", "max-width", "border-radius", "gap")
    made = []
    for _ in range(rules):
        name = f".{prefix}-{word(random)}__{word(random)}"
        body = ";".join(
            f"{random.choice(kinds)}:{random.randint(0, 96)}{random.choice(('px', 'rem', '%', 'em'))}"
            for _ in range(random.randint(1, 4))
        )
        made.append(f"{name}{{{body};color:#{hexes(random, 6)}}}")
    return "".join(made)


def script(random: Random, statements: int) -> str:
    """A script as bundlers write them; it means nothing."""
    made = []
    for _ in range(statements):
        a, b, c = word(random, 2), word(random, 2), word(random, 3)
        made.append(
            random.choice(
                (
                    f"function {a}({b},{c}){{return {b}.{c}?{c}({random.randint(0, 9999)}):void 0}}",
                    f'var {a}=t("{c}{random.randint(0, 999)}"),{b}={a}.{c}||{{}};',
                    f'e.push({{id:"{hexes(random, 16)}",n:{random.randint(0, 1 << 20)},k:"{c}"}});',
                    f'if(!{a}&&{b}.length>{random.randint(0, 40)}){{{c}.add("{b}-{a}")}}',
                    f'{a}.prototype.{c}=function(){{var t=this;return t.{b}("/{c}/{a}").then(function(e){{t.{a}=e}})}};',
                )
            )
        )
    return "".join(made)


def make_site(seed: int, number: int, prose: Prose) -> Site:
    random = Random(f"{seed}:site:{number}")
    encoding = ENCODINGS[number % len(ENCODINGS)]
    charset = {"utf-8": "utf-8", "entities": "utf-8", "latin-1": "iso-8859-1"}[encoding]
    prefix = word(random, 2)
    host = f"{word(random, 3)}-{number}.example"
    site = Site(host=host, prose=prose, encoding=encoding, declared=charset if random.random() < 0.6 else "", prefix=prefix)  # fmt: skip
    site.links = random.randint(14, 44)
    size = random.uniform(0.7, 1.5)
    head = (
        f'<meta charset="{charset}">\n<meta name="viewport" content="width=device-width,initial-scale=1">\n'
    )
    head += f'<meta property="og:site_name" content="{host}">\n<style>{styles(random, prefix, int(230 * size))}</style>\n'
    head += "".join(
        f'<link rel="preload" as="{kind}" href="https://static.{host}/{hexes(random, 12)}/{word(random)}.{end}">\n'
        for kind, end in (("style", "css"), ("script", "js"), ("font", "woff2")) * random.randint(3, 8)
    )
    head += f"<script>!function(e,t){{{script(random, int(300 * size))}}}(window,document);</script>\n"
    menu = "".join(
        f'<li class="{prefix}-nav__item"><a class="{prefix}-nav__link" href="/{name.lower()}/{word(random)}/"'
        f' data-track="nav-{position}-{hexes(random, 6)}">'
        f"{html.escape(name)} {prose.town(random) if position > 30 else ''}</a></li>\n"
        for position, name in enumerate(prose.data["page"]["menu"] * random.randint(2, 4))
    )
    foot = f'<footer class="{prefix}-foot"><p>{prose.data["page"]["labels"][11]} – redaction@{host} – 01 99 00 12 34</p></footer>\n'
    foot += f"<script>(function(){{{script(random, int(240 * size))}}})();</script>\n</body>\n</html>\n"
    site.head, site.menu, site.foot = site.encode(head), site.encode(menu), site.encode(foot)
    return site


class Sites:
    """All outlets, each made when it is first wanted: a third of them in English."""

    def __init__(self, seed: int, proses: dict[str, Prose]) -> None:
        self._seed, self._proses = seed, proses
        self._made: dict[int, Site] = {}

    def choose(self, random: Random, lang: str) -> Site:
        """One of them, in a language if one is given."""
        langs = ["en" if n % 3 == 2 else "fr" for n in range(SITES)]
        number = random.choice([n for n, spoken in enumerate(langs) if lang in ("", spoken)])
        if number not in self._made:
            self._made[number] = make_site(self._seed, number, self._proses[langs[number]])
        return self._made[number]


@dataclass(slots=True, kw_only=True)
class Page:
    """What one page says: an article, and what stands around it."""

    title: str
    day: str
    section: str
    paragraphs: list[str]
    gold: tuple[str, ...] | None = None
    kind: str = "plain"


def article(random: Random, prose: Prose, gold: Gold | None, hard: bool) -> Page:
    topic = random.choice(prose.topics)
    day = (START - timedelta(days=random.randint(0, 2800))).date().isoformat()
    if gold is not None:
        sentences = [
            s for line in gold.text.split("\n") for s in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý«\"])", line)
        ]
        at, paragraphs = 0, []
        while at < len(sentences):
            step = random.randint(2, 4)
            paragraphs.append(" ".join(sentences[at : at + step]))
            at += step
        wanted = random.randint(2000, 5000)
        while sum(map(len, paragraphs)) < wanted:
            # A neutral paragraph never comes first: an article begins with what it is about.
            paragraphs.insert(random.randint(1, len(paragraphs)), prose.paragraph(random, "neutral"))
        section = random.choice(("societe", "faits-divers", "sante", "justice", "region"))
        return Page(
            title=gold.title, day=gold.published, section=section, paragraphs=paragraphs, gold=gold.ids
        )
    wanted = random.choice((0, 900, 2000, 3000, 4500, 9000))  # some pages are lists of links
    title, paragraphs = prose.headline(random, topic), []
    while sum(map(len, paragraphs)) < wanted:
        paragraphs.append(prose.paragraph(random, topic))
    page = Page(title=title, day=day, section=topic, paragraphs=paragraphs)
    if hard:
        words = prose.data["hard"]
        page.title, page.kind = prose.fill(random, random.choice(words["headline"])), "hard"
        for text in random.sample(words["text"], random.randint(1, 3)):
            page.paragraphs.insert(random.randint(0, len(page.paragraphs)), prose.fill(random, text))
    return page


ICON = (
    '<svg class="{p}-icon {p}-icon--share" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
    '<path d="M13 10a3 3 0 0 0-2.3 1.1L6 8.6a3 3 0 0 0 0-1.2l4.7-2.5A3 3 0 1 0 10 3c0 .2 0 .4.1.6L5.4 6.1a3 3 0 1 0 0 3.8z"/></svg>'
)


def teaser(random: Random, site: Site, text: str) -> str:
    """One headline beside the article, with the markup that surrounds such."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower())[:50].strip("-")
    number, p = random.randint(100000, 9999999), site.prefix
    address, image = f"/{slug}-{number}.html", f"https://img.{site.host}/{hexes(random, 16)}"
    return (
        f'<article class="{p}-card {p}-card--{word(random, 1)}" data-id="{number}">'
        f'<a class="{p}-card__link" href="{address}"><picture class="{p}-card__media"><img class="{p}-card__img" loading="lazy" alt="" '
        f'width="320" height="213" srcset="{image}_320.jpg 320w, {image}_640.jpg 640w"></picture></a>'
        f'<div class="{p}-card__content"><h3 class="{p}-card__title"><a class="{p}-card__link" href="{address}">{html.escape(text)}</a></h3>'
        f'<button type="button" class="{p}-card__share" aria-label="{site.prose.data["page"]["labels"][6]}">'
        f"{ICON.format(p=p)}</button></div></article>\n"
    )


def render(random: Random, site: Site, page: Page, drug_link: bool) -> bytes:
    """The page as its server sends it."""
    prose, p, data = site.prose, site.prefix, site.prose.data["page"]
    esc, labels = html.escape, data["labels"]
    description = (page.paragraphs or [page.title])[0][:160]
    ld = json.dumps(
        {"@context": "https://schema.org", "@type": "NewsArticle", "headline": page.title, "datePublished": f"{page.day}T06:00:00+00:00",
         "publisher": {"@type": "Organization", "name": site.host}}, ensure_ascii=site.encoding != "utf-8")  # fmt: skip
    top = (
        f'<!DOCTYPE html>\n<html lang="{prose.lang}">\n<head>\n<title>{esc(page.title)} | {site.host}</title>\n'
        f'<meta name="description" content="{esc(description)}">\n<meta property="og:title" content="{esc(page.title)}">\n'
        f'<meta property="article:published_time" content="{page.day}T06:00:00+00:00">\n<script type="application/ld+json">{ld}</script>\n'
    )
    state = ",".join(
        f'{{"id":{random.randint(1, 1 << 30)},"uid":"{hexes(random, 32)}","t":{json.dumps(prose.headline(random, random.choice(prose.topics)))}}}'
        for _ in range(site.links)
    )
    middle = (
        f'<script>window.__STATE__={{"user":null,"blocks":[{state}]}};</script>\n</head>\n'
        f'<body class="{p}-body">\n<nav class="{p}-nav"><ul>\n'
    )
    main = [
        f'</ul></nav>\n<main class="{p}-main">\n<article class="{p}-article">\n<h1>{esc(page.title)}</h1>\n'
    ]
    day, minutes = f'<time datetime="{page.day}">{page.day}</time>', random.randint(1, 9)
    main.append(f'<p class="{p}-meta">{labels[8]} {day} – {labels[10]} : {minutes} min</p>\n')
    for position, text in enumerate(page.paragraphs):
        main.append(f'<p class="{p}-article__text">{esc(text, quote=False)}</p>\n')
        if position % 4 == 3:
            main.append(
                f'<aside class="{p}-ad" data-slot="{hexes(random, 8)}"><span>{labels[14]}</span></aside>\n'
            )
    main.append(f'</article>\n</main>\n<aside class="{p}-side"><h2>{labels[2]}</h2>\n')
    beside = [prose.headline(random, random.choice(prose.topics)) for _ in range(2 * site.links)]
    if drug_link:
        headline = prose.fill(random, random.choice(prose.data["hard"]["sidebar"]))
        beside[random.randrange(len(beside))] = headline
    main += [teaser(random, site, text) for text in beside]
    main.append(f'</aside>\n<section class="{p}-comments">\n')
    main += [
        f'<div class="{p}-comment" id="c{random.randint(1, 1 << 24)}"><b>lecteur_{random.randint(100, 9999)}</b> '
        f"<p>{esc(prose.fill(random, random.choice(data['comments'])))}</p></div>\n"
        for _ in range(random.choice((0, 0, 3, 8, 20)))
    ]
    main.append("</section>\n")
    return (
        site.encode(top)
        + site.head
        + site.encode(middle)
        + site.menu
        + site.encode("".join(main))
        + site.foot
    )


class Writer:
    """Records to a file: headers, one gzip member each where the name says so, in order."""

    def __init__(self, path: Path, seed: int) -> None:
        self.out = path.open("wb")
        self.gzip = path.suffix == ".gz"
        self.ids = Random(f"{seed}:ids")
        self.moment = START
        self.raw = self.written = self.records = 0
        self.waiting: deque[Future[bytes]] = deque()
        self.pool = ThreadPoolExecutor(2)

    def record(self, kind: str, block: bytes, **fields: str) -> str:
        """Write one record; its id."""
        self.moment += timedelta(milliseconds=self.ids.randint(20, 900))
        name = f"<urn:uuid:{uuid.UUID(int=self.ids.getrandbits(128), version=4)}>"
        digest = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
        head = {"WARC-Type": kind, "WARC-Record-ID": name, "WARC-Date": f"{self.moment:%Y-%m-%dT%H:%M:%SZ}"}
        head |= {key.replace("_", "-"): value for key, value in fields.items()}
        head |= {"WARC-Block-Digest": f"sha1:{digest}", "Content-Length": str(len(block))}
        text = "WARC/1.0\r\n" + "".join(f"{key}: {value}\r\n" for key, value in head.items()) + "\r\n"
        data = text.encode() + block + b"\r\n\r\n"
        self.raw += len(data)
        self.records += 1
        if self.gzip:
            self.waiting.append(self.pool.submit(gzip.compress, data, 6, mtime=0))
            while len(self.waiting) > 64:
                self._put(self.waiting.popleft().result())
        else:
            self._put(data)
        return name

    def _put(self, data: bytes) -> None:
        self.written += len(data)
        self.out.write(data)

    def close(self) -> None:
        while self.waiting:
            self._put(self.waiting.popleft().result())
        self.pool.shutdown()
        self.out.close()


def response(writer: Writer, url: str, status: str, kind: str, body: bytes) -> str:
    fields = {"WARC_Target_URI": url, "Content_Type": "application/http; msgtype=response"}
    head = f"HTTP/1.1 {status}\r\nServer: nginx\r\nContent-Type: {kind}\r\nX-Request: {hashlib.blake2b(body, digest_size=8).hexdigest()}\r\n"
    return writer.record("response", f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body, **fields)


def request(writer: Writer, url: str) -> None:
    path, host = "/" + url.split("/", 3)[3], url.split("/")[2]
    text = f"GET {path} HTTP/1.1\r\nUser-Agent: benchmark/1.0 (+https://benchmark.example/)\r\nHost: {host}\r\nAccept: text/html\r\n\r\n"
    writer.record("request", text.encode(), WARC_Target_URI=url, Content_Type="application/http; msgtype=request")  # fmt: skip


def others(writer: Writer, random: Random, site: Site) -> None:
    """Now and then something that is no page."""
    chance, url = random.random(), f"https://www.{site.host}/{hexes(random, 10)}"
    page = b"<html><head><title>-</title></head><body><p>-</p></body></html>"
    if chance < 0.05:
        head = f"HTTP/1.1 301 Moved Permanently\r\nLocation: {url}.html\r\nContent-Length: 0\r\n\r\n"
        writer.record("response", head.encode(), WARC_Target_URI=url, Content_Type="application/http; msgtype=response")  # fmt: skip
    elif chance < 0.07:
        response(writer, url, "404 Not Found", "text/html", page)
    elif chance < 0.09:
        response(writer, url + ".jpg", "200 OK", "image/jpeg", b"\xff\xd8\xff\xe0" + random.randbytes(random.randint(8000, 60000)))  # fmt: skip
    elif chance < 0.11:
        items = [{"id": random.getrandbits(40), "t": site.prose.headline(random, random.choice(site.prose.topics))} for _ in range(60)]  # fmt: skip
        response(writer, url + ".json", "200 OK", "application/json", json.dumps(items).encode())
    elif chance < 0.115:
        response(writer, url + ".pdf", "200 OK", "application/pdf", b"%PDF-1.5\n" + random.randbytes(random.randint(20000, 120000)))  # fmt: skip
    elif chance < 0.125:
        writer.record("revisit", b"HTTP/1.1 304 Not Modified\r\n\r\n", WARC_Target_URI=url, Content_Type="application/http; msgtype=response",
                      WARC_Profile="http://netpreserve.org/warc/1.0/revisit/identical-payload-digest")  # fmt: skip


def endless(pages: list[Gold]) -> Iterator[Gold]:
    while True:
        yield from pages


def make(path: Path, *, seed: int, raw_bytes: int, share: float) -> dict[str, Any]:
    """Write the archive until it holds `raw_bytes`; what it is made of, and the labels of its pages."""
    proses = {lang: Prose(HERE / f"prose_{lang}.toml") for lang in ("fr", "en")}
    sites = Sites(seed, proses)
    order = Random(f"{seed}:order")
    gold = endless(gold_pages(order))
    writer = Writer(path, seed)
    info = "software: benchmarks/bulk/make_archive.py\r\nformat: WARC File Format 1.0\r\n"
    writer.record(
        "warcinfo", info.encode(), Content_Type="application/warc-fields", WARC_Filename="benchmark.warc.gz"
    )
    labels: dict[str, list[str] | None] = {}
    kinds: dict[str, str] = {}
    page_bytes = number = 0
    last: tuple[Site, Page, bytes] | None = None
    while writer.raw < raw_bytes:
        number += 1
        random = Random(f"{seed}:page:{number}")
        due = int(number * share) > int((number - 1) * share)  # evenly spread, so that any size has its share
        if last is not None and not due and random.random() < DUPLICATE_SHARE:
            site, page, body = last
            kind = "duplicate"
        else:
            chosen = next(gold) if due else None
            site = sites.choose(random, chosen.lang if chosen else "")
            page = article(random, site.prose, chosen, random.random() < HARD_SHARE)
            drug_link = random.random() < SIDEBAR_SHARE
            body = render(random, site, page, drug_link)
            kind = (
                "scope"
                if page.gold
                else page.kind
                if page.kind != "plain"
                else "beside"
                if drug_link
                else "plain"
            )
        url = f"https://www.{site.host}/{page.section}/{page.day[:4]}/{hexes(random, 12)}.html"
        request(writer, url)
        mime = f"text/html; charset={site.declared}" if site.declared else "text/html"
        name = response(writer, url, "200 OK", mime, body)
        labels[name] = list(page.gold) if page.gold else None
        if kind != "plain":
            kinds[name] = kind
        page_bytes += len(body)
        if number % 4 == 0:
            text = f"fetchTimeMs: {random.randint(20, 900)}\r\ncharset-detected: {site.encoding}\r\n"
            writer.record("metadata", text.encode(), WARC_Target_URI=url, Content_Type="application/warc-fields")  # fmt: skip
        others(writer, random, site)
        last = (site, page, body)
    writer.close()
    counts: dict[str, int] = {}
    for kind in kinds.values():
        counts[kind] = counts.get(kind, 0) + 1
    return {
        "seed": seed, "share": share, "records": writer.records, "pages": number, "raw_bytes": writer.raw,
        "bytes": writer.written, "page_bytes": page_bytes, "kinds": counts, "kind": kinds, "labels": labels,
    }  # fmt: skip


def labels_path(archive: Path) -> Path:
    return archive.with_name(archive.name + ".labels.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--raw-mb", type=int, default=1600, help="MB of records before compression")
    parser.add_argument("--share", type=float, default=0.01, help="of the pages in scope")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    made = make(chosen.archive, seed=chosen.seed, raw_bytes=chosen.raw_mb * 1_000_000, share=chosen.share)
    labels_path(chosen.archive).write_text(json.dumps(made, indent=0), encoding="utf-8")
    shown = {key: value for key, value in made.items() if key not in ("labels", "kind")}
    print(
        json.dumps(
            {
                **shown,
                "mean_page": made["page_bytes"] // made["pages"],
                "ratio": round(made["raw_bytes"] / made["bytes"], 2),
            }
        )
    )
    return 0


codecs.register_error("namedentities", _named)

if __name__ == "__main__":
    sys.exit(main())
