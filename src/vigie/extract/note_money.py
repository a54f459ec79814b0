"""A price of a note as a value: what it is for, in euros, per unit.

In: a price as said (`note_price.Said`), its substance, form and day. Out: PriceValue, the reason of its unit, and what the writer is told.
A bare figure is for the piece that the product comes in, or for a gram of what is sold by the gram, within the range of texts
(data/taxonomy/retail.toml); else it stays a lump, which enters no median.
"""

from __future__ import annotations

from datetime import date

from vigie.extract.currency import to_eur
from vigie.extract.note_price import Said
from vigie.lexicon.grammar import mass_in_grams
from vigie.lexicon.terms import data_toml
from vigie.model.observation import PriceValue


def price_value(
    said: Said, substance: str, form: str | None, day: date | None
) -> tuple[PriceValue, str, str]:
    """The value, the reason of its unit, and the id of a remark or ""."""
    per_value, per_unit, reason, told = _unit(said, substance, form, day)
    low, note = to_eur(said.low, said.currency, day) if said.low is not None else (None, None)
    high, other = to_eur(said.high, said.currency, day) if said.high is not None else (None, None)
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
    return value, reason, told


def _unit(
    said: Said, substance: str, form: str | None, day: date | None
) -> tuple[float | None, str | None, str, str]:
    """What a price is for, with the reason: said, the usual piece, or a gram of what is sold by the gram."""
    if said.kind in ("delivery-fee", "min-order"):
        return None, None, "lump", ""
    if said.per_unit not in (None, "unit"):
        return said.per_value, said.per_unit, "said", ""
    retail = data_toml("taxonomy", "retail.toml")
    piece: str | None = retail["piece"].get(form or "") or retail["piece"].get(substance)
    if said.per_unit == "unit" and piece:
        return said.per_value, piece, "piece", ""
    if substance in retail["by_gram"] and form not in ("pill", "capsule", "rock"):
        count = said.per_value or 1.0
        euros = to_eur((said.low or said.high or 0.0) / count, said.currency, day)[0]
        if euros is not None and retail["range_eur"][0] <= euros <= retail["range_eur"][1]:
            return count, "g", "assumed", "price-gram"
    if said.per_unit:
        return said.per_value, said.per_unit, "unknown", "price-no-unit"
    return None, None, "unknown", "price-no-unit"
