"""Folding by replacement against its table, and the language of texts against the model's own walk."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.text import language, normalise
from vigie.text.language import detect
from vigie.text.normalise import _ALONE, _CLEAN, _FOLD, beyond_ascii, fold, repair

# Any code point, lone surrogates too, and more of those that the table knows.
ANY = st.text(
    st.one_of(st.characters(), st.characters(categories=["Cs"]), st.sampled_from([*map(chr, _FOLD)]))
)


@settings(deadline=None)
@given(ANY)
def test_fold_is_its_table_and_keeps_the_length(text: str) -> None:
    folded = fold(text)
    assert folded == text.translate(_FOLD)
    assert len(folded) == len(text)


def test_fold_knows_its_whole_table() -> None:
    """Few distinct characters go by replacement, many by the table: both ways are taken here."""
    everything = "".join(map(chr, _FOLD))
    assert fold(everything) == everything.translate(_FOLD)
    for code in _FOLD:
        assert fold(f"a{chr(code)}B") == f"a{_FOLD[code]}b"


def test_nothing_that_is_folded_to_is_folded_again() -> None:
    assert not {ord(base) for base in _FOLD.values()} & set(_FOLD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc", ""), ("Été à l’œuvre", "Éàé’œ"), ("٣ \u212a", "٣\u212a"), ("\ud800x", "\ud800")],
)
def test_beyond_ascii(text: str, expected: str) -> None:
    assert beyond_ascii(text) == frozenset(expected)


TEXTS = [
    ("fr", "Le gramme de cocaïne se vend soixante euros dans les rues de Lyon, disent les usagers."),
    ("en", "A gram of cocaine sells for sixty pounds on the streets of London, users say."),
    ("de", "Ein Gramm Kokain kostet auf den Straßen von Köln sechzig Euro, sagen die Leute."),
    ("es", "El gramo de cocaína se vende a sesenta euros en las calles, según los usuarios."),
    ("fr", "LE GRAMME DE COCAÏNE SE VEND SOIXANTE EUROS DANS LES RUES DE LA VILLE."),
    ("fr", "Le prix a baisse\u0301 cette anne\u0301e, selon les usagers interroge\u0301s a\u0300 la sortie."),
    ("und", "60 € / g — 2 g"),
    ("und", ""),
]


@pytest.mark.parametrize(("expected", "text"), TEXTS)
def test_language(expected: str, text: str) -> None:
    assert detect(text) == expected


LONG = {
    "fr": "Les riverains disent attendre depuis longtemps que la place soit mieux éclairée, mais le conseil ne fait rien. ",
    "en": "The residents say that they have waited for years and that the council has not answered their letters. ",
    "de": "Die Anwohner sagen, dass sie seit Jahren warten und der Rat ihre Briefe nicht beantwortet hat. ",
    "es": "Los vecinos dicen que esperan desde hace años y que el consejo no ha contestado a sus cartas. ",
    "it": "Gli abitanti dicono che aspettano da anni e che il consiglio non ha risposto alle loro lettere. ",
    "nl": "De bewoners zeggen dat ze al jaren wachten en dat de raad hun brieven niet heeft beantwoord. ",
    "pt": "Os moradores dizem que esperam há anos e que o conselho não respondeu às suas cartas. ",
}


@pytest.mark.parametrize("first", LONG)
@pytest.mark.parametrize("then", LONG)
@pytest.mark.parametrize("times", [(8, 0), (1, 8), (4, 4), (8, 1), (5, 3)])
def test_common_words_say_what_the_model_says(first: str, then: str, times: tuple[int, int]) -> None:
    text = LONG[first] * times[0] + LONG[then] * times[1]
    assert detect(text) == language._identifier().classify(text)[0]


def test_common_words_suffice_for_press_text() -> None:
    for expected in ("fr", "en"):
        assert language._by_common_words(LONG[expected] * 4) == expected
        assert language._by_common_words(LONG[expected][:30]) == ""  # too short to do without the model
    assert language._by_common_words(LONG["fr"] * 4 + LONG["en"] * 4) == ""


def _slowly(text: str) -> str:
    fixed = normalise.ftfy.fix_text(text, normalise._FTFY)
    return normalise._INVISIBLE.sub("", fixed).replace("\r\n", "\n").replace("\r", "\n")


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from([*_ALONE, *"œŒaabeLE0 \n.<'"]), max_size=12))
def test_text_that_is_clean_at_sight_is_what_repair_leaves_alone(text: str) -> None:
    if _CLEAN.fullmatch(text):
        assert _slowly(text) == text
    assert repair(text) == _slowly(text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("L’été, « créée » à 30\u00a0€ – déjà.", True),
        ("Sa sœur, l’Œuvre, l’Île, 50 µg.", True), (" â œ ", False),
        ("cocaÃ¯ne", False), ("lâ€™herbe", False), ("Å“uvre", False), ("prix &eacute;lev&eacute;", False),
        ("e\u0301te\u0301", False), ("a\u00adb", False), ("a\r\nb", False), ("a\x00", False),
    ],
    ids=["french", "ligature", "pictogram", "utf8_as_latin", "quote", "oe", "entities", "not_composed", "soft_hyphen", "line_ends", "control"],
)  # fmt: skip
def test_what_is_clean_at_sight(text: str, clean: bool) -> None:
    assert bool(_CLEAN.fullmatch(text)) == clean


def test_long_text_that_is_not_clean_is_told_at_once() -> None:
    assert not _CLEAN.fullmatch("été comme hiver, " * 20_000 + "Ã©")
