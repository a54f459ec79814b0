"""Names of inputs: contacts, accounts and names of persons in file names, folders and saved addresses. All invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.model.document import RawDocument, SourceCard
from vigie.redact import redact
from vigie.redact.fields import redact_card
from vigie.redact.paths import redact_path

GOES = [
    ("snap_julie.zorvex75.txt", "snap_[compte].txt"),
    ("insta_fleur_75.html", "insta_[compte].html"),
    ("tg @zorvex75.txt", "tg [compte].txt"),
    ("t.me_fleurs.html", "t.me_[compte].html"),
    ("chats/@zorvex75.json#3", "chats/[compte].json#3"),
    ("CV Martin Dupuis 0639981234.pdf", "CV [nom] [téléphone].pdf"),
    ("CVMartinDupuis0639981234.pdf", "CV[nom][téléphone].pdf"),
    ("cv-martin-dupuis.pdf", "cv-[nom].pdf"),
    ("dupuis_martin.docx", "[nom].docx"),
    ("MARTIN DUPUIS.docx", "[nom].docx"),
    ("Dossier Mme Fontarel Zélie/audition.docx", "Dossier Mme [nom]/audition.docx"),
    ("notes\\Monsieur Jean-Pierre Fictif.docx", "notes\\Monsieur [nom].docx"),
    ("06-39-98-12-34.txt", "[téléphone].txt"),
    ("tel0639981234.txt", "tel[téléphone].txt"),
    ("+33639981234.warc.gz#2", "[téléphone].warc.gz#2"),
    ("mail%20de%20alice%40exemple.example.eml", "mail%20de%20[courriel].eml"),
    ("%5Balice%40exemple.example%5D.eml", "%5B[courriel]%5D.eml"),
    ("DUPUIS Martin 12 rue des Lilas.pdf", "[nom] [adresse].pdf"),
    ("wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa.txt", "wallet [portefeuille].txt"),
    ("FR7630006000011234567890189.txt", "[iban].txt"),
    ("index.html?user=zorvex&page=2", "index.html?user=[compte]&page=2"),
    ("viewprofile.php?id=991203", "viewprofile.php?id=[compte]"),
    ("site_u_123456.html", "site_u_[compte].html"),
    ("copie/u/fleurs/page.html", "copie/u/[compte]/page.html"),
    ("export/profil/fleurs.html", "export/profil/[compte].html"),
    ("https://t.me/zorvex75", "[lien]"),
]  # fmt: skip
STAYS = [
    "prix/Bar-le-Duc.html",
    "Saint-Jean-de-Luz.pdf",
    "PdfiumError: Failed to load document",
    "Permission denied",
    "notes.md", "-", "a.txt", "./articles/2024-03-11.txt", "IMG_20240311_104500.txt", "scan20240311.pdf", "telegram_export_2024.json",
    "snapchat-lyon.html", "signal/source.toml", "Saint-Martin.txt", "bulletin-france-2024.pdf", "rapport_marseille_nord.docx",
    "Le prix de la cocaïne baisse à Lyon.html", "au-large-de-marie-galante.html", "a.warc.gz#12", "OFDT_TREND_2023.pdf",
    "/data/observatoire/presse/2024/03/mars.txt", "result.json#4", "corpus/press_blind.jsonl#17", "bulletin n° 12.pdf", "3-mmc.txt",
    "[nom].pdf", "snap_[compte].txt", "/home/observatoire/projet/a.html", "rue-de-la-paix.txt", "prix par département.csv",
]  # fmt: skip


@pytest.mark.parametrize(("path", "shown"), GOES, ids=[p for p, _ in GOES])
def test_what_names_somebody_goes(path: str, shown: str) -> None:
    assert redact_path(path, "fr") == shown


@pytest.mark.parametrize("path", STAYS)
def test_the_user_still_knows_which_file_is_meant(path: str) -> None:
    assert redact_path(path, "fr") == path


def test_names_from_metadata_go_in_every_writing() -> None:
    known = ("Zélie Fontarel",)
    for path in ("lettre_fontarel.eml", "Lettre-FONTAREL.eml", "zelie.eml"):
        shown = redact_path(path, "fr", known)
        assert "[nom]" in shown and "fontarel" not in shown.lower() and "zelie" not in shown
    assert redact_path("zelierie.eml", "fr", known) == "zelierie.eml"


PIECES = st.sampled_from(
    [path for path, _ in GOES]
    + ["/", "\\", "_", "-", ".", "%", "%20", "%C3%A9", "#", "?", "=", "&", "@", "u/", "u_1234", "snap_", "t.me_", "martin", "Dupuis", "06 39", "98 12 34",
       "[nom]", "[phone]", "20240311", ".txt", ".pdf", "\n", "é", "12", "A"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.lists(PIECES, max_size=10), st.sampled_from([(), ("Martin Dupuis",)]), st.sampled_from(["fr", "en"])
)
def test_twice_changes_nothing(pieces: list[str], known: tuple[str, ...], lang: str) -> None:
    once = redact_path("".join(pieces), lang, known)
    assert redact_path(once, lang, known) == once


OUTLETS = [
    ("Le blog de Martin Dupuis", "Le blog de [nom]"),
    ("Gazette, redaction@exemple.example", "Gazette, [courriel]"),
    ("Forum t.me/zorvex75", "Forum [lien]"),
    *((name, name) for name in ("Le Parisien", "Charlie Hebdo", "Nice-Matin", "Paris Match", "Marianne", "La Voix du Nord", "Radio France")),
]  # fmt: skip


@pytest.mark.parametrize(("outlet", "shown"), OUTLETS)
def test_outlets_keep_their_name_and_no_persons(outlet: str, shown: str) -> None:
    raw = RawDocument(path="a", format="x", text="Le prix de la drogue baisse.", outlet=outlet)
    clean = redact(raw)
    assert clean.outlet == shown
    again = RawDocument(path="a", format="x", text="Le prix de la drogue baisse.", outlet=clean.outlet)
    assert redact(again).outlet == shown


def test_a_source_card_keeps_its_terms_and_no_contact() -> None:
    card = SourceCard(
        id="canal",
        name="Le blog de Martin Dupuis",
        publisher="Observatoire fictif, 06 39 98 12 34",
        licence="https://creativecommons.org/licenses/by/4.0/",
        legal_basis="accord de M. Martin Dupuis (martin@exemple.example, t.me/zorvex75), voir https://www.legifrance.gouv.fr/loi",
    )
    kept = redact_card(card)
    assert (kept.id, kept.name, kept.publisher) == (
        "canal",
        "Le blog de [nom]",
        "Observatoire fictif, [téléphone]",
    )
    assert kept.licence == card.licence
    assert (
        kept.legal_basis == "accord de M. [nom] ([courriel], [lien]), voir https://www.legifrance.gouv.fr/loi"
    )
    assert redact_card(kept) == kept
