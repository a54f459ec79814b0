"""Scores of the extractors against annotated documents."""

from vigie.evaluate.comparison import Comparison, compare
from vigie.evaluate.examples import ExamplesReport, evaluate_examples
from vigie.evaluate.floor import below, load_floors
from vigie.evaluate.report import Report
from vigie.evaluate.revision import report_at
from vigie.evaluate.score import evaluate

__all__ = [
    "Comparison",
    "ExamplesReport",
    "Report",
    "below",
    "compare",
    "evaluate",
    "evaluate_examples",
    "load_floors",
    "report_at",
]
