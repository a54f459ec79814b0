"""The gate of the public edition, rule by rule."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from vigie.model.errors import SettingsError
from vigie.report.facts import Fact
from vigie.report.period import month_of, year_of
from vigie.report.public import ANALYST, grades_of, public_gate
from vigie.settings import load

PUBLIC = public_gate(date(2025, 6, 15))
BLANK = Fact(**dict.fromkeys(f.name for f in fields(Fact)) | {"quote": "q", "outlet": "", "grade": "B"})  # type: ignore[arg-type]


_NUMBERS = count()


def fact(**more: object) -> Fact:
    """A fact of a document of its own."""
    own = {"doc_id": f"d{next(_NUMBERS)}", "source_id": "a", "document_kind": "press", "type": "price"}
    return replace(BLANK, **{**own, **more})  # type: ignore[arg-type]


DELAY = [
    # id, publication, stored on, public sees it
    ("14_days_ago", date(2025, 6, 1), date(2025, 6, 15), True),
    ("13_days_ago", date(2025, 6, 2), date(2025, 6, 15), False),
    ("undated_old", None, date(2025, 1, 1), True),
    ("undated_new", None, date(2025, 6, 15), False),
    ("nothing_known", None, None, False),
]


@pytest.mark.parametrize(("name", "published", "stored", "seen"), DELAY, ids=[c[0] for c in DELAY])
def test_delay(name: str, published: date | None, stored: date | None, seen: bool) -> None:
    one = fact(published_end=published, stored_on=stored)
    assert PUBLIC.admits(one) is seen
    assert ANALYST.admits(one) is True


LONG = "Le prix du gramme de cocaïne a reculé dans le Rhône depuis le début de"
SHOWN = [
    # id, facts, public sees the figure
    ("three_sources", [fact(source_id=s) for s in "abc"], True),
    ("two_sources", [fact(source_id=s) for s in "ab"], False),
    ("one_source_three_times", [fact()] * 3, False),
    ("unknown_sources_are_one", [fact(source_id=s) for s in ("", "", "", "a")], False),
    ("outlet_stands_for_a_card", [fact(source_id="", outlet=s) for s in "abc"], True),
    ("a_copy_is_no_source", [fact(source_id="a", sentence=LONG), fact(source_id="b", sentence=LONG + " mars"),
                             fact(source_id="c", sentence="Autre")], False),
    ("five_persons", [fact(source_id=s, type="event", kind="death", low=5.0) for s in "abc"], True),
    ("four_persons", [fact(source_id=s, type="event", kind="death", low=4.0) for s in "abc"], False),
    ("small_counts_do_not_add_up", [fact(source_id=s, type="event", kind="arrest", low=2.0) for s in "abcde"], False),
    ("no_count", [fact(source_id=s, type="event", kind="overdose", low=None) for s in "abc"], False),
    ("a_seizure_counts_no_persons", [fact(source_id=s, type="event", kind="seizure") for s in "abc"], True),
    ("nothing", [], False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "facts", "seen"), SHOWN, ids=[c[0] for c in SHOWN])
def test_figures(name: str, facts: list[Fact], seen: bool) -> None:
    assert PUBLIC.shows(facts) is seen
    assert ANALYST.shows(facts) is bool(facts)


@pytest.mark.parametrize(
    ("kind", "quoted", "named"),
    [
        ("agency", True, True),
        ("warning", True, True),
        ("parliament", True, True),
        ("press", False, True),
        ("report", False, True),
        ("forum", False, False),
        ("advert", False, False),
        ("chat", False, False),
        ("field-note", False, False),
        ("unknown", False, False),
    ],
)
def test_quotes_and_names(kind: str, quoted: bool, named: bool) -> None:
    one = fact(document_kind=kind, outlet="Le Phare", title="Titre", attribution="ARS")
    assert PUBLIC.quotes(one) is quoted
    assert PUBLIC.names(one) is named
    veiled = PUBLIC.veiled(one)
    assert (veiled.outlet, veiled.title, veiled.attribution) == (
        "Le Phare" if named else "", "Titre" if quoted else "", "ARS" if quoted else None,
    )  # fmt: skip
    assert veiled.source == one.source  # who counts as one source does not change
    assert ANALYST.quotes(one)
    assert ANALYST.names(one)
    assert ANALYST.veiled(one) == one


def test_without_a_card_nobody_is_named() -> None:
    """Nobody has said what kind it is: the page may be a shop's."""
    bare = fact(source_id="", outlet="boutique.example", document_kind="press")
    assert not PUBLIC.names(bare)
    assert PUBLIC.veiled(bare).outlet == ""
    assert PUBLIC.veiled(bare).source == bare.source


