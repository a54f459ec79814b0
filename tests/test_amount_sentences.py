"""Amounts in whole sentences, as people write them: every row is a sentence of our own, with look-alikes that are none.

The rows vary what a rule must hold against: capitals, typographic spaces and apostrophes, other words, other order.
"""

from __future__ import annotations

import pytest

from vigie.extract import extract
from vigie.extract.amounts import find_money, find_percents, find_quantities
from vigie.extract.number_forms import find_numbers
from vigie.model.document import CleanDocument
from vigie.model.observation import QuantityValue
from vigie.model.period import PartialDate

Row = tuple[str, str, list[tuple[float | None, float | None, str]]]

MONEY: list[Row] = [
    ("fr", "Ils ont trouvé une vingtaine d'euros sur lui.", [(20, 20, "EUR")]),
    ("fr", "Une Vingtaine d’euros suffisent.", [(20, 20, "EUR")]),
    ("fr", "Une trentaine de dollars canadiens par mois.", [(30, 30, "CAD")]),
    ("fr", "Le total atteint 33 000 €.", [(33000, 33000, "EUR")]),
    ("fr", "Le total atteint 33\u202f000 €.", [(33000, 33000, "EUR")]),
    ("fr", "Le kilo passe de 3.200 à 33.000 ¤.", [(3200, 3200, "EUR"), (33000, 33000, "EUR")]),
    ("fr", "Le kilo se paie entre 28 et 33 000 euros.", [(28000, 33000, "EUR")]),
    ("fr", "Il faut compter 28 à 33\u202f000 euros.", [(28000, 33000, "EUR")]),
    ("en", "The haul is worth $1.7 million.", [(1700000.0, 1700000.0, "USD")]),
    ("en", "A profit of $1-2 million was made.", [(1000000.0, 2000000.0, "USD")]),
    ("en", "They moved 3.5bn dollars.", [(3500000000.0, 3500000000.0, "USD")]),
    ("en", "He paid $ 1.5 mln for it.", [(1500000.0, 1500000.0, "USD")]),
    ("en", "He owes 10k euros.", [(10000, 10000, "EUR")]),
    ("en", "Between £5-10k a week.", [(5000, 10000, "GBP")]),
    ("fr", "Il touchait 2 k€ par jour.", [(2000, 2000, "EUR")]),
    ("fr", "De 5 à 10 k€ selon la qualité.", [(5000, 10000, "EUR")]),
    ("fr", "Un chiffre de 3 M€ puis 4,5 Md€.", [(3000000.0, 3000000.0, "EUR"), (4500000000.0, 4500000000.0, "EUR")]),
    ("en", "About £50,000 in cash.", [(50000, 50000, "GBP")]),
    ("fr", "La dose part à 8e le g.", [(8, 8, "EUR")]),
    ("fr", "Ça coûte 2 euros 50.", [(2.5, 2.5, "EUR")]),
    ("fr", "Le cachet est à 2€50 pièce.", [(2.5, 2.5, "EUR")]),
    ("fr", "Deux euros et vingt centimes le comprimé.", [(2.2, 2.2, "EUR")]),
    ("fr", "Il coûte 3 dollars et 50 cents.", [(3.5, 3.5, "USD")]),
    ("en", "It costs three dollars and fifty cents a pill.", [(3.5, 3.5, "USD")]),
    ("en", "It costs 3 pounds 20 pence.", [(3.2, 3.2, "GBP")]),
    ("en", "Prices of $5 and 10 pills.", [(5, 5, "USD")]),
    ("fr", "Il vend à 20 euros 3 fois par jour.", [(20, 20, "EUR")]),
    ("en", "He paid half a million dollars.", [(500000.0, 500000.0, "USD")]),
    ("en", "Two and a half million euros were seized.", [(2500000.0, 2500000.0, "EUR")]),
    ("en", "a hundred and twenty pounds a gram", [(120, 120, "GBP")]),
    ("fr", "septante francs suisses le gramme", [(70, 70, "CHF")]),
    ("fr", "nonante-cinq euros", [(95, 95, "EUR")]),
    ("fr", "mille deux cents euros", [(1200, 1200, "EUR")]),
    ("fr", "un million deux cent mille euros", [(1200000.0, 1200000.0, "EUR")]),
    ("fr", "deux à trois cents euros", [(200, 300, "EUR")]),
    ("fr", "quatre-vingts roupies indiennes", [(80, 80, "INR")]),
    ("fr", "1 000 francs CFA la boulette", [(1000, 1000, "XOF")]),
    ("fr", "500 FCFA", [(500, 500, "XOF")]),
    ("fr", "200 dirhams marocains, 30 dinars tunisiens", [(200, 200, "MAD"), (30, 30, "TND")]),
    ("fr", "400 couronnes suédoises ou 300 couronnes norvégiennes", [(400, 400, "SEK"), (300, 300, "NOK")]),
    ("fr", "50 livres sterling le gramme", [(50, 50, "GBP")]),
    ("fr", "un marché de 30 millions de livres", [(30000000.0, 30000000.0, "GBP")]),
    ("fr", "il a lu 12 livres", []),
    ("fr", "2 sucres et 3 couronnes de fleurs", []),
    ("fr", "il a 5 sols", []),
    ("en", "he won 3 marks", []),
    ("en", "30 Deutsche marks", [(30, 30, "DEM")]),
    ("en", "45 kroner per pill", [(45, 45, "XXX")]),
    ("en", "1,200 Danish kroner", [(1200, 1200, "DKK")]),
    ("en", "Rs 500 a gram", [(500, 500, "INR")]),
    ("en", "Rs. 5 lakh", [(500000.0, 500000.0, "INR")]),
    ("en", "S$300, HK$2,000 and A$25", [(300, 300, "SGD"), (2000, 2000, "HKD"), (25, 25, "AUD")]),
    ("en", "USD 300 or EUR 280", [(300, 300, "USD"), (280, 280, "EUR")]),
    ("en", "GBP1,500", [(1500, 1500, "GBP")]),
    ("en", "3,000 pesos mexicanos", [(3000, 3000, "XXX")]),
    ("en", "400 Mexican pesos", [(400, 400, "MXN")]),
    ("en", "€1.2bn market", [(1200000000.0, 1200000000.0, "EUR")]),
    ("en", "$500 USD", [(500, 500, "USD")]),
    ("en", "$300 CAD an ounce", [(300, 300, "CAD")]),
    ("en", "less than 5 dollars", [(None, 5, "USD")]),
    ("en", "more than $90m", [(90000000.0, None, "USD")]),
    ("en", "nearly 37 million baht", [(37000000.0, 37000000.0, "THB")]),
    ("fr", "près de 60 000 zlotys", [(60000, 60000, "PLN")]),
    ("fr", "jusqu'à 1,5 million de dollars", [(None, 1500000.0, "USD")]),
    ("fr", "plus de 200 €, voire 300", [(200, None, "EUR")]),
    ("fr", "± 60€/gramme", [(60, 60, "EUR")]),
    ("fr", "un billet de 50$ US", [(50, 50, "USD")]),
    ("fr", "à 20 $ à Montréal", [(20, 20, "USD")]),
    ("fr", "3,200 euros le kilo", [(3200, 3200, "EUR")]),
    ("en", "3.200 euros a kilo", [(3200, 3200, "EUR")]),
    ("fr", "l'essence à 1,859 euro le litre", [(1.859, 1.859, "EUR")]),
    ("fr", "5 anciens francs", [(0.05, 0.05, "FRF")]),
    ("fr", "12 000 lires", [(12000, 12000, "ITL")]),
    ("fr", "0,02 bitcoin", [(0.02, 0.02, "BTC")]),
    ("en", "0.5 BTC", [(0.5, 0.5, "BTC")]),
    ("en", "ALL 5 of them, top 3, cop 26, gel 50", []),
    ("en", "500 MAD in cash", [(500, 500, "MAD")]),
    ("en", "from 30 to 40 euros", [(30, 40, "EUR")]),
    ("en", "between $1.2 and 1.5 million", [(1200000.0, 1500000.0, "USD")]),
    ("fr", "de 1,2 à 1,5 million d'euros", [(1200000.0, 1500000.0, "EUR")]),
    ("fr", "trois quarts de million de dollars", [(750000, 750000, "USD")]),
    ("fr", "dix centimes d'euro", [(0.1, 0.1, "EUR")]),
    ("fr", "deux euros et demi le gramme", [(2.5, 2.5, "EUR")]),
    ("fr", "trente-cinq euros et demi", [(35.5, 35.5, "EUR")]),
    ("fr", "12 € et demi, puis 66 livres sterling et demie", [(12.5, 12.5, "EUR"), (66.5, 66.5, "GBP")]),
    ("fr", "20 euros et demi-tarif le soir", [(20, 20, "EUR")]),
    ("fr", "vingt cents la pilule", [(0.2, 0.2, "EUR")]),
    ("fr", "deux millions 500 000 euros", [(2500000.0, 2500000.0, "EUR")]),
    ("en", "2 million 300 thousand yen", [(2300000.0, 2300000.0, "JPY")]),
    ("en", "five to ten thousand rubles", [(5000, 10000, "RUB")]),
    ("en", "he spent 15 pounds", [(15, 15, "GBP")]),
    ("en", "he lost 15 pounds of weight", []),
    ("en", "at most six pounds of meat", []),
    ("en", "12-euro pills", [(12, 12, "EUR")]),
    ("en", "a 50-cent capsule", [(0.5, 0.5, "USD")]),
    ("en", "two dollars fifty", [(2.5, 2.5, "USD")]),
    ("en", "they pay $20 and leave at 43", [(20, 20, "USD")]),
    ("fr", "50 euros et 70 sachets", [(50, 50, "EUR")]),
    ("fr", "entre 10 euros et 20", [(10, 20, "EUR")]),
    ("fr", "Le gramme n'est jamais monté au-dessus de 20 euros.", [(None, 20, "EUR")]),
    ("fr", "Le gramme ne dépasse pas 20 euros.", [(None, 20, "EUR")]),
    ("fr", "Il ne veut plus de 20 euros.", [(20, None, "EUR")]),
    ("en", "It has never gone above £40.", [(None, 40, "GBP")]),
    ("en", "In Cardiff it is a tenner, then two fivers.", [(10, 10, "GBP"), (10, 10, "GBP")]),
    ("en", "Rs20, KSh1,000, RMB3 and ₹2,50,000", [(20, 20, "INR"), (1000, 1000, "KES"), (3, 3, "CNY"), (250000, 250000, "INR")]),
    ("fr", "C'est 20/30 euros, 20 voire 30 euros le week-end.", [(20, 30, "EUR"), (20, 30, "EUR")]),
    ("en", "MDMA5, P2P and B12", []),
]  # fmt: skip

