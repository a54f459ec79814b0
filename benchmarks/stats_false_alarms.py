"""False alarms by series-week while nothing happens, beside the nominal level: `python benchmarks/stats_false_alarms.py`.

Drawn series of 416 weeks, the last 104 judged: steady (8 cases a week, Poisson), spread (the same, variance twice the mean), few (0.5 a
week), seasonal (8 a week, twice as many in winter as in summer).
"""

from __future__ import annotations

import argparse

import numpy as np

from vigie.stats.alarms import Detector
from vigie.stats.bayes import Bayes
from vigie.stats.cdc import Cdc
from vigie.stats.cusum import Cusum
from vigie.stats.ears import Ears
from vigie.stats.glr import Glr
from vigie.stats.multiple import calibrated_false_alarms
from vigie.stats.outbreakp import OutbreakP
from vigie.stats.rki import Rki
from vigie.stats.seasonal import SeasonalMean

WEEKS, JUDGED = 416, 104
START = WEEKS - JUDGED
SEASON = SeasonalMean(trend=False)
DETECTORS: tuple[tuple[str, Detector, float | None], ...] = (
    ("EARS C1", Ears(), 0.001),
    ("EARS C1, 28 weeks", Ears(window=28), 0.001),
    ("EARS C2", Ears(variant="C2"), 0.001),
    ("EARS C3", Ears(variant="C3"), 0.025),
    ("CDC", Cdc(), 0.0125),
    ("RKI 3", Rki.system(3), None),
    ("Bayes 3", Bayes.system(3), 0.05),
    ("CUSUM, season", Cusum(start=START, mean=SEASON, transform="rossi"), None),
    ("GLR Poisson", Glr(start=START, mean=SEASON, window=26), None),
    ("GLR negative binomial", Glr(start=START, mean=SEASON, alpha=None, window=26, limits=False), None),
    ("outbreakP", OutbreakP(window=None, restart=False), None),
    ("outbreakP, improved", OutbreakP(), None),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=100)
    asked = parser.parse_args()
    week = np.arange(WEEKS)
    wave = 8 * np.exp(0.35 * np.cos(2 * np.pi * week / 52))
    cases = {
        "steady": (np.full(WEEKS, 8.0), 1.0),
        "spread": (np.full(WEEKS, 8.0), 2.0),
        "few": (np.full(WEEKS, 0.5), 1.0),
        "seasonal": (wave, 1.0),
    }
    print(f"{'method':24} {'nominal':>8} " + " ".join(f"{name:>9}" for name in cases))
    for name, detector, level in DETECTORS:
        rates = [
            calibrated_false_alarms(
                detector, mean, dispersion=spread, replicates=asked.series, burn_in=START, seed=3
            ).rate
            for mean, spread in cases.values()
        ]
        print(
            f"{name:24} {level if level else '-':>8} " + " ".join(f"{rate:9.4f}" for rate in rates),
            flush=True,
        )


if __name__ == "__main__":
    main()
