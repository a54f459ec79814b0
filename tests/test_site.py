"""The static site: whole, without a dead link, the same twice, put in its place in one step, with nothing that the gate kept back."""

from __future__ import annotations

import csv
import json
import posixpath
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from typer.testing import CliRunner

from report_store import Paper, Said, build, event, flow, price, purity, said_price, seized, trend, way
from test_public_outputs import CANARIES, canary_store, text_of
from vigie.cli import app
from vigie.model.errors import StoreError
from vigie.readmodel.records import Filters
from vigie.report.corrections import histories, history
from vigie.report.public import public_gate
from vigie.report.words import Words
from vigie.store import Store
from vigie.store.corrections import Correction, latest_versions, write_correction
from vigie.web.site import write_site
from vigie.web.static_links import Address, StaticLinks, address
from vigie.web.swap import MARK, replace_folder

TODAY = date(2026, 3, 31)
BASE = "https://observatory.example/drugs"
NAMES = ("ardoise", "bouleau", "cerise", "datte")


def papers() -> list[Paper]:
    """Every topic in three quarters and two departments, a warning, and hostile words."""
    found = []
    for month, more in (("02", 0), ("05", 8), ("08", 16)):
        for number, name in enumerate(NAMES):
            w = f"{name}{month}"
            said = [
                said_price(60.0 + number + more, place="INSEE:69123"),
                Said(sentence=f"{w} kilo.", value=price(30_000, "kg", "wholesale"), place="FR"),
                Said(sentence=f"{w} Grenoble.", value=price(70.0 + number), place="INSEE:38185"),
                Said(sentence=f"{w} Telegram.", value=way("telegram"), place="INSEE:69123"),
                Said(sentence=f"{w} six morts.", value=event("death", 6), place="INSEE:69123"),
                Said(sentence=f"{w} pureté.", value=purity(70 + number), place="FR"),
                Said(sentence=f"{w} saisie.", value=seized(1000), place="FR-ARA"),
                Said(sentence=f"{w} baisse.", value=trend("down"), place="ES"),
                Said(sentence=f"{w} route.", value=flow("GF", "FR")),
                Said(
                    sentence=f"{w} route 2.", value=flow("CI", "FR")
                ),  # Côte d'Ivoire: an apostrophe in a key
            ]
            found.append(Paper(source=name, published=f"2025-{month}-1{number}", says=said, title="<b>Titre"))
    warned = [
        Said(
            sentence="Alerte : <script>alert(1)</script> deux décès.",
            value=event("warning", None),
            place="FR",
        )
    ]
    found.append(
        Paper(
            source="agence",
            published="2025-09-01",
            kind="warning",
            grade="A",
            says=warned,
            title="Alerte </title><b>",
        )
    )
    return found


CORRECTED = "figure/retail/cocaine/g/FR-38/2025-Q1"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One figure was public before, at another price, and an editor said why it changed."""
    path = build(tmp_path_factory.mktemp("site") / "s.duckdb", papers())
    gate = public_gate(TODAY)
    with Store.open(path) as opened:
        gate.publish(opened, gate.read(opened), "bulletin", "")
        opened.connection.execute(
            "UPDATE observations SET eur_per_unit = eur_per_unit - 8 WHERE place_department = 'FR-38'"
        )
        line = Correction(
            address=CORRECTED,
            from_version=1,
            to_version=2,
            made_on=TODAY,
            role="editor",
            reason="<b>unit</b> misread",
        )
        write_correction(opened, line)
    return path


@pytest.fixture(scope="module")
def site(store: Path) -> Path:
    made = write_site(
        store, store.with_name("site"), base_url=BASE, today=TODAY, contact="editor@observatory.example"
    )
    assert made.pages > 40 and made.charts > 10
    return store.with_name("site")


class Page(HTMLParser):
    """Addresses, places and policies of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.policies: list[str] = []
        self.forms = self.titles = 0
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "link" and found.get("rel") == "canonical":
            return
        self.links += [
            found[n] for n in ("href", "src", "data-spec", "data-library", "srcset", "action") if n in found
        ]
        self.ids |= {found["id"]} if "id" in found else set()
        self.policies += [found["content"]] if found.get("http-equiv") == "Content-Security-Policy" else []
        self.forms += tag == "form"
        self.titles += tag == "h1"
        self.inline += [n for n in found if n.startswith("on") or n == "style"]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in found) else []


def pages(folder: Path) -> Iterator[tuple[str, Page]]:
    for file in sorted(folder.rglob("*.html")):
        yield file.relative_to(folder).as_posix(), Page(file.read_text("utf-8"))


