"""Flows stated in text (starter: yields nothing yet)."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.extract.analysis import Analysis, Draft


def extract_flows(analysis: Analysis) -> Iterator[Draft]:
    yield from ()
