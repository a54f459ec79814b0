"""Purity and retail price of a cell, compared by ranks: the last weeks against the year before.

In: an open store and the periods of its counts. Out: Levels, p-values and medians. One figure a speaker and document: the median of
what it states. Rule: data/taxonomy/alerts.toml, `level`. Source: Mann and Whitney (1947). Left out: an index (`vigie stats price-index`);
purities of different measures are never mixed, nor prices of different units.
Known weakness: a rise of purity that comes with other speakers than before may be theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np

from vigie.analysis.counts import CountSeries, Level, facts_sql, rules
from vigie.model.errors import MissingExtraError
from vigie.stats.arrays import FloatArray, IntArray
from vigie.store import Store

METHOD = "rank-sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One speaker's figure: percent (purity) or euros for one gram (price)."""

    period: int
    value: float
    voice: str
    grade: str
    document_kind: str
    facts: tuple[tuple[str, str], ...]  # (document, observation)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """Purity or price of one cell.

    Attributes:
        indicator: "purity" (tested for a rise) or "price" (tested for a fall).
        p, now, before: shape (n_judged,), p-value and the two medians; NaN where figures are too few.
        stated: the figures, in order of period.
        window: periods that count as now.
    """

    indicator: str
    substance: str
    area: str
    p: FloatArray
    now: FloatArray
    before: FloatArray
    stated: tuple[Stated, ...]
    window: int


def read_levels(
    store: Store,
    counts: CountSeries,
    times: IntArray,
    *,
    level: Level,
    area: str | None,
    substance: str | None,
) -> list[Levels]:
    """Levels of every cell with enough figures for one verdict, in order."""
    try:
        from scipy.stats import mannwhitneyu
    except ImportError as error:
        raise MissingExtraError("a comparison of levels", "stats") from error
    rule = rules()["level"]
    window, past = rule[f"window_{counts.by}s"], rule[f"before_{counts.by}s"]
    found = []
    for (indicator, drug, place), figures in sorted(_figures(store, counts, level, area, substance).items()):
        if len(figures) < rule["least_now"] + rule["least_before"]:
            continue
        at, values = np.array([s.period for s in figures]), np.array([s.value for s in figures])
        p, now, before = (np.full(times.size, np.nan) for _ in range(3))
        for n, t in enumerate(times.tolist()):
            new, old = (
                values[(at > t - window) & (at <= t)],
                values[(at > t - window - past) & (at <= t - window)],
            )
            if len(new) < rule["least_now"] or len(old) < rule["least_before"]:
                continue
            side = "greater" if indicator == "purity" else "less"
            p[n] = float(mannwhitneyu(new, old, alternative=side).pvalue)
            now[n], before[n] = float(np.median(new)), float(np.median(old))
        if np.isfinite(p).any():
            found.append(
                Levels(
                    indicator=indicator, substance=drug, area=place, p=np.clip(p, 0.0, 1.0), now=now, before=before,
                    stated=tuple(figures), window=window,
                )
            )  # fmt: skip
    return found


def _figures(
    store: Store, counts: CountSeries, level: Level, area: str | None, substance: str | None
) -> dict[tuple[str, str, str], list[Stated]]:
    sql, values = facts_sql(counts.by, level, area, counts.until)
    rows = store.query(
        f"{sql} SELECT type, substance, area, period, voice, doc_id, id, grade, document_kind, "
        "CASE WHEN type = 'price' THEN eur_per_unit WHEN low IS NULL OR high IS NULL THEN coalesce(low, high) "
        "ELSE (low + high) / 2 END AS value FROM judged WHERE reason = '' AND assertion = 'affirmed' AND substance <> '' "
        "AND (type = 'purity' AND measure = 'purity' OR type = 'price' AND kind = 'retail' AND unit = 'g' AND "
        "eur_per_unit IS NOT NULL) ORDER BY ALL",
        values,
    ).to_pylist()
    at: dict[date, int] = {start: n for n, start in enumerate(counts.starts.tolist())}
    by_document: dict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        if (
            row["value"] is not None
            and row["period"] in at
            and (substance is None or row["substance"] == substance)
        ):
            by_document[row["type"], row["substance"], row["area"], row["doc_id"]].append(row)
    found: dict[tuple[str, str, str], list[Stated]] = defaultdict(list)
    for (type_, drug, place, _), said in by_document.items():
        found[type_, drug, place].append(_stated(said, at))
    return {key: sorted(figures, key=lambda s: (s.period, s.facts)) for key, figures in found.items()}


def _stated(rows: Sequence[dict[str, object]], at: dict[date, int]) -> Stated:
    first = rows[0]
    period = first["period"]
    assert isinstance(period, date)
    return Stated(
        period=at[period], value=float(median(float(str(r["value"])) for r in rows)), voice=str(first["voice"]),
        grade=str(first["grade"]), document_kind=str(first["document_kind"]),
        facts=tuple((str(r["doc_id"]), str(r["id"])) for r in rows),
    )  # fmt: skip
