"""Field notes: the filled template, or any text with enough of its labels, as one document with one line a field.

In: the text of a Markdown, ODT, DOCX or plain file. Out: RawDocument of format and kind "field-note": "Label : value" lines in the
template's words, blank lines between, so that no rule of the redactor reads across fields; what stands under no label last.
Who says so is reduced to a role before anything else sees it; capitalised words beside it become names to remove in the whole text.
Left out: comments and hints of the template; what values mean (`vigie.extract.note`).
"""

from __future__ import annotations

import re

from vigie.ingest.dateline import find_dateline, parse_date
from vigie.ingest.reader import Blob
from vigie.lexicon.note_fields import FORMAT, Layout, is_label, layout, named, products, specs, words
from vigie.lexicon.substances import label
from vigie.lexicon.terms import data_toml
from vigie.model.document import RawDocument
from vigie.model.period import PartialDate
from vigie.text.normalise import fold

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_RULE = re.compile(
    r"^[ \t]*(?:[-_*=]{3,}|\|?[ :|-]{3,})[ \t]*$", re.MULTILINE
)  # of Markdown, and under the head of its tables
_HEAD = re.compile(r"^(?P<row>[ \t]*\|[^\n]*\n)[ \t]*\|[ :|-]*-[ :|-]*$", re.MULTILINE)
_MONTH = re.compile(r"(?<![\d/.-])(?P<month>0?[1-9]|1[0-2])[/.-](?P<year>20\d\d|19\d\d)(?!\d)")
_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞŒ][\w'’.-]*(?:\s+[A-ZÀ-ÖØ-ÞŒ][\w'’.-]*)*")
_WORD = re.compile(r"[^\W_]+")
_TITLE_PART = 80  # code points of a place or period that the title repeats
_EMPHASIS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")


def note_document(blob: Blob, text: str, people: tuple[str, ...] = ()) -> RawDocument:
    """The note as a document. Raises InputRefused where nothing is filled in.

    Args:
        people: names known from the file's metadata.
    """
    text = _bare(text)
    found = layout(text)
    lines = _dated(_lines(text, found), "\n".join(text[a:b] for a, b in found.free[:1]))
    if not any(name in ("product", "effects", "buying", "notes", "price") for name, _ in lines):
        raise blob.refuse(
            "is a field note with nothing filled in", "write at least a product or an observation"
        )
    values = dict(reversed(lines))  # of repeated fields, the first
    who = [value for name, value in lines if name == "who"]
    body = "\n\n".join(
        _line(name, _role(value, found.lang)[0] if name == "who" else value, found.lang)
        for name, value in lines
    )
    people += tuple(name for value in who for name in _role(value, found.lang)[1])
    return RawDocument(
        path=blob.name,
        format=FORMAT,
        title=_title(lines, found.lang),
        text=body,
        published=_published(values),
        kind="field-note",
        source=blob.source,
        extra_names=people,
    )


def _bare(text: str) -> str:
    """The text without what the template explains."""
    hint = re.escape(words()["layout"]["hint"])
    text = _HEAD.sub(lambda m: m["row"] if is_label(m["row"]) else "", _COMMENT.sub("", text))
    text = _RULE.sub("", text)
    text = re.sub(rf"^[ \t]*{hint}.*$", "", text, flags=re.MULTILINE)
    return re.sub(rf"[ \t]*{hint}[^|\n]*(?=\||$)", "", text, flags=re.MULTILINE)


def _lines(text: str, found: Layout) -> list[tuple[str, str]]:
    """(field, value) in order; "" names a heading. Stretches under no label are the last notes."""
    most = words()["layout"]["longest_value"]
    lines: list[tuple[int, str, str]] = []
    for field in found.fields:
        value = text[field.start : field.end][:most]
        value = _prose(value) if specs()[field.id].long else _short(value)
        if value:
            lines.append((field.start, field.id, value))
    lines += [(at, "", str(number)) for number, at in enumerate(found.breaks, 1)]
    said = _titles()
    for start, end in found.free:
        own = (line for line in text[start:end].split("\n") if fold(line.strip("# |*_")) not in said)
        piece = _prose("\n".join(own))
        if _WORD.search(piece):
            lines.append((len(text), "notes", piece))
    return [(name, value) for _, name, value in sorted(lines, key=lambda line: line[0])]


