"""One digest to one webhook, by HTTP POST with a signature.

In: a delivery, the webhook. Out: Outcome. No redirect is followed, no proxy is used, and nothing of the answer but its status and
Retry-After is read. The name is resolved once, every address it has is checked, and the connection goes to the address that was checked:
a name that points into the owner's own network is refused, also if it does so a moment later.
Signature: `X-Vigie-Signature: t=<unix time>,v1=<hex HMAC-SHA256 of "t.body">`; who receives it should refuse an old t.
"""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from vigie.feeds.digest_config import HookConfig
from vigie.feeds.outbox import Delivery
from vigie.feeds.outcome import DELIVERED, Outcome, dead, later
from vigie.fetch.addresses import is_public
from vigie.model.errors import MissingExtraError

TIMEOUT = 10.0  # seconds to connect, and for each part of the answer
LIMIT = 30.0  # seconds for the whole, so that nobody can hold the line with a byte now and then
_AGAIN = (408, 425, 429)
_LONGEST = 86_400.0  # seconds: a Retry-After beyond a day is taken as a day


def sign(secret: bytes, when: int, body: bytes) -> str:
    """The header's value."""
    return f"t={when},v1={hmac.new(secret, f'{when}.'.encode() + body, hashlib.sha256).hexdigest()}"


def checked_address(host: str, port: int, *, allow_private: bool) -> str | None:
    """An address of the host to which a connection may go; None if any of them lies in a private network.

    Raises:
        OSError: if the name cannot be resolved.
    """
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not allow_private and not all(is_public(address) for address in found):
        return None
    return found[0] if found else None


def post(
    delivery: Delivery, config: HookConfig, *, timeout: float = TIMEOUT, limit: float = LIMIT
) -> Outcome:
    """Try once, for at most `limit` seconds."""
    try:
        import httpx
    except ImportError:
        raise MissingExtraError("the webhook", "notify") from None
    parts = urlsplit(config.url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        address = checked_address(host, port, allow_private=config.allow_private)
    except (OSError, UnicodeError):
        return later("the name of the host cannot be resolved")
    if address is None:
        return dead("the host lies in a private network (allow_private = true, if that is meant)")
    body = delivery.content["body"].encode()
    now = int(time.time())
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Vigie",
        "Connection": "close",
        "X-Vigie-Delivery": delivery.id,
        "X-Vigie-Signature": sign(config.secret, now, body),
    }
    target = httpx.URL(config.url).copy_with(host=address, port=port)
    # The certificate is that of the name, whatever address was dialled.
    extensions = {"sni_hostname": host} if parts.scheme == "https" else {}
    context = ssl.create_default_context(cafile=config.ca_file or None)
    client = httpx.Client(verify=context, follow_redirects=False, trust_env=False, timeout=timeout)
    found: list[Outcome] = []

    def work() -> None:
        try:
            with client.stream(
                "POST", target, content=body, headers=headers, extensions=extensions
            ) as answer:
                found.append(_outcome(answer.status_code, answer.headers.get("retry-after", "")))
        except httpx.TimeoutException:
            found.append(later("no answer in time"))
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            found.append(later(f"the connection failed ({type(error).__name__})"))
        except Exception as error:  # of a client that was closed under it
            found.append(later(f"the connection was given up ({type(error).__name__})"))

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(limit)
    if not found:
        client.close()  # its connections with it
        return later("no whole answer in time")
    client.close()
    return found[0]


def _outcome(status: int, retry_after: str) -> Outcome:
    if 200 <= status < 300:
        return DELIVERED
    if status in _AGAIN or status >= 500:
        return later(f"the webhook answered {status}", _seconds(retry_after))
    if 300 <= status < 400:
        return dead(f"the webhook answered {status}: no redirect is followed (write its last address)")
    return dead(f"the webhook answered {status}")


def _seconds(retry_after: str) -> float | None:
    """Seconds to wait, of a number or a date (RFC 9110, 10.2.3); None for anything else."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - datetime.now(UTC)).total_seconds(), 0.0), _LONGEST)
