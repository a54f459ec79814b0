"""Annotated documents: what their authors say each text states.

In: JSON Lines, one `{id, lang, title, published, text, facts}` a line. Out: frozen records, in file order.
Left out: any judgement; `agree` and `score` do that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vigie.model.errors import InputRefused
from vigie.model.observation import TEXT_TYPES
from vigie.model.period import PartialDate

_FORM = "each line is {id, lang, title, published, text, facts}; docs/annotation.md tells what a fact holds"
_NUMBERS = ("low", "high", "per_value", "grams")
_WORDS = (
    "substance", "form", "kind", "currency", "per_unit", "unit", "measure", "place", "when",
    "family", "code", "indicator", "direction", "origin", "destination", "via", "mode",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldFact:
    """One annotated fact. A field that its type does not have, or that the text does not state, is None.

    Attributes:
        may: a prediction of it is neither right nor wrong, and missing it costs nothing.
        place, origin, destination, via: names as the text writes them.
        when: ISO prefix ("2018", "2018-07", "2018-07-12").
    """

    type: str
    quote: str
    assertion: str = "affirmed"
    may: bool = False
    low: float | None = None
    high: float | None = None
    per_value: float | None = None
    grams: float | None = None
    substance: str | None = None
    form: str | None = None
    kind: str | None = None
    currency: str | None = None
    per_unit: str | None = None
    unit: str | None = None
    measure: str | None = None
    place: str | None = None
    when: str | None = None
    family: str | None = None
    code: str | None = None
    indicator: str | None = None
    direction: str | None = None
    origin: str | None = None
    destination: str | None = None
    via: str | None = None
    mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldDocument:
    """One annotated document; `text` is the body, without the title."""

    id: str
    lang: str
    title: str
    published: PartialDate | None
    text: str
    facts: tuple[GoldFact, ...]


def load_gold(path: Path) -> list[GoldDocument]:
    """Read a gold file. Raises InputRefused naming the line that cannot be read, or the file when it holds none."""
    documents = list(_lines(path))
    if not documents:
        raise InputRefused(str(path), "no gold document in it", _FORM)
    return documents


def _lines(path: Path) -> Iterator[GoldDocument]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise InputRefused(str(path), "no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(str(path), f"not readable as UTF-8 text ({type(error).__name__})") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield parse_document(json.loads(line))
        except json.JSONDecodeError as error:
            raise InputRefused(f"{path}:{number}", "not JSON", _FORM) from error
        except KeyError as error:
            raise InputRefused(f"{path}:{number}", f"no {error.args[0]!r} in it", _FORM) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise InputRefused(
                f"{path}:{number}", f"not a gold document ({type(error).__name__})", _FORM
            ) from error


def parse_document(record: Mapping[str, Any]) -> GoldDocument:
    """One gold document from its JSON form.

    Raises:
        KeyError, TypeError, ValueError: when it has another form.
    """
    if not isinstance(record["text"], str) or not isinstance(record["facts"], list):
        raise TypeError("text is a string and facts a list")
    published = record.get("published")
    return GoldDocument(
        id=str(record["id"]),
        lang=str(record["lang"]),
        title=str(record.get("title") or ""),
        published=PartialDate.parse(published) if published else None,
        text=record["text"],
        facts=tuple(parse_fact(fact) for fact in record["facts"]),
    )


def parse_fact(record: Mapping[str, Any]) -> GoldFact:
    """One fact; keys that are not known are left aside so that a corpus may carry notes of its own."""
    kind = str(record["type"])
    if kind not in TEXT_TYPES:
        raise ValueError(f"unknown type {kind!r}")
    fields: dict[str, Any] = {key: float(record[key]) for key in _NUMBERS if record.get(key) is not None}
    fields |= {key: str(record[key]) for key in _WORDS if record.get(key) is not None}
    return GoldFact(
        type=kind,
        quote=str(record.get("quote") or ""),
        assertion=str(record.get("assertion") or "affirmed"),
        may=bool(record.get("may", False)),
        **fields,
    )
