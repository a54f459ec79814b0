"""Dates: sentences with brackets (cases/dates.toml), and what holds for any text."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts import observations
from growth import calls
from vigie.extract.dates import find_dates
from vigie.extract.dates_calendar import add_months, easter
from vigie.extract.dates_feasts import feast
from vigie.extract.mentions import DateMention
from vigie.lexicon.terms import load_terms

REFERENCE = date(2024, 9, 12)
CASES = tomllib.loads((Path(__file__).parent / "cases" / "dates.toml").read_text(encoding="utf-8"))["case"]


def said(mention: DateMention) -> str:
    days = [mention.start_date.isoformat()]
    if mention.end_date != mention.start_date:
        days.append(mention.end_date.isoformat())
    return " ".join([*days, mention.precision])


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    marked = case["text"]
    text = marked.replace("[", "").replace("]", "")
    reference = case.get("reference", "2024-09-12")
    found = find_dates(text, case["lang"], date.fromisoformat(reference) if reference else None)
    assert [said(mention) for mention in found] == case["dates"]
    assert [text[m.start : m.end] for m in found] == re.findall(r"\[([^\]]*)\]", marked)


def test_case_ids_are_unique() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)


# how precisely the reference is known, text, dates
COARSE = [
    ("month_has_no_yesterday", "month", "Dimanche, hier, la semaine dernière, il y a trois jours.", []),
    ("month_keeps_its_days", "month", "Le 12 juillet, une saisie.", ["2018-07-12 day"]),
    ("month_knows_last_month", "month", "Le mois dernier.", ["2018-06-01 2018-06-30 month"]),
    ("year_has_no_last_month", "year", "Le mois dernier, hier, en octobre dernier.", []),
    ("year_knows_last_year", "year", "L'an dernier.", ["2017-01-01 2017-12-31 year"]),
    ("year_keeps_its_months", "year", "Le 24 octobre.", ["2018-10-24 day"]),
    ("absolute_needs_nothing", "year", "Le 3 mai 2011.", ["2011-05-03 day"]),
]


@pytest.mark.parametrize(("known", "text", "dates"), [c[1:] for c in COARSE], ids=[c[0] for c in COARSE])
def test_reference_known_to_the_month_or_year(known: Any, text: str, dates: list[str]) -> None:
    assert [said(m) for m in find_dates(text, "fr", date(2018, 7, 1), known)] == dates


# language, text without a report's sense, dates: the reference is Thursday 12 September 2024
PLAIN = [
    ("no_verb_is_coming", "fr", "13-15 juillet", ["2025-07-13 2025-07-15 day"]),
    ("past_verb", "fr", "Il a ouvert le 3 avril.", ["2024-04-03 day"]),
    ("future_verb", "en", "I will be back in March.", ["2025-03-01 2025-03-31 month"]),
    ("past_verb_en", "en", "They opened in March.", ["2024-03-01 2024-03-31 month"]),
    ("counted_to_the_day", "fr", "Il y a trois semaines", ["2024-08-22 week"]),
    ("counted_ahead", "en", "in two years", ["2026-09-12 year"]),
    ("several_counts", "en", "1 month 2 years 21 days ago", ["2022-07-22 day"]),
    ("day_alone", "en", "Let's meet on the 4th.", ["2024-10-04 day"]),
    ("days_alone", "fr", "Ouvert du 13 au 18.", ["2024-09-13 2024-09-18 day"]),
    ("form", "fr", "24 12 14", ["2014-12-24 day"]),
    ("form_weekday", "en", "fri.", ["2024-09-13 day"]),
    ("no_form_in_a_sentence", "fr", "Il compte 24 12 14 pas.", []),
    ("feast_alone", "fr", "la Toussaint", ["2024-11-01 day"]),
    ("second_sunday", "en", "We meet second Sunday.", ["2024-09-08 day"]),
    ("deictic", "en", "Show sales in the week", ["2024-09-09 2024-09-15 week"]),
    ("no_anchor_is_today", "fr", "deux jours plus tard", ["2024-09-14 day"]),
    ("next_friday_of_next_week", "en", "next Friday", ["2024-09-20 day"]),
    ("vendredi_prochain", "fr", "vendredi prochain", ["2024-09-13 day"]),
]


@pytest.mark.parametrize(("lang", "text", "dates"), [c[1:] for c in PLAIN], ids=[c[0] for c in PLAIN])
def test_text_of_which_nothing_is_known(lang: str, text: str, dates: list[str]) -> None:
    assert [said(m) for m in find_dates(text, lang, REFERENCE, sense="plain")] == dates


@pytest.mark.parametrize("year", range(1990, 2061))
def test_every_feast_is_a_day_of_its_year(year: int) -> None:
    for lang in ("fr", "en"):
        for term in load_terms("dates", lang):
            kind, _, name = term.id.partition(":")
            if kind == "holiday":
                first, days = feast(name, year)
                assert first.year == year
                assert days in (1, 30)


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("11/4/3", 2023, "2023-11-23"),  # Thanksgiving
        ("11/4/3+1", 2022, "2022-11-25"),  # Black Friday
        ("05/-1/0", 2024, "2024-05-27"),  # Memorial Day
        ("mothers-fr", 2022, "2022-05-29"),
        ("mothers-fr", 2023, "2023-06-04"),  # 28 May was Whitsun
        ("hijri/09-01/30", 2023, "2023-03-23"),
        ("hijri/12-10/1", 2024, "2024-06-17"),  # observed on the 16th: a day off at most
    ],
)
def test_feast(name: str, year: int, day: str) -> None:
    assert feast(name, year)[0].isoformat() == day


@pytest.mark.parametrize(
    ("text", "countries", "dates"),
    [
        ("On 12/03/2025 police seized 2 kg.", ["GB"], ["2025-03-12 day"]),
        ("On 12/03/2025 police seized 2 kg.", ["US", "US", "GB"], ["2025-12-03 day"]),
        ("On 12/03/2025 police seized 2 kg.", ["PH"], ["2025-12-03 day"]),
        ("On 12/03/2025 police seized 2 kg.", [], ["2025-01-01 2025-12-31 year"]),
        ("On 12/03/2025 police seized 2 kg.", ["US", "GB"], ["2025-01-01 2025-12-31 year"]),
        ("On 12/03/2025, £300 were found.", [], ["2025-03-12 day"]),
        ("On 12/03/2025, $300 were found.", [], ["2025-12-03 day"]),
        ("On 12/03/2025, $300 or £240 were found.", [], ["2025-01-01 2025-12-31 year"]),
        ("On 03/03/2025 police seized 2 kg.", [], ["2025-03-03 day"]),
        ("On 12/03/2025, then on 13/05/2025.", ["US"], ["2025-03-12 day", "2025-05-13 day"]),
        ("On 12/03/2025, then on 05/13/2025.", ["GB"], ["2025-12-03 day", "2025-05-13 day"]),
        ("Opened 12/03/2025. Closed 13/05/2025. Filed 05/13/2025.", ["GB"], ["2025-03-12 day", "2025-05-13 day", "2025-05-13 day"]),
        ("On 2025-12-03 police seized 2 kg.", ["GB"], ["2025-12-03 day"]),
        ("On 05/07 police seized 2 kg.", ["GB"], ["2024-07-05 day"]),
        ("On 05/07 police seized 2 kg.", [], []),
        ("From 05/03/2025 to 07/03/2025 in town.", ["GB"], ["2025-03-05 2025-03-07 day"]),
        ("Seizures rose. Le 12/03/2025, la police a saisi deux kilos dans une voiture.", ["US"], ["2025-03-12 day"]),
    ],
)  # fmt: skip
def test_order_of_day_and_month(text: str, countries: list[str], dates: list[str]) -> None:
    found = find_dates(text, "en", REFERENCE, countries=lambda: countries)
    assert [said(mention) for mention in found] == dates


@pytest.mark.parametrize(("town", "day"), [("Leeds", "2025-03-12"), ("Chicago", "2025-12-03")])
def test_order_is_that_of_the_places_of_a_document(town: str, day: str) -> None:
    text = f"On 12/03/2025 police in {town} seized 2 kg of cocaine."
    (found,) = observations(text, "quantity", lang="en", published="2025-12-20")
    assert str(found.when.start) == day


def test_french_figures_are_day_first_wherever_the_text_is_set() -> None:
    found = find_dates("Le 12/03/2025 à Boston.", "fr", REFERENCE, countries=lambda: ["US"])
    assert [said(mention) for mention in found] == ["2025-03-12 day"]


def test_relative_is_marked() -> None:
    found = find_dates("Hier, puis le 3 mai 2020 et en juin.", "fr", REFERENCE)
    assert [mention.relative for mention in found] == [True, False, True]


@pytest.mark.parametrize(
    ("year", "day"), [(2021, "04-04"), (2024, "03-31"), (2000, "04-23"), (2038, "04-25")]
)
def test_easter(year: int, day: str) -> None:
    assert easter(year).isoformat() == f"{year}-{day}"


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [("2024-03-31", -1, "2024-02-29"), ("2023-12-15", 1, "2024-01-15"), ("2024-01-31", -12, "2023-01-31")],
)
def test_add_months(day: str, count: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), count).isoformat() == expected


WORDS = sorted({s for lang in ("fr", "en") for t in load_terms("dates", lang) for s in t.surface})


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(WORDS),
            st.integers(0, 2100).map(str),
            st.sampled_from(["-", "/", ",", "(", ")", "\n", "à", "de", "of", "to", "le", "31/12"]),
        ),
        max_size=14,
    ),
    st.sampled_from(["fr", "en", "de"]),
    st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2060, 12, 31))),
)
def test_any_text(tokens: list[str], lang: str, reference: date | None) -> None:
    """Whatever the words, spans are inside the text, in order, apart, and no period ends before it begins."""
    text = " ".join(tokens)
    for sense in ("press", "plain"):
        _check_spans(text, find_dates(text, lang, reference, sense=sense), reference)


def _check_spans(text: str, found: list[DateMention], reference: date | None) -> None:
    position = 0
    for mention in found:
        assert position <= mention.start < mention.end <= len(text)
        position = mention.end
        assert mention.start_date <= mention.end_date
        if reference is None:
            assert not mention.relative


@pytest.mark.parametrize(
    "filler",
    ["1/1-", "2010 ", "le 12 ", "janvier ", "il y a deux ", "( 2010 ", "mi-", "le 1 mai, ", "la veille de "],
)
def test_work_grows_with_the_length(filler: str) -> None:
    short, long = (
        calls(lambda size=size: find_dates(filler * size, "fr", REFERENCE)) for size in (300, 2400)
    )
    assert long < 1000 + 12 * short
