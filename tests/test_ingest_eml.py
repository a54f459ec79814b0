"""E-mails and newsletters."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from ingest_samples import FACT, LAST, MORE, page
from vigie.ingest import read_stream
from vigie.model.document import RawDocument
from vigie.model.errors import InputRefused


def message(plain: str = "", html: str = "", subject: str = "La lettre : les prix") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Jeanne Fictive <jeanne@lettre.example>"
    mail["To"] = '"Exemple, Paul" <paul@observatoire.example>, veille@observatoire.example'
    mail["Subject"] = subject
    mail["Date"] = "Mon, 11 Mar 2024 08:00:00 +0100"
    mail["Message-ID"] = "<1@lettre.example>"
    mail.set_content(plain or "vide")
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def read_mail(data: bytes, name: str = "a.eml") -> RawDocument:
    (document,) = read_stream(name, data)
    return document


def test_html_part_is_preferred_and_headers_stay_out() -> None:
    html = page(
        f"<table><tr><td><h1>Les prix</h1><p>{FACT}</p></td></tr><tr><td><ul><li>{MORE}</li></ul></td></tr></table>"
        "<p style='display:none'>SECRET</p><script>SECRET</script><p>Vous pouvez vous désinscrire à tout moment.</p>"
    )
    document = read_mail(message("PLAIN", html).as_bytes())
    assert document.text == f"Les prix\n{FACT}\n- {MORE}"
    assert (document.title, document.kind, str(document.published)) == (
        "La lettre : les prix",
        "newsletter",
        "2024-03-11",
    )
    assert "Jeanne Fictive" in document.extra_names
    everything = f"{document.title}{document.text}{document.outlet}"
    assert not any(
        word in everything for word in ("Fictive", "Exemple", "lettre.example", "observatoire.example")
    )


def test_plain_message() -> None:
    assert read_mail(message(FACT).as_bytes()).text == FACT


def test_saved_as_text_is_still_a_message() -> None:
    assert read_mail(message(FACT).as_bytes(), "mail.txt").format == "eml"


def test_attachments_are_left_out_and_their_number_is_told(caplog: pytest.LogCaptureFixture) -> None:
    mail = message(FACT)
    mail.add_attachment(
        b"%PDF-1.7 SECRET", maintype="application", subtype="pdf", filename="Jeanne Fictive.pdf"
    )
    mail.add_attachment("SECRET", subtype="plain", filename="note.txt")
    mail.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="logo.gif")
    assert read_mail(mail.as_bytes()).text == FACT
    assert "attachments not read: 2" in caplog.text and "Jeanne" not in caplog.text


def test_forwarded_headers_and_attribution_lines_go() -> None:
    body = f"{FACT}\n\nLe lun. 11 mars 2024 à 08:00, Jeanne Fictive <j@lettre.example> a écrit :\n\nDe : Jeanne Fictive\nEnvoyé : lundi 11 mars\nÀ : Paul Exemple\nObjet : prix\n\n{MORE}\nObjet : la saisie du port\n{LAST}"
    text = read_mail(message(body).as_bytes()).text
    assert "Fictive" not in text and "Exemple" not in text
    assert FACT in text and MORE in text and "Objet : la saisie du port" in text


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Re: Fwd: les prix", "les prix"),
        ("TR : les prix", "les prix"),
        ("=?utf-8?q?Les_prix_=C3=A0_Lyon?=", "Les prix à Lyon"),
        ("=?no-such?q?x?=", "=?no-such?q?x?="),
    ],
)
def test_subject(subject: str, title: str) -> None:
    raw = message(FACT).as_bytes().replace(b"Subject: La lettre : les prix", b"Subject: " + subject.encode())
    assert read_mail(raw).title == title


def test_charset_and_transfer_encoding() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Date"] = "a@lettre.example", "x", "bad date"
    mail.set_content(FACT, charset="iso-8859-15", cte="quoted-printable")
    document = read_mail(mail.as_bytes())
    assert (document.text, document.published) == (FACT, None)


NOT_MAIL = [
    ("dialogue", f"Question: quel prix ?\nRéponse: 60 euros.\n\n{FACT}"),
    ("one_header", f"Date: 2024\n\n{FACT}"),
    ("prose", FACT),
]


@pytest.mark.parametrize("text", [c[1] for c in NOT_MAIL], ids=[c[0] for c in NOT_MAIL])
def test_prose_is_no_message(text: str) -> None:
    assert read_mail(text.encode(), "a.txt").format == "text"


REFUSED = [
    (
        "only_attachment",
        b"From: a@x.example\nDate: x\nSubject: s\nMIME-Version: 1.0\nContent-Type: application/pdf\n\nabc",
        "no text",
    ),
    ("many_parts", b"From: a@x.example\nDate: x\nSubject: s\n\n" + b"boundary\n" * 600, "parts"),
    ("empty", b"From: a@x.example\nDate: x\nSubject: s\n\n", "no text"),
]


@pytest.mark.parametrize(("data", "reason"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason):
        read_mail(data)


def test_a_date_that_no_calendar_has_is_no_date() -> None:
    data = message(FACT).as_bytes().replace(b"+0100", b"+99999999999999")
    assert read_mail(data).published is None


def test_an_empty_page_leaves_the_plain_part() -> None:
    assert read_mail(message(FACT, "<!-- rien -->").as_bytes()).text == FACT


@pytest.mark.parametrize("name", ["a.eml", "a.txt"])
def test_the_source_of_a_broken_message_is_refused(name: str) -> None:
    """Its parts are packed: what they hold would pass the redactor."""
    data = (
        message(FACT, f"<p>{MORE}</p>").as_bytes().replace(b"multipart/alternative", b"multiPart*alternative")
    )
    with pytest.raises(InputRefused, match="damaged"):
        read_mail(data if name == "a.eml" else data[data.index(b"\n\n") :], name)


def test_quoted_headers_go_whatever_their_letters() -> None:
    body = f"{FACT}\n\nÀ : jeanne@lettre.example\nObjet : Secret\n\n{MORE}".encode()
    data = message().as_bytes().replace(b"vide", body).replace(b'charset="utf-8"', b'charset="cp1252"')
    assert "Secret" not in read_mail(data).text
