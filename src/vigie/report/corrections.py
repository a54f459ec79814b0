"""Corrections as the public reads them: which figures changed, when, why, from what to what; and how to contest one.

In: versions and the log of corrections of a store, words. Out: Changed records for boxes and pages, lines of text.
A value that was published is told once more only where the rules of today would let it out. Left out: what stands at an
address (`versions.py`); notes of people who contest (`vigie.upkeep.contests`): they are read by the editor alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from vigie.lexicon.gazetteer import place_by_code
from vigie.model.errors import SettingsError
from vigie.report.addresses import Address, Alert, Figure, Index, parse_address
from vigie.report.index_versions import index_parts
from vigie.report.period import parse_period
from vigie.report.rules import rules
from vigie.report.tables import product_name, purity_value, seized, trend_name
from vigie.report.words import Words
from vigie.store import Store
from vigie.store.corrections import (
    Correction,
    Values,
    Version,
    corrections,
    latest_versions,
    versions_changed,
    versions_of,
)

ANY = "*"  # of an area or period: all of them, those that speak of everything included


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A version of a public figure, in words of one language.

    Attributes:
        label: what the figure is of.
        since: the first day on which anyone could read it; of a note on what stays the day of the note.
        before, now: what was and is shown, "" where there was nothing before.
        cause: code, as in the store; `reason`: the same in words, or those of the editor.
        role: who corrected it; "" where nobody had to.
        line: all of it in one line: "version 2, changed on 1 March 2026: new data".
    """

    address: str
    label: str
    version: int
    since: date
    before: str
    now: str
    cause: str
    reason: str
    role: str
    line: str


@cache
def correction_words(lang: str) -> Mapping[str, Any]:
    """Words of versions and contests. Raises SettingsError for a language that has none."""
    table = tomllib.loads((files("vigie") / "data" / "templates" / "corrections.toml").read_text("utf-8"))
    if lang not in table:
        raise SettingsError(f"no words in {lang!r} (languages: {', '.join(sorted(table))})")
    found: Mapping[str, Any] = table[lang]
    return found


def corrections_of(
    store: Store,
    words: Words,
    *,
    area: str | None = ANY,
    period: str = ANY,
    since: date | None = None,
    until: date | None = None,
    cells: bool = False,
) -> list[Changed]:
    """What the box "Corrections" lists: figures that changed for other reasons than new data, and notes of editors; latest first.

    A note of an editor belongs to every area and period that hold those of its figure: nothing else tells of it there.

    Args:
        area, period: of the figures: a code and "2025-Q1"; None and "" for those of everything; ANY for all.
        since, until: days of the change, both inclusive.
        cells: rows of the open data as well; they repeat what the figures say.
    """
    lines = corrections(store)
    named = {line.address for line in lines}
    found: list[Changed] = []
    told: set[tuple[str, str]] = set()
    least = _least(store)
    for address, versions in versions_changed(store).items():
        what = parse_address(address)
        listed = _told(what, versions, [line for line in lines if line.address == address], words, least)
        told |= {(c.address, c.reason) for c in listed}
        if isinstance(what, Figure):
            if not _asked(what, area, period):
                continue
        elif area != ANY or period != ANY or not (cells or address in named):
            continue
        found += [c for c in listed if c.cause not in ("first", "new-data") or c.role]
    found += [
        _noted(line, words)
        for line in lines
        if (line.address, _reason(line, words)) not in told
        and _held(parse_address(line.address), area, period)
    ]
    kept = [c for c in found if (since is None or c.since >= since) and (until is None or c.since <= until)]
    return sorted(kept, key=lambda c: (-c.since.toordinal(), c.address, -c.version))


def history(store: Store, address: str, words: Words) -> list[Changed]:
    """Every version of one address and every note on it, in order. Raises SettingsError if it is no address."""
    what = parse_address(address)
    lines = corrections(store, address)
    found = _told(what, versions_of(store, address), lines, words, _least(store))
    told = {c.reason for c in found}
    return found + [_noted(line, words) for line in lines if _reason(line, words) not in told]


