"""From a study and what is committed to a plan: what no longer fits is told or given up before the search."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ..account.decisions import Decisions
from ..errors import InfeasibleError, SolverError
from ..parameters import Parameters
from ..plan import Plan
from ..replan.committed import Committed
from ..replan.fit import NO_FIT, given_up, misfits, rereleased, without_the_impossible
from ..resolution import Floats
from ..resolved.before import Before
from ..study import Study
from .engine import Engine
from .matrix import NO_PLAN
from .planner import STOPPED, planned
from .problem import Problem, Statement
from .progress import Journal, Progress
from .release import least_release
from .runner import Runner, Stopped
from .solvers import need


def replanned(
    study: Study, committed: Committed, progress: Callable[[Progress], None] | None, stop: Callable[[], bool] | None
) -> Plan:
    """Plan what is not committed yet, with a solver process of its own.

    Raises InputError where the study does not begin as the plan before, InfeasibleError with a line for everything
    that no longer fits unless it may be released, and what ``solve`` raises.
    """
    committed.check(study)
    need(study.config.solve.solver)
    with Engine() as engine:
        options = study.config.solve
        return _planned(
            study, committed, Runner(engine, Journal(progress), options.time_limit_s, stop, options.threads)
        )


def _planned(study: Study, committed: Committed, runner: Runner) -> Plan:
    runner.journal.enter("build")
    p = Parameters.of(study)
    before = committed.before(p)
    possible = without_the_impossible(p, before)
    lines = misfits(p, before) or given_up(possible.table)
    if lines and not committed.release:
        raise InfeasibleError(NO_FIT, lines)
    if lines:
        before = _released(study, p, possible, runner)
    problem = _problem(study, p, before)
    runner.journal.say(f"{before.frozen} periods as committed, {problem.size} pods to place")
    for line in given_up(before.table):
        runner.journal.say(f"given up: {line}")
    try:
        return _solved(problem, before, runner)
    except InfeasibleError:
        less = _released(study, p, before, runner)
        if lines or less is before:
            raise
        if not committed.release:
            raise InfeasibleError(NO_FIT, given_up(less.table)) from None
        return _solved(_problem(study, p, less), less, runner)


def _solved(problem: Problem, before: Before, runner: Runner) -> Plan:
    return planned(problem, runner, held=_decisions(problem.p, before.held), base=_decisions(problem.p, before.stated))


def _problem(study: Study, p: Parameters, before: Before) -> Problem:
    return Problem(Statement(study, replace(p, before=before)))


def _released(study: Study, p: Parameters, before: Before, runner: Runner) -> Before:
    """Give up the least; the same where nothing has to be. Raises InfeasibleError where nothing helps."""
    runner.journal.enter("release")
    try:
        released = least_release(_problem(study, p, before), runner)
    except Stopped:
        raise SolverError(STOPPED) from None
    if released is None:
        raise InfeasibleError(NO_PLAN, ["whatever is given up of what is committed"])
    return before if released == before.table["released"].tolist() else rereleased(p, before, released)


def _decisions(p: Parameters, fields: Mapping[str, Floats]) -> Decisions:
    """Take openings, halls, pods and upgrades for decisions that a search may begin with, without any dispatch."""
    stated = {name: np.floor(values + 1e-9) for name, values in fields.items()}
    stated["opened"] = np.maximum.accumulate(stated["opened"], axis=1)
    rest = (len(p.horizon), len(p.block_hours))
    of = {"draw_mw": "site", "onsite_mw": "site", "served_mw": "zone", "flow_mw": "line", "output_mw": "gen"}
    return Decisions.of(stated | {name: np.zeros((len(p.ids[axis]), *rest)) for name, axis in of.items()})
