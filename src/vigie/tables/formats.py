"""What a number of a spreadsheet shows: a number, a percentage, a date, a month, a time.

In: the number and its format. Out: text, no more precise than what is shown.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum
from functools import cache

from vigie.tables.cells import mark, number_text


class Shown(Enum):
    """How a number is shown."""

    NUMBER = "number"
    PERCENT = "percent"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    TIME = "time"
    MOMENT = "moment"


# The formats that every spreadsheet knows by number (ECMA-376, part 1, 18.8.30). 27 to 36 and 50 to 58 are East Asian dates.
_BUILT_IN = {9: Shown.PERCENT, 10: Shown.PERCENT, 17: Shown.MONTH, 22: Shown.MOMENT}
_BUILT_IN |= dict.fromkeys((14, 15, 16, *range(27, 32), 36, *range(50, 59)), Shown.DAY)
_BUILT_IN |= dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47), Shown.TIME)
_ASIDE = re.compile(
    r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.', re.IGNORECASE
)  # what a format only writes
_LAST_DAY = 2_958_465  # 9999-12-31


@cache
def kind_of_format(number: int, code: str) -> Shown:
    """How a format shows numbers; `code`: "" for a format that is known by its number."""
    if not code:
        return _BUILT_IN.get(number, Shown.NUMBER)
    plain = _ASIDE.sub("", code.partition(";")[0]).lower()
    if "%" in plain:
        return Shown.PERCENT
    if (
        "general" in plain
        or not re.search(r"[ymdhs]", plain)
        or re.search(r"[0#?]", plain.replace(".0", "").replace("s.00", "s"))
    ):
        return Shown.NUMBER
    clock = bool(re.search(r"[hs]|\[m", plain))
    if re.search(r"d", plain) or (clock and re.search(r"y", plain)):
        return Shown.MOMENT if clock else Shown.DAY
    if clock:
        return Shown.TIME
    return Shown.YEAR if "m" not in plain else Shown.MONTH


def serial_text(value: float, shown: Shown, epoch1904: bool) -> str:
    """Text of a number that shows as a percentage, a date or a time."""
    if value != value or abs(value) > 1e300:
        return mark("error-value")
    if shown is Shown.PERCENT:
        return number_text(float(f"{value * 100:.12g}")) + " %"
    if shown is Shown.TIME:
        return str(timedelta(seconds=round(value * 86_400))) if 0 <= value < 1e6 else mark("error-value")
    if not 0 <= value <= _LAST_DAY:  # shown as #####
        return mark("error-value")
    if epoch1904:
        start = datetime(1904, 1, 1)
    elif int(value) == 60:  # 29 February 1900, which never was
        return mark("error-value")
    else:
        start = datetime(1899, 12, 30) if value > 60 else datetime(1899, 12, 31)
    try:
        moment = start + timedelta(seconds=round(value * 86_400))
    except OverflowError:
        return mark("error-value")
    if shown is Shown.YEAR:
        return f"{moment:%Y}"
    if shown is Shown.MONTH:
        return f"{moment:%Y-%m}"
    if shown is Shown.DAY or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M:%S}"
