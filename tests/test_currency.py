"""Euros: fixed, daily and linked rates, and why there is none."""

from __future__ import annotations

from datetime import date

import pytest

from vigie.extract import extract
from vigie.extract.currency import to_eur
from vigie.lexicon.currencies import currency_of, currency_words
from vigie.model.document import CleanDocument
from vigie.model.observation import PriceValue
from vigie.model.period import PartialDate

CONVERTED = [
    # id, amount, currency, day, euros
    ("euro", 50, "EUR", None, 50),
    ("franc", 100, "FRF", None, 15.2449),
    ("franc_before_the_euro", 100, "FRF", date(1985, 3, 1), 15.2449),
    ("cfa", 655.957, "XOF", date(2020, 1, 1), 1),
    ("cfa_before_1994", 1000, "XOF", date(1990, 1, 1), 3.04898),
    ("pacific", 1000, "XPF", date(2024, 5, 2), 8.38),
    ("mark", 100, "DEM", date(1999, 6, 1), 51.1292),
    ("daily", 100, "USD", date(2024, 5, 2), 93.484156),
    ("kuna_before_it_joined", 100, "HRK", date(2015, 6, 1), 13.1865),
    ("kuna_after", 75.345, "HRK", date(2024, 1, 2), 10),
    ("dirham_through_the_dollar", 367.25, "AED", date(2024, 5, 2), 93.484156),
    ("gibraltar_is_sterling", 10, "GIP", date(2024, 5, 2), 11.6925),
]


@pytest.mark.parametrize("row", CONVERTED, ids=lambda r: r[0])
def test_converted(row: tuple[str, float, str, date | None, float]) -> None:
    _, amount, currency, day, euros = row
    found, reason = to_eur(amount, currency, day)
    assert reason is None
    assert found == pytest.approx(euros, rel=2e-3)


UNKNOWN = [
    ("no_day", "USD", None, "no date to choose a rate"),
    ("before_the_table", "USD", date(1990, 1, 1), "no USD rate on that day (known 1999-01-04"),
    ("after_the_table", "RUB", date(2024, 1, 1), "no RUB rate on that day (known 2005-04-01 to 2022-03-01)"),
    ("never_quoted", "NGN", date(2024, 1, 1), "no reference rate for NGN"),
    ("before_the_peg", "JOD", date(1990, 1, 1), "no fixed JOD rate before 1995-10-23"),
    ("linked_before_the_table", "SAR", date(1990, 1, 1), "no USD rate on that day"),
    ("which_dinar", "XXX", date(2024, 1, 1), "the text does not say which country's currency"),
]


@pytest.mark.parametrize("row", UNKNOWN, ids=lambda r: r[0])
def test_no_rate_says_why(row: tuple[str, str, date | None, str]) -> None:
    _, currency, day, reason = row
    euros, why = to_eur(10, currency, day)
    assert euros is None
    assert why is not None and why.startswith(reason)


@pytest.mark.parametrize(
    ("lang", "noun", "countries", "code"),
    [
        ("en", "dinar", ["JO"], "JOD"),
        ("en", "shillings", ["SO", "KE"], "SOS"),
        ("fr", "francs", ["CH"], "CHF"),
        ("fr", "francs", ["ES", "SN"], "XOF"),
        ("fr", "couronnes", ["SE"], "SEK"),
        ("en", "$", ["CA", "US"], "CAD"),
        ("en", "dollars", ["US", "CA"], "USD"),
        ("en", "$", ["NA"], None),
        ("fr", "dollars", ["AU"], None),
        ("fr", "pesos", ["FR", "US"], None),
    ],
)
def test_a_shared_name_takes_the_country(
    lang: str, noun: str, countries: list[str], code: str | None
) -> None:
    assert currency_of(noun, countries, lang) == code


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_code_that_stands_before_is_one_that_stands_after(lang: str) -> None:
    words = currency_words(lang)
    assert {surface: words.names.get(surface) for surface in words.before} == dict(words.before)
    assert words.capitals.isdisjoint(words.glued)


def test_dollars_are_those_of_the_country_named_nearest() -> None:
    def currencies(text: str) -> list[str]:
        document = CleanDocument(
            doc_id="d", path="d", format="text", kind="press", grade="C", lang="en", title="",
            published=PartialDate(2024, 5, 2), outlet="", text=text,
        )  # fmt: skip
        return [o.value.currency for o in extract(document) if isinstance(o.value, PriceValue)]

    assert currencies("In Winnipeg a gram of cocaine costs $80. In Denver it costs $100 a gram.") == [
        "CAD",
        "USD",
    ]
    assert currencies("In Winnipeg a gram of cocaine costs US$80.") == ["USD"]
    assert currencies("In Bogota a gram of cocaine costs $10.") == ["USD"]
    assert currencies("A gram of cocaine costs $80.") == ["USD"]
