"""Points on the globe as points in the plane, and what is done there: clipping to a frame, hatches, dots.

In: degrees or rings of points. Out: points, rings, strokes; y grows downward, as on a screen.
Left out: where territories stand on a map (`geometry.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Spot = tuple[float, float]
Ring = tuple[Spot, ...]
Projection = Callable[[float, float], Spot]


def lambert_conformal(east: float, north: float, first: float, second: float) -> Projection:
    """Conformal conic with two parallels (Snyder 1987, p. 104), on a sphere of radius 1; degrees."""
    f1, f2 = math.radians(first), math.radians(second)
    n = math.log(math.cos(f1) / math.cos(f2)) / math.log(
        math.tan(math.pi / 4 + f2 / 2) / math.tan(math.pi / 4 + f1 / 2)
    )
    f = math.cos(f1) * math.tan(math.pi / 4 + f1 / 2) ** n / n
    rho0 = f / math.tan(math.pi / 4 + math.radians(north) / 2) ** n

    def project(x: float, y: float) -> Spot:
        rho = f / math.tan(math.pi / 4 + math.radians(y) / 2) ** n
        theta = n * math.radians(x - east)
        return rho * math.sin(theta), rho * math.cos(theta) - rho0

    return project


def lambert_azimuthal(east: float, north: float) -> Projection:
    """Equal areas around a centre (Snyder 1987, p. 185); the projection of European statistics."""
    f0 = math.radians(north)

    def project(x: float, y: float) -> Spot:
        f, dl = math.radians(y), math.radians(x - east)
        k = math.sqrt(2 / (1 + math.sin(f0) * math.sin(f) + math.cos(f0) * math.cos(f) * math.cos(dl)))
        return k * math.cos(f) * math.sin(dl), -k * (
            math.cos(f0) * math.sin(f) - math.sin(f0) * math.cos(f) * math.cos(dl)
        )

    return project


def equal_earth(x: float, y: float) -> Spot:
    """Equal areas of the whole world (Šavrič, Patterson and Jenny 2019)."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(y)))
    across = 2 * math.sqrt(3) * math.radians(x) * math.cos(t)
    across /= 3 * (9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1)
    return across, -(a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t)


def level(north: float) -> Projection:
    """Degrees as they are, those east shortened as at this latitude: right for a territory of a few hundred kilometres."""
    shrink = math.cos(math.radians(north))
    return lambda x, y: (x * shrink, -y)


def clipped(ring: Sequence[Spot], frame: tuple[float, float, float, float]) -> Ring:
    """The part of a ring inside a frame (left, top, right, bottom), by Sutherland and Hodgman (1974)."""
    left, top, right, bottom = frame
    edges: list[tuple[int, float, int]] = [(0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1)]
    points = list(ring)
    for axis, limit, sign in edges:
        found: list[Spot] = []
        for i, point in enumerate(points):
            before = points[i - 1]
            now_in, before_in = (point[axis] - limit) * sign >= 0, (before[axis] - limit) * sign >= 0
            if now_in != before_in:
                t = (limit - before[axis]) / (point[axis] - before[axis])
                found.append((before[0] + t * (point[0] - before[0]), before[1] + t * (point[1] - before[1])))
            if now_in:
                found.append(point)
        points = found
    return tuple(points)


def bounds(rings: Sequence[Sequence[Spot]]) -> tuple[float, float, float, float]:
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def _crossings(
    rings: Sequence[Ring], value: Callable[[Spot], float], along: Callable[[Spot], float], at: float
) -> list[float]:
    """Where the line value = at enters and leaves the rings (even-odd), in order."""
    found = []
    for ring in rings:
        for i, b in enumerate(ring):
            a = ring[i - 1]
            va, vb = value(a), value(b)
            if (va < at) != (vb < at):
                found.append(along(a) + (at - va) / (vb - va) * (along(b) - along(a)))
    return sorted(found)


def strokes(rings: Sequence[Ring], step: float) -> list[tuple[Spot, Spot]]:
    """Slanting strokes inside the rings, `step` apart; where an area is smaller than that, one through its middle."""
    if not rings:
        return []

    def value(p: Spot) -> float:
        return (p[0] + p[1]) / math.sqrt(2)

    def along(p: Spot) -> float:
        return (p[0] - p[1]) / math.sqrt(2)

    every = [value(p) for ring in rings for p in ring]
    low, high = min(every), max(every)

    def through(lines: Sequence[float], least: float) -> list[tuple[Spot, Spot]]:
        found = []
        for at in lines:
            ends = _crossings(rings, value, along, at)
            found += [
                (_back(at, a), _back(at, b))
                for a, b in zip(ends[::2], ends[1::2], strict=False)
                if b - a > least
            ]
        return found

    lines = [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return through(lines, step / 12) or through([(low + high) / 2], 0)


def _back(value: float, along: float) -> Spot:
    return round((value + along) / math.sqrt(2), 1), round((value - along) / math.sqrt(2), 1)


def dots(rings: Sequence[Ring], step: float) -> list[Spot]:
    """Points of a lattice inside the rings; where an area is smaller than that, one in the middle of its largest ring."""
    if not rings:
        return []
    left, top, right, bottom = bounds(rings)
    found = []
    for row in range(math.ceil(top / step), math.floor(bottom / step) + 1):
        y = row * step
        ends = _crossings(rings, lambda p: p[1], lambda p: p[0], y + 1e-6)
        shift = step / 2 if row % 2 else 0.0
        for a, b in zip(ends[::2], ends[1::2], strict=False):
            first = math.ceil((a + step / 8 - shift) / step)
            last = math.floor((b - step / 8 - shift) / step)
            found += [(round(k * step + shift, 1), round(y, 1)) for k in range(first, last + 1)]
    if found:
        return found
    widest = max(rings, key=lambda ring: _area(ring))
    left, top, right, bottom = bounds([widest])
    return [(round((left + right) / 2, 1), round((top + bottom) / 2, 1))]


def _area(ring: Ring) -> float:
    return abs(sum(ring[i - 1][0] * y - x * ring[i - 1][1] for i, (x, y) in enumerate(ring))) / 2