def histories(store: Store, words: Words) -> dict[str, list[Changed]]:
    """The same of every address that was ever public; where nothing came but new data, the last version alone."""
    lines: dict[str, list[Correction]] = {}
    for line in corrections(store):
        lines.setdefault(line.address, []).append(line)
    changed, least = versions_changed(store), _least(store)
    found = {}
    for address, last in latest_versions(store).items():
        mine = lines.get(address, [])
        listed = _told(parse_address(address), changed.get(address, [last]), mine, words, least)
        told = {c.reason for c in listed}
        found[address] = listed + [_noted(line, words) for line in mine if _reason(line, words) not in told]
    return found


def versions_told(store: Store, words: Words) -> dict[str, tuple[int, str]]:
    """(version, line in words) of what stands at each address of a figure: for pages, which print it beside the figure.

    The line ends with the notes that editors made on this version.
    """
    given: dict[tuple[str, int], str] = {}
    noted: dict[tuple[str, int], list[str]] = {}
    for line in corrections(store):
        if line.to_version > line.from_version:
            given[line.address, line.to_version] = _reason(line, words)
        noted.setdefault((line.address, line.from_version), []).append(_noted(line, words).line)
    found = {}
    for address, version in latest_versions(store).items():
        if version.shown:
            key = (address, version.version)
            found[address] = (
                version.version,
                "; ".join((version_line(version, words, given.get(key, "")), *noted.get(key, ()))),
            )
    return found


def version_line(version: Version, words: Words, reason: str = "") -> str:
    """ "version 2, changed on 1 March 2026: new data"; `reason`: the editor's, where there is one."""
    said = correction_words(words.lang)
    day = words.day(version.since.isoformat())
    if version.version == 1 and version.cause == "first":
        return str(said["first"]).format(day=day)
    return str(said["changed"]).format(
        n=version.version, day=day, why=reason or said["causes"][version.cause]
    )


def how_to_contest(lang: str, address: str = "", contact: str = "") -> str:
    """How to contest a figure where no form is at hand: on paper, in a PDF, on a static site."""
    said = correction_words(lang)
    how = str(said["how"]).format(address=address) if address else str(said["how_any"])
    form = said["how_to" if contact else "how_plain"]
    return f"{str(form).format(how=how, contact=contact)} {said['how_kept']}"


def label_of(what: Address, words: Words) -> str:
    """What an address names, in words: "Prix de détail – cocaïne – Rhône – T1 2025"."""
    if isinstance(what, Alert):
        return f"{words['released']} {what.name}" if what.name.startswith("r") else what.name
    area = words.area(what.area) if what.area else words["everywhere"]
    period = words.period(parse_period(what.period or None, ()))
    if isinstance(what, Figure):
        name = {"harms": _harm, "ways": _way, "flows": _flow, "trends": trend_name}.get(
            what.topic, product_name
        )
        return " – ".join((words[what.topic], name(what.key, words), area, period))
    if isinstance(what, Index):
        product = f"{words.substance(what.substance)}, {words.of('units', what.unit)}"
        return " – ".join((_indices(words, what.kind), product, area, period))
    kind = " ".join(part for part in (what.kind, what.unit) if part)
    return " – ".join(part for part in (words.substance(what.substance), kind, area, period) if part)


def said_of(what: Address, values: Values | None, words: Words) -> str:
    """What is shown at an address: "60 € (3 mentions, 3 sources)"."""
    if values is None or values.observations is None or values.sources is None:
        return str(correction_words(words.lang)["not_shown"])
    figure = _figure(what, values, words)
    rests = f"{words.count('statement', values.observations)}, {words.count('source', values.sources)}"
    return f"{figure} ({rests})" if figure else rests


def _figure(what: Address, values: Values, words: Words) -> str:
    if isinstance(what, Figure) and what.topic == "trends" and values.parts:
        parts = (part.split() for part in values.parts.split(", "))
        return ", ".join(f"{words[way].lower()} {words.number(int(n))}" for way, n in parts)
    if isinstance(what, Figure) and what.topic == "harms" and values.high is not None:
        return words.count("person", int(values.high))
    if values.median is None:
        return ""
    if isinstance(what, Index):
        return _index(what, values, words)
    if not isinstance(what, Figure):
        return words.short(values.median)
    unit = what.key[1] if len(what.key) > 1 else ""
    if what.topic == "purity":
        return purity_value(unit, values.median, words)
    if what.topic == "seizures":
        return seized(unit, values.median, words)
    size, per = (1000.0, "kg") if what.topic == "wholesale" and unit == "g" else (1.0, unit)
    return f"{words.euro(values.median * size)}/{words.of('units', per)}"


