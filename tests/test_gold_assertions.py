"""The annotated sentences hold their form, and what is denied, supposed, planned or hearsay is found in both halves.

The floors stand a little below what `python benchmarks/assertion.py` measured; the misses of the `test` half are not read.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from vigie.extract.assertion import assertion_of, find_assertion_cues
from vigie.model.observation import Assertion

GOLD = Path(__file__).parent / "gold" / "assertions.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
FLOORS = {
    "dev": {"negated": 0.96, "hypothetical": 0.94, "planned": 0.94, "reported": 0.94},
    "test": {"negated": 0.92, "hypothetical": 0.88, "planned": 0.92, "reported": 0.92},
}


def test_ids_are_unique_and_spans_are_where_they_say() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row["lang"] in ("fr", "en") and row["split"] in ("dev", "test"), row["id"]
        assert row["facts"], row["id"]
        for fact in row["facts"]:
            assert row["text"][fact["start"] : fact["end"]] == fact["quote"], row["id"]
            assert fact["assertion"] in get_args(Assertion), row["id"]


def test_each_assertion_has_enough_facts_in_each_half() -> None:
    stated = Counter((row["split"], fact["assertion"]) for row in ROWS for fact in row["facts"])
    assert len(ROWS) >= 300
    for assertion in get_args(Assertion):
        for split in ("dev", "test"):
            assert stated[split, assertion] >= 30, (split, assertion)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_quality_floor(split: str) -> None:
    right: Counter[str] = Counter()
    stated: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for row in ROWS:
        if row["split"] != split:
            continue
        cues = find_assertion_cues(row["text"], row["lang"])
        for fact in row["facts"]:
            gold, said = fact["assertion"], assertion_of(cues, fact["start"], fact["end"])
            stated[gold] += 1
            found[said] += 1
            right[gold] += gold == said
    for assertion, floor in FLOORS[split].items():
        assert 2 * right[assertion] / (stated[assertion] + found[assertion]) >= floor, assertion
