"""Whole articles with a list of what they state: what counts as found, wrong, forbidden."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from evaluate_samples import found
from vigie.evaluate import ExamplesReport, evaluate_examples
from vigie.model.document import CleanDocument
from vigie.model.errors import InputRefused
from vigie.model.observation import Observation


def scored(
    folder: Path, stated: dict[str, Any], observations: list[Observation], text: str = "Texte."
) -> ExamplesReport:
    (folder / "gold.json").write_text(json.dumps({"docs": {"a.txt": stated}}), encoding="utf-8")

    def read(path: Path) -> Iterator[tuple[CleanDocument, Sequence[Observation]]]:
        document = CleanDocument(
            doc_id="d", path=path.name, format="plain", kind="press", grade="F", lang="fr", title="",
            published=None, outlet="", text=text,
        )  # fmt: skip
        yield document, observations

    return evaluate_examples(folder, read=read)


# id, what is stated, predictions, must-facts found, of how many
FOUND = [
    ("substance", {"substances": ["cocaine", "heroin"]}, [found("price")], 1, 2),
    ("substance_child", {"substances": ["cocaine"]}, [found("price", substance="crack")], 1, 1),
    ("price", {"price": [{"kind": "retail", "low": 80, "high": 80, "currency": "EUR"}]}, [found("price")], 1, 1),
    ("price_kind", {"price": [{"kind": "wage", "low": 80, "high": 80}]}, [found("price")], 0, 1),
    ("price_amount", {"price": [{"low": 60, "high": 80}]}, [found("price")], 0, 1),
    ("price_per_gram", {"price": [{"eur_per_g": 80}]}, [found("price", eur_per_unit=80.0, unit="g")], 1, 1),
    ("price_per_pill", {"price": [{"eur_per_g": 80}]}, [found("price", eur_per_unit=80.0, unit="pill")], 0, 1),
    ("quantity_place", {"quantity": [{"low": 5, "high": 5, "unit": "kg", "place": "Lyon"}]}, [found("quantity")], 0, 1),
    ("modality", {"modality": ["channel:telegram", "channel:sms"]}, [found("modality")], 1, 2),
    ("trend", {"trend": [{"indicator": "price", "direction": "down"}]}, [found("trend")], 1, 1),
    ("trend_of_other", {"trend": [{"indicator": "price", "direction": "down", "substance": "lsd"}]}, [found("trend")], 0, 1),
    ("flow_code", {"flow": [{"origin": "ES"}]}, [found("flow")], 1, 1),
    ("flow_side", {"flow": [{"origin": "Lyon"}]}, [found("flow")], 0, 1),
    ("places", {"places": ["Lyon", "Espagne", "Antilles"]}, [found("flow"), found("price", place="Antilles")], 3, 3),
    ("event", {"event": [{"kind": "arrest", "place": "Lyon"}]}, [found("event", place="Lyon")], 1, 1),
    ("may_is_no_must", {"event_may": [{"kind": "overdose"}]}, [], 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "observations", "part", "whole"), [f[1:] for f in FOUND], ids=[f[0] for f in FOUND]
)
def test_found(
    tmp_path: Path, stated: dict[str, Any], observations: list[Observation], part: int, whole: int
) -> None:
    report = scored(tmp_path, stated, observations)
    assert (report.must.part, report.must.whole) == (part, whole)
    assert len(report.missed) == whole - part


def test_precision(tmp_path: Path) -> None:
    stated = {
        "price": [{"low": 80, "high": 80}],
        "price_may": [{"low": 1, "high": 1}],
        "modality_may": ["channel:sms"],
    }
    observations = [
        found("price"), found("price", low=1.0, high=1.0), found("price", low=9.0, high=9.0),
        found("modality"), found("modality"), found("modality", code="sms"),
    ]  # fmt: skip
    report = scored(tmp_path, stated, observations)
    shares = {s.category: (s.part, s.whole) for s in report.precision}
    assert shares == {"price": (2, 3), "quantity": (0, 0), "modality": (1, 2)}  # codes count once
    assert [row.split(": ")[1] for row in report.wrong] == ["price 'q'", "modality channel:telegram"]


@pytest.mark.parametrize(("assertion", "count"), [("affirmed", 1), ("hypothetical", 0)])
def test_forbidden_only_when_affirmed(tmp_path: Path, assertion: str, count: int) -> None:
    stated = {"forbidden_affirmed": [{"type": "event", "kind": "overdose", "why": "feared"}]}
    report = scored(tmp_path, stated, [found("event", kind="overdose", assertion=assertion), found("event")])
    assert len(report.forbidden) == count


def test_names_are_counted_not_shown(tmp_path: Path) -> None:
    report = scored(
        tmp_path, {"names_forbidden_in_text": ["Zoé Vantard", "Courbet"]}, [], "selon zoe vantard,"
    )
    assert report.names == ("a.txt: 1",)
    assert "Vantard" not in report.table()


def test_table(tmp_path: Path) -> None:
    report = scored(tmp_path, {"substances": ["cocaine", "lsd"]}, [found("price")])
    assert "found     all           1 of 2    0.500" in report.table()
    assert 'missed a.txt: substances "lsd"' in report.table()
    assert report.to_json()["documents"] == 1


def test_real_reading(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "2021-03-11\n\nLe gramme de cocaïne se vend 80 euros à Lyon.\n", encoding="utf-8"
    )
    stated = {"price": [{"low": 80, "high": 80, "substance": "cocaine"}], "substances": ["cocaine"]}
    (tmp_path / "gold.json").write_text(json.dumps({"docs": {"a.txt": stated}}), encoding="utf-8")
    report = evaluate_examples(tmp_path)
    assert (report.must.part, report.must.whole) == (2, 2)


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_folder_without_gold(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "gold.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputRefused):
        evaluate_examples(tmp_path)
