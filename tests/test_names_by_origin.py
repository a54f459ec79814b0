"""Names of natural persons by origin: the annotated set is sound, and what is removed does not fall below its floors.

Floors are what was measured on dev, rounded down; the aim is 0.97 over all, 0.95 in each group, 0.99 kept.
The held half is scored by `benchmarks/names.py` only.
"""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from names_score import NAMES, ORGANISATIONS, SETS, Judged, Row, judge, rows, total

RECALL = 0.99  # mentions of which no letter is left, all groups
RECALL_BY_GROUP = {
    "french": 0.98,
    "maghrebi": 0.99,
    "west-african": 0.98,
    "caribbean": 0.99,
    "east-european": 0.99,
    "asian": 0.98,
    "iberian": 0.98,
    "british": 0.99,
    "mixed": 0.96,
}
KEPT_BESIDE_NAMES = 0.99  # spans to keep that stand whole, in texts with names
KEPT_ORGANISATIONS = 0.99  # the same, in texts without any
SECOND_RECALL = 0.98  # the second set, all groups
THIRD_RECALL = 0.93  # the third set, all groups
THIRD_KEPT = 0.94  # the third set, in texts without names
SCORER = Path(__file__).parents[1] / "benchmarks" / "names.py"


@cache
def judged(path: Path) -> tuple[Judged, ...]:
    return tuple(judge(row) for row in rows(path) if row.split == "dev")


def sound(row: Row) -> bool:
    """Whether the spans are whole words of a composed text and do not overlap; chats write "jordans" for "Jordan's"."""
    text, spans = row.text, sorted(row.names + row.keep)
    return (
        bool(spans)
        and unicodedata.is_normalized("NFC", text)
        and all(0 <= a < b <= len(text) and text[a:b] == text[a:b].strip() for a, b in spans)
        and all(one[1] <= other[0] for one, other in pairwise(spans))
        and not any(a and text[a - 1].isalnum() for a, _ in spans)
        and not any(re.match(r"(?!s\b)\w", text[b:]) for _, b in spans)
    )


@pytest.mark.parametrize("path", [NAMES, ORGANISATIONS], ids=["names", "organisations"])
def test_spans_are_words_of_the_text_and_do_not_overlap(path: Path) -> None:
    assert [row.id for row in rows(path) if not sound(row)] == []


def test_names_are_made_of_letters() -> None:
    surfaces = [row.text[a:b] for row in rows(NAMES) for a, b in row.names]
    assert all(any(c.isalpha() for c in name) for name in surfaces)
    assert all(c.isalpha() or c in " .-'’\"" or unicodedata.combining(c) for name in surfaces for c in name)
    assert max(len(name.split()) for name in surfaces) <= 5


def test_no_name_is_repeated_more_than_twice() -> None:
    found = Counter(row.text[a:b] for row in rows(NAMES) for a, b in row.names)
    assert [name for name, times in found.items() if times > 2] == []


def test_ids_and_texts_differ() -> None:
    every = rows(NAMES) + rows(ORGANISATIONS)
    assert len({row.id for row in every}) == len({row.text for row in every}) == len(every)


@pytest.mark.parametrize("group", [group for group in RECALL_BY_GROUP if group != "mixed"])
def test_each_group_has_its_share(group: str) -> None:
    cases = Counter((row.lang, row.split) for row in rows(NAMES) if row.group == group)
    assert cases.total() >= 100
    assert min(cases["fr", "dev"] + cases["fr", "held"], cases["en", "dev"] + cases["en", "held"]) >= 30
    assert cases["fr", "dev"] == cases["fr", "held"] and cases["en", "dev"] == cases["en", "held"]


def test_no_group_is_left_without_a_floor() -> None:
    assert {row.group for row in rows(NAMES)} == set(RECALL_BY_GROUP)


@pytest.mark.parametrize("path", [NAMES, ORGANISATIONS], ids=["names", "organisations"])
def test_splits_are_even_and_share_no_template(path: Path) -> None:
    dev, held = ([row for row in rows(path) if row.split == split] for split in ("dev", "held"))
    assert len(dev) + len(held) == len(rows(path))
    assert 0.95 <= len(dev) / len(held) <= 1.05
    assert not {row.template for row in dev} & {row.template for row in held}


def test_splits_share_no_full_name() -> None:
    full = {
        split: {
            row.text[a:b]
            for row in rows(NAMES)
            if row.split == split
            for a, b in row.names
            if " " in row.text[a:b]
        }
        for split in ("dev", "held")
    }
    assert full["dev"] and not full["dev"] & full["held"]


@pytest.mark.parametrize(("lang", "least"), [("fr", 120), ("en", 50)])
def test_contexts_are_many(lang: str, least: int) -> None:
    assert len({row.template for row in rows(NAMES) if row.lang == lang}) >= least


def test_the_other_set_is_large_and_holds_no_name() -> None:
    assert len(rows(ORGANISATIONS)) >= 500
    assert not any(row.names for row in rows(ORGANISATIONS))


