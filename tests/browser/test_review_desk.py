"""The review desk as people use it: ten statements by keyboard, by two accounts who do not see each other, to the end of their disagreements.

One server for all tests here, in this process: the application of `vigie serve --auth` over a small store. On every kind of page axe finds nothing,
nothing is reported by the policy, and a phone is wide enough.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from browser_walk import PHONE, Watched, axe_faults, narrow_faults, shape_faults, watched
from playwright.sync_api import Browser, Page, expect

from report_store import Paper, Said, build, event, flow, purity, said_price, seized, trend, way
from vigie.accounts.desk import Desk, desk_file
from vigie.accounts.records import Who
from vigie.readmodel import build as readmodel
from vigie.review.book import Book
from vigie.review.item import item
from vigie.review.queue import refill
from vigie.review.records import Choice, Settings
from vigie.review.taking import take_in
from vigie.store import Store
from vigie.store.snapshot import publish
from vigie.web.team import make_team_app

PASSWORD = "trois chevaux gris 71"
PEOPLE = {"anne": "reviewer", "basile": "reviewer", "claire": "editor"}
TITLE = "Prix <b>relevés</b> & saisies"  # markup is text


@dataclass(frozen=True)
class Team:
    base: str
    store: Path
    sessions: dict[str, Any]  # what the browser of each account holds


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("desk")
    said = [
        said_price(60, place="INSEE:69123"), said_price(70), said_price(45, place="FR-13"), said_price(1200),
        Said(sentence="Deux kilos de résine ont été saisis.", value=seized(2000), substance="cannabis-resin"),
        Said(sentence="La cocaïne était pure à 71 %.", value=purity(71)),
        Said(sentence="Trois personnes sont mortes.", value=event("death", 3)),
        Said(sentence="Les commandes passent par Telegram.", value=way("telegram")),
        Said(sentence="Le prix monte depuis un an.", value=trend("up")),
        Said(sentence="La marchandise venait d'Espagne.", value=flow("ES", "FR")),
    ]  # fmt: skip
    papers = [
        Paper(source="essai", published="2025-03-11", title=TITLE, says=said, outlet="Le Journal d'essai")
    ]
    store = build(folder / "vigie.duckdb", papers)
    with Book.open(store) as book:
        book.configure(Settings(reviewers=2, share_double=1.0))
        with Store.open(store, read_only=True) as opened:
            refill(opened, book)
    publish(store)
    model = folder / "pages"  # the desk reads the store: what stands around its pages is enough
    readmodel.build(build(folder / "empty.duckdb", []), model, public=True, today=date(2025, 12, 31))
    desk = Desk.open(desk_file(store))
    for name, role in PEOPLE.items():
        desk.people.add(name, role, PASSWORD)  # type: ignore[arg-type]
    application = make_team_app(model, model, desk=desk, store=store)
    with served(application) as base:
        yield Team(base=base, store=store, sessions={})
    desk.close()


@contextmanager
def served(application: Any) -> Iterator[str]:
    """The application on a free port, in a thread."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [held]}, daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        assert server.started
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@contextmanager
def signed_in(browser: Browser, team: Team, name: str, **options: Any) -> Iterator[Watched]:
    """The queue as one of the accounts has it; each signs in once."""
    with watched(browser, team.base, storage_state=team.sessions.get(name), **options) as here:
        page = here.open("/fr/review")
        if name not in team.sessions:
            page.locator("#name").fill(name)
            page.locator("#password").fill(PASSWORD)
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_url("**/fr/review")
            team.sessions[name] = page.context.storage_state()
        yield here


def faults_of(page: Page) -> list[str]:
    return [*axe_faults(page), *shape_faults(page)]


