"""What people do by mistake: each gets an answer in one line, and nothing else happens."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from lxml import html as lxml_html
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, price, said_price
from store_samples import TODAY, VERSIONS, document, observation
from vigie.cli import app
from vigie.cli.output import table
from vigie.cli.reading import observation_table
from vigie.pipeline import Cleaned, Reading, add, clean, reextract
from vigie.report.bulletin import write_bulletin
from vigie.store import Store
from vigie.store.rows import Entry


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args])


def vigie(*args: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it: errors pass through its entry point."""
    command = [sys.executable, "-m", "vigie.cli", *map(str, args)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    said = [said_price(60, place="INSEE:69123")]
    return build(
        tmp_path / "vigie.duckdb", [Paper(source=s, published="2024-02-03", says=said) for s in "abc"]
    )


@pytest.mark.parametrize(
    "period", ["0001", "0001-Q1", "0001-01", "9999-Q4", "9999-12", "1999", "2024-q1", "LATEST"]
)
def test_any_period_that_can_be_read_makes_a_bulletin(store: Path, tmp_path: Path, period: str) -> None:
    done = run("bulletin", "--period", period, "--format", "md", "--store", store, "--out", tmp_path / "b")
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize("period", ["2024-13", "2024-Q5", "24", "last", "", "0000"])
def test_a_period_that_is_none_is_wrong_use(store: Path, tmp_path: Path, period: str) -> None:
    done = run("bulletin", "--period", period, "--format", "md", "--store", store, "--out", tmp_path / "b")
    assert done.exit_code == 2
    assert "2026-Q1" in done.stderr
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(("code", "shown"), [("fr-69", "FR-69"), ("insee:69123", "FR-69"), ("fr", "(FR)")])
def test_codes_may_be_written_small(store: Path, tmp_path: Path, code: str, shown: str) -> None:
    done = run("bulletin", "--area", code, "--format", "md", "--store", store, "--out", tmp_path / "b")
    assert done.exit_code == 0
    assert shown in (tmp_path / "b" / "bulletin-public.md").read_text("utf-8")


@pytest.mark.parametrize("verb", ["bulletin", "export", "demo"])
def test_a_file_in_the_place_of_the_folder_is_told(store: Path, tmp_path: Path, verb: str) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    where = {
        "bulletin": ("--store", store, "--out", taken),
        "export": ("--store", store, taken),
        "demo": ("--out", taken),
    }
    done = vigie(verb, *where[verb], cwd=tmp_path)
    assert done.returncode == 1
    assert "unexpected" not in done.stderr
    assert "taken" in done.stderr
    assert taken.read_text() == "mine"


def test_what_vigie_wrote_is_no_source(store: Path, tmp_path: Path) -> None:
    """A folder of articles that also holds a bulletin and a store: neither is counted as evidence again."""
    folder = tmp_path / "folder"
    for analyst in (False, True):
        write_bulletin(store, folder / "bulletin", period="2024", analyst=analyst, today=date(2025, 1, 1))
    (folder / "old.duckdb").write_bytes(store.read_bytes())
    done = run("add", folder, "--store", tmp_path / "new.duckdb")
    assert done.exit_code == 1
    assert "documents: 0 read" in done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("refused: ")]
    assert sum("written by Vigie" in line for line in told) == 7
    assert all(name in done.stderr for name in ("bulletin-public.html", "bulletin-analyst.pdf", "old.duckdb"))


def test_an_article_about_vigie_is_a_source(tmp_path: Path) -> None:
    page = tmp_path / "a.txt"
    page.write_text("2024-03-11\n\nVigie\n\nÀ Lyon, selon Vigie, le gramme de cocaïne se vend 60 euros.\n")
    assert [isinstance(item, Cleaned) for item in clean(page, Reading())] == [True]


