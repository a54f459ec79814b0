"""Publication dates stated in the head of a text."""

from __future__ import annotations

import pytest

from vigie.ingest.dateline import find_dateline, parse_date, parse_date_line, parse_pdf_date

STORY = "Le gramme se vend 60 euros dans les rues de la ville, selon la préfecture."

HEADS = [
    # id, head of the text, date or None
    ("cue_numeric_time", "publié le 11/03/2021 à 12:44", "2021-03-11"),
    ("cue_long", "Publié le 8 février 2024 à 7h05\n", "2024-02-08"),
    ("cue_first_of_month", "Publié le 1er mars 2023", "2023-03-01"),
    ("cue_colon", "Date de publication : 12 octobre 2019", "2019-10-12"),
    ("cue_english", "Published 8 February 2024", "2024-02-08"),
    ("cue_english_american", "Published: Feb. 8, 2024 9:14 a.m.", "2024-02-08"),
    ("cue_month_only", "Publié en ligne\nParu : mars 2022", "2022-03"),
    ("cue_dots", "Mis en ligne le 03.05.2018", "2018-05-03"),
    ("cue_after_bar", "Le Courrier fictif | Publié le 4 mai 2020", "2020-05-04"),
    ("cue_iso", "Published 2020-05-04T10:00:00Z", "2020-05-04"),
    ("first_before_update", "Mis à jour le 9 mai 2020, publié le 4 mai 2020", "2020-05-04"),
    ("update_alone", "Mis à jour le 3 mai 2020 à 10h12", "2020-05-03"),
    ("place_weekday", "Paris, le mardi 14 mars 2017 – De nouvelles ventes", "2017-03-14"),
    ("place_upper", "LYON, March 3, 2020 (Agency) - Police said", "2020-03-03"),
    ("place_agency_first", "MARSEILLE (Agence) 3 mars 2020 - Trois kilos", "2020-03-03"),
    ("place_two_words", "Le Mans, 5 juin 2019. – Quatre colis", "2019-06-05"),
    ("title_then_date_line", "Le marché en hausse\n\n12 mai 2021\n\n" + STORY, "2021-05-12"),
    ("title_then_month_line", "Note trimestrielle\n\nMars 2022\n\n" + STORY, "2022-03"),
    ("line_with_several", "date 2021-03 publié le 11/03/2021 à 12:44\n\n" + STORY, "2021-03-11"),
    ("place_with_particle", "Villefictive sur Mer, le 3 mars 2020 - Trois kilos", "2020-03-03"),
    # tempting mistakes
    ("sentence_ending_with_date", "Interpellé à Lyon le 3 mars 2020. Il avait 3 kg.", None),
    ("sentence_with_dash", "Selon la police, le 3 mars 2020 - la veille du procès - tout a changé.", None),
    ("date_in_story", "Le 3 mars 2020, un homme a été arrêté avec 3 kg.", None),
    ("date_in_story_middle", "La police a saisi, le 3 mars 2020, trois kilos.", None),
    ("report_published_in_story", "Un rapport publié en 2019 par l'agence donnait 60 euros.", None),
    ("year_alone_line", "Bilan\n\n2019\n\n" + STORY, None),
    ("sentence_with_place", "À Lyon, le 3 mars 2020 la police a saisi 3 kg.", None),
    ("impossible_day", "Publié le 31/02/2021", None),
    ("number_not_year", "Publié le 11/03/9021", None),
    ("too_far_down", STORY * 8 + "\nPublié le 11/03/2021", None),
    ("no_date", STORY, None),
    ("empty", "", None),
]


@pytest.mark.parametrize(("head", "expected"), [c[1:] for c in HEADS], ids=[c[0] for c in HEADS])
def test_dateline(head: str, expected: str | None) -> None:
    found = find_dateline(head)
    assert (str(found) if found else None) == expected


LINES = [
    ("iso", "2021-03-11", "2021-03-11"),
    ("iso_month", "2021-03", "2021-03"),
    ("year", "2021", "2021"),
    ("french", "le 11 mars 2021", "2021-03-11"),
    ("french_weekday", "Jeudi 11 mars 2021", "2021-03-11"),
    ("english", "March 11, 2021", "2021-03-11"),
    ("english_day_first", "11th March 2021", "2021-03-11"),
    ("slashes", "11/03/2021", "2021-03-11"),
    ("american_order", "03/25/2021", "2021-03-25"),
    ("with_time", "11/03/2021 12:44", "2021-03-11"),
    ("month", "mars 2021", "2021-03"),
    ("accents", "3 août 2020", "2020-08-03"),
    ("title_with_year", "Bilan 2021", None),
    ("sentence", "Le 11 mars 2021, la police", None),
    ("range", "2019-2021", None),
    ("month_thirteen", "2021-13", None),
    ("phone_like", "01 99 00 20 21", None),
    ("count", "2021 grammes", None),
    ("blank", "   ", None),
]


@pytest.mark.parametrize(("line", "expected"), [c[1:] for c in LINES], ids=[c[0] for c in LINES])
def test_date_line(line: str, expected: str | None) -> None:
    found = parse_date_line(line)
    assert (str(found) if found else None) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2021-03-11T12:44:00+01:00", "2021-03-11"),
        ("2021-03-11 12:44", "2021-03-11"),
        ("11 mars 2021", "2021-03-11"),
        ("Thu, 11 Mar 2021 12:44:00 GMT", "2021-03-11"),
        ("2021", "2021"),
        ("20210311", None),
        ("hier", None),
    ],
)
def test_metadata_date(value: str, expected: str | None) -> None:
    found = parse_date(value)
    assert (str(found) if found else None) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("D:20240311124400+01'00'", "2024-03-11"), ("20240311", "2024-03-11"), ("D:20241311", None), ("", None)],
)
def test_pdf_date(value: str, expected: str | None) -> None:
    found = parse_pdf_date(value)
    assert (str(found) if found else None) == expected


def test_long_hostile_head_takes_no_time() -> None:
    """No pattern backtracks over a long line."""
    for line in ("a " * 5000, "publié le " * 3000, "1" * 20000, "mars " * 5000, "A" * 20000 + ", le "):
        assert find_dateline(line) is None
        assert parse_date_line(line) is None
