"""Read what a change names: a key of the study, cells of a table by a selector, or a figure, and an operator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import shown
from ..io.cells import spelled
from ..io.config import StudyConfig
from ..io.schema import GRID_TABLES, TABLES, Column, schema
from ..io.settings import settings
from ..io.source import nearest
from ..io.wording import listed

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Tables = Callable[[str], pd.DataFrame]

FIGURES = "figures"
_SELECTED = re.compile(r"([^\[\].]+)(?:\[(.*)\])?\s*\.\s*([^\[\]]+)", re.DOTALL)
_NEXT = re.compile(r";|,(?=\s*\w+\s*=)")
_JOINS = {  # the columns that a table sees through one of its own: through which, and of which table
    "site_ramp": (("site", "sites"),),
    "placement": (("site", "sites"), ("sku", "racks")),
    "deliveries": (("sku", "racks"),),
    "sites": (("zone", "zones"),),
    "headroom": (("zone", "zones"), ("block", "blocks")),
    "energy_prices": (("zone", "zones"), ("block", "blocks")),
    "generators": (("zone", "zones"), ("block", "blocks")),
    "loads": (("zone", "zones"), ("block", "blocks")),
}
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Refusal(Exception):
    """A key, or a value at a key, that no case can be made of: why, and the cure."""

    def __init__(self, reason: str, cure: str = "") -> None:
        super().__init__(reason)
        self.reason, self.cure = reason, cure


@dataclass(frozen=True)
class Key:
    """One key: ``text`` as typed, ``operator`` "" (set), "*" or "+"; ``table`` "" is study.toml, or "figures".

    ``column`` is a column of the table, a dotted key of study.toml or the name of a figure. ``conditions`` are
    columns and the values of which one must stand there; all must hold.
    """

    text: str
    operator: str
    table: str
    column: str
    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_figure(self) -> bool:
        """Whether the key names a figure."""
        return self.table == FIGURES

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        if self.operator == "*" or self.is_figure:
            return False
        if not self.table:
            return int in _types(self.column)
        column = schema(self.table).find(self.column)
        return column is not None and column.type in ("int", "period")


def parse_key(text: str) -> Key:
    """Read a key with its operator at its end.

    Raises Refusal naming the nearest table, column or key where it is none.
    """
    text = text.strip()
    operator = text[-1:] if text[-1:] in ("*", "+") else ""
    bare = text.removesuffix(operator).strip()
    found = _SELECTED.fullmatch(bare)
    first = re.split(r"[\[.]", bare, maxsplit=1)[0].strip()
    if first not in (*TABLES, FIGURES) and ("[" in bare or first not in StudyConfig.model_fields):
        known = (*TABLES, FIGURES, *StudyConfig.model_fields)
        cure = nearest(bare, [s.key for s in settings()]) or nearest(first, known) or f"name one of {', '.join(known)}"
        raise Refusal(f'"{shown(first, 40)}" is no table and no section of study.toml', cure)
    if first in StudyConfig.model_fields:
        return Key(text, operator, "", _study_key(bare))
    if found is None:
        cure = f"write {first}.NAME" if first == FIGURES else f"write {first}[COLUMN=VALUE].COLUMN or {first}.COLUMN"
        raise Refusal("is no key", cure)
    inner, column = found[2], found[3].strip()
    if first == FIGURES:
        if inner is not None or operator:
            raise Refusal("a figure takes neither a selector nor an operator", f"write {FIGURES}.{column}=VALUE,VALUE")
        return Key(text, "", FIGURES, column)
    return Key(text, operator, first, column, tuple(_conditions(inner or "")))


def selected(key: Key, tables: Tables, *, strict: bool = True) -> Rows:
    """Return the places of the rows that a key selects; ``strict`` refuses values that no row has, too.

    Raises Refusal where a column is unknown, or nothing is selected.
    """
    frame = tables(key.table)
    _check_column(key.table, key.column, frame)
    mask = np.ones(len(frame), dtype=bool)
    for name, values in key.conditions:
        column = joined(key.table, name, tables)
        if column is None:
            known = list(dict.fromkeys(_names(key.table, tables)))
            cure = nearest(name, known) or f"columns are {listed(known, most=12)}"
            raise Refusal(f'{key.table} has no column "{shown(name, 40)}", nor has a table that it refers to', cure)
        hits = [_matches(column, value) for value in values]
        known_ids = _ids(key.table, name, tables)
        lost = [v for v, hit in zip(values, hits, strict=True) if not hit.any() and v not in known_ids]
        if not any(hit.any() for hit in hits) or (lost and strict):
            values = tuple(lost) or values
            raise Refusal(
                f"selects nothing: no row of {key.table} has {name} = {' or '.join(values)}", _some(column, values)
            )
        mask &= np.logical_or.reduce(hits)
    if not mask.any():
        raise Refusal(*_nothing(key))
    return np.flatnonzero(mask)


def joined(table: str, name: str, tables: Tables) -> pd.Series[Any] | None:
    """Return a column of a table as its rows see it: their own, else that of the site, rack or zone they name."""
    frame = tables(table)
    if name in frame.columns:
        return frame[name]
    for link, other in _JOINS.get(table, ()):
        column = joined(other, name, tables)
        if column is not None:
            of = dict(zip(tables(other)[link].tolist(), column.tolist(), strict=True))
            return pd.Series([of.get(v) for v in frame[link].tolist()], index=frame.index, dtype=column.dtype)
    return None


def _types(dotted: str) -> list[Any]:
    """Return the types that a key of study.toml may have, [] where there is none."""
    model: Any = StudyConfig
    for part in dotted.split("."):
        field = getattr(model, "model_fields", {}).get(part)
        if field is None:
            return []
        model = field.annotation
    parts = get_args(model) or (model,)
    return [type(part) if isinstance(part, int) else part for part in parts]


def _study_key(bare: str) -> str:
    """Return a dotted key of study.toml."""
    known = [s.key for s in settings() if s.key != "format"]
    if bare in known:
        return bare
    if bare.partition(".")[0] == "files":
        cure = "vary the columns of its table, or pass a list of studies, one for each file"
        raise Refusal("is the path of a file, which a case can't replace", cure)
    section = bare.partition(".")[0]
    keys = [k for k in known if k.startswith(f"{section}.")]
    raise Refusal("is no key of study.toml", nearest(bare, known) or f"keys are {listed(keys, most=12, width=60)}")


def _conditions(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for part in _NEXT.split(text) if text.strip() else ():
        name, equals, values = part.partition("=")
        if not part.strip():
            continue
        if not equals or not name.strip():
            raise Refusal(f'"{shown(part.strip(), 40)}" is no condition', "write [COLUMN=VALUE|VALUE;COLUMN=VALUE]")
        yield name.strip(), tuple(value.strip() for value in values.split("|"))


def _check_column(table: str, name: str, frame: pd.DataFrame) -> None:
    column = schema(table).find(name)
    if column is None and name not in frame.columns:
        known = [c.name for c in schema(table).typed]
        cure = nearest(name, known) or f"columns are {listed(known, most=12)}"
        raise Refusal(f'{table} has no column "{shown(name, 40)}"', cure)
    if column is not None and column.type == "geometry":
        raise Refusal(f"{name} can't be varied", "pass a list of studies")


def _names(table: str, tables: Tables) -> Iterator[str]:
    yield from (str(c) for c in tables(table).columns if c != "geometry")
    for _, other in _JOINS.get(table, ()):
        yield from _names(other, tables)


def _ids(table: str, name: str, tables: Tables) -> set[str]:
    """Return the ids that a column may hold, whether or not a row holds them."""
    column = _column(table, name)
    target, _, key = column.refers_to.partition(".") if column else ("", "", "")
    return set(tables(target)[key].tolist()) if target else set()


def _column(table: str, name: str) -> Column | None:
    found = schema(table).find(name)
    others = (_column(other, name) for _, other in _JOINS.get(table, ()))
    return found or next((c for c in others if c is not None), None)


def _matches(column: pd.Series[Any], value: str) -> NDArray[np.bool_]:
    """Return which cells are of a value; * and ? stand for any letters of a text."""
    if pd.api.types.is_bool_dtype(column.dtype):
        wanted = _WORDS.get(value.lower())
        return np.array([wanted is not None and cell == wanted for cell in column.tolist()], dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        if not value:
            return np.asarray(np.isnan(numbers))
        try:
            return np.asarray(np.isclose(numbers, float(value), rtol=1e-12, atol=0.0))
        except ValueError:
            return np.zeros(len(numbers), dtype=bool)
    texts = ["" if cell is None or cell != cell else spelled(cell) for cell in column.tolist()]
    if "*" in value or "?" in value:
        return np.array([fnmatchcase(text, value) for text in texts], dtype=bool)
    return np.array([text == value or value in text.split(";") for text in texts], dtype=bool)


def _some(column: pd.Series[Any], values: tuple[str, ...]) -> str:
    """Say which value was perhaps meant, else some that there are."""
    cells = [c for c in column.tolist() if c is not None and c == c and c != ""]
    there = list(dict.fromkeys(f"{c:.10g}" if isinstance(c, float) else str(c) for c in cells))
    return nearest(values[0], there) or (f"values are {listed(there, most=6)}" if there else "the column is empty")


def _nothing(key: Key) -> tuple[str, str]:
    if not key.conditions:
        cure = (
            f"give the study a grid with {key.table}"
            if key.table in GRID_TABLES
            else f"name a file of {key.table} in [files]"
        )
        return f"selects nothing: {key.table} has no rows", cure
    rules = " and ".join(f"{name} = {' or '.join(values)}" for name, values in key.conditions)
    return f"selects nothing: no row of {key.table} has {shown(rules, 200)}", "leave out a condition"
