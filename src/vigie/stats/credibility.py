"""Credibility of statements, 1 to 6, from who else states the same, who denies it, and what the text itself says.

In: Statement records, one for each observation. Out: a Verdict for each, by id.
Rules, tolerances and their reasons: data/taxonomy/credibility.toml. Source grades are judged apart (Admiralty system).
Statements are compared inside one subject and area only, in order of time, each with a bounded number of others.
Left out: which documents are copies (`vigie.text.fingerprint`); whether a statement was read rightly (confidence).
Known weakness: two sources that repeat a third which is not in the store confirm each other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from vigie.lexicon.terms import data_toml
from vigie.model.errors import SettingsError
from vigie.stats.summary import near_copies

MOST_WITNESSES = 3  # counted up to: more do not change a verdict
MOST_COMPARED = 300  # statements of one subject that one statement is compared with
Subject = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One observation as this module judges it.

    Attributes:
        voice: who speaks for themselves here: the source, of a copy the source of the original; "" unknown.
        cites: organisation or role that says so; "" if the document itself.
        subject: type, then the fields that must be equal.
        opposite: subject of the contrary; () without one.
        substances: own first, then those whose statements may bear it out.
        areas: own first, then those that contain it; () unknown.
        start, end: first and last day (ordinal); None unknown.
        low, high: value in one unit of its subject; None without a figure. Open bounds are closed at the other.
        original: document that this one is a copy of; "" if none.
        spun: whether that copy is reworded.
    """

    id: str
    doc_id: str
    voice: str
    cites: str = ""
    subject: Subject
    opposite: Subject = ()
    substances: tuple[str, ...]
    areas: tuple[str, ...]
    start: int | None
    end: int | None
    low: float | None = None
    high: float | None = None
    assertion: str = "affirmed"
    grade: str = "F"
    official: bool = False
    satire: bool = False
    confidence: float = 1.0
    sentence: str = ""
    original: str = ""
    spun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Credibility 1 to 6, the rule that gave it, and how many others state the same (at most MOST_WITNESSES)."""

    credibility: int
    rule: str
    corroborated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the rules look at: the names of `when` in the file."""

    satire: bool
    garbled: bool
    assertion: str
    contradicted: str  # "", "equal" or "better"
    corroborated: int
    far: bool
    official: bool
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How statements of one type are compared; see the file."""

    same: tuple[str, ...]
    opposite: Mapping[str, str]
    substance: str
    area: str
    days: int
    tolerance: float
    far: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The file, checked.

    Attributes:
        rules: (id, credibility, when) in order.
        kinds: by type of observation.
    """

    rules: tuple[tuple[str, int, Mapping[str, Any]], ...]
    kinds: Mapping[str, Kind]
    least_confidence: float
    grades: frozenset[str]
    official: frozenset[str]


@cache
def credibility_rules() -> Rules:
    """The rules of the bundled file. Raises SettingsError for a condition that is no field of a case."""
    table = data_toml("taxonomy", "credibility.toml")
    known = {f.name for f in fields(Case)} | {"corroborated_least"}
    for rule in table["rule"]:
        unknown = sorted(set(rule["when"]) - known)
        if unknown or not 1 <= rule["credibility"] <= 6:
            raise SettingsError(
                f"data/taxonomy/credibility.toml: rule {rule['id']}: {unknown or 'credibility'} "
                f"(conditions: {', '.join(sorted(known))}; credibility: 1 to 6)"
            )
    return Rules(
        rules=tuple((r["id"], r["credibility"], r["when"]) for r in table["rule"]),
        kinds={
            t["id"]: Kind(
                same=tuple(t["same"]),
                opposite=dict(t.get("opposite", ())),
                substance=t["substance"],
                area=t["area"],
                days=t["days"],
                tolerance=t["tolerance"],
                far=t["far"],
            )
            for t in table["type"]
        },
        least_confidence=table["witness"]["least_confidence"],
        grades=frozenset(table["witness"]["grades"]),
        official=frozenset(table["official"]["kinds"]),
    )


def judge(statements: Sequence[Statement]) -> dict[str, Verdict]:
    """A verdict for each statement; a copy takes that of the statement that it copies.

    Args:
        statements: all that may bear each other out, in any order.
    """
    court = _Court(statements)
    return {s.id: court.verdict(s) for s in statements}


