"""Why a study has no plan: a small conflict of its statements, and changes that end it, in bounded time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import InfeasibleError, SolverError
from ...parameters import Parameters
from ...solver.dispatch import base_case
from ...solver.engine import Engine
from ...solver.matrix import NO_PLAN
from ...solver.progress import Journal, Progress
from ...solver.runner import Runner
from ...study import Study
from .oracle import Oracle
from .places import Places
from .repairs import Curer
from .result import Change, Conflict, Repair, Told
from .search import others, smallest, until
from .statements import Cell, Group, Statement
from .wide import Wide
from .words import said, unit

# Seconds that one question may take, and that conflict, other conflicts and repairs may take together.
ONE_S, CONFLICT_S, OTHERS_S, REPAIRS_S = 15.0, 90.0, 15.0, 45.0
UNKNOWN = "Neither a plan nor a proof that there is none was found in time."
NO_STATEMENT = "no input that a person can change is at fault: the grid cannot serve its own loads"


def conflict(
    study: Study,
    *,
    only: Group | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Conflict:
    """Say why a study has no plan, and what would let it have one; ``only`` is the group in which repairs may change.

    The objective plays no part. The result is the same on every machine unless a time limit strikes. ``stop`` and
    ``time_limit_s`` keep what is known by then. Raises SolverError where it is not settled whether there is a plan,
    InfeasibleError where nothing that a person can change is at fault: a nodal grid that cannot serve its own loads.
    """
    with Engine() as engine:
        runner = Runner(engine, Journal(progress), time_limit_s, stop)
        journal = runner.journal
        journal.enter("build")
        wide = Wide.of(study, Parameters.of(study))
        oracle = Oracle(wide, runner, ONE_S, heard=lambda: journal.tell(float("nan"), float("nan"), has_plan=False))
        every = list(range(oracle.count))
        journal.enter("statements that clash")
        word = oracle.ask(every).word
        if word == "unsettled":
            raise SolverError(UNKNOWN)
        if word == "plan":
            if study.is_nodal:  # what the grid does without the programme is no part of the integer model
                base_case(study, wide.p, runner.run)
            return Conflict("feasible")
        found = smallest(oracle, every, until(CONFLICT_S, lambda: runner.stopped))
        if found is None:
            return Conflict("feasible")
        if not found.held:
            raise InfeasibleError(NO_PLAN, [NO_STATEMENT])
        journal.enter("other conflicts")
        beside = others(oracle, found, until(OTHERS_S, lambda: runner.stopped))
        journal.enter("repairs")
        curer = Curer(oracle, runner, ONE_S, until(REPAIRS_S, lambda: runner.stopped), found.held)
        cures = curer.cures(only)
    places = Places(study)
    told = {i: _told(places, wide.statements[i]) for i in found.held}
    repairs = tuple(
        Repair(tuple(_change(places, *change) for change in c.changes), c.group, round(c.measure, 9), round(c.bound, 9))
        for c in cures
    )
    return Conflict("infeasible", tuple(told.values()), tuple(told[i] for i in found.unsettled), beside, repairs)


def _told(places: Places, s: Statement) -> Told:
    """Tell a statement by its place in the files."""
    lines = tuple(dict.fromkeys(line for cell in s.cells if (line := places.line(s, cell)) is not None))
    values = ["default" if cell.table != s.table and cell.table == "zones" else _plain(cell.value) for cell in s.cells]
    value = values[0] if values and values.count(values[0]) == len(values) else values
    return Told(places.file(s), lines[0] if lines else None, lines, s.column, value, s.id, said(s))


def _change(places: Places, s: Statement, cell: Cell, to: Any) -> Change:
    """Tell a change of one cell by its place in the files."""
    file = places.file(s) if cell.table in (s.table, "zones") else places.file_of(cell.table)
    column = s.column if s.kind in ("deliveries",) else cell.column
    start = True if s.kind == "placement" else _plain(cell.value)
    return Change(file, places.line(s, cell), column, s.id, start, _plain(to), unit(s, cell))


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it; a whole number without a point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.item() if hasattr(value, "item") else value
