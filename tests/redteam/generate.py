"""Cases of the red team: `python -m tests.redteam.generate --write` writes the fixed sample.

In: a seed and a split. Out: one `Case` (or more) for every kind × disguise that suits it × carrier × language.
Left out: scoring (`benchmarks/redteam.py`).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from . import spelling
from .carriers import DEV
from .disguises import Context, Disguise, for_kind, marked
from .held_out import HELD
from .kinds import END, KINDS, START, Kind, Lang, Split
from .phrases import CARRIERS, Carrier, Phrases

SAMPLE = Path(__file__).parents[1] / "cases" / "redteam_generated.jsonl"
SAMPLE_SEED = 2026
SPLITS: dict[Split, Phrases] = {"dev": DEV, "held": HELD}
LANGS: tuple[Lang, ...] = ("fr", "en")
TRIES = 12  # values drawn until a disguise finds in one what it needs (a zero, a pair of equal digits)
_KEEP, _KEPT = "\x03", "\x04"
_FR_MONTHS = ("janvier", "mars", "avril", "juin", "septembre", "novembre")
_EN_MONTHS = ("January", "March", "April", "June", "September", "November")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text with one contact.

    Attributes:
        id: "fr.press.phone-fr-mobile.dots.0", unique in a split.
        spans: [start, end) in code points: what must go.
        keep: [start, end): figures that must stay.
    """

    id: str
    lang: Lang
    carrier: Carrier
    kind: str
    disguise: str
    text: str
    spans: tuple[tuple[int, int], ...]
    keep: tuple[tuple[int, int], ...]


def _figure(field: str, r: Random, lang: Lang) -> str:
    fr = lang == "fr"
    price = r.choice((10, 20, 25, 40, 50, 60, 70, 80, 120, 250))
    if field == "p":
        return r.choice(
            (f"{price} €", f"{price}€", f"{price} euros") if fr else (f"£{price}", f"${price}", f"€{price}")
        )
    if field == "q":
        return r.choice(
            ("2 g", "5g", "10 grammes", "0,5 g", "3,5 g")
            if fr
            else ("2 g", "5g", "10 grams", "0.5 g", "3.5 g")
        )
    if field == "m":
        n = r.randint(2, 940)
        return r.choice(
            (f"{n} kg", f"{n},{r.randint(1, 9)} kg") if fr else (f"{n} kg", f"{n}.{r.randint(1, 9)} kg")
        )
    if field == "d":
        day, year = r.randint(2, 28), r.randint(2017, 2025)
        return f"{day} {r.choice(_FR_MONTHS if fr else _EN_MONTHS)} {year}"
    if field == "g":
        unit = "{}€" if fr else "£{}"
        return r.choice((" ", " / ", ", ", " - ")).join(
            f"{n}g {unit.format(price * n * 9 // 10)}" for n in (1, 2, 5, 10)
        )
    if field == "s":
        return r.choice((", ", " ; ")).join(f"{r.randint(4, 60)}" for _ in range(r.randint(4, 6)))
    if field == "w":
        ages = [
            spelling.french(r.randint(18, 59)) if fr else spelling.english(r.randint(18, 59))
            for _ in range(3)
        ]
        return f"{ages[0]}, {ages[1]} {'et' if fr else 'and'} {ages[2]}"
    if field == "v":
        laws = ("70-1320", "2007-297", "2016-41") if fr else ("273/2004", "2017/2103", "111/2005")
        return r.choice(laws)
    if field == "b":
        millions = f"{r.randint(1, 9)}{{}}{r.randint(100, 999)}{{}}000"
        return f"{millions.format(' ', ' ')} €" if fr else f"£{millions.format(',', ',')}"
    if field == "y":
        start = r.randint(2012, 2019)
        return f"{start}{r.choice(('-', '–'))}{start + r.randint(1, 5)}"
    if field == "a":
        return r.choice(("222-37", "222-34", "222-39", "450-1") if fr else ("4(3)", "5(2)", "28", "170(2)"))
    if field == "h":
        return f"{r.randint(17, 23)}h{r.choice(('', '30'))}" if fr else f"{r.randint(5, 11)}pm"
    if field == "k":
        return f"{r.choice((10, 15, 20, 62, 74))} %" if fr else f"{r.choice((10, 15, 20, 62, 74))}%"
    return str(r.randint(3, 48))


def _filled(phrase: str, r: Random, lang: Lang) -> str:
    return re.sub(r"\{([pqmdahknbygswv])\}", lambda m: f"{_KEEP}{_figure(m[1], r, lang)}{_KEPT}", phrase)


