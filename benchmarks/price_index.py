"""How well the price index finds a known truth: coverage, bias, gain of pooling, time. And reference numbers, with R.

    python benchmarks/price_index.py [--simulations 300] [--seed 1000]
    python benchmarks/price_index.py --reference      # needs Rscript with MASS and sandwich; writes tests/reference/price_index*.csv

In: worlds of tests/price_samples.py (invented prices with known bulk discount, area and time effects, sources that err together,
errors of t with 4 degrees of freedom, gross errors by a factor of 4.5 to 1000). Out: a table on standard output.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from price_samples import Truth, World, sample
from vigie.stats.hedonic import Hedonic
from vigie.stats.median_price import Median
from vigie.stats.prices import PriceIndex, PriceRows

ROOT = Path(__file__).resolve().parents[1]
WORLDS = {
    "thin cells (250 figures, 64 cells)": World(),
    "bulk share rises over time": World(bulk=0.1, bulk_moves=0.6),
    "no gross errors": World(gross=0.0),
    "10 % gross errors": World(gross=0.1),
    "10 sources": World(sources=10),
    "one area, 60 figures": World(rows=60, areas=1, cell=0.0, area=0.0),
    "20 areas, 12 periods, 600 figures": World(rows=600, areas=20, periods=12, sources=40),
    "spread between cells 0": World(cell=0.0),
}
COMPARED = tuple(WORLDS)[:3]  # worlds in which the other methods run too, on a third of the simulations
THIN = 3  # figures: cells with fewer are thin


def errors(found: PriceIndex, truth: Truth) -> np.ndarray:
    """Error of the logarithm where there is a price, the world's mean source left in; NaN elsewhere."""
    return np.log(found.price) - np.log(truth.price)


def one_world(name: str, world: World, simulations: int, seed: int) -> dict[str, float]:
    methods = {
        "pooled": Hedonic(),
        "cells alone": Hedonic(pool=False),
        "least squares": Hedonic(loss="squares", pool=False),
    }
    covered, discounts, covered_index = [], [], []
    squares: dict[str, list[float]] = defaultdict(list)
    drift: dict[str, list[float]] = defaultdict(list)
    seconds, failed = 0.0, 0
    for k in range(simulations):
        rows, truth = sample(seed + k, world)
        begun = time.process_time()
        found = methods["pooled"].index(rows)
        seconds += time.process_time() - begun
        failed += not found.converged
        given = np.isfinite(found.price)
        covered += ((found.low <= truth.price) & (truth.price <= found.high))[given].tolist()
        at = np.arange(len(found.areas))[:, None], found.base[:, None]
        true_index = 100 * truth.price / truth.price[at]
        moved = np.isfinite(found.index) & (np.arange(len(found.periods))[None, :] != found.base[:, None])
        covered_index += ((found.index_low <= true_index) & (true_index <= found.index_high))[moved].tolist()
        slope = found.coefficients[0]
        discounts.append((slope.estimate - truth.discount, slope.low <= truth.discount <= slope.high))
        if name not in COMPARED or k >= simulations // 3:  # single cells by least squares take long
            continue
        results = {"pooled": found, "raw median": Median(cell_figures=1, cell_sources=1).index(rows)}
        results |= {name: method.index(rows) for name, method in methods.items() if name != "pooled"}
        thin = (found.figures > 0) & (found.figures < THIN) & given
        for method, result in results.items():
            off = errors(result, truth)
            squares[f"{method}, all"] += (off[given] ** 2).tolist()
            squares[f"{method}, thin"] += (off[thin] ** 2).tolist()
            drift[method].append(
                float(
                    np.nanmean(np.where(given, off, np.nan)[:, -1])
                    - np.nanmean(np.where(given, off, np.nan)[:, 0])
                )
            )
    off, inside = np.array(discounts, dtype=float).T
    line = {
        "coverage": float(np.mean(covered)),
        "of the index": float(np.mean(covered_index)),
        "of the discount": float(inside.mean()),
        "bias of the discount": float(off.mean()),
    }
    line |= {f"RMSE {name}": float(np.sqrt(np.mean(v))) if v else float("nan") for name, v in squares.items()}
    line |= {f"false change {method}": float(np.mean(v)) for method, v in drift.items()}
    return line | {
        "cells": float(len(covered)),
        "ms": 1000 * seconds / simulations,
        "not converged": float(failed),
    }


def reference(folder: Path) -> None:
    rows, _ = sample(7, World(rows=150, areas=4, periods=5, sources=12))
    given, out = folder / "price_index_rows.csv", folder / "price_index.csv"
    write_rows(rows, given)
    script = ROOT / "benchmarks" / "r" / "price_index.R"
    subprocess.run(["Rscript", str(script), str(given), str(out)], check=True)


def write_rows(rows: PriceRows, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("price", "quantity", "area", "period", "channel", "source"))
        listed = zip(
            rows.price.tolist(), rows.quantity.tolist(), rows.area, rows.period, rows.factors["channel"], rows.source, strict=True
        )  # fmt: skip
        writer.writerows(listed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--reference", action="store_true")
    chosen = parser.parse_args()
    if chosen.reference:
        reference(ROOT / "tests" / "reference")
        return
    for name, world in WORLDS.items():
        print(f"\n{name}: {chosen.simulations} simulations")
        for what, value in one_world(name, world, chosen.simulations, chosen.seed).items():
            print(f"  {what:32} {value:9.4g}", flush=True)


if __name__ == "__main__":
    main()
