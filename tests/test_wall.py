"""The wall between what was read and what is kept: no table, log, error, cache, temporary file or search index holds a contact.

Every reader gets files with contacts in every place of its format (wall_inputs), every verb runs as a user runs it, and every
failing path is taken: damaged, locked and oversized files, parsers that hang or eat memory, stages that fail with the text in
their message, full disks, a kill in the middle. What each run prints and whatever lies in its folders afterwards is searched for
the contacts in every usual encoding and packing (wall_canaries). A word that names nobody shows that the search would find them.
"""

from __future__ import annotations

import ast
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import typer

import vigie
from vigie.cli import app
from vigie.ingest.registry import READERS
from vigie.upkeep.contests import contests_folder, drop
from wall_canaries import MARKER, Planted, contents, leaks, plant, shows_marker, touched
from wall_inputs import FACT, MAKERS, MORE, files, pdf

DRIVER = Path(__file__).parent / "wall_driver.py"
SOURCES = Path(vigie.__file__).parent
SECONDS = 600  # of one run, on a machine that does ten other things


@dataclass
class Place:
    """Folders that are searched after the runs, and what the runs printed."""

    root: Path
    inputs: Path
    printed: dict[str, tuple[int, bytes, bytes]] = field(default_factory=dict)
    asked: dict[str, Planted] = field(default_factory=dict)  # contacts that stand in a request or an argument

    @property
    def watched(self) -> Path:
        return self.root / "watched"

    @property
    def work(self) -> Path:
        return self.watched / "work"

    def environment(self) -> dict[str, str]:
        folders = {
            "HOME": "home",
            "TMPDIR": "tmp",
            "XDG_CACHE_HOME": "cache",
            "XDG_CONFIG_HOME": "config",
            "XDG_DATA_HOME": "data",
            "XDG_STATE_HOME": "state",
        }
        for name in (*folders.values(), "work"):
            (self.watched / name).mkdir(parents=True, exist_ok=True)
        shown = {key: str(self.watched / name) for key, name in folders.items()}
        more = {
            "VIGIE_DEBUG": "1",
            "PYTHONWARNINGS": "always",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONFAULTHANDLER": "1",
        }
        return os.environ | shown | more

    def command(self, mode: str, *args: object) -> list[str]:
        start = [str(DRIVER), mode] if mode else ["-m", "vigie.cli"]
        return [sys.executable, *start, *map(str, args)]

    def run(self, name: str, *args: object, mode: str = "", stdin: bytes = b"", out: str = "") -> None:
        """Run and remember; `mode`: of wall_driver, `out`: a device that standard output is."""
        with Path(out or os.devnull).open("wb") as device:
            done = subprocess.run(
                self.command(mode, *args),
                cwd=self.work,
                env=self.environment(),
                input=stdin,
                stdout=device if out else subprocess.PIPE,
                stderr=subprocess.PIPE,
                timeout=SECONDS,
                check=False,
            )
        self.printed[name] = (done.returncode, done.stdout or b"", done.stderr)

    def stopped(self, name: str, how: signal.Signals, *args: object) -> None:
        """Run and stop it when it has begun to work: standard output, or a log of the store, has grown."""
        with (self.root / f"{name}.out").open("wb") as out, (self.root / f"{name}.err").open("wb") as err:
            process = subprocess.Popen(
                self.command("", *args), cwd=self.work, env=self.environment(), stdout=out, stderr=err
            )
            until = time.monotonic() + SECONDS
            while process.poll() is None and time.monotonic() < until and not self._begun(name):
                time.sleep(0.02)
            process.send_signal(how)
            code = process.wait(SECONDS)
        self.printed[name] = (
            code,
            (self.root / f"{name}.out").read_bytes(),
            (self.root / f"{name}.err").read_bytes(),
        )

    def served(self, name: str, *args: object) -> None:
        """Run a server, ask it for its lists and a document, stop it; what it answered counts as printed."""
        answered = b""
        with (self.root / f"{name}.err").open("wb") as err:
            process = subprocess.Popen(
                self.command("", *args), cwd=self.work, env=self.environment(), stdout=err, stderr=err
            )
            until = time.monotonic() + SECONDS
            url = None
            while url is None and process.poll() is None and time.monotonic() < until:
                url = re.search(r"http://\S+:\d+", (self.root / f"{name}.err").read_text())
                time.sleep(0.05)
            for path in (
                ("/fr/", "/fr/documents", "/fr/evidence", "/fr/sources", "/fr/nothing?q=a") if url else ()
            ):
                with (
                    suppress(urllib.error.HTTPError),
                    urllib.request.urlopen(url.group() + path, timeout=SECONDS) as got,
                ):
                    answered += got.read()
            process.send_signal(signal.SIGINT)
            code = process.wait(SECONDS)
        self.printed[name] = (code, answered, (self.root / f"{name}.err").read_bytes())

    def _begun(self, name: str) -> bool:
        log = self.work / f"{name}.duckdb.wal"
        return (self.root / f"{name}.out").stat().st_size > 0 or (
            log.exists() and log.stat().st_size > 200_000
        )


