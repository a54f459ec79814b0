"""Web archives."""

from __future__ import annotations

import builtins
import gzip
from pathlib import Path
from typing import Any

import pytest

from ingest_samples import FACT, LAST, MORE, article, page, response, warc
from vigie.ingest import read, read_stream
from vigie.model.errors import InputRefused, MissingExtraError

PAGES = [
    response("https://a.example/1", page(f"<h1>Un</h1>{article()}").encode()),
    response("https://a.example/404", page(article()).encode(), status="404 Not Found"),
    response("https://a.example/x.png", b"\x89PNG", kind="image/png"),
    response("https://a.example/empty", page("<nav>x</nav>").encode()),
    response(
        "https://a.example/2",
        page(f"<h1>Deux</h1>{article(LAST, MORE, FACT)}").encode("cp1252", "replace"),
        kind="text/html; charset=windows-1252",
    ),
]


@pytest.mark.parametrize("packed", [False, True])
def test_pages_are_documents(packed: bool, tmp_path: Path) -> None:
    file = tmp_path / ("a.warc.gz" if packed else "a.warc")
    file.write_bytes(warc(*PAGES, packed=packed))
    found = list(read(file))
    assert [(d.path.rpartition("#")[2], d.title, d.format) for d in found] == [
        ("1", "Un", "warc"),
        ("3", "Deux", "warc"),
    ]
    assert all(FACT in d.text for d in found)
    assert found[0].published is None  # the day of the crawl is not that of publication


def test_compressed_payload_is_unpacked() -> None:
    body = gzip.compress(page(article()).encode())
    record = response("https://a.example/z", body, kind="text/html\r\nContent-Encoding: gzip")
    assert FACT in next(iter(read_stream("a.warc", warc(record)))).text


def test_recognised_by_content() -> None:
    assert next(iter(read_stream("a.txt", warc(PAGES[0], packed=True)))).format == "warc"


def test_one_bad_page_costs_itself_only_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    deep = response("https://a.example/deep", page("<div>" * 5000 + FACT).encode())
    data = warc(deep, PAGES[0])
    assert [d.title for d in read_stream("jeanne.warc", data, shown="[nom].warc")] == ["Un"]
    assert "[nom].warc: 1 of 2 pages not read" in caplog.text
    list(read_stream("jeanne.warc", data))
    assert (
        f"an input of {len(data)} bytes: 1 of 2 pages not read" in caplog.text and "jeanne" not in caplog.text
    )


def test_nothing_readable_is_refused() -> None:
    with pytest.raises(InputRefused, match="none of its 1 pages"):
        list(read_stream("a.warc", warc(PAGES[3])))
    with pytest.raises(InputRefused, match="no document"):
        list(read_stream("a.warc", warc(PAGES[1])))


def test_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("fastwarc"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"vigie\[warc\]"):
        list(read_stream("a.warc", warc(PAGES[0])))
