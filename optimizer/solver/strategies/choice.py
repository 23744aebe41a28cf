"""Which strategy a problem gets, and why."""

from __future__ import annotations

from functools import partial

from ...io.searches import HIGHS
from ..arrays import Floats
from ..problem import Problem
from .aggregated import aggregated
from .decomposed import decomposed
from .elsewhere import elsewhere
from .follow import follow
from .neighbours import neighbours
from .protocol import Strategy
from .whole import whole

# With so few pods the whole model is solved at once.
FEW_PODS = 100
# ... or with so few behind the periods that are held.
FEW_FREE_PODS = 300
# Up to so many pods the model of all sites is solved with relaxed pods where the aggregate would blur prices by site.
MOST_PODS = 50_000


def chosen(problem: Problem, *, of_many: bool, base: Floats | None) -> tuple[Strategy, str]:
    """Choose a strategy and say why: the one that the study asks for, else the first that fits.

    ``of_many``: the study is one of many variants of a base case, of which ``base`` is the plan as a point, if known.
    """
    solve = problem.study.config.solve
    if solve.solver != HIGHS:
        return elsewhere, f"whole model by {solve.solver} (asked for)"
    by_name: dict[str, Strategy] = {
        "whole": partial(whole, base=base), "neighbours": neighbours, "aggregated": aggregated,
        "decomposed": decomposed,
    }  # fmt: skip
    if solve.strategy == "aggregated" and problem.p.before is not None:
        return partial(follow, base=base), "follow: racks as MW do not see what is committed (aggregated was asked for)"
    if solve.strategy == "aggregated" and problem.p.is_physical:
        return decomposed, "decomposed: the grid has what racks as MW do not see (aggregated was asked for)"
    if solve.strategy in by_name:
        return by_name[solve.strategy], f"{solve.strategy} (asked for)"
    if problem.size <= FEW_PODS:
        return partial(whole, base=base), "whole model: it has few pods"
    if problem.p.before is not None and problem.free_pods <= FEW_FREE_PODS:
        return partial(whole, base=base), "whole model: few pods are not committed"
    if problem.p.before is not None:
        return partial(follow, base=base), "follow: a linear program and the plan of before settle most of it"
    if of_many:
        return partial(follow, base=base), "follow: a linear program and the plan of the base case settle most of it"
    if problem.p.is_physical and problem.p.many_buses:
        return decomposed, "decomposed: branch and bound on the sites, which the grid answers by linear programs"
    if problem.p.is_physical:
        return neighbours, "neighbours: the grid has what racks as MW do not see"
    if problem.size <= MOST_PODS and problem.aggregate.sites.blurred:
        return neighbours, "neighbours: what racks cost to place differs by site, which racks as MW do not see"
    return aggregated, "aggregated: racks as MW prove, open and build; whole pods fill"
