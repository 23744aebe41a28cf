"""The solvers and strategies that a study may name in [solve]."""

from __future__ import annotations

from typing import Literal

HIGHS, SCIP = "highs", "scip"
SOLVERS = (HIGHS, SCIP, "gurobi", "cplex", "xpress", "cbc", "glpk")
ANY_SOLVER = "pyomo:"
"""What stands before the name of any other solver that Pyomo knows."""
Strategy = Literal["auto", "whole", "neighbours", "aggregated", "decomposed"]
