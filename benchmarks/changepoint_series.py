"""Series of prices and purity with known change points: heavy tails, gaps, outliers, rounding, autocorrelation.

In: a seed. Out: `Drawn` series: what a market observatory sees each week, and where the level truly changed.
Half of the kinds are plain; the others break one assumption each, so that a table by kind shows what breaks a method.
Seeds below `FINAL` are to choose methods by; those from `FINAL` on are run once, after all is chosen.

    python benchmarks/changepoint_series.py [SEED]     prints one set as CSV: series, kind, changes, date, value
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FINAL = 1_000  # seeds from here on are run once
KINDS = (
    "plain",
    "plain",
    "plain",
    "plain",
    "lognormal",
    "outliers",
    "autocorrelated",
    "season",
    "trend",
    "blocks",
)
UNCHANGED = 0.4  # share of series without any change
APART = 15  # weeks between changes, and from the ends


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """One series.

    Attributes:
        values: shape (n_weeks,), EUR/g or %; NaN = nothing collected that week.
        changes: first week of each new level, 0-based.
        sizes: each step in units of the scale of the noise.
    """

    kind: str
    indicator: str
    values: NDArray[np.float64]
    changes: tuple[int, ...]
    sizes: tuple[float, ...]


def draw(seed: int, number: int) -> list[Drawn]:
    """`number` series, kinds in turn."""
    generator = np.random.default_rng([20_26, seed])
    return [_one(generator, KINDS[i % len(KINDS)]) for i in range(number)]


def _one(generator: np.random.Generator, kind: str) -> Drawn:
    n = int(generator.integers(104, 261))
    indicator = "price" if generator.random() < 0.5 else "purity"
    level = float(generator.uniform(30, 90) if indicator == "price" else generator.uniform(25, 75))
    noise = float(level * generator.uniform(0.05, 0.12) if indicator == "price" else generator.uniform(3, 8))
    changes = () if generator.random() < UNCHANGED else _places(generator, n, int(generator.integers(1, 5)))
    steps, mean = [], np.full(n, level)
    for at in changes:
        size = float(generator.uniform(1.5, 4.0) * generator.choice((-1, 1)))
        if mean[at] + size * noise < 0.25 * level:  # no price falls below nothing
            size = -size
        mean[at:] += size * noise
        steps.append(size)
    values = mean + noise * _errors(generator, kind, n)
    weeks = np.arange(n)
    if kind == "season":
        values += 0.5 * noise * np.sin(2 * np.pi * (weeks / 52.18 + generator.random()))
    if kind == "trend":
        values += generator.choice((-1, 1)) * 1.0 * noise * weeks / n
    if kind == "outliers":
        struck = generator.random(n) < 0.04
        values[struck] += (
            noise * generator.choice((-1, 1), struck.sum()) * generator.uniform(6, 15, struck.sum())
        )
    values = np.maximum(values, 1.0 if indicator == "price" else 0.5)
    values = np.round(values) if indicator == "price" else np.round(np.minimum(values, 100), 1)
    values[_gaps(generator, kind, n)] = np.nan
    return Drawn(kind=kind, indicator=indicator, values=values, changes=changes, sizes=tuple(steps))


def _places(generator: np.random.Generator, n: int, number: int) -> tuple[int, ...]:
    while True:
        found = np.sort(generator.integers(APART, n - APART + 1, number))
        if number == 1 or np.diff(found).min() >= APART:
            return tuple(int(at) for at in found)


def _errors(generator: np.random.Generator, kind: str, n: int) -> NDArray[np.float64]:
    """Scale 1: Student t of 3 degrees (its standard deviation is 1.7), or skewed, or correlated."""
    if kind == "lognormal":
        return (np.exp(0.8 * generator.standard_normal(n)) - 1) / 1.0
    errors = generator.standard_t(3, n)
    if kind == "autocorrelated":
        for t in range(1, n):
            errors[t] = 0.3 * errors[t - 1] + np.sqrt(1 - 0.09) * errors[t]
    return errors


def _gaps(generator: np.random.Generator, kind: str, n: int) -> NDArray[np.bool_]:
    missing = generator.random(n) < generator.uniform(0.1, 0.4)
    if kind == "blocks":
        missing = generator.random(n) < 0.1
        for _ in range(int(generator.integers(1, 4))):
            start = int(generator.integers(0, n))
            missing[start : start + int(generator.integers(4, 13))] = True
    return missing


def main(seed: int) -> None:
    """Print one set of 100 series as CSV."""
    print("series,kind,changes,date,value")
    monday = np.datetime64("2021-01-04")
    for number, one in enumerate(draw(seed, 100)):
        for week, value in enumerate(one.values):
            shown = "" if np.isnan(value) else f"{value:g}"
            changes = " ".join(map(str, one.changes))
            print(f"{one.indicator}-{number:03d},{one.kind},{changes},{monday + 7 * week},{shown}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
