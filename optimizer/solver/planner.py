"""One solve from study to rechecked plan: build, bound, search, complete, account, verify."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..account.decisions import Decisions
from ..account.tables import frames
from ..errors import InfeasibleError, RackgridError, SolverError
from ..formulation.build import build
from ..formulation.families import PODS
from ..formulation.notation import Program
from ..formulation.rules import CHOICES, SITE_COUNT
from ..parameters import Parameters
from ..plan import Plan
from ..recheck import verify
from ..study import Study
from .arrays import Floats, Job, Matrix, Result
from .dispatch import complete
from .engine import Engine
from .facts import facts
from .follow import follow
from .infeasible import CLASH, Clash
from .known import Known
from .matrix import MUSD, Compiled, ImpossibleRow, compile_matrix
from .progress import Journal, Progress, relative_gap
from .reuse import Template
from .search import FEW_PODS, Search, Stopped, Told
from .tighten import whole_clusters
from .unavoidable import Unavoidable

# A ceiling that works is searched for to this gap where there are many pods.
WIDE_GAP = 0.02
STOPPED = "The search was stopped before it found a plan; allow it more time."
UNDECIDED = "The solver found neither a plan nor a proof that there is none; please report the study."
NO_PLAN = "No plan satisfies the study's policy (proven)."
HAIR = "Limits and rules of the study miss each other by less than a millionth: round its figures."


class Planner:
    """Carries one study through all steps; ``plan`` may be called once.

    ``engine`` is a solver process to use and to leave alive: then the study is one of many, and its search follows
    the plan of ``known``, the base case, where there is one, with arrays from its ``template``. ``search_gap`` is a
    closer gap than the study's own.
    """

    def __init__(
        self,
        study: Study,
        progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
        *,
        engine: Engine | None = None,
        known: Known | None = None,
        template: Template | None = None,
        search_gap: float | None = None,
    ) -> None:
        self.study = study
        self._lent, self._known, self._template = engine, known, template
        self._gap = study.config.solve.gap if search_gap is None else search_gap
        self.journal = Journal(progress)
        self._asked_to_stop = stop or (lambda: False)
        self._interrupted = False
        self._proven_waiting = 0.0  # MW-years, by the search itself
        limit = study.config.solve.time_limit_s
        self._deadline = None if limit is None else time.monotonic() + limit

    def plan(self) -> Plan:
        """Solve and return the plan; see ``solve``."""
        self.journal.enter("build")
        self.p = Parameters.of(self.study)
        program, compiled = self._arrays()
        self.tight = whole_clusters(program, compiled)
        n_rows, n_cols = compiled.matrix.shape
        self.journal.say(f"{n_rows} rows, {n_cols} columns, {int(compiled.matrix.integer.sum())} integers")
        self.c = compiled
        with self._solver() as self.engine:
            self.journal.enter("unavoidable waiting")
            unavoidable = Unavoidable.of(self.p, self.c, self._known, self._least_waiting)
            search = self._search()
            if search.x is None:
                if search.infeasible:
                    fault = self._infeasible(search)
                    if search.x is None:
                        raise fault
                else:
                    raise SolverError(STOPPED if self.stopped else UNDECIDED)
            completed = complete(self.p, compiled, search.x, self._run_to_end)
            unavoidable = unavoidable.at_least(self._proven_waiting).parted(
                self.study, self.p, self.c, self._known, self._least_waiting
            )
        if completed is None:
            raise SolverError("No dispatch serves the best plan's loads.")
        return self._account(search, *completed, unavoidable)

    def _arrays(self) -> tuple[Program, Compiled]:
        """Return the model and its arrays, from those of the base case where they have place for this one."""
        reused = None if self._template is None else self._template.arrays(self.study, self.p)
        if reused is not None:
            return reused
        program = build(self.study, self.p)
        try:
            return program, compile_matrix(program)
        except ImpossibleRow as row:
            rules = [rule for rule in CHOICES if f"'{rule.name}" in str(row)]
            told = [f"{rule.changes} can't hold for this study's own numbers" for rule in rules]
            if SITE_COUNT in rules:
                most, committed = self.p.policy.max_sites, int(self.p.committed.sum())
                told = [f"{SITE_COUNT.changes} = {most} is too low: {committed} sites are committed"]
            raise InfeasibleError(NO_PLAN, told) from row

    # solving ------------------------------------------------------------------------------------------------
    @contextmanager
    def _solver(self) -> Iterator[Engine]:
        """Give the solver process that was lent, or one for this study alone."""
        if self._lent is None:
            with Engine(event=self._hear) as own:
                yield own
        else:
            self._lent.event = self._hear
            yield self._lent

    @property
    def stopped(self) -> bool:
        """Whether the time limit struck or somebody asked to stop."""
        over = self._deadline is not None and time.monotonic() > self._deadline
        return over or self._interrupted or self._asked_to_stop()

    def _run(self, matrix: Matrix, job: Job) -> Result:
        """Run a job under the time limit; what it found by then is its result."""
        if self.stopped:
            raise Stopped
        self.engine.load(matrix)
        try:
            return self.engine.solve(job, deadline=self._deadline, stop=lambda: self.stopped)
        except KeyboardInterrupt:
            self._interrupted = True
            self.engine.close()
            raise Stopped from None

    def _run_to_end(self, matrix: Matrix, job: Job) -> Result:
        """Run a job that a plan needs to be complete, past the limit; these are small linear programs."""
        self.engine.load(matrix)
        return self.engine.solve(job)

    def _hear(self, kind: str, content: Any) -> None:
        if kind == "log":
            for line in str(content).rstrip("\n").split("\n"):
                self.journal.say(line)

    def _least_waiting(self, c: Compiled, matrix: Matrix) -> float | None:
        """Least waiting MW-years of a model's relaxation; None where it was not found in time."""
        cost, offset = c.objectives.waiting
        try:
            result = self._run(matrix, Job(cost=cost, offset=offset, integer=np.zeros(len(cost), dtype=bool)))
        except Stopped:
            return None
        return max(0.0, result.objective) if result.status == "optimal" else None

    def _search(self) -> Search:
        if self.study.config.objective.minimise == "cost":
            return self._search_with(self.tight)
        waiting_first = self.study.config.objective.first == "waiting"
        cost, offset = self.c.objectives.waiting if waiting_first else self.c.objectives.unused
        first = self._search_with(self.tight.with_objective(cost, offset), told="plans")
        if first.x is None:
            return first
        least = first.objective * (1.0 + self.study.config.solve.gap) + 1e-6
        self.journal.say(f"least {first.objective:.6f} MW-years, held at {least:.6f}")
        self._proven_waiting = first.bound if waiting_first else 0.0
        second = self._search_with(self.tight.with_row_limit(cost, least - offset), first.x)
        second.proven = first.reached
        return second

    def _search_with(
        self, matrix: Matrix, start: Floats | None = None, *, told: Told = "USD", gap: float | None = None
    ) -> Search:
        def accept(x: Floats) -> tuple[Floats, float] | None:
            completed = complete(self.p, self.c, x, self._run_to_end)
            if completed is None:
                return None
            exact = completed[1]
            breach = matrix.breach(exact)
            if breach > 1.0:
                self.journal.say(f"a limit is missed by {breach:.3g} bands")
                return None
            return exact, float(matrix.cost @ exact) + matrix.offset

        search = Search(
            self.p, self.c, matrix, self._gap if gap is None else gap, self._run, accept, self.journal, told
        )
        try:
            search.offer(start)
            self._run_search(search)
            if search.in_doubt:
                search.be_strict()
                self._run_search(search)
            if told == "USD":
                search.fewest_sites()
        except Stopped:
            self.journal.say("stopped: the best plan so far is kept")
            search.salvage()
        return search

    def _run_search(self, search: Search) -> None:
        if self._lent is None:
            search.search()
        else:
            follow(search, None if self._known is None else self._known.point(self.p, self.c))

    def _infeasible(self, failed: Search) -> InfeasibleError:
        """Say what clashes; a plan that is met on the way and keeps every rule goes to the search that found none."""
        self.journal.enter("infeasible")
        few = int(self.c.matrix.integer[self.c.columns.array(PODS)].sum()) <= FEW_PODS
        gap = self._gap if few else max(self._gap, WIDE_GAP)

        def search(matrix: Matrix) -> Floats | None:
            return self._search_with(matrix, told="nothing", gap=gap).x

        def completed(x: Floats) -> tuple[Decisions, Floats] | None:
            done = complete(self.p, self.c, x, self._run_to_end)
            if done is not None and self.tight.breach(done[1]) <= 1.0:
                failed.offer(done[1])
            return done

        reasons = Clash(
            self.p, self.c, self.tight, self._run_to_end, search if few or self._lent is None else None, completed,
            self.study.overridden,
        ).reasons()  # fmt: skip
        if reasons and self._lent is None and (cure := self._without_forbidden(gap)):
            others = [line for line in reasons if line != CLASH]
            reasons = [cure, *others] if "policy.forbid" in self.study.overridden else [*others, cure]
        return InfeasibleError(NO_PLAN, reasons or [HAIR])

    def _without_forbidden(self, gap: float) -> str:
        """Say which forbidden sites a plan would use if it might, all other rules kept; "" where there is none."""
        forbid = self.p.policy.forbid
        if not forbid:
            return ""
        allowed = self.study.replace(keys={"policy.forbid": []})
        try:
            plan = Planner(allowed, None, lambda: self.stopped, search_gap=max(gap, WIDE_GAP)).plan()
        except (InfeasibleError, SolverError):
            return ""
        opened = set(plan.sites.loc[plan.sites["open"], "site"])
        return f"policy.forbid: without {', '.join(site for site in forbid if site in opened)} a plan exists"

    # accounting ---------------------------------------------------------------------------------------------
    def _account(self, search: Search, decisions: Decisions, x: Floats, unavoidable: Unavoidable) -> Plan:
        self.journal.enter("account")
        tables = frames(self.p, decisions, self.study.config)
        cost, offset = self.c.objectives.money()
        objective = (float(cost @ x) + offset) * MUSD
        bound = min(search.bound * search.matrix.unit, objective)
        reached = search.proven and relative_gap(objective, bound) <= self.study.config.solve.gap
        content = facts(
            self.study, self.p, self.c, decisions, x, objective=objective, bound=bound,
            status="optimal" if reached else "feasible", unavoidable=unavoidable,
        )  # fmt: skip
        plan = Plan(self.study, content, tables, "")
        self.journal.enter("verify")
        report = verify(plan)
        if not report.ok:
            raise RackgridError(f"The plan found does not stand up to its own recheck; nothing was written.\n{report}")
        self.journal.enter("done")
        content["seconds"] = {k: round(v, 3) for k, v in self.journal.seconds.items() if k != "reading"}
        return Plan(self.study, content, tables, "\n".join(self.journal.lines) + "\n")