def test_no_link_is_dead(site: Path) -> None:
    """Each leads to a file of the site, and to a place in it where it names one. None is absolute."""
    every = dict(pages(site))
    dead = []
    for name, page in every.items():
        for link in page.links:
            parts = urlsplit(link)
            assert (
                not parts.scheme and not parts.netloc and not parts.query and not link.startswith("/")
            ) or name == "404.html", (name, link)
            if name == "404.html":
                continue
            target = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
                if parts.path
                else name
            )
            if (
                not (site / target).is_file()
                or target.startswith("..")
                or (parts.fragment and unquote(parts.fragment) not in every[target].ids)
            ):
                dead.append((name, link))
    assert dead == []
    assert len(every) > 40


def test_every_page_is_reached_from_the_first(site: Path) -> None:
    every = dict(pages(site))
    seen, waiting = set[str](), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name in seen or not name.endswith(".html"):
            continue
        seen.add(name)
        links = (urlsplit(link).path for link in every[name].links)
        waiting += [
            posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(p))) for p in links if p
        ]
    lonely = set(every) - seen - {"404.html"}
    # A document, area or substance that no other page names is in the sitemap only.
    assert {name for name in lonely if name.count("/") == 1} == set()


def test_pages_hold_no_form_and_say_their_policy(site: Path) -> None:
    for name, page in pages(site):
        assert page.forms == 0 and page.inline == [], name
        (policy,) = page.policies
        assert "default-src 'none'" in policy and "unsafe" not in policy, name
        assert page.titles == 1, name


def test_hostile_words_stay_words(site: Path) -> None:
    text = "".join(f.read_text("utf-8") for f in site.rglob("*.html"))
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text
    assert "</title><b>" not in text


def test_both_languages_have_the_same_pages(site: Path) -> None:
    found = [
        {f.relative_to(site / lang).as_posix() for f in (site / lang).rglob("*")} for lang in ("fr", "en")
    ]
    assert found[0] == found[1]
    for name, page in pages(site):
        if name.split("/")[0] in ("fr", "en"):
            other = name.replace("fr/", "en/", 1) if name.startswith("fr/") else name.replace("en/", "fr/", 1)
            there = posixpath.relpath(other, posixpath.dirname(name))
            assert there in page.links, name


def test_every_address_has_its_file(site: Path, store: Path) -> None:
    """Of each figure and alert that was ever public, in both languages, with its versions; pages and open data lead there."""
    with Store.open(store, read_only=True) as opened:
        every = latest_versions(opened)
        for lang in ("fr", "en"):
            told = histories(opened, Words(lang))
            assert told.keys() == every.keys()
            assert told[CORRECTED] == history(opened, CORRECTED, Words(lang))
    assert len(every) > 100
    texts = {a: (site / a / "index.html").read_text("utf-8") for a in every}
    assert {
        f.parent.relative_to(site).as_posix()
        for name in ("figure", "cell", "index")
        for f in (site / name).rglob("*.html")
    } == set(every)
    assert len(list((site / "alert").rglob("index.html"))) == 1
    printed = {a: Page(t) for a, t in texts.items()}
    for named, page in printed.items():
        assert {"fr", "en", "contest-fr", "contest-en"} <= page.ids
        assert f"({named})" in texts[named] and "editor@observatory.example" in texts[named]
        leads = {lang: next(link for link in page.links if f"/{lang}/" in link) for lang in ("fr", "en")}
        assert all(
            (site / named / unquote(urlsplit(link).path)).resolve().is_file() for link in leads.values()
        )
    with (site / "data" / "cells.csv").open(encoding="utf-8") as table:
        assert {row["id"] for row in csv.DictReader(table) if row["id"]} <= set(every)
    with (site / "data" / "index.csv").open(encoding="utf-8") as table:
        indices = {row["id"] for row in csv.DictReader(table)}
    assert {a for a in every if a.startswith("index/")} >= indices != set()
    for lang in ("fr", "en"):  # each quarter of an index names its address and leads to its file
        page = (site / lang / "price-index" / "cocaine~7eg~7eFR-38.html").read_text("utf-8")
        for quarter in ("2025-Q1", "2025-Q2", "2025-Q3"):
            at = f"index/cocaine/g/FR-38/{quarter}"
            assert f'id="{quarter}"' in page and f'href="../../{at}/index.html#contest-{lang}">{at}<' in page
            assert f"/{lang}/price-index/cocaine~7eg~7eFR-38.html" in texts[at].replace("%7E", "~")