def _index(what: Index, values: Values, words: Words) -> str:
    """ "60 €/g (55–66 €), index 104 (90–120), 100 = Q1 2023"."""
    said, parts = correction_words(words.lang)["index"]["shown"], index_parts(values)
    price = f"{words.euro(values.median or 0)}/{words.of('units', what.unit)}"
    if values.low is not None and values.high is not None:
        price += f" ({words.money_spread(values.low, values.high)})"
    number = words.number(float(parts["index"]))
    if "low" in parts:
        number += f" ({words.spread(float(parts['low']), float(parts['high']))})"
    base = words.period(parse_period(parts["base"], ()))
    return str(said).format(price=price, index=number, base=base)


def _indices(words: Words, kind: str) -> str:
    """ "Indice des prix de détail"; a kind of price without words stands as its code."""
    said: Mapping[str, str] = correction_words(words.lang)["index"]
    return said.get(kind) or said["of"].format(kind=kind)


def _harm(key: tuple[str, ...], words: Words) -> str:
    return " – ".join((words.of("events", key[0]), *([words.substance(key[1])] if key[1] else [])))


def _way(key: tuple[str, ...], words: Words) -> str:
    return words.way(key[0], key[1])


def _flow(key: tuple[str, ...], words: Words) -> str:
    return " → ".join(words.place(end) if end else "–" for end in key[:2])


def _asked(what: Figure, area: str | None, period: str) -> bool:
    return area in (ANY, what.area) and period in (ANY, what.period)


def _held(what: Address, area: str | None, period: str) -> bool:
    """Whether the area and period asked hold those of an address; an alert has neither."""
    if area == ANY and period == ANY:
        return True
    if isinstance(what, Alert):
        return False
    place = place_by_code(what.area) if what.area else None
    within = (None, ANY, what.area, *((place.department, place.region, place.country) if place else ()))
    if area not in within:
        return False
    if period in (ANY, "", what.period):
        return True
    if not what.period:
        return False
    inner = parse_period(what.period, ())
    return parse_period(period, ()).holds(inner.start, inner.end)


def _told(
    what: Address, versions: Collection[Version], lines: Collection[Correction], words: Words, least: int
) -> list[Changed]:
    """Versions in words, each with the reason that an editor gave for it."""
    said = correction_words(words.lang)
    given = {line.to_version: line for line in lines if line.to_version > line.from_version}
    found, before = [], ""
    for version in versions:
        line = given.get(version.version)
        reason = _reason(line, words) if line else str(said["causes"][version.cause])
        now = _shown(what, version, words, least)
        found.append(
            Changed(
                address=version.address, label=label_of(what, words), version=version.version, since=version.since, before=before,
                now=now, cause=version.cause, reason=reason, role=line.role if line else "",
                line=version_line(version, words, reason if line else ""),
            )
        )  # fmt: skip
        before = now
    return found


def _shown(what: Address, version: Version, words: Words, least: int) -> str:
    said = correction_words(words.lang)
    if version.erased:
        return str(said["erased"])
    if version.shown and not _tellable(what, version.values, least):
        return str(said["not_told"])
    return said_of(what, version.values if version.shown else None, words)


def _least(store: Store) -> int:
    return max(rules().sources, store.settings.public_sources or 0)


def _tellable(what: Address, values: Values, least: int) -> bool:
    """Whether the rules of today would let the value out: those under which it was published may have been milder."""
    if (values.sources or 0) < least:
        return False
    harm = isinstance(what, Figure) and what.topic == "harms"
    return not harm or (values.high or 0) >= rules().persons


def _reason(line: Correction, words: Words) -> str:
    return str(correction_words(words.lang)["corrected"]).format(reason=line.reason, role=line.role)


def _noted(line: Correction, words: Words) -> Changed:
    """A note of an editor on what stays as it is, or on what changes with the next output."""
    said, what = correction_words(words.lang), parse_address(line.address)
    reason, day = _reason(line, words), words.day(line.made_on.isoformat())
    return Changed(
        address=line.address, label=label_of(what, words), version=line.from_version, since=line.made_on, before="", now="",
        cause="correction", reason=reason, role=line.role,
        line=str(said["noted"]).format(n=line.from_version, day=day, why=reason),
    )  # fmt: skip
