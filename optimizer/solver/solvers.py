"""The solvers other than HiGHS: how each is got, and what Pyomo calls it and its options."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from io import StringIO
from typing import Any

from pyomo.common.log import LoggingIntercept
from pyomo.opt import SolverFactory

from ..errors import Fault, InputError
from ..io.searches import ANY_SOLVER, HIGHS, SCIP


@dataclass(frozen=True)
class Other:
    """A solver that Pyomo knows, by the first of its ``names`` that is there; its options by what they set.

    ``tells_bound`` is False where the bound that Pyomo reads may be the plan's own cost: then the gap that was asked
    is all that is proven. ``package`` is that of Python whose version says which solver it was.
    """

    names: tuple[str, ...]
    cure: str
    package: str = ""
    gap: str = ""
    seconds: str = ""
    threads: str = ""
    tolerances: tuple[str, ...] = ()
    tells_bound: bool = True


OTHERS = {
    "gurobi": Other(
        ("gurobi",),
        "pip install gurobipy, and get a licence from gurobi.com",
        "gurobipy",
        gap="MIPGap",
        seconds="TimeLimit",
        threads="Threads",
        tolerances=("FeasibilityTol", "IntFeasTol"),
    ),
    "cplex": Other(
        ("cplex_direct", "cplex"),
        "install IBM ILOG CPLEX; pip install cplex brings a small one",
        "cplex",
        gap="mip_tolerances_mipgap",
        seconds="timelimit",
        threads="threads",
        tolerances=("simplex_tolerances_feasibility", "mip_tolerances_integrality"),
    ),
    "xpress": Other(
        ("xpress",),
        "pip install xpress, and get a licence from fico.com",
        "xpress",
        gap="miprelstop",
        seconds="timelimit",
        threads="threads",
        tolerances=("feastol", "miptol"),
    ),
    "cbc": Other(
        ("cbc",),
        "apt install coinor-cbc, brew install cbc, or conda install coin-or-cbc",
        gap="ratioGap",
        threads="threads",
        tolerances=("primalTolerance", "integerTolerance"),
        tells_bound=False,
    ),
    "glpk": Other(
        ("glpk",),
        "apt install glpk-utils, brew install glpk, or conda install glpk",
        gap="mipgap",
        tells_bound=False,
    ),
}
_SCIP_PACKAGE = "pyscipopt"


def other(name: str) -> Other:
    """Return what is known of one of Pyomo's solvers."""
    bare = name.removeprefix(ANY_SOLVER)
    return OTHERS.get(bare) or Other((bare,), "pyomo help --solvers lists those that Pyomo finds here")


def available(name: str) -> Any:
    """Return Pyomo's interface to a solver, None where it is not installed."""
    with LoggingIntercept(StringIO(), "pyomo"):  # each that is missing would be warned about
        found = (SolverFactory(each) for each in other(name).names)
        return next((solver for solver in found if solver.available(exception_flag=False)), None)


def need(name: str) -> None:
    """Raise InputError, with what to install, where a solver is not there."""
    if name == HIGHS:
        return
    if name == SCIP:
        there, cure = find_spec(_SCIP_PACKAGE) is not None, 'pip install "rackgrid[scip]"'
    else:
        there, cure = available(name) is not None, other(name).cure
    if not there:
        raise InputError([Fault("solve.solver", "is not installed here", value=name, cure=cure)])


def versions(name: str) -> dict[str, str]:
    """Return the version of the Python package that a solver other than HiGHS comes in, where it has one."""
    package = "" if name == HIGHS else _SCIP_PACKAGE if name == SCIP else other(name).package
    try:
        return {package: version(package)} if package else {}
    except PackageNotFoundError:
        return {}
