"""Chats saved as text or as a page: recognised so that they are not read as articles.

In: a text. Out: whether it is the log of a chat; the log without its senders and times. A log of this kind
comes from a group or a private chat: it is read only where the source card names a legal basis, as DESIGN
asks of exports.
"""

from __future__ import annotations

import re

CHAT_REPAIR = "name the legal basis in a source card (source.toml: legal_basis), or leave it out"
# "12/03/2026, 10:11 - Name: text", "[12/03/2026 10:11:12] Name: text", "Name, [12.03.2026 10:11]"
_LINE = re.compile(
    r"(?:\[?\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?\s{1,2}(?:à\s)?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?\]?"
    r"(?:\s-)?\s(?P<sender>[^:\n]{1,60}):\s)"
    r"|(?:[^\n\[\],]{1,60},\s\[\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\s\d{1,2}:\d{2}(?::\d{2})?\])"
)
_MIN_LINES = 3
_MIN_SHARE = 0.3  # of the first lines: messages may have several lines
_SEEN = 60
_PAGE_MARKS = (b'class="message default clearfix', b"<title>Exported Data</title>", b'class="page_wrap"')


def is_chat_log(text: str) -> bool:
    """Whether the first lines are messages with a time and a sender."""
    lines = [line for line in text[:20_000].split("\n") if line.strip()][:_SEEN]
    hits = sum(_LINE.match(line[:200]) is not None for line in lines)
    return hits >= _MIN_LINES and hits >= _MIN_SHARE * len(lines)


def is_chat_page(data: bytes) -> bool:
    """Whether a page is an export of Telegram Desktop in HTML."""
    return sum(mark in data for mark in _PAGE_MARKS) >= 2 or _PAGE_MARKS[0] in data


def without_senders(text: str) -> str:
    """The messages alone."""
    return "\n".join(
        _LINE.sub("", line, count=1) if _LINE.match(line[:200]) else line for line in text.split("\n")
    )
