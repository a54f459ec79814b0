"""Where archives come from: files, folders, lists, patterns, addresses; and a server that misbehaves."""

from __future__ import annotations

import functools
import gzip
import hashlib
import operator
import os
import pickle
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import pytest

from vigie.bulk import places, remote
from vigie.bulk.archive import Archive
from vigie.bulk.places import archives
from vigie.model.errors import InputRefused, SettingsError
from vigie.pipeline import Refusal

DATA = Random(8).randbytes(3_500_000)
WAIT = 0.001


def given(path: Path, name: str, data: bytes = b"WARC/1.0\r\n") -> str:
    file = path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return str(file)


def names(found: Iterator[Archive | Refusal]) -> list[str]:
    return [f"!{f.name}: {f.reason}" if isinstance(f, Refusal) else f.name for f in found]


# --- files, folders, lists of this machine


def test_a_folder_gives_its_archives_and_its_pages_as_one(tmp_path: Path) -> None:
    for name in (
        "b/2.warc.gz",
        "a/1.wet.gz",
        "a/page.html",
        "z.txt",
        ".hidden.warc",
        "notes.pdf",
        "b/0.warc",
    ):
        given(tmp_path, f"saved/{name}", name.encode())
    found = list(archives([str(tmp_path / "saved")]))
    assert names(iter(found)) == ["1.wet.gz", "0.warc", "2.warc.gz", "saved"]
    folder = found[-1]
    assert isinstance(folder, Archive) and folder.files is not None
    pages = list(pickle.loads(pickle.dumps(folder)).files())
    assert [(p.name, p.open().read()) for p in pages] == [
        ("z.txt", b"z.txt"),
        ("a/page.html", b"a/page.html"),
    ]
    with pytest.raises(InputRefused):
        folder.open()


def test_the_key_is_of_what_is_read_not_of_where_it_lies(tmp_path: Path) -> None:
    big = DATA[:300_000]
    rows = [
        ("a/x.warc", big),
        ("b/x.warc", big),
        ("c/x.warc", big[:-1] + b"?"),
        ("d/x.warc", big[:-1]),
        ("e/y.warc", big),
    ]
    keys = [next(archives([given(tmp_path, name, data)])).key for name, data in rows]  # type: ignore[union-attr]
    assert keys[0] == keys[1] and len(set(keys)) == 4


LISTS = [
    # id, name of the list, how it is written, its lines
    ("plain", "files.txt", lambda text: text, "# a remark\n\n1.warc\r\nsub/2.warc.gz\n1.warc\n"),
    ("gzip", "warc.paths.gz", gzip.compress, "1.warc\nsub/2.warc.gz"),
    ("marked", "x.list", lambda text: b"\xef\xbb\xbf" + text, "1.warc\nsub/2.warc.gz\n"),
]


