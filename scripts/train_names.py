"""Trains the scorer of names and writes src/vigie/data/redaction/name_weights.json.

In: the development rows of the sets of names (tests/cases), development texts of tests/gold, where nobody is named, figures_kept.jsonl (dev),
sentences of name_templates.toml, names of name_pool.txt. Out: weights of runs of letters (names against words and towns) and of features
(logistic regression, ridge), thresholds. Each sentence with names is also learned with other names in their place, half of them in no list.
`--check`: trains again and compares. `--report`: names found and spans kept by author of a set, of a scorer that saw no text of that author.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from names_score import SETS, judge, rows, total
from vigie.redact import name_words
from vigie.redact.name_features import Candidate, candidates, features
from vigie.redact.name_words import described, known_words
from vigie.redact.redactor import find_removals
from vigie.redact.sequences import PARTICLE, Span, runs
from vigie.redact.wordlists import Lists, lists
from vigie.text.language import detect
from vigie.text.normalise import fold

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src" / "vigie" / "data" / "redaction" / "name_weights.json"
SEED = 7
CAPITAL, LOWER = 0.5, 0.6  # chosen by --report
PENALTY = 1.0
STEPS = (99.0, 2.0, 1.5, 1.0, 0.5, 0.0)  # thresholds that --report shows; the first is that of rules alone
LEAST = 4  # examples that hold a feature
FAINT = 0.04  # weights that are left out
ROUNDED = 0.11  # between two processors: one step of the letters, and a weight that is just left out
SWAPS, FILLS, FILLS_OTHER, DISGUISES = 3, 4, 5, 2
MADE = 0.5  # weight of an example that was made from a template
OWN = "own"
CASES = "cases"
PRESS = "press"
Floats = NDArray[np.float64]
SLOT = re.compile(r"\{(\*?)(\w)\}")
TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*\.?")
PARTICLES = frozenset(re.findall(r"[a-z]+", fold(PARTICLE))) | {"the", "old", "big", "ti", "petit", "dit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text with the spans of its names; `forget`: folded words to be taken for unknown."""

    author: str
    text: str
    names: tuple[Span, ...] = ()
    keep: tuple[Span, ...] = ()
    weight: float = 1.0
    forget: frozenset[str] = frozenset()


def annotated() -> Iterator[Text]:
    """The development rows; the two authors of the third set apart."""
    for name, paths in SETS.items():
        for path in paths:
            for row in rows(path):
                if row.split == "dev":
                    author = row.id[:7] if name == "third" else name
                    yield Text(author=author, text=row.text, names=row.names, keep=row.keep)


def cases() -> Iterator[Text]:
    """Sentences of the cases: names in brackets, and what must stay."""
    names = tomllib.loads((ROOT / "tests" / "cases" / "redact_names.toml").read_text("utf-8"))
    adverse = tomllib.loads((ROOT / "tests" / "cases" / "redteam_redaction.toml").read_text("utf-8"))
    sentences = [text for group in names["names"].values() for text in group]
    sentences += [
        case["text"] for case in adverse["case"] if case["kind"] == "name" and not case.get("known_miss")
    ]
    for text in sentences:
        parts = re.split(r"[\[\]]", text)
        spans, size = [], 0
        for n, part in enumerate(parts):
            if n % 2:
                spans.append((size, size + len(part)))
            size += len(part)
        yield Text(author=CASES, text="".join(parts), names=tuple(spans))
    kept = [text for group in names["keep"].values() for text in group]
    kept += [case["text"] for case in adverse["keep"] if not case.get("known_miss")]
    for text in kept:
        yield Text(author=CASES, text=text)


