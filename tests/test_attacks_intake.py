"""What a hostile document, table or source tries on the way in, and what Vigie's own files would do to who opens them.

Bombs and addresses stand in more detail in `test_ingest_hostile.py`, `test_tables_malformed.py` and `test_fetch_client.py`; here is what they
leave out, and that without its defence each attack works.
"""

from __future__ import annotations

import ast
import csv
import io
import ipaddress
import resource
import socket
import zipfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import httpcore
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from attack_samples import FORMULA, came_out, hostile_papers
from report_store import build
from test_web_pages import DAY
from vigie.cli import app
from vigie.fetch import addresses
from vigie.fetch.addresses import address, is_public
from vigie.fetch.dial import Dialer
from vigie.fetch.outcome import Unfetched
from vigie.ingest import read_stream
from vigie.model.errors import InputRefused
from vigie.tables.columnar import read_parquet
from vigie.tables.limits import Limits
from vigie.tables.records import Block
from vigie.text.formulas import defused

PACKAGE = Path(str(files("vigie")))

# CSV: cells that a spreadsheet would compute.

RUN = [
    # id, text of a document, what a spreadsheet that splits at commas reads, one that splits at semicolons
    ("formula", "=1+1", True), ("link", FORMULA, True), ("dde", "+cmd|' /C calc'!A0", True), ("minus", "-2+3+cmd|'x'!A0", True),
    ("at", "@SUM(A1)", True), ("after a tab", "\t=1+1", True), ("after a line end", "\r=1+1", True), ("after blanks", "  =1+1", True),
    ("full width", "＝1+1", True), ("behind a semicolon", "prix;=1+1", True), ("behind a semicolon and blanks", "prix; \u00a0@x", True),
    ("behind a line end", "prix\n=1+1", True), ("behind a tab", "prix\t+cmd|'x'!A0", True), ("behind quotes", 'prix ";=1+1', True),
    ("plain", "Le gramme vaut 60 euros ; la pilule 5-10 €.", False), ("an equation inside", "x=1+1", False),
]  # fmt: skip


def runs(sheet: str) -> list[str]:
    """Cells that a spreadsheet would compute, split at commas as in English, or at semicolons and tabs as in French."""
    found = []
    for delimiter in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(sheet, newline=""), delimiter=delimiter):
            found += [
                c
                for c in row
                if c.lstrip(" \u00a0\t\r\n").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
            ]
    return found


@pytest.mark.parametrize(("text", "hostile"), [r[1:] for r in RUN], ids=[r[0] for r in RUN])
def test_no_cell_is_computed(text: str, hostile: bool) -> None:
    def sheet(cell: str) -> str:
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerow([1, cell, "end"])
        return out.getvalue()

    assert bool(runs(sheet(text))) is hostile, "as it is written without the defence"
    assert runs(sheet(defused(text))) == []
    assert defused(text).replace("'", "") == text.replace("'", ""), "nothing else is changed"


def test_every_writer_of_tables_defuses() -> None:
    """A module that writes CSV takes its cells through `defused`; XLSX is written by none."""
    writing = {}
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text("utf-8")
        if "csv" in text and any(
            isinstance(n, ast.Attribute) and n.attr in ("writer", "DictWriter", "to_csv", "write_csv")
            for n in ast.walk(ast.parse(text))
        ):
            writing[path.relative_to(PACKAGE).as_posix()] = "defused" in text
        assert not any(word in text for word in ("import openpyxl", "import xlsxwriter")), path
    assert {"store/export.py", "cli/stats.py", "charts/draw.py"} <= set(writing)
    assert {name for name, defuses in writing.items() if not defuses} <= {
        "cli/importing.py"
    }  # by `reject_line`


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("hostile") / "vigie.duckdb", hostile_papers())


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_exports_of_hostile_documents_run_nothing(store: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "full", "--full", "--format", "csv", "--store", store)
    sheets = sorted((tmp_path / "full").rglob("*.csv"))
    text = "".join(p.read_text("utf-8") for p in sheets)
    assert len(sheets) >= 3 and "HYPERLINK" in text
    for path in sheets:
        # Figures may be negative; text may not.
        cells = [
            c for c in runs(path.read_text("utf-8")) if not c.strip().lstrip("-").replace(".", "").isdigit()
        ]
        assert cells == [], path.name
    # Names of files are the program's, whatever a source is called.
    assert {p.parent for p in (tmp_path / "full").rglob("*") if p.is_file()} == {tmp_path / "full"}


