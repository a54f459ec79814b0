"""What the fields of a whole note say: place, period, who, how sure, and the money of the place.

In: the redacted words of a field. Out: Place, When, roles, assertion with confidence; remarks where a field is ambiguous or not understood.
Finders are those of texts; a name in lower case and a department's number are read as places because the field asks for nothing else.
Left out: which field holds for which product (`vigie.extract.note`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from vigie.extract.analysis import Analysis
from vigie.extract.dates import find_dates
from vigie.extract.note_records import Teller
from vigie.extract.place import find_places
from vigie.lexicon.gazetteer import gazetteer, key, place_by_code
from vigie.lexicon.grammar import alternation
from vigie.lexicon.note_fields import LANGUAGES, named, words
from vigie.lexicon.terms import data_toml
from vigie.model.observation import Assertion
from vigie.model.period import UNKNOWN_WHEN, When
from vigie.model.place import Place
from vigie.text.normalise import fold

Found = TypeVar("Found")
_DEPARTMENT = re.compile(r"(?<!\d)(?:2[AB]|97[1-6]|\d{2})(?!\d)")
_PRECISIONS = ("day", "week", "month", "quarter", "year")
_AS_LIKELY = 4  # a namesake with a quarter of the inhabitants may be meant too


class Values:
    """Reads values of one note.

    Args:
        lang: that of the labels; what is not found in it is looked for in the other, because a team fills in the template it has.
    """

    def __init__(self, analysis: Analysis, lang: str, tell: Teller) -> None:
        self.lang = lang
        self.other = next(other for other in LANGUAGES if other != lang)
        self._published, self._reference = analysis.document.published, analysis.reference
        self._money, self._tell = analysis.money, tell

    def either(self, find: Callable[[str], list[Found]]) -> list[Found]:
        """What a finder finds in the language of the labels, else in the other."""
        return find(self.lang) or find(self.other)

    def place(self, said: str) -> Place | None:
        said = blanked(said)
        found = find_places(said, self.lang) or find_places(_capitals(said), self.lang)
        places = list({m.place.code or m.place.label: m.place for m in found}.values())
        inner = [
            p
            for p in places
            if not any(p.code in (o.department, o.region, o.country) for o in places if o is not p)
        ]
        if not inner:
            return self._department(said)
        if len(inner) > 1:
            self._tell("place-several", "place", inner[0].label)
        elif len(places) == 1 and inner[0].level in ("commune", "city"):
            return self._namesake(inner[0])
        return inner[0]

    def _department(self, said: str) -> Place | None:
        """ "dans le 93": a department by its number."""
        match = _DEPARTMENT.search(said.upper())
        place = place_by_code(f"FR-{match.group()}") if match else None
        if place is None:
            self._tell("place-unknown", "place")
        return place

    def _namesake(self, place: Place) -> Place:
        """Of towns of one name, one where the money of the note is paid in; told where another is as likely."""
        others = [
            e
            for e in gazetteer().find(key(place.label))
            if e.level in ("commune", "city") and e.code != place.code
        ]
        money = words()["price"]["country"]
        paid = {m.currency for m in self._money} & set(money.values())
        country = place.country or ""
        if len(paid) == 1 and money.get(country) not in paid:
            there = [e for e in others if money.get(e.country or "") in paid]
            if there:
                best = max(there, key=lambda e: e.population)
                place, others = best.place(place.name), [e for e in others if e is not best]
        if any(_AS_LIKELY * e.population > _population(place) for e in others):
            self._tell(
                "place-namesakes", "place", f"{place.label} ({place.department or place.country or ''})"
            )
        return place

    def when(self, said: str | None) -> When:
        """The period, else the date of the note. A day after "w/c" is its week; of several dates the first to the last."""
        published = self._published
        if said is None:
            return When.of(published, "document") if published else UNKNOWN_WHEN
        known = published.precision if published else "day"
        found = self.either(lambda lang: find_dates(said, lang, self._reference, known=known))
        if not found:
            self._tell("period-unknown", "period")
            return self.when(None)
        first, last = min(m.start_date for m in found), max(m.end_date for m in found)
        if first > date.today():
            self._tell("period-future", "period")
        if len({(m.start_date, m.end_date) for m in found}) > 1:
            self._tell("period-several", "period", f"{first} – {last}")
        coarse = max((m.precision for m in found), key=_PRECISIONS.index)
        if coarse == "day" and len(found) == 1 and _week_of().search(fold(said), 0, found[0].start):
            return When(first, first + timedelta(days=6), "week", "text")
        return When(first, last, coarse, "text")

    def who(self, said: str) -> str | None:
        """The roles that say so, as labels."""
        if any(data_toml("templates", "field_note.toml")[lang]["who_rest"] in said for lang in ("fr", "en")):
            self._tell("who-rest", "who")
        roles = list(dict.fromkeys(str(row["label"][self.lang]) for _, _, row in named("role", said)))
        if not roles:
            self._tell("who-unknown", "who")
        return ", ".join(roles) or None

    def sure(self, said: str | None) -> tuple[Assertion, float]:
        """What the degree of certainty makes of the facts; of several answers the least sure counts."""
        default = words()["unstated"]
        rows = {row["id"]: row for _, _, row in named("sure", said or "")}
        if not rows:
            if said is not None:
                self._tell("sure-unknown", "sure")
            return default["assertion"], default["confidence"]
        least: Mapping[str, Any] = min(rows.values(), key=lambda row: row["confidence"])
        if len(rows) > 1:
            self._tell("sure-several", "sure", str(least["label"][self.lang]))
        return least["assertion"], least["confidence"]

    def currency(self, place: Place | None) -> str | None:
        known = words()["price"]
        country = (place.country or (place.code if place.level == "country" else None)) if place else None
        if country is None:
            country, known = self.lang, {"country": known["language"]}
        found: str | None = known["country"].get(country)
        return found


def _population(place: Place) -> int:
    entry = gazetteer().by_code(place.code) if place.code else None
    return entry.population if entry else 0


def _capitals(text: str) -> str:
    """The same with a capital at each word: a town written in haste."""
    return re.sub(r"(?<![\w'’])[a-zà-öø-ÿœ](?=\w{2})", lambda m: m.group().upper(), text)


@cache
def _week_of() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){alternation(words()['period']['week_of'])}[ ]")


def blanked(said: str) -> str:
    """The words with blanks for what the redactor removed; every offset stays."""
    return placeholder().sub(lambda m: " " * len(m.group()), said)


@cache
def placeholder() -> re.Pattern[str]:
    """What the redactor puts in the place of a removal."""
    shown = data_toml("redaction", "placeholders.toml")
    every = {word for row in shown.values() if isinstance(row, dict) for word in row.values()}
    return re.compile("|".join(re.escape(word) for word in sorted(every, key=len, reverse=True)))
