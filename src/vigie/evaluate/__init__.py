"""Scores of the extractors against annotated documents."""

from vigie.evaluate.examples import ExamplesReport, evaluate_examples
from vigie.evaluate.report import Report, compare
from vigie.evaluate.score import evaluate

__all__ = ["ExamplesReport", "Report", "compare", "evaluate", "evaluate_examples"]
