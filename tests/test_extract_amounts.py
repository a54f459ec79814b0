"""Amounts: what is found, its bounds and unit. Brackets mark the expected span; none = nothing may be found."""

from __future__ import annotations

import pytest

from vigie.extract.amounts import find_money, find_percents, find_quantities
from vigie.extract.number_forms import find_numbers
from vigie.extract.numbers import parse_digits, parse_words
from vigie.lexicon.grammar import grammar

MONEY = [
    # id, lang, text, low, high, currency, per_value, per_unit
    ("plain", "fr", "Le gramme part à [80 €].", 80, 80, "EUR", None, None),
    ("per_after", "fr", "Comptez [80 € le gramme] ici.", 80, 80, "EUR", 1, "g"),
    ("per_slash", "fr", "Affiché [± 60€/gramme].", 60, 60, "EUR", 1, "g"),
    ("half_gram", "fr", "Ce sera [30 € le demi-gramme].", 30, 30, "EUR", 0.5, "g"),
    ("two_grams", "fr", "Ce sera [90 € les 2 g].", 90, 90, "EUR", 2, "g"),
    ("for_two", "fr", "Ce sera [90 € pour deux grammes].", 90, 90, "EUR", 2, "g"),
    ("pair", "fr", "On les a à [cinq euros les deux].", 5, 5, "EUR", 2, "unit"),
    ("each", "fr", "Vendus [10 € pièce] au guichet.", 10, 10, "EUR", 1, "unit"),
    ("range_between", "fr", "Il coûte [entre 60 et 70 euros].", 60, 70, "EUR", None, None),
    ("range_dash", "fr", "Le caillou vaut [10-20 euros].", 10, 20, "EUR", None, None),
    ("range_or", "fr", "On paie [30 ou 40€ le gramme].", 30, 40, "EUR", 1, "g"),
    ("range_both_units", "fr", "[entre 4,55 euros et 21,06 euros la boîte]", 4.55, 21.06, "EUR", 1, "box"),
    ("thousand_shared", "fr", "Le kilo vaut [entre 28 et 33 000 euros].", 28000, 33000, "EUR", None, None),
    ("million_shared", "fr", "Un butin [de 10 à 20 millions d'euros].", 10e6, 20e6, "EUR", None, None),
    ("more_than", "fr", "Soit [plus de 7 millions d'euros].", 7e6, None, "EUR", None, None),
    ("up_to", "fr", "Vendu [jusqu'à deux euros].", None, 2, "EUR", None, None),
    ("about", "fr", "Il vaut [environ 65 euros].", 65, 65, "EUR", None, None),
    ("score_of_millions", "fr", "Estimé à [une vingtaine de millions d'euros].", 20e6, 20e6, "EUR", None, None),
    ("dot_thousand", "fr", "Il vaut [3.000 euros le kilo].", 3000, 3000, "EUR", 1, "kg"),
    ("dot_before_milliard", "fr", "Un total de [1.117 milliard d'euros].", 1.117e9, 1.117e9, "EUR", None, None),
    ("comma_decimal", "fr", "Il vaut [15,50 euros].", 15.5, 15.5, "EUR", None, None),
    ("kilo_euros", "fr", "Ils ont pris [2 k€].", 2000, 2000, "EUR", None, None),
    ("francs", "fr", "Il valait [1.000 FF].", 1000, 1000, "FRF", None, None),
    ("letter_e", "fr", "Il passe à [5.000 E le kilo].", 5000, 5000, "EUR", 1, "kg"),
    ("glued_e", "fr", "On paie [8e le g] dehors.", 8, 8, "EUR", 1, "g"),
    ("currency_sign", "fr", "La bille vaut [50 ¤].", 50, 50, "EUR", None, None),
    ("words", "fr", "Il part à [vingt-cinq euros].", 25, 25, "EUR", None, None),
    ("seventy_words", "fr", "Il part à [soixante-dix euros].", 70, 70, "EUR", None, None),
    ("pounds_sterling", "en", "It goes for [£50 per gram].", 50, 50, "GBP", 1, "g"),
    ("prefix_range", "en", "A bag is [£40-60].", 40, 60, "GBP", None, None),
    ("prefix_or", "en", "They offer [£50 or £90].", 50, 90, "GBP", None, None),
    ("prefix_million", "en", "Worth [nearly $1.7 million].", 1.7e6, 1.7e6, "USD", None, None),
    ("prefix_short", "en", "A haul of [£5m] was shown.", 5e6, 5e6, "GBP", None, None),
    ("comma_thousand", "en", "A value of [$7,050,174].", 7050174, 7050174, "USD", None, None),
    ("pounds_word", "en", "It sells for [40 pounds a gram].", 40, 40, "GBP", 1, "g"),
    ("half_a_gram", "en", "Pay [£30 for half a gram].", 30, 30, "GBP", 0.5, "g"),
    ("each_en", "en", "Sold at [$20 each].", 20, 20, "USD", 1, "unit"),
    ("never_more_than", "en", "It costs [never more than £45].", None, 45, "GBP", None, None),
    ("a_point", "en", "It is [$20 a point] there.", 20, 20, "USD", 0.1, "g"),
    ("an_eight_ball", "en", "Pay [$300 for an eight ball].", 300, 300, "USD", 3.5, "g"),
    ("points_in_a_game", "en", "He won [$20] points aside.", 20, 20, "USD", None, None),
    ("ordinal_is_no_money", "fr", "Il habite le 8e arrondissement.", None, None, "", None, None),
    ("mass_is_no_money", "fr", "Il pèse 40 kg.", None, None, "", None, None),
]  # fmt: skip

