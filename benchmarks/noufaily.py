"""Simulated weekly counts with outbreaks, as in Noufaily et al. (2013), Statistics in Medicine 32: 1206-1222, section 4.

In: scenarios (a table, or `own_scenarios`), replicates, a seed. Out: `Simulated`. Written from the published description:

- 624 weeks; negative binomial, log mean = theta + beta t + sum over j = 1..m of gamma1 cos(2 pi j t / 52) + gamma2 sin(2 pi j t / 52),
  variance = phi x mean (Poisson where phi is 1); t counts from 1;
- weeks 313 to 575 hold four past outbreaks of size factor k1 (0 = none), weeks 576 to 624 one current outbreak of factor k2;
- the cases of an outbreak are Poisson with mean k x the standard deviation of a count in its first week; drawn again below two
  (an outbreak is more than a case: our reading, as the sizes in shared series of the same make suggest);
- each case comes a log-normal(0, 0.5) number of weeks after the onset, rounded down.
Onsets, and whether an outbreak may pass the end of its range, are not told: evenly drawn; cases beyond it are dropped.
Left out: methods (`stats_simulation.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vigie.stats.arrays import FloatArray, IntArray

WEEKS = 624
PAST = (312, 575)  # 0-based, half-open: weeks with past outbreaks
JUDGED = (575, 624)
PAST_SIZES = (0, 2, 3, 5, 10)
SIZES = tuple(range(1, 11))
SPREAD = 0.5
OUTBREAKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One line of the table of scenarios; `number` is its name."""

    number: int
    theta: float
    beta: float
    gamma1: float
    gamma2: float
    phi: float
    m: int

    def mean(self) -> FloatArray:
        """Expected counts, shape (WEEKS,)."""
        week = np.arange(1, WEEKS + 1)
        log_mean = self.theta + self.beta * week
        for wave in range(1, self.m + 1):
            angle = 2 * np.pi * wave * week / 52
            log_mean = log_mean + self.gamma1 * np.cos(angle) + self.gamma2 * np.sin(angle)
        return np.exp(log_mean)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulated:
    """Series, each of shape (n_series, WEEKS), and what they were made from.

    Attributes:
        counts: with past outbreaks, without the current one.
        current: cases of the current outbreak, to be added.
        mean, phi: of the baseline; phi has shape (n_series,).
        scenario, past_size, size: shape (n_series,).
    """

    counts: FloatArray
    current: FloatArray
    mean: FloatArray
    phi: FloatArray
    scenario: IntArray
    past_size: IntArray
    size: IntArray


def read_scenarios(path: Path) -> list[Scenario]:
    """Scenarios of a CSV with the columns scenario, theta, beta, gamma1, gamma2, phi, m."""
    with path.open() as lines:
        return [
            Scenario(
                number=int(row["scenario"]),
                m=int(row["m"]),
                **{name: float(row[name]) for name in ("theta", "beta", "gamma1", "gamma2", "phi")},
            )
            for row in csv.DictReader(lines)
        ]


def own_scenarios(n: int, seed: int) -> list[Scenario]:
    """Scenarios of our own, drawn evenly over the same kinds of series: rare to frequent, flat or seasonal, with or without trend."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(1, n + 1):
        theta = rng.uniform(-2, 5)
        found.append(
            Scenario(
                number=number,
                theta=theta,
                beta=float(rng.choice([0.0, rng.uniform(0, 0.004) * (1 - theta / 6)])),
                gamma1=rng.uniform(-0.6, 0.6),
                gamma2=rng.uniform(-0.6, 0.6),
                phi=float(rng.choice([rng.uniform(1, 2), rng.uniform(2, 5)])),
                m=int(rng.integers(0, 3)),
            )
        )
    return found


def simulate(scenarios: Sequence[Scenario], replicates: int, seed: int) -> Simulated:
    """`replicates` series for each scenario; 50 hold each pair of sizes once."""
    rng = np.random.default_rng(seed)
    counts, current, mean, names = [], [], [], []
    for scenario in scenarios:
        expected = scenario.mean()
        deviation = np.sqrt(scenario.phi * expected)
        for replicate in range(replicates):
            past_size = PAST_SIZES[replicate // len(SIZES) % len(PAST_SIZES)]
            size = SIZES[replicate % len(SIZES)]
            series = _counts(rng, expected, scenario.phi)
            if past_size:
                for onset in rng.choice(np.arange(*PAST), OUTBREAKS, replace=False):
                    series += _outbreak(rng, deviation, int(onset), past_size, PAST[1])
            now = np.zeros(WEEKS)
            while not now.any():
                now = _outbreak(rng, deviation, int(rng.integers(*JUDGED)), size, JUDGED[1])
            counts.append(series)
            current.append(now)
            mean.append(expected)
            names.append((scenario.number, past_size, size, scenario.phi))
    number, past_size, size, phi = (np.array(column) for column in zip(*names, strict=True))
    return Simulated(
        counts=np.array(counts),
        current=np.array(current),
        mean=np.array(mean),
        phi=phi.astype(np.float64),
        scenario=number.astype(np.int64),
        past_size=past_size.astype(np.int64),
        size=size.astype(np.int64),
    )


def _counts(rng: np.random.Generator, mean: FloatArray, phi: float) -> FloatArray:
    if phi > 1:
        mean = rng.gamma(mean / (phi - 1), phi - 1)
    return rng.poisson(mean).astype(np.float64)


def _outbreak(
    rng: np.random.Generator, deviation: FloatArray, onset: int, size: float, stop: int
) -> FloatArray:
    cases = 0
    while cases < 2:
        cases = int(rng.poisson(size * deviation[onset]))
    weeks = onset + np.floor(rng.lognormal(0.0, SPREAD, cases)).astype(np.int64)
    return np.bincount(weeks[weeks < stop], minlength=WEEKS).astype(np.float64)
