"""Say inputs, their values and the quantities of a sweep's cases for people."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.errors import shown
from optimizer.io.schema import schema
from optimizer.units import aligned, money_unit, power_unit

from .sweep_frames import Floats

_UNITS = {
    "usd_per_mw_year": "USD per MW-year", "usd_per_mwh": "USD per MWh", "usd_per_mw": "USD per MW",
    "mw_per_year": "MW per year", "mw_years": "MW-years", "per_year": "per year", "usd": "USD", "mw": "MW",
    "gw": "GW", "kw": "kW", "years": "years", "km": "km",
}  # fmt: skip
_KEY = re.compile(r"(?P<of>\w+)(?:\[(?P<where>.*)\])?\.(?P<column>\w[\w.]*)(?P<sign>[*+]?)", re.DOTALL)
_STEPS = {"": "year", "H": "half-year", "Q": "quarter"}
WIDTH = 52


def is_shift(key: str) -> bool:
    """Whether an input moves labels, by periods of the study or by months."""
    return key.endswith((".period+", ".available_from+"))


def length_of(shifts: pd.Series) -> pd.Series:
    """Return how long shifts are, for sorting: numbers of periods as they are, of texts such as 6mo their number."""
    return pd.to_numeric(shifts.astype(str).str.strip().str.removesuffix("mo"), errors="coerce")


def step_of(frame: pd.DataFrame) -> str:
    """Return what shifts of the cases count: their periods, year, half-year or quarter by the names of columns.

    Where all of them are by months that is a month, and where some are, a period.
    """
    shifts = [frame[name].dropna().astype(str) for name in frame if is_shift(str(name))]
    if any(values.str.endswith("mo").any() for values in shifts):
        return "month" if all(values.str.fullmatch(r"0|.*mo").all() for values in shifts) else "period"
    labels = [str(name).removeprefix("spend_").removesuffix("_usd") for name in frame if str(name).startswith("spend_")]
    kinds = {"".join(letter for letter in label if letter.isalpha()) for label in labels}
    return _STEPS.get(kinds.pop(), "period") if len(kinds) == 1 else "period"


def readable(key: str, width: int = WIDTH, *, step: str = "period") -> str:
    """Return an input for people: ``sites[zone=p61].energy_usd_per_mwh*`` is "sites zone p61: energy (USD per MWh)".

    ``step`` is what a shift counts.
    """
    found = _KEY.fullmatch(key)
    if not found:
        return shown(key, width)
    column, unit = _parted(found["column"])
    if found["of"] == "figures":
        return shown(f"{column} ({unit})" if unit else column, width)
    where = " ".join((found["where"] or "").replace("=", " ").replace(",", ", ").split())
    words = f"{found['of']} {where}".strip() + f": {column}"
    unit = f"shift in {step}s" if is_shift(key) else unit
    return shown(f"{words} ({unit})" if unit else words, width)


def _parted(column: str) -> tuple[str, str]:
    """Part a column into words and the unit at its end."""
    for ending, unit in _UNITS.items():
        if column.endswith(f"_{ending}"):
            return column.removesuffix(f"_{ending}").replace("_", " "), unit
    return column.replace("_", " ").replace(".", " "), ""


def valued(key: str, value: object, width: int = 24, *, step: str = "") -> str:
    """Return an input's value as the case means it: ×0.8 for a factor, +1 for what is added, else the value itself.

    With ``step`` a shift of periods says what it counts: +2 half-years.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        return shown(value, width)
    number = plain_number(float(value))
    if key.endswith("*"):
        return f"×{number}"
    number = number if not key.endswith("+") or float(value) < 0 else f"+{number}"
    return f"{number} {step}{'s' if abs(value) != 1 else ''}" if step and is_shift(key) else number


def plain_number(value: float) -> str:
    """Return a number with at most six digits that count, without powers of ten where it is of common size."""
    if not math.isfinite(value):
        return str(value)
    if value and not 1e-5 <= abs(value) < 1e15:
        return f"{value:.4g}".replace("-", "−")
    rounded = float(f"{value:.6g}")
    return f"{rounded:,.10f}".rstrip("0").rstrip(".").replace("-", "−")


@dataclass(frozen=True)
class Measure:
    """A quantity as it is drawn: what it is, what its values are divided by, the name of that unit."""

    title: str
    unit: float
    name: str

    def said(self, value: float, *, sign: bool = False) -> str:
        """Return a value in the unit, with the digits that its size needs."""
        scaled = value / self.unit
        digits = 0 if self.name == "" else 2 if abs(scaled) < 1000 else 1
        if scaled and abs(scaled) < 0.005:
            words = f"{scaled:+.1g}" if sign else f"{scaled:.1g}"
        else:
            words = aligned(scaled, digits, sign="+" if sign else "")
        return words.replace("-", "−")


def title_of(quantity: str) -> str:
    """Return what a column of the cases is called."""
    known = schema("sweep/cases").find(quantity)
    return (known.title if known else "") or shown(_parted(quantity)[0], WIDTH)


def measure(quantity: str, values: Floats) -> Measure:
    """Return how a column of these values is drawn; money in bn, M or whole USD, power in GW or MW."""
    largest = float(np.nanmax(np.abs(values), initial=0.0)) if np.isfinite(values).any() else 0.0
    title, unit = title_of(quantity), _parted(quantity)[1]
    if unit == "USD":
        return Measure(title, *money_unit(largest))
    if unit in ("MW", "MW-years"):
        size, name = power_unit(largest)
        return Measure(title, size, name + unit.removeprefix("MW"))
    return Measure(title, 1.0, unit)
