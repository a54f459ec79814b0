"""The two halves of the third annotated set hold their form, and are alike; nothing is scored here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from test_gold_blind import FINAL, OF_TYPE, faults
from vigie.evaluate.gold import load_gold

GOLD = Path(__file__).parent / "gold"
HALVES = ("press_open.jsonl", "press_held.jsonl")
DOCUMENTS: dict[str, list[dict[str, Any]]] = {
    half: [json.loads(line) for line in (GOLD / half).read_text(encoding="utf-8").splitlines()]
    for half in HALVES
}


@pytest.mark.parametrize(
    "document", [pytest.param(d, id=d["id"]) for documents in DOCUMENTS.values() for d in documents]
)
def test_form(document: dict[str, Any]) -> None:
    assert (
        list(faults(document, FINAL)) == []
    )  # of that set it has the form: up to 180 words, some without a date
    assert len(document["text"].split()) >= 90
    assert document["complete"] is True


@pytest.mark.parametrize("half", HALVES)
def test_the_evaluator_reads_every_fact(half: str) -> None:
    read = load_gold(GOLD / half)
    assert [len(d.facts) for d in read] == [len(d["facts"]) for d in DOCUMENTS[half]]
    assert len({d.id for d in read}) == len(read)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("type_", sorted(OF_TYPE))
def test_half_of_150_facts_of_each_type(half: str, type_: str) -> None:
    assert sum(fact["type"] == type_ for d in DOCUMENTS[half] for fact in d["facts"]) >= 75


@pytest.mark.parametrize("assertion", ["negated", "hypothetical", "planned", "reported"])
def test_each_way_of_not_affirming_can_be_measured(assertion: str) -> None:
    facts = [fact for documents in DOCUMENTS.values() for d in documents for fact in d["facts"]]
    assert sum(fact["assertion"] == assertion and not fact["may"] for fact in facts) >= 12


@pytest.mark.parametrize("half", HALVES)
def test_facts_that_are_not_affirmed(half: str) -> None:
    assert sum(fact["assertion"] != "affirmed" for d in DOCUMENTS[half] for fact in d["facts"]) >= 60


def test_the_halves_are_alike_and_share_no_text() -> None:
    first, second = DOCUMENTS.values()
    assert sorted(d["lang"] for d in first) == sorted(d["lang"] for d in second)
    assert not {d["text"] for d in first} & {d["text"] for d in second}
