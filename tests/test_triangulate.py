"""Kinds of source side by side: what happened in an invented department is said, what was not collected is never a fall."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from report_store import Paper, event
from triangle_samples import (
    LAST,
    LYON,
    MONTHS,
    RHONE,
    loads,
    observatory,
    poisonings,
    prices,
    purities,
    row,
    table,
    texts,
)
from vigie.analysis import triangle_rows
from vigie.analysis.triangle_panels import Sight
from vigie.analysis.triangle_rows import read_observed, read_observed_within
from vigie.analysis.triangulate import Lead, Line, Pair, Triangulation, triangulate
from vigie.cli import app
from vigie.intake.importing import import_tables
from vigie.lexicon.terms import data_toml
from vigie.model.observation import LoadValue
from vigie.readmodel import build as readmodel
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.report.edition import edition
from vigie.report.layout import Part
from vigie.report.period import parse_period
from vigie.report.public import ANALYST, Gate
from vigie.report.triangulation import latest_quarter, lead_text, level_text, pair_text, triangulation_part
from vigie.report.words import Words
from vigie.stats.alarms import Verdict
from vigie.stats.lead_lag import Lag
from vigie.store import Store
from vigie.tables.mapping import generic
from vigie.web.content import Content
from vigie.web.pages import BY_NAME
from vigie.web.pages.triangulation import name_of_source
from vigie.web.words import page_words

END = date(2025, 9, 30)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return observatory(tmp_path_factory.mktemp("triangle") / "s.duckdb")


@pytest.fixture(scope="module")
def seen(whole: Path) -> Triangulation:
    return look(whole)


def look(
    path: Path, *, by: str = "month", area: str = RHONE, end: date = END, span: str = "quarter"
) -> Triangulation:
    with Store.open(path, read_only=True) as store:
        return triangulate(Sight(read_observed(store, by=by)), "cocaine", area, end, span)  # type: ignore[arg-type]


def test_a_large_store_is_read_in_shares_with_the_same_rows(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(store: Store) -> list[object]:
        seen = read_observed(store)
        return [table.to_pylist() for table in (seen.rows, seen.read, seen.tables)]

    with Store.open(whole, read_only=True) as store:
        every = told(store)
        monkeypatch.setattr(triangle_rows, "_AT_A_TIME", 3)
        assert told(store) == every
        most = len(every[0])  # type: ignore[arg-type]
        assert read_observed_within(store, most=most) is not None
        assert read_observed_within(store, most=most - 1) is None
        # Speakers are those of the view, which is not read: copies speak with the voice of their original.
        ours = (
            triangle_rows._told_sql("month", "true")
            + "SELECT DISTINCT source FROM told WHERE NOT tabled ORDER BY 1"
        )
        view = (
            "SELECT DISTINCT lower(strip_accents(trim(coalesce(speaker, '')))) FROM facts WHERE document_kind <> 'table' "
            "AND substance IS NOT NULL AND assertion IN ('affirmed', 'reported') AND NOT coalesce(satire, false) AND copied IS NULL ORDER BY 1"
        )
        assert store.column(ours) == store.column(view) and store.column(view)


def made(path: Path, papers: Sequence[Paper], **options: object) -> Triangulation:
    return look(observatory(path / "s.duckdb", papers), **options)  # type: ignore[arg-type]


def line(found: Triangulation, measure: str) -> Line:
    one = found.line(measure)
    assert one is not None
    return one


# What was put into the sample in its last quarter, and what must be said of it.
KNOWN = [
    ("text.price", "unsettled", 0.0),
    ("words.price", "fell", None),
    ("prices.price", "rose", 0.4),
    ("drug-checking.purity", "fell", -0.4),
    ("harms.poisoning", "rose", 2.0),
    ("wastewater.load", "unsettled", 0.0),
    ("text.seizures", "few", None),
    ("seizures.seizure", "none", None),
]


@pytest.mark.parametrize(("measure", "move", "truth"), KNOWN, ids=[k[0] for k in KNOWN])
def test_what_happened_is_said_with_an_interval_that_holds_it(
    seen: Triangulation, measure: str, move: str, truth: float | None
) -> None:
    one = line(seen, measure)
    assert one.move == move
    if truth is not None and measure != "harms.poisoning":
        assert one.low is not None and one.high is not None and one.low <= truth <= one.high
    if move in ("rose", "fell"):
        assert one.p_holm is not None and one.p is not None and one.p <= one.p_holm <= 0.05


def test_contradictions_are_named_in_both_languages(seen: Triangulation) -> None:
    relations = {(p.one, p.other): p.relation for p in seen.pairs}
    assert relations == {
        ("words.price", "prices.price"): "contradiction",
        ("text.price", "prices.price"): "not-established",
        ("harms.poisoning", "drug-checking.purity"): "contradiction",
        ("text.mentions", "wastewater.load"): "not-comparable",  # nine months of papers are too short a past
    }
    said = {
        lang: [pair_text(p, seen, Words(lang)) for p in seen.pairs if p.relation == "contradiction"]
        for lang in ("fr", "en")
    }
    assert said == {
        "fr": [
            "Les textes disent que le prix baisse, tandis que les prix des relevés montent.",
            "Les intoxications comptées augmentent, tandis que les puretés mesurées baissent.",
        ],
        "en": ["Texts say that the price falls, while prices of tables rise.", "Poisonings counted rise, while purities measured fall."],
    }  # fmt: skip


def test_a_calm_observatory_has_neither_changes_nor_contradictions(tmp_path: Path) -> None:
    found = made(tmp_path, [*texts(falling=False), *prices(1.0), *purities(1.0), *poisonings(1.0), *loads()])
    assert {one.move for one in found.lines} <= {"unsettled", "few", "none", "no-history"}
    assert {p.relation for p in found.pairs} == {"not-established", "not-comparable"}


def test_texts_and_tables_that_agree_are_said_to(tmp_path: Path) -> None:
    found = made(tmp_path, [*texts(), *prices(0.6)])
    (pair,) = [p for p in found.pairs if p.one == "words.price"]
    assert pair.relation == "agreement"
    assert (
        pair_text(pair, found, Words("en"))
        == "Texts say that the price falls; likewise, prices of tables fall."
    )


def test_a_table_that_stopped_is_a_gap_and_never_a_fall(tmp_path: Path) -> None:
    """The poison centre's table ends with the quarter before: nothing is said of it, and it contradicts nobody."""
    found = made(tmp_path, [*purities(), *poisonings(until=LAST[0])])
    one = line(found, "harms.poisoning")
    assert (one.state, one.move, one.level, one.change, one.kept, one.kept_before) == (
        "nothing-collected",
        "not-both",
        None,
        None,
        0,
        3,
    )
    assert all("harms.poisoning" not in (p.one, p.other) for p in found.pairs)
    (cover,) = [c for c in found.coverage if c.family == "harms"]
    assert cover.counts == (1, 1, 1, None, None, None) and cover.last == date(2025, 6, 30)
    assert level_text(one, Words("fr")) == "rien de collecté"