def good(folder: Path) -> Path:
    """The inputs of wall_inputs."""
    for name, data in files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def bad(folder: Path) -> Path:
    """The same files cut short, damaged, locked and under the name of another format."""
    folder.mkdir()
    chance = random.Random(3)
    suffixes = [".pdf", ".docx", ".odt", ".epub", ".warc", ".json", ".html", ".eml", ".txt", ".xyz"]
    for kind, make in MAKERS.items():
        for number, (name, data) in enumerate(make()):
            stem, suffix = f"{kind}{number}", "".join(Path(name).suffixes)
            apart = (
                touched(data) if b"\0" not in data[:4] else [(0, len(data))]
            )  # of UTF-16 every byte may count
            free = [n for n in range(0, len(data), 7) if not any(a <= n < b for a, b in apart)]
            for share in (0.3, 0.7, 0.97):
                end = next((n for n in free if n >= share * len(data)), 0)
                (folder / f"{stem}-cut{share}{suffix}").write_bytes(data[:end])
            for turn in range(3 if free else 0):
                damaged = bytearray(data)
                for _ in range(8):
                    damaged[chance.choice(free)] = chance.randrange(256)
                (folder / f"{stem}-hit{turn}{suffix}").write_bytes(damaged)
            (folder / f"{stem}-named{chance.choice(suffixes)}").write_bytes(data)
            if data.startswith(b"PK"):
                (folder / f"{stem}-locked{suffix}").write_bytes(_locked(data))
    (folder / "locked.pdf").write_bytes(pdf(encrypt="mot de passe"))
    planted = plant("long line")
    (folder / "long.txt").write_bytes(planted.text().encode() + b" x" * 3_000_000)
    (folder / "broken.json").write_bytes(f'{{"{planted.account}": '.encode())
    (folder / "latin.html").write_bytes(
        f"<html><p>{FACT} {planted.text()} {MORE}</p>".encode("cp1252") + b"\x81\x00\xff" * 50
    )
    return folder


