"""What a page says, in figures that a person can check.

In: PageText. Out: one vector of numbers, in the order of NAMES; each is about the words of scan.py. A page that names a drug and
nothing else has small figures near the drug and large ones of what it does speak of. Left out: any weighing (linear.py).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cache

from vigie.lexicon.substances import LANGUAGES
from vigie.lexicon.terms import data_toml
from vigie.relevance.page import PageText
from vigie.relevance.scan import MEDICINE, PRECURSOR, SLANG, STRONG, Hit, amounts, cues, scanner
from vigie.text.normalise import fold

MAX_CHARS = 200_000  # code points of one page; what is longer is read up to here
WINDOW = 220  # code points on each side: about a sentence before and after
_QUOTED = 40  # code points: a longer quotation is speech
_DRUGS = (STRONG, MEDICINE, "drug")  # what counts alone
_ANCHORS = (*_DRUGS, SLANG, PRECURSOR, "drugs")
_AMOUNTS = ("money", "rate", "mass", "pieces", "percent")


@cache
def _sides() -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = cues()
    return tuple(c.name for c in found if c.side == "for"), tuple(
        c.name for c in found if c.side == "against"
    )


@cache
def names() -> tuple[str, ...]:
    """The names of the features, in the order of `vector`."""
    for_, against = _sides()
    kinds = (STRONG, MEDICINE, SLANG, PRECURSOR, "drug", "drugs")
    return (
        *(f"n:{kind}" for kind in kinds),
        *(f"per1000:{kind}" for kind in against),
        "substances",
        *(f"near:{kind}" for kind in (*_AMOUNTS, *for_)),
        *(f"nearby:{kind}" for kind in against),
        "best:for", "best:against", "best:balance",
        "slang:rate", "slang:cues", "drugs:cues", "medicine:cues",
        "quoted", "capital",
        "title:drug", "title:weak", "title:for", "title:against",
        "section:for", "section:against",
        "first", "none",
    )  # fmt: skip


def vector(page: PageText) -> list[float]:
    """The features of one page, finite numbers. A page of another language is read as that of the lexicons it says most in."""
    if page.lang in LANGUAGES:
        return _vector(page, page.lang)
    strong = names().index("best:for")
    return max((_vector(page, lang) for lang in LANGUAGES), key=lambda found: found[strong])


def _vector(page: PageText, lang: str) -> list[float]:
    text = f"{page.title}\n\n{page.text}" if page.title else page.text
    text = text[:MAX_CHARS]
    hits = scanner(lang).find(text)
    by_kind: dict[str, list[Hit]] = {}
    for hit in hits:
        by_kind.setdefault(hit.kind, []).append(hit)
    anchors = [h for h in hits if h.kind in _ANCHORS]
    for amount in amounts(fold(text)) if anchors else ():
        by_kind.setdefault(amount.kind, []).append(amount)
    starts = {kind: [h.start for h in found] for kind, found in by_kind.items()}
    n = {kind: len(found) for kind, found in by_kind.items()}
    words = max(1, text.count(" ") + text.count("\n"))
    for_, against = _sides()
    found: dict[str, float] = {f"n:{kind}": _some(n.get(kind, 0)) for kind in (*_DRUGS, *_ANCHORS)}
    scale = 1000 / max(words, 60)  # a title is no dense page
    for kind in against:
        found[f"per1000:{kind}"] = math.log1p(n.get(kind, 0) * scale)
    named = {h.substance for kind in (STRONG, MEDICINE) for h in by_kind.get(kind, ())}
    found["substances"] = _some(len(named))

    firm = [h for h in anchors if h.kind in _DRUGS]
    for kind in (*_AMOUNTS, *for_):
        found[f"near:{kind}"] = _some(_beside(firm, starts.get(kind, ())))
    for kind in against:
        found[f"nearby:{kind}"] = _beside(firm or anchors, starts.get(kind, ())) / max(
            1, len(firm or anchors)
        )
    best_for = best_against = 0.0
    balance = -8.0
    for hit in firm[:200]:
        good = sum(_near(hit, starts.get(k, ())) for k in (*_AMOUNTS, *for_))
        bad = sum(_near(hit, starts.get(k, ())) for k in against)
        best_for, best_against = max(best_for, good), max(best_against, bad)
        balance = max(balance, good - bad)
    found["best:for"], found["best:against"] = best_for, best_against
    found["best:balance"] = balance if firm else 0.0
    found["slang:rate"] = _some(_beside(by_kind.get(SLANG, ()), starts.get("rate", ())))
    for name, kind in (("slang", SLANG), ("drugs", "drugs"), ("medicine", MEDICINE)):
        some = by_kind.get(kind, ())[:100]
        found[f"{name}:cues"] = max(
            (sum(_near(h, starts.get(k, ())) for k in ("rate", "mass", "pieces", *for_[:4])) for h in some),
            default=0,
        )
    names_of = [*by_kind.get(STRONG, ()), *by_kind.get(SLANG, ())]
    found["quoted"] = sum(_is_quoted(text, h) for h in names_of) / max(1, len(names_of))
    found["capital"] = sum(text[h.start].isupper() for h in names_of) / max(1, len(names_of))

    title = len(page.title)
    head = {h.kind for h in hits if h.start < title}
    found["title:drug"] = float(any(k in head for k in _DRUGS))
    found["title:weak"] = float(SLANG in head or "drugs" in head or PRECURSOR in head)
    found["title:for"] = float(sum(k in head for k in for_))
    found["title:against"] = float(sum(k in head for k in against))
    found.update(_section(page.section))

    total = max(1, len(text))
    found["first"] = 1 - firm[0].start / total if firm else 0.0
    found["none"] = float(not firm)
    return [found[name] for name in names()]


def sign(name: str) -> int:
    """What a feature may do: 1 speaks for relevance, -1 against it, 0 either."""
    group, _, kind = name.partition(":")
    if name in ("n:medicine", "n:precursor"):
        return 0
    against = kind in (*_sides()[1], "against") or group in ("quoted", "capital", "none")
    return -1 if against else 1


def names_nothing(found: Sequence[float]) -> bool:
    """The page names no drug in any way: it cannot be in scope, whatever else it says."""
    at = _positions()
    return all(found[at[f"n:{kind}"]] == 0 for kind in _ANCHORS)


@cache
def _positions() -> dict[str, int]:
    return {name: number for number, name in enumerate(names())}


def _some(count: int) -> float:
    """0, 1/2, 3/4, 7/8…: one fact in a long page says nearly as much as ten."""
    return 1 - 0.5**count


def _near(hit: Hit, starts: Sequence[int]) -> bool:
    at = bisect_left(starts, hit.start - WINDOW)
    return at < len(starts) and starts[at] <= hit.end + WINDOW


def _beside(hits: Sequence[Hit], starts: Sequence[int]) -> int:
    """How many of the hits have one of the starts within the window."""
    return sum(_near(h, starts) for h in hits[:300]) if starts else 0


def _is_quoted(text: str, hit: Hit) -> bool:
    """A name inside a short quotation: the title of a song, more often than what somebody says."""
    before = text[max(0, hit.start - _QUOTED) : hit.start]
    after = text[hit.end : hit.end + _QUOTED]
    if any(q in before for q in "«“‘") and any(q in after for q in "»”’"):
        return True
    return before[-1:] in ('"', "'") and after[:1] in ('"', "'")


def _section(section: str) -> dict[str, float]:
    words = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in fold(section)).split())} "
    listed = data_toml("relevance", "cues.toml")["section"]
    return {
        f"section:{side}": float(any(f" {w} " in words for w in listed[side])) for side in ("for", "against")
    }


def said(page: PageText) -> Counter[str]:
    """How often each class of words stands in the page, for people: names of classes only, no text."""
    lang = page.lang if page.lang in LANGUAGES else LANGUAGES[0]
    text = f"{page.title}\n\n{page.text}"[:MAX_CHARS]
    return Counter(h.kind for h in (*scanner(lang).find(text), *amounts(fold(text))))
