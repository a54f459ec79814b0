"""The form of a correction: the fields of a fact as texts, and the texts as what changed.

In: an observation, and what a reviewer wrote. Out: fields for a template; the changed fields of a `Choice`, or what is wrong with each
field. A field that nobody touched is no change, whatever its form shows of it. Left out: whether a change holds (`vigie.review` checks
it against the contract, and works out euros and grams).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

from vigie.lexicon.substances import taxonomy
from vigie.lexicon.terms import data_toml
from vigie.model import observation as codes
from vigie.model.contract import place_json, value_json
from vigie.model.observation import FlowValue, Observation
from vigie.review import dates
from vigie.review.records import Sentence
from vigie.text.normalise import fold
from vigie.web import reviewing_places as places
from vigie.web.words import PageWords, table

Texts = Mapping[str, str]
Option = tuple[str, str]  # value, what is shown
LINKED = ("substance", "form", "place", "when", "attribution")  # what "relink" changes: the amount stays
SAID = ("substance", "form", "place", "when", "assertion", "attribution", "quote")
_NUMBERS = frozenset({"low", "high", "per_value", "population"})
_PLACES = frozenset({"place", "origin", "destination", "via"})
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,6})?", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_VALUES: Mapping[str, tuple[str, ...]] = {
    "price": ("kind", "low", "high", "currency", "per_value", "per_unit"),
    "quantity": ("kind", "low", "high", "unit"),
    "purity": ("measure", "low", "high"),
    "event": ("kind", "low", "high", "unit"),
    "modality": ("modality",),
    "trend": ("indicator", "direction"),
    "flow": ("origin", "destination", "via", "mode"),
    "load": ("low", "high"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One field of the form.

    Attributes:
        name: as it is sent; with a number before it where a fact is split ("2.low").
        groups: (title, options) of a list to choose from; () for a field that is written.
        listed: id of the list that helps to write it, "" for none.
        fault: what is wrong with what was written.
    """

    name: str
    label: str
    value: str
    hint: str = ""
    groups: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    listed: str = ""
    number: bool = False
    long: bool = False
    hidden: bool = False
    fault: str = ""

    @property
    def id(self) -> str:
        return f"f-{self.name.replace('.', '-')}"


@dataclass(slots=True)
class Reading:
    """What was read of one fact of a form: changed fields, and what is wrong, each by field."""

    changes: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)  # a key of the words
    more: dict[str, str] = field(default_factory=dict)  # what a fault names: the places of one name


def fields_of(kind: str, *, linked: bool = False) -> tuple[str, ...]:
    """Names of the fields of a fact, in the order of the form."""
    typed = ("type",) if kind in codes.TEXT_TYPES else ()  # loads come from tables only
    return LINKED if linked else (*_VALUES[kind], *SAID, *typed)


# All that a form may send of one fact; `of`: the type whose fields it showed.
SENT = tuple(dict.fromkeys(("of", "type", *SAID, *(name for names in _VALUES.values() for name in names))))


def kind_of(fact: Observation, texts: Texts) -> str:
    """The type that a form says, else that of what the machine read."""
    said = texts.get("type", fact.type)
    return said if fact.type in codes.TEXT_TYPES and said in codes.TEXT_TYPES else fact.type


def asks_fields(fact: Observation, texts: Texts) -> bool:
    """Whether another type was chosen than that whose fields the form showed."""
    return kind_of(fact, texts) != texts.get("of", fact.type)


def texts_of(fact: Observation, lang: str) -> dict[str, str]:
    """What the form holds before anybody touched it."""
    value = value_json(fact)
    found = {
        "type": fact.type, "substance": substance_name(fact.substance, lang), "form": fact.form or "", "place": places.written(fact.place),
        "when": dates.written(fact.when), "assertion": fact.assertion, "attribution": fact.attribution or "", "quote": fact.quote,
    }  # fmt: skip
    for name in _VALUES[fact.type]:
        if name in _PLACES:
            found[name] = (
                places.written(getattr(fact.value, name)) if isinstance(fact.value, FlowValue) else ""
            )
        elif name == "modality":
            found[name] = f"{value['family']}:{value['code']}"
        elif name in _NUMBERS:
            found[name] = _shown(value.get(name), lang)
        else:
            found[name] = str(value.get(name) or "")
    return found


