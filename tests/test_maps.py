"""Maps: every territory of the gazetteer, in its place, light enough; what is drawn inside an outline stays inside it."""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from vigie.charts import geometry, plane

MAPS = Path(str(files("vigie") / "data" / "maps"))
# Nobody lives there (data/maps/SOURCES.md).
LEFT_OUT = {"AQ", "BV", "HM", "IO", "UM", "GS", "FR-TF", "FR-CP"}


def divisions() -> list[list[str]]:
    text = (files("vigie") / "data" / "gazetteer" / "divisions.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


ROWS = divisions()
DEPARTMENTS = [row for row in ROWS if row[1] == "department"]
REGIONS = [row for row in ROWS if row[1] == "region" and row[0] not in LEFT_OUT]
COUNTRIES = [row for row in ROWS if row[1] == "country" and row[0] not in LEFT_OUT]


def inside(spot: tuple[float, float], rings: Any) -> bool:
    """Even-odd."""
    x, y = spot
    found = False
    for ring in rings:
        for i, (bx, by) in enumerate(ring):
            ax, ay = ring[i - 1]
            if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
                found = not found
    return found


def rings_of(name: str, code: str) -> list[Any]:
    shape = geometry._features(name)[code]["geometry"]
    return [ring for polygon in shape["coordinates"] for ring in polygon] if shape else []


@pytest.mark.parametrize("row", DEPARTMENTS, ids=[row[0] for row in DEPARTMENTS])
def test_every_department_is_where_its_communes_are(row: list[str]) -> None:
    code, north, east = row[0], float(row[5]), float(row[6])
    assert geometry.plan("france").outlines[code].rings
    assert inside((east, north), rings_of("france", code)), row[2]


def test_every_region_and_collectivity_is_there() -> None:
    outlines = geometry.plan("regions").outlines
    assert not [row[2] for row in REGIONS if row[0] not in outlines]
    assert not [row[2] for row in DEPARTMENTS if row[7] not in outlines]
    assert not [code for code in geometry.COLLECTIVITIES if code not in geometry.plan("france").outlines]


def test_regions_are_made_of_their_departments() -> None:
    for row in DEPARTMENTS:
        if row[0] not in geometry.OVERSEAS:
            assert inside((float(row[6]), float(row[5])), rings_of("regions", row[7])), row[2]


def test_regions_have_no_slits_where_departments_meet() -> None:
    holes = {
        code: sum(len(p) - 1 for p in f["geometry"]["coordinates"])
        for code, f in geometry._features("regions").items()
    }
    # The Enclave des Papes (Vaucluse) inside the Drôme, two enclaves of the Hautes-Pyrénées inside the Pyrénées-Atlantiques.
    assert {code: count for code, count in holes.items() if count} == {"FR-ARA": 1, "FR-NAQ": 2}
    # A slit cuts the coast: the mainland of each region is one part, nearly all of its area.
    for code in holes:
        areas = sorted(
            abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2
            for ring in rings_of("regions", code)
        )
        assert areas[-1] > 0.97 * sum(areas), code


def test_every_country_is_on_the_world() -> None:
    outlines = geometry.plan("world").outlines
    assert not [row[2] for row in COUNTRIES if row[0] not in outlines]
    assert not LEFT_OUT & outlines.keys()


# Countries of one landmass, whose median of cities must lie in them; islands and archipelagos may have it in the sea.
ON_LAND = [
    "FR",
    "ES",
    "DE",
    "CO",
    "MA",
    "BR",
    "CN",
    "AF",
    "TR",
    "NL",
    "BE",
    "CH",
    "LU",
    "PL",
    "UA",
    "RU",
    "MX",
    "BO",
    "PE",
    "NG",
    "EG",
    "IN",
    "AU",
    "CD",
]


@pytest.mark.parametrize("code", ON_LAND)
def test_countries_are_where_their_cities_are(code: str) -> None:
    row = next(row for row in COUNTRIES if row[0] == code)
    assert inside((float(row[6]), float(row[5])), rings_of("world", code))


@pytest.mark.parametrize("name", ["world", "europe"])
def test_crimea_stands_with_ukraine(name: str) -> None:
    assert inside((34.1, 45.2), rings_of(name, "UA"))
    assert not inside((34.1, 45.2), rings_of(name, "RU"))


@pytest.mark.parametrize(
    "code",
    [
        "FR",
        "ES",
        "PT",
        "IE",
        "GB",
        "IS",
        "NO",
        "FI",
        "SE",
        "EE",
        "UA",
        "RO",
        "BG",
        "GR",
        "CY",
        "MT",
        "IT",
        "XK",
        "LI",
        "MC",
    ],
)
def test_europe_shows_every_country_of_the_union_and_its_neighbours(code: str) -> None:
    x, y = geometry.plan("europe").outlines[code].at
    assert 0 <= x <= 1000 and 0 <= y <= geometry.plan("europe").height


def test_maps_are_light() -> None:
    assert sum(path.stat().st_size for path in MAPS.glob("*.json")) < 600_000


@pytest.mark.parametrize("name", ["france", "regions", "europe", "world"])
def test_rings_are_closed_and_run_as_geojson_asks(name: str) -> None:
    for code, feature in geometry._features(name).items():
        for polygon in (feature["geometry"] or {"coordinates": []})["coordinates"]:
            for number, ring in enumerate(polygon):
                area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
                assert ring[0] == ring[-1] and len(ring) >= 4, code
                assert (area > 0) == (number == 0) or abs(area) < 1e-3, code


@pytest.mark.parametrize("name", ["france", "regions", "europe", "world"])
def test_nothing_stands_outside_the_map(name: str) -> None:
    plan = geometry.plan(name)
    left, top, right, bottom = plane.bounds(
        [ring for outline in plan.outlines.values() for ring in outline.rings]
    )
    assert left >= -4 and top >= -4 and right <= 1004 and bottom <= plan.height + 4


def test_insets_are_in_their_frames_and_cover_nothing() -> None:
    plan = geometry.plan("france")
    boxes = [plane.bounds([frame]) for frame in plan.frames]
    assert len(boxes) == 12
    for code in (*geometry.OVERSEAS, *geometry.COLLECTIVITIES):
        left, top, right, bottom = plane.bounds(plan.outlines[code].rings)
        assert any(b[0] <= left and b[1] <= top and right <= b[2] and bottom <= b[3] for b in boxes), code
    far = {*geometry.OVERSEAS, *geometry.COLLECTIVITIES, *geometry.INNER_PARIS}
    for code, outline in plan.outlines.items():
        for x, y in (spot for ring in outline.rings for spot in ring if code not in far):
            assert not any(b[0] < x < b[2] and b[1] < y < b[3] for b in boxes), code


@pytest.mark.parametrize(
    ("code", "name", "known"),
    [("FR-69", "world", True), ("FR-973", "world", True), ("FR-973", "europe", False), ("FR-IDF", "europe", True), ("CO", "europe", False), ("ZZ", "world", False), ("FR-PF", "world", True)],
    ids=["department", "overseas", "overseas_not_in_europe", "region", "far_away", "unknown", "collectivity"],
)  # fmt: skip
def test_where_flows_begin_and_end(code: str, name: str, known: bool) -> None:
    assert (geometry.where(code, name) is not None) == known


def test_a_department_stands_in_france_on_every_map() -> None:
    for name in ("world", "europe"):
        spot = geometry.where("FR-69", name)
        assert spot is not None and inside(spot, geometry.plan(name).outlines["FR"].rings), name


@pytest.mark.parametrize("code", ["FR-69", "FR-29", "FR-75", "FR-NC"])
def test_hatches_and_dots_stay_inside(code: str) -> None:
    rings = geometry.plan("france").outlines[code].rings
    strokes, dots = plane.strokes(rings, 13), plane.dots(rings, 13)
    assert strokes and dots
    for (ax, ay), (bx, by) in strokes:
        assert inside(((ax + bx) / 2, (ay + by) / 2), rings)
    assert all(inside((x, y + 1e-6), rings) for x, y in dots)


SQUARE: plane.Ring = ((0, 0), (10, 0), (10, 10), (0, 10), (0, 0))
HOLE: plane.Ring = ((4, 4), (4, 6), (6, 6), (6, 4), (4, 4))


def test_holes_stay_empty() -> None:
    assert not [spot for spot in plane.dots([SQUARE, HOLE], 1) if 4.2 < spot[0] < 5.8 and 4.2 < spot[1] < 5.8]
    assert all(
        inside(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), [SQUARE, HOLE])
        for a, b in plane.strokes([SQUARE, HOLE], 1)
    )


