"""What a choice makes of a fact: checked against the contract, with euros and grams worked out again.

In: an Item and a Choice. Out: the observations that should stand in its place, or a ReviewError that names each field at fault. What is typed
is never repeated in it. Left out: who may decide, and when (`book`); parsing of what a form holds beyond numbers and ISO dates (the pages).
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache, partial
from typing import Any, get_args

from vigie.extract.currency import to_eur
from vigie.extract.finish import observation_id
from vigie.intake.normalise import currency_known
from vigie.lexicon.gazetteer import place_by_code
from vigie.lexicon.grammar import mass_in_grams
from vigie.lexicon.substances import LANGUAGES, taxonomy
from vigie.lexicon.terms import data_toml, load_terms
from vigie.model import observation as codes
from vigie.model.document import RawDocument
from vigie.model.observation import (
    EventValue,
    FlowValue,
    LoadValue,
    ModalityValue,
    Observation,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
    Value,
)
from vigie.model.period import UNKNOWN_WHEN, PartialDate, When
from vigie.model.place import Place
from vigie.redact import redact
from vigie.review.records import Choice, Item, ReviewError, Sentence
from vigie.review.rules import rules

FIELDS: Mapping[str, tuple[str, ...]] = {
    "price": ("kind", "low", "high", "currency", "per_value", "per_unit"),
    "quantity": ("kind", "low", "high", "unit"),
    "purity": ("low", "high", "measure"),
    "event": ("kind", "low", "high", "unit"),
    "modality": ("family", "code", "modality"),
    "trend": ("indicator", "direction"),
    "flow": ("origin", "destination", "via", "mode"),
    "load": ("low", "high", "population"),
}
# What a fact of another type cannot take over from what was read, and has to be given.
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "price": ("kind", "currency"),
    "quantity": ("kind", "unit"),
    "purity": ("measure",),
    "event": ("kind",),
    "modality": ("modality",),
    "trend": ("indicator", "direction"),
    "flow": (),
}
LINKED = ("substance", "form", "place", "when", "attribution")
COMMON = (*LINKED, "assertion", "start", "end")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,9})?", re.ASCII)
_MOST = 1e15
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_CHOICES: Mapping[tuple[str, str], Any] = {
    ("price", "kind"): codes.PriceKind,
    ("quantity", "kind"): codes.QuantityKind,
    ("event", "kind"): codes.EventKind,
    ("purity", "measure"): codes.PurityMeasure,
    ("trend", "indicator"): codes.Indicator,
    ("trend", "direction"): codes.Direction,
    ("flow", "mode"): codes.FlowMode,
}


def codes_of(kind: str, field: str) -> tuple[str, ...]:
    """What a field of a type of fact may say, where that is one of a few codes; () where it is not."""
    of = codes.Assertion if field == "assertion" else _CHOICES.get((kind, field))
    return () if of is None else get_args(of)


class _Fault(Exception):  # noqa: N818 - the code of a problem on its way to a ReviewError
    """A field is at fault; the argument is the code of the problem."""


def outcome(item: Item, choice: Choice, name: str) -> tuple[Observation, ...]:
    """What should stand in the place of the fact. `name`: of the decision, from which ids of new facts are made.

    Raises:
        ReviewError: "invalid", with the problem of each field; of a split the fields carry the number of their fact ("0.low").
    """
    fact, verdict = item.observation, choice.verdict
    if verdict not in ("accept", "correct", "reject", "split", "relink"):
        raise ReviewError(
            "no such verdict (accept, correct, reject, split, relink)", problems={"verdict": "unknown"}
        )
    wanted = {"accept": (0, 0), "reject": (0, 0), "correct": (1, 1), "relink": (1, 1), "split": (2, 12)}[
        verdict
    ]
    if not wanted[0] <= len(choice.after) <= wanted[1]:
        raise ReviewError(
            f"{verdict}: {wanted[0]} to {wanted[1]} facts in its place",
            problems={"after": "fewer" if choice.after else "required"},
        )
    if verdict in ("accept", "reject"):
        return (fact,) if verdict == "accept" else ()
    problems: dict[str, str] = {}
    found: list[Observation] = []
    for number, changes in enumerate(choice.after):
        faults: dict[str, str] = {}
        made = _changed(item, changes, verdict, f"{name}.{number}", faults)
        prefix = f"{number}." if verdict == "split" else ""
        problems |= {f"{prefix}{field}": code for field, code in faults.items()}
        found.append(made)
    said = [_said(o) for o in found]
    if not problems and (len(set(said)) < len(said) or (verdict != "split" and said == [_said(fact)])):
        problems = {"after": "same"}
    if problems:
        raise ReviewError(f"{verdict}: {', '.join(sorted(problems))} cannot be so", problems=problems)
    return tuple(found)


def clean_why(text: str) -> str:
    """A reason without what the redactor removes. Raises ReviewError if it is too long."""
    plain = " ".join(text.split())
    if len(plain) > rules().why:
        raise ReviewError(f"why: more than {rules().why} characters", problems={"why": "text"})
    return redact(RawDocument(path="-", format="text", text=plain)).text if plain else ""


def differing(one: Observation | None, other: Observation | None) -> set[str]:
    """Fields that tell two readings of one fact apart."""
    if one is None or other is None:
        return set() if one is other else {"verdict"}
    pairs = {
        "substance": (one.substance, other.substance),
        "form": (one.form, other.form),
        "place": (_code(one.place), _code(other.place)),
        "when": ((one.when.start, one.when.end), (other.when.start, other.when.end)),
        "assertion": (one.assertion, other.assertion),
        "attribution": (one.attribution, other.attribution),
        "span": ((one.start, one.end), (other.start, other.end)),
        "value": (_value_said(one.value), _value_said(other.value)),
    }
    return {name for name, (a, b) in pairs.items() if a != b}


def same_outcome(one: tuple[Observation, ...], other: tuple[Observation, ...]) -> bool:
    """Whether two decisions put the same in the place of a fact, in any order and by whatever verdict."""
    return sorted(map(repr, map(_said, one))) == sorted(map(repr, map(_said, other)))


def _said(o: Observation) -> tuple[Any, ...]:
    return (
        o.type, o.start, o.end, o.substance, o.form, _code(o.place), o.when.start, o.when.end, o.assertion, o.attribution,
        _value_said(o.value),
    )  # fmt: skip


def _value_said(value: Value) -> tuple[Any, ...]:
    if isinstance(value, FlowValue):
        return ("flow", _code(value.origin), _code(value.destination), _code(value.via), value.mode)
    return (type(value).__name__, *(getattr(value, name) for name in value.__slots__))


def _code(place: Place | None) -> str | None:
    return None if place is None else place.code or place.label


def _changed(
    item: Item, changes: Mapping[str, Any], verdict: str, name: str, faults: dict[str, str]
) -> Observation:
    fact = item.observation
    kind, value = fact.type, fact.value
    if verdict != "relink" and changes.get("type", kind) != kind:
        if kind in codes.TEXT_TYPES and changes["type"] in codes.TEXT_TYPES:
            kind, value = changes["type"], _blank(changes["type"], value)
            changes = dict.fromkeys(_needed(kind, changes)) | dict(changes)
        else:
            faults["type"] = "unknown"
    own = (*COMMON, "type", *FIELDS[kind])
    for field in changes:
        if field not in (LINKED if verdict == "relink" else own):
            faults[field] = "link" if verdict == "relink" and field in own else "type"

    def take(field: str, read: Callable[[Any], Any], now: Any) -> Any:
        if field not in changes or field in faults:
            return now
        try:
            return read(changes[field])
        except _Fault as fault:
            faults[field] = str(fault)
            return now

    start, end = take("start", _offset, fact.start), take("end", _offset, fact.end)
    quote = _quote(item, start, end)
    if quote is None:
        faults["start"] = "span"
        start, end, quote = fact.start, fact.end, fact.quote
    when = take("when", _when, fact.when)
    changed = replace(
        fact,
        start=start,
        end=end,
        quote=quote,
        substance=take("substance", _substance, fact.substance),
        form=take("form", _form, fact.form),
        place=take("place", lambda given: _place(given, fact.place), fact.place),
        when=when,
        assertion=take("assertion", lambda given: _one_of(given, codes.Assertion), fact.assertion),
        attribution=take("attribution", _attribution, fact.attribution),
        value=_value(kind, value, take, faults, item.published_on or when.end),
        confidence=rules().corrected,
        rule=f"review.{verdict}@1:{name}|{fact.rule}",
    )
    return replace(changed, id=_identifier(changed))


def _needed(kind: str, changes: Mapping[str, Any]) -> tuple[str, ...]:
    return () if kind == "modality" and {"family", "code"} <= set(changes) else _NEEDED[kind]


def _blank(kind: str, now: Value) -> Value:
    """A value of another type with the bounds that were read; its codes stand in for those that `_NEEDED` asks for."""
    low, high = getattr(now, "low", None), getattr(now, "high", None)
    blanks: Mapping[str, Value] = {
        "price": PriceValue(kind="other", low=low, high=high, currency=""),
        "quantity": QuantityValue(kind="other", low=low, high=high, unit=""),
        "purity": PurityValue(low=low, high=high, measure="purity"),
        "event": EventValue(kind="warning", low=low, high=high, unit=None),
        "modality": ModalityValue(family="", code=""),
        "trend": TrendValue(indicator="price", direction="stable"),
        "flow": FlowValue(origin=None, destination=None),
    }
    return blanks[kind]


def _identifier(o: Observation) -> str:
    return observation_id(o.doc_id, o.start, o.end, o.rule, o.value, o.substance, None)


def _value(
    kind: str, now: Value, take: Callable[..., Any], faults: dict[str, str], day: date | None
) -> Value:
    """The value with its changes. Bounds are checked together, and what is worked out from them is worked out again."""

    def chosen(field: str) -> Any:
        return take(field, lambda given: _one_of(given, _CHOICES[kind, field]), getattr(now, field))

    if isinstance(now, ModalityValue):
        return _modality(now, take, faults)
    if isinstance(now, TrendValue):
        return TrendValue(indicator=chosen("indicator"), direction=chosen("direction"))
    if isinstance(now, FlowValue):
        origin, destination, via = (
            take(end, partial(_place, now=place), place)
            for end, place in (("origin", now.origin), ("destination", now.destination), ("via", now.via))
        )
        if origin is None and destination is None:
            faults.setdefault("origin", "required")
        return FlowValue(origin=origin, destination=destination, via=via, mode=chosen("mode"))
    low, high = take("low", _number, now.low), take("high", _number, now.high)
    if low is not None and high is not None and low > high:
        faults.setdefault("low", "order")
    if low is None and high is None and not isinstance(now, EventValue):
        faults.setdefault("low", "required")
    if isinstance(now, EventValue):
        unit = take("unit", lambda given: _one_of(given, None, ("person",)) if given else None, now.unit)
        return EventValue(kind=chosen("kind"), low=low, high=high, unit=unit)
    if isinstance(now, PurityValue):
        measure = chosen("measure")
        if measure != "mg-per-unit" and max(low or 0.0, high or 0.0) > 100:
            faults.setdefault("high" if (high or 0.0) > 100 else "low", "range")
        return PurityValue(low=low, high=high, measure=measure)
    if isinstance(now, LoadValue):
        return replace(now, low=low, high=high, population=take("population", _number, now.population))
    if isinstance(now, QuantityValue):
        return _quantity(chosen("kind"), low, high, take("unit", _unit, now.unit))
    currency = take("currency", _currency, now.currency)
    per_value, per_unit = (
        take("per_value", _positive, now.per_value),
        take("per_unit", _unit_or_none, now.per_unit),
    )
    if per_unit is not None and per_value is None:
        per_value = 1.0
    if per_unit is None:
        per_value = None
    return _price(chosen("kind"), low, high, currency, per_value, per_unit, day)


def _price(
    kind: codes.PriceKind, low: float | None, high: float | None, currency: str, per_value: float | None, per_unit: str | None,
    day: date | None,
) -> PriceValue:  # fmt: skip
    (low_eur, note), (high_eur, other) = (
        (None, None) if bound is None else to_eur(bound, currency, day) for bound in (low, high)
    )
    bounds = [bound for bound in (low_eur, high_eur) if bound is not None]
    per_euro = unit = None
    if per_unit and per_value:
        grams = mass_in_grams().get(per_unit)
        unit = "g" if grams else per_unit
        if bounds:
            per_euro = round(sum(bounds) / len(bounds) / (per_value * (grams or 1.0)), 6)
    return PriceValue(
        kind=kind, low=low, high=high, currency=currency, per_value=per_value, per_unit=per_unit, eur_low=low_eur, eur_high=high_eur,
        eur_per_unit=per_euro, unit=unit, eur_note=note or other,
    )  # fmt: skip


def _quantity(kind: codes.QuantityKind, low: float | None, high: float | None, unit: str) -> QuantityValue:
    """Masses in grams, all else as its count."""
    mass = mass_in_grams().get(unit)
    grams, most = (
        (None if mass is None or bound is None else round(bound * mass, 6)) for bound in (low, high)
    )
    units = None if mass is not None else low if low is not None else high
    return QuantityValue(kind=kind, low=low, high=high, unit=unit, grams=grams, grams_high=most, units=units)


def _modality(now: ModalityValue, take: Callable[..., Any], faults: dict[str, str]) -> ModalityValue:
    both = take("modality", _text, f"{now.family}:{now.code}")
    family, _, code = both.partition(":")
    family, code = take("family", str, family), take("code", str, code)
    if f"{family}:{code}" not in _modalities():
        faults.setdefault("modality", "unknown")
        return now
    return ModalityValue(family=family, code=code)


def _text(given: Any) -> str:
    if _empty(given):
        raise _Fault("required")
    return str(given)


def _empty(given: Any) -> bool:
    return given is None or (isinstance(given, str) and not given.strip())


def _number(given: Any) -> float | None:
    if _empty(given):
        return None
    if isinstance(given, bool):
        raise _Fault("number")
    if isinstance(given, str):
        plain = re.sub(r"[\s\u00a0\u202f\u2009]", "", given)
        if not _NUMBER.fullmatch(plain):
            raise _Fault("number")
        given = plain.replace(",", ".")
    try:
        value = float(given)
    except (TypeError, ValueError, OverflowError):
        raise _Fault("number") from None
    if not math.isfinite(value) or not 0 <= value <= _MOST:
        raise _Fault("range")
    return value


def _positive(given: Any) -> float | None:
    value = _number(given)
    if value == 0:
        raise _Fault("range")
    return value


def _offset(given: Any) -> int:
    try:
        return int(given)
    except (TypeError, ValueError, OverflowError):
        raise _Fault("span") from None


def _quote(item: Item, start: int, end: int) -> str | None:
    """The words of the document from start to end, where one of the sentences shown holds them all."""
    around = holding(item, start, end)
    return None if around is None else around.text[start - around.start : end - around.start]


def holding(item: Item, start: int, end: int) -> Sentence | None:
    """The sentence shown that holds [start, end)."""
    for one in (item.sentence, item.before, item.after):
        if one is not None and one.start <= start < end <= one.start + len(one.text):
            return one
    return None


def _substance(given: Any) -> str | None:
    if _empty(given):
        return None
    if not isinstance(given, str) or given.strip() not in taxonomy():
        raise _Fault("unknown")
    return given.strip()


def _form(given: Any) -> str | None:
    if _empty(given):
        return None
    if not isinstance(given, str) or given.strip() not in _forms():
        raise _Fault("unknown")
    return given.strip()


def _place(given: Any, now: Place | None) -> Place | None:
    """A place by its code, also inside the JSON form of a place; a name in the text is kept where the place is the same."""
    code = given.get("code") if isinstance(given, Mapping) else given
    if _empty(code):
        return None
    if not isinstance(code, str):
        raise _Fault("unknown")
    if now is not None and now.code == code.strip():
        return now
    found = place_by_code(code.strip())
    if found is None:
        raise _Fault("unknown")
    return found


def _when(given: Any) -> When:
    """A day, month, quarter or year in ISO form, or two days with a slash between; empty for unknown."""
    if isinstance(given, Mapping):
        start, end = given.get("start"), given.get("end")
        given = "" if _empty(start) else f"{start}/{end or start}"
    if _empty(given):
        return UNKNOWN_WHEN
    text = str(given).strip()
    try:
        if quarter := _QUARTER.fullmatch(text):
            year, month = int(quarter[1]), 3 * int(quarter[2])
            return When(
                date(year, month - 2, 1),
                date(year, month, calendar.monthrange(year, month)[1]),
                "quarter",
                "text",
            )
        if "/" in text:
            first, last = (date.fromisoformat(part) for part in text.split("/"))
            if last < first:
                raise _Fault("order")
            days = (last - first).days + 1
            precision = next((p for most, p in _SPANS if days <= most), "year")
            return When(first, last, precision, "text")  # type: ignore[arg-type]
        return When.of(PartialDate.parse(text), "text")
    except ValueError:
        raise _Fault("date") from None


_SPANS = ((1, "day"), (7, "week"), (31, "month"), (92, "quarter"))


def _one_of(given: Any, of: Any, also: tuple[str, ...] = ()) -> Any:
    if given not in (*(get_args(of) if of is not None else ()), *also):
        raise _Fault("required" if _empty(given) else "unknown")
    return given


def _attribution(given: Any) -> str | None:
    """An organisation or a role: text that the redactor would change names somebody."""
    if _empty(given):
        return None
    plain = " ".join(str(given).split())
    if (
        len(plain) > rules().attribution
        or redact(RawDocument(path="-", format="text", text=plain)).text != plain
    ):
        raise _Fault("text")
    return plain


def _currency(given: Any) -> str:
    if (
        not isinstance(given, str)
        or not re.fullmatch(r"[A-Z]{3}", given.strip())
        or not currency_known(given.strip())
    ):
        raise _Fault("required" if _empty(given) else "unknown")
    return given.strip()


def _unit(given: Any) -> str:
    if _empty(given):
        raise _Fault("required")
    if not isinstance(given, str) or given.strip() not in _units():
        raise _Fault("unknown")
    return given.strip()


def _unit_or_none(given: Any) -> str | None:
    return None if _empty(given) else _unit(given)


@cache
def _units() -> frozenset[str]:
    table = data_toml("grammar", "units.toml")
    return frozenset({*table["mass"], *table["volume"], *_pieces()})


@cache
def _pieces() -> frozenset[str]:
    return frozenset(data_toml("grammar", "units.toml")["piece"]["codes"])


@cache
def _forms() -> frozenset[str]:
    return frozenset(term.id for lang in LANGUAGES for term in load_terms("forms", lang))


@cache
def _modalities() -> frozenset[str]:
    return frozenset(row["id"] for row in data_toml("taxonomy", "modalities.toml")["code"])
