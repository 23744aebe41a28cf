"""One search: the best plan so far, the bound that is proven, and what is believed of either.

Every step ends by a gap or a count of nodes, never by the clock (unless the caller's time limit strikes), so that the
same study gives the same plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...formulation.families import DISPATCH, OPENED, PODS, RESTS
from ...tolerance import LEAST_USD
from ..arrays import Floats, Job, Result
from ..completion import Completed, complete, stated
from ..problem import Problem
from ..progress import relative_gap
from ..runner import Runner, Stopped
from .protocol import Aim, Outcome

# The first bound need not be closer than this; a better plan gains more by then.
FIRST_GAP = 5e-4
# A bound this far above the plan, relative to it, is rounding; beyond, one of the two is wrong.
ROUNDING = 1e-6
# Plans whose objectives differ by less than this, relative, cost the same.
SAME = 1e-10
# With so few integer pods the whole model is solved at once.
FEW_PODS = 300
# Nodes that the search for fewer sites at the same cost may take.
FEWER_NODES = 200


def searched(
    problem: Problem, aim: Aim, runner: Runner, steps: Callable[[Search], None],
    make: Callable[[Problem, Aim, Runner], Search] | None = None,
) -> Outcome:  # fmt: skip
    """Run the steps of a strategy, once more and strictly where they leave a gap; a stop keeps the best plan.

    ``make`` makes a search of its own kind.
    """
    search = (make or Search)(problem, aim, runner)
    if aim.known_usd > -np.inf:
        search.prove(aim.known_usd / search.matrix.unit)
    try:
        search.offer(None if aim.start is None else stated(problem, aim.start))
        steps(search)
        if (
            search.exhausted and not search.reached and not search.infeasible
        ):  # points that miss a limit passed for plans
            runner.journal.say("limits lie within the solver's tolerance of whole pods: searched again, strictly")
            columns = problem.c.columns  # slower, so only where a study asks for it
            search.matrix = problem.matrix.strict(rests=columns.array(*RESTS), supplies=columns.array(*DISPATCH))
            steps(search)
        if aim.told == "USD":
            search.fewest_sites()
    except Stopped:
        runner.journal.say("stopped: the best plan so far is kept")
        search.salvage()
    unit = search.matrix.unit
    return Outcome(
        problem, search.best, search.objective * unit, search.bound * unit, search.infeasible, search.reached
    )


@dataclass
class Search:
    """State of one search: the ``best`` plan with its ``objective``, and the proven ``bound``, in the matrix's unit.

    ``guide`` is the last point with relaxed pods; ``matrix`` that of the problem, or a stricter one.
    """

    problem: Problem
    aim: Aim
    runner: Runner
    best: Completed | None = None
    objective: float = np.inf
    bound: float = -np.inf
    infeasible: bool = False
    exhausted: bool = False
    guide: Floats | None = None

    def __post_init__(self) -> None:
        self.matrix, self.pods = self.problem.matrix, self.problem.pods
        self.gap, self.journal = self.aim.gap, self.runner.journal

    @property
    def x(self) -> Floats | None:
        """The best plan as a point."""
        return None if self.best is None else self.best[1]

    @property
    def reached(self) -> bool:
        """Whether the asked gap is proven, or which side of ``until_usd`` the least plan lies on."""
        objective, bound, until = self.objective * self.matrix.unit, self.bound * self.matrix.unit, self.aim.until_usd
        if until is not None and (objective <= until or bound > until):
            return True
        return relative_gap(objective, bound) <= self.gap

    @property
    def _until(self) -> float | None:
        return None if self.aim.until_usd is None else self.aim.until_usd / self.matrix.unit

    @property
    def enough(self) -> float:
        """Objective that is within the gap of the proven bound, with a margin for rounding, or low enough."""
        within = self.bound + 0.999 * self.gap * max(LEAST_USD / self.matrix.unit, abs(self.bound))
        return within if self._until is None else max(within, self._until)

    @property
    def needed_bound(self) -> float:
        """Bound that would prove the best plan to be within the gap, or is high enough."""
        within = self.objective - self.gap * max(LEAST_USD / self.matrix.unit, abs(self.objective))
        return within if self._until is None else min(within, _beyond(self._until))

    def accept(self, x: Floats) -> tuple[Completed, float] | None:
        """Complete a candidate, with its objective; None where it keeps a limit of the problem not exactly."""
        completed = complete(self.problem, x, self.runner.finish)
        if completed is None:
            return None
        matrix, exact = self.problem.matrix, completed[1]
        breach = matrix.breach(exact)
        if breach > 1.0:
            self.journal.say(f"a limit is missed by {breach:.3g} bands")
            return None
        return completed, float(matrix.cost @ exact) + matrix.offset

    def offer(self, x: Floats | None) -> None:
        """Take a candidate with whole pods if it is better."""
        accepted = None if x is None else self.accept(x)
        if accepted is None or accepted[1] >= self.objective - 1e-12 * max(1.0, abs(accepted[1])):
            return
        self.best, self.objective = accepted
        if self._above(self.bound):
            self.journal.say(f"a plan below the bound {self.bound:.9g}: the bound is given up")
            self.bound = -np.inf
        self.bound = min(self.bound, self.objective)
        self._tell()

    def prove(self, bound: float) -> None:
        """Take a proven lower bound if it is higher; one above a plan that was rechecked proves nothing."""
        if self._above(bound):
            self.journal.say(f"the solver's bound {bound:.9g} is above a plan of {self.objective:.9g}: not believed")
        elif bound > self.bound:
            self.bound = min(bound, self.objective)
            self._tell()

    def _prove_by(self, result: Result) -> None:
        """Take the bound of the matrix; where sites are left out it is none of the study."""
        if not self.problem.part:
            self.prove(result.bound)

    def _above(self, bound: float) -> bool:
        """Whether a bound is above the best plan by more than rounding."""
        return self.best is not None and bound > self.objective + ROUNDING * max(1.0, abs(self.objective))

    def _tell(self) -> None:
        """Report the state."""
        if self.aim.told != "nothing":
            usd = self.matrix.unit if self.aim.told == "USD" else np.nan
            self.journal.tell(self.objective * usd, self.bound * usd, has_plan=self.best is not None)
        self.journal.say(f"plan {self.objective * self.matrix.unit:.6e} bound {self.bound * self.matrix.unit:.6e}")

    def believed(self, job: Job) -> Result:
        """Run a job; believe "infeasible" only without a plan in hand, and when a second run says so too.

        The second run has no presolve and another seed; so has one after a bound above the best plan. What is not
        believed is an answer without point or bound.
        """
        result, again = self.runner.run(self.matrix, job), replace(job, presolve=False, seed=1)
        if result.status != "infeasible":
            return self.runner.run(self.matrix, again) if self._above(result.bound) else result
        if self.best is None:
            result = self.runner.run(self.matrix, again)
            if result.status != "infeasible":
                self.journal.say("the solver said infeasible, then not: its second answer is used")
                return result
            self.infeasible = not self.problem.part
        else:
            self.journal.say("the solver says infeasible of a study that has a plan: not believed")
        return Result("none", None, np.inf, -np.inf)

    def relax(
        self, gap: float, bound_target: float | None = None, max_nodes: int | None = None
    ) -> Floats | None:  # fmt: skip
        """Solve with continuous pods: a bound for the plan, and openings and halls to repair from."""
        integer = self.matrix.integer & ~self.pods
        result = self.believed(
            Job(integer=integer, gap=gap, start=self.x, bound_target=bound_target, max_nodes=max_nodes)
        )
        self.guide = result.x
        self._prove_by(result)
        if result.x is not None and np.abs(result.x - np.round(result.x))[self.pods].max(initial=0.0) < 1e-6:
            self.offer(result.x)
        return result.x

    def first_bound(self) -> Floats | None:
        """Relax the pods for the first time, and try what is left of the point with its pods rounded down.

        None where there is no point, or where it was a plan within the gap as it came.
        """
        self.journal.enter("bound")
        relaxed = self.relax(max(self.gap / 2, FIRST_GAP))
        if relaxed is None or self.reached:
            return None
        self.offer(self.rounded_down(relaxed))
        return relaxed

    def finish(self) -> None:
        """Branch and bound on the whole model, started from the best plan, where the gap is still open."""
        if self.reached or self.infeasible:
            return
        self.journal.enter("proof")
        self.exhausted = True
        until = self._until
        beyond = None if until is None else _beyond(until)
        job = Job(start=self.x, gap=self.gap * 0.98, objective_target=until, bound_target=beyond)
        result = self.believed(job)
        self.offer(result.x)
        self._prove_by(result)

    def fewest_sites(self) -> None:
        """Of plans that cost the same take one with fewer sites, where opening one costs nothing."""
        last = len(self.problem.p.horizon) - 1
        opened = self.problem.c.columns.of(OPENED)
        count = np.zeros(len(self.pods))
        count[[column for (_, t), column in opened.items() if t == last]] = 1.0
        free = {s for s, _ in opened} - {s for (s, _), column in opened.items() if self.matrix.cost[column] != 0.0}
        if self.x is None or self.pods.sum() > FEW_PODS or not any(self.x[opened[s, last]] > 0.5 for s in free):
            return
        self.journal.enter("fewer sites")
        least = self.objective + SAME * max(1.0, abs(self.objective))
        equals = self.matrix.with_row_limit(self.matrix.cost, least - self.matrix.offset).with_objective(count, 0.0)
        found = self.runner.run(equals, Job(start=self.x, max_nodes=FEWER_NODES))
        accepted = None if found.x is None else self.accept(found.x)
        if accepted is not None and accepted[1] <= least and count @ accepted[0][1] < count @ self.x:
            self.best, self.objective = accepted

    def salvage(self) -> None:
        """After a stop: try what is at hand with its pods rounded down; without a plan, no racks at all."""
        self.offer(self.rounded_down(self.guide))
        if self.best is None:
            self.offer(np.zeros(len(self.pods)))

    def rounded_down(self, x: Floats | None) -> Floats | None:
        """Round the running total of placed pods down, by site and SKU."""
        if x is None:
            return None
        whole, columns = x.copy(), self.problem.c.columns
        placed = np.floor(np.cumsum(columns.spread(PODS, x), axis=2) + 1e-6)
        columns.gather(PODS, np.diff(placed, axis=2, prepend=0.0), whole)
        return whole


def _beyond(until: float) -> float:
    """A bound that is above a limit beyond rounding."""
    return until + ROUNDING * max(1.0, abs(until))
