"""Configurations of `benchmarks/r/limits.R` as detectors, by the same ids; and the reader of its tables."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vigie.stats.alarms import Detector
from vigie.stats.bayes import Bayes
from vigie.stats.cdc import Cdc
from vigie.stats.cusum import Cusum
from vigie.stats.ears import Ears
from vigie.stats.glr import Glr
from vigie.stats.outbreakp import OutbreakP
from vigie.stats.rki import Rki
from vigie.stats.seasonal import SeasonalMean

START = 180
R = True  # as_in_r
ONE, TREND, TWO = SeasonalMean(trend=False), SeasonalMean(), SeasonalMean(harmonics=2, trend=False)

CONFIGS: dict[str, Detector] = {
    "ears_c1": Ears(as_in_r=R),
    "ears_c1_wide": Ears(window=14, alpha=0.01, min_sigma=0.5, as_in_r=R),
    "ears_c2": Ears(variant="C2", as_in_r=R),
    "ears_c2_wide": Ears(variant="C2", window=21, alpha=0.05, as_in_r=R),
    "ears_c3": Ears(variant="C3", as_in_r=R),
    "ears_c3_wide": Ears(variant="C3", window=14, alpha=0.05, min_sigma=1.0, as_in_r=R),
    "cdc": Cdc(b=3, m=1, as_in_r=R),
    "cdc_m0": Cdc(b=3, m=0, alpha=0.1, as_in_r=R),
    "rki1": Rki.system(1, as_in_r=R),
    "rki2": Rki.system(2, as_in_r=R),
    "rki3": Rki.system(3, as_in_r=R),
    "rki_own": Rki(b=3, w=2, now=True, as_in_r=R),
    "bayes1": Bayes.system(1, as_in_r=R),
    "bayes2": Bayes.system(2, as_in_r=R),
    "bayes3": Bayes.system(3, as_in_r=R),
    "bayes_own": Bayes(b=3, w=3, now=True, alpha=0.005, as_in_r=R),
    "cusum_standard": Cusum(start=START, as_in_r=R),
    "cusum_rossi": Cusum(k=0.5, h=3, transform="rossi", start=START, as_in_r=R),
    "cusum_anscombe": Cusum(transform="anscombe", start=START, as_in_r=R),
    "cusum_anscombe2": Cusum(k=0.8, h=3, transform="anscombe-2nd", start=START, as_in_r=R),
    "cusum_pearson_nb": Cusum(transform="pearson-negbin", alpha=0.2, start=START, as_in_r=R),
    "cusum_anscombe_nb": Cusum(k=0.7, h=2.5, transform="anscombe-negbin", alpha=0.05, start=START, as_in_r=R),
    "cusum_none": Cusum(k=8, h=20, transform="none", mean=6.0, start=START, as_in_r=R),
    "cusum_given": Cusum(transform="rossi", mean=6.5, start=START, as_in_r=R),
    "cusum_season": Cusum(mean=ONE, start=START, as_in_r=R),
    "glr_poisson": Glr(mean=TREND, start=START, as_in_r=R),
    "glr_poisson_down": Glr(mean=ONE, direction="down", start=START, as_in_r=R),
    "glr_poisson_refit": Glr(c=4, mean=TREND, refit=True, start=START, as_in_r=R),
    "glr_poisson_cases": Glr(mean=TREND, start=START, as_in_r=R),
    "glr_poisson_season2": Glr(c=3, mean=TWO, start=START, as_in_r=R),
    "glr_negbin": Glr(alpha=None, mean=TREND, start=START, limits=False, as_in_r=R),
    "glr_negbin_window": Glr(c=4, alpha=None, mean=TWO, window=12, start=START, limits=False, as_in_r=R),
    "glr_negbin_fixed": Glr(c=3, alpha=0.3, mean=ONE, start=START, limits=False, as_in_r=R),
    "glr_negbin_refit": Glr(c=3, alpha=None, mean=TREND, refit=True, start=START, limits=False, as_in_r=R),
    "glr_negbin_lasting": Glr(c=3, alpha=0.2, window=20, least=3, start=START, limits=False, as_in_r=R),
    "glr_negbin_given": Glr(alpha=0.2, c=4, mean=7.5, window=26, start=START, limits=False, as_in_r=R),
    "glr_negbin_epidemic": Glr(alpha=None, change="epidemic", window=1, start=START, as_in_r=R),
    "glr_negbin_epidemic5": Glr(
        c=3, alpha=0.2, mean=ONE, change="epidemic", window=5, start=START, as_in_r=R
    ),
    "lr_poisson": Glr(c=4, kappa=float(np.log(1.5)), mean=ONE, start=START, as_in_r=R),
    "lr_negbin": Glr(c=4, alpha=None, kappa=float(np.log(2)), mean=ONE, start=START, as_in_r=R),
    "outbreakp": OutbreakP(window=None, restart=False, as_in_r=R),
}

Table = dict[str, NDArray[np.float64]]


def read_tables(folder: Path) -> tuple[dict[str, NDArray[np.float64]], dict[tuple[str, str], Table]]:
    """Counts by series; columns upper, alarm, score, mean, time by (configuration, series)."""
    counts: dict[str, list[float]] = defaultdict(list)
    for row in _rows(folder / "limits_series.csv"):
        counts[row["series"]].append(float(row["count"]))
    cells: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in _rows(folder / "limits.csv"):
        cells[row["config"], row["series"]].append(row)
    names = ("time", "upper", "alarm", "score", "mean")
    tables = {
        key: {name: np.array([float(row[name] or "nan") for row in rows]) for name in names}
        for key, rows in cells.items()
    }
    return {name: np.array(values) for name, values in counts.items()}, tables


def _rows(path: Path) -> list[dict[str, str]]:
    packed = path.with_suffix(".csv.gz")
    if packed.exists():
        with gzip.open(packed, "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
