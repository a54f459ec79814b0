"""Valid inputs of every format, from which the fuzzer mutates. All content is invented.

In: nothing. Out: (file name, bytes) by reader; pieces of text for the redactor.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import malformed_tables
from ingest_samples import (
    FACT,
    LAST,
    MORE,
    article,
    drawn_pdf,
    epub,
    odt,
    page,
    report_pdf,
    response,
    warc,
    zipped,
)

TESTS = Path(__file__).resolve().parent.parent / "tests"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CONTACTS = (
    "06 39 98 12 34", "+33 6 39 98 12 34", "alice@exemple.example", "t.me/fictif_75", "snap : fictif_75", "@fictif_75",
    "FR76 3000 6000 0112 3456 7890 189", "12 rue des Lilas, 69003 Lyon", "M. Martin Fictif", "Zélie Fontarel, 25 ans",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "zéro six trente-neuf quatre-vingt-dix-huit douze trente-quatre",
    "hxxp://fictif[.]example/u/75", "AB-123-CD", "45.7640, 4.8357", "192.0.2.7", "alice arobase exemple point example",
)  # fmt: skip
HEADERS = (
    "From: Zélie Fontarel <zelie@exemple.example>\r\nTo: observatoire@exemple.example\r\nSubject: Le prix baisse\r\n"
    "Date: Mon, 11 Mar 2024 10:00:00 +0100\r\nMIME-Version: 1.0\r\nMessage-ID: <1@exemple.example>\r\n"
)
JSON_LD = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Le prix baisse", '
    '"datePublished": "2024-03-11", "author": {"name": "Zélie Fontarel"}, "publisher": {"name": "La Gazette"}}</script>'
)
TEXT = f"2024-03-11\n\nLe prix baisse\n\n{FACT} Appelez le {CONTACTS[0]}.\n{MORE}\n\n{LAST}\n"


def docx() -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in (FACT, MORE, LAST))
    table = f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{CONTACTS[1]}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {W}><w:body>{paragraphs}{table}</w:body></w:document>",
            "word/footnotes.xml": f"<w:footnotes {W}><w:footnote><w:p><w:r><w:t>{MORE}</w:t></w:r></w:p></w:footnote></w:footnotes>",
            "docProps/core.xml": '<c:coreProperties xmlns:c="c" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            "<dc:title>Le prix</dc:title><dc:creator>Zélie Fontarel</dc:creator></c:coreProperties>",
        }
    )


def telegram() -> bytes:
    message = {
        "id": 1,
        "type": "message",
        "date": "2024-03-11T10:00:00",
        "from": "Zélie Fontarel",
        "text": [FACT, {"type": "mention", "text": "@fictif_75"}, {"type": "phone", "text": CONTACTS[0]}],
    }
    return json.dumps(
        {"name": "Canal", "type": "public_channel", "id": 1, "messages": [message, message]}
    ).encode()


def seeds() -> dict[str, list[tuple[str, bytes]]]:
    """By reader: file name and content."""
    web = page(f"<h1>Le prix baisse</h1>{article()}<p hidden>{CONTACTS[2]}</p>", JSON_LD).encode()
    mail = (
        f'{HEADERS}Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
        f"{FACT}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>{MORE}</p>\r\n--b--\r\n"
    )
    record = {"title": "Le prix", "date": "2024-03-11", "author": "Zélie Fontarel", "text": f"{FACT} {MORE}"}
    line = json.dumps(record, ensure_ascii=False)
    chapters = {"a.xhtml": page(f"<p>{FACT}</p>"), "b.xhtml": page(f"<p>{MORE}</p>")}
    pages = [response(f"https://a.example/u/{n}", web) for n in range(2)]
    listed = f"<text:list><text:list-item><text:p>{MORE}</text:p></text:list-item></text:list>"
    body = f'<text:p text:style-name="Title">Titre</text:p><text:p>{FACT}</text:p>{listed}'
    return {
        "pdf": [
            ("a.pdf", drawn_pdf([(60, 700, FACT), (60, 680, MORE)], pages=2, author="Zélie Fontarel")),
            ("b.pdf", report_pdf([FACT, MORE, LAST] * 4, title="Le prix baisse")),
        ],
        "docx": [("a.docx", docx())],
        "odt": [("a.odt", odt(body, "<dc:creator>Zélie Fontarel</dc:creator><dc:date>2024-03-11</dc:date>"))],
        "epub": [
            ("a.epub", epub(chapters, "<dc:title>Livre</dc:title><dc:creator>Zélie Fontarel</dc:creator>"))
        ],
        "warc": [("a.warc", warc(*pages)), ("a.warc.gz", warc(*pages, packed=True))],
        "telegram": [("result.json", telegram())],
        "json": [("a.jsonl", f"{line}\n{line}\n".encode()), ("a.json", f"[{line}, {line}]".encode())],
        "html": [
            ("a.html", web),
            ("b.html", page(article(FACT, CONTACTS[3], MORE, LAST)).encode("utf-16")),
        ],
        "eml": [
            ("a.eml", mail.encode()),
            ("b.eml", f"{HEADERS}Content-Type: text/html\r\n\r\n<p>{FACT}</p>".encode()),
        ],
        "text": [("a.txt", TEXT.encode()), ("b.md", f"# Titre\n\n{FACT}\n\n| a | b |\n".encode("cp1252"))],
    }


def pieces() -> list[str]:
    """Texts with and without contacts: the tables of the redactor's tests, without their brackets."""
    found = [
        *CONTACTS,
        FACT,
        MORE,
        LAST,
        "[nom]",
        "[téléphone]",
        "[phone]",
        " ",
        "\n",
        "\n\n",
        ", ",
        "le gramme à 60 €",
    ]
    for name in ("redact_contacts", "redact_names", "redteam_redaction"):
        table = tomllib.loads((TESTS / "cases" / f"{name}.toml").read_text("utf-8"))
        found += [text.replace("\\]", "]") for text in _strings(table)]
    return found


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in inner for text in _strings(item)]


def tables() -> list[tuple[str, bytes]]:
    """Tables that can be damaged further: the small ones of the malformed set, without packed files that are broken already."""
    packed = (b"PK", b"\x1f\x8b", b"%P")
    return [
        (case.name, case.data)
        for case in malformed_tables.cases()
        if len(case.data) < 60_000
        and not (case.refused and case.data[:2] in packed)
        and case.name != "xlsx_wrong_checksum"
    ]
