"""Contents told in lists, comparisons and ranges, and percentages that are none. Rows are named by why they exist."""

from __future__ import annotations

import pytest

from facts import observations, purity

ROWS = [
    # id, lang, title, text, [(substance, low, high, measure)]
    ("listed_by_product", "fr", "Bulletin d'analyse", "Poudres : cocaïne à 66 % en moyenne (de 10 à 92 %), héroïne à 14 %, kétamine entre 70 et 88 %.",
     [("cocaine", 66, 66, "purity"), ("cocaine", 10, 92, "purity"), ("heroin", 14, 14, "purity"), ("ketamine", 70, 88, "purity")]),
    ("list_of_use", "fr", "", "En ville, cocaïne à 12 %, héroïne à 2 % : l'enquête sur l'expérimentation.", []),
    ("mean_and_range", "en", "", "Cocaine purity averaged 78%, ranging from 40 to 95.", [("cocaine", 78, 78, "purity"), ("cocaine", 40, 95, "purity")]),
    ("descended", "fr", "", "La pureté de l'héroïne, de 22 % en 2015, est descendue à 11 %.", [("heroin", 22, 22, "purity"), ("heroin", 11, 11, "purity")]),
    ("both_with_sign", "en", "", "Purity of crack cocaine ranged from 36% to 88%.", [("crack", 36, 88, "purity")]),
    ("thc_said_after", "en", "", "Cannabis herb holds 14 per cent THC on average.", [("cannabis-herb", 14, 14, "thc")]),
    ("nine_tenths_sugar", "fr", "", "L'héroïne était coupée à 90 % au paracétamol.", []),
    ("lethal_dose", "en", "", "Fentanyl tablets are cheap; a lethal dose is 2 mg.", []),
    ("down_from_bare", "en", "", "The heroin tested at 41 per cent, down from 52 in 2019.", [("heroin", 41, 41, "purity"), ("heroin", 52, 52, "purity")]),
    ("mean_mass", "fr", "", "Le dosage moyen des comprimés d'ecstasy culmine à 181 mg, contre 150 il y a cinq ans.",
     [("mdma", 181, 181, "mg-per-unit"), ("mdma", 150, 150, "mg-per-unit")]),
    ("mass_against_price", "fr", "", "Les comprimés d'ecstasy contiennent 181 mg de MDMA, pour 8 euros contre 10.", [("mdma", 181, 181, "mg-per-unit")]),
    ("in_two_orders", "fr", "", "Cocaïne et héroïne ont été analysées. La teneur est de 60 % pour la première, de plus de 8 % pour la seconde.",
     [("cocaine", 60, 60, "purity"), ("heroin", 8, None, "purity")]),
    ("conditional", "fr", "", "La cocaïne titrerait 92 %.", [("cocaine", 92, 92, "purity")]),
    ("cut_in_brackets", "fr", "", "De la cocaïne coupée (41 %) circule, selon les analyses.", [("cocaine", 41, 41, "purity")]),
    ("cut_with", "fr", "", "La cocaïne est coupée avec 30 % de caféine.", []),
    ("another_content", "fr", "", "L'échantillon de cocaïne contenait 12 % de lévamisole et 40 % de caféine.", []),
    ("mass_of_another_content", "fr", "", "Le comprimé contenait 120 mg de MDMA et 30 mg de caféine.", [("mdma", 120, 120, "mg-per-unit")]),
    ("of_the_product_itself", "fr", "", "L'échantillon d'amphétamine contenait 12 % de produit actif.", [("amphetamine", 12, 12, "purity")]),
    ("cannabis_is_thc", "en", "", "Cannabis resin strength has risen from 12% to 29%.",
     [("cannabis-resin", 12, 12, "thc"), ("cannabis-resin", 29, 29, "thc")]),
    ("thc_near_cocaine", "fr", "", "La résine de cannabis titre 30 % de THC et la cocaïne 71 % de pureté.",
     [("cannabis-resin", 30, 30, "thc"), ("cocaine", 71, 71, "purity")]),
    ("last_named", "fr", "", "La cocaïne reste chère, la méthamphétamine est rare. Une pureté supérieure à 80 % a été mesurée.", [("methamphetamine", 80, None, "purity")]),
    ("share_of_samples", "fr", "", "Sur 120 échantillons de cocaïne, 68 % contenaient du lévamisole.", []),
    ("use_reaches", "fr", "", "La pureté de la cocaïne est analysée. Son usage atteint 12 % chez les jeunes.", []),
    ("purity_then_use", "fr", "", "La pureté de la cocaïne progresse tandis que son usage gagne 3 %.", []),
    ("price_then_purity", "fr", "", "Le prix de la cocaïne a baissé de 20 % et sa pureté dépasse 70 %.", [("cocaine", 70, None, "purity")]),
    # verbs of holding, figures without their unit
    ("displayed", "fr", "Drogues", "La cocaïne affichait 71 % en médiane, la kétamine 84 %.",
     [("cocaine", 71, 71, "purity"), ("ketamine", 84, 84, "purity")]),
    ("bare_for_the_other", "fr", "Drogues", "Les échantillons donnaient 78 % pour la cocaïne et 19 pour l'héroïne.",
     [("cocaine", 78, 78, "purity"), ("heroin", 19, 19, "purity")]),
    ("asked", "fr", "Cocaïne", "La pureté ? « 74 % en rue, 85 au port », répond-elle.",
     [("cocaine", 74, 74, "purity"), ("cocaine", 85, 85, "purity")]),
    ("smoked_bare", "fr", "Cannabis", "On fumait du 8 % de THC, on fume du 30.", [("cannabis", 8, 8, "thc"), ("cannabis", 30, 30, "thc")]),
    ("bare_of_the_herb", "fr", "Cannabis", "La résine dépasse désormais 30 % de THC, l'herbe 14.",
     [("cannabis-resin", 30, None, "thc"), ("cannabis-herb", 14, 14, "thc")]),
    ("it_held_bare", "fr", "CBD", "Le sachet d'herbe affichait 0,2 % de THC ; il en contenait 3,1.",
     [("cannabis-herb", 0.2, 0.2, "thc"), ("cannabis-herb", 3.1, 3.1, "thc")]),
    ("labelled", "fr", "HHC", "Une cartouche affichée à 95 % de HHC.", [("hhc", 95, 95, "purity")]),
    ("to_the_height_of", "fr", "Cocaïne", "Un échantillon sur trois contenait du lévamisole, à hauteur de 12 %.", []),
    ("only_held", "fr", "Speed", "Le speed ne comptait que 12 % d'amphétamine.", [("amphetamine", 12, 12, "purity")]),
    ("trebled", "fr", "Cannabis", "Le taux de THC de la résine a triplé en vingt ans, de 10 à 30 %.",
     [("cannabis-resin", 10, 10, "thc"), ("cannabis-resin", 30, 30, "thc")]),
    ("bare_at", "en", "Cocaine", "Cocaine came in at 69 per cent, ketamine at 81.", [("cocaine", 69, 69, "purity"), ("ketamine", 81, 81, "purity")]),
    ("extremes", "fr", "Analyses", "La cocaïne reste pure : 78 % en moyenne (minimum 31, maximum 96).",
     [("cocaine", 78, 78, "purity"), ("cocaine", 31, 31, "purity"), ("cocaine", 96, 96, "purity")]),
    ("low_and_high", "en", "Analyses", "Cocaine purity averaged 72%, with a low of 30 and a high of 94.",
     [("cocaine", 72, 72, "purity"), ("cocaine", 30, 30, "purity"), ("cocaine", 94, 94, "purity")]),
    ("range_in_brackets", "en", "Samples tested", "Cocaine came at a mean of 69% (range 12–91).",
     [("cocaine", 69, 69, "purity"), ("cocaine", 12, 91, "purity")]),
    ("aside", "fr", "Analyses", "L'héroïne brune, plus rare, plafonnait à 14 %, contre 19 un an auparavant.",
     [("heroin", 14, 14, "purity"), ("heroin", 19, 19, "purity")]),
    ("of_product", "fr", "Cocaïne", "Ce que l'on achète en rue, c'est 68 % de produit en moyenne.", [("cocaine", 68, 68, "purity")]),
    ("rates_of", "fr", "Héroïne", "L'expert a relevé dans l'héroïne des taux de 11 à 26 %, le reste étant de la caféine.",
     [("heroin", 11, 26, "purity")]),
    ("said_bare", "fr", "Cocaïne", "En 2014, l'échantillon moyen de cocaïne affichait 39 %. En 2019, la pureté était de 58.",
     [("cocaine", 39, 39, "purity"), ("cocaine", 58, 58, "purity")]),
    ("for_another_pill", "fr", "Ecstasy", "Les comprimés circulent : 198 mg de MDMA pour les « Netflix » rouges, 240 pour un « Skype » bleu.",
     [("mdma", 198, 198, "mg-per-unit"), ("mdma", 240, 240, "mg-per-unit")]),
    ("colour_of_a_brand", "en", "Ecstasy", 'Ecstasy pills averaged 176 mg of MDMA; a pink "Rolls Royce" held 241 mg.',
     [("mdma", 176, 176, "mg-per-unit"), ("mdma", 241, 241, "mg-per-unit")]),
    ("per_bar", "en", "Bars", "Tests detected 3 to 4 milligrams of bromazolam per bar.", [("bromazolam", 3, 4, "mg-per-unit")]),
    ("tests_put_it", "en", "Customs", "Customs recovered 310kg of cocaine; tests put it at 88 per cent.", [("cocaine", 88, 88, "purity")]),
    ("or_better", "en", "Ketamine", "Ketamine samples were 80% or better.", [("ketamine", 80, None, "purity")]),
    ("rate_of_unemployment", "fr", "Cocaïne", "La cocaïne gagne les quartiers où le chômage affiche un taux de 18 %.", []),
    ("as_advertised", "en", "Drug checking", "Ketamine was as advertised: 84%.", [("ketamine", 84, 84, "purity")]),
    ("of_the_average_bag", "en", "Fentanyl", "Fentanyl made up 8% of the average bag by weight.", [("fentanyl", 8, 8, "purity")]),
    ("held_between", "en", "Fentanyl", "Tested powder held between 3 and 16 per cent fentanyl.", [("fentanyl", 3, 16, "purity")]),
    ("now_averages", "en", "Fentanyl", "The powder averaged 11% fentanyl in 2022; it now averages 6%.",
     [("fentanyl", 11, 11, "purity"), ("fentanyl", 6, 6, "purity")]),
    ("reaches_users", "fr", "Cocaïne", "La cocaïne atteint 12 % des usagers.", []),
    ("of_the_market", "en", "Cocaine", "Cocaine was 12% of the market.", []),
    ("use_averaged", "en", "Cocaine", "Cocaine use averaged 2% of adults.", []),
    ("then_price", "fr", "Cocaïne", "La cocaïne affichait 71 % de pureté ; le gramme coûte 60 euros, et 40 à Lille.", [("cocaine", 71, 71, "purity")]),
    ("then_persons", "fr", "Cocaïne", "La pureté est de 74 %, et 12 personnes sont mortes.", [("cocaine", 74, 74, "purity")]),
    ("asked_another", "fr", "Drogues", "La hausse ? « 74 % en rue », dit-elle de la cocaïne.", []),
    ("of_a_budget", "en", "Fentanyl", "Fentanyl made up 8% of the drugs budget.", []),
    ("paracetamol", "fr", "Cocaïne", "L'échantillon contenait du paracétamol, à hauteur de 30 %.", []),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r[0])
def test_contents(row: tuple[str, str, str, str, list[tuple[object, ...]]]) -> None:
    _, lang, title, text, expected = row
    assert [purity(o) for o in observations(text, "purity", lang=lang, title=title)] == expected


@pytest.mark.parametrize(
    ("lang", "text", "start", "end"),
    [
        (
            "en",
            "Between October and December we tested 164 samples. Cocaine was 69% pure.",
            "2025-10-01",
            "2025-12-31",
        ),
        (
            "fr",
            "Au cours du dernier trimestre 2025, 212 échantillons ont été analysés. La cocaïne titre 78 %.",
            "2025-10-01",
            "2025-12-31",
        ),
        (
            "fr",
            "Lundi, 12 échantillons ont été analysés. La cocaïne titre 78 %.",
            "2026-01-15",
            "2026-01-15",
        ),  # one day is no survey
    ],
)
def test_contents_are_of_the_time_that_samples_were_taken_in(
    lang: str, text: str, start: str, end: str
) -> None:
    (only,) = observations(text, "purity", lang=lang, published="2026-01-15")
    assert (str(only.when.start), str(only.when.end)) == (start, end)