def _located(text: str) -> tuple[str, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Text without marks, spans between START and END, spans between the marks of what stays."""
    out: list[str] = []
    found: dict[str, list[tuple[int, int]]] = {START: [], _KEEP: []}
    opened: dict[str, int] = {}
    for c in text:
        if c in (START, _KEEP):
            opened[c] = len(out)
        elif c in (END, _KEPT):
            key = START if c == END else _KEEP
            if len(out) > opened[key]:
                found[key].append((opened[key], len(out)))
        else:
            out.append(c)
    return "".join(out), tuple(found[START]), tuple(found[_KEEP])


def _disguised(kind: Kind, disguise: Disguise, r: Random, lang: Lang, split: Split, app: str) -> str | None:
    phrases = SPLITS[split]
    glues = phrases.glues.get(kind.family, phrases.glues["*"])
    context = Context(
        kind=kind, lang=lang, joins=phrases.joins[lang], glues=tuple(g.replace("{app}", app) for g in glues)
    )
    for _ in range(TRIES):
        new = disguise.write(kind.make(r, lang, split), r, context)
        if new and any(c.isalnum() for c in new):
            return marked(new)
    return None


def case(
    kind: Kind, disguise: Disguise, carrier: Carrier, lang: Lang, split: Split, seed: int, turn: int = 0
) -> Case | None:
    """The case of one cell, None where the disguise finds nothing to disguise. The same arguments give the same case."""
    key = f"{lang}.{carrier}.{kind.id}.{disguise.id}.{turn}"
    r = Random(f"{seed}/{split}/{key}")
    phrases = SPLITS[split]
    app = r.choice(phrases.apps.get(kind.id, {}).get(lang, ("",)))
    value = _disguised(kind, disguise, r, lang, split, app)
    said = disguise.cue(app) if disguise.cue else app
    if value is None or (disguise.cue and said == app):
        return None
    body = r.choice(phrases.bodies[kind.family][lang, carrier])
    parts = [r.choice(phrases.openers[lang, carrier]), body, r.choice(phrases.closers[lang, carrier])]
    if carrier == "chat" and r.random() < 0.3:
        parts[0], parts[1] = parts[1], parts[0]
    gap = "\n" if carrier == "chat" and r.random() < 0.5 else " "
    stop = "\n" if carrier == "chat" else "."
    parts = [part if part.endswith((".", "🔥", "💨", "🚚", "?")) else part + stop for part in parts if part]
    text = (
        gap.join(_filled(part, r, lang) for part in parts).replace("\n ", "\n").replace("\n\n", "\n").strip()
    )
    text = text.replace("{app}", said).replace("{x}", value).replace(f".{END}.", f"{END}.")
    text, spans, keep = _located(text)
    return Case(
        id=key,
        lang=lang,
        carrier=carrier,
        kind=kind.id,
        disguise=disguise.id,
        text=text,
        spans=spans,
        keep=keep,
    )


def generate(seed: int, split: Split, per_cell: int = 1) -> Iterator[Case]:
    """Every cell, `per_cell` cases each, in a fixed order."""
    for kind in KINDS:
        for disguise in for_kind(kind):
            for carrier in CARRIERS:
                for lang in LANGS:
                    for turn in range(per_cell):
                        made = case(kind, disguise, carrier, lang, split, seed, turn)
                        if made:
                            yield made


def sample() -> Iterator[Case]:
    """The fixed sample, DEV only: each kind × disguise once; carrier and language go round with both."""
    for i, kind in enumerate(KINDS):
        for j, disguise in enumerate(for_kind(kind)):
            turn = i + j
            for step in range(6):  # a cell that cannot be written gives way to the next
                carrier, lang = CARRIERS[(turn + step) % 3], LANGS[(turn // 3 + step // 3) % 2]
                made = case(kind, disguise, carrier, lang, "dev", SAMPLE_SEED)
                if made:
                    yield made
                    break


def lines() -> str:
    """The sample as written: one JSON object a line; the id says language, carrier, kind and disguise."""
    rows = ({"id": c.id, "text": c.text, "spans": c.spans, "keep": c.keep} for c in sample())
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)


def read_sample() -> Iterator[Case]:
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        lang, carrier, kind, disguise, _turn = row["id"].split(".")
        spans, keep = (tuple((a, b) for a, b in row[key]) for key in ("spans", "keep"))
        yield Case(
            id=row["id"],
            lang=lang,
            carrier=carrier,
            kind=kind,
            disguise=disguise,
            text=row["text"],
            spans=spans,
            keep=keep,
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help="write the fixed sample")
    if not parser.parse_args().write:
        parser.error("nothing to do: give --write")
    SAMPLE.write_text(lines(), encoding="utf-8")
    print(f"{SAMPLE.name}: {SAMPLE.stat().st_size} bytes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
