"""The draft for the European Drug Alert System: ten points, each with its evidence or "not known", and nothing invented."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, event, flow, purity, seized, way
from test_feeds_cap import SAVED, SIGNAL
from test_feeds_forms import HOSTILE
from test_feeds_public_alerts import let_out
from vigie.cli import app
from vigie.feeds.edas import MOST, Gathered, cues, notification, points
from vigie.feeds.edas_facts import of_alert, of_substance
from vigie.feeds.edas_pages import as_json, markdown
from vigie.lexicon.terms import data_toml
from vigie.store import Store
from vigie.store.corrections import warning_address
from vigie.store.watchlist import write_alerts
from vigie.text.normalise import fold

COMMUNE = "INSEE:69256"
SAYS: list[tuple[str, Said]] = [
    # the points that it speaks of, what is said
    ("bf", Said(sentence="Sept surdoses liées aux nitazènes hier.", value=event("overdose", 7), substance="nitazenes", place=COMMUNE)),
    ("a", Said(sentence="Une mise en garde officielle vise les nitazènes, dit le bulletin.", value=event("warning", None), substance="nitazenes")),
    ("a", Said(sentence="Les nitazènes arrivent du Brésil.", value=flow("BR", "FR"), substance="nitazenes")),
    ("c", Said(sentence="Ils sont injectés.", value=way("injection", "practice"), substance="nitazenes")),
    ("de", Said(sentence="Identifié par chromatographie : 12 %.", value=purity(12), substance="nitazenes")),
    ("i", Said(sentence="Deux kilos saisis de nitazènes.", value=seized(2000), substance="nitazenes")),
    ("", Said(sentence="Peut-être des morts.", value=event("death", 3), substance="nitazenes", assertion="hypothetical")),
    ("", Said(sentence="Un décès lié à la cocaïne.", value=event("death", 1), substance="cocaine")),
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    papers = [
        Paper(source="agence", kind="warning", grade="A", published="2026-03-18", title="Alerte", says=[s for _, s in SAYS]),
        Paper(source="autre", published="2026-02-01", says=[Said(sentence="Un mort du protonitazène.", value=event("death", 1), substance="nitazenes", place="INSEE:13055")]),
    ]  # fmt: skip
    return build(tmp_path / "vigie.duckdb", papers, today=date(2026, 3, 20))


def gathered(path: Path, substance: str = "nitazenes", **more: Any) -> Gathered:
    with Store.open(path, read_only=True) as opened:
        return of_substance(opened, substance, **more)


def test_the_points_are_those_of_the_article() -> None:
    """Regulation (EU) 2023/1322, Article 13(2), as the Official Journal has it in English."""
    assert {p["id"]: p["en"] for p in points()} == {
        "a": "the type and origin of the risk",
        "b": "the date and place of the event involving the risk",
        "c": "the means of exposure, transmission or dissemination",
        "d": "analytical and toxicological data",
        "e": "identification methods",
        "f": "health risks",
        "g": "social, safety and security risks",
        "h": "health measures implemented or intended to be taken at national level",
        "i": "measures other than health measures",
        "j": "any other information relevant to the serious risk to health in question",
    }
    assert all(p["fr"] for p in points()) and data_toml("feeds", "edas.toml")["law"]["celex"] == "32023R1322"


@pytest.mark.parametrize("point", [p["id"] for p in points() if p.get("cues")])
def test_the_cues_of_a_point_find_what_they_should(point: str) -> None:
    row, found = next(p for p in points() if p["id"] == point), cues(point)
    assert found is not None and row["hit"] and row["miss"]
    assert [s for s in row["hit"] if not found.search(fold(s))] == []
    assert [s for s in row["miss"] if found.search(fold(s))] == []


def test_each_fact_stands_under_its_points_and_no_other(store: Path) -> None:
    draft = notification(gathered(store), "fr")
    under: dict[str, str] = {}
    for point in draft.points:
        for statement in point.statements:
            under[statement.sentence] = under.get(statement.sentence, "") + point.id
    # "mise en garde" is a health measure in words, besides what the event says.
    expected = {s.sentence: ids for ids, s in SAYS if ids}
    expected["Une mise en garde officielle vise les nitazènes, dit le bulletin."] = "ah"
    expected["Un mort du protonitazène."] = "bf"
    assert under == expected


@pytest.mark.parametrize(("lang", "words"), [("fr", "non connu"), ("en", "not known")])
def test_what_nothing_supports_is_not_known(store: Path, lang: str, words: str) -> None:
    draft = notification(gathered(store), lang)
    found = json.loads(as_json(draft))
    unknown = [p["id"] for p in found["points"] if p["status"] == "not known"]
    assert unknown == ["g", "j"]
    text = markdown(draft).decode()
    assert text.count(f"*{words}*") == len(unknown) and found["draft"] is True and found["set_aside"] == 1
    assert text.startswith("# BROUILLON" if lang == "fr" else "# DRAFT")


def test_a_substance_without_facts_gives_ten_unknown_points_and_its_identity(store: Path) -> None:
    draft = notification(gathered(store, "ketamine"), "en")
    assert [p.is_known for p in draft.points] == [False] * 10
    assert "CAS 6740-88-1" in draft.points[0].identity[0]
    assert markdown(draft).decode().count("*not known*") == 10


def test_every_sentence_says_who_where_when_and_how_sure(store: Path) -> None:
    (statement,) = [
        s for s in notification(gathered(store), "fr").points[1].statements if s.lang and "Sept" in s.sentence
    ]
    assert (statement.source, statement.published, statement.place) == (
        "Journal agence",
        "2026-03-18",
        "Vaulx-en-Velin",
    )
    assert re.fullmatch("A[1-6]", statement.rating) and statement.when == "2026-03-18"
    assert (statement.document, statement.observation) == ("doc000", "doc000-0")


CHOICES: list[tuple[str, dict[str, Any], int]] = [
    ("all", {}, 7), ("an area", {"area": "FR-69"}, 1), ("since", {"since": date(2026, 3, 1)}, 6), ("both", {"area": "FR-13", "since": date(2026, 3, 1)}, 0),
]  # fmt: skip


@pytest.mark.parametrize(("id", "choice", "found"), CHOICES, ids=[c[0] for c in CHOICES])
def test_a_choice_narrows_what_is_gathered(store: Path, id: str, choice: dict[str, Any], found: int) -> None:
    assert len(gathered(store, **choice).facts) == found


def test_what_belongs_to_a_family_belongs_to_the_draft(store: Path) -> None:
    assert len(gathered(store, "opioids").facts) == 7


def test_alerts_gather_what_their_documents_say_of_their_substances(store: Path) -> None:
    let_out(store, "doc000-4", day=date(2026, 3, 20))
    signal = replace(SIGNAL, facts=(("doc001", "doc001-0"),))
    with Store.open(store) as opened:
        write_alerts(opened, [(SAVED, [signal])], [])
        official = of_alert(opened, warning_address("doc000"))
        release, analyst = of_alert(opened, "r1"), of_alert(opened, SAVED.alert_id)
    assert {f.doc_id for f in official.facts} == {"doc000"} and set(official.substances) == {
        "nitazenes",
        "cocaine",
    }
    assert len(release.facts) == 6 and release.substances == ("nitazenes",)
    assert [f.id for f in analyst.facts] == ["doc001-0"] and analyst.area == "FR-69"


def test_a_point_has_an_end(store: Path) -> None:
    first = next(f for f in gathered(store).facts if f.type == "event" and f.kind == "overdose")
    many = tuple(
        replace(first, id=f"o{n}", doc_id=f"d{n}", sentence=f"Surdose {n} ici.") for n in range(MOST + 3)
    )
    draft = notification(replace(gathered(store), facts=many), "fr")
    assert (len(draft.points[1].statements), draft.points[1].more) == (MOST, 3)
    assert "3 autres phrases" in markdown(draft).decode()


@pytest.mark.parametrize(("why", "text"), HOSTILE, ids=[w for w, _ in HOSTILE])
def test_a_hostile_sentence_stays_text(store: Path, why: str, text: str) -> None:
    base = gathered(store)
    hostile = tuple(
        replace(f, sentence=f"{text} [a](javascript:x) # T", quote=text, outlet=text, attribution=text, place_label=text)
        for f in base.facts
    )  # fmt: skip
    draft = notification(replace(base, facts=hostile), "en")
    page = markdown(draft).decode()
    assert "<script" not in page.replace("\\<", "") and "](javascript" not in page.replace("\\]", "").replace(
        "\\(", ""
    )
    assert [line for line in page.splitlines() if line.startswith("#")] == [
        line for line in markdown(notification(base, "en")).decode().splitlines() if line.startswith("#")
    ]
    assert not [c for c in page if c in "\u202e\u2066\u200f\x00\x0b"]
    assert json.loads(as_json(draft))["points"]


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["edas", *args])


def test_the_verb_writes_both_forms_in_both_languages(store: Path) -> None:
    done = run("--substance", "nitazenes", "--area", "fr-69", "--out", "out")
    assert done.exit_code == 0, done.output
    names = sorted(p.name for p in Path("out").iterdir())
    assert names == [
        f"edas-nitazenes-FR-69.{lang}.{form}" for lang in ("en", "fr") for form in ("json", "md")
    ]
    before = {n: (Path("out") / n).read_bytes() for n in names}
    assert run("--substance", "nitazenes", "--area", "FR-69", "--out", "out").exit_code == 0
    assert {n: (Path("out") / n).read_bytes() for n in names} == before
    assert "not for publication" in done.stderr


@pytest.mark.parametrize(
    ("id", "args", "code", "said"),
    [
        ("neither", [], 2, "--substance"),
        ("both", ["r1", "--substance", "nitazenes"], 2, "--substance"),
        ("area of an alert", ["r1", "--area", "FR-69"], 2, "go with --substance"),
        ("since", ["--substance", "nitazenes", "--since", "hier"], 2, "2026-03-31"),
        ("no such alert", ["w-none", "a_none", "r9"], 1, "no such alert"),
        ("no such substance", ["--substance", "farine"], 2, "no canonical id"),
    ],
)  # fmt: skip
def test_wrong_use_is_told(store: Path, id: str, args: list[str], code: int, said: str) -> None:
    done = run(*args, "--out", "out")
    assert said in done.stderr + str(done.exception or "")
    assert done.exit_code == code or type(done.exception).__name__ == "SettingsError"
    assert not Path("out").exists()
