"""The read model says what the bulletin says, holds nothing for the public that the gate keeps back, and goes with what is erased."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

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
from vigie.analysis.counts import last_day
from vigie.analysis.term_texts import held
from vigie.assess import assess
from vigie.cli import app
from vigie.cli.keeping import add_paths
from vigie.model.errors import SettingsError, StoreError
from vigie.pipeline import Reading
from vigie.readmodel import Filters, shifts
from vigie.readmodel import opened as opened_file
from vigie.readmodel import told as told_file
from vigie.readmodel.files import current, is_current
from vigie.readmodel.model import ReadModel
from vigie.readmodel.shifts import shift
from vigie.readmodel.voices import families
from vigie.report.bulletin import make_bulletin
from vigie.report.certainty import certainty
from vigie.report.edition import COMPARED
from vigie.report.facts import read_each
from vigie.report.period import parse_period
from vigie.report.public import ANALYST, Gate, public_gate
from vigie.report.results import TOPICS, Group, Topic, section
from vigie.report.results import series as bulletin_series
from vigie.stats.summary import independent_sources
from vigie.store import Store
from vigie.store.beside import pages_folder
from vigie.web.groups import change_words, compared, limits_of, row_id
from vigie.web.pages import harms, substances
from vigie.web.pages.triangulation import _names, name_of_source
from vigie.web.words import page_words

DAY = date(2026, 6, 1)
CANARIES = (
    "zibelinequart",
    "moufletterouge",
    "brindosier",
    "calfatin",
)  # words of a title, a sentence, an outlet, an id
PLACES = ("FR-69", "FR-75", "FR-ARA", "FR", "ES", "FR-973", "INSEE:69123", None)
AREAS = (None, "FR", "FR-69", "FR-ARA", "ES", "FR-973")


def papers(seed: int, many: int) -> list[Paper]:
    """Invented documents about everything that a bulletin has a topic for; some sentences come back in other words or elsewhere."""
    chance = random.Random(seed)
    words = [f"mot{n}" for n in range(300)]
    told = [" ".join(chance.choices(words, k=12)) for _ in range(12)]
    found = []
    for number in range(many):
        says = []
        for _ in range(chance.randint(1, 5)):
            amount = chance.choice((20, 40, 60, 60, 80))
            value: Any = chance.choice(
                (
                    price(amount), price(amount), price(amount * 500, "kg", "wholesale"), seized(amount * 100), pieces(amount),
                    purity(amount), event("death", chance.randint(1, 9)), event("seizure", None), event("overdose", 6), way("telegram"),
                    way("minors", "population"), flow("ES", "FR"), trend("up"), trend("down"),
                )
            )  # fmt: skip
            sentence = chance.choice(told)
            if chance.random() < 0.6:
                listed = sentence.split()
                listed[chance.randrange(12)] = chance.choice(words)
                sentence = " ".join(listed)
            if chance.random() < 0.3:
                sentence = " ".join(chance.choices(words, k=chance.randint(3, 14)))
            said = Said(
                sentence=f"{sentence} n{number if chance.random() < 0.3 else ''}.",
                value=value,
                substance=chance.choice(("cocaine", "cocaine", "heroin", None)),
                place=chance.choice(PLACES),
                when=chance.choice((None, None, "2025-02", "2024", "2025-Q1", "2025")[:4]),
                assertion=chance.choice(("affirmed",) * 5 + ("reported",)),
            )
            says += [said] * (2 if chance.random() < 0.1 else 1)
        kind = chance.choice(("press", "press", "press", "agency", "forum", "warning"))
        source = f"{kind}{chance.randint(1, 5)}"
        found.append(
            Paper(
                source=source, published=f"202{chance.choice('445')}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}", says=says,
                kind=kind, grade=chance.choice("ABCD"), satire=source == "press5", publisher="groupe" if source in ("press1", "press2") else "",
            )
        )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of made documents with every kind of statement, and a document full of canaries."""
    path = tmp_path_factory.mktemp("mixed") / "vigie.duckdb"
    secret = Paper(
        source=CANARIES[2], kind="forum", published="2025-02-03", title=CANARIES[0],
        says=[Said(sentence=f"Le gramme de {CANARIES[1]} vaut 60 euros selon un dossier assez long.", value=price(60), place="FR-69")],
    )  # fmt: skip
    return build(path, [*papers(7, 90), secret])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration corpus, extracted."""
    path = tmp_path_factory.mktemp("demo") / "vigie.duckdb"
    with Store.open(path) as store:
        add_paths(store, [str(files("vigie").joinpath("data", "demo"))], Reading())
    return path


@pytest.fixture(params=["mixed", "demo"])
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def opened(path: Path, public: bool) -> ReadModel:
    return ReadModel.open(current(path, public, today=DAY))


def test_a_mistyped_year_is_neither_latest_nor_the_end_of_an_axis(tmp_path: Path) -> None:
    """Twelve weekly papers and one of 2931: nothing is silent, and the year and the axes are those of the others."""
    days = [date(2026, 3, 2) + timedelta(days=7 * n) for n in range(12)]
    weekly = [Paper(source="hebdo", published=day.isoformat(), says=[said_price(60)]) for day in days]
    typo = Paper(source="faute", published="2931-05-04", says=[said_price(40)])
    seen = []
    for name, listed in (("sound", weekly), ("typo", [*weekly, typo])):
        store_path = build(tmp_path / f"{name}.duckdb", listed)
        with Store.open(store_path) as store:
            assess(store)
            days_read = replace(ANALYST, day=DAY).read(store).days
            latest = parse_period("latest", days_read)
            until = (last_day(store, DAY), held(store, "fr", "week", DAY).last)
        with ReadModel.open(current(store_path, False, today=DAY)) as model:
            drawn = [model.periods(step) for step in ("month", "quarter", "year")]
            quiet = {s.source_id for s in model.sources(Filters()) if s.quiet}
            new = [d for d in model.documents(Filters())[0] if str(d.published).startswith("2931")]
            seen.append((latest.label, days_read[-1], until, drawn, quiet, model.first, model.last))
        assert len(new) == (name == "typo")  # it stays stored, and can be found
    assert seen[0] == seen[1]
    assert seen[0][:3] == ("2026", days[-1], (days[-1], days[-1]))


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 9)


def as_told(topic: Topic, group: Group, largest_only: bool) -> tuple[object, ...]:
    s, c = group.summary, group.change
    sure = certainty(topic, group) if topic.id in COMPARED else None
    limits = (sure.change.low, sure.change.high) if sure and sure.change else (None, None)
    ratio = sure.ratio if sure and sure.change else c.ratio if c else None
    if (
        largest_only
    ):  # of persons the public reads the largest statement and no more: bulletins print no other either
        return (
            group.key,
            len(group.facts),
            group.sources,
            group.rating,
            s and (s.n, None, None, None, None, s.high),
            (None, "none", None, None),
        )
    return (
        group.key, len(group.facts), group.sources, group.rating,
        s and (s.n, *map(rounded, (s.low, s.q1, s.median, s.q3, s.high))), (rounded(ratio), c.state if c else "none", *map(rounded, limits)),
    )  # fmt: skip


@pytest.mark.parametrize("public", [False, True], ids=["analyst", "public"])
def test_figures_are_those_of_the_bulletin(path: Path, public: bool) -> None:
    periods = (None, "2025", "2024", "2025-Q1", "2024-Q4", *(() if public else ("2025-02",)))
    several = 0
    with opened(path, public) as model, Store.open(path, read_only=True) as store:
        base = public_gate(DAY) if public else ANALYST
        for area in AREAS:
            gate = base.at(area)
            facts = gate.read(store).facts
            for label in periods:
                for topic in TOPICS:
                    told = section(topic, facts, parse_period(label, ()), gate).groups
                    wanted = [as_told(topic, g, public and topic.id == "harms") for g in told]
                    found = [
                        (
                            g.key, (f := g.figures).n, f.sources, f.rating,
                            (f.values, *map(rounded, (f.low, f.q1, f.median, f.q3, f.high))) if f.values else None,
                            (rounded(g.change), g.change_state, *map(rounded, (g.change_low, g.change_high))),
                        )
                        for g in model.groups(Filters(area=area, period=label), topic.id)
                    ]  # fmt: skip
                    assert found == wanted, (area, label, topic.id)
                    several += len(wanted)
    assert several > 50


def many_sources(path: Path) -> Path:
    """Seven sources a year and one that copies a sentence of the first; one says two prices; of ketamine there are two sources, of MDMA three."""
    papers = []
    for year, up in ((2024, 0.0), (2025, 9.0)):
        for n, source in enumerate(("un", "deux", "trois", "quatre", "cinq", "six", "sept")):
            says = [
                said_price(50 + 1.7 * n + up, place="FR-69"),
                Said(sentence=f"{source}{year} pur.", value=purity(60.0 + n + up), place="FR-69"),
            ]
            if n == 2:
                says.append(Said(sentence=f"{source}{year} autre.", value=price(71.0), place="FR-69"))
            if n < 3:
                says.append(
                    Said(
                        sentence=f"{source}{year} md.",
                        value=price(30.0 - n - up),
                        substance="mdma",
                        place="FR-69",
                    )
                )
            if n < 2:
                says += [
                    Said(
                        sentence=f"{source}{year} kt {k}.",
                        value=price(20.0 + k + up),
                        substance="ketamine",
                        place="FR-69",
                    )
                    for k in range(2)
                ]
            papers.append(Paper(source=source, published=f"{year}-02-0{n + 1}", says=says))
        words = f"En {year} dans toute la ville et ses environs le gramme de cocaïne se vend désormais au prix de 50 euros"
        papers += [
            Paper(source=s, published=f"{year}-03-0{d}", says=[Said(sentence=words + end, value=price(40.0 + d), place="FR-69")])
            for d, (s, end) in enumerate((("un", "."), ("copieur", " environ.")), 1)
        ]  # fmt: skip
    return build(path / "vigie.duckdb", papers)


@pytest.mark.parametrize("public", [False, True], ids=["analyst", "public"])
def test_pages_and_bulletin_give_one_change_with_one_interval(tmp_path: Path, public: bool) -> None:
    """As printed: "+17 % (+9 à +26 %)" in a table of a page, the same figures in two cells of the bulletin's."""
    path = many_sources(tmp_path)
    words, filters = page_words("fr"), Filters(area="FR-69", period="2025")
    with Store.open(path) as store:
        found = make_bulletin(
            store, period="2025", area="FR-69", lang="fr", gate=public_gate(DAY) if public else ANALYST
        )
    printed = {row.id.removeprefix("change-"): (row.cells[3], row.cells[4]) for row in found.rows("changes")}
    shown = {}
    with opened(path, public) as model:
        for topic in COMPARED:
            for group in compared(model, filters, topic):
                if group.change is not None:
                    limits = limits_of(group, words) or "–"
                    change = words.figures.percent_of(words.figures.signed(100 * group.change))
                    assert change in change_words(group, words) and (limits == "–") == (
                        "indication" in change_words(group, words)
                    )
                    shown[row_id(group)] = (change, limits)
    assert shown == printed
    assert {name: limits != "–" for name, (_, limits) in shown.items()} == {
        "retail-cocaine-g": True, "purity-cocaine-purity": True, "retail-mdma-g": False,  # three sources allow no interval, two no change
    }  # fmt: skip


