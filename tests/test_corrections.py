"""The life of a public figure: versions, what changed and why, and what an erasure takes of it."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import duckdb
import pytest

from audit_public import AREAS, PERIODS, add, facts_of, gaps, outputs, random_papers, versions_told
from report_store import Paper, Said, build, said_price, trend
from vigie import __version__
from vigie.assess import assess
from vigie.report import versions as module
from vigie.report.addresses import Figure, address_of, parse_address, print_address
from vigie.report.bulletin import write_bulletin
from vigie.report.corrections import (
    correction_words,
    corrections_of,
    history,
    how_to_contest,
    label_of,
    said_of,
)
from vigie.report.corrections import versions_told as versions_told_in
from vigie.report.open_data import price_index, write_open_data
from vigie.report.public import public_gate
from vigie.report.versions import next_versions
from vigie.report.words import Words
from vigie.settings import Settings
from vigie.store import Store, reviews
from vigie.store.corrections import (
    Cause,
    Correction,
    Status,
    Values,
    Version,
    cells_of,
    latest_versions,
    versions_of,
    write_correction,
)
from vigie.store.erase import Selection
from vigie.store.publications import write_decision
from vigie.store.weekly import NAMED
from vigie.upkeep.purge import plan, purge

TODAY = date(2026, 3, 31)
LATER, LAST = TODAY + timedelta(days=30), TODAY + timedelta(days=60)
LYON, GRENOBLE = "INSEE:69123", "INSEE:38185"
FRANCE = "figure/retail/cocaine/g/FR/2025-Q1"
RHONE = "figure/retail/cocaine/g/FR-69/2025-Q1"


def prices(sources: str, place: str | None = LYON, amount: float = 60) -> list[Paper]:
    return [Paper(source=s, published="2025-02-03", says=[said_price(amount, place=place)]) for s in sources]


def publish(store: Store, day: date, output: str = "bulletin") -> None:
    """What every public output does before it is written."""
    assess(store)
    gate = public_gate(day)
    gate.publish(store, gate.read(store), output, "")


def life(store: Store, address: str) -> list[tuple[int, str, int | None, float | None]]:
    """(version, cause, statements, median) of an address."""
    return [(v.version, v.cause, v.values.observations, v.values.median) for v in versions_of(store, address)]


def erase(store: Store, *doc_ids: str) -> None:
    selection = Selection(documents=doc_ids)
    purge(store, plan(store, selection), selection)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Three prices in Lyon, three in Grenoble."""
    return build(tmp_path / "v.duckdb", prices("abc") + prices("abc", GRENOBLE, 80))


def test_a_figure_over_three_outputs(path: Path) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
        assert life(store, FRANCE) == [(1, "first", 6, 70.0)]
        publish(store, LATER)  # nothing changed
        assert life(store, FRANCE) == [(1, "first", 6, 70.0)]
    add(path, prices("def", LYON, 100), 6, TODAY)
    with Store.open(path) as store:
        publish(store, LATER)
        assert life(store, FRANCE) == [(1, "first", 6, 70.0), (2, "new-data", 9, 80.0)]
        assert life(store, "figure/retail/cocaine/g/FR-38/2025-Q1") == [(1, "first", 3, 80.0)]
        assert [v.since for v in versions_of(store, FRANCE)] == [TODAY, LATER]
        assert [v.since for v in versions_of(store, RHONE)] == [TODAY, LATER]


def test_documents_that_were_erased(path: Path) -> None:
    """The number of the version goes up, what earlier versions showed goes, and what stays of the cell waits."""
    with Store.open(path) as store:
        publish(store, TODAY)
        erase(store, "doc000")
        assert life(store, FRANCE) == [(1, "first", None, None)]
        assert [(v.erased, v.digest) for v in versions_of(store, FRANCE)] == [(True, "")]
        assert life(store, "figure/retail/cocaine/g/FR-38/2025-Q1") == [(1, "first", 3, 80.0)]
        publish(store, LATER)
        assert life(store, FRANCE) == [(1, "first", None, None), (2, "removed", 3, 80.0)]
        assert life(store, RHONE) == [(1, "first", None, None), (2, "removed", None, None)]
        assert not versions_of(store, RHONE)[-1].shown
        erase(store, "doc003")
        assert [v.erased for v in versions_of(store, FRANCE)] == [True, True]
    add(path, prices("def", LYON, 100), 6, TODAY)
    with Store.open(path) as store:
        publish(store, LAST)  # the two that stayed come back with the three
        assert life(store, RHONE)[-1] == (3, "new-data", 5, 100.0)
        assert life(store, FRANCE)[-1] == (3, "removed", 5, 100.0)


