"""False alarms of the pooled detector, and of Farrington flexible, where a series is not what their models say; and their speed.

    python benchmarks/pooled_departures.py [--series 150] [--speed]

In: nothing. Out: share of judged weeks with an alarm in series without any outbreak, by what is unusual in them, weeks 417 to 520
where no other is said: mean over series, and the worst of them. Series have 0.4 to 90 cases a week, a season, and dispersion 1.1 to 3.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from vigie.stats.arrays import FloatArray
from vigie.stats.farrington_flexible import FarringtonFlexible
from vigie.stats.pooled import Pooled

WEEKS, TURN = 520, 364
AT = np.arange(416, WEEKS)


def autocorrelated(rng: np.random.Generator, n: int, tie: float, spread: float) -> FloatArray:
    found = np.zeros((n, WEEKS))
    for week in range(1, WEEKS):
        found[:, week] = tie * found[:, week - 1] + rng.normal(0, spread * np.sqrt(1 - tie**2), n)
    return found


def sets(n: int) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Counts and judged positions by name."""
    rng = np.random.default_rng(3)
    week = np.arange(WEEKS)
    level, phi = np.exp(rng.uniform(-1, 4.5, (n, 1))), rng.uniform(1.1, 3, (n, 1))
    season = np.exp(rng.uniform(0, 0.8, (n, 1)) * np.cos(2 * np.pi * (week / 52 + rng.uniform(0, 1, (n, 1)))))
    usual = level * season

    def counts(mean: FloatArray) -> FloatArray:
        return rng.poisson(rng.gamma(mean / (phi - 1), np.broadcast_to(phi - 1, mean.shape))).astype(
            np.float64
        )

    shift = rng.integers(-4, 5, (n, WEEKS // 52)).repeat(52, axis=1)
    found = {
        "nothing unusual": counts(usual),
        "trend +25 % a year turns to -25 %": counts(usual * np.exp(-0.25 * np.abs(week - TURN) / 52)),
        "trend of +25 % a year begins": counts(usual * np.exp(0.25 * np.maximum(0, week - TURN) / 52)),
        "fall of 30 % a year ends": counts(usual * np.exp(0.3 * np.maximum(0, TURN - week) / 52)),
        "level x 1.5 three years ago": counts(usual * np.where(week < TURN, 1, 1.5)),
        "level x 1.5 from week 417": counts(usual * np.where(week < 416, 1, 1.5)),
        "random walk, 3 % a week": counts(usual * np.exp(np.cumsum(rng.normal(0, 0.03, (n, WEEKS)), axis=1))),
        "waves of 15 %, tied 0.9 a week": counts(usual * np.exp(autocorrelated(rng, n, 0.9, 0.15))),
        "waves of 30 %, tied 0.7 a week": counts(usual * np.exp(autocorrelated(rng, n, 0.7, 0.3))),
        "season up to 4 weeks early or late": counts(
            level * np.exp(0.8 * np.cos(2 * np.pi * (week + shift) / 52))
        ),
    }
    missing = counts(usual)
    missing[rng.random(missing.shape) < 0.1] = np.nan
    found["a week in ten missing"] = missing
    with_places = {name: (values, AT) for name, values in found.items()}
    for history in (100, 156, 260):
        values = counts(usual)[:, : history + 12]
        with_places[f"only {history} weeks before"] = (values, np.arange(history, history + 12))
    return with_places


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=150)
    parser.add_argument("--speed", action="store_true", help="1,000 series of 520 weeks in one call, instead")
    given = parser.parse_args()
    if given.speed:
        rng = np.random.default_rng(0)
        mean = np.exp(rng.uniform(-2, 5, (1000, 1)))
        counts = rng.poisson(rng.gamma(mean / 0.5, 0.5, (1000, WEEKS))).astype(np.float64)
        began, wall = time.process_time(), time.perf_counter()
        found = Pooled().scan(counts)
        used = time.process_time() - began
        judged = int((found.verdict == 0).sum())
        print(
            f"{judged} verdicts in {used:.0f} s of processor, {time.perf_counter() - wall:.0f} s; {judged / used:.0f} a second"
        )
        return
    print(f"{'':36s} pooled   worst   Farrington   worst")
    for name, (counts, at) in sets(given.series).items():
        cells = []
        for detector in (Pooled(), FarringtonFlexible.improved(alpha=0.01)):
            found = detector.scan(counts, at=at)
            told = found.verdict == 0
            cells.append(
                f"{found.alarm[told].mean():.4f}  {found.alarm.mean(1).max():.3f}" if told.any() else "-"
            )
        print(f"{name:36s} {'   '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
