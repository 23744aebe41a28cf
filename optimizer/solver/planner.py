"""One study from problem to rechecked plan: bound its waiting, search, account, verify."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..account.decisions import Decisions
from ..account.tables import frames
from ..errors import InfeasibleError, RackgridError, SolverError
from ..plan import Plan
from ..recheck import verify
from ..study import Study
from .arrays import Floats, Matrix
from .completion import stated
from .engine import Engine
from .facts import facts
from .infeasible import Clash
from .known import Known
from .matrix import MUSD, NO_PLAN
from .prices import priced
from .problem import Problem
from .progress import Journal, Progress, relative_gap
from .refinement import readied, secured
from .reuse import Template
from .runner import Runner
from .solvers import need
from .strategies.choice import chosen
from .strategies.lexicographic import lexicographic
from .strategies.protocol import Aim, Outcome, Strategy
from .strategies.search import FEW_PODS
from .unavoidable import Unavoidable

STOPPED = "The search was stopped before it found a plan; allow it more time."
UNDECIDED = "The solver found neither a plan nor a proof that there is none; please report the study."
HAIR = "Limits and rules of the study miss each other by less than a millionth: round its figures."


def solved(
    study: Study,
    progress: Callable[[Progress], None] | None,
    stop: Callable[[], bool] | None,
    *,
    gap: float | None = None,
) -> Plan:
    """Solve one study by itself, with a solver process of its own; ``gap`` is another than the study's."""
    with Engine() as engine:
        runner = Runner(engine, Journal(progress), study.config.solve.time_limit_s, stop, study.config.solve.threads)
        return planned(prepared(study, runner), runner, gap=gap)


def prepared(study: Study, runner: Runner, template: Template | None = None) -> Problem:
    """Make a study's problem, from the arrays of its base case where they are given; see ``Problem.of``."""
    need(study.config.solve.solver)
    runner.journal.enter("build")
    problem = Problem.of(study, template)
    runner.journal.say(f"{len(problem.p.sites)} sites, {len(problem.p.horizon)} periods, {problem.size} pods to place")
    return problem


def planned(
    problem: Problem, runner: Runner, *, of_many: bool = False, known: Known | None = None, gap: float | None = None,
    held: Decisions | None = None, base: Decisions | None = None,
) -> Plan:  # fmt: skip
    """Search a problem and return its plan, accounted for and rechecked; raises what ``solve`` raises.

    ``of_many``: it is one of many variants of a base case, and ``known`` what that teaches. No proof of
    infeasibility may take the time of another search. ``gap`` is another than the study's. ``base`` are decisions near
    to which a plan may be, ``held`` those of an earlier plan that are held.
    """
    problem = readied(problem, runner)
    config, journal = problem.study.config, runner.journal
    aim = Aim(config.solve.gap if gap is None else gap, start=held)
    journal.enter("unavoidable waiting")
    unavoidable = Unavoidable.of(problem, known, runner)
    point = None if base is None else stated(problem, base)
    strategy, why = chosen(problem, of_many=of_many, base=point if known is None else known.point(problem))
    strategy = secured(strategy)
    journal.say(f"strategy: {why}")
    if config.objective.minimise == "cost":
        outcome = strategy(problem, aim, runner)
    else:
        outcome = lexicographic(strategy, problem, aim, runner)
    if outcome.best is None:
        if not outcome.infeasible:
            raise SolverError(STOPPED if runner.stopped else UNDECIDED)
        outcome = _met(problem, strategy, aim, runner)
    unavoidable = unavoidable.at_least(outcome.least_waiting_mw_years).parted(problem, known, runner)
    return accounted(problem, outcome, unavoidable, runner)


def _met(problem: Problem, strategy: Strategy, aim: Aim, runner: Runner) -> Outcome:
    """Say what clashes by InfeasibleError, unless a plan that keeps every rule is met on the way."""
    runner.journal.enter("infeasible")

    def search(matrix: Matrix) -> Floats | None:
        best = strategy(replace(problem, other=matrix), replace(aim, told="nothing"), runner).best
        return None if best is None else best[1]

    clash = Clash(problem, runner, search if problem.size <= FEW_PODS else None)
    reasons = clash.reasons()
    if not clash.met:
        raise InfeasibleError(NO_PLAN, reasons or [HAIR])
    return Outcome(
        problem, min(clash.met, key=lambda met: float(problem.matrix.cost @ met[1])), float("inf"), -float("inf")
    )


def accounted(problem: Problem, outcome: Outcome, unavoidable: Unavoidable, runner: Runner) -> Plan:
    """Turn the best decisions into a plan with its tables and figures, and recheck it."""
    journal = runner.journal
    journal.enter("account")
    assert outcome.best is not None
    (decisions, x), study = outcome.best, problem.study
    tables = frames(problem.p, decisions, study.config, priced(outcome.problem, x, runner.finish))
    cost, offset = outcome.problem.c.objectives.money()
    objective = (float(cost @ x) + offset) * MUSD
    bound = min(outcome.bound, objective)
    reached = outcome.settled and relative_gap(objective, bound) <= study.config.solve.gap
    status = "optimal" if reached else "feasible"
    content = facts(
        problem, outcome.problem.c, outcome.best, unavoidable, objective=objective, bound=bound, status=status
    )
    plan = Plan(study, content, tables, "")
    journal.enter("verify")
    report = verify(plan)
    if not report.ok:
        raise RackgridError(f"The plan found does not stand up to its own recheck; nothing was written.\n{report}")
    journal.enter("done")
    content["seconds"] = {k: round(v, 3) for k, v in journal.seconds.items() if k != "reading"}
    return Plan(study, content, tables, "\n".join(journal.lines) + "\n")
