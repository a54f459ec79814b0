"""Nothing public leaves a store but through the gate, and the bulletin and the open data obey the same rules."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from report_store import Paper, Said, build, event, price, said_price, seized, way
from vigie.lexicon.terms import data_toml
from vigie.report.bulletin import write_bulletin
from vigie.report.facts import Fact
from vigie.report.open_data import cells, write_open_data
from vigie.report.public import Gate
from vigie.report.rules import rules
from vigie.store import Store
from vigie.store.export import FORMATS

TODAY = date(2025, 12, 31)
SOURCES = ("a", "b", "c")
REPORT = Path(str(files("vigie"))) / "report"


def papers(*said: Said, sources: Sequence[str] = SOURCES, published: str = "2025-02-03") -> list[Paper]:
    return [Paper(source=s, published=published, says=said) for s in sources]


def shown(path: Path, folder: Path, area: str | None = None) -> tuple[str, list[dict[str, object]]]:
    """The public bulletin (its tables only) and the public cells of a store."""
    (page,) = write_bulletin(path, folder, period="2025", area=area, lang="en", formats=["md"], today=TODAY)
    with Store.open(path) as store:
        rows = [dict(row) for row in cells(store, as_of=TODAY).to_pylist()]
    return page.read_text("utf-8").partition("## Method")[0], rows


LYON, RHONE = "INSEE:69123", "FR-69"
SAME_RULES = [
    # id, what three sources say, area, a row that the bulletin would hold, whether both show it
    ("price", [said_price(60, place=LYON)], RHONE, "| cocaine |", True),
    ("five_deaths", [Said(sentence="Cinq morts.", value=event("death", 5), place=LYON)], RHONE, "| death |", True),
    ("four_deaths", [Said(sentence="Quatre morts.", value=event("death", 4), place=LYON)], RHONE, "| death |", False),
    ("prisoners", [Said(sentence="Jeté.", value=way("prison-throw", "delivery"), place=LYON)], RHONE, "| delivery |",
     False),
    ("post", [Said(sentence="Envoyé.", value=way("postal", "delivery"), place=LYON)], RHONE, "| delivery |", True),
    ("feared", [said_price(60, place=LYON, assertion="hypothetical")], RHONE, "| cocaine |", False),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "said", "area", "row", "seen"), SAME_RULES, ids=[c[0] for c in SAME_RULES])
def test_bulletin_and_open_data_show_the_same(
    tmp_path: Path, _name: str, said: list[Said], area: str, row: str, seen: bool
) -> None:
    page, rows = shown(build(tmp_path / "v.duckdb", papers(*said)), tmp_path, area)
    assert (row in page, bool(rows)) == (seen, seen)


def test_few_inhabitants_roll_up(tmp_path: Path) -> None:
    """Saint-Pierre-et-Miquelon has too few: its own bulletin says nothing, open data count it with France."""
    said = Said(sentence="Cinq morts.", value=event("death", 5), place="FR-PM")
    page, rows = shown(build(tmp_path / "v.duckdb", papers(said)), tmp_path, "FR-PM")
    assert "| death |" not in page
    assert [row["area"] for row in rows] == ["FR"]


@pytest.mark.parametrize("sources", [("a", "b"), ("Écho", "echo ", "b")])
def test_two_sources_are_too_few(tmp_path: Path, sources: tuple[str, ...]) -> None:
    path = build(tmp_path / "v.duckdb", papers(said_price(60, place=LYON), sources=sources))
    page, rows = shown(path, tmp_path)
    assert "| cocaine |" not in page
    assert rows == []


@pytest.mark.parametrize(
    ("publishers", "seen"),
    [
        (("Groupe", "GROUPE ", "groupe"), False),
        (("Groupe", "Groupe", ""), False),
        (("un", "deux", "trois"), True),
    ],
    ids=["one publisher", "two", "three"],
)
def test_sources_of_one_publisher_are_one(tmp_path: Path, publishers: tuple[str, ...], seen: bool) -> None:
    """Three cards of one publisher would else show each source's own figure as lowest, middle and highest."""
    said = [
        Paper(source=s, publisher=p, published="2025-02-03", says=[said_price(amount, place=LYON)])
        for s, p, amount in zip(SOURCES, publishers, (55, 60, 65), strict=True)
    ]
    _, rows = shown(build(tmp_path / "v.duckdb", said), tmp_path)
    assert bool(rows) is seen


