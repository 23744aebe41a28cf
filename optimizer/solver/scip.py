"""The one module that knows SCIP: arrays in, events and a result out.

SCIP searches on one thread, so that the same arrays give the same answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyscipopt import SCIP_EVENTTYPE, SCIP_PARAMSETTING, Expr, ExprCons, Model

from .arrays import Event, Floats, Job, Matrix, Result, Stop
from .listening import ended, heard

# What SCIP takes for 0 must be well below what it may miss a row by.
_EPSILON_SHARE = 1e-3
_WORDS = {"optimal": "optimal", "gaplimit": "optimal", "infeasible": "infeasible", "inforunbd": "infeasible"}


class Solver:
    """SCIP with one matrix."""

    def __init__(self, matrix: Matrix, stop: Stop, event: Event) -> None:
        self._matrix, self._stop, self._event = matrix, stop, event

    def solve(self, job: Job) -> Result:
        """Solve the matrix as it is to the job's gap; a stop ends it with the best point so far."""
        over = False
        with heard(self._event):
            model, columns = _loaded(self._matrix)
            _set_parameters(model, job, self._matrix.tolerance)

            def tell_point(*_: Any) -> None:
                best = model.getBestSol()
                self._event("point", (model.getSolObjVal(best), _values(best, columns)))

            def tell_bound(*_: Any) -> None:
                if not over:  # a model that is freed says that nothing is left to search, whatever it proved
                    self._event("progress", (model.getPrimalbound(), model.getDualbound()))

            model.attachEventHandlerCallback(tell_point, [SCIP_EVENTTYPE.BESTSOLFOUND], "points")
            model.attachEventHandlerCallback(tell_bound, [SCIP_EVENTTYPE.DUALBOUNDIMPROVED], "bounds")
            with ended(self._stop, model.interruptSolve):
                model.optimizeNogil()
            over = True
        return _result(model, columns)


def _loaded(matrix: Matrix) -> tuple[Any, list[Any]]:
    """Return a model of the matrix and its columns; SCIP takes them, rows and entries one by one only."""
    model = Model()
    kinds = np.where(matrix.integer, "I", "C").tolist()
    most = model.infinity()
    lower, upper, row_lower, row_upper = (
        np.clip(limits, -most, most).tolist()
        for limits in (matrix.lower, matrix.upper, matrix.row_lower, matrix.row_upper)
    )
    columns = [
        model.addVar(vtype=kind, lb=low, ub=high, obj=cost)
        for kind, low, high, cost in zip(kinds, lower, upper, matrix.cost.tolist(), strict=True)
    ]
    rows = [model.addCons(ExprCons(Expr(), low, high)) for low, high in zip(row_lower, row_upper, strict=True)]
    at = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.starts)).tolist()
    for row, column, value in zip(matrix.rows.tolist(), at, matrix.values.tolist(), strict=True):
        model.addCoefLinear(rows[row], columns[column], value)
    model.addObjoffset(matrix.offset)
    return model, columns


def _set_parameters(model: Any, job: Job, tolerance: float) -> None:
    epsilon = tolerance * _EPSILON_SHARE
    model.setParams(
        {
            "limits/gap": job.gap,
            "limits/absgap": 1e-9,
            "numerics/epsilon": epsilon,
            "numerics/sumepsilon": 10 * epsilon,
            "numerics/feastol": tolerance,
            "randomization/randomseedshift": job.seed,
        }
    )
    if not job.presolve:
        model.setPresolve(SCIP_PARAMSETTING.OFF)


def _values(point: Any, columns: list[Any]) -> Floats:
    return np.array([point[column] for column in columns], dtype=np.float64)


def _result(model: Any, columns: list[Any]) -> Result:
    has_point = model.getNSols() > 0
    word = _WORDS.get(model.getStatus(), "feasible" if has_point else "none")
    x = _values(model.getBestSol(), columns) if has_point else None
    objective = model.getObjVal() if has_point else np.inf
    bound = model.getDualbound()
    known = bound if abs(bound) < model.infinity() else -np.inf
    return Result(word, x, objective, known, model.getNTotalNodes(), model.getSolvingTime())
