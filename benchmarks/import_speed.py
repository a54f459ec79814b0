"""How fast `vigie import` stores a table of a million rows, and in how much memory, on one core.

    python benchmarks/import_speed.py [--rows 1000000] [--kind harms] [--folder DIR] [--again]

Makes an invented table (seeded) with the mess of real ones: several spellings of a product, decimal commas, days and months, units, one
row in two hundred that no list knows. Then imports it in a process of its own, held to one core (sched_setaffinity) and measured
by its peak of resident memory. `--again` imports the same file a second time: every row is unchanged then.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

SEED = 20260101
PRODUCTS = (
    "cocaïne",
    "Cocaine",
    "coke",
    "héroïne",
    "herbe de cannabis",
    "résine",
    "MDMA",
    "ecstasy",
    "3-MMC",
    "kétamine",
    "crack",
)
PLACES = (
    "Lyon",
    "Paris",
    "69",
    "FR-75",
    "Marseille 8e",
    "Lille",
    "Toulouse",
    "Rhône",
    "Guadeloupe",
    "Nantes",
    "33",
    "Occitanie",
)
EVENTS = ("décès", "overdose", "hospitalisation", "intoxication")
UNITS = ("g", "kg", "comprimés", "grammes")
HEADS = {
    "harms": "produit;événement;nombre;date;lieu;commentaire",
    "prices": "produit;prix;monnaie;unité;date;lieu;commentaire",
    "seizures": "produit;quantité;unité;date;lieu;provenance;commentaire",
    "wastewater": "produit;charge;population;date;lieu;commentaire",
    "purity": "produit;pureté;forme;date;lieu;commentaire",
}


def line(kind: str, n: int, draw: random.Random) -> str:
    day = date(2015, 1, 1) + timedelta(days=draw.randrange(4000))
    when = day.isoformat() if n % 3 else day.strftime("%d/%m/%Y")
    product = "un produit sans nom" if n % 200 == 7 else draw.choice(PRODUCTS)
    place, figure = draw.choice(PLACES), f"{draw.uniform(1, 900):.2f}".replace(".", ",")
    cells = {
        "harms": (product, draw.choice(EVENTS), str(draw.randrange(40)), when, place),
        "prices": (product, figure, draw.choice(("EUR", "€", "USD")), "g", when, place),
        "seizures": (product, figure, draw.choice(UNITS), when, place, draw.choice(("Espagne", "Maroc", ""))),
        "wastewater": (product, figure, str(draw.randrange(10_000, 900_000)), when, place),
        "purity": (
            product,
            f"{draw.uniform(1, 99):.1f}".replace(".", ","),
            draw.choice(("poudre", "")),
            when,
            place,
        ),
    }[kind]
    return ";".join((*cells, f"dossier {n}"))


def make(path: Path, kind: str, rows: int) -> None:
    draw = random.Random(SEED)
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADS[kind] + "\n")
        for n in range(rows):
            out.write(line(kind, n, draw) + "\n")


def run(table: Path, store: Path, kind: str) -> dict[str, object]:
    """In this process: import, and what it cost."""
    from vigie.intake.importing import import_tables
    from vigie.settings import Settings
    from vigie.store import Store
    from vigie.tables.mapping import generic

    began, spent = time.perf_counter(), time.process_time()
    with Store.open(store, settings=Settings(store=store)) as opened:
        done = import_tables(opened, [table], generic(kind))  # type: ignore[arg-type]
    return {
        "seconds": round(time.perf_counter() - began, 1), "cpu_seconds": round(time.process_time() - spent, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "rows": done.rows, "new": done.new,
        "unchanged": done.unchanged, "rejected": done.rejected, "adds_up": done.adds_up(), "documents": done.documents,
        "observations": dict(done.observations), "refused": [str(r) for r in done.refused], "store_mb": round(store.stat().st_size / 1e6),
    }  # fmt: skip


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--kind", choices=sorted(HEADS), default="harms")
    ask.add_argument("--folder", type=Path)
    ask.add_argument("--again", action="store_true")
    ask.add_argument("--inside", type=Path, nargs=2, help=argparse.SUPPRESS)
    args = ask.parse_args()
    if args.inside:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(json.dumps(run(*args.inside, args.kind)))
        return
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        table, store = Path(folder, f"{args.kind}.csv"), Path(folder, "speed.duckdb")
        make(table, args.kind, args.rows)
        print(f"{args.kind}: {args.rows} rows, {table.stat().st_size / 1e6:.0f} MB")
        for _ in range(2 if args.again else 1):
            told = [sys.executable, __file__, "--kind", args.kind, "--inside", str(table), str(store)]
            print(subprocess.run(told, check=True, capture_output=True, text=True).stdout.strip())


if __name__ == "__main__":
    main()
