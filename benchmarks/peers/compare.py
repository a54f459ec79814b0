"""Vigie and its peers on the same texts: `python benchmarks/peers/compare.py [--suites FOLDER] [GOLD ...]`.

In: annotated press (the project's own by default), and public suites where a folder is given. Out: for amounts of money, masses,
dates, and for negation and hypothesis in French: precision, recall, F1 and KB of text a second, one line a system.
The peers are installed in an environment of their own beside this file (requirements.txt), at its first run. What is asked of all
systems is the least that all can give: the amount with both bounds and its currency, the mass in grams, the days of a date. What an
amount is the price of, where and when, only Vigie says; its strict F1 stands in docs/evaluation.md. On press Vigie has two lines: its
bare finder of amounts, which is what the others are, and the prices or quantities that it states in the end, redaction included.
Money of a text that is no annotated price (a fine, a turnover) counts as wrong for every system; amounts that the annotators marked
as open are left out for all.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

import suites  # noqa: E402 - the readers of the suites stand one folder up
from vigie.evaluate.gold import load_gold  # noqa: E402
from vigie.evaluate.matching import maximum_matching  # noqa: E402
from vigie.evaluate.run import extract_document  # noqa: E402
from vigie.extract.amounts import find_money  # noqa: E402
from vigie.extract.assertion import assertion_of, find_assertion_cues  # noqa: E402

GOLD = (
    ROOT / "tests/gold/press_final.jsonl",
    ROOT / "tests/gold/press_held.jsonl",
)  # no rule was tuned on them
ASSERTIONS = ROOT / "tests/gold/assertions.jsonl"
Row = dict[str, Any]
Found = dict[str, list[Any]]  # by id of the row
PEERS = {
    "money": ("quantulum3", "Recognizers-Text", "price-parser"),
    "mass": ("quantulum3", "Recognizers-Text", "EDS-NLP"),
    "dates": ("Recognizers-Text", "dateparser"),
    "assertion": ("EDS-NLP",),
}


def environment(folder: Path) -> Path:
    """The interpreter of the peers' environment, made when it is not there."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")], check=True
        )
    return python


