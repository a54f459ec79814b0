"""The filters of a page, as its address has them.

In: parameters of a URL. Out: Filters, or a refusal that names the parameter and the repair. Left out: what is kept by them (`opened.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import replace as replaced
from urllib.parse import urlencode

from vigie.lexicon.gazetteer import gazetteer
from vigie.lexicon.substances import taxonomy
from vigie.model.errors import SettingsError
from vigie.report.disclosure import coarse
from vigie.report.period import parse_period

GRADES = ("A", "B", "C", "D", "E", "F")
_PARAMETERS = {
    "area": "area", "grade": "grade", "language": "lang", "period": "period", "substance": "substance",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a page is about; None asks for everything.

    Attributes:
        substance: canonical id, alone: its kinds have ids of their own.
        area: code of a place, or of the department, region or country that holds it.
        period: "2025", "2025-Q1" or "2025-03": what lies wholly inside.
        grade: this reliability of the source, or a better one.
        lang: ISO 639-1 code of the documents' language; `language` in a URL.
    """

    substance: str | None = None
    area: str | None = None
    period: str | None = None
    grade: str | None = None
    lang: str | None = None

    @classmethod
    def parse(cls, mapping: Mapping[str, str], *, public: bool) -> Filters:
        """Filters from the parameters of a URL; empty ones and others are left alone.

        Args:
            public: refuses what would take cells of the public rules apart: grades, languages, months, communes.
        Raises:
            SettingsError: naming the parameter and the repair, for a value that is not known or not for the public.
        """
        given = {
            name: value for name in _PARAMETERS if (value := str(mapping.get(name) or "").strip()[:_LONGEST])
        }
        if public:
            for name in ("grade", "language"):
                if name in given:
                    raise SettingsError(
                        f"{name}: not for public pages, it would take figures apart (leave it out)"
                    )
        return cls(
            substance=_substance(given.get("substance")),
            area=_area(given.get("area"), public),
            period=_period(given.get("period"), public),
            grade=_grade(given.get("grade")),
            lang=_lang(given.get("language")),
        )

    def query(self) -> str:
        """The same as parameters of a URL, in one order, without what is not set: "" or "area=FR-69&period=2025"."""
        values = {name: getattr(self, attribute) for name, attribute in _PARAMETERS.items()}
        return urlencode({name: value for name, value in values.items() if value})

    def replace(self, **changes: str | None) -> Filters:
        """A copy with other values."""
        return replaced(self, **changes)

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) for f in fields(self))


_LONGEST = 60  # characters of a parameter that are looked at
NO_FILTERS = Filters()


def _shown(value: str) -> str:
    """The refused value as a message may repeat it: letters, figures and a few signs."""
    return "".join(c for c in value[:20] if c.isalnum() or c in " -/.:_")


def _substance(value: str | None) -> str | None:
    if value is None or value.lower() in taxonomy():
        return value and value.lower()
    raise SettingsError(
        f"substance: {_shown(value)!r} is not known (ids: vigie lexicon show, for example cocaine)"
    )


def _area(value: str | None, public: bool) -> str | None:
    if value is None:
        return None
    entry = gazetteer().by_code(value.upper())
    if entry is None or not entry.code:
        raise SettingsError(
            f"area: {_shown(value)!r} is not known (write FR-69, FR-ARA, FR, ES"
            + ("" if public else " or INSEE:69266")
            + ")"
        )
    if public and coarse(entry.code) != entry.code:
        raise SettingsError(f"area: finer than the public sees (write {coarse(entry.code)})")
    return entry.code


def _period(value: str | None, public: bool) -> str | None:
    if value is None:
        return None
    try:
        found = parse_period(value if value.lower() != "latest" else "", ())
    except SettingsError:
        forms = "2026 or 2026-Q1" if public else "2026, 2026-Q1 or 2026-03"
        raise SettingsError(f"period: {_shown(value)!r} is not known (write {forms})") from None
    if public and found.kind == "month":
        raise SettingsError(f"period: finer than the public sees (write {found.widened().label})")
    return found.label


def _grade(value: str | None) -> str | None:
    if value is None or value.upper() in GRADES:
        return value and value.upper()
    raise SettingsError(f"grade: {_shown(value)!r} is not known (write A, B, C, D, E or F)")


def _lang(value: str | None) -> str | None:
    if value is None or (value.isascii() and value.isalpha() and 2 <= len(value) <= 3):
        return value and value.lower()
    raise SettingsError(f"language: {_shown(value)!r} is not known (write fr or en)")
