"""The searches that are compared, each on one study: this program's, and whole models given to HiGHS and SCIP."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from math import inf
from typing import Any

import highspy

from optimizer import solve
from optimizer.io.searches import SCIP
from optimizer.solver import highs, problem
from optimizer.solver.arrays import Job
from optimizer.solver.engine import Engine
from optimizer.solver.problem import Problem
from optimizer.solver.progress import Progress
from optimizer.solver.strategies import aggregated
from optimizer.study import Study

BUILD, TRANSFER = "build", "transfer"
MUSD = 1e6
_NOTHING = 1e19
"""Solvers write what they do not know as a number beyond this."""
_HEARD = highspy.cb.HighsCallbackType


class Teller:
    """Sends plan and bound as they come, and the seconds of parts; its clock began when it was made."""

    def __init__(self, send: Callable[[object], object], seconds: float) -> None:
        self._began, self._spent, self._send = time.monotonic(), Counter[str](), send
        self.deadline = self._began + seconds

    @property
    def left_s(self) -> float:
        """Seconds until the limit."""
        return max(0.1, self.deadline - time.monotonic())

    def tell(self, plan: float, bound: float) -> None:
        """Send what is known now."""
        known = plan if plan < _NOTHING else inf, bound if bound > -_NOTHING else -inf
        self._send((time.monotonic() - self._began, *known))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what is done within as a part."""
        began = time.monotonic()
        yield
        self._spent[name] += time.monotonic() - began
        self._send({"seconds": {name: round(self._spent[name], 3)}})

    def watch(self, home: Any, function: str, name: str) -> None:
        """Count every call of a function as a part, wherever it is made from."""
        called = getattr(home, function)

        def counted(*given: Any, **named: Any) -> Any:
            with self.part(name):
                return called(*given, **named)

        setattr(home, function, counted)


def rackgrid(study: Study, gap: float, to: Teller) -> str:
    """Search as the program does."""
    for home, function in ((problem, "compiled"), (problem, "whole_clusters"), (problem, "aggregate")):
        to.watch(home, function, BUILD)
    to.watch(aggregated, "kernel", BUILD)
    to.watch(Engine, "_send", TRANSFER)

    def hear(state: Progress) -> None:
        known = state.objective_usd is None, state.bound_usd is None
        to.tell(inf if known[0] else state.objective_usd, -inf if known[1] else state.bound_usd)

    plan = solve(study, gap=gap, time_limit_s=to.left_s, progress=hear)
    to.tell(plan.objective_usd, -inf if plan.bound_usd is None else plan.bound_usd)
    return plan.status


def plain(study: Study, gap: float, to: Teller) -> str:
    """Give HiGHS the program's own matrix."""
    with to.part(BUILD):
        matrix = Problem.of(study).matrix
    with to.part(TRANSFER):
        solver = _silent()
        solver.passModel(highs._lp(matrix, Job()))
    return _followed(solver, gap, to, matrix.unit)


def by_linopy(study: Study, gap: float, to: Teller) -> str:
    """Give HiGHS the model as it is written for linopy."""
    from tests.benchmarks.search.linopy_model import model

    with to.part(BUILD):
        stated, constant = model(study)
    with to.part(TRANSFER):
        solver = stated.to_highspy()
        solver.changeObjectiveOffset(constant)
    return _followed(solver, gap, to, MUSD)


def by_scip(study: Study, gap: float, to: Teller) -> str:
    """Give SCIP the program's own matrix."""
    from optimizer.solver import scip

    with to.part(BUILD):
        matrix = Problem.of(study).matrix
    to.watch(scip, "_loaded", TRANSFER)
    best = [inf, -inf]

    def hear(kind: str, content: Any) -> None:
        if kind == "progress":
            best[:] = min(best[0], content[0] * matrix.unit), max(best[1], content[1] * matrix.unit)
        if kind == "point":
            best[0] = min(best[0], content[0] * matrix.unit)
        to.tell(*best)

    found = scip.Solver(matrix, lambda: time.monotonic() > to.deadline, hear).solve(Job(gap=gap, solver=SCIP))
    to.tell(found.objective * matrix.unit, found.bound * matrix.unit)
    return found.status


def _silent() -> Any:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    return solver


def _followed(solver: Any, gap: float, to: Teller, unit: float) -> str:
    """Run HiGHS as it is shipped, with a gap and a limit alone, and tell what it finds."""

    def hear(kind: Any, _message: str, out: Any, _answer: Any, _user: Any) -> None:
        improved = kind == _HEARD.kCallbackMipImprovingSolution
        to.tell((out.objective_function_value if improved else out.mip_primal_bound) * unit, out.mip_dual_bound * unit)

    for option, value in (("output_flag", False), ("mip_rel_gap", gap), ("time_limit", to.left_s)):
        solver.setOptionValue(option, value)
    solver.setCallback(hear, None)
    for kind in (_HEARD.kCallbackMipLogging, _HEARD.kCallbackMipImprovingSolution):
        solver.startCallback(kind)
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    to.tell(info.objective_function_value * unit if found else inf, info.mip_dual_bound * unit)
    return solver.modelStatusToString(solver.getModelStatus())


SEARCHES: dict[str, Callable[[Study, float, Teller], str]] = {
    "rackgrid": rackgrid,
    "HiGHS": plain,
    "SCIP": by_scip,
    "linopy+HiGHS": by_linopy,
}
"""By the name in tables; the first is this program."""
OURS = next(iter(SEARCHES))
NEEDS = {"SCIP": "pyscipopt", "linopy+HiGHS": "linopy"}
LOADED = {
    OURS: ["optimizer.solver.planner"],
    "SCIP": ["optimizer.solver.scip"],
    "linopy+HiGHS": ["tests.benchmarks.search.linopy_model"],
}
"""Modules that a search alone needs."""


def present() -> list[str]:
    """Return the searches whose package is installed here."""
    return [name for name in SEARCHES if name not in NEEDS or find_spec(NEEDS[name])]
