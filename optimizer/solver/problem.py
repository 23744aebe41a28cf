"""A study made ready to be solved, once, and passed on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..formulation.families import PODS
from ..formulation.rules import CHOICES, OF_ANGLES
from ..formulation.sets import filtered
from ..io.config import Policy
from ..parameters import Parameters
from ..resolved.cuts import Cuts
from ..study import Study
from .aggregate.columns import Goal
from .aggregate.model import Aggregate, aggregate
from .arrays import Bools, Matrix
from .matrix import Compiled, Objective, Written, compiled
from .reuse import Template
from .tighten import whole_clusters

# Pods from which on the whole model is not made where a part or the aggregate will do.
MANY_PODS = 5_000


@dataclass(frozen=True)
class Statement:
    """A study and its parameters, and the arrays of its model, which are made when they are first asked for."""

    study: Study
    p: Parameters
    template: Template | None = None
    cut: Written | None = None

    @cached_property
    def c(self) -> Compiled:
        """The model's arrays as stated; raises InfeasibleError where the study's own numbers contradict a rule."""
        known = None if self.template is None else self.template.compiled(self.study, self.p)
        return known or self.written.compiled

    @cached_property
    def written(self) -> Written:
        """The model's rows as they were written."""
        return self.cut or Written.of(self.study, self.p)

    def with_cuts(self, more: Cuts) -> Statement:
        """Return the same study with more rows of outages and costs."""
        p = replace(self.p, cuts=self.p.cuts.joined(more))
        return replace(self, p=p, cut=self.written.with_cuts(p))

    @cached_property
    def tight(self) -> Matrix:
        """The model under money, its rows tighter where whole pods allow."""
        return whole_clusters(self.p, self.c)


@dataclass(frozen=True)
class Problem:
    """A study under a ``goal``, with another goal ``held`` to a limit; or with the rows and the objective of ``other``.

    ``part``: some sites are left out, so what is proven of it proves nothing of the study.
    ``matrix``, whose least is searched, has the columns of the model, and its rows in the same places.
    """

    statement: Statement
    goal: Goal = "money"
    held: tuple[Goal, float] | None = None
    other: Matrix | None = None
    part: bool = False

    @classmethod
    def of(cls, study: Study, template: Template | None = None) -> Problem:
        """Take a study, and the arrays of its base case where they have place for it."""
        return cls(Statement(study, Parameters.of(study), template))

    @property
    def study(self) -> Study:
        """The study."""
        return self.statement.study

    @property
    def p(self) -> Parameters:
        """Its parameters."""
        return self.statement.p

    @property
    def c(self) -> Compiled:
        """The model's arrays as stated, whatever the goal."""
        return self.statement.c

    @cached_property
    def matrix(self) -> Matrix:
        """The rows and the objective whose least is searched."""
        if self.other is not None:
            return self.other
        matrix = self.statement.tight
        if self.goal != "money":
            matrix = matrix.with_objective(*self._row(self.goal))
        if self.held is not None:
            cost, offset = self._row(self.held[0])
            matrix = matrix.with_row_limit(cost, self.held[1] - offset)
        return matrix

    @cached_property
    def aggregate(self) -> Aggregate:
        """The aggregate under the same goal; of the study itself where other rows are searched."""
        return aggregate(self.study, self.p, self.goal, self.held)

    @cached_property
    def size(self) -> int:
        """How many pods its model places, without making it."""
        return len(filtered(self.p).triples)

    @cached_property
    def free_pods(self) -> int:
        """How many of them are not held as an earlier plan has them."""
        frozen = 0 if self.p.before is None else self.p.before.frozen
        return sum(t >= frozen for _, _, t in filtered(self.p).triples)

    @cached_property
    def pods(self) -> Bools:
        """Which columns are pods placed."""
        pods = np.zeros(self.matrix.shape[1], dtype=bool)
        pods[self.c.columns.array(PODS)] = True
        return pods

    def with_cuts(self, more: Cuts) -> Problem:
        """Return the problem with more rows of outages and costs."""
        return replace(self, statement=self.statement.with_cuts(more))

    def of_sites(self, keep: Bools) -> Problem:
        """Return the problem of some sites, (s,): the others stay closed."""
        forbidden = self.p.forbidden | ~keep
        return replace(self, statement=Statement(self.study, replace(self.p, forbidden=forbidden)), part=True)

    def least_unused(self) -> Problem:
        """Return the problem of least unused capacity, without a ceiling on it."""
        policy = self.p.policy.model_copy(update={"max_unused_mw_years": None})
        return replace(self, statement=Statement(self.study, replace(self.p, policy=policy)), goal="unused")

    def least_waiting(self, *, ruled: bool) -> Matrix:
        """Return the rows as stated under the waiting MW-years; without the rules of [policy] unless ``ruled``."""
        c, left = self.c, {rule.name for rule in (() if ruled else CHOICES)}
        if not ruled and self.p.forbidden.any():
            c = compiled(self.study, replace(self.p, forbidden=np.zeros_like(self.p.forbidden)))
        if self.p.many_buses:  # transport alone is a lower limit too, and a tenth of the time
            left |= OF_ANGLES
        rules = [row for name in left for row in c.rows.get(name, [])]
        kept = c.matrix.rows_only(np.setdiff1d(np.arange(c.matrix.shape[0]), rules)) if left else c.matrix
        return kept.with_objective(*c.objectives.waiting)

    def waiting(self, *, ruled: bool) -> Aggregate:
        """Return the aggregate under the waiting MW-years; without the rules of [policy] unless ``ruled``."""
        nothing = np.zeros_like(self.p.forbidden)
        free = replace(self.p, policy=Policy(), forbidden=nothing, forced=nothing)
        return aggregate(self.study, self.p if ruled else free, "waiting")

    def _row(self, goal: Goal) -> Objective:
        objectives = self.c.objectives
        return objectives.waiting if goal == "waiting" else objectives.unused
