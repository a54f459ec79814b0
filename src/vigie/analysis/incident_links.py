"""Which reports are of one event: record linkage with points for and against, and groups without chains.

In: Report records. Out: groups of their indices. Points, limits and their reasons: data/stats/events.toml.
Copies follow their original. Others are compared where they share a place, a figure or a rare word in one week; two groups
are joined only if no pair of their reports excludes the other, and all their pairs agree on the mean.
Work grows with the reports of a place and week, not with all pairs.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from vigie.analysis.incident_reports import Figure, Report, Spot, km, related, rules

_MOST = 60  # reports of a group that a pair of groups is judged by


def group_reports(reports: Sequence[Report]) -> list[list[int]]:
    """Indices of the reports of each event; groups in order of their first report, each in order of publication."""
    judge = Judge(reports)
    heads = _heads(reports)
    own = [n for n in range(len(reports)) if n not in heads]
    pairs = sorted(
        ((-points, a, b) for a, b in _candidates(reports, own, judge)
         if (points := judge.points(a, b)) is not None and points >= judge.least),
    )  # fmt: skip
    member = {n: [n] for n in own}
    of = {n: n for n in own}
    for _, a, b in pairs:
        one, other = of[a], of[b]
        if one != other and judge.agree(member[one], member[other]):
            one, other = min(one, other), max(one, other)
            for n in member[other]:
                of[n] = one
            member[one] += member.pop(other)
    for n, head in sorted(heads.items()):
        member[of[head]].append(n)
    found = [sorted(group, key=lambda n: (reports[n].published, n)) for group in member.values()]
    return sorted(found, key=lambda group: min(group))


def _heads(reports: Sequence[Report]) -> dict[int, int]:
    """Report of a copy -> the report of its original that it repeats."""
    of_document: dict[str, list[int]] = defaultdict(list)
    for n, report in enumerate(reports):
        if not report.original:
            of_document[report.doc_id].append(n)
    found = {}
    for n, report in enumerate(reports):
        listed = [m for m in of_document.get(report.original, ()) if reports[m].family == report.family]
        if report.original and listed:
            found[n] = max(listed, key=lambda m: (_likeness(report, reports[m]), -m))
    return found


def _likeness(one: Report, other: Report) -> int:
    """How much two reports of one text have in common, whatever excludes them: a rewording may move a date."""
    return (
        2 * len(set(one.figures) & set(other.figures))
        + len(one.substances & other.substances)
        + (one.spot.code == other.spot.code)
    )


def _candidates(reports: Sequence[Report], own: Sequence[int], judge: Judge) -> Iterator[tuple[int, int]]:
    """Pairs worth comparing, each once."""
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    slack = rules()["time"]["slack"]
    for n in own:
        r = reports[n]
        places = [r.spot.code, *r.spot.holders[:1]] if r.spot.fine else [r.spot.code] if r.spot.code else []
        keys = [f"p{p}" for p in places]
        keys += [f"f{f.what}{f.unit}{_rough(f)}" for f in r.figures]
        keys += [f"w{w}" for w in sorted(r.words) if judge.rarity(w)]
        if r.spot.fine and r.spot.lat is not None and r.spot.lon is not None:
            keys += [f"c{cell}" for cell in _cells(r.spot.lat, r.spot.lon)]
        weeks = range((r.start - slack) // 7, (r.end + slack) // 7 + 1)
        for key in set(keys):
            for week in weeks:
                blocks[r.family, key, str(week)].append(n)
    most = rules()["link"]["block"]
    seen: set[tuple[int, int]] = set()
    for members in blocks.values():
        members.sort(key=lambda n: (reports[n].start, n))
        for at, a in enumerate(members):
            for b in members[at + 1 : at + 1 + most]:
                pair = (a, b) if a < b else (b, a)
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _rough(figure: Figure) -> int:
    """A figure to about a tenth, for blocks."""
    value = figure.low if figure.low is not None else figure.high
    return round(8 * math.log(max(value or 1e-9, 1e-9)))


def _cells(lat: float, lon: float) -> list[str]:
    """The cell of a grid of about 20 km that holds a place, and those beside it to the north and east."""
    y, x = math.floor(lat / 0.2), math.floor(lon / 0.28)
    return [f"{y + dy},{x + dx}" for dy in (0, 1) for dx in (0, 1)]


class Judge:
    """Points for and against two reports being of one event."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.reports = reports
        self.least = float(rules()["link"]["points"])
        self._mean = float(rules()["link"]["mean"])
        held = Counter(word for report in reports if not report.original for word in report.words)
        rule = rules()["words"]
        limit = max(rule["least"], rule["share"] * len(reports))
        self._rare = frozenset(word for word, count in held.items() if 1 < count <= limit)

    def rarity(self, word: str) -> bool:
        return word in self._rare

    def agree(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether two groups may be one: no pair excludes it, and the mean is high enough."""
        total = 0.0
        one, other = one[:_MOST], other[:_MOST]
        for a in one:
            for b in other:
                points = self.points(a, b)
                if points is None:
                    return False
                total += points
        return total >= self._mean * len(one) * len(other)

    def points(self, a: int, b: int) -> float | None:
        """The sum of points; None where the two exclude each other."""
        one, other = self.reports[a], self.reports[b]
        if one.family != other.family:
            return None
        total = 0.0
        for part in (time_points, substance_points, place_points):
            points = part(one, other)
            if points is None:
                return None
            total += points
        rule = rules()["words"]
        shared = sum(1 for word in one.words & other.words if word in self._rare)
        return total + figure_points(one, other) + float(min(rule["cap"], rule["each"] * shared))


def time_points(one: Report, other: Report) -> float | None:
    rule = rules()["time"]
    gap = max(one.start - other.end, other.start - one.end)
    if gap > (rule["slack"] if one.stated or other.stated else 0):
        return None
    if one.stated and other.stated:
        if gap > 0:
            return float(rule["apart"])
        days = max(one.end - one.start, other.end - other.start)
        return float(rule["same_day"] if days == 0 else rule["within"])
    apart = abs(one.published - other.published)
    return float(next((points for days, points in rule["close"] if apart <= days), 0.0))


def substance_points(one: Report, other: Report) -> float | None:
    rule = rules()["substance"]
    if not one.substances or not other.substances:
        return 0.0
    if one.substances & other.substances:
        return float(rule["same"])
    if any(related(a, b) for a in one.substances for b in other.substances):
        return float(rule["related"])
    return None


def place_points(one: Report, other: Report) -> float | None:
    return _place_points(one.spot, other.spot)


@cache
def _place_points(one: Spot, other: Spot) -> float | None:
    rule = rules()["place"]
    if not one.code or not other.code:
        return 0.0
    if one.code == other.code:
        return float(
            rule["same"] if one.fine else rule["within"] if one.level == "department" else rule["coarse"]
        )
    for inner, outer in ((one, other), (other, one)):
        if outer.code in inner.holders:
            if outer.fine:
                return float(rule["same"])
            return float(rule["within"] if outer.level == "department" else rule["coarse"])
    gap = km(one, other)
    return (
        float(rule["near"])
        if one.fine and other.fine and gap is not None and gap <= rule["near_km"]
        else None
    )


def figure_points(one: Report, other: Report) -> float:
    rule = rules()["figures"]
    mine, theirs = _by_measure(one.figures), _by_measure(other.figures)
    total = 0.0
    for measure in mine.keys() & theirs.keys():
        total += max(_pair_points(a, b, measure, one, other) for a in mine[measure] for b in theirs[measure])
    return float(min(rule["cap"], max(rule["floor"], total)))


def _by_measure(figures: Sequence[Figure]) -> Mapping[tuple[str, str], list[Figure]]:
    """Figures by what they count; the sum of several is one more, for newspapers that give a total."""
    found: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        found[figure.what, figure.unit].append(figure)
    return found


def _pair_points(a: Figure, b: Figure, measure: tuple[str, str], one: Report, other: Report) -> float:
    rule = rules()["figures"]
    if a.substance and b.substance and not related(a.substance, b.substance):
        return 0.0
    if None in (a.low, a.high, b.low, b.high):
        low, high = max(a.low or 0.0, b.low or 0.0), min(a.high or math.inf, b.high or math.inf)
        near = low <= high and (high == math.inf or low >= rule["far_share"] * high)
        both = [f.low for f in (a, b) if f.low]
        if near and len(both) == 2 and min(both) >= rule["far_share"] * max(both):
            return float(rule["open"])
        return float(rule["differ"] if near else rule["far"])
    assert a.low is not None and a.high is not None and b.low is not None and b.high is not None
    small, large = sorted(((a.low + a.high) / 2, (b.low + b.high) / 2))
    off = (large - small) / large if large else 0.0
    few = measure[1] == "person" and large < 6
    if off <= rule["exact_share"] or (a.low <= b.high and b.low <= a.high):
        return float(rule["few"] if few else rule["rare"] if _telling(large) else rule["exact"])
    if few or measure[1] == "person":
        first, last = (a, b) if one.published <= other.published else (b, a)
        grows = (last.high or 0) >= (first.low or 0) and one.published != other.published
        if measure[0] in ("death", "hospitalisation", "overdose", "poisoning") and grows:
            return float(rule["grown"])
        return float(rule["differ"])
    if off <= rule["rounded_share"]:
        return float(rule["rounded"])
    return float(rule["differ"] if off <= rule["far_share"] else rule["far"])


def _telling(value: float) -> bool:
    """Three digits that are not round: nobody comes upon them twice."""
    digits = f"{value:.10g}".replace(".", "").strip("0")
    return len(digits) >= 3
