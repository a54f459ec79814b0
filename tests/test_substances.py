"""Substances and forms in text, and the taxonomy they point to. Rows: tests/cases/substances.toml."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.extract.substance import find_forms, find_substances
from vigie.lexicon import substances as taxonomy_module
from vigie.lexicon.check import is_cas, unbracket
from vigie.lexicon.matcher import Matcher, expand, flatten
from vigie.lexicon.substances import (
    NAMES,
    ancestors,
    group,
    label,
    parents,
    related,
    same_family,
    taxonomy,
    version,
)
from vigie.lexicon.terms import SHARED, Term, load_terms
from vigie.model.errors import LexiconError
from vigie.text.normalise import fold

CASES = tomllib.loads((Path(__file__).parent / "cases" / "substances.toml").read_text(encoding="utf-8"))[
    "case"
]
# Ids that the published contract lists.
CONTRACT = frozenset(
    [
        "cannabis", "cannabis-herb", "cannabis-resin", "cannabis-oil", "cocaine", "crack", "heroin",
        "mdma", "amphetamine", "methamphetamine", "ketamine", "ghb-gbl", "lsd", "3-mmc", "4-mmc",
        "cathinones", "synthetic-cannabinoids", "hhc", "fentanyl", "nitazenes", "opioids", "codeine",
        "tramadol", "morphine", "oxycodone", "methadone", "buprenorphine", "pregabalin", "benzodiazepines",
        "psilocybin", "tuci", "coca-paste", "opium", "nitrous-oxide", "khat", "poppers", "medicines",
        "psychoactives",
    ]
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_substances(case: dict[str, object]) -> None:
    text, spans = unbracket(str(case["text"]))
    found = find_substances(text, str(case["lang"]))
    assert [m.substance for m in found] == case["ids"]
    if not case.get("text_plain"):
        assert [(m.start, m.end) for m in found] == sorted(spans)


def test_a_mention_says_whether_context_decided() -> None:
    found = find_substances("Le gramme de coke, et la cocaïne.", "fr")
    assert [m.strong for m in found] == [False, True]


@pytest.mark.parametrize(
    ("text", "lang", "form"),
    [
        ("de la résine de cannabis", "fr", "resin"),
        ("2 kg d'herbe", "fr", "herb"),
        ("un comprimé d'ecstasy", "fr", "pill"),
        ("de la cocaïne", "fr", None),
        ("des buvards de LSD", "fr", "blotter"),
        ("un caillou de crack", "fr", "rock"),
        ("fentanyl patches", "en", "patch"),
        ("counterfeit fentanyl pills", "en", "pill"),
        ("tablets of ecstasy", "en", "pill"),
        ("de la MDMA en cristaux", "fr", "crystal"),
        ("la MDMA (poudre)", "fr", "powder"),
        ("de la poudre d'ecstasy", "fr", "powder"),
        ("des plants de cannabis", "fr", "plant"),
        ("de la résine de cannabis en poudre", "fr", "resin"),
        ("cannabis, puis un comprimé", "fr", None),
        ("a rock of crack cocaine", "en", "rock"),
        ("crystal methamphetamine", "en", "crystal"),
    ],
)
def test_the_form_that_the_word_says(text: str, lang: str, form: str | None) -> None:
    assert [m.form for m in find_substances(text, lang)] == [form]


@pytest.mark.parametrize(
    ("text", "lang", "forms"),
    [
        (
            "des comprimés, de la poudre et un flacon",
            "fr",
            [("pill", True), ("powder", True), ("liquid", False)],
        ),
        ("pills, white powder and a patch", "en", [("pill", True), ("powder", True), ("patch", False)]),
        ("de la poudre", "nl", [("powder", True)]),
        ("rien de tel", "fr", []),
    ],
)
def test_forms_name_no_substance(text: str, lang: str, forms: list[tuple[str, bool]]) -> None:
    found = find_forms(text, lang)
    assert [(m.form, m.strong) for m in found] == forms
    assert all(m.substance is None for m in found)


def test_offsets_hold_in_a_long_text_without_paragraphs() -> None:
    text = "mot " * 2000 + "le gramme de coke " + "mot " * 2000 + "un gramme de MD"
    assert [text[m.start : m.end] for m in find_substances(text, "fr")] == ["coke", "MD"]


PIECES = st.sampled_from(
    [
        "coke",
        "la C",
        "MD",
        "herbe",
        "cocaïne",
        " 60 € le gramme ",
        "2 kg de ",
        "dealer",
        ", ",
        ". ",
        "\n\n",
        "Ǆ",
        "’",
        "İ",
    ]
)


@given(
    st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=20).map("".join), st.sampled_from(["fr", "en"])
)
@settings(max_examples=60, deadline=None)
def test_mentions_stand_in_the_text_in_order(text: str, lang: str) -> None:
    last = 0
    for mention in find_substances(text, lang):
        assert last <= mention.start < mention.end <= len(text)
        assert mention.substance in taxonomy()
        last = mention.end


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_names_are_fit_to_show(lang: str) -> None:
    names = {id_: label(id_, lang) for id_ in taxonomy()}
    unfit = {
        id_: name
        for id_, name in names.items()
        if not name or name != name.strip() or "~" in name or re.search(r"(?:precursor|précurseur)$", name)
    }
    assert unfit == {}


@pytest.mark.parametrize(
    "word", ["methyl", "(?<!m)ethyl", "phenyl", "ketamine", "amphetamine", "nitazene", "edrone", "zepam"]
)
def test_french_names_carry_their_accents(word: str) -> None:
    assert [e.name_fr for e in taxonomy().values() if re.search(word, e.name_fr)] == []


@pytest.mark.parametrize(
    ("substance", "above"),
    [
        ("calvin-klein-mix", {"cocaine", "ketamine"}),
        ("kitty-flip", {"ketamine", "mdma"}),
        ("candy-flip", {"lsd", "mdma"}),
        ("benzo-dope", {"fentanyl", "benzodiazepines"}),
        ("sextasy", {"mdma", "sildenafil"}),
        ("mdai", {"aminoindanes"}),
        ("5-iai", {"aminoindanes"}),
        ("arketamine", {"ketamine"}),
        ("toluene", {"solvents"}),
        ("25d-nbome", {"nbome", "phenethylamines"}),
    ],
)
def test_mixtures_and_members_stand_under_what_they_hold(substance: str, above: set[str]) -> None:
    assert above <= ancestors(substance)


def test_aminoindanes_are_no_phenethylamines() -> None:
    assert all("phenethylamines" not in ancestors(i) for i in taxonomy() if "aminoindanes" in ancestors(i))


def test_taxonomy_holds_the_contract() -> None:
    assert len(taxonomy()) >= 250
    assert set(taxonomy()) >= CONTRACT
    assert version()


def test_every_substance_of_the_demonstration_stands_in_the_taxonomy() -> None:
    gold = Path(taxonomy_module.__file__).parents[1] / "data" / "demo" / "gold.jsonl"
    if not gold.is_file():
        pytest.skip("no demonstration corpus in this installation")
    named = {
        fact.get("substance") for line in gold.open(encoding="utf-8") for fact in json.loads(line)["facts"]
    }
    assert named - {None} <= set(taxonomy())


FOLDERS = ("fr", "en", SHARED)
ENTRIES = [(folder, name, term) for folder in FOLDERS for name in NAMES for term in load_terms(name, folder)]


def test_the_lexicons_are_deep_enough() -> None:
    written = {surface for _, _, term in ENTRIES for surface in term.surface}
    told_apart = {flatten(fold(surface.strip("=+"))) for surface in written}
    assert len(taxonomy()) >= 600
    assert len(written) >= 6000
    assert len(told_apart) >= 6000  # case, accents, hyphens and plurals make no second form


def test_every_entry_can_be_named() -> None:
    assert {term.id for _, _, term in ENTRIES} == set(taxonomy())


def test_every_entry_has_its_source_and_its_proof() -> None:
    bare = [term.surface for _, _, term in ENTRIES if not term.source or not term.hit]
    unguarded = [
        term.surface for _, _, term in ENTRIES if term.status == "ambiguous" and "needs" not in term.extra
    ]
    assert (bare, unguarded) == ([], [])


@pytest.mark.parametrize(("folder", "name"), sorted({(folder, name) for folder, name, _ in ENTRIES}))
def test_names_load_without_their_proof_as_with_it(folder: str, name: str) -> None:
    quick = load_terms(name, folder, proof=False)
    assert quick == tuple(replace(term, hit=(), miss=(), note=term.note) for term in load_terms(name, folder))


def test_a_file_in_another_layout_loads_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "lexicons" / "zz"
    folder.mkdir(parents=True)
    text = '[[term]]\nid = "x"  # why\nsurface = ["a b"]\nsource = "s"\nhit = ["[a b]",\n"[a b]"]\n'
    (folder / "names.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("vigie.lexicon.terms.resources.files", lambda _: tmp_path)
    assert [term.surface for term in load_terms("names", "zz", proof=False)] == [("a b",)]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_strong_name_is_found_whatever_else_the_lexicons_hold(lang: str) -> None:
    """The checker proves a file alone; here all files, the other language and the blockers are loaded."""
    lost = []
    for folder, _, term in ENTRIES:
        if folder not in (lang, SHARED) or term.status != "strong":
            continue
        for sentence in term.hit:
            text, spans = unbracket(sentence)
            found = {(m.start, m.end, m.substance) for m in find_substances(text, lang)}
            lost += [text[a:b] for a, b in spans if (a, b, term.id) not in found]
    assert lost == []


def test_identifiers_are_well_formed() -> None:
    for entry in taxonomy().values():
        assert re.fullmatch(r"[a-z0-9][a-z0-9\-]*", entry.id)
        assert entry.cas is None or is_cas(entry.cas), entry.id
        assert entry.inchikey is None or re.fullmatch(r"[A-Z]{14}-[A-Z]{10}-[A-Z]", entry.inchikey), entry.id
        assert entry.id not in entry.parents, entry.id


@pytest.mark.parametrize("field", ["cas", "inchikey"])
def test_no_two_substances_share_an_identifier(field: str) -> None:
    owner: dict[str, str] = {}
    for entry in taxonomy().values():
        number = getattr(entry, field)
        assert number is None or owner.setdefault(number, entry.id) == entry.id, (entry.id, owner[number])


@pytest.mark.parametrize(
    ("number", "right"), [("50-36-2", True), ("50-36-3", False), ("50362", False), ("6740-88-1", True)]
)
def test_cas_check_digit(number: str, right: bool) -> None:
    assert is_cas(number) is right


@pytest.mark.parametrize(
    ("a", "b", "is_related", "family"),
    [
        ("crack", "cocaine", True, True),
        ("cocaine", "cocaine", True, True),
        ("protonitazene", "opioids", True, True),
        ("cannabis-resin", "cannabis-herb", False, True),
        ("tuci", "cocaine", False, False),
        ("3-mmc", "cathinones", True, True),
    ],
)
def test_relations(a: str, b: str, is_related: bool, family: bool) -> None:
    assert (related(a, b), same_family(a, b)) == (is_related, family)


def test_labels_groups_and_parents() -> None:
    assert label("heroin", "fr") == "héroïne"
    assert label("heroin", "en") == "heroin"
    assert label("unheard-of", "fr") == "unheard-of"
    assert group("isotonitazene") == "opioids"
    assert group("unheard-of") is None
    assert parents("unheard-of") == ()
    assert "opioids" in ancestors("isotonitazene")


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, object]]]:
    table: list[dict[str, object]] = []
    monkeypatch.setattr(taxonomy_module, "data_toml", lambda *_: {"substance": table})
    taxonomy.cache_clear()
    yield table
    taxonomy.cache_clear()


@pytest.mark.parametrize(
    "broken",
    [
        [{"id": "a", "name_fr": "a", "name_en": "a", "group": "g"}] * 2,
        [{"id": "a", "name_fr": "a", "name_en": "a", "group": "g", "parents": ["b"]}],
        [{"id": "a", "colour": "red"}],
    ],
    ids=["double", "unknown parent", "unknown field"],
)
def test_a_broken_taxonomy_is_refused(rows: list[dict[str, object]], broken: list[dict[str, object]]) -> None:
    rows += broken
    with pytest.raises(LexiconError, match=r"substances\.toml"):
        taxonomy()


@pytest.mark.parametrize(
    ("surface", "variants"),
    [
        ("taz", {"taz"}),
        ("taz+", {"taz", "tazs", "tazx", "tazes"}),
        ("C++", {"c++"}),
        ("+", {"+"}),
        ("Crème", {"creme"}),
        ("3-MMC", {"3 mmc"}),
    ],
)
def test_variants_of_a_surface(surface: str, variants: set[str]) -> None:
    assert {variant for variant, _ in expand(surface)} == variants


def test_several_words_of_a_surface_may_take_the_plural() -> None:
    matcher = Matcher([Term(id="x", surface=("mauvaise+ herbe+",))])
    assert [h.end for h in matcher.find("mauvaise herbe, mauvaises herbes")] == [14, 32]


@pytest.mark.parametrize(("text", "count"), [("la MD", 1), ("la md", 0), ("la Md", 0), ("AMD", 0)])
def test_short_capitals_keep_their_case(text: str, count: int) -> None:
    assert len(Matcher([Term(id="x", surface=("MD",))]).find(text)) == count


def test_find_every_keeps_what_find_drops() -> None:
    matcher = Matcher([Term(id="a", surface=("cocaïne",)), Term(id="b", surface=("cocaïne rose", "cocaïne"))])
    assert [h.term.id for h in matcher.find("cocaïne rose")] == ["b"]
    assert [h.term.id for h in matcher.find_every("cocaïne rose")] == ["b", "a", "b"]
    assert Matcher([]).find("rien") == []


EVERYDAY = tomllib.loads((Path(__file__).parent / "cases" / "everyday.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("lang", "joint"), [(lang, joint) for lang in EVERYDAY for joint in (" ", "\n\n")])
def test_everyday_prose_names_no_substance(lang: str, joint: str) -> None:
    texts = [*EVERYDAY[lang], joint.join(EVERYDAY[lang])]
    assert [text[m.start : m.end] for text in texts for m in find_substances(text, lang)] == []