def _titles() -> set[str]:
    """What the template itself says outside its fields."""
    shown = data_toml("templates", "field_note.toml")
    return {fold(shown[lang][name]) for lang in ("fr", "en") for name in ("title", "lead", "again")}


def _short(value: str) -> str:
    """A value on one line: the lines of a list are joined by semicolons."""
    parts = (line.strip().lstrip("-*•·").rstrip("|").strip() for line in value.split("\n"))
    return "; ".join(_EMPHASIS.sub("", part).rstrip(";").strip() for part in parts if part)


def _prose(value: str) -> str:
    lines = [re.sub(r"^#{1,6}\s+", "", line.strip().rstrip("|").rstrip()) for line in value.split("\n")]
    return re.sub(r"\n{2,}", "\n", "\n".join(_EMPHASIS.sub("", line) for line in lines)).strip()


def _line(name: str, value: str, lang: str) -> str:
    if not name:
        return str(data_toml("templates", "field_note.toml")[lang]["product_n"]).format(n=value)
    return f"{specs()[name].label[lang]}{' : ' if lang == 'fr' else ': '}{value}"


def _role(value: str, lang: str) -> tuple[str, list[str]]:
    """The roles that a value names, with a word for the rest that is not kept; and what of the rest looks like a name."""
    shown = data_toml("templates", "field_note.toml")
    rest = value
    for spoken in ("fr", "en"):
        rest = rest.replace(f"({shown[spoken]['who_rest']})", "").replace(shown[spoken]["who_none"], "")
    more = len(rest) < len(value) and any(f"({shown[s]['who_rest']})" in value for s in ("fr", "en"))
    found = named("role", rest)
    roles = list(dict.fromkeys(str(row["label"][lang]) for _, _, row in found))
    for start, end, _ in reversed(found):
        rest = f"{rest[:start]} {rest[end:]}"
    left = [
        word
        for word in _WORD.findall(fold(rest))
        if word not in words()["who"]["ignore"] and not word.isdecimal()
    ]
    names = [m.group().strip(" .") for m in _NAME.finditer(re.sub(r"[,;/()+&]", " | ", rest))]
    role = ", ".join(roles) or str(shown[lang]["who_none"])
    return (f"{role} ({shown[lang]['who_rest']})" if more or left else role), names


def _title(lines: list[tuple[str, str]], lang: str) -> str:
    """ "Note de terrain : cocaïne ; Lyon, mars 2025": what extractors may lean on where the free text says it no more."""
    values = dict(reversed(lines))
    found = dict.fromkeys(
        label(hit.term.id, lang)
        for name, value in lines
        if name == "product"
        for hit in products(value, lang)
    )
    said = (re.split(r"[,;(/]", values.get("place", ""))[0].strip(), values.get("period", ""))
    where = ", ".join(part for part in said if 0 < len(part) <= _TITLE_PART)
    tail = "; ".join(part for part in (", ".join(list(found)[:6]), where) if part)
    head = str(data_toml("templates", "field_note.toml")[lang]["title"])
    return f"{head}{' : ' if lang == 'fr' else ': '}{tail}" if tail else head


def _dated(lines: list[tuple[str, str]], head: str) -> list[tuple[str, str]]:
    """The lines with the day of writing, where only the head of the file says it: "Note du 4 octobre 2025"."""
    if any(name == "date" for name, _ in lines):
        return lines
    line = head.strip().partition("\n")[0]
    opened = any(fold(line).lstrip("# ").startswith(label) for label in (*specs()["date"].labels, *_titles()))
    day = parse_date(line) if opened else find_dateline(head)
    return [("date", str(day)), *lines] if day else lines


def _published(values: dict[str, str]) -> PartialDate | None:
    """The day of writing; else the period, where it is one date."""
    for said in (values.get("date", ""), values.get("period", "")):
        month = _MONTH.fullmatch(said.strip())
        if month:
            return PartialDate(int(month["year"]), int(month["month"]))
        if found := parse_date(said):
            return found
    return None
