"""Two versions of redaction turn by turn in one process: `python benchmarks/redact_turns.py OTHER_SRC [KIND …]`.

In: the `src` folder of another version (`git archive REVISION src | tar x -C DIR`). Out: by kind of text, as in `redact_speed`, microseconds
of the processor a KB of both, their ratio, and how many documents come out otherwise. On a machine that others use, one run beside another
tells nothing below a tenth; both versions within one run, each document with the best of its turns, does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus import texts
from redact_speed import LONG, PERSONAL, PRESS, ROOT, WARM, joined, press

TURNS = 7
Redact = Callable[[str], Any]


def version(source: Path) -> Redact:
    """The redactor of the package below `source`, beside any other that is loaded."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "vigie"]:
        del sys.modules[name]
    sys.path.insert(0, str(source))
    try:
        import vigie.redact.redactor as redactor
        from vigie.model.document import RawDocument
    finally:
        sys.path.pop(0)
    if not Path(redactor.__file__).is_relative_to(source):
        raise SystemExit(f"no package in {source}")

    def redact(text: str) -> Any:
        return redactor.redact(RawDocument(path="turns.txt", format="text", text=text))

    return redact


def timed(redact: Redact, text: str) -> tuple[float, tuple[str, dict[str, int]]]:
    start = time.process_time()
    document = redact(text)
    return time.process_time() - start, (document.text, document.redactions)


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__.split("\n")[0], file=sys.stderr)
        return 2
    plain, real = list(texts(300, 25))[:60], list(press())
    kinds = {
        "plain": plain[WARM:],
        "person": ["\n\n".join([PERSONAL[0], text, PERSONAL[1]]) for text in plain[WARM:]],
        "press": list(joined(real, PRESS, 1)),
        "long": list(joined(real, LONG, 1)),
        "dense": [" ".join(PERSONAL * 12)] * 2,
    }
    versions = [version(Path(sys.argv[1]).resolve()), version(ROOT / "src")]
    for redact in versions:
        for text in [*plain[:WARM], *kinds["dense"]]:
            redact(text)
    for kind in sys.argv[2:] or kinds:
        spent, other = [0.0, 0.0], 0
        for text in kinds[kind]:
            best = [float("inf")] * 2
            for turn in range(TURNS):
                results = {}
                for which in (0, 1) if turn % 2 else (1, 0):
                    # The redactor remembers the last texts: a copy that differs in one character is a new one.
                    took, results[which] = timed(versions[which], f"{text}{' ' * turn}")
                    best[which] = min(best[which], took)
                other += turn == 0 and results[0] != results[1]
            spent = [total + one for total, one in zip(spent, best, strict=True)]
        size = sum(len(text.encode()) for text in kinds[kind]) / 1000
        old, new = (total / size * 1e6 for total in spent)
        print(
            f"{kind}: {old:.0f} and {new:.0f} µs a KB, ratio {new / old:.2f}; {other} of {len(kinds[kind])} come out otherwise"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
