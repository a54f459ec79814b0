"""One peer over texts, in its own environment: `python read.py PEER TASK`, JSON Lines in and out.

In: {id, lang, text, reference, spans}. Out: {id, found, seconds}; the found items of a task:
- money: {start, end, low, high, currency (ISO code or null), name}; mass: {start, end, low, high} in grams;
- dates: {start, end, start_date, end_date};
- assertion: one word a span of `spans`: affirmed, negated or hypothetical.
Each peer reads as its documentation says, with its defaults; nothing of a peer is changed. Imports nothing of Vigie.
"""

from __future__ import annotations

import json
import re
import sys
import time
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

warnings.filterwarnings("ignore")
Row = dict[str, Any]
Reader = Callable[[Row], list[Any]]
SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "euro": "EUR", "euros": "EUR", "dollar": "USD",
         "dollars": "USD", "pound": "GBP", "pounds": "GBP"}  # fmt: skip
NAMES = {"Euro": "EUR", "Pound": "GBP", "Livre": "GBP", "Dollar": "USD", "Franc": "FRF", "euro": "EUR",
         "pound sterling": "GBP", "dollar": "USD", "united states dollar": "USD", "French franc": "FRF",
         "Swiss franc": "CHF", "Canadian dollar": "CAD", "canadian dollar": "CAD", "swiss franc": "CHF"}  # fmt: skip
GRAMS = {
    "gram": 1.0, "gramme": 1.0, "kilogram": 1e3, "kilogramme": 1e3, "milligram": 1e-3, "milligramme": 1e-3,
    "microgram": 1e-6, "microgramme": 1e-6, "pound": 453.59237, "pound-mass": 453.59237, "livre": 453.59237,
    "ounce": 28.349523125, "once": 28.349523125, "ton": 1e6, "tonne": 1e6, "metric ton": 1e6,
    "tonne métrique": 1e6, "kg": 1e3, "g": 1.0, "mg": 1e-3, "µg": 1e-6,
}  # fmt: skip


def number(text: str | None) -> float | None:
    try:
        return float(str(text).replace(",", "."))
    except ValueError:
        return None


def quantulum(task: str) -> Reader:
    from quantulum3 import parser

    def read(row: Row) -> list[Any]:
        found = []
        for q in parser.parse(row["text"], lang="en_US"):  # it knows English only
            low, high = q.value - (q.uncertainty or 0), q.value + (q.uncertainty or 0)
            item = {"start": q.span[0], "end": q.span[1], "low": low, "high": high}
            base = q.unit.name.split(" per ")[0].strip()
            if task == "money" and (q.unit.entity.name == "currency" or base in NAMES or "dollar" in base):
                found.append({**item, "currency": NAMES.get(base), "name": base})
            elif task == "mass" and base in GRAMS:
                found.append({**item, "low": low * GRAMS[base], "high": high * GRAMS[base]})
        return found

    return read


def recognizers(task: str) -> Reader:
    from recognizers_date_time import recognize_datetime
    from recognizers_number_with_unit import recognize_currency, recognize_dimension
    from recognizers_text import Culture

    culture = {"fr": Culture.French, "en": Culture.English}

    def read(row: Row) -> list[Any]:
        language = culture[row["lang"]]
        if task == "dates":
            found = recognize_datetime(row["text"], language, reference=instant(row))
            return [item for r in found for item in [days(r)] if item is not None]
        recognize = recognize_currency if task == "money" else recognize_dimension
        items = []
        for r in recognize(row["text"], language):
            value = number((r.resolution or {}).get("value"))
            unit = (r.resolution or {}).get("unit") or ""
            if value is None or (task == "mass" and unit.casefold() not in GRAMS):
                continue
            scale = 1.0 if task == "money" else GRAMS[unit.casefold()]
            item = {"start": r.start, "end": r.end + 1, "low": value * scale, "high": value * scale}
            code = (r.resolution or {}).get("isoCurrency") or NAMES.get(unit)
            items.append({**item, "currency": code, "name": unit} if task == "money" else item)
        return items

    return read


