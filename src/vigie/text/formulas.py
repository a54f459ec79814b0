"""Text in the cells of a table that leaves Vigie: none may run in a spreadsheet (CSV injection).

In: text. Out: the same, with an apostrophe in front where a spreadsheet would compute it, as spreadsheets do themselves.
"""

from __future__ import annotations

# https://owasp.org/www-community/attacks/CSV_Injection; the last four are the full-width forms, which spreadsheets take too.
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def is_formula(text: str) -> bool:
    """True for text that opens with one of the signs, blanks before it or not."""
    return text.startswith(SIGNS) or text.lstrip(" \u00a0").startswith(SIGNS)


def defused(text: str) -> str:
    return f"'{text}" if is_formula(text) else text