# What is written as HTML beside the server.


@pytest.mark.slow
def test_bulletin_and_static_site_hold_no_element_of_a_document(tmp_path: Path) -> None:
    from vigie.web.site import write_site

    store = build(tmp_path / "vigie.duckdb", hostile_papers()[::2])
    run(
        "bulletin",
        "--period",
        "2024",
        "--analyst",
        "--lang",
        "fr",
        "--out",
        tmp_path / "bulletin",
        "--store",
        store,
    )
    write_site(store, tmp_path / "site", today=DAY, languages=("fr",))
    shown = 0
    for path in [
        *tmp_path.rglob("*.html"),
        *tmp_path.rglob("*.svg"),
        *tmp_path.rglob("*.atom"),
        *tmp_path.rglob("*.xml"),
    ]:
        text = path.read_text("utf-8")
        assert came_out(text, xml=path.suffix != ".html") == [], path
        shown += "vx-t" in text
    assert shown >= 1, "the hostile words are shown"


# Bombs.


def test_a_text_that_every_row_repeats_is_no_bomb(tmp_path: Path) -> None:
    """10 KB of Parquet that stand for 5 GB: texts are looked at once each, before rows are written out."""
    rows, size = 25_000, 200_000
    one = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * size]))
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"substance": one, "price": [1.0] * rows}), path, store_schema=False)
    assert path.stat().st_size < 20_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = {
        getattr(found, "reason", "block")
        for found in read_parquet(path, path.name, needed=None, limits=Limits())
    }
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert told == {"cell-too-large"} and grown < 400, f"{grown:.0f} MB"
    # As it was read before: one batch alone takes what all rows together stand for.
    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=200))
        assert batch.nbytes > 200 * size * 0.99


def test_long_texts_are_written_out_a_few_rows_at_a_time(tmp_path: Path) -> None:
    rows = 3_000
    path = tmp_path / "long.parquet"
    one = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * 30_000]))
    pq.write_table(pa.table({"substance": one, "n": list(range(rows))}), path, store_schema=False)
    blocks = list(read_parquet(path, path.name, needed=None, limits=Limits()))
    sizes = [len(block.rows) for block in blocks if isinstance(block, Block)]
    assert sum(sizes) == rows and max(sizes) * 30_000 <= Limits().block_chars


def overlapping_zip() -> bytes:
    """Members that share one packed body: each entry of the directory counts it again (a bomb without nesting)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 2_000_000)
    whole = buffer.getvalue()
    at = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    entry = whole[at:end]
    directory = b"".join(
        entry.replace(b"word/document.xml", f"word/docume{n:02d}.xml".encode()) for n in range(10, 90)
    )
    tail = bytearray(whole[end:])
    tail[8:12] = (80).to_bytes(2, "little") * 2
    tail[12:16] = len(directory).to_bytes(4, "little")
    return whole[:at] + directory + bytes(tail)


BOMBS = [
    ("overlapping members", "bomb.docx", overlapping_zip),
    (
        "zip in a zip",
        "bomb.zip",
        lambda: _nested("a.zip", _nested("b.zip", _nested("c.txt", b"0" * 100_000))),
    ),
    ("a name that climbs", "up.docx", lambda: _nested("../../../../tmp/vx-up.txt", b"vx")),
    ("an absolute name", "root.epub", lambda: _nested("/tmp/vx-up.txt", b"vx")),
    ("gzip of zeros", "zeros.txt.gz", lambda: __import__("gzip").compress(b"0" * 5_000_000)),
]


def _nested(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "make"), [b[1:] for b in BOMBS], ids=[b[0] for b in BOMBS])
def test_a_bomb_is_refused_by_name(name: str, make: Callable[[], bytes]) -> None:
    """Nothing of it is unpacked to a file, and no more of it to memory than is read."""
    with pytest.raises(InputRefused) as caught:
        list(read_stream(name, make()))
    assert caught.value.name == name
    assert not Path("/tmp/vx-up.txt").exists()


# Addresses of sources that lead inside (SSRF).

INSIDE = (
    "127.0.0.1", "127.1", "127.0.1", "0x7f000001", "0x7f.0x0.0x0.0x1", "0177.0.0.1", "017700000001", "2130706433", "127.0.0.1.", "①②⑦.⓪.⓪.①", "１２７.０.０.１",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[64:ff9b:1::a00:1]",
    "[2002:a00:1::]", "[2001:0:53aa:64c:0:0:f5ff:fffe]", "[fe80::1%25eth0]", "[fd12::1]", "[fec0::1]", "[ff02::1]", "[100::1]", "[5f00::1]",
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1",
    "0.0.0.0", "0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "localhost", "LOCALHOST.", "ip6-localhost",
)  # fmt: skip


def inner(host: str, port: int) -> list[str]:
    """What the system's resolver makes of a host: it knows every odd writing of a number."""
    bare = host.strip("[]")
    if bare.lower().rstrip(".") in ("localhost", "ip6-localhost"):
        return ["127.0.0.1"]
    try:
        return [str(ipaddress.ip_address(bare.partition("%")[0]))]
    except ValueError:
        return [socket.inet_ntoa(socket.inet_aton(bare))]


