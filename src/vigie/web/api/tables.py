"""Records as tables: the columns of a model, CSV and Parquet, a batch at a time.

In: batches of records of one model. Out: bytes. Names of columns are those of the store and of `vigie export --full`: place_code,
when_start, and the fields of all values side by side. Memory is that of one batch, however long the list. Cells of CSV that a spreadsheet
would run are defused. Left out: GeoJSON (`answers.py`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq

from vigie.model.observation import (
    EventValue,
    LoadValue,
    ModalityValue,
    PriceValue,
    PurityValue,
    QuantityValue,
    TrendValue,
)
from vigie.text.formulas import defused
from vigie.web.api.models import Flow, Record

Kind = Literal["text", "whole", "number", "flag", "day", "list"]
_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "flag": pa.bool_(), "day": pa.date32(),
    "list": pa.list_(pa.string()),
}  # fmt: skip
_KINDS: dict[Any, Kind] = {str: "text", int: "whole", float: "number", bool: "flag", date: "day"}
_JOINT = "; "  # between the parts of a list in a cell of CSV
_VALUES = (PriceValue, QuantityValue, PurityValue, EventValue, ModalityValue, TrendValue, LoadValue)
_ENDS = ("origin", "destination", "via")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `get` gives its cell of a record."""

    name: str
    kind: Kind
    get: Callable[[Any], Any]


@cache
def columns_of(model: type[Record]) -> tuple[Column, ...]:
    """Flat columns of a model, what names a row first; what holds several records has none."""
    return tuple(
        sorted(_columns(model), key=lambda c: _FIRST.index(c.name) if c.name in _FIRST else len(_FIRST))
    )


_FIRST = (
    "id", "doc_id", "topic", "key", "area", "area_label", "area_level", "period", "type", "substance", "unit", "published", "title",
)  # fmt: skip


def _columns(model: type[Record], prefix: str = "", path: tuple[str, ...] = ()) -> Iterator[Column]:
    for name, info in model.model_fields.items():
        inner, here = _bare(info.annotation), (*path, name)
        if name == "value":
            yield from _value_columns()
        elif isinstance(inner, type) and issubclass(inner, Record):
            yield from _columns(inner, f"{prefix}{name}_", here)
        elif inner == list[str]:
            yield Column(name=prefix + name, kind="list", get=_getter(here))
        elif get_origin(inner) is Literal:
            yield Column(name=prefix + name, kind="text", get=_getter(here))
        elif inner in _KINDS:
            yield Column(name=prefix + name, kind=_KINDS[inner], get=_getter(here))


def _bare(annotation: Any) -> Any:
    """The type without None and without its bounds."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, UnionType):
            kept = [a for a in get_args(annotation) if a is not type(None)]
            if len(kept) > 1:
                return annotation
            annotation = kept[0]
        else:
            return annotation


def _getter(path: tuple[str, ...]) -> Callable[[Any], Any]:
    first, *rest = path
    if not rest:
        return lambda record: getattr(record, first)
    (second,) = rest

    def inner(record: Any) -> Any:
        held = getattr(record, first)
        return None if held is None else getattr(held, second)

    return inner


def _value_columns() -> Iterator[Column]:
    """The fields of all types of values, each once; a flow's places by code and label, as in the store."""
    seen: set[str] = set()
    for value in _VALUES:
        for name, field in value.__dataclass_fields__.items():
            if name not in seen:
                seen.add(name)
                kind: Kind = "number" if "float" in str(field.type) else "text"
                yield Column(name=name, kind=kind, get=_of_value(name))
    for end in _ENDS:
        for part in ("code", "label"):
            yield Column(name=f"{end}_{part}", kind="text", get=_of_flow(end, part))
    yield Column(name="mode", kind="text", get=_of_value("mode"))


def _of_value(name: str) -> Callable[[Any], Any]:
    return lambda record: getattr(record.value, name, None)


def _of_flow(end: str, part: str) -> Callable[[Any], Any]:
    def inner(record: Any) -> Any:
        place = getattr(record.value, end, None) if isinstance(record.value, Flow) else None
        return None if place is None else getattr(place, part)

    return inner


def csv_parts(model: type[Record], batches: Iterable[Sequence[Record]]) -> Iterator[bytes]:
    """CSV (RFC 4180, UTF-8) with a header; unknown is empty."""
    columns = columns_of(model)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([c.name for c in columns])
    gets = [(c.get, c.kind) for c in columns]
    for batch in batches:
        writer.writerows([_cell(get(record), kind) for get, kind in gets] for record in batch)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    if out.tell():
        yield out.getvalue().encode()


def _cell(value: Any, kind: Kind) -> Any:
    if value is None:
        return ""
    if kind == "text":
        return defused(value)
    if kind == "list":
        return defused(_JOINT.join(value))
    if kind == "flag":
        return "true" if value else "false"
    return value


class _Sink(io.RawIOBase):
    """What a Parquet file is written to: its bytes are taken away as they come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        return self._written

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


_GROUP = 10  # batches of a row group


def parquet_parts(model: type[Record], batches: Iterable[Sequence[Record]]) -> Iterator[bytes]:
    """Parquet, zstd, a row group for some batches."""
    columns = columns_of(model)
    schema = pa.schema([pa.field(c.name, _ARROW[c.kind]) for c in columns])
    sink = _Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        held: list[pa.RecordBatch] = []
        for batch in batches:
            arrays = [pa.array([c.get(record) for record in batch], _ARROW[c.kind]) for c in columns]
            held.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
            if len(held) == _GROUP:
                writer.write_table(pa.Table.from_batches(held, schema), row_group_size=1 << 30)
                held = []
                yield sink.take()
        if held:
            writer.write_table(pa.Table.from_batches(held, schema), row_group_size=1 << 30)
    yield sink.take()
