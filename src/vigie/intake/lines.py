"""Rows as lines of a document: "row 12: substance: cocaine; value: 80; currency: EUR; date: 2024-03; place: Lyon".

In: clean columns of the fields, and which lines are right. Out: one text a row, the same words that were read. Labels:
data/intake/words.toml, in the language of the mapping. Left out: ids of rows; fields that are empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.intake.lookup import Ints, text_of
from vigie.lexicon.terms import data_toml
from vigie.tables.mapping import Field

APART = ("row_id",)


def words(lang: str) -> Mapping[str, Any]:
    """Labels of a language; English where there is none."""
    table = data_toml("intake", "words.toml")
    return dict(table[lang if lang in ("fr", "en") else "en"])


def segments(fields: Mapping[str, Field], columns: Mapping[str, pa.Array], size: int, lang: str) -> pa.Array:
    """What each line of a group says, shape (size,)."""
    told = words(lang)
    parts = []
    for name, entry in fields.items():
        cells = columns.get(name)
        if name in APART or cells is None or cells.null_count == size:
            continue
        unit = f" {entry.unit}" if entry.unit and entry.unit != "fraction" else ""
        label = told["labels"].get(name, name) + told["colon"]
        text = pc.binary_join_element_wise("; " + label, text_of(cells), unit, "")
        parts.append(pc.fill_null(text, ""))
    if not parts:
        return pa.repeat(pa.scalar("", pa.string()), size)
    whole = pc.binary_join_element_wise(*parts, "") if len(parts) > 1 else parts[0]
    return pc.utf8_slice_codeunits(whole, 2)


def row_lines(said: Sequence[tuple[Ints, pa.Array]], numbers: Ints, lang: str) -> pa.Array:
    """One text for each row, in order of their positions.

    Args:
        said: per group the position of each of its lines, and their text.
        numbers: shape (n,), how the file numbers these rows.
    """
    at = np.concatenate([positions for positions, _ in said])
    texts = pa.concat_arrays([pc.cast(text, pa.string()) for _, text in said])
    order = np.argsort(at, kind="stable")
    at = at[order]
    texts = texts.take(pa.array(order))
    starts = np.flatnonzero(np.diff(at, prepend=-1))
    if len(starts) == len(at):
        whole = texts
    else:
        offsets = pa.array(np.append(starts, len(at)), pa.int32())
        whole = pc.binary_join(pa.ListArray.from_arrays(offsets, texts), " | ")
    head, tail = words(lang)["row"].split("{row}")
    return pc.binary_join_element_wise(head, pc.cast(pa.array(numbers), pa.string()), tail, whole, "")
