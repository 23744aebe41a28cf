"""Check that a plan that was read is whole, before it is handed to other programs."""

from __future__ import annotations

from collections.abc import Container, Sequence

import pandas as pd

from ..errors import Fault, InputError
from ..io.schema import Column, schema
from ..study import Study
from .plan import TABLES, Plan

_CURE = "the plan folder is damaged: solve again"


def check_tables(plan: Plan, tables: Sequence[str] = TABLES, *, without: Container[str] = ()) -> None:
    """Check that tables have the columns of their dictionary, and name periods, sites and so on of the study alone.

    A column that is named in ``without``, as table.column, need not be there.
    Raises InputError naming every table that does not.
    """
    faults = [
        Fault(f"{name}.csv", reason, cure=_CURE)
        for name in tables
        for column in schema(f"plan/{name}").columns
        if f"{name}.{column.name}" not in without and (reason := _fault_in(plan.tables[name], column, plan.study))
    ]
    if faults:
        raise InputError(faults)


def _fault_in(table: pd.DataFrame, column: Column, study: Study) -> str:
    name = column.name
    if name not in table.columns:
        return f"has no column {name}"
    known = _known(column, study)
    if known is not None and not known.issuperset(table[name]):
        return f"names a {name} that its study lacks"
    types = pd.api.types
    is_right = types.is_bool_dtype if column.type == "bool" else types.is_numeric_dtype
    if len(table) and column.dtype != "str" and not is_right(table[name]):
        return f"holds what is no {'true or false' if column.type == 'bool' else 'number'} in the column {name}"
    return ""


def _known(column: Column, study: Study) -> set[str] | None:
    """Return what may stand in a column that names things of the study; None for other columns."""
    if column.type != "label" and not column.refers_to:
        return None
    table, _, key = column.refers_to.partition(".")
    known = study.table(table)[key] if table else study.horizon.names
    return {*known} | (set() if column.required else {""})