def test_a_closed_gate_lets_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures, names, sentences: whatever a page or a file holds came through the gate."""
    said = [
        Said(sentence="PHRASE de trois mots.", value=price(60), place=LYON),
        Said(sentence="Six morts.", value=event("death", 6), substance="ketamine", place=LYON),
        Said(sentence="Deux kilos.", value=seized(2000), substance="heroin", place=LYON),
    ]
    listed = papers(*said, sources=("ALPHA", "BRAVO", "CHARLIE"))
    listed.append(Paper(source="DELTA", published="2025-03-01", kind="warning", title="TITRE", says=said))
    path = build(tmp_path / "v.duckdb", listed)
    words = ("PHRASE", "TITRE", "ALPHA", "DELTA", "cocaïne", "cocaine", "kétamine", "héroïne")

    # Another store for the closed gate: that a figure which was public is no more is told by its name.
    fresh = tmp_path / "fresh.duckdb"
    fresh.write_bytes(path.read_bytes())

    def written(folder: Path, path: Path) -> str:
        pages = write_bulletin(path, folder, period="2025", formats=["html", "md"], today=TODAY)
        with Store.open(path) as store:
            pages += write_open_data(store, folder, [f for f in FORMATS if f != "parquet"], as_of=TODAY)
        return "".join(page.read_text("utf-8") for page in pages)

    assert all(word in written(tmp_path / "open", path) for word in words)
    for rule in ("admits", "alerts"):
        monkeypatch.setattr(Gate, rule, lambda *_a: False)
    text = written(tmp_path / "closed", fresh)
    for example in ("retail-cocaine-g", "retail/cocaine/g"):  # how an address looks: words of the template
        text = text.replace(example, "")
    assert [word for word in words if word in text] == []


def test_only_the_gate_reads_a_store() -> None:
    """`facts.py` asks the store, `public.py` alone asks `facts.py` for facts."""
    asking, reading = set(), set()
    for file in REPORT.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {
                *("observations", "query", "stream", "table", "documents", "records", "clean_documents"),
            }:
                held = node.value
                if isinstance(held, ast.Name) and held.id in ("store", "opened"):
                    asking.add(file.name)
            if isinstance(node, ast.Name) and node.id in ("read_facts", "read_each"):
                reading.add(file.name)
    # public.py: rows of official documents for alerts; coverage.py: documents by kind and quarter, under a gate.
    assert asking == {"facts.py", "public.py", "coverage.py"}
    assert reading - {"facts.py"} == {"public.py"}


def test_the_store_has_no_public_way_of_its_own() -> None:
    """Rules in two places would part ways."""
    for name in ("store", "cli"):
        for file in (REPORT.parent / name).glob("*.py"):
            tree = ast.parse(file.read_text("utf-8"))
            names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
            texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
            assert "public_rules.toml" not in texts, file
            assert not names & {"Gate", "independent_sources"}, file


def test_every_rule_gives_its_reason() -> None:
    table = data_toml("taxonomy", "public_rules.toml")
    assert all(len(rule["reason"]) > 40 for rule in table.values())
    found = rules()
    assert (found.sources, found.delay.days, found.persons, found.inhabitants) == (3, 14, 5, 10_000)


def test_modalities_of_people_stand_in_the_taxonomy() -> None:
    known = {row["id"] for row in data_toml("taxonomy", "modalities.toml")["code"]}
    assert rules().modalities <= known


def test_a_gate_says_what_a_fact_is() -> None:
    """The fields that rules read are fields of a Fact: a renamed column must not open the gate."""
    assert {"published_end", "stored_on", "document_kind", "low", "unit"} <= set(Fact.__dataclass_fields__)
