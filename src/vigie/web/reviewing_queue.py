"""The list of the queue: which part of it an address asks for, what may be chosen, which page of it.

In: the parameters of an address, proposals. Out: Picked, lists to choose from, a Leaf. All of it is made of what the reader may decide, so that
nothing of another's decision shows in a choice, a number or an order. Left out: statements (`reviewing_said.py`), the page (`reviewing_pages.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from vigie.lexicon.gazetteer import place_by_code
from vigie.report.evidence import one_line
from vigie.review.picking import NAMES, REASONS, Picked, offered
from vigie.review.records import Proposal
from vigie.text.normalise import fold, typed
from vigie.web.choices import Choices, Field, Option
from vigie.web.words import PageWords

PER_PAGE = 20
_LONGEST = 200  # characters of a value
_LEVELS = ("country", "region", "department", "commune")
_LABELS = {"substance": "filters", "area": "filters"}  # the others are the desk's own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A page of the list: entries [start, start + PER_PAGE) of `total`."""

    number: int
    total: int

    @property
    def start(self) -> int:
        return (self.number - 1) * PER_PAGE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def picked_of(params: Mapping[str, str]) -> Picked:
    """What an address chooses; of a name that no fact has, nothing is left."""
    return Picked(**{name: typed(params.get(name, ""))[:_LONGEST].strip() for name in NAMES})


def leaf_of(text: str, total: int) -> Leaf:
    """The page that an address asks for, else the nearest that there is."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    last = Leaf(number=1, total=total).last
    return Leaf(number=min(max(asked, 1), last), total=total)


def address(path: str, picked: Picked, **more: str) -> str:
    """A path with what is chosen, and parameters of its own before that."""
    query = urlencode({**{name: value for name, value in more.items() if value}, **picked.chosen})
    return f"{path}?{query}" if query else path


def choices(proposals: Iterable[Proposal], picked: Picked, words: PageWords) -> Choices:
    """Lists of what may be chosen, with what is chosen, also where nothing of it is left to read."""
    found = offered(proposals)
    return Choices(fields=tuple(_field(name, found[name], getattr(picked, name), words) for name in NAMES))


def _field(name: str, values: Mapping[str, str], chosen: str, words: PageWords) -> Field:
    named = dict(values) | ({chosen: values.get(chosen, "")} if chosen else {})
    by_group: dict[str, list[Option]] = {}
    for value, told in named.items():
        group = _level(value) if name == "area" else ""
        one = Option(value=value, text=_named(name, value, told, words), chosen=value == chosen)
        by_group.setdefault(group, []).append(one)
    order = {group: n for n, group in enumerate(_LEVELS)}
    label = _LABELS.get(name, "review.pick")
    return Field(
        name=name,
        label=words[f"{label}.{name}"],
        any=words[f"{label}.any_{name}"],
        groups=tuple(
            (_level_named(group, words), tuple(_sorted(name, by_group[group])))
            for group in sorted(by_group, key=lambda group: order.get(group, -1))
        ),
    )


def _level(code: str) -> str:
    place = place_by_code(code)
    return place.level if place is not None and place.level in _LEVELS else ""


def _level_named(level: str, words: PageWords) -> str:
    return words["review.pick.communes"] if level == "commune" else words[f"levels.{level}"] if level else ""


def _sorted(name: str, options: list[Option]) -> list[Option]:
    if name == "reason":
        return sorted(options, key=lambda one: REASONS.index(one.value) if one.value in REASONS else -1)
    return sorted(options, key=lambda one: (fold(one.text), one.value))


def _named(name: str, value: str, told: str, words: PageWords) -> str:
    figures = words.figures
    if name == "type":
        return words.name(words.get(f"types.{value}", value))
    if name == "substance":
        return words.name(figures.substance(value))
    if name == "area":
        return figures.area(value)
    if name == "reason":
        return words.get(f"review.pick_reason.{value}", value)
    return one_line(told or value)
