"""The archive that the benchmarks are run on is what its labels say, and the same every time."""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "benchmarks" / "bulk"))

import make_archive  # noqa: E402 - it is no part of the package

SIZE = 3_000_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    path = tmp_path_factory.mktemp("made") / "one.warc.gz"
    return path, make_archive.make(path, seed=3, raw_bytes=SIZE, share=0.3)


def pages(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Id, charset and bytes of each page."""
    with path.open("rb") as stream:
        for record in ArchiveIterator(
            stream, record_types=WarcRecordType.response, parse_http=True, verify_digests=True
        ):
            kind = record.http_content_type or ""
            if record.http_headers.status_code == 200 and kind.startswith("text/html"):
                yield f"<{record.record_id.strip('<>')}>", record.http_charset or "", record.reader.read()


def test_same_seed_same_bytes(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    again, other = tmp_path / "again.warc.gz", tmp_path / "other.warc.gz"
    assert make_archive.make(again, seed=3, raw_bytes=SIZE, share=0.3) == made[1]
    assert again.read_bytes() == made[0].read_bytes()
    make_archive.make(other, seed=4, raw_bytes=SIZE // 10, share=0.3)
    assert not made[0].read_bytes().startswith(other.read_bytes()[:2000])


def test_a_page_in_scope_holds_its_annotated_texts_and_no_other_does(
    made: tuple[Path, dict[str, Any]],
) -> None:
    path, told = made
    texts = {}
    for name in make_archive.GOLD:
        for line in (ROOT / f"tests/gold/{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            texts[f"{name}:{row['id']}"] = row["text"]
    seen: dict[str, str] = {}
    for identifier, charset, body in pages(path):
        coding = "iso-8859-1" if b'charset="iso-8859-1"' in body[:4000] else "utf-8"
        assert charset in ("", coding)
        seen[identifier] = html.unescape(body.decode(coding))
    assert seen.keys() == told["labels"].keys() and len(seen) == told["pages"]
    scope = {page: gold for page, gold in told["labels"].items() if gold}
    assert 0.25 < len(scope) / len(seen) < 0.35
    for page, gold in scope.items():
        for one in gold:
            assert texts[one].split(". ")[0].split("\n")[0] in seen[page], one
    lengths = sorted(map(len, seen.values()))
    assert lengths[0] > 60_000 and lengths[-1] < 320_000
    first = {text.split(". ")[0] for text in texts.values() if len(text) > 200}
    assert not [page for page, text in seen.items() if page not in scope and any(s in text for s in first)]
