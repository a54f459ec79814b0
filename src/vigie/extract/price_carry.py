"""The unit that an amount of money takes from elsewhere: a later noun, the price before, the piece spoken of.

In: Analysis, Candidate and the prices found so far. Out: Candidate with per_value, per_unit and the reason.
Words: data/grammar/<lang>.toml [link]; what is sold by the gram: data/taxonomy/retail.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from vigie.extract.analysis import Analysis, Draft, within
from vigie.extract.cues import hits_in, nearest
from vigie.extract.currency import to_eur
from vigie.extract.link import Link, named_after
from vigie.extract.mentions import MoneyMention
from vigie.extract.price_nouns import unit_before
from vigie.extract.price_unit import Candidate, piece_words, unit_of
from vigie.extract.price_words import any_of, leading, verbs_of_price
from vigie.lexicon.grammar import alternation, grammar, link_words, mass_in_grams
from vigie.lexicon.substances import ancestors
from vigie.lexicon.terms import data_toml
from vigie.model.observation import PriceValue

_AT = re.compile(r"\b(?:at|in|behind|inside|outside|near|from)[ ]$")  # "£3 at the bar"
_MEDICINES = frozenset({"medicines", "benzodiazepines", "gabapentinoids", "z-drugs"})
_SAME_SCALE = 8.0  # a price without unit takes that of a neighbour at most so many times dearer or cheaper
_SAME_SENTENCE_SCALE = 30.0  # within one sentence: "60 euros, celui de la résine de 6 euros"


def model_price(analysis: Analysis, candidate: Candidate, drafts: list[Draft]) -> Draft | None:
    """The earlier unit price that this amount would go on with; one by mass when the product changes."""
    last = next(_priced(drafts), None)
    if last is None:
        return None
    own = [
        m
        for m in within(analysis.substances, max(last.end, candidate.sentence.start), candidate.money.start)
        if m.substance
    ]
    changed = bool(own) and own[-1].substance != last.substance
    pills = (
        isinstance(last.value, PriceValue)
        and last.value.per_unit == "pill"
        and own
        and _is_medicine(own[-1].substance)
    )
    if (
        changed
        and not pills
        and isinstance(last.value, PriceValue)
        and last.value.per_unit not in mass_in_grams()
    ):
        return next((d for d in _priced(drafts) if _unit(d) in mass_in_grams()), None)
    if not changed or last.start >= candidate.sentence.start or _unit(last) in (None, "g"):
        return last
    if _unit(last) in mass_in_grams():
        # "£8 a gram or £120 an ounce. DMT is at £45": another product is not priced by the ounce for that
        return next((d for d in _priced(drafts) if _unit(d) == "g"), None)
    return last


def _priced(drafts: list[Draft]) -> Iterator[Draft]:
    """The prices per unit found so far, the last first."""
    for draft in reversed(drafts):
        value = draft.value
        if isinstance(value, PriceValue) and value.per_unit is not None and value.kind != "wage":
            yield draft


def _unit(draft: Draft) -> str | None:
    """The unit that a price is given for."""
    return draft.value.per_unit if isinstance(draft.value, PriceValue) else None


def _is_medicine(substance: str | None) -> bool:
    """Whether a product is sold by the pill like the medicine priced before it."""
    return substance is not None and bool(ancestors(substance) & _MEDICINES)


def carried_unit(analysis: Analysis, candidate: Candidate, previous: Draft | None) -> Candidate:
    """The unit of the price before, of a noun in the sentence, or of the piece spoken of, by scale and wording."""
    money, sentence = candidate.money, candidate.sentence
    if _unknown_unit(analysis, money) or _odd_portion(analysis, candidate):
        return replace(candidate, unit_reason="unknown")
    value = previous.value if previous is not None else None
    compared = previous is not None and _compared_with(analysis, previous, money)
    if compared and isinstance(value, PriceValue) and _same_scale(analysis, money, value, same_sentence=True):
        return replace(candidate, per_value=value.per_value, per_unit=value.per_unit, unit_reason="carried")
    ahead = _definite_unit(analysis, money.end, sentence.end, first=True)
    wanted = frozenset({"retail", "other", "wholesale"})
    retail = nearest(analysis, "price_context", money.start, money.end, before=90, after=40, ids=wanted)
    if (
        ahead is not None
        and ahead.start() - money.end < 70
        and not within(analysis.money, money.end, ahead.start())
        and not _AT.search(analysis.folded[max(0, ahead.start() - 10) : ahead.start()])
        and not re.search(r"[;:)]", analysis.folded[money.end : ahead.start()])
        and not (
            previous is not None
            and previous.start >= sentence.start
            and "," in analysis.folded[money.end : ahead.start()]
        )  # "150 000 dans les îles, où l'on achète au dixième de gramme" goes on with the price before
    ):
        named = named_after(analysis, ahead.end())
        if named is None or named.substance is None or not _product_before(analysis, candidate):
            return _take(analysis, candidate, ahead, "ahead")
    each = candidate.per_unit == "unit" and candidate.per_value == 1.0
    if each and (piece := _piece_subject(analysis, candidate, retail is not None)).unit_reason == "subject":
        return piece
    value = previous.value if previous is not None else None
    if (
        previous is not None
        and isinstance(value, PriceValue)
        and value.per_unit
        and not (each and value.per_unit in mass_in_grams())
    ):
        if candidate.unit_reason == "lot" and value.per_unit in mass_in_grams() and value.per_unit != "g":
            return candidate  # "a quarter ounce for $50; gummies, four for $40": no ounces
        apart = analysis.sentence_index(money.start) - analysis.sentence_index(previous.start)
        if apart == 1 and not _product_before(analysis, candidate):
            subject = _piece_subject(analysis, candidate, retail is not None)
            if subject.unit_reason == "subject" and value.per_unit in mass_in_grams():
                return subject
        worded = (
            retail is not None
            or _listed(analysis, money)
            or _product_before(analysis, candidate)
            or _that_of(analysis, candidate)
            or _it_is(analysis, candidate)
        )
        if (
            apart <= 2
            and (apart == 0 or worded)
            and _same_scale(analysis, money, value, same_sentence=apart == 0)
        ):
            said_again = value.currency != money.currency  # "£90 for two grams ($130)"
            part = (
                value.per_value is not None and value.per_value < 1
            )  # "la boulette de 0,7 gramme … part à 50"
            bare = all(a.unit is None for a in within(analysis.amounts, money.start, money.end))
            part = part or (apart == 0 and _sold_again(analysis, money))
            part = part and bare and money.per_value is None and not _product_before(analysis, candidate)
            per_value = candidate.per_value or (value.per_value if said_again or part else 1.0)
            return replace(candidate, per_value=per_value, per_unit=value.per_unit, unit_reason="carried")
    own = (
        _product_before(analysis, candidate)
        and ahead is not None
        and within(analysis.money, money.end, ahead.start())
    )
    if ahead is not None and retail is not None and not own:
        return _take(analysis, candidate, ahead, "ahead")
    behind = _definite_unit(analysis, sentence.start, money.start)
    if behind is not None and (retail is not None or within(analysis.money, behind.end(), money.start)):
        return _take(analysis, candidate, behind, "sentence")
    return _piece_subject(analysis, candidate, retail is not None)


def _compared_with(analysis: Analysis, previous: Draft, money: MoneyMention) -> bool:
    """ "€24,000 a kilo in spring from €29,000 in 2021, and a gram costs €50": the same price at another time."""
    between = analysis.folded[previous.end : money.start]
    return len(between) < 60 and _comparison(analysis.lang).fullmatch(between) is not None


@cache
def _comparison(lang: str) -> re.Pattern[str]:
    words = alternation(grammar(lang).link["price_before"])
    return re.compile(rf"[^.;:,\d]{{0,30}},?[ ]{words}[ ]")


def _unknown_unit(analysis: Analysis, money: MoneyMention) -> bool:
    """ "5 euros la cigarette": sold by something that is no unit here; better no unit than a wrong one."""
    match = _thing_after(analysis.lang).match(analysis.folded, money.end)
    return match is not None and match["w"] not in grammar(analysis.lang).link["not_a_unit"]


def _odd_portion(analysis: Analysis, candidate: Candidate) -> bool:
    """ "le ticket de coke à 50 euros": the product in a measure of its own, of which no weight is known: no gram."""
    start = max(candidate.sentence.start, candidate.money.start - 60)
    said = _odd(analysis.lang).search(analysis.folded, start, candidate.money.start)
    if said is None or within(analysis.money, said.end(), candidate.money.start):
        return False
    return any(
        m.substance and m.start <= said.end() + 2
        for m in within(analysis.substances, said.end() - 1, said.end() + 3)
    )


@cache
def _odd(lang: str) -> re.Pattern[str]:
    one = r"(?:le|la|l'|une?|du|de la|la)" if lang == "fr" else r"(?:an?|the|per)"
    return re.compile(rf"\b{one}[ ]?{any_of(lang, 'odd_portions')}[ ](?:de la |de l'|du |de |d'|of )")


@cache
def _thing_after(lang: str) -> re.Pattern[str]:
    article = r"(?:le|la|l'|les)" if lang == "fr" else r"(?:a|an|per)"
    return re.compile(
        rf"[ ]{article}[ ]?(?P<w>[a-z]{{4,}})(?=[ ]?[.,;)]|[ ](?:{alternation(grammar(lang).link['in_place'])})\b|[ ][a-z]+ee?s?[.,;])"
    )


def _take(analysis: Analysis, candidate: Candidate, match: re.Match[str], reason: str) -> Candidate:
    code, value = unit_of(analysis, match)
    return replace(candidate, per_value=candidate.per_value or value, per_unit=code, unit_reason=reason)


_ends_here = re.compile(r"[ ]?(?:[.;)]|$)")


def _product_before(analysis: Analysis, candidate: Candidate) -> bool:
    """ "la kétamine à 30 euros", "l'héroïne est stable, à 35 euros": a product right before its price."""
    money = candidate.money
    near = within(analysis.substances, max(candidate.sentence.start, money.start - 60), money.start)
    named = [m for m in near if m.substance and m.end <= money.start]
    if not named:
        return False
    gap = analysis.folded[named[-1].end : money.start]
    if re.fullmatch(r"(?:[ ][a-z']+){0,3}[ ]?:[ ]?", gap) is not None:
        return True  # "Kétamine : 35 €"
    if gap == " " and analysis.folded[money.start] in "£$€":
        return True  # "Coke £70"
    if gap == ", " and _ends_here.match(analysis.folded, money.end) is not None:
        taken = hits_in(analysis, "quantity_kinds", candidate.sentence.start, money.start)
        return not taken  # "Il livrait aussi de la kétamine, 30 euros."
    return re.fullmatch(rf"[^;:\d]{{0,24}}[ ]{link_words(analysis.lang, 'priced_at')}", gap) is not None


def _sold_again(analysis: Analysis, money: MoneyMention) -> bool:
    """ "La plaquette de 100 grammes coûte 280 euros et ressort à 450": a verb of sale right before, of the same thing."""
    return (
        _sold_verb(analysis.lang).search(analysis.folded, max(0, money.start - 30), money.start) is not None
    )


@cache
def _sold_verb(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){verbs_of_price(lang)}$")


def _that_of(analysis: Analysis, candidate: Candidate) -> bool:
    """ "Celui d'héroïne, 25 €": the unit goes on, of another product."""
    head = analysis.folded[candidate.sentence.start : candidate.money.start]
    pattern = rf"[\"]?{leading(analysis.lang, 'that_of')}[^;:.\d]{{2,40}}"
    return re.fullmatch(pattern, head) is not None


def _it_is(analysis: Analysis, candidate: Candidate) -> bool:
    """ "It is £50 now", "C'était 70 euros en 2019": a sentence that begins with a pronoun goes on with the price before."""
    head = analysis.folded[candidate.sentence.start : candidate.money.start]
    return _pronoun_first(analysis.lang).fullmatch(head) is not None


@cache
def _pronoun_first(lang: str) -> re.Pattern[str]:
    time = (
        r"(?:(?:today|now|then|aujourd'hui|desormais|maintenant|hier|alors|mais|but|en \d{4}|in \d{4}),?[ ])?"
    )
    near = alternation(grammar(lang).bounds["near"])
    verb = leading(lang, "pronoun_is")
    return re.compile(rf"[\"(]*{time}{verb}(?:{leading(lang, 'priced_adverb')})?(?:{near}[ ])?")


def _definite_unit(analysis: Analysis, start: int, end: int, *, first: bool = False) -> re.Match[str] | None:
    """The last (or first) "le gramme", "the pill" in [start, end)."""
    last = None
    for match in unit_before(analysis.lang).finditer(analysis.folded, start, end):
        if match["def"] and match["def"].strip() in grammar(analysis.lang).link["definite"]:
            last = match
            if first:
                break
    return last


def _piece_subject(analysis: Analysis, candidate: Candidate, retail: bool) -> Candidate:
    """ "Les comprimés se vendent 8 euros pièce", "Le comprimé contenait 245 mg. Vendu 7 euros": the piece spoken of."""
    each = candidate.per_unit == "unit" and candidate.per_value == 1.0
    if not each and not retail:
        return candidate
    g = grammar(analysis.lang)
    index = analysis.sentence_index(candidate.money.start)
    first = analysis.sentences[max(0, index - 1)].start
    found, last = None, 0
    for match in re.finditer(
        rf"\b(?P<u>{piece_words(analysis.lang)})(?![\w'])", analysis.folded[first : candidate.money.start]
    ):
        if _holds_other(analysis.lang).search(
            analysis.folded, max(0, first + match.start() - 16), first + match.start()
        ):
            continue  # "312 comprimés dans une boîte de céréales"
        here = first + match.start() >= candidate.sentence.start
        starts = first + match.start() - first < 16
        if each or here or starts:
            code = g.units[" ".join(match["u"].split())].code
            found = code if code != "dose" or found is None else found
            last = first + match.start()
    if found is None or found in ("parcel", "bar"):
        return candidate
    if not each and _product_before(analysis, candidate):
        own = analysis.products_in(candidate.sentence.start, candidate.money.start)[-1:]
        usual: dict[str, str] = data_toml("taxonomy", "retail.toml")["piece"]
        if any(m.start > last and found not in (m.form, usual.get(m.substance or "")) for m in own):
            return candidate  # "pills £10 each or five for £30; ketamine £30"
    return replace(candidate, per_value=candidate.per_value or 1.0, per_unit=found, unit_reason="subject")


@cache
def _holds_other(lang: str) -> re.Pattern[str]:
    """What stands before a thing that others are in."""
    return re.compile(
        r"\b(?:dans|en)[ ](?:une?|des|la|le|les|sa|son|deux|plusieurs)[ ](?:[a-z]+[ ])?$"
        if lang == "fr"
        else r"\b(?:in|inside)[ ](?:an?|the|two|his|her|their)[ ](?:[a-z]+[ ])?$"
    )


def _listed(analysis: Analysis, money: MoneyMention) -> bool:
    """ "53 euros dans le Nord, 61 euros en Corse": an amount followed by a place goes on with the price before."""
    return bool(within(analysis.places, money.end, money.end + 18))


def _same_scale(analysis: Analysis, money: MoneyMention, value: PriceValue, *, same_sentence: bool) -> bool:
    amount = money.low if money.low is not None else money.high
    other = value.low if value.low is not None else value.high
    if not amount or not other:
        return False
    a = to_eur(amount, money.currency, analysis.reference)[0] or amount
    b = to_eur(other, value.currency, analysis.reference)[0] or other
    scale = _SAME_SENTENCE_SCALE if same_sentence else _SAME_SCALE
    return 1 / scale <= a / b <= scale


_or_grams = re.compile(
    r",?[ ](?:ou|or)[ ][^,.;:]{1,24}[ ](?:g|grammes|grams)\b"
)  # "35 euros, ou 150 les cinq grammes"


def assumed_gram(analysis: Analysis, candidate: Candidate, link: Link) -> Candidate:
    """ "se vend 60 à 100 euros" without a unit: a gram for what is sold by the gram, said so in the rule."""
    money, by_gram = candidate.money, data_toml("taxonomy", "retail.toml")
    sold = nearest(
        analysis, "price_context", money.start, money.end, before=40, after=0, ids=frozenset({"retail"})
    )
    low = to_eur(money.low or money.high or 0.0, money.currency, analysis.reference)[0] or 0.0
    in_range = by_gram["range_eur"][0] <= low <= by_gram["range_eur"][1]
    loose = link.substance == "mdma" and link.form in ("powder", "crystal")
    if (link.substance not in by_gram["by_gram"] and not loose) or not in_range:
        return candidate
    between = analysis.folded[sold.end : money.start] if sold is not None else ","
    beside = _product_before(analysis, candidate)  # "à Lyon, la cocaïne est à 65 euros"
    beside = beside or _or_grams.match(analysis.folded, money.end) is not None
    if not beside and (len(between) > 25 or re.search(r"[,;]", between)):
        return candidate
    return replace(candidate, per_value=1.0, per_unit="g", unit_reason="assumed")
