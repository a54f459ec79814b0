"""The checker of the lexicons: what it accepts, what it refuses, and that the package's own data pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.extract.mentions import ModalityMention, SubstanceMention
from vigie.extract.substance import find_forms, find_substances
from vigie.lexicon.check import Problem, check_lexicons, unbracket
from vigie.lexicon.show import lexicon_names, show
from vigie.lexicon.substances import NAMES
from vigie.lexicon.terms import SHARED

OWN = (*NAMES, "substances_context", "forms")
TAXONOMY = """
[[substance]]
id = "cocaine"
name_fr = "cocaïne"
name_en = "cocaine"
group = "cocaine"
cas = "50-36-2"
"""
GOOD = """
[[term]]
id = "cocaine"
surface = ["cocaïne+", "coke"]
source = "notes"
hit = ["La [cocaïne] et la [coke]."]
miss = ["Le cacao."]
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for folder in ("lexicons/fr", "taxonomy", "references"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "references.toml").write_text('[notes]\ntitle = "Notes"\n', encoding="utf-8")
    (tmp_path / "taxonomy" / "substances.toml").write_text(TAXONOMY, encoding="utf-8")
    (tmp_path / "lexicons" / "fr" / "substances.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_the_lexicons_of_substances_pass() -> None:
    finders = {"substances": find_substances, "forms": find_forms}
    own = {f"lexicons/{folder}/{name}.toml" for folder in ("fr", "en", SHARED) for name in OWN} | {
        "taxonomy/substances.toml",
        "references.toml",
    }
    assert [str(p) for p in check_lexicons(finders=finders) if p.file in own] == []


def test_a_good_folder_passes(data: Path) -> None:
    assert check_lexicons(data) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"coke"]', '"coke", "schnouf"]', "surface 'schnouf' has no hit"),
        ("[coke]", "coke", "found beside the brackets ['coke']"),
        ("[coke]", "[cola]", "not found ['cola']"),
        ("La [cocaïne] et la [coke].", "La cocaïne.", "hit without brackets"),
        ("Le cacao.", "Le trafic de coke.", "matches ['coke']"),
        ('"notes"', '"nobody"', "source 'nobody' is not a reference"),
        ('source = "notes"', "", "has no source"),
        ('id = "cocaine"', 'id = "cacao"', "id is not in its taxonomy"),
        ('surface = ["cocaïne+", "coke"]', "surface = []", "needs an id and at least one surface"),
        ('id = "cocaine"', 'id = "cocaine', "cannot be read"),
        (
            "[[term]]",
            '[[term]]\nid = "not-a-substance"\nsurface = ["coke"]\nsource = "notes"\nhit = ["Du [coke]."]\n[[term]]',
            "also stands under not-a-substance",
        ),
    ],
)
def test_a_fault_is_named_with_its_repair(data: Path, old: str, new: str, message: str) -> None:
    path = data / "lexicons" / "fr" / "substances.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    problems = check_lexicons(data)
    assert any(message in p.message for p in problems), problems
    assert all(p.file.endswith("substances.toml") and p.repair for p in problems)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("references.toml", "[notes]\nyear = 2020\n", "has no title"),
        ("references/more.toml", "[", "cannot be read"),
        ("taxonomy/substances.toml", "[", "cannot be read"),
        ("taxonomy/substances.toml", TAXONOMY + TAXONOMY, "stands twice"),
        ("taxonomy/substances.toml", TAXONOMY.replace("50-36-2", "50-36-3"), "CAS number fails"),
        ("taxonomy/substances.toml", TAXONOMY + 'atc = "N1"\n', "atc is malformed"),
        ("taxonomy/substances.toml", TAXONOMY + 'inchikey = "ABC"\n', "inchikey is malformed"),
        ("taxonomy/substances.toml", TAXONOMY + 'parents = ["coca"]\n', "parent 'coca' is not an entry"),
        ("taxonomy/substances.toml", TAXONOMY.replace('group = "cocaine"', ""), "has no group"),
        ("lexicons/fr/substances.toml", b"\xff".decode("latin-1"), "cannot be read"),
    ],
)
def test_faults_around_the_lexicon(data: Path, file: str, text: str, message: str) -> None:
    (data / file).write_text(text, encoding="latin-1" if text == "ÿ" else "utf-8")
    assert any(message in p.message and p.file == file for p in check_lexicons(data))


AMBIGUOUS = GOOD.replace("surface", 'status = "ambiguous"\nsurface').replace(
    "Le cacao.", "Une canette de coke."
)


def only_after_la(text: str, lang: str) -> list[SubstanceMention]:
    assert lang == "fr"
    words = [("La cocaïne", "cocaïne"), ("la coke", "coke")]
    return [
        SubstanceMention(start=text.index(p) + 3, end=text.index(p) + 3 + len(w), substance="cocaine")
        for p, w in words
        if p in text
    ]


