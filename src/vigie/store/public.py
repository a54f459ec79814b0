"""The form of the public cells: their columns and what each means. Who may be in them: vigie.report.public."""

from __future__ import annotations

import pyarrow as pa

COLUMNS = {
    "quarter": "First day of the quarter that the facts speak of",
    "area_level": "department; region or country for what its parts may not show alone; none without a place",
    "area": "ISO 3166 code; empty where no place is known",
    "area_label": "Name of the area",
    "type": "price, quantity, purity, event, modality, trend, flow",
    "kind": "Kind, measure of purity, family:code of a modality, indicator:direction of a trend, mode of a flow",
    "substance": "Canonical id; empty if none is named",
    "observations": "Affirmed statements counted; a document that repeats one states it once",
    "documents": "Documents that hold them",
    "sources": "Independent sources of these documents (at least 3)",
    "median": "Median of the stated values: prices in euros for one unit, masses in grams, purity as stated",
    "unit": "Unit of the median",
    "values": "Statements that give such a value",
    "place_lat": "Middle of the area, degrees, WGS 84",
    "place_lon": "Middle of the area, degrees, WGS 84",
}
_TYPES = {
    "quarter": pa.date32(),
    "median": pa.float64(),
    "place_lat": pa.float64(),
    "place_lon": pa.float64(),
}
_TYPES |= {name: pa.int64() for name in ("observations", "documents", "sources", "values")}
SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])
