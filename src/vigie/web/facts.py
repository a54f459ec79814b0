"""One statement in words, and as a quote with who says it.

In: FactRow (value: JSON of the contract), PageWords. Out: text, Quote. Left out: figures of several statements (`groups.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from vigie.readmodel.records import FactRow
from vigie.report.evidence import one_line
from vigie.web.content import Quote, to
from vigie.web.words import PageWords

Value = Mapping[str, Any]


def _range(value: Value, words: PageWords, low: str = "low", high: str = "high") -> str:
    """ "50–60", "> 50", "< 60", "60"; "" where the text gives no figure."""
    first: float | None = value.get(low)
    last: float | None = value.get(high)
    short = words.figures.short
    if first is None and last is None:
        return ""
    if last is None and first is not None:
        return f"≥\u00a0{short(first)}"
    if first is None or last is None:
        return f"≤\u00a0{short(last or 0.0)}"
    return words.figures.spread(first, last)


def _price(value: Value, words: PageWords) -> str:
    kind = words.get(f"price_kinds.{value.get('kind')}", str(value.get("kind") or ""))
    amount = f"{_range(value, words)}\u00a0{value.get('currency') or ''}".strip()
    per = value.get("per_value")
    unit = words.figures.of("units", value.get("per_unit") or "") if value.get("per_unit") else ""
    bought = f"{words.figures.short(per)}\u00a0{unit}" if per and per != 1 else unit
    text = words.fill("facts.price", kind=kind, amount=amount) + (f" / {bought}" if bought else "")
    each = value.get("eur_per_unit")
    if (
        each is not None
        and value.get("unit")
        and (value.get("currency") != "EUR" or per not in (None, 1, 1.0))
    ):
        text += f" ({words.figures.euro(each)}/{words.figures.of('units', value['unit'])})"
    return text


def _quantity(value: Value, words: PageWords) -> str:
    amount, unit = _range(value, words), value.get("unit") or ""
    named = words.figures.of("plurals", words.figures.of("units", unit)) if unit else ""
    return f"{words.get('quantity_kinds.' + str(value.get('kind')), '')}{words['colon']}{amount}\u00a0{named}".strip()


def _purity(value: Value, words: PageWords) -> str:
    measure = value.get("measure") or "purity"
    unit = "mg" if measure == "mg-per-unit" else "%"
    return f"{words.figures.of('measures', measure)}{words['colon']}{_range(value, words)}\u00a0{unit}"


def _event(value: Value, words: PageWords) -> str:
    name, amount = words.figures.of("events", str(value.get("kind"))), _range(value, words)
    return f"{name}{words['colon']}{amount}" if amount else name


def _modality(value: Value, words: PageWords) -> str:
    family, code = str(value.get("family")), str(value.get("code"))
    return f"{words.figures.of('families', family)}{words['colon']}{words.figures.way(family, code)}"


def _trend(value: Value, words: PageWords) -> str:
    indicator, direction = str(value.get("indicator")), str(value.get("direction"))
    return f"{words.figures.of('indicators', indicator)}{words['colon']}{words.get('directions.' + direction, direction)}"


def _end(place: Any, words: PageWords) -> str:
    return (
        words.figures.place(place.get("label") or place.get("name") or "?")
        if isinstance(place, dict)
        else "?"
    )


def _flow(value: Value, words: PageWords) -> str:
    ends = [
        _end(value.get(k), words) for k in ("origin", "via", "destination") if k != "via" or value.get("via")
    ]
    mode = value.get("mode")
    return " → ".join(ends) + (f" ({words.get('modes.' + mode, mode)})" if mode and mode != "unknown" else "")


def _load(value: Value, words: PageWords) -> str:
    return f"{words.get('types.load', 'load')}{words['colon']}{_range(value, words)}\u00a0{value.get('unit')}"


_SAID: Mapping[str, Callable[[Value, PageWords], str]] = {
    "price": _price, "quantity": _quantity, "purity": _purity, "event": _event, "modality": _modality, "trend": _trend,
    "flow": _flow, "load": _load,
}  # fmt: skip


def said(fact: FactRow, words: PageWords) -> str:
    """What was read, in the language of the page: "Cocaïne – prix de détail : 50–60 EUR / g"."""
    return said_of(fact.type, json.loads(fact.value or "{}"), fact.substance, words)


def said_of(kind: str, value: Value, substance: str | None, words: PageWords) -> str:
    """The same of a value of the contract."""
    make = _SAID.get(kind)
    what = make(value, words) if make and value else words.get(f"types.{kind}", kind)
    product = words.name(words.figures.substance(substance)) if substance else ""
    return f"{product} – {what}" if product else words.name(what)


def quote_of(
    fact: FactRow,
    words: PageWords,
    *,
    public: bool,
    titled: bool = True,
    told: bool = True,
    to_fact: bool = False,
) -> Quote:
    """The sentence with its words marked.

    Args:
        titled: False on the page of the document itself.
        told: False where the heading says already what was read.
        to_fact: True to lead to the page of the statement from what was read in it.
    """
    sentence = fact.sentence or fact.text or ""
    start, end = fact.quote_start, fact.quote_end
    if start is None or end is None or fact.sentence is None:
        start, end = 0, len(sentence)
    before, quote, after = sentence[:start], sentence[start:end], sentence[end:]
    figures = words.figures
    grade = f"{fact.grade}{fact.credibility}" if fact.credibility and not public else fact.grade
    meta = [
        one_line(fact.outlet),
        figures.day(fact.published) if fact.published else "",
        figures.place(fact.place_label) if fact.place_label else "",
        f"{words['grade']} {grade}" if grade else "",
        figures.fill("according", who=one_line(fact.attribution)) if fact.attribution else "",
        words.get(f"assertions.{fact.assertion}", "") if fact.assertion != "affirmed" else "",
    ]
    return Quote(
        before=one_line(before) + (" " if before[-1:].isspace() else ""),
        quote=one_line(quote),
        after=(" " if after[:1].isspace() else "") + one_line(after),
        lang=fact.lang,
        fact=said(fact, words) if told else "",
        meta=tuple(m for m in meta if m),
        title=(one_line(fact.title) or words["untitled"]) if titled and fact.doc_id else "",
        target=to("document", doc_id=fact.doc_id) if titled and fact.doc_id else None,
        address=f"f-{fact.address}",
        fact_target=to("fact", address=fact.address) if to_fact else None,
        decided="" if public else decided(fact, words, told=told),
        observation="" if public else fact.address,
    )


def decided(fact: FactRow, words: PageWords, *, told: bool) -> str:
    """What a person decided on it, "corrected by a person: price: 62.50 EUR / g"; "" where nobody did.

    Args:
        told: True where what was read is shown beside it already.
    """
    if not fact.review:
        return ""
    line = words[f"by_person.{fact.review}"]
    if told or fact.review in ("accepted", "kept"):
        return line
    return f"{line}{words['colon']}{said(fact, words)}"
