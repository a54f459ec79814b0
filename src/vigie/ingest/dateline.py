"""The publication date that a text states in its head, when metadata has none.

In: text (title first). Out: PartialDate or None. Cues and month names: data/ingest/dateline.toml.
Only the first HEAD_CHARS are read, and only a date that stands after a publication cue ("publié le"), after
the place at the opening ("LYON, March 3 (Agency) -", "Paris, le mardi 14 mars 2017 –"), or alone on its line
counts: a date that merely occurs in the story never does.
Left out: dates without a year, unless another date gives it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from vigie.lexicon.terms import data_toml
from vigie.model.period import PartialDate
from vigie.text.normalise import fold

HEAD_CHARS = 400
_YEARS = range(1900, 2101)
_TIME = (
    r"(?:,?\s*(?:a|at|-|\||,)?\s*\d{1,2}\s?(?:h|:|\.)\s?\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?"
    r"(?:\s?(?:gmt|utc|cet|cest|est|bst))?)?"
)


@dataclass(frozen=True, slots=True)
class _Grammar:
    months: dict[str, int]
    dated: re.Pattern[str]
    first: re.Pattern[str]
    second: re.Pattern[str]
    place: re.Pattern[str]
    alone: re.Pattern[str]
    particles: frozenset[str]


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(w).replace(r"\ ", r"\s") for w in sorted(words, key=len, reverse=True))


@cache
def _grammar() -> _Grammar:
    data: dict[str, Any] = data_toml("ingest", "dateline.toml")
    months = {name: int(number) for number, names in data["months"].items() for name in names}
    words = data["words"]
    month = rf"(?:{_alternatives(list(months))})"
    weekday = rf"(?:(?:{_alternatives(words['weekdays'])})\.?,?\s)?"
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    dated = (
        r"(?P<y1>\d{4})-(?P<m1>\d{2})-(?P<d1>\d{2})(?!\d)(?:t[\d:.+z-]{2,30})?"
        r"|(?P<d2>\d{1,2})[/.-](?P<m2>\d{1,2})[/.-](?P<y2>\d{4})(?!\d)"
        rf"|{weekday}(?P<d3>{day})(?:er|st|nd|rd|th)?\.?\s(?:of\s)?(?P<w3>{month})\b\.?,?\s(?P<y3>\d{{4}})(?!\d)"
        rf"|{weekday}(?P<w4>{month})\b\.?\s(?P<d4>{day})(?:st|nd|rd|th)?,?\s(?P<y4>\d{{4}})(?!\d)"
        rf"|(?P<w5>{month})\b\.?,?\s(?P<y5>\d{{4}})(?!\d)"
        r"|(?P<y6>\d{4})-(?P<m6>0[1-9]|1[0-2])(?![\d-])"
        r"|(?P<y7>\d{4})(?![\d/.,-])"
    )
    article = r"(?:\s?:\s?|\s)(?:le\s|on\s|the\s|du\s|ce\s)?"
    full = rf"(?P<date>{dated})"
    cue = r"(?:^|(?<=[\s(|·•>*-]))(?:{})" + article
    fillers = rf"(?:(?:{_alternatives([*words['first'], *words['second'], *words['fillers']])})\s?:?\s*)"
    plain = re.sub(r"\?P<\w+>", "?:", dated)
    return _Grammar(
        months=months,
        dated=re.compile(dated),
        first=re.compile(cue.format(_alternatives(words["first"])) + full, re.MULTILINE),
        second=re.compile(cue.format(_alternatives(words["second"])) + full, re.MULTILINE),
        place=re.compile(
            rf"^(?P<place>[^\W\d_][^\n\d,.;:!?()]{{1,40}}?)(?:\s?\([^\n()]{{1,30}}\))?,?\s(?:(?:le|ce|on)\s)?(?:{full})"
            r"\s*(?:\([^\n()]{1,40}\)\s*)?\.?\s*[-|]",
            re.MULTILINE,
        ),
        alone=re.compile(rf"^\s*[-*#(\[|]?\s*(?:{fillers}{{0,4}}(?:{plain}){_TIME}[\s.,;:|)\]-]*){{1,3}}$"),
        particles=frozenset(words["particles"]),
    )


def _partial(match: re.Match[str]) -> PartialDate | None:
    """The date of one match of the `dated` grammar; None if the calendar has no such day."""
    groups = {
        key: value
        for key, value in match.groupdict().items()
        if value is not None and key not in ("date", "place")
    }
    fields = {key[0]: value for key, value in groups.items()}
    year = int(fields["y"])
    month = (
        _grammar().months[fields["w"].replace("\n", " ")]
        if "w" in fields
        else int(fields["m"])
        if "m" in fields
        else None
    )
    day = int(fields["d"]) if "d" in fields else None
    if "d2" in groups and month is not None and day is not None and month > 12 >= day:
        day, month = month, day  # 03/25/2021, the American order
    if year not in _YEARS:
        return None
    try:
        return PartialDate(year, month, day)
    except ValueError:
        return None


def parse_date_line(line: str) -> PartialDate | None:
    """The date of a line that holds nothing else ("publié le 11/03/2021 à 12:44"); None for other lines."""
    folded = fold(line).strip()
    if not folded or len(folded) > 120 or not _grammar().alone.match(folded):
        return None
    found = [p for m in _grammar().dated.finditer(folded) if (p := _partial(m)) is not None]
    return max(found, key=_detail) if found else None


def parse_date(value: str) -> PartialDate | None:
    """A date as metadata writes it ("2021-03-11T12:44:00+01:00", "11 mars 2021"); None if it is none."""
    match = _grammar().dated.search(fold(value.strip()[:100]))
    return _partial(match) if match else None


_PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")


def parse_pdf_date(value: str) -> PartialDate | None:
    """A date as PDF metadata writes it ("D:20240311124400+01'00'")."""
    match = _PDF_DATE.match(value.strip())
    if match is None:
        return parse_date(value)
    try:
        return PartialDate(int(match[1]), int(match[2]), int(match[3])) if int(match[1]) in _YEARS else None
    except ValueError:
        return None


def find_dateline(text: str) -> PartialDate | None:
    """The publication date stated in the head of `text`."""
    head = fold(text[:HEAD_CHARS])
    grammar = _grammar()
    found = [p for match in grammar.first.finditer(head) if (p := _partial(match)) is not None]
    if found:
        return max(found, key=_detail)
    for match in grammar.place.finditer(head):
        if (
            _is_place(text[match.start("place") : match.end("place")])
            and (partial := _partial(match)) is not None
        ):
            return partial
    for line in head.split("\n")[:-1] if len(text) > HEAD_CHARS else head.split("\n"):
        if (partial := parse_date_line(line)) is not None and partial.month is not None:
            return partial
    later = grammar.second.search(head)
    return _partial(later) if later else None


def _is_place(words: str) -> bool:
    """Whether the words at the head of a dispatch are a name: "Selon la police, le 3 mars 2020 -" is a sentence."""
    return all(w[0].isupper() or w.lower() in _grammar().particles for w in words.split())


def _detail(partial: PartialDate) -> int:
    return (partial.month is not None) + (partial.day is not None)