QUANTITIES: list[Row] = [
    ("fr", "Ils ont saisi 1,5 tonne de résine.", [(1.5, 1.5, "t")]),
    ("fr", "Ils ont saisi 1.508 tonne de résine.", [(1.508, 1.508, "t")]),
    ("fr", "Une saisie de 1,508 TONNE.", [(1.508, 1.508, "t")]),
    ("en", "They found 92,5 pounds of meth.", [(92.5, 92.5, "lb")]),
    ("en", "Nearly 37 pounds of cocaine", [(37, 37, "lb")]),
    ("fr", "92,5 pounds de méthamphétamine", [(92.5, 92.5, "lb")]),
    ("fr", "un demi-gramme", [(0.5, 0.5, "g")]),
    ("fr", "le demi gramme", [(0.5, 0.5, "g")]),
    ("en", "half a kilo", [(0.5, 0.5, "kg")]),
    ("en", "half an ounce", [(0.5, 0.5, "oz")]),
    ("en", "three quarters of a gram", [(0.75, 0.75, "g")]),
    ("fr", "trois quarts de gramme", [(0.75, 0.75, "g")]),
    ("fr", "un quart de gramme", [(0.25, 0.25, "g")]),
    ("fr", "un zéro-sept", [(0.7, 0.7, "g")]),
    ("fr", "un Zéro-Cinq, c'est 30 balles", [(0.5, 0.5, "g")]),
    ("fr", "un 0,7", [(0.7, 0.7, "g")]),
    ("fr", "une dose de 0,7 %", []),
    ("fr", "deux kilos et demi", [(2.5, 2.5, "kg")]),
    ("en", "a kilo and a half of coke", [(1.5, 1.5, "kg")]),
    ("en", "two and a half grams", [(2.5, 2.5, "g")]),
    ("en", "at most six pounds of meat", [(None, 6, "lb")]),
    ("fr", "5,2 (kg)", [(5.2, 5.2, "kg")]),
    ("en", "2 - ~7 grams", [(2, 7, "g")]),
    ("fr", "une dizaine de kilos", [(10, 10, "kg")]),
    ("fr", "1,500 comprimés", [(1500, 1500, "pill")]),
    ("en", "1.500 pills", [(1500, 1500, "pill")]),
    ("fr", "12.500 cachets", [(12500, 12500, "pill")]),
    ("fr", "entre 2 et 3 kilogrammes", [(2, 3, "kg")]),
    ("fr", "de 100 à 150 grammes", [(100, 150, "g")]),
    ("fr", "moins d'un gramme", [(None, 1, "g")]),
    ("en", "upwards of 200 kgs", [(200, None, "kg")]),
    ("fr", "deux virgule cinq grammes", [(2.5, 2.5, "g")]),
    ("en", "two point five kilos", [(2.5, 2.5, "kg")]),
    ("en", ".5 g of ketamine", [(0.5, 0.5, "g")]),
    ("en", "½ gram", [(0.5, 0.5, "g")]),
    ("fr", "quatre-vingt-dix kilos", [(90, 90, "kg")]),
    ("fr", "deux cents grammes", [(200, 200, "g")]),
    ("fr", "cinq cent trente-cinq grammes", [(535, 535, "g")]),
    ("fr", "Deux tonnes deux cents, pour être précis.", [(2.2, 2.2, "t")]),
    ("fr", "3 kilos 200 de résine", [(3.2, 3.2, "kg")]),
    ("fr", "3 kilos 200 sachets", [(3, 3, "kg"), (200, 200, "bag")]),
    ("fr", "douze livres d'opium", [(12, 12, "lb")]),
    ("fr", "1/2 gramme, 3/4 de gramme", [(0.5, 0.5, "g"), (0.75, 0.75, "g")]),
    ("fr", "2/3 grammes par jour", [(2, 3, "g")]),
]  # fmt: skip

