"""How often a lead is claimed where there is none, and found where there is one: `python benchmarks/lead_lag.py [--runs N]`.

Pairs of drawn series without any link (each slow, seasonal, gapped or a count), then pairs of which one follows the other by two periods.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vigie.stats.alarms import Verdict
from vigie.stats.lead_lag import lead_lag

Series = NDArray[np.float64]
rng = np.random.default_rng(7)


def slow(n: int, phi: float) -> Series:
    """An autoregression of order 1 with unit shocks."""
    shocks = rng.standard_normal(n + 100)
    y = np.zeros(n + 100)
    for t in range(1, n + 100):
        y[t] = phi * y[t - 1] + shocks[t]
    return y[100:]


def counts(n: int, mean: float, season: float) -> Series:
    """Anscombe roots of counts about a slow level and a yearly wave."""
    wave = 0.3 * np.sin(2 * np.pi * np.arange(n) / season + rng.uniform(0, 6))
    return 2 * np.sqrt(rng.poisson(mean * np.exp(0.3 * slow(n, 0.6) + wave)) + 3 / 8)


def gapped(y: Series, share: float) -> Series:
    return np.where(rng.random(y.size) < share, np.nan, y)


def unlinked(
    name: str, draw: Callable[[], Series], most_lag: int, runs: int, season: float | None = None
) -> None:
    judged = false = inside = lags = 0
    for _ in range(runs):
        found = lead_lag(draw(), draw(), most_lag=most_lag, season=season)
        if found.verdict is Verdict.GIVEN:
            judged += 1
            false += found.best is not None
            inside += sum(lag.low <= 0 <= lag.high for lag in found.lags)
            lags += len(found.lags)
    print(f"| {name} | ±{most_lag} | {judged} | {false / max(judged, 1):.3f} | {inside / max(lags, 1):.3f} |")


def linked(n: int, rho: float, runs: int) -> None:
    found = right = held = 0
    for _ in range(runs):
        x, own = slow(n + 2, 0.6), slow(n, 0.3)
        y = rho * x[:n] / x.std() + np.sqrt(1 - rho**2) * own
        said = lead_lag(x[2:], y, most_lag=6 if n > 40 else 3)
        if said.best is not None and said.earliest is not None and said.latest is not None:
            found += 1
            right += said.best.lag == 2
            held += said.earliest <= 2 <= said.latest
    print(f"| {n} | {rho} | {found / runs:.2f} | {right / max(found, 1):.2f} | {held / max(found, 1):.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    print(
        "| without a link | lags | judged | a lead claimed | 95 % intervals that hold 0 |\n| --- | --- | --- | --- | --- |"
    )
    for n, most_lag in ((30, 3), (48, 6), (104, 6)):
        for phi in (0.0, 0.5, 0.8, 0.95):
            unlinked(f"{n} periods, autoregression {phi}", lambda n=n, phi=phi: slow(n, phi), most_lag, runs)  # type: ignore[misc]
    unlinked("60 periods, random walks", lambda: np.cumsum(rng.standard_normal(60)), 6, runs)
    unlinked("48 periods, own trends", lambda: slow(48, 0.5) + rng.normal() * 0.2 * np.arange(48), 3, runs)
    unlinked("60 periods, 10 % gaps", lambda: gapped(slow(60, 0.5), 0.1), 3, runs)
    unlinked("36 months, counts of 8, seasonal", lambda: counts(36, 8, 12), 3, runs, 12)
    unlinked("36 months, counts of 1.5, seasonal", lambda: counts(36, 1.5, 12), 3, runs, 12)
    unlinked("156 weeks, counts of 4, seasonal", lambda: counts(156, 4, 52.18), 8, runs, 52.18)
    unlinked("120 weeks, a wave of 12 weeks in both", lambda: counts(120, 4, 12), 8, runs, 52.18)
    print(
        "\n| periods | correlation | a lead found | the lag right | its span holds it |\n| --- | --- | --- | --- | --- |"
    )
    for n in (36, 60, 104):
        for rho in (0.5, 0.7, 0.9):
            linked(n, rho, runs // 2)


if __name__ == "__main__":
    main()
