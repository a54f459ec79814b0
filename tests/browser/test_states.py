"""Pages at the edges: an empty store, one document, a substance without a price, a period without data, and hostile text.

Each page still makes sense: it says what is not there and what to do, and nothing that a document holds becomes part of the page.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser_walk import (
    PHONE,
    Site,
    axe_faults,
    links_of,
    narrow_faults,
    served,
    shape_faults,
    watched,
)
from playwright.sync_api import Browser

from report_store import Paper, Said, build, event, flow, purity, said_price, way

LISTS = (
    "/",
    "/substances",
    "/areas",
    "/channels",
    "/prices",
    "/harms",
    "/flows",
    "/alerts",
    "/documents",
    "/sources",
)
# What a page says where there is nothing: that nothing was collected or found, or how to begin.
NOTHING = re.compile(
    r"rien|aucun|pas de |pas encore|not collected|nothing|no |none|not yet|vigie add|collecté", re.IGNORECASE
)


def cheap(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    return tmp_path_factory.mktemp(name) / "vigie.duckdb"


@pytest.mark.parametrize(
    ("edition", "lang"),
    [("empty", "fr"), pytest.param("empty", "en", marks=pytest.mark.slow), ("empty_public", "fr")],
)
def test_an_empty_store(request: pytest.FixtureRequest, browser: Browser, edition: str, lang: str) -> None:
    site: Site = request.getfixturevalue(edition)
    faults = []
    with watched(browser, site.base) as here:
        for path in LISTS:
            page = here.open(f"/{lang}{path}")
            text = page.locator("main").inner_text()
            if not NOTHING.search(text):
                faults.append(f"{path}: does not say that there is nothing: {text[:200]!r}")
            faults += shape_faults(page)
            for chart in page.locator("main figure:has(svg)").all():
                faults.append(f"{path}: draws nothing as something: {chart.inner_text()[:80]!r}")
        faults += axe_faults(page)
        faults += here.faults()
    assert faults == []


def test_one_document(browser: Browser, one: Site) -> None:
    faults, lang = [], "fr"
    with watched(browser, one.base) as here:
        for path in LISTS:
            page = here.open(f"/{lang}{path}")
            assert len(page.locator("main").inner_text()) > 60, path
            faults += shape_faults(page)
            page.set_viewport_size(PHONE)
            faults += narrow_faults(page)
            page.set_viewport_size({"width": 1280, "height": 900})
        page = here.open(f"/{lang}/prices")
        assert re.search(r"\b60\b", page.locator("main").inner_text())
        page.locator("main a[href*='/evidence']").first.click()
        here.settle()
        assert "Le gramme vaut 60 euros ici." in page.locator("main").inner_text()
        faults += here.faults()
    assert faults == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_substance_without_a_price(browser: Browser, one: Site, lang: str) -> None:
    with watched(browser, one.base) as here:
        for path in ("/substance/heroin", "/prices?substance=heroin"):
            page = here.open(f"/{lang}{path}")
            text = page.locator("main").inner_text()
            assert NOTHING.search(text), text[:300]
            assert not re.search(r"\b0([.,]0+)? ?(€|EUR)", text), "no price is not a price of zero"
        assert here.faults() == []


@pytest.mark.parametrize(("edition", "lang"), [("analyst", "fr"), ("public", "en")])
def test_a_period_without_data(
    request: pytest.FixtureRequest, browser: Browser, edition: str, lang: str
) -> None:
    site: Site = request.getfixturevalue(edition)
    with watched(browser, site.base) as here:
        asked = 0
        for path in LISTS:
            page = here.open(f"/{lang}{path}?period=1999-Q1")
            if not page.locator("select[name=period]").count():
                continue  # a page that does not go by period
            asked += 1
            page.locator("main form").evaluate_all("forms => forms.forEach(form => form.remove())")
            text = page.locator("main").inner_text()
            assert NOTHING.search(text), (path, text[:300])
        assert asked >= 5
        assert here.faults() == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/fr/nothing-here", 404),
        ("/fr/substance/not-a-substance", 404),
        ("/fr/area/FR-999", 404),
        ("/fr/document/none", 404),
        ("/fr/evidence/none", 404),
        ("/fr/alert/none", 404),
        ("/fr/prices?period=then", 400),
        ("/fr/prices?area=%3Cscript%3Ealert(1)%3C/script%3E", 400),
        ("/de/prices", 404),
        ("/fr/../../etc/passwd", 404),
        ("/static/../app.py", 404),
        ("/static/%2e%2e/%2e%2e/words.fr.toml", 404),
    ],
)
def test_what_is_not_there_is_refused_with_a_way_back(
    browser: Browser, analyst: Site, path: str, status: int
) -> None:
    with watched(browser, analyst.base) as here:
        answer = here.page.request.get(analyst.url(path))
        assert answer.status == status
        assert "<script>alert" not in answer.text()
        assert "Traceback" not in answer.text()
        if path.startswith("/fr/") and ".." not in path:
            page = here.page
            page.goto(analyst.url(path))
            assert page.locator("a[href='/fr/']").count() > 0
            assert axe_faults(page) == []


# Hostile text

SCRIPT = "<script>window.ran=1;alert(1)</script>"
IMAGE = '"><img src=x onerror="window.ran=1;alert(1)">'
LINK = "javascript:window.ran=1"
CLOSE = "</title></textarea></style></script><script>window.ran=1</script>"
TEMPLATE = "{{7*7}}{% raw %}${7*7}#{7*7}"
LONG = "Extraordinairement" * 30
FORMULA = '=HYPERLINK("http://evil.example","x")'
HOSTILE = (SCRIPT, IMAGE, LINK, CLOSE, TEMPLATE, LONG, FORMULA, "‮drawkcab", "a\x00b\x1b[31m")


@pytest.fixture(scope="module")
def hostile_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    papers = [
        Paper(
            source=f"s{number}",
            published=f"2025-0{1 + number % 6}-11",
            title=f"Titre {words}",
            publisher=f"Éditeur {words}",
            name=f"Journal {words}",
            outlet=f"La Gazette {words}",
            path=f"dossier/{words.replace('/', '_')}.txt",
            kind="warning" if number % 2 else "press",
            grade="A",
            says=[
                Said(
                    sentence=f"Le gramme vaut {60 + number} euros {words} ici.",
                    value=said_price(60 + number).value,
                    place="FR-69",
                ),
                Said(sentence=f"Pureté {words} de 70 %.", value=purity(70), place="FR-69"),
                Said(sentence=f"Trois morts {words}.", value=event("death", 6), place="FR-69"),
                Said(sentence=f"Un vol d'Espagne {words}.", value=flow("ES", "FR-69")),
                Said(sentence=f"Par livreur {words}.", value=way("telegram")),
            ],
        )
        for number, words in enumerate(HOSTILE)
    ]
    return build(cheap(tmp_path_factory, "hostile"), papers)


@pytest.mark.slow  # test_attacks_pages parses every page of both editions, test_attacks_browser shows that nothing runs
@pytest.mark.parametrize("public", [False, True], ids=["analyst", "public"])
def test_hostile_text_stays_text(browser: Browser, hostile_store: Path, public: bool) -> None:
    """Nothing runs, no element and no address is made of it, and very long words break the layout of no screen."""
    faults: list[str] = []
    with served(hostile_store, public=public) as site, watched(browser, site.base) as here:
        page = here.open("/fr/")
        todo = [f"/fr{path}" for path in LISTS]
        for path in LISTS:
            todo += [link for link in links_of(here.open(f"/fr{path}")) if link.startswith("/fr/")]
        todo = list(dict.fromkeys(path for path in todo if "/chart/" not in path))
        kinds: dict[str, int] = {}
        for path in todo:
            kind = path.split("?")[0].split("/")[2]
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] > (len(HOSTILE) if kind == "document" else 1):
                continue
            page = here.open(path)
            if page.evaluate("window.ran"):
                faults.append(f"{path}: something ran")
            faults += [
                f"{path}: {fault}"
                for fault in page.evaluate(
                    """() => {
                  const faults = [], all = s => [...document.querySelectorAll(s)];
                  for (const e of all('main img, main iframe, main object, main embed, main base')) {
                    const source = e.getAttribute('src') || e.getAttribute('data') || '';
                    if (!source.startsWith('/') && !source.startsWith('data:image/')) faults.push('an element of a text: ' + e.outerHTML.slice(0, 80));
                  }
                  for (const e of all('script')) if (!e.src && e.type !== 'application/json') faults.push('an inline script: ' + e.textContent.slice(0, 60));
                  for (const e of all('*')) for (const a of e.attributes) if (a.name.startsWith('on')) faults.push('a handler: ' + a.name);
                  for (const e of all('a[href], form[action], svg a'))
                    if (!/^(https?:|mailto:|\\/|#|\\?|\\.)/.test(e.getAttribute('href') || e.getAttribute('action') || e.getAttribute('xlink:href') || '/'))
                      faults.push('an address: ' + (e.getAttribute('href') || '').slice(0, 60));
                  if (/(^|[^{])49([^0-9]|$)/.test(document.title)) faults.push('a template was run');
                  return faults;
                }"""
                )
            ]
            page.set_viewport_size(PHONE)
            faults += [fault for fault in narrow_faults(page) if "sideways" in fault]
            page.set_viewport_size({"width": 1280, "height": 900})
        faults += here.faults()
        for path in links_of(here.open("/fr/prices")):
            if "/chart/" in path and path.split("?")[0].endswith((".csv", ".svg")):
                answer = here.page.request.get(site.url(path))
                if re.search(r"<script|onerror=", answer.text()) and path.split("?")[0].endswith(".svg"):
                    faults.append(f"{path}: markup in a drawing")
                if re.search(r"(^|,)\"?[=@]", answer.text(), re.MULTILINE):
                    faults.append(f"{path}: a formula in a table")
    assert faults == []
    assert len(kinds) >= 6
