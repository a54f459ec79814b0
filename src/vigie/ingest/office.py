"""What DOCX, ODT and EPUB share: a title that is one, a date that counts, the finished document.

In: fields as the file has them. Out: RawDocument. A date in the text's head goes before the file's own
dates: those tell when the file was saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from vigie.ingest.dateline import find_dateline, parse_date
from vigie.ingest.field_note import note_document
from vigie.ingest.html_meta import person_names
from vigie.ingest.reader import Blob
from vigie.lexicon.note_fields import is_note
from vigie.model.document import RawDocument
from vigie.model.period import PartialDate
from vigie.text.normalise import repair

_NO_TITLE = re.compile(
    r"(?:word document|microsoft\s.*|untitled.*|sans titre.*|document ?\d*"
    r"|.*\.(?:docx?|odt|pdf|indd|qxd|pptx?|rtf))$",
    re.IGNORECASE,
)
MAX_TITLE = 250


def real_title(declared: str) -> str:
    """A title from metadata; "" for those that programs fill in by themselves."""
    title = " ".join(repair(declared).split())
    return "" if _NO_TITLE.match(title) or len(title) > MAX_TITLE else title


def finish(
    blob: Blob,
    kind: str,
    lines: Iterable[str],
    *,
    title: str,
    dates: Iterable[str] = (),
    people: Iterable[str] = (),
    outlet: str = "",
) -> RawDocument:
    """The document of `lines`. `dates`: of the file, the most trusted first."""
    text = repair("\n".join(lines)).strip()
    if not text:
        raise blob.refuse("holds no text")
    names = tuple(dict.fromkeys(name for field in people for name in person_names(repair(field))))
    if is_note(text):
        return note_document(blob, text, names)
    title = " ".join(repair(title).split())
    first, _, rest = text.partition("\n")
    if title and first.strip() == title and rest.strip():
        text = rest.strip()
    return RawDocument(
        path=blob.name,
        format=kind,
        title=title,
        text=text,
        outlet=outlet,
        published=find_dateline(f"{title}\n\n{text}") or _first_date(dates),
        source=blob.source,
        extra_names=names,
    )


def _first_date(values: Iterable[str]) -> PartialDate | None:
    return next((d for value in values if (d := parse_date(value)) is not None), None)
