"""Places in sentences: what is found, where, and with which code. Rows: tests/cases/places*.toml."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from growth import calls
from vigie.extract.place import find_places

FOLDER = Path(__file__).parent / "cases"
CASES: list[dict[str, Any]] = [
    case
    for name in ("places.toml", "places_press.toml")
    for case in tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["case"]
]


def unmark(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its brackets, and the spans that they held."""
    spans: list[tuple[int, int]] = []
    text = ""
    opened = 0
    for piece in re.split(r"([\[\]])", marked):
        if piece == "[":
            opened = len(text)
        elif piece == "]":
            spans.append((opened, len(text)))
        else:
            text += piece
    return text, spans


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_places_of_a_sentence(case: dict[str, Any]) -> None:
    text, spans = unmark(case["text"])
    assert len(spans) == len(case["codes"]), "the row is wrong: one code per bracket"
    found = find_places(text, case["lang"])
    assert [text[m.start : m.end] for m in found] == [text[s:e] for s, e in spans]
    assert [(m.start, m.end) for m in found] == spans
    assert [m.place.code or "=" for m in found] == case["codes"]


FIELDS = [
    # text, name as written, label, level, department, region, country
    ("Un habitant du Mans.", "Mans", "Le Mans", "commune", "FR-72", "FR-PDL", "FR"),
    (
        "À Paris 15e, un drive.",
        "Paris",
        "Paris 15e arrondissement",
        "arrondissement",
        "FR-75",
        "FR-IDF",
        "FR",
    ),
    ("Dans le Gers, rien.", "Gers", "Gers", "department", "FR-32", "FR-OCC", "FR"),
    ("En Bretagne, rien.", "Bretagne", "Bretagne", "region", None, "FR-BRE", "FR"),
    ("Aux USA, rien.", "USA", "États-Unis", "country", None, None, "US"),
    ("Les Antilles, rien.", "Antilles", "Antilles", "area", None, None, None),
    ("La région lyonnaise.", "région lyonnaise", "région lyonnaise", "area", "FR-69", "FR-ARA", "FR"),
    ("À Anvers, rien.", "Anvers", "Anvers", "city", None, "BE-VLG", "BE"),
    ("La région francilienne.", "région francilienne", "Île-de-France", "region", None, "FR-IDF", "FR"),
]


@pytest.mark.parametrize("row", FIELDS, ids=[row[1] for row in FIELDS])
def test_a_place_says_what_contains_it(row: tuple[str | None, ...]) -> None:
    text, *expected = row
    (mention,) = find_places(str(text), "fr")
    place = mention.place
    assert [place.name, place.label, place.level, place.department, place.region, place.country] == expected


def test_a_region_round_a_town_is_not_the_town() -> None:
    (mention,) = find_places("Un réseau de la région lyonnaise.", "fr")
    assert mention.place.code is None


def test_mentions_are_in_order_and_apart() -> None:
    text = " ".join(unmark(case["text"])[0] for case in CASES if case["lang"] == "fr")
    found = find_places(text, "fr")
    assert len(found) > 200
    assert all(one.end <= two.start for one, two in pairwise(found))


def test_work_grows_with_the_length() -> None:
    unit = "Saint-Martin de la Croix, Paris et Lyon (Rhône), au Mans, du Nord - Pas-de-Calais "
    short, long = (calls(lambda size=size: find_places(unit * size, "fr")) for size in (50, 400))
    assert long < 1000 + 12 * short


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "12 €", "A", "À", "L'", "Saint-", "(Landes", "Paris 99e", "St."]
)
def test_scraps_do_not_break(text: str) -> None:
    assert len(find_places(text, "fr")) <= 1
    assert len(find_places(text, "en")) <= 1
