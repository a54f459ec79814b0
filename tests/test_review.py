"""Decisions on facts: what they may say, who may decide, and what the store holds after them, after new extractions and after erasures."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from report_store import _empty
from store_samples import LYON, PRICE, TEXT, VERSIONS, document, observation
from vigie.accounts.records import Who
from vigie.model.errors import StoreError
from vigie.model.observation import (
    EventValue,
    FlowValue,
    ModalityValue,
    Observation,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
)
from vigie.review import item as items
from vigie.review.book import Book
from vigie.review.decisions import outcome
from vigie.review.records import Choice, Item, Proposal, ReviewError, Settings
from vigie.review.taking import take_in
from vigie.store import Store, review_book, reviews, weekly
from vigie.store.erase import Selection
from vigie.store.integrity import faults
from vigie.store.review_book import forget_decisions, open_reviews, reviews_file
from vigie.store.rows import Entry
from vigie.store.runs import Counts
from vigie.upkeep.maintain import maintain
from vigie.upkeep.purge import Subject, plan, plan_subject, purge, purge_subject

ANNE, BASILE, CLAIRE = (
    Who(id=f"a{n}", role=role, via="session") for n, role in enumerate(("reviewer", "reviewer", "editor"), 1)
)
READER = Who(id="a9", role="reader", via="session")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "vigie.duckdb").write_bytes(_empty())
    with Store.open(tmp_path / "vigie.duckdb") as opened:
        yield opened


def added(store: Store, *observations: Observation, number: int = 1, **fields: Any) -> None:
    run = store.start_run("add", VERSIONS)
    store.write(run, [Entry(document=document(number, **fields), observations=observations, source=None)])
    store.finish_run(run, Counts())


def decided(store: Store, observation_id: str, choice: Choice, who: Who = ANNE, key: str = "") -> None:
    with Book.open(store.path) as book:
        book.decide(
            who, items.item(store, observation_id), choice, key=key or f"{observation_id}-{choice}"[:200]
        )
    take_in(store)


def used(store: Store, doc_id: str = "d0001") -> list[Observation]:
    return store.records([doc_id])[doc_id]


def sound(store: Store) -> None:
    assert faults(store) == []


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Item:
    with Store.open(tmp_path_factory.mktemp("seen") / "vigie.duckdb") as store:
        added(store, observation(document()))
        return items.item(store, "d0001-o")


# What a choice may say

PRICE_2 = replace(PRICE, low=40.0, high=40.0, eur_low=40.0, eur_high=40.0, eur_per_unit=40.0)
CORRECTIONS: list[tuple[str, Any, dict[str, Any], dict[str, Any]]] = [
    # id, value as read, changes, fields that must follow
    ("a price per unit is worked out again", PRICE, {"low": "40", "high": "40"}, {"value": PRICE_2}),
    ("French numbers", PRICE, {"low": "1 040,5", "high": ""}, {"value": replace(PRICE, low=1040.5, high=None, eur_low=1040.5, eur_high=None, eur_per_unit=1040.5)}),
    ("per kilogram", PRICE, {"low": 40000, "high": 40000, "per_unit": "kg"}, {"value": replace(PRICE_2, low=40000.0, high=40000.0, eur_low=40000.0, eur_high=40000.0, per_unit="kg")}),
    ("a lump sum has no price for one gram", PRICE, {"per_unit": ""}, {"value": replace(PRICE, per_value=None, per_unit=None, eur_per_unit=None, unit=None)}),
    ("a legal rate", PRICE, {"currency": "FRF", "low": "655.957", "high": "655.957"}, {"value": replace(PRICE, currency="FRF", low=655.957, high=655.957, eur_low=100.0, eur_high=100.0, eur_per_unit=100.0)}),
    ("masses in grams", QuantityValue(kind="seized", low=2.0, high=2.0, unit="g", grams=2.0, grams_high=2.0), {"unit": "kg"}, {"value": QuantityValue(kind="seized", low=2.0, high=2.0, unit="kg", grams=2000.0, grams_high=2000.0)}),
    ("pieces are counted", QuantityValue(kind="seized", low=2.0, high=2.0, unit="g", grams=2.0, grams_high=2.0), {"unit": "pill"}, {"value": QuantityValue(kind="seized", low=2.0, high=2.0, unit="pill", units=2.0)}),
    ("an event without a count", EventValue(kind="death", low=2.0, high=2.0, unit="person"), {"low": "", "high": "", "unit": "", "kind": "overdose"}, {"value": EventValue(kind="overdose")}),
    ("a modality by its code", ModalityValue(family="delivery", code="postal"), {"modality": "channel:sms"}, {"value": ModalityValue(family="channel", code="sms")}),
    ("a trend", TrendValue(indicator="price", direction="up"), {"direction": "down"}, {"value": TrendValue(indicator="price", direction="down")}),
    ("milligrams may be above a hundred", PurityValue(low=60.0, high=70.0, measure="purity"), {"measure": "mg-per-unit", "low": "180", "high": "200"}, {"value": PurityValue(low=180.0, high=200.0, measure="mg-per-unit")}),
    ("another substance", PRICE, {"substance": "heroin", "form": "powder"}, {"substance": "heroin", "form": "powder"}),
    ("no substance", PRICE, {"substance": None}, {"substance": None}),
    ("the same place keeps its name in the text", PRICE, {"place": "INSEE:69123", "form": "rock"}, {"place": LYON}),
    ("an amount of product taken for a price", PRICE, {"type": "quantity", "kind": "sold", "unit": "g"}, {"value": QuantityValue(kind="sold", low=80.0, high=80.0, unit="g", grams=80.0, grams_high=80.0)}),
    ("dead taken for a quantity", QuantityValue(kind="other", low=3.0, high=3.0, unit="pill", units=3.0), {"type": "event", "kind": "death", "unit": "person"}, {"value": EventValue(kind="death", low=3.0, high=3.0, unit="person")}),
    ("a way of selling taken for a trend", TrendValue(indicator="price", direction="up"), {"type": "modality", "family": "channel", "code": "sms"}, {"value": ModalityValue(family="channel", code="sms")}),
    ("another sentence of the document", PRICE, {"start": TEXT.index("Une autre"), "end": TEXT.index("Une autre") + 9}, {"quote": "Une autre"}),
]  # fmt: skip
WHENS = [
    ("2024", date(2024, 1, 1), date(2024, 12, 31), "year"),
    ("2024-03", date(2024, 3, 1), date(2024, 3, 31), "month"),
    ("2024-03-10", date(2024, 3, 10), date(2024, 3, 10), "day"),
    ("2024-Q3", date(2024, 7, 1), date(2024, 9, 30), "quarter"),
    ("2024-03-04/2024-03-10", date(2024, 3, 4), date(2024, 3, 10), "week"),
    ("", None, None, None),
]
REFUSED: list[tuple[str, str, list[dict[str, Any]], dict[str, str]]] = [
    ("no such substance", "correct", [{"substance": "cocaïne"}], {"substance": "unknown"}),
    ("no such place", "correct", [{"place": "INSEE:99999"}], {"place": "unknown"}),
    ("no such kind", "correct", [{"kind": "retial"}], {"kind": "unknown"}),
    ("no such currency", "correct", [{"currency": "ZZZ"}], {"currency": "unknown"}),
    ("no such unit", "correct", [{"per_unit": "furlong"}], {"per_unit": "unknown"}),
    ("no such assertion", "correct", [{"assertion": "true"}], {"assertion": "unknown"}),
    ("low above high", "correct", [{"low": "90"}], {"low": "order"}),
    ("no bound at all", "correct", [{"low": "", "high": ""}], {"low": "required"}),
    ("not a number", "correct", [{"low": "=1+1"}], {"low": "number"}),
    ("not finite", "correct", [{"high": "1e999"}], {"high": "number"}),
    ("infinite as a number", "correct", [{"high": float("inf")}], {"high": "range"}),
    ("negative", "correct", [{"low": "-1"}], {"low": "range"}),
    ("not a date", "correct", [{"when": "2024-02-30"}], {"when": "date"}),
    ("ends before it begins", "correct", [{"when": "2024-03-10/2024-03-04"}], {"when": "order"}),
    ("outside the text", "correct", [{"start": 0, "end": 10_000}], {"start": "span"}),
    ("over two sentences", "correct", [{"start": 11, "end": len(TEXT)}], {"start": "span"}),
    (
        "a name is no attribution",
        "correct",
        [{"attribution": "Jean-Xavier Morantin, joint au 06 12 34 56 78"}],
        {"attribution": "text"},
    ),
    ("a field of another type", "correct", [{"measure": "thc"}], {"measure": "type"}),
    ("no such type", "correct", [{"type": "prize"}], {"type": "unknown"}),
    ("a load comes from a table", "correct", [{"type": "load"}], {"type": "unknown"}),
    (
        "another type asks for its codes",
        "correct",
        [{"type": "quantity"}],
        {"kind": "required", "unit": "required"},
    ),
    (
        "another type has no field of the first",
        "correct",
        [{"type": "purity", "measure": "purity", "currency": "EUR"}],
        {"currency": "type"},
    ),
    (
        "another type has its bounds",
        "correct",
        [{"type": "trend", "indicator": "price", "direction": "up", "low": "3"}],
        {"low": "type"},
    ),
    ("a route has an end", "correct", [{"type": "flow"}], {"origin": "required"}),
    ("another type is no relink", "relink", [{"type": "quantity"}], {"type": "link"}),
    ("a field of nothing", "correct", [{"doc_id": "d0002"}], {"doc_id": "type"}),
    ("nothing changed", "correct", [{"low": "80"}], {"after": "same"}),
    ("an amount is no relink", "relink", [{"low": "40", "high": "40"}], {"low": "link", "high": "link"}),
    ("a split in one", "split", [{"low": "40"}], {"after": "fewer"}),
    ("a split in two alike", "split", [{"form": "rock"}, {"form": "rock"}], {"after": "same"}),
    ("a split names the fact at fault", "split", [{}, {"substance": "x"}], {"1.substance": "unknown"}),
    ("accept changes nothing", "accept", [{"low": "40"}], {"after": "fewer"}),
    ("no such verdict", "maybe", [], {"verdict": "unknown"}),
]


@pytest.mark.parametrize(
    ("value", "changes", "fields"), [c[1:] for c in CORRECTIONS], ids=[c[0] for c in CORRECTIONS]
)
def test_a_correction_is_worked_out(
    seen: Item, value: Any, changes: dict[str, Any], fields: dict[str, Any]
) -> None:
    given = replace(seen, observation=replace(seen.observation, value=value))
    (made,) = outcome(given, Choice(verdict="correct", after=(changes,)), "r_1")
    assert {name: getattr(made, name) for name in fields} == fields
    assert made.id != seen.observation_id
    assert made.quote == TEXT[made.start : made.end]


@pytest.mark.parametrize(("text", "start", "end", "precision"), WHENS, ids=[w[0] or "unknown" for w in WHENS])
def test_a_time_is_no_more_precise_than_it_is_written(
    seen: Item, text: str, start: Any, end: Any, precision: Any
) -> None:
    (made,) = outcome(seen, Choice(verdict="relink", after=({"when": text, "form": "rock"},)), "r_1")
    assert (made.when.start, made.when.end, made.when.precision) == (start, end, precision)


@pytest.mark.parametrize(
    ("verdict", "after", "problems"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_the_contract_does_not_hold_is_refused(
    seen: Item, verdict: Any, after: Any, problems: dict[str, str]
) -> None:
    with pytest.raises(ReviewError) as error:
        outcome(seen, Choice(verdict=verdict, after=tuple(after)), "r_1")
    assert error.value.problems == problems
    assert not any(
        str(v) in str(error.value) for changes in after for v in changes.values() if len(str(v)) > 3
    )


def test_a_route_has_an_end(seen: Item) -> None:
    flow = replace(
        seen, observation=replace(seen.observation, value=FlowValue(origin=LYON, destination=None))
    )
    with pytest.raises(ReviewError, match="origin"):
        outcome(flow, Choice(verdict="correct", after=({"origin": ""},)), "r_1")
    (made,) = outcome(flow, Choice(verdict="correct", after=({"destination": "ES"},)), "r_1")
    assert isinstance(made.value, FlowValue)
    assert made.value.destination is not None
    assert (made.value.origin, made.value.destination.label) == (LYON, "Espagne")


# What the store holds


def test_what_is_decided_is_what_figures_use(store: Store) -> None:
    added(store, observation(document()))
    before = store.query("SELECT * FROM observations").to_pylist()
    decided(
        store,
        "d0001-o",
        Choice(verdict="correct", after=({"low": "40", "high": "40"},), why="le demi-gramme"),
    )
    (fact,) = used(store)
    assert isinstance(fact.value, PriceValue)
    assert fact.value.eur_per_unit == 40.0
    assert store.column("SELECT review FROM facts") == ["corrected"]
    (row,) = store.query("SELECT * FROM review_decisions").to_pylist()
    assert (row["reviewer"], row["verdict"], row["final"], row["why"]) == (
        "a1",
        "correct",
        True,
        "le demi-gramme",
    )
    assert store.machine_records(["d0001"])["d0001"] == [observation(document())]
    sound(store)
    # A later decision stands beside it, and what the extractor read comes back byte for byte.
    decided(store, "d0001-o", Choice(verdict="accept"))
    after = store.query("SELECT * FROM observations").to_pylist()
    assert [{**r, **_UNJUDGED} for r in after] == [{**r, **_UNJUDGED} for r in before]
    assert store.column("SELECT verdict FROM review_decisions ORDER BY decided_at") == ["correct", "accept"]
    assert store.column("SELECT review FROM facts") == ["accepted"]
    sound(store)


_UNJUDGED = {"credibility": None, "credibility_rule": None, "corroborated": None}
FATES: list[tuple[str, Choice, list[tuple[float, str | None]], list[str]]] = [
    ("accept", Choice(verdict="accept"), [(80.0, "cocaine")], ["accepted"]),
    ("correct", Choice(verdict="correct", after=({"low": 40, "high": 40},)), [(40.0, "cocaine")], ["corrected"]),
    ("reject", Choice(verdict="reject"), [], []),
    ("split", Choice(verdict="split", after=({"low": 40, "high": 40}, {"substance": "heroin"})), [(40.0, "cocaine"), (80.0, "heroin")], ["split", "split"]),
    ("relink", Choice(verdict="relink", after=({"substance": "heroin"},)), [(80.0, "heroin")], ["relinked"]),
]  # fmt: skip


def test_each_verdict_stays_through_new_extractions(store: Store) -> None:
    """The same reading, one with another id and figure, none at all, then the same again; a document a verdict."""
    papers = [document(number) for number in range(1, len(FATES) + 1)]
    run = store.start_run("add", VERSIONS)
    store.write(run, [Entry(document=paper, observations=[observation(paper)]) for paper in papers])
    with Book.open(store.path) as book:
        for paper, (_, choice, _, _) in zip(papers, FATES, strict=True):
            book.decide(ANNE, items.item(store, f"{paper.doc_id}-o"), choice, key=paper.doc_id)
    take_in(store)

    def said(doc_id: str) -> list[tuple[float | None, str | None]]:
        facts = [o for o in used(store, doc_id) if isinstance(o.value, PriceValue)]
        return sorted((o.value.eur_per_unit, o.substance) for o in facts if isinstance(o.value, PriceValue))

    other = replace(PRICE, low=800.0, high=800.0, eur_per_unit=800.0)
    for step, name in enumerate(("o", "o", "new", "", "o")):
        read = {
            paper.doc_id: [observation(paper, value=other if name == "new" else PRICE, name=name)]
            if name
            else []
            for paper in papers
        }
        if step:
            run = store.start_run("reextract", VERSIONS)
            store.replace(run, [Entry(document=paper, observations=read[paper.doc_id]) for paper in papers])
        assert store.machine_records(list(read)) == read
        for paper, (verdict, _, facts, states) in zip(papers, FATES, strict=True):
            # What was rejected stays out; another figure in its words is another statement.
            held = [(800.0, "cocaine")] if (verdict, name) == ("reject", "new") else facts
            assert said(paper.doc_id) == held, (verdict, name)
            told = store.column(
                "SELECT coalesce(review, '') FROM facts WHERE doc_id = ? ORDER BY 1", [paper.doc_id]
            )
            wanted = ["kept"] if verdict == "accept" and name != "o" else [""] if held != facts else states
            assert told == wanted, (verdict, name)
        sound(store)
    assert len(store.column("SELECT 1 FROM review_decisions")) == len(FATES)


RETYPED = [
    # id, what a newer extractor reads in the words: types
    ("still_wrong", ["quantity"]),
    ("by_itself", ["price"]),
    ("both", ["quantity", "event"]),
    ("nothing", []),
]


@pytest.mark.parametrize("read", [row[1] for row in RETYPED], ids=[row[0] for row in RETYPED])
def test_a_fact_of_another_type_is_counted_once_whatever_is_read_next(store: Store, read: list[str]) -> None:
    paper = document()
    grams = QuantityValue(kind="sold", low=80.0, high=80.0, unit="g", grams=80.0, grams_high=80.0)
    values = {
        "quantity": grams,
        "price": PRICE,
        "event": EventValue(kind="death", low=1.0, high=1.0, unit="person"),
    }
    added(store, observation(paper, value=grams))
    fields = {"type": "price", "kind": "retail", "currency": "EUR", "per_value": "1", "per_unit": "g"}
    decided(store, "d0001-o", Choice(verdict="correct", after=(fields,)))
    assert [o.value for o in used(store)] == [PRICE]
    newer = [observation(paper, value=values[name], name=name) for name in read]
    run = store.start_run("reextract", VERSIONS)
    store.replace(run, [Entry(document=paper, observations=newer)])
    assert sorted(o.type for o in used(store)) == sorted({"price", *(set(read) - {"quantity"})})
    assert [o.value for o in used(store) if o.type == "price"] == [PRICE]
    sound(store)


def test_the_sums_of_the_overview_keep_step(store: Store) -> None:
    for number in range(1, 6):
        added(store, observation(document(number)), number=number)
    weekly.fold(store.connection, everything=True)
    decided(store, "d0002-o", Choice(verdict="reject"))
    decided(
        store, "d0003-o", Choice(verdict="split", after=({"low": 40, "high": 40}, {"substance": "heroin"}))
    )
    decided(store, "d0004-o", Choice(verdict="correct", after=({"place": "FR-13"},)))
    assert weekly.differing(store.connection) == []
    decided(store, "d0002-o", Choice(verdict="accept"))
    assert weekly.differing(store.connection) == []
    sound(store)


def test_two_facts_corrected_to_the_same_one_are_one(store: Store) -> None:
    one, other = (
        observation(document()),
        observation(document(), name="p", value=replace(PRICE, kind="wholesale")),
    )
    added(store, one, other)
    decided(store, one.id, Choice(verdict="correct", after=({"low": 40, "high": 40},)))
    decided(store, other.id, Choice(verdict="reject"))
    assert len(used(store)) == 1
    sound(store)


def test_a_decision_is_taken_in_once(store: Store) -> None:
    added(store, observation(document()))
    decided(store, "d0001-o", Choice(verdict="reject"))
    assert take_in(store).decisions == 0
    reviews_file(store.path).unlink()
    with Book.open(store.path):
        pass
    assert take_in(store).decisions == 0
    with Book.open(store.path) as book:  # told of what the store holds
        assert book.standing(ANNE, "d0001-o").state == "rejected"
    assert len(store.column("SELECT 1 FROM review_decisions")) == 1


# Who may decide, and what they may know


def test_two_do_not_see_each_other_and_a_third_decides(store: Store) -> None:
    added(store, observation(document()))
    seen = items.item(store, "d0001-o")
    with Book.open(store.path) as book:
        book.configure(Settings(reviewers=2, third=True))
        first = book.decide(ANNE, seen, Choice(verdict="accept"), key="k1")
        assert (first.round, first.final) == ("first", False)
        assert book.standing(BASILE, "d0001-o") == book.standing(READER, "d0001-o")
        assert book.standing(BASILE, "d0001-o").state == "open"
        assert book.standing(ANNE, "d0001-o").state == "waiting"
        with pytest.raises(ReviewError) as again:
            book.decide(ANNE, seen, Choice(verdict="reject"), key="k2")
        assert again.value.code == "not-yours"
        with pytest.raises(ReviewError):
            book.adjudicate(CLAIRE, seen, Choice(verdict="accept"), key="k3")
        second = book.decide(
            BASILE, seen, Choice(verdict="correct", after=({"low": 40, "high": 40},)), key="k1"
        )
        assert (second.round, second.final) == ("second", False)
        (apart,) = book.disagreements()
        assert apart.fields == ("value",)
        take_in(store)
        assert used(store) == [observation(document())]
        with pytest.raises(ReviewError) as who:
            book.adjudicate(ANNE, seen, Choice(verdict="accept"), key="k4")
        assert who.value.code == "role"
        final = book.adjudicate(
            CLAIRE, seen, Choice(verdict="correct", after=({"low": 40, "high": 40},)), key="k4"
        )
        assert (final.round, final.final) == ("adjudication", True)
        assert book.disagreements() == []
    take_in(store)
    assert [o.value.eur_per_unit for o in used(store)] == [40.0]  # type: ignore[union-attr]
    assert store.column("SELECT round FROM review_decisions ORDER BY decided_at") == [
        "first",
        "second",
        "adjudication",
    ]


def test_two_who_say_the_same_by_other_words_agree(store: Store) -> None:
    added(store, observation(document()))
    seen = items.item(store, "d0001-o")
    with Book.open(store.path) as book:
        book.configure(Settings(reviewers=2))
        book.decide(ANNE, seen, Choice(verdict="relink", after=({"substance": "heroin"},)), key="k")
        second = book.decide(
            BASILE, seen, Choice(verdict="correct", after=({"substance": "heroin"},)), key="k"
        )
        assert second.final
        with pytest.raises(ReviewError) as more:
            book.decide(CLAIRE, seen, Choice(verdict="reject"), key="k")
        assert more.value.code == "decided"


@pytest.mark.parametrize(("verdict", "final"), [("accept", True), ("reject", False)], ids=["agree", "differ"])
def test_a_blind_decision_waits_for_its_second_also_with_one_reviewer_since(
    store: Store, verdict: Any, final: bool
) -> None:
    """Else nobody could settle it: it is neither proposed nor a disagreement, and who began may not decide again."""
    added(store, observation(document()))
    seen = items.item(store, "d0001-o")
    proposal = Proposal(
        observation_id="d0001-o", doc_id="d0001", type="price", confidence=0.5, effect=0.1, score=0.1, why=(), drawn="random", draw=0.1
    )  # fmt: skip
    with Book.open(store.path) as book:
        book.fill([proposal])
        book.configure(Settings(reviewers=2))
        book.decide(ANNE, seen, Choice(verdict="accept"), key="a")
        book.configure(Settings(reviewers=1))
        assert book.standing(ANNE, "d0001-o").state == "waiting"
        assert book.standing(BASILE, "d0001-o").state == "open"
        assert (book.next_for(ANNE), book.next_for(BASILE)) == (None, "d0001-o")
        assert [e.proposal for e in book.entries(BASILE, limit=9)] == [proposal]
        progress = book.progress(BASILE)
        assert (progress.open, progress.waiting) == (0, 1)
        second = book.decide(BASILE, seen, Choice(verdict=verdict), key="b")
        assert (second.round, second.final) == ("second", final)
        assert len(book.disagreements()) == (not final)
        assert book.standing(BASILE, "d0001-o").state == ("accepted" if final else "disagreement")


def test_a_form_sent_twice_is_one_decision(store: Store) -> None:
    added(store, observation(document()))
    seen = items.item(store, "d0001-o")
    with Book.open(store.path) as book:
        one = book.decide(ANNE, seen, Choice(verdict="accept"), key="form")
        assert book.decide(ANNE, seen, Choice(verdict="accept"), key="form") == one
        assert len(book.decisions("d0001-o")) == 1


def test_a_form_that_says_something_else_the_second_time_is_refused(store: Store) -> None:
    """It would be told as kept, while nothing is written."""
    added(store, observation(document()))
    added(store, observation(document(2)), number=2)
    seen, other = items.item(store, "d0001-o"), items.item(store, "d0002-o")
    low = Choice(verdict="correct", after=({"low": 40, "high": 40},))
    with Book.open(store.path) as book:
        one = book.decide(ANNE, seen, low, key="form")
        assert book.decide(ANNE, seen, low, key="form") == one
        for item, choice in (
            (other, Choice(verdict="accept")),
            (seen, Choice(verdict="reject")),
            (seen, replace(low, after=({"low": 45, "high": 45},))),
        ):
            with pytest.raises(ReviewError, match="sent already") as error:
                book.decide(ANNE, item, choice, key="form")
            assert error.value.code == "sent"
        assert len(book.decisions("d0001-o")) == 1 and book.decisions("d0002-o") == []


def test_a_reader_decides_nothing(store: Store) -> None:
    added(store, observation(document()))
    with Book.open(store.path) as book:
        for call in (
            lambda: book.decide(READER, items.item(store, "d0001-o"), Choice(verdict="accept"), key="k"),
            lambda: book.next_for(READER),
        ):
            with pytest.raises(ReviewError) as error:
                call()
            assert error.value.code == "role"


def test_a_decision_is_never_changed(store: Store) -> None:
    added(store, observation(document()))
    decided(store, "d0001-o", Choice(verdict="accept"))
    with (
        sqlite3.connect(reviews_file(store.path)) as db,
        pytest.raises(sqlite3.IntegrityError, match="never changed"),
    ):
        db.execute("UPDATE decisions SET verdict = 'reject'")


def test_what_is_written_by_hand_is_redacted_before_it_is_kept(store: Store) -> None:
    added(store, observation(document()))
    decided(store, "d0001-o", Choice(verdict="reject", why="voir le 06 39 98 12 34 de la source"))
    (why,) = store.column("SELECT why FROM review_decisions")
    assert "39 98" not in why
    assert b"39 98" not in everything(store.path)


def everything(path: Path) -> bytes:
    folder = reviews_file(path).parent
    return b"".join(p.read_bytes() for p in (path, *sorted(folder.iterdir())) if p.is_file())


def test_the_file_is_the_owners_alone(store: Store) -> None:
    with Book.open(store.path):
        file = reviews_file(store.path)
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


# What is erased

CANARY = "zibeline ventriloque"


def canary(number: int, **fields: Any) -> Observation:
    text = f"Un titre\n\nLe gramme se vend 80 € à Lyon, {CANARY} {number}. Une autre phrase."
    return observation(document(number, text=text), **fields)


@pytest.fixture(scope="module")
def reviewed_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents: one corrected and taken in, one rejected and taken in, one decided and not taken in."""
    path = tmp_path_factory.mktemp("reviewed") / "vigie.duckdb"
    path.write_bytes(_empty())
    with Store.open(path) as store:
        run, texts = store.start_run("add", VERSIONS), {}
        for n in (1, 2, 3):
            texts[n] = f"Un titre\n\nLe gramme se vend 80 € à Lyon, {CANARY} {n}. Une autre phrase."
        store.write(
            run, [Entry(document=document(n, text=t), observations=[canary(n)]) for n, t in texts.items()]
        )
        store.finish_run(run, Counts())
        _decide_on_three(store)
    return path


