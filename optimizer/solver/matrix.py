"""From the model's rules and terms to arrays: the rows, bounds and prices that every solve of a study shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.core.expr.relational_expr import EqualityExpression
from scipy.sparse import csr_array

from ..errors import InfeasibleError
from ..formulation.cost import Money, terms, unused_mw_years, waiting_mw_years
from ..formulation.families import FAMILIES, Family
from ..formulation.notation import Program, Rule, Term, declare
from ..formulation.rules import CUT_RULES, RULES, SITE_COUNT
from ..parameters import Parameters
from ..study import Study
from .arrays import Floats, Ints, Matrix

MUSD = 1e6  # USD in the million that the formulation counts in
NO_PLAN = "No plan satisfies the study's policy (proven)."
Key = tuple[Any, ...]
Objective = tuple[Floats, float]
"""Coefficients by column and a constant."""


@dataclass(frozen=True)
class Columns:
    """Where each variable of the model stands in the matrix: letter of its family → index → column.

    ``shapes`` are those of arrays by index, where all axes are places.
    """

    by_letter: Mapping[str, Mapping[Key, int]]
    shapes: Mapping[str, tuple[int, ...]]

    def of(self, family: Family) -> Mapping[Key, int]:
        """Columns of one family by index."""
        return self.by_letter.get(family.letter, {})

    def array(self, *families: Family) -> Ints:
        """Columns of some families, in the order of the matrix."""
        return np.array(sorted(c for f in families for c in self.of(f).values()), dtype=np.int64)

    def spread(self, family: Family, x: Floats) -> Floats:
        """Values of one family as an array by index, 0 where there is no such variable."""
        dense = np.zeros(self.shapes[family.letter])
        for key, column in self.of(family).items():
            dense[key] = x[column]
        return dense

    def gather(self, family: Family, dense: NDArray[Any], x: Floats) -> None:
        """Write an array by index into the columns of one family."""
        for key, column in self.of(family).items():
            x[column] = dense[key]


@dataclass(frozen=True)
class Objectives:
    """Rows of objective coefficients: cost terms in million USD, and quantities in MW-years."""

    discounted: Mapping[str, Objective]
    undiscounted: Mapping[str, Objective]
    waiting: Objective
    unused: Objective

    def money(self) -> Objective:
        """Sum of the discounted terms."""
        parts = list(self.discounted.values())
        return np.sum([c for c, _ in parts], axis=0), float(sum(o for _, o in parts))


@dataclass(frozen=True)
class Compiled:
    """A model as arrays: the matrix under the money objective, where its variables and rows stand, its terms.

    ``rows`` and ``row_index`` give, by constraint, the rows of the matrix and the indices they stand for.
    """

    matrix: Matrix
    columns: Columns
    rows: Mapping[str, Ints]
    row_index: Mapping[str, list[Any]]
    objectives: Objectives


@dataclass(frozen=True)
class Rows:
    """Rows over numbered variables: the indices they stand for, their lengths, terms, constants and limits."""

    index: list[Any]
    counts: Ints
    at: Ints
    values: Floats
    constants: Floats
    limits: Floats


Parts = Mapping[str, Rows]


class Writer:
    """Writes rules and objectives over the variables of one model, numbered in the order of declaration."""

    def __init__(self, program: Program) -> None:
        declared = [(f, at, v) for f in FAMILIES for at, v in program.m.component(f.letter).items()]
        self.variables: list[tuple[Family, Key]] = [(family, at) for family, at, _ in declared]
        self._number = {id(v): i for i, (_, _, v) in enumerate(declared)}

    def rule(self, program: Program, rule: Rule) -> Rows:
        """Write the rows of one rule; raises InfeasibleError where one is left without variables and cannot hold."""
        found = []
        for where in list(rule.index(program)):
            relation = rule.relation(program, where)
            if relation is not pyo.Constraint.Skip:
                body, low, high = _parted(relation)
                if body.linear_vars:
                    found.append((where, body.linear_vars, body.linear_coefs, body.constant, low, high))
                elif not low <= body.constant <= high:
                    raise InfeasibleError(NO_PLAN, _impossible(program.p, rule))
        return self._rows(found)

    def objectives(self, program: Program, study: Study) -> dict[str, Rows]:
        """Write all objectives, those of money by term."""
        both = Money.both(study.config, program.p).items()
        sums = {name: {term: rule(program, money) for term, rule in terms(program.p).items()} for name, money in both}
        sums |= {"waiting": {"": waiting_mw_years(program)}, "unused": {"": unused_mw_years(program)}}
        return {
            name: self._rows([(term, *_summed_up(parts), -np.inf, np.inf) for term, parts in of.items()])
            for name, of in sums.items()
        }

    def _rows(self, found: list[tuple[Any, Sequence[Any], Sequence[float], float, float, float]]) -> Rows:
        """Write rows of an index, variables, their coefficients, a constant and two limits."""
        number = self._number
        return Rows(
            [where for where, *_ in found],
            np.array([len(variables) for _, variables, *_ in found], dtype=np.int64),
            np.array([number[id(v)] for _, variables, *_ in found for v in variables], dtype=np.int64),
            np.array([c for _, _, coefficients, *_ in found for c in coefficients], dtype=np.float64),
            np.array([constant for *_, constant, _, _ in found], dtype=np.float64),
            np.array([(low, high) for *_, low, high in found], dtype=np.float64).reshape(-1, 2),
        )


@dataclass(frozen=True)
class Layout:
    """The variables that have columns, by column, and the columns by the number of a variable, -1 where it has none."""

    variables: list[tuple[Family, Key]]
    column: Ints

    @classmethod
    def of(cls, variables: list[tuple[Family, Key]], used: Ints) -> Layout:
        """Leave out what is not used, and put families in the order of their first use."""
        family = np.array([FAMILIES.index(f) for f, _ in variables], dtype=np.int64)
        found, first = np.unique(family[used], return_index=True)
        first_use = dict(zip(found.tolist(), first.tolist(), strict=True))
        there = np.unique(used)
        order = there[np.argsort([first_use[f] for f in family[there].tolist()], kind="stable")]
        column = np.full(len(variables), -1)
        column[order] = np.arange(len(order))
        return cls([variables[i] for i in order.tolist()], column)

    def columns(self, p: Parameters) -> Columns:
        """Return the columns by family and index."""
        by_letter: dict[str, dict[Key, int]] = {}
        for column, (family, at) in enumerate(self.variables):
            by_letter.setdefault(family.letter, {})[at] = column
        return Columns(by_letter, {f.letter: tuple(len(p.ids[axis]) for axis in f.axes) for f in FAMILIES})

    def cells(self, parts: Parts) -> tuple[Ints, Ints, Floats]:
        """Return rows, columns and values of all terms of some rows, one after the other."""
        counts = np.concatenate([r.counts for r in parts.values()])
        row = np.repeat(np.arange(len(counts)), counts)
        return row, self.column[used(parts)], np.concatenate([r.values for r in parts.values()])


@dataclass(frozen=True)
class Written:
    """A study's rules and objectives as rows over numbered variables, to which cuts can be added."""

    program: Program
    writer: Writer
    rows: Parts
    objectives: Parts

    @classmethod
    def of(cls, study: Study, p: Parameters) -> Written:
        """Write all rules; raises InfeasibleError where the study's own numbers contradict one."""
        with PauseGC():
            program = declare(p)
            writer = Writer(program)
            rows = {rule.name: writer.rule(program, rule) for rule in RULES}
            return cls(program, writer, rows, writer.objectives(program, study))

    def with_cuts(self, p: Parameters) -> Written:
        """Write the rules of cuts anew, for parameters that differ in their cuts alone."""
        program = replace(self.program, p=p)
        cut = {rule.name: self.writer.rule(program, rule) for rule in CUT_RULES}
        return replace(self, program=program, rows={**self.rows, **cut})

    @cached_property
    def compiled(self) -> Compiled:
        """All of it as arrays."""
        layout = Layout.of(self.writer.variables, used(self.objectives, self.rows))
        return assembled(self.program.p, layout, self.objectives, self.rows, order="F")


