"""Graded alerts of a store: rises that several indicators bear out, and sources that fell silent.

In: an open store, assessed (`vigie.assess`). Out: Findings: alerts with their grade, their evidence, and the false alarms to
be expected in the whole run. Thresholds: data/taxonomy/alerts.toml. A week is judged from what stands before it, so that a
later run finds the same alerts with the same ids.
Left out: what becomes of an alert (`vigie.store.watchlist`); what the public may see (`vigie release`): an alert of the analyst is
not public.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from vigie.analysis.alert_records import Alert, Evidence, Findings
from vigie.analysis.counts import (
    By,
    CountSeries,
    Key,
    Level,
    Offset,
    chain,
    indicators,
    read_counts,
    read_reports,
    rules,
)
from vigie.analysis.levels import METHOD, Levels, read_levels
from vigie.analysis.quiet import Quiet, read_quiet
from vigie.analysis.table_counts import kind_of
from vigie.stats.alarms import Detector
from vigie.stats.arrays import FloatArray, IntArray
from vigie.stats.grading import Case, grade, silence_grade
from vigie.stats.multiple import adjust, expected_false_alarms
from vigie.stats.recent import RecentLimit
from vigie.stats.signals import PERIODS_PER_MONTH, Episode, alert_id, combine, episodes, levels
from vigie.stats.watch import Judged, judge, none_judged, stacked
from vigie.store import Store

JUDGED = {"week": 104, "month": 36}  # periods that are judged, counted back; an older alert is history
PER_YEAR = {"week": 52, "month": 12}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Everything judged, by cell: p-values of shape (n_cells, n_indicators, n_judged) and where they come from."""

    keys: tuple[tuple[str, str], ...]  # substance, area
    names: tuple[str, ...]
    p: FloatArray
    mid: FloatArray
    row: IntArray  # series of each cell and indicator, -1 without one
    counts: CountSeries
    judged: Judged
    levels: dict[tuple[int, int], Levels]


def find_alerts(
    store: Store, *, by: By = "week", level: Level = "department", area: str | None = None, substance: str | None = None,
    until: date | None = None, offset: Offset = "speakers", false_per_month: float | None = None,
) -> Findings:  # fmt: skip
    """Alerts of the last 104 weeks (36 months) up to `until`.

    Args:
        area, substance: look at these only; fewer cells are judged, at a level that is less strict.
        offset: what a count is set in proportion to: speakers expected to speak of the area, documents read, nothing.
        false_per_month: false rises that may be expected in a month of the whole run (default: that of the rules).
    Raises:
        StoreError: if the store holds no dated document; SeriesError: for parameters outside their range.
    """
    counts = read_counts(store, by=by, level=level, area=area, substance=substance, until=until)
    quiet = read_quiet(store, counts.until, level=level)
    rule = rules()["opening"]
    asked = rule["false_per_month"] if false_per_month is None else false_per_month
    cells = _judge(store, counts, level, area, substance, offset)
    found: list[Alert] = []
    n_cells = n_series = 0
    expected = 0.0
    if cells is not None:
        combined = combine(cells.mid, covariance=rule["covariance"])
        n_judged = np.isfinite(combined).sum(axis=0)
        limit = levels(n_judged, by, false_per_month=asked, largest=rule["largest_alpha"])
        gap = rule[f"gap_{by}s"]
        first_open = 0 if cells.judged.times[0] == 0 else gap + 1
        runs = [
            run for run in episodes(combined, limit, gap=gap) if run.start >= first_open or first_open == 0
        ]
        found = _rises(store, cells, runs, combined, limit, level, area)
        # Tables end on different days: each counts by its own last verdict, as long as an alert of that period would be open.
        recent = counts.until - counts.starts[cells.judged.times].astype(object) <= _kept_open(by)
        n_cells = int(np.isfinite(combined[:, recent]).any(axis=1).sum())
        n_series = int(np.isfinite(cells.p[:, :, recent]).any(axis=2).sum())
        if n_cells:
            last = int(np.flatnonzero(recent & (n_judged > 0))[-1])
            expected = expected_false_alarms(
                int(n_judged[last]), level=float(limit[last]), periods_a_month=PERIODS_PER_MONTH[by]
            ).per_month
    if area is None and substance is None:
        found += _silences(quiet, counts.until)
        expected += quiet.judged * rules()["silence"]["false_per_year"] / 12
    found.sort(key=lambda a: (-a.grading.grade, not a.open, a.kind, a.substance, a.area, a.source, a.start))
    return Findings(
        by=by, until=counts.until, alerts=tuple(found), cells=n_cells, series=n_series,
        sources=quiet.judged, false_per_month=expected, counted=counts.counted, left_out=dict(counts.left_out),
    )  # fmt: skip


