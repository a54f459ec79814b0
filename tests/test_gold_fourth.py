"""The two parts of the fourth annotated set hold their form and share no text; nothing is scored here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from test_gold_blind import BLIND, faults
from vigie.evaluate.gold import load_gold

GOLD = Path(__file__).parent / "gold"
PARTS = ("press_fourth_open.jsonl", "press_fourth_held.jsonl")
DOCUMENTS: dict[str, list[dict[str, Any]]] = {
    part: [json.loads(line) for line in (GOLD / part).read_text(encoding="utf-8").splitlines()]
    for part in PARTS
}


@pytest.mark.parametrize(
    "document", [pytest.param(d, id=d["id"]) for documents in DOCUMENTS.values() for d in documents]
)
def test_form(document: dict[str, Any]) -> None:
    facts = [
        {k: v for k, v in fact.items() if (fact["type"], k) != ("flow", "substance")}
        for fact in document["facts"]
    ]  # this author noted what a route carries, which the form of the other sets has no field for
    assert list(faults({**document, "facts": facts}, BLIND)) == []
    assert document["complete"] is True


@pytest.mark.parametrize("part", PARTS)
def test_the_evaluator_reads_every_fact(part: str) -> None:
    read = load_gold(GOLD / part)
    assert [len(d.facts) for d in read] == [len(d["facts"]) for d in DOCUMENTS[part]]
    assert len({d.id for d in read}) == len(read)


def test_no_text_stands_in_both() -> None:
    first, second = DOCUMENTS.values()
    assert not {d["text"] for d in first} & {d["text"] for d in second}
    assert not {d["id"] for d in first} & {d["id"] for d in second}
