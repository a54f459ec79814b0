"""Records of archives: every kind of damage, bodies that HTTP packed, folders; each record once, with its page or its reason."""

from __future__ import annotations

import gzip
import io
import zlib
from collections import Counter
from contextlib import nullcontext
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.bulk.archive import Archive
from vigie.bulk.members import Piece
from vigie.bulk.page import read_page
from vigie.bulk.records import Record, Records, records_at
from vigie.model.errors import InputRefused

HTML = b"<html><body><p>" + b"Une page de la presse. " * 20 + b"</p></body></html>"
MOST = 1 << 20


def warc(kind: str, block: bytes, number: int = 1, *, length: int | None = None, more: str = "") -> bytes:
    told = len(block) if length is None else length
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Date: 2021-03-04T10:00:00Z\r\n"
        f"WARC-Target-URI: https://journal.example/lyon/{number}\r\n{more}Content-Length: {told}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def answer(
    body: bytes = HTML, number: int = 1, *, status: str = "200 OK", head: str = "Content-Type: text/html"
) -> bytes:
    http = f"HTTP/1.1 {status}\r\n" + (f"{head}\r\n" if head else "") + "\r\n"
    return warc("response", http.encode() + body, number)


def archive(data: bytes) -> Archive:
    return Archive(name="a.warc.gz", key="k", size=len(data), open=partial(io.BytesIO, data))


def read(data: bytes, most: int = MOST) -> tuple[Records, list[Record]]:
    records = Records(archive(data), most)
    found = []
    for record in records:
        record.payload = bytes(record.payload)
        found.append(record)
    return records, found


def packed(*parts: bytes) -> bytes:
    return b"".join(gzip.compress(part, mtime=0) for part in parts)


