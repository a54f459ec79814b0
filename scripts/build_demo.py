"""Builds the demonstration corpus: annotated sources in scripts/demo/ become documents and their gold facts.

In: scripts/demo/*.txt, invented documents with facts marked where they stand: `{65 euros|p r cocaine 65 1g}`.
Out: src/vigie/data/demo/<outlet>/* (text, HTML, PDF, DOCX, ODT, EPUB, EML, JSONL, channel export) and
gold.jsonl, in the form of `vigie eval`. The same sources give the same bytes: CI rebuilds and compares.
Left out: source cards (`source.toml`), which are written by hand beside the documents.

A source file holds documents that start with `=== path lang date`, then the title, an optional `@by name`, a
blank line and the text. A mark is `{quote|fact; fact}`; marks nest. A fact is a letter, fields by position,
options. AMOUNT is 60, 60..70, 60.. or ..70.

    p KIND SUBSTANCE AMOUNT[CUR] [PER]   price; KIND r w m d v g o e (see PRICE_KINDS)
    q KIND SUBSTANCE AMOUNTunit          quantity; KIND s h p o c d x (see QUANTITY_KINDS)
    u SUBSTANCE p|thc|mg AMOUNT          purity
    e KIND SUBSTANCE [AMOUNT[unit]]      event
    m FAMILY:CODE [SUBSTANCE]            modality
    t INDICATOR DIRECTION [SUBSTANCE]    trend
    f ORIGIN>DESTINATION [SUBSTANCE]     flow (either end may be empty; via=, mode=)
    options: @Place ~2024-03 !n|!h|!p|!r (assertion) ? (may) f=form by=who   (_ for a space)
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from demo_formats import WRITERS, write_channel, write_jsonl

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "scripts" / "demo"
TARGET = ROOT / "src" / "vigie" / "data" / "demo"

PRICE_KINDS = {
    "r": "retail",
    "w": "wholesale",
    "m": "min-order",
    "d": "delivery-fee",
    "e": "deposit",
    "v": "seizure-valuation",
    "g": "wage",
    "o": "other",
}
QUANTITY_KINDS = {
    "s": "seized",
    "h": "shipped",
    "p": "possessed",
    "o": "sold",
    "c": "consumed",
    "d": "produced",
    "x": "other",
}
ASSERTIONS = {"n": "negated", "h": "hypothetical", "p": "planned", "r": "reported"}
GRAMS = {"t": 1e6, "kg": 1e3, "g": 1.0, "mg": 1e-3, "µg": 1e-6, "oz": 28.349523125, "lb": 453.59237}
MEASURES = {"p": "purity", "thc": "thc", "mg": "mg-per-unit"}
AMOUNT = re.compile(r"(?P<low>\d+(?:\.\d+)?)?(?P<range>\.\.)?(?P<high>\d+(?:\.\d+)?)?(?P<unit>[^\d.]*)")
Fact = dict[str, Any]


class MarkError(Exception):
    """A mark in a source cannot be read; the message names the document and the mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One invented document. `path` is relative to the demo folder, with "#n" inside a container."""

    path: str
    lang: str
    published: str
    title: str
    byline: str
    text: str
    facts: tuple[Fact, ...] = field(default=())


def number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


def amount(token: str) -> tuple[float | None, float | None, str]:
    """low, high, unit of "60", "60..70", "60..", "..70", each with an optional unit behind."""
    match = AMOUNT.fullmatch(token)
    if match is None or not (match["low"] or match["high"]):
        raise MarkError(f"not an amount: {token}")
    low = number(match["low"]) if match["low"] else None
    high = number(match["high"]) if match["high"] else None
    return low, (high if match["range"] else low), match["unit"]


def substance(fields: list[str], at: int) -> str | None:
    return fields[at] if len(fields) > at and fields[at] != "-" else None


def value_of(letter: str, fields: list[str]) -> Fact:
    """The fields of a fact's own type."""
    if letter == "p":
        low, high, currency = amount(fields[2])
        per_value, _, per_unit = amount(fields[3]) if len(fields) > 3 else (None, None, None)
        return {
            "type": "price",
            "kind": PRICE_KINDS[fields[0]],
            "substance": substance(fields, 1),
            "low": low,
            "high": high,
            "currency": currency or "EUR",
            "per_value": per_value,
            "per_unit": per_unit,
        }
    if letter == "q":
        low, high, unit = amount(fields[2])
        first = low if low is not None else high
        grams = round(first * GRAMS[unit], 6) if first is not None and unit in GRAMS else None
        return {
            "type": "quantity",
            "kind": QUANTITY_KINDS[fields[0]],
            "substance": substance(fields, 1),
            "low": low,
            "high": high,
            "unit": unit,
            "grams": grams,
        }
    if letter == "u":
        low, high, _ = amount(fields[2])
        return {
            "type": "purity",
            "substance": substance(fields, 0),
            "low": low,
            "high": high,
            "measure": MEASURES[fields[1]],
        }
    if letter == "e":
        low, high, unit = amount(fields[2]) if len(fields) > 2 else (None, None, None)
        if low is not None or high is not None:
            unit = unit or "person"
        return {
            "type": "event",
            "kind": fields[0],
            "substance": substance(fields, 1),
            "low": low,
            "high": high,
            "unit": unit,
        }
    if letter == "m":
        family, code = fields[0].split(":")
        return {"type": "modality", "family": family, "code": code, "substance": substance(fields, 1)}
    if letter == "t":
        return {
            "type": "trend",
            "indicator": fields[0],
            "direction": fields[1],
            "substance": substance(fields, 2),
        }
    if letter == "f":
        origin, destination = (end.replace("_", " ") or None for end in fields[0].split(">"))
        return {
            "type": "flow",
            "origin": origin,
            "destination": destination,
            "substance": substance(fields, 1),
        }
    raise MarkError(f"unknown fact letter: {letter}")


