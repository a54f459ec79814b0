"""Which part of the queue somebody wants to read: by type, substance, area, source, reason.

In: proposals as the queue holds them, which say what the extractor read and nothing of what anybody decided. Out: those meant. So what is left
of a queue by a filter tells a second reader no more than the queue. Left out: who may read what (`book`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from vigie.review.records import Proposal

REASONS = ("threshold", "share", "shift", "late", "random")  # "uncertain" is said of every fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A choice of proposals; "" for no choice.

    Attributes:
        substance: canonical id. area: code of a commune, department, region or country that the fact is placed in.
        source: id of a source card, or the outlet of a document without one. reason: one of REASONS.
    """

    type: str = ""
    substance: str = ""
    area: str = ""
    source: str = ""
    reason: str = ""

    def holds(self, one: Proposal) -> bool:
        return all(
            not wanted or wanted in said
            for wanted, said in (
                (self.type, (one.type,)), (self.substance, (one.substance,)), (self.area, one.places),
                (self.source, (one.source, one.outlet)), (self.reason, [why.code for why in one.why]),
            )
        )  # fmt: skip

    @property
    def chosen(self) -> dict[str, str]:
        """What is chosen, by name, in the order of the fields."""
        return {name: value for name in NAMES if (value := getattr(self, name))}

    @property
    def query(self) -> str:
        """As an address has it; "" for all."""
        return urlencode(self.chosen)


NAMES = tuple(field.name for field in fields(Picked))
ALL = Picked()


def offered(proposals: Iterable[Proposal]) -> dict[str, dict[str, str]]:
    """What may be chosen of these, by field: value -> the name that the queue has for it, "" for none."""
    found: dict[str, dict[str, str]] = {name: {} for name in NAMES}
    for one in proposals:
        found["type"][one.type] = ""
        found["area"] |= dict.fromkeys(one.places, "")
        if one.substance:
            found["substance"][one.substance] = ""
        if one.source:
            found["source"][one.source] = one.outlet
        found["reason"] |= {why.code: "" for why in one.why if why.code in REASONS}
    return found
