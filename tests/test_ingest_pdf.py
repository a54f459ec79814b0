"""PDF: reading order, furniture of pages, broken words, title, date."""

from __future__ import annotations

import random
import re

import pytest

from ingest_samples import FACT, drawn_pdf, report_pdf, run_here
from vigie.ingest import guard, read_stream
from vigie.ingest.pdf_flow import Line, paragraphs, without_furniture
from vigie.model.document import RawDocument
from vigie.model.errors import InputRefused

WORDS = (
    "de la le les en par sur au de la le les "
    "marché ville prix gramme saisie baisse hausse produit usage offre vente port route colis achat note "
    "bilan année mois semaine équipe service préfet douane police tribunal enquête analyse résine herbe "
    "poudre comprimé pureté réseau livreur client commande message quartier région département"
)


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faster, and seen by coverage; the child process has its own tests (test_ingest_hostile)."""
    monkeypatch.setattr(guard, "run", run_here)


def _invented(seed: int) -> str:
    """A paragraph that repeats no line of another: pages of a report do not repeat themselves."""
    dice = random.Random(seed)
    sentences = (" ".join(dice.choices(WORDS.split(), k=14)).capitalize() + "." for _ in range(5))
    return f"Paragraphe {seed}. " + " ".join(sentences)


NUMBERED = [_invented(n) for n in range(30)]


def read_pdf(data: bytes, name: str = "a.pdf") -> RawDocument:
    (document,) = read_stream(name, data)
    return document


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_columns_are_read_one_after_the_other(columns: int) -> None:
    document = read_pdf(report_pdf(NUMBERED, columns=columns, title="Marchés des drogues à Villefictive"))
    assert document.title == "Marchés des drogues à Villefictive"
    text = " ".join(document.text.split())
    assert [int(n) for n in re.findall(r"Paragraphe (\d+)\.", text)] == list(range(30))
    for paragraph in NUMBERED:  # whole, over lines, columns and pages
        assert paragraph in text
    assert document.title not in document.text


def test_running_heads_and_page_numbers_go() -> None:
    text = read_pdf(report_pdf(NUMBERED)).text
    assert "Bulletin" not in text and "Page" not in text


@pytest.mark.parametrize("foot", ["{}", "- {} -", "{} / 9", "Page {} sur 9", "p. {}"])
def test_page_numbers_in_any_dress(foot: str) -> None:
    text = read_pdf(report_pdf(NUMBERED[:4], columns=1, foot=foot)).text
    assert text.rstrip().endswith(NUMBERED[3][-40:])


def test_a_figure_at_the_foot_stays() -> None:
    """Only numbers alone in the margin are page numbers, and only repeated lines are running heads."""
    lines = [(60, 700 - 14 * n, f"Ligne {n} du bulletin.") for n in range(5)] + [
        (60, 40, "Total : 12 kg saisis.")
    ]
    assert "12 kg" in read_pdf(drawn_pdf(lines)).text
    lines = [(60, 700 - 14 * n, f"Ligne {n} du bulletin.") for n in range(5)] + [(60, 400, "12")]
    assert re.search(r"\b12\b", read_pdf(drawn_pdf(lines)).text)


def test_columns_drawn_row_by_row() -> None:
    """Some programs write line 1 of both columns, then line 2: the page, not the file, gives the order."""
    left = [f"La gauche {n} parle du marché de la ville" for n in range(12)]
    right = [f"La droite {n} parle des saisies du port" for n in range(12)]
    rows = [(x, 700 - 14 * n, t) for n in range(12) for x, t in ((60, left[n]), (330, right[n]))]
    text = read_pdf(
        drawn_pdf(
            [
                (
                    60,
                    740,
                    "Un titre qui va d'un bord à l'autre de la page entière, au-dessus des deux colonnes",
                ),
                *rows,
            ]
        )
    ).text
    flat = " ".join(text.split())
    assert " ".join(left) in flat and " ".join(right) in flat
    assert flat.index("gauche 11") < flat.index("droite 0")


def test_table_rows_stay_together() -> None:
    rows = [
        ("Produit", "Prix"),
        ("Cocaïne", "60 €"),
        ("Héroïne", "40 €"),
        ("Résine", "8 €"),
        ("MDMA", "50 €"),
        ("Kétamine", "40 €"),
    ]
    text = read_pdf(
        drawn_pdf(
            [(x, 600 - 20 * n, t) for n, row in enumerate(rows) for x, t in zip((60, 300), row, strict=True)]
        )
    ).text
    assert text.splitlines()[::2] == [f"{a} | {b}" for a, b in rows]


def line(text: str, top: float, right: float = 500.0, left: float = 60.0, size: float = 10.0) -> Line:
    return Line(text, left, right, top, top - size, size, 842.0)


FLOWS = [
    ("hyphen", [line("une satura-", 700), line("tion du marché", 688)], ["une saturation du marché"]),
    (
        "compound_known",
        [line("un porte-", 700), line("monnaie et un porte-monnaie", 688)],
        ["un porte-monnaie et un porte-monnaie"],
    ),
    ("range_keeps_hyphen", [line("en 2019-", 700), line("2020 les prix", 688)], ["en 2019-2020 les prix"]),
    ("name_keeps_hyphen", [line("à Saint-", 700), line("Fictif les prix", 688)], ["à Saint-Fictif les prix"]),
    ("dash_is_no_hyphen", [line("le prix -", 700), line("très haut", 688)], ["le prix - très haut"]),
    ("gap", [line("La fin.", 700), line("Le début", 670)], ["La fin.", "Le début"]),
    (
        "short_line_ends",
        [line("La fin.", 700, right=200), line("Le début de la suite", 688)],
        ["La fin.", "Le début de la suite"],
    ),
    (
        "full_line_goes_on",
        [line("La phrase finit.", 700), line("Une autre suit", 688)],
        ["La phrase finit. Une autre suit"],
    ),
    (
        "indent",
        [line("La phrase finit.", 700), line("Une autre suit", 688, left=72)],
        ["La phrase finit.", "Une autre suit"],
    ),
    (
        "heading",
        [line("Les prix", 700, size=14), line("Le gramme baisse", 680)],
        ["Les prix", "Le gramme baisse"],
    ),
    (
        "bullet",
        [line("trois produits :", 700), line("• la cocaïne", 688), line("• le crack", 676)],
        ["trois produits :", "• la cocaïne", "• le crack"],
    ),
    (
        "next_column_goes_on",
        [line("le prix du", 100), line("gramme baisse", 700, left=300)],
        ["le prix du gramme baisse"],
    ),
    ("nothing", [], []),
]


@pytest.mark.parametrize(("lines", "expected"), [c[1:] for c in FLOWS], ids=[c[0] for c in FLOWS])
def test_flow(lines: list[Line], expected: list[str]) -> None:
    assert paragraphs([lines]) == expected


def test_metadata() -> None:
    document = read_pdf(report_pdf(NUMBERED[:3], columns=1, author="Jeanne Fictive", title="", subject="x"))
    assert document.extra_names == ("Jeanne Fictive",)
    assert document.published is not None and document.published.day is not None  # of the file, just made


@pytest.mark.parametrize(
    ("declared", "title"),
    [
        ("Bulletin de mars", "Bulletin de mars"),
        ("Microsoft Word - note.docx", ""),
        ("untitled", ""),
        ("note.pdf", ""),
    ],
)
def test_title_of_the_metadata(declared: str, title: str) -> None:
    pdf = drawn_pdf([(60, 700 - 14 * n, f"Ligne {n} du bulletin de prix") for n in range(5)])
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.setTitle(declared)
    for n in range(5):
        canvas.drawString(60, 700 - 14 * n, f"Ligne {n} du bulletin de prix")
    canvas.save()
    assert read_pdf(buffer.getvalue()).title == title
    assert read_pdf(pdf).title == ""


def test_date_in_the_text_goes_before_the_file_s() -> None:
    pdf = drawn_pdf(
        [
            (60, 720, "Publié le 11 mars 2021"),
            *((60, 700 - 14 * n, f"Ligne {n} du bulletin de prix") for n in range(5)),
        ]
    )
    assert str(read_pdf(pdf).published) == "2021-03-11"


def test_recognised_by_content() -> None:
    assert read_pdf(drawn_pdf([(60, 700, FACT)]), "a.txt").format == "pdf"


REFUSED = [
    ("text_named_pdf", b"Erreur 404, page introuvable", "named .pdf"),
    ("cut_short", report_pdf(NUMBERED[:5])[:800], "broken PDF"),
    ("header_only", b"%PDF-1.7\n", "broken PDF"),
    ("no_text", drawn_pdf([]), "only images"),
]


@pytest.mark.parametrize(("data", "reason"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason) as refusal:
        read_pdf(data)
    assert refusal.value.name == "a.pdf"


def test_encrypted() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    with pytest.raises(InputRefused, match="encrypted") as refusal:
        read_pdf(drawn_pdf([(60, 700, FACT)], encrypt=StandardEncryption("secret", ownerPassword="owner")))
    assert "password" in refusal.value.repair


def heads(texts: list[str]) -> list[str]:
    pages = [[line(t, 820), line(f"Le texte de la page {n} court ici", 600)] for n, t in enumerate(texts)]
    return [page[0].text for page in without_furniture(pages) if len(page) > 1]


HEADS = [
    ("same", ["Bulletin 2021"] * 4, []),
    ("counting", [f"Bulletin 2021 - {n}" for n in range(7, 11)], []),
    ("left_and_right", ["Bulletin", "Observatoire", "Bulletin", "Observatoire"], []),
    (
        "fact_sheets",
        ["Prix : 60 €", "Prix : 70 €", "Prix : 50 €"],
        ["Prix : 60 €", "Prix : 70 €", "Prix : 50 €"],
    ),
    ("once", ["Sommaire", "Bulletin", "Bulletin", "Bulletin"], ["Sommaire"]),
    ("number_alone", ["12", "- 13 -", "xiv"], []),
    ("year_heading", ["Bilan", "2019", "2020 : l'essor"], ["Bilan", "2020 : l'essor"]),
    ("many_numbers", ["1 2 3 4 5 6 7 8"] * 2, []),
    ("huge_number", ["9" * 5000] * 2, []),
]


@pytest.mark.parametrize(("texts", "expected"), [c[1:] for c in HEADS], ids=[c[0] for c in HEADS])
def test_running_heads(texts: list[str], expected: list[str]) -> None:
    assert heads(texts) == expected


@pytest.mark.parametrize(
    ("foot", "published"),
    [
        ("Mars 2024 - page {}", "2024-03"),
        ("12/03/2024 - {}", "2024-03-12"),
        ("Page {}", None),
        ("Bulletin 2024 - {}", None),
    ],
)
def test_date_in_the_running_foot(foot: str, published: str | None) -> None:
    found = str(read_pdf(report_pdf(NUMBERED, foot=foot)).published)
    made = str(read_pdf(report_pdf(NUMBERED)).published)
    assert found == (published or made)
