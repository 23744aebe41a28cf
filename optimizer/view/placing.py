"""Find room: circles beside each other, labels where nothing else stands."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .projection import Box, Floats

Point = tuple[float, float]
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


@dataclass(frozen=True)
class Label:
    """Where a name stands, whether it covers another one, and whether another circle is nearer to it than its own."""

    box: Box
    covers_names: bool
    nearer_to_another: bool


def label_place(
    centre: Point, radius: float, size: Point, taken: Sequence[Box], circles: Sequence[tuple[Point, float]], inside: Box
) -> Label:
    """Return the first box of this size around the circle that nothing covers, else the one covered least.

    A box that is nearer to another circle than to its own counts as covered a little, so does one whose line to its
    circle runs through another.
    """
    others = np.array([(*c, r) for c, r in circles if c != centre], dtype=np.float64).reshape(-1, 3)
    best, least = None, math.inf
    for box in _candidates(centre, radius, size):
        if box[0] < inside[0] or box[1] < inside[1] or box[2] > inside[2] or box[3] > inside[3]:
            continue
        on_names = sum(_overlap(box, other) for other in taken)
        edge = away(box, others[:, 0], others[:, 1]) - others[:, 2]
        nearer = bool((edge < away(box, *centre) - radius).any())
        part = size[0] * size[1]
        cover = 3 * on_names + _covered(box, others[edge < 0]) + 0.5 * part * _crossed(centre, box, others)
        cover += 0.2 * part * nearer
        if cover < least:
            best, least = Label(box, on_names > 0, nearer), cover
        if cover <= 0:
            break
    return best or Label(next(_candidates(centre, radius, size)), covers_names=True, nearer_to_another=True)


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
    wide, high = (min(one[i + 2], other[i + 2]) - max(one[i], other[i]) for i in (0, 1))
    return wide * high if wide > 0 and high > 0 else 0.0


def away(box: Box, x: Floats | float, y: Floats | float) -> Floats:
    """Return how far points lie from a box."""
    return np.hypot(x - np.clip(x, box[0], box[2]), y - np.clip(y, box[1], box[3]))


def _covered(box: Box, circles: Floats) -> float:
    """Return how much of a box the squares around circles cover."""
    *at, r = circles.T
    wide, high = (np.minimum(box[i + 2], c + r) - np.maximum(box[i], c - r) for i, c in enumerate(at))
    return float((np.maximum(0.0, wide) * np.maximum(0.0, high)).sum())


def _crossed(start: Point, box: Box, circles: Floats) -> int:
    """Count the circles through which the line from a point to the nearest point of a box runs."""
    dx, dy = (min(max(start[i], box[i]), box[i + 2]) - start[i] for i in (0, 1))
    x, y, r = circles.T
    along = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / max(dx * dx + dy * dy, 1e-12), 0.0, 1.0)
    return int((np.hypot(x - start[0] - along * dx, y - start[1] - along * dy) < r).sum())
