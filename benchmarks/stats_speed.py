"""Speed of detectors beside R's on the same series, one core, one run: `python benchmarks/stats_speed.py [ID ...]`.

Series-weeks a second in processor time (user and system), the best of three here, one run in R: this machine's other work does not
count on either side. Without Rscript and surveillance only our side is measured. A detector to race: one line in `RACES`.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is loaded

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vigie.stats.alarms import Detector
from vigie.stats.bayes import Bayes
from vigie.stats.cusum import Cusum
from vigie.stats.ears import Ears
from vigie.stats.farrington_flexible import FarringtonFlexible
from vigie.stats.rki import Rki

SERIES, WEEKS, START = 1000, 520, 312


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """One detector against one call of R.

    Attributes:
        target: times R's speed that is asked for; 0 = none.
        r: R code that judges the series `x` at the weeks `range`.
        r_series: series given to R, which is slow.
        first: first week judged, 0-based, by both.
    """

    id: str
    make: Callable[[], Detector]
    target: int
    r: str
    r_series: int
    first: int = START


_OLD = "d <- create.disProg(week = seq_along(x), observed = x, state = 0 * x, freq = 52, start = c(2010, 1));"
_STS = "s <- sts(observed = x, frequency = 52, start = c(2010, 1), epochAsDate = FALSE);"
RACES = (
    Race(
        id="ears-c1",
        make=Ears,
        target=20,
        r=f"{_STS} earsC(s, control = list(range = range))",
        r_series=60,
        first=7,
    ),
    Race(
        id="farrington-flexible",
        make=lambda: FarringtonFlexible.improved(alpha=0.05),
        target=200,
        r=f"{_STS} farringtonFlexible(s, control = list(range = range, b = 5, w = 3, noPeriods = 10, "
        "pastWeeksNotIncluded = 26, thresholdMethod = 'nbPlugin', pThresholdTrend = 1, weightsThreshold = 2.58))",
        r_series=1,
    ),
    Race(
        id="rki",
        make=Rki,
        target=0,
        r=f"{_OLD} algo.rki(d, control = list(range = range, b = 2, w = 4, actY = FALSE))",
        r_series=20,
    ),
    Race(
        id="bayes",
        make=Bayes,
        target=0,
        r=f"{_OLD} algo.bayes(d, control = list(range = range, b = 0, w = 6, actY = TRUE, alpha = .05))",
        r_series=20,
    ),
    Race(
        id="cusum",
        make=lambda: Cusum(start=START),
        target=0,
        r=f"{_OLD} algo.cusum(d, control = list(range = range))",
        r_series=200,
    ),
)


def ours(race: Race, counts: np.ndarray) -> float:
    """Series-weeks a second."""
    at = np.arange(race.first, WEEKS)
    detector = race.make()
    best = np.inf
    for _ in range(3):
        begun = time.process_time()
        detector.scan(counts, at=at)
        best = min(best, time.process_time() - begun)
    return counts.shape[0] * at.size / best


def theirs(race: Race, counts: np.ndarray) -> float | None:
    """Series-weeks a second; None without R."""
    if not shutil.which("Rscript"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        np.savetxt(Path(folder, "counts.csv"), counts[: race.r_series], fmt="%d", delimiter=",")
        code = f"""
        if (!suppressMessages(suppressWarnings(require(surveillance)))) quit(status = 3)
        options(warn = -1); y <- as.matrix(read.csv("{folder}/counts.csv", header = FALSE)); range <- {race.first + 1}:{WEEKS}
        one <- function(x) {{ {race.r} }}
        spent <- system.time(for (i in seq_len(nrow(y))) one(as.numeric(y[i, ])))
        cat(sum(spent[1:2]))
        """
        run = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    if run.returncode:
        return None
    return min(race.r_series, counts.shape[0]) * (WEEKS - race.first) / float(run.stdout.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ids", nargs="*", help="races to run; none = all")
    parser.add_argument("--series", type=int, default=SERIES)
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    season = np.exp(0.5 * np.sin(2 * np.pi * np.arange(WEEKS) / 52))
    mean = rng.uniform(2, 40, (asked.series, 1)) * season
    counts = rng.poisson(rng.gamma(mean / 0.5, 0.5)).astype(np.float64)
    print(f"{'method':20} {'here':>12} {'R':>10} {'times':>8} {'asked':>6}   series-weeks a second")
    for race in RACES:
        if asked.ids and race.id not in asked.ids:
            continue
        own, r = ours(race, counts), theirs(race, counts)
        times = f"{own / r:8.0f}" if r else f"{'-':>8}"
        print(
            f"{race.id:20} {own:12,.0f} {f'{r:10,.0f}' if r else '-':>10} {times} {race.target or '':>6}",
            flush=True,
        )


if __name__ == "__main__":
    main()
