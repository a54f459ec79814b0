"""The bulletin of a store made by hand: its figures, what each edition shows, and what it never shows."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

import pytest
from lxml import html as lxml_html

from report_store import (
    Paper,
    Said,
    build,
    event,
    flow,
    pieces,
    price,
    purity,
    said_price,
    seized,
    trend,
    way,
)
from vigie import charts
from vigie.model.errors import MissingExtraError
from vigie.report import pages as bulletin_pages
from vigie.report.bulletin import make_bulletin, write_bulletin
from vigie.report.public import ANALYST, public_gate
from vigie.report.tables import TABLES
from vigie.store import Store

TODAY = date(2025, 12, 31)
SECRET = "Une phrase que seule la presse a écrite sur ce sujet précis."
OFFICIAL = "Trois surdoses ont été signalées par les services du département cette semaine."
JOKE = "Le kilo est offert aux cent premiers clients."
ROCK = "La galette de crack se vend dix euros dans le quartier."
SOURCES = ("a", "b", "c")

PAPERS = [
    # 2024: 70, 70, 80 (median 70); 2025: 60, 60, 63, 66 (median 61.5): -12 %.
    *[Paper(source=s, published="2024-05-02", says=[said_price(p)]) for s, p in zip(SOURCES, (70, 70, 80), strict=True)],
    *[Paper(source=s, published="2025-02-03", says=[said_price(p, place="INSEE:69383")])
      for s, p in zip(SOURCES, (60, 60, 63), strict=True)],
    Paper(
        source="d",
        published="2025-05-06",
        title="Titre <script>alert(1)</script> & cie",
        says=[
            Said(sentence=SECRET, value=price(66)),
            Said(sentence="Un kilo est à 30 000 euros.", value=price(30000, "kg", "wholesale")),
            Said(sentence=ROCK, substance="crack", value=price(10, "rock")),
            said_price(20, assertion="negated"),
            said_price(90, when="2023"),
            Said(sentence="Douze kilos saisis.", value=seized(12000)),
            Said(sentence="Mille comprimés saisis.", value=pieces(1000), substance="mdma"),
            Said(sentence="Un comprimé saisi.", value=pieces(1), substance="lsd"),
            Said(sentence="Pureté de 80 %.", value=purity(80)),
            Said(sentence="Six morts.", value=event("death", 6)),
            Said(sentence="Commandes par Telegram.", value=way("telegram"), substance=None),
            Said(sentence="Les prix baissent.", value=trend("down")),
            Said(sentence="Elle vient du Brésil.", value=flow("BR", None)),
            Said(sentence="Elle part vers le Brésil.", value=flow(None, "BR")),
            Said(sentence="En 2027, le gramme vaudra 10 euros.", value=price(10), when="2027"),
            said_price(30, when="2027", assertion="planned"),
        ],
    ),
    Paper(
        source="w",
        published="2025-12-30",
        kind="warning",
        grade="A",
        title="Alerte du jour",
        says=[
            Said(sentence="Cette alerte vaut pour tous.", value=event("warning", None)),
            Said(sentence="Teneur de 2 %.", value=purity(2), substance="nitazenes"),
            Said(sentence=OFFICIAL, substance="nitazenes", value=event("overdose", 3)),
        ],
    ),
    Paper(source="e", published="2025-12-29", says=[said_price(1)]),
    *[Paper(source=s, published="2025-02-03", satire=True, says=[Said(sentence=JOKE, value=price(5000, "kg"))])
      for s in ("x", "y", "z")],
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("store") / "vigie.duckdb", PAPERS)


@pytest.fixture(scope="module")
def pages(store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Text of each page by "lang-edition.format"."""
    found = {}
    for lang in ("fr", "en"):
        for analyst in (False, True):
            folder = tmp_path_factory.mktemp("out")
            for path in write_bulletin(
                store, folder, period="2025", lang=lang, analyst=analyst, formats=("html", "md"), today=TODAY
            ):
                found[f"{lang}-{path.name.removeprefix('bulletin-')}"] = path.read_text("utf-8")
    return found


