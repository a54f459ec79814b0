"""From files to who speaks for themselves: copies, spun copies and satire raise no count; independent papers do."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from growth import calls
from store_samples import VERSIONS, card, document, observation
from vigie.assess import Assessed, assess
from vigie.cli import app
from vigie.model.observation import Observation, TrendValue
from vigie.model.period import PartialDate
from vigie.pipeline import Reading, add, clean, inputs, reextract
from vigie.report.facts import read_facts
from vigie.report.public import sources_of
from vigie.store import Store
from vigie.store.rows import Entry

TABLE = tomllib.loads((Path(__file__).parent / "cases" / "copies.toml").read_text("utf-8"))
STORY = {story["id"]: story for story in TABLE["story"]}["nantes-prix"]
DISPATCH, BRIEF, SPUN = STORY["original"].strip(), STORY["near"].strip(), STORY["spun"][0].strip()
OWN = "Notre reportage à Nantes\n\nRue Crébillon, deux vendeurs nous annoncent la kétamine à 32 euros le gramme."
DENIAL = "Vérification faite\n\nNon, à Nantes le gramme de kétamine ne se vend pas 8 euros."
CHEAP = "Vu hier\n\nÀ Nantes le gramme de kétamine se vend 8 euros."
JOKE = "Insolite\n\nÀ Nantes, le gramme de kétamine se vend 33 euros, carte de fidélité comprise."


def store_of(folder: Path, *papers: tuple[str, str, str], **cards: str) -> Store:
    """An open store of (source, date, text); `cards` are further lines of the card of a source."""
    for number, (source, day, text) in enumerate(papers):
        place = folder / source
        place.mkdir(exist_ok=True)
        if source in cards:
            (place / "source.toml").write_text(
                f'id = "{source}"\nname = "{source}"\n{cards[source]}', "utf-8"
            )
        (place / f"{number}.txt").write_text(f"{day}\n\n{text}\n", encoding="utf-8")
    store = Store.open(folder / "vigie.duckdb")
    add(store, [c for path in inputs([folder]) if isinstance(path, Path) and path.suffix == ".txt"
                for c in clean(path, Reading())])  # fmt: skip
    return store


def ketamine(store: Store) -> list[Any]:
    """Affirmed retail prices of ketamine around 32 euros a gram, as the bulletin reads them."""
    facts, _ = read_facts(store, "FR-44")
    return [f for f in facts if f.type == "price" and f.substance == "ketamine" and f.kind == "retail"
            and 28 <= (f.eur_per_unit or 0) <= 36]  # fmt: skip


PRESS, FORUM = 'kind = "press"\ngrade = "B"', 'kind = "forum"\ngrade = "E"'
CARDS = {"a": PRESS, "b": PRESS, "c": PRESS, "forum": FORUM, "joke": PRESS + "\nsatire = true"}
COUNTS: list[tuple[str, list[tuple[str, str, str]], int]] = [
    ("one", [("a", "2024-02-07", DISPATCH)], 1),
    (
        "the_same_dispatch_in_three",
        [("a", "2024-02-07", DISPATCH), ("b", "2024-02-08", DISPATCH + " "), ("c", "2024-02-08", BRIEF)],
        1,
    ),
    (
        "the_brief_was_first",
        [("a", "2024-02-07", BRIEF), ("b", "2024-02-08", DISPATCH)],
        1,
    ),
    ("a_spun_copy", [("a", "2024-02-07", DISPATCH), ("forum", "2024-02-20", SPUN)], 1),
    ("a_spun_copy_without_a_card", [("a", "2024-02-07", DISPATCH), ("unknown", "2024-02-20", SPUN)], 1),
    ("satire", [("a", "2024-02-07", DISPATCH), ("joke", "2024-02-09", JOKE)], 1),
    ("two_who_asked", [("a", "2024-02-07", DISPATCH), ("b", "2024-02-09", OWN)], 2),
    (
        "a_dispatch_and_an_enquiry_each",
        [("a", "2024-02-07", DISPATCH), ("b", "2024-02-07", DISPATCH + " "), ("b", "2024-02-09", OWN)],
        2,
    ),
]


@pytest.mark.parametrize(("_name", "papers", "count"), COUNTS, ids=[c[0] for c in COUNTS])
def test_independent_sources(
    tmp_path: Path, _name: str, papers: list[tuple[str, str, str]], count: int
) -> None:
    with store_of(tmp_path, *papers, **CARDS) as store:
        facts = ketamine(store)
        assert facts
        assert sources_of(facts) == count


def credibilities(store: Store, source: str, low: float = 28, high: float = 36) -> set[int]:
    sql = (
        "SELECT credibility FROM facts WHERE type = 'price' AND substance = 'ketamine' AND source_id = ? "
        "AND eur_per_unit BETWEEN ? AND ? AND place_department = 'FR-44'"
    )
    return {row["credibility"] for row in store.query(sql, [source, low, high]).to_pylist()}


RATED: list[tuple[str, list[tuple[str, str, str]], dict[str, set[int]]]] = [
    ("alone", [("a", "2024-02-07", DISPATCH)], {"a": {3}}),
    ("two_who_asked", [("a", "2024-02-07", DISPATCH), ("b", "2024-02-09", OWN)], {"a": {2}, "b": {2}}),
    ("a_copy_confirms_nothing", [("a", "2024-02-07", DISPATCH), ("b", "2024-02-08", BRIEF)], {"a": {3}, "b": {3}}),
    ("a_spun_copy_confirms_nothing", [("a", "2024-02-07", DISPATCH), ("forum", "2024-02-20", SPUN)], {"a": {3}}),
    ("satire_confirms_nothing", [("a", "2024-02-07", DISPATCH), ("joke", "2024-02-09", JOKE)], {"a": {3}, "joke": {5}}),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "papers", "expected"), RATED, ids=[c[0] for c in RATED])
def test_credibility(
    tmp_path: Path, _name: str, papers: list[tuple[str, str, str]], expected: dict[str, set[int]]
) -> None:
    with store_of(tmp_path, *papers, **CARDS) as store:
        assert {source: credibilities(store, source) for source in expected} == expected


def test_a_denial_by_a_better_source(tmp_path: Path) -> None:
    papers = [("forum", "2024-02-07", CHEAP), ("a", "2024-02-07", DENIAL)]
    with store_of(tmp_path, *papers, **CARDS) as store:
        assert credibilities(store, "forum", 8, 8) == {5}
        assert credibilities(store, "a", 8, 8) == {5}


@pytest.mark.parametrize(
    ("outlet", "satire"), [("Le Gorafi", True), ("www.legorafi.fr", True), ("La Gazette", False)]
)
def test_satire_is_known_by_name(tmp_path: Path, outlet: str, satire: bool) -> None:
    d = document(outlet=outlet)
    with Store.open(tmp_path / "s.duckdb") as store:
        store.write(store.start_run("add", VERSIONS), [Entry(document=d, observations=[observation(d)])])
        assess(store)
        affirmed, aside = read_facts(store, None)
    assert (len(affirmed), len(aside)) == ((0, 1) if satire else (1, 0))
    assert [f.satire for f in affirmed + aside] == [satire]


def test_a_card_that_turns_satire_changes_what_is_stored(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.duckdb") as store:
        for number, satire in ((1, False), (2, True)):
            d = document(number, source_id="gazette")
            entry = Entry(document=d, observations=[observation(d)], source=card(satire=satire))
            store.write(store.start_run("add", VERSIONS), [entry])
            assess(store)
            assert {r["satire"] for r in store.documents().to_pylist()} == {satire}
        assert [r["credibility_rule"] for r in store.table("observations").to_pylist()] == ["satire"] * 2


def test_repeating_changes_nothing_and_a_reextraction_is_judged(tmp_path: Path) -> None:
    with store_of(tmp_path, ("a", "2024-02-07", DISPATCH), ("b", "2024-02-08", BRIEF), **CARDS) as store:
        before = store.table("observations"), store.documents()
        assert assess(store) == Assessed(compared=0, copies=1, judged=0)
        assert assess(store, everything=True).judged == before[0].num_rows
        assert (store.table("observations"), store.documents()) == before
        store._db.execute("UPDATE observations SET confidence = 0.1")
        reextract(store)
        assert store.table("observations").column("credibility").null_count == 0


def test_a_copy_whose_original_is_erased_stands_for_itself(tmp_path: Path) -> None:
    papers = [("a", "2024-02-07", DISPATCH), ("b", "2024-02-08", BRIEF), ("c", "2024-02-09", DISPATCH + " ")]
    with store_of(tmp_path, *papers, **CARDS) as store:
        assert [r["original_id"] is None for r in store.documents().to_pylist()] == [True, False, False]
        for table in ("observations", "evidence", "redactions", "documents"):
            first = "SELECT doc_id FROM documents WHERE source_id = 'a'"
            store._db.execute(f"DELETE FROM {table} WHERE doc_id IN ({first})")
        assess(store, everything=True)
        b, c = store.documents().to_pylist()
        assert (b["original_id"], b["copied"], c["original_id"], c["copied"]) == (
            None,
            None,
            b["doc_id"],
            "near",
        )
        assert store.query("SELECT doc_id FROM prints").num_rows == 2


def test_what_expired_keeps_its_original_and_loses_its_print(tmp_path: Path) -> None:
    with store_of(tmp_path, ("a", "2024-02-07", DISPATCH), ("b", "2024-02-08", BRIEF), **CARDS) as store:
        store.expire(date(2200, 1, 1))
        assess(store)
        assert store.query("SELECT doc_id FROM prints").num_rows == 0
        assert [r["copied"] for r in store.documents().to_pylist()] == [None, "near"]


def test_a_store_of_the_first_version_is_judged(tmp_path: Path) -> None:
    """Documents and observations written before these columns are brought up to date by the next run."""
    path = tmp_path / "vigie.duckdb"
    d = document()
    with Store.open(path) as store:
        store.write(store.start_run("add", VERSIONS), [Entry(document=d, observations=[observation(d)])])
        assert store.table("observations").column("credibility").to_pylist() == [None]
        add(store, [])
        assert store.table("observations").column("credibility").to_pylist() == [3]


def many(count: int) -> list[Entry]:
    """Documents that all tell one thing, each in words of its own."""
    entries = []
    for number in range(count):
        d = document(
            number, title="", source_id=f"s{number % 7}", published=PartialDate(2024, 3, 1 + number % 28),
            text=f"À Lyon, note {number} : le gramme est à 80 €, et {' '.join(f'mot{number}x{n}' for n in range(30))}.",
        )  # fmt: skip
        entries.append(Entry(document=d, observations=_facts(d)))
    return entries


def _facts(d: Any) -> list[Observation]:
    trend = TrendValue(indicator="price", direction="up")
    return [observation(d), observation(d, trend, "t")]


def test_work_grows_with_the_number_of_observations(tmp_path: Path) -> None:
    def work(count: int) -> int:
        with Store.open(tmp_path / f"{count}.duckdb") as store:
            store.write(store.start_run("add", VERSIONS), many(count))
            return calls(lambda: assess(store))

    work(10)  # loads the taxonomies
    assert work(400) < 2.6 * work(200)


def test_the_prints_say_nothing_in_words(tmp_path: Path) -> None:
    with store_of(tmp_path, ("a", "2024-02-07", DISPATCH), **CARDS):
        pass
    with duckdb.connect(str(tmp_path / "vigie.duckdb"), read_only=True) as connection:
        (row,) = connection.execute("SELECT runs, pairs FROM prints").fetchall()
    assert all(isinstance(number, int) for part in row for number in part)
    assert 10 < len(row[0]) < 60


VERBS = [
    ("export", ["export", "open"]),
    ("bulletin", ["bulletin", "--format", "md", "--out", "pages"]),
    ("maintain", ["maintain"]),
]


@pytest.mark.parametrize(("_name", "args"), VERBS, ids=[v[0] for v in VERBS])
def test_what_was_never_judged_is_judged_before_anybody_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _name: str, args: list[str]
) -> None:
    """A store of an older Vigie, or of a run that was killed, knows neither copies nor satire."""
    monkeypatch.chdir(tmp_path)
    papers = [("a", "2024-02-07", DISPATCH), ("b", "2024-02-08", BRIEF), ("joke", "2024-02-09", JOKE)]
    with store_of(tmp_path, *papers, **CARDS) as store:
        columns = "SELECT source_id, satire, copied FROM documents ORDER BY ALL"
        before = store.query(columns).to_pylist()
        assert [(row["satire"], row["copied"]) for row in before] == [
            (False, None),
            (False, "near"),
            (True, None),
        ]
        store.connection.execute("UPDATE documents SET satire = false, original_id = NULL, copied = NULL")
        store.connection.execute("UPDATE observations SET credibility = NULL")
        store.connection.execute("DELETE FROM prints")
    result = CliRunner().invoke(app, [*args, "--store", "vigie.duckdb"])
    assert result.exit_code == 0, result.output
    with Store.open("vigie.duckdb", read_only=True) as store:
        assert store.query(columns).to_pylist() == before
