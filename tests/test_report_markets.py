"""Prices of different markets are not mixed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from report_store import Paper, Said, build, price
from test_report_public import BLANK
from vigie.report.bulletin import make_bulletin
from vigie.report.markets import market_of
from vigie.report.public import ANALYST, public_gate
from vigie.store import Store

MARKETS = [
    # id, fields of the fact, market
    ("commune", {"place_label": "Lyon", "place_code": "INSEE:69123", "place_level": "commune",
                 "place_department": "FR-69", "place_region": "FR-ARA", "place_country": "FR"}, "FR"),
    ("country", {"place_label": "Colombie", "place_code": "CO", "place_level": "country"}, "CO"),
    ("cayenne", {"place_label": "Cayenne", "place_code": "INSEE:97302", "place_level": "commune",
                 "place_department": "FR-973", "place_country": "FR"}, "FR-973"),
    ("guyane", {"place_label": "Guyane", "place_code": "FR-973", "place_level": "department",
                "place_country": "FR"}, "FR-973"),
    ("polynesia", {"place_label": "Polynésie", "place_code": "FR-PF", "place_level": "region",
                   "place_country": "FR"}, "FR-PF"),
    ("nothing_said", {}, "GB"),
    ("a_place_without_country", {"place_label": "Amazonie", "place_level": "area"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "fields", "market"), MARKETS, ids=[c[0] for c in MARKETS])
def test_market(_name: str, fields: dict[str, str], market: str) -> None:
    assert market_of(replace(BLANK, source_country="GB", **fields)) == market  # type: ignore[arg-type]


def kilo(euros: float, place: str) -> Said:
    value = price(euros, "kg", "wholesale")
    return Said(sentence=f"Le kilo vaut {euros} euros.", value=value, place=place)


def test_a_kilo_in_bogota_is_no_price_in_lyon(tmp_path: Path) -> None:
    """The median of both fell by half because the sources spoke of other places."""
    papers = [
        *[Paper(source=s, published="2024-02-03", says=[kilo(30000, "INSEE:69123")]) for s in "abc"],
        *[
            Paper(source=s, published="2025-02-03", says=[kilo(30000, "FR-69"), kilo(1500, "CO")])
            for s in "abc"
        ],
        Paper(source="d", published="2025-02-03", says=[kilo(5000, "INSEE:97302")]),
    ]
    with Store.open(build(tmp_path / "v.duckdb", papers), read_only=True) as store:
        page = make_bulletin(store, period="2025", area=None, lang="en", gate=ANALYST)
        public = make_bulletin(
            store, period="2025", area=None, lang="en", gate=public_gate(date(2025, 12, 31))
        )
    rows = {row.cells[0]: (row.cells[1], row.cells[-1]) for row in page.rows("wholesale")}
    assert rows == {
        "cocaine, Colombia": ("€1,500/kg", "not enough data"),
        "cocaine, France": ("€30,000/kg", "no change"),
        "cocaine, French Guiana": ("–", "not enough data"),
    }
    assert [row.cells[0] for row in public.rows("wholesale")] == ["cocaine, Colombia", "cocaine, France"]
