"""Charts and maps: plain records in, figures out (Vega-Lite made through Altair), drawn without a network."""

from vigie.charts import draw
from vigie.charts.area_map import area_map
from vigie.charts.bar_chart import bars, intervals
from vigie.charts.column_chart import columns
from vigie.charts.coverage_strip import coverage
from vigie.charts.draw import csv, png, spec, svg
from vigie.charts.figure import Column, Figure
from vigie.charts.flow_map import flow_map
from vigie.charts.geometry import codes as map_codes
from vigie.charts.line_chart import lines
from vigie.charts.panels import multiples
from vigie.charts.records import AreaValue, Bar, Flow, Point, Series, State, Stretch

# How to add a chart: a module with a builder `(id, title, data, *, lang, unit, note) -> Figure | None`, and a line here.
CHARTS = (lines, multiples, bars, intervals, columns, area_map, flow_map, coverage)

__all__ = [
    "CHARTS",
    "AreaValue",
    "Bar",
    "Column",
    "Figure",
    "Flow",
    "Point",
    "Series",
    "State",
    "Stretch",
    "area_map",
    "bars",
    "columns",
    "coverage",
    "csv",
    "draw",
    "flow_map",
    "intervals",
    "lines",
    "map_codes",
    "multiples",
    "png",
    "spec",
    "svg",
]