def pressed(page: Page, *keys: str) -> None:
    """Keys that lead to another page, one after the other."""
    for key in keys:
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press(key)


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def decided(page: Page, act: Callable[[str], str]) -> dict[str, str]:
    """Ten statements, each by the key that `act` names for its heading; heading -> key."""
    pressed(page, "Enter")
    done: dict[str, str] = {}
    while "/review/o" in page.url or "/review/doc" in page.url:
        what = heading(page)
        assert what not in done, "a statement came twice"
        done[what] = key = act(what)
        if key == "r":
            pressed(page, "r", "3")
        elif key == "c":
            pressed(page, "c")
            expect(
                page.locator("[autofocus]")
            ).to_be_focused()  # it comes a moment after the page: a key before it goes astray
            page.keyboard.press("Tab")
            expect(page.get_by_label("Au moins", exact=True)).to_be_focused()
            page.keyboard.type("61")
            page.keyboard.press("Tab")
            page.keyboard.type("61")
            pressed(page, "Control+Enter")
        elif key == "l":
            pressed(page, "l")
            expect(page.get_by_label("Produit", exact=True)).to_be_focused()
            page.get_by_label("Lieu", exact=True).fill("Marseille [INSEE:13055]")
            page.keyboard.press("Control+Enter")
            page.wait_for_url("**done=**")
        elif key == "s":
            pressed(page, "s")
            second = page.get_by_role("group", name="Fait 2")
            second.get_by_label("Produit", exact=True).fill("héroïne")
            second.get_by_label("Produit", exact=True).press("Control+Enter")
            page.wait_for_url("**done=**")
        else:
            pressed(page, key)
        expect(page.get_by_role("status")).to_contain_text("Décision gardée")
    return done


FIRST = {"60": "c", "70": "r", "45": "l", "saisie": "s"}


def test_ten_statements_by_keyboard_two_accounts_and_the_end_of_their_disagreements(
    browser: Browser, team: Team
) -> None:
    with signed_in(browser, team, "anne") as here:
        page = here.page
        assert faults_of(page) == []
        done = decided(page, lambda what: next((key for word, key in FIRST.items() if word in what), "a"))
        assert len(done) == 10 and sorted(done.values()) == sorted(["a"] * 6 + list("crls"))
        expect(page.get_by_text("Il n'y a rien à relire pour vous.")).to_be_visible()
        assert page.locator("a[href$='/adjudicate']").count() == 0  # not for reviewers
        assert here.faults() == []
    with signed_in(browser, team, "basile") as here:
        seen = []

        def act(what: str) -> str:
            seen.append(here.page.locator("main").inner_text())
            return "c" if "60" in what else "a"

        assert set(decided(here.page, act)) == set(
            done
        )  # the first's decisions changed nothing of what the second reads
        assert not any(
            word in text for text in seen for word in ("anne", "rejetée", "scindée", "reliée", "Marseille")
        )
        assert here.faults() == []
    with signed_in(browser, team, "claire") as here:
        page = here.open("/fr/review/adjudicate")
        assert faults_of(page) == []
        assert page.locator("[data-row]").count() == 3  # 60 was corrected alike by both
        page.keyboard.press("j")
        expect(page.locator("[data-row]").first).to_be_focused()
        pressed(page, "Enter")
        assert faults_of(page) == []
        text = page.locator("main").inner_text()
        assert "Lecture 1" in text and "Lecture 2" in text
        assert not any(name in text for name in PEOPLE)
        kept = []
        while page.get_by_text("Lecture 1", exact=True).count():
            kept.append(heading(page))
            one = page.locator("article", has=page.get_by_role("heading", name="Lecture 1")).inner_text()
            pressed(page, "2" if "Acceptée" in one else "1")  # what is no "accept"
        assert len(set(kept)) == 3
        expect(page.get_by_text("Aucun désaccord n'attend.")).to_be_visible()
        page.get_by_role("link", name="Revoir cette mention").click()
        expect(page.locator(".settled")).to_contain_text("tranchée")
        with Store.open(team.store) as store:
            taken = take_in(store)
            found = {
                row["place_label"]: row["substance"]
                for row in store.query(
                    "SELECT place_label, substance FROM observations WHERE type = 'price'"
                ).to_pylist()
            }
        assert taken.decisions == 23
        assert "Marseille" in found
        publish(team.store)
        page = here.open("/fr/review/agreement")
        assert faults_of(page) == []
        assert page.locator("#kappa").count() == 1
        assert page.locator("svg.span .point").count() >= 1
        expect(page.locator("main")).to_contain_text("10 mentions relues sur")
        assert here.faults() == []


