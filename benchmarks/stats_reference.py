"""Agreement of the detectors of unusual counts with outputs of R: `python benchmarks/stats_reference.py PATH`.

PATH holds reference/manifest.json, reference/results.csv.gz and reference/series/*.csv, as their README describes. One line for each
configuration of Farrington: weeks compared, greatest relative difference of the limit, alarms that agree, weeks left out, and why.
The limits and charts follow (`stats_reference_limits.py`). Bars: 1e-6 where R's fit converged; 99.9 % of the alarms, those within
1e-6 of the limit left out.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stats_reference_limits
from vigie.stats.alarms import Verdict
from vigie.stats.farrington import Farrington
from vigie.stats.farrington_flexible import FarringtonFlexible

NAMES = {
    "b": "years",
    "w": "half_window",
    "noPeriods": "levels",
    "pastWeeksNotIncluded": "left_out",
    "weightsThreshold": "weights_threshold",
    "pThresholdTrend": "trend_p",
    "powertrans": "power",
    "thresholdMethod": "threshold",
    **{name: name for name in ("alpha", "trend", "reweight")},
}
BAR, NEAR = 1e-6, 1e-6


@dataclass
class Line:
    """Sums over the series of one configuration."""

    compared: int = 0
    worst: float = 0.0
    agreed: int = 0
    judged: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def detector(method: str, parameters: Mapping[str, Any]) -> Farrington | FarringtonFlexible:
    """The detector that R's function with these parameters is."""
    given = {NAMES[name]: value for name, value in parameters.items() if name in NAMES}
    if "limit54" in parameters:
        given["few_cases"], given["few_periods"] = parameters["limit54"]
    return FarringtonFlexible(**given) if method == "farringtonFlexible" else Farrington(**given)


def numbers(rows: list[dict[str, str]], name: str) -> NDArray[np.float64]:
    return np.array([float(r[name]) if r[name].strip() not in ("", "NA") else np.nan for r in rows])


def compare(path: Path, run: Mapping[str, Any], rows: list[dict[str, str]], line: Line) -> None:
    """Add one run to its line."""
    with (path / "series" / f"{run['series']}.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    counts, parameters = numbers(table, "observed"), run["parameters"]
    new = run["method"] == "farringtonFlexible"
    dated = new and "date" in table[0]
    found = detector(run["method"], parameters).scan(
        counts,
        population=numbers(table, "population") if parameters.get("populationOffset") else None,
        dates=np.array([r["date"] for r in table], dtype="datetime64[D]") if dated else None,
        at=[int(r["week"]) - 1 for r in rows],
    )
    upper, alarm = numbers(rows, "upperbound"), numbers(rows, "alarm")
    given = found.verdict[0] == Verdict.GIVEN
    known = np.isfinite(upper) if new else given | (upper > 0)
    both = given & known
    wanted = np.maximum(np.abs(upper[both]), 1e-300)
    apart = np.where(
        upper[both] == found.upper[0][both], 0.0, np.abs(found.upper[0][both] - upper[both]) / wanted
    )
    line.compared += int(both.sum())
    line.worst = max(line.worst, float(apart.max(initial=0.0)))
    near = both & (np.abs(counts[found.times] - upper) <= NEAR * np.maximum(1, np.abs(upper)))
    line.judged += int((~near).sum())
    line.agreed += int((found.alarm[0] == (alarm == 1))[~near].sum())
    for verdict in found.verdict[0][~given & ~known]:
        line.skipped[f"neither: {Verdict(int(verdict)).name.lower()}"] += 1
    line.skipped["only Vigie has a limit"] += int((given & ~known).sum())
    line.skipped["only R has a limit"] += int((~given & known).sum())


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = Path(sys.argv[1]) / "reference"
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    results: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    with gzip.open(path / "results.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            results[row["series"], row["config"]].append(row)
    lines: dict[str, Line] = defaultdict(Line)
    for run in manifest["runs"]:
        if run["method"] in ("farringtonFlexible", "algo.farrington"):
            rows = results[run["series"], run["config"]]
            compare(path, run, rows, lines[f"{run['method']} {run['config']}"])
    print(f"{'configuration':44} {'weeks':>6} {'worst':>9} {'alarms agreeing':>16}  left out")
    total = Line()
    for name, line in lines.items():
        why = ", ".join(f"{n} {reason}" for reason, n in line.skipped.items() if n)
        print(f"{name:44} {line.compared:6} {line.worst:9.1e} {line.agreed:9}/{line.judged:<6}  {why}")
        total.compared += line.compared
        total.agreed += line.agreed
        total.judged += line.judged
        total.worst = max(total.worst, line.worst)
    share = total.agreed / max(1, total.judged)
    fine = total.worst <= BAR and share >= 0.999
    print(
        f"Farrington, both: {total.compared} limits, worst {total.worst:.1e} (bar {BAR:.0e}); alarms {share:.4%} (bar 99.9 %):",
        "reached" if fine else "MISSED",
    )
    print()
    sys.argv = [sys.argv[0], str(path)]
    stats_reference_limits.main()


if __name__ == "__main__":
    main()
