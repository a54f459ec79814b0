"""Events as reporters word them: who is counted, lists of bulletins, what a product turned out to be. Rows are named by why they exist."""

from __future__ import annotations

import pytest

from facts import document
from vigie.extract import extract
from vigie.model.observation import EventValue

ROWS = [
    # id, lang, text, kind, [(substance, low, assertion)] of this kind
    ("unknown_trade", "fr", "Le tribunal a condamné lundi un verrier de 41 ans à cinq ans de prison, et deux de ses cousins à dix mois, pour trafic de cocaïne.",
     "sentence", [("cocaine", 1, "affirmed"), ("cocaine", 2, "affirmed")]),
    ("nationals", "fr", "De la cocaïne était à bord. L'équipage, deux Bulgares et un Espagnol, a été placé en garde à vue.", "arrest", [("cocaine", 3, "affirmed")]),
    ("nationals_en", "en", "Cocaine was found. Three Romanians and a Greek were arrested.", "arrest", [("cocaine", 4, "affirmed")]),
    ("body_of_persons", "fr", "La cocaïne a été détruite. L'équipage, neuf hommes, n'a pas été arrêté.", "arrest", [("cocaine", 9, "negated")]),
    ("breakdown", "fr", "Cinq hommes, quatre Brésiliens et un Surinamais, ont été écroués pour trafic de cocaïne.", "arrest", [("cocaine", 5, "affirmed")]),
    ("quoted_trade", "fr", "La cocaïne est saisie. Onze « extracteurs », dont quatre mineurs, ont été cueillis.", "arrest", [("cocaine", 11, "affirmed")]),
    ("relative_clause", "fr", "Un glaneur qui avait gardé deux pains de cocaïne chez lui, à Calais, a été interpellé.", "arrest", [("cocaine", 1, "affirmed")]),
    ("both", "en", "Cocaine was on board. Both skippers were jailed in May.", "sentence", [("cocaine", 2, "affirmed")]),
    ("not_any", "en", "Police have not made any arrests over the cocaine.", "arrest", [("cocaine", None, "negated")]),
    ("aside_of_time", "fr", "La police a démantelé, début mai, trois laboratoires de méthamphétamine.", "dismantling", [("methamphetamine", 3, "affirmed")]),
    ("figure_in_an_aside", "fr", "Les décès liés à la cocaïne, 41 en 2022, sont passés à 52.", "death", [("cocaine", 41, "affirmed"), ("cocaine", 52, "affirmed")]),
    ("part_of_those_sentenced", "fr", "Le tribunal a condamné cinq convoyeurs de cocaïne, dont deux sœurs, à des peines de deux à six ans.", "sentence", [("cocaine", 5, "affirmed")]),
    ("bulletin", "fr", "Passages pour usage de drogues : 320. Cocaïne en cause : 150. Héroïne : 41, en baisse. Le service remercie : 3 lettres.",
     "hospitalisation", [(None, 320, "affirmed"), ("cocaine", 150, "affirmed"), ("heroin", 41, "affirmed")]),
    ("prices_are_no_bulletin", "fr", "Voici les prix : 12 relevés. Cocaïne : 60. Héroïne : 40.", "hospitalisation", []),
    ("turned_out_to_be", "en", "A man died in March after taking two tablets sold to him as diazepam. They contained metonitazene.", "death", [("metonitazene", 1, "affirmed")]),
    ("length_of_prison", "fr", "Le gérant, trafiquant de cocaïne, a pris quatre ans, dont deux ferme.", "sentence", [("cocaine", 1, "affirmed")]),
    ("length_of_an_inquiry", "fr", "L'enquête sur la cocaïne a pris huit mois.", "sentence", []),
    ("length_of_prison_en", "en", "Two cocaine dealers got four years in prison.", "sentence", [("cocaine", 2, "affirmed")]),
    ("in_a_coma", "en", "Three people who had taken cocaine are in a coma.", "hospitalisation", [("cocaine", 3, "affirmed")]),
    ("cost_his_life", "fr", "Le fentanyl lui a coûté la vie.", "death", [("fentanyl", 1, "affirmed")]),
    ("not_excluded", "fr", "Il n'est pas exclu que le HHC soit interdit.", "regulation", [("hhc", None, "hypothetical")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text", "kind", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_events(lang: str, text: str, kind: str, expected: list[tuple[object, ...]]) -> None:
    found = [
        o
        for o in extract(document(text, lang=lang))
        if isinstance(o.value, EventValue) and o.value.kind == kind
    ]
    assert [(o.substance, o.value.low, o.assertion) for o in found] == expected  # type: ignore[union-attr]


FRAMED = "En 2021, les saisies ont bondi. La cocaïne domine. Quelque 400 personnes sont mortes d'une overdose de cocaïne."


def test_the_year_that_opens_a_paragraph_dates_its_counts() -> None:
    found = [
        o
        for o in extract(document(FRAMED, published="2023-05-02"))
        if isinstance(o.value, EventValue) and o.value.kind == "death"
    ]
    assert [o.when.start.year if o.when.start else None for o in found] == [2021]
