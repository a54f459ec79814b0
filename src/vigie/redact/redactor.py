"""The redactor: the only maker of clean documents.

In: RawDocument, as a reader gave it. Out: CleanDocument without personal data, with counts by kind.
Left out: repair of the text (readers do it), and anything that would keep a removed value, its length or a hash; the marks
that an owner asks for (`marks`) are keyed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from hashlib import blake2b

from vigie.model.document import TITLE_SEPARATOR, CleanDocument, ContactMark, RawDocument
from vigie.redact.around import windows
from vigie.redact.contacts import contacts, outside
from vigie.redact.fields import redact_field
from vigie.redact.marks import Marker, together
from vigie.redact.names import find_names
from vigie.redact.paths import redact_path
from vigie.redact.spans import Removal, merge, placeholder_spans, placeholders
from vigie.text.language import detect
from vigie.text.normalise import fold

REDACTOR_VERSION = "2"
_AROUND = 200  # code points read on either side of a placeholder when looking again
_SEAM = "\n\n\0\n\n"  # between two of them when they are read as one text: no pattern reaches across
_BESIDE = 60  # a new removal lies within so many code points of a placeholder
# A removal may bring two words together that look like a contact; in practice the second look finds nothing. A text made for
# it gives one more at each look: what is left then is no contact that anybody could read.
PASSES = 16


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
    found = removals_of(text, lang, raw.extra_names, boundary)
    source = raw.source
    marks: list[ContactMark] = []
    for _ in range(PASSES):
        if not found:
            break
        counts.update(r.kind for r in found)
        if marker is not None:
            marks += marker.marks(text, found, source.country if source else "")
        text, boundary = _replace(text, found, lang, boundary)
        found = recheck(text, lang, raw.extra_names, boundary)
    kind = raw.kind if raw.kind != "unknown" or source is None else source.kind
    return CleanDocument(
        doc_id=content_id(text, str(raw.published or "")),
        path=redact_path(raw.path, lang, raw.extra_names),
        format=raw.format,
        kind=kind,
        grade=source.grade if source else "F",
        lang=lang,
        title=text[:boundary],
        published=raw.published,
        outlet=redact_field(raw.outlet, lang, raw.extra_names),
        text=text,
        redactions=dict(sorted(counts.items())),
        source_id=source.id if source else "",
        redactor=REDACTOR_VERSION,
        marks=together(marks),
    )


def content_id(text: str, published: str | None) -> str:
    """The id of a redacted text with its publication date, as `PartialDate` writes it."""
    digest = blake2b(f"{text}\x00{published or ''}".encode("utf-8", "surrogatepass"), digest_size=8)
    return "d_" + digest.hexdigest()


def find_removals(text: str, lang: str) -> list[Removal]:
    """What `redact` would take from a text in its first reading: contacts and names of persons, in order."""
    return removals_of(text, lang, (), 0)


def removals_of(text: str, lang: str, extra: tuple[str, ...], boundary: int) -> list[Removal]:
    """Everything to remove, in order, never across the line between title and body, never in a placeholder."""
    folded = fold(text)
    found = [*contacts(text, folded, lang), *find_names(text, folded, extra)]
    kept = placeholder_spans(text)
    if boundary:
        kept = sorted([*kept, (boundary, boundary + len(TITLE_SEPARATOR))])
    return merge(outside(found, kept))


def recheck(text: str, lang: str, extra: tuple[str, ...], boundary: int) -> list[Removal]:
    """What became visible beside a placeholder: only the surroundings of placeholders have changed.

    They are read together, as one short text: what is paid for each text is paid once.
    """
    spots = placeholder_spans(text)
    stretches = _surroundings(text, spots)
    if 2 * sum(high - low for low, high in stretches) > len(text):
        return removals_of(text, lang, extra, boundary)
    starts: list[int] = []  # of the stretches, in the short text
    at = near = 0
    for low, high in stretches:
        starts.append(at)
        if low < boundary < high:
            near = at + boundary - low
        at += high - low + len(_SEAM)
    found: list[Removal] = []
    for item in removals_of(_SEAM.join(text[low:high] for low, high in stretches), lang, extra, near):
        index = bisect_right(starts, item.start) - 1
        shift = stretches[index][0] - starts[index]
        start, end = item.start + shift, item.end + shift
        place = bisect_right(spots, (start, len(text)))
        if end <= stretches[index][1] and any(
            end > spot - _BESIDE and start < last + _BESIDE
            for spot, last in spots[max(0, place - 1) : place + 1]
        ):
            found.append(Removal(start, end, item.kind))
    return found


def _surroundings(text: str, spots: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of text around the spots, whole words; those that meet are one."""
    found: list[tuple[int, int]] = []
    for low, high in windows(spots, _AROUND, _AROUND, len(text)):
        while low > 0 and not text[low - 1].isspace():
            low -= 1
        while high < len(text) and not text[high].isspace():
            high += 1
        if found and low <= found[-1][1]:
            low = found.pop()[0]
        found.append((low, high))
    return found


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
