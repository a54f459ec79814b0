"""Mappings: which column of a table is which field of an observation, as TOML that a person can read and correct.

In: a TOML file, or the name of a ready layout (data/tables/layouts). Out: Mapping; every fault is a SettingsError
that names the file, the field and the repair. `pick.py` applies one. Fields by kind: data/tables/kinds.toml.
Left out: what the values mean; the intake says that, by the same code as for text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc

from vigie.lexicon.terms import data_text, data_toml
from vigie.model.errors import SettingsError
from vigie.tables.parse import Reader
from vigie.tables.toml import dump_mapping

Kind = Literal["prices", "purity", "seizures", "harms", "wastewater"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_UNIT = re.compile(
    r"(?=[^\d]*(?:\d{1,4}[^\d]*)*$)[\w%µ°/.*²³€$£-]{1,16}(?: [\w%µ°/.*²³€$£-]{1,14}){0,2}"
)  # "mg/1000 people/day"
MAX_BYTES = 1_000_000  # of a mapping: the largest ready one has 12 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where one field comes from: columns or a constant.

    Attributes:
        columns: the first that is not empty counts; of `row_id` all of them together.
        value: a constant, where there is no column.
        sheet: the name of the sheet is the value: workbooks with one sheet a year say the year there only.
        drop: a regular expression; what it finds in a cell is taken away (marks of footnotes).
        values: their word -> ours; compared without case and outer blanks. Words that are not in it stay as they are.
        unit: the unit of the figures of these columns, where no column tells it.
        missing: words that mean "no value".
        null_ok: a row without this field is kept.
        split: characters; with ";" a cell "a; b" gives one observation for each part.
    """

    columns: tuple[str, ...] = ()
    value: str | None = None
    sheet: bool = False
    drop: str = ""
    values: Dict[str, str] = field(default_factory=dict)
    unit: str | None = None
    missing: tuple[str, ...] = ("",)
    null_ok: bool = False
    split: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """Holds for rows whose cell in `column` is one of `equals` (without case and outer blanks), or, `other`, is none."""

    column: str
    equals: tuple[str, ...]
    other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe:
    """One observation that a row may give.

    Attributes:
        name: told in evidence and rejects where a row gives several.
        fields: its own fields over the common ones.
        only: rows for which it counts; None for all.
        skip_empty: a row in which all these fields are empty gives no such observation, and that is no fault.
    """

    name: str
    fields: Dict[str, Field]
    only: Test | None = None
    skip_empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A mapping of one layout.

    Attributes:
        source: where the layout is described: URL and licence.
        header: row of the header where it is fixed; None to find it.
        sheet, delimiter, encoding: "" where the reader finds out.
        day_first: 03/04/2025 is the third of April.
        open_bounds: low and high are two columns, of which an empty one is an open bound ("< 1 %"), as in our own export.
        decimal: "," or ".".
        lang: of the words in the cells.
        observe: at least one; a mapping without [[observe]] has one block that holds the common fields.
        skip: rows that are left out on purpose: they are counted as skipped by the mapping, as are rows for which no
            block of `observe` counts.
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
    open_bounds: bool = False
    decimal: str = ","
    lang: str = "fr"
    observe: tuple[Observe, ...]
    skip: tuple[Test, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> Mapping:
        """Read and check one mapping file. Raises SettingsError naming the file, the field and the repair."""
        file = Path(path)
        try:
            if file.stat().st_size > MAX_BYTES:
                raise SettingsError(f"{file}: too large for a mapping")
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"{file}: cannot be read ({error.strerror or 'input error'})") from None
        except UnicodeDecodeError:
            raise SettingsError(f"{file}: not UTF-8 (save it again as UTF-8)") from None
        return cls.parse(text, str(file))

    @classmethod
    def parse(cls, text: str, name: str) -> Mapping:
        """A mapping from the text of its file; `name` stands in messages."""
        try:
            document = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            reason = error if isinstance(error, tomllib.TOMLDecodeError) else "nested too deeply"
            raise SettingsError(f"{name}: not valid TOML: {reason}") from None
        return _read(document, name)

    def dump(self) -> str:
        """The mapping as TOML that `parse` reads again."""
        return dump_mapping(self)

    def columns(self) -> tuple[str, ...]:
        """All columns that it reads, in the order of the file."""
        tests = [*self.skip, *(o.only for o in self.observe if o.only)]
        fields = [f for o in self.observe for f in o.fields.values()]
        return tuple(dict.fromkeys([c for f in fields for c in f.columns] + [t.column for t in tests]))


def fields_of(kind: str) -> dict[str, dict[str, str]]:
    """Fields that a mapping of this kind may fill, with what they are: {"substance": {"is": "word", "fr": …, "en": …}}."""
    kinds = data_toml("tables", "kinds.toml")
    return {**kinds[kind]["fields"], **kinds["common"]["fields"]}


def required_of(kind: str) -> tuple[tuple[str, ...], ...]:
    """Groups of fields of which a mapping must fill at least one each."""
    return tuple(tuple(group) for group in data_toml("tables", "kinds.toml")[kind]["required"])


