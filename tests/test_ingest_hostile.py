"""Hostile inputs: each is refused with a reason, or read, within bounded time and memory; the rest goes on.

Every case runs in a child process with a limit on its address space, so that a reader that eats memory fails its own
row and not the whole run.
"""

from __future__ import annotations

import gzip
import io
import json
import multiprocessing
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest_samples import FACT, drawn_pdf, epub, odt, page, response, run_here, warc, zipped
from vigie.ingest import guard, limits, read, read_stream, worker
from vigie.model.errors import InputRefused, MissingExtraError

SECONDS = 12.0  # of processor time; each takes less than 3, two run into the limit of 3
PATIENCE = 90.0  # of wall clock, on a busy machine
MEMORY = 3 * 1024**3  # address space; libraries map about 1 GB before the first byte is read
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "haha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def docx(document: str, **members: str) -> bytes:
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **members})


def docx_body(inner: str, prolog: str = "") -> bytes:
    return docx(f"{prolog}<w:document {W}><w:body>{inner}</w:body></w:document>")


def zeros(megabytes: int) -> bytes:
    """A DOCX whose text part unpacks to so many megabytes."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(megabytes):
            member.write(b" " * 1024**2)
    return buffer.getvalue()


def lying_zip() -> bytes:
    """A member that declares 10 bytes and unpacks to 64 MB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(b" " * 1024**2) for _ in range(64)) + packer.flush()
    name = b"word/document.xml"
    sizes = struct.pack("<LLL", 0, len(packed), 10)
    local = (
        b"PK\x03\x04"
        + struct.pack("<HHHHH", 20, 0, 8, 0, 0)
        + sizes
        + struct.pack("<HH", len(name), 0)
        + name
    )
    central = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    central += struct.pack("<HHHHHLL", len(name), 0, 0, 0, 0, 0, 0) + name
    start = len(local) + len(packed)
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), start, 0)
    return local + packed + central + end


def huge_directory() -> bytes:
    """An end record that announces a table of contents of 2 GB."""
    return (
        b"PK\x03\x04word/"
        + b"\0" * 100
        + b"PK\x05\x06"
        + struct.pack("<HHHHLLH", 0, 0, 65535, 65535, 2**31, 0, 0)
    )


