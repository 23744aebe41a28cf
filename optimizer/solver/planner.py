"""One study from problem to rechecked plan: bound its waiting, search, account, verify."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..account.tables import frames
from ..errors import InfeasibleError, RackgridError, SolverError
from ..plan import Plan
from ..recheck import verify
from ..study import Study
from .arrays import Floats, Matrix
from .engine import Engine
from .facts import facts
from .infeasible import CLASH, Clash
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

# A ceiling that works is searched for to this gap where there are many pods.
WIDE_GAP = 0.02
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
    problem: Problem, runner: Runner, *, of_many: bool = False, known: Known | None = None, gap: float | None = None
) -> Plan:
    """Search a problem and return its plan, accounted for and rechecked; raises what ``solve`` raises.

    ``of_many``: it is one of many variants of a base case, and ``known`` what that teaches; then no proof of
    infeasibility may take the time of another search. ``gap`` is another than the study's.
    """
    problem = readied(problem, runner)
    config, journal = problem.study.config, runner.journal
    aim = Aim(config.solve.gap if gap is None else gap)
    journal.enter("unavoidable waiting")
    unavoidable = Unavoidable.of(problem, known, runner)
    strategy, why = chosen(problem, of_many=of_many, base=None if known is None else known.point(problem))
    strategy = secured(strategy)
    journal.say(f"strategy: {why}")
    if config.objective.minimise == "cost":
        outcome = strategy(problem, aim, runner)
    else:
        outcome = lexicographic(strategy, problem, aim, runner)
    if outcome.best is None:
        if not outcome.infeasible:
            raise SolverError(STOPPED if runner.stopped else UNDECIDED)
        outcome = _met(problem, strategy, aim, runner, of_many=of_many)
    unavoidable = unavoidable.at_least(outcome.least_waiting_mw_years).parted(problem, known, runner)
    return _accounted(problem, outcome, unavoidable, runner)


def _met(problem: Problem, strategy: Strategy, aim: Aim, runner: Runner, *, of_many: bool) -> Outcome:
    """Say what clashes by InfeasibleError, unless a plan that keeps every rule is met on the way."""
    runner.journal.enter("infeasible")
    few = problem.size <= FEW_PODS
    wide = replace(aim, gap=aim.gap if few else max(aim.gap, WIDE_GAP), told="nothing")

    def search(matrix: Matrix) -> Floats | None:
        best = strategy(replace(problem, other=matrix), wide, runner).best
        return None if best is None else best[1]

    clash = Clash(problem, runner, search if few or not of_many else None)
    reasons = clash.reasons()
    if reasons and not of_many and (cure := _without_forbidden(problem, runner, wide.gap)):
        others = [line for line in reasons if line != CLASH]
        reasons = [cure, *others] if "policy.forbid" in problem.study.overridden else [*others, cure]
    if not clash.met:
        raise InfeasibleError(NO_PLAN, reasons or [HAIR])
    return Outcome(
        problem, min(clash.met, key=lambda met: float(problem.matrix.cost @ met[1])), float("inf"), -float("inf")
    )


def _without_forbidden(problem: Problem, runner: Runner, gap: float) -> str:
    """Say which forbidden sites a plan would use if it might, all other rules kept; "" where there is none."""
    forbid = problem.p.policy.forbid
    if not forbid:
        return ""
    allowed = problem.study.replace(keys={"policy.forbid": []})
    try:
        plan = solved(allowed, None, lambda: runner.stopped, gap=max(gap, WIDE_GAP))
    except (InfeasibleError, SolverError):
        return ""
    opened = set(plan.sites.loc[plan.sites["open"], "site"])
    return f"policy.forbid: without {', '.join(site for site in forbid if site in opened)} a plan exists"


def _accounted(problem: Problem, outcome: Outcome, unavoidable: Unavoidable, runner: Runner) -> Plan:
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