def test_what_was_erased_leaves_no_value_that_tells_it(path: Path) -> None:
    """Of a cell of three facts the aggregate and what stays would tell the rest."""
    with Store.open(path) as store:
        publish(store, TODAY)
    add(path, prices("def", LYON, 100), 6, TODAY)
    with Store.open(path) as store:
        publish(store, LATER)
        before = {(v.address, v.version): v for v in versions_of(store)}
        (cell,) = store.column("SELECT cell_id FROM public_facts WHERE doc_id = 'doc001'")
        told = versions_told(store)
        resting = {name for name, facts in told.items() if any(f.startswith("doc001") for f in facts)}
        erase(store, "doc001")
        for version in versions_of(store):
            name = (version.address, version.version)
            assert version.erased == (name in resting), version
            if name not in resting:
                assert version == before[name]
        assert 4 < len(resting) < len(before)
        assert any(cell in v.gained for v in before.values())


def test_facts_that_were_read_anew(path: Path) -> None:
    """A figure that was wrong is replaced once both what went and what stays may be shown: then it is a correction."""
    with Store.open(path) as store:
        publish(store, TODAY)
        store.connection.execute(
            "UPDATE observations SET eur_per_unit = 55 WHERE doc_id IN ('doc000', 'doc001')"
        )
        publish(store, LATER)
        assert life(store, RHONE) == [(1, "first", 3, 60.0)]  # repeated as published
        store.connection.execute("UPDATE observations SET eur_per_unit = 55 WHERE doc_id = 'doc002'")
        publish(store, LATER)
        assert life(store, RHONE) == [(1, "first", 3, 60.0), (2, "correction", 3, 55.0)]
        assert life(store, FRANCE)[-1] == (2, "correction", 6, 67.5)


def test_a_correction_that_an_editor_announced(path: Path) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
        write_correction(
            store, Correction(address=FRANCE, from_version=1, to_version=2, made_on=TODAY, role="editor", reason="…")
        )  # fmt: skip
    add(path, prices("def", LYON, 100), 6, TODAY)
    with Store.open(path) as store:
        gate = public_gate(LATER)
        coming = next_versions(store, gate, gate.read(store))
        assert {a: v.version for a, v in coming.items() if a in (FRANCE, RHONE)} == {FRANCE: 2, RHONE: 2}
        assert len(versions_of(store, FRANCE)) == 1  # nothing was written down
        publish(store, LATER)
        assert life(store, FRANCE)[-1] == (2, "correction", 9, 80.0)
        assert life(store, RHONE)[-1] == (2, "new-data", 6, 80.0)
        assert next_versions(store, gate, gate.read(store)) == {}


def test_stricter_rules_withdraw(path: Path) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
        gate = public_gate(LATER, sources=4)
        gate.publish(store, gate.read(store), "bulletin", "")
        assert [v[:2] for v in life(store, RHONE)] == [(1, "first"), (2, "withdrawn")]
        publish(store, LAST)
        assert [v[:2] for v in life(store, RHONE)] == [(1, "first"), (2, "withdrawn"), (3, "new-data")]


def test_another_way_of_working_it_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
        monkeypatch.setattr(module, "__version__", "9.9")
        publish(store, LATER)
        assert life(store, FRANCE) == [(1, "first", 6, 70.0)]
        assert latest_versions(store, [FRANCE])[FRANCE].code_version == "9.9"
        monkeypatch.setattr(module, "__version__", "9.10")
        whole = module.summarise
        monkeypatch.setattr(module, "summarise", lambda figures: whole([f * 2 for f in figures]))
        publish(store, LAST)
        assert life(store, FRANCE) == [(1, "first", 6, 70.0), (2, "method-change", 6, 140.0)]


