"""A MATPOWER case as a grid: buses become zones, branches circuits, dclines links."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import Faults

from .branches import circuits, links
from .case import Case, read_case
from .convention import Convention
from .generators import generators
from .gridfiles import ImportedGrid, counted, islands, one_of_each
from .work import Bools, Work

_REFERENCE, _ISOLATED = 3, 4
_UNUSED = {  # what may stand in columns that DC flow has no use for
    ("bus", "QD"): "reactive load",
    ("bus", "BS"): "reactive shunt",
    ("branch", "BR_B"): "branch charging current",
    ("gencost", "STARTUP"): "start-up cost",
    ("gencost", "SHUTDOWN"): "shut-down cost",
}


def import_matpower(path: Path, convention: Convention) -> ImportedGrid:
    """Read a case of MATPOWER, format 2, as a grid of DC flow; the convention makes its reactances.

    Raises InputError with every fault, each with its line.
    """
    faults = Faults()
    case = read_case(path, faults)
    faults.raise_if_any()
    work = Work(case, faults, case.notes)
    _check(work)
    faults.raise_if_any()
    keep = case.column("bus", "BUS_TYPE") != _ISOLATED
    numbers = case.column("bus", "BUS_I")
    work.tell(int((~keep).sum()), "isolated bus is", "isolated buses are", "left out, with what is connected to them")
    buses = [f"{number:.0f}" for number in numbers[keep]]
    work.places = {number: at for at, number in enumerate(numbers[keep])}
    machines, moved_mw = generators(work)
    branches, ends = circuits(work, convention)
    lines = pd.concat([branches, *links(work)], ignore_index=True)
    faults.raise_if_any()
    tables = {
        "zones": pd.DataFrame({"zone": buses, "name": _names(case, keep, buses)}),
        "lines": lines,
        "generators": machines,
        "loads": _loads(work, keep, buses, moved_mw),
    }
    _tell_unused(work)
    return ImportedGrid(tables, _reference(work, keep, buses, ends), work.notes)


def _check(work: Work) -> None:
    """Add every fault of single rows: what is no number, and buses that are not there."""
    case, refuse = work.case, work.refuse
    for name, read in case.matrices.items():
        refuse(name, "", np.asarray(np.isnan(read.values).any(axis=1)), "holds NaN", "write a number")
    numbers, kinds = case.column("bus", "BUS_I"), case.column("bus", "BUS_TYPE")
    known = Counter(numbers)
    refuse("bus", "BUS_I", np.array([known[n] > 1 for n in numbers], bool), "stands twice", "give each bus its number")
    whole = (numbers > 0) & (numbers == np.floor(numbers))
    refuse("bus", "BUS_I", ~whole, "is no bus number", "write a whole number above 0")
    refuse("bus", "BUS_TYPE", ~np.isin(kinds, (1, 2, 3, 4)), "is no type of a bus", "write 1, 2, 3 or 4")
    for matrix, column in (("branch", "F_BUS"), ("branch", "T_BUS"), ("gen", "GEN_BUS"), *_dcline_ends(case)):
        unknown = ~np.isin(case.column(matrix, column), numbers)
        refuse(matrix, column, unknown, "is no bus of the case", "correct the number, or add the bus")
    finite = {"bus": ("PD", "GS"), "branch": ("BR_R", "BR_X", "TAP", "SHIFT"), "gen": ("PMAX", "PMIN")}
    for matrix, columns in finite.items():
        for column in columns:
            refuse(matrix, column, np.isinf(case.column(matrix, column)), "is not finite", "write a number")
    if "gencost" in case.matrices:
        infinite = np.asarray(np.isinf(case.matrices["gencost"].values).any(axis=1))
        refuse("gencost", "", infinite, "holds a value that is not finite", "write numbers")
    loop = case.column("branch", "F_BUS") == case.column("branch", "T_BUS")
    refuse("branch", "T_BUS", loop, "is the bus where the branch begins", "correct the bus, or take the row out")
    for column in ("RATE_A", "RATE_B", "RATE_C", "TAP"):
        refuse("branch", column, case.column("branch", column) < 0, "is below 0", "write 0 where there is none")
    running = case.column("gen", "GEN_STATUS") > 0
    swapped = running & (case.column("gen", "PMIN") > case.column("gen", "PMAX"))
    refuse("gen", "PMIN", swapped, "is above PMAX", "swap the two, or take the generator out of service")


def _dcline_ends(case: Case) -> list[tuple[str, str]]:
    return [("dcline", "F_BUS"), ("dcline", "T_BUS")] if "dcline" in case.matrices else []


def _loads(work: Work, keep: Bools, buses: list[str], moved_mw: dict[int, float]) -> pd.DataFrame:
    """Return the loads: Pd, Gs at a voltage of 1, and what generators draw at all times."""
    shunt = work.case.column("bus", "GS")[keep]
    work.tell(int((shunt != 0).sum()), "shunt conductance is", "shunt conductances are", "load at a voltage of 1")
    load = work.case.column("bus", "PD")[keep] + shunt
    for place, draw in moved_mw.items():
        load[place] += draw
    return pd.DataFrame(
        [(b, mw) for b, mw in zip(buses, load.tolist(), strict=True) if mw], columns=["zone", "load_mw"]
    )


def _names(case: Case, keep: Bools, buses: list[str]) -> list[str]:
    names = case.texts.get("bus_name", [])
    return buses if len(names) != len(keep) else [name for name, kept in zip(names, keep, strict=True) if kept]


def _reference(work: Work, keep: Bools, buses: list[str], ends: NDArray[np.int64]) -> list[str]:
    """Return the buses of type 3, the first of each island."""
    marked = np.flatnonzero(work.case.column("bus", "BUS_TYPE")[keep] == _REFERENCE).tolist()
    chosen = one_of_each(marked, islands(buses, ends))
    work.tell(len(marked) - len(chosen), "reference bus is", "reference buses are", "one more of an island: not used")
    if not marked:
        work.notes.append("no bus is of type 3: each island takes the one with the most generation as its reference")
    return [buses[at] for at in chosen]


def _tell_unused(work: Work) -> None:
    """Say what has no use in DC flow."""
    for (matrix, column), what in _UNUSED.items():
        if matrix in work.case.matrices and (number := int((work.case.column(matrix, column) != 0).sum())):
            work.notes.append(f"{counted(number, what)} dropped")
    work.notes.append("voltages, their limits and reactive limits dropped")
