"""How long a purge, a request of a person and an upkeep take in a store of N invented documents of one subject.

    python benchmarks/purge_speed.py 10000

Facts of one subject are the worst case: all of them are judged again after a purge.
"""

from __future__ import annotations

import random
import string
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from store_samples import TODAY, VERSIONS, document, observation
from vigie.assess import assess
from vigie.pipeline import versions
from vigie.store import Store
from vigie.store.erase import Selection
from vigie.store.rows import Entry
from vigie.upkeep.maintain import maintain
from vigie.upkeep.purge import Subject, plan, plan_subject, purge, purge_subject

CHANCE = random.Random(1)
WORDS = ["".join(CHANCE.choices(string.ascii_lowercase, k=CHANCE.randint(3, 9))) for _ in range(20_000)]


def timed(what: str, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    print(f"{what}: {time.perf_counter() - start:.1f} s")


def entry(number: int) -> Entry:
    text = f"Titre {number}\n\nLe gramme se vend 80 € à Lyon. {' '.join(CHANCE.choices(WORDS, k=400))}"
    d = document(number, text=text)
    return Entry(document=d, observations=[observation(d, name=f"o{n}") for n in range(8)])


def main() -> None:
    path, count = Path(tempfile.mkdtemp()) / "store.duckdb", int(sys.argv[1])
    with Store.open(path) as store:
        run = store.start_run("add", VERSIONS)
        for at in range(0, count, 500):
            store.write(run, [entry(n) for n in range(at, min(count, at + 500))], today=TODAY)
        assess(store)
        versions()
        one, subject = Selection(documents=("d0007",)), Subject([f"{WORDS[5]} {WORDS[6]}"])
        timed("purge of one document", lambda: purge(store, plan(store, one), one))
        timed("request", lambda: purge_subject(store, subject, plan_subject(store, subject, whole=False)))
        timed("maintain", lambda: maintain(store))


if __name__ == "__main__":
    main()
