"""Hold the columns of a study's tables that the checks take as they stand, and its periods."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..io.config import SHARES
from ..study import Study
from .dates import Dates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]


def _column(table: str, column: str) -> cached_property[Floats]:
    """Read a column of numbers, NaN where a cell is empty."""
    return cached_property(lambda self: self.table(table)[column].to_numpy(dtype=np.float64))


def _names(table: str, column: str) -> cached_property[list[str]]:
    """Read a column of texts."""
    return cached_property(lambda self: self.table(table)[column].tolist())


@dataclass(frozen=True)
class Columns:
    """Cells of a study: ids stand in the order of its tables, what is empty stays NaN or ""."""

    study: Study

    def table(self, name: str) -> pd.DataFrame:
        """Return a table; lines and what reinforces them only where they may carry."""
        table = self.study.table(name)
        if self.study.flow == "none" and name in ("lines", "upgrades"):
            return table.iloc[:0] if name == "lines" else table[table["kind"] != "line"]
        return table

    @cached_property
    def dates(self) -> Dates:
        """The periods."""
        return Dates(self.study.horizon.labels, self.study.horizon.decide_on)

    @cached_property
    def periods(self) -> list[str]:
        """Labels of the periods."""
        return [str(label) for label in self.dates.labels]

    @property
    def length_years(self) -> float:
        """Length of every period."""
        return self.dates.labels[0].months / 12

    # racks ----------------------------------------------------------------------------------------------------------
    skus = _names("racks", "sku")
    vendor_of = _names("racks", "vendor")
    pod_racks = _column("racks", "pod_racks")
    rack_kw = _column("racks", "rack_kw")
    price_usd_per_rack = _column("racks", "price_usd")
    life_years = _column("racks", "life_years")
    own_waiting_usd_per_mw_year = _column("racks", "waiting_usd_per_mw_year")
    available_from = _names("racks", "available_from")

    # sites ----------------------------------------------------------------------------------------------------------
    sites = _names("sites", "site")
    stated_zone = _names("sites", "zone")
    tenure = _names("sites", "tenure")
    welcome_vendors = _names("sites", "vendors")
    max_rack_kw = _column("sites", "max_rack_kw")
    max_mw = _column("sites", "max_mw")
    hall_mw = _column("sites", "hall_mw")
    halls_per_year = _column("sites", "halls_per_year")
    peak_pue = _column("sites", "peak_pue")
    annual_pue = _column("sites", "annual_pue")
    load_factor = _column("sites", "load_factor")
    open_usd = _column("sites", "open_usd")
    hall_usd_per_mw = _column("sites", "hall_usd_per_mw")
    lease_usd_per_mw_year = _column("sites", "lease_usd_per_mw_year")
    fixed_usd_per_mw_year = _column("sites", "fixed_usd_per_mw_year")
    hall_lead_years = _column("sites", "hall_lead_years")
    own_energy_usd_per_mwh = _column("sites", "energy_usd_per_mwh")
    own_onsite_usd_per_mwh = _column("sites", "onsite_usd_per_mwh")

    @cached_property
    def sharers(self) -> dict[str, Texts]:
        """Whose share a site counts for by each key of ``SHARES``, "" where nobody's."""
        return {key: self.study.sites[column].to_numpy(dtype=object) for key, column in SHARES.items()}

    @cached_property
    def committed(self) -> Bools:
        """Whether a site is open from the first period, (s,)."""
        return self.study.sites["committed"].to_numpy(dtype=np.bool_)

    # grid -----------------------------------------------------------------------------------------------------------
    zones = _names("zones", "zone")
    lines = _names("lines", "line")
    line_mw = _column("lines", "capacity_mw")
    line_back_mw = _column("lines", "capacity_back_mw")
    line_usd_per_mwh = _column("lines", "usd_per_mwh")
    begins_in = _names("lines", "from")
    ends_in = _names("lines", "to")
    line_pu = _column("lines", "reactance_pu")
    line_base_mva = _column("lines", "x_base_mva")
    line_shift_deg = _column("lines", "shift_deg")
    stated_emergency_mw = _column("lines", "emergency_mw")
    stated_emergency_back_mw = _column("lines", "emergency_back_mw")
    upgrades = _names("upgrades", "upgrade")
    upgrade_kind = _names("upgrades", "kind")
    upgrade_target = _names("upgrades", "target")
    upgrade_mw = _column("upgrades", "capacity_mw")
    upgrade_usd = _column("upgrades", "capex_usd")
    upgrade_lead_years = _column("upgrades", "lead_years")
    upgrade_max_count = _column("upgrades", "max_count")
    upgrade_pu = _column("upgrades", "reactance_pu")