def test_expired_texts_go_when_a_run_starts(tmp_path: Path) -> None:
    """The sentences stay; the full text does not outlive its time."""
    with Store.open(tmp_path / "s.duckdb") as opened:
        run_id = opened.start_run("add", VERSIONS)
        opened.write(run_id, [Entry(document=document(), observations=[])], today=TODAY)
        opened.write(run_id, [Entry(document=document(2), observations=[])], today=date.today())
        summary = add(opened, [])
        texts = {row["doc_id"]: row["text"] for row in opened.documents(text=True).to_pylist()}
        assert texts["d0001"] is None
        assert texts["d0002"]
        assert summary.expired == 1
        assert add(opened, []).expired == 0
        assert reextract(opened).read == 1


def test_the_summary_tells_of_expired_texts(tmp_path: Path) -> None:
    path, page = tmp_path / "s.duckdb", tmp_path / "a.txt"
    page.write_text("2024-03-11\n\nTitre\n\nÀ Lyon, le gramme de cocaïne se vend 60 euros.\n")
    with Store.open(path) as opened:
        opened.write(
            opened.start_run("add", VERSIONS), [Entry(document=document(), observations=[])], today=TODAY
        )
    assert "full texts expired: 1" in run("add", page, "--store", path).stderr
    assert "expired" not in run("add", page, "--store", path).stderr


def test_one_article_in_two_formats_is_one_document(tmp_path: Path) -> None:
    body = (
        "À Lyon, le gramme de cocaïne se vend 60 euros, selon les intervenants de rue interrogés ce mois-ci."
    )
    (tmp_path / "a.txt").write_text(f"2024-03-11\n\nLe prix baisse\n\n{body}\n")
    (tmp_path / "a.json").write_text(f'{{"title": "Le prix baisse", "date": "2024-03-11", "text": "{body}"}}')
    done = run("add", tmp_path, "--store", tmp_path / "s.duckdb", "--format", "json")
    assert '"new": 1, "unchanged": 1' in done.stdout


NASTY = [
    "<script>alert(1)</script> <b>gras</b> & \"guillemets\" 'simples'",
    "#let x = 1; $ math $ @ref <label> _a_ *b* `c` \\ [d] {e} ~ // f /* g */",
    "= titre\n- liste\n+ liste\n1. liste\n/ terme: sens",
    "| a | b |\n# titre\n![image](x) [lien](javascript:1) ***",
    "très long " * 400,
    "\u202eenvers\u202c \u0000 \x07 fin \U0001f600",
    "\u0633\u0639\u0631 \u200f\u0627\u0644\u0643\u0648\u0643\u0627\u064a\u064a\u0646 \u4ef7\u683c \u0e23\u0e32\u0e04\u0e32 цена",
]


@pytest.mark.parametrize(
    "nasty", NASTY, ids=["html", "typst", "lines", "markdown", "long", "controls", "scripts"]
)
def test_titles_and_quotes_are_text_in_every_format(tmp_path: Path, nasty: str) -> None:
    said = Said(sentence=nasty, value=price(60), place="INSEE:69123")
    papers = [Paper(source="a", published="2024-02-03", title=nasty, says=[said], kind="warning")]
    store = build(tmp_path / "v.duckdb", papers)
    html, pdf, md = write_bulletin(store, tmp_path, period="2024", analyst=True, today=date(2025, 1, 1))
    assert pdf.read_bytes().startswith(b"%PDF")
    tree = lxml_html.fromstring(html.read_text("utf-8"))
    assert tree.xpath("//script|//b|//img") == []
    links = tree.xpath("//a/@href")  # the bulletin's own: the way down to its parts
    assert links and all(link.startswith("#") and " " not in link for link in links)
    said_again = [" ".join(p.text_content().split()) for p in tree.xpath('//ul[@class="says"]/li/p')]
    assert said_again == [" ".join(re.sub(r"[\0\x07\u200f\u202e\u202c]", "", nasty).split())]
    lines = md.read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("# ")] == ["# Bulletin des marchés de drogues"]
    assert not any(
        re.search(r"(?<!\\)<script", line) or line.lstrip().startswith(("+ ", "1. ")) for line in lines
    )


