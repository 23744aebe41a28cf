"""The families of variables, each named once: where its variables exist, up to what, and what settles them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

import numpy as np

from ..parameters import Parameters
from .sets import Sets, by_block

Axis = Literal["site", "sku", "period", "vendor", "zone", "line", "block"]
Index = list[tuple[Any, ...]]


@dataclass(frozen=True, eq=False)
class Family:
    """One family of variables, none of them below 0.

    ``letter`` names it in the model, on the page of the maths and in LP files; ``axes`` are those of its index.
    ``stage``: a plan *decides* it, it *follows* by arithmetic from what is decided, or a *dispatch* – a linear program
    in which all else is held – settles it. ``whole``: a switch is 0 or 1, a count whole, anything else a quantity.
    ``rest`` is what an equation leaves over. ``index`` says where there is a variable, ``most`` its upper bound, inf
    where unlimited; without it the domain says all.
    ``field`` names it among a plan's decisions, "" where it is none of them.
    """

    letter: str
    meaning: str
    axes: tuple[Axis, ...]
    stage: Literal["decide", "follow", "dispatch"]
    unit: str
    index: Callable[[Sets, Parameters], Index]
    whole: Literal["switch", "count", ""] = ""
    rest: bool = False
    field: str = ""
    most: Callable[..., float] | None = None

    @property
    def owner(self) -> Axis:
        """Whose variables they are: site, SKU, zone or line."""
        return self.axes[0]

    def upper(self, p: Parameters, at: tuple[Any, ...]) -> float:
        """Upper bound of the variable at an index."""
        if self.most is None:
            return 1.0 if self.whole == "switch" else inf
        return self.most(p, *at)


OPENED = Family(
    "y", "site open", ("site", "period"), "decide", "1",
    lambda c, p: [(s, t) for s, t in c.loaded if not p.committed[s]],
    whole="switch", field="opened",
)  # fmt: skip
HALLS = Family(
    "h", "halls commissioned", ("site", "period"), "decide", "halls",
    lambda c, p: [(s, t) for s, t in c.loaded if p.halls_max[s] > 0 and t >= p.first_hall[s]],
    whole="count", field="halls", most=lambda p, s, _t: int(min(p.halls_max[s], p.halls_per_year[s])),
)  # fmt: skip
PODS = Family(
    "n", "pods placed", ("site", "sku", "period"), "decide", "pods", lambda c, _p: [*c.triples], whole="count",
    field="pods",
)  # fmt: skip
SERVING = Family(
    "N", "pods in service", ("site", "sku", "period"), "follow", "pods",
    lambda c, p: [(s, k, t) for (s, k), start in c.first.items() for t in range(start, len(p.horizon))],
)  # fmt: skip
WAITING = Family("w", "pods waiting", ("sku", "period"), "follow", "pods", lambda c, _p: [*c.waits])
AGED = Family(
    "a", "pods that wait since long", ("sku", "period"), "follow", "pods",
    lambda c, p: [(k, t) for k, t in c.waits if p.aged_before[t] > 0],
)  # fmt: skip
PRESENT = Family(
    "v", "vendor present at a site", ("site", "vendor"), "decide", "1", lambda c, _p: [*c.present], whole="switch"
)
IDLE = Family(
    "idle", "built without racks", ("site", "period"), "follow", "MW IT", lambda c, _p: [*c.loaded], rest=True
)
SPARE = Family(
    "spare", "energised and not drawn", ("site", "period"), "follow", "MW",
    lambda c, p: [(s, t) for s, t in c.loaded if np.isfinite(p.power_mw[s, t])], rest=True,
)  # fmt: skip
DRAW = Family(
    "d", "drawn from the zone", ("site", "period", "block"), "dispatch", "MW",
    lambda c, p: by_block(p, [at for at in c.loaded if p.interconnection_mw[at] > 0]),
    field="draw_mw", most=lambda p, s, t, _b: float(p.interconnection_mw[s, t]),
)  # fmt: skip
ONSITE = Family(
    "o", "generated on site", ("site", "period", "block"), "dispatch", "MW",
    lambda c, p: by_block(p, [at for at in c.loaded if p.most_onsite_mw[at] > 0]),
    field="onsite_mw", most=lambda p, s, t, _b: float(p.most_onsite_mw[s, t]),
)  # fmt: skip
SERVED = Family(
    "g", "served from the zone's own surplus", ("zone", "period", "block"), "dispatch", "MW",
    lambda _c, p: by_block(p, [at for at in _grid(p.zones, p) if p.headroom_mw[at] > 0]),
    field="served_mw", most=lambda p, z, t, _b: float(p.headroom_mw[z, t]),
)  # fmt: skip
FLOW = Family(
    "f", "flow on a line", ("line", "period", "block"), "dispatch", "MW",
    lambda _c, p: by_block(p, _grid(p.lines, p)), field="flow_mw", most=lambda p, i, *_: float(p.line_mw[i]),
)  # fmt: skip
BACKFLOW = Family(
    "r", "flow on a line, backwards", ("line", "period", "block"), "dispatch", "MW",
    lambda _c, p: by_block(p, _grid(p.lines, p)), most=lambda p, i, *_: float(p.line_back_mw[i]),
)  # fmt: skip


def _grid(things: list[str], p: Parameters) -> Index:
    return [(i, t) for i in range(len(things)) for t in range(len(p.horizon))]


FAMILIES = (
    OPENED, HALLS, PODS, SERVING, WAITING, AGED, PRESENT, IDLE, SPARE, DRAW, ONSITE, SERVED, FLOW, BACKFLOW
)  # fmt: skip
"""All families, in the order in which the model declares them."""
SWITCHES = tuple(f for f in FAMILIES if f.stage == "decide" and f.whole == "switch")
"""What a plan decides by yes or no."""
UNITS = tuple(f for f in FAMILIES if f.stage == "decide" and f.whole == "count" and f is not PODS)
"""What a plan buys in whole units."""
FOLLOW = tuple(f for f in FAMILIES if f.stage == "follow")
"""What arithmetic gives once a plan is decided."""
RESTS = tuple(f for f in FAMILIES if f.rest)
DISPATCH = tuple(f for f in FAMILIES if f.stage == "dispatch")
"""What a linear program settles once all else is held."""
OF_SITES = tuple(f for f in FAMILIES if f.stage == "decide" and f.owner == "site")
"""What is decided site by site."""
