"""Vary the figures of the data dictionaries: the ranges that stand in figures tables beside a study's files."""

from __future__ import annotations

import math
import warnings

import pandas as pd

from ..errors import Fault
from ..io.figures import named_tables
from ..io.source import nearest
from ..io.wording import listed
from ..study import Study
from .change import change_cells, change_key, number_of
from .draft import Draft
from .figure_tables import Figures, Part, other_table, read_figures
from .selector import Key, Refusal, selected
from .shifts import shift_deliveries, shift_labels


def low_high(study: Study) -> pd.DataFrame:
    """Return two cases, low and high, for each figure with a low and a high, all other figures left as they are.

    A figure whose cells the study does not have is left out with a warning. Raises InputError where the study has
    no figures tables.
    """
    frame, left_out = ranges(study)
    for fault in left_out:
        warnings.warn(str(fault), stacklevel=2)
    return frame


def ranges(study: Study) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the cases of ``low_high``, and a warning for each figure that is left out."""
    rows, left_out = [], []
    for name, parts in read_figures(study).items():
        part = next((p for p in parts if math.isfinite(p.low) and math.isfinite(p.high)), None)
        if part is None or any(p.rule == "derive" for p in parts):
            continue
        if any(_selects(study, p) for p in parts):
            rows += [{f"figures.{name}": part.low}, {f"figures.{name}": part.high}]
        else:
            reason = "is left out: the study has none of its cells"
            left_out.append(Fault("figures", reason, None, name, severity="warning"))
    return pd.DataFrame(rows, columns=list(dict.fromkeys(name for row in rows for name in row))), left_out


def change_figure(draft: Draft, key: Key, value: object, figures: Figures) -> None:
    """Give a figure a value, in all cells that it sets.

    Raises Refusal where there is no such figure, it can't take the value, or the study has none of its cells.
    """
    parts = check_figure(key, figures)
    number = number_of(value)
    hits = [_apply(draft, part, number) for part in parts]  # all of them, not only the first that selects any
    if not any(hits):
        raise Refusal("selects nothing: the study has none of its cells", "leave it out")


def check_figure(key: Key, figures: Figures) -> tuple[Part, ...]:
    """Return the rows of the figure that a key names.

    Raises Refusal where there is none, or it can't be varied.
    """
    parts = figures.get(key.column)
    if parts is None:
        raise Refusal("is no figure", nearest(key.column, figures) or f"figures are {listed(list(figures), most=8)}")
    if any(part.rule == "derive" for part in parts):
        raise Refusal("can't be varied: it went into other cells when the data were made", "vary those cells")
    return parts


def _selects(study: Study, part: Part) -> bool:
    if part.table == "study":
        return True
    try:
        return bool(len(selected(part.key(), study.table, strict=False)))
    except Refusal:
        return False


def _apply(draft: Draft, part: Part, value: float) -> bool:
    """Change the cells of one row of a figure; return whether the study has any of them."""
    if part.table == "study":
        _apply_to_key(draft, part, value)
        return True
    key = part.key("*" if part.rule == "scale" else "+" if part.rule == "shift" else "")
    try:
        rows = selected(key, draft.start, strict=False)
    except Refusal:
        return False
    months = round((value - part.central) * 12) if part.rule == "shift" else 0
    if part.rule == "set":
        change_cells(draft, key, rows, value)
    elif part.rule == "scale":
        change_cells(draft, key, rows, _factor(part, value))
    elif part.rule == "shift" and part.table == "deliveries":
        shift_deliveries(draft, rows, months, by="label")
    elif part.rule == "shift":
        shift_labels(draft, part.table, part.column, rows, months)
    elif value != part.central:
        draft.replace(part.table, _other_table(part, value))
    return True


def _apply_to_key(draft: Draft, part: Part, value: float) -> None:
    if part.rule == "scale":
        change_key(draft, part.key("*"), _factor(part, value))
    elif part.rule == "set":
        change_key(draft, part.key(), value)
    else:
        raise Refusal(f"can't be varied: {part.rule} is no rule for a key of study.toml")


def _factor(part: Part, value: float) -> float:
    if not part.central:
        raise Refusal("can't be scaled: its central value is 0")
    return value / part.central


def _other_table(part: Part, value: float) -> pd.DataFrame:
    """Return the table that stands for the low or the high value."""
    values = [v for v in (part.low, part.central, part.high) if math.isfinite(v)]
    if value not in (part.low, part.high):
        raise Refusal("stands for a whole table, of which there are only a few", f"write one of {listed(values)}")
    names = named_tables(f"{part.rule}: {part.words}")
    place = 0 if value == part.low else 1
    if len(names) <= place:
        raise Refusal("names no table for this value", "name the files of low and high in its rule")
    table, problem = other_table(part, names[place])
    if table is None:
        raise Refusal(f"needs a table that can't be read: {problem}")
    return table