def many_pages() -> bytes:
    """A PDF whose page tree counts 100,000 references to one page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 100000/Kids[" + b"3 0 R " * 100_000 + b"]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
    ]
    return pdf_of(objects)


def pdf_of(objects: list[bytes]) -> bytes:
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return (
        out
        + head
        + table
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    )


def looping_pdf() -> bytes:
    """A page tree that is its own child, and a form that draws itself."""
    stream = b"/F Do " * 50
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 2/Kids[2 0 R 3 0 R]/Parent 2 0 R>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</XObject<</F 4 0 R>>>>/Contents 4 0 R>>",
            b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 4 0 R>>>>/Length %d>>stream\n%s\nendstream"
            % (len(stream), stream),
        ]
    )


def pdf_bomb() -> bytes:
    """A content stream of a few hundred kB that unpacks to 64 MB of drawing."""
    packer = zlib.compressobj(9)
    block = b"0 0 m 1 1 l S\n" * 75_000
    packed = b"".join(packer.compress(block) for _ in range(64)) + packer.flush()
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
            b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        ]
    )


def nested_mail() -> bytes:
    return b"From: a@x.example\nDate: x\nSubject: s\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(400)
    )


def deep_json() -> bytes:
    return b'{"type": "public_channel", "id": 1, "messages": ' + b"[" * 1_000_000


CASES: list[tuple[str, str, Callable[[], bytes], str]] = [
    # id, file name, maker, reason ("" = it is read)
    ("text_one_line", "a.txt", lambda: b"x" * (limits.MAX_LINE_CHARS + 1), "longer than"),
    ("text_large", "a.txt", lambda: b"mot\n" * (limits.MAX_TEXT_BYTES // 4 + 1), "larger than"),
    ("text_long_lines_of_words", "a.txt", lambda: b"le prix du gramme " * 200_000, ""),
    ("html_deep_div", "a.html", lambda: page("<div>" * 100_000 + FACT).encode(), "nested"),
    ("html_deep_inline", "a.html", lambda: page("<b><i>" * 100_000 + FACT).encode(), "nested"),
    ("html_deep_lists", "a.html", lambda: page("<ul><li>" * 50_000 + FACT).encode(), "nested"),
    ("html_deep_table", "a.html", lambda: page("<table><tr><td>" * 20_000 + FACT).encode(), "nested"),
    ("html_unclosed_p", "a.html", lambda: page(f"<p>{FACT}" * 2_000).encode(), ""),
    ("html_many_attributes", "a.html", lambda: f"<html><body {' a=1' * 500_000}><p>{FACT}</p>".encode(), ""),
    ("html_entities", "a.html", lambda: f"{LAUGHS}<html><body><p>{FACT}</p>&j;</body></html>".encode(), ""),
    ("html_one_tag", "a.html", lambda: b"<html" + b"<" * 1_000_000, "no main text|broken|no page"),
    ("html_large", "a.html", lambda: b"<html>" + b" " * limits.MAX_HTML_BYTES, "larger than"),
    ("html_deep_json_ld", "a.html", lambda: page(f"<p>{FACT}</p>", f'<script type="application/ld+json">{"[" * 200_000}</script>').encode(), ""),
    ("docx_zip_bomb", "a.docx", lambda: zeros(64), "unpacks to more"),
    ("docx_lying_zip", "a.docx", lying_zip, "unpacks to more|cut short"),
    ("docx_huge_directory", "a.docx", huge_directory, "unpacks to more"),
    ("docx_laughs", "a.docx", lambda: docx_body("<w:p><w:r><w:t>&j;</w:t></w:r></w:p>", LAUGHS), "entities"),
    ("docx_laughs_utf16", "a.docx", lambda: zipped({"word/document.xml": f"{LAUGHS}<w:document {W}/>".encode("utf-16")}), "entities"),
    ("docx_outside_entity", "a.docx", lambda: docx_body("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", OUTSIDE), "entities"),
    ("docx_deep", "a.docx", lambda: docx_body("<w:sdt>" * 100_000), "nested"),
    ("docx_cut_short", "a.docx", lambda: docx_body(f"<w:p><w:r><w:t>{FACT}</w:t></w:r></w:p>")[:200], "cut short"),
    ("odt_laughs", "a.odt", lambda: odt("<text:p>&j;</text:p>", prolog=LAUGHS), "entities"),
    ("odt_deep", "a.odt", lambda: odt("<text:section>" * 10_000), "nested"),
    ("epub_laughs_in_chapter", "a.epub", lambda: epub({"c.xhtml": f"{LAUGHS}<html><body><p>{FACT}</p>&j;</body></html>"}), ""),
    ("epub_chapter_bomb", "a.epub", lambda: epub({"c.xhtml": "<p>" + " " * (limits.MAX_MEMBER_BYTES + 1)}), "unpacks to more"),
    ("epub_deep_chapter", "a.epub", lambda: epub({"c.xhtml": "<div>" * 100_000 + FACT}), "no text"),
    ("zip_named_epub", "a.epub", lambda: b"PK\x03\x04" + b"\0" * 1000, "cut short"),
    ("pdf_many_pages", "a.pdf", many_pages, "pages"),
    ("pdf_loop", "a.pdf", looping_pdf, "broken|images|breaks|longer"),
    ("pdf_bomb", "a.pdf", pdf_bomb, "images|memory|breaks|longer"),
    ("pdf_noise", "a.pdf", lambda: b"%PDF-1.7" + bytes(range(256)) * 4000, "broken"),
    ("pdf_half", "a.pdf", lambda: drawn_pdf([(60, 700, FACT)])[:600], "broken|images"),
    ("eml_nested", "a.eml", nested_mail, "parts|no text"),
    ("eml_long_header", "a.eml", lambda: b"From: " + b"a <a@x.example>, " * 200_000 + b"\nDate: x\nSubject: s\n\n" + FACT.encode(), ""),
    ("eml_long_subject", "a.eml", lambda: b"From: a\nDate: x\nSubject: " + b"=?utf-8?q?a?= " * 200_000 + b"\n\n" + FACT.encode(), ""),
    ("json_deep", "a.json", lambda: b'{"text":' + b"[" * 1_000_000, "nested|not valid"),
    ("json_long_number", "a.json", lambda: b'{"text": ' + b"9" * 1_000_000 + b"}", "not valid|no record"),
    ("jsonl_one_line", "a.jsonl", lambda: b'{"text": "' + b"x" * limits.MAX_RECORD_BYTES, "one line"),
    ("telegram_deep", "result.json", deep_json, "nested|not valid"),
    ("gzip_of_nothing", "a.warc.gz", lambda: gzip.compress(b"\0" * 100_000_000), "gzip|is none"),
    ("gzip_cut_short", "a.warc.gz", lambda: warc(response("https://a.example/", page(FACT).encode() * 500), packed=True)[:-40], ""),
    ("warc_long_header", "a.warc", lambda: b"WARC/1.0\r\nWARC-Type: response\r\nX: " + b"x" * 5_000_000, "cut short|no document"),
    ("warc_lying_length", "a.warc", lambda: b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nHTTP/1.1 200 OK\r\n", "cut short|no document"),
]  # fmt: skip


# A clean process for each input: one forked from a test run holds its threads' locks and tens of gigabytes of reserved
# addresses, beyond the bound that is set here.
FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["ingest_samples", "vigie.ingest.reading", "vigie.ingest.worker"])


def _attempt(
    name: str, data: bytes, answers: multiprocessing.connection.Connection, allowed: float | None
) -> None:
    import resource

    if allowed is not None:
        limits.WORKER_SECONDS = allowed
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    guard.forget()
    try:
        outcome = f"read {sum(len(d.text) for d in read_stream(name, data))}"
    except InputRefused as refusal:
        outcome = f"refused {refusal.name} {refusal.reason}"
    except MissingExtraError:
        outcome = "skipped"
    except BaseException as error:
        outcome = f"crashed {type(error).__name__}"
    guard.forget()  # the time of a child counts when it is gone
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    answers.send((outcome, sum(u.ru_utime + u.ru_stime for u in used)))


@pytest.mark.parametrize(("name", "make", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_bounded(name: str, make: Callable[[], bytes], reason: str) -> None:
    allowed = 3.0 if "longer" in reason else None
    receiver, sender = FRESH.Pipe(duplex=False)
    process = FRESH.Process(target=_attempt, args=(name, make(), sender, allowed))
    process.start()
    sender.close()
    answered = receiver.poll(PATIENCE)
    if not answered:
        process.kill()
    process.join()
    assert answered, "no answer in time"
    outcome, seconds = receiver.recv()
    if outcome == "skipped":
        pytest.skip("needs an extra")
    assert seconds < SECONDS
    if reason:
        assert outcome.startswith(f"refused {name} ")
        assert any(part in outcome for part in reason.split("|")), outcome
    else:
        assert outcome.startswith("read "), outcome


def test_the_rest_goes_on_after_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that hangs or dies costs its document; the next one gets a new child."""
    good = page(f"<p>{FACT}</p>").encode()
    list(guard.run("html", good))
    child = guard._child
    assert child is not None
    child.process.kill()
    child.process.wait()
    assert list(guard.run("html", good))
    with pytest.raises(guard.GuardError, match="longer than"):
        list(guard.run("html", page("<p>a</p>" * 100_000).encode(), seconds=0.05))
    assert list(guard.run("html", good))


