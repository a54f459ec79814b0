"""Events: who is counted, which figures go together, what merely looks like an event. Rows are named by why they exist."""

from __future__ import annotations

import pytest

from facts import observations
from vigie.model.observation import EventValue

ROWS = [
    # id, lang, text, every counted or uncounted event as (kind, low, high)
    # figures that are compared
    ("against", "fr", "Le service a recensé 31 passages aux urgences pour la kétamine, contre 12 l'année précédente.",
     [("hospitalisation", 31, 31), ("hospitalisation", 12, 12)]),
    ("against_euros", "fr", "On compte 12 arrestations ; le gramme de cocaïne vaut 60 euros contre 70.", [("arrest", 12, 12)]),
    ("each_its_year", "fr", "La cocaïne tue : 45 morts en 2021, 61 en 2022 et 80 en 2023.",
     [("death", 45, 45), ("death", 61, 61), ("death", 80, 80)]),
    ("up_from", "en", "There were 1,204 cocaine deaths in 2022, up from 840 a year earlier.", [("death", 1204, 1204), ("death", 840, 840)]),
    ("from_to", "fr", "Les décès liés à l'héroïne sont passés de 12 en 2020 à 31 en 2023.", [("death", 12, 12), ("death", 31, 31)]),
    ("rose_range", "en", "Ketamine-related hospital admissions rose from 112 to 163.",
     [("hospitalisation", 112, 112), ("hospitalisation", 163, 163)]),
    ("reached", "en", "Cocaine deaths reached 54.", [("death", 54, 54)]),
    ("percent_is_no_count", "fr", "Les décès liés à l'héroïne ont augmenté de 12 %.", []),
    ("place_is_no_further_figure", "fr", "On compte 12 morts par cocaïne et 300 kilos saisis.", [("death", 12, 12), ("seizure", None, None)]),
    # who is counted
    ("added_up", "fr", "Un médecin et trois revendeurs de tramadol ont été mis en examen.", [("arrest", 4, 4)]),
    ("added_up_unknown", "fr", "Un préparateur en pharmacie et deux revendeurs de tramadol ont été mis en examen.", [("arrest", 3, 3)]),
    ("list_added_up", "fr", "Un gérant, deux livreurs et une cliente ont été interpellés avec de la cocaïne.", [("arrest", 4, 4)]),
    ("with_ages", "fr", "Un homme de 45 ans et sa compagne ont été écroués pour trafic de cocaïne.", [("arrest", 2, 2)]),
    ("ages_count_nobody", "en", "Two men, aged 24 and 31, were arrested for dealing cocaine.", [("arrest", 2, 2)]),
    ("age_before_noun", "en", "A 34-year-old man was arrested with cocaine.", [("arrest", 1, 1)]),
    ("aside_is_no_subject", "fr", "Cinq personnes, dont deux mineurs, ont été interpellées avec du crack.", [("arrest", 5, 5)]),
    ("crew", "en", "A crew of four was arrested with 2 tonnes of cocaine.", [("arrest", 4, 4)]),
    ("pair", "en", "The pair were jailed for importing heroin.", [("sentence", 2, 2)]),
    ("both", "en", "Both men were convicted of supplying heroin.", [("sentence", 2, 2)]),
    ("singular_verb", "fr", "Après la mort de deux clients, le vendeur de cocaïne a été interpellé.", [("death", 2, 2), ("arrest", 1, 1)]),
    ("unknown_noun", "fr", "Onze barons de la cocaïne ont été interpellés.", [("arrest", 11, 11)]),
    ("months_are_no_persons", "fr", "En dix-huit mois les barons de la cocaïne ont été arrêtés.", [("arrest", None, None)]),
    ("out_of", "fr", "Sur les 22 prévenus de l'affaire de cocaïne, 19 ont été condamnés.", [("sentence", 19, 19)]),
    ("pronoun", "en", "He was booked into jail on cocaine charges.", [("arrest", 1, 1)]),
    ("far_from_the_verb", "fr", "Sept hommes de la cité voisine, déjà connus de la justice pour des vols, ont été interpellés avec du crack.",
     [("arrest", 7, 7)]),
    ("two_clauses", "en", "Two people died after taking nitazenes and five were hospitalised.", [("death", 2, 2), ("hospitalisation", 5, 5)]),
    ("still_there", "fr", "Trois usagers d'héroïne sont décédés, deux autres restent en réanimation.",
     [("death", 3, 3), ("hospitalisation", 2, 2)]),
    ("bound", "en", "At least six people died after taking nitazenes.", [("death", 6, None)]),
    ("collective", "fr", "Plus d'une centaine d'interpellations pour trafic de cocaïne en 2022.", [("arrest", 100, None)]),
    ("part_of", "fr", "Trois des cinq prévenus du procès de l'héroïne ont écopé de prison ferme.", [("sentence", 3, 3)]),
    ("between", "fr", "Entre 100 et 120 patients sont hospitalisés chaque année à cause de la kétamine.", [("hospitalisation", 100, 120)]),
    ("plain_object", "en", "Fentanyl killed about 70,000 Americans last year.", [("death", 70000, 70000)]),
    ("tripled", "fr", "Le nombre de passages aux urgences pour cocaïne a triplé entre 2010 et 2022, de 1 300 à 4 000.",
     [("hospitalisation", 1300, 1300), ("hospitalisation", 4000, 4000)]),
    ("ages_of_the_dead", "fr", "Les décès par héroïne augmentent chez les jeunes de 18 à 25 ans.", []),
    ("table", "fr", "Les intoxications au protoxyde d'azote signalées : 10 en 2017, 134 en 2020.", [("poisoning", 10, 10), ("poisoning", 134, 134)]),
    ("one_unknown", "fr", "Le cerveau présumé du trafic de crack a été condamné à sept ans.", [("sentence", 1, 1)]),
    ("a_body_of_persons", "fr", "L'équipage a été placé en garde à vue ; la cocaïne venait du Brésil.", [("arrest", None, None)]),
    ("a_car_is_nobody", "fr", "Un premier véhicule chargé de cannabis a été arrêté.", []),
    ("a_car_with_its_load", "fr", "Un go-fast parti d'Espagne a été arrêté avec 60 kg de cannabis.", [("seizure", None, None)]),
    ("in_brackets", "fr", "On compte 31 hospitalisations dues à la kétamine en 2023 (12 en 2022).",
     [("hospitalisation", 31, 31), ("hospitalisation", 12, 12)]),
    # kinds
    ("fatal_is_both", "fr", "Deux surdoses mortelles à la méthadone ont été signalées.", [("overdose", 2, 2), ("death", 2, 2)]),
    ("of_them_fatal", "en", "Three overdoses, two of them fatal, were linked to nitazenes.", [("overdose", 3, 3), ("death", 2, 2)]),
    ("of_which_fatal", "fr", "Le centre retient 14 cas d'intoxication au GHB, dont 3 mortels.", [("poisoning", 14, 14), ("death", 3, 3)]),
    ("not_fatal", "fr", "Cinq surdoses non mortelles à l'héroïne ont été signalées.", [("overdose", 5, 5)]),
    ("cost_a_life", "fr", "Une dose de méthadone a coûté la vie à un homme de 38 ans.", [("death", 1, 1)]),
    ("admitted", "fr", "L'hôpital a admis 210 patients pour un malaise dû au cannabis.", [("hospitalisation", 210, 210)]),
    ("received_what", "fr", "L'hôpital a reçu 94 appels au sujet de la kétamine.", []),
    ("sent_to_hospital", "fr", "La cocaïne a envoyé 34 personnes à l'hôpital.", [("hospitalisation", 34, 34)]),
    ("sent_elsewhere", "fr", "Le réseau de cocaïne a envoyé 34 personnes au Brésil.", []),
    ("poisoned_patients", "fr", "L'hôpital a reçu huit patients intoxiqués au GHB.", [("poisoning", 8, 8)]),
    ("brought_to_justice", "fr", "Quatre marins arrêtés avec de la cocaïne ont été remis à la justice.", [("arrest", 4, 4)]),
    ("wounded", "fr", "Une fusillade liée au crack a fait deux blessés graves.", [("violence", 1, 1), ("violence", 2, 2)]),
    ("wounded_on_the_road", "fr", "Positif au cannabis, il a fait deux blessés sur la route.", []),
    ("labs", "fr", "La police a démantelé onze laboratoires de méthamphétamine.", [("dismantling", 11, 11)]),
    ("one_network", "fr", "La police a démantelé un réseau de cocaïne.", [("dismantling", None, None)]),
    ("ban", "en", "The government will ban HHC from January.", [("regulation", None, None)]),
    ("may_be_listed", "fr", "La kétamine pourrait être classée comme stupéfiant.", [("regulation", None, None)]),
    ("participle_after_a_comma", "fr", "Une douzaine de convives, intoxiqués par un gâteau au cannabis, ont consulté.", [("poisoning", 12, 12)]),
    ("order", "fr", "Un arrêté restreint la vente de protoxyde d'azote.", [("regulation", None, None)]),
    ("barred_from_town", "fr", "Le vendeur de cocaïne a une interdiction de séjour.", []),
    ("off_the_streets", "en", "Police took 3kg of heroin off the streets.", [("seizure", None, None)]),
    ("found_drugs", "fr", "Les gendarmes ont trouvé 3 kg d'héroïne.", [("seizure", None, None)]),
    ("found_a_job", "fr", "Ancien usager d'héroïne, il a trouvé un emploi.", []),
    # who is counted where no auxiliary, or no noun, stands
    ("participle_alone", "fr", "Bilan : 3 kilos de cocaïne et onze frontaliers interpellés.", [("arrest", 11, 11)]),
    ("boxes_are_nobody", "fr", "Onze conteneurs arrêtés au port renfermaient de la cocaïne.", [("arrest", None, None)]),
    ("the_others", "fr", "Au procès de la cocaïne, deux ont été relaxés, les neuf autres condamnés.", [("sentence", 9, 9)]),
    ("opens_the_sentence", "fr", "Le trafic de cocaïne durait. Écroué à Dax, il risque dix ans.", [("arrest", 1, 1)]),
    ("opens_without_comma", "fr", "Il vendait de la cocaïne. Condamné à quatre ans de prison en 2015.", [("sentence", 1, 1)]),
    ("opens_for_two", "fr", "Interpellés samedi, les deux frères ont reconnu le trafic de cocaïne.", [("arrest", 2, 2)]),
    ("opens_for_some", "fr", "Condamnés à quatre ans, les vendeurs de cocaïne font appel.", [("sentence", None, None)]),
    ("opens_for_a_thing", "fr", "Arrêté à la gare, le colis de cocaïne venait de Lille.", [("arrest", None, None)]),
    ("all_of_them", "fr", "Du procès de la cocaïne sont sorties vingt et une personnes, toutes condamnées.", [("sentence", 21, 21)]),
    ("two_of_them", "en", "The cocaine ring fell; two of them were jailed.", [("sentence", 2, 2)]),
    ("of_the_defendants", "en", "Life sentences for two of the defendants ended the heroin trial.", [("sentence", 2, 2)]),
    ("years_for_a_noun", "en", "Police said a 19-year-old had been arrested over fentanyl pills.", [("arrest", 1, 1)]),
    ("an_old_car", "en", "A 19-year-old car was seized with fentanyl.", [("seizure", None, None)]),
    ("convict", "en", "A jury took three hours to convict a lorry driver of smuggling heroin.", [("sentence", 1, 1)]),
    ("charging", "en", "Charging six people, police closed the fentanyl case.", [("arrest", 6, 6)]),
    ("charging_money", "en", "Dealers were charging £50 for a gram of cocaine.", []),
    ("was_alone", "en", "He was arrested with cocaine.", [("arrest", 1, 1)]),
    # figures told anew
    ("so_many_of_them", "fr", "Le chiffre de 60 décès par cocaïne est faux : il y en a eu sept.", [("death", 60, 60), ("death", 7, 7)]),
    ("with_recorded", "en", "Fentanyl deaths are down 22% this year, with 141 recorded through July.", [("death", 141, 141)]),
    ("with_pills", "en", "Fentanyl deaths are rising, with 20 shops closed.", []),
    ("fell_to", "en", "Drug deaths involving fentanyl fell for a third year, to 490 in 2024.", [("death", 490, 490)]),
    ("that_is", "en", "Nitazenes were involved in 48% of drug deaths, or 56 people.", [("death", 56, 56)]),
    ("part_of_the_deaths", "en", "Fentanyl was found in 74 of the 213 drug deaths.", [("death", 74, 74)]),
    ("killed_for_the_trade", "fr", "Le trafic de cocaïne tue : 110 personnes sont mortes dans des règlements de comptes.",
     [("death", 110, 110), ("violence", 110, 110)]),
    # more ways to say who, and of whom
    ("seven_is_no_month", "fr", "Le procureur annonce l'arrestation de sept personnes pour trafic de cocaïne.", [("arrest", 7, 7)]),
    ("bare_object", "fr", "Des vendeurs de cocaïne, la police en a arrêté douze.", [("arrest", 12, 12)]),
    ("one_by_pronoun", "fr", "Vendeur de cocaïne, le tribunal l'a condamné à deux ans.", [("sentence", 1, 1)]),
    ("term_for", "fr", "Au procès de la cocaïne, sept ans de prison pour l'organisateur.", [("sentence", 1, 1)]),
    ("term_for_drugs", "en", "She got 12 years for 41 kilograms of heroin.", [("sentence", 1, 1)]),
    ("terms_of_others", "fr", "Le meneur du trafic de cocaïne a été condamné à douze ans, ses trois complices à des peines de quatre à six ans.",
     [("sentence", 1, 1), ("sentence", 3, 3)]),
    ("aside_before_a_verb", "fr", "Cinq guetteurs, dont deux mineurs, attendent leur procès pour vente de crack.", [("arrest", 5, 5)]),
    ("foreign_national", "en", "A 41-year-old Dutch national was detained with cocaine.", [("arrest", 1, 1)]),
    ("one_more_death", "fr", "Un premier décès lié aux nitazènes a été signalé.", [("death", 1, 1)]),
    ("doubled_from", "fr", "Les décès liés aux opioïdes ont doublé, passant de 40 à 82.", [("death", 40, 40), ("death", 82, 82)]),
    ("own_object_only", "en", "Eight people needed hospital care after taking MDMA, two of them in intensive care.",
     [("hospitalisation", 8, 8), ("hospitalisation", 2, 2)]),
    ("lost_to_overdoses", "en", "The county lost 87 people to fentanyl overdoses.", [("death", 87, 87)]),
    ("lost_a_job", "en", "The dealer of cocaine lost two phones.", []),
    ("picked", "fr", "Quatre vendeurs de crack ont été cueillis à l'aube.", [("arrest", 4, 4)]),
    ("picked_flowers", "fr", "Les fleurs de cannabis ont été cueillies à l'aube.", []),
    ("sales_points_shut", "fr", "La police a fermé six points de deal de cannabis.", [("dismantling", 6, 6)]),
    ("shop_shut", "fr", "Le gérant de la boutique de cannabis a fermé en août.", []),
    ("one_without_be", "fr", "Un promeneur hospitalisé avait goûté la cocaïne.", [("hospitalisation", 1, 1)]),
    ("warned_before_named", "fr", "L'agence appelle à la plus grande prudence. Deux jeunes sont malades. Les comprimés contenaient de la MDMA.",
     [("warning", None, None)]),
    ("whose_leader", "en", "The gang's leader was jailed for selling cocaine.", [("sentence", 1, 1)]),
    ("only_asked_for", "fr", "Trois ans de prison ont été requis contre le vendeur de cocaïne.", []),
    # words
    ("coma", "fr", "Deux clients ont fait un coma après avoir bu du GHB.", [("hospitalisation", 2, 2)]),
    ("admissions", "fr", "Le service a compté 28 admissions liées au GHB.", [("hospitalisation", 28, 28)]),
    ("admissions_to_care", "en", "There were 28 treatment admissions for heroin.", []),
    ("emergency_room", "en", "Two students were rushed to the emergency room after vaping HHC.", [("hospitalisation", 2, 2)]),
    ("greatest_care", "fr", "L'agence appelle à la plus grande prudence : la MDMA est forte.", [("warning", None, None)]),
    ("a_wary_speaker", "fr", "« Je me méfie de ces calculs sur la cocaïne », avertit une magistrate.", []),
    ("advisory", "en", "A nitazene advisory was sent to clinics.", [("warning", None, None)]),
    ("end_of_the_business", "fr", "La police a mis fin à l'affaire : 27 kilos de cannabis.", [("dismantling", None, None)]),
    ("broke_up", "en", "Agents broke up a ring that pressed fentanyl pills.", [("dismantling", None, None)]),
    ("legalisation", "fr", "La ministre exclut toute dépénalisation du cannabis.", [("regulation", None, None)]),
    ("to_be_controlled", "en", "HHC would be controlled in the coming months.", [("regulation", None, None)]),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r[0])
