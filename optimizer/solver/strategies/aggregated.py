"""The search of large studies: racks as MW at few sites prove, open and build; whole pods fill what was built.

Of many sites a plan opens a few dozen. The linear program of the aggregate over all sites, solved for some of them
under prices that all have answered, says which; only for these the whole model is made. From there on two things go
on side by side: one branch and bound, without heuristics, lifts the bound for all sites; another settles openings,
then halls, then pods, each where the one before left little to choose.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ...formulation.families import OPENED, PRESENT, UNITS
from ..aggregate.kernel import Kernel, kernel
from ..aggregate.model import Aggregate
from ..aggregate.relaxation import Relaxation, attractive, dearest, relaxation
from ..aggregate.tightening import tightened
from ..arrays import Bools, Floats, Job
from ..problem import Problem
from ..runner import Beside, Runner, Stopped
from . import neighbours
from .filling import filled
from .protocol import Aim, Outcome
from .repair import repaired
from .search import Search, searched
from .windows import windows

# Sites of the proof and of the plan beyond which only those that the relaxation opens are taken.
PROOF_SITES = 300
PLAN_SITES = 120
# ... or those, and half as many more.
MORE_SITES = 1.5
# With so few openings and halls to settle one branch and bound both proves and plans.
FEW_UNITS = 400
# Pods up to which a plan is made whole by branch and bound too, and the whole model settles what is left open.
FEW_PODS = 4000
# Pods from which on neighbourhoods gain more than the whole model.
MANY_PODS = 600
AT_ONCE_NODES = 500
PROOF_NODES = 200
# A second proof knows what halls may cost at most, and takes so many nodes.
LONG_PROOF_NODES = 1000
OPENING_NODES = 40
HALL_NODES = 60
VENDOR_NODES = 20
# Windows in vain in a row, of studies of many pods, before the search goes on.
PATIENCE = 3
# A first plan may be so far from the least, so that it is soon there.
FIRST_GAP = 0.1
# A plan below a ceiling is searched for to this gap where the ceiling is all but the least.
LEAST_GAP = 5e-4
# ... and once more where what the first search proves asks for a gap so much closer.
CLOSER = 0.9
# Whole pods leave more unused than racks as MW: so much of what lies below a ceiling is left to them.
POD_SHARE = 0.5
# Repair comes so many times closer than the gap, since each of its steps adds to it.
CLOSE = 10_000
# A relaxed opening counts as one from here on.
OPEN_FROM = 0.3


def aggregated(problem: Problem, aim: Aim, runner: Runner, /) -> Outcome:
    """Search from the relaxation of the aggregate; the whole model where that says nothing, or leads to no plan."""
    if problem.other is not None or problem.p.is_physical:  # rows that the aggregate does not know
        return neighbours.neighbours(problem, aim, runner)
    if aim.start is None and problem.p.policy.max_unused_mw_years is not None:
        aim = _below_ceiling(problem, aim, runner)
    a, relaxed = problem.aggregate, None
    runner.journal.enter("relaxation")
    with suppress(Stopped):
        relaxed = relaxation(a, runner.run)
    started = a.duty if aim.start is None else a.duty | aim.start.opened[a.sites.s, -1].astype(bool)
    if relaxed is None and runner.stopped:
        return searched(_part(problem, a, started), aim, runner, _stopped)
    if relaxed is None:
        runner.journal.say("the aggregate seems to have no plan: the whole model is to say so")
        return neighbours.neighbours(problem, aim, runner)
    most = max(PLAN_SITES, int(MORE_SITES * (relaxed.x[a.opened].max(axis=1, initial=0.0) > 1e-6).sum()))
    keep = attractive(a, relaxed, most) | started
    part = _part(problem, a, keep)
    outcome = searched(part, aim, runner, partial(_steps, a=a, relaxed=relaxed, keep=keep))
    if outcome.best is None and not outcome.infeasible and not runner.stopped:
        runner.journal.say("no plan near the relaxation: the whole model is searched")
        return neighbours.neighbours(problem, aim, runner)
    return outcome


def _below_ceiling(problem: Problem, aim: Aim, runner: Runner) -> Aim:
    """Begin with a plan whose unused capacity lies halfway between the least possible and the ceiling, or near it."""
    least, limit = problem.least_unused(), float(problem.p.policy.max_unused_mw_years or 0.0)
    runner.journal.enter("below the ceiling")
    with suppress(Stopped):
        found = relaxation(least.aggregate, runner.run)
        bound, gap, start = np.inf if found is None else found.bound, np.inf, None
        while bound < limit and (closer := max(LEAST_GAP, 0.5 - 0.5 * bound / limit)) < CLOSER * gap:
            gap = closer
            outcome = aggregated(least, Aim(gap, told="nothing", start=start), runner)
            if outcome.best is None:
                break
            start, bound = outcome.best[0], outcome.bound
            if outcome.objective <= limit:
                return replace(aim, start=start, room_mw_years=max(0.0, limit - bound))
    return aim


def _part(problem: Problem, a: Aggregate, keep: Bools) -> Problem:
    """Return the problem of some sites of the aggregate, (n,)."""
    sites = np.zeros(len(problem.p.sites), dtype=bool)
    sites[a.sites.s[keep]] = True
    return problem if keep.all() else problem.of_sites(sites)


def _stopped(_search: Search) -> None:
    raise Stopped


def _steps(search: Search, a: Aggregate, relaxed: Relaxation, keep: Bools) -> None:
    search.journal.enter("first plan")
    unit = a.matrix.unit / search.matrix.unit
    search.prove(relaxed.bound * unit)
    search.guide = _pods_for(search, _Units.rounded(a, relaxed.x))
    search.offer(search.rounded_down(search.guide))
    if search.best is None and search.guide is not None and search.pods.sum() <= FEW_PODS:  # clusters forbid to round
        _repair(search, search.guide, FIRST_GAP)
    if search.reached:
        return
    search.journal.enter("openings and halls")
    proof = None
    if keep.all() and 2 * a.opened.size <= FEW_UNITS:
        _at_once(search, a)
    else:
        proof = _side_by_side(search, a, keep, relaxed)
    try:
        if not search.reached:
            _improve(search)
        if proof is not None and not search.reached:
            search.prove(proof().bound * unit)
    finally:
        if proof is not None:
            proof.drop()
    if keep.all() and search.pods.sum() <= FEW_PODS and not search.reached:
        search.matrix = tightened(a, search.problem.c.columns, search.matrix)
        search.finish()


def _at_once(search: Search, a: Aggregate) -> None:
    """Settle and prove openings and halls by one branch and bound."""
    result = search.runner.run(a.matrix, Job(gap=search.gap / 5, max_nodes=AT_ONCE_NODES))
    search.prove(result.bound * a.matrix.unit / search.matrix.unit)
    if result.x is not None:
        search.journal.enter("pods")
        search.guide = _pods_for(search, _Units.of(a, result.x))
        if search.guide is not None:
            _make_whole(search, search.guide)


def _side_by_side(search: Search, a: Aggregate, keep: Bools, relaxed: Relaxation) -> Beside | None:
    """Prove for all sites while openings, halls and pods are settled one after the other; return a longer proof."""
    dearer = dearest(a, relaxed, PROOF_SITES)
    near = attractive(a, relaxed, PROOF_SITES, dearer) | keep
    all_sites = kernel(a, near, relaxed.dual, dearer)
    job = Job(heuristics=False, gap=search.gap / 10, max_nodes=PROOF_NODES)
    proof, units = search.runner.beside(all_sites.matrix, job), None
    for room in (POD_SHARE * search.aim.room_mw_years, 0.0) if a.ceilings.size else (0.0,):
        if units is not None:
            break
        for units in _settled(search, a, kernel(a.below_ceiling(room), keep)):
            search.guide = _pods_for(search, units)
            search.offer(search.rounded_down(search.guide))
    if search.guide is not None and not search.reached:
        search.journal.enter("pods")
        _make_whole(search, search.guide)
    search.prove(proof().bound * a.matrix.unit / search.matrix.unit)
    if units is None or search.reached:
        return None
    job = replace(job, start=all_sites.point(units.x), max_nodes=LONG_PROOF_NODES)
    return search.runner.beside(all_sites.matrix, job)


@dataclass(frozen=True)
class _Units:
    """Openings and halls by then at the sites of an aggregate, (n, t), read from a point ``x`` of it."""

    a: Aggregate
    x: Floats
    opened: Floats
    halls: Floats

    @classmethod
    def of(cls, a: Aggregate, x: Floats) -> _Units:
        """Read them from a point with whole openings and halls."""
        return cls(a, x, np.round(x[a.opened]), np.round(x[a.halls]))

    @classmethod
    def rounded(cls, a: Aggregate, x: Floats) -> _Units:
        """Round those of a relaxed point: openings from so much on, of no more sites than may be, halls up."""
        in_the_end = x[a.opened][:, -1]
        most = a.p.policy.max_sites or len(in_the_end)
        least = max(OPEN_FROM, float(np.sort(in_the_end)[::-1][most]) if most < len(in_the_end) else 0.0)
        used = (in_the_end > least)[:, None] & np.logical_or.accumulate(x[a.opened] > 1e-6, axis=1)
        opened = used | (x[a.opened] > 1.0 - 1e-6)
        return cls(a, x, opened.astype(np.float64), np.where(opened, np.ceil(x[a.halls] - 1e-6), 0.0))


def _pods_for(search: Search, units: _Units) -> Floats | None:
    """Return a point with these openings and halls, vendors settled and pods that need not be whole."""
    p, columns, matrix = search.problem.p, search.problem.c.columns, search.matrix
    s = units.a.sites.s
    point = np.zeros(matrix.shape[1])
    by_site = np.zeros((2, len(p.sites), len(p.horizon)))
    by_site[0, s], by_site[1, s] = units.opened, np.diff(units.halls, axis=1, prepend=0.0)
    columns.gather(OPENED, by_site[0], point)
    for family in UNITS:
        columns.gather(family, by_site[1], point)
    held = columns.array(OPENED, *UNITS)
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[held] = upper[held] = point[held]
    vendors = np.zeros(len(point), dtype=bool)
    vendors[columns.array(PRESENT)] = True
    job = Job(lower=lower, upper=upper, integer=vendors, gap=search.gap / 10, max_nodes=VENDOR_NODES)
    return search.runner.run(matrix, job).x


def _settled(search: Search, a: Aggregate, part: Kernel) -> Iterator[_Units]:
    """Settle openings while halls are continuous, then halls, and openings a period sooner or later; give both."""
    m, run, say = part.matrix, search.runner.run, search.journal.say
    place = np.full(a.matrix.shape[1], -1)
    place[part.columns] = np.arange(len(part.columns))
    here = place[a.opened[:, 0]] >= 0
    opened, halls = place[a.opened[here]], place[a.halls[here]]
    only = np.zeros(m.shape[1], dtype=bool)
    only[opened] = True
    first = run(m, Job(integer=only, gap=0.8 * search.gap, max_nodes=OPENING_NODES))
    say(f"openings: {first.status}, {first.objective:.6g}, {first.nodes} nodes, {first.seconds:.1f} s")
    if first.x is None:
        return
    yield _Units.rounded(a, part.spread(first.x, a.matrix.shape[1]))
    y, h = np.round(first.x[opened]), first.x[halls]
    lower, upper = m.lower.copy(), m.upper.copy()
    lower[opened] = np.maximum(lower[opened], np.pad(y, ((0, 0), (1, 0)))[:, :-1])
    upper[opened] = np.minimum(upper[opened], np.pad(y, ((0, 0), (0, 1)), mode="edge")[:, 1:])
    lower[halls] = np.maximum(lower[halls], np.floor(h + 1e-6) - 1)
    upper[halls] = np.minimum(upper[halls], np.ceil(h - 1e-6) + 1)
    second = run(m, Job(lower=lower, upper=upper, gap=search.gap / 10, max_nodes=HALL_NODES))
    say(f"halls: {second.status}, {second.objective:.6g}, {second.nodes} nodes, {second.seconds:.1f} s")
    if second.x is not None:
        yield _Units.of(a, part.spread(second.x, a.matrix.shape[1]))


def _make_whole(search: Search, guide: Floats) -> None:
    """Offer plans of whole pods near relaxed ones: by fillings of full sites, by branch and bound where it is quick."""
    before = search.objective
    if not search.problem.p.retires:
        search.offer(filled(search.problem, guide, search.runner))
    closer = search.objective == before and search.pods.sum() <= FEW_PODS
    if (closer or search.pods.sum() <= MANY_PODS) and not search.reached:
        if search.best is None:
            _repair(search, guide, FIRST_GAP)
        _repair(search, guide, search.gap / CLOSE)


def _repair(search: Search, guide: Floats, gap: float) -> None:
    """Offer what branch and bound makes of a relaxed point, period after period."""
    *_, whole = guide, *repaired(search.problem.c, search.matrix, gap, search.runner, guide)
    search.offer(whole)


def _improve(search: Search) -> None:
    """Search around the best plan, by windows and, where there are not too many pods, by neighbours."""
    windows(search, PATIENCE if search.pods.sum() > FEW_PODS else None)
    if MANY_PODS < search.pods.sum() <= FEW_PODS and search.x is not None and not search.reached:
        neighbours.improve(search)
