"""The digest by mail, against a real mail server: encrypted or not at all, one message for each, and no address in any message."""

from __future__ import annotations

import email
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from feeds_servers import Authority, Letterbox, mail_server
from test_feeds_forms import ALERT, GONE, HOSTILE
from vigie.feeds.digest import Digest, make_digest
from vigie.feeds.digest_config import MailConfig
from vigie.feeds.mail import message, send
from vigie.feeds.outbox import Delivery

TO, SENDER = "garde@ars.example", "alertes@observatoire.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def digest(*alerts: Any, **more: Any) -> Digest:
    listed = alerts or (ALERT, GONE)
    made = make_digest(
        {lang: [replace(a, lang=lang) for a in listed] for lang in ("fr", "en")}, date(2026, 3, 1), **more
    )
    assert made is not None
    return made


def delivery(made: Digest | None = None, **more: Any) -> Delivery:
    made = made or digest()
    content = {"subject": made.subject, "text": made.text, "html": made.html}
    found: dict[str, Any] = {
        "id": "a" * 32,
        "channel": "mail",
        "digest": made.id,
        "edition": "public",
        "day": made.day.isoformat(),
    }
    return Delivery(**{**found, "target": TO, "content": content, **more})


def config(port: int, **more: Any) -> MailConfig:
    return MailConfig(
        **{"host": "localhost", "port": port, "security": "none", "sender": SENDER, "to": (TO,), **more}
    )


@contextmanager
def listening(
    letterbox: Letterbox, authority: Authority | None, *names: str, **more: Any
) -> Iterator[MailConfig]:
    context = authority.context(*(names or ("localhost",))) if authority else None
    with mail_server(letterbox, context, **more) as port:
        secure = {"security": "starttls", "ca_file": authority.file} if authority else {}
        yield config(port, **secure)


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=default)  # type: ignore[return-value]


def test_the_message_has_both_languages_as_text_and_as_a_page() -> None:
    found = parsed(message(delivery(), config(25)).as_bytes())
    assert [p.get_content_type() for p in found.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    text = found.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    page = found.get_body(("html",)).get_content()  # type: ignore[union-attr]
    for part in (text, page):
        assert (
            "Alertes sanitaires" in part.replace("ALERTES SANITAIRES", "Alertes sanitaires")
            and "withdrawn" in part.lower()
        )
        assert "Sept surdoses" in part
    assert "<script" not in page and "http" not in page
    assert found["List-Unsubscribe"] == f"<mailto:{SENDER}?subject=unsubscribe>"
    assert found["Message-ID"] == f"<{'a' * 32}@observatoire.example>"
    assert found["Date"] == "Thu, 19 Mar 2026 00:00:00 +0000" and found["Auto-Submitted"] == "auto-generated"
    assert (found["To"], found["From"]) == (TO, SENDER)


def test_the_same_content_is_the_same_message() -> None:
    assert message(delivery(), config(25)).as_bytes() == message(delivery(), config(25)).as_bytes()
    assert digest().id == digest(GONE, ALERT).id != digest(ALERT).id
    assert digest(replace(ALERT, version=2)).id != digest(ALERT).id


def test_another_way_to_unsubscribe() -> None:
    found = message(delivery(), config(25, unsubscribe="https://observatoire.example/liste"))
    assert found["List-Unsubscribe"] == "<https://observatoire.example/liste>"


@pytest.mark.parametrize(("why", "text"), HOSTILE, ids=[w for w, _ in HOSTILE])
def test_a_hostile_title_adds_no_header_and_no_mark_up(why: str, text: str) -> None:
    made = digest(replace(ALERT, title=text, evidence=text, source=text, area_name=text))
    data = message(delivery(made), config(25, unsubscribe="")).as_bytes()
    found = parsed(data)
    assert set(found.keys()) == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Vigie-Digest", "List-Unsubscribe", "MIME-Version", "Content-Type",
    }  # fmt: skip
    page = found.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert (
        "<script" not in page
        and 'onmouseover="x"' not in page
        and "\u202e" not in page + str(found["Subject"])
    )


def test_a_page_links_to_the_site_and_nowhere_else() -> None:
    page = digest(base_url="https://observatoire.example").html
    links = {part.split('"')[0] for part in page.split('href="')[1:]}
    assert links == {
        f"https://observatoire.example/{lang}/alert/{a.identifier}"
        for lang in ("fr", "en")
        for a in (ALERT, GONE)
    }


def test_it_arrives_encrypted_and_whole(authority: Authority) -> None:
    box = Letterbox()
    with listening(box, authority) as where:
        assert send(delivery(), where).state == "delivered"
    assert box.encrypted == [True] and box.got[0].rcpt_tos == [TO] and box.got[0].mail_from == SENDER
    assert isinstance(box.got[0].content, bytes) and parsed(box.got[0].content)["To"] == TO