def _judge(
    store: Store, counts: CountSeries, level: Level, area: str | None, substance: str | None, offset: Offset
) -> _Cells | None:
    """Every indicator of every cell against its past; None where nothing is counted or measured."""
    by, n = counts.by, len(counts.starts)
    times = np.arange(max(0, n - JUDGED[by]), n)
    history, alpha = rules()["history"], rules()["opening"]["contributes"]
    recent = RecentLimit(
        baseline=history[f"baseline_{by}s"],
        guard=history[f"guard_{by}s"],
        least=history[f"least_{by}s"],
        alpha=alpha,
    )
    population = counts.population(offset)
    parts = []
    counted = (*indicators(), *sorted({key.indicator for key in counts.keys} - set(indicators())))
    for name in counted:  # each with its own dispersion
        rows = [s for s, key in enumerate(counts.keys) if key.indicator == name]
        if rows:
            found_ = judge(
                counts.counts[rows],
                recent=recent,
                window=replace(recent, window=history[f"window_{by}s"]),
                seasonal=_seasonal(by, alpha),
                population=None if population is None else population[rows],
                dates=counts.starts,
                at=times,
            )
            parts.append((rows, found_))
    compared = read_levels(store, counts, times, level=level, area=area, substance=substance)
    if not (parts or compared):
        return None
    judged = stacked(len(counts.keys), parts) if parts else none_judged(times)
    measured = sorted({one.indicator for one in compared} - {"purity", "price"})
    names = (*counted, "purity", "price", *measured)
    keys = sorted(
        {(k.substance, k.area) for k in counts.keys} | {(one.substance, one.area) for one in compared}
    )
    place = {key: c for c, key in enumerate(keys)}
    p = np.full((len(keys), len(names), times.size), np.nan)
    mid = p.copy()
    row = np.full((len(keys), len(names)), -1, dtype=np.int64)
    for s, key in enumerate(counts.keys):
        c, i = place[key.substance, key.area], names.index(key.indicator)
        p[c, i], mid[c, i], row[c, i] = judged.p[s], judged.mid[s], s
    found: dict[tuple[int, int], Levels] = {}
    for one in compared:
        c, i = place[one.substance, one.area], names.index(one.indicator)
        p[c, i], mid[c, i], found[c, i] = one.p, one.p, one
    return _Cells(
        keys=tuple(keys), names=names, p=p, mid=mid, row=row, counts=counts, judged=judged, levels=found
    )


def _seasonal(by: By, alpha: float) -> list[tuple[int, Detector]]:
    """Farrington flexible as Noufaily et al. advise, where so many years are collected."""
    from vigie.stats.farrington_flexible import FarringtonFlexible

    base = FarringtonFlexible.improved(alpha=alpha)
    if by == "month":  # twelve months hold no ten levels: the month and its neighbours, then quarters
        base = replace(base, frequency=12, half_window=1, levels=4, left_out=6)
    return [
        (years * PER_YEAR[by], replace(base, years=years)) for years in rules()["history"]["farrington_years"]
    ]


