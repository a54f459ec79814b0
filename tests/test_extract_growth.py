"""Work on lists of one repeated statement grows with the list, not with its square: one sentence may be a whole page."""

from __future__ import annotations

import pytest

from growth import calls
from vigie.extract import extract
from vigie.extract.price_nouns import _REACH, _sold_by
from vigie.lexicon.grammar import grammar
from vigie.model.document import CleanDocument, RawDocument
from vigie.redact import redact

DRUGS = {"fr": "Le trafic de cocaïne : ", "en": "The drug trade in cocaine: "}
LISTS = (
    ("fr", "60 euros le gramme "),
    ("fr", "cocaïne 60 €/g\n"),
    ("fr", "cocaïne 60 euros le gramme, héroïne 40 euros, MDMA 8 euros le cachet, "),
    ("fr", "la cocaïne a baissé de 60 à 50 euros le gramme, "),
    ("fr", "12 kg de cocaïne, "),
    ("fr", "une pureté de 63 % pour la cocaïne, "),
    ("fr", "le 12 mars 2024, 3 kg de cannabis à Lyon, "),
    ("fr", "deux morts par overdose de fentanyl, "),
    ("en", "cocaine £60 a gram, LSD £5 a tab, MDMA £8 a pill, "),
)


@pytest.mark.parametrize(("lang", "unit"), LISTS, ids=lambda value: value.strip())
def test_a_list_of_one_statement_takes_work_in_proportion(lang: str, unit: str) -> None:
    def document(times: int) -> CleanDocument:
        return redact(RawDocument(path="a.txt", format="text", text=DRUGS[lang] + unit * times))

    times = 1200 // len(unit)
    extract(document(2))  # patterns are compiled
    short, long = document(times), document(4 * times)
    few, many = calls(lambda: extract(short)), calls(lambda: extract(long))
    assert (
        many < (8 if "baissé" in unit else 6) * few
    )  # four is proportion, sixteen a square; trends are between


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_units_are_settled_further_back_than_a_pattern_of_them_looks(lang: str) -> None:
    g = grammar(lang)
    words = (g.numbers, g.fractions, g.piece_adjectives, _sold_by(lang))
    assert sum(max(map(len, group)) for group in words) + 40 < _REACH  # 40: articles, "de la ", what follows


def test_a_mass_of_joined_contents_is_read() -> None:
    """Contents of one product joined a thousand times: no answer needs the one before it on the stack."""
    text = (
        "Heroin cost £60 a gram and contained 12% fentanyl"
        + " and 31% xylazine and 12% fentanyl" * 700
        + " at £40 a gram."
    )
    assert extract(redact(RawDocument(path="a.txt", format="text", text=text)))