@pytest.fixture
def three(reviewed_files: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copytree(reviewed_files.parent, tmp_path / "copy")
    with Store.open(tmp_path / "copy" / "vigie.duckdb") as opened:
        yield opened


def _decide_on_three(store: Store) -> None:
    decided(
        store, "d0001-o", Choice(verdict="correct", after=({"low": 40, "high": 40},), why=f"{CANARY} raison")
    )
    decided(store, "d0002-o", Choice(verdict="reject", why=f"{CANARY} raison"))
    with Book.open(store.path) as book:
        book.decide(
            ANNE, items.item(store, "d0003-o"), Choice(verdict="accept", why=f"{CANARY} raison"), key="k"
        )


def test_a_purge_leaves_nothing_of_its_decisions(three: Store) -> None:
    store = three
    assert CANARY.encode() in b"".join(p.read_bytes() for p in reviews_file(store.path).parent.iterdir())
    chosen = Selection(documents=("d0001", "d0002", "d0003"))
    purge(store, plan(store, chosen), chosen)
    assert CANARY.encode() not in everything(store.path)
    assert b"d0001" not in b"".join(p.read_bytes() for p in reviews_file(store.path).parent.iterdir())
    for table in reviews.TABLES:
        assert store.column(f"SELECT count(*) FROM {table}") == [0]
    sound(store)


def test_a_purge_of_one_leaves_the_decisions_on_others(three: Store) -> None:
    store = three
    chosen = Selection(documents=("d0002",))
    purge(store, plan(store, chosen), chosen)
    assert store.column("SELECT observation_id FROM review_decisions ORDER BY 1") == ["d0001-o", "d0003-o"]
    with Book.open(store.path) as book:
        assert [book.standing(ANNE, f"d000{n}-o").state for n in (1, 2, 3)] == [
            "corrected",
            "open",
            "accepted",
        ]
    assert weekly.differing(store.connection) == []
    sound(store)


@pytest.mark.parametrize("expired", [False, True], ids=["with its text", "with its sentences only"])
def test_words_that_are_removed_later_go_from_decisions_too(three: Store, expired: bool) -> None:
    """What reviewers decided stays, at its new place, and can be taken back."""
    store = three
    take_in(store)
    if expired:
        store.connection.execute("UPDATE documents SET text = NULL")
    subject = Subject([CANARY, f"{CANARY} raison"])
    purge_subject(store, subject, plan_subject(store, subject, whole=False))
    assert CANARY.encode() not in everything(store.path)
    take_in(store)
    assert CANARY.encode() not in everything(store.path)
    (corrected,) = store.column("SELECT doc_id FROM review_decisions WHERE verdict = 'correct'")
    (fact,) = used(store, corrected)
    assert isinstance(fact.value, PriceValue)
    assert fact.value.eur_per_unit == 40.0
    assert sorted(store.column("SELECT review FROM facts")) == ["accepted", "corrected"]
    (rejected,) = store.column("SELECT observation_id FROM review_decisions WHERE verdict = 'reject'")
    decided(store, rejected, Choice(verdict="accept"))
    assert sorted(store.column("SELECT review FROM facts")) == ["accepted", "accepted", "corrected"]
    assert weekly.differing(store.connection) == []
    sound(store)


@pytest.mark.parametrize("expired", [False, True], ids=["with its text", "with its sentences only"])
def test_a_name_that_a_reviewer_wrote_goes_from_the_fact_too(store: Store, expired: bool) -> None:
    """It stands in no text: the fact that the decision put in place repeats it, as does an older decision in its `before`."""
    for number in (1, 2):
        added(store, observation(document(number)), number=number)
    name = "Ferrandine"
    decided(store, "d0001-o", Choice(verdict="correct", after=({"attribution": f"association {name}"},)))
    decided(store, "d0002-o", Choice(verdict="correct", after=({"attribution": "association Alouette"},)))
    assert name.encode() in everything(store.path)
    if expired:
        store.connection.execute("UPDATE documents SET text = NULL")
    subject = Subject([name])
    planned = plan_subject(store, subject, whole=False)
    assert planned.touched == () and planned.elsewhere == 1
    purge_subject(store, subject, planned)
    assert name.encode() not in everything(store.path)
    one, two = (
        store.column("SELECT attribution FROM observations WHERE doc_id = ?", [d])[0]
        for d in ("d0001", "d0002")
    )
    assert one == "association [name]" and two == "association Alouette"
    assert store.column("SELECT DISTINCT review FROM facts") == ["corrected"]
    with Book.open(store.path) as book:
        (again,) = book.decisions("d0001-o")
    assert again.after[0].attribution == one  # and is not put back from the file beside the store
    take_in(store)
    assert name.encode() not in everything(store.path)
    assert weekly.differing(store.connection) == []
    sound(store)


def test_a_name_that_a_reviewer_wrote_goes_from_a_store_that_was_put_back(
    store: Store, tmp_path: Path
) -> None:
    """By its upkeep, once it knows the list of what was purged elsewhere: from the bytes too, where no document holds the name."""
    added(store, observation(document()))
    name = "Ferrandine"
    decided(store, "d0001-o", Choice(verdict="correct", after=({"attribution": f"association {name}"},)))
    elsewhere = tmp_path / "elsewhere" / "vigie.duckdb"
    elsewhere.parent.mkdir()
    with Store.open(elsewhere) as other:
        subject = Subject([name])
        purge_subject(other, subject, plan_subject(other, subject, whole=False))
        listed = other.tombstones.dump()
    store.tombstones.load(listed)
    assert name.encode() in everything(store.path)
    assert maintain(store).rewritten
    assert name.encode() not in everything(store.path)
    assert store.column("SELECT attribution FROM observations") == ["association [name]"]
    assert not maintain(store).rewritten
    sound(store)


def test_a_row_of_a_table_that_says_something_else_takes_its_decisions_along(store: Store) -> None:
    rows = "titre\n\nligne 1 : cocaïne 80 €\nligne 2 : cocaïne 90 €"
    paper = document(1, kind="table", text=rows)
    one, two = (
        replace(
            observation(paper, name=f"n{n}"),
            start=rows.index(f"ligne {n}"),
            end=rows.index(f"ligne {n}") + 22,
            quote=f"ligne {n} : cocaïne {70 + 10 * n} €",
        )
        for n in (1, 2)
    )
    run = store.start_run("import", VERSIONS)
    store.write(run, [Entry(document=paper, observations=[one, two])])
    decided(store, one.id, Choice(verdict="correct", after=({"form": "rock"},)))
    decided(store, two.id, Choice(verdict="reject"))
    db = store.connection
    with store.transaction():
        db.execute(
            "CREATE TEMP TABLE table_stale AS SELECT 'd0001' AS doc_id, unnest([1, 2])::BIGINT AS row_number"
        )
        db.execute("CREATE TEMP TABLE table_gone AS SELECT id, doc_id FROM observations")
        with weekly.changing(db, ["d0001"], copies=False):
            forget_decisions(store.path, reviews.withdrawn(db))
            for table, name in (("evidence", "observation_id"), ("observations", "id")):
                db.execute(
                    f"DELETE FROM {table} WHERE ({name}, doc_id) IN (SELECT (id, doc_id) FROM temp.table_gone)"
                )
    take_in(store)
    for table in (*reviews.TABLES, "observations"):
        assert store.column(f"SELECT count(*) FROM {table}") == [0]
    sound(store)


# Several at once


def test_who_decides_waits_for_another_who_writes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    added(store, observation(document()))
    fact = items.item(store, "d0001-o")
    other = open_reviews(store.path)
    with Book.open(store.path) as book:
        other.execute("BEGIN IMMEDIATE")
        timer = Timer(0.3, lambda: other.execute("COMMIT"))
        timer.start()
        assert book.decide(ANNE, fact, Choice(verdict="accept"), key="k").final
        timer.join()
    monkeypatch.setattr(review_book, "_WAIT", 0.1)
    with Book.open(store.path) as book:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"busy.*run again") as error:
            book.decide(ANNE, fact, Choice(verdict="reject"), key="k2")
        assert "move it away" not in str(error.value)
        other.execute("COMMIT")
        assert book.decide(ANNE, fact, Choice(verdict="reject"), key="k2").final
    other.close()


