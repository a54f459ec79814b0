"""Feasts: the days that their ids in the lexicon stand for.

In: what follows "holiday:" in an id, a year. Out: the first day, and how many days it lasts.
Forms: "12-25"; "easter-2"; "11/4/3", the fourth Thursday (Monday is 0) of November, "-1" for the last, "+1" for the day
after; "hijri/09-01/30", a day of the Islamic year with its length.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from vigie.extract.dates_calendar import easter, month_period, nth_weekday

_NTH = re.compile(r"(\d\d)/(-?\d)/(\d)(?:\+(\d+))?")
_HIJRI = re.compile(r"hijri/(\d\d)-(\d\d)/(\d+)")
_HIJRI_EPOCH = 227014  # proleptic Gregorian ordinal of 16 July 622 of the Julian calendar, less one day


@cache
def feast(name: str, year: int) -> tuple[date, int]:
    """(first day, number of days). Raises ValueError for a name of no known form or a year without that day."""
    if name.startswith("easter"):
        return easter(year) + timedelta(days=int(name.removeprefix("easter"))), 1
    if name == "mothers-fr":
        return _mothers_day_fr(year), 1
    if match := _NTH.fullmatch(name):
        day = nth_weekday(month_period(year, int(match[1])), int(match[3]), int(match[2]))
        if day is None:
            raise ValueError("no such weekday")
        return day + timedelta(days=int(match[4] or 0)), 1
    if match := _HIJRI.fullmatch(name):
        return _islamic(int(match[1]), int(match[2]), year), int(match[3])
    return date.fromisoformat(f"{year:04d}-{name}"), 1


def _mothers_day_fr(year: int) -> date:
    """The last Sunday of May, the first of June where that is Whitsun (Code de l'action sociale, D. 215-1)."""
    last = nth_weekday(month_period(year, 5), 6, -1)
    whitsun = easter(year) + timedelta(days=49)
    if last is None or last == whitsun:
        return whitsun + timedelta(days=7)
    return last


def _islamic(month: int, day: int, year: int) -> date:
    """The tabular Islamic calendar (Reingold and Dershowitz, Calendrical Calculations): a day off at most."""
    start = date(year, 1, 1).toordinal()
    islamic_year = (30 * (start - _HIJRI_EPOCH) + 10646) // 10631
    for candidate in (islamic_year, islamic_year + 1):
        ordinal = (
            day
            + 29 * (month - 1)
            + (6 * month - 1) // 11
            + (candidate - 1) * 354
            + (3 + 11 * candidate) // 30
            + _HIJRI_EPOCH
        )
        found = date.fromordinal(ordinal)
        if found.year == year:
            return found
    raise ValueError("no such day in that year")
