"""Small random expansion studies of one year: a grid of 5 to 12 buses, two sites, three pods and circuits to buy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer import Study

POD_MW = 10.0
PODS = 3  # delivered; each of both sites holds two
PER_SITE = 2
PUE = 1.2
WAITING_USD_PER_MW_YEAR = 6e5
ENERGY_USD_PER_MWH = 40.0  # of sites in a grid that is not nodal
BLOCKS = pd.DataFrame({"block": ["peak", "off"], "hours_per_year": [2760.0, 6000.0], "load_scale": [1.0, 0.6]})

KINDS = ["headroom", "transport", "dc", "n-1", "squares"]


def expansion(kind: str, seed: int) -> Study:
    """Return a study of one of KINDS; all but the first are nodal, "squares" is DC with quadratic costs."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    buses = [f"b{i}" for i in range(rng.integers(5, 13))]
    lines = _lines(rng, buses, ac=kind not in ("headroom", "transport"))
    at = rng.choice(len(buses), 2, replace=False)
    sites = pd.DataFrame({
        "site": ["s0", "s1"], "lon": -100.0, "lat": 40.0, "zone": [buses[i] for i in at],
        "existing_mw": PER_SITE * POD_MW, "max_mw": PER_SITE * POD_MW, "peak_pue": PUE,
    })  # fmt: skip
    if kind == "headroom":
        sites["energy_usd_per_mwh"] = ENERGY_USD_PER_MWH
        grid = {"headroom": _headroom(rng, buses)}
    else:
        loads = _loads(rng, buses)
        grid = {"loads": loads, "generators": _generators(rng, buses, loads, squares=kind == "squares")}
    return Study.from_tables(
        keys={
            "format": 1,
            "periods": {"first": 2026, "last": 2026},
            "unused": {"waiting_rack_usd_per_mw_year": WAITING_USD_PER_MW_YEAR},
            "solve": {"gap": 1e-9, "threads": 1},
        },
        sites=sites,
        racks=pd.DataFrame({"sku": ["x"], "vendor": ["any"], "rack_kw": [1000.0], "pod_racks": [int(POD_MW)]}),
        deliveries=pd.DataFrame({"sku": ["x"], "period": ["2026"], "racks": [int(PODS * POD_MW)]}),
        zones=pd.DataFrame({"zone": buses, "name": buses}),
        lines=lines,
        blocks=BLOCKS,
        upgrades=_upgrades(rng, lines, circuits=kind in ("dc", "squares"))[: 1 if kind in ("n-1", "squares") else 2],
        grid={
            "flow": "transport" if kind in ("headroom", "transport") else "dc",
            "security": "n-1" if kind == "n-1" else "none",
        },
        **grid,
    )


def _lines(rng: np.random.Generator, buses: list[str], *, ac: bool) -> pd.DataFrame:
    """A tree and as many lines more, some parallel, either way round; with ``ac`` circuits, a shifter, two links."""
    n = len(buses)
    pairs = [(int(rng.integers(max(0, i - 3), i)), i) for i in range(1, n)]
    pairs += [tuple(rng.choice(n, 2, replace=False).tolist()) for _ in range(n)]
    pairs += [pairs[-1][::-1]]
    table = pd.DataFrame({
        "line": [f"l{i:02}" for i in range(len(pairs))],
        "from": [buses[i] for i, _ in pairs],
        "to": [buses[j] for _, j in pairs],
        "capacity_mw": rng.integers(12, 40, len(pairs)).astype(float),
        "usd_per_mwh": 0.0,
    })  # fmt: skip
    links = np.arange(len(pairs)) >= (n + 1 if ac else 0)
    links[-1] = not ac
    table.loc[links, "usd_per_mwh"] = rng.uniform(0.5, 4.0, links.sum()).round(2)
    table["capacity_back_mw"] = np.where(
        links, (table["capacity_mw"] * rng.uniform(0.2, 1.0, len(pairs))).round(1), np.nan
    )
    table["reactance_pu"] = np.where(links, np.nan, rng.uniform(0.02, 0.3, len(pairs)).round(3))
    table["shift_deg"] = np.where(~links & (table.index == n - 1), rng.choice([-1.0, 0.7]), 0.0)
    return table


def _loads(rng: np.random.Generator, buses: list[str]) -> pd.DataFrame:
    chosen = rng.choice(buses, max(3, len(buses) // 2), replace=False)
    rows = [(z, b, round(float(rng.uniform(5, 25)), 1)) for z in chosen for b in BLOCKS["block"]]
    return pd.DataFrame(rows, columns=["zone", "block", "load_mw"])


def _generators(rng: np.random.Generator, buses: list[str], loads: pd.DataFrame, *, squares: bool) -> pd.DataFrame:
    """One at each load, which serves it alone if need be, dear; and others elsewhere with segments in rising price."""
    rows = []
    for i, (zone, here) in enumerate(loads.groupby("zone")):
        least = round(float(here["load_mw"].min()) * rng.choice([0.0, 0.5]), 1)
        price, square = float(rng.integers(60, 90)), round(float(rng.uniform(0.05, 0.4)), 3) * squares
        rows.append((f"old{i}", zone, None, float(here["load_mw"].max()), least, price, square))
    for i in range(4):
        zone = rng.choice(buses)
        for block in [None] if i else ["peak", "off"]:  # the first is one of the weather
            price = float(rng.integers(5, 25))
            for segment in range(1 if squares else int(rng.integers(1, 4))):
                square = round(float(rng.uniform(0.05, 0.4)), 3) * squares
                width = float(rng.integers(15, 40))
                rows.append((f"new{i}", zone, block, width, np.nan if segment else 0.0, price, square))
                price += float(rng.integers(3, 20))
    names = ["gen", "zone", "block", "p_max_mw", "p_min_mw", "usd_per_mwh", "usd_per_mw2h"]
    return pd.DataFrame(rows, columns=names)


def _headroom(rng: np.random.Generator, buses: list[str]) -> pd.DataFrame:
    chosen = rng.choice(buses, 3, replace=False)
    rows = [(z, "2026", b, float(rng.integers(4, 20))) for z in chosen for b in BLOCKS["block"]]
    return pd.DataFrame(rows, columns=["zone", "period", "block", "headroom_mw"])


def _upgrades(rng: np.random.Generator, lines: pd.DataFrame, *, circuits: bool) -> pd.DataFrame:
    """Two lines that can be reinforced, the second of them twice; circuits where there are some, else links."""
    chosen = lines[lines["reactance_pu"].notna() == circuits].sample(2, random_state=rng.integers(2**31))
    table = pd.DataFrame({
        "upgrade": ["u0", "u1"], "kind": "line", "target": chosen["line"].to_list(),
        "capacity_mw": rng.integers(10, 30, 2).astype(float), "capex_usd": rng.uniform(1e5, 1.5e6, 2).round(-3),
        "max_count": [1, 2],
    })  # fmt: skip
    if circuits:
        table["reactance_pu"] = [round(float(rng.uniform(0.02, 0.3)), 3), np.nan]
    return table