@pytest.mark.parametrize(
    ("card", "rule", "source"),
    [
        ("urgences", "test@1", "urgences"),
        ("centre-antipoison", "table.harms@1|appels", "centre-antipoison/appels"),
    ],
    ids=["two_cards", "two_mappings_of_one_card"],
)
def test_one_of_two_tables_that_stops_is_no_fall_of_both(
    tmp_path: Path, card: str, rule: str, source: str
) -> None:
    """Added up, two thirds of all cases would be gone."""
    big = [row(500 + m, event("poisoning", float(40 + m % 3)), MONTHS[m]) for m in range(31)]
    found = made(tmp_path, [*poisonings(1.0), *table(card, big, rule=rule)])
    one = line(found, "harms.poisoning")
    assert one.move == "unsettled" and one.low is not None and one.high is not None and one.low < 0 < one.high
    assert one.sources == 2 and one.compared == 2  # the other was kept in July
    assert [c.counts for c in found.coverage if c.source == source] == [(1, 1, 1, 1, None, None)]


def test_a_month_that_rows_reach_in_part_is_no_month(tmp_path: Path) -> None:
    """A case a day until 8 September: that month was not collected whole, and its eight cases are no fall."""
    rows = [
        row(40 * m + d, event("poisoning", 1.0), f"{MONTHS[m]}-{d:02d}") for m in range(18, 33) for d in range(1, 29) if m < 32 or d < 9
    ]  # fmt: skip
    found = made(tmp_path, table("centre", rows))
    one = line(found, "harms.poisoning")
    assert (one.kept, one.of, one.level) == (2, 3, 56.0) and one.move in ("unsettled", "no-history")
    assert one.change == pytest.approx(0.0, abs=0.01)


def test_a_written_zero_is_a_zero(tmp_path: Path) -> None:
    rows = [row(m, event("death", float(3 if m < 30 else 0)), MONTHS[m]) for m in range(33)]
    found = made(tmp_path, table("registre", rows))
    one = line(found, "harms.death")
    assert (one.state, one.level, one.kept) == ("zero", 0.0, 3)
    assert one.change is not None and one.change < -0.8
    assert level_text(one, Words("en")) == "collected, none"


