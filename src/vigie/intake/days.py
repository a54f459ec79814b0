"""The period of a row: one cell ("2025-03", "T1 2025", "12/03/2025"), two ends, or a year with its part.

In: clean columns of days. Out: When of each row. Never more precise than the cells. Read by the grammar of dates in texts; what
only tables write (a bare year, "20250312", "Mar-25") is added here.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from vigie.extract.dates import find_dates
from vigie.intake.lookup import SEPARATOR
from vigie.model.period import PartialDate, Precision, When

FIELDS = ("date", "date_start", "date_end", "year", "quarter", "month", "week")
_FIRST, _LAST = 1900, 2100  # years of a table; outside them a cell is an error of typing
_TIME = r"(?:[T ]\d{1,2}(?::\d{2}){0,2}(?:\.\d+)?(?: ?[AaPp][Mm])?(?:Z|[+-][\d:]{2,6})?)?"
_ISO = re.compile(rf"(\d{{4}})-(\d{{2}})(?:-(\d{{2}}))?{_TIME}")
_FIGURES = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})" + _TIME)
_JOINED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_GLUED = re.compile(r"(\d{1,2})([^\W\d_]{3,9})(\d{4})")  # statistics programs write "15Oct2021"
_YEAR = re.compile(r"(\d{4})(?:\.0+)?")
_WEEK_YEAR = re.compile(r"(?:S|W|Wk|Sem\.?|Semaine|Week)[ .-]?(\d{1,2})[ /-]{0,2}(\d{4})", re.IGNORECASE)
_YEAR_WEEK = re.compile(r"(\d{4})[ /-]?(?:S|W|Sem\.?)[ -]?(\d{1,2})", re.IGNORECASE)
_QUARTER = re.compile(r"[^\d]{0,12}([1-4])[^\d]{0,12}")
_MONTH_YEAR = re.compile(r"([^\W\d_]+)\.?[- /'’]{0,2}(\d{2}|\d{4})")
_WEEK = re.compile(r"(?:S|W|Wk|Sem\.?|Semaine|Week)? ?(\d{1,2})(?:\.0+)?", re.IGNORECASE)


class Days:
    """Questions about days, for a mapping.

    Args:
        day_first: 03/04/2025 is the third of April.
    """

    def __init__(self, lang: str, *, day_first: bool) -> None:
        self._langs = (lang, "en" if lang == "fr" else "fr")
        self._day_first = day_first

    def when(self, cells: str) -> When | None:
        """The period of the cells of FIELDS, joined by SEPARATOR; None if they tell none."""
        date_, start, end, year, quarter, month, week = cells.split(SEPARATOR)
        if date_.strip():
            return self._bounded(self.period(date_))
        if start.strip():
            first = self._bounded(self.period(start))
            if first is None or not end.strip():
                return first
            last = self._bounded(self.period(end))
            if last is None or first.start is None or last.end is None or last.end < first.start:
                return None
            return _span(first.start, last.end)
        return self._bounded(self._parts(year, quarter, month, week))

    def period(self, text: str) -> When | None:
        """The period that one cell writes."""
        text = text.strip()
        if match := _GLUED.fullmatch(text):
            text = " ".join(match.groups())
        try:
            if match := _ISO.fullmatch(text):
                return When.of(PartialDate(*(int(g) for g in match.groups() if g)), "text")
            if match := _FIGURES.fullmatch(text):
                return self._figures(*match.groups())
            if match := _JOINED.fullmatch(text):
                return When.of(PartialDate(*map(int, match.groups())), "text")
            if match := _WEEK_YEAR.fullmatch(text):
                return self._parts(match.group(2), "", "", match.group(1))
            if match := _YEAR_WEEK.fullmatch(text):
                return self._parts(match.group(1), "", "", match.group(2))
            if match := _YEAR.fullmatch(text):
                return When.of(PartialDate(int(match.group(1))), "text")
        except ValueError:
            return None
        for lang in self._langs:
            found = find_dates(text, lang, None, sense="plain")
            if len(found) == 1 and not re.search(
                r"\d",
                text[: found[0].start]
                + re.sub(r"^[ T]*[0-9:.]+(?: ?[ap]m)?Z?$", "", text[found[0].end :], flags=re.IGNORECASE),
            ):
                return When(found[0].start_date, found[0].end_date, found[0].precision, "text")
        return self._month_year(text)

    def _figures(self, one: str, two: str, year: str) -> When:
        day, month = (int(one), int(two)) if self._day_first else (int(two), int(one))
        if month > 12 and day <= 12:  # the order of the other cells cannot hold here
            day, month = month, day
        full = int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 70 else 1900 + int(year)
        return When.of(PartialDate(full, month, day), "text")

    def _month_year(self, text: str) -> When | None:
        """ "Mar-25", "janv 2024": programs shorten names of months as no text does."""
        match = _MONTH_YEAR.fullmatch(text)
        if match is None:
            return None
        year = match.group(2) if len(match.group(2)) == 4 else f"20{match.group(2)}"
        for lang in self._langs:
            found = find_dates(
                f"{match.group(1)}{'.' if lang == 'fr' else ''} {year}", lang, None, sense="plain"
            )
            found = found or find_dates(f"{match.group(1)} {year}", lang, None, sense="plain")
            if len(found) == 1 and found[0].precision == "month":
                return When(found[0].start_date, found[0].end_date, "month", "text")
        return None

    def _parts(self, year: str, quarter: str, month: str, week: str) -> When | None:
        match = _YEAR.fullmatch(year.strip())
        if match is None:
            return self.period(year) if year.strip() else self.period(month) if month.strip() else None
        number = int(match.group(1))
        try:
            if week.strip():
                found = _WEEK.fullmatch(week.strip())
                first = date.fromisocalendar(number, int(found.group(1)), 1) if found else None
                return When(first, first + timedelta(days=6), "week", "text") if first else None
            if month.strip():
                return self._month(number, month.strip())
            if quarter.strip():
                part = _QUARTER.fullmatch(quarter.strip().removesuffix(".0"))
                if part is None:
                    return None
                opens = 3 * int(part.group(1)) - 2
                return When(date(number, opens, 1), PartialDate(number, opens + 2).last, "quarter", "text")
            return When.of(PartialDate(number), "text")
        except ValueError:
            return None

    def _month(self, year: int, month: str) -> When | None:
        plain = month.removesuffix(".0")
        if plain.isdigit():
            return When.of(PartialDate(year, int(plain)), "text")
        return self.period(month) if re.search(r"\d{4}", month) else self._month_year(f"{month} {year}")

    @staticmethod
    def _bounded(when: When | None) -> When | None:
        if when is None or when.start is None or when.end is None:
            return None
        return when if when.start.year >= _FIRST and when.end.year <= _LAST else None


def _span(start: date, end: date) -> When:
    """A period of two ends; its precision is that of the shortest unit of the calendar that is no finer."""
    for precision, last in (
        ("day", start),
        ("week", start + timedelta(days=6)),
        ("month", PartialDate(start.year, start.month).last),
        ("quarter", PartialDate(start.year, min(12, start.month + 2)).last),
    ):
        if end <= last:
            return When(start, end, _as(precision), "text")
    return When(start, end, "year", "text")


def _as(precision: str) -> Precision:
    listed: dict[str, Precision] = {"day": "day", "week": "week", "month": "month", "quarter": "quarter"}
    return listed[precision]