def test_markets_that_are_told_apart_have_addresses_of_their_own(tmp_path: Path) -> None:
    """The figure of all places is withdrawn when a second market comes: its place is taken by one for each."""
    path = build(tmp_path / "v.duckdb", prices("abc"))
    with Store.open(path) as store:
        publish(store, TODAY)
    add(path, prices("abc", "ES", 40), 3, TODAY)
    with Store.open(path) as store:
        publish(store, LATER)
        both = "figure/retail/cocaine/g/all/2025-Q1"
        assert [v[:2] for v in life(store, both)] == [(1, "first"), (2, "withdrawn")]
        for market, median in (("FR", 60.0), ("ES", 40.0)):
            address = address_of("retail", ("cocaine", "g", market), None, "2025-Q1")
            assert life(store, address) == [(1, "first", 3, median)]
        assert life(store, FRANCE) == [(1, "first", 3, 60.0)]


def test_trends_say_their_directions(tmp_path: Path) -> None:
    papers = [
        Paper(source=s, published="2025-02-03", says=[Said(sentence=f"Ça {way} {s}.", value=trend(way), place=LYON)])
        for way in ("up", "down") for s in "abc"
    ]  # fmt: skip
    with Store.open(build(tmp_path / "v.duckdb", papers)) as store:
        publish(store, TODAY)
        (version,) = versions_of(store, "figure/trends/price/cocaine/FR/2025-Q1")
        assert (version.values.parts, version.values.observations) == ("down 3, up 3", 6)


def test_a_reset_forgets_the_versions(path: Path) -> None:
    """It says that no public output has left the machine."""
    with Store.open(path) as store:
        publish(store, TODAY)
        write_decision(store, "reset", day=LATER, editor="Ada Exemple", role="editor", reason="trial")
        assert versions_of(store) == []
        publish(store, LATER)
        assert life(store, FRANCE) == [(1, "first", 6, 70.0)]


# Price indices


RHONE_INDEX, FRANCE_INDEX = "index/cocaine/g/FR-69/{}", "index/cocaine/g/FR/{}"


def spring(sources: str, amount: float) -> list[Paper]:
    return [Paper(source=s, published="2025-05-03", says=[said_price(amount, place=LYON)]) for s in sources]


def shown(store: Store, address: str) -> list[tuple[int, str, float | None, str | None]]:
    """(version, cause, median, index and base) of an address."""
    return [(v.version, v.cause, v.values.median, v.values.parts) for v in versions_of(store, address)]


def test_an_index_has_versions_as_other_figures_do(path: Path) -> None:
    """It counts the quarter it is measured against too: what changes there changes it, and is told."""
    add(path, spring("abc", 90), 6, TODAY)
    day = date(2025, 12, 31)
    with Store.open(path) as store:
        publish(store, day)
        first, second = (RHONE_INDEX.format(f"2025-Q{n}") for n in (1, 2))
        assert shown(store, first) == [(1, "first", 60.0, "index 100.0, base 2025-Q1")]
        assert shown(store, second) == [(1, "first", 90.0, "index 150.0, base 2025-Q1")]
        publish(store, TODAY)  # nothing changed
        assert len(versions_of(store, second)) == 1
        store.connection.execute(
            "UPDATE observations SET eur_per_unit = 45 WHERE place_department = 'FR-69' AND eur_per_unit = 60"
        )
        publish(store, LATER)
        assert shown(store, first)[1:] == [(2, "correction", 45.0, "index 100.0, base 2025-Q1")]
        assert shown(store, second)[1:] == [(2, "correction", 90.0, "index 200.0, base 2025-Q1")]
        told = {c.address: (c.before, c.now) for c in corrections_of(store, Words("en"), cells=True)}
        assert told[second] == (
            "€90/g, index 150, 100 in Q1 2025 (3 statements, 3 independent sources)",
            "€90/g, index 200, 100 in Q1 2025 (3 statements, 3 independent sources)",
        )
        rows = {r["id"]: r for r in price_index(store, as_of=LATER).to_pylist()}
        for address, version in latest_versions(store).items():
            if address.startswith("index/"):
                row = rows.pop(address)
                assert (version.values.median, version.values.sources) == (row["median"], row["sources"])
                assert version.values.parts and version.values.parts.startswith(f"index {row['index']},")
        assert rows == {}  # every row of the open data has a version


def test_an_earlier_quarter_becomes_the_base_of_an_index(path: Path) -> None:
    """New data are new data, though the quarter that was the base is counted no more."""
    add(path, spring("abc", 90), 6, TODAY)
    winter = [Paper(source=s, published="2024-11-03", says=[said_price(30, place=LYON)]) for s in "abc"]
    with Store.open(path) as store:
        publish(store, TODAY)
    add(path, winter, 12, TODAY)
    with Store.open(path) as store:
        publish(store, LATER)
        assert shown(store, RHONE_INDEX.format("2025-Q2"))[1:] == [
            (2, "new-data", 90.0, "index 300.0, base 2024-Q4")
        ]
        assert shown(store, RHONE_INDEX.format("2024-Q4")) == [
            (1, "first", 30.0, "index 100.0, base 2024-Q4")
        ]