def test_a_correction_is_seen_at_its_address_and_on_its_page(site: Path) -> None:
    at = (site / CORRECTED / "index.html").read_text("utf-8")
    assert "71.50/g" in at and "63.50/g" in at  # what was shown, and what is
    assert "corrected: &lt;b&gt;unit&lt;/b&gt; misread (decided by: editor)" in at
    assert "corrigé : &lt;b&gt;unit" in at.replace("\xa0", " ") and "<b>unit" not in at
    linked = {
        posixpath.normpath(posixpath.join(posixpath.dirname(name), urlsplit(link).path))
        for name, page in pages(site)
        for link in page.links
        if "#contest-" in link
    }
    assert len(linked) > 20 and any(name.startswith("alert/") for name in linked)


def test_names_of_files_differ_by_more_than_case(site: Path) -> None:
    names = [f.relative_to(site).as_posix() for f in site.rglob("*")]
    assert len({n.casefold() for n in names}) == len(names)
    assert all(n.isascii() and max(map(len, n.split("/"))) < 200 for n in names)


def test_charts_come_in_every_form(site: Path) -> None:
    specs = sorted(site.rglob("*.charts/*.json"))
    assert len(specs) > 10
    for spec in specs:
        stem = spec.with_suffix("")
        assert json.loads(spec.read_text("utf-8"))
        assert stem.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in stem.with_suffix(".svg").read_text("utf-8")[:200]
        assert stem.with_suffix(".csv").read_text("utf-8").count("\n") > 1


def test_sitemap_robots_and_feeds(site: Path) -> None:
    urls = [
        e.text or ""
        for e in ET.parse(site / "sitemap.xml").iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    assert f"{BASE}/fr/index.html" in urls
    listed = {
        n for n, _ in pages(site) if n.split("/")[0] not in ("alert", "cell", "figure", "index")
    }  # addresses to be quoted, not pages to find
    assert {u.removeprefix(f"{BASE}/") for u in urls} == listed - {"404.html"}
    assert f"Sitemap: {BASE}/sitemap.xml" in (site / "robots.txt").read_text("utf-8")
    for lang in ("fr", "en"):
        ET.parse(site / "feeds" / f"alerts.{lang}.atom")
        assert json.loads((site / "feeds" / f"alerts.{lang}.json").read_text("utf-8"))["items"]


def test_the_open_data_are_there(site: Path) -> None:
    package = json.loads((site / "data" / "datapackage.json").read_text("utf-8"))
    page = (site / "en" / "data.html").read_text("utf-8")
    for resource in package["resources"]:
        assert (site / "data" / resource["path"]).stat().st_size == resource["bytes"]
        assert f'href="../data/{resource["path"]}"' in page


def test_the_same_store_gives_the_same_bytes(store: Path, site: Path) -> None:
    again = store.with_name("again")
    write_site(store, again, base_url=BASE, today=TODAY, contact="editor@observatory.example")
    one, two = (
        {f.relative_to(d).as_posix(): f.read_bytes() for f in d.rglob("*") if f.is_file()}
        for d in (site, again)
    )
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name]] == []


def test_one_language_without_an_address(tmp_path: Path) -> None:
    warning = papers()[-1]
    out = tmp_path / "fr-only"
    write_site(build(tmp_path / "s.duckdb", [warning]), out, languages=("fr",), today=TODAY)
    assert not (out / "en").exists() and not (out / "sitemap.xml").exists()
    every = dict(pages(out))
    dead = [
        (name, link) for name, page in every.items() for link in page.links
        if (path := urlsplit(link).path) and not (out / posixpath.normpath(posixpath.join(posixpath.dirname(name), path))).is_file()
    ]  # fmt: skip
    assert dead == []


def test_an_empty_store_makes_a_site(tmp_path: Path) -> None:
    build(tmp_path / "s.duckdb", [])
    write_site(tmp_path / "s.duckdb", tmp_path / "site", today=TODAY)
    assert (tmp_path / "site" / "fr" / "index.html").is_file()


# What it must not hold


def said(file: Path) -> str:
    """What a file says; of a drawing not where its lines run."""
    text = text_of(file)
    return re.sub(r' (?:d|transform|points)="[^"]*"', "", text) if file.suffix == ".svg" else text


