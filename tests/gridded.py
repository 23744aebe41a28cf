"""Write a small study with a grid of its own: buses with places, AC circuits, blocks, generators, upgrades."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from optimizer import read_study
from optimizer.plan import Plan
from tests.handmade import handmade_plan
from tests.small import write_small_study

_KEYS = ["line", "period", "block"]
FILES = {
    "grid/zones.csv": "zone,name,lon,lat\nz1,West,-100,32\nz2,East,-95,33\nz3,South,-97,30\n",
    "grid/blocks.csv": "block,hours_per_year,load_scale\npeak,760,1\nrest,8000,0.7\n",
    "grid/lines.csv": (
        "line,from,to,capacity_mw,reactance_pu\n"
        "l1,z1,z2,50,0.1\nl1b,z2,z1,50,0.1\nl2,z1,z3,80,0.1\nl3,z3,z2,,0.2\ncorr,z1,z3,0,0.1\n"
    ),
    "grid/upgrades.csv": (
        "upgrade,kind,target,capacity_mw,capex_usd,max_count,reactance_pu\n"
        "u2,line,l2,40,4e6,2,0.2\nuc,line,corr,30,9e6,1,0.3\npoi,site,beta,20,1e6,1,\n"
    ),
    "grid/generators.csv": "gen,zone,p_max_mw,usd_per_mwh\ng1,z1,300,12\ng2,z2,200,45\n",
    "grid/loads.csv": "zone,block,load_mw\nz2,peak,60\nz2,rest,35\nz3,,10\n",
    "grid/grid.toml": 'flow = "dc"\n',
}
# MW from → to and loading by line, period and block; what is missing carries nothing.
FLOWS = {
    ("l1", "2026", "peak"): (40.0, 0.8), ("l1", "2026", "rest"): (-10.0, 0.2),
    ("l1", "2027", "peak"): (30.0, 0.6), ("l1", "2027", "rest"): (-50.0, 1.0),
    ("l2", "2026", "peak"): (-20.0, 0.25), ("l2", "2027", "peak"): (108.0, 0.9), ("l3", "2027", "peak"): (33.0, None),
}  # fmt: skip
PRICES = {("z1", "peak"): 12.0, ("z1", "rest"): 12.0, ("z2", "peak"): 45.0, ("z2", "rest"): 20.0}
BINDING = [("gen", "g1", "2027", "peak", 300.0, 0.0), ("line", "l1", "2027", "rest", 50.0, 43210.0)]
LOG = "n-1: 3 outages screened against 4 circuits in 4 periods and blocks, none is above its emergency limit\n"


def gridded_study(folder: Path) -> Path:
    """Write the study; return its study.toml."""
    path = write_small_study(folder, files=FILES)
    for name in ("headroom.csv", "zones.geojson"):
        (folder / "grid" / name).unlink()
    return path


def gridded_plan(folder: Path) -> Plan:
    """Make a plan of the study by hand; flows, prices and limits are made up."""
    plan = handmade_plan(read_study(gridded_study(folder)), relief_usd=2.5e6)
    flows, zones = plan.tables["flows"].copy(), plan.tables["zones"].copy()
    at = [FLOWS.get(key, (0.0, 0.0)) for key in flows[_KEYS].itertuples(index=False, name=None)]
    flows["flow_mw"] = [mw for mw, _ in at]
    flows["loading"] = [float("nan") if share is None else share for _, share in at]
    flows.loc[flows["line"] == "l3", "loading"] = float("nan")
    full = (flows["line"] == "l1") & (flows["loading"] == 1.0)
    flows.loc[full, "shadow_usd_per_mw_year"] = 43210.0
    keys = zones[["zone", "block"]].itertuples(index=False, name=None)
    zones["price_usd_per_mwh"] = [PRICES.get(key, 30.0) for key in keys]
    upgrades = pd.DataFrame([("u2", "2027", 1, 4e6)], columns=plan.tables["upgrades"].columns)
    binding = pd.DataFrame(BINDING, columns=plan.tables["binding"].columns)
    tables = {"flows": flows, "zones": zones, "upgrades": upgrades, "binding": binding}
    return replace(plan, tables={**plan.tables, **tables}, log=LOG)