def test_what_was_erased_from_the_base_of_an_index_leaves_no_value(path: Path) -> None:
    add(path, spring("abc", 90), 6, TODAY)
    with Store.open(path) as store:
        publish(store, TODAY)
        erase(store, "doc000")
        for quarter in ("2025-Q1", "2025-Q2"):
            assert [v.erased for v in versions_of(store, RHONE_INDEX.format(quarter))] == [True]
        publish(store, LATER)
        # Its own quarter can be shown still, and is the first one now.
        assert shown(store, RHONE_INDEX.format("2025-Q2"))[1:] == [
            (2, "removed", 90.0, "index 100.0, base 2025-Q2")
        ]
        last = versions_of(store, RHONE_INDEX.format("2025-Q1"))[-1]
        assert (last.cause, last.shown) == ("removed", False)


def test_a_store_whose_figures_have_versions_gets_those_of_its_indices(path: Path) -> None:
    """As written before indices had any."""
    with Store.open(path) as store:
        publish(store, TODAY)
        store.connection.execute("DELETE FROM public_versions WHERE address LIKE 'index/%'")
        publish(store, LATER)
        assert life(store, FRANCE) == [(1, "first", 6, 70.0)]
        assert shown(store, FRANCE_INDEX.format("2025-Q1")) == [
            (1, "first", 70.0, "index 100.0, base 2025-Q1")
        ]


# In words


def box(store: Store, lang: str = "en", **asked: object) -> list[tuple[str, int, str, str, str]]:
    found = corrections_of(store, Words(lang), **asked)  # type: ignore[arg-type]
    return [(c.label, c.version, c.before, c.now, c.reason) for c in found]


def test_new_data_are_no_correction(path: Path) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
    add(path, prices("def", LYON, 100), 6, TODAY)
    with Store.open(path) as store:
        publish(store, LATER)
        assert box(store) == []
        first, second = history(store, FRANCE, Words("en"))
        assert (first.line, second.line) == (
            "version 1, since 31 March 2026",
            "version 2, changed on 30 April 2026: new data",
        )
        assert (first.now, second.before, second.now) == (
            "€70/g (6 statements, 3 independent sources)", "€70/g (6 statements, 3 independent sources)", "€80/g (9 statements, 6 independent sources)",
        )  # fmt: skip


def test_the_box_says_what_was_and_what_is(path: Path) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
        store.connection.execute("UPDATE observations SET eur_per_unit = 55 WHERE place_department = 'FR-69'")
        line = Correction(
            address=RHONE,
            from_version=1,
            to_version=2,
            made_on=LATER,
            role="editor",
            reason="the unit was misread",
        )
        write_correction(store, line)
        publish(store, LATER)
        rhone = "Retail prices – cocaine – Rhône – Q1 2025"
        told = "corrected: the unit was misread (decided by: editor)"
        assert box(store, area="FR-69", period="2025-Q1") == [
            (
                rhone,
                2,
                "€60/g (3 statements, 3 independent sources)",
                "€55/g (3 statements, 3 independent sources)",
                told,
            )
        ]
        assert (
            box(store, "fr", area="FR", period="2025-Q1")[0][0]
            == "Prix de détail – cocaïne – France – T1 2025"
        )
        assert box(store, area="FR", period="2025-Q1")[0][4] == "the facts behind it were corrected"
        assert (
            box(store, area="FR-38", period="2025-Q1")
            == box(store, since=LAST)
            == box(store, until=TODAY)
            == []
        )
        assert len(box(store)) == 12  # in each area and period that counts it
        assert len(box(store, area=None, period="")) == 1


def test_what_was_erased_or_is_shown_no_more_is_not_told_again(path: Path) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
        erase(store, "doc000")
        publish(store, LATER)
        ((_, _, before, now, why),) = box(store, area="FR-69", period="2025-Q1")
        assert (before, now, why) == ("value erased", "no longer shown", "documents were removed")
        ((_, _, before, now, why),) = box(store, area="FR", period="2025-Q1")
        assert (before, now) == ("value erased", "€80/g (3 statements, 3 independent sources)")


