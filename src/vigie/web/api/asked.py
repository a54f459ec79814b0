"""A request's parameters, read against those that its resource has.

In: a query, the parameters of a resource. Out: Asked, or Problem 400 that names the parameter and the repair. A parameter that the
resource does not have is refused: a filter with a slip in its name must not give everything. Left out: what filters keep (`readmodel`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from vigie.lexicon.gazetteer import gazetteer
from vigie.lexicon.substances import taxonomy
from vigie.model.errors import SettingsError
from vigie.model.observation import OBSERVATION_TYPES
from vigie.model.place import Level
from vigie.readmodel.records import Filters
from vigie.report.results import TOPICS
from vigie.web.api.problems import Problem, shown

LONGEST_QUERY = 2000  # characters
LEAST, USUAL, MOST = 1, 100, 1000  # rows of a page
_PARAMETERS = 24
_LONGEST = 400  # characters of a value: the longest is a cursor
TOPIC_IDS = tuple(topic.id for topic in TOPICS)
_PARTS = {t.id: (2, 3) if t.by_market else (2,) for t in TOPICS}  # of a key
KEY = "~"
FILTERS = ("substance", "area", "period")
ANALYST_FILTERS = (*FILTERS, "grade", "lang")
PAGED = ("limit", "cursor")
_ALIASES = {"language": "lang"}  # as the pages write it, so that the query of a page is taken
_PERIOD = r"^\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?$"
_PUBLIC_PERIOD = r"^\d{4}(-Q[1-4])?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as read.

    Attributes:
        own: parameters that are no filters, but for limit and cursor, as texts.
        limit: None where the request says none.
    """

    filters: Filters
    own: Mapping[str, str]
    limit: int | None
    cursor: str

    @property
    def question(self) -> str:
        """What is asked for, whatever its page: the canonical query."""
        return "&".join(part for part in (urlencode(sorted(self.own.items())), self.filters.query()) if part)

    @property
    def key(self) -> tuple[str, ...] | None:
        return tuple(self.own["key"].split(KEY)) if "key" in self.own else None

    @property
    def since(self) -> date | None:
        return date.fromisoformat(self.own["since"]) if "since" in self.own else None


def read(query: str, names: Sequence[str], *, public: bool, needed: Sequence[str] = ()) -> Asked:
    """Raises Problem 400 or 414.

    Args:
        names: the parameters of the resource; `needed`: those without which it gives nothing.
    """
    if len(query) > LONGEST_QUERY:
        raise Problem(414, f"the query is longer than {LONGEST_QUERY} characters", "leave out parameters")
    given = _given(query, names, public)
    for name in needed:
        if name not in given:
            raise Problem(400, f"{name}: needed", "add it", parameter=name, offered=choices_of(name, public))
    try:
        filters = Filters.parse(
            {("language" if n == "lang" else n): v for n, v in given.items() if n in ANALYST_FILTERS},
            public=public,
        )
    except SettingsError as error:
        name, _, said = str(error).partition(":")
        name = "lang" if name == "language" else name
        detail, _, repair = said.strip().partition(" (")
        raise Problem(400, f"{name}: {detail}", repair.rstrip(")"), parameter=name) from None
    own = {
        name: _checked(name, value, given, public)
        for name, value in given.items()
        if name not in ANALYST_FILTERS and name not in PAGED
    }
    return Asked(filters=filters, own=own, limit=_limit(given.get("limit")), cursor=given.get("cursor", ""))


def _given(query: str, names: Sequence[str], public: bool) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_PARAMETERS, errors="strict")
    except ValueError:
        raise Problem(
            400, "the query cannot be read", f"at most {_PARAMETERS} parameters, percent-encoded UTF-8"
        ) from None
    found: dict[str, str] = {}
    for raw, value in pairs:
        name = _ALIASES.get(raw, raw)
        if name not in names:
            if public and name in _NOT_PUBLIC:
                raise Problem(
                    400, f"{name}: not in the public edition, it would take figures apart", "leave it out", parameter=name
                )  # fmt: skip
            raise Problem(
                400, f"{shown(raw)}: not a parameter of this resource", "leave it out, or write one of those offered",
                parameter=shown(raw), offered=sorted(names),
            )  # fmt: skip
        if name in found:
            raise Problem(400, f"{name}: given twice", "give it once", parameter=name)
        if len(value) > _LONGEST or any(not c.isprintable() for c in value):
            raise Problem(
                400, f"{name}: too long, or with control characters", "leave it out", parameter=name
            )
        if not value.strip():
            raise Problem(400, f"{name}: empty", "leave it out", parameter=name)
        found[name] = value.strip()
    return found


