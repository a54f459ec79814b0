"""Markets: countries, and overseas territories apart, within which prices may be compared.

A kilo costs several times as much in Paris as in Cayenne, and as in Bogotá: one median of them is no price, and
its change only says which places the sources spoke of.

In: facts. Out: the market of each. A price without a place is of its source's country, where a card names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vigie.report.facts import Fact

UNKNOWN = ""
_TERRITORIES = ("FR-97", "FR-98", "FR-PF", "FR-NC", "FR-PM", "FR-WF", "FR-BL", "FR-MF", "FR-TF")


def is_overseas(*codes: str | None) -> bool:
    """True for a French department or region overseas."""
    return any(code is not None and code.startswith(_TERRITORIES) for code in codes)


def market_of(fact: Fact) -> str:
    """Code of the country or overseas territory that a price belongs to; UNKNOWN if nothing says it."""
    for code in (fact.place_code, fact.place_department, fact.place_region):
        if code and is_overseas(code):
            return code
    if fact.place_level == "country" and fact.place_code:
        return fact.place_code
    if fact.place_country:
        return fact.place_country
    return UNKNOWN if fact.place_label else fact.source_country


def split(groups: Mapping[tuple[str, ...], Iterable[Fact]]) -> dict[tuple[str, ...], list[Fact]]:
    """Groups whose facts name more than one market, told apart: the market is the last part of their key."""
    found: dict[tuple[str, ...], list[Fact]] = {}
    for key, facts in groups.items():
        listed = list(facts)
        several = len({market for f in listed if (market := market_of(f))}) > 1
        for fact in listed:
            found.setdefault((*key, market_of(fact)) if several else key, []).append(fact)
    return found
