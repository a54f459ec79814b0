"""Marks: what lets reposts of one contact be counted when the contact itself is gone.

In: a removed span and its kind, inside the redactor, and the owner's key. Out: ContactMark, the HMAC-SHA256 of the canonical form.
Two ways of writing one contact have one mark: disguises are undone first, figures in words included, and a messenger's link to
an account or a number counts as that account or number. A handle says nothing of its network: it is the same mark on all of them.
Left out: names, addresses, positions, plates and papers. They are persons and places rather than means of contact, and so few
(some thousand given names and surnames, a street directory) that the holder of a key could try them all.

A mark is the whole digest. A shorter one would hide nothing from the holder of the key and would join strangers by chance.
The canonical form is the secret of this module: it is never stored, printed or put into an error.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

import phonenumbers

from vigie.model.document import ContactMark
from vigie.redact.disguise import plain
from vigie.redact.spans import Removal
from vigie.redact.spoken import in_figures
from vigie.text.normalise import fold

MARKED = ("card", "email", "handle", "iban", "phone", "url", "wallet")  # kinds of removals that get a mark
# National numbers are tried in these countries, after the country of the source. The order does not depend on the language of
# the text, so that one number has one mark in all of them.
REGIONS = ("FR", "GB", "US", "BE", "CH")
_LEAST_FIGURES, _MOST_FIGURES = 7, 15
_BETWEEN_NUMBERS = re.compile(r"\s?[/|;,\n]\s?|\s[-–—]\s|\s(?:ou|or|et|and)\s")
_NATIONAL = re.compile(r"(?:\+?33[\s.]?(?:\(0\))?|0)[\s.-]?[1-9](?:[\s.-]?\d\d){4}")
_KEY_ID_FIGURES = (
    12  # hex figures: enough to tell a few keys of one owner apart, and nothing can be computed back
)
_EXTENSION = re.compile(r"(?:ext\.?|extension|poste|x)\s?\d{1,6}\s*\Z")
_LONG_WORD = re.compile(r"[a-z]{3,}")
_LETTER_FIGURES = str.maketrans("OoIlSB", "001158")
_PLUS = re.compile(r"[\s(\[]*(?:\+|plus\s)")
_DOT = re.compile(r"\s?[\[({<]\s?(?:\.|dot|point)\s?[\])}>]\s?|\s(?:dot|point)\s|\s\.\s?|\.\s")
_AT = re.compile(
    r"\s?[\[({<]\s?(?:at|@|a|arobase|arrobase|arobas|chez)\s?[\])}>]\s?|\s(?:arobase|arrobase|arobas|at|chez)\s"
)
_JOINTS = {"tiret": "-", "dash": "-", "moins": "-", "hyphen": "-", "underscore": "_", "plus": "+"}
_JOINT = re.compile(rf"\s({'|'.join(_JOINTS)})\s")
_SLASH = re.compile(r"\s?/\s?|\sslash\s")
_SCHEME = re.compile(
    r"(?i)\A(?:[a-z]{2,12}\s?(?:\[:\]|:)\s?//?|(?:tg|magnet|tox|xmpp|bitcoin|ethereum|monero|litecoin)\s?:)"
)
_HIDDEN = re.compile(r"[^.]+(?=\.onion\Z|\.b32\.i2p\Z|\.i2p\Z)|\A[a-z2-7]{56}\Z")
_INVITES = ("discord.gg", "chat.whatsapp.com", "signal.group", "join.skype.com")  # the path is the group
_TELEGRAM = ("t.me", "telegram.me", "telegram.dog")
# A path whose first part, or the part after this one, is the name of an account.
_ACCOUNT_HOSTS = {
    "instagram.com": "", "tiktok.com": "", "twitter.com": "", "x.com": "", "facebook.com": "", "fb.com": "", "m.me": "",
    "snapchat.com": "add", "threema.id": "", "kik.me": "", "potato.im": "", "discordapp.com": "users", "discord.com": "users",
}  # fmt: skip
_PAGES = frozenset(
    {
        "p",
        "s",
        "reel",
        "reels",
        "share",
        "status",
        "groups",
        "watch",
        "i",
        "home",
        "search",
        "explore",
        "c",
        "joinchat",
    }
)


class Marker:
    """Makes marks with one key. Nothing of a contact, and nothing of the key, shows in its representation."""

    __slots__ = ("_key", "key_id")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.key_id = key_id(key)

    def __repr__(self) -> str:
        return f"Marker(key_id={self.key_id!r})"

    def marks(self, text: str, removals: Iterable[Removal], country: str = "") -> tuple[ContactMark, ...]:
        """The marks of what is about to be removed, each once with the times it occurs; in a stable order.

        `country` is the ISO 3166-1 code of the source, "" if unknown: national telephone numbers are read as of there.
        """
        found: Counter[tuple[str, str]] = Counter()
        for removal in removals:
            if removal.kind in MARKED:
                for value in _each(removal.kind, text[removal.start : removal.end]):
                    known = canonical(removal.kind, value, country)
                    if known is not None:
                        found[known[0], self._digest(*known)] += 1
        return tuple(
            ContactMark(kind=kind, mark=mark, key_id=self.key_id, times=times)
            for (kind, mark), times in sorted(found.items())
        )

    def of_identifier(self, identifier: str) -> set[str]:
        """The marks that a contact told by its holder can have, whatever kind it is taken for."""
        known = (canonical(kind, identifier) for kind in MARKED)
        return {self._digest(*found) for found in known if found is not None}

    def _digest(self, kind: str, value: str) -> str:
        return hmac.new(
            self._key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()


def key_id(key: bytes) -> str:
    """A short public name of a key, so that a change of key shows."""
    return hashlib.sha256(b"vigie contact key id\0" + key).hexdigest()[:_KEY_ID_FIGURES]


def together(marks: Iterable[ContactMark]) -> tuple[ContactMark, ...]:
    """Marks found in several passes over one document, each once with all its times."""
    times: Counter[tuple[str, str, str]] = Counter()
    for mark in marks:
        times[mark.kind, mark.mark, mark.key_id] += mark.times
    return tuple(
        ContactMark(kind=kind, mark=mark, key_id=key, times=count)
        for (kind, mark, key), count in sorted(times.items())
    )


def _each(kind: str, value: str) -> list[str]:
    """Several numbers that stand side by side leave the text as one removal."""
    if kind != "phone" or sum(c.isdecimal() for c in value) <= _MOST_FIGURES:
        return [value]
    for parts in (_BETWEEN_NUMBERS.split(value), _NATIONAL.findall(value)):
        sizes = [sum(c.isdecimal() for c in part) for part in parts]
        if (
            len(parts) > 1
            and min(sizes) >= _LEAST_FIGURES
            and sum(sizes) == sum(c.isdecimal() for c in value)
        ):
            return parts
    return [value]


def canonical(kind: str, value: str, country: str = "") -> tuple[str, str] | None:
    """(kind, form) that all ways of writing one contact share; None if too little is left to tell it from others.

    The kind may differ from that of the placeholder: phone, email, handle, invite, onion, url, wallet, iban or card.
    """
    shown = " ".join(unicodedata.normalize("NFKC", plain(value)).split())
    match kind:
        case "phone":
            return _phone(shown, country)
        case "email":
            return _email(shown)
        case "handle":
            return _handle(shown, country)
        case "url":
            return _link(shown, country)
        case "wallet" | "iban" | "card":
            return _account_number(kind, shown)
    return None


def _phone(value: str, country: str) -> tuple[str, str] | None:
    folded = _EXTENSION.sub("", fold(value))
    spoken = in_figures(folded)
    if spoken:
        figures = spoken
    else:
        kept = value[: len(folded)]
        for word in reversed(
            list(_LONG_WORD.finditer(folded))
        ):  # "06 12 34, puis 56 78": a word is not look-alikes
            kept = kept[: word.start()] + " " * (word.end() - word.start()) + kept[word.end() :]
        figures = "".join(str(int(c)) for c in kept.translate(_LETTER_FIGURES) if c.isdecimal())
    if len(figures) < _LEAST_FIGURES:
        return None
    return "phone", _international(figures, plus=_PLUS.match(folded) is not None, country=country)


def _international(figures: str, *, plus: bool, country: str) -> str:
    """E.164 where the figures are a number somewhere; else the figures, which are at least the same when repeated."""
    home = country[:2].upper()
    regions = [home] if home and home not in REGIONS else []
    regions += sorted(REGIONS, key=lambda region: region != home)
    forms = [(f"+{figures}", "ZZ")] if plus else [(figures, region) for region in regions]
    if not plus and figures[0] != "0":
        forms.append((f"+{figures}", "ZZ"))
    if figures.startswith("00"):
        forms.insert(0, (f"+{figures[2:]}", "ZZ"))
    numbers = []
    for form, region in forms:
        try:
            numbers.append(phonenumbers.parse(form, region))
        except phonenumbers.NumberParseException:
            continue
    for accepted in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in numbers:
            if accepted(number):
                return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return figures


def _email(value: str) -> tuple[str, str] | None:
    text = _JOINT.sub(lambda found: _JOINTS[found.group(1)], fold(value))
    text = _DOT.sub(".", _AT.sub("@", text)).replace(",", ".").replace(" ", "")
    local, sign, host = text.strip(".").rpartition("@")
    return ("email", f"{local}@{host}") if sign and local and "." in host else None


def _handle(value: str, country: str) -> tuple[str, str] | None:
    name = re.sub(r"\A/?u/(?=.{5})", "", value.casefold().replace(" ", "")).strip("@.:-👻\ufe0f")
    if name.isdecimal() and len(name) > _LEAST_FIGURES:
        return _phone(name, country)  # "WhatsApp : 0639981234"
    return ("handle", name) if sum(c.isalnum() for c in name) >= 3 else None


def _link(value: str, country: str) -> tuple[str, str] | None:
    text = _SLASH.sub("/", _DOT.sub(".", value))
    scheme = text[: found.end()].casefold() if (found := _SCHEME.match(text)) else ""
    bare = text[len(scheme) :].replace(" ", "").lstrip("/")
    if scheme.startswith(("bitcoin", "ethereum", "monero", "litecoin")):
        return _account_number("wallet", bare.partition("?")[0])
    if scheme.startswith("tg"):
        return _telegram_scheme(bare, country)
    try:
        parts = urlsplit("//" + bare.replace(",", ".", 1) if "." not in bare else "//" + bare)
        query = parse_qs(parts.query)
    except ValueError:
        return None
    host = re.sub(r"\Awww\d?\.", "", parts.netloc.rpartition("@")[2].casefold().partition(":")[0]).strip(".")
    path = [part for part in parts.path.split("/") if part]
    if not host:
        return None
    if hidden := _HIDDEN.search(host):
        return "onion", hidden.group()  # the service, whatever its page
    if "." not in host:
        return None
    return _messenger(host, path, query, parts.fragment, country) or ("url", "/".join([host, *path]))


def _messenger(
    host: str, path: list[str], query: dict[str, list[str]], fragment: str, country: str
) -> tuple[str, str] | None:
    """The number, account or group that a messenger's link leads to."""
    first = path[0] if path else ""
    if host in ("wa.me", "api.whatsapp.com", "whatsapp.com", "signal.me"):
        number = "".join(c for c in (query.get("phone") or [fragment or first])[0] if c.isdecimal())
        return _phone(f"+{number}", country) if number else None
    if host in _INVITES:
        return ("invite", f"{host}/{fragment or first}") if fragment or first else None
    if host in _TELEGRAM:
        if first.startswith("+") or (first == "joinchat" and len(path) > 1):
            return "invite", f"t.me/{path[-1].lstrip('+')}"
        return _handle(path[1] if first == "s" and len(path) > 1 else first, country)
    if host.endswith(".t.me"):
        return _handle(host.removesuffix(".t.me"), country)
    if host in ("discord.com", "discordapp.com") and first == "invite" and len(path) > 1:
        return "invite", f"discord.gg/{path[1]}"
    lead = _ACCOUNT_HOSTS.get(host)
    if lead is None or (lead and first.casefold() != lead):
        return None
    name = (path[1:2] or [""])[0] if lead else first
    return _handle(name, country) if name.casefold() not in _PAGES else None


def _telegram_scheme(bare: str, country: str) -> tuple[str, str] | None:
    """tg://resolve?domain=name, tg://join?invite=code"""
    query = parse_qs(bare.partition("?")[2])
    if query.get("phone"):
        return _phone(f"+{query['phone'][0]}", country)
    if query.get("domain"):
        return _handle(query["domain"][0], country)
    return ("invite", f"t.me/{query['invite'][0]}") if query.get("invite") else None


def _account_number(kind: str, value: str) -> tuple[str, str] | None:
    compact = "".join(c for c in value if c.isalnum())
    if kind == "iban":
        compact = compact.upper()
    elif re.match(r"(?i)0x|bc1|tb1|ltc1", compact):
        compact = compact.casefold()  # of these forms the case means nothing; of base58 it does
    return (kind, compact) if len(compact) >= 8 else None
