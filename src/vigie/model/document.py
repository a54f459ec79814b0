"""Documents before and after redaction.

RawDocument comes from a reader and may hold personal data: it is passed straight to the redactor and nowhere else.
CleanDocument comes from the redactor only; extractors and the store accept nothing else, so that the type checker
catches raw text passed by mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from vigie.model.period import PartialDate

DocKind = Literal[
    "press",
    "agency",
    "parliament",
    "warning",
    "forum",
    "chat",
    "advert",
    "report",
    "field-note",
    "newsletter",
    "table",
    "unknown",
]
TITLE_SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """Where documents come from and under which terms they are read.

    Attributes:
        id: short key, unique in a store ("ofdt").
        kind: what its documents are.
        grade: Admiralty reliability, "A" (completely reliable) to "F" (cannot be judged).
        legal_basis: why the source may be read; required for chats that are not public channels.
        retention_months: how long the redacted full text is kept.
        satire: its news is invented; its facts enter no figure.
    """

    id: str
    name: str
    publisher: str = ""
    kind: DocKind = "unknown"
    country: str = ""
    area: str = ""
    language: str = ""
    grade: str = "F"
    licence: str = ""
    legal_basis: str = ""
    retention_months: int = 12
    satire: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """What a reader found in one input, before redaction. Never stored, never logged.

    Attributes:
        path: the input as given, with "#n" appended for the n-th document of a container.
        format: name of the reader ("html", "pdf").
        title, text: main text without page furniture; title may be "".
        outlet: site or publication name, "" if unknown.
        published: publication date from metadata or layout, None if unknown.
        kind: what the layout says the document is; "unknown" leaves it to the source card.
        extra_names: personal names known from metadata (authors) that must be removed from the text.
    """

    path: str
    format: str
    text: str
    title: str = ""
    outlet: str = ""
    published: PartialDate | None = None
    kind: DocKind = "unknown"
    source: SourceCard | None = None
    extra_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMark:
    """A contact that was removed, as something that can be counted and not read. Made only when the owner asks for it.

    Attributes:
        kind: phone, email, handle, invite, onion, url, wallet, iban or card.
        mark: HMAC-SHA256 of the canonical form of the contact, 64 hex figures; the same key gives the same mark.
        key_id: which key made it; marks of two keys cannot be compared.
        times: how often the document held it.
    """

    kind: str
    mark: str
    key_id: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanDocument:
    """A redacted document. Only `vigie.redact` (and the store, reading back what it was given) makes one.

    Attributes:
        doc_id: stable id of the redacted content.
        text: title, TITLE_SEPARATOR, body (or body alone without title). All offsets count its code points.
        title: the redacted title; `text` starts with it when it is not empty.
        lang: ISO 639-1, "und" if undetermined.
        published: None if neither metadata nor text says it.
        redactions: how many spans were removed, by kind; never their values.
        redactor: version of the redaction rules.
        marks: of the contacts that were removed, where the owner asked to count them; never part of `doc_id`, never printed
            and never exported.
    """

    doc_id: str
    path: str
    format: str
    kind: DocKind
    grade: str
    lang: str
    title: str
    published: PartialDate | None
    outlet: str
    text: str
    redactions: Mapping[str, int] = field(default_factory=dict)
    source_id: str = ""
    redactor: str = ""
    marks: tuple[ContactMark, ...] = ()

    @property
    def body_start(self) -> int:
        """Offset of the body in `text`."""
        return len(self.title) + len(TITLE_SEPARATOR) if self.title else 0
