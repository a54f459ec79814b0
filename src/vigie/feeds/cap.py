"""A draft in the Common Alerting Protocol, version 1.2 (OASIS, 2010), as XML.

In: a CapDraft. Out: one `<alert>` as bytes, with status Draft whatever it holds. The same draft gives the same bytes.
Left out: polygons and circles (the area is a code, a department at the finest), contacts, instructions (a person writes them), and
any other status: Vigie sends no alert.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from lxml import etree

from vigie.feeds.plain import cut, plain
from vigie.model.errors import SettingsError

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "vigie.draft.invalid"  # nobody's domain (RFC 2606): whoever sends the alert puts their own
Scope = Literal["Restricted", "Public", "Private"]
MsgType = Literal["Alert", "Update", "Cancel"]
_MAIN: Any = {None: CAP}
_HEADLINE = 160  # characters; the standard's own advice for small displays
_SENDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,200}")
_ADDRESS = re.compile(r"[^\s\"<>&,][^\"<>&,\n]{0,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CapInfo:
    """What the draft says in one language ("fr-FR"); `parameters` are names and values for programs."""

    language: str
    event: str
    headline: str
    description: str
    sender_name: str
    area: str
    web: str = ""
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapDraft:
    """One message.

    Attributes:
        name: "w-1f0c52aa90b3", "r3" or "a_1f0c52aa90b3"; with the version it identifies the message.
        sent: when this version was made, UTC.
        earlier: (version, sent) of the messages that this one replaces.
        public: whether anyone may read it: else the scope stays Restricted.
        urgency, severity, certainty: codes of the standard.
        kind: code of what happened.
        geocode: ("ISO 3166-2", "FR-69"); None without a place.
    """

    name: str
    version: int
    sent: datetime
    type: MsgType
    earlier: tuple[tuple[int, datetime], ...]
    public: bool
    urgency: str
    severity: str
    certainty: str
    kind: str
    geocode: tuple[str, str] | None
    restriction: str
    note: str
    infos: tuple[CapInfo, ...]

    @property
    def identifier(self) -> str:
        """No blank, comma, < or & may stand in it (section 3.2.1)."""
        return _identifier(self.name, self.version)


def cap(
    draft: CapDraft, *, scope: Scope = "Restricted", sender: str = SENDER, addresses: Sequence[str] = ()
) -> bytes:
    """The draft as XML.

    Args:
        scope: Public or Private only for what anyone may read; Private names its addresses.
        sender: who would send it, as a domain name.
    Raises:
        SettingsError: if the scope is not allowed, lacks its addresses, or a name has characters that the standard forbids.
    """
    _check(draft, scope, sender, addresses)
    alert = etree.Element(f"{{{CAP}}}alert", nsmap=_MAIN)
    _add(alert, "identifier", draft.identifier)
    _add(alert, "sender", sender)
    _add(alert, "sent", _time(draft.sent))
    _add(alert, "status", "Draft")
    _add(alert, "msgType", draft.type)
    _add(alert, "scope", scope)
    if scope == "Restricted":
        _add(alert, "restriction", draft.restriction)
    if scope == "Private":
        _add(alert, "addresses", " ".join(f'"{a}"' if " " in a else a for a in addresses))
    _add(alert, "note", draft.note)
    if draft.earlier:
        told = (f"{sender},{_identifier(draft.name, n)},{_time(sent)}" for n, sent in draft.earlier)
        _add(alert, "references", " ".join(told))
    for info in draft.infos:
        _info(alert, draft, info)
    return etree.tostring(alert, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _info(alert: etree._Element, draft: CapDraft, info: CapInfo) -> None:
    block = _add(alert, "info")
    _add(block, "language", info.language)
    _add(block, "category", "Health")
    _add(block, "event", info.event)
    _add(block, "urgency", draft.urgency)
    _add(block, "severity", draft.severity)
    _add(block, "certainty", draft.certainty)
    _pair(block, "eventCode", "vigie", draft.kind)
    _add(block, "senderName", info.sender_name)
    _add(block, "headline", cut(info.headline, _HEADLINE))
    _add(block, "description", info.description)
    if info.web:
        _add(block, "web", info.web)
    for name, value in info.parameters:
        _pair(block, "parameter", name, value)
    area = _add(block, "area")
    _add(area, "areaDesc", info.area)
    if draft.geocode:
        _pair(area, "geocode", *draft.geocode)


def _check(draft: CapDraft, scope: str, sender: str, addresses: Sequence[str]) -> None:
    if scope not in ("Restricted", "Public", "Private"):
        raise SettingsError("the scope is restricted, public or private")
    if scope != "Restricted" and not draft.public:
        raise SettingsError(
            f"{draft.name} is an alert of the analyst: its scope stays restricted (an editor makes one public: vigie release)"
        )
    if (scope == "Private") != bool(addresses):
        raise SettingsError("a private draft names its addresses, and no other does (--address)")
    if not _SENDER.fullmatch(sender):
        raise SettingsError("the sender is a domain name, without blanks, commas, < or & (health.example)")
    if not all(_ADDRESS.fullmatch(a) for a in addresses):
        raise SettingsError("an address is a name without quotes, commas, < or & (unit-7)")


def _identifier(name: str, version: int) -> str:
    return f"vigie-{name}-v{version}"


def _time(when: datetime) -> str:
    """The standard forbids Z and writes UTC as -00:00 (section 3.3.2)."""
    return when.strftime("%Y-%m-%dT%H:%M:%S-00:00")


def _pair(parent: etree._Element, name: str, key: str, value: str) -> None:
    pair = _add(parent, name)
    _add(pair, "valueName", key)
    _add(pair, "value", value)


def _add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{CAP}}}{name}")
    if text:
        element.text = plain(text)
    return element
