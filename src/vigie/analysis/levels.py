"""Purity, retail price and load of a cell, compared by ranks: the last weeks against the year before.

In: an open store and the periods of its counts. Out: Levels, p-values and medians. One figure a speaker and document: the median of
what it states. Of each imported table, which is a series of its own ("load@source"), one figure a place and period, each place set
in proportion to its own past: a place that begins, or is no longer measured, is no change. Rule: data/taxonomy/alerts.toml, `level`.
Source: Mann and Whitney (1947). Left out: an index (`vigie stats price-index`);
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
from numpy.typing import NDArray

from vigie.analysis.counts import CountSeries, Level, facts_sql, rules
from vigie.analysis.table_counts import MEASURED, kind_of, table_sql
from vigie.model.errors import MissingExtraError
from vigie.stats.arrays import FloatArray, IntArray
from vigie.store import Store

METHOD = "rank-sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One speaker's figure: percent (purity), euros for one gram (price), mg for 1,000 inhabitants and day (load); `place` of a table's."""

    period: int
    value: float
    voice: str
    grade: str
    document_kind: str
    facts: tuple[tuple[str, str], ...]  # (document, observation)
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """Purity, price or load of one cell.

    Attributes:
        indicator: "purity", "load@source" (tested for a rise) or "price" (tested for a fall).
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
    stated = _figures(store, counts, level, area, substance) | _measured(
        store, counts, level, area, substance
    )
    for (indicator, drug, place), figures in sorted(stated.items()):
        if len(figures) < rule["least_now"] + rule["least_before"]:
            continue
        at, values = np.array([s.period for s in figures]), np.array([s.value for s in figures])
        codes = np.unique([s.place for s in figures], return_inverse=True)[1]
        p, now, before = (np.full(times.size, np.nan) for _ in range(3))
        for n, t in enumerate(times.tolist()):
            recent, earlier = (at > t - window) & (at <= t), (at > t - window - past) & (at <= t - window)
            new, old = values[recent], values[earlier]
            if len(new) < rule["least_now"] or len(old) < rule["least_before"]:
                continue
            now[n], before[n] = float(np.median(new)), float(np.median(old))
            if codes.any():
                new, old = _by_place(values, codes, recent, earlier)
                if len(new) < rule["least_now"] or len(old) < rule["least_before"]:
                    continue
            side = "less" if kind_of(indicator)[0] == "price" else "greater"
            p[n] = float(mannwhitneyu(new, old, alternative=side).pvalue)
        if np.isfinite(p).any():
            found.append(
                Levels(
                    indicator=indicator, substance=drug, area=place, p=np.clip(p, 0.0, 1.0), now=now, before=before,
                    stated=tuple(figures), window=window,
                )
            )  # fmt: skip
    return found


def _by_place(
    values: FloatArray, codes: IntArray, recent: NDArray[np.bool_], earlier: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """New and earlier figures over the earlier median of their place; only of places that have both."""
    new, old = [np.zeros(0)], [np.zeros(0)]
    for code in np.unique(codes[recent]):
        mine = codes == code
        middle = float(np.median(values[mine & earlier])) if (mine & earlier).any() else 0.0
        if middle > 0:
            new.append(values[mine & recent] / middle)
            old.append(values[mine & earlier] / middle)
    return np.concatenate(new), np.concatenate(old)


def _measured(
    store: Store, counts: CountSeries, level: Level, area: str | None, substance: str | None
) -> dict[tuple[str, str, str], list[Stated]]:
    """Figures of imported tables: the median of each place and period."""
    sql, values = table_sql(counts.by, level, area, counts.until)
    rows = store.query(
        f"{sql} SELECT indicator, substance, area, period, coalesce(place_code, area) AS place, median(figure) AS value, "
        "any_value(voice) AS voice, any_value(grade) AS grade, any_value(document_kind) AS document_kind, "
        "list((doc_id, id) ORDER BY doc_id, id) AS facts FROM told "
        f"WHERE split_part(indicator, '@', 1) IN {MEASURED} AND (? IS NULL OR substance = ?) GROUP BY ALL ORDER BY ALL",
        [*values, substance, substance],
    ).to_pylist()
    at: dict[date, int] = {start: n for n, start in enumerate(counts.starts.tolist())}
    found: dict[tuple[str, str, str], list[Stated]] = defaultdict(list)
    for r in rows:
        if r["period"] in at:
            found[r["indicator"], r["substance"], r["area"]].append(
                Stated(
                    period=at[r["period"]], value=float(r["value"]), voice=r["voice"], grade=r["grade"],
                    document_kind=r["document_kind"], facts=tuple(tuple(f.values()) for f in r["facts"]), place=r["place"],
                )
            )  # fmt: skip
    return {key: sorted(figures, key=lambda s: (s.period, s.facts)) for key, figures in found.items()}


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
