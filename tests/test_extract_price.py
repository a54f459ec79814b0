"""Prices: what is one, of what, for how much, per what. Each row is named by why it exists."""

from __future__ import annotations

import pytest

from facts import observations, price

E = "EUR"
CASES = [
    # id, lang, title, text, [(kind, substance, low, high, currency, per_value, per_unit)]
    ("after", "fr", "", "La cocaïne part à 70 € le gramme.", [("retail", "cocaine", 70, 70, E, 1, "g")]),
    ("before", "fr", "", "Le gramme d'héroïne coûte environ 35 euros.", [("retail", "heroin", 35, 35, E, 1, "g")]),
    ("pill", "fr", "", "La pilule d'ecstasy se vend 8 euros.", [("retail", "mdma", 8, 8, E, 1, "pill")]),
    ("bags", "fr", "Cocaïne en ville", "On trouve des pochons à 15 ou 20 euros.", [("retail", "cocaine", 15, 20, E, 1, "bag")]),
    ("rock_is_crack", "fr", "Cocaïne en ville", "Des cailloux à 10-15 euros circulent.", [("retail", "crack", 10, 15, E, 1, "rock")]),
    ("ball_of_a_gram", "fr", "L'héroïne au détail", "La bille de 2,5 g, 50 euros à Liège.", [("retail", "heroin", 50, 50, E, 2.5, "g")]),
    ("elliptic", "fr", "La cocaïne livrée", "Le tarif du livreur : un gramme à 70, deux à 120.",
     [("retail", "cocaine", 70, 70, E, 1, "g"), ("retail", "cocaine", 120, 120, E, 2, "g")]),
    ("pair", "fr", "", "Le gramme de cocaïne est à 65 euros, 120 euros les deux.",
     [("retail", "cocaine", 65, 65, E, 1, "g"), ("retail", "cocaine", 120, 120, E, 2, "g")]),
    ("against_other_drug", "fr", "", "La 3-MMC se vend 25 euros le gramme, contre 60 pour la cocaïne.",
     [("retail", "3-mmc", 25, 25, E, 1, "g"), ("retail", "cocaine", 60, 60, E, 1, "g")]),
    ("against_itself", "fr", "", "Le gramme de cocaïne est à 60 euros contre 50 au pied des tours.",
     [("retail", "cocaine", 60, 60, E, 1, "g"), ("retail", "cocaine", 50, 50, E, 1, "g")]),
    ("against_people", "fr", "", "La cocaïne est à 60 euros le gramme contre 50 personnes.", [("retail", "cocaine", 60, 60, E, 1, "g")]),
    ("places", "fr", "", "Le gramme de cocaïne vaut 60 euros à Lille, 70 à Lyon.",
     [("retail", "cocaine", 60, 60, E, 1, "g"), ("retail", "cocaine", 70, 70, E, 1, "g")]),
    ("list_of_drugs", "fr", "", "Le gramme de cocaïne est à 60 euros, celui de l'héroïne à 35 euros, celui de la résine à 6 euros.",
     [("retail", "cocaine", 60, 60, E, 1, "g"), ("retail", "heroin", 35, 35, E, 1, "g"), ("retail", "cannabis-resin", 6, 6, E, 1, "g")]),
    ("next_sentence", "fr", "", "La cocaïne est à 60 euros le gramme. La kétamine est à 35 euros.",
     [("retail", "cocaine", 60, 60, E, 1, "g"), ("retail", "ketamine", 35, 35, E, 1, "g")]),
    ("change", "fr", "", "Le kilo de cocaïne est passé de 30 000 à 24 000 euros.",
     [("wholesale", "cocaine", 30000, 30000, E, 1, "kg"), ("wholesale", "cocaine", 24000, 24000, E, 1, "kg")]),
    ("wholesale", "fr", "", "En gros, la résine de cannabis vaut 2 500 euros le kilo.", [("wholesale", "cannabis-resin", 2500, 2500, E, 1, "kg")]),
    ("each_pill", "fr", "", "Les comprimés d'ecstasy se vendent 8 euros pièce.", [("retail", "mdma", 8, 8, E, 1, "pill")]),
    ("sized_pill", "fr", "", "Le comprimé de 8 mg de buprénorphine vaut 4 euros.", [("retail", "buprenorphine", 4, 4, E, 1, "pill")]),
    ("assumed_gram", "fr", "", "La cocaïne rose se vend 60 à 100 euros.", [("retail", "tuci", 60, 100, E, 1, "g")]),
    ("francs", "fr", "", "Le gramme de cocaïne valait 1 000 francs.", [("retail", "cocaine", 1000, 1000, "FRF", 1, "g")]),
    ("valuation", "fr", "", "Les douaniers ont saisi 2 tonnes de résine de cannabis d'une valeur de 4 millions d'euros.",
     [("seizure-valuation", "cannabis-resin", 4e6, 4e6, E, None, None)]),
    ("valuation_of_several", "fr", "", "Saisie de 3 kg de cocaïne et 2 kg d'héroïne, estimés à 200 000 euros.",
     [("seizure-valuation", None, 200000, 200000, E, None, None)]),
    ("minimum_order", "fr", "Cocaïne livrée", "Commande minimum 50 euros pour la cocaïne.",
     [("min-order", "cocaine", 50, 50, E, None, None)]),
    ("delivery_fee", "fr", "Cocaïne livrée", "La livraison hors de la ville coûtait 10 euros aux clients.",
     [("delivery-fee", "cocaine", 10, 10, E, None, None)]),
    ("wage_of_a_lookout", "fr", "Le cannabis au pied des tours", "Un guetteur gagne 100 euros par jour.",
     [("wage", None, 100, 100, E, None, None)]),
    ("gram_en", "en", "", "A gram of cocaine costs £80 in London.", [("retail", "cocaine", 80, 80, "GBP", 1, "g")]),
    ("bags_en", "en", "Cocaine on the street", "Dealers offer £50 or £90 bags.", [("retail", "cocaine", 50, 90, "GBP", 1, "bag")]),
    ("for_two_en", "en", "", "Cocaine sells for £80 a gram, £140 for two.",
     [("retail", "cocaine", 80, 80, "GBP", 1, "g"), ("retail", "cocaine", 140, 140, "GBP", 2, "g")]),
    ("street_value_en", "en", "", "Police seized 3kg of heroin with a street value of nearly $1.7 million.",
     [("seizure-valuation", "heroin", 1.7e6, 1.7e6, "USD", None, None)]),
    ("slab_by_mass", "fr", "", "La résine de cannabis part à 150 euros la plaquette de 100 grammes.",
     [("wholesale", "cannabis-resin", 150, 150, E, 100, "g")]),
    ("today", "fr", "", "La kétamine : 50 euros le gramme en 2019, 30 aujourd'hui.",
     [("retail", "ketamine", 50, 50, E, 1, "g"), ("retail", "ketamine", 30, 30, E, 1, "g")]),
    ("for_half_en", "en", "", "Cocaine goes for £80 a gram, or £40 for half.",
     [("retail", "cocaine", 80, 80, "GBP", 1, "g"), ("retail", "cocaine", 40, 40, "GBP", 0.5, "g")]),
    ("product_then_figure", "fr", "", "Au menu : cocaïne à 60 euros le gramme ; MDMA à 40 ; kétamine, 35.",
     [("retail", "cocaine", 60, 60, E, 1, "g"), ("retail", "mdma", 40, 40, E, 1, "g"), ("retail", "ketamine", 35, 35, E, 1, "g")]),
    ("lot_without_currency", "fr", "", "L'héroïne est à 20 euros le gramme, 90 les cinq grammes.",
     [("retail", "heroin", 20, 20, E, 1, "g"), ("retail", "heroin", 90, 90, E, 5, "g")]),
    ("unit_then_figure", "fr", "", "Les 200 grammes de résine de cannabis se négocient 500 euros, le kilo 2 400.",
     [("wholesale", "cannabis-resin", 500, 500, E, 200, "g"), ("wholesale", "cannabis-resin", 2400, 2400, E, 1, "kg")]),
    ("pills_by_three", "fr", "", "Le cachet d'ecstasy est à 10 euros, ou trois pour 25.",
     [("retail", "mdma", 10, 10, E, 1, "pill"), ("retail", "mdma", 25, 25, E, 3, "pill")]),
    ("up_to_elsewhere", "fr", "", "Le gramme de cocaïne est à 70 euros à Nantes et jusqu'à 90 à Cherbourg.",
     [("retail", "cocaine", 70, 70, E, 1, "g"), ("retail", "cocaine", None, 90, E, 1, "g")]),
    ("unknown_unit", "fr", "", "Le cannabis de synthèse se vend 5 euros la cigarette.", [("retail", "synthetic-cannabinoids", 5, 5, E, None, None)]),
    ("swiss_francs", "fr", "Genève : les prix de la rue", "Le gramme de cocaïne y vaut 100 francs.", [("retail", "cocaine", 100, 100, "CHF", 1, "g")]),
    ("tenth_of_a_gram", "en", "", "A tenth of a gram of crack costs £10.", [("retail", "crack", 10, 10, "GBP", 0.1, "g")]),
    ("sized_bag", "en", "", "Dealers ask £10 for a 0.1g bag of heroin.", [("retail", "heroin", 10, 10, "GBP", 0.1, "g")]),
    ("pence", "en", "", "Pregabalin capsules go for 50p each.", [("retail", "pregabalin", 0.5, 0.5, "GBP", 1, "capsule")]),
    ("canadian_c_is_no_drug", "en", "Hydromorphone in town", "The pill changes hands for C$2.", [("retail", "hydromorphone", 2, 2, "CAD", 1, "pill")]),
    ("each_haul_its_value", "en", "", "Customs seized 412kg of cocaine (€28.8 million) and 19kg of ketamine worth €1.1 million.",
     [("seizure-valuation", "cocaine", 28.8e6, 28.8e6, E, None, None), ("seizure-valuation", "ketamine", 1.1e6, 1.1e6, E, None, None)]),
    ("sold_on", "fr", "Résine de cannabis", "On achète la résine à 3 euros le gramme et on revend à 7.",
     [("retail", "cannabis-resin", 3, 3, E, 1, "g"), ("retail", "cannabis-resin", 7, 7, E, 1, "g")]),
    ("bought_for", "fr", "", "Pour 100 euros, le client reçoit deux grammes de kétamine.", [("retail", "ketamine", 100, 100, E, 2, "g")]),
    ("each_by_form", "fr", "", "Ils vendaient l'ecstasy 10 euros pièce.", [("retail", "mdma", 10, 10, E, 1, "pill")]),
    ("haul_in_title", "fr", "Saisie de 500 grammes de cocaïne à Dijon", "La police estime la marchandise à 35 000 euros.",
     [("seizure-valuation", "cocaine", 35000, 35000, E, None, None)]),
    ("rose_is_a_verb", "en", "", "The price of cocaine rose to £50 a gram in Leeds.", [("retail", "cocaine", 50, 50, "GBP", 1, "g")]),
    ("rose_is_pink", "fr", "", "Le gramme de cocaïne rose se vend 80 euros.", [("retail", "tuci", 80, 80, E, 1, "g")]),
    ("no_ounce_of_another", "en", "", "Cocaine sells for £90 a gram or £1,100 an ounce. Ketamine is on sale at £35.",
     [("retail", "cocaine", 90, 90, "GBP", 1, "g"), ("retail", "cocaine", 1100, 1100, "GBP", 1, "oz"), ("retail", "ketamine", 35, 35, "GBP", 1, "g")]),
    ("kilo_then_and_now", "en", "", "The wholesale price fell to €25,000 a kilo in May from €30,000 in 2020, and a gram of cocaine costs €50.",
     [("wholesale", "cocaine", 25000, 25000, E, 1, "kg"), ("wholesale", "cocaine", 30000, 30000, E, 1, "kg"), ("retail", "cocaine", 50, 50, E, 1, "g")]),
    ("rock", "fr", "", "À Cayenne, le crack se vend 5 € la roche.", [("retail", "crack", 5, 5, E, 1, "rock")]),
    ("under", "fr", "", "Le gramme de cocaïne passe sous les 60 euros.", [("retail", "cocaine", None, 60, E, 1, "g")]),
    ("under_the_bar", "fr", "", "Le gramme d'héroïne est tombé sous la barre des 20 euros.", [("retail", "heroin", None, 20, E, 1, "g")]),
    ("above", "fr", "", "Le gramme de cocaïne reste au-dessus de 60 euros.", [("retail", "cocaine", 60, None, E, 1, "g")]),
    # tempting mistakes: no price at all
    ("people_after_a_comma", "fr", "", "Le gramme de cocaïne est à 60 euros, 38 personnes ont été entendues.", [("retail", "cocaine", 60, 60, E, 1, "g")]),
    ("antidote", "fr", "Héroïne coupée", "Le kit de naloxone est vendu 33 euros sans ordonnance.", []),
    ("haul_and_cash", "fr", "", "Chez lui, 15 buvards de LSD et 2 350 € ont été découverts.", []),
    ("cars", "fr", "Cocaïne : un réseau jugé", "Trois voitures d'une valeur de 120 000 euros ont été saisies.", []),
    ("profit", "fr", "", "Le réseau écoulait 3 kilos de cocaïne, pour un bénéfice évalué à 250 000 euros mensuels.", []),
    ("fine", "fr", "Cannabis", "Il devra payer une amende de 200 euros pour usage de cannabis.", []),
    ("cash", "fr", "Cannabis", "Les policiers ont trouvé 1 700 euros en liquide et 98 g de résine.", []),
    ("turnover", "fr", "Cannabis", "Le marché du cannabis est évalué à 1 milliard d'euros par an.", []),
    ("budget", "fr", "Cocaïne", "Le plan contre la cocaïne est doté d'un budget de 3 millions d'euros.", []),
    ("stock", "fr", "Cocaïne", "La page commence par le cours de bourse : Bitcoin EUR 57 543,69.", []),
    ("households_en", "en", "Cocaine", "Use of cocaine is highest in households earning £50,000 or more.", []),
    ("spent_en", "en", "Cocaine", "He has spent £25,000 on cocaine over the years.", []),
    ("other_goods", "fr", "La coupe de la cocaïne", "La tonne de saccharose vaut 20 000 euros.", []),
    ("drop_by", "fr", "", "Le gramme de cocaïne a perdu cinq euros.", []),
    ("off_topic", "fr", "", "Le kilo de tomates vaut 3 euros au marché.", []),
]  # fmt: skip


