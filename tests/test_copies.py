"""Copies are told from other texts by what they keep: cases/copies.toml holds invented ones of each kind."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from vigie.assess import copied
from vigie.text.fingerprint import items

TABLE = tomllib.loads((Path(__file__).parent / "cases" / "copies.toml").read_text("utf-8"))
STORIES = TABLE["story"]
# id, text, the text that may be its original, what it is
CASES = [
    *[(f"{s['id']}-near", s["near"], s["original"], "near") for s in STORIES],
    *[(f"{s['id']}-spun-{n}", t, s["original"], "spun") for s in STORIES for n, t in enumerate(s["spun"])],
    *[(f"{s['id']}-{kind}", s[kind], s["original"], "") for s in STORIES for kind in ("other", "apart")],
    *[(p["id"], p["one"], p["other"], "") for p in TABLE["pair"]],
    *[(f"{s['id']}-of-next", STORIES[n - 1]["original"], s["original"], "") for n, s in enumerate(STORIES)],
]


@pytest.mark.parametrize(("_name", "text", "original", "how"), CASES, ids=[c[0] for c in CASES])
def test_what_a_text_is_of_another(_name: str, text: str, original: str, how: str) -> None:
    assert copied(text, original, may_be_spun=True) == how


BRIEF = (
    "Six malaises lors d'une soirée à Vesoul\n\nSix jeunes ont été pris en charge samedi à Vesoul après avoir avalé des gélules "
    "achetées sur place. Deux d'entre eux ont passé la nuit au centre hospitalier. La préfecture appelle à la prudence et "
    "demande de rapporter tout produit restant à un pharmacien."
)
# id, text, whether anybody may post where it stands, what it is of the brief
SHORT = [
    ("spun_where_anybody_posts", "Six malaises pendant la soirée à Vesoul\n\nSix adolescents ont été pris en charge samedi à Vesoul suite "
     "avoir mangé des capsules achetées sur place. Deux parmi eux ont passé la nuit en clinique. La préfecture appelle à la prudence et "
     "demande de ramener tout produit restant à un apothicaire.", True, "spun"),
    ("a_newsroom_with_the_same_release", "Six malaises pendant la soirée à Vesoul\n\nSix adolescents ont été pris en charge samedi à "
     "Vesoul suite avoir mangé des capsules achetées sur place. Deux parmi eux ont passé la nuit en clinique. La préfecture appelle à la "
     "prudence et demande de ramener tout produit restant à un apothicaire.", False, ""),
    ("told_in_words_of_ones_own", "Samedi soir à Vesoul\n\nJ'étais à la fête, le son était trop fort. Six personnes sont tombées, les "
     "pompiers en ont emmené deux. On m'avait proposé ces gélules aussi, je n'en ai pas pris. La préfecture appelle à la prudence.",
     True, ""),
    ("the_same_form_of_another_town", BRIEF.replace("Vesoul", "Langres").replace("Six", "Quatre").replace("Deux", "Trois")
     .replace("samedi", "dimanche"), True, ""),
    ("cut_and_retitled", BRIEF.split("\n\n")[1].replace(" et demande de rapporter tout produit restant à un pharmacien", ""), False, "near"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "text", "anybody", "how"), SHORT, ids=[c[0] for c in SHORT])
def test_short_texts(_name: str, text: str, anybody: bool, how: str) -> None:
    """A brief holds few figures: words and number words together tell a copy."""
    assert copied(text, BRIEF, may_be_spun=anybody) == how


def test_number_words_are_items_only_where_asked() -> None:
    text = "Sept hommes, douze kilos et 12,4 kg à Anvers."
    assert items(text, words=True) == ("7", "12", "12.4", "anvers")
    assert items(text) == ("12.4", "anvers")
