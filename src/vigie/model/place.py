"""Places, never finer than the commune (arrondissement for Paris, Lyon, Marseille)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal[
    "arrondissement", "commune", "department", "region", "country", "city", "state", "area", "world"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place.

    Attributes:
        name: as written in the text.
        label: canonical name ("Le Mans").
        code: "INSEE:72181" for a commune, "FR-72" / "FR-PDL" (ISO 3166-2) for a department or region,
            "ES" (ISO 3166-1) for a country, "GN:<geonameid>" elsewhere; None for a usual area without a code.
        level: see Level; "area" is a usual name without administrative code ("Antilles").
        lat, lon: degrees (WGS 84) or None.
        department, region, country: codes of the places that contain it, where known (FR-72, FR-PDL, FR).
    """

    name: str
    label: str
    code: str | None
    level: Level
    lat: float | None = None
    lon: float | None = None
    department: str | None = None
    region: str | None = None
    country: str | None = None
