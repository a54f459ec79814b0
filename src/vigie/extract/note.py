"""Field notes with fields: what each field states, once, and what the free text adds.

In: a CleanDocument whose text has the layout of a field note (`vigie.lexicon.note_fields`). Out: observations, and remarks for the
writer: what is empty, ambiguous or not understood. Values go through the finders that read texts; what an extractor finds in the prose
of the same note is dropped where a field states it. Everything is read from the redacted text, so that a stored note is extracted again
like any other document. Left out: words of remarks (data/templates/field_note.toml).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from vigie.extract.analysis import Analysis, within
from vigie.extract.finish import observation_id
from vigie.extract.note_buying import ways_in
from vigie.extract.note_effects import harms_in, part_of
from vigie.extract.note_money import price_value
from vigie.extract.note_price import Said, prices_in
from vigie.extract.note_records import Block, Common, NoteReading, Remark, Teller
from vigie.extract.note_values import Values, blanked, placeholder
from vigie.extract.substance import find_forms
from vigie.lexicon.grammar import alternation
from vigie.lexicon.note_fields import Field, Layout, layout, products, specs, words
from vigie.lexicon.substances import label, related
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
from vigie.text.normalise import fold
from vigie.text.sentences import Span

RULE = "note"
Drafts = Callable[[Analysis], list[Observation]]
_FIELD_CONFIDENCE = 0.95  # of what a field says, before how sure the writer is
_SURE = 0.9  # the confidence of a note whose writer saw it: prose is then believed as in any text
_OF_A_PRODUCT = (PriceValue, QuantityValue, PurityValue, EventValue, TrendValue)


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
        self.extract = extract
        self.tell = Teller()
        self.values = Values(self.analysis, self.lang, self.tell)
        self.blocks = list(self._blocks())

    def read(self) -> NoteReading:
        facts: list[Observation] = []
        commons: list[tuple[Block, Common, str | None]] = []
        self._empty_fields()
        for number, block in enumerate(self.blocks, 1):
            self.tell.number = number if len(self.blocks) > 1 else 0
            common = self._common(block)
            substances, form = self._product(block)
            only = substances[0][0] if len(substances) == 1 else None
            facts += self._prices(block, common, substances, form)
            facts += self._buying(block, common)
            commons.append((block, common, only))
        self.tell.number = 0
        facts += self._prose(facts, commons)
        for field in self.layout.fields:
            if placeholder().search(self.text, field.start, field.end):
                self.tell("removed", field.id, number=self._number_of(field))
        unique: dict[Any, Observation] = {}
        for fact in facts:  # two lines of a note that say the same are one statement
            unique.setdefault(
                (fact.value, fact.substance, fact.form, fact.place and fact.place.code, fact.when), fact
            )
        ordered = sorted(unique.values(), key=lambda o: (o.start, o.end, o.type, repr(o.value)))
        return NoteReading(observations=tuple(ordered), remarks=tuple(self.tell.remarks), lang=self.lang)

    # The layout.

    def _blocks(self) -> Iterator[Block]:
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
            self.tell("product-first")
            starts = [f.start for f in of_product if f.id == "product"]
        most = words()["layout"]["most_products"]
        ends = [*starts[1 : most + 1], len(self.text)][:most] if starts else [len(self.text)]
        if len(starts) > most:
            self.tell("product-many", detail=str(most))
        starts = starts[:most] or [0]
        for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
            first = 0 if index == 0 else start
            own = tuple(f for f in fields if first <= f.start < end)
            if any(specs()[f.id].many for f in own) or len(starts) == 1:
                yield Block(own=own, start=first, end=end)

    def _value(self, name: str, block: Block) -> Field | None:
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

    def _empty_fields(self) -> None:
        for spec in specs().values():
            if spec.many or spec.id in ("date", "notes"):
                continue
            if not any(f.id == spec.id and f.end > f.start for f in self.layout.fields):
                what = {"sure": "sure-empty", "period": "no-period" if self.document.published else "no-date"}
                self.tell(what.get(spec.id, "empty"), "" if what.get(spec.id) == "no-date" else spec.id)
        for number, block in enumerate(self.blocks, 1):
            for spec in specs().values():
                if spec.many and block.one(spec.id) is None:
                    self.tell("empty", spec.id, number=number if len(self.blocks) > 1 else 0)

    # What holds for all facts of a product.

    def _common(self, block: Block) -> Common:
        place, who = self._value("place", block), self._value("who", block)
        period, sure = self._value("period", block), self._value("sure", block)
        assertion, confidence = self.values.sure(self._said(sure) if sure else None)
        return Common(
            place=self.values.place(self._said(place)) if place else None,
            when=self.values.when(self._said(period) if period else None),
            who=self.values.who(self._said(who)) if who else None,
            assertion=assertion,
            confidence=confidence,
        )

    # What the fields of a product state.

    def _product(self, block: Block) -> tuple[list[tuple[str, str | None]], str | None]:
        """The substances with the form that their name implies, and the form said in its own field."""
        field = block.one("product")
        if field is None:
            if any(specs()[f.id].many and f.end > f.start and f.id in ("price", "form") for f in block.own):
                self.tell("product-orphan", "price" if block.one("price") else "form")
            return [], self._form(block)
        said = self._said(field)
        hits = products(said, self.lang)
        found = [(hit.term.id, hit.term.extra.get("form")) for hit in hits]
        if not found:
            near = [m for m in within(self.analysis.substances, field.start, field.end) if m.substance]
            found = list({m.substance: (m.substance, m.form) for m in near if m.substance}.values())
        if not found:
            self.tell("product-unknown", "product")
        elif len(found) > 1:
            self.tell("product-several", "product", ", ".join(label(s, self.lang) for s, _ in found))
        form = self._form(block)
        if form is None:
            named_forms = {m.form for m in find_forms(said, self.lang) if m.form}
            form = named_forms.pop() if len(named_forms) == 1 else None
        return found, form

    def _form(self, block: Block) -> str | None:
        field = block.one("form")
        if field is None:
            return None
        said = self._said(field)
        named_forms = self.values.either(
            lambda lang: [m.form for m in find_forms(said, lang) if m.form] or _forms(lang, fold(said))
        )
        found = list(dict.fromkeys(named_forms))
        if not found:
            self.tell("form-unknown", "form")
        elif len(found) > 1:
            self.tell("form-several", "form", ", ".join(found))
        return found[0] if len(found) == 1 else None

    def _prices(
        self, block: Block, common: Common, substances: Sequence[tuple[str, str | None]], form: str | None
    ) -> Iterator[Observation]:
        for field in block.own:
            if field.id != "price" or field.end <= field.start:
                continue
            value = blanked(self._said(field))
            currency = self.values.currency(common.place)
            found, told = prices_in(value, self.lang, currency)
            if not found or "price-part-unread" in told:
                again = prices_in(value, self.values.other, currency)
                found, told = again if len(again[0]) > len(found) else (found, told)
            for what in told:
                self.tell(what, "price")
            if any(said.assumed for said in found):
                self.tell("price-currency", "price", currency or "")
            for said in found:
                mine = self._whose(value[said.start : said.end], substances)
                if mine is None:
                    if substances:
                        self.tell("price-whose", "price")
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

    def _price(
        self, field: Field, said: Said, substance: str, form: str | None, common: Common
    ) -> Observation:
        value, reason, told = price_value(said, substance, form, common.when.start or self.analysis.reference)
        if told:
            self.tell(told, "price")
        rule = f"{RULE}.price@1|kind:{said.kind}|unit:{reason}|substance:field"
        start, end = field.start + said.start, field.start + said.end
        return self._fact(start, end, value, rule, common, substance, form)

    def _buying(self, block: Block, common: Common) -> Iterator[Observation]:
        for field in block.own:
            if field.id != "buying" or field.end <= field.start:
                continue
            codes = ways_in(self.text, self.lang, field.start, field.end)
            codes = codes or ways_in(self.text, self.values.other, field.start, field.end)
            if not codes:
                self.tell("buying-unknown", "buying")
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
        common: Common,
        substance: str | None,
        form: str | None,
    ) -> Observation:
        return Observation(
            id=observation_id(self.document.doc_id, start, end, rule, value, substance, None),
            doc_id=self.document.doc_id, start=start, end=end, quote=self.text[start:end], substance=substance, form=form,
            place=common.place, when=common.when, assertion=common.assertion, attribution=common.who,
            confidence=round(_FIELD_CONFIDENCE * common.confidence, 3), rule=rule, value=value,
        )  # fmt: skip

    # What the prose adds.

    def _prose(
        self, stated: Sequence[Observation], commons: Sequence[tuple[Block, Common, str | None]]
    ) -> Iterator[Observation]:
        found = self.extract(self.analysis)
        for block, common, only in commons:
            effects = block.one("effects")
            counted = self._counted(effects, found, common, only) if effects else []
            found = [o for o in found if not any(self._is_part(o, whole) for whole in counted)]
            yield from counted
            number = self._number_of(effects) if effects else 0
            if (
                effects
                and not counted
                and not any(
                    isinstance(o.value, EventValue) and effects.start <= o.start < effects.end for o in found
                )
            ):
                self.tell("effects-text", "effects", number=number)
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

    def _counted(
        self, field: Field, found: Sequence[Observation], common: Common, only: str | None
    ) -> list[Observation]:
        """Persons whom the field counts in few words, where no sentence of it was read as the same event."""
        known = [(o.value.kind, o.start, o.end) for o in found if isinstance(o.value, EventValue)]
        folded, made = fold(self.text), []
        for lang in (self.lang, self.values.other):
            for kind, number, start, end in harms_in(folded, lang, field.start, field.end):
                same = [(low, high) for k, low, high in known if k == kind]
                if not any(
                    (low < end and start < high) or (high <= start and part_of(folded[high:start], lang))
                    for low, high in same
                ):
                    known.append((kind, start, end))
                    value = EventValue(kind=kind, low=number, high=number, unit="person")
                    made.append(self._fact(start, end, value, f"{RULE}.effects@1", common, only, None))
            if made:
                break
        return made

    def _is_part(self, fact: Observation, whole: Observation) -> bool:
        """ "2 aux urgences, dont 1 en réanimation": the one is of the two."""
        one, other = fact.value, whole.value
        return (
            isinstance(one, EventValue) and isinstance(other, EventValue) and one.kind == other.kind and whole.end <= fact.start
            and part_of(fold(self.text[whole.end : fact.start]), self.lang)
        )  # fmt: skip

    def _kept(
        self,
        found: Sequence[Observation],
        spans: Sequence[tuple[int, int]],
        stated: Sequence[Observation],
        common: Common,
        only: str | None,
    ) -> Iterator[Observation]:
        """Of what the extractors found, what lies in the spans and no field states, placed and dated as the note where its sentence is not."""
        for fact in found:
            start = next((low for low, high in spans if low <= fact.start and fact.end <= high), None)
            if start is None:
                continue
            settled = self._settled(fact, common, only, start)
            if not any(_same(settled, other) for other in stated):
                yield settled

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

    def _settled(self, fact: Observation, common: Common, only: str | None, start: int) -> Observation:
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


def _body(found: Layout, start: int) -> Layout:
    """The layout without the title."""
    return replace(
        found,
        fields=tuple(f for f in found.fields if f.start >= start),
        free=tuple((a, b) for a, b in found.free if a >= start),
        breaks=tuple(at for at in found.breaks if at >= start),
    )


def _same(one: Observation, other: Observation) -> bool:
    """Whether two facts of one note are the same statement: said in a field, and told again in the prose, of one place and time."""
    a, b = one.value, other.value
    if (one.place and one.place.code) != (other.place and other.place.code) or one.when != other.when:
        return False
    if isinstance(a, PriceValue) and isinstance(b, PriceValue):
        alike = (a.low, a.high, a.currency) == (b.low, b.high, b.currency) and (
            a.per_unit is None or b.per_unit is None or (a.per_value, a.per_unit) == (b.per_value, b.per_unit)
        )
        mine = one.substance is None or other.substance is None or related(one.substance, other.substance)
        return alike and mine
    return isinstance(a, ModalityValue) and a == b


def _forms(lang: str, folded: str) -> list[str]:
    """Forms that words say only in a field of forms."""
    listed = words()["form"][lang].items()
    return [form for form, known in listed if re.search(rf"(?<!\w){alternation(known)}(?!\w)", folded)]


__all__ = ["NoteReading", "Remark", "read_note"]
