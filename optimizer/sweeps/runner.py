"""Run a sweep: cases to rows, what an earlier run solved read back, the rest solved and stored as it arrives."""

from __future__ import annotations

import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pandas as pd

from ..errors import Fault, InputError
from ..plan import Plan
from ..solver import again
from ..solver.options import SolveOptions
from ..solver.solvers import need
from ..study import Study
from ..variants.cases import Case, made
from . import cluster as engine
from .attempt import NOT_RUN, Job, Outcome, solved_here, told, worker_name
from .identity import Digests, about, case_id
from .progress import Meter, SweepProgress, shown
from .result import Sweep, base_frame
from .shared import write_atomically
from .store import TABLE, End, Store, faults_of, opened
from .table import Columns, frame_of, table, table_bytes

Cases = pd.DataFrame | Sequence[Study] | Mapping[str, Study]
_AGAIN = ("failed", "no_plan")


def run(
    study: Study,
    cases: Cases,
    *,
    cluster: object,
    out: str | Path | None,
    options: SolveOptions,
    workers: int | None,
    drop_late: bool,
    retry: bool,
    force: bool,
    progress: Callable[[SweepProgress], None] | None,
    stop: Callable[[], bool],
) -> Sweep:
    """Carry a sweep from its cases to its table; see ``optimizer.sweep``."""
    _check(cluster, workers)
    study, cases = _with_options(study, cases, options)
    need(study.config.solve.solver)
    digests = Digests()
    base = about(study, digests)
    folder = Path.cwd() / (_place(base) if out is None else out)
    rows, faults = [], faults_of(folder, base, force=force)
    try:
        rows = made(study, cases, drop_late=drop_late)
    except InputError as fault:
        raise InputError([*fault.faults, *faults], fault.warnings) from None
    if faults:
        raise InputError(faults)
    named = [(case, case_id(case.study, digests)) for case in rows]
    columns = Columns.of(_inputs(cases, rows), [study, *(case.study for case in rows)])
    content = base | {"inputs": list(columns.inputs), "cases": len(rows)}
    with (
        opened(folder, content, digests, force=force) as store,
        _interrupts(stop) as wanted,
        shown(progress) as display,
    ):
        counts = Counter(name for _, name in named)
        ledger = _Ledger(store, counts, Meter(len(rows), display), wanted, retry)
        _solve_all(ledger, Job(base["base"], study), named, cluster, workers)
        cells = [ledger.cells(name) | case.inputs | {"number": case.number} for case, name in named]
        results = table(columns, cells)
        write_atomically(folder / TABLE, table_bytes(results))
        first = base_frame(columns, ledger.cells(base["base"]))
        doubts = dict.fromkeys(doubt for case in rows for doubt in case.doubts)
        warnings = (*doubts, *store.warnings)
    return Sweep(folder, frame_of(results), first, list(columns.inputs), warnings)


def _check(cluster: object, workers: int | None) -> None:
    if workers is not None and workers < 1:
        raise InputError([Fault("workers", "is below 1", value=str(workers), cure="leave it out: one per core")])
    if not engine.installed() and (cluster is not None or (workers or 1) > 1):
        option, cure = "workers" if cluster is None else "cluster", 'pip install "rackgrid[cluster]"'
        raise InputError([Fault(option, "needs dask.distributed, which is not installed", cure=cure)])


def _with_options(study: Study, cases: Cases, options: SolveOptions) -> tuple[Study, Cases]:
    """Put options into the base, and into the variants that have no value of their own."""
    before, given = study.config.solve, options.given

    def other(case: Study) -> Study:
        own = case.config.solve
        same = {name: value for name, value in given.items() if getattr(own, name) == getattr(before, name)}
        return SolveOptions(same.get("gap"), same.get("time_limit_s")).applied(case)

    if isinstance(cases, Mapping):
        cases = {name: other(case) if isinstance(case, Study) else case for name, case in cases.items()}
    elif isinstance(cases, (list, tuple)):
        cases = [other(case) if isinstance(case, Study) else case for case in cases]
    return options.applied(study), cases


def _inputs(cases: Cases, rows: Sequence[Case]) -> list[str]:
    """Return the inputs of all cases, in the order of the table that names them, else as they come."""
    found = list(dict.fromkeys(name for case in rows for name in case.inputs))
    order = [str(name) for name in cases.columns] if isinstance(cases, pd.DataFrame) else []
    return sorted(found, key=lambda name: order.index(name) if name in order else len(order))


def _place(base: Mapping[str, Any]) -> Path:
    """Return sweeps/ and a name made of the study's, the same for the same base."""
    slug = re.sub(r"[^a-z0-9]+", "-", str(base["name"]).lower()).strip("-")[:60].strip("-")
    return Path("sweeps", f"{slug or 'study'}-{base['base'][:8]}")