@pytest.mark.parametrize(("name", "write", "text"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_a_list_names_archives_beside_it(tmp_path: Path, name: str, write: Any, text: str) -> None:
    given(tmp_path, "1.warc")
    given(tmp_path, "sub/2.warc.gz")
    listed = given(tmp_path, name, write(text.encode()))
    assert names(archives([listed])) == ["1.warc", "2.warc.gz"]


def test_lines_of_common_crawl_stand_below_the_folder_they_begin_with(tmp_path: Path) -> None:
    given(tmp_path, "crawl-data/CC-NEWS/2024/03/a.warc.gz")
    listed = given(
        tmp_path,
        "crawl-data/CC-NEWS/2024/03/warc.paths.gz",
        gzip.compress(b"crawl-data/CC-NEWS/2024/03/a.warc.gz\n"),
    )
    assert names(archives([listed])) == ["a.warc.gz"]
    elsewhere = given(tmp_path, "lists/warc.paths", b"crawl-data/CC-NEWS/2024/03/a.warc.gz\n")
    assert names(archives([elsewhere], prefix=f"{tmp_path}/")) == ["a.warc.gz"]


def test_shards_share_out_all_archives_once(tmp_path: Path) -> None:
    paths = [given(tmp_path, f"{n}.warc") for n in range(10)]
    whole = names(archives(paths))
    dealt = [names(archives(paths, shard=(i, 3))) for i in (1, 2, 3)]
    assert [len(part) for part in dealt] == [4, 3, 3] and sorted(
        functools.reduce(operator.iadd, dealt, [])
    ) == sorted(whole)
    for shard in ((0, 3), (4, 3)):
        with pytest.raises(SettingsError):
            next(archives(paths, shard=shard))


REFUSED = [
    # id, name, bytes (None: not there), what is said
    ("absent", "absent.warc.gz", None, "not found"),
    ("empty_folder", "empty/.keep", b"", "no archive and no saved page"),
    ("archive_named_as_list", "x.txt", b"WARC/1.0\r\nWARC-Type: response\r\n", "line 1 is no path"),
    ("prose", "x.list", b"# -\n" + b"word " * 3000, "line 2 is no path"),
    (
        "cut_list",
        "x.paths.gz",
        gzip.compress(Random(1).randbytes(900).hex().encode() + b"\n")[:-200],
        "damaged or cut short",
    ),
    ("chain", "simplecache::s3://bucket/x.warc.gz", None, "no place of this kind"),
    ("unknown", "gopher://host.example/x.warc", None, "no place of this kind"),
    ("no_package", "abfs://bucket/x.warc", None, "needs a package"),
]


@pytest.mark.parametrize(
    ("name", "data", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_no_archive_is_refused_by_name(
    tmp_path: Path, name: str, data: bytes | None, said: str
) -> None:
    path = (
        name if "://" in name else given(tmp_path, name, data) if data is not None else str(tmp_path / name)
    )
    path = str(Path(path).parent) if name.endswith(".keep") else path
    fine = given(tmp_path, "fine.warc")
    refusal, *rest = archives([path, fine])
    assert isinstance(refusal, Refusal) and said in refusal.reason and str(tmp_path) not in str(refusal)
    assert names(iter(rest)) == ["fine.warc"]
    if name.startswith("abfs"):
        assert refusal.repair == "pip install adlfs"


def test_names_hold_no_contact(tmp_path: Path) -> None:
    name = "saved by lou.fictive@journal.example.warc"
    (found,) = archives([given(tmp_path, name)])
    assert isinstance(found, Archive) and "fictive" not in found.name and "fictive" not in repr(found.key)


def test_other_places_are_read_through_fsspec() -> None:
    files = remote.filesystem("memory://crawl/x")
    files.pipe("/crawl/a/1.warc.gz", DATA)
    files.pipe("/crawl/a/2.warc.gz", DATA[:10])
    files.pipe("/crawl/a/notes.md", b"-")
    files.pipe("/crawl/warc.paths", b"memory://crawl/a/2.warc.gz\n")
    for pattern in ("memory://crawl/a/*.warc.gz", "memory://crawl/a"):
        assert names(archives([pattern])) == ["1.warc.gz", "2.warc.gz"]
    assert names(archives(["memory://crawl/warc.paths"])) == ["2.warc.gz"]
    assert names(archives(["memory://crawl/none*"]))[0].endswith("no archive there")
    (found,) = archives(["memory://crawl/a/1.warc.gz"])
    assert (
        isinstance(found, Archive) and found.size == len(DATA) and found.place == "memory://crawl/a/1.warc.gz"
    )
    with found.open() as stream:
        stream.seek(3_000_000)
        assert stream.read() == DATA[3_000_000:]
    files.rm("/crawl", recursive=True)


PLACES = [
    # id, address, whether a folder of results may hold it
    (
        "common_crawl",
        "https://data.commoncrawl.org/crawl-data/CC-NEWS/2024/03/CC-NEWS-20240301011522-02421.warc.gz",
        True,
    ),
    ("bucket", "s3://archives/2024/x.warc.gz", True),
    ("password", "https://reader:hush@host.example/x.warc.gz", False),
    ("signature", "https://host.example/x.warc.gz?X-Signature=hush", False),
    ("person", "https://host.example/lou.fictive@journal.example/x.warc.gz", False),
]


@pytest.mark.parametrize(("address", "told"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_an_audit_finds_archives_again_by_addresses_without_secrets(address: str, told: bool) -> None:
    assert places._place(address) == (address if told else "")


# --- a server that misbehaves


@dataclass
class Asked:
    count: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    passwords: set[str] = field(default_factory=set)


class Server(ThreadingHTTPServer):
    asked: Asked

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no error here."""


class Misbehaving(BaseHTTPRequestHandler):
    """What a path is called is how it is served."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer(head=True)

    def do_GET(self) -> None:
        self.answer(head=False)

    def answer(self, *, head: bool) -> None:
        kind, asked = self.path.partition("?")[0].split("/")[1], self.server.asked
        where = "HEAD" if head else "GET"
        asked.count[f"{where} {kind}"] += 1
        asked.agents.add(self.headers.get("User-Agent", ""))
        asked.passwords.add(self.headers.get("Authorization", ""))
        turn = asked.count[f"{where} {kind}"]
        if kind in ("403", "404") or (kind == "busy" and turn <= 2) or kind == "down":
            status = int(kind) if kind.isdigit() else 503
            self.send_response(status)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data, start = DATA, 0
        told = self.headers.get("Range", "")
        if told and not head:
            asked.ranges.append(told)
            start = int(told.removeprefix("bytes=").partition("-")[0])
        partial = bool(start) and kind != "norange"
        body = data[start:] if partial else data
        if kind == "lost":  # an answer that says it is another part
            start += 7 * partial
        self.send_response(206 if partial else 200)
        if kind not in ("bare", "chunked"):
            self.send_header("ETag", f'"{turn if kind == "changed" and not head else 1}"')
        stated = len(body)
        if kind == "short" and not head:
            stated = min(stated, 1_300_000)
        if kind == "long" and not head:
            stated += 1000
        if kind == "packed":
            self.send_header("Content-Encoding", "gzip")
        if partial:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if kind == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(stated))
        self.end_headers()
        if head:
            return
        try:
            self.send(kind, (body + b"x" * 1000)[:stated])
        except OSError:
            self.close_connection = True

    def send(self, kind: str, body: bytes) -> None:
        if kind == "chunked":
            for at in range(0, len(body), 700_000):
                part = body[at : at + 700_000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            return
        first = self.server.asked.count[f"GET {kind}"] == 1
        most = {"cut": 800_000, "lost": 800_000, "changed": 800_000, "trickle": 10}.get(kind, len(body))
        most = 900_000 if kind in ("norange", "bare") and first else most
        self.wfile.write(body[:most])
        if most < len(body):
            self.wfile.flush()
            self.close_connection = True


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Misbehaving) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield running
        running.shutdown()


@pytest.fixture
def site(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(remote, "WAIT", WAIT)
    server.asked = Asked()
    return f"127.0.0.1:{server.server_port}"


SERVED = [
    # id = how it is served, requests for the body that it takes at least and at most
    ("ok", 1, 1),
    ("cut", 5, 9),  # breaks off again and again: taken up where it broke, what was on its way is lost
    ("short", 3, 3),  # states fewer bytes than it said before, and sends no more
    ("norange", 2, 2),  # knows no parts: read again from the start, and what was had is thrown away
    ("bare", 2, 2),  # states no version
    ("busy", 3, 3),  # 503 at first
    ("packed", 1, 1),  # calls the archive's own compression that of the answer
    ("chunked", 1, 1),  # states no size
]


@pytest.mark.parametrize(("kind", "least", "most"), SERVED, ids=[row[0] for row in SERVED])
def test_every_byte_comes_once_whatever_the_server_does(
    server: Server, site: str, kind: str, least: int, most: int
) -> None:
    (found,) = archives([f"http://{site}/{kind}/CC-NEWS-1.warc.gz"])
    assert isinstance(found, Archive), found
    unsaid = kind in ("chunked", "packed")
    assert found.name == "CC-NEWS-1.warc.gz" and found.size == (None if unsaid else len(DATA))
    with pickle.loads(pickle.dumps(found)).open() as stream:
        assert hashlib.sha256(stream.read()).digest() == hashlib.sha256(DATA).digest()
    assert (
        least <= server.asked.count[f"GET {kind}"] - unsaid <= most
    )  # a size that HEAD does not tell is asked of GET
    assert all(agent.startswith("Vigie/") for agent in server.asked.agents)


FAILING = [
    # id = how it is served, where it is refused, what is said
    ("403", "listed", "refused by its server (403)"),
    ("404", "listed", "not found"),
    ("down", "listed", "the last time with 503"),
    ("long", "read", "broke off 6 times"),
    ("lost", "read", "broke off 6 times"),
    ("changed", "read", "changed while it was read"),
    ("trickle", "read", "broke off 6 times"),
]


@pytest.mark.parametrize(("kind", "when", "said"), FAILING, ids=[row[0] for row in FAILING])
def test_what_stays_broken_is_refused_and_tells_no_secret(
    server: Server, site: str, kind: str, when: str, said: str
) -> None:
    url = f"http://reader:hush@{site}/{kind}/x.warc.gz?X-Signature=hush"
    (found,) = archives([url])
    if isinstance(found, Archive):
        assert found.place == ""
        with pytest.raises(InputRefused) as caught:
            found.open().read()
        refusal: InputRefused | Refusal = caught.value
        # Nobody who prints the error with what came before it shows the address.
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    else:
        refusal = found
    assert isinstance(found, Archive) == (when == "read")
    assert said in refusal.reason and refusal.name == "x.warc.gz"
    assert "hush" not in str(refusal) + repr(found)
    if kind != "lost":
        assert any(told.startswith("Basic ") for told in server.asked.passwords)


def test_a_record_is_found_again_by_its_offset(server: Server, site: str) -> None:
    (found,) = archives([f"http://{site}/ok/x.warc.gz"])
    assert isinstance(found, Archive)
    with found.open() as stream:
        stream.seek(2_000_000)
        assert stream.read(100) == DATA[2_000_000:2_000_100]
        stream.seek(-50, os.SEEK_END)
        assert stream.read() == DATA[-50:]
    assert server.asked.ranges == ["bytes=2000000-", f"bytes={len(DATA) - 50}-"]


def test_lists_of_another_machine_name_no_file_of_this_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = given(tmp_path, "secret.warc")
    files = remote.filesystem("memory://lists")
    for line in (secret, f"file://{secret}"):
        files.pipe("/lists/x.paths", f"{line}\nmemory://lists/a.warc\n".encode())
        found = list(archives(["memory://lists/x.paths"]))
        assert len(found) == 1 and "of this one" in str(found[0])
    files.rm("/lists", recursive=True)