def test_no_canary_is_in_any_byte(tmp_path: Path) -> None:
    """By the verb, as its user runs it."""
    path = canary_store(tmp_path / "vigie.duckdb")
    done = CliRunner().invoke(app, ["site", "--out", str(tmp_path / "site"), "--store", str(path)])
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{tmp_path / 'site' / 'index.html'}\n"
    assert "pages" in done.stderr and "charts" in done.stderr
    files = [f for f in sorted((tmp_path / "site").rglob("*")) if f.is_file()]
    own = [f for f in files if f.suffix != ".woff2" and f.name != "vega.js"]
    text = (done.output + "".join(map(said, own))).lower()
    found = [
        name for name, forms in CANARIES.items()
        if any(form.lower() in text for form in ([forms] if isinstance(forms, str) else forms))
    ]  # fmt: skip
    assert found == []
    assert "telegram" in text and "cocaine" in text and "fr-69" in text
    assert len(files) - len(own) < 10


# Its place


def test_a_folder_that_is_no_site_stays(store: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="name another folder"):
        write_site(store, tmp_path / "mine", today=TODAY)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "mine"


def test_a_failure_leaves_the_old_site(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / MARK).write_text("old")

    def fail(folder: Path) -> None:
        (folder / MARK).write_text("new")
        raise OSError(28, "No space left on device")

    replace_folder(tmp_path / "site", fill)
    with pytest.raises(StoreError, match="No space left"):
        replace_folder(tmp_path / "site", fail)
    assert (tmp_path / "site" / MARK).read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["site"]


KILLED = """
import sys, time
from pathlib import Path
from vigie.web.swap import MARK, replace_folder
def fill(folder):
    (folder / MARK).write_text("new")
    print("filling", flush=True)
    time.sleep(600)
replace_folder(Path(sys.argv[1]), fill)
"""


def test_a_kill_leaves_the_old_site(tmp_path: Path) -> None:
    replace_folder(tmp_path / "site", lambda folder: (folder / MARK).write_text("old") and None)
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path / "site")], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"filling\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (tmp_path / "site" / MARK).read_text() == "old"
    replace_folder(tmp_path / "site", lambda folder: (folder / MARK).write_text("newer") and None)
    assert (tmp_path / "site" / MARK).read_text() == "newer"
    assert [f.name for f in tmp_path.iterdir()] == ["site"]


def test_a_site_that_stepped_aside_comes_back(tmp_path: Path) -> None:
    """Where folders cannot change places in one step, a kill between two renames leaves the old one aside."""
    (tmp_path / ".site.old").mkdir()
    (tmp_path / ".site.old" / MARK).write_text("old")

    def fail(folder: Path) -> None:
        raise OSError(5, "fault")

    with pytest.raises(StoreError):
        replace_folder(tmp_path / "site", fail)
    assert (tmp_path / "site" / MARK).read_text() == "old"


# Addresses

ADDRESSES = [
    ("overview", {}, None, "fr/index.html"),
    ("substance", {"id": "cocaine"}, None, "fr/substance/cocaine.html"),
    ("evidence", {"topic": "flows", "key": "Côte d'Ivoire~France"}, None, "fr/evidence/key-C~c3~b4te~20d~27Ivoire~7eFrance.topic-flows.html"),
    ("evidence", {"topic": "harms", "key": "../x"}, Filters(area="FR-69"), "fr/evidence/key-~2e~2e~2fx.topic-harms.area~3dFR-69.html"),
    ("prices", {}, Filters(area="FR-69"), "fr/prices.html"),
    ("documents", {"from": "50"}, None, "fr/documents/from-50.html"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "filters", "file"), ADDRESSES, ids=[row[3] for row in ADDRESSES])
def test_each_page_has_its_file(
    name: str, params: dict[str, str], filters: Filters | None, file: str
) -> None:
    assert address("fr", name, params, filters).file == file


def test_links_are_relative_to_their_page() -> None:
    asked: list[Address] = []
    links = StaticLinks(lang="fr", here=address("fr", "substance", {"id": "crack"}, None), asked=asked.append)
    assert links.page("overview") == "../index.html"
    assert links.page("substance", None, id="crack") == "crack.html"
    assert links.other_language() == "../../en/substance/crack.html"
    assert links.static("site.css") == "../../static/site.css"
    assert links.chart("substance", "prices", "svg", None, id="crack") == "crack.charts/prices.svg"
    assert [a.file for a in asked] == ["fr/index.html", "fr/substance/crack.html", "en/substance/crack.html"]


# The verb


@pytest.mark.parametrize(
    ("given", "named"), [(["--lang", "de"], "--lang"), (["--base-url", "example"], "--base-url")]
)
def test_wrong_use_is_told(store: Path, given: list[str], named: str) -> None:
    done = CliRunner().invoke(app, ["site", *given, "--store", str(store)])
    assert done.exit_code == 2 and named in done.stderr
