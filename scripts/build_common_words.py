"""Writes src/vigie/data/redaction/common_words.txt: words that the project's own texts hold in small letters.

In: docs, the development texts of tests/gold and tests/relevance, figures_kept.jsonl (dev), the tables of src/vigie/data.
Out: folded words, sorted, without those that the lists of names know as names in small letters. A capitalised word of this
list opens a sentence or a heading more likely than it names a person; in a chat, a word that is not of it may.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from vigie.redact.wordlists import lists
from vigie.text.normalise import fold

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src" / "vigie" / "data" / "redaction" / "common_words.txt"
WORD = re.compile(r"(?<![\w@#.\-/<{&=\"'])[a-zà-öø-ÿœæ]{2,}(?![\w@/=(>])")
HEAD = "# Words that the project's own texts hold in small letters. Made by scripts/build_common_words.py.\n"
WIDE = 100


def texts() -> Iterator[str]:
    for name in ("press_dev", "press_open", "market_dev"):
        for line in (ROOT / "tests" / "gold" / f"{name}.jsonl").read_text("utf-8").splitlines():
            yield json.loads(line)["text"]
    for name in ("made", "written"):
        for line in (ROOT / "tests" / "relevance" / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["split"] == "train":
                yield row["text"]
    for line in (ROOT / "tests" / "cases" / "figures_kept.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["split"] == "dev":
            yield row["text"]
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        yield path.read_text("utf-8")
    for path in (ROOT / "src" / "vigie" / "data").rglob("*"):
        if path.suffix in (".toml", ".md") and path.parent.name not in ("redaction", "gazetteer"):
            yield path.read_text("utf-8")


def main() -> int:
    known = lists()
    found = {fold(match.group()) for text in texts() for match in WORD.finditer(text)}
    words = sorted(w for w in found - known.small - known.short if w.isascii() and w.isalpha())
    lines: list[str] = [""]
    for word in words:
        if len(lines[-1]) + len(word) > WIDE:
            lines.append("")
        lines[-1] += word + " "
    TARGET.write_text(HEAD + "".join(f"{line.rstrip()}\n" for line in lines), "utf-8")
    print(f"{len(words)} words")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