PERCENTS: list[tuple[str, str, list[tuple[float | None, float | None]]]] = [
    ("fr", "une baisse de -5 %", [(-5, -5)]),
    ("fr", "entre 10 et 12 %", [(10, 12)]),
    ("en", "minus five percent", [(-5, -5)]),
    ("en", "5-10%", [(5, 10)]),
    ("fr", "trois quarts pour cent", [(0.75, 0.75)]),
    ("en", "half a percent", [(0.5, 0.5)]),
    ("fr", "un demi pour cent", [(0.5, 0.5)]),
    ("fr", "4,5 p. 100", [(4.5, 4.5)]),
    ("en", "a hundred per cent", [(100, 100)]),
    ("fr", "La pureté dépasse souvent 85 %.", [(85.0, None)]),
    ("fr", "La pureté n'excède jamais 60 %.", [(None, 60)]),
    ("en", "Purity does not exceed 20%.", [(None, 20)]),
]  # fmt: skip


NUMBERS: list[tuple[str, str, list[tuple[float | None, float | None]]]] = [
    ("fr", "Trois quarts des usagers, deux cinquièmes", [(0.75, 0.75), (0.4, 0.4)]),
    ("fr", "deux cent trois et deux tiers", [(203 + 2 / 3, 203 + 2 / 3)]),
    ("en", "forty and three fifths", [(40.6, 40.6)]),
    ("en", "two million and a half letters", [(2.5e6, 2.5e6)]),
    ("fr", "7 sur 10, un sur quatre", [(0.7, 0.7), (0.25, 0.25)]),
    ("en", "2 out of 5 people", [(0.4, 0.4)]),
    ("en", "2.5x10^3 and 4^2", [(2500, 2500), (16, 16)]),
    ("en", "10M users, 3.5bn, 20k", [(10e6, 10e6), (3.5e9, 3.5e9), (20000, 20000)]),
    ("fr", "au moins 5, moins 5, -5, 10-5", [(5, None), (-5, -5), (-5, -5), (10, 10), (5, 5)]),
    ("fr", "le 18e, le 1er, 29km, la 5G", []),
    ("en", "22nd of May, which one, a 4x4", []),
    ("en", "pages 11,14,27", [(11, 11), (14, 14), (27, 27)]),
    ("fr", "une demi-douzaine, 3 douzaines", [(6, 6), (36, 36)]),
    ("fr", "deux mille vingt-cinq et 33\u202f000,50", [(2025, 2025), (33000.5, 33000.5)]),
    ("en", "three-nought-five", [(3, 3), (0, 0), (5, 5)]),
    ("fr", "zéro virgule zéro huit", [(0.08, 0.08)]),
    ("fr", "un cinquième homme", []),
]  # fmt: skip


