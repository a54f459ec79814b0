"""Change points beside R's, and F1 with false alarms on drawn series beside ruptures and strucchange.

    python benchmarks/stats_changepoints.py [PATH] [--seeds 0,1] [--series 100] [--others]

PATH: a folder with reference_r.json and series/*.csv (R's change points as the last index of a segment, 1-based).
--nulls: share of unchanged series with an alarm, for kinds of noise that the drawn series do not have.
--others: also ruptures' PELT of l1, and strucchange where Rscript has it, on the same drawn series; slow.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from changepoint_series import FINAL, Drawn, draw
from vigie.stats.changepoints import find_changes
from vigie.stats.segmentation import Segmenter

MARGIN = 5


def agreement(folder: Path) -> None:
    """Each run of R that the same cost and penalty can repeat."""
    told = json.loads((folder / "reference_r.json").read_text("utf-8"))
    same = asked = 0
    for run in told["results"]:
        segmenter = _like(run)
        if segmenter is None:
            continue
        with (folder / "series" / f"{run['series']}.csv").open() as sheet:
            values = [float(row["value"]) for row in csv.DictReader(sheet)]
        key = "changepoints_last_index_of_segment"
        wanted = run[key] if key in run else run["breakpoints_last_index_of_segment"]
        wanted = [] if wanted == ["NA"] else wanted
        found = segmenter(values)
        asked, same = asked + 1, same + (found == wanted)
        mark = "same" if found == wanted else f"here {found}, R {wanted}"
        print(f"{run['series']:12} {run['fun']:18} {json.dumps(run['parameters'])[:90]:92} {mark}")
    print(f"the same change points: {same} of {asked}")
    for file in sorted((folder / "series").glob("*.csv")):
        with file.open() as sheet:
            (own,) = find_changes([float(row["value"]) for row in csv.DictReader(sheet)])
        print(f"own method, {file.stem}: {[(c.at, c.low, c.high) for c in own.changes]}")


def _like(run: dict[str, object]) -> object:
    """The segmenter that asks the same, or None."""
    asked = run["parameters"]
    assert isinstance(asked, dict)
    method, penalty = str(asked.get("method", "")).lower(), str(asked.get("penalty", "")).lower()
    if run["implementation"] == "strucchange":
        if "criterion" not in asked:
            return None
        return lambda values: _strucchange_like(values, asked["h"])
    if run["fun"] == "cpt.var":
        return None  # a change of variance alone is no level
    most, cost = 10, {"cpt.mean": "l2", "cpt.mean scaled": "l2", "cpt.meanvar": "normal"}[str(run["fun"])]
    if asked.get("test.stat") == "Poisson":
        cost = "poisson"
    if method == "amoc":
        method, most = "binseg", 1
    segmenter = Segmenter(
        method=method,  # type: ignore[arg-type]
        cost=cost,  # type: ignore[arg-type]
        penalty=penalty,  # type: ignore[arg-type]
        least=asked.get("minseglen", 2 if run["fun"] == "cpt.meanvar" else 1),
        scaled="scaled" in str(run["fun"]),
        most=most,
    )
    return lambda values: [change.at for change in segmenter.segment(values).changes]


def _strucchange_like(values: Sequence[float], share: float) -> list[int]:
    """Number of changes by BIC with the scale unknown, segments at least a share of the series."""
    size = len(values)
    least, best = int(share * size), (np.inf, [])
    for most in range(int(1 / share)):
        segmenter = Segmenter(method="exact", penalty=0.0, least=least, scaled=False)
        found = [change.at for change in segmenter.segment(values, number=most).changes] if most else []
        squares = sum(float(np.var(part) * len(part)) for part in np.split(np.asarray(values), found))
        score = size * (np.log(2 * np.pi * squares / size) + 1) + 2 * (len(found) + 1) * np.log(size)
        if score < best[0]:
            best = (score, found)
    return best[1]


def score(found: Sequence[Sequence[int]], series: Sequence[Drawn]) -> tuple[float, float, float, float]:
    """F1 over all changes, share of unchanged series with an alarm, precision, recall."""
    hits = named = true = alarmed = unchanged = 0
    for places, one in zip(found, series, strict=True):
        left = list(one.changes)
        for at in places:
            near = [(abs(at - t), t) for t in left if abs(at - t) <= MARGIN]
            if near:
                left.remove(min(near)[1])
                hits += 1
        named, true = named + len(places), true + len(one.changes)
        unchanged, alarmed = unchanged + (not one.changes), alarmed + (not one.changes and bool(places))
    precision, recall = hits / max(named, 1), hits / max(true, 1)
    return 2 * hits / max(named + true, 1), alarmed / max(unchanged, 1), precision, recall


def own(series: Sequence[Drawn]) -> list[list[int]]:
    """All in one call; shorter series end in a gap."""
    return [[change.at for change in one.changes] for one in find_changes(_padded(series), per_year=52.18)]


def _padded(series: Sequence[Drawn]) -> np.ndarray:
    table = np.full((len(series), max(len(one.values) for one in series)), np.nan)
    for row, one in zip(table, series, strict=True):
        row[: len(one.values)] = one.values
    return table


def pelt(series: Sequence[Drawn]) -> list[list[int]]:
    """ruptures' PELT of l1, the series in units of its scale, 1.5 log n, five figures a segment."""
    import ruptures

    from vigie.stats.noise import difference_scale

    found = []
    for one in series:
        places = np.nonzero(~np.isnan(one.values))[0]
        unit = one.values[places] / (difference_scale(one.values) or 1.0)
        search = ruptures.Pelt(model="l1", min_size=5, jump=1).fit(unit)
        found.append([int(places[at]) for at in search.predict(pen=1.5 * np.log(len(unit)))[:-1]])
    return found