QUANTITIES = [
    # id, lang, text, low, high, unit, grams
    ("kilos", "fr", "Il cachait [douze kilos] chez lui.", 12, 12, "kg", 12000),
    ("glued", "fr", "On a pesé [98g] de produit.", 98, 98, "g", 98),
    ("tonne_comma", "fr", "Ils ont pris [1,508 tonne].", 1.508, 1.508, "t", 1508000),
    ("tonne_dot", "fr", "Ils ont pris [1.508 tonne].", 1.508, 1.508, "t", 1508000),
    ("spaces", "fr", "Le pays sort [2 700 tonnes].", 2700, 2700, "t", 2.7e9),
    ("range_article", "fr", "On y fume [une à deux tonnes].", 1, 2, "t", 1e6),
    ("over_one", "fr", "Il y avait [plus d'un kilo].", 1, None, "kg", 1000),
    ("stray_de", "fr", "Ils ont saisi [plus de 300 de kilos].", 300, None, "kg", 300000),
    ("half_after", "fr", "Il restait [un gramme et demi].", 1.5, 1.5, "g", 1.5),
    ("milligrams", "fr", "Un lot [entre 107 et 147 mg].", 107, 147, "mg", 0.107),
    ("pair_of_mg", "fr", "Deux lots à [141 et 150 mg].", 141, 150, "mg", 0.141),
    ("bags", "fr", "Il y avait [252 sachets] dedans.", 252, 252, "bag", None),
    ("plants", "fr", "Une serre de [40 plants].", 40, 40, "plant", None),
    ("pills_adjectives", "en", "They took [14,938 counterfeit fentanyl pills].", 14938, 14938, "pill", None),
    ("pounds", "en", "It held [over 43 pounds].", 43, None, "lb", 43 * 453.59237),
    ("two_and_a_half", "en", "They took [two and a half kilos].", 2.5, 2.5, "kg", 2500),
    ("half_a_kilo", "en", "It held [half a kilo].", 0.5, 0.5, "kg", 500),
    ("range_dash_spaces", "en", "A yield of [842-1 111 tonnes].", 842, 1111, "t", 842e6),
    ("network", "fr", "Le réseau passe à la 5G.", None, None, "", None),
    ("car", "fr", "Il roulait en 4L.", None, None, "", None),
    ("money", "fr", "Il a payé 30 euros.", None, None, "", None),
]

PERCENTS = [
    ("plain", "fr", "Une pureté de [73 %].", 73, 73),
    ("range", "fr", "Une pureté [de 5 à 7 %].", 5, 7),
    ("words", "fr", "Il titre [15 à 20 pour cent].", 15, 20),
    ("up_to", "fr", "Coupé [jusqu'à 60 %].", None, 60),
    ("en", "en", "It is [22 to 25 percent] pure.", 22, 25),
    ("one_space_thousand", "fr", "Aucun chiffre ici.", None, None),
]


