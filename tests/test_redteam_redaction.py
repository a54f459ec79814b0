"""Adversarial redaction: what a person who wants to be found, or to find somebody, would write.

In: tests/cases/redteam_redaction.toml. A [[case]] passes when none of the words or digits in its brackets survives;
a [[keep]] passes when its sentence comes out unchanged. Cases marked `known_miss` must still fail: a mark that is no
longer true hides progress, so the test asks for its removal.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vigie.model.document import RawDocument
from vigie.redact import redact

FILE = Path(__file__).parent / "cases" / "redteam_redaction.toml"
# Share of the rows without `known_miss`: what is reached may only rise.
FLOOR_CASES = 0.99
FLOOR_KEEP = 0.99

_SPAN = re.compile(r"\[([^\]]*)\]")
_TOKEN = re.compile(r"\w+")
_PLACEHOLDER = re.compile(r"\[[^\W\d_][^\[\]\d@]{0,40}\]")
# Glue that says nothing about anybody when it alone is left.
_GLUE_WORDS = """
a at al arobase au avenue ben bd bis boite box chemin close code com da de del della des dit do dot
du et flat http https hxxp hxxps i impasse la le les moins n of ou place po point rd road rue slash
square street tel the tiret van von www allée avenue ave drive allee terrace apt cité r d l paris
lyon marseille
"""
_GLUE = frozenset(_GLUE_WORDS.split())


def _load() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return data["case"], data["keep"]


CASES, KEEP = _load()


def _literal(text: str) -> str:
    return text.replace("⟦", "[").replace("⟧", "]")


def _clean(text: str, title: bool) -> str:
    if title:
        raw = RawDocument(
            path="x.txt", format="text", title=text, text="Le tribunal a rendu sa décision lundi."
        )
    else:
        raw = RawDocument(path="x.txt", format="text", text=text)
    return redact(raw).text


def survivors(case: dict[str, Any]) -> list[str]:
    """The bracketed words of a case that are still in the clean text, glue words left out."""
    marked = case["text"]
    outside = Counter(_TOKEN.findall(_literal(_SPAN.sub(" ", marked))))
    raw = _literal(_SPAN.sub(r"\1", marked))
    after = _clean(raw, case.get("title", False))
    left = Counter(_TOKEN.findall(_PLACEHOLDER.sub(" ", after)))
    words = [word for span in _SPAN.findall(marked) for word in _TOKEN.findall(_literal(span))]
    return [word for word in words if word.casefold() not in _GLUE and left[word] > outside[word]]


def group(case: dict[str, Any]) -> str:
    """Kind of a case, with the origin for names."""
    return f"{case['kind']}:{case['origin']}" if "origin" in case else str(case["kind"])


def unchanged(case: dict[str, Any]) -> bool:
    """Whether a sentence that names nobody comes out as it went in."""
    text: str = case["text"]
    return _clean(text, False) == text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_nothing_personal_survives(case: dict[str, Any]) -> None:
    left = survivors(case)
    if case.get("known_miss"):
        assert left, f"{case['id']} passes now: remove the mark known_miss"
    else:
        assert not left


@pytest.mark.parametrize("case", KEEP, ids=lambda case: case["id"])
def test_what_names_nobody_stays(case: dict[str, Any]) -> None:
    if case.get("known_miss"):
        assert not unchanged(case), f"{case['id']} passes now: remove the mark known_miss"
    else:
        assert unchanged(case)


@pytest.mark.parametrize(("rows", "floor"), [(CASES, FLOOR_CASES), (KEEP, FLOOR_KEEP)], ids=["cases", "keep"])
def test_marks_of_known_misses_stay_few(rows: list[dict[str, Any]], floor: float) -> None:
    assert sum(not row.get("known_miss") for row in rows) / len(rows) >= floor


def test_every_group_of_names_has_enough_cases() -> None:
    names = Counter(group(case) for case in CASES if case["kind"] == "name")
    assert min(names.values()) >= 10
