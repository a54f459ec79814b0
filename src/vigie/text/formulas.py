"""Text in the cells of a table that leaves Vigie: none may run in a spreadsheet (CSV injection).

In: text. Out: the same, with an apostrophe in front of what a spreadsheet would compute, as spreadsheets do themselves.
"""

from __future__ import annotations

import re

# https://owasp.org/www-community/attacks/CSV_Injection; the last four are the full-width forms, which spreadsheets take too.
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_INNER = re.compile(rf"([;\t\r\n][ \u00a0]*)(?=[{re.escape(''.join(s for s in SIGNS if not s.isspace()))}])")


def is_formula(text: str) -> bool:
    """True for text that opens with one of the signs, blanks before it or not."""
    return text.startswith(SIGNS) or text.lstrip(" \u00a0").startswith(SIGNS)


def defused(text: str) -> str:
    """An apostrophe before a formula, at the start and wherever a spreadsheet may begin another cell.

    A French spreadsheet takes ";" for the end of a cell whatever stands in quotes inside a line, and a line end for that of a row.
    """
    inner = _INNER.sub(r"\1'", text)
    return f"'{inner}" if is_formula(text) else inner
