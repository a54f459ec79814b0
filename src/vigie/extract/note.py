"""Field notes with fields: what each field states, once, and what the free text adds.

In: a CleanDocument whose text has the layout of a field note (`vigie.lexicon.note_fields`). Out: observations, and remarks for the
writer: what is empty, ambiguous or not understood. Values go through the finders that read texts; what an extractor finds in the prose
of the same note is dropped where a field states it. Everything is read from the redacted text, so that a stored note is extracted again
like any other document. Left out: words of remarks (data/templates/field_note.toml).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from vigie.extract.analysis import Analysis, within
from vigie.extract.currency import to_eur
from vigie.extract.dates import find_dates
from vigie.extract.finish import observation_id
from vigie.extract.modality import modalities_of_field
from vigie.extract.note_price import Said, prices_in
from vigie.extract.place import find_places
from vigie.extract.substance import find_forms
from vigie.lexicon.gazetteer import gazetteer, key, place_by_code
from vigie.lexicon.grammar import alternation, mass_in_grams
from vigie.lexicon.note_fields import LANGUAGES, Field, Layout, layout, named, products, specs, words
from vigie.lexicon.substances import label, related
from vigie.lexicon.terms import data_toml
from vigie.model.document import CleanDocument
from vigie.model.observation import (
    EventValue,
    ModalityValue,
    Observation,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
    Value,
)
from vigie.model.period import UNKNOWN_WHEN, When
from vigie.model.place import Place
from vigie.text.normalise import fold
from vigie.text.sentences import Span

RULE = "note"
Found = TypeVar("Found")
Drafts = Callable[[Analysis], list[Observation]]
_FIELD_CONFIDENCE = 0.95  # of what a field says, before how sure the writer is
_SURE = 0.9  # the confidence of a note whose writer saw it: prose is then believed as in any text
_DEPARTMENT = re.compile(r"(?<!\d)(?:2[AB]|97[1-6]|\d{2})(?!\d)")
_OF_A_PRODUCT = (PriceValue, QuantityValue, PurityValue, EventValue, TrendValue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something for the writer of a note.

    Attributes:
        id: which words say it (data/templates/field_note.toml, remark).
        field: id of the field; "" for the note.
        product: number of the product that the field belongs to, from 1; 0 where the note has one, or for the note.
        detail: a canonical label or code, never words of the note.
    """

    id: str
    field: str = ""
    product: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReading:
    """What a note states and what its writer should know, both in order of text."""

    observations: tuple[Observation, ...]
    remarks: tuple[Remark, ...]
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The fields of one product; `own` includes those of the whole note that stand among them."""

    own: tuple[Field, ...]
    start: int
    end: int

    def one(self, name: str) -> Field | None:
        return next((f for f in self.own if f.id == name and f.end > f.start), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What holds for the facts of a block, besides the product."""

    place: Place | None
    when: When
    who: str | None
    assertion: str
    confidence: float


def read_note(document: CleanDocument, extract: Drafts) -> NoteReading:
    """The facts of a note.

    Args:
        extract: what the extractors find in the whole text, as in any document.
    """
    return _Note(document, extract).read()


