"""A sweep that has run: its table, its base, its plans, and what a planner with one minute reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import Fault, InputError
from ..plan import Plan, read_plan
from .seal import Damaged, plan_cells
from .store import TABLE, read_about, read_end
from .table import Columns, frame_of, read_table, table


@dataclass(frozen=True, eq=False)
class Sweep:
    """Cases and their results: ``cases`` has a row per case, ``base`` one for the study as it is.

    ``inputs`` are the columns of ``cases`` that were varied; power is in GW or MW as named, money in USD.
    ``warnings`` name shifts that no period shows, and what an earlier run had written and was damaged or edited since:
    it was not used.
    """

    folder: Path
    cases: pd.DataFrame = field(repr=False)
    base: pd.DataFrame = field(repr=False)
    inputs: list[str]
    warnings: tuple[Fault, ...] = field(default=(), repr=False)

    def plan(self, case: int | str) -> Plan:
        """Return the plan of a case by its number (0 is the base) or its id.

        Raises InputError where there is no such case, it has no plan, or a file of it was changed since.
        """
        rows = pd.concat([self.base, self.cases])
        rows = rows[rows["case" if isinstance(case, str) else "number"] == case]
        if not len(rows):
            cure = f"name a number from 0 to {len(self.cases)}, or an id of the column case"
            raise InputError([Fault(str(self.folder), "is no case of this sweep", None, "case", str(case), cure)])
        found = rows.iloc[0]
        if not found["plan"]:
            reason = f"has no plan: {found['status']}" + (f", {found['reason']}" if found["reason"] else "")
            raise InputError([Fault(str(self.folder), reason, None, "case", str(case))])
        place = self.folder / str(found["plan"])
        with _intact(place):
            plan_cells(place)
        return read_plan(place)

    @property
    def base_plan(self) -> Plan:
        """The plan of the study as it is; raises InputError where it has none."""
        return self.plan(0)

    def summary(self) -> str:
        """Return on a few lines how the cases ended, and what each input moves, the most powerful first."""
        from .summary import summary

        return summary(self)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        """Show the sweep in a notebook as one small table."""
        from .summary import summary_html

        return summary_html(self)


def read_sweep(folder: str | Path) -> Sweep:
    """Read the folder of a sweep that has run.

    Raises InputError where it holds none.
    """
    folder = Path(folder)
    content = read_about(folder)
    try:
        cases = read_table(folder / TABLE)
    except (OSError, ValueError) as fault:
        reason = f"cannot be read: {str(fault).splitlines()[0]}"
        cure = "run the sweep again: what is solved is kept, and the table is written anew"
        raise InputError([Fault(str(folder / TABLE), reason, cure=cure)]) from fault
    inputs = [str(name) for name in content["inputs"]]
    columns = Columns.in_file(map(str, cases.columns), inputs)
    return Sweep(folder, cases, base_frame(columns, _base_cells(folder, str(content["base"]))), inputs)


def base_frame(columns: Columns, cells: Mapping[str, Any]) -> pd.DataFrame:
    """Return the base's one row, number 0, with the columns of its cases except their inputs."""
    return frame_of(table(Columns((), columns.figures), [{**cells, "number": 0}]))


def _base_cells(folder: Path, case: str) -> dict[str, Any]:
    found = {"case": case, "reason": "", "opened": "", "plan": ""}
    with _intact(folder / "plans" / case):
        if (cells := plan_cells(folder / "plans" / case)) is not None:
            return found | cells | {"plan": f"plans/{case}"}
    with _intact(folder / "ended"):
        end = read_end(folder, case)
    return found | ({"status": end.status, "reason": end.reason} if end else {"status": "not_run"})


@contextmanager
def _intact(place: Path) -> Iterator[None]:
    """Raise InputError where what is read there is not what the sweep wrote."""
    try:
        yield
    except Damaged as fault:
        cure = "run the sweep again: the case is solved anew"
        raise InputError([Fault(str(place), str(fault), cure=cure)]) from fault
