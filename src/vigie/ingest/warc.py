"""Web archives (WARC, plain or gzip). Needs the extra `warc`.

In: an archive of any size, streamed. Out: one RawDocument for each HTML page fetched with success, its path
`name#n`, n counting those pages. Left out: everything else. A page that cannot be read is skipped and
counted in the log; an archive that breaks off gives the pages before the break, then is refused.
Bulk work on archives has a faster way of its own; this reader takes pages one by one, like saved files.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator
from typing import Any

from vigie.ingest import limits
from vigie.ingest.html import page_document
from vigie.ingest.reader import Blob, Reader
from vigie.model.document import RawDocument
from vigie.model.errors import InputRefused, MissingExtraError

_log = logging.getLogger(__name__)
_HTML = ("text/html", "application/xhtml+xml")
_GZIP = b"\x1f\x8b"


def _sniff(head: bytes) -> bool:
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 64)
        except zlib.error:
            return False
    return head.startswith(b"WARC/")


def _read(blob: Blob) -> Iterator[RawDocument]:
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError:
        raise MissingExtraError("Reading web archives", "warc") from None
    number = skipped = 0
    last: InputRefused | None = None
    with blob.open() as stream:
        records = ArchiveIterator(
            stream,
            record_types=WarcRecordType.response,
            parse_http=True,
            auto_decode="all",
            max_content_length=limits.MAX_RECORD_BYTES,
        )
        for record in _unbroken(records, blob):
            if not _is_page(record):
                continue
            number += 1
            path = f"{blob.name}#{number}"
            try:
                data = record.reader.read(limits.MAX_RECORD_BYTES + 1)
                if len(data) > limits.MAX_RECORD_BYTES:
                    raise InputRefused(path, "page too large")
                yield page_document(blob, data, path, charset=record.http_charset or "", format_="warc")
            except InputRefused as refusal:
                skipped, last = skipped + 1, refusal
    if last is not None and skipped == number:
        raise blob.refuse(f"none of its {number} pages can be read; the last one: {last.reason}", last.repair)
    if last is not None:
        _log.warning(
            "%s: %d of %d pages not read; the last one: %s", blob.label, skipped, number, last.reason
        )


def _unbroken(records: Any, blob: Blob) -> Iterator[Any]:
    try:
        yield from records
    except Exception as error:  # the parser has no common error of its own
        if isinstance(error, InputRefused):
            raise
        raise blob.refuse(
            "damaged or cut short", "download it again; the pages before the damage were read"
        ) from None


def _is_page(record: Any) -> bool:
    headers = record.http_headers
    kind = (record.http_content_type or "").split(";")[0].strip().lower()
    return headers is not None and headers.status_code == 200 and kind in _HTML


READER = Reader(name="warc", suffixes=(".warc", ".warc.gz"), sniff=_sniff, read=_read, binary=True)
