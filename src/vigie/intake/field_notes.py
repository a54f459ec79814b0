"""Field notes on their way in: filled templates, tables with one note a row, fields that a form sent; and remarks in words.

In: a path, or fields. Out: Cleaned documents of format "field-note" for `vigie.pipeline.add`, Refusals. A row becomes the text of a note and is
read like one, so that all notes go through one reader, one redactor and one extractor. Left out: what values mean (`vigie.extract.note`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vigie.extract import read_field_note
from vigie.extract.note import Remark
from vigie.lexicon.note_fields import FORMAT, is_label, specs, words
from vigie.lexicon.terms import data_toml
from vigie.model.document import CleanDocument
from vigie.model.errors import VigieError
from vigie.pipeline import Cleaned, Reading, Refusal, clean, clean_stream, refusal, shown
from vigie.text.normalise import fold

if TYPE_CHECKING:
    from vigie.tables.records import Block, Reject

TABLES = frozenset({".csv", ".tsv", ".xlsx", ".ods", ".parquet", ".json", ".jsonl", ".xls", ".tab"})
_NUMBERED = re.compile(r"^(?P<label>.*?)[\s_]*\(?(?:n[°o]?\s*)?(?P<number>\d{1,2})\)?$")
_ROW = re.compile(r"#(?:(?P<sheet>.*):)?(?P<row>\d+)$")  # of a table, at the end of a note's name
_CELL = 20_000  # code points of a cell that are read


def notes_of(path: Path, reading: Reading) -> Iterator[Cleaned | Refusal]:
    """The notes of one file: one of a filled template, one a row of a table.

    What is no note is a Refusal: prose goes in by `vigie add`.
    """
    if path.suffix.lower() in TABLES:
        yield from _rows(path, reading)
        return
    for item in clean(path, reading):
        if isinstance(item, Cleaned) and item.document.format != FORMAT:
            yield Refusal(
                name=shown(str(path)), reason="holds no fields of a note",
                repair="vigie add reads notes in prose; vigie template field-note gives the fields",
            )  # fmt: skip
        else:
            yield item


def note_text(fields: Iterable[tuple[str, str]], lang: str) -> str:
    """A note in the layout of the template; a line of a value that would open a field is joined to the one before it."""
    mark = words()["layout"]["mark"]
    lines = [f"<!-- {mark} {lang} -->"]
    for name, value in fields:
        said = " ".join(value[:_CELL].split()) if not specs()[name].long else _joined(value[:_CELL])
        if said:
            lines.append(f"{specs()[name].label[lang]} : {said}")
    return "\n\n".join(lines)


def note_stream(name: str, text: str, reading: Reading) -> Iterator[Cleaned | Refusal]:
    """The text of a note, as `note_text` makes it, redacted."""
    return clean_stream(name, text.encode(), reading)


def remark_lines(remarks: Sequence[Remark], lang: str) -> list[str]:
    """Remarks in words, with the label of their field; several of one field and kind stay apart."""
    said: Mapping[str, Any] = data_toml("templates", "field_note.toml")[lang]
    lines = []
    for remark in remarks:
        field = specs()[remark.field].label[lang] if remark.field else ""
        if remark.product and field:
            field = f"{field} ({str(said['product_n']).format(n=remark.product).lower()})"
        lines.append(str(said["remark"][remark.id]).format(field=field, detail=remark.detail))
    return lines


def told(document: CleanDocument) -> list[str]:
    """What the writer of a note should know, in the note's language; [] for any other document."""
    if document.format != FORMAT:
        return []
    found = read_field_note(document)
    empty = [r for r in found.remarks if r.id == "empty"]
    rest = [r for r in found.remarks if r.id != "empty"]
    return [*remark_lines(rest, found.lang), *_empties(empty, found.lang)]


def rejected(item: Cleaned | Refusal) -> Reject | None:
    """The line of the rejects file for a note that was refused, or of which nothing was read; None for the others."""
    from vigie.tables.records import Reject

    match = _ROW.search(item.name)
    where: dict[str, Any] = {
        "file": shown(item.name[: match.start()] if match else item.name),
        "sheet": shown(match["sheet"] or "") if match else "", "row": int(match["row"]) if match else None, "column": "",
    }  # fmt: skip
    if isinstance(item, Refusal):
        return Reject(**where, reason=item.reason, repair=item.repair)
    if read_field_note(item.document).observations:
        return None
    return Reject(
        **where, reason="nothing-read", repair="write product, price and effects as the template asks: vigie template field-note"
    )  # fmt: skip