def cells(page: str, row: str) -> list[str]:
    tree = lxml_html.fromstring(page)
    return [" ".join(c.text_content().split()) for c in tree.xpath(f'//tr[@id="{row}"]/*')]


def test_prices_by_hand(pages: dict[str, str]) -> None:
    """The document of 29 December is too recent for the public, and not for the analyst.

    That of May is alone in its quarter: beside the three of the Rhône in February, a total with it would tell it.
    """
    assert cells(pages["fr-public.html"], "retail-cocaine-g") == [
        "cocaïne", "60 €/g", "–", "–", "60–63", "3", "3", "B", "−14 %",
    ]  # fmt: skip
    assert cells(pages["en-analyst.html"], "retail-cocaine-g") == [
        "cocaine", "€60/g", "–", "60–63", "1–66", "5", "5", "B/1–3", "−14%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "wholesale-cocaine-g",
            ["cocaine", "–", "–", "–", "30,000", "1", "1", "B/3", "not enough data"],
        ),
        (
            "purity-cocaine-purity",
            ["cocaine", "purity", "–", "–", "80", "1", "1", "B/3", "not enough data"],
        ),
        ("seizures-cocaine-g", ["cocaine", "12 kg", "–", "1", "1", "B/3"]),
        ("seizures-mdma-pill", ["MDMA (ecstasy)", "1,000 pills", "–", "1", "1", "B/3"]),
        ("seizures-lsd-pill", ["LSD", "1 pill", "–", "1", "1", "B/3"]),
        ("harms-death-cocaine", ["death", "cocaine", "6", "1", "1", "B/3"]),
        ("ways-channel-telegram", ["Telegram", "channel", "1", "1 of 1", "–", "not enough data", "B/3"]),
        ("flows-Brésil-any", ["Brazil", "–", "1", "1", "B/3"]),
        ("flows-any-Brésil", ["–", "Brazil", "1", "1", "B/3"]),
        ("trends-price-cocaine", ["price – cocaine", "–", "1", "–", "–", "–", "1", "B/3"]),
    ],
)
def test_other_tables_by_hand(pages: dict[str, str], row: str, expected: list[str]) -> None:
    assert cells(pages["en-analyst.html"], row) == expected
    assert cells(pages["en-public.html"], row) == []  # one source


def test_the_public_is_told_that_something_may_be_withheld_but_not_what(pages: dict[str, str]) -> None:
    """The name of a row that is kept back says that one or two sources speak of it."""
    assert "a missing row is no zero" in pages["en-public.html"]
    assert "une ligne absente n'est pas un zéro" in pages["fr-public.html"].replace("&#39;", "'")
    assert "crack" not in pages["en-public.html"].lower()
    assert "a missing row" not in pages["en-analyst.html"]


def test_only_the_analyst_reads_the_press(pages: dict[str, str]) -> None:
    for format_ in ("html", "md"):
        assert SECRET not in pages[f"fr-public.{format_}"]
        assert OFFICIAL in pages[f"fr-public.{format_}"]  # official warnings have no delay
    assert SECRET in pages["fr-analyst.html"]


def test_every_figure_of_the_analyst_opens(pages: dict[str, str]) -> None:
    tree = lxml_html.fromstring(pages["fr-analyst.html"])
    tables = [t for t in tree.xpath("//table") if t.get("id").removesuffix("-table") in TABLES]
    figures = [row for t in tables for row in t.xpath('.//tr[@class="figure"]')]
    opened = [row for t in tables for row in t.xpath('.//tr[@class="proof"]//details')]
    assert len(figures) == len(opened) > 5
    said = tree.xpath('//tr[@id="retail-crack-rock"]/following-sibling::tr[1]')[0].text_content()
    assert all(part in said for part in (ROCK, "Journal d", "6 mai 2025", "Cote B"))


@pytest.mark.parametrize("format_", ["html", "md"])
def test_satire_is_shown_to_the_analyst_and_counted_nowhere(pages: dict[str, str], format_: str) -> None:
    page = pages[f"en-analyst.{format_}"]
    assert page.count(JOKE) == 3
    assert "3 statements of satire are set aside and enter no figure." in page
    assert "Satire, set aside" in page.partition("Sources of the facts")[2]
    assert "rating B5" in page if format_ == "md" else "Rating B5" in page
    public = pages[f"en-public.{format_}"]
    assert JOKE not in public and "statements of satire" not in public and "5,000" not in public + page


