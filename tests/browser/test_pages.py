"""Every page, in both editions and languages, as a visitor and an auditor of accessibility would find it.

One visit a page: on a wide screen nothing is reported (policy, console, other hosts), axe-core finds nothing serious, the shape is
whole; on a phone nothing scrolls sideways and nothing to touch is too small; without JavaScript the same words are there.
"""

from __future__ import annotations

import re
import urllib.request

import pytest
from browser_walk import (
    PHONE,
    Site,
    axe_faults,
    narrow_faults,
    shape_faults,
    watched,
)
from playwright.sync_api import Browser

# name, address below the language, or (list, what the first link to one begins with); editions that have it
PAGES = [
    ("overview", "/"),
    ("substances", "/substances"),
    ("substance", "/substance/cocaine"),
    ("areas", "/areas"),
    ("area", ("/areas", "/area/FR-")),
    ("channels", "/channels"),
    ("prices", "/prices"),
    ("harms", "/harms"),
    ("flows", "/flows"),
    ("alerts", "/alerts"),
    ("alert", ("/alerts", "/alert/")),
    ("documents", "/documents"),
    ("document", ("/documents", "/document/")),
    ("evidence of a figure", ("/prices", "/evidence?")),
    ("evidence", ("/substance/cocaine", "/evidence/")),
    ("triangulation", "/triangulation?substance=cocaine"),
    ("sources", "/sources"),
    ("about", "/about"),
    ("accessibility", "/accessibility"),
    ("filtered", "/prices?substance=cocaine&area=FR"),
    ("filtered to nothing", "/prices?substance=cocaine&period=1999-Q1"),
]
# The public has no documents of its own to open, and no sentence but those of official texts.
ANALYST_ONLY = {"document", "evidence"}
# One template makes a page in both languages; what differs are words, whose keys and lengths other tests compare.
IN_ENGLISH = {"overview", "prices", "substance", "alerts", "about", "accessibility"}
# Walked in both editions each time; the other pages of the public edition, and English, with `make test-all`.
IN_BOTH = {"overview", "prices", "substance", "harms", "evidence of a figure", "filtered"}
CASES = [
    pytest.param(
        edition,
        lang,
        path,
        id=f"{edition}-{lang}-{name.replace(' ', '_')}",
        marks=[pytest.mark.slow] if lang == "en" or (edition == "public" and name not in IN_BOTH) else [],
    )
    for name, path in PAGES
    for edition, lang in (("analyst", "fr"), ("public", "fr"), ("analyst", "en"))
    if not (edition == "public" and name in ANALYST_ONLY) and (lang == "fr" or name in IN_ENGLISH)
]


def address(site: Site, lang: str, path: str | tuple[str, str]) -> str:
    """The address of a page; of the first one that a list links to, where `path` names a list."""
    if isinstance(path, str):
        return f"/{lang}{path}"
    listed, begins = path
    with urllib.request.urlopen(site.url(f"/{lang}{listed}")) as answer:
        html = answer.read().decode()
    found = re.search(rf'href="(/{lang}{re.escape(begins)}[^"#]*)', html)
    assert found, f"/{lang}{listed} leads to no {begins}"
    return found.group(1).replace("&amp;", "&")


@pytest.mark.parametrize(("edition", "lang", "path"), CASES)
def test_page(
    request: pytest.FixtureRequest, browser: Browser, edition: str, lang: str, path: str | tuple[str, str]
) -> None:
    site: Site = request.getfixturevalue(edition)
    url = address(site, lang, path)
    with watched(browser, site.base) as here:
        page = here.open(url)
        assert page.locator("html").get_attribute("lang") == lang
        words = set(page.locator("main").inner_text().split())
        faults = [*shape_faults(page), *axe_faults(page)]
        page.set_viewport_size(PHONE)
        here.settle()
        faults += narrow_faults(page)
        faults += here.faults()
    if lang != "fr":
        assert faults == []
        return
    with watched(browser, site.base, java_script_enabled=False) as still:
        main = still.open(url).locator("main")
        without = set(main.inner_text().split())
        faults += [f"{url}: without JavaScript: {fault}" for fault in still.seen]
        assert len(without) > 20
        lost = {word for word in words - without if word.isalpha() and len(word) > 3}
        if len(lost) > len(words) / 10:
            faults.append(f"{url}: lost without JavaScript: {sorted(lost)[:20]}")
    assert faults == []