def test_a_shift_is_worked_out_for_what_is_shown_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of hundreds of groups a page shows some; those are worked out once."""
    path, made = many_sources(tmp_path), []
    monkeypatch.setattr(shifts, "shift", lambda now, before: made.append(len(now)) or shift(now, before))
    with opened(path, False) as model:
        groups = compared(model, Filters(area="FR-69", period="2025"), "retail")
        assert sum(g.change_state == "known" for g in groups) == 2 and made == []
        (cocaine,) = [g for g in groups if g.key == ("cocaine", "g")]
        assert None not in (cocaine.change, cocaine.change_low, cocaine.change_high)
        assert len(made) == 1


def test_no_page_tells_a_change_of_two_sources(tmp_path: Path) -> None:
    """Of purity on the pages of harms and of a substance too, not on that of prices alone."""
    papers = [
        Paper(
            source=source,
            published=f"{year}-03-11",
            says=[
                Said(sentence=f"{source}{year} pur {k}.", value=purity(level + n + k), place="FR-69")
                for k in range(3)
            ],
        )
        for year, level in ((2024, 60.0), (2025, 40.0))
        for n, source in enumerate(("un", "deux", "trois"))
    ]
    words, filters = page_words("fr"), Filters(period="2025")
    for few, told in ((papers[:2] + papers[3:5], False), (papers, True)):
        with opened(build(tmp_path / f"{len(few)}.duckdb", few), False) as model:
            for page in (
                harms.build(model, filters, words),
                substances.build(model, filters, words, id="cocaine"),
            ):
                assert any(fall in repr(page) for fall in ("−32", "−33")) is told


def test_what_answers_take_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their records, not by their number alone: a list of figures has thousands. And the database gives back what it was read with."""
    monkeypatch.setattr(opened_file, "_RECORDS", 60)
    with opened(path, False) as model:
        for year in range(1990, 2026):
            model.series(Filters(), "retail", ("cocaine", "g"), "year")
            model.groups(Filters(period=str(year)), "retail")
            model.counts(Filters(period=str(year)), (), "month")  # twelve records
        assert 40 < model._records == sum(map(opened_file._weight, model._answers.values())) <= 60
        assert model._rows("SELECT current_setting('memory_limit')") == [("61.0 MiB",)]


