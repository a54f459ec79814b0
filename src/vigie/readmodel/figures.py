"""Questions about figures: how many, from how many sources, between which bounds, where and when.

In: filters. Out: records whose figures are those of the bulletin (`vigie.report.results`). Left out: texts (`texts.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, partial

import numpy as np

from vigie.lexicon.gazetteer import gazetteer
from vigie.model.errors import SettingsError
from vigie.readmodel.opened import Key, Opened, topic_of
from vigie.readmodel.records import (
    AreaFigures,
    ChangeState,
    Figures,
    Filters,
    Group,
    Level,
    PeriodFigures,
    State,
    Step,
    Totals,
)
from vigie.readmodel.schema import number_of
from vigie.readmodel.shifts import Shifts
from vigie.readmodel.told import Ints, dense
from vigie.report.edition import COMPARED
from vigie.report.period import parse_period
from vigie.stats.summary import LEAST_FOR_CHANGE

TYPES = ("price", "quantity", "purity", "event", "modality", "trend", "flow", "load")
DIRECTIONS = ("up", "down", "stable", "emerging", "peak")
LEVELS: tuple[Level, ...] = ("department", "region", "country")
STEPS: tuple[Step, ...] = ("month", "quarter", "year")
_NO_FIGURES: tuple[State, ...] = ("nothing-collected", "withheld", "zero")
_EMPTY = {state: Figures(state=state) for state in _NO_FIGURES}  # one for all: most periods of most series


class FigureQuestions(Opened):
    """What is counted under some filters."""

    def totals(self, f: Filters) -> Totals:
        """What is counted under the filters; a period keeps the statements that speak of it."""
        return self._once(("totals", f), lambda: self._totals(f))

    def _totals(self, f: Filters) -> Totals:
        told, within = self._told, self._conditions(f)
        if within is None:
            return Totals(
                documents=0, observations=0, sources=0, substances=0, first=None, last=None, new_documents=0, new_observations=0
            )  # fmt: skip
        rows = told.choose(told.stretch(), **within)
        aside = told.choose(slice(told.counted, told.size), **within)
        documents, first, last, new = 0, self.first, self.last, 0
        if not self.public:
            papers = self._chosen_documents(
                f, by_facts=bool(f.substance or f.area or f.period), published=False
            )
            documents, new = len(papers), int(np.count_nonzero(self._papers["fresh"][papers]))
            days = self._papers["first"][papers], self._papers["last"][papers]
            known = days[0] > 0
            first, last = (None, None)
            if known.any():
                first, last = (
                    date.fromordinal(int(days[0][known].min())),
                    date.fromordinal(int(days[1][known].max())),
                )
        substances = told.columns["substance"][rows]
        return Totals(
            documents=documents, observations=len(rows), sources=told.voices_of(rows),
            substances=len(np.flatnonzero(np.bincount(substances, minlength=1)[1:])), first=first, last=last, new_documents=new,
            new_observations=int(np.count_nonzero(told.columns["fresh"][rows])), aside=len(aside),
        )  # fmt: skip

    def groups(self, f: Filters, topic: str) -> list[Group]:
        """The groups of a topic, most stated first, as in the bulletin: each against the period before."""
        return list(self._once(("groups", f, topic), lambda: self._groups(f, topic)))

    def _groups(self, f: Filters, topic: str) -> list[Group]:
        number, kind = topic_of(topic)
        told, within = self._told, self._conditions(f, period=False)
        if within is None:
            return []
        markets, several = len(self._markets), np.zeros(0, dtype=bool)
        if kind.by_market:
            several = self._once(
                ("several", f.replace(period=None), topic),
                lambda: self._several(told.choose(told.stretch(number), **within)),
            )
        earlier = parse_period(f.period, ()).previous() if f.period else None
        now = told.choose(told.stretch(number), period=f.period, **within)
        then = (
            told.choose(told.stretch(number), period=earlier.label, **within)
            if earlier is not None
            else now[:0]
        )
        codes = told.columns["key"][np.concatenate((now, then))].astype(np.int64)
        if kind.by_market:
            market = told.columns["market"][np.concatenate((now, then))]
            codes = codes * markets + np.where(several[codes], market, 0)
        named, labels = dense(codes)
        labels, earlier_labels = labels[: len(now)], labels[len(now) :]
        found = told.figures(now, labels, len(named), public=self.public)
        before, sources, shifts = {}, {}, None
        if earlier is not None:
            before = told.spread(then, earlier_labels, len(named))
            sources = dict(enumerate(told.sources(then, earlier_labels, len(named)).tolist()))
            if topic in COMPARED:
                shifts = Shifts(told, partial(self._now_and_then, f, earlier.label, topic))
        ways = self._directions(now, labels, len(named)) if topic == "trends" else {}
        groups = []
        for label, told_of in found.items():
            figure = self._shown(topic, told_of)
            held, market = divmod(int(named[label]), markets) if kind.by_market else (int(named[label]), 0)
            key: Key = self._key_of[held]
            if kind.by_market and several[held]:
                key = (*key, self._market_of[market])
            old = before.get(label)
            # Of what the public sees of persons there is no middle, and so no change of it.
            ratio, state = _change(
                figure, old and (old[0], old[3]), earlier is not None and figure is told_of
            )
            groups.append(
                Group(
                    topic=topic,
                    key=key,
                    figures=figure,
                    medians=ratio,
                    change_state=state,
                    sources_before=sources.get(label, 0),
                    moved=shifts.later(key) if shifts and state == "known" else None,
                    directions=ways.get(label, ()),
                )
            )
        return sorted(groups, key=lambda g: (-g.figures.n, g.key))

    def _now_and_then(self, f: Filters, earlier: str, topic: str, key: Key) -> tuple[Ints, Ints]:
        """Rows of a group in the period of the filters, and in the one before."""
        new, old = (
            self._of_key(f.replace(period=period), topic, key, exact=False) for period in (f.period, earlier)
        )
        nothing = np.zeros(0, dtype=np.int64)
        return (nothing if new is None else new, nothing if old is None else old)

    def _directions(self, rows: Ints, labels: Ints, size: int) -> dict[int, tuple[tuple[str, int], ...]]:
        many = len(DIRECTIONS) + 1
        codes = labels * many + self._told.columns["direction"][rows]
        table = np.bincount(codes, minlength=size * many).reshape(size, many).tolist()
        return {
            label: tuple((name, counts[n]) for n, name in enumerate(DIRECTIONS, 1) if counts[n])
            for label, counts in enumerate(table)
        }

    def series(self, f: Filters, topic: str, key: Key, step: Step = "quarter") -> list[PeriodFigures]:
        """One group over time, from the first period of the store to the last (or within the filter's), none left out.

        Where the bulletin tells markets apart, only a key with its market has figures: ask for a key that `groups` gave.
        """
        return list(
            self._once(
                ("series", f, topic, key, step),
                lambda: [
                    replace(row, figures=self._shown(topic, row.figures))
                    for row in self._over_time(f, self._of_key(f, topic, key, exact=True), step, True)
                ],
            )
        )

    def counts(self, f: Filters, types: Sequence[str], step: Step) -> list[PeriodFigures]:
        """Statements of these types over time, none left out; no types: all of them."""
        chosen = tuple(TYPES.index(t) + 1 for t in types if t in TYPES)

        def answer() -> list[PeriodFigures]:
            within = self._conditions(f)
            rows = None if within is None else self._told.choose(self._told.stretch(), types=chosen, **within)
            return self._over_time(f, rows, step, False)

        return list(self._once(("counts", f, chosen, step), answer))

    def _over_time(self, f: Filters, rows: Ints | None, step: Step, values: bool) -> list[PeriodFigures]:
        if step not in STEPS:
            raise SettingsError(f"no step of that name (write {', '.join(STEPS)})")
        periods = self._periods(step, f.period)
        if not periods:
            return []
        first = number_of(periods[0])[1]
        found: dict[int, Figures] = {}
        if rows is not None and len(rows):
            labels = self._told.columns[step][rows].astype(np.int64) - first
            inside = (labels >= 0) & (labels < len(periods))
            found = self._told.figures(
                rows[inside], labels[inside], len(periods), public=self.public, values=values
            )
        collected = self._collected(f, step)
        return [
            PeriodFigures(
                period=p,
                figures=found.get(n) or _EMPTY[self._empty(first + n in collected)],
            )
            for n, p in enumerate(periods)
        ]

    def by_area(
        self, f: Filters, topic: str, key: Key | None, level: Level = "department"
    ) -> list[AreaFigures]:
        """One group (or the whole topic: counts only) by area, in order of code. Only areas with something to say:
        "shown", and "zero" where documents were collected that say nothing of it. Others: nothing collected; for the public "withheld"."""
        return list(
            self._once(("by_area", f, topic, key, level), lambda: self._by_area(f, topic, key, level))
        )

    def _by_area(self, f: Filters, topic: str, key: Key | None, level: Level) -> list[AreaFigures]:
        if level not in LEVELS:
            raise SettingsError(f"no level of that name (write {', '.join(LEVELS)})")
        rows = self._of_key(f, topic, key, exact=False)
        by_code: dict[str, Figures] = {}
        if rows is not None and len(rows):
            labels = self._told.columns[level][rows].astype(np.int64)
            size = int(labels.max()) + 1
            found = self._told.figures(rows, labels, size, public=self.public, values=key is not None)
            by_code = {self._codes[n]: self._shown(topic, figure) for n, figure in found.items() if n > 0}
        if not self.public:
            for code in self._areas_collected(f, level):
                by_code.setdefault(code, _EMPTY["zero"])
        return [AreaFigures(code=code, name=_label(code), figures=by_code[code]) for code in sorted(by_code)]

    def _areas_collected(self, f: Filters, level: Level) -> list[str]:
        """Areas of a level of which documents of the period speak, or that a source covers."""
        there = self._once(("read of areas", f.grade, f.lang, f.period), lambda: self._areas_read(f))
        return [
            code
            for number, code, holders in self._of_level[level]
            if number in there and (f.area is None or f.area in holders)
        ]

    def _areas_read(self, f: Filters) -> set[int]:
        there = np.zeros(max(self._codes, default=0) + 1, dtype=bool)
        there[self._read["area"][self._read_under(f, f.period)]] = True
        return set(np.flatnonzero(there).tolist())

    @cached_property
    def _of_level(self) -> dict[Level, list[tuple[int, str, tuple[str | None, ...]]]]:
        """Areas of the file by their level: number, code, and the codes that hold them, their own included."""
        found: dict[Level, list[tuple[int, str, tuple[str | None, ...]]]] = {level: [] for level in LEVELS}
        for number, code in sorted(self._codes.items()):
            entry = gazetteer().by_code(code)
            if entry is not None and entry.level in found:
                holders = (entry.code, entry.department, entry.region, entry.country)
                found[entry.level].append((number, code, holders))
        return found

    def _collected(self, f: Filters, step: Step) -> set[int]:
        """Numbers of the periods of which something was read; for the public of those between the first and the last cell."""
        if self.public:
            return {number_of(p)[1] for p in self._periods(step, None)}
        area = self._areas.get(f.area, -1) if f.area else 0

        def answer() -> set[int]:
            held = self._read["area"]  # they stand by it
            first, last = np.searchsorted(held, np.array([area, area + 1], dtype=held.dtype)).tolist()
            kept = self._read_under(f, None, slice(first, last))
            return set(np.unique(self._read[step][first:last][kept]).tolist())

        return self._once(("read of periods", f.grade, f.lang, area, step), answer)

    def _shown(self, topic: str, found: Figures) -> Figures:
        """To anyone of persons the largest statement alone, as in bulletins and open data: no middle of several, which small ones move."""
        if not self.public or topic != "harms":
            return found
        return replace(found, median=None, q1=None, q3=None, low=None)

    def _empty(self, collected: bool) -> State:
        if not collected:
            return "nothing-collected"
        return "withheld" if self.public else "zero"

    def substances(self, f: Filters) -> list[tuple[str, int]]:
        """(id, statements), most stated first; the filter's own substance is left aside."""
        return list(
            self._once(
                ("substances", f.replace(substance=None)),
                lambda: self._named_counts(f.replace(substance=None)),
            )
        )

    def _named_counts(self, f: Filters) -> list[tuple[str, int]]:
        within = self._conditions(f)
        if within is None:
            return []
        rows = self._told.choose(self._told.stretch(), **within)
        counts = np.bincount(self._told.columns["substance"][rows], minlength=1)
        found = [(self._substance_of[s], int(counts[s])) for s in np.flatnonzero(counts).tolist() if s]
        return sorted(found, key=lambda item: (-item[1], item[0]))

    def areas(self, f: Filters, level: Level | None = None) -> list[tuple[str, int]]:
        """(code, statements) of departments, regions and countries, most stated first; the filter's own area is left aside."""
        asked = f.replace(area=None)

        def answer() -> list[tuple[str, int]]:
            within = self._conditions(asked)
            if within is None:
                return []
            rows = self._told.choose(self._told.stretch(), **within)
            found: dict[str, int] = {}
            for column in (level,) if level in LEVELS else LEVELS:
                counts = np.bincount(self._told.columns[column][rows], minlength=1)
                for number in np.flatnonzero(counts).tolist():
                    if number:
                        found[self._codes[number]] = max(
                            int(counts[number]), found.get(self._codes[number], 0)
                        )
            return sorted(found.items(), key=lambda item: (-item[1], item[0]))

        return list(self._once(("areas", asked, level), answer))

    def periods(self, step: Step = "quarter") -> list[str]:
        """Every period from the first statement to the last one, in order: 30 years back from the last publication at most."""
        return self._periods(step, None)


def _change(
    now: Figures, before: tuple[int, float] | None, compared: bool
) -> tuple[float | None, ChangeState]:
    """As `vigie.stats.summary.change`: of medians, which stands where the sources allow no interval."""
    if not compared:
        return None, "none"
    if before is None or before[0] < LEAST_FOR_CHANGE or now.values < LEAST_FOR_CHANGE or now.median is None:
        return None, "not-enough-data"
    return (None, "zero-base") if before[1] == 0 else (now.median / before[1] - 1, "known")


def _label(code: str) -> str:
    entry = gazetteer().by_code(code)
    return entry.label if entry else code
