"""Keep runs as lines of JSON, one a run; a newer run takes the place of the same study, seed and search."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from math import inf, isfinite
from pathlib import Path

from tests.benchmarks.search.course import Run
from tests.benchmarks.search.family import FAMILY
from tests.benchmarks.search.searches import SEARCHES

COMMITTED = Path(__file__).parents[1] / "results" / "search.jsonl"
# Searches miss rows by different tolerances: so much of a bound may lie above the plan of another.
_SLACK = 1e-5
_STUDIES, _SEARCHES = list(FAMILY), list(SEARCHES)


def read(path: Path) -> list[Run]:
    """Read runs; none where there is no file."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [_run(json.loads(line)) for line in lines]


def _run(content: dict) -> Run:
    told = ((at, inf if plan is None else plan, -inf if bound is None else bound)
            for at, plan, bound in content["course"])  # fmt: skip
    return Run(**content | {"course": tuple(told)})


def keep(path: Path, runs: Iterable[Run]) -> list[Run]:
    """Add runs to those of a file, in the order of the family; return them all."""
    by_name = {(r.study, r.seed, r.search): r for r in (*read(path), *runs) if r.study in FAMILY}
    ordered = sorted(by_name.values(), key=lambda r: (_STUDIES.index(r.study), r.seed, _SEARCHES.index(r.search)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{_line(run)}\n" for run in ordered), encoding="utf-8")
    return ordered


def _line(run: Run) -> str:
    course = [[at, *(round(usd) if isfinite(usd) else None for usd in known)] for at, *known in run.course]
    return json.dumps(asdict(run) | {"course": course}, allow_nan=False)


def faults(runs: list[Run]) -> list[str]:
    """Say which of them contradict each other, and where the program found no plan of a study that has one."""
    found = []
    for first in runs:
        name = f"{first.study}, seed {first.seed}: {first.search}"
        if first.search == _SEARCHES[0] and first.plan == inf:
            found.append(f"{name} found no plan: {first.end}")
        for other in runs:
            same = (other.study, other.seed) == (first.study, first.seed)
            if same and isfinite(first.bound) and first.bound > other.plan + _SLACK * abs(other.plan):
                found.append(f"{name} proves {first.bound:,.0f} USD, {other.search} has a plan of {other.plan:,.0f}")
    return found