def run_peer(python: Path, peer: str, task: str, rows: Sequence[Row]) -> tuple[Found, float]:
    """What a peer finds in each row, and its seconds."""
    lines = "\n".join(json.dumps(row) for row in rows) + "\n"
    ran = subprocess.run(
        [python, str(HERE / "read.py"), peer, task], input=lines, capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    return {a["id"]: a["found"] for a in answers}, sum(a["seconds"] for a in answers)


def run_vigie(read: Callable[[Row], list[Any]], rows: Sequence[Row]) -> tuple[Found, float]:
    for row in rows[:3]:
        read(row)
    start = time.process_time()
    found = {row["id"]: read(row) for row in rows}
    return found, time.process_time() - start


def systems(
    python: Path, task: str, read: Callable[[Row], list[Any]], rows: Sequence[Row]
) -> Iterator[tuple[str, Found, float]]:
    """Vigie, then each peer: name, what it found, KB a second."""
    size = sum(len(row["text"].encode()) for row in rows) / 1000
    found, seconds = run_vigie(read, rows)
    yield "Vigie", found, size / seconds
    for peer in PEERS[task]:
        found, seconds = run_peer(python, peer, task, rows)
        yield peer, found, size / max(seconds, 1e-9)


def line(task: str, name: str, tp: int, fp: int, fn: int, rate: float) -> str:
    precision, recall = tp / max(1, tp + fp), tp / max(1, tp + fn)
    f1 = 2 * tp / max(1, 2 * tp + fp + fn)
    return f"{task:<22}{name:<18}{precision:>7.3f}{recall:>7.3f}{f1:>7.3f}{rate:>10.0f} KB/s"


def press(python: Path, task: str, gold: Sequence[Path], lang: str) -> Iterator[str]:
    """Prices by amount and currency, or quantities by grams, of annotated press in one language."""
    documents = [d for path in gold for d in load_gold(path) if d.lang == lang]
    rows = [{"id": f"{n}", "lang": d.lang, "text": d.text} for n, d in enumerate(documents)]

    def wanted(n: int) -> list[tuple[Any, bool]]:
        kind = "price" if task == "money" else "quantity"
        facts = [f for f in documents[n].facts if f.type == kind and (kind == "price" or f.grams is not None)]
        return sorted(((f, f.may) for f in facts), key=lambda pair: pair[1])

    def bounds(fact: Any) -> tuple[float | None, float | None]:
        scale = 1.0
        if task == "mass":
            value = fact.low if fact.low is not None else fact.high
            scale = fact.grams / value if value else 0.0
        low = None if fact.low is None else fact.low * scale
        high = None if fact.high is None else fact.high * scale
        return (high if low is None else low), (low if high is None else high)

    def agrees(fact: Any, item: Row) -> bool:
        low, high = bounds(fact)
        found_low = item["high"] if item["low"] is None else item["low"]
        found_high = item["low"] if item["high"] is None else item["high"]
        same = suites._near(found_low, low) and suites._near(found_high, high)
        return same and (task == "mass" or item["currency"] in (fact.currency, None))

    def read(row: Row) -> list[Any]:
        if task == "mass":
            return [
                {"low": q.grams, "high": q.grams_high if q.grams_high is not None else q.grams}
                for q in suites.masses(row["text"], row["lang"])
            ]
        return [
            {"low": m.low, "high": m.high, "currency": m.currency}
            for m in find_money(row["text"], row["lang"])
        ]

    def read_facts(row: Row) -> list[Any]:
        kind = "price" if task == "money" else "quantity"
        values = [o.value for o in extract_document(documents[int(row["id"])]) if o.type == kind]
        if task == "money":
            return [{"low": v.low, "high": v.high, "currency": v.currency} for v in values]
        return [
            {"low": v.grams, "high": v.grams if v.grams_high is None else v.grams_high}
            for v in values
            if v.grams is not None
        ]

    facts_found, seconds = run_vigie(read_facts, rows)
    size = sum(len(row["text"].encode()) for row in rows) / 1000
    whole = ("Vigie, in context", facts_found, size / seconds)
    for name, found, rate in (whole, *systems(python, task, read, rows)):
        tp = fp = fn = 0
        for n, row in enumerate(rows):
            facts, items = wanted(n), found[row["id"]]
            given = maximum_matching(
                [[i for i, item in enumerate(items) if agrees(fact, item)] for fact, _ in facts]
            )
            taken = [i for i in given if i is not None]
            tp += sum(g is not None and not may for g, (_, may) in zip(given, facts, strict=True))
            fn += sum(g is None and not may for g, (_, may) in zip(given, facts, strict=True))
            fp += len(items) - len(taken)
        yield line(f"{task} press {lang}", name, tp, fp, fn, rate)


def suite(python: Path, task: str, folder: Path, lang: str) -> Iterator[str]:
    """A public suite in one language, judged as benchmarks/suites.py does."""
    text = (folder / f"{task}.jsonl").read_text(encoding="utf-8")
    rows = [row for row in map(json.loads, filter(str.strip, text.splitlines())) if row["lang"] == lang]
    gold_of, find = suites.SUITES[task]
    for name, found, rate in systems(python, task, find, rows):
        totals = [0, 0, 0]
        for row in rows:
            items = found[row["id"]] if name == "Vigie" else [as_found(task, i) for i in found[row["id"]]]
            right, wrong, missed = suites.judge(row, list(gold_of(row)), items)
            for position, count in enumerate((right, len(wrong), len(missed))):
                totals[position] += count
        yield line(f"{task} suite {lang}", name, *totals, rate)


def as_found(task: str, item: Row) -> SimpleNamespace:
    """A peer's item with the attributes that the suites ask for."""
    if task == "dates":
        read = {key: date.fromisoformat(item[key]) for key in ("start_date", "end_date")}
        return SimpleNamespace(start=item["start"], end=item["end"], **read)
    fields = {**item, "currency": item.get("currency")}
    if task == "mass":
        fields |= {"grams": item["low"], "grams_high": item["high"]}
    return SimpleNamespace(**fields)


def assertions(python: Path) -> Iterator[str]:
    """Negation and hypothesis of annotated spans, French only, of the half that no rule was tuned on."""
    rows = [json.loads(text) for text in ASSERTIONS.read_text(encoding="utf-8").splitlines()]
    rows = [
        {**row, "spans": [[f["start"], f["end"]] for f in row["facts"]]}
        for row in rows
        if row["lang"] == "fr" and row["split"] == "test"
    ]

    def read(row: Row) -> list[Any]:
        cues = find_assertion_cues(row["text"], row["lang"])
        return [assertion_of(cues, start, end) for start, end in row["spans"]]

    for name, found, rate in systems(python, "assertion", read, rows):
        for kind in ("negated", "hypothetical"):
            pairs = [
                (fact["assertion"] == kind, answer == kind)
                for row in rows
                for fact, answer in zip(row["facts"], found[row["id"]], strict=True)
            ]
            counts = [pairs.count(case) for case in ((True, True), (False, True), (True, False))]
            yield line(f"{kind} fr", name, *counts, rate)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="*", type=Path, default=GOLD)
    parser.add_argument("--suites", type=Path, help="folder with money, mass and dates (.jsonl)")
    parser.add_argument("--environment", type=Path, default=HERE / ".venv")
    chosen = parser.parse_args()
    python = environment(chosen.environment)
    print(f"{'':<22}{'':<18}{'P':>7}{'R':>7}{'F1':>7}")
    for task in ("money", "mass"):
        for lang in ("fr", "en"):
            print("\n".join(press(python, task, chosen.gold, lang)))
    for task in ("money", "mass", "dates") if chosen.suites else ():
        for lang in ("fr", "en"):
            print("\n".join(suite(python, task, chosen.suites, lang)), flush=True)
    print("\n".join(assertions(python)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
