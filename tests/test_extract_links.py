"""What an amount is linked to, and why: elliptic figures, lots, comparisons, units a product never comes in.

Each row is named by the mechanism; the rows of LOOKALIKES hold the tempting mistakes.
"""

from __future__ import annotations

import pytest

from facts import observations, price

Row = tuple[str, str, str, str, list[tuple[object, ...]]]

PRICES: list[Row] = [
    # id, lang, title, text, [(substance, low, high, per_value, per_unit)]
    ("lot_for", "fr", "", "Comptez 40 euros pour un gramme de kétamine, 70 pour deux et 150 pour cinq.",
     [("ketamine", 40, 40, 1, "g"), ("ketamine", 70, 70, 2, "g"), ("ketamine", 150, 150, 5, "g")]),
    ("lot_for_money", "fr", "", "Le gramme de MDMA est à 40 euros, 70 euros pour deux, 160 euros pour cinq.",
     [("mdma", 40, 40, 1, "g"), ("mdma", 70, 70, 2, "g"), ("mdma", 160, 160, 5, "g")]),
    ("lot_in_quotes", "fr", "", "« 50 balles le g, 90 les deux », dit un client de la cocaïne.",
     [("cocaine", 50, 50, 1, "g"), ("cocaine", 90, 90, 2, "g")]),
    ("lot_en", "en", "", "Ketamine is £25 a gram, £45 for two and £100 for five.",
     [("ketamine", 25, 25, 1, "g"), ("ketamine", 45, 45, 2, "g"), ("ketamine", 100, 100, 5, "g")]),
    ("verb_pronoun", "fr", "", "La 3-MMC, vendue 20 euros le gramme il y a trois ans, en coûte aujourd'hui 35.",
     [("3-mmc", 20, 20, 1, "g"), ("3-mmc", 35, 35, 1, "g")]),
    ("verb_next_sentence", "fr", "", "À Lille, l'héroïne coûte 15 euros le gramme. À Metz, elle en vaut encore 30.",
     [("heroin", 15, 15, 1, "g"), ("heroin", 30, 30, 1, "g")]),
    ("verb_of_rise", "fr", "", "La barrette de résine, à 20 euros d'ordinaire, a grimpé à 35, parfois à 50.",
     [("cannabis-resin", 20, 20, 1, "bar"), ("cannabis-resin", 35, 35, 1, "bar"), ("cannabis-resin", 50, 50, 1, "bar")]),
    ("verb_inside_outside", "fr", "", "La barrette de résine qui vaut 10 euros dehors en coûte 40 ; le gramme d'herbe, 50.",
     [("cannabis-resin", 10, 10, 1, "bar"), ("cannabis-resin", 40, 40, 1, "bar"), ("cannabis-herb", 50, 50, 1, "g")]),
    ("verb_en", "en", "", "A gram of cocaine cost £60 in 2019 and now costs 80 in Leeds.",
     [("cocaine", 60, 60, 1, "g"), ("cocaine", 80, 80, 1, "g")]),
    ("verb_hit_en", "en", "", "An ounce of herbal cannabis, £200 before lockdown, hit £280.",
     [("cannabis-herb", 200, 200, 1, "oz"), ("cannabis-herb", 280, 280, 1, "oz")]),
    ("along_a_route", "fr", "La cocaïne", "Il a livré une échelle : 1 500 euros le kilo en Colombie, 28 000 à Anvers, 30 000 à 35 000 en France.",
     [("cocaine", 1500, 1500, 1, "kg"), ("cocaine", 28000, 28000, 1, "kg"), ("cocaine", 30000, 35000, 1, "kg")]),
    ("once_arrived", "fr", "", "Le kilo de résine se négocie 2 500 euros au Maroc, mais 4 500 une fois arrivé en France.",
     [("cannabis-resin", 2500, 2500, 1, "kg"), ("cannabis-resin", 4500, 4500, 1, "kg")]),
    ("unit_and_verb", "fr", "", "Un gramme de cocaïne coûte 70 euros ; en gros, le kilo tourne autour de 30 000.",
     [("cocaine", 70, 70, 1, "g"), ("cocaine", 30000, 30000, 1, "kg")]),
    ("sized_in_words", "fr", "Cannabis : le point de vente", "La barrette de deux grammes était vendue 10 euros, la plaquette de cent grammes 350.",
     [("cannabis", 10, 10, 2, "g"), ("cannabis", 350, 350, 100, "g")]),
    ("conditional", "fr", "", "Un kilo de kétamine, produit ailleurs, se vendrait 9 000 euros.", [("ketamine", 9000, 9000, 1, "kg")]),
    ("rate_is_no_wage", "fr", "", "Il dit avoir vendu 50 grammes de cocaïne par mois, à 70 euros le gramme.", [("cocaine", 70, 70, 1, "g")]),
    ("times_dearer", "fr", "", "En Guyane, le kilo de cocaïne vaut 5 000 euros. À Paris, il se revend sept fois plus cher, 35 000 euros.",
     [("cocaine", 5000, 5000, 1, "kg"), ("cocaine", 35000, 35000, 1, "kg")]),
    ("place_then_number", "fr", "", "À Montpellier, la cocaïne est à 65 euros ; à Perpignan, à 60.",
     [("cocaine", 65, 65, 1, "g"), ("cocaine", 60, 60, 1, "g")]),
    ("month_then_number", "fr", "", "En janvier, le gramme de 3-MMC valait 30 euros ; en mai, 40.",
     [("3-mmc", 30, 30, 1, "g"), ("3-mmc", 40, 40, 1, "g")]),
    ("town_then_number_en", "en", "", "In Leeds a gram of ketamine is £25; in York, 30.", [("ketamine", 25, 25, 1, "g"), ("ketamine", 30, 30, 1, "g")]),
    ("for_regulars", "fr", "Cocaïne à Angers", "Le gramme se négocie 70 euros, 60 pour les bons clients.",
     [("cocaine", 70, 70, 1, "g"), ("cocaine", 60, 60, 1, "g")]),
    ("had_to_pay", "fr", "", "Un gramme de cocaïne se vend aujourd'hui 50 euros. Il fallait en débourser 80 en 2018.",
     [("cocaine", 50, 50, 1, "g"), ("cocaine", 80, 80, 1, "g")]),
    ("each_piece", "fr", "", "On y trouve de la coke à 70 euros le gramme et des cachets d'ecstasy à 5 pièce.",
     [("cocaine", 70, 70, 1, "g"), ("mdma", 5, 5, 1, "pill")]),
    ("or_three_for", "en", "", "MDMA crystals go for £40 a gram, pills for £10 or three for £25.",
     [("mdma", 40, 40, 1, "g"), ("mdma", 10, 10, 1, "pill"), ("mdma", 25, 25, 3, "pill")]),
    ("at_is_no_tonne", "en", "", "Cannabis resin was €6 a gram in 2019, €10 at the time of the trial.",
     [("cannabis-resin", 6, 6, 1, "g"), ("cannabis-resin", 10, 10, 1, "g")]),
    ("compared_subject", "fr", "", "La cocaïne y est plus chère que l'héroïne : 80 euros le gramme contre 40.",
     [("cocaine", 80, 80, 1, "g"), ("heroin", 40, 40, 1, "g")]),
    ("compared_apposed", "fr", "", "Le tuci se vend 80 euros le gramme, plus cher que la cocaïne, à 70 euros.",
     [("tuci", 80, 80, 1, "g"), ("cocaine", 70, 70, 1, "g")]),
    ("compared_apposed_en", "en", "", "Crack, at £20 a rock, is dearer than heroin, at £10 a bag.",
     [("crack", 20, 20, 1, "rock"), ("heroin", 10, 10, 1, "bag")]),
    ("no_cocaine_pills", "fr", "Ecstasy : le prix baisse", "Les saisies de cocaïne reculent. Le comprimé se vend 5 euros.",
     [("mdma", 5, 5, 1, "pill")]),
    ("named_inside_the_unit", "en", "", "Users paid £25 a gram for ketamine and £10 for a single ecstasy tablet.",
     [("ketamine", 25, 25, 1, "g"), ("mdma", 10, 10, 1, "pill")]),
    ("respective", "fr", "", "L'héroïne et la cocaïne se vendent respectivement 20 et 60 euros le gramme à Maubeuge.",
     [("heroin", 20, 20, 1, "g"), ("cocaine", 60, 60, 1, "g")]),
    ("respective_three", "fr", "", "Héroïne, cocaïne et kétamine y valent respectivement 20 euros, 60 euros et 30 euros le gramme.",
     [("heroin", 20, 20, 1, "g"), ("cocaine", 60, 60, 1, "g"), ("ketamine", 30, 30, 1, "g")]),
    ("respective_en", "en", "", "Cocaine and heroin sell for $60 and $40 a gram respectively in Boston.",
     [("cocaine", 60, 60, 1, "g"), ("heroin", 40, 40, 1, "g")]),
    ("size_of_a_thing", "fr", "", "La boulette de cocaïne de 0,4 gramme s'écoule à 40 euros.", [("cocaine", 40, 40, 0.4, "g")]),
    ("size_of_a_bar", "fr", "", "La barrette de résine de 2 grammes se vend 10 euros.", [("cannabis-resin", 10, 10, 2, "g")]),
    ("that_of", "fr", "", "Le gramme de cocaïne se monnaye 65 €. Celui d'héroïne, 25 €. Celui de kétamine, 35 €.",
     [("cocaine", 65, 65, 1, "g"), ("heroin", 25, 25, 1, "g"), ("ketamine", 35, 35, 1, "g")]),
    ("portion", "fr", "", "Les livreurs de cocaïne proposaient un demi-gramme à 40, un quart à 20.",
     [("cocaine", 40, 40, 0.5, "g"), ("cocaine", 20, 20, 0.25, "g")]),
    ("eighth", "en", "", "An eighth of weed sells for £35; an ounce is £220.",
     [("cannabis-herb", 35, 35, 0.125, "oz"), ("cannabis-herb", 220, 220, 1, "oz")]),
    ("eighth_after", "en", "", "MDMA is £120 an eighth of an ounce.", [("mdma", 120, 120, 0.125, "oz")]),
    ("plural_pieces", "en", "", "LSD tabs are £5 and MDMA capsules are £10 to £12.",
     [("lsd", 5, 5, 1, "blotter"), ("mdma", 10, 12, 1, "capsule")]),
    ("leaves_at", "fr", "", "La barrette de résine, payée 10 euros en ville, part à 25 en prison.",
     [("cannabis-resin", 10, 10, 1, "bar"), ("cannabis-resin", 25, 25, 1, "bar")]),
    ("leaves_at_then", "fr", "", "L'ovule de cocaïne, facturé 60 euros voici deux ans, part à 40, et à 30 après minuit.",
     [("cocaine", 60, 60, 1, "capsule"), ("cocaine", 40, 40, 1, "capsule"), ("cocaine", 30, 30, 1, "capsule")]),
    ("asks_for_it", "fr", "", "La cocaïne se vend 70 euros le gramme ; les livreurs en demandent 80.",
     [("cocaine", 70, 70, 1, "g"), ("cocaine", 80, 80, 1, "g")]),
    ("sold_at", "fr", "", "L'herbe est à 10 euros le gramme. La résine, elle, se vend à 6.",
     [("cannabis-herb", 10, 10, 1, "g"), ("cannabis-resin", 6, 6, 1, "g")]),
    ("climbs_even", "fr", "", "Le caillou de crack coûte 10 euros ; le soir, on monte à 15, voire 20.",
     [("crack", 10, 10, 1, "rock"), ("crack", 15, 20, 1, "rock")]),  # one price that varies, as it is annotated
    ("setting_next", "fr", "", "La méthamphétamine se vend 200 euros le gramme en moyenne, 250 dans les îles.",
     [("methamphetamine", 200, 200, 1, "g"), ("methamphetamine", 250, 250, 1, "g")]),
    ("height_of_a_year", "fr", "", "L'héroïne valait 120 francs le gramme en 1972, 900 au sommet de 1986.",
     [("heroin", 120, 120, 1, "g"), ("heroin", 900, 900, 1, "g")]),
    ("pieces_at", "fr", "Trafic de résine", "Je sortais des barrettes à 20, des sachets à 50. Sur un kilo, je gagnais 1 800 euros.",
     [("cannabis-resin", 20, 20, 1, "bar"), ("cannabis-resin", 50, 50, 1, "bag")]),
    ("subject_far_from_money", "fr", "", "La barrette d'herbe est à 2 euros. On soigne. Le gramme de kétamine, qui en valait 60 en 2015, n'en coûte plus que 30.",
     [("cannabis-herb", 2, 2, 1, "bar"), ("ketamine", 60, 60, 1, "g"), ("ketamine", 30, 30, 1, "g")]),
    ("years_later", "fr", "", "Le haschich coûtait trois francs le gramme à Paris ; cinq ans après, neuf.",
     [("cannabis-resin", 3, 3, 1, "g"), ("cannabis-resin", 9, 9, 1, "g")]),
    ("aside_before_the_price", "fr", "", "La kétamine se trouvait à 30 € le gramme à Belfort, et la 3-MMC, inconnue avant 2019, à 25.",
     [("ketamine", 30, 30, 1, "g"), ("3-mmc", 25, 25, 1, "g")]),
    ("half_of_it", "fr", "", "La cocaïne est à 65 euros le gramme à Reims, 60 à Épernay, et 35 le demi.",
     [("cocaine", 65, 65, 1, "g"), ("cocaine", 60, 60, 1, "g"), ("cocaine", 35, 35, 0.5, "g")]),
    ("apposed_gram", "fr", "", "Elle commande chaque semaine un gramme de cocaïne, 70 euros, à un numéro qui change.", [("cocaine", 70, 70, 1, "g")]),
    ("apposed_some", "fr", "", "L'opium ne se vend plus guère en France : quelques grammes, à 20 euros.", [("opium", 20, 20, 1, "g")]),
    ("quoted_unit", "fr", "", "Le crack reste à cinq euros la « roche ».", [("crack", 5, 5, 1, "rock")]),
    ("question_unit", "fr", "", "Que vaut aujourd'hui un kilo de cocaïne ? Au Havre, 22 000 euros à la sortie du conteneur, contre 32 000 il y a cinq ans.",
     [("cocaine", 22000, 22000, 1, "kg"), ("cocaine", 32000, 32000, 1, "kg")]),
    ("question_how_much", "fr", "", "Combien coûte le gramme de kétamine ? 30 euros, répond un habitué.", [("ketamine", 30, 30, 1, "g")]),
    ("small_resale", "fr", "", "Le flacon de codéine, sept euros en pharmacie, en vaut quinze à la revente.",
     [("codeine", 7, 7, 1, "bottle"), ("codeine", 15, 15, 1, "bottle")]),
    ("up_to_when", "fr", "", "Un cachet de Rivotril se monnaie 3 euros, et jusqu'à 5 quand la marchandise manque.",
     [("clonazepam", 3, 3, 1, "pill"), ("clonazepam", None, 5, 1, "pill")]),
    ("sized_piece_goes_on", "fr", "", "La boulette de 0,7 gramme de cocaïne, facturée 80 euros, part à 50.",
     [("cocaine", 80, 80, 0.7, "g"), ("cocaine", 50, 50, 0.7, "g")]),
    ("blotters_after_grams", "fr", "", "La kétamine se négociait 30 euros le gramme ; les buvards, 7.",
     [("ketamine", 30, 30, 1, "g"), ("lsd", 7, 7, 1, "blotter")]),
    ("nothing_to_do_with", "fr", "", "Le tuci, une poudre rose sans rien de commun avec le crack, se vend 80 euros le gramme.", [("tuci", 80, 80, 1, "g")]),
    ("or_so_many_grams", "fr", "", "La kétamine s'est installée, elle aussi : 35 euros, ou 150 les cinq grammes.",
     [("ketamine", 35, 35, 1, "g"), ("ketamine", 150, 150, 5, "g")]),
]  # fmt: skip

