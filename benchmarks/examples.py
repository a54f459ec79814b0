"""Whole articles against the list of what they state: `python benchmarks/examples.py FOLDER`.

The folder holds the articles and a gold.json; see `vigie.evaluate.examples`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from vigie.evaluate.examples import evaluate_examples


def main() -> int:
    if len(sys.argv) != 2:
        print("use: python benchmarks/examples.py FOLDER", file=sys.stderr)
        return 2
    print(evaluate_examples(Path(sys.argv[1])).table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
