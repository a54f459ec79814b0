"""One substance, area and period seen by every kind of source at once: texts, prices, drug checking, seizures, harms, waste water.

In: Sight (what is stored, by month or week), what is asked. Out: Triangulation: a line for each measure with its change, pairs that agree or
contradict each other, leads and lags, and when each source was kept. A change is "established" where its interval excludes none after
Holm's correction over all lines; only two established changes contradict each other. Nothing collected is never a zero, and a source
that stops is never a fall: `vigie.stats.contrast` compares sources with themselves. Measures, pairs: data/stats/triangulation.toml.
Left out: why things move; words (`vigie.report.triangulation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import comb, nan
from statistics import median
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vigie.analysis.triangle_panels import Kept, Panel, Sight, period_end
from vigie.lexicon.terms import data_toml
from vigie.stats.alarms import Verdict
from vigie.stats.arrays import FloatArray
from vigie.stats.contrast import contrast, joined
from vigie.stats.lead_lag import Lag, lead_lag
from vigie.stats.multiple import adjust
from vigie.stats.order import ratio_interval, ratio_shift, shift_p

State: TypeAlias = Literal["shown", "zero", "nothing-collected"]
Move: TypeAlias = Literal["rose", "fell", "unsettled", "no-history", "few", "not-both", "none"]
"""rose, fell: established; unsettled: compared, and no change is excluded; no-history: too short a past; few: too few cases, figures or sources;
not-both: no source was kept in both periods; none: nothing was collected."""
Relation: TypeAlias = Literal["agreement", "contradiction", "not-established", "not-comparable"]
LEVEL = 0.05
LEAST_SOURCES = (
    4  # of texts in each period: below, no interval of a shift exists at 95 % (`vigie.stats.order`)
)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
THURSDAY = timedelta(days=3)  # after the Monday of its week
_SEASON = {"month": 12.0, "week": 365.25 / 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure in the period.

    Attributes:
        measure, family, kind: of data/stats/triangulation.toml.
        state: "shown", "zero" (collected, and nothing found) or "nothing-collected".
        level: cases in the period; the median of sources' (places') figures; of words the sources that say up less those that say down.
        ups, downs: of words, sources that say so.
        n: statements or rows behind it; sources: independent sources, or tables, kept.
        kept, kept_before: months (weeks) in which any source was kept, of `of` in the period and in the one before.
        change: relative, against the period before; low, high: 95 % interval; p, p_holm: of no change, alone and among all lines. None where
            it is not known.
        compared: sources, or places of tables, that were kept in both periods.
    """

    measure: str
    family: str
    kind: str
    state: State
    level: float | None = None
    ups: int = 0
    downs: int = 0
    n: int = 0
    sources: int = 0
    kept: int = 0
    kept_before: int = 0
    of: int = 0
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    compared: int = 0
    move: Move = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two measures that should move together, or against each other."""

    rule: str
    one: str
    other: str
    expected: str
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One measure before another: `best` in periods (positive: `one` goes first), with the span of lags that cannot be told from it.

    `best` is None where no lag stands among all lags of all pairs; `verdict` says why nothing was judged.
    """

    one: str
    other: str
    verdict: Verdict
    pairs: int
    best: Lag | None = None
    earliest: int | None = None
    latest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """When a source was kept: a figure for each month (week) of the period before and of the period; None = nothing collected."""

    source: str
    family: str
    first: date
    last: date
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangulation:
    """Everything of one substance, area and period.

    Attributes:
        start, end: days of the period; before: first day of the one it is compared with.
        steps: first days of the months (weeks) of both periods, as `Coverage.counts` has them.
        complete: whether anything was collected after its last day.
    """

    substance: str
    area: str
    start: date
    end: date
    before: date
    by: str
    steps: tuple[date, ...]
    lines: tuple[Line, ...]
    pairs: tuple[Pair, ...]
    leads: tuple[Lead, ...]
    coverage: tuple[Coverage, ...]
    complete: bool

    def line(self, measure: str) -> Line | None:
        return next((line for line in self.lines if line.measure == measure), None)

    @property
    def families(self) -> tuple[str, ...]:
        """Kinds of source that were collected in the period."""
        return tuple(dict.fromkeys(line.family for line in self.lines if line.state != "nothing-collected"))


