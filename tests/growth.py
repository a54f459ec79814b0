"""How work grows with the length of a text, counted in calls: the same on every machine, whatever else runs.

Time spent inside one regular expression is not seen here; benchmarks/growth.py times the same kinds of text.
"""

from __future__ import annotations

import sys
from collections.abc import Callable


def calls(work: Callable[[], object]) -> int:
    """Calls and returns of functions, of Python and of C, while `work` runs."""
    count = 0

    def counted(_frame: object, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
