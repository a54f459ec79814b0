"""Writes the generated part of docs/relevance.md: weights, recall, precision, calibration and errors of the relevance classifier.

In: data/relevance/linear.json, the texts that training never sees (scripts/train_relevance.py says which). Out: the lines of docs/relevance.md
between the marks. Of held sets only scores are printed, never a text or an id. A minute, most of it extraction.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import numpy as np
from numpy.typing import NDArray

from train_relevance import GOLD, HELD, LEARN, ROOT, TARGET, Row, page_of, rows, says_enough, texts
from vigie.evaluate.gold import GoldDocument, load_gold
from vigie.evaluate.run import extract_document
from vigie.relevance.features import vectors
from vigie.relevance.linear import linear
from vigie.relevance.page import PageText

DOC = ROOT / "docs" / "relevance.md"
BEGIN, END = "<!-- written by scripts/report_relevance.py -->", "<!-- end -->"
FORMS = {
    "plain": "as it stands",
    "within": "inside a longer page about something else",
    "sentence": "one or two of its sentences inside such a page",
    "cut": "title and first 250 characters",
}
THRESHOLDS = (0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)


def table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> list[str]:
    return [_line(head), _line(["---"] * len(head)), *map(_line, lines), ""]


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(f"{c:.3f}" if isinstance(c, float) else str(c) for c in cells) + " |"


def weights() -> list[str]:
    data = json.loads(TARGET.read_text(encoding="utf-8"))
    shown = sorted((row for row in data["features"] if row["weight"]), key=lambda row: -row["weight"])
    none = [row["name"] for row in data["features"] if not row["weight"]]
    return [
        f"### Weights of linear@{data['version']}",
        "",
        f"Log-odds at the mean: {data['bias']}. Each feature adds weight × (value - mean) / scale, at most {data['bound']:g} scales from the mean.",
        "",
        *table(
            ("feature", "weight", "mean", "scale"),
            ([r["name"], r["weight"], r["mean"], r["scale"]] for r in shown),
        ),
        f"Without weight, because they helped nothing or would have had the wrong sign: {', '.join(none)}.",
        "",
    ]


def recall(held: list[Row], scores: NDArray[np.float64], threshold: float) -> list[str]:
    found: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for row, score in zip(held, scores, strict=True):
        if row.kind.startswith("gold") and not row.furnished:
            key = row.group.split("/")[0], row.kind.split()[1]
            found[key].append((score >= threshold, says_enough(row, np.array(vectors(row.page)[0]))))
    lines = []
    for (name, form), hits in sorted(found.items()):
        enough = [hit for hit, plain in hits if plain]
        lines.append(
            [name, FORMS[form], len(hits), sum(h for h, _ in hits) / len(hits), sum(enough) / len(enough)]
        )
    return [
        "### Recall on gold that training never sees",
        "",
        *table(("set", "seen as", "pages", "recall", "of those that name a drug plainly"), lines),
    ]


def in_furniture(held: list[Row], scores: NDArray[np.float64], threshold: float) -> list[str]:
    """The same pages bare and in the furniture of a site."""
    lines: list[list[object]] = []
    bare = [
        n for n, row in enumerate(held) if n + 1 < len(held) and held[n + 1].furnished
    ]  # its twin follows
    for name, wanted in (
        ("gold, press", lambda row: row.kind.startswith("gold") and row.group.startswith("press_")),
        ("gold, market", lambda row: row.kind.startswith("gold") and row.group.startswith("market_")),
        ("out of scope", lambda row: not row.relevant),
    ):
        mine = np.array([n for n in bare if wanted(held[n])])
        passed, twin = scores[mine] >= threshold, scores[mine + 1] >= threshold
        lines.append([name, len(mine), float(passed.mean()), float(twin.mean()), float(twin[passed].mean())])
    return [
        "### In the furniture of a site",
        "",
        "Pages of all forms, bare and with the mastheads, menus, boxes and legal lines of the half that training never sees.",
        "",
        *table(("pages", "", "passed, bare", "passed, in furniture", "of those that pass bare"), lines),
    ]


def against_extraction(threshold: float) -> list[str]:
    lines = []
    sums = [0, 0]
    for name in (*LEARN, *HELD):
        documents = load_gold(GOLD / f"{name}.jsonl")
        pages = [
            PageText(title=document.title or "", text=document.text, lang=document.lang)
            for document in documents
            if next(iter(extract_document(document)), None) is not None
        ]
        passed = sum(score >= threshold for score in linear().scores(pages))
        sums = [sums[0] + len(pages), sums[1] + passed]
        lines.append(
            [
                name,
                "learnt from" if name in LEARN else "held",
                len(documents),
                len(pages),
                passed / len(pages),
            ]
        )
    lines.append(["all", "", "", sums[0], sums[1] / sums[0]])
    return [
        "### Recall against extracting everything",
        "",
        "Documents of the gold of which `vigie extract` states anything at all, and the share of them that the classifier lets pass.",
        "",
        *table(("set", "", "documents", "with an observation", "recall"), lines),
    ]


def pollution(threshold: float) -> list[str]:
    """What pages out of scope would leave in the store, with and without the classifier."""
    lines = []
    for name, found in (
        ("made, test half", texts("test", "made")),
        ("written, test third", texts("test", "written")),
        ("unseen", texts("unseen")),
    ):
        outside = [row for row in found if not row["relevant"]]
        stated = [row for row in outside if next(iter(extract_document(_as_gold(row))), None) is not None]
        kept = [row for row in stated if linear().score(page_of(row)) >= threshold]
        lines.append([name, len(outside), len(stated), len(kept)])
    return [
        "### Pages out of scope that would leave an observation",
        "",
        "Pages of which `vigie extract` states something, right or wrong, and those of them that the classifier lets pass.",
        "",
        *table(("pages out of scope", "", "with an observation", "past the classifier"), lines),
    ]  # fmt: skip


def _as_gold(row: dict[str, Any]) -> GoldDocument:
    return GoldDocument(
        id=row["id"], lang=row["lang"], title=row["title"], published=None, text=row["text"], facts=()
    )


def balanced(y: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(y, 0.5 / y.sum(), 0.5 / (~y).sum())


def curve(held: list[Row], scores: NDArray[np.float64], threshold: float) -> list[str]:
    y = np.array([row.relevant for row in held])
    article = np.array([row.group.startswith("press_") for row in held])
    made = np.array([not row.relevant and not row.group.startswith("written") for row in held])
    unseen = texts("unseen")
    u = np.array(linear().scores([page_of(row) for row in unseen]))
    uy = np.array([row["relevant"] for row in unseen])
    lines = []
    for t in sorted({*THRESHOLDS, threshold}):
        right, wrong = (scores[y] >= t).mean(), (scores[made] >= t).mean()
        lines.append([
            f"**{t:g}**" if t == threshold else f"{t:g}", float((scores[article] >= t).mean()), float(right), float(wrong),
            float(right / (right + wrong)) if right + wrong else 1.0, float((u[uy] >= t).mean()), float((u[~uy] >= t).mean()),
        ])  # fmt: skip
    order = np.argsort(np.concatenate([scores[y], scores[~y]]), kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    area = (ranks[: y.sum()].sum() - y.sum() * (y.sum() + 1) / 2) / (y.sum() * (~y).sum())
    return [
        "### Recall and precision by threshold",
        "",
        f"On the held gold in all its forms and the half of the pages that training never sees, bare and in furniture, and the "
        f"{len(unseen)} unseen pages ({int(uy.sum())} in scope). Precision is that of as many pages in scope as out of it. "
        f"Area under the ROC curve: {area:.3f}.",
        "",
        *table(
            ("threshold", "recall, articles", "recall, all", "passed of pages out of scope", "precision", "recall, unseen", "passed, unseen"),
            lines,
        ),
    ]  # fmt: skip


def calibration(held: list[Row], scores: NDArray[np.float64]) -> list[str]:
    y = np.array([row.relevant for row in held])
    w = balanced(y)
    lines, error = [], 0.0
    edges = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0001)
    for low, high in pairwise(edges):
        inside = (scores >= low) & (scores < high)
        if inside.any():
            said = float(np.average(scores[inside], weights=w[inside]))
            true = float(np.average(y[inside], weights=w[inside]))
            error += abs(said - true) * float(w[inside].sum())
            lines.append([f"{low:g} to {min(high, 1):g}", int(inside.sum()), said, true])
    return [
        "### Calibration",
        "",
        "The same pages, as many in scope as out of it: what the classifier says, and how often it is so. "
        f"Expected calibration error: {error:.3f}.",
        "",
        *table(("said", "pages", "mean said", "share in scope"), lines),
    ]


def errors(threshold: float) -> list[str]:
    passed: dict[str, list[bool]] = defaultdict(list)
    for row in texts("test"):
        if not row["relevant"]:
            passed[row["kind"]].append(linear().score(page_of(row)) >= threshold)
    lines = sorted(
        ([kind, len(hits), sum(hits) / len(hits)] for kind, hits in passed.items() if len(hits) > 3),
        key=lambda r: -r[2],
    )
    return [
        "### Pages out of scope that pass, by kind",
        "",
        "The half that training never sees; kinds of more than three pages.",
        "",
        *table(("kind", "pages", "passed"), lines),
    ]


def speed() -> int:
    """Processor time of one page of the held gold, and of 1,000 code points."""
    pages = [row.page for row in rows(HELD, "test")]
    linear().scores(pages[:50])
    start = time.process_time()
    linear().scores(pages)
    taken, size = time.process_time() - start, sum(len(page.text) for page in pages)
    print(
        f"{taken / len(pages) * 1e6:.0f} µs a page of {size / len(pages):.0f} code points, {taken / size * 1e9:.0f} µs for 1,000"
    )
    return 0


def main() -> int:
    threshold = linear().threshold
    held = rows(HELD, "test")
    scores = np.array(linear().scores([row.page for row in held]))
    data = json.loads(TARGET.read_text(encoding="utf-8"))
    cv, learnt = data["cross_validation"], data["trained_on"]
    lines = [
        BEGIN,
        "",
        f"Threshold {threshold:g}. In cross-validation ({cv['folds']} folds, {learnt['documents']} documents of the gold and "
        f"{learnt['out_of_scope']} pages out of scope, a whole kind of page left out at a time): recall {cv['recall']:.3f}, of which "
        f"the lower end (5 %, documents drawn anew) is {cv['recall_low']:.3f}; "
        f"{cv['passed_out_of_scope']:.0%} of the pages out of scope pass.",
        "",
        *recall(held, scores, threshold),
        *in_furniture(held, scores, threshold),
        *against_extraction(threshold),
        *curve(held, scores, threshold),
        *calibration(held, scores),
        *errors(threshold),
        *pollution(threshold),
        *weights(),
        END,
    ]
    text = DOC.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    DOC.write_text(before + "\n".join(lines) + rest.partition(END)[2], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(speed() if "--speed" in sys.argv[1:] else main())
