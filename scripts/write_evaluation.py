"""Writes the tables of docs/evaluation.md that a run gives, between `<!-- NAME -->` and `<!-- end -->`.

In: the project's own gold. Out: the page; first-run tables and prose are written by hand and stay. Names of tables:
- `eval FILE`: precision, recall, F1 by type and level; `fields FILE`: which field is wrong;
- `confidence FILE ...`: how many facts were right for each range of confidence, one column a file;
- `assertion FILE ...`: negation and the rest among the facts whose value was found, one column a file.
Slow: a minute or so. `--check` writes nothing and fails when a table differs.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from itertools import groupby
from pathlib import Path

from vigie.evaluate import evaluate
from vigie.evaluate.report import Report

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/evaluation.md"
FOLDERS = (ROOT / "tests/gold", ROOT / "src/vigie/data/demo")
BLOCK = re.compile(r"<!-- (eval|fields|confidence|assertion) ([^>]+?) -->\n.*?<!-- end -->", re.DOTALL)


@cache
def report(name: str) -> Report:
    return evaluate(next(folder / name for folder in FOLDERS if (folder / name).exists()))


def evaluation(name: str) -> list[str]:
    rows = [
        "| type | level | facts | precision | recall | F1 | 95 % interval |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for line in report(name).lines:
        if line.support:
            figures = " | ".join(
                "–" if f is None else f"{f:.3f}" for f in (line.precision, line.recall, line.f1)
            )
            interval = "–" if line.low is None or line.high is None else f"{line.low:.3f}–{line.high:.3f}"
            rows.append(f"| {line.type} | {line.level} | {line.support} | {figures} | {interval} |")
    return rows


def fields(name: str) -> list[str]:
    rows = ["| type | right, of the facts whose value was found |", "| --- | --- |"]
    for type_, scores in groupby(report(name).fields, key=lambda score: score.type):
        rows.append(f"| {type_} | " + ", ".join(f"{s.field} {s.right} of {s.stated}" for s in scores) + " |")
    return rows


def confidence(*names: str) -> list[str]:
    rows = [
        f"| confidence | {' | '.join(f'`{name}`' for name in names)} |",
        "| --- |" + " --- |" * len(names),
    ]
    columns = [{(c.low, c.high): c for c in report(name).calibration} for name in names]
    for low, high in sorted({key for column in columns for key in column}):
        cells = [
            f"{c.right} of {c.predicted} ({c.share:.2f}, stated {c.stated:.2f})" if c else "–"
            for c in (column.get((low, high)) for column in columns)
        ]
        rows.append(f"| {low:.1f} to {high:.1f} | {' | '.join(cells)} |")
    errors = [
        f"{error:.3f}" if (error := report(name).calibration_error) is not None else "–" for name in names
    ]
    rows.append(f"| expected calibration error | {' | '.join(errors)} |")
    return rows


def assertion(*names: str) -> list[str]:
    rows = [f"| assertion | {' | '.join(f'`{name}`' for name in names)} |", "| --- |" + " --- |" * len(names)]
    columns = [{a.assertion: a for a in report(name).assertions} for name in names]
    for kind in ("negated", "uncertain", "hypothetical", "planned", "reported"):
        cells = []
        for column in columns:
            score = column.get(kind)
            f1 = score.f1 if score is not None else None
            cells.append("–" if score is None or f1 is None else f"{f1:.3f} ({score.gold} facts)")
        rows.append(f"| {kind} | {' | '.join(cells)} |")
    return rows


TABLES = {"eval": evaluation, "fields": fields, "confidence": confidence, "assertion": assertion}


def filled(page: str) -> str:
    def table(match: re.Match[str]) -> str:
        kind, names = match[1], match[2].split()
        return "\n".join([f"<!-- {kind} {match[2]} -->", *TABLES[kind](*names), "<!-- end -->"])

    return BLOCK.sub(table, page)


def main(*, check: bool) -> int:
    page = PAGE.read_text(encoding="utf-8")
    written = filled(page)
    if check:
        print("the page is what a run gives" if page == written else f"{PAGE.name} differs from a run")
        return int(page != written)
    PAGE.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