def nameless() -> Iterator[Text]:
    for name in ("press_dev", "press_open", "press_blind", "press_fourth_open", "market_dev"):
        for line in (ROOT / "tests" / "gold" / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            yield Text(
                author=PRESS, text=f"{row['title']}\n\n{row['text']}" if row.get("title") else row["text"]
            )
    for line in (ROOT / "tests" / "cases" / "figures_kept.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["split"] == "dev":
            yield Text(author=OWN, text=row["text"])


class Pool:
    """Names and other words to put into sentences."""

    def __init__(self, words: Lists, rng: random.Random) -> None:
        self.rng = rng
        known = known_words()
        groups: dict[str, list[str]] = {}
        group = ""
        for line in (ROOT / "scripts" / "name_pool.txt").read_text("utf-8").splitlines():
            if line.startswith("## "):
                group = line[3:]
            elif not line.startswith("#"):
                groups.setdefault(group, []).extend(line.split())
        for names in groups.values():
            rng.shuffle(names)
        self.letters = {*groups["given"][::2], *groups["surnames"][::2]}  # to learn letters from
        self.given = sorted(words.alone & words.given)
        self.surnames = sorted(words.family)
        self.rare_given = [w for w in groups["given"][1::2] if w not in words.listed]
        self.rare_surnames = [w for w in groups["surnames"][1::2] if w not in words.listed]
        self.doubtful = sorted(w for w in words.second_cue & words.given if w.isalpha() and len(w) > 2)
        self.common = [w for w in sorted(known) if 4 <= len(w) <= 9 and w.isalpha()]
        self.brands = sorted(w for w in words.brands if w.isalpha())
        self.towns = [w for w in towns() if w.isalpha() and len(w) > 3]
        self.templates = tomllib.loads((ROOT / "scripts" / "name_templates.toml").read_text("utf-8"))
        self.nicknames = self.templates["nicknames"].split()

    def a_given(self) -> str:
        return self.rng.choice(self.given if self.rng.random() < 0.45 else self.rare_given)

    def a_surname(self) -> str:
        return self.rng.choice(self.surnames if self.rng.random() < 0.35 else self.rare_surnames)

    def a_nickname(self) -> str:
        if self.rng.random() < 0.5:
            return self.rng.choice(self.nicknames)
        return self.a_given()[: self.rng.randint(3, 5)]

    def strange(self) -> str:
        """A word that names no person: a town, a medicine, a made-up brand, a word of the language, an acronym."""
        kind = self.rng.random()
        if kind < 0.45:
            return self.rng.choice(self.towns).capitalize()
        if kind < 0.58:
            return self.rng.choice(self.brands).capitalize()
        if kind < 0.85:
            one, two = self.rng.choice(self.common), self.rng.choice(self.common)
            return (one[: self.rng.randint(2, 5)] + two[-self.rng.randint(2, 5) :]).capitalize()
        if kind < 0.93:
            return self.rng.choice(self.common).capitalize()
        return "".join(self.rng.choice("ABCDEFGHILMNOPRSTUV") for _ in range(self.rng.randint(3, 5)))

    def slot(self, kind: str) -> str:
        match kind:
            case "G":
                first = capital(self.a_given())
                return first if self.rng.random() > 0.12 else f"{first}-{capital(self.a_given())}"
            case "S":
                return capital(self.a_surname())
            case "U":
                return self.a_surname().upper()
            case "D":
                return f"{capital(self.a_surname())}-{capital(self.a_surname())}"
            case "N":
                return capital(self.a_nickname())
            case "H":
                return capital(self.rng.choice(self.doubtful))
            case "g":
                return self.a_given()
            case "s":
                return self.a_surname()
            case "n":
                return self.a_nickname()
            case "I":
                return self.rng.choice("ABCDEFGHJLMNOPRSTV") + "."
            case "x":
                return self.strange().lower()
            case _:
                return self.strange()

    def filled(self, template: str, weight: float) -> Text:
        """The template with its slots filled; "/" is a new line, more often than not."""
        if self.rng.random() < 0.6:
            template = template.replace("/", "\n")
        out: list[str] = []
        spans: list[Span] = []
        at = size = 0
        for match in SLOT.finditer(template):
            word = self.slot(match.group(2))
            out += [template[at : match.start()], word]
            size += match.start() - at
            if not match.group(1):
                spans.append((size, size + len(word)))
            size += len(word)
            at = match.end()
        out.append(template[at:])
        return Text(author=OWN, text="".join(out), names=tuple(spans), weight=weight)

    def made(self) -> Iterator[Text]:
        for template in self.templates["persons"]:
            for _ in range(FILLS):
                yield self.filled(template, MADE)
        for template in self.templates["others"]:
            for _ in range(FILLS_OTHER):
                yield self.filled(template, MADE)

    def swapped(self, row: Text, words: Lists) -> Text:
        """The same text with other names, written as they were."""
        out: list[str] = []
        spans: list[Span] = []
        put: dict[str, str] = {}
        at = size = 0

        def other(match: re.Match[str]) -> str:
            word = match.group()
            low = fold(word)
            if word.endswith(".") or len(low) < 3 or low in PARTICLES:
                return word
            if low in known_words() and low not in words.listed:
                return word
            if low not in put:
                given = low in words.given or (low not in words.surnames and self.rng.random() < 0.4)
                listed = self.rng.random() < 0.5
                pool = (self.given if given else self.surnames) if listed else None
                put[low] = self.rng.choice(pool or (self.rare_given if given else self.rare_surnames))
            name = put[low]
            if word.isupper() and len(word) > 1:
                return name.upper()
            return name if word.islower() else capital(name)

        for start, end in sorted(row.names):
            name = TOKEN.sub(other, row.text[start:end])
            out += [row.text[at:start], name]
            size += start - at
            spans.append((size, size + len(name)))
            size += len(name)
            at = end
        out.append(row.text[at:])
        return replace(row, text="".join(out), names=tuple(spans), keep=(), weight=0.5)

    def disguised(self, row: Text, words: Lists, weight: float) -> Text:
        """A text without names in which half of the capitalised words gave way to others of their kind."""
        folded = fold(row.text)
        if len(folded) != len(row.text):
            return replace(row, weight=weight)
        lone, several = runs(row.text, folded)
        out: list[str] = []
        put: dict[str, str] = {}
        at = 0
        for start, end in sorted([*lone, *(word for run in several for word in run)]):
            word, low = row.text[start:end], folded[start:end]
            kind = described(word, low, words, {}).kind
            if low not in put and kind in "PQUFGHE" and len(low) > 2 and self.rng.random() < 0.6:
                put[low] = (
                    self.strange().lower()
                    if kind in "PQU"
                    else self.a_given()
                    if kind in "GH"
                    else self.a_surname()
                )
            if low in put:
                out += [row.text[at:start], put[low].upper() if word.isupper() else capital(put[low])]
                at = end
        out.append(row.text[at:])
        return replace(row, text="".join(out), keep=(), weight=weight)


def capital(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


@cache
def towns() -> list[str]:
    packed = ROOT / "src" / "vigie" / "data" / "gazetteer" / "cities.tsv.gz"
    lines = gzip.decompress(packed.read_bytes()).decode("utf-8").splitlines()
    return [line[: line.index("\t")] for line in lines if not line.startswith("#")]


def grams_of(word: str) -> list[str]:
    inside = f"^{word}$"
    return [inside[i : i + n] for n in (3, 4) for i in range(len(inside) - n + 1)]


def learned_grams(pool: Pool, words: Lists, rng: random.Random) -> dict[str, float]:
    """How much more often letters stand in names than in words and towns."""
    names: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for word in pool.letters | words.given | words.surnames:
        names.update(grams_of(word))
    for word in known_words():
        for gram in grams_of(word):
            others[gram] += 2
    for town in rng.sample(towns(), 8_000):
        for part in town.split():
            others.update(grams_of(part))
    every, rest = names.total(), others.total()
    found = {}
    for gram in sorted(names.keys() | others.keys()):
        if names[gram] + others[gram] >= 8:
            odds = math.log((names[gram] + 2) / every) - math.log((others[gram] + 2) / rest)
            if abs(odds) > 0.4:
                found[gram] = round(odds, 1)
    return found


class Examples:
    """Candidates of texts with their features."""

    def __init__(self, grams: dict[str, float]) -> None:
        self.grams = grams
        self.signs: list[list[str]] = []
        self.named: list[bool] = []
        self.weights: list[float] = []

    def add(self, row: Text) -> None:
        for _, signs, named in described_text(row, self.grams):
            self.signs.append(signs)
            self.named.append(named)
            self.weights.append(row.weight)

    def fitted(self) -> dict[str, float]:
        seen = Counter(sign for signs in self.signs for sign in set(signs))
        index = {sign: n for n, sign in enumerate(sorted(s for s, times in seen.items() if times >= LEAST))}
        columns: list[int] = []
        ends = [0]
        for signs in self.signs:
            columns += sorted({index[sign] for sign in signs if sign in index})
            ends.append(len(columns))
        shape = (len(self.signs), len(index))
        table = csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)
        side = 2.0 * np.array(self.named) - 1.0
        share = np.array(self.weights)

        def loss(weights: Floats) -> tuple[float, Floats]:
            margin = side * (table @ weights)
            slope = table.T @ (-side * share / (1.0 + np.exp(margin)))
            value = float((share * np.logaddexp(0.0, -margin)).sum() + PENALTY / 2 * weights @ weights)
            return value, slope + PENALTY * weights

        best = minimize(loss, np.zeros(len(index)), jac=True, method="L-BFGS-B", options={"maxiter": 150})
        return {sign: round(float(best.x[n]), 2) for sign, n in index.items() if abs(best.x[n]) >= FAINT}


def described_text(row: Text, grams: dict[str, float]) -> Iterator[tuple[Candidate, list[str], bool]]:
    folded = fold(row.text)
    if len(folded) != len(row.text):
        return
    found = candidates(row.text, folded, *runs(row.text, folded))
    words = lists()
    sorts = []
    for c in found:
        low = folded[c.start : c.end]
        sorts.append(described(row.text[c.start : c.end], low, words, grams, forget=low in row.forget))
    for c, word, beside in zip(found, sorts, features(row.text, folded, found, sorts), strict=True):
        named = any(c.start < end and start < c.end for start, end in row.names)
        yield c, [*word.signs, *beside], named


def learned(leave: str = "") -> tuple[dict[str, float], dict[str, float]]:
    """Weights of letters and of features; of a scorer that saw no text of the author `leave`."""
    words = lists()
    rng = random.Random(SEED)
    pool = Pool(words, rng)
    grams = learned_grams(pool, words, rng)
    examples = Examples(grams)
    for row in [*annotated(), *cases()]:
        if row.author == leave:
            continue
        examples.add(row)
        if row.names:
            for _ in range(SWAPS):
                examples.add(pool.swapped(row, words))
        else:
            folded = fold(row.text)
            found = candidates(row.text, folded, *runs(row.text, folded))
            lows = sorted({folded[c.start : c.end] for c in found})
            forget = frozenset(low for low in lows if rng.random() < 0.5 and low not in words.given)
            examples.add(replace(row, forget=forget, weight=0.7))
            for _ in range(DISGUISES):
                examples.add(pool.disguised(row, words, 0.4))
    for row in pool.made():
        examples.add(row)
    for row in nameless():
        if row.author != leave:
            examples.add(row)
            if row.author == PRESS:
                for _ in range(DISGUISES):
                    examples.add(pool.disguised(row, words, 0.5))
    return grams, examples.fitted()


def main() -> int:
    if "--report" in sys.argv:
        return report()
    grams, weights = learned()
    data = {"capital": CAPITAL, "lower": LOWER, "grams": grams, "weights": weights}
    text = json.dumps(data, ensure_ascii=False, indent=0, sort_keys=True) + "\n"
    if "--check" in sys.argv:
        right = TARGET.is_file() and same(json.loads(TARGET.read_text("utf-8")), json.loads(text))
        print(f"{TARGET.name}: {'as trained' if right else 'differs: run scripts/train_names.py'}")
        return 0 if right else 1
    TARGET.write_text(text, "utf-8")
    print(f"{len(grams)} runs of letters, {len(weights)} features")
    return 0


def same(stored: dict[str, Any], trained: dict[str, Any]) -> bool:
    """Equal but for what another processor rounds otherwise."""
    return all(stored[name] == trained[name] for name in ("capital", "lower")) and all(
        abs(stored[part].get(name, 0.0) - trained[part].get(name, 0.0)) <= ROUNDED
        for part in ("grams", "weights")
        for name in stored[part].keys() | trained[part].keys()
    )


def report() -> int:
    """Leave one author out; with rules alone first."""
    print("author         threshold   names found   kept beside names   kept in texts without names")
    for leave in ("first", "second", "third-a", "third-b"):
        grams, weights = learned(leave)
        for threshold in STEPS:
            use(grams, weights, threshold)
            with_names, without = scored_rows(leave, named=True), scored_rows(leave, named=False)
            shown = "rules" if threshold > 50 else f"{threshold:.1f}"
            print(
                f"{leave:<15}{shown:>9}{with_names[0]:14.3f}{with_names[1]:20.3f}{without[1]:30.3f}",
                flush=True,
            )
    grams, weights = learned(PRESS)
    for threshold in STEPS:
        use(grams, weights, threshold)
        gone = size = 0
        for row in nameless():
            if row.author == PRESS:
                size += len(row.text)
                gone += sum(
                    r.end - r.start for r in find_removals(row.text, detect(row.text)) if r.kind == "name"
                )
        print(
            f"{'press':<15}{'rules' if threshold > 50 else threshold:>9}   {gone / size:.3%} of characters taken for names"
        )
    return 0


def use(grams: dict[str, float], weights: dict[str, float], threshold: float) -> None:
    """Make the redactor use other weights."""
    text = json.dumps({"capital": threshold, "lower": threshold, "grams": grams, "weights": weights})
    name_words.data_text = lambda *_: text
    for remembered in (name_words.model, name_words.word_of):
        remembered.cache_clear()


def scored_rows(author: str, *, named: bool) -> tuple[float, float]:
    """Shares of mentions removed and of spans kept whole, as benchmarks/names.py counts them."""
    judged = [
        judge(row)
        for name, paths in SETS.items()
        for row in rows(paths[0 if named else 1])
        if row.split == "dev" and (row.id[:7] if name == "third" else name) == author
    ]
    score = total(judged)
    return score.recall, score.kept


if __name__ == "__main__":
    raise SystemExit(main())
