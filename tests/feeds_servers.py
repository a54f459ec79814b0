"""Real servers for the tests of the digest: one of mail, and one of HTTP that behaves as it is told."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

Answer = Callable[[socket.socket], None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Authority:
    """A certificate authority of the tests, and what it signs."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.file = str(folder / "ca.pem")
        self._ca.cert_pem.write_to_path(self.file)

    def context(self, *names: str) -> ssl.SSLContext:
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names).configure_cert(found)
        return found


@dataclass
class Letterbox:
    """A mail server's part that answers: `rcpt` and `data` are what it says, in turn, then "250 OK"."""

    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    drop: int = 0
    got: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    asked: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked += 1
        said = self.rcpt.pop(0) if self.rcpt else "250 OK"
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.drop:
            self.drop -= 1
            assert server.transport is not None
            server.transport.abort()
            return "250 OK"
        said = self.data.pop(0) if self.data else "250 OK"
        if said.startswith("250"):
            self.got.append(envelope)
            self.encrypted.append(session.ssl is not None)
        return said


@contextmanager
def mail_server(
    letterbox: Letterbox, context: ssl.SSLContext | None = None, users: dict[bytes, bytes] | None = None
) -> Iterator[int]:
    """A mail server on this machine, with STARTTLS where a certificate is given; its port."""

    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(users or {}).get(data.login) == data.password)

    port = free_port()
    controller = Controller(
        letterbox, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=context is not None,
        authenticator=known if users else None, auth_required=bool(users),
    )  # fmt: skip
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@dataclass
class Web:
    """What an HTTP server was asked; `answers` are given in turn, the last one again and again."""

    answers: Sequence[Answer]
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def headers(self, n: int = 0) -> dict[str, str]:
        head = self.requests[n].partition(b"\r\n\r\n")[0].decode()
        return {k.lower(): v for k, v in (line.split(": ", 1) for line in head.split("\r\n")[1:])}

    def body(self, n: int = 0) -> bytes:
        return self.requests[n].partition(b"\r\n\r\n")[2]


def says(status: int, *headers: str, body: bytes = b"") -> Answer:
    lines = [f"HTTP/1.1 {status} X", *headers, f"Content-Length: {len(body)}", "", ""]
    return lambda line: line.sendall("\r\n".join(lines).encode() + body)


@contextmanager
def web_server(*answers: Answer, context: ssl.SSLContext | None = None) -> Iterator[Web]:
    """A server on this machine that answers as told, one connection after the other."""
    web, listening = Web(answers=answers), socket.create_server(("127.0.0.1", 0))
    web.port = listening.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            web.connections += 1
            with suppress(OSError):
                line.settimeout(5)
                if context is not None:
                    line = context.wrap_socket(line, server_side=True)
                web.requests.append(_request(line))
                answers[min(len(web.requests) - 1, len(answers) - 1)](line)
            with suppress(OSError):
                line.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(10)


def _request(line: socket.socket) -> bytes:
    """Head and body, by Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = line.recv(65536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body