def _locked(data: bytes) -> bytes:
    """A zip whose members say that they are encrypted."""
    out = bytearray(data)
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        while at >= 0:
            out[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(out)


def many(folder: Path) -> Path:
    """Small texts enough for several batches of a store."""
    folder.mkdir()
    for number in range(420):
        planted = plant("many") if number < 30 else None
        (folder / f"{number:03}.txt").write_text(
            f"2024-03-11\n\nNote {number}\n\n{FACT} {planted.text() if planted else ''} {'Le prix varie. ' * 90}{number}\n"
        )
    return folder


FORMATS = tuple(f"--format={f}" for f in ("csv", "parquet", "jsonl", "geojson"))


def storing(here: Place) -> None:
    """One store, from the first document to the last page; what is no document for it."""
    store = ("--store", here.work / "a.duckdb")
    here.run("add", "add", here.inputs, *store)
    again = (
        here.inputs / "noms",
        here.inputs / "refus",
        here.inputs / "canal",
        here.inputs / "presse" / "text",
    )
    here.run("add again", "add", *again, *store, "--format", "json")
    here.run("add --reextract", "add", "--reextract", *store)
    here.run("export --full", "export", "full", "--full", *store, *FORMATS)
    here.run("export", "export", "public", *store, *FORMATS)
    here.run("site", "site", "--lang", "fr", "--out", "site", *store)
    here.run("bulletin --analyst", "bulletin", "--analyst", "--period", "2024", "--out", "analyst", *store)
    here.run("bulletin", "bulletin", "--period", "2024", "--out", "public", *store)
    here.run("stats price-index", "stats", "price-index", "--by", "year", "--format", "json", *store)
    here.run("stats terms", "stats", "terms", "--since", "2023-06-01", "--format", "json", *store)
    here.run("stats flows", "stats", "flows", "--format", "json", *store)
    here.run("stats events", "stats", "events", "--format", "json", *store)
    here.run("stats together", "stats", "together", "--with", "substance", "--least", 1, *store)
    here.run("lexicon suggest", "lexicon", "suggest", "--since", "2023-06-01", "--out", "drafts", *store)
    clusters = ("--by", "month", "--indicator", "mentions", "--replicates", "9", "--format", "json")
    here.run("stats clusters", "stats", "clusters", *clusters, *store)
    here.run("feed", "feed", "--out", "feeds", *store)
    here.run("cap", "cap", "all", "--out", "cap", *store)
    here.run("digest", "digest", "--dry-run", "--period", "month", *store)
    here.run("edas", "edas", "--substance", "cocaine", "--out", "edas", *store)
    here.served("serve", "serve", "--port", 0, *store)
    here.run("doctor", "doctor", *store)
    here.run("snapshot", "snapshot", *store)
    here.run("backup", "backup", "point", *store)
    here.run("restore", "restore", "point", "--store", "restored.duckdb")
    here.run("merge", "merge", here.work / "a.duckdb", "--store", "restored.duckdb")
    watching(here)
    here.run(
        "stats alerts", "stats", "alerts", "--by", "month", "--all", "--save", "--format", "json", *store
    )
    here.run("stats overview", "stats", "overview", "--format", "json", *store)
    here.run("stats spread", "stats", "spread", "--format", "json", *store)
    here.run(
        "stats triangulate",
        "stats",
        "triangulate",
        "--substance",
        "cocaine",
        "--area",
        "FR",
        "--format",
        "json",
        *store,
    )
    here.run("stats changepoints", "stats", "changepoints", "--format", "json", *store)
    here.run("stats alert", "stats", "alert", "list", *store)
    asked = here.asked["why of an alert"]
    decided = ("--role", asked.name, "--why", f"Selon {asked.name}, {asked.phone}, {asked.email}.")
    here.run("stats alert: name", "stats", "alert", "close", "a_none", *decided, *store)
    contesting(here)
    reviewing(here)
    here.run("address", "add", here.asked["address"].url, here.asked["address 2"].link, *store)
    here.run("disk full: export", "export", "cut", "--full", *store, mode="full")
    page = ("--analyst", "--period", "2024", "--out", "cut")
    here.run("disk full: bulletin", "bulletin", *page, *store, mode="full")


def watching(here: Place) -> None:
    """A feed whose address names somebody, on this machine, which is never asked; test_watch_wall reads what a feed brings."""
    asked = here.asked["address of a feed"]
    folder = here.root / "cards"
    folder.mkdir()
    url = f"http://127.0.0.1:8080/{asked.email}/rss.xml?account={asked.email}"
    (folder / "wall.toml").write_text(f'id = "wall"\nname = "Mur"\n[[watch.feeds]]\nurl = "{url}"\n')
    cards, store = ("--cards", folder), ("--store", here.work / "a.duckdb")
    once = ("--once", "--source", "wall", "--contact", "https://observatory.example/")
    here.run("watch", "watch", *once, *cards, *store)
    here.run("source list", "source", "list", "--format", "json", *cards, *store)


def contesting(here: Place) -> None:
    """A note of a reader that names somebody, its answer, and a correction that does."""
    store, asked = ("--store", here.work / "a.duckdb"), here.asked["note of a reader"]
    told = f"C'est faux, selon {asked.name}, {asked.phone}, {asked.email}, {asked.link}."
    drop(contests_folder(here.work / "a.duckdb"), "figure/retail/cocaine/g/FR/2024", "fr", told)
    here.run("contest list", "contest", "list", "--format", "json", *store)
    here.run("contest show", "contest", "show", "1", *store)
    said = ("--status", "upheld", "--answer", told, "--role")
    here.run("contest answer", "contest", "answer", "1", *said, "rédaction", *store)
    here.run("contest: name", "contest", "answer", "1", *said, asked.name, *store)
    here.run("correct", "correct", "alert/r1", "--reason", told, "--role", "rédaction", *store)


def reviewing(here: Place) -> None:
    """A fact that is rejected for a reason that names somebody, and one corrected to such an attribution."""
    store, asked = ("--store", here.work / "a.duckdb"), here.asked["reason of a decision"]
    here.run("review list", "review", "list", "--format", "json", *store)
    ids = [json.loads(line)["id"] for line in here.printed["review list"][1].splitlines()] or ["o_none"]
    why = ("--why", f"Faux selon {asked.name}, {asked.phone}, {asked.email}, {asked.link}.")
    here.run("review decide", "review", "decide", ids[0], "reject", *why, *store)
    said = ("--set", f"attribution={asked.name}, {asked.phone}")
    here.run("review decide: name", "review", "decide", ids[-1], "correct", *said, *store)
    here.run("review show", "review", "show", ids[0], *store)
    here.run("review gold", "review", "gold", *store)
    here.run("review drafts", "review", "drafts", "--out", "review-drafts", *store)


def counting(here: Place) -> None:
    """A store that counts contacts, a request to be erased from it, and its upkeep."""
    store = ("--store", here.work / "marked.duckdb")
    here.run("add --count-contacts", "add", here.inputs / "presse" / "text", "--count-contacts", *store)
    here.run("contacts", "contacts", "--format", "json", *store)
    here.run("key", "key", "status", *store)
    asked = here.asked["subject of a request"]
    request = "".join(f"{value}\n" for value in (asked.name, asked.phone, asked.email)).encode()
    here.run("purge", "purge", "--subject-request", "--yes", *store, stdin=request)
    here.run("maintain", "maintain", "--reredact", *store)


def importing(here: Place) -> None:
    """Tables with persons in cells that are read, in those that are not, in the header and in the name of the file."""
    asked = here.asked["cell of a table"]
    folder = here.root / "tables"
    folder.mkdir()
    file = folder / f"Relevé {asked.name}.csv"
    own = f"{asked.name};{asked.phone};{asked.account}"
    rows = [
        f"A {asked.phone};cocaïne {MARKER};60;EUR;2024-03;Lyon;{asked.name};{own}",
        f'B;"cocaïne {asked.text()}";60;EUR;2024-03;Lyon;{asked.email};{own}',
        f"C;cocaïne;60;EUR;2024-03;{asked.name};{asked.link};{own}",
        f"D;{asked.name} {MARKER};60;EUR;2024-03;{asked.street};;{own}",
        f"E;cocaïne;{asked.phone};{asked.name};{asked.phone};Lyon;;{own}",
        f'F;cocaïne;60;"{asked.name}',
    ]
    head = f"id;produit;prix;monnaie;date;lieu;organisme;nom;téléphone;{asked.email}"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    here.run("import", "import", "prices", file, "--rejects", "left.csv", "--store", "tables.duckdb")


def digging(here: Place) -> None:
    """Archives and saved pages with contacts in bodies, heads and names; what was dropped, read again; the parts in a store."""
    given = (here.inputs / "presse" / "warc", here.inputs / "presse" / "html", here.inputs / "noms")
    here.run("bulk", "bulk", *given, "--out", "parts", "-j", "1", "--audit-one-in", "1", "--format", "json")
    here.run("bulk audit", "bulk", "audit", "parts", *given, "--format", "json")
    here.run("bulk --dry-run", "bulk", *given, "--dry-run")
    here.run("add parts", "add", "parts", "--store", "parts.duckdb")


def printing(here: Place) -> None:
    """What is kept nowhere."""
    here.run("extract", "extract", here.inputs)
    here.run("redact", "redact", here.inputs, "--format", "json")
    here.run("template", "template", "field-note")
    page = (here.inputs / "presse" / "html" / "a.html").read_bytes()
    here.run("extract -", "extract", "-", "--format", "table", stdin=page)
    missing = (f"{here.asked['missing'].email}.txt", f"CV {here.asked['missing 2'].name}.pdf")
    here.run("missing", "redact", *missing)


def failing(here: Place, spoilt: Path) -> None:
    """Files that cannot be read, stages that fail, disks that are full."""
    presse = here.inputs / "presse"
    here.run("bad", "redact", spoilt)
    here.run("bad add", "add", spoilt, "--store", "bad.duckdb")
    for mode in ("late", "small", "tight", "reader-known", "reader-odd", "redactor", "noise"):
        here.run(mode, "redact", here.inputs if mode in ("tight", "noise") else presse, mode=mode)
    here.run("stdout full", "redact", presse, out="/dev/full")
    here.run("disk full: add", "add", presse, "--store", "full.duckdb", mode="full")
    here.run("no folder", "add", presse / "text", "--store", "nowhere/a.duckdb")


def ending(here: Place, heap: Path) -> None:
    """Runs that are stopped at their work."""
    here.stopped("killed", signal.SIGKILL, "add", heap, "--store", "killed.duckdb")
    here.stopped("interrupted", signal.SIGINT, "add", heap, "--store", "interrupted.duckdb")
    here.stopped("interrupted redact", signal.SIGINT, "redact", heap)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """All runs, once; those that do not need each other side by side."""
    root = tmp_path_factory.mktemp("wall")
    here = Place(root=root, inputs=good(root / "inputs"))
    spoilt, heap = bad(root / "bad"), many(root / "many")
    for name in (
        "subject of a request",
        "address",
        "address 2",
        "missing",
        "missing 2",
        "why of an alert",
        "note of a reader",
        "reason of a decision",
        "address of a feed",
        "cell of a table",
    ):
        here.asked[name] = plant(name)
    here.environment()
    chains = (
        partial(failing, here, spoilt),
        partial(storing, here),
        partial(printing, here),
        partial(digging, here),
        partial(counting, here),
        partial(importing, here),
        partial(ending, here, heap),
    )
    with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        for done in [pool.submit(chain) for chain in chains]:
            done.result()
    return here


def test_every_reader_has_its_files() -> None:
    """A new reader gets its sample in wall_inputs.MAKERS, with contacts in every place that its format has."""
    assert set(MAKERS) == {reader.name for reader in READERS}
    assert all(leaks(data) and shows_marker(data) for make in MAKERS.values() for _, data in make())


def test_the_search_finds_what_it_should(place: Place) -> None:
    """Where the word that names nobody came through, a contact in the same place would have been found."""
    for name in ("extract", "redact", "bad", "noise"):
        assert shows_marker(place.printed[name][1]), name
    kept = dict(contents(place.work))
    wanted = {
        "a.duckdb (rows)",
        "bad.duckdb (rows)",
        "tables.duckdb (rows)",
        "parts.duckdb (rows)",
        "full/evidence.csv",
        "full/evidence.parquet",
        "full/documents.jsonl",
    }
    wanted |= {"full/observations.geojson", "analyst/bulletin-analyst.html"}
    assert {name for name in wanted if not shows_marker(kept.get(name, b""))} == set()


@pytest.mark.parametrize(
    ("written", "packed"),
    [
        (lambda b: b, "plain"),
        (lambda b: b.upper(), "upper"),
        (lambda b: b.decode().encode("utf-16"), "utf-16"),
    ],
)
def test_the_search_reads_other_writings(written: object, packed: str) -> None:
    import base64
    import gzip
    import quopri
    from urllib.parse import quote

    data = written(plant("search").text().encode())  # type: ignore[operator]
    assert len(leaks(data)) >= 8
    if packed == "plain":
        for other in (
            base64.b64encode(data),
            gzip.compress(data),
            quopri.encodestring(data),
            quote(data).encode(),
            b"x" + base64.b64encode(b"abc" + data),
        ):
            assert len(leaks(other)) >= 7
        assert len(leaks("".join(f"&#{c};" for c in data).encode())) >= 8


RUNS = [
    "bulk", "bulk audit", "bulk --dry-run", "add parts", "import", "add --count-contacts", "contacts", "key", "purge", "maintain",
    "extract", "redact", "add", "add again", "add --reextract", "export --full", "export", "site", "serve", "bulletin --analyst", "bulletin", "feed", "cap", "edas", "digest", "doctor", "snapshot", "backup", "restore", "merge", "watch", "source list", "extract -",
    "stats alerts", "stats alert", "stats alert: name",
    "stats terms", "stats flows", "stats events", "stats together", "stats changepoints", "stats overview", "stats spread", "stats triangulate", "lexicon suggest", "stats price-index",
    "stats clusters", "correct", "contest list", "contest show", "contest answer", "contest: name", "template",
    "review list", "review decide", "review decide: name", "review show", "review gold", "review drafts",
    "address", "missing", "bad", "bad add", "late", "small", "tight", "reader-known", "reader-odd", "redactor", "noise", "stdout full",
    "disk full: add", "disk full: export", "disk full: bulletin", "no folder", "killed", "interrupted", "interrupted redact",
]  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_printed(place: Place, name: str) -> None:
    _, out, err = place.printed[name]
    assert leaks(out) == set()
    assert leaks(err) == set()
    assert b"Traceback" not in err


# Verbs that read no document, or print what they are given by contract.
EXEMPT = {"account", "demo", "eval", "parse", "release"}


def test_every_verb_has_its_run() -> None:
    """A new verb gets a run in `place`, or its reason in EXEMPT."""
    verbs = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert verbs - EXEMPT == {name.split()[0] for name in RUNS} & verbs


def test_nothing_is_left_in_any_folder(place: Place) -> None:
    found = {name: leaked for name, data in contents(place.watched) if (leaked := leaks(data))}
    assert found == {}


FAILED = {
    "late": b"takes longer than", "tight": b"larger than|more than|too ", "reader-known": b"broken ", "reader-odd": b"unexpected RuntimeError", "redactor": b"unexpected KeyError",
    "noise": b"UserWarning at ", "stdout full": b"No space left", "missing": b"no such file", "bad": b"is encrypted", "bad add": b"is encrypted", "address": b"t.me/",
    "no folder": b"no folder",
}  # fmt: skip


@pytest.mark.parametrize(("name", "said"), FAILED.items(), ids=FAILED)
def test_the_faults_were_met(place: Place, name: str, said: bytes) -> None:
    """Else the runs above would prove nothing."""
    code, _, err = place.printed[name]
    assert any(part in err for part in said.split(b"|"))
    assert code == 1 or name == "noise"


def test_the_disk_was_full_and_the_runs_were_stopped(place: Place) -> None:
    assert all(place.printed[name][0] == 1 for name in ("disk full: add", "disk full: bulletin"))
    assert place.printed["killed"][0] == -signal.SIGKILL
    assert place.printed["interrupted"][0] == 130
    assert (place.work / "killed.duckdb").exists()


def test_a_crash_would_leave_no_core_file(place: Place) -> None:
    assert (place.work / "core-limit.txt").read_text() == "0"


# What makes an object without its constructor, or from another one.
TRICKS = {
    "__new__",
    "__setattr__",
    "copy",
    "deepcopy",
    "__class__",
    "__replace__",
    "__reduce__",
    "__setstate__",
}
TEXTS = {"text", "path"}  # fields that only a clean document has, and that hold words of the input
# The redactor of texts, that of tables; the store reads back what they made.
MAKERS_OF_CLEAN = {"redact/redactor.py", "redact/table.py", "store/records.py"}


def made(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, how) of each place that could make a clean document in a module that knows the record."""
    known = {"CleanDocument"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            known |= {a.asname for a in node.names if a.name.endswith("CleanDocument") and a.asname}
    uses = any(isinstance(n, ast.Name) and n.id in known for n in ast.walk(tree)) or any(
        isinstance(n, ast.alias) and n.name == "CleanDocument" for n in ast.walk(tree)
    )
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = (
            function.id
            if isinstance(function, ast.Name)
            else function.attr
            if isinstance(function, ast.Attribute)
            else ""
        )
        if name in known:
            yield node.lineno, name
        elif isinstance(function, ast.Call) and getattr(function.func, "id", "") == "type":
            yield node.lineno, "type(…)(…)"
        elif uses and name in TRICKS:
            yield node.lineno, name
        elif name == "replace" and {k.arg for k in node.keywords} & TEXTS:
            yield node.lineno, "replace"


def test_only_the_redactor_and_the_store_make_clean_documents() -> None:
    found = {
        f"{name}:{line} {how}"
        for path in SOURCES.rglob("*.py")
        if (name := path.relative_to(SOURCES).as_posix()) not in MAKERS_OF_CLEAN
        for line, how in made(ast.parse(path.read_text(encoding="utf-8")))
        if not (
            how == "replace" and name.startswith("redact/")
        )  # the redactor's own second look at a document
    }
    assert found == set()


@pytest.mark.parametrize(
    "code",
    [
        "from vigie.model.document import CleanDocument\nCleanDocument(doc_id='a')",
        "from vigie.model.document import CleanDocument as C\nC(doc_id='a')",
        "from vigie.model import document\ndocument.CleanDocument(doc_id='a')",
        "from vigie.model.document import CleanDocument\nfrom dataclasses import replace\ndef f(d: CleanDocument): return replace(d, text='a')",
        "from vigie.model.document import CleanDocument\nobject.__new__(CleanDocument)",
        "from vigie.model.document import CleanDocument\nimport copy\ndef f(d: CleanDocument): return copy.deepcopy(d)",
        "def f(d): return type(d)(text='a')",
    ],
)
def test_the_scan_sees_the_tricks(code: str) -> None:
    assert list(made(ast.parse(code)))


def test_every_application_hides_local_variables() -> None:
    """typer prints the values of local variables, texts included, unless it is told not to."""
    calls = [
        node
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Typer")
    ]
    assert calls
    for call in calls:
        options = {
            k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg and k.arg.startswith("pretty_")
        }
        assert (
            options.get("pretty_exceptions_enable") is False
            or options.get("pretty_exceptions_show_locals") is False
        )


SNIPPET = """
from vigie.extract import extract
from vigie.model.document import CleanDocument, RawDocument
from vigie.redact import redact
from vigie.store.rows import Entry

raw = RawDocument(path="a", format="text", text="b")
clean: CleanDocument = redact(raw)
list(extract(clean))
list(extract(raw))
Entry(document=raw, observations=[])
other: CleanDocument = raw
"""


def test_the_type_checker_refuses_raw_text(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(SNIPPET)
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--config-file",
            str(root / "pyproject.toml"),
            str(tmp_path / "wrong.py"),
        ],
        cwd=root,
        env=os.environ | {"MYPYPATH": str(SOURCES.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = [
        line.partition("wrong.py:")[2].partition(":")[0]
        for line in done.stdout.splitlines()
        if "RawDocument" in line
    ]
    assert wrong == ["10", "11", "12"]