READS: list[tuple[str, Callable[[Book], object]]] = [
    ("settings", lambda book: book.settings()),
    ("entries", lambda book: book.entries(ANNE, limit=1)),
    ("standing", lambda book: book.standing(ANNE, "d0001-o")),
    ("disagreements", lambda book: book.disagreements()),
    ("progress", lambda book: book.progress(ANNE)),
    ("decisions", lambda book: book.decisions("d0001-o")),
    ("a decision to write", lambda book: book.next_for(ANNE)),
]


@pytest.mark.parametrize("read", [r[1] for r in READS], ids=[r[0] for r in READS])
@pytest.mark.parametrize("damaged", [False, True], ids=["held by another", "damaged"])
def test_a_reading_that_fails_says_the_repair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: bool, read: Callable[[Book], object]
) -> None:
    monkeypatch.setattr(review_book, "_WAIT", 0.05)
    path = tmp_path / "vigie.duckdb"
    with Book.open(path) as book:
        if damaged:
            book._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with reviews_file(path).open("r+b") as file:
                file.write(b"no database" * 4000)
            book._db.execute("PRAGMA shrink_memory")
        else:
            book._db.execute("PRAGMA journal_mode = DELETE")
            other = sqlite3.connect(reviews_file(path), isolation_level=None)
            other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="is damaged" if damaged else "busy.*run again"):
            read(book)
        if not damaged:
            other.close()
            read(book)  # and goes on, once the other has ended


