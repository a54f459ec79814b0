"""Amounts as reporters word them: compound masses, lists without units, sources cited, habits. Rows are named by why they exist."""

from __future__ import annotations

import pytest

from facts import document, quantity
from vigie.extract import extract

ROWS = [
    # id, lang, title, text, [(kind, substance, low, high, unit)]
    ("tenths_of_a_kilo", "fr", "", "La police a saisi 3 kilos 6 de résine de cannabis.", [("seized", "cannabis-resin", 3.6, 3.6, "kg")]),
    ("tenths_in_words", "fr", "", "Deux tonnes trois de cocaïne ont été saisies.", [("seized", "cocaine", 2.3, 2.3, "t")]),
    ("no_tenths", "fr", "", "Il a vendu 2 kilos 3 fois de suite d'herbe de cannabis.", [("sold", "cannabis-herb", 2, 2, "kg")]),
    ("range_of_two_units", "fr", "", "La douane a saisi entre 700 grammes et 2 kilos d'héroïne.", [("seized", "heroin", 0.7, 2, "kg")]),
    ("range_of_two_units_en", "en", "", "Police seized between 600 grams and 1.5 kilos of heroin.", [("seized", "heroin", 0.6, 1.5, "kg")]),
    ("in_brackets", "fr", "", "Les saisies de cocaïne furent les plus fortes au Portugal (12 tonnes) et en Italie (9).",
     [("seized", "cocaine", 12, 12, "t"), ("seized", "cocaine", 9, 9, "t")]),
    ("parts_of_a_total", "fr", "", "La marine a saisi 20 tonnes de drogues, dont 14 de cocaïne et 5,5 de résine.",
     [("seized", None, 20, 20, "t"), ("seized", "cocaine", 14, 14, "t"), ("seized", "cannabis-resin", 5.5, 5.5, "t")]),
    ("taken_again", "fr", "", "La brigade avait saisi douze kilos de cocaïne en 2015 ; elle en a pris 80 en 2021.",
     [("seized", "cocaine", 12, 12, "kg"), ("seized", "cocaine", 80, 80, "kg")]),
    ("arrested_again", "fr", "", "La brigade avait saisi douze kilos de cocaïne en 2015 ; elle a interpellé 80 personnes en 2021.",
     [("seized", "cocaine", 12, 12, "kg")]),
    ("source_cited", "fr", "", "L'équipe a écoulé, d'après le décompte de la police, 40 kg d'herbe de cannabis.", [("sold", "cannabis-herb", 40, 40, "kg")]),
    ("habit", "fr", "", "Elle prenait trois grammes de cocaïne par semaine.", [("consumed", "cocaine", 3, 3, "g")]),
    ("habit_with_its_cost", "en", "", "He went through an ounce of cannabis every month, at £180 a time.", [("consumed", "cannabis", 1, 1, "oz")]),
    ("ships_are_things", "en", "", "Customs stopped 300 kilos of cocaine in the hulls of ships and 2 tonnes of meth.",
     [("seized", "cocaine", 300, 300, "kg"), ("seized", "methamphetamine", 2, 2, "t")]),
    ("made_there", "fr", "Méthamphétamine", "Le laboratoire, d'où sortaient 90 000 comprimés de méthamphétamine par mois, a brûlé.",
     [("produced", "methamphetamine", 90_000, 90_000, "pill")]),
    ("for_harvest", "fr", "", "La police a compté 90 plants de cannabis prêts à être récoltés et 2 kg d'herbe de cannabis.",
     [("seized", "cannabis", 90, 90, "plant"), ("seized", "cannabis-herb", 2, 2, "kg")]),
    ("compared_total", "fr", "Cocaïne", "La douane a saisi six tonnes de stupéfiants, contre 4,1 tonnes en 2023.",
     [("seized", None, 6, 6, "t"), ("seized", None, 4.1, 4.1, "t")]),
    ("bags_of_what_is_spoken_of", "en", "Tusi in town", "Volunteers tested tusi. Officers recovered 60 deal bags.", [("seized", "tuci", 60, 60, "bag")]),
    ("colour_of_a_product", "en", "", "Officers seized 12kg of pink ecstasy tablets.", [("seized", "mdma", 12, 12, "kg")]),
    ("headed_for", "en", "", "Three tonnes of cocaine were headed for Antwerp.", [("shipped", "cocaine", 3, 3, "t")]),
    ("in_the_boot", "en", "", "In the boot were 12 kilos of heroin.", [("seized", "heroin", 12, 12, "kg")]),
    ("doing_a_gram", "en", "", "He was doing a gram of cocaine a day.", [("consumed", "cocaine", 1, 1, "g")]),
    ("content_of_a_piece", "en", "", "Police found bars. Tests detected 3 milligrams of bromazolam per bar.", []),
    ("one_deal", "en", "", "Police said the heroin was sold in points of a tenth of a gram.", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "title", "text", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_amounts(lang: str, title: str, text: str, expected: list[tuple[object, ...]]) -> None:
    found = [o for o in extract(document(text, lang=lang, title=title)) if o.type == "quantity"]
    assert [quantity(o) for o in found] == expected