def entries(
    kind: str,
    texts: Texts,
    words: PageWords,
    *,
    number: int = 0,
    linked: bool = False,
    reading: Reading | None = None,
) -> tuple[Entry, ...]:
    """The fields for a template, with what was written and what is wrong with it.

    Args:
        number: of the fact, where one is split; 0 for a fact alone.
    """
    faults, more = (reading.faults, reading.more) if reading else ({}, {})
    names = fields_of(kind, linked=linked)
    of = (Entry(name=f"{number}.of" if number else "of", label="", value=kind, hidden=True),)
    return tuple(
        Entry(
            name=f"{number}.{name}" if number else name,
            label=_label(kind, name, words),
            value=texts.get(name, ""),
            hint=words.get(f"review.hint.{name}"),
            groups=_offered(_groups(kind, name, words), texts.get(name, "")),
            listed="places" if name in _PLACES else _LISTS.get(name, ""),
            number=name in _NUMBERS,
            long=name == "quote",
            fault=said_fault(faults[name], words, more.get(name, ""), field=name) if name in faults else "",
        )
        for name in names
    ) + (of if "type" in names else ())


def _offered(
    groups: tuple[tuple[str, tuple[Option, ...]], ...], value: str
) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """A list in which nothing is chosen says so, instead of showing its first option as if somebody had chosen it."""
    if not groups or any(value == one for _, options in groups for one, _ in options):
        return groups
    return (("", (("", "–"),)), *groups)


def said_fault(code: str, words: PageWords, more: str = "", *, field: str = "") -> str:
    """What is wrong with a field, and the repair; some fields have words of their own for it."""
    said = words.get(f"review.fault.{field}_{code}") or words.get(f"review.fault.{code}")
    return (said or words["review.fault.contract"]).format(more=more)


def read(
    fact: Observation, sent: Texts, shown: Sequence[Sentence], lang: str, *, linked: bool = False
) -> Reading:
    """What a reviewer changed.

    Args:
        sent: texts by field, without the number of the fact.
        shown: the sentences that the page shows, the statement's own first.
        linked: True where only what the amount belongs to may change.
    """
    made, before = Reading(), texts_of(fact, lang)
    kind = fact.type if linked else kind_of(fact, sent)
    if kind != fact.type:  # codes of one type say nothing in another; bounds do
        before |= {name: "" for name in _VALUES[kind] if name not in ("low", "high")}
    for name in fields_of(kind, linked=linked):
        was = before.get(name, "")
        written = sent.get(name, was).strip()
        if written == was.strip():
            continue
        if name == "quote":
            _quote(made, written, shown, fact.start)
        else:
            _READ.get(name, _plain)(made, name, written)
    return made


def between(before: Observation, after: Observation) -> dict[str, Any]:
    """The changes that make the second fact of the first."""
    old, new = _plain_fields(before), _plain_fields(after)
    if before.type != after.type:
        old = {name: value for name, value in old.items() if name not in _VALUES[after.type]}
        return {"type": after.type} | {n: new[n] for n in new if n not in old or new[n] != old[n]}
    return {name: new[name] for name in new if new[name] != old.get(name)}


def _plain_fields(fact: Observation) -> dict[str, Any]:
    value = value_json(fact)
    found: dict[str, Any] = {
        "substance": fact.substance, "form": fact.form, "place": _code(place_json(fact.place)), "when": dates.written(fact.when),
        "assertion": fact.assertion, "attribution": fact.attribution, "start": fact.start, "end": fact.end,
    }  # fmt: skip
    for name in _VALUES[fact.type]:
        found[name] = f"{value['family']}:{value['code']}" if name == "modality" else _code(value.get(name))
    return found


def _code(value: Any) -> Any:
    return value.get("code") if isinstance(value, dict) else value


def substance_name(substance: str | None, lang: str) -> str:
    entry = taxonomy().get(substance or "")
    if entry is None:
        return substance or ""
    return entry.name_fr if lang == "fr" else entry.name_en


@cache
def substance_names(lang: str) -> tuple[str, ...]:
    """Every name that the field offers."""
    return tuple(sorted((substance_name(code, lang) for code in taxonomy()), key=fold))


@cache
def _substance_ids() -> Mapping[str, str]:
    """Folded id and names -> id; an id before a name."""
    found: dict[str, str] = {}
    for code, entry in taxonomy().items():
        found[fold(entry.name_fr)] = found[fold(entry.name_en)] = code
    return found | {fold(code): code for code in taxonomy()}


def _shown(number: float | None, lang: str) -> str:
    if number is None:
        return ""
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if lang == "fr" else text


def _plain(made: Reading, name: str, written: str) -> None:
    """A code or a name as it is: the contract knows which codes there are."""
    made.changes[name] = written


def _number(made: Reading, name: str, written: str) -> None:
    plain = _SPACES.sub("", written)
    if not plain:
        made.changes[name] = None
    elif _NUMBER.fullmatch(plain):
        made.changes[name] = float(plain.replace(",", "."))
    else:
        made.faults[name] = "number"


def _place(made: Reading, name: str, written: str) -> None:
    if not written:
        made.changes[name] = ""
        return
    found = places.meant(written)
    if found.place is not None and found.place.code:
        made.changes[name] = found.place.code
    else:
        made.faults[name] = "namesakes" if found.namesakes else "place"
        made.more[name] = "; ".join(found.namesakes)