@pytest.mark.parametrize("row", CASES, ids=lambda r: r[0])
def test_prices(row: tuple[str, str, str, str, list[tuple[object, ...]]]) -> None:
    _, lang, title, text, expected = row
    found = observations(text, "price", lang=lang, title=title)
    assert [price(o) for o in found] == expected
    for o in found:
        assert o.quote == (f"{title}\n\n{text}" if title else text)[o.start : o.end]


def test_euros_per_gram_of_a_kilo_price() -> None:
    (only,) = observations("La cocaïne vaut 30 000 euros le kilo.", "price")
    assert only.value.eur_per_unit == pytest.approx(30) and only.value.unit == "g"  # type: ignore[union-attr]


def test_pounds_are_converted_at_the_day_and_left_null_without_one() -> None:
    text = "Cocaine costs £80 a gram in London."
    (dated,) = observations(text, "price", lang="en", published="2019-03-14")
    assert 85 < dated.value.eur_low < 100  # type: ignore[union-attr, operator]
    (undated,) = observations(text, "price", lang="en")
    assert undated.value.eur_low is None and undated.value.eur_note == "no date to choose a rate"  # type: ignore[union-attr]


def test_places_and_dates_go_to_their_own_amount() -> None:
    found = observations("Le gramme de cocaïne vaut 60 euros à Lille, 70 euros à Lyon.", "price")
    assert [o.place.label for o in found if o.place] == ["Lille", "Lyon"]
    dated = observations("Le gramme de cocaïne valait 66 euros en 2023, contre 58 euros en 2024.", "price")
    assert [o.when.start.year for o in dated if o.when.start] == [2023, 2024]


