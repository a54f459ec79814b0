"""Source cards with their watch: those that come with the program, faults of a user's card, the verbs `source`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vigie.cli import app
from vigie.ingest.cards import all_cards, load_watched, shipped_cards
from vigie.ingest.sources import load_card
from vigie.model.errors import SettingsError
from vigie.redact.fields import redact_card

GOOD = """
id = "agence"
name = "Agence fictive"
publisher = "Agence fictive"
kind = "agency"
licence = "Licence ouverte"
legal_basis = "publications officielles"

[watch]
every_hours = 6
expected_per_week = 3

[[watch.feeds]]
url = "https://agence.example/rss.xml"
"""


def test_the_cards_that_come_with_the_program() -> None:
    cards = shipped_cards()
    assert len(cards) >= 20
    assert not any(c.watch.on for c in cards.values())  # nobody is asked without being chosen
    assert {i: c.file for i, c in cards.items() if c.file != f"{i}.toml"} == {}
    for card in cards.values():
        c, w = card.card, card.watch
        assert c.publisher and c.licence and c.legal_basis and c.language and w.note and w.contact, c.id
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", w.checked), c.id
        assert w.expected_per_week > 0 and c.grade in "ABC" and c.kind != "unknown", c.id
        assert all(f.url.startswith("https://") for f in w.feeds), c.id
        # A general publication is read for what it says of drugs, and for nothing else.
        assert w.only == "drugs" or c.kind != "press", c.id
    assert sum(bool(c.watch.feeds) for c in cards.values()) >= 10
    for name in (
        "ofdt",
        "euda",
        "ansm",
        "spf",
        "douane",
        "police-nationale",
        "unodc",
        "wedinos",
        "nflis",
        "lemonde",
    ):
        assert name in cards
    unconfirmed = [c for c in cards.values() if not c.watch.feeds]
    assert all("confirm" in c.watch.note for c in unconfirmed)  # a card without a feed says why


def test_the_redactor_leaves_the_cards_as_they_are() -> None:
    for card in shipped_cards().values():
        assert redact_card(card.card) == card.card, card.card.id


FAULTS = {
    "unknown field": ("every_hours = 6", "every = 6", "unknown field 'every'"),
    "unknown field of a feed": ("url =", "adress = 1\nurl =", "unknown field 'adress'"),
    "no address": ('url = "https://agence.example/rss.xml"', "", "must be an address"),
    "another scheme": ("https://agence", "file://agence", "must be an address"),
    "an account": ("https://agence", "https://anna:word@agence", "holds an account"),
    "a fragment": ("rss.xml", "rss.xml#top", "fragment"),
    "a blank": ("rss.xml", "rss feed.xml", "must be an address"),
    "a line break": ("rss.xml", "rss\\r\\nHost: b.example", "must be an address"),
    "port": ("agence.example/", "agence.example:99999/", "must be an address"),
    "kind": ("url =", 'kind = "gopher"\nurl =', "kind must be one of"),
    "text of a sitemap": ("url =", 'kind = "sitemap"\nurl =', "sitemaps and pages hold no text"),
    "a page without links": ("url =", 'kind = "page"\nurl =', "needs links"),
    "links": ("url =", 'links = "("\nurl =', "no regular expression"),
    "hours": ("every_hours = 6", "every_hours = 0", "must be a number"),
    "hours as text": ("every_hours = 6", 'every_hours = "6"', "must be a number"),
    "expected": ("expected_per_week = 3", "expected_per_week = -1", "must be a number"),
    "days back": ("every_hours = 6", "days_back = 1.5", "whole number"),
    "items": ("every_hours = 6", 'items = "all"', "watch.items must be one of"),
    "only": ("every_hours = 6", 'only = "cats"', "watch.only must be one of"),
    "on": ("every_hours = 6", 'on = "yes"', "true or false"),
    "hosts": ("every_hours = 6", 'hosts = ["https://b.example"]', "list of names of hosts"),
    "checked": ("every_hours = 6", 'checked = "yesterday"', "must be a day"),
    "terms": ("every_hours = 6", 'terms = "ask"', "must be an address"),
    "watch is no table": ("[watch]", "[[watch]]", "watch is a table"),
    "feeds are no list": ("[[watch.feeds]]", "[watch.feeds]", "list of tables"),
    "twice": ("[[watch.feeds]]", '[[watch.feeds]]\nurl = "https://agence.example/rss.xml"\n[[watch.feeds]]', "same url"),
    "on without a feed": ('[[watch.feeds]]\nurl = "https://agence.example/rss.xml"', "", None),
    "kind of documents": ('kind = "agency"', 'kind = "agencies"', "unknown kind"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_repair(name: str, tmp_path: Path) -> None:
    old, new, said = FAULTS[name]
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if name == "text of a sitemap":
        text = text.replace("every_hours", 'items = "entry"\nevery_hours')
    if said is None:
        text, said = text.replace("every_hours", "on = true\nevery_hours"), "without a feed"
    file = tmp_path / "agence.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=re.escape(said)) as caught:
        load_watched(file)
    assert "agence.toml" in str(caught.value) and "word" not in str(caught.value)


def test_a_card_with_a_watch_is_a_source_card_too(tmp_path: Path) -> None:
    """The same file serves `vigie add --source` and `source.toml`."""
    file = tmp_path / "agence.toml"
    file.write_text(GOOD, "utf-8")
    assert load_card(file) == load_watched(file).card
    assert load_watched(file).watch.every_hours == 6


def test_the_users_card_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace('"agence"', '"ofdt"'), "utf-8")
    (tmp_path / "other.toml").write_text(GOOD, "utf-8")
    cards = all_cards(tmp_path)
    assert (
        cards["ofdt"].watch.feeds
        and not cards["ofdt"].shipped
        and "agence" in cards
        and cards["euda"].shipped
    )
    (tmp_path / "twice.toml").write_text(GOOD, "utf-8")
    with pytest.raises(SettingsError, match=r"is that of other\.toml"):
        all_cards(tmp_path)
    with pytest.raises(SettingsError, match="no such folder"):
        all_cards(tmp_path / "none")


def test_source_list_check_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cards = tmp_path / "cards"
    cards.mkdir()
    (cards / "a.toml").write_text(GOOD.replace("every_hours", "on = true\nevery_hours"), "utf-8")
    (tmp_path / "vigie.toml").write_text(
        '[watch]\ncards = "cards"\non = ["ansm"]\ncontact = "https://a.example/"\n', "utf-8"
    )
    run = CliRunner()
    listed = [
        json.loads(line)
        for line in run.invoke(app, ["source", "list", "--format", "json"]).stdout.splitlines()
    ]
    assert [r["id"] for r in listed if r["watched"] == "on"] == ["agence", "ansm"]
    assert run.invoke(app, ["source", "check"]).exit_code == 0
    (cards / "b.toml").write_text("id = 1", "utf-8")
    checked = run.invoke(app, ["source", "check", str(cards)])
    assert checked.exit_code == 1 and "1 card is well formed, 1 refused" in checked.stderr
    planned = run.invoke(app, ["watch", "--once", "--dry-run", "--cards", str(cards)])
    assert (
        planned.exit_code == 1 and "agence.example/rss.xml" in planned.stdout and "b.toml" in planned.stderr
    )
    (cards / "b.toml").unlink()
    shown = json.loads(run.invoke(app, ["source", "show", "agence", "--format", "json"]).stdout)
    assert shown["on"] is True and shown["watched_feeds"][0]["url"] == "https://agence.example/rss.xml"
    assert "url https://agence.example/rss.xml" in run.invoke(app, ["source", "show", "agence"]).stdout
    assert run.invoke(app, ["source", "show", "nobody"]).exit_code == 1


SETTINGS = {
    "no contact": ("", "[watch] contact"),
    "contact that is none": ('contact = "me"', "[watch] contact"),
    "contact with a line break": ('contact = "https://a.example/\\r\\nX: 1"', "plain letters"),
    "a section": ("contacts = 1", "unknown key"),
    "on": ('on = "ansm"', "list of ids"),
    "an id that no card has": (
        'contact = "https://a.example/"\non = ["ansm", "nobody"]',
        "no source card 'nobody'",
    ),
    "a source without a feed": ('contact = "https://a.example/"\non = ["ofdt"]', "ofdt has no feed"),
    "nothing on": ('contact = "https://a.example/"\non = []', "nothing is turned on"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_of_a_watch(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, said = SETTINGS[name]
    if "on =" not in text:
        text += '\non = ["ansm"]'
    (tmp_path / "vigie.toml").write_text(f"[watch]\n{text}\n", "utf-8")
    done = CliRunner().invoke(app, ["watch", "--once"])
    assert done.exit_code != 0
    assert said in done.stderr + str(done.exception)
    assert not (tmp_path / "vigie.duckdb.watch").exists()
