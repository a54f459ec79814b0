"""What the cascade misses: `python benchmarks/bulk/recall.py [ARCHIVE] [--gold]`.

In: an archive of make_archive.py (made in build/ where none is given), or with --gold each published annotated text as a page of its own,
nothing around it. Out: of the pages in scope, how many pass the prefilter and how many come through; and against extracting everything
(a page is read, redacted and extracted whatever its words; of those with nothing at all of ours one in --plain-one-in), how many pages
and observations come through, in scope and elsewhere. What is dropped is told by its reason. Labels were written with the archive.
Left out: pages that are in scope by their subject and hold nothing that the extractors find; they have no row in any table.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

import make_archive  # noqa: E402 - it stands beside this file

from vigie.bulk.archive import Archive  # noqa: E402
from vigie.bulk.cascade import judge, walk  # noqa: E402
from vigie.bulk.places import archives  # noqa: E402
from vigie.bulk.plan import Plan  # noqa: E402
from vigie.bulk.records import Records  # noqa: E402
from vigie.bulk.tally import Tally, mark  # noqa: E402


@dataclass(slots=True)
class Outcome:
    """One walk: why pages were dropped, how many observations the others gave, and the document of each, by record id."""

    dropped: dict[str, str] = field(default_factory=dict)
    observations: Counter[str] = field(default_factory=Counter)
    documents: dict[str, str] = field(default_factory=dict)

    def lend(self, other: Outcome) -> None:
        """A page whose text came through on an earlier page of the archive came through too."""
        given = {document: self.observations[page] for page, document in self.documents.items()}
        for page, document in other.documents.items():
            if page not in self.observations and document in given:
                self.observations[page] = given[document]


def outcome(archive: Archive, plan: Plan, ids: dict[int, str]) -> Outcome:
    tally, told = Tally(), Outcome()
    for entry in walk(archive, plan, tally):
        number = int(entry.document.path.rpartition("#")[2])
        told.observations[ids[number]] += len(entry.observations)
        told.documents[ids[number]] = entry.document.doc_id
    marks = {mark(identifier): identifier for identifier in ids.values()}
    told.dropped = {
        marks[sample.record_id]: sample.reason for sample in tally.audit if sample.record_id in marks
    }
    return told


def everything(archive: Archive, plan: Plan, wanted: Container[str]) -> Outcome:
    """No page is dropped for its words: every wanted one is read, redacted and extracted."""
    told = Outcome()
    for record in Records(archive, plan.max_record_bytes):
        identifier = plain(record.record_id)
        if record.page and identifier in wanted:
            verdict = judge(record, archive, plan)
            if isinstance(verdict, str):
                told.dropped[identifier] = verdict
            else:
                told.observations[identifier] = len(verdict.observations)
                told.documents[identifier] = verdict.document.doc_id
    return told


def plain(record_id: str) -> str:
    return record_id.strip("<> ")


def share(part: int, whole: int) -> str:
    return f"{part} of {whole}" + (f" = {part / whole:.4f}" if whole else "")


def report(path: Path, labels: dict[str, Any], plain_one_in: int) -> None:
    (archive,) = archives([str(path)])
    assert isinstance(archive, Archive)
    plan = Plan(audit_one_in=1)
    ids = {r.page: plain(r.record_id) for r in Records(archive, plan.max_record_bytes) if r.page}
    kinds = {plain(key): kind for key, kind in labels["kind"].items()}
    pages = [plain(key) for key in labels["labels"]]
    scope = {plain(key) for key, gold in labels["labels"].items() if gold}
    for page in scope:
        kinds[page] = "scope"
    rest = [page for page in pages if kinds.get(page, "plain") == "plain"]
    wanted = {*pages} - {*rest} | {*rest[::plain_one_in]}
    got, full = outcome(archive, plan, ids), everything(archive, plan, wanted)
    got.lend(full)
    passed = [page for page in scope if got.dropped.get(page) != "no-term"]
    kept = [page for page in scope if page in got.observations]
    print(f"{path.name}: {len(pages)} pages, {len(scope)} of them in scope")
    print(f"prefilter: of the pages in scope {share(len(passed), len(scope))} pass")
    elsewhere = sum(got.dropped.get(page) != "no-term" for page in pages if page not in scope)
    print(f"prefilter: of the others {share(elsewhere, len(pages) - len(scope))} pass")
    print(f"cascade: of the pages in scope {share(len(kept), len(scope))} come through")
    for kind in ("scope", "beside", "hard", "duplicate", "plain"):
        found = [page for page in pages if kinds.get(page, "plain") == kind and page in full.observations]
        if not found:
            continue
        same = [page for page in found if page in got.observations]
        through = [page for page in found if got.dropped.get(page) != "no-term"]
        counts = share(sum(got.observations[p] for p in same), sum(full.observations[p] for p in found))
        print(
            f"against extracting everything, {kind}: pages past the prefilter {share(len(through), len(found))}; "
            f"pages {share(len(same), len(found))}; observations {counts}"
        )
        lost = Counter(got.dropped.get(page, "?") for page in found if page not in got.observations)
        if lost:
            print(f"  dropped: {json.dumps(dict(lost.most_common()))}")
    for page in sorted(scope & set(full.observations) - set(got.observations)):
        print(f"  missed: {', '.join(labels['labels'][f'<{page}>'])} ({got.dropped.get(page, '?')})")


def gold_archive(path: Path, seed: int) -> dict[str, Any]:
    """Each annotated text alone on a page."""
    proses = {lang: make_archive.Prose(HERE / f"prose_{lang}.toml") for lang in ("fr", "en")}
    sites = make_archive.Sites(seed, proses)
    writer, labels = make_archive.Writer(path, seed), {}
    for number, gold in enumerate(make_archive.gold_pages(Random(seed), together=1)):
        random = Random(f"{seed}:gold:{number}")
        site = sites.choose(random, gold.lang)
        page = make_archive.Page(
            title=gold.title,
            day=gold.published,
            section="actu",
            paragraphs=gold.text.split("\n"),
            gold=gold.ids,
        )
        body = make_archive.render(random, site, page, drug_link=False)
        url = f"https://www.{site.host}/actu/{number}.html"
        mime = f"text/html; charset={site.declared}" if site.declared else "text/html"
        labels[make_archive.response(writer, url, "200 OK", mime, body)] = list(gold.ids)
    writer.close()
    return {"labels": labels, "kind": {}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "archive",
        type=Path,
        nargs="?",
        default=ROOT / "build" / "bulk.warc.gz",
        help="of make_archive.py, with its labels",
    )
    parser.add_argument("--gold", action="store_true", help="each annotated text alone on a page")
    parser.add_argument(
        "--plain-one-in", type=int, default=10, help="of the pages out of scope, one in so many is read"
    )
    chosen = parser.parse_args()
    if chosen.gold:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "gold.warc.gz"
            report(path, gold_archive(path, 0), 1)
        return 0
    if not chosen.archive.exists():
        chosen.archive.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, str(HERE / "make_archive.py"), str(chosen.archive)], check=True)
    labels = make_archive.labels_path(chosen.archive)
    report(chosen.archive, json.loads(labels.read_text(encoding="utf-8")), chosen.plain_one_in)
    return 0


if __name__ == "__main__":
    sys.exit(main())
