"""Communes that have the name of a person stay; quoted names that sell go; a town keeps its fact from its department."""

import pytest

from cue_samples import analysis
from vigie.extract.where import place_of
from vigie.redact.redactor import find_removals


def taken(text: str, lang: str = "fr") -> list[str]:
    return [text[item.start : item.end] for item in find_removals(text, lang)]


@pytest.mark.parametrize(
    "text",
    [
        "La police a saisi 3 kg de cocaïne à Castets (Landes).",
        "Un homme de Castets (Landes) a été arrêté.",
        "Un homme de Castets, dans les Landes, a été arrêté.",
        "Trois jeunes de Castets\u00a0(Landes) hospitalisés.",
        "Intoxications à Castets : deux hospitalisations.",
        "Une saisie à Castets.",
        "À Castets, la gendarmerie a saisi 12 pieds.",
        "À Castets, en Nouvelle-Aquitaine, une saisie.",
        "Une saisie à Castets (40).",
        "SAISIE A CASTETS (LANDES)",
        "Un point de deal à Lescure, près du stade.",
        "Des passages aux urgences à Lamarque et à Bordeaux.",
        "Un dealer du Teil (Ardèche) condamné.",
    ],
)
def test_a_commune_with_the_name_of_a_person_stays(text: str) -> None:
    assert taken(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Il a vendu 3 g à Castets.", "Castets"),
        ("Le procès de Castets s'ouvre.", "Castets"),
        ("Grâce à Castets, tout va.", "Castets"),
        ("Selon M. Castets, la saisie est rare.", "Castets"),
        ("À Castets, il a vendu deux doses.", "Castets"),
        ("La dose était remise à Castets, 34 ans.", "Castets"),
        ("Un homme nommé Castets (40 ans) est jugé.", "Castets"),
        ("Une visite à Marie est prévue.", "Marie"),
        ("Il y a Castets au téléphone.", "Castets"),
        ("L'affaire de Castets (Nord) est jugée.", "Castets"),
        ("Nicolas Castets a été arrêté à Dax (Landes).", "Nicolas Castets"),
    ],
)
def test_a_person_with_the_name_of_a_commune_goes(text: str, name: str) -> None:
    assert name in taken(text)


@pytest.mark.parametrize(
    ("text", "lang", "name"),
    [
        (
            "« Chez Zorglub Coffee » livre à toute heure ; snap = z o r g l u b 9 3.",
            "fr",
            "Chez Zorglub Coffee",
        ),
        ("«\u00a0Zorglub Coffee\u00a0» vend de la cocaïne, 50 euros le gramme.", "fr", "Zorglub Coffee"),
        ("« Zorglub » propose la beuh à 10 € le gramme.", "fr", "Zorglub"),
        ("Depuis mai, “Les Zorglubs” livrent à domicile.", "fr", "Les Zorglubs"),
        ("“Zorglub Farm” delivers weed around the clock.", "en", "Zorglub Farm"),
        ('"Zorglub Farm" sells coke at any hour.', "en", "Zorglub Farm"),
        ("« Zorglub Farm », snap : zorglub_93", "fr", "Zorglub Farm"),
        ("Contact : @zorglub93 chez « Zorglub Farm ».", "fr", "Zorglub Farm"),
        ("« Le Four Zorglub » ouvre à midi.", "fr", "Zorglub"),
    ],
)
def test_a_quoted_name_that_sells_goes(text: str, lang: str, name: str) -> None:
    assert name in taken(text, lang)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Les comprimés « Tesla » se vendent 10 euros.", "fr"),
        ("« Tesla » est un comprimé de MDMA vendu 10 euros.", "fr"),
        ("“Blue Dolphin” pills sell for £5.", "en"),
        ("Le rapport « Drogues et Rivages » livre un constat sur la cocaïne.", "fr"),
        ("« Médecins du Monde » propose une analyse de drogues à domicile.", "fr"),
        ("« Telegram » propose la livraison de cannabis.", "fr"),
        ("« Le Monde » livre une enquête sur la cocaïne.", "fr"),
        ("« Libération » propose un dossier sur la cocaïne.", "fr"),
        ("« Nuits Calmes » livre un récit de nuit.", "fr"),
        ("« Kétamine » se vend 30 euros le gramme.", "fr"),
        ("Four Seasons is a hotel chain.", "en"),
    ],
)
def test_what_is_quoted_and_no_vendor_stays(text: str, lang: str) -> None:
    assert taken(text, lang) == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("À Saint-Denis, en Seine-Saint-Denis, la police a saisi 3 kg de cocaïne.", "Saint-Denis"),
        ("À Dax, dans les Landes, la police a saisi 3 kg de cocaïne.", "Dax"),
        ("À Roubaix dans le Nord, la police a saisi 3 kg de cocaïne.", "Roubaix"),
        (
            "À Bayonne, dans le département des Pyrénées-Atlantiques, la douane a saisi 3 kg de cocaïne.",
            "Bayonne",
        ),
        ("La police a saisi 3 kg de cocaïne à Rennes, en Bretagne.", "Rennes"),
        ("À Saint-Denis (Seine-Saint-Denis), la police a saisi 3 kg de cocaïne.", "Saint-Denis"),
        ("À Lille, dans le Pas-de-Calais, la police a saisi 3 kg de cocaïne.", "Pas-de-Calais"),
        ("À Lille, rien ; dans le Nord, la police a saisi 3 kg de cocaïne.", "Nord"),
    ],
)
def test_a_town_beside_its_department(text: str, label: str) -> None:
    read = analysis(text)
    at = text.index("3 kg")
    place = place_of(read, at, at + 4, read.sentences[read.sentence_index(at)])
    assert place is not None
    assert place.label == label
