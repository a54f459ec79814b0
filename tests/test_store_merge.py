"""Two stores put together: the same content once, what was decided kept, what was purged from either gone, what was shown counted."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
from datetime import date
from pathlib import Path

import pytest

from erasure_samples import somewhere
from report_store import Paper, _empty, build, said_price
from store_samples import VERSIONS, card, document, observation
from vigie.assess import assess_if_due
from vigie.model.errors import StoreError
from vigie.report.open_data import write_open_data
from vigie.settings import Settings
from vigie.store import Store, weekly
from vigie.store.corrections import versions_of
from vigie.store.erase import erase
from vigie.store.integrity import faults
from vigie.store.publications import public_cells
from vigie.store.rows import Entry
from vigie.store.runs import Counts
from vigie.store.tombstones import Suppression
from vigie.upkeep.replacing import merge

TODAY = date(2026, 3, 31)
SOURCES = ("a", "b", "c", "d", "e")


def filled(path: Path, numbers: range, command: str = "add", **fields: object) -> Path:
    """A store of invented documents, each with an observation, by one run."""
    if not path.exists():
        path.write_bytes(_empty())
    with Store.open(path) as store:
        run = store.start_run(command, VERSIONS)
        documents = [document(n, **fields) for n in numbers]
        store.write(run, [Entry(document=d, observations=[observation(d)], source=card()) for d in documents])
        store.finish_run(run, Counts(read=len(documents), new=len(documents)))
    return path


def tables(path: Path) -> dict[str, object]:
    """All rows but those of runs, which say when they were made."""
    with Store.open(path, read_only=True) as store:
        names = store.column("SELECT table_name FROM duckdb_tables() ORDER BY ALL")
        left = ("runs", "schema_migrations", "overview_pending", "erasures")
        return {n: store.query(f"SELECT * FROM {n} ORDER BY ALL").to_pylist() for n in names if n not in left}


def test_the_same_content_once_and_who_wrote_it(tmp_path: Path) -> None:
    one, two = (
        filled(tmp_path / "one.duckdb", range(3)),
        filled(tmp_path / "two.duckdb", range(2, 6), "import"),
    )
    before = hashlib.sha256(two.read_bytes()).hexdigest()
    ((done, upkeep),) = merge([two], Settings(store=one))
    assert (done.documents_read, done.documents, done.known, done.observations) == (
        4,
        3,
        1,
        3,
    ) and not upkeep.faults
    with Store.open(one, read_only=True) as store:
        assert store.sizes()["documents"] == store.sizes()["observations"] == store.sizes()["evidence"] == 6
        sql = "SELECT command, list(doc_id ORDER BY doc_id) FROM documents JOIN runs USING (run_id) GROUP BY ALL ORDER BY ALL"
        assert store.connection.execute(sql).fetchall() == [
            ("add", ["d0000", "d0001", "d0002"]), ("import", ["d0003", "d0004", "d0005"])
        ]  # fmt: skip
        assert store.column("SELECT DISTINCT expires_on = stored_on + INTERVAL 3 MONTH FROM documents") == [
            True
        ]
        assert faults(store) == [] and weekly.differing(store.connection) == []
    first = tables(one)
    ((again, _),) = merge([two], Settings(store=one))
    assert (again.documents, again.known, again.sources) == (0, 4, 0) and tables(one) == first
    assert hashlib.sha256(two.read_bytes()).hexdigest() == before  # the other one is only read
    assert sorted(f.name for f in tmp_path.iterdir()) == ["one.duckdb", "two.duckdb"]


def test_what_was_purged_from_either_stays_out(tmp_path: Path) -> None:
    """By document, by another copy of its text, and by the identifier of a person who asked."""
    from functools import partial

    from vigie.redact.subject import marks_of
    from vigie.store.tombstones import keyed

    one, two = filled(tmp_path / "one.duckdb", range(4)), filled(tmp_path / "two.duckdb", range(2, 8))
    name = "Zébulon Quatremare"
    filled(two, range(20, 21), text=f"Un titre\n\nSelon {name}, le gramme se vend 80 € à Lyon.")
    with Store.open(one) as store:
        erase(store, 1, "document", ["d0003"])
        hide = partial(keyed, salt=store.tombstones.salt())
        store.tombstones.suppress(
            [Suppression(mark=hide(m.key), form=m.form, words=m.words, kind=m.kind) for m in marks_of(name)]
        )
        store.rewrite()
    with Store.open(two) as store:
        erase(store, 1, "document", ["d0002"])
        store.rewrite()
    sizes = []
    for _ in range(2):
        ((_, upkeep),) = merge([two], Settings(store=one))
        assert not upkeep.faults
        with Store.open(one, read_only=True) as store:
            sizes.append(store.column("SELECT doc_id FROM documents ORDER BY ALL"))
    assert sizes[0] == sizes[1] and len(sizes[0]) > 0
    with Store.open(one, read_only=True) as store:
        assert not store.known(["d0002", "d0003"])
        assert store.tombstones.count == 2 and not store.tombstones.due()
    assert somewhere(tmp_path, one, name) == ["two.duckdb"]


def test_decisions_of_reviewers_come_with_their_documents(tmp_path: Path) -> None:
    from vigie.store.reviews import Pair, packed, packed_list

    one, two = filled(tmp_path / "one.duckdb", range(2)), filled(tmp_path / "two.duckdb", range(3))
    with Store.open(two) as store, store.transaction():
        rows = []
        for number in (1, 2):  # a document that both have, and one that comes
            fact = store.query("SELECT * FROM observations WHERE doc_id = ?", [f"d000{number}"]).to_pylist()[
                0
            ]
            fact = {k: v for k, v in fact.items() if v is not None}
            (proof,) = store.query("SELECT * FROM evidence WHERE doc_id = ?", [fact["doc_id"]]).to_pylist()
            pair, name = Pair(fact=fact, proof=proof), f"{fact['id']}-r"
            right = Pair(
                fact=fact | {"id": name, "substance": "heroin"}, proof=proof | {"observation_id": name}
            )
            rows.append(
                {
                    "decision_id": f"r{number}", "observation_id": fact["id"], "doc_id": fact["doc_id"], "type": "price",
                    "decided_at": f"2026-03-0{number} 12:00:00", "reviewer": "x1", "role": "reviewer", "round": "single",
                    "verdict": "correct", "before": packed(pair), "after": packed_list([right]), "why": "", "final": True, "drawn": "ranked",
                }
            )  # fmt: skip
        store.connection.executemany(
            f"INSERT INTO review_decisions BY NAME SELECT {', '.join(f'? AS {n}' for n in rows[0])}",
            [list(row.values()) for row in rows],
        )
        from vigie.store import reviews

        reviews.again(store, ["d0001", "d0002"])
    for _ in range(2):
        merge([two], Settings(store=one))
    with Store.open(one, read_only=True) as store:
        sql = "SELECT doc_id, substance, review FROM facts ORDER BY doc_id"
        assert store.connection.execute(sql).fetchall() == [
            ("d0000", "cocaine", None), ("d0001", "heroin", "corrected"), ("d0002", "heroin", "corrected")
        ]  # fmt: skip
        assert store.sizes()["machine_observations"] == 2 and store.sizes()["review_decisions"] == 2
        assert weekly.differing(store.connection) == []


def papers(first: int, quarter: str = "2025-01", amount: float = 70.0) -> list[Paper]:
    return [
        Paper(
            source=f"{source}{first}",
            published=f"{quarter}-1{n}",
            says=[said_price(amount + n, place="FR-69")],
        )
        for n, source in enumerate(SOURCES)
    ]


def renamed(path: Path, by: str) -> Path:
    """Documents of `report_store` are named by their position: another store's have other names."""
    with Store.open(path) as store:
        db = store.connection
        for table, column in (
            ("documents", "doc_id"), ("observations", "doc_id"), ("observations", "id"), ("evidence", "doc_id"),
            ("evidence", "observation_id"), ("prints", "doc_id"),
        ):  # fmt: skip
            db.execute(f"UPDATE {table} SET {column} = ? || {column}", [by])
        weekly.fill(db)
    return path