class _Note:
    def __init__(self, document: CleanDocument, extract: Drafts) -> None:
        self.document, self.text = document, document.text
        self.analysis = Analysis(document)
        self.layout = _body(layout(document.text), document.body_start)
        self.lang = self.layout.lang
        self.other = next(lang for lang in LANGUAGES if lang != self.lang)
        self.extract = extract
        self.remarks: list[Remark] = []
        self._told: set[tuple[str, str, int, str]] = set()
        self.number = 0  # of the product that is read
        self.blocks = list(self._blocks())

    def read(self) -> NoteReading:
        facts: list[Observation] = []
        commons: list[tuple[_Block, _Common, str | None]] = []
        self._empty_fields()
        for number, block in enumerate(self.blocks, 1):
            self.number = number if len(self.blocks) > 1 else 0
            common = self._common(block)
            substances, form = self._product(block)
            only = substances[0][0] if len(substances) == 1 else None
            facts += self._prices(block, common, substances, form)
            facts += self._buying(block, common)
            commons.append((block, common, only))
        self.number = 0
        facts += self._prose(facts, commons)
        for field in self.layout.fields:
            if _placeholder().search(self.text, field.start, field.end):
                self._tell("removed", field.id, number=self._number_of(field))
        unique: dict[Any, Observation] = {}
        for fact in facts:  # two lines of a note that say the same are one statement
            unique.setdefault(
                (fact.value, fact.substance, fact.form, fact.place and fact.place.code, fact.when), fact
            )
        ordered = sorted(unique.values(), key=lambda o: (o.start, o.end, o.type, repr(o.value)))
        return NoteReading(observations=tuple(ordered), remarks=tuple(self.remarks), lang=self.lang)

    # The layout.

    def _blocks(self) -> Iterator[_Block]:
        """The fields by product: a product opens one, or, where another field of a product comes first, that one does."""
        fields = self.layout.fields
        of_product = [f for f in fields if specs()[f.id].many]
        opener = of_product[0].id if of_product else "product"
        starts = [f.start for f in of_product if f.id == opener]
        if self.layout.breaks:
            starts = sorted(
                {*self.layout.breaks, *(f.start for f in of_product[:1] if f.start < self.layout.breaks[0])}
            )
        elif opener != "product" and len([f for f in fields if f.id == "product"]) > len(starts):
            self._tell("product-first")
            starts = [f.start for f in of_product if f.id == "product"]
        most = words()["layout"]["most_products"]
        ends = [*starts[1 : most + 1], len(self.text)][:most] if starts else [len(self.text)]
        if len(starts) > most:
            self._tell("product-many", detail=str(most))
        starts = starts[:most] or [0]
        for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
            first = 0 if index == 0 else start
            own = tuple(f for f in fields if first <= f.start < end)
            if any(specs()[f.id].many for f in own) or len(starts) == 1:
                yield _Block(own=own, start=first, end=end)

    def _value(self, name: str, block: _Block) -> Field | None:
        """A field of the whole note as it holds for a block: its own, else the last before it, else the first after it."""
        if own := block.one(name):
            return own
        every = [f for f in self.layout.fields if f.id == name and f.end > f.start]
        before = [f for f in every if f.start < block.start]
        return before[-1] if before else every[0] if every else None

    def _number_of(self, field: Field) -> int:
        if len(self.blocks) < 2 or not specs()[field.id].many:
            return 0
        return next((n for n, b in enumerate(self.blocks, 1) if b.start <= field.start < b.end), 0)

    def _said(self, field: Field) -> str:
        return self.text[field.start : field.end]

    def _either(self, find: Callable[[str], list[Found]]) -> list[Found]:
        """What a finder finds in the language of the labels, else in the other: a team fills in the template it has."""
        return find(self.lang) or find(self.other)

    def _tell(self, what: str, field: str = "", detail: str = "", number: int | None = None) -> None:
        product = self.number if number is None else number
        if field and not specs()[field].many:
            product = 0
        if (what, field, product, detail) not in self._told:
            self._told.add((what, field, product, detail))
            self.remarks.append(Remark(id=what, field=field, product=product, detail=detail))

    def _empty_fields(self) -> None:
        for spec in specs().values():
            if spec.many or spec.id in ("date", "notes"):
                continue
            if not any(f.id == spec.id and f.end > f.start for f in self.layout.fields):
                what = {"sure": "sure-empty", "period": "no-period" if self.document.published else "no-date"}
                self._tell(what.get(spec.id, "empty"), "" if what.get(spec.id) == "no-date" else spec.id)
        for number, block in enumerate(self.blocks, 1):
            for spec in specs().values():
                if spec.many and block.one(spec.id) is None:
                    self._tell("empty", spec.id, number=number if len(self.blocks) > 1 else 0)

    # What holds for all facts of a product.

    def _common(self, block: _Block) -> _Common:
        place, when = self._place(block), self._when(block)
        assertion, confidence = self._sure(block)
        return _Common(
            place=place, when=when, who=self._who(block), assertion=assertion, confidence=confidence
        )

    def _place(self, block: _Block) -> Place | None:
        field = self._value("place", block)
        if field is None:
            return None
        said = _placeholder().sub(lambda m: " " * len(m.group()), self._said(field))
        found = find_places(said, self.lang) or find_places(_capitals(said), self.lang)
        places = list({m.place.code or m.place.label: m.place for m in found}.values())
        inner = [
            p
            for p in places
            if not any(p.code in (o.department, o.region, o.country) for o in places if o is not p)
        ]
        if not inner:
            return self._department(said, field)
        if len(inner) > 1:
            self._tell("place-several", "place", inner[0].label)
        elif len(places) == 1 and inner[0].level in ("commune", "city"):
            return self._namesake(inner[0])
        return inner[0]

    def _department(self, said: str, field: Field) -> Place | None:
        """ "dans le 93": a department by its number."""
        match = _DEPARTMENT.search(said.upper())
        place = place_by_code(f"FR-{match.group()}") if match else None
        if place is None:
            self._tell("place-unknown", field.id)
        return place

    def _namesake(self, place: Place) -> Place:
        """Of towns of one name, one where the money of the note is paid in; told where another is as likely."""
        others = [
            e
            for e in gazetteer().find(key(place.label))
            if e.level in ("commune", "city") and e.code != place.code
        ]
        money = words()["price"]["country"]
        paid = {m.currency for m in self.analysis.money} & set(money.values())
        country = place.country or ""
        if len(paid) == 1 and money.get(country) not in paid:
            there = [e for e in others if money.get(e.country or "") in paid]
            if there:
                best = max(there, key=lambda e: e.population)
                place, others = best.place(place.name), [e for e in others if e is not best]
        if any(4 * e.population > _population(place) for e in others):
            self._tell(
                "place-namesakes", "place", f"{place.label} ({place.department or place.country or ''})"
            )
        return place

    def _when(self, block: _Block) -> When:
        field = self._value("period", block)
        published = self.document.published
        known = published.precision if published else "day"
        if field is not None:
            said = self._said(field)
            found = self._either(lambda lang: find_dates(said, lang, self.analysis.reference, known=known))
            if found:
                spans = {(m.start_date, m.end_date) for m in found}
                if len(spans) == 1:
                    if found[0].start_date > date.today():
                        self._tell("period-future", "period")
                    if (
                        found[0].precision == "day"
                        and len(found) == 1
                        and _week_of().search(fold(said), 0, found[0].start)
                    ):
                        return When(
                            found[0].start_date, found[0].start_date + timedelta(days=6), "week", "text"
                        )
                    return When(found[0].start_date, found[0].end_date, found[0].precision, "text")
                first, last = min(m.start_date for m in found), max(m.end_date for m in found)
                coarse = max((m.precision for m in found), key=_PRECISIONS.index)
                self._tell("period-several", "period", f"{first} – {last}")
                return When(first, last, coarse, "text")
            self._tell("period-unknown", "period")
        return When.of(published, "document") if published else UNKNOWN_WHEN

    def _who(self, block: _Block) -> str | None:
        field = self._value("who", block)
        if field is None:
            return None
        said = self._said(field)
        if any(data_toml("templates", "field_note.toml")[lang]["who_rest"] in said for lang in ("fr", "en")):
            self._tell("who-rest", "who")
        roles = list(dict.fromkeys(str(row["label"][self.lang]) for _, _, row in named("role", said)))
        if not roles:
            self._tell("who-unknown", "who")
        return ", ".join(roles) or None

    def _sure(self, block: _Block) -> tuple[str, float]:
        default = words()["unstated"]
        field = self._value("sure", block)
        if field is None:
            return default["assertion"], default["confidence"]
        rows = {row["id"]: row for _, _, row in named("sure", self._said(field))}
        if not rows:
            self._tell("sure-unknown", "sure")
            return default["assertion"], default["confidence"]
        least: Mapping[str, Any] = min(rows.values(), key=lambda row: row["confidence"])
        if len(rows) > 1:
            self._tell("sure-several", "sure", str(least["label"][self.lang]))
        return least["assertion"], least["confidence"]

    # What the fields of a product state.

    def _product(self, block: _Block) -> tuple[list[tuple[str, str | None]], str | None]:
        """The substances with the form that their name implies, and the form said in its own field."""
        field = block.one("product")
        if field is None:
            if any(specs()[f.id].many and f.end > f.start and f.id in ("price", "form") for f in block.own):
                self._tell("product-orphan", "price" if block.one("price") else "form")
            return [], self._form(block)
        said = self._said(field)
        hits = products(said, self.lang)
        found = [(hit.term.id, hit.term.extra.get("form")) for hit in hits]
        if not found:
            near = [m for m in within(self.analysis.substances, field.start, field.end) if m.substance]
            found = list({m.substance: (m.substance, m.form) for m in near if m.substance}.values())
        if not found:
            self._tell("product-unknown", "product")
        elif len(found) > 1:
            self._tell("product-several", "product", ", ".join(label(s, self.lang) for s, _ in found))
        form = self._form(block)
        if form is None:
            named_forms = {m.form for m in find_forms(said, self.lang) if m.form}
            form = named_forms.pop() if len(named_forms) == 1 else None
        return found, form

    def _form(self, block: _Block) -> str | None:
        field = block.one("form")
        if field is None:
            return None
        said = self._said(field)
        named_forms = self._either(
            lambda lang: [m.form for m in find_forms(said, lang) if m.form] or _forms(lang, fold(said))
        )
        found = list(dict.fromkeys(named_forms))
        if not found:
            self._tell("form-unknown", "form")
        elif len(found) > 1:
            self._tell("form-several", "form", ", ".join(found))
        return found[0] if len(found) == 1 else None

    def _prices(
        self, block: _Block, common: _Common, substances: Sequence[tuple[str, str | None]], form: str | None
    ) -> Iterator[Observation]:
        for field in block.own:
            if field.id != "price" or field.end <= field.start:
                continue
            value = _placeholder().sub(lambda m: " " * len(m.group()), self._said(field))
            currency = self._currency(common.place)
            found, told = prices_in(value, self.lang, currency)
            if not found or "price-part-unread" in told:
                again = prices_in(value, self.other, currency)
                found, told = again if len(again[0]) > len(found) else (found, told)
            for what in told:
                self._tell(what, "price")
            if any(said.assumed for said in found):
                self._tell("price-currency", "price", currency or "")
            for said in found:
                mine = self._whose(value[said.start : said.end], substances)
                if mine is None:
                    if substances:
                        self._tell("price-whose", "price")
                    continue
                yield self._price(field, said, mine[0], form or mine[1], common)

    def _whose(
        self, clause: str, substances: Sequence[tuple[str, str | None]]
    ) -> tuple[str, str | None] | None:
        """The substance of a price: of the product field, where it names one; else the one that the words of the price name."""
        if len(substances) == 1:
            return substances[0]
        here = {hit.term.id for hit in products(clause, self.lang)}
        mine = [s for s in substances if s[0] in here]
        return mine[0] if len(mine) == 1 else None

    def _currency(self, place: Place | None) -> str | None:
        known = words()["price"]
        country = (place.country or (place.code if place.level == "country" else None)) if place else None
        if country is None:
            country, known = self.lang, {"country": known["language"]}
        found: str | None = known["country"].get(country)
        return found

    def _price(
        self, field: Field, said: Said, substance: str, form: str | None, common: _Common
    ) -> Observation:
        per_value, per_unit, reason = self._unit(said, substance, form, common)
        day = common.when.start or self.analysis.reference
        ends = [
            to_eur(bound, said.currency, day) if bound is not None else (None, None)
            for bound in (said.low, said.high)
        ]
        (low, note), (high, other) = ends
        per_euro = unit = None
        if per_unit and per_value:
            grams = mass_in_grams().get(per_unit)
            unit = "g" if grams else per_unit
            bounds = [bound for bound in (low, high) if bound is not None]
            if bounds:
                per_euro = round(sum(bounds) / len(bounds) / (per_value * (grams or 1.0)), 6)
        value = PriceValue(
            kind=said.kind, low=said.low, high=said.high, currency=said.currency, per_value=per_value, per_unit=per_unit,
            eur_low=low, eur_high=high, eur_per_unit=per_euro, unit=unit, eur_note=note or other,
        )  # fmt: skip
        rule = f"{RULE}.price@1|kind:{said.kind}|unit:{reason}|substance:field"
        return self._fact(
            field.start + said.start, field.start + said.end, value, rule, common, substance, form
        )

    def _unit(
        self, said: Said, substance: str, form: str | None, common: _Common
    ) -> tuple[float | None, str | None, str]:
        """What a price is for, with the reason: said, the usual piece, or a gram of what is sold by the gram."""
        if said.kind in ("delivery-fee", "min-order"):
            return None, None, "lump"
        if said.per_unit not in (None, "unit"):
            return said.per_value, said.per_unit, "said"
        retail = data_toml("taxonomy", "retail.toml")
        piece: str | None = retail["piece"].get(form or "") or retail["piece"].get(substance)
        if said.per_unit == "unit" and piece:
            return said.per_value, piece, "piece"
        by_gram = substance in retail["by_gram"] and form not in ("pill", "capsule", "rock")
        if by_gram:
            count = said.per_value or 1.0
            euros = to_eur(
                (said.low or said.high or 0.0) / count,
                said.currency,
                common.when.start or self.analysis.reference,
            )[0]
            if euros is not None and retail["range_eur"][0] <= euros <= retail["range_eur"][1]:
                self._tell("price-gram", "price")
                return count, "g", "assumed"
        self._tell("price-no-unit", "price")
        return (said.per_value, said.per_unit, "unknown") if said.per_unit else (None, None, "unknown")

    def _buying(self, block: _Block, common: _Common) -> Iterator[Observation]:
        for field in block.own:
            if field.id != "buying" or field.end <= field.start:
                continue
            codes: dict[str, tuple[int, int]] = {}
            for mention in modalities_of_field(self.text, self.lang, field.start, field.end):
                codes.setdefault(f"{mention.family}:{mention.code}", (mention.start, mention.end))
            folded = fold(self._said(field))
            for match, code in self._either(lambda lang: _ways(lang, folded)):  # noqa: B023 - used at once
                span = (field.start + match.start(), field.start + match.end())
                family = code.partition(":")[0]
                if not any(
                    a < span[1] and span[0] < b and c.startswith(family) for c, (a, b) in codes.items()
                ):
                    codes.setdefault(code, span)
            if not codes:
                self._tell("buying-unknown", "buying")
            for code, (start, end) in codes.items():
                family, _, way = code.partition(":")
                value = ModalityValue(family=family, code=way)
                yield self._fact(start, end, value, f"{RULE}.buying@1", common, None, None)

    def _fact(
        self,
        start: int,
        end: int,
        value: Value,
        rule: str,
        common: _Common,
        substance: str | None,
        form: str | None,
    ) -> Observation:
        return Observation(
            id=observation_id(self.document.doc_id, start, end, rule, value, substance, None),
            doc_id=self.document.doc_id, start=start, end=end, quote=self.text[start:end], substance=substance, form=form,
            place=common.place, when=common.when, assertion=common.assertion, attribution=common.who,  # type: ignore[arg-type]
            confidence=round(_FIELD_CONFIDENCE * common.confidence, 3), rule=rule, value=value,
        )  # fmt: skip

    # What the prose adds.

    def _prose(
        self, stated: Sequence[Observation], commons: Sequence[tuple[_Block, _Common, str | None]]
    ) -> Iterator[Observation]:
        found = self.extract(self.analysis)
        for block, common, only in commons:
            effects = block.one("effects")
            number = self._number_of(effects) if effects else 0
            if effects and not any(
                isinstance(o.value, EventValue) and effects.start <= o.start < effects.end for o in found
            ):
                self._tell("effects-text", "effects", number=number)
            spans = [(f.start, f.end) for f in block.own if f.id == "effects" and f.end > f.start]
            yield from self._kept(found, spans, stated, common, only)
            spans = [(f.start, f.end) for f in block.own if f.id == "buying" and f.end > f.start]
            beside = [
                o for o in found if not isinstance(o.value, ModalityValue | TrendValue)
            ]  # its ways are read already
            yield from self._kept(beside, spans, stated, common, only)
        names = {only for _, _, only in commons}
        common = commons[0][1]
        spans = [(f.start, f.end) for f in self.layout.fields if f.id == "notes"] + list(self.layout.free)
        yield from self._kept(found, spans, stated, common, names.pop() if len(names) == 1 else None)

    def _kept(
        self,
        found: Sequence[Observation],
        spans: Sequence[tuple[int, int]],
        stated: Sequence[Observation],
        common: _Common,
        only: str | None,
    ) -> Iterator[Observation]:
        """Of what the extractors found, what lies in the spans and no field states, placed and dated as the note where its sentence is not."""
        for fact in found:
            start = next((low for low, high in spans if low <= fact.start and fact.end <= high), None)
            if start is not None and not any(_same(fact, other) for other in stated):
                yield self._settled(fact, common, only, start)

    def _of_product(self, fact: Observation, only: str | None, start: int) -> Observation:
        """A fact whose sentence names no substance, with that of its product; of several products, none but one named before it here."""
        if only is None:
            here = any(
                m.substance == fact.substance for m in within(self.analysis.substances, start, fact.start)
            )
            return (
                fact if here else replace(fact, substance=None, form=None, id=self._id(fact, fact.rule, None))
            )
        if fact.substance == only:
            return fact
        rule = f"{fact.rule}|substance:field"
        return replace(fact, substance=only, form=None, rule=rule, id=self._id(fact, rule, only))

    def _id(self, fact: Observation, rule: str, substance: str | None) -> str:
        return observation_id(fact.doc_id, fact.start, fact.end, rule, fact.value, substance, None)

    def _settled(self, fact: Observation, common: _Common, only: str | None, start: int) -> Observation:
        sentence = self.analysis.sentence_at(fact.start)
        if not within(self.analysis.places, sentence.start, sentence.end):
            fact = replace(fact, place=common.place or fact.place)
        if not within(self.analysis.dates, sentence.start, sentence.end) and common.when.start is not None:
            fact = replace(fact, when=common.when)
        if isinstance(fact.value, _OF_A_PRODUCT) and not _names_one(self.analysis, sentence):
            fact = self._of_product(fact, only, start)
        fact = replace(fact, confidence=round(fact.confidence * min(1.0, common.confidence / _SURE), 3))
        if fact.assertion == "affirmed" and common.assertion != "affirmed":
            fact = replace(fact, assertion="reported")
        return fact if fact.attribution else replace(fact, attribution=common.who)


