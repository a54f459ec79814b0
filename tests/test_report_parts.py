"""Parts of a bulletin: how sure a figure is, what was read, hostile words, thin data, and the same bytes everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from html import unescape
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from lxml import html as lxml_html

from report_store import Paper, Said, build, event, flow, price, purity, said_price, seized, way
from vigie.model.errors import StoreError
from vigie.report.bulletin import Bulletin, make_bulletin, write_bulletin
from vigie.report.coverage import coverage
from vigie.report.evidence import Evidence, Row, Table
from vigie.report.pages import html_page, markdown_page, pdf_page, typst_columns
from vigie.report.printed import Printed
from vigie.report.public import ANALYST, Gate, public_gate
from vigie.report.words import Words
from vigie.store import Store

TODAY = date(2026, 3, 31)
PUBLIC = public_gate(TODAY)
LYON = "INSEE:69123"


def papers(year: int, amounts: tuple[float, ...]) -> list[Paper]:
    """One source a price."""
    return [
        Paper(source=f"s{n}", published=f"{year}-02-03", says=[said_price(amount, place=LYON)])
        for n, amount in enumerate(amounts)
    ]


def made(
    path: Path, listed: list[Paper], gate: Gate = ANALYST, lang: str = "en", area: str | None = None
) -> Bulletin:
    path.mkdir(exist_ok=True)
    with Store.open(build(path / "v.duckdb", listed, today=date(2026, 3, 1))) as store:
        return make_bulletin(store, period="2025", area=area, lang=lang, gate=gate)


OLD, EVEN = (70.0, 71, 72, 73, 74, 75), (60.0, 61, 62, 63, 64, 65)
# Interval of the median, of the change, and what is said: of six sources the whole range, and the sixth smallest and largest of the 36
# ratios (70/75, 71/75, …: Mann and Whitney's critical value of 6 and 6 is 5).
CERTAIN = [
    ("fell", EVEN, OLD, ("60–65", "−17 to −10%", "fall established"), "Down on 2024"),
    ("rose", OLD, EVEN, ("70–75", "+11 to +21%", "rise established"), "Up on 2024"),
    ("unsettled", (50.0, 60, 70, 80, 90, 100), OLD, ("50–100", None, "no change established"), "No change established"),
    ("three_sources", (60.0, 61, 62), (70.0, 71, 72), ("–", "–", "indication, no margin of error"), "an indication only"),
    ("nothing_before", EVEN, (), ("60–65", None, None), "no figure of it may be shown"),
    ("two_before", EVEN, (70.0, 71), ("60–65", None, None), "fewer than three statements"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "now", "old", "cells", "said"), CERTAIN, ids=[c[0] for c in CERTAIN])
def test_how_sure_a_figure_is(
    tmp_path: Path,
    _name: str,
    now: tuple[float, ...],
    old: tuple[float, ...],
    cells: tuple[str | None, ...],
    said: str,
) -> None:
    found = made(tmp_path, papers(2025, now) + papers(2024, old))
    interval, change, verdict = cells
    assert found.rows("retail")[0].cells[2] == interval
    rows = found.rows("changes")
    assert bool(rows) == (verdict is not None)
    if rows:
        assert rows[0].cells[-1] == verdict
        assert change is None or rows[0].cells[4].replace("\u00a0", " ") == change
    assert said in next(s.text for s in found.sentences if s.table == "retail")
    if verdict is None:
        assert any("Not compared with 2024: cocaine (retail prices)" in c.text for c in found.cautions)


def test_statements_of_one_source_are_one_figure(tmp_path: Path) -> None:
    """Twelve statements of three sources allow no interval."""
    listed = [
        Paper(source=s, published="2025-02-03", says=[Said(sentence=f"{s} {n} dit.", value=price(60.0 + n)) for n in range(4)])
        for s in "abc"
    ]  # fmt: skip
    row = made(tmp_path, listed).rows("retail")[0]
    assert (row.cells[2], row.cells[5], row.cells[6]) == ("–", "12", "3")


def test_the_public_interval_rests_on_what_may_be_shown(tmp_path: Path) -> None:
    """Seven sources speak; six of them in cells: the seventh, alone in its quarter, moves no limit."""
    alone = Paper(source="x", published="2025-05-03", says=[said_price(500, place="INSEE:38185")])
    listed = [*papers(2025, EVEN), alone]
    assert made(tmp_path / "1", listed, PUBLIC).rows("retail")[0].cells[2] == "60–65"
    assert made(tmp_path / "2", listed).rows("retail")[0].cells[2] == "60–500"


def test_shares_of_sources(tmp_path: Path) -> None:
    """Four of five sources against one of five; the public is not told of a zero."""

    def said(source: str, year: int, code: str) -> Paper:
        return Paper(source=source, published=f"{year}-02-03", says=[Said(sentence=f"{source} {code}.", value=way(code), place=LYON)])  # fmt: skip

    listed = [said(s, 2025, "telegram") for s in "abcd"] + [said("e", 2025, "sms")]
    listed += [said("a", 2024, "telegram"), *(said(s, 2024, "sms") for s in "bcde")]
    row = made(tmp_path / "1", listed).rows("ways")[0]
    assert row.cells[3:5] == ("4 of 5", "1 of 5")
    public = made(tmp_path / "2", listed, PUBLIC)
    assert [r.cells[0] for r in public.rows("ways")] == ["Telegram"]
    assert public.rows("ways")[0].cells[4:6] == ("–", "not enough data")


def test_what_was_read_is_told_by_kind(tmp_path: Path) -> None:
    listed = [Paper(source=s, published="2025-02-03") for s in "abc"]
    listed += [
        Paper(source="f", kind="forum", published="2025-02-03"),
        Paper(source="a", published="2025-08-03"),
    ]
    listed += [Paper(source="a", published="2026-03-30"), Paper(source="b", published="2025")]
    with Store.open(build(tmp_path / "v.duckdb", listed)) as store:
        public, own = (coverage(store, gate, date(2026, 12, 31)) for gate in (PUBLIC, ANALYST))
    rows = dict(public.rows)
    assert public.periods == ("2025-Q1", "2025-Q2", "2025-Q3")  # the last quarter has no document old enough
    assert [(c.documents, c.state) for c in rows["press"]] == [
        (3, "shown"), (0, "nothing-collected"), (None, "withheld"),
    ]  # fmt: skip
    assert [c.state for c in rows["forum"]] == ["withheld", "nothing-collected", "nothing-collected"]
    assert dict(zip(own.periods, dict(own.rows)["press"], strict=True))["2026-03"].documents == 1
    assert own.published == {"2025-Q1", "2025-Q3", "2026-Q1"}


HOSTILE = "#let x = [ *b* _i_ `c` $m$ <script>alert(1)</script> | \\ @ref ![i](u) =h 1. //x https://evil.example \u202e fin"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bulletin]:
    """Titles, outlets, sentences and attributions made to be taken for markup."""
    folder = tmp_path_factory.mktemp("hostile")
    says = [
        Said(sentence=HOSTILE, value=price(60), place=LYON),
        Said(sentence=HOSTILE + " 2", value=event("death", 6), place=LYON),
        Said(sentence=HOSTILE + " 3", value=flow("BR", "FR"), place=LYON),
    ]
    listed = [
        Paper(source=s, published="2025-02-03", kind="warning", title=HOSTILE, publisher=HOSTILE, says=says) for s in "abc"
    ]  # fmt: skip
    path = build(folder / "v.duckdb", listed)
    with Store.open(path) as store:
        store.connection.execute("UPDATE sources SET name = ?", [HOSTILE])
        return {
            f"{lang}-{name}": make_bulletin(store, period="2025", area=None, lang=lang, gate=gate)
            for lang in ("fr", "en")
            for name, gate in (("public", PUBLIC), ("analyst", ANALYST))
        }


@pytest.mark.parametrize("name", ["fr-public", "en-analyst"])
def test_hostile_words_stay_words(hostile: dict[str, Bulletin], name: str) -> None:
    bulletin = hostile[name]
    page = html_page(bulletin).decode()
    assert "<script" not in page
    assert "\u202e" not in page
    lxml_html.fromstring(page)
    markdown = markdown_page(bulletin).decode()
    assert "<script" not in markdown
    assert "![i]" not in markdown.replace("!\\[i\\]", "")
    assert " *b* " not in markdown
    text = "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(pdf_page(bulletin)))
    for part in ("#let x = [", "*b* _i_ `c` $m$", "@ref", "https://evil.example"):
        assert part in " ".join(text.split()), part


def test_the_pdf_is_tagged_and_says_what_it_is(hostile: dict[str, Bulletin]) -> None:
    document = pypdfium2.PdfDocument(pdf_page(hostile["fr-public"]))
    assert pdfium.FPDFCatalog_IsTagged(document.raw)
    found = document.get_metadata_dict()
    assert found["Title"].startswith("Bulletin des marchés de drogues")
    assert found["Author"] == "Vigie"
    assert b"pdfuaid" in pdf_page(hostile["fr-public"])


def test_tables_and_figures_are_numbered_in_order(hostile: dict[str, Bulletin]) -> None:
    for bulletin in hostile.values():
        tables = [t.number for part in bulletin.parts for t in part.tables] + [bulletin.sources.number]
        assert tables == list(range(1, len(tables) + 1))
        figures = [p.number for part in bulletin.parts for p in part.pictures]
        assert figures == list(range(1, len(figures) + 1))


LONG = "Observatoire-interdépartemental-et-transfrontalier-des-usages-" * 4
THIN = [
    ("nothing", [], None, "No affirmed fact for this period and area."),
    ("one_document", papers(2025, (60.0,)), None, "Cocaine: stated retail price €60/g"),
    ("period_without_facts", papers(2023, EVEN), None, "No affirmed fact for this period and area."),
    ("area_with_nothing", papers(2025, EVEN), "FR-33", "No affirmed fact for this period and area."),
    ("no_price", [Paper(source="a", published="2025-02-03", says=[Said(sentence="Saisie.", value=seized(900))])], None, "Largest seizure reported: 900"),
    ("long_names", [Paper(source=s, published="2025-02-03", title=LONG, name=LONG, says=[Said(sentence=LONG, value=purity(50 + n))]) for n, s in enumerate("abc")], None, "50"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "listed", "area", "said"), THIN, ids=[c[0] for c in THIN])
@pytest.mark.parametrize("gate", [ANALYST, PUBLIC], ids=["analyst", "public"])
def test_thin_data_still_make_sense(
    tmp_path: Path, _name: str, listed: list[Paper], area: str | None, said: str, gate: Gate
) -> None:
    bulletin = made(tmp_path, listed, gate, area=area)
    page = markdown_page(bulletin).decode().replace("\u00a0", " ")
    if not gate.public:
        assert said in page
    assert page.count("\n## ") >= 3
    assert pdf_page(bulletin).startswith(b"%PDF")
    lxml_html.fromstring(html_page(bulletin))


def test_a_short_public_bulletin_says_why(tmp_path: Path) -> None:
    found = made(tmp_path, papers(2025, EVEN), PUBLIC)
    assert any(c.text.startswith("Few facts pass the thresholds") for c in found.cautions)
    assert not any("Few facts" in c.text for c in made(tmp_path / "2", papers(2025, EVEN)).cautions)


def test_no_map_and_no_panel_of_prices_by_area(tmp_path: Path) -> None:
    """Maps count statements; a table of areas holds no euros."""
    listed = [
        Paper(source=s, published="2025-02-03", says=[said_price(50 + n, place=place)])
        for n, place in enumerate((LYON, "INSEE:38185", "INSEE:13055", "INSEE:33063"))
        for s in "abc"
    ]
    for gate in (PUBLIC, ANALYST):
        found = made(tmp_path / str(gate.public), listed, gate)
        maps = [p for part in found.parts for p in part.pictures if p.figure.id.startswith("map-")]
        assert maps
        for picture in maps:
            assert picture.figure.unit == "statements"
            shown = [row for row in picture.figure.rows if row[-1] == "shown"]
            assert {cell for row in shown for cell in row if isinstance(cell, int | float)} == {3}
        assert "€" not in "".join(cell for row in found.rows("areas") for cell in row.cells)


def test_a_map_tells_zero_from_what_nobody_read(tmp_path: Path) -> None:
    """Of three departments seizures are told, of a fourth a price, of a fifth only what is denied; of the others nothing was read."""
    where = ("INSEE:38185", "INSEE:13055", "INSEE:33063")
    listed = [
        Paper(source=s, published="2025-02-03", says=[Said(sentence=f"Une saisie {s}{n}.", value=seized(1000), place=place)])
        for n, place in enumerate(where)
        for s in "abc"
    ]  # fmt: skip
    listed += [Paper(source=s, published="2025-03-03", says=[said_price(60, place=LYON)]) for s in "abc"]
    denied = Said(sentence="Aucune saisie.", value=seized(1), place="INSEE:59350", assertion="negated")
    listed.append(Paper(source="a", published="2025-03-04", says=[denied]))
    listed.append(Paper(source="a", published="2023-03-04", says=[said_price(60, place="INSEE:29019")]))
    for gate in (ANALYST, PUBLIC):
        found = made(tmp_path / str(gate.public), listed, gate)
        (drawn,) = [p for part in found.parts for p in part.pictures if p.figure.id == "map-seizures"]
        state = {str(row[0]): row[-1] for row in drawn.figure.rows}
        assert [state[c] for c in ("FR-38", "FR-13", "FR-33")] == ["shown"] * 3
        # A year in which nothing of it was read is no zero; Polynesia is drawn, so that it has a state too.
        others = [state[c] for c in ("FR-69", "FR-59", "FR-29", "FR-PF")]
        if gate.public:
            assert set(others) == {"withheld"}
        else:
            assert others == ["zero", "zero", "nothing-collected", "nothing-collected"]
            assert (
                "White: zero" in drawn.figure.note and "Hatching: nothing was collected" in drawn.figure.note
            )
        page = unescape(html_page(found).decode())
        told = {row.cells[2]: row.cells for row in drawn.table.rows[3:]}
        assert set(told) == (
            {"zero", "nothing read"} if not gate.public else {"not shown (too few sources, or none)"}
        )
        assert all(cells[1] in page and "Lille" not in cells[1] for cells in told.values())
        if not gate.public:
            assert told["zero"][:2] == ("2 areas", "Nord, Rhône")
            assert told["zero"][3:] == ("0", "0", "0") and told["nothing read"][3:] == ("–", "–", "–")


def test_the_public_has_nothing_of_the_watch(tmp_path: Path) -> None:
    with Store.open(build(tmp_path / "v.duckdb", papers(2025, EVEN))) as store:
        store.connection.execute(
            "INSERT INTO analyst_alerts BY NAME SELECT 'a_1' AS alert_id, 'rise' AS kind, 'mexazolam' AS substance, 'FR-69' AS area, "
            "'week' AS period, DATE '2025-02-03' AS started, DATE '2025-02-10' AS last_alarm, 3 AS grade, 'likely' AS likelihood, "
            "'major' AS impact, 'new' AS status, 0.001 AS p, 1.0 AS false_per_month, 3 AS speakers, DATE '2025-02-11' AS first_saved, "
            "DATE '2025-02-11' AS last_saved"
        )
        pages = {
            gate.public: markdown_page(
                make_bulletin(store, period="2025", area=None, lang="fr", gate=gate)
            ).decode()
            for gate in (PUBLIC, ANALYST)
        }
    assert "mexazolam" in pages[False].lower()
    assert "élevé" in pages[False]
    assert "mexazolam" not in pages[True].lower()
    assert "Signaux de veille" not in pages[True]


def test_a_store_that_was_not_assessed_is_refused(tmp_path: Path) -> None:
    path = build(tmp_path / "v.duckdb", papers(2025, EVEN))
    with Store.open(path) as store:
        store.connection.execute("UPDATE observations SET credibility = NULL")
        with pytest.raises(StoreError, match="assess_if_due"):
            write_bulletin(store, tmp_path / "out", period="2025", formats=["md"], today=TODAY)
        assert not (tmp_path / "out").exists()
        assert store.column("SELECT count(*) FROM public_cells") == [0]
        assert write_bulletin(store, tmp_path / "out", period="2025", formats=["md"], analyst=True)


def test_words_of_both_languages_are_the_same_keys() -> None:
    fr, en = (Words(lang).all() for lang in ("fr", "en"))
    assert set(fr) == set(en)
    for key, value in fr.items():
        if isinstance(value, dict) and key != "places":
            assert set(value) == set(en[key]), key


@pytest.mark.parametrize(
    "analyst", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["public", "analyst"]
)
def test_the_same_bytes_in_another_process(tmp_path: Path, analyst: bool) -> None:
    """Another order of sets, time zone and locale: the same page, PDF and Markdown."""
    listed = papers(2025, EVEN) + papers(2024, OLD)
    listed += [Paper(source="w", published="2025-06-03", kind="warning", title="Alerte", says=[Said(sentence="Six morts.", value=event("death", 6), place=LYON)])]  # fmt: skip
    path = build(tmp_path / "v.duckdb", listed)
    code = (
        "import sys; from datetime import date; from vigie.report.bulletin import write_bulletin; "
        f"write_bulletin(sys.argv[1], sys.argv[2], period='2025', lang='fr', analyst={analyst}, today=date(2026, 3, 31))"
    )
    found = []
    for n, more in enumerate(({"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"}, {"PYTHONHASHSEED": "77", "TZ": "America/Lima", "LC_ALL": "C.UTF-8"})):  # fmt: skip
        out = tmp_path / str(n)
        subprocess.run([sys.executable, "-c", code, str(path), str(out)], check=True, env=os.environ | more)
        found.append({file.name: file.read_bytes() for file in sorted(out.iterdir())})
    assert len(found[0]) == 3
    assert found[0] == found[1]


def test_widths_hold_long_words(hostile: dict[str, Bulletin]) -> None:
    for part in hostile["fr-analyst"].parts:
        for table in part.tables:
            assert len(typst_columns(table).split(", ")) == len(table.columns)


def _table(many: int, said: tuple[int, ...] = (), id_: str = "flows") -> Table:
    return Table(
        id=id_, title=id_, caption=id_, columns=("a",),
        rows=tuple(
            Row(id=f"r{n}", cells=(str(n),), said=said[n] if said else 0, evidence=tuple(quote(g, n) for g in ("C3", "B2", "F6")))
            for n in range(many)
        ),
    )  # fmt: skip


def quote(grade: str, n: int) -> Evidence:
    return Evidence(
        before="", quote=f"{grade}-{n}", after="", lang="fr", title="", outlet="", date="", grade=grade, attribution="", place=""
    )  # fmt: skip


@pytest.mark.parametrize(
    ("many", "said", "kept"),
    [
        (6, (), 6),  # one row too many is no longer than the line that would say so
        (9, (), 5),
        (9, (1, 2, 3, 4, 5, 6, 7, 8, 9), 5),
    ],
    ids=["one_more", "first", "most_said"],
)
def test_print_bounds_rows(many: int, said: tuple[int, ...], kept: int) -> None:
    rows = Printed(True).rows(_table(many, said))
    assert len(rows) == kept
    assert rows[0].id == ("r4" if said else "r0")
    assert [r.id for r in rows] == sorted(r.id for r in rows)


def test_print_quotes_the_best_grades_of_the_first_figures() -> None:
    found = Printed(True).quoted([_table(3, id_="retail"), _table(2, id_="areas")])
    assert [(q.row.id, [e.grade for e in q.sentences], q.more) for q in found] == [
        (f"r{n}", ["B2"], 2) for n in range(3)
    ]
    assert len(Printed(False).quoted([_table(20, id_="retail")])) == 6


def test_a_bounded_table_says_how_many_rows_the_page_has(tmp_path: Path) -> None:
    """Nine ways of selling: the HTML page holds them all, the PDF of a region says what it leaves out."""
    codes = ("telegram", "sms", "snapchat", "whatsapp", "web", "darknet", "street", "in-person", "signal")
    listed = [
        Paper(source=s, published="2025-02-03", says=[Said(sentence=f"{s} {c}.", value=way(c), place=LYON) for c in codes])
        for s in "ab"
    ]  # fmt: skip
    found = made(tmp_path, listed, area="FR-ARA")
    left = len(found.rows("ways")) - 5
    assert left >= 2
    text = "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(pdf_page(found)))
    assert f"+ {left} in the HTML page." in text
    page = html_page(found).decode()
    assert all(f'id="{row.id}"' in page for row in found.rows("ways"))
    assert f"+ {left} in" not in page