def _close(found: list[tuple[object, ...]], expected: list[tuple[object, ...]]) -> bool:
    return len(found) == len(expected) and all(
        all(
            pytest.approx(want) == got if isinstance(want, int | float) else got == want
            for got, want in zip(a, b, strict=True)
        )
        for a, b in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize(("lang", "text", "expected"), MONEY, ids=lambda v: v if isinstance(v, str) else "")
def test_money(lang: str, text: str, expected: list[tuple[object, ...]]) -> None:
    found = [(m.low, m.high, m.currency) for m in find_money(text, lang)]
    assert _close(found, expected), found


@pytest.mark.parametrize(
    ("lang", "text", "expected"), QUANTITIES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_quantities(lang: str, text: str, expected: list[tuple[object, ...]]) -> None:
    found = [(m.low, m.high, m.unit) for m in find_quantities(text, lang)]
    assert _close(found, expected), found


@pytest.mark.parametrize(
    ("lang", "text", "expected"), PERCENTS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_percents(lang: str, text: str, expected: list[tuple[object, ...]]) -> None:
    found = [(m.low, m.high) for m in find_percents(text, lang)]
    assert _close(found, expected), found


@pytest.mark.parametrize(("lang", "text", "expected"), NUMBERS, ids=lambda v: v if isinstance(v, str) else "")
def test_numbers(lang: str, text: str, expected: list[tuple[object, ...]]) -> None:
    found = [(m.low, m.high) for m in find_numbers(text, lang)]
    assert _close(found, expected), found


SEPARATORS = [
    # lang, text, value, ambiguous: language first, then the unit, then the other figures of the text
    ("fr", "3.200 kg saisis", 3200, True),
    ("fr", "3.200 kg saisis, dont 2,5 kg", 3200, False),
    ("fr", "3.200 kg saisis, dont 2.5 kg", 3.2, True),
    ("fr", "3,200 kg saisis", 3.2, False),
    ("fr", "1.508 tonne", 1.508, False),
    ("fr", "1.508 tonnes", 1508, True),
    ("fr", "12.500 comprimés", 12500, False),
    ("fr", "12,500 comprimés", 12500, False),
    ("en", "3,200 kg seized", 3200, False),
    ("en", "3.200 kg seized", 3.2, False),
    ("en", "3,200 kg seized, with 2,5 kg", 3.2, True),
    ("en", "12.500 pills", 12500, False),
]


@pytest.mark.parametrize(("lang", "text", "value", "ambiguous"), SEPARATORS, ids=lambda v: str(v))
def test_a_separator_is_decided_or_said_to_be_ambiguous(
    lang: str, text: str, value: float, ambiguous: bool
) -> None:
    first = find_quantities(text, lang)[0]
    assert (first.low, first.ambiguous) == (value, ambiguous)


def test_an_ambiguous_figure_counts_less_in_extraction() -> None:
    def seized(text: str) -> tuple[float | None, float, str]:
        document = CleanDocument(
            doc_id="d", path="d", format="text", kind="press", grade="C", lang="fr", title="",
            published=PartialDate(2024, 5, 2), outlet="", text=text,
        )  # fmt: skip
        (only,) = (o for o in extract(document) if isinstance(o.value, QuantityValue))
        return only.value.low, only.confidence, only.rule

    sure = seized("Les douaniers ont saisi 3.200 kg de cannabis. Il en restait hier 2,5 % au port.")
    unsure = seized("Les douaniers ont saisi 3.200 kg de cannabis.")
    assert sure[0] == unsure[0] == 3200
    assert unsure[1] < sure[1]
    assert "separator:ambiguous" in unsure[2] and "separator" not in sure[2]
