"""The fixed sample of the red team: it is what the generator writes, it covers what it promises, and the redactor holds.

In: tests/cases/redteam_generated.jsonl (DEV only). Left out: the HELD split, scored by benchmarks/redteam.py.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from redteam.disguises import for_kind
from redteam.generate import SAMPLE, generate, lines, read_sample
from redteam.kinds import KINDS, Split
from redteam.score import Score, judge, kept

# Measured, rounded down; raised with the redactor, never lowered.
CHARACTER_RECALL_FLOOR = 0.97
KEEP_SHARE_FLOOR = 0.999


@cache
def total() -> Score:
    return sum((judge(case)[0] for case in read_sample()), Score())


def test_the_sample_is_what_the_generator_writes() -> None:
    assert SAMPLE.read_text(encoding="utf-8") == lines(), "run: python -m tests.redteam.generate --write"
    assert SAMPLE.stat().st_size < 1_000_000


def test_the_sample_covers_kinds_disguises_carriers_and_languages() -> None:
    disguises, carriers, langs = defaultdict(set), defaultdict(set), defaultdict(set)
    for case in read_sample():
        disguises[case.kind].add(case.disguise)
        carriers[case.kind].add(case.carrier)
        langs[case.kind].add(case.lang)
    assert len(disguises) == len(KINDS) >= 40
    assert min(map(len, disguises.values())) >= 12
    assert [kind for kind, found in carriers.items() if len(found) < 3] == []
    assert [kind for kind, found in langs.items() if len(found) < 2] == []


@pytest.mark.parametrize("split", ["dev", "held"])
def test_every_kind_is_written_in_every_carrier_and_language(split: Split) -> None:
    cells = defaultdict(set)
    for case in generate(7, split):
        assert case.spans, case.id
        assert all(0 <= a < b <= len(case.text) for a, b in (*case.spans, *case.keep)), case.id
        cells[case.kind, case.carrier, case.lang].add(case.disguise)
    assert len(cells) == len(KINDS) * 3 * 2
    assert min(map(len, cells.values())) >= 12


def test_a_disguise_suits_at_least_one_kind() -> None:
    used = {d.id for kind in KINDS for d in for_kind(kind)}
    assert len(used) >= 100


@pytest.mark.parametrize(
    ("original", "clean", "left"),
    [
        pytest.param("a 06 12 b", "a [phone] b", "a  b", id="one"),
        pytest.param("a 06 12 b", "a 06 12 b", "a 06 12 b", id="nothing"),
        pytest.param("x [at] y 06", "x [at] y [phone]", "x [at] y ", id="brackets_of_the_text"),
        pytest.param("[06 12] b", "[[phone]] b", "[] b", id="brackets_around"),
        pytest.param("06 and 07 12", "[phone] and 07 [phone]", " and 07 ", id="part_left"),
        pytest.param("06 12", "changed", None, id="cannot_be_laid"),
    ],
)
def test_what_is_left_is_found_at_its_place(original: str, clean: str, left: str | None) -> None:
    stands = kept(original, clean)
    if stands is None:
        assert left is None
    else:
        assert "".join(c for c, there in zip(original, stands, strict=True) if there) == left


def test_contacts_go() -> None:
    assert total().unaligned == 0
    assert total().character_recall >= CHARACTER_RECALL_FLOOR


def test_figures_stay() -> None:
    assert total().keep_share >= KEEP_SHARE_FLOOR