LOOKALIKES: list[Row] = [
    ("times", "fr", "", "Le gramme de cocaïne coûte 60 euros et il vaut 30 fois celui de l'or.", [("cocaine", 60, 60, 1, "g")]),
    ("persons", "fr", "", "Le gramme de cocaïne coûte 60 euros, pour 15 personnes interrogées.", [("cocaine", 60, 60, 1, "g")]),
    ("reached_persons", "fr", "", "La kétamine est à 30 euros le gramme. Le nombre d'usagers a atteint 40 personnes.", [("ketamine", 30, 30, 1, "g")]),
    ("years", "fr", "", "La MDMA vaut 40 euros le gramme. Le prévenu, lui, a 35 ans et en paraît 50.", [("mdma", 40, 40, 1, "g")]),
    ("percent", "fr", "", "L'héroïne vaut 20 euros le gramme ; sa pureté est montée à 35 %.", [("heroin", 20, 20, 1, "g")]),
    ("were_arrested", "en", "", "Cocaine is £60 a gram. They were 30 at the party.", [("cocaine", 60, 60, 1, "g")]),
    ("wage_stays_out", "fr", "", "Le vendeur d'herbe gagnait 1 200 euros par mois.", []),
    ("lot_of_persons", "en", "", "A gram of ketamine is £25, for two nights out of three.", [("ketamine", 25, 25, 1, "g")]),
    ("and_is_a_range", "fr", "", "Entre l'héroïne et la cocaïne, le gramme varie entre 20 et 60 euros.", [("cocaine", 20, 60, 1, "g")]),
    ("eighth_place", "en", "", "He finished eighth. Cocaine is £60 a gram.", [("cocaine", 60, 60, 1, "g")]),
    ("quarter_of_people", "fr", "", "Un gramme de cocaïne coûte 60 euros ; un quart des usagers, à 20 ans, en ont pris.", [("cocaine", 60, 60, 1, "g")]),
    ("deaths_rose", "fr", "", "La cocaïne est à 60 euros le gramme. Le nombre de décès passe à 31 en 2023.", [("cocaine", 60, 60, 1, "g")]),
    ("seizures_rose", "fr", "", "Le gramme de kétamine vaut 30 euros. Le total des contrôles atteint 45 au printemps.", [("ketamine", 30, 30, 1, "g")]),
    ("deaths_rose_en", "en", "", "Cocaine is £60 a gram. Overdoses rose to 45 last year.", [("cocaine", 60, 60, 1, "g")]),
    ("claimed", "fr", "Trafic de cocaïne", "Le procureur réclame 50 euros de frais.", []),
    ("dearer_by", "fr", "", "Le gramme de cocaïne, qui valait 100 francs de plus en 1994, vaut 65 euros.", [("cocaine", 65, 65, 1, "g")]),
    ("place_then_count", "fr", "", "Le gramme de cocaïne vaut 60 euros ; à Perpignan, 40 personnes sont suivies.", [("cocaine", 60, 60, 1, "g")]),
    ("month_then_count", "fr", "", "La kétamine vaut 30 euros le gramme ; en mai, 40 saisies ont été faites.", [("ketamine", 30, 30, 1, "g")]),
    ("some_of_them", "fr", "", "Le gramme de cocaïne coûte 60 euros, 12 des 40 usagers le disent.", [("cocaine", 60, 60, 1, "g")]),
    ("has_lost", "fr", "", "La cocaïne a encore perdu cinq euros : comptez 65 euros le gramme à Reims.", [("cocaine", 65, 65, 1, "g")]),
    ("found_beside", "fr", "", "Le jeune homme, arrêté, avait sur lui un gramme de cocaïne, 70 euros, un couteau.", []),
    ("found_and", "fr", "", "Dans sa poche, un gramme de cocaïne, 70 euros et deux téléphones.", []),
    ("question_not_of_price", "fr", "", "Qui achète un kilo de cocaïne ? Le vigile gagnait 1 200 euros par mois.", []),
    ("persons_in_town", "fr", "", "Le gramme de kétamine est à 30 euros, trois jeunes sont hospitalisés, 12 en ville.",
     [("ketamine", 30, 30, 1, "g")]),
    ("age_after_at", "fr", "", "Le gramme de cocaïne vaut 70 euros. Ils étaient dix, et à 40 ans, le chef dormait.", [("cocaine", 70, 70, 1, "g")]),
    ("hour_after_at", "fr", "", "Le gramme de cocaïne vaut 70 euros, et à 22 heures le point de deal ferme.", [("cocaine", 70, 70, 1, "g")]),
    ("persons_years_later", "fr", "", "La résine se vend 6 euros le gramme ; deux ans après, neuf personnes sont jugées.",
     [("cannabis-resin", 6, 6, 1, "g")]),
    ("months_required", "fr", "", "Le sachet de cocaïne est à 50 euros. Le tribunal exige 12 mois de suivi.", [("cocaine", 50, 50, 1, "bag")]),
    ("sentence_in_prison", "fr", "", "Le gramme de kétamine est à 30 euros ; la peine passe à 5 ans en prison.", [("ketamine", 30, 30, 1, "g")]),
    ("contents_fell", "fr", "", "Le comprimé, qui en contenait 80 en 2019, n'en contient plus que 40. La MDMA vaut 8 euros le cachet.",
     [("mdma", 8, 8, 1, "pill")]),
    ("bars_to_clients", "fr", "", "Ils vendent des barrettes à 20 clients par jour. Le gramme d'herbe est à 10 euros.", [("cannabis-herb", 10, 10, 1, "g")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "title", "text", "expected"),
    [row[1:] for row in [*PRICES, *LOOKALIKES]],
    ids=[row[0] for row in [*PRICES, *LOOKALIKES]],
)
def test_price_links(lang: str, title: str, text: str, expected: list[tuple[object, ...]]) -> None:
    found = [price(o) for o in observations(text, "price", lang=lang, title=title, published="2024-05-14")]
    assert [
        (f[1], f[2], f[3], f[5], f[6]) for f in found if f[0] in ("retail", "wholesale", "other")
    ] == expected


KINDS = [
    # id, lang, text, [(kind, low)]
    ("bought_and_resold", "fr", "Les comprimés d'ecstasy, achetés 1 euro pièce aux Pays-Bas, partaient à 8 euros.", [("wholesale", 1), ("retail", 8)]),
    ("supplier", "fr", "Le vendeur s'approvisionnait à 38 euros le gramme de cocaïne.", [("wholesale", 38)]),
    ("bought_to_use", "fr", "Il achetait sa cocaïne 70 euros le gramme, tous les samedis.", [("retail", 70)]),
    ("pharmacy_then_street", "fr", "La boîte de prégabaline, achetée 12 euros en pharmacie, est revendue 60 euros.", [("other", 12), ("retail", 60)]),
    ("lots_for", "fr", "Le comprimé d'ecstasy est à 10 euros. Pour trois comprimés, comptez 25 euros.", [("retail", 10), ("retail", 25)]),
    ("wholesale_kilo", "en", "A gram of cocaine costs £80. The wholesale kilo fell further, from £40,000 to £30,000.",
     [("retail", 80), ("wholesale", 40000), ("wholesale", 30000)]),
    ("least_order", "fr", "Les livraisons de cocaïne se faisaient dès 50 euros d'achat, le gramme étant à 65 euros.", [("min-order", 50), ("retail", 65)]),
    ("least_journey", "fr", "On livre la cocaïne. En dessous de 50 euros, pas de déplacement ; hors de la ville, ajoutez 10 euros de course.",
     [("min-order", 50), ("delivery-fee", 10)]),
    ("under_a_price", "fr", "On livre la cocaïne. En dessous de 50 euros le gramme, personne n'en vend.", [("retail", 50)]),
    ("asked_worth", "fr", "Saisie de 20 kilos de cocaïne. Ce que vaut la marchandise ? Un million d'euros au port ; 6,5 millions à Paris en gros.",
     [("seizure-valuation", 1e6), ("seizure-valuation", 6.5e6)]),
    ("load_stands_for", "fr", "La douane a saisi deux tonnes de résine, à 1 400 euros le kilo. Le chargement représente trois millions.",
     [("wholesale", 1400), ("seizure-valuation", 3e6)]),
    ("load_of_persons", "fr", "On a saisi deux tonnes de résine, à 1 400 euros le kilo. Le quartier représente trois millions d'habitants.",
     [("wholesale", 1400)]),
    ("fee_outside", "fr", "Le gramme de cocaïne était à 60 euros. Une livraison hors de la ville coûtait 15 euros.", [("retail", 60), ("delivery-fee", 15)]),
    ("value_of_the_load", "fr", "On a récupéré 1 250 kg de cocaïne. Le voilier a coulé. Trois marins sont suspects. La valeur de la cargaison est estimée à 37 millions d'euros.",
     [("seizure-valuation", 37e6)]),
    ("two_values_en", "en", "She put the 4.75 kilos of cocaine at £160,000 wholesale and up to £420,000 on the street.",
     [("seizure-valuation", 160000), ("seizure-valuation", None)]),
    ("drug_test", "fr", "L'amphétamine vaut 15 euros le gramme. Un test revient à 12 euros.", [("retail", 15)]),
    ("drink_at_the_bar", "fr", "Le GHB est à 5 euros la dose ; une bouteille se paie 4 euros au bar.", [("retail", 5)]),
    ("bus_pass_en", "en", "Heroin is £10 a bag. A day's bus pass costs £4.90.", [("retail", 10)]),
    ("bribe_en", "en", "A gram of cocaine costs €50. Corrupt dockers are offered €100,000 per box.", [("retail", 50)]),
    ("trainers", "fr", "La cocaïne est à 60 euros le gramme ; le tirage promettait des baskets d'une valeur de 180 euros.", [("retail", 60)]),
    ("for_more_at_once", "fr", "La kétamine est à 25 euros le gramme, et à 20 si l'on prend cinq grammes.", [("retail", 25), ("retail", 20)]),
    ("in_lots", "fr", "La pastille d'ecstasy coûte 3 euros, 2 par lots de vingt.", [("retail", 3), ("retail", 2)]),
    ("hemp_in_a_shop", "fr", "Certains prennent du tramadol, d'autres du cannabidiol, vendu 6 à 8 euros le gramme en boutique.", [("other", 6)]),
    ("gas_by_weight", "fr", "La bonbonne de 600 grammes de protoxyde d'azote se vend 25 euros.", [("retail", 25)]),
    ("slab_by_weight", "fr", "La plaquette de 500 grammes de résine de cannabis se vend 900 euros.", [("wholesale", 900)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text", "expected"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS]
)
def test_price_kinds(lang: str, text: str, expected: list[tuple[object, ...]]) -> None:
    found = [price(o) for o in observations(text, "price", lang=lang, published="2024-05-14")]
    assert [(f[0], f[2]) for f in found] == expected


WHERE_AND_WHEN = [
    # id, lang, text, [(low, place, when)]; when "" = no date in the text
    ("first_of_two_with_de", "fr", "Le HHC est apparu dans les vitrines de Strasbourg et de Metz : neuf euros le gramme.", [(9, "Strasbourg", "")]),
    ("by_the_ferry_of", "fr", "Le tramadol existe à Nice : venu par le ferry de Marseille, il s'écoule deux euros la gélule.", [(2, "Nice", "")]),
    ("since_a_year", "fr", "L'héroïne oscille autour de trente euros le gramme à Lens, sans bouger depuis 2019.", [(30, "Lens", "")]),
    ("in_a_year_after_since", "fr", "En 2018, le gramme d'héroïne valait 30 euros à Lens, légale nulle part depuis 1970.", [(30, "Lens", "2018-01-01")]),
    ("minister_of", "fr", "Devant la ministre des Outre-mer, une sénatrice de La Réunion rappelle que la cocaïne y vaut 200 euros le gramme.",
     [(200, "La Réunion", "")]),
    ("first_of_list", "fr", "À Gand ou à Courtrai, le gramme d'héroïne s'achète 10 euros.", [(10, "Gand", "")]),
    ("each_its_place", "fr", "Le gramme de cocaïne vaut 60 euros à Lille, 70 euros à Lyon.", [(60, "Lille", ""), (70, "Lyon", "")]),
    ("country_of_purchase", "fr", "Le vendeur, installé à Thionville, s'approvisionnait au Luxembourg à 38 euros le gramme de cocaïne.",
     [(38, "Luxembourg", "")]),
    ("police_of_the_country", "fr", "À Ibiza, la police espagnole estime que le gramme de cocaïne vaut 60 euros.", [(60, "Ibiza", "")]),
    ("sent_by_way_of", "fr", "La kétamine, arrivée par fret express de Hong Kong, se vend 30 euros le gramme à Pau.", [(30, "Pau", "")]),
    ("date_of_another_clause", "fr", "Le gramme d'héroïne est tombé à 15 euros à Lens, quand il en coûtait 30 en 2014.",
     [(15, "Lens", ""), (30, "Lens", "2014-01-01")]),
    ("date_before_now", "en", "A gram of cocaine cost £60 in 2019 and now costs £80 in Leeds.", [(60, "Leeds", "2019-01-01"), (80, "Leeds", "")]),
    ("date_of_all", "fr", "En 2022, le gramme de cocaïne valait 60 euros à Lyon et 70 euros à Nice.",
     [(60, "Lyon", "2022-01-01"), (70, "Nice", "2022-01-01")]),
    ("date_at_the_end", "fr", "Le gramme de cocaïne valait 60 euros à Lyon et 70 euros à Nice en 2022.",
     [(60, "Lyon", "2022-01-01"), (70, "Nice", "2022-01-01")]),
    ("there", "fr", "À Lyon, tout va. Un drive fonctionnait à Mérignac. Le gramme de cocaïne y était à 60 euros.", [(60, "Mérignac", "")]),
    ("by_the_time_it_reaches", "en", "A kilo of cocaine is £30,000 in Spain but £80,000 by the time it reaches Glasgow.",
     [(30000, "Spain", ""), (80000, "Glasgow", "")]),
    ("adjective_before_place", "en", "Cocaine that costs £55 a gram in Liverpool sells for £70 in wealthy Dublin.", [(55, "Liverpool", ""), (70, "Dublin", "")]),
    ("date_of_each", "fr", "Le gramme de cocaïne valait 66 euros en 2022, 62 euros en 2023.", [(66, None, "2022-01-01"), (62, None, "2023-01-01")]),
    ("change_over_a_span", "fr", "Le prix du gramme de cocaïne est passé de 66 à 58 euros entre 2021 et 2024.",
     [(66, None, "2021-01-01"), (58, None, "2024-01-01")]),
    ("span_then_change", "fr", "Entre mars et juin 2024, le gramme de cocaïne est passé de 66 € à 58 €.",
     [(66, None, "2024-03-01"), (58, None, "2024-06-01")]),
    ("change_over_a_span_en", "en", "The price of a gram of cocaine fell from £66 to £58 between 2021 and 2024.",
     [(66, None, "2021-01-01"), (58, None, "2024-01-01")]),
    ("change_with_one_date", "fr", "Le gramme de cocaïne a chuté de 66 à 58 euros en 2023.", [(66, None, ""), (58, None, "2023-01-01")]),
    ("change_with_one_date_en", "en", "In 2023 a gram of cocaine fell from £66 to £58.", [(66, None, ""), (58, None, "2023-01-01")]),
    ("change_since", "fr", "Depuis 2021, le gramme de cocaïne est passé de 66 à 58 euros.", [(66, None, "2021-01-01"), (58, None, "")]),
    ("change_with_two_dates", "fr", "Le gramme de cocaïne est passé de 66 euros en 2021 à 58 euros en 2023.",
     [(66, None, "2021-01-01"), (58, None, "2023-01-01")]),
    ("change_in_a_decade", "en", "A gram of cocaine fell from £66 to £58 in the 1990s.", [(66, None, ""), (58, None, "1990-01-01")]),
    ("no_change", "fr", "Le gramme de cocaïne coûtait 66 euros entre 2021 et 2023.", [(66, None, "2021-01-01")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text", "expected"), [row[1:] for row in WHERE_AND_WHEN], ids=[row[0] for row in WHERE_AND_WHEN]
)
def test_where_and_when(lang: str, text: str, expected: list[tuple[object, ...]]) -> None:
    found = observations(text, "price", lang=lang, published="2024-05-14")
    told = [
        (
            price(o)[2],
            o.place.name if o.place else None,
            o.when.start.isoformat() if o.when.start and o.when.basis == "text" else "",
        )
        for o in found
    ]
    assert told == expected


def test_a_comparison_keeps_its_date() -> None:
    text = (
        "La douane a saisi 29 tonnes de cocaïne en 2023, contre 19 tonnes en 2022, et 16 tonnes de cannabis."
    )
    found = observations(text, "quantity", published="2024-05-14")
    assert [o.when.start.year for o in found if o.when.start] == [2023, 2022, 2023]
