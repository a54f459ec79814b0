"""Pages that once said too much or too little: each mend with the case that showed it."""

from __future__ import annotations

import csv
import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from report_store import Paper, Said, build, flow, said_price
from vigie.readmodel import build as readmodel
from vigie.readmodel.records import Figures, Filters, Group, IndexRow
from vigie.store import Store
from vigie.store.watchlist import AUTOMATIC, AlertDecision, SavedAlert, write_alerts
from vigie.web.app import make_app
from vigie.web.content import Table
from vigie.web.groups import compared, group_table, tile_of
from vigie.web.pages.prices import index_section
from vigie.web.words import page_words

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


ADDRESSES = [
    ("a figure", "figure/retail/cocaine/g/FR/2025", "/fr/evidence?key=cocaine~g&topic=retail&area=FR&period=2025"),
    ("of all", "figure/retail/cocaine/g/all/all", "/fr/evidence?key=cocaine~g&topic=retail"),
    ("a cell", "cell/2025/country/FR/price/retail/cocaine/EUR-g/-", "/fr/prices?area=FR&period=2025&substance=cocaine"),
    ("an index", "index/cocaine/g/FR/2025-Q1", "/fr/price-index/cocaine~g~FR#2025-Q1"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "there"), [a[1:] for a in ADDRESSES], ids=[a[0] for a in ADDRESSES])
def test_a_stable_address_is_an_address(
    analyst: TestClient, public: TestClient, address: str, there: str
) -> None:
    for client in (analyst, public):
        for path, lang in ((f"/fr/{address}", "fr"), (f"/en/{address}", "en"), (f"/{address}", "fr")):
            got = client.get(path)
            assert got.status_code == 303, path
            assert got.headers["location"].replace("%7E", "~") == there.replace("/fr/", f"/{lang}/"), path
        assert client.get(got.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/fr/figure/retail", "/fr/figure/nothing/a/b/FR/2025", "/fr/figure/retail/cocaine/g/XX/2025", "/fr/figure/", "/figure/../x", "/xx/figure/retail/cocaine/g/FR/2025", "/fr/cell/2025", "/fr/alert/r99"],
)  # fmt: skip
def test_an_address_that_names_nothing(analyst: TestClient, public: TestClient, path: str) -> None:
    for client in (analyst, public):
        assert client.get(path).status_code == 404


def test_an_alert_without_a_language(public: TestClient) -> None:
    got = public.get("/alert/r3", headers={"accept-language": "en"})
    assert (got.status_code, got.headers["location"]) == (303, "/en/alert/r3")
    assert public.get("/alert/erased").headers["location"] == "/fr/alerts"


QUARTERS = ["T4 2025", "Q4 2025", "t4-2025", "2025-T4", "2025T4", "T4\u00a02025"]


@pytest.mark.parametrize("written", QUARTERS)
def test_a_quarter_as_pages_write_it(analyst: TestClient, public: TestClient, written: str) -> None:
    for client in (analyst, public):
        got = client.get("/fr/prices", params={"period": written})
        assert got.status_code == 200
        assert 'value="2025-Q4" selected' in got.text


REFUSED = [
    "substance=nothing",
    "area=FR-999",
    "period=2025-Q7",
    "period=T5+2025",
    "grade=Z",
    "language=klingon",
]


@pytest.mark.parametrize("query", REFUSED)
def test_a_refused_filter_is_told_in_the_language_of_the_page(
    analyst: TestClient, public: TestClient, query: str
) -> None:
    for client in (analyst, public):
        french, english = (html.unescape(client.get(f"/{lang}/prices?{query}").text) for lang in ("fr", "en"))
        assert re.search(r"Écrivez|n'est pas public", french)
        assert not re.search(r"not known|Write |\(write", french)
        assert re.search(r"Write |not public", english)


def test_days_of_publication_are_the_analysts(analyst: TestClient, public: TestClient) -> None:
    for path in ("/fr/", "/fr/area/FR-69", "/fr/substance/cocaine"):
        assert "10 février 2024" in plain(analyst.get(path))
        told = plain(public.get(path))
        assert "du T1 2024 au T4 2025" in told
        assert not re.search(r"publiés? [^.]*(février|novembre)", told)


def plain(got: Response) -> str:
    return html.unescape(got.text).replace("\u00a0", " ").replace("\u202f", " ")


def row(**changes: object) -> IndexRow:
    found = IndexRow(
        substance="cocaine", unit="g", area="FR", period="2025-Q1", price=60.0, low=50.0, high=70.0, index=100.0,
        index_low=90.0, index_high=110.0, n=5, sources=3, state="estimated",
    )  # fmt: skip
    return replace(found, **changes)  # type: ignore[arg-type]


RESTS = [
    ("its own", {}, True), ("other areas", {"state": "pooled"}, False), ("a neighbour", {"state": "interpolated", "n": 0}, False),
    ("two statements", {"n": 2}, False), ("one source", {"sources": 1}, False),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "shown"), [r[1:] for r in RESTS], ids=[r[0] for r in RESTS])
