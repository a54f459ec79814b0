"""Build the list of common passwords, src/vigie/data/accounts/common_passwords.txt, from the package zxcvbn.

In: its list `passwords` (30,000, most used first) and the first 10,000 of its English words, because a word in both lists is in that of words
only. Out: one folded password a line, sorted: at least four characters, no bare number that is shorter than the shortest password that is
taken. Left out: its lists of names.

    pip install zxcvbn==4.5.0
    python scripts/build_common_passwords.py            # --check compares; exit 1 on a difference, 0 when it cannot be built
"""

from __future__ import annotations

import sys
from pathlib import Path

from vigie.accounts.passwords import fold
from vigie.accounts.rules import rules

TARGET = Path(__file__).resolve().parents[1] / "src" / "vigie" / "data" / "accounts" / "common_passwords.txt"
_WORDS = 10_000


def built() -> str | None:
    """The file; None where the package is not installed."""
    try:
        from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        return None
    listed = [*FREQUENCY_LISTS["passwords"], *FREQUENCY_LISTS["english_wikipedia"][:_WORDS]]
    known = {fold(word) for word in listed}
    kept = {w for w in known if len(w) >= 4 and w.isascii() and (not w.isdigit() or len(w) >= rules().least)}
    return "".join(f"{word}\n" for word in sorted(kept))


def main() -> int:
    text = built()
    if text is None:
        print("zxcvbn is not installed: pip install zxcvbn==4.5.0", file=sys.stderr)
        return 0 if "--check" in sys.argv else 1
    if "--check" in sys.argv:
        return int(TARGET.read_text("utf-8") != text)
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