class _Court:
    """Witnesses by subject, substance and area, in order of time."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._rules = credibility_rules()
        self._affirmed = _Index(s for s in statements if self._may_witness(s) and s.assertion == "affirmed")
        self._negated = _Index(s for s in statements if self._may_witness(s) and s.assertion == "negated")
        self._told: dict[tuple[str, Subject, str], list[Statement]] = defaultdict(list)
        copied = {s.original for s in statements if s.original}
        for s in statements:
            if s.doc_id in copied:
                self._told[s.doc_id, s.subject, s.substances[0]].append(s)
        self._verdicts: dict[str, Verdict] = {}

    def _may_witness(self, s: Statement) -> bool:
        rules = self._rules
        return (
            not s.satire and not s.spun and s.confidence >= rules.least_confidence and s.grade in rules.grades
        )

    def verdict(self, s: Statement) -> Verdict:
        if s.id not in self._verdicts:
            self._verdicts[s.id] = self._judged(s)
        return self._verdicts[s.id]

    def _judged(self, s: Statement) -> Verdict:
        if s.original:
            kind = self._rules.kinds[s.subject[0]]
            told = self._told.get((s.original, s.subject, s.substances[0]), ())
            twin = next(
                (t for t in told if t.assertion == s.assertion and _agree(s, t, kind.tolerance)), None
            )
            if twin is not None and not twin.original:
                return self.verdict(twin)
            if s.spun:
                return self._ruled(s, 0, "", far=False, garbled=True)
        return self._heard(s)

    def _heard(self, s: Statement) -> Verdict:
        """The witnesses for and against."""
        kind = self._rules.kinds[s.subject[0]]
        voices: set[str] = set()
        distant: set[str] = set()
        for other in self._affirmed.around(s, s.subject, kind.days):
            if other.voice == s.voice or other.voice in voices:
                continue
            if _agree(s, other, kind.tolerance):
                if _independent(s, other):
                    voices.add(other.voice)
                    if len(voices) == MOST_WITNESSES:
                        break
            elif kind.far and not voices and _far(s, other, kind.far) and _independent(s, other):
                distant.add(other.voice)
        against = self._against(s) if s.assertion != "negated" else ""
        return self._ruled(s, len(voices), against, far=not voices and len(distant) >= 2, garbled=False)

    def _against(self, s: Statement) -> str:
        """ "better" or "equal": whether who says the contrary is the more reliable source; "" if nobody does.

        "Nobody sells at 40 here" says nothing of 45, of the next month or of the region: a denial is taken at its word.
        """
        contrary = [
            other for other in self._negated.around(s, s.subject, 0, own=True) if _agree(s, other, 0.0)
        ]
        if s.opposite:
            contrary += self._affirmed.around(s, s.opposite, 0, own=True)
        ranks = [other.grade < s.grade for other in contrary if _independent(s, other)]
        return "better" if any(ranks) else "equal" if ranks else ""

    def _ruled(self, s: Statement, corroborated: int, against: str, *, far: bool, garbled: bool) -> Verdict:
        case = Case(
            satire=s.satire,
            garbled=garbled,
            assertion=s.assertion,
            contradicted=against,
            corroborated=corroborated,
            far=far,
            official=s.official,
            grade=s.grade,
        )
        for rule, credibility, when in self._rules.rules:
            if all(_holds(case, name, wanted) for name, wanted in when.items()):
                return Verdict(credibility=credibility, rule=rule, corroborated=corroborated)
        raise SettingsError("data/taxonomy/credibility.toml: no rule holds (add a last one with when = {})")


def _holds(case: Case, name: str, wanted: Any) -> bool:
    if name == "corroborated_least":
        return bool(case.corroborated >= wanted)
    found = getattr(case, name)
    return found in wanted if isinstance(wanted, list) else bool(found == wanted)


class _Index:
    """Statements by subject, substance and area, sorted by their first day. Those without day or area witness nothing."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        cells: dict[tuple[Subject, str, str], list[tuple[int, str, Statement]]] = defaultdict(list)
        seen: set[tuple[object, ...]] = set()
        for s in statements:
            if s.start is None or s.end is None or not s.areas:
                continue
            # A source that says the same thing often is one witness; its repeats would only fill the bound.
            same = (s.subject, s.substances[0], s.areas[0], s.voice, s.cites, s.start, s.end, s.low, s.high)
            if same not in seen:
                seen.add(same)
                cells[s.subject, s.substances[0], s.areas[0]].append((s.start, s.id, s))
        self._cells = {key: sorted(found, key=lambda e: e[:2]) for key, found in cells.items()}
        self._longest = {
            key: max((s.end or 0) - (s.start or 0) for _, _, s in found) for key, found in self._cells.items()
        }

    def around(self, s: Statement, subject: Subject, days: int, *, own: bool = False) -> Iterator[Statement]:
        """Statements on the subject whose period comes within `days`: at most MOST_COMPARED are looked at.

        Args:
            own: only those of the statement's own substance and area.
        """
        if s.start is None or s.end is None:
            return
        left = MOST_COMPARED
        for substance in s.substances[:1] if own else s.substances:
            for area in s.areas[:1] if own else s.areas:
                key = (subject, substance, area)
                found = self._cells.get(key)
                if found is None:
                    continue
                at = bisect_left(found, (s.start - days - self._longest[key],))
                for first, _, other in found[at : at + left]:
                    if first > s.end + days:
                        break
                    left -= 1
                    if other.end is not None and other.end >= s.start - days:
                        yield other


def _independent(s: Statement, other: Statement) -> bool:
    """Another voice, that cites nobody whom this one cites, in a sentence of its own."""
    if other.voice == s.voice or not other.voice or (s.cites and s.cites == other.cites):
        return False
    if other.cites == s.voice or s.cites == other.voice:  # the one quotes the other
        return False
    return not near_copies(s.sentence, other.sentence)


def _agree(s: Statement, other: Statement, tolerance: float) -> bool:
    """Ranges that overlap once widened by the tolerance; a statement without figure agrees with any."""
    if s.low is None or s.high is None or other.low is None or other.high is None:
        return True
    return s.low <= other.high * (1 + tolerance) + 1e-9 and other.low <= s.high * (1 + tolerance) + 1e-9


def _far(s: Statement, other: Statement, times: float) -> bool:
    if s.low is None or s.high is None or other.low is None or other.high is None:
        return False
    return s.low > other.high * times or other.low > s.high * times
