"""Reports of one event become one: what is joined, what is not, and which figure is best supported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from report_store import Paper, Said, build, event, pieces, said_price
from vigie.analysis.counts import read_counts
from vigie.analysis.incident_figures import figure_lines
from vigie.analysis.incident_reports import Figure, Report, Spot
from vigie.analysis.incidents import Incidents, read_incidents
from vigie.model.observation import QuantityValue, Value
from vigie.store import Store

LYON, VILLEURBANNE, RHONE, ISERE, GRENOBLE = "INSEE:69123", "INSEE:69266", "FR-69", "FR-38", "INSEE:38185"


def seized(grams: float) -> Value:
    return QuantityValue(kind="seized", low=grams, high=grams, unit="g", grams=grams, grams_high=grams)


def told(path: Path, *papers: Paper) -> Incidents:
    path.mkdir(exist_ok=True)
    with Store.open(build(path / "events.duckdb", papers)) as store:
        return read_incidents(store)


def paper(source: str, published: str, *values: Value, place: str | None = LYON, when: str | None = None,
          substance: str | None = "cocaine", words: str = "", assertion: str = "affirmed", **more: object) -> Paper:  # fmt: skip
    """A document that says each value in a sentence of its own words."""
    says = [
        Said(sentence=f"{source}{n} {words} {source}x{n} {source}y{n} {source}z{n}.", value=value, place=place, when=when,
             substance=substance, assertion=assertion)  # type: ignore[arg-type]
        for n, value in enumerate(values)
    ]  # fmt: skip
    return Paper(source=source, published=published, says=says, title=f"Titre {source}", **more)  # type: ignore[arg-type]


# id, changes of the second report, how many events. The first: 12 kg of cocaine in Lyon, told and dated on 4 March 2025.
SECOND = [
    ("same", {}, 1),
    ("rounded", {"value": seized(12_400)}, 1),
    ("suburb_with_the_figure", {"place": VILLEURBANNE, "value": seized(12_000)}, 1),
    ("department", {"place": RHONE}, 1),
    ("no_place_but_the_figure", {"place": None}, 1),
    ("without_date", {"when": None, "published": "2025-03-06"}, 1),
    ("recalled_a_month_later", {"published": "2025-04-08"}, 1),
    ("no_substance", {"substance": None}, 1),
    ("other_town", {"place": GRENOBLE}, 2),
    ("other_department", {"place": ISERE}, 2),
    ("a_week_later", {"when": "2025-03-11", "published": "2025-03-12"}, 2),
    ("a_week_later_without_date", {"when": None, "published": "2025-03-12"}, 2),
    ("other_substance", {"substance": "heroin"}, 2),
    ("next_town_other_figure", {"place": VILLEURBANNE, "value": seized(3_000)}, 2),
    ("in_the_country_other_figure", {"place": "FR", "when": None, "value": seized(800)}, 2),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "changes", "events"), SECOND, ids=[c[0] for c in SECOND])
def test_two_reports(tmp_path: Path, _name: str, changes: dict[str, object], events: int) -> None:
    second = {"published": "2025-03-05", "when": "2025-03-04", "value": seized(12_000), **changes}
    value, published = second.pop("value"), second.pop("published")
    found = told(
        tmp_path,
        paper("a", "2025-03-05", seized(12_000), when="2025-03-04"),
        paper("b", published, value, **second),  # type: ignore[arg-type]
    )
    assert len(found.incidents) == events
    if events == 1:
        (one,) = found.incidents
        assert (one.speakers, one.documents, one.copies) == (2, 2, 0)
        assert one.start == one.end == date(2025, 3, 4)
        assert (
            one.place == LYON if changes.get("place") != VILLEURBANNE else one.place in (LYON, VILLEURBANNE)
        )


def test_no_chain_joins_what_excludes_each_other(tmp_path: Path) -> None:
    """Lyon on the 4th, and Lyon on the 11th: a report without place and date that resembles both belongs to one of them."""
    found = told(
        tmp_path,
        paper("a", "2025-03-05", seized(12_000), event("arrest", 7), when="2025-03-04"),
        paper("b", "2025-03-12", seized(12_000), event("arrest", 7), when="2025-03-11"),
        paper("c", "2025-03-11", seized(12_000), event("arrest", 7), place=None),
    )
    assert sorted(i.documents for i in found.incidents) == [1, 2]


def test_kinds_of_one_operation_are_one_event(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        paper("a", "2025-03-05", seized(12_000), event("arrest", 7), pieces(2_300)),
        paper("b", "2025-03-05", event("arrest", 7), event("dismantling", None)),
        paper("c", "2025-03-06", event("death", 2), substance="heroin"),
    )
    assert [i.kinds for i in found.incidents] == [("seizure", "dismantling", "arrest"), ("death",)]
    assert {(f.what, f.unit, f.best) for f in found.incidents[0].figures} == {
        ("arrest", "person", 7.0), ("seized", "g", 12_000.0), ("seized", "pill", 2_300.0),
    }  # fmt: skip


def test_two_events_of_one_text_stay_two(tmp_path: Path) -> None:
    both = paper("a", "2025-03-05", seized(12_000), when="2025-03-04")
    says = [
        *both.says,
        Said(sentence="Ailleurs, autre chose.", value=seized(700), place=GRENOBLE, when="2025-02-20"),
    ]
    found = told(tmp_path, replace(both, says=says))
    assert [(i.place, i.documents) for i in found.incidents] == [(GRENOBLE, 1), (LYON, 1)]


LEFT_OUT = [
    (
        "of_a_year",
        paper("a", "2025-03-05", seized(300_000), when="2024"),
        "dated more coarsely than the month",
    ),
    ("denied", paper("a", "2025-03-05", event("death", 2), assertion="negated"), "denied, feared or planned"),
    (
        "feared",
        paper("a", "2025-03-05", event("death", 2), assertion="hypothetical"),
        "denied, feared or planned",
    ),
    (
        "of_a_past_year_in_the_sentence",
        paper("a", "2025-03-05", seized(300_000), words="le bilan de 2023 compte"),
        "dated more coarsely than the month",
    ),
    ("satire", paper("a", "2025-03-05", event("death", 2), satire=True), "satire"),
]


@pytest.mark.parametrize(("_name", "one", "reason"), LEFT_OUT, ids=[c[0] for c in LEFT_OUT])
def test_what_is_no_event(tmp_path: Path, _name: str, one: Paper, reason: str) -> None:
    found = told(tmp_path, one)
    assert (found.incidents, found.left_out) == ((), {reason: 1})


def test_a_year_beside_an_event_does_not_hide_it(tmp_path: Path) -> None:
    """Its own day is given, or the number is no year."""
    for n, (words, when) in enumerate(
        (
            ("condamné en 2021", "2025-03-04"),
            ("de 2019 plants", None),
            ("depuis 2021", None),
            ("en 2025", None),
        )
    ):
        one = paper("a", "2025-03-05", seized(300_000), words=words, when=when)
        assert len(told(tmp_path / str(n), one).incidents) == 1, words


def test_a_price_is_no_event(tmp_path: Path) -> None:
    assert told(tmp_path / "price", paper("a", "2025-03-05", said_price(60).value)).incidents == ()


def test_copies_and_agencies_are_one_voice(tmp_path: Path) -> None:
    """A copy counts as its original; two texts that cite one agency speak with its voice."""
    first = paper(
        "a",
        "2025-03-05",
        seized(12_000),
        event("arrest", 7),
        words="ardoise bouleau cerise datte épine fougère genêt",
    )
    with Store.open(build(tmp_path / "s.duckdb", [
        first, replace(first, source="b", published="2025-03-06", title="Autre titre"),
        paper("c", "2025-03-05", seized(12_000)), paper("d", "2025-03-06", seized(12_000)),
    ])) as store:  # fmt: skip
        (one,) = read_incidents(store).incidents
        assert (one.speakers, one.documents, one.copies) == (3, 4, 1)
        assert {e.doc_id: e.copy for e in one.evidence} == {
            "doc000": False,
            "doc001": True,
            "doc002": False,
            "doc003": False,
        }
        store.connection.execute(
            "UPDATE observations SET attribution = 'AFP' WHERE doc_id IN ('doc002', 'doc003')"
        )
        (one,) = read_incidents(store).incidents
        assert (one.speakers, one.voices) == (2, ("a", "afp"))


def test_the_id_stays_when_reports_are_added(tmp_path: Path) -> None:
    papers = [paper("a", "2025-03-05", seized(12_000)), paper("b", "2025-03-06", seized(12_000))]
    one, two = told(tmp_path, papers[0]), told(tmp_path / "more", *papers)
    assert one.incidents[0].id == two.incidents[0].id
    assert len(two.incidents[0].evidence) == 2


def report(voice: str, day: int, *figures: Figure, weight: float = 0.9) -> Report:
    return Report(
        doc_id=f"d{voice}{day}", number=0, family="harm", voice=voice, original="", kinds=("death",), substances=frozenset(), spot=Spot(),
        start=0, end=0, stated=True, published=day, weight=weight, figures=figures, words=frozenset(), evidence=("o",),
    )  # fmt: skip


def dead(low: float | None, high: float | None = None, **more: bool) -> Figure:
    return Figure(
        what="death", unit="person", substance="", low=low, high=low if high is None else high, **more
    )


def kilos(low: float, high: float | None = None, *, open_: bool = False) -> Figure:
    return Figure(
        what="seized", unit="g", substance="", low=low, high=None if open_ else low if high is None else high
    )


# id, (voice, day, figure, weight)…, best, superseded, others
BEST = [
    ("one", [("a", 1, dead(3), 0.9)], 3, (), ()),
    ("most_speakers", [("a", 1, kilos(900), 0.9), ("b", 1, kilos(1200), 0.9), ("c", 1, kilos(1200), 0.9)], 1200, (), ((900, 1),)),
    ("an_office_knows_its_work", [("a", 1, kilos(900), 1.5), ("b", 1, kilos(1200), 0.9)], 900, (), ((1200, 1),)),
    ("repeating_oneself_is_no_second_voice", [("a", 1, kilos(900), 0.7), ("a", 1, kilos(900), 0.7), ("b", 1, kilos(1200), 0.9)],
     1200, (), ((900, 1),)),
    ("a_toll_that_grows", [("a", 1, dead(2), 0.9), ("b", 1, dead(2), 0.9), ("c", 5, dead(4), 0.9)], 4, (2,), ()),
    ("who_corrects_itself", [("a", 1, dead(2), 0.9), ("a", 3, dead(3), 0.9)], 3, (2,), ()),
    ("said_to_be_earlier", [("a", 1, dead(2, provisional=True), 0.9), ("b", 1, dead(3), 0.4)], 3, (2,), ()),
    ("rounded_is_the_same", [("a", 1, kilos(1200), 0.9), ("b", 1, kilos(1234), 0.9), ("c", 1, kilos(2000), 0.9)], 1234, (), ((2000, 1),)),
    ("more_than_bears_out", [("a", 1, kilos(1100), 0.7), ("b", 1, kilos(1500), 0.7), ("c", 1, kilos(1000, open_=True), 0.9),
                             ("d", 1, kilos(900, open_=True), 0.9)], 1100, (), ((1500, 1),)),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "told_", "best", "superseded", "others"), BEST, ids=[c[0] for c in BEST])
def test_best_supported_value(
    _name: str, told_: list[tuple[str, int, Figure, float]], best: float, superseded: tuple[float, ...],
    others: tuple[tuple[float, int], ...],
) -> None:  # fmt: skip
    reports = [report(voice, day, figure, weight=weight) for voice, day, figure, weight in told_]
    (line,) = figure_lines(reports, [])
    assert (line.best, line.superseded, line.others) == (best, superseded, others)
    values = [v for _, _, f, _ in told_ for v in (f.low, f.high) if v is not None]
    assert (line.low, line.high) == (min(values), max(values))


def test_figures_in_words() -> None:
    money = Figure(what="valuation", unit="EUR", substance="", low=17_220_000, high=17_220_000)
    lines = figure_lines([report("a", 1, money, kilos(12_400)), report("b", 1, kilos(1_000, open_=True))], [])
    assert [line.words() for line in lines] == [
        "seized 12.4 kg (1 to 12.4; 1 of 2 sources)",
        "valuation 17220000 EUR",
    ]


def test_forty_copies_and_twelve_articles_are_one_event(tmp_path: Path) -> None:
    """Statistics count independent sources: 40 copies of one article are one voice, 12 articles are 12 of one event."""
    words = "ardoise bouleau cerise datte épine fougère genêt houx iris jonc"
    first = paper("a", "2025-03-05", seized(12_000), event("arrest", 7), words=words)
    days = [str(date(2025, 3, 5) + timedelta(days=n % 4)) for n in range(40)]
    copies = [replace(first, source=f"k{n}", published=day, title=f"T{n}") for n, day in enumerate(days)]
    own = [paper(f"p{n}", "2025-03-06", seized(12_000), when="2025-03-04") for n in range(11)]
    with Store.open(build(tmp_path / "s.duckdb", [first, *copies, *own])) as store:
        (one,) = read_incidents(store).incidents
        counts = read_counts(store).counts
    assert (one.documents, one.copies, one.speakers) == (52, 40, 12)
    assert counts.tolist() == [[12.0]]


LONG = "Douze kilos de résine dormaient sous une bâche bleue, au fond d'un garage loué par un retraité, à deux pas du stade municipal de Lyon"


@pytest.mark.parametrize(
    ("first", "second", "copy"),
    [("(AFP)", "", "a"), ("", "(AFP)", "b"), ("Avec Reuters.", "", "a"), ("", "Selon la (SAFPO).", "")],
    ids=["signed_first", "signed_second", "with", "no_agency"],
)
def test_of_one_day_the_signed_text_is_the_copy(tmp_path: Path, first: str, second: str, copy: str) -> None:
    """Whichever was read first, and however well it is graded."""
    papers = [
        Paper(source=name, published="2025-03-05", title=f"Titre {name}", grade="B",
              says=[Said(sentence=f"{LONG}. {sign}", value=seized(12_000), place=LYON)])
        for name, sign in (("a", first), ("b", second))
    ]  # fmt: skip
    with Store.open(build(tmp_path / "s.duckdb", papers)) as store:
        found = store.query("SELECT source_id FROM documents WHERE original_id IS NOT NULL").to_pylist()
    assert [row["source_id"] for row in found] in ([[copy]] if copy else [["a"], ["b"]])


def test_a_copy_is_found_beside_stock_phrases(tmp_path: Path) -> None:
    """Sentences that every dispatch has lead to the first that had them; the copy's own original was published just before."""
    stock = [
        f"Phrase toute faite numéro {n} que chaque dépêche de ce bureau reprend sans y changer un mot"
        for n in range(8)
    ]
    old = [
        Paper(source=f"o{n}", published=f"2024-0{n + 1}-05", title=f"Ancien {n}",
              says=[Said(sentence=f"{stock[n]}. {stock[(n + 1) % 8]}. Ancienne affaire {n} sans rapport aucun.", value=seized(n + 1), place=None)])
        for n in range(8)
    ]  # fmt: skip
    text = f"{stock[0]}. {stock[3]}. {stock[5]}. {stock[7]}. {LONG}."
    new = [
        Paper(
            source=name,
            published=day,
            title=title,
            says=[Said(sentence=text, value=seized(12_000), place=LYON)],
        )
        for name, day, title in (("p", "2025-03-05", "Bâche bleue"), ("q", "2025-03-06", "Garage loué"))
    ]
    with Store.open(build(tmp_path / "s.duckdb", [*old, *new])) as store:
        found = store.query(
            "SELECT doc_id, original_id FROM documents WHERE original_id IS NOT NULL"
        ).to_pylist()
    assert {row["doc_id"]: row["original_id"] for row in found} == {"doc009": "doc008"}
