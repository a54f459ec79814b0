"""Plain text: layout, encodings, and what is no text."""

from __future__ import annotations

import codecs

import pytest

from ingest_samples import FACT, MORE
from vigie.ingest import read_stream
from vigie.ingest.decode import decode, looks_binary
from vigie.ingest.plain import layout, longest_line
from vigie.model.document import SourceCard
from vigie.model.errors import InputRefused

LONG = "x" * 201

LAYOUTS = [
    # id, text, date, title, body
    ("all", f"2021-03-11\n\nTitre\n\n{FACT}", "2021-03-11", "Titre", FACT),
    ("no_blank_after_date", f"2021-03-11\nTitre\n\n{FACT}", "2021-03-11", "Titre", FACT),
    ("blank_lines_first", f"\n\n 2021-03-11 \n\n\nTitre\n\n\n{FACT}", "2021-03-11", "Titre", FACT),
    ("no_title", f"2021-03-11\n{FACT}\n{MORE}", "2021-03-11", "", f"{FACT}\n{MORE}"),
    ("no_date", f"Titre\n\n{FACT}", None, "Titre", FACT),
    ("title_200", f"{'x' * 200}\n\n{FACT}", None, "x" * 200, FACT),
    ("title_201", f"{LONG}\n\n{FACT}", None, "", f"{LONG}\n\n{FACT}"),
    ("title_without_blank", f"Titre\n{FACT}", None, "", f"Titre\n{FACT}"),
    ("single_line", FACT, None, "", FACT),
    ("title_without_text", "Titre\n\n", None, "", "Titre"),
    ("space_is_blank", f"Titre\n \t\n{FACT}", None, "Titre", FACT),
    ("dated_title_is_title", f"Bilan 2021\n\n{FACT}", None, "Bilan 2021", FACT),
    ("markdown_heading", f"# Titre\n\n{FACT}", None, "Titre", FACT),
    ("hashtag_is_no_heading", f"#Titre\n\n{FACT}", None, "#Titre", FACT),
    ("date_in_second_line_stays", f"Titre\n\n2021\n{FACT}", None, "Titre", f"2021\n{FACT}"),
]


@pytest.mark.parametrize(
    ("text", "date", "title", "body"), [c[1:] for c in LAYOUTS], ids=[c[0] for c in LAYOUTS]
)
def test_layout(text: str, date: str | None, title: str, body: str) -> None:
    published, found, rest = layout(text)
    assert ((str(published) if published else None), found, rest) == (date, title, body)


ENCODINGS = [
    ("utf8", FACT.encode()),
    ("utf8_bom", codecs.BOM_UTF8 + FACT.encode()),
    ("utf16", FACT.encode("utf-16")),
    ("utf16_be", codecs.BOM_UTF16_BE + FACT.encode("utf-16-be")),
    ("utf16_no_mark", FACT.encode("utf-16-le")),
    ("utf16_be_no_mark", FACT.encode("utf-16-be")),
    ("utf32", FACT.encode("utf-32")),
    ("cp1252", FACT.encode("cp1252")),
    ("mojibake", FACT.encode().decode("cp1252").encode()),
    ("crlf", (FACT + "\r\n").encode()),
    ("soft_hyphen", FACT.replace("cocaïne", "co\u00adcaïne").encode()),
    ("decomposed", FACT.replace("ï", "i\u0308").encode()),
]


@pytest.mark.parametrize("data", [c[1] for c in ENCODINGS], ids=[c[0] for c in ENCODINGS])
def test_encodings(data: bytes) -> None:
    (document,) = read_stream("a.txt", data)
    assert (document.format, document.text) == ("text", FACT)


def test_euro_sign_of_cp1252() -> None:
    (document,) = read_stream("a.txt", "Le gramme à 80 € – l’offre".encode("cp1252"))
    assert document.text == "Le gramme à 80 € – l’offre"


def test_declared_encoding_counts_after_utf8() -> None:
    assert decode("Łódź".encode("iso-8859-2"), "iso-8859-2") == "Łódź"
    assert decode("Łódź".encode(), "iso-8859-2") == "Łódź"
    assert decode(b"80 \x80", "iso-8859-1") == "80 €"
    assert decode("é".encode("cp1252"), "no-such-encoding") == "é"


def test_dateline_is_used_when_no_line_is_a_date() -> None:
    (document,) = read_stream("a.txt", f"Titre\n\nParis, le mardi 14 mars 2017 – {FACT}".encode())
    assert str(document.published) == "2017-03-14"


REFUSED = [
    ("binary", bytes(range(256)) * 10, "unknown kind"),
    ("nul", b"abc\x00def", "unknown kind"),
    ("empty", b"", "empty"),
    ("blank", b" \n\n ", "no text"),
    ("only_date", b"2021-03-11\n", "no text"),
    ("only_furniture", "Publicité\nSe connecter".encode(), "no text"),
]


@pytest.mark.parametrize(("data", "reason"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason) as refusal:
        list(read_stream("a.txt", data))
    assert refusal.value.name == "a.txt"


def test_binary_needs_more_than_a_stray_byte() -> None:
    assert not looks_binary(FACT.encode() * 10 + b"\x07")
    assert looks_binary(b"\x01\x02\x03" * 50)


def test_longest_line() -> None:
    assert [longest_line(d) for d in (b"", b"ab", b"ab\ncde\n", b"\n\n")] == [0, 2, 3, 0]


CHAT = "\n".join(f"12/03/2026, 10:1{n} - Jeanne Fictive: message {n} sur les prix" for n in range(6))
CHATS = [
    ("dash", CHAT),
    ("brackets", CHAT.replace("12/03/2026, 10:1", "[12/03/2026, 10:1").replace(" - ", ":00] ")),
    ("many_lines", CHAT.replace("prix", "prix\nla suite du message")),
]
NO_CHATS = [
    ("dated_list", "\n".join(f"12/03/2026 : saisie de {n} kg" for n in range(6))),
    ("hours", "\n".join(f"12/03/2026 à 10:1{n}, la police a saisi {n} kg." for n in range(6))),
    ("two_lines", "\n".join(CHAT.split("\n")[:2]) + "\n" + f"{FACT}\n" * 5),
]


@pytest.mark.parametrize("text", [c[1] for c in CHATS], ids=[c[0] for c in CHATS])
def test_chat_log_needs_a_legal_basis(text: str) -> None:
    with pytest.raises(InputRefused, match="not a public channel"):
        list(read_stream("chat.txt", text.encode()))
    card = SourceCard(id="x", name="X", legal_basis="research agreement")
    (document,) = read_stream("chat.txt", text.encode(), source=card)
    assert "Fictive" not in document.text and "message 5 sur les prix" in document.text


@pytest.mark.parametrize("text", [c[1] for c in NO_CHATS], ids=[c[0] for c in NO_CHATS])
def test_dated_lists_are_no_chat(text: str) -> None:
    assert list(read_stream("list.txt", text.encode()))