def test_the_publication_date_is_the_last_resort_and_says_so() -> None:
    (only,) = observations("La cocaïne est à 60 euros le gramme.", "price", published="2024-05-02")
    assert only.when.basis == "document" and str(only.when.start) == "2024-05-02"
    (bare,) = observations("La cocaïne est à 60 euros le gramme.", "price")
    assert bare.when.basis == "unknown" and bare.when.start is None


ASSERTIONS = [
    ("affirmed", "Le gramme de cocaïne est à 60 euros.", "affirmed"),
    ("negated", "Le gramme de cocaïne n'est pas à 30 euros.", "negated"),
    ("refuted_question", "Le gramme de cocaïne est-il à 30 euros ? Non.", "negated"),
    ("question", "Le gramme de cocaïne est-il à 30 euros ?", "hypothetical"),
    ("hearsay", "Le kilo de cocaïne vaudrait 28 000 euros.", "reported"),
    ("possible", "Le gramme de cocaïne pourrait remonter à 65 euros.", "hypothetical"),
    ("no_more_than_is_no_negation", "La pastille d'ecstasy ne coûte plus que 3 euros.", "affirmed"),
    ("bound_is_no_negation", "Le gramme de cocaïne coûte au moins 60 euros.", "affirmed"),
]


@pytest.mark.parametrize("row", ASSERTIONS, ids=lambda r: r[0])
def test_assertion(row: tuple[str, str, str]) -> None:
    (only,) = observations(row[1], "price")
    assert only.assertion == row[2]
