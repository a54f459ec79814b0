"""Agreement of EARS, CDC, RKI, Bayes, CUSUM, GLR and outbreakP with outputs of R: `python benchmarks/stats_reference_limits.py PATH`.

PATH holds manifest.json, results.csv.gz and series/*.csv, as their README describes. One line for each configuration: the greatest
relative difference of limit and statistic over its series (|a - b| / max(1, |b|)), alarms that differ, and the weeks left out
because R gives no figure there. What R prints by a slip of its own is compared with the same slip; each is named in `SLIPS`.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.stats.alarms import Alarms, Detector
from vigie.stats.bayes import Bayes
from vigie.stats.cdc import Cdc
from vigie.stats.cusum import Cusum
from vigie.stats.ears import Ears
from vigie.stats.glr import Glr
from vigie.stats.outbreakp import OutbreakP
from vigie.stats.rki import Rki
from vigie.stats.seasonal import SeasonalMean

Column = Callable[[Alarms], NDArray[np.float64]]
SLIPS = {
    "anscombe2nd": "its limit inverts the transformation with m^(1/3) / 9 where the score has m^(-1/3) / 9",
    "rossi": "its limit squares a negative root once S is far above h",
    "anscombeNegBin": "its limit is h - S(t), not a count; alpha m is rounded to 0.01, and no figure from 100 on",
    "outbreakP": "its product leaves the range of doubles: 0, infinite or no figure",
}
_TRANSFORMS = {
    "anscombe2nd": "anscombe-2nd",
    "pearsonNegBin": "pearson-negbin",
    "anscombeNegBin": "anscombe-negbin",
}
_RANGE = 700.0  # log of what a double can hold, with room


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A detector for one configuration, and how its record gives R's columns; None = R has no such column.

    Attributes:
        known: weeks in which R's own figure can be trusted; None = all.
    """

    detector: Detector
    upper: Column | None
    score: Column | None
    known: Callable[[NDArray[np.float64], Alarms], NDArray[np.bool_]] | None = None


def judge(method: str, parameters: Mapping[str, Any], start: int) -> Judge | None:
    """The detector that R's `method` with `parameters` is, monitoring from `start` (0-based); None = none of these."""
    p = dict(parameters)
    if method == "earsC":
        found = Ears(
            variant=p["method"],
            window=p.get("baseline", 7),
            alpha=p.get("alpha"),
            min_sigma=p.get("minSigma", 0.0),
            as_in_r=True,
        )
        return Judge(detector=found, upper=_upper, score=None)
    if method == "algo.cdc":
        return Judge(
            detector=Cdc(b=p["b"], m=p["m"], alpha=p["alpha"], as_in_r=True), upper=_upper, score=_observed
        )
    if method.startswith(("algo.rki", "algo.bayes")):
        return Judge(detector=_reference(method, p), upper=_upper, score=None)
    if method == "algo.cusum":
        return _cusum(p, start)
    if method in ("algo.glrnb", "algo.glrpois"):
        return _glr(p, start)
    if method == "algo.outbreakP":
        chart = OutbreakP(k=p["k"], window=None, restart=False, as_in_r=True)
        return Judge(detector=chart, upper=None, score=lambda a: np.exp(a.score[0]), known=_product)
    return None


def _upper(a: Alarms) -> NDArray[np.float64]:
    return a.upper[0]


def _observed(a: Alarms) -> NDArray[np.float64]:
    return a.observed[0]


def _score(a: Alarms) -> NDArray[np.float64]:
    return a.score[0]


def _reference(method: str, p: dict[str, Any]) -> Detector:
    systems: dict[str, tuple[int, int, bool]] = {"1": (0, 6, True), "2": (1, 6, True), "3": (2, 4, False)}
    b, w, now = systems.get(method[-1], (p.get("b", 2), p.get("w", 4), p.get("actY", False)))
    if method.startswith("algo.rki"):
        return Rki(b=b, w=w, now=now, as_in_r=True)
    return Bayes(b=b, w=w, now=now, alpha=p.get("alpha", 0.05), as_in_r=True)


def _cusum(p: dict[str, Any], start: int) -> Judge:
    transform = p["trans"]
    mean = p.get("m")
    more: dict[str, Any] = (
        {} if mean is None else {"mean": SeasonalMean(trend=False) if mean == "glm" else mean}
    )
    chart = Cusum(
        k=p["k"],
        h=p["h"],
        transform=_TRANSFORMS.get(transform, transform),
        start=start,
        alpha=p.get("alpha") or 0.1,
        as_in_r=True,
        **more,
    )

    def upper(a: Alarms) -> NDArray[np.float64]:
        s, m = a.score[0], a.expected[0]
        before = np.concatenate([[0.0], s[:-1]])
        z = p["h"] + p["k"] - before
        if transform == "standard":
            return np.ceil(a.upper[0] - 1e-9)
        if transform == "rossi":
            inside = 4 * m + 2 * z * np.sqrt(m)
            return np.where(inside >= 0, (np.sqrt(np.maximum(inside, 0)) - np.sqrt(m)) ** 2, 0.0)
        if transform == "anscombe2nd":
            root = m ** (2 / 3) - m ** (1 / 3) / 9 + 2 / 3 * z * m ** (1 / 6)
            return np.maximum(root, 0.0) ** 1.5
        if transform == "anscombeNegBin":
            return np.maximum(0.0, p["h"] - s)
        return a.upper[0]

    return Judge(detector=chart, upper=upper, score=_score, known=_finite)