def shown(path: Path, folder: Path) -> None:
    with Store.open(path) as store:
        assess_if_due(store)
        write_open_data(store, folder, ["csv"], as_of=TODAY)


def test_what_either_showed_counts(tmp_path: Path) -> None:
    """Cells of the other stand where they share no fact; where they do, the shared facts stay with ours and the rest waits."""
    one = build(tmp_path / "one.duckdb", papers(1))
    two = renamed(build(tmp_path / "two.duckdb", papers(2, "2025-05", 80.0)), "x")
    both = tmp_path / "both.duckdb"
    shutil.copy(one, both)  # holds what `one` holds, and one source more in the same cell
    with Store.open(both) as store:
        doc = document(900, text="Un titre\n\nLe gramme vaut 80 € ici.", source_id="z")
        from vigie.lexicon.gazetteer import place_by_code
        from vigie.model.period import PartialDate, When

        said = observation(doc, place=place_by_code("FR-69"), when=When.of(PartialDate(2025, 1), "text"))
        store.write(
            store.start_run("add", VERSIONS),
            [Entry(document=doc, observations=[said], source=card(id="z", grade="B"))],
            today=date(2025, 12, 31),
        )
    for store in (one, two, both):
        shown(store, tmp_path / f"{store.stem}-out")
    with Store.open(both, read_only=True) as store:
        theirs = {cell.period: len(cell.facts) for cell in public_cells(store)}
    ((first, _), (second, _)) = merge([two, both], Settings(store=one))
    assert (first.cells, first.overlapping) == (1, 0) and (second.cells, second.overlapping) == (1, 1)
    with Store.open(one) as store:
        cells = public_cells(store)
        assert [(c.period, len(c.facts), c.observations) for c in cells] == [
            ("2025-Q1", 5, 5), ("2025-Q2", 5, 5), ("2025-Q1", theirs["2025-Q1"] - 5, 6)
        ]  # fmt: skip
        versions = {v.address: v.version for v in versions_of(store)}
        write_open_data(store, tmp_path / "merged-out", ["csv"], as_of=TODAY)  # nothing new may be shown
        assert [(c.period, len(c.facts)) for c in public_cells(store)] == [
            ("2025-Q1", 5),
            ("2025-Q2", 5),
            ("2025-Q1", 1),
        ]
        assert set(versions) <= {v.address for v in versions_of(store)}
    ((again, _), (once_more, _)) = merge([two, both], Settings(store=one))
    assert again.cells == once_more.cells == 0


