"""Furniture of web pages in copied text: what goes, and above all what stays."""

from __future__ import annotations

import pytest

from vigie.ingest.boilerplate import Cue, cues, drop_boilerplate, kind_of
from vigie.model.errors import LexiconError

CONSENT = "Le Courrier utilise votre adresse e-mail afin de vous envoyer sa newsletter."
PARAGRAPH = (
    "Le gramme de cocaïne se vend 60 euros dans les rues de la ville, selon une note de la préfecture. "
    "Les saisies ont atteint 12 kg au premier trimestre, contre 8 kg un an plus tôt, dans l'ensemble du département."
)


@pytest.mark.parametrize("cue", cues(), ids=lambda cue: cue.id)
def test_each_cue_is_proved(cue: Cue) -> None:
    """Every phrase has a hit, hits are recognised as what the cue says, misses by no cue at all."""
    for hit in cue.hit:
        assert kind_of(hit) == cue.drop, hit
    for miss in cue.miss:
        assert kind_of(miss) is None, miss
    for phrase in (*cue.line, *cue.starts):
        single = Cue(
            cue.id,
            cue.drop,
            frozenset({phrase} & cue.line),
            tuple({phrase} & set(cue.starts)),
            (),
            400,
            (),
            (),
        )
        assert any(single.matches(_fold(hit)) for hit in cue.hit), f"{cue.id}: no hit for {phrase!r}"
    assert cue.miss


def _fold(text: str) -> str:
    from vigie.text.normalise import fold

    return fold(text)


CASES = [
    # id, text, what must remain
    ("nothing", PARAGRAPH, PARAGRAPH),
    (
        "box",
        f"A.\nLe matin : notre sélection\nChaque jour, recevez l'essentiel.\n{CONSENT}\nNotre politique de confidentialité\nB.",
        "A.\nB.",
    ),
    (
        "near_alone_stays",
        f"Chaque jour, recevez trois clients.\n{PARAGRAPH}",
        f"Chaque jour, recevez trois clients.\n{PARAGRAPH}",
    ),
    ("read_also_with_teaser", "A.\n\nLire aussi\n\nUn marché en hausse\n\nB.", "A.\n\nB."),
    (
        "read_also_then_sentence",
        "A.\nLire aussi\nLe prix atteint 60 euros.\nB.",
        "A.\nLe prix atteint 60 euros.\nB.",
    ),
    ("comments_tail", f"{PARAGRAPH}\n\nVos réactions (2)\n\nMoi je paie 90 euros.", PARAGRAPH),
    (
        "comments_first_is_forum",
        "Vos réactions (2)\n\nMoi je paie 90 euros.",
        "Vos réactions (2)\n\nMoi je paie 90 euros.",
    ),
    (
        "count_under_headline",
        f"{PARAGRAPH}\n12 commentaires\n{PARAGRAPH}\n{PARAGRAPH}\n{PARAGRAPH}",
        "\n".join([PARAGRAPH] * 4),
    ),
    ("count_at_foot", f"{PARAGRAPH}\n12 commentaires\nMoi je paie 90 euros.", PARAGRAPH),
    (
        "heading_comments_stays",
        f"{PARAGRAPH}\nCommentaires\n{PARAGRAPH}",
        f"{PARAGRAPH}\nCommentaires\n{PARAGRAPH}",
    ),
    ("long_line_stays", f"{PARAGRAPH} {CONSENT} {PARAGRAPH}" * 2, f"{PARAGRAPH} {CONSENT} {PARAGRAPH}" * 2),
    ("only_furniture", f"{CONSENT}\nPublicité", ""),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_drop(text: str, expected: str) -> None:
    assert drop_boilerplate(text) == expected


def test_twice_changes_nothing() -> None:
    for _, text, _ in CASES:
        once = drop_boilerplate(text)
        assert drop_boilerplate(once) == once


def test_malformed_cue_is_refused() -> None:
    from vigie.ingest import boilerplate

    with pytest.raises(LexiconError, match="needs drop, hit"):
        boilerplate._cue({"id": "x", "drop": "line", "line": ["a"], "starts": ["b"], "hit": ["a"]})