def _empties(remarks: Sequence[Remark], lang: str) -> list[str]:
    """Empty fields in one line."""
    fields = list(dict.fromkeys(line.rsplit(":", 1)[0].strip() for line in remark_lines(remarks, lang)))
    if not fields:
        return []
    return [
        str(data_toml("templates", "field_note.toml")[lang]["remark"]["empty"]).format(
            field=", ".join(fields)
        )
    ]


def _joined(value: str) -> str:
    """Prose on lines of which none opens a field."""
    out: list[str] = []
    for line in (" ".join(line.split()) for line in value.split("\n")):
        if line and out and is_label(line):
            out[-1] = f"{out[-1]} {line}"
        elif line:
            out.append(line)
    return "\n".join(out)


def _rows(path: Path, reading: Reading) -> Iterator[Cleaned | Refusal]:
    """One note a row; columns are known by the labels of the template, in either language."""
    from vigie.tables.read import read  # late: most notes are no table
    from vigie.tables.records import Reject

    try:
        for block in read(path):
            if isinstance(block, Reject):
                if block.rows:
                    where = f"{path}#{block.row}" if block.row is not None else str(path)
                    yield Refusal(name=shown(where), reason=block.reason, repair=block.repair)
                continue
            yield from _block(path, block, reading)
    except VigieError as error:
        yield refusal(str(path), error)


def _block(path: Path, block: Block, reading: Reading) -> Iterator[Cleaned | Refusal]:
    """The notes of some rows: fields of the note first, then each product's with the product ahead, the rest last."""
    found = [(at, *field) for at, column in enumerate(block.sheet.columns) if (field := _field_of(column))]
    names = {name for _, name, _ in found}
    if "product" not in names or not {"place", "period"} & names:
        yield Refusal(
            name=shown(f"{path}#{block.sheet.name}" if block.sheet.name else str(path)), reason="holds no columns of a note",
            repair="name them as the template does: vigie template field-note",
        )  # fmt: skip
        return
    found.sort(key=lambda f: (specs()[f[1]].many + 2 * (f[1] == "notes"), f[2], f[1] != "product"))
    lang = _language(block.sheet.columns)
    cells = [(name, block.table.column(at).to_pylist()) for at, name, _ in found]
    for at, row in enumerate(block.rows.tolist()):
        place = f"{block.sheet.name}:{row}" if block.sheet.name else str(row)
        text = note_text(((name, str(column[at] or "")) for name, column in cells), lang)
        yield from note_stream(f"{path}#{place}", text, reading)


def _field_of(column: str) -> tuple[str, int] | None:
    """(field, number of the product) of a column; None for one that no label names."""
    label = fold(column).replace("_", " ").strip()
    by_label = {name: spec.id for spec in specs().values() for name in (*spec.labels, spec.id)}
    if label in by_label:
        return by_label[label], 1
    match = _NUMBERED.match(label)
    if match and (name := by_label.get(match["label"].strip())) and specs()[name].many:
        return name, int(match["number"])
    return None


def _language(columns: Sequence[str]) -> str:
    """English where more columns have an English label than a French one."""
    folded = {fold(c) for c in columns}
    count = {lang: sum(fold(s.label[lang]) in folded for s in specs().values()) for lang in ("fr", "en")}
    return "en" if count["en"] > count["fr"] else "fr"


def unread_columns(path: Path) -> list[str]:
    """Columns of a table that no field names, redacted as names are: told, never read. None where the file is no table."""
    if path.suffix.lower() not in TABLES:
        return []
    from vigie.tables.read import read
    from vigie.tables.records import Block

    try:
        first = next((b for b in read(path) if isinstance(b, Block)), None)
    except VigieError:
        return []
    return [shown(c) for c in first.sheet.columns if _field_of(c) is None] if first else []


__all__ = ["note_stream", "note_text", "notes_of", "rejected", "remark_lines", "told", "unread_columns"]
