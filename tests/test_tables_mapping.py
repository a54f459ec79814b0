"""Mappings and what they take from blocks: tables of cases."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from vigie.model.errors import SettingsError
from vigie.tables.mapping import KINDS, Mapping, fields_of, generic, layout, layouts
from vigie.tables.numbers import figures
from vigie.tables.pick import absent, pick
from vigie.tables.records import Block, Sheet

HEAD = '[mapping]\nid = "m"\nkind = "harms"\nversion = 1\n'
FIELDS = '[fields.event]\nvalue = "death"\n[fields.count]\ncolumn = "n"\n[fields.date]\ncolumn = "day"\n'


def block(columns: dict[str, list[str | None]]) -> Block:
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    sheet = Sheet(file="t.csv", name="", columns=tuple(columns))
    return Block(sheet=sheet, first_row=2, table=table, rows=np.arange(2, 2 + table.num_rows))


def picked(
    mapping: Mapping, columns: dict[str, list[str | None]]
) -> tuple[list[int], list[tuple[int, dict]]]:
    """Skipped positions, and every observation with the position of its row."""
    result = pick(mapping, block(columns))
    rows = [
        (int(at), {k: v for k, v in line.items() if v is not None})
        for group in result.groups
        for at, line in zip(group.index, group.table.to_pylist(), strict=True)
    ]
    return result.skipped.tolist(), rows


FAULTS = [
    # id, TOML, what the message must say
    ("not_toml", "[mapping", "not valid TOML"),
    ("no_head", FIELDS, "[mapping]"),
    ("id_missing", '[mapping]\nkind = "harms"\nversion = 1\n' + FIELDS, "id must be"),
    ("kind_unknown", HEAD.replace("harms", "arms") + FIELDS, "kind must be one of"),
    ("key_unknown", HEAD + 'colour = "red"\n' + FIELDS, "unknown 'colour'"),
    ("field_unknown", HEAD + FIELDS + '[fields.age_group]\ncolumn = "age"\n', "unknown 'age_group'"),
    ("field_of_another_kind", HEAD + FIELDS + '[fields.load]\ncolumn = "l"\n', "unknown 'load'"),
    ("nothing_to_read", HEAD + FIELDS + "[fields.substance]\nnull_ok = true\n", "one of them"),
    ("column_and_value", HEAD + FIELDS + '[fields.substance]\ncolumn = "s"\nvalue = "x"\n', "one of them"),
    ("empty_column", HEAD + FIELDS + '[fields.substance]\ncolumn = " "\n', "empty column"),
    ("no_count", HEAD + '[fields.event]\nvalue = "death"\n[fields.date]\ncolumn = "d"\n', "needs count"),
    ("no_date", HEAD + '[fields.event]\nvalue = "death"\n[fields.count]\ncolumn = "n"\n', "needs date or date_start or year"),
    ("not_a_list", HEAD + FIELDS + '[fields.substance]\ncolumns = "s"\n', "list of texts"),
    ("words_not_texts", HEAD + FIELDS + '[fields.substance]\ncolumn = "s"\nvalues = { a = 1 }\n', "table of words"),
    ("two_splits", HEAD + FIELDS + '[fields.substance]\ncolumn = "s"\nsplit = ";"\n[fields.place]\ncolumn = "p"\nsplit = ";"\n', "only one field"),
    ("skip_without_words", HEAD + FIELDS + '[[skip]]\ncolumn = "x"\n', "equals"),
    ("skip_empty_unknown", HEAD + FIELDS + '[[observe]]\nskip_empty = ["load"]\n', "skip_empty"),
    ("decimal", HEAD + 'decimal = "·"\n' + FIELDS, "decimal must be one of"),
    ("observe_one_table", HEAD + FIELDS + '[observe]\nname = "x"\n', "[[observe]]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), [c[1:] for c in FAULTS], ids=[c[0] for c in FAULTS])
def test_a_faulty_mapping_names_the_file_and_the_repair(text: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Mapping.parse(text, "mine.toml")
    assert str(caught.value).startswith("mine.toml: ") and says in str(caught.value)


def test_a_mapping_that_is_no_file_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        Mapping.load(tmp_path / "none.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes("title = 'é'".encode("latin-1"))
    with pytest.raises(SettingsError, match="UTF-8"):
        Mapping.load(latin)


@pytest.mark.parametrize("name", layouts())
def test_a_ready_mapping_is_whole_and_survives_being_written(name: str) -> None:
    mapping = layout(name)
    assert mapping.id == name and mapping.title and mapping.source
    assert Mapping.parse(mapping.dump(), "again") == mapping


def test_every_kind_has_a_generic_mapping_and_labels_in_both_languages() -> None:
    for kind in KINDS:
        assert generic(kind).kind == kind
        assert all({"is", "fr", "en"} <= set(entry) for entry in fields_of(kind).values())
    with pytest.raises(SettingsError, match="generic-harms"):
        layout("none")


def test_words_that_would_break_toml_survive_being_written() -> None:
    nasty = 'a "b" \\ \t \x7f ]] = é\u2028 # x'
    text = (
        HEAD + '[fields.event]\nvalue = "death"\n[fields.count]\ncolumn = "n"\n[fields.date]\ncolumn = "d"\n'
    )
    mapping = Mapping.parse(text, "x")
    block_ = mapping.observe[0]
    entry = type(block_.fields["count"])(columns=(nasty, "n"), values={nasty: nasty}, missing=("", nasty))
    changed = type(block_)(name="", fields={**block_.fields, "count": entry})
    whole = Mapping(id="m", kind="harms", version=1, title=nasty, observe=(changed,))
    assert Mapping.parse(whole.dump(), "again") == whole


PICKS = [
    # id, TOML after the head, columns, positions skipped, observations (position, fields)
    ("constant_and_column", FIELDS, {"n": ["3", None], "day": ["2025-01-01", "2025-01-02"]}, [],
     [(0, {"event": "death", "count": "3", "date": "2025-01-01"}), (1, {"event": "death", "date": "2025-01-02"})]),
    ("first_not_empty", FIELDS + '[fields.substance]\ncolumns = ["a", "b"]\n',
     {"n": ["1", "1", "1"], "day": ["d"] * 3, "a": ["x", None, None], "b": ["y", "z", None]}, [],
     [(0, {"event": "death", "count": "1", "date": "d", "substance": "x"}), (1, {"event": "death", "count": "1", "date": "d", "substance": "z"}),
      (2, {"event": "death", "count": "1", "date": "d"})]),
    ("missing_words_then_the_next_column", FIELDS + '[fields.substance]\ncolumns = ["a", "b"]\nmissing = ["NA"]\n',
     {"n": ["1"], "day": ["d"], "a": ["na"], "b": ["y"]}, [], [(0, {"event": "death", "count": "1", "date": "d", "substance": "y"})]),
    ("their_words_are_ours_without_case", FIELDS + '[fields.substance]\ncolumn = "a"\nvalues = { "Coke" = "cocaine" }\n',
     {"n": ["1", "2"], "day": ["d", "d"], "a": ["COKE", "LSD"]}, [],
     [(0, {"event": "death", "count": "1", "date": "d", "substance": "cocaine"}), (1, {"event": "death", "count": "2", "date": "d", "substance": "LSD"})]),
    ("skip_on_purpose", FIELDS + '[[skip]]\ncolumn = "n"\nequals = ["Total"]\n',
     {"n": ["total", "2"], "day": ["d", "d"]}, [0], [(1, {"event": "death", "count": "2", "date": "d"})]),
    ("keep_only", FIELDS + '[[skip]]\ncolumn = "k"\nnot_equals = ["yes"]\n',
     {"n": ["1", "2", "3"], "day": ["d"] * 3, "k": ["yes", "no", None]}, [1, 2], [(0, {"event": "death", "count": "1", "date": "d"})]),
    ("column_without_case_and_blanks", FIELDS, {" N ": ["1"], "DAY": ["d"]}, [], [(0, {"event": "death", "count": "1", "date": "d"})]),
    ("parts_of_a_cell", FIELDS + '[fields.substance]\ncolumn = "s"\nsplit = ";"\nmissing = ["other"]\n',
     {"n": ["1", "2", "3"], "day": ["d"] * 3, "s": ["a; b", None, "other ;"]}, [],
     [(0, {"event": "death", "count": "1", "date": "d", "substance": "a"}), (0, {"event": "death", "count": "1", "date": "d", "substance": "b"}),
      (1, {"event": "death", "count": "2", "date": "d"}), (2, {"event": "death", "count": "3", "date": "d"})]),
    ("several_observations_of_a_row",
     '[fields.event]\nvalue = "death"\n[fields.date]\ncolumn = "day"\n'
     '[[observe]]\nname = "heroin"\nskip_empty = ["count"]\n[observe.fields.substance]\nvalue = "heroin"\n[observe.fields.count]\ncolumn = "h"\n'
     '[[observe]]\nname = "cocaine"\nskip_empty = ["count"]\n[observe.fields.substance]\nvalue = "cocaine"\n[observe.fields.count]\ncolumn = "c"\n',
     {"day": ["d", "e", "f"], "h": ["1", None, None], "c": ["2", "3", None]}, [2],
     [(0, {"event": "death", "date": "d", "substance": "heroin", "count": "1"}), (0, {"event": "death", "date": "d", "substance": "cocaine", "count": "2"}),
      (1, {"event": "death", "date": "e", "substance": "cocaine", "count": "3"})]),
    ("only_some_rows", FIELDS + '[[observe]]\nname = "a"\n[observe.only]\ncolumn = "t"\nequals = ["x"]\n',
     {"n": ["1", "2"], "day": ["d", "d"], "t": ["X", "y"]}, [1], [(0, {"event": "death", "count": "1", "date": "d"})]),
    ("no_rows", FIELDS, {"n": [], "day": []}, [], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("toml", "columns", "skipped", "rows"), [c[1:] for c in PICKS], ids=[c[0] for c in PICKS]
)
def test_pick(toml: str, columns: dict[str, list[str | None]], skipped: list[int], rows: list) -> None:
    assert picked(Mapping.parse(HEAD + toml, "x"), columns) == (skipped, rows)


def test_a_file_of_another_layout_is_told_by_its_columns() -> None:
    mapping = Mapping.parse(
        HEAD
        + FIELDS
        + '[fields.place]\ncolumn = "p"\nnull_ok = true\n[[skip]]\ncolumn = "k"\nequals = ["x"]\n',
        "x",
    )
    assert absent(mapping, Sheet(file="f", name="", columns=("N", "other"))) == ("day", "k")
    assert absent(mapping, Sheet(file="f", name="", columns=("n", "day", "k"))) == ()


NUMBERS = [
    # id, cell, decimal sign, number (None: it is none)
    ("plain", "12", ",", 12), ("decimal_comma", "12,5", ",", 12.5), ("decimal_point", "12.5", ".", 12.5),
    ("point_in_a_comma_file", "12.5", ",", 12.5), ("comma_in_a_point_file", "12,5", ".", 12.5),
    ("thousands_point", "1.234,5", ",", 1234.5), ("thousands_comma", "1,234.5", ".", 1234.5),
    ("thousands_alone", "1.234", ",", 1234), ("three_decimals", "1.234", ".", 1.234), ("typed_three_decimals", "1.2340", ",", 1.234),
    ("millions", "1,234,567", ",", 1234567), ("blank", "1 234,5", ",", 1234.5), ("narrow_blank", "12\u202f345", ",", 12345), ("swiss", "1'234.5", ".", 1234.5),
    ("blank_not_of_thousands", "12 34", ",", None), ("percent", "12 %", ",", 12), ("minus", "−3", ",", -3), ("exponent", "1.5E-3", ".", 0.0015),
    ("range", "80-100", ",", None), ("bound", "< 5", ",", None), ("word", "douze", ",", None), ("infinite", "1e999", ".", None), ("nan", "nan", ".", None),
    ("unit", "12 g", ",", None), ("two_signs", "1,2,3", ",", None), ("sign_alone", "-", ",", None), ("arabic_digits", "٣", ",", None), ("decimal_alone", ",5", ",", 0.5),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "decimal", "number"), [c[1:] for c in NUMBERS], ids=[c[0] for c in NUMBERS])
def test_figures(cell: str, decimal: str, number: float | None) -> None:
    values, wrong = figures(pa.array([cell, None], pa.string()), decimal)
    assert wrong.tolist() == [number is None, False] and math.isnan(values[1])
    assert math.isnan(values[0]) if number is None else values[0] == pytest.approx(number)
