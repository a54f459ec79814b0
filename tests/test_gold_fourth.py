"""The two parts of the fourth and fifth annotated sets hold their form and share no text; nothing is scored here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from test_gold_blind import RESTATED, faults
from vigie.evaluate.gold import load_gold

GOLD = Path(__file__).parent / "gold"
PARTS = (
    "press_fourth_open.jsonl",
    "press_fourth_held.jsonl",
    "press_fifth_open.jsonl",
    "press_fifth_held.jsonl",
)
DOCUMENTS: dict[str, list[dict[str, Any]]] = {
    part: [json.loads(line) for line in (GOLD / part).read_text(encoding="utf-8").splitlines()]
    for part in PARTS
}


@pytest.mark.parametrize(
    "document", [pytest.param(d, id=d["id"]) for documents in DOCUMENTS.values() for d in documents]
)
def test_form(document: dict[str, Any]) -> None:
    facts = [
        {k: v for k, v in fact.items() if k != "substance" or fact["type"] not in ("flow", "modality")}
        for fact in document["facts"]
    ]  # these authors noted what a route carries or a seller offers, which the form of the other sets has no field for
    assert list(faults({**document, "facts": facts}, RESTATED)) == []
    assert document["complete"] is True


@pytest.mark.parametrize("part", PARTS)
def test_the_evaluator_reads_every_fact(part: str) -> None:
    read = load_gold(GOLD / part)
    assert [len(d.facts) for d in read] == [len(d["facts"]) for d in DOCUMENTS[part]]
    assert len({d.id for d in read}) == len(read)


def test_no_text_stands_twice() -> None:
    every = [d for documents in DOCUMENTS.values() for d in documents]
    assert len({d["text"] for d in every}) == len({d["id"] for d in every}) == len(every)
