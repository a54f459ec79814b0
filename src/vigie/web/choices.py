"""What the form of filters offers.

In: the read model, the filters set. Out: Choices, one list of options for each filter that the page has. Hundreds of options stand on every
page, so that their markup is made once for a model and language, and a page marks what is set in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from vigie.lexicon.gazetteer import place_by_code
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.web.words import PageWords

GRADES = ("A", "B", "C", "D", "E")
ALL = ("substance", "area", "period", "grade", "language")
_LEVELS = ("country", "region", "department")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    text: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One list: groups of options under a heading, "" for none."""

    name: str
    label: str
    any: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]

    @property
    def chosen(self) -> str:
        return next((o.text for _, options in self.groups for o in options if o.chosen), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The list of a filter as a page has it: `options` is the markup of all, `chosen` the text of what is set, "" for nothing."""

    name: str
    label: str
    any: str
    options: Markup
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    fields: tuple[Field | Filter, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(field.chosen for field in self.fields if field.chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """All options of one model in one language, nothing chosen: made once, used by every page.

    Attributes:
        texts: of each filter, value -> text of what it offers.
    """

    fields: tuple[Filter, ...]
    texts: Mapping[str, Mapping[str, str]]

    def choices(self, names: tuple[str, ...], filters: Filters, words: PageWords) -> Choices:
        """The lists of a page, with what is set chosen, also where no list holds it."""
        held = {"language": filters.lang} | {
            n: getattr(filters, n) for n in ("substance", "area", "period", "grade")
        }
        return Choices(
            fields=tuple(self._choose(f, held[f.name], words) for f in self.fields if f.name in names)
        )

    def _choose(self, field: Filter, value: str | None, words: PageWords) -> Filter:
        if not value:
            return field
        text = self.texts[field.name].get(value)
        if text is None:
            text = name_of(field.name, value, words)
            options = f"{_option(value, text, chosen=True)}{field.options}"
        else:
            # Not the method of Markup, which escapes what it puts in.
            options = str.replace(field.options, _option(value, text), _option(value, text, chosen=True), 1)
        return replace(field, options=Markup(options), chosen=text)


def _option(value: str, text: str, *, chosen: bool = False) -> Markup:
    return Markup('<option value="{}"{}>{}</option>').format(value, Markup(" selected" * chosen), text)


def _filter(field: Field) -> Filter:
    parts = []
    for title, options in field.groups:
        listed = "".join(_option(o.value, o.text) for o in options)
        parts.append(f'<optgroup label="{escape(title)}">{listed}</optgroup>' if title else listed)
    return Filter(name=field.name, label=field.label, any=field.any, options=Markup("".join(parts)))


def name_of(kind: str, value: str, words: PageWords) -> str:
    """A value of a filter as a reader names it."""
    figures = words.figures
    if kind == "substance":
        return figures.substance(value)
    if kind == "area":
        return figures.area(value)
    if kind == "period":
        return words.period(value)
    if kind == "language":
        return words.get(f"languages.{value}", value)
    return words.fill("filters.grade_or_better", grade=value) if value != "A" else words["filters.grade_a"]


def _areas(model: ReadModel, words: PageWords) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    by_level: dict[str, list[Option]] = {level: [] for level in _LEVELS}
    for code, _ in model.areas(Filters()):
        place = place_by_code(code)
        if place is not None and place.level in by_level:
            by_level[place.level].append(Option(value=code, text=words.figures.area(code)))
    return tuple(
        (words[f"levels.{level}"], tuple(sorted(options, key=lambda o: o.text)))
        for level, options in by_level.items()
        if options
    )


def lists(model: ReadModel, words: PageWords) -> Lists:
    """Every option that this model has; the public edition has no grade and no language."""

    def field(name: str, options: tuple[Option, ...]) -> Field:
        return Field(
            name=name,
            label=words[f"filters.{name}"],
            any=words[f"filters.any_{name}"],
            groups=(("", options),),
        )

    substances = sorted(
        (Option(value=s, text=words.figures.substance(s)) for s, _ in model.substances(Filters())),
        key=lambda o: o.text.lower(),
    )
    periods = tuple(
        (
            words[f"filters.{name}"],
            tuple(Option(value=p, text=words.period(p)) for p in reversed(found)),
        )
        for name, found in (("years", model.periods("year")), ("quarters", model.periods("quarter")))
        if found
    )
    fields = [
        field("substance", tuple(substances)),
        replace(field("area", ()), groups=_areas(model, words)),
        replace(field("period", ()), groups=periods),
    ]
    if not model.public:
        fields += [
            field("grade", tuple(Option(value=g, text=name_of("grade", g, words)) for g in GRADES)),
            field("language", tuple(Option(value=x, text=words[f"languages.{x}"]) for x in ("fr", "en"))),
        ]
    return Lists(
        fields=tuple(map(_filter, fields)),
        texts={f.name: {o.value: o.text for _, options in f.groups for o in options} for f in fields},
    )
