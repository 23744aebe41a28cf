"""Know the layout of figures tables, in files and on the sheet of a workbook: columns, rules, the tables they name."""

from __future__ import annotations

from pathlib import PurePosixPath

from optimizer.io.schema import Column, Schema

SHEET = "figures"
RULES = ("set", "scale", "shift", "replace", "derive")
MEANINGS = {
    "figure": "Name of the figure; a row for each column of a table that it sets.",
    "table": "Table whose cells it sets, or study for a key of study.toml.",
    "column": "Column of the table, or key of study.toml.",
    "selector": "Rows that it sets, as in sweeps: kind=campus; empty: all.",
    "low": "Low end of its range; empty: none is known.",
    "central": "What the study holds.",
    "high": "High end of its range; empty: none is known.",
    "rule": f"How a value enters the cells: {', '.join(RULES)}, a colon, and words. "
    "replace: the sheets of the low and the high table.",
}
COLUMNS = tuple(MEANINGS)
NUMBERS = ("low", "central", "high")
SCHEMA = Schema(SHEET, tuple(Column(name, "text", required=True) for name in COLUMNS), ())
_LONGEST = 31  # letters of a sheet's name


def named_tables(rule: str) -> list[str]:
    """Return the files that a rule names for the low and the high value, none where it replaces no table."""
    word, _, words = rule.partition(":")
    return words.partition(";")[0].split() if word.strip() == "replace" else []


def sheet_of(file: str) -> str:
    """Return the name of the sheet that stands for such a file in a workbook."""
    return PurePosixPath(file).stem[:_LONGEST]
