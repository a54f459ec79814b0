"""Words of the pages: the same in both languages, every key that the code asks for is there, links name pages that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from vigie.web.answers import language_of, page_of
from vigie.web.links import ServerLinks
from vigie.web.pages import MENU, PAGES, PATHS
from vigie.web.words import page_words, table

WEB = Path(str(files("vigie"))) / "web"


def keys(words: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in words.items():
        if isinstance(value, dict):
            yield from keys(value, f"{before}{key}.")
        else:
            yield before + key, value


def fields(value: Any) -> set[str]:
    texts = value if isinstance(value, list) else [str(value)]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_words_with_the_same_gaps() -> None:
    one, other = dict(keys(table("fr"))), dict(keys(table("en")))
    assert set(one) == set(other)
    assert {k for k in one if fields(one[k]) != fields(other[k])} == set()
    assert {k for k in one if isinstance(one[k], list) and len(one[k]) != len(other[k])} == set()


def test_no_word_is_left_in_the_other_language() -> None:
    """Long texts that are alike in both files were forgotten."""
    one, other = dict(keys(table("fr"))), dict(keys(table("en")))
    assert {k for k in one if len(str(one[k])) > 24 and one[k] == other[k]} == set()


def test_french_signs_keep_their_spaces() -> None:
    """A sign of two parts never begins a line."""
    loose = re.compile(r"\w [:;?!»]|« ")
    assert {k: v for k, v in keys(table("fr")) if isinstance(v, str) and loose.search(v)} == {}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_word_that_the_code_names_exists(lang: str) -> None:
    """Keys that are written out; those that are put together (`topics.{topic}`) by their table."""
    words = page_words(lang)
    asked = re.compile(r"""\b(?:words|w)(?:\.fill\(|\.lines\(|\[)\s*["']([a-z_.-]*[a-z_-])["']""")
    sources = [*WEB.rglob("*.py"), *(WEB.parent / "data" / "web" / "templates").glob("*.j2")]
    found = {key for source in sources for key in asked.findall(source.read_text("utf-8"))}
    assert len(found) > 100
    assert {key for key in found if not words.get(key)} == set()
    assert all(words.get(f"nav.{name}") for name in (*MENU, "about", "accessibility"))


def test_names_of_pages_in_templates_and_code_exist() -> None:
    named = re.compile(r"""\b(?:to|links\.page)\(\s*["']([a-z]+)["']""")
    sources = [*WEB.rglob("*.py"), *(WEB.parent / "data" / "web" / "templates").glob("*.j2")]
    found = {name for source in sources for name in named.findall(source.read_text("utf-8"))}
    assert len(found) > 10
    assert found - set(PATHS) == set()


def test_templates_hold_no_style_no_script_and_nothing_unescaped() -> None:
    for template in (WEB.parent / "data" / "web" / "templates").glob("*.j2"):
        text = template.read_text("utf-8")
        assert not re.search(
            r"\sstyle=|<style|\son[a-z]+=|<script>|\|\s*safe|autoescape false|https?://", text
        ), template.name


def test_files_of_pages_name_no_other_host() -> None:
    for file in (WEB.parent / "data" / "web" / "static").iterdir():
        found = re.findall(
            r"(?:https?:)?//[\w.-]+\.\w+", file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        )
        assert found == [], file.name


LINKS = [
    ("plain", "prices", {}, "/fr/prices"),
    ("path", "area", {"code": "FR-69"}, "/fr/area/FR-69"),
    ("escaped", "fact", {"address": "a/b?c#d é"}, "/fr/evidence/a%2Fb%3Fc%23d%20%C3%A9"),
    ("own parameters in order", "evidence", {"topic": "flows", "key": "a&b~c"}, "/fr/evidence?key=a%26b~c&topic=flows"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "url"), [row[1:] for row in LINKS], ids=[row[0] for row in LINKS])
def test_links(name: str, params: dict[str, str], url: str) -> None:
    links = ServerLinks(lang="fr", paths=PATHS, versions={}, name=name, params=params)
    assert links.page(name, **params) == url
    assert links.other_language() == url.replace("/fr/", "/en/", 1)


def test_every_page_is_found_by_its_path() -> None:
    for page in PAGES:
        path = re.sub(r"\{\w+\}", "x", page.path).strip("/") or "overview"
        found = page_of(path)
        assert found is not None
        assert found[0].name == page.name
    assert page_of("prices/x/y") is None
    assert page_of("nothing") is None


ACCEPTED = [
    ("", "fr"), ("en", "en"), ("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("de,en-GB;q=0.7,fr;q=0.3", "en"), ("de", "fr"),
    ("en;q=nonsense", "en"), ("fr;q=0.1,en;q=0.2", "en"), ("," * 500, "fr"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "lang"), ACCEPTED)
def test_the_language_of_a_browser(header: str, lang: str) -> None:
    assert language_of(header) == lang