def test_publishers_have_the_name_that_is_written(tmp_path: Path) -> None:
    """Sources of one publisher are told apart from others without capitals and accents; that is no name for a reader."""
    listed = [
        Paper(source=s, publisher="Groupe de l'Été", published="2025-01-10", says=[said_price(60, place="FR-69")]) for s in "ab"
    ]  # fmt: skip
    path = build(tmp_path / "vigie.duckdb", listed)
    with opened(path, False) as model:
        assert model.publishers() == {"groupe de l'ete": "Groupe de l'Été"}
        found = model.triangulation(Filters(substance="cocaine", area="FR", period="2025-Q1"))
        assert found is not None
        assert {name_of_source(one.source, _names(model)) for one in found.coverage} == {"Groupe de l'Été"}


def test_rows_of_a_part_are_those_of_the_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of an area or a product that has few are looked at alone: the same rows, for any filters and any stretch."""
    with opened(path, False) as model:
        told = model._told
        stretches = [told.stretch(), slice(0, told.size), *(told.stretch(n) for n in range(1, 9))]
        areas, substances = [None, *model._areas.values()][:12], [None, *model._substances.values()][:6]
        asked = [
            {"area": area, "substance": substance, "period": period, "types": types}
            for area in areas for substance in substances for period in (None, "2025", "2025-Q1") for types in ((), (1, 4))
        ]  # fmt: skip
        found = []
        for few in (1, 10**9):  # everything is few, nothing is
            monkeypatch.setattr(told_file, "_FEW", few)
            told._rows_of.clear()
            found.append([told.choose(s, **a).tolist() for s in stretches for a in asked])
        assert found[0] == found[1]
        assert sum(map(bool, found[0])) > 100
        model.forget()
        assert model._records == 0


@pytest.mark.parametrize("public", [False, True], ids=["analyst", "public"])
def test_series_are_those_of_the_bulletin(path: Path, public: bool) -> None:
    with opened(path, public) as model, Store.open(path, read_only=True) as store:
        gate = public_gate(DAY) if public else ANALYST
        facts = gate.read(store).facts
        shown = 0
        for topic in TOPICS[:3]:
            for group in model.groups(Filters(), topic.id)[:3]:
                points = model.series(Filters(), topic.id, group.key)
                wanted = bulletin_series(
                    topic, group.key, facts, [parse_period(p.period, ()) for p in points], gate
                )
                assert [
                    (p.period, rounded(p.figures.median), p.figures.n, p.figures.sources) for p in points
                ] == [(w.quarter, rounded(w.median), w.n, w.sources) for w in wanted]
                shown += sum(p.figures.state == "shown" for p in points)
        assert shown > 1


def test_a_filter_of_grade_or_language_counts_what_it_keeps(mixed: Path) -> None:
    with opened(mixed, False) as model, Store.open(mixed, read_only=True) as store:
        facts = ANALYST.read(store).facts
        for grade in "ABCD":
            kept = [f for f in facts if f.grade <= grade]
            assert model.totals(Filters(grade=grade)).observations == len(kept)
            wanted = [
                as_told(TOPICS[0], g, False)
                for g in section(TOPICS[0], kept, parse_period("2025", ()), ANALYST).groups
            ]
            found = model.groups(Filters(grade=grade, period="2025"), "retail")
            assert [(g.key, g.figures.n, g.figures.sources) for g in found] == [w[:3] for w in wanted]
        assert model.totals(Filters(lang="fr")).observations == len(facts)
        assert model.totals(Filters(lang="de")).observations == 0


def test_areas_substances_and_periods_add_up(mixed: Path) -> None:
    with opened(mixed, False) as model, Store.open(mixed, read_only=True) as store:
        facts = ANALYST.read(store).facts
        assert dict(model.substances(Filters())) == {
            s: n for s in ("cocaine", "heroin") if (n := sum(f.substance == s for f in facts))
        }
        assert dict(model.areas(Filters()))["FR-69"] == sum(
            "FR-69" in (f.place_code, f.place_department) for f in facts
        )
        months = model.counts(Filters(period="2025"), ("price",), "month")
        dated = [
            f
            for f in facts
            if f.type == "price" and f.when_start and f.when_start == f.when_end and f.when_start.year == 2025
        ]
        whole = [
            f
            for f in facts
            if f.type == "price" and f.when_start and f.when_start.month == 2 and f.when_precision == "month"
        ]
        assert sum(p.figures.n for p in months) == len(dated) + sum(
            f.when_start.year == 2025 for f in whole if f.when_start
        )
        key = model.groups(Filters(), "seizures")[0].key
        by_area = {a.code: a.figures.n for a in model.by_area(Filters(), "seizures", key)}
        grouped = [f for f in facts if TOPICS[3].key(f) == key]
        assert by_area["FR-69"] == sum("FR-69" in (f.place_code, f.place_department) for f in grouped)


def test_evidence_opens_what_a_figure_counts(mixed: Path) -> None:
    with opened(mixed, False) as model:
        for group in model.groups(Filters(area="FR"), "retail"):
            rows, total = model.facts(Filters(area="FR"), "retail", group.key, limit=500)
            assert total == len(rows) == group.figures.n
            assert {r.assertion for r in rows} == {"affirmed"}
        everything, total = model.facts(Filters(), limit=500)
        assert {r.assertion for r in everything} >= {"affirmed", "reported", "satire"}
        pages = [
            row.address
            for at in range(0, total, 40)
            for row in model.facts(Filters(), limit=40, offset=at)[0]
        ]
        assert len(pages) == total
        assert [r.published for r in everything] == sorted(
            (r.published for r in everything), key=str, reverse=True
        )
        row = everything[0]
        assert row.sentence is not None
        assert row.sentence[row.quote_start : row.quote_end] == row.text
        assert model.fact(row.address) == row
        found = model.document(row.doc_id)
        assert found is not None
        assert row in found.facts
        assert found.row.observations == len(found.facts)
        assert found.text is not None
        assert model.fact("o_nothing") is model.document("d_nothing") is model.alert("a_nothing") is None


REFUSED: list[tuple[str, dict[str, str], bool, str]] = [
    ("substance", {"substance": "sugar"}, False, "substance: 'sugar' is not known"),
    ("markup", {"substance": "<b>x</b>"}, True, "substance: 'bx/b' is not known"),
    ("area", {"area": "XX-1"}, False, "area: 'XX-1' is not known"),
    ("commune", {"area": "INSEE:69266"}, True, "write FR-69"),
    ("period", {"period": "spring"}, False, "write 2026, 2026-Q1 or 2026-03"),
    ("latest", {"period": "latest"}, False, "period: 'latest' is not known"),
    ("date_of_a_form", {"period": "03/2026"}, False, "period: '03/2026' is not known"),
    ("month", {"period": "2025-03"}, True, "write 2025-Q1"),
    ("grade", {"grade": "G"}, False, "write A, B, C, D, E or F"),
    ("public grade", {"grade": "B"}, True, "grade: not for public pages"),
    ("language", {"language": "français"}, False, "write fr or en"),
    ("public language", {"language": "fr"}, True, "language: not for public pages"),
]


@pytest.mark.parametrize(("_name", "given", "public", "message"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_refused_filter_names_itself_and_the_repair(
    _name: str, given: dict[str, str], public: bool, message: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        Filters.parse(given, public=public)
    assert message in str(refused.value)
    assert "(" in str(refused.value)


def test_filters_have_one_address() -> None:
    asked = {
        "period": "2025-q1",
        "language": "FR",
        "area": "fr-69",
        "grade": "",
        "page": "3",
        "substance": "Cocaine",
    }
    found = Filters.parse(asked, public=False)
    assert found.query() == "area=FR-69&language=fr&period=2025-Q1&substance=cocaine"
    assert Filters.parse({}, public=True).query() == ""
    assert found.replace(area=None, lang=None).query() == "period=2025-Q1&substance=cocaine"


def test_the_public_file_holds_no_canary(mixed: Path) -> None:
    for public in (False, True):
        file = current(mixed, public, today=DAY)
        with duckdb.connect(str(file), read_only=True) as db:
            tables = [row[0] for row in db.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            held = "".join(repr(db.execute(f'SELECT * FROM "{t}"').fetchall()) for t in tables)
        raw = file.read_bytes()
        for canary in CANARIES[:3]:
            assert (canary in held) is not public
            assert (canary.encode() in raw) is not public
        # Texts of the press, whatever they say, and the documents of the press and of forums.
        with Store.open(mixed, read_only=True) as store:
            rows = store.query("SELECT id, doc_id, sentence, document_kind FROM facts").to_pylist()
        private = [r for r in rows if r["document_kind"] in ("press", "forum")]
        official = {r["sentence"] for r in rows} - {r["sentence"] for r in private}
        for row in private:
            if public:
                assert row["id"] not in held
                assert row["doc_id"] not in held
                assert row["sentence"] in official or row["sentence"] not in held


def test_what_the_public_reads_was_written_down(mixed: Path) -> None:
    current(mixed, True, today=DAY)
    with Store.open(mixed, read_only=True) as store:
        outputs = store.query("SELECT DISTINCT output FROM public_outputs").to_pylist()
        assert {"output": "pages"} in outputs


def test_the_public_can_open_official_sentences_only(path: Path) -> None:
    with opened(path, True) as model:
        rows, total = model.facts(Filters(), limit=500)
        assert rows
        assert total == len(rows)
        assert {r.document_kind for r in rows} <= {"agency", "parliament", "warning"}
        assert {(r.confidence, r.rule, r.value) for r in rows} == {(None, "", "{}")}
        assert model.terms() == []
        assert model.languages() == []
        papers, many = model.documents(Filters(), limit=500)
        assert len(papers) == many
        assert {p.kind for p in papers} <= {"agency", "parliament", "warning"}
        assert {s.documents for s in model.sources(Filters())} == {0}
        found = model.document(papers[0].doc_id)
        assert found is not None
        assert found.text is None


STORES: list[tuple[str, list[Paper]]] = [
    ("empty", []),
    ("one document", [Paper(source="a", published="2025-03-02", says=[said_price(60, place="FR-69")])]),
    (
        "no price",
        [Paper(source="a", published="2025-03-02", says=[Said(sentence="Une saisie.", value=seized(900))])],
    ),
    ("nothing said", [Paper(source="a", published="2025-03-02"), Paper(source="b", published="2023-03")]),
    ("undated future", [Paper(source="a", published="2025", says=[said_price(60, when="9999")])]),
]


@pytest.mark.parametrize("public", [False, True], ids=["analyst", "public"])
@pytest.mark.parametrize(("_name", "held"), STORES, ids=[s[0] for s in STORES])
def test_small_stores_answer_everything(tmp_path: Path, _name: str, held: list[Paper], public: bool) -> None:
    path = build(tmp_path / "s.duckdb", held)
    with opened(path, public) as model:
        for f in (
            Filters(),
            Filters(area="FR-69", period="2025-Q1", substance="cocaine"),
            Filters(period="1999"),
        ):
            assert model.totals(f).observations >= 0
            for topic in TOPICS:
                model.groups(f, topic.id)
                model.by_area(f, topic.id, None, "region")
                assert all(
                    p.figures.state != "shown" or p.figures.n
                    for p in model.series(f, topic.id, ("cocaine", "g"))
                )
            for p in model.counts(f, (), "quarter"):
                assert p.figures.n or p.figures.state in ("zero", "withheld", "nothing-collected")
            assert isinstance(model.facts(f)[0], list)
            assert isinstance(model.documents(f)[0], list)
            for answer in (
                model.alerts(f),
                model.sources(f),
                model.substances(f),
                model.areas(f),
                model.indices(f),
            ):
                assert isinstance(answer, list)
        assert model.periods() == sorted(model.periods())


def test_nothing_said_is_not_nothing_collected(tmp_path: Path) -> None:
    said = [
        Paper(source="a", published="2025-01-10", says=[said_price(60, place="FR-69")]),
        Paper(
            source="a",
            published="2025-02-10",
            says=[Said(sentence="Une saisie.", value=seized(10), place="FR-69")],
        ),
        Paper(source="a", published="2025-08-10", says=[said_price(70, place="FR-75")]),
    ]
    with opened(build(tmp_path / "s.duckdb", said), False) as model:
        states = {
            p.period: p.figures.state for p in model.series(Filters(), "retail", ("cocaine", "g"), "month")
        }
        assert (states["2025-01"], states["2025-02"], states["2025-03"]) == (
            "shown",
            "zero",
            "nothing-collected",
        )
        there = {
            p.period: p.figures.state
            for p in model.series(Filters(area="FR-75"), "retail", ("cocaine", "g"), "month")
        }
        assert (there["2025-02"], there["2025-08"]) == ("nothing-collected", "shown")
        assert {
            a.code: a.figures.state
            for a in model.by_area(Filters(period="2025-02"), "retail", ("cocaine", "g"))
        } == {"FR-69": "zero"}


def test_the_public_is_told_of_no_zero(mixed: Path) -> None:
    with opened(mixed, True) as model:
        key = model.groups(Filters(), "retail")[0].key
        states = {
            p.figures.state
            for f in (Filters(), Filters(area="FR-69"))
            for p in model.series(f, "retail", key)
        }
        assert states <= {"shown", "withheld", "nothing-collected"}
        assert {p.figures.state for p in model.series(Filters(period="1999"), "retail", key)} == {
            "nothing-collected"
        }


def test_a_changed_store_gives_another_file(tmp_path: Path) -> None:
    path = build(tmp_path / "s.duckdb", [Paper(source="a", published="2025-03-02", says=[said_price(60)])])
    first = current(path, False, today=DAY)
    public = current(path, True, today=DAY)
    assert current(path, False, today=DAY) == first or not first.exists()
    again = current(path, False, today=DAY)
    assert current(path, False, today=DAY) == again
    assert current(path, True, today=DAY) == public  # one edition does not make the other stale for ever
    assert current(path, True, today=date(2026, 6, 2)) != public
    with ReadModel.open(again) as model:
        before = model.stamp
    with Store.open(path) as store:
        store.connection.execute("UPDATE observations SET eur_per_unit = 61")
    with ReadModel.open(current(path, False, today=DAY)) as model:
        assert model.stamp != before
        assert model.groups(Filters(), "retail")[0].figures.median == 61
    assert len(list(pages_folder(path).iterdir())) == 2
    assert pages_folder(path).stat().st_mode & 0o077 == 0
    assert all(p.stat().st_mode & 0o077 == 0 for p in pages_folder(path).iterdir())


def test_a_store_that_is_open_elsewhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store at"):
        current(tmp_path / "nothing.duckdb", False)
    (tmp_path / "x.duckdb").write_bytes(b"not a file of pages")
    with pytest.raises(StoreError, match="delete it"):
        ReadModel.open(tmp_path / "x.duckdb")


ERASURES: list[tuple[str, list[str]]] = [
    ("purge of a document", ["purge", "--document", "doc000", "--yes"]),
    ("purge of a source", ["purge", "--source", "a", "--yes"]),
    ("maintain", ["maintain"]),
    ("reredact", ["maintain", "--reredact"]),
]


@pytest.mark.parametrize(("_name", "verb"), ERASURES, ids=[e[0] for e in ERASURES])
def test_an_erasure_leaves_no_page(tmp_path: Path, _name: str, verb: list[str]) -> None:
    says = [Said(sentence=f"Le {CANARIES[1]} vaut 60 euros le gramme.", value=price(60))]
    path = build(
        tmp_path / "s.duckdb",
        [
            Paper(source="a", published="2025-03-02", says=says, title=CANARIES[0]),
            Paper(source="b", published="2025-03-02"),
        ],
    )
    file = current(path, False, today=DAY)
    current(path, True, today=DAY)
    (pages_folder(path) / f"{file.name}.123.part").write_text(CANARIES[0])  # of a build that was killed
    done = CliRunner().invoke(app, [*verb, "--store", str(path)])
    assert done.exit_code == 0, done.output
    assert not pages_folder(path).exists()
    left = [
        p for p in tmp_path.rglob("*") if p.is_file() and p != path and CANARIES[0].encode() in p.read_bytes()
    ]
    assert left == []


def test_expired_texts_take_the_pages_along(tmp_path: Path) -> None:
    path = build(tmp_path / "s.duckdb", [Paper(source="a", published="2025-03-02", says=[said_price(60)])])
    current(path, False, today=DAY)
    with Store.open(path) as store:
        assert store.expire(date(2100, 1, 1)) == 1
    assert not pages_folder(path).exists()


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from vigie.readmodel import build as module
def die(*_a, **_k):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(module, sys.argv[2], die)
from vigie.readmodel.files import current, is_current
current(Path(sys.argv[1]), False, today=date(2026, 6, 1))
"""


