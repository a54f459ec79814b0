"""Speed of the detectors on one core against R, in one run: `python benchmarks/stats_speed.py [SERIES] [WEEKS]` (1,000 and 520).

Processor seconds of one thread for series-weeks of Farrington flexible (improved) and EARS C1, on series drawn here; R's `surveillance`
on 10 of them where Rscript and the package are installed; the ratio by series-week. Bars: 200 times R, and 20 times for EARS.
Then one call for all series, with the greatest memory that it took.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy starts its threads

import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from vigie.stats.alarms import Detector  # noqa: E402
from vigie.stats.ears import Ears  # noqa: E402
from vigie.stats.farrington_flexible import FarringtonFlexible  # noqa: E402

DETECTORS: tuple[tuple[str, Detector, int], ...] = (
    ("farrington-flexible", FarringtonFlexible.improved(), 200),
    ("ears-c1", Ears(variant="C1"), 20),
)
R_SERIES = 10


def drawn(series: int, weeks: int) -> NDArray[np.float64]:
    """Counts with season, trend and overdispersion, from under one to some hundreds a week."""
    rng = np.random.default_rng(5)
    time_, level = np.arange(weeks), rng.uniform(-0.5, 5, (series, 1))
    season = rng.uniform(0, 0.7, (series, 1)) * np.cos(
        2 * np.pi * time_ / 52 + rng.uniform(0, 6, (series, 1))
    )
    mean = np.exp(level + season + rng.normal(0, 0.001, (series, 1)) * time_)
    phi = rng.uniform(1.1, 4, (series, 1))
    return rng.negative_binomial(mean / (phi - 1), 1 / phi).astype(np.float64)


def in_r(counts: NDArray[np.float64]) -> dict[str, float]:
    """Series-weeks a second by method; empty without R."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "counts.csv"
        header = ",".join(f"s{i}" for i in range(counts.shape[0]))
        np.savetxt(file, counts.T, fmt="%d", delimiter=",", header=header, comments="")
        script = Path(__file__).parent / "r" / "speed.R"
        try:
            run = subprocess.run(
                ["Rscript", str(script), str(file)], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            return {}
    found = {}
    for line in run.stdout.splitlines():
        name, weeks, seconds = line.split()
        repeats = 10 if name == "ears-c1" else 1
        found[name] = repeats * int(weeks) / float(seconds)
    return found


def main() -> None:
    series, weeks = (int(a) for a in (sys.argv[1:] + ["1000", "520"][len(sys.argv) - 1 :])[:2])
    counts = drawn(series, weeks)
    theirs = in_r(counts[:R_SERIES])
    if not theirs:
        print("R or its package surveillance is not here: no ratio")
    for name, detector, bar in DETECTORS:
        detector.scan(counts[:2])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall, start = time.perf_counter(), time.process_time()
        found = detector.scan(counts)
        seconds, wall = time.process_time() - start, time.perf_counter() - wall
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        judged = int((found.verdict != 1).sum())  # weeks without history cost nothing
        rate = judged / seconds
        line = f"{name}: {series} series x {weeks} weeks in {seconds:.2f} s of processor ({wall:.2f} s), {judged} judged, {rate:,.0f} a second"
        if name in theirs:
            ratio = rate / theirs[name]
            line += f"; R {theirs[name]:,.0f}; {ratio:,.0f} times (bar {bar}: {'reached' if ratio >= bar else 'MISSED'})"
        print(line + f"; memory {before / 1024:.0f} -> {after / 1024:.0f} MiB at most")


if __name__ == "__main__":
    main()