@dataclass
class _Ledger:
    """What is known of each case so far; everything that is learnt is stored at once."""

    store: Store
    counts: Mapping[str, int]
    meter: Meter
    stop: Callable[[], bool]
    retry: bool
    _cells: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of_earlier_run(self, job: Job) -> bool:
        """Take a case from an earlier run, with or without a plan; False where it must be solved."""
        cells = self.store.cells(job.case, job.study)
        if cells is not None:
            self._enter(job.case, cells.pop("status"), "", cells, solved=False)
            return True
        end = self.store.end(job.case)
        if end is None or (self.retry and end.status in _AGAIN):
            return False
        self._enter(job.case, end.status, end.reason, {}, solved=False)
        return True

    def base_of_earlier_run(self, job: Job) -> Plan | bool:
        """Take the base from an earlier run as any other case; its plan where it has one."""
        there = self.of_earlier_run(job)
        return self.store.plan(job.case, job.study) if there and self._cells[job.case]["plan"] else there

    def started(self, job: Job, worker: str) -> None:
        """Note that a case is being solved."""
        self.store.log("started", job.case, worker)
        self.meter.started(job.case)

    def keep(self, job: Job, outcome: Outcome) -> None:
        """Store how a case ended; one that was not run is for the next time."""
        if outcome.status == NOT_RUN:
            self.store.log("stopped", job.case, outcome.worker)
            return
        if outcome.files:
            self.store.keep_plan(job.case, job.study, outcome.files, {"status": outcome.status, **outcome.row})
        else:
            self.store.keep_end(job.case, End(outcome.status, outcome.reason))
        self.store.log("ended", job.case, outcome.worker, outcome.status)
        self._enter(job.case, outcome.status, outcome.reason, outcome.row, solved=True)

    def _enter(self, case: str, status: str, reason: str, cells: Mapping[str, Any], *, solved: bool) -> None:
        plan = f"plans/{case}" if cells else ""
        self._cells[case] = {"status": status, "reason": reason, "plan": plan, "opened": "", **cells}
        self.meter.ended(case, status, self.counts.get(case, 0), solved=solved)

    def cells(self, case: str) -> dict[str, Any]:
        """Return a case's cells of the table, its inputs apart."""
        unknown = {"status": NOT_RUN, "reason": "", "plan": "", "opened": ""}
        return {"case": case} | self._cells.get(case, unknown)


def _solve_all(
    ledger: _Ledger, base: Job, named: Sequence[tuple[Case, str]], cluster: object, workers: int | None
) -> None:
    """Solve the base, then every case that no earlier run solved, each once."""

    def stop() -> bool:
        ledger.meter.tick()
        return ledger.stop()

    known = _base(ledger, base, stop)
    jobs = {name: Job(name, case.study) for case, name in named if name != base.case}
    todo = [job for job in jobs.values() if not ledger.of_earlier_run(job)]
    if not todo or stop():
        return
    if cluster is None and (workers == 1 or len(todo) == 1 or not engine.installed()):
        for outcome in solved_here(todo, known, stop=stop, started=ledger.started):
            ledger.keep(jobs[outcome.case], outcome)
        return
    with engine.connected(cluster, workers, len(todo)) as client:
        there = {"client": client, "shared": cluster is not None}
        for outcome in engine.solved(todo, base.study, known, **there, stop=stop, started=ledger.started):
            ledger.keep(jobs[outcome.case], outcome)


def _base(ledger: _Ledger, base: Job, stop: Callable[[], bool]) -> again.Known | None:
    """Solve the base or take it from an earlier run; None where it has no plan to learn from."""
    found = ledger.base_of_earlier_run(base)
    if isinstance(found, Plan):
        return again.recall(found)
    if found or stop():
        return None
    ledger.started(base, worker_name())
    learnt: list[again.Known] = []

    def learn() -> Plan:
        learnt.append(again.learn(base.study, stop=stop))
        return learnt[-1].plan

    outcome = told(base, learn, stop)
    if outcome.status == "failed":
        outcome = told(base, learn, stop)
    ledger.keep(base, outcome)
    return learnt[-1] if outcome.files else None


@contextmanager
def _interrupts(stop: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """Give a ``stop`` that a keyboard interrupt answers too, the first one; the second ends the call at once."""
    asked = False

    def receive(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    def wanted() -> bool:
        nonlocal asked
        asked = asked or stop()
        return asked

    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield wanted  # whoever took the signal tells us by ``stop``
        return
    signal.signal(signal.SIGINT, receive)
    try:
        yield wanted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
