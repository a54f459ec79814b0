"""Pages that once said too much or too little: each mend with the case that showed it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from report_store import Paper, Said, build, flow, said_price
from vigie.model.errors import SettingsError
from vigie.readmodel import build as readmodel
from vigie.readmodel.records import Filters
from vigie.web.app import make_app

DAY = date(2026, 6, 30)


def papers() -> list[Paper]:
    """Three sources over two years; routes whose ends are a country, a port and a name of two countries."""
    found = []
    for number, source in enumerate(("un", "deux", "trois")):
        for published in ("2024-02-10", "2025-02-14", "2025-11-18"):
            w = f"{('ardoise', 'bouleau', 'cerise')[number]}{published[2:].replace('-', '')}"
            says = [
                said_price(60 + number, place="FR-69"),
                Said(sentence=f"{w}a du Venezuela {w}b vers l'Espagne {w}c.", value=flow("VE", "ES"), place="ES"),
                Said(sentence=f"{w}d de Rotterdam {w}e vers Brest {w}f.", value=flow("GN:2747891", "INSEE:29019"), place="FR"),
                Said(sentence=f"{w}g de Colombie {w}h vers Brest {w}i.", value=flow("CO", "INSEE:29019"), place="FR"),
            ]  # fmt: skip
            found.append(Paper(source=source, published=published, says=says))
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("mended") / "vigie.duckdb", papers())


def opened(store: Path, public: bool) -> Iterator[TestClient]:
    out = store.with_name(f"{'public' if public else 'analyst'}.pages")
    readmodel.build(store, out, public=public, today=DAY)
    with TestClient(
        make_app(out, public=public), base_url="http://127.0.0.1", follow_redirects=False
    ) as client:
        yield client


@pytest.fixture(scope="module")
def analyst(store: Path) -> Iterator[TestClient]:
    yield from opened(store, False)


@pytest.fixture(scope="module")
def public(store: Path) -> Iterator[TestClient]:
    yield from opened(store, True)


def test_the_map_of_routes_places_countries_ports_and_towns(analyst: TestClient) -> None:
    rows = analyst.get("/fr/chart/flows/flow-map.csv").text
    assert rows.count("\n") == 4, rows
    for end in ("Venezuela", "Colombie", "Pays-Bas", "France", "Espagne"):
        assert end in rows
