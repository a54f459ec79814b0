"""Stable addresses of public figures and alerts: "figure/retail/cocaine/g/FR/2025-Q1", "alert/r3".

In: what a figure is of. Out: its address, and back. An address is the same in every language, run and output, and is
made of letters, figures and - . _ ~ between slashes: it needs no escape in a URL, a file name, CSV or HTML.

| address | what it names |
| --- | --- |
| `figure/TOPIC/KEY…/AREA/PERIOD` | a figure of a bulletin or page; the keys are those of results.TOPICS, the market of a price last |
| `cell/PERIOD/LEVEL/AREA/TYPE/KIND/SUBSTANCE/UNIT/MARKET` | a row of the open data: the label of public cells |
| `alert/rN` | an alert that an editor released, by its number in the log |
| `alert/w-HASH` | a warning of an official source, by a hash of its document |
| `index/SUBSTANCE/UNIT/AREA/PERIOD` | a price index of retail prices; of other prices their kind stands before the substance |

"all" stands for every area or period, "-" for what is not said. Left out: what stands at an address (`corrections.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vigie.model.errors import SettingsError
from vigie.report.disclosure import Label
from vigie.report.results import TOPICS, Key
from vigie.store.corrections import warning_address

__all__ = (
    "Address",
    "Alert",
    "Figure",
    "Index",
    "address_of",
    "parse_address",
    "print_address",
    "released_address",
    "warning_address",
)

_PLAIN = re.compile(r"[A-Za-z0-9_.-]")
_ESCAPE = re.compile(r"~([0-9a-f]{2})")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9_.-]|~[0-9a-f]{2})+")
_ALERT = re.compile(r"r[1-9][0-9]{0,5}|w-[0-9a-f]{12}|erased")
_PERIOD = re.compile(r"all|\d{4}(?:-Q[1-4])?")
LONGEST = 800  # characters: many times the longest address of the taxonomy and the gazetteer
_WHOLE = {"": "-", "%": "percent"}  # a part that is exactly this has a word of its own
_ALL = "all"
RETAIL = "retail"
_JOINTS = {
    "modality": ":",
    "trend": ":",
    "flow": ">",
}  # what joins the two halves of a kind; "." in an address
_TOPICS = {topic.id: topic for topic in TOPICS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a bulletin or page.

    Attributes:
        topic, key: as in results.TOPICS; of a price told apart by market the market is the third part.
        area: code; None for all that is stored.
        period: "2025-Q1", "2025" or "" for all dates.
    """

    topic: str
    key: Key
    area: str | None
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert: `name` is "r3" (released), "w-…" (an official warning) or "erased"."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A price index of a substance in a unit, in euros for one of it; `kind` of price as in labels of cells."""

    substance: str
    unit: str
    area: str | None
    period: str
    kind: str = RETAIL


Address = Figure | Label | Alert | Index


def address_of(topic: str, key: Sequence[str], area: str | None, period: str) -> str:
    """The address of a figure of `topic` (results.TOPICS) and `key`, in an area (None: all) and period ("": all)."""
    return print_address(Figure(topic=topic, key=tuple(key), area=area, period=period))


def released_address(release_id: int) -> str:
    """The address of an alert that an editor released."""
    return print_address(Alert(name=f"r{release_id}"))


def print_address(address: Address) -> str:
    """The address as text. Raises SettingsError if it names no kind of public figure."""
    text = _printed(address)
    if parse_address(text) != address:
        raise SettingsError("not the name of a public figure: its parts are those of docs/data-dictionary.md")
    return text


def parse_address(text: str) -> Address:
    """What an address names. Raises SettingsError if it names nothing that could be public."""
    found = _parsed(text) if len(text) <= LONGEST else None
    if found is None or _printed(found) != text:  # no figure has two addresses
        raise SettingsError(
            "no address of a public figure or alert (such as figure/retail/cocaine/g/FR/2025-Q1 or alert/r3; "
            "every public output prints them)"
        )
    return found


