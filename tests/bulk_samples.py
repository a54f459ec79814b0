"""Small web archives for tests: the same bytes whenever and wherever they are made."""

from __future__ import annotations

import gzip as gz
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path

from vigie.bulk.archive import Archive, key_of

TOWNS = ("Lyon", "Grenoble", "Lille", "Nantes", "Toulouse", "Rennes", "Marseille", "Strasbourg")
FILLER = (
    "Le conseil municipal s'est réuni jeudi soir pour voter le budget des écoles et des crèches de la ville. "
    "Les travaux de la place du marché dureront tout l'été, ont indiqué les services techniques. "
    "L'équipe première a obtenu le match nul devant un public nombreux, sous une pluie battante. "
)


@dataclass(frozen=True)
class Page:
    """One record. `body` is HTML, or text for a WET archive."""

    url: str
    body: bytes
    status: str = "200 OK"
    kind: str = "text/html; charset=utf-8"


def html(title: str, *paragraphs: str, lang: str = "fr", day: str = "2023-05-04") -> bytes:
    """A page of the size of a short article, with furniture around its text."""
    menu = "".join(f'<li><a href="/{n}">Rubrique {n}</a></li>' for n in range(8))
    text = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="article:published_time" content="{day}T08:00:00+02:00"></head><body><nav><ul>{menu}</ul></nav>'
        f"<article><h1>{title}</h1>{text}</article><footer>Mentions légales</footer></body></html>"
    ).encode()


def hit(number: int) -> Page:
    """A page with facts, each its own."""
    town, price = TOWNS[number % len(TOWNS)], 40 + number
    return Page(
        f"https://journal.example/faits-divers/{number}",
        html(
            f"{town} : le prix de la cocaïne relevé en mai",
            f"À {town}, le gramme de cocaïne se vend {price} euros, selon l'Observatoire français des drogues.",
            f"Les policiers ont saisi {number + 2} kilos de résine de cannabis lors d'un contrôle routier.",
            FILLER,
        ),
    )


def miss(number: int) -> Page:
    """A page of something else."""
    return Page(
        f"https://journal.example/sport/{number}", html(f"Résultats de la journée {number}", FILLER, FILLER)
    )


def mixed(pages: int, hits: Iterable[int]) -> list[Page]:
    """So many pages, those whose number is in `hits` with facts."""
    chosen = set(hits)
    return [hit(n) if n in chosen else miss(n) for n in range(pages)]


def records(pages: Sequence[Page], *, wet: bool = False) -> list[bytes]:
    """The records of an archive as bytes, the one about the archive first."""
    info = b"software: invented\r\nformat: WARC File Format 1.0\r\n"
    found = [_record("warcinfo", "", "application/warc-fields", info, "info")]
    for page in pages:
        if wet:
            found.append(_record("conversion", page.url, "text/plain", page.body, page.url))
            continue
        head = (
            f"HTTP/1.1 {page.status}\r\nContent-Type: {page.kind}\r\nContent-Length: {len(page.body)}\r\n\r\n"
        )
        found.append(_record("request", page.url, "application/http; msgtype=request", b"GET / HTTP/1.1\r\n\r\n", "?" + page.url))  # fmt: skip
        content = head.encode() + page.body
        found.append(_record("response", page.url, "application/http; msgtype=response", content, page.url))
    return found


def _record(kind: str, url: str, content_type: str, content: bytes, seed: str) -> bytes:
    number = int.from_bytes(blake2b(seed.encode(), digest_size=6).digest(), "big") % 10**12
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2023-05-05T00:00:00Z\r\n"
    head += f"WARC-Target-URI: {url}\r\n" if url else ""
    head += f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
    head += f"Content-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content + b"\r\n\r\n"


def packed(parts: Iterable[bytes]) -> bytes:
    """Each record a gzip member of its own, as crawlers write them."""
    return b"".join(gz.compress(part, mtime=0) for part in parts)


def write_warc(path: Path, pages: Sequence[Page], *, gzip: bool = True, wet: bool = False) -> Path:
    """An archive of pages. `gzip`: by member. Returns the path."""
    parts = records(pages, wet=wet)
    path.write_bytes(packed(parts) if gzip else b"".join(parts))
    return path


def archive_of(path: Path) -> Archive:
    """A file as an archive of a job."""
    size = path.stat().st_size if path.exists() else None
    return Archive(
        name=path.name,
        key=key_of(path.name, size),
        size=size,
        open=partial(open, path, "rb"),  # type: ignore[arg-type]
        place=str(path),
    )