def _rises(
    store: Store,
    cells: _Cells,
    runs: Sequence[Episode],
    combined: FloatArray,
    limit: FloatArray,
    level: Level,
    area: str | None,
) -> list[Alert]:
    """An alert for each episode, with its evidence read from the store."""
    alpha = rules()["opening"]["contributes"]
    starts, times, span = cells.counts.starts, cells.judged.times, int(cells.judged.span.max(initial=1))
    wanted: list[tuple[Key, date, date]] = []
    at: dict[tuple[int, int], int] = {}
    signals: list[list[int]] = []
    for number, run in enumerate(runs):
        p = cells.p[run.cell, :, run.start : run.last + 1]
        least = np.where(np.isfinite(p), p, 2.0).min(axis=1)
        # What is strongest stands for the episode where moderate rises made it together.
        chosen = [i for i in np.argsort(least, kind="stable").tolist() if least[i] <= alpha]
        signals.append(chosen or [int(np.argmin(least))])
        for i in signals[-1]:
            if (series := int(cells.row[run.cell, i])) >= 0:
                at[number, i] = len(wanted)
                first = max(0, int(times[run.start]) - span + 1)
                wanted.append(
                    (cells.counts.keys[series], starts[first].item(), starts[times[run.last]].item())
                )
    reports = read_reports(store, cells.counts, wanted, level=level, area=area)
    many = _together(cells, runs)
    found = []
    for number, run in enumerate(runs):
        evidence: list[Evidence] = []
        rows: list[dict[str, Any]] = []
        for i in signals[number]:
            told = reports[at[number, i]] if (number, i) in at else []
            evidence += _evidence(cells, run, i, told, alpha)
            used = {fact for e in evidence if e.indicator == cells.names[i] for fact in e.facts}
            rows += [r for r in told if (r["doc_id"], r["id"]) in used] or _levels_said(cells, run, i)
        if not _enough(rows):
            continue
        substance, code = cells.keys[run.cell]
        start = starts[times[run.start]].item()
        last = starts[times[run.last]].item()
        names = tuple(cells.names[i] for i in signals[number])
        case = _case(rows, names, evidence, float(limit[run.peak]) / max(run.p, 1e-300), many[number])
        found.append(
            Alert(
                alert_id=alert_id("rise", substance, code, start), kind="rise", substance=substance, area=code,
                start=start, last=last, open=cells.counts.until - last <= _kept_open(cells.counts.by), p=run.p,
                level=float(limit[run.peak]), grading=grade(case), case=case, indicators=names,
                speakers=len({r["voice"] for r in rows}), evidence=tuple(evidence),
                q=float(adjust(combined[:, run.peak]).p[run.cell]),
            )
        )  # fmt: skip
    return found


def _enough(rows: Sequence[dict[str, Any]]) -> bool:
    """Reports of texts, or cases of tables: a row that states many is more than one report."""
    cases = sum({(r["doc_id"], r["line"]): r["cases"] for r in rows if "line" in r}.values())
    reports = {(r["voice"], r["doc_id"], r.get("place")) for r in rows if "line" not in r}
    least = rules()["opening"]["least_reports"], rules()["tables"]["least_cases"]
    return len(reports) >= least[0] or cases >= least[1] or (bool(reports) and cases > 0)


def _kept_open(by: By) -> timedelta:
    return timedelta(days=rules()["cycle"][f"close_{by}s"] * (7 if by == "week" else 31))


def _case(
    rows: Iterable[dict[str, Any]],
    names: Sequence[str],
    evidence: Sequence[Evidence],
    strength: float,
    areas: int,
) -> Case:
    listed = list(rows)
    ratios = [
        e.observed / max(e.expected, 0.5)  # less than half a report expected is still nothing much
        for e in evidence
        if e.observed is not None and e.expected is not None and e.method != METHOD
    ]
    harms = {
        r["kind"] for r in listed if (r["indicator"] in ("harms", "warnings") or "line" in r) and r["kind"]
    }
    # Cases of one table are not told twice; those of two may be the same persons.
    by_table: Counter[str] = Counter()
    for r in listed:
        if "line" in r and kind_of(r["indicator"])[0] in rules()["tables"]["harms"]:
            by_table[r["indicator"]] += r["cases"]
    return Case(
        indicators=len(names),
        speakers=len({r["voice"] for r in listed}),
        grades={r["grade"] for r in listed},
        kinds={r["document_kind"] for r in listed},
        strength=strength,
        harms=harms
        | ({"warning"} & {"warning" for n in names if n == "warnings"})
        | ({"purity"} & {kind_of(n)[0] for n in names}),
        ratio=max(ratios, default=0.0),
        persons=max(
            [*(r["persons"] or 0.0 for r in listed if r["indicator"] == "harms"), *by_table.values()],
            default=0.0,
        ),
        areas=areas,
    )


