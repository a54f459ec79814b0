"""Counts by week and month: who counts, when, where, and what was not collected. Every figure can be worked out on paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from report_store import Paper, Said, build, event, price, seized, trend
from vigie.analysis.counts import (
    CountSeries,
    Key,
    covers,
    expected_speakers,
    periods,
    read_counts,
    read_reports,
)
from vigie.analysis.quiet import read_quiet
from vigie.model.errors import StoreError
from vigie.store import Store

LYON, VILLEURBANNE, GRENOBLE = "INSEE:69123", "INSEE:69266", "INSEE:38185"
WORDS = ("ardoise", "bouleau", "cerise", "datte", "erable", "figue", "girofle", "houx", "iris", "jasmin")


def says(value: object, word: str = "ardoise", **more: object) -> Said:
    return Said(sentence=f"{word} {word}a dit {word}b ici.", value=value, **{"place": LYON, **more})  # type: ignore[arg-type]


def paper(source: str, day: str, *said: Said, **more: object) -> Paper:
    return Paper(source=source, published=day, says=said, **more)  # type: ignore[arg-type]


def counted(path: Path, papers: list[Paper], **options: object) -> CountSeries:
    with Store.open(build(path / "s.duckdb", papers), read_only=True) as store:
        return read_counts(store, **options)  # type: ignore[arg-type]


def row(found: CountSeries, indicator: str, substance: str = "cocaine", area: str = "FR-69") -> list[float]:
    return found.counts[found.keys.index(Key(substance=substance, area=area, indicator=indicator))].tolist()


# Mondays: 2 and 9 June 2025. What each case leaves in the first two weeks, by indicator.
CASES = [
    ("two_speakers", [paper("a", "2025-06-02", says(price(60))), paper("b", "2025-06-04", says(price(70), "bouleau"))],
     {"mentions": [2, 0]}),
    ("one_speaker_twice_is_one_mention", [paper("a", "2025-06-02", says(price(60))), paper("a", "2025-06-04", says(price(70), "bouleau"))],
     {"mentions": [1, 0]}),
    ("one_publisher_two_papers", [paper("a", "2025-06-02", says(price(60)), publisher="Maison"),
     paper("b", "2025-06-04", says(price(70), "bouleau"), publisher="MAISON ")], {"mentions": [1, 0]}),
    ("seizures_of_one_speaker_count_up_to_three",
     [paper("a", "2025-06-03", says(seized(100 * n), WORDS[n])) for n in range(1, 6)], {"seizures": [3, 0]}),
    ("a_report_counts_once_as_its_gravest", [paper("a", "2025-06-03", says(event("death", 1)), says(price(60), "bouleau"))],
     {"harms": [1, 0]}),
    ("an_event_counts_when_it_was", [paper("a", "2025-06-10", says(event("overdose", 2), when="2025-06-06")), paper("b", "2025-06-02")],
     {"harms": [1, 0]}),
    ("a_price_counts_when_it_was_published", [paper("a", "2025-06-10", says(price(60), when="2025-06-06")), paper("b", "2025-06-02")],
     {"mentions": [0, 1]}),
    ("a_rumoured_death_is_a_mention", [paper("a", "2025-06-03", says(event("death", 1), assertion="reported"))], {"mentions": [1, 0]}),
    ("a_denied_death_is_nothing", [paper("a", "2025-06-03", says(event("death", 1), assertion="negated"))], {}),
    ("a_fall_is_a_mention_not_a_trend", [paper("a", "2025-06-03", says(trend("down"))), paper("b", "2025-06-03", says(trend("up"), "bouleau"))],
     {"mentions": [1, 0], "trends": [1, 0]}),
    ("what_a_warning_says_is_a_warning", [paper("a", "2025-06-03", says(price(60)), kind="warning")], {"warnings": [1, 0]}),
    ("satire_is_nothing", [paper("a", "2025-06-03", says(price(60)), satire=True)], {}),
    ("a_year_is_no_week", [paper("a", "2025-06-03", says(event("death", 42), when="2024"))], {}),
    ("a_paper_of_a_month_is_of_no_week", [paper("a", "2025-06", says(price(60)))], {}),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "papers", "expected"), CASES, ids=[c[0] for c in CASES])
def test_what_counts(
    tmp_path: Path, _name: str, papers: list[Paper], expected: dict[str, list[float]]
) -> None:
    every = [*papers, paper("z", "2025-06-03", title="Rien"), paper("z", "2025-06-09", title="Rien encore")]
    found = counted(tmp_path, every, until=date(2025, 6, 15))
    assert {k.indicator: found.counts[n, :2].tolist() for n, k in enumerate(found.keys)} == expected
    assert found.starts[0] == np.datetime64("2025-06-02")


def test_copies_count_once(tmp_path: Path) -> None:
    """Forty papers print one dispatch: one report."""
    body = " ".join(f"{w}{n}" for n in range(6) for w in WORDS)
    dispatch = Said(sentence=f"Une saisie de 12,5 kg, dit-on, {body}.", value=seized(12_500), place=LYON)
    papers = [paper("agence", "2025-06-02", dispatch)] + [
        paper(f"p{n}", "2025-06-03", dispatch) for n in range(40)
    ]
    found = counted(tmp_path, papers, until=date(2025, 6, 8))
    assert row(found, "seizures") == [1.0]
    assert found.left_out == {"copy of a document that counts": 40}


def test_months_take_what_weeks_leave(tmp_path: Path) -> None:
    papers = [paper("a", "2025-06-20", says(event("death", 2), when="2025-05")), paper("b", "2025-05-03")]
    by_week = counted(tmp_path / "w", papers, by="week") if (tmp_path / "w").mkdir() is None else None
    assert (
        by_week is not None
        and by_week.left_out == {"dated more coarsely than the week": 1}
        and by_week.keys == ()
    )
    (tmp_path / "m").mkdir()
    by_month = counted(tmp_path / "m", papers, by="month")
    assert row(by_month, "harms") == [1.0, 0.0]


def test_nothing_collected_is_not_zero(tmp_path: Path) -> None:
    """A week in which no source that covers the area published anything is NaN; what a source of elsewhere read does not count."""
    path = build(
        tmp_path / "s.duckdb",
        [
            paper("rhone", "2025-06-02", says(price(60))),
            paper("isere", "2025-06-10", says(price(60), "bouleau", place=GRENOBLE)),
            paper("rhone", "2025-06-17"),
        ],
    )
    with Store.open(path) as store:
        store.connection.execute(
            "UPDATE sources SET country = 'FR', area = CASE source_id WHEN 'rhone' THEN 'FR-69' ELSE 'FR-38' END"
        )
        found = read_counts(store)
        region = read_counts(store, level="region")
    assert np.array_equal(row(found, "mentions"), [1, np.nan, 0], equal_nan=True)
    assert np.array_equal(row(found, "mentions", area="FR-38"), [np.nan, 1, np.nan], equal_nan=True)
    assert row(region, "mentions", area="FR-ARA") == [1, 1, 0]
    assert found.documents.tolist() == [[0, 1, 0], [1, 0, 1]]
    for offset in ("documents", "speakers"):
        population = found.population(offset)  # type: ignore[arg-type]
        assert population is not None and population.shape == found.counts.shape and (population > 0).all()
    assert found.population("none") is None


COVERS = [
    ("own_area", "FR-69", "FR", "FR-69", True),
    ("region_covers_department", "FR-ARA", "FR", "FR-69", True),
    ("department_is_read_for_its_region", "FR-69", "FR", "FR-ARA", True),
    ("other_department", "FR-38", "FR", "FR-69", False),
    ("national", "", "FR", "FR-69", True),
    ("of_another_country", "", "BE", "FR-69", False),
    ("without_a_card", "", "", "FR-69", True),
]


@pytest.mark.parametrize(("_name", "area", "country", "asked", "answer"), COVERS, ids=[c[0] for c in COVERS])
def test_which_source_covers_an_area(_name: str, area: str, country: str, asked: str, answer: bool) -> None:
    assert covers(area, country, asked) is answer


def test_a_new_source_is_expected_to_speak_as_its_like_do() -> None:
    """Two papers of the area speak of it every second week; a third that comes adds half a speaker, not none and not one."""
    active = np.ones((3, 80), dtype=bool)
    active[2, :60] = False
    said = np.zeros((3, 80), dtype=bool)
    said[0, ::2] = said[1, 1::2] = True
    expected = expected_speakers(active, said, np.ones(3, dtype=bool))
    assert expected[59] == pytest.approx(1.0, abs=0.05)
    assert expected[60] == pytest.approx(1.5, abs=0.05)


def test_what_comes_later_changes_nothing_earlier(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    days = [np.datetime64("2025-01-06") + int(d) for d in np.sort(rng.integers(0, 200, 60))]
    papers = [
        paper("abc"[n % 3], str(d), says(price(50 + n), WORDS[n % 10] + str(n))) for n, d in enumerate(days)
    ]
    whole = build(tmp_path / "s.duckdb", papers)
    with Store.open(whole, read_only=True) as store:
        late, early = read_counts(store), read_counts(store, until=date(2025, 5, 4))
    n = len(early.starts)
    assert early.until == date(2025, 5, 4) and late.starts.size > n
    assert np.array_equal(late.counts[:, :n], early.counts, equal_nan=True)
    assert np.allclose(late.speakers[:, :n], early.speakers)


def test_reports_are_the_facts_behind_a_count(tmp_path: Path) -> None:
    path = build(
        tmp_path / "s.duckdb",
        [paper("a", "2025-06-02", says(event("death", 3))), paper("b", "2025-06-12", says(price(60)))],
    )
    with Store.open(path, read_only=True) as store:
        found = read_counts(store)
        key = Key(substance="cocaine", area="FR-69", indicator="harms")
        (told,) = read_reports(
            store, found, [(key, date(2025, 6, 2), date(2025, 6, 9))], level="department", area=None
        )
    assert [(r["doc_id"], r["voice"], r["kind"], r["persons"]) for r in told] == [
        ("doc000", "a", "death", 3.0)
    ]


def test_one_area_whatever_its_level(tmp_path: Path) -> None:
    papers = [
        paper("a", "2025-06-02", says(price(60))),
        paper("b", "2025-06-02", says(price(60), "bouleau", place=VILLEURBANNE)),
    ]
    path = build(tmp_path / "s.duckdb", papers)
    with Store.open(path, read_only=True) as store:
        for code, expected in (("INSEE:69266", 1.0), ("FR-69", 2.0), ("FR-ARA", 2.0), ("FR", 2.0)):
            assert row(read_counts(store, area=code), "mentions", area=code) == [expected]
        assert read_counts(store, substance="heroin").keys == ()


def test_periods_begin_on_mondays_and_firsts() -> None:
    weeks = periods(date(2024, 12, 31), date(2025, 1, 13), "week")
    assert weeks.tolist() == [date(2024, 12, 30), date(2025, 1, 6), date(2025, 1, 13)]
    assert periods(date(2024, 12, 31), date(2025, 1, 13), "month").tolist() == [
        date(2024, 12, 1),
        date(2025, 1, 1),
    ]


def test_an_empty_store_is_told(tmp_path: Path) -> None:
    with (
        Store.open(tmp_path / "s.duckdb") as store,
        pytest.raises(StoreError, match="no document with a day"),
    ):
        read_counts(store)


def test_an_area_whose_sources_stopped_is_silent_with_its_series(tmp_path: Path) -> None:
    """Both papers of FR-69 stop in June, the one of FR-38 goes on: nothing of FR-69 is counted, and no zero either."""
    weeks = [np.datetime64("2025-01-06") + 7 * n for n in range(40)]
    papers = []
    for n, day in enumerate(weeks):
        for source, place in (("un", LYON), ("deux", LYON), ("isere", GRENOBLE)):
            if source == "isere" or n < 24:
                papers.append(paper(source, str(day), says(event("death", 1), f"{source}{n}", place=place)))
    path = build(tmp_path / "s.duckdb", papers)
    with Store.open(path) as store:
        store.connection.execute(
            "UPDATE sources SET country = 'FR', area = CASE source_id WHEN 'isere' THEN 'FR-38' ELSE 'FR-69' END"
        )
        quiet = read_quiet(store, date(2025, 10, 12))
        early = read_quiet(store, date(2025, 6, 25))
        found = read_counts(store)
    assert (quiet.judged, [s.source for s in quiet.sources]) == (3, ["deux", "un"])
    assert [(a.area, a.last, a.sources) for a in quiet.areas] == [
        ("FR-69", date(2025, 6, 16), ("deux", "un"))
    ]
    assert all(s.indicators == () for s in quiet.sources)  # each gave half of what is silent now
    assert (early.sources, early.areas) == ((), ())
    harms = row(found, "harms")
    assert harms[:24] == [2.0] * 24 and np.isnan(harms[24:]).all()


def test_an_indicator_that_ends_with_its_source_is_named(tmp_path: Path) -> None:
    papers = []
    for n in range(40):
        day = str(np.datetime64("2025-01-06") + 7 * n)
        papers.append(paper("presse", day, says(price(60), f"p{n}")))
        if n < 24:
            papers.append(paper("urgences", day, says(event("overdose", 2), f"u{n}")))
    with Store.open(build(tmp_path / "s.duckdb", papers), read_only=True) as store:
        (silent,) = read_quiet(store, date(2025, 10, 12)).sources
    assert (silent.source, silent.indicators) == ("urgences", ("harms FR-69",))
