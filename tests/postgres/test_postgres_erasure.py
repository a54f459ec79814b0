"""What is erased leaves the server's files and the copies of other machines."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Team
from postgres_samples import add, stored

from store_samples import VERSIONS, document, observation
from vigie.model.errors import StoreError
from vigie.store import Store
from vigie.store.erase import Selection
from vigie.store.postgres import session
from vigie.store.rows import Entry
from vigie.store.runs import Counts
from vigie.upkeep.purge import plan, purge

PLANTED = "La phrase plantée du quai des Orfraies"
TEXT = f"Un titre\n\n{PLANTED} : 80 € le gramme à Lyon."


def planted(store: Store) -> None:
    run = store.start_run("add", VERSIONS)
    found = document(5, text=TEXT, title="Titre des Orfraies")
    store.write(run, [Entry(document=found, observations=[observation(found)], source=None)])
    store.finish_run(run, Counts(new=1))


def files_with(team: Team, word: str) -> list[str]:
    """Files of the server's tables that hold it."""
    team.server.sql("CHECKPOINT")
    return [
        f.name
        for f in (team.server.data / "base").rglob("*")
        if f.is_file() and word.encode() in f.read_bytes()
    ]


def test_a_purge_leaves_no_bytes_on_the_server(team: Team) -> None:
    with Store.open(team.at("one")) as store:
        add(store, 1)
        planted(store)
        store.connection.execute("UPDATE documents SET outlet = 'Autre' WHERE doc_id = 'd0005'")
    team.sql("ANALYZE")
    assert stored(team.at("two")) == {"d0001", "d0005"}
    made = team.made("two")
    (snapshot := team.copy("two").with_name("vigie.duckdb.sql")).mkdir()
    assert len(files_with(team, PLANTED)) >= 2  # documents and evidence
    assert files_with(team, "Titre des Orfraies")
    with Store.open(team.at("one")) as store:
        chosen = Selection(documents=("d0005",))
        purge(store, plan(store, chosen), chosen)
    team.sql("ANALYZE")
    assert files_with(team, PLANTED) == files_with(team, "Orfraies") == []
    assert team.sql("SELECT count(*) FROM vigie.gone WHERE version < (SELECT oldest FROM vigie.state)") == [
        ["0"]
    ]
    assert stored(team.at("two")) == {"d0001"}
    assert team.made("two") != made and not snapshot.exists()  # made anew, with what was made of it


def test_an_erasure_that_was_stopped_is_completed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(team.at("one")) as store:
        add(store, 1)
        planted(store)

    def fails(*_: object) -> None:
        raise StoreError("its tables are held")

    with monkeypatch.context() as patched:
        patched.setattr(session, "erase_bytes", fails)
        chosen = Selection(documents=("d0005",))
        with pytest.raises(StoreError, match="its tables are held"), Store.open(team.at("one")) as store:
            purge(store, plan(store, chosen), chosen)
    assert stored(team.at("two")) == {"d0001"}
    assert files_with(team, PLANTED)
    assert team.sql("SELECT count(*) FROM vigie.erasures WHERE rewritten IS NULL") == [["1"]]
    Store.open(team.at("two")).close()  # whoever opens it next
    assert files_with(team, PLANTED) == []
    assert team.sql("SELECT count(*) FROM vigie.erasures WHERE rewritten IS NULL") == [["0"]]


def test_what_is_kept_of_deleted_rows_says_nothing(team: Team) -> None:
    with Store.open(team.address) as store:
        planted(store)
        store.connection.execute("UPDATE evidence SET sentence = 'x'")
    columns = team.sql(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'vigie' AND table_name = 'gone' ORDER BY 1"
    )
    assert columns == [["_row", "bigint"], ["table_name", "text"], ["version", "bigint"]]
    statistics = "SELECT count(*) FROM pg_stats WHERE schemaname = 'vigie' AND attname <> '_row' AND tablename NOT IN ('state', 'pushes', 'gone')"
    team.sql("ANALYZE")
    assert team.sql(statistics) == [["0"]]
    assert Path(team.copy("one")).exists()
