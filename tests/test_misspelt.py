"""Names of substances that are written almost right."""

from __future__ import annotations

import pytest

from facts import observations
from vigie.extract.misspelt import _edits, _meant
from vigie.extract.substance import find_substances
from vigie.lexicon.check import unbracket
from vigie.lexicon.matcher import flatten
from vigie.lexicon.substances import substance_matcher, taxonomy
from vigie.lexicon.terms import data_toml

DATA = data_toml("taxonomy", "spelling.toml")
PROOF = [(lang, sentence) for lang, sentences in DATA["proof"].items() for sentence in sentences]


@pytest.mark.parametrize(("lang", "sentence"), PROOF)
def test_the_file_proves_itself(lang: str, sentence: str) -> None:
    text, spans = unbracket(sentence)
    assert {(m.start, m.end) for m in find_substances(text, lang) if m.misspelt} == spans


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("fr", "Le dealer proposait de la méthadonnne.", ["methadone"]),
        ("fr", "12 grammes de fentannyl.", ["fentanyl"]),
        ("fr", "Elle cuisine. Il a pris de la drogue. C'était du tramaddol.", ["tramadol"]),
        ("fr", "Des Kétammine et des dealers.", []),  # a name inside a sentence
        ("fr", "Kétammine saisie chez un dealer.", ["ketamine"]),
        ("fr", "« Kétammine », dit le dealer.", ["ketamine"]),
        ("fr", "Elle parle de kétammine.", []),  # no cue
        ("fr", "Un programme de kétammine.", []),  # "programme" is no dose
        ("fr", "Le dealer rêve d'un pays de cocagne.", []),
        ("fr", "Le trafiquant portait une hermine et une cocarde.", []),
        ("fr", "Un dealer dans le tramway mange des crackers devant un morphing.", []),
        ("fr", "Le dealer, cocaïnomane, soigne son héroïnomanie.", []),
        ("fr", "Un dealer lit Messaline et mange de la tramadole.", ["tramadol"]),
        ("en", "The dealer was morphing into a cannibal.", []),
        ("en", "Drug dealers sold codeiiine and oxycodine.", ["codeine", "oxycodone"]),
        ("en", "He paid for two grams of cocainne.", ["cocaine"]),
        ("en", "The hermit bought peppers from a drug dealer.", []),
    ],
)
def test_a_word_counts_near_a_cue_only(lang: str, text: str, found: list[str]) -> None:
    assert [m.substance for m in find_substances(text, lang)] == found


def test_far_from_the_cue_it_does_not_count() -> None:
    text = "Un dealer est arrêté. " + "Le reste de la journée fut calme. " * 20 + "La kétammine est rose."
    assert find_substances(text, "fr") == []


def test_a_misspelt_name_is_less_sure_and_says_so() -> None:
    spelt, misspelt = (
        observations(f"Le gramme de {word} se vend 30 euros, dit le dealer.", "price")[0]
        for word in ("kétamine", "kétammine")
    )
    assert spelt.substance == misspelt.substance == "ketamine"
    assert "spelling" not in spelt.rule and misspelt.rule.endswith("|spelling:near")
    assert misspelt.confidence < spelt.confidence


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [
        ("cocaine", "cocaine", 0),
        ("cocane", "cocaine", 1),
        ("cocaien", "cocaine", 1),
        ("cocagna", "cocaine", 2),
        ("xxxxxxx", "cocaine", 3),
    ],
)
def test_edits(a: str, b: str, edits: int) -> None:
    assert _edits(a, b, 2) == edits


def test_names_are_surfaces_of_their_substance() -> None:
    for substance, names in DATA["names"].items():
        assert substance in taxonomy()
        for name in names:
            assert name == flatten(name) and name.isalpha()
            hits = [hit for lang in ("fr", "en") for hit in substance_matcher(lang).find(name)]
            assert substance in {hit.term.id for hit in hits}, name


def test_ordinary_words_are_never_names() -> None:
    for lang, words in DATA["words"].items():
        assert [word for word in words.split() if _meant(word, lang)] == []