def compiled(study: Study, p: Parameters) -> Compiled:
    """Turn a study into arrays; raises InfeasibleError where its own numbers contradict a rule."""
    return Written.of(study, p).compiled


def used(*parts: Parts) -> Ints:
    """Return the numbers of the variables of all rows, as often as they stand there."""
    return np.concatenate([rows.at for part in parts for rows in part.values()])


def assembled(p: Parameters, layout: Layout, objectives: Parts, rows: Parts, *, order: Literal["C", "F"]) -> Compiled:
    """Put rows, bounds and objectives together; how these lie in memory decides the last digit of their values."""
    n_cols = len(layout.variables)
    a = summed(*layout.cells(rows), n_cols)
    limits = np.concatenate([r.limits - r.constants[:, None] for r in rows.values()])
    row, at, values = layout.cells(objectives)
    constants = [constant for terms in objectives.values() for constant in terms.constants.tolist()]
    dense = np.bincount(row * n_cols + at, values, len(constants) * n_cols).reshape(len(constants), n_cols)
    every = zip(np.asarray(dense, order=order), constants, strict=True)
    found = {name: {term: next(every) for term in terms.index} for name, terms in objectives.items()}
    sums = Objectives(found["discounted"], found["undiscounted"], found["waiting"][""], found["unused"][""])
    cost, offset = sums.money()
    matrix = Matrix(
        starts=np.asarray(a.indptr, dtype=np.int64),
        rows=np.asarray(a.indices, dtype=np.int64),
        values=np.asarray(a.data, dtype=np.float64),
        row_lower=limits[:, 0].copy(),
        row_upper=limits[:, 1].copy(),
        lower=np.zeros(n_cols),
        upper=np.array([family.upper(p, at) for family, at in layout.variables], dtype=np.float64),
        integer=np.array([family.whole != "" for family, _ in layout.variables], dtype=bool),
        cost=cost,
        offset=offset,
        unit=MUSD,
    ).scaled()
    index = {name: r.index for name, r in rows.items() if r.index}
    ends = np.cumsum([len(there) for there in index.values()]).tolist()
    places = {name: np.arange(end - len(index[name]), end) for name, end in zip(index, ends, strict=True)}
    return Compiled(matrix, layout.columns(p), places, index, sums)


