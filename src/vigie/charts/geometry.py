"""Where territories stand on a map: outlines in a plane 1,000 units wide, with insets for what is far away or small.

In: data/maps/*.json, data/design/charts.toml (names of insets). Out: Plan.
Left out: colours and values (`area_map.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vigie.charts.plane import (
    Projection,
    Ring,
    Spot,
    bounds,
    clipped,
    equal_earth,
    lambert_azimuthal,
    lambert_conformal,
    level,
)

WIDTH = 1000.0
_INSET = "@inset"  # the same territory with more bends, for where it is drawn larger
_SMALL = 7.0  # units; what is smaller is drawn as a disc of that radius, or nobody would see its colour
OVERSEAS = ("FR-971", "FR-972", "FR-973", "FR-974", "FR-976")
COLLECTIVITIES = ("FR-PM", "FR-BL", "FR-MF", "FR-WF", "FR-PF", "FR-NC")
INNER_PARIS = ("FR-75", "FR-92", "FR-93", "FR-94")
# Ends of the planes of Europe and the world, degrees east and north: the sides of the frame pass through them.
_EUROPE = {"west": (-10.2, 37.0), "east": (40.5, 49.0), "south": (12.0, 34.4), "north": (25.0, 71.4)}
_WORLD_SOUTH, _WORLD_NORTH = -57.0, 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One territory: `rings` (even-odd), and the point where a sign or the end of a flow stands."""

    rings: tuple[Ring, ...]
    at: Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A map without values.

    Attributes:
        outlines: by code; frames: boxes of the insets; labels: (key of the inset's name, its place).
        height: units, for 1,000 of width; project: degrees to units, for what is no territory.
        step: units between two strokes of a hatch.
    """

    outlines: Mapping[str, Outline]
    frames: tuple[Ring, ...]
    labels: tuple[tuple[str, Spot], ...]
    height: float
    step: float


@cache
def _features(name: str) -> Mapping[str, Mapping[str, Any]]:
    text = (files("vigie") / "data" / "maps" / f"{name}.json").read_text("utf-8")
    return {str(row["id"]): row for row in json.loads(text)["features"]}


def codes(name: str) -> frozenset[str]:
    """Codes that a file of data/maps holds."""
    return frozenset(code for code in _features(name) if not code.endswith(_INSET))


@cache
def plan(name: str) -> Plan:
    """`name`: "france" (departments), "regions", "europe" or "world"."""
    return {"france": _france, "regions": _regions, "europe": _europe, "world": _world}[name]()


def where(code: str, name: str) -> Spot | None:
    """The point of a territory on the plan of that name; French departments stand on the maps of Europe and the world too."""
    known = plan(name).outlines.get(code)
    if known is not None:
        return known.at
    feature = _features("france").get(code) or _features("regions").get(code) or _features("world").get(code)
    if feature is None or name not in ("europe", "world"):
        return None
    east, north = feature["properties"]["at"]
    project, fit = _world_fit() if name == "world" else _europe_fit()[:2]
    x, y = fit(project(east, north))
    inside = 0 <= x <= WIDTH and 0 <= y <= plan(name).height
    return (x, y) if inside else None


# --- putting shapes into boxes


def _rings(feature: Mapping[str, Any], project: Projection) -> list[Ring]:
    geometry = feature["geometry"] or {"coordinates": []}
    return [tuple(project(x, y) for x, y in ring) for polygon in geometry["coordinates"] for ring in polygon]


def _fitted(box: tuple[float, float, float, float], frame: tuple[float, float, float, float]) -> Any:
    """The map that puts one box (left, top, right, bottom) into the middle of another, as large as it goes."""
    scale = min((frame[2] - frame[0]) / (box[2] - box[0]), (frame[3] - frame[1]) / (box[3] - box[1]))
    dx = (frame[0] + frame[2] - (box[0] + box[2]) * scale) / 2
    dy = (frame[1] + frame[3] - (box[1] + box[3]) * scale) / 2
    return lambda p: (p[0] * scale + dx, p[1] * scale + dy)


def _placed(rings: Sequence[Ring], fit: Any) -> tuple[Ring, ...]:
    """Rings in units, to a tenth; points that fall together are said once."""
    found = []
    for ring in rings:
        points: list[Spot] = []
        for p in ring:
            x, y = fit(p)
            spot = (round(x, 1), round(y, 1))
            if not points or spot != points[-1]:
                points.append(spot)
        if len(points) > 3:
            found.append(tuple(points))
    return tuple(found)


def _box(frame: tuple[float, float, float, float]) -> Ring:
    left, top, right, bottom = frame
    return ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))


# --- the four plans


def _france() -> Plan:
    return _with_insets(_features("france"))


def _regions() -> Plan:
    all_ = dict(_features("regions"))
    all_ |= {code: _features("france")[code] for code in (*OVERSEAS, *COLLECTIVITIES)}
    return _with_insets(all_, paris=False)


def _with_insets(features: Mapping[str, Mapping[str, Any]], *, paris: bool = True) -> Plan:
    project = lambert_conformal(3, 46.5, 44, 49)
    far = set(OVERSEAS) | set(COLLECTIVITIES)
    flat = {
        code: _rings(feature, project)
        for code, feature in features.items()
        if code not in far and not code.endswith(_INSET)
    }
    fit = _fitted(bounds([ring for rings in flat.values() for ring in rings]), (150, 0, 1000, 860))
    rings = {code: _placed(found, fit) for code, found in flat.items()}
    spots = {code: fit(project(*features[code]["properties"]["at"])) for code in flat}
    frames: list[Ring] = []
    labels: list[tuple[str, Spot]] = []

    def inset(
        key: str, shown: Sequence[str], frame: tuple[float, float, float, float], project: Projection
    ) -> None:
        parts = {code: _rings(features.get(code + _INSET, features[code]), project) for code in shown}
        if key == "FR-WF":
            parts = {key: _nearer(parts[key])}
        left, top, right, bottom = frame
        inner = (left + 8, top + 8, right - 8, bottom - 8)
        into = _fitted(bounds([ring for found in parts.values() for ring in found]), inner)
        for code, found in parts.items():
            rings[code] = (*rings.get(code, ()), *_placed(found, into))
            spots.setdefault(code, into(project(*features[code]["properties"]["at"])))
        frames.append(_box(frame))
        labels.append((key, (left, bottom + 4)))

    for row, code in enumerate(OVERSEAS):
        inset(
            code, [code], (0, row * 172, 118, row * 172 + 118), level(features[code]["properties"]["at"][1])
        )
    for column, code in enumerate(COLLECTIVITIES):
        left = column * 165.0
        inset(code, [code], (left, 900, left + 130, 990), level(features[code]["properties"]["at"][1]))
    if paris:
        inset("paris", INNER_PARIS, (196, 0, 324, 110), level(48.9))
    return Plan(
        outlines={code: Outline(rings=rings[code], at=_tenth(spots[code])) for code in sorted(rings)},
        frames=tuple(frames),
        labels=tuple(labels),
        height=1040,
        step=13,
    )


def _nearer(rings: Sequence[Ring]) -> list[Ring]:
    """Islands brought together, so that two groups 200 km apart fit one inset."""
    middles = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in (bounds([ring]) for ring in rings)]
    return [
        tuple((x - mx * 0.82, y - my * 0.82) for x, y in ring)
        for ring, (mx, my) in zip(rings, middles, strict=True)
    ]


def _tenth(spot: Spot) -> Spot:
    return round(spot[0], 1), round(spot[1], 1)


@cache
def _europe_fit() -> tuple[Projection, Any, tuple[float, float, float, float], float]:
    project = lambert_azimuthal(10, 52)
    box = (
        project(*_EUROPE["west"])[0], project(*_EUROPE["north"])[1], project(*_EUROPE["east"])[0], project(*_EUROPE["south"])[1],
    )  # fmt: skip
    height = WIDTH * (box[3] - box[1]) / (box[2] - box[0])
    return project, _fitted(box, (0, 0, WIDTH, height)), box, height


def _europe() -> Plan:
    project, fit, box, height = _europe_fit()
    outlines = {}
    for code, feature in _features("europe").items():
        rings = [part for ring in _rings(feature, project) if len(part := clipped(ring, box)) > 2]
        rings = [(*ring, ring[0]) for ring in rings]
        at = _tenth(fit(project(*feature["properties"]["at"])))
        inside = 0 <= at[0] <= WIDTH and 0 <= at[1] <= height
        placed = _placed(rings, fit)
        if placed or inside:
            outlines[code] = _visible(placed, at, _SMALL)
    return Plan(
        outlines=outlines,
        frames=(_box((0, 0, WIDTH, round(height, 1))),),
        labels=(),
        height=round(height, 1),
        step=12,
    )


@cache
def _world_fit() -> tuple[Projection, Any]:
    half = equal_earth(180, 0)[0]
    top, bottom = equal_earth(0, _WORLD_NORTH)[1], equal_earth(0, _WORLD_SOUTH)[1]
    height = WIDTH * (bottom - top) / (2 * half)
    return equal_earth, _fitted((-half, top, half, bottom), (0, 0, WIDTH, height))


def _world() -> Plan:
    project, fit = _world_fit()
    height = round(fit(project(0, _WORLD_SOUTH))[1], 1)
    outlines = {}
    for code, feature in _features("world").items():
        at = _tenth(fit(project(*feature["properties"]["at"])))
        outlines[code] = _visible(_placed(_rings(feature, project), fit), at, 3.5)
    return Plan(outlines=outlines, frames=(), labels=(), height=height, step=9)


def _visible(rings: tuple[Ring, ...], at: Spot, least: float) -> Outline:
    """A disc in the place of a territory that would be smaller than one."""
    if rings:
        left, top, right, bottom = bounds(rings)
        if max(right - left, bottom - top) >= least * 1.6:
            return Outline(rings=rings, at=at)
    corners = ((1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7), (1, 0))
    disc = tuple(_tenth((at[0] + x * least, at[1] + y * least)) for x, y in corners)
    return Outline(rings=(disc,), at=at)
