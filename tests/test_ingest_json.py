"""JSON and JSON Lines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest_samples import FACT, MORE
from vigie.ingest import read_stream
from vigie.model.document import RawDocument
from vigie.model.errors import InputRefused


def read_json(value: Any, name: str = "a.json", **kwargs: Any) -> list[RawDocument]:
    return list(
        read_stream(name, value if isinstance(value, bytes) else json.dumps(value).encode(), **kwargs)
    )


SHAPES = [
    ("record", {"text": FACT}, ["1"]),
    ("list", [{"text": FACT}, {"text": MORE}], ["1", "2"]),
    ("in_articles", {"total": 2, "articles": [{"content": FACT}, {"content": MORE}]}, ["1", "2"]),
    ("lines", f"{json.dumps({'text': FACT})}\n\n{json.dumps({'text': MORE})}\n".encode(), ["1", "2"]),
    ("bom", b"\xef\xbb\xbf" + json.dumps({"text": FACT}).encode(), ["1"]),
    ("indented", json.dumps([{"text": FACT}], indent=2).encode(), ["1"]),
    ("utf16", json.dumps({"text": FACT}).encode("utf-16"), ["1"]),
]


@pytest.mark.parametrize(("value", "numbers"), [c[1:] for c in SHAPES], ids=[c[0] for c in SHAPES])
def test_shapes(value: Any, numbers: list[str]) -> None:
    found = read_json(value)
    assert [d.path for d in found] == [f"a.json#{n}" for n in numbers]
    assert found[0].text == FACT


LEFT_OUT = [
    # id, content, numbers read, numbers named as left out
    ("no_text", json.dumps([{"text": ""}, {"x": 1}, "text", {"text": FACT}]).encode(), ["4"], "1, 2, 3"),
    (
        "broken_line",
        f'{json.dumps({"text": FACT})}\n{{"text": \n{json.dumps({"text": MORE})}'.encode(),
        ["1", "3"],
        "2",
    ),
]


@pytest.mark.parametrize("row", LEFT_OUT, ids=lambda r: r[0])
def test_records_left_out_are_named_after_the_others_are_read(row: tuple[str, bytes, list[str], str]) -> None:
    _, content, numbers, named = row
    found: list[str] = []
    with pytest.raises(InputRefused, match=f"number {named}\\)") as refusal:
        found.extend(document.path for document in read_stream("a.json", content))
    assert found == [f"a.json#{n}" for n in numbers]
    assert FACT not in str(refusal.value)


FIELDS = [
    # id, record, mapping, (title, published, outlet, names)
    (
        "usual_en",
        {
            "body": FACT,
            "headline": "T",
            "published_at": "2024-03-11T10:00:00Z",
            "publisher": {"name": "O"},
            "author": "Jeanne Fictive",
        },
        None,
        ("T", "2024-03-11", "O", ("Jeanne Fictive",)),
    ),
    (
        "usual_fr",
        {
            "Texte": FACT,
            "Titre": "T",
            "date_publication": "11/03/2024",
            "source": "O",
            "auteurs": ["Jeanne Fictive", {"name": "Paul Exemple"}],
        },
        None,
        ("T", "2024-03-11", "O", ("Jeanne Fictive", "Paul Exemple")),
    ),
    (
        "mapping",
        {"a": {"b": FACT}, "text": "NO", "t": "T"},
        {"text": "a.b", "title": "t"},
        ("T", None, "", ()),
    ),
    ("mapping_dotted_key", {"a.b": FACT}, {"text": "a.b"}, ("", None, "", ())),
    ("epoch_seconds", {"text": FACT, "date": 1710144000}, None, ("", "2024-03-11", "", ())),
    ("epoch_milliseconds", {"text": FACT, "date": 1710144000000}, None, ("", "2024-03-11", "", ())),
    ("year", {"text": FACT, "date": 2024}, None, ("", "2024", "", ())),
    ("odd_dates", {"text": FACT, "date": True, "title": None}, None, ("", None, "", ())),
    ("endless_number", {"text": FACT, "date": 10**30}, None, ("", None, "", ())),
    ("html_text", {"text": f"<p>{FACT}</p><script>x</script>"}, None, ("", None, "", ())),
    ("list_of_paragraphs", {"text": [FACT]}, None, ("", None, "", ())),
    ("url_is_not_kept", {"text": FACT, "url": "https://secret.example/jeanne"}, None, ("", None, "", ())),
]


@pytest.mark.parametrize(
    ("record", "mapping", "expected"), [c[1:] for c in FIELDS], ids=[c[0] for c in FIELDS]
)
def test_fields(record: dict[str, Any], mapping: dict[str, str] | None, expected: tuple[Any, ...]) -> None:
    (document,) = read_json(record, mapping=mapping)
    assert document.text == FACT
    published = str(document.published) if document.published else None
    assert (document.title, published, document.outlet, document.extra_names) == expected
    assert "secret.example" not in repr(document)


REFUSED = [
    ("no_text_field", [{"corps_du_texte": FACT}], None, "its fields: corps_du_texte"),
    (
        "accounts_are_no_field_names",
        [{"zorvex75": FACT, "zorvex": {"a": FACT}, "le_texte": FACT}],
        None,
        "its fields: le_texte$|its fields: le_texte \\(",
    ),
    ("field_names_are_not_texts", [{FACT: 1}], None, "no record has a text$|no record has a text \\("),
    ("bad_json", b'{"text": ', None, "not valid JSON"),
    ("unknown_mapping", {"text": FACT}, {"txt": "a"}, "unknown field 'txt'"),
    ("deep", b'{"text":' + b"[" * 100_000, None, "nested|not valid"),
    ("scalar_list", b"[[1, 2], [3]]", None, "no record"),
]


@pytest.mark.parametrize(
    ("value", "mapping", "reason"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_refused(value: Any, mapping: dict[str, str] | None, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason):
        read_json(value, mapping=mapping)


def test_text_that_opens_with_a_bracket_is_no_json() -> None:
    assert read_json(f"[Exclusif] {FACT}".encode(), "a.txt")[0].format == "text"