@cache
def layouts() -> tuple[str, ...]:
    """Names of the ready mappings, in alphabetical order."""
    folder = resources.files("vigie").joinpath("data", "tables", "layouts")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def layout(name: str) -> Mapping:
    """A ready mapping. Raises SettingsError that lists the names when there is none of this one."""
    if name not in layouts():
        raise SettingsError(f"no ready mapping of that name (one of {', '.join(layouts())})")
    return Mapping.parse(data_text("tables", "layouts", f"{name}.toml"), f"data/tables/layouts/{name}.toml")


def generic(kind: Kind) -> Mapping:
    """The ready mapping for tables whose columns have the names of the fields, or those of our own export."""
    return layout(f"generic-{kind}")


def _read(document: dict[str, Any], name: str) -> Mapping:
    top = Reader(document, name, "")
    top.known("mapping", "fields", "observe", "skip")
    head = top.table("mapping", required=True)
    head.known("id", "kind", "version", "title", "source", "header", "sheet", "delimiter", "encoding", "day_first", "open_bounds", "decimal",
               "lang")  # fmt: skip
    kind = head.choice("kind", KINDS)
    known = tuple(fields_of(kind))
    common = _fields(top.table("fields"), known)
    blocks = [
        Observe(
            name=block.text("name", block.where),
            fields={**common, **_fields(block.table("fields"), known)},
            only=_test(block.table("only")) if block.has("only") else None,
            skip_empty=block.words("skip_empty"),
        )
        for block in top.tables("observe", "name", "only", "skip_empty", "fields")
    ] or [Observe(name="", fields=common)]
    for block in blocks:
        _check_block(top, block, kind)
    skip = tuple(_test(t) for t in top.tables("skip", "column", "equals", "not_equals"))
    header = head.number("header", 0)
    return Mapping(
        id=head.identifier("id"),
        kind=kind,
        version=head.number("version", 1),
        title=head.text("title", ""),
        source=head.text("source", ""),
        header=header if head.has("header") else None,
        sheet=head.text("sheet", ""),
        delimiter=head.choice("delimiter", ("", ",", ";", "\t", "|")) if head.has("delimiter") else "",
        encoding=head.text("encoding", ""),
        day_first=head.flag("day_first", True),
        open_bounds=head.flag("open_bounds", False),
        decimal=head.choice("decimal", (",", ".")) if head.has("decimal") else ",",
        lang=head.choice("lang", ("fr", "en")) if head.has("lang") else "fr",
        observe=tuple(blocks),
        skip=skip,
    )


def _fields(table: Reader, known: tuple[str, ...]) -> dict[str, Field]:
    table.known(*known)
    return {name: _field(table.table(name)) for name in table.names()}


def _field(entry: Reader) -> Field:
    entry.known(
        "column", "columns", "value", "sheet", "drop", "values", "unit", "missing", "null_ok", "split"
    )
    one = (entry.text("column", ""),) if entry.has("column") else ()
    columns = one + entry.words("columns")
    has_value, sheet = entry.has("value"), entry.flag("sheet", False)
    if bool(columns) + has_value + sheet != 1:
        raise entry.fault('needs column = "…", columns = ["…"], value = "…" or sheet = true, one of them')
    if "" in columns:
        raise entry.fault("names an empty column (write the name that stands in the header)")
    return Field(
        columns=columns,
        value=entry.text("value", "") if has_value else None,
        sheet=sheet,
        drop=_pattern(entry),
        values={key.strip().lower(): word for key, word in entry.pairs("values").items()},
        unit=_unit(entry),
        missing=tuple(dict.fromkeys(("", *(w.strip().lower() for w in entry.words("missing"))))),
        null_ok=entry.flag("null_ok", False),
        split=entry.text("split", ""),
    )


def _unit(entry: Reader) -> str | None:
    """It stands beside each figure of the evidence, which no redactor reads again: a word or two, not a sentence."""
    unit = entry.text("unit", "")
    if unit and not _UNIT.fullmatch(unit):
        raise entry.fault('unit is no unit (write one as in a table: "g", "%", "mg/1000/day")')
    return unit or None


def _pattern(entry: Reader) -> str:
    """A pattern that the column engine takes: it has no look-around, and no cell can make it slow."""
    pattern = entry.text("drop", "")
    try:
        pc.replace_substring_regex(pa.array([""]), pattern, "")
    except pa.ArrowInvalid:
        raise entry.fault("drop is no regular expression (RE2: no look-around, no back-references)") from None
    return pattern


def _test(entry: Reader) -> Test:
    other = entry.has("not_equals")
    words = entry.words("not_equals" if other else "equals")
    column = entry.text("column", "")
    if not column or not words or (other and entry.has("equals")):
        raise entry.fault('needs column = "…" and equals = ["…"] or not_equals = ["…"]')
    return Test(column=column, equals=tuple(w.strip().lower() for w in words), other=other)


def _check_block(top: Reader, block: Observe, kind: str) -> None:
    place = f"observe {block.name!r}" if block.name else "fields"
    for group in required_of(kind):
        if not any(name in block.fields for name in group):
            raise top.fault(f"{place}: needs {' or '.join(group)} (add [fields.{group[0]}])")
    unknown = [name for name in block.skip_empty if name not in block.fields]
    if unknown:
        raise top.fault(f"{place}: skip_empty names {unknown[0]!r}, which is no field of it")
    if sum(bool(f.split) for f in block.fields.values()) > 1:
        raise top.fault(f"{place}: only one field may have split")
