"""Contacts by an author who saw no rule: the redactor holds what it was measured to hold.

In: the dev half of tests/cases/contacts_authored.jsonl. Left out: the held half, scored by benchmarks/authored.py.
"""

from __future__ import annotations

from functools import cache

from authored_score import Row, Score, judge, rows

# Measured, rounded down; raised with the redactor, never lowered.
RECALL_FLOOR = 0.87
KEEP_FLOOR = 0.98


@cache
def dev() -> Score:
    return sum((judge(row).score for row in rows() if row.split == "dev"), Score())


def test_spans_lie_in_their_texts_and_apart() -> None:
    for row in rows():
        taken = [False] * len(row.text)
        for start, end in (*row.spans, *row.keep):
            assert 0 <= start < end <= len(row.text), row.id
            assert not any(taken[start:end]), row.id
            taken[start:end] = [True] * (end - start)
    assert len({row.id for row in rows()}) == len(rows())


def test_what_is_left_and_what_is_lost_is_counted() -> None:
    text = "appelle le 06 12 34 56 78, place Nulle"
    row = Row(
        id="x", split="dev", lang="fr", kind="account", carrier="chat", disguise="none", text=text,
        spans=((11, 25), (33, 38)), keep=((0, 7), (12, 13)),
    )  # fmt: skip
    judged = judge(row)
    assert judged.lost == ("6",)
    assert judged.score.must == 15
    assert judged.score.gone >= 10
    assert (judged.score.keeps, judged.score.stood) == (2, 1)


def test_contacts_go() -> None:
    assert dev().recall >= RECALL_FLOOR


def test_what_is_to_keep_stays() -> None:
    assert dev().keep_share >= KEEP_FLOOR
