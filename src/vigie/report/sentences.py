"""The few sentences that open a bulletin, each made from a figure below it.

In: Section results, warnings. Out: sentences. Left out: judgement: what is not in a table is not said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from vigie.report.results import Group, Section
from vigie.report.tables import product_name, purity_value, seized, trend_name
from vigie.report.words import Words
from vigie.stats.summary import Summary

MOST_PRICES = 3
_LEAST_SOURCES_OF_TREND = 2


def sentences(sections: Mapping[str, Section], warnings: int, words: Words) -> list[str]:
    """Prices, purity, the largest seizure, trends, warnings: those that have a figure."""
    found = [_price(group, words) for group in sections["retail"].groups[:MOST_PRICES]]
    found += [_purity(group, words) for group in sections["purity"].groups[:1]]
    found += _largest_seizure(sections["seizures"], words)
    found += [
        _trend(group, words)
        for group in sections["trends"].groups[:2]
        if group.sources >= _LEAST_SOURCES_OF_TREND
    ]
    if warnings:
        found.append(words.count("warning", warnings))
    return found


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _price(group: Group, words: Words) -> str:
    assert group.summary is not None  # a price without a figure is in no group
    change = ""
    if group.change is not None and group.change.state == "known":
        change = words.fill("s_change", change=words.change(group.change))
    return words.fill(
        "s_price",
        product=capital(product_name(group.key, words)),
        half=_half(group.summary, words),
        value=f"{words.euro(group.summary.median)}/{words.of('units', group.key[1])}",
        statements=words.count("statement", group.summary.n),
        sources=_basis(group, words),
        change=change,
    )


def _basis(group: Group, words: Words) -> str:
    """ "3 independent sources, rating B–C/1–2"."""
    return ", ".join(
        part for part in (words.count("source", group.sources), words.rated(group.rating)) if part
    )


def _half(found: Summary, words: Words) -> str:
    """How far the figures lie apart; "" for those that do not."""
    low, high = words.euro(found.q1), words.euro(found.q3)
    return "" if low == high else words.fill("s_half", low=low, high=high)


def _purity(group: Group, words: Words) -> str:
    assert group.summary is not None
    return words.fill(
        "s_purity",
        product=f"{capital(words.substance(group.key[0]))}, {words.of('measures', group.key[1])}",
        value=purity_value(group.key[1], group.summary.median, words),
        statements=words.count("statement", group.summary.n),
        sources=_basis(group, words),
    )


def _largest_seizure(section: Section, words: Words) -> list[str]:
    masses = [g for g in section.groups if g.key[1] == "g" and g.summary is not None]
    if not masses:
        return []
    most = max(masses, key=lambda g: g.summary.high if g.summary else 0)
    assert most.summary is not None
    value = seized("g", most.summary.high, words)
    product, sources = words.substance(most.key[0]), _basis(most, words)
    return [words.fill("s_seizure", value=value, product=product, sources=sources)]


def _trend(group: Group, words: Words) -> str:
    counts = Counter(f.direction for f in group.facts if f.direction)
    directions = ", ".join(f"{words[d].lower()} ({words.number(n)})" for d, n in counts.most_common())
    return words.fill(
        "s_trend",
        sources=words.count("source", group.sources),
        subject=trend_name(group.key, words),
        directions=directions,
        rated=f", {words.rated(group.rating)}" if group.rating else "",
    )