_NOT_PUBLIC = frozenset({"grade", "lang", "type", "since"})


def _limit(value: str | None) -> int | None:
    if value is None:
        return None
    if value.isascii() and value.isdigit() and len(value) < 6 and LEAST <= int(value) <= MOST:
        return int(value)
    raise Problem(400, "limit: not a number of rows", f"write {LEAST} to {MOST}", parameter="limit")


def _checked(name: str, value: str, given: Mapping[str, str], public: bool) -> str:
    """The value of an own parameter. Raises Problem 400."""
    choices = choices_of(name, public)
    if name == "key":
        if "topic" not in given:
            raise Problem(400, "key: needs its topic", "add topic, as /figures gives it", parameter="topic")
        parts = value.split(KEY)
        if len(parts) not in _PARTS.get(given["topic"], ()):
            raise Problem(400, "key: not one of this topic", "write one that /figures gives", parameter="key")
    elif name == "since":
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise Problem(
                400, f"since: {shown(value)!r} is no day", "write 2026-03-31", parameter="since"
            ) from None
    elif choices and value not in choices:
        raise Problem(
            400, f"{name}: {shown(value)!r} is not known", "write one of those offered", parameter=name, offered=choices
        )  # fmt: skip
    return value


def choices_of(name: str, public: bool) -> tuple[str, ...]:
    """The values of a parameter; () where it has no list."""
    return {
        "topic": TOPIC_IDS,
        "type": OBSERVATION_TYPES,
        "step": ("quarter", "year") if public else ("month", "quarter", "year"),
        "level": ("department", "region", "country"),
        "words": ("fr", "en"),
    }.get(name, ())


def schema_of(name: str, public: bool, *, needed: bool = False) -> dict[str, Any]:
    """A parameter in the OpenAPI document."""
    told: dict[str, Any] = {"name": name, "in": "query", "required": needed, "description": _SAID[name]}
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": _LONGEST}
    if choices := choices_of(name, public):
        schema = {"type": "string", "enum": list(choices)}
    elif name == "limit":
        schema = {"type": "integer", "minimum": LEAST, "maximum": MOST, "default": USUAL}
    elif name == "substance":
        schema = {"type": "string", "enum": sorted(taxonomy())}
    elif name == "area":
        schema = {"type": "string", "examples": ["FR-69", "FR-ARA", "FR"], "enum": _areas(public)}
        if not public:
            schema = {
                "anyOf": [
                    {"enum": schema["enum"]},
                    {"type": "string", "pattern": r"^(INSEE|GN):[0-9AB]{1,9}$"},
                ]
            }
    elif name == "period":
        schema = {"type": "string", "pattern": _PUBLIC_PERIOD if public else _PERIOD, "examples": ["2025-Q1"]}
    elif name == "grade":
        schema = {"type": "string", "enum": list("ABCDEF")}
    elif name == "lang":
        schema = {"type": "string", "pattern": "^[a-z]{2,3}$", "examples": ["fr", "en"]}
    elif name == "since":
        schema = {"type": "string", "format": "date"}
    return {**told, "schema": schema}


def _areas(public: bool) -> list[str]:
    levels: tuple[Level, ...] = ("department", "region", "country")
    return sorted({e.code for level in levels for e in gazetteer().places(level) if e.code})


_SAID: Mapping[str, str] = {
    "substance": "Canonical id, alone: its kinds have ids of their own.",
    "area": "Code of a place, or of the department, region or country that holds it.",
    "period": "2025, 2025-Q1 or (not in the public edition) 2025-03: what lies wholly inside.",
    "grade": "This reliability of the source, or a better one. Not in the public edition.",
    "lang": "Language of the documents, ISO 639-1; `language`, as the pages write it, is taken too. Not in the public edition.",
    "type": "Type of the statements. Not in the public edition.",
    "since": "Of documents published on that day or later. Not in the public edition.",
    "topic": "What figures count.",
    "key": "Which figure of the topic, as /figures gives it.",
    "step": "Length of the periods.",
    "level": "Level of the areas.",
    "words": "Language of titles and summaries.",
    "limit": "Rows of a page.",
    "cursor": "The cursor of the page before, with the same filters.",
}
