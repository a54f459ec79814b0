"""The overview of a store of up to a hundred million statements: how fast it answers, and what keeping its sums costs.

    python benchmarks/scale_store.py --observations 1000000 --out DIR [--make] [--ask] [--threads 2]

Makes DIR/scale.duckdb by SQL inside the database, in order of time (ten years, 60 substances, 500 sources, departments, communes,
countries; five statements a document, one document in twenty a copy), without sentences and texts, so that a hundred million
take some 20 GB at most; it stops before the disk has less than 10 GB left. A store that is there is used again. Then prints, as
processor time of all threads and time on the clock:

- what adding documents costs in the full store, and how much of that the sums are: by `Store.write` and by what a run does at its end;
- each question of the overview, the first time after opening and the median of five, and the same figures counted from the statements
  themselves, as a ratio. That count leaves out what a document says twice: it does less than the sums hold.

Everything is invented. Without `--make` or `--ask` it does both. Delete DIR afterwards.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import pyarrow as pa

from vigie.lexicon.gazetteer import gazetteer, place_by_code
from vigie.lexicon.substances import taxonomy
from vigie.model.document import CleanDocument
from vigie.model.observation import Observation, PriceValue
from vigie.model.period import PartialDate, When
from vigie.settings import Settings
from vigie.store import Store, overview, rows, weekly
from vigie.store.overview import Chosen
from vigie.store.rows import Entry
from vigie.store.runs import Counts, Versions
from vigie.store.weekly_rows import pending_rows

BATCH = 2_000_000  # statements at a time
SOURCES, SUBSTANCES, DAYS, EACH = 500, 60, 3650, 5
DOCUMENTS = 2_000  # added to the full store
FREE = 10 * 10**9  # bytes of disk that stay free
VERSIONS = Versions(code="benchmark", lexicon="benchmark", redactor="benchmark")
# Numbers in [0, 1) that depend on the row alone.
_DRAWN = "(hash({0}, '{1}') % 1000003) / 1000003.0"
_TYPE = (
    ("price", 0.30),
    ("quantity", 0.50),
    ("purity", 0.60),
    ("event", 0.80),
    ("modality", 0.90),
    ("trend", 0.96),
    ("flow", 1.0),
)


def drawn(of: str, salt: str) -> str:
    return _DRAWN.format(of, salt)


def documents_sql(first: int, last: int, total: int, run: int) -> str:
    """Documents with these numbers, of `total` in all: in order of time."""
    source = f"floor(pow({drawn('i', 'source')}, 2) * {SOURCES})::INTEGER"
    return f"""
    SELECT 'd_' || i AS doc_id, 'd' || i AS path, 'text' AS format, ['press', 'press', 'agency', 'forum', 'report'][s % 5 + 1] AS kind,
        ['A', 'B', 'B', 'C', 'D'][s % 5 + 1] AS grade, CASE WHEN s % 6 = 5 THEN 'en' ELSE 'fr' END AS lang, '' AS title,
        day::VARCHAR AS published, day AS published_start, day AS published_end, '' AS outlet, 's' || s AS source_id,
        'benchmark' AS redactor, 100 AS chars, day AS stored_on, DATE '2100-01-01' AS expires_on, {run} AS run_id, {run} AS extracted_run,
        false AS satire, CASE WHEN i > 10 AND {drawn("i", "copy")} < 0.05 THEN 'd_' || (i - 7) END AS original_id,
        CASE WHEN original_id IS NOT NULL THEN 'near' END AS copied
    FROM (SELECT i, {source} AS s, DATE '2016-01-01' + (i * {DAYS} // {total})::INTEGER AS day FROM range({first}, {last}) t(i))
    """


def observations_sql(first: int, last: int, total: int) -> str:
    """Statements with these numbers: each speaks of the day, the month or the year of its document."""
    kind = " ".join(f"WHEN t < {upto} THEN '{name}'" for name, upto in _TYPE)
    at = drawn("i", "place")
    place = (
        f"CASE WHEN {at} < 0.7 THEN floor(pow({drawn('i', 'where')}, 1.5) * $departments)::INTEGER "
        f"WHEN {at} < 0.9 THEN $departments + floor(pow({drawn('i', 'where')}, 3) * $countries)::INTEGER ELSE -1 END"
    )
    return f"""
    SELECT 'o_' || i AS id, 'd_' || (i // {EACH}) AS doc_id, type, (10 * (i % {EACH}))::INTEGER AS span_start,
        (10 * (i % {EACH}) + 4)::INTEGER AS span_end, '60 €' AS quote, sub.name AS substance,
        p.code AS place_name, p.code AS place_label, CASE WHEN commune THEN 'INSEE:' || p.number ELSE p.code END AS place_code,
        CASE WHEN commune THEN 'commune' ELSE p.level END AS place_level, CASE WHEN commune THEN p.code ELSE p.department END AS place_department,
        p.region AS place_region, p.country AS place_country,
        CASE WHEN w < 0.7 THEN day WHEN w < 0.9 THEN date_trunc('month', day)::DATE ELSE date_trunc('year', day)::DATE END AS when_start,
        CASE WHEN w < 0.7 THEN day WHEN w < 0.9 THEN last_day(day) ELSE (date_trunc('year', day) + INTERVAL 1 YEAR)::DATE - 1 END AS when_end,
        CASE WHEN w < 0.7 THEN 'day' WHEN w < 0.9 THEN 'month' ELSE 'year' END AS when_precision, 'document' AS when_basis,
        CASE WHEN {drawn("i", "said")} < 0.93 THEN 'affirmed' ELSE 'reported' END AS assertion, 0.8 AS confidence, 'benchmark@1' AS rule,
        CASE type WHEN 'price' THEN ['retail', 'retail', 'wholesale'][i % 3 + 1] WHEN 'quantity' THEN 'seized' WHEN 'event' THEN
            ['seizure', 'arrest', 'death', 'overdose'][i % 4 + 1] END AS kind,
        amount AS low, amount AS high, CASE type WHEN 'price' THEN 'g' WHEN 'quantity' THEN 'kg' WHEN 'event' THEN 'person' END AS unit,
        CASE type WHEN 'price' THEN amount END AS eur_per_unit, CASE type WHEN 'modality' THEN 'channel' END AS family,
        CASE type WHEN 'modality' THEN ['street', 'telegram', 'web'][i % 3 + 1] END AS code,
        CASE type WHEN 'trend' THEN 'price' END AS indicator, CASE type WHEN 'trend' THEN ['up', 'down'][i % 2 + 1] END AS direction,
        '{{}}' AS value, 2::TINYINT AS credibility, 'benchmark' AS credibility_rule, 0::TINYINT AS corroborated
    FROM (SELECT i, CASE {kind} END AS type, {drawn("i", "when")} AS w, {at} < 0.2 AS commune,
            DATE '2016-01-01' + ((i // {EACH}) * {DAYS} // {total})::INTEGER AS day, {place} AS place_number,
            floor(pow({drawn("i", "substance")}, 2.5) * {SUBSTANCES})::INTEGER AS substance_number,
            -- Prices are round, four in five of them.
            CASE WHEN {drawn("i", "round")} < 0.8 THEN greatest(5, 5 * round(12 * exp({drawn("i", "amount")} * 2 - 1)))
                ELSE round(60 * exp({drawn("i", "amount")} * 2 - 1), 1) END AS amount
        FROM (SELECT i, {drawn("i", "type")} AS t FROM range({first}, {last}) r(i)))
    JOIN scale_substances sub ON sub.number = substance_number LEFT JOIN scale_places p ON p.number = place_number
    """


def make(path: Path, observations: int, threads: int) -> None:
    departments = list(gazetteer().places("department"))
    countries = [
        e
        for code in ("FR", "ES", "GB", "BE", "NL", "DE", "IT", "CO", "MA", "CH")
        if (e := gazetteer().by_code(code))
    ]
    places = pa.table(
        {
            "number": list(range(len(departments) + len(countries))), "code": [e.code for e in (*departments, *countries)],
            "level": ["department"] * len(departments) + ["country"] * len(countries),
            "department": [None] * (len(departments) + len(countries)), "region": [e.region for e in departments] + [None] * len(countries),
            "country": [e.country for e in departments] + [None] * len(countries),
        }
    )  # fmt: skip
    named = sorted(taxonomy())[:: max(1, len(taxonomy()) // SUBSTANCES)][:SUBSTANCES]
    total = max(1, observations // EACH)
    values = {"departments": len(departments), "countries": len(countries)}
    settings = Settings(store=path, store_memory_mb=4000, store_threads=threads)
    spent = counted = 0.0
    with Store.open(path, settings=settings) as store:
        db = store.connection
        db.register("scale_places", places)
        db.register("scale_substances", pa.table({"number": list(range(len(named))), "name": named}))
        run = store.start_run("add", VERSIONS)
        cards = [
            {"source_id": f"s{n}", "name": f"Bulletin {n}", "publisher": f"Éditeur {n // 2}", "kind": "press", "country": "FR",
             "grade": "B", "licence": "invented", "legal_basis": "invented", "satire": False}
            for n in range(SOURCES)
        ]  # fmt: skip
        store.insert("sources", cards)
        for first in range(0, observations, BATCH):
            if shutil.disk_usage(path.parent).free < FREE:
                sys.exit(f"stopped at {first:,} statements: less than {FREE / 1e9:.0f} GB of disk are left")
            last, at = min(first + BATCH, observations), time.process_time()
            with store.transaction():
                db.execute(
                    f"CREATE OR REPLACE TEMP TABLE scale_documents AS {documents_sql(first // EACH, last // EACH, total, run)}"
                )
                db.execute(
                    f"CREATE OR REPLACE TEMP TABLE scale_statements AS {observations_sql(first, last, total)}",
                    values,
                )
                db.execute("INSERT INTO documents BY NAME FROM scale_documents")
                db.execute("INSERT INTO observations BY NAME FROM scale_statements")
                between = time.process_time()
                parts = {
                    name: store.query(
                        f"SELECT {', '.join(c for c in weekly.READ[name] if c in have)} FROM {table}"
                    )
                    for name, table in (
                        ("documents", "scale_documents"),
                        ("observations", "scale_statements"),
                    )
                    for have in [store.query(f"FROM {table} LIMIT 0").column_names]
                }
                weekly.enter_rows(db, documents=parts["documents"], observations=parts["observations"])
                del parts
            weekly.fold(db)
            counted += time.process_time() - between
            spent += time.process_time() - at
            print(
                f"{last:,} statements: {spent:.0f} s of processor, of which sums {counted:.0f} s", flush=True
            )
        store.finish_run(run, Counts(read=total, new=total, observations=observations))
        db.execute("CHECKPOINT")


Clocked = tuple[float, float]  # seconds of processor, of all threads; seconds on the clock


def clocked(ask: Callable[[], object]) -> Clocked:
    at, on = time.process_time(), time.perf_counter()
    ask()
    return time.process_time() - at, time.perf_counter() - on


# What the same questions cost without the sums. A statement that a document repeats is counted again here, so that they do less.
_COUNTS = (
    "count(*) FILTER (o.assertion = 'affirmed') AS n, count(*) FILTER (o.assertion <> 'affirmed') AS aside"
)
_SPOKEN = "count(DISTINCT coalesce(s.publisher, d.source_id)) FILTER (o.assertion = 'affirmed') AS sources"
_FROM = (
    "FROM observations o JOIN documents d USING (doc_id) LEFT JOIN documents g ON g.doc_id = d.original_id "
    "LEFT JOIN sources s ON s.source_id = coalesce(g.source_id, d.source_id)"
)
_PRICE = (
    "SELECT substance, kind, unit, place_country, count(*), quantile_cont(eur_per_unit, [0.25, 0.5, 0.75]) FROM observations o "
    "WHERE type = 'price' AND assertion = 'affirmed' GROUP BY ALL"
)


QUESTIONS = (
    *("totals", "by substance", "by department", "by week", "prices", "sources", "totals of a substance", "by substance, a department"),
    *("prices, a department and quarter", "totals of a substance, a department and a quarter"),
)  # fmt: skip


def questions(store: Store, substance: str) -> dict[str, tuple[Callable[[], object], str]]:
    """Each question of the overview with the SQL that asks the statements."""
    one = Chosen(substance=substance, area="FR-69", period="2020-Q1")
    area, period = (
        f"'{one.area}' IN (o.place_department, o.place_code)",
        "o.when_start >= '2020-01-01' AND o.when_end <= '2020-03-31'",
    )
    return {
        "totals": (lambda: overview.totals(store), f"SELECT {_COUNTS}, {_SPOKEN}, count(DISTINCT o.substance) {_FROM}"),
        "by substance": (lambda: overview.by_substance(store), f"SELECT o.substance, {_COUNTS}, {_SPOKEN} {_FROM} GROUP BY 1"),
        "by department": (lambda: overview.by_area(store), f"SELECT o.place_department, {_COUNTS}, {_SPOKEN} {_FROM} GROUP BY 1"),
        "by week": (lambda: overview.by_week(store), f"SELECT date_trunc('week', o.when_start), {_COUNTS} FROM observations o GROUP BY 1"),
        "prices": (lambda: overview.prices(store, most=10), _PRICE),
        "sources": (lambda: overview.sources(store), "SELECT source_id, count(*), min(published_start) FROM documents GROUP BY 1"),
        "totals of a substance": (
            lambda: overview.totals(store, Chosen(substance=one.substance)),
            f"SELECT {_COUNTS}, {_SPOKEN} {_FROM} WHERE o.substance = '{one.substance}'",
        ),
        "by substance, a department": (
            lambda: overview.by_substance(store, Chosen(area=one.area)), f"SELECT o.substance, {_COUNTS}, {_SPOKEN} {_FROM} WHERE {area} GROUP BY 1",
        ),
        "prices, a department and quarter": (
            lambda: overview.prices(store, Chosen(area=one.area, period=one.period), most=10),
            _PRICE.replace(" GROUP", f" AND {area} AND {period} GROUP"),
        ),
        "totals of a substance, a department and a quarter": (
            lambda: overview.totals(store, one), f"SELECT {_COUNTS}, {_SPOKEN} {_FROM} WHERE o.substance = '{one.substance}' AND {area} AND {period}",
        ),
    }  # fmt: skip


def ask(path: Path, threads: int) -> None:
    settings = Settings(store=path, store_memory_mb=4000, store_threads=threads)
    with Store.open(path, settings=settings, read_only=True) as store:
        (many,) = store.column("SELECT count(*) FROM observations")
        substance = str(store.column("SELECT substance FROM observations LIMIT 1")[0])
        listed = ("overview_pending", *weekly.NAMED)
        held = {name: store.column(f"SELECT count(*) FROM {name}")[0] for name in listed}
        print(
            f"{many:,} statements, {path.stat().st_size / 1e9:.2f} GB; rows of sums: {', '.join(f'{n[9:]} {c:,}' for n, c in held.items())}"
        )
    print(
        f"{'question':50} {'first':>14} {'median of 5':>16} {'of statements':>16} {'ratio':>8}   (processor / clock)"
    )
    whole = [0.0, 0.0, 0.0, 0.0]
    for name in QUESTIONS:
        with Store.open(path, settings=settings, read_only=True) as store:
            asked, sql = questions(store, substance)[name]
            first = clocked(asked)
            warm = [clocked(asked) for _ in range(5)]
            plain = clocked(lambda sql=sql, store=store: store.query(sql))  # type: ignore[misc]
        usual = median(w[0] for w in warm), median(w[1] for w in warm)
        for n, value in enumerate((first[1], usual[0], usual[1], plain[1])):
            whole[n] += value
        print(
            f"{name:50} {_ms(first)} {_ms(usual)} {_ms(plain)} {plain[0] / usual[0]:8.0f}", flush=True,
        )  # fmt: skip
    print(
        f"all ten: first {whole[0]:.2f} s, again {whole[2]:.2f} s on the clock ({whole[1]:.2f} s of processor); of statements {whole[3]:.1f} s"
    )


def _ms(times: Clocked) -> str:
    return f"{1000 * times[0]:6.0f} / {1000 * times[1]:5.0f} ms"


def add(path: Path, threads: int) -> None:
    """Documents added one run after the other, as a daily feed would."""
    settings = Settings(store=path, store_memory_mb=4000, store_threads=threads)
    with Store.open(path, settings=settings) as store:
        (first,) = store.column("SELECT count(*) FROM documents WHERE starts_with(doc_id, 'added')")
        run = store.start_run("add", VERSIONS)
        given = entries(int(first), DOCUMENTS)
        written, count = (
            clocked(lambda: [store.write(run, given[at : at + 200]) for at in range(0, DOCUMENTS, 200)]),
            0.0,
        )
        for at in range(0, DOCUMENTS, 200):  # the same rows counted once more, into nothing
            few = given[at : at + 200]
            papers = [rows.document_row(e, run, date(2025, 12, 31), 12) for e in few]
            facts = [rows.observation_row(o) for e in few for o in e.observations]
            between = time.process_time()
            counted = pending_rows(papers, facts)
            with store.transaction():
                store.connection.execute(
                    "CREATE TEMP TABLE IF NOT EXISTS scale_pending AS FROM overview_pending LIMIT 0"
                )
                store.insert("temp.scale_pending", counted)
            count += time.process_time() - between
        pending = store.column("SELECT count(*) FROM overview_pending")[0]
        folded = clocked(lambda: weekly._fold(store.connection))
        store.finish_run(run, Counts(read=DOCUMENTS, new=DOCUMENTS))
        left = clocked(lambda: store.replace(run, given[:1]))
    print(
        f"{DOCUMENTS} documents added: {written[0]:.1f} s of processor, of which the sums {count:.1f} s ({100 * count / written[0]:.0f} %); "
        f"{pending:,} rows that wait folded into the sums: {folded[0]:.2f} s; observations of one document replaced: {left[0]:.2f} s"
    )


def entries(first: int, many: int) -> list[Entry]:
    """Documents of today, five statements each."""
    found = []
    for n in range(first, first + many):
        text = "".join(f"{k}0 € le gramme. " for k in range(1, 1 + EACH))
        document = CleanDocument(
            doc_id=f"added_{n}", path=f"a{n}.txt", format="text", kind="press", grade="B", lang="fr", title="", outlet="", text=text,
            published=PartialDate(2025, 12, 1 + n % 28), source_id=f"s{n % SOURCES}",
        )  # fmt: skip
        told = tuple(
            Observation(
                id=f"{document.doc_id}-{k}", doc_id=document.doc_id, start=text.find(f"{k + 1}0"), end=text.find(f"{k + 1}0") + 4,
                quote=text[text.find(f"{k + 1}0") :][:4], substance="cocaine", form=None, place=place_by_code("FR-69"),
                when=When(start=date(2025, 12, 1 + n % 28), end=date(2025, 12, 1 + n % 28), precision="day", basis="document"),
                assertion="affirmed", attribution=None, confidence=0.8, rule="benchmark@1",
                value=PriceValue(
                    kind="retail", low=10.0 * (k + 1), high=10.0 * (k + 1), currency="EUR", per_value=1, per_unit="g", eur_low=10.0 * (k + 1),
                    eur_high=10.0 * (k + 1), eur_per_unit=10.0 * (k + 1), unit="g",
                ),
            )
            for k in range(EACH)
        )  # fmt: skip
        found.append(Entry(document=document, observations=told))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--observations", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--ask", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    path, both = args.out / "scale.duckdb", args.make == args.ask
    if (args.make or both) and not path.exists():
        make(path, args.observations // EACH * EACH, args.threads)
    if args.ask or both:
        add(path, args.threads)
        ask(path, args.threads)


if __name__ == "__main__":
    main()
