"""Field notes with fields: sixteen invented notes by different hands, what each gives, what its writer is told; nothing counted twice."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from field_note_lines import fact_line, note, reading, remark_lines
from vigie.extract import extract
from vigie.extract.note_price import prices_in
from vigie.ingest.reading import read_stream
from vigie.lexicon.note_fields import is_note, layout, specs, words
from vigie.lexicon.terms import data_toml
from vigie.model.document import RawDocument
from vigie.model.errors import InputRefused
from vigie.model.observation import Assertion, EventValue
from vigie.pipeline import Reading, Refusal, clean_stream, discover
from vigie.redact import redact
from vigie.text.normalise import fold

NOTES = Path(__file__).parent / "cases" / "field_notes"
EXPECTED = tomllib.loads((NOTES / "expected.toml").read_text("utf-8"))
ROOT = Path(__file__).parents[1]


def read(text: str, name: str = "note.md") -> RawDocument:
    (found,) = read_stream(name, text.encode())
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_a_note_gives_its_facts_once_and_tells_its_writer(name: str) -> None:
    found = reading(NOTES / name)
    assert [fact_line(fact) for fact in found.observations] == EXPECTED[name]["facts"]
    assert remark_lines(found) == EXPECTED[name]["remarks"]


def test_every_note_has_its_row() -> None:
    assert {p.name for p in NOTES.iterdir()} - {"expected.toml"} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_evidence_is_in_the_redacted_text_and_a_stored_note_reads_the_same(name: str) -> None:
    document = note(NOTES / name)
    facts = extract(document)
    assert all(document.text[f.start : f.end] == f.quote for f in facts)
    assert len({f.id for f in facts}) == len(facts)
    assert all(f.attribution is None or f.attribution in _roles() for f in facts)
    (again,) = clean_stream(
        "again", f"<!-- {words()['layout']['mark']} -->\n{document.text}".encode(), Reading()
    )
    assert not isinstance(again, Refusal)
    assert [fact_line(f) for f in extract(again.document)] == [fact_line(f) for f in facts]


def _roles() -> set[str]:
    roles = {row["label"][lang] for row in words()["role"] for lang in ("fr", "en")}
    return roles | {f"{a}, {b}" for a in roles for b in roles}


NAMES = ("Samira", "Jojo", "Dazza", "Farid", "Benhamida", "Wayne", "Sutcliffe", "06 39", "07700", "Acacias")


@pytest.mark.parametrize("name", EXPECTED)
def test_nobody_is_left_in_a_note(name: str) -> None:
    text = note(NOTES / name).text
    assert not any(word in text for word in NAMES)


WHO = [
    # id, what is written, what is kept
    ("role", "usager", "personne usagère"),
    ("roles", "intervenante et infirmière", "intervenant, professionnel de santé"),
    ("name_beside", "Kévin, usager", "personne usagère (le reste n'est pas gardé)"),
    ("name_alone", "Zoubida", "rôle non donné (le reste n'est pas gardé)"),
    ("lower_case_name", "usager (kevin)", "personne usagère (le reste n'est pas gardé)"),
    ("age_and_lodging", "usagère de 34 ans hébergée au foyer", "personne usagère (le reste n'est pas gardé)"),
    ("longest", "service d'analyse de produits", "service d'analyse de produits"),
]


@pytest.mark.parametrize(("said", "kept"), [row[1:] for row in WHO], ids=[row[0] for row in WHO])
def test_who_is_a_role_and_a_name_beside_it_goes_everywhere(said: str, kept: str) -> None:
    raw = read(
        f"Lieu : Lyon\nPériode : mars 2025\nQui : {said}\nProduit : coke\n\nKévin dit : 60 le g. Zoubida aussi.\n"
    )
    assert f"Qui le dit (rôle) : {kept}" in raw.text
    text = redact(raw).text
    for name in ("Kévin", "Zoubida"):
        assert name not in text or name not in said


PRICES = [
    # id, language, money of the place, the field, low, high, currency, per value, per unit, kind
    ("gram", "fr", "EUR", "60 € le gramme", "60-60 EUR/1 g retail"),
    ("bare", "fr", "EUR", "60", "60-60 EUR/? None retail"),
    ("bare_range", "fr", "EUR", "60-70 le g", "60-70 EUR/1 g retail"),
    ("between", "fr", "EUR", "entre 50 et 60", "50-60 EUR/? None retail"),
    ("unit_first", "fr", "EUR", "le g à 60", "60-60 EUR/1 g retail"),
    ("amount_first", "fr", "EUR", "0,5 g pour 30 €", "30-30 EUR/0.5 g retail"),
    ("count_first", "fr", "EUR", "2 pour 50", "50-50 EUR/2 unit retail"),
    ("count_last", "fr", "EUR", "50 les 2", "50-50 EUR/2 unit retail"),
    ("carried", "fr", "EUR", "60 le g, 100 les 2", "60-60 EUR/1 g retail|100-100 EUR/2 g retail"),
    ("letter", "fr", "EUR", "1g 60e 5g 250e", "60-60 EUR/1 g retail|250-250 EUR/5 g retail"),
    ("slang", "fr", "EUR", "20 balles le képa", "20-20 EUR/1 bag retail"),
    ("half", "fr", "EUR", "30 l'demi", "30-30 EUR/0.5 unit retail"),
    ("bulk", "fr", "EUR", "35 000 € le kg", "35000-35000 EUR/1 kg wholesale"),
    ("delivery", "fr", "EUR", "60 le g, livraison 10", "60-60 EUR/1 g retail|10-10 EUR/? None delivery-fee"),
    ("ceiling", "fr", "EUR", "max 70€ le g", "?-70 EUR/1 g retail"),
    ("amount_not_range", "fr", "EUR", "0.8 à 50", ""),
    ("past_left_out", "fr", "EUR", "70 le g (avant 80)", "70-70 EUR/1 g retail"),
    ("no_money_known", "en", None, "60 a gram", ""),
    ("pound", "en", "GBP", "£40 a gram", "40-40 GBP/1 g retail"),
    ("bare_pound", "en", "GBP", "about 40-50 a gram", "40-50 GBP/1 g retail"),
    ("tenner", "en", "GBP", "tenner a bag", "10-10 GBP/1 bag retail"),
    ("pence", "en", "GBP", "60p each", "0.6-0.6 GBP/1 unit retail"),
    ("three_for", "en", "GBP", "£1 a pill, 3 for £2", "1-1 GBP/1 pill retail|2-2 GBP/3 pill retail"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "money", "said", "wanted"), [r[1:] for r in PRICES], ids=[r[0] for r in PRICES]
)
def test_prices_as_they_are_written(lang: str, money: str | None, said: str, wanted: str) -> None:
    def n(x: float | None) -> str:
        return "?" if x is None else f"{x:g}"

    found, told = prices_in(said, lang, money)
    lines = [f"{n(p.low)}-{n(p.high)} {p.currency}/{n(p.per_value)} {p.per_unit} {p.kind}" for p in found]
    assert "|".join(lines) == wanted
    assert bool(told) == (not wanted or "avant" in said)


FILLED = "Lieu : Lyon\nPériode : mars 2025\nCertitude : {sure}\nProduit : {product}\nPrix : {price}\nForme : {form}\nQui : {who}\nEffets : \nAchat : {buying}\n"
GOOD = {
    "sure": "vu",
    "product": "cocaïne",
    "price": "60 € le g",
    "form": "poudre",
    "who": "pair",
    "buying": "rue",
}


@pytest.mark.parametrize(
    ("field", "said", "remark"),
    [
        ("product", "machin", "product-unknown"), ("product", "coke et kéta", "product-several"),
        ("price", "cher", "price-unread"), ("price", "60 le g", "price-currency"), ("price", "60 €", "price-gram"),
        ("price", "5 €", "price-no-unit"), ("price", "gratuit", "price-free"), ("price", "60 € le g (avant 80)", "price-past"),
        ("price", "60 € le g, sinon 3/4 12 13", "price-part-unread"), ("form", "bizarre", "form-unknown"),
        ("form", "poudre ou cachet", "form-several"), ("who", "Albertine", "who-rest"), ("who", "truc", "who-unknown"),
        ("sure", "bof", "sure-unknown"), ("sure", "vu, mais rumeur", "sure-several"), ("buying", "comme d'hab", "buying-unknown"),
        ("sure", "", "sure-empty"), ("who", "", "empty"), ("form", "", "empty"), ("buying", "", "empty"),
    ],
)  # fmt: skip
def test_what_is_empty_or_ambiguous_is_told(field: str, said: str, remark: str, tmp_path: Path) -> None:
    path = tmp_path / "n.md"
    path.write_text(FILLED.format(**{**GOOD, field: said}))
    assert remark in [r.id for r in reading(path).remarks if r.field == field]
    path = tmp_path / "good.md"
    path.write_text(FILLED.format(**GOOD))
    assert remark not in [r.id for r in reading(path).remarks if r.field == field]


def test_every_remark_has_words_in_both_languages() -> None:
    shown = data_toml("templates", "field_note.toml")
    sources = "".join(p.read_text("utf-8") for p in (ROOT / "src/vigie/extract").glob("note*.py"))
    used = {key for key in shown["fr"]["remark"] if f'"{key}"' in sources}
    assert used == set(shown["fr"]["remark"]) == set(shown["en"]["remark"])
    for part in ("hint", "remark", "page", "fault"):
        assert set(shown["fr"][part]) == set(shown["en"][part])
    assert set(shown["fr"]["hint"]) == set(specs())


def test_a_note_filled_in_in_the_other_language_is_read(tmp_path: Path) -> None:
    path = tmp_path / "n.md"
    said = ("Lyon", "mars 2025", "usager", "vu", "cocaïne", "60 € le g", "poudre", "main à main, en espèces")
    labels = (
        "Place",
        "Period",
        "Who says so (role)",
        "How sure",
        "Product",
        "Price",
        "Form",
        "Way of buying",
    )
    path.write_text(
        "".join(f"{label}: {value}\n" for label, value in zip(labels, said, strict=True)), "utf-8"
    )
    assert [fact_line(f) for f in reading(path).observations] == [
        "price cocaine powder: 60-60 EUR/1 g retail @ Lyon 2025-03-01 month affirmed",
        "modality : channel:in-person @ Lyon 2025-03-01 month affirmed",
        "modality : payment:cash @ Lyon 2025-03-01 month affirmed",
    ]


def test_the_words_of_notes_are_folded_unique_and_of_known_codes() -> None:
    rows = words()
    labels = [label for spec in specs().values() for label in spec.labels]
    assert len(labels) == len(set(labels)) and all(label == fold(label) for label in labels)
    for group in ("role", "sure"):
        listed = [word for row in rows[group] for word in row["words"]]
        assert len(listed) == len(set(listed)) and all(word == fold(word) for word in listed)
    assert {row["assertion"] for row in rows["sure"]} <= set(get_args(Assertion))
    codes = {row["id"] for row in data_toml("taxonomy", "modalities.toml")["code"]}
    for lang in ("fr", "en"):
        ways = [word for listed in rows["buying"][lang].values() for word in listed]
        assert (
            set(rows["buying"][lang]) <= codes
            and len(ways) == len(set(ways))
            and all(w == fold(w) for w in ways)
        )
    assert set(rows["price"]["country"].values()) <= set(currency_codes())


def currency_codes() -> set[str]:
    rates = data_toml("taxonomy", "currencies.toml")
    return {"EUR", "GBP", "USD", "CAD", "CHF", "AUD", "NZD", *rates["fixed"], *rates.get("pegged", {})}


def test_a_figure_that_went_into_no_price_is_told() -> None:
    assert prices_in("60 € le g 100 les 2", "fr", "EUR")[1] == ["price-part-unread"]


def test_the_day_at_the_head_of_a_note_is_its_date() -> None:
    raw = read(
        "NOTE DU 4 octobre 2025\n\nLieu : Lyon\nPériode : septembre 2025\nProduit : coke\nPrix : 60 € le g\n"
    )
    assert str(raw.published) == "2025-10-04" and "Date de la note : 2025-10-04" in raw.text


def test_prose_that_repeats_a_field_is_not_counted_twice(tmp_path: Path) -> None:
    path = tmp_path / "n.md"
    body = (
        "Lieu : Lyon\nPériode : mars 2025\nProduit : cocaïne\nPrix : 60 € le g\n\nAutres observations : {}\n"
    )
    path.write_text(
        body.format("Le gramme de cocaïne est à 60 € partout. À Paris, le gramme de cocaïne est à 60 €.")
    )
    lines = [fact_line(f) for f in reading(path).observations if f.type == "price"]
    assert lines == [
        "price cocaine: 60-60 EUR/1 g retail @ Lyon 2025-03-01 month affirmed",
        "price cocaine: 60-60 EUR/1 g retail @ Paris 2025-03-01 month affirmed",
    ]


NO_NOTES = [
    ("two_labels", "Lieu : Lyon\nProduit : coke\n\nLe gramme vaut 60 €."),
    ("labels_inside", "On dit que le prix : 60 €, le lieu : Lyon, la période : mars, le produit : coke."),
    ("no_product", "Lieu : Lyon\nPériode : mars\nQui : police\nForme : poudre"),
]


@pytest.mark.parametrize("text", [row[1] for row in NO_NOTES], ids=[row[0] for row in NO_NOTES])
def test_what_is_no_note(text: str) -> None:
    assert not is_note(text)
    assert read(text).format == "text"


def test_no_document_of_the_demonstration_or_the_gold_is_taken_for_a_note() -> None:
    texts = [
        p.read_text("utf-8", "replace")
        for p in discover([ROOT / "src/vigie/data/demo"])
        if p.suffix in (".txt", ".md")
    ]
    gold = (ROOT / "src/vigie/data/demo/gold.jsonl").read_text("utf-8").splitlines()
    texts += [json.loads(line)["text"] for line in gold]
    assert len(texts) > 60
    assert not any(is_note(text) for text in texts)


def test_an_empty_note_is_refused_with_the_repair() -> None:
    with pytest.raises(InputRefused, match="nothing filled in"):
        read(f"<!-- {words()['layout']['mark']} -->\nLieu :\nPériode : mars 2025\nProduit :\n")


def test_the_layout_keeps_offsets_of_the_text() -> None:
    text = "Lieu : Lyon\n**Produit** : coke\n\nPrix :\n60 € le g\n100 les 2\n\nfin"
    found = layout(text)
    assert [(f.id, text[f.start : f.end]) for f in found.fields] == [
        ("place", "Lyon"), ("product", "coke"), ("price", "60 € le g\n100 les 2"),
    ]  # fmt: skip
    assert [text[a:b] for a, b in found.free] == ["fin"]


def test_a_hostile_note_stays_within_bounds() -> None:
    many = "Lieu : Lyon\nPériode : mars 2025\n" + "".join(
        f"Produit : coke\nPrix : {n} € le g\n" for n in range(30, 100)
    )
    assert len(extract(redact(read(many)))) == words()["layout"]["most_products"]
    same = "Lieu : Lyon\nPériode : mars 2025\n" + "Produit : coke\nPrix : 60 € le g\n" * 30
    assert len(extract(redact(read(same)))) == 1  # the same line again is no other fact
    assert len(read("Lieu : Lyon\nPériode : x\nProduit : coke\nPrix : " + "9" * 100_000).text) < 30_000


@pytest.mark.parametrize(
    ("lang", "said", "wanted"),
    [
        ("fr", "4 personnes aux urgences, dont une réa", [("hospitalisation", 4.0)]),
        ("fr", "urgences : 3", [("hospitalisation", 3.0)]),
        ("fr", "5 jeunes aux urgences, dont 2 décès", [("death", 2.0), ("hospitalisation", 5.0)]),
        ("fr", "4 personnes n'ont pas voulu aller aux urgences", []),
        ("fr", "20 mg, personne aux urgences", []),
        ("en", "3 people in A&E, one in intensive care", [("hospitalisation", 3.0)]),
        ("en", "3 clients refused A&E", []),
    ],
)
def test_persons_whom_the_effects_count_are_an_event(
    lang: str, said: str, wanted: list[tuple[str, float]], tmp_path: Path
) -> None:
    label = {"fr": ("Lieu", "Période", "Produit", "Effets"), "en": ("Place", "Period", "Product", "Effects")}
    values = ("Brest", "mars 2025" if lang == "fr" else "March 2025", "MDMA", said)
    path = tmp_path / "note.md"
    path.write_text(
        "\n".join(f"{n} : {v}" for n, v in zip(label[lang], values, strict=True)), encoding="utf-8"
    )
    found = reading(path)
    events = [(o.value.kind, o.value.low) for o in found.observations if isinstance(o.value, EventValue)]
    assert sorted(events) == wanted
    assert all(o.substance == "mdma" for o in found.observations)
