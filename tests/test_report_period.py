"""Periods: what they hold, what comes before, what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from vigie.model.errors import SettingsError
from vigie.report.period import parse_period, quarters

DAYS = [date(2023, 2, 1), date(2025, 3, 4)]
PERIODS = [
    # asked, start, end, label of the one before
    ("2025", date(2025, 1, 1), date(2025, 12, 31), "2024"),
    ("2025-Q1", date(2025, 1, 1), date(2025, 3, 31), "2024-Q4"),
    ("2024-q4", date(2024, 10, 1), date(2024, 12, 31), "2024-Q3"),
    ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
    ("2025-01", date(2025, 1, 1), date(2025, 1, 31), "2024-12"),
    ("latest", date(2025, 1, 1), date(2025, 12, 31), "2024"),
    (None, DAYS[0], DAYS[1], None),
]


@pytest.mark.parametrize(("asked", "start", "end", "before"), PERIODS)
def test_periods(asked: str | None, start: date, end: date, before: str | None) -> None:
    period = parse_period(asked, DAYS)
    assert (period.start, period.end) == (start, end)
    previous = period.previous()
    assert (previous.label if previous else None) == before
    assert previous is None or (period.start - previous.end).days == 1


@pytest.mark.parametrize("asked", ["2025-Q5", "2025-13", "25", "2025-3", "Q1 2025", "", "0000"])
def test_refused(asked: str) -> None:
    with pytest.raises(SettingsError, match="write 2026"):
        parse_period(asked, DAYS)


HELD = [
    # id, period, first day, last day of the fact, held
    ("a_day", "2025-Q1", date(2025, 3, 31), date(2025, 3, 31), True),
    ("the_day_after", "2025-Q1", date(2025, 4, 1), date(2025, 4, 1), False),
    ("a_year_is_not_a_quarter", "2025-Q1", date(2025, 1, 1), date(2025, 12, 31), False),
    ("a_year_in_its_year", "2025", date(2025, 1, 1), date(2025, 12, 31), True),
    ("across_the_border", "2025", date(2024, 12, 1), date(2025, 1, 31), False),
    ("no_date", "2025", None, None, False),
    ("no_date_in_all", None, None, None, True),
]


@pytest.mark.parametrize(("name", "asked", "start", "end", "held"), HELD, ids=[c[0] for c in HELD])
def test_holds(name: str, asked: str | None, start: date | None, end: date | None, held: bool) -> None:
    assert parse_period(asked, DAYS).holds(start, end) is held


def test_quarters_follow_each_other() -> None:
    assert [q.label for q in quarters(date(2024, 11, 5), date(2025, 4, 1))] == [
        "2024-Q4",
        "2025-Q1",
        "2025-Q2",
    ]


def test_only_a_month_is_widened() -> None:
    assert parse_period("2025-02", DAYS).widened().label == "2025-Q1"
    assert parse_period("2025", DAYS).widened().label == "2025"


def test_an_empty_store_has_a_period() -> None:
    assert parse_period(None, []).kind == "all"
    assert parse_period("latest", []).kind == "all"