def _impossible(p: Parameters, rule: Rule) -> list[str]:
    """Say of a rule that a planner made what the study's own numbers contradict; nothing of any other."""
    if rule is SITE_COUNT:
        return [f"{rule.changes} = {p.policy.max_sites} is too low: {int(p.committed.sum())} sites are committed"]
    return [f"{rule.changes} can't hold for this study's own numbers"] if rule.turn else []


def _summed_up(terms: Sequence[Term]) -> tuple[list[Any], list[float], float]:
    """Return variables, their coefficients and the constant of a sum, as ``linear`` does."""
    kept = [(c, v) for c, v in terms if c != 0.0 and v is not None]
    return [v for _, v in kept], [c for c, _ in kept], sum((c for c, v in terms if v is None), 0.0)


def _parted(relation: Any) -> tuple[Any, float, float]:
    """Part a relation into its linear expression and the limits of that."""
    left, right = relation.args
    if not isinstance(left, LinearExpression):
        return right, float(left), np.inf
    return left, float(right) if isinstance(relation, EqualityExpression) else -np.inf, float(right)


def summed(row: Ints, at: Ints, values: Floats, n_cols: int) -> Any:
    """Return terms as a matrix by columns without zeros; repeated variables are summed in their order."""
    n_rows = int(row[-1]) + 1 if len(row) else 0
    cells, entry = np.unique(row * max(1, n_cols) + at, return_inverse=True)
    sums = np.bincount(entry, weights=values, minlength=len(cells))
    cells, sums = cells[sums != 0.0], sums[sums != 0.0]
    found = csr_array((sums, np.divmod(cells, max(1, n_cols))), (n_rows, n_cols)).tocsc()
    found.sort_indices()
    return found