@pytest.mark.parametrize(("asked", "k"), [(None, 3), (3, 3), (5, 5)])
def test_k_may_be_raised(asked: int | None, k: int) -> None:
    assert public_gate(date(2025, 6, 15), asked).least_sources == k


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_k_is_never_lowered(asked: int) -> None:
    with pytest.raises(SettingsError, match="at least 3 sources"):
        public_gate(date(2025, 6, 15), asked)


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("INSEE:69266", "FR-69"),
        ("INSEE:75118", "FR-75"),
        ("INSEE:2A004", "FR-2A"),
        ("INSEE:97302", "FR-973"),
        ("FR-69", "FR-69"),
        ("FR-ARA", "FR-ARA"),
        ("GN:2643743", "GB-ENG"),
        ("GN:2800866", "BE-BRU"),
        ("XX-unknown", "XX-unknown"),
        (None, None),
    ],
)
def test_area(code: str | None, seen: str | None) -> None:
    assert PUBLIC.area(code) == seen
    assert ANALYST.area(code) == code


def test_period() -> None:
    assert PUBLIC.period(month_of(date(2025, 2, 3))).label == "2025-Q1"
    assert PUBLIC.period(year_of(date(2025, 2, 3))).label == "2025"
    assert ANALYST.period(month_of(date(2025, 2, 3))).label == "2025-02"


def test_grades() -> None:
    assert grades_of([fact(grade="C"), fact(grade="A"), fact(grade="B")]) == "A–C"
    assert grades_of([fact(grade="B")] * 2) == "B"
    assert grades_of([]) == ""


SETTINGS = [
    # id, environment, text of vigie.toml, k; None: wrong use
    ("nothing_said", {}, "", 3),
    ("environment", {"VIGIE_PUBLIC_SOURCES": "5"}, "", 5),
    ("file", {}, "[public]\nsources = 4\n", 4),
    ("environment_before_file", {"VIGIE_PUBLIC_SOURCES": "5"}, "[public]\nsources = 4\n", 5),
    ("fewer", {"VIGIE_PUBLIC_SOURCES": "2"}, "", None),
    ("fewer_in_file", {}, "[public]\nsources = 1\n", None),
    ("no_number", {"VIGIE_PUBLIC_SOURCES": "many"}, "", None),
    ("no_number_in_file", {}, '[public]\nsources = "4"\n', None),
    ("another_threshold", {}, "[public]\npersons = 1\n", None),
]


@pytest.mark.parametrize(("_name", "environment", "text", "k"), SETTINGS, ids=[c[0] for c in SETTINGS])
def test_k_in_the_settings(
    tmp_path: Path, _name: str, environment: dict[str, str], text: str, k: int | None
) -> None:
    """Only the number of sources may be set, and only upwards."""
    (tmp_path / "vigie.toml").write_text(text)

    def found() -> int:
        settings = load(tmp_path / "v.duckdb", environment)
        return public_gate(date(2025, 6, 15), settings.public_sources).least_sources

    if k is None:
        with pytest.raises(SettingsError):
            found()
    else:
        assert found() == k
