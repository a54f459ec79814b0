"""Compares the scan with reference outputs: a folder with results.json and the maps it names.

    python benchmarks/stats_scan.py PATH [--replicates 9999] [--only ID]

In: results of smerc, SpatialEpi, scanstatistics and SaTScan, with their inputs. Out: a line for each: whether the most
likely cluster is the same, how far the log-likelihood ratios are apart (also of the secondary clusters), and by how many
standard errors the Monte Carlo p-values differ. Rows marked `do_not_score` and inputs that are not there are named and skipped.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
import time
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np

from vigie.stats.arrays import FloatArray
from vigie.stats.scan import Scan, Scanned
from vigie.stats.scan_windows import Windows


@dataclass(frozen=True, kw_only=True)
class Line:
    """One comparison. `p_error`: difference of p in standard errors of the two Monte Carlo estimates."""

    name: str
    same: bool
    llr: float
    llr_reference: float
    p: float | None
    p_reference: float | None
    p_error: float | None
    secondary: str
    seconds: float


def read(path: Path) -> list[dict[str, str]]:
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()  # noqa: SIM115 - closed below
    with opened as lines:
        return list(csv.DictReader(lines))


def numbers(rows: list[dict[str, str]], name: str) -> FloatArray:
    return np.array([float(row[name]) for row in rows])


def as_list(value: Any) -> list[int]:
    return value if isinstance(value, list) else [value]


def apart(p: float | None, other: float | None, n: int, n_other: int) -> float | None:
    """Standard errors between two Monte Carlo shares, of what both together estimate."""
    if p is None or other is None:
        return None
    both = min(max((p * n + other * n_other) / (n + n_other), 1 / n), 1 - 1 / n)
    return abs(p - other) / sqrt(both * (1 - both) * (1 / n + 1 / n_other))


def spatial(folder: Path, row: dict[str, Any], replicates: int) -> Line | None:
    """smerc and SpatialEpi: a map without time."""
    name, _, note = row["input"].partition(" (")
    if not (folder / name).exists():
        return None
    places = read(folder / name)
    column = note.rstrip(")") or "cases"
    if column not in places[0]:
        return None
    points = [(k, k.replace("x", "y")) for k in ("x_km", "x", "lon") if k in places[0]]
    x, y = points[0]
    wanted = row.get("clusters") or [row["most_likely"], *row["secondary"]]
    bernoulli = row["model"] == "binomial"
    cases, people = numbers(places, column), numbers(places, "population")
    scan = Scan(
        model="bernoulli" if bernoulli else "poisson",
        windows=Windows(max_share=row["max_population_share"]),
        min_cases=row.get("min_cases", 1),
        replicates=min(replicates, row["n_mc"]),
        most=max(5, len(wanted)),
    )
    started = time.perf_counter()
    found = scan.scan(
        cases,
        np.stack([numbers(places, x), numbers(places, y)], axis=1),
        **({"controls": people - cases} if bernoulli else {"population": people}),
    )
    return against(row["id"], found, wanted, row["n_mc"], time.perf_counter() - started)


def spacetime(folder: Path, row: dict[str, Any], replicates: int) -> Line | str | None:
    """scanstatistics: given zones, intervals that last until the last period."""
    name, _, note = row["input"].partition(" (")
    model = row["implementation"].split("::scan_")[1].partition(" ")[0]
    if not (folder / name).exists():
        return None
    if "negbin" in model:
        return "no negative binomial scan"
    column, weeks = note.partition(")")[0].split(", weeks ")
    first, last = (int(week) for week in weeks.split("-"))
    cells = [r for r in read(folder / name) if first <= int(r["week"]) <= last]
    n = max(int(r["loc"]) for r in cells)
    counts, baseline = (np.zeros((n, last - first + 1)) for _ in range(2))
    for cell in cells:
        at = int(cell["loc"]) - 1, int(cell["week"]) - first
        counts[at], baseline[at] = float(cell[column]), float(cell["baseline"])
    zones = [
        np.array(sorted(int(i) for i in r["locations"].split(";"))) - 1
        for r in read(folder / "synthetic_zones.csv.gz")
    ]
    given: dict[str, Any] = {"expected": baseline}
    if model == "permutation":
        given = {}
    elif model == "pb_poisson":  # each period is given the same expected total
        given = {"expected": baseline / baseline.sum(axis=0) * counts.sum() / counts.shape[1]}
    scan = Scan(
        model={"eb_poisson": "expectation", "pb_poisson": "poisson"}.get(model, model),  # type: ignore[arg-type]
        max_periods=row["max_duration"],
        prospective=True,
        min_cases=1,
        replicates=min(replicates, row["n_mc"]),
        most=1,
    )
    started = time.perf_counter()
    found = scan.scan(counts, zones=zones, **given)
    mlc = row["mlc"]
    wanted = [{"ids": mlc["locations"], "llr": mlc["score"], "p": row["mc_p"], "duration": mlc["duration"]}]
    return against(row["id"], found, wanted, row["n_mc"], time.perf_counter() - started)


def against(name: str, found: Scanned, wanted: list[dict[str, Any]], n_mc: int, seconds: float) -> Line:
    first, ours = wanted[0], found.clusters[0]
    same = {int(p) + 1 for p in ours.places} == set(as_list(first["ids"]))
    if "duration" in first:
        same = same and ours.end - ours.start + 1 == first["duration"]
    known = {frozenset(int(p) + 1 for p in c.places): c for c in found.clusters}
    matched = [(c, w) for w in wanted[1:] if (c := known.get(frozenset(as_list(w["ids"])))) is not None]
    worst = max((abs(c.llr - w["llr"]) for c, w in matched), default=0.0)
    errors = [apart(c.p, w.get("p"), len(found.maxima), n_mc) for c, w in matched]
    return Line(
        name=name,
        same=same,
        llr=ours.llr,
        llr_reference=first["llr"],
        p=ours.p,
        p_reference=first["p"],
        p_error=apart(ours.p, first["p"], max(1, len(found.maxima)), n_mc),
        secondary=(
            f"{len(matched)} of {len(wanted) - 1}, llr within {worst:.0e}, "
            f"p within {max((e for e in errors if e is not None), default=0.0):.1f} se"
            if wanted[1:]
            else "none given"
        ),
        seconds=seconds,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("path", type=Path, help="folder with results.json")
    parser.add_argument("--replicates", type=int, default=9999)
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    table = json.loads((chosen.path / "results.json").read_text())
    failed = compared = 0
    for row in table["results"]:
        if chosen.only not in row["id"]:
            continue
        if "do_not_score" in row:
            print(f"{row['id']:32} skipped: marked do_not_score")
            continue
        kind = spacetime if row["implementation"].startswith("scanstatistics") else spatial
        line = kind(chosen.path, row, chosen.replicates)
        if line is None:
            print(f"{row['id']:32} skipped: {row['input'].partition(' (')[0]} is not in the folder")
            continue
        if isinstance(line, str):
            print(f"{row['id']:32} skipped: {line}")
            continue
        compared += 1
        off = abs(line.llr - line.llr_reference)
        right = line.same and off <= 1e-6 and (line.p_error is None or line.p_error <= 3)
        failed += not right
        p = (
            f"p {line.p:.4f} ({line.p_reference:.4f}, {line.p_error:.1f} se)"
            if line.p is not None
            else "no p"
        )
        print(
            f"{line.name:32} {'agrees' if right else 'DIFFERS'}: cluster {'same' if line.same else 'other'}, "
            f"llr {line.llr:.9f} (off {off:.0e}), {p}; secondary: {line.secondary}; {line.seconds:.1f} s"
        )
    satscan = table.get("satscan_values", {})
    if satscan and not (chosen.path / satscan["input"].partition(" (")[0]).exists():
        print(f"{'satscan_values':32} skipped: {satscan['input'].partition(' (')[0]} is not in the folder")
    print(f"{compared} compared, {compared - failed} agree, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
