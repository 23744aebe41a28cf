"""Show one row of every table, as an example for header comments, the blank study and its README."""

from __future__ import annotations

from optimizer.io.registers import register
from optimizer.io.schema import TABLES

_CELLS = {(row["table"], row["column"]): row["example"] for row in register("examples")}
ROW = {table: _CELLS[table, ""] for table in TABLES}
"""What a row of each table is."""
EXAMPLES = {
    table: {column: text for (of, column), text in _CELLS.items() if of in (table, "people") and column}
    for table in TABLES
}
"""Cells of one row by table and column, as a CSV holds them."""


def example(table: str, column: str) -> str:
    """Return an example of a cell, or "" for a column that nobody knows."""
    return EXAMPLES[table].get(column, "")
