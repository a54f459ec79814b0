"""Amounts whose currency only a neighbour says: "un gramme à 70, deux à 120", "contre 60 pour la cocaïne", "le kilo 2 400".

In: Analysis, all amounts, the money mentions found. Out: more MoneyMention, with the unit they buy where it is said.
A bare number is a price when a priced neighbour lends its currency, when what stands before it introduces a price (a
list, a comparison, a product, a unit), and when what follows is not a noun that it counts. Words: data/grammar [link].
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from vigie.extract.amount_patterns import patterns
from vigie.extract.amounts import Amount, per_unit_after
from vigie.extract.analysis import Analysis, Spanned, within
from vigie.extract.cues import hits_in
from vigie.extract.mentions import DateMention, MoneyMention
from vigie.extract.price_lots import as_portion, lot_after, number, portion_of
from vigie.extract.price_nouns import names_unit, unit_before
from vigie.extract.price_words import any_of, counting_verbs, leading, verbs_of_price
from vigie.lexicon.grammar import alternation, grammar, link_words
from vigie.text.sentences import Span

_DEFAULT_CURRENCY = {"fr": "EUR"}
_SCALE = 8.0  # times dearer or cheaper than the price that lends its currency
_UNIT_SCALE = 2_000.0  # the same when the number has a unit of its own ("le kilo 2 400")
_ROUTE_SCALE = 40.0  # the same along a route ("1 500 euros le kilo en Colombie, 28 000 à Anvers")
_RESALE_SCALE = 20.0  # the same from what is paid to what is asked ("acheté 3 euros le gramme, revendu 40")
_LOT_SCALE = 60.0  # the same for several at once ("70 pour deux, 150 pour cinq")
_KILO = 500.0  # from here on a price along a route is that of a kilo
_WORTH = 100_000.0  # from here on "trois millions" may be what a haul is worth
_PLACE_NEAR = 30  # code points from a number to the place it is paid in
_LOOK_BACK = 48  # code points
_SIZE = 24  # code points from a sum to the size of the piece it buys ("dix euros la gélule de 100 mg")
_SENTENCES_BACK = 2  # from a verb of sale to the price whose currency it takes
_PARALLEL_SCALE = 3.0  # times dearer or cheaper in a list of clauses
_PARALLEL_REACH = 60  # code points from one of them to the next


@dataclass(frozen=True, slots=True)
class _Words:
    list: re.Pattern[str]
    at: re.Pattern[str]
    pour: re.Pattern[str]
    date_next: re.Pattern[str]
    place_next: re.Pattern[str]
    arrived: re.Pattern[str]
    now: re.Pattern[str]
    compared: re.Pattern[str]
    after_compared: re.Pattern[str]
    told: re.Pattern[str]
    verb: re.Pattern[str]
    goes_on: re.Pattern[str]
    lots: re.Pattern[str]
    pause: re.Pattern[str]
    introduced: re.Pattern[str]
    setting: re.Pattern[str]
    half: re.Pattern[str]


@cache
def _words(lang: str) -> _Words:
    near = alternation(grammar(lang).bounds["near"])
    determiner = f"(?:{link_words(lang, 'determiners')})?"
    pronoun = link_words(lang, "pronoun_priced")
    return _Words(
        list=re.compile(
            rf"(?:(?:(?<!\w)|(?=[,;(])){link_words(lang, 'list_lead')})+(?:{pronoun})?(?:[\"][ ]?)?"
            rf"(?:{leading(lang, 'priced_adverb')})?(?:{near}[ ]*)?(?:{link_words(lang, 'at')})?$"
        ),
        told=re.compile(
            rf"(?<!\w)(?:{pronoun}(?:{near}[ ]*)?(?:{link_words(lang, 'at')})?"
            rf"|(?:{any_of(lang, 'first_named')}|{any_of(lang, 'second_named')})[ ]{link_words(lang, 'at')})$"
        ),
        verb=re.compile(
            rf"(?<!\w)(?:{leading(lang, 'priced_verb')}|{verbs_of_price(lang)})"
            rf"(?:{leading(lang, 'priced_adverb')}){{0,2}}(?:{near}[ ]*)?$"
        ),
        lots=re.compile(rf"[ ]{any_of(lang, 'lot_taken')}(?!\w)"),
        goes_on=re.compile(rf"[ ]{leading(lang, 'after_price')}"),
        at=re.compile(rf"[ ]*{link_words(lang, 'at')}$"),
        pour=re.compile(rf"[ ]{link_words(lang, 'for')}{determiner}[\"]?[ ]?"),
        date_next=re.compile(rf"[ ](?:{link_words(lang, 'in_date')}|{leading(lang, 'date_lead')})"),
        setting=re.compile(rf"[ ]{any_of(lang, 'setting')}(?!\w)"),
        half=re.compile(rf"[ ]{any_of(lang, 'half_taken')}(?=[ ]?(?:[.,;:)!?\"]|$))"),
        now=re.compile(rf"[ ]{alternation(grammar(lang).link['now'])}\b"),
        compared=re.compile(rf"\b{link_words(lang, 'compared')}(?:{near}[ ]*)?$"),
        after_compared=re.compile(
            rf"(?:[ ]{alternation(grammar(lang).link['after_compared'])}(?!\w)|[ ]?(?:[.,;:)]|$))"
        ),
        place_next=re.compile(rf"[ ]{link_words(lang, 'in_place')}{determiner}"),
        arrived=re.compile(
            rf"[ ]{leading(lang, 'arrived')}[^,;.:\d]{{0,24}}?{link_words(lang, 'in_place')}{determiner}"
        ),
        pause=re.compile(
            rf"[ ]?(?:[.,;:)\"]|$|{alternation(grammar(lang).link['pause'])}\b)|[ ]{link_words(lang, 'condition')}"
        ),
        introduced=re.compile(rf"[ \")]*(?:{link_words(lang, 'short_gap')})?(?:{near}[ ]*)?[\"(]?[ ]*$"),
    )


def elliptic_prices(analysis: Analysis, found: list[Amount], money: list[MoneyMention]) -> list[MoneyMention]:
    """Money mentions made of bare numbers, in order."""
    extra: list[MoneyMention] = []
    found = _between(analysis, found)
    for index, said in enumerate(found):
        amount = _each(said)
        if amount.unit is not None or amount.token.article or (amount.low is None and amount.high is None):
            continue
        mention = _lot(analysis, found, index, money, extra) or _bare(analysis, amount, money, extra)
        if mention is not None and not any(
            d.start < amount.token.end and d.end > amount.token.start for d in _dates_near(analysis, amount)
        ):
            last = extra[-1] if extra else None
            if last is not None and _either(analysis, last, mention):
                extra[-1] = replace(mention, start=last.start, low=last.low)
                continue
            extra.append(mention)
    return extra


def _between(analysis: Analysis, found: list[Amount]) -> list[Amount]:
    """The amounts, with "entre 50 et 100" as one where neither has a unit."""
    lead, joint = ("entre ", " et ") if analysis.lang == "fr" else ("between ", " and ")
    if lead not in analysis.folded:
        return found
    joined: list[Amount] = []
    for amount in found:
        last = joined[-1] if joined else None
        if last is not None and last.unit is None and amount.unit is None and last.low is not None:
            opened = analysis.folded[max(0, last.start - len(lead)) : last.start] == lead
            rises = amount.high is not None and last.low < amount.high and last.low == last.high
            if opened and rises and analysis.folded[last.end : amount.start] == joint:
                joined[-1] = replace(amount, start=last.start - len(lead), low=last.low)
                continue
        joined.append(amount)
    return joined


def _either(analysis: Analysis, low: MoneyMention, high: MoneyMention) -> bool:
    """ "60 ou 80", "100, voire 120": the two ends of a range."""
    first, second = low.low, high.high
    if low.per_unit is not None or first is None or second is None or first != low.high or first >= second:
        return False
    return re.fullmatch(r",?[ ](?:ou|voire|or|even)[ ]", analysis.folded[low.end : high.start]) is not None


def _each(amount: Amount) -> Amount:
    """ "des cachets à 5 pièce": the piece says what the number buys, it is not counted by it."""
    single = amount.unit is not None and amount.unit.code == "unit" and not amount.token.words
    return replace(amount, unit=None, end=amount.token.end) if single else amount


def _dates_near(analysis: Analysis, amount: Amount) -> list[DateMention]:
    return list(within(analysis.dates, amount.start - 40, amount.end))


def _bare(
    analysis: Analysis, amount: Amount, money: list[MoneyMention], extra: list[MoneyMention]
) -> MoneyMention | None:
    """A bare number that goes on with a price of its sentence, or, after a verb of price, of the one before."""
    index = analysis.sentence_index(amount.start)
    sentence = analysis.sentences[index]
    earliest = analysis.sentences[max(0, index - _SENTENCES_BACK)].start
    if not within(money, earliest, amount.start) and not any(earliest <= m.start for m in extra):
        return _alone(analysis, amount, money, sentence)  # nothing to go on with: most bare numbers
    words, folded = _words(analysis.lang), analysis.folded
    head_start = max(sentence.start, amount.start - _LOOK_BACK)
    said = words.verb.search(folded, head_start, amount.start)
    verb = (
        said is not None
        and not _other_count(analysis, sentence, said.start())
        and not _counted(analysis, said.start(), amount.end)
    )
    first = earliest if verb else sentence.start
    before = [m for m in [*within(money, first, amount.start), *extra] if first <= m.start]
    before = [m for m in before if m.end <= amount.start]
    if not before:
        return _alone(analysis, amount, money, sentence)
    model = max(before, key=lambda m: m.start)
    compared = words.compared.search(folded, head_start, amount.start)
    listed = words.list.search(folded, head_start, amount.start)
    if (compared or listed) and _of_other_measure(analysis, sentence, amount):
        compared = listed = None  # "160 mg, contre 70 à 80": goes on with a content
    unit = _unit_noun(analysis, max(sentence.start, model.end), amount.start)
    product = _product(analysis, max(sentence.start, model.end), amount.start)
    pause = words.pause.match(folded, amount.end) is not None
    told = verb or words.told.search(folded, head_start, amount.start) is not None  # "on revend à 7"
    told = told and (pause or words.goes_on.match(folded, amount.end) is not None)
    portion = _portion(analysis, model, head_start, amount)
    if portion is not None and pause:
        return portion
    scoped = pause and _scoped(analysis, model.end, amount.start)
    if not (compared or listed or unit or product or told or scoped):
        return _alone(analysis, amount, money, sentence)
    p, g = patterns(analysis.lang), grammar(analysis.lang)
    per_value, per_unit, end = per_unit_after(folded, amount.end, p, g)
    several = lot_after(analysis.lang).match(folded, amount.end) if listed and per_unit is None else None
    if several is not None and number(several["n"], analysis.lang) < (amount.low or amount.high or 0):
        per_value, per_unit, end = number(several["n"], analysis.lang), "unit", several.end()
    elif listed and per_unit is None and (half := words.half.match(folded, amount.end)) is not None:
        per_value, per_unit, end = 0.5, "unit", half.end()
    closed = pause and (unit or product or (listed and per_unit))
    aimed = folded[amount.start - 3 : amount.start] == " a " or amount.low is None  # "et à 40", "jusqu'à 50"
    if listed is not None and not closed and _next_figure(analysis, model.end, amount.start):
        closed = aimed and _goes_on(analysis, amount.end)
        closed = closed or words.setting.match(folded, amount.end) is not None
    closed = closed or (listed is not None and words.lots.match(folded, amount.end) is not None)
    closed = closed or (listed is not None and _parallel(analysis, model, amount))
    after = compared is not None and (
        words.after_compared.match(folded, amount.end) is not None
        or (_goes_on(analysis, amount.end) and _next_figure(analysis, model.end, amount.start))
    )
    explained = _explained(analysis, amount.end)
    if not (per_unit or closed or told or after or explained or scoped):
        return None
    value = amount.low if amount.low is not None else amount.high
    reference = model.low if model.low is not None else model.high
    by_route = (
        explained
        and (model.per_unit == "kg" or (verb and (model.low or model.high or 0) >= _KILO))
        and bool(within(analysis.places, amount.end, amount.end + _PLACE_NEAR))
    )
    scale = _UNIT_SCALE if unit or (per_unit and several is None) else _SCALE * 4 if product else _SCALE
    resold = said is not None and verb and folded[said.start() : said.start() + 2] == "re"
    scale = max(scale, _RESALE_SCALE) if resold else scale
    scale = _ROUTE_SCALE if by_route else _LOT_SCALE if several is not None else scale
    if not reference or value is None or not 1 / scale <= value / reference <= scale:
        return None
    return MoneyMention(
        start=amount.start, end=end, low=amount.low, high=amount.high, currency=model.currency,
        per_value=per_value, per_unit=per_unit,
    )  # fmt: skip


def _portion(analysis: Analysis, model: MoneyMention, start: int, amount: Amount) -> MoneyMention | None:
    """ "un demi-gramme à 40 euros, un quart à 20": a part of what was priced, in its currency."""
    bare = MoneyMention(
        start=amount.start, end=amount.end, low=amount.low, high=amount.high, currency=model.currency
    )
    joined = as_portion(analysis, bare)
    if joined is not bare:
        return joined
    found = portion_of(analysis, bare, start)
    if found is None or found[1] != "unit":
        return None
    return MoneyMention(
        start=found[2], end=amount.end, low=amount.low, high=amount.high, currency=model.currency,
        per_value=found[0], per_unit="unit",
    )  # fmt: skip


def _parallel(analysis: Analysis, model: MoneyMention, amount: Amount) -> bool:
    """ "30 euros en semaine, 40 le dimanche", "60 pour les habitués, 70 pour les autres": a short clause for each figure.

    What follows both is no noun that they count, and nothing is counted in between.
    """
    value, reference = amount.low or amount.high, model.low or model.high
    if not value or not reference or not 1 / _PARALLEL_SCALE <= value / reference <= _PARALLEL_SCALE:
        return False
    if amount.start - model.end > _PARALLEL_REACH or _goes_on(analysis, model.end) is False:
        return False
    if _sum_follows(analysis.lang).match(analysis.folded, amount.end) is not None:
        return False  # "pills £10 each or five for £30"
    if not _goes_on(analysis, amount.end) or not _next_figure(analysis, model.end, amount.start):
        return False
    clause = analysis.folded[model.end : amount.start]
    told = any(
        hits_in(analysis, name, model.end, amount.start) for name in ("events", "purity", "quantity_kinds")
    )
    return (
        not told and re.search(r"[;:.]", clause) is None and not _counted(analysis, amount.start, amount.end)
    )


def _of_other_measure(analysis: Analysis, sentence: Span, amount: Amount) -> bool:
    """Whether the last figure with a unit before a bare one is a content or a share, which it goes on with."""
    for found in reversed(within(analysis.amounts, sentence.start, amount.start)):
        if found.unit is None or found.end > amount.start:
            continue
        sizes = any(m.end > found.start - _SIZE for m in within(analysis.money, sentence.start, found.start))
        return found.unit.kind == "percent" or (found.unit.code in ("mg", "µg") and not sizes)
    return False


@cache
def _sum_follows(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{link_words(lang, 'at')}[€£$]?\d")


def _next_figure(analysis: Analysis, start: int, end: int) -> bool:
    """Whether no other figure but those of dates stands between: "60 euros, trois blessés, 12 en ville" lists no price."""
    return all(
        within(analysis.dates, max(start, a.start - 12), a.end)
        or any(m.end > a.start for m in within(analysis.substances, a.start - 1, a.end))  # "3-MMC"
        for a in within(analysis.amounts, start, end)
    )


def _goes_on(analysis: Analysis, end: int) -> bool:
    """Whether a figure is complete where it ends: a pause, or words of time, place or condition, no noun it counts."""
    words = _words(analysis.lang)
    return (
        words.pause.match(analysis.folded, end) is not None
        or words.goes_on.match(analysis.folded, end) is not None
    )


def _counted(analysis: Analysis, verb: int, end: int) -> bool:
    """Whether a verb at `verb` counts things up to `end`, no sum: "il en vendait 30", "vendu 200 par jour"."""
    head = analysis.folded[max(0, verb - 12) : verb]
    after_en = re.search(r"\ben (?:a |ont |avait |avaient )?$", head) if analysis.lang == "fr" else None
    if after_en and _counting(analysis.lang).match(analysis.folded, verb):
        return True
    return _rate(analysis.lang).match(analysis.folded, end) is not None


@cache
def _counting(lang: str) -> re.Pattern[str]:
    return re.compile(rf"{counting_verbs(lang)}(?!\w)")


@cache
def _rate(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{any_of(lang, 'per_time')}(?!\w)")


def _alone(
    analysis: Analysis, amount: Amount, money: list[MoneyMention], sentence: Span
) -> MoneyMention | None:
    """A bare number that its own clause prices: "le gramme, qui en valait 80 en 2019", "des barrettes à 20".

    Its currency is that of the nearest amount of money of the document; without one it is no price.
    """
    if (rated := _rated(analysis, amount, money)) is not None:
        return rated
    if not money or analysis.lang != "fr" or not _goes_on(analysis, amount.end):
        return None
    folded, floor = analysis.folded, max(sentence.start, amount.start - 80)
    if amount.low is not None and amount.low >= _WORTH and "million" in folded[amount.start : amount.end]:
        return _worth(analysis, amount, money)
    if not names_unit(analysis, floor, amount.start):
        return None
    value = amount.low if amount.low is not None else amount.high
    verb = _words(analysis.lang).verb.search(folded, floor, amount.start)
    if value is None or value < 1 or (verb is None and folded[amount.start - 3 : amount.start] != " a "):
        return None
    if verb is not None and _other_count(analysis, sentence, verb.start()):
        return None
    units = list(unit_before(analysis.lang).finditer(folded, floor, amount.start))
    last = units[-1] if units else None
    if last is None or last["num"] is not None:
        return None
    kind = grammar(analysis.lang).units[" ".join(last["u"].split())].kind
    gap = folded[last.end() : amount.start]
    if verb is None and (kind != "piece" or not last["ind"] or gap != " a "):
        return None
    if verb is not None and not (last["def"] and kind in ("mass", "piece")):
        return None
    nearest = min(money, key=lambda m: abs(m.start - amount.start))
    return MoneyMention(
        start=amount.start, end=amount.end, low=amount.low, high=amount.high, currency=nearest.currency
    )


def _rated(analysis: Analysis, amount: Amount, money: list[MoneyMention]) -> MoneyMention | None:
    """ "Soixante le gramme": a number said for one gram or kilo with an article is a sum."""
    if analysis.lang != "fr" or _for_each().match(analysis.folded, amount.end) is None:
        return None
    value, unit, end = per_unit_after(analysis.folded, amount.end, patterns("fr"), grammar("fr"))
    if (
        unit not in ("g", "kg")
        or value is None
        or not (money or '"' in analysis.folded[amount.start - 2 : amount.start])
    ):
        return None
    nearest = min(money, key=lambda m: abs(m.start - amount.start), default=None)
    currency = nearest.currency if nearest is not None else _DEFAULT_CURRENCY["fr"]
    return MoneyMention(
        start=amount.start, end=end, low=amount.low, high=amount.high, currency=currency, per_value=value, per_unit=unit
    )  # fmt: skip


@cache
def _for_each() -> re.Pattern[str]:
    return re.compile(r"[ ](?:le|la|l')[ ]?(?:demi[ -])?[a-z]")


def _worth(analysis: Analysis, amount: Amount, money: list[MoneyMention]) -> MoneyMention | None:
    """ "Le chargement représente trois millions": of which currency the nearest sum says."""
    hits = hits_in(analysis, "price_context", max(0, amount.start - 24), amount.start)
    if not hits or hits[-1].term.id != "valuation":
        return None
    nearest = min(money, key=lambda m: abs(m.start - amount.start))
    return MoneyMention(
        start=amount.start, end=amount.end, low=amount.low, high=amount.high, currency=nearest.currency
    )


def _other_count(analysis: Analysis, sentence: Span, before: int) -> bool:
    """Whether the clause counts something else than money: "le nombre de décès passe à 31 en 2023"."""
    begin = max(
        [
            sentence.start,
            *(m.end for m in analysis.money if sentence.start <= m.start and m.end <= before),
        ]
    )
    told = any(hits_in(analysis, name, begin, before) for name in ("events", "purity"))
    return told or _number_of(analysis.lang).search(analysis.folded, begin, before) is not None


@cache
def _number_of(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(lang, 'number_of')}(?!\w)")


def _scoped(analysis: Analysis, start: int, end: int) -> bool:
    """Whether only a place or a time, and small words, stand between a price and a number: "; à Perpignan, à 60"."""
    if end - start > 60:
        return False
    named: list[Spanned] = [*within(analysis.places, start, end), *within(analysis.dates, start, end)]
    rest = _later(analysis.lang).sub(" ", analysis.folded[start:end])
    if (not named and len(rest) == end - start) or any(m.end > end for m in named):
        return False
    for mention in named:
        rest = rest.replace(analysis.folded[mention.start : mention.end], " ", 1)
    return re.search(r"[,;:]", rest) is not None and _small(analysis.lang).fullmatch(rest) is not None


@cache
def _later(lang: str) -> re.Pattern[str]:
    """ "; cinq ans après, neuf": a span of time from the price before."""
    numeral = alternation(w for w, v in grammar(lang).numbers.items() if 0 < v < 100)
    return re.compile(rf"\b(?:{numeral}|\d{{1,2}})[ ]{any_of(lang, 'time_later')}(?!\w)")


@cache
def _small(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?:[ ,;:(]|\b{any_of(lang, 'scope_words')}(?!\w))+")


def _unit_noun(analysis: Analysis, start: int, end: int) -> bool:
    """Whether a unit introduces what stands at `end`: "le kilo 2 400", "un flacon de codéine à 12"."""
    last = None
    if not names_unit(analysis, start, end):
        return False
    for match in unit_before(analysis.lang).finditer(analysis.folded, start, end):
        sizes = last is not None and analysis.folded[last.end() : match.start()].strip() in ("de", "of")
        if not sizes:  # "la plaquette de cent grammes 350": the mass sizes the piece
            last = match
    if last is None or (last["num"] is not None and last["num"] not in grammar(analysis.lang).link["one"]):
        return False
    gap = analysis.folded[last.end() : end]
    named = re.match(r"[ ](?:de |d'|of )[^,;.:\d]{1,28}", gap)
    rest = _words(analysis.lang).introduced
    sold = hits_in(analysis, "price_context", last.end(), end)  # "le kilo tourne autour de 30 000"
    if len(gap) < 40 and not re.search(r"[,;:()]", gap) and any(h.term.id == "retail" for h in sold):
        return True
    return rest.fullmatch(gap) is not None or (
        named is not None and rest.search(gap) is not None and len(gap) < 40
    )


def _product(analysis: Analysis, start: int, end: int) -> bool:
    """Whether a product introduces what stands at `end`: "MDMA à 40 ; kétamine, 35"."""
    named = [m for m in within(analysis.substances, start, end) if m.substance and m.end <= end]
    if not named:
        return False
    gap = analysis.folded[named[-1].end : end]
    if len(gap) <= 24 and _words(analysis.lang).introduced.fullmatch(gap) is not None:
        return True
    aside = re.fullmatch(
        r",[ ][^,;.:()]{3,50},[ ](?P<at>\S+[ ])", gap
    )  # "la 3-MMC, inconnue avant 2019, à 25"
    return aside is not None and re.fullmatch(link_words(analysis.lang, "at"), aside["at"]) is not None


@cache
def _that_of(lang: str) -> re.Pattern[str]:
    return re.compile(rf"[ ]{leading(lang, 'that_of')}")


def _explained(analysis: Analysis, end: int) -> bool:
    """Whether what follows a bare number says what it is the price of: a substance, a year, a place."""
    folded, words = analysis.folded, _words(analysis.lang)
    if match := words.pour.match(folded, end):
        return any(m.substance for m in within(analysis.substances, match.end(), match.end() + 2))
    if (match := words.date_next.match(folded, end)) and within(analysis.dates, end, match.end() + 12):
        return True
    if within(analysis.dates, end, end + 2) or words.now.match(folded, end):
        return True
    if (match := words.place_next.match(folded, end)) and within(analysis.places, end, match.end() + 4):
        return True
    of = _that_of(analysis.lang).match(folded, end)  # "10 celui d'herbe"
    if of is not None and any(m.substance for m in within(analysis.substances, of.end() - 1, of.end() + 2)):
        return True
    arrived = words.arrived.match(folded, end)
    return arrived is not None and bool(within(analysis.places, end, arrived.end() + 2))


def _lot(
    analysis: Analysis, found: list[Amount], index: int, money: list[MoneyMention], extra: list[MoneyMention]
) -> MoneyMention | None:
    """ "un gramme à 70" or, after it, "deux à 120", "trois pour 25"."""
    if index == 0:
        return None
    amount, previous = found[index], found[index - 1]
    if previous.low is None or amount.low is None or previous.end > amount.start:
        return None
    gap = analysis.folded[previous.end : amount.start]
    if not _words(analysis.lang).at.match(gap) or previous.low > 100 or amount.low < 2:
        return None
    last = max((m for m in [*money, *extra] if m.end <= previous.start), key=lambda m: m.end, default=None)
    if previous.unit is not None:
        if previous.unit.kind not in ("mass", "piece") or previous.unit.code in ("t", "unit"):
            return None
        unit, currency = previous.unit.code, _currency(analysis)
    elif last is not None and amount.start - last.end < 40 and _counts(analysis, previous):
        unit, currency = last.per_unit or "unit", last.currency
    else:
        return None
    if currency is None or amount.low <= previous.low:
        return None
    return MoneyMention(
        start=previous.start, end=amount.end, low=amount.low, high=amount.high, currency=currency,
        per_value=previous.low, per_unit=unit,
    )  # fmt: skip


def _counts(analysis: Analysis, amount: Amount) -> bool:
    """Whether a bare number counts the unit said before ("deux à 120")."""
    if amount.low is None or amount.low > 50:
        return False
    word = analysis.folded[amount.start : amount.end]
    return amount.token.words or word in grammar(analysis.lang).numbers or amount.low <= 20


def _currency(analysis: Analysis) -> str | None:
    """The only currency of the document, else the usual one of the language."""
    currencies = {m.currency for m in analysis.money}
    if len(currencies) == 1:
        return currencies.pop()
    return None if currencies else _DEFAULT_CURRENCY.get(analysis.lang)
