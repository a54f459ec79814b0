"""A watch that stays, its store and its lock, what its summary says of sources that bring too little."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from vigie.cli import app
from vigie.cli.watch_report import reason_words, round_text
from vigie.fetch.outcome import PASSING, Unfetched
from vigie.fetch.rules import fits
from vigie.lexicon.terms import data_toml
from vigie.model.errors import StoreError
from vigie.pipeline import Cleaned
from vigie.settings import Settings
from vigie.watch.entries import listing
from vigie.watch.pages import entry_page, may_be_kept, plain_address
from vigie.watch.records import Deposited, Round
from vigie.watch.service import watch_on
from vigie.watch.state import WatchState, watch_folder
from vigie.watch.volume import volume
from watch_server import Clock, Page, Server, Shelf, article, card, client, round_of, rss, serving

TODAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def every(days: float, count: int, last: int = 0) -> list[date]:
    """So many documents, one every so many days, the newest `last` days ago."""
    return [TODAY - timedelta(days=last + int(n * days)) for n in range(count)]


# days of the documents, what is expected a week, days since the first asking, verdict, documents of this week
VOLUMES = {
    "never asked": ([], 3, None, "new", 0),
    "asked since yesterday": ([], 3, 1, "new", 0),
    "as expected": (every(2, 30), 3.5, 60, "as usual", 4),
    "fewer than expected": (every(2, 30), 14, 60, "few", 4),
    "a quiet week of a small source": (every(9, 20, 8), 0.8, 200, "as usual", 0),
    "silent by its own rhythm": (every(1, 60, 20), 7, 90, "silent", 0),
    "silent without an expectation": (every(1, 60, 20), 0, 90, "silent", 0),
    "a fortnight is no silence": (every(1, 60, 13), 7, 90, "few", 0),
    "silent since it is watched": ([], 7, 30, "silent", 0),
    "nothing yet of a rare source": ([], 0.5, 30, "as usual", 0),
    "a rare source that stopped": (every(30, 12, 300), 0.2, 700, "silent", 0),
    "nobody knows what to expect": (every(3, 4), 0, 20, "new", 3),
    "days to come do not count": ([TODAY + timedelta(days=3)], 7, 30, "silent", 0),
}


@pytest.mark.parametrize("name", VOLUMES)
def test_volume(name: str) -> None:
    days, expected, since, verdict, week = VOLUMES[name]
    found = volume(
        days, expected, TODAY, watched_since=None if since is None else TODAY - timedelta(days=since)
    )
    assert (found.verdict, found.week) == (verdict, week)
    assert found.longest is None or found.longest >= 14


def test_the_summary_names_what_is_quiet(server: Server, tmp_path: Path) -> None:
    server.pages = {"/rss.xml": Page(rss(server, [1]), media="text/xml"), "/article/1": Page(article(1))}
    sources, shelf, clock = (
        [card(tmp_path, server.url("/rss.xml"), more="expected_per_week = 20")],
        Shelf(tmp_path),
        Clock(),
    )
    done = round_of(sources, shelf, clock)
    said = round_text(done, sources, tmp_path / "v.duckdb", None)
    assert "ALERT: press: nothing since 2026-02-02" in said  # by the day of its document, long before today
    assert "stored: 1 documents" in said
    server.pages = {"/rss.xml": Page("", 404), "/robots.txt": Page("User-agent: *\nDisallow: /article")}
    done = round_of(sources, shelf, clock, forced=True)
    assert "failed: press: 1 feed: not there any more (404 or 410)" in round_text(
        done, sources, tmp_path / "v.duckdb", None
    )


def test_every_reason_has_words_in_both_languages() -> None:
    words = data_toml("watch", "reasons.toml")["reason"]
    assert all(set(said) == {"en", "fr"} and all(said.values()) for said in words.values())
    assert set(words) >= PASSING and reason_words("robots", "fr").startswith("son robots.txt")
    package = Path(__file__).resolve().parents[1] / "src" / "vigie"
    import re

    raised = {
        reason
        for folder in ("fetch", "watch")
        for file in (package / folder).glob("*.py")
        for reason in re.findall(r'Unfetched\(\s*"([a-z-]+)"', file.read_text("utf-8"))
    }
    assert len(raised) > 15 and raised <= set(words)


def test_source_list_with_a_store(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    server.pages = {"/rss.xml": Page(rss(server, [1]), media="text/xml"), "/article/1": Page(article(1))}
    (tmp_path / "cards").mkdir()
    source = card(tmp_path / "cards", server.url("/rss.xml"), more="expected_per_week = 20")
    round_of([source], tmp_path / "v.duckdb", Clock())
    run = CliRunner().invoke(
        app, ["source", "list", "--cards", "cards", "--store", "v.duckdb", "--format", "json"]
    )
    (told,) = [r for r in map(json.loads, run.stdout.splitlines()) if r["id"] == "press"]
    assert (told["volume"], told["last"]) == ("silent", "2026-02-02") and "ALERT: silent: press" in run.stderr
    shown = (
        CliRunner().invoke(app, ["source", "show", "press", "--cards", "cards", "--store", "v.duckdb"]).stdout
    )
    assert "documents: done 1" in shown and "asked 2026-03-01" in shown


def test_a_watch_that_stays(server: Server, tmp_path: Path) -> None:
    """Round after round at the times that the card gives, until it is asked to end."""
    server.asked.clear()
    server.pages = {"/rss.xml": Page(rss(server, [1]), media="text/xml"), "/article/1": Page(article(1))}
    clock, rounds = Clock(), list[Round]()
    start = clock.now()
    source = card(tmp_path, server.url("/rss.xml"), more="every_hours = 6")
    with client(clock) as asking:
        watch_on(
            [source], Settings(store=tmp_path / "v.duckdb"), asking, after=rounds.append,
            closing=lambda: clock.now() - start > 24.5 * 3600,
        )  # fmt: skip
    assert server.paths().count("/rss.xml") == 5 and sum(r.sources[0].stored for r in rounds) == 1
    assert max(clock.slept) <= 1.0  # a stop is heard within a second


def test_two_watches_of_one_store(tmp_path: Path) -> None:
    with (
        WatchState(watch_folder(tmp_path / "v.duckdb")) as one,
        one.locked(),
        WatchState(watch_folder(tmp_path / "v.duckdb")) as two,
        pytest.raises(StoreError, match="another vigie watch"),
        two.locked(),
    ):
        pass


class Busy(Shelf):
    """A store that another process holds."""

    def put(self, items: Sequence[Cleaned]) -> Deposited:
        raise StoreError("v.duckdb is open in another process")


def test_a_store_in_use_is_waited_for(server: Server, tmp_path: Path) -> None:
    server.pages = {"/rss.xml": Page(rss(server, [1, 2]), media="text/xml")}
    server.pages |= {f"/article/{n}": Page(article(n)) for n in (1, 2)}
    sources, clock, told = [card(tmp_path, server.url("/rss.xml"))], Clock(), list[str]()
    start = clock.now()
    done = round_of(sources, Busy(tmp_path), clock, told)
    assert done.store_busy == 2 and done.troubled and told == ["v.duckdb is open in another process"]
    assert 290 < clock.now() - start < 400
    clock.day(0.1)
    assert round_of(sources, Shelf(tmp_path), clock).sources[0].stored == 2


def test_without_its_memory_nothing_is_stored_twice(server: Server, tmp_path: Path) -> None:
    server.pages = {"/rss.xml": Page(rss(server, [1]), media="text/xml"), "/article/1": Page(article(1))}
    sources, shelf, clock = [card(tmp_path, server.url("/rss.xml"))], Shelf(tmp_path), Clock()
    round_of(sources, shelf, clock)
    for file in watch_folder(tmp_path / "v.duckdb").iterdir():
        file.unlink()
    (one,) = round_of(sources, shelf, clock).sources
    assert (one.fetched, one.stored, one.known) == (1, 0, 1)


def test_a_damaged_memory_is_told(tmp_path: Path) -> None:
    folder = watch_folder(tmp_path / "v.duckdb")
    folder.mkdir()
    (folder / "state.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match=r"is damaged.*delete its folder"):
        WatchState(folder)


@pytest.mark.parametrize("opened", [False, True], ids=["at the opening", "in the middle"])
def test_a_memory_that_is_held_or_has_no_room_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: bool
) -> None:
    """Who follows the advice for a damaged one would ask every document again for nothing."""
    monkeypatch.setattr("vigie.watch.state._WAIT", 0.05)
    folder = watch_folder(tmp_path / "v.duckdb")
    with WatchState(folder) as state:
        other = sqlite3.connect(folder / "state.sqlite", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match=r"busy.*run again") as busy:
            state.keep_holds({"a": 1.0}) if opened else WatchState(folder)
        assert "delete" not in str(busy.value)
        other.execute("COMMIT")
        other.close()
        (pages,) = state._db.execute("PRAGMA page_count").fetchone()
        state._db.execute(f"PRAGMA max_page_count = {pages}")  # as on a full disk
        with pytest.raises(StoreError, match="room on the disk") as full:
            state.keep_holds({f"host-{n}": 1.0 for n in range(5_000)})
        assert "delete" not in str(full.value)
        state._db.execute("PRAGMA max_page_count = 100000")
        state.keep_holds({"a": 1.0})  # nothing of a transaction stays open
        assert state.holds() == {"a": 1.0}


PATTERNS = [
    ("/", "/a", True), ("/a", "/b", False), ("/a$", "/a", True), ("/a$", "/ab", False), ("*", "/x", True), ("/*/c", "/b/c/d", True),
    ("/*c$", "/b/cd", False), ("/*c$", "/b/c", True), ("/a*a$", "/a", False), ("*.pdf$", "/x.pdf", True), ("/a**b", "/a-b", True),
    ("/" + "*a" * 200 + "b$", "/" + "a" * 100_000, False),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "path", "yes"), PATTERNS, ids=[p[0][:12] for p in PATTERNS])
def test_patterns_of_paths(pattern: str, path: str, yes: bool) -> None:
    assert fits(pattern, path) is yes


ADDRESSES = {
    "https://a.example/x?utm_source=rss&id=5#top": "https://a.example/x?id=5",
    "https://a.example/x?xtor=RSS-1": "https://a.example/x",
    "https://a.example/x;jsessionid=A1?b=%20c&d": "https://a.example/x?b=%20c&d",
    "https://a.example/x?source=b&ref=c&sid=1": "https://a.example/x?source=b&ref=c&sid=1",
}


@pytest.mark.parametrize("given_", ADDRESSES)
def test_what_an_address_loses(given_: str) -> None:
    assert plain_address(given_) == ADDRESSES[given_]


KEPT = {
    "https://a.example/actualites/saisie-de-cocaine-a-lyon.html": True,
    "https://a.example/actualites/2026/03/01/prix": True,
    "https://a.example/article?id=5": False,
    "https://a.example/jean-dupont-condamne-a-cinq-ans": False,
    "https://a.example/u/anna@b.example": False,
    "https://a.example/0612345678": False,
}


@pytest.mark.parametrize("url", KEPT)
def test_which_addresses_may_wait_on_the_disk(url: str) -> None:
    assert may_be_kept(url) is KEPT[url]


SEEDS = [
    b'<?xml version="1.0"?><rss><channel><item><title>a</title><link>http://a.example/</link></item></channel></rss>',
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="x"/><updated>2026-02-01</updated></entry></feed>',
    b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": 1, "url": "x", "authors": [{"name": "a"}]}]}',
    b"<urlset><url><loc>x</loc><lastmod>2026</lastmod></url></urlset>",
    b"<html><a href='x'>a</a><a href=y>b</a></html>",
]


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 200), st.binary(max_size=6)), max_size=6),
    st.sampled_from(["feed", "page"]),
)
def test_no_bytes_break_the_reader_of_feeds(seed: bytes, changes: list[tuple[int, bytes]], kind: str) -> None:
    for at, part in changes:
        seed = seed[:at] + part + seed[at + len(part) // 2 :]
    try:
        found = listing(seed, kind, today=TODAY)  # type: ignore[arg-type]
    except Unfetched as error:
        assert error.reason in ("not-a-feed", "not-a-page", "entities")
        return
    for entry in found.entries:
        assert entry_page(entry, "fr").startswith(b"<!doctype html>")


def test_a_fault_of_ours_ends_one_task_and_quotes_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_named: object) -> object:
        raise KeyError("Jeanne Fictive, 06 12 34 56 78")

    server.pages = {"/rss.xml": Page(rss(server, [1]), media="text/xml"), "/article/1": Page(article(1))}
    sources, shelf, clock, told = (
        [card(tmp_path, server.url("/rss.xml"))],
        Shelf(tmp_path),
        Clock(),
        list[str](),
    )
    with monkeypatch.context() as patch:
        patch.setattr("vigie.watch.rounds.listing", broken)
        assert round_of(sources, shelf, clock, told).sources[0].failed == {"unexpected": 1}
        patch.undo()
        patch.setattr("vigie.watch.rounds.document", broken)
        clock.day(1)
        assert round_of(sources, shelf, clock, told).sources[0].postponed == {"unexpected": 1}
    assert len(told) == 2 and not any("Jeanne" in line or "34" in line for line in told)
    clock.day(1)
    assert round_of(sources, shelf, clock).sources[0].stored == 1
