"""The redactor: the only maker of clean documents.

In: RawDocument, as a reader gave it. Out: CleanDocument without personal data, with counts by kind.
Left out: repair of the text (readers do it) and anything that would keep a removed value, its length or its hash.
"""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b

from vigie.model.document import TITLE_SEPARATOR, CleanDocument, RawDocument
from vigie.redact.contacts import find_contacts
from vigie.redact.spans import Removal, placeholders
from vigie.text.language import detect

REDACTOR_VERSION = "1"


def redact(raw: RawDocument) -> CleanDocument:
    """Replace what identifies a person or a point of sale by typed placeholders."""
    lang = detect(f"{raw.title}\n{raw.text}")
    counts: Counter[str] = Counter()
    title = _clean(raw.title, lang, counts).strip()
    body = _clean(raw.text, lang, counts)
    text = f"{title}{TITLE_SEPARATOR}{body}" if title else body
    source = raw.source
    kind = raw.kind if raw.kind != "unknown" or source is None else source.kind
    digest = blake2b(f"{text}\x00{raw.published or ''}".encode("utf-8", "surrogatepass"), digest_size=8)
    return CleanDocument(
        doc_id="d_" + digest.hexdigest(),
        path=_clean(raw.path, lang, Counter()),
        format=raw.format,
        kind=kind,
        grade=source.grade if source else "F",
        lang=lang,
        title=title,
        published=raw.published,
        outlet=_clean(raw.outlet, lang, Counter()),
        text=text,
        redactions=dict(sorted(counts.items())),
        source_id=source.id if source else "",
        redactor=REDACTOR_VERSION,
    )


def _clean(text: str, lang: str, counts: Counter[str]) -> str:
    found = find_contacts(text, lang)
    counts.update(r.kind for r in found)
    return _replace(text, found, lang)


def _replace(text: str, found: list[Removal], lang: str) -> str:
    words = placeholders(lang)
    parts = []
    at = 0
    for removal in found:
        parts += [text[at : removal.start], words[removal.kind]]
        at = removal.end
    parts.append(text[at:])
    return "".join(parts)
