"""Dates stated in text.

In: text, its language, the reference date that relative expressions count from. Out: DateMention spans, in order.
Left out: times of day, durations, ages, recurring dates.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

from vigie.extract.mentions import DateMention
from vigie.text.normalise import fold

_MONTHS = {
    "fr": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split(),
    "en": "january february march april may june july august september october november december".split(),
}
_ALL = {word: number % 12 + 1 for words in _MONTHS.values() for number, word in enumerate(words)}
_MONTH = "|".join(_ALL)
_FULL = re.compile(
    r"\b(?P<y1>(?:19|20)\d\d)-(?P<m1>\d\d)-(?P<d1>\d\d)\b"
    r"|\b(?P<d2>\d{1,2})[/.](?P<m2>\d{1,2})[/.](?P<y2>(?:19|20)\d\d)\b"
    rf"|\b(?:(?P<d3>\d{{1,2}})(?:er|st|nd|rd|th)? )?(?P<m3>{_MONTH}),? (?P<y3>(?:19|20)\d\d)\b"
    rf"|\b(?P<m4>{_MONTH}) (?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y4>(?:19|20)\d\d)\b"
    r"|\b(?:en|depuis|debut|fin|annee|fin de|since|in|by|of|during) (?P<y5>(?:19|20)\d\d)\b"
    r"(?! ?(?:euros?|€|%|kilos?|kg|tonnes?))"
)


def find_dates(text: str, lang: str, reference: date | None) -> list[DateMention]:
    """Dates of `text`; relative ones only when `reference` is known."""
    found = []
    for match in _FULL.finditer(fold(text)):
        groups = {key[0]: value for key, value in match.groupdict().items() if value}
        month = groups.get("m")
        number = None if month is None else int(month) if month.isdigit() else _ALL[month]
        day = int(groups["d"]) if "d" in groups else None
        year = int(groups["y"])
        try:
            first = date(year, number or 1, day or 1)
        except ValueError:
            continue
        last_month = number or 12
        last = first if day else date(year, last_month, calendar.monthrange(year, last_month)[1])
        start = match.start("y5") if match.group("y5") else match.start()
        found.append(
            DateMention(
                start=start, end=match.end(), start_date=first, end_date=last,
                precision="day" if day else "month" if number else "year",
            )
        )  # fmt: skip
    return found
