"""Windows of a spatial scan: around each centre, places in the order in which a growing circle or ellipse takes them.

In: coordinates, and the limits of a window. Out: `Families`: each is a centre with its places in order, and each prefix
of a family is one window. Or zones that the caller gives, each a family of one window.
Left out: what is counted in a window (`scan_replicates`, `scan_observed`).
Places at the same distance enter one by one, in the order given: the windows of a true circle are among these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sin

import numpy as np
from numpy.typing import ArrayLike

from vigie.model.errors import SeriesError
from vigie.stats.arrays import FloatArray, IntArray

EARTH = 6371.0088  # km, mean radius
_KEPT = 60_000_000  # members of families kept in memory (4 bytes each); beyond, they are worked out each time
_TIES = 1e-9  # of the width of the map: distances that differ by less are equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Which windows are looked at.

    Attributes:
        max_share: largest share of the population at risk inside a window (of the cases, without a population).
        max_radius: km on the sphere, else in the unit of the coordinates; of an ellipse its short axis. None = no limit.
        max_places: most places in a window; None = no limit.
        sphere: coordinates are latitude and longitude in degrees, distances great circles; else a plane.
        shapes: long over short axis; 1 is the circle.
        angles: for each shape, how many directions are tried.
        penalty: exponent of 4s / (s + 1)², by which the statistic of a window of shape s is multiplied; 0 = none.
    Source: Kulldorff, Huang, Pickle, Duczmal (2006), Statistics in Medicine 25, for ellipses and their penalty.
    """

    max_share: float = 0.5
    max_radius: float | None = None
    max_places: int | None = None
    sphere: bool = False
    shapes: tuple[float, ...] = (1.0,)
    angles: tuple[int, ...] = (1,)
    penalty: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.max_share <= 1:
            raise SeriesError(f"max_share: {self.max_share} (a share of the population: above 0, at most 1)")
        if self.max_radius is not None and not self.max_radius > 0:
            raise SeriesError(f"max_radius: {self.max_radius} (give a distance above 0)")
        if self.max_places is not None and self.max_places < 1:
            raise SeriesError(f"max_places: {self.max_places} (give at least 1)")
        if len(self.shapes) != len(self.angles) or not self.shapes:
            raise SeriesError("shapes, angles: give one number of directions for each shape")
        if min(self.shapes) < 1 or min(self.angles) < 1 or self.penalty < 0:
            raise SeriesError("shapes, angles: at least 1 each; penalty: not negative")
        if self.sphere and max(self.shapes) > 1:
            raise SeriesError("shapes: ellipses need a plane (project latitude and longitude first)")


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Nested windows: the first 1, 2, … places of `order`; with `whole`, only all of them.

    `distance` is None for a zone given; `weight` is the penalty by which the statistic is multiplied.
    """

    centre: int
    order: IntArray
    distance: FloatArray | None
    shape: float = 1.0
    angle: float = 0.0
    weight: float = 1.0
    whole: bool = False


class Families:
    """All families of a map.

    Args:
        coordinates: shape (n_places, 2): x, y or latitude, longitude.
        risk: shape (n_places,), population at risk by place, for `max_share`.
        members: positions of places that may be in a window; None = all.
        centres: positions of places around which windows grow; None = all.
    """

    def __init__(
        self,
        coordinates: FloatArray,
        windows: Windows,
        risk: FloatArray,
        *,
        members: IntArray | None = None,
        centres: IntArray | None = None,
    ) -> None:
        n = len(coordinates)
        self._members = np.arange(n) if members is None else members
        self._centres = np.arange(n) if centres is None else centres
        self._windows = windows
        self._points = _on_sphere(coordinates) if windows.sphere else coordinates - coordinates.mean(axis=0)
        self._held = np.ascontiguousarray(self._points[self._members].T)
        self._risk = risk
        self._limit = windows.max_share * risk.sum() * (1 + 1e-12)
        width = float(np.ptp(self._points, axis=0).max())
        self._grain = width * _TIES if width > 0 else 1.0
        self._shapes = [
            (shape, pi * turn / (1 if shape == 1 else count))
            for shape, count in zip(windows.shapes, windows.angles, strict=True)
            for turn in range(1 if shape == 1 else count)
        ]
        self._kept: dict[int, Family] = {}
        self._room = _KEPT

    def __len__(self) -> int:
        return len(self._centres) * len(self._shapes)

    def __getitem__(self, number: int) -> Family:
        found = self._kept.get(number)
        if found is None:
            found = self._made(number)
            self._room -= len(found.order)
            if self._room > 0:
                self._kept[number] = found
        return found

    def _made(self, number: int) -> Family:
        at, kind = divmod(number, len(self._shapes))
        centre = int(self._centres[at])
        shape, angle = self._shapes[kind]
        distance = self._distances(centre, shape, angle)
        order, distance = self._nearest(centre, distance)
        inside = np.cumsum(self._risk[order]) <= self._limit
        size = len(order) if inside.all() else int(np.argmin(inside))
        weight = (4 * shape / (shape + 1) ** 2) ** self._windows.penalty
        return Family(
            centre, order[:size].astype(np.int32), distance[:size].astype(np.float32), shape, angle, weight
        )

    def _distances(self, centre: int, shape: float, angle: float) -> FloatArray:
        gaps = self._held - self._points[centre][:, None]
        if shape != 1:
            along = gaps[0] * np.cos(angle) + gaps[1] * np.sin(angle)
            across = gaps[1] * np.cos(angle) - gaps[0] * np.sin(angle)
            gaps = np.stack([along / shape, across])
        square: FloatArray = np.einsum("ij,ij->j", gaps, gaps)
        return np.sqrt(square)

    def _nearest(self, centre: int, distance: FloatArray) -> tuple[IntArray, FloatArray]:
        windows = self._windows
        near = np.arange(len(distance))
        if windows.max_radius is not None:
            limit = (
                2 * EARTH * sin(min(windows.max_radius / (2 * EARTH), pi / 2))
                if windows.sphere
                else windows.max_radius
            )
            near = np.flatnonzero(distance <= limit + self._grain)
        if windows.max_places is not None and len(near) > 4 * windows.max_places:
            edge = np.partition(distance[near], windows.max_places)[windows.max_places]
            near = near[distance[near] <= edge + self._grain]
        rank = np.round(distance[near] / self._grain)
        rank[self._members[near] == centre] = -1  # a centre comes before others at its own point
        near = near[np.argsort(rank, kind="stable")][: windows.max_places]
        return self._members[near], distance[near]


class Zones:
    """Windows that the caller gives: lists of positions of places, each one window."""

    def __init__(self, zones: Sequence[ArrayLike], n_places: int) -> None:
        self._orders: list[IntArray] = []
        for number, zone in enumerate(zones):
            order = np.array(zone, dtype=np.int64).ravel()
            if (
                not order.size
                or order.min() < 0
                or order.max() >= n_places
                or len(np.unique(order)) < order.size
            ):
                raise SeriesError(
                    f"zones: zone {number} is empty, names a place twice or one outside 0 to {n_places - 1}"
                )
            self._orders.append(order.astype(np.int32))
        if not self._orders:
            raise SeriesError("zones: none given (leave them out for circles)")

    def __len__(self) -> int:
        return len(self._orders)

    def __getitem__(self, number: int) -> Family:
        order = self._orders[number]
        return Family(int(order[0]), order, None, whole=True)


def arc(chord: float) -> float:
    """Great-circle distance in km of two points whose straight distance through the Earth is `chord`."""
    return float(2 * EARTH * np.arcsin(min(1.0, chord / (2 * EARTH))))


def as_coordinates(values: ArrayLike, n_places: int, *, sphere: bool) -> FloatArray:
    """Shape (n_places, 2) as float.

    Raises:
        SeriesError: if a coordinate is missing, infinite or, on the sphere, outside ±90, ±180.
    """
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError("coordinates: not numbers (give shape (n_places, 2))") from error
    if array.shape != (n_places, 2):
        raise SeriesError(f"coordinates: shape {array.shape} (give ({n_places}, 2), one row for each place)")
    if not np.isfinite(array).all():
        raise SeriesError("coordinates: missing or infinite (leave out places without a point)")
    if sphere and (np.abs(array) > (90, 180)).any():
        raise SeriesError("coordinates: outside ±90, ±180 (give latitude, then longitude, in degrees)")
    return array


def _on_sphere(degrees: FloatArray) -> FloatArray:
    """Points in space, km: straight distances between them are in the order of great circles."""
    lat, lon = np.radians(degrees).T
    points: FloatArray = EARTH * np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1
    )
    return points
