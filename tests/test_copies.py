"""Copies are told from other texts by what they keep: cases/copies.toml holds invented ones of each kind."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from vigie.assess import copied

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