def test_a_quiet_time_in_a_table_of_cases_is_a_zero_while_it_goes_on_elsewhere(tmp_path: Path) -> None:
    """A national table of cases: none in the department in the last quarter, and many in the next one."""
    rows = [row(10 * m, event("death", 5.0), MONTHS[m], "FR-38") for m in range(33)]
    rows += [row(10 * m + 1, event("death", 1.0), MONTHS[m]) for m in range(0, 30, 4)]
    one = line(made(tmp_path, table("registre", rows)), "harms.death")
    assert (one.state, one.kept) == ("zero", 3)


def test_rows_dated_more_coarsely_than_the_step_are_left_out(tmp_path: Path) -> None:
    rows = [row(n, event("death", 9.0), f"{year}") for n, year in enumerate((2023, 2024, 2025))]
    found = made(tmp_path, [*purities(1.0), *table("annuaire", rows)])
    assert line(found, "harms.death").state == "nothing-collected"


@pytest.mark.parametrize("by", [0, 2], ids=["together", "two_months_before"])
def test_a_lead_is_found(tmp_path: Path, by: int) -> None:
    """Loads move, and poisonings follow them by so many months."""
    rng = np.random.default_rng(6)
    wave = np.zeros(40)
    for n in range(1, 40):
        wave[n] = 0.4 * wave[n - 1] + rng.standard_normal()
    rows, cases = [], []
    for m, month in enumerate(MONTHS):
        mg = float(400 * np.exp(0.3 * wave[m + by]))
        rows.append(row(m, LoadValue(low=mg, high=mg), f"{month}-10", LYON))
        cases.append(row(m, event("poisoning", float(round(400 * np.exp(0.3 * wave[m])))), month))
    found = made(tmp_path, [*table("eaux", rows), *table("centre", cases)])
    (lead,) = [x for x in found.leads if (x.one, x.other) == ("wastewater.load", "harms.poisoning")]
    assert lead.best is not None and lead.best.lag == by and lead.best.p_holm < 0.01 and lead.best.low > 0.5
    said = lead_text(lead, "month", Words("en"))
    assert ("go before poisonings counted by 2 months" in said) == (by == 2) and (
        "at the same time" in said
    ) == (by == 0)


LEADS = [
    ("after", Lead(one="text.mentions", other="harms.death", verdict=Verdict.GIVEN, pairs=40, best=Lag(lag=-3, n=37, r=0.6, low=0.3, high=0.8, p=1e-4, p_holm=1e-3), earliest=-4, latest=-2),
     "suivent décès comptés de 3 mois (2 à 4)"),
    ("no_link", Lead(one="text.mentions", other="harms.death", verdict=Verdict.GIVEN, pairs=40), "aucun lien établi"),
    ("short", Lead(one="text.mentions", other="harms.death", verdict=Verdict.SHORT, pairs=9), "séries trop courtes (9 mois"),
    ("flat", Lead(one="text.mentions", other="harms.death", verdict=Verdict.FLAT, pairs=40), "ne varie pas"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "lead", "words"), LEADS, ids=[x[0] for x in LEADS])
def test_leads_in_words(_name: str, lead: Lead, words: str) -> None:
    assert words in lead_text(lead, "month", Words("fr"))


def test_every_relation_has_its_sentence(seen: Triangulation) -> None:
    one, other = line(seen, "words.price"), line(seen, "prices.price")
    blank = replace(other, p=None, move="no-history")
    found = replace(seen, lines=(one, blank))
    pair = Pair(
        rule="prices", one="words.price", other="prices.price", expected="same", relation="not-comparable"
    )
    assert "passé trop court" in pair_text(pair, found, Words("fr"))
    opposite = Pair(
        rule="supply", one="words.price", other="prices.price", expected="opposite", relation="agreement"
    )
    assert "as expected" in pair_text(opposite, seen, Words("en"))


def test_every_measure_has_its_words_and_every_pair_its_measures() -> None:
    rules = data_toml("stats", "triangulation.toml")
    measures = {m["id"] for m in rules["measure"]}
    used = {m for p in rules["pair"] for m in (*p["one"], *p["other"])} | {
        m for r in rules["lead"] for m in (r["one"], *r["others"])
    }
    assert used <= measures and all(p["reason"] for p in rules["pair"])
    for lang in ("fr", "en"):
        table_ = Words(lang).all()
        for group in ("tri_measures", "tri_rose", "tri_fell"):
            assert set(table_[group]) == measures, (lang, group)
        assert set(table_["tri_families"]) == {m["family"] for m in rules["measure"]}


