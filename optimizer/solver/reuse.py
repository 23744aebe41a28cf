"""Arrays of a variant from those of its base: only the rows that read a changed number are written anew.

Each family of rows is asked once which parameters it reads. A variant with the same sets keeps the base's columns
and every family that reads nothing it changes; costs and bounds are written anew always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.core.expr.relational_expr import EqualityExpression
from scipy.sparse import csr_array

from ..formulation.build import build, policy_keys
from ..formulation.cost import TERMS, Money, unused_mw_years, waiting_mw_years
from ..formulation.families import FAMILIES, indices
from ..formulation.notation import Program
from ..formulation.rules import RULES, Rule
from ..formulation.sets import PolicyKeys, Sets, filtered
from ..parameters import Parameters
from ..study import Study
from .arrays import Floats, Ints
from .matrix import MUSD, Compiled, Objectives, compile_matrix

Numbers = dict[str, Any]


class NotReusable(Exception):
    """The variant has rows or columns that the base's arrays have no place for."""


@dataclass(frozen=True)
class _Family:
    """Rows of one constraint: where they stand, their terms, their limits, and the numbers that they read."""

    index: list[Any]
    counts: list[int]
    at: list[int]
    values: list[float]
    limits: list[tuple[float, float]]
    reads: frozenset[str]


class Template:
    """The base's model by families of rows."""

    def __init__(self, study: Study) -> None:
        p = Parameters.of(study)
        self._program = build(study, p)
        self._compiled = compile_matrix(self._program)
        self._place = {
            id(self._program.m.component(family.letter)[index]): column
            for family in FAMILIES
            for index, column in self._compiled.columns.of(family).items()
        }
        self._sets_read: set[str] = set()
        self._indices = _reach(watched(p, self._sets_read), watched(self._program.policy, self._sets_read))
        self._numbers = _numbers(p, self._program.policy)
        self._families = {rule.name: self._family(self._program, rule) for rule in RULES}

    def arrays(self, study: Study, p: Parameters) -> tuple[Program, Compiled] | None:
        """Return a variant's model and arrays, None where its sets or columns differ from the base's."""
        policy = policy_keys(study)
        numbers = _numbers(p, policy)
        changed = {name for name in numbers if not _same(numbers[name], self._numbers[name])}
        if changed & self._sets_read and _reach(p, policy) != self._indices:
            return None
        program = replace(self._program, p=p, policy=policy)
        try:
            families = {
                rule.name: self._family(program, rule) if changed & self.reads(rule.name) else self._families[rule.name]
                for rule in RULES
            }
            return program, self._assembled(program, study, families)
        except NotReusable:
            return None

    def reads(self, name: str) -> frozenset[str]:
        """Return the numbers that a constraint's rows read, as class and field."""
        return self._families[name].reads

    def _family(self, program: Program, rule: Rule) -> _Family:
        """Write the rows of one rule."""
        reads: set[str] = set()
        twin = replace(program, p=watched(program.p, reads), policy=watched(program.policy, reads))
        index, counts, limits = [], [], []
        at: list[int] = []
        values: list[float] = []
        for where in list(rule.index(twin)):
            relation = rule.row(twin, *(() if where is None else where if isinstance(where, tuple) else (where,)))
            if relation is pyo.Constraint.Skip:
                continue
            body, low, high = _parted(relation)
            columns = self._columns(body.linear_vars)
            if columns:
                index.append(where)
                counts.append(len(columns))
                limits.append((low - body.constant, high - body.constant))
                at += columns
                values += body.linear_coefs
            elif not low <= body.constant <= high:
                raise NotReusable
        return _Family(index, counts, at, values, limits, frozenset(reads))

    def _columns(self, variables: Any) -> list[int]:
        try:
            return [self._place[id(v)] for v in variables]
        except KeyError:
            raise NotReusable from None

    def _assembled(self, program: Program, study: Study, families: Mapping[str, _Family]) -> Compiled:
        """Put rows, bounds and costs together."""
        base = self._compiled.matrix
        parts = list(families.values())
        row = np.repeat(np.arange(sum(len(f.counts) for f in parts)), [n for f in parts for n in f.counts])
        a = _summed(row, [c for f in parts for c in f.at], [v for f in parts for v in f.values], base.shape[1])
        limits = np.array([both for f in parts for both in f.limits], dtype=np.float64).reshape(-1, 2)
        lower, upper = self._bounds(program.p)
        objectives = self._objectives(program, study)
        cost, offset = objectives.money()
        matrix = replace(
            base, starts=np.asarray(a.indptr, dtype=np.int64), rows=np.asarray(a.indices, dtype=np.int64),
            values=np.asarray(a.data, dtype=np.float64), row_lower=limits[:, 0].copy(), row_upper=limits[:, 1].copy(),
            lower=lower, upper=upper, cost=cost, offset=offset, unit=MUSD,
        ).scaled()  # fmt: skip
        rows: dict[str, Ints] = {}
        start = 0
        for name, family in families.items():
            if family.counts:
                rows[name] = np.arange(start, start + len(family.counts))
            start += len(family.counts)
        index = {name: family.index for name, family in families.items() if family.index}
        return Compiled(matrix, self._compiled.columns, rows, index, objectives)

    def _bounds(self, p: Parameters) -> tuple[Floats, Floats]:
        lower, upper = self._compiled.matrix.lower, self._compiled.matrix.upper.copy()
        for family in FAMILIES:
            if family.most is not None:
                for at, column in self._compiled.columns.of(family).items():
                    upper[column] = family.most(p, *at)
        return lower, upper

    def _objectives(self, program: Program, study: Study) -> Objectives:
        both = [
            {term: self._row(*rule(program, money)) for term, rule in TERMS.items()}
            for money in (Money.discounted(study.config, program.p), Money.undiscounted(study.config, program.p))
        ]
        return Objectives(
            both[0], both[1], self._row(waiting_mw_years(program), 0.0), self._row(unused_mw_years(program), 0.0)
        )

    def _row(self, terms: list[tuple[float, Any]], constant: float) -> tuple[Floats, float]:
        kept = [(c, v) for c, v in terms if c != 0.0]
        columns = np.array(self._columns(v for _, v in kept), dtype=np.int64)
        weights = np.array([c for c, _ in kept], dtype=np.float64)
        cost = np.bincount(columns, weights=weights, minlength=self._compiled.matrix.shape[1])
        return np.asarray(cost, dtype=np.float64), constant


