"""Routes from an origin to a destination, and how much more they are reported than in the period before.

In: an open store, assessed (`vigie.assess`). Out: `Flows`, one `Route` an origin, destination and substance. A route is counted once a
month and speaker: a newspaper that repeats a route in one month has one voice. Copies and satire do not count.
Left out, and counted by reason: what is denied, feared or planned; facts that lie in neither period as a whole; ends that are not
placed at the level. Rates are set in proportion to speaker-months read in each period. Known weakness: what is
reported follows what is searched; a control at one port makes its routes rise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

import numpy as np

from vigie.lexicon.gazetteer import containing, place_by_code
from vigie.model.errors import SeriesError
from vigie.model.place import Place
from vigie.stats.multiple import adjust
from vigie.stats.rate_ratio import rate_ratios
from vigie.store import Store

Level: TypeAlias = Literal["department", "region", "country"]
_ORDER = ("department", "region", "country")
_FINER = {
    "arrondissement": 0,
    "commune": 0,
    "city": 0,
    "department": 1,
    "region": 2,
    "state": 2,
    "country": 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route in two periods.

    Attributes:
        origin, destination: codes; "" where the text names none. `origin_name`, `destination_name`: labels.
        substance: id, "" for none.
        now, before: speaker-months that report it. `sources`, `sources_before`: different speakers among them.
        ratio, low, high: rate now over rate before with its 95 % interval; None where there is none, infinite where it never was before.
        p: adjusted for all routes (Benjamini-Hochberg); None without a verdict.
    """

    origin: str
    origin_name: str
    destination: str
    destination_name: str
    substance: str
    now: int
    before: int
    sources: int
    sources_before: int
    ratio: float | None
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Routes in order of their names, and what they were drawn from.

    Attributes:
        exposure, exposure_before: speaker-months read in the periods.
        left_out: facts by reason.
    """

    since: date
    until: date
    since_before: date
    until_before: date
    exposure: int
    exposure_before: int
    routes: tuple[Route, ...]
    left_out: Mapping[str, int]


def read_flows(
    store: Store,
    *,
    since: date,
    until: date,
    level: Level = "country",
    by_substance: bool = False,
    before: tuple[date, date] | None = None,
) -> Flows:
    """Routes of [since, until] against the period before: as many whole months, else as many days (or another one).

    Raises:
        SeriesError: if the periods overlap, or nothing was read in one of them.
    """
    first, last = before or _period_before(since, until)
    if not first <= last < since <= until:
        raise SeriesError(
            f"periods {first} to {last} and {since} to {until} (the first must end before the second)"
        )
    exposure, exposure_before = _voices(store, since, until), _voices(store, first, last)
    for days, count in (((since, until), exposure), ((first, last), exposure_before)):
        if not count:
            raise SeriesError(
                f"no document from {days[0]} to {days[1]}: nothing to compare with (choose other days)"
            )
    left_out: Counter[str] = Counter()
    now: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    then: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    names: dict[str, str] = {"": ""}
    for row in store.query(
        "SELECT origin_code, origin_label, destination_code, destination_label, substance, assertion, speaker, "
        "when_start, when_end, coalesce(published_start, when_start) AS day FROM facts "
        "WHERE type = 'flow' AND NOT satire AND original_id IS NULL ORDER BY doc_id, span_start, id"
    ).to_pylist():
        if row["assertion"] != "affirmed":
            left_out["not affirmed"] += 1
            continue
        start, end = row["when_start"], row["when_end"]
        if start is None or end is None:
            left_out["undated"] += 1
            continue
        if since <= start and end <= until:
            held = now
        elif first <= start and end <= last:
            held = then
        else:
            left_out["in neither period as a whole"] += 1
            continue
        ends = [
            _at(row[f"{side}_code"], row[f"{side}_label"], level, names) for side in ("origin", "destination")
        ]
        if ends == ["", ""] or ends[0] == ends[1]:
            left_out["no route at this level"] += 1
            continue
        key = (ends[0], ends[1], (row["substance"] or "") if by_substance else "")
        held[key].add((row["speaker"], row["day"].strftime("%Y-%m")))
    return Flows(
        since=since,
        until=until,
        since_before=first,
        until_before=last,
        exposure=exposure,
        exposure_before=exposure_before,
        routes=_routes(now, then, names, exposure, exposure_before),
        left_out=dict(sorted(left_out.items())),
    )


def _period_before(since: date, until: date) -> tuple[date, date]:
    last = since - timedelta(days=1)
    if since.day == 1 and (until + timedelta(days=1)).day == 1:
        months = (until.year - since.year) * 12 + until.month - since.month + 1
        number = since.year * 12 + since.month - 1 - months
        return date(number // 12, number % 12 + 1, 1), last
    return last - (until - since), last


def _voices(store: Store, since: date, until: date) -> int:
    """Speaker-months of documents that were published within the days."""
    (count,) = store.query(
        "SELECT count(*) AS n FROM (SELECT DISTINCT "
        "coalesce(nullif(trim(s.publisher), ''), nullif(d.source_id, ''), d.outlet), date_trunc('month', d.published_start) "
        "FROM documents d LEFT JOIN sources s ON s.source_id = d.source_id "
        "WHERE NOT d.satire AND d.original_id IS NULL AND d.published_start >= ? AND d.published_end <= ?)",
        [since, until],
    ).to_pylist()
    return int(count["n"])


def _at(code: str | None, label: str | None, level: Level, names: dict[str, str]) -> str:
    """The code of an end at the level; itself where it is coarser; "" where nothing is named."""
    place = place_by_code(code) if code else None
    if place is None:
        key = code or label or ""
        names.setdefault(key, label or key)
        return key
    found = _rolled(place, level)
    key = found.code or found.label
    names.setdefault(key, found.label)
    return key


def _rolled(place: Place, level: Level) -> Place:
    wanted = _ORDER.index(level) + 1
    if _FINER.get(place.level, 3) >= wanted:
        return place
    return next((p for p in containing(place) if _FINER.get(p.level, 3) >= wanted), place)


def _routes(
    now: Mapping[tuple[str, str, str], set[tuple[str, str]]],
    then: Mapping[tuple[str, str, str], set[tuple[str, str]]],
    names: Mapping[str, str],
    exposure: int,
    exposure_before: int,
) -> tuple[Route, ...]:
    keys = sorted(now.keys() | then.keys(), key=lambda key: (names[key[0]], names[key[1]], key))
    if not keys:
        return ()
    empty: set[tuple[str, str]] = set()
    found = rate_ratios(
        [len(now.get(key, empty)) for key in keys],
        [len(then.get(key, empty)) for key in keys],
        exposure_first=exposure,
        exposure_second=exposure_before,
    )
    adjusted = adjust(found.p).p
    return tuple(
        Route(
            origin=key[0],
            origin_name=names[key[0]],
            destination=key[1],
            destination_name=names[key[1]],
            substance=key[2],
            now=len(now.get(key, empty)),
            before=len(then.get(key, empty)),
            sources=len({speaker for speaker, _ in now.get(key, empty)}),
            sources_before=len({speaker for speaker, _ in then.get(key, empty)}),
            ratio=_number(found.ratio[n]),
            low=_number(found.low[n]),
            high=_number(found.high[n]),
            p=_number(adjusted[n]),
        )
        for n, key in enumerate(keys)
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
