"""The redactor: the only maker of clean documents.

In: RawDocument, as a reader gave it. Out: CleanDocument without personal data, with counts by kind.
Left out: repair of the text (readers do it), and anything that would keep a removed value, its length or a hash; the marks
that an owner asks for (`marks`) are keyed.
"""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b

from vigie.model.document import TITLE_SEPARATOR, CleanDocument, ContactMark, RawDocument
from vigie.redact.contacts import contacts, find_contacts, outside
from vigie.redact.marks import Marker, together
from vigie.redact.names import find_names
from vigie.redact.paths import redact_path
from vigie.redact.spans import Removal, merge, placeholder_spans, placeholders
from vigie.text.language import detect
from vigie.text.normalise import fold

REDACTOR_VERSION = "1"
_AROUND = 200  # code points read on either side of a placeholder when looking again
_BESIDE = 60  # a new removal lies within so many code points of a placeholder
# A removal may bring two words together that look like a contact; in practice the second look finds nothing. A text made for
# it gives one more at each look: what is left then is no contact that anybody could read.
_PASSES = 16


def redact(raw: RawDocument, marker: Marker | None = None) -> CleanDocument:
    """Replace what identifies a person or a point of sale by typed placeholders.

    With a marker, the document carries marks by which reposts of one contact can be counted. Without one, as by default,
    nothing of a contact remains.
    """
    title = " ".join(raw.title.split())
    text = f"{title}{TITLE_SEPARATOR}{raw.text}" if title else raw.text
    lang = detect(text)
    boundary = len(title)
    counts: Counter[str] = Counter()
    found = _removals(text, lang, raw.extra_names, boundary)
    source = raw.source
    marks: list[ContactMark] = []
    for _ in range(_PASSES):
        if not found:
            break
        counts.update(r.kind for r in found)
        if marker is not None:
            marks += marker.marks(text, found, source.country if source else "")
        text, boundary = _replace(text, found, lang, boundary)
        found = _recheck(text, lang, raw.extra_names, boundary)
    kind = raw.kind if raw.kind != "unknown" or source is None else source.kind
    digest = blake2b(f"{text}\x00{raw.published or ''}".encode("utf-8", "surrogatepass"), digest_size=8)
    return CleanDocument(
        doc_id="d_" + digest.hexdigest(),
        path=redact_path(raw.path, lang, raw.extra_names),
        format=raw.format,
        kind=kind,
        grade=source.grade if source else "F",
        lang=lang,
        title=text[:boundary],
        published=raw.published,
        outlet=_outlet(raw, lang),
        text=text,
        redactions=dict(sorted(counts.items())),
        source_id=source.id if source else "",
        redactor=REDACTOR_VERSION,
        marks=together(marks),
    )


def _removals(text: str, lang: str, extra: tuple[str, ...], boundary: int) -> list[Removal]:
    """Everything to remove, in order, never across the line between title and body, never in a placeholder."""
    folded = fold(text)
    found = [*contacts(text, folded, lang), *find_names(text, folded, extra)]
    kept = placeholder_spans(text)
    if boundary:
        kept = sorted([*kept, (boundary, boundary + len(TITLE_SEPARATOR))])
    return merge(outside(found, kept))


def _recheck(text: str, lang: str, extra: tuple[str, ...], boundary: int) -> list[Removal]:
    """What became visible beside a placeholder: only the surroundings of placeholders have changed."""
    spots = placeholder_spans(text)
    if 2 * _AROUND * len(spots) > len(text):
        return _removals(text, lang, extra, boundary)
    found: set[Removal] = set()
    for start, end in spots:
        low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
        while low > 0 and not text[low - 1].isspace():
            low -= 1
        while high < len(text) and not text[high].isspace():
            high += 1
        for item in _removals(text[low:high], lang, extra, boundary - low if low < boundary < high else 0):
            if low + item.end > start - _BESIDE and low + item.start < end + _BESIDE:
                found.add(Removal(low + item.start, low + item.end, item.kind))
    return merge(found)


def _replace(text: str, found: list[Removal], lang: str, boundary: int) -> tuple[str, int]:
    """The text with placeholders, and where its title now ends."""
    words = placeholders(lang)
    parts = []
    at = 0
    shift = 0
    for removal in found:
        parts += [text[at : removal.start], words[removal.kind]]
        at = removal.end
        if removal.end <= boundary:
            shift += len(words[removal.kind]) - (removal.end - removal.start)
    parts.append(text[at:])
    return "".join(parts), boundary + shift


def _outlet(raw: RawDocument, lang: str) -> str:
    """An organisation's name stays; addresses and links in it go, and the full name of a person ("Le blog de …")."""
    folded = fold(raw.outlet)
    named = [r for r in find_names(raw.outlet, folded, raw.extra_names) if " " in raw.outlet[r.start : r.end]]
    found = outside([*find_contacts(raw.outlet, lang), *named], placeholder_spans(raw.outlet))
    return _replace(raw.outlet, merge(found), lang, 0)[0] if found else raw.outlet
