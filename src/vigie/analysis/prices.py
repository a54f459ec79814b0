"""Prices of a store as rows for an index: affirmed, dated, placed, each said once.

In: an open store, assessed (`vigie.assess`). Out: `PriceTable`, and how many facts were left out for which reason.
What counts as a price: data/stats/prices.toml. Transacted prices and police valuations are two kinds, never in one table.
A row's channel is the way of selling that stands in the same sentence; its purity the one that the same document states of the same
substance, for the same time where it states several.
Known weakness: a document that lists prices of several towns gives as many rows; intervals know that they have one source.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, TypeAlias

from vigie.lexicon.grammar import mass_in_grams
from vigie.lexicon.substances import group
from vigie.lexicon.terms import data_toml
from vigie.stats.summary import near_copies
from vigie.store import Store
from vigie.text.normalise import fold

Kind: TypeAlias = Literal["transacted", "valuation"]
KINDS: tuple[Kind, ...] = ("transacted", "valuation")
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One figure.

    Attributes:
        unadjusted: whether indices that hold no quantity constant may take it (retail).
        eur: for one `unit`; the mean where the source gives a range.
        quantity: units that it is the price of.
        start, end: days of the period that it speaks of; None unknown.
        place: code of the place as said; "" unknown. Then the codes of what contains it, "" unknown.
        source: who speaks for themselves; "" unknown.
        purity: percent; None unknown.
    """

    substance: str
    kind: Kind
    unadjusted: bool
    eur: float
    unit: str
    quantity: float
    start: date | None
    end: date | None
    place: str
    department: str
    region: str
    country: str
    source: str
    source_kind: str = ""
    form: str = ""
    channel: str = ""
    purity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """Figures, and what was left out by reason."""

    prices: tuple[Price, ...]
    left_out: Mapping[str, int]


@cache
def rules() -> Mapping[str, Any]:
    """data/stats/prices.toml."""
    return data_toml("stats", "prices.toml")


def read_prices(store: Store, *, kind: Kind = "transacted", substances: Collection[str] = ()) -> PriceTable:
    """Figures of a kind, of the substances (all without any), in order of publication."""
    rule = rules()["rows"]
    wanted = [*substances]
    only = "AND substance IN (SELECT unnest(?))" if wanted else ""
    columns = (
        "id, doc_id, type, substance, form, kind, assertion, place_label, place_code, place_department, place_region, "
        "place_country, when_start, when_end, eur_low, eur_high, eur_per_unit, unit, per_value, per_unit, low, high, grams, "
        "grams_high, units, measure, family, code, sentence, sentence_start, source_id, satire, copied, speaker, "
        "document_kind, source_country"
    )
    table = store.query(
        f"SELECT {columns} FROM facts LEFT JOIN (SELECT source_id, country AS source_country FROM sources) USING (source_id) WHERE (type = 'price' "
        "AND kind IN (SELECT unnest(?)) OR type IN ('purity', 'quantity') AND assertion = 'affirmed') "
        f"{only} OR type = 'modality' AND family = 'channel' AND assertion = 'affirmed' "
        "ORDER BY published_start NULLS LAST, doc_id, span_start, id",
        [rule[kind], *([wanted] if wanted else [])],
    )
    context = _Context()
    stated = []
    for row in table.to_pylist():
        if row["type"] == "price":
            stated.append(row)
        else:
            context.take(row)
    left: Counter[str] = Counter()
    found: list[Price] = []
    seen: dict[tuple[object, ...], list[tuple[str, str]]] = defaultdict(list)
    for row in stated:
        price = _price(row, kind, context)
        if isinstance(price, str):
            left[price] += 1
            continue
        key = (
            price.substance,
            price.unit,
            price.quantity,
            round(price.eur, 6),
            price.start,
            price.end,
            price.place,
        )
        sentence = row["sentence"] or ""
        if row["document_kind"] == "table":
            found.append(price)  # rows that are alike are as many statements
            continue
        if any(doc == row["doc_id"] for doc, _ in seen[key]):
            left["said before in the same document"] += 1
        elif any(near_copies(sentence, other) for _, other in seen[key]):
            left["nearly the sentence of another document"] += 1
        else:
            found.append(price)
        seen[key].append((row["doc_id"], sentence))
    return PriceTable(prices=tuple(found), left_out=dict(sorted(left.items())))


