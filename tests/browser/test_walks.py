"""What a reader does: from the overview to the sentence, export, language, filters, print, keyboard, less motion."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
import pytest
from browser_walk import LANGS, PHONE, Site, narrow_faults, watched
from lxml import etree
from playwright.sync_api import Browser, Locator, Page

from vigie.store import Store

PRICES = {"fr": re.compile("^Prix"), "en": re.compile("^Prices")}


def numbers(text: str) -> list[float]:
    """Figures of a cell as a reader sees them: "1 234,5" and "1,234.5"."""
    text = re.sub(r"(?<=\d)[   ](?=\d{3})", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)(?!\d{4})", "", text) if re.search(r"\d\.\d|\d,\d{3}", text) else text
    return [
        float(found.replace(",", ".")) for found in re.findall(r"-?\d+(?:[.,]\d+)?", text.replace("−", "-"))
    ]


def first_chart(page: Page) -> Locator:
    chart = page.locator("main figure:has(svg), main figure:has(img)").first
    chart.wait_for(state="visible")
    return chart


@pytest.mark.parametrize("lang", ["fr", pytest.param("en", marks=pytest.mark.slow)])
def test_from_the_overview_to_the_sentence(
    browser: Browser, analyst: Site, demo_store: Path, lang: str
) -> None:
    with watched(browser, analyst.base, locale=lang) as here:
        page = here.open("/")
        assert urlsplit(page.url).path == f"/{lang}/"  # by the language of the browser
        page.get_by_role("navigation").get_by_role("link", name=PRICES[lang]).first.click()
        here.settle()
        assert urlsplit(page.url).path == f"/{lang}/prices"
        chart = first_chart(page)
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > 200 < box["height"] + 100
        page.locator("main a[href*='/evidence']").first.click()
        here.settle()
        assert "/evidence" in page.url
        marks = page.locator("main mark")
        assert marks.count() > 0
        quote = marks.first.inner_text()
        sentence = page.locator("main :is(blockquote, q, p):has(> mark)").first.inner_text()
        assert quote in sentence
        assert numbers(quote), f"{quote!r} holds no figure"
        with Store.open(demo_store, read_only=True) as store:
            kept = [row[0] for row in store.connection.execute("SELECT sentence FROM evidence").fetchall()]
        plain = " ".join(sentence.split()).strip("«»“”\"' ")
        assert any(plain in " ".join(text.split()) or " ".join(text.split()) in plain for text in kept), plain
        assert here.faults() == []


@pytest.mark.parametrize("edition", ["analyst", pytest.param("public", marks=pytest.mark.slow)])
def test_a_chart_downloads_in_four_forms(
    request: pytest.FixtureRequest, browser: Browser, edition: str
) -> None:
    site: Site = request.getfixturevalue(edition)
    with watched(browser, site.base) as here:
        page = here.open("/fr/prices")
        chart = first_chart(page)
        got = {}
        for form in ("png", "svg", "csv", "json"):
            link = chart.locator(f"a[href*='.{form}']").first
            href = link.get_attribute("href")
            assert href, f"no download as {form}"
            answer = page.request.get(site.url(href) if href.startswith("/") else href)
            assert answer.status == 200
            got[form] = (answer.headers["content-type"], answer.body(), answer.headers)
        assert got["png"][0] == "image/png"
        assert got["png"][1].startswith(b"\x89PNG\r\n\x1a\n")
        assert int.from_bytes(got["png"][1][16:20], "big") >= 600  # pixels: fit to print
        assert got["svg"][0].startswith("image/svg+xml")
        drawing = etree.fromstring(got["svg"][1])
        assert etree.QName(drawing).localname == "svg"
        assert not drawing.findall(".//{*}script")
        spec = json.loads(got["json"][1])
        assert "vega-lite" in spec["$schema"]
        assert '"url"' not in json.dumps(spec.get("data", {}))
        assert got["csv"][0].startswith("text/csv")
        rows = list(csv.reader(io.StringIO(got["csv"][1].decode("utf-8"))))
        table = chart.locator("table").first
        shown = [
            [cell.text_content() or "" for cell in row.locator("th, td").all()]
            for row in table.locator("tbody tr").all()
        ]
        assert len(rows) - 1 == len(shown) > 0
        for wanted, seen in zip(rows[1:], shown, strict=True):
            figures = [float(cell) for cell in wanted if re.fullmatch(r"-?\d+(\.\d+)?", cell)]
            there = [one for cell in seen for one in numbers(cell)]
            for figure in figures:
                assert any(abs(figure - one) <= max(0.051, abs(figure) * 0.006) for one in there), (
                    wanted,
                    seen,
                )
        for form in got:
            assert (
                "attachment" in got[form][2].get("content-disposition", "")
                or chart.locator(f"a[download][href*='.{form}']").count()
            ), f"{form} opens instead of being kept"
        assert here.faults() == []


def test_a_download_is_a_file(browser: Browser, analyst: Site) -> None:
    with watched(browser, analyst.base, accept_downloads=True) as here:
        page = here.open("/en/prices")
        link = first_chart(page).locator("a[href*='.csv']").first
        for closed in page.locator("main figure").first.locator("details:not([open]) > summary").all():
            if not link.is_visible():
                closed.click()
        with page.expect_download() as waiting:
            link.click()
        assert waiting.value.suggested_filename.endswith(".csv")
        assert re.fullmatch(r"[\w.-]+", waiting.value.suggested_filename)


@pytest.mark.parametrize("lang", LANGS)
def test_the_language_changes_and_the_filters_stay(browser: Browser, analyst: Site, lang: str) -> None:
    other = "en" if lang == "fr" else "fr"
    with watched(browser, analyst.base) as here:
        page = here.open(f"/{lang}/prices?area=FR&substance=cocaine")
        page.locator(f"a[hreflang={other}]").first.click()
        here.settle()
        parts = urlsplit(page.url)
        assert (parts.path, parts.query) == (f"/{other}/prices", "area=FR&substance=cocaine")
        assert page.locator("html").get_attribute("lang") == other
        assert here.faults() == []


@pytest.mark.parametrize("edition", ["analyst", pytest.param("public", marks=pytest.mark.slow)])
def test_a_filtered_page_is_shared_by_its_address(
    request: pytest.FixtureRequest, browser: Browser, edition: str
) -> None:
    site: Site = request.getfixturevalue(edition)
    with watched(browser, site.base) as here:
        page = here.open("/fr/prices")
        everywhere = page.locator("main").inner_text()
        select = page.locator("select[name=area]")
        if not select.is_visible():
            page.locator("details:has(select[name=area]) > summary").first.click()
        values = [
            value for option in select.locator("option").all() if (value := option.get_attribute("value"))
        ]
        area = next(value for value in values if value.startswith("FR-"))
        select.select_option(area)
        send = page.locator("form:has(select[name=area]) :is(button, input[type=submit])").first
        if "area=" not in page.url:
            send.click()
        here.settle()
        shared, filtered = page.url, page.locator("main").inner_text()
        assert f"area={area}" in shared
        assert "substance=&" not in shared, "empty filters do not belong into an address that is shared"
        assert filtered != everywhere
        assert page.locator("select[name=area]").input_value() == area
        assert here.faults() == []
    with watched(browser, site.base) as elsewhere:
        page = elsewhere.open(shared)
        assert page.locator("main").inner_text() == filtered


@pytest.mark.parametrize("path", ["/fr/", "/fr/prices", "/fr/substance/cocaine"])
def test_print(browser: Browser, analyst: Site, path: str) -> None:
    with watched(browser, analyst.base) as here:
        page = here.open(path)
        title = page.locator("h1").inner_text()
        page.emulate_media(media="print")
        for hidden in ("nav", "form", "button", ".skip, [href='#main'], [href='#content']"):
            for one in page.locator(hidden).all():
                assert not one.is_visible(), f"{hidden} is printed"
        figures = page.locator("main figure")
        for number in range(min(3, figures.count())):
            assert figures.nth(number).is_visible()
        pdf = pypdfium2.PdfDocument(page.pdf(format="A4"))
        assert 1 <= len(pdf) <= 30
        text = pdf[0].get_textpage().get_text_range()
        assert title.split()[0] in text
        assert here.faults() == []


FOCUS = """() => {
  const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
  const middle = document.elementFromPoint(b.x + b.width / 2, b.y + Math.min(b.height / 2, 20));
  return {tag: e.tagName, text: (e.innerText || e.value || e.getAttribute('aria-label') || '').trim().slice(0, 50), href: e.getAttribute('href'),
    ring: (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none',
    shown: b.width > 0 && b.height > 0 && b.bottom > 0 && b.top < innerHeight && b.right > 0 && b.left < innerWidth,
    covered: !!middle && !e.contains(middle) && !middle.contains(e),
    place: [...document.querySelectorAll('*')].indexOf(e), tabindex: e.tabIndex};
}"""


@pytest.mark.parametrize("path", ["/fr/", "/fr/prices", "/en/documents"])
def test_keyboard_alone(browser: Browser, analyst: Site, path: str) -> None:
    faults, stops = [], []
    with watched(browser, analyst.base) as here:
        page = here.open(path)
        for _ in range(80):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUS)
            if stop["tag"] in ("BODY", "HTML"):
                break
            stops.append(stop)
        assert len(stops) > 10
        first = stops[0]
        assert (first["href"] or "").startswith("#"), f"the first stop is no link to the content: {first}"
        for stop in stops:
            faults += [f"focus is not to be seen: {stop}"] if not stop["ring"] else []
            faults += [f"the focused element is off the screen: {stop}"] if not stop["shown"] else []
            faults += [f"the focused element is covered: {stop}"] if stop["covered"] else []
            faults += [f"a tabindex above zero: {stop}"] if stop["tabindex"] > 0 else []
        places = [stop["place"] for stop in stops]
        assert places == sorted(places), "the order of focus is not that of the page"
        page = here.open(path)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        inside = page.evaluate("document.querySelector('main').contains(document.activeElement)")
        assert inside, "the link to the content leads elsewhere"
        summary = page.locator("main details > summary:visible").first
        if summary.count():
            opened = summary.locator("xpath=..")
            before = opened.evaluate("e => e.open")
            summary.focus()
            page.keyboard.press("Enter")
            assert opened.evaluate("e => e.open") != before
        faults += here.faults()
    assert faults == []


def test_less_motion(browser: Browser, analyst: Site) -> None:
    with watched(browser, analyst.base, reduced_motion="reduce") as here:
        page = here.open("/fr/")
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter(e => {
              const s = getComputedStyle(e), longest = v => Math.max(...v.split(',').map(parseFloat));
              return longest(s.transitionDuration) > 0.01 || (s.animationName !== 'none' && longest(s.animationDuration) > 0.01)
                || s.scrollBehavior === 'smooth';
            }).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert moving == []


@pytest.mark.parametrize("path", ["/fr/", "/fr/prices", "/fr/substance/cocaine", "/en/flows"])
def test_zoomed_four_times_it_still_fits(browser: Browser, analyst: Site, path: str) -> None:
    """WCAG 1.4.10: 1280 pixels at 400 % are 320; 1.4.12: wider spacing of text cuts nothing off."""
    with watched(browser, analyst.base, viewport={"width": 320, "height": 640}) as here:
        page = here.open(path)
        faults = narrow_faults(page)
        page.evaluate(
            """() => { const sheet = new CSSStyleSheet();
            sheet.replaceSync('*{line-height:1.5 !important;letter-spacing:.12em !important;word-spacing:.16em !important} p{margin-bottom:2em !important}');
            document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }"""
        )
        faults += narrow_faults(page)
        assert faults == []


def test_a_phone_in_landscape_and_a_large_screen(browser: Browser, analyst: Site) -> None:
    for size in ({"width": PHONE["height"], "height": PHONE["width"]}, {"width": 2560, "height": 1300}):
        with watched(browser, analyst.base, viewport=size) as here:
            page = here.open("/fr/")
            assert narrow_faults(page) == []
            assert here.faults() == []
