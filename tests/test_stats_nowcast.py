"""Counts completed for what is still to be reported: delays against R, coverage on drawn reports, what is too early."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from vigie.model.errors import SeriesError
from vigie.stats.nowcast import Completeness, Nowcaster, triangle

REFERENCE = Path(__file__).parent / "reference"
with gzip.open(REFERENCE / "nowcast_pairs.csv.gz", "rt", encoding="utf-8", newline="") as _file:
    PAIRS = [(row["event"], row["report"]) for row in csv.DictReader(_file)]
with (REFERENCE / "nowcast_share.csv").open(encoding="utf-8", newline="") as _file:
    SHARES = list(csv.DictReader(_file))
TODAY = np.datetime64("2026-03-31")


def drawn(
    series: int = 1,
    *,
    weeks: int = 60,
    delays: int = 8,
    mean: float = 60.0,
    share: float = 0.4,
    seed: int = 1,
) -> np.ndarray:
    """Cases by series, week and delay, geometric delays; nothing rises or falls."""
    rng = np.random.default_rng(seed)
    chance = share * (1 - share) ** np.arange(delays + 1)
    return rng.multinomial(rng.poisson(mean, (series, weeks)), chance / chance.sum()).astype(float)


@pytest.mark.parametrize(("column", "memory"), [("all", None), ("last31", 31)], ids=["all", "window"])
def test_delays_as_in_r(column: str, memory: int | None) -> None:
    counted = triangle(*zip(*PAIRS, strict=True), today=TODAY, most_delay=12, days=1)
    learnt = Nowcaster(memory=memory, prior=1e-12).delays(counted.counts)
    np.testing.assert_allclose(learnt.share, [float(row[column]) for row in SHARES], rtol=1e-9)


@pytest.mark.parametrize(
    ("mean", "share", "least"),
    [(60.0, 0.4, 0.93), (6.0, 0.4, 0.93), (600.0, 0.4, 0.93), (60.0, 0.25, 0.93)],
    ids=["usual", "few", "many", "slow"],
)
def test_the_interval_holds_the_truth(mean: float, share: float, least: float) -> None:
    whole = drawn(150, mean=mean, share=share)
    found = Nowcaster(pool=False).nowcast(whole)
    truth = whole.sum(axis=2)
    asked = found.state == Completeness.ADJUSTED
    held = (found.low <= truth) & (truth <= found.high)
    assert asked.sum() > 500
    assert least <= held[asked].mean() <= 1
    assert np.nansum(found.estimate[asked]) == pytest.approx(truth[asked].sum(), rel=0.06)


def test_delays_that_vary_between_weeks_widen_the_interval() -> None:
    rng = np.random.default_rng(6)
    base = 0.4 * 0.6 ** np.arange(9)
    uneven = rng.gamma(25 * np.broadcast_to(base / base.sum(), (100, 60, 9)))
    whole = rng.multinomial(np.full((100, 60), 300), uneven / uneven.sum(axis=2, keepdims=True)).astype(float)
    found = Nowcaster(pool=False).nowcast(whole)
    asked = found.state == Completeness.ADJUSTED
    held = (found.low <= 300) & (found.high >= 300)
    assert min(d.dispersion for d in found.delays) > 3
    assert held[asked].mean() >= 0.92


def test_recent_weeks_are_not_called_falls() -> None:
    whole = drawn(200)
    found = Nowcaster().nowcast(whole)
    line = 0.7 * whole.sum(axis=2)[:, 30:50].mean()
    assert (found.reported[:, -1] < line).mean() > 0.95  # the raw count looks like one
    assert not found.falls_below(line)[:, -1].any()
    fallen = whole.copy()
    fallen[:, -3:] = np.random.default_rng(2).binomial(whole[:, -3:].astype(int), 0.2)  # and this is one
    assert Nowcaster().nowcast(fallen).falls_below(line)[:, -2].mean() > 0.9


def test_what_is_not_reported_yet_is_not_read() -> None:
    whole = drawn(2)
    hidden = whole.copy()
    n, delays = whole.shape[1:]
    later = np.add.outer(np.arange(n), np.arange(delays)) > n - 1
    hidden[:, later] = np.nan
    one, other = Nowcaster().nowcast(whole), Nowcaster().nowcast(hidden)
    np.testing.assert_array_equal(one.high, other.high)
    np.testing.assert_array_equal(one.reported, other.reported)


STATES = [
    ("early", drawn(share=0.1), {"least_share": 0.3}, Completeness.EARLY),
    ("unknown", drawn(mean=0.2, weeks=12), {}, Completeness.UNKNOWN),
    ("complete", drawn(share=0.999), {}, Completeness.COMPLETE),
    ("zeros", np.zeros((1, 30, 5)), {}, Completeness.UNKNOWN),
]


@pytest.mark.parametrize(("cells", "options", "state"), [s[1:] for s in STATES], ids=[s[0] for s in STATES])
def test_state_of_this_week(cells: np.ndarray, options: dict[str, float], state: Completeness) -> None:
    found = Nowcaster(**options).nowcast(cells)  # type: ignore[arg-type]
    assert found.state[0, -1] == state
    assert np.isnan(found.estimate[0, -1]) == (state != Completeness.COMPLETE)
    assert not found.falls_below(1e9)[0, -1] or state == Completeness.COMPLETE
    assert found.state[0, 0] == Completeness.COMPLETE and found.estimate[0, 0] == found.reported[0, 0]


def test_a_week_without_collection_is_missing() -> None:
    cells = drawn()
    cells[0, -2, 0] = np.nan
    found = Nowcaster().nowcast(cells)
    assert found.state[0, -2] == Completeness.MISSING and np.isnan(found.reported[0, -2])
    assert found.state[0, -1] == Completeness.ADJUSTED


def test_a_thin_series_borrows_the_delays_of_others() -> None:
    cells = np.concatenate([drawn(9), drawn(1, mean=0.3, seed=3)])
    assert Nowcaster(pool=False).nowcast(cells).state[-1, -2] == Completeness.UNKNOWN
    assert Nowcaster().nowcast(cells).state[-1, -2] == Completeness.ADJUSTED


def test_pairs_make_the_triangle() -> None:
    counted = triangle(
        ["2026-01-05", "2026-01-06", "2026-01-13", "2026-01-13", "2026-01-14", "NaT", "2026-01-12"],
        ["2026-01-06", "2026-01-14", "2026-01-13", "2026-02-01", "2026-01-02", "2026-01-02", "2026-01-18"],
        today=np.datetime64("2026-01-18"),
        most_delay=1,
    )
    assert counted.first == np.datetime64("2026-01-05") and counted.backward == 1 and counted.beyond == 0
    np.testing.assert_array_equal(counted.counts, [[1, 1], [2, np.nan]])


REFUSED = [
    ("text", lambda: Nowcaster().nowcast([["a", "b"]]), "not an array of numbers"),
    ("negative", lambda: Nowcaster().nowcast([[1, -1], [1, 0]]), "negative"),
    ("one_delay", lambda: Nowcaster().nowcast([[1], [2]]), "at least 2 delays"),
    ("dates", lambda: triangle(["x"], ["y"], today=TODAY, most_delay=3), "not dates"),
    (
        "first",
        lambda: triangle(["2026-01-01"], ["2026-01-02"], today=TODAY, most_delay=3, first="x"),  # type: ignore[arg-type]
        "not dates",
    ),
    ("lengths", lambda: triangle(["2026-01-01"], [], today=TODAY, most_delay=3), "1 events, 0 reports"),
    ("nothing", lambda: triangle(["2026-05-01"], ["2026-05-02"], today=TODAY, most_delay=3), "no event"),
    ("level", lambda: Nowcaster(level=1.0), "between 0 and 1"),
    ("memory", lambda: Nowcaster(memory=0), "positive"),
]


@pytest.mark.parametrize(("call", "message"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_cannot_be_right_is_refused(call: object, message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        call()  # type: ignore[operator]
