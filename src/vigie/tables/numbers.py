"""Figures of cells, whole columns at a time.

In: text of cells, and which sign is the decimal one. Out: numbers, and which cells are none.
Left out: units, money, ranges and bounds ("80-100", "< 5"): the grammar of amounts reads those.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

# Blanks that stand between thousands: ordinary, no-break, thin, narrow no-break; the apostrophes of Swiss tables.
_BLANKS = "[ \u00a0\u2009\u202f\u2007'’]"
_PLAIN = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"


def figures(cells: pa.Array, decimal: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Numbers of cells.

    Args:
        cells: shape (n,), text; null for an empty cell.
        decimal: "," or ".". The other sign stands between thousands where exactly three digits follow it each time, else it
            is a decimal sign too: files mix what was typed with what a program wrote. The reader writes typed numbers so that
            they never have three decimals ("1.2340"), and no such number is taken for thousands.
    Returns:
        numbers, shape (n,), NaN where there is none; and shape (n,), true where a cell holds something that is no number.
        A percent sign after the number is dropped.
    """
    thousands = "." if decimal == "," else ","
    text = pc.replace_substring_regex(cells, r"\s*[%٪]$", "")
    text = pc.replace_substring(text, "−", "-")
    # Blanks count as thousands only between digits: "12 34" is no number.
    text = _drop(text, rf"^[+-]?[0-9]{{1,3}}(?:{_BLANKS}[0-9]{{3}})+(?:[.,][0-9]*)?$", _BLANKS)
    escaped = "\\" + thousands
    grouped = rf"^[+-]?[0-9]{{1,3}}(?:{escaped}[0-9]{{3}})+(?:\{decimal}[0-9]*)?$"
    text = _drop(text, grouped, escaped)
    # Thousands by the decimal sign itself, several times: "1,234,567".
    text = _drop(text, rf"^[+-]?[0-9]{{1,3}}(?:\{decimal}[0-9]{{3}}){{2,}}$", "\\" + decimal)
    text = pc.replace_substring(text, ",", ".")
    good = pc.fill_null(pc.match_substring_regex(text, _PLAIN), False)
    numbers = pc.cast(pc.if_else(good, text, pa.scalar(None, pa.string())), pa.float64())
    values = pc.fill_null(numbers, float("nan")).to_numpy(zero_copy_only=False)
    finite = np.isfinite(values)
    present = cells.is_valid().to_numpy(zero_copy_only=False)
    return np.where(finite, values, np.nan), present & ~finite


def _drop(text: pa.Array, shape: str, sign: str) -> pa.Array:
    """Text without `sign` where the whole cell has this shape."""
    fits = pc.fill_null(pc.match_substring_regex(text, shape), False)
    return pc.if_else(fits, pc.replace_substring_regex(text, sign, ""), text)
