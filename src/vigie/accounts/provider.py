"""Sign-in through an OpenID provider: the authorization code with PKCE, state and nonce, the identity token verified.

In: the owner's settings, what the provider answers. Out: an address to send a browser to; an account. Whom the provider names is matched to
an account that an admin made, or gets one by a rule of claims that the owner wrote; nobody else comes in. What the provider answers is
bounded in size and time, and redirects are not followed. Left out: cookies and pages (`web/auth_pages.py`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from vigie.accounts.desk import Desk
from vigie.accounts.people import Account, AccountError
from vigie.accounts.records import ROLES, Role
from vigie.model.errors import SettingsError, VigieError
from vigie.settings import Settings

# authlib brings its client for httpx or its successor, whichever is installed: transport and errors must be of the same one.
http: Any = import_module(
    next(c.__module__.partition(".")[0] for c in OAuth2Client.__mro__ if c.__name__ == "Client")
)
_MOST_BYTES, _MOST_SECONDS, _EACH_SECONDS = 1 << 20, 15.0, 5.0
_KEEP = 3600.0  # seconds that the provider's own description is believed
_LEEWAY = 60  # seconds that two clocks may differ
_ALGORITHMS = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
]  # no "none", no shared secret
_KNOWN = ("issuer", "client_id", "secret_file", "label", "match", "scopes", "rule")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ProviderError(VigieError):
    """The provider did not answer as it must, or names nobody who may come in. `code`: what a page says."""

    def __init__(self, code: str, why: str) -> None:
        self.code = code
        super().__init__(f"sign-in through the provider: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who has `value` in `claim` (or as one of its list) has the role."""

    claim: str
    value: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """`[accounts.provider]` of the settings file.

    Attributes:
        match: the claim that is compared with logins at the first sign-in: "email" (verified only), "preferred_username", or "".
        label: what the button says.
    """

    issuer: str
    client_id: str
    secret: str = ""
    label: str = ""
    match: str = "email"
    scopes: str = "openid email profile"
    rules: tuple[Rule, ...] = ()

    @classmethod
    def of(cls, table: Mapping[str, Any], folder: Path) -> ProviderSettings:
        """Raises SettingsError. `folder`: where the settings file lies, beside which the secret's file is looked for."""
        for key in table:
            if key not in _KNOWN:
                raise SettingsError(f"accounts.provider: unknown key {key!r} (known: {', '.join(_KNOWN)})")
        texts = {key: table.get(key, "") for key in _KNOWN if key != "rule"}
        if not all(isinstance(value, str) for value in texts.values()) or not texts["client_id"]:
            raise SettingsError("accounts.provider: issuer and client_id are texts in quotes")
        if not _safe(texts["issuer"]):
            raise SettingsError(
                "accounts.provider: the issuer is an https address (http on this machine only)"
            )
        if texts["match"] not in ("", "none", "email", "preferred_username"):
            raise SettingsError('accounts.provider: match is "email", "preferred_username" or "none"')
        secret = ""
        if texts["secret_file"]:
            try:
                secret = (folder / texts["secret_file"]).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(
                    f"accounts.provider: secret_file cannot be read ({type(error).__name__})"
                ) from None
        given = {"label": texts["label"], "scopes": texts["scopes"], "match": texts["match"]}
        return cls(
            issuer=texts["issuer"], client_id=texts["client_id"], secret=secret, rules=_rules(table.get("rule", [])),
            **{key: value.replace("none", "") if key == "match" else value for key, value in given.items() if value},
        )  # fmt: skip


def _rules(rows: Any) -> tuple[Rule, ...]:
    if not isinstance(rows, list):
        raise SettingsError("accounts.provider: rules are tables, [[accounts.provider.rule]]")
    made = []
    for row in rows:
        if not isinstance(row, dict) or set(row) != {"claim", "value", "role"} or row["role"] not in ROLES:
            raise SettingsError(f"accounts.provider: a rule has claim, value and role ({', '.join(ROLES)})")
        made.append(Rule(claim=str(row["claim"]), value=str(row["value"]), role=row["role"]))
    return tuple(made)


def _safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def provider_of(settings: Settings) -> Provider | None:
    """The provider of the settings file; None where it names none. Raises SettingsError."""
    table = settings.accounts.get("provider")
    if table is None:
        return None
    if not isinstance(table, dict):
        raise SettingsError("accounts.provider is a table, [accounts.provider]")
    return Provider(ProviderSettings.of(table, settings.accounts_folder))