def test_by_week_and_by_year(whole: Path) -> None:
    weekly = look(whole, by="week")
    assert (
        len(weekly.steps) == 26 and weekly.end <= END and line(weekly, "drug-checking.purity").move == "fell"
    )
    assert weekly.line("harms.poisoning") is None and "harms" not in weekly.families  # its rows are months
    yearly = look(whole, end=date(2024, 12, 31), span="year")
    assert (
        len(yearly.steps) == 24 and yearly.complete and line(yearly, "harms.poisoning").move == "no-history"
    )


WEEKLY = [("2025-Q3", date(2025, 9, 30), 13), ("2025-Q1", date(2025, 3, 31), 13), ("2024-Q4", date(2024, 12, 31), 13),
          ("2023-Q4", date(2023, 12, 31), 13), ("2020-Q4", date(2020, 12, 31), 14)]  # fmt: skip


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case a week, each row dated by its week: by quarter there are as many cases as Thursdays."""
    folder = tmp_path_factory.mktemp("weeks")
    weeks = [(date(2020, 5, 4) + timedelta(days=7 * n)).isocalendar() for n in range(290)]
    lines = [f"{w.year}-W{w.week:02d},poisoning,1,cocaine,Rhône" for w in weeks]
    (folder / "t.csv").write_text("\n".join(["date,event,count,substance,place", *lines]) + "\n", "utf-8")
    with Store.open(folder / "s.duckdb") as store:
        assert import_tables(store, [folder / "t.csv"], generic("harms")).new == 290
    return folder / "s.duckdb"


@pytest.mark.parametrize(("_name", "end", "cases"), WEEKLY, ids=[c[0] for c in WEEKLY])
def test_a_quarter_has_one_figure_by_month_and_by_week(
    weeks: Path, _name: str, end: date, cases: int
) -> None:
    by_month, by_week = (line(look(weeks, by=by, end=end), "harms.poisoning") for by in ("month", "week"))
    assert (by_month.level, by_month.kept, by_month.n) == (cases, 3, cases)
    assert (by_week.level, by_week.kept, by_week.of) == (cases, cases, cases)


def test_a_store_shorter_than_two_periods_and_one_that_is_elsewhere(whole: Path, tmp_path: Path) -> None:
    short = made(tmp_path, texts()[-20:])
    assert len(short.steps) == 6 and line(short, "text.mentions").kept == 2
    nowhere = look(whole, area="FR-75")
    assert {one.state for one in nowhere.lines if one.family != "text"} == {
        "nothing-collected"
    } and nowhere.pairs == ()
    assert not [c for c in nowhere.coverage if c.family != "text"]


@pytest.mark.parametrize(("day", "end"), [(date(2025, 9, 30), END), (date(2025, 9, 29), date(2025, 6, 30)), (date(2025, 2, 1), date(2024, 12, 31))],
                         ids=["the_last_day", "the_day_before", "a_new_year"])  # fmt: skip
def test_the_latest_quarter_is_over(day: date, end: date) -> None:
    assert latest_quarter(day) == end


def test_the_verb(whole: Path) -> None:
    runner = CliRunner()
    asked = [
        "stats",
        "triangulate",
        "--substance",
        "cocaine",
        "--area",
        "fr-69",
        "--period",
        "2025-Q3",
        "--store",
        str(whole),
    ]
    found = json.loads(runner.invoke(app, [*asked, "--format", "json"]).stdout)
    assert found["area"] == RHONE and [p["relation"] for p in found["pairs"]].count("contradiction") == 2
    assert {r["measure"]: r["move"] for r in found["rows"]}["prices.price"] == "rose"
    assert {len(c["counts"]) for c in found["coverage"]} == {6} == {len(found["steps"])}
    told = runner.invoke(app, [*asked, "--lang", "fr"])
    assert "tandis que les prix des relevés montent" in told.output
    head = told.stdout.splitlines()[0]
    assert head.split()[:4] == ["type", "mesure", "état", "niveau"]
    for english in ("nothing-collected", "shown", "rose", "fell", "wastewater", "change_pct", "against"):
        assert english not in told.output
    assert "Cocaïne, Rhône, du 2025-07-01 au 2025-09-30".casefold() in told.output.casefold()


WRONG = [
    (["--substance", "licorne"], "no known id"),
    (["--substance", "cocaine", "--area", "XX-1"], "no known code"),
    (["--substance", "cocaine", "--period", "hier"], "not a period"),
]


@pytest.mark.parametrize(("args", "words"), WRONG, ids=["substance", "area", "period"])
def test_wrong_use_is_told(whole: Path, args: list[str], words: str) -> None:
    result = CliRunner().invoke(app, ["stats", "triangulate", *args, "--store", str(whole)])
    assert result.exit_code != 0 and words in result.output + str(result.exception or "")


def test_the_bulletin_of_the_analyst_has_the_block_and_the_public_one_has_not(whole: Path) -> None:
    """`make_bulletin` asks this part for both editions."""
    with Store.open(whole, read_only=True) as store:

        def block(period: str | None, gate: Gate) -> list[Part]:
            read = gate.read(store) if not gate.public else ANALYST.read(store)
            return triangulation_part(
                store, edition(read, parse_period(period, read.days), Words("fr"), gate)
            )

        (part,) = block("2025-Q3", ANALYST.at(RHONE))
        assert block("2025-Q3", replace(ANALYST.at(RHONE), public=True)) == []
        assert block(None, ANALYST.at(RHONE)) == []
    (shown,) = part.tables
    assert {r.cells[0] for r in shown.rows} == {"Cocaïne"}
    assert any(r.cells[1] == "Prix des relevés" and r.cells[-1] == "hausse établie" for r in shown.rows)
    assert "tandis que" in str(part.blocks[0])


@pytest.fixture(scope="module")
def model(whole: Path) -> Iterator[ReadModel]:
    readmodel.build(whole, whole.with_name("analyst.pages"), public=False, today=date(2025, 10, 20))
    with ReadModel.open(whole.with_name("analyst.pages")) as opened:
        yield opened


def page(model: ReadModel, lang: str = "fr", **filters: str) -> Content:
    return BY_NAME["triangulation"].build(model, Filters(**filters), page_words(lang))


def text_of(content: Content) -> str:
    return repr(content)


def test_the_page_of_the_analyst_says_what_the_verb_says(model: ReadModel, seen: Triangulation) -> None:
    """The file of pages gives the same lines, pairs, leads and coverage as the store."""
    found = model.triangulation(Filters(substance="cocaine", area=RHONE, period="2025-Q3"))
    assert found == seen
    shown = page(model, substance="cocaine", area=RHONE, period="2025-Q3")
    assert [s.id for s in shown.sections] == ["levels", "pairs", "leads", "coverage"]
    said = text_of(shown)
    assert "Les textes disent que le prix baisse, tandis que les prix des relevés montent." in said
    assert "hausse établie" in said and "rien de collecté" in said and "reseau-eaux-usees" in said
    english = text_of(page(model, "en", substance="cocaine", area=RHONE, period="2025-Q3"))
    assert "while prices of tables rise" in english and "waste water" in english


NAMES = {"reseau-eaux": "Réseau des eaux", "l'eclaireur": "L'Éclaireur"}


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("reseau-eaux", "Réseau des eaux"),
        ("reseau-eaux/loads", "Réseau des eaux / loads"),
        ("l'eclaireur", "L'Éclaireur"),
        ("inconnu/loads", "inconnu/loads"),
        ("", ""),
    ],
)
def test_a_source_is_told_by_the_name_on_its_card(key: str, named: str) -> None:
    assert name_of_source(key, NAMES) == named


def test_the_page_without_a_choice_offers_products_and_the_last_quarter_that_is_over(
    model: ReadModel,
) -> None:
    offered = page(model)
    assert [s.id for s in offered.sections] == ["choose"] and "Cocaïne" in text_of(offered)
    found = model.triangulation(Filters(substance="cocaine"))
    assert found is not None and (found.area, found.start) == ("FR", date(2025, 7, 1))
    assert model.triangulation(Filters()) is None
    nowhere = page(model, substance="cocaine", area="FR-75", period="1999")
    assert nowhere.notes or "nothing-collected" not in text_of(nowhere)


def test_the_public_page_holds_cells_of_the_gate_and_nothing_else(whole: Path, tmp_path: Path) -> None:
    """Ten papers make cells; tables of one source make none, and no test, source or contradiction is told."""
    readmodel.build(whole, tmp_path / "public.pages", public=True, today=date(2026, 1, 20))
    with ReadModel.open(tmp_path / "public.pages") as public:
        assert public.sight() is None and public.triangulation(Filters(substance="cocaine")) is None
        said = text_of(page(public, period="2025-Q3"))
        rows = [
            public._rows(f"SELECT count(*) FROM {name}")
            for name in ("triangle_rows", "triangle_read", "triangle_tables")
        ]
    assert rows == [[(0,)]] * 3
    for word in ("releve-prix", "centre-antipoison", "journal", "tandis que", "établie"):
        assert word not in said
