"""The demonstration corpus through the readers and the redactor: facts stay, furniture and contacts go."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vigie.ingest import read
from vigie.model.document import CleanDocument, RawDocument
from vigie.redact import redact

DEMO = Path(__file__).resolve().parents[1] / "src" / "vigie" / "data" / "demo"
RECORDS: dict[str, dict[str, Any]] = {
    record["id"]: record for record in map(json.loads, (DEMO / "gold.jsonl").read_text("utf-8").splitlines())
}
FURNITURE = ("Roulevite", "Wheelhop", "cuivre", "copper", "Abonnez-vous", "Sign up", "Gaspard", "Nettle77", "2012",
             "Observatoire Confluence —", "1 / 2")  # fmt: skip


@cache
def raw_documents(name: str) -> tuple[RawDocument, ...]:
    return tuple(read(DEMO / name))


def raw_of(record_id: str) -> RawDocument:
    name, _, number = record_id.partition("#")
    return raw_documents(name)[int(number) - 1 if number else 0]


@cache
def clean_of(record_id: str) -> CleanDocument:
    return redact(raw_of(record_id))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("record_id", sorted(RECORDS))
def test_facts_survive_reading(record_id: str) -> None:
    record, raw = RECORDS[record_id], raw_of(record_id)
    text = squeezed(raw.text)
    lost = [f["quote"] for f in record["facts"] if squeezed(f["quote"]) not in text]
    assert lost == []
    assert str(raw.published) == record["published"]
    assert raw.title == record["title"] or record_id.startswith("info-sante-rives")
    assert [word for word in FURNITURE if word in raw.text] == []
    assert raw.source is not None


def test_containers_hold_what_was_written() -> None:
    for name in {r.partition("#")[0] for r in RECORDS if "#" in r}:
        assert len(raw_documents(name)) == sum(r.startswith(f"{name}#") for r in RECORDS)


@pytest.mark.parametrize(
    "record_id", sorted(r for r in RECORDS if r.startswith(("page-pub", "forum", "lettre")))
)
def test_contacts_vanish(record_id: str) -> None:
    clean = clean_of(record_id)
    left = re.findall(r"\d\d \d\d \d\d \d\d|@\w|\.example|\.onion|t\.me|bc1q|rue des Exemples", clean.text)
    assert left == []
    contacts = re.search(r"\d\d \d\d \d\d \d\d|@\w", RECORDS[record_id]["text"])
    assert bool(sum(clean.redactions.values())) == bool(contacts) or clean.redactions


@pytest.mark.parametrize("record_id", sorted(r for r in RECORDS if r.endswith((".html", ".txt", ".docx"))))
def test_authors_vanish(record_id: str) -> None:
    raw, clean = raw_of(record_id), clean_of(record_id)
    match = re.match(r"(?:Par|By) ([A-ZÉ][\w-]+ [A-ZÉ][^\n]+)", raw.text)
    names = {*raw.extra_names, *([match[1]] if match else [])}
    assert [name for name in names if name in clean.text] == []


def test_an_unrelated_article_states_no_fact() -> None:
    from vigie.extract import extract

    unrelated = [r for r in RECORDS if not RECORDS[r]["facts"]]
    assert len(unrelated) == 3
    for record_id in unrelated:
        found = [
            (o.type, o.quote)
            for o in extract(clean_of(record_id))
            if o.type in ("price", "quantity", "purity")
        ]
        assert found == [], record_id
