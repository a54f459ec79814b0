"""The review desk without a browser: what a form means, who sees what, what is refused, and that nothing is decided twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from report_store import Paper, Said, build, event, flow, purity, said_price, seized, trend, way
from vigie.accounts.records import Who
from vigie.model.observation import TEXT_TYPES, Observation, PriceValue
from vigie.model.period import PartialDate, When
from vigie.model.place import Place
from vigie.readmodel import build as readmodel
from vigie.readmodel.records import Filters
from vigie.review import dates
from vigie.review.book import Book
from vigie.review.decisions import outcome
from vigie.review.item import item
from vigie.review.records import Choice, Item, Sentence, Settings
from vigie.review.taking import take_in
from vigie.store import Store
from vigie.store.snapshot import current, publish
from vigie.web import reviewing, reviewing_queue
from vigie.web import reviewing_form as forms
from vigie.web import reviewing_places as places
from vigie.web.app import make_app
from vigie.web.facts import quote_of
from vigie.web.identity import WHO
from vigie.web.provider import Models
from vigie.web.reviewing_agreement import _unit
from vigie.web.words import page_words, table

ANNE, BASILE, CLAIRE, READER = (
    Who(id=f"account-{n}", name=name, role=role, via="session")  # type: ignore[arg-type]
    for n, (name, role) in enumerate(
        (("anne", "reviewer"), ("basile", "reviewer"), ("claire", "editor"), ("rene", "reader"))
    )
)
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}"

DATES = [
    # id, written, as a choice takes it
    ("day", "2025-03-11", "2025-03-11"),
    ("french_day", "11/3/2025", "2025-03-11"),
    ("french_month", "03/2025", "2025-03"),
    ("month", " 2025-03 ", "2025-03"),
    ("quarter", "2025-Q1", "2025-Q1"),
    ("french_quarter", "T1 2025", "2025-Q1"),
    ("year", "2025", "2025"),
    ("two_days", "2025-03-10/2025-03-16", "2025-03-10/2025-03-16"),
    ("two_years", "2024 à 2025", "2024-01-01/2025-12-31"),
    ("none", "", ""),
    ("no_such_day", "2025-02-30", None),
    ("backwards", "2025-03-16/2025-03-10", None),
    ("words", "hier", None),
    ("three", "2024/2025/2026", None),
    ("long_ago", "0025", None),
    ("markup", HOSTILE, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), [row[1:] for row in DATES], ids=[row[0] for row in DATES])
def test_dates_as_people_write_them(text: str, meant: str | None) -> None:
    assert dates.normal(text) == meant


def test_a_date_is_written_no_more_precisely_than_it_is() -> None:
    for text in ("2025-03-11", "2025-03", "2025"):
        assert dates.written(When.of(PartialDate.parse(text), "text")) == text
    assert dates.written(When(date(2025, 1, 1), date(2025, 3, 31), "quarter", "text")) == "2025-Q1"
    assert (
        dates.written(When(date(2025, 3, 10), date(2025, 3, 16), "week", "text")) == "2025-03-10/2025-03-16"
    )


PLACES = [
    ("code", "FR-69", "FR-69"),
    ("name_and_code", "Lyon [INSEE:69123]", "INSEE:69123"),
    ("code_wins", "n'importe quoi [FR-13]", "FR-13"),
    ("name", "Espagne", "ES"),
    ("namesakes", "Saint-Denis", None),
    ("no_such_code", "Lyon [INSEE:99999]", None),
    ("nowhere", "Nullepart-sur-Rien", None),
    ("street", "12 rue de la Paix", None),
]


@pytest.mark.parametrize(("text", "code"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_places_as_people_write_them(text: str, code: str | None) -> None:
    found = places.meant(text)
    assert (found.place.code if found.place else None) == code
    if text == "Saint-Denis":
        assert "Saint-Denis [INSEE:93066] (FR-93)" in found.namesakes
        assert all(
            (one := places.meant(name.rpartition(" (")[0]).place) and one.code for name in found.namesakes
        )


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("kind", [*TEXT_TYPES, "load"])
def test_every_field_has_its_words(lang: str, kind: str) -> None:
    words = page_words(lang)
    found = [entry for entry in forms.entries(kind, {}, words) if not entry.hidden]
    assert all(entry.label for entry in found)
    assert len({entry.label for entry in found}) == len(found)
    assert all(text for entry in found for _, options in entry.groups for _, text in options)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_code_of_the_contract_has_its_words(lang: str) -> None:
    """Faults that `vigie.review` names, reasons of a proposal, and forms of the lexicon."""
    words = table(lang)["review"]
    assert {
        "required", "unknown", "number", "order", "range", "date", "span", "same", "text", "type", "fewer", "link",
    } <= set(words["fault"])  # fmt: skip
    assert {"uncertain", "threshold", "share", "shift", "late", "random", "asked"} == set(words["why_of"])
    from vigie.review.decisions import _forms

    assert set(words["form"]) == set(_forms())


PRICE = PriceValue(
    kind="retail", low=60, high=60, currency="EUR", per_value=1, per_unit="g", eur_per_unit=60, unit="g"
)
FACT = Observation(
    id="o", doc_id="d", start=10, end=18, quote="60 euros", substance="cocaine", form=None,
    place=Place(name="ici", label="Lyon", code="INSEE:69123", level="commune"), when=When.of(PartialDate.parse("2025-03"), "text"),
    assertion="affirmed", attribution=None, confidence=0.5, rule="r@1", value=PRICE,
)  # fmt: skip
SHOWN = (Sentence(start=0, text="Le gramme 60 euros, pas 60 euros."), Sentence(start=40, text="Ni 70 euros."))

READINGS = [
    # id, what is sent, changes, faults
    ("nothing", {"low": "60", "high": "60", "place": "Lyon [INSEE:69123]", "when": "2025-03"}, {}, {}),
    ("comma", {"low": "12,5"}, {"low": 12.5}, {}),
    ("thin_space", {"high": "1\u202f200"}, {"high": 1200.0}, {}),
    ("emptied", {"high": ""}, {"high": None}, {}),
    ("no_number", {"low": "soixante"}, {}, {"low": "number"}),
    ("endless", {"low": "9" * 400}, {}, {"low": "number"}),
    ("infinite", {"low": "inf"}, {}, {"low": "number"}),
    ("by_its_name", {"substance": "Héroïne"}, {"substance": "heroin"}, {}),
    ("by_its_id", {"substance": "3-mmc"}, {"substance": "3-mmc"}, {}),
    ("unknown_name", {"substance": "poudre de fée"}, {}, {"substance": "substance"}),
    ("taken_away", {"substance": "", "place": ""}, {"substance": "", "place": ""}, {}),
    ("namesakes", {"place": "Saint-Denis"}, {}, {"place": "namesakes"}),
    ("date", {"when": "T2 2025"}, {"when": "2025-Q2"}, {}),
    ("no_date", {"when": "au printemps"}, {}, {"when": "date"}),
    ("currency", {"currency": "chf"}, {"currency": "CHF"}, {}),
    ("no_currency", {"currency": "francs suisses"}, {}, {"currency": "currency"}),
    ("nearest_words", {"quote": "60 euros, pas"}, {"start": 10, "end": 23}, {}),
    ("words_of_a_neighbour", {"quote": "70 euros"}, {"start": 43, "end": 51}, {}),
    ("words_over_two", {"quote": "euros. Ni"}, {}, {"quote": "span"}),
    ("no_words", {"quote": ""}, {}, {"quote": "span"}),
    ("not_its_own", {"measure": "thc", "id": "x", "confidence": "1"}, {}, {}),
]


@pytest.mark.parametrize(
    ("sent", "changes", "faults"), [row[1:] for row in READINGS], ids=[row[0] for row in READINGS]
)
def test_what_a_form_changes(sent: dict[str, str], changes: dict[str, Any], faults: dict[str, str]) -> None:
    made = forms.read(FACT, sent, SHOWN, "fr")
    assert (made.changes, made.faults) == (changes, faults)


def test_a_relinked_amount_keeps_its_amount() -> None:
    made = forms.read(FACT, {"low": "70", "substance": "crack"}, SHOWN, "fr", linked=True)
    assert made.changes == {"substance": "crack"}


# Pages


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("reviewing")
    says = [
        said_price(60, place="INSEE:69123"),
        Said(sentence="Deux kilos ont été saisis.", value=seized(2000), substance="cannabis-resin"),
        Said(sentence="Pure à 71 %.", value=purity(71)),
        Said(sentence="Trois morts.", value=event("death", 3)),
        Said(sentence="Par Telegram.", value=way("telegram")),
        Said(sentence="Le prix monte.", value=trend("up")),
        Said(sentence="Venue d'Espagne.", value=flow("ES", None)),
    ]
    paper = Paper(
        source="essai", published="2025-03-11", title=HOSTILE, says=says, outlet=f"Journal {HOSTILE}"
    )
    store = build(folder / "vigie.duckdb", [paper])
    publish(store)
    model = folder / "model"  # the desk reads the store: what stands around its pages is enough
    readmodel.build(build(folder / "empty.duckdb", []), model, public=True, today=date(2025, 12, 31))
    return store, model


@pytest.fixture
def desk(built: tuple[Path, Path], tmp_path: Path) -> Iterator[Path]:
    """A store whose book is new."""
    store, _ = built
    with Book.open(store) as book:
        book.configure(Settings(reviewers=2, share_double=1.0))
    yield store
    for left in store.with_name(f"{store.name}.desk").glob("reviews.sqlite3*"):
        left.unlink()


class As:
    """The application as somebody who signed in sees it: what the entrance writes into the scope."""

    def __init__(self, app: ASGIApp, who: Who) -> None:
        self.app, self.who = app, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[WHO] = self.who
        await self.app(scope, receive, send)


@cache
def application(store: Path, model: Path, public: bool) -> ASGIApp:
    return make_app(model, public=public, store=store, hosts=())


def client(built: tuple[Path, Path], who: Who, *, public: bool = False) -> TestClient:
    return TestClient(As(application(*built, public), who), follow_redirects=False)


def queue_of(browser: TestClient) -> list[str]:
    return re.findall(r'href="/fr/review/(doc[^"?]+)" data-row', browser.get("/fr/review").text)


def form(page: str, **fields: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return urlencode({"csrf": "", "key": found[1], **fields})


def post(browser: TestClient, path: str, body: str) -> Any:
    return browser.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})


def decide(browser: TestClient, path: str, **fields: str) -> Any:
    do = fields["verdict"] if fields["verdict"] not in ("accept", "reading") else ""
    return post(browser, path, form(browser.get(path, params={"do": do} if do else {}).text, **fields))


WRONG = [
    ("reader", READER, "/fr/review", 403),
    ("reviewer_settles_nothing", ANNE, "/fr/review/adjudicate", 403),
    ("reviewer_settles_not_one", ANNE, "/fr/review/adjudicate/doc000-0", 403),
    ("no_such_statement", ANNE, "/fr/review/doc999-0", 404),
    ("no_id", ANNE, "/fr/review/%3Cscript%3E", 404),
    ("long_id", ANNE, "/fr/review/" + "a" * 300, 404),
    ("sql", ANNE, "/fr/review/x%27%20OR%201=1--", 404),
    ("up", ANNE, "/fr/review/..%2F..%2Fetc", 404),
]  # fmt: skip


@pytest.mark.parametrize(("who", "path", "status"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_not_for_everybody(
    built: tuple[Path, Path], desk: Path, who: Who, path: str, status: int
) -> None:
    found = client(built, who).get(path)
    assert found.status_code == status
    assert "a" * 50 not in found.text and "OR 1=1" not in found.text


def test_the_public_edition_has_no_desk(built: tuple[Path, Path], desk: Path) -> None:
    browser = client(built, CLAIRE, public=True)
    assert {browser.get(f"/fr/review{path}").status_code for path in ("", "/doc000-0", "/agreement")} == {404}
    assert "/review" not in browser.get("/fr/none").text
    assert 'href="/fr/review"' in client(built, CLAIRE).get("/fr/none").text


def test_only_who_may_decide_is_led_to_the_desk(built: tuple[Path, Path], desk: Path) -> None:
    """Pages are kept for all: what one was shown is not sent to another, on pages and on errors."""
    for _ in range(2):
        for path in ("/fr/", "/fr/sources", "/fr/none", "/fr/?period=x"):
            led = {
                who.name: "/fr/review" in client(built, who).get(path).text for who in (ANNE, READER, CLAIRE)
            }
            assert led == {"anne": True, "rene": False, "claire": True}, path
    denied = client(built, READER).get("/fr/review")
    assert denied.status_code == 403 and 'href="/fr/review"' not in denied.text


def test_two_read_blind_and_a_third_settles(built: tuple[Path, Path], desk: Path) -> None:
    anne, basile, claire = (client(built, who) for who in (ANNE, BASILE, CLAIRE))
    path = f"/fr/review/{queue_of(anne)[0]}"

    def seen() -> str:
        return re.sub(r'name="key" value="[^"]+"', "", basile.get(path).text)

    before = seen()
    kept = decide(
        anne, path, verdict="reject", reason="not-stated", why=f"Voir Jean Dupont, 06 39 98 12 34 {HOSTILE}"
    )
    assert kept.status_code == 303
    assert re.fullmatch(r"/fr/review/doc000-\d\?done=doc000-\d", kept.headers["location"])
    assert seen() == before  # byte for byte: the second is told nothing
    assert "Vous avez décidé" in (mine := anne.get(path).text)
    assert (
        "La phrase ne dit pas cela" in mine and "06 39 98 12 34" not in mine and "<script>alert" not in mine
    )
    assert 'data-key="a"' not in mine  # once
    assert decide(basile, path, verdict="accept").status_code == 303
    listed = claire.get("/fr/review/adjudicate").text
    one = path.replace("/review/", "/review/adjudicate/")
    assert one in listed
    page = claire.get(one).text
    assert not any(f"{who.id}" in page.split("<main")[1] or who.name in page for who in (ANNE, BASILE))
    assert "<script>alert" not in page and "06 39 98 12 34" not in page
    assert "La phrase ne dit pas cela" in page and "not-stated" not in page
    readings = re.findall(r'name="reading" value="([^"]+)"', page)
    assert len(readings) == 2
    with Book.open(desk) as book:
        (found,) = book.disagreements()
    rejected = next(made for made in (found.first, found.second) if made.verdict == "reject")
    assert decide(claire, one, verdict="reading", reading="r_elsewhere").status_code == 400
    settled = decide(claire, one, verdict="reading", reading=rejected.decision_id)
    assert settled.headers["location"].startswith("/fr/review/adjudicate?done=")
    assert claire.get(one).headers["location"] == path  # nothing left to settle
    assert "Cette mention est tranchée" in (hers := claire.get(path).text)
    assert "Décider de nouveau" in hers and "Une nouvelle décision la remplace" in hers
    theirs = anne.get(path).text
    assert "Décider de nouveau" not in theirs and "Une personne du rôle édition le peut" in theirs
    with Book.open(desk) as book:
        final = book.standing(CLAIRE, found.observation_id).final
    assert final is not None and (final.verdict, final.reviewer, final.after) == ("reject", CLAIRE.id, ())


PICKED = [
    # id, what the address chooses, what is left of the seven
    ("all", {}, "0123456"),
    ("type", {"type": "price"}, "0"),
    ("substance", {"substance": "cannabis-resin"}, "1"),
    ("commune", {"area": "INSEE:69123"}, "0"),
    ("region", {"area": "FR-ARA", "type": "price"}, "0"),
    ("source", {"source": "essai"}, "0123456"),
    ("reason", {"reason": "random", "type": "price"}, None),
    ("two_that_exclude_each_other", {"type": "price", "substance": "cannabis-resin"}, ""),
    ("no_such_thing", {"type": HOSTILE, "substance": "x' OR 1=1--"}, ""),
    ("long", {"source": "a" * 3000}, ""),
]


@pytest.mark.parametrize(("picked", "left"), [row[1:] for row in PICKED], ids=[row[0] for row in PICKED])
def test_a_part_of_the_queue_tells_nothing_of_another(
    built: tuple[Path, Path], desk: Path, picked: dict[str, str], left: str | None
) -> None:
    """Byte for byte the same to a second reader, whatever is chosen, before and after the first decided."""
    anne, basile = client(built, ANNE), client(built, BASILE)
    queue_of(anne)
    page = basile.get("/fr/review", params=picked).text
    found = re.findall(r'href="/fr/review/doc000-(\d)[^"]*" data-row', page)
    assert left is None or sorted(found) == list(left)
    assert "<script>alert" not in page and "a" * 300 not in page
    one = basile.get("/fr/review/doc000-0", params=picked).text
    for n in "016":
        assert (
            decide(anne, f"/fr/review/doc000-{n}", verdict="reject", reason="not-stated").status_code == 303
        )
    assert basile.get("/fr/review", params=picked).text == page
    again = basile.get("/fr/review/doc000-0", params=picked).text
    hide = re.compile(r'name="key" value="[^"]+"')
    assert hide.sub("", again) == hide.sub("", one)
    mine = anne.get("/fr/review", params=picked).text
    assert not re.findall(r'href="/fr/review/doc000-[016][^"]*" data-row', mine)


def test_a_choice_is_kept_from_statement_to_statement(built: tuple[Path, Path], desk: Path) -> None:
    anne = client(built, ANNE)
    queue_of(anne)
    (href,) = set(
        re.findall(r'href="(/fr/review/doc000-0[^"]*)" data-row', anne.get("/fr/review?type=price").text)
    )
    assert href == "/fr/review/doc000-0?type=price"
    page = anne.get(href).text
    assert '/fr/review/doc000-0?type=price&amp;do=correct"' in page and "1 sur 1 à relire" in page.replace(
        "\u202f", " "
    )
    assert (
        'action="/fr/review/doc000-0?type=price"' in page and 'href="/en/review/doc000-0?type=price"' in page
    )
    done = post(anne, href, form(page, verdict="accept"))
    assert done.headers["location"] == "/fr/review?done=doc000-0&type=price"
    left = anne.get(done.headers["location"]).text
    assert "Il ne reste rien à relire pour vous dans ce choix" in left and "Décision gardée" in left
    away = post(
        anne,
        "/fr/review/doc000-1?type=//evil.example",
        form(anne.get("/fr/review/doc000-1").text, verdict="accept"),
    )
    assert away.headers["location"].startswith("/fr/review?done=doc000-1&type=%2F%2Fevil.example")


def test_the_queue_is_read_page_by_page(
    built: tuple[Path, Path], desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (reviewing, reviewing_queue):
        monkeypatch.setattr(module, "PER_PAGE", 3)
    anne = client(built, ANNE)
    seen: list[str] = []
    path = "/fr/review?source=essai"
    for n, last in ((1, False), (2, False), (3, True)):
        page = anne.get(path).text
        seen += re.findall(r'href="/fr/review/(doc[^"?]+)[^"]*" data-row', page)
        assert f'<ol class="queue" start="{3 * n - 2}">' in page
        following = re.search(r'href="([^"]+)">Page suivante', page)
        assert (following is None) is last
        path = following[1].replace("&amp;", "&") if following else path
    assert len(seen) == 7 == len(set(seen))
    assert path == "/fr/review?page=3&source=essai"
    for odd, start in (("0", 1), ("99", 7), ("-1", 1), ("x", 1), ("²", 1), ("9" * 400, 1)):
        assert f'start="{start}"' in anne.get("/fr/review", params={"page": odd}).text


def test_another_kind_is_asked_for_its_fields(built: tuple[Path, Path], desk: Path) -> None:
    """Nothing is decided before they were shown; codes have to be chosen, the amount stays; what is settled with it is the same."""
    anne, basile, claire = (client(built, who) for who in (ANNE, BASILE, CLAIRE))
    queue_of(anne)
    path = "/fr/review/doc000-1"  # two kilos seized, read as a quantity
    page = anne.get(path, params={"do": "correct"}).text
    assert 'name="of" value="quantity"' in page
    asked = post(
        anne, path, form(page, verdict="correct", of="quantity", type="price", low="2000", kind="seized")
    )
    assert asked.status_code == 200 and 'name="of" value="price"' in asked.text
    assert 'name="currency"' in asked.text and 'name="low" value="2000"' in asked.text
    assert '<option value="" selected>–' in asked.text  # nobody chose a kind of price yet
    price = {
        "verdict": "correct",
        "of": "price",
        "type": "price",
        "low": "2000",
        "high": "2000",
        "per_value": "",
        "per_unit": "",
    }
    less = post(anne, path, form(asked.text, **price, kind="", currency="EUR"))
    assert less.status_code == 422 and 'id="f-kind-fault"' in less.text
    with Book.open(desk) as book:
        assert book.decisions("doc000-1") == []
    assert post(anne, path, form(less.text, **price, kind="retail", currency="eur")).status_code == 303
    assert decide(basile, path, verdict="accept").status_code == 303
    one = path.replace("/review/", "/review/adjudicate/")
    with Book.open(desk) as book:
        (found,) = book.disagreements()
    mine = next(made for made in (found.first, found.second) if made.verdict == "correct")
    assert decide(claire, one, verdict="reading", reading=mine.decision_id).status_code == 303
    with Book.open(desk) as book:
        final = book.standing(CLAIRE, "doc000-1").final
    assert final is not None and final.after[0].value == mine.after[0].value == PriceValue(
        kind="retail", low=2000.0, high=2000.0, currency="EUR", eur_low=2000.0, eur_high=2000.0
    )
    assert (final.before.type, final.after[0].type, final.after[0].substance) == (
        "quantity",
        "price",
        "cannabis-resin",
    )
    assert "Nature du fait" in claire.get(path).text.partition('class="settled"')[2]


def test_a_reading_of_another_kind_is_made_again(built: tuple[Path, Path]) -> None:
    """What who settles sends of a reading makes that reading, from every kind to every other."""
    with Store.open(built[0], read_only=True) as store:
        items = [item(store, f"doc000-{n}") for n in range(7)]
    assert {one.observation.type for one in items} == set(TEXT_TYPES)
    for one in items:
        for other in items:
            after = replace(one.observation, value=other.observation.value)
            changes = forms.between(one.observation, after)
            if one is other:
                assert changes == {}
                continue
            (made,) = outcome(one, Choice(verdict="correct", after=(changes,)), "r_1")
            assert (made.type, forms.between(made, after)) == (after.type, {})


def test_a_reading_that_is_kept_is_the_same_reading(built: tuple[Path, Path], desk: Path) -> None:
    """What the settling form makes of a correction is what the reviewer made."""
    with Store.open(current(desk) or desk, read_only=True) as store:
        for number, changes in enumerate(
            [
                {"low": 61.0, "high": 65.5, "substance": "crack", "place": "FR-13", "when": "2025-Q1", "attribution": "la police"},
                {"unit": "g", "low": 5.0, "high": None, "assertion": "reported"},
                {"measure": "thc"}, {"kind": "overdose", "low": None, "high": None}, {"modality": "channel:street"},
                {"direction": "down", "indicator": "purity"}, {"destination": "FR", "mode": "sea", "via": "NL"},
            ]
        ):  # fmt: skip
            seen = item(store, f"doc000-{number}")
            (made,) = outcome(seen, Choice(verdict="correct", after=(changes,)), "one")
            (again,) = outcome(
                seen, Choice(verdict="correct", after=(forms.between(seen.observation, made),)), "one"
            )
            assert replace(again, id="") == replace(made, id="")


def test_what_is_sent_twice_is_decided_once(built: tuple[Path, Path], desk: Path) -> None:
    anne = client(built, ANNE)
    path = f"/fr/review/{queue_of(anne)[0]}"
    body = form(anne.get(path).text, verdict="accept")
    assert {post(anne, path, body).status_code for _ in range(3)} == {303}
    with Book.open(desk) as book:
        assert len(book.decisions(path.rpartition("/")[2])) == 1


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "avait déjà servi"), ("en", "was sent already")], ids=["fr", "en"]
)
def test_a_form_of_another_decision_is_refused(
    built: tuple[Path, Path], desk: Path, lang: str, said: str
) -> None:
    """Its key was used: what it says now is not written, and not told as kept."""
    anne = client(built, ANNE)
    one, other = queue_of(anne)[:2]
    body = form(anne.get(f"/fr/review/{one}").text, verdict="accept")
    assert post(anne, f"/fr/review/{one}", body).status_code == 303
    for there, sent in ((other, body), (one, body.replace("accept", "reject"))):
        answer = post(anne, f"/{lang}/review/{there}", sent)
        assert answer.status_code == 409 and said in answer.text
    with Book.open(desk) as book:
        assert [len(book.decisions(there)) for there in (one, other)] == [1, 0]


FAULTY = [
    # id, statement, verdict, fields, status, what is said
    ("no_number", 0, "correct", {"low": "soixante"}, 422, "Écrivez un nombre"),
    ("backwards", 0, "correct", {"low": "90", "high": "60"}, 422, "au-dessous du plus petit"),
    ("no_bound", 0, "correct", {"low": "", "high": ""}, 422, "L&#39;une des deux bornes est nécessaire"),
    ("no_end", 6, "correct", {"origin": "", "destination": ""}, 422, "l&#39;origine, la destination ou les deux"),
    ("unchanged", 0, "correct", {"low": "60", "high": "60"}, 422, "Rien n&#39;est changé"),
    ("no_code", 0, "correct", {"kind": "cheap"}, 422, "Choisissez dans la liste"),
    ("over_hundred", 2, "correct", {"low": "171", "high": "171"}, 422, "pas possible ici"),
    ("a_person", 0, "correct", {"attribution": "Jean Dupont"}, 422, "un organisme ou un rôle"),
    ("one_place_of_many", 0, "relink", {"place": "Saint-Denis"}, 422, "Saint-Denis [INSEE:93066]"),
    ("split_into_one", 0, "split", {"1.low": "60", "2.low": "60"}, 422, "deux faits disent la même chose"),
    ("split_with_a_fault", 0, "split", {"1.low": "60", "2.high": "x"}, 422, "Écrivez un nombre"),
    ("no_verdict", 0, "delete", {}, 400, "n&#39;a pas pu être lu"),
    ("hostile", 0, "correct", {"substance": HOSTILE}, 422, "Aucun produit de ce nom"),
    ("hostile_quote", 0, "correct", {"quote": f"{HOSTILE} ailleurs"}, 422, "une des phrases montrées"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "verdict", "fields", "status", "said"),
    [row[1:] for row in FAULTY],
    ids=[row[0] for row in FAULTY],
)
def test_a_form_that_does_not_hold_comes_back_as_it_was_written(
    built: tuple[Path, Path],
    desk: Path,
    number: int,
    verdict: str,
    fields: dict[str, str],
    status: int,
    said: str,
) -> None:
    anne = client(built, ANNE)
    found = decide(anne, f"/fr/review/doc000-{number}", verdict=verdict, **fields)
    assert found.status_code == status
    assert said in found.text
    assert 'role="alert"' in found.text
    if status == 422:
        assert 'aria-invalid="true"' in found.text or "deux faits" in said or "Rien" in said
        assert all(
            value.replace("<", "&lt;").replace(">", "&gt;") in found.text
            for name, value in fields.items()
            if name != "kind"
        )  # a list shows what it has
    assert "<script>alert" not in found.text and "49" not in re.sub(
        r"\[[^]]*\]|value=.[^>]*", "", found.text.split("<h1")[1][:400]
    )
    with Book.open(desk) as book:
        assert book.decisions(f"doc000-{number}") == []


def test_a_split_grows_and_shrinks_without_losing_what_was_written(
    built: tuple[Path, Path], desk: Path
) -> None:
    anne = client(built, ANNE)
    path = "/fr/review/doc000-0"
    more = decide(
        anne, path, verdict="split", step="more", **{"1.low": "55", "2.low": "77", "why": "trois prix"}
    )
    assert more.status_code == 200
    assert (
        'name="3.low" value="77"' in more.text
        and 'name="1.low" value="55"' in more.text
        and "trois prix" in more.text
    )
    fields = {
        f"{n}.{name}": value for n, value in enumerate(("55", "77", "99"), 1) for name in ("low", "high")
    }
    less = post(anne, path, form(more.text, verdict="split", step="less", **fields))
    assert 'name="2.low" value="77"' in less.text and 'name="3.low"' not in less.text
    many = {f"{n}.low": str(n) for n in range(1, 9)}
    assert 'name="9.low"' not in post(anne, path, form(more.text, verdict="split", step="more", **many)).text
    assert post(anne, path, form(more.text, verdict="split", **fields)).status_code == 303
    with Book.open(desk) as book:
        (made,) = book.decisions("doc000-0")
    assert [after.value.low for after in made.after if isinstance(after.value, PriceValue)] == [55, 77, 99]


BODIES = [
    ("json", b'{"verdict": "accept"}', "application/json"),
    ("too_long", b"why=" + b"a" * 70_000, "application/x-www-form-urlencoded"),
    ("too_many", "&".join(f"a{n}=1" for n in range(200)).encode(), "application/x-www-form-urlencoded"),
    ("twice", b"verdict=accept&verdict=reject&key=aaaaaaaaaaaa", "application/x-www-form-urlencoded"),
    ("no_key", b"verdict=accept", "application/x-www-form-urlencoded"),
    ("not_ascii", "verdict=é".encode(), "application/x-www-form-urlencoded"),
    ("empty", b"", "application/x-www-form-urlencoded"),
]


@pytest.mark.parametrize(("body", "kind"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_what_is_no_form_decides_nothing(
    built: tuple[Path, Path], desk: Path, body: bytes, kind: str
) -> None:
    found = client(built, ANNE).post("/fr/review/doc000-0", content=body, headers={"content-type": kind})
    assert found.status_code in (400, 413)
    with Book.open(desk) as book:
        assert book.decisions("doc000-0") == []


def test_nothing_is_decided_by_an_address_and_nobody_is_led_elsewhere(
    built: tuple[Path, Path], desk: Path
) -> None:
    anne = client(built, ANNE)
    page = anne.get(
        "/fr/review/doc000-0",
        params={"verdict": "accept", "key": "a" * 20, "do": "accept", "done": "//evil.example"},
    )
    assert page.status_code == 200 and "evil.example" not in page.text.split("hreflang")[1]
    with Book.open(desk) as book:
        assert book.decisions("doc000-0") == []
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_on_agreement_tells_what_there_is(built: tuple[Path, Path], desk: Path, lang: str) -> None:
    page = client(built, ANNE).get(f"/{lang}/review/agreement")
    assert page.status_code == 200
    assert re.search(r"0 \w+ \w+ (sur|of) 7", page.text)


def test_a_queue_that_cannot_be_read_says_so(tmp_path: Path, built: tuple[Path, Path]) -> None:
    """No copy, and no store yet."""
    found = client((tmp_path / "none.duckdb", built[1]), ANNE).get("/fr/review")
    assert found.status_code in (200, 503)


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "commence 400 jours après"), ("en", "begins 400 days after")]
)
def test_a_date_long_after_the_document_is_told(
    built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, lang: str, said: str
) -> None:
    """Beside the sentence, where the date is read again."""
    path = f"/{lang}/review/doc000-0"
    assert said not in client(built, ANNE).get(path).text
    monkeypatch.setattr("vigie.review.item._late", lambda fact, published: 400)
    store, model = built  # an application that has kept no item
    fresh = make_app(model, public=False, store=store, hosts=())
    assert said in TestClient(As(fresh, ANNE)).get(path).text


def test_items_are_kept_for_one_state_of_the_copy(built: tuple[Path, Path]) -> None:
    from vigie.web.reviewing_copy import Copy, Kept

    kept = Kept()
    with Copy(built[0], kept) as first:
        found = first.item("doc000-0")
        assert isinstance(found, Item)
        assert first.item("nothing") is None
    with Copy(built[0], kept) as second:
        assert second.item("doc000-0") is found
    publish(built[0])
    bare = built[0].with_name(
        "empty.duckdb"
    )  # a store without a copy is read itself, and not again while it is as it was
    with Copy(bare, kept) as alone:
        assert alone.item("doc000-0") is None and alone.store is not None
    with Copy(built[0], kept) as third:
        assert third.item("doc000-0") is not found  # another copy: nothing of the earlier is left


def test_evidence_says_what_a_person_decided(tmp_path: Path) -> None:
    says = [
        said_price(60, place="INSEE:69123"), said_price(70, place="INSEE:69123"), Said(sentence="Pure à 71 %.", value=purity(71)),
        Said(sentence="Trois morts.", value=event("death", 3)),
    ]  # fmt: skip
    path = build(
        tmp_path / "vigie.duckdb", [Paper(source="essai", published="2025-03-11", says=says, kind="warning")]
    )
    choices = {
        "doc000-0": Choice(verdict="correct", after=({"low": "62,50", "high": "62,50"},)),
        "doc000-2": Choice(verdict="accept"),
        "doc000-3": Choice(verdict="relink", after=({"substance": "heroin"},)),
    }
    with Store.open(path) as store:
        with Book.open(path) as book:
            for id_, choice in choices.items():
                book.decide(ANNE, item(store, id_), choice, key=id_)
        take_in(store)
        rows = store.query("SELECT state, observation_id FROM review_states").to_pylist()
        ids = {row["state"]: row["observation_id"] for row in rows}
    model = tmp_path / "analyst.pages"
    readmodel.build(path, model, public=False, today=date(2025, 12, 31))
    seen = client((path, model), ANNE)
    page = seen.get("/fr/evidence").text
    assert page.count("par une personne</strong>") == 3
    assert f'corrigé par une personne</strong> · <a href="/fr/review/{ids["corrected"]}">' in page
    assert "confirmé par une personne" in page and "moment par une personne" in page
    of_figure = seen.get("/fr/evidence?topic=retail&key=cocaine~g").text
    assert "62,5" in of_figure.split("corrigé par une personne\u00a0: ")[1][:60]
    assert seen.get(f"/fr/review/{ids['corrected']}").status_code == 200
    with TestClient(make_app(model, public=False), base_url="http://127.0.0.1") as alone:  # no desk, no link
        assert "corrigé par une personne</strong></p>" in alone.get("/fr/evidence").text
    with Models.of(model).lease() as lent:
        (fact,) = (f for f in lent.facts(Filters(), None, None, 9, 0)[0] if f.address == ids["corrected"])
        # The address that was cited leads on; what was rejected or never read leads nowhere.
        led = {id_: lent.fact(id_) for id_ in ("doc000-0", "doc000-1", "doc000-3", "doc000-9")}
    told = {id_: found.address for id_, found in led.items() if found is not None}
    assert told == {"doc000-0": ids["corrected"], "doc000-1": "doc000-1", "doc000-3": ids["relinked"]}
    one = seen.get("/api/v1/observations/doc000-0").json()
    assert (one["id"], one["review"], one["value"]["low"]) == (ids["corrected"], "corrected", 62.5)
    public = tmp_path / "public.pages"
    readmodel.build(path, public, public=True, today=date(2025, 12, 31))
    with Models.of(public).lease() as lent:
        assert [lent.fact(id_) for id_ in led] == [None] * 4
    shown = quote_of(fact, page_words("fr"), public=True)
    assert (shown.decided, shown.observation) == ("", "")


@pytest.mark.parametrize(("kappa", "place"), [(-1.0, 0.0), (0.0, 0.5), (1.0, 1.0), (None, None)])
def test_kappa_below_chance_has_its_place(kappa: float | None, place: float | None) -> None:
    assert _unit(kappa) == place