@pytest.mark.parametrize("damaged", [False, True], ids=["held by another", "damaged"])
def test_a_file_that_is_held_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: bool
) -> None:
    monkeypatch.setattr(review_book, "_WAIT", 0.1)
    file = reviews_file(tmp_path / "vigie.duckdb")
    file.parent.mkdir()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("CREATE TABLE held (n)")
    other.execute("BEGIN EXCLUSIVE")
    if damaged:
        other.close()
        file.write_bytes(b"no database" * 400)
    with pytest.raises(StoreError, match="is damaged" if damaged else "is busy") as error:
        open_reviews(tmp_path / "vigie.duckdb")
    assert ("move it away" in str(error.value)) is damaged
    other.close()


def test_another_connection_leaves_the_locks_of_the_first(tmp_path: Path) -> None:
    """A process that closes a file gives up its locks on it: then another that leaves takes the log away, and what is written to it."""
    first = open_reviews(tmp_path / "vigie.duckdb")
    file = reviews_file(tmp_path / "vigie.duckdb")
    open_reviews(tmp_path / "vigie.duckdb").close()
    visit = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT * FROM settings'); db.close()"
    subprocess.run([sys.executable, "-S", "-c", visit, str(file)], check=True, timeout=20)
    first.execute("INSERT INTO settings VALUES ('kept', '1')")
    with sqlite3.connect(file) as later:
        assert later.execute("SELECT name FROM settings").fetchall() == [("kept",)]
    later.close()
    assert file.with_name(f"{file.name}-wal").exists()
    first.close()
