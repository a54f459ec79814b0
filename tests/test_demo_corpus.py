"""The demonstration corpus: what is annotated stands there, codes exist, the spread is as meant."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vigie.ingest.sources import load_card

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "src" / "vigie" / "data" / "demo"
TAXONOMY = ROOT / "src" / "vigie" / "data" / "taxonomy"
RECORDS: list[dict[str, Any]] = [
    json.loads(line) for line in (DEMO / "gold.jsonl").read_text("utf-8").splitlines()
]
FACTS = [fact for record in RECORDS for fact in record["facts"]]
MUST = [fact for fact in FACTS if not fact["may"]]


@pytest.fixture(scope="module")
def builder() -> Any:
    spec = importlib.util.spec_from_file_location("build_demo", ROOT / "scripts" / "build_demo.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_demo"] = module
    spec.loader.exec_module(module)
    return module


def test_quotes_stand_in_the_text() -> None:
    missing = [(r["id"], f["quote"]) for r in RECORDS for f in r["facts"] if f["quote"] not in r["text"]]
    assert missing == []
    assert all(f["quote"].strip() == f["quote"] != "" for f in FACTS)


def test_places_and_figures_are_plausible() -> None:
    for fact in FACTS:
        low, high = fact.get("low"), fact.get("high")
        if low is not None and high is not None:
            assert low <= high, fact
        if fact["type"] == "purity" and fact["measure"] != "mg-per-unit":
            assert 0 <= (low if low is not None else high) <= 100, fact


@pytest.mark.parametrize(
    ("type_", "least"),
    [
        ("price", 150),
        ("quantity", 120),
        ("event", 60),
        ("purity", 40),
        ("modality", 80),
        ("trend", 30),
        ("flow", 20),
    ],
)
def test_enough_facts_of_each_type(type_: str, least: int) -> None:
    assert sum(f["type"] == type_ for f in MUST) >= least


def test_enough_facts_that_are_not_affirmed() -> None:
    by_type = Counter(f["type"] for f in MUST if f["assertion"] != "affirmed")
    assert sum(by_type.values()) >= 60
    assert len(by_type) == 7
    assert {f["assertion"] for f in MUST} == {"affirmed", "negated", "hypothetical", "planned", "reported"}


def test_spread_over_documents_years_and_places() -> None:
    assert len(RECORDS) >= 64
    assert Counter(r["lang"] for r in RECORDS)["en"] >= 19
    assert {r["published"][:4] for r in RECORDS} == {"2023", "2024", "2025"}
    quarters = {(r["published"][:4], (int(r["published"][5:7]) - 1) // 3) for r in RECORDS}
    assert len(quarters) == 12
    assert sum(count >= 3 for count in Counter(f["place"] for f in MUST if f["place"]).values()) >= 10
    assert len({Path(r["id"].partition("#")[0]).suffix for r in RECORDS}) >= 8


def test_substances_stand_in_the_taxonomy() -> None:
    known = {s["id"] for s in tomllib.loads((TAXONOMY / "substances.toml").read_text("utf-8"))["substance"]}
    assert {f["substance"] for f in FACTS if f.get("substance")} - known == set()


def test_modalities_stand_in_the_taxonomy() -> None:
    known = {row["id"] for row in tomllib.loads((TAXONOMY / "modalities.toml").read_text("utf-8"))["code"]}
    used = {f"{f['family']}:{f['code']}" for f in FACTS if f["type"] == "modality"}
    assert used - known == set()
    assert len(used) >= 70


def test_every_document_has_a_card_of_an_invented_source() -> None:
    ids = set()
    for folder in sorted(p for p in DEMO.iterdir() if p.is_dir()):
        card = load_card(folder / "source.toml")
        assert "invented for the demonstration" in card.legal_basis.lower()
        ids.add(card.id)
    assert len(ids) >= 20
    assert all((DEMO / r["id"].partition("#")[0]).is_file() for r in RECORDS)


def test_contacts_are_reserved_ones() -> None:
    """Numbers set aside for fiction, domains set aside for examples: nobody can be called or written to."""
    for record in RECORDS:
        for number in re.findall(r"(?:\+33 ?|\b0)(\d(?: ?\d\d){4})\b", record["text"]):
            assert re.match(r"1 99 00|6 39 98|0 00 00|7 00 00", number), record["id"]
        for host in re.findall(r"[\w.-]+@([\w.-]+)", record["text"]):
            assert host.rstrip(".").endswith(".example"), record["id"]


def test_the_committed_files_are_what_the_sources_build(builder: Any, tmp_path: Path) -> None:
    """PDF apart: its bytes depend on the version of typst."""
    for path in builder.build(tmp_path, pdf=False):
        assert (DEMO / path.relative_to(tmp_path)).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize(
    ("marked", "text", "quotes"),
    [
        ("À {70 euros|p r cocaine 70 1g}.", "À 70 euros.", ["70 euros"]),
        ("{de {7|p r hhc 7 1g} à 8|t price up}", "de 7 à 8", ["7", "de 7 à 8"]),
        ("{x|m channel:sms ; m payment:cash}", "x", ["x", "x"]),
        ("no mark", "no mark", []),
    ],
)
def test_marks(builder: Any, marked: str, text: str, quotes: list[str]) -> None:
    found, facts = builder.unmark(marked)
    assert found == text
    assert sorted(f["quote"] for f in facts) == sorted(quotes)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("60", (60, 60, "")),
        ("60..70", (60, 70, "")),
        ("60..", (60, None, "")),
        ("..70GBP", (None, 70, "GBP")),
        ("1.5kg", (1.5, 1.5, "kg")),
    ],
)
def test_amounts(builder: Any, token: str, expected: tuple[object, ...]) -> None:
    assert builder.amount(token) == expected


@pytest.mark.parametrize("marked", ["{open", "{x|z nothing}", "{x|p r cocaine euros 1g}"])
def test_a_broken_mark_is_refused(builder: Any, marked: str) -> None:
    with pytest.raises(builder.MarkError):
        builder.unmark(marked)
