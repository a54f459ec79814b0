"""A large invented store for the pages, and how fast the read model answers on it.

    python benchmarks/pages_store.py --observations 1000000 --out DIR [--public] [--only-store]

Writes DIR/vigie.duckdb (kept and reused if it is there) by bulk inserts: ten years, 60 substances, departments, communes and
countries, 500 sources, documents of a few invented sentences, one in twenty of which repeats one of an earlier document. Then builds
the read model in a process of its own and prints how long that took, its size, its memory, and for each question the processor time of
all threads and the time on the clock (ms: least, median, 95th percentile over several filters, nothing remembered between them).
Everything is invented; nothing is read from elsewhere.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa

from vigie.lexicon.gazetteer import gazetteer
from vigie.lexicon.substances import taxonomy
from vigie.store import Store
from vigie.store.runs import Counts, Versions

FIRST, DAYS = date(2016, 1, 1), 3650
SOURCES, SUBSTANCES, WORDS = 500, 60, 6000
KINDS = ("press", "press", "press", "agency", "forum", "chat", "report", "press")
GRADES = "ABBBCCCDE"
TYPES = ("price", "quantity", "purity", "event", "modality", "trend", "flow")
SHARES = (0.30, 0.20, 0.10, 0.20, 0.10, 0.06, 0.04)
EVENTS = ("seizure", "arrest", "dismantling", "overdose", "death", "hospitalisation", "sentence", "warning")
WAYS = (
    *(("channel", c) for c in ("street", "telegram", "snapchat", "web", "in-person", "darknet", "sms")),
    *(("delivery", c) for c in ("home-delivery", "postal", "meet-up", "dead-drop")),
    *(("payment", c) for c in ("cash", "bitcoin", "transfer-app")),
    *(("practice", c) for c in ("injection", "smoking", "chemsex")),
)
BATCH = 100_000


def zipf(rng: np.random.Generator, many: int, size: int) -> np.ndarray[Any, Any]:
    weights = 1 / np.arange(1, many + 1) ** 0.8
    return rng.choice(many, size, p=weights / weights.sum())


def generate(path: Path, observations: int, seed: int = 1) -> None:
    """Write the store."""
    rng = np.random.default_rng(seed)
    syllables = ["ba", "ro", "mi", "ta", "lu", "ne", "so", "vi", "ka", "do", "pe", "gri", "zon", "flé", "qua"]
    words = np.array(
        sorted({"".join(rng.choice(syllables, rng.integers(2, 5))) for _ in range(WORDS * 2)})[:WORDS]
    )
    places = _places(rng)
    substances = np.array(sorted(taxonomy()))[:: max(1, len(taxonomy()) // SUBSTANCES)][:SUBSTANCES]
    documents = max(1, observations // 5)
    days = np.sort(rng.integers(0, DAYS, documents))
    source_of = zipf(rng, SOURCES, documents)
    kind_of, grade_of = (
        np.array(["warning" if i % 100 == 99 else KINDS[i % len(KINDS)] for i in range(SOURCES)]),
        np.array([GRADES[(i * 7) % len(GRADES)] for i in range(SOURCES)]),
    )
    lang_of = np.array(["en" if i % 6 == 5 else "fr" for i in range(SOURCES)])
    country_of = np.array(["GB" if i % 6 == 5 else "FR" for i in range(SOURCES)])
    area_of = np.array([places[i % 96][0] if i % 3 == 0 else "" for i in range(SOURCES)])
    with Store.open(path) as store:
        store.connection.execute("SET preserve_insertion_order = false")
        run = store.start_run("add", Versions(code="benchmark", lexicon="benchmark", redactor="benchmark"))
        store.insert(
            "sources",
            [
                {
                    "source_id": f"s{i:03d}", "name": f"Le Bulletin numéro {i}", "publisher": f"Éditeur {i // 2}", "kind": kind_of[i],
                    "country": country_of[i], "area": area_of[i], "language": lang_of[i], "grade": grade_of[i],
                    "licence": "invented", "legal_basis": "invented", "retention_months": None, "satire": False,
                }
                for i in range(SOURCES)
            ],
        )  # fmt: skip
        copied: list[str] = []
        for start in range(0, observations, BATCH):
            size = min(BATCH, observations - start)
            at = np.minimum((np.arange(start, start + size) // 5), documents - 1)
            _insert_statements(store, rng, words, places, substances, start, at, days, source_of, copied)
        for start in range(0, documents, BATCH):
            size = min(BATCH, documents - start)
            chosen = np.arange(start, start + size)
            own = source_of[chosen]
            titles = [" ".join(w) for w in words[rng.integers(0, len(words), (size, 7))]]
            bodies = [" ".join(w) for w in words[rng.integers(0, len(words), (size, 55))]]
            published = [date.fromordinal(FIRST.toordinal() + int(d)) for d in days[chosen]]
            table = pa.table(
                {
                    "doc_id": [_doc(i) for i in chosen], "path": [f"d{i}.txt" for i in chosen], "format": ["text"] * size,
                    "kind": kind_of[own], "grade": grade_of[own], "lang": lang_of[own], "title": titles,
                    "published": [d.isoformat() for d in published], "published_start": published, "published_end": published,
                    "outlet": [""] * size, "source_id": [f"s{i:03d}" for i in own], "redactor": ["benchmark"] * size,
                    "text": [f"{t}\n\n{b}" for t, b in zip(titles, bodies, strict=True)], "chars": [400] * size, "stored_on": published,
                    "expires_on": [date(2100, 1, 1)] * size, "run_id": [run] * size, "extracted_run": [run] * size,
                    "satire": [False] * size,
                }
            )  # fmt: skip
            _bulk(store, "documents", table)
            prints = pa.table({"doc_id": table["doc_id"], "of_text": table["doc_id"]})
            store.connection.register("bulk", prints)
            store.connection.execute("INSERT INTO prints SELECT doc_id, of_text, [], [] FROM bulk")
            store.connection.unregister("bulk")
        store.finish_run(run, Counts(read=documents, new=documents))
        store.connection.execute("CHECKPOINT")


def _doc(number: int) -> str:
    return f"d_{(int(number) * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF:016x}"


def _places(rng: np.random.Generator) -> list[tuple[str, str, str, str, str, str]]:
    """(code, level, label, department, region, country): departments, some communes, countries, and nowhere."""
    found = [
        (e.code or "", "department", e.label, "", e.region or "", e.country or "")
        for e in gazetteer().places("department")
    ]
    communes = [e for n, e in enumerate(gazetteer().places("commune")) if n % 40 == 0 and e.department]
    found += [
        (e.code or "", "commune", e.label, e.department or "", e.region or "", e.country or "")
        for e in communes[:800]
    ]
    for code in ("FR", "ES", "GB", "BE", "NL", "DE", "IT", "CO", "MA", "CH", "PT", "BR", "PE", "EC", "US"):
        entry = gazetteer().by_code(code)
        if entry is not None:
            found.append((code, "country", entry.label, "", "", ""))
    return found


def _insert_statements(
    store: Store, rng: np.random.Generator, words: Any, places: Any, substances: Any, start: int, at: Any, days: Any,
    source_of: Any, copied: list[str],
) -> None:  # fmt: skip
    size = len(at)
    kinds = rng.choice(len(TYPES), size, p=SHARES)
    drawn = rng.random(size)
    departments = sum(1 for p in places if p[1] == "department")
    placed = np.where(
        drawn < 0.55, zipf(rng, departments, size),
        np.where(drawn < 0.70, rng.integers(departments, departments + 800, size), len(places) - 15 + zipf(rng, 15, size)),
    )  # fmt: skip
    nowhere = drawn > 0.9
    substance = substances[zipf(rng, len(substances), size)]
    which = rng.random(size)
    amount = np.round(rng.lognormal(4, 0.5, size), 1)
    lengths = rng.integers(9, 15, size)
    drawn_words = words[rng.integers(0, len(words), (size, 15))]
    rows: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    sentences: list[str] = []
    quote_at: list[int] = []
    again = rng.random(size)
    for i in range(size):
        kind, figure = TYPES[kinds[i]], float(amount[i])
        day = date.fromordinal(FIRST.toordinal() + int(days[at[i]]))
        quote = f"{figure:g} {kind}"
        before = " ".join(drawn_words[i, : lengths[i]])
        if again[i] < 0.05 and copied:
            before = copied[int(again[i] * 1e6) % len(copied)]
        elif again[i] < 0.15:
            copied.append(before)
        del copied[:-2000]
        sentences.append(f"{before} {quote}.")
        quote_at.append(len(before) + 1)
        row: dict[str, Any] = dict.fromkeys(_COLUMNS)
        row |= {
            "id": f"o_{((start + i) * 0xD1B54A32D192ED03) & 0xFFFFFFFFFFFFFFFF:016x}", "doc_id": _doc(at[i]), "type": kind,
            "span_start": 40 * (i % 5), "span_end": 40 * (i % 5) + len(quote), "quote": quote, "substance": str(substance[i]),
            "when_start": day, "when_end": day, "when_precision": "day", "when_basis": "document",
            "assertion": "affirmed" if which[i] < 0.93 else "reported", "confidence": 0.8, "rule": "benchmark@1", "value": "{}",
            "credibility": 1 + int(which[i] * 3.99), "credibility_rule": "benchmark", "corroborated": 0,
        }  # fmt: skip
        if not nowhere[i]:
            code, level, label, department, region, country = places[placed[i]]
            row |= {
                "place_name": label, "place_label": label, "place_code": code, "place_level": level,
                "place_department": department or None, "place_region": region or None, "place_country": country or None,
            }  # fmt: skip
        if kind == "price":
            name = "retail" if which[i] < 0.6 else "wholesale" if which[i] < 0.85 else "other"
            row |= {
                "kind": name, "low": figure, "high": figure, "currency": "EUR", "per_value": 1.0, "per_unit": "g", "eur_low": figure,
                "eur_high": figure, "eur_per_unit": figure, "unit": "g",
            }  # fmt: skip
        elif kind == "quantity":
            row |= {
                "kind": "seized" if which[i] < 0.8 else "sold",
                "low": figure,
                "high": figure,
                "unit": "kg",
                "grams": figure * 1000,
            }
        elif kind == "purity":
            row |= {"low": min(figure, 99.0), "high": min(figure, 99.0), "measure": "purity"}
        elif kind == "event":
            row |= {
                "kind": EVENTS[int(which[i] * 7.99)],
                "low": float(int(figure) % 9 + 1),
                "high": None,
                "unit": "person",
            }
        elif kind == "modality":
            row["family"], row["code"] = WAYS[int(which[i] * (len(WAYS) - 0.01))]
        elif kind == "trend":
            row |= {
                "indicator": "price" if which[i] < 0.5 else "availability",
                "direction": ("up", "down", "stable")[int(figure) % 3],
            }
        else:
            ends = [places[len(places) - 1 - int(x)] for x in (which[i] * 14, (figure * 7) % 15)]
            row |= {
                "origin_code": ends[0][0], "origin_label": ends[0][2], "destination_code": ends[1][0], "destination_label": ends[1][2],
                "mode": "sea",
            }  # fmt: skip
        for name in _COLUMNS:
            rows[name].append(row[name])
    schema = store.query("SELECT * FROM observations LIMIT 0").schema
    table = pa.table({name: pa.array(rows[name], schema.field(name).type) for name in _COLUMNS})
    _bulk(store, "observations", table)
    starts = pa.array(rows["span_start"], pa.int32())
    ends_at = [q + len(t) for q, t in zip(quote_at, rows["quote"], strict=True)]
    _bulk(
        store, "evidence",
        pa.table({
            "observation_id": rows["id"], "doc_id": rows["doc_id"], "sentence_start": starts, "sentence_end": starts,
            "quote_start": pa.array(quote_at, pa.int32()), "quote_end": pa.array(ends_at, pa.int32()), "sentence": sentences,
        }),
    )  # fmt: skip


_COLUMNS = (
    *(
        "id",
        "doc_id",
        "type",
        "span_start",
        "span_end",
        "quote",
        "substance",
        "place_name",
        "place_label",
        "place_code",
        "place_level",
    ),
    *(
        "place_department",
        "place_region",
        "place_country",
        "when_start",
        "when_end",
        "when_precision",
        "when_basis",
        "assertion",
    ),
    *(
        "confidence",
        "rule",
        "kind",
        "low",
        "high",
        "unit",
        "currency",
        "per_value",
        "per_unit",
        "eur_low",
        "eur_high",
        "eur_per_unit",
    ),
    *(
        "grams",
        "measure",
        "family",
        "code",
        "indicator",
        "direction",
        "origin_code",
        "origin_label",
        "destination_code",
    ),
    *("destination_label", "mode", "value", "credibility", "credibility_rule", "corroborated"),
)


def _bulk(store: Store, table: str, rows: pa.Table) -> None:
    store.connection.register("bulk", rows)
    store.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM bulk")
    store.connection.unregister("bulk")


def measure(path: Path) -> None:
    """Print the time of each question."""
    from vigie.readmodel import Filters
    from vigie.readmodel.model import ReadModel

    def memory() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    started = time.perf_counter()
    model = ReadModel.open(path)
    print(
        f"open {1000 * (time.perf_counter() - started):.0f} ms; memory {memory():.0f} MB; left out: {model.left_out or 'nothing'}"
    )
    some = [name for name, _ in model.substances(Filters())[:3]]
    areas = [code for code, _ in model.areas(Filters(), "department")[:3]]
    regions = [code for code, _ in model.areas(Filters(), "region")[:2]]
    filters = [
        Filters(), Filters(period="2025"), Filters(period="2024-Q4"), Filters(area="FR"), Filters(area=regions[0]),
        *(Filters(area=a) for a in areas), Filters(area=areas[0], period="2025"), Filters(area="FR", period="2025-Q1"),
        *(Filters(substance=s) for s in some), Filters(substance=some[0], area=areas[0], period="2025"),
    ]  # fmt: skip
    if not model.public:
        filters += [
            Filters(grade="B"),
            Filters(lang="fr"),
            Filters(period="2025-03"),
            Filters(grade="B", area=regions[0]),
        ]
    retail = model.groups(Filters(), "retail")
    key = retail[0].key if retail else ("cocaine", "g")
    address = model.facts(Filters(), limit=1)[0]
    document = model.documents(Filters(), limit=1)[0]
    questions: dict[str, Callable[[Filters], object]] = {
        "totals": model.totals,
        **{
            f"groups {t}": (lambda f, t=t: model.groups(f, t))
            for t in ("retail", "seizures", "harms", "ways", "flows", "trends")
        },
        "series": lambda f: model.series(f, "retail", key),
        "series by month": lambda f: model.series(f, "retail", key, "month"),
        "counts of events": lambda f: model.counts(f, ("event",), "quarter"),
        "counts of all by month": lambda f: model.counts(f, (), "month"),
        "by_area of a group": lambda f: model.by_area(f, "retail", key),
        "by_area of a topic": lambda f: model.by_area(f, "harms", None),
        "facts": lambda f: model.facts(f),
        "facts of a group": lambda f: model.facts(f, "retail", key),
        "documents": lambda f: model.documents(f),
        "substances": model.substances,
        "areas": model.areas,
        "sources": model.sources,
        "alerts": model.alerts,
        "indices": model.indices,
    }
    if address:
        questions["fact"] = lambda f: model.fact(address[0].address)
    if document:
        questions["document"] = lambda f: model.document(document[0].doc_id)
    print(f"{'question':24} {'processor time, ms':>23}   {'time on the clock':>23}")
    for name, ask in questions.items():
        taken: list[tuple[float, float, Filters]] = []
        for f in filters:
            model.forget()
            ask(f)
            for _ in range(3):
                model.forget()
                started, clock = time.process_time(), time.perf_counter()
                ask(f)
                taken.append(
                    (1000 * (time.process_time() - started), 1000 * (time.perf_counter() - clock), f)
                )
        told = [sorted(t[i] for t in taken) for i in (0, 1)]  # type: ignore[type-var]
        shown = "   ".join(f"{o[0]:7.1f} {median(o):7.1f} {o[int(0.95 * len(o))]:7.1f}" for o in told)
        worst = max(taken, key=lambda t: t[0])[2]
        print(f"{name:24} {shown}   slowest: {worst.query() or 'no filter'}")
    print(f"memory {memory():.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--observations", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--public", action="store_true")
    parser.add_argument("--only-store", action="store_true")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    store = asked.out / "vigie.duckdb"
    if not store.exists():
        started = time.perf_counter()
        fresh = store.with_name("being-written.duckdb")
        fresh.unlink(missing_ok=True)
        generate(fresh, asked.observations)
        fresh.rename(store)
        print(
            f"store of {asked.observations} observations in {time.perf_counter() - started:.0f} s, {store.stat().st_size / 1e6:.0f} MB"
        )
    if asked.only_store:
        return
    from vigie.readmodel.files import current

    started = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    path = current(store, asked.public, apart=True)
    built = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(
        f"read model in {time.perf_counter() - started:.0f} s, {path.stat().st_size / 1e6:.0f} MB"
        + (f", at most {built / 1024:.0f} MB of memory" if built > before else " (it was there)")
    )
    subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
                    f"from pathlib import Path; import pages_store; pages_store.measure(Path({str(path)!r}))"], check=True)  # fmt: skip


if __name__ == "__main__":
    main()
