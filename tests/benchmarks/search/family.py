"""Name the studies of the benchmark: those of the promise, those that grow, and the awkward ones.

All but the embedded ones are drawn by a seed. Each has a plan by construction: racks may wait, and ceilings lie above
what a plan was found to need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from optimizer import read_study, solve
from tests.benchmarks.instances import Size, write

Keys = dict[str, object]
LEAST_UNUSED: Keys = {"objective.minimise": "lexicographic"}
_LEAST_GAP, _LEAST_S = 0.01, 120.0


@dataclass(frozen=True)
class Member:
    """A study of the benchmark: its ``gap`` is to be reached within ``limit_s``.

    ``size`` is None for the embedded study, which no seed changes; ``small`` draws 6 to 20 sites by the seed.
    ``ceiling`` is max_unused_mw_years over the least found. ``ours_alone``: no single matrix states it for others.
    """

    size: Size | None
    gap: float
    limit_s: float
    keys: Mapping[str, object] = field(default_factory=dict)
    small: bool = False
    ceiling: float | None = None
    ours_alone: bool = False

    def written(self, folder: Path, seed: int) -> tuple[Path | None, Keys]:
        """Write the study of a seed; return its file, None for the embedded one, and the keys that replace its own."""
        if self.size is None:
            return None, dict(self.keys)
        size = replace(self.size, sites=6 + seed % 15) if self.small else self.size
        study = write(folder, size, seed)
        if self.ceiling is None:
            return study, dict(self.keys)
        least = solve(read_study(study, keys=LEAST_UNUSED), gap=_LEAST_GAP, time_limit_s=_LEAST_S)
        most = self.ceiling * least.facts["unused"]["unused_mw_years"]
        return study, {**self.keys, "policy.max_unused_mw_years": most}


def _embedded(per_year: int, limit_s: float, **policy: object) -> Member:
    return Member(None, 0.001, limit_s, {"periods.per_year": per_year} | {f"policy.{k}": v for k, v in policy.items()})


_SMALL = Size(12, 2, 4, zones=2, skus=3, hall_mw=(20.0, 60.0), tightness=0.7)
_LARGE = Size(200, 4, 4, tightness=0.5)
_MIDDLE = Size(40, 2, 4, zones=25, tightness=0.5)

PROMISED = {
    "embedded-years": _embedded(1, 8.0),
    "embedded-halves": _embedded(2, 30.0),
    "embedded-quarters": _embedded(4, 90.0),
    "small": Member(_SMALL, 0.001, 30.0, small=True),
    "200x8": Member(Size(200, 8, 1, zones=25, tightness=0.5), 0.0015, 120.0),
    "200x16": Member(_LARGE, 0.0015, 120.0),
    "1000x16": Member(replace(_LARGE, sites=1000), 0.002, 300.0),
    "3100x20": Member(replace(_LARGE, sites=3100, years=5), 0.003, 600.0),
}
"""What the project holds itself to."""

SITES, PERIODS = (125, 250, 500, 1000, 2000, 4000), (4, 8, 16, 24, 40)
GROWTH = {
    **{f"{n}-sites": Member(replace(_LARGE, sites=n), 0.002, 600.0) for n in SITES},
    **{f"{n}-periods": Member(replace(_LARGE, years=n // 4), 0.002, 600.0) for n in PERIODS},
}
"""Sites by 16 periods, and periods by 200 sites."""

_FORCED = [f"s{i:04d}" for i in range(0, 40, 4)]
AWKWARD = {
    "lexicographic": Member(_SMALL, 0.001, 120.0, LEAST_UNUSED, small=True, ours_alone=True),
    "lexicographic-waiting": Member(
        _MIDDLE, 0.0015, 120.0, {**LEAST_UNUSED, "objective.first": "waiting"}, ours_alone=True
    ),
    "ceiling-slack": Member(_SMALL, 0.001, 60.0, ceiling=2.0),
    "ceiling-near": Member(_SMALL, 0.001, 60.0, ceiling=1.1),
    "ceiling-least": Member(_SMALL, 0.001, 60.0, ceiling=1.002),
    "20-of-98": Member(Size(98, 2, 4, tightness=0.5), 0.0015, 120.0, {"policy.max_sites": 20}),
    "20-of-98-embedded": _embedded(2, 60.0, max_sites=20),
    "forced": Member(_MIDDLE, 0.0015, 120.0, {"policy.force_open": _FORCED}),
    "pods-of-1": Member(replace(_MIDDLE, pod_racks=1), 0.0015, 120.0),
    "pods-of-64": Member(replace(_MIDDLE, pod_racks=64), 0.0015, 120.0),
    "hardly-waits": Member(replace(_MIDDLE, tightness=0.3), 0.0015, 120.0),
    "half-waits": Member(replace(_MIDDLE, tightness=1.6), 0.0015, 120.0),
    "50-identical": Member(replace(_MIDDLE, sites=50, identical=True), 0.0015, 120.0),
    "40-quarters": Member(replace(_MIDDLE, years=10), 0.0015, 120.0),
    "one-site": Member(Size(1, 2, 4, zones=2, skus=3, tightness=0.7), 0.001, 10.0),
    "big-halls": Member(replace(_SMALL, hall_mw=(100.0, 200.0)), 0.001, 60.0, small=True),
}
"""What is small and hard, or strange."""

SMOKE = {"smoke": Member(Size(3, 2, 1, zones=2, skus=2), 0.01, 30.0)}
FAMILY = PROMISED | GROWTH | AWKWARD | SMOKE
