"""Nouns of units that may stand before an amount of money: "le gramme", "two wraps", "des barrettes".

In: Analysis and a stretch of its text. Out: whether a unit is named there at all; the pattern that reads it.
Left out: whether the amount buys what is named (`vigie.extract.price_unit`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, lru_cache

import ahocorasick_rs

from vigie.extract.analysis import Analysis
from vigie.lexicon.grammar import alternation, grammar

_RUNS = re.compile(r"[\d., \n]+")  # what a pattern of units repeats without bound
_REACH = 200  # code points: more than the longest article, fraction, adjective and unit together


@cache
def _sold_by(lang: str) -> list[str]:
    """The words of units that something is priced by."""
    unsold = ("mg", "µg", "cg", "parcel")  # "le comprimé de 8 mg", "par colis": nobody buys by them
    units = grammar(lang).units.items()
    retail = [s for s, u in units if u.kind in ("piece", "mass", "volume") and u.code not in unsold]
    return [*(s for s in retail if len(s) > 1), "g"]


@cache
def _unit_finder(lang: str) -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(sorted({surface.split()[0] for surface in _sold_by(lang)}))


def names_unit(analysis: Analysis, start: int, end: int) -> bool:
    """Whether `unit_before` could find anything: most stretches before an amount of money name no unit at all."""
    whole, ending = _unit_words(analysis.folded, analysis.lang)
    at = bisect_left(whole, (start, 0))
    while at < len(whole) and whole[at][0] < end:
        if whole[at][1] <= end:
            return True
        at += 1
    return ending.get(end, -1) >= start


@lru_cache(maxsize=4)  # each amount of money of a text asks
def _unit_words(folded: str, lang: str) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """Where the first words of units stand as the ends of words, in order; by the end of any of them, its last start."""
    padded = folded + " "
    whole: list[tuple[int, int]] = []
    ending: dict[int, int] = {}
    for _index, first, last in _unit_finder(lang).find_matches_as_indexes(folded, overlapping=True):
        ending[last] = max(first, ending.get(last, -1))
        if not (padded[last].isalnum() or padded[last] in "_'"):
            whole.append((first, last))
    whole.sort()
    return whole, ending


def units_named(
    analysis: Analysis, start: int, end: int
) -> tuple[list[re.Match[str]], int, list[re.Match[str]]]:
    """What `unit_before` finds in [start, end): the first `count` of a list that only grows, then the others.

    Read once for each `start`: what is found up to `_settled(end)` is the same for any later end.
    """
    pattern = unit_before(analysis.lang)
    known: list[re.Match[str]] = analysis.once((units_named, start), list)
    done: list[int] = analysis.once((_settled, start), lambda: [start])
    settled = max(start, _settled(analysis, start, end))
    if settled > done[0]:
        at = max(done[0], known[-1].end() if known else start)
        for match in pattern.finditer(analysis.folded, at, end):
            if match.start() >= settled:
                break
            known.append(match)
        done[0] = settled
    count = bisect_left(known, settled, key=re.Match.start)
    at = max(settled, known[count - 1].end() if count else start)
    return known, count, list(pattern.finditer(analysis.folded, at, end))


def _settled(analysis: Analysis, start: int, end: int) -> int:
    """An offset from which `_REACH` code points that no run may hold stand before `end`, or `start` if there is none.

    A match holds fewer of them, as only its digits and blanks may go on without bound: one that begins before that
    offset ends, with all that the pattern looks at, before `end`.
    """
    at, solid = end, 0
    while at > start and solid < _REACH:
        at, before = max(start, at - _REACH), at
        solid += len(_RUNS.sub("", analysis.folded[at:before]))
    return at if solid >= _REACH else start


@cache
def unit_before(lang: str) -> re.Pattern[str]:
    g = grammar(lang)
    unit = alternation(_sold_by(lang))
    numeral = alternation(w for w, v in g.numbers.items() if v < 100)
    adjective = alternation(g.piece_adjectives)
    fraction = rf"{alternation(g.fractions)}[ -](?:of )?(?:an? |de |d')?"
    if lang == "fr":
        article = (
            r"(?:(?P<def>\b(?:le|la|du|au|par|chaque|a la|de la|les)[ ]|\b(?:a )?l')|"
            rf"(?P<num>(?<![\w.,]){numeral}|(?<![\w.,])\d[\d.,]*)[ ]?|"
            r"(?P<ind>\b(?:des|de|du|en|quelques|plusieurs|certains|leurs|ses)[ ]|\bd'|(?<![\w'])))"
        )
        night = r"(?!(?<=en )boites?\b|boites? de nuit)"  # "en boîte" is where, no box
        return re.compile(rf"{article}(?P<half>{fraction})?(?:{adjective}[ ])?{night}(?P<u>{unit})(?![\w'])")
    article = (
        r"(?:(?P<def>\b(?:the|a|an|per|each|every)[ ])|"
        rf"(?P<num>(?<![\w.,]){numeral}|(?<![\w.,])\d[\d.,]*)[ -]?|(?P<ind>\b(?:in|of|with|for)[ ]|\b))"
    )
    return re.compile(
        rf"{article}(?P<half>{fraction})?(?:(?:single|small|street|wholesale|typical|average|full|whole)[ ])?(?P<u>{unit})(?![\w'])"
    )
