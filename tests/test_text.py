"""Folding keeps offsets; repair undoes encoding faults; sentences end where a reader would end them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.text.language import detect
from vigie.text.normalise import fold, repair
from vigie.text.sentences import sentences


@given(st.text())
def test_folding_never_moves_an_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L’Été À 80 €", "l'ete a 80 €"),
        ("50\u00a0000\u202f€", "50 000 €"),
        ("50 ¤", "50 €"),
        ("Œuvre ß", "œuvre ß"),
        ("10–20 €", "10-20 €"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("broken", "right"),
    [
        ("cocaÃ¯ne", "cocaïne"),
        ("l\u200bien\u00ad", "lien"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_repair(broken: str, right: str) -> None:
    assert repair(broken) == right


SENTENCES = [
    ("plain", "Il vend. Elle achète.", ["Il vend.", "Elle achète."]),
    ("title_of_a_person", "M. le maire parle. Il part.", ["M. le maire parle.", "Il part."]),
    ("initial", "Le Dr F. parle.", ["Le Dr F. parle."]),
    ("decimal", "Ils ont pris 1.508 tonne. Puis rien.", ["Ils ont pris 1.508 tonne.", "Puis rien."]),
    ("wrapped_line", "Selon l'observatoire,\nle prix baisse.", ["Selon l'observatoire,\nle prix baisse."]),
    ("heading", "Les prix\n\nLe gramme baisse.", ["Les prix", "Le gramme baisse."]),
    ("bullets", "Menu\n- un gramme\n- deux grammes", ["Menu", "- un gramme", "- deux grammes"]),
    (
        "cut_quote",
        "« sans précédent (…) des meurtres » dit-il.",
        ["« sans précédent (…) des meurtres » dit-il."],
    ),
    ("quoted_question", "« Combien ? » demande-t-il. Rien.", ["« Combien ? » demande-t-il.", "Rien."]),
    ("unit_at_the_end", "Il pèse 3 kg. La police arrive.", ["Il pèse 3 kg.", "La police arrive."]),
    ("blank", " \n \n", []),
]


@pytest.mark.parametrize("row", SENTENCES, ids=lambda r: r[0])
def test_sentences(row: tuple[str, str, list[str]]) -> None:
    _, text, expected = row
    assert [text[s.start : s.end] for s in sentences(text)] == expected


@given(st.text(alphabet="aB .!?…\n«»()-"))
def test_sentences_lose_no_letter(text: str) -> None:
    kept = "".join(text[s.start : s.end] for s in sentences(text))
    assert kept.replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_language() -> None:
    assert detect("Le gramme de cocaïne se vend à Lyon") == "fr"
    assert detect("A gram of cocaine is sold in London") == "en"
    assert detect("12 34") == "und"