def test_tls_from_the_first_byte(authority: Authority) -> None:
    import socket
    import ssl as _ssl
    import threading
    from contextlib import suppress

    context, got = authority.context("localhost"), list[bytes]()
    listening_socket = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listening_socket.accept()
        with suppress(OSError, _ssl.SSLError), context.wrap_socket(line, server_side=True) as safe:
            file = safe.makefile("rwb", buffering=0)
            file.write(b"220 hello\r\n")
            for said in iter(file.readline, b""):
                verb = said[:4].upper()
                if verb == b"DATA":
                    file.write(b"354 go\r\n")
                    for part in iter(file.readline, b".\r\n"):
                        got.append(part)
                file.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 OK\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    where = config(listening_socket.getsockname()[1], security="tls", ca_file=authority.file)
    assert send(delivery(), where, timeout=5).state == "delivered"
    thread.join(5)
    listening_socket.close()
    assert b"Auto-Submitted: auto-generated\r\n" in got


REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    # id, what the server says, what becomes of it, what is said of it
    ("an unknown recipient", {"rcpt": ["550 5.1.1 no garde@ars.example here"]}, "dead", "refused the recipient (550)"),
    ("greylisted", {"rcpt": ["451 4.7.1 later, garde@ars.example"]}, "later", "put the recipient off (451)"),
    ("a full box", {"rcpt": ["452 full"]}, "later", "452"),
    ("a refused message", {"data": ["554 spam from garde@ars.example"]}, "dead", "refused the message (554)"),
    ("a message put off", {"data": ["421 busy"]}, "later", "421"),
    ("a dropped connection", {"drop": 1}, "later", "connection failed"),
]  # fmt: skip


@pytest.mark.parametrize(("id", "said", "state", "reason"), REFUSALS, ids=[r[0] for r in REFUSALS])
def test_what_a_server_may_do(
    authority: Authority, id: str, said: dict[str, Any], state: str, reason: str
) -> None:
    box = Letterbox(**said)
    with listening(box, authority) as where:
        done = send(delivery(), where, timeout=5)
        assert (done.state, reason in done.reason) == (state, True), done
        assert TO not in done.reason and box.got == []
        if state == "later":  # and the next time it arrives
            assert send(delivery(), where).state == "delivered" and len(box.got) == 1


def test_nothing_is_sent_in_the_clear(authority: Authority) -> None:
    """A server, or somebody on the way, that offers no STARTTLS."""
    box = Letterbox()
    with listening(box, None) as where:
        done = send(delivery(), replace(where, security="starttls"), timeout=5)
    assert done.state == "dead" and "STARTTLS" in done.reason and box.asked == 0


@pytest.mark.parametrize(
    ("id", "names", "known"), [("another name", ["other.example"], True), ("an unknown authority", ["localhost"], False)]
)  # fmt: skip
def test_a_certificate_that_is_not_the_server_s(
    authority: Authority, id: str, names: list[str], known: bool
) -> None:
    box = Letterbox()
    with listening(box, authority, *names) as where:
        done = send(delivery(), where if known else replace(where, ca_file=""), timeout=5)
    assert done.state == "later" and "certificate" in done.reason and box.asked == 0


@pytest.mark.parametrize(
    ("id", "user", "password", "state"),
    [
        ("known", "vigie", "motdepasse", "delivered"),
        ("wrong", "vigie", "autre-mot", "later"),
        ("none", "", "", "dead"),
    ],
)
def test_who_logs_in(authority: Authority, id: str, user: str, password: str, state: str) -> None:
    box = Letterbox()
    with listening(box, authority, users={b"vigie": b"motdepasse"}) as where:
        done = send(delivery(), replace(where, user=user, password=password), timeout=5)
    assert (done.state == state and password not in done.reason.replace("()", "")) or not password
    assert len(box.got) == (state == "delivered")


def test_a_password_never_goes_over_a_line_that_anyone_reads() -> None:
    box = Letterbox()
    with listening(box, None) as where:
        done = send(
            delivery(), replace(where, security="starttls", user="vigie", password="motdepasse"), timeout=5
        )
    assert done.state == "dead" and box.asked == 0


def test_nobody_listens() -> None:
    with mail_server(Letterbox()) as port:
        pass
    assert send(delivery(), config(port), timeout=2).state == "later"


def test_the_libraries_raise_what_is_caught() -> None:
    assert issubclass(smtplib.SMTPServerDisconnected, smtplib.SMTPException) and issubclass(
        ssl.SSLError, OSError
    )


def test_nothing_of_a_recipient_is_printed_by_accident(tmp_path: Path) -> None:
    shown = repr(delivery()) + repr(config(25, user="u-s-e-r", password="p-a-s-s"))
    assert not [word for word in (TO, SENDER, "u-s-e-r", "p-a-s-s", "Sept surdoses") if word in shown]
