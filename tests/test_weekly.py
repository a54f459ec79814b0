"""The sums that the overview reads are what a count of all that is stored gives, whatever was written, replaced or erased in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import report_store
from report_store import Paper, Said, build, event, flow, pieces, price, purity, seized, trend, way
from vigie.assess import assess
from vigie.model.errors import StoreError
from vigie.store import Store, weekly
from vigie.store.erase import Selection, erase
from vigie.store.integrity import faults
from vigie.store.rows import Entry
from vigie.store.runs import Counts, Versions
from vigie.upkeep.maintain import maintain
from vigie.upkeep.purge import plan, purge

VERSIONS = Versions(code="test", lexicon="test", redactor="test")
PLACES = ("FR-69", "FR-75", "FR-ARA", "FR", "ES", "FR-973", "INSEE:69123", None)
SOURCES = ("press", "gazette", "agency", "hoax")


def papers(seed: int, many: int) -> list[Paper]:
    """Invented documents; some say a thing twice, deny it, or hold the text of an earlier one."""
    chance = random.Random(seed)
    words = [f"mot{n}" for n in range(400)]
    found: list[Paper] = []
    for number in range(many):
        source = chance.choice(SOURCES)
        if found and chance.random() < 0.25:  # copied, by somebody else
            found.append(
                replace(chance.choice(found), source=source, published="2025-12-01", satire=source == "hoax")
            )
            continue
        says = []
        for _ in range(chance.randint(0, 4)):
            amount = chance.choice((20, 40, 60, 60, 80))
            value = chance.choice(
                (price(amount), price(amount * 500, "kg", "wholesale"), seized(100), pieces(5), purity(40), event("death", 2),
                 way("telegram"), flow("ES", "FR"), trend("up"))
            )  # fmt: skip
            says.append(
                Said(
                    sentence=" ".join(chance.choices(words, k=14)) + ".", value=value, substance=chance.choice(("cocaine", "heroin", None)),
                    place=chance.choice(PLACES), when=chance.choice((None, "2025-03-04", "2025-03", "2024", f"2025-0{number % 9 + 1}-10")),
                    assertion="negated" if chance.random() < 0.1 else "affirmed",
                )
            )  # fmt: skip
            if chance.random() < 0.2:
                says.append(says[-1])
        published = chance.choice(("2025-03-05", "2025-04", "2024-12-31", f"2025-0{number % 9 + 1}-11"))
        found.append(
            Paper(
                source=source, published=published, says=tuple(says), satire=source == "hoax", title=f"Titre {number}",
                publisher="Groupe" if source == "gazette" else "", outlet=chance.choice(("", "La Feuille")),
            )
        )  # fmt: skip
    return found


def entries(seed: int, first: int, many: int) -> list[Entry]:
    return [report_store._entry(first + n, paper) for n, paper in enumerate(papers(seed, many))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return build(tmp_path / "s.duckdb", papers(1, 12))


def sums(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables of sums, one a key."""
    found = {}
    for table in weekly.TABLES:
        keys, measures = ", ".join(table.keys), ", ".join(f"sum({m})::BIGINT AS {m}" for m in table.measures)
        some = " OR ".join(f"sum({m}) <> 0" for m in table.measures)
        sql = f"SELECT {keys}, {measures} FROM {weekly.now(table.name)} GROUP BY {keys} HAVING {some} ORDER BY ALL"
        found[table.name] = [tuple(row.values()) for row in store.query(sql).to_pylist()]
    return found


def _add(store: Store, chance: random.Random, step: int) -> None:
    run = store.start_run("add", VERSIONS)
    store.write(run, entries(chance.randint(1, 999), 100 * step, 6))
    assess(store)
    store.finish_run(run, Counts())


def _replace(store: Store, chance: random.Random, step: int) -> None:
    ids = store.column("SELECT doc_id FROM documents ORDER BY doc_id")
    found = [
        replace(e, document=replace(e.document, doc_id=chance.choice(ids)))
        for e in entries(chance.randint(1, 999), 0, 1)
    ]
    found = [replace(e, observations=[replace(o, doc_id=e.document.doc_id, id=f"{e.document.doc_id}-r{step}-{n}")
                                      for n, o in enumerate(e.observations)]) for e in found]  # fmt: skip
    store.replace(store.start_run("reextract", VERSIONS), found)