def _reach(p: Parameters, policy: PolicyKeys) -> tuple[Sets, Any]:
    """Return the sets and the indices of all variables."""
    sets = filtered(p, policy)
    return sets, indices(sets, p)


def watched(thing: Any, seen: set[str]) -> Any:
    """Return a twin of a data class that notes each of its fields that is read, by what it computes too."""
    kind: Any = type(thing)
    names = {f.name for f in fields(thing)}

    def read(twin: Any, name: str) -> Any:
        if name in names:
            seen.add(f"{kind.__name__}.{name}")
        return kind.__getattribute__(twin, name)

    twin: Any = object.__new__(type("Watched", (kind,), {"__getattribute__": read}))
    twin.__dict__.update(thing.__dict__)
    return twin


def _numbers(p: Parameters, policy: PolicyKeys) -> Numbers:
    """Return every number that rows may read, by the names that ``watched`` notes."""
    return {f"{type(thing).__name__}.{f.name}": getattr(thing, f.name) for thing in (p, policy) for f in fields(thing)}


def _same(a: Any, b: Any) -> bool:
    return bool(np.array_equal(a, b)) if isinstance(a, np.ndarray) else bool(a == b)


def _parted(relation: Any) -> tuple[Any, float, float]:
    """Part a relation into its linear expression and the limits of that."""
    left, right = relation.args
    if not isinstance(left, LinearExpression):
        return right, float(left), np.inf
    return left, float(right) if isinstance(relation, EqualityExpression) else -np.inf, float(right)


def _summed(row: Ints, at: list[int], values: list[float], n_cols: int) -> Any:
    """Return terms as a matrix by columns without zeros; repeated variables are summed in their order."""
    n_rows = int(row[-1]) + 1 if len(row) else 0
    cells, entry = np.unique(row * max(1, n_cols) + np.array(at, dtype=np.int64), return_inverse=True)
    sums = np.bincount(entry, weights=values, minlength=len(cells))
    cells, sums = cells[sums != 0.0], sums[sums != 0.0]
    found = csr_array((sums, np.divmod(cells, max(1, n_cols))), (n_rows, n_cols)).tocsc()
    found.sort_indices()
    return found
