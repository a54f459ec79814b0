"""Of one substance and area, each measure as a panel: sources by periods, NaN where a source was not kept.

In: Observed. Out: Panels. Texts are kept in a period in which the source published something (and covers the area, or spoke of it then);
tables where their rows say so (`vigie.stats.rows_collected`), their first and last period only where the rows reach its ends.
Left out: what is made of the panels (`triangulate.py`). Known weakness: a source without a card covers everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vigie.analysis.counts import covers, periods
from vigie.analysis.table_counts import period_end as period_end
from vigie.analysis.triangle_rows import By, Observed
from vigie.lexicon.terms import data_toml
from vigie.stats.arrays import FloatArray
from vigie.stats.rows_collected import collected

MOST_YEARS = 12  # of history: what is older says little of how much spans differ now
_MOST_PLACES = 100
AREA_COLUMNS = ("place", "department", "region", "country")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """One measure.

    Attributes:
        sources: of each row of `values`, who was kept; a table kept at several places has several rows.
        values: shape (n_rows, n_times): cases, reports, levels or directions; NaN = nothing collected (of levels also: no figure).
        n: shape (n_times,), rows or statements behind them.
    """

    measure: str
    kind: str
    sources: tuple[str, ...]
    values: FloatArray
    n: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """When one source was kept, for the table of coverage.

    Attributes:
        family: "text", or that of the table.
        counts: shape (n_times,), documents read of a text, rows of a table that speak of the area; NaN = nothing collected.
    """

    source: str
    family: str
    first: date
    last: date
    counts: FloatArray


class Sight:
    """Observed, ready to be asked of any substance and area; keep it, its columns are numbered once."""

    def __init__(self, observed: Observed) -> None:
        self.by: By = observed.by
        rows = observed.rows
        self._codes = {
            name: pc.dictionary_encode(rows[name]).combine_chunks() for name in ("measure", "substance", "source", *AREA_COLUMNS)
        }  # fmt: skip
        self._at = {name: np.asarray(column.indices) for name, column in self._codes.items()}
        self._names = {name: column.dictionary.to_pylist() for name, column in self._codes.items()}
        self._period = _days(rows["period"])
        self._figure = rows["figure"].to_numpy()
        self._n = rows["n"].to_numpy()
        self._zero = rows["zero"].to_numpy(zero_copy_only=False)
        self._read = observed.read.to_pylist()
        self.tables: Mapping[tuple[str, str], Mapping[str, Any]] = {
            (r["measure"], r["source"]): r for r in observed.tables.to_pylist()
        }

    @cached_property
    def last(self) -> date | None:
        """Last day of the last period of which anything is told."""
        ends = [r["last"] for r in self.tables.values()] + [r["period"] for r in self._read]
        return max(ends, default=None)

    def country(self) -> str | None:
        """The country of which most is told."""
        counts = (
            np.bincount(self._at["country"], weights=self._n, minlength=1)
            if len(self._period)
            else np.zeros(1)
        )
        named = [(float(c), name) for c, name in zip(counts, self._names["country"], strict=False) if name]
        return max(named, default=(0.0, None))[1]

    def spoken_of(self, area: str, *, since: date | None = None, until: date | None = None) -> list[str]:
        """Substances of the area that most kinds of source speak of, then that most is told of."""
        kept = self.where(area=area)
        if since is not None and until is not None:
            kept &= (self._period >= np.datetime64(since)) & (self._period <= np.datetime64(until))
        rows = np.flatnonzero(kept)
        families: dict[str, set[str]] = defaultdict(set)
        for substance, measure in self._keyed(rows, ("substance", "measure"))[0] if rows.size else []:
            families[substance].add(measure.partition(".")[0].replace("words", "text"))
        told = np.bincount(
            self._at["substance"][rows], weights=self._n[rows], minlength=len(self._names["substance"])
        )
        weight = dict(zip(self._names["substance"], told.tolist(), strict=True))
        return sorted(families, key=lambda name: (-len(families[name]), -weight[name], name))

    def where(self, **asked: str) -> NDArray[np.bool_]:
        """Rows of these codes; `area` looks in all four columns of places."""
        kept = np.ones(len(self._period), dtype=bool)
        for name, value in asked.items():
            if name == "area":
                inside = np.zeros(len(kept), dtype=bool)
                for column in AREA_COLUMNS:
                    inside |= self._is(column, value)
                kept &= inside
            else:
                kept &= self._is(name, value)
        return kept

    def _is(self, name: str, value: str) -> NDArray[np.bool_]:
        names = self._names[name]
        found: NDArray[np.bool_] = self._at[name] == (names.index(value) if value in names else -1)
        return found

    def panels(
        self, substance: str, area: str, until: date
    ) -> tuple[NDArray[np.datetime64], dict[str, Panel], list[Kept]]:
        """Periods up to that of `until`, the measures that hold anything, and when their sources were kept."""
        axis = self._axis(area, until)
        at = {day: n for n, day in enumerate(axis.tolist())}
        inside = self.where(area=area)
        texts, kept = self._texts(area, inside, at)
        found: dict[str, Panel] = {}
        for entry in data_toml("stats", "triangulation.toml")["measure"]:
            name, kind = entry["id"], entry["kind"]
            of_measure = inside & self.where(measure=name)
            if not of_measure.any():
                continue
            own = of_measure & self.where(substance=substance)
            if kind == "count" and entry["family"] == "text":
                panel = self._reports(name, own, texts, at)
            elif kind == "count":
                panel = self._cases(name, substance, of_measure, own, at)
            else:
                panel = self._levels(name, kind, own, at)
            if entry["family"] != "text":
                kept += self._kept(name, entry["family"], of_measure, at)
            if panel is not None:
                found[name] = panel
        return axis, found, _once(kept)

    def _axis(self, area: str, until: date) -> NDArray[np.datetime64]:
        first = until - timedelta(days=366 * MOST_YEARS)
        inside = self._period[self.where(area=area)]
        inside = inside[(inside >= np.datetime64(first)) & (inside <= np.datetime64(until))]
        days = [r["period"] for r in self._read if first <= r["period"] <= until]
        if inside.size:
            days.append(inside.min().item())
        return periods(min([*days, until]), until, self.by)

    def _texts(
        self, area: str, inside: NDArray[np.bool_], at: Mapping[date, int]
    ) -> tuple[dict[str, set[int]], list[Kept]]:
        """Of each source of texts the periods in which it was read for the area."""
        spoke: dict[str, set[date]] = defaultdict(set)
        rows = np.flatnonzero(inside & self.where(measure="text.mentions"))
        for source, day in zip(self._at["source"][rows].tolist(), self._period[rows].tolist(), strict=True):
            spoke[self._names["source"][source]].add(day)
        kept: dict[str, set[int]] = defaultdict(set)
        documents: dict[str, FloatArray] = {}
        ends: dict[str, list[date]] = defaultdict(list)
        for r in self._read:
            near = covers(r["area"], r["country"], area)
            if r["period"] in at and (near or r["period"] in spoke[r["source"]]):
                t = at[r["period"]]
                kept[r["source"]].add(t)
                documents.setdefault(r["source"], np.zeros(len(at)))[t] += r["documents"]
                ends[r["source"]].append(r["period"])
        return kept, [
            Kept(
                source=source, family="text", first=min(ends[source]), last=max(ends[source]), counts=np.where(counts > 0, counts, np.nan)
            )
            for source, counts in sorted(documents.items())
        ]  # fmt: skip

    def _streams(self, chosen: NDArray[np.bool_]) -> list[str]:
        return sorted(self._names["source"][code] for code in np.unique(self._at["source"][chosen]).tolist())

    def _placed(
        self, chosen: NDArray[np.bool_], at: Mapping[date, int]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of chosen rows those inside of the axis: their numbers and their periods."""
        rows = np.flatnonzero(chosen)
        axis = np.array(sorted(at), dtype="datetime64[D]")
        t = np.searchsorted(axis, self._period[rows])
        inside = t < len(axis)
        inside[inside] &= axis[t[inside]] == self._period[rows[inside]]
        return rows[inside], t[inside].astype(np.int64)

    def _keyed(
        self, rows: NDArray[np.int64], columns: Sequence[str]
    ) -> tuple[list[tuple[str, ...]], NDArray[np.int64]]:
        """The different keys of rows by these columns, in the order of their numbers, and which each row has."""
        sizes = [max(1, len(self._names[c])) for c in columns]
        # One number for each combination: sorted far quicker than rows of several.
        code = np.ravel_multi_index(tuple(self._at[c][rows].astype(np.int64) for c in columns), sizes)
        unique, which = np.unique(code, return_inverse=True)
        parts = np.unravel_index(unique, sizes)
        held = [[self._names[c][n] for n in part.tolist()] for c, part in zip(columns, parts, strict=True)]
        return list(zip(*held, strict=True)), np.asarray(which, dtype=np.int64).ravel()

    def _sums(
        self, chosen: NDArray[np.bool_], at: Mapping[date, int], *columns: str
    ) -> dict[tuple[str, ...], FloatArray]:
        """Figures added up by these columns and by period; NaN where there is no row."""
        rows, t = self._placed(chosen, at)
        if not rows.size:
            return {}
        names, which = self._keyed(rows, columns)
        sums, there = np.zeros((len(names), len(at))), np.zeros((len(names), len(at)), dtype=bool)
        np.add.at(sums, (which, t), self._figure[rows])
        there[which, t] = True
        return dict(zip(names, np.where(there, sums, np.nan), strict=True))

    def _counted(self, chosen: NDArray[np.bool_], at: Mapping[date, int]) -> NDArray[np.int64]:
        rows, t = self._placed(chosen, at)
        return np.bincount(t, weights=self._n[rows], minlength=len(at)).astype(np.int64)

    def _reports(
        self, name: str, own: NDArray[np.bool_], texts: Mapping[str, set[int]], at: Mapping[date, int]
    ) -> Panel | None:
        sums = self._sums(own, at, "source")
        sources = sorted(texts)
        values = np.full((len(sources), len(at)), np.nan)
        most = 1.0 if name == "text.mentions" else 3.0
        for row, source in enumerate(sources):
            values[row, sorted(texts[source])] = 0.0
            said = sums.get((source,))
            if said is not None:
                values[row] = np.where(np.isnan(said), values[row], np.minimum(said, most))
        return Panel(
            measure=name, kind="count", sources=tuple(sources), values=values, n=self._counted(own, at)
        )

    def _cases(
        self, name: str, substance: str, of_measure: NDArray[np.bool_], own: NDArray[np.bool_], at: Mapping[date, int]
    ) -> Panel | None:  # fmt: skip
        streams = self._streams(of_measure)
        sources, rows = [], []
        everywhere = self.where(measure=name)
        for stream in streams:
            of_stream = self.where(source=stream)
            edge = self._edges(name, stream, at)
            mine = own & of_stream
            if (everywhere & of_stream & self._zero).any():
                # It writes its zeros: a place is kept in a period of which it has a row; a substance not named yet was at zero.
                near = self._sums(of_measure & of_stream, at, "place")
                for (place,), told in sorted(self._sums(mine, at, "place").items()):
                    seen = np.flatnonzero(np.isfinite(told))
                    values = told.copy()
                    if seen.size:
                        values[: seen[0]] = np.where(np.isfinite(near[place,][: seen[0]]), 0.0, np.nan)
                    sources.append(stream)
                    rows.append(np.where(edge, values, np.nan))
                continue
            whole = self._sums(everywhere & of_stream, at, "source")
            near_here = self._sums(of_measure & of_stream, at, "source")
            if (stream,) not in whole:
                continue
            kept = collected(whole[stream,]) & edge
            if (stream,) in near_here:
                here = collected(near_here[stream,])
                seen = np.flatnonzero(np.isfinite(near_here[stream,]))
                here[: seen[0]], here[seen[-1] + 1 :] = True, True
                kept &= here
            told = self._sums(mine, at, "source").get((stream,), np.full(len(at), np.nan))
            sources.append(stream)
            rows.append(np.where(kept, np.nan_to_num(told), np.nan))
        if not rows:
            return None
        return Panel(
            measure=name,
            kind="count",
            sources=tuple(sources),
            values=np.stack(rows),
            n=self._counted(own, at),
        )

    def _edges(self, name: str, stream: str, at: Mapping[date, int]) -> NDArray[np.bool_]:
        """Periods that the rows of a table reach from end to end: its first and its last may be kept in part only."""
        entry = self.tables.get((name, stream))
        whole = np.ones(len(at), dtype=bool)
        if entry is None:
            return whole
        slack = timedelta(days=int(entry["slack"]))
        for day, n in at.items():
            end = period_end(day, self.by)
            whole[n] = entry["first"] - slack <= day and end <= entry["last"] + slack
        return whole

    def _levels(self, name: str, kind: str, own: NDArray[np.bool_], at: Mapping[date, int]) -> Panel | None:
        rows, t = self._placed(own, at)
        if not rows.size:
            return None
        columns: tuple[str, ...] = ("source",)
        if not name.startswith(("text.", "words.")):
            # Each place with itself; of a country with hundreds of them, departments. Works are few, and never the same as each other.
            many = name != "wastewater.load" and len(np.unique(self._at["place"][rows])) > _MOST_PLACES
            columns = ("source", "department") if many else ("source", "place")
        names, which = self._keyed(rows, columns)
        order = np.lexsort((self._figure[rows], t, which))
        figures, cell = self._figure[rows][order], (which * len(at) + t)[order]
        starts = np.flatnonzero(np.r_[True, np.diff(cell) > 0])
        ends = np.r_[starts[1:], cell.size]
        values = np.full(len(names) * len(at), np.nan)
        if kind == "words":
            values[cell[starts]] = np.sign(np.add.reduceat(figures, starts))
        else:  # ordered by size within each cell: its middle
            values[cell[starts]] = (figures[(starts + ends - 1) // 2] + figures[(starts + ends) // 2]) / 2
        return Panel(
            measure=name, kind=kind, sources=tuple(key[0] for key in names), values=values.reshape(len(names), len(at)),
            n=self._counted(own, at),
        )  # fmt: skip

    def _kept(
        self, name: str, family: str, of_measure: NDArray[np.bool_], at: Mapping[date, int]
    ) -> Iterable[Kept]:
        """Rows of every table of a measure that speaks of the area, by period."""
        for stream in self._streams(of_measure):
            entry = self.tables.get((name, stream))
            if entry is None:
                continue
            mine = self.where(measure=name, source=stream)
            whole = self._sums(mine, at, "source").get((stream,))
            if whole is None:
                continue
            kept = np.isfinite(whole) if (mine & self._zero).any() else collected(whole)
            rows = self._counted(of_measure & self.where(source=stream), at).astype(np.float64)
            yield Kept(
                source=stream, family=family, first=entry["first"], last=entry["last"],
                counts=np.where(kept & self._edges(name, stream, at) | (rows > 0), rows, np.nan),
            )  # fmt: skip


def _days(column: pa.ChunkedArray) -> NDArray[np.datetime64]:
    return np.asarray(column.to_numpy(), dtype="datetime64[D]")


def _once(kept: Iterable[Kept]) -> list[Kept]:
    """One row for each source and family: a table of several kinds of harm has the largest of its counts."""
    found: dict[tuple[str, str], Kept] = {}
    for one in kept:
        key = (one.family, one.source)
        other = found.get(key)
        if other is not None:
            one = Kept(
                source=one.source, family=one.family, first=min(one.first, other.first), last=max(one.last, other.last),
                counts=np.fmax(one.counts, other.counts),
            )  # fmt: skip
        found[key] = one
    return list(found.values())
