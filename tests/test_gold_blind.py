"""The annotated press texts hold their form: what they quote, name and count can be checked without an extractor."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from vigie.evaluate.gold import load_gold
from vigie.model import observation as records
from vigie.model.period import PartialDate

ROOT = Path(__file__).parent
BLIND, FINAL, RESTATED = "press_blind.jsonl", "press_final.jsonl", "press_dev.jsonl"
WORDS = {BLIND: (60, 260), FINAL: (50, 180), RESTATED: (15, 260)}
TAXONOMY = ROOT.parent / "src" / "vigie" / "data" / "taxonomy"
CORPORA: dict[str, list[dict[str, Any]]] = {
    name: [json.loads(line) for line in (ROOT / "gold" / name).read_text(encoding="utf-8").splitlines()]
    for name in WORDS
}

GRAMS = {"kg": 1e3, "g": 1.0, "t": 1e6, "mg": 1e-3, "oz": 28.349523125, "lb": 453.59237}
PIECES = {
    "pill", "capsule", "blotter", "patch", "ampoule", "plant", "dose", "rock", "bag", "blister", "box", "pack",
    "bottle", "canister", "bale", "bar",
}  # fmt: skip
UNITS = {*GRAMS, *PIECES, "ml", "l"}
COMMON = {"type", "quote", "place", "when", "assertion", "may"}
OF_TYPE = {
    "price": {"kind", "substance", "form", "low", "high", "currency", "per_value", "per_unit"},
    "quantity": {"kind", "substance", "form", "low", "high", "unit", "grams"},
    "purity": {"substance", "form", "low", "high", "measure"},
    "event": {"kind", "substance", "low", "high"},
    "modality": {"family", "code"},
    "trend": {"indicator", "direction", "substance"},
    "flow": {"origin", "destination", "via", "mode"},
}
KINDS = {"price": records.PriceKind, "quantity": records.QuantityKind, "event": records.EventKind}


def _ids(name: str, table: str) -> set[str]:
    return {entry["id"] for entry in tomllib.loads((TAXONOMY / name).read_text(encoding="utf-8"))[table]}


SUBSTANCES = _ids("substances.toml", "substance")
CODES = _ids("modalities.toml", "code")


def _is_date(iso: str) -> bool:
    try:
        known = PartialDate.parse(iso)
        date(known.year, known.month or 1, known.day or 1)
    except ValueError:
        return False
    return True


def faults(document: dict[str, Any], corpus: str = BLIND) -> Iterator[str]:
    """What is wrong with the form of one document, one line each."""
    shortest, longest = WORDS[corpus]
    if document["lang"] not in ("fr", "en") or not isinstance(document["complete"], bool):
        yield "language or completeness"
    if not shortest <= len(document["text"].split()) <= longest:
        yield "length"
    undated = corpus != BLIND and document["published"] is None  # half of what is met carries no date
    if not (undated or _is_date(document["published"])):
        yield "publication date"
    for number, fact in enumerate(document["facts"]):
        yield from (f"fact {number}: {fault}" for fault in _fact_faults(fact, document["text"]))


def _fact_faults(fact: dict[str, Any], text: str) -> Iterator[str]:
    type_ = fact["type"]
    if set(fact) - {"attribution"} != COMMON | OF_TYPE[type_]:
        yield f"fields {sorted(set(fact) ^ (COMMON | OF_TYPE[type_]))}"
        return
    if not fact["quote"] or fact["quote"] not in text:
        yield "quote not in the text"
    for end in ("place", "origin", "destination", "via"):
        if fact.get(end) == "":
            yield f"empty {end}"
    if fact["assertion"] not in get_args(records.Assertion):
        yield f"assertion {fact['assertion']}"
    if fact["when"] is not None and not _is_date(fact["when"]):
        yield f"when {fact['when']}"
    if fact.get("substance") is not None and fact["substance"] not in SUBSTANCES:
        yield f"substance {fact['substance']}"
    if type_ in KINDS and fact["kind"] not in get_args(KINDS[type_]):
        yield f"kind {fact['kind']}"
    low, high = fact.get("low"), fact.get("high")
    if type_ in ("price", "quantity", "purity") and low is None and high is None:
        yield "no bound"
    if low is not None and high is not None and low > high:
        yield "bounds crossed"
    yield from _typed_faults(fact, type_)


def _typed_faults(fact: dict[str, Any], type_: str) -> Iterator[str]:
    match type_:
        case "price":
            if len(fact["currency"]) != 3 or not fact["currency"].isupper():
                yield f"currency {fact['currency']}"
            if (fact["per_value"] is None) != (fact["per_unit"] is None):
                yield "per_value without per_unit"
            if fact["per_unit"] is not None and fact["per_unit"] not in UNITS:
                yield f"per_unit {fact['per_unit']}"
        case "quantity":
            amount = fact["low"] if fact["low"] is not None else fact["high"]
            if fact["unit"] not in UNITS:
                yield f"unit {fact['unit']}"
            elif fact["unit"] in GRAMS:
                if fact["grams"] != pytest.approx(amount * GRAMS[fact["unit"]], rel=1e-6):
                    yield f"grams {fact['grams']}"
            elif fact["grams"] is not None:
                yield "grams of pieces"
        case "purity":
            if fact["measure"] not in get_args(records.PurityMeasure):
                yield f"measure {fact['measure']}"
            elif fact["measure"] != "mg-per-unit" and max(fact["low"] or 0, fact["high"] or 0) > 100:
                yield "more than 100 %"
        case "modality":
            if f"{fact['family']}:{fact['code']}" not in CODES:
                yield f"code {fact['family']}:{fact['code']}"
        case "trend":
            if fact["indicator"] not in get_args(records.Indicator):
                yield f"indicator {fact['indicator']}"
            if fact["direction"] not in get_args(records.Direction):
                yield f"direction {fact['direction']}"
        case "flow":
            if fact["mode"] not in get_args(records.FlowMode):
                yield f"mode {fact['mode']}"
            if not (fact["origin"] or fact["destination"]):
                yield "no end"


@pytest.mark.parametrize(
    ("corpus", "document"),
    [
        pytest.param(name, document, id=f"{name}:{document['id']}")
        for name, documents in CORPORA.items()
        for document in documents
    ],
)
def test_form(corpus: str, document: dict[str, Any]) -> None:
    assert list(faults(document, corpus)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"quote": "not there"}, "quote"),
        ({"substance": "cocain"}, "substance"),
        ({"kind": "found"}, "kind"),
        ({"when": "2024-13"}, "when"),
        ({"assertion": "denied"}, "assertion"),
        ({"unit": "kilo"}, "unit"),
        ({"grams": 1.0}, "grams"),
        ({"low": 9e9, "high": 1.0}, "bounds"),
        ({"colour": "red"}, "fields"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_fault_is_seen(change: dict[str, Any], fault: str) -> None:
    document, fact = next(
        (d, f) for d in CORPORA[BLIND] for f in d["facts"] if f["type"] == "quantity" and f["unit"] == "kg"
    )
    assert any(fault in line for line in faults({**document, "facts": [{**fact, **change}]}))


@pytest.mark.parametrize("corpus", WORDS)
def test_ids_are_unique_and_the_evaluator_reads_it(corpus: str) -> None:
    documents = CORPORA[corpus]
    assert len({document["id"] for document in documents}) == len(documents)
    read = load_gold(ROOT / "gold" / corpus)
    assert [len(d.facts) for d in read] == [len(d["facts"]) for d in documents]


@pytest.mark.parametrize(
    ("corpus", "type_", "least"),
    [
        (BLIND, "price", 150),
        (BLIND, "quantity", 110),
        (BLIND, "purity", 40),
        (BLIND, "event", 70),
        (BLIND, "modality", 90),
        (BLIND, "trend", 45),
        (BLIND, "flow", 25),
        (FINAL, "price", 90),
        (FINAL, "quantity", 80),
        (FINAL, "purity", 25),
        (FINAL, "event", 40),
        (FINAL, "modality", 40),
        (FINAL, "trend", 20),
        (FINAL, "flow", 12),
    ],
)
def test_enough_facts_of_each_type(corpus: str, type_: str, least: int) -> None:
    assert sum(fact["type"] == type_ for d in CORPORA[corpus] for fact in d["facts"]) >= least


@pytest.mark.parametrize(("corpus", "least"), [(BLIND, 60), (FINAL, 25)])
def test_enough_facts_that_are_not_affirmed(corpus: str, least: int) -> None:
    assert sum(fact["assertion"] != "affirmed" for d in CORPORA[corpus] for fact in d["facts"]) >= least


@pytest.mark.parametrize(("corpus", "least"), [(BLIND, 30), (FINAL, 15)])
def test_trends_flows_and_modalities_are_complete_where_marked(corpus: str, least: int) -> None:
    assert sum(document["complete"] for document in CORPORA[corpus]) >= least