def test_milder_rules_of_before_are_no_way_round_those_of_today(path: Path) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
    with Store.open(path, settings=Settings(store=path, public_sources=4)) as store:
        gate = public_gate(LATER, sources=4)
        gate.publish(store, gate.read(store), "bulletin", "")
        ((_, _, before, now, _),) = box(store, area="FR-69", period="2025-Q1")
        assert (before, now) == ("value not repeated", "no longer shown")


def test_pages_say_which_version_stands(path: Path) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
        store.connection.execute("UPDATE observations SET eur_per_unit = 55 WHERE place_department = 'FR-69'")
        line = Correction(
            address=RHONE, from_version=1, to_version=2, made_on=LATER, role="editor", reason="misread"
        )
        write_correction(store, line)
        publish(store, LATER)
        told = versions_told_in(store, Words("en"))
        assert told[RHONE] == (
            2,
            "version 2, changed on 30 April 2026: corrected: misread (decided by: editor)",
        )
        assert told[FRANCE] == (2, "version 2, changed on 30 April 2026: the facts behind it were corrected")
        assert told["figure/retail/cocaine/g/FR-38/2025-Q1"] == (1, "version 1, since 31 March 2026")


def test_a_note_on_what_stays(path: Path) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
        for address in (RHONE, "alert/r3"):
            line = Correction(
                address=address,
                from_version=1,
                to_version=1,
                made_on=LATER,
                role="editor",
                reason="one city only",
            )
            write_correction(store, line)
        found = corrections_of(store, Words("en"))
        assert [(c.address, c.line) for c in found] == [
            (a, "version 1 unchanged, note of 30 April 2026: corrected: one city only (decided by: editor)")
            for a in ("alert/r3", RHONE)
        ]
        assert [c.version for c in history(store, RHONE, Words("en"))] == [1, 1]
        said = "version 1 unchanged, note of 30 April 2026: corrected: one city only (decided by: editor)"
        assert versions_told_in(store, Words("en"))[RHONE] == (
            1,
            f"version 1, since 31 March 2026; {said}",
        )


@pytest.mark.parametrize(
    ("area", "period", "listed"),
    [
        pytest.param("FR-69", "2025-Q1", True, id="of the figure"),
        pytest.param("FR", "2025-Q1", True, id="of the country"),
        pytest.param("FR-ARA", "2025", True, id="of the region and year"),
        pytest.param(None, "", True, id="of everything"),
        pytest.param(None, "2025", True, id="of a year"),
        pytest.param("FR-38", "2025-Q1", False, id="of another department"),
        pytest.param("FR-69", "2025-Q2", False, id="of another quarter"),
        pytest.param("FR-69", "2025-02", False, id="of a part of the quarter"),
    ],
)
@pytest.mark.parametrize("to", [1, 2], ids=["note", "changes with the next output"])
def test_a_correction_is_in_every_box_that_holds_its_figure(
    path: Path, area: str | None, period: str, listed: bool, to: int
) -> None:
    with Store.open(path) as store:
        publish(store, TODAY)
        line = Correction(
            address=RHONE, from_version=1, to_version=to, made_on=LATER, role="editor", reason="misread"
        )
        write_correction(store, line)
        assert [c.address for c in corrections_of(store, Words("en"), area=area, period=period)] == (
            [RHONE] if listed else []
        )


