"""The records of reading a field note: remarks for its writer, its products, what holds for their facts.

In: nothing. Out: Remark, NoteReading, Block, Common, and the Teller that collects remarks.
"""

from __future__ import annotations

from dataclasses import dataclass

from vigie.lexicon.note_fields import Field, specs
from vigie.model.observation import Assertion, Observation
from vigie.model.period import When
from vigie.model.place import Place


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
class Block:
    """The fields of one product; `own` includes those of the whole note that stand among them."""

    own: tuple[Field, ...]
    start: int
    end: int

    def one(self, name: str) -> Field | None:
        return next((f for f in self.own if f.id == name and f.end > f.start), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What holds for the facts of a block, besides the product."""

    place: Place | None
    when: When
    who: str | None
    assertion: Assertion
    confidence: float


class Teller:
    """Collects remarks, each once.

    `number` is the product that is read: remarks on its fields carry it; 0 where the note has one product.
    """

    def __init__(self) -> None:
        self.remarks: dict[Remark, None] = {}
        self.number = 0

    def __call__(self, what: str, field: str = "", detail: str = "", number: int | None = None) -> None:
        product = self.number if number is None else number
        if field and not specs()[field].many:
            product = 0
        self.remarks.setdefault(Remark(id=what, field=field, product=product, detail=detail))
