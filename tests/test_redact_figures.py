"""Figures that are nobody's number stay; the same figures written as a number, or after a word that announces one, go."""

from __future__ import annotations

import pytest

from vigie.model.document import RawDocument
from vigie.redact import redact


def clean(text: str) -> str:
    return redact(RawDocument(path="x.txt", format="text", text=text)).text


STAYS = [
    pytest.param("0 0.5 1 1.5 2 2.5 3 3.5", id="axis_of_half_steps"),
    pytest.param("L'axe va de 0 200 400 600 800 1000 1200 mg.", id="axis_of_hundreds"),
    pytest.param("Standard : 0 10 20 30 40 50 60 70 80", id="axis_after_a_word_for_numbers"),
    pytest.param("Prix relevés : 40.00 80.00 120.00.", id="prices_with_two_decimals"),
    pytest.param("Teneurs de 11.0 14.2 13.8 12.4 selon l'année.", id="row_of_decimals"),
    pytest.param("Gamme 2-5-10-20-50-100-200 ng/mL.", id="rising_range"),
    pytest.param("Trois visites : (8/02/2012) (9/02/2012) (17/01/2012).", id="dates_in_brackets"),
    pytest.param("Par mois : 03/2019 410 ; 04/2019 395 ; 05/2019 288.", id="months_and_counts"),
    pytest.param("Comptes 2011 1405 2012 1397 2013 1243 2014 1127.", id="years_and_counts"),
    pytest.param("Départements : 02, 14, 27, 35, 50, 61, 76.", id="rising_departments"),
    pytest.param("Codes 75056, 13055 et 69123.", id="codes_of_communes"),
    pytest.param("Noté 3333*2=6666 dans le carnet.", id="sum_that_comes_out"),
    pytest.param("Cote +1.75(-1)145 relevée.", id="signed_decimal"),
    pytest.param("Addiction 112(9):1580-1592.", id="pages"),
    pytest.param("Dilutions 1:2:4:8 et 1:3:9:27.", id="ratios"),
    pytest.param("T1 45, T2 58, T3 62, T4 70.", id="quarters"),
    pytest.param("Une part de 0.612 345 678.", id="grouped_decimals"),
    pytest.param("Dépôt arXiv:2006.12345v2.", id="preprint"),
    pytest.param("Two thousand and twelve, twenty thirteen, twenty fourteen.", id="years_in_words"),
    pytest.param("As amended by reg. 4 of SI 2016/1125.", id="statutory_instrument"),
    pytest.param("1.1.1.256 Public visé ; 2.3.4.10 Limites.", id="sections_of_a_plan"),
    pytest.param("Au terminal 3, quai 14, poste 2.", id="berth"),
    pytest.param("Articles R. 5132-74 à R. 5132-88.", id="articles"),
    pytest.param("140 S. Ct. 1234.", id="law_report"),
    pytest.param("OPÉRATION PLACE NETTE EN COURS", id="operation_in_capitals"),
    pytest.param("Act 1971, s. 28(2)(a) and Sch. 2.", id="letter_of_a_paragraph"),
    pytest.param("Ici l'arobase tient lieu de prix.", id="the_name_of_the_sign"),
    pytest.param("The signal fades at night, at home and at work.", id="time_after_a_channel_word"),
    pytest.param("The high street dealer\n\nWhen clubs shut, prices fell.", id="title_that_ends_with_dealer"),
    pytest.param("Le code, tome II, chap. XIV.", id="volume"),
    pytest.param("Les saisies au large de Marie-Galante augmentent.", id="island"),
    pytest.param("Le trafic partait d'un appartement de Vénissieux.", id="flat_in_a_commune"),
    pytest.param("They post menus, ask for reviews and deliver.", id="what_is_asked_for"),
    pytest.param("Officer's evidence in the Swansea trial", id="role_that_owns"),
    pytest.param("Field note: Manchester, winter.", id="field_note"),
    pytest.param("PROTOXYDE D'AZOTE, LE GAZ QUI FAIT RIRE", id="gas_in_capitals"),
    pytest.param("Centre antipoison de Lyon : 04 72 11 69 11.", id="poison_centre"),
    pytest.param("Entre 0730-0930 et 1730-1945.", id="hours_without_marks"),
    pytest.param("Relevés :\n23.04.2022 14:55\n30.04.2022 12:04", id="dates_and_hours_by_line"),
    pytest.param("The van was back at 9.am that day.", id="hour_that_looks_like_a_host"),
]
GOES = [
    pytest.param("Appelle au 06 39 98 12 34.", "39 98", id="plain"),
    pytest.param("Le 07 10 20 30 40 répond.", "20 30", id="round_groups_of_a_mobile"),
    pytest.param("Joindre le +33 6 10 20 30 40.", "20 30", id="round_groups_after_a_country"),
    pytest.param("Tel 06, 12, 34, 56, 78", "12, 34", id="rising_groups_of_a_mobile"),
    pytest.param("Le 0.6.3.9.9.8.1.2.3.4 répond.", "9.9.8", id="figures_with_points"),
    pytest.param("Le 0 1 2 3 4 5 6 7 8 9 répond.", "5 6 7", id="figure_by_figure"),
    pytest.param("Le 06*39*98*12=34 répond.", "39*98", id="sum_that_does_not_come_out"),
    pytest.param("Le 06/2012 3456 répond.", "3456", id="month_that_is_a_mobile"),
    pytest.param("Call 12.50 44.10 98.20 now", "44.10", id="decimals_after_a_word_for_numbers"),
    pytest.param("Serveur 192.0.2.33 saisi.", "192", id="machine"),
    pytest.param("Au 4, quai des Exemples.", "Exemples", id="address_on_a_quay"),
    pytest.param("Ils ont fouillé le domicile de Kamara.", "Kamara", id="home_of_a_person"),
    pytest.param("Voiture immatriculée AB 123 456.", "123", id="plate"),
    pytest.param("Relevé : -0-7-5-6-4-9-9-2-7-9", "5-6-4", id="figures_with_a_mark_before_the_first"),
]  # fmt: skip


@pytest.mark.parametrize("text", STAYS)
def test_figures_of_something_stay(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(("text", "gone"), GOES)
def test_numbers_of_somebody_go(text: str, gone: str) -> None:
    assert gone not in clean(text)
