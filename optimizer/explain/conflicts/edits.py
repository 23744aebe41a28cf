"""A study with some of its cells changed, as a person would change them in its files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ...study import Study
from .statements import STUDY, Cell, Statement

AWAY = "taken away"
_OPEN: dict[str, Any] = {"vendors": "", "committed": False, "allowed": True, "usd_per_rack": 0.0}
"""What a cell holds once what it says is taken away."""
_LISTS = ("force_open", "forbid")


def edited(study: Study, changes: Iterable[tuple[Statement, Cell, Any]]) -> Study:
    """Return a study with cells changed; raises InputError where what comes out is no study."""
    keys: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    for statement, cell, to in changes:
        if statement.table == STUDY and statement.column in _LISTS:
            dotted = f"policy.{statement.column}"
            held = keys.get(dotted, getattr(study.config.policy, statement.column))
            keys[dotted] = [site for site in held if site != statement.id]
        elif statement.table == STUDY:
            keys[f"policy.{cell.column}"] = int(to) if cell.column == "max_sites" else to
        elif cell.table == "zones":
            tables["headroom"] = _with_row(study, tables.get("headroom", study.headroom), statement.id, float(to))
        else:
            frame = tables.setdefault(cell.table, study.table(cell.table).copy())
            _write(frame, statement, cell, to)
    return study.replace(keys=keys, **tables)


def _write(frame: pd.DataFrame, statement: Statement, cell: Cell, to: Any) -> None:
    """Write one cell; of a line that is alike in both directions both."""
    both = ["capacity_mw", "capacity_back_mw"]
    alike = statement.kind == "line" and len({c.value for c in statement.cells}) == 1 < len(statement.cells)
    for column in both if alike else [cell.column]:
        values = frame[column].tolist()
        values[cell.row or 0] = _OPEN[column] if to == AWAY else to
        frame[column] = values


def _with_row(study: Study, headroom: pd.DataFrame, zone: str, mw: float) -> pd.DataFrame:
    """Return the headroom with a row for a zone that has none."""
    row = {"zone": zone, "period": study.horizon.names[0], "headroom_mw": mw, "block": ""}
    fresh = pd.DataFrame([row], columns=headroom.columns)
    return pd.concat([headroom, fresh], ignore_index=True) if len(headroom) else fresh
