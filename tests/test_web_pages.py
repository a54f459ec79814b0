"""The pages over a store, both editions and languages, without a browser: what is answered, with which headers, and what is not shown."""

from __future__ import annotations

import csv
import gzip
import html
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from lxml import etree
from lxml import html as lxml_html

from report_store import Paper, Said, build, event, flow, price, purity, said_price, seized, trend, way
from test_public_outputs import CANARIES, canary_store
from vigie.charts import map_codes
from vigie.model.errors import StoreError
from vigie.readmodel import build as readmodel
from vigie.readmodel.records import Filters
from vigie.store import Store
from vigie.web.app import make_app
from vigie.web.cache import BusyError, Cache, Drawing, answer
from vigie.web.pages import PAGES
from vigie.web.provider import Models, NotReadyError

SCRIPT = "<script>ran()</script>\"'><img src=x onerror=ran()>{{7*7}}"
DAY = date(2026, 6, 30)
LISTS = tuple(p.path for p in PAGES if "{" not in p.path)


def papers() -> list[Paper]:
    """Five sources over six quarters, one of them official; titles, outlets and file names are hostile."""
    found = []
    for number, source in enumerate(("un", "deux", "trois", "quatre", "cinq")):
        for quarter, published in enumerate(
            ("2024-02-10", "2024-05-11", "2024-08-12", "2024-11-13", "2025-02-14", "2025-05-15")
        ):
            w = f"{('ardoise', 'bouleau', 'cerise', 'datte', 'épine')[number]}{quarter}"
            says = [
                Said(sentence=f"{w} le gramme {w}a se vend {w}b {60 - quarter + number} euros {w}c.", value=price(60.0 - quarter + number), place="INSEE:69123"),
                Said(sentence=f"{w}d pureté {w}e de {70 + number} % {w}f ici.", value=purity(70 + number), place="FR-69"),
                Said(sentence=f"{w}g saisie {w}h de cinq kilos {w}i.", value=seized(5000), place="FR-69"),
                Said(sentence=f"{w}j huit morts {w}k dans le Rhône {w}l.", value=event("death", 8), place="FR-69"),
                Said(sentence=f"{w}m par {w}n Telegram {w}o.", value=way("telegram"), place="FR-69"),
                Said(sentence=f"{w}p venue {w}q d'Espagne {w}r.", value=flow("ES", "FR"), place="FR-69"),
                Said(sentence=f"{w}s le prix {w}t baisse {w}u.", value=trend("down"), place="FR-69"),
                Said(sentence=f"{w}v rumeur {w}w.", value=price(500.0), assertion="reported"),
            ]  # fmt: skip
            kind = "warning" if source == "cinq" else "press"
            found.append(
                Paper(
                    source=source, published=published, says=says, kind=kind, grade="A" if kind == "warning" else "B",
                    title=f"Titre {w} {SCRIPT}", name=f"Journal {source} {SCRIPT}", outlet=f"Journal {source} {SCRIPT}",
                    path=f"dossier/{w}<b>.txt",
                )
            )  # fmt: skip
    return found


def model_of(store: Path, public: bool, day: date = DAY) -> Path:
    out = store.with_name(f"{'public' if public else 'analyst'}.pages")
    readmodel.build(store, out, public=public, today=day)
    return out


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("web") / "vigie.duckdb", papers())


