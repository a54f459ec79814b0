"""Prices and purities of two periods side by side, with what may be said of their change.

In: an Edition. Out: a Table, and the wording of figures and limits that the opening sentences share.
Left out: shares of ways of selling, which stand in their own table (`tables.py`).
"""

from __future__ import annotations

from vigie.report.edition import COMPARED, Edition
from vigie.report.evidence import Row, Table
from vigie.report.results import Key
from vigie.report.tables import has, product_name, purity_value, slug
from vigie.report.words import Words
from vigie.stats.order import Interval


def change_table(ed: Edition) -> Table:
    """Prices and purities in both periods, with the interval of the change and what may be said of it."""
    words = ed.words
    rows = []
    for topic in COMPARED:
        for group in ed.groups(topic):
            sure = ed.certain(topic, group)
            if sure.ratio is None or sure.old is None:
                continue
            rows.append(
                Row(
                    id="-".join(("change", *slug(topic, group.key))),
                    cells=(
                        figure_name(topic, group.key, words),
                        level(topic, group.key, sure.old, words),
                        level(topic, group.key, has(group).median, words),
                        words.change(sure.moved),
                        limits(sure.change, words) if sure.change else "–",
                        f"{words.number(sure.sources_before)}\u00a0/\u00a0{words.number(group.sources)}",
                        words[f"verdict_{sure.verdict}"],
                    ),
                )
            )
    return Table(
        id="changes",
        title=words["p_changes"],
        caption=words["changes_caption"],
        columns=(
            words["figure_of"], words.period(ed.earlier) if ed.earlier else words["before"], words.period(ed.period),
            words["change"], words["change_interval"], words["sources"], words["verdict"],
        ),
        rows=tuple(rows),
        notes=(words["changes_note"],),
    )  # fmt: skip


def figure_name(topic: str, key: Key, words: Words) -> str:
    """ "cocaïne, France (prix de détail)"."""
    if topic == "purity":
        return f"{words.substance(key[0])} ({words.of('measures', key[1])})"
    return f"{product_name(key, words)} ({words[topic].lower()})"


def level(topic: str, key: Key, value: float, words: Words) -> str:
    """A figure with its unit."""
    if topic == "purity":
        return purity_value(key[1], value, words)
    if topic == "wholesale" and key[1] == "g":
        return f"{words.euro(1000 * value)}/kg"
    return f"{words.euro(value)}/{words.of('units', key[1])}"


def limits(found: Interval, words: Words) -> str:
    """Limits of a relative change: "−12 à +3 %"."""
    low, high = (words.signed(100 * limit) for limit in (found.low, found.high))
    return words.percent_of(low) if low == high else words.fill("to", low=low, high=words.percent_of(high))
