"""Mappings: which column of a table is which field of an observation, as TOML that a person can read and correct.

In: a TOML file, or the name of a ready layout (data/tables/layouts). Out: Mapping; every fault is a SettingsError
that names the file, the field and the repair. `pick.py` applies one. Fields by kind: data/tables/kinds.toml.
Left out: what the values mean; the intake says that, by the same code as for text.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["prices", "purity", "seizures", "harms", "wastewater"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where one field comes from: columns or a constant.

    Attributes:
        columns: the first that is not empty counts.
        value: a constant, where there is no column.
        values: their word -> ours; compared without case and outer blanks. Words that are not in it stay as they are.
        unit: the unit of the figures of these columns, where no column tells it.
        missing: words that mean "no value".
        null_ok: a row without this field is kept.
        split: separators; a cell "a; b" then gives one observation for each part.
    """

    columns: tuple[str, ...] = ()
    value: str | None = None
    values: Dict[str, str] = field(default_factory=dict)
    unit: str | None = None
    missing: tuple[str, ...] = ("",)
    null_ok: bool = False
    split: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """Holds for rows whose cell in `column` is one of `equals` (without case and outer blanks)."""

    column: str
    equals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe:
    """One observation that a row may give.

    Attributes:
        name: told in evidence and rejects where a row gives several.
        fields: its own fields over the common ones.
        only: rows for which it counts; None for all. A row for which no block counts is skipped by the mapping.
    """

    name: str
    fields: Dict[str, Field]
    only: Test | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A mapping of one layout.

    Attributes:
        source: where the layout is described: URL and licence.
        header: row of the header where it is fixed; None to find it.
        sheet, delimiter, encoding: "" where the reader finds out.
        day_first: 03/04/2025 is the third of April.
        decimal: "," or ".".
        lang: of the words in the cells.
        observe: at least one; a mapping without [[observe]] has one block that holds the common fields.
        skip: rows that are left out on purpose: they are counted as skipped by the mapping.
    """

    id: str
    kind: Kind
    version: int
    title: str
    source: str = ""
    header: int | None = None
    sheet: str = ""
    delimiter: str = ""
    encoding: str = ""
    day_first: bool = True
    decimal: str = ","
    lang: str = "fr"
    observe: tuple[Observe, ...]
    skip: tuple[Test, ...] = ()
