"""Preload of a dask worker: its cases wait until a file lies beside the sweep, so that a test can act before."""

from __future__ import annotations

import os
import time
from pathlib import Path

from optimizer.plan import Plan
from optimizer.solver.again import Resolver
from optimizer.study import Study
from tests.sweeps.campaign import GO, MARK

_plan = getattr(Resolver.plan, "free", Resolver.plan)  # a preload may run twice in a process


def _held(self: Resolver, study: Study, **rest: object) -> Plan:
    while not Path(os.environ[MARK]).with_name(GO).exists():
        time.sleep(0.05)
    return _plan(self, study, **rest)


_held.free = _plan
Resolver.plan = _held