class Provider:
    """One provider, as the owner's settings name it."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._known: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, jwk.KeySet] | None = None

    def start(self, redirect: str, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes. Raises ProviderError."""
        with self._client(redirect) as client:
            address, _ = client.create_authorization_url(
                self._address("authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address)

    def finish(self, redirect: str, *, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """The claims that the provider signed. Raises ProviderError."""
        try:
            with self._client(redirect) as client:
                token = client.fetch_token(
                    self._address("token_endpoint"),
                    code=code,
                    code_verifier=verifier,
                    grant_type="authorization_code",
                )
            return self._verified(token, nonce)
        except ProviderError:
            raise
        except Exception as error:  # of three packages; what they say may quote the answer
            raise ProviderError("provider", f"its answer is not taken ({type(error).__name__})") from None

    def _verified(self, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        signed = str(token["id_token"])
        try:
            found = jwt.decode(signed, self._key_set(), algorithms=_ALGORITHMS)
        except (ValueError, JoseError):  # a key that we do not know: the provider may have new ones
            found = jwt.decode(signed, self._key_set(anew=True), algorithms=_ALGORITHMS)
        mine = {"essential": True, "value": self.settings.issuer}
        to_us = {"essential": True, "value": self.settings.client_id}
        claims = CodeIDToken(
            found.claims, found.header, {"iss": mine, "aud": to_us, "nonce": {"essential": True, "value": nonce}},
            {"nonce": nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token")},
        )  # fmt: skip
        claims.validate(now=int(time.time()), leeway=_LEEWAY)
        return dict(claims)

    def _description(self) -> Mapping[str, Any]:
        now = time.monotonic()
        if self._known is None or now - self._known[0] > _KEEP:
            found = self._get(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.settings.issuer:
                raise ProviderError("provider", "it calls itself by another name than the settings")
            self._known = now, found
        return self._known[1]

    def _address(self, name: str) -> str:
        found = self._description().get(name)
        if not isinstance(found, str) or not _safe(found):
            raise ProviderError("provider", f"its {name} is no https address")
        return found

    def _key_set(self, *, anew: bool = False) -> jwk.KeySet:
        now = time.monotonic()
        # Asked anew at most every half minute: tokens with made-up keys must not make us ask all the time.
        if self._keys is None or now - self._keys[0] > (30.0 if anew else _KEEP):
            found: Any = self._get(self._address("jwks_uri"))
            self._keys = now, jwk.KeySet.import_key_set(found)
        return self._keys[1]

    def _get(self, address: str) -> Mapping[str, Any]:
        try:
            with http.Client(
                transport=_Bounded(verify=_trusted()), timeout=_EACH_SECONDS, trust_env=False
            ) as client:
                answer = client.get(address)
                found = answer.json() if answer.status_code == 200 else None
        except (http.HTTPError, ValueError, RecursionError) as error:
            raise ProviderError("provider", f"it cannot be reached ({type(error).__name__})") from None
        if not isinstance(found, dict):
            raise ProviderError("provider", "it does not answer as a provider does")
        return found

    def _client(self, redirect: str) -> OAuth2Client:
        offered = self._description().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return OAuth2Client(
            self.settings.client_id, self.settings.secret or None, scope=self.settings.scopes, redirect_uri=redirect,
            token_endpoint_auth_method=method if self.settings.secret else "none", code_challenge_method="S256",
            transport=_Bounded(verify=_trusted()), timeout=_EACH_SECONDS, trust_env=False,
        )  # fmt: skip


@cache
def _trusted() -> Any:
    """The certificates that are believed: read once, which takes longer than asking."""
    return http.create_ssl_context()


class _Bounded(http.HTTPTransport):  # type: ignore[misc]
    """Answers of a megabyte and a quarter of a minute at most."""

    def handle_request(self, request: Any) -> Any:
        answer = super().handle_request(request)
        answer.stream = _BoundedStream(answer.stream)
        return answer


class _BoundedStream(http.SyncByteStream):  # type: ignore[misc]
    def __init__(self, stream: Any) -> None:
        self._stream, self._until = stream, time.monotonic() + _MOST_SECONDS

    def __iter__(self) -> Iterator[bytes]:
        seen = 0
        for part in self._stream:
            seen += len(part)
            if seen > _MOST_BYTES or time.monotonic() > self._until:
                raise http.ReadError("the answer is too long")
            yield part

    def close(self) -> None:
        self._stream.close()


def account_of(desk: Desk, settings: ProviderSettings, claims: Mapping[str, Any]) -> Account:
    """The account of whom the provider names. Raises ProviderError where nobody let them in."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise ProviderError("provider", "it names nobody")
    role, issuer = _role(settings.rules, claims), settings.issuer
    account = desk.people.linked(issuer, subject)
    if account is None:
        account = _matched(desk, settings, claims)
        if account is None and role is not None:
            account = _made(desk, claims, role)
        if account is None:
            raise ProviderError("nobody", "no account and no rule for this person")
        desk.people.link(account, issuer, subject)
    elif account.by_rule and role != account.role:
        desk.people.set_role(account, role or "public", by=account.id)
    account = desk.people.of(account.id)
    if account.disabled or (account.by_rule and role is None):
        raise ProviderError("nobody", "the account is disabled, or no rule names this person any more")
    return account


def _matched(desk: Desk, settings: ProviderSettings, claims: Mapping[str, Any]) -> Account | None:
    """An account that an admin made for the person: the claim is its login, and nobody came that way before."""
    name = claims.get(settings.match) if settings.match else None
    if not isinstance(name, str) or not name:
        return None
    if settings.match == "email" and claims.get("email_verified") is not True:
        return None
    found = desk.people.find(name)
    return found if found is not None and found.issuer is None and not found.by_rule else None


def _made(desk: Desk, claims: Mapping[str, Any], role: Role) -> Account:
    names = (claims.get(key) for key in ("preferred_username", "email", "sub"))
    for name in names:
        if isinstance(name, str) and desk.people.find(name) is None:
            try:
                return desk.people.add(name, role, by="provider", by_rule=True)
            except AccountError:
                continue
    raise ProviderError("nobody", "no login can be made for this person")


def _role(rules: tuple[Rule, ...], claims: Mapping[str, Any]) -> Role | None:
    """The highest role that a rule gives."""
    given = [rule.role for rule in rules if _holds(claims.get(rule.claim), rule.value)]
    return max(given, key=ROLES.index, default=None)


def _holds(claim: Any, value: str) -> bool:
    return claim == value if isinstance(claim, str) else isinstance(claim, list) and value in claim