def client_of(path: Path, public: bool) -> TestClient:
    return TestClient(make_app(path, public=public), base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture(scope="module")
def analyst(store: Path) -> Iterator[TestClient]:
    with client_of(model_of(store, False), False) as client:
        yield client


@pytest.fixture(scope="module")
def public(store: Path) -> Iterator[TestClient]:
    with client_of(model_of(store, True), True) as client:
        yield client


@pytest.fixture(params=["analyst", "public"])
def edition(request: pytest.FixtureRequest) -> TestClient:
    found: TestClient = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("public", [False, True])
def test_a_map_has_a_state_for_every_territory(tmp_path: Path, public: bool) -> None:
    """Of Lyon a seizure is told, of Grenoble only a price, in the Nord one is denied; of the others nothing was read."""
    says = [
        Said(sentence="Une saisie à Lyon.", value=seized(5000), place="INSEE:69123"),
        Said(sentence="Le gramme à Grenoble.", value=price(60.0), place="INSEE:38185"),
        Said(sentence="Aucune saisie à Lille.", value=seized(1), place="INSEE:59350", assertion="negated"),
    ]
    listed = [Paper(source=s, published="2025-02-03", says=[Said(sentence=f"{t.sentence} {s}", value=t.value, place=t.place,
              assertion=t.assertion) for t in says]) for s in "abc"]  # fmt: skip
    path = build(tmp_path / "vigie.duckdb", listed)
    with client_of(model_of(path, public), public) as client:
        page = html.unescape(client.get("/fr/flows").text)
        rows = list(csv.reader(client.get("/fr/chart/flows/map.csv").text.splitlines()))
    states = {row[0]: row[-1] for row in rows[1:]}
    assert len(states) == len(map_codes("france")) == 107
    asked = [states[code] for code in ("FR-69", "FR-38", "FR-59", "FR-13", "FR-PF")]
    assert asked == [
        "shown",
        *(["withheld"] * 4 if public else ["zero", "zero", "nothing-collected", "nothing-collected"]),
    ]
    assert ("non montré" if public else "n'a été collecté") in page


def inner_links(text: str) -> list[str]:
    return list(
        dict.fromkeys(
            html.unescape(u).split("#")[0] for u in re.findall(r'(?:href|src|srcset)="(/[^"]*)"', text)
        )
    )


def shape(path: str) -> str:
    """Addresses that one piece of code answers."""
    return re.sub(
        r"=[^&]*", "=", re.sub(r"/(substance|area|alert|document|evidence|chart)/.*", r"/\1/…", path)
    )


def test_every_page_and_what_it_links_to(edition: TestClient) -> None:
    """Whole pages of both languages, each kind of link followed once: status, size, headings, escapes, languages."""
    todo = [f"/{lang}{path}" for lang in ("fr", "en") for path in LISTS] + [
        "/fr/substance/cocaine",
        "/fr/area/FR-69",
    ]
    seen: set[str] = set()
    kinds: dict[str, int] = {}
    while todo:
        path = todo.pop(0)
        kinds[shape(path)] = kinds.get(shape(path), 0) + 1
        if path in seen or kinds[shape(path)] > 3:
            continue
        seen.add(path)
        got = edition.get(path)
        assert got.status_code == 200, path
        if not got.headers["content-type"].startswith("text/html"):
            continue
        assert len(got.content) < 300_000, path
        text = got.text
        assert "<script>ran" not in text, path
        assert "onerror=ran()" not in re.sub(r"&lt;img.*?&gt;", "", text), path
        page = lxml_html.fromstring(got.content)
        assert len(page.findall(".//h1")) == 1, path
        assert page.get("lang") == path[1:3], path
        assert page.findall(".//*[@style]") == [], path
        assert all(s.get("src") for s in page.iter("script")), path
        assert all(
            not name.startswith("on") for e in page.iter() if isinstance(e.tag, str) for name in e.attrib
        ), path
        ids = [e.get("id") for e in page.iter() if isinstance(e.tag, str) and e.get("id")]
        assert len(ids) == len(set(ids)), path
        levels = [
            int(e.tag[1]) for e in page.iter() if isinstance(e.tag, str) and re.fullmatch(r"h[1-6]", e.tag)
        ]
        assert all(b <= a + 1 for a, b in zip([0, *levels], levels, strict=False)), path
        assert not re.search(r"\bNone\b|\bnan\b|\bundefined\b|Undefined|\{w|\{n\}", page.text_content()), path
        todo += [u for u in inner_links(text) if "/chart/" not in u]  # test_charts_download_in_every_form
    assert len({s.split("/")[2] for s in kinds if s.count("/") > 1}) > 12


HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["/", "/fr/", "/fr/nothing", "/fr/prices?area=xx", "/static/site.css", "/static/none.css", "/health", "/fr/chart/prices/map.csv", "/fr/chart/prices/none.svg", "/xx/"],
)  # fmt: skip
def test_every_answer_is_guarded(edition: TestClient, path: str) -> None:
    got = edition.get(path)
    assert {name: got.headers.get(name) for name in HEADERS} == HEADERS
    assert "set-cookie" not in got.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1", 200), ("localhost:8000", 200), ("[::1]:8000", 200), ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("", 421), ("[::1", 421), ("10.0.0.4", 421)],
)  # fmt: skip
def test_only_this_machine_is_answered(analyst: TestClient, host: str, status: int) -> None:
    got = analyst.get("/health", headers={"host": host})
    assert got.status_code == status
    assert got.headers["x-content-type-options"] == "nosniff"


