"""The cascade: what is kept and why the rest is not, each record once; the audit sample; pages as `vigie extract` reads them."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

import bulk_samples as samples
from bulk_samples import FILLER, Page, html
from vigie import pipeline
from vigie.bulk.archive import Archive
from vigie.bulk.cascade import judge, records_at, walk
from vigie.bulk.page import section
from vigie.bulk.plan import Plan
from vigie.bulk.reasons import reasons
from vigie.bulk.tally import Tally, mark
from vigie.model.document import SourceCard
from vigie.model.errors import InputRefused
from vigie.store.rows import Entry

PLAN = Plan(audit_one_in=1)
SPANISH = (
    "La policía ha incautado doce kilos de cannabis en el puerto, y el gramo se vende a sesenta euros en las calles de la ciudad. "
    * 4
)
DEEP = b"<html><body>" + b"<div>" * 9000 + b"<p>Le gramme de coca\xc3\xafne se vend 60 euros.</p>"
HIDDEN = b"<html><body>" + b"<div></x>" * 9000 + b"<p>Le gramme de coca\xc3\xafne se vend 60 euros.</p>"
FICTION = html("Un roman", "Il y est question de cannabis, de vieilles pierres et d'une tante. " + FILLER * 3)
PAGES = [
    # id, page, its reason, or "" for one that is kept
    ("hit", samples.hit(1), ""),
    ("miss", samples.miss(1), "no-term"),
    ("moved", Page("https://journal.example/m", b"", status="301 Moved Permanently"), "status"),
    ("picture", Page("https://journal.example/p", b"\x89PNG", kind="image/png"), "not-a-page"),
    ("spanish", Page("https://journal.example/es", html("Cannabis en el puerto", SPANISH)), "language"),
    ("empty", Page("https://journal.example/c", b"<html><head><title>Cannabis saisi</title></head><body></body></html>"), "no-text"),
    ("note", Page("https://journal.example/q", "Le gramme de cocaïne à 60 euros à Lyon.".encode(), kind="text/plain"), ""),
    ("too_long", Page("https://journal.example/o", html("Le gramme de cocaïne à 60 euros", FILLER * 900)), "too-long"),
    ("too_large", Page("https://journal.example/l", bytes(3 << 20)), "too-large"),
    ("nested", Page("https://journal.example/d", DEEP), "refused"),
    ("nested_and_hidden", Page("https://journal.example/h", HIDDEN), "refused"),
    ("binary", Page("https://journal.example/b", b"\x00\x01cannabis" * 500), "no-text"),
    ("latin", Page("https://journal.example/i", samples.hit(2).body.decode().replace("utf-8", "iso-8859-1").encode("cp1252")), ""),
    ("charset_lies", Page("https://journal.example/j", samples.hit(3).body.decode().encode("cp1252")), ""),
    ("text", Page("https://journal.example/k", "Le prix\n\nLe gramme de cocaïne se vend 60 euros à Lyon, dit l'OFDT. ".encode() * 3, kind="text/plain"), ""),
    ("roman", Page("https://journal.example/r", FICTION), "irrelevant"),
    ("fields", Page("https://journal.example/culture/f", html("Le cannabis au musée", "Le mot cannabis vient du grec. " * 6)), "irrelevant"),
]  # fmt: skip


def archive(pages: Iterable[Page], *, wet: bool = False, spoil: int = 0) -> Archive:
    parts = [gzip.compress(part, mtime=0) for part in samples.records(list(pages), wet=wet)]
    if spoil:
        parts[spoil] = parts[spoil][: len(parts[spoil]) // 2]
    data = b"".join(parts)
    return Archive(name="a.warc.gz", key="k" * 20, size=len(data), open=partial(io.BytesIO, data))


def run(source: Archive, plan: Plan = PLAN) -> tuple[Tally, list[Entry]]:
    tally = Tally()
    return tally, list(walk(source, plan, tally))


def adds_up(tally: Tally) -> bool:
    before = sum(tally.rejected[name] for name, reason in reasons().items() if reason.stage == "record")
    return (
        tally.records == tally.kept + sum(tally.rejected.values())
        and tally.pages == tally.records - before
        and tally.pages >= tally.passed >= tally.read >= tally.relevant >= tally.kept
    )


@pytest.fixture(scope="module")
def everything() -> tuple[Tally, list[Entry]]:
    return run(archive([page for _, page, _ in PAGES]), Plan(audit_one_in=1, max_record_bytes=2 << 20))


@pytest.mark.parametrize(("page", "reason"), [p[1:] for p in PAGES], ids=[p[0] for p in PAGES])
def test_each_page_is_kept_or_dropped_for_its_reason(page: Page, reason: str) -> None:
    tally, entries = run(archive([page]), Plan(audit_one_in=0, max_record_bytes=2 << 20))
    expected = (
        {"not-a-page": 2, reason: 1}
        if reason not in ("", "not-a-page")
        else {"not-a-page": 3 if reason else 2}
    )
    assert (len(entries), dict(tally.rejected)) == (int(not reason), expected)
    assert adds_up(tally) and not tally.audit


def test_every_record_is_counted_once(everything: tuple[Tally, list[Entry]]) -> None:
    tally, entries = everything
    assert adds_up(tally) and tally.kept == len(entries) == sum(not reason for *_, reason in PAGES)
    assert tally.records == 2 * len(PAGES) + 1
    assert tally.observations.total() == sum(len(e.observations) for e in entries)
    assert Tally.from_json(tally.to_json()).to_json() == tally.to_json()


def test_the_audit_sample_is_of_what_was_dropped_and_can_be_read_again(
    everything: tuple[Tally, list[Entry]],
) -> None:
    tally, _ = everything
    audited = [name for name, reason in reasons().items() if reason.audited]
    assert len(tally.audit) == sum(tally.rejected[name] for name in audited)
    source = archive([page for _, page, _ in PAGES])
    offsets = [sample.offset for sample in tally.audit]
    again = {mark(record.record_id) for record in records_at(source, offsets)}
    assert {sample.record_id for sample in tally.audit} == again


def test_documents_are_named_by_archive_and_page(everything: tuple[Tally, list[Entry]]) -> None:
    _, entries = everything
    assert entries[0].document.path == "a.warc.gz#1"
    assert len({entry.document.path for entry in entries}) == len(entries)


def test_what_is_in_scope_without_the_filters() -> None:
    source = archive([samples.hit(4), samples.miss(4)])
    from vigie.bulk.records import Records

    verdicts = [judge(record, source, PLAN) for record in Records(source, 1 << 20) if record.page]
    assert isinstance(verdicts[0], Entry) and verdicts[1] == "no-observation"


def test_a_page_of_an_archive_reads_as_the_page_that_was_saved(tmp_path: Path) -> None:
    page = samples.hit(5)
    saved = tmp_path / "page.html"
    saved.write_bytes(page.body)
    (alone,) = pipeline.clean(saved, pipeline.Reading())
    assert isinstance(alone, pipeline.Cleaned)
    _, (entry,) = run(archive([page]))
    for name in ("title", "published", "outlet", "lang", "kind", "text", "doc_id"):
        assert getattr(entry.document, name) == getattr(alone.document, name), name


def test_authors_are_removed_and_the_source_card_is_kept() -> None:
    body = (
        samples.hit(6).body.decode().replace("<head>", '<head><meta name="author" content="Zorglub Fictif">')
    )
    body = body.replace(
        "<article>", "<article><p>Zorglub Fictif a suivi la patrouille de nuit dans les rues de la ville.</p>"
    )
    card = SourceCard(id="presse", name="Presse inventée", kind="press", grade="C")
    _, (entry,) = run(archive([Page("https://journal.example/x", body.encode())]), Plan(source=card))
    assert (
        "Zorglub" not in entry.document.text
        and entry.document.source_id == "presse"
        and entry.document.grade == "C"
    )
    assert entry.source is not None


def test_wet_and_folder(tmp_path: Path) -> None:
    text = Page(
        "https://journal.example/w",
        "Le gramme de cocaïne se vend 60 euros à Lyon, selon l'OFDT, contre 70 euros hier. ".encode() * 3,
    )
    tally, entries = run(archive([text, Page("https://journal.example/n", FILLER.encode() * 3)], wet=True))
    assert (len(entries), tally.rejected["no-term"], entries[0].document.format) == (
        1,
        1,
        "text",
    ) and adds_up(tally)

    def files() -> Iterable[Archive]:
        for name, body in (("a.html", samples.hit(7).body), ("b.html", samples.miss(7).body)):
            yield Archive(name=f"pages/{name}", key=name, size=len(body), open=partial(io.BytesIO, body))

    folder = Archive(name="pages", key="f", size=None, open=io.BytesIO, files=files)  # type: ignore[arg-type]
    tally, entries = run(folder)
    assert (tally.pages, len(entries), entries[0].document.path) == (2, 1, "pages/a.html") and adds_up(tally)


def test_records_that_share_an_id_are_each_counted() -> None:
    tally, entries = run(archive([samples.hit(1), samples.hit(1), samples.miss(2), samples.miss(2)]))
    assert (len(entries), tally.rejected["repeated"], tally.rejected["no-term"]) == (1, 1, 2)
    assert adds_up(tally)


def test_the_same_text_again_is_one_document() -> None:
    body = samples.hit(1).body
    pages = [Page(f"https://journal.example/{n}", body) for n in range(3)]
    tally, entries = run(archive([*pages, samples.hit(2)]))
    assert (tally.kept, len({e.document.doc_id for e in entries}), tally.rejected["repeated"]) == (2, 2, 2)
    assert tally.observations.total() == sum(len(e.observations) for e in entries) and adds_up(tally)
    assert not any(sample.reason == "repeated" for sample in tally.audit)


@pytest.mark.parametrize("says", ["", "Le Journal inventé"])
def test_the_outlet_is_what_the_page_says(says: str) -> None:
    """Of an address nothing is shown: it may be that of a shop or of a person."""
    meta = f'<head><meta property="og:site_name" content="{says}">'.encode() if says else b"<head>"
    page = Page("https://boutique.example/lyon/x", samples.hit(1).body.replace(b"<head>", meta))
    text = Page(page.url, ("Le gramme de cocaïne se vend 60 euros à Lyon, selon l'OFDT. " * 3).encode())
    _, (entry,) = run(archive([page]))
    _, (wet,) = run(archive([text], wet=True))
    assert (entry.document.outlet, wet.document.outlet) == (says, "")


def test_damage_is_told_and_the_rest_is_read() -> None:
    tally, entries = run(archive([samples.hit(1), samples.miss(1), samples.hit(2)], spoil=4))
    assert (tally.damaged, tally.truncated, len(entries)) == (1, 0, 2) and adds_up(tally)


def test_what_is_no_archive_is_refused_by_its_name() -> None:
    source = Archive(name="notes.gz", key="k", size=9, open=partial(io.BytesIO, b"some text"))
    with pytest.raises(InputRefused) as refused:
        run(source)
    assert refused.value.name == "notes.gz"


def test_an_empty_archive_is_refused_by_its_name() -> None:
    with pytest.raises(InputRefused, match="empty") as refused:
        run(Archive(name="a.warc.gz", key="k", size=0, open=io.BytesIO))
    assert (refused.value.name, refused.value.repair) == ("a.warc.gz", "download it again")


def test_progress_is_told_while_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.bulk.cascade.BEAT", 0.0)
    heard: list[tuple[int, int]] = []
    list(
        walk(archive(samples.mixed(70, [3])), PLAN, Tally(), lambda t: heard.append((t.records, t.bytes_in)))
    )
    assert len(heard) >= 3 and heard == sorted(heard) and heard[-1][1] > 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://journal.example/faits-divers/lyon/2021/03/le-titre.html", "faits divers/lyon"),
        ("https://journal.example/", ""),
        ("https://journal.example/sant%C3%A9/x", "santé"),
        ("http://[bad/x", ""),
        ("", ""),
    ],
)
def test_the_section_of_an_address(url: str, expected: str) -> None:
    assert section(url) == expected
