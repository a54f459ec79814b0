"""`vigie parse KIND`: one kind of mention in lines of JSON.

In: lines {id, text, lang, reference}. Out: per line {id, found: [...]} in the form of docs/data-
dictionary.md, or the reason why the line could not be parsed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date
from enum import Enum
from functools import partial
from typing import Any

Json = dict[str, Any]


class Kind(str, Enum):  # noqa: UP042 - typer reads the values through str
    """What `vigie parse` finds."""

    MONEY = "money"
    QUANTITY = "quantity"
    PERCENT = "percent"
    NUMBER = "number"
    DATE = "date"
    PLACE = "place"
    SUBSTANCE = "substance"
    CONTACT = "contact"
    MODALITY = "modality"
    ASSERTION = "assertion"


Finder = Callable[[str, str, "date | None"], "list[Any]"]


def parse_stream(kind: Kind, lines: Iterable[bytes]) -> Iterator[tuple[int, Json | str]]:
    """(line number, result or reason); blank lines are passed over."""
    find = finder(kind)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield number, parse_line(kind, find, line)
        except BadLineError as error:
            yield number, str(error)
        except Exception as error:  # its message may quote the text
            yield number, f"unexpected {type(error).__name__}"


class BadLineError(Exception):
    """The line is not what `parse` reads; the message holds none of it."""


def parse_line(kind: Kind, find: Finder, line: bytes) -> Json:
    from vigie.model.period import PartialDate
    from vigie.text.language import LANGUAGES, detect

    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadLineError("not a JSON object in UTF-8") from None
    if not isinstance(record, dict):
        raise BadLineError("not a JSON object")
    text, lang, reference = record.get("text"), record.get("lang"), record.get("reference")
    if not isinstance(text, str):
        raise BadLineError('no "text" string')
    if lang is not None and not isinstance(lang, str):
        raise BadLineError('"lang" is not a string')
    try:
        day = PartialDate.parse(reference).first if reference else None
    except (ValueError, AttributeError):
        raise BadLineError('"reference" is not an ISO date') from None
    language = (lang or detect(text)).lower().partition("-")[0]
    found = find(text, language if language in LANGUAGES else LANGUAGES[0], day)
    return {"id": record.get("id"), "found": [mention_json(kind, text, mention) for mention in found]}


def finder(kind: Kind) -> Finder:
    """The finder of a kind. Imported when asked for: `parse money` needs no gazetteer."""
    if kind is Kind.DATE:
        from vigie.extract.dates import find_dates

        return partial(find_dates, sense="plain")
    return _without_reference(_simple_finder(kind))


def _without_reference(find: Callable[[str, str], list[Any]]) -> Finder:
    return lambda text, lang, _reference: find(text, lang)


def _simple_finder(kind: Kind) -> Callable[[str, str], list[Any]]:
    from importlib import import_module

    module, name = {
        Kind.MONEY: ("vigie.extract.amounts", "find_money"),
        Kind.QUANTITY: ("vigie.extract.amounts", "find_quantities"),
        Kind.PERCENT: ("vigie.extract.amounts", "find_percents"),
        Kind.NUMBER: ("vigie.extract.number_forms", "find_numbers"),
        Kind.PLACE: ("vigie.extract.place", "find_places"),
        Kind.SUBSTANCE: ("vigie.extract.substance", "find_substances"),
        Kind.CONTACT: ("vigie.redact", "find_removals"),
        Kind.MODALITY: ("vigie.extract.modality", "find_modalities"),
        Kind.ASSERTION: ("vigie.extract.assertion", "find_assertion_cues"),
    }[kind]
    function: Callable[[str, str], list[Any]] = getattr(import_module(module), name)
    return function


FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.MONEY: ("low", "high", "currency", "per_value", "per_unit"),
    Kind.QUANTITY: ("low", "high", "unit", "grams", "grams_high", "ambiguous"),
    Kind.PERCENT: ("low", "high"),
    Kind.NUMBER: ("low", "high"),
    Kind.DATE: ("start_date", "end_date", "precision"),
    Kind.SUBSTANCE: ("substance", "form"),
    Kind.CONTACT: ("kind",),
    Kind.MODALITY: ("family", "code"),
    Kind.ASSERTION: ("kind", "scope_start", "scope_end"),
}


def mention_json(kind: Kind, text: str, mention: Any) -> Json:
    """One mention with start, end, quote and the fields of its kind."""
    quote = text[mention.start : mention.end]
    item: Json = {"start": mention.start, "end": mention.end, "quote": quote}
    if kind is Kind.PLACE:
        place = asdict(mention.place)
        return item | {key: place[key] for key in ("name", "label", "code", "level", "lat", "lon")}
    if kind is Kind.ASSERTION:
        item["cue"] = quote
    for name in FIELDS[kind]:
        value = getattr(mention, name)
        item[name] = value.isoformat() if isinstance(value, date) else value
    return item
