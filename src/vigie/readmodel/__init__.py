"""A file made from a store, from which every page is read.

DuckDB lets one process write a store; pages have to be fast for many readers at once. So `build.py` makes a file of its
own from a store, whole for the analyst, and for the public with nothing in it but what the gate of
`vigie.report.public` lets out: a public server has no more to give away than its pages show. `model.py` reads it.
"""

from vigie.readmodel.records import (
    AlertRow,
    AreaFigures,
    DecisionRow,
    Document,
    DocumentRow,
    FactRow,
    Figures,
    Filters,
    Group,
    IndexRow,
    PeriodFigures,
    SignalRow,
    SourceRow,
    State,
    TermRow,
    Totals,
)

__all__ = [
    "AlertRow",
    "AreaFigures",
    "DecisionRow",
    "Document",
    "DocumentRow",
    "FactRow",
    "Figures",
    "Filters",
    "Group",
    "IndexRow",
    "PeriodFigures",
    "SignalRow",
    "SourceRow",
    "State",
    "TermRow",
    "Totals",
]