def _bracketed(text: str) -> tuple[str, str | None]:
    if "[" not in text:
        return text, None
    before, rest = text.split("[", 1)
    inside, after = rest.split("]", 1)
    return before + inside + after, inside


@pytest.mark.parametrize("row", MONEY, ids=lambda r: r[0])
def test_money(row: tuple[object, ...]) -> None:
    _, lang, marked, low, high, currency, per_value, per_unit = row
    text, expected = _bracketed(str(marked))
    found = find_money(text, str(lang))
    if expected is None:
        assert found == []
        return
    assert [text[m.start : m.end] for m in found] == [expected]
    only = found[0]
    assert (only.low, only.high, only.currency, only.per_value, only.per_unit) == (
        low,
        high,
        currency,
        per_value,
        per_unit,
    )


@pytest.mark.parametrize("row", QUANTITIES, ids=lambda r: r[0])
def test_quantities(row: tuple[object, ...]) -> None:
    _, lang, marked, low, high, unit, grams = row
    text, expected = _bracketed(str(marked))
    found = find_quantities(text, str(lang))
    if expected is None:
        assert found == []
        return
    assert [text[m.start : m.end] for m in found] == [expected]
    only = found[0]
    assert (only.low, only.high, only.unit) == (low, high, unit)
    assert only.grams == (pytest.approx(grams) if grams is not None else None)


@pytest.mark.parametrize("row", PERCENTS, ids=lambda r: r[0])
def test_percents(row: tuple[object, ...]) -> None:
    _, lang, marked, low, high = row
    text, expected = _bracketed(str(marked))
    found = find_percents(text, str(lang))
    if expected is None:
        assert found == []
    else:
        assert [(text[m.start : m.end], m.low, m.high) for m in found] == [(expected, low, high)]


def test_a_change_stays_two_amounts() -> None:
    found = find_money("Le cours passe de 2.000 à 5.000 E le kilo.", "fr")
    assert [(m.low, m.high, m.per_unit) for m in found] == [(2000, 2000, "kg"), (5000, 5000, "kg")]
    fell = find_money("It fell from £60 to £40.", "en")
    assert [m.low for m in fell] == [60, 40]


def test_two_for_a_hundred_and_twenty_is_no_range() -> None:
    assert [(n.low, n.high) for n in find_numbers("deux à 120", "fr")] == [(2, 2), (120, 120)]


@pytest.mark.parametrize(
    ("raw", "lang", "following", "value"),
    [
        ("1.000", "fr", " euros", 1000.0),
        ("1.117", "fr", " milliard", 1.117),
        ("1,508", "fr", " tonne", 1.508),
        ("1,508", "en", " tons", 1508.0),
        ("57 543,69", "fr", "", 57543.69),
        ("1,000.50", "en", "", 1000.5),
        ("1.000,50", "fr", "", 1000.5),
        ("2.550.000", "fr", "", 2550000.0),
        ("0,125", "fr", " g", 0.125),
        ("0.125", "en", " g", 0.125),
        ("12'500", "fr", "", 12500.0),
    ],
)
def test_separators(raw: str, lang: str, following: str, value: float) -> None:
    assert parse_digits(raw, lang, following)[0] == value


@pytest.mark.parametrize(
    ("lang", "words", "value"),
    [
        ("fr", "quatre-vingt-dix-sept", 97),
        ("fr", "quatre-vingts", 80),
        ("fr", "vingt et un", 21),
        ("fr", "deux cent cinq", 205),
        ("fr", "trois mille deux cents", 3200),
        ("fr", "septante-deux", 72),
        ("en", "two hundred and five", 205),
        ("en", "forty-two", 42),
        ("en", "three thousand", 3000),
    ],
)
def test_words(lang: str, words: str, value: float) -> None:
    assert parse_words(words, grammar(lang)) == value


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_grammar_proves_itself(lang: str) -> None:
    finders = {"money": find_money, "quantity": find_quantities, "percent": find_percents}
    for proof in grammar(lang).proofs:
        found = finders[proof["kind"]](proof["text"], lang)  # type: ignore[operator]
        assert [(m.low, m.high) for m in found] == [(proof.get("low"), proof.get("high"))], proof["text"]
