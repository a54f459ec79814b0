"""The gates of the redactor: what is found with them is what is found without them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from everywhere import contacts_everywhere
from vigie.redact.contacts import contacts
from vigie.redact.shape import shape
from vigie.redact.words import marks_at, words_at
from vigie.text.normalise import fold

# id, text, attribute, expected
CASES = [
    ("five figures close together", "x 06 39 1 y", "groups", ((2, 9, 5),)),
    ("figures of other scripts", "le ٣٤٣٤٣", "groups", ((3, 8, 5),)),
    ("four are few", "en 2024, oui", "groups", ()),
    ("too far apart", "12 grammes, 345", "groups", ()),
    ("long word", "a" * 25, "long_word", True),
    ("long word with accents", "é" * 25, "long_word", True),
    ("long words", "anticonstitutionnel lement", "long_word", False),
    ("coordinates", "45,7640", "coordinates", True),
    ("price", "45,76", "coordinates", False),
    ("address of a machine", "192.168.1.12", "dotted", True),
    ("disguised dots", "10[.]0[.]0[.]1", "dotted", True),
    ("two numbers", "1.5", "dotted", False),
    ("bank", "FR76", "country_digits", True),
    ("product", "3-MMC", "country_digits", False),
    ("plate", "AB-123-CD", "plate", True),
    ("year after a word", "Ab 2024", "plate", False),
    ("postcode", "SW1A\u202f1AA", "postcode", True),
    ("mac", "00:1A:2B", "pairs", False),
    ("mac in full", "00:1A:2B:3C", "pairs", True),
    ("letters for figures", "O6 l2 3B", "mixed", ((1, 8),)),
    ("figures only", "06 12 38", "mixed", ()),
]


@pytest.mark.parametrize(("text", "attribute", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_shape(text: str, attribute: str, expected: object) -> None:
    assert getattr(shape(text), attribute) == expected


PIECES = st.sampled_from(
    [
        "06 39 98 12 34", "O6 39 98 l2 34", "٠٦ ٣٩ ٩٨ ١٢ ٣٤", "192.168.1.12", "10[.]0[.]0[.]1", "45.7640, 4.8357",
        "45.7640° N , -4.8357", "AB-123-CD", "AB 12 34 56 C", "00:1A:2B:3C:4D:5E", "00-1A-2B-3C-4D-5E",
        "FR76 3000 6000 0112 3456 7890 189", "4111 1111 1111 1111", "SW1A 1AA", "SW1A\u202f1AA",
        "1 85 05 78 006 084 36", "2 55 08 2A 168 025 52", "12 rue des Lilas", "Flat 3, 12 High Street",
        "au 27 de la rue du Puits", "BP 1234", "Hauptstraße 12", "Gartenweg 7", "code porte 12A45",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "nom point de com", "nom dot com", "nom [dot] sub [dot] com/x",
        "immatriculé ", "plaque ", "secu ", "é", "’", "?", "\u00a0", "+33 ", "0", "1", "12", "l", "O", "-", ".", ",",
        " ", "\n", "(", ")", "A", "B1", "tel ", "x",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, max_size=12), st.sampled_from(["fr", "en"]))
def test_gates_hide_nothing(pieces: list[str], lang: str) -> None:
    text = "".join(pieces)
    assert set(contacts(text, fold(text), lang)) == set(contacts_everywhere(text, lang))


def test_words_of_one_list_are_not_those_of_another() -> None:
    text = "une rue, la rue du bac; larue bac-rue"
    assert words_at(text, ("rue", "bac", "rue du bac")) == [
        (4, 7), (12, 15), (12, 22), (19, 22), (30, 33), (34, 37),
    ]  # fmt: skip
    assert words_at(text, ("bac",)) == [(19, 22), (30, 33)]
    assert words_at(text, ("absent",)) == []
    assert words_at("", ("rue",)) == []


@given(st.text(st.sampled_from("arue dpot'-.?œ👻éж\n_0"), max_size=40))
def test_words_and_marks_are_those_of_a_plain_search(text: str) -> None:
    words = ("rue", "a", "rue d'or", "d-a", "d a", "œ", "sœur", "0", "pot.")
    found = [
        (i, i + len(word))
        for word in words
        for i in range(len(text))
        if text.startswith(word, i)
        and not text[max(0, i - 1) : i].isalnum()
        and not text[i + len(word) : i + len(word) + 1].isalnum()
    ]
    assert words_at(text, words) == sorted(found)
    marks = ("👻", "?", "r", "œ.", "_", "é")
    spans = [(i, i + len(m)) for m in marks for i in range(len(text)) if text.startswith(m, i)]
    assert marks_at(text, marks) == sorted(spans)
