"""How often a change between two spans is claimed where there is none, and found where there is one: `python benchmarks/contrast.py [--runs N]`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vigie.stats.alarms import Verdict
from vigie.stats.contrast import Kind, contrast

Panel = NDArray[np.float64]
rng = np.random.default_rng(5)


def slow(n: int, phi: float) -> Panel:
    shocks, y = rng.standard_normal(n + 60), np.zeros(n + 60)
    for t in range(1, n + 60):
        y[t] = phi * y[t - 1] + shocks[t]
    return y[60:] * np.sqrt(1 - phi**2)


def counts(
    sources: int, n: int, mean: float, phi: float, *, holes: float = 0.0, factor: float = 1.0, span: int = 3
) -> Panel:
    rate = np.exp(0.25 * slow(n, phi) + 0.2 * np.sin(2 * np.pi * np.arange(n) / 12))
    rate[-span:] *= factor
    size = mean * rng.gamma(2, 0.5, sources)
    return np.where(rng.random((sources, n)) < holes, np.nan, rng.poisson(size[:, None] * rate).astype(float))


def levels(
    sources: int, n: int, phi: float, *, holes: float = 0.0, factor: float = 1.0, span: int = 3
) -> Panel:
    own = np.log(rng.uniform(50, 900, sources))[:, None]
    level = 0.1 * slow(n, phi)
    level[-span:] += np.log(factor)
    panel = own + level + 0.15 * rng.standard_normal((sources, n))
    return np.where(rng.random((sources, n)) < holes, np.nan, panel)


def stopped(panel: Panel, span: int = 3) -> Panel:
    """The largest source is kept no more from the last span on."""
    panel[np.nanmean(panel, axis=1).argmax(), -span:] = np.nan
    return panel


def told(name: str, draw: Callable[[], Panel], kind: Kind, runs: int) -> None:
    judged = claimed = 0
    for _ in range(runs):
        found = contrast(draw(), 3, kind=kind)
        if found.verdict is Verdict.GIVEN and found.p is not None:
            judged += 1
            claimed += found.p < 0.05
    print(f"| {name} | {judged} | {claimed / max(judged, 1):.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    print(
        "| quarter against quarter, by months | judged | a change claimed (p < 0.05) |\n| --- | --- | --- |"
    )
    for n in (15, 27, 51):
        for phi in (0.0, 0.6, 0.9):
            told(
                f"no change: cases, 3 sources, {n} months, autoregression {phi}",
                lambda n=n, phi=phi: counts(3, n, 8, phi),
                "count",
                runs,
            )  # type: ignore[misc]
    told(
        "no change: 1 source of 0.7 cases a month, 39 months", lambda: counts(1, 39, 0.7, 0.5), "count", runs
    )
    told(
        "no change: 4 sources, 20 % holes, 39 months", lambda: counts(4, 39, 8, 0.5, holes=0.2), "count", runs
    )
    told(
        "no change, and the largest of 3 sources stops, 39 months",
        lambda: stopped(counts(3, 39, 8, 0.5)),
        "count",
        runs,
    )
    told("no change: loads of 1 works, 27 months", lambda: levels(1, 27, 0.6), "level", runs)
    told(
        "no change: loads of 4 works, 20 % holes, 27 months",
        lambda: levels(4, 27, 0.6, holes=0.2),
        "level",
        runs,
    )
    told(
        "no change, and the largest of 4 works stops, 27 months",
        lambda: stopped(levels(4, 27, 0.6)),
        "level",
        runs,
    )
    for factor in (0.5, 1.5, 2.0):
        told(
            f"cases times {factor}, 3 sources of 8, 27 months",
            lambda f=factor: counts(3, 27, 8, 0.5, factor=f),
            "count",
            runs,
        )  # type: ignore[misc]
        told(
            f"loads times {factor}, 2 works, 27 months",
            lambda f=factor: levels(2, 27, 0.5, factor=f),
            "level",
            runs,
        )  # type: ignore[misc]


if __name__ == "__main__":
    main()