def _names_one(analysis: Analysis, sentence: Span) -> bool:
    """Whether a sentence names a substance itself."""
    return any(m.substance for m in within(analysis.substances, sentence.start, sentence.end))


_PRECISIONS = ("day", "week", "month", "quarter", "year")


def _body(found: Layout, start: int) -> Layout:
    """The layout without the title."""
    return replace(
        found,
        fields=tuple(f for f in found.fields if f.start >= start),
        free=tuple((a, b) for a, b in found.free if a >= start),
        breaks=tuple(at for at in found.breaks if at >= start),
    )


def _same(one: Observation, other: Observation) -> bool:
    """Whether two facts of one note are the same statement: said in a field, and told again in the prose."""
    a, b = one.value, other.value
    if isinstance(a, PriceValue) and isinstance(b, PriceValue):
        alike = (a.low, a.high, a.currency) == (b.low, b.high, b.currency) and (
            a.per_unit is None or b.per_unit is None or (a.per_value, a.per_unit) == (b.per_value, b.per_unit)
        )
        mine = one.substance is None or other.substance is None or related(one.substance, other.substance)
        return alike and mine
    return isinstance(a, ModalityValue) and a == b


def _population(place: Place) -> int:
    entry = gazetteer().by_code(place.code) if place.code else None
    return entry.population if entry else 0


