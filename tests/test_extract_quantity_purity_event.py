"""Quantities, purities and events. Each row is named by why it exists."""

from __future__ import annotations

import pytest

from facts import document, event, observations, purity, quantity
from vigie.extract import extract

QUANTITIES = [
    # id, lang, title, text, [(kind, substance, low, high, unit)]
    ("seized", "fr", "", "Les douaniers ont saisi 12 kg de cocaïne.", [("seized", "cocaine", 12, 12, "kg")]),
    ("list", "fr", "", "La police a trouvé 98 g de résine, 40 g d'herbe et 3 kg de cocaïne.",
     [("seized", "cannabis-resin", 98, 98, "g"), ("seized", "cannabis-herb", 40, 40, "g"), ("seized", "cocaine", 3, 3, "kg")]),
    ("same_product_again", "fr", "", "Les douaniers ont saisi 252 sachets d'herbe de cannabis, soit 312 kg.",
     [("seized", "cannabis-herb", 252, 252, "bag"), ("seized", "cannabis-herb", 312, 312, "kg")]),
    ("unit_left_out", "fr", "", "La douane a intercepté 3,9 t de résine et 1,2 d'herbe de cannabis.",
     [("seized", "cannabis-resin", 3.9, 3.9, "t"), ("seized", "cannabis-herb", 1.2, 1.2, "t")]),
    ("produced", "fr", "Cocaïne", "La production mondiale atteignait 2 700 tonnes.", [("produced", "cocaine", 2700, 2700, "t")]),
    ("sold", "fr", "", "Il se vend 285 tonnes de cannabis dans le pays.", [("sold", "cannabis", 285, 285, "t")]),
    ("couple_carried", "fr", "", "Un couple transportait 25,6 kg de résine de cannabis.", [("shipped", "cannabis-resin", 25.6, 25.6, "kg")]),
    ("any_drugs", "fr", "", "La douane a saisi plus de 88 tonnes de stupéfiants.", [("seized", None, 88, None, "t")]),
    ("pills_en", "en", "", "Officers seized about 14,938 counterfeit fentanyl pills.", [("seized", "fentanyl", 14938, 14938, "pill")]),
    ("pills_carried", "en", "Fentanyl bust", "Police found 4 blue pills on a man.", [("seized", "fentanyl", 4, 4, "pill")]),
    ("list_carried", "fr", "Saisies de cannabis", "Le 12 juillet, 1,3 tonne à Hendaye.", [("seized", "cannabis", 1.3, 1.3, "t")]),
    ("with_its_year", "fr", "", "Les douanes ont intercepté 23 600 comprimés d'ecstasy en 2023, contre 9 800 en 2021.",
     [("seized", "mdma", 23600, 23600, "pill"), ("seized", "mdma", 9800, 9800, "pill")]),
    ("bottles", "fr", "Protoxyde d'azote", "En mai, la police a saisi 1 240 bouteilles.", [("seized", "nitrous-oxide", 1240, 1240, "bottle")]),
    ("swallowed", "fr", "", "Le passeur avait avalé 900 grammes de cocaïne.", [("shipped", "cocaine", 900, 900, "g")]),
    ("hidden_in_a_lorry", "fr", "", "Un camion chargé d'oignons cachait 318 kilos d'herbe de cannabis.", [("seized", "cannabis-herb", 318, 318, "kg")]),
    ("tablets_named_before", "en", "", "Officers seized 400 buprenorphine tablets.", [("seized", "buprenorphine", 400, 400, "pill")]),
    ("expected_load", "fr", "Trafic de cocaïne", "Un informateur avait annoncé 2 tonnes de cocaïne ; elles ne sont jamais arrivées.", [("shipped", "cocaine", 2, 2, "t")]),
    ("in_transit", "fr", "", "Quelque 500 tonnes de cocaïne transiteraient chaque année par l'Europe.", [("shipped", "cocaine", 500, 500, "t")]),
    ("arrived_and_caught", "fr", "", "1,4 kilo de kétamine, arrivé par fret express, a été intercepté à Pau.", [("seized", "ketamine", 1.4, 1.4, "kg")]),
    ("stopped_with_a_load", "fr", "", "Un go-fast parti de Malaga a été arrêté avec 640 kg de résine de cannabis à bord.", [("seized", "cannabis-resin", 640, 640, "kg")]),
    ("arrived_en", "en", "", "Some 65kg of cocaine arrived by air in a crate of tiles.", [("shipped", "cocaine", 65, 65, "kg")]),
    ("on_him_en", "en", "", "The court heard that he had 14 wraps of crack on him.", [("possessed", "crack", 14, 14, "bag")]),
    ("powder_en", "en", "Captagon in transit", "In the workshop, 300 kilos of powder were found.", [("seized", "captagon", 300, 300, "kg")]),
    ("took_many_en", "en", "Benzodiazepines in the city", "Officers also took 2.7 million tablets.", [("seized", "benzodiazepines", 2.7e6, 2.7e6, "pill")]),
    ("cut_with", "fr", "Le trafic d'héroïne", "Cette héroïne coupée au fentanyl tue. La police en a saisi 450 grammes.", [("seized", "heroin", 450, 450, "g")]),
    ("laid_hands", "fr", "", "Les douaniers ont mis la main sur 12 kilos de cocaïne.", [("seized", "cocaine", 12, 12, "kg")]),
    ("fell_into_hands", "fr", "", "Douze kilos de cocaïne sont tombés aux mains de la police.", [("seized", "cocaine", 12, 12, "kg")]),
    ("in_luggage", "fr", "", "Un passager avait dans ses bagages 3 kilos de kétamine.", [("possessed", "ketamine", 3, 3, "kg")]),
    ("lorry_carried", "fr", "", "Le camion transportait 200 kilos de résine de cannabis.", [("shipped", "cannabis-resin", 200, 200, "kg")]),
    ("ship_checked_then_carried", "fr", "", "Contrôlé à la frontière, le voilier transportait 800 kilos de cocaïne.", [("shipped", "cocaine", 800, 800, "kg")]),
    ("ship_caught_with_load", "fr", "", "La marine a intercepté un cargo transportant deux tonnes de cocaïne.", [("seized", "cocaine", 2, 2, "t")]),
    ("man_carried", "fr", "", "L'homme transportait 40 grammes d'héroïne.", [("shipped", "heroin", 40, 40, "g")]),
    ("checked_then_carried", "fr", "", "Contrôlé à Brive, un retraité transportait 40 grammes d'héroïne.", [("possessed", "heroin", 40, 40, "g")]),
    ("carried_before_a_court", "fr", "", "Il reconnaît avoir transporté 6 kilos de cocaïne.", [("shipped", "cocaine", 6, 6, "kg")]),
    ("question_of_seizures", "fr", "", "A-t-on beaucoup saisi de kétamine ? 80 kilos, la plupart en transit par la poste.", [("seized", "ketamine", 80, 80, "kg")]),
    ("question_of_sales_en", "en", "", "How much heroin was sold there? Nine kilos, all of it hidden in the market.", [("sold", "heroin", 9, 9, "kg")]),
    ("question_no_deed", "fr", "", "Qui en répondra ? 80 kilos de cocaïne saisis, deux ans de prison.", [("seized", "cocaine", 80, 80, "kg")]),
    ("police_take", "fr", "", "Les gendarmes ont pris 90 grammes de cocaïne.", [("seized", "cocaine", 90, 90, "g")]),
    ("guest_takes", "fr", "", "Les invités ont pris 2 grammes de cocaïne.", [("consumed", "cocaine", 2, 2, "g")]),
    ("police_took_en", "en", "", "Detectives took 60 grams of crack.", [("seized", "crack", 60, 60, "g")]),
    ("pulled_en", "en", "", "The crew pulled 40 kilos of cocaine out of the hold of a trawler.", [("seized", "cocaine", 40, 40, "kg")]),
    ("pressed_en", "en", "", "Some 70 kilos of MDMA were pressed there every month.", [("produced", "mdma", 70, 70, "kg")]),
    ("burned_through_en", "en", "", "The ward burned through 4 kilos of ketamine in a month.", [("consumed", "ketamine", 4, 4, "kg")]),
    ("slipped_through_en", "en", "", "Another 4 kilos of ketamine got through.", [("other", "ketamine", 4, 4, "kg")]),
    ("counted", "fr", "", "Les policiers ont dénombré 210 buvards de LSD dans les casiers d'un conteneur.", [("seized", "lsd", 210, 210, "blotter")]),
    ("were_taken", "fr", "", "Au péage furent pris 22 kilos d'herbe de cannabis.", [("seized", "cannabis-herb", 22, 22, "kg")]),
    ("got_rid_of", "fr", "", "Le clan brassait 50 kilos d'herbe de cannabis par semaine.", [("sold", "cannabis-herb", 50, 50, "kg")]),
    ("asked_before", "fr", "", "Combien de cocaïne la ville consomme-t-elle ? Trois kilos par jour, selon l'étude.",
     [("consumed", "cocaine", 3, 3, "kg")]),
    ("seen_passing", "fr", "", "Le port a vu passer 4 tonnes de cocaïne, dont la douane a saisi la moitié.", [("shipped", "cocaine", 4, 4, "t")]),
    ("many_swallowed", "fr", "", "Il avait avalé 80 ovules de cocaïne.", [("shipped", "cocaine", 80, 80, "capsule")]),
    ("kept_by_customs", "fr", "", "Les enquêteurs ont retenu 3 kilos d'héroïne au poste-frontière.", [("seized", "heroin", 3, 3, "kg")]),
    ("kept_by_a_court", "fr", "", "Le tribunal a retenu 3 kilos d'héroïne.", [("other", "heroin", 3, 3, "kg")]),
    ("drawn_up_by_a_fisherman", "fr", "", "Un pêcheur a remonté 20 kilos de cocaïne dans ses filets.", [("other", "cocaine", 20, 20, "kg")]),
    ("seized_load", "fr", "", "La police a saisi un chargement de 600 kilos de cannabis.", [("seized", "cannabis", 600, 600, "kg")]),
    ("passes", "fr", "", "Les mules passent dix grammes de cocaïne à la fois.", [("shipped", "cocaine", 10, 10, "g")]),
    ("parcels", "en", "", "Parcels of 200 grams of ketamine arrive every week.", [("shipped", "ketamine", 200, 200, "g")]),
    ("took_in", "en", "", "Customs officers took in 18 kilos of heroin.", [("seized", "heroin", 18, 18, "kg")]),
    ("took_a_little", "en", "", "He took 3 grams of cocaine.", [("consumed", "cocaine", 3, 3, "g")]),
    ("stash_found", "en", "", "Police found a stash of 3 kilos of cannabis.", [("seized", "cannabis", 3, 3, "kg")]),
    ("stash_kept", "en", "", "He kept a stash of 3 kilos of cannabis at his mother's.", [("possessed", "cannabis", 3, 3, "kg")]),
    ("lorry_carrying", "en", "", "The lorry was carrying 90 kilos of cocaine.", [("shipped", "cocaine", 90, 90, "kg")]),
    ("hidden_and_shipped", "en", "", "Some 700 kilos of cocaine, hidden in marble shipped from Brazil, were bound for Sydney.",
     [("shipped", "cocaine", 700, 700, "kg")]),
    ("hidden_and_found", "en", "", "Detectives recovered 2 kilos of cocaine hidden in a wall.", [("seized", "cocaine", 2, 2, "kg")]),
    ("smuggling", "en", "", "He was convicted of smuggling 63 kilos of heroin.", [("shipped", "heroin", 63, 63, "kg")]),
    ("shifted", "en", "", "The ring shifted 40 kilos of ketamine in a year.", [("sold", "ketamine", 40, 40, "kg")]),
    ("arrested_en", "en", "", "A passenger was arrested in Manchester with 4 kilos of cocaine.", [("seized", "cocaine", 4, 4, "kg")]),
    ("delivered", "fr", "Saisie de drogue", "Le réseau livrait 12 kilos de 3-MMC par mois.", [("sold", "3-mmc", 12, 12, "kg")]),
    ("had_delivered", "fr", "Saisie de drogue", "Ils avaient livré 12 kilos de 3-MMC.", [("sold", "3-mmc", 12, 12, "kg")]),
    ("search_yielded", "fr", "Saisie de drogue", "La perquisition avait livré 12 kilos de 3-MMC.", [("seized", "3-mmc", 12, 12, "kg")]),
    ("delivering_en", "en", "Drugs seized", "The gang was delivering 12 kilos of 3-MMC a month.", [("sold", "3-mmc", 12, 12, "kg")]),
    ("moved_about", "fr", "Saisie de drogue", "Le chauffeur déplaçait 12 kilos de cocaïne.", [("shipped", "cocaine", 12, 12, "kg")]),
    ("denied_then_found", "fr", "", "La police n'a saisi aucune arme, mais 2 kg d'héroïne.", [("seized", "heroin", 2, 2, "kg")]),
    ("take_over", "fr", "", "Des colis postaux de 300 grammes de cocaïne prennent le relais.", [("shipped", "cocaine", 300, 300, "g")]),
    ("posted_parcel", "fr", "", "Le colis, posté aux Pays-Bas, contenait 4 000 comprimés d'ecstasy.", [("shipped", "mdma", 4000, 4000, "pill")]),
    ("thrown_parcel", "fr", "", "Le colis contenait 30 grammes de résine de cannabis.", [("seized", "cannabis-resin", 30, 30, "g")]),
    ("on_its_board", "fr", "", "Le voilier avait à son bord 900 kilos de cocaïne.", [("shipped", "cocaine", 900, 900, "kg")]),
    ("change_is_two", "fr", "", "Les saisies de cocaïne sont passées de 12 à 23 tonnes.", [("seized", "cocaine", 12, 12, "t"), ("seized", "cocaine", 23, 23, "t")]),
    ("range_is_one", "fr", "", "Les mules passent dix à trente grammes de cocaïne.", [("shipped", "cocaine", 10, 30, "g")]),
    ("change_en", "en", "", "Seizures of cocaine fell from 12 tonnes to 9.", [("seized", "cocaine", 12, 12, "t"), ("seized", "cocaine", 9, 9, "t")]),
    ("tonnes_to_a_town", "en", "", "Seizures of cocaine fell from 12 tonnes to a record low.", [("seized", "cocaine", 12, 12, "t")]),
    ("sniffer_dogs", "fr", "", "Les chiens ont flairé 3 kilos de cocaïne.", [("seized", "cocaine", 3, 3, "kg")]),
    ("the_drug", "en", "Ketamine in Cork", "Gardaí have seized ketamine. Some 20 kilos of the drug were found.",
     [("seized", "ketamine", 20, 20, "kg")]),
    ("of_which", "en", "Heroin", "Consignments of heroin, 1.6 tonnes of which were seized, are growing.",
     [("seized", "heroin", 1.6, 1.6, "t")]),
    ("compared_without_unit", "en", "", "Agents took in 18 kilos of fentanyl, compared with 31.",
     [("seized", "fentanyl", 18, 18, "kg"), ("seized", "fentanyl", 31, 31, "kg")]),
    ("of_them", "en", "", "The captagon tablets are small. Troopers seized 61,000 of them.", [("seized", "captagon", 61000, 61000, "pill")]),
    ("en_ont_saisi", "fr", "", "Les comprimés d'ecstasy venaient de Belgique. Les douaniers en ont saisi 12 000 à Lille.",
     [("seized", "mdma", 12000, 12000, "pill")]),
    # tempting mistakes
    ("of_them_persons", "fr", "Ecstasy", "Les comprimés d'ecstasy circulent. Trente d'entre eux ont été interpellés hier matin.", []),
    ("price_of_a_gram", "fr", "", "Le prix d'un gramme de cocaïne au départ est connu.", []),
    ("by_the_tenth", "fr", "", "On achète la méthamphétamine au dixième de gramme.", []),
    ("per_millilitre", "en", "", "Police seized vapes of MDMB-4en-PINACA at around 2 mg per millilitre.", []),
    ("as_a_rule", "fr", "", "Chaque passeur transporte en moyenne 2 kg de cocaïne.", []),
    ("compared_price", "fr", "Cocaïne", "Le gramme vaut 30 euros, contre 40 hier.", []),
    ("size_of_slabs", "fr", "", "Les gendarmes ont saisi 14 savonnettes de résine de cannabis de 100 grammes.", [("seized", "cannabis-resin", 14, 14, "bar")]),
    ("other_mass", "fr", "Procès de la cocaïne", "La police a saisi de la cocaïne ; on jugeait aussi un vol de cuivre de 1,2 tonne.", []),
    ("lot_of_a_price", "fr", "", "La kétamine est à 25 euros le gramme, et à 20 si l'on prend cinq grammes.", []),
    ("per_hour_en", "en", "Etizolam", "A press seized in August could make 15,000 pills an hour.", []),
    ("price_denominator", "fr", "", "Il achète un gramme de cocaïne à 70 euros.", []),
    ("other_goods", "fr", "Saisie de cannabis", "Le camion transportait 20 tonnes d'oranges.", []),
    ("packing", "fr", "Cocaïne", "Quatre sachets étaient posés dans la chambre.", []),
    ("one_kilo_could", "en", "Fentanyl bust", "One kilogram could kill many people.", []),
    ("a_gram_en", "en", "Cocaine", "A buyer had a gram delivered in 15 minutes.", []),
    ("pill_content", "fr", "", "La police a saisi des pilules d'ecstasy dosées à 150 mg.", []),
    ("analysed", "en", "Fentanyl bust", "The service analysed 14 tablets.", []),
    ("body_weight", "fr", "", "Un enfant de 12 kg est hospitalisé.", []),
]  # fmt: skip

