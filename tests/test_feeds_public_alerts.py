"""Which alerts anyone may read, under which address, and what becomes of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from report_store import Paper, Said, build, event, price, purity
from vigie.feeds.public_alerts import public_alerts
from vigie.feeds.records import PublicAlert
from vigie.model.errors import SettingsError
from vigie.report.alerts import add_release
from vigie.report.public import ANALYST, public_gate
from vigie.store import Store
from vigie.store.publications import write_decision

TODAY = date(2026, 3, 20)
OFFICIAL = "Sept surdoses graves liées à des opioïdes de synthèse ont été signalées."
FRESH = "2026-03-18"


def papers() -> list[Paper]:
    """An official warning, one that copies nobody, and a field note whose facts an editor may release."""
    return [
        Paper(
            source="agence", kind="warning", grade="A", published=FRESH, title="Alerte : opioïdes de synthèse",
            says=[Said(sentence=OFFICIAL, value=event("overdose", 7), substance="nitazenes", place="INSEE:69256")],
        ),
        Paper(
            source="terrain", kind="field-note", grade="C", published=FRESH, title="Carnet secret",
            says=[
                Said(sentence="Un comprimé à 180 mg, dit le comptoir feutré.", value=purity(80), substance="mdma", place="INSEE:69256"),
                Said(sentence="Comptoir feutré : 60 euros le gramme.", value=price(60), place="INSEE:69256"),
            ],
        ),
        Paper(
            source="journal", kind="press", published=FRESH, title="Le journal avertit",
            says=[Said(sentence="Le journal feutré avertit.", value=event("warning", None), place="INSEE:69256")],
        ),
    ]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return build(tmp_path / "vigie.duckdb", papers(), today=TODAY)


def listed(path: Path, lang: str = "fr", day: date = TODAY, **more: object) -> list[PublicAlert]:
    with Store.open(path, read_only=True) as opened:
        return public_alerts(opened, public_gate(day), lang, **more)  # type: ignore[arg-type]


def let_out(path: Path, *ids: str, day: date = TODAY) -> int:
    with Store.open(path) as opened:
        gate = public_gate(day)
        return add_release(
            opened, ids, gate.read(opened).every, gate, editor="A. Example", role="médecin de garde", reason="essai"
        )  # fmt: skip


def take_back(path: Path, number: int, day: date = TODAY) -> None:
    with Store.open(path) as opened:
        write_decision(opened, "withdraw", day=day, editor="A. Example", role="médecin de garde", reason="x", release_id=number)  # fmt: skip


def test_an_official_warning_is_told_without_delay_in_its_own_words(store: Path) -> None:
    (alert,) = listed(store)
    assert alert.address.startswith("alert/w-") and "doc000" not in alert.address
    assert (alert.title, alert.evidence) == ("Alerte : opioïdes de synthèse", OFFICIAL)
    assert (alert.area, alert.substance, alert.kind, alert.persons) == ("FR-69", "nitazenes", "overdose", 7)
    assert (alert.first_published, alert.version, alert.status) == (date(2026, 3, 18), 1, "current")


def test_a_release_is_told_as_codes_and_never_as_a_sentence(store: Path) -> None:
    number = let_out(store, "doc001-0")
    (alert,) = [a for a in listed(store) if not a.official]
    assert alert.address == f"alert/r{number}"
    assert (alert.area, alert.substance, alert.kind) == ("FR-69", "mdma", "purity")
    assert alert.source == "décision : médecin de garde" and alert.evidence == ""
    said = json.dumps(alert.as_json(), ensure_ascii=False).lower()
    assert not [word for word in ("feutré", "carnet", "doc001", "example", "vaulx", "69256") if word in said]


def test_a_release_that_was_taken_back_stays_and_says_nothing_of_what_it_said(store: Path) -> None:
    number = let_out(store, "doc001-0")
    take_back(store, number, date(2026, 3, 22))
    (alert,) = [a for a in listed(store, day=date(2026, 3, 23)) if not a.official]
    assert (alert.address, alert.version, alert.status) == (f"alert/r{number}", 2, "withdrawn")
    assert (alert.first_published, alert.updated) == (TODAY, date(2026, 3, 22))
    assert "22 mars 2026" in alert.note and alert.summary == "" and "mdma" not in str(alert.as_json()).lower()


@pytest.mark.parametrize(
    ("id", "area", "found"),
    [("department", "FR-69", 1), ("region", "FR-ARA", 1), ("country", "FR", 1), ("elsewhere", "FR-13", 0)],
)
def test_an_area_has_its_alerts(store: Path, id: str, area: str, found: int) -> None:
    assert len(listed(store, area=area)) == found


def test_the_same_alert_in_two_languages_has_one_address(store: Path) -> None:
    let_out(store, "doc001-0")
    french, english = listed(store, "fr"), listed(store, "en")
    assert [a.address for a in french] == [a.address for a in english]
    assert {a.lang for a in english} == {"en"} and french[0].summary != english[0].summary


def test_an_alert_comes_back_from_json(store: Path) -> None:
    let_out(store, "doc001-0")
    for alert in listed(store):
        assert PublicAlert.from_json(json.loads(json.dumps(alert.as_json()))) == alert


def test_the_analyst_has_no_feed(store: Path) -> None:
    with Store.open(store, read_only=True) as opened, pytest.raises(SettingsError, match="public gate"):
        public_alerts(opened, ANALYST, "fr")


def test_a_copy_of_a_warning_is_no_second_alert(tmp_path: Path) -> None:
    first = papers()[0]
    again = replace(first, source="ministere", published="2026-03-19")
    path = build(tmp_path / "copy.duckdb", [first, again], today=TODAY)
    assert len(listed(path)) == 1


def test_what_the_gate_reads_for_alerts_is_all_that_they_need(store: Path) -> None:
    """It leaves out the documents of which nothing can be told at once, and no alert."""
    let_out(store, "doc001-0")
    with Store.open(store) as opened:
        gate = public_gate(TODAY)
        few, whole = gate.read_alerts(opened), gate.read(opened)
        assert {f.doc_id for f in few.every} == {"doc000", "doc001"} < {f.doc_id for f in whole.every}
        assert few.official == whole.official and few.cells == () and few.view is None
        assert public_alerts(opened, gate, "fr", read=few) == public_alerts(opened, gate, "fr", read=whole)
