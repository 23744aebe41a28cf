"""Solve cases on workers of dask.distributed: processes of this machine, or those of a running scheduler."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any
from uuid import uuid4

from ..errors import Fault, InputError, limit_met, said
from ..solver.again import Known
from ..study import Study
from . import remote
from .attempt import Job, Outcome, one_line
from .identity import versions
from .processes import quiet, workers_here

TICK_S = 0.2
ANSWER_S = 20.0  # a scheduler that says nothing for so long is not there
DESERTED_S = 120.0  # without any worker for so long the rest is not run
_LOST = "the scheduler or its workers were lost; run the sweep again to go on"


def installed() -> bool:
    """Whether dask.distributed is there."""
    return find_spec("distributed") is not None


@contextmanager
def connected(cluster: object, workers: int | None, cases: int) -> Iterator[Any]:
    """Give a client of the scheduler named, or of ``workers`` processes that end with it.

    Raises InputError where no scheduler or worker answers, or one of other versions does.
    """
    from distributed import Client

    if isinstance(cluster, Client):
        _check(cluster)
        yield cluster
    elif cluster is None:
        with quiet(), ExitStack() as stack:
            try:
                address = stack.enter_context(workers_here(workers, cases))
                client = stack.enter_context(Client(address, set_as_default=False))
            except (OSError, RuntimeError) as fault:  # dask gives its own in place of the system's
                cure = limit_met(fault.__cause__ or fault) or "raise the limits: ulimit -n 1024; ulimit -u 4096"
                raise InputError([Fault("--workers", f"can't be started: {said(fault)}", cure=cure)]) from fault
            yield client
    else:
        with quiet():
            try:
                client = Client(cluster, set_as_default=False, timeout=ANSWER_S)
            except (OSError, TimeoutError, ValueError, TypeError) as fault:
                cure = "start one with: dask scheduler, and name its address, such as tcp://10.0.0.5:8786"
                raise _refused(f"no scheduler answers: {one_line(said(fault))}", cure, str(cluster)) from None
            with client:
                _check(client)
                yield client


def _check(client: Any) -> None:
    """Compare the workers' versions with ours before any case."""
    here, faults = versions(), []
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
        answers = client.run(versions)
    except TimeoutError:
        cure = "start some with: dask worker, and the scheduler's address"
        raise _refused("has no worker", cure, str(client.scheduler.address)) from None
    except Exception as fault:
        cure = "install the same rackgrid on every worker"
        raise _refused(f"a worker can't load rackgrid: {one_line(str(fault))}", cure) from None
    for address, there in sorted(answers.items()):
        if differing := remote.difference(here, there):
            cure = "install the same versions on every worker"
            faults.append(Fault("cluster", f"the worker has {differing}", None, "", address, cure))
    if faults:
        raise InputError(faults)


def _refused(reason: str, cure: str, address: str | None = None) -> InputError:
    return InputError([Fault("cluster", reason, None, "", address, cure)])


def solved(
    jobs: Sequence[Job],
    base: Study,
    known: Known | None,
    *,
    client: Any,
    shared: bool,
    stop: Callable[[], bool],
    started: Callable[[Job, str], None],
) -> Iterator[Outcome]:
    """Yield how cases ended, as they end, until ``stop`` answers true; ``started`` hears of each that is sent.

    Workers that are ``shared`` are left as they were, those that end with the sweep as they are.

    Where a worker dies its case is solved again by another. A case around which workers died time after time is
    solved once more at the end, alone, since it may have stood beside the one that kills; then it has failed.
    """
    run = f"rackgrid-{uuid4().hex}"
    held = client.submit(remote.same, remote.packed(base, known), key=f"{run}-base")
    flight = _Flight(client, run, base, held, stop, started)
    try:
        yield from flight.all_of(jobs)
        suspects, flight.suspects = flight.suspects, []
        for job in suspects:
            yield from flight.all_of([job])
        for job in flight.suspects:
            yield Outcome(job.case, "failed", "KilledWorker: its worker process ended each time it was tried")
    finally:
        if shared:
            flight.land()


@dataclass
class _Flight:
    """Cases that are on their way: a few more than there are threads, so that none waits for the next."""

    client: Any
    run: str
    base: Study
    held: Any
    stop: Callable[[], bool]
    started: Callable[[Job, str], None]
    suspects: list[Job] = field(default_factory=list)
    _sent: dict[Any, Job] = field(default_factory=dict)
    _tries: int = 0
    _expected: dict[str, str] = field(default_factory=versions)

    def all_of(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Send jobs and yield their outcomes; those whose workers died are suspects."""
        waiting, seen = deque(jobs), time.monotonic()
        while (waiting or self._sent) and not self.stop():
            threads = self._threads()
            if threads is None or (threads == 0 and time.monotonic() - seen > DESERTED_S):
                yield from (Outcome(job.case, "not_run", _LOST) for job in (*self._sent.values(), *waiting))
                return
            seen = time.monotonic() if threads else seen
            while waiting and len(self._sent) < max(1, threads + (threads + 1) // 2):
                job = waiting.popleft()
                self._send(job)
                self.started(job, "sent")
            for future in self._arrived():
                job = self._sent.pop(future)
                outcome = self._outcome(job, future)
                if outcome is None:
                    self.suspects.append(job)
                else:
                    yield outcome

    def _threads(self) -> int | None:
        """Threads of all workers there are; None where the scheduler is gone."""
        try:
            return sum(map(int, self.client.nthreads().values()))
        except Exception:
            return None

    def _send(self, job: Job) -> None:
        self._tries += 1
        changed = remote.change(job.study, self.base)
        key = f"{self.run}-{job.case}-{self._tries}"
        what = (job.case, changed, self.held, self.run, self._expected)
        self._sent[self.client.submit(remote.solve_there, *what, key=key, pure=False)] = job

    def _arrived(self) -> list[Any]:
        from distributed import wait

        with suppress(TimeoutError), self.client.as_current():
            wait(list(self._sent), timeout=TICK_S, return_when="FIRST_COMPLETED")
        return [future for future in self._sent if future.done()]

    def _outcome(self, job: Job, future: Any) -> Outcome | None:
        from distributed import KilledWorker

        try:
            outcome: Outcome = future.result()
        except KilledWorker:
            return None
        except Exception as fault:
            lost = future.cancelled() or future.status == "lost"
            reason = _LOST if lost else one_line(f"{type(fault).__name__}: {fault}")
            return Outcome(job.case, "not_run" if lost else "failed", reason)
        return outcome

    def land(self) -> None:
        """Stop what is still on its way, and let the workers forget the run and end its solvers."""
        with suppress(Exception):  # they may all be gone
            if self._sent:
                self.client.run(remote.stop_there, self.run, on_error="ignore")
                self.client.cancel(list(self._sent))
                self._wait_for_ends()
            self.client.run(remote.end_there, self.run, on_error="ignore")

    def _wait_for_ends(self) -> None:
        """Wait until no worker is at a case of this run."""
        end = time.monotonic() + 30.0
        while time.monotonic() < end:
            busy = self.client.run(remote.busy_there, self.run, on_error="ignore")
            if not any(value is True for value in busy.values()):
                return
            time.sleep(TICK_S)
