"""Whether terms taken out of the lexicon are found again. `python benchmarks/terms.py [--fit] [--streams N] [--show]`.

Leave-term-out: surfaces of the French lexicon are hidden, with their examples. Streams of 24 months are drawn from the sentences of
the demonstration corpus and of the texts of tests/cases; hidden terms emerge in the last six months, in sentences that were set
apart for them: those in which another term of their kind stood. Beside them emerge what must not be found: ordinary words
in the news, new words for other things, names of persons, of places and of accounts. Half of the hidden terms, with half of the
sentences set apart, are used to choose the weights (--fit prints them); the other half gives the figures.
Simulated: real words emerge in fewer sentences of more kinds, and sentences here stand in several documents.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from vigie.analysis.gathering import Text, frequent, rules
from vigie.analysis.terms import Candidate, find_terms
from vigie.analysis.words import Vocabulary, read, stem, vocabulary
from vigie.text.normalise import fold

ROOT = Path(__file__).resolve().parents[1]
TEXTS = (
    ROOT / "src" / "vigie" / "data" / "demo" / "gold.jsonl",
    ROOT / "tests" / "cases" / "figures_kept.jsonl",
    ROOT / "tests" / "cases" / "organisations_kept.jsonl",
)
HIDDEN = {
    "substance": """kétamine|3-cmc|4-cmc|mdphp|nitazène|tramadol|prégabaline|hhc|ghb|méthadone|buprénorphine|protoxyde d'azote|fentanyl
        |oxycodone|codéine|lsd|kratom|khat|poppers|clonazépam|bromazolam|xylazine|hhcp|2c-b|jwh-018|adb-butinaca|4-mec|speed|gbl|ketum
        |mephedrone|salvia|captagon|mescaline|alprazolam|zolpidem|carfentanil|isotonitazène""",
    "slang": "beuh|teuch|taz|keta|coco|caillou|bedo|zetla|lean|purple drank|tuci|space cake|crystal|exta|kepa|skenan|weed|popo|chnouf|rabla",
    "modality": """snapchat|telegram|whatsapp|signal|instagram|tiktok|facebook|wickr|drone|point relais|consigne|bitcoin|monero|tor
        |messagerie chiffrée|centre d'appels|coursier|livreur|paypal|paysafecard|uber|boîte aux lettres|trottinette""",
}
PERSONS = ("Karim Belvaux", "Théo Marchepied", "Samia Droulez", "Yanis Corvaille", "Lucas Fremontel")
ACCOUNTS = ("plug_zorbec", "@vantorix", "livreur75fast", "zorbec.example/menu")
PLACES = ("Vierzon", "Saint-Brieuc", "Hénin-Beaumont")
NEVER = (
    *(
        "belvaux",
        "karim",
        "marchepied",
        "theo",
        "droulez",
        "samia",
        "corvaille",
        "yanis",
        "fremontel",
        "lucas",
    ),
    *("zorbec", "plug", "vantorix", "livreur75", "vierzon", "brieuc", "henin", "beaumont"),
)
UNLISTED = ("w-18", "4f-abutinaca")  # names of substances in these texts
NOUN = r"(?<![’'\w])[a-zéèêàîôç]{6,}(?![\w’'])"
MONTHS, RECENT, A_MONTH, SENTENCES = 24, 6, 50, 5
FIRST = date(2023, 1, 1)
SOURCES = (
    *((f"journal-{n}", "press") for n in range(7)),
    ("agence", "agency"), ("note", "report"), ("forum-1", "forum"), ("forum-2", "forum"), ("terrain", "field-note"), ("canal", "advert"),
)  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One hidden surface: what it is, and how it is counted when found."""

    surface: str
    kind: str

    @property
    def key(self) -> frozenset[str]:
        return frozenset(
            stem(w) for w in re.findall(r"[^\W_]+(?:-[^\W_]+)*", spaced(self.surface)) if len(w) > 2
        )


def spaced(surface: str) -> str:
    """Hyphens between words are spaces, those of codes stay."""
    return " ".join(
        w if any(c.isdigit() for c in w) else w.replace("-", " ")
        for w in fold(surface).replace("'", " ").split()
    )


def half(name: str) -> int:
    """0 or 1, the same in every run."""
    return hashlib.sha256(name.encode()).digest()[0] % 2


def terms(side: int) -> list[Term]:
    listed = [Term(s.strip(), kind) for kind, line in HIDDEN.items() for s in line.split("|")]
    return [t for t in listed if half(t.surface) == side]


@dataclass(frozen=True)
class Pool:
    """Sentences: about drugs, about other things, and, set apart, those in which a term stood, with its place as {}."""

    drugs: list[str]
    other: list[str]
    slots: dict[tuple[str, int], list[str]]


def pool(known: Vocabulary) -> Pool:
    drugs: list[str] = []
    other: list[str] = []
    slots: dict[tuple[str, int], list[str]] = {(c, s): [] for c in ("substance", "modality") for s in (0, 1)}
    seen: set[str] = set()
    for path in TEXTS:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["lang"] != "fr":
                continue
            for sentence in re.split(r"(?<=[.!?])\s+|\n+", row["text"]):
                if len(sentence) < 25 or sentence in seen:
                    continue
                seen.add(sentence)
                words = read(sentence, known)
                wanted = [
                    i
                    for i, identity in enumerate(words.ids)
                    if words.keys[i] == "@substance"
                    or identity.startswith(("channel:", "delivery:", "payment:", "organisation:"))
                ]
                if not any(words.ids):
                    other.append(sentence)
                elif wanted and half(sentence + "?"):  # set apart
                    at = wanted[half(sentence + "!") % len(wanted)]
                    slot = f"{sentence[: words.starts[at]]}{{}}{sentence[words.ends[at] :]}".replace(
                        "{}", "\0"
                    )
                    slot = slot.replace("{", "(").replace("}", ")").replace("\0", "{}")
                    slots[words.keys[at][1:], half(sentence + "/")].append(slot)
                else:
                    drugs.append(sentence)
    return Pool(drugs, other, slots)


def stream(texts: Pool, hidden: Sequence[Term], side: int, seed: int) -> tuple[list[Text], set[Term]]:
    """Documents, and which of the hidden terms emerge in them."""
    draw = random.Random(seed)
    plan: list[list[tuple[str, str]]] = [
        [] for _ in range(MONTHS)
    ]  # by month: (sentence, kind of source it asks for)
    nouns = Counter(w for s in texts.other for w in re.findall(NOUN, s.lower()))
    ordinary = [w for w, n in nouns.items() if 3 <= n <= 12]

    def emerge(make: list[str], count: int, kind: str = "") -> None:
        start = draw.randrange(MONTHS - RECENT, MONTHS - 1)
        for _ in range(count):
            plan[min(MONTHS - 1, start + int(draw.random() * 3))].append((draw.choice(make), kind))

    chosen = draw.sample(list(hidden), 12)
    for term in chosen:
        slots = texts.slots["modality" if term.kind == "modality" else "substance", side]
        written = (
            term.surface.capitalize()
            if term.surface in ("snapchat", "telegram", "whatsapp", "instagram", "tiktok")
            else term.surface
        )
        own = [s.format(written) for s in draw.sample(slots, min(8, len(slots)))]
        emerge(own, draw.randint(5, 14), "informal" if term.kind == "slang" else "")
        for _ in range(draw.choice((0, 0, 1, 2))):
            plan[draw.randrange(MONTHS - RECENT)].append((draw.choice(own), ""))
    for word in draw.sample(ordinary, 10):  # the news of the season
        about = [s for s in texts.other if re.search(rf"\b{word}\b", s.lower())]
        emerge(about, draw.randint(6, 20))
    for n in range(8):  # new words for other things, half of them in sentences about drugs
        word = (
            draw.choice(("bra", "tri", "plo", "ver", "cal"))
            + draw.choice(("mo", "ni", "ste", "ra"))
            + draw.choice(("dule", "gue", "tance", "rie", "ment"))
        )
        made = []
        for _ in range(60):
            sentence = draw.choice(texts.drugs if n % 2 else texts.other)
            places = list(re.finditer(NOUN, sentence))
            if places:
                at = draw.choice(places)
                made.append(sentence[: at.start()] + word + sentence[at.end() :])
        emerge(made[:8], draw.randint(6, 14))
    for name in PERSONS:
        parts = (name, name.split()[1], f"M. {name.split()[1]}")
        made = [
            f"{draw.choice(parts)} a été condamné pour trafic de cocaïne.",
            f"Selon {draw.choice(parts)}, l'herbe vient d'Espagne.",
            f"Le réseau de {draw.choice(parts)} vendait de la résine à Lyon.",
            f"La cocaïne de {draw.choice(parts)} coûtait 60 euros.",
        ]
        emerge(made, 10)
    for account in ACCOUNTS:
        emerge(
            [
                f"Cocaïne et herbe sur Telegram : {account}",
                f"contact {account} pour la coke",
                f"La résine se commande chez {account}.",
            ],
            9,
        )
    for place in PLACES:
        emerge(
            [
                f"À {place}, le gramme de cocaïne se vend 60 euros.",
                f"La résine saisie à {place} venait du Maroc.",
            ],
            10,
        )

    found: list[Text] = []
    emerged: Counter[Term] = Counter()
    for month in range(MONTHS):
        wanted = plan[month]
        for n in range(max(A_MONTH, len(wanted))):
            sentences, kind = [], ""
            if n < len(wanted):
                sentence, kind = wanted[n]
                sentences.append(sentence)
            while len(sentences) < SENTENCES:
                sentences.append(draw.choice(texts.drugs if draw.random() < 0.5 else texts.other))
            draw.shuffle(sentences)
            informal = kind == "informal" and draw.random() < 0.7
            source, of = draw.choice(
                [s for s in SOURCES if not informal or s[1] in ("forum", "field-note", "advert")]
            )
            first = FIRST.replace(year=FIRST.year + month // 12, month=month % 12 + 1)
            day = first + timedelta(days=draw.randrange(28))
            found.append(
                Text(doc_id=f"d{month}-{n}", day=day, source=source, kind=of, text=" ".join(sentences))
            )
    since = FIRST.replace(year=FIRST.year + (MONTHS - RECENT) // 12, month=(MONTHS - RECENT) % 12 + 1)
    for term in chosen:  # found at all only if it stands in enough documents and sources
        held = [
            t
            for t in found
            if t.day >= since and re.search(rf"(?<!\w){re.escape(fold(term.surface))}(?!\w)", fold(t.text))
        ]
        sources = {t.source for t in held if t.kind != "advert"}
        if len(held) >= rules()["least"]["documents"] and len(sources) >= rules()["least"]["sources"]:
            emerged[term] += 1
    return found, set(emerged)


def right(term: str, wanted: set[Term]) -> Term | None:
    """The hidden term that a candidate is, or is the main part of."""
    key = frozenset(stem(w) for w in spaced(term).split() if len(w) > 2)
    return next((t for t in sorted(wanted, key=lambda t: t.surface) if key <= t.key or t.key <= key), None)


def without(found: list[Candidate], hidden: Sequence[Term], wanted: set[Term]) -> list[Candidate]:
    """Without hidden terms that were about in the texts and did not emerge, and names of the texts that no lexicon has yet."""
    other = set(hidden) - wanted
    return [
        c for c in found if right(c.term, wanted) or not (right(c.term, other) or fold(c.term) in UNLISTED)
    ]


def scores(ranked: Sequence[str], wanted: set[Term], top: int = 20) -> tuple[float, float]:
    """Recall and precision of the first `top`."""
    found = {t for name in ranked[:top] if (t := right(name, wanted))}
    hits = sum(right(name, wanted) is not None for name in ranked[:top])
    return len(found) / len(wanted), hits / top


Row = tuple[list[float], str]  # values of the parts, and the hidden term that the candidate is ("" = none)


def average_precision(streams: Sequence[tuple[Sequence[Row], int]], weights: np.ndarray) -> float:
    """Mean over streams of the area under precision and recall, each hidden term counted once."""
    total = 0.0
    for rows, wanted in streams:
        order = np.argsort(-np.array([values for values, _ in rows]) @ weights, kind="stable")
        seen: set[str] = set()
        for rank, at in enumerate(order, 1):
            term = rows[at][1]
            if term and term not in seen:
                seen.add(term)
                total += len(seen) / rank / wanted / len(streams)
    return total


def fit(streams: Sequence[tuple[Sequence[Row], int]], start: Sequence[float]) -> np.ndarray:
    """Weights of the parts by coordinate search for the highest average precision."""
    weights = np.array(start)
    best = average_precision(streams, weights)
    for _ in range(6):
        before = best
        for at in range(len(weights)):
            for factor in (0.0, 0.25, 0.5, 0.7, 0.85, 1.2, 1.5, 2.0, 4.0):
                trial = weights.copy()
                trial[at] *= factor
                if (score := average_precision(streams, trial)) > best + 1e-4:
                    best, weights = score, trial
        if best == before:
            break
    print(
        f"average precision {average_precision(streams, np.array(start)):.3f} with the weights as they are, {best:.3f} with these"
    )
    return weights


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--streams", type=int, default=20)
    arguments.add_argument("--fit", action="store_true", help="choose weights on the first half of the terms")
    arguments.add_argument("--show", action="store_true", help="print the candidates of each stream")
    chosen = arguments.parse_args()
    side = 0 if chosen.fit else 1
    texts = pool(vocabulary("fr"))
    hidden = terms(side)
    known = vocabulary("fr", {v for t in hidden for v in variants(t.surface)})
    print(f"sentences: {len(texts.drugs)} about drugs, {len(texts.other)} others, "
          f"{ {f'{c}/{s}': len(v) for (c, s), v in texts.slots.items()} } set apart; {len(hidden)} hidden terms")  # fmt: skip
    results: dict[str, list[tuple[float, float]]] = {}
    rows: list[tuple[list[Row], int]] = []
    kinds: Counter[tuple[str, str]] = Counter()
    leaks: Counter[str] = Counter()
    names = [n for n in rules()["weights"] if n != "bias"]
    began, size = time.perf_counter(), 0
    for seed in range(chosen.streams):
        documents, wanted = stream(texts, hidden, side, 1000 * side + seed)
        size += sum(len(d.text) for d in documents)
        since = FIRST.replace(year=FIRST.year + (MONTHS - RECENT) // 12, month=(MONTHS - RECENT) % 12 + 1)
        until = FIRST.replace(year=FIRST.year + MONTHS // 12) - timedelta(days=1)
        plain = find_terms(lambda d=documents: d, lang="fr", since=since, until=until, known=known)
        found = without(list(plain.candidates), hidden, wanted)
        values = [[c.parts[n] / rules()["weights"][n] for n in names] for c in found]
        labels = [t.surface if (t := right(c.term, wanted)) else "" for c in found]
        rows.append((list(zip(values, labels, strict=True)), len(wanted)))
        for c in found[:20]:
            if t := right(c.term, wanted):
                kinds[t.kind, c.kind] += 1
        for c in found:
            leaks.update(n for n in NEVER if n in fold(c.term).replace("-", " "))
        orders: dict[str, list[Candidate]] = {
            "all parts": found,
            "frequency": sorted(found, key=lambda c: (-c.documents, c.term)),
            "log-odds": sorted(found, key=lambda c: (-c.z, c.term)),
            "burst": sorted(found, key=lambda c: (-c.weight, c.term)),
            "contexts": sorted(found, key=lambda c: (-c.likeness, c.term)),
            "form": sorted(found, key=lambda c: (-c.parts["morphology"], c.term)),
        }
        for name, order in orders.items():
            results.setdefault(name, []).append(scores([c.term for c in order], wanted))
        raw, _ = frequent(documents, known, since, until)
        order = sorted(raw, key=lambda key: (-raw[key][0], key))
        results.setdefault("frequency, nothing left out", []).append(scores(order, wanted))
        if chosen.show:
            print(
                seed,
                len(wanted),
                "wanted;",
                [("+" if right(c.term, wanted) else "-") + c.term for c in found[:25]],
            )
            print(
                "   missed:",
                [t.surface for t in wanted if t not in {right(c.term, wanted) for c in found[:20]}],
                dict(plain.refused),
            )
    print(
        f"{'order':30} recall@20 precision@20  ({chosen.streams} streams, {'first' if side == 0 else 'second'} half)"
    )
    for name, values in results.items():
        recall, precision = np.mean(values, axis=0)
        print(f"{name:30} {recall:9.2f} {precision:12.2f}")
    print("kinds (true, said):", dict(sorted(kinds.items())))
    print("names of persons, accounts and places among all candidates:", dict(leaks) or "none")
    print(f"{size / 1e6 / (time.perf_counter() - began):.2f} MB/s, simulation included")
    if chosen.fit:
        found_weights = fit(rows, [rules()["weights"][n] for n in names])
        print("weights:", {n: round(float(w), 2) for n, w in zip(names, found_weights, strict=True)})


def variants(surface: str) -> set[str]:
    from vigie.lexicon.matcher import expand

    return {v for s in (surface, f"{surface}+") for v, _ in expand(s)}


if __name__ == "__main__":
    main()
