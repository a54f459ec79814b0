"""What a page says, in figures that a person can check.

In: PageText. Out: one vector of numbers, in the order of NAMES; each is about the words of scan.py. A page that names a drug and
nothing else has small figures near the drug and large ones of what it does speak of. Left out: any weighing (linear.py).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from vigie.lexicon.substances import LANGUAGES
from vigie.lexicon.terms import data_toml
from vigie.relevance.page import PageText
from vigie.relevance.scan import MEDICINE, PRECURSOR, SLANG, STRONG, Hit, amounts, cues, scanner
from vigie.text.normalise import fold

MAX_CHARS = 200_000  # code points of one page; what is longer is read up to here
MAX_ANCHORS = 2_000  # names of one page that are looked around
WINDOW = 230  # code points on each side: about a sentence before and after
BRIEF = 300  # code points of title and text: what is so short has little to be near to
CLOSE = 80  # code points: about the clause
_SENTENCE = 120  # code points: a longer line is prose, whatever it ends with
_CLAUSE = 40  # code points: a shorter line that ends as a sentence does is no proof that the page has prose
_ENDS = frozenset('.!?…,:;»”"')
_QUOTED = 40  # code points: a longer quotation is speech
_DRUGS = (STRONG, MEDICINE, "drug")  # what counts alone
_ANCHORS = (*_DRUGS, SLANG, PRECURSOR, "drugs")
_KINDS = (STRONG, MEDICINE, SLANG, PRECURSOR, "drug", "drugs")
_TRADE = ("seizure", "justice", "harm", "market", "trade")
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
    return (
        *(f"n:{kind}" for kind in _KINDS),
        *(f"per1000:{kind}" for kind in against),
        "substances",
        *(f"near:{kind}" for kind in (*_AMOUNTS, *for_)),
        *(f"beside:{kind}" for kind in (*_AMOUNTS, *for_)),
        *(f"nearby:{kind}" for kind in against),
        "best:for", "best:against", "best:balance", "best:beside",
        "slang:rate", "slang:cues", "drugs:cues", "medicine:cues",
        "quoted", "capital",
        "title:drug", "title:weak", "title:for", "title:against",
        "section:for", "section:against",
        "first", "none", "brief",
    )  # fmt: skip


def vectors(page: PageText) -> list[list[float]]:
    """The features of one page, finite numbers: one list, or for a page of another language one for each language of the lexicons."""
    langs = (page.lang,) if page.lang in LANGUAGES else LANGUAGES
    return [_vector(page, lang) for lang in langs]


def _vector(page: PageText, lang: str) -> list[float]:
    text = f"{page.title}\n\n{page.text}" if page.title else page.text
    text = text[:MAX_CHARS]
    hits = scanner(lang).find(text)
    named = [h for h in hits if h.kind in _ANCHORS]
    sums = list(amounts(fold(text))) if named else []
    told = sorted(h.start for h in (*named, *sums) if h.kind != "money")
    around_it = furniture(text, told, len(page.title))
    hits = outside(hits, around_it)
    found: dict[str, float] = dict.fromkeys(names(), 0.0)
    anchors = [h for h in hits if h.kind in _ANCHORS][:MAX_ANCHORS]
    events = sorted([*hits, *outside(sums, around_it)]) if anchors else hits
    n = Counter(h.kind for h in events)
    for_, against = _sides()
    for kind in _KINDS:
        found[f"n:{kind}"] = _some(n[kind])
    words = text.count(" ") + text.count("\n")
    words = max(60, words - sum(text.count(" ", *line) + 1 for line in around_it))  # a title is no dense page
    for kind in against:
        if n[kind]:
            found[f"per1000:{kind}"] = math.log1p(n[kind] * 1000 / words)
    found["substances"] = _some(len({h.substance for h in anchors if h.kind in (STRONG, MEDICINE)}))

    bits = _bits()
    kinds = [h.kind for h in anchors]
    masks = list(zip(kinds, around(anchors, events, WINDOW), strict=True))
    close = Counter(
        mask for kind, mask in zip(kinds, around(anchors, events, CLOSE), strict=True) if kind in _DRUGS
    )
    firm = Counter(mask for kind, mask in masks if kind in _DRUGS)
    leading = firm or Counter(mask for _, mask in masks)
    total = max(1, leading.total())
    beside, near = _each(close), _each(firm)
    for kind, count in near.items():
        if kind not in against:
            found[f"near:{kind}"], found[f"beside:{kind}"] = _some(count), _some(beside.get(kind, 0))
    for kind, count in _each(leading).items():
        if kind in against:
            found[f"nearby:{kind}"] = count / total
    good, bad, trade = (
        _mask(kinds) for kinds in ((*_AMOUNTS, *for_), against, ("rate", "mass", "pieces", *_TRADE))
    )
    if firm:
        found["best:for"] = max((mask & good).bit_count() for mask in firm)
        found["best:against"] = max((mask & bad).bit_count() for mask in firm)
        found["best:beside"] = max((mask & good).bit_count() for mask in close)
        found["best:balance"] = max((mask & good).bit_count() - (mask & bad).bit_count() for mask in firm)
    found["slang:rate"] = _some(sum(kind == SLANG and mask & bits["rate"] > 0 for kind, mask in masks))
    for name, of in (("slang", SLANG), ("drugs", "drugs"), ("medicine", MEDICINE)):
        found[f"{name}:cues"] = max(
            ((mask & trade).bit_count() for kind, mask in masks if kind == of), default=0
        )
    named = [h for h in anchors if h.kind in (STRONG, SLANG)]
    if named:
        found["quoted"] = sum(_is_quoted(text, h) for h in named) / len(named)
        found["capital"] = sum(_is_capital(text, h) for h in named) / len(named)

    head = {h.kind for h in hits if h.start < len(page.title)}
    found["title:drug"] = float(not head.isdisjoint(_DRUGS))
    found["title:weak"] = float(not head.isdisjoint((SLANG, "drugs", PRECURSOR)))
    found["title:for"] = float(len(head.intersection(for_)))
    found["title:against"] = float(len(head.intersection(_against_in_titles())))
    found.update(_section(page.section))
    first = next((h.start for h in anchors if h.kind in _DRUGS), None)
    found["first"] = 0.0 if first is None else 1 - first / len(text)
    found["none"] = float(not firm)
    found["brief"] = float(len(text) < BRIEF)
    return list(found.values())


def furniture(text: str, told: Sequence[int], body: int) -> list[tuple[int, int]]:
    """Spans of the lines from `body` on that are no sentence and tell nothing (`told`: where drugs and quantities stand), in order.

    Menus, bylines, titles of other pages.

    None where the page has no sentence: then its lines are all it says.
    """
    found: list[tuple[int, int]] = []
    start, seen, has_sentence = 0, 0, False
    lines = text.split("\n")
    for line, after in zip(lines, (*lines[1:], ""), strict=True):
        end = start + len(line)
        while seen < len(told) and told[seen] < start:
            seen += 1
        if len(line) >= _SENTENCE or line.rstrip()[-1:] in _ENDS:
            has_sentence = has_sentence or len(line) >= _CLAUSE
        elif start < body or not line or line[0].islower() or after[:1].islower():
            pass  # a title; a sentence that is cut into lines
        elif not (seen < len(told) and told[seen] < end):
            found.append((start, end))
        start = end + 1
    return found if has_sentence else []


def outside(hits: Iterable[Hit], spans: Sequence[tuple[int, int]]) -> list[Hit]:
    """The hits that begin in none of the spans; both in order."""
    kept: list[Hit] = []
    at = 0
    for hit in hits:
        while at < len(spans) and spans[at][1] <= hit.start:
            at += 1
        if at == len(spans) or hit.start < spans[at][0]:
            kept.append(hit)
    return kept


def around(anchors: Sequence[Hit], events: Sequence[Hit], reach: int) -> list[int]:
    """For each anchor, the classes that stand within `reach` code points of it, as bits; both in order. One pass."""
    bits = _bits()
    count = Counter[int]()
    masks: list[int] = []
    mask = left = right = 0
    for anchor in anchors:
        while right < len(events) and events[right].start <= anchor.start + reach:
            bit = bits.get(events[right].kind, 0)
            count[bit] += 1
            mask |= bit
            right += 1
        while events[left].start < anchor.start - reach:
            bit = bits.get(events[left].kind, 0)
            count[bit] -= 1
            if not count[bit]:
                mask &= ~bit
            left += 1
        masks.append(mask)
    return masks


@cache
def _bits() -> dict[str, int]:
    for_, against = _sides()
    return {kind: 1 << n for n, kind in enumerate((*_AMOUNTS, *for_, *against))}


@cache
def _mask(kinds: tuple[str, ...]) -> int:
    return sum(_bits()[kind] for kind in kinds)


@cache
def _against_in_titles() -> frozenset[str]:
    return frozenset(_sides()[1]) - frozenset(data_toml("relevance", "cues.toml")["title"]["open"])


def _each(masks: Counter[int]) -> dict[str, int]:
    """How many of the masks hold each class."""
    found: dict[str, int] = {}
    kinds = _kinds()
    for mask, count in masks.items():
        rest = mask
        while rest:
            bit = rest & -rest
            kind = kinds[bit]
            found[kind] = found.get(kind, 0) + count
            rest ^= bit
    return found


@cache
def _kinds() -> dict[int, str]:
    return {bit: kind for kind, bit in _bits().items()}


def sign(name: str) -> int:
    """What a feature may do: 1 speaks for relevance, -1 against it, 0 either."""
    group, _, kind = name.partition(":")
    if name in ("n:medicine", "n:precursor", "brief"):
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


def _is_quoted(text: str, hit: Hit) -> bool:
    """A name inside a short quotation: the title of a song, more often than what somebody says."""
    before = text[max(0, hit.start - _QUOTED) : hit.start]
    after = text[hit.end : hit.end + _QUOTED]
    if any(q in before for q in "«“‘") and any(q in after for q in "»”’"):
        return True
    return before[-1:] in ('"', "'") and after[:1] in ('"', "'")


def _is_capital(text: str, hit: Hit) -> bool:
    """A name that begins with a capital and goes on without ("Crystal Palace"): an acronym and a page in capitals say nothing by it."""
    return text[hit.start].isupper() and not text[hit.start : hit.end].isupper()


@lru_cache(maxsize=256)
def _section(section: str) -> dict[str, float]:
    words = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in fold(section)).split())} "
    listed = data_toml("relevance", "cues.toml")["section"]
    return {
        f"section:{side}": float(any(f" {w} " in words for w in listed[side])) for side in ("for", "against")
    }
