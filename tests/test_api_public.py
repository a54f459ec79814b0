"""The public API gives nothing that the public pages do not: its figures are made of whole public cells, and canaries of all else stay in."""

from __future__ import annotations

import io
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from audit_public import random_papers
from report_store import build
from test_api import BASE, client_of
from test_public_outputs import CANARIES, canary_store
from vigie.readmodel import build as readmodel
from vigie.report.period import parse_period
from vigie.report.public import public_gate
from vigie.report.results import TOPICS, grouped
from vigie.store import Store
from vigie.web.api.media import MEDIA
from vigie.web.api.resources import RESOURCES, offered

DAY = date(2026, 6, 30)
AREAS = (None, "FR", "ES", "FR-ARA", "FR-69", "FR-13", "FR-973")
PERIODS = (None, "2025", "2025-Q1", "2025-Q2")
LISTS = tuple(r.name for r in offered(public=True))


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(
        tmp_path_factory.mktemp("audited") / "vigie.duckdb", random_papers(random.Random(3), 160), DAY
    )


@pytest.fixture(scope="module")
def client(audited: Path) -> Iterator[TestClient]:
    out = audited.with_name("public.pages")
    readmodel.build(audited, out, public=True, today=DAY)
    with client_of(out, public=True) as found:
        yield found


def everything(client: TestClient, address: str) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    rows: list[dict[str, Any]] = []
    following = address + ("&" if "?" in address else "?") + "limit=50"
    while following:
        got = client.get(following)
        assert got.status_code == 200, got.text
        rows += got.json()["items"]
        following = got.headers.get("link", "").partition("<")[2].partition(">")[0]
    return rows


def test_every_figure_is_made_of_whole_public_cells(client: TestClient, audited: Path) -> None:
    """Each figure, series and area counts facts that the gate let out, all of a cell or none of it, by the gate's own grouping."""
    gate = public_gate(DAY)
    with Store.open(audited, read_only=True) as store:
        cells = gate.read(store).cells
    assert len(cells) > 10
    figures = 0
    for area in AREAS:
        here = gate.at(area)
        inside = [cell for cell in cells if here.holds_area(cell.label.area)]
        for period in PERIODS:
            span = parse_period(period, ()) if period else None
            kept = {
                cell.label: [f for f in cell.facts if span is None or span.holds(f.when_start, f.when_end)]
                for cell in inside
            }
            # A period takes a cell whole or leaves it.
            assert all(
                len(facts) in (0, len(cell.facts)) for cell, facts in zip(inside, kept.values(), strict=True)
            )
            told = {f.doc_id + f.id for held in kept.values() for f in held}
            # Markets are told apart where a product has several, whatever the period: as in bulletins.
            groups = {
                (topic.id, "~".join(key)): len([f for f in group if f.doc_id + f.id in told])
                for topic in TOPICS
                for key, group in grouped(topic, [f for cell in inside for f in cell.facts]).items()
            }
            want = {key: n for key, n in groups.items() if n}
            query = urlencode({name: value for name, value in (("area", area), ("period", period)) if value})
            got = everything(client, f"{BASE}/figures?{query}" if query else f"{BASE}/figures")
            for row in got:
                assert row["observations"] == want[row["topic"], row["key"]], (row, area, period)
                assert row["sources"] >= 3
                assert (
                    row["topic"] != "harms" or row["median"] is row["q1"] is row["q3"] is row["low"] is None
                )
            assert {(r["topic"], r["key"]) for r in got} == set(want)
            figures += len(got)
    assert figures > 100


def test_series_and_areas_are_those_figures(client: TestClient) -> None:
    """What a series or a list of areas says of one period or area is what /figures says there: nothing is told twice differently."""
    compared: dict[str, int] = defaultdict(int)
    for figure in everything(client, f"{BASE}/figures?area=FR"):
        asked = urlencode({"topic": figure["topic"], "key": figure["key"]})
        for row in everything(client, f"{BASE}/series?area=FR&step=year&{asked}"):
            if row["observations"]:
                there = everything(client, f"{BASE}/figures?area=FR&period={row['period']}&{asked}")
                assert [t["observations"] for t in there] in ([], [row["observations"]])
                compared["series"] += len(there)
        if len(figure["key"].split("~")) == 2:
            for row in everything(client, f"{BASE}/areas?level=department&area=FR&{asked}"):
                there = everything(client, f"{BASE}/figures?area={row['area']}&{asked}")
                assert [t["observations"] for t in there] in ([], [row["observations"]])
                compared["areas"] += len(there)
    assert min(compared["series"], compared["areas"]) > 3


