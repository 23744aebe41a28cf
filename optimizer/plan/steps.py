"""What each format of plans changed: steps from one to the next, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ..account.decisions import Decisions, usage
from ..account.tables import costs
from ..io.upgrade import Step
from ..parameters import Parameters
from ..resolution import Floats, positions
from .check import check_tables
from .plan import Plan


def _with_costs(plan: Plan) -> Plan:
    """Account for every dollar of what was decided, as a plan of the next format does."""
    check_tables(plan, tuple(plan.tables))
    p = Parameters.of(plan.study)
    x = _decisions(p, plan.tables)
    return replace(plan, tables={**plan.tables, "costs": costs(p, x, usage(p, x), plan.study.config)})


def _decisions(p: Parameters, tables: Mapping[str, pd.DataFrame]) -> Decisions:
    """Read what was decided from a plan's tables: what no row says is 0."""
    ids = {"site": p.sites, "sku": p.skus, "zone": p.zones, "line": p.lines, "period": p.periods}

    places = {axis: {name: i for i, name in enumerate(names)} for axis, names in ids.items()}

    def values(table: str, column: str, *axes: str) -> Floats:
        found = np.zeros([len(ids[axis]) for axis in axes])
        at = tuple(positions(tables[table][axis], places[axis]) for axis in axes)
        found[at] = tables[table][column]
        return found

    return Decisions(
        pods=values("assignments", "pods", "site", "sku", "period").astype(np.int64),
        halls=np.diff(values("sites", "halls", "site", "period"), axis=1, prepend=0.0).astype(np.int64),
        opened=values("sites", "open", "site", "period").astype(bool),
        draw_mw=values("power", "draw_mw", "site", "period"),
        onsite_mw=values("power", "onsite_output_mw", "site", "period"),
        served_mw=values("zones", "served_mw", "zone", "period"),
        flow_mw=values("flows", "flow_mw", "line", "period"),
    )


STEPS: tuple[Step[Plan], ...] = (
    Step(1, "costs.csv accounts for every dollar by term, site, SKU, line and period", _with_costs, ("costs",)),
)
