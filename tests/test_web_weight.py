"""No page weighs more than 300 KB without its charts, however many products a store has; what does not fit is a plain link away."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from report_store import Paper, build, said_price
from vigie.lexicon.substances import taxonomy
from vigie.readmodel import build as readmodel
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Figures, Filters, Group, IndexRow, PeriodFigures, Shift, SourceRow
from vigie.stats.prices import PriceState
from vigie.web.app import make_app

MOST_BYTES = 300_000
QUARTERS = [f"{year}-Q{quarter}" for year in range(2016, 2026) for quarter in (1, 2, 3, 4)]
AREAS = ("FR", "ES", "BE")
NAMED = sorted(taxonomy(), key=lambda id: -len(taxonomy()[id].name_fr))[:100]
SAID = Figures(
    n=123_456, sources=1_250, grades="A–E", rating="A–E/1–5", values=123_456, median=48_123.4, q1=38_123.4, q3=77_432.1,
    low=11_300.4, high=292_543.2,
)  # fmt: skip
KEYS = {
    "retail": [(name, "g", area) for name in NAMED for area in AREAS],
    "purity": [(name, "purity") for name in NAMED * 3],
    "seizures": [(name, "g") for name in NAMED * 3],
    "harms": [("hospitalisation", name) for name in NAMED * 3],
    "ways": [("delivery", "courier")] * 20,
    "flows": [("Saint-Laurent-du-Maroni", "Saint-Denis-de-la-Réunion")] * 300,
    "trends": [("availability", name) for name in NAMED * 3],
}
KEYS["wholesale"] = KEYS["retail"]


def groups(self: ReadModel, filters: Filters, topic: str) -> list[Group]:
    """300 of a topic, each cell as long as it gets."""
    return [
        Group(
            topic=topic, key=key, figures=SAID, medians=0.1, change_state="known", sources_before=1_250,
            moved=lambda: Shift(ratio=-0.1234, low=-0.2345, high=0.3456),
        )
        for key in KEYS[topic]
    ]  # fmt: skip


def indices(self: ReadModel, filters: Filters) -> list[IndexRow]:
    return [
        IndexRow(
            substance=name, unit="g", area=area, period=period, price=48.4, low=38.2, high=77.5, index=124.0, index_low=101.0,
            index_high=155.0, n=1_234, sources=250, state=PriceState.ESTIMATED.label,
        )
        for name in ([filters.substance] if filters.substance else NAMED) for area in AREAS for period in QUARTERS[-12:]
    ]  # fmt: skip


def series(self: ReadModel, filters: Filters, topic: str, key: Any, step: str = "") -> list[PeriodFigures]:
    return [PeriodFigures(period=quarter, figures=SAID) for quarter in QUARTERS]


@pytest.fixture(scope="module", params=["analyst", "public"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("wide")
    papers = [
        Paper(source=s, published="2025-02-14", says=[said_price(60, place="FR-69")])
        for s in ("un", "deux", "trois")
    ]
    store, public = build(folder / "vigie.duckdb", papers), request.param == "public"
    readmodel.build(store, folder / "pages", public=public, today=date(2026, 6, 30))
    with pytest.MonkeyPatch.context() as patch:
        for wide in (groups, indices, series):
            patch.setattr(ReadModel, wide.__name__, wide)
        with TestClient(make_app(folder / "pages", public=public), base_url="http://127.0.0.1") as asking:
            yield asking


PAGES = (
    "fr/",
    "fr/prices",
    "en/prices",
    "fr/harms",
    "fr/flows",
    "fr/channels",
    "fr/substances",
    "fr/substance/cocaine",
    "fr/area/FR-69",
)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_heavier_than_promised(client: TestClient, page: str) -> None:
    answer = client.get(f"/{page}")
    assert answer.status_code == 200
    assert len(answer.content) <= MOST_BYTES


@pytest.mark.parametrize(
    ("page", "topic", "rows"),
    [
        ("prices", "retail", 300),
        ("prices", "index", 300),
        ("prices", "wholesale", 300),
        ("harms", "purity", 300),
        ("flows", "flows", 300),
    ],
)
def test_every_row_is_reached_by_links(client: TestClient, page: str, topic: str, rows: int) -> None:
    found, path, asked = 0, f"/en/{page}?area=FR", 0
    while path:
        text, asked = client.get(path).text, asked + 1
        (table,) = re.findall(rf'<table id="{topic}-table".*?</table>', text, re.DOTALL)
        found += table.count("<tr") - 1
        assert len(text.encode()) <= MOST_BYTES and "area=FR" in path
        links = [html.unescape(link) for link in re.findall(r'href="([^"]+)">Rows \d+ to', text)]
        path = next((link for link in links if f"topic={topic}" in link), "")
    assert found == rows and asked == -(-rows // (60 if page == "prices" else 100))
    assert "Rows before these" in text


def test_sources_go_on_behind_a_link(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [
        SourceRow(source_id=f"s{n}", name=f"Journal {n}", kind="press", grade="B", country="FR", documents=n, first=None, last=None)
        for n in range(250)
    ]  # fmt: skip
    monkeypatch.setattr(ReadModel, "sources", lambda self, filters: listed)
    found, path = [], "/fr/sources"
    while path:
        text = client.get(path).text
        found += [int(n) for n in re.findall(r"<th[^>]*>Journal (\d+)<", text)]
        links = [html.unescape(link) for link in re.findall(r'href="([^"]+)">Lignes \d+ à', text)]
        path = links[0] if links else ""
    assert found == list(range(250)) and "from=100" in text
    assert ">Journal 0<" in client.get("/fr/sources?from=900").text  # no such part: the first one


def test_a_part_that_is_not_there_is_the_whole_page(client: TestClient) -> None:
    whole = client.get("/en/prices").text.count("<table")
    for query in ("topic=retail&from=9000", "topic=nothing&from=60", "from=60", "topic=index&from=x"):
        assert client.get(f"/en/prices?{query}").text.count("<table") == whole
