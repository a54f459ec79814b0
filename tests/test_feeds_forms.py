"""Atom and JSON Feed: valid for readers, the same bytes for the same alerts, and no way for a hostile text to break them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree
from typer.testing import CliRunner, Result

from report_store import build
from test_feeds_public_alerts import OFFICIAL, let_out, papers, take_back
from vigie.cli import app
from vigie.feeds.atom import ATOM, atom
from vigie.feeds.entries import MOST, id_of, updated
from vigie.feeds.json_feed import VERSION, json_feed
from vigie.feeds.records import Correction, PublicAlert
from vigie.model.errors import SettingsError

BASE = "https://observatoire.example/vigie"
NS = {"a": ATOM, "h": "http://www.w3.org/1999/xhtml"}
ALERT = PublicAlert(
    address="alert/w-0123456789ab", version=1, status="current", first_published=date(2026, 3, 18), updated=date(2026, 3, 18),
    title="Alerte : opioïdes", summary=OFFICIAL, note="", area="FR-69", area_name="Rhône", substance="nitazenes",
    substance_name="nitazènes", kind="overdose", persons=7, grade="A", official=True, source="Agence", lang="fr",
    evidence=OFFICIAL, evidence_lang="fr",
)  # fmt: skip
GONE = replace(
    ALERT, address="alert/r2", version=2, status="withdrawn", updated=date(2026, 3, 19), title="Alerte retirée (r2)",
    summary="", evidence="", note="Cette alerte a été retirée.", area=None, substance=None, grade="", official=False,
)  # fmt: skip
HOSTILE = [
    ("end of a section", "A ]]> B <![CDATA[ x"),
    ("script", "</title><script>alert(1)</script>"),
    ("attribute", '" onmouseover="x" href="javascript:x'),
    ("entity", "&lt;b&gt; &amp;amp; &#0; &xxe;"),
    ("controls", "A\x00\x01\x08\x0b\x1f\x7f\x85B"),
    ("direction", "A\u202e\u2066\u200f\u061cB"),
    ("not characters", "A\ufffe\uffff\ud800B"),
    ("separators", "A\u2028\u2029B"),
    ("invisible", "A\u200b\u200d\ufeff\u2060B"),
    ("lines", "A\r\nSubject: x\n\nB"),
    ("beyond the first plane", "A 😀 \U0010fffd B"),
]


def parsed(data: bytes) -> Any:
    found = feedparser.parse(data)
    assert not found.bozo, found.get("bozo_exception")
    return found


def test_a_reader_of_news_finds_everything() -> None:
    found = parsed(atom([ALERT, GONE], lang="fr", base_url=BASE))
    assert found.version == "atom10" and found.feed.language == "fr"
    assert found.feed.updated == "2026-03-19T00:00:01Z"
    gone, alert = found.entries
    assert alert.id == alert.link == f"{BASE}/fr/alert/w-0123456789ab"
    assert (alert.title, alert.author) == ("Alerte : opioïdes", "Agence")
    assert (alert.published, alert.updated) == ("2026-03-18T00:00:00Z", "2026-03-18T00:00:00Z")
    assert OFFICIAL in alert.content[0].value and {t.term for t in alert.tags} >= {
        "current",
        "nitazenes",
        "FR-69",
    }
    assert "retirée" in gone.content[0].value and gone.title.startswith("Alerte retirée")


def test_the_feed_has_what_the_standard_asks() -> None:
    """RFC 4287, 4.1.1 and 4.1.2: id, title, updated and an author once each; a content that is XHTML is one div."""
    for base in (BASE, ""):
        root = etree.fromstring(atom([ALERT, GONE], lang="fr", base_url=base))
        for element in (root, *root.findall("a:entry", NS)):
            for name in ("id", "title", "updated", "author"):
                assert len(element.findall(f"a:{name}", NS)) == 1, name
        for content in root.iterfind("a:entry/a:content", NS):
            assert content.get("type") == "xhtml" and [c.tag for c in content] == [f"{{{NS['h']}}}div"]
        ids = [e.text for e in root.iter(f"{{{ATOM}}}id")]
        assert len(set(ids)) == len(ids) and all(i and i.startswith(("https://", "urn:uuid:")) for i in ids)
        assert bool(root.findall(".//a:link", NS)) is bool(base)


def test_the_json_feed_has_what_the_standard_asks() -> None:
    """jsonfeed.org, 1.1: version and title, items with id and content, dates of RFC 3339, authors as a list."""
    for base in (BASE, ""):
        found = json.loads(json_feed([ALERT, GONE], lang="fr", base_url=base))
        assert (found["version"], found["language"]) == (VERSION, "fr") and found["title"]
        assert [set(found) >= {"home_page_url", "feed_url"}] == [bool(base)]
        assert all(isinstance(a["name"], str) for a in found["authors"])
        for item in found["items"]:
            assert isinstance(item["id"], str) and item["content_text"]
            for name in ("date_published", "date_modified"):
                assert datetime.strptime(item[name], "%Y-%m-%dT%H:%M:%S%z").tzinfo is not None
            assert set(item) <= {
                "id", "url", "title", "content_text", "date_published", "date_modified", "authors", "tags", "language", "_vigie",
            }  # fmt: skip
    assert [i["_vigie"]["status"] for i in found["items"]] == ["withdrawn", "current"]


@pytest.mark.parametrize(("why", "text"), HOSTILE, ids=[w for w, _ in HOSTILE])
def test_a_hostile_text_stays_text(why: str, text: str) -> None:
    alert = replace(ALERT, title=text, summary=text, evidence=text, source=text, note=text, area_name=text)
    data = atom([alert], lang="fr", base_url=BASE)
    root = etree.fromstring(data)
    tags = {etree.QName(e).localname for e in root.iter(etree.Element)}
    assert tags == {
        "feed", "id", "title", "subtitle", "updated", "author", "name", "generator", "link", "entry", "published", "category",
        "content", "div", "blockquote", "p",
    }  # fmt: skip
    assert {a for e in root.iter(f"{{{NS['h']}}}*") for a in e.attrib} == {"lang"}
    seen = data.decode() + json_feed([alert], lang="fr", base_url=BASE).decode()
    assert not [c for c in seen if c in "\u202e\u2066\u200f\u061c\u200b\ufeff\x0b\x7f\x85"]
    assert parsed(data).entries[0].title.startswith(("A", "<", '"', "&", "</title>"))
    assert json.loads(json_feed([alert], lang="fr"))["items"][0]["title"]


def test_ids_and_times_do_not_move() -> None:
    """A new title or day is the same entry for a reader; another language is another."""
    later = replace(ALERT, title="Autre titre", version=3, updated=date(2026, 4, 1))
    for base in (BASE, ""):
        assert id_of(ALERT, base) == id_of(later, base) != id_of(replace(ALERT, lang="en"), base)
    # Written down: what changes it would show every reader all alerts again.
    assert id_of(ALERT, "") == "urn:uuid:d680c559-a2f5-5e68-af34-5fdd9a316c52"
    assert updated(replace(ALERT, version=2)) == datetime(2026, 3, 18, 0, 0, 1, tzinfo=UTC)


def test_the_order_of_the_records_does_not_matter() -> None:
    for form in (atom, json_feed):
        assert form([ALERT, GONE], lang="fr") == form([GONE, ALERT], lang="fr")


def test_a_correction_is_said_first() -> None:
    alert = replace(
        ALERT,
        version=2,
        corrections=(Correction(version=2, day=date(2026, 3, 20), note="La dose était fausse."),),
    )
    text = json.loads(json_feed([alert], lang="fr"))["items"][0]["content_text"]
    assert text.startswith("La dose était fausse.")


def test_an_empty_feed_is_a_feed() -> None:
    found = parsed(atom([], lang="en"))
    assert found.entries == [] and found.feed.updated == "1970-01-01T00:00:00Z"
    assert json.loads(json_feed([], lang="en"))["items"] == []


def test_a_feed_has_an_end() -> None:
    many = [
        replace(ALERT, address=f"alert/r{n}", updated=date.fromordinal(739000 + n)) for n in range(MOST + 5)
    ]
    assert len(parsed(atom(many, lang="fr")).entries) == MOST
    assert f"r{MOST + 4}" in json_feed(many, lang="fr").decode()


@pytest.mark.parametrize(
    "url", ["ftp://a.example", "https://", "//a.example", "https://u:p@a.example", "https://a.example/?x=1", "https://a.example/ b", "javascript:x", "https://[::1"],
)  # fmt: skip
def test_a_base_that_is_no_site_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="base URL"):
        atom([], lang="fr", base_url=url)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    return build(tmp_path / "vigie.duckdb", papers(), today=date(2026, 3, 20))


def run(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


def test_the_verb_writes_both_forms_in_both_languages(store: Path) -> None:
    take_back(store, let_out(store, "doc001-0"))
    done = run("feed", "--out", "out", "--base-url", BASE)
    assert done.exit_code == 0, done.output
    names = sorted(p.name for p in Path("out").iterdir())
    assert names == ["alerts.en.atom", "alerts.en.json", "alerts.fr.atom", "alerts.fr.json"]
    before = {p.name: p.read_bytes() for p in Path("out").iterdir()}
    assert [len(parsed(before[n]).entries) for n in names if n.endswith("atom")] == [2, 2]
    assert run("feed", "--out", "out", "--base-url", BASE).exit_code == 0
    assert {p.name: p.read_bytes() for p in Path("out").iterdir()} == before
    said = b"".join(before.values()).decode().lower()
    assert not [w for w in ("feutré", "carnet", "doc00", "a. example", "essai") if w in said]


@pytest.mark.parametrize(
    ("id", "args", "code"),
    [
        ("language", ["--lang", "de"], 2),
        ("area", ["--area", "XX-99"], 2),
        ("base", ["--base-url", "nowhere"], 2),
        ("no store", ["--store", "none.duckdb"], 1),
        ("no folder", [], 2),
    ],
)  # fmt: skip
def test_wrong_use_is_told(store: Path, id: str, args: list[str], code: int) -> None:
    out = [] if id == "no folder" else ["--out", "out"]
    done = run("feed", *out, *args)
    assert done.exit_code == code and not Path("out").exists()
