"""Branches and dclines of a MATPOWER case as rows of lines.csv."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .convention import Convention, Floats, angle_limits_mw
from .gridfiles import MOST_MW, back_cells, limit_cells
from .work import Bools, Work, ids, in_use

_UNBOUND_DEG = 360.0  # an angle limit of so much is none, as are two of 0 (MATPOWER's manual, table B-3)


def circuits(work: Work, convention: Convention) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the branches as rows of lines.csv, and the positions of the buses at their ends, 2 × circuits."""
    case = work.case
    on = in_use(work, "branch", "BR_STATUS", "F_BUS", "T_BUS")
    work.refuse("branch", "BR_X", on & (case.column("branch", "BR_X") == 0), "is a reactance of 0",
                "merge its buses, or write a small reactance")  # fmt: skip
    if work.faults.errors:
        return pd.DataFrame(), np.empty((2, 0), np.int64)

    def of(name: str) -> Floats:
        return np.asarray(case.column("branch", name)[on])

    shift = of("SHIFT") if convention.shifts else np.zeros(int(on.sum()))
    reactance = convention.reactance_pu(of("BR_R"), of("BR_X"), of("TAP"))
    normal, emergency = _ratings(of("RATE_A"), of("RATE_B"), of("RATE_C"))
    least, most = _within_angles(work, on, reactance, shift)
    forth, back = np.minimum(normal, most), np.minimum(normal, -least)
    _tell(work, convention, on, reactance, normal, (forth < normal) | (back < normal))
    even = (forth == back) | (np.minimum(forth, back) > MOST_MW)
    unlimited = (emergency > MOST_MW) & (forth > MOST_MW)
    ends = np.array([[work.places[bus] for bus in of(name)] for name in ("F_BUS", "T_BUS")], dtype=np.int64)
    names = ids("l", case.column("branch", "F_BUS"), case.column("branch", "T_BUS"))
    frame = pd.DataFrame(
        {
            "line": [name for name, used in zip(names, on, strict=True) if used],
            "from": [f"{bus:.0f}" for bus in of("F_BUS")],
            "to": [f"{bus:.0f}" for bus in of("T_BUS")],
            "capacity_mw": limit_cells(forth),
            "capacity_back_mw": back_cells(forth, back),
            "reactance_pu": reactance,
            "x_base_mva": case.base_mva,
            "shift_deg": shift,
            "emergency_mw": _unless(unlimited, emergency),
            "emergency_back_mw": _unless(even, emergency),
        },
        dtype=object,
    )
    return frame, ends


def _ratings(rate_a: Floats, rate_b: Floats, rate_c: Floats) -> tuple[Floats, Floats]:
    """Return the limit and the limit after an outage, infinite where there is none: C, else B, else A."""
    return _limits(rate_a), _limits(np.where(rate_c > 0, rate_c, np.where(rate_b > 0, rate_b, rate_a)))


def _within_angles(work: Work, on: Bools, reactance: Floats, shift: Floats) -> tuple[Floats, Floats]:
    """Return the least and the most MW within the limits of the angle difference; none that shuts a branch."""
    least_deg, most_deg = _angles(*(work.case.column("branch", name)[on] for name in ("ANGMIN", "ANGMAX")))
    least, most = angle_limits_mw(reactance, work.case.base_mva, shift, least_deg, most_deg)
    shut = np.zeros(len(on), bool)
    shut[on] = (most < 0) | (least > 0) | (most == least) | (least_deg > most_deg)
    work.refuse("branch", "ANGMIN", shut, "and ANGMAX leave out a flow of 0, or leave nothing else",
                "widen the limits, or write -360 and 360")  # fmt: skip
    return least, most


def _tell(work: Work, convention: Convention, on: Bools, reactance: Floats, normal: Floats, lowered: Bools) -> None:
    """Note what a branch loses by the convention, and what is unusual about it."""
    tap, shift = (work.case.column("branch", name)[on] for name in ("TAP", "SHIFT"))
    if not convention.taps:
        work.tell(int(((tap != 0) & (tap != 1)).sum()), "tap ratio is", "tap ratios are", "not used by this convention")
    if not convention.shifts:
        work.tell(int((shift != 0).sum()), "phase shift is", "phase shifts are", "not used by this convention")
    work.tell(int(lowered.sum()), "limit of an angle difference lowers", "limits of angle differences lower",
              "the capacity of the branch")  # fmt: skip
    work.tell(int((normal > MOST_MW).sum()), "branch has", "branches have", "no RATE_A: unlimited")
    work.tell(int((reactance < 0).sum()), "branch has", "branches have", "a negative reactance")


def _unless(empty: Bools, limits_mw: Floats) -> list[float | None]:
    return [None if none else limit for none, limit in zip(empty, limits_mw.tolist(), strict=True)]


def _limits(rating: Floats) -> Floats:
    return np.where((rating == 0) | (rating > MOST_MW), np.inf, rating)


def _angles(least: Floats, most: Floats) -> tuple[Floats, Floats]:
    """Return limits of the angle difference in degrees, infinite where there is none."""
    none = (least == 0) & (most == 0)
    return (
        np.where(none | (least <= -_UNBOUND_DEG), -np.inf, least),
        np.where(none | (most >= _UNBOUND_DEG), np.inf, most),
    )


def links(work: Work) -> Iterable[pd.DataFrame]:
    """Yield the dclines as rows of lines.csv, where the case has any."""
    case = work.case
    if "dcline" not in case.matrices or not case.matrices["dcline"].lines:
        return
    on = in_use(work, "dcline", "BR_STATUS", "F_BUS", "T_BUS")
    least, most = case.column("dcline", "PMIN"), case.column("dcline", "PMAX")
    work.refuse("dcline", "PMAX", on & ((most < 0) | (least > most)), "leaves no flow from 0 on",
                "swap its buses, or correct its limits")  # fmt: skip
    lossy = (case.column("dcline", "LOSS0") != 0) | (case.column("dcline", "LOSS1") != 0)
    work.tell(int((on & lossy).sum()), "dcline loses", "dclines lose", "power: losses are dropped")
    work.tell(int((on & (least > 0)).sum()), "dcline has", "dclines have", "a least flow above 0, which is dropped")
    names = ids("dc", case.column("dcline", "F_BUS"), case.column("dcline", "T_BUS"))
    forth, back = _limits(most[on]), np.maximum(-least[on], 0)
    forth = np.where(most[on] == 0, 0.0, forth)
    yield pd.DataFrame(
        {
            "line": [name for name, used in zip(names, on, strict=True) if used],
            "from": [f"{bus:.0f}" for bus in case.column("dcline", "F_BUS")[on]],
            "to": [f"{bus:.0f}" for bus in case.column("dcline", "T_BUS")[on]],
            "capacity_mw": limit_cells(forth),
            "capacity_back_mw": back_cells(forth, back),
        },
        dtype=object,
    )