def test_ambiguous_entries_are_proved_by_the_finder(data: Path) -> None:
    path = data / "lexicons" / "fr" / "substances.toml"
    path.write_text(AMBIGUOUS, encoding="utf-8")
    assert check_lexicons(data) == []  # hits only: "canette de coke" cannot be judged without context
    assert check_lexicons(data, {"substances": only_after_la}) == []
    found = check_lexicons(data, {"substances": lambda text, lang: []})
    assert [p.message.count("not found") for p in found] == [1]


def test_a_mention_of_another_id_proves_nothing(data: Path) -> None:
    (data / "lexicons" / "fr" / "substances.toml").write_text(AMBIGUOUS, encoding="utf-8")

    def wrong(text: str, lang: str) -> list[ModalityMention]:
        return [
            ModalityMention(start=m.start, end=m.end, family="channel", code="web")
            for m in only_after_la(text, lang)
        ]

    assert len(check_lexicons(data, {"substances": wrong})) == 1


def test_entries_may_overlap_where_the_file_says_so(data: Path) -> None:
    text = (
        '[[term]]\nid = "x"\nsurface = ["coke"]\nsource = "notes"\nhit = ["Une canette de [coke]."]\n'
        '[[term]]\nid = "y"\nsurface = ["canette de coke", "coke"]\nsource = "notes"\n'
        'hit = ["Une [canette de coke], du [coke]."]\n'
    )
    path = data / "lexicons" / "fr" / "context.toml"
    path.write_text(text, encoding="utf-8")
    assert {p.entry for p in check_lexicons(data)} == {"x", "y"}
    path.write_text("overlap = true\n" + text, encoding="utf-8")
    assert check_lexicons(data) == []


def test_two_files_may_not_claim_one_surface_for_two_ids(data: Path) -> None:
    other = TAXONOMY + TAXONOMY.replace('"cocaine"', '"heroin"', 1)
    (data / "taxonomy" / "substances.toml").write_text(other, encoding="utf-8")
    (data / "lexicons" / SHARED).mkdir()
    entry = '[[term]]\nid = "{}"\nsurface = ["coke"]\nsource = "notes"\nhit = ["Du [coke]."]\n'
    path = data / "lexicons" / SHARED / "street_names.toml"
    path.write_text(entry.format("cocaine"), encoding="utf-8")
    assert check_lexicons(data) == []
    path.write_text(entry.format("heroin"), encoding="utf-8")
    assert any("in lexicons/any/street_names.toml" in p.message for p in check_lexicons(data))


def test_names_of_every_language_are_proved_in_each(data: Path) -> None:
    (data / "lexicons" / SHARED).mkdir()
    text = AMBIGUOUS.replace("La [cocaïne] et la [coke].", "Some [cocaïne].").replace(', "coke"', "")
    (data / "lexicons" / SHARED / "nps.toml").write_text(text, encoding="utf-8")

    def only_english(text: str, lang: str) -> list[SubstanceMention]:
        at = text.find("cocaïne")
        found = [SubstanceMention(start=at, end=at + 7, substance="cocaine")]
        return found if lang == "en" and at >= 0 else []

    assert [p for p in check_lexicons(data, {"substances": only_english}) if SHARED in p.file] == []


def test_a_problem_prints_as_one_line() -> None:
    problem = Problem(file="f.toml", entry="a", message="is wrong", repair="mend it")
    assert str(problem) == "f.toml: a: is wrong; mend it"
    assert (
        str(Problem(file="f.toml", entry="", message="is wrong", repair="mend it"))
        == "f.toml: is wrong; mend it"
    )


@pytest.mark.parametrize(
    ("sentence", "text", "spans"),
    [
        ("Du [shit] et [beuh]", "Du shit et beuh", {(3, 7), (11, 15)}),
        ("rien", "rien", set()),
        ("[]", "[]", set()),
    ],
)
def test_unbracket(sentence: str, text: str, spans: set[tuple[int, int]]) -> None:
    assert unbracket(sentence) == (text, spans)


@pytest.mark.parametrize(
    ("query", "lang", "ids"),
    [
        ("teuch", "fr", {"cannabis-resin"}),
        ("TAZ", "fr", {"mdma"}),
        ("3-mmc", "en", {"3-mmc"}),
        ("résine de canna", "fr", {"cannabis-resin"}),
        ("zzzz", "fr", set()),
        ("  ", "fr", set()),
        ("coke", "xx", set()),
        ("coke", "../fr", set()),
    ],
)
def test_show(query: str, lang: str, ids: set[str]) -> None:
    found = {t.id for t in show(query, lang)}
    assert ids <= found
    assert bool(found) == bool(ids)


def test_names_of_lexicons() -> None:
    assert {"substances", "substances_context", "forms", "nps", "medicines"} <= set(lexicon_names("fr"))
