"""Questions about a plan, answered by solves: the study with other numbers or more demands, from what the plan knows.

A question reuses the plan's arrays and decisions, never its bound. Several are asked side by side, each with a solver
process of its own; an answer does not depend on those before it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from ..account.decisions import Decisions
from ..errors import InfeasibleError
from ..formulation.families import OPENED
from ..parameters import Parameters
from ..plan import Plan
from ..replan.committed import parameters_of
from ..resolved.demands import Demands
from .aggregate.columns import Goal
from .arrays import Floats, Job
from .completion import complete, stated
from .engine import Engine
from .matrix import MUSD
from .planner import accounted
from .problem import Problem, Statement
from .progress import Journal
from .refinement import readied, secured
from .reuse import Template
from .runner import Runner, Stopped
from .strategies.aggregated import aggregated
from .strategies.choice import chosen
from .strategies.lexicographic import lexicographic
from .strategies.protocol import Aim, Outcome, Strategy
from .unavoidable import Unavoidable

Key = TypeVar("Key")
# A relaxed opening below this is none.
CLOSED = 1e-9
# MW-years that are no more than those of a plan.
SAME_MW_YEARS = 1e-6


@dataclass(frozen=True)
class Answer:
    """How a question ended, in USD: no plan of it costs less than ``bound_usd``, inf where none exists (proven).

    ``objective_usd`` is that of the best plan found, ``decisions``, inf where none was. ``stopped``: cut short.
    """

    objective_usd: float
    bound_usd: float
    decisions: Decisions | None = None
    stopped: bool = False

    @property
    def infeasible(self) -> bool:
        """Whether it is proven that there is no plan."""
        return self.bound_usd == np.inf

    def sites(self, p: Parameters) -> frozenset[int]:
        """Sites that hold racks in service in the last period of the plan found, committed ones left out."""
        assert self.decisions is not None
        held = self.decisions.pods_in_service(p)[:, :, -1].sum(axis=1) > 0
        return frozenset(np.flatnonzero(held & ~p.committed).tolist())


UNKNOWN = Answer(np.inf, -np.inf, stopped=True)


@dataclass
class Questions:
    """What is asked about one plan; ``close`` ends its solver processes.

    ``gap`` is another than the study's; ``time_limit_s`` is that of each question. ``stop`` is asked often and ends
    what runs. ``as_good``: where MW-years come before money, answers have no more of them than the plan.
    """

    plan: Plan
    gap: float | None = None
    time_limit_s: float | None = None
    stop: Callable[[], bool] | None = None
    threads: int = 0
    as_good: bool = False
    _free: list[Engine] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.study = self.plan.study
        self.p = parameters_of(self.plan)
        self.base = Decisions.stated(self.p, self.plan.tables)
        self._template: Template | None = None

    def __enter__(self) -> Questions:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the solver processes."""
        while self._free:
            self._free.pop().close()

    @property
    def workers(self) -> int:
        """How many questions are asked side by side."""
        return self.threads or self.study.config.solve.threads or os.cpu_count() or 1

    def demanding(self, demands: Demands, p: Parameters | None = None) -> Parameters:
        """Return the study's parameters with demands, and what follows from these that every strategy knows."""
        p = self.p if p is None else p
        held, empty = (np.isin(np.arange(len(p.sites)), [*which]) for which in (demands.held, demands.empty))
        shut = empty & ~p.committed & ~p.forced & (not p.retires)  # else it may hold racks that leave in time
        return replace(p, demands=demands, forced=p.forced | held, forbidden=p.forbidden | shut)

    def ask(
        self,
        p: Parameters,
        *,
        time_limit_s: float | None = None,
        gap: float | None = None,
        until_usd: float | None = None,
        known_usd: float = -np.inf,
    ) -> Answer:
        """Solve the study with these parameters; Ctrl-C and the time limit keep what is known by then.

        It may end sooner, once a plan costs no more than ``until_usd``, or it is proven that none does. ``known_usd``
        is a bound that is proven already: that of the plan, where the question only narrows its study.
        """
        limit = self.time_limit_s if time_limit_s is None else time_limit_s
        with self._engine() as engine:
            aim = Aim(self.study.config.solve.gap if gap is None else gap, until_usd=until_usd, known_usd=known_usd)
            return self._asked(p, Runner(engine, Journal(None), limit, self.stop), aim)

    def ask_all(
        self,
        asked: Mapping[Key, Parameters],
        *,
        time_limit_s: float | None = None,
        gap: float | None = None,
        until_usd: float | None = None,
    ) -> Iterator[tuple[Key, Answer]]:
        """Ask questions side by side, in their order, and yield each answer as it comes.

        ``time_limit_s`` is that of all of them together: one that begins past it is answered by UNKNOWN. Each may end
        sooner by ``until_usd``, as one that is asked alone.
        """
        deadline = np.inf if time_limit_s is None else time.monotonic() + time_limit_s
        waiting = list(asked.items())[::-1]
        if waiting:
            self.prepare()

        def one(p: Parameters) -> Answer:
            left = deadline - time.monotonic()
            if left <= 0 or (self.stop is not None and self.stop()):
                return UNKNOWN
            own = np.inf if self.time_limit_s is None else self.time_limit_s
            least = min(left, own)
            return self.ask(p, time_limit_s=None if least == np.inf else least, gap=gap, until_usd=until_usd)

        with ThreadPoolExecutor(self.workers) as pool:
            running: dict[Any, Key] = {}
            while waiting or running:
                while waiting and len(running) < self.workers:
                    key, p = waiting.pop()
                    running[pool.submit(one, p)] = key
                done, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    yield running.pop(future), future.result()

    def leaning(self) -> tuple[Floats, Floats]:
        """Return how far the linear relaxation opens each site in the end, 0 to 1, and a bound of plans with it, (s,).

        The bound, in USD, is that of all plans that hold racks at the site, -inf where nothing is known.
        """
        opened, bound = np.zeros(len(self.p.sites)), np.full(len(self.p.sites), -np.inf)
        with self._engine() as engine:
            runner = Runner(engine, Journal(None), self.time_limit_s, self.stop)
            try:
                problem = readied(self._problem(self.p), runner)
                found = runner.run(problem.matrix, Job(integer=np.zeros(problem.matrix.shape[1], dtype=bool)))
            except (InfeasibleError, Stopped):
                return opened, bound
        if found.status != "optimal" or found.x is None or found.reduced_cost is None:
            return opened, bound
        for (s, t), column in problem.c.columns.of(OPENED).items():
            if t == len(self.p.horizon) - 1:
                opened[s] = found.x[column]
                more = max(0.0, float(found.reduced_cost[column])) if found.x[column] < CLOSED else 0.0
                bound[s] = (found.bound + more) * problem.matrix.unit
        return opened, bound

    def planned(self, answer: Answer) -> Plan:
        """Return an answer's plan with its tables, rechecked: a plan of the study itself, with the answer's bound."""
        assert answer.decisions is not None
        with self._engine() as engine:
            runner = Runner(engine, Journal(None), None, None)
            problem = readied(self._problem(self.p), runner)
            best = complete(problem, stated(problem, answer.decisions), runner.finish)
            assert best is not None
            outcome = Outcome(problem, best, answer.objective_usd, answer.bound_usd, settled=not answer.stopped)
            told = self.plan.facts["unused"]
            least = Unavoidable(
                told["unavoidable_waiting_mw_years"], told["unavoidable_waiting_without_rules_mw_years"]
            )
            return accounted(problem, outcome, least, runner)

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        """Lend a solver process, and take it back whole; safe to share by threads."""
        try:
            engine = self._free.pop()
        except IndexError:
            engine = Engine()
        try:
            yield engine
        except BaseException:
            engine.close()
            raise
        self._free.append(engine)

    def prepare(self) -> None:
        """Write the rows of the study once, from which those of each question follow."""
        if self._template is None:
            self._template = Template(self.study)

    def _held(self) -> tuple[Goal, float] | None:
        """Return what comes before money, and how much of it the plan has, if answers may not have more."""
        objective = self.study.config.objective
        if objective.minimise == "cost":
            return None
        waiting, unused = objective.first == "waiting", self.plan.facts["unused"]
        goal: Goal = "waiting" if waiting else "unused"
        return goal, float(unused["waiting_rack_mw_years" if waiting else "unused_mw_years"]) + SAME_MW_YEARS

    def _problem(self, p: Parameters) -> Problem:
        return Problem(Statement(self.study, p, self._template))

    def _asked(self, p: Parameters, runner: Runner, aim: Aim) -> Answer:
        config = self.study.config
        try:
            problem = readied(self._problem(p), runner)
            base: Floats = stated(problem, self.base)
            strategy = secured(_strategy(problem, base))
            if config.objective.minimise == "cost" or self.as_good:
                outcome = strategy(replace(problem, held=self._held()), aim, runner)
            else:
                outcome = lexicographic(strategy, problem, aim, runner)
        except InfeasibleError:
            return Answer(np.inf, np.inf)
        except Stopped:
            return UNKNOWN
        if outcome.best is None:
            return Answer(np.inf, np.inf if outcome.infeasible else outcome.bound, stopped=runner.stopped)
        decisions, x = outcome.best
        cost, offset = outcome.problem.c.objectives.money()
        objective = (float(cost @ x) + offset) * MUSD
        bound = min(outcome.bound, objective) if outcome.settled else -np.inf
        return Answer(objective, bound, decisions, stopped=not outcome.reached)


def _strategy(problem: Problem, base: Floats) -> Strategy:
    """Return what searches from the plan; where sites are only shut, a large study is best searched as it is."""
    asks = problem.p.demands
    if not asks.held and not asks.unlike and problem.p.forbidden[[*asks.empty]].all():
        alone = chosen(problem, of_many=False, base=base)[0]
        if alone is aggregated:
            return alone
    return chosen(problem, of_many=True, base=base)[0]