def _substance(made: Reading, name: str, written: str) -> None:
    code = _substance_ids().get(fold(written)) if written else ""
    if code is None:
        made.faults[name] = "substance"
    else:
        made.changes[name] = code


def _when(made: Reading, name: str, written: str) -> None:
    text = dates.normal(written)
    if text is None:
        made.faults[name] = "date"
    else:
        made.changes[name] = text


def _currency(made: Reading, name: str, written: str) -> None:
    if re.fullmatch(r"[A-Za-z]{3}", written):
        made.changes[name] = written.upper()
    else:
        made.faults[name] = "currency"


def _quote(made: Reading, written: str, shown: Sequence[Sentence], start: int) -> None:
    """The words that say it, where they stand in one of the sentences shown: of several places the one nearest to the old."""
    at = [
        one.start + found.start()
        for one in shown
        for found in (re.finditer(re.escape(written), one.text) if written else ())
    ]
    if not at:
        made.faults["quote"] = "span"
        return
    nearest = min(at, key=lambda here: abs(here - start))
    made.changes["start"], made.changes["end"] = nearest, nearest + len(written)


_READ: Mapping[str, Callable[[Reading, str, str], None]] = {
    **dict.fromkeys(_NUMBERS, _number), **dict.fromkeys(_PLACES, _place), "substance": _substance, "when": _when,
    "currency": _currency,
}  # fmt: skip
_LISTS = {"substance": "substances", "currency": "currencies"}


def _label(kind: str, name: str, words: PageWords) -> str:
    return words.get(f"review.field.{kind}_{name}") or words[f"review.field.{name}"]


def _groups(kind: str, name: str, words: PageWords) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """What a field offers to choose from; () where it is written."""
    if name == "modality":
        return _modalities(words.lang)
    if name == "type":
        return (("", tuple((code, words.name(words[f"types.{code}"])) for code in codes.TEXT_TYPES)),)
    if name in ("per_unit", "unit"):
        return _units(kind, words)
    chosen = _choices(kind, name, words)
    return (("", chosen),) if chosen else ()


def _choices(kind: str, name: str, words: PageWords) -> tuple[Option, ...]:
    figures = words.figures
    if name == "kind" and kind == "price":
        return _named(codes.PriceKind, lambda c: words.get(f"price_kinds.{c}", c))
    if name == "kind" and kind == "quantity":
        return _named(codes.QuantityKind, lambda c: words.get(f"quantity_kinds.{c}", c))
    if name == "kind":
        return _named(codes.EventKind, lambda c: figures.of("events", c))
    if name == "measure":
        return _named(codes.PurityMeasure, lambda c: figures.of("measures", c))
    if name == "indicator":
        return _named(codes.Indicator, lambda c: figures.of("indicators", c))
    if name == "direction":
        return _named(codes.Direction, lambda c: words.get(f"directions.{c}", c))
    if name == "mode":
        return _named(codes.FlowMode, lambda c: words.get(f"modes.{c}", words["unknown"]))
    if name == "assertion":
        return _named(codes.Assertion, lambda c: words.get(f"assertions.{c}", c))
    if name == "form":
        return (
            ("", "–"),
            *((code, words.get(f"review.form.{code}", code)) for code in table(words.lang)["review"]["form"]),
        )
    return ()


def _named(literal: Any, name: Callable[[str], str]) -> tuple[Option, ...]:
    return tuple((code, name(code)) for code in get_args(literal))


def _units(kind: str, words: PageWords) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    units = data_toml("grammar", "units.toml")
    named = {
        "mass": tuple(units["mass"]),
        "volume": tuple(units["volume"]),
        "piece": tuple(units["piece"]["codes"]),
    }
    if kind == "event":
        named = {"person": ("person",)}  # what an event counts

    def option(unit: str) -> Option:
        return unit, words.get(f"review.unit.{unit}") or words.figures.of("units", unit)

    groups = [
        (words[f"review.units.{name}"], tuple(option(unit) for unit in units))
        for name, units in named.items()
    ]
    return (("", (("", "–"),)), *groups)


@cache
def _modalities(lang: str) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    table = data_toml("taxonomy", "modalities.toml")
    return tuple(
        (
            family["label"][lang],
            tuple(
                (row["id"], row["label"][lang])
                for row in table["code"]
                if row["id"].startswith(f"{family['id']}:")
            ),
        )
        for family in table["family"]
    )


def currencies() -> Sequence[str]:
    """Codes that the field offers, the usual ones first."""
    table = data_toml("taxonomy", "currencies.toml")
    return list(dict.fromkeys(("EUR", "USD", "GBP", "CHF", *table["fixed"])))
