"""`vigie add DIR` of a folder of vigie bulk: as any add, whole or half-finished, damaged or old."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from bulk_samples import hit
from vigie.bulk.account import DONE, Account
from vigie.bulk.archive import Archive, key_of
from vigie.bulk.folder import Folder
from vigie.bulk.load import loaded, notes
from vigie.bulk.plan import Plan
from vigie.bulk.tally import Tally
from vigie.bulk.workplace import workplace
from vigie.cli import app
from vigie.model.document import CleanDocument, SourceCard
from vigie.model.errors import StoreError
from vigie.model.observation import EventValue, FlowValue, ModalityValue, PriceValue
from vigie.model.place import Place
from vigie.pipeline import Cleaned, Reading, Refusal, clean_stream, observe
from vigie.redact.redactor import content_id
from vigie.store import Store
from vigie.store.part_rows import read_part
from vigie.store.parts import SCHEMAS, PartWriter
from vigie.store.rows import Entry

CARD = SourceCard(id="presse", name="Presse inventée", kind="press", grade="B", retention_months=3)


def entry_of(number: int, card: SourceCard | None = CARD) -> Entry:
    page = hit(number)
    (item,) = clean_stream(f"a.warc.gz#{number}.html", page.body, Reading(source=card))
    assert isinstance(item, Cleaned)
    found = observe(item.document)
    assert not isinstance(found, Refusal) and found
    return Entry(document=item.document, observations=found, source=item.source)


def keep(folder: Folder, name: str, entries: Sequence[Entry], rows: int = 100_000) -> Account:
    """What a worker leaves of an archive."""
    key = key_of(name, 10)
    with workplace(folder.root) as work:
        with PartWriter(work, key, rows) as writer:
            for entry in entries:
                writer.add(entry)
            files = writer.finish()
        account = Account(
            key=key, name=name, size=10, place="", plan=Plan().fingerprint(), head="", state=DONE,
            tally=Tally(kept=len(entries)), files=tuple(files),
        )  # fmt: skip
        folder.keep(work, account)
    return account


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [entry_of(number) for number in range(6)]


@pytest.fixture
def folder(tmp_path: Path, entries: list[Entry]) -> Folder:
    """Two archives of three documents."""
    made = Folder(tmp_path / "out")
    made.begin(Plan())
    keep(made, "a.warc.gz", entries[:3])
    keep(made, "b.warc.gz", entries[3:])
    made.finish()
    return made


@pytest.fixture
def run(tmp_path: Path) -> Iterator[object]:
    def add(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["add", *arguments, "--store", str(tmp_path / "a.duckdb")])

    yield add


def documents(tmp_path: Path, sql: str = "SELECT doc_id FROM documents ORDER BY 1") -> list[object]:
    with Store.open(tmp_path / "a.duckdb", read_only=True) as store:
        return store.column(sql)


def test_columns_are_those_of_the_store(tmp_path: Path) -> None:
    own = {"stored_on", "expires_on", "run_id", "extracted_run", "original_id", "copied"}
    own |= {"credibility", "credibility_rule", "corroborated"}
    with Store.open(tmp_path / "a.duckdb") as store:
        for name, schema in SCHEMAS.items():
            there = {f.name: f.type for f in store.query(f"SELECT * FROM {name} LIMIT 0").schema}
            assert {f.name: f.type for f in schema} == {k: v for k, v in there.items() if k not in own}


def test_a_part_gives_back_what_it_was_given(tmp_path: Path, entries: list[Entry]) -> None:
    with PartWriter(tmp_path, "ab", rows=4) as writer:
        for entry in [*entries, entries[0]]:
            writer.add(entry)
        files = writer.finish()
    assert {f.table for f in files} == {"documents", "observations", "evidence", "sources"}
    back = list(read_part({f.table: tmp_path / f.name for f in files}))
    assert [(e.document, list(e.observations), e.source) for e in back] == [
        (e.document, list(e.observations), e.source) for e in entries
    ]


def test_the_same_entries_are_the_same_bytes(tmp_path: Path, entries: list[Entry]) -> None:
    seen = []
    for name in "xy":
        (tmp_path / name).mkdir()
        with PartWriter(tmp_path / name, "ab", rows=4) as writer:
            for entry in entries:
                writer.add(entry)
            seen.append([(f.name, f.sha256) for f in writer.finish()])
    assert seen[0] == seen[1]


def test_loaded_once_again_and_not_what_was_purged(
    folder: Folder, tmp_path: Path, run, entries: list[Entry]
) -> None:  # type: ignore[no-untyped-def]
    first = run(str(folder.root), "--format", "json")
    assert first.exit_code == 0, first.stderr
    told = json.loads(first.stdout)
    assert told["documents"]["new"] == 6 and sum(told["observations"].values()) == 18
    assert documents(tmp_path) == sorted(e.document.doc_id for e in entries)
    assert documents(tmp_path, "SELECT DISTINCT source_id FROM sources") == ["presse"]
    (months,) = documents(
        tmp_path, "SELECT DISTINCT date_diff('month', stored_on, expires_on) FROM documents"
    )
    assert months == 3  # of the card
    with Store.open(tmp_path / "a.duckdb", read_only=True) as store:
        kept = store.records([e.document.doc_id for e in entries])
    assert {e.document.doc_id: sorted(e.observations, key=lambda o: o.id) for e in entries} == {
        doc_id: sorted(found, key=lambda o: o.id) for doc_id, found in kept.items()
    }
    purge = [
        "purge",
        "--document",
        entries[0].document.doc_id,
        "--yes",
        "--store",
        str(tmp_path / "a.duckdb"),
    ]
    assert CliRunner().invoke(app, purge).exit_code == 0
    again = json.loads(run(str(folder.root), "--format", "json").stdout)
    assert again["documents"]["new"] == 0 and again["documents"]["unchanged"] == 5 and again["kept_out"] == 1


def spoil(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(data[:-20])
    else:
        data[len(data) // 2] ^= 1
        path.write_bytes(data)


@pytest.mark.parametrize("how", ["gone", "cut", "one bit"])
@pytest.mark.parametrize("table", ["documents", "observations"])
def test_a_damaged_part_is_refused_by_name_and_the_rest_loaded(folder: Folder, how: str, table: str) -> None:
    account = folder.account(key_of("a.warc.gz", 10))
    assert account is not None
    file = next(f for f in account.files if f.table == table)
    spoil(folder.path(file), how)
    items = list(loaded(folder.root))
    (told,) = [str(item) for item in items if isinstance(item, Refusal)]
    assert file.name in told and "a.warc.gz" in told and "vigie bulk" in told
    assert sum(isinstance(item, Cleaned) for item in items) == 3


def test_a_damaged_account_is_refused_by_name(folder: Folder) -> None:
    key = key_of("a.warc.gz", 10)
    spoil(folder.root / "manifest" / f"{key}.json", "cut")
    items = list(loaded(folder.root))
    assert [f"{key}.json" in item.name for item in items if isinstance(item, Refusal)] == [True]
    assert sum(isinstance(item, Cleaned) for item in items) == 3


@pytest.mark.parametrize(
    "name", ["../../etc/x-000.documents.parquet", "x-000.runs.parquet", "/x-000.documents.parquet"]
)
def test_an_account_names_files_of_its_archive_only(folder: Folder, name: str) -> None:
    path = folder.root / "manifest" / f"{key_of('a.warc.gz', 10)}.json"
    told = json.loads(path.read_bytes())
    told["files"][0]["name"] = name
    path.write_text(json.dumps(told))
    assert next(str(x) for x in loaded(folder.root) if isinstance(x, Refusal)).endswith("anew)")


def test_a_half_finished_folder_is_loaded_and_told(folder: Folder) -> None:
    names = ("a.warc.gz", "b.warc.gz", "c.warc.gz")
    listed = [Archive(name=n, key=key_of(n, 10), size=10, open=open) for n in names]  # type: ignore[arg-type]
    folder.begin(Plan(), listed)
    (folder.root / "manifest.json").unlink()
    (told,) = notes(folder.root)
    assert "1 of 3 archives are not read yet" in told
    assert sum(isinstance(item, Cleaned) for item in loaded(folder.root)) == 6


def test_another_lexicon_is_told_and_noted(folder: Folder, tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
    path = folder.root / "job.json"
    told = json.loads(path.read_bytes())
    told["plan"]["lexicon"] = "0123456789ab"
    path.write_text(json.dumps(told))
    assert "lexicon 0123456789ab" in run(str(folder.root)).stderr
    assert documents(tmp_path, "SELECT lexicon_version FROM runs") == ["0123456789ab"]


def old(entry: Entry, added: str) -> Entry:
    """As an earlier redactor left it, which did not know what is added at the end."""
    text = entry.document.text + "\n\n" + added
    document: CleanDocument = replace(
        entry.document, text=text, redactor="1", doc_id=content_id(text, str(entry.document.published))
    )
    return Entry(document=document, observations=observe_again(document), source=entry.source)


def observe_again(document: CleanDocument) -> list:  # type: ignore[type-arg]
    found = observe(document)
    assert not isinstance(found, Refusal)
    return found


def test_parts_of_an_older_redactor_are_redacted_again(tmp_path: Path, run, entries: list[Entry]) -> None:  # type: ignore[no-untyped-def]
    made = Folder(tmp_path / "old")
    made.begin(Plan())
    clean = replace(entries[1].document, redactor="1")
    keep(
        made,
        "a.warc.gz",
        [
            old(entries[0], "Pour commander : 06 39 98 12 34."),
            Entry(document=clean, observations=entries[1].observations),
        ],
    )
    assert run(str(made.root)).exit_code == 0
    texts = documents(tmp_path, "SELECT text FROM documents")
    assert len(texts) == 2 and not any("39 98" in str(text) for text in texts)
    assert documents(tmp_path, "SELECT DISTINCT redactor FROM documents") != ["1"]
    quotes = "SELECT count(*) FROM observations o JOIN documents d USING (doc_id) WHERE d.text[span_start + 1:span_end] != quote"
    assert documents(tmp_path, quotes) == [0]
    assert documents(tmp_path, "SELECT count(*) FROM observations") == [6]


PLANTED = ("06 39 98 12 34", "fausse.adresse@courriel.example", "Camille Untel", "t.me/fausseboutique")
LEAK = f"Appelez {PLANTED[2]} au {PLANTED[0]}, {PLANTED[1]}, https://{PLANTED[3]}."


def forged(entry: Entry, **fields: str) -> Entry:
    """A part as somebody else may write it, who says that the present redactor read it."""
    document = replace(entry.document, **fields)  # type: ignore[arg-type]
    document = replace(document, doc_id=content_id(document.text, str(document.published)))
    told = [replace(o, doc_id=document.doc_id) for o in entry.observations]
    return Entry(document=document, observations=told, source=entry.source)


def spoilt(entry: Entry, **fields: object) -> Entry:
    """A part of which each observation says something else."""
    told = [replace(o, **fields) for o in entry.observations]  # type: ignore[arg-type]
    return Entry(document=entry.document, observations=told, source=entry.source)


def placed(entry: Entry, **fields: object) -> Entry:
    places = [o.place for o in entry.observations]
    assert all(places)
    told = [replace(o, place=replace(o.place, **fields)) for o in entry.observations]  # type: ignore[arg-type,type-var]
    return Entry(document=entry.document, observations=told, source=entry.source)


FORGED = {
    "text": lambda e: forged(e, text=f"{e.document.text} {LEAK}"),
    "text in another language": lambda e: forged(e, text=f"{e.document.text} {LEAK}", lang="zh"),
    "title": lambda e: forged(e, title=LEAK),
    "title and text": lambda e: forged(e, title=LEAK, text=f"{LEAK}\n\n{e.document.text}"),
    "outlet": lambda e: forged(e, outlet=LEAK),
    "path": lambda e: forged(e, path=f"https://{PLANTED[1]}/{PLANTED[2]}/{PLANTED[3]}"),
    "format": lambda e: forged(e, format=LEAK),
    "kind": lambda e: forged(e, kind=LEAK),
    "grade": lambda e: forged(e, grade=LEAK),
    "source of none": lambda e: forged(replace(e, source=None), source_id=LEAK),
    "redactions": lambda e: forged(e, redactions={LEAK: 1}),
    "card": lambda e: replace(e, source=replace(e.source, publisher=LEAK)),
    "area of the card": lambda e: replace(e, source=replace(e.source, area=LEAK)),
    "attribution": lambda e: spoilt(e, attribution=PLANTED[2]),
    "substance": lambda e: spoilt(e, substance=LEAK),
    "form": lambda e: spoilt(e, form=PLANTED[0]),
    "rule": lambda e: spoilt(e, rule=f"price.per_unit@1|{PLANTED[1]}"),
    "id": lambda e: spoilt(e, id=PLANTED[0]),
    "assertion": lambda e: spoilt(e, assertion=LEAK),
    "quote": lambda e: spoilt(e, quote=LEAK),
    "name of a place": lambda e: placed(e, name=f"12 rue {PLANTED[2]}"),
    "label of a place": lambda e: placed(e, label=f"chez {PLANTED[2]}"),
    "code of a place": lambda e: placed(e, code=PLANTED[0]),
    "region of a place": lambda e: placed(e, region=PLANTED[2]),
    "a place of no list": lambda e: placed(e, name=PLANTED[2], label=PLANTED[2], code=None),
    "value": lambda e: spoilt(e, value=ModalityValue(family="channel", code=PLANTED[3])),
    "unit": lambda e: spoilt(e, value=EventValue(kind="seizure", low=1, unit=PLANTED[1])),
    "reason of no rate": lambda e: spoilt(e, value=PriceValue(kind="retail", low=1, high=1, currency="EUR", eur_note=LEAK)),
    "number": lambda e: spoilt(e, value=EventValue(kind="seizure", low=639981234.0)),
    "origin": lambda e: spoilt(e, value=FlowValue(origin=Place(name=LEAK, label=LEAK, code=None, level="area"), destination=None)),
}  # fmt: skip


def test_nothing_that_a_forged_part_plants_is_stored(tmp_path: Path, run, entries: list[Entry]) -> None:  # type: ignore[no-untyped-def]
    """Its checksums hold and it says the present redactor: somebody else wrote it."""
    made = Folder(tmp_path / "forged")
    made.begin(Plan())
    for number, forge in enumerate(FORGED.values()):
        keep(made, f"{number}.warc.gz", [forge(entries[number % 6])])
    result = run(str(made.root))
    assert result.exit_code in (0, 1)
    data = (tmp_path / "a.duckdb").read_bytes() + result.output.encode()
    assert [word for word in PLANTED if word.encode() in data] == []
    rows = "SELECT to_json(t)::VARCHAR FROM (SELECT * FROM {}) t"
    for table in ("documents", "observations", "evidence", "redactions", "sources", "runs"):
        said = " ".join(map(str, documents(tmp_path, rows.format(table))))
        assert [word for word in [*PLANTED, "639981234", "Untel"] if word in said] == [], table
    assert documents(tmp_path, "SELECT count(*) FROM documents")[0] >= 6  # what could be cleaned is there


@pytest.mark.parametrize("name", FORGED)
def test_what_is_forged_is_seen(tmp_path: Path, entries: list[Entry], name: str) -> None:
    """Each is refused by name, cleaned, or its facts are found again: none is taken as it is."""
    made = Folder(tmp_path / "forged")
    made.begin(Plan())
    given = FORGED[name](entries[1])
    keep(made, "a.warc.gz", [given])
    (item,) = [item for item in loaded(made.root) if item is not None]
    taken = isinstance(item, Cleaned) and item.document == given.document and item.source == given.source
    assert not (taken and item.observations is not None)  # type: ignore[union-attr]


def test_what_vigie_wrote_is_taken_as_it_is(folder: Folder, entries: list[Entry]) -> None:
    items = [item for item in loaded(folder.root) if isinstance(item, Cleaned)]
    assert {i.document.doc_id: i.observations for i in items} == {
        e.document.doc_id: tuple(e.observations) for e in entries
    }


@pytest.mark.parametrize(
    "told", [{"lexicon": "06 39 98 12 34"}, {"code": "Camille Untel"}, {"redactor": "t.me/fausseboutique"}]
)
def test_versions_are_versions(folder: Folder, run, told: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    path = folder.root / "job.json"
    job = json.loads(path.read_bytes())
    job["plan"] |= told
    path.write_text(json.dumps(job))
    result = run(str(folder.root))
    assert result.exit_code != 0 and not any(word in result.output for word in told.values())


def test_an_account_of_another_plan_is_refused(folder: Folder) -> None:
    path = folder.root / "job.json"
    job = json.loads(path.read_bytes())
    path.write_text(json.dumps(job | {"fingerprint": "0" * 16}))
    assert [type(item).__name__ for item in loaded(folder.root)] == ["Refusal", "NoneType"] * 2


def bomb(path: Path, how: str) -> None:
    """A few thousand bytes that stand for gigabytes, or other rows than were told."""
    schema, texts, rows = SCHEMAS["documents"], ["cocaïne " * 5_000_000], 400  # 45 MB each
    if how == "one row more":
        table = pq.read_table(path)
        pq.write_table(pa.concat_tables([table, table.slice(0, 1)]), path)
        return
    if how == "prefixes":
        texts = ["a" * 1_000_000 + str(n) for n in range(50)]
    values = pa.DictionaryArray.from_arrays(
        pa.array([n % len(texts) for n in range(rows)], pa.int32()), pa.array(texts)
    )
    columns = [values if f.name == "text" else pa.nulls(rows, f.type) for f in schema]
    table = pa.table(columns, names=schema.names)
    if how == "prefixes":
        small = table.slice(0, 50).cast(schema)
        pq.write_table(
            small,
            path,
            compression="zstd",
            use_dictionary=False,
            column_encoding={"text": "DELTA_BYTE_ARRAY"},
        )
    else:
        pq.write_table(table, path, compression="zstd", store_schema=False, dictionary_pagesize_limit=1 << 30)


@pytest.mark.parametrize("how", ["one text many times", "prefixes", "one row more"])
def test_a_part_that_unpacks_to_gigabytes_is_refused(tmp_path: Path, entries: list[Entry], how: str) -> None:
    with PartWriter(tmp_path, "ab", rows=100) as writer:
        writer.add(entries[0])
        files = {f.table: f for f in writer.finish()}
    paths = {table: tmp_path / f.name for table, f in files.items()}
    bomb(paths["documents"], how)
    rows = {table: f.rows for table, f in files.items()}
    if how != "one row more":
        rows["documents"] = pq.ParquetFile(paths["documents"]).metadata.num_rows  # its account tells them too
    before = pa.default_memory_pool().bytes_allocated()
    with pytest.raises(StoreError, match="cannot be read"):
        list(read_part(paths, rows))
    assert paths["documents"].stat().st_size < 100_000
    assert pa.default_memory_pool().bytes_allocated() - before < 200_000_000


def test_what_does_not_hold_together_is_refused(tmp_path: Path, entries: list[Entry]) -> None:
    made = Folder(tmp_path / "odd")
    made.begin(Plan())
    foreign = replace(entries[0].document, text=entries[0].document.text + " Plus.")
    keep(made, "a.warc.gz", [Entry(document=foreign, observations=[]), entries[1]])
    kinds = [type(item).__name__ for item in loaded(made.root)]
    assert kinds == ["Refusal", "Cleaned", "NoneType"]


def test_a_card_or_a_mapping_belongs_to_the_job(folder: Folder, tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
    assert run(str(folder.root), "--map", "text=body").exit_code == 2


def test_accounts_within_another_folder_are_told_for_what_they_are(folder: Folder, run) -> None:  # type: ignore[no-untyped-def]
    result = run(str(folder.root.parent))
    assert "the account of a job on archives, written by Vigie" in result.stderr


def test_notes_of_a_whole_folder_are_none(folder: Folder) -> None:
    assert notes(folder.root) == []