def test_an_index_rests_on_its_own_statements(changes: dict[str, object], shown: bool) -> None:
    class Model:
        def indices(self, filters: Filters) -> list[IndexRow]:
            return [row(), row(substance="heroin", **changes)]

    (section,) = index_section(Model(), Filters(), page_words("fr"))  # type: ignore[arg-type]
    (table,) = (b for b in section.blocks if isinstance(b, Table))
    cells = {r.cells[0].text.partition(",")[0]: [c.text for c in r.cells] for r in table.rows}["Héroïne"]
    assert ("60" in cells[3]) == shown
    assert ("trop peu" in cells[3]) == (not shown)
    assert (cells[4] != "–") == shown


CHANGES = [
    ("three sources in both", 3, 3, 0.25, "+25"), ("two before", 3, 2, 0.25, "données insuffisantes"),
    ("two now", 2, 3, 0.25, "données insuffisantes"), ("none before", 3, 0, 0.25, "données insuffisantes"),
    ("equal medians", 3, 3, 0.0, "même médiane"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "before", "change", "told"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_a_change_rests_on_sources_and_is_an_indication(
    now: int, before: int, change: float, told: str
) -> None:
    class Model:
        def groups(self, filters: Filters, topic: str) -> list[Group]:
            figures = Figures(n=9, sources=now, values=9, median=60.0)
            group = Group(
                topic=topic, key=("cocaine", "g"), figures=figures, medians=change, change_state="known", sources_before=before
            )  # fmt: skip
            return [group]

    (group,) = compared(Model(), Filters(period="2025"), "retail")  # type: ignore[arg-type]
    table = group_table("retail", [group], page_words("fr"), Filters())
    assert any(cell.text.startswith(told) for cell in table.rows[0].cells)
    known = "insuffisantes" not in told
    assert ("sans intervalle" in table.note) == known
    tile = tile_of(group, page_words("fr"), Filters())
    assert bool(tile.change) == known
    assert ("indication" in tile.change) == (told == "+25")


def test_the_last_quarter_and_what_was_read_are_told(analyst: TestClient, public: TestClient) -> None:
    for path in ("/fr/", "/fr/area/FR-69"):
        told = plain(analyst.get(path))
        assert "T4 2025 est incomplet : documents lus jusqu'au 18 novembre 2025." in told
        assert 'id="chart-collected"' in told
        assert "Le dernier trimestre (T4 2025) peut être incomplet." in plain(public.get(path))
        assert "chart-collected" not in public.get(path).text
    rows = analyst.get("/fr/chart/overview/collected.csv").text.lstrip("\ufeff").splitlines()
    read = {row["period"]: row["value"] for row in csv.DictReader(rows) if row["value"]}
    assert {q: float(n) for q, n in read.items()} == {"2024-Q1": 3, "2025-Q1": 3, "2025-Q4": 3}


def test_the_form_of_filters_is_whole_without_a_script(analyst: TestClient) -> None:
    assert re.search(
        r'<details class="fold" open><summary>.*?<form class="filters"',
        analyst.get("/fr/prices").text,
        re.DOTALL,
    )
    assert '<details class="fold" data-set open>' in analyst.get("/fr/prices?period=2025").text
    css = analyst.get("/static/site.css").text
    assert ".fold > summary { display: none; }" in css
    assert ".crumbs li:not(:last-child)::after" in css


def test_no_saved_alert_is_told_to_the_analyst(analyst: TestClient, public: TestClient) -> None:
    assert "vigie stats alerts --save" in analyst.get("/fr/alerts").text
    assert "vigie stats" not in public.get("/fr/alerts").text


def test_an_alert_tells_what_was_decided_on_it(store: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(store, tmp_path / "decided.duckdb"))
    held = SavedAlert(
        alert_id="a_0123456789ab", doc_id=None, kind="rise", substance="cocaine", area="FR-69", period="week",
        started=date(2026, 5, 4), last_alarm=date(2026, 6, 1), grade=2, likelihood="possible", impact="", status="new",
        p=0.001, false_per_month=0.1, speakers=3, first_saved=DAY, last_saved=DAY,
    )  # fmt: skip
    log = [
        AlertDecision(alert_id=held.alert_id, action=action, made_on=DAY, role=role, reason=reason)
        for action, role, reason in (
            ("open", AUTOMATIC, "found with the grade moderate"),
            ("confirm", "épidémiologiste", "trois services <l'ont> vu"),
        )
    ]
    with Store.open(path) as opened_store:
        write_alerts(opened_store, [(held, [])], log)
    for analyst in opened(path, public=False):
        page = analyst.get(f"/fr/alert/{held.alert_id}").text
        table = page[page.index('id="decisions-table"') :]
        assert [table.index(w) for w in ("ouverte", "automatique", "confirmée", "épidémiologiste")] == sorted(
            table.index(w) for w in ("ouverte", "automatique", "confirmée", "épidémiologiste")
        )
        assert re.search(r'lang="en"[^>]*>found with the grade moderate', table)
        assert "trois services &lt;l&#39;ont&gt; vu" in table
        assert "found with" in analyst.get(f"/en/alert/{held.alert_id}").text
    for public in opened(path, public=True):
        assert public.get(f"/fr/alert/{held.alert_id}").status_code != 200