def triangulate(
    sight: Sight,
    substance: str,
    area: str,
    end: date,
    span: Literal["month", "quarter", "year"],
    *,
    leads: bool = True,
) -> Triangulation:
    """All measures of a substance and area.

    Args:
        end: last day of the period, of a month; by weeks those whose Thursday lies in the period (ISO 8601), against as many before.
        span: how long the period is.
        leads: whether leads and lags are looked for; they rest on all that was collected up to `end`.
    """
    periods = _steps(sight.by, end, MONTHS[span])
    axis, panels, kept = sight.panels(substance, area, end)
    if sight.by == "week" and axis.size and axis[-1].item() + THURSDAY > end:
        axis = axis[:-1]
        panels = {name: replace(p, values=p.values[:, :-1], n=p.n[:-1]) for name, p in panels.items()}
        kept = [replace(k, counts=k.counts[:-1]) for k in kept]
    if axis.size < 2 * periods:  # so short a store: what came before it was not collected
        axis, panels, kept = _longer(axis, panels, kept, 2 * periods, sight)
    rules = data_toml("stats", "triangulation.toml")
    lines = [
        _line(entry, panels.get(entry["id"]), periods)
        for entry in rules["measure"]
        if entry["id"] in panels or entry.get("main")
    ]
    has = {line.family for line in lines if line.measure in panels}
    # A family that has other measures needs no row that says that its first one was not collected.
    lines = [line for line in lines if line.measure in panels or line.family not in has]
    settled = _settled(lines)
    found = {line.measure: line for line in settled}
    steps = tuple(axis[-2 * periods :].tolist())
    return Triangulation(
        substance=substance, area=area, start=steps[periods], end=period_end(steps[-1], sight.by), before=steps[0], by=sight.by,
        steps=steps, lines=tuple(settled), pairs=tuple(_pairs(rules["pair"], found)),
        leads=tuple(_leads(rules, panels, sight.by)) if leads else (),
        coverage=tuple(_coverage(kept, 2 * periods)),
        complete=sight.last is not None and sight.last > period_end(steps[-1], sight.by),
    )  # fmt: skip


def _steps(by: str, end: date, months: int) -> int:
    """Steps of a period of so many months: of weeks, its Thursdays."""
    if by == "month":
        return months
    year, month = divmod(12 * end.year + end.month - months, 12)
    days = (end - date(year, month + 1, 1)).days + 1
    return (days - 1 - (end.weekday() - 3) % 7) // 7 + 1


def _longer(
    axis: NDArray[np.datetime64], panels: Mapping[str, Panel], kept: Sequence[Kept], least: int, sight: Sight
) -> tuple[NDArray[np.datetime64], dict[str, Panel], list[Kept]]:
    more = least - axis.size
    if sight.by == "week":
        before = axis[0] - 7 * np.arange(more, 0, -1)
    else:
        before = (axis[0].astype("datetime64[M]") - np.arange(more, 0, -1)).astype("datetime64[D]")

    def padded(values: FloatArray) -> FloatArray:
        return np.concatenate([np.full((*values.shape[:-1], more), nan), values], axis=-1)

    return (
        np.concatenate([before, axis]),
        {
            name: replace(p, values=padded(p.values), n=np.concatenate([np.zeros(more, dtype=np.int64), p.n]))
            for name, p in panels.items()
        },
        [replace(k, counts=padded(k.counts)) for k in kept],
    )


def _line(entry: Mapping[str, Any], panel: Panel | None, span: int) -> Line:
    blank = Line(
        measure=entry["id"], family=entry["family"], kind=entry["kind"], state="nothing-collected", of=span
    )
    if panel is None:
        return blank
    now, old = panel.values[:, -span:], panel.values[:, -2 * span : -span]
    there = np.isfinite(now)
    line = replace(
        blank,
        n=int(panel.n[-span:].sum()),
        sources=len({s for s, row in zip(panel.sources, there, strict=True) if row.any()}),
        kept=int(there.any(axis=0).sum()),
        kept_before=int(np.isfinite(old).any(axis=0).sum()),
    )
    if not there.any():
        return replace(line, move="not-both" if np.isfinite(old).any() else "none")
    if panel.kind == "words":
        return _words(line, now)
    if panel.kind == "count":
        cases = float(np.nansum(now))
        line = replace(line, level=cases, state="shown" if cases else "zero")
        return _compared(line, panel.values, span, "count")
    figures = _middles(now)
    line = replace(line, level=median(figures), state="shown")
    if panel.measure.startswith("text."):
        return _shifted(line, figures, _middles(old))
    return _compared(line, np.log(panel.values), span, "level")


def _middles(values: FloatArray) -> list[float]:
    """The middle of each row that holds a figure."""
    listed = ([v for v in row if v == v] for row in values.tolist())
    return [median(row) for row in listed if row]


def _compared(line: Line, values: FloatArray, span: int, kind: Literal["count", "level"]) -> Line:
    found = contrast(values, span, kind=kind)
    why: dict[Verdict, Move] = {
        Verdict.SHORT: "no-history", Verdict.MISSING: "not-both", Verdict.FEW: "few", Verdict.FLAT: "unsettled", Verdict.GIVEN: "unsettled",
    }  # fmt: skip
    return replace(
        line,
        change=found.ratio,
        low=found.low,
        high=found.high,
        p=found.p,
        compared=found.sources,
        move=why[found.verdict],
    )


