"""The REST API over both editions, in process: what is answered, in which format, to whom, and what is never told."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from report_store import Paper, build, said_price
from test_web_pages import DAY, papers
from vigie.accounts.records import ANONYMOUS, LOCAL, Who
from vigie.readmodel import build as readmodel
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import NO_FILTERS, Filters
from vigie.report.results import TOPICS
from vigie.text.formulas import is_formula
from vigie.web.api import answers, api_router, lists
from vigie.web.api.asked import Asked, schema_of
from vigie.web.api.resources import RESOURCES
from vigie.web.context import Context
from vigie.web.identity import default_who
from vigie.web.provider import Models, NotReadyError

BASE = "/api/v1"
LISTS = tuple(r.name for r in RESOURCES)
PUBLIC_LISTS = tuple(r.name for r in RESOURCES if r.public)
TABLES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
GEO = "application/geo+json"
FORMULA = "=HYPERLINK(A1)"
NO_QUESTION = Asked(filters=NO_FILTERS, own={}, limit=None, cursor="")
# A title that a spreadsheet would run, and a statement without a place.
PAPERS = [*papers(), Paper(source="deux", published="2024-02-11", title=FORMULA, says=[said_price(61.0)])]


def ask(name: str) -> str:
    """The address of a list with what it needs."""
    return f"{BASE}/{name}" + ("?topic=retail" if name == "evidence" else "")


def app_of(path: Path, *, public: bool, who: Who | None = None) -> FastAPI:
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.who = who or default_who(public=public)
    app.include_router(api_router(Context(provider=Models.of(path), public=public)))
    return app


def client_of(path: Path, *, public: bool, who: Who | None = None) -> TestClient:
    return TestClient(
        app_of(path, public=public, who=who), base_url="http://127.0.0.1", follow_redirects=False
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("api") / "vigie.duckdb", PAPERS)


def _file(store: Path, *, public: bool) -> Path:
    out = store.with_name(f"{'public' if public else 'analyst'}.pages")
    readmodel.build(store, out, public=public, today=DAY)
    return out


@pytest.fixture(scope="module")
def analyst_file(store: Path) -> Path:
    return _file(store, public=False)


@pytest.fixture(scope="module")
def public_file(store: Path) -> Path:
    return _file(store, public=True)


@pytest.fixture(scope="module")
def analyst(analyst_file: Path) -> Iterator[TestClient]:
    with client_of(analyst_file, public=False) as client:
        yield client


@pytest.fixture(scope="module")
def public(public_file: Path) -> Iterator[TestClient]:
    with client_of(public_file, public=True) as client:
        yield client


def items(client: TestClient, address: str) -> list[dict[str, Any]]:
    got = client.get(address)
    assert got.status_code == 200, got.text
    found: list[dict[str, Any]] = got.json()["items"]
    return found


# The contract


@pytest.mark.parametrize("name", LISTS)
def test_every_list_answers(analyst: TestClient, name: str) -> None:
    assert items(analyst, ask(name))


@pytest.mark.parametrize("name", PUBLIC_LISTS)
def test_every_list_of_the_public_edition_answers(public: TestClient, name: str) -> None:
    assert items(public, ask(name))


def test_an_observation_is_that_of_the_contract(analyst: TestClient, analyst_file: Path) -> None:
    found = items(analyst, f"{BASE}/observations?type=price&limit=1")[0]
    names = (
        "id", "type", "start", "end", "quote", "substance", "form", "place", "when", "assertion", "attribution", "confidence", "rule", "value",
    )  # fmt: skip
    assert set(names) <= set(found)
    assert set(found["place"]) == {"name", "label", "code", "level", "lat", "lon"}
    assert set(found["when"]) == {"start", "end", "precision", "basis"}
    assert found["value"]["kind"] == "retail" and found["value"]["eur_per_unit"] == found["value"]["low"]
    whole = analyst.get(f"{BASE}/documents/{found['doc_id']}").json()
    assert whole["text"][found["start"] : found["end"]] == found["quote"]
    assert found["sentence"][found["quote_start"] : found["quote_end"]] == found["quote"]
    assert analyst.get(f"{BASE}/observations/{found['id']}").json() == found
    assert found in whole["observations"]


@pytest.mark.parametrize("kind", ["price", "quantity", "purity", "event", "modality", "trend", "flow"])
def test_a_value_has_the_fields_of_its_type(analyst: TestClient, kind: str) -> None:
    found = items(analyst, f"{BASE}/observations?type={kind}&limit=3")
    assert found and {o["type"] for o in found} == {kind}
    has = {
        "price": "currency",
        "quantity": "grams",
        "purity": "measure",
        "event": "kind",
        "modality": "family",
        "trend": "direction",
        "flow": "origin",
    }
    assert all(has[kind] in o["value"] for o in found)


# Pages


@pytest.mark.parametrize("name", ["observations", "documents", "figures", "evidence"])
def test_pages_give_each_row_once(analyst: TestClient, name: str) -> None:
    address = ask(name)
    joint = "&" if "?" in address else "?"
    whole = items(analyst, f"{address}{joint}limit=1000")
    seen: list[Any] = []
    following = f"{address}{joint}limit=3"
    while following:
        got = analyst.get(following)
        seen += got.json()["items"]
        link = got.headers.get("link", "")
        following = link.partition("<")[2].partition(">")[0]
        assert bool(link) == bool(got.json()["next"])
    assert seen == whole and len(whole) > 3


def test_a_page_ends_where_the_list_does(analyst: TestClient) -> None:
    whole = items(analyst, f"{BASE}/documents?limit=1000")
    got = analyst.get(f"{BASE}/documents?limit={len(whole)}")
    assert got.json()["next"] is None and got.json()["total"] == len(whole) == int(
        got.headers["x-total-count"]
    )


def _changed(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: _changed(c, 0), lambda c: _changed(c, len(c) // 2), lambda c: c[:-2], lambda c: c + "A", lambda c: "x", lambda c: "é" * 30,
        lambda c: c + "=", lambda c: "A" * 390,
    ],
    ids=["check", "body", "cut", "longer", "short", "no-ascii", "respelt", "long"],
)  # fmt: skip
def test_a_cursor_that_was_touched_is_refused(analyst: TestClient, spoil: Any) -> None:
    cursor = analyst.get(f"{BASE}/observations?limit=2").json()["next"]
    got = analyst.get(f"{BASE}/observations", params={"limit": "2", "cursor": spoil(cursor)})
    assert (got.status_code, got.json()["parameter"]) == (400, "cursor")


def test_a_cursor_belongs_to_its_filters_and_list(analyst: TestClient) -> None:
    cursor = analyst.get(f"{BASE}/observations?type=price&limit=2").json()["next"]
    for address in (
        "observations?type=event",
        "observations",
        "documents",
        "observations?type=price&area=FR",
    ):
        joint = "&" if "?" in address else "?"
        assert analyst.get(f"{BASE}/{address}{joint}cursor={cursor}").status_code == 400
    assert analyst.get(f"{BASE}/observations?type=price&limit=1&cursor={cursor}").status_code == 200


def test_a_list_goes_on_where_it_was_when_the_data_changed(
    store: Path, analyst_file: Path, tmp_path: Path
) -> None:
    """What was seen is not shown again and nothing is left out, though rows have other numbers now."""
    after = tmp_path / "after.pages"
    shutil.copy(analyst_file, after)
    with duckdb.connect(str(after)) as db:  # as after five newer statements
        for table, column in (
            ("told", "ord"),
            ("evidence", "ord"),
            ("addresses", "ord"),
            ("documents", "first_ord"),
        ):
            db.execute(f"UPDATE {table} SET {column} = {column} + 5")
        db.execute("UPDATE about SET value = 'another' WHERE name = 'stamp'")
    models = Models.of(analyst_file)
    app = FastAPI(openapi_url=None)
    app.state.who = LOCAL
    app.include_router(api_router(Context(provider=models, public=False)))
    client = TestClient(app, base_url="http://127.0.0.1")
    first = client.get(f"{BASE}/observations?limit=7").json()
    figures = client.get(f"{BASE}/figures?limit=2").json()
    before = [o["id"] for o in items(client, f"{BASE}/observations?limit=1000")]
    models.swap(ReadModel.open(after))
    rest = items(client, f"{BASE}/observations?limit=1000&cursor={first['next']}")
    assert [o["id"] for o in first["items"]] + [o["id"] for o in rest] == before
    gone = client.get(f"{BASE}/figures?limit=2&cursor={figures['next']}")
    assert (gone.status_code, gone.json()["repair"]) == (410, "begin again without cursor")


# Formats


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"), ("", "application/json"), ("*/*", "application/json"), ("application/json", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"), ("text/*", "text/csv; charset=utf-8"), ("TEXT/CSV", "text/csv; charset=utf-8"),
        ("application/geo+json", "application/geo+json"), ("application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        ("text/csv;q=0.4, application/geo+json;q=0.5", "application/geo+json"),
        ("application/json;q=0, */*", "application/geo+json"),
        ("application/*;q=0.2, text/csv;q=0.1", "application/json"),
        ("text/html, */*;q=0.1", "application/json"),
        ("text/csv; charset=utf-8; q=0.9, application/json;q=0.95", "application/json"),
        ("text/html", ""), ("application/json;q=0", ""), ("text/csv;q=0", ""), ("image/*", ""), ("application/json;q=7", ""), ("json", ""),
    ],
)  # fmt: skip
def test_the_format_is_the_one_liked_best(analyst: TestClient, accept: str | None, kind: str) -> None:
    # The client would add a header of its own.
    request = analyst.build_request("GET", f"{BASE}/areas?limit=2")
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    got = analyst.send(request)
    if kind:
        assert (got.status_code, got.headers["content-type"]) == (200, kind)
    else:
        assert (got.status_code, got.json()["parameter"]) == (406, "Accept")
        assert got.json()["offered"] == [
            "application/json",
            "application/geo+json",
            "text/csv",
            "application/vnd.apache.parquet",
        ]


@pytest.mark.parametrize(
    "name", ["figures", "series", "substances", "indices", "alerts", "sources", "coverage", "documents"]
)
def test_what_has_no_place_is_no_map(analyst: TestClient, name: str) -> None:
    assert analyst.get(ask(name), headers={"accept": GEO}).status_code == 406


@pytest.mark.parametrize("name", LISTS)
def test_tables_say_what_json_says(analyst: TestClient, name: str) -> None:
    """Whole, streamed, and by pages: the same rows in the same order."""
    told = items(analyst, ask(name) + ("&" if "?" in ask(name) else "?") + "limit=1000")
    texts = list(csv.DictReader(io.StringIO(analyst.get(ask(name), headers={"accept": TABLES["csv"]}).text)))
    rows = pq.read_table(
        io.BytesIO(analyst.get(ask(name), headers={"accept": TABLES["parquet"]}).content)
    ).to_pylist()
    assert len(texts) == len(rows) == len(told) > 0
    assert list(texts[0]) == list(rows[0])
    names = [n for n in told[0] if n in rows[0] and n != "parents"]
    assert len(names) >= 3
    for want, row, text in zip(told, rows, texts, strict=True):
        for column in names:
            got = row[column].isoformat() if isinstance(row[column], date) else row[column]
            assert got == want[column], column
            assert (text[column] == "") == (want[column] in (None, "", [])), column
    short = analyst.get(
        ask(name) + ("&" if "?" in ask(name) else "?") + "limit=1", headers={"accept": TABLES["csv"]}
    )
    assert short.text.splitlines()[0] == ",".join(texts[0])


def test_the_columns_of_a_value_stand_side_by_side(analyst: TestClient) -> None:
    rows = pq.read_table(
        io.BytesIO(analyst.get(f"{BASE}/observations", headers={"accept": TABLES["parquet"]}).content)
    ).to_pylist()
    of = {row["type"]: row for row in rows if row["place_code"]}
    assert (of["price"]["kind"], of["price"]["currency"], of["price"]["grams"]) == ("retail", "EUR", None)
    assert (of["quantity"]["kind"], of["quantity"]["grams"]) == ("seized", 5000.0)
    assert (of["flow"]["origin_code"], of["flow"]["destination_label"]) == ("ES", "France")
    assert of["price"]["place_code"] == "INSEE:69123" and of["price"]["when_start"] is not None


def test_a_spreadsheet_runs_no_cell(analyst: TestClient) -> None:
    for name in ("documents", "observations"):
        text = analyst.get(f"{BASE}/{name}", headers={"accept": "text/csv"}).text
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert any(cell == f"'{FORMULA}" for cell in cells)
        assert [c for c in cells if is_formula(c) and not c.lstrip("-").replace(".", "").isdigit()] == []


def test_a_map_has_the_middle_of_places(analyst: TestClient) -> None:
    got = analyst.get(f"{BASE}/areas?level=department", headers={"accept": GEO}).json()
    assert got["type"] == "FeatureCollection" and got["features"]
    for feature in got["features"]:
        own = feature["properties"]
        assert feature["geometry"] == {"type": "Point", "coordinates": [own["place_lon"], own["place_lat"]]}
        assert 41 < own["place_lat"] < 52 and -6 < own["place_lon"] < 10
    statements = analyst.get(f"{BASE}/observations?limit=1000", headers={"accept": GEO}).json()["features"]
    assert {f["geometry"] is None for f in statements} == {True, False}


def test_a_long_list_is_sent_in_parts(analyst_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "BATCH", 7)
    with client_of(analyst_file, public=False) as client:
        whole = client.get(f"{BASE}/observations", headers={"accept": "text/csv"})
        rows = pq.read_table(
            io.BytesIO(client.get(f"{BASE}/observations", headers={"accept": TABLES["parquet"]}).content)
        )
        told = items(client, f"{BASE}/observations?limit=1000")
    assert (
        [r["id"] for r in csv.DictReader(io.StringIO(whole.text))]
        == rows["id"].to_pylist()
        == [o["id"] for o in told]
    )
    assert "content-length" not in whole.headers


def test_what_is_erased_while_it_is_sent_ends_unfinished(
    analyst_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "BATCH", 7)
    file = tmp_path / "gone.pages"
    shutil.copy(analyst_file, file)
    models = Models.of(file)
    with models.lease() as model:
        sent = answers._while_there(models, model, lists.statements(model, NO_QUESTION))
        next(sent)
        file.unlink()
        with pytest.raises(NotReadyError):
            next(sent)


def test_few_whole_lists_at_a_time(analyst_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_EXPORTS_AT_ONCE", 1)
    with client_of(analyst_file, public=False) as client:
        for _ in range(3):  # each gives its place back
            assert client.get(f"{BASE}/observations", headers={"accept": "text/csv"}).status_code == 200
        wrong = client.get(
            f"{BASE}/series?topic=retail", headers={"accept": "text/csv"}
        )  # refused once it had a place
        assert wrong.status_code == 400
        assert client.get(f"{BASE}/observations", headers={"accept": "text/csv"}).status_code == 200
    monkeypatch.setattr(answers, "_EXPORTS_AT_ONCE", 0)
    with client_of(analyst_file, public=False) as client:
        got = client.get(f"{BASE}/observations", headers={"accept": "text/csv"})
        assert got.status_code == 503 and int(got.headers["retry-after"]) > 0


# Again, and other methods


@pytest.mark.parametrize("address", ["", "/openapi.json", "/figures", "/observations?limit=3", "/alerts"])
def test_nothing_is_sent_twice(analyst: TestClient, address: str) -> None:
    got = analyst.get(BASE + address)
    tag = got.headers["etag"]
    assert "no-cache" in got.headers["cache-control"] and "Accept" in got.headers["vary"]
    for header in (tag, f'"x", {tag}', tag.removeprefix("W/"), "*"):
        again = analyst.get(BASE + address, headers={"if-none-match": header})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), header
    assert analyst.get(BASE + address, headers={"if-none-match": '"other"'}).status_code == 200


def test_an_answer_not_yet_made_is_not_made_for_who_has_it(analyst_file: Path) -> None:
    with client_of(analyst_file, public=False) as one, client_of(analyst_file, public=False) as other:
        tag = one.get(f"{BASE}/figures").headers["etag"]
        assert other.get(f"{BASE}/figures", headers={"if-none-match": tag}).status_code == 304


def test_tags_differ_by_format_page_and_data(analyst: TestClient, public: TestClient) -> None:
    tags = [
        analyst.get(f"{BASE}/areas?limit=2").headers["etag"],
        analyst.get(f"{BASE}/areas?limit=3").headers["etag"],
        analyst.get(f"{BASE}/areas?limit=2", headers={"accept": "text/csv"}).headers["etag"],
        analyst.get(f"{BASE}/areas", headers={"accept": "text/csv"}).headers["etag"],
        public.get(f"{BASE}/areas?limit=2").headers["etag"],
    ]
    assert len(set(tags)) == len(tags)
    whole = analyst.get(f"{BASE}/areas", headers={"accept": "text/csv", "if-none-match": tags[3]})
    assert whole.status_code == 304


@pytest.mark.parametrize(
    "address", ["", "/figures", "/observations?limit=3", "/documents/doc001", "/nope", "/figures?x=1"]
)
def test_head_is_get_without_a_body(analyst: TestClient, address: str) -> None:
    got, head = analyst.get(BASE + address), analyst.head(BASE + address)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert {n: v for n, v in head.headers.items() if n != "content-encoding"} == {
        n: v for n, v in got.headers.items() if n != "content-encoding"
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "MERGE"])
def test_only_reading_is_offered(analyst: TestClient, method: str) -> None:
    for address in ("", "/observations", "/documents/doc001", "/nope"):
        got = analyst.request(method, BASE + address)
        assert (got.status_code, got.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert got.headers["content-type"] == "application/problem+json"


def test_options_tell_methods_and_no_other_site(analyst: TestClient) -> None:
    got = analyst.options(
        f"{BASE}/figures",
        headers={"origin": "https://elsewhere.example", "access-control-request-method": "GET"},
    )
    assert (got.status_code, got.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert not [n for n in got.headers if n.startswith("access-control")]
    asked = analyst.get(f"{BASE}/figures", headers={"origin": "https://elsewhere.example"})
    assert not [n for n in asked.headers if n.startswith("access-control")]


# Refusals


REFUSED = [
    # id, address, parameter, what the repair says
    ("substance", "figures?substance=zzz", "substance", "vigie lexicon show"),
    ("area", "figures?area=XX-99", "area", "FR-69"),
    ("period", "figures?period=2025-13", "period", "2026-Q1"),
    ("grade", "figures?grade=G", "grade", "write A"),
    ("lang", "figures?lang=f1", "lang", "write fr"),
    ("topic", "figures?topic=none", "topic", "offered"),
    ("no-topic", "evidence", "topic", "add it"),
    ("key-alone", "figures?key=cocaine~g", "topic", "add topic"),
    ("key-parts", "figures?topic=retail&key=cocaine", "key", "/figures gives"),
    ("series-key", "series?topic=retail", "key", "/figures gives"),
    ("step", "series?step=day", "step", "offered"),
    ("level", "areas?level=commune", "level", "offered"),
    ("type", "observations?type=rumour", "type", "offered"),
    ("since", "observations?since=2025-02-30", "since", "2026-03-31"),
    ("words", "alerts?words=de", "words", "offered"),
    ("limit-zero", "figures?limit=0", "limit", "1 to 1000"),
    ("limit-much", "figures?limit=1001", "limit", "1 to 1000"),
    ("limit-word", "figures?limit=all", "limit", "1 to 1000"),
    ("limit-sign", "figures?limit=-5", "limit", "1 to 1000"),
    ("limit-digits", "figures?limit=٣", "limit", "1 to 1000"),
    ("slip", "figures?substnce=cocaine", "substnce", "leave it out"),
    ("twice", "figures?area=FR&area=ES", "area", "once"),
    ("twice-by-its-other-name", "figures?lang=fr&language=en", "lang", "once"),
    ("empty", "figures?period=", "period", "leave it out"),
    ("controls", "figures?area=FR%0d%0aset-cookie:x", "area", "leave it out"),
    ("long", "figures?area=" + "F" * 900, "area", "leave it out"),
    ("of-one-row", "observations/o1?area=FR", "area", "leave it out"),
    ("date-of-a-form", "figures?period=03/2026", "period", "2026-03"),
    ("sql", "observations?type=price'%20OR%201=1--", "type", "offered"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "parameter", "repair"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_refusal_names_the_parameter_and_the_repair(
    analyst: TestClient, address: str, parameter: str, repair: str
) -> None:
    got = analyst.get(f"{BASE}/{address}")
    told = got.json()
    assert (got.status_code, got.headers["content-type"], told["status"]) == (
        400,
        "application/problem+json",
        400,
    )
    assert told["parameter"] == parameter and repair in told["repair"] + " ".join(told)
    assert "03/2026" not in address or "'03/2026'" in told["detail"]
    assert "set-cookie" not in got.headers


def test_other_refusals(analyst: TestClient) -> None:
    for address, status in (
        ("/api", 404), ("/api/v2/figures", 404), (f"{BASE}/", 404), (f"{BASE}/figures/", 404), (f"{BASE}/figures/x", 404), (f"{BASE}/observations/none", 404),
        (f"{BASE}/observations/{'x' * 300}", 404), (f"{BASE}/documents/..%2F..%2Fetc", 404), (f"{BASE}/figures?" + "a" * 2100, 414),
        (f"{BASE}/figures?" + "&".join(f"a{n}=1" for n in range(30)), 400), (f"{BASE}/figures?area=%ff", 400),
    ):  # fmt: skip
        got = analyst.get(address)
        assert (got.status_code, got.headers["content-type"]) == (status, "application/problem+json"), address
        assert got.json()["repair"]


def test_what_fails_says_nothing_of_a_document(
    analyst_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> object:
        raise ValueError("Le gramme se vend chez Ferrandier")

    monkeypatch.setattr(ReadModel, "statements", fails)
    with client_of(analyst_file, public=False) as client:
        got = client.get(f"{BASE}/observations")
    assert (got.status_code, got.headers["content-type"]) == (500, "application/problem+json")
    assert "Ferrandier" not in got.text + capsys.readouterr().err


def test_no_model_yet_is_a_moment(analyst_file: Path) -> None:
    app = FastAPI(openapi_url=None)
    app.state.who = LOCAL
    app.include_router(api_router(Context(provider=Models(), public=False)))
    got = TestClient(app).get(f"{BASE}/figures")
    assert (
        got.status_code == 503
        and got.headers["retry-after"]
        and got.headers["content-type"] == "application/problem+json"
    )


# Filters


def test_filters_are_those_of_the_pages(analyst: TestClient, analyst_file: Path) -> None:
    """The same figures as the read model gives the pages, under the same parameters."""
    with ReadModel.open(analyst_file) as model:
        for query in (
            {"area": "FR-69"},
            {"period": "2024-Q3"},
            {"grade": "A"},
            {"language": "fr"},
            {"substance": "cocaine", "period": "2025"},
        ):
            filters = Filters.parse(query, public=False)
            got = {
                (f["topic"], f["key"]): (f["observations"], f["median"])
                for f in items(analyst, f"{BASE}/figures?limit=1000&{urlencode(query)}")
            }
            want = {
                (topic.id, "~".join(g.key)): (g.figures.n, g.figures.median) for topic in TOPICS for g in model.groups(filters, topic.id)
            }  # fmt: skip
            assert got == want and got


def test_since_and_type_keep_what_they_say(analyst: TestClient) -> None:
    whole = items(analyst, f"{BASE}/observations?limit=1000")
    late = items(analyst, f"{BASE}/observations?limit=1000&since=2025-02-14&type=price")
    assert late == [o for o in whole if o["type"] == "price" and o["published"] >= "2025-02-14"] != []
    papers_ = items(analyst, f"{BASE}/documents?limit=1000&since=2025-02-14")
    assert {d["doc_id"] for d in papers_} == {o["doc_id"] for o in whole if o["published"] >= "2025-02-14"}
    assert [o["published"] for o in whole] == sorted((o["published"] for o in whole), reverse=True)


def test_every_code_that_is_offered_is_taken() -> None:
    for public in (False, True):
        area = schema_of("area", public)["schema"]
        codes = area["enum"] if public else area["anyOf"][0]["enum"]
        assert len(codes) > 300
        for code in codes:
            assert Filters.parse({"area": code}, public=public).area


# Who may


TOKEN = Who(id="a1", role="reader", via="token", scopes=frozenset({"read"}))
WHO = [
    # id, who, address, accept, status
    ("local", LOCAL, "observations", "text/csv", 200),
    ("nobody", ANONYMOUS, "observations", None, 401),
    ("nobody-one", ANONYMOUS, "documents/doc001", None, 401),
    ("nobody-figures", ANONYMOUS, "figures", None, 401),
    ("nobody-root", ANONYMOUS, "", None, 401),
    ("public-account", Who(id="a0", role="public", via="session"), "observations", None, 403),
    ("reader", Who(id="a1", role="reader", via="session"), "observations", "text/csv", 200),
    ("token", TOKEN, "observations?limit=5", "text/csv", 200),
    ("token-whole", TOKEN, "observations", "text/csv", 403),
    ("token-whole-head", TOKEN, "observations", "application/vnd.apache.parquet", 403),
    ("token-export", replace(TOKEN, scopes=frozenset({"read", "export"})), "observations", "text/csv", 200),
    ("token-review-only", replace(TOKEN, scopes=frozenset({"review"})), "observations", None, 403),
]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "address", "accept", "status"), [w[1:] for w in WHO], ids=[w[0] for w in WHO]
)
def test_the_analysts_edition_is_for_those_who_may_read(
    analyst_file: Path, who: Who, address: str, accept: str | None, status: int
) -> None:
    client = client_of(analyst_file, public=False, who=who)
    got = client.get(f"{BASE}/{address}".rstrip("/"), headers={"accept": accept} if accept else {})
    assert got.status_code == status
    if status == 401:
        assert got.headers["www-authenticate"] == "Bearer"
    if status in (401, 403):
        assert got.headers["content-type"] == "application/problem+json" and got.json()["repair"]


def test_texts_are_taken_away_by_those_who_may_export(analyst_file: Path) -> None:
    whole = client_of(analyst_file, public=False).get(f"{BASE}/documents/doc001").json()
    token = client_of(analyst_file, public=False, who=TOKEN).get(f"{BASE}/documents/doc001").json()
    assert whole["text"] and token["text"] is None
    assert token["observations"] == whole["observations"]


def test_answers_for_one_are_not_given_to_another(analyst_file: Path) -> None:
    """One application, two readers: what is kept of answers knows what each may have."""
    app = app_of(analyst_file, public=False)
    client = TestClient(app, base_url="http://127.0.0.1")
    texts = []
    for who in (LOCAL, TOKEN, LOCAL, ANONYMOUS):
        app.state.who = who
        got = client.get(f"{BASE}/documents/doc001")
        texts.append(got.json().get("text") if got.status_code == 200 else got.status_code)
    assert texts[0] == texts[2] and texts[0] and texts[1] is None and texts[3] == 401
