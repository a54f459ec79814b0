"""Word documents."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from docx import Document

from ingest_samples import FACT, MORE, zipped
from vigie.ingest import read_stream
from vigie.model.document import RawDocument
from vigie.model.errors import InputRefused

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read_docx(data: bytes) -> RawDocument:
    (document,) = read_stream("a.docx", data)
    return document


def saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def body(xml: str) -> bytes:
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {W}><w:body>{xml}</w:body></w:document>",
        }
    )


def test_whole_document() -> None:
    document = Document()
    document.add_heading("Bulletin des prix", 0)
    document.add_paragraph(FACT)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("Produit", "Prix", "Cocaïne", "60 €"), strict=True
    ):
        cell.text = text
    document.add_paragraph(MORE, style="List Bullet")
    document.core_properties.author = "Jeanne Fictive"
    document.core_properties.last_modified_by = "Paul Exemple"
    document.core_properties.created = datetime(2024, 3, 1)
    document.core_properties.modified = datetime(2024, 3, 11)
    document.sections[0].header.paragraphs[0].text = "ENTÊTE"
    found = read_docx(saved(document))
    assert (found.title, found.text) == (
        "Bulletin des prix",
        f"{FACT}\nProduit | Prix\nCocaïne | 60 €\n{MORE}",
    )
    assert str(found.published) == "2024-03-11"
    assert found.extra_names == ("Jeanne Fictive", "Paul Exemple")


def test_template_date_and_title_say_nothing() -> None:
    document = Document()
    document.core_properties.title = "Word Document"
    document.add_paragraph(FACT)
    found = read_docx(saved(document))
    assert (found.title, found.published) == ("", None)


def test_text_date_goes_before_the_file_s() -> None:
    document = Document()
    document.core_properties.modified = datetime(2024, 3, 11)
    document.add_paragraph("Publié le 5 février 2024")
    document.add_paragraph(FACT)
    assert str(read_docx(saved(document)).published) == "2024-02-05"


PARTS = [
    (
        "deleted",
        "<w:p><w:r><w:t>Reste</w:t></w:r><w:del><w:r><w:delText>SECRET</w:delText><w:t>SECRET</w:t></w:r></w:del></w:p>",
        "Reste",
    ),
    ("inserted", "<w:p><w:ins><w:r><w:t>60 euros</w:t></w:r></w:ins></w:p>", "60 euros"),
    (
        "hidden",
        "<w:p><w:r><w:t>Reste</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>SECRET</w:t></w:r></w:p>",
        "Reste",
    ),
    ("link", "<w:p><w:hyperlink><w:r><w:t>60 euros</w:t></w:r></w:hyperlink></w:p>", "60 euros"),
    (
        "field_code",
        "<w:p><w:r><w:instrText>AUTHOR SECRET</w:instrText><w:t>60 euros</w:t></w:r></w:p>",
        "60 euros",
    ),
    (
        "marks",
        "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r></w:p>",
        "a\tb\nc-d",
    ),
    (
        "content_control",
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>60 euros</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        "60 euros",
    ),
    (
        "text_box",
        "<w:p><w:r><w:t>Avant</w:t></w:r><w:r><w:txbxContent><w:p><w:r><w:t>60 euros</w:t></w:r></w:p></w:txbxContent></w:r></w:p>",
        "Avant\n60 euros",
    ),
    ("split_runs", "<w:p><w:r><w:t>60 </w:t></w:r><w:r><w:t>euros</w:t></w:r></w:p>", "60 euros"),
    (
        "nested_table",
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:tc><w:tc><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
        "a b | c",
    ),
]


@pytest.mark.parametrize(("xml", "text"), [c[1:] for c in PARTS], ids=[c[0] for c in PARTS])
def test_parts(xml: str, text: str) -> None:
    assert read_docx(body(xml)).text == text


def test_footnotes_come_last() -> None:
    data = zipped(
        {
            "word/document.xml": f"<w:document {W}><w:body><w:p><w:r><w:t>{FACT}</w:t></w:r></w:p></w:body></w:document>",
            "word/footnotes.xml": f"<w:footnotes {W}><w:footnote><w:p><w:r><w:t>{MORE}</w:t></w:r></w:p></w:footnote></w:footnotes>",
            "word/comments.xml": f"<w:comments {W}><w:comment><w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:comment></w:comments>",
        }
    )
    assert read_docx(data).text == f"{FACT}\n{MORE}"


REFUSED = [
    ("text_named_docx", b"garbage", "named .docx"),
    ("cut_short", body(f"<w:p><w:r><w:t>{FACT}</w:t></w:r></w:p>")[:-60], "cut short"),
    ("no_text", body("<w:p/>"), "no text"),
    ("no_document", zipped({"word/other.xml": "<a/>"}), "lacks a part"),
    ("broken_xml", zipped({"word/document.xml": "<w:document"}), "broken XML"),
]


@pytest.mark.parametrize(("data", "reason"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason):
        read_docx(data)
