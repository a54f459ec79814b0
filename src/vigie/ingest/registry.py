"""The readers, in the order in which they look at an input. The text reader comes last: almost anything is
text.

Another package adds readers with the entry-point group `vigie.readers` (each entry names a Reader); they are
asked before the text reader.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from vigie.ingest import docx, eml, epub, html, jsonl, odt, pdf, plain, telegram, warc
from vigie.ingest.reader import Reader

READERS: tuple[Reader, ...] = (
    pdf.READER,
    docx.READER,
    odt.READER,
    epub.READER,
    warc.READER,
    telegram.READER,
    jsonl.READER,
    html.READER,
    eml.READER,
    plain.READER,
)
GROUP = "vigie.readers"


@cache
def readers() -> tuple[Reader, ...]:
    """READERS and those that installed packages add."""
    added = tuple(e.load() for e in sorted(entry_points(group=GROUP), key=lambda e: e.name))
    return (*READERS[:-1], *added, READERS[-1])