def strucchange(series: Sequence[Drawn], share: float) -> list[list[int]] | None:
    """R's breakpoints by BIC; None without R or the package."""
    with tempfile.TemporaryDirectory() as name:
        sheet, script = Path(name) / "series.csv", Path(name) / "run.R"
        with sheet.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("series", "at", "value"))
            for number, one in enumerate(series):
                here = np.nonzero(~np.isnan(one.values))[0]
                writer.writerows((number, at, one.values[at]) for at in here)
        script.write_text(
            "suppressMessages(library(strucchange)); a <- read.csv(commandArgs(TRUE)[1])\n"
            "for (k in unique(a$series)) { b <- a[a$series == k, ]\n"
            f"  found <- breakpoints(b$value ~ 1, h = {share})$breakpoints\n"
            '  cat(k, if (any(is.na(found))) "" else b$at[found + 1], "\\n") }\n'
        )
        try:
            run = subprocess.run(
                ["Rscript", str(script), str(sheet)], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            return None
    rows = [[int(part) for part in line.split()] for line in run.stdout.splitlines() if line.strip()]
    told = {row[0]: row[1:] for row in rows}
    return [told.get(number, []) for number in range(len(series))]


def nulls(number: int = 200) -> None:
    """Unchanged series of other kinds; counts on the scale that the verb judges them on."""
    generator = np.random.default_rng([20_26, FINAL, 7])

    def alike(share: float, n: int) -> np.ndarray:
        errors = generator.standard_t(3, (number, n))
        for at in range(1, n):
            errors[:, at] = share * errors[:, at - 1] + np.sqrt(1 - share**2) * errors[:, at]
        return errors

    def counts(mean: float, n: int, spread: float = np.inf) -> np.ndarray:
        means = mean * (
            generator.gamma(spread, 1 / spread, (number, n)) if np.isfinite(spread) else np.ones((number, n))
        )
        return 2 * np.sqrt(generator.poisson(means) + 3 / 8)

    weeks = np.arange(156)
    season = np.sin(2 * np.pi * weeks / 52.18)
    kinds = {
        "normal, 156": generator.normal(size=(number, 156)),
        "normal, 24": generator.normal(size=(number, 24)),
        "t3, 36": generator.standard_t(3, (number, 36)),
        "t2, 156": generator.standard_t(2, (number, 156)),
        "t3, r = 0.5, 156": alike(0.5, 156),
        "t3, r = 0.7, 156": alike(0.7, 156),
        "t3, season of 1 scale": generator.standard_t(3, (number, 156)) + season,
        "t3, trend of 3 scales": generator.standard_t(3, (number, 156)) + 3 * weeks / 156,
        "t3, rounded to 2 scales": 2 * np.round(generator.standard_t(3, (number, 156)) / 2),
        "Poisson 0.1, 156": counts(0.1, 156),
        "Poisson 1, 156": counts(1, 156),
        "Poisson 8, 60": counts(8, 60),
        "negative binomial 3, 156": counts(3, 156, 2.0),
    }
    for kind, values in kinds.items():
        alarmed = float(np.mean([bool(one.changes) for one in find_changes(values, per_year=52.18)]))
        print(f"unchanged, {kind:26} alarmed {alarmed:.3f} ({number} series)")


def main() -> None:
    """Print all that was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", nargs="?", type=Path)
    parser.add_argument("--seeds", default="0,1", help=f"{FINAL} and above are run once")
    parser.add_argument("--series", type=int, default=100, help="of each seed")
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--nulls", action="store_true")
    asked = parser.parse_args()
    if asked.path:
        agreement(asked.path)
    if asked.nulls:
        nulls()
        return
    series = [one for seed in asked.seeds.split(",") for one in draw(int(seed), asked.series)]
    methods = {"own": own}
    if asked.others:
        methods["ruptures PELT l1"] = pelt
        for share in (0.10, 0.15):
            methods[f"strucchange, h = {share}"] = lambda s, h=share: strucchange(s, h)  # type: ignore[misc]
    for name, method in methods.items():
        begun = time.process_time(), time.perf_counter()
        found = method(series)
        if found is None:
            print(f"{name}: Rscript or the package is missing", file=sys.stderr)
            continue
        took = (time.perf_counter() - begun[1]) / len(series)
        f1, alarmed, precision, recall = score(found, series)
        print(
            f"{name:24} F1 {f1:.3f}, unchanged series alarmed {alarmed:.3f}, precision {precision:.3f}, "
            f"recall {recall:.3f}, {1000 * took:.0f} ms a series ({len(series)} series)"
        )
        if name == "own":
            for kind in sorted({one.kind for one in series}):
                some = [i for i, one in enumerate(series) if one.kind == kind]
                part = score([found[i] for i in some], [series[i] for i in some])
                print(f"  {kind:22} F1 {part[0]:.3f}, alarmed {part[1]:.3f}")


if __name__ == "__main__":
    main()
