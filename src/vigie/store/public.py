"""The form of the public cells: their columns and what each means. Who may be in them: vigie.report.public."""

from __future__ import annotations

import pyarrow as pa

COLUMNS = {
    "quarter": "First day of the quarter that the facts speak of",
    "area_level": "department; region or country for what is said of them, or what their parts may not show alone; none without a place",
    "area": "ISO 3166 code; empty where no place is known",
    "area_label": "Name of the area",
    "type": "price, quantity, purity, event, modality, trend, flow",
    "kind": "Kind, measure of purity, family:code of a modality, indicator:direction of a trend, origin>destination of a flow",
    "substance": "Canonical id; empty if none is named, or if substances may not be told apart (modalities, flows)",
    "observations": "Affirmed statements counted; a document that repeats one states it once",
    "documents": "Documents that hold them",
    "sources": "Independent sources of these documents (at least 3)",
    "median": "Median of the stated values: prices in euros for one unit, masses in grams, pieces, purity as stated; none of persons",
    "unit": "Unit of the values; empty in a row of statements without one",
    "values": "Statements that give a value: all of a row or none",
    "published_on": "Day of the first public output that could show the row as it stands: until enough has changed, it is repeated",
    "place_lat": "Middle of the area, degrees, WGS 84",
    "place_lon": "Middle of the area, degrees, WGS 84",
}
_TYPES = {
    "quarter": pa.date32(),
    "median": pa.float64(),
    "published_on": pa.date32(),
    "place_lat": pa.float64(),
    "place_lon": pa.float64(),
}
_TYPES |= {name: pa.int64() for name in ("observations", "documents", "sources", "values")}
SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])