@pytest.mark.parametrize(
    "moment",
    [*(pytest.param(m, marks=pytest.mark.slow) for m in ("number_statements", "_about")), "write_texts"],
)
def test_a_killed_build_leaves_no_file(tmp_path: Path, moment: str) -> None:
    path = build(tmp_path / "s.duckdb", [Paper(source="a", published="2025-03-02", says=[said_price(60)])])
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), moment], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert list(pages_folder(path).glob("*.duckdb")) == []
    with opened(path, False) as model:
        assert model.totals(Filters()).observations == 1
    assert [p.name for p in pages_folder(path).iterdir()] == [model.path.name]


def test_a_build_of_its_own_process_gives_the_same(tmp_path: Path) -> None:
    path = build(tmp_path / "s.duckdb", [Paper(source="a", published="2025-03-02", says=[said_price(60)])])
    with ReadModel.open(current(path, False, today=DAY, apart=True)) as model:
        assert model.totals(Filters()).observations == 1
    (path.parent / "broken.duckdb").write_bytes(b"x" * 5000)
    with pytest.raises(StoreError, match="is not a Vigie store"):
        current(path.parent / "broken.duckdb", False, today=DAY, apart=True)


def test_a_build_that_talks_too_much_still_says_what_it_was_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that shows its progress on standard output: the file would have the name of no store, and be made anew for ever."""
    run = subprocess.run

    def talking(*given: Any, **options: Any) -> subprocess.CompletedProcess[str]:
        done = run(*given, **options)
        done.stdout = f"\r 97% ▕████▏ (2 s)\r100% ▕████▏\n{done.stdout}"
        return done

    path = build(tmp_path / "s.duckdb", [Paper(source="a", published="2025-03-02", says=[said_price(60)])])
    monkeypatch.setattr("vigie.readmodel.files.subprocess.run", talking)
    assert is_current(current(path, False, today=DAY, apart=True), path, False, DAY)


def test_a_build_without_memory_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build(tmp_path / "s.duckdb", [Paper(source="a", published="2025-03-02", says=[said_price(60)])])

    def full(*_: object) -> None:
        raise duckdb.OutOfMemoryException("60 € le gramme")

    monkeypatch.setattr("vigie.readmodel.build.analyst_extras", full)
    with pytest.raises(StoreError, match=r"memory_mb = 1024 below \[store\] in vigie.toml") as said:
        current(path, False, today=DAY)
    assert "gramme" not in str(said.value)


def test_facts_are_read_some_documents_at_a_time_in_one_order(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> list[object]:
        return [list(read_each(store, area)) for area in (None, "FR-69")]

    with Store.open(mixed, read_only=True) as store:
        every = read()
        monkeypatch.setattr("vigie.report.facts._DOCUMENTS", 3)
        assert read() == every and all(every)
        assert len(store.column("SELECT doc_id FROM documents")) > 3


def test_what_was_read_by_quarter_is_the_sum_of_its_sources(mixed: Path) -> None:
    with opened(mixed, False) as model:
        asked = [
            Filters(),
            Filters(grade="B"),
            Filters(lang="fr"),
            Filters(area="FR"),
            Filters(period="2025"),
            Filters(period="1999"),
        ]
        for f in asked:
            documents: dict[str, int] = {}
            sources: dict[str, set[str]] = {}
            for row in model.sources(f):
                for month, n in row.months:
                    quarter = f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"
                    documents[quarter] = documents.get(quarter, 0) + n
                    sources.setdefault(quarter, set()).update([row.source_id] if n else [])
            assert model.read_by_quarter(f) == [
                (q, documents[q], len(sources[q])) for q in sorted(documents)
            ], f
        months = {row.source_id: row.months for row in model.sources(Filters())}
        assert any(len(found) > 1 for found in months.values())
        for name, found in months.items():
            counted = model._rows(
                "SELECT month // 12, month % 12 + 1, sum(documents) FROM source_months WHERE source_id = ? AND month IS NOT NULL "
                "GROUP BY ALL ORDER BY ALL",
                [name],
            )
            assert [(m, n) for m, n in found if n] == [
                (f"{year:04d}-{month:02d}", n) for year, month, n in counted
            ]
    with opened(mixed, True) as public:
        assert public.read_by_quarter(Filters()) == []


def test_many_threads_read_one_file(mixed: Path) -> None:
    with opened(mixed, False) as model:
        wanted = model.facts(Filters(area="FR"), limit=20)
        wrong: list[object] = []

        def read() -> None:
            for _ in range(20):
                model.forget()
                if model.facts(Filters(area="FR"), limit=20) != wanted or not model.groups(
                    Filters(), "retail"
                ):
                    wrong.append(threading.current_thread())

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


@pytest.mark.parametrize("seed", range(5))
def test_families_are_the_near_copies_of_the_bulletin(seed: int) -> None:
    chance = random.Random(seed)
    words = [f"w{n}" for n in range(300)]
    sentences: list[str] = []
    for _ in range(200):
        if sentences and chance.random() < 0.4:
            listed = chance.choice(sentences).split()
            for _ in range(chance.randint(0, 4)):
                listed[chance.randrange(len(listed))] = chance.choice(words)
            sentences.append(" ".join(listed))
        else:
            sentences.append(" ".join(chance.choices(words, k=chance.randint(5, 20))))
    distinct = list(dict.fromkeys(sentences))
    found = {int(number) or -at for at, number in enumerate(families(distinct), 1)}
    assert len(found) == independent_sources([str(n) for n in range(len(distinct))], distinct)


def test_copies_in_chains_never_count_more_than_the_bulletin(tmp_path: Path) -> None:
    def said(first: int) -> list[Said]:
        return [Said(sentence=" ".join(f"mot{n}" for n in range(first, first + 14)), value=price(60))]

    # The first is like the second, the second like the third, the first not like the third; the second is of another quarter.
    papers = [
        Paper(source="a", published="2025-01-02", says=said(0)),
        Paper(source="b", published="2025-04-02", says=said(4)),
        Paper(source="c", published="2025-01-04", says=said(8)),
    ]
    path = build(tmp_path / "s.duckdb", papers)
    with opened(path, False) as model, Store.open(path, read_only=True) as store:
        facts = ANALYST.read(store).facts
        wanted = section(TOPICS[0], facts, parse_period("2025-Q1", ()), ANALYST).groups[0].sources
        found = model.groups(Filters(period="2025-Q1"), "retail")[0].figures.sources
        assert (wanted, found) == (2, 1)
        assert model.groups(Filters(period="2025"), "retail")[0].figures.sources == 1


@pytest.mark.parametrize("gate", [ANALYST, public_gate(DAY)], ids=["analyst", "public"])
def test_values_are_those_of_the_topics(mixed: Path, gate: Gate) -> None:
    with opened(mixed, gate.public) as model, Store.open(mixed, read_only=True) as store:
        facts = gate.read(store).facts
        for topic in TOPICS:
            told = sum(len([f for f in facts if topic.key(f) == g.key[:2] and topic.value(f) is not None]) for g in
                       {g.key[:2]: g for g in model.groups(Filters(), topic.id)}.values())  # fmt: skip
            assert sum(g.figures.values for g in model.groups(Filters(), topic.id)) == told
