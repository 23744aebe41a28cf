"""The widest model of a study, from which each statement can be taken away: one matrix, rows and bounds by statement.

Its sets are those of a study without any statement: every site a candidate, every door open, racks, halls and upgrades
from the first period. What the study states is written over them by the rules of the formulation, so that a statement
is some rows and some bounds that are there or not. What clusters ask stays what it is in the study.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from pyomo.common.gc_manager import PauseGC
from scipy.sparse import csr_array

from ...formulation import families as of
from ...formulation.notation import Program, declare
from ...formulation.rules import NAMED, RULES
from ...parameters import Parameters
from ...resolution import Bools, Floats, Ints
from ...resolved.cuts import Cuts
from ...resolved.upgrades import Upgrades
from ...solver.arrays import Matrix
from ...solver.matrix import Columns, Layout, Parts, Writer, summed, used
from ...study import Study
from .statements import Doors, Statement, statements

LINK = "hall_ceiling"
"""A rule that also ties halls to what is open where nothing limits them."""
UNLIMITED = ("vendor_presence", "bought_angles")
"""Rules whose numbers are large enough for a study of which anything is taken away."""
SPARED = ("aged_waiting", "square")
"""Rules of money alone."""


@dataclass(frozen=True)
class Bounds:
    """Bounds of columns that statements make: whose each is, its column and its value."""

    owner: Ints
    column: Ints
    value: Floats

    @classmethod
    def of(cls, found: list[tuple[int, int, float]]) -> Bounds:
        """Take (statement, column, value)."""
        owner, column, value = zip(*found, strict=True) if found else ((), (), ())
        return cls(np.array(owner, dtype=np.int64), np.array(column, dtype=np.int64), np.array(value, dtype=np.float64))


@dataclass(frozen=True)
class Wide:
    """A study's statements and the matrix that states all of them, without an objective.

    ``owner`` is the statement of each row, -1 where a row is nobody's: then it always holds. ``caps`` and ``floors``
    are upper and lower bounds that statements make. ``most`` are numbers that no least plan goes beyond.
    """

    study: Study
    p: Parameters
    statements: tuple[Statement, ...]
    program: Program
    writer: Writer
    parts: Parts
    layout: Layout
    columns: Columns
    matrix: Matrix
    rows: Mapping[str, dict[object, int]]
    owner: Ints
    caps: Bounds
    floors: Bounds
    most: Most

    @classmethod
    def of(cls, study: Study, p: Parameters) -> Wide:
        """Write the widest model of a study."""
        most = Most.of(p)
        with PauseGC():
            program = declare(_widest(study, p, most))
            writer = Writer(program)
            stated = replace(program, p=_stated(study, p))
            linked = replace(program, p=_linked(program.p, most))
            parts = {
                rule.name: writer.rule(linked if rule.name in UNLIMITED else stated, rule)
                for rule in RULES
                if rule.name not in SPARED
            }
            parts["of anything"] = writer.rule(linked, NAMED[LINK])
        return cls._assembled(study, p, statements(study, p), program, writer, parts, most)

    @classmethod
    def _assembled(
        cls, study: Study, p: Parameters, found: tuple[Statement, ...], program: Program, writer: Writer,
        parts: Parts, most: Most,
    ) -> Wide:  # fmt: skip
        layout = Layout.of(writer.variables, used(parts))
        columns, n_cols = layout.columns(program.p), len(layout.variables)
        a = summed(*layout.cells(parts), n_cols)
        limits = np.concatenate([r.limits - r.constants[:, None] for r in parts.values()])
        lines = {s.place for s in found if s.kind == "line"}
        uppers = [_upper(program.p, p, most, lines, family, at) for family, at in layout.variables]
        matrix = Matrix(
            starts=np.asarray(a.indptr, dtype=np.int64), rows=np.asarray(a.indices, dtype=np.int64),
            values=np.asarray(a.data, dtype=np.float64), row_lower=limits[:, 0].copy(), row_upper=limits[:, 1].copy(),
            lower=np.zeros(n_cols),
            upper=np.array(uppers, dtype=np.float64),
            integer=np.array([f.whole != "" for f, _ in layout.variables], dtype=bool),
            cost=np.zeros(n_cols), offset=0.0,
        )  # fmt: skip
        rows: dict[str, dict[object, int]] = {}
        start = 0
        for name, part in parts.items():
            rows[name] = {at: start + i for i, at in enumerate(part.index)}
            start += len(part.index)
        held = Holders(study, p, found, columns)
        owner = np.full(len(limits), -1, dtype=np.int64)
        for name, there in rows.items():
            for at, row in there.items():
                owner[row] = held.of_row(name, at)
        return cls(
            study, p, found, program, writer, parts, layout, columns, matrix, rows, owner,
            Bounds.of(held.caps()), Bounds.of(held.floors()), most,
        )  # fmt: skip

    def with_cuts(self, more: Cuts) -> Wide:
        """Return the same model with more rows of outages."""
        p = replace(self.p, cuts=self.p.cuts.joined(more))
        rule = NAMED["outage_limit"]
        cut = self.writer.rule(replace(self.program, p=_stated(self.study, p)), rule)
        parts = {**self.parts, rule.name: cut}
        return self._assembled(self.study, p, self.statements, self.program, self.writer, parts, self.most)

    def kept(self, held: Bools, bounded: Bools | None = None) -> Matrix:
        """Return the matrix of the statements that are ``held``, (statement,), all others taken away.

        ``bounded`` are those whose bounds count, where they are not the same.
        """
        bounded = held if bounded is None else bounded
        away = (self.owner >= 0) & ~held[self.owner]
        upper, lower = self.matrix.upper.copy(), self.matrix.lower.copy()
        counts = bounded[self.caps.owner]
        np.minimum.at(upper, self.caps.column[counts], self.caps.value[counts])
        counts = bounded[self.floors.owner]
        np.maximum.at(lower, self.floors.column[counts], self.floors.value[counts])
        return replace(
            self.matrix,
            row_lower=np.where(away, -np.inf, self.matrix.row_lower),
            row_upper=np.where(away, np.inf, self.matrix.row_upper),
            lower=lower,
            upper=upper,
        )

    def strict(self, matrix: Matrix) -> Matrix:
        """Return a matrix as the solver is given it: see ``Matrix.strict``."""
        c = self.columns
        return matrix.strict(rests=c.array(*of.RESTS), supplies=c.array(*of.DISPATCH))

    @cached_property
    def by_row(self) -> csr_array:
        """The terms of the matrix by row."""
        from scipy.sparse import csc_array

        m = self.matrix
        return csc_array((m.values, m.rows, m.starts), m.shape).tocsr()


@dataclass(frozen=True)
class Most:
    """Numbers that no least plan goes beyond, whatever is taken away.

    Racks are asked for by clusters, by power that may not stay spare, and by shares of what others hold: all of it at
    every site together, over the least share, is more than any plan needs. ``it_mw`` is that; ``pods`` (k,) and
    ``halls`` (s,) are what holds it.
    """

    it_mw: float
    pods: Ints
    halls: Ints

    @classmethod
    def of(cls, p: Parameters) -> Most:
        """Count them."""
        power = np.where(np.isfinite(p.power_mw), p.power_mw, 0.0) + p.upgrades.added_mw("site", len(p.sites))
        asked = max(p.policy.min_site_mw, p.policy.min_vendor_mw) * max(1, len(p.vendors))
        pod = float(p.pod_mw.max(initial=1.0))
        wanted = (power.max(axis=1, initial=0.0) / p.peak_pue + asked + pod).sum() + float(p.delivered_mw.sum())
        it_mw = float(wanted / min(p.policy.shares.values()) + pod)
        return cls(it_mw, _fitting(it_mw, p.pod_mw), _fitting(it_mw, p.hall_mw))


def _fitting(room: float, each: Floats) -> Ints:
    return np.asarray(np.ceil(room / each) + 1, dtype=np.int64)


def _widest(study: Study, p: Parameters, most: Most) -> Parameters:
    """Return the parameters of a study without statements, for sets alone: which variables there can be at all."""
    none, first = np.zeros_like(p.forbidden), study.horizon.first_after_lead(0.0)
    pods = np.zeros_like(p.delivered_pods)
    named = np.isin(p.skus, study.deliveries["sku"].tolist())
    pods[:, 0] = np.where(named, most.pods, 0)
    headroom = p.headroom_mw if study.is_nodal else np.full_like(p.headroom_mw, np.inf)
    return replace(
        p, committed=none, forbidden=none, forced=none, delivered_pods=pods, admits=np.ones_like(p.admits),
        may_hold_it_mw=np.full_like(p.may_hold_it_mw, most.it_mw), halls_max=most.halls,
        halls_per_year=np.full_like(p.halls_per_year, np.inf), first_hall=np.full_like(p.first_hall, first),
        interconnection_mw=np.maximum(p.interconnection_mw, 1.0), headroom_mw=headroom,
        upgrades=_soonest(study, p),
    )  # fmt: skip


def _soonest(study: Study, p: Parameters) -> Upgrades:
    return replace(p.upgrades, first=np.full_like(p.upgrades.first, study.horizon.first_after_lead(0.0)))


def _stated(study: Study, p: Parameters) -> Parameters:
    """Return the study's parameters as rows state them, where openings and leads are bounds of their own."""
    return replace(p, committed=np.zeros_like(p.committed), upgrades=_soonest(study, p))


