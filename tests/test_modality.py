"""Modalities: the codes a text states. Each row says why it is there; traps state no code."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any

import pytest

from cue_samples import analysis
from vigie.extract.conjugate import conjugated
from vigie.extract.modality import extract_modalities, figure_patterns, find_modalities
from vigie.extract.scan import load_near
from vigie.lexicon.terms import load_terms
from vigie.text.normalise import fold

CASES = [
    # why, language, text, codes that must be found and no other
    ("call centre", "fr", "Le réseau de cannabis tient une centrale d'appels.", {"channel:call-centre"}),
    ("sms advert", "fr", "Les dealers font des relances par SMS.", {"marketing:sms-solicitation", "channel:sms"}),
    ("list of customers", "fr", "Les dealers vendent entre eux leurs fichiers de clients.",
     {"organisation:customer-list-resale"}),
    ("signal is an app", "fr", "La cocaïne se commande sur Signal.", {"channel:signal"}),
    ("signal is a sign", "fr", "Le préfet envoie un signal aux dealers de cocaïne.", set()),
    ("grouped purchase", "fr", "Les usagers font des achats groupés de MDMA.", {"organisation:group-purchase"}),
    ("parcel of drugs", "fr", "La kétamine arrive dans un colis.", {"delivery:postal"}),
    ("parcel of books", "fr", "Le libraire reçoit un colis de romans.", set()),
    ("drive of a dealer", "fr", "Les trafiquants ont ouvert un drive au pied des tours.",
     {"delivery:drive", "channel:street"}),
    ("drive of a farm", "fr", "Près du point de deal, le drive fermier ouvre.", {"channel:street"}),
    ("meal courier disguise", "fr", "Déguisé en livreur, il apportait la cocaïne.",
     {"delivery:food-delivery-disguise"}),
    ("paid in cash", "fr", "Les clients du dealer paient en liquide.", {"payment:cash"}),
    ("cash seized is no payment", "fr", "Il portait 2 kg de cocaïne et 900 euros en liquide.", set()),
    ("stock quotes", "fr", "Cours de bourse : Bitcoin 57 000. La drogue inquiète.", set()),
    ("bitcoin pays drugs", "fr", "La drogue se paie en bitcoins.", {"payment:bitcoin"}),
    ("card scam", "fr", "Une arnaque à la carte bancaire vise les retraités.", set()),
    ("share buttons", "fr", "Partager sur Facebook. La drogue inquiète.", set()),
    ("platform in a market", "fr", "Les dealers vendent sur Instagram.", {"channel:instagram"}),
    ("students use", "fr", "Des étudiants sniffent de la kétamine.", {"population:students"}),
    ("students protest", "fr", "Des étudiants manifestent contre la drogue.", set()),
    ("women arrested", "fr", "Deux femmes ont été arrêtées avec de la drogue.", set()),
    ("prison sentence", "fr", "Deux ans de prison pour trafic de drogue.", set()),
    ("drugs in prison", "fr", "Le cannabis en prison circule beaucoup.", {"population:prisoners"}),
    ("minors as couriers", "fr", "Le réseau enrôle des collégiens pour porter le cannabis.",
     {"organisation:minor-courier", "population:minors"}),
    ("slam poetry", "fr", "Un concours de slam a lieu samedi.", set()),
    ("slam of drugs", "fr", "Le slam de cathinones progresse.", {"practice:slam"}),
    ("vaccine", "fr", "Une injection de vaccin a suivi.", set()),
    ("menu of a meeting", "fr", "La drogue est au menu de la réunion.", set()),
    ("shop of the darknet", "fr", "Le darknet attire. Ses sites de vente de MDMA aussi.", {"channel:darknet"}),
    ("web shop", "fr", "Un site de vente propose la 3-MMC.", {"channel:web-shop"}),
    ("police drone", "fr", "Un drone de la police survole le point de deal.", {"channel:street"}),
    ("prison drone", "fr", "Un drone a livré du cannabis aux détenus.",
     {"delivery:drone", "population:prisoners"}),
    ("nothing of drugs", "fr", "Le livreur apporte la pizza et se fait payer en espèces.", {"payment:cash"}),
    ("english dead drop", "en", "The dealer left cocaine in a dead drop.", {"delivery:dead-drop"}),
    ("english apps", "en", "Cocaine is sold via Telegram, Signal and WhatsApp.",
     {"channel:telegram", "channel:signal", "channel:whatsapp"}),
    ("english counterfeit", "en", "Counterfeit pills with fentanyl were seized.", {"organisation:counterfeit"}),
    ("english street", "en", "The street attracts tourists, not drug tests.", set()),
    ("any tense", "fr", "Elle livrait le cannabis à domicile.", {"delivery:home-delivery"}),
    ("settled in cash", "fr", "Les acheteuses de crack réglaient souvent en espèces.", {"payment:cash"}),
    ("students buy", "fr", "La MDMA : ses clients étaient surtout des étudiants.", {"population:students"}),
    ("among whom", "fr", "L'usage de kétamine grimpe chez de jeunes ouvriers.", {"population:youth", "population:workers"}),
    ("pronoun smoked and injected", "fr", "Le crack : ils le fument à la pipe, ou se l'injectent.",
     {"practice:smoking", "practice:injection"}),
    ("brand and colour", "fr", "Les « Zeppelin » verts, des ecstasy, circulent.", {"marketing:branding"}),
    ("quoted name without pills", "fr", "Le « Rivage », un bar, vendait du cannabis.", set()),
    ("several for less", "fr", "Le cachet d'ecstasy vaut 8 euros, 30 les cinq.", {"marketing:bulk-discount"}),
    ("kilos are no discount", "fr", "Pour 9 000 les deux kilos de cannabis.", set()),
    ("lower bound of an order", "fr", "Pas de livraison de cannabis en dessous de 60 euros.",
     {"marketing:minimum-order", "delivery:home-delivery"}),
    ("age of the courier", "fr", "Un garçon de 14 ans convoyait la cocaïne.",
     {"organisation:minor-courier", "population:minors"}),
    ("age of a sentence", "fr", "Une peine de 14 ans pour la cocaïne.", set()),
    ("nothing came", "fr", "Deux clientes du dealer ont payé et n'ont rien reçu.", {"organisation:scam"}),
    ("english card", "en", "The cocaine dealer accepts cards.", {"payment:bank-card"}),
    ("english smoke and inject", "en", "Heroin is cheap; some smoke it, others inject it.",
     {"practice:smoking", "practice:injection"}),
    ("english homeless", "en", "Homeless people use the heroin.", {"population:precarious"}),
    ("english three for", "en", "Ecstasy is £10, or three for £25.", {"marketing:bulk-discount"}),
    ("english jailed for years", "en", "Two heroin dealers, six for 20 years behind bars.", set()),
    ("english post office", "en", "Cannabis was sent through the post.", {"delivery:postal"}),
]  # fmt: skip


def codes(text: str, lang: str) -> set[str]:
    return {f"{m.family}:{m.code}" for m in find_modalities(text, lang)}


@pytest.mark.parametrize(("lang", "text", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_codes(lang: str, text: str, expected: set[str]) -> None:
    assert codes(text, lang) == expected


def test_spans_are_the_words() -> None:
    text = "À Lyon, le dealer répond sur Télégram."
    [mention] = find_modalities(text, "fr")
    assert text[mention.start : mention.end] == "Télégram"


EXTRACTED = [
    # why, title, body, codes with the number of observations
    ("no drug, no modality", "", "Le livreur apporte la pizza et se fait payer en espèces.", {}),
    ("one a sentence", "", "Livraison à domicile de cocaïne : la livraison à domicile plaît.",
     {"delivery:home-delivery": 1}),
    ("two sentences", "", "La cocaïne vient par la poste. La drogue vient par la poste.", {"delivery:postal": 2}),
    ("body over title", "Cocaïne sur Snapchat", "Ils vendent la cocaïne sur Snapchat.", {"channel:snapchat": 1}),
    ("title alone", "Cocaïne sur Snapchat", "La saisie date de mardi.", {"channel:snapchat": 1}),
    ("far from any drug", "", "La drogue inquiète. " + "Il pleut sur la ville. " * 6 + "La livraison à domicile de vin plaît.", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "body", "expected"), [c[1:] for c in EXTRACTED], ids=[c[0] for c in EXTRACTED]
)
def test_extracted(title: str, body: str, expected: dict[str, int]) -> None:
    found: dict[str, int] = {}
    for draft in extract_modalities(analysis(body, title=title)):
        key = f"{draft.value.family}:{draft.value.code}"  # type: ignore[union-attr]
        found[key] = found.get(key, 0) + 1
    assert found == expected


def taxonomy() -> list[dict[str, Any]]:
    path = resources.files("vigie").joinpath("data", "taxonomy", "modalities.toml")
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["code"])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_code_has_words_and_every_word_a_code(lang: str) -> None:
    known = {entry["id"] for entry in taxonomy()}
    terms = [*load_terms("modalities", lang), *load_near("modalities", lang)]
    used = {term.id for term in terms} | {code for term in terms for code in term.extra.get("also", ())}
    assert used - {"none"} == known


def test_taxonomy_speaks_two_languages() -> None:
    entries = taxonomy()
    assert len(entries) == len({entry["id"] for entry in entries}) == 84
    known = {entry["id"] for entry in entries}
    for entry in entries:
        assert set(entry["label"]) == {"fr", "en"} and entry["definition"].endswith(".")
        assert entry.get("parent", entry["id"]) in known


def proofs(lang: str) -> list[tuple[str, str, str]]:
    """Entries of groups of words and of figures, with each of their sentences; misses with an empty bracket."""
    terms = [*load_near("modalities", lang), *(term for term, _pattern in figure_patterns(lang))]
    return [
        (term.id, kind, text) for term in terms for kind in ("hit", "miss") for text in getattr(term, kind)
    ]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_groups_of_words_and_figures_are_proved(lang: str) -> None:
    faults = []
    for code, kind, text in proofs(lang):
        plain = text.replace("[", "").replace("]", "")
        found = [(m.start, m.end) for m in find_modalities(plain, lang) if f"{m.family}:{m.code}" == code]
        brackets = list(re.finditer(r"\[([^]]+)\]", text)) if kind == "hit" else []
        wanted = [(b.start() - 2 * n, b.end() - 2 * n - 2) for n, b in enumerate(brackets)]
        unproved = [(a, b) for a, b in wanted if not any(start < b and end > a for start, end in found)]
        if unproved or (kind == "miss" and found):
            faults.append((code, kind, text))
    assert not faults


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_verb_of_a_group_is_in_one_of_its_sentences(lang: str) -> None:
    for term in load_near("modalities", lang):
        for verb in term.extra.get("verbs", ()):
            words = set(re.findall(r"\w+", fold(" ".join(term.hit))))
            assert words & set(conjugated(verb, lang)), (term.id, verb)
