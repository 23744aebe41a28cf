"""Write what differs between two studies: text for a planner, JSON for a program."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from optimizer.differences import Amount, CellChange, Differences, KeyChange, Row, TableDifference
from optimizer.errors import shown
from optimizer.io.schema import schema
from optimizer.units import money_unit

_FIRST = 5
_WIDTH = 48
_WORDS = {
    "delivered_it_mw": "racks delivered",
    "delivered_by_it_mw": "racks delivered by the end of",
    "rack_purchase_usd": "price of the racks delivered",
    "sites": "candidate sites",
    "ceiling_it_mw": "ceiling of all sites",
    "firm_power_mw": "firm power of sites, last period",
    "unlimited_power_sites": "sites of unlimited power",
    "headroom_mw": "headroom of zones, last period",
    "line_mw": "capacity of lines",
    "opening_usd": "opening every site",
    "halls_usd": "halls up to own sites' ceilings",
}


def facts(found: Differences) -> str:
    """Return the differences as one strict JSON object; infinity is "inf", an empty cell null."""
    content = {
        "same": found.same,
        "text_only": found.text_only and not found.same,
        "keys": [{"key": k.key, "a": k.a, "b": k.b, "text_only": k.text_only} for k in found.keys],
        "totals": [_amount(total) for total in found.totals],
        "tables": {table.table: _table_facts(table) for table in found.tables},
    }
    return json.dumps(_plain(content), indent=1, ensure_ascii=False, allow_nan=False)


def _amount(amount: Amount) -> dict[str, object]:
    of = {"of": amount.of} if amount.of else {}
    return {"name": amount.name, **of, "unit": amount.unit} | {n: getattr(amount, n) for n in ("a", "b", "difference")}


def _table_facts(table: TableDifference) -> dict[str, object]:
    def keyed(key: Sequence[str]) -> dict[str, str]:
        return dict(zip(table.key_columns, key, strict=True))

    return {
        "rows_a": table.rows_a,
        "rows_b": table.rows_b,
        "only_a": [{**keyed(row.key), **row.cells} for row in table.only_a],
        "only_b": [{**keyed(row.key), **row.cells} for row in table.only_b],
        "cells": [
            {"key": keyed(c.key), "column": c.column, "a": c.a, "b": c.b, "text_only": c.text_only} for c in table.cells
        ],
        "columns_only_a": table.columns_a,
        "columns_only_b": table.columns_b,
        "sums": [_amount(amount) for amount in table.sums],
    }


def _plain(value: Any) -> Any:
    """Return a value that JSON knows."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.wkt if hasattr(value, "geom_type") else value


