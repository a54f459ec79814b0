"""E-mails and newsletters (EML).

In: one message. Out: one RawDocument: the HTML part if there is one, else the plain one; title and date from
the headers. Left out: senders, recipients and every other header (the names in them are names to remove),
quoted headers of forwarded messages, attachments (their number is told).
"""

from __future__ import annotations

import email
import email.header
import email.policy
import email.utils
import logging
import re
from collections.abc import Iterator
from email.message import Message

from vigie.ingest import limits
from vigie.ingest.blocks import html_text
from vigie.ingest.boilerplate import drop_boilerplate
from vigie.ingest.dateline import find_dateline
from vigie.ingest.decode import decode
from vigie.ingest.html_meta import person_names
from vigie.ingest.reader import Blob, Reader
from vigie.model.document import RawDocument
from vigie.model.period import PartialDate
from vigie.text.normalise import repair

_log = logging.getLogger(__name__)
_HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]?", re.MULTILINE)
_SURE = {b"message-id", b"mime-version", b"return-path", b"received", b"dkim-signature", b"delivered-to"}
_LETTER = {b"from", b"to", b"subject", b"date"}
_PEOPLE = ("From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Resent-From", "Resent-To")
_QUOTED_HEADER = re.compile(
    r"^[>\s*]*(?:de|from|à|a|to|cc|cci|bcc|envoyé|sent|date|objet|subject|répondre à|reply-to|pour)\s*:\s",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(r"^[>\s]*(?:le|on)\s.{4,200}(?:a écrit|wrote)\s*:\s*$", re.IGNORECASE)
_REPLY_PREFIX = re.compile(r"^(?:(?:re|fwd?|tr|rép)\s*:\s*)+", re.IGNORECASE)
_RAW_PART = re.compile(
    r"^(?i:Content-(?:Transfer-Encoding|Disposition)\s?:\s?\w)|(?:^[A-Za-z0-9+/]{60,}={0,2}\s?$\s){2}",
    re.MULTILINE,
)
_MAX_HEADER = 4_000
_MAX_DEPTH = 60  # parts within parts


def _sniff(head: bytes) -> bool:
    start = head[:16384].lstrip(b"\xef\xbb\xbf")
    block = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    first = block.split(b"\n", 1)[0]
    if _HEADER.match(first) is None:
        return False
    names = {m[1].lower() for m in _HEADER.finditer(block)}
    return bool(names & _SURE and names & _LETTER) or len(names & _LETTER) >= 3


def _read(blob: Blob) -> Iterator[RawDocument]:
    data = blob.all_bytes(limits.MAX_FILE_BYTES)
    if data.count(b"boundary") > limits.MAX_PARTS:
        raise blob.refuse(f"has more than {limits.MAX_PARTS} parts")
    # compat32 does not parse addresses: a hostile header costs no time
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    html, plain, attachments = _parts(message, blob)
    if attachments:
        _log.warning("%s: attachments not read: %d (save them beside it)", blob.label, attachments)
    text = html_text(html) if html is not None else ""
    text = text or (plain or "")
    if _RAW_PART.search(text):  # what hides in packed parts could not be redacted
        raise blob.refuse("damaged: its parts cannot be told apart", "save or export it again")
    text = drop_boilerplate("\n".join(_without_headers(repair(text).splitlines()))).strip()
    if not text:
        raise blob.refuse("holds no text", "save its attachment by itself" if attachments else "")
    title = " ".join(_REPLY_PREFIX.sub("", repair(_header(message, "Subject"))).split())
    yield RawDocument(
        path=blob.name,
        format="eml",
        title=title,
        text=text,
        published=_date(message) or find_dateline(text),
        kind="newsletter",
        source=blob.source,
        extra_names=tuple(_people(message)),
    )


def _parts(message: Message, blob: Blob) -> tuple[str | None, str | None, int]:
    """First HTML part, first plain part, number of parts left out."""
    html = plain = None
    attachments = seen = 0
    stack: list[tuple[Message, int]] = [(message, 0)]
    while stack:
        part, level = stack.pop()
        seen += 1
        if seen > limits.MAX_PARTS or level > _MAX_DEPTH:
            raise blob.refuse(f"has more than {limits.MAX_PARTS} parts, or parts nested too deeply")
        if part.is_multipart():
            payload = part.get_payload()
            inner = [p for p in payload if isinstance(p, Message)]
            stack.extend((p, level + 1) for p in reversed(inner))
            continue
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or kind not in ("text/html", "text/plain"):
            attachments += part.get_content_maintype() != "image"  # logos and pixels
        elif kind == "text/html" and html is None:
            html = _content(part)
        elif kind == "text/plain" and plain is None:
            plain = _content(part)
    return html, plain, attachments


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or len(payload) > limits.MAX_TEXT_BYTES:
        return ""
    return decode(payload, part.get_content_charset() or "") or ""


def _without_headers(lines: list[str]) -> Iterator[str]:
    """Lines without the header blocks of forwarded and quoted messages: two header lines in a row, or
    more.
    """
    marks = [_QUOTED_HEADER.match(line) is not None for line in lines]
    for n, line in enumerate(lines):
        beside = (n > 0 and marks[n - 1]) or (n + 1 < len(lines) and marks[n + 1])
        if not (marks[n] and beside) and _ATTRIBUTION.match(line[:300]) is None:
            yield line


def _header(message: Message, name: str) -> str:
    raw = str(message.get(name, ""))[:_MAX_HEADER]
    try:
        return str(email.header.make_header(email.header.decode_header(raw)))
    except (LookupError, ValueError, UnicodeError):
        return raw


def _date(message: Message) -> PartialDate | None:
    try:
        moment = email.utils.parsedate_to_datetime(str(message.get("Date", ""))[:200])
        return PartialDate(moment.year, moment.month, moment.day)
    except (ValueError, TypeError, IndexError, OverflowError):  # a zone of 999999 hours
        return None


def _people(message: Message) -> list[str]:
    names: list[str] = []
    for header in _PEOPLE:
        for display, _address in email.utils.getaddresses([_header(message, header)]):
            names += person_names(repair(display))
    return list(dict.fromkeys(names))


READER = Reader(name="eml", suffixes=(".eml",), sniff=_sniff, read=_read)