def _capitals(text: str) -> str:
    """The same with a capital at each word: a town written in haste."""
    return re.sub(r"(?<![\w'’])[a-zà-öø-ÿœ](?=\w{2})", lambda m: m.group().upper(), text)


@cache
def _code_of(lang: str) -> Mapping[str, str]:
    """Words of the field of ways of buying -> code."""
    return {word: code for code, listed in words()["buying"][lang].items() for word in listed}


def _forms(lang: str, folded: str) -> list[str]:
    """Forms that words say only in a field of forms."""
    listed = words()["form"][lang].items()
    return [form for form, known in listed if re.search(rf"(?<!\w){alternation(known)}(?!\w)", folded)]


@cache
def _week_of() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){alternation(words()['period']['week_of'])}[ ]")


@cache
def _way(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){alternation(_code_of(lang))}(?![\w-])")


def _ways(lang: str, folded: str) -> list[tuple[re.Match[str], str]]:
    """Where a field of ways of buying says a way, with its code."""
    return [(match, _code_of(lang)[match.group()]) for match in _way(lang).finditer(folded)]


@cache
def _placeholder() -> re.Pattern[str]:
    """What the redactor puts in the place of a removal."""
    shown = data_toml("redaction", "placeholders.toml")
    every = {word for row in shown.values() if isinstance(row, dict) for word in row.values()}
    return re.compile("|".join(re.escape(word) for word in sorted(every, key=len, reverse=True)))


__all__ = ["NoteReading", "Remark", "read_note"]
