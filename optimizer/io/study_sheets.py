"""Turn a study into the sheets of one workbook: its keys, its tables, and what each column means."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from optimizer.io.config import GridConfig, StudyConfig
from optimizer.io.examples import example
from optimizer.io.figures import MEANINGS, NUMBERS
from optimizer.io.figures import SHEET as FIGURES
from optimizer.io.schema import TABLES, Column, Schema, schema
from optimizer.io.settings import Setting, choices_of, settings, value_of
from optimizer.io.sheets import LAST_ROW, MORE_ROWS, Head, Rule, Sheet, letter, rows_of
from optimizer.io.toml import written
from optimizer.io.write import cell_text, without_limits

_KEEP_GEOJSON = "keep zones as GeoJSON and name it in files.grid"
_KEYS = (
    Head("key", "Section and name of a key of the study.", look="required", is_text=True),
    Head("value", "Its value. Lists of sites as a; b. Empty: the default.", look="required"),
    Head("unit", "Unit of the value.", is_text=True),
    Head("meaning", "What the key says.", is_text=True),
)


def study_sheets(config: StudyConfig, tables: Mapping[str, pd.DataFrame], *, grid: GridConfig | None) -> list[Sheet]:
    """Return the sheet "study", one sheet per table – its header alone where there are no rows – and "grid".

    ``grid`` says how power moves between zones; None for a study without a grid, which has no sheet "grid".
    """
    lengths = {name: len(frame) for name, frame in tables.items()}
    sheets = [_keys_sheet(config)]
    for name in TABLES:
        if name == "zones" and grid is not None:
            sheets.append(_grid_sheet(grid))
        sheets.append(_table_sheet(schema(name), tables.get(name), lengths))
    return sheets


def figure_sheets(figures: pd.DataFrame, alternatives: Mapping[str, tuple[str, pd.DataFrame]]) -> list[Sheet]:
    """Return the sheet "figures", and one for each table that a figure may put in the place of another.

    ``alternatives`` maps the name of a sheet to the name of the table that it stands for, and its content.
    """
    heads = [
        Head(
            name,
            MEANINGS.get(name, "For people: where the figure comes from, or its unit."),
            "required" if name in MEANINGS else "people",
            is_text=name not in NUMBERS,
        )
        for name in map(str, figures.columns)
    ]
    others = [replace(_table_sheet(schema(of), frame, {}), name=name) for name, (of, frame) in alternatives.items()]
    return [Sheet(FIGURES, heads, rows_of(figures)), *others]


def _keys_sheet(config: StudyConfig) -> Sheet:
    rows, rules = [], {}
    for number, setting in enumerate(settings(), 2):
        rows.append((setting.key, _value(config, setting), setting.unit or None, setting.meaning))
        if setting.choices:
            rules[f"B{number}"] = _one_of(setting.choices)
    return Sheet("study", _KEYS, rows, rules)


def _value(config: StudyConfig, setting: Setting) -> Any:
    """Return a value as its cell holds it: a year as a number, a list of ids as one text."""
    value = value_of(config, setting.key)
    if isinstance(value, tuple):
        return "; ".join(value)
    is_year = setting.key in ("periods.first", "periods.last") and str(value).isdigit()
    return int(value) if is_year else value


def _grid_sheet(config: GridConfig) -> Sheet:
    fields = GridConfig.model_fields
    key = Head("key", "Key of the grid: flow says how power moves, security which outages it survives.", is_text=True)
    rules = {f"B{n}": _one_of(choices_of(fields[k].annotation)) for n, k in ((2, "flow"), (3, "security"))}
    rows = [(k, _ids(v) if isinstance(v, list) else v) for k, v in config.stated.items()]
    value = Head("value", "; ".join(f"{k}: {f.description}" for k, f in fields.items()), is_text=True)
    return Sheet("grid", (key, value), rows, rules)


def _ids(ids: list[str]) -> str:
    """Return ids as one text: a; b – or as TOML where that would read as others, or as none."""
    return "; ".join(ids) if ids and not {*",;"} & {*"".join(ids)} else written(ids)


def _one_of(choices: tuple[Any, ...]) -> Rule:
    words = [cell_text(choice) for choice in choices]
    words = [word.upper() for word in words] if isinstance(choices[0], bool) else words
    return Rule("list", f'"{",".join(words)}"', error=f"One of {', '.join(words)}.")


def _table_sheet(table: Schema, frame: pd.DataFrame | None, lengths: Mapping[str, int]) -> Sheet:
    """Return a table with the dictionary's columns, those for people that it has, then columns nobody knows."""
    typed = [c.name for c in table.typed]
    if frame is None or not len(frame):
        frame = pd.DataFrame(columns=typed)
    else:
        others = [str(c) for c in frame.columns if c not in typed]
        people = [c.name for c in table.people if c.name in others]
        frame = _for_sheet(frame[[*typed, *people, *(c for c in others if c not in people)]], table)
    heads = [_head(table, name, frame, position, lengths) for position, name in enumerate(frame.columns, 1)]
    return Sheet(table.table, heads, rows_of(frame))