def test_every_figure_says_how_far_to_trust_it(pages: dict[str, str]) -> None:
    analyst, public = (lxml_html.fromstring(pages[f"en-{edition}.html"]) for edition in ("analyst", "public"))
    proofs = [p.text_content() for p in analyst.xpath('//tr[@class="proof"]//summary')]
    assert len(proofs) > 5
    assert all(re.search(r"independent sources?, grade [A-F]\b.*, credibility [1-6]", p) for p in proofs)
    said = [s.text_content() for s in analyst.xpath('//ul[@class="says"]//span')]
    assert all(re.search(r"Rating [A-F][1-6]\b", line) for line in said)
    proofs = [p.text_content() for p in public.xpath('//tr[@class="proof"]')]
    assert proofs
    assert all(re.search(r"independent sources, grade [A-F]", p) for p in proofs)
    # The credibility of a public fact may rest on facts that must wait.
    assert "redibility" not in pages["en-public.html"]
    for lang, words in (("en", "1 confirmed by other independent sources"), ("fr", "6 ne peut être jugé")):
        assert words in pages[f"{lang}-analyst.md"]


def test_what_is_not_affirmed_is_counted_apart(pages: dict[str, str]) -> None:
    assert "One fact that is denied" in pages["en-analyst.html"]


def test_a_warning_is_told_by_its_harm(pages: dict[str, str]) -> None:
    tree = lxml_html.fromstring(pages["fr-public.html"])
    said = [p.text_content() for p in tree.xpath('//div[@class="warning"]/p[1]')]
    assert said == [OFFICIAL]


def test_trends_are_said_in_brief(tmp_path: Path) -> None:
    """Each direction is a figure: the one source of the third is not told."""
    papers = [
        Paper(source=s, published="2025-02-03", says=[Said(sentence=f"Baisse, dit {s}.", value=trend(d))])
        for s, d in zip((*SOURCES, *SOURCES, "d"), ("down",) * 3 + ("up",) * 3 + ("stable",), strict=True)
    ]
    with Store.open(build(tmp_path / "vigie.duckdb", papers), read_only=True) as opened:
        found = make_bulletin(opened, period="2025", area=None, lang="en", gate=public_gate(TODAY))
    assert [s.text for s in found.sentences] == [
        "3 independent sources state a trend for “price – cocaine”: down (3), up (3), rating B.",
    ]


def test_the_latest_year_is_that_of_publication(store: Path) -> None:
    """A fact dated to a year that has not come does not move the bulletin there."""
    with Store.open(store, read_only=True) as opened:
        found = make_bulletin(opened, period="latest", area=None, lang="en", gate=ANALYST)
        whole = make_bulletin(opened, period=None, area=None, lang="en", gate=ANALYST)
    assert found.period == "2025"
    assert (whole.period, whole.compared) == ("all dates", "")
    assert whole.rows("retail")[0].cells[-1] == "–"


def test_titles_are_escaped(pages: dict[str, str]) -> None:
    assert "<script" not in pages["fr-analyst.html"]
    assert "Titre &lt;script&gt;" in pages["fr-analyst.html"]


