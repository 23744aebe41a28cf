"""The one module that knows HiGHS: arrays in, events and a result out.

Every solve runs on one thread, so that the same arrays give the same answer; see the traps noted beside the code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import highspy
import numpy as np

from .arrays import Event, Floats, Job, Matrix, Result, Stop

_STATUS = highspy.HighsModelStatus
_CALLBACK = highspy.cb.HighsCallbackType


def version() -> str:
    """Version of the solver."""
    highs = highspy.Highs()
    return f"{highs.versionMajor()}.{highs.versionMinor()}.{highs.versionPatch()}"


class Solver:
    """HiGHS with one matrix loaded."""

    def __init__(self, matrix: Matrix, stop: Stop, event: Event) -> None:
        self._matrix = matrix
        self._stop = stop
        self._event = event
        self._bound_target = np.inf
        self._live: highspy.Highs | None = None

    def solve(self, job: Job) -> Result:
        """Solve the matrix with the job's changes, from scratch, or as one of a series that starts where it ended.

        HiGHS 1.16 can end "optimal" with the start as its point and the objective of another one, when presolve maps
        the start to a better point: what it says of its point is recomputed, and the job repeated without a start,
        then without presolve, where it differs.
        """
        if job.series:
            return self._next(job)
        result = self._once(job)
        for careful in (replace(job, start=None), replace(job, start=None, presolve=False)):
            if result.x is None or self._consistent(job, result):
                return result
            self._event("log", "HiGHS: point and objective disagree; solved again with less trust")
            result = self._once(careful)
        if result.x is not None and not self._consistent(job, result):
            raise RuntimeError("HiGHS reports an objective that is not that of its point")
        return result

    def _next(self, job: Job) -> Result:
        """Change the bounds of the linear program that is loaded and go on from its last basis."""
        if self._live is None:
            self._live = highspy.Highs()
            self._set_options(self._live, job)
            self._live.passModel(_lp(self._matrix, job))
        columns = np.arange(self._matrix.shape[1], dtype=np.int32)
        lower = self._matrix.lower if job.lower is None else job.lower
        upper = self._matrix.upper if job.upper is None else job.upper
        self._live.changeColsBounds(len(columns), columns, lower, upper)
        self._live.run()
        return _result(self._live, False)

    def _consistent(self, job: Job, result: Result) -> bool:
        assert result.x is not None
        cost = self._matrix.cost if job.cost is None else job.cost
        offset = self._matrix.offset if job.offset is None else job.offset
        value = float(cost @ result.x) + offset
        return abs(value - result.objective) <= 1e-6 * max(1.0, abs(value))

    def _once(self, job: Job) -> Result:
        self._bound_target = np.inf if job.bound_target is None else job.bound_target
        highs = highspy.Highs()
        self._set_options(highs, job)
        highs.passModel(_lp(self._matrix, job))
        integer = self._matrix.integer if job.integer is None else job.integer
        highs.setCallback(self._callback, None)
        kinds = [_CALLBACK.kCallbackLogging]
        kinds += (
            [_CALLBACK.kCallbackMipInterrupt, _CALLBACK.kCallbackMipLogging, _CALLBACK.kCallbackMipImprovingSolution]
            if integer.any()
            else [_CALLBACK.kCallbackSimplexInterrupt, _CALLBACK.kCallbackIpmInterrupt]
        )
        for kind in kinds:
            highs.startCallback(kind)
        if job.start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = job.start.tolist()
            highs.setSolution(solution)
        highs.run()
        return _result(highs, bool(integer.any()))

    def _set_options(self, highs: Any, job: Job) -> None:
        options: dict[str, Any] = {
            "output_flag": True,
            "log_to_console": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": job.seed,
            "presolve": "choose" if job.presolve else "off",
            "mip_rel_gap": job.gap,
            "mip_abs_gap": 1e-9,
            "mip_feasibility_tolerance": self._matrix.tolerance,
            "primal_feasibility_tolerance": self._matrix.tolerance / 10,
            "dual_feasibility_tolerance": 1e-8,
        }
        optional = {
            "mip_max_nodes": job.max_nodes,
            "objective_target": job.objective_target,
            "mip_heuristic_effort": None if job.heuristics else 0.0,
        }
        options |= {name: value for name, value in optional.items() if value is not None}
        for name, value in options.items():
            if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
                raise RuntimeError(f"HiGHS refuses option {name} = {value}")

    def _callback(self, kind: Any, message: str, out: Any, answer: Any, _user: Any) -> None:
        if kind == _CALLBACK.kCallbackLogging:
            self._event("log", message)
        elif kind == _CALLBACK.kCallbackMipImprovingSolution:
            self._event("point", (float(out.objective_function_value), np.array(out.mip_solution, dtype=np.float64)))
        elif kind == _CALLBACK.kCallbackMipLogging:
            self._event("progress", (float(out.mip_primal_bound), float(out.mip_dual_bound)))
        elif self._stop() or (
            # a bound of inf says that nothing is feasible: HiGHS is to say so itself
            kind == _CALLBACK.kCallbackMipInterrupt and np.inf > float(out.mip_dual_bound) >= self._bound_target
        ):
            answer.user_interrupt = True


def _lp(matrix: Matrix, job: Job) -> Any:
    lp = highspy.HighsLp()
    n_rows, n_cols = matrix.shape
    lp.num_row_, lp.num_col_ = n_rows, n_cols
    lp.col_cost_ = matrix.cost if job.cost is None else job.cost
    lp.offset_ = matrix.offset if job.offset is None else job.offset
    lp.col_lower_ = matrix.lower if job.lower is None else job.lower
    lp.col_upper_ = matrix.upper if job.upper is None else job.upper
    lp.row_lower_, lp.row_upper_ = matrix.row_lower, matrix.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = n_rows, n_cols
    lp.a_matrix_.start_ = matrix.starts.astype(np.int32)
    lp.a_matrix_.index_ = matrix.rows.astype(np.int32)
    lp.a_matrix_.value_ = matrix.values
    integer = matrix.integer if job.integer is None else job.integer
    if integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(i)] for i in integer]
    return lp


def _result(highs: Any, is_mip: bool) -> Result:
    status, info = highs.getModelStatus(), highs.getInfo()
    if not highs.getNumCol() and status in (_STATUS.kModelEmpty, _STATUS.kOptimal):  # nothing to decide: no point
        nothing, cost = np.zeros(0), float(highs.getLp().offset_)
        return Result("optimal", nothing, cost, cost, 0, 0.0, nothing, np.zeros(highs.getNumRow()))
    has_point = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    x: Floats | None = np.array(highs.getSolution().col_value, dtype=np.float64) if has_point else None
    objective = float(info.objective_function_value) if has_point else np.inf
    bound = float(info.mip_dual_bound) if is_mip else objective
    if status == _STATUS.kOptimal and has_point:
        word = "optimal"
    elif status in (_STATUS.kInfeasible, _STATUS.kUnboundedOrInfeasible):
        word = "infeasible"
    else:
        word = "feasible" if has_point else "none"
        bound = bound if is_mip else -np.inf
    nodes = int(info.mip_node_count) if is_mip else 0
    duals: list[Floats | None] = [None, None]
    if word == "optimal" and not is_mip:
        solution = highs.getSolution()
        duals = [np.array(of, dtype=np.float64) for of in (solution.col_dual, solution.row_dual)]
    return Result(word, x, objective, bound, max(0, nodes), float(highs.getRunTime()), *duals)