def days(result: Any) -> Row | None:
    """The first reading that lies in the past, as a press date does; the end of a range is exclusive."""
    if not result.resolution or not result.resolution.get("values"):
        return None
    values = [v for v in result.resolution["values"] if v.get("type") in ("date", "daterange")]
    for value in values[:1]:
        single, first, last = value.get("value"), value.get("start"), value.get("end")
        if single and single != "not resolved":
            return {
                "start": result.start,
                "end": result.end + 1,
                "start_date": single[:10],
                "end_date": single[:10],
            }
        if first and last:
            until = datetime.fromisoformat(last[:10]) - timedelta(days=1)
            return {"start": result.start, "end": result.end + 1, "start_date": first[:10],
                    "end_date": until.date().isoformat()}  # fmt: skip
    return None


def instant(row: Row) -> datetime:
    return datetime.fromisoformat((row.get("reference") or "2025-01-01")[:10])


def priceparser(task: str) -> Reader:
    """It reads one price a string: it is given each run of figures with the sign or word beside it."""
    from price_parser import Price

    window = re.compile(
        r"(?:[$£€¥]\s?)?\d[\d .,   ]*(?:\s?(?:[$£€¥]|euros?\b|dollars?\b|pounds?\b|francs?\b))?"
    )

    def read(row: Row) -> list[Any]:
        items = []
        for match in window.finditer(row["text"]):
            price = Price.fromstring(match.group())
            if price.amount is not None and price.currency:
                value = float(price.amount)
                items.append({"start": match.start(), "end": match.end(), "low": value, "high": value,
                              "currency": SIGNS.get(price.currency.casefold()), "name": price.currency})  # fmt: skip
        return items

    return read


def dateparser(task: str) -> Reader:
    from dateparser.search import search_dates

    def read(row: Row) -> list[Any]:
        settings = {"RELATIVE_BASE": instant(row), "PREFER_DATES_FROM": "past"}
        items, at = [], 0
        for text, moment in search_dates(row["text"], languages=[row["lang"]], settings=settings) or []:
            start = row["text"].find(text, at)
            if start < 0:
                continue
            at = start + len(text)
            day = moment.date().isoformat()
            items.append({"start": start, "end": at, "start_date": day, "end_date": day})
        return items

    return read


def edsnlp(task: str) -> Reader:
    import edsnlp as eds
    import edsnlp.pipes as pipes

    nlp = eds.blank("eds")
    nlp.add_pipe(pipes.normalizer())
    nlp.add_pipe(pipes.sentences())
    if task == "mass":
        nlp.add_pipe(pipes.quantities(quantities=["weight"]))

        def masses(row: Row) -> list[Any]:
            items = []
            for span in nlp(row["text"]).spans["quantities"]:
                value = span._.value
                for part in value if isinstance(value, list | tuple) else [value]:
                    if part is not None and getattr(part, "unit", None) in GRAMS:
                        grams = float(part.value) * GRAMS[part.unit]
                        items.append(
                            {"start": span.start_char, "end": span.end_char, "low": grams, "high": grams}
                        )
            return items

        return masses
    negation, hypothesis = pipes.negation(nlp=nlp), pipes.hypothesis(nlp=nlp)

    def qualified(row: Row) -> list[Any]:
        answers = []
        for start, end in row["spans"]:
            doc = nlp(row["text"])
            span = doc.char_span(start, end, label="fact", alignment_mode="expand")
            if span is None:
                answers.append("affirmed")
                continue
            doc.ents = [span]
            entity = hypothesis(negation(doc)).ents[0]
            answers.append(
                "negated" if entity._.negation else "hypothetical" if entity._.hypothesis else "affirmed"
            )
        return answers

    return qualified


PEERS: dict[str, Callable[[str], Reader]] = {
    "quantulum3": quantulum,
    "Recognizers-Text": recognizers,
    "price-parser": priceparser,
    "dateparser": dateparser,
    "EDS-NLP": edsnlp,
}


def main() -> int:
    read = PEERS[sys.argv[1]](sys.argv[2])
    rows = [json.loads(line) for line in sys.stdin]
    for row in rows[:3]:  # what is loaded at first use is not timed
        attempt(read, row)
    for row in rows:
        start = time.process_time()
        found = attempt(read, row)
        print(json.dumps({"id": row["id"], "found": found, "seconds": time.process_time() - start}))
    return 0


def attempt(read: Reader, row: Row) -> list[Any]:
    """What is found; nothing where the peer fails."""
    try:
        return read(row)
    except Exception as error:
        print(f"{sys.argv[1]}: {row['id']}: {type(error).__name__}", file=sys.stderr)
        return []


if __name__ == "__main__":
    sys.exit(main())