PURITIES = [
    ("plain", "fr", "", "La cocaïne est pure à 73 %.", [("cocaine", 73, 73, "purity")]),
    ("range", "fr", "Héroïne", "La pureté va de 10 à 30 % à Liège.", [("heroin", 10, 30, "purity")]),
    ("thc", "fr", "", "La résine titre 30 % de THC.", [("cannabis-resin", 30, 30, "thc")]),
    ("milligrams", "fr", "", "Un comprimé d'ecstasy dosé à 140 mg.", [("mdma", 140, 140, "mg-per-unit")]),
    ("two_lots", "fr", "", "Les comprimés contenaient 141 et 150 mg de MDMA.", [("mdma", 141, 150, "mg-per-unit")]),
    ("composition", "fr", "Cocaïne rose", "L'échantillon analysé : 40 % de kétamine.", [("ketamine", 40, 40, "purity")]),
    ("english", "en", "Cocaine", "An ounce is 22 to 25 percent pure.", [("cocaine", 22, 25, "purity")]),
    ("second_of_two", "fr", "", "La police a saisi 96 kilos d'héroïne et 14 kilos de cocaïne. L'analyse donne 54 % de pureté pour la première, 80 % pour la seconde.",
     [("heroin", 54, 54, "purity"), ("cocaine", 80, 80, "purity")]),
    ("adulterant_is_a_content", "en", "", "Tablets sold as diazepam contained bromazolam at about 3mg per tablet.", [("bromazolam", 3, 3, "mg-per-unit")]),
    ("share_of_tablets", "fr", "", "Le dosage moyen des comprimés d'ecstasy est de 181 mg de MDMA, et 4 % dépassent 250 mg.",
     [("mdma", 181, 181, "mg-per-unit"), ("mdma", 250, None, "mg-per-unit")]),
    ("the_powder", "fr", "Trafic à Mulhouse", "Le box contenait de la cocaïne. L'herbe venait de Rotterdam. Analysée, la poudre titrait 81 %.",
     [("cocaine", 81, 81, "purity")]),
    ("thought_to_be", "fr", "", "Deux usagers pensaient avoir pris de la cocaïne pure à 95 %.", []),
    ("share_of_adults", "fr", "", "En 2023, 2,7 % des adultes ont pris de la cocaïne.", []),
    ("rise", "fr", "", "Les saisies de cocaïne ont connu une hausse de 15 %.", []),
    ("change_in_purity", "fr", "", "La pureté de la cocaïne a progressé de 15 %.", []),
]  # fmt: skip

