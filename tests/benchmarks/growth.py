"""How the gap closes on growing studies: the search, plain HiGHS on the same matrix, and a bound apart from both.

Run: ``python -m tests.benchmarks.growth --seconds 120 --seeds 1 2``, alone on the machine; ``--smoke`` does one small
study in seconds: the tests do, so that this file cannot rot. Studies are those of ``instances.py``. Each row says when
the first plan came and the gap at parts of the time, between its own plan and bound; the last column is the gap of its
last plan to the best of all bounds, with that of the aggregate (``aggregate/``): so plan and bound are told apart.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from optimizer import read_study, solve
from optimizer.errors import SolverError
from optimizer.parameters import Parameters
from optimizer.solver.arrays import Job, Matrix
from optimizer.solver.engine import Engine
from optimizer.solver.problem import Problem
from optimizer.solver.progress import Progress, relative_gap
from optimizer.study import Study
from tests.benchmarks.aggregate.model import aggregate
from tests.benchmarks.instances import Size, write

SIZES = {
    "12x8": Size(12, 2, 4, zones=2, skus=3, hall_mw=(20.0, 60.0), tightness=0.7),
    "200x8": Size(200, 8, 1, zones=25, tightness=0.5),
    "200x16": Size(200, 4, 4, tightness=0.5),
    "1000x16": Size(1000, 4, 4, tightness=0.5),
}
SMOKE = Size(3, 2, 1, zones=2, skus=2)
PARTS = (0.25, 0.5, 1.0)
GAP = 0.001


@dataclass
class Course:
    """Plan and bound of one search over time, in USD."""

    began: float = field(default_factory=time.monotonic)
    told: list[tuple[float, float, float]] = field(default_factory=list)

    def note(self, plan: float, bound: float) -> None:
        """Keep what is known now."""
        self.told.append((time.monotonic() - self.began, plan, bound))

    def at(self, seconds: float) -> tuple[float, float]:
        """Best plan and bound by then."""
        known = [(plan, bound) for when, plan, bound in self.told if when <= seconds]
        return min((p for p, _ in known), default=np.inf), max((b for _, b in known), default=-np.inf)

    @property
    def first_s(self) -> float:
        """When the first plan came."""
        return min((when for when, plan, _ in self.told if np.isfinite(plan)), default=np.inf)


def ours(study: Study, seconds: float) -> Course:
    """Follow the product's own search."""
    course = Course()

    def hear(state: Progress) -> None:
        course.note(
            np.inf if state.objective_usd is None else state.objective_usd,
            -np.inf if state.bound_usd is None else state.bound_usd,
        )

    with suppress(SolverError):  # no plan in time: the course says so
        solve(study, gap=GAP, time_limit_s=seconds, progress=hear)
    return course


def plain(study: Study, seconds: float) -> Course:
    """Follow HiGHS on the product's own matrix."""
    course = Course()
    matrix = Problem.of(study).matrix

    def hear(kind: str, content: tuple[float, float]) -> None:
        if kind == "progress":
            course.note(content[0] * matrix.unit, content[1] * matrix.unit)

    with Engine() as engine:
        result = engine.solve(matrix, Job(gap=GAP), event=hear, deadline=course.began + seconds)
    course.note(result.objective * matrix.unit, result.bound * matrix.unit)
    return course


def aggregate_usd(study: Study) -> float:
    """Bound of the aggregate's linear program."""
    matrix = aggregate(study, Parameters.of(study), "money").matrix
    with Engine() as engine:
        return engine.solve(matrix, relaxed(matrix)).bound * matrix.unit


def relaxed(matrix: Matrix) -> Job:
    """Solve a matrix without whole numbers."""
    return Job(integer=np.zeros(matrix.shape[1], dtype=bool))


def main() -> None:
    """Print one row for each study and search."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    sizes = {"smoke": SMOKE} if given.smoke else {name: SIZES[name] for name in given.sizes}
    columns = [f"gap_at_{part * given.seconds:g}_s" for part in PARTS]
    print("study", "seed", "search", "first_plan_s", *columns, "plan_to_best_bound")
    for name, size in sizes.items():
        for seed in given.seeds:
            with tempfile.TemporaryDirectory() as folder:
                study = read_study(write(Path(folder), size, seed))
                courses = {who.__name__: who(study, given.seconds) for who in (ours, plain)}
                bound = max(aggregate_usd(study), *(course.at(np.inf)[1] for course in courses.values()))
            for who, course in courses.items():
                gaps = [relative_gap(*course.at(part * given.seconds)) for part in PARTS]
                last = relative_gap(course.at(np.inf)[0], bound)
                print(name, seed, who, f"{course.first_s:.1f}", *(f"{gap:.3%}" for gap in [*gaps, last]), flush=True)


if __name__ == "__main__":
    main()
