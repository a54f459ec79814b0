"""The figures of one event: the range of what is told, and the value that is best supported.

In: the reports of one event that are no copies. Out: FigureLine records, one for each thing counted, unit and substance.
A speaker has one voice: the latest figure it gives. Voices count by grade and office, and less the older they are, as tolls
grow; figures within a few percent of each other are one. Weights and their reasons: data/stats/events.toml.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vigie.analysis.incident_reports import Figure, Report, broader, related, rules


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine:
    """One figure of an event.

    Attributes:
        what, unit, substance: as in `Figure`.
        low, high: the least and the most that anyone tells, in `unit`; a bound that is open does not widen the range.
        best: the value best supported; None where only bounds are told.
        support: speakers who tell it, or a value within a few percent of it.
        speakers: speakers who give a figure at all.
        superseded: values told before a later toll.
        others: (value, speakers) that contradict it, the most supported first.
        given: (voice, value) in order of publication, bounds left out.
    """

    what: str
    unit: str
    substance: str
    low: float | None
    high: float | None
    best: float | None
    support: int
    speakers: int
    superseded: tuple[float, ...]
    others: tuple[tuple[float, int], ...]
    given: tuple[tuple[str, float], ...]

    def words(self) -> str:
        """ "seized cocaine 12 kg (11 to 12.4; 3 of 5 sources)"."""
        scale, unit = (1000.0, "kg") if self.unit == "g" and (self.high or 0) >= 1000 else (1.0, self.unit)
        numbers = [
            _plain(value / scale) if value is not None else "" for value in (self.best, self.low, self.high)
        ]
        name = " ".join(part for part in (self.what, self.substance, numbers[0], unit) if part)
        if self.best is None:
            return f"{name} ({numbers[1]} to {numbers[2]})"
        told = f"{self.support} of {self.speakers} sources" if self.speakers > 1 else ""
        spread = f"{numbers[1]} to {numbers[2]}" if self.low != self.high else ""
        more = "; ".join(part for part in (spread, told) if part)
        return f"{name} ({more})" if more else name


@dataclass(frozen=True, slots=True)
class _Told:
    voice: str
    published: int
    figure: Figure
    weight: float
    whole: float | None  # its value, the middle of a range; None for an open bound


def figure_lines(reports: Sequence[Report], substances: Sequence[str]) -> tuple[FigureLine, ...]:
    """Lines in order of what is counted.

    Args:
        reports: in order of publication.
        substances: of the event: a figure of "cannabis" is one of its resin where resin is all that was seized.
    """
    held: dict[tuple[str, str, str], list[_Told]] = defaultdict(list)
    for report in reports:
        mine: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
        for figure in report.figures:
            of = "" if figure.unit in ("person", "EUR") else _named(figure.substance, substances)
            mine[figure.what, figure.unit, of].append(figure)
        for key, figures in mine.items():
            chosen = _of_report(figures)
            held[key].append(_Told(report.voice, report.published, chosen, report.weight, _middle(chosen)))
    return tuple(_line(key, told) for key, told in sorted(held.items()))


def _named(substance: str, substances: Sequence[str]) -> str:
    """The substance of a figure among those of the event."""
    if substance in substances:
        return substance
    narrower = [s for s in substances if not substance or substance in broader(s)]
    near = narrower or [s for s in substances if related(s, substance)]
    return near[0] if len(near) == 1 else substance


def _of_report(figures: Sequence[Figure]) -> Figure:
    """The figure that a report stands for: not one given before, the total of several, a value rather than a bound."""
    current = [f for f in figures if not f.provisional] or list(figures)
    closed = [f for f in current if _middle(f) is not None] or current
    return max(closed, key=lambda f: (f.revised, _middle(f) or f.low or f.high or 0.0))


def _middle(figure: Figure) -> float | None:
    if figure.low is None or figure.high is None:
        return None
    return (figure.low + figure.high) / 2


def _line(key: tuple[str, str, str], told: Sequence[_Told]) -> FigureLine:
    rule = rules()["best"]
    latest = list({t.voice: t for t in sorted(told, key=lambda t: t.published)}.values())
    harm = key[0] in next(f["events"] for f in rules()["family"] if f["id"] == "harm")
    now = max(t.published for t in told)
    half_life = rule["half_life_harm" if harm else "half_life"]

    def weight(t: _Told) -> float:
        age = 0.5 ** ((now - t.published) / half_life)
        said = rule["revised"] if t.figure.revised else rule["provisional"] if t.figure.provisional else 1.0
        return float(t.weight * age * said)

    groups = _groups([t for t in latest if t.whole is not None], rule["same_share"])
    bounds = [t for t in latest if t.whole is None]

    def support(group: Sequence[_Told]) -> float:
        middle = sum(t.whole or 0.0 for t in group) / len(group)
        beside = sum(weight(t) for t in bounds if _holds(t.figure, middle))
        return sum(weight(t) for t in group) + float(rule["open"]) * beside

    ranked = sorted(groups, key=lambda g: (-support(g), -max(t.published for t in g), g[0].whole))
    ends = [v for t in told for v in (t.figure.low, t.figure.high) if v is not None]
    best = ranked[0] if ranked else []
    value = max(best, key=lambda t: (weight(t), _digits(t.whole or 0.0))).whole if best else None
    begun = min((t.published for t in best), default=0)
    old = [
        g
        for g in ranked[1:]
        if harm and max(t.published for t in g) < begun and (g[0].whole or 0) < (value or 0)
    ]
    old += [g for g in ranked[1:] if g not in old and all(t.figure.provisional for t in g)]
    earlier = {round(t.whole, 6) for t in told if t.whole is not None and value and not _same(t.whole, value)
               and any(t.voice == u.voice and u.published > t.published for u in best)}  # fmt: skip
    return FigureLine(
        what=key[0], unit=key[1], substance=key[2], low=min(ends), high=max(ends), best=value,
        support=len({t.voice for t in best}), speakers=len({t.voice for t in told}),
        superseded=tuple(sorted({g[0].whole for g in old if g[0].whole is not None} | earlier)),
        others=tuple((g[0].whole or 0.0, len({t.voice for t in g})) for g in ranked[1:] if g not in old),
        given=tuple((t.voice, t.whole) for t in told if t.whole is not None),
    )  # fmt: skip


def _groups(told: Iterable[_Told], share: float) -> list[list[_Told]]:
    """Values within `share` of the least of their group."""
    found: list[list[_Told]] = []
    for t in sorted(told, key=lambda t: (t.whole or 0.0, t.voice)):
        least = found[-1][0].whole if found else None
        if least is not None and (t.whole or 0.0) <= least * (1 + share):
            found[-1].append(t)
        else:
            found.append([t])
    return found


def _same(one: float, other: float) -> bool:
    share: float = rules()["best"]["same_share"]
    return abs(one - other) <= share * max(abs(one), abs(other))


def _holds(bound: Figure, value: float) -> bool:
    low, high = bound.low, bound.high
    return (low is None or low <= value <= 1.5 * low) and (high is None or high / 1.5 <= value <= high)


def _plain(value: float) -> str:
    """ "12.4", "840000": never as a power of ten."""
    return f"{value:.0f}" if abs(value) >= 1e5 else f"{value:.6g}"


def _digits(value: float) -> int:
    """Significant digits: of figures that agree, the one told more precisely."""
    return len(f"{value:.10g}".replace(".", "").strip("0"))
