"""The search: bound with relaxed pods, a plan by repair, better plans by neighbourhoods, proof by the whole model.

Integer pods, not size, stop a plain branch and bound: with continuous pods it closes in seconds, and a plan of
whole pods lies a few hundredths of a per cent above that bound. So the pods are relaxed for the bound, and
repaired for the plan, period after period. Every step ends by a gap or a count of nodes, never by the clock
(unless the caller's time limit strikes), so that the same study gives the same plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from ..formulation.families import DISPATCH, OPENED, PODS, RESTS
from ..parameters import Parameters
from ..tolerance import LEAST_USD
from .arrays import Bools, Floats, Job, Matrix, Result
from .matrix import Compiled
from .progress import Journal, relative_gap
from .repair import Neighbourhood, Repair

# With so few integer pods the whole model is solved at once.
FEW_PODS = 300
# The first bound need not be closer than this; a better plan gains more by then.
FIRST_GAP = 5e-4
# A bound this far above the plan, relative to it, is rounding; beyond, one of the two is wrong.
ROUNDING = 1e-6
# Plans whose objectives differ by less than this, relative, cost the same.
SAME = 1e-10
# Nodes that the search for fewer sites at the same cost may take.
FEWER_NODES = 200
# Neighbourhoods searched at most, and in vain in a row, before the bound is tightened.
ROUNDS = 60
PATIENCE = 12


Told = Literal["USD", "plans", "nothing"]
"""What a caller hears of a search: money; of plans alone, while MW-years are minimised; nothing of what is no plan."""


class Stopped(Exception):
    """The time limit struck or the caller asked to stop."""


@dataclass
class Search:
    """State of one search: the best whole point ``x`` with its ``objective``, and the proven ``bound``.

    ``run`` solves a job (and raises Stopped once the limit struck), ``accept`` completes and checks a candidate
    and returns it exactly, or None. ``guide`` is the last point with relaxed pods;
    ``proven`` is False where an earlier objective of a lexicographic search was left open.
    """

    p: Parameters
    c: Compiled
    matrix: Matrix
    gap: float
    run: Callable[[Matrix, Job], Result]
    accept: Callable[[Floats], tuple[Floats, float] | None]
    journal: Journal
    told: Told = "USD"
    x: Floats | None = None
    objective: float = np.inf
    bound: float = -np.inf
    infeasible: bool = False
    proven: bool = True
    guide: Floats | None = None
    pods: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.pods = np.zeros(len(self.matrix.lower), dtype=bool)
        self.pods[self.c.columns.array(PODS)] = True

    @property
    def in_doubt(self) -> bool:
        """Whether a search that ended by itself left a gap: then points that miss a limit passed for plans."""
        return not self.reached and not self.infeasible

    @property
    def strict(self) -> Matrix:
        """The matrix in which the solver's tolerance cannot blur a limit."""
        columns = self.c.columns
        return self.matrix.strict(rests=columns.array(*RESTS), supplies=columns.array(*DISPATCH))

    def be_strict(self) -> None:
        """Go on with limits that the solver's tolerance cannot blur; slower, so only where a study asks for it."""
        self.journal.say("limits lie within the solver's tolerance of whole pods: searched again, strictly")
        self.matrix = self.strict

    @property
    def reached(self) -> bool:
        """Whether the asked gap is proven."""
        return relative_gap(self.objective * self.matrix.unit, self.bound * self.matrix.unit) <= self.gap

    def offer(self, x: Floats | None) -> bool:
        """Take a candidate with whole pods if it is better; say whether it was."""
        if x is None:
            return False
        accepted = self.accept(x)
        if accepted is None:
            return False
        exact, objective = accepted
        if objective >= self.objective - 1e-12 * max(1.0, abs(objective)):
            return False
        self.x, self.objective = exact, objective
        if self._above(self.bound):
            self.journal.say(f"a plan below the bound {self.bound:.9g}: the bound is given up")
            self.bound = -np.inf
        self.bound = min(self.bound, objective)
        self.tell()
        return True

    def prove(self, bound: float) -> None:
        """Take a proven lower bound if it is higher; one above a plan that was rechecked proves nothing."""
        if self._above(bound):
            self.journal.say(f"the solver's bound {bound:.9g} is above a plan of {self.objective:.9g}: not believed")
        elif bound > self.bound:
            self.bound = min(bound, self.objective)
            self.tell()

    def _above(self, bound: float) -> bool:
        """Whether a bound is above the best plan by more than rounding."""
        return self.x is not None and bound > self.objective + ROUNDING * max(1.0, abs(self.objective))

    def tell(self) -> None:
        """Report the state."""
        if self.told != "nothing":
            usd = self.matrix.unit if self.told == "USD" else np.nan
            self.journal.tell(self.objective * usd, self.bound * usd, has_plan=self.x is not None)
        self.journal.say(f"plan {self.objective * self.matrix.unit:.6e} bound {self.bound * self.matrix.unit:.6e}")

    def search(self) -> None:
        """Run all steps until the gap is proven; leaves the best point and bound in the object."""
        self.journal.enter("bound")
        relaxed = self.relax(max(self.gap / 2, FIRST_GAP))
        if relaxed is not None and not self.reached:
            self.offer(self._rounded_down(relaxed))
            if self.pods.sum() > FEW_PODS:
                self.repair_and_improve(relaxed)
        self.finish()

    def finish(self) -> None:
        """Branch and bound on the whole model, started from the best plan, where the gap is still open."""
        if self.reached or self.infeasible:
            return
        self.journal.enter("proof")
        result = self._sceptical(Job(start=self.x, gap=self.gap * 0.98))
        self.offer(result.x)
        self.prove(result.bound)

    def fewest_sites(self) -> None:
        """Of plans that cost the same take one with fewer sites, where opening one costs nothing."""
        last = len(self.p.horizon) - 1
        opened = self.c.columns.of(OPENED)
        count = np.zeros(len(self.pods))
        count[[column for (_, t), column in opened.items() if t == last]] = 1.0
        free = {s for s, _ in opened} - {s for (s, _), column in opened.items() if self.matrix.cost[column] != 0.0}
        if self.x is None or self.pods.sum() > FEW_PODS or not any(self.x[opened[s, last]] > 0.5 for s in free):
            return
        self.journal.enter("fewer sites")
        least = self.objective + SAME * max(1.0, abs(self.objective))
        equals = self.matrix.with_row_limit(self.matrix.cost, least - self.matrix.offset).with_objective(count, 0.0)
        found = self.run(equals, Job(start=self.x, max_nodes=FEWER_NODES))
        accepted = None if found.x is None else self.accept(found.x)
        if accepted is not None and accepted[1] <= least and count @ accepted[0] < count @ self.x:
            self.x, self.objective = accepted

    def repair_and_improve(self, relaxed: Floats) -> None:
        """Make a point with continuous pods whole, period after period, and search around the best plan."""
        neighbourhood = Neighbourhood(self.p, self.c, self.matrix)
        self.journal.enter("repair")
        repair = Repair(self.c, self.matrix, self.gap, self.run, self.journal)
        self.guide = relaxed
        for self.guide in repair.steps(relaxed):
            pass
        self.offer(self.guide)
        if self.x is not None:
            self._polish(neighbourhood)

    def _polish(self, neighbourhood: Neighbourhood) -> None:
        """Improve the plan and the bound in turn, until the gap is reached or neither helps."""
        self.journal.enter("improve")
        self._improve(neighbourhood)
        while not self.reached:
            bound = self.bound
            self.journal.enter("bound")
            self.relax(self.gap / 20, self.needed_bound)
            if self.reached or self.bound <= bound + 1e-3 * self.gap * abs(bound):
                return
            self.journal.enter("improve")
            self._improve(neighbourhood)

    @property
    def enough(self) -> float:
        """Objective that is within the gap of the proven bound, with a margin for rounding."""
        return self.bound + 0.999 * self.gap * max(LEAST_USD / self.matrix.unit, abs(self.bound))

    @property
    def needed_bound(self) -> float:
        """Bound that would prove the best plan to be within the gap."""
        return self.objective - self.gap * max(LEAST_USD / self.matrix.unit, abs(self.objective))

    def relax(self, gap: float, bound_target: float | None = None) -> Floats | None:
        """Solve with continuous pods: a bound for the plan, and openings and halls to repair from."""
        integer = self.matrix.integer & ~self.pods
        result = self._sceptical(Job(integer=integer, gap=gap, start=self.x, bound_target=bound_target))
        self.guide = result.x
        self.prove(result.bound)
        if result.x is not None and np.abs(result.x - np.round(result.x))[self.pods].max(initial=0.0) < 1e-6:
            self.offer(result.x)
        return result.x

    def _improve(self, neighbourhood: Neighbourhood) -> None:
        """Search around the best plan, a few sites at a time, until the gap is reached or nothing helps."""
        idle = 0
        for _ in range(ROUNDS):
            if self.reached or self.x is None or idle >= PATIENCE:
                return
            job = neighbourhood.job(self.x, self.gap, objective_target=self.enough)
            result = self.run(self.matrix, job)
            before = self.objective
            self.offer(result.x)
            idle = 0 if self.objective < before - 1e-6 * abs(before) else idle + 1

    def _sceptical(self, job: Job) -> Result:
        """Run a job; believe "infeasible" only without a plan in hand, and when a second run says so too.

        The second run has no presolve and another seed; so has one after a bound above the best plan. What is not
        believed is an answer without point or bound.
        """
        result = self.run(self.matrix, job)
        if result.status != "infeasible":
            return self.run(self.matrix, replace(job, presolve=False, seed=1)) if self._above(result.bound) else result
        if self.x is None:
            result = self.run(self.matrix, replace(job, presolve=False, seed=1))
            if result.status != "infeasible":
                self.journal.say("the solver said infeasible, then not: its second answer is used")
                return result
            self.infeasible = True
        else:
            self.journal.say("the solver says infeasible of a study that has a plan: not believed")
        return Result("none", None, np.inf, -np.inf)

    def salvage(self) -> None:
        """After a stop: try what is at hand with its pods rounded down; without a plan, no racks at all."""
        if self.guide is not None:
            self.offer(self._rounded_down(self.guide))
        if self.x is None:
            self.offer(np.zeros(len(self.pods)))

    def _rounded_down(self, x: Floats) -> Floats:
        """Round the running total of placed pods down, by site and SKU."""
        whole = x.copy()
        shape = (len(self.p.sites), len(self.p.skus), len(self.p.horizon))
        placed = np.floor(np.cumsum(self.c.columns.spread(PODS, x, shape), axis=2) + 1e-6)
        self.c.columns.gather(PODS, np.diff(placed, axis=2, prepend=0.0), whole)
        return whole
