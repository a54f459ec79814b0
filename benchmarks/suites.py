"""The finders against suites that others wrote: `python benchmarks/suites.py FOLDER [--misses money [fr]]`.

In: money, mass, percent, number, dates, contacts (.jsonl). Out: precision, recall, F1 by language and tier.
An item without a value or of an open type (duration, time, set, half-open range) is ignored, and so is what
is found over it. Of several readings any is right. The end of a range is exclusive in the source: the last
day is the one before it, or that day itself where the text names it ("from 2 to 22 October").
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from vigie.evaluate.matching import maximum_matching
from vigie.extract.amounts import find_money, find_percents, find_quantities
from vigie.extract.dates import find_dates
from vigie.extract.number_forms import find_numbers
from vigie.redact import find_removals

Row = dict[str, Any]
CURRENCIES = {
    "Dollar": {"USD", "CAD", "AUD", "NZD", "HKD"},
    "Cent": {"USD", "EUR", "CAD", "AUD"},
    "Pound": {"GBP", "EGP"},
    "Livre": {"GBP", "EGP"},
    "Pence": {"GBP"},
    "Franc": {"FRF", "CHF", "BEF", "XAF", "XOF", "XPF"},
    "Rupee": {"INR", "PKR"},
}
GRAMS = {
    "Gram": {1.0}, "Kilogram": {1e3}, "Milligram": {1e-3}, "Microgram": {1e-6}, "Pound": {453.59237, 453.592},
    "Ounce": {28.349523125, 28.3495}, "Ton": {1e6, 907184.74, 1016046.9088}, "Metric ton": {1e6},
    "Tonne": {1e6}, "Tonne métrique": {1e6},
}  # fmt: skip


@dataclass(frozen=True)
class Gold:
    """An expected span; `agrees` judges what was found, or is None for an item that is ignored."""

    start: int
    end: int
    surface: str
    agrees: Callable[[Any], bool] | None


def close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-6 * max(1e-9, abs(one), abs(other))


def bounds(item: Row) -> tuple[float | None, float | None] | None:
    """(low, high) of an item, or None when it has no value."""
    if "bound" in item:
        return item["range_lo"], item["range_hi"]
    return None if item.get("value") is None else (float(item["value"]), float(item["value"]))


def amount(item: Row, scale: set[float], extra: Callable[[Any], bool]) -> Callable[[Any], bool] | None:
    expected = bounds(item)
    if expected is None:
        return None
    low, high = expected

    def agrees(found: Any) -> bool:
        return extra(found) and any(
            close(found.low, None if low is None else low * s)
            and close(found.high, None if high is None else high * s)
            for s in scale
        )

    return agrees


def money_gold(row: Row) -> Iterator[Gold]:
    for item in row["expected"]:
        name = item.get("currency_name") or ""
        allowed = {item["currency"]} if item.get("currency") else CURRENCIES.get(name)
        scale = {0.01} if name in ("Cent", "Pence") else {1.0}
        yield Gold(
            item["start"],
            item["end"],
            item["surface"],
            amount(item, scale, lambda found, a=allowed: a is None or found.currency in a),
        )


def mass_gold(row: Row) -> Iterator[Gold]:
    for item in row["expected"]:
        expected = bounds(item)
        factors = GRAMS.get(item.get("unit") or "")
        agrees = None
        if item.get("class") == "mass" and expected is not None and factors:
            low, high = expected

            def agrees(found: Any, low: Any = low, high: Any = high, factors: Any = factors) -> bool:
                lo = found.low if found.grams is None or found.low is None else found.grams
                hi = found.high if found.grams_high is None or found.high is None else found.grams_high
                return any(
                    _near(lo, None if low is None else low * f)
                    and _near(hi, None if high is None else high * f)
                    for f in factors
                )

        yield Gold(item["start"], item["end"], item["surface"], agrees)


def _near(one: float | None, other: float | None) -> bool:
    """Within a thousandth: tables of conversion round an ounce differently."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-3 * max(abs(one), abs(other))


def plain_gold(row: Row) -> Iterator[Gold]:
    for item in row["expected"]:
        yield Gold(item["start"], item["end"], item["surface"], amount(item, {1.0}, lambda _found: True))


def day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def readings(item: Row) -> list[tuple[date, set[date]]]:
    """(first day, acceptable last days) of each reading; [] for an item that is ignored."""
    kind = item.get("type")
    if kind is not None and kind not in ("date", "daterange"):
        return []
    if item.get("grain") in ("hour", "minute", "second") or "offset" in item or item.get("open"):
        return []
    values = list(item.get("values") or [])
    for side in ("past", "future"):
        if side in item:
            read = item[side]
            values.append(
                {
                    "value": read.get("date"),
                    "start": read.get("startDate"),
                    "end": read.get("endDate"),
                    "mod": item.get("mod", ""),
                }
            )
    if kind is None:
        values = [
            {
                "value": item.get("value") if item.get("grain") == "day" else None,
                "start": item.get("start_time"),
                "end": item.get("end_time_exclusive"),
            }
        ]
    found: list[tuple[date, set[date]]] = []
    for value in values:
        single, first, last = day(value.get("value")), day(value.get("start")), day(value.get("end"))
        if single is not None and single.year > 1:
            found.append((single, {single}))
        elif first is not None and last is not None and last > first:
            found.append((first, {last - timedelta(days=1), last}))
    return found