@pytest.mark.parametrize("name", ["fr-public.html", "en-public.html", "fr-analyst.html", "en-analyst.html"])
def test_page_is_accessible_and_alone(pages: dict[str, str], name: str) -> None:
    page = pages[name]
    tree = lxml_html.fromstring(page)
    assert tree.get("lang") == name[:2]
    levels = [int(h.tag[1]) for h in tree.xpath("//h1|//h2|//h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(table.find("caption").text_content().strip() for table in tree.xpath("//table"))
    assert all(th.get("scope") for th in tree.xpath("//th"))
    assert all(d.get("aria-label") for d in tree.xpath('//*[@role="img"]'))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    page = re.sub(r"url\(data:font/woff2;base64,[A-Za-z0-9+/=]+\)", "", page)  # the fonts, inside
    loaded = re.findall(r'(?:src|href)="([^#"][^"]*)"|url\((?!#)([^)]*)\)|@import', page)
    assert loaded == []


def test_same_inputs_same_bytes(store: Path, tmp_path: Path) -> None:
    first = [
        p.read_bytes() for p in write_bulletin(store, tmp_path / "1", period="2025", lang="fr", today=TODAY)
    ]
    later = [
        p.read_bytes()
        for p in write_bulletin(store, tmp_path / "2", period="2025", lang="fr", today=date(2026, 1, 1))
    ]
    assert len(first) == 3
    assert first == later  # one day later, the same may be shown
    assert first[1].startswith(b"%PDF")


@pytest.mark.parametrize("analyst", [False, True])
@pytest.mark.parametrize(("period", "lang"), [(None, "fr"), ("2025-Q1", "en"), ("latest", "fr")])
def test_an_empty_store_makes_sense(tmp_path: Path, analyst: bool, period: str | None, lang: str) -> None:
    empty = build(tmp_path / "vigie.duckdb", [])
    paths = write_bulletin(empty, tmp_path, period=period, lang=lang, analyst=analyst, today=TODAY)
    assert [p.suffix for p in paths] == [".html", ".pdf", ".md"]
    text = paths[2].read_text("utf-8")
    assert ("Aucun fait affirmé" if lang == "fr" else "No affirmed fact") in text
    assert ("Aucun chiffre à montrer" if lang == "fr" else "No figure to show") in text


def test_facts_without_price(tmp_path: Path) -> None:
    papers = [
        Paper(source=s, published="2025-02-03", says=[Said(sentence=f"Six morts, dit {s}.", value=event("death", 6))])
        for s in SOURCES
    ]  # fmt: skip
    path = build(tmp_path / "vigie.duckdb", papers)
    page = write_bulletin(path, tmp_path, period="2025", lang="en", formats=("html",), today=TODAY)[0]
    assert cells(page.read_text("utf-8"), "harms-death-cocaine") == ["death", "cocaine", "6", "3", "3", "B"]
    assert "No figure to show" in page.read_text("utf-8")


def test_area_of_the_public_is_the_department(store: Path) -> None:
    with Store.open(store, read_only=True) as opened:
        public = make_bulletin(opened, period="2025", area="INSEE:69383", lang="fr", gate=public_gate(TODAY))
        analyst = make_bulletin(opened, period="2025", area="INSEE:69383", lang="fr", gate=ANALYST)
        other = make_bulletin(opened, period="2025", area="FR-33", lang="fr", gate=ANALYST)
    assert public.area == "Rhône (FR-69)"
    assert "INSEE:69383" in analyst.area
    assert public.rows("retail")[0].cells[1] == "60\u00a0€/g"
    assert other.sentences == ()


def test_a_month_is_a_quarter_in_public(store: Path) -> None:
    with Store.open(store, read_only=True) as opened:
        public = make_bulletin(opened, period="2025-02", area=None, lang="en", gate=public_gate(TODAY))
        analyst = make_bulletin(opened, period="2025-02", area=None, lang="en", gate=ANALYST)
    assert (public.period, public.compared) == ("Q1 2025", "Q4 2024")
    assert analyst.period == "February 2025"


@pytest.mark.parametrize(
    ("module", "format_"), [("jinja2", "html"), ("typst", "pdf"), ("vl_convert", "html")]
)
def test_without_the_extra(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, format_: str
) -> None:
    charts.draw.converter.cache_clear()
    bulletin_pages._template.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'vigie\[report\]'"):
        write_bulletin(store, tmp_path, period=None, analyst=True, formats=(format_,), today=TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["fr-public.html", "en-analyst.html"])
def test_on_a_phone_each_figure_stands_beside_its_column(pages: dict[str, str], name: str) -> None:
    """Rows become cards there: the head of the table is not seen."""
    tree = lxml_html.fromstring(pages[name])
    tables = tree.xpath("//table")
    assert len(tables) > 1
    for table in tables:
        heads = [th.text_content() for th in table.xpath("./thead/tr/th")]
        for row in table.xpath('.//tr[@class="figure"]'):
            assert [td.get("data-column") for td in row.xpath("./td")] == heads[1:]
