"""Makes tests/relevance/made.jsonl: pages out of scope, from the sentences of tests/relevance/bank.toml.

In: the bank. Out: one JSON object a line, {id, split, lang, kind, relevant, section, title, text}; the same bank gives the same bytes.
A page takes 3 to 24 sentences of its kind, then of others, most of them with one to three that hold a drug's name or a word like it. Every
sentence of the bank belongs to one half, so that a page of "test" has no sentence in common with a page of "train". `--check` compares, and
writes nothing.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "relevance"
PAGES = 5  # of each kind, language and half
SECTIONS = {
    "news": ("regions", "local", ""), "sport": ("sports", "sport/football", ""), "doping": ("sports/cyclisme", "sport", ""),
    "economy": ("economie", "business", ""), "garden": ("jardin", "lifestyle/gardening", ""), "food": ("cuisine", "food", ""),
    "culture": ("culture/cinema", "music", ""), "medicine": ("sante", "health", ""), "licit": ("societe", "news", ""),
    "crime": ("faits-divers", "crime", ""), "politics": ("politique", "politics", ""), "history": ("culture/histoire", "history", ""),
    "travel": ("voyage", "travel", ""), "tech": ("sciences", "technology", ""), "people": ("people", "celebrity", ""), "menu": ("", "", ""),
}  # fmt: skip
PLACES = {
    "fr": ("Tours", "Nancy", "Brest", "Valence", "Amiens", "Pau", "Laval"),
    "en": ("Derby", "Hull", "Cork", "Exeter", "Leeds", "Ohio", "Perth"),
}
DAYS = {"fr": ("lundi", "mardi", "jeudi", "samedi"), "en": ("Monday", "Tuesday", "Thursday", "Saturday")}
MONTHS = {"fr": ("janvier", "mars", "juin", "octobre"), "en": ("January", "March", "June", "October")}


def halves(sentences: list[str]) -> dict[str, list[str]]:
    """Each half of a list, in the order of their hashes: neither is ever empty."""
    ordered = sorted(sentences, key=lambda s: hashlib.blake2b(s.encode(), digest_size=8).digest())
    return {"train": ordered[::2], "test": ordered[1::2]}


def fill(text: str, lang: str, rng: random.Random) -> str:
    amount = rng.choice((12, 25, 48, 90, 130, 400, 1200, 3500))
    return text.format(
        n=rng.randint(2, 96), eur=f"{amount} euros" if lang == "fr" else f"£{amount:,}",
        place=rng.choice(PLACES[lang]), day=rng.choice(DAYS[lang]), month=rng.choice(MONTHS[lang]),
    )  # fmt: skip


def pages() -> list[dict[str, object]]:
    """Every page, in order."""
    bank = tomllib.loads((FOLDER / "bank.toml").read_text(encoding="utf-8"))
    made: list[dict[str, object]] = []
    for kind, langs in bank.items():
        for lang, lists in langs.items():
            parts = {name: halves(lists[name]) for name in ("title", "plain", "hook")}
            for split in ("train", "test"):
                for number in range(PAGES):
                    rng = random.Random(f"{kind} {lang} {split} {number}")
                    plain, hooks = parts["plain"][split], parts["hook"][split]
                    size = rng.choice((3, 5, 8, 12, 24))
                    others = [k for k in bank if k not in (kind, "menu")]
                    further = [
                        s for k in rng.sample(others, 4) for s in halves(bank[k][lang]["plain"])[split]
                    ]
                    body = rng.sample(plain, min(size, len(plain)))
                    body += rng.sample(further, min(size - len(body), len(further)))
                    body += rng.sample(hooks, min(len(hooks), rng.choice((0, 1, 1, 2, 3))))
                    rng.shuffle(body)
                    title = rng.choice(parts["title"][split] if rng.random() < 0.8 else hooks)
                    made.append({
                        "id": f"made-{lang}-{kind}-{split}-{number}", "split": split, "lang": lang, "kind": kind, "relevant": False,
                        "section": rng.choice(SECTIONS[kind]), "title": fill(title, lang, rng).rstrip("."),
                        "text": paragraphs([fill(s, lang, rng) for s in body], rng),
                    })  # fmt: skip
    return made


def paragraphs(sentences: list[str], rng: random.Random) -> str:
    text = sentences[0]
    for sentence in sentences[1:]:
        text += ("\n\n" if rng.random() < 0.25 else " ") + sentence
    return text


def main(check: bool) -> int:
    text = "".join(json.dumps(page, ensure_ascii=False) + "\n" for page in pages())
    target = FOLDER / "made.jsonl"
    if check:
        same = target.is_file() and target.read_text(encoding="utf-8") == text
        print(f"{target.name}: {'as built' if same else 'differs: run scripts/make_relevance_texts.py'}")
        return 0 if same else 1
    target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