FIGURES = [
    ("figure/wholesale/cocaine/g/FR/2025", Values(observations=3, sources=3, figures=3, median=30), "€30,000/kg (3 statements, 3 independent sources)"),
    ("figure/purity/cocaine/purity/all/all", Values(observations=3, sources=3, figures=3, median=70), "70% (3 statements, 3 independent sources)"),
    ("figure/seizures/cocaine/g/FR/2025", Values(observations=1, sources=1, figures=1, median=1500), "1.5 kg (1 statement, 1 independent source)"),
    ("figure/harms/death/-/FR/2025", Values(observations=4, sources=3, figures=4, median=2, high=7), "7 persons (4 statements, 3 independent sources)"),
    ("figure/trends/price/-/FR/2025", Values(observations=7, sources=3, parts="down 4, up 3"), "down 4, up 3 (7 statements, 3 independent sources)"),
    ("figure/flows/Espagne/-/FR/2025", Values(observations=3, sources=3), "3 statements, 3 independent sources"),
    ("figure/ways/channel/telegram/FR/2025", Values(observations=3, sources=3), "3 statements, 3 independent sources"),
    ("cell/2025/country/FR/purity/purity/cocaine/percent/-", Values(observations=3, sources=3, median=70), "70 (3 statements, 3 independent sources)"),
    ("index/cocaine/g/FR/2025", None, "no longer shown"),
    ("index/cocaine/g/FR/2025-Q2", Values(observations=3, sources=3, median=60, parts="index 95.2, base 2025-Q1"), "€60/g, index 95, 100 in Q1 2025 (3 statements, 3 independent sources)"),
    ("index/wholesale/mdma/g/FR/2025-Q2", Values(observations=9, sources=7, low=55, median=60, high=66, parts="index 120.0, low 96.0, high 150.0, base 2024-Q1"), "€60/g (55–66), index 120 (96–150), 100 in Q1 2024 (9 statements, 7 independent sources)"),
    ("alert/r3", Values(), "no longer shown"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "values", "said"), FIGURES, ids=[f[0] for f in FIGURES])
def test_figures_in_words(address: str, values: Values | None, said: str) -> None:
    for lang in ("fr", "en"):
        assert label_of(parse_address(address), Words(lang))
    assert said_of(parse_address(address), values, Words("en")).replace("\u00a0", " ") == said


def test_both_languages_have_the_same_words() -> None:
    def keys(table: object) -> object:
        return (
            {k: keys(v) for k, v in table.items()}
            if isinstance(table, dict)
            else re.findall(r"{\w+}", str(table))
        )

    french, english = (correction_words(lang) for lang in ("fr", "en"))
    assert keys(dict(french)) == keys(dict(english))
    assert set(french["causes"]) == set(get_args(Cause)) and set(french["status"]) == set(get_args(Status))


def test_how_to_contest_where_there_is_no_form() -> None:
    assert "figure/x" in how_to_contest("fr", "figure/x") and "{" not in how_to_contest("en")
    assert "redaction@observatoire.example" in how_to_contest("en", contact="redaction@observatoire.example")


# Whoever has every version


@pytest.mark.parametrize("seed", range(2))
def test_every_public_figure_has_its_version(tmp_path: Path, seed: int) -> None:
    """What the auditor finds in the outputs of every area and period is what the versions say, figure by figure."""
    path = build(tmp_path / "v.duckdb", random_papers(random.Random(seed), 90))
    with Store.open(path) as store:
        publish(store, TODAY)
        told = {a: facts for (a, _), facts in versions_told(store).items()}
        seen: dict[str, set[str]] = {}
        for name, facts in outputs(store, TODAY).items():
            kind, *rest = name
            if kind == "open data":
                seen.setdefault(print_address(rest[0]), set()).update(facts)  # type: ignore[arg-type]
            elif len(rest) == 4:
                area, period, topic, key = rest
                seen[address_of(topic, key, area, period)] = set(facts)  # type: ignore[arg-type]
        indices = {row["id"] for row in price_index(store, as_of=TODAY).to_pylist()}
    assert {a: facts for a, facts in told.items() if a in seen} == seen
    assert {a for a in told if a.startswith("index/")} == indices != set()
    for address in set(told) - set(seen) - indices:  # of other areas and periods than the auditor asks for
        what = parse_address(address)
        assert isinstance(what, Figure) and not (what.area in AREAS and what.period in PERIODS), address
    assert len(seen) > 30


def test_versions_tell_no_gap(tmp_path: Path) -> None:
    """Four outputs of a store that grows, is read anew in part and loses documents: all versions of all figures together."""
    for seed in range(1):
        rng = random.Random(seed)
        path = build(tmp_path / f"{seed}.duckdb", random_papers(rng, 60))
        figures: set[frozenset[str]] = set()
        facts = {}
        days = [TODAY + timedelta(days=10 * n) for n in range(4)]
        for n, day in enumerate(days):
            if n:
                add(path, random_papers(rng, 25), 100 * n, day)
            with Store.open(path) as store:
                if n == 2:
                    store.connection.execute(
                        "UPDATE observations SET place_code = 'INSEE:38185', place_department = 'FR-38' "
                        "WHERE place_department = 'FR-69' AND hash(doc_id) % 3 = 0"
                    )
                if n == 3:
                    erase(store, *rng.sample(sorted(store.column("SELECT doc_id FROM documents")), 6))
                gate = public_gate(day)
                facts = facts_of(store, gate) | facts
                publish(store, day)
                if n < 3:  # then some are not there any more
                    figures |= set(versions_told(store).values())
        assert len(figures) > 40
        assert gaps(figures, facts, gate) == []


