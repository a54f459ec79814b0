"""Formats by the header Accept (RFC 9110, 12.5.1): q-values, the more specific range before the wider one.

In: the header, the formats that a resource has, in the order of preference. Out: one of them, or Problem 406.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from vigie.web.api.problems import Problem

Format = Literal["json", "geojson", "csv", "parquet"]
MEDIA: Mapping[Format, str] = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_BARE: Mapping[Format, str] = {name: media.partition(";")[0] for name, media in MEDIA.items()}
_RANGES = 40  # of one header that are looked at
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


def chosen(header: str | None, offered: Sequence[Format]) -> Format:
    """The format that is liked best; of equals the one that is offered first. Raises Problem 406 with those that are offered."""
    if header is None or not header.strip():
        return offered[0]
    ranges = [_read(part) for part in header.split(",")[:_RANGES] if part.strip()]
    best: tuple[float, int] = (0.0, 0)
    found: Format | None = None
    for place, name in enumerate(offered):
        quality = _quality(_BARE[name], ranges)
        if quality > 0 and (found is None or (quality, -place) > best):
            best, found = (quality, -place), name
    if found is None:
        raise Problem(
            406, "Accept: none of the formats of this resource",
            "ask for one of those offered", parameter="Accept", offered=[_BARE[name] for name in offered],
        )  # fmt: skip
    return found


def _read(part: str) -> tuple[str, float]:
    """("text/csv", 0.5) of "text/csv;q=0.5"; what cannot be read counts as not wanted."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        label, _, value = parameter.partition("=")
        if label.strip() == "q":
            text = value.strip()
            return name, float(text) if _QUALITY.fullmatch(text) else 0.0
    return name, 1.0


def _quality(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """What the most specific range that holds the format says."""
    kind = media.partition("/")[0]
    for wanted in (media, f"{kind}/*", "*/*"):
        said = [quality for name, quality in ranges if name == wanted]
        if said:
            return max(said)
    return 0.0
