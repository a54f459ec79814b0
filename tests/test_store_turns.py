"""Turns at a store, between real processes: nobody is turned away, nobody starves, a killed holder keeps nobody waiting."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from report_store import _empty
from store_samples import VERSIONS, document, observation
from vigie.model.document import ContactMark
from vigie.model.errors import SettingsError, StoreError
from vigie.pipeline import Cleaned, add, reextract
from vigie.settings import Settings, load
from vigie.store import Store, turn
from vigie.store.rows import Entry
from vigie.store.runs import Counts
from vigie.store.snapshot import current, is_current, publish
from vigie.store.table_rows import UNCHANGED, TableRows
from vigie.store.tombstones import Suppression

HOLD = """
import sys
from vigie.store import Store
with Store.open(sys.argv[1], read_only=sys.argv[2] == "r") as store:
    if sys.argv[2] == "run":
        from vigie.store.runs import Versions
        store.start_run("add", Versions(code="t", lexicon="t", redactor="t"))
    print("open", flush=True)
    sys.stdin.readline()
"""
# Says when it stands in line, when its turn came, and in which order.
STAND = """
import sys, time
from vigie.store import Store
with Store.open(sys.argv[1], read_only=sys.argv[2] == "r", wait=60) as store:
    print("in", time.monotonic(), flush=True)
    time.sleep(float(sys.argv[3]))
    print("out", time.monotonic(), flush=True)