def _linked(wide: Parameters, most: Most) -> Parameters:
    """Return parameters whose limits are ``most``."""
    far = most.it_mw * float(wide.peak_pue.max(initial=1.0)) * max(1.0, float(wide.load_scale.max(initial=1.0)))
    return replace(wide, line_mw=np.maximum(wide.line_mw, far), line_back_mw=np.maximum(wide.line_back_mw, far))


def _upper(
    wide: Parameters, p: Parameters, most: Most, limited: set[int], family: of.Family, at: tuple[Any, ...]
) -> float:
    """Upper bound of a variable, all statements taken away; ``limited`` are lines that are statements."""
    if family is of.DRAW or (family in (of.FLOW, of.BACKFLOW) and at[0] in limited):
        return np.inf
    if family is of.HALLS:
        return float(most.halls[at[0]])
    if family is of.PODS:
        return float(most.pods[at[1]])
    return family.upper(p if family in (of.ONSITE, of.FLOW, of.BACKFLOW) else wide, at)


class Holders:
    """Whose each row is, and which bounds statements make."""

    def __init__(self, study: Study, p: Parameters, found: tuple[Statement, ...], columns: Columns) -> None:
        self._p, self._columns, self._doors = p, columns, Doors.of(study)
        self._at: dict[tuple[str, Any], int] = {(s.kind, s.column if s.table == "study" and s.place < 0 else s.place): i
                    for i, s in enumerate(found)}  # fmt: skip

    def of_row(self, name: str, at: object) -> int:
        """Return the statement of a row by its rule and index, -1 where it is nobody's."""
        rule = NAMED.get(name)
        if rule is None:
            return -1
        if rule.turn and rule.key != "force_open":
            kind = {"share": "share", "cluster": "cluster"}.get(rule.form, rule.key)
            return self._at.get((kind, rule.key), -1)
        kind = _ROWS.get(name, "")
        where = at[0] if isinstance(at, tuple) else at
        return self._at.get((kind, where), -1)

    def caps(self) -> list[tuple[int, int, float]]:
        """Return upper bounds."""
        found: list[tuple[int, int, float]] = []
        p, c = self._p, self._columns
        for family, kind, axis, limit in (
            (of.DRAW, "power", 0, lambda at: p.most_interconnection_mw[at[:2]]),
            (of.SERVED, "headroom", 0, lambda at: p.most_headroom_mw[at]),
            (of.FLOW, "line", 0, lambda at: p.most_line_mw[at[:2]]),
            (of.BACKFLOW, "line", 0, lambda at: p.most_line_back_mw[at[:2]]),
            (of.OPENED, "forbid", 0, lambda _: 0.0),
            (of.HALLS, "hall_lead_years", 0, lambda at: np.inf if at[1] >= p.first_hall[at[0]] else 0.0),
            (of.BOUGHT, "upgrade_lead", 0, lambda at: np.inf if at[1] >= p.upgrades.first[at[0]] else 0.0),
            (of.PODS, "vendors", 0, lambda at: 0.0 if self._doors.vendors[at[:2]] else np.inf),
            (of.PODS, "max_rack_kw", 0, lambda at: 0.0 if self._doors.max_rack_kw[at[:2]] else np.inf),
            (of.PODS, "placement", 0, lambda at: 0.0 if self._doors.placement[at[:2]] else np.inf),
        ):
            for at, column in c.of(family).items():
                whose = self._at.get((kind, at[axis]))
                if whose is not None and np.isfinite(limit(at)):
                    found.append((whose, column, float(limit(at))))
        return found

    def floors(self) -> list[tuple[int, int, float]]:
        """Return lower bounds."""
        opened = self._columns.of(of.OPENED).items()
        whose = [(self._at.get(("committed", s)), column) for (s, _), column in opened]
        return [(i, column, 1.0) for i, column in whose if i is not None]


_ROWS = {
    "hall_ceiling": "max_mw", "hall_rate": "halls_per_year", "site_power": "power", "draw_limit": "power",
    "headroom_limit": "headroom", "line_limit": "line", "line_limit_back": "line", "outage_limit": "line",
    "delivery_balance": "deliveries", "forced_open": "force_open",
}  # fmt: skip
"""Kinds of statements by the rules that state them; those of keys are known by the key."""
