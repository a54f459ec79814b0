"""Exports of Telegram Desktop: one public channel, or a legal basis."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest_samples import FACT, MORE
from vigie.ingest import read_stream
from vigie.ingest.telegram import CHAT_TYPES, message_text
from vigie.model.document import RawDocument, SourceCard
from vigie.model.errors import InputRefused

MESSAGES = [
    {
        "id": 1,
        "type": "service",
        "date": "2024-03-10T08:00:00",
        "actor": "Paul Secret",
        "action": "create_channel",
        "text": "création du canal de prévention",
    },
    {
        "id": 777001,
        "type": "message",
        "date": "2024-03-11T08:00:00",
        "from": "Jeanne Fictive",
        "from_id": "channel777002",
        "forwarded_from": "Canal SECRET",
        "file_name": "SECRET.pdf",
        "photo": "photos/SECRET.jpg",
        "author": "Ali Exemple",
        "text": FACT,
    },
    {"id": 3, "type": "message", "date": "2024-03-12T08:00:00", "text": "ok"},
    {
        "id": 4,
        "type": "message",
        "date": "2024-03-13T08:00:00",
        "text": [
            "Alerte : ",
            {"type": "bold", "text": MORE},
            {"type": "text_link", "text": " détails", "href": "https://secret.example/1"},
            {"type": "mention_name", "text": "Awa Secrète", "user_id": 5},
        ],
    },
]


def export(kind: str = "public_channel", **fields: Any) -> bytes:
    return json.dumps(
        {"name": "SECRET CANAL", "type": kind, "id": 777003, "messages": MESSAGES, **fields}
    ).encode()


def read_export(data: bytes, source: SourceCard | None = None) -> list[RawDocument]:
    return list(read_stream("result.json", data, source=source))


def test_public_channel() -> None:
    found = read_export(export())
    assert [(d.path, d.text, str(d.published), d.kind, d.format) for d in found] == [
        ("result.json#2", FACT, "2024-03-11", "chat", "telegram"),
        ("result.json#4", f"Alerte : {MORE} détails", "2024-03-13", "chat", "telegram"),
    ]
    assert set(found[0].extra_names) == {
        "Jeanne Fictive",
        "Ali Exemple",
        "Paul Secret",
        "Awa Secrète",
        "Canal SECRET",
    }
    kept = " ".join(f"{d.path} {d.title} {d.text} {d.outlet}" for d in found)
    assert not any(word in kept for word in ("SECRET", "Secret", "Fictive", "7770", "secret.example"))


LAWFUL = SourceCard(id="terrain", name="Terrain", legal_basis="convention de recherche 2024")
UNLAWFUL = SourceCard(id="terrain", name="Terrain", legal_basis="  ")


@pytest.mark.parametrize("kind", [t for t in CHAT_TYPES if t != "public_channel"])
def test_other_chats_need_a_legal_basis(kind: str) -> None:
    for card in (None, UNLAWFUL):
        with pytest.raises(InputRefused, match="not a public channel") as refusal:
            read_export(export(kind), card)
        assert "legal_basis" in refusal.value.repair
    assert len(read_export(export(kind), LAWFUL)) == 2


DISGUISES = [
    (
        "keys_in_another_order",
        json.dumps({"messages": MESSAGES * 400, "name": "x", "type": "personal_chat"}).encode(),
        "not a public channel",
    ),
    ("type_missing", json.dumps({"messages": MESSAGES[1:]}).encode(), "not a public channel"),
    ("unknown_type", export("some_new_chat"), "not a public channel"),
    (
        "whole_account",
        json.dumps({"about": "x", "personal_information": {"a": 1}, "chats": {"list": []}}).encode(),
        "whole account",
    ),
    ("chats_only", json.dumps({"chats": {"list": []}}).encode(), "whole account"),
    ("nothing_long_enough", export(messages=[{"type": "message", "text": "ok"}]), "no message"),
    ("messages_no_list", export(messages={}), "no export"),
]


@pytest.mark.parametrize(("data", "reason"), [c[1:] for c in DISGUISES], ids=[c[0] for c in DISGUISES])
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason) as refusal:
        read_export(data)
    assert "SECRET" not in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (["a", {"type": "link", "text": "b"}], "ab"),
        (["a.", {"type": "mention", "text": "@b"}, "c"], "a. @bc"),
        (None, ""),
        ([1], ""),
        ({}, ""),
    ],
)
def test_message_text(value: Any, text: str) -> None:
    assert message_text(value) == text