def fact_of(spec: str, quote: str) -> Fact:
    """One fact from its specification."""
    letter, *tokens = spec.split()
    options: Fact = {"place": None, "when": None, "form": None, "attribution": None, "assertion": "affirmed"}
    may, fields = False, []
    for token in tokens:
        if token == "?":
            may = True
        elif token[0] == "@":
            options["place"] = token[1:].replace("_", " ")
        elif token[0] == "~":
            options["when"] = token[1:]
        elif token[0] == "!":
            options["assertion"] = ASSERTIONS[token[1:]]
        elif token.startswith("f="):
            options["form"] = token[2:]
        elif token.startswith("by="):
            options["attribution"] = token[3:].replace("_", " ")
        elif token.startswith(("via=", "mode=")):
            name, _, content = token.partition("=")
            options[name] = content.replace("_", " ")
        else:
            fields.append(token)
    value = value_of(letter, fields)
    if letter == "f":
        value |= {"via": options.pop("via", None), "mode": options.pop("mode", "unknown")}
    return {"type": value.pop("type"), "quote": quote, **value, **options, "may": may}


def unmark(marked: str) -> tuple[str, list[Fact]]:
    """Plain text and its facts in the order of their quotes."""
    out: list[str] = []
    opened: list[int] = []
    facts: list[tuple[int, Fact]] = []
    length = at = 0
    while at < len(marked):
        char = marked[at]
        if char == "{":
            opened.append(length)
        elif char == "|" and opened:
            close = marked.index("}", at)
            start = opened.pop()
            quote = "".join(out)[start:]
            facts += [(start, fact_of(spec, quote)) for spec in marked[at + 1 : close].split(";")]
            at = close
        else:
            out.append(char)
            length += 1
        at += 1
    if opened:
        raise MarkError("a mark is not closed")
    return "".join(out), [fact for _, fact in sorted(facts, key=lambda pair: pair[0])]


def documents(source: Path) -> Iterator[Document]:
    """Every document of one source file, in order."""
    for block in source.read_text("utf-8").split("\n=== ")[0:]:
        block = block.removeprefix("=== ").strip("\n")
        if not block or block.startswith("#"):
            continue
        head, title, *rest = block.split("\n")
        path, lang, published = head.split()
        byline = rest.pop(0)[4:].strip() if rest and rest[0].startswith("@by ") else ""
        try:
            text, facts = unmark("\n".join(rest).strip())
        except (MarkError, KeyError, IndexError, ValueError) as error:
            raise MarkError(f"{source.name}, {path}: {error!r}") from error
        if "|" in text or "}" in text:
            raise MarkError(f"{source.name}, {path}: a mark is broken")
        yield Document(
            path=path,
            lang=lang,
            published=published,
            title="" if title == "-" else title,
            byline=byline,
            text=text,
            facts=tuple(facts),
        )


def all_documents() -> list[Document]:
    found = [doc for source in sorted(SOURCES.glob("*.txt")) for doc in documents(source)]
    paths = [doc.path for doc in found]
    if len(set(paths)) != len(paths):
        raise MarkError("two documents have the same path")
    return found


def gold_line(doc: Document) -> str:
    record = {
        "id": doc.path,
        "lang": doc.lang,
        "title": doc.title,
        "published": doc.published,
        "text": doc.text,
        "facts": list(doc.facts),
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def build(target: Path, *, pdf: bool = True) -> list[Path]:
    """Write every document and the gold file under `target`; returns what was written."""
    written: list[Path] = []
    containers: dict[str, list[Document]] = {}
    docs = all_documents()
    for doc in docs:
        name, hash_mark, _ = doc.path.partition("#")
        if hash_mark:
            containers.setdefault(name, []).append(doc)
            continue
        path = target / name
        if path.suffix == ".pdf" and not pdf:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(WRITERS[path.suffix](doc))
        written.append(path)
    for name, members in containers.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((write_jsonl if path.suffix == ".jsonl" else write_channel)(members))
        written.append(path)
    gold = target / "gold.jsonl"
    gold.write_text("".join(gold_line(doc) for doc in sorted(docs, key=lambda d: d.path)), "utf-8")
    return [*written, gold]


def differing(target: Path) -> list[str]:
    """Names of the files that the sources would build otherwise. PDFs aside: they change with typst's version."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        names = [path.relative_to(fresh) for path in build(fresh, pdf=False)]
        same = {
            n
            for n in names
            if (target / n).is_file() and (target / n).read_bytes() == (fresh / n).read_bytes()
        }
    return [n.as_posix() for n in names if n not in same]


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the demonstration corpus.")
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--check", action="store_true", help="rebuild and compare, write nothing")
    options = parser.parse_args()
    if not options.check:
        print(f"{len(build(options.out))} files")
        return 0
    names = differing(options.out)
    for name in names:
        print(f"data/demo/{name} differs from its sources: run scripts/build_demo.py", file=sys.stderr)
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
