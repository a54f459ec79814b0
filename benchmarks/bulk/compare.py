"""What the cascade costs: `python benchmarks/bulk/compare.py [ARCHIVE] [--rounds 3] [--naive-pages 150]`.

In: an archive of make_archive.py (made in build/ where none is given). Out, all in one run and in turn, by processor time of one core:
- raw: FastWARC on an isal stream, reading every record: what no pipeline can beat;
- cascade: `walk`, start-up apart; `selection`, the same without redaction and extraction; `words`, records and prefilter alone;
- naive: trafilatura on every page, spaCy's PhraseMatcher, quantulum3 on the text, in an environment of its own beside this file, on a
  sample of pages and scaled to the archive;
- two workers beside two raw readers, at the same time each; peak memory of a worker.
It prints ratios (medians of the rounds, least and greatest) and asserts nothing. Other work on the machine slows all of them; ratios hold
better than seconds.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
Told = dict[str, Any]


# --- what is measured, each in a process of its own


def raw(archive: Path) -> Told:
    from fastwarc.warc import ArchiveIterator
    from isal import igzip

    records = size = 0
    start, wall = time.process_time(), time.monotonic()
    with igzip.open(archive, "rb") if archive.suffix == ".gz" else archive.open("rb") as stream:
        for record in ArchiveIterator(stream, parse_http=False):
            records += 1
            size += len(record.reader.read())
    return {
        "records": records,
        "bytes": size,
        "seconds": time.process_time() - start,
        "wall": time.monotonic() - wall,
    }


def cascade(archive: Path) -> Told:
    from vigie.bulk.cascade import walk
    from vigie.bulk.places import archives
    from vigie.bulk.plan import Plan
    from vigie.bulk.tally import Tally

    start = time.process_time()
    plan = Plan()
    warm_up(plan, warm_path(archive))
    loaded = time.process_time() - start
    (given,) = archives([str(archive)])
    tally = Tally()
    start, wall = time.process_time(), time.monotonic()
    kept = sum(1 for _ in walk(given, plan, tally))
    told = tally.to_json()
    told.pop("audit")
    return {
        "bytes": tally.bytes_out, "seconds": time.process_time() - start, "wall": time.monotonic() - wall,
        "start_up": loaded, "kept": kept, "tally": told,
    }  # fmt: skip


def warm_up(plan: Any, path: Path) -> None:
    """What is loaded once in a worker, at its first page of each kind: read another archive, small, some of its pages without the
    filters (pages without a text need the careful reader), and the model of languages, which undecided pages need.
    """
    from vigie.bulk.cascade import judge, walk
    from vigie.bulk.places import archives
    from vigie.bulk.records import Records
    from vigie.bulk.tally import Tally
    from vigie.text import language

    (given,) = archives([str(path)])
    sum(1 for _ in walk(given, plan, Tally()))
    pages = (record for record in Records(given, plan.max_record_bytes) if record.page)
    for record in islice(pages, 25):
        judge(record, given, plan)
    language._identifier()


def warm_path(archive: Path) -> Path:
    return archive.with_name(archive.name + ".warm-up.warc.gz")


def selection(archive: Path) -> Told:
    """The cascade up to what it would redact: pages that are relevant are counted and dropped."""
    from vigie import pipeline

    dropped = pipeline.Refusal(name="", reason="not asked for")
    pipeline.clean_raw = lambda raw: dropped  # type: ignore[assignment]
    return cascade(archive)


def words(archive: Path) -> Told:
    """Records and prefilter only."""
    from vigie.bulk import cascade as module

    module.read_page = lambda record: None
    return cascade(archive)


MEASURES: dict[str, Callable[[Path], Told]] = {
    "raw": raw, "cascade": cascade, "selection": selection, "words": words,
}  # fmt: skip


def child(name: str, archive: Path) -> int:
    told = MEASURES[name](archive)
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))
    return 0


# --- the comparison


def start(name: str, archive: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(Path(__file__)), "--child", name, str(archive)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> Told:
    output, _ = process.communicate()
    if process.returncode:
        sys.exit(f"a measure failed with status {process.returncode}")
    told: Told = json.loads(output.splitlines()[-1])
    return told


def together(name: str, archive: Path) -> float:
    """MB/s of processor time of two processes at the same time, added."""
    pair = [start(name, archive), start(name, archive)]
    return sum(rate(result(process)) for process in pair)


def rate(told: Told) -> float:
    return float(told["bytes"] / told["seconds"] / 1e6)


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):7.2f}  ({min(values):.2f} to {max(values):.2f})"


def naive(archive: Path, pages: int, folder: Path) -> Told:
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")], check=True
        )
    with tempfile.TemporaryDirectory() as scratch:
        words = Path(scratch) / "words.txt"
        words.write_text("\n".join(lexicon()), encoding="utf-8")
        command = [str(python), str(HERE / "naive.py"), str(archive), str(words), "--pages", str(pages)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    told: Told = json.loads(ran.stdout.splitlines()[-1])
    return told


def lexicon() -> list[str]:
    """Names of substances, as they are written, without the marks of our own form."""
    from vigie.lexicon.substances import SHARED, substance_terms

    found = {
        s.strip("=+") for lang in ("fr", "en", SHARED) for term in substance_terms(lang) for s in term.surface
    }
    return sorted(word for word in found if len(word) > 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "archive",
        type=Path,
        nargs="?",
        default=ROOT / "build" / "bulk.warc.gz",
        help="made if it is not there",
    )
    parser.add_argument("--rounds", type=int, default=3, help="of each measure; the median is told")
    parser.add_argument(
        "--naive-pages", type=int, default=150, help="read by the naive pipeline; 0: without it"
    )
    parser.add_argument("--environment", type=Path, default=HERE / ".venv", help="of the naive pipeline")
    parser.add_argument("--child", choices=MEASURES, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    archive: Path = chosen.archive
    if chosen.child:
        return child(chosen.child, archive)
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, str(HERE / "make_archive.py"), str(archive)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    if not warm_path(archive).exists():
        command = [sys.executable, str(HERE / "make_archive.py"), str(warm_path(archive)), "--seed", "1"]
        subprocess.run([*command, "--raw-mb", "60", "--share", "0.1"], check=True, stdout=subprocess.DEVNULL)
    result(start("cascade", archive))  # files into the cache of the system, databases compiled: not counted
    rows: dict[str, list[Told]] = {name: [] for name in MEASURES}
    pairs: dict[str, list[float]] = {"raw": [], "cascade": []}
    for _ in range(chosen.rounds):
        for name in MEASURES:
            rows[name].append(result(start(name, archive)))
        for name in pairs:
            pairs[name].append(together(name, archive))
    size = archive.stat().st_size
    print(
        f"{archive.name}: {size / 1e6:.0f} MB, {rows['raw'][0]['bytes'] / 1e6:.0f} MB of records, {rows['raw'][0]['records']} records"
    )
    for name, told in rows.items():
        print(f"{name:<12}{spread([rate(t) for t in told])} MB/s of records on one core; "
              f"{statistics.median(t['seconds'] for t in told):.2f} s; peak {max(t['peak_mb'] for t in told):.0f} MB")  # fmt: skip
    last = rows["cascade"][-1]
    print(
        f"start-up of a worker: {statistics.median(t['start_up'] for t in rows['cascade']):.1f} s; tally: {json.dumps(last['tally'])}"
    )
    for name in ("cascade", "selection", "words"):
        ratios = [rate(a) / rate(b) for a, b in zip(rows[name], rows["raw"], strict=True)]
        print(f"{name} / raw limit                    {spread(ratios)}")
    both = [a / b for a, b in zip(pairs["cascade"], pairs["raw"], strict=True)]
    print(f"two workers / two raw readers          {spread(both)}")
    alone = [a["bytes"] / a["seconds"] / 1e6 for a in rows["cascade"]]
    raw_alone = [a["bytes"] / a["seconds"] / 1e6 for a in rows["raw"]]
    gains = [
        (c / a) / (r / b) for c, a, r, b in zip(pairs["cascade"], alone, pairs["raw"], raw_alone, strict=True)
    ]
    print(f"gain of a second worker / of a reader  {spread(gains)}")
    if chosen.naive_pages:
        told = naive(archive, chosen.naive_pages, chosen.environment)
        slow, part = rate(told), told["bytes"] / told["seconds_words"] / 1e6
        parts = json.dumps({name: round(seconds, 2) for name, seconds in told["parts"].items()})
        print(f"naive       {slow:7.2f} MB/s of pages, on {told['pages']} pages; seconds: {parts}")
        print(f"cascade / naive                        {spread([r / slow for r in alone])}")
        print(f"cascade / naive, amounts only where a word is  {spread([r / part for r in alone])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
