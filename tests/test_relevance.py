"""The relevance classifier: words, features, verdicts, recall on texts that training never saw."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from vigie.model.errors import LexiconError, SettingsError
from vigie.relevance import PageText, load
from vigie.relevance.features import MAX_CHARS, furniture, names, vectors
from vigie.relevance.linear import from_json, linear
from vigie.relevance.scan import amounts as find_amounts
from vigie.relevance.scan import cues, scanner
from vigie.text.normalise import fold

TEXTS = Path(__file__).parent / "relevance"
DATA = Path(__file__).parents[1] / "src" / "vigie" / "data" / "relevance"


@pytest.mark.parametrize("cue", cues(), ids=lambda cue: cue.name)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_class_of_cues_proves_itself(cue, lang):
    assert cue.hit[lang] and cue.miss[lang]
    for marked in cue.hit[lang]:
        bare = marked.replace("[", "").replace("]", "")
        found = {bare[h.start : h.end] for h in scanner(lang).find(bare) if h.kind == cue.name}
        wanted = [part.split("]")[0] for part in marked.split("[")[1:]]
        assert all(any(word.startswith(f) or f == word for f in found) for word in wanted), (wanted, found)
    for text in cue.miss[lang]:
        assert not [h for h in scanner(lang).find(text) if h.kind == cue.name], text


AMOUNTS = [
    # id, text, kinds
    ("price_of_gram", "60 euros le gramme", ["rate"]),
    ("price_per_kilo", "£38,000 per kilo", ["rate"]),
    ("half", "30 € le demi-gramme", ["rate"]),
    ("no_currency", "70 le g", ["rate"]),
    ("money_alone", "une amende de 200 euros", ["money"]),
    ("millions", "29 millions d'euros", ["money"]),
    ("mass", "1,2 kg de résine", ["mass"]),
    ("thousands", "1 450 kilos", ["mass"]),
    ("pieces", "3 000 comprimés", ["pieces"]),
    ("percent", "pur à 71 %", ["percent"]),
    ("bare_number", "En 2021, 14 communes", []),
    ("not_a_gram", "3 grands jardins", []),
]


@pytest.mark.parametrize(("text", "kinds"), [row[1:] for row in AMOUNTS], ids=[row[0] for row in AMOUNTS])
def test_amounts(text, kinds):
    assert [hit.kind for hit in find_amounts(fold(text))] == kinds


NAMES = [
    # id, language, text, class of the name in brackets, or None where no name may be found
    ("name", "fr", "Il vendait de la [cocaïne].", "strong"),
    ("elided", "fr", "Un cachet d'[ecstasy].", "strong"),
    ("hyphen", "en", "A gram of [3-MMC].", "strong"),
    ("slang", "fr", "Le [shit] se vend bien.", "slang"),
    ("medicine", "en", "A box of [oxycodone].", "medicine"),
    ("inside_a_word", "en", "A monocrackle of laughter.", None),
]


@pytest.mark.parametrize(
    ("lang", "marked", "kind"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES]
)
def test_names(lang, marked, kind):
    text = marked.replace("[", "").replace("]", "")
    found = [h for h in scanner(lang).find(text) if h.substance]
    if kind is None:
        assert not found
        return
    assert marked.split("[")[1].split("]")[0] in [text[h.start : h.end] for h in found if h.kind == kind]


IN_OR_OUT = [
    # id, language, section, title, text, in scope
    ("seizure", "fr", "faits-divers", "Quimper : deux kilos saisis", "Les douaniers ont saisi deux kilos de cocaïne mardi ; un homme a été écroué.", True),
    ("price", "en", "", "Street prices", "A gram of ketamine now costs £20 in Bristol, down from £30.", True),
    ("song", "en", "music", "Cocaine Lullaby tops the chart", "The band's new single, a song about a lighthouse, is out on vinyl in March.", False),
    ("steel", "fr", "economie", "La cokerie ferme", "Le coke manque au haut fourneau : l'aciérie met ses salariés au chômage partiel.", False),
    ("garden", "fr", "jardin", "Que faire en mai", "Tondez l'herbe, arrosez les semis et taillez la haie du potager.", False),
    ("no_drug", "en", "news", "Bridge closed", "The council closed the bridge for repairs on Monday.", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "section", "title", "text", "relevant"),
    [row[1:] for row in IN_OR_OUT],
    ids=[row[0] for row in IN_OR_OUT],
)
def test_verdicts(lang, section, title, text, relevant):
    page = PageText(title=title, text=text, section=section, lang=lang)
    assert (load().score(page) >= load().threshold) is relevant


@pytest.mark.parametrize(
    "page",
    [
        PageText(),
        PageText(text="\ud800"),
        PageText(text="coke " * 60_000, lang="en"),
        PageText(title="a" * 300, text="12 € le g"),
    ],
    ids=["empty", "surrogate", "long", "no_language"],
)
def test_any_text_has_finite_features_and_a_probability(page):
    for found in vectors(page):
        assert len(found) == len(names()) == len(set(names()))
        assert all(math.isfinite(value) for value in found)
    assert 0 <= linear().score(page) <= 1


def test_a_page_of_no_known_language_is_read_in_each():
    text = "Les douaniers ont saisi deux kilos de cocaïne dans un camion ; trois hommes ont été écroués."
    assert linear().score(PageText(text=text)) == linear().score(PageText(text=text, lang="fr"))


def test_a_page_is_read_up_to_a_bound():
    page = PageText(text="x " * (MAX_CHARS // 2) + "saisie de cocaïne", lang="fr")
    assert vectors(page)[0][names().index("none")] == 1


def test_reasons_add_up_and_hold_no_text():
    page = PageText(
        title="Brest : un kilo saisi",
        text="Les douaniers ont saisi un kilo d'héroïne chez Zébulon Tarquin.",
        lang="fr",
    )
    reasons = linear().explain(page)
    total = linear().bias + sum(reason.weight for reason in reasons)
    assert 1 / (1 + math.exp(-total)) == pytest.approx(linear().score(page), abs=0.01)
    assert {reason.name for reason in reasons} <= set(names())
    assert "Tarquin" not in repr(reasons) + repr(page)


@pytest.fixture(scope="module")
def held():
    """Pages that training never sees, each with its probability: (row, probability)."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
    import train_relevance

    rows = train_relevance.rows(train_relevance.HELD, "test")
    return list(zip(rows, linear().scores([row.page for row in rows]), strict=True))


