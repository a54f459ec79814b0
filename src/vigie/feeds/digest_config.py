"""What a digest is told: where it goes, how, and with which secrets.

In: a TOML file that only its owner can read, and the environment. Out: DigestConfig. Secrets come from the environment or from a file
of their own with mode 0600, never from the configuration; no message names an address, a URL or a secret.
Left out: who subscribes (the owner's own list; nothing of it enters the store).
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from vigie.model.errors import SettingsError

Security = Literal["starttls", "tls", "none"]
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MAIL = {"host", "port", "security", "sender", "to", "unsubscribe", "ca_file", "credentials_file", "analyst"}
_HOOK = {"name", "url", "secret_file", "allow_private", "allow_http", "ca_file", "analyst"}
_TOP = {"mail", "webhook", "base_url", "area"}
_LEAST_SECRET = 16  # characters: a shorter key of HMAC-SHA256 can be tried out


@dataclass(frozen=True, slots=True, kw_only=True)
class MailConfig:
    """How mail goes out; `to` holds personal data and is never printed (nor is any field in `repr`)."""

    host: str
    port: int
    security: Security
    sender: str = field(repr=False)
    to: tuple[str, ...] = field(repr=False)
    unsubscribe: str = field(default="", repr=False)
    ca_file: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    analyst: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HookConfig:
    """One webhook; `name` is what messages call it."""

    name: str
    url: str = field(repr=False)
    secret: bytes = field(repr=False)
    allow_private: bool = False
    ca_file: str = ""
    analyst: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestConfig:
    mail: MailConfig | None = None
    webhooks: tuple[HookConfig, ...] = ()
    base_url: str = ""
    area: str | None = None


def load_config(
    path: Path | None, to: Sequence[str] = (), environment: Mapping[str, str] = os.environ
) -> DigestConfig:
    """Read the file, and the environment for what it does not say; `to` goes before the recipients of the file.

    Raises:
        SettingsError: naming the key and the repair.
    """
    table = _read(path) if path is not None else {}
    _known(table, _TOP, "")
    mail = _mail(dict(table.get("mail", {})), tuple(to), environment, path)
    hooks = table.get("webhook", [])
    if not isinstance(hooks, list):
        raise SettingsError("webhook is a list: write [[webhook]]")
    found = tuple(_hook(row, n, environment, path) for n, row in enumerate(hooks, 1))
    if len({h.name for h in found}) != len(found):
        raise SettingsError("two webhooks have the same name")
    return DigestConfig(
        mail=mail, webhooks=found, base_url=str(table.get("base_url", "")), area=table.get("area") or None
    )


def addresses(found: Sequence[str]) -> tuple[str, ...]:
    """The recipients, each once. Raises SettingsError with the number of the one that is none, never the address."""
    kept = []
    for number, text in enumerate(found, 1):
        kept.append(_address(text, f"recipient {number}"))
    return tuple(dict.fromkeys(kept))


def _address(text: str, what: str) -> str:
    try:
        address = Address(addr_spec=text.strip())
        good = bool(address.domain and address.username) and text.isascii() and text.isprintable()
    except (ValueError, IndexError, AttributeError, LookupError):  # what the parser raises for odd input
        good = False
    except Exception as error:  # email's own errors of defects, which quote the address
        if not type(error).__module__.startswith("email"):
            raise
        good = False
    if not good:
        raise SettingsError(f"{what} is no e-mail address (unit@health.example, in ASCII)")
    return text.strip()


def _mail(
    table: dict[str, Any], to: tuple[str, ...], environment: Mapping[str, str], path: Path | None
) -> MailConfig | None:
    _known(table, _MAIL, "mail.")
    recipients = addresses(to or [str(a) for a in table.get("to", [])])
    if not recipients and not table:
        return None
    host = str(table.get("host") or environment.get("VIGIE_SMTP_HOST", ""))
    security = str(table.get("security") or environment.get("VIGIE_SMTP_SECURITY", "") or "starttls")
    sender = str(table.get("sender") or environment.get("VIGIE_SMTP_FROM", ""))
    port = table.get("port") or environment.get("VIGIE_SMTP_PORT", "")
    if not host:
        raise SettingsError("mail.host is missing: the mail server (or VIGIE_SMTP_HOST)")
    if security not in ("starttls", "tls", "none"):
        raise SettingsError("mail.security is starttls, tls or none")
    if security == "none" and host not in _LOOPBACK:
        raise SettingsError("mail.security = none is for a server on this machine only (use starttls or tls)")
    if not recipients:
        raise SettingsError("mail.to is empty: name the recipients (or --to)")
    if port and not (str(port).isdigit() and 0 < int(port) < 65536):
        raise SettingsError("mail.port is a number from 1 to 65535")
    user, password = _credentials(table, environment, path)
    if user and security == "none":
        raise SettingsError("mail.security = none sends no password (use starttls or tls)")
    unsubscribe = str(table.get("unsubscribe", ""))
    plain = unsubscribe.isascii() and not set(unsubscribe) & set("<> \r\n")
    if unsubscribe and not (plain and unsubscribe.startswith(("mailto:", "https://"))):
        raise SettingsError("mail.unsubscribe is a mailto: or https:// address")
    return MailConfig(
        host=host,
        port=int(port) if port else _PORTS[security],  # type: ignore[index]
        security=security,  # type: ignore[arg-type]
        sender=_address(sender, "mail.sender"),
        to=recipients,
        unsubscribe=unsubscribe,
        ca_file=_beside(table.get("ca_file", ""), path),
        user=user,
        password=password,
        analyst=table.get("analyst") is True,
    )


def _credentials(table: dict[str, Any], environment: Mapping[str, str], path: Path | None) -> tuple[str, str]:
    """User and password: two lines of a file that only its owner reads, else from the environment."""
    if name := table.get("credentials_file"):
        lines = _secret_file(_beside(name, path), "mail.credentials_file").splitlines()
        if len(lines) != 2:
            raise SettingsError("mail.credentials_file has two lines: the user and the password")
        return lines[0], lines[1]
    return environment.get("VIGIE_SMTP_USER", ""), environment.get("VIGIE_SMTP_PASSWORD", "")


def _hook(row: Any, number: int, environment: Mapping[str, str], path: Path | None) -> HookConfig:
    if not isinstance(row, dict):
        raise SettingsError("webhook is a list: write [[webhook]]")
    _known(row, _HOOK, "webhook.")
    name, url = str(row.get("name", f"webhook-{number}")), str(row.get("url", ""))
    if not (name.replace("-", "").isalnum() and name.isascii() and len(name) <= 40):
        raise SettingsError(f"the name of webhook {number} is letters, figures and hyphens, at most 40")
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        good = good and parts.username is None and not parts.fragment and url.isprintable() and " " not in url
    except ValueError:
        good = False
    if not good:
        raise SettingsError(f"{name}: the url is no https address")
    if parts.scheme == "http" and row.get("allow_http") is not True:
        raise SettingsError(
            f"{name}: the url is http, which anyone on the way can read (https, or allow_http = true)"
        )
    if parts.scheme == "http" and row.get("analyst") is True:
        raise SettingsError(f"{name}: what is for the analyst never goes through http (use https)")
    if file := row.get("secret_file"):
        secret = _secret_file(_beside(file, path), f"{name}: secret_file").strip()
    else:
        secret = environment.get("VIGIE_WEBHOOK_SECRET", "")
    if len(secret) < _LEAST_SECRET:
        raise SettingsError(
            f"{name}: no secret of at least {_LEAST_SECRET} characters (VIGIE_WEBHOOK_SECRET, or secret_file with mode 600)"
        )
    return HookConfig(
        name=name,
        url=url,
        secret=secret.encode(),
        allow_private=row.get("allow_private") is True,
        ca_file=_beside(row.get("ca_file", ""), path),
        analyst=row.get("analyst") is True,
    )


def _known(table: Mapping[str, Any], names: set[str], before: str) -> None:
    """A key that nobody reads is a mistake; one that looks like a secret is told where it belongs."""
    for key in table:
        if key in names:
            continue
        if any(word in key.lower() for word in ("password", "secret", "token", "user")):
            raise SettingsError(
                f"{before}{key}: no secret stands in the configuration (environment, or a file of its own with mode 600)"
            )
        raise SettingsError(f"{before}{key}: no such key (keys: {', '.join(sorted(names))})")


def _read(path: Path) -> dict[str, Any]:
    """The file; one that others may read is refused, because addresses of persons stand in it."""
    try:
        return tomllib.loads(_secret_file(str(path), "the configuration of the digest"))
    except tomllib.TOMLDecodeError as error:
        # Its message may quote a line: only the place is told.
        line = getattr(error, "lineno", None)
        raise SettingsError(
            f"the configuration of the digest is no TOML{f' (line {line})' if line else ''}"
        ) from None


def _secret_file(name: str, what: str) -> str:
    try:
        file = Path(name)
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError(f"{what} may be read by others (chmod 600)")
        return file.read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"{what} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{what} is no UTF-8 text") from None


def _beside(name: object, path: Path | None) -> str:
    """A file named in the configuration is looked for beside it."""
    return str((path.parent if path else Path()) / str(name)) if name else ""