@pytest.mark.parametrize("host", INSIDE)
def test_no_writing_of_an_inner_address_is_dialled(host: str) -> None:
    dialled: list[str] = []

    class Watched(httpcore.SyncBackend):
        def connect_tcp(self, host: str, *args: object, **kwargs: object) -> httpcore.NetworkStream:
            dialled.append(host)
            raise httpcore.ConnectError("watched")

    dialer = Dialer(total=5, most_addresses=4, resolver=inner)
    dialer._inner = Watched()
    with pytest.raises((Unfetched, httpcore.ConnectError)) as caught:
        asked = address(f"http://{host}/latest/meta-data/")
        dialer.connect_tcp(asked.host, asked.port)
    assert dialled == [] and isinstance(caught.value, Unfetched)
    assert caught.value.reason in ("private-address", "bad-address", "unresolved")


def test_without_the_check_inner_addresses_are_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: a name that is public when it is looked up first and inner the next time."""
    answers = [["192.0.43.8"], ["169.254.169.254"]]
    dialled: list[str] = []

    class Watched(httpcore.SyncBackend):
        def connect_tcp(self, host: str, *args: object, **kwargs: object) -> httpcore.NetworkStream:
            dialled.append(host)
            raise httpcore.ConnectError("watched")

    def dial(checked: bool) -> str:
        left = list(answers)
        dialer = Dialer(total=5, most_addresses=4, resolver=lambda host, port: left.pop(0))
        dialer._inner = Watched()
        if not checked:
            monkeypatch.setattr("vigie.fetch.dial.is_public", lambda number: True)
        told = []
        for _ in range(2):
            try:
                dialer.connect_tcp("press.example", 80)
            except Unfetched as refused:
                told.append(refused.reason)
            except httpcore.ConnectError:
                told.append("dialled")
        return " ".join(told)

    assert dial(True) == "dialled private-address" and dialled == ["192.0.43.8"]
    assert dial(False) == "dialled dialled" and dialled[-1] == "169.254.169.254"


def test_public_is_what_the_registries_say() -> None:
    """Special addresses of IANA's registries of IPv4 and IPv6 (2024): one of each block that is not globally reachable."""
    special = (
        "0.0.0.1", "10.1.1.1", "100.64.1.1", "127.0.0.9", "169.254.1.1", "172.20.1.1", "192.0.0.8", "192.0.0.170", "192.0.2.9", "192.168.9.9", "198.19.1.1",
        "198.51.100.1", "203.0.113.1", "240.1.1.1", "255.255.255.255", "::2", "::ffff:0:1.2.3.4", "64:ff9b:1::1", "100::2", "100:0:0:1::1", "2001:2::1",
        "2001:db8::1", "3fff::1", "5f00::1", "fc00::1", "fe80::9", "febf::1", "ff0e::1",
    )  # fmt: skip
    assert [number for number in special if is_public(number)] == []
    assert all(
        is_public(n) for n in ("1.1.1.1", "9.9.9.9", "2606:4700::1111", "2a01:e0a::1", "64:ff9b::101:101")
    )
    assert {80, 443, 8080, 8443} == addresses.PORTS
