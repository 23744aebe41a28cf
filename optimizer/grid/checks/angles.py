"""Checks of what angles leave open: reactances that cancel out, and ends of circuits to buy that nothing holds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from optimizer.grid.checks.wiring import Piece, Wiring, wiring_of
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.table import Finding, Table
from optimizer.io.wording import listed
from optimizer.network import Circuits, Factors, Singular, loose, resolved, spread_rad

_MOST_SETS = 64  # of circuits bought are tried one by one; where there are more, each upgrade alone and all together


def ends_without_a_bound(context: Context) -> Iterator[Doubt]:
    """Find circuits to buy that no constant keeps out of use until they stand: any angle can lie between their ends."""
    wires = wiring_of(context)
    if wires is None or not wires.bought:
        return
    place = {piece.line: i for i, piece in enumerate(wires.lines)}
    spread = spread_rad(
        wires.circuits(wires.lines), np.array([piece.mw for piece in wires.lines]),
        np.array([place[piece.line] for piece in wires.bought]), np.array([piece.mw for piece in wires.bought]),
        wires.circuits(wires.bought).per_rad_mw, np.inf if wires.free_links else 1.0,
    )  # fmt: skip
    driving = [p.name for p in wires.standing if p.x_pu < 0 and np.isinf(p.mw)] + wires.free_links
    found = []
    for piece, rad in zip(wires.bought, spread.tolist(), strict=True):
        if np.isinf(rad):
            reason = (
                "adds a circuit between buses that any angle can lie between: without a limit, "
                f"{listed(driving, quoted=True)} can drive any flow around a loop"
            )
            cure = f"write the capacity_mw of {listed(driving[:1], quoted=True)}"
            found.append(Finding(piece.row, reason, cure, wires.lines[place[piece.line]].name, "no bound"))
    yield Doubt(wires.bought[0].table, "target", found)


def cancelled_reactances(context: Context) -> Iterator[Doubt]:
    """Find circuits whose reactances cancel out: as they stand, after an outage, or with circuits that are bought."""
    wires = wiring_of(context)
    if wires is None or not any(piece.x_pu < 0 for piece in (*wires.standing, *wires.bought)):
        return
    there = wires.standing
    circuits, cure = wires.circuits(there), "mend the size or the sign of one of them"
    found: list[tuple[Table, Finding]] = []
    factors = _factors(circuits) if context.grid.security == "n-1" else None
    if at_once := _cancelled(circuits, factors):
        found.append(_told([there[i] for i in at_once], "no flow on them is determined", cure))
    elif factors is not None:
        covered = context.grid.outages
        outages = [i for i, piece in enumerate(there) if covered is None or piece.name in covered]
        for out, left in _after_outages(factors, outages):
            when = f'once "{there[out].name}" is out no flow on them is determined'
            found.append(_told([there[i] for i in left], when, f"{cure}, or leave that outage out in grid.toml"))
    else:
        found += _with_bought(wires)
    for table in {id(piece.table): piece.table for piece in (*there[:1], *wires.bought[:1])}.values():
        yield Doubt(table, "reactance_pu", [finding for of, finding in found if of is table])


def _told(pieces: Sequence[Piece], when: str, cure: str) -> tuple[Table, Finding]:
    """Tell of circuits that cancel out at the first that is bought, else at the first of negative reactance."""
    at = min(pieces, key=lambda p: (not p.is_bought, p.x_pu > 0, p.row))
    others = listed([p.name for p in pieces if p is not at], quoted=True)
    return at.table, Finding(at.row, f"cancels out with {others}: {when}", cure, f"{at.x_pu:.10g}")


def _factors(circuits: Circuits) -> Factors:
    return Factors(circuits, np.unique(circuits.islands, return_index=True)[1])


def _cancelled(circuits: Circuits, factors: Factors | None = None) -> list[int]:
    """Return the circuits that cancel out, none where the angles of any injections, and factors, are determined."""
    islands = circuits.islands
    injection = np.random.default_rng(0).normal(size=(circuits.n_buses, 1))
    injection -= (np.bincount(islands, injection[:, 0]) / np.bincount(islands))[islands, None]
    try:
        resolved(circuits, injection)
        _ = factors and factors.ptdf
    except Singular:
        return loose(circuits)
    return []


def _after_outages(factors: Factors, outages: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Yield outages that leave circuits which cancel out, with those."""
    c = factors.circuits
    for out in outages:
        if np.isnan(factors.lodf[out, out]) and not c.radial[out]:
            kept = np.delete(np.arange(len(c.start)), out)
            less = Circuits(c.n_buses, c.start[kept], c.end[kept], c.per_rad_mw[kept], c.shift_rad[kept])
            yield out, kept[loose(less)].tolist()


def _with_bought(wires: Wiring) -> Iterator[tuple[Table, Finding]]:
    """Yield upgrades whose circuits cancel out with others, each once."""
    told: set[int] = set()
    for counts in _sets([piece.count for piece in wires.bought]):
        bought = [(piece, n) for piece, n in zip(wires.bought, counts, strict=True) if n]
        pieces = [*wires.standing, *(piece for piece, _ in bought)]
        at = _cancelled(wires.circuits(pieces, [1] * len(wires.standing) + [n for _, n in bought]))
        if not at:
            continue
        stand = listed([f"{n} of {piece.name}" for i, (piece, n) in enumerate(bought, len(wires.standing)) if i in at])
        when = f"once bought ({stand}) no flow on them is determined"
        table, finding = _told([pieces[i] for i in at], when, "write another reactance_pu of the circuit that is added")
        if finding.row not in told:
            told.add(finding.row)
            yield table, finding


def _sets(most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield how many of each upgrade stand, smaller sets first, but for none at all."""
    if prod(n + 1 for n in most) <= _MOST_SETS:
        yield from sorted(itertools.product(*(range(n + 1) for n in most)), key=sum)[1:]
        return
    for u, count in enumerate(most):
        yield from (tuple(n if v == u else 0 for v in range(len(most))) for n in range(1, count + 1))
    yield tuple(most)