def test_the_smallest_territory_is_marked_too() -> None:
    speck: plane.Ring = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8), (0.2, 0.2))
    assert len(plane.strokes([speck], 13)) == 1
    assert plane.dots([speck], 13) == [(0.5, 0.5)]


@pytest.mark.parametrize(
    ("frame", "area"), [((2, 2, 8, 8), 36), ((-5, -5, 20, 20), 100), ((5, -5, 20, 20), 50), ((20, 20, 30, 30), 0)], ids=["inner", "all", "half", "none"]
)  # fmt: skip
def test_clipping(frame: tuple[float, float, float, float], area: float) -> None:
    ring = plane.clipped(SQUARE[:-1], frame)
    found = abs(sum(ring[i - 1][0] * y - x * ring[i - 1][1] for i, (x, y) in enumerate(ring))) / 2
    assert found == pytest.approx(area)


@pytest.mark.parametrize(
    ("project", "east", "north", "x", "y"),
    [
        (plane.lambert_azimuthal(10, 52), 10, 52, 0, 0),
        (plane.equal_earth, 0, 0, 0, 0),
        (plane.equal_earth, 180, 0, 2.7066, 0),
        (plane.equal_earth, 0, 90, 0, -1.3173),
        (plane.lambert_conformal(3, 46.5, 44, 49), 3, 46.5, 0, 0),
        # Snyder 1987, p. 296: parallels 33 and 45, origin 23 N 96 W, point 35 N 75 W, radius 1
        (plane.lambert_conformal(-96, 23, 33, 45), -75, 35, 0.2966785, -0.2462112),
    ],
    ids=[
        "azimuthal_centre",
        "equal_earth_centre",
        "equal_earth_edge",
        "equal_earth_pole",
        "conformal_centre",
        "conformal_published",
    ],
)
def test_projections(project: plane.Projection, east: float, north: float, x: float, y: float) -> None:
    assert project(east, north) == pytest.approx((x, y), abs=1e-4)