def _evidence(
    cells: _Cells, run: Episode, i: int, told: Sequence[dict[str, Any]], alpha: float
) -> list[Evidence]:
    """The periods of the episode in which the indicator signals; its best one where none does."""
    p = cells.p[run.cell, i, run.start : run.last + 1]
    chosen = [run.start + int(n) for n in np.flatnonzero(p <= alpha)] or [run.start + int(np.nanargmin(p))]
    starts, judged, series = cells.counts.starts, cells.judged, int(cells.row[run.cell, i])
    found = []
    for n in chosen:
        t = int(judged.times[n])
        if series < 0:
            one = cells.levels[run.cell, i]
            now = [s for s in one.stated if t - one.window < s.period <= t]
            found.append(
                Evidence(
                    indicator=one.indicator, period=starts[t].item(), span=one.window, observed=float(one.now[n]),
                    expected=float(one.before[n]), upper=None, p=float(one.p[n]), method=METHOD,
                    facts=tuple(f for s in now for f in s.facts),
                )
            )  # fmt: skip
            continue
        span = int(judged.span[series, n])
        since, upto = starts[max(0, t - span + 1)].item(), starts[t].item()
        found.append(
            Evidence(
                indicator=cells.names[i], period=upto, span=span, observed=_known(judged.observed[series, n]),
                expected=_known(judged.expected[series, n]), upper=_known(judged.upper[series, n]),
                p=float(cells.p[run.cell, i, n]), method=judged.methods[judged.method[series, n]],
                facts=tuple((r["doc_id"], r["id"]) for r in told if since <= r["period"] <= upto),
            )
        )  # fmt: skip
    return found


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _levels_said(cells: _Cells, run: Episode, i: int) -> list[dict[str, Any]]:
    """Who stands behind a rise of purity or a fall of price, as rows like those of reports."""
    one = cells.levels.get((run.cell, i))
    if one is None:
        return []
    since, upto = int(cells.judged.times[run.start]) - one.window, int(cells.judged.times[run.last])
    return [
        {"voice": s.voice, "doc_id": s.facts[0][0], "grade": s.grade, "document_kind": s.document_kind, "kind": None, "persons": None,
         "indicator": one.indicator, "place": (s.place, s.period) if s.place else None}
        for s in one.stated if since < s.period <= upto
    ]  # fmt: skip


def _together(cells: _Cells, runs: Sequence[Episode]) -> list[int]:
    """For each episode, areas of the same region or country that have one of the same substance at the same time."""
    found = []
    for run in runs:
        substance, area = cells.keys[run.cell]
        above = chain(area)[1:2]
        found.append(
            len(
                {
                    cells.keys[o.cell][1]
                    for o in runs
                    if cells.keys[o.cell][0] == substance
                    and chain(cells.keys[o.cell][1])[1:2] == above
                    and o.start <= run.last and run.start <= o.last
                }
            )
            if above
            else 1
        )  # fmt: skip
    return found


def _silences(quiet: Quiet, until: date) -> list[Alert]:
    found = [
        Alert(
            alert_id=alert_id("silence", s.source, s.area, s.last), kind="silence", substance="", area=s.area,
            start=s.last, last=until, open=True, p=s.gap.p, level=s.gap.level, q=s.gap.p, grading=silence_grade(area=False),
            indicators=s.indicators, speakers=1, source=s.source, doc_id=s.doc_id,
            evidence=(
                Evidence(
                    indicator="gap in days", period=s.last, span=1, observed=s.gap.gap, expected=s.gap.mean_gap,
                    upper=s.gap.longest, p=s.gap.p, method="gamma-renewal", facts=(),
                ),
            ),
        )
        for s in quiet.sources
    ]  # fmt: skip
    for a in quiet.areas:
        worst = max((s.gap.p for s in quiet.sources if s.area == a.area), default=1.0)
        found.append(
            Alert(
                alert_id=alert_id("silence-area", "", a.area, a.last), kind="silence-area", substance="", area=a.area,
                start=a.last, last=until, open=True, p=worst, level=worst, q=worst, grading=silence_grade(area=True),
                indicators=(), speakers=len(a.sources), source=", ".join(a.sources), doc_id=a.doc_id, evidence=(),
            )
        )  # fmt: skip
    return found
