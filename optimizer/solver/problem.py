"""A study made ready to be solved, once, and passed on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..formulation.families import PODS
from ..formulation.rules import CHOICES
from ..parameters import Parameters
from ..study import Study
from .arrays import Bools, Matrix
from .matrix import Compiled, compiled
from .reuse import Template
from .tighten import whole_clusters

# With so few integer pods the whole model is solved at once.
FEW_PODS = 300


@dataclass(frozen=True)
class Problem:
    """A study, its parameters ``p``, the model's arrays ``c`` as stated, and the ``matrix`` whose least is searched.

    The matrix has the columns of the model, and its rows – tighter where whole pods allow – in the same places; rows
    and objective may be others where a strategy takes a problem apart.
    """

    study: Study
    p: Parameters
    c: Compiled
    matrix: Matrix

    @classmethod
    def of(cls, study: Study, template: Template | None = None) -> Problem:
        """Make a study's problem, from the arrays of its base case where they have place for it.

        Raises InfeasibleError where the study's own numbers contradict a rule.
        """
        p = Parameters.of(study)
        c = (None if template is None else template.compiled(study, p)) or compiled(study, p)
        return cls(study, p, c, whole_clusters(p, c))

    @cached_property
    def pods(self) -> Bools:
        """Which columns are pods placed."""
        pods = np.zeros(self.matrix.shape[1], dtype=bool)
        pods[self.c.columns.array(PODS)] = True
        return pods

    def least_waiting(self, *, ruled: bool) -> Matrix:
        """Return the rows as stated under the waiting MW-years; without the rules of [policy] unless ``ruled``."""
        c = self.c
        if ruled:
            return c.matrix.with_objective(*c.objectives.waiting)
        if self.p.forbidden.any():
            c = compiled(self.study, replace(self.p, forbidden=np.zeros_like(self.p.forbidden)))
        rules = [row for rule in CHOICES for row in c.rows.get(rule.name, [])]
        kept = c.matrix.rows_only(np.setdiff1d(np.arange(c.matrix.shape[0]), rules))
        return kept.with_objective(*c.objectives.waiting)
