"""Folding by replacement against its table, and the language of texts against the model's own walk."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.text import language
from vigie.text.language import detect
from vigie.text.normalise import _FOLD, beyond_ascii, fold

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
    ("text", "expected"), [("abc", ""), ("Été à l’œuvre", "Éàé’œ"), ("٣ \u212a", "٣\u212a"), ("\ud800x", "\ud800")]
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


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from([text for _, text in TEXTS]) | ANY, min_size=1, max_size=4))
def test_language_is_the_verdict_of_the_model(parts: list[str]) -> None:
    sample = " ".join(parts)[:4000]
    if sum(c.isalpha() for c in sample) >= 12:
        assert detect(sample) == language._identifier().classify(sample)[0]


def test_a_model_of_another_make_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        def classify(self, text: str) -> tuple[str, float]:
            return ("nl", 1.0)

    language._classifier.cache_clear()
    monkeypatch.setattr(language, "_identifier", Other)
    try:
        assert language._classifier()("een gram van iets of ander") == "nl"
    finally:
        language._classifier.cache_clear()