def _purge(store: Store, chance: random.Random, step: int) -> None:
    ids = store.column("SELECT doc_id FROM documents ORDER BY doc_id")
    selection = Selection(documents=tuple(chance.sample(ids, min(2, len(ids)))))
    purge(store, plan(store, selection), selection)


def _erase(store: Store, chance: random.Random, step: int) -> None:
    ids = store.column("SELECT doc_id FROM documents ORDER BY doc_id")
    erase(store, 0, "document", chance.sample(ids, 1))


def _fold(store: Store, chance: random.Random, step: int) -> None:
    weekly.fold(store.connection, everything=chance.random() < 0.5)


STEPS: tuple[Callable[[Store, random.Random, int], None], ...] = (_add, _replace, _purge, _erase, _fold)


@pytest.mark.parametrize("seed", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_sums_are_what_a_count_of_the_store_gives(
    path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weekly, "FOLD_FROM", (1, 40, 20_000)[seed])
    chance = random.Random(seed)
    with Store.open(path) as store:
        for step in range(1, 6):
            chance.choice(STEPS if step > 1 else (_add,))(store, chance, step)
            assert weekly.differing(store.connection) == [], step
        kept = sums(store)
        weekly.fill(store.connection)
        assert sums(store) == kept
        assert len(kept["overview_facts"]) > 5


def test_what_is_purged_leaves_no_row(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its sums nor what came and went of them, folded or not."""
    monkeypatch.setattr(weekly, "FOLD_FROM", 1)
    told = Paper(
        source="once",
        published="2025-06-11",
        says=[Said(sentence="Une seule fois.", value=price(7.77), place="FR-2A")],
    )
    with Store.open(path) as store:
        before = sums(store)
        run = store.start_run("add", VERSIONS)
        store.write(run, [report_store._entry(900, told)])
        store.finish_run(run, Counts())
        assert store.column("SELECT count(*) FROM overview_prices WHERE eur = 7.77") == [1]
        selection = Selection(source="once")
        purge(store, plan(store, selection), selection)
        for name in ("overview_pending", "overview_prices", "overview_area_prices"):
            assert store.column(f"SELECT count(*) FROM {name} WHERE eur = 7.77") == [0], name
        for name in ("overview_pending", "overview_facts", "overview_area_sources"):
            assert store.column(f"SELECT count(*) FROM {name} WHERE department = 'FR-2A'") == [0], name
        assert store.column("SELECT count(*) FROM overview_documents WHERE source_id = 'once'") == [0]
        assert sums(store) == before


def test_a_store_without_the_tables_is_filled_when_it_is_opened(path: Path) -> None:
    with Store.open(path) as store:
        kept = sums(store)
    with duckdb.connect(str(path)) as db:
        later = ("review_decisions", "machine_observations", "review_states")
        for table in ("overview_state", "overview_pending", *weekly.NAMED, *later):
            db.execute(f"DROP TABLE {table}")
        db.execute("DELETE FROM schema_migrations WHERE version >= 10")
    with pytest.raises(StoreError, match="older schema"):
        Store.open(path, read_only=True)
    with Store.open(path) as store:
        assert sums(store) == kept


def test_filling_by_slices_gives_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path) as store:
        kept = sums(store)
        monkeypatch.setattr(weekly, "_SLICE", 5)
        monkeypatch.setattr(weekly, "FOLD_FROM", 1)
        weekly.fill(store.connection)
        assert sums(store) == kept
        assert weekly.filled(store.connection)


def test_doctor_tells_sums_that_do_not_hold_and_maintain_mends_them(path: Path) -> None:
    with Store.open(path) as store:
        assert faults(store) == []
        store.connection.execute("UPDATE observations SET substance = 'ketamine' WHERE substance = 'cocaine'")
    with Store.open(path, read_only=True) as store:
        assert [line for line in faults(store) if "overview_facts" in line]
    with Store.open(path) as store:
        assert maintain(store).faults == []