def _printed(address: Address) -> str:
    if isinstance(address, Alert):
        parts = ["alert", address.name]
    elif isinstance(address, Index):
        parts = [
            "index",
            *(() if address.kind == RETAIL else (_write(address.kind),)),
            _write(address.substance),
            _write(address.unit),
            *_end(address.area, address.period),
        ]
    elif isinstance(address, Label):
        parts = [
            "cell", _write(address.period), _write(address.level), _write(address.area), _write(address.type),
            _kind(address.type, address.kind), _write(address.substance), _unit(address.unit), _write(address.market),
        ]  # fmt: skip
    else:
        parts = ["figure", address.topic, *map(_write, address.key), *_end(address.area, address.period)]
    return "/".join(parts)


def _parsed(text: str) -> Address | None:
    kind, *parts = text.split("/")
    if not all(_SEGMENT.fullmatch(part) for part in parts):
        return None
    if kind == "alert" and len(parts) == 1 and _ALERT.fullmatch(parts[0]):
        return Alert(name=parts[0])
    if kind == "cell" and len(parts) == 8 and _PERIOD.fullmatch(parts[0]) and parts[0] != _ALL:
        period, level, area, type_ = map(_read, parts[:4])
        what, substance, unit, market = parts[4:]
        return Label(
            period, level, area, _read(market), type_, _kind_of(type_, what), _read(substance), _unit_of(unit)
        )
    if kind not in ("figure", "index") or len(parts) < 2 or not _PERIOD.fullmatch(parts[-1]):
        return None
    *names, area, period = parts
    where, when = None if area == _ALL else _read(area), "" if period == _ALL else period
    if kind == "index":
        if len(names) not in (2, 3):
            return None
        kind_of, (substance, unit) = (_read(names[0]) if names[2:] else RETAIL), map(_read, names[-2:])
        return Index(substance=substance, unit=unit, area=where, period=when, kind=kind_of)
    topic = _TOPICS.get(names[0]) if names else None
    if topic is None or len(names) not in ((3, 4) if topic.by_market else (3,)):
        return None
    return Figure(topic=topic.id, key=tuple(map(_read, names[1:])), area=where, period=when)


def _write(part: str) -> str:
    """One part: what is not plain becomes ~ and two hexadecimal digits a byte."""
    if part in _WHOLE:
        return _WHOLE[part]
    text = "".join(c if _PLAIN.fullmatch(c) else "".join(f"~{b:02x}" for b in c.encode()) for c in part)
    # A part that looks like a word of its own, or like a step of a path, is told from it.
    if text in _WHOLE.values() or not text.strip("."):
        return f"~{ord(text[0]):02x}{text[1:]}"
    return text


def _read(text: str) -> str:
    for part, word in _WHOLE.items():
        if text == word:
            return part
    out, at = bytearray(), 0
    for match in _ESCAPE.finditer(text):
        out += text[at : match.start()].encode() + bytes([int(match[1], 16)])
        at = match.end()
    return (out + text[at:].encode()).decode("utf-8", "replace")


def _end(area: str | None, period: str) -> tuple[str, str]:
    if area == _ALL:
        return "~61ll", period or _ALL
    return _ALL if area is None else _write(area), period or _ALL


def _unit(unit: str) -> str:
    """ "EUR/g" as "EUR-g"."""
    if unit.startswith("EUR/"):
        return f"EUR-{_write(unit[4:])}"
    return _write(unit).replace("EUR-", "EUR~2d", 1) if unit.startswith("EUR-") else _write(unit)


def _unit_of(text: str) -> str:
    return f"EUR/{_read(text[4:])}" if text.startswith("EUR-") else _read(text)


def _kind(type_: str, kind: str) -> str:
    """ "channel:telegram" as "channel.telegram"."""
    joint = _JOINTS.get(type_)
    if joint is None or joint not in kind:
        return _write(kind).replace(".", "~2e") if joint else _write(kind)
    return ".".join(_write(half).replace(".", "~2e") for half in kind.split(joint, 1))


def _kind_of(type_: str, text: str) -> str:
    joint = _JOINTS.get(type_)
    return joint.join(map(_read, text.split(".", 1))) if joint and "." in text else _read(text)