def as_text(found: Differences, names: Sequence[tuple[str, str]], *, everything: bool = False) -> str:
    """Return the differences as a page: totals, keys, then table by table the first rows and cells, or all.

    ``names`` are those of both studies, each as the call gives it and as study.toml does.
    """
    if found.same:
        return "the studies are the same"
    blocks = [
        [_headline(found), *aligned([(side, *name) for side, name in zip("AB", names, strict=True)], "<<<")],
        _totals(found.totals),
        _keys(found.keys),
        *(_table(table, everything) for table in found.tables),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _headline(found: Differences) -> str:
    def counted(text_only: bool) -> str:
        keys = sum(k.text_only == text_only for k in found.keys)
        tables = sum(t.text_only == text_only for t in found.tables)
        return ", ".join(_count(n, word) for n, word in ((keys, "key"), (tables, "table")) if n)

    real, texts = counted(False), counted(True)
    if not real:
        return f"only text for people differs: {texts}"
    verb = "differs" if real.startswith("1 ") and "," not in real else "differ"
    return f"{real} {verb}" + (f"; text for people alone in {texts} more" if texts else "")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' if number != 1 else ''}"


def _totals(totals: Sequence[Amount]) -> list[str]:
    """Align the totals that differ."""
    rows = [(_total_name(total, totals), *_scaled(total)) for total in totals if total.difference]
    if not rows:
        return ["Totals are the same."]
    return aligned([("Totals that differ", "A", "B", "difference", ""), *rows], "<>>><")


def _total_name(total: Amount, totals: Sequence[Amount]) -> str:
    if total.of:
        joint = " " if total.name == "delivered_by_it_mw" else ", "
        return _WORDS[total.name] + joint + shown(total.of, 30)
    unlimited = next(t for t in totals if t.name == "unlimited_power_sites")
    where_limited = total.name == "firm_power_mw" and (unlimited.a or unlimited.b)
    return _WORDS[total.name] + (", where limited" if where_limited else "")


def _scaled(amount: Amount) -> tuple[str, str, str, str]:
    """Return both values, their signed difference and the unit, with digits enough to see the difference."""
    size, unit = money_unit(max(abs(amount.a), abs(amount.b))) if amount.unit == "USD" else (1.0, amount.unit)
    a, b, more = amount.a / size, amount.b / size, amount.difference / size
    if a.is_integer() and b.is_integer():
        digits = 0
    else:
        digits = min(9, max(1, 1 - math.floor(math.log10(abs(more))))) if more and math.isfinite(more) else 1
    return f"{a:,.{digits}f}", f"{b:,.{digits}f}", f"{more:+,.{digits}f}", unit


def aligned(rows: Sequence[Sequence[str]], sides: str, indent: str = "") -> list[str]:
    """Return rows as lines with their cells in columns, each on the side that ``sides`` says: < or >."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shapes = [f"{side}{width}" for side, width in zip(sides, widths, strict=False)]
    return [(indent + "  ".join(map(format, row, shapes))).rstrip() for row in rows]


def _keys(keys: Sequence[KeyChange]) -> list[str]:
    rows = [(k.key, _cell(k.a, "not set"), "->", _cell(k.b, "not set")) for k in keys]
    return ["Keys of study.toml", *aligned(rows, "<<<<", "  ")] if rows else []


def _table(table: TableDifference, everything: bool) -> list[str]:
    """Say how much of a table differs, sums that do, and its first rows and cells."""
    real = [c for c in table.cells if not c.text_only]
    texts = [c for c in table.cells if c.text_only]
    lines = [f"Table {table.table}"]
    lines += _sums(table.sums)
    for rows, side, others in ((table.only_a, "A", table.rows_b), (table.only_b, "B", table.rows_a)):
        if rows and not others and len(rows) > _FIRST and not everything:
            lines.append(f"  all {len(rows):,} rows only in {side}")
            continue
        lines += _listed(f"{_count(len(rows), 'row')} only in {side}", rows, everything, lambda r: _row(r, table))
    lines += _listed(
        f"{_count(len(real), 'cell')} changed{_by_column(real)}", real, everything, lambda c: _change(c, table)
    )
    for columns, side in ((table.columns_a, "A"), (table.columns_b, "B")):
        if columns:
            names = ", ".join(shown(c, 40) for c in columns)
            lines.append(f"  {_count(len(columns), 'column')} only in {side}, text for people: {names}")
    if texts:
        lines.append(f"  {_count(len(texts), 'cell')} of text for people changed{_by_column(texts)}")
        if everything:
            lines += aligned([_change(c, table) for c in texts], "<<<<<", "    ")
    return lines


def _sums(sums: Sequence[Amount]) -> list[str]:
    found = [(f"sum of {s.name}", s.difference, *_scaled(s)) for s in sums]
    return [
        *aligned([(n, a, "->", b, f"({d} {unit})") for n, more, a, b, d, unit in found if more], "<><><", "  "),
        *(f"  {n} {a} {unit} in both" for n, more, a, _, _, unit in found if not more),
    ]


def _listed(head: str, found: Sequence[Any], everything: bool, row: Callable[[Any], Sequence[str]]) -> list[str]:
    if not found:
        return []
    some = found if everything else found[:_FIRST]
    rows = [row(each) for each in some]
    more = [f"    … and {len(found) - len(some):,} more (--all)"] if len(found) > len(some) else []
    return [f"  {head}", *aligned(rows, "<" * len(rows[0]), "    "), *more]


def _by_column(cells: Sequence[CellChange]) -> str:
    """Name the columns of cells, the most frequent first, with counts where there are several."""
    counted = Counter(c.column for c in cells).most_common()
    names = [shown(column, 40) + (f" {n:,}" if len(counted) > 1 else "") for column, n in counted]
    return f" ({', '.join(names)})"


def _row(row: Row, table: TableDifference) -> tuple[str, str]:
    """Name a row by its key and its MW, USD and racks, or else by its first numbers."""
    numbers = [c.name for c in schema(table.table).columns if c.is_number and c.name in row.cells]
    filled = [name for name in numbers if _cell(row.cells[name], "0") != "0"]
    amounts = [s.name for s in table.sums if s.name in filled]
    return _key(row.key), ", ".join(f"{name} {_cell(row.cells[name], '')}" for name in amounts or filled[:3])


def _change(change: CellChange, table: TableDifference) -> tuple[str, ...]:
    column = schema(table.table).find(change.column)
    default = column.default if column else ""
    empty = f"empty ({default})" if default else "empty"
    a, b = (_cell(v, empty, "unlimited" if default == "unlimited" else "inf") for v in (change.a, change.b))
    return _key(change.key), shown(change.column, 40), a, "->", b


def _key(key: Sequence[str]) -> str:
    return "  ".join(shown(part, 40) for part in key)


def _cell(value: Any, empty: str, infinite: str = "inf") -> str:
    """Return a value for people: every digit of a number, the kind and place of a geometry."""
    if value is None or value == "" or value != value:
        return empty
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return infinite if math.isinf(value) else f"{value:,}".removesuffix(".0")
    if isinstance(value, tuple):
        return shown(", ".join(value) or "none", _WIDTH)
    if hasattr(value, "geom_type"):
        import shapely

        middle = value.centroid
        points = _count(shapely.get_num_coordinates(value), "point")
        return f"{value.geom_type} of {points} around {middle.x:.6g} {middle.y:.6g}"
    return shown(value, _WIDTH)
