"""Which sentences are near-copies of each other, for a store of a million of them.

In: sentences, each once. Out: for each the number of its family: sentences joined by near-copies (`vigie.stats.summary`), 0 for
those too short to be copies. Method: two sentences that have half of their word triples in common share one of the rarest triples of each
(prefix filter: Chaudhuri, Ganti and Kaushik 2006), so that only those are compared.

A count of sources takes the earliest of each family for the whole family. Where near-copies go in chains (A like B, B like C, A not
like C) and a figure holds A and C without B, the bulletin counts two where this counts one: never more than the bulletin.
Known limit: where more than BLOCK sentences share one of their rarest triples, they are compared in blocks of so many, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from vigie.stats.summary import NEAR_COPY, SHORT_SENTENCE

BLOCK = 2_000
_WORD = re.compile(r"\w+")
_BUCKETS = 1 << 22  # of a rough count of each triple: collisions cost time, never a copy
_CHUNK = 1 << 16  # sentences ordered at a time

Ints = NDArray[np.int64]


def families(sentences: Iterable[str]) -> Ints:
    """Shape (number of sentences,); numbers are above 0, and not all are taken."""
    triples, ends = _all_triples(sentences)
    root = np.arange(len(ends), dtype=np.int64)
    for one, other in _near(triples, ends):
        first, second = _root(root, one), _root(root, other)
        if first != second:
            root[max(first, second)] = min(first, second)
    found = np.array([_root(root, i) + 1 for i in range(len(root))], dtype=np.int64)
    return np.where(np.diff(np.r_[0, ends]) > 0, found, 0)


def _root(root: Ints, number: int) -> int:
    while root[number] != number:
        root[number] = root[root[number]]
        number = int(root[number])
    return number


def _all_triples(sentences: Iterable[str]) -> tuple[Ints, Ints]:
    """Hashes of the word triples of all sentences, one after the other, and where those of each end."""
    parts: list[Ints] = []
    ends: list[int] = []
    held: list[int] = []
    total = 0
    for sentence in sentences:
        words = _WORD.findall(sentence.lower())
        if len(words) >= SHORT_SENTENCE:
            found = {hash(t) for t in zip(words, words[1:], words[2:], strict=False)}
            held.extend(found)
            total += len(found)
        ends.append(total)
        if len(held) >= 1 << 20:
            parts.append(np.array(held, dtype=np.int64))
            held = []
    parts.append(np.array(held, dtype=np.int64))
    return np.concatenate(parts), np.array(ends, dtype=np.int64)


def _near(triples: Ints, ends: Ints) -> Iterator[tuple[int, int]]:
    """Pairs that are near-copies, some of them several times."""
    hashes, owners = _prefixes(triples, ends)
    for shift in (0, 21, 40):  # triples that stand in one prefix only lead nowhere; most do
        bucket = (hashes >> shift) & (_BUCKETS - 1)
        seen = np.bincount(bucket, minlength=_BUCKETS)[bucket] > 1
        hashes, owners = hashes[seen], owners[seen]
    order = np.lexsort((owners, hashes))
    hashes, owners = hashes[order], owners[order]
    starts = (
        np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
        if len(hashes)
        else np.array([], dtype=np.int64)
    )
    stops = np.r_[starts[1:], len(hashes)] if len(starts) else starts
    begins = np.r_[0, ends[:-1]]
    sets: dict[int, frozenset[int]] = {}
    tried: set[tuple[int, int]] = set()

    def triples_of(number: int) -> frozenset[int]:
        if number not in sets:
            if len(sets) > 200_000:
                sets.clear()
            sets[number] = frozenset(triples[begins[number] : ends[number]].tolist())
        return sets[number]

    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        for at in range(start, stop, BLOCK):
            listed = owners[at : min(at + BLOCK, stop)].tolist()
            for i, one in enumerate(listed):
                mine = triples_of(one)
                for other in listed[:i]:
                    if (other, one) in tried:
                        continue
                    theirs = triples_of(other)
                    common = len(mine & theirs)
                    if common >= NEAR_COPY * (len(mine) + len(theirs) - common):
                        yield other, one
                    if len(tried) < 5_000_000:
                        tried.add((other, one))


def _prefixes(triples: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The rarest triples of each sentence, half of them and one more, and whose they are."""
    if not len(triples):
        return triples, triples
    rough = np.bincount(triples & (_BUCKETS - 1), minlength=_BUCKETS)
    sizes = np.diff(np.r_[0, ends])
    hashes, owners = [], []
    for first in range(0, len(ends), _CHUNK):
        own = sizes[first : first + _CHUNK]
        begin = int(ends[first - 1]) if first else 0
        part = triples[begin : begin + int(own.sum())]
        whose = np.repeat(np.arange(len(own)), own)
        # Any order serves, if it is the same for all: by the rough count, then by the hash.
        order = np.lexsort((part, rough[part & (_BUCKETS - 1)], whose))
        place = np.arange(len(part)) - np.repeat(np.r_[0, np.cumsum(own)[:-1]], own)
        taken = order[place <= np.repeat(own // 2, own)]
        hashes.append(part[taken])
        owners.append(whose[taken] + first)
    return np.concatenate(hashes), np.concatenate(owners)
