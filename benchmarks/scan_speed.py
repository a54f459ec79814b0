"""How long a scan takes, and how much memory, on maps of growing size.

    python benchmarks/scan_speed.py [--places 1000,5000,35000] [--weeks 104] [--cases 20000] [--replicates 999]
        [--model permutation] [--radius KM] [--share 0.5] [--retrospective] [--max-weeks 52] [--centres N]

The map is made here: places at random on a square with as much room for each as a French commune has (15.7 km²), inhabitants
log-normal, cases in proportion to them at any week, and one planted cluster of about 200 cases in the last eight weeks.
Each size runs in a process of its own, on one core. On a machine that others use too, the time of the processor is what
counts. Memory is the largest that the process held.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import time
from typing import Any

import numpy as np

from vigie.stats.arrays import FloatArray
from vigie.stats.scan import Scan
from vigie.stats.scan_windows import Windows

AREA = 15.7  # km² for a place


def world(n_places: int, weeks: int, n_cases: int, seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coordinates in km, inhabitants, cases by place and week."""
    random = np.random.default_rng(seed)
    side = float(np.sqrt(n_places * AREA))
    points = random.uniform(0, side, (n_places, 2))
    people = np.ceil(random.lognormal(6.2, 1.3, n_places))
    place = random.choice(n_places, n_cases, p=people / people.sum())
    cases = np.zeros((n_places, weeks))
    np.add.at(cases, (place, random.integers(0, weeks, n_cases)), 1)
    near = np.argsort(np.hypot(*(points - points[n_places // 2]).T))[: max(5, n_places // 500)]
    planted = random.choice(near, n_cases // 100, p=people[near] / people[near].sum())
    np.add.at(cases, (planted, random.integers(weeks - 8, weeks, n_cases // 100)), 1)
    return points, people, cases


def one(n_places: int, chosen: argparse.Namespace, out: Any) -> None:
    points, people, cases = world(n_places, chosen.weeks, chosen.cases, chosen.seed)
    scan = Scan(
        model=chosen.model,
        windows=Windows(max_share=chosen.share, max_radius=chosen.radius),
        max_periods=chosen.max_weeks,
        prospective=not chosen.retrospective,
        replicates=chosen.replicates,
        stop_after=chosen.stop_after,
    )
    centres = None
    if chosen.model == "permutation":  # circles around the places that have cases
        centres = np.flatnonzero(cases.sum(axis=1))
    all_centres = len(points) if centres is None else len(centres)
    if chosen.centres:
        centres = (np.arange(len(points)) if centres is None else centres)[
            :: -(-all_centres // chosen.centres)
        ]
    started, busy = time.perf_counter(), time.process_time()
    found = scan.scan(
        cases, points, centres=centres, **({"population": people} if chosen.model == "poisson" else {})
    )
    took, busy = time.perf_counter() - started, time.process_time() - busy
    first = found.clusters[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    gumbel = "none" if first.p_gumbel is None else format(first.p_gumbel, ".1e")
    out.send(
        f"{n_places:6} places × {chosen.weeks} weeks, {int(found.total_cases)} cases, {found.families} of {all_centres} centres, "
        f"{len(found.maxima)} replicates: {busy:7.1f} s of processor ({took:.0f} s of clock), {peak:.2f} GB; "
        f"first cluster: {len(first.places)} places, weeks {first.start}–{first.end}, {first.cases:.0f} cases, "
        f"{first.expected:.1f} expected, llr {first.llr:.6f}, p {first.p}, Gumbel {gumbel}; "
        f"mean of the maxima {found.maxima.mean() if len(found.maxima) else 0:.4f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--places", default="1000,5000,35000")
    parser.add_argument("--weeks", type=int, default=104)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--replicates", type=int, default=999)
    parser.add_argument("--model", default="permutation", choices=["permutation", "poisson"])
    parser.add_argument("--radius", type=float, default=None)
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--max-weeks", type=int, default=None)
    parser.add_argument("--retrospective", action="store_true")
    parser.add_argument("--centres", type=int, default=0, help="about so many of them only; 0 = all")
    parser.add_argument("--stop-after", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    for size in chosen.places.split(","):
        mine, theirs = multiprocessing.get_context("spawn").Pipe(duplex=False)
        process = multiprocessing.get_context("spawn").Process(target=one, args=(int(size), chosen, theirs))
        process.start()
        process.join()
        print(mine.recv() if mine.poll() else f"{size} places: stopped", flush=True)


if __name__ == "__main__":
    main()
