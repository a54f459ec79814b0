"""Statements as numbers, and those that may be read as texts: the two large tables of a read-model file.

In: a database with `incoming`. Out: its tables `told`, `evidence` and what leads to them. Left out: where statements come from (`build.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import SystemRandom
from typing import Any

import numpy as np
import pyarrow as pa

from vigie.readmodel.incoming import INCOMING, shape_of
from vigie.readmodel.schema import EVIDENCE, FACT
from vigie.readmodel.voices import families
from vigie.report.facts import compared
from vigie.report.results import TOPICS
from vigie.text.normalise import fold

TOPIC_NUMBERS = {topic.id: number for number, topic in enumerate(TOPICS, 1)}
# The figure of each topic in SQL; test_readmodel compares with `Topic.value` on every fact.
_VALUES = {
    "retail": "eur_per_unit",
    "wholesale": "eur_per_unit",
    "purity": "CASE WHEN low IS NOT NULL AND high IS NOT NULL THEN (low + high) / 2 ELSE coalesce(low, high) END",
    "seizures": "coalesce(grams, units)",
    "harms": "low",
}
Database = Any  # duckdb carries no types


def number_statements(db: Database, public: bool) -> None:
    """Statements as numbers (`told`), those that may be read as text (`evidence`)."""
    db.execute(INCOMING)
    _shapes(db)
    _voices(db, public)
    areas = "SELECT unnest([place_code, department, region, country]) AS code FROM raw"
    db.execute(
        f"""
        INSERT INTO names SELECT 'area', row_number() OVER (ORDER BY code), code
            FROM (SELECT DISTINCT code FROM ({areas}) WHERE coalesce(code, '') <> '');
        INSERT INTO names SELECT 'substance', row_number() OVER (ORDER BY substance), substance
            FROM (SELECT DISTINCT substance FROM raw WHERE substance IS NOT NULL);
        INSERT INTO names SELECT 'lang', row_number() OVER (ORDER BY lang), lang FROM (SELECT lang FROM raw UNION SELECT lang FROM documents);
        INSERT INTO told
        SELECT coalesce(p.number, 0), coalesce(d.number, 0), coalesce(g.number, 0), coalesce(c.number, 0), r.month, r.quarter, r.year,
            r.type, k.topic, k.number AS key, k.market, coalesce(s.number, 0), r.direction,
            CASE k.topic {" ".join(f"WHEN {TOPIC_NUMBERS[t]} THEN {sql}" for t, sql in _VALUES.items())} END AS value,
            v.number, r.alike, CASE WHEN r.alike > 0 THEN r.first ELSE 0 END,
            ascii(upper(r.grade)) - 65, coalesce(r.credibility, 0),
            {"0" if public else "l.number"}, r.counted AS counted, r.fresh, r.reviewed, {"0" if public else "r.doc"},
            {"CASE WHEN r.quotable THEN r.ord ELSE -1 END" if public else "r.ord"}
        FROM raw r JOIN shaped k USING (shape) JOIN voice v USING (speaker)
            LEFT JOIN names p ON p.family = 'area' AND p.name = r.place_code
            LEFT JOIN names d ON d.family = 'area' AND d.name = r.department
            LEFT JOIN names g ON g.family = 'area' AND g.name = r.region
            LEFT JOIN names c ON c.family = 'area' AND c.name = r.country
            LEFT JOIN names s ON s.family = 'substance' AND s.name = r.substance
            LEFT JOIN names l ON l.family = 'lang' AND l.name = r.lang
        ORDER BY counted DESC, topic, key, value NULLS LAST, {"hash(r.ord)" if public else "r.ord"};
        INSERT INTO addresses SELECT address, ord FROM raw WHERE quotable ORDER BY address, ord;
        UPDATE documents SET observations = n, first_ord = o
            FROM (SELECT doc_id, count(*) AS n, min(ord) AS o FROM raw WHERE quotable GROUP BY doc_id) e WHERE e.doc_id = documents.doc_id;
        """
    )


def write_texts(db: Database, public: bool) -> None:
    """Statements as they are read; of the public those that may be quoted, without what only the analyst is told."""
    columns = {name: name for name in FACT} | {
        "text": "quote",
        "outlet": "named",
        "assertion": "stated",
        "told": "assertion",
    }
    if public:
        columns |= dict.fromkeys(FACT[FACT.index("span_start") :], "NULL")
        columns |= {
            "credibility": "NULL",
            "confidence": "NULL",
            "rule": "''",
            "value": "'{}'",
            "form": "NULL",
        }
    listed = ", ".join(
        columns[name] if not columns[name].isidentifier() else f"i.{columns[name]}" for name in FACT
    )
    listed = (
        listed.replace("i.NULL", "NULL")
        .replace("i.when_start", "i.when_start::VARCHAR")
        .replace("i.when_end", "i.when_end::VARCHAR")
    )
    db.execute("CHECKPOINT")
    db.execute("SET force_compression = 'uncompressed'")
    db.execute(EVIDENCE)
    db.execute(
        f"INSERT INTO evidence SELECT r.ord, json_array({listed})::VARCHAR FROM incoming i "
        "JOIN (SELECT doc, hash(address) AS id, ord FROM raw) r ON r.doc = i.doc AND r.id = hash(i.address) WHERE i.quotable ORDER BY r.ord"
    )


def _shapes(db: Database) -> None:
    """Topic, key and market of each kind of statement: by `results.TOPICS`, on one statement of each kind."""
    rows = db.sql("SELECT * FROM shapes ORDER BY shape").to_arrow_table().to_pylist()
    keys: dict[tuple[int, str, str], int] = {}
    markets: dict[str, int] = {"": 0}
    shaped = []
    for row in rows:
        topic, key, market = shape_of(row)
        number, held = TOPIC_NUMBERS.get(topic, 0), 0
        if key is not None:
            one, two = key
            held = keys.setdefault((number, one, two), len(keys) + 1)
        shaped.append((row["shape"], number, held, markets.setdefault(market, len(markets))))
    insert(db, "keys", [(n, t, one, two) for (t, one, two), n in keys.items()])
    insert(db, "names", [("market", n, code) for code, n in markets.items()])
    db.register(
        "made",
        columns_of(
            ("shape", "topic", "number", "market"), shaped, (pa.uint64(), pa.uint8(), pa.int32(), pa.int32())
        ),
    )
    db.execute("CREATE TEMP TABLE shaped AS SELECT * FROM made")
    db.unregister("made")


def _voices(db: Database, public: bool) -> None:
    """Who speaks for themselves, as numbers; and sentences that several voices share (`voices.py`)."""
    speakers = [row[0] for row in db.execute("SELECT DISTINCT speaker FROM raw ORDER BY 1").fetchall()]
    voices = {name: fold(name or "").strip() for name in speakers}
    distinct = sorted(set(voices.values()))
    if public:
        SystemRandom().shuffle(distinct)  # the order of names would tell something of them
    numbers = {voice: number for number, voice in enumerate(distinct, 1)}
    listed = [(name, numbers[voices[name]]) for name in speakers]
    db.register("made", columns_of(("speaker", "number"), listed, (pa.string(), pa.int32())))
    db.execute("CREATE TEMP TABLE voice AS SELECT * FROM made")
    db.unregister("made")
    if len(numbers) > 1:
        _alike(db)


def _alike(db: Database) -> None:
    sentences = (
        "SELECT hash(text) AS said, text, kind FROM (SELECT coalesce(nullif(sentence, ''), quote) AS text, document_kind AS kind "
        "FROM incoming WHERE affirmed)"
    )
    said: list[int] = []
    seen: set[int] = set()

    def texts() -> Iterator[str]:
        for batch in db.sql(sentences).to_arrow_reader(20_000):
            for number, text, kind in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if number not in seen:
                    seen.add(number)
                    said.append(number)
                    yield compared(text, kind)

    found = families(texts())
    _, small = np.unique(found, return_inverse=True)  # 0 stays the first
    numbers = small + (0 if len(found) and found.min() == 0 else 1)
    seen.clear()
    table = pa.table({"said": pa.array(said, pa.uint64()), "alike": pa.array(numbers, pa.int32())})
    db.register("made", table)
    db.execute(
        """
        CREATE TEMP TABLE families AS SELECT * FROM made WHERE alike > 0;
        CREATE TEMP TABLE shared AS SELECT f.alike FROM raw r JOIN families f USING (said) JOIN voice USING (speaker)
            WHERE counted GROUP BY f.alike HAVING count(DISTINCT number) > 1;
        UPDATE raw SET alike = f.alike FROM (FROM families SEMI JOIN shared USING (alike)) f WHERE raw.said = f.said;
        """
    )
    db.unregister("made")


def columns_of(names: Sequence[str], rows: Sequence[Sequence[Any]], types: Sequence[pa.DataType]) -> pa.Table:
    return pa.table(
        [pa.array([row[i] for row in rows], type_) for i, type_ in enumerate(types)], names=list(names)
    )


def insert(db: Database, table: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        schema = db.sql(f"SELECT * FROM {table} LIMIT 0").to_arrow_table().schema
        db.register("listed", columns_of(schema.names, rows, schema.types))
        db.execute(f"INSERT INTO {table} SELECT * FROM listed")
        db.unregister("listed")
