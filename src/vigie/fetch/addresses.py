"""Which addresses may be asked: pages of the open network, never the machine's own nor its neighbours'.

In: an address of a page, or of a machine. Out: its checked parts, or why not. Left out: resolving names (`dial.py`), where the address
of the machine is checked again at the moment of connecting.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from vigie.fetch.outcome import Unfetched
from vigie.lexicon.terms import data_toml

MOST_CHARS = 2000
PORTS = frozenset({80, 443, 8080, 8443})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")  # RFC 9637; older Pythons take it for global
# Protocols of the IETF, metadata of clouds; older Pythons know parts of it.
_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})  # RFC 5214: the last 32 bits after these are an address of IPv4
_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\\u200b-\u200f\u2028-\u202e\ufeff]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A checked address. `url` is whole; `origin` is scheme, host and port; `path` with its query, never empty."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """`https://host:443`, the same for every way to write it."""
        return f"{self.scheme}://{self.host}:{self.port}"


def address(url: str, base: str = "", *, ports: frozenset[int] | None = PORTS) -> Address:
    """The address that `url` (of a link on `base`) stands for, without its fragment.

    Args:
        ports: those that may be asked; None for any.
    Raises:
        Unfetched: for another scheme than http and https, an account in it, a port that no page has, and what is no address.
    """
    url = url.strip(" \t\r\n\f")
    if len(url) > MOST_CHARS or _ODD.search(url):
        raise Unfetched("bad-address")
    try:
        parts = urlsplit(urljoin(base, url) if base else url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        raise Unfetched("bad-address") from None
    if scheme not in ("http", "https"):
        raise Unfetched("bad-scheme")
    if parts.username is not None or parts.password is not None:
        raise Unfetched("account-in-address")
    host = _host(host)
    port = port if port is not None else (443 if scheme == "https" else 80)
    if ports is not None and port not in ports:
        raise Unfetched("bad-port", host)
    path = parts.path or "/"
    try:
        path = path if path.isascii() else _escaped(path)
        query = parts.query if parts.query.isascii() else _escaped(parts.query)
    except UnicodeEncodeError:
        raise Unfetched("bad-address") from None
    shown = f"[{host}]" if ":" in host else host
    usual = port == (443 if scheme == "https" else 80)
    whole = urlunsplit((scheme, shown if usual else f"{shown}:{port}", path, query, ""))
    return Address(url=whole, scheme=scheme, host=host, port=port, path=path + (f"?{query}" if query else ""))


def _host(host: str) -> str:
    """Lower case, ASCII (IDNA). A number in any writing but the usual one is refused: 0x7f.1 and 2130706433 are 127.0.0.1."""
    host = host.lower().rstrip(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise Unfetched("bad-address") from None
    labels = host.split(".")
    if not host or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Unfetched("bad-address")
    if re.fullmatch(r"0x[0-9a-f]*|\d+", labels[-1]):
        raise Unfetched("bad-address")
    if any(label.startswith("xn--") for label in labels):
        _punycode(host)
    return host


def _punycode(host: str) -> None:
    """Refuse what stands for no name: httpx, which reads it as IDNA of 2008, would stumble over it."""
    import idna  # comes with httpx; waits for a host that needs it

    try:
        idna.decode(host)
    except UnicodeError:
        raise Unfetched("bad-address") from None


def _escaped(text: str) -> str:
    return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode("utf-8")) for c in text)


def is_public(number: str) -> bool:
    """True for an address that anyone can reach; one of IPv4 inside IPv6 is judged as what it is."""
    try:
        found = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return False
    if found in _PROTOCOLS:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if found in _DOCUMENTATION:
            return False
        if (int(found) >> 32) & 0xFFFFFFFF in _ISATAP:
            host = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
            if not host.is_global or host.is_multicast:
                return False
        if inside is not None:
            return is_public(str(inside))
    # fec0::/10, once addresses of a site: Python takes what is left of it for global.
    local = isinstance(found, ipaddress.IPv6Address) and found.is_site_local
    return found.is_global and not found.is_multicast and not found.is_reserved and not local


def same_site(host: str, home: str, others: tuple[str, ...] = ()) -> bool:
    """Whether a host is the home of a source, one below or above it, or one of the others that its card names."""
    bare = home.removeprefix("www.")
    bare = home if _shared(bare) else bare  # www.gov.uk is one site, gov.uk are thousands
    above = bare.endswith(f".{host}") and not _shared(host)
    near = host == bare or host.endswith(f".{bare}") or above
    return near or any(host == other or host.endswith(f".{other}") for other in others)


def _shared(host: str) -> bool:
    """Whether names below this one belong to many: "uk", "gouv.fr", "github.io". In doubt they do."""
    table = data_toml("watch", "suffixes.toml")
    first, _, rest = host.partition(".")
    country = "." not in rest and len(rest) == 2
    return not rest or host in table["suffixes"] or (country and first in table["second_level"])
