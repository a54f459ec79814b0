"""The regular expressions that attach units, bounds and connectors to numbers, built from the grammar's words.

In: a language. Out: compiled patterns over folded text. All are anchored where a number ends or begins, and read at most
a few dozen characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from vigie.lexicon.currencies import currency_words
from vigie.lexicon.grammar import Grammar, alternation, grammar, link_words, trie


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns of one language.

    Attributes:
        prefix_ends: last characters of what `prefix` matches: most numbers have none of them before.
        unit_openings, short_units: first two letters of all that may follow a number as its unit, and units of one letter.
        prefix_words: the last words of the surfaces of letters that `prefix` matches.
        signs: the signs that may stand between euros and cents ("2€50").
        plain_codes: codes that may stand before an amount in lower case.
        country: whose dollars "$20" are, said after it.
        no_noun: what follows an amount that stands alone, without a noun that it counts.
        part_end: what may follow cents without their name ("20 euros 50 le gramme").
        portion: the article of a portion named by its weight ("un 0,7").
        never: before a floor that is a ceiling: "n'a jamais dépassé 20 euros".
        only: before "plus que": "ne vaut plus que 50 euros" is no bound.
        bound_ends: endings of the words that `low`, `high` and `near` look for, up to three characters.
    """

    prefix_ends: frozenset[str]
    unit_openings: frozenset[str]
    short_units: frozenset[str]
    prefix_words: frozenset[str]
    signs: frozenset[str]
    plain_codes: frozenset[str]
    country: re.Pattern[str]
    pounds: re.Pattern[str]
    bracketed: re.Pattern[str]
    no_noun: re.Pattern[str]
    part_after: re.Pattern[str]
    part_end: re.Pattern[str]
    tenths: bool
    portion: re.Pattern[str]
    of: re.Pattern[str]
    only: re.Pattern[str]
    never: re.Pattern[str]
    bound_ends: frozenset[str]
    short: re.Pattern[str]
    suffix: re.Pattern[str]
    prefix: re.Pattern[str]
    letter: re.Pattern[str]
    pound: re.Pattern[str]
    adjective_piece: re.Pattern[str]
    half_after: re.Pattern[str]
    low: re.Pattern[str]
    high: re.Pattern[str]
    near: re.Pattern[str]
    low_after: re.Pattern[str]
    high_after: re.Pattern[str]
    near_after: re.Pattern[str]
    join: re.Pattern[str]
    opener: re.Pattern[str]
    change: re.Pattern[str]
    per: re.Pattern[str]
    sized: re.Pattern[str]


