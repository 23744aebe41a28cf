"""The families of variables, each named once: where its variables exist, up to what, and what settles them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

import numpy as np

from ..parameters import Parameters
from .sets import Sets, by_block

Axis = Literal["site", "sku", "period", "vendor", "zone", "line", "block", "upgrade", "copy", "segment"]
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
    lambda c, p: by_block(p, [at for at in c.loaded if p.most_interconnection_mw[at] > 0]),
    field="draw_mw", most=lambda p, s, t, _b: float(p.most_interconnection_mw[s, t]),
)  # fmt: skip
ONSITE = Family(
    "o", "generated on site", ("site", "period", "block"), "dispatch", "MW",
    lambda c, p: by_block(p, [at for at in c.loaded if p.most_onsite_mw[at] > 0]),
    field="onsite_mw", most=lambda p, s, t, _b: float(p.most_onsite_mw[s, t]),
)  # fmt: skip
SERVED = Family(
    "g", "served from the zone's own surplus", ("zone", "period", "block"), "dispatch", "MW",
    lambda _c, p: [at for at in by_block(p, _grid(p.zones, p)) if p.most_headroom_mw[at] > 0],
    field="served_mw", most=lambda p, z, t, b: float(p.most_headroom_mw[z, t, b]),
)  # fmt: skip
FLOW = Family(
    "f", "flow on a line", ("line", "period", "block"), "dispatch", "MW",
    lambda _c, p: by_block(p, _grid(p.lines, p)), field="flow_mw",
    most=lambda p, i, t, _b: float(p.most_line_mw[i, t]),
)  # fmt: skip
BACKFLOW = Family(
    "r", "flow on a line, backwards", ("line", "period", "block"), "dispatch", "MW",
    lambda _c, p: by_block(p, _grid(p.lines, p)), most=lambda p, i, t, _b: float(p.most_line_back_mw[i, t]),
)  # fmt: skip


BOUGHT = Family(
    "x", "upgrades commissioned", ("upgrade", "period"), "decide", "pieces",
    lambda c, p: upgrades(c, p),
    whole="count", field="upgrades", most=lambda p, u, _t: int(p.upgrades.most[u]),
)  # fmt: skip
STANDING = Family(
    "e", "bought circuit in service", ("copy", "period"), "decide", "1", lambda _c, p: copies(p), whole="switch"
)
ALONG = Family(
    "q", "flow on a bought circuit", ("copy", "period", "block"), "dispatch", "MW",
    lambda _c, p: by_block(p, copies(p)),
    most=lambda p, c, *_: float(p.upgrades.capacity_mw[p.upgrades.copies[c][0]]),
)  # fmt: skip
AGAINST = Family(
    "j", "flow on a bought circuit, backwards", ("copy", "period", "block"), "dispatch", "MW",
    lambda _c, p: by_block(p, copies(p)), most=ALONG.most,
)  # fmt: skip
ANGLE = Family(
    "th", "angle of a bus over the least of its island, in 1/100 rad", ("zone", "period", "block"), "dispatch", "1",
    lambda _c, p: by_block(p, [(z, t) for z in p.wires.angled for t in range(len(p.horizon))]),
)  # fmt: skip
MADE = Family(
    "m", "generated above the least output", ("segment", "period", "block"), "dispatch", "MW",
    lambda _c, p: [] if p.generation is None else [*map(tuple, np.argwhere(p.generation.width_mw > 0).tolist())],
    most=lambda p, j, t, b: float(p.generation.width_mw[j, t, b]),
)  # fmt: skip
SQUARE = Family(
    "c", "square of what is generated, in MW of its largest", ("segment", "period", "block"), "dispatch", "MW",
    lambda _c, p: squares(p),
)  # fmt: skip
UNSERVED = Family(
    "short", "load that nothing serves", ("zone", "period", "block"), "dispatch", "MW",
    lambda _c, p: by_block(p, _grid(p.zones, p)) if p.elastic else [],
)  # fmt: skip
SURPLUS = Family(
    "over", "generation that nothing takes", ("zone", "period", "block"), "dispatch", "MW",
    lambda _c, p: by_block(p, _grid(p.zones, p)) if p.elastic else [],
)  # fmt: skip
MOVED = Family(
    "moved", "pods of the plan before that are not at their site", ("site", "sku"), "follow", "pods",
    lambda _c, p: _changed(p, "move_usd_per_mw", "pods"),
)  # fmt: skip
CLOSED = Family(
    "unopened", "opening of the plan before that is not made", ("site", "period"), "follow", "1",
    lambda _c, p: [(s, t) for s, t in _changed(p, "close_usd", "opened") if not p.committed[s]],
)  # fmt: skip
UNBUILT = Family(
    "unbuilt", "halls of the plan before that are not built", ("site", "period"), "follow", "halls",
    lambda _c, p: _changed(p, "close_usd", "halls"),
    most=lambda p, s, t: 0.0 if p.before is None else float(p.before.stated["halls"][s, t]),
)  # fmt: skip


def _changed(p: Parameters, price: str, field: str) -> Index:
    """Places of what the plan before decided, where its change has a price."""
    if p.before is None or not getattr(p.before, price):
        return []
    stated = p.before.stated[field]
    return [*map(tuple, np.argwhere(stated.sum(axis=tuple(range(2, stated.ndim))) > 0).tolist())]


COUNTED = Family(
    "u", "site counts as open: it holds racks in the last period", ("site", "period"), "follow", "1",
    lambda c, p: counted(c, p), whole="switch",
)  # fmt: skip


def counted(c: Sets, p: Parameters) -> Index:
    """Sites that can hold racks in the last period and need not count anyway, where a set of them is excluded."""
    if not p.demands.unlike:
        return []
    last = len(p.horizon) - 1
    return [(s, last) for s in c.candidates if not p.committed[s] and c.skus_at[s] and p.may_hold_it_mw[s, last] > 0]


def upgrades(c: Sets, p: Parameters) -> Index:
    """Upgrades and the periods in which they can be bought, those of sites only where the site is a candidate."""
    able = p.upgrades.can_stand & (p.upgrades.most > 0)[:, None]
    sites = {*c.candidates}
    return [
        (u, t) for u, t in np.argwhere(able).tolist() if p.upgrades.kind[u] != "site" or p.upgrades.target[u] in sites
    ]


def copies(p: Parameters) -> Index:
    """Bought AC circuits and the periods in which they can stand."""
    able = p.upgrades.can_stand
    return [(c, t) for c, (u, _) in enumerate(p.upgrades.copies) for t in range(len(p.horizon)) if able[u, t]]


def squares(p: Parameters) -> Index:
    """Cost segments with a square, where they can make anything."""
    if p.generation is None:
        return []
    there = (p.generation.width_mw > 0) & (p.generation.usd_per_mw2h > 0)
    return [*map(tuple, np.argwhere(there).tolist())]


def _grid(things: list[str], p: Parameters) -> Index:
    return [(i, t) for i in range(len(things)) for t in range(len(p.horizon))]


FAMILIES = (
    OPENED, HALLS, PODS, SERVING, WAITING, AGED, PRESENT, IDLE, SPARE, DRAW, ONSITE, SERVED, FLOW, BACKFLOW,
    BOUGHT, STANDING, ALONG, AGAINST, ANGLE, MADE, SQUARE, UNSERVED, SURPLUS,
    COUNTED, MOVED, CLOSED, UNBUILT,
)  # fmt: skip
"""All families, in the order in which the model declares them."""
SWITCHES = tuple(f for f in FAMILIES if f.stage == "decide" and f.whole == "switch")
"""What a plan decides by yes or no."""
UNITS = (HALLS,)
"""What sites buy in whole units."""
FOLLOW = tuple(f for f in FAMILIES if f.stage == "follow")
"""What arithmetic gives once a plan is decided."""
RESTS = tuple(f for f in FAMILIES if f.rest)
DISPATCH = tuple(f for f in FAMILIES if f.stage == "dispatch")
"""What a linear program settles once all else is held."""
OF_SITES = tuple(f for f in FAMILIES if f.stage == "decide" and f.owner == "site")
"""What is decided site by site."""
