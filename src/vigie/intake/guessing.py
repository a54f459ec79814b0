"""A mapping proposed for a file: `vigie import KIND FILE --guess`.

In: a file and the kind of its table. Out: the mapping as TOML, with examples that the redactor has cleaned, and remarks. It is a proposal: a
person reads it before it is used. Left out: how columns are told apart (`vigie.tables.guess`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from vigie.intake import normalise
from vigie.lexicon.terms import data_toml
from vigie.redact.spans import placeholders
from vigie.redact.table import TableRedactor
from vigie.tables.guess import Column, Guess, guess
from vigie.tables.mapping import KINDS, fields_of
from vigie.tables.toml import dump_mapping

_EXAMPLES = 4
_LISTS = ("event", "mode", "measure", "price_kind")
_CAPITALS = re.compile(r"[A-ZÀ-Ý][\w'’-]*[\s,]+(?:\w+\s+)?[A-ZÀ-Ý]")
_NAMED = 15  # words that no list knows, and columns left, that a remark names


def proposed(path: Path, kind: str, *, sheet: str | None = None) -> tuple[str, list[str]]:
    """The mapping as TOML, and remarks. Raises InputRefused for a file that is no table."""
    looker = _Looker()
    found = guess(path, next(k for k in KINDS if k == kind), looker.look, sheet=sheet)
    # Only words that show nobody go into a file that is passed around.
    skip = tuple(t for t in found.mapping.skip if all(looker.clean(w) == w for w in (t.column, *t.equals)))
    named = sheet if sheet and looker.clean(sheet) == sheet else ""
    found = replace(found, mapping=replace(found.mapping, skip=skip, sheet=named))
    lang = found.mapping.lang
    notes = {
        c.field: [f"{fields_of(kind)[c.field][lang]}; {looker.examples(c)}"] for c in found.columns if c.field
    }
    notes[""] = _head(lang)
    text = dump_mapping(found.mapping, notes)
    return text + _rest(found, looker, lang), _remarks(found, looker, lang)


class _Looker:
    """What cells look like, by the lists that read texts and by the redactor."""

    def __init__(self) -> None:
        self._redactor = TableRedactor("fr")
        self._names = placeholders("fr")["name"]
        self._seen: dict[str, str] = {}

    def look(self, cell: str) -> str:
        if cell not in self._seen:
            self._seen[cell] = self._known(cell) or self._personal(cell)
        return self._seen[cell]

    def _known(self, cell: str) -> str:
        for lang in ("fr", "en"):
            if normalise.product(cell, lang):
                return "substance"
            if normalise.currency(cell, lang):
                return "currency"
            if normalise.unit(cell, lang):
                return "unit"
            if normalise.known_word(cell, lang) and (place := normalise.place(cell, "", lang=lang)):
                return "country" if place.level == "country" else "place"
            if normalise.form(cell, lang):
                return "form"
        return next((table for table in _LISTS if normalise.word(table, cell)), "")

    def _personal(self, cell: str) -> str:
        clean = self.clean(cell)
        if clean.split() == cell.split():  # blanks of any width between thousands
            return ""
        return "person" if self._names in clean else "contact"

    def clean(self, cell: str) -> str:
        """A cell as it may be shown."""
        column = self._redactor.column(pa.array([cell], pa.string()), _public)
        return str(column.to_pylist()[0] or "")

    def examples(self, column: Column) -> str:
        return " | ".join(self.clean(cell) for cell in column.cells[:_EXAMPLES])


def _public(cell: str) -> bool:
    """Whether a whole cell is a public word, which names nobody."""
    return any(normalise.known_word(cell, lang) for lang in ("fr", "en"))


def _head(lang: str) -> list[str]:
    if lang == "fr":
        return [
            "Proposition à relire ligne par ligne : rien n'est importé avant. Donnez un id et un titre ;",
            "voir docs/import.md.",
        ]
    return [
        "A proposal to review line by line: nothing is imported before. Give it an id and a title; see docs/import.md."
    ]


def _rest(found: Guess, looker: _Looker, lang: str) -> str:
    """What the mapping lacks and which columns it leaves, as comments."""
    lines = []
    for group in found.lacking:
        need = (
            "à remplir : le fichier ne dit pas" if lang == "fr" else "to be filled in: the file does not tell"
        )
        lines += [
            "",
            f"# {need} {' / '.join(group)}",
            f"# [fields.{group[0]}]",
            f'# value = "…"{_choices(group[0])}',
        ]
    left = [looker.clean(c.name) for c in found.columns if not c.field and not c.personal]
    personal = [looker.clean(c.name) for c in found.columns if c.personal]
    if left:
        lines += ["", f"# {'Colonnes non lues' if lang == 'fr' else 'Columns not read'}: {', '.join(left)}"]
    if personal:
        said = (
            "Colonnes écartées (personnes, contacts ou texte libre possibles)"
            if lang == "fr"
            else "Columns left alone (may hold persons, contacts or free text)"
        )
        lines += ["", f"# {said}: {', '.join(personal)}"]
    return "".join("".join(c if c.isprintable() else " " for c in line) + "\n" for line in lines)


def _choices(field: str) -> str:
    """The words that a constant may be, where there are few."""
    listed = data_toml("intake", "words.toml").get(field, {}) if field in _LISTS else {}
    return f"  # {', '.join(listed)}" if listed else ""


def _remarks(found: Guess, looker: _Looker, lang: str) -> list[str]:
    said = _SAID[lang]
    read, personal = sum(1 for c in found.columns if c.field), sum(1 for c in found.columns if c.personal)
    remarks = [said["read"].format(read=read, all=len(found.columns), personal=personal)]
    remarks += [said["lacking"].format(group=" / ".join(group)) for group in found.lacking]
    for column in found.columns:
        if column.unknown and column.field and fields_of(found.mapping.kind)[column.field]["is"] == "word":
            # A name may be one that the redactor does not know: several words with capitals are counted, not shown.
            shown = [looker.clean(cell) for cell in column.unknown if not _CAPITALS.search(cell)]
            words = _some(shown, lang)
            told = said["unknown"].format(field=column.field, n=len(column.unknown), words=words)
            remarks.append(told.rstrip(" :"))
    figures = [c for c in found.columns if c.looks in ("figure", "amount") and not c.field]
    if figures:
        remarks.append(said["figures"].format(words=_some([looker.clean(c.name) for c in figures], lang)))
    remarks += [
        said["skip"].format(column=looker.clean(t.column), words=_some(list(t.equals), lang))
        for t in found.mapping.skip
    ]
    return ["".join(c if c.isprintable() else " " for c in remark) for remark in remarks]


def _some(words: list[str], lang: str) -> str:
    """The first words, quoted, and how many more there are."""
    left, right = ("« ", " »") if lang == "fr" else ("“", "”")
    shown = ", ".join(f"{left}{word}{right}" for word in words[:_NAMED])
    return shown + (f" (+ {len(words) - _NAMED})" if len(words) > _NAMED else "")


_SAID = {
    "fr": {
        "read": "{read} colonnes proposées sur {all}, {personal} écartées (personnes, contacts ou texte libre possibles)",
        "lacking": "manque : {group}",
        "unknown": "« {field} » : {n} mots qu'aucune liste ne connaît, à traduire dans values : {words}",
        "figures": "colonnes de chiffres non lues : {words}",
        "skip": "lignes de totaux laissées de côté ([[skip]]), colonne « {column} » : {words}",
    },
    "en": {
        "read": "{read} of {all} columns proposed, {personal} left alone (may hold persons, contacts or free text)",
        "lacking": "lacking: {group}",
        "unknown": "{field}: {n} words that no list knows, to be translated in values: {words}",
        "figures": "columns of figures not read: {words}",
        "skip": "rows of totals skipped ([[skip]]), column “{column}”: {words}",
    },
}
