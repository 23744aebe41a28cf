"""Which strategy a problem gets, and why."""

from __future__ import annotations

from functools import partial

from ..arrays import Floats
from ..problem import FEW_PODS, Problem
from .follow import follow
from .neighbours import neighbours
from .protocol import Strategy
from .whole import whole


def chosen(problem: Problem, *, of_many: bool, base: Floats | None) -> tuple[Strategy, str]:
    """Choose a strategy and say why: the first that fits.

    ``of_many``: the study is one of many variants of a base case, of which ``base`` is the plan as a point, if known.
    """
    if problem.pods.sum() <= FEW_PODS:
        return partial(whole, base=base), "whole model: it has few pods"
    if of_many:
        return partial(follow, base=base), "follow: a linear program and the plan of the base case settle most of it"
    return neighbours, "neighbours: relaxed pods prove and lead to whole ones"
