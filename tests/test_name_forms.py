"""Names that their form gives away, what bears a name and is none, and the scorer's weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vigie.model.document import RawDocument
from vigie.redact import redact
from vigie.redact.name_words import model
from vigie.redact.redactor import find_removals

WEIGHTS = Path(__file__).parents[1] / "src" / "vigie" / "data" / "redaction" / "name_weights.json"


def clean(text: str) -> str:
    return redact(RawDocument(path="x.txt", format="text", text=text)).text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("on passe par c l a r a ce soir", ["c l a r a"], id="spaced"),
        pytest.param("demande à F.A.R.I.D. demain", ["F.A.R.I.D"], id="dotted"),
        pytest.param("vu avec f4rid au métro", ["f4rid"], id="figures_for_letters"),
        pytest.param("oublie farid93 prends rien", ["farid93"], id="figures_after"),
        pytest.param("NOM;PRÉNOM;PRODUIT\nLE QUERZO;Enorig;héroïne", ["QUERZO", "Enorig"], id="columns"),
        pytest.param("Name | Dose\nOrrin Quell | 40 ml", ["Orrin", "Quell"], id="column_in_english"),
        pytest.param("Vexley, T.; 51M; methadone 40 ml", ["Vexley"], id="surname_and_initial"),
        pytest.param("VEXLAMOU, Tarko\nQUINDORE, Yelma", ["VEXLAMOU", "Tarko", "Yelma"], id="surnames_first"),
        pytest.param("Il parle d'un certain « Zibou » de la gare.", ["Zibou"], id="what_one_is_called"),
        pytest.param("A man named “Zibbo” kept the keys.", ["Zibbo"], id="what_one_is_named"),
        pytest.param("Elle a revu Tarko Vexlamou-Quindore à midi.", ["Vexlamou", "Quindore"], id="compound"),
    ],
)
def test_names_that_their_form_gives_away(text: str, names: list[str]) -> None:
    assert [name for name in names if name in clean(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Le cargo Lady Rose a été arraisonné au large.", id="ship"),
        pytest.param("Le voilier Marguerite transportait 2 tonnes de cocaïne.", id="boat"),
        pytest.param("Une montre Patek Philippe et un sac Louis Vuitton saisis.", id="makes"),
        pytest.param("Sonde de Foley en place, loi de Zipf, score de Glasgow.", id="measures"),
        pytest.param("The Finnegan score was 4 and the Marquis test blue.", id="instruments"),
        pytest.param("Heroin leaves Lawrence, Massachusetts, by car.", id="town_and_state"),
        pytest.param("NDLEA, NAFDAC : deux agences.", id="acronyms_in_a_row"),
        pytest.param("Produit;Prix\nSkenan;10\nRitaline;5", id="columns_without_names"),
        pytest.param("Le prix du gramme passe à 66 euros à Hô Chi Minh-Ville.", id="town_of_three_words"),
        pytest.param("3-MMC, 4-MEC et 2C-B : trois produits.", id="substances_with_figures"),
    ],
)
def test_what_bears_a_name_stays(text: str) -> None:
    assert [text[r.start : r.end] for r in find_removals(text, "fr") if r.kind == "name"] == []


def test_a_title_makes_an_eponym_a_person_again() -> None:
    assert "Finnegan" not in clean("Le docteur Finnegan conteste.")


def test_a_second_reading_takes_nothing_more() -> None:
    text = (
        "Wolim et Tarko Vexlamou-Quindore, un certain « Zibou », NDLEA.\nVEXLAMOU, Tarko\nc l a r a dit non"
    )
    once = clean(text)
    assert clean(once) == once


def test_a_placeholder_at_the_beginning_makes_no_message_of_a_line() -> None:
    text = "[téléphone] Le gramme vaut 60 euros, alice disait la meme chose."
    assert [r for r in find_removals(text, "fr") if r.kind == "name"] == []


def test_weights_can_be_read() -> None:
    data = json.loads(WEIGHTS.read_text("utf-8"))
    assert set(data) == {"capital", "lower", "grams", "weights"}
    assert model().weights["role"] == data["weights"]["role"]
    assert all(abs(weight) < 10 for weight in data["weights"].values())


def test_a_title_speaks_for_a_name_and_a_word_of_streets_against() -> None:
    weights = model().weights
    assert weights["ps=T"] > 0 > weights["ps=M"]
