"""What is read first, how well reviewers agree, how often facts are right, and what becomes of corrections: gold and drafts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from report_store import _empty
from store_samples import LYON, MARCH, PRICE, VERSIONS, document, observation
from vigie.accounts.records import LOCAL, Who
from vigie.evaluate.agree import compare
from vigie.evaluate.gold import load_gold
from vigie.lexicon.check import check_lexicons
from vigie.lexicon.substances import related
from vigie.model.errors import SeriesError, StoreError
from vigie.model.observation import ModalityValue, Observation
from vigie.model.period import When
from vigie.review import item as items
from vigie.review.agreement import agreement, precision, reviewed
from vigie.review.book import Book
from vigie.review.drafts import suggestions
from vigie.review.drafts import write as write_drafts
from vigie.review.gold import fact_of, gold
from vigie.review.picking import Picked
from vigie.review.queue import proposals, refill
from vigie.review.records import Choice, Proposal, Settings
from vigie.review.rules import rules
from vigie.review.taking import refill_apart, take_in
from vigie.stats.kappa import cohen_kappa
from vigie.stats.proportion import exact_interval, stratified
from vigie.store import Store
from vigie.store.review_book import reviews_file
from vigie.store.rows import Entry
from vigie.store.runs import Counts

ANNE, BASILE = (Who(id=f"a{n}", role="reviewer", via="session") for n in (1, 2))


def price(eur: float) -> Any:
    return replace(PRICE, low=eur, high=eur, eur_low=eur, eur_high=eur, eur_per_unit=eur)


def fill(store: Store, facts: list[tuple[str, dict[str, Any]]]) -> None:
    """One document and one outlet a fact: (outlet, fields of the observation)."""
    run, entries = store.start_run("add", VERSIONS), []
    for number, (outlet, fields) in enumerate(facts, 1):
        paper = document(number, outlet=outlet)
        entries.append(Entry(document=paper, observations=[observation(paper, **fields)]))
    store.write(run, entries)
    store.finish_run(run, Counts())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "vigie.duckdb").write_bytes(_empty())
    with Store.open(tmp_path / "vigie.duckdb") as opened:
        yield opened


def decide(store: Store, who: Who, number: int, choice: Choice, *, adjudicate: bool = False) -> None:
    name = f"d{number:04}-o"
    with Book.open(store.path) as book:
        write = book.adjudicate if adjudicate else book.decide
        write(who, items.item(store, name), choice, key=f"{name}-{adjudicate}")


# What is read first

SURE = {"confidence": 0.9}
FIGURES: list[tuple[str, list[tuple[str, dict[str, Any]]], int, str]] = [
    # id, facts, the number of the one that comes first, its best reason
    (
        "the one source without which a figure is not published",
        [
            *(
                (f"source {n % 4}", {"value": price(60.0)}) for n in range(8)
            ),  # two statements of each of four sources
            *((f"source {n}", {"value": price(70.0), "substance": "heroin"}) for n in range(2)),
            ("source 2", {"value": price(70.0), "substance": "heroin"}),
        ],
        9,
        "threshold",
    ),
    (
        "the one price that moves a median most",
        [
            *(
                (f"source {n}", {"value": price(value)})
                for n, value in enumerate((58.0, 59.0, 60.0, 61.0, 200.0, 220.0))
            )
        ],
        4,
        "shift",
    ),
    (
        "of equal facts the least certain",
        [*((f"source {n}", {"value": price(60.0), "confidence": 0.95 - 0.1 * (n == 3)}) for n in range(5))],
        4,
        "share",
    ),
    (
        "a figure of few sources before one of many",
        [
            *((f"source {n}", {"value": price(60.0)}) for n in range(12)),
            *((f"source {n}", {"value": price(70.0), "substance": "heroin"}) for n in range(4)),
        ],
        13,
        "share",
    ),
    (
        "what figures count before what none counts",
        [
            *((f"source {n}", {"value": price(60.0)}) for n in range(4)),
            ("source 9", {"value": price(60.0), "assertion": "negated", "confidence": 0.5}),
        ],
        1,
        "share",
    ),
]


@pytest.mark.parametrize(("facts", "first", "why"), [f[1:] for f in FIGURES], ids=[f[0] for f in FIGURES])
def test_what_would_move_a_figure_most_comes_first(store: Store, facts: Any, first: int, why: str) -> None:
    fill(store, [(outlet, SURE | fields) for outlet, fields in facts])
    found = proposals(store, replace(rules(), random_share=0.0), limit=50)
    assert len(found) == len(facts)
    best = found[0].score
    assert first in [int(p.observation_id[1:5]) for p in found if p.score == best]
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    chosen = next(p for p in found if int(p.observation_id[1:5]) == first)
    assert (
        max(
            chosen.why,
            key=lambda r: {"threshold": 2.0, "shift": 1.0}.get(r.code, 0.5) if r.code != "uncertain" else 0.0,
        ).code
        == why
    )


def on(day: str) -> When:
    return When(start=date.fromisoformat(day), end=date.fromisoformat(day), precision="day", basis="text")


LATE: list[tuple[str, dict[str, Any], int]] = [
    # id, fields of a fact of a document of 11 March 2024, days that are told
    ("centuries later", {"when": on("2204-03-11")}, 65743),
    ("the day after a year", {"when": on("2025-03-13")}, 367),
    ("a year", {"when": on("2025-03-12")}, 0),
    ("the month before", {"when": MARCH}, 0),
    ("announced", {"when": on("2030-01-01"), "assertion": "planned"}, 0),
    ("without a date", {"when": When(start=None, end=None, precision=None, basis="unknown")}, 0),
]


@pytest.mark.parametrize(("fields", "days"), [r[1:] for r in LATE], ids=[r[0] for r in LATE])
def test_a_fact_dated_long_after_its_document_is_doubted(
    store: Store, fields: dict[str, Any], days: int
) -> None:
    fill(store, [("source 1", {**SURE, **fields}), ("source 2", SURE)])
    first, other = sorted(
        proposals(store, replace(rules(), random_share=0.0), limit=5), key=lambda p: p.observation_id
    )
    told = [(r.code, r.number) for r in first.why if r.code == "late"]
    assert told == ([("late", float(days))] if days else [])
    assert items.item(store, "d0001-o").late == days
    if days:
        assert first.why[0].code == "late" and first.effect == rules().late.effect
        assert first.score == pytest.approx(rules().late.doubt * rules().late.effect)
    assert (first.score > other.score) is bool(days)


def test_a_late_fact_comes_after_what_decides_a_figure_and_is_late_no_more_once_corrected(
    store: Store,
) -> None:
    deciding = [(f"source {n}", {"value": price(60.0), "confidence": 0.85}) for n in range(3)]
    fill(store, [*deciding, ("source 4", {**SURE, "when": on("2204-03-11")})])
    chosen = replace(rules(), random_share=0.0)
    assert [p.observation_id for p in proposals(store, chosen, limit=9)][-1] == "d0004-o"
    decide(store, LOCAL, 4, Choice(verdict="correct", after=({"when": "2024-03-11"},)))
    take_in(store)
    assert items.item(store, "d0004-o").late == 0


def test_the_shift_is_that_of_the_median_without_the_fact(store: Store) -> None:
    values = [10.0, 40.0, 50.0, 55.0, 90.0, 300.0, 310.0]
    for size in (7, 6):
        fill_values = values[:size]
        if size == 7:
            fill(store, [(f"source {n}", {"value": price(v), **SURE}) for n, v in enumerate(fill_values)])
        else:
            decide(store, LOCAL, 7, Choice(verdict="reject"))
            take_in(store)
        whole = median(fill_values)
        wanted = {
            f"d{n:04}-o": abs(median([*fill_values[: n - 1], *fill_values[n:]]) / whole - 1)
            for n in range(1, size + 1)
        }
        found = {
            p.observation_id: next((r.number for r in p.why if r.code == "shift"), 0.0)
            for p in proposals(store, limit=50)
        }
        assert found == pytest.approx(wanted)


def test_the_drawn_share_is_a_fair_draw(store: Store) -> None:
    """It takes no notice of confidence and figures: over many seeds each fact is drawn as often."""
    many = 40
    fill(
        store,
        [
            (f"source {n % 9}", {"value": price(60.0 + n), "confidence": 0.2 if n < 20 else 0.95})
            for n in range(many)
        ],
    )
    drawn: dict[str, int] = {}
    seeds = 25
    for seed in range(seeds):
        found = [p for p in proposals(store, limit=20, seed=seed) if p.drawn == "random"]
        assert len(found) == 20 * rules().random_share
        assert [p.draw for p in found] == sorted(p.draw for p in found)
        for p in found:
            drawn[p.observation_id] = drawn.get(p.observation_id, 0) + 1
    unsure = sum(n for name, n in drawn.items() if int(name[1:5]) <= 20)
    total = seeds * 5
    low, high = exact_interval(unsure, total, 0.999)
    assert low < 0.5 < high
    assert max(drawn.values()) <= 12  # of 25, 3.1 expected
    assert len(drawn) > 34


def test_a_server_has_the_queue_made_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "vigie.duckdb"
    path.write_bytes(_empty())
    refill_apart(tmp_path / "none.duckdb", path)  # nobody reviews: no process, no book
    assert not path.with_name(f"{path.name}.desk").exists()
    with Store.open(path) as opened:
        fill(opened, [(f"source {n}", {"value": price(60.0 + n), **SURE}) for n in range(4)])
        order = _order(opened)
    with Book.open(path) as book:
        refill_apart(path, path)
        assert [e.proposal.observation_id for e in book.entries(ANNE, limit=50)] == order
        with pytest.raises(StoreError, match="no store at"):
            refill_apart(tmp_path / "none.duckdb", path)
        assert len(book.entries(ANNE, limit=50)) == 4


def test_the_queue_leaves_out_what_is_decided_and_keeps_its_draw(store: Store) -> None:
    fill(store, [(f"source {n}", {"value": price(60.0 + n), **SURE}) for n in range(8)])
    before = {p.observation_id: p.draw for p in proposals(store, limit=50)}
    with Book.open(store.path) as book:
        assert refill(store, book) == 8
        first = book.next_for(ANNE)
        other = book.next_for(BASILE)
        assert first is not None
        assert {first, other} < set(before)
        assert first != other  # leased
        assert [e.proposal.observation_id for e in book.entries(BASILE, limit=50)] == [
            i for i in _order(store) if i != first
        ]
        book.release(ANNE, first)
        assert book.next_for(BASILE) == first
        assert book.next_for(ANNE, picked=Picked(type="purity")) is None
    decide(store, ANNE, int(first[1:5]), Choice(verdict="reject"))
    take_in(store)
    after = {p.observation_id: p.draw for p in proposals(store, limit=50)}
    assert after == {name: draw for name, draw in before.items() if name != first}


def _order(store: Store) -> list[str]:
    return [p.observation_id for p in proposals(store, limit=50)]


# Agreement and precision

KAPPAS = [
    # Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd ed., table 18.1 (100 subjects): kappa 0.68, s.e. of none 0.076, s.e. 0.087
    ("two who diagnose", [[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.6765, 0.0877, 0.0762),
    # The example of two readers of 50 proposals that textbooks print: po 0.7, pe 0.5
    ("two who read proposals", [[20, 5], [10, 15]], 0.4, 0.1270, 0.1386),
    ("all agree", [[7, 0], [0, 3]], 1.0, 0.0, 0.3162),
    ("as by chance", [[25, 25], [25, 25]], 0.0, 0.1, 0.1),
    ("always apart", [[0, 5], [5, 0]], -1.0, 0.0, 0.3162),
]


@pytest.mark.parametrize(
    ("table", "value", "error", "none"), [k[1:] for k in KAPPAS], ids=[k[0] for k in KAPPAS]
)
def test_kappa_is_that_of_published_examples(table: Any, value: float, error: float, none: float) -> None:
    found = cohen_kappa(table)
    assert (found.value, found.error, found.error_of_none) == pytest.approx((value, error, none), abs=5e-5)
    if error:
        assert (found.low, found.high) == pytest.approx(
            (value - 1.96 * error, value + 1.96 * error), abs=5e-4
        )
    else:
        assert (found.low, found.high) == (None, None)


def test_kappa_equals_another_program() -> None:
    rater = pytest.importorskip("statsmodels.stats.inter_rater")
    for table in (
        [[75, 1, 4], [5, 4, 1], [0, 0, 10]],
        [[10, 3, 1, 0], [2, 30, 7, 1], [0, 4, 11, 2], [1, 0, 0, 9]],
    ):
        found, other = cohen_kappa(table), rater.cohens_kappa(table)
        assert (found.value, found.error, found.error_of_none) == pytest.approx(
            (other.kappa, other.std_kappa, other.std_kappa0)
        )


def test_kappa_has_no_value_where_there_is_no_choice() -> None:
    assert cohen_kappa([[0, 0], [0, 0]]).value is None
    assert cohen_kappa([[9, 0], [0, 0]]).value is None
    for wrong in ([[1, 2]], [[1, -1], [0, 2]], [[0.5, 0], [0, 1]], "x"):
        with pytest.raises(SeriesError):
            cohen_kappa(wrong)


SHARES = [
    (8, 10, 0.44390, 0.97479),
    (0, 10, 0.0, 0.30850),
    (10, 10, 0.69150, 1.0),
    (800, 1000, 0.77384, 0.82438),
    (1, 2, 0.01258, 0.98742),
]


@pytest.mark.parametrize(("right", "n", "low", "high"), SHARES, ids=[f"{s[0]} of {s[1]}" for s in SHARES])
def test_shares_have_their_exact_interval(right: int, n: int, low: float, high: float) -> None:
    """Values of scipy.stats.binomtest(right, n).proportion_ci()."""
    assert exact_interval(right, n) == pytest.approx((low, high), abs=1e-5)
    assert stratified([right / n], [exact_interval(right, n)], [7]) == pytest.approx(
        (right / n, low, high), abs=1e-5
    )


def test_precision_is_of_what_was_drawn_by_chance(store: Store) -> None:
    """Ranked facts are wrong more often: read alone they would say that most are. Truth: every fourth of 60 is wrong."""
    wrong = {n for n in range(1, 61) if n % 4 == 0}
    fill(
        store,
        [
            (f"source {n % 9}", {"value": price(60.0 + n), "confidence": 0.3 if n in wrong else 0.9})
            for n in range(1, 61)
        ],
    )
    chosen = proposals(store, limit=32)
    with Book.open(store.path) as book:
        book.fill(chosen)
        for p in chosen:
            verdict: Any = "reject" if int(p.observation_id[1:5]) in wrong else "accept"
            book.decide(
                LOCAL, items.item(store, p.observation_id), Choice(verdict=verdict), key=p.observation_id
            )
    take_in(store)
    found = {p.type: p for p in precision(store)}["price"]
    last = max(p.draw for p in chosen if p.drawn == "random")
    draws = {p.observation_id: p.draw for p in chosen}
    sample = [name for name, draw in draws.items() if draw <= last]
    assert (found.sampled, found.waiting) == (len(sample), 0)
    assert found.right == sum(int(name[1:5]) not in wrong for name in sample)
    ranked = [p for p in chosen if p.drawn == "ranked"]
    assert sum(int(p.observation_id[1:5]) in wrong for p in ranked) > len(ranked) / 2
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.75 < found.high
    told = reviewed(store)
    assert [(r.type, r.n, r.m) for r in told] == [("", 32, 60), ("price", 32, 60)]


def test_agreement_of_two_who_read_the_same(store: Store) -> None:
    fill(store, [(f"source {n}", {"value": price(60.0 + n), **SURE}) for n in range(6)])
    with Book.open(store.path) as book:
        book.configure(Settings(reviewers=2))
    half = Choice(verdict="correct", after=({"low": 30, "high": 30},))
    heroin = Choice(verdict="relink", after=({"substance": "heroin"},))
    accept, reject = Choice(verdict="accept"), Choice(verdict="reject")
    pairs = [
        (accept, accept),
        (accept, accept),
        (reject, reject),
        (half, half),
        (half, heroin),
        (accept, reject),
    ]
    for number, (one, other) in enumerate(pairs, 1):
        decide(store, ANNE, number, one)
        decide(store, BASILE, number, other)
    take_in(store)
    found = agreement(store)
    kappas = {k.field: k for k in found.kappas}
    # Classes accept, changed, rejected: [[2, 0, 1], [0, 2, 0], [0, 0, 1]].
    assert kappas["verdict"].value == pytest.approx(cohen_kappa([[2, 0, 1], [0, 2, 0], [0, 0, 1]]).value)
    assert (kappas["verdict"].pairs, kappas["substance"].pairs) == (6, 4)
    assert kappas["value"].agreed == kappas["substance"].agreed == 0.75
    assert found.verdicts["correct", "relink"] == 1
    assert (found.open, found.adjudicated) == (2, 0)
    decide(store, LOCAL, 6, reject, adjudicate=True)
    take_in(store)
    assert (agreement(store).open, agreement(store).adjudicated) == (1, 1)


# Corrections as gold and as drafts


def test_corrections_are_what_the_next_version_is_measured_on(store: Store, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from vigie.cli import app

    text = "Un titre\n\nÀ Lyon, le gramme de cocaïne se vend 80 €. Une autre phrase."
    paper = document(1, text=text)
    way = ModalityValue(family="channel", code="street")
    facts = [
        observation(paper, value=price(800.0)),
        observation(paper, value=way, name="w"),
        observation(paper, value=price(8.0), name="x"),
    ]
    run = store.start_run("add", VERSIONS)
    store.write(run, [Entry(document=paper, observations=facts)])
    decide(
        store, LOCAL, 1, Choice(verdict="correct", after=({"low": "80", "high": "80", "when": "2024-03"},))
    )
    with Book.open(store.path) as book:
        book.decide(LOCAL, items.item(store, "d0001-x"), Choice(verdict="reject"), key="x")
    take_in(store)
    (line,) = gold(store)
    assert line.decided == 2
    assert sorted((f["type"], f.get("low"), f["may"]) for f in line.record["facts"]) == [
        ("modality", None, True),
        ("price", 80.0, False),
    ]
    path = tmp_path / "reviewed.jsonl"
    path.write_text(json.dumps(line.record, ensure_ascii=False) + "\n")
    (read,) = load_gold(path)
    assert read.text == text[len("Un titre\n\n") :]
    for o in store.records(["d0001"])[
        "d0001"
    ]:  # what is stored agrees with what is written of it, in every field
        assert any(compare(f, o, related).at("strict") for f in read.facts)
    done = CliRunner().invoke(app, ["eval", str(path), "--format", "json"])
    assert done.exit_code == 0
    score = json.loads(done.stdout)
    assert _counts(score, "price", "value") == (1, 1)  # the extractor reads 80 € as people do now


def _counts(score: Any, type_: str, level: str) -> tuple[int, int]:
    (row,) = [r for r in score["lines"] if r["type"] == type_ and r["level"] == level]
    return row["support"], row["tp"]


@pytest.mark.parametrize(
    "fields",
    [
        {"value": PRICE, "place": LYON, "when": MARCH},
        {"value": ModalityValue(family="delivery", code="postal"), "substance": None},
    ],
    ids=["price", "modality"],
)
def test_a_fact_as_gold_agrees_with_itself(fields: dict[str, Any]) -> None:
    from vigie.evaluate.gold import parse_fact

    o: Observation = observation(document(), **fields)
    assert compare(parse_fact(fact_of(o)), o, related).at("strict")


def test_words_that_were_read_wrongly_become_drafts(store: Store, tmp_path: Path) -> None:
    text = "Un titre\n\nLa coke se vend 80 € la tonne au haut fourneau."
    run = store.start_run("add", VERSIONS)
    for number, change in enumerate(
        (Choice(verdict="reject"), Choice(verdict="relink", after=({"substance": "heroin"},))), 1
    ):
        paper = document(number, text=text)
        store.write(run, [Entry(document=paper, observations=[observation(paper)])])
        decide(store, LOCAL, number, change)
    paper = document(3, text=text)
    store.write(run, [Entry(document=paper, observations=[observation(paper, substance=None)])])
    decide(store, LOCAL, 3, Choice(verdict="correct", after=({"substance": "cocaine"},)))
    take_in(store)
    found = suggestions(store)
    assert [(s.id, s.surface, s.what, set(s.others), len(s.evidence)) for s in found] == [
        ("cocaine", "coke", "not-always", {"", "heroin"}, 2),
        ("cocaine", "to-choose", "missing", {"cocaine"}, 1),
    ]
    paths = write_drafts(found, tmp_path / "drafts")
    assert tmp_path / "drafts" / "lexicons" / "fr" / "substances.toml" in paths
    problems = check_lexicons(tmp_path / "drafts")
    assert len(problems) >= 2
    assert any("is a draft" in str(p) for p in problems)  # never loaded until a person completed it


def test_a_queue_of_an_earlier_version_is_still_read(store: Store) -> None:
    """Its proposals say nothing of what they may be chosen by until the queue is made anew."""
    fill(store, [("source", {"value": price(60.0), "substance": "cocaine", **SURE})])
    with Book.open(store.path):
        pass
    db = sqlite3.connect(reviews_file(store.path))
    db.execute("DROP TABLE queue")
    db.execute(
        "CREATE TABLE queue (position INTEGER PRIMARY KEY, observation_id TEXT NOT NULL UNIQUE, doc_id TEXT NOT NULL, type TEXT NOT NULL, "
        "confidence REAL NOT NULL, effect REAL NOT NULL, score REAL NOT NULL, why TEXT NOT NULL, drawn TEXT NOT NULL, draw REAL NOT NULL)"
    )
    db.execute(
        "INSERT INTO queue VALUES (0, 'd0001-o', 'd0001', 'price', 0.9, 0.1, 0.01, '[]', 'ranked', 0.5)"
    )
    db.commit()
    db.close()
    cocaine = Picked(substance="cocaine")
    with Book.open(store.path) as book, Book.open(store.path) as other:
        assert [e.proposal.places for e in other.entries(ANNE)] == [()]
        assert book.entries(ANNE, picked=cocaine) == []
        assert refill(store, book) == 1
        assert book.next_for(ANNE, picked=cocaine) == "d0001-o"


def test_a_proposal_says_by_what_it_may_be_chosen(store: Store) -> None:
    fill(
        store,
        [("Le Courrier d'essai", {"value": price(60.0), "substance": "cocaine", "place": LYON, **SURE})],
    )
    (one,) = proposals(store, limit=10)
    assert (one.substance, one.source, one.outlet) == (
        "cocaine",
        "Le Courrier d'essai",
        "Le Courrier d'essai",
    )
    assert one.places == ("INSEE:69123", "FR-69", "FR-ARA", "FR")
    assert Picked(area="FR-ARA", reason="random").holds(one) is (one.drawn == "random")
    assert not Picked(area="FR-84").holds(one)


def test_a_proposal_survives_the_book(store: Store) -> None:
    fill(store, [(f"source {n}", {"value": price(60.0), **SURE}) for n in range(3)])
    wanted: list[Proposal] = proposals(store, limit=10)
    with Book.open(store.path) as book:
        book.fill(wanted)
        assert [e.proposal for e in book.entries(LOCAL, limit=10)] == wanted
