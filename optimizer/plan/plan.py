"""The Plan object: frozen, its tables as data frames, its facts as in plan.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import shown
from ..io.schema import PLAN_TABLES as TABLES
from ..io.schema import schema
from ..study import Study
from ..units import share, usd
from .folder import write_plan
from .summary import summary, summary_html

__all__ = ["TABLES", "Plan", "blank"]


def blank(table: str) -> pd.DataFrame:
    """Return a table of a plan without rows."""
    return pd.DataFrame(columns=schema(f"plan/{table}").names)


@dataclass(frozen=True)
class Plan:
    """A study's plan. ``facts`` is the content of plan.json, ``tables`` the frames of the plan folder by name.

    Power in MW (IT unless the column says fence: peak, interconnection, onsite, idle_power, draw), money in USD.
    """

    study: Study
    facts: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    log: str = ""

    @property
    def status(self) -> str:
        """ "optimal" where the gap asked for is proven, else "feasible"."""
        return str(self.facts["status"])

    @property
    def objective_usd(self) -> float:
        """Discounted cost of the plan, prices of unused capacity included."""
        return float(self.facts["objective_usd"])

    @property
    def bound_usd(self) -> float | None:
        """No plan of the study costs less; None where nothing was proven."""
        bound = self.facts["bound_usd"]
        return None if bound is None else float(bound)

    @property
    def gap(self) -> float | None:
        """(objective − bound) / max(1e-6 USD, |objective|), None without a bound."""
        gap = self.facts["gap"]
        return None if gap is None else float(gap)

    @property
    def assignments(self) -> pd.DataFrame:
        """Pods and racks by site, SKU and period."""
        return self.tables["assignments"]

    @property
    def sites(self) -> pd.DataFrame:
        """State of every site in every period."""
        return self.tables["sites"]

    @property
    def waiting(self) -> pd.DataFrame:
        """Racks delivered, placed and waiting by SKU and period."""
        return self.tables["waiting"]

    @property
    def unused(self) -> pd.DataFrame:
        """Every unused MW by kind, site or SKU, and period."""
        return self.tables["unused"]

    def summary(self) -> str:
        """Return the plan on one page, as text to paste into a mail."""
        return summary(self)

    def __repr__(self) -> str:
        """Name the study, the status, the objective and the gap on one line."""
        name = shown(self.study.config.study.name or "study", 60)
        gap = "no gap proven" if self.gap is None else f"gap {share(self.gap)}"
        return f"<Plan of {name}: {self.status}, {usd(self.objective_usd)}, {gap}>"

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        """Show the plan in a notebook as one small table."""
        return summary_html(self)

    def to_folder(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write the plan folder, whole or not at all; ``force`` replaces a plan that is there.

        Raises InputError where the place is taken or cannot be written.
        """
        return write_plan(self, folder, force=force)
