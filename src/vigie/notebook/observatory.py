"""The one object of a notebook: questions to a store, for reading only.

In: the path of a store. Out: `Rows` and `Evidence`. The file is open only while a method reads it, so that `vigie add` may write
between two cells of a notebook. For analysts, with commune and day; `public()` gives what anyone may see.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, fields, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from vigie import place
from vigie.model.errors import SettingsError, StoreError
from vigie.notebook import drawn
from vigie.notebook.evidence import Evidence, evidence_of
from vigie.notebook.public import PublicEdition, public_edition
from vigie.notebook.rows import Rows
from vigie.readmodel.records import GRADES, Filters
from vigie.report.period import parse_period
from vigie.settings import load
from vigie.store import Store

Found = TypeVar("Found")
By = Literal["month", "quarter", "year"]
Level = Literal["department", "region", "country"]
Kind = Literal["transacted", "valuation", "retail", "wholesale", "seizure-valuation"]
Names = str | Collection[str] | None
TYPES = ("price", "quantity", "purity", "event", "modality", "trend", "flow", "load")
_PLACES = ("place_code", "place_department", "place_region", "place_country")


def open_store(store: Path | str | None = None, *, lang: Literal["fr", "en"] = "fr") -> Observatory:
    """A store to ask. See `vigie.open`."""
    if lang not in ("fr", "en"):
        raise SettingsError(f"lang: {lang!r} is not fr or en")
    found = Observatory(place.of(store) if store is not None else None, lang)
    found.read(
        lambda _store: None
    )  # a file that is missing, locked or too new says so now, not in the next cell
    return found


class Observatory:
    """A store, for reading only. Every method reads anew what is stored.

    Filters are those of the pages: `substance` a canonical id ("cocaine"; its kinds have ids of their own), `area` a code (INSEE:69266,
    FR-69, FR-ARA, FR, ES: with all that lies in it), `period` ("2025", "2025-Q1", "2025-03": what lies wholly inside), `grade` of the source
    (this or better), `language` of the documents.

    Raises, every method:
        StoreError: for a file that is missing, open for writing elsewhere, or of a newer Vigie; the message says the repair.
        SettingsError: for a filter that is not known.
    """

    def __init__(self, path: Path | None, lang: str) -> None:
        self._settings = load(path)
        self.path = self._settings.store
        self.lang = lang
        self._closed = False
        self._warned = False

    def __enter__(self) -> Observatory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """No method answers any more. The file itself is open only while one does."""
        self._closed = True

    def __repr__(self) -> str:
        return f"Observatory({str(self.path)!r})"

    def read(self, ask: Callable[[Store], Found]) -> Found:
        """Open the store for reading, ask, close it."""
        if self._closed:
            raise StoreError(f"{self.path} was closed (open it again: vigie.open)")
        with Store.open(self.path, read_only=True, settings=self._settings) as store:
            if not self._warned:
                self._warned = True
                _warn_if_unassessed(store)
            return ask(store)

    def sizes(self) -> dict[str, int]:
        """Rows of each table of the store."""
        return self.read(lambda store: store.sizes())

    def observations(
        self, type: Names = None, *, substance: Names = None, area: str | None = None, period: str | None = None,
        grade: str | None = None, language: str | None = None, assertion: Names = None,
    ) -> Rows:  # fmt: skip
        """Facts with their sentence and document: the view `facts` (docs/data-dictionary.md), in order of time.

        Args:
            type: price, quantity, purity, event, modality, trend, flow; one or several; None for all.
            assertion: affirmed, reported, hypothetical, planned, negated; None for all. Only what is affirmed enters a figure.
        Returns:
            one row a fact; prices in EUR for one `unit`, masses in grams, purity in percent or mg. Chart: facts by quarter.
        """
        types = _names(type, TYPES, "type")
        asked = _filters(area=area, period=period, grade=grade, language=language)
        substances = [str(_filters(substance=s).substance) for s in _names(substance)]

        def ask(store: Store) -> pa.Table:
            span = parse_period(asked.period, ()) if asked.period else None
            found = store.observations(
                types=types, substances=substances, area=asked.area, since=span.start if span else None, until=span.end if span else None,
                assertions=_names(assertion),
            )  # fmt: skip
            if span is not None:
                found = _inside(found, "when_start", "when_end", span.start, span.end)
            return _of_documents(found, asked)

        return self._rows("observations", self.read(ask), drawn.facts_by_quarter)

    def documents(
        self, *, substance: str | None = None, area: str | None = None, period: str | None = None, grade: str | None = None,
        language: str | None = None, text: bool = False,
    ) -> Rows:  # fmt: skip
        """Documents in order of publication; a substance or an area keeps those that speak of it.

        Args:
            text: with the redacted full text, null once it expired.
        Returns:
            one row a document. Chart: documents by month.
        """
        asked = _filters(substance=substance, area=area, period=period, grade=grade, language=language)

        def ask(store: Store) -> pa.Table:
            found = store.documents(text=text)
            if asked.substance or asked.area:
                said = store.observations(
                    substances=[asked.substance] if asked.substance else (), area=asked.area
                )
                found = found.filter(pc.is_in(found["doc_id"], value_set=pc.unique(said["doc_id"])))
            if asked.period:
                span = parse_period(asked.period, ())
                found = _inside(found, "published_start", "published_end", span.start, span.end)
            return _of_documents(found, asked)

        return self._rows("documents", self.read(ask), drawn.documents_by_month)

    def prices(
        self,
        *,
        substance: Names = None,
        area: str | None = None,
        period: str | None = None,
        kind: Kind = "transacted",
    ) -> Rows:
        """Stated prices as rows of an index: affirmed, once each, copies left out (`vigie.analysis.prices`).

        Args:
            kind: what is paid ("transacted": "retail" and "wholesale", which may be asked alone), or what the police says a haul is
                worth ("valuation", or "seizure-valuation"): never both.
        Raises:
            SettingsError: for another kind.
        Returns:
            columns of `vigie.analysis.prices.Price`: `eur` for one `unit`, `quantity` in units. Chart: medians by quarter.
        """
        from vigie.analysis.prices import Price, read_prices

        asked = _filters(area=area, period=period)
        substances = [str(_filters(substance=s).substance) for s in _names(substance)]
        what = _price_kind(kind)
        found = self.read(lambda store: read_prices(store, kind=what, substances=substances))
        kept = [
            p
            for p in found.prices
            if _of_kind(p, kind)
            and asked.area in (None, p.place, p.department, p.region, p.country)
            and _spoken_in(p, asked.period)
        ]
        table = pa.Table.from_pylist([asdict(p) for p in kept], schema=_schema(Price))
        return self._rows("prices", table, drawn.price_medians, left_out=found.left_out)

    def price_index(
        self, *, substance: Names = None, area: str | None = None, by: By = "quarter", level: Level = "country",
        method: Literal["hedonic", "median"] = "hedonic", kind: Kind = "transacted", base: str | None = None,
        purity_adjusted: bool = False,
    ) -> Rows:  # fmt: skip
        """Price indices with 95 % intervals, as `vigie stats price-index` prints them.

        Returns:
            one row for each product, area and period: `price`, `low`, `high` in EUR for one `unit`; `index` (base period = 100);
            `n` figures, `sources`, `own` (share that rests on figures of that area and period), `state`. Chart: prices with intervals.
        Raises:
            MissingExtraError: for the hedonic method without SciPy.
        """
        from vigie.analysis.price_index import COLUMNS, Asked, price_indices
        from vigie.analysis.prices import read_prices

        asked = _filters(area=area)
        substances = [str(_filters(substance=s).substance) for s in _names(substance)]
        what = _price_kind(kind)
        held = self.read(lambda store: read_prices(store, kind=what, substances=substances))
        held = replace(held, prices=tuple(p for p in held.prices if _of_kind(p, kind)))
        found = price_indices(
            held,
            Asked(
                by=by, level=level, method=method, areas=(asked.area,) if asked.area else (), base=base,
                purity_adjusted=purity_adjusted,
            ),
        )  # fmt: skip
        whole = {"n": pa.int64(), "sources": pa.int64()}
        texts = {name: pa.string() for name in ("substance", "kind", "unit", "area", "period", "state")}
        schema = pa.schema([(name, (whole | texts).get(name, pa.float64())) for name in COLUMNS])
        table = pa.Table.from_pylist([{n: row.get(n) for n in COLUMNS} for row in found.rows], schema=schema)
        left = found.about["left_out"]
        assert isinstance(left, dict)
        about = {name: value for name, value in found.about.items() if name != "left_out"}
        return self._rows("price_index", table, drawn.index_lines, left_out=left, about=about)

    def counts(
        self, *, indicator: Names = None, substance: str | None = None, area: str | None = None,
        by: Literal["week", "month"] = "month", level: Level = "department",
    ) -> Rows:  # fmt: skip
        """Independent reports by week or month, as alerts count them (`vigie.analysis.counts`).

        Args:
            indicator: ids of data/taxonomy/alerts.toml (docs/data-dictionary.md); None for all.
        Returns:
            one row for each indicator, substance, area and period: `start` (first day), `reports` (null: nothing was collected on the
            area; 0: collected, and nothing said), `documents` read, `speakers` expected. Chart: one panel a series (months).
        """
        from vigie.analysis.counts import indicators, read_counts

        asked = _filters(substance=substance, area=area)
        wanted = _names(indicator, indicators(), "indicator")
        found = self.read(
            lambda store: read_counts(store, by=by, level=level, area=asked.area, substance=asked.substance)
        )
        at = {code: n for n, code in enumerate(found.areas)}
        rows = [
            {
                "indicator": key.indicator, "substance": key.substance or None, "area": key.area, "start": start,
                "reports": None if count != count else int(count), "documents": int(found.documents[at[key.area], t]),
                "speakers": float(found.speakers[at[key.area], t]),
            }
            for s, key in enumerate(found.keys) if not wanted or key.indicator in wanted
            for t, (start, count) in enumerate(zip(found.starts.tolist(), found.counts[s].tolist(), strict=True))
        ]  # fmt: skip
        schema = pa.schema(
            [
                ("indicator", pa.string()), ("substance", pa.string()), ("area", pa.string()), ("start", pa.date32()),
                ("reports", pa.int64()), ("documents", pa.int64()), ("speakers", pa.float64()),
            ]
        )  # fmt: skip
        table = pa.Table.from_pylist(rows, schema=schema)
        return self._rows("counts", table, drawn.count_lines, left_out=found.left_out)

    def flows(
        self, *, period: str | None = None, since: date | None = None, until: date | None = None, level: Level = "country",
        by_substance: bool = False,
    ) -> Rows:  # fmt: skip
        """Routes of a period against the one before, as `vigie stats flows` prints them.

        Args:
            period: "2025" or "2025-Q1"; or `since` and `until`; else the year up to the last document.
        Returns:
            one row a route: `now`, `before` in speaker-months, `sources`, `ratio` of rates with its 95 % interval, adjusted `p`. Chart: a map
            of routes between countries.
        Raises:
            SeriesError: if nothing was read in one of the periods.
        """
        from vigie.analysis.counts import last_day
        from vigie.analysis.flows import Flows, Route, read_flows

        asked = _filters(period=period)

        def ask(store: Store) -> Flows:
            last = until or last_day(store) or date.today()
            first = since or _year_before(last)
            if asked.period:
                span = parse_period(asked.period, ())
                first, last = span.start, span.end
            return read_flows(store, since=first, until=last, level=level, by_substance=by_substance)

        found = self.read(ask)
        table = pa.Table.from_pylist([asdict(route) for route in found.routes], schema=_schema(Route))
        about = {
            n: getattr(found, n)
            for n in ("since", "until", "since_before", "until_before", "exposure", "exposure_before")
        }
        draw = drawn.route_map if level == "country" else None
        return self._rows("flows", table, draw, left_out=found.left_out, about=about)

    def alerts(self) -> Rows:
        """Alerts that `vigie stats alerts --save` kept, highest grade first; never public."""
        from vigie.store.watchlist import SavedAlert, saved_alerts

        found = self.read(saved_alerts)
        return self._rows(
            "alerts", pa.Table.from_pylist([asdict(a) for a in found], schema=_schema(SavedAlert)), None
        )

    def evidence(self, id: str) -> Evidence:
        """The sentence, document and speaker behind a fact (column `id` of `observations`).

        Raises:
            StoreError: if there is no such fact.
        """
        rows = self.read(
            lambda store: store.query("SELECT * FROM facts WHERE id = ? ORDER BY doc_id LIMIT 1", [id])
        ).to_pylist()
        if not rows:
            raise StoreError("no fact of that id is stored (ids: the column `id` of .observations())")
        return evidence_of(rows[0])

    def public(self, *, as_of: date | None = None) -> PublicEdition:
        """What anyone may see: only what a public output wrote down before (`vigie export DIR`)."""
        return self.read(lambda store: public_edition(store, self.lang, as_of))

    def _rows(self, name: str, table: pa.Table, draw: Any, **more: Any) -> Rows:
        return Rows(name=name, table=table, lang=self.lang, draw=draw, **more)


def _warn_if_unassessed(store: Store) -> None:
    from vigie.store.assessment import due

    if due(store):
        warnings.warn(
            f"{store.path}: copies and credibility of the last documents are not worked out yet, so that copies count "
            "(run: vigie stats events, or another verb of vigie stats)",
            stacklevel=4,
        )


def _filters(**given: str | None) -> Filters:
    return Filters.parse({name: value or "" for name, value in given.items()}, public=False)


def _year_before(day: date) -> date:
    """The first of the twelve months that end with the day."""
    return date(day.year - (day.month < 12), day.month % 12 + 1, 1)


def _names(given: Names, known: Iterable[str] = (), what: str = "") -> list[str]:
    """One name or several as a list. Raises SettingsError for one that is not known."""
    found = [given] if isinstance(given, str) else list(given or ())
    allowed = list(known)
    for name in found:
        if allowed and name not in allowed:
            raise SettingsError(f"{what}: {name!r} is not known (one of {', '.join(allowed)})")
    return found


def _inside(table: pa.Table, start: str, end: str, first: date, last: date) -> pa.Table:
    """Rows whose whole span lies in [first, last]; undated ones do not."""
    inside = pc.and_(
        pc.greater_equal(table[start], pa.scalar(first)), pc.less_equal(table[end], pa.scalar(last))
    )
    return table.filter(pc.fill_null(inside, False))


def _of_documents(table: pa.Table, asked: Filters) -> pa.Table:
    """Rows of documents of a grade (or better) and a language."""
    if asked.grade:
        better = GRADES[: GRADES.index(asked.grade) + 1]
        table = table.filter(pc.is_in(table["grade"], value_set=pa.array(better)))
    return table.filter(pc.equal(table["lang"], asked.lang)) if asked.lang else table


def _price_kind(asked: str) -> Literal["transacted", "valuation"]:
    """The table of `vigie.analysis.prices` that holds a kind of the contract, or is named itself."""
    from vigie.analysis.prices import KINDS, rules

    held = rules()["rows"]
    for kind in KINDS:
        if asked == kind or asked in held[kind]:
            return kind
    known = dict.fromkeys(name for kind in KINDS for name in (kind, *held[kind]))
    raise SettingsError(f"kind: {asked!r} is none of {', '.join(known)}")


def _of_kind(price: Any, asked: str) -> bool:
    """Retail and wholesale are in one table; only retail may be taken without holding quantity constant."""
    return asked not in ("retail", "wholesale") or price.unadjusted == (asked == "retail")


def _spoken_in(price: Any, period: str | None) -> bool:
    return period is None or parse_period(period, ()).holds(price.start, price.end)


_ARROW = {
    "str": pa.string(),
    "bool": pa.bool_(),
    "int": pa.int64(),
    "float": pa.float64(),
    "date": pa.date32(),
}


def _schema(record: Any) -> pa.Schema:
    """Arrow types of a frozen record, so that an empty table has its columns too."""
    return pa.schema(
        [(f.name, _ARROW.get(str(f.type).partition(" |")[0], pa.string())) for f in fields(record)]
    )