def test_figures(row: tuple[str, str, str, list[tuple[str, float | None, float | None]]]) -> None:
    _, lang, text, expected = row
    found = [o.value for o in observations(text, "event", lang=lang)]
    said = [(v.kind, v.low, v.high) for v in found if isinstance(v, EventValue)]
    assert sorted(said, key=str) == sorted(expected, key=str)


LINKS = [
    # id, lang, title, text, substance of the only event
    ("cause_after", "en", "", "Heroin users fear the batch, as twelve deaths involved nitazenes.", "nitazenes"),
    ("cause_far", "fr", "", "Contrairement aux amateurs de cannabis, deux jeunes ont été hospitalisés samedi à Lyon après avoir pris de la kétamine.",
     "ketamine"),
    ("one_of_the_title", "fr", "Kétamine et MDMA en festival", "La MDMA y circule. Deux jeunes ont été hospitalisés.", "mdma"),
    ("sold_as", "fr", "Oxycodone contenant des nitazènes", "Cinq surdoses ont suivi la prise de comprimés vendus comme de l'oxycodone.", "nitazenes"),
    ("named_in_title", "fr", "Trafic de kétamine", "Le juge a parlé de cannabis. Deux hommes ont été écroués.", "ketamine"),
]  # fmt: skip


@pytest.mark.parametrize("row", LINKS, ids=lambda r: r[0])
def test_what_an_event_is_about(row: tuple[str, str, str, str, str]) -> None:
    _, lang, title, text, substance = row
    (only,) = [o for o in observations(text, "event", lang=lang, title=title) if o.start > len(title)]
    assert only.substance == substance


def test_each_figure_of_a_comparison_has_its_own_year() -> None:
    text = "Le service compte 47 hospitalisations au protoxyde d'azote en 2024, contre 19 en 2022."
    years = [str(o.when.start)[:4] for o in observations(text, "event", published="2025-03-02")]
    assert years == ["2024", "2022"]


def test_the_month_of_the_sentence_before_goes_on() -> None:
    text = "La cocaïne s'est vendue en mars 2023 à Lille. Onze vendeurs ont été interpellés."
    (only,) = observations(text, "event", published="2023-06-02")
    assert str(only.when.start) == "2023-03-01" and only.when.precision == "month"
