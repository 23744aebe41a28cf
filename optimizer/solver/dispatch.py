"""Dispatch a grid by itself: what is made, flows and dual values, with the rows of outages and squares it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from ..errors import InfeasibleError
from ..formulation import families as of
from ..formulation.rules import NAMED
from ..parameters import Parameters
from ..resolution import Floats
from ..resolved.cuts import BaseCase, Cuts
from ..study import Study
from ..tolerance import band
from .arrays import Bools, Job, Matrix, Result
from .matrix import Compiled, Written
from .screening import first_tangents, needed
from .snapshot import content, snapshot

Run = Callable[[Matrix, Job], Result]
NO_DISPATCH = "The grid can't serve its own loads without any site (base case, proven)."
TOLERANCE = 1e-8
NAMED_ELEMENTS = 5
MUSD = 1e6


@dataclass(frozen=True)
class Dispatched:
    """The dispatch of one period and block: its parameters with the rows it needed, arrays and the answer."""

    p: Parameters
    c: Compiled
    result: Result

    @property
    def flow_mw(self) -> Floats:
        """Flow on lines, (l,)."""
        return (self.of(of.FLOW) - self.of(of.BACKFLOW))[:, 0, 0]

    @property
    def made_mw(self) -> Floats:
        """What cost segments make, (j,)."""
        return self.of(of.MADE)[:, 0, 0]

    def of(self, family: of.Family) -> Floats:
        """Values of one family by its index."""
        assert self.result.x is not None
        return self.c.columns.spread(family, self.result.x)

    def dual(self, rule: str, sign: float = -1.0) -> dict[tuple[int, ...], float]:
        """Dual values of a rule by its index: what one unit more of its right side costs, with a sign."""
        assert self.result.row_dual is not None
        at = zip(self.c.row_index.get(rule, []), self.c.rows.get(rule, []), strict=True)
        return {where: sign * float(self.result.row_dual[row]) for where, row in at}


def solved(
    study: Study, p: Parameters, run: Run, *, cost: Callable[[Compiled], Floats] | None = None,
    most_missing_mw: float = inf,
) -> Dispatched | None:  # fmt: skip
    """Solve the linear program of a snapshot under its money or another cost; None where it has no point.

    Each bus of an elastic one may miss, or have too much by, so many MW. Rows are added until the dispatch breaks none.
    """
    written = Written.of(study, p)
    while True:
        c, p = written.compiled, written.program.p
        money = MUSD * c.objectives.money()[0] if cost is None else cost(c)
        upper = np.where(missing(c), np.minimum(most_missing_mw, c.matrix.upper), c.matrix.upper)
        job = Job(cost=money, offset=0.0, upper=upper, integer=np.zeros(len(money), dtype=bool))
        result = run(replace(c.matrix, tolerance=TOLERANCE), job)
        if result.x is None:
            return None
        found = Dispatched(p, c, result)
        squares = p.generation is not None and cost is None
        more = needed(p, found.flow_mw[:, None, None], found.of(of.MADE) if squares else None)
        if not len(more):
            return found
        written = written.with_cuts(replace(p, cuts=p.cuts.joined(more)))


def missing(c: Compiled) -> Bools:
    """Which columns are load that nothing serves, or generation that nothing takes."""
    return np.isin(np.arange(c.matrix.shape[1]), c.columns.array(of.UNSERVED, of.SURPLUS))


def base_snapshots(
    study: Study, p: Parameters, run: Run, periods: Mapping[int, str]
) -> Iterator[tuple[int, int, Dispatched]]:
    """Yield periods, by what they are called, blocks and their base dispatch; equal ones are solved once.

    Raises InfeasibleError as ``base_snapshot`` does.
    """
    known: dict[tuple[bytes, ...], Dispatched] = {}
    for t, period in periods.items():
        for b, block in enumerate(p.block_hours):
            part = snapshot(p, t, b)
            key = content(part)
            if key not in known:
                known[key] = base_snapshot(study, part, run, called(period, block))
            yield t, b, known[key]


def base_snapshot(study: Study, p: Parameters, run: Run, where: str) -> Dispatched:
    """Dispatch a snapshot of a nodal grid at least cost; ``where`` says which period and block it is.

    Raises InfeasibleError with the least MW unserved or in surplus, their buses and the lines that bind.
    """
    p = replace(p, elastic=True, cuts=p.cuts.joined(first_tangents(p)))

    lacking = solved(study, p, run, cost=lambda c: missing(c).astype(np.float64))
    assert lacking is not None
    assert p.generation is not None
    if lacking.result.objective > band(np.abs(p.generation.load_mw)).max(initial=0.0):
        raise InfeasibleError(NO_DISPATCH, _missing(lacking, where))
    for most_mw in (0.0, float(band(0.0))):  # loads that miss what serves them by rounding
        least = solved(study, lacking.p, run, most_missing_mw=most_mw)
        if least is not None:
            return least
    raise InfeasibleError(NO_DISPATCH, _missing(lacking, where))


def base_case(study: Study, p: Parameters, run: Run) -> tuple[BaseCase, Cuts]:
    """Dispatch a nodal grid for the loads that were there before; return it and the rows of outages that it needed.

    Raises InfeasibleError as ``base_snapshot`` does.
    """
    made = p.generation
    assert made is not None
    shape = (len(p.horizon), len(p.block_hours))
    output, flow, zone, line = (
        np.zeros((n, *shape)) for n in (len(made.ids), len(p.lines), len(p.zones), len(p.lines))
    )
    usd, wheeling = np.zeros(shape), np.zeros(shape)
    outage: dict[tuple[int, int, int, int], float] = {}
    rows: list[tuple[int, int, int, int, int]] = []
    for t, b, found in base_snapshots(study, p, run, dict(enumerate(p.periods))):
        of_part = found.p.generation
        assert of_part is not None
        above = np.clip(found.of(of.MADE), 0.0, of_part.width_mw)
        output[:, t, b], flow[:, t, b] = of_part.output_mw(above)[:, 0, 0], found.flow_mw
        usd[t, b] = of_part.hourly_usd(above).sum()
        wheeling[t, b] = np.abs(found.flow_mw) @ p.line_usd_per_mwh
        for (z, *_), value in found.dual(NAMED["zone_balance"].name).items():
            zone[z, t, b] = value
        for (i, *_), value in found.dual(NAMED["kirchhoff"].name).items():
            line[i, t, b] = value
        for (i, out, sign, *_), value in found.dual(NAMED["outage_limit"].name).items():
            if value:
                outage[i, out, t, b] = outage.get((i, out, t, b), 0.0) + sign * value
        rows += [(i, out, sign, t, b) for i, out, sign, _, _ in found.p.cuts.outages]
    return BaseCase(output, flow, usd, wheeling, zone, line, outage), Cuts(outages=tuple(sorted(rows)))


def called(period: str, block: str) -> str:
    """Return what a period and block are called before a sentence; nothing of what is not named."""
    return ", ".join(filter(None, (period, "" if block == "all" else f"block {block}")))


def _missing(found: Dispatched, where: str) -> list[str]:
    """Say how much is unserved or too much, at which buses, and what binds."""
    p, said = found.p, []
    where = f"{where}: " if where else ""
    for word, family in (("unserved", of.UNSERVED), ("surplus", of.SURPLUS)):
        mw = found.of(family)[:, 0, 0]
        buses = sorted(np.flatnonzero(mw > 1e-6).tolist(), key=lambda z: (-mw[z], p.zones[z]))
        if buses:
            named = _some([f"{p.zones[z]} {mw[z]:,.6g} MW" for z in buses])
            said.append(f"{where}at least {mw.sum():,.6g} MW {word}, at {named}")
    if lines := _some([p.lines[i] for i in np.flatnonzero(full_lines(p, found.flow_mw))]):
        said.append(f"{where}lines that bind: {lines}")
    if outages := sorted({f"{p.lines[i]} after an outage of {p.lines[o]}" for i, o, *_ in p.cuts.outages}):
        said.append(f"{where}{_some(outages)}")
    return said


def full_lines(p: Parameters, flow_mw: Floats) -> Floats:
    """Whether each line carries all that it can, (l,)."""
    most = np.where(flow_mw < 0, p.line_back_mw, p.line_mw)
    return np.asarray((most > 0) & (np.abs(flow_mw) >= most - band(most)))


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED_ELEMENTS:,} more" if len(names) > NAMED_ELEMENTS else ""
    return ", ".join(names[:NAMED_ELEMENTS]) + more
