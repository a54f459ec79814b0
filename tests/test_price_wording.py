"""Prices in many wordings: sums without their currency, of the same thing again, in lists of clauses, of powders."""

from __future__ import annotations

import pytest

from facts import observations, price

Fact = tuple[object, ...]
PRICES: list[tuple[str, str, str, list[Fact]]] = [
    # id, lang, text, [(substance, low, high, per_value, per_unit)]
    ("handed_on", "fr", "Le kilo de cocaïne, acheté 29 000 euros en Belgique, était rétrocédé 36 000 à des grossistes.",
     [("cocaine", 29000, 29000, 1, "kg"), ("cocaine", 36000, 36000, 1, "kg")]),
    ("quoted", "fr", "Le gramme de cocaïne partait à 70 euros, « 55 pour les fidèles », selon un témoin.",
     [("cocaine", 70, 70, 1, "g"), ("cocaine", 55, 55, 1, "g")]),
    ("days", "fr", "Au Havre, le gramme d'héroïne sort à 30 euros en semaine, 40 le dimanche.",
     [("heroin", 30, 30, 1, "g"), ("heroin", 40, 40, 1, "g")]),
    ("participle", "fr", "On trouve la cocaïne à 65 euros le gramme. La kétamine, cédée 35, est plus rare.",
     [("cocaine", 65, 65, 1, "g"), ("ketamine", 35, 35, 1, "g")]),
    ("infinitive", "fr", "Ils achetaient les comprimés d'ecstasy deux euros l'un et comptaient les revendre huit.",
     [("mdma", 2, 2, 1, "pill"), ("mdma", 8, 8, 1, "pill")]),
    ("of_all_that_was_priced", "fr", "La plaquette de 100 grammes de résine leur coûtait 280 euros et ressortait à 450.",
     [("cannabis-resin", 280, 280, 100, "g"), ("cannabis-resin", 450, 450, 100, "g")]),
    ("touches", "fr", "À Brest, le gramme de cocaïne se touche à 80 euros l'été et à 60 l'hiver.",
     [("cocaine", 80, 80, 1, "g"), ("cocaine", 60, 60, 1, "g")]),
    ("grams_at", "fr", "Un vendeur proposait des demi-grammes de cocaïne à 35 euros et des grammes à 60.",
     [("cocaine", 35, 35, 0.5, "g"), ("cocaine", 60, 60, 1, "g")]),
    ("against_elsewhere", "fr", "Le gramme de cocaïne vaut 80 euros dans l'île contre 60 sur le continent.",
     [("cocaine", 80, 80, 1, "g"), ("cocaine", 60, 60, 1, "g")]),
    ("first_person", "fr", "Il a vendu de la cocaïne : « Je la touchais à 40 euros le gramme, je la revendais 60. »",
     [("cocaine", 40, 40, 1, "g"), ("cocaine", 60, 60, 1, "g")]),
    ("powder", "fr", "Il gardait de la résine et 600 grammes de cocaïne. Le gramme de poudre se vendait soixante euros.",
     [("cocaine", 60, 60, 1, "g")]),
    ("was", "fr", "La cocaïne coûte 50 euros le gramme. C'était 70 en 2019, et 90 en 2010.",
     [("cocaine", 50, 50, 1, "g"), ("cocaine", 70, 70, 1, "g"), ("cocaine", 90, 90, 1, "g")]),
    ("between", "fr", "Les prix de l'héroïne vont de 20 à 60 euros le gramme, ceux de la cocaïne entre 50 et 100.",
     [("heroin", 20, 60, 1, "g"), ("cocaine", 50, 100, 1, "g")]),
    ("slashes", "fr", "Le carnet portait : « coke 1 g : 60 € / 5 g : 250 € ».",
     [("cocaine", 60, 60, 1, "g"), ("cocaine", 250, 250, 5, "g")]),
    ("night_club", "fr", "Le comprimé d'ecstasy coûtait 100 francs en boîte de nuit, 60 à Amsterdam.",
     [("mdma", 100, 100, 1, "pill"), ("mdma", 60, 60, 1, "pill")]),
    ("counted_not_paid", "fr", "Le gramme de cocaïne est à 60 euros. Il en vendait 30, dit-il, chaque soir.", [("cocaine", 60, 60, 1, "g")]),
    ("counted_per_day", "fr", "La cocaïne est à 60 euros le gramme ; le réseau écoulait 70 par jour.", [("cocaine", 60, 60, 1, "g")]),
    ("fee", "fr", "Des livreurs de cocaïne exigent une course minimum de cent euros, frais de route de dix euros en sus.",
     [("cocaine", 100, 100, None, None), ("cocaine", 10, 10, None, None)]),
    ("fee_of_an_order", "fr", "La cocaïne est vendue 60 euros le gramme. Commande minimum de 80 euros, livraison gratuite en ville, 15 euros au-delà.",
     [("cocaine", 60, 60, 1, "g"), (None, 80, 80, None, None), (None, 15, 15, None, None)]),
    ("either", "fr", "Des boîtes de Lyrica étaient remboursées 20 euros, puis revendues 60 ou 80 à Lille.",
     [("pregabalin", 20, 20, 1, "box"), ("pregabalin", 60, 80, 1, "box")]),
    ("unnamed_container", "fr", "Le gramme de cocaïne se négociait soixante-dix euros, parfois cinquante le « ballon » de 0,8.",
     [("cocaine", 70, 70, 1, "g"), ("cocaine", 50, 50, 0.8, "g")]),
    ("carried_in_a_box", "fr", "Il cachait 300 comprimés d'ecstasy dans une boîte de céréales. Il les avait payés deux euros pièce.",
     [("mdma", 2, 2, 1, "pill")]),
    ("lost", "fr", "La cocaïne, à 80 euros le gramme, a perdu vingt euros depuis 2020.", [("cocaine", 80, 80, 1, "g")]),
    ("ends_of_a_change", "fr", "Le prix du gramme de cocaïne a reculé de 70 à 58 euros en sept ans.",
     [("cocaine", 70, 70, 1, "g"), ("cocaine", 58, 58, 1, "g")]),
    ("digit_of_a_name", "fr", "On la trouve à 15 euros le gramme en ligne, cette 3-MMC, et à 25 dans la rue.",
     [("3-mmc", 15, 15, 1, "g"), ("3-mmc", 25, 25, 1, "g")]),
    ("would_have_brought", "fr", "Les 3 kilos d'héroïne saisis par les douanes auraient rapporté 90 000 euros.",
     [("heroin", 90000, 90000, None, None)]),
    ("in_the_order_named", "fr", "On a saisi de la résine et de la cocaïne. Il vendait la première à 4 euros le gramme, la seconde à 30.",
     [("cannabis-resin", 4, 4, 1, "g"), ("cocaine", 30, 30, 1, "g")]),
    ("said_alone", "fr", "Interrogé sur la cocaïne, il répond : « Soixante le gramme, cinquante-cinq à partir de cinq. »",
     [("cocaine", 60, 60, 1, "g"), ("cocaine", 55, 55, 1, "g")]),
    ("sized_canister", "fr", "Le protoxyde d'azote s'achète sur internet : 25 euros la bonbonne de 600 grammes.",
     [("nitrous-oxide", 25, 25, 600, "g")]),
    ("far_dearer", "fr", "La kétamine, achetée 3 euros le gramme aux Pays-Bas, était revendue 40 à Paris.",
     [("ketamine", 3, 3, 1, "g"), ("ketamine", 40, 40, 1, "g")]),
    ("black_market", "fr", "La résine de la pharmacie est vendue 10 francs le gramme, quand le marché noir en exige 12.",
     [("cannabis-resin", 10, 10, 1, "g"), ("cannabis-resin", 12, 12, 1, "g")]),
    ("it_is", "en", "Heroin was £100 a gram in 1990. It is £50 now.", [("heroin", 100, 100, 1, "g"), ("heroin", 50, 50, 1, "g")]),
    ("eighth_of_an_ounce", "en", "A gram of cocaine sets you back €70, an eighth of an ounce €200.",
     [("cocaine", 70, 70, 1, "g"), ("cocaine", 200, 200, 0.125, "oz")]),
    ("tab_of_lsd", "en", "LSD remains cheap: a tab is £5.", [("lsd", 5, 5, 1, "blotter")]),
    ("right_beside", "en", "Ecstasy pills cost €10 each or five for €30; ketamine €30.",
     [("mdma", 10, 10, 1, "pill"), ("mdma", 30, 30, 5, "pill"), ("ketamine", 30, 30, 1, "g")]),
    ("could_have_fetched", "en", "The 287 kilograms of methamphetamine that police seized could have fetched $230 million.",
     [("methamphetamine", 230e6, 230e6, None, None)]),
    ("what_somebody_sells", "fr", "Le prévenu, consommateur d'héroïne, revendait de la cocaïne. Il la cédait 70 euros le gramme.",
     [("cocaine", 70, 70, 1, "g")]),
    ("here", "fr", "L'héroïne arrive de Belgique. Là-bas, les usagers la touchent à 12 euros le gramme, ici à 30.",
     [("heroin", 12, 12, 1, "g"), ("heroin", 30, 30, 1, "g")]),
    ("along_a_route", "fr", "Le kilo de cocaïne, vendu 1 500 euros au producteur, en vaut 30 000 une fois au Havre.",
     [("cocaine", 1500, 1500, 1, "kg"), ("cocaine", 30000, 30000, 1, "kg")]),
    ("boulette", "fr", "La boulette de cocaïne se vend 40 euros à Rouen.", [("cocaine", 40, 40, 1, "bag")]),
    ("no_gram_of_a_line", "en", "A line of ketamine is €13 at the bar.", [("ketamine", 13, 13, None, None)]),
    ("content_compared", "fr", "Le cachet d'ecstasy coûte 10 euros et contient 160 mg de MDMA, contre 70 à 80 autrefois.",
     [("mdma", 10, 10, 1, "pill")]),
    ("worth_of_the_next", "en", "A kilo of cocaine bought in Antwerp for £18,500 is worth £29,000 by the time it reaches London.",
     [("cocaine", 18500, 18500, 1, "kg"), ("cocaine", 29000, 29000, 1, "kg")]),
    ("ounces_at", "en", "Cocaine: a kilo at £26,000, ounces at £1,100, and a gram at £80.",
     [("cocaine", 26000, 26000, 1, "kg"), ("cocaine", 1100, 1100, 1, "oz"), ("cocaine", 80, 80, 1, "g")]),
    ("for_one", "en", "Ketamine is £35 for half a gram, £60 for one.", [("ketamine", 35, 35, 0.5, "g"), ("ketamine", 60, 60, 1, "g")]),
    ("sized_capsule", "en", "Officers found pregabalin, sold at 50p for a 300 mg capsule.", [("pregabalin", 0.5, 0.5, 1, "capsule")]),
    ("down_from_a_range", "en", "A fentanyl pill costs $2 to $6, down from $15 to $20 in 2021.",
     [("fentanyl", 2, 6, 1, "pill"), ("fentanyl", 15, 20, 1, "pill")]),
    ("made_from", "en", "Methamphetamine made from ephedra sells in Herat for $620 a kilo.", [("methamphetamine", 620, 620, 1, "kg")]),
    ("spend", "en", "Customers were asked £40 a bag for cocaine, with a minimum spend of £80.",
     [("cocaine", 40, 40, 1, "bag"), ("cocaine", 80, 80, None, None)]),
    ("lot_is_no_price", "en", "Ecstasy pills cost £10 each or five for £30.", [("mdma", 10, 10, 1, "pill"), ("mdma", 30, 30, 5, "pill")]),
]  # fmt: skip


@pytest.mark.parametrize("row", PRICES, ids=lambda row: row[0])
def test_price(row: tuple[str, str, str, list[Fact]]) -> None:
    _, lang, text, expected = row
    found = [price(o) for o in observations(text, "price", lang=lang)]
    assert [
        (substance, low, high, value, unit) for _, substance, low, high, _, value, unit in found
    ] == expected


def test_a_place_that_serves_a_comparison_is_not_that_of_the_price() -> None:
    (only,) = observations(
        "À Fort-de-France, le gramme de cocaïne est à 30 euros, deux fois moins qu'à Paris.", "price"
    )
    assert only.place is not None and only.place.label == "Fort-de-France"