def test_the_child_is_replaced_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    good = page(f"<p>{FACT}</p>").encode()
    list(guard.run("html", good))
    before = guard._child
    monkeypatch.setattr(limits, "WORKER_JOBS", 1)
    list(guard.run("html", good))
    assert before is not guard._child and before is not None and before.process.poll() is not None


def test_the_child_ends_with_its_parent() -> None:
    """Even in the middle of a job: a killed run leaves nothing behind."""
    code = (
        "import os, sys; from vigie.ingest import guard; list(guard.run('html', b'<html><p>' + b'mot ' * 50));"
        "print(guard._child.process.pid, flush=True); guard._send(guard._child, b'{\"job\":'); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    child = int(done.stdout)
    for _ in range(100):
        if not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]:
            return
        time.sleep(0.1)
    pytest.fail("the child is still there")


def test_a_job_left_half_way_does_not_answer_the_next() -> None:
    pages = guard.run("pdf", drawn_pdf([(60, 700, FACT)], pages=3))
    assert next(pages)["pages"] == 3
    pages.close()
    (found,) = guard.run("html", page(f"<p>{FACT}</p>").encode())
    assert FACT in found["text"]


def test_messages_never_quote_the_input(tmp_path: Path) -> None:
    secret = "Jeanne Fictive 06 39 98 00 00"
    inputs = {
        "a.json": f'{{"{secret}": '.encode(), "b.json": json.dumps({secret: secret}).encode(), "c.docx": docx(f"<{secret}>"),
        "d.pdf": b"%PDF-" + secret.encode(), "e.html": f"<html><nav>{secret}</nav></html>".encode(),
        "f.epub": zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": secret}),
        "g.eml": f"From: {secret}\nTo: {secret}\nDate: {secret}\n\n".encode(),
        "h.csv": secret.encode(), "i.bin": secret.encode() + b"\0",
    }  # fmt: skip
    for name, data in inputs.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputRefused) as refusal:
            list(read(tmp_path / name))
        assert "Fictive" not in str(refusal.value) and "06 39" not in str(refusal.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(inputs)


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name, data in (
        ("a.pdf", drawn_pdf([(60, 700, FACT)])), ("a.html", page(f"<p>{FACT}</p>").encode()), ("a.odt", odt(f"<a>{FACT}</a>")),
    ):  # fmt: skip
        try:
            list(read_stream(name, data))
        except InputRefused:
            continue
    assert list(tmp_path.iterdir()) == []


class _Broken:
    """Jobs that fail in each way a parser can."""

    @staticmethod
    def refuse(data: bytes, options: dict[str, object]) -> object:
        yield {"a": "\ud800"}
        raise InputRefused("", "odd", "mend it")

    @staticmethod
    def recurse(data: bytes, options: dict[str, object]) -> object:
        raise RecursionError("SECRET")
        yield

    @staticmethod
    def eat(data: bytes, options: dict[str, object]) -> object:
        raise MemoryError("SECRET")
        yield

    @staticmethod
    def fail(data: bytes, options: dict[str, object]) -> object:
        raise ValueError("SECRET")
        yield


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        ("refuse", "odd"),
        ("recurse", "nested"),
        ("eat", "memory"),
        ("fail", "broken .ValueError."),
        ("unknown", "broken .KeyError."),
    ],
)
def test_each_failure_of_a_job_has_a_reason(job: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        worker, "JOBS", {j: f"tests_of_jobs:{j}" for j in ("refuse", "recurse", "eat", "fail")}
    )
    monkeypatch.setitem(sys.modules, "tests_of_jobs", _Broken)
    with pytest.raises(guard.GuardError, match=reason) as error:
        list(run_here(job, b""))
    assert "SECRET" not in error.value.reason
