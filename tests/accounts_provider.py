"""An OpenID provider for tests, served over HTTP on this machine: a real one in small, with faults that can be turned on."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT, CLIENT_SECRET = "vigie-test", "secret of the client"


@dataclass
class Provider:
    """What it knows of whom, and what it does wrong.

    Attributes:
        person: the claims of whoever signs in next.
        faults: what it does wrong: names as in the tests.
        asked: what the token endpoint was sent, the last time.
    """

    issuer: str = ""
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "s-1", "email": "ada@observatory.example", "email_verified": True}
    )
    faults: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "one"}))
    other: Any = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "one"}))

    def reset(self) -> None:
        self.faults.clear()
        self.codes.clear()
        self.person = {"sub": "s-1", "email": "ada@observatory.example", "email_verified": True}

    def description(self) -> dict[str, Any]:
        here = "http://127.0.0.1:1" if "other_issuer" in self.faults else self.issuer
        token = "http://attacker.example/token" if "plain_http" in self.faults else f"{self.issuer}/token"
        return {
            "issuer": here, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": token, "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }  # fmt: skip

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to: the person has said yes."""
        assert (
            asked["response_type"] == "code"
            and asked["client_id"] == CLIENT
            and "openid" in asked["scope"].split()
        )
        assert (
            asked["code_challenge_method"] == "S256"
            and len(asked["state"]) >= 22
            and len(asked["nonce"]) >= 22
        )
        code = token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.asked = sent
        flow = self.codes.pop(sent.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET.replace(' ', '%20')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        if (
            flow is None
            or authorization not in (f"Basic {basic}", f"Basic {plain}")
            or sent["redirect_uri"] != flow["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        if challenge != flow["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "at",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.signed(flow["nonce"]),
        }

    def signed(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
            **self.person,
        }
        wrong: dict[str, dict[str, Any]] = {
            "iss": {"iss": "https://attacker.example"}, "aud": {"aud": "another-client"}, "azp": {"aud": [CLIENT, "x"], "azp": "x"},
            "expired": {"exp": now - 3600}, "future": {"nbf": now + 3600}, "nonce": {"nonce": "another"}, "no_nonce": {"nonce": None}, "no_sub": {"sub": None},
            "long_sub": {"sub": "x" * 5000}, "at_hash": {"at_hash": "AAAA"},
        }  # fmt: skip
        for fault in self.faults & set(wrong):
            claims |= wrong[fault]
        claims = {name: value for name, value in claims.items() if value is not None}
        if "alg_none" in self.faults:
            parts = [
                base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode()
                for p in ({"alg": "none"}, claims)
            ]
            return ".".join([*parts, ""])
        if "alg_hs256" in self.faults:  # signed with the public key as if it were a shared secret
            public = self.key.as_pem(private=False)
            parts = [
                base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode()
                for p in ({"alg": "HS256", "kid": "one"}, claims)
            ]
            import hmac

            seal = hmac.new(public, ".".join(parts).encode(), hashlib.sha256).digest()
            return ".".join([*parts, base64.urlsafe_b64encode(seal).rstrip(b"=").decode()])
        key = self.other if "other_key" in self.faults else self.key
        found: str = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return found


@contextmanager
def serving() -> Iterator[Provider]:
    """The provider at an address of this machine."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at = urlsplit(self.path)
            if at.path == "/authorize":
                self.send_response(302)
                self.send_header(
                    "location", provider.authorize({k: v[0] for k, v in parse_qs(at.query).items()})
                )
                self.end_headers()
            elif at.path == "/jwks":
                self._json(200, {"keys": [provider.key.as_dict(private=False)]})
            else:
                self._json(200, provider.description())

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            status, found = provider.token(
                {k: v[0] for k, v in parse_qs(sent).items()}, self.headers.get("authorization", "")
            )
            if "redirect" in provider.faults:
                self.send_response(302)
                self.send_header("location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                return
            if "huge" in provider.faults:
                found["padding"] = "x" * (2 << 20)
            self._json(status, found)

        def _json(self, status: int, value: Any) -> None:
            body = b"<html>" if "html" in provider.faults else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
