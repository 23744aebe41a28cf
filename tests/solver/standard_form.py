"""Arrays of a study by Pyomo's own compiler of its model: the oracle of those that the solver is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from optimizer import Study
from optimizer.formulation.build import model
from optimizer.solver.arrays import Job, Matrix
from optimizer.solver.matrix import MUSD, Compiled

EXACT = ("starts", "rows", "values", "row_lower", "row_upper", "lower", "upper", "integer")


def standard_form(study: Study) -> dict[str, Any]:
    """Rows, bounds and objectives; each expression of money and of MW-years is an objective of its own here."""
    m = model(study)
    m.cost.deactivate()
    for kind in (m.discounted, m.undiscounted, m.waiting, m.unused):
        found = {index: kind[index].expr for index in kind}
        m.add_component(f"of_{kind.name}", pyo.Objective(list(found), rule=lambda _m, at, found=found: found[at]))
    form = LinearStandardFormCompiler().write(m, mixed_form=True, set_sense=None)
    a = form.A.tocsc()
    a.sort_indices()
    kind, rhs = np.array([entry.bound_type for entry in form.rows]), np.asarray(form.rhs, dtype=np.float64)
    return {
        "starts": a.indptr,
        "rows": a.indices,
        "values": a.data,
        "row_lower": np.where(kind <= 0, rhs, -np.inf),
        "row_upper": np.where(kind >= 0, rhs, np.inf),
        "lower": np.array([-np.inf if v.lb is None else v.lb for v in form.columns]),
        "upper": np.array([np.inf if v.ub is None else v.ub for v in form.columns]),
        "integer": np.array([not v.is_continuous() for v in form.columns], dtype=bool),
        "columns": [(v.parent_component().name, v.index()) for v in form.columns],
        "named": [(entry.constraint.parent_component().name, entry.constraint.index()) for entry in form.rows],
        "objectives": np.asarray(form.c.todense()).reshape(len(form.objectives), -1),
        "offsets": np.asarray(form.c_offset, dtype=np.float64),
    }


def agrees(ours: Compiled, study: Study) -> bool:
    """Whether arrays are those of Pyomo's compiler, to the last bit and in the same order."""
    theirs, sums = standard_form(study), ours.objectives
    columns = {column: (name, at) for name, found in ours.columns.by_letter.items() for at, column in found.items()}
    assert [columns[i] for i in range(len(columns))] == theirs["columns"]
    named = {
        row: (name, at)
        for name, at_all in ours.row_index.items()
        for row, at in zip(ours.rows[name], at_all, strict=True)
    }
    assert [named[i] for i in range(len(named))] == theirs["named"]
    rows = [*sums.discounted.values(), *sums.undiscounted.values(), sums.waiting, sums.unused]
    np.testing.assert_array_equal(np.array([row for row, _ in rows]).reshape(len(rows), -1), theirs["objectives"])
    np.testing.assert_array_equal([constant for _, constant in rows], theirs["offsets"])
    cost, offset = sums.money()
    unit = ours.matrix.unit / MUSD
    np.testing.assert_allclose(ours.matrix.cost * unit, cost, rtol=1e-14)
    assert ours.matrix.offset * unit == pytest.approx(offset, rel=1e-14)
    for name in EXACT:
        np.testing.assert_array_equal(getattr(ours.matrix, name), theirs[name], err_msg=name)
    return True


def relaxed(matrix: Matrix) -> Job:
    """Solve a matrix without whole numbers."""
    return Job(integer=np.zeros(matrix.shape[1], dtype=bool))