DOWNGRADES = [
    "figures?grade=F", "figures?lang=fr", "figures?language=fr", "figures?type=price", "figures?since=2025-01-01", "figures?period=2025-03",
    "figures?area=INSEE:69266", "figures?area=GN:2996944", "series?step=month", "series?type=price", "areas?level=commune", "areas?area=INSEE:69123",
    "evidence?topic=retail&grade=A", "evidence?topic=retail&since=2025-01-01", "evidence?topic=retail&period=2025-03", "sources?grade=A",
    "coverage?lang=fr", "alerts?lang=fr", "figures?public=false", "figures?edition=analyst", "figures?sources=1", "figures?k=1", "figures?role=admin",
    "figures?limit=100000", "figures?topic=retail&topic=harms", "observations", "observations?limit=1", "observations/o1", "documents", "documents/doc001",
    "figures?cursor=eyJhIjoxfQ",
]  # fmt: skip


@pytest.mark.parametrize("address", DOWNGRADES)
@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_no_parameter_opens_the_public_rules(client: TestClient, address: str, accept: str) -> None:
    got = client.get(f"{BASE}/{address}", headers={"accept": accept})
    assert got.status_code in (400, 404) and got.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer vigie_x"}, {"cookie": "session=admin"}, {"x-vigie-role": "admin"}, {"x-forwarded-user": "admin"},
        {"x-http-method-override": "POST"}, {"x-original-url": f"{BASE}/observations"},
    ],
    ids=lambda h: next(iter(h)),
)  # fmt: skip
def test_no_header_opens_them(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get(f"{BASE}/figures", headers=headers).content == client.get(f"{BASE}/figures").content
    assert client.get(f"{BASE}/observations", headers=headers).status_code == 404


def test_the_analysts_lists_have_no_address_here() -> None:
    assert {r.name for r in RESOURCES} - set(LISTS) == {"observations", "documents"}


def test_the_public_api_tells_no_canary(tmp_path: Path) -> None:
    """Every list in every format, under every area, period and topic that it names itself; every single row."""
    canary_store(tmp_path / "vigie.duckdb")
    out = tmp_path / "public.pages"
    readmodel.build(tmp_path / "vigie.duckdb", out, public=True, today=date.today())
    seen: list[str] = []
    names: set[str] = set()

    def hold(value: Any) -> None:
        """The text of an answer, and the names of its fields."""
        if isinstance(value, dict):
            names.update(value)
            for inner in value.values():
                hold(inner)
        elif isinstance(value, list):
            for inner in value:
                hold(inner)
        else:
            seen.append(str(value))

    with client_of(out, public=True) as client:
        figures = everything(client, f"{BASE}/figures")
        areas = [row["area"] for row in everything(client, f"{BASE}/areas")]
        periods = [row["period"] for row in everything(client, f"{BASE}/series")]
        assert figures and areas and periods
        choices = [
            {},
            *({"area": a} for a in areas),
            *({"period": p} for p in (*periods[-2:], periods[-1][:4])),
        ]
        asked = [
            (name, dict(c))
            for name in LISTS
            if name != "evidence"
            for c in choices
            if name != "alerts" or "period" not in c
        ]
        for figure in figures:
            of = {"topic": figure["topic"], "key": figure["key"]}
            asked += [(name, of | c) for name in ("series", "evidence") for c in choices[:3]]
        for name, query in asked:
            hold(everything(client, f"{BASE}/{name}?{urlencode(query)}" if query else f"{BASE}/{name}"))
        for resource in offered(public=True):
            for form in resource.formats:
                needed = "?topic=retail" if resource.needed else ""
                got = client.get(
                    f"{BASE}/{resource.name}{needed}", headers={"accept": MEDIA[form].partition(";")[0]}
                )
                assert got.status_code == 200
                if form == "parquet":
                    hold(pq.read_table(io.BytesIO(got.content)).to_pylist())
                else:
                    seen.append(got.text)
        for row in everything(client, f"{BASE}/alerts"):
            hold(client.get(f"{BASE}/alerts/{row['id']}").json())
        hold(client.get(BASE).json())
    text = "\n".join(seen).replace("\u00a0", " ").lower()
    assert "cocaine" in text and "telegram" in text
    leaked = [
        name
        for name, forms in CANARIES.items()
        if any(f.lower() in text for f in ([forms] if isinstance(forms, str) else forms))
    ]
    assert leaked == []
    assert {
        "doc_id",
        "start",
        "end",
        "confidence",
        "rule",
        "value",
        "path",
        "source_id",
        "credibility",
        "text",
    } & names == set()