@pytest.mark.slow  # it reads the lists of importing
def test_rows_of_a_table_are_known_that_came_with_another_store(tmp_path: Path) -> None:
    """Imported again they change nothing; one that says something else now takes the place of the earlier one."""
    from vigie.intake.importing import import_tables
    from vigie.tables.mapping import generic

    one, two = filled(tmp_path / "one.duckdb", range(1)), filled(tmp_path / "two.duckdb", range(1))
    file = tmp_path / "deaths.csv"

    def imported(path: Path, deaths: int) -> tuple[int, int, int]:
        file.write_text(
            f"row_id,date,place,event,count\n1,2024-03,Lyon,death,{deaths}\n2,2024-04,Lyon,death,4\n"
        )
        with Store.open(path) as store:
            done = import_tables(store, [file], generic("harms"), source=card())
            assert not done.refused and not done.rejected, (done.refused, done.reasons)
            return done.new, done.changed, done.unchanged

    assert imported(two, 3) == (2, 0, 0)
    merge([two], Settings(store=one))
    assert imported(one, 3) == (0, 0, 2)
    assert imported(one, 5) == (0, 1, 1)
    with Store.open(one, read_only=True) as store:
        assert store.column("SELECT low FROM observations WHERE rule LIKE 'table.%' ORDER BY ALL") == [4, 5]
    assert imported(one, 5) == (0, 0, 2)


def test_nothing_is_merged_into_itself_or_from_nothing(tmp_path: Path) -> None:
    one = filled(tmp_path / "one.duckdb", range(1))
    link = tmp_path / "link.duckdb"
    link.symlink_to(one)
    for other, said in (
        (one, "the store itself"),
        (link, "the store itself"),
        (tmp_path / "no.duckdb", "no store at"),
    ):
        with pytest.raises(StoreError, match=said):
            merge([other], Settings(store=one))


def _killed_at(one: Path, two: Path, step: str) -> None:
    """A merge in a process of its own that ends at a step as a kill ends it."""
    import os

    from vigie.store import merge as merging
    from vigie.upkeep import replacing

    def end(*_args: object, **_options: object) -> None:
        os._exit(9)

    module = merging if hasattr(merging, step) else replacing
    setattr(module, step, end)
    merge([two], Settings(store=one))


def test_a_merge_that_is_killed_left_the_store_as_it_was(tmp_path: Path) -> None:
    one, two = filled(tmp_path / "one.duckdb", range(2)), filled(tmp_path / "two.duckdb", range(1, 4))
    before, context = tables(one), multiprocessing.get_context("fork")
    for step in ("_ledger", "maintain", "_swap"):
        killed = context.Process(target=_killed_at, args=(one, two, step))
        killed.start()
        killed.join(60)
        assert killed.exitcode == 9, step
        assert tables(one) == before, step
    ((done, _),) = merge([two], Settings(store=one))
    assert done.documents == 2
    assert sorted(f.name for f in tmp_path.iterdir()) == ["one.duckdb", "two.duckdb"]
