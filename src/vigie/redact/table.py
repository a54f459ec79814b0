"""Cells and rows of tables: the redactor makes clean columns of raw ones, and clean documents of rows.

In: columns of raw cells as a mapping picked them. Out: the same columns without persons and contacts; CleanDocument of up to
1,000 rows, one line a row. Every distinct cell is read once, alone. Plain figures and dates of the calendar pass: they are too
short for a number that reaches anybody. Left out: what a cell means; columns that no mapping names (never read at all).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from vigie.model.document import TITLE_SEPARATOR, CleanDocument, SourceCard
from vigie.model.period import PartialDate
from vigie.redact.again import Shift
from vigie.redact.fields import redact_field
from vigie.redact.paths import redact_path
from vigie.redact.redactor import PASSES, REDACTOR_VERSION, content_id, recheck, removals_of
from vigie.redact.spans import placeholders
from vigie.redact.subject import Finder

LONGEST = 160  # code points of a cell that are kept: the words of a table are short, a longer cell is prose
_MOST = 100_000  # cells remembered
_READ = 2000  # code points of a cell that are read at all
_SPACES = re.compile(r"\s+")
# Eight digits at the most, wherever their comma stands, or a day: the shortest telephone number that the redactor knows alone has
# nine. RE2 reads it.
_SEP = r"[ .,'\x{a0}\x{202f}]"
PLAIN = (
    r"^(?:[<>≤≥~±+-]{0,2} ?(?:[0-9]{1,8}|"
    + "|".join(rf"[0-9]{{{n}}}[.,][0-9]{{1,{8 - n}}}" for n in range(1, 8))
    + rf"|[0-9]{{1,3}}{_SEP}[0-9]{{3}}(?:[.,][0-9]{{1,2}})?|[0-9]{{1,2}}(?:{_SEP}[0-9]{{3}}){{2}}) ?%?"
    + r"|[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What all rows of a document share.

    Attributes:
        path: the file as given.
        file, sheet: as the reader tells them; sheet "" where there is none.
        lang: of the words of the lines.
        rows: "rows {first}–{last}" in that language.
    """

    path: str
    file: str
    sheet: str
    lang: str
    rows: str
    source: SourceCard | None = None
    published: PartialDate | None = None


class TableRedactor:
    """The redactor for one run: what a cell becomes is remembered.

    Args:
        lang: of the placeholders.
        finders: of identifiers of persons who asked to be erased.
    """

    def __init__(self, lang: str, finders: Sequence[Finder] = ()) -> None:
        self.lang = lang
        self._finders = tuple(finders)
        self._seen: dict[tuple[str, bool], str] = {}
        self._fields: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._words = tuple(placeholders(lang).items())

    def column(self, cells: pa.Array, known: Callable[[str], bool] | None = None) -> pa.Array:
        """The clean column, dictionary-encoded; null stays null.

        Args:
            known: whether a whole cell is a public word (a substance, a place): such a cell names nobody and stays, where the
                redactor alone would take Charlotte for a woman.
        """
        coded = cells if pa.types.is_dictionary(cells.type) else pc.dictionary_encode(cells)
        raw = coded.dictionary
        plain = pc.fill_null(pc.match_substring_regex(raw, PLAIN), False).to_numpy(zero_copy_only=False)
        if plain.all():
            return coded
        clean = [
            text if fine or text is None else self.cell(text, known)
            for text, fine in zip(raw.to_pylist(), plain, strict=True)
        ]
        return pa.DictionaryArray.from_arrays(coded.indices, pa.array(clean, pa.string()))

    def cell(self, text: str, known: Callable[[str], bool] | None = None) -> str:
        """One cell on one line, cut, without what identifies a person."""
        asked = (text, known is not None)  # what may stay as a place goes where it is none
        found = self._seen.get(asked)
        if found is None:
            if len(self._seen) > _MOST:
                self._seen.clear()
            found = self._seen[asked] = self._clean(text, known)
        return found

    def field(self, text: str) -> str:
        """A short field beside the cells: a header, the name of a sheet, of an organisation."""
        found = self._fields.get(text)
        if found is None:
            found = redact_field(_one_line(text), self.lang)
            for finder in self._finders:
                found = Shift(hits, self.lang).apply(found) if (hits := finder.find(found)) else found
            found = self._fields[text] = found[:LONGEST]
        return found

    def file(self, name: str) -> str:
        """The name of a file, and of its folders."""
        found = self._files.get(name)
        if found is None:
            found = redact_path(name, self.lang)
            for finder in self._finders:
                found = Shift(hits, self.lang).apply(found) if (hits := finder.find(found)) else found
            self._files[name] = found
        return found

    def _clean(self, text: str, known: Callable[[str], bool] | None) -> str:
        text = _one_line(text)
        if not (known is not None and len(text) <= LONGEST and known(text)):
            found = removals_of(text, self.lang, (), 0)
            for _ in range(PASSES):
                if not found:
                    break
                text = Shift(found, self.lang).apply(text)
                found = recheck(text, self.lang, (), 0)
        for finder in self._finders:
            text = Shift(hits, self.lang).apply(text) if (hits := finder.find(text)) else text
        return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"

    def document(self, head: Head, lines: Iterable[str]) -> CleanDocument:
        """The document of some rows. `lines`: made of clean cells only, one a row."""
        file = self.file(head.file)
        # The source stands in it: one table that two sources send is two documents.
        name = head.source.name if head.source else ""
        title = ", ".join(part for part in (name, file, self.field(head.sheet), head.rows) if part)
        text = title + TITLE_SEPARATOR + "\n".join(lines)
        words = self._words if "[" in text else ()
        counts = {kind: found for kind, word in words if (found := text.count(word))}
        source = head.source
        return CleanDocument(
            doc_id=content_id(text, str(head.published or "")),
            path=self.file(head.path),
            format="table",
            kind="table",
            grade=source.grade if source else "F",
            lang=head.lang,
            title=title,
            published=head.published,
            outlet="",
            text=text,
            redactions=dict(sorted(counts.items())),
            source_id=source.id if source else "",
            redactor=REDACTOR_VERSION,
        )


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", text[:_READ]).strip()
