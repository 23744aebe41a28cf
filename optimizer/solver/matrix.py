"""From Pyomo to arrays, once: the rows, bounds and cost terms that every solve of a study shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from ..formulation.families import Family
from ..formulation.notation import Program
from .arrays import Floats, Ints, Matrix


class ImpossibleRow(Exception):
    """A constraint that no variable can satisfy: the study's own numbers contradict it."""


MUSD = 1e6  # USD in the million that the formulation counts in
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Columns:
    """Where each variable of the model stands in the matrix: letter of its family → index → column."""

    by_letter: Mapping[str, Mapping[Key, int]]

    def of(self, family: Family) -> Mapping[Key, int]:
        """Columns of one family by index."""
        return self.by_letter.get(family.letter, {})

    def array(self, *families: Family) -> Ints:
        """Columns of some families, in the order of the matrix."""
        return np.array(sorted(c for f in families for c in self.of(f).values()), dtype=np.int64)

    def spread(self, family: Family, x: Floats, shape: tuple[int, ...]) -> Floats:
        """Values of one family as an array by index, 0 where there is no such variable."""
        dense = np.zeros(shape)
        for key, column in self.of(family).items():
            dense[key] = x[column]
        return dense

    def gather(self, family: Family, dense: Floats, x: Floats) -> None:
        """Write an array by index into the columns of one family."""
        for key, column in self.of(family).items():
            x[column] = dense[key]


@dataclass(frozen=True)
class Objectives:
    """Rows of objective coefficients: cost terms in million USD, and quantities in MW-years."""

    discounted: Mapping[str, tuple[Floats, float]]
    undiscounted: Mapping[str, tuple[Floats, float]]
    waiting: tuple[Floats, float]
    unused: tuple[Floats, float]

    def money(self) -> tuple[Floats, float]:
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


def compile_matrix(program: Program) -> Compiled:
    """Turn the model into arrays.

    Raises ImpossibleRow where a constraint is left without variables and cannot hold.
    """
    try:
        form = LinearStandardFormCompiler().write(program.m, mixed_form=True, set_sense=None)
    except InfeasibleConstraintException as fault:
        raise ImpossibleRow(str(fault)) from fault
    kind = np.array([entry.bound_type for entry in form.rows], dtype=np.int64)
    rhs = np.asarray(form.rhs, dtype=np.float64)
    coefficients = np.asarray(form.c.todense(), dtype=np.float64).reshape(len(form.objectives), len(form.columns))
    a = form.A.tocsc()
    a.sort_indices()
    columns: dict[str, dict[Key, int]] = {}
    for column, var in enumerate(form.columns):
        index = var.index()
        columns.setdefault(var.parent_component().name, {})[index if isinstance(index, tuple) else (index,)] = column
    rows = {
        (o.parent_component().name, o.index()): (coefficients[i], float(form.c_offset[i]))
        for i, o in enumerate(form.objectives)
    }
    objectives = Objectives(
        discounted={term: row for (family, term), row in rows.items() if family == "discounted"},
        undiscounted={term: row for (family, term), row in rows.items() if family == "undiscounted"},
        waiting=rows["waiting", None],
        unused=rows["unused", None],
    )
    money, offset = objectives.money()
    matrix = Matrix(
        starts=np.asarray(a.indptr, dtype=np.int64),
        rows=np.asarray(a.indices, dtype=np.int64),
        values=np.asarray(a.data, dtype=np.float64),
        row_lower=np.where(kind <= 0, rhs, -np.inf),
        row_upper=np.where(kind >= 0, rhs, np.inf),
        lower=np.array([-np.inf if v.lb is None else v.lb for v in form.columns], dtype=np.float64),
        upper=np.array([np.inf if v.ub is None else v.ub for v in form.columns], dtype=np.float64),
        integer=np.array([not v.is_continuous() for v in form.columns], dtype=bool),
        cost=money,
        offset=offset,
        unit=MUSD,
    ).scaled()
    places: dict[str, list[int]] = {}
    indices: dict[str, list[Any]] = {}
    for row, entry in enumerate(form.rows):
        name = entry.constraint.parent_component().name
        places.setdefault(name, []).append(row)
        indices.setdefault(name, []).append(entry.constraint.index())
    families = {name: np.array(at, dtype=np.int64) for name, at in places.items()}
    return Compiled(matrix, Columns(columns), families, indices, objectives)