@cache
def patterns(lang: str) -> Patterns:
    g = grammar(lang)
    currencies = currency_words(lang)
    units = g.units
    unit = trie(units)
    symbols = r"(?:[€$£¥])"
    short = alternation(g.short_multipliers)
    piece = alternation([s for s, u in g.units.items() if u.kind == "piece"])
    adjective = alternation(g.piece_adjectives)
    countable = alternation([s for s, u in g.units.items() if u.kind in ("piece", "mass", "volume")])
    bought = rf"(?:{countable}|{alternation(g.portions)})"
    mass = alternation([s for s, u in g.units.items() if u.kind in ("mass", "volume")])
    edge = r"(?![\w])(?!['’])"
    stops = rf"(?=[ ]*(?:$|[\n.,;:!?)\"/-]|{alternation(g.words['stops'])}(?!\w)))"
    numeral = r"(?:\d+(?:[.,]\d+)?|" + alternation(w for w, v in g.numbers.items() if v < 1000) + ")"
    if lang == "fr":
        half = rf"{alternation(g.fractions)}[ -](?:de |d')?"
        per = (
            rf"[ \n]?(?:/ ?|(?:le|la|les|par|du|au|pour|chaque|de la|a la|pour le|pour la|pour les|pour chaque)[ \n]+|"
            rf"(?:pour )?(?:l'|de l'|a l'))(?:(?P<n>{numeral})[ \n]?)?(?P<half>{half})?(?:{adjective}[ \n])?(?:\"[ ]?)?(?P<u>{bought}){edge}"
            rf"|[ \n](?:les[ \n](?P<pair>{numeral}))(?= ?[.,;:)!?]| (?:et|puis|ou)\b|$)|[ \n](?P<each>piece|chacune?|l'unite|la piece|l'une?){edge}"
        )
    else:
        half = rf"{alternation(g.fractions)}[ -](?:of )?(?:an? )?"
        per = (
            r"[ \n]?(?:/ ?|(?:for|per|the|every|for every|for each)[ \n]+|)(?:an?[ ](?=[\dhqt]))?"
            rf"(?:(?P<n>{numeral})[ \n-]?)?(?P<half>{half})?(?:{adjective}[ ]){{0,2}}(?P<u>{bought}){edge}"
            rf"|[ \n](?:for[ \n](?:a )?(?P<pair>{numeral}|half|hundred|thousand))(?= ?[.,;:)!?]| (?:and|or)\b|$)"
            rf"|[ \n](?P<each>each|apiece|a piece|a pop){edge}"
        )
    bounds = ("low", "low_signs", "high", "high_signs", "near")
    return Patterns(
        prefix_ends=frozenset(surface[-1] for surface in currencies.before),
        unit_openings=frozenset(
            word[:2]
            for word in [*units, *g.piece_adjectives, *g.short_multipliers, "de", "d'", "livre", "pound"]
            + [short + unit[0] for short in g.short_multipliers for unit in (*currencies.names, " ")]
        ),
        short_units=frozenset(
            unit for unit in [*units, *g.short_multipliers, *g.context_currencies, "%"] if len(unit) == 1
        ),
        prefix_words=frozenset(s.split()[-1] for s in currencies.before if s[-1].isalpha()),
        signs=frozenset("€$£"),
        plain_codes=currencies.lower,
        country=re.compile(
            rf"[ ](?P<country>canadian|australian)\b{stops}" if lang == "en" else r"(?!)(?P<country>)"
        ),
        pounds=re.compile(rf"[ ](?:de )?(?:pounds?|livres?){edge}" if lang == "fr" else r"(?!)"),
        bracketed=re.compile(rf"[ ]?[({{](?P<unit>{mass})[)}}]"),
        no_noun=re.compile(stops),
        part_after=re.compile(rf"[ ]{alternation(currencies.parts_after)}{edge}"),
        part_end=re.compile(stops),
        tenths=lang == "fr",  # "deux kilos cinq"
        of=re.compile(r"[ ](?:of|de|d')\b"),
        only=re.compile(r"\b(?:ne|n')(?: ?\w+){0,3} $"),
        never=re.compile(rf"\b{alternation(g.words['never'])}(?: ?[\w-]+){{0,4}} ?$"),
        portion=re.compile(r"\b(?:un|le|du|a|one) $"),
        bound_ends=frozenset(
            word.split()[-1][-3:]
            for word in [w for key in bounds for w in g.bounds[key]] + [*g.words["adverbs"]]
        ),
        short=re.compile(rf"[ ]?(?P<short>{short})(?![\w])"),
        suffix=re.compile(
            rf"(?P<short>[ ]?{short})??[ \n-]?(?:de |d')?(?P<unit>{unit}){edge}|[ ]?(?P<pct>%)(?![0-9a-f]{2})"
        ),
        prefix=re.compile(rf"(?<![\w.€$£])(?P<unit>{trie(currencies.before)})[ ]?$"),
        letter=re.compile(r"[ ]?(?P<unit>[ef])(?= ?(?:le|la|l'|les|par|pour|du|/)[ ]?)"),
        pound=re.compile(rf"\b{alternation(g.words['pays'])}(?: \w+){{0,2}} $"),
        adjective_piece=re.compile(rf"(?:[ \n](?:{adjective})){{1,3}}[ \n](?P<unit>{piece}){edge}"),
        half_after=re.compile(rf"[ \n]{alternation(g.words['half_after'])}\b(?!-)"),
        low=_before(g, "low", "low_signs"),
        high=_before(g, "high", "high_signs"),
        near=_before(g, "near"),
        low_after=_after(g, "low_after"),
        high_after=_after(g, "high_after"),
        near_after=_after(g, "near_after"),
        join=re.compile(
            rf"[ \n]?(?P<word>{alternation([*g.words['range_to'], *g.words['range_and']])})[ \n]?"
            rf"(?:{alternation([*g.bounds['near'], 'plus de', 'over'])}[ ]?)?$"
        ),
        opener=re.compile(rf"\b(?P<word>{alternation(g.words['range_open'])})[ \n]*{symbols}?[ ]?$"),
        change=re.compile(
            rf"\b{alternation(g.words['change_verbs'])}(?:[ \n]\w+){{0,3}}[ \n](?:de|d'|from)[ \n]?{symbols}?[ ]?$"
        ),
        per=re.compile(per),
        sized=re.compile(rf"[ ]{link_words(lang, 'sized')}(?P<n>{numeral})[ ]?(?P<u>{mass}){edge}"),
    )


def _before(g: Grammar, *keys: str) -> re.Pattern[str]:
    words = [w for key in keys for w in g.bounds[key]]
    adverb = rf"(?:{alternation(g.words['adverbs'])} )?"
    return re.compile(rf"(?<!\w)(?:{alternation(words)})[ \n]*{adverb}(?:les |des |the )?$")


def _after(g: Grammar, key: str) -> re.Pattern[str]:
    return re.compile(rf"[ \n]{alternation(g.bounds[key])}\b")


def may_be_bounded(head: str, p: Patterns) -> bool:
    """Whether the end of `head` looks like that of a bound: a quick no for most, before three searches."""
    tail = head.rstrip(" \n")
    if tail.endswith(("les", "des", "the")) and may_be_bounded(tail[:-3], p):
        return True
    ends = p.bound_ends
    return tail[-3:] in ends or tail[-2:] in ends or tail[-1:] in ends
