"""OpenDocument texts and e-books."""

from __future__ import annotations

import pytest

from ingest_samples import FACT, LAST, MORE, epub, odt, zipped
from vigie.ingest import read_stream
from vigie.model.document import RawDocument
from vigie.model.errors import InputRefused


def read_one(name: str, data: bytes) -> RawDocument:
    (document,) = read_stream(name, data)
    return document


def test_odt() -> None:
    document = read_one(
        "a.odt",
        odt(
            '<text:tracked-changes><text:p>SECRET</text:p></text:tracked-changes><text:p text:style-name="Title">Bulletin</text:p>'
            f"<text:h>Prix</text:h><text:p>{FACT}<text:note><text:note-citation>1</text:note-citation><text:note-body>"
            f"<text:p>{LAST}</text:p></text:note-body></text:note></text:p>"
            "<table:table><table:table-row><table:table-cell><text:p>Cocaïne</text:p></table:table-cell><table:table-cell>"
            "<text:p>60 €</text:p></table:table-cell></table:table-row></table:table>"
            '<text:list><text:list-item><text:p>un<text:s text:c="2"/>deux<text:tab/>trois<text:line-break/>quatre</text:p></text:list-item></text:list>'
            "<text:p>suite<office:annotation><dc:creator>Paul Secret</dc:creator><text:p>SECRET</text:p></office:annotation> et <text:span>fin</text:span>.</text:p>",
            "<dc:title>Autre</dc:title><dc:creator>Jeanne Fictive</dc:creator><dc:date>2024-03-11T10:00:00</dc:date>",
        ),
    )
    assert document.title == "Bulletin"
    assert document.text == f"Prix\n{FACT}\nCocaïne | 60 €\nun  deux\ttrois\nquatre\nsuite et fin.\n{LAST}"
    assert (str(document.published), document.extra_names) == ("2024-03-11", ("Jeanne Fictive",))


def test_odt_title_from_metadata_and_space_bomb() -> None:
    document = read_one(
        "a.odt",
        odt(f'<text:p>{FACT}<text:s text:c="999999999"/>.</text:p>', "<dc:title>Bulletin de mars</dc:title>"),
    )
    assert document.title == "Bulletin de mars" and len(document.text) < 500


def chapter(*paragraphs: str) -> str:
    return (
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
        f"<html><head><title>x</title></head><body>{''.join(f'<p>{p}</p>' for p in paragraphs)}</body></html>"
    )


def test_epub() -> None:
    document = read_one(
        "a.epub",
        epub(
            {"un.xhtml": chapter(FACT, "caf&eacute;"), "text/deux%20b.xhtml": chapter(MORE)}
            | {"text/deux b.xhtml": chapter(LAST)},
            "<dc:title>Le rapport</dc:title><dc:creator>Jeanne Fictive</dc:creator><dc:date>2023-06</dc:date><dc:publisher>Observatoire fictif</dc:publisher>",
        ),
    )
    assert document.text.split("\n") == [FACT, "café", "", LAST]
    assert (document.title, document.outlet, str(document.published)) == (
        "Le rapport",
        "Observatoire fictif",
        "2023-06",
    )
    assert document.extra_names == ("Jeanne Fictive",)


REFUSED = [
    ("odt_named_text", "a.odt", b"garbage", "named .odt"),
    (
        "odt_without_content",
        "a.odt",
        zipped({"mimetype": "application/vnd.oasis.opendocument.text"}),
        "lacks a part",
    ),
    ("odt_empty", "a.odt", odt(""), "no text"),
    ("epub_without_container", "a.epub", zipped({"mimetype": "application/epub+zip"}), "lacks a part"),
    (
        "epub_climbing_out",
        "a.epub",
        epub({"../../../../etc/passwd": "x"}, container="../../etc/passwd"),
        "lacks a part",
    ),
    ("epub_no_text", "a.epub", epub({"un.xhtml": ""}), "no text"),
    ("epub_cut_short", "a.epub", epub({"un.xhtml": chapter(FACT)})[:-80], "cut short"),
]


def test_an_empty_chapter_costs_itself_only() -> None:
    document = read_one("a.epub", epub({"un.xhtml": "<!-- rien -->", "deux.xhtml": chapter(FACT)}))
    assert document.text == FACT


@pytest.mark.parametrize(("name", "data", "reason"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason):
        read_one(name, data)
