"""Find room: circles beside each other, labels where nothing else stands."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
_ROUNDS = 400
_GOLDEN = 2.399963  # radians; a fixed direction for circles that stand on one point


def spread_circles(points: Sequence[Point], radii: Sequence[float], *, gap: float) -> list[Point]:
    """Push circles apart until none covers another by more than a little; circles of radius 0 stay."""
    at, size = np.array(points, dtype=np.float64).reshape(-1, 2), np.array(radii, dtype=np.float64)
    large = np.flatnonzero(size > 0)
    for _ in range(_ROUNDS):
        pairs = _too_near(at[large], size[large], gap)
        if not pairs:
            break
        for i, j in ((large[a], large[b]) for a, b in pairs):
            apart, wanted = at[j] - at[i], size[i] + size[j] + gap
            distance = math.hypot(*apart)
            if distance < 1e-6 * wanted:
                apart, distance, push = np.array([math.cos(_GOLDEN * j), math.sin(_GOLDEN * j)]), 1.0, wanted
            else:
                push = max(0.0, wanted - distance)
            heavy = size[i] ** 2 / (size[i] ** 2 + size[j] ** 2)  # the smaller one gives way
            at[i] -= apart / distance * push * (1 - heavy)
            at[j] += apart / distance * push * heavy
    return [(float(x), float(y)) for x, y in at]


def _too_near(at: Floats, radii: Floats, gap: float) -> list[tuple[int, int]]:
    """Return the pairs of circles that cover each other or stand closer than the gap."""
    away = np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
    near = np.triu(away < 0.999 * (radii[:, None] + radii[None, :] + gap), k=1)
    return [(int(a), int(b)) for a, b in np.argwhere(near)]


def label_place(
    centre: Point,
    radius: float,
    size: Point,
    taken: Sequence[Box],
    circles: Sequence[tuple[Point, float]],
    inside: Box,
) -> Box:
    """Return the first box of this size around the circle that nothing covers, else the one covered least."""
    best, least = None, math.inf
    for box in _candidates(centre, radius, size):
        if box[0] < inside[0] or box[1] < inside[1] or box[2] > inside[2] or box[3] > inside[3]:
            continue
        cover = sum(_overlap(box, other) for other in taken) * 3 + sum(_covered(box, c, r) for c, r in circles)
        cover += sum(0.5 * size[0] * size[1] for c, r in circles if c != centre and _crossed(centre, box, c, r))
        if cover <= 0:
            return box
        if cover < least:
            best, least = box, cover
    return best or next(_candidates(centre, radius, size))


def _candidates(centre: Point, radius: float, size: Point) -> Iterator[Box]:
    width, height = size
    for step in range(7):
        away = radius + (0.25 + 0.9 * step) * height
        for degrees in (0, 180, 90, 270, 45, 315, 135, 225, 22, 338, 158, 202, 68, 112, 248, 292):
            angle = math.radians(degrees)
            x, y = centre[0] + away * math.cos(angle), centre[1] + away * math.sin(angle)
            left = x - width * (0.5 - 0.5 * math.cos(angle))
            bottom = y - height * (0.5 - 0.5 * math.sin(angle))
            yield left, bottom, left + width, bottom + height


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _covered(box: Box, centre: Point, radius: float) -> float:
    x = min(max(centre[0], box[0]), box[2])
    y = min(max(centre[1], box[1]), box[3])
    inner = radius - math.hypot(x - centre[0], y - centre[1])
    return (
        _overlap(box, (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius))
        if inner > 0
        else 0.0
    )


def _crossed(start: Point, box: Box, centre: Point, radius: float) -> bool:
    """Whether the line from a point to the nearest point of a box runs through a circle."""
    end = (min(max(start[0], box[0]), box[2]), min(max(start[1], box[1]), box[3]))
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else ((centre[0] - start[0]) * dx + (centre[1] - start[1]) * dy) / length
    along = min(1.0, max(0.0, along))
    return math.dist(centre, (start[0] + along * dx, start[1] + along * dy)) < radius
