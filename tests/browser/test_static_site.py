"""The static site, on any web host: every link leads somewhere, axe-core finds nothing serious, nothing is asked elsewhere.

Also what both editions must not do: show a sentence of a document that is no official publication to the public.
"""

from __future__ import annotations

import functools
import html
import http.server
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import duckdb
import pytest
from browser_walk import PHONE, Site, axe_faults, narrow_faults, shape_faults, watched
from playwright.sync_api import Browser

OFFICIAL = ("agency", "parliament", "warning")  # data/taxonomy/public_rules.toml: quoted in public


@pytest.fixture(scope="module")
def static_site(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """`vigie site` of the demonstration, behind a server of files that knows nothing of Vigie, below a folder of it."""
    folder = tmp_path_factory.mktemp("site")
    store = folder / "vigie.duckdb"
    store.write_bytes(demo_store.read_bytes())
    root = folder / "host" / "observatory"
    root.parent.mkdir()
    command = [sys.executable, "-m", "vigie.cli", "site", "--out", str(root), "--store", str(store)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(root.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield root, f"http://127.0.0.1:{server.server_port}/observatory/"
        server.shutdown()


def references(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'\s(?:href|src|data-spec|action)="([^"]*)"', page)]


@pytest.mark.slow  # tests/test_site.py looks at the links of a smaller site each time
def test_every_link_of_the_site_leads_somewhere(static_site: tuple[Path, str]) -> None:
    """By files alone: pages, charts, styles, scripts, feeds; and the places in pages that links name."""
    root, _ = static_site
    faults, pages = [], sorted(root.rglob("*.html"))
    assert len(pages) > 20
    texts = {path: path.read_text(encoding="utf-8") for path in pages}
    for path, text in texts.items():
        for reference in references(text):
            parts = urlsplit(reference)
            if parts.scheme in ("mailto", "data"):
                continue
            if parts.scheme or parts.netloc:
                if "<a" not in text or not re.search(
                    rf'<a[^>]*href="{re.escape(html.escape(reference))}', text
                ):
                    faults.append(f"{path.relative_to(root)} loads {reference}")
                continue
            if reference.startswith("/"):
                faults.append(f"{path.relative_to(root)}: {reference} holds only at the top of a host")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            if not target.is_file():
                faults.append(f"{path.relative_to(root)}: {reference} leads nowhere")
            elif (
                parts.fragment and target in texts and f'id="{unquote(parts.fragment)}"' not in texts[target]
            ):
                faults.append(f"{path.relative_to(root)}: {reference} names no place")
    assert sorted(set(faults))[:20] == []


def test_the_site_in_a_browser(browser: Browser, static_site: tuple[Path, str]) -> None:
    root, base = static_site
    stable = next(f for f in sorted(root.rglob("index.html")) if f.relative_to(root).parts[0] == "figure")
    lang = "en"  # the served pages are walked in French
    faults: list[str] = []
    with watched(browser, base.rstrip("/")) as here:
        page = here.open(f"{base}{lang}/")
        links = page.evaluate("[...document.querySelectorAll('nav a[href]')].map(a => a.href.split('#')[0])")
        for url in dict.fromkeys([page.url, *links, stable.relative_to(root).as_posix()]):
            page = here.open(urljoin(base, url))
            faults += [*shape_faults(page), *axe_faults(page)]
            page.set_viewport_size(PHONE)
            faults += narrow_faults(page)
            page.set_viewport_size({"width": 1280, "height": 900})
        faults += here.faults()
    assert faults == []
    assert len(links) >= 8


def crawl(site: Site, start: str, most: int = 400) -> Iterator[tuple[str, str]]:
    """Pages of a site as text, each once, by what they link to; charts as SVG and CSV too."""
    todo, known = [start], {start}
    while todo and most:
        path = todo.pop(0)
        most -= 1
        with urllib.request.urlopen(site.url(path)) as answer:
            text = answer.read().decode("utf-8", "replace")
        yield path, text
        for found in references(text):
            url = urldefrag(urljoin(site.url(path), found)).url
            if url.startswith(f"{site.base}/fr/") and url not in (site.base + one for one in known):
                below = url[len(site.base) :]
                if not below.split("?")[0].endswith(".png"):
                    known.add(below)
                    todo.append(below)


def test_no_sentence_but_official_ones_is_public(public: Site, demo_store: Path) -> None:
    with duckdb.connect(str(demo_store), read_only=True) as db:
        rows = db.execute(
            "SELECT DISTINCT f.sentence, d.title, d.kind FROM facts f JOIN documents d USING (doc_id)"
        ).fetchall()
    official = {text for *texts, kind in rows if kind in OFFICIAL for text in texts}
    others = {text for *texts, kind in rows if kind not in OFFICIAL for text in texts}
    forbidden = {" ".join(text.split()) for text in others - official if len(text.strip()) > 25}
    assert len(forbidden) > 100
    leaks, pages = [], 0
    for path, text in crawl(public, "/fr/"):
        pages += 1
        plain = " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())
        leaks += [(path, words) for words in forbidden if words in plain]
    assert leaks == []
    assert pages > 15
