"""Triggers and windows lose nothing: what is found around them is what is found in the whole text.

A finder whose pattern got a new beginning, and whose trigger was forgotten, fails here with the row that shows it.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from everywhere import contacts_everywhere
from vigie.redact import words
from vigie.redact.around import around, windows
from vigie.redact.contacts import _know_lists, contacts
from vigie.redact.spans import merge
from vigie.text.normalise import fold

HERE = Path(__file__).parent
DEMO = HERE.parent / "src" / "vigie" / "data" / "demo"
PLAIN = (
    "Le conseil municipal se réunira de nouveau au début du mois prochain pour examiner ce dossier. Les riverains disent "
    "attendre depuis longtemps que la place soit mieux éclairée, et la mairie a promis d'y revenir avant la fin de l'été.\n\n"
)


def _cases() -> dict[str, list[str]]:
    """Texts of the tables by table and kind; brackets of the annotation go."""
    found: dict[str, list[str]] = {}
    for name in ("redact_contacts", "redact_names"):
        for kind, groups in tomllib.loads((HERE / "cases" / f"{name}.toml").read_text("utf-8")).items():
            found[f"{name}-{kind}"] = [row for rows in groups.values() for row in rows]
    data = tomllib.loads((HERE / "cases" / "redteam_redaction.toml").read_text("utf-8"))
    for row in [*data["case"], *data["keep"]]:
        kind = row.get("kind", "keep")
        found.setdefault(f"redteam-{kind}", []).append(row["text"].replace("⟦", "(").replace("⟧", ")"))
    return {
        kind: [t.replace("\\", "").replace("[", "").replace("]", "") for t in texts]
        for kind, texts in found.items()
    }


CASES = _cases()


def same(text: str, lang: str) -> bool:
    return set(merge(contacts(text, fold(text), lang))) == set(merge(contacts_everywhere(text, lang)))


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_case_by_itself(kind: str, lang: str) -> None:
    assert [text for text in CASES[kind] if not same(text, lang)] == []


@pytest.mark.parametrize("kind", CASES)
def test_cases_within_long_text(kind: str) -> None:
    """At the beginning, between plain paragraphs and at the end."""
    rows = CASES[kind]
    for low in range(0, len(rows), 12):
        some = rows[low : low + 12]
        assert same(PLAIN.join(some), "fr"), some
        assert same(" ".join([some[0], PLAIN, *some, PLAIN, some[-1]]), "en"), some


def _documents() -> dict[str, list[str]]:
    return {
        path.stem: [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
        for path in [*sorted((HERE / "gold").glob("*.jsonl")), DEMO / "gold.jsonl"]
    }


@pytest.mark.parametrize("name", list(_documents()))
def test_annotated_texts(name: str) -> None:
    """Only numbers of texts are shown: some sets stay unread."""
    texts = _documents()[name]
    assert [n for n, text in enumerate(texts) if not same(text, "fr")] == []


PIECES = st.one_of(
    st.sampled_from([text for texts in CASES.values() for text in texts]).flatmap(
        lambda text: st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(
            lambda cut: text[min(cut) : max(cut)]
        )
    ),
    st.sampled_from(
        [
            "@", "://", "www.", "http", "[:]", " (at) ", " [dot] ", " point ", " chez ", " at ", ".onion", ".i2p", "/", "u/", "#1234",
            "localhost:80", "0x", "°", "///", "12 ", "rue ", "derue ", " Street", " St", "Gartenweg 7", "BP 12", "code ", "👻 ", "threema ",
            "snap : ", "_x", "imei ", "ssn ", "zéro ", "six ", "plus ", "\n", " ", "a", "Z", "é", PLAIN, PLAIN[:40],
        ]
    ),
)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, max_size=10), st.sampled_from(["fr", "en"]))
def test_mixtures(pieces: list[str], lang: str) -> None:
    assert same("".join(pieces), lang)


def test_a_forgotten_trigger_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.redact.links._SIGN", ("never",))
    assert not same("écrire à accueil@exemple.example", "fr")


def test_every_list_is_known_before_the_first_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a first text whose only cue is of a list not yet named would pass for one without cues."""
    monkeypatch.setattr(words, "_WORDS", {})
    monkeypatch.setattr(words, "_MARKS", {})
    _forget()
    assert contacts("snap fleur_13", "snap fleur_13", "fr")
    contacts("1", "1", "fr")
    known = set(words._WORDS), set(words._MARKS)
    for text in (text for texts in CASES.values() for text in texts):
        contacts(text, fold(text), "fr")
    assert (set(words._WORDS), set(words._MARKS)) == known
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    """What was found with other lists."""
    for remembered in (words._of_words, words._of_marks, words._words_found, words._marks_found, _know_lists):
        remembered.cache_clear()
    words._NUMBERS.clear()
    words._MARK_NUMBERS.clear()
    words._last_words = words._last_marks = ("", [])


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([(10, 12)], [(7, 16)]),
        ([(1, 2)], [(0, 6)]),
        ([(18, 19)], [(15, 20)]),
        ([(2, 3), (9, 10)], [(0, 14)]),
        ([(2, 3), (11, 12)], [(0, 7), (8, 16)]),
    ],
    ids=["none", "one", "at the beginning", "at the end", "that meet", "apart"],
)
def test_windows(spans: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    assert list(windows(spans, 3, 4, 20)) == expected


def test_no_word_is_cut_by_a_window() -> None:
    assert [m.group() for m in around(re.compile(r"x\w{0,3}(?!\w)"), "xab xabc x", [(4, 5)], 0, 4)] == [
        "xabc"
    ]