def test_two_versions_differ_by_cells_that_may_be_shown(path: Path) -> None:
    add(path, prices("abcdef", LYON, 100), 6, TODAY)
    with Store.open(path) as store:
        publish(store, TODAY)
    add(path, prices("gh", LYON, 20), 12, TODAY)  # too few to be told apart
    with Store.open(path) as store:
        publish(store, LATER)
        assert [v.version for v in versions_of(store, RHONE)] == [1]
    add(path, prices("i", LYON, 20), 14, TODAY)
    with Store.open(path) as store:
        publish(store, LAST)
        first, second = versions_of(store, RHONE)
        assert (second.version, second.lost) == (2, ())
        gate, cells = public_gate(LAST), store.table("public_facts").to_pylist()
        facts = facts_of(store, gate)
        for number in (*first.gained, *second.gained):
            inside = [facts[c["doc_id"] + c["observation_id"]] for c in cells if c["cell_id"] == number]
            assert gate.shows(inside, "FR-69")


# Outputs


def test_the_same_store_gives_the_same_versions(tmp_path: Path) -> None:
    """In any language and order of outputs."""

    def written(name: str, lang: str, first: bool) -> list[Version]:
        path = build(tmp_path / name, random_papers(random.Random(7), 60))
        with Store.open(path) as store:
            if first:
                write_open_data(store, tmp_path / f"{name}-open", ["csv"], as_of=TODAY)
            write_bulletin(
                store, tmp_path / f"{name}-out", period="2025", lang=lang, formats=["md"], today=TODAY
            )
            write_open_data(store, tmp_path / f"{name}-open", ["csv"], as_of=TODAY)
            return [v for v in versions_of(store)]  # noqa: C416

    def plain(found: list[Version]) -> list[object]:
        return [(v.address, v.version, v.since, v.digest, v.gained) for v in found]

    one, other = written("one.duckdb", "fr", False), written("other.duckdb", "en", True)
    assert plain(one) == plain(other) and len(one) > 50
    assert {v.output for v in one} == {"bulletin"} and {v.output for v in other} == {"open-data"}


def test_a_store_of_the_schema_before_is_brought_up_to_date(path: Path) -> None:
    """Cells that were published before versions were kept get them with the next output."""
    with Store.open(path) as store:
        publish(store, TODAY)
    with duckdb.connect(str(path)) as db:
        for table in (
            "public_versions",
            "contests",
            "contest_answers",
            "corrections",
            "imported_rows",
            *reviews.TABLES,
        ):
            db.execute(f"DROP TABLE {table}")
        for table in ("overview_state", "overview_pending", *NAMED):
            db.execute(f"DROP TABLE {table}")
        for table in db.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name = 'public_alerts'"
        ).fetchall():
            db.execute(f"DROP TABLE {table[0]}")
        db.execute("DELETE FROM schema_migrations WHERE version > 6")
    with Store.open(path) as store:
        assert versions_of(store) == []
        publish(store, LATER)
        assert life(store, FRANCE) == [(1, "first", 6, 70.0)]
        assert {v.code_version for v in versions_of(store)} == {__version__}
        assert cells_of(store, [FRANCE])[FRANCE]


def test_a_public_page_says_which_version_stands_and_how_to_contest_it(path: Path) -> None:
    client = pytest.importorskip("fastapi.testclient")
    from vigie.readmodel.build import build as make
    from vigie.readmodel.model import ReadModel
    from vigie.web.app import make_app

    made = path.with_name("public.duckdb")
    make(path, made, public=True, today=TODAY)
    with ReadModel.open(made) as model:
        assert model.version(FRANCE, "en") == (1, "version 1, since 31 March 2026")
        assert model.version("figure/x", "en") == (0, "")
    app = make_app(made, public=True, hosts=(), contests=path.with_name("v.duckdb.contests"))
    page = client.TestClient(app).get("/fr/evidence?topic=retail&key=cocaine~g&area=FR&period=2025-Q1").text
    assert (
        FRANCE in page
        and "version 1, depuis le 31 mars 2026" in page
        and "/fr/contest?address=figure" in page
    )
