"""A reader contests a figure: the note is redacted before it touches the disk, the editor answers, nobody learns who wrote."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from erasure_samples import in_bytes, somewhere
from report_store import build
from test_corrections import FRANCE, RHONE, TODAY, prices, publish
from vigie.cli import app
from vigie.model.errors import SettingsError
from vigie.readmodel.files import current
from vigie.readmodel.model import ReadModel
from vigie.report.addresses import address_of, print_address, warning_address
from vigie.report.bulletin import PAGES, make_bulletin
from vigie.report.disclosure import Label
from vigie.report.public import public_gate
from vigie.store import Store
from vigie.store.corrections import ERASED_ALERT, answers, contests, corrections, versions_of
from vigie.store.erase import erase
from vigie.upkeep.contests import (
    ContestError,
    contestable,
    contests_folder,
    drop,
    find,
    rules,
    take_in,
)
from vigie.upkeep.maintain import maintain
from vigie.upkeep.purge import Subject, plan_subject, purge_subject
from vigie.web.contest import Bucket, contest_router

PHONE, NAME = "06 39 98 12 34", "Ferrandier"
NOTE = f"Ce prix est faux, dit M. Jean {NAME}, joignable au {PHONE}. Le gramme vaut 50 euros à Lyon."
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }} {address}\u202e\x1b[31m"
OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    built = build(tmp_path / "vigie.duckdb", prices("abc"))
    with Store.open(built) as store:
        publish(store, TODAY)
    return built


@pytest.fixture
def box(path: Path) -> Path:
    return contests_folder(path)


@pytest.fixture
def browser(box: Path) -> Iterator[TestClient]:
    made = FastAPI()
    made.include_router(contest_router(box))
    with TestClient(made) as client:
        yield client


def send(
    browser: TestClient, note: str = NOTE, address: str = FRANCE, lang: str = "fr", **headers: str
) -> object:
    body = urlencode({"address": address, "note": note})
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return browser.post(f"/{lang}/contest", content=body, headers=kind | OWN | headers)


def run(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


def code_in(page: str) -> str:
    import re

    (found,) = re.findall(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}", page)
    return str(found)


def test_a_note_is_redacted_before_it_touches_the_disk(path: Path, box: Path, browser: TestClient) -> None:
    page = send(browser)
    assert page.status_code == 200  # type: ignore[attr-defined]
    (waiting,) = (box / "in").iterdir()
    assert "50 euros à Lyon" in waiting.read_text("utf-8")
    for word in (PHONE, PHONE.replace(" ", ""), NAME):
        assert in_bytes(path.parent, word) == []
    with Store.open(path) as store:
        assert take_in(store) == 1 and take_in(store) == 0
        (contest,) = contests(store)
        assert (contest.address, contest.version, contest.language) == (FRANCE, 1, "fr")
        assert "50 euros à Lyon" in contest.note
    for word in (PHONE, PHONE.replace(" ", ""), NAME):
        assert somewhere(path.parent, path, word) == []
    assert list((box / "in").iterdir()) == []


def test_files_are_the_owners(path: Path, box: Path) -> None:
    old = os.umask(0)
    try:
        drop(box, FRANCE, "fr", "Faux.")
        with Store.open(path) as store:
            take_in(store)
        drop(box, FRANCE, "fr", "Faux.")
    finally:
        os.umask(old)
    modes = {p.name.rpartition(".")[2]: stat.S_IMODE(p.stat().st_mode) for p in (box, *box.rglob("*"))}
    assert modes == {"contests": 0o700, "in": 0o700, "json": 0o600}


def test_the_life_of_a_note(path: Path, box: Path, browser: TestClient) -> None:
    code = code_in(send(browser).text)  # type: ignore[attr-defined]
    assert code not in (box / "in").iterdir().__next__().read_text()
    assert "en attente" in browser.get("/fr/contest", params={"receipt": code}).text
    listed = run("contest", "list", "--format", "json")
    assert json.loads(listed.stdout)["status"] == "open" and "new notes: 1" in listed.stderr
    assert "en attente" in browser.get("/fr/contest", params={"receipt": code.lower().replace("-", " ")}).text
    shown = run("contest", "show", "1")
    assert "version 1, since 31 March 2026: €60/g" in shown.stdout and "50 euros" in shown.stdout
    answered = run(
        "contest",
        "answer",
        "1",
        "--status",
        "upheld",
        "--answer",
        f"Corrigé, dit M. Jean {NAME}.",
        "--role",
        "rédaction",
    )
    assert answered.exit_code == 0, answered.output
    page = browser.get("/fr/contest", params={"receipt": code}).text
    assert "rédaction, contestation retenue : Corrigé" in page and NAME not in page
    assert "rédaction, contestation retenue" in browser.get("/fr/contest", params={"address": FRANCE}).text
    assert "contest upheld" in browser.get("/en/contest", params={"address": FRANCE}).text
    assert "retenue" not in browser.get("/fr/contest", params={"address": RHONE}).text
    assert run("contest", "list", "--open").stdout == ""
    assert "Aucune note" in browser.get("/fr/contest", params={"receipt": "AAAA-BBBB-CCCC-DDDD"}).text
    again = run("contest", "answer", "1", "--status", "rejected", "--answer", "Non.", "--role", "rédaction")
    assert again.exit_code == 0
    assert "rejetée : Non." in browser.get("/fr/contest", params={"receipt": code}).text
    with Store.open(path, read_only=True) as store:
        assert [r["status"] for r in store.table("contest_answers").to_pylist()] == ["upheld", "rejected"]
        assert answers(store)[1].answer == "Non."
    assert NOTE[:20] not in (box / "answers.json").read_text("utf-8")  # the note is the editor's alone


def test_hostile_notes_are_escaped(path: Path, browser: TestClient) -> None:
    for lang in ("fr", "en"):
        page = send(browser, HOSTILE, "figure/<b>/x", lang).text  # type: ignore[attr-defined]
        assert (
            "<script>" not in page and "<img" not in page and "&lt;script&gt;" in page and "{{ 7*7 }}" in page
        )
        assert 'value="figure' not in page
    send(browser, HOSTILE)
    for args in (["contest", "list"], ["contest", "list", "--format", "json"], ["contest", "show", "1"]):
        found = run(*args)
        assert found.exit_code == 0
        assert "\u202e" not in found.stdout and "\x1b[31m" not in found.stdout
    run("contest", "answer", "1", "--status", "rejected", "--answer", HOSTILE, "--role", "rédaction")
    page = browser.get("/fr/contest", params={"address": FRANCE}).text
    assert "<script>" not in page and "<img" not in page and "&lt;script&gt;" in page
    page = browser.get("/fr/contest", params={"address": "javascript:alert(1)"}).text
    assert "javascript" not in page and "pas celle d" in page


FORM = "application/x-www-form-urlencoded"
REFUSED = [
    # id, headers, body, status
    ("another_site", {"sec-fetch-site": "cross-site"}, "", 403),
    ("the_same_site_elsewhere", {"sec-fetch-site": "same-site"}, "", 403),
    ("typed_by_hand", {"sec-fetch-site": "none"}, "", 403),
    ("says_nothing", {}, "", 403),
    ("origin_of_another", {"origin": "https://evil.example"}, "", 403),
    ("origin_null", {"origin": "null"}, "", 403),
    ("another_site_says_it", {"sec-fetch-site": "cross-site", "origin": "http://testserver"}, "", 403),
    ("multipart", OWN | {"content-type": "multipart/form-data; boundary=x"}, "--x--", 415),
    ("json", OWN | {"content-type": "application/json"}, '{"note": "x"}', 415),
    ("no_field", OWN, "note=x", 400),
    ("twice", OWN, urlencode([("address", FRANCE), ("note", "a"), ("note", "b")]), 400),
    ("no_utf8", OWN, f"address={FRANCE}&note=%ff", 400),
    ("too_large", OWN, "note=" + "x" * 40_000, 413),
    ("empty", OWN, urlencode({"address": FRANCE, "note": " \n "}), 422),
    ("too_long", OWN, urlencode({"address": FRANCE, "note": "a" * 2001}), 422),
    ("no_address", OWN, urlencode({"address": "figure/x", "note": "a"}), 422),
    ("good", OWN, urlencode({"address": FRANCE, "note": "a\r\n" * 600}), 200),
    ("good_by_origin", {"origin": "http://testserver"}, urlencode({"address": FRANCE, "note": "a"}), 200),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "headers", "body", "status"), REFUSED, ids=[c[0] for c in REFUSED])
def test_what_is_taken(
    box: Path, browser: TestClient, _name: str, headers: dict[str, str], body: str, status: int
) -> None:
    found = browser.post(
        "/fr/contest",
        content=body or urlencode({"address": FRANCE, "note": "a"}),
        headers={"content-type": FORM} | headers,
    )
    assert found.status_code == status
    assert "Contester un chiffre" in found.text
    assert found.headers["referrer-policy"] == "same-origin" and "set-cookie" not in found.headers
    assert (len(list((box / "in").iterdir())) if box.exists() else 0) == (status == 200)


def test_too_many_notes(box: Path) -> None:
    now = [0.0]
    made = FastAPI()
    made.include_router(contest_router(box, bucket=Bucket(2, 30, lambda: now[0])))
    with TestClient(made) as client:
        assert [send(client).status_code for _ in range(3)] == [200, 200, 429]  # type: ignore[attr-defined]
        refused = send(client)
        assert refused.headers["retry-after"] == "30" and "Réessayez dans 1 min" in refused.text  # type: ignore[attr-defined]
        assert NAME in refused.text  # type: ignore[attr-defined]  # what was typed is not lost to its writer
        now[0] = 30.0
        assert [send(client).status_code for _ in range(2)] == [200, 429]  # type: ignore[attr-defined]
    assert len(list((box / "in").iterdir())) == 3


def test_a_full_box_says_come_again(box: Path, browser: TestClient) -> None:
    (box / "in").mkdir(parents=True)
    for n in range(rules()["box"]["most"]):
        (box / "in" / f"{n}.json").touch()
    found = send(browser)
    assert (found.status_code, found.headers["retry-after"]) == (503, "3600")  # type: ignore[attr-defined]


ADDRESSES = [
    # id, address, whether somebody may write to it
    ("figure", FRANCE, True),
    ("flow", address_of("flows", ("Espagne", "Rhône"), None, "2025"), True),
    ("trend", "figure/trends/price/cocaine/all/all", True),
    ("way", "figure/ways/channel/telegram/FR-69/2025", True),
    ("harm", "figure/harms/death/-/FR-ARA/2025-Q3", True),
    ("purity", "figure/purity/mdma/mg-per-unit/all/2025", True),
    ("cell", print_address(Label("2025-Q1", "department", "FR-69", "FR", "price", "retail", "cocaine", "EUR/g")), True),
    ("cell_of_a_way", print_address(Label("2025", "none", "", "", "modality", "channel:telegram", "", "")), True),
    ("cell_of_a_flow", print_address(Label("2025", "none", "", "", "flow", "ES>FR-69", "", "")), True),
    ("index", "index/cocaine/g/FR/2025-Q1", True),
    ("index_of_wholesale", "index/wholesale/cocaine/g/FR/2025-Q1", True),
    ("telephone_as_a_kind_of_price", "index/0639981234/cocaine/g/FR/2025-Q1", False),
    ("alert", "alert/r3", True),
    ("warning", warning_address("doc0"), True),
    ("telephone", "figure/retail/0639981234/g/FR/2025", False),
    ("telephone_as_a_place", address_of("flows", ("Espagne", PHONE), None, "2025"), False),
    ("a_name", address_of("flows", (f"Jean {NAME}", "Rhône"), None, "2025"), False),
    ("a_number_of_an_alert", "alert/r0639981234", False),
    ("erased", ERASED_ALERT, False),
    ("nothing", "", False),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "address", "may"), ADDRESSES, ids=[c[0] for c in ADDRESSES])
def test_an_address_holds_codes_only(tmp_path: Path, _name: str, address: str, may: bool) -> None:
    assert contestable(address) is may
    if not may:
        with pytest.raises(ContestError):
            drop(tmp_path / "s.contests", address, "fr", "Faux.")
        assert not (tmp_path / "s.contests").exists()


def test_every_public_figure_may_be_contested(tmp_path: Path) -> None:
    import random

    from audit_public import random_papers

    with Store.open(build(tmp_path / "v.duckdb", random_papers(random.Random(3), 90))) as store:
        publish(store, TODAY)
        addresses = [v.address for v in versions_of(store)]
    assert len(addresses) > 60
    assert [a for a in addresses if not contestable(a)] == []


def test_files_that_are_none_of_ours_stay_and_stop_nothing(path: Path, box: Path) -> None:
    drop(box, FRANCE, "fr", "Faux.")
    good = json.loads(next((box / "in").iterdir()).read_text("utf-8"))
    bad = [
        good | {"address": "figure/x"},
        good | {"receipt_digest": "x"},
        good | {"language": "de"},
        good | {"more": 1},
        [],
        {"note": 1},
    ]
    for n, row in enumerate(bad):
        (box / "in" / f"bad{n}.json").write_text(json.dumps(row))
    (box / "in" / "cut.json").write_text('{"address": ')
    with Store.open(path) as store:
        assert take_in(store) == 1
        assert len(contests(store)) == 1
    assert len(list((box / "in").iterdir())) == len(bad) + 1


# Erasure


def test_a_person_who_asks_is_cleared_from_notes_and_answers(path: Path, box: Path) -> None:
    """In the store, in the box, and in the file that pages read."""
    word = "Zorglubine"
    code = drop(box, FRANCE, "fr", f"La {word} a raison.")
    with Store.open(path) as store:
        take_in(store)
    run(
        "contest",
        "answer",
        "1",
        "--status",
        "answered",
        "--answer",
        f"La {word} a écrit.",
        "--role",
        "rédaction",
    )
    run("correct", FRANCE, "--reason", f"La {word} l'a vu.", "--role", "rédaction")
    drop(box, FRANCE, "fr", f"Encore la {word}.")
    assert somewhere(path.parent, path, word)
    with Store.open(path) as store:
        subject = Subject([word])
        purge_subject(store, subject, plan_subject(store, subject, whole=False))
    assert somewhere(path.parent, path, word) == []
    told = find(box, code)
    assert told not in (None, "open") and "a écrit" in told.answer  # type: ignore[union-attr]
    drop(box, FRANCE, "fr", f"Et la {word} ?")  # what comes later
    with Store.open(path) as store:
        take_in(store)
        assert len(contests(store)) == 3
    assert somewhere(path.parent, path, word) == []


def test_the_address_of_a_warning_goes_with_its_document(path: Path, box: Path) -> None:
    address = warning_address("doc000")
    drop(box, address, "fr", "Faux.")
    with Store.open(path) as store:
        take_in(store)
        erase(store, 1, "document", ["doc000"])
        assert [c.address for c in contests(store)] == [ERASED_ALERT]
    assert run("contest", "show", "1").exit_code == 0
    assert (
        run(
            "contest", "answer", "1", "--status", "upheld", "--answer", "Retiré.", "--role", "rédaction"
        ).exit_code
        == 0
    )
    assert address not in (box / "answers.json").read_text()


def test_notes_are_kept_for_a_time(path: Path, box: Path) -> None:
    code = drop(box, FRANCE, "fr", "À revoir.")
    drop(box, FRANCE, "fr", "Encore ouverte.")
    assert run("maintain").exit_code == 0  # takes them in
    with Store.open(path) as store:
        number = next(c.contest_id for c in contests(store) if c.note == "À revoir.")
    run("contest", "answer", str(number), "--status", "rejected", "--answer", "Non.", "--role", "rédaction")
    with Store.open(path) as store:
        maintain(store, today=date.today() + timedelta(days=300))
        assert {c.note for c in contests(store)} == {"À revoir.", "Encore ouverte."}
        maintain(store, today=date.today() + timedelta(days=370))
        assert {c.note for c in contests(store)} == {"", "Encore ouverte."}
    assert somewhere(path.parent, path, "Zibeline") == []
    told = find(box, code)
    assert told not in (None, "open") and told.answer == "Non."  # type: ignore[union-attr]


# Corrections by an editor


def test_a_contest_that_is_upheld_stands_in_bulletin_and_pages_at_once(path: Path, box: Path) -> None:
    def stands() -> tuple[str, str]:
        with ReadModel.open(current(path, True)) as model:
            return model.stamp, model.version(RHONE, "fr")[1]

    stamp, _ = stands()
    drop(box, RHONE, "fr", "Ce prix vient d'une seule ville.")
    run("contest", "list")
    assert (
        run(
            "contest", "answer", "1", "--status", "upheld", "--answer", "Oui.", "--role", "rédaction"
        ).exit_code
        == 0
    )
    why = f"une seule ville, dit M. Jean {NAME} au {PHONE}"
    assert run("correct", RHONE, "--reason", why, "--role", "rédaction").exit_code == 0
    told = stands()
    assert told[0] != stamp  # nobody is served the page of before
    with Store.open(path) as store:
        boxes = [
            print_bulletin(store, period, area)
            for period, area in ((None, None), ("2025-Q1", "FR-69"), ("2025", "FR"))
        ]
    for text in (told[1], *boxes):
        assert "corrigé : une seule ville" in text
        assert NAME not in text
        assert PHONE not in text


def print_bulletin(store: Store, period: str | None, area: str | None) -> str:
    gate = public_gate(date.today())
    return PAGES["md"](make_bulletin(store, period=period, area=area, lang="fr", gate=gate)).decode()


def test_a_correction_goes_with_the_next_version(path: Path) -> None:
    result = run(
        "correct",
        RHONE,
        "--reason",
        f"l'unité était mal lue, dit M. Jean {NAME} au {PHONE}",
        "--role",
        "rédaction",
    )
    assert (result.exit_code, result.stdout) == (0, "1\n")
    assert "a note on version 1" in result.stderr and "names or contacts were removed" in result.stderr
    with Store.open(path) as store:
        store.connection.execute("UPDATE observations SET eur_per_unit = 55")
    result = run("correct", RHONE, "--reason", "l'unité était mal lue", "--role", "rédaction")
    assert "version 1 becomes version 2" in result.stderr
    with Store.open(path) as store:
        publish(store, date.today())
        assert [(v.version, v.cause) for v in versions_of(store, RHONE)] == [(1, "first"), (2, "correction")]
        assert [(c.from_version, c.to_version) for c in corrections(store)] == [(1, 1), (1, 2)]
    for word in (NAME, PHONE):
        assert somewhere(path.parent, path, word) == []


WRONG = [
    # id, arguments, exit code, what is said
    ("no_address", ["correct", "figure/x", "--reason", "a", "--role", "editor"], 2, "no address of a public figure"),
    ("never_shown", ["correct", "figure/retail/crack/g/FR/2025", "--reason", "a", "--role", "editor"], 1, "in no public output"),
    ("alert_never_shown", ["correct", "alert/r9", "--reason", "a", "--role", "editor"], 1, "in no public output"),
    ("no_reason", ["correct", FRANCE, "--reason", " ", "--role", "editor"], 2, "--reason is empty"),
    ("long_reason", ["correct", FRANCE, "--reason", "a " * 300, "--role", "editor"], 2, "longer than 500"),
    ("a_name_for_a_role", ["correct", FRANCE, "--reason", "a", "--role", f"M. Jean {NAME}"], 2, "--role"),
    ("mark_up_in_a_role", ["correct", FRANCE, "--reason", "a", "--role", "<b>editor</b>"], 2, "--role is a role"),
    ("no_role", ["correct", FRANCE, "--reason", "a", "--role", ""], 2, "--role is a role"),
    ("no_note", ["contest", "show", "7"], 1, "no note 7"),
    ("no_note_to_answer", ["contest", "answer", "7", "--status", "upheld", "--answer", "a", "--role", "editor"], 1, "no note 7"),
    ("no_status", ["contest", "answer", "7", "--status", "maybe", "--answer", "a", "--role", "editor"], 2, "maybe"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "args", "code", "said"), WRONG, ids=[c[0] for c in WRONG])
def test_what_the_verbs_refuse(path: Path, _name: str, args: list[str], code: int, said: str) -> None:
    result = run(*args)
    # The entry point turns an error of settings into wrong use.
    assert (2 if isinstance(result.exception, SettingsError) else result.exit_code) == code
    assert said in result.output + str(result.exception)
    assert NAME not in result.output
