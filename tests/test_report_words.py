"""Numbers, dates and names as a bulletin prints them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from vigie.model.errors import SettingsError
from vigie.report.words import Words
from vigie.stats.summary import Change

FR, EN = Words("fr"), Words("en")
PRINTED = [
    # id, printed, French, English
    ("thousands", lambda w: w.number(12345.4), "12\u202f345", "12,345"),
    ("short_small", lambda w: w.short(6.5), "6,5", "6.5"),
    ("short_large", lambda w: w.short(1234.5), "1\u202f234", "1,234"),
    ("no_zero_decimals", lambda w: w.short(60.0), "60", "60"),
    ("money_has_two_decimals", lambda w: w.euro(10.5), "10,50\u00a0€", "€10.50"),
    ("money_without_cents", lambda w: w.euro(60.0), "60\u00a0€", "€60"),
    ("cents", lambda w: w.euro(0.25), "0,25\u00a0€", "€0.25"),
    ("percent", lambda w: w.percent(78.5), "78,5\u00a0%", "78.5%"),
    ("grams", lambda w: w.mass(450), "450\u00a0g", "450\u00a0g"),
    ("kilograms", lambda w: w.mass(2500), "2,5\u00a0kg", "2.5\u00a0kg"),
    ("tonnes", lambda w: w.mass(2_100_000), "2,1\u00a0t", "2.1\u00a0t"),
    ("spread_of_one", lambda w: w.spread(6, 6), "6", "6"),
    ("spread", lambda w: w.spread(5.5, 7), "5,5–7", "5.5–7"),
    ("one", lambda w: w.count("source", 1), "1 source indépendante", "1 independent source"),
    ("many", lambda w: w.count("statement", 7), "7 mentions", "7 statements"),
    ("down", lambda w: w.change(Change(ratio=-0.25, state="known")), "−25\u00a0%", "−25%"),
    ("up", lambda w: w.change(Change(ratio=0.1, state="known")), "+10\u00a0%", "+10%"),
    ("none", lambda w: w.change(Change(ratio=0.0, state="known")), "sans changement", "no change"),
    ("unknown", lambda w: w.change(Change(ratio=None, state="not-enough-data")), "données insuffisantes",
     "not enough data"),
    ("no_period_before", lambda w: w.change(None), "–", "–"),
    ("day", lambda w: w.day("2024-03-01"), "1er mars 2024", "1 March 2024"),
    ("month", lambda w: w.day("2024-08"), "août 2024", "August 2024"),
    ("year", lambda w: w.day("2024"), "2024", "2024"),
    ("no_day", lambda w: w.day(None), "?", "?"),
    ("quarter", lambda w: w.quarter("2024-Q3"), "T3 2024", "Q3 2024"),
    ("substance", lambda w: w.substance("cannabis-resin"), "résine de cannabis", "cannabis resin"),
    ("unknown_substance", lambda w: w.substance("moon-dust"), "moon-dust", "moon-dust"),
    ("way", lambda w: w.way("channel", "street"), "Vente de rue", "Street sale"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "printed", "french", "english"), PRINTED, ids=[c[0] for c in PRINTED])
def test_printed(name: str, printed: Any, french: str, english: str) -> None:
    assert printed(FR) == french
    assert printed(EN) == english


def test_both_languages_have_the_same_words() -> None:
    table = tomllib.loads((files("vigie") / "data" / "templates" / "words.toml").read_text("utf-8"))
    french, english = table["fr"], table["en"]
    assert french.keys() == english.keys()
    for key, value in french.items():
        if isinstance(value, dict) and key != "places":  # labels of the gazetteer are French
            assert value.keys() == english[key].keys(), key


def test_no_such_language() -> None:
    with pytest.raises(SettingsError, match="languages: en, fr"):
        Words("tlh")


def test_a_median_lies_in_its_printed_range() -> None:
    """51.945 was printed as 51.95 beside a range of 51.9."""
    assert EN.euro(51.945).removeprefix("€") == EN.money_spread(51.945, 51.945)
    assert FR.money_spread(60, 63.75) == "60–63,75"