@pytest.mark.parametrize(
    ("names", "keep", "missed", "lost"),
    [
        pytest.param(((6, 18),), ((25, 29),), (), (), id="removed_and_kept"),
        pytest.param(((25, 29),), (), ((25, 29),), (), id="a_span_that_stays_is_missed"),
        pytest.param((), ((6, 18),), (), ((6, 18),), id="a_span_that_goes_is_lost"),
    ],
)
def test_the_score_can_fail(
    names: tuple[tuple[int, int], ...],
    keep: tuple[tuple[int, int], ...],
    missed: tuple[tuple[int, int], ...],
    lost: tuple[tuple[int, int], ...],
) -> None:
    text = "Selon Karim Perrin, né à Lyon, les prix baissent."
    found = judge(Row(id="x", split="dev", lang="fr", template="x", text=text, names=names, keep=keep))
    assert (found.missed, found.lost) == (missed, lost)


def test_misses_of_the_held_half_are_not_shown() -> None:
    done = subprocess.run(
        [sys.executable, SCORER, "--split", "held", "--misses"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""


def test_every_text_can_be_aligned() -> None:
    assert [one.row.id for one in judged(NAMES) + judged(ORGANISATIONS) if one.score.unaligned] == []


def test_recall_over_all_groups() -> None:
    assert total(list(judged(NAMES))).recall >= RECALL


@pytest.mark.parametrize("group", RECALL_BY_GROUP)
def test_recall_in_each_group(group: str) -> None:
    assert total([one for one in judged(NAMES) if one.row.group == group]).recall >= RECALL_BY_GROUP[group]


@pytest.mark.parametrize(
    ("path", "least"),
    [(NAMES, KEPT_BESIDE_NAMES), (ORGANISATIONS, KEPT_ORGANISATIONS)],
    ids=["names", "organisations"],
)
def test_organisations_and_places_stay(path: Path, least: float) -> None:
    assert total(list(judged(path))).kept >= least


def test_the_second_set_is_sound() -> None:
    every = [row for path in SETS["second"] for row in rows(path)]
    assert [row.id for row in every if not sound(row)] == []
    assert len({row.id for row in every}) == len({row.text for row in every}) == len(every)
    assert {row.group for row in every} - {""} == set(RECALL_BY_GROUP)
    assert sum(len(row.names) for row in every) >= 400


@pytest.mark.parametrize(("name", "mentions"), [("third", 1_200), ("fourth", 1_600)])
def test_the_later_sets_are_sound(name: str, mentions: int) -> None:
    every = [row for path in SETS[name] for row in rows(path)]
    assert [row.id for row in every if not sound(row)] == []
    assert len({row.id for row in every}) == len({row.text for row in every}) == len(every)
    assert len({row.template for row in every}) == len(every)
    assert sum(len(row.names) for row in every) >= mentions
    assert not any(row.names for row in rows(SETS[name][1]))
    held = sum(row.split == "held" for row in every)
    assert 0.3 <= held / len(every) <= 0.4


def test_recall_on_the_second_set() -> None:
    assert total(list(judged(SETS["second"][0]))).recall >= SECOND_RECALL


def test_recall_on_the_third_set() -> None:
    assert total(list(judged(SETS["third"][0]))).recall >= THIRD_RECALL


def test_organisations_of_the_third_set_stay() -> None:
    assert total(list(judged(SETS["third"][1]))).kept >= THIRD_KEPT


@pytest.mark.parametrize("path", SETS["second"], ids=["names", "organisations"])
def test_organisations_of_the_second_set_stay(path: Path) -> None:
    assert total(list(judged(path))).kept >= KEPT_ORGANISATIONS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("Uhaldeborde encourt dix ans.", "Uhaldeborde", id="what_only_persons_do"),
        pytest.param("The defendant, Kzarbal, left early.", "Kzarbal", id="what_persons_are_called"),
        pytest.param("Selon le dossier, Fritzdel Dorcanse aurait tout vu ce soir.", "Dorcanse", id="pair"),
        pytest.param("Nugzarik et Karim sont venus.", "Nugzarik", id="joined_to_a_name"),
    ],
)
def test_unknown_words_are_names_where_something_says_so(text: str, name: str) -> None:
    assert name not in judge(row_of(text)).clean


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Un camion d'Indivior a été arrêté.", id="subject_before"),
        pytest.param("Le Zorbalux Kravent a fermé hier soir.", id="article"),
        pytest.param("Trafic de Zorbalux dans la ville.", id="noun_of"),
        pytest.param("Synthèse Zorbalux Kravent Trimestre Bilan", id="heading"),
        pytest.param("Le prix monte, note la presse à Zorbalux Kravent depuis un an.", id="place"),
    ],
)
def test_unknown_words_stay_where_something_else_is_named(text: str) -> None:
    assert judge(row_of(text)).clean == text


def row_of(text: str) -> Row:
    return Row(id="x", split="dev", lang="fr", template="x", text=text, keep=())