WAYS = {
    "a member each": lambda parts: packed(*parts),
    "one member": lambda parts: packed(b"".join(parts)),
    "not packed": lambda parts: b"".join(parts),
    "members that cut records": lambda parts: packed(
        *(b"".join(parts)[at : at + 700] for at in range(0, len(b"".join(parts)), 700))
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_same_records_however_they_are_packed(way: str) -> None:
    parts = [
        warc("warcinfo", b"software: invented", 0),
        warc("request", b"GET / HTTP/1.1\r\n\r\n", 1),
        answer(HTML, 2, head="content-type: TEXT/HTML; charset='ISO-8859-15'"),
        answer(b"moved", 3, status="301 Moved"),
        answer(b"\x89PNG", 4, head="Content-Type: image/png"),
        warc("conversion", b"Le texte d'une page.", 5, more="Content-Type: text/plain\r\n"),
        answer(HTML, 2),
    ]
    records, found = read(WAYS[way](parts))
    assert [(r.number, r.page, r.reason, r.kind) for r in found] == [
        (1, 0, "not-a-page", ""), (2, 0, "not-a-page", ""), (3, 1, "", "html"), (4, 0, "status", ""), (5, 0, "not-a-page", ""),
        (6, 2, "", "text"), (7, 3, "", "html"),
    ]  # fmt: skip
    assert (found[2].payload, found[2].charset) == (HTML, "ISO-8859-15")
    assert (found[2].record_id, found[2].url, found[2].date) == (
        "urn:uuid:2",
        "https://journal.example/lyon/2",
        "2021-03-04T10:00:00Z",
    )
    assert found[6].record_id == found[2].record_id and found[6].number != found[2].number
    assert (records.damaged, records.truncated) == (0, False)
    assert records.bytes_out == sum(map(len, parts))


def chunked(body: bytes, size: int = 100, tail: bytes = b"0\r\n\r\n") -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;name=value\r\n%s\r\n" % (len(part), part) for part in parts) + tail


BODIES = [
    # id, body as stored, what HTTP says of it, body as read, or the reason why it is none
    ("plain", HTML, "", HTML),
    ("gzip", gzip.compress(HTML), "Content-Encoding: gzip", HTML),
    ("x_gzip", gzip.compress(HTML), "content-encoding: X-GZIP", HTML),
    ("deflate", zlib.compress(HTML), "Content-Encoding: deflate", HTML),
    ("chunked", chunked(HTML), "Transfer-Encoding: chunked", HTML),
    ("chunked_gzip", chunked(gzip.compress(HTML)), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip", HTML),
    ("chunked_cut", chunked(HTML, tail=b""), "Transfer-Encoding: chunked", HTML),
    ("said_gzip_is_plain", HTML, "Content-Encoding: gzip", HTML),
    ("said_brotli_is_plain", HTML, "Content-Encoding: br", HTML),
    ("said_chunked_is_plain", HTML, "Transfer-Encoding: chunked", HTML),
    ("gzip_broken", gzip.compress(HTML)[:10] + b"\xff" * 40, "Content-Encoding: gzip", "damaged"),
    ("gzip_bomb", gzip.compress(bytes(3 * MOST)), "Content-Encoding: gzip", "too-large"),
    ("chunk_longer_than_the_body", b"ffffff\r\n" + HTML, "Transfer-Encoding: chunked", HTML),
]  # fmt: skip


@pytest.mark.parametrize(("body", "said", "expected"), [b[1:] for b in BODIES], ids=[b[0] for b in BODIES])
def test_bodies_that_http_packed(body: bytes, said: str, expected: bytes | str) -> None:
    head = "Content-Type: text/html" + (f"\r\n{said}" if said else "")
    _, (record,) = read(packed(answer(body, head=head)))
    assert (record.reason or record.payload) == expected


ODD = [
    # id, the record, its reason ("" for a page)
    ("no_http", warc("response", HTML), "not-a-page"),
    ("dns", warc("response", b"20210304 journal.example. IN A 192.0.2.1"), "not-a-page"),
    ("http_without_end", warc("response", b"HTTP/1.1 200 OK\r\nContent-Type: text/html"), "damaged"),
    ("http_of_line_feeds", warc("response", b"HTTP/1.0 200 OK\nContent-Type: text/html\n\n" + HTML), ""),
    ("http_without_reason", warc("response", b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n" + HTML), ""),
    ("no_type_but_html", answer(head=""), ""),
    ("no_type_no_html", answer(b"GIF89a", head=""), "not-a-page"),
    (
        "a_megabyte_of_headers",
        warc("response", b"HTTP/1.1 200 OK\r\nX: " + b"a" * MOST + b"\r\n\r\n" + HTML),
        "too-large",
    ),
    (
        "much_header",
        warc("response", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n" + HTML),
        "damaged",
    ),
    ("empty", warc("response", b""), "not-a-page"),
    ("resource", warc("resource", HTML, more="Content-Type: text/html\r\n"), ""),
    ("revisit", warc("revisit", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"), "not-a-page"),
    ("script", answer(b"var a", head="Content-Type: application/javascript"), "not-a-page"),
    ("xhtml", answer(head="Content-Type: application/xhtml+xml;charset=utf-8"), ""),
    ("not_found", answer(status="404 Not Found"), "status"),
    ("no_record_id", answer().replace(b"WARC-Record-ID", b"WARC-Other-ID_"), ""),
]


@pytest.mark.parametrize(("data", "reason"), [o[1:] for o in ODD], ids=[o[0] for o in ODD])
def test_odd_records(data: bytes, reason: str) -> None:
    records, found = read(packed(data, answer(number=9)))
    assert [r.reason for r in found] == [reason, ""]
    assert found[0].record_id and found[1].payload == HTML and not records.damaged


LENGTHS = [
    # id, what the header says beside the true length, records that are read of three, damaged
    ("short", -5, [1, 2, 3], 1),
    ("long", 50, [1, 3], 1),
    ("giant", 2 << 30, [1, 2, 3], 1),
]


@pytest.mark.parametrize(
    ("beside", "expected", "damaged"), [x[1:] for x in LENGTHS], ids=[x[0] for x in LENGTHS]
)
def test_a_wrong_length_costs_its_record_only(beside: int, expected: list[int], damaged: int) -> None:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML
    wrong = warc("response", block, 2, length=len(block) + beside)
    records, found = read(packed(answer(number=1), wrong, answer(number=3)))
    assert [r.record_id for r in found] == [f"urn:uuid:{n}" for n in expected]
    assert records.damaged == damaged and not records.truncated
    assert (beside < MOST) or found[1].reason == "too-large"


@pytest.mark.parametrize("way", ["one member", "not packed"])
def test_a_record_too_large_is_passed_over_without_being_held(way: str) -> None:
    large = answer(bytes(6 << 20), 2, head="Content-Type: text/html")
    records, found = read(WAYS[way]([answer(number=1), large, answer(number=3)]))
    assert [r.reason for r in found] == ["", "too-large", ""] and found[2].payload == HTML
    assert records.damaged == 0


@pytest.mark.parametrize("way", ["one member", "not packed"])
@pytest.mark.parametrize(
    "noise", [b"\x00\x01\x02 noise\r\n\r\n", b"WARC/1.0\r\n\r\n", b"WARC/1.0\r\nContent-Length: x\r\n\r\n"]
)
def test_noise_between_records_is_passed_over(way: str, noise: bytes) -> None:
    records, found = read(WAYS[way]([answer(number=1), noise, answer(number=2), answer(number=3)]))
    assert [r.record_id for r in found][-1] == "urn:uuid:3" and found[0].record_id == "urn:uuid:1"
    assert records.damaged == 1


@pytest.mark.parametrize("way", WAYS)
def test_an_archive_that_breaks_off_gives_what_is_whole(way: str) -> None:
    data = WAYS[way]([answer(number=n) for n in range(1, 6)])
    records, found = read(data[:-40])
    got = [r.record_id for r in found]
    assert got == [f"urn:uuid:{n}" for n in range(1, len(got) + 1)] and 1 <= len(got) <= 4
    assert records.truncated and (len(got) == 4 or way == "one member")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 something",
        b"<html></html>",
        packed(b"a text that somebody packed"),
        b"PK\x03\x04" + bytes(50),
    ],
)
def test_what_is_no_archive_is_refused_with_the_repair(data: bytes) -> None:
    with pytest.raises(InputRefused) as refused:
        read(data)
    assert "not a web archive" in refused.value.reason and refused.value.repair


@pytest.mark.parametrize("told", ["999999999999999", "123456789012"], ids=["of no record", "past the end"])
@pytest.mark.parametrize("way", ["a member each", "one member", "not packed"])
def test_a_length_that_cannot_be_does_not_swallow_the_rest(way: str, told: str) -> None:
    lying = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: %s\r\n\r\nxxx\r\n\r\n" % told.encode()
    records, found = read(WAYS[way]([answer(number=1), lying, answer(number=3), answer(number=4)]))
    got = [r.record_id for r in found if not r.reason]
    if way == "one member" and len(told) == 12:  # how long the member is shows at its end only
        assert got == ["urn:uuid:1"] and records.truncated
    else:
        assert got == ["urn:uuid:1", "urn:uuid:3", "urn:uuid:4"]
        assert records.damaged + records.truncated == 1


class Watched(bytes):
    """Counts the bytes that were looked through for what follows a header, and the headers that were taken."""

    seen = 0
    taken = 0

    def find(self, what: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().find(what, start, end)
        Watched.seen += (found if found >= 0 else min(end or len(self), len(self))) - start
        return found

    def __getitem__(self, key):  # type: ignore[no-untyped-def]
        part = super().__getitem__(key)
        Watched.taken += len(part) if isinstance(key, slice) else 0
        return part


HEADERS = [
    # id, what stands before a record that is whole
    ("marks without an end", b"WARC/" * 20_000),
    ("lines without an end", b"WARC/\r\n" * 20_000),
    ("marks with an end", (b"WARC/" * 10_000 + b"\r\n\r\n") * 4),
    ("lines with an end", (b"WARC/\r\n" * 8_000 + b"\r\n") * 4),
]


@pytest.mark.parametrize("noise", [h[1] for h in HEADERS], ids=[h[0] for h in HEADERS])
def test_no_byte_is_searched_for_the_end_of_many_headers(noise: bytes) -> None:
    Watched.seen = Watched.taken = 0
    pieces = [Piece(0, Watched(answer(number=1) + noise + b"\r\n" + answer(number=2)))]
    found = list(Records(archive(b""), MOST)._walk(iter(pieces)))
    assert [r.record_id for r in found] == ["urn:uuid:1", "urn:uuid:2"]
    assert max(Watched.seen, Watched.taken) <= 4 * len(noise)


def test_an_empty_file_is_refused_and_an_empty_member_has_no_records() -> None:
    with pytest.raises(InputRefused, match="empty"):
        read(b"")
    assert read(packed(b""))[1] == []


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 4000), st.binary(max_size=60), st.sampled_from(sorted(WAYS)))
def test_whatever_stands_in_it_every_record_is_whole_or_not_given(place: int, noise: bytes, way: str) -> None:
    data = WAYS[way]([answer(number=n) for n in range(1, 6)])
    place = 20 + place % (len(data) - 20)
    _, found = read(data[:place] + noise + data[place + len(noise) :])
    if way == "a member each":
        assert all(r.payload == HTML for r in found if not r.reason)
    assert Counter(r.number for r in found).most_common(1)[0][1] == 1 if found else True


def test_records_are_found_again_by_the_place_of_their_member() -> None:
    data = packed(*(answer(number=n) for n in range(1, 6)))
    _, found = read(data)
    again = [r.record_id for r in records_at(archive(data), [found[3].offset, found[1].offset], MOST)]
    assert again == ["urn:uuid:2", "urn:uuid:4"]


def test_a_folder_of_pages() -> None:
    files = [
        ("a.html", HTML),
        ("b.txt", b"Un texte."),
        ("c.jpg", b"\xff\xd8"),
        ("d", HTML),
        ("e.html", bytes(MOST + 5)),
    ]

    def lost() -> io.BytesIO:
        raise OSError("gone")

    def members() -> object:
        for name, data in files:
            yield Archive(name=name, key=f"key of {name}", size=None, open=partial(io.BytesIO, data))
        yield Archive(name="f.html", key="key", size=None, open=lost)

    folder = Archive(name="pages", key="k", size=None, open=lost, files=members)  # type: ignore[arg-type]
    records = Records(folder, MOST)
    found = list(records)
    assert [(r.name, r.page, r.kind, r.reason) for r in found] == [
        ("a.html", 1, "html", ""), ("b.txt", 2, "text", ""), ("c.jpg", 0, "", "not-a-page"), ("d", 3, "html", ""),
        ("e.html", 0, "", "too-large"), ("f.html", 0, "", "damaged"),
    ]  # fmt: skip
    assert len({r.record_id for r in found}) == 6


@pytest.mark.parametrize(("tags", "refused"), [(20_000, False), (100_001, True)])
def test_a_page_of_more_tags_than_memory_holds_is_refused(tags: int, refused: bool) -> None:
    body = HTML.replace(b"</body>", b"<i></i>" * tags + b"</body>")
    record = Record(offset=0, number=1, kind="html", payload=body)
    with pytest.raises(InputRefused, match="more tags") if refused else nullcontext():
        page = read_page(record)
        assert page is not None and "Une page de la presse." in page.text