def date_gold(row: Row) -> Iterator[Gold]:
    for item in row["expected"]:
        read = readings(item)
        agrees = None
        if read:

            def agrees(found: Any, read: Any = read) -> bool:
                return any(found.start_date == first and found.end_date in lasts for first, lasts in read)

        yield Gold(item["start"], item["end"], item["surface"], agrees)


def masses(text: str, lang: str) -> list[Any]:
    return [q for q in find_quantities(text, lang) if q.unit in ("g", "kg", "t", "mg", "µg", "oz", "lb")]


def dates(row: Row) -> list[Any]:
    return list(find_dates(row["text"], row["lang"], day(row.get("reference")), sense="plain"))


SUITES: dict[str, tuple[Callable[[Row], Iterator[Gold]], Callable[[Row], list[Any]]]] = {
    "money": (money_gold, lambda row: list(find_money(row["text"], row["lang"]))),
    "mass": (mass_gold, lambda row: masses(row["text"], row["lang"])),
    "percent": (plain_gold, lambda row: list(find_percents(row["text"], row["lang"]))),
    "number": (plain_gold, lambda row: list(find_numbers(row["text"], row["lang"]))),
    "dates": (date_gold, dates),
}


def judge(row: Row, expected: list[Gold], found: list[Any]) -> tuple[int, list[Any], list[Gold]]:
    """(right, wrong predictions, missed items)."""

    def over(gold: Gold, mention: Any) -> bool:
        return bool(mention.start < gold.end and gold.start < mention.end)

    counted = [gold for gold in expected if gold.agrees is not None]
    ignored = [gold for gold in expected if gold.agrees is None]
    given = maximum_matching(
        [
            [i for i, m in enumerate(found) if over(gold, m) and gold.agrees is not None and gold.agrees(m)]
            for gold in counted
        ]
    )
    used = {i for i in given if i is not None}
    wrong = [m for i, m in enumerate(found) if i not in used and not any(over(gold, m) for gold in ignored)]
    missed = [gold for gold, answer in zip(counted, given, strict=True) if answer is None]
    return len(used), wrong, missed


def run(name: str, rows: list[Row], misses: str | None) -> None:
    gold_of, find = SUITES[name]
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        right, wrong, missed = judge(row, list(gold_of(row)), find(row))
        tier = row.get("tier") or "-"
        for key in ((row["lang"], tier), (row["lang"], "all"), ("all", "all")):
            for position, count in enumerate((right, len(wrong), len(missed))):
                totals[key][position] += count
        if misses in ("all", row["lang"], f"{row['lang']}-{tier}") and (wrong or missed):
            print(f"{row['id']} [{(row.get('reference') or '')[:10]}] {row['text']}")
            for gold in missed:
                print(f"    missed {gold.surface!r}")
            for mention in wrong:
                print(f"    wrong {row['text'][mention.start : mention.end]!r} {_values(mention)}")
    for (lang, tier), (tp, fp, fn) in sorted(totals.items()):
        precision, recall = tp / max(1, tp + fp), tp / max(1, tp + fn)
        f1 = 2 * tp / max(1, 2 * tp + fp + fn)
        counts = f"{tp:>5}{fp:>5}{fn:>5}"
        print(f"{name:<9}{lang:<5}{tier:<5}{counts}  P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}")


def _values(mention: Any) -> str:
    names = ("low", "high", "currency", "unit", "start_date", "end_date", "precision")
    return " ".join(f"{n}={getattr(mention, n)}" for n in names if hasattr(mention, n))


CONTACTS = ("phone", "email", "url", "handle", "ip")


def contacts(rows: list[Row], misses: str | None) -> None:
    """Characters of contacts that are removed, and the share of all other characters that goes with them."""
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        removed = {i for r in find_removals(row["text"], row["lang"]) for i in range(r.start, r.end)}
        labelled = {i for span in row["spans"] for i in range(span["start"], span["end"])}
        outside = set(range(len(row["text"]))) - labelled
        for kind in CONTACTS:
            chars = {i for s in row["spans"] if s["type"] == kind for i in range(s["start"], s["end"])}
            for key in ((row["lang"], kind), ("all", "all")):
                totals[key][0] += len(chars & removed)
                totals[key][1] += len(chars)
            if misses in ("all", row["lang"], kind) and chars - removed:
                print(f"{row['id']} {kind} {row['text']}")
        totals["all", "all"][2] += len(outside & removed)
        totals["all", "all"][3] += len(outside)
        if misses == "extra" and len(outside & removed) > 3:
            print(
                f"{row['id']} {row['text']} -> {''.join(row['text'][i] for i in sorted(outside & removed))!r}"
            )
    for (lang, kind), (hit, chars, extra, other) in sorted(totals.items()):
        if chars:
            line = f"contacts {lang:<5}{kind:<8}{hit:>6} of {chars:<6} characters {hit / chars:.4f}"
            print(line + (f"; of the other characters {extra / other:.4f} removed" if other else ""))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", help="one suite")
    parser.add_argument("--misses", nargs="+", metavar=("SUITE", "LANG"), help="list what is missed or wrong")
    options = parser.parse_args()
    wanted = options.misses or []
    for path in sorted(options.folder.glob("*.jsonl")):
        name = path.stem
        if (options.only and name != options.only) or (wanted and name != wanted[0]):
            continue
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        misses = (wanted[1] if len(wanted) > 1 else "all") if wanted else None
        if name == "contacts":
            contacts(rows, misses)
        elif name in SUITES:
            run(name, rows, misses)
    return 0


if __name__ == "__main__":
    sys.exit(main())
