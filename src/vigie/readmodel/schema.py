"""The tables of a read-model file.

In: nothing. Out: SQL that makes them. Codes are small numbers, so that a million rows are read in milliseconds: `told` has a row for each
statement, sorted so that the figures of a topic stand together. Left out: what is in them (`build.py`).
"""

from __future__ import annotations

VERSION = 9  # of these tables: a file of another version is built anew

# Numbers that stand for texts: 0 is "nothing said".
TABLES = """
CREATE TABLE about (name VARCHAR, value VARCHAR);
CREATE TABLE names (family VARCHAR, number INTEGER, name VARCHAR);
CREATE TABLE keys (number INTEGER, topic UTINYINT, one VARCHAR, two VARCHAR);
CREATE TABLE told (
    place INTEGER, department INTEGER, region INTEGER, country INTEGER,
    month INTEGER, quarter INTEGER, year INTEGER,
    type UTINYINT, topic UTINYINT, key INTEGER, market INTEGER, substance INTEGER, direction UTINYINT,
    value DOUBLE, voice INTEGER, alike INTEGER, first INTEGER,
    grade UTINYINT, credibility UTINYINT, lang INTEGER,
    counted BOOLEAN, fresh BOOLEAN, reviewed BOOLEAN, doc INTEGER, ord INTEGER
);
CREATE TABLE addresses (address VARCHAR, ord INTEGER);
CREATE TABLE documents (
    number INTEGER, doc_id VARCHAR, title VARCHAR, outlet VARCHAR, published VARCHAR, kind VARCHAR, grade VARCHAR, lang VARCHAR,
    source_id VARCHAR, copy_of VARCHAR, observations INTEGER, first_ord INTEGER, month INTEGER, quarter INTEGER, year INTEGER,
    published_start DATE, published_end DATE, fresh BOOLEAN
);
CREATE TABLE document_ids (doc_id VARCHAR, number INTEGER);
CREATE TABLE texts (number INTEGER, text VARCHAR, redactions VARCHAR);
CREATE TABLE collected (
    area INTEGER, month INTEGER, quarter INTEGER, year INTEGER, grade UTINYINT, lang VARCHAR, documents INTEGER
);
CREATE TABLE sources (
    source_id VARCHAR, name VARCHAR, kind VARCHAR, grade VARCHAR, country VARCHAR, area VARCHAR, quiet BOOLEAN
);
CREATE TABLE source_months (
    source_id VARCHAR, month INTEGER, quarter INTEGER, year INTEGER, grade VARCHAR, lang VARCHAR, documents INTEGER,
    first DATE, last DATE
);
CREATE TABLE named (
    name VARCHAR, kind VARCHAR, grade VARCHAR, place VARCHAR, department VARCHAR, region VARCHAR, country VARCHAR, period VARCHAR
);
CREATE TABLE alerts (
    position INTEGER, alert_id VARCHAR, lang VARCHAR, substance VARCHAR, area VARCHAR, within VARCHAR[], started DATE,
    last DATE, record VARCHAR
);
CREATE TABLE alert_facts (alert_id VARCHAR, ord INTEGER);
CREATE TABLE versions (address VARCHAR, version INTEGER, fr VARCHAR, en VARCHAR);
CREATE TABLE feed (lang VARCHAR, position INTEGER, record VARCHAR);
CREATE TABLE terms (position INTEGER, record VARCHAR);
CREATE TABLE indices (
    substance VARCHAR, unit VARCHAR, area VARCHAR, period VARCHAR, price DOUBLE, low DOUBLE, high DOUBLE, "index" DOUBLE,
    index_low DOUBLE, index_high DOUBLE, n INTEGER, sources INTEGER, state VARCHAR
);
CREATE TABLE triangle_rows (
    measure VARCHAR, substance VARCHAR, place VARCHAR, department VARCHAR, region VARCHAR, country VARCHAR, source VARCHAR, period DATE,
    figure DOUBLE, n BIGINT, zero BOOLEAN
);
CREATE TABLE triangle_read (source VARCHAR, area VARCHAR, country VARCHAR, period DATE, documents BIGINT);
CREATE TABLE triangle_names (source VARCHAR, name VARCHAR);
CREATE TABLE triangle_tables (measure VARCHAR, source VARCHAR, first DATE, last DATE, slack BIGINT);
"""

# One text a row and not compressed: a page opens fifty of them anywhere, and unpacking their neighbours would take ten times longer.
EVIDENCE = "CREATE TABLE evidence (ord INTEGER, record VARCHAR)"
FACT = (
    "address", "doc_id", "type", "text", "sentence", "quote_start", "quote_end", "lang", "title", "outlet", "published", "grade",
    "credibility", "confidence", "rule", "substance", "place_label", "place_code", "when_start", "when_end", "when_precision", "value",
    "attribution", "assertion", "form", "document_kind", "span_start", "span_end", "place_name", "place_level", "place_lat", "place_lon",
    "when_basis", "source_id", "told", "review",
)  # fmt: skip

MONTH = "(year({0}) * 12 + month({0}) - 1)"
QUARTER = "(year({0}) * 4 + quarter({0}) - 1)"


def inside(unit: str, first: str, last: str) -> str:
    """SQL: number of the month, quarter or year that holds all of [first, last]; NULL where none does."""
    forms = {"month": MONTH, "quarter": QUARTER, "year": "year({0})"}
    begin, end = forms[unit].format(first), forms[unit].format(last)
    return f"CASE WHEN {first} <= {last} AND {begin} = {end} THEN {begin} END::INTEGER"


def number_of(period: str) -> tuple[str, int]:
    """("quarter", 8100) of "2025-Q1": the column and its value."""
    year, _, rest = period.partition("-")
    if not rest:
        return "year", int(year)
    if rest.startswith("Q"):
        return "quarter", int(year) * 4 + int(rest[1]) - 1
    return "month", int(year) * 12 + int(rest) - 1


def period_of(unit: str, number: int) -> str:
    """ "2025-Q1" of ("quarter", 8100)."""
    if unit == "year":
        return f"{number:04d}"
    if unit == "quarter":
        return f"{number // 4:04d}-Q{number % 4 + 1}"
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
