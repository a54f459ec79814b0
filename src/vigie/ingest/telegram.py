"""Exports of Telegram Desktop (`result.json`).

In: the export of one public channel. Every other chat is refused, unless the source card names the legal
basis on which it may be read. Out: one RawDocument a message of MIN_CHARS or more, its path `name#n`, n
counting messages. Left out: senders, forwards, replies, identifiers, file names, reactions, the channel's
name and link targets. Names of senders and of mentioned people are names to remove.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from vigie.ingest import limits
from vigie.ingest.dateline import parse_date
from vigie.ingest.decode import decode
from vigie.ingest.html_meta import person_names
from vigie.ingest.reader import Blob, Reader
from vigie.model.document import RawDocument
from vigie.text.normalise import repair

MIN_CHARS = 20  # shorter messages greet or answer
PUBLIC = "public_channel"
CHAT_TYPES = (
    PUBLIC, "public_supergroup", "private_channel", "private_supergroup", "private_group", "personal_chat",
    "bot_chat", "saved_messages", "verify_codes", "replies",
)  # fmt: skip
_TYPE = re.compile(rb'"type"\s*:\s*"(?:' + "|".join(CHAT_TYPES).encode() + rb')"')
_ACCOUNT = re.compile(rb'"(?:personal_information|chats|left_chats)"\s*:\s*\{')
_DROPPED_PARTS = frozenset({"mention_name", "custom_emoji"})  # a person's display name, an image
_CONTACTS = frozenset({"mention", "phone", "bank_card"})
_SENDERS = ("from", "forwarded_from", "saved_from", "author", "actor", "via_bot", "reply_from")
_CHAT_KEYS = frozenset({"from", "from_id", "actor", "actor_id", "text_entities", "date_unixtime"})
_REPAIR = "name the legal basis in a source card (source.toml: legal_basis), or leave it out"


def _sniff(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"{"):
        return False
    return bool(_TYPE.search(start) and b'"messages"' in start) or bool(
        _ACCOUNT.search(start) and b'"about"' in start[:1000]
    )


def _read(blob: Blob) -> Iterator[RawDocument]:
    text = decode(blob.all_bytes(limits.MAX_JSON_BYTES))
    try:
        value = json.loads(text or "")
    except RecursionError:
        raise blob.refuse("nested too deeply") from None
    except ValueError:
        raise blob.refuse("is not valid JSON", "export the channel again") from None
    yield from chat_documents(value, blob)


def is_chat_export(value: Any) -> bool:
    """Whether a JSON value is an export of chats."""
    if not isinstance(value, dict):
        return False
    if value.get("type") in CHAT_TYPES or "personal_information" in value:
        return True
    if isinstance(value.get("chats"), dict):
        return True
    messages = value.get("messages")
    return isinstance(messages, list) and any(
        isinstance(m, dict) and _CHAT_KEYS & set(m) for m in messages[:20]
    )


def chat_documents(value: Any, blob: Blob) -> Iterator[RawDocument]:
    """Messages of a chat export. Raises InputRefused for what is not a public channel."""
    if not isinstance(value, dict) or not isinstance(value.get("messages"), list):
        if isinstance(value, dict) and ("chats" in value or "personal_information" in value):
            raise blob.refuse(
                "is the export of a whole account", "export the one public channel that may be read"
            )
        raise blob.refuse("is no export of a channel", "export the channel again, as JSON")
    lawful = blob.source is not None and blob.source.legal_basis.strip() != ""
    if value.get("type") != PUBLIC and not lawful:
        raise blob.refuse("is the export of a chat that is not a public channel", _REPAIR)
    messages = [m for m in value["messages"] if isinstance(m, dict)]
    people = tuple(sorted(_people(messages)))
    found = False
    for number, message in enumerate(messages, 1):
        text = repair(message_text(message.get("text"))).strip()
        if message.get("type", "message") != "message" or len(text) < MIN_CHARS:
            continue
        found = True
        date = message.get("date")
        yield RawDocument(
            path=f"{blob.name}#{number}",
            format="telegram",
            text=text,
            published=parse_date(date) if isinstance(date, str) else None,
            kind="chat",
            source=blob.source,
            extra_names=people,
        )
    if not found:
        raise blob.refuse(f"has no message of {MIN_CHARS} characters or more")


def message_text(value: Any) -> str:
    """Text of a message: a string, or pieces with their kind. Targets of links are not part of it."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    pieces: list[str] = []
    for piece in value:
        if isinstance(piece, str):
            pieces.append(piece)
        elif isinstance(piece, dict) and piece.get("type") not in _DROPPED_PARTS:
            if piece.get("type") in _CONTACTS and pieces and pieces[-1][-1:].strip():
                pieces.append(" ")  # glued to a word, an account could not be told from the end of an address
            pieces.append(str(piece.get("text", "")))
    return "".join(pieces)


def _people(messages: list[dict[str, Any]]) -> set[str]:
    names: set[str] = set()
    for message in messages:
        for key in _SENDERS:
            if isinstance(message.get(key), str):
                names.update(person_names(repair(message[key])))
        text = message.get("text")
        for piece in text if isinstance(text, list) else ():
            if isinstance(piece, dict) and piece.get("type") == "mention_name":
                names.update(person_names(repair(str(piece.get("text", "")))))
    return names


READER = Reader(name="telegram", suffixes=(), sniff=_sniff, read=_read)
