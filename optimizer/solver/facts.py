"""The content of plan.json: status, cost by term, figures of the plan, sizes, versions, inputs."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

import numpy as np

from ..account.figures import figures
from ..plan.steps import FORMAT
from ..version import __version__
from .arrays import Floats
from .completion import Completed
from .matrix import MUSD, Compiled, Objective
from .problem import Problem
from .progress import relative_gap
from .solvers import versions
from .unavoidable import Unavoidable


def facts(
    problem: Problem, c: Compiled, best: Completed, unavoidable: Unavoidable, *, objective: float, bound: float,
    status: str,
) -> dict[str, Any]:  # fmt: skip
    """Assemble plan.json; cost terms are the objective's own rows in the arrays that were solved, in USD."""
    (x, point), study, p = best, problem.study, problem.p
    n_rows, n_cols = c.matrix.shape
    finite = np.isfinite(bound)
    told = figures(p, x, study.config)
    discounted = {term: _usd(row, point) for term, row in c.objectives.discounted.items()}
    waiting = told["unused"]["waiting_rack_mw_years"]
    told["unused"] |= {
        "unavoidable_waiting_mw_years": _least(unavoidable.mw_years, waiting),
        "unavoidable_waiting_without_rules_mw_years": _least(unavoidable.without_rules_mw_years, waiting),
    }
    return {
        "format": FORMAT,
        "status": status,
        "objective_usd": objective,
        "bound_usd": bound if finite else None,
        "gap": relative_gap(objective, bound) if finite else None,
        "seconds": {},
        "cost_usd": {
            "discounted": discounted,
            "undiscounted": {term: _usd(row, point) for term, row in c.objectives.undiscounted.items()},
        },
        **({} if p.generation is None else {"relief_usd": _relief(discounted)}),
        **({} if p.before is None else {"replan": dict(p.before.facts)}),
        **told,
        "sizes": {
            "sites": len(p.sites), "skus": len(p.skus), "periods": len(p.horizon), "zones": len(p.zones),
            "lines": len(p.lines), "rows": n_rows, "columns": n_cols, "integers": int(c.matrix.integer.sum()),
        },
        "versions": {
            "rackgrid": __version__, "python": platform.python_version(), "highspy": version("highspy"),
            "pyomo": version("pyomo"), **versions(study.config.solve.solver),
        },
        "inputs": dict(study.inputs),
        "study": study.portable_config.model_dump(mode="json"),
        "study_path": "study",
    }  # fmt: skip


def _relief(discounted: dict[str, float]) -> float:
    """How far reinforcements bring generation and wheeling below those of the grid without any programme."""
    return max(0.0, -(discounted["generation"] + discounted["wheeling"]))


def _usd(row: Objective, point: Floats) -> float:
    value = (float(row[0] @ point) + row[1]) * MUSD
    return 0.0 if abs(value) < 1e-6 else value


def _least(bound: float | None, waiting: float) -> float | None:
    return None if bound is None else min(bound, waiting)  # above it by rounding alone