"""
# A long run: batches without end, until it is told to stop; what it stored is counted.
RUN = """
import sys, threading
sys.path.insert(0, sys.argv[2])
from store_samples import VERSIONS, document
from vigie.settings import Settings
from vigie.store import Store, turn
from vigie.store.rows import Entry
from vigie.store.runs import Counts
turn.SLICE, turn.WORTH = 0.05, 0.5
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
first = number = int(sys.argv[3])
with Store.open(sys.argv[1], settings=Settings(store_wait=60)) as store:
    run = store.start_run("add", VERSIONS)
    print("open", flush=True)
    while not stop.is_set():
        store.write(run, [Entry(document=document(number + n), observations=[]) for n in range(20)])
        number += 20
        store.breathe()
    store.finish_run(run, Counts(new=number - first))
    print(number - first, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "v.duckdb"
    path.write_bytes(_empty())
    return path


@contextmanager
def process(script: str, *args: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", script, *map(str, args)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as made:
        try:
            yield made
        finally:
            made.kill()


def heard(of: subprocess.Popen[str]) -> str:
    assert of.stdout is not None
    return of.stdout.readline().strip()


def told(to: subprocess.Popen[str]) -> None:
    assert to.stdin is not None
    to.stdin.write("\n")
    to.stdin.flush()


def waiting(path: Path, count: int) -> None:
    """Until so many stand in line."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if len(list(turn.turns_folder(path).glob("*.[wr].*"))) >= count:
            return
        time.sleep(0.01)
    raise AssertionError("nobody came")


def test_who_comes_waits_and_is_told_and_a_killed_holder_frees_its_turn(path: Path) -> None:
    with process(HOLD, path, "w") as holder:
        assert heard(holder) == "open"
        with pytest.raises(StoreError, match=rf"is open in another process for 1 .*{holder.pid}.*VIGIE_WAIT"):
            Store.open(path, wait=1)
        with process(STAND, path, "w", 0) as other:
            waiting(path, 2)
            time.sleep(turn.TOLD_AFTER + 0.2)
            holder.kill()
            assert heard(other).startswith("in ")
            assert other.wait(20) == 0 and other.stderr is not None
            assert f"waiting for process {holder.pid} to be done with {path}" in other.stderr.read()
    Store.open(path).close()
    assert not turn.turns_folder(path).exists()  # the last one leaves nothing


def test_readers_read_together_and_each_comes_in_its_order(path: Path) -> None:
    """A writer that came first goes before readers that came later, and these do not wait for each other."""
    with process(HOLD, path, "r") as holder:
        assert heard(holder) == "open"
        with Store.open(path, read_only=True) as store:
            assert store.sizes()["documents"] == 0
        with process(STAND, path, "w", 0.1) as writer:
            waiting(path, 2)
            with process(STAND, path, "r", 0.5) as one, process(STAND, path, "r", 0.5) as two:
                waiting(path, 4)
                told(holder)
                spans = [[float(heard(p).split()[1]) for _ in range(2)] for p in (writer, one, two)]
    assert spans[0][1] <= min(spans[1][0], spans[2][0])
    assert max(spans[1][0], spans[2][0]) < min(spans[1][1], spans[2][1])


def test_a_killed_run_is_marked_and_one_that_goes_on_is_not(path: Path) -> None:
    with Store.open(path) as store:
        run = store.start_run("add", VERSIONS)
        store._held.again(0)  # type: ignore[union-attr]  # its turn is another's: the run goes on
        assert turn.live_runs(path) == {run}
        store.finish_run(run, Counts())
        assert turn.live_runs(path) == set()
    with process(HOLD, path, "run") as holder:
        assert heard(holder) == "open"
        assert turn.live_runs(path) == {2}
        holder.send_signal(signal.SIGKILL)
        holder.wait(20)
    with Store.open(path) as store:
        assert [r.status for r in store.runs()] == ["done", "interrupted"]


def test_a_server_two_adders_and_a_reader_all_go_on(path: Path) -> None:
    """Two runs that never end by themselves, a snapshot made beside them, and a reader that finds it whole at any moment."""
    publish(path, wait=60)
    here = Path(__file__).parent
    seen, opened = [], 0
    with process(RUN, path, here, 0) as one, process(RUN, path, here, 5000) as two:
        assert heard(one) == heard(two) == "open"
        for _ in range(4):
            file = publish(path, wait=60)
            with duckdb.connect(str(file), read_only=True) as reader:
                counts = (
                    "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM redactions), "
                    "(SELECT count(*) FROM documents WHERE doc_id > 'd5')"
                )
                found = reader.execute(counts).fetchone()
                assert found is not None and found[1] == 2 * found[0]  # whole batches only
                seen.append(found)
                opened += 1
        for adder in (one, two):
            told(adder)
        stored = [int(heard(adder)) for adder in (one, two)]
    with Store.open(path) as store:
        assert store.sizes()["documents"] == sum(stored) and min(stored) > 0
        assert [(r.status, r.counts.new) for r in store.runs()] in [
            [("done", a), ("done", b)] for a, b in (stored, stored[::-1])
        ]
    assert opened == 4 and seen[0][0] < seen[-1][0]  # they went on beside the reader
    assert 0 < seen[-1][2] < seen[-1][0]  # and neither waited for the other to end


# What a run keeps in memory while others write


class Breathing(Store):
    """A store beside which something happens whenever its run lets others in."""

    def breathe(self) -> bool:
        self._db.close()
        with Store.open(self.path, settings=self.settings) as other:
            self.meanwhile(other)  # type: ignore[attr-defined]
        self._db = Store.open(self.path, settings=self.settings)._db
        return True

    @property
    def awaited(self) -> bool:
        return True


def test_a_person_who_asks_while_a_run_goes_on_is_cleared_from_what_it_still_holds(path: Path) -> None:
    from functools import partial

    from vigie.redact.subject import marks_of
    from vigie.store.tombstones import keyed

    name = "Zébulon Quatremare"
    keep = (ContactMark(kind="phone", mark="a" * 32, key_id="k1", times=1),)

    def asks(other: Store) -> None:
        hide = partial(keyed, salt=other.tombstones.salt())
        other.tombstones.suppress(
            [Suppression(mark=hide(m.key), form=m.form, words=m.words, kind=m.kind) for m in marks_of(name)]
        )

    items = [
        Cleaned(
            document=document(n, text=f"Un titre\n\nSelon {name}, rien ({n}).", marks=keep), observations=()
        )
        for n in (1, 2)
    ]
    store = Breathing.open(path)
    store.meanwhile = asks  # type: ignore[attr-defined]
    summary = add(store, items)
    assert summary.new == 2
    assert not any("Quatremare" in str(text) for text in store.column("SELECT text FROM documents"))
    assert store.column("SELECT count(*) FROM contact_marks") == [0]  # their key is none that the owner has
    store.close()


@pytest.mark.slow  # it reads the lexicons
def test_what_is_purged_while_texts_are_read_again_stays_out(path: Path) -> None:
    from vigie.store.erase import erase

    with Store.open(path) as store:
        run = store.start_run("add", VERSIONS)
        text = "Un titre\n\nÀ Lyon, le gramme de cocaïne se vend 80 €."
        store.write(run, [Entry(document=document(n, text=text), observations=[]) for n in (1, 2, 3)])
    store = Breathing.open(path, settings=Settings(batch_documents=1))
    store.meanwhile = lambda other: erase(other, 1, "document", ["d0002", "d0003"])  # type: ignore[attr-defined]
    reextract(store)
    assert store.column("SELECT doc_id FROM observations GROUP BY ALL") == ["d0001"]
    store.close()


def test_rows_that_another_run_imports_meanwhile_are_known(path: Path) -> None:
    given = pa.table({"row": pa.array([0], pa.int64()), "type": ["event"], "kind": ["death"], "low": [1.0]})
    with Store.open(path) as store:
        run = store.start_run("import", VERSIONS)
        one, two = (TableRows(store, run, scope="s", source=None, credibility=(1, "r")) for _ in range(2))
        one.open_file()
        seen = store.query("SELECT mark::VARCHAR AS mark, pair::VARCHAR AS pair, seen FROM temp.table_seen")
        two.open_file()
        judged = two.judge(pa.array(["row 1"]), given)
        store.connection.execute(
            "INSERT INTO imported_rows VALUES (?, ?, 'd1', 1, ?)",
            [judged.mark[0].as_py(), judged.content[0].as_py(), two._import],
        )
        one._open(seen)
        assert list(one.judge(pa.array(["row 1"]), given).states) == [UNCHANGED]
        store.finish_run(run, Counts())


WAITS = [
    ("none", {}, "", 600.0),
    ("environment", {"VIGIE_WAIT": "5"}, "[store]\nwait = 7\n", 5.0),
    ("file", {}, "[store]\nwait = 0\n", 0.0),
]


@pytest.mark.parametrize(
    ("environment", "text", "seconds"), [w[1:] for w in WAITS], ids=[w[0] for w in WAITS]
)
def test_how_long_verbs_wait(tmp_path: Path, environment: dict[str, str], text: str, seconds: float) -> None:
    if text:
        (tmp_path / "vigie.toml").write_text(text)
    assert load(tmp_path / "v.duckdb", environment).store_wait == seconds


@pytest.mark.parametrize(
    ("memory", "found"), [("512", 512), ("64", 64), ("8", None), ("true", None), ('"1GB"', None), ("", 256)]
)
def test_how_much_memory_the_database_may_take(tmp_path: Path, memory: str, found: int | None) -> None:
    (tmp_path / "vigie.toml").write_text(f"[store]\nmemory_mb = {memory}\n" if memory else "")
    if found is None:
        with pytest.raises(SettingsError, match=r"store\.memory_mb is a number of megabytes, 64 or more"):
            load(tmp_path / "v.duckdb", {})
    else:
        assert load(tmp_path / "v.duckdb", {}).store_memory_mb == found


def test_a_folder_that_cannot_be_written_needs_no_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "turns_folder", lambda _path: Path("/proc/none/turns"))
    with Store.open(path, read_only=True) as store:
        assert store.sizes()["documents"] == 0 and not store.breathe()


def test_the_snapshot_says_of_which_store_it_is(path: Path) -> None:
    assert current(path) is None and not is_current(path)
    file = publish(path)
    assert current(path) == file and is_current(path)
    assert oct(file.stat().st_mode & 0o777) == "0o600" and oct(file.parent.stat().st_mode & 0o777) == "0o700"
    with Store.open(path) as store:
        doc = document(1)
        store.write(store.start_run("add", VERSIONS), [Entry(document=doc, observations=[observation(doc)])])
    assert not is_current(path)
    leftover = file.with_name(".999999999.part")
    leftover.write_bytes(b"half a snapshot")
    publish(path)
    assert is_current(path) and [f.name for f in file.parent.iterdir()] == [file.name]
    with Store.open(file, read_only=True) as opened:  # it stands in no line, and no line is made beside it
        assert opened.sizes()["observations"] == 1
    assert not turn.turns_folder(file).exists()
