"""Say what comes out: every table of a plan's folder, a sweep's, of headroom and of answers, for people and tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from optimizer.io.editor import table_schema
from optimizer.io.registers import register
from optimizer.io.schema import EXPLAIN_TABLES, HEADROOM_TABLES, PLAN_TABLES, SWEEP_TABLES, Column, schema

_TYPES = {"float": "number", "int": "whole number", "bool": "True or False", "label": "period", "any": "number or text"}
_REGISTERS = {
    "terms": "Terms of the cost, which the column term of costs.csv names",
    "kinds": "Kinds of unused capacity, which the column kind of unused.csv names",
    "causes": "Causes, which the column cause of unused.csv names",
    "site_kinds": "Kinds of sites, which the column kind of the study's sites names; the first that fits counts",
    "statuses": "Statuses of a case, which the column status names",
}
TABLES = {
    "plan": ({f"plan/{name}": f"{name}.csv" for name in PLAN_TABLES}, ("terms", "kinds", "causes", "site_kinds")),
    "sweep": ({f"sweep/{name}": f"{name}.parquet" for name in SWEEP_TABLES}, ("statuses", "terms")),
    "headroom": ({f"headroom/{name}": f"{name}.csv" for name in HEADROOM_TABLES}, ()),
    "explain": ({f"explain/{name}": f"{name}.csv" for name in EXPLAIN_TABLES}, ()),
}
"""The tables of each folder that comes out with their files, and the registers whose words they use."""


def as_text(of: str) -> str:
    """Return the tables of one of ``TABLES`` in Markdown: columns in order, type, unit and meaning."""
    tables, registers = TABLES[of]
    blocks = [(f"### {file}", *_about(schema(name).order), *_table(name)) for name, file in tables.items()]
    for name in registers:
        rows = register(name)
        blocks.append((f"### {_REGISTERS[name]}", "", *_lined([list(rows[0]), *(list(row.values()) for row in rows)])))
    return "\n\n".join("\n".join(block) for block in blocks)


def as_json(of: str) -> str:
    """Return the same as one JSON object: a Table Schema for each table, the rows of each register."""
    tables, registers = TABLES[of]
    content = {"tables": {name: table_schema(name) for name in tables}} | {name: register(name) for name in registers}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def _about(keys: Sequence[str]) -> Iterator[str]:
    yield ""
    if keys:
        yield f"Rows are sorted by {', '.join(keys)}."
        yield ""


def _table(name: str) -> list[str]:
    rows = [[c.name, _type(c), c.unit or "–", c.meaning] for c in schema(name).columns]
    return _lined([["column", "type", "unit", "meaning"], *rows])


def _type(column: Column) -> str:
    return _TYPES.get(column.type, "text") + ("" if column.required or column.type == "any" else ", or empty")


def _lined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table in Markdown whose columns stand below each other, the last as long as it is; names are code."""
    rows = [[cell.replace("|", "; ") or "–" for cell in row] for row in rows]
    rows[1:] = [[name if name == "–" else f"`{name}`", *others] for name, *others in rows[1:]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    rows.insert(1, ["-" * width for width in widths] + ["---"])
    return [f"| {' | '.join([*map(str.ljust, row, widths), row[-1]])} |" for row in rows]
