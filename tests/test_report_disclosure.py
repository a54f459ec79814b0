"""Complementary suppression: whoever has every public output learns nothing of what was kept back."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from audit_public import (
    AREAS,
    Figures,
    add,
    facts_of,
    gaps,
    naive_outputs,
    outputs,
    random_papers,
    recoverable,
)
from report_store import Paper, Said, build, event, said_price, way
from vigie.assess import assess
from vigie.report.bulletin import make_bulletin
from vigie.report.disclosure import STEPS, divide, label_of
from vigie.report.facts import Fact
from vigie.report.open_data import cells, preview, write_open_data
from vigie.report.public import public_gate
from vigie.store import Store
from vigie.store.erase import erase

TODAY = date(2026, 3, 31)
GATE = public_gate(TODAY)
LYON, GRENOBLE, ANNECY = "INSEE:69123", "INSEE:38185", "INSEE:74010"


@dataclass(frozen=True)
class Audited:
    """A store of random papers that nobody changes, its facts and all public figures."""

    path: Path
    facts: Mapping[str, Fact]
    figures: Figures


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Audited]:
    """By seed, each made once."""

    @cache
    def of(seed: int) -> Audited:
        papers = random_papers(random.Random(seed), 90)
        path = build(tmp_path_factory.mktemp("audited") / "v.duckdb", papers)
        with Store.open(path, read_only=True) as store:
            return Audited(path, facts_of(store, GATE), outputs(store, TODAY))

    return of


def test_the_auditor_reads_what_the_bulletin_of_an_area_reads(audited: Callable[[int], Audited]) -> None:
    with Store.open(audited(5).path, read_only=True) as store:
        every = GATE.read(store).cells
        for area in AREAS:
            gate = GATE.at(area)
            here = [f for cell in every if gate.holds_area(cell.label.area) for f in cell.facts]
            assert list(gate.read(store).facts) == here


@pytest.mark.parametrize("seed", range(8))
def test_an_auditor_with_every_output_finds_no_gap(audited: Callable[[int], Audited], seed: int) -> None:
    found = audited(seed)
    assert len(found.figures) > 30
    assert gaps(found.figures.values(), found.facts, GATE) == []


@pytest.mark.parametrize("seed", range(3))
def test_no_cell_that_is_kept_back_can_be_worked_out(audited: Callable[[int], Audited], seed: int) -> None:
    """By linear algebra over all counts: the small cells of departments, by quarter."""
    facts, figures = audited(seed).facts, audited(seed).figures
    small: dict[object, set[str]] = {}
    for name, fact in facts.items():
        step = next((label for s in STEPS if (label := label_of(fact, *s, closed=GATE.closed))), None)
        small.setdefault(step, set()).add(name)
    secrets = [frozenset(found) for found in small.values() if not GATE.shows([facts[n] for n in found])]
    assert len(secrets) > 20
    assert [s for s in secrets if recoverable(figures.values(), s)] == []


def test_the_auditor_finds_the_gap_of_a_gate_that_judges_each_figure_alone(
    audited: Callable[[int], Audited],
) -> None:
    facts = audited(1).facts
    figures = naive_outputs(list(facts.values()), TODAY)
    assert gaps(figures.values(), facts, GATE)


def prices(place: str | None, sources: str, published: str = "2025-02-03", amount: float = 60) -> list[Paper]:
    return [Paper(source=s, published=published, says=[said_price(amount, place=place)]) for s in sources]


SUBTRACTIONS = [
    # id, papers, areas and the statements on cocaine that the public reads there (None: no row)
    ("one_department_short", prices(LYON, "abcd") + prices(GRENOBLE, "a"),
     {"FR-69": "4", "FR-38": None, "FR-ARA": "4", "FR": "4"}),
    ("two_short_ones_pool", prices(LYON, "abcd") + prices(GRENOBLE, "ab") + prices(ANNECY, "c"),
     {"FR-69": "4", "FR-38": None, "FR-74": None, "FR-ARA": "7", "FR": "7"}),
    ("left_for_the_country", prices(LYON, "abc") + prices(GRENOBLE, "ab") + prices("INSEE:13055", "c"),
     {"FR-69": "3", "FR-ARA": "3", "FR-PAC": None, "FR": "6"}),
    ("the_region_itself", prices(LYON, "abc") + prices("FR-ARA", "a"), {"FR-69": "3", "FR-ARA": "3", "FR": "3"}),
    ("two_countries", prices(LYON, "abc") + prices("ES", "ab"), {"FR-69": "3", "ES": None, None: "3"}),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "papers", "expected"), SUBTRACTIONS, ids=[c[0] for c in SUBTRACTIONS])
def test_totals_count_only_what_may_be_shown(
    tmp_path: Path, _name: str, papers: list[Paper], expected: dict[str | None, str | None]
) -> None:
    with Store.open(build(tmp_path / "v.duckdb", papers)) as store:
        found = {}
        for area in expected:
            page = make_bulletin(store, period="2025-Q1", area=area, lang="en", gate=GATE)
            rows = page.rows("retail")
            found[area] = rows[0].cells[5] if rows else None
    assert found == expected


def test_a_year_is_no_way_round_its_quarters(tmp_path: Path) -> None:
    """Three sources in winter, one in spring: the year counts three."""
    papers = prices(LYON, "abc") + prices(LYON, "d", "2025-05-05", 90)
    with Store.open(build(tmp_path / "v.duckdb", papers)) as store:
        page = make_bulletin(store, period="2025", area="FR-69", lang="en", gate=GATE)
    assert page.rows("retail")[0].cells[4:6] == ("60", "3")


def test_quarters_that_are_too_small_are_pooled_for_the_year(tmp_path: Path) -> None:
    papers = prices(LYON, "a") + prices(LYON, "b", "2025-05-05") + prices(LYON, "c", "2025-08-05")
    path = build(tmp_path / "v.duckdb", papers)
    with Store.open(path) as store:
        found = [
            make_bulletin(store, period=p, area="FR-69", lang="en", gate=public_gate(day)).rows("retail")
            for p, day in (("2025", TODAY), ("2025-Q1", TODAY), ("2025", date(2026, 1, 10)))
        ]
        assert cells(store, as_of=TODAY).num_rows == 0
    assert [len(rows) for rows in found] == [1, 0, 0]  # not before the year is over, and the delay after it


def test_a_pool_waits_for_the_end_of_its_quarter(tmp_path: Path) -> None:
    """What stands by itself may be shown while the quarter runs; a pool would hold for good what still comes."""
    papers = prices(LYON, "abc") + prices(GRENOBLE, "ab") + prices(ANNECY, "c")
    with Store.open(build(tmp_path / "v.duckdb", papers, today=date(2025, 2, 3))) as store:
        counts = []
        for day in (date(2025, 3, 1), date(2025, 4, 15)):
            page = make_bulletin(store, period="2025-Q1", area="FR-ARA", lang="en", gate=public_gate(day))
            counts.append(page.rows("retail")[0].cells[5])
    assert counts == ["3", "6"]


def test_substances_are_told_apart_where_every_part_may_be_shown(tmp_path: Path) -> None:
    def ways(substance: str, sources: str) -> list[Paper]:
        said = Said(sentence="Par Telegram.", value=way("telegram"), place=LYON, substance=substance)
        return [Paper(source=s, published="2025-02-03", says=[said]) for s in sources]

    papers = ways("cocaine", "abcd") + ways("ketamine", "abc") + ways("heroin", "a")
    with Store.open(build(tmp_path / "v.duckdb", papers)) as store:
        rows = [(r["substance"], r["observations"]) for r in cells(store, as_of=TODAY).to_pylist()]
    assert rows == [(None, 4), ("cocaine", 4)]  # heroin alone would be what is left of the three


def test_people_in_a_pool_are_of_the_pool(tmp_path: Path) -> None:
    """Six deaths in one statement do not let four others through in the same department."""
    said = [Said(sentence=f"{n} morts.", value=event("death", n), place=LYON) for n in (6, 1, 1, 1)]
    papers = [
        Paper(source=s, published="2025-02-03", says=[one]) for s, one in zip("abcd", said, strict=True)
    ]
    papers += [Paper(source="e", published="2025-05-03", says=[said[1]])]
    with Store.open(build(tmp_path / "v.duckdb", papers)) as store:
        found = [
            (r["quarter"].month, r["observations"], r["median"])
            for r in cells(store, as_of=TODAY).to_pylist()
        ]
    assert found == [(1, 4, None)]


def test_the_same_facts_in_any_order_give_the_same_cells(audited: Callable[[int], Audited]) -> None:
    facts = list(audited(3).facts.values())
    first = divide(facts, GATE.shows, GATE.closed)
    random.Random(0).shuffle(facts)
    assert divide(facts, GATE.shows, GATE.closed) == first


# Successive outputs


def test_an_attacker_who_exports_every_day_finds_no_gap(tmp_path: Path) -> None:
    """Documents trickle in; open data and every bulletin are taken each day and compared with all that came before."""
    rng, path, figures, start = random.Random(11), tmp_path / "v.duckdb", set(), 0
    facts = {}
    for turn in range(14):
        today = date(2025, 3, 1) + timedelta(days=35 * turn)
        papers = [p for p in random_papers(rng, rng.randint(4, 16)) if p.published <= today.isoformat()]
        add(path, papers, start, today)
        start += len(papers)
        with Store.open(path) as store:
            gate = public_gate(today)
            write_open_data(store, tmp_path / "out", ["csv"], as_of=today)
            facts |= facts_of(store, gate)
            figures |= set(outputs(store, today).values())
    assert len(figures) > 40
    assert gaps(figures, facts, GATE) == []


@pytest.mark.parametrize("seed", range(2))
def test_nor_does_one_who_waits_for_corrections(tmp_path: Path, seed: int) -> None:
    """Between two exports some prices are read otherwise, others no more; a fact read otherwise is another fact."""
    rng, path = random.Random(seed), tmp_path / "v.duckdb"
    build(path, random_papers(rng, 60))
    figures: set[frozenset[str]] = set()
    facts: dict[str, Fact] = {}
    for turn in range(6):
        with Store.open(path) as store:
            chosen = [f"doc{n:03d}" for n in rng.sample(range(60), (0, 1, 2, 5, 12, 40)[turn])]
            change = (
                "eur_per_unit = eur_per_unit + 1"
                if turn % 2
                else "place_code = 'FR-31', place_department = 'FR-31'"
            )
            store.connection.execute(
                f"UPDATE observations SET {change} WHERE type = 'price' AND doc_id IN (SELECT unnest(?))",
                [chosen],
            )
            write_open_data(store, tmp_path / "out", ["csv"], as_of=TODAY)
            for cell in GATE.read(store).cells:
                names = [f"{f.doc_id}{f.id} {f.eur_per_unit} {cell.label.area}" for f in cell.facts]
                facts |= dict(zip(names, cell.facts, strict=True))
                figures.add(frozenset(names))
    assert len(figures) > 12
    assert gaps(figures, facts, GATE) == []


@pytest.mark.parametrize(("more", "shown"), [("d", 3), ("de", 3), ("dd", 3), ("def", 6), ("abc", 6)])
def test_a_figure_changes_only_when_the_change_may_be_shown(tmp_path: Path, more: str, shown: int) -> None:
    path = build(tmp_path / "v.duckdb", prices(LYON, "abc"))
    with Store.open(path) as store:
        write_open_data(store, tmp_path / "out", ["csv"], as_of=TODAY)
    add(path, prices(LYON, more, amount=90), 3, TODAY)
    with Store.open(path) as store:
        (row,) = cells(store, as_of=TODAY + timedelta(days=30)).to_pylist()
    assert row["observations"] == shown
    assert row["published_on"] == (TODAY if shown == 3 else TODAY + timedelta(days=30))


CHANGED = [
    # id, documents whose price is read otherwise now, median shown then
    ("one_of_five", (0,), 60.0),
    ("two_of_five", (0, 1), 60.0),
    ("three_of_five", (0, 1, 2), 60.0),  # two that stay may not be shown by themselves
    ("all", (0, 1, 2, 3, 4), 30.0),
]


@pytest.mark.parametrize(("_name", "numbers", "median"), CHANGED, ids=[c[0] for c in CHANGED])
def test_what_is_read_again_is_repeated_until_the_change_may_be_shown(
    tmp_path: Path, _name: str, numbers: tuple[int, ...], median: float
) -> None:
    """Half-gram prices are converted from now on: one figure must not tell which document it was."""
    path = build(tmp_path / "v.duckdb", prices(LYON, "abcde"))
    with Store.open(path) as store:
        write_open_data(store, tmp_path / "out", ["csv"], as_of=TODAY)
        for number in numbers:
            sql = "UPDATE observations SET id = id || 'b', eur_per_unit = 30 WHERE doc_id = ?"
            store.connection.execute(sql, [f"doc{number:03d}"])
        (row,) = cells(store, as_of=TODAY).to_pylist()
    assert (row["observations"], row["median"]) == (5, median)


def test_enough_of_both_and_the_figure_follows(tmp_path: Path) -> None:
    path = build(tmp_path / "v.duckdb", prices(LYON, "abcdef"))
    with Store.open(path) as store:
        write_open_data(store, tmp_path / "out", ["csv"], as_of=TODAY)
        store.connection.execute(
            "UPDATE observations SET eur_per_unit = 30 WHERE doc_id IN ('doc000', 'doc001', 'doc002')"
        )
        (row,) = cells(store, as_of=TODAY).to_pylist()
    assert (row["observations"], row["median"]) == (6, 45.0)


def test_what_was_erased_takes_its_cell_with_it(tmp_path: Path) -> None:
    """Four of five would tell the fifth; they come back with enough others."""
    path = build(tmp_path / "v.duckdb", prices(LYON, "abcde"))
    later = TODAY + timedelta(days=30)
    with Store.open(path) as store:
        write_open_data(store, tmp_path / "out", ["csv"], as_of=TODAY)
        assert erase(store, 1, "document", ["doc004"])["public_facts"] == 1
        assert cells(store, as_of=TODAY).num_rows == 0
        assess(store)
        write_open_data(store, tmp_path / "out", ["csv"], as_of=TODAY)
    counts = []
    for start, more in ((5, "fg"), (7, "h")):
        add(path, prices(LYON, more), start, TODAY)
        with Store.open(path) as store:
            write_open_data(store, tmp_path / "out", ["csv"], as_of=later)
            counts.append([r["observations"] for r in cells(store, as_of=later).to_pylist()])
    assert counts == [[], [7]]


def test_a_stricter_k_hides_what_was_published(tmp_path: Path) -> None:
    path = build(tmp_path / "v.duckdb", prices(LYON, "abc"))
    with Store.open(path) as store:
        write_open_data(store, tmp_path / "out", ["csv"], as_of=TODAY)
        strict = public_gate(TODAY, 4)
        assert strict.read(store).facts == ()
        assert len(GATE.read(store).facts) == 3


def test_a_preview_keeps_nothing(tmp_path: Path) -> None:
    path = build(tmp_path / "v.duckdb", prices(LYON, "abc") + prices(GRENOBLE, "ab"))
    with Store.open(path, read_only=True) as store:
        assert preview(store, as_of=TODAY) == (1, 1, 2)
    with Store.open(path) as store:
        write_open_data(store, tmp_path / "out", ["csv"], as_of=TODAY)
        assert preview(store, as_of=TODAY) == (1, 0, 2)