EVENTS = [
    # id, lang, title, text, [(kind, substance, count, assertion)] of the kinds looked at
    ("arrest", "fr", "", "Six vendeurs de cannabis sont interpellés.", [("arrest", "cannabis", 6, "affirmed")]),
    ("arrest_active", "fr", "", "Les policiers ont interpellé trois hommes pour trafic de cocaïne.", [("arrest", "cocaine", 3, "affirmed")]),
    ("one_death", "fr", "", "Une femme est morte après une dose de cocaïne.", [("death", "cocaine", 1, "affirmed")]),
    ("score_of_deaths", "fr", "", "La cocaïne cause une vingtaine de morts par an.", [("death", "cocaine", 20, "affirmed")]),
    ("emergency", "fr", "MDMA", "109 étudiants ont fini aux urgences.", [("hospitalisation", "mdma", 109, "affirmed")]),
    ("bare_subject", "fr", "Nitazènes", "Six ont été hospitalisées.", [("hospitalisation", "nitazenes", 6, "affirmed")]),
    ("no_death", "fr", "Nitazènes", "Aucun décès n'est à déplorer.", [("death", "nitazenes", None, "negated")]),
    ("feared", "fr", "Nitazènes", "D'autres surdoses sont à craindre.", [("overdose", "nitazenes", None, "hypothetical")]),
    ("sentence", "fr", "Cocaïne", "Deux frères ont été condamnés à trois ans de prison.", [("sentence", "cocaine", 2, "affirmed")]),
    ("deaths_en", "en", "", "Two people died after taking nitazenes.", [("death", "nitazenes", 2, "affirmed")]),
    ("adulterant", "fr", "", "Deux personnes sont mortes après avoir pris de l'oxycodone contenant des nitazènes.",
     [("death", "nitazenes", 2, "affirmed")]),
    ("antidote_is_no_cause", "en", "Nitazenes in tablets", "Three people died; naloxone had been given.", [("death", "nitazenes", 3, "affirmed")]),
    ("number_of_overdoses", "fr", "Cocaïne", "Le nombre d'overdoses est mal connu.", []),
    ("without_life", "fr", "Héroïne", "Un homme a été découvert sans vie après une prise d'héroïne.", [("death", "heroin", 1, "affirmed")]),
    ("could_kill", "en", "Fentanyl", "One kilogram could kill 500,000 people.", []),
    ("brawl", "fr", "Crack à Paris", "Deux rixes au couteau ont fait un mort.", [("death", None, 1, "affirmed")]),
    ("all_drugs", "en", "Blue Xanax warning", "There were 4,859 deaths related to drug poisoning.", [("death", None, 4859, "affirmed")]),
    ("war", "fr", "", "Le conflit a fait trois morts hier.", []),
]  # fmt: skip
LOOKED_AT = {"arrest", "death", "hospitalisation", "overdose", "sentence", "poisoning"}


