"""How well the sketch of a purged document knows its copies again, and how seldom it takes another text for one.

    python benchmarks/tombstones.py

Texts: the demonstration corpus (as its readers give it), tests/gold/press_blind.jsonl. Copies of each: the text before
redaction (the widest gap that a better redactor can make), one word in twenty replaced, the last third cut off, a page's
furniture of a hundred words around it. Others: every ordered pair of different documents. Prints, for lengths of the
sequence of words and sizes of the sketch, the share of the sketch found in copies (lowest, 5th percentile) and in other
texts (highest, 99.9th percentile).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from vigie.ingest import discover, read
from vigie.model.document import RawDocument
from vigie.redact import redact
from vigie.store import sketch

ROOT = Path(__file__).resolve().parents[1]
SALT = b"benchmark"
FURNITURE = " ".join(f"rubrique{n} menu{n} partager{n}" for n in range(34))


def raw_texts() -> Iterator[RawDocument]:
    for path in discover([Path(str(files("vigie").joinpath("data", "demo")))]):
        if path.name != "gold.jsonl":
            yield from read(path)
    for line in (ROOT / "tests/gold/press_blind.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        yield RawDocument(path=record["id"], format="text", text=record["text"], title=record["title"] or "")


def copies(raw: RawDocument, clean: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    words = clean.split()
    yield "not redacted", f"{raw.title}\n\n{raw.text}"
    yield "one word in twenty", " ".join("autre" if chance.random() < 0.05 else w for w in words)
    yield "last third cut", " ".join(words[: 2 * len(words) // 3])
    yield "furniture", f"{FURNITURE}\n{clean}\n{FURNITURE}"


def share(found: set[int], of: list[int]) -> float:
    return len(found.intersection(of)) / len(of) if of else 0.0


def main() -> None:
    chance = random.Random(1)
    pairs = [(raw, redact(raw).text) for raw in raw_texts()]
    print(
        f"{len(pairs)} documents, {sum(len(t.split()) for _, t in pairs) // len(pairs)} words each on average"
    )
    again = [
        (n, kind, text) for n, (raw, clean) in enumerate(pairs) for kind, text in copies(raw, clean, chance)
    ]
    current = sketch.rules()
    for words in (3, 4, 5, 6, 8):
        for size in (32, 64, 128):
            rules = sketch.SketchRules(words=words, size=size, share=current.share, same=current.same)
            sketch.rules = lambda rules=rules: rules  # type: ignore[assignment]
            marks = [sketch.sketch(clean, SALT) for _, clean in pairs]
            whole = [sketch.hashes(clean, SALT) for _, clean in pairs]
            kinds: dict[str, list[float]] = {}
            for n, kind, text in again:
                kinds.setdefault(kind, []).append(share(sketch.hashes(text, SALT), marks[n]))
            other = sorted(
                (share(whole[b], marks[a]), pairs[a][0].path, pairs[b][0].path)
                for a in range(len(pairs)) for b in range(len(pairs)) if a != b
            )  # fmt: skip
            told = "; ".join(f"{k} {min(v):.2f}, {sorted(v)[len(v) // 20]:.2f}" for k, v in kinds.items())
            print(
                f"words {words}, size {size}: {told}; others {other[-1][0]:.2f}, {other[-len(other) // 1000][0]:.2f}"
            )
            if words == 4 and size == 64:
                for value, one, two in other[-14:]:
                    print(f"    {value:.2f} {Path(one).name} in {Path(two).name}")


if __name__ == "__main__":
    main()