def _for_sheet(frame: pd.DataFrame, table: Schema) -> pd.DataFrame:
    """Return a table with its shapes as text, and nothing where a default is unlimited."""
    shapes: dict[str, Any] = {c.name: _texts(frame[c.name]) for c in table.typed if c.type == "geometry"}
    return without_limits(frame, table).assign(**shapes)


def _texts(shapes: pd.Series) -> list[str | None]:
    """Return shapes as WKT that reads back to the same numbers."""
    import shapely

    return [None if s is None else str(shapely.to_wkt(s, rounding_precision=-1)) for s in shapes]


def _head(table: Schema, name: str, frame: pd.DataFrame, position: int, lengths: Mapping[str, int]) -> Head:
    column = table.find(name)
    if column is None:
        comment = "A column of your own: kept, and read by nobody."
        return Head(name, comment, "people", is_text=not pd.api.types.is_numeric_dtype(frame[name]))
    is_known = name in table.names
    return Head(
        name,
        "\n".join(_lines(table.table, column)),
        "required" if column.required else "optional" if is_known else "people",
        is_text=not column.is_number and column.type != "bool",
        rule=_rule(table.table, column, letter(position), lengths),
        too_long=_KEEP_GEOJSON if column.type == "geometry" else "shorten the text",
    )


def _lines(table: str, column: Column) -> Iterator[str]:
    """Yield what a planner asks of a column: meaning, unit, default, example."""
    yield column.meaning
    if column.unit:
        yield f"Unit: {column.unit}"
    yield "Required" if column.required else f"Default: {column.default}" if column.default else "Optional"
    if shown := example(table, column.name):
        yield f"Example: {shown}"


def _rule(table: str, column: Column, at: str, lengths: Mapping[str, int]) -> Rule | None:
    if column.type == "vendors" or (table, column.name) == ("racks", "vendor"):
        return Rule("list", _cells_of("racks", "vendor", lengths), how="")
    if column.refers_to:
        target, _, key = column.refers_to.partition(".")
        error = f"No row of the sheet {target} has this {key}."
        return Rule("list", _cells_of(target, key, lengths), error=error, how="warning")
    if column.type == "bool":
        return _one_of((True, False))
    return _one_of(column.choices) if column.choices else _limits(column, at) if column.is_number else None


def _cells_of(table: str, name: str, lengths: Mapping[str, int]) -> str:
    """Return the cells below a header, those still empty included."""
    at = letter([c.name for c in schema(table).typed].index(name) + 1)
    return f"{table}!${at}$2:${at}${max(LAST_ROW, lengths.get(table, 0) + 1 + MORE_ROWS)}"


def _limits(column: Column, at: str) -> Rule | None:
    """Return the range of a number; a formula where the limit itself is out, or inf is in."""
    low, high = max(column.minimum, column.above), column.maximum
    if math.isinf(low) or math.isinf(high):
        return None
    is_open = column.above >= column.minimum
    what = "A whole number" if column.type == "int" else "A number"
    bounds = f"above {low:,.10g} and up to {high:,.10g}" if is_open else f"from {low:,.10g} to {high:,.10g}"
    error = f"{what} {bounds}{', or inf' if column.infinity else ''}{f' ({column.unit})' if column.unit else ''}."
    if not is_open and not column.infinity:
        return Rule("whole" if column.type == "int" else "decimal", cell_text(low), cell_text(high), error)
    inside = f"AND(ISNUMBER({at}2),{at}2{'>' if is_open else '>='}{cell_text(low)},{at}2<={cell_text(high)})"
    return Rule("custom", f'OR({at}2="inf",{inside})' if column.infinity else inside, error=error)
