"""Every solver but HiGHS and SCIP, through Pyomo's SolverFactory: arrays in, a log and a result out."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.opt import SolverStatus, TerminationCondition
from scipy.sparse import csc_array

from .arrays import Event, Floats, Job, Matrix, Result, Stop
from .listening import ended, heard
from .solvers import Other, available, other

# A solver that knows the time limit ends by itself, and is told to only when it is so late.
_LATE_S = 5.0
_SOON_S = 1.5
_LEAST_TOLERANCE = 1e-9
_NO_PLAN = (TerminationCondition.infeasible, TerminationCondition.infeasibleOrUnbounded)


class Solver:
    """Any of Pyomo's solvers with one matrix."""

    def __init__(self, matrix: Matrix, stop: Stop, event: Event) -> None:
        self._matrix, self._stop, self._event = matrix, stop, event

    def solve(self, job: Job) -> Result:
        """Solve the matrix as it is to the job's gap; at its last second, or a stop, what the solver returns counts."""
        last = np.inf if job.deadline is None else job.deadline

        def asked_to_end() -> bool:
            return self._stop() and not last < time.monotonic() < last + _LATE_S

        signal.signal(signal.SIGINT, lambda *_: None)  # ours to pass on; a program that we start has its own again
        known = other(job.solver)
        with heard(self._event):
            model = _model(self._matrix)
            asked = _asked(known, job, self._matrix.tolerance)
            with ended(asked_to_end, _interrupt):
                found = available(job.solver).solve(model, tee=True, load_solutions=False, **asked)
            if found.solver.termination_condition in _NO_PLAN:  # some say so where they only found none in time
                cut_short = self._stop() or time.monotonic() > last - _SOON_S
                return Result("none" if cut_short else "infeasible", None, np.inf, -np.inf)
            if not found.solution:
                return Result("none", None, np.inf, -np.inf)
            found.solver.status = SolverStatus.ok  # whatever ended it: the point is there
            model.solutions.load_from(found, default_variable_value=0.0)
        return _result(model, found, self._matrix, job, known)


def _interrupt() -> None:
    """Pass an interrupt on to the program that solves: it ends with its best point."""
    if sys.platform != "win32":
        os.killpg(0, signal.SIGINT)


def _model(matrix: Matrix) -> Any:
    """Return the matrix as a model; its constant is a column that is 1, which every solver counts alike."""
    with PauseGC():
        m = pyo.ConcreteModel()
        whole, lower, upper = matrix.integer.tolist(), matrix.lower.tolist(), matrix.upper.tolist()
        m.x = pyo.Var(
            range(len(lower)),
            domain=lambda _m, i: pyo.Integers if whole[i] else pyo.Reals,
            bounds=lambda _m, i: (lower[i], upper[i]),
        )
        m.one = pyo.Var(bounds=(1.0, 1.0))
        x = list(m.x.values())
        by_row = csc_array((matrix.values, matrix.rows, matrix.starts), matrix.shape).tocsr()
        ends, at, values = by_row.indptr.tolist(), by_row.indices.tolist(), by_row.data.tolist()
        low, high = matrix.row_lower.tolist(), matrix.row_upper.tolist()

        def row(_m: Any, i: int) -> Any:
            terms = slice(ends[i], ends[i + 1])
            return low[i], LinearExpression(linear_coefs=values[terms], linear_vars=[x[j] for j in at[terms]]), high[i]

        m.row = pyo.Constraint(np.flatnonzero(np.diff(by_row.indptr)).tolist(), rule=row)
        costs = [*matrix.cost.tolist(), matrix.offset]
        m.cost = pyo.Objective(expr=LinearExpression(linear_coefs=costs, linear_vars=[*x, m.one]))
    return m


def _asked(known: Other, job: Job, tolerance: float) -> dict[str, Any]:
    """Return what is asked of the solver: by its own options, or by Pyomo where it has none for the time limit."""
    options: dict[str, float] = dict.fromkeys(known.tolerances, max(_LEAST_TOLERANCE, tolerance))
    options |= {known.gap: job.gap} if known.gap else {}
    options |= {known.threads: job.threads} if known.threads and job.threads else {}
    if job.deadline is None:
        return {"options": options}
    left_s = max(1, int(job.deadline - time.monotonic()))  # GLPK knows no parts of a second
    if known.seconds:
        return {"options": options | {known.seconds: left_s}}
    return {"options": options, "timelimit": left_s}


def _result(model: Any, found: Any, matrix: Matrix, job: Job, known: Other) -> Result:
    """Return the point that the solver found, and what it proves."""
    x: Floats = np.array([v.value for v in model.x.values()], dtype=np.float64)
    objective = float(matrix.cost @ x) + matrix.offset
    proven = found.solver.termination_condition == TerminationCondition.optimal
    bound = _told(found.problem.lower_bound)
    if proven and known.gap and not known.tells_bound:
        bound = objective - job.gap / (1.0 - job.gap) * abs(objective)
    return Result("optimal" if proven else "feasible", x, objective, bound)


def _told(bound: Any) -> float:
    """Return a bound as a number, -inf where there is none."""
    number = float(bound) if isinstance(bound, (int, float)) else -np.inf
    return number if np.isfinite(number) else -np.inf
