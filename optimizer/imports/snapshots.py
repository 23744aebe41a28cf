"""Choose snapshots, and make load blocks of them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import Fault, InputError

from .convention import Floats
from .gridfiles import counted

HOURS_PER_YEAR = 8760.0
_SLICE = re.compile(r"(-?\d*):(-?\d*)(?::(-?\d*))?")
_DATE = re.compile(r"\d{4}-\d\d")
_OPTION = "--snapshots"


def chosen(labels: list[str], text: str | None) -> NDArray[np.int64]:
    """Return the positions that a text names: labels or beginnings of times, FROM..TO, or BEGIN:END:STEP.

    Raises InputError where it names none.
    """
    if text is None:
        return np.arange(len(labels))
    if (places := _SLICE.fullmatch(text.strip())) and text not in labels:
        begin, end, step = (int(part) if part else None for part in places.groups())
        found = [] if step == 0 else [*range(len(labels))[begin:end:step]]
        if not found:
            raise _none_of(text, labels)
        return np.array(sorted(found))
    return np.array(sorted({at for part in text.split(",") for at in _named(part.strip().replace("T", " "), labels)}))


def _named(part: str, labels: list[str]) -> list[int]:
    """Return the positions of one label, or from one to another."""
    first, dots, last = part.partition("..")
    begin = _matches(first.strip(), labels)
    end = _matches(last.strip(), labels) if dots else begin
    if not begin or not end or end[-1] < begin[0]:
        raise _none_of(part, labels)
    return [*range(begin[0], end[-1] + 1)] if dots else begin


def _matches(word: str, labels: list[str]) -> list[int]:
    exact = [at for at, label in enumerate(labels) if label == word]
    if exact or not _DATE.match(word):
        return exact
    return [at for at, label in enumerate(labels) if label.startswith(word)]


def _none_of(part: str, labels: list[str]) -> InputError:
    cure = f"write labels from {labels[0]} to {labels[-1]}, FROM..TO, or positions such as 0:24 or ::24"
    return InputError([Fault(_OPTION, "names no snapshot of the network", value=part, cure=cure)])


def blocks_of(labels: list[str], weights: Floats, notes: list[str]) -> pd.DataFrame:
    """Return blocks.csv: the weights scaled to the hours of a year; the factor is noted."""
    factor = HOURS_PER_YEAR / float(weights.sum())
    if abs(factor - 1) > 1e-12:
        notes.append(
            f"the hours of {counted(len(labels), 'snapshot')} add up to {weights.sum():,.10g} h: "
            f"multiplied by {factor:.10g} for {HOURS_PER_YEAR:,.0f} h of a year"
        )
    return pd.DataFrame({"block": labels, "hours_per_year": weights * factor})