def _passed(held, wanted):
    scores = [score for row, score in held if wanted(row)]
    return sum(score >= linear().threshold for score in scores) / len(scores)


def test_recall_on_gold_that_training_never_sees(held):
    assert _passed(held, lambda row: row.group.startswith("press_")) >= 0.98
    assert _passed(held, lambda row: row.group.startswith("press_") and row.kind == "gold plain") == 1
    assert _passed(held, lambda row: row.kind.startswith("gold")) >= 0.97  # with texts of one bare sentence


def test_the_furniture_of_a_site_changes_no_verdict(held):
    pairs = [
        (bare[0], bare[1] >= linear().threshold, twin[1] >= linear().threshold)
        for bare, twin in pairwise(held)
        if twin[0].furnished
    ]
    gold = [twin for row, bare, twin in pairs if bare and row.kind.startswith("gold")]
    assert len(gold) > 900
    assert sum(gold) / len(gold) >= 0.98
    outside = [(bare, twin) for row, bare, twin in pairs if not row.relevant]
    assert len(outside) > 200
    assert abs(sum(bare - twin for bare, twin in outside)) / len(outside) <= 0.05


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_furniture_names_no_drug_and_its_halves_share_no_line(held, lang):
    import relevance_furniture

    train, test = (relevance_furniture.bank(lang, split) for split in ("train", "test"))
    for name, lines in train.items():
        assert len(lines) >= 5
        assert not set(lines) & set(test[name])
        page = PageText(text="\n".join([*lines, *test[name]]), lang=lang)
        assert linear().score(page) == 0, name


PROSE = "Les douaniers ont saisi deux kilos dans un camion."
LINES = [
    # id, lines after the title, those that are furniture
    ("menu", ["Accueil | Sport", PROSE, "Mentions légales"], ["Accueil | Sport", "Mentions légales"]),
    ("no_sentence", ["Accueil | Sport", "Contact"], []),
    ("names_a_drug", ["Cocaïne : la route", PROSE], []),
    ("table", ["Prises\t12 kg", PROSE, "Contact"], ["Contact"]),
    ("cut_into_lines", ["Les douaniers du port", "ont fouillé un camion,", "Vendredi,", PROSE], []),
    ("price_of_a_subscription", ["1 € par mois sans engagement", PROSE], ["1 € par mois sans engagement"]),
    ("in_capitals", ["ACCUEIL", PROSE.upper()], ["ACCUEIL"]),
]


