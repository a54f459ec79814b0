"""Substances and practices that are reported together more than by chance.

In: an open store, assessed (`vigie.assess`). Out: `Together`, one `Pair` a substance and a modality (or another substance). A unit is
a document, or a speaker in a month; copies and satire do not count, and only what is affirmed does.
Left out: whether the two are said of the same person or sale: they stand in one document. Known weakness: documents that
list everything (reports, legal texts) associate all they list; the unit "source-month" and the number of sources show it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np

from vigie.lexicon.substances import related
from vigie.model.errors import SeriesError
from vigie.stats.association import associations
from vigie.stats.multiple import adjust
from vigie.store import Store

Unit: TypeAlias = Literal["document", "source-month"]
FAMILIES = (
    "channel",
    "delivery",
    "payment",
    "marketing",
    "organisation",
    "practice",
    "population",
    "substance",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two things in one unit.

    Attributes:
        substance: id; `other`: "practice:chemsex", or another id.
        units, with_substance, with_other: units that hold both, the one, the other.
        expected: units with both by chance; `ratio`: units over expected.
        g: log-likelihood ratio (Dunning), chi-squared with 1 degree of freedom.
        p: Fisher's exact test, one-sided, adjusted for all pairs (Benjamini-Hochberg).
        sources: different speakers of the units with both.
    """

    substance: str
    other: str
    units: int
    with_substance: int
    with_other: int
    expected: float
    ratio: float
    g: float
    p: float
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Pairs in at least one unit, those that chance explains least first; `units`: all units with a substance or a modality."""

    unit: Unit
    units: int
    tests: int
    pairs: tuple[Pair, ...]


def read_together(
    store: Store,
    *,
    since: date | None = None,
    until: date | None = None,
    families: Collection[str] = ("practice",),
    unit: Unit = "document",
    least: int = 3,
) -> Together:
    """Pairs of substances and of modalities of the families ("substance": other substances).

    Args:
        least: units that a thing must stand in to be tested at all.
    Raises:
        SeriesError: if no unit holds anything.
    """
    what = "CASE WHEN type = 'modality' THEN family || ':' || code ELSE NULL END"
    rows = store.query(
        f"SELECT doc_id, speaker, substance, {what} AS modality, "
        "strftime(coalesce(published_start, when_start), '%Y-%m') AS month FROM facts "
        "WHERE assertion = 'affirmed' AND NOT satire AND original_id IS NULL AND (substance IS NOT NULL OR type = 'modality') "
        "AND (CAST(? AS DATE) IS NULL OR published_start >= ?) AND (CAST(? AS DATE) IS NULL OR published_end <= ?) "
        "ORDER BY doc_id, span_start, id",
        [since, since, until, until],
    ).to_pylist()
    holders: dict[tuple[str, str], int] = {}
    voices: list[str] = []
    substances: dict[str, set[int]] = defaultdict(set)
    others: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        name = ("", row["doc_id"]) if unit == "document" else (row["speaker"], row["month"] or "")
        number = holders.setdefault(name, len(holders))
        if number == len(voices):
            voices.append(row["speaker"])
        if row["substance"]:
            substances[row["substance"]].add(number)
        if row["modality"] and row["modality"].partition(":")[0] in families:
            others[row["modality"]].add(number)
    if "substance" in families:
        others.update({name: set(held) for name, held in substances.items()})
    if not holders:
        raise SeriesError("no substance and no modality in these days (choose other days, or add documents)")
    left, right = ({k: v for k, v in found.items() if len(v) >= least} for found in (substances, others))
    pairs = [(a, b) for a in sorted(left) for b in sorted(right) if _tested(a, b)]
    if not pairs:
        return Together(unit=unit, units=len(holders), tests=0, pairs=())
    found = associations(_table(left, len(holders)), _table(right, len(holders)))
    row_of, column_of = ({name: n for n, name in enumerate(sorted(side))} for side in (left, right))
    places = [(row_of[a], column_of[b]) for a, b in pairs]
    adjusted = adjust([float(found.p[place]) for place in places]).p
    listed = [
        Pair(
            substance=a,
            other=b,
            units=int(found.together[place]),
            with_substance=len(left[a]),
            with_other=len(right[b]),
            expected=float(found.expected[place]),
            ratio=float(found.together[place] / found.expected[place]),
            g=float(found.g[place]),
            p=float(p),
            sources=len({voices[n] for n in left[a] & right[b]}),
        )
        for (a, b), place, p in zip(pairs, places, adjusted, strict=True)
        if found.together[place] > 0
    ]
    listed.sort(key=lambda pair: (pair.p, -pair.g, pair.substance, pair.other))
    return Together(unit=unit, units=len(holders), tests=len(pairs), pairs=tuple(listed))


def _tested(substance: str, other: str) -> bool:
    """Each pair of substances once, and none of a substance with what it is a kind of."""
    return ":" in other or (substance < other and not related(substance, other))


def _table(held: dict[str, set[int]], units: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    table = np.zeros((len(held), units))
    for n, name in enumerate(sorted(held)):
        table[n, sorted(held[name])] = 1
    return table
