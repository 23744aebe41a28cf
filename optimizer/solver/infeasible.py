"""Why no plan exists: what a key of [policy] would have to be, alone or with others, so that a plan exists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from ..account.decisions import Decisions
from ..formulation.families import OPENED, SERVING
from ..formulation.notation import Rule
from ..formulation.rules import CHOICES, SITE_COUNT, UNUSED_CEILING
from .arrays import Floats, Ints, Job, Matrix
from .completion import Completed, complete
from .needs import needed, typed
from .problem import Problem
from .runner import Runner

CLASH = "The rules of [policy] clash with each other; no key alone stands in the way."
_NODES = 2_000
_SHARE_STEPS = 8


@dataclass(frozen=True)
class Clash:
    """What finds the cures: the problem, what runs a job, and what searches a whole plan.

    ``search`` is None where the answer must not take the time of a search, with many pods: then relaxations
    say how much is needed at least. ``met`` are plans found on the way that keep every rule.
    """

    problem: Problem
    runner: Runner
    search: Callable[[Matrix], Floats | None] | None
    met: list[Completed] = field(default_factory=list)

    def reasons(self) -> list[str]:
        """Name each key that alone lets a plan exist, and the value that does; else those that do together.

        Empty where a plan is found that lets nothing give: then the study is not infeasible, whoever said so.
        """
        rules = [rule for rule in CHOICES if rule.name in self.problem.c.rows]
        rules.sort(key=lambda rule: rule.changes not in self.problem.study.overridden)
        alone: list[str] = []
        if self.search is None:
            return [line for rule in rules for line in self._at_least(rule)] or [CLASH]
        for rule in rules:
            found = self._alone(rule, self.search)
            if found is not None:
                told = self._told([rule], found)
                if not told:
                    return []
                alone += told
        return alone or (self._together(rules) if rules else [])

    def _told(self, rules: Iterable[Rule], found: Decisions) -> list[str]:
        told = []
        for rule in rules:
            now, need = getattr(self.problem.p.policy, rule.key), needed(self.problem.p, found, rule.key)
            if isinstance(need, tuple):
                told += [f"{rule.changes}: without {', '.join(need)} a plan exists"] if need else []
            elif rule.form == "cluster" and need < now:
                told.append(f"{rule.changes} = {now:.10g} is too high: {typed(need, up=False)} works")
            elif rule.form != "cluster" and need > now:
                told.append(f"{rule.changes} = {now:.10g} is too low: {typed(need)} works")
        return told

    # one key ------------------------------------------------------------------------------------------------
    def _at_least(self, rule: Rule) -> list[str]:
        """Say what a key must be at least by the relaxation, the other rules kept; nothing where it is not alone."""
        free = self.problem.matrix.without_limits(self.problem.c.rows[rule.name])
        cost, offset = self._quantity(rule)
        result = self.runner.finish(free, Job(cost=cost, offset=offset, integer=np.zeros(len(cost), dtype=bool)))
        if result.x is None:
            return []
        if rule not in (UNUSED_CEILING, SITE_COUNT):
            return [f"{rule.changes} clashes with other rules"]
        now = getattr(self.problem.p.policy, rule.key)
        least = np.ceil(result.objective - 1e-6) if rule is SITE_COUNT else result.objective
        return [f"{rule.changes} = {now:.10g} is too low: at least {typed(float(least), up=False)} is needed"]

    def _quantity(self, rule: Rule) -> tuple[Floats, float]:
        """What the key of a rule limits, as an objective: MW-years, or sites open in the end."""
        if rule is UNUSED_CEILING:
            return self.problem.c.objectives.unused
        p, cost = self.problem.p, np.zeros(len(self.problem.matrix.lower))
        for (s, t), column in self.problem.c.columns.of(OPENED).items():
            if t == len(p.horizon) - 1 and (rule is SITE_COUNT or rule.form == "list"):
                cost[column] = 1.0 if rule is SITE_COUNT else -float(p.forced[s])
        return cost, float(p.committed.sum())

    def _alone(self, rule: Rule, search: Callable[[Matrix], Floats | None]) -> Decisions | None:
        """Find a whole plan that keeps all rules but one, and keeps that one as nearly as can be."""
        rows = self.problem.c.rows[rule.name]
        base = self.problem.c.matrix if rule.form == "cluster" else self.problem.matrix
        free, nothing = base.without_limits(rows), np.zeros(base.shape[1])
        if self.runner.finish(free, Job(integer=nothing.astype(bool), cost=nothing)).x is None:
            return None
        if rule in (UNUSED_CEILING, SITE_COUNT) or rule.form == "list":
            return self._whole(search(free.with_objective(*self._quantity(rule))))
        if rule.form == "share":
            return self._least_share(base, rows, rule)
        return self._whole(self._nearest(base, rows))

    def _nearest(self, matrix: Matrix, rows: Ints) -> Floats | None:
        """Return the whole point of the least breach of some rows, which may all be broken by as much."""
        slack = with_slack(matrix, rows)
        result = self.runner.finish(slack, Job(gap=1e-4, max_nodes=_NODES))
        return None if result.x is None else result.x[: len(matrix.lower)]

    def _least_share(self, matrix: Matrix, rows: Ints, rule: Rule) -> Decisions | None:
        """Lower the share that a whole plan needs until no plan needs less (Dinkelbach's method)."""
        now = share = float(getattr(self.problem.p.policy, rule.key))
        best: Decisions | None = None
        for _ in range(_SHARE_STEPS):
            found = self._whole(self._nearest(with_share(self.problem, matrix, rows, now - share), rows))
            if found is None:
                return best
            need = needed(self.problem.p, found, rule.key)
            if isinstance(need, tuple) or (best is not None and need >= share - 1e-9):
                return best
            best, share = found, need
        return best

    def _whole(self, x: Floats | None) -> Decisions | None:
        done = None if x is None else complete(self.problem, x, self.runner.finish)
        if done is None:
            return None
        if self.problem.matrix.breach(done[1]) <= 1.0:
            self.met.append(done)
        return done[0]

    # several keys -------------------------------------------------------------------------------------------
    def _together(self, rules: list[Rule]) -> list[str]:
        """Let all rows give at a price, and say what the keys would have to be together."""
        rows = np.concatenate([self.problem.c.rows[rule.name] for rule in rules])
        relaxed = elastic(self.problem.c.matrix, rows)
        result = self.runner.finish(relaxed, Job(gap=1e-3, max_nodes=_NODES))
        found = self._whole(None if result.x is None else result.x[: len(self.problem.c.matrix.lower)])
        if found is None:
            return [CLASH]
        told = self._told(rules, found)
        return [*told[:1], *(f"and at once {line}" for line in told[1:])]


def with_slack(matrix: Matrix, rows: Ints) -> Matrix:
    """Return the matrix with one column more, by which all these rows may be broken, as its objective."""
    signs = np.where(np.isfinite(matrix.row_upper[rows]), -1.0, 1.0)
    return matrix.with_columns([rows], [signs], np.ones(1))


def elastic(matrix: Matrix, rows: Ints) -> Matrix:
    """Give each row a slack in both directions; their sum, relative to the row's size, is the objective."""
    size = np.ones(matrix.shape[0])
    np.maximum.at(size, matrix.rows, np.abs(matrix.values))
    both = [np.array([row]) for row in rows for _ in range(2)]
    signs = [np.array([sign]) for _ in rows for sign in (1.0, -1.0)]
    return matrix.with_columns(both, signs, np.repeat(1.0 / size[rows], 2))


def with_share(problem: Problem, matrix: Matrix, rows: Ints, less: float) -> Matrix:
    """Return the matrix with the rows of one rule of shares asking for a share that is so much less."""
    column = np.repeat(np.arange(len(matrix.lower)), np.diff(matrix.starts))
    size = np.zeros(len(matrix.lower))
    for (_, k, _), place in problem.c.columns.of(SERVING).items():
        size[place] = problem.p.pod_mw[k]
    change = np.where(np.isin(matrix.rows, rows), less * size[column], 0.0)
    return replace(matrix, values=matrix.values + change)