def test_a_public_site_answers_to_the_names_it_is_given(store: Path, public: TestClient) -> None:
    path = next(store.parent.glob("public.pages"))
    for hosts, host, status in (
        ((), "any.example", 200),
        (("site.example",), "site.example", 200),
        (("site.example",), "other.example", 421),
    ):
        with TestClient(make_app(path, public=True, hosts=hosts), base_url=f"http://{host}") as client:
            assert client.get("/health").status_code == status


def test_etag_and_packing(edition: TestClient) -> None:
    first = edition.get("/fr/prices", headers={"accept-encoding": "identity"})
    tag = first.headers["etag"]
    assert edition.get("/fr/prices", headers={"if-none-match": tag}).status_code == 304
    assert edition.get("/fr/prices", headers={"if-none-match": '"other"'}).status_code == 200
    packed = edition.get("/fr/prices", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == first.text
    assert packed.headers["vary"] == "accept-encoding"
    assert edition.get("/en/prices").headers["etag"] != tag
    assert edition.head("/fr/prices").status_code == 200


def test_files_are_kept_by_their_version(analyst: TestClient) -> None:
    urls = [u for u in inner_links(analyst.get("/fr/").text) if u.startswith("/static/")]
    assert len(urls) >= 3
    for url in urls:
        assert "immutable" in analyst.get(url).headers["cache-control"], url
        assert "immutable" not in analyst.get(url.split("?")[0]).headers["cache-control"], url


BAD = [
    ("substance", "substance=nothing", "substance", "both"), ("area", "area=FR-999", "area", "both"),
    ("period", "period=2025-Q7", "period", "both"), ("grade", "grade=Z", "grade", "both"), ("language", "language=klingon", "language", "both"),
    ("grade to the public", "grade=A", "grade", "public"), ("month to the public", "period=2025-01", "period", "public"),
    ("commune to the public", "area=INSEE:69123", "area", "public"),
    ("markup", "substance=<script>x</script>", "substance", "both"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "name", "who"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_bad_filter_is_named(
    analyst: TestClient, public: TestClient, query: str, name: str, who: str
) -> None:
    for client in (analyst, public) if who == "both" else (public,):
        for page in ("/fr/prices", "/en/evidence", "/fr/chart/prices/map.svg"):
            got = client.get(f"{page}?{query}")
            assert got.status_code == 400
            assert name in got.text
            assert "<script>x" not in got.text
    if who == "public":
        assert analyst.get(f"/fr/prices?{query}").status_code == 200


UNKNOWN = [
    "/fr/nothing", "/xx/prices", "/fr/substance/nothing", "/fr/area/FR-999", "/fr/alert/none", "/fr/document/none", "/fr/evidence/none",
    "/fr/evidence?topic=nothing", "/fr/chart/prices/none.svg", "/fr/chart/prices/map.exe", "/fr/chart/nothing/map.svg", "/static/../app.py",
    "/static/site.css/..", "/fr/substance/..%2f..%2fetc", "/favicon.ico", "/docs", "/openapi.json",
]  # fmt: skip


@pytest.mark.parametrize("path", UNKNOWN)
def test_what_is_not_there(edition: TestClient, path: str) -> None:
    got = edition.get(path)
    assert got.status_code == 404
    assert 'href="/' in got.text
    assert "Traceback" not in got.text


def test_addresses_that_are_too_long_or_sent(analyst: TestClient) -> None:
    assert analyst.get("/fr/prices?x=" + "a" * 3000).status_code == 414
    assert analyst.post("/fr/prices").status_code == 405


def test_empty_fields_leave_the_address(analyst: TestClient) -> None:
    got = analyst.get("/fr/prices?substance=&area=FR&period=&grade=&language=")
    assert (got.status_code, got.headers["location"]) == (303, "/fr/prices?area=FR")
    assert (
        analyst.get("/fr/evidence?topic=retail&key=cocaine~g&area=").headers["location"]
        == "/fr/evidence?key=cocaine~g&topic=retail"
    )


def test_filters_stay_with_links_and_language(analyst: TestClient) -> None:
    text = analyst.get("/fr/prices?area=FR-69&substance=cocaine&unknown=1").text
    links = inner_links(text)
    assert "/en/prices?area=FR-69&substance=cocaine" in links
    assert any(u.startswith("/fr/evidence?") and "area=FR-69" in u for u in links)
    page = lxml_html.fromstring(text)
    assert [
        o.get("value")
        for o in page.xpath(
            "//select[@name='area']/option[@selected] | //select[@name='area']//option[@selected]"
        )
    ] == ["FR-69"]
    assert page.xpath("//form[@method='get']/@action") == ["/fr/prices"]


def test_a_figure_opens_to_its_sentences(analyst: TestClient) -> None:
    text = analyst.get("/fr/prices").text
    first = next(u for u in inner_links(text) if u.startswith("/fr/evidence?"))
    page = lxml_html.fromstring(analyst.get(first).content)
    marks = page.xpath("//blockquote//mark")
    assert len(marks) == 30
    assert all(m.xpath("ancestor::blockquote/@lang") == ["fr"] for m in marks)
    assert all("euros" in m.text_content() for m in marks)
    assert "figure/retail/cocaine/g/" in page.text_content()


def test_the_document_marks_what_was_read(analyst: TestClient) -> None:
    document = next(u for u in inner_links(analyst.get("/fr/documents").text) if "/document/" in u)
    page = lxml_html.fromstring(analyst.get(document).content)
    marked = page.xpath("//div[@class='document']//mark/a/@href")
    assert len(marked) == 8
    assert all(page.xpath(f"//*[@id='{target[1:]}']") for target in marked)


def test_charts_download_in_every_form(edition: TestClient) -> None:
    text = edition.get("/fr/prices").text
    # A drawing takes a second on a busy machine: one chart in all its forms, the others as figures.
    charts = [
        u for u in inner_links(text) if "/chart/" in u and ("retail-" in u or u.endswith((".csv", ".json")))
    ]
    assert len(charts) >= 5
    specs = 0
    for url in charts:
        got = edition.get(url)
        assert got.status_code == 200, url
        form = url.split("?")[0].rpartition(".")[2]
        if form == "json":
            assert "vega-lite" in json.loads(got.text)["$schema"]
            assert '"url"' not in got.text
            specs += 1
        elif form == "svg":
            assert etree.fromstring(got.content).tag.endswith("svg")
        elif form == "png":
            assert got.content.startswith(b"\x89PNG")
        else:
            assert got.headers["content-disposition"].endswith('.csv"')
    assert specs >= 1


def test_a_chart_keeps_the_filters_of_its_page(analyst: TestClient) -> None:
    whole = analyst.get("/fr/chart/prices/retail-grams.csv").text
    assert "2024-Q1" in whole
    assert analyst.get("/fr/chart/prices/retail-grams.csv?substance=heroin").status_code == 404


def test_the_public_sees_no_canary(tmp_path: Path) -> None:
    """Nothing of what is not official, not old enough or of too few sources, in any page, chart or feed."""
    canary_store(tmp_path / "vigie.duckdb")
    out = model_of(tmp_path / "vigie.duckdb", True, date.today())
    seen = []
    with client_of(out, True) as client:
        todo, done = (
            [f"/fr{p}" for p in LISTS]
            + ["/fr/substance/khat", "/feeds/alerts.fr.atom", "/feeds/alerts.fr.json"],
            set(),
        )
        while todo:
            path = todo.pop()
            if (
                path in done
                or path.startswith("/static/")
                or path.split("?")[0].endswith((".png", ".svg"))
                or "/en/" in path
            ):
                continue
            done.add(path)
            got = client.get(path)
            assert got.status_code in (200, 404), path
            # The form of filters and the address that was asked for repeat what the reader chose.
            text = re.sub(r"<(head|form|h1)\b.*?</\1>", "", html.unescape(got.text), flags=re.DOTALL)
            seen.append(text.replace("\u00a0", " "))
            if got.status_code == 200:
                todo += inner_links(got.text)
    everything = "\n".join(seen).lower()
    assert len(done) > 25
    assert "cocaïne" in everything
    leaked = [
        name
        for name, forms in CANARIES.items()
        if any(f.lower() in everything for f in ([forms] if isinstance(forms, str) else forms))
    ]
    assert [name for name in leaked if name != "a substance of one source"] == []
    # The name of a substance that a reader asks for is in the taxonomy; whether anything is said of it is not told.
    with client_of(out, True) as client:
        asked, other = client.get("/fr/substance/khat").text, client.get("/fr/substance/lsd").text
        assert asked.replace("Khat", "LSD").replace("khat", "lsd").count("<p>") == other.count("<p>")


@pytest.mark.parametrize("public", [False, True], ids=["analyst", "public"])
def test_an_empty_store_says_what_to_do(tmp_path: Path, public: bool) -> None:
    with Store.open(tmp_path / "vigie.duckdb"):
        pass
    with client_of(model_of(tmp_path / "vigie.duckdb", public), public) as client:
        for lang in ("fr", "en"):
            for path in LISTS:
                text = client.get(f"/{lang}{path}").text
                assert "<figure" not in text, path
                assert "<tbody" not in text, path
                if path not in ("/about", "/accessibility"):
                    assert 'class="missing' in text, path
                    assert ("vigie add" in text) == (not public), path


def test_one_document_and_what_it_does_not_say(tmp_path: Path) -> None:
    says = [
        said_price(60, place="FR-69"),
        Said(sentence="Deux kilos d'héroïne saisis.", value=seized(2000), substance="heroin"),
    ]
    build(tmp_path / "vigie.duckdb", [Paper(source="seul", published="2025-03-11", says=says)])
    with client_of(model_of(tmp_path / "vigie.duckdb", False), False) as client:
        for path in LISTS:
            assert client.get(f"/fr{path}").status_code == 200
        heroin = client.get("/fr/substance/heroin").text
        assert "Aucun prix n'est rapporté" in html.unescape(heroin)
        assert "0\u00a0€" not in heroin
        none, looked = (
            html.unescape(client.get(f"/fr/prices?period={p}&substance=heroin").text)
            for p in ("1999-Q1", "2025-Q1")
        )
        assert "Rien n'a été collecté" in none
        assert "Rien n'a été collecté" not in looked


def test_a_failing_page_tells_nothing(
    analyst: TestClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from vigie.readmodel.model import ReadModel

    def broken(self: ReadModel, f: Filters, topic: str) -> None:
        raise RuntimeError("zibeline ventriloque")

    monkeypatch.setattr(ReadModel, "groups", broken)
    got = analyst.get("/fr/channels?area=ES")
    assert got.status_code == 500
    assert "zibeline" not in got.text
    assert got.headers["content-security-policy"] == HEADERS["content-security-policy"]
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "zibeline" not in told


# Parts


def test_a_cache_forgets_the_oldest_and_makes_once() -> None:
    kept: Cache[bytes] = Cache(100, len)
    made = []

    def make(key: str) -> bytes:
        made.append(key)
        return key.encode() * 20

    for key in "abcab":
        kept.get_or_make(key, lambda key=key: make(key))
    assert made == ["a", "b", "c"]
    for key in "defd":
        kept.get_or_make(key, lambda key=key: make(key))
    assert kept.get("c") is None
    assert kept.get("d") == b"d" * 20
    kept.put("big", b"x" * 90)
    assert kept.get("big") is None
    kept.clear()
    assert kept.get("d") is None


def test_few_draw_and_few_wait() -> None:
    drawing = Drawing(at_once=1, waiting=0)
    with drawing.place(), pytest.raises(BusyError), drawing.place():
        pass
    with drawing.place():
        pass


def test_answers_are_the_same_bytes() -> None:
    one, other = (answer(b"<p>text</p>" * 100, "text/html") for _ in range(2))
    assert one == other
    assert one.packed is not None
    assert gzip.decompress(one.packed) == one.body


def test_models_are_lent_until_read(store: Path, analyst: TestClient) -> None:
    path = next(store.parent.glob("analyst.pages"))
    models = Models()
    with pytest.raises(NotReadyError), models.lease():
        pass
    first, second = Models.of(path), Models.of(path)
    with first.lease() as old:
        with second.lease() as new:
            pass
        first.swap(new)
        assert old.totals(Filters()).documents == 30  # still open for who reads it
        with first.lease() as now:
            assert now is new
    first.close()


def test_no_file_no_pages(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        make_app(tmp_path / "none.duckdb", public=False)


def test_each_price_index_has_an_address_a_version_and_a_way_to_contest_it(
    store: Path, public: TestClient, analyst: TestClient
) -> None:
    """On the pages of anyone; the analyst's index is worked out otherwise, and each of its quarters leads to sentences."""
    links = [u for u in inner_links(public.get("/en/prices").text) if "/price-index/" in u]
    assert links
    address, version = "index/cocaine/g/FR/2024-Q2", r"version 1, since \d+ \w+ \d{4}"
    app = make_app(store.with_name("public.pages"), public=True, contests=store.with_name("contests"))
    with TestClient(app, base_url="http://127.0.0.1") as asked:
        text = asked.get("/en/price-index/cocaine~g~FR").text
    form = rf'<a href="/en/contest\?address={quote(address, safe="")}">{address}</a>'
    assert re.search(rf'id="2024-Q2".*{form} <span class=sub>{version}<', text)
    assert re.search(
        rf'id="2024-Q2".*>{address} <span class=sub>{version}<',
        public.get("/en/price-index/cocaine~g~FR").text,
    )
    assert public.get(f"/{address}").headers["location"].endswith("/price-index/cocaine~g~FR#2024-Q2")
    (row,) = [
        r
        for r in public.get("/api/v1/indices", params={"substance": "cocaine"}).json()["items"]
        if r["area"] == "FR" and r["period"] == "2024-Q2"
    ]
    assert (row["address"], row["version"]) == (address, 1)
    mine = analyst.get("/en/price-index/cocaine~g~FR").text
    assert "period=2024-Q2" in mine and "index/cocaine/g" not in mine
    for client in (public, analyst):
        gone = client.get("/en/price-index/mdma~g~FR")
        assert gone.status_code == 200 and 'class="missing' in gone.text
        assert client.get("/en/price-index/cocaine~g~nowhere").status_code == 404