@pytest.mark.parametrize(("lines", "wanted"), [row[1:] for row in LINES], ids=[row[0] for row in LINES])
def test_lines_of_furniture_are_not_read(lines, wanted):
    text = "\n".join(["Rien à signaler", *lines])
    hits = [hit for hit in scanner("fr").find(text) if hit.substance]
    hits += [hit for hit in find_amounts(fold(text)) if hit.kind != "money"]
    spans = furniture(text, sorted(hit.start for hit in hits), len("Rien à signaler"))
    assert [text[start:end] for start, end in spans] == wanted


@pytest.mark.parametrize(
    ("text", "share"),
    [("Du Crystal à Nice.", 1), ("DU CRYSTAL À NICE.", 0), ("Du LSD à Nice.", 0), ("Du crystal à Nice.", 0)],
    ids=["name", "page_in_capitals", "acronym", "plain"],
)
def test_capitals_count_where_they_tell_a_name(text, share):
    assert vectors(PageText(text=text, lang="fr"))[0][names().index("capital")] == share


def test_most_pages_out_of_scope_are_dropped(held):
    assert _passed(held, lambda row: not row.relevant) <= 0.3
    ordinary = ("news", "sport", "economy", "politics")
    assert _passed(held, lambda row: row.kind in ordinary and not row.relevant) <= 0.05


def test_probabilities_are_those_of_the_half_that_is_in_scope(held):
    sums = {side: sum(row.relevant is side for row, _ in held) for side in (True, False)}
    high = [(row.relevant, 1 / sums[row.relevant]) for row, score in held if score >= 0.95]
    low = [(row.relevant, 1 / sums[row.relevant]) for row, score in held if score <= 0.05]
    share = [sum(w for relevant, w in part if relevant) / sum(w for _, w in part) for part in (high, low)]
    assert share[0] >= 0.95
    assert share[1] <= 0.05


def test_unseen_hard_cases():
    rows = [json.loads(line) for line in (TEXTS / "unseen.jsonl").read_text(encoding="utf-8").splitlines()]
    scores = linear().scores(
        [PageText(title=r["title"], text=r["text"], section=r["section"], lang=r["lang"]) for r in rows]
    )
    passed = [score >= linear().threshold for score in scores]
    inside = [p for p, r in zip(passed, rows, strict=True) if r["relevant"]]
    outside = [p for p, r in zip(passed, rows, strict=True) if not r["relevant"]]
    assert len(rows) >= 80
    assert sum(inside) / len(inside) >= 0.96
    assert sum(outside) / len(outside) <= 0.35


def test_texts_of_training_and_of_the_score_share_no_sentence_of_their_kind():
    made = [json.loads(line) for line in (TEXTS / "made.jsonl").read_text(encoding="utf-8").splitlines()]
    kept = {
        split: {
            s
            for row in made
            if row["split"] == split
            for s in row["text"].replace("\n\n", " ").split(". ")
            if not any(c.isdigit() for c in s)
        }
        for split in ("train", "test")
    }
    assert len(made) >= 300
    shared = kept["train"] & kept["test"]
    assert len(shared) <= 0.02 * len(kept["train"]), shared


def test_the_page_of_documentation_has_the_weights_as_they_are():
    page = (Path(__file__).parents[1] / "docs" / "relevance.md").read_text(encoding="utf-8")
    data = json.loads((DATA / "linear.json").read_text(encoding="utf-8"))
    for row in data["features"]:
        if row["weight"]:
            assert f"| {row['name']} | {row['weight']:.3f} |" in page, "run scripts/report_relevance.py"
    assert f"Threshold {data['threshold']:g}." in page


def test_weights_for_other_features_are_refused_with_the_repair():
    data = json.loads((DATA / "linear.json").read_text(encoding="utf-8"))
    data["features"] = data["features"][1:]
    with pytest.raises(LexiconError, match=r"n:strong.*train_relevance"):
        from_json(data)


def test_an_unknown_classifier_names_those_there_are():
    with pytest.raises(SettingsError, match="linear"):
        load("quadratic")


def test_importing_brings_no_model_runtime():
    code = "import sys, vigie.relevance; vigie.relevance.load(); sys.exit(any(m in sys.modules for m in ('onnxruntime', 'tokenizers')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