STATEMENT = "doc000-0"


@pytest.fixture
def fresh(team: Team) -> Iterator[Team]:
    """One reader from now on, who decided on a statement once."""
    claire = Who(id="claire", role="editor", via="session")
    with Book.open(team.store) as book, Store.open(team.store, read_only=True) as store:
        book.configure(Settings(reviewers=1))
        if book.standing(claire, STATEMENT).final is None:
            book.decide(claire, item(store, STATEMENT), Choice(verdict="accept"), key="for this test")
    yield team


def test_keys_are_off_when_switched_off_and_never_heard_in_a_field(browser: Browser, fresh: Team) -> None:
    with signed_in(browser, fresh, "claire") as here:
        page = here.page
        page = here.open(f"/fr/review/{STATEMENT}?again=1")
        expect(page.locator("button[data-key=a]")).to_have_attribute("aria-keyshortcuts", "a")
        page.keyboard.press("?")
        page.get_by_label("Touches actives").uncheck()
        page.locator("h1").click()
        page.keyboard.press("a")
        page.keyboard.press("c")
        page.wait_for_timeout(150)
        assert page.url.endswith("?again=1")
        assert page.locator("[aria-keyshortcuts]").count() == 0
        page.reload()
        assert not page.get_by_label("Touches actives").is_checked()  # kept by the browser
        page.keyboard.press("?")
        page.locator("summary").click()
        page.get_by_label("Touches actives").check()
        pressed(page, "c")
        field = page.get_by_label("Les mots qui le disent")
        before = field.input_value()
        field.press("End")
        page.keyboard.type(" accr?jk")
        assert field.input_value() == before + " accr?jk"
        field.press("Control+Enter")
        expect(page.get_by_role("alert")).to_contain_text("1 champ")
        assert page.get_by_label("Les mots qui le disent").input_value() == before + " accr?jk"
        assert axe_faults(page) == []
        assert [fault for fault in here.faults() if "422" not in fault] == []


def test_a_phone_is_wide_enough(browser: Browser, fresh: Team) -> None:
    with signed_in(browser, fresh, "claire", viewport=PHONE, has_touch=True) as here:
        for path in ("?again=1", "?do=split", "?do=reject"):
            page = here.open(f"/fr/review/{STATEMENT}{path}")
            assert narrow_faults(page) == []
            assert axe_faults(page) == []
            assert page.locator("main b").count() == 0  # a title is text
        assert here.faults() == []


def test_without_javascript_everything_is_there(browser: Browser, fresh: Team) -> None:
    with signed_in(browser, fresh, "claire", java_script_enabled=False) as here:
        page = here.open(f"/fr/review/{STATEMENT}?again=1")
        expect(page.get_by_text("Les touches demandent JavaScript")).to_have_count(1)
        page.get_by_role("link", name="Rejeter").click()
        page.get_by_role("button", name="Déjà lu une fois").click()
        expect(page.get_by_role("status")).to_contain_text("rejetée")
        page.get_by_role("link", name="Revoir cette mention").click()
        expect(page.locator(".settled")).to_contain_text("Déjà lu une fois dans ce document")
        page.get_by_role("link", name="Décider de nouveau").click()
        page.get_by_role("button", name="Accepter").click()
        expect(page.get_by_role("status")).to_contain_text("acceptée")
        assert here.seen == []