def _glr(p: dict[str, Any], start: int) -> Judge:
    model = p["mu0"]
    fitted = isinstance(model, dict)
    window = p.get("M", -1)
    chart = Glr(
        c=p["c.ARL"],
        alpha=p["alpha"],
        mean=SeasonalMean(harmonics=model["S"], trend=model["trend"])
        if fitted
        else tuple([1.0] * start + list(model)),
        start=start,
        change="epidemic" if p.get("change") == "epi" else "intercept",
        kappa=p.get("theta"),
        direction="down" if p.get("dir") == "dec" else "up",
        window=None if window < 0 else window,
        least=p.get("Mtilde", 1),
        refit=fitted and model["refit"],
        as_in_r=True,
    )
    if p.get("ret") == "value":
        return Judge(detector=chart, upper=None, score=_score)
    whole = p.get("theta") is None
    return Judge(detector=chart, upper=(lambda a: np.ceil(a.upper[0])) if whole else _upper, score=None)


def _finite(counts: NDArray[np.float64], a: Alarms) -> NDArray[np.bool_]:
    return np.isfinite(a.score[0])


def _product(counts: NDArray[np.float64], a: Alarms) -> NDArray[np.bool_]:
    """Whether R's product of (isotonic mean / mean)^x can be multiplied out in doubles, in order of time."""
    fine = []
    for t in a.times:
        x = counts[: t + 1]
        fit: list[list[float]] = []
        for value in x:
            fit.append([value, 1.0])
            while len(fit) > 1 and fit[-2][0] * fit[-1][1] >= fit[-1][0] * fit[-2][1]:
                last = fit.pop()
                fit[-1] = [fit[-1][0] + last[0], fit[-1][1] + last[1]]
        means = np.concatenate([np.full(int(n), s / n) for s, n in fit])
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.where(x > 0, x * np.log(means / x.mean()), 0.0)
        fine.append(bool(np.abs(np.cumsum(steps)).max() < _RANGE and np.abs(steps).max() < _RANGE))
    return np.array(fine)


def agreement(path: Path) -> dict[tuple[str, str], list[tuple[float, float, int, int, int]]]:
    """By (method, configuration): of each series, difference of limit and score, alarms that differ, weeks, weeks left out."""
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    results: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    with gzip.open(path / "results.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            results[row["series"], row["config"]].append(row)
    found: dict[tuple[str, str], list[tuple[float, float, int, int, int]]] = defaultdict(list)
    for run in manifest["runs"]:
        rows = results[run["series"], run["config"]]
        chosen = judge(run["method"], run["parameters"] or {}, run["range"][0] - 1)
        if chosen is None or not rows:
            continue
        with (path / "series" / f"{run['series']}.csv").open(encoding="utf-8", newline="") as file:
            counts = np.array([_number(r["observed"]) for r in csv.DictReader(file)])
        found[run["method"], run["config"]].append(_compare(chosen, counts, rows))
    return found


def _compare(
    chosen: Judge, counts: NDArray[np.float64], rows: Sequence[Mapping[str, str]]
) -> tuple[float, float, int, int, int]:
    weeks, upper, score, alarm = (
        np.array([_number(r[c]) for r in rows]) for c in ("week", "upperbound", "score", "alarm")
    )
    with np.errstate(all="ignore"):
        a = chosen.detector.scan(counts, at=weeks.astype(int) - 1)
        known = np.isfinite(alarm)
        if chosen.known is not None:
            known &= chosen.known(counts, a)
        if chosen.score is not None and np.isfinite(score).any():
            known &= np.isfinite(score)
        limit = _furthest(chosen.upper(a), upper, known) if chosen.upper else 0.0
        value = _furthest(chosen.score(a), score, known) if chosen.score else 0.0
    wrong = int((a.alarm[0] != (alarm == 1))[known].sum())
    return limit, value, wrong, int(known.sum()), int((~known).sum())


def _furthest(ours: NDArray[np.float64], theirs: NDArray[np.float64], known: NDArray[np.bool_]) -> float:
    both = known & np.isfinite(theirs)
    if (~np.isfinite(ours[both])).any():
        return float("inf")
    return float(
        np.max(np.abs(ours[both] - theirs[both]) / np.maximum(1.0, np.abs(theirs[both])), initial=0.0)
    )


def _number(text: str) -> float:
    text = text.strip()
    return float(text) if text and text not in ("NA", "NaN") else float("nan")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(
        f"{'method':14} {'configuration':22} {'limit':>8} {'score':>8} {'alarms':>7} {'weeks':>6} {'left out':>8}"
    )
    for (method, config), parts in agreement(Path(sys.argv[1])).items():
        limit, score = max(p[0] for p in parts), max(p[1] for p in parts)
        wrong, weeks, out = (sum(p[i] for p in parts) for i in (2, 3, 4))
        print(f"{method:14} {config:22} {limit:8.1e} {score:8.1e} {wrong:7} {weeks:6} {out:8}")
    for name, slip in SLIPS.items():
        print(f"{name}: {slip}")


if __name__ == "__main__":
    main()
