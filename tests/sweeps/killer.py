"""Preload of a dask worker: its process ends whenever it is to solve a case with two sites."""

from __future__ import annotations

import os

from optimizer.plan import Plan
from optimizer.solver.again import Resolver
from optimizer.study import Study

_plan = getattr(Resolver.plan, "harmless", Resolver.plan)  # a preload may run twice in a process


def _deadly(self: Resolver, study: Study, **rest: object) -> Plan:
    if study.config.policy.max_sites == 2:
        os._exit(1)
    return _plan(self, study, **rest)


_deadly.harmless = _plan
Resolver.plan = _deadly
