"""Reads a read-model file: every question of a page is a method that takes the filters.

In: a file of `build.py`. Out: records. Left out: words; the gate, which was passed when the file was made.
"""

from __future__ import annotations

from vigie.readmodel.figures import FigureQuestions
from vigie.readmodel.listed import ListQuestions
from vigie.readmodel.texts import TextQuestions


class ReadModel(FigureQuestions, TextQuestions, ListQuestions):
    """One open file; safe to use from many threads. Use as a context manager.

    Attributes:
        public: whether it is the edition for anyone.
        built_on: day for which it was built; the public delay counts from it.
        stamp: changes with what the file holds: for ETags and caches.
        left_out: what was not worked out because the store is too large: "alerts", "terms", "indices".
        path: the file.
    """