class _Context:
    """What else a document says: ways of selling, purities, amounts seized."""

    def __init__(self) -> None:
        self.channels: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.purities: dict[tuple[str, str], set[tuple[date | None, date | None, float]]] = defaultdict(set)
        self.seized: dict[tuple[str, str], set[tuple[float, str]]] = defaultdict(set)

    def take(self, row: Mapping[str, Any]) -> None:
        if row["type"] == "modality":
            self.channels[row["doc_id"], row["sentence_start"]].add(row["code"])
        elif row["substance"] is None:
            return
        elif row["type"] == "purity":
            by_group = rules()["rows"]["purity"]
            middle = _middle(row["low"], row["high"])
            if middle and row["measure"] == by_group.get(group(row["substance"]), by_group["*"]):
                self.purities[row["doc_id"], row["substance"]].add(
                    (row["when_start"], row["when_end"], middle)
                )
        elif row["kind"] in rules()["rows"]["seized"]:
            grams = _middle(row["grams"], row["grams_high"]) or row["grams"]
            if grams:
                self.seized[row["doc_id"], row["substance"]].add((grams, "g"))
            elif row["units"]:
                self.seized[row["doc_id"], row["substance"]].add((row["units"], row["unit"]))

    def channel(self, row: Mapping[str, Any]) -> str:
        codes = self.channels.get((row["doc_id"], row["sentence_start"]), set())
        return "several" if len(codes) > 1 else next(iter(codes), NONE)

    def purity(self, row: Mapping[str, Any]) -> float | None:
        listed = self.purities.get((row["doc_id"], row["substance"]), set())
        same = {value for start, end, value in listed if (start, end) == (row["when_start"], row["when_end"])}
        values = same or {value for _, _, value in listed}
        return values.pop() if len(values) == 1 else None

    def amount(self, row: Mapping[str, Any]) -> tuple[float, str] | None:
        amounts = self.seized.get((row["doc_id"], row["substance"]), set())
        return next(iter(amounts)) if len(amounts) == 1 else None


def _price(row: Mapping[str, Any], kind: Kind, context: _Context) -> Price | str:
    """The figure, or why it is none."""
    if row["assertion"] != "affirmed":
        return "denied, feared, planned or hearsay"
    if row["satire"]:
        return "satire"
    if row["copied"]:
        return "copy of a document that counts"
    if row["substance"] is None:
        return "of no named substance"
    if row["eur_low"] is None and row["eur_high"] is None:
        return "without a rate to euros"
    if row["eur_low"] is None or row["eur_high"] is None:
        return "states only a bound"
    eur, unit, quantity = row["eur_per_unit"], row["unit"], _quantity(row)
    if eur is None and kind == "valuation":
        amount = context.amount(row)
        if amount is None:
            return "valuation without one amount that it is of"
        quantity, unit = amount
        eur = (row["eur_low"] + row["eur_high"]) / 2 / quantity
    if eur is None or unit is None or quantity is None or not eur > 0:
        return "not the price of a known amount"
    national = row["source_country"] if row["place_label"] is None else None  # it speaks of its country
    return Price(
        substance=row["substance"], kind=kind, unadjusted=row["kind"] in rules()["rows"]["unadjusted"], eur=eur, unit=unit,
        quantity=quantity, start=row["when_start"], end=row["when_end"], place=row["place_code"] or "",
        department=row["place_department"] or "", region=row["place_region"] or "",
        country=row["place_country"] or national or "", source=fold(row["speaker"] or "").strip(),
        source_kind=row["document_kind"], form=row["form"] or NONE, channel=context.channel(row), purity=context.purity(row),
    )  # fmt: skip


def _quantity(row: Mapping[str, Any]) -> float | None:
    """Units of `unit` that the amount of money buys."""
    if row["per_value"] is None or row["per_unit"] is None:
        return None
    found = float(row["per_value"]) * mass_in_grams().get(row["per_unit"], 1.0)
    return found if found > 0 else None


def _middle(low: float | None, high: float | None) -> float | None:
    """None for an open bound."""
    return None if low is None or high is None else (low + high) / 2