@pytest.mark.parametrize("row", QUANTITIES, ids=lambda r: r[0])
def test_quantities(row: tuple[str, str, str, str, list[tuple[object, ...]]]) -> None:
    _, lang, title, text, expected = row
    assert [quantity(o) for o in observations(text, "quantity", lang=lang, title=title)] == expected


@pytest.mark.parametrize("row", PURITIES, ids=lambda r: r[0])
def test_purities(row: tuple[str, str, str, str, list[tuple[object, ...]]]) -> None:
    _, lang, title, text, expected = row
    assert [purity(o) for o in observations(text, "purity", lang=lang, title=title)] == expected


@pytest.mark.parametrize("row", EVENTS, ids=lambda r: r[0])
def test_events(row: tuple[str, str, str, str, list[tuple[object, ...]]]) -> None:
    _, lang, title, text, expected = row
    found = [event(o) for o in observations(text, "event", lang=lang, title=title)]
    assert [e for e in found if e[0] in LOOKED_AT] == expected


def test_a_seizure_is_one_event_with_place_and_day() -> None:
    text = "La douane d'Arcachon a saisi 1,5 tonne de résine de cannabis lundi 21 juillet."
    (only,) = [o for o in observations(text, "event", published="2014-07-25") if event(o)[0] == "seizure"]
    assert only.place is not None and only.place.code == "INSEE:33009"
    assert str(only.when.start) == "2014-07-21" and only.substance == "cannabis-resin"


