"""The dispatch of a grid without any programme, for people: status, cost, output, flows and prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import Fault, InputError
from ..grid_alone import named_periods
from ..parameters import Parameters
from ..study import Study
from .dispatch import Dispatched, base_snapshots
from .engine import Engine
from .progress import Journal
from .runner import Runner


@dataclass(frozen=True)
class Dispatch:
    """The base case of one period and block: output by generator, flow by line and price by bus; MW, USD per MWh."""

    period: str
    block: str
    cost_usd_per_hour: float
    output_mw: dict[str, float]
    flow_mw: dict[str, float]
    price_usd_per_mwh: dict[str, float]


def dispatch(study: Study) -> list[Dispatch]:
    """Dispatch a nodal grid for its own loads, at least cost, in every period and block that it names.

    Raises InputError where the grid has no generators, InfeasibleError where its loads can't be served.
    """
    p = Parameters.of(study)
    if p.generation is None:
        cure = "add generators.csv and loads.csv in the place of headroom.csv"
        raise InputError([Fault(str(study.config.files.grid), "has no generators: nothing to dispatch", cure=cure)])
    periods, blocks = named_periods(study), [*p.block_hours]
    with Engine() as engine:
        runner = Runner(engine, Journal(None), None, None)
        cases = base_snapshots(study, p, runner.run, periods)
        return [_told(periods[t], blocks[b], found) for t, b, found in cases]


def as_json(cases: list[Dispatch]) -> dict[str, Any]:
    """Return the cases as a program reads them."""
    if len(cases) == 1:
        (case,) = cases
        return {
            "status": "optimal", "cost_usd_per_hour": case.cost_usd_per_hour, "output_mw": case.output_mw,
            "flow_mw": case.flow_mw, "price_usd_per_mwh": case.price_usd_per_mwh,
        }  # fmt: skip
    return {"status": "optimal", "by_block": [vars(case) for case in cases]}


def _told(period: str, block: str, found: Dispatched) -> Dispatch:
    p, made = found.p, found.p.generation
    assert made is not None
    above = np.clip(found.made_mw[:, None, None], 0.0, made.width_mw)
    usd = float(made.hourly_usd(above).sum() + np.abs(found.flow_mw) @ p.line_usd_per_mwh)
    price = {p.zones[z]: value for (z, *_), value in found.dual("zone_balance").items()}
    output = made.output_mw(above)[:, 0, 0]
    return Dispatch(
        period, block, usd, dict(zip(made.ids, output.tolist(), strict=True)),
        dict(zip(p.lines, found.flow_mw.tolist(), strict=True)), price,
    )  # fmt: skip
