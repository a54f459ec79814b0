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

from growth import calls
from vigie.extract.dates import find_dates
from vigie.extract.dates_calendar import add_months, easter
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
    found = find_dates(text, lang, reference)
    position = 0
    for mention in found:
        assert position <= mention.start < mention.end <= len(text)
        position = mention.end
        assert mention.start_date <= mention.end_date
        if reference is None:
            assert not mention.relative


@pytest.mark.parametrize("filler", ["1/1-", "2010 ", "le 12 ", "janvier ", "il y a deux ", "( 2010 ", "mi-"])
def test_work_grows_with_the_length(filler: str) -> None:
    short, long = (
        calls(lambda size=size: find_dates(filler * size, "fr", REFERENCE)) for size in (300, 2400)
    )
    assert long < 1000 + 12 * short