def test_what_follows_the_verb_is_what_was_seized() -> None:
    text = "Après l'héroïne en mai, les douaniers ont saisi 3 kg de cocaïne. La MDMA saisie vient d'un colis."
    seized = [o.substance for o in observations(text, "event") if event(o)[0] == "seizure"]
    assert seized == ["cocaine", "mdma"]


def test_ids_are_stable_and_distinct() -> None:
    text = "Le gramme de cocaïne vaut 60 euros à Lille, 60 euros à Lyon. La douane a saisi 2 kg de cocaïne."
    first, second = extract(document(text)), extract(document(text))
    assert [o.id for o in first] == [o.id for o in second]
    assert len({o.id for o in first}) == len(first)


def test_a_text_without_drugs_yields_nothing() -> None:
    assert (
        extract(document("La mairie de Lyon vote son budget de 2 millions d'euros. Deux morts sur la route."))
        == []
    )


PLACES = [
    # id, lang, text, the place of every arrest and amount
    ("leaving_for", "fr", "Quatre voyageurs en partance pour Orly ont été interpellés à l'aéroport de Cayenne avec 3 kilos de cocaïne.", "Cayenne"),
    ("about_to_board", "fr", "Un couple en route, qui ralliait Lyon, a été arrêté à Fort-de-France avec 3 kilos de cocaïne.", "Fort-de-France"),
    ("meant_for", "fr", "Un colis destiné à Rennes, intercepté à Nantes, contenait 3 kilos de cocaïne.", "Nantes"),
    ("on_their_way", "en", "Two men on their way to Leeds were arrested in York with 3 kilos of heroin.", "York"),
    ("on_a_flight", "en", "A passenger on a flight to Dublin was arrested in Manchester with 4 kilos of cocaine.", "Manchester"),
]  # fmt: skip


@pytest.mark.parametrize("row", PLACES, ids=lambda r: r[0])
def test_what_travels_is_where_it_is_caught(row: tuple[str, str, str, str]) -> None:
    _, lang, text, place = row
    found = [o for kind in ("quantity", "event") for o in observations(text, kind, lang=lang)]
    assert found and {o.place.name if o.place else None for o in found} == {place}
