"""Text that may stand in XML, JSON, a mail header and a page. In: words of a document. Out: one line without what deceives or breaks.

Left out: escaping, which each format does for itself.
"""

from __future__ import annotations

import re

from vigie.report.evidence import one_line

# What XML 1.0 cannot hold even escaped, and marks of direction and joining that `one_line` does not know.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = dict.fromkeys([0x061C, 0x180E, *range(0x200B, 0x200E), *range(0x2060, 0x2065), 0xFEFF])


def plain(text: str) -> str:
    """One line that every format can hold."""
    return one_line(_NOT_XML.sub("", text).translate(_MARKS))


def cut(text: str, most: int) -> str:
    """At most so many characters, the last an ellipsis where something was cut, at a blank if there is one."""
    line = plain(text)
    if len(line) <= most:
        return line
    head = line[: most - 1]
    return (head.rpartition(" ")[0] or head) + "…"