def _shifted(line: Line, now: Sequence[float], before: Sequence[float]) -> Line:
    """Of texts, where sources differ from one period to the next: one figure a source, as in bulletins."""
    if not before:
        return replace(line, move="not-both")
    interval = ratio_interval(now, before)
    compared = min(len(now), len(before))
    if interval is None:
        return replace(line, change=ratio_shift(now, before), compared=compared, move="few")
    return replace(
        line, change=ratio_shift(now, before), low=interval.low, high=interval.high, p=shift_p(now, before), compared=compared,
        move="unsettled",
    )  # fmt: skip


def _words(line: Line, now: FloatArray) -> Line:
    """What sources say moves, each once: by the sign test a direction is established where those of one mind are too many for chance."""
    net = np.sign(np.nansum(now, axis=1))[np.isfinite(now).any(axis=1)]
    ups, downs = int((net > 0).sum()), int((net < 0).sum())
    n = ups + downs
    line = replace(
        line,
        ups=ups,
        downs=downs,
        level=float(ups - downs),
        compared=n,
        state="shown" if net.size else "nothing-collected",
    )
    if n < 6:  # of five of one mind p is 0.06
        return replace(line, move="few")
    tail = sum(comb(n, k) for k in range(min(ups, downs) + 1)) / 2**n
    return replace(line, p=min(1.0, 2 * tail), move="unsettled")


def _settled(lines: Sequence[Line]) -> list[Line]:
    """What is established of one line holds for all of them at once (Holm): the one that is spoken of is picked."""
    holm = adjust([nan if line.p is None else line.p for line in lines], level=LEVEL, control="holm").p
    found = []
    for line, p in zip(lines, holm.tolist(), strict=True):
        if line.p is None:
            found.append(line)
            continue
        direction = line.level if line.kind == "words" else line.change
        move: Move = "unsettled"
        if p <= LEVEL and direction:
            move = "rose" if direction > 0 else "fell"
        found.append(replace(line, p_holm=p, move=move))
    return found


def _pairs(rules: Iterable[Mapping[str, Any]], lines: Mapping[str, Line]) -> list[Pair]:
    found = []
    for rule in rules:
        for one in rule["one"]:
            for other in rule["other"]:
                a, b = lines.get(one), lines.get(other)
                # A pair of which nothing was ever collected is no pair: the lines say so.
                if a is None or b is None or "nothing-collected" in (a.state, b.state):
                    continue
                found.append(
                    Pair(rule=rule["id"], one=one, other=other, expected=rule["expected"], relation=_relation(a, b, rule["expected"]))
                )  # fmt: skip
    return found


def _relation(a: Line, b: Line, expected: str) -> Relation:
    if a.p is None or b.p is None:
        return "not-comparable"
    moves = {a.move, b.move}
    if not moves <= {"rose", "fell"}:
        return "not-established"
    return "agreement" if (len(moves) == 1) == (expected == "same") else "contradiction"


def _leads(rules: Mapping[str, Any], panels: Mapping[str, Panel], by: str) -> list[Lead]:
    """Leads of all pairs of which both have a series; all lags of all pairs share one error."""
    series = {name: _series(panel) for name, panel in panels.items() if panel.kind != "words"}
    judged = [
        (rule["one"], other, lead_lag(series[rule["one"]], series[other], most_lag=rules["lags"][by], season=_SEASON[by]))
        for rule in rules["lead"] if rule["one"] in series for other in rule["others"] if other in series
    ]  # fmt: skip
    lags = [lag.p for *_, found in judged for lag in found.lags]
    holm = iter(adjust(lags, control="holm").p.tolist() if lags else [])
    leads = []
    for one, other, found in judged:
        held = [replace(lag, p_holm=next(holm)) for lag in found.lags]
        best = max((lag for lag in held if lag.shown), key=lambda lag: abs(lag.r), default=None)
        leads.append(
            Lead(
                one=one, other=other, verdict=found.verdict, pairs=found.pairs, best=best,
                earliest=found.earliest if best else None, latest=found.latest if best else None,
            )
        )  # fmt: skip
    return leads


def _series(panel: Panel) -> FloatArray:
    """One series of a panel, on a scale on which its noise does not grow with it."""
    if panel.kind == "count":
        return 2 * np.sqrt(joined(panel.values, kind="count") + 3 / 8)  # Anscombe (1948)
    return joined(np.log(panel.values), kind="level")


def _coverage(kept: Iterable[Kept], steps: int) -> list[Coverage]:
    order = {
        entry["family"]: n for n, entry in enumerate(data_toml("stats", "triangulation.toml")["measure"])
    }
    return [
        Coverage(
            source=one.source, family=one.family, first=one.first, last=one.last,
            counts=tuple(None if np.isnan(c) else int(c) for c in one.counts[-steps:].tolist()),
        )
        for one in sorted(kept, key=lambda k: (order.get(k.family, 99), k.source))
    ]  # fmt: skip
