"""Coverage of the nowcast's interval on drawn reports with known truth: `python benchmarks/stats_nowcast.py [--replicates 200]`.

Each scenario draws weekly cases and their delays, cuts at 40 different weeks, and asks whether the interval of each of the last
weeks holds what was in the end reported. Beside it: how often the raw count of last week would be called a fall (below 70 %
of the mean of the eight complete weeks before), and how often the nowcast calls one, while nothing falls.
"""

from __future__ import annotations

import argparse

import numpy as np

from vigie.stats.nowcast import Completeness, Nowcaster

SCENARIOS = {
    # id: mean of cases, variance / mean, concentration of the delays of one week (0 = all alike), drift of the mean delay
    "steady": (60.0, 1.0, 0.0, 0.0),
    "few": (6.0, 1.0, 0.0, 0.0),
    "many": (600.0, 3.0, 0.0, 0.0),
    "spread_cases": (60.0, 4.0, 0.0, 0.0),
    "spread_delays": (60.0, 2.0, 25.0, 0.0),
    "spread_delays_many": (600.0, 2.0, 25.0, 0.0),
    "slower_and_slower": (60.0, 2.0, 0.0, 0.01),
    "quicker_and_quicker": (60.0, 2.0, 0.0, -0.01),
}
DELAYS, WEEKS = 10, 110


def draw(name: str, replicates: int, seed: int) -> np.ndarray:
    """Cases by series, week and delay."""
    mean, spread, concentration, drift = SCENARIOS[name]
    rng = np.random.default_rng(seed)
    excess = spread - 1
    shape = (replicates, WEEKS)
    level = rng.gamma(mean / excess, excess, shape) if excess else np.full(shape, mean)
    cases = rng.poisson(level)
    chances = []
    for t in range(WEEKS):
        p = np.exp(-np.arange(DELAYS + 1) / (2.0 * np.exp(drift * (t - WEEKS / 2))))
        chances.append(p / p.sum())
    p = np.broadcast_to(np.array(chances), (*shape, DELAYS + 1))
    if concentration:
        p = rng.gamma(p * concentration)
        p = p / p.sum(axis=2, keepdims=True)
    return rng.multinomial(cases, p).astype(np.float64)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--memory", type=int, default=26)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    caster = Nowcaster(memory=asked.memory or None, pool=False)
    print(
        f"{'scenario':20} {'intervals':>9} {'covered':>8} {'week 0':>7} {'1':>6} {'2':>6} {'early':>6} {'bias':>7} {'fall raw':>9} {'nowcast':>8}"
    )
    for name in SCENARIOS:
        whole = draw(name, asked.replicates, asked.seed)
        inside: list[np.ndarray] = []
        early, bias, raw_falls, falls = [], [], [], []
        for end in (70, 80, 90, 100):
            cut = whole[:, :end]
            found = caster.nowcast(cut)
            truth = cut.sum(axis=2)[:, -DELAYS:]
            state = found.state[:, -DELAYS:]
            hit = (found.low[:, -DELAYS:] <= truth) & (truth <= found.high[:, -DELAYS:])
            inside.append(np.where(state == Completeness.ADJUSTED, hit, np.nan))
            early.append(state == Completeness.EARLY)
            with np.errstate(invalid="ignore"):
                bias.append(found.estimate[:, -4:].sum(axis=1) / truth[:, -4:].sum(axis=1) - 1)
            line = 0.7 * truth[:, 0:1] * 0 + 0.7 * cut.sum(axis=2)[:, -DELAYS - 8 : -DELAYS].mean(
                axis=1, keepdims=True
            )
            raw_falls.append(found.reported[:, -1:] < line)
            falls.append(found.falls_below(np.broadcast_to(line, found.reported.shape))[:, -1:])
        held = np.concatenate(inside)
        by_age = np.nanmean(held, axis=0)[::-1]
        print(
            f"{name:20} {int((~np.isnan(held)).sum()):9} {np.nanmean(held):8.3f} {by_age[0]:7.3f} {by_age[1]:6.3f} "
            f"{by_age[2]:6.3f} {np.mean(early):6.3f} {np.nanmean(np.concatenate(bias)):+7.3f} "
            f"{np.mean(raw_falls):9.3f} {np.mean(falls):8.3f}"
        )


if __name__ == "__main__":
    main()