def test_a_table_fits_its_width() -> None:
    rows = [("price", "cocaine", "un très long passage qui prouve le fait " * 3)]
    wide = table(("type", "substance", "quote"), rows)
    narrow = table(("type", "substance", "quote"), rows, width=50)
    assert max(map(len, wide.splitlines())) > 50 >= max(map(len, narrow.splitlines()))
    assert "price  cocaine    un très long passage" in narrow
    assert narrow.count("\n") == 3


@pytest.mark.parametrize("verb", ["add", "extract", "redact"])
def test_an_empty_name_is_not_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """`vigie add "$ARTICLES"` with the variable unset."""
    (tmp_path / "private.txt").write_text("2024-03-11\n\nTitre\n\nLe gramme de cocaïne se vend 60 euros.\n")
    monkeypatch.chdir(tmp_path)
    done = run(verb, "")
    assert (done.exit_code, done.stdout) == (2, "")
    assert not (tmp_path / "vigie.duckdb").exists()


def test_the_latest_year_of_the_public_is_one_it_may_see(tmp_path: Path) -> None:
    """A document of yesterday does not move the public bulletin into a year of which it shows nothing."""
    said = [said_price(60, place="INSEE:69123")]
    papers = [Paper(source=s, published="2024-11-03", says=said) for s in "abc"]
    papers.append(Paper(source="d", published="2025-01-05", says=said))
    store = build(tmp_path / "v.duckdb", papers)
    (page,) = write_bulletin(store, tmp_path, period="latest", formats=["md"], today=date(2025, 1, 6))
    assert "Période 2024" in page.read_text("utf-8")
    assert "| cocaïne |" in page.read_text("utf-8")


def test_a_narrow_terminal_gets_what_says_most() -> None:
    found = [observation(document(), assertion=a) for a in ("affirmed", "affirmed")]
    wide, narrow = observation_table(found, None), observation_table(found, 80)
    assert "conf." in wide and "conf." not in narrow
    assert "affirmed" not in narrow
    assert "negated" in observation_table([observation(document(), assertion="negated")], 80)
    assert max(map(len, narrow.splitlines())) <= 80


def test_a_refusal_names_the_input_but_no_author(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contact in a path is not shown; a folder that only shares words with an author keeps its name."""
    folder = tmp_path / "lettre-exemple"
    folder.mkdir()
    head = '{"author": "Lettre Exemple", "title": "Titre", "date": "2024-03-11", '
    (folder / "a.json").write_text(head + '"text": "À Lyon, le gramme de cocaïne se vend 60 euros."}')

    def broken(_document: object) -> list[object]:
        raise KeyError("60 euros")

    monkeypatch.setattr("vigie.extract.extract", broken)
    done = run("add", folder, "--store", tmp_path / "s.duckdb")
    assert "lettre-exemple/a.json#1: unexpected KeyError" in done.stderr
    assert "60 euros" not in done.stderr
    missing = run("add", tmp_path / "jean.exemple@mairie.example.txt", "--store", tmp_path / "s.duckdb")
    assert "jean.exemple" not in missing.stderr
    assert "no such file" in missing.stderr


@pytest.mark.parametrize("verb", [["backup"], ["doctor", "--backup"], ["restore", "--yes"], ["add"]])
def test_a_password_in_an_address_given_as_a_folder_is_not_told(
    store: Path, tmp_path: Path, verb: list[str]
) -> None:
    done = run(*verb, "postgresql://anna:Geheim@db.example/v?password=Geheim", "--store", store)
    assert done.exit_code == 1
    assert "Geheim" not in done.output


def test_a_file_that_changed_is_told(tmp_path: Path) -> None:
    """A corrected article is a second document: whoever corrected it should know that both count."""
    page, store = tmp_path / "a.txt", tmp_path / "s.duckdb"
    for euros, told in ((60, False), (60, False), (70, True), (70, False)):
        page.write_text(f"2024-03-11\n\nTitre\n\nÀ Lyon, le gramme de cocaïne se vend {euros} euros.\n")
        done = run("add", page, "--store", store)
        assert ("changed since they were stored: 1" in done.stderr) is told
